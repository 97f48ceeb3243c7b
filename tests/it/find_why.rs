//! A search says why a record was found, where its name does not: the field, and its text.

use serde_json::{Value, json};

use crate::bench::Bench;

#[track_caller]
fn only(bench: &Bench, text: &str, objects: &[&str]) -> Value {
    let reply = bench.ok("find", json!({ "text": text, "objects": objects }));
    let [found] = reply["candidates"].as_array().unwrap().as_slice() else { panic!("not one: {reply:#}") };
    found.clone()
}

#[test]
fn what_was_found_by_another_field_says_which_and_its_text() {
    for bench in [Bench::new(), Bench::warm(&["Contact", "Account", "Lead"])] {
        let found = only(&bench, "+1 415 555 0101", &["Contact"]);
        assert_eq!((&found["name"], &found["field"]), (&json!("Bob Stone"), &json!("Phone")), "{found:#}");
        assert_eq!(found["facts"]["Phone"], "+1 415 555 0101");
        let found = only(&bench, "priya.nair@brightpath.com", &["Contact"]);
        assert_eq!((&found["name"], &found["field"]), (&json!("Priya Nair"), &json!("Email")), "{found:#}");
        let found = only(&bench, "procurement", &["Contact"]);
        assert_eq!((&found["field"], &found["facts"]["Title"]), (&json!("Title"), &json!("Head of Procurement")));
    }
}

#[test]
fn of_a_long_text_the_part_is_shown_that_was_found() {
    let bench = Bench::warm(&["Account"]);
    let text = format!("{} They run kubernetes in three regions. {}", "word ".repeat(60), "word ".repeat(60));
    let acme = bench.org.id("acme").unwrap();
    bench.org.set(&acme, "Description", demo_org::Value::from(text.as_str()));
    let found = only(&bench, "Kubernetes", &["Account"]);
    assert_eq!((&found["name"], &found["field"]), (&json!("Acme"), &json!("Description")));
    let shown = found["facts"]["Description"].as_str().unwrap();
    assert!(shown.contains("kubernetes") && shown.chars().count() < 130, "{shown}");
}

#[test]
fn where_nothing_that_is_read_has_the_text_that_is_said() {
    let bench = Bench::warm(&["Contact"]);
    let bob = bench.org.id("bob").unwrap();
    let unseen = |text: &str| {
        let reply = bench.ok("find", json!({ "text": text, "objects": ["Contact"] }));
        assert_eq!(reply["candidates"][0]["name"], "Bob Stone", "{reply:#}");
        reply["notices"].to_string().contains("why some were found is not seen here")
    };
    bench.org.set(&bob, "Department", demo_org::Value::from("Cryogenics"));
    bench.org.set(&bob, "Description", demo_org::Value::from("Knows about superconductors"));
    assert!(unseen("Cryogenics"), "the department is not read");
    assert!(!unseen("superconductors"), "the description is");
    assert!(!unseen("Bob Stone"), "the name says it");
}

#[test]
fn what_the_name_shows_needs_no_reason() {
    let bench = Bench::new();
    for (text, object) in [("Bob Stone", "Contact"), ("Bob at Acme", "Contact"), ("the Acme account", "Account")] {
        let reply = bench.ok("find", json!({ "text": text, "objects": [object] }));
        for found in reply["candidates"].as_array().unwrap() {
            assert_eq!(found.get("field"), None, "{text}: {found:#}");
        }
    }
}

#[test]
fn a_field_that_is_hidden_from_the_user_spoils_no_search() {
    let bench = Bench::new();
    bench.org.fault(
        demo_org::Fault::new(demo_org::Effect::Refuse(demo_org::Refusal::new(400, "INVALID_FIELD", "No such column")))
            .on(http::Method::POST, "/parameterizedSearch"),
    );
    let found = only(&bench, "+1 415 555 0101", &["Contact"]);
    assert_eq!(found["name"], "Bob Stone");
    assert_eq!(bench.requests(), 2);
}
