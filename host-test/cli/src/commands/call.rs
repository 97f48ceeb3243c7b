//! `salesforce-plugin call`: one call of a tool, and what went over the wire.

mod record;
mod trace;

use std::io::{self, Write};

use salesforce_host::recording::Recording;
use salesforce_host::settings::ToolNames;
use salesforce_host::types::Effect;
use salesforce_host::{CallError, Host, HostError, Limits, Session};

use crate::args::{Arguments, Call};
use crate::failure::Failure;
use crate::open;
use crate::render::{self, Style};
use crate::style::Progress;

/// Calls the tool, and shows the reply or the error.
pub(crate) fn run(call: &Call, arguments: &Arguments, out: &mut impl Write) -> Result<(), Failure> {
    let host = Host::new(Limits::default())?;
    let (connection, replay) = match &call.replay {
        // What a recording is asked obeys the settings as what an org is asked does.
        Some(file) => {
            let (connection, replay) = record::replay(file)?;
            let opened = open::Opened { connection, settings: open::settings(arguments)? };
            (opened.under_settings(&host, arguments)?, replay)
        }
        None => (open::open(&host, arguments)?.under_settings(&host, arguments)?, None),
    };
    let (origin, now) = (connection.origin().clone(), connection.now());
    let (connection, transcript) = connection.recorded();
    let session = host.session(connection);
    let progress = Progress::start("Asking Salesforce");
    let result = session.call_json(&call.tool, &call.arguments);
    drop(progress);
    // The component says which tools are on; which one may have been meant is said beside it.
    if let (Err(_), Err(problem)) = (&result, ToolNames::of(&host)?.find(&call.tool)) {
        eprintln!("salesforce-plugin: {}: {problem}", render::printable(&call.tool));
    }
    let exchanges = transcript.take();
    if call.trace {
        trace::print(&exchanges, &mut io::stderr().lock())?;
    }
    for miss in replay.iter().flat_map(|replay| replay.misses()) {
        eprintln!("salesforce-plugin: {miss}");
    }
    if let Some(file) = &call.record {
        let calls = [(call.tool.clone(), call.arguments.clone())];
        let recording = Recording::of(&origin, now, &session.tools()?, &calls, &exchanges);
        record::save(&recording.map_err(|leak| Failure::Host(leak.to_string()))?, file)?;
    }
    if let Some(refresh_error) = session.connection().last_refresh_error() {
        eprintln!("salesforce-plugin: {}", render::printable(&refresh_error));
    }
    show(&call.tool, effect(&session, &call.tool)?, result, call.json, out)
}

/// What a tool does, by its full name or its short one; nothing of one that is not on offer.
pub(super) fn effect(session: &Session, name: &str) -> Result<Option<Effect>, Failure> {
    let tools = session.tools()?;
    let tool = tools.iter().find(|tool| tool.name == name || tool.name.strip_prefix("salesforce_") == Some(name));
    Ok(tool.map(|tool| tool.effect))
}

/// Shows what came of a call.
fn show(
    tool: &str,
    effect: Option<Effect>,
    result: Result<String, CallError>,
    exact: bool,
    out: &mut impl Write,
) -> Result<(), Failure> {
    match result {
        Ok(reply) => {
            writeln!(out, "{}", if exact { reply } else { render::reply(tool, &reply, Style::Terminal) })?;
            Ok(())
        }
        Err(CallError::Tool(error)) => {
            let text = if exact { error.to_json_text() } else { render::error(&error, effect, Style::Terminal) };
            writeln!(out, "{text}")?;
            Err(Failure::Tool)
        }
        Err(CallError::Host(error)) => {
            // A write may have made the reply, and what it did stands at the beginning.
            if let HostError::ReplyTooLarge { start, .. } = &error {
                writeln!(out, "{}", render::printable(start))?;
            }
            Err(error.into())
        }
    }
}
