//! Only the answer that the manual documents means that a write is done: every other one settles nothing, and what became
//! of the write is looked into.

use demo_org::{Effect, Fault};
use http::Method;
use serde_json::json;

use crate::bench::Bench;
use crate::said::records;

const PAGE: &str = "<!DOCTYPE html><html><body>Down for maintenance</body></html>";
const ERRORS: &str = r#"[{"message":"x","errorCode":"UNKNOWN_EXCEPTION"}]"#;

/// Answers that are a success by their status and document nothing: status, content type and body.
const UNDOCUMENTED: [(u16, &str, &str); 8] = [
    (200, "text/html", PAGE),
    (200, "application/json", PAGE),
    (200, "application/json", ""),
    (200, "application/json", ERRORS),
    (202, "application/json", ""),
    (202, "application/json", r#"{"id":"001dM0000000010QAA","success":true,"errors":[]}"#),
    (206, "application/json", ERRORS),
    (203, "text/plain", "OK"),
];

fn answer((status, content_type, body): (u16, &'static str, &str)) -> Effect {
    Effect::Answer { status, content_type, body: body.to_owned() }
}

#[test]
fn a_delete_is_done_by_a_204_alone() {
    for undocumented in UNDOCUMENTED {
        let bench = Bench::new();
        bench.settings.borrow_mut().tools = Some(vec!["delete".to_owned()]);
        bench.org.fault(Fault::new(answer(undocumented)).on(Method::DELETE, "/sobjects"));
        let error = bench.err("delete", json!({ "record": bench.id("acme"), "name": "Acme" }));
        assert_eq!(error["changed"], "no", "{undocumented:?}: {error:#}");
        assert!(error["message"].as_str().unwrap().contains("is still there"), "{undocumented:?}: {error:#}");
    }
}

#[test]
fn a_delete_that_a_page_hides_is_looked_for() {
    let bench = Bench::new();
    bench.settings.borrow_mut().tools = Some(vec!["delete".to_owned()]);
    bench.org.fault(Fault::new(Effect::WrongContent).on(Method::DELETE, "/sobjects"));
    let reply = bench.ok("delete", json!({ "record": bench.id("acme_renewal"), "name": "Acme Renewal" }));
    assert!(reply["notices"][0].as_str().unwrap().contains("it is gone"), "{reply:#}");
}

#[test]
fn a_create_that_goes_alone_is_done_by_a_201_with_an_id_alone() {
    for undocumented in UNDOCUMENTED.into_iter().chain([(201, "application/json", "{}"), (201, "text/html", PAGE)]) {
        let bench = Bench::new();
        bench.org.fault(Fault::new(answer(undocumented)).on(Method::POST, "/sobjects"));
        // A text that a composite request would misread goes alone.
        let error = bench.err("create", json!({ "object": "Account", "fields": { "Name": "Use @{new.id}" } }));
        assert_eq!(error["changed"], "unknown", "{undocumented:?}: {error:#}");
        assert!(bench.org.writes().is_empty());
    }
}

#[test]
fn a_change_that_goes_alone_is_done_by_a_204_alone() {
    for undocumented in UNDOCUMENTED {
        let bench = Bench::new();
        bench.org.fault(Fault::new(answer(undocumented)).on(Method::PATCH, "/sobjects"));
        let changes = json!({ "Name": "Use @{new.id}" });
        let error = bench.err("update", json!({ "record": bench.id("acme"), "fields": changes }));
        assert_ne!(error["changed"], "yes", "{undocumented:?}: {error:#}");
        assert!(bench.org.writes().is_empty());
    }
}

#[test]
fn parts_of_a_composite_request_are_held_to_their_own_documented_answers() {
    for (status, body) in [(200, "null"), (202, "null"), (206, "{}"), (200, ERRORS), (299, "null")] {
        let part = |name: &str| {
            format!(r#"{{"referenceId":"{name}","httpStatusCode":{status},"httpHeaders":{{}},"body":{body}}}"#)
        };
        let whole = format!(r#"{{"compositeResponse":[{},{}]}}"#, part("write"), part("read"));
        let bench = Bench::new();
        bench.org.fault(Fault::new(answer((200, "application/json", &whole))).on(Method::POST, "/composite"));
        let error = bench.err("create", json!({ "object": "Account", "fields": { "Name": "Initech" } }));
        assert_eq!(error["changed"], "unknown", "{status} {body}: {error:#}");
        bench.org.fault(Fault::new(answer((200, "application/json", &whole))).on(Method::POST, "/composite"));
        let changes = json!({ "Name": "Acme Ltd" });
        let error = bench.err("update", json!({ "record": bench.id("acme"), "fields": changes }));
        assert_ne!(error["changed"], "yes", "{status} {body}: {error:#}");
        assert!(bench.org.writes().is_empty());
    }
}

#[test]
fn a_page_in_place_of_records_is_unavailable_and_nothing_to_report() {
    for undocumented in [(200, "text/html", PAGE), (200, "application/json", PAGE), (200, "text/plain", "")] {
        let bench = Bench::new();
        bench.org.fault(Fault::new(answer(undocumented)));
        let error = bench.err("get", json!({ "record": bench.id("acme") }));
        assert_eq!((&error["kind"], &error["changed"]), (&json!("unavailable"), &json!("no")), "{error:#}");
        assert!(!error["message"].as_str().unwrap().contains("makers"), "{error:#}");
    }
}

#[test]
fn a_part_of_an_answer_is_no_answer() {
    let bench = Bench::new();
    let body = r#"{"totalSize":0,"done":true,"records":[]}"#;
    bench.org.fault(Fault::new(answer((206, "application/json", body))));
    let error = bench.err("query", records(json!({ "object": "Account" })));
    assert_eq!(error["kind"], "unexpected_reply", "{error:#}");
}

#[test]
fn a_version_of_the_api_that_is_gone_says_that_the_plugin_is_too_old() {
    let code = r#"[{"message":"This API version has been retired","errorCode":"UNSUPPORTED_API_VERSION"}]"#;
    for body in [code, ""] {
        let bench = Bench::new();
        bench.org.fault(Fault::new(answer((410, "application/json", body))));
        let error = bench.err("get", json!({ "record": bench.id("acme") }));
        assert!(error["message"].as_str().unwrap().contains("has to be updated"), "{error:#}");
    }
}

#[test]
fn a_change_without_an_answer_is_read_again_and_reported_if_it_is_there() {
    for effect in [Effect::WrongContent, Effect::DropAfter, Effect::CutBody, Effect::Truncate] {
        let bench = Bench::new();
        bench.org.fault(Fault::new(effect.clone()).on(Method::POST, "/composite"));
        let changes = json!({ "Employees": 500 });
        let expected = json!({ "Employees": 100 });
        let reply =
            bench.ok("update", json!({ "object": "Account", "record": "Acme", "fields": changes, "from": expected }));
        assert_eq!(
            reply["records"][0]["changes"],
            json!([{ "field": "NumberOfEmployees", "before": 100, "after": 500 }])
        );
        assert!(reply["notices"].to_string().contains("it holds the change"), "{effect:?}: {reply:#}");
        assert!(reply["undo"]["arguments"].is_object(), "{effect:?}: {reply:#}");
        assert_eq!(bench.org.writes().len(), 1, "{effect:?}");
    }
}

#[test]
fn a_change_that_got_lost_is_read_again_and_not_claimed() {
    for effect in [Effect::DropBefore, answer((502, "text/html", PAGE)), answer((200, "text/html", PAGE))] {
        let bench = Bench::new();
        bench.org.fault(Fault::new(effect.clone()).on(Method::POST, "/composite"));
        let changes = json!({ "Employees": 500 });
        let expected = json!({ "Employees": 100 });
        let error =
            bench.err("update", json!({ "object": "Account", "record": "Acme", "fields": changes, "from": expected }));
        let is_known = matches!(effect, Effect::DropBefore);
        assert_eq!(error["changed"], if is_known { "no" } else { "unknown" }, "{effect:?}: {error:#}");
        let looked = error["message"].as_str().unwrap().contains("does not hold the change so far");
        assert_eq!(looked, !is_known, "{effect:?}: {error:#}");
        assert!(bench.org.writes().is_empty());
    }
}

fn call_with_bob() -> serde_json::Value {
    json!({
        "kind": "call", "who": "Bob Stone", "text": "discussed pricing",
        "follow_up": { "when": "2026-05-19 15:00", "subject": "Send the quote" }
    })
}

#[test]
fn an_activity_without_an_answer_is_looked_for_and_reported_if_it_is_there() {
    for effect in [Effect::WrongContent, Effect::DropAfter, Effect::CutBody, Effect::Truncate] {
        let bench = Bench::new();
        bench.org.fault(Fault::new(effect.clone()).on(Method::POST, "/composite").after(1));
        let reply = bench.ok("log_activity", call_with_bob());
        let written: Vec<_> = bench.org.writes().iter().map(|write| write.id.to_string()).collect();
        let said: Vec<_> = reply["created"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
        assert_eq!(said, written, "{effect:?}: {reply:#}");
        assert!(reply["notices"].to_string().contains("looked for and found"), "{effect:?}: {reply:#}");
    }
    let bench = Bench::new();
    bench.org.fault(Fault::new(Effect::DropAfter).on(Method::POST, "/composite").after(1));
    let reply = bench.ok("log_activity", json!({ "kind": "note", "what": "Globex", "text": "Prefers mail." }));
    assert_eq!(reply["created"][0]["id"], bench.org.writes()[0].id.to_string(), "{reply:#}");
}

#[test]
fn an_activity_that_got_lost_is_looked_for_and_not_claimed() {
    let bench = Bench::new();
    bench.org.fault(Fault::html_503().on(Method::POST, "/composite").after(1));
    let error = bench.err("log_activity", call_with_bob());
    assert_eq!(error["changed"], "unknown", "{error:#}");
    assert!(error["message"].as_str().unwrap().contains("there is none so far"), "{error:#}");
    assert!(bench.org.writes().is_empty());
}

fn zenith() -> serde_json::Value {
    json!({ "object": "Account", "fields": { "Name": "Zenith" } })
}

#[test]
fn a_clock_that_is_wrong_hides_no_record_and_takes_none_for_another() {
    let day = 24 * 60 * 60;
    for ahead in [0, 180, -180, 7200, -7200, 3 * day, -3 * day] {
        // The org took it.
        let bench = Bench::new();
        bench.clock_ahead.set(ahead);
        bench.org.fault(Fault::new(Effect::DropAfter).on(Method::POST, "/composite"));
        let reply = bench.created(zenith());
        assert_eq!(reply["id"], bench.org.writes()[0].id.to_string(), "{ahead}");
        // The org has an older one, and took none.
        bench.org.advance(std::time::Duration::from_secs(30));
        bench.org.fault(Fault::html_503().on(Method::POST, "/composite"));
        let error = bench
            .err("create", json!({ "object": "Account", "fields": { "Name": "Zenith" }, "allow_duplicate": true }));
        assert_eq!(error["changed"], "unknown", "{ahead}: {error:#}");
        assert!(error["message"].as_str().unwrap().contains("there is none so far"), "{ahead}: {error:#}");
        assert_eq!(error["candidates"], serde_json::Value::Null, "{ahead}: {error:#}");
    }
}

#[test]
fn where_no_response_says_what_time_it_is_there_nothing_is_called_new_or_missing() {
    let bench = Bench::new();
    bench.hides_dates.set(true);
    bench.org.fault(Fault::new(Effect::DropAfter).on(Method::POST, "/composite"));
    let error = bench.err("create", zenith());
    assert_eq!(error["changed"], "unknown", "{error:#}");
    assert_eq!(error["candidates"][0]["id"], bench.org.writes()[0].id.to_string(), "{error:#}");
    assert!(!error["message"].as_str().unwrap().contains("none so far"), "{error:#}");
}

#[test]
fn pages_without_end_cost_a_bounded_number_of_requests() {
    let bench = Bench::new();
    let page = r#"{"totalSize":2000,"done":false,"nextRecordsUrl":"/services/data/v65.0/query/01g000000000001AAA-1","records":[{"attributes":{"type":"Account"},"Id":"001dM0000000010QAA","Name":"Acme"}]}"#;
    bench.org.fault(Fault::new(answer((200, "application/json", page))).on(Method::GET, "/query").times(1_000));
    let error = bench.err("query", records(json!({ "object": "Account", "limit": 2000 })));
    assert_eq!(error["kind"], "unexpected_reply", "{error:#}");
    assert!(bench.requests() <= 30, "{}", bench.requests());
}
