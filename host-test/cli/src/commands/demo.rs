//! `salesforce-plugin demo`: what the plugin is for, as a person sees it, on the embedded org.

use std::io::Write;
use std::sync::Arc;

use demo_org::Org;
use salesforce_host::wire::Transcript;
use salesforce_host::{CallError, Host, Limits, Session};

use crate::commands::call;
use crate::demo::Demo;
use crate::failure::Failure;
use crate::render::{self, Style};

/// One thing a person says, and the call a model makes of it.
struct Step {
    said: &'static str,
    tool: &'static str,
    arguments: &'static str,
}

const STORIES: [&[Step]; 3] = [
    &[Step {
        said: "Find recently created accounts",
        tool: "salesforce_query",
        arguments: r#"{"soql": "SELECT * FROM Account WHERE CreatedDate = LAST_N_DAYS:30 ORDER BY CreatedDate DESC"}"#,
    }],
    &[
        Step {
            said: "Create a new account for Acme",
            tool: "salesforce_create",
            arguments: r#"{"object": "Account", "fields": {"Name": "Acme"}}"#,
        },
        Step {
            said: "Yes, create it all the same",
            tool: "salesforce_create",
            arguments: r#"{"object": "Account", "fields": {"Name": "Acme"}, "allow_duplicate": true}"#,
        },
    ],
    &[Step {
        said: "Change the number of employees for Acme from 100 to 500",
        tool: "salesforce_update",
        arguments: r#"{"object": "Account", "record": "Acme", "fields": {"Employees": 500}, "from": {"Employees": 100}}"#,
    }],
];

/// Tells the stories, each on an org of its own.
pub(crate) fn run(out: &mut impl Write) -> Result<(), Failure> {
    let host = Host::new(Limits::default())?;
    writeln!(out, "The demo org is in memory, its day is 12 May 2026, and the person is its user Riley Reyes.")?;
    for (number, story) in STORIES.iter().enumerate() {
        let (connection, transcript) = Demo::connection(&Arc::new(Org::demo()), "riley")?.recorded();
        let session = host.session(connection);
        for (at, step) in story.iter().enumerate() {
            let mark = if at == 0 { format!("{}.", number + 1) } else { "  ".to_owned() };
            writeln!(out, "\n{mark} “{}”", step.said)?;
            tell(&session, &transcript, step, out)?;
        }
    }
    Ok(())
}

fn tell(session: &Session, transcript: &Transcript, step: &Step, out: &mut impl Write) -> Result<(), Failure> {
    writeln!(out, "   {} {}\n", step.tool, step.arguments)?;
    let text = match session.call_json(step.tool, step.arguments) {
        Ok(reply) => render::reply(step.tool, &reply, Style::Terminal),
        Err(CallError::Tool(error)) => render::error(&error, call::effect(session, step.tool)?, Style::Terminal),
        Err(CallError::Host(error)) => return Err(error.into()),
    };
    for line in text.lines() {
        writeln!(out, "{}", format!("   {line}").trim_end())?;
    }
    let requests = transcript.take().len();
    let plural = if requests == 1 { "" } else { "s" };
    writeln!(out, "\n   ({requests} request{plural} to Salesforce)")?;
    Ok(())
}
