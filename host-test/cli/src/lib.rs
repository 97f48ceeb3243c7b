//! The command line of the Salesforce plugin: what a platform does with it, for people to try, and as a server for
//! clients of the Model Context Protocol.

mod commands;
pub mod demo;
pub mod mcp;
mod open;
mod record;
pub mod render;
mod trace;
pub mod verify;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{CommandFactory, Parser, Subcommand};
use demo_org::Org;
use demo_org::serve::Server;
use salesforce_host::oauth::SignInError;
use salesforce_host::store::StoreError;
use salesforce_host::{
    CallError, Cassette, ConnectionName, Host, HostError, InvalidOrigin, Limits, NoHome, SavedError, Session, Tool,
};
use serde_json::json;

use commands::{connect, connections, tools};
use render::Form;

/// Where the token for a real org comes from. Arguments are seen by every process of the machine.
const TOKEN: &str = "SALESFORCE_ACCESS_TOKEN";

/// Run the Salesforce plugin, against the embedded demo org or a real one.
#[derive(Parser)]
#[command(
    name = "salesforce-plugin",
    version,
    after_help = "Exit codes: 0 done, 1 the tool refused or failed, 2 wrong usage, 3 this program itself failed.\n\
                  A real org needs a connection (salesforce-plugin connect NAME), or an access token in the environment \
                  variable SALESFORCE_ACCESS_TOKEN."
)]
struct Arguments {
    /// The connection: its org, and its settings. `demo` is the embedded org, and what is meant unless another is named.
    #[arg(long, global = true, value_name = "NAME")]
    connection: Option<ConnectionName>,
    /// An org without a name: `demo`, `https://NAME.my.salesforce.com`, or `http://127.0.0.1:PORT`.
    #[arg(long, global = true, value_name = "ORG")]
    org: Option<String>,
    /// Who to be in the demo org: riley, jonas, vera, admin…
    #[arg(long, global = true, default_value = "riley", value_name = "NAME")]
    user: String,
    /// Only tools that change nothing.
    #[arg(long, global = true)]
    read_only: bool,
    /// Only these tools.
    #[arg(long, global = true, value_delimiter = ',', value_name = "NAME,…")]
    tools: Option<Vec<String>>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show three stories on fresh demo orgs, with the requests each one takes.
    Demo,
    /// Sign in to an org, and keep the connection under a name.
    Connect(connect::Connect),
    /// List the connections.
    Connections,
    /// Say whether a connection works, whose it is, and what the user may do.
    Status {
        /// The connection.
        name: ConnectionName,
    },
    /// Revoke a connection's tokens, and forget everything of it, its settings included.
    Disconnect {
        /// The connection.
        name: ConnectionName,
        /// Forget it even if its tokens can't be revoked just now.
        #[arg(long)]
        force: bool,
    },
    /// List the tools as a model sees them, or switch some on and off in the connection's settings.
    Tools {
        /// As JSON, with the schemas.
        #[arg(long, conflicts_with_all = ["enable", "disable", "set"])]
        json: bool,
        /// Switch these on.
        #[arg(long, value_delimiter = ',', value_name = "TOOL,…")]
        enable: Vec<String>,
        /// Switch these off.
        #[arg(long, value_delimiter = ',', value_name = "TOOL,…")]
        disable: Vec<String>,
        /// Switch on every tool, none, or those that are on unless somebody says otherwise.
        #[arg(value_enum, conflicts_with_all = ["enable", "disable"])]
        set: Option<tools::Set>,
    },
    /// Serve the tools to a client of the Model Context Protocol, on standard input and output or over HTTP.
    Mcp {
        /// Serve the embedded demo org.
        #[arg(long, conflicts_with_all = ["connection", "org"])]
        demo: bool,
        /// Serve over HTTP at a loopback address, such as 127.0.0.1:8931; port 0 takes a free one.
        #[arg(long, value_name = "ADDRESS")]
        http: Option<SocketAddr>,
        /// The component as `component --precompiled` wrote it here, to start in a moment. It is run as it is: name no
        /// file that anybody else could have changed.
        #[arg(long, value_name = "FILE")]
        precompiled: Option<PathBuf>,
    },
    /// Call a tool.
    Call {
        /// The tool: `salesforce_find`, or `find` for short.
        tool: String,
        /// Its arguments, a JSON object.
        #[arg(default_value = "{}", value_name = "JSON")]
        arguments: String,
        /// The exact reply, or the exact error.
        #[arg(long)]
        json: bool,
        /// Print every request and response on standard error, without the token.
        #[arg(long)]
        trace: bool,
        /// Write what went over the wire to a file, masked so that it can be shown to others.
        #[arg(long, value_name = "FILE")]
        record: Option<PathBuf>,
        /// Have a recording answer instead of an org. Its `calls` show which arguments it knows.
        #[arg(long, value_name = "FILE", conflicts_with_all = ["record", "org", "connection"])]
        replay: Option<PathBuf>,
    },
    /// Check in an org what the plugin takes for granted about Salesforce. Changes nothing unless told to.
    Verify {
        /// Also check writes, on records of its own that it deletes again.
        #[arg(long)]
        write: bool,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Serve the demo org on this machine, for any Salesforce client.
    Org {
        /// The port; 0 takes a free one.
        #[arg(long, default_value_t = 8080)]
        port: u16,
    },
    /// Write the component this program carries.
    Component {
        /// Where to.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Compiled for this machine, for `Host::load_precompiled`.
        #[arg(long)]
        precompiled: bool,
    },
}

/// Why the program ends early.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// The tool said no, and it has been shown.
    #[error("")]
    Tool,
    /// The person has to change the command.
    #[error("{0}")]
    Usage(String),
    /// It did not work.
    #[error("{0}")]
    Host(String),
}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        Self::Host(error.to_string())
    }
}

impl From<InvalidOrigin> for Failure {
    fn from(error: InvalidOrigin) -> Self {
        Self::Host(error.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Host(error.to_string())
    }
}

impl From<NoHome> for Failure {
    fn from(error: NoHome) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<SavedError> for Failure {
    fn from(error: SavedError) -> Self {
        match error {
            SavedError::Unknown(_) | SavedError::Invalid { .. } => Self::Usage(error.to_string()),
            _ => Self::Host(render::printable(&error.to_string())),
        }
    }
}

impl From<SignInError> for Failure {
    fn from(error: SignInError) -> Self {
        Self::Host(render::printable(&error.to_string()))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Host(error.to_string())
    }
}

/// The commands and options the program takes.
pub fn arguments() -> clap::Command {
    Arguments::command()
}

/// Runs the program as the process's arguments say.
pub fn run() -> ExitCode {
    match dispatch(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Tool) => ExitCode::from(1),
        // Whoever read the output has had enough of it.
        Err(Failure::Host(message)) if message.contains("Broken pipe") => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("salesforce-plugin: {failure}");
            ExitCode::from(if matches!(failure, Failure::Usage(_)) { 2 } else { 3 })
        }
    }
}

fn dispatch(arguments: &Arguments) -> Result<(), Failure> {
    // The server writes to standard output from other threads.
    if let Command::Mcp { demo, http, precompiled } = &arguments.command {
        if !demo && arguments.connection.is_none() && arguments.org.is_none() {
            return Err(Failure::Usage("which org? Give --connection NAME, --org ORG or --demo".to_owned()));
        }
        return commands::mcp::run(&commands::mcp::host(precompiled.as_deref())?, arguments, *http);
    }
    let mut out = io::stdout().lock();
    match &arguments.command {
        Command::Mcp { .. } => Ok(()),
        Command::Demo => commands::demo::run(&Host::new(Limits::default())?, &mut out),
        Command::Connect(arguments) => connect::run(arguments, &mut out),
        Command::Connections => connections::list(&mut out),
        Command::Status { name } => connections::status(name, &mut out),
        Command::Disconnect { name, force } => connections::disconnect(name, *force, &mut out),
        Command::Tools { json, enable, disable, set } => {
            let host = Host::new(Limits::default())?;
            let change = tools::change(enable, disable, *set, &host)?;
            if let Some(change) = change {
                return tools::run(&change, &host, arguments, &mut out);
            }
            // What the tools are, no org has to say.
            let opened = open::Opened { connection: open::demo(arguments)?, settings: open::settings(arguments)? };
            list(&host.session(opened.under_settings(&host, arguments)?), *json, &mut out)
        }
        Command::Call { tool, arguments: text, json, trace, record, replay } => {
            let host = Host::new(Limits::default())?;
            let (connection, replay) = match replay {
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
            let result = session.call_json(tool, text);
            let exchanges = transcript.take();
            if *trace {
                trace::print(&exchanges, &mut io::stderr().lock())?;
            }
            for miss in replay.iter().flat_map(|replay| replay.misses()) {
                eprintln!("salesforce-plugin: {miss}");
            }
            if let Some(file) = record {
                let calls = [(tool.clone(), text.clone())];
                let recording = Cassette::of(&origin, now, &session.tools()?, &calls, &exchanges);
                record::save(&recording.map_err(|leak| Failure::Host(leak.to_string()))?, file)?;
            }
            if let Some(trouble) = session.connection().trouble() {
                eprintln!("salesforce-plugin: {}", render::printable(&trouble));
            }
            show(tool, result, *json, &mut out)
        }
        Command::Verify { write, json } => {
            let host = Host::new(Limits::default())?;
            let connection = open::open(&host, arguments)?.under_settings(&host, arguments)?;
            commands::verify::run(connection, *write, *json, &mut out)
        }
        Command::Org { port } => serve(*port, &arguments.user, &mut out),
        Command::Component { out: file, precompiled } => {
            let bytes = if *precompiled {
                Host::new(Limits::default())?.precompile()?
            } else {
                salesforce_host::COMPONENT.to_vec()
            };
            std::fs::write(file, &bytes).map_err(|error| Failure::Host(format!("{}: {error}", file.display())))?;
            writeln!(out, "{} bytes written to {}", bytes.len(), file.display())?;
            Ok(())
        }
    }
}

/// Shows what came of a call.
fn show(tool: &str, result: Result<String, CallError>, exact: bool, out: &mut impl Write) -> Result<(), Failure> {
    match result {
        Ok(reply) => {
            writeln!(out, "{}", if exact { reply } else { render::reply(tool, &reply, Form::Terminal) })?;
            Ok(())
        }
        Err(CallError::Tool(error)) => {
            let text = if exact { error.to_json().to_string() } else { render::error(&error, Form::Terminal) };
            writeln!(out, "{text}")?;
            Err(Failure::Tool)
        }
        Err(CallError::Host(error)) => Err(error.into()),
    }
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

fn serve(port: u16, user: &str, out: &mut impl Write) -> Result<(), Failure> {
    let org = Arc::new(Org::demo());
    let token = org.token(user);
    let server = Server::start(org, port).map_err(|error| Failure::Host(format!("port {port}: {error}")))?;
    writeln!(out, "The demo org is at {}, for {user} with this access token:", server.origin())?;
    writeln!(out, "{TOKEN}='{token}'")?;
    writeln!(out, "To sign in instead: salesforce-plugin connect NAME --domain {}", server.origin())?;
    out.flush()?;
    server.wait();
    Ok(())
}
