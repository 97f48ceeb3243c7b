//! `salesforce-plugin completions`: a script that lets a shell complete the commands and options.

use std::io::Write;

use clap_complete::{Shell, generate};

use crate::failure::Failure;

/// Writes the script of a shell.
pub(crate) fn run(shell: Shell, out: &mut impl Write) -> Result<(), Failure> {
    let mut arguments = crate::arguments();
    let name = arguments.get_name().to_owned();
    // In one piece, for what generates it does not expect a pipe that is closed.
    let mut script = Vec::new();
    generate(shell, &mut arguments, name, &mut script);
    out.write_all(&script)?;
    Ok(())
}
