//! Bad arguments die here: nothing is sent for them, and the message names the argument, the value and what is allowed.

use serde_json::{Value, json};

use crate::bench::{Bench, without_place};
use crate::said::records;

/// A refusal's message, after its kind and that nothing was sent have been checked.
#[track_caller]
fn message(tool: &str, arguments: Value) -> String {
    let error = Bench::warm(&["Account", "Lead", "Opportunity", "Contact"]).refused(tool, arguments);
    without_place(&error).to_owned()
}

#[track_caller]
fn check(tool: &str, arguments: Value, expected: &str) {
    assert_eq!(message(tool, arguments), expected);
}

/// Reads accounts by one condition.
fn accounts_where(filter: Value) -> Value {
    json!({ "object": "Account", "filters": [filter] })
}

/// Creates an account with these fields.
fn account(fields: Value) -> Value {
    json!({ "object": "Account", "fields": fields })
}

#[test]
fn an_unknown_tool_is_refused_with_the_names_of_those_there_are() {
    let error = Bench::new().refused("salesforce_merge", json!({}));
    assert_eq!(error["message"], "there is no tool \"salesforce_merge\"");
    assert_eq!(error["allowed"].as_array().unwrap().len(), 11);
    assert!(error["allowed"].as_array().unwrap().contains(&json!("salesforce_find")));
}

#[test]
fn a_misspelt_argument_is_named_with_those_there_are() {
    let text = message("find", json!({ "text": "acme", "limt": 3 }));
    assert_eq!(text, "the argument limt is unknown; there are text, objects, limit");
    let text = message("query", json!({ "sql": "SELECT Id FROM Account" }));
    assert_eq!(text, "the argument sql is unknown; there are soql, params, limit, cursor");
}

#[test]
fn a_missing_argument_is_named() {
    check("find", json!({}), "the argument text is missing");
    check("create", json!({ "fields": {} }), "the argument object is missing");
    let follow_up = json!({ "kind": "task" });
    let text = message("log_activity", json!({ "kind": "call", "subject": "Pricing", "follow_up": follow_up }));
    assert_eq!(text, "the argument follow_up.when is missing");
}

#[test]
fn an_argument_of_another_type_is_named_by_its_path() {
    let text = message("find", json!({ "text": "acme", "objects": ["Account", 7] }));
    assert_eq!(text, "the argument objects[1] is 7; it must be a string");
    let text = message("find", json!({ "text": "acme", "objects": "Account" }));
    assert_eq!(text, "the argument objects is \"Account\"; it must be a list");
    let text = message("update", json!({ "object": "Account", "record": "Acme", "fields": "Industry = 'Media'" }));
    assert_eq!(text, "the argument fields is \"Industry = 'Media'\"; it must be an object of field names and values");
    let text = message("update", json!({ "object": "Account", "record": "Acme", "fields": { "Fax": 1 }, "from": [2] }));
    assert_eq!(text, "the argument from is [2]; it must be an object of field names and values");
    let text = message("create", json!({ "object": "Account", "records": [{ "Name": "Acme" }, null] }));
    assert_eq!(text, "the argument records[1] is null; it must be an object of field names and values");
    check(
        "query",
        json!({ "soql": ["SELECT Id FROM Account"] }),
        "the argument soql is [\"SELECT Id FROM Account\"]; it must be a string",
    );
    let text = message("log_activity", json!({ "kind": "chat" }));
    assert!(text.starts_with("the argument kind is \"chat\"; it must be one of "), "{text}");
    let text = message("create", json!({ "object": "Account", "fields": ["Name", "Acme"] }));
    assert_eq!(text, "the argument fields is [\"Name\",\"Acme\"]; it must be an object of field names and values");
}

#[test]
fn arguments_that_are_no_json_object_are_refused() {
    let bench = Bench::new();
    for arguments in [json!([]), json!("acme"), json!(7), Value::Null] {
        bench.refused("find", arguments);
    }
}

#[test]
fn a_limit_out_of_range_is_refused_with_the_range() {
    check("find", json!({ "text": "acme", "limit": 26 }), "limit is 26; it must be 1 to 25");
    check("query", records(json!({ "object": "Account", "limit": 0 })), "limit is 0; it must be 1 to 2000");
    check("query", records(json!({ "object": "Account", "limit": 2001 })), "limit is 2001; it must be 1 to 2000");
    check("describe", json!({ "limit": 501 }), "limit is 501; it must be 1 to 500");
    let text = message("query", records(json!({ "object": "Account", "limit": -1 })));
    assert_eq!(text, "the argument limit is -1; it must be a whole number, not negative");
}

#[test]
fn a_text_of_less_than_two_characters_is_not_searched() {
    for text in ["", " ", "a", " a ", "\n"] {
        check("find", json!({ "text": text }), "give at least two characters to look for");
    }
}

#[test]
fn a_text_too_long_to_search_is_refused_by_the_argument_it_is_in() {
    let error = Bench::warm(&[]).refused("find", json!({ "text": "long ".repeat(1000) }));
    assert_eq!(error["fields"], json!(["text"]));
}

#[test]
fn an_empty_reference_to_a_record_is_refused() {
    for record in ["", "  ", "x"] {
        let expected = "say which record: its id, its link, or at least two characters of its name";
        check("get", json!({ "record": record, "object": "Account" }), expected);
    }
}

#[test]
fn a_name_without_an_object_is_refused_with_the_usual_objects() {
    let error = Bench::new().refused("get", json!({ "record": "Acme" }));
    assert_eq!(error["message"], "say in `object` what \"Acme\" is; only an id can go without");
    assert_eq!(error["allowed"], json!(["Account", "Contact", "Lead", "Opportunity", "Case"]));
}

#[test]
fn an_unknown_field_is_refused_with_the_nearest_by_a_known_schema() {
    let bench = Bench::warm(&["Account"]);
    for (tool, arguments) in [
        ("query", records(json!({ "object": "Account", "fields": ["Nmae of Employes"] }))),
        ("query", records(accounts_where(json!({ "field": "Nmae of Employes", "value": 1 })))),
        ("query", records(json!({ "object": "Account", "order_by": [{ "field": "Nmae of Employes" }] }))),
        ("get", json!({ "object": "Account", "record": "Acme", "fields": ["Nmae of Employes"] })),
        ("create", account(json!({ "Name": "New", "Nmae of Employes": 5 }))),
        ("update", json!({ "object": "Account", "record": "Acme", "fields": { "Nmae of Employes": 5 } })),
    ] {
        let error = bench.refused(tool, arguments);
        assert_eq!(
            without_place(&error),
            "the field \"Nmae of Employes\" does not exist on Account or is not visible to the user"
        );
        assert_eq!(error["fields"], json!(["Nmae of Employes"]));
        assert!(error["allowed"].as_array().unwrap().contains(&json!("Employees (NumberOfEmployees)")), "{error:#}");
    }
}

#[test]
fn an_unknown_field_costs_no_more_than_the_describe_when_nothing_is_known() {
    let bench = Bench::new();
    let error = bench.err("query", records(json!({ "object": "Account", "fields": ["Shoe Size"] })));
    assert_eq!(error["kind"], "invalid_input");
    assert_eq!(bench.counts(), (1, 0));
    assert!(bench.org.requests()[0].path.ends_with("/sobjects/Account/describe"));
}

#[test]
fn an_unknown_parent_field_is_refused_by_the_parents_name() {
    let bench = Bench::warm(&["Contact", "Account"]);
    let error = bench.refused("query", records(json!({ "object": "Contact", "fields": ["Account.Shoe Size"] })));
    assert_eq!(
        error["message"],
        "the field \"Account.Shoe Size\" does not exist on Account or is not visible to the user"
    );
}

#[test]
fn an_unknown_object_is_refused_with_the_nearest() {
    let bench = Bench::new();
    bench.ok("describe", json!({}));
    let error = bench.refused("query", records(json!({ "object": "Projcet" })));
    assert_eq!(without_place(&error), "the object \"Projcet\" does not exist or is not visible to the user");
    assert_eq!(error["allowed"][0], "Project (Project__c)");
    for (tool, arguments) in [
        ("find", json!({ "text": "acme", "objects": ["Projcet"] })),
        ("get", json!({ "record": "xyz", "object": "Projcet" })),
        ("create", json!({ "object": "Projcet", "fields": {} })),
        ("update", json!({ "object": "Projcet", "record": "xyz", "fields": { "Name": "y" } })),
        ("describe", json!({ "object": "Projcet" })),
        ("query", records(json!({ "object": "Account", "children": [{ "object": "Projcet" }] }))),
    ] {
        bench.refused(tool, arguments);
    }
}

#[test]
fn an_objects_name_that_looks_custom_and_is_not_there_costs_one_request() {
    let bench = Bench::new();
    let error = bench.err("query", records(json!({ "object": "Ghost__c" })));
    assert_eq!(error["kind"], "invalid_input");
    assert!(error["message"].as_str().unwrap().contains("does not exist or is not visible to the user"), "{error}");
    assert_eq!(bench.counts(), (1, 0));
}

#[test]
fn what_a_new_record_needs_is_asked_for_before_anything_is_sent() {
    let bench = Bench::warm(&["Lead", "Opportunity"]);
    let error =
        bench.refused("create", json!({ "object": "Lead", "fields": { "First Name": "Dana", "LastName": "Fox" } }));
    assert_eq!(error["message"], "a new Lead needs Company; ask the person, nothing was sent");
    assert_eq!(error["fields"], json!(["Company"]));
    // An empty value is none.
    let fields = json!({ "LastName": "Fox", "Company": "" });
    assert_eq!(bench.refused("create", json!({ "object": "Lead", "fields": fields }))["fields"], json!(["Company"]));

    let error = bench.refused("create", json!({ "object": "deal", "fields": {} }));
    assert_eq!(
        error["message"],
        "a new Opportunity needs Name, StageName, CloseDate; ask the person, nothing was sent"
    );
    assert_eq!(error["fields"], json!(["Name", "StageName", "CloseDate"]));
    // What is to be chosen from is said: these are the stages.
    assert_eq!((&error["allowed"][0], &error["allowed"][9]), (&json!("Prospecting"), &json!("Closed Lost")));
}

#[test]
fn a_field_that_only_salesforce_writes_is_refused() {
    let bench = Bench::warm(&["Account", "Opportunity", "Case"]);
    for (object, field) in [
        ("Account", "CreatedDate"),
        ("Account", "Id"),
        ("Opportunity", "Expected Amount"),
        ("Opportunity", "IsClosed"),
        ("Case", "Case Number"),
    ] {
        let error = bench.refused("create", json!({ "object": object, "fields": { field: "1" } }));
        assert!(
            error["message"].as_str().unwrap().contains("can't be set when a record is created"),
            "{object}.{field}: {error}"
        );
        let change = json!({ field: "1" });
        let error = bench.refused("update", json!({ "object": object, "record": "xyz", "fields": change }));
        assert!(error["message"].as_str().unwrap().contains("can't be set when a record is changed"), "{error}");
    }
}

#[test]
fn a_field_the_user_may_only_read_is_refused() {
    let bench = Bench::warm(&["Account"]);
    let change = json!({ "Customer Health": 90 });
    let error = bench.refused("update", json!({ "object": "Account", "record": "Acme", "fields": change }));
    assert_eq!(error["fields"], json!(["Health_Score__c"]));
    assert!(error["message"].as_str().unwrap().contains("or the user lacks the right"), "{error}");
}

#[test]
fn a_compound_field_is_refused_with_its_parts() {
    let bench = Bench::warm(&["Account", "Contact"]);
    let error = bench.refused("create", account(json!({ "Name": "New", "Billing Address": "1 Main Street" })));
    assert_eq!(error["message"], "BillingAddress is made of parts; set those");
    let parts = error["allowed"].as_array().unwrap();
    assert!(parts.contains(&json!("BillingStreet")) && parts.contains(&json!("BillingCity")), "{error}");

    let error = bench.refused("create", json!({ "object": "Contact", "fields": { "Full Name": "Sarah Chen" } }));
    assert_eq!(error["message"], "Name is made of parts; set those");
    assert!(error["allowed"].as_array().unwrap().contains(&json!("LastName")), "{error}");
}

#[test]
fn an_object_of_which_the_user_may_create_nothing_is_refused() {
    let bench = Bench::of("vera").after_describing(&["Account"]);
    let error = bench.refused("create", account(json!({ "Name": "New" })));
    assert_eq!(error["message"], "the user may not create Account records");
}

#[test]
fn a_text_longer_than_its_field_is_refused_with_both_lengths() {
    let error =
        Bench::warm(&["Account"]).refused("create", account(json!({ "Name": "New", "Account Site": "x".repeat(81) })));
    assert_eq!(error["message"], "the text for Site has 81 characters, and the field holds 80; shorten it");
    assert_eq!(error["fields"], json!(["Site"]));
}

#[test]
fn a_value_of_another_type_than_its_field_is_refused() {
    let bench = Bench::warm(&["Account", "Opportunity", "Event", "Case", "Contact"]);
    for (object, field, value, expected) in [
        ("Account", "Employees", json!("many"), "a plain number"),
        ("Account", "Employees", json!(1.5), "a whole number"),
        ("Account", "Employees", json!(true), "a plain number"),
        ("Account", "Employees", json!([100]), "one value, not a list"),
        ("Account", "Employees", json!({ "to": 100 }), "one value, not a list"),
        ("Opportunity", "Amount", json!("50k"), "a plain number"),
        ("Opportunity", "CloseDate", json!("15 March"), "a date like"),
        ("Opportunity", "CloseDate", json!("2026-02-30"), "a date like"),
        ("Opportunity", "CloseDate", json!("TODAY"), "a date like"),
        ("Opportunity", "Private", json!("perhaps"), "true or false"),
        ("Opportunity", "Private", json!(1), "true or false"),
        ("Event", "StartDateTime", json!("2026-05-19T15:00:00"), "a time with a zone"),
        ("Event", "StartDateTime", json!("2026-05-19"), "a time with a zone"),
        ("Event", "StartDateTime", json!("tomorrow at 3"), "a time with a zone"),
        ("Case", "AccountId", json!("A"), "the id of the record it points to"),
        ("Case", "AccountId", json!(["Acme"]), "one value, not a list"),
        ("Case", "AccountId", json!({ "Name": "Acme" }), "one value, not a list or an object"),
        ("Contact", "AccountId", json!("001000000000001AAB"), "the id of the record it points to"),
    ] {
        let change = json!({ field: value });
        let error = bench.refused("update", json!({ "object": object, "record": "xyz", "fields": change }));
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(expected), "{object}.{field} = {value}: {message}");
        assert_eq!(error["fields"].as_array().unwrap().len(), 1);
        let fields = json!({ field: value });
        let error = bench.refused("create", json!({ "object": object, "fields": fields }));
        assert!(error["message"].as_str().unwrap().contains(expected), "{object}.{field} = {value}: {error}");
    }
}

#[test]
fn a_checkbox_is_true_or_false_and_cannot_be_cleared() {
    let bench = Bench::warm(&["Opportunity"]);
    for to in [json!(null), json!("")] {
        let change = json!({ "IsPrivate": to });
        let error = bench.refused("update", json!({ "object": "Opportunity", "record": "xyz", "fields": change }));
        assert!(error["message"].as_str().unwrap().contains("true or false"), "{error}");
    }
}

#[test]
fn a_field_that_every_record_needs_cannot_be_cleared() {
    let bench = Bench::warm(&["Account"]);
    for to in [json!(null), json!("")] {
        let change = json!({ "Account Name": to });
        let error = bench.refused("update", json!({ "object": "Account", "record": "Acme", "fields": change }));
        assert_eq!(error["message"], "Name can't be empty");
        assert_eq!(error["fields"], json!(["Name"]));
    }
}

#[test]
fn an_invented_picklist_value_is_refused_with_those_there_are() {
    let bench = Bench::warm(&["Lead", "Account"]);
    let change = json!({ "Rating": "Super hot" });
    let error = bench.refused("update", json!({ "object": "Lead", "record": "Dana Fox", "fields": change }));
    assert_eq!(error["message"], "\"Super hot\" is not a value of the picklist Rating");
    assert_eq!(error["fields"], json!(["Rating"]));
    assert_eq!(error["allowed"], json!(["Hot", "Warm", "Cold"]));
    // Inactive values count as none.
    let error = bench.refused("create", account(json!({ "Name": "New", "Sales Territory": "LATAM" })));
    assert_eq!(error["fields"], json!(["Region__c"]));
    // Of several values each is checked.
    let bench = Bench::warm(&["Contact"]);
    let change = json!({ "Languages": ["German", "Klingon"] });
    let error = bench.refused("update", json!({ "object": "Contact", "record": "xyz", "fields": change }));
    assert_eq!(error["message"], "\"Klingon\" is not a value of the picklist Spoken_Languages__c");
}

#[test]
fn the_id_of_another_object_is_refused_with_its_object() {
    let bench = Bench::new();
    for tool in ["get", "update"] {
        let mut arguments = json!({ "record": bench.id("bob"), "object": "Account" });
        if tool == "update" {
            arguments["fields"] = json!({ "Phone": "1" });
        }
        let error = bench.refused(tool, arguments);
        assert_eq!(error["message"], format!("the id {} is one of Contact, not of Account", bench.id("bob")));
        assert_eq!(error["allowed"], json!(["Contact"]));
    }
}

#[test]
fn a_mistyped_id_is_no_name() {
    let bench = Bench::new();
    let mut id = bench.id("acme");
    id.replace_range(17.., "5");
    for arguments in [json!({ "record": id }), json!({ "record": id, "object": "Account" })] {
        let error = bench.refused("get", arguments);
        assert!(error["message"].as_str().unwrap().contains("was changed on its way"), "{error}");
        assert_eq!(error["fields"], json!(["record"]));
    }
}

#[test]
fn a_link_to_elsewhere_is_no_name() {
    let bench = Bench::new();
    let id = bench.id("acme");
    for record in [
        format!("https://evil.example/{id}"),
        format!("https://demo.my.salesforce.com.evil.example/{id}"),
        format!("https://demo.my.salesforce.com@evil.example/{id}"),
        "https://demo.my.salesforce.com/home".to_owned(),
    ] {
        for arguments in [json!({ "record": record }), json!({ "record": record, "object": "Account" })] {
            let error = bench.refused("get", arguments);
            assert_eq!(error["fields"], json!(["record"]), "{record}: {error}");
        }
    }
}

#[test]
fn an_id_with_a_path_trick_is_never_part_of_a_path() {
    let bench = Bench::warm(&["Account"]);
    let id = bench.id("acme");
    for trick in ["/../../Contact", "/..", "?fields=Name", "#x", "%2e%2e%2f", "/describe", ";x=y", "\r\nX-Evil: 1"] {
        let record = format!("{id}{trick}");
        bench.refused("get", json!({ "record": record }));
        let change = json!({ "Phone": "1" });
        bench.refused("update", json!({ "record": record, "fields": change }));
        // With its object it may be a name; then it stands in the query as a text, and nowhere else.
        let error = bench.err("update", json!({ "record": record, "object": "Account", "fields": change }));
        assert_eq!(error["kind"], "not_found", "{record}: {error}");
    }
    assert!(bench.org.writes().is_empty());
    for request in bench.org.requests() {
        assert!(request.path.starts_with("/services/data/v65.0/query?q=SELECT+"), "{}", request.path);
    }
}

#[test]
fn a_hostile_object_or_field_name_is_never_part_of_a_path_or_query() {
    let bench = Bench::warm(&["Account"]);
    bench.ok("describe", json!({}));
    bench.org.forget_requests();
    for name in [
        "Account/../Contact",
        "Account?x",
        "Account%2F..",
        "Account WHERE Name != null",
        "Account\r\nX-Evil: 1",
        "Accöunt__c",
        "../../x__c",
        "x'y__c",
    ] {
        bench.refused("query", records(json!({ "object": name })));
        bench.refused("describe", json!({ "object": name }));
        bench.refused("query", records(json!({ "object": "Account", "fields": [name] })));
        bench.refused("query", records(json!({ "object": "Account", "order_by": [{ "field": name }] })));
    }
}

#[test]
fn a_cursor_from_elsewhere_is_refused() {
    let bench = Bench::warm(&["Account"]);
    let first = bench.ok("query", records(json!({ "object": "Account", "limit": 5 })));
    let cursor = first["cursor"].as_str().unwrap().to_owned();
    bench.org.forget_requests();
    for hostile in [
        "https://evil.example/services/data/v65.0/query/01g-2000".to_owned(),
        "/services/data/v65.0/query/01g000000000001AAA-2000".to_owned(),
        "5".to_owned(),
        String::new(),
        cursor.replace("5-", "2001-"),
        cursor.replace("5-", "05-"),
        format!("{cursor}0"),
        format!("{cursor}\r\nX-Evil: 1"),
        cursor.to_uppercase().replace(|c: char| c.is_ascii_digit(), "A"),
    ] {
        let error = bench.refused("query", records(json!({ "object": "Account", "limit": 5, "cursor": hostile })));
        assert_eq!(error["fields"], json!(["cursor"]), "{hostile}");
    }
}

#[test]
fn a_cursor_with_other_arguments_or_an_altered_fingerprint_is_refused() {
    let bench = Bench::warm(&["Account"]);
    let first = bench.ok("query", records(json!({ "object": "Account", "limit": 5 })));
    let cursor = first["cursor"].as_str().unwrap();
    let (skip, fingerprint) = cursor.split_once('-').unwrap();
    let altered = u32::from_str_radix(fingerprint, 16).unwrap() ^ 1;
    bench.org.forget_requests();
    for arguments in [
        json!({ "object": "Account", "limit": 5, "cursor": format!("{skip}-{altered:08x}") }),
        json!({ "object": "Contact", "limit": 5, "cursor": cursor }),
        json!({ "object": "Account", "cursor": cursor, "mine": true }),
        json!({ "object": "Account", "cursor": cursor, "fields": ["Name"] }),
        json!({ "object": "Account", "cursor": cursor, "filters": [{ "field": "Industry", "value": "Media" }] }),
        json!({ "object": "Account", "cursor": cursor, "order_by": [{ "field": "Name" }] }),
    ] {
        let error = bench.refused("query", records(arguments));
        assert_eq!(error["message"], "the cursor belongs to other arguments; give those it came with, or no cursor");
    }
}

#[test]
fn control_characters_travel_escaped_and_never_in_a_header() {
    let bench = Bench::warm(&["Account"]);
    let evil = "Evil\r\nAuthorization: Bearer x\r\n\r\n\u{0}\u{b}\u{2028}'\"\\";
    bench.ok("find", json!({ "text": evil }));
    bench.ok("query", records(accounts_where(json!({ "field": "Name", "value": evil }))));
    bench.ok("query", records(accounts_where(json!({ "field": "Name", "op": "contains", "value": evil }))));
    bench.err("get", json!({ "object": "Account", "record": evil }));
    let created = bench.created(account(json!({ "Name": evil, "Description": evil })));
    let change = json!({ "Description": format!("{evil}!") });
    let expected = json!({ "Description": evil });
    let updated = bench.ok("update", json!({ "record": created["id"], "fields": change, "from": expected }));
    assert_eq!(updated["records"][0]["changes"][0]["before"], evil);
    assert_eq!(updated["records"][0]["changes"][0]["after"], format!("{evil}!"));
    for request in bench.sent.borrow().iter() {
        let path = request.uri().to_string();
        assert!(!path.contains("Evil\r") && !path.to_lowercase().contains("bearer x"), "{path}");
        for (name, value) in request.headers() {
            assert!(
                ["content-type", "sforce-query-options"].contains(&name.as_str()),
                "an unexpected header {name}: {value:?}"
            );
        }
        // JSON allows no raw control character in a text.
        assert!(request.body().iter().all(|byte| *byte >= b' '), "{:?}", String::from_utf8_lossy(request.body()));
    }
}

#[test]
fn a_field_given_twice_is_refused_however_it_is_called() {
    let bench = Bench::warm(&["Account"]);
    let error = bench.refused("create", account(json!({ "Name": "New", "Employees": 5, "NumberOfEmployees": 6 })));
    assert!(error["message"].as_str().unwrap().ends_with("is given twice"), "{error}");
    let changes = json!({ "Phone": "1", "Account Phone": "2" });
    let error = bench.refused("update", json!({ "object": "Account", "record": "Acme", "fields": changes }));
    assert_eq!(error["message"], "Phone is given twice");
}

#[test]
fn an_update_without_changes_is_refused() {
    let expected = "say what to change: at least one field with its new value";
    check("update", json!({ "object": "Account", "record": "Acme", "fields": {} }), expected);
}

#[test]
fn an_empty_list_of_values_is_refused() {
    for (field, op) in
        [("Title", "in"), ("Title", "not_in"), ("Spoken_Languages__c", "includes"), ("Spoken_Languages__c", "excludes")]
    {
        let filter = json!({ "field": field, "op": op, "value": [] });
        let text = message("query", records(json!({ "object": "Contact", "filters": [filter] })));
        assert!(text.starts_with("the list is empty, so nothing can match (line 1, column "), "{op}: {text}");
        let soql = format!("SELECT Id FROM Contact WHERE {field} {} :x", op.to_uppercase().replace('_', " "));
        let text = message("query", json!({ "soql": soql, "params": { "x": [] } }));
        assert_eq!(text, format!("the list of values for {field} is empty, so nothing can match"), "{op}");
    }
}

#[test]
fn a_condition_without_its_value_is_refused() {
    let text = message("query", json!({ "soql": "SELECT Id FROM Account WHERE Industry < NULL" }));
    assert!(text.starts_with("null, true and false are only equal or not equal"), "{text}");
    for condition in ["Industry < :x", "Industry >= :x"] {
        let soql = format!("SELECT Id FROM Account WHERE {condition}");
        let error = Bench::warm(&["Account"]).refused("query", json!({ "soql": soql, "params": { "x": null } }));
        assert_eq!(without_place(&error), "the condition on Industry needs a value");
    }
}

#[test]
fn a_field_that_salesforce_cannot_filter_or_sort_is_refused() {
    check(
        "query",
        records(accounts_where(json!({ "field": "Account Description", "op": "contains", "value": "x" }))),
        "Salesforce can't filter by Description (a textarea); leave the condition out and read the values",
    );
    check(
        "query",
        records(json!({ "object": "Account", "order_by": [{ "field": "Description" }] })),
        "Salesforce can't sort by Description",
    );
}

#[test]
fn a_comparison_that_the_fields_type_does_not_know_is_refused() {
    let opportunities = |filter: Value| json!({ "object": "Opportunity", "filters": [filter] });
    let text = message("query", records(opportunities(json!({ "field": "IsClosed", "op": "gt", "value": false }))));
    assert!(text.starts_with("null, true and false are only equal or not equal"), "{text}");
    let text = message("query", json!({ "soql": "SELECT Id FROM Opportunity WHERE IsClosed > 'false'" }));
    assert_eq!(text, "IsClosed can only be compared with = and !=");
    let text = message("query", records(opportunities(json!({ "field": "Amount", "op": "contains", "value": "5" }))));
    assert_eq!(text, "Amount is a currency and has no text to match");
    let text = message("query", records(opportunities(json!({ "field": "Id", "op": "starts_with", "value": "006" }))));
    assert_eq!(text, "Id is an id and has no text to match");
    for op in ["includes", "excludes"] {
        let text = message(
            "query",
            records(opportunities(json!({ "field": "StageName", "op": op, "value": ["Closed Won"] }))),
        );
        assert!(text.contains("multi-select"), "{text}");
    }
}

#[test]
fn a_filters_value_of_another_type_than_its_field_is_refused() {
    let bench = Bench::warm(&["Opportunity"]);
    for (field, value, expected) in [
        ("Amount", json!("a lot"), "a plain number"),
        ("Amount", json!([1, "x"]), "a plain number"),
        ("CloseDate", json!("past month"), "LAST_MONTH"),
        ("CloseDate", json!("2026-13-01"), "date"),
        ("CreatedDate", json!("2026-05-31T15:00:00"), "zone"),
        ("CreatedDate", json!("NOW"), "date literal"),
        ("IsClosed", json!("open"), "true or false"),
        ("AccountId", json!("A"), "to filter by a name, use the field Account.Name"),
        ("AccountId", json!("001000000000001AAB"), "a record id"),
        ("Name", json!("x".repeat(4001)), "4000"),
    ] {
        let filter = json!({ "field": field, "value": value });
        let error = bench.refused("query", records(json!({ "object": "Opportunity", "filters": [filter] })));
        assert!(error["message"].as_str().unwrap().contains(expected), "{field} = {value}: {error:#}");
    }
}

#[test]
fn a_pattern_with_a_stray_backslash_is_refused() {
    let text = message("query", records(accounts_where(json!({ "field": "Name", "op": "like", "value": "a\\x%" }))));
    assert!(text.contains("backslash"), "{text}");
}

#[test]
fn more_objects_than_one_search_takes_are_refused() {
    let objects = ["Account", "Contact", "Lead", "Opportunity", "Case", "Task"];
    check("find", json!({ "text": "acme", "objects": objects }), "name at most 5 objects");
}

#[test]
fn children_that_salesforce_cannot_look_through_are_refused() {
    let bench = Bench::warm(&["Account"]);
    for object in ["Task", "Event"] {
        let error = bench.refused("query", records(json!({ "object": "Account", "children": [{ "object": object }] })));
        assert!(error["message"].as_str().unwrap().contains("LastActivityDate"), "{error}");
    }
    let child = json!({ "object": "Contact" });
    let error = bench.refused("query", records(json!({ "object": "Account", "children": [child, child, child] })));
    assert!(error["message"].as_str().unwrap().starts_with("Salesforce takes at most 2 subqueries"), "{error}");
}

#[test]
fn a_subquery_of_a_field_that_is_no_lookup_is_refused() {
    let bench = Bench::warm(&["Account", "Contact", "Lead"]);
    for (soql, said) in [
        (
            "SELECT Id FROM Lead WHERE Id IN (SELECT LeadId FROM Contact)",
            "the field \"LeadId\" does not exist on Contact",
        ),
        ("SELECT Id FROM Account WHERE Id IN (SELECT Name FROM Contact)", "Name is a string and holds no id"),
        ("SELECT Id FROM Account WHERE Name IN (SELECT AccountId FROM Contact)", "Name is a string and holds no id"),
        ("SELECT Id FROM Contact WHERE Account.OwnerId IN (SELECT Id FROM User)", "is a field of a parent"),
    ] {
        let error = bench.refused("query", json!({ "soql": soql }));
        assert!(error["message"].as_str().unwrap().contains(said), "{soql}: {error}");
    }
}

#[test]
fn a_related_list_there_is_not_is_refused_with_those_there_are() {
    let bench = Bench::warm(&["Account"]);
    let error = bench.refused("get", json!({ "object": "Account", "record": "Acme", "related": ["invoices"] }));
    assert_eq!(error["message"], "Account has no related list \"invoices\" that is visible to the user");
    assert!(error["allowed"].as_array().unwrap().contains(&json!("Opportunities")), "{error}");
    let error = bench.refused("get", json!({ "object": "Account", "record": "Acme", "related": ["open_contacts"] }));
    assert_eq!(error["message"], "Contact records are neither open nor closed; ask for Contacts");
}

#[test]
fn a_reference_to_a_record_of_another_object_is_refused() {
    let bench = Bench::warm(&["Contact"]);
    let fields = json!({ "LastName": "Doe", "AccountId": bench.id("bob") });
    let error = bench.err("create", json!({ "object": "Contact", "fields": fields }));
    assert_eq!((error["kind"].as_str(), bench.counts()), (Some("invalid_input"), (0, 0)));
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("AccountId") && message.contains("the id of Account and not of Contact"), "{message}");
}

#[test]
fn arguments_that_are_no_object_are_refused() {
    let bench = Bench::new();
    for (arguments, said) in [
        ("[]", "the arguments are not a JSON object"),
        ("\"acme\"", "the arguments are not a JSON object"),
        (
            "{\"text\": acme}",
            "the arguments are not JSON: a character is not allowed where it stands, at line 1, column 10",
        ),
        ("{\"text\": \"acme\"", "the arguments are not JSON: the text ends too early, at line 1, column 16"),
    ] {
        let error = salesforce_plugin::tools::call(&salesforce_plugin::call::Call::new(&bench), "find", arguments);
        assert_eq!(error.unwrap_err().to_string(), said);
    }
    assert_eq!(bench.requests(), 0);
}

#[test]
fn a_related_list_asked_for_in_two_ways_is_refused_and_one_asked_for_twice_is_not() {
    let bench = Bench::new();
    let get = |related: &[&str]| bench.call("get", json!({ "record": bench.id("acme"), "related": related }));
    let error = get(&["opportunities", "contacts", "open_opportunities"]).unwrap_err();
    assert_eq!((error["kind"].as_str(), bench.requests()), (Some("invalid_input"), 0));
    assert!(error["message"].as_str().unwrap().starts_with("Opportunities can't be listed twice"), "{error}");
    let reply = get(&["contacts", "open_cases", "Contacts"]).unwrap();
    assert_eq!(reply["related"].as_array().unwrap().len(), 2);
}

#[test]
fn ones_own_records_of_an_object_without_owners_are_refused() {
    let bench = Bench::warm(&["User"]);
    let error = bench.err("query", records(json!({ "object": "User", "mine": true })));
    assert_eq!((error["kind"].as_str(), bench.requests()), (Some("invalid_input"), 0));
    assert_eq!(error["message"], "User records have no owner");
}
