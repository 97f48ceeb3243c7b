//! `salesforce-plugin connections`, `status` and `disconnect`: what there is, how it is, and its end.

use std::io::Write;

use salesforce_host::store::{Kept, TokenStore};
use salesforce_host::{ConnectionName, Home, Host, Limits, Saved, Site};

use super::status;
use crate::Failure;
use crate::open::opened;
use crate::render::printable;

/// Lists the connections.
pub(crate) fn list(out: &mut impl Write) -> Result<(), Failure> {
    let home = Home::from_env()?;
    let names = Saved::names(&home)?;
    if names.is_empty() {
        writeln!(out, "There is no connection yet. Without a Salesforce account: salesforce-plugin connect demo")?;
    }
    let widest = names.iter().map(|name| name.as_str().len()).max().unwrap_or(0);
    for name in names {
        // One that can't be read is no reason not to show the others.
        let text = match Saved::read(&home, &name) {
            Ok(saved) => format!("{} at {}", saved.username, saved.origin),
            Err(error) => error.to_string(),
        };
        writeln!(out, "{:<widest$}  {}", name.as_str(), printable(&text))?;
    }
    Ok(())
}

/// Asks a connection's org how things are.
pub(crate) fn status(name: &ConnectionName, out: &mut impl Write) -> Result<(), Failure> {
    let home = Home::from_env()?;
    let saved = Saved::read(&home, name)?;
    let kept = Kept::of(&home, name, &saved.owner());
    if matches!(saved.origin, Site::At(_)) && kept.load()?.is_none() {
        return Err(Failure::Host(format!(
            "{name} is signed out: connect again with `salesforce-plugin connect {name}`"
        )));
    }
    let host = Host::new(Limits::default())?;
    status::show(&host, opened(&saved, &host, &home, name)?, &saved, out)?;
    if let Site::At(_) = saved.origin {
        writeln!(out, "  Tokens     kept in {}", kept.place())?;
    }
    Ok(())
}

/// Revokes and forgets a connection.
pub(crate) fn disconnect(name: &ConnectionName, force: bool, out: &mut impl Write) -> Result<(), Failure> {
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
