//! Reading is whatever comes back: what the settings keep from being read is in no reply, whichever tool gives it.

use demo_org::schema::{Field, FieldType, Object};
use demo_org::{Effect, Extra, Fault, Id, Org, Value as OrgValue};
use salesforce_plugin::catalog;
use serde_json::{Value, json};

use crate::bench::Bench;
use crate::said::{numbers, records, soql};

/// In every text of a forbidden object, but in what its records are called, which their lookups tell.
const SECRET: &str = "zq9secret";
/// In every number of it.
const NUMBER: u32 = 7_351_924;

/// The objects that are forbidden, one after the other.
const FORBIDDEN: [&str; 12] = [
    "Account",
    "Contact",
    "Lead",
    "Opportunity",
    "Case",
    "Task",
    "Event",
    "User",
    "Campaign",
    "CampaignMember",
    "EmailMessage",
    "Project__c",
];

/// Tools that have nothing to do in the plain org, and what it lacks.
const OF_EXTRAS: [(&str, &[Extra]); 2] =
    [("approve", &[Extra::Approvals, Extra::FlowApprovals]), ("read_file", &[Extra::Files])];

/// Riley, with every tool on, who may read every object but one: that is full of secrets.
fn without(forbidden: &str) -> Bench {
    of_org(&[Extra::Reports, Extra::ListViews], forbidden)
}

/// The same in an org that has what a tool is for.
fn of_org(extras: &[Extra], forbidden: &str) -> Bench {
    let bench = Bench::on(Org::demo_with(extras.iter().copied()), "riley");
    let schema = bench.org.schema();
    let object = schema.object(forbidden).unwrap();
    for row in bench.org.rows(forbidden) {
        let id = Id::parse(row.get("Id").as_str().unwrap()).unwrap();
        for field in object.fields.iter().filter(|field| is_secret(object, field)) {
            if let Some(value) = secret(field) {
                bench.org.set(&id, &field.name, value);
            }
        }
    }
    // Salesforce shows a case what its contact holds.
    if forbidden == "Contact" {
        for row in bench.org.rows("Case") {
            let id = Id::parse(row.get("Id").as_str().unwrap()).unwrap();
            bench.org.set(&id, "ContactEmail", format!("{SECRET}@mail.example").as_str());
            bench.org.set(&id, "ContactPhone", SECRET);
        }
    }
    let readable = objects(&bench).into_iter().filter(|name| name != forbidden).collect();
    let mut settings = bench.settings.borrow_mut();
    settings.tools = Some(vec!["all".to_owned()]);
    settings.objects.read = Some(readable);
    drop(settings);
    bench
}

fn objects(bench: &Bench) -> Vec<String> {
    let schema = bench.org.schema();
    schema.objects().map(|object| object.name.clone()).collect()
}

/// Whether a field holds more than what a record is called, and nothing that the tools need of a user.
fn is_secret(object: &Object, field: &Field) -> bool {
    let is_name = object.name_field().is_some_and(|name| name.name == field.name)
        || ["Name", "FirstName", "LastName", "TimeZoneSidKey", "Type"].contains(&field.name.as_str());
    !is_name && field.kind != FieldType::Id && field.kind != FieldType::Reference
}

fn secret(field: &Field) -> Option<OrgValue> {
    use FieldType::{
        Combobox, Currency, Double, Email, Int, Multipicklist, Percent, Phone, Picklist, String, Textarea, Url,
    };
    Some(match field.kind {
        String | Textarea | Picklist | Multipicklist | Combobox | Phone | Url => OrgValue::Text(SECRET.to_owned()),
        Email => OrgValue::Text(format!("{SECRET}@mail.example")),
        Int => OrgValue::Integer(NUMBER.into()),
        Currency | Double | Percent => OrgValue::Number(NUMBER.into()),
        _ => return None,
    })
}

/// The ids of an object's first records.
fn ids(bench: &Bench, object: &str) -> Vec<String> {
    bench.org.rows(object).iter().take(2).map(|row| row.get("Id").as_str().unwrap().to_owned()).collect()
}

/// What a record is called.
fn called(bench: &Bench, object: &str, id: &str) -> String {
    let schema = bench.org.schema();
    let row = bench.org.row(&Id::parse(id).unwrap()).unwrap();
    let name = schema.object(object).unwrap().name_field().map_or("Id", |field| &field.name);
    row.get(name).as_str().unwrap_or(id).to_owned()
}

/// Paths by which other objects' records lead to fields of this one, with the object they begin at.
fn paths(bench: &Bench, object: &str) -> Vec<(String, String)> {
    let schema = bench.org.schema();
    let mut paths = Vec::new();
    for holder in schema.objects().filter(|holder| holder.queryable && holder.name != object) {
        for lookup in holder.fields.iter().filter(|field| field.reference_to.iter().any(|target| target == object)) {
            let Some(relationship) = &lookup.relationship_name else { continue };
            let shared = ["Email", "Phone", "Title"].map(str::to_owned).to_vec();
            let target = schema.object(object).unwrap();
            let own = target.fields.iter().filter(|field| is_secret(target, field) && secret(field).is_some());
            let fields = match lookup.reference_to.len() {
                1 => own.map(|field| field.name.clone()).step_by(4).take(2).collect(),
                _ => shared,
            };
            paths.extend(fields.iter().map(|field| (holder.name.clone(), format!("{relationship}.{field}"))));
            // The way goes on through a lookup of what may not be read.
            paths.push((holder.name.clone(), format!("{relationship}.CreatedBy.Name")));
        }
    }
    paths
}

/// Queries that name a forbidden field by a path: none of them may do anything but refuse.
fn by_path(holder: &str, path: &str) -> Vec<Value> {
    let filter = json!([{ "field": path, "op": "not_empty" }]);
    vec![
        records(json!({ "object": holder, "fields": [path] })),
        records(json!({ "object": holder, "filters": filter })),
        records(json!({ "object": holder, "any_of": [filter] })),
        records(json!({ "object": holder, "order_by": [{ "field": path }] })),
        numbers(json!({ "object": holder, "filters": filter })),
        numbers(json!({ "object": holder, "group_by": [{ "field": path }] })),
        numbers(json!({ "object": holder, "measures": [{ "function": "max", "field": path }] })),
        numbers(json!({ "object": holder, "measures": [{ "function": "count_distinct", "field": path }] })),
        soql(format!("SELECT {path} FROM {holder}")),
        soql(format!("SELECT toLabel({path}) FROM {holder} h")),
        soql(format!("SELECT FORMAT({path}) FROM {holder}")),
        soql(format!("SELECT Id FROM {holder} WHERE {path} != null")),
        soql(format!("SELECT Id FROM {holder} h WHERE (NOT h.{path} LIKE '%z%')")),
        soql(format!("SELECT Id FROM {holder} WHERE {path} IN ('x', 'y')")),
        soql(format!("SELECT Id FROM {holder} ORDER BY {path}")),
        soql(format!("SELECT DISTINCT {path} FROM {holder}")),
        soql(format!("SELECT COUNT(Id) FROM {holder} GROUP BY {path}")),
        soql(format!("SELECT COUNT(Id) FROM {holder} GROUP BY CALENDAR_YEAR({path})")),
        soql(format!("SELECT MAX({path}) FROM {holder}")),
        soql(format!("SELECT COUNT(Id) FROM {holder} GROUP BY Id HAVING MAX({path}) > 'a'")),
        soql(format!("SELECT COUNT(Id) FROM {holder} GROUP BY Id ORDER BY MAX({path})")),
        soql(format!("SELECT Id FROM {holder} WHERE Id IN (SELECT Id FROM {holder} WHERE {path} != null)")),
    ]
}

/// Calls of a tool that come near a forbidden object. A tool that is new needs some of its own.
fn calls(bench: &Bench, tool: &str, object: &str) -> Vec<Value> {
    let all: Vec<(String, String)> = objects(bench)
        .into_iter()
        .flat_map(|name| ids(bench, &name).into_iter().take(1).map(move |id| (name.clone(), id)))
        .collect();
    let schema = bench.org.schema();
    let target = schema.object(object).unwrap();
    let id = ids(bench, object).remove(0);
    let name = called(bench, object, &id);
    let mut calls: Vec<Value> = Vec::new();
    match tool {
        "find" => {
            for text in [SECRET, &name, "acme", "stone", "a"] {
                calls.push(json!({ "text": text }));
                calls.push(json!({ "text": text, "objects": [object] }));
            }
        }
        "get" => {
            for (of, id) in &all {
                calls.push(json!({ "record": id, "object": of }));
                calls.push(json!({ "record": id, "object": of, "full": true }));
                calls.push(json!({ "record": id, "object": of, "related": ["activities"] }));
                for child in &schema.object(of).unwrap().child_relationships {
                    calls.push(json!({ "record": id, "object": of, "related": [child.name] }));
                }
            }
            for (holder, path) in paths(bench, object) {
                let id = ids(bench, &holder);
                calls.extend(id.first().map(|id| json!({ "record": id, "object": holder, "fields": [path] })));
            }
            calls.push(json!({ "record": name, "object": object }));
        }
        "describe" => calls.extend([json!({}), json!({ "object": object }), json!({ "search": SECRET })]),
        "activities" => {
            calls.extend([json!({}), json!({ "timeframe": "past" }), json!({ "timeframe": "upcoming" })]);
            for (of, id) in &all {
                calls.push(json!({ "record": id, "object": of }));
                calls.push(json!({ "record": id, "object": of, "timeframe": "upcoming" }));
            }
        }
        "report" => {
            calls.extend([json!({}), json!({ "object": object })]);
            for of in ["Report", "ListView"] {
                for row in bench.org.rows(of) {
                    for column in ["Id", "Name", "DeveloperName"] {
                        let name = row.get(column).as_str().unwrap().to_owned();
                        calls.push(json!({ "name": name, "details": true, "limit": 2000 }));
                        calls.push(json!({ "name": name, "object": object, "filters": { "Closed": true } }));
                    }
                }
            }
        }
        "who_am_i" => calls.extend([json!({}), json!({ "objects": [object] })]),
        "query" => {
            for of in objects(bench) {
                calls.push(records(json!({ "object": of, "limit": 50 })));
                let fields: Vec<_> = schema.object(&of).unwrap().fields.iter().map(|field| &field.name).collect();
                calls.push(records(json!({ "object": of, "fields": fields })));
                calls.push(records(json!({ "object": of, "children": [{ "object": object }] })));
                calls.push(numbers(json!({ "object": of, "group_by": [{ "field": "Owner" }] })));
                calls.push(numbers(json!({ "object": of, "children": [{ "object": object }] })));
                calls.push(soql(format!("SELECT FIELDS(ALL) FROM {of} LIMIT 20")));
                calls.push(soql(format!("SELECT * FROM {of} LIMIT 20")));
                calls.push(soql(format!("SELECT Id FROM {of} WHERE Id IN (SELECT Id FROM {object})")));
                calls.push(soql(format!(
                    "SELECT h.Id FROM {of} h WHERE EXISTS (SELECT 1 FROM {object} x WHERE x.{of}Id = h.Id)"
                )));
                calls.push(soql(format!("SELECT x.* FROM {object} x JOIN {of} y ON x.{of}Id = y.Id")));
                calls.push(soql(format!(
                    "SELECT y.*, x.Description FROM {of} y JOIN {object} x ON y.{object}Id = x.Id"
                )));
                for child in
                    schema.object(&of).unwrap().child_relationships.iter().filter_map(|child| child.name.as_ref())
                {
                    calls
                        .push(soql(format!("SELECT Id, (SELECT FIELDS(ALL) FROM {child} LIMIT 5) FROM {of} LIMIT 20")));
                    calls.push(soql(format!("SELECT Id, (SELECT * FROM {child}) FROM {of} LIMIT 20")));
                    calls.push(soql(format!(
                        "SELECT Id, (SELECT Id, Subject, Description FROM {child}) FROM {of} LIMIT 20"
                    )));
                }
            }
            calls.push(soql(format!("SELECT TYPEOF What WHEN {object} THEN Description ELSE Name END FROM Task")));
        }
        "create" => calls.extend(creations(&id, &name)),
        "log_activity" => {
            for kind in ["call", "email", "meeting", "task", "note"] {
                for (who, what) in [
                    (Some(bench.id("bob")), None),
                    (None, Some(bench.id("acme"))),
                    (Some("Bob".to_owned()), Some("Acme".to_owned())),
                ] {
                    let mut call = json!({ "kind": kind, "who": who, "what": what, "text": "Hello" });
                    if kind == "meeting" {
                        call["when"] = json!("2026-05-20T15:00");
                    }
                    calls.push(call);
                }
            }
            calls.push(
                json!({ "kind": "call", "what": id, "what_object": object, "follow_up": { "when": "2026-05-20" } }),
            );
            calls.push(json!({ "kind": "call", "what": name, "what_object": object }));
            calls.push(json!({ "kind": "call", "who": name }));
        }
        "update" => calls.extend(updates(target, &id, &name)),
        "convert_lead" => {
            for (_, id) in &all {
                calls.push(json!({ "record": id }));
                calls.push(json!({ "record": "Dana Fox", "account": id }));
                calls.push(json!({ "record": "Dana Fox", "contact": id }));
                calls.push(json!({ "record": "Dana Fox", "opportunity": id, "account": "Acme" }));
            }
            for lead in ["Dana Fox", "Nina Volkov", "Omar Haddad", name.as_str()] {
                calls.push(json!({ "record": lead, "account": name }));
                calls.push(json!({ "record": lead, "contact": name }));
                calls.push(json!({ "record": lead, "owner": name }));
                calls.push(json!({ "record": lead }));
            }
        }
        "delete" => {
            for (of, id) in &all {
                calls.push(json!({ "record": id, "object": of, "name": "Somebody else" }));
                calls.push(json!({ "record": id, "object": of, "name": called(bench, of, id) }));
            }
        }
        "restore" => {
            for (of, id) in &all {
                calls.push(json!({ "record": id, "object": of }));
            }
        }
        "read_file" => {
            for of in ["ContentDocument", "ContentVersion", "Attachment"] {
                calls.extend(ids(bench, of).into_iter().map(|id| json!({ "file": id })));
            }
            for (of, id) in &all {
                for file in ["Notes from the customer", "prices", "nothing at all"] {
                    calls.push(json!({ "file": file, "record": id, "object": of }));
                }
            }
            calls.push(json!({ "file": "plan", "record": name, "object": object }));
        }
        "send_email" => {
            for to in [name.clone(), id.clone(), "Bob Stone".to_owned(), format!("{SECRET}@mail.example")] {
                let mail = |about: Value| json!({ "to": [to], "about": about, "subject": "x", "body": "y" });
                calls.push(mail(Value::Null));
                calls.extend(all.iter().map(|(_, id)| mail(json!(id))));
                calls.push(mail(json!(name)));
            }
        }
        "approve" => {
            for (of, id) in &all {
                for decision in ["approve", "submit", "recall"] {
                    calls.push(json!({ "record": id, "object": of, "decision": decision }));
                }
            }
            calls.push(json!({ "record": name, "object": object, "decision": "approve" }));
            calls.push(json!({ "record": id, "object": object, "decision": "submit", "approver": "Sam Lee" }));
            calls.push(json!({ "record": id, "object": object, "decision": "submit", "approver": name }));
        }
        _ => panic!("nobody says here how {tool} comes near an object that may not be read"),
    }
    calls
}

/// New records of every kind: doubles of others, those that point to the forbidden one, and forbidden ones.
fn creations(id: &str, name: &str) -> Vec<Value> {
    let mut calls = Vec::new();
    for (of, fields) in [
        ("Account", json!({ "Name": "Acme" })),
        ("Account", json!({ "Name": "Zed", "ParentId": id })),
        ("Account", json!({ "Name": "Zed", "Parent": name })),
        ("Contact", json!({ "FirstName": "Robert", "LastName": "Stone", "Email": "bob.stone@acme.example" })),
        ("Contact", json!({ "LastName": "Zed", "Account": name })),
        ("Contact", json!({ "LastName": "Zed", "AccountId": id, "Owner": name })),
        ("Lead", json!({ "FirstName": "Dana", "LastName": "Fox", "Company": "Initech" })),
        (
            "Lead",
            json!({ "FirstName": "Robert", "LastName": "Stone", "Company": "Acme", "Email": "bob.stone@acme.example" }),
        ),
        (
            "Opportunity",
            json!({ "Name": "Zed", "StageName": "Prospecting", "CloseDate": "2026-09-01", "Account": name }),
        ),
        ("Case", json!({ "Subject": "Zed", "Contact": name })),
        ("Case", json!({ "Subject": "Zed", "ContactId": id })),
        ("Task", json!({ "Subject": "Zed", "What": name })),
        ("Task", json!({ "Subject": "Zed", "WhoId": id })),
        ("Event", json!({ "Subject": "Zed", "StartDateTime": "2026-05-20T15:00:00Z", "DurationInMinutes": 30 })),
        ("Campaign", json!({ "Name": "Zed" })),
        ("Project__c", json!({ "Name": "Zed", "Customer__c": name })),
    ] {
        calls.push(json!({ "object": of, "fields": fields }));
        calls.push(json!({ "object": of, "fields": fields, "allow_duplicate": true }));
    }
    calls
}

/// Changes of a forbidden record: each of its fields, with what it does not hold, what it holds and nothing expected.
fn updates(object: &Object, id: &str, name: &str) -> Vec<Value> {
    let mut calls = Vec::new();
    for field in object.fields.iter().filter(|field| field.updateable) {
        let (from, to) = match secret(field) {
            Some(OrgValue::Text(_)) => (json!("nothing of the kind"), json!("x@y.example")),
            Some(_) => (json!(1), json!(2)),
            None => (json!(null), json!(null)),
        };
        let name = &field.name;
        calls.push(json!({ "object": object.name, "record": id, "fields": { name: to }, "from": { name: from } }));
        calls.push(json!({ "object": object.name, "record": id, "fields": { name: to }, "from": { name: "" } }));
        calls.push(json!({ "object": object.name, "record": id, "fields": { name: to } }));
    }
    calls.push(json!({ "object": object.name, "record": name, "fields": { "Description": "x" } }));
    calls.push(json!({ "object": object.name, "record": id, "fields": { "OwnerId": "Sam Lee" }, "from": { "OwnerId": "Jane" } }));
    calls
}

#[track_caller]
fn assert_untold(forbidden: &str, tool: &str, arguments: &Value, outcome: &Result<Value, Value>) {
    let told = match outcome {
        Ok(reply) | Err(reply) => reply.to_string().to_lowercase(),
    };
    // What the call itself says may come back.
    let said = arguments.to_string().to_lowercase();
    for secret in [SECRET.to_owned(), NUMBER.to_string()] {
        assert!(!told.contains(&secret) || said.contains(&secret), "{forbidden}: {tool} {arguments}: {told}");
    }
}

/// Every tool of the catalog, by its short name.
fn tools(bench: &Bench) -> Vec<String> {
    let settings = bench.settings.borrow().clone();
    catalog::tools(&settings).map(|tool| tool.name.strip_prefix("salesforce_").unwrap().to_owned()).collect()
}

#[test]
fn no_tool_tells_what_an_object_holds_that_may_not_be_read() {
    let mut called = 0;
    for forbidden in FORBIDDEN {
        let tools = tools(&without(forbidden));
        assert_eq!(tools.len(), 16, "a new tool needs calls of its own");
        let mut bench = without(forbidden);
        for tool in tools {
            if !bench.org.writes().is_empty() {
                bench = without(forbidden);
            }
            if let Some((_, extras)) = OF_EXTRAS.iter().find(|(name, _)| *name == tool) {
                bench = of_org(extras, forbidden);
            }
            for arguments in calls(&bench, &tool, forbidden) {
                called += 1;
                assert_untold(forbidden, &tool, &arguments, &bench.call(&tool, arguments.clone()));
            }
        }
    }
    assert!(called > 4000, "{called} calls");
}

#[test]
fn no_path_leads_to_a_field_that_may_not_be_read() {
    let mut refused = 0;
    for forbidden in FORBIDDEN {
        let bench = without(forbidden);
        for (holder, path) in paths(&bench, forbidden) {
            for arguments in by_path(&holder, &path) {
                let outcome = bench.call("query", arguments.clone());
                assert_untold(forbidden, "query", &arguments, &outcome);
                let error = outcome.expect_err(&arguments.to_string());
                // What the org's objects lack is refused for that.
                let kind = error["kind"].as_str().unwrap();
                assert!(["switched_off", "invalid_input"].contains(&kind), "{arguments}: {error}");
                refused += usize::from(kind == "switched_off");
            }
        }
        assert_eq!(bench.org.writes(), []);
    }
    assert!(refused > 1000, "{refused} refused");
}

// ---- each way by itself ----

fn granted(names: &[&str]) -> Option<Vec<String>> {
    Some(names.iter().map(|name| (*name).to_owned()).collect())
}

/// Riley, who may read these objects.
fn reading(names: &[&str]) -> Bench {
    let bench = Bench::new();
    bench.settings.borrow_mut().tools = granted(&["all"]);
    bench.settings.borrow_mut().objects.read = granted(names);
    bench
}

#[track_caller]
fn assert_off(bench: &Bench, tool: &str, arguments: Value, what: &str) {
    let error = bench.err(tool, arguments);
    assert_eq!(error["kind"], "switched_off", "{error}");
    assert!(error["message"].as_str().unwrap().starts_with(what), "{error}");
}

#[test]
fn through_a_lookup_of_several_objects_only_name_id_and_type_are_read() {
    let tasks = |fields: Value| json!({ "object": "Task", "fields": fields });
    let bench = reading(&["Task", "Account", "Contact"]);
    for path in ["Who.Email", "Who.Phone", "Who.Title", "Who.FirstName", "Owner.Username", "Owner.Profile.Name"] {
        assert_off(&bench, "query", records(tasks(json!([path]))), "reading ");
    }
    let told = json!(["Who.Name", "Who.Id", "Who.Type", "What.Name", "What.Type", "Owner.Name", "Owner.Type"]);
    bench.ok("query", records(tasks(told)));
    bench.ok("query", json!({ "soql": "SELECT Who.Name, Who.Type, What.Id, Owner.Name FROM Task" }));
    let query = "SELECT TYPEOF What WHEN Account THEN Industry ELSE Phone END FROM Task";
    bench.refused("query", json!({ "soql": query }));
    let groups = json!({ "object": "Task", "group_by": [{ "field": "Owner" }] });
    bench.ok("query", numbers(groups));
    let bench = reading(&["Task", "Contact", "Lead"]);
    bench.ok("query", records(tasks(json!(["Who.Email"]))));
    // Whose the others are, only the org's own description says.
    bench.settings.borrow_mut().objects.read = granted(&["Task", "Account", "Opportunity", "Case", "Campaign"]);
    assert_off(&bench, "query", records(tasks(json!(["What.Phone"]))), "reading ");
}

#[test]
fn a_path_goes_on_only_through_what_may_be_read() {
    let contacts = |field: &str| json!({ "object": "Contact", "fields": [field] });
    let bench = reading(&["Contact", "User"]);
    for path in ["Account.Owner.Name", "Account.Owner.Email", "Account.Parent.Name", "Account.CreatedBy.Id"] {
        assert_off(&bench, "query", records(contacts(path)), "reading Account records");
    }
    for path in ["Account.Name", "Account.Id", "ReportsTo.Account.Name", "ReportsTo.Owner.Email"] {
        bench.ok("query", records(contacts(path)));
    }
}

#[test]
fn what_a_case_repeats_of_its_contact_is_the_contacts() {
    let bench = reading(&["Case"]);
    let id = bench.id("case_new_2");
    for arguments in [
        json!({ "object": "Case", "fields": ["ContactEmail"] }),
        json!({ "object": "Case", "filters": [{ "field": "Contact Phone", "op": "starts_with", "value": "+1" }] }),
    ] {
        assert_off(&bench, "query", records(arguments), "reading Contact records");
    }
    let error = bench.err("query", json!({ "soql": "SELECT FIELDS(ALL) FROM Case LIMIT 5" }));
    assert!(error["message"].as_str().unwrap().contains("name the fields"), "{error}");
    for arguments in [json!({ "record": id }), json!({ "record": id, "full": true })] {
        let reply = bench.ok("get", arguments);
        assert!(reply["fields"].as_object().unwrap().keys().all(|name| !name.starts_with("ContactE")), "{reply}");
    }
    bench.settings.borrow_mut().objects.read = granted(&["Case", "Contact"]);
    bench.ok("query", records(json!({ "object": "Case", "fields": ["ContactEmail"] })));
    bench.ok("query", json!({ "soql": "SELECT FIELDS(ALL) FROM Case LIMIT 5" }));
}

#[test]
fn a_change_of_what_may_not_be_read_is_made_and_its_receipt_says_what_was_sent() {
    let bench = reading(&["Contact"]);
    let acme = bench.id("acme");
    let change = |from: Value| json!({ "record": acme, "fields": { "Employees": 500 }, "from": { "Employees": from } });
    let error = bench.err("update", change(json!(7)));
    assert_eq!((&error["kind"], &error["changed"]), (&json!("conflict"), &json!("no")));
    assert_eq!((&error["fields"], error.get("current")), (&json!(["NumberOfEmployees"]), None));
    assert!(error["message"].as_str().unwrap().contains("is not told"), "{error}");
    assert_eq!(bench.org.writes(), []);

    let reply = bench.ok("update", change(json!(100)));
    assert_eq!(reply["records"][0]["changes"], json!([{ "field": "NumberOfEmployees", "before": 100, "after": 500 }]));
    assert_eq!((reply.get("name"), reply["undo"].get("tool")), (None, None));
    assert!(reply["notices"][0].as_str().unwrap().contains("keep Account records from being read"), "{reply}");
    // What nobody expected is not shown, and that it is there already is not told either.
    for _ in 0..2 {
        let reply = bench.ok("update", json!({ "record": acme, "fields": { "Phone": "1" } }));
        assert_eq!(reply["records"][0]["changes"], json!([{ "field": "Phone", "after": "1" }]));
    }
    assert_eq!(bench.org.writes().len(), 3);
}

#[test]
fn a_change_by_somebody_else_is_told_without_what_it_made() {
    let bench = reading(&["Contact"]).after_describing(&["Contact"]);
    let acme = bench.org.id("acme").unwrap();
    let meanwhile = acme.clone();
    *bench.meanwhile.borrow_mut() = Some((
        1,
        Box::new(move |org| {
            org.advance(std::time::Duration::from_secs(5));
            org.set(&meanwhile, "Description", SECRET);
        }),
    ));
    let changes = json!({ "Description": "x" });
    let error = bench.err("update", json!({ "record": acme.to_string(), "fields": changes }));
    assert_eq!((&error["kind"], error.get("current")), (&json!("conflict"), None), "{error}");
}

#[test]
fn a_name_is_not_looked_for_where_nothing_may_be_read() {
    let bench = reading(&["Contact"]);
    let changes = json!({ "Phone": "1" });
    assert_off(
        &bench,
        "update",
        json!({ "object": "Account", "record": "Acme", "fields": changes }),
        "reading Account",
    );
    let fields = json!({ "LastName": "Zed", "Account": "Acme" });
    assert_off(&bench, "create", json!({ "object": "Contact", "fields": fields }), "reading Account");
    assert_off(&bench, "log_activity", json!({ "kind": "call", "what": "Acme" }), "reading Account");
    // An id needs no look.
    let fields = json!({ "LastName": "Zed", "Account": bench.id("acme") });
    bench.created(json!({ "object": "Contact", "fields": fields }));
    let reply = bench.ok("log_activity", json!({ "kind": "call", "what": bench.id("acme"), "who": "Tom Baker" }));
    assert_eq!(reply["what"], json!({ "object": "Account", "id": bench.id("acme"), "facts": {} }));
    assert_eq!(bench.org.writes().len(), 2);
}

#[test]
fn a_new_record_that_may_not_be_read_is_told_as_it_was_sent() {
    let bench = reading(&["User"]);
    let fields = json!({ "Name": "Zenith", "Type": "prospect", "Phone": null, "Owner": "Sam Lee" });
    let reply = bench.created(json!({ "object": "Account", "fields": fields }));
    let sam = bench.id("sam");
    assert_eq!(reply["fields"], json!({ "Name": "Zenith", "Type": "Prospect", "OwnerId": sam }));
    assert_eq!(reply["names"], json!({ sam: "Sam Lee" }));
    assert!(reply["notices"][0].as_str().unwrap().contains("keep Account records from being read"), "{reply}");
    assert_eq!(reply["undo"]["arguments"]["name"], "Zenith");
    bench.ok("delete", reply["undo"]["arguments"].clone());
    // A contact's name is made of parts, and is nothing that was sent.
    let reply = bench.created(json!({ "object": "Contact", "fields": { "FirstName": "A", "LastName": "Zed" } }));
    assert_eq!(reply["undo"].get("arguments"), None);
    assert!(reply["undo"]["instructions"].as_str().unwrap().starts_with("a person deletes "), "{reply}");
}

#[test]
fn an_activity_that_may_not_be_read_is_told_as_it_was_sent() {
    let bench = reading(&["Contact", "Account"]);
    let arguments = json!({
        "kind": "call", "who": "Tom Baker", "text": "Hello", "follow_up": { "when": "2026-05-20T15:00", "kind": "meeting" },
    });
    let reply = bench.ok("log_activity", arguments);
    let fields = &reply["created"][0]["fields"];
    assert_eq!(
        (&fields["Subject"], &fields["Description"], fields.get("Status")),
        (&json!("Call"), &json!("Hello"), None)
    );
    assert_eq!(reply["created"][1]["when"], "Wed 2026-05-20 15:00");
    assert_eq!(reply["created"][0]["undo"]["arguments"]["name"], "Call");
    assert!(reply["notices"].to_string().contains("keep Event records from being read"), "{reply}");
    let note = bench.ok("log_activity", json!({ "kind": "note", "what": bench.id("acme"), "text": "They like blue." }));
    assert_eq!(note["created"][0]["fields"], json!({ "Title": "They like blue." }));
}

#[test]
fn a_deletion_of_what_may_not_be_read_tells_neither_name_nor_children() {
    let bench = reading(&["Contact"]);
    let id = bench.id("acme_renewal");
    let error = bench.err("delete", json!({ "record": id, "name": "Something else" }));
    assert_eq!((&error["kind"], error.get("current")), (&json!("conflict"), None));
    assert!(!error.to_string().contains("Acme"), "{error}");
    let reply = bench.ok("delete", json!({ "record": id, "name": " acme renewal " }));
    let deleted = &reply["records"][0];
    assert_eq!((&deleted["name"], &deleted["facts"]), (&json!("acme renewal"), &json!({})));
    assert!(reply["notices"][0].as_str().unwrap().contains("keep Opportunity records from being read"), "{reply}");
    // Salesforce names what keeps a record from going.
    for (read, told) in [(None, true), (granted(&["Account"]), false)] {
        bench.settings.borrow_mut().objects.read = read;
        let text = format!("Your attempt to delete Acme could not be completed: {SECRET}");
        let body = json!([{ "errorCode": "DELETE_FAILED", "message": text }]).to_string();
        let effect = Effect::Answer { status: 400, content_type: "application/json", body };
        bench.org.fault(Fault::new(effect).on(http::Method::DELETE, "/sobjects"));
        let error = bench.err("delete", json!({ "record": bench.id("acme"), "name": "Acme" }));
        assert_eq!(error["code"], "DELETE_FAILED");
        assert_eq!(error.get("org_message").is_some(), told, "{error}");
        assert_eq!(error["message"].as_str().unwrap().contains("may not be read"), !told, "{error}");
    }
}

#[test]
fn duplicates_that_may_not_be_read_are_told_without_what_they_are() {
    let bench = reading(&["Contact"]);
    let error = bench.err("create", json!({ "object": "Account", "fields": { "Name": "Acme" } }));
    assert_eq!((&error["kind"], error.get("candidates")), (&json!("duplicate"), None), "{error}");
    assert!(error["message"].as_str().unwrap().contains("may not be read"), "{error}");
    let reply = bench.created(json!({ "object": "Account", "fields": { "Name": "Acme" }, "allow_duplicate": true }));
    assert_eq!(reply["fields"], json!({ "Name": "Acme" }));
}

#[test]
fn who_the_user_is_is_told_by_name_alone_where_users_may_not_be_read() {
    let bench = reading(&["Account"]);
    let reply = bench.ok("who_am_i", json!({}));
    assert_eq!(reply["user"], json!({ "id": bench.id("riley"), "name": "Riley Reyes" }));
    assert_eq!(reply["now"], "Tue 2026-05-12 08:00");
    assert!(reply["notices"].to_string().contains("Salesforce lets the user do more"), "{reply}");
    bench.settings.borrow_mut().objects.read = granted(&["User"]);
    assert_eq!(bench.ok("who_am_i", json!({}))["user"]["email"], "riley@demo.example");
}

#[test]
fn a_converted_lead_that_may_not_be_read_does_not_tell_what_it_became() {
    for (read, told) in [(None, true), (granted(&["Contact", "Account"]), false)] {
        let bench = Bench::new();
        bench.settings.borrow_mut().objects.read = read;
        let lead =
            bench.org.rows("Lead").into_iter().find(|row| *row.get("IsConverted") == OrgValue::Boolean(true)).unwrap();
        let changes = json!({ "Phone": "1" });
        let error = bench.err("update", json!({ "record": lead.get("Id").as_str(), "fields": changes }));
        assert_eq!(error["code"], "CANNOT_UPDATE_CONVERTED_LEAD");
        assert_eq!(error.get("candidates").is_some(), told, "{error}");
    }
}

#[test]
fn the_lists_of_activities_are_read_as_the_tasks_and_events_they_hold() {
    let bench = reading(&["Account", "OpenActivity", "ActivityHistory", "Event"]);
    for list in ["OpenActivities", "ActivityHistories"] {
        let query = format!("SELECT Id, (SELECT Subject FROM {list}) FROM Account");
        assert_off(&bench, "query", json!({ "soql": query }), "reading ");
    }
}
