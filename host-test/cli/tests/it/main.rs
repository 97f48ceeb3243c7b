//! The promises of the command line and of the server for agents, one module for each subject.

// Helpers of tests fail as tests do.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod browser;
mod cli;
mod docs;
mod fuel;
mod fuel_of_large_answers;
mod mcp;
mod mcp_confirm;
mod mcp_http;
mod mcp_numbers;
mod mcp_replies;
mod mcp_settings;
mod mcp_stdio;
mod mcp_waiting;
mod proxy;
mod recording;
mod renewal;
mod respelled;
mod setup;
mod sign_in;
mod tokens;
mod verify;
