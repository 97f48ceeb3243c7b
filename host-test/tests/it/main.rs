//! The promises of the host and of the component it carries, one module for each subject.

// Helpers of tests fail as tests do.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod cassette;
mod catalog;
mod cli;
mod component;
mod connection;
mod contract;
mod egress;
mod guest;
mod https;
mod injection;
mod limits;
mod loopback;
mod mcp;
mod mcp_confirm;
mod mcp_http;
mod mcp_settings;
mod mcp_stdio;
mod person;
mod renewal;
mod replies;
mod schema;
mod sign_in;
mod stop;
mod tasks;
mod token;
mod typed;
mod verify;

use std::sync::{Arc, LazyLock};

use demo_org::Org;
use host_test::{CallError, Connection, Host, Limits, Session, Transcript};

/// The component under test, compiled once.
static HOST: LazyLock<Host> = LazyLock::new(|| Host::new(Limits::default()).unwrap());

/// A session of a user of an org, and what goes over its wire.
fn session(org: &Arc<Org>, user: &str) -> (Session, Arc<Transcript>) {
    let (connection, transcript) = Connection::demo(org, user).recorded();
    (HOST.session(connection), transcript)
}

/// The paths requested since this was last asked; a whole transcript is too long for a failure's message.
fn paths(transcript: &Transcript) -> Vec<String> {
    transcript.take().into_iter().map(|exchange| exchange.path).collect()
}

/// The error a tool must have given, as JSON.
#[track_caller]
fn refusal(result: Result<String, CallError>) -> serde_json::Value {
    match result {
        Err(CallError::Tool(error)) => error.to_json(),
        other => panic!("not a tool's error: {other:?}"),
    }
}
