//! `salesforce-plugin connections`: what connections there are.

use std::io::Write;

use salesforce_host::config_dir::Home;
use salesforce_host::profile::Saved;

use crate::failure::Failure;
use crate::render::printable;

/// Lists the connections.
pub(crate) fn run(out: &mut impl Write) -> Result<(), Failure> {
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
