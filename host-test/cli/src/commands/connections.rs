//! `salesforce-plugin connections`: what connections there are.

use std::io::Write;

use salesforce_host::config_dir::ConfigDir;
use salesforce_host::profile::Profile;
use serde_json::json;

use crate::failure::Failure;
use crate::render::printable;

/// Lists the connections.
pub(crate) fn run(exact: bool, out: &mut impl Write) -> Result<(), Failure> {
    let config_dir = ConfigDir::from_env()?;
    let names = Profile::names(&config_dir)?;
    if exact {
        let connections: Vec<_> = names
            .iter()
            .map(|name| match Profile::read(&config_dir, name) {
                Ok(Profile { origin, username, name: user, .. }) => {
                    json!({"name": name.as_str(), "origin": origin, "username": username, "user": user})
                }
                Err(error) => json!({"name": name.as_str(), "problem": error.to_string()}),
            })
            .collect();
        writeln!(out, "{}", json!({"connections": connections}))?;
        return Ok(());
    }
    if names.is_empty() {
        writeln!(
            out,
            "There is no connection yet. Make one in the browser: salesforce-plugin setup. Without a \
                       Salesforce account: salesforce-plugin connect demo"
        )?;
    }
    let widest = names.iter().map(|name| name.as_str().len()).max().unwrap_or(0);
    for name in names {
        // One that can't be read is no reason not to show the others.
        let text = match Profile::read(&config_dir, &name) {
            Ok(profile) => format!("{} at {}", profile.username, profile.origin),
            Err(error) => error.to_string(),
        };
        writeln!(out, "{:<widest$}  {}", name.as_str(), printable(&text))?;
    }
    Ok(())
}
