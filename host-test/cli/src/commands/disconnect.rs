//! `salesforce-plugin disconnect`: revokes a connection's tokens, and forgets everything of it.

use std::io::Write;

use salesforce_host::config_dir::{ConfigDir, ConnectionName};
use salesforce_host::profile::Profile;
use salesforce_host::{Host, Limits};

use crate::failure::Failure;
use crate::render::printable;

/// Revokes and forgets a connection.
pub(crate) fn run(name: &ConnectionName, force: bool, out: &mut impl Write) -> Result<(), Failure> {
    let config_dir = ConfigDir::from_env()?;
    let profile = Profile::read(&config_dir, name)?;
    profile.disconnect(&Host::new(Limits::default())?, &config_dir, name, force).map_err(|error| {
        Failure::Host(format!(
            "{}; nothing is forgotten: try again, or forget without revoking with --force",
            printable(&error.to_string())
        ))
    })?;
    writeln!(
        out,
        "Disconnected: {name}. {} is signed out at {}, and nothing of it is left here.",
        profile.username, profile.origin
    )?;
    Ok(())
}
