//! The demo org over a real socket of this machine: the transport a real org is talked to with.

use std::sync::Arc;
use std::time::Duration;

use demo_org::serve::Server;
use demo_org::{Effect, Fault, Org};
use host_test::{Allowance, Connection, FailureKind, Https, Origin, Token, Transport};

use crate::HOST;

fn get(origin: &str, token: &str, allowance: Allowance) -> Result<http::Response<Vec<u8>>, host_test::Failure> {
    let request = http::Request::get(format!("{origin}/services/data/v65.0/limits"))
        .header("authorization", format!("Bearer {token}"))
        .extension(allowance)
        .body(Vec::new())
        .unwrap();
    Https::new().send(request)
}

const PLENTY: Allowance = Allowance { timeout: Duration::from_secs(60), max_response_bytes: 1024 * 1024 };

#[test]
fn a_served_org_answers_the_same_as_one_in_the_process() {
    let org = Arc::new(Org::demo());
    let server = Server::start(Arc::clone(&org), 0).unwrap();
    let origin = Origin::parse(&server.origin()).unwrap();
    let token = Token::new(&org.token("riley")).unwrap();
    let served = HOST.session(Connection::new(origin, token, Https::new()));
    let near = HOST.session(Connection::demo(&org, "riley"));
    let list = r#"{"object": "Account"}"#;
    assert_eq!(served.call_json("salesforce_list", list).unwrap(), near.call_json("salesforce_list", list).unwrap());
    let update =
        r#"{"record": "Acme", "object": "Account", "changes": [{"field": "Employees", "from": 100, "to": 500}]}"#;
    assert!(served.call_json("salesforce_update", update).unwrap().contains(r#""after":500"#));
}

#[test]
fn a_redirect_is_not_followed() {
    let org = Arc::new(Org::demo());
    let server = Server::start(Arc::clone(&org), 0).unwrap();
    org.fault(Fault::new(Effect::Redirect(format!("{}/services/data", server.origin()))));
    let response = get(&server.origin(), &org.token("riley"), PLENTY).unwrap();
    assert_eq!(response.status(), 302);
    assert_eq!(org.requests().len(), 1);
}

#[test]
fn a_body_beyond_the_limit_is_not_read_to_its_end() {
    let org = Arc::new(Org::demo());
    let server = Server::start(Arc::clone(&org), 0).unwrap();
    org.fault(Fault::new(Effect::Oversize(200_000)));
    let failure = get(&server.origin(), &org.token("riley"), Allowance { max_response_bytes: 100_000, ..PLENTY });
    assert_eq!(failure.unwrap_err().kind, FailureKind::TooLarge);
}

#[test]
fn a_connection_that_breaks_after_the_request_may_have_sent_it() {
    let org = Arc::new(Org::demo());
    let server = Server::start(Arc::clone(&org), 0).unwrap();
    for effect in [Effect::DropAfter, Effect::CutBody] {
        org.fault(Fault::new(effect));
        let failure = get(&server.origin(), &org.token("riley"), PLENTY).unwrap_err();
        assert_eq!((failure.kind, failure.request_sent), (FailureKind::Unreachable, true), "{failure:?}");
    }
}

#[test]
fn a_connection_that_is_refused_has_sent_nothing() {
    let org = Arc::new(Org::demo());
    let server = Server::start(Arc::clone(&org), 0).unwrap();
    let origin = server.origin();
    drop(server);
    let failure = get(&origin, &org.token("riley"), PLENTY).unwrap_err();
    assert_eq!((failure.kind, failure.request_sent), (FailureKind::Unreachable, false), "{failure:?}");
}

#[test]
fn an_answer_that_does_not_come_in_time_is_a_timeout() {
    let org = Arc::new(Org::demo());
    let server = Server::start(Arc::clone(&org), 0).unwrap();
    org.fault(Fault::new(Effect::Delay(Duration::from_secs(2))));
    let failure =
        get(&server.origin(), &org.token("riley"), Allowance { timeout: Duration::from_millis(50), ..PLENTY });
    assert_eq!(failure.unwrap_err().kind, FailureKind::Timeout);
}
