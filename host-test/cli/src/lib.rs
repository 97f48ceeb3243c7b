//! The command line of the Salesforce plugin: what a platform does with it, for people to try, and as a server for
//! clients of the Model Context Protocol.
//!
//! It is a library for its own tests. A platform embeds [`salesforce_host`] instead.
//!
//! # Where to look
//!
//! Each line uses those below it and none above.
//!
//! * `commands`: one file a command, named as the user types it.
//! * `setup`: the page on which a person connects and chooses without a terminal.
//! * `summary`, `app` and `open`: what a connection is good for, what a sign-in needs, and how what the person
//!   named becomes a connection.
//! * `mcp`, `verify` and `doctor`: a server for agents, a checklist of what the plugin takes for granted, and one of what
//!   a machine needs.
//! * `style`: colours, and a line about what takes long.
//! * `loopback`: HTTP on this machine's own addresses.
//! * `args` and `failure`: what the program takes, and how it ends.
//! * `render`: replies as people read them.
//! * `exact`: JSON with every digit.
//! * `demo`: the demo org as a transport.

mod app;
mod args;
mod commands;
pub mod demo;
pub mod doctor;
mod exact;
mod failure;
mod loopback;
pub mod mcp;
mod open;
pub mod render;
pub mod setup;
mod style;
mod summary;
pub mod verify;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::Arguments;

/// The commands and options the program takes.
pub fn arguments() -> clap::Command {
    Arguments::command()
}

/// Runs the program as the process's arguments say.
pub fn run() -> ExitCode {
    match commands::run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.exit(),
    }
}
