//! The commands: one file each, named as the user types it.

mod call;
mod component;
mod connect;
mod connections;
mod demo;
mod disconnect;
mod mcp;
mod org;
mod setup;
mod status;
mod tools;
mod verify;

use std::io;

use crate::args::{Arguments, Command};
use crate::failure::Failure;

/// Runs the command the person typed.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    // Every command holds standard output but the server, which writes to it from other threads.
    let out = || io::stdout().lock();
    match &arguments.command {
        Command::Call(command) => call::run(command, arguments, &mut out()),
        Command::Component { out: file } => component::run(file, &mut out()),
        Command::Connect(command) => connect::run(command, arguments, &mut out()),
        Command::Connections => connections::run(&mut out()),
        Command::Demo => demo::run(&mut out()),
        Command::Disconnect { name, force } => disconnect::run(name, *force, &mut out()),
        Command::Mcp(command) => mcp::run(command, arguments),
        Command::Org { port } => org::run(*port, arguments, &mut out()),
        Command::Setup(command) => setup::run(command, &arguments.demo_mode, &arguments.user, &mut out()),
        Command::Status { name } => status::run(name, &mut out()),
        Command::Tools(command) => tools::run(command, arguments, &mut out()),
        Command::Verify { write, json } => verify::run(arguments, *write, *json, &mut out()),
    }
}
