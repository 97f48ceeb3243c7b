//! A call that is stopped sends nothing more and ends.

use std::io::BufReader;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use demo_org::Org;
use salesforce_host::cancel::CancelHandle;
use salesforce_host::wire::Https;
use salesforce_host::{CallError, Connection, HostError, Limits, Origin, Token};

use crate::guest;
use test_support::loopback::{Loopback, head};
use test_support::{HOST, guests, refusal, session};

#[test]
fn a_guest_that_does_not_stop_by_itself_is_ended_and_the_next_call_works() {
    let limits = Limits { memory_bytes: 1024 * 1024, calls: 1, ..Limits::default() };
    // Sends one request, in which the stop is pulled, and loops.
    let stop = CancelHandle::default();
    let pulled = stop.clone();
    let session = guest::session(guests::SENDS_AND_LOOPS, limits, move |_: http::Request<Vec<u8>>| {
        pulled.cancel();
        Ok(http::Response::new(Vec::new()))
    });
    let result = session.cancelled_by(&stop).call_json("x", "/services/data/v65.0/limits");
    assert!(matches!(result, Err(CallError::Host(HostError::Stopped))), "{result:?}");
    assert_eq!(session.call_json("", "").unwrap(), "");
}

#[test]
fn a_request_on_its_way_is_let_go_when_its_call_is_stopped() {
    let (sender, arrived) = mpsc::channel();
    let server = Loopback::start(move |stream, _| {
        sender.send(head(&mut BufReader::new(stream))).unwrap();
        thread::park();
    });
    let origin = Origin::parse(&server.origin()).unwrap();
    let session = HOST.session(Connection::new(origin, Token::new(&Org::demo().token("riley")).unwrap(), Https::new()));
    let stop = CancelHandle::default();
    let stopped = session.cancelled_by(&stop);
    let call = thread::spawn(move || stopped.call_json("salesforce_get", r#"{"record": "001dM0000000010QAA"}"#));
    arrived.recv().unwrap();
    stop.cancel();
    let error = refusal(call.join().unwrap());
    assert!(error["message"].as_str().unwrap().starts_with("the call was stopped"), "{error}");
    assert_eq!(server.accepted(), 1);
}

#[test]
fn a_change_that_is_stopped_after_its_read_is_not_written() {
    let org = Arc::new(Org::demo());
    let (session, transcript) = session(&org, "riley");
    let stop = CancelHandle::default();
    let pulled = stop.clone();
    let update = r#"{"object": "Account", "record": "Acme", "fields": {"Employees": 500}}"#;
    let stopped = session.cancelled_by(&stop).reporting(move |_| pulled.cancel());
    let error = refusal(stopped.call_json("salesforce_update", update));
    assert_eq!(error["changed"], "no", "{error}");
    assert_eq!(transcript.take().len(), 1);
    let reply = session.call_json("salesforce_update", update).unwrap();
    assert!(reply.contains(r#""before":100"#), "{reply}");
}

#[test]
fn every_request_of_a_call_is_reported_as_it_is_answered() {
    let (session, transcript) = session(&Arc::new(Org::demo()), "riley");
    let reported = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&reported);
    let update = r#"{"object": "Account", "record": "Acme", "fields": {"Employees": 500}}"#;
    let watched = session.reporting(move |requests| {
        assert_eq!(count.fetch_add(1, Ordering::Relaxed) + 1, requests);
    });
    watched.call_json("salesforce_update", update).unwrap();
    assert_eq!(reported.load(Ordering::Relaxed) as usize, transcript.take().len());
}
