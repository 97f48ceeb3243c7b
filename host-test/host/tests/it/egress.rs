//! Whatever a guest asks for, nothing leaves for another place: tried with a guest that asks for anything, and with
//! arguments of a model to the real one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use demo_org::Org;
use salesforce_host::{Limits, Session};

use crate::guest;
use test_support::{guests, paths, refusal, session};

/// A guest that sends what it is told, and how much of that has left.
fn messenger() -> (Session, Arc<AtomicU32>) {
    let sent = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&sent);
    let session = guest::session(guests::SENDS, Limits::default(), move |request: http::Request<Vec<u8>>| {
        counter.fetch_add(1, Ordering::SeqCst);
        let authority = request.uri().authority().unwrap();
        Ok(http::Response::new(format!("{authority}{}", request.uri().path()).into_bytes()))
    });
    (session, sent)
}

#[test]
fn a_request_goes_to_the_origin_of_the_connection() {
    let (session, sent) = messenger();
    let reply = session.call_json("batchSize=200", "/services/data/v65.0/limits").unwrap();
    assert_eq!(reply, "acme.my.salesforce.com/services/data/v65.0/limits");
    assert_eq!(sent.load(Ordering::SeqCst), 1);
}

#[test]
fn a_request_to_another_origin_is_refused_before_egress() {
    let (session, sent) = messenger();
    for path in [
        "https://evil.example/services/data",
        "//evil.example/services/data",
        "@evil.example/services/data",
        ".evil.example/services/data",
        ":8443/services/data",
        "/services/../../evil",
        "/services/%2e%2e/secur/frontdoor.jsp",
        "/services/data/..%2f..%2fsecur",
        "/services/data\\..\\..\\secur",
        "/services/oauth2/token",
        "/services/oauth2/singleaccess",
        "/services/oauth2;x/singleaccess",
        "/services/oauth2%3B/singleaccess",
        "/services/oauth2%20/singleaccess",
        "/services/Soap/u/65.0",
        "/services/apexrest/Anything",
        "/services/auth/sso/X",
        "/services/data/v65.0/tooling/executeAnonymous",
        "/secur/frontdoor.jsp",
        "/services/data HTTP/1.1\r\nhost: evil.example\r\n",
    ] {
        let reply = session.call_json("x", path).unwrap();
        assert!(reply.starts_with("the path "), "{path:?}: {reply}");
    }
    assert_eq!(sent.load(Ordering::SeqCst), 0);
}

#[test]
fn a_line_end_in_a_header_value_is_refused_before_egress() {
    let (session, sent) = messenger();
    for value in ["x\r\nhost: evil.example", "x\nauthorization: Bearer other", "x\0", "x\r"] {
        let reply = session.call_json(value, "/services/data/v65.0/limits").unwrap();
        assert!(reply.starts_with("the value of a header "), "{value:?}: {reply}");
    }
    assert_eq!(sent.load(Ordering::SeqCst), 0);
}

#[test]
fn a_path_trick_in_an_id_is_refused_before_egress() {
    let (session, transcript) = session(&Arc::new(Org::demo()), "riley");
    for record in [
        "../../../oauth2/token",
        "001dM0000000010QAA/../../../../secur",
        "001dM0000000010QAA%2f..%2f..",
        "001dM0000000010QAA?x=y",
        "001dM0000000010QAA\r\nhost: evil.example",
        "https://evil.example/001dM0000000010QAA",
    ] {
        let arguments = serde_json::json!({"record": record}).to_string();
        let error = refusal(session.call_json("salesforce_get", &arguments));
        assert_eq!(error["kind"], "invalid_input", "{record:?}: {error}");
    }
    assert_eq!(paths(&transcript), [""; 0]);
}

#[test]
fn a_cursor_that_points_elsewhere_is_refused_before_egress() {
    let (session, transcript) = session(&Arc::new(Org::demo()), "riley");
    for cursor in [
        "https://evil.example/services/data/v65.0/query/01g",
        "//evil.example/services/data/v65.0/query/01g",
        "/services/data/v65.0/query/../sobjects",
        "/services/data/v65.0/query/01g\r\nhost: evil.example",
        "../../oauth2/token",
        "",
    ] {
        let arguments = serde_json::json!({"soql": "SELECT * FROM Account", "cursor": cursor}).to_string();
        let error = refusal(session.call_json("salesforce_query", &arguments));
        assert_eq!(error["kind"], "invalid_input", "{cursor:?}: {error}");
    }
    assert_eq!(paths(&transcript), [""; 0]);
}

#[test]
fn bad_input_sends_nothing() {
    let (session, transcript) = session(&Arc::new(Org::demo()), "riley");
    for (tool, arguments) in [
        ("salesforce_find", r#"{"text": "a"}"#),
        ("salesforce_find", r#"{}"#),
        ("salesforce_find", r#"{"text": "Acme", "colour": "red"}"#),
        ("salesforce_find", "not json"),
        ("salesforce_query", r#"{"soql": "SELECT * FROM \"Account; DROP\""}"#),
        ("salesforce_query", r#"{"soql": "SELECT Id FROM Account WHERE Name RESEMBLES 'x'"}"#),
        ("salesforce_query", r#"{"soql": "SELECT Id FROM Account WHERE Name = :x"}"#),
        ("salesforce_query", r#"{"soql": "SELECT * FROM Account", "limit": -1}"#),
        ("salesforce_create", r#"{"object": "Account", "fields": {}}"#),
        ("salesforce_create", r#"{"object": "Account", "fields": [1]}"#),
        ("salesforce_update", r#"{"record": "001dM0000000010QAA", "fields": {}}"#),
        ("salesforce_nope", "{}"),
        ("", "{}"),
    ] {
        let error = refusal(session.call_json(tool, arguments));
        assert_eq!((&error["kind"], &error["changed"]), (&"invalid_input".into(), &"no".into()), "{tool} {arguments}");
    }
    // What objects and fields there are may have to be asked first. The exchanges are not printed: they are long.
    let sent: Vec<_> =
        transcript.take().into_iter().map(|exchange| format!("{} {}", exchange.method, exchange.path)).collect();
    let is_describe = |request: &String| request.ends_with("/sobjects") || request.ends_with("/describe");
    assert!(sent.iter().all(is_describe), "{sent:?}");
}
