//! A call ends, and takes its memory with it, whatever the guest does.

use std::sync::Arc;
use std::time::Duration;

use demo_org::{Effect, Fault, Org};
use salesforce_host::{CallError, Connection, FailureKind, Host, HostError, Limits, Transport, transport::Failure};

use crate::guest::{self, unless_empty};
use test_support::{Demo, HOST, demo, refusal, session};

/// One instance at a time, so that one that is not given back is noticed by the next call.
fn limits() -> Limits {
    Limits { memory_bytes: 1024 * 1024, calls: 1, ..Limits::default() }
}

fn nowhere(_: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Failure> {
    panic!("nothing is sent")
}

#[track_caller]
fn stopped(result: Result<String, CallError>) -> HostError {
    match result {
        Err(CallError::Host(error)) => error,
        other => panic!("not stopped by the host: {other:?}"),
    }
}

#[test]
fn a_guest_that_loops_forever_is_stopped_and_the_next_call_works() {
    // Short for a loop, and long enough for an honest call on a busy machine.
    let limits = Limits { deadline: Duration::from_millis(300), ..limits() };
    let session = guest::session(&unless_empty(""), limits, nowhere);
    for _ in 0..2 {
        assert_eq!(stopped(session.call_json("", "{}")), HostError::Deadline);
        assert_eq!(session.call_json("", "").unwrap(), "");
    }
}

#[test]
fn a_guest_that_allocates_without_end_is_stopped_and_the_next_call_works() {
    let greedy = unless_empty("i32.const 1 memory.grow i32.const -1 i32.eq if unreachable end");
    let session = guest::session(&greedy, limits(), nowhere);
    for _ in 0..3 {
        let (result, usage) = session.call_measured("", "{}");
        assert_eq!(stopped(result), HostError::Memory);
        assert!(usage.memory_bytes <= 1024 * 1024, "{usage:?}");
        assert_eq!(session.call_json("", "").unwrap(), "");
    }
}

#[test]
fn a_guest_that_traps_is_reported_and_the_next_call_works() {
    let session = guest::session(&unless_empty("unreachable"), limits(), nowhere);
    assert!(matches!(stopped(session.call_json("", "{}")), HostError::Trapped(_)));
    assert_eq!(session.call_json("", "").unwrap(), "");
}

#[test]
fn a_guest_that_overflows_its_stack_is_reported_and_the_next_call_works() {
    let recursive = unless_empty("i32.const 0 i32.const 0 i32.const 0 i32.const 1 call $self drop");
    let session = guest::session(&recursive, limits(), nowhere);
    assert!(matches!(stopped(session.call_json("", "{}")), HostError::Trapped(_)));
    assert_eq!(session.call_json("", "").unwrap(), "");
}

#[test]
fn fuel_stops_a_guest_where_it_is_counted() {
    let limits = Limits { fuel: Some(10_000), ..limits() };
    let session = guest::session(&unless_empty(""), limits, nowhere);
    let (result, usage) = session.call_measured("", "{}");
    assert_eq!(stopped(result), HostError::Fuel);
    assert!(usage.fuel.is_some_and(|fuel| (9_000..=10_000).contains(&fuel)), "{usage:?}");
    assert_eq!(session.call_json("", "").unwrap(), "");
}

#[test]
fn a_guest_cannot_send_more_requests_than_a_call_may() {
    // Sends until it is refused, and then replies with the refusal.
    let stubborn = format!(
        "block loop {sends} drop i32.const 1040 i32.load8_u br_if 1 br 0 end end i32.const 3072",
        sends = guest::MESSENGER
    );
    let limits = Limits { requests: 3, ..limits() };
    let session = guest::session(&stubborn, limits, |_: http::Request<Vec<u8>>| Ok(http::Response::new(Vec::new())));
    let (reply, usage) = session.call_measured("x", "/services/data");
    assert_eq!((reply.unwrap().as_str(), usage.requests), ("a call may send 3 requests", 3));
}

#[test]
fn a_reply_beyond_the_limit_is_not_passed_on() {
    let host = Host::new(Limits { reply_bytes: 100, ..Limits::default() }).unwrap();
    let session = host.session(demo(&Arc::new(Org::demo()), "riley"));
    let result = session.call_json("salesforce_list", r#"{"object": "Account"}"#);
    assert_eq!(stopped(result), HostError::ReplyTooLarge(100));
}

#[test]
fn a_response_beyond_the_limit_is_an_error_for_the_model_and_the_next_call_works() {
    let org = Arc::new(Org::demo());
    org.fault(Fault::new(Effect::Oversize(9 * 1024 * 1024)));
    let (session, transcript) = session(&org, "riley");
    let error = refusal(session.call_json("salesforce_list", r#"{"object": "Account"}"#));
    assert_eq!(error["changed"], "no", "{error}");
    assert_eq!(transcript.take().len(), 1);
    assert!(session.call_json("salesforce_list", r#"{"object": "Account"}"#).is_ok());
}

#[test]
fn an_org_that_answers_too_late_is_a_timeout_for_the_model() {
    let org = Arc::new(Org::demo());
    org.fault(Fault::new(Effect::Delay(Duration::from_secs(3600))));
    let (session, transcript) = session(&org, "riley");
    let error = refusal(session.call_json("salesforce_list", r#"{"object": "Account"}"#));
    assert_eq!(error["kind"], "timeout", "{error}");
    let failure = transcript.take().remove(0).outcome.unwrap_err();
    assert_eq!((failure.kind, failure.request_sent), (FailureKind::Timeout, true));
}

#[test]
fn a_precompiled_component_is_loaded_as_it_was() {
    let compiled = HOST.precompile().unwrap();
    // SAFETY: the bytes come from `precompile`, a line above.
    #[allow(unsafe_code)]
    let host = unsafe { Host::load_precompiled(&compiled, Limits::default()) }.unwrap();
    assert_eq!(host.exports(), HOST.exports());
    let session = host.session(demo(&Arc::new(Org::demo()), "riley"));
    assert!(session.call_json("salesforce_list", r#"{"object": "Account"}"#).is_ok());
}

#[test]
fn a_call_beyond_those_allowed_at_once_is_turned_away_and_the_next_one_works() {
    let org = Arc::new(Org::demo());
    let host = Host::new(Limits { calls: 1, ..Limits::default() }).unwrap();
    let other = host.session(demo(&org, "jonas"));
    // While the first call waits for the org, a second one comes.
    let (inside, answers) = (other.clone(), Demo(Arc::clone(&org)));
    let connection = demo(&org, "riley");
    let (origin, token) = (connection.origin().clone(), salesforce_host::Token::new(&org.token("riley")).unwrap());
    let session = host.session(Connection::new(origin, token, move |request: http::Request<Vec<u8>>| {
        assert_eq!(stopped(inside.call_json("salesforce_describe", "{}")), HostError::Busy);
        answers.send(request)
    }));
    session.call_json("salesforce_find", r#"{"text": "acme"}"#).unwrap();
    other.call_json("salesforce_find", r#"{"text": "acme"}"#).unwrap();
}
