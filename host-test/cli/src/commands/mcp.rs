//! `salesforce-plugin mcp`: the tools for an agent the person already has.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;

use crate::mcp::http::{HttpServer, random_text};
use crate::mcp::{Server, StartError};
use salesforce_host::access::reached_by_owner_alone;
use salesforce_host::{Host, Limits, Token};

use crate::open::{self, restrict};
use crate::{Arguments, Failure};

/// Where the key of a server over HTTP comes from, unless one is made.
const KEY: &str = "SALESFORCE_MCP_KEY";
/// Threads that may wait for a guest or for the disk, beyond one a call.
const SPARE_THREADS: usize = 16;

/// The host, with the component compiled now or before.
#[allow(unsafe_code)] // The person vouches for the file they name.
pub(crate) fn host(precompiled: Option<&Path>) -> Result<Host, Failure> {
    let Some(file) = precompiled else { return Ok(Host::new(Limits::default())?) };
    // It is machine code, and runs as this user.
    reached_by_owner_alone(file).map_err(|error| Failure::Usage(error.to_string()))?;
    let bytes = std::fs::read(file).map_err(|error| Failure::Usage(format!("{}: {error}", file.display())))?;
    // SAFETY: the option says that the file is run as it is, and whom it has to be safe from.
    Ok(unsafe { Host::load_precompiled(&bytes, Limits::default()) }?)
}

/// Serves on standard input and output, or at an address.
pub(crate) fn run(host: &Host, arguments: &Arguments, http: Option<SocketAddr>) -> Result<(), Failure> {
    let opened = open::open(host, arguments)?;
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
    let calls = usize::try_from(host.limits().calls).unwrap_or(usize::MAX);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(calls.saturating_add(SPARE_THREADS))
        .build()?;
    let served = runtime.block_on(async {
        match http {
            None => Ok(server.serve_stdio().await?),
            Some(address) => over_http(server, address).await,
        }
    });
    // Somebody may still be waiting for standard input, and would for ever.
    runtime.shutdown_background();
    served
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
