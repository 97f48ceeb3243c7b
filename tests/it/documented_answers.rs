//! Only the answer that the manual documents means that a write is done: every other one settles nothing.

use demo_org::{Effect, Fault};
use http::Method;
use serde_json::json;

use crate::bench::Bench;

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
        bench.preferences.borrow_mut().tools = Some(vec!["delete".to_owned()]);
        bench.org.fault(Fault::new(answer(undocumented)).on(Method::DELETE, "/sobjects"));
        let error = bench.err("delete", json!({ "record": bench.id("acme"), "name": "Acme" }));
        assert_eq!(error["changed"], "no", "{undocumented:?}: {error:#}");
        assert!(error["message"].as_str().unwrap().contains("is still there"), "{undocumented:?}: {error:#}");
    }
}

#[test]
fn a_delete_that_a_page_hides_is_looked_for() {
    let bench = Bench::new();
    bench.preferences.borrow_mut().tools = Some(vec!["delete".to_owned()]);
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
        let changes = json!([{ "field": "Name", "to": "Use @{new.id}" }]);
        let error = bench.err("update", json!({ "record": bench.id("acme"), "changes": changes }));
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
        let changes = json!([{ "field": "Name", "to": "Acme Ltd" }]);
        let error = bench.err("update", json!({ "record": bench.id("acme"), "changes": changes }));
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
    let error = bench.err("list", json!({ "object": "Account" }));
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
