//! Several records changed by one call: all or none, each on its own condition, with one receipt and one undo.

use demo_org::{Effect, Fault, Org};
use http::Method;
use serde_json::{Value, json};

use crate::bench::Bench;

const DEALS: [&str; 3] = ["acme_renewal", "globex_deal", "rheinwerk_line"];

fn deals(bench: &Bench) -> Vec<Value> {
    DEALS.iter().map(|key| json!({ "record": bench.id(key) })).collect()
}

fn held(bench: &Bench, field: &str) -> Vec<Value> {
    DEALS.iter().map(|key| bench.org.row(&bench.org.id(key).unwrap()).unwrap().get(field).to_json()).collect()
}

fn admin() -> Bench {
    Bench::of("admin").after_describing(&["Opportunity", "Account"])
}

/// The call in which all deals are to close on the last of June.
fn move_to_june(bench: &Bench) -> Value {
    json!({ "records": deals(bench), "fields": { "Close Date": "2026-06-30" } })
}

#[test]
fn the_same_change_of_several_records_is_two_requests_and_one_receipt_with_one_undo() {
    let bench = admin();
    let before = held(&bench, "CloseDate");
    let reply = bench.ok("update", move_to_june(&bench));
    assert_eq!(bench.counts(), (2, 3));
    assert_eq!(held(&bench, "CloseDate"), [json!("2026-06-30"), json!("2026-06-30"), json!("2026-06-30")]);
    let records = reply["records"].as_array().unwrap();
    assert_eq!(records.len(), 3);
    for ((record, key), before) in records.iter().zip(DEALS).zip(&before) {
        assert_eq!(record["id"], bench.id(key));
        assert!(record["name"].is_string() && record["link"].as_str().unwrap().ends_with(&bench.id(key)));
        let change = json!([{ "field": "CloseDate", "before": before, "after": "2026-06-30" }]);
        assert_eq!(record["changes"], change);
    }
    assert_eq!(reply["undo"]["tool"], "salesforce_update");
    assert_eq!(reply.get("notices"), None, "{reply:#}");
    bench.org.forget_requests();
    let back = bench.ok("update", reply["undo"]["arguments"].clone());
    assert_eq!(held(&bench, "CloseDate"), before);
    assert_eq!(back["records"].as_array().unwrap().len(), 3);
    assert_eq!(bench.requests(), 2);
}

#[test]
fn each_record_may_have_a_change_and_an_expectation_of_its_own() {
    let bench = admin();
    let records = json!([
        { "record": bench.id("acme_renewal"), "fields": { "Amount": 1 }, "from": { "Amount": 120_000 } },
        { "record": bench.id("globex_deal") },
        // By its name, which takes a query of its own in the same request.
        { "record": "Rheinwerk line 4", "fields": { "Next Step": "Visit" } },
    ]);
    let reply = bench.ok("update", json!({ "object": "deal", "records": records, "fields": { "Next Step": "Call" } }));
    assert_eq!(bench.counts(), (2, 3));
    let changed: Vec<_> = (0..3).map(|at| reply["records"][at]["changes"][0]["after"].clone()).collect();
    assert_eq!(changed, [json!(1), json!("Call"), json!("Visit")]);
    let undone = &reply["undo"]["arguments"]["records"];
    assert_eq!(undone[0]["fields"], json!({ "Amount": 120_000 }));
    assert_eq!(
        undone[2],
        json!({ "record": bench.id("rheinwerk_line"), "fields": { "NextStep": null }, "from": { "NextStep": "Visit" } })
    );
}

#[test]
fn a_name_in_a_lookup_is_looked_up_once_for_all() {
    let bench = Bench::of("admin").after_describing(&["Account"]);
    let records: Vec<_> = ["acme", "globex", "initech"].iter().map(|key| json!({ "record": bench.id(key) })).collect();
    let reply = bench.ok("update", json!({ "records": records, "fields": { "Owner": "Jane Okafor" } }));
    assert_eq!(bench.counts(), (2, 3));
    let sent = bench.sent.borrow();
    let bodies = sent.iter().map(|request| String::from_utf8_lossy(request.body()).matches("+FROM+User+").count());
    assert_eq!(bodies.sum::<usize>(), 1);
    let jane = bench.id("jane_okafor");
    for record in reply["records"].as_array().unwrap() {
        assert_eq!(record["changes"][0]["after"], jane, "{reply:#}");
    }
    assert_eq!(reply["names"][&jane], "Jane Okafor");
}

#[test]
fn records_that_hold_the_values_already_are_left_as_they_are() {
    let bench = admin();
    bench.ok("update", json!({ "record": bench.id("globex_deal"), "fields": { "Close Date": "2026-06-30" } }));
    bench.org.forget_requests();
    let reply = bench.ok("update", move_to_june(&bench));
    assert_eq!(bench.org.writes().len(), 2);
    assert_eq!(
        reply["notices"],
        json!(["Globex platform deal: nothing was written: the record holds these values already"])
    );
    assert_eq!(reply["undo"]["arguments"]["records"].as_array().unwrap().len(), 2, "{reply:#}");
    bench.org.forget_requests();
    let again = bench.ok("update", move_to_june(&bench));
    assert_eq!((bench.counts(), again.get("undo")), ((1, 0), None));
    assert_eq!(again["notices"], json!(["nothing was written: the record holds these values already"]));
}

/// A call that changes nothing, and says of which record.
#[track_caller]
fn changes_none(bench: &Bench, arguments: Value, kind: &str, called: &str) -> Value {
    let (dates, steps) = (held(bench, "CloseDate"), held(bench, "NextStep"));
    let error = bench.err("update", arguments);
    assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some(kind), Some("no")), "{error:#}");
    assert!(error["message"].as_str().unwrap().contains(called), "{error:#}");
    assert_eq!((held(bench, "CloseDate"), held(bench, "NextStep")), (dates, steps));
    error
}

#[test]
fn where_one_of_several_is_not_as_expected_none_is_changed() {
    let bench = admin();
    let mut arguments = move_to_june(&bench);
    arguments["from"] = json!({ "Close Date": "2026-05-29" });
    let error = changes_none(&bench, arguments, "conflict", "of the 3 records this is about \"Acme renewal\"");
    assert_eq!(error["current"]["id"], bench.id("acme_renewal"));
    assert!(bench.org.writes().is_empty());
}

#[test]
fn where_the_org_refuses_one_of_several_none_is_changed() {
    let bench = admin();
    let records = json!([
        { "record": bench.id("acme_renewal") },
        { "record": bench.id("globex_deal"), "fields": { "Stage": "Closed Lost" } },
    ]);
    let arguments = json!({ "records": records, "fields": { "Next Step": "Call" } });
    let error = changes_none(&bench, arguments, "rejected", "of the 2 records this is about \"Globex platform deal\"");
    assert!(error["code"].is_string(), "{error:#}");
}

#[test]
fn where_somebody_changed_one_of_several_meanwhile_none_is_changed() {
    let bench = admin();
    let globex = bench.org.id("globex_deal").unwrap();
    *bench.meanwhile.borrow_mut() = Some((
        1,
        Box::new(move |org: &Org| {
            org.advance(std::time::Duration::from_secs(5));
            org.set(&globex, "Amount", 5);
            org.set(&globex, "SystemModstamp", "2026-05-12T20:00:00.000+0000");
        }),
    ));
    let arguments = move_to_june(&bench);
    let error = changes_none(&bench, arguments, "conflict", "of the 3 records this is about \"Globex platform deal\"");
    assert_eq!(error["current"]["id"], bench.id("globex_deal"), "{error:#}");
}

#[test]
fn a_write_without_an_answer_is_looked_after_in_one_query() {
    for effect in [Effect::DropAfter, Effect::CutBody] {
        let bench = admin();
        bench.org.fault(Fault::new(effect.clone()).on(Method::POST, "/composite"));
        let reply = bench.ok("update", move_to_june(&bench));
        assert_eq!(reply["records"][2]["changes"][0]["after"], "2026-06-30", "{effect:?}: {reply:#}");
        assert!(reply["notices"].to_string().contains("did not answer"), "{effect:?}: {reply:#}");
        assert_eq!(bench.requests(), 3);
    }
    let bench = admin();
    bench.org.fault(Fault::html_503().on(Method::POST, "/composite"));
    let error = bench.err("update", move_to_june(&bench));
    assert_eq!(error["changed"], "unknown", "{error:#}");
    assert!(error["message"].as_str().unwrap().contains("not all hold their changes so far"), "{error:#}");
    let bench = admin();
    bench.org.fault(Fault::html_503().times(u32::MAX).after(1));
    let error = bench.err("update", move_to_june(&bench));
    assert!(error["message"].as_str().unwrap().contains("reading the records again failed as well"), "{error:#}");
}

#[test]
fn what_does_not_go_together_is_refused_before_anything_is_sent() {
    let bench = admin();
    let deal = || json!({ "record": bench.id("acme_renewal") });
    let june = json!({ "Close Date": "2026-06-30" });
    let many: Vec<_> = (0..25).map(|_| deal()).collect();
    for (arguments, about, words) in [
        (json!({ "records": many, "fields": june }), "records", "25 records are more than the 24"),
        (json!({ "record": bench.id("globex_deal"), "records": [deal()], "fields": june }), "records", "not both"),
        (json!({ "fields": june }), "record", "say which record"),
        (json!({ "records": [], "fields": june }), "record", "say which record"),
        (json!({ "records": [deal(), deal()] }), "fields", "say what to change"),
        (
            json!({ "records": [deal(), { "record": bench.id("acme") }], "fields": { "Description": "x" } }),
            "records",
            "Opportunity and Account",
        ),
        (
            json!({ "records": [deal(), { "record": bench.id("globex_deal"), "fields": { "Amont": 1 } }], "fields": june }),
            "Amont",
            "does not exist",
        ),
    ] {
        let error = bench.refused("update", arguments.clone());
        assert_eq!(error["fields"], json!([about]), "{arguments}: {error:#}");
        assert!(error["message"].as_str().unwrap().contains(words), "{arguments}: {error:#}");
    }
    let twice = json!({ "object": "Opportunity", "records": [deal(), { "record": "Acme renewal" }], "fields": june });
    changes_none(&bench, twice, "invalid_input", "given twice");
    let gone = json!({ "records": [deal(), { "record": "006dM0000099990QAA" }], "fields": june });
    changes_none(&bench, gone, "not_found", "006dM0000099990QAA");
    let referring = json!({ "records": deals(&bench), "fields": { "Next Step": "see @{p1.id}" } });
    changes_none(&bench, referring, "invalid_input", "change that record alone");
    assert!(bench.org.writes().is_empty());
}
