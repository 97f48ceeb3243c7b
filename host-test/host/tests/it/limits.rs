//! A call ends, and takes its memory with it, whatever the guest does.

use std::sync::Arc;
use std::time::Duration;

use demo_org::{Effect, Fault, Org};
use salesforce_host::wire::{Failure, FailureKind};
use salesforce_host::{COMPONENT, CallError, Connection, Host, HostError, Limits, MACHINE_CODE, Transport};

use crate::guest;
use test_support::{Demo, demo, guests, refusal, session};

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
    let session = guest::session(guests::LOOPS, limits, nowhere);
    for _ in 0..2 {
        assert_eq!(stopped(session.call_json("", "{}")), HostError::Deadline);
        assert_eq!(session.call_json("", "").unwrap(), "");
    }
}

#[test]
fn a_guest_that_allocates_without_end_is_stopped_and_the_next_call_works() {
    let session = guest::session(guests::ALLOCATES, limits(), nowhere);
    for _ in 0..3 {
        let (result, usage) = session.call_measured("", "{}");
        assert_eq!(stopped(result), HostError::Memory);
        assert!(usage.memory_bytes <= 1024 * 1024, "{usage:?}");
        assert_eq!(session.call_json("", "").unwrap(), "");
    }
}

#[test]
fn a_guest_that_traps_is_reported_and_the_next_call_works() {
    let session = guest::session(guests::TRAPS, limits(), nowhere);
    assert!(matches!(stopped(session.call_json("", "{}")), HostError::Trapped(_)));
    assert_eq!(session.call_json("", "").unwrap(), "");
}

#[test]
fn a_guest_that_overflows_its_stack_is_reported_and_the_next_call_works() {
    let session = guest::session(guests::RECURSES, limits(), nowhere);
    assert!(matches!(stopped(session.call_json("", "{}")), HostError::Trapped(_)));
    assert_eq!(session.call_json("", "").unwrap(), "");
}

#[test]
fn fuel_stops_a_guest_where_it_is_counted() {
    let limits = Limits { fuel: Some(10_000), ..limits() };
    let session = guest::session(guests::LOOPS_WITH_FUEL, limits, nowhere);
    let (result, usage) = session.call_measured("", "{}");
    assert_eq!(stopped(result), HostError::Fuel);
    assert!(usage.fuel.is_some_and(|fuel| (9_000..=10_000).contains(&fuel)), "{usage:?}");
    assert_eq!(session.call_json("", "").unwrap(), "");
}

#[test]
fn a_guest_cannot_send_more_requests_than_a_call_may() {
    let limits = Limits { requests: 3, ..limits() };
    let empty = |_: http::Request<Vec<u8>>| Ok(http::Response::new(Vec::new()));
    let session = guest::session(guests::SENDS_UNTIL_REFUSED, limits, empty);
    let (reply, usage) = session.call_measured("x", "/services/data/v65.0/limits");
    assert_eq!((reply.unwrap().as_str(), usage.requests), ("a call may send 3 requests", 3));
}

#[test]
fn a_reply_beyond_the_limit_is_not_passed_on() {
    let host = Host::new(Limits { reply_bytes: 100, ..Limits::default() }).unwrap();
    let session = host.session(demo(&Arc::new(Org::demo()), "riley"));
    let result = session.call_json("salesforce_query", r#"{"soql": "SELECT * FROM Account"}"#);
    let HostError::ReplyTooLarge { limit: 100, start } = stopped(result) else { panic!("it is passed on") };
    assert!(start.len() <= 100 && start.starts_with('{'), "{start}");
}

#[test]
fn a_response_beyond_the_limit_is_an_error_for_the_model_and_the_next_call_works() {
    let org = Arc::new(Org::demo());
    org.fault(Fault::new(Effect::Oversize(9 * 1024 * 1024)));
    let (session, transcript) = session(&org, "riley");
    let error = refusal(session.call_json("salesforce_query", r#"{"soql": "SELECT * FROM Account"}"#));
    assert_eq!(error["changed"], "no", "{error}");
    assert_eq!(transcript.take().len(), 1);
    assert!(session.call_json("salesforce_query", r#"{"soql": "SELECT * FROM Account"}"#).is_ok());
}

#[test]
fn an_org_that_answers_too_late_is_a_timeout_for_the_model() {
    let org = Arc::new(Org::demo());
    org.fault(Fault::new(Effect::Delay(Duration::from_secs(3600))));
    let (session, transcript) = session(&org, "riley");
    let error = refusal(session.call_json("salesforce_query", r#"{"soql": "SELECT * FROM Account"}"#));
    assert_eq!(error["kind"], "timeout", "{error}");
    let failure = transcript.take().remove(0).outcome.unwrap_err();
    assert_eq!((failure.kind, failure.request_sent), (FailureKind::Timeout, true));
}

/// What is said of machine code that does not fit; none of it has run.
#[track_caller]
#[allow(unsafe_code)] // Nothing here can check the code.
fn unfit(code: &[u8], limits: Limits) -> String {
    // SAFETY: the code comes from build scripts; the bytes a test changes are no instructions.
    match unsafe { Host::from_machine_code(code, limits) } {
        Err(HostError::Load(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn machine_code_of_another_version_is_refused_and_the_refusal_names_it() {
    // The version of the compiler, after its length.
    let at = MACHINE_CODE.windows(3).position(|bytes| bytes == b"\x0248").expect("wasmtime's major version is 48");
    let mut code = MACHINE_CODE.to_vec();
    code[at + 1..at + 3].copy_from_slice(b"47");
    let why = unfit(&code, Limits::default());
    assert_eq!(why, "its machine code does not fit this program: Module was compiled with incompatible version '47'");
}

#[test]
fn machine_code_with_other_settings_is_refused_and_the_refusal_names_them() {
    let why = unfit(guests::LOOPS_WITH_FUEL, Limits::default());
    assert_eq!(
        why,
        "its machine code does not fit this program: Module was compiled with fuel support but it is not enabled for \
         the host"
    );
    let why = unfit(MACHINE_CODE, Limits { fuel: Some(1), ..Limits::default() });
    assert!(why.contains("Module was compiled without fuel support"), "{why}");
}

#[test]
fn what_is_no_machine_code_is_refused() {
    for bytes in [&b""[..], COMPONENT, &MACHINE_CODE[..100]] {
        let why = unfit(bytes, Limits::default());
        assert!(why.starts_with("its machine code does not fit this program: "), "{why}");
    }
}

#[test]
fn machine_code_takes_no_instruction_that_only_some_processors_of_the_platform_have() {
    // A flag is its name, a byte that says it is a flag, and its value.
    let flags = MACHINE_CODE[..4096].split_last_chunk::<2>().expect("longer").0;
    let mut seen = 0;
    for at in (0..flags.len()).filter(|&at| flags[at..].starts_with(b"has_")) {
        let name: Vec<u8> = flags[at..].iter().copied().take_while(|byte| byte.is_ascii_graphic()).collect();
        let value = &MACHINE_CODE[at + name.len()..][..2];
        assert_eq!(value[1], 0, "{} is {value:?}", String::from_utf8_lossy(&name));
        seen += 1;
    }
    assert!(seen > 2, "the flags are somewhere else");
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
