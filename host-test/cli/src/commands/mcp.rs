//! `salesforce-plugin mcp`: the tools for an agent the person already has.

use std::io::{self, IsTerminal as _, Write};
use std::net::SocketAddr;
use std::time::Duration;

use super::setup::{Beside, has_desktop};
use crate::mcp::http::{HttpServer, random_text};
use crate::mcp::{Server, StartError, Waiting};
use salesforce_host::config_dir::ConfigDir;
use salesforce_host::profile::Profile;
use salesforce_host::settings::Replies;
use salesforce_host::store::{Lock, StoreError};
use salesforce_host::types::ConnectionSettings;
use salesforce_host::{Host, Limits, Token};

use crate::args::{Arguments, Mcp, ReplyForm};
use crate::failure::Failure;
use crate::open::{self, restrict};

/// Where the key of a server over HTTP comes from, unless one is made.
const KEY: &str = "SALESFORCE_MCP_KEY";
/// Threads that may wait for a guest or for the disk, beyond one a call.
const SPARE_THREADS: usize = 16;

/// Serves on standard input and output, or at an address.
pub(crate) fn run(command: &Mcp, arguments: &Arguments) -> Result<(), Failure> {
    let host = &Host::new(Limits::default())?;
    open::known_tools(host, arguments)?;
    let opened = match (command.demo, &arguments.connection, &arguments.org) {
        (false, None, None) => open::only(host, &ConfigDir::from_env()?, &arguments.demo_mode)?,
        _ => Some(open::open(host, arguments)?),
    };
    let (read_only, tools) = (arguments.read_only, arguments.tools.clone());
    let restrict = move |settings: &mut ConnectionSettings| restrict(settings, read_only, tools.as_deref());
    let server = match opened {
        Some(opened) => Server::new(host.session(opened.connection), opened.settings, restrict, log),
        None => Server::waiting(host, waiting(host, arguments, io::stdin().is_terminal())?, restrict, log),
    }
    .map_err(|error| match error {
        StartError::Settings(error) => Failure::Usage(error.to_string()),
        StartError::Host(error) => error.into(),
    })?;
    let server = match command.replies {
        None => server,
        Some(ReplyForm::Text) => server.replying(Replies::Text),
        Some(ReplyForm::Structure) => server.replying(Replies::Structure),
    };
    let calls = usize::try_from(host.limits().calls).unwrap_or(usize::MAX);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(calls.saturating_add(SPARE_THREADS))
        .build()?;
    let served = runtime.block_on(async {
        match command.http {
            None => Ok(server.serve_stdio().await?),
            Some(address) => over_http(server, address).await,
        }
    });
    // Somebody may still be waiting for standard input, and would for ever.
    runtime.shutdown_background();
    served
}

/// How to come to a connection where there is none. Somebody at a terminal is told to make one; an agent that has started
/// this program has a person before it, who gets the page that makes one.
fn waiting(host: &Host, arguments: &Arguments, is_at_terminal: bool) -> Result<Waiting, Failure> {
    if is_at_terminal {
        return Err(Failure::Usage(
            "there is no connection yet, so which org? Make one with `salesforce-plugin setup`, or give \
             --connection NAME, --org ORG or --demo"
                .to_owned(),
        ));
    }
    let page = if has_desktop() { Beside::start().map_err(|failure| log(&failure.to_string())).ok() } else { None };
    let hint = if page.is_some() { ON_THE_PAGE } else { AT_A_TERMINAL };
    log(hint);
    let (host, config_dir, modes) = (host.clone(), ConfigDir::from_env()?, arguments.demo_mode.clone());
    let find = move || {
        // A connection is kept before its tokens, which may wait for a keychain.
        if is_being_made(&config_dir) {
            return Ok(None);
        }
        let found = open::only(&host, &config_dir, &modes).map_err(|failure| failure.to_string())?;
        Ok(found.map(|opened| (host.session(opened.connection), opened.settings)))
    };
    let waiting = Waiting::new(hint, find);
    Ok(match page {
        None => waiting,
        Some(mut page) => waiting.reminding(move || {
            if let Err(failure) = page.show() {
                log(&failure.to_string());
            }
        }),
    })
}

/// Whether a sign-in is about to keep what it has got.
fn is_being_made(config_dir: &ConfigDir) -> bool {
    let names = Profile::names(config_dir).unwrap_or_default();
    names.iter().any(|name| matches!(Lock::take(&config_dir.lock(name), Duration::ZERO), Err(StoreError::Busy)))
}

/// What a model tells the person where a page shows the way.
const ON_THE_PAGE: &str = "there is no connection yet. The set-up page has been opened in the user's browser: the user connects \
                           an org there, and then this same call works, without restarting anything";
/// What a model tells the person where none can be shown.
const AT_A_TERMINAL: &str = "there is no connection yet, and no browser here to open the set-up page in: the user runs \
                             `salesforce-plugin setup`, or `salesforce-plugin connect`, as the user who runs this \
                             server, and then this same call works, without restarting anything";

async fn over_http(server: Server, address: SocketAddr) -> Result<(), Failure> {
    let listening = HttpServer::bind(address).await.map_err(|error| match error.kind() {
        io::ErrorKind::InvalidInput => Failure::Usage(error.to_string()),
        _ => Failure::Host(format!("{address}: {error}")),
    })?;
    let given = std::env::var(KEY).ok();
    let text = match &given {
        Some(given) => given.clone(),
        None => random_text().ok_or_else(|| Failure::Host("the system gives no random bytes".to_owned()))?,
    };
    let key = Token::new(&text).map_err(|_| {
        Failure::Usage(format!("{KEY}: a key is at least 16 visible ASCII characters, without spaces or line ends"))
    })?;
    {
        let mut out = io::stdout().lock();
        writeln!(out, "The tools are at {}", listening.url())?;
        match given {
            Some(_) => writeln!(out, "for clients with the key of the environment variable {KEY}.")?,
            None => writeln!(
                out,
                "for clients that send this header, until this program ends:\nauthorization: Bearer {text}"
            )?,
        }
        out.flush()?;
    }
    match listening.serve(server, key).await? {}
}

/// Standard output is the protocol's.
fn log(line: &str) {
    eprintln!("salesforce-plugin mcp: {line}");
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[test]
    fn somebody_at_a_terminal_is_told_to_make_a_connection_first() {
        let host = Host::new(Limits::default()).unwrap();
        let arguments = Arguments::parse_from(["salesforce-plugin", "mcp"]);
        let said = waiting(&host, &arguments, true).err().unwrap().to_string();
        assert!(said.contains("salesforce-plugin setup") && said.contains("--connection NAME, --org ORG or --demo"));
    }
}
