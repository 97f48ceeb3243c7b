//! Leads that become accounts, contacts and opportunities, by the one call of SOAP.

use demo_org::{Effect, Fault};
use http::Method;
use serde_json::{Value, json};

use crate::bench::Bench;

/// Riley, who knows the statuses of converted leads already.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.err(
        "update",
        json!({ "object": "Lead", "record": "Nina Volkov", "fields": { "Status": "Closed - Converted" } }),
    );
    bench.org.forget_requests();
    bench
}

/// A receipt's record of an object.
#[track_caller]
fn of<'r>(reply: &'r Value, object: &str) -> &'r Value {
    let records = reply["records"].as_array().unwrap();
    records.iter().find(|record| record["object"] == object).unwrap_or_else(|| panic!("no {object}: {reply:#}"))
}

/// The envelope that was sent last.
fn envelope(bench: &Bench) -> String {
    let sent = bench.sent.borrow();
    let soap = sent.iter().rev().find(|request| request.uri().path().starts_with("/services/Soap/")).unwrap();
    String::from_utf8(soap.body().clone()).unwrap()
}

#[test]
fn a_lead_becomes_an_account_a_contact_and_an_opportunity_in_four_requests() {
    let bench = bench();
    let reply = bench.ok("convert_lead", json!({ "record": "Dana Fox" }));
    assert_eq!(bench.requests(), 4, "{:#?}", bench.org.requests());
    let told: Vec<_> =
        reply["records"].as_array().unwrap().iter().map(|one| (&one["object"], &one["created"])).collect();
    let expected = [("Lead", false), ("Account", true), ("Contact", true), ("Opportunity", true)];
    assert_eq!(
        told,
        expected
            .map(|(object, created)| (json!(object), json!(created)))
            .iter()
            .map(|(a, b)| (a, b))
            .collect::<Vec<_>>()
    );
    assert_eq!(of(&reply, "Lead")["fields"]["Status"], "Closed - Converted");
    assert_eq!(of(&reply, "Account")["name"], "Foxglove Media");
    assert_eq!(of(&reply, "Contact")["name"], "Dana Fox");
    let opportunity = of(&reply, "Opportunity");
    assert!(
        opportunity["fields"]["StageName"].is_string() && opportunity["fields"]["CloseDate"].is_string(),
        "{reply:#}"
    );
    assert!(opportunity["link"].as_str().unwrap().ends_with(opportunity["id"].as_str().unwrap()));
    assert_eq!(reply["undo"]["tool"], Value::Null);
    // Once more is none.
    let again = bench.err("convert_lead", json!({ "record": bench.id("dana") }));
    assert_eq!((&again["kind"], &again["changed"]), (&json!("conflict"), &json!("no")), "{again:#}");
}
