//! What the tests of the host and of the command line share.

// Helpers of tests fail as tests do.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, missing_docs)]

#[path = "../../cli/src/demo.rs"]
mod demo_transport;
pub mod guests;
pub mod loopback;
pub mod person;
pub mod recording;

use std::sync::{Arc, LazyLock};

use demo_org::Org;
use salesforce_host::wire::{Transcript, Transport as _};
use salesforce_host::{CallError, Connection, Host, Limits, Session, Token};

pub use demo_transport::Demo;

/// An access token as Salesforce makes them.
pub const TOKEN: &str = "00D5g000004XyZ1!AQ4AQFr0mZ.Kc9_TqWb7uLxYpE2sVhJdNgRiOaMkCeB3vXz8wHtP6lSfUyQj";

/// The component under test, loaded once.
pub static HOST: LazyLock<Host> = LazyLock::new(|| Host::new(Limits::default()).unwrap());

/// A connection of a user of a demo org in this process.
pub fn demo(org: &Arc<Org>, user: &str) -> Connection {
    Demo::connection(org, user).unwrap()
}

/// The same, where every answer is changed on its way: by the address that was asked, and what came.
pub fn demo_changed(
    org: &Arc<Org>,
    user: &str,
    change: impl Fn(&str, Vec<u8>) -> Vec<u8> + Send + Sync + 'static,
) -> Connection {
    let (wire, clock) = (Demo(Arc::clone(org)), Arc::clone(org));
    let transport = move |request: http::Request<Vec<u8>>| {
        let address = request.uri().to_string();
        Ok(wire.send(request)?.map(|body| change(&address, body)))
    };
    let token = Token::new(&org.token(user)).unwrap();
    Connection::new(demo(org, user).origin().clone(), token, transport)
        .with_clock(move || clock.now().as_millisecond().unsigned_abs())
}

/// A session of a user of an org, and what goes over its wire.
pub fn session(org: &Arc<Org>, user: &str) -> (Session, Arc<Transcript>) {
    let (connection, transcript) = demo(org, user).recorded();
    (HOST.session(connection), transcript)
}

/// The paths requested since this was last asked; a whole transcript is too long for a failure's message.
pub fn paths(transcript: &Transcript) -> Vec<String> {
    transcript.take().into_iter().map(|exchange| exchange.path).collect()
}

/// The error a tool must have given, as JSON.
#[track_caller]
pub fn refusal(result: Result<String, CallError>) -> serde_json::Value {
    match result {
        Err(CallError::Tool(error)) => error.to_json(),
        other => panic!("not a tool's error: {other:?}"),
    }
}
