//! Changes that go on from what is there: values added to a multi-select and removed from it, text put behind a text.

use serde_json::{Value, json};

use crate::bench::Bench;

fn bench() -> Bench {
    let bench = Bench::warm(&["Project__c", "Account"]);
    bench.org.set(&bench.org.id("migration").unwrap(), "Tags__c", "Migration;Integration");
    bench
}

fn project(bench: &Bench, to: Value) -> Value {
    json!({ "object": "Project__c", "record": bench.id("migration"), "fields": { "Topics": to } })
}

fn held(bench: &Bench, key: &str, field: &str) -> Value {
    bench.org.row(&bench.org.id(key).unwrap()).unwrap().get(field).to_json()
}

#[test]
fn values_are_added_to_a_multi_select_and_removed_from_it() {
    for (to, expected) in [
        (json!({ "add": ["Security"] }), json!("Migration;Integration;Security")),
        (json!({ "add": "security" }), json!("Migration;Integration;Security")),
        (json!({ "add": ["Migration", "Training"] }), json!("Migration;Integration;Training")),
        (json!({ "remove": ["migration"] }), json!("Integration")),
        (json!({ "remove": "Migration;Integration" }), json!(null)),
        (json!({ "add": ["Training"], "remove": ["Integration"] }), json!("Migration;Training")),
    ] {
        let bench = bench();
        let reply = bench.ok("update", project(&bench, to.clone()));
        assert_eq!(bench.counts(), (2, 1), "{to}");
        assert_eq!(held(&bench, "migration", "Tags__c"), expected, "{to}: {reply:#}");
        let change = &reply["records"][0]["changes"][0];
        assert_eq!((&change["before"], &change["after"]), (&json!("Migration;Integration"), &expected), "{to}");
        bench.ok("update", reply["undo"]["arguments"].clone());
        assert_eq!(held(&bench, "migration", "Tags__c"), "Migration;Integration", "{to}");
    }
}

#[test]
fn a_text_is_put_behind_the_one_that_is_there() {
    let bench = bench();
    let acme = |to: Value| json!({ "record": bench.id("acme"), "fields": to });
    bench.ok("update", acme(json!({ "Description": "Old.", "Site": "West" })));
    bench.ok("update", acme(json!({ "Description": { "append": "New." }, "Site": { "append": "2" } })));
    // A line of its own where there are lines.
    assert_eq!(
        (held(&bench, "acme", "Description"), held(&bench, "acme", "Site")),
        (json!("Old.\nNew."), json!("West 2"))
    );
    bench.ok("update", acme(json!({ "Description": null })));
    bench.ok("update", acme(json!({ "Description": { "append": "First." } })));
    assert_eq!(held(&bench, "acme", "Description"), "First.");
}

#[test]
fn each_of_several_records_goes_on_from_its_own_value() {
    let bench = bench();
    bench.org.set(&bench.org.id("training").unwrap(), "Tags__c", "Training");
    let records: Vec<_> = ["migration", "training"].iter().map(|key| json!({ "record": bench.id(key) })).collect();
    bench.ok(
        "update",
        json!({ "object": "Project__c", "records": records, "fields": { "Topics": { "add": ["Security"] } } }),
    );
    let both = ["migration", "training"].map(|key| held(&bench, key, "Tags__c"));
    assert_eq!(both, [json!("Migration;Integration;Security"), json!("Training;Security")]);
}

#[test]
fn what_changes_nothing_is_not_written() {
    let bench = bench();
    let reply = bench.ok("update", project(&bench, json!({ "add": ["Migration"] })));
    assert_eq!(bench.counts(), (1, 0));
    assert_eq!(reply["notices"], json!(["nothing was written: the record holds these values already"]));
}

#[test]
fn what_can_not_be_added_or_removed_is_refused() {
    let bench = bench();
    let error = bench.err("update", project(&bench, json!({ "remove": ["Security"] })));
    assert_eq!((bench.counts(), &error["allowed"]), ((1, 0), &json!(["Migration", "Integration"])), "{error:#}");
    assert!(error["message"].as_str().unwrap().contains("is not among the values of Tags__c"), "{error:#}");
    for (to, words) in [
        (json!({ "add": ["Nonsense"] }), "is not a value of the picklist Tags__c"),
        (json!({ "ad": ["Security"] }), "{\"add\": […], \"remove\": […]}"),
        (json!({ "add": [], "remove": [] }), "expected one value or more"),
        (json!({ "remove": [] }), "something to add, to remove or to append"),
        (json!({ "remove": 7 }), "a list of values"),
        (json!({}), "something to add, to remove or to append"),
    ] {
        let error = bench.refused("update", project(&bench, to.clone()));
        assert!(error["message"].as_str().unwrap().contains(words), "{to}: {error:#}");
    }
    let long = "x".repeat(90);
    for (field, to, words) in [
        ("Site", json!({ "append": long }), "the field holds 80"),
        ("Site", json!({ "append": " " }), "something to add, to remove or to append"),
        ("Industry", json!({ "append": "x" }), "expected one value, not a list or an object"),
        ("Employees", json!({ "add": [1] }), "expected one value, not a list or an object"),
    ] {
        let error = bench.err("update", json!({ "record": bench.id("acme"), "fields": { field: to } }));
        assert!(error["message"].as_str().unwrap().contains(words), "{field}: {error:#}");
    }
    // A new record has nothing to go on from.
    let error = bench
        .refused("create", json!({ "object": "Account", "fields": { "Name": "x", "Description": { "append": "y" } } }));
    assert!(error["message"].as_str().unwrap().contains("not a list or an object"), "{error:#}");
    assert!(bench.org.writes().is_empty());
}

#[test]
fn where_the_value_may_not_be_read_the_whole_new_one_has_to_be_given() {
    let bench = bench();
    bench.settings.borrow_mut().objects.read = Some(vec!["Account".to_owned()]);
    let error = bench.err("update", project(&bench, json!({ "add": ["Security"] })));
    assert!(
        error["message"].as_str().unwrap().contains("Project__c records may not be read, so the whole"),
        "{error:#}"
    );
    assert!(bench.org.writes().is_empty());
}
