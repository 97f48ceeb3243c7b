//! `salesforce-plugin tools --enable … --disable …`: tools on and off in the settings of a connection.

use std::io::Write;

use clap::ValueEnum;
use salesforce_host::settings::{Change, Others};
use salesforce_host::{Host, ToolNames};

use crate::open;
use crate::{Arguments, Failure};

/// Many tools in a word.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Set {
    /// Every tool.
    All,
    /// No tool.
    None,
    /// Those that are on unless somebody says otherwise.
    Default,
}

/// What the person wants changed, if anything.
pub(crate) fn change(
    enable: &[String],
    disable: &[String],
    set: Option<Set>,
    host: &Host,
) -> Result<Option<Change>, Failure> {
    if let Some(set) = set {
        return Ok(Some(Change::Everything(match set {
            Set::All => Others::All,
            Set::None => Others::None,
            Set::Default => Others::Default,
        })));
    }
    if enable.is_empty() && disable.is_empty() {
        return Ok(None);
    }
    let tools = ToolNames::of(host)?;
    let named = |names: &[String]| {
        let found = names.iter().map(|name| {
            let tool = tools.find(name).map_err(|problem| Failure::Usage(format!("{name}: {problem}")))?;
            Ok(tool.to_owned())
        });
        found.collect::<Result<Vec<String>, Failure>>()
    };
    let (enable, disable) = (named(enable)?, named(disable)?);
    match enable.iter().find(|name| disable.contains(name)) {
        Some(both) => Err(Failure::Usage(format!("{both} can't be switched on and off at once"))),
        None => Ok(Some(Change::Tools { enable, disable })),
    }
}

/// Writes the change down, and says what is on now.
pub(crate) fn run(change: &Change, host: &Host, arguments: &Arguments, out: &mut impl Write) -> Result<(), Failure> {
    let Some(file) = open::settings(arguments)? else {
        return Err(Failure::Usage("an org without a name has no settings: give --connection NAME".to_owned()));
    };
    let names = ToolNames::of(host)?;
    file.change(change, &names).map_err(|error| Failure::Usage(error.to_string()))?;
    let opened = open::Opened { connection: open::demo(arguments)?, settings: Some(file.clone()) };
    let tools = host.session(opened.under_settings(host, arguments)?).tools()?;
    let list: Vec<&str> = tools.iter().map(|tool| tool.name.as_str()).collect();
    let on = if list.is_empty() { "none".to_owned() } else { list.join(", ") };
    writeln!(out, "{}\nTools that are on: {on}", file.path().display())?;
    Ok(())
}
