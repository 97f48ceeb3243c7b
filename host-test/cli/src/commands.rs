//! The commands: one file each, named as the user types it.

mod call;
mod completions;
mod component;
mod connect;
mod connections;
mod demo;
mod disconnect;
mod doctor;
mod man;
mod mcp;
mod org;
mod setup;
mod status;
mod tools;
mod verify;

use std::io::{self, IsTerminal as _};

use crate::args::{Arguments, Command, Setup};
use crate::failure::Failure;

/// Somebody who starts the program from a desktop gets the page; on a terminal, the help.
fn without_a_command(arguments: &Arguments) -> Result<(), Failure> {
    // A desktop of Windows gives a program a terminal of its own.
    if setup::has_desktop() && (cfg!(windows) || !io::stdout().is_terminal()) {
        return setup::run(&Setup::default(), arguments, &mut io::stdout().lock());
    }
    crate::arguments().write_long_help(&mut io::stderr())?;
    Err(Failure::Usage("which command? For a page in the browser instead: salesforce-plugin setup".to_owned()))
}

/// Runs the command the person typed.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    // Every command holds standard output but the server, which writes to it from other threads.
    let out = || io::stdout().lock();
    let Some(command) = &arguments.command else { return without_a_command(arguments) };
    match command {
        Command::Call(command) => call::run(command, arguments, &mut out()),
        Command::Completions { shell } => completions::run(*shell, &mut out()),
        Command::Component { out: file } => component::run(file, &mut out()),
        Command::Connect(command) => connect::run(command, arguments, &mut out()),
        Command::Connections { json } => connections::run(*json, &mut out()),
        Command::Demo => demo::run(&mut out()),
        Command::Doctor { json } => doctor::run(*json, &mut out()),
        Command::Disconnect { name, force } => disconnect::run(name, *force, &mut out()),
        Command::Man { out: folder } => man::run(folder, &mut out()),
        Command::Mcp(command) => mcp::run(command, arguments),
        Command::Org { port, json } => org::run(*port, arguments, *json, &mut out()),
        Command::Setup(command) => setup::run(command, arguments, &mut out()),
        Command::Status { name, json } => status::run(name.as_ref(), *json, &mut out()),
        Command::Tools(command) => tools::run(command, arguments, &mut out()),
        Command::Verify { write, json } => verify::run(arguments, *write, *json, &mut out()),
    }
}
