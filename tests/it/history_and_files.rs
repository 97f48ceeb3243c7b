//! What changed on a record and who did it, and its files: related lists by the words people use.

use demo_org::{Extra, Org};
use serde_json::{Value, json};

use crate::bench::Bench;

fn bench() -> Bench {
    Bench::on(Org::demo_with([Extra::History, Extra::Files]), "riley")
}

/// The one related list of a reply.
#[track_caller]
fn list(reply: &Value) -> &Value {
    let [list] = reply["related"].as_array().unwrap().as_slice() else { panic!("not one list: {reply:#}") };
    list
}

#[test]
fn what_changed_on_a_record_comes_with_who_did_it_the_latest_first() {
    let bench = bench();
    let renewal = json!({ "record": "Acme renewal", "object": "Opportunity", "related": ["history"] });
    let reply = bench.ok("get", renewal.clone());
    let history = list(&reply);
    assert_eq!(history["name"], "history");
    assert_eq!(history["columns"], json!(["Id", "Field", "OldValue", "NewValue", "CreatedDate", "CreatedBy.Name"]));
    let rows = history["rows"].as_array().unwrap();
    let close = rows.iter().find(|row| row[1] == "CloseDate").unwrap();
    assert_eq!(json!([close[2], close[3], close[5]]), json!(["2026-04-30", "2026-05-22", "Jane Okafor"]));
    let times: Vec<_> = rows.iter().map(|row| row[4].as_str().unwrap()).collect();
    assert!(times.is_sorted_by(|one, next| one >= next) && times.len() > 5, "{times:?}");
    // Beside the record, in its own request.
    bench.org.forget_requests();
    assert_eq!(bench.ok("get", renewal), reply);
    assert_eq!(bench.requests(), 1);
    // By Salesforce's own name it is the same list.
    let histories = bench.ok("get", json!({ "record": bench.id("acme_renewal"), "related": ["Histories"] }));
    assert_eq!(list(&histories)["rows"], history["rows"]);
}

#[test]
fn the_files_of_a_record_come_with_what_they_are_called_and_how_large_they_are() {
    let bench = bench();
    let files = json!({ "record": "Acme renewal", "object": "Opportunity", "related": ["Files"] });
    let reply = bench.ok("get", files.clone());
    let row = &list(&reply)["rows"][0];
    assert_eq!(json!([row[1], row[2], row[3]]), json!(["Renewal prices", "csv", 38]), "{reply:#}");
    bench.org.forget_requests();
    assert_eq!(bench.ok("get", files), reply);
    assert_eq!(bench.requests(), 1);
}

#[test]
fn neither_is_told_where_it_may_not_be_read() {
    for (word, hidden, shown) in [
        ("history", "OpportunityFieldHistory", "Opportunity"),
        ("files", "ContentDocumentLink", "Opportunity"),
        ("files", "ContentDocument", "Opportunity"),
    ] {
        let bench = bench();
        let every = bench.org.schema();
        let granted = every.objects().map(|object| object.name.clone()).filter(|name| name != hidden);
        bench.settings.borrow_mut().objects.read = Some(granted.collect());
        let error = bench.err("get", json!({ "record": bench.id("acme_renewal"), "object": shown, "related": [word] }));
        assert_eq!(error["kind"], "switched_off", "{word} {hidden}: {error:#}");
    }
}
