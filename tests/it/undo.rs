//! What a receipt says takes a write back, and that it does.

use demo_org::Value as OrgValue;
use serde_json::{Value, json};

use crate::bench::Bench;

/// Changes a record, takes that back with the call the receipt gives, and checks that nothing is left of the change.
#[track_caller]
fn round_trip(object: &str, key: &str, changes: Value) {
    let bench = Bench::warm(&[object]);
    let id = bench.org.id(key).unwrap();
    let fields: Vec<String> = {
        let reply = bench.ok("update", json!({ "record": bench.id(key), "object": object, "fields": changes }));
        reply["records"][0]["changes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["field"].as_str().unwrap().to_owned())
            .collect()
    };
    let after: Vec<_> = fields.iter().map(|field| bench.org.row(&id).unwrap().get(field).to_json()).collect();
    // Once more on an org that has not seen the change, for the receipt.
    let bench = Bench::warm(&[object]);
    let before: Vec<_> = fields.iter().map(|field| bench.org.row(&id).unwrap().get(field).to_json()).collect();
    // A name that was there before may be a duplicate all the same: who let one pass lets it pass on the way back.
    let arguments =
        json!({ "record": bench.id(key), "object": object, "fields": changes, "allow_duplicate": object == "Account" });
    let reply = bench.ok("update", arguments);
    assert_ne!(before, after);
    assert_eq!(reply["undo"]["tool"], "salesforce_update");
    let undone = bench.ok("salesforce_update", reply["undo"]["arguments"].clone());
    let restored: Vec<_> = fields.iter().map(|field| bench.org.row(&id).unwrap().get(field).to_json()).collect();
    assert_eq!(restored, before, "{reply:#}");
    assert_eq!(bench.counts(), (4 + bench.narrowings(), 2));
    // And the undoing can be undone.
    bench.ok("update", undone["undo"]["arguments"].clone());
    let again: Vec<_> = fields.iter().map(|field| bench.org.row(&id).unwrap().get(field).to_json()).collect();
    assert_eq!(again, after);
}

#[test]
fn a_change_is_taken_back_by_the_call_its_receipt_gives() {
    round_trip(
        "Account",
        "acme",
        json!({
            "Employees": 500,
            "Phone": null,
            "Fax": "1",
            "Industry": "Media",
            "Owner": "Sam Lee",
            "Parent Account": "Globex",
            "Annual Revenue": 0.5,
            "Name": "ACME \"quoted\" \\ \n",
        }),
    );
    round_trip(
        "Opportunity",
        "initech_support",
        json!({ "Close Date": "2026-07-01", "Private": true, "Stage": "Negotiation/Review", "Next Step": "Call" }),
    );
    round_trip("Contact", "robert", json!({ "Languages": ["German", "French"] }));
    round_trip("Event", "meeting_next", json!({ "Start": "2026-05-20T10:00:00+02:00", "Location": "" }));
    round_trip("Project__c", "migration", json!({ "Phase": "On Hold" }));
}

#[test]
fn what_was_changed_since_is_not_taken_back() {
    let bench = Bench::warm(&["Account"]);
    let change = json!({ "Employees": 500 });
    let reply = bench.ok("update", json!({ "record": bench.id("acme"), "fields": change }));
    bench.org.set(&bench.org.id("acme").unwrap(), "NumberOfEmployees", OrgValue::Integer(777));
    let error = bench.err("update", reply["undo"]["arguments"].clone());
    assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some("conflict"), Some("no")));
    assert_eq!(bench.org.writes().len(), 1);
}

#[test]
fn a_receipt_takes_back_what_was_written_and_no_more() {
    let bench = Bench::warm(&["Account"]);
    let changes = json!({ "Employees": 100, "Fax": "1" });
    let reply = bench.ok("update", json!({ "record": bench.id("acme"), "fields": changes }));
    assert_eq!(
        reply["undo"],
        json!({
            "tool": "salesforce_update",
            "arguments": {
                "record": bench.id("acme"),
                "fields": { "Fax": null }, "from": { "Fax": "1" },
            },
        })
    );
    let changes = json!({ "Employees": 101 });
    let reply = bench.ok("update", json!({ "record": bench.id("acme"), "fields": changes }));
    assert_eq!(reply["undo"]["arguments"]["fields"], json!({ "NumberOfEmployees": 100 }));
    let reply = bench.ok("update", json!({ "record": bench.id("acme"), "fields": changes }));
    assert_eq!(reply.get("undo"), None);
}

#[test]
fn an_old_name_that_is_a_duplicate_is_asked_about_unless_the_change_let_one_pass() {
    let bench = Bench::warm(&["Account"]);
    let acme = bench.id("acme");
    let change = json!({ "Name": "Zenith" });
    let reply = bench.ok("update", json!({ "record": acme, "fields": change }));
    let arguments = reply["undo"]["arguments"].clone();
    assert_eq!(arguments.get("allow_duplicate"), None, "{reply:#}");
    let error = bench.err("update", arguments.clone());
    assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some("duplicate"), Some("no")), "{error:#}");
    let mut allowed = arguments;
    allowed["allow_duplicate"] = true.into();
    let back = bench.ok("update", allowed);
    assert_eq!(back["undo"]["arguments"]["allow_duplicate"], true, "{back:#}");
}

#[test]
fn an_old_text_is_carried_whole_or_not_at_all() {
    let bench = Bench::warm(&["Account"]);
    let acme = bench.org.id("acme").unwrap();
    let change = json!({ "Description": "short" });
    for (length, carried) in [(1_500, true), (3_000, false)] {
        let old = "x".repeat(length);
        bench.org.set(&acme, "Description", old.as_str());
        let reply = bench.ok("update", json!({ "record": bench.id("acme"), "fields": change }));
        if carried {
            bench.ok("update", reply["undo"]["arguments"].clone());
            assert_eq!(bench.org.row(&acme).unwrap().get("Description").as_str(), Some(old.as_str()));
        } else {
            assert_eq!(reply["undo"].get("arguments"), None);
            assert!(
                reply["undo"]["instructions"].as_str().unwrap().starts_with("the old text of Description is too long")
            );
        }
    }
    // A long new text is not repeated to be expected.
    let change = json!({ "Description": "y".repeat(30_000) });
    bench.org.set(&acme, "Description", "old");
    let reply = bench.ok("update", json!({ "record": bench.id("acme"), "fields": change }));
    assert!(reply.to_string().len() < 2_000);
    bench.ok("update", reply["undo"]["arguments"].clone());
    assert_eq!(bench.org.row(&acme).unwrap().get("Description").as_str(), Some("old"));
}

#[test]
fn a_create_says_that_deleting_takes_it_back() {
    let bench = Bench::warm(&["Account"]);
    let reply = bench.created(json!({ "object": "Account", "fields": { "Name": "Zenith" } }));
    assert!(reply["undo"]["instructions"].as_str().unwrap().contains(reply["id"].as_str().unwrap()), "{reply}");
    assert_eq!(reply["undo"].get("tool"), None);
}
