//! The promises of the host and of the component it carries, one module for each subject.

// Helpers of tests fail as tests do.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod catalog;
mod schema;
