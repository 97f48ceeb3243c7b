//! What is deleted, what is not, and what is said about it.

use std::time::Duration;

use demo_org::{Effect, Fault, Refusal, Value as OrgValue};
use serde_json::{Value, json};

use crate::bench::Bench;

const TOOLS: [&str; 7] = ["delete", "create", "log_activity", "update", "get", "query", "describe"];

fn bench(objects: &[&str]) -> Bench {
    let bench = Bench::new();
    switch_on(&bench);
    bench.after_describing(objects)
}

fn switch_on(bench: &Bench) {
    bench.settings.borrow_mut().tools = Some(TOOLS.map(str::to_owned).to_vec());
}

/// Deletes one record: its own part of the receipt, with what the receipt says besides.
#[track_caller]
fn deleted(bench: &Bench, arguments: Value) -> Value {
    let mut reply = bench.ok("delete", arguments);
    let records = reply.as_object_mut().unwrap().remove("records").unwrap();
    let [record] = records.as_array().unwrap().as_slice() else { panic!("not one record: {records:#}") };
    reply.as_object_mut().unwrap().extend(record.as_object().unwrap().clone());
    reply
}

fn named(bench: &Bench, key: &str, name: &str) -> Value {
    json!({ "record": bench.id(key), "name": name })
}

fn is_gone(bench: &Bench, key: &str) -> bool {
    bench.org.row(&bench.org.id(key).unwrap()).unwrap().is_deleted()
}

/// Something happens to the next delete.
fn fault(bench: &Bench, effect: Effect) {
    bench.org.fault(Fault::new(effect).on(http::Method::DELETE, "/sobjects"));
}

#[track_caller]
fn assert_outcome(error: &Value, kind: &str, changed: &str) {
    assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some(kind), Some(changed)), "{error:#}");
}

#[test]
fn it_is_off_unless_the_settings_name_it() {
    let bench = Bench::new();
    let arguments = named(&bench, "acme_renewal", "x");
    for tools in [None, Some(vec!["update".to_owned()])] {
        bench.settings.borrow_mut().tools = tools;
        assert_outcome(&bench.err("delete", arguments.clone()), "switched_off", "no");
    }
    switch_on(&bench);
    bench.settings.borrow_mut().read_only = true;
    assert_outcome(&bench.err("delete", arguments.clone()), "switched_off", "no");
    bench.settings.borrow_mut().read_only = false;
    bench.settings.borrow_mut().objects.edit = Some(vec!["Account".to_owned()]);
    assert_outcome(&bench.err("delete", arguments), "switched_off", "no");
    assert_eq!(bench.requests(), 0);
}

#[test]
fn a_record_is_deleted_with_a_receipt() {
    let bench = bench(&[]);
    let reply = deleted(&bench, named(&bench, "acme_renewal", " acme  RENEWAL "));
    assert_eq!(bench.counts().0, 2);
    assert!(is_gone(&bench, "acme_renewal") && is_gone(&bench, "open_quote"), "its tasks go with it");
    assert_eq!(
        (reply["object"].as_str(), reply["id"].as_str(), reply["name"].as_str()),
        (Some("Opportunity"), Some(bench.id("acme_renewal").as_str()), Some("Acme renewal"))
    );
    assert_eq!(reply["facts"]["Account.Name"], "Acme");
    let recovery = reply["recovery"].as_str().unwrap();
    assert!(recovery.contains("tasks") && recovery.contains("15 days") && recovery.contains("Recycle Bin"), "{reply}");
    assert_eq!(reply.get("notices"), None);
    // And it is gone for all who ask.
    let error = bench.err("delete", named(&bench, "acme_renewal", "Acme renewal"));
    assert_outcome(&error, "not_found", "no");
}

#[test]
fn what_a_record_is_called_may_be_its_number_its_subject_or_its_id() {
    let number = |bench: &Bench| {
        let row = bench.org.row(&bench.org.id("case_closed_1").unwrap()).unwrap();
        row.get("CaseNumber").as_str().unwrap().to_owned()
    };
    for said in [number(&bench(&[])).as_str(), "login loop on safari"] {
        let bench = bench(&[]);
        let reply = deleted(&bench, named(&bench, "case_closed_1", said));
        assert_eq!(reply["name"], number(&bench));
    }
    let bench = bench(&[]);
    bench.org.set(&bench.org.id("letter").unwrap(), "Subject", OrgValue::Null);
    assert_outcome(&bench.err("delete", named(&bench, "letter", "Send Letter")), "conflict", "no");
    bench.ok("delete", named(&bench, "letter", &bench.id("letter")));
    assert!(is_gone(&bench, "letter"));
    let arguments = json!({ "record": bench.id("training"), "object": "Project", "name": "Acme Training" });
    bench.ok("delete", arguments);
    assert!(is_gone(&bench, "training"));
}

#[test]
fn a_record_of_another_name_stays() {
    let bench = bench(&[]);
    for name in ["Acme", "Acme renewa", "Acme renewal 2", "%", "Globex", &bench.id("acme_renewal")] {
        let error = bench.err("delete", named(&bench, "acme_renewal", name));
        assert_outcome(&error, "conflict", "no");
        assert_eq!(error["fields"], json!(["name"]));
        assert_eq!(error["current"]["fields"]["Name"], "Acme renewal");
        assert!(!error["message"].as_str().unwrap().contains("renewal"), "{error}");
    }
    assert_eq!(bench.counts(), (6, 0));
    // Renamed between the person's look and the call.
    bench.org.set(&bench.org.id("won_may").unwrap(), "Name", "Other");
    assert_outcome(&bench.err("delete", named(&bench, "won_may", "Acme data centre")), "conflict", "no");
}

#[test]
fn only_an_id_or_a_link_says_which_record() {
    let bench = bench(&[]);
    let id = bench.id("acme_renewal");
    for record in ["Acme renewal", "", "a", "https://evil.example/001", &id[..17], "../Account"] {
        let error =
            bench.refused("delete", json!({ "record": record, "object": "Opportunity", "name": "Acme renewal" }));
        assert_eq!(error["fields"], json!(["record"]), "{error}");
    }
    for name in ["", "  "] {
        let error = bench.refused("delete", json!({ "record": id, "name": name }));
        assert_eq!(error["fields"], json!(["name"]));
    }
    bench.refused("delete", json!({ "record": id }));
    bench.refused("delete", json!({ "record": id, "object": "Account", "name": "Acme renewal" }));
    // An id of no standard object that is given as another's.
    let training = bench.id("training");
    bench.refused("delete", json!({ "record": training, "object": "Account", "name": "Acme Training" }));
    let link = format!("https://demo.lightning.force.com/lightning/r/Opportunity/{id}/view");
    bench.ok("delete", json!({ "record": link, "name": "Acme renewal" }));
    assert!(is_gone(&bench, "acme_renewal"));
}

#[test]
fn what_may_never_be_deleted_is_refused_unsent() {
    let bench = bench(&[]);
    let error = bench.refused("delete", named(&bench, "sam", "Sam Lee"));
    assert_eq!(error["message"], "the user may not delete User records");
}

#[test]
fn a_missing_record_is_not_found_and_nothing_is_written() {
    let bench = bench(&[]);
    let error = bench.err("delete", json!({ "record": "006000000000999", "name": "x" }));
    assert_outcome(&error, "not_found", "no");
    assert_eq!(bench.counts(), (1, 0));
    // Gone in the very moment.
    for (status, code) in [(404, "ENTITY_IS_DELETED"), (404, "INVALID_CROSS_REFERENCE_KEY"), (404, "NOT_FOUND")] {
        fault(&bench, Effect::Refuse(Refusal::new(status, code, "x")));
        let error = bench.err("delete", named(&bench, "acme_renewal", "Acme renewal"));
        assert_outcome(&error, "not_found", "no");
        assert_eq!(error["code"], code);
    }
}

#[test]
fn a_record_that_others_depend_on_stays_and_the_org_says_why() {
    let bench = bench(&[]);
    let error = bench.err("delete", named(&bench, "acme", "Acme"));
    assert_outcome(&error, "rejected", "no");
    assert_eq!(error["code"], "DELETE_FAILED");
    assert!(error["org_message"].as_str().unwrap().contains("associated with the following cases"), "{error}");
    assert!(error["message"].as_str().unwrap().contains("as long as others depend on it"), "{error}");
    assert_eq!(bench.counts(), (2, 0));
}

#[test]
fn every_refusal_says_whose_move_it_is() {
    let bench = bench(&[]);
    for (status, code, kind, advice) in [
        (403, "INSUFFICIENT_ACCESS_OR_READONLY", "forbidden", "lacks the right"),
        (400, "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "forbidden", "lacks rights to a record"),
        (400, "DELETE_REQUIRED_ON_CASCADE", "forbidden", "other records would be deleted with this one"),
        (400, "DEPENDENCY_EXISTS", "rejected", "others depend on it"),
        (400, "DELETE_OPERATION_TOO_LARGE", "rejected", "others depend on it"),
        (400, "ENTITY_IS_LOCKED", "forbidden", "approval process"),
        (400, "CANNOT_UPDATE_CONVERTED_LEAD", "rejected", "has been converted"),
        (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "rejected", "tell the person what it asks for"),
        (405, "METHOD_NOT_ALLOWED", "invalid_input", "created, changed or deleted"),
    ] {
        fault(&bench, Effect::Refuse(Refusal::new(status, code, "Not in April.")));
        let error = bench.err("delete", named(&bench, "acme_renewal", "Acme renewal"));
        assert_outcome(&error, kind, "no");
        assert_eq!((error["code"].as_str(), error["org_message"].as_str()), (Some(code), Some("Not in April.")));
        assert!(error["message"].as_str().unwrap().contains(advice), "{error}");
    }
    assert!(bench.org.writes().is_empty());
}

#[test]
fn a_locked_row_is_tried_again_twice() {
    let bench = bench(&[]);
    let renewal = bench.org.id("acme_renewal").unwrap();
    bench.org.lock(&renewal, 2);
    bench.ok("delete", named(&bench, "acme_renewal", "Acme renewal"));
    assert_eq!(bench.requests(), 4);

    let bench = self::bench(&[]);
    bench.org.lock(&renewal, 3);
    assert_outcome(&bench.err("delete", named(&bench, "acme_renewal", "Acme renewal")), "locked", "no");
    assert_eq!(bench.counts(), (4, 0));
}

#[test]
fn a_delete_without_an_answer_is_looked_into_and_not_repeated() {
    for effect in [Effect::DropAfter, Effect::CutBody, Effect::Delay(Duration::from_secs(120))] {
        let bench = bench(&[]);
        fault(&bench, effect.clone());
        let reply = deleted(&bench, named(&bench, "acme_renewal", "Acme renewal"));
        assert_eq!(reply["name"], "Acme renewal", "{effect:?}");
        assert!(reply["notices"][0].as_str().unwrap().ends_with("it is gone"), "{reply}");
        assert_eq!(bench.requests(), 3);
    }
    // The request, or what stands in front of the org, broke: it is still there.
    for fault in [Fault::html_503(), Fault::server_unavailable()] {
        let bench = bench(&[]);
        bench.org.fault(fault.on(http::Method::DELETE, "/sobjects"));
        let error = bench.err("delete", named(&bench, "acme_renewal", "Acme renewal"));
        assert_outcome(&error, "unavailable", "no");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("still there") && !message.contains("may or may not"), "{error}");
        assert_eq!(bench.counts(), (3, 0));
    }
    // Nobody can look.
    let bench = bench(&[]);
    fault(&bench, Effect::DropAfter);
    bench.org.fault(Fault::server_unavailable().on(http::Method::GET, "/query").after(1));
    let error = bench.err("delete", named(&bench, "acme_renewal", "Acme renewal"));
    assert_outcome(&error, "unavailable", "unknown");
    assert!(error["message"].as_str().unwrap().ends_with("looking for the record failed as well"), "{error}");
    // What never left changed nothing.
    let bench = self::bench(&[]);
    fault(&bench, Effect::DropBefore);
    assert_outcome(&bench.err("delete", named(&bench, "acme_renewal", "Acme renewal")), "unavailable", "no");
}

#[test]
fn a_create_is_taken_back_by_the_call_its_receipt_gives() {
    let bench = bench(&["Account", "Contact", "Case", "Project__c"]);
    for (object, fields) in [
        ("Account", json!({ "Name": "Zenith \"Z\" \\ Co" })),
        ("Contact", json!({ "FirstName": "Zoe", "LastName": "Zed" })),
        ("Case", json!({ "Subject": "Printer" })),
        ("Project__c", json!({ "Name": "Apollo", "Account__c": bench.id("globex") })),
    ] {
        let before = bench.requests();
        let reply = bench.created(json!({ "object": object, "fields": fields }));
        let undo = &reply["undo"];
        assert_eq!((undo["tool"].as_str(), undo.get("instructions")), (Some("salesforce_delete"), None), "{reply}");
        assert_eq!(undo["arguments"].get("object").is_some(), object == "Project__c", "{reply}");
        let receipt = deleted(&bench, undo["arguments"].clone());
        assert_eq!((receipt["id"].as_str(), bench.requests() - before), (reply["id"].as_str(), 3));
        let error = bench.err("get", json!({ "record": reply["id"], "object": object }));
        assert_eq!(error["kind"], "not_found");
    }
}

#[test]
fn several_records_of_any_objects_are_deleted_together_in_two_requests() {
    let bench = bench(&[]);
    let records = json!([
        { "record": bench.id("acme_renewal"), "name": "Acme renewal" },
        { "record": bench.id("letter"), "name": " send LETTER " },
        { "record": bench.id("lee"), "name": "Lee Park" },
    ]);
    let reply = bench.ok("delete", json!({ "records": records }));
    // One query for each object, together, then all deletes.
    assert_eq!(bench.requests(), 2, "{:#?}", bench.org.requests());
    assert!(["acme_renewal", "letter", "lee"].into_iter().all(|key| is_gone(&bench, key)));
    let told: Vec<_> = reply["records"].as_array().unwrap().iter().map(|one| (&one["object"], &one["id"])).collect();
    let ids = ["acme_renewal", "letter", "lee"].map(|key| json!(bench.id(key)));
    assert_eq!(told, [(&json!("Opportunity"), &ids[0]), (&json!("Task"), &ids[1]), (&json!("Lead"), &ids[2])]);
    assert!(reply["recovery"].as_str().unwrap().contains("went with them"), "{reply:#}");
}

#[test]
fn of_several_none_is_deleted_where_one_is_not_what_was_said_or_may_not_go() {
    let bench = bench(&[]);
    let lee = || json!({ "record": bench.id("lee"), "name": "Lee Park" });
    let with = |other: Value| bench.err("delete", json!({ "records": [lee(), other] }));
    let error = with(json!({ "record": bench.id("nina"), "name": "Nina Simone" }));
    assert_outcome(&error, "conflict", "no");
    assert_eq!(error["current"]["id"], bench.id("nina"));
    assert!(error["message"].as_str().unwrap().contains("of the 2 records this is about \"Nina Simone\""), "{error}");
    let error = with(json!({ "record": bench.id("acme"), "name": "Acme" }));
    assert_outcome(&error, "rejected", "no");
    assert_eq!(error["code"], "DELETE_FAILED");
    assert!(error["message"].as_str().unwrap().contains("about \"Acme\""), "{error}");
    let error = with(json!({ "record": "00Q000000000999", "name": "Nobody" }));
    assert_outcome(&error, "not_found", "no");
    assert!(!is_gone(&bench, "lee") && bench.org.writes().is_empty());
    for (arguments, field) in [
        (json!({ "records": [lee(), lee()] }), "records"),
        (json!({ "record": bench.id("lee"), "name": "Lee Park", "records": [lee()] }), "records"),
        (json!({ "records": [lee(), { "record": bench.id("nina"), "name": " " }] }), "name"),
        (json!({ "records": [lee(), { "record": "Nina", "name": "Nina" }] }), "record"),
        (json!({ "records": vec![lee(); 25] }), "records"),
        (json!({}), "record"),
    ] {
        let error = bench.refused("delete", arguments);
        assert_eq!(error["fields"], json!([field]), "{error}");
    }
}

#[test]
fn several_without_an_answer_are_looked_for() {
    let bench = bench(&[]);
    let records = json!([
        { "record": bench.id("nina"), "name": "Nina Volkov" },
        { "record": bench.id("lee"), "name": "Lee Park" },
    ]);
    bench.org.fault(Fault::new(Effect::DropAfter).on(http::Method::POST, "/composite"));
    let reply = bench.ok("delete", json!({ "records": records }));
    assert!(reply["notices"][0].as_str().unwrap().ends_with("they are gone"), "{reply:#}");
    let bench = self::bench(&[]);
    bench.org.fault(Fault::html_503().on(http::Method::POST, "/composite"));
    let error = bench.err("delete", json!({ "records": records }));
    assert_outcome(&error, "unavailable", "no");
    assert!(error["message"].as_str().unwrap().contains("still there"), "{error}");
    // Nobody can look.
    bench.org.fault(Fault::new(Effect::DropAfter).on(http::Method::POST, "/composite"));
    bench.org.fault(Fault::server_unavailable().on(http::Method::GET, "/query").after(1));
    let error = bench.err("delete", json!({ "records": records }));
    assert_outcome(&error, "unavailable", "unknown");
    assert!(error["message"].as_str().unwrap().ends_with("looking for the records failed as well"), "{error}");
}

#[test]
fn what_was_renamed_since_is_not_taken_back() {
    let bench = bench(&["Account"]);
    let reply = bench.created(json!({ "object": "Account", "fields": { "Name": "Zenith" } }));
    let change = json!({ "Name": "Zenith Holding" });
    bench.ok("update", json!({ "record": reply["id"], "fields": change }));
    assert_outcome(&bench.err("delete", reply["undo"]["arguments"].clone()), "conflict", "no");
}

#[test]
fn no_call_is_offered_that_would_be_refused() {
    let bench = bench(&["Account"]);
    let create = |name: &str| bench.created(json!({ "object": "Account", "fields": { "Name": name } }))["undo"].clone();
    bench.settings.borrow_mut().objects.edit = Some(vec!["Contact".to_owned()]);
    assert!(create("Zenith")["instructions"].as_str().unwrap().starts_with("a person deletes "));
    bench.settings.borrow_mut().objects.edit = None;
    bench.settings.borrow_mut().tools = None;
    let undo = create("Nadir");
    assert_eq!((undo.get("tool"), undo.get("arguments")), (None, None));
    let reply = bench.ok("log_activity", json!({ "kind": "call", "what": bench.id("acme") }));
    assert_eq!(reply["created"][0].get("undo"), None);
}

#[test]
fn logged_activities_are_taken_back_one_by_one() {
    let bench = bench(&["ContentDocument"]);
    let call = json!({ "kind": "call", "who": bench.id("bob"), "text": "x", "follow_up": { "when": "2026-05-20" } });
    let meeting = json!({ "kind": "meeting", "what": bench.id("acme"), "when": "2026-05-20T15:00" });
    let note = json!({ "kind": "note", "what": bench.id("acme"), "text": "They like blue." });
    let mut taken_back = 0;
    for arguments in [call, meeting, note] {
        let reply = bench.ok("log_activity", arguments);
        for one in reply["created"].as_array().unwrap() {
            assert_eq!(one["undo"]["tool"], "salesforce_delete");
            let receipt = deleted(&bench, one["undo"]["arguments"].clone());
            assert_eq!(receipt["id"], one["id"]);
            taken_back += 1;
        }
    }
    assert_eq!(taken_back, 4);
}
