//! `salesforce-plugin status`: whether a connection works, whose it is, and what the user may do.

use std::io::Write;

use salesforce_host::config_dir::{ConnectionName, Home};
use salesforce_host::profile::{Saved, Site};
use salesforce_host::store::{Kept, TokenStore};
use salesforce_host::{Host, Limits};

use crate::failure::Failure;
use crate::open::opened;
use crate::summary;

/// Asks a connection's org how things are.
pub(crate) fn run(name: &ConnectionName, out: &mut impl Write) -> Result<(), Failure> {
    let home = Home::from_env()?;
    let saved = Saved::read(&home, name)?;
    let kept = Kept::of(&home, name, &saved.owner());
    if matches!(saved.origin, Site::At(_)) && kept.load()?.is_none() {
        return Err(Failure::Host(format!(
            "{name} is signed out: connect again with `salesforce-plugin connect {name}`"
        )));
    }
    let host = Host::new(Limits::default())?;
    summary::show(&host, opened(&saved, &host, &home, name)?, &saved, out)?;
    if let Site::At(_) = saved.origin {
        writeln!(out, "  Tokens     kept in {}", kept.place())?;
    }
    Ok(())
}
