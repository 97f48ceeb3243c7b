//! A filter where a record is to be named: it is counted and asked about, and nothing is written.

use serde_json::{Value, json};

use crate::bench::Bench;

fn bench() -> Bench {
    Bench::warm(&["Opportunity", "Account", "Case"])
}

fn change(filter: &str) -> Value {
    json!({ "object": "deal", "record": filter, "fields": { "Next Step": "Call" } })
}

fn ids(error: &Value) -> Vec<Value> {
    error["candidates"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect()
}

#[test]
fn what_fits_is_counted_and_asked_about_and_then_changed_by_its_ids() {
    let bench = bench();
    let error = bench.err("update", change("WHERE Stage = 'Prospecting' AND Owner = me"));
    assert_eq!((&error["kind"], &error["changed"]), (&json!("ambiguous"), &json!("no")), "{error:#}");
    assert_eq!(error["fields"], json!(["record"]));
    // The count and the records, and who the user is.
    assert_eq!(bench.counts(), (2, 0), "{:#?}", bench.org.requests());
    let found = ids(&error);
    let counted = bench.ok(
        "query",
        json!({ "soql": "SELECT COUNT() FROM Opportunity WHERE StageName = 'Prospecting' AND OwnerId = me" }),
    );
    assert_eq!(counted["total"], found.len());
    let message = error["message"].as_str().unwrap();
    assert!(message.contains(&format!("{} Opportunity records fit", found.len())), "{message}");
    assert!(message.contains("call again with those ids in `records`"), "{message}");
    let records: Vec<_> = found.iter().map(|id| json!({ "record": id })).collect();
    let fields = json!({ "Next Step": "Call" });
    let reply = bench.ok("update", json!({ "object": "deal", "records": records, "fields": fields }));
    assert_eq!(reply["records"].as_array().unwrap().len(), found.len());
}

#[test]
fn of_more_than_one_call_changes_the_first_are_shown() {
    let bench = bench();
    let total = bench.ok("query", json!({ "soql": "SELECT COUNT() FROM Account" }))["total"].clone();
    assert!(total.as_u64().unwrap() > 24);
    let change =
        |filter: &str| json!({ "object": "Account", "record": filter, "fields": { "Industry": "Consulting" } });
    for filter in ["WHERE Name LIKE '%'", "SELECT Id FROM Account", "select * from companies order by Name desc"] {
        let error = bench.err("update", change(filter));
        assert_eq!((&error["kind"], ids(&error).len()), (&json!("ambiguous"), 5), "{error:#}");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(&format!("{total} Account records fit")), "{message}");
        assert!(message.contains("several calls of up to 24 ids"), "{message}");
    }
    let error = bench.err("update", change("SELECT Id FROM Account ORDER BY Name DESC LIMIT 3"));
    assert_eq!(ids(&error).len(), 3, "{error:#}");
    assert!(error["message"].as_str().unwrap().contains("3 Account records fit"));
    let last = bench.ok("query", json!({ "soql": "SELECT Id FROM Account ORDER BY Name DESC LIMIT 1" }));
    assert_eq!(last["rows"][0][0], ids(&error)[0]);
    assert_eq!(bench.org.writes().len(), 0);
}

#[test]
fn a_filter_that_nothing_fits_says_why() {
    let bench = bench();
    let error = bench.err("update", change("WHERE StageName = 'Prospektion'"));
    assert_eq!((&error["kind"], &error["changed"]), (&json!("not_found"), &json!("no")));
    assert!(error["message"].as_str().unwrap().contains("is none of its values"), "{error:#}");
    assert!(error["details"]["StageName"].is_array(), "{error:#}");
}

#[test]
fn a_filter_that_can_not_be_meant_is_refused_before_anything_is_sent() {
    let bench = bench();
    for (arguments, field) in [
        (change("WHERE Stagename ="), "record"),
        (change("WHERE Colour = 'red'"), "Colour"),
        (change("SELECT COUNT(Id), StageName FROM Opportunity GROUP BY StageName"), "record"),
        (change("SELECT Id FROM Opportunity OFFSET 5"), "record"),
        (change("SELECT Id FROM Account WHERE Name = 'Acme'"), "object"),
        (json!({ "record": "WHERE Name = 'x'", "fields": { "Next Step": "Call" } }), "object"),
        (json!({ "object": "deal", "record": "WHERE Amount > 5", "fields": { "Colour": "red" } }), "Colour"),
        (
            json!({ "object": "deal", "records": [{ "record": "WHERE Amount > 5" }, { "record": "WHERE Amount < 5" }],
                "fields": { "Next Step": "Call" } }),
            "records",
        ),
    ] {
        let error = bench.refused("update", arguments.clone());
        assert_eq!(error["fields"], json!([field]), "{arguments}: {error}");
    }
}

#[test]
fn a_filter_is_read_as_far_as_the_settings_let_it() {
    for tier in ["read", "edit"] {
        let bench = bench();
        let granted = Some(vec!["Account".to_owned()]);
        match tier {
            "read" => bench.settings.borrow_mut().objects.read = granted,
            _ => bench.settings.borrow_mut().objects.edit = granted,
        }
        let error = bench.err("update", change("WHERE Amount > 5"));
        assert_eq!(error["kind"], "switched_off", "{tier}: {error:#}");
        assert_eq!(bench.requests(), 0);
    }
}

#[test]
fn a_record_may_be_called_like_the_beginning_of_a_filter() {
    let bench = bench();
    let made = bench.created(json!({ "object": "Account", "fields": { "Name": "Where to Go Travel" } }));
    let reply = bench.ok(
        "update",
        json!({ "object": "Account", "record": "Where to Go Travel", "fields": { "Industry": "Consulting" } }),
    );
    assert_eq!(reply["records"][0]["id"], made["id"]);
}
