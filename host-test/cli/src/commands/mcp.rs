//! `salesforce-plugin mcp`: the tools for an agent the person already has.

use std::io::{self, IsTerminal as _, Write};
use std::net::SocketAddr;

use super::setup;
use crate::mcp::http::{HttpServer, random_text};
use crate::mcp::{Server, StartError};
use salesforce_host::config_dir::{ConfigDir, ConnectionName};
use salesforce_host::profile::Profile;
use salesforce_host::settings::Replies;
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
        (false, None, None) => open::named(host, &only_connection()?, arguments)?,
        _ => open::open(host, arguments)?,
    };
    let (read_only, tools) = (arguments.read_only, arguments.tools.clone());
    let server = Server::new(
        host.session(opened.connection),
        opened.settings,
        move |connection_settings| restrict(connection_settings, read_only, tools.as_deref()),
        log,
    )
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

/// The connection that is meant where none is named: the only one. Where there is none yet, an agent that has started
/// this program has a person before it, who gets the page that makes one.
fn only_connection() -> Result<ConnectionName, Failure> {
    let mut names = Profile::names(&ConfigDir::from_env()?)?.into_iter();
    match (names.next(), names.next()) {
        (Some(only), None) => Ok(only),
        (Some(_), Some(_)) => Err(Failure::Usage("which org? Give --connection NAME, --org ORG or --demo".to_owned())),
        (None, _) if !io::stdin().is_terminal() && setup::has_desktop() => {
            setup::start_beside()?;
            Err(Failure::Usage(
                "there is no connection yet: the set-up page is opening in the browser. Connect there, and start this \
                 server again"
                    .to_owned(),
            ))
        }
        (None, _) => Err(Failure::Usage(
            "there is no connection yet, so which org? Make one with `salesforce-plugin setup`, or give \
             --connection NAME, --org ORG or --demo"
                .to_owned(),
        )),
    }
}

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
