//! `salesforce-plugin disconnect`: revokes a connection's tokens, and forgets everything of it.

use std::io::Write;

use salesforce_host::config_dir::{ConnectionName, Home};
use salesforce_host::profile::Saved;
use salesforce_host::{Host, Limits};

use crate::failure::Failure;
use crate::render::printable;

/// Revokes and forgets a connection.
pub(crate) fn run(name: &ConnectionName, force: bool, out: &mut impl Write) -> Result<(), Failure> {
    let home = Home::from_env()?;
    let saved = Saved::read(&home, name)?;
    saved.disconnect(&Host::new(Limits::default())?, &home, name, force).map_err(|error| {
        Failure::Host(format!(
            "{}; nothing is forgotten: try again, or forget without revoking with --force",
            printable(&error.to_string())
        ))
    })?;
    writeln!(
        out,
        "Disconnected: {name}. {} is signed out at {}, and nothing of it is left here.",
        saved.username, saved.origin
    )?;
    Ok(())
}
