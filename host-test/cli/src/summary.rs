//! What a connection is good for, asked with its own token: who, which org, which rights, and how many calls are left.

use std::io::Write;

use salesforce_host::config_dir::ConnectionName;
use salesforce_host::profile::Profile;
use salesforce_host::types::Effect;
use salesforce_host::types::{WhoAmIArgs, WhoAmIReply};
use salesforce_host::{CallError, Connection, Host, Session};

use serde_json::json;

use crate::failure::Failure;
use crate::render::{self, Style, printable, quoted};
use crate::style::Progress;

/// Asks.
pub(crate) fn ask(session: &Session) -> Result<WhoAmIReply, CallError> {
    session.who_am_i(&WhoAmIArgs { objects: Vec::new() })
}

/// Asks, with a line at the terminal for as long as it takes.
fn ask_with_progress(host: &Host, connection: Connection) -> (Session, Result<WhoAmIReply, CallError>) {
    let session = host.session(connection);
    let progress = Progress::start("Asking Salesforce");
    let asked = ask(&session);
    drop(progress);
    (session, asked)
}

/// Asks, and shows the answers, or the error, as JSON.
pub(crate) fn show_exactly(
    host: &Host,
    connection: Connection,
    name: &ConnectionName,
    profile: &Profile,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let (session, asked) = ask_with_progress(host, connection);
    let found = match asked {
        Ok(found) => found,
        Err(CallError::Tool(error)) => {
            let refresh_error = session.connection().last_refresh_error();
            writeln!(
                out,
                "{}",
                json!({"name": name.as_str(), "error": error.to_json(), "refresh_error": refresh_error})
            )?;
            return Err(Failure::Tool);
        }
        Err(CallError::Host(error)) => return Err(error.into()),
    };
    let calls = found.api_calls.map(|calls| json!({"left": calls.left, "allowed": calls.allowed}));
    let status = json!({
        "name": name.as_str(),
        "origin": profile.origin,
        "username": profile.username,
        "user": profile.name,
        "org": found.org.name,
        "sandbox": found.org.sandbox,
        "readable": found.readable,
        "creatable": found.creatable,
        "editable": found.editable,
        "api_calls": calls,
        "notices": found.notices,
    });
    writeln!(out, "{status}")?;
    Ok(())
}

/// Asks, and shows the answers.
pub(crate) fn show(
    host: &Host,
    connection: Connection,
    profile: &Profile,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let (session, asked) = ask_with_progress(host, connection);
    let found = match asked {
        Ok(found) => found,
        Err(CallError::Tool(error)) => {
            writeln!(out, "{}", render::error(&error, Some(Effect::ReadOnly), Style::Terminal))?;
            if let Some(refresh_error) = session.connection().last_refresh_error() {
                writeln!(out, "{}", printable(&refresh_error))?;
            }
            return Err(Failure::Tool);
        }
        Err(CallError::Host(error)) => return Err(error.into()),
    };
    let mut line = |name: &str, text: &str| writeln!(out, "  {name:<9}  {}", printable(text));
    // What the user can name stands last and in quotes, so that it can't go on as something else.
    line("User", &format!("{} {}", profile.username, quoted(&profile.name)))?;
    let sandbox = if found.org.sandbox == Some(true) { ", a sandbox" } else { "" };
    let name = found.org.name.map(|name| format!(" {}", quoted(&name))).unwrap_or_default();
    line("Org", &format!("{}{sandbox}{name}", profile.origin))?;
    line("May read", &list(&found.readable))?;
    line("create", &list(&found.creatable))?;
    line("change", &list(&found.editable))?;
    if let Some(calls) = found.api_calls {
        line("API calls", &format!("{} of {} left of 24 hours", calls.left, calls.allowed))?;
    }
    for notice in &found.notices {
        line("Note", notice)?;
    }
    Ok(())
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}
