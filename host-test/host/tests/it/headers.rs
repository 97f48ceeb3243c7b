//! What a response's headers say reaches the plugin.

use std::sync::Arc;

use demo_org::{Effect, Fault, Org};
use http::Method;
use test_support::{refusal, session};

#[test]
fn a_record_whose_receipt_is_lost_is_found_by_the_clock_of_the_org() {
    let org = Arc::new(Org::demo());
    let (session, _) = session(&org, "riley");
    org.fault(Fault::new(Effect::DropAfter).on(Method::POST, "/composite"));
    let reply = session.call_json("salesforce_create", r#"{"object": "Account", "fields": {"Name": "Zenith"}}"#);
    assert!(reply.unwrap().contains(&org.writes()[0].id.to_string()));
}

#[test]
fn a_web_page_is_no_answer_whatever_it_holds() {
    let org = Arc::new(Org::demo());
    let (session, _) = session(&org, "riley");
    let body = r#"{"totalSize": 0, "done": true, "records": []}"#.to_owned();
    org.fault(Fault::new(Effect::Answer { status: 200, content_type: "text/html", body }).times(9));
    let error = refusal(session.call_json("salesforce_query", r#"{"soql": "SELECT Name FROM Account"}"#));
    assert_ne!(error["kind"], "invalid_input", "{error}");
}
