//! What a connection is good for, asked with its own token: who, which org, which rights, and how many calls are left.

use std::io::Write;

use host_test::{CallError, Connection, Host, Saved, Session, Transcript};
use serde::Deserialize;

use crate::Failure;
use crate::render::{self, printable};

/// The tool that says it all.
const WHO_AM_I: &str = "salesforce_who_am_i";
/// Objects named in one line.
const MOST_OBJECTS: usize = 12;

/// Asks, and shows the answers.
pub(crate) fn run(host: &Host, connection: Connection, saved: &Saved, out: &mut impl Write) -> Result<(), Failure> {
    let (connection, transcript) = connection.recorded();
    let session = host.session(connection);
    let known = session.tools()?.iter().any(|tool| tool.name == WHO_AM_I);
    let answer = if known { who_am_i(&session) } else { without_the_tool(&session, &transcript) };
    let found = match answer {
        Ok(found) => found,
        Err(CallError::Tool(error)) => {
            writeln!(out, "{}", render::error(&error))?;
            if let Some(trouble) = session.connection().trouble() {
                writeln!(out, "{}", printable(&trouble))?;
            }
            return Err(Failure::Tool);
        }
        Err(CallError::Host(error)) => return Err(error.into()),
    };
    let mut line = |name: &str, text: &str| writeln!(out, "  {name:<9}  {}", printable(text));
    line("User", &format!("{} ({})", saved.name, saved.username))?;
    line("Org", format!("{} {}", found.org, saved.origin).trim_start())?;
    line("May read", &list(&found.readable))?;
    line("create", &list(&found.creatable))?;
    line("change", &list(&found.editable))?;
    if let Some((left, allowed)) = found.calls {
        line("API calls", &format!("{left} of {allowed} left of 24 hours"))?;
    }
    for notice in &found.notices {
        line("Note", notice)?;
    }
    Ok(())
}

/// What was found out.
#[derive(Default)]
struct Found {
    org: String,
    readable: Vec<String>,
    creatable: Vec<String>,
    editable: Vec<String>,
    /// Left, and allowed.
    calls: Option<(u64, u64)>,
    notices: Vec<String>,
}

fn who_am_i(session: &Session) -> Result<Found, CallError> {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Reply {
        org: Org,
        readable: Vec<String>,
        creatable: Vec<String>,
        editable: Vec<String>,
        api_calls: Option<Calls>,
        notices: Vec<String>,
    }
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Org {
        name: Option<String>,
        edition: Option<String>,
        sandbox: Option<bool>,
    }
    #[derive(Deserialize)]
    struct Calls {
        left: u64,
        allowed: u64,
    }
    let reply: Reply = serde_json::from_str(&session.call_json(WHO_AM_I, "{}")?).unwrap_or_default();
    let sandbox = reply.org.sandbox.and_then(|sandbox| sandbox.then(|| "sandbox".to_owned()));
    let org: Vec<String> = [reply.org.name, reply.org.edition, sandbox].into_iter().flatten().collect();
    Ok(Found {
        org: org.join(", "),
        readable: reply.readable,
        creatable: reply.creatable,
        editable: reply.editable,
        calls: reply.api_calls.map(|calls| (calls.left, calls.allowed)),
        notices: reply.notices,
    })
}

/// The same from what every catalog has: the objects there are, and what the org says of its limit on every answer.
fn without_the_tool(session: &Session, transcript: &Transcript) -> Result<Found, CallError> {
    #[derive(Deserialize, Default)]
    struct Reply {
        objects: Vec<Object>,
    }
    #[derive(Deserialize)]
    struct Object {
        label: String,
        creatable: bool,
        editable: bool,
    }
    let reply: Reply = serde_json::from_str(&session.call_json("salesforce_describe", "{}")?).unwrap_or_default();
    let named = |allowed: fn(&Object) -> bool| {
        reply.objects.iter().filter(|object| allowed(object)).map(|object| object.label.clone()).collect()
    };
    let answers = transcript.take();
    let usage = answers.iter().rev().filter_map(|exchange| exchange.outcome.as_ref().ok()).find_map(|answer| {
        let (_, info) = answer.headers.iter().find(|(name, _)| name == "sforce-limit-info")?;
        let (used, allowed) = info.strip_prefix("api-usage=")?.split_once('/')?;
        Some((used.parse::<u64>().ok()?, allowed.parse::<u64>().ok()?))
    });
    Ok(Found {
        readable: named(|_| true),
        creatable: named(|object| object.creatable),
        editable: named(|object| object.editable),
        calls: usage.map(|(used, allowed)| (allowed.saturating_sub(used), allowed)),
        ..Found::default()
    })
}

fn list(names: &[String]) -> String {
    let mut text = names.iter().take(MOST_OBJECTS).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > MOST_OBJECTS {
        text.push_str(&format!(" and {} more", names.len() - MOST_OBJECTS));
    }
    if text.is_empty() { "nothing".to_owned() } else { text }
}
