//! The promises of the host and of the component it carries, one module for each subject.

// Helpers of tests fail as tests do.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod catalog;
mod component;
mod connection;
mod contract;
mod cost;
mod egress;
mod guest;
mod headers;
mod https;
mod injection;
mod limits;
mod recording;
mod renewal;
mod replies;
mod schema;
mod sign_in;
mod stop;
mod tasks;
mod token;
mod typed;
