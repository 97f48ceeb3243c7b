//! `wasmtime serve`, as wasmtime's own command line has it: its arguments are that command's.

use std::process::ExitCode;

use clap::Parser as _;
use wasmtime_cli::commands::ServeCommand;

fn main() -> ExitCode {
    match ServeCommand::parse().execute() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}
