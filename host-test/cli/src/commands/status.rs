//! `salesforce-plugin status`: whether a connection works, whose it is, and what the user may do.

use std::io::Write;

use salesforce_host::config_dir::{ConfigDir, ConnectionName};
use salesforce_host::profile::{Profile, Site};
use salesforce_host::store::{StoredTokens, TokenStore};
use salesforce_host::{Host, Limits};

use super::connections;
use crate::failure::Failure;
use crate::open::opened;
use crate::summary;

/// Asks a connection's org how things are; without a name, says which connections there are.
pub(crate) fn run(name: Option<&ConnectionName>, exact: bool, out: &mut impl Write) -> Result<(), Failure> {
    let Some(name) = name else { return connections::run(exact, out) };
    let config_dir = ConfigDir::from_env()?;
    let profile = Profile::read(&config_dir, name)?;
    let stored = StoredTokens::of(&config_dir, name, &profile.owner());
    if matches!(profile.origin, Site::At(_)) && stored.load()?.is_none() {
        return Err(Failure::Host(format!(
            "{name} is signed out: connect again with `salesforce-plugin connect {name}`"
        )));
    }
    let host = Host::new(Limits::default())?;
    let connection = opened(&profile, &host, &config_dir, name)?;
    if exact {
        return summary::show_exactly(&host, connection, name, &profile, out);
    }
    summary::show(&host, connection, &profile, out)?;
    if let Site::At(_) = profile.origin {
        writeln!(out, "  Tokens     stored in {}", stored.place())?;
    }
    Ok(())
}
