//! What the user or the platform's admin switched off stays off, whatever a call says.

use salesforce_plugin::call::Call;
use salesforce_plugin::tools;
use salesforce_plugin::wit::{Alias, CreateArgs, Error, FindArgs, UpdateArgs};
use serde_json::{Value, json};

use crate::bench::Bench;
use crate::said::{numbers, records};

/// Arguments every tool accepts.
pub(crate) fn calls(bench: &Bench) -> [(&'static str, Value); 10] {
    let change = json!({ "Phone": "1" });
    [
        ("find", json!({ "text": "acme" })),
        ("get", json!({ "record": bench.id("acme") })),
        ("query", records(json!({ "object": "Account" }))),
        ("query", numbers(json!({ "object": "Account" }))),
        ("describe", json!({ "object": "Account" })),
        ("who_am_i", json!({})),
        ("activities", json!({ "record": bench.id("acme") })),
        ("create", json!({ "object": "Account", "fields": { "Name": "Zenith" } })),
        ("log_activity", json!({ "kind": "call", "what": bench.id("acme") })),
        ("update", json!({ "record": bench.id("acme"), "fields": change })),
    ]
}

fn granted(names: &[&str]) -> Option<Vec<String>> {
    Some(names.iter().map(|name| (*name).to_owned()).collect())
}

/// Calls a tool that is switched off: nothing is sent, and the message says what is off and who switches it on.
#[track_caller]
fn off(bench: &Bench, tool: &str, arguments: Value) -> String {
    let before = bench.counts();
    let error = bench.err(tool, arguments);
    assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some("switched_off"), Some("no")), "{error}");
    assert_eq!(bench.counts(), before, "sent though it is off: {error}");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("the platform's admin, can switch it on"), "{message}");
    message.split(" is switched off").next().unwrap().to_owned()
}

#[test]
fn a_tool_that_is_off_is_off_by_either_name() {
    let bench = Bench::new();
    bench.settings.borrow_mut().tools = granted(&["salesforce_find", "query"]);
    for (tool, arguments) in calls(&bench) {
        if ["find", "query"].contains(&tool) {
            bench.ok(tool, arguments);
        } else {
            assert_eq!(off(&bench, tool, arguments.clone()), format!("the tool salesforce_{tool}"));
            off(&bench, &format!("salesforce_{tool}"), arguments);
        }
    }
    assert_eq!(
        bench.refused("nothing", json!({}))["allowed"],
        json!(["salesforce_find", "salesforce_query"]),
        "those that are off are not offered"
    );
    bench.settings.borrow_mut().tools = Some(Vec::new());
    for (tool, arguments) in calls(&bench) {
        off(&bench, tool, arguments);
    }
}

#[test]
fn words_in_the_settings_stand_for_several_tools() {
    let bench = Bench::new();
    let is_on = |tool: &str, arguments: Value| match bench.call(tool, arguments) {
        Ok(_) => true,
        Err(error) => error["kind"] != "switched_off",
    };
    for (list, expected) in [(&["default"][..], true), (&["all"], true), (&["none"], false), (&["all", "none"], false)]
    {
        bench.settings.borrow_mut().tools = granted(list);
        for (tool, arguments) in calls(&bench) {
            assert_eq!(is_on(tool, arguments), expected, "{tool} with {list:?}");
        }
    }
    // As WIT calls it.
    bench.settings.borrow_mut().tools = granted(&["who-am-i"]);
    bench.ok("who_am_i", json!({}));
}

#[test]
fn a_tool_that_is_off_names_what_the_settings_misspell() {
    let bench = Bench::new();
    bench.settings.borrow_mut().tools = granted(&["find", "udpate"]);
    let error = bench.err("update", calls(&bench)[9].1.clone());
    assert_eq!(error["kind"], "switched_off");
    let message = error["message"].as_str().unwrap();
    assert!(message.ends_with("name tools that do not exist and so switch nothing on: \"udpate\""), "{message}");
    bench.ok("find", json!({ "text": "acme" }));
}

#[test]
fn read_only_leaves_no_tool_that_writes() {
    let bench = Bench::new();
    bench.settings.borrow_mut().read_only = true;
    // Naming a tool does not lift it.
    let every = calls(&bench).map(|(tool, _)| tool);
    for tools in [None, granted(&every)] {
        bench.settings.borrow_mut().tools = tools;
        for (tool, arguments) in calls(&bench) {
            if ["create", "log_activity", "update"].contains(&tool) {
                assert_eq!(off(&bench, tool, arguments), format!("the tool salesforce_{tool}"));
            } else {
                bench.ok(tool, arguments);
            }
        }
    }
    assert!(bench.org.writes().is_empty());
}

#[test]
fn the_functions_themselves_ask_the_settings() {
    let bench = Bench::new();
    bench.settings.borrow_mut().read_only = true;
    bench.settings.borrow_mut().tools = granted(&["create", "update"]);
    let kind = |error: salesforce_plugin::error::Error| {
        let error: serde_json::Value = serde_json::from_str(&Error::from(error).json()).unwrap();
        error["kind"].clone()
    };
    let call = Call::new(&bench);
    let find = FindArgs { text: "acme".to_owned(), objects: Vec::new(), limit: None };
    assert_eq!(kind(tools::find(&call, find).unwrap_err()), "switched_off");
    let create = CreateArgs {
        object: "Account".to_owned(),
        fields: Some(r#"{"Name":"Zenith"}"#.to_owned()),
        records: Vec::new(),
        allow_duplicate: None,
        assign: None,
    };
    assert_eq!(kind(tools::create(&call, create).unwrap_err()), "switched_off");
    let update = UpdateArgs {
        record: Some(bench.id("acme")),
        records: Vec::new(),
        object: None,
        fields: Some("{}".to_owned()),
        from: None,
        allow_duplicate: None,
    };
    assert_eq!(kind(tools::update(&call, update).unwrap_err()), "switched_off");
    assert_eq!(bench.requests(), 0);
}

#[test]
fn objects_are_granted_per_tier() {
    let bench = Bench::warm(&["Account", "Contact", "Lead"]);
    {
        let grants = &mut bench.settings.borrow_mut().objects;
        grants.read = granted(&["Account", "Contact"]);
        grants.append = granted(&["contact"]);
        grants.edit = granted(&[]);
    }
    bench.ok("query", records(json!({ "object": "Account" })));
    assert_eq!(off(&bench, "query", records(json!({ "object": "leads" }))), "reading Lead records");
    assert_eq!(off(&bench, "get", json!({ "record": bench.id("dana") })), "reading Lead records");
    assert_eq!(off(&bench, "describe", json!({ "object": "Lead" })), "reading Lead records");
    assert_eq!(off(&bench, "find", json!({ "text": "fox", "objects": ["Lead"] })), "reading Lead records");
    let fields = json!({ "LastName": "Fox" });
    bench.created(json!({ "object": "Contact", "fields": fields }));
    let arguments = json!({ "object": "Account", "fields": { "Name": "Zenith" } });
    assert_eq!(off(&bench, "create", arguments), "creating Account records");
    let change = json!({ "Phone": "1" });
    for record in ["acme", "bob"] {
        let message = off(&bench, "update", json!({ "record": bench.id(record), "fields": change }));
        assert!(message.starts_with("changing "), "{message}");
    }
    assert_eq!(bench.org.writes().len(), 1);
}

#[test]
fn an_object_that_is_off_is_not_reached_through_another() {
    let bench = Bench::warm(&["Account", "Contact", "Case"]);
    bench.settings.borrow_mut().objects.read = granted(&["Contact", "Case"]);
    let contacts = |arguments: Value| {
        let mut arguments = arguments;
        arguments["object"] = json!("Contact");
        arguments
    };
    let reading = "reading Account records";
    assert_eq!(off(&bench, "query", records(contacts(json!({ "fields": ["Account.Annual Revenue"] })))), reading);
    let filter = json!({ "field": "Account.AnnualRevenue", "op": "gt", "value": 1_000_000 });
    assert_eq!(off(&bench, "query", records(contacts(json!({ "filters": [filter] })))), reading);
    assert_eq!(off(&bench, "query", records(contacts(json!({ "any_of": [[filter]] })))), reading);
    let key = json!({ "field": "Account.AnnualRevenue" });
    assert_eq!(off(&bench, "query", records(contacts(json!({ "order_by": [key] })))), reading);
    let arguments = json!({ "record": bench.id("bob"), "fields": ["Account.Industry"] });
    assert_eq!(off(&bench, "get", arguments), reading);
    // The name of a parent is a part of the child.
    let reply = bench.ok("query", records(contacts(json!({ "fields": ["Name", "Account.Name"] }))));
    assert_eq!(reply["columns"][2], "Account.Name");
    bench.ok("query", records(contacts(json!({}))));
    bench.ok("get", json!({ "record": bench.id("bob") }));

    bench.settings.borrow_mut().objects.read = granted(&["Account"]);
    let get = |related: &str| json!({ "record": bench.id("acme"), "related": [related] });
    assert_eq!(off(&bench, "get", get("contacts")), "reading Contact records");
    assert_eq!(off(&bench, "get", get("activities")), "reading Task records");
    let child = json!([{ "object": "Contact", "filters": [{ "field": "Title", "value": "CFO" }] }]);
    assert_eq!(
        off(&bench, "query", records(json!({ "object": "Account", "children": child }))),
        "reading Contact records"
    );
}

#[test]
fn a_search_stays_among_the_objects_that_may_be_read() {
    let bench = Bench::new();
    bench.settings.borrow_mut().objects.read = granted(&["Account", "Project__c"]);
    let reply = bench.ok("find", json!({ "text": "globex" }));
    let objects: Vec<_> = reply["candidates"].as_array().unwrap().iter().map(|one| one["object"].clone()).collect();
    assert_eq!(objects, ["Account"]);
    // None of the usual objects is left: then nothing is searched, instead of everything.
    bench.settings.borrow_mut().objects.read = granted(&["Project__c"]);
    let error = bench.refused("find", json!({ "text": "globex" }));
    assert_eq!(error["allowed"], json!(["Project__c"]));
    let reply = bench.ok("find", json!({ "text": "globex", "objects": ["Project__c"] }));
    assert_eq!(reply["candidates"][0]["name"], "Globex Rollout");
}

#[test]
fn only_objects_that_may_be_read_are_listed() {
    let bench = Bench::new();
    bench.settings.borrow_mut().objects.read = granted(&["lead", "Project__c"]);
    let reply = bench.ok("describe", json!({}));
    let names: Vec<_> = reply["objects"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["Lead", "Project__c"]);
}

#[test]
fn a_word_for_an_object_leads_to_no_other_than_is_granted() {
    let bench = Bench::warm(&["Account", "Lead"]);
    bench.settings.borrow_mut().objects.read = granted(&["Account"]);
    bench.settings.borrow_mut().vocabulary =
        vec![Alias { term: "prospects".to_owned(), object: None, name: "Lead".to_owned() }];
    assert_eq!(off(&bench, "query", records(json!({ "object": "prospects" }))), "reading Lead records");
}

#[test]
fn the_users_own_words_stand_for_fields_and_objects() {
    let bench = Bench::warm(&["Account", "Project__c"]);
    let alias = |term: &str, object: Option<&str>, name: &str| Alias {
        term: term.to_owned(),
        object: object.map(str::to_owned),
        name: name.to_owned(),
    };
    bench.settings.borrow_mut().vocabulary = vec![
        alias("logo", None, "Account"),
        alias("gig", None, "Project__c"),
        alias("people", Some("Account"), "NumberOfEmployees"),
        alias("spend", Some("Project__c"), "Budget__c"),
    ];
    let reply = bench.ok(
        "query",
        records(json!({
            "object": "Logo", "fields": ["Name", "People"],
            "filters": [{ "field": "people", "op": "gte", "value": 4500 }], "order_by": [{ "field": "people" }],
        })),
    );
    assert_eq!(reply["columns"], json!(["Id", "Name", "NumberOfEmployees"]));
    assert_eq!(reply["rows"].as_array().unwrap().len(), 2);
    let change = json!({ "people": 500 });
    let expected = json!({ "people": 100 });
    let reply = bench.ok("update", json!({ "object": "logo", "record": "Acme", "fields": change, "from": expected }));
    assert_eq!(reply["records"][0]["changes"][0]["field"], "NumberOfEmployees");
    let fields = json!({ "Name": "Initech Audit", "Customer": bench.id("initech"), "spend": 5 });
    assert_eq!(bench.created(json!({ "object": "gig", "fields": fields }))["fields"]["Budget__c"], 5);
    let reply = bench.ok("describe", json!({ "object": "logo", "search": "people" }));
    assert_eq!(reply["fields"][0]["name"], "NumberOfEmployees");
    let reply = bench.ok("get", json!({ "object": "gig", "record": "Migration", "fields": ["spend"] }));
    assert_eq!(reply["fields"], json!({ "Budget__c": 80000 }));
}

#[test]
fn no_argument_changes_a_setting() {
    let bench = Bench::new();
    bench.settings.borrow_mut().read_only = true;
    let before = format!("{:?}", bench.settings.borrow());
    for (tool, mut arguments) in calls(&bench) {
        for (name, value) in [("read_only", json!(false)), ("tools", json!(["update"])), ("settings", json!({}))] {
            arguments[name] = value;
            let error = bench.err(tool, arguments.clone());
            assert_eq!(error["kind"], "invalid_input", "{tool}: {error}");
            arguments.as_object_mut().unwrap().remove(name);
        }
    }
    assert_eq!(bench.requests(), 0);
    assert_eq!(format!("{:?}", bench.settings.borrow()), before);
}
