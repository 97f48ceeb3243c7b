//! `salesforce-plugin tools`: the tools as a model sees them, and switched on and off in a connection's settings.

use std::io::Write;

use salesforce_host::settings::{Change, Others, ToolNames};
use salesforce_host::types::Tool;
use salesforce_host::{Host, Limits, Session};
use serde_json::json;

use crate::args::{Arguments, ToolSet, Tools};
use crate::failure::Failure;
use crate::{open, render};

/// Lists the tools, or changes which are on.
pub(crate) fn run(command: &Tools, arguments: &Arguments, out: &mut impl Write) -> Result<(), Failure> {
    let host = Host::new(Limits::default())?;
    if let Some(change) = change(command, &host)? {
        return switch(&change, &host, arguments, out);
    }
    // What the tools are, no org has to say.
    let opened = open::Opened { connection: open::demo(arguments)?, settings: open::settings(arguments)? };
    list(&host.session(opened.under_settings(&host, arguments)?), command.json, out)
}

/// What the person wants changed, if anything.
fn change(Tools { enable, disable, set, .. }: &Tools, host: &Host) -> Result<Option<Change>, Failure> {
    if let Some(set) = set {
        return Ok(Some(Change::Everything(match set {
            ToolSet::All => Others::All,
            ToolSet::None => Others::None,
            ToolSet::Default => Others::Default,
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
fn switch(change: &Change, host: &Host, arguments: &Arguments, out: &mut impl Write) -> Result<(), Failure> {
    let Some(file) = open::settings(arguments)? else {
        return Err(Failure::Usage("an org without a name has no settings: give --connection NAME".to_owned()));
    };
    let names = ToolNames::of(host)?;
    file.change(std::slice::from_ref(change), &names).map_err(|error| Failure::Usage(error.to_string()))?;
    let opened = open::Opened { connection: open::demo(arguments)?, settings: Some(file.clone()) };
    let tools = host.session(opened.under_settings(host, arguments)?).tools()?;
    let list: Vec<&str> = tools.iter().map(|tool| tool.name.as_str()).collect();
    let on = if list.is_empty() { "none".to_owned() } else { list.join(", ") };
    writeln!(out, "{}\nTools that are on: {on}", file.path().display())?;
    Ok(())
}

fn list(session: &Session, exact: bool, out: &mut impl Write) -> Result<(), Failure> {
    let tools = session.tools()?;
    if !exact {
        writeln!(out, "{}", render::tools(&tools))?;
        return Ok(());
    }
    let definitions = tools.iter().map(definition).collect::<Result<Vec<_>, _>>()?;
    let list = serde_json::to_string_pretty(&definitions).map_err(|error| Failure::Host(error.to_string()))?;
    writeln!(out, "{list}")?;
    Ok(())
}

/// A tool as programs expect it.
fn definition(tool: &Tool) -> Result<Definition<'_>, Failure> {
    let Tool { name, description, input_schema, output_schema, annotations, .. } = tool;
    let parsed = |schema: &str| {
        serde_json::from_str(schema).map_err(|_| Failure::Host(format!("the schema of {name} is not JSON")))
    };
    Ok(Definition {
        name,
        description,
        input_schema: parsed(input_schema)?,
        output_schema: parsed(output_schema)?,
        annotations: json!({
            "title": annotations.title,
            "readOnlyHint": annotations.read_only_hint,
            "destructiveHint": annotations.destructive_hint,
            "idempotentHint": annotations.idempotent_hint,
            "openWorldHint": annotations.open_world_hint,
        }),
    })
}

/// A tool as the Model Context Protocol lists it, its schemas as they are.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Definition<'t> {
    name: &'t str,
    description: &'t str,
    input_schema: Box<serde_json::value::RawValue>,
    output_schema: Box<serde_json::value::RawValue>,
    annotations: serde_json::Value,
}
