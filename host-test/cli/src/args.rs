//! What the program takes: its options and commands.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use salesforce_host::config_dir::ConnectionName;

/// Run the Salesforce plugin, against the embedded demo org or a real one.
#[derive(Parser)]
#[command(
    name = "salesforce-plugin",
    version,
    after_help = "Exit codes: 0 done, 1 the tool refused or failed, 2 wrong usage, 3 this program itself failed.\n\
                  A real org needs a connection (salesforce-plugin connect NAME), or an access token in the environment \
                  variable SALESFORCE_ACCESS_TOKEN."
)]
pub(crate) struct Arguments {
    /// The connection: its org, and its settings. `demo` is the embedded org, and what is meant unless another is named.
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) connection: Option<ConnectionName>,
    /// An org without a name: `demo`, `https://NAME.my.salesforce.com`, or `http://127.0.0.1:PORT`.
    #[arg(long, global = true, value_name = "ORG")]
    pub(crate) org: Option<String>,
    /// Who to be in the demo org: riley, jonas, vera, admin…
    #[arg(long, global = true, default_value = "riley", value_name = "NAME")]
    pub(crate) user: String,
    /// Only tools that change nothing.
    #[arg(long, global = true)]
    pub(crate) read_only: bool,
    /// Only these tools.
    #[arg(long, global = true, value_delimiter = ',', value_name = "NAME,…")]
    pub(crate) tools: Option<Vec<String>>,
    /// Something that is wrong with the demo org, to see what becomes of it.
    #[arg(long, global = true, value_enum, value_delimiter = ',', value_name = "MODE,…")]
    pub(crate) demo_mode: Vec<DemoMode>,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// Something that is wrong with the demo org.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DemoMode {
    /// The admin has not installed the app yet: nobody else can sign in.
    AppNotInstalled,
    /// The admin has deactivated the user.
    InactiveUser,
    /// Every refresh of a session gives a new refresh token, and an old one ends everything.
    Rotation,
    /// Every answer takes two seconds.
    Slow,
    /// The API calls of the day are used up.
    NoApiCalls,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Show three stories on fresh demo orgs, with the requests each one takes.
    Demo,
    /// Open a page in the browser for all of it: connect, choose what an agent may do, tell the agent.
    Setup(Setup),
    /// Sign in to an org, and keep the connection under a name.
    Connect(Connect),
    /// List the connections.
    Connections {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Say whether a connection works, whose it is, and what the user may do.
    Status {
        /// The connection. Without a name, what connections there are.
        name: Option<ConnectionName>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Look at what a connection needs of this machine, and say what to do: keychain, clock, port, proxy, certificates.
    Doctor {
        /// As JSON.
        #[arg(long)]
        json: bool,
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
    Tools(Tools),
    /// Serve the tools to a client of the Model Context Protocol, on standard input and output or over HTTP.
    Mcp(Mcp),
    /// Call a tool.
    Call(Call),
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
        /// Say where it is as JSON, in a line.
        #[arg(long)]
        json: bool,
    },
    /// Write the component this program carries.
    Component {
        /// Where to.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Print a script that lets a shell complete the commands and options.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Write the manual: a page for the program, and one for each command.
    Man {
        /// Where to.
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
    },
}

/// How to open the page.
#[derive(Args, Default)]
pub(crate) struct Setup {
    /// The port of the page; 0 takes a free one.
    #[arg(long, default_value_t = 0, value_name = "PORT")]
    pub(crate) port: u16,
    /// Print the address to open, and open no browser.
    #[arg(long)]
    pub(crate) no_browser: bool,
    /// An agent that has started this program asks for the page, and so it has the tools already.
    #[arg(long, hide = true)]
    pub(crate) for_agent: bool,
}

/// What to connect.
#[derive(Args)]
pub(crate) struct Connect {
    /// What to call the connection: a-z, 0-9, _ and -. `demo` is the embedded org, unless --domain says otherwise. Without
    /// a name, `setup` asks for everything.
    pub(crate) name: Option<ConnectionName>,
    /// The org: NAME.my.salesforce.com or any address of it, `demo`, or http://127.0.0.1:PORT.
    #[arg(long, value_name = "ORG")]
    pub(crate) domain: Option<String>,
    /// The consumer key of the app in the org. Else from SALESFORCE_CONSUMER_KEY, or from config.toml.
    #[arg(long, value_name = "KEY")]
    pub(crate) consumer_key: Option<String>,
    /// The port of the callback URL registered with the app, http://localhost:PORT/callback. Default: 7717.
    #[arg(long, value_name = "PORT")]
    pub(crate) port: Option<u16>,
    /// Print the address to open, and open no browser.
    #[arg(long)]
    pub(crate) no_browser: bool,
}

/// Which tools to list, or to switch.
#[derive(Args)]
pub(crate) struct Tools {
    /// As JSON, with the schemas.
    #[arg(long, conflicts_with_all = ["enable", "disable", "set"])]
    pub(crate) json: bool,
    /// Switch these on.
    #[arg(long, value_delimiter = ',', value_name = "TOOL,…")]
    pub(crate) enable: Vec<String>,
    /// Switch these off.
    #[arg(long, value_delimiter = ',', value_name = "TOOL,…")]
    pub(crate) disable: Vec<String>,
    /// Switch on every tool, none, or those that are on unless somebody says otherwise.
    #[arg(value_enum, conflicts_with_all = ["enable", "disable"])]
    pub(crate) set: Option<ToolSet>,
}

/// Many tools in a word.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ToolSet {
    /// Every tool.
    All,
    /// No tool.
    None,
    /// Those that are on unless somebody says otherwise.
    Default,
}

/// Where to serve which org.
#[derive(Args)]
pub(crate) struct Mcp {
    /// Serve the embedded demo org.
    #[arg(long, conflicts_with_all = ["connection", "org"])]
    pub(crate) demo: bool,
    /// Serve over HTTP at a loopback address, such as 127.0.0.1:8931; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) http: Option<SocketAddr>,
    /// Reply by a text, or by the structure of the output schema, whatever the settings say.
    #[arg(long, value_enum, value_name = "FORM")]
    pub(crate) replies: Option<ReplyForm>,
}

/// The form of replies.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ReplyForm {
    /// A text, for a model.
    Text,
    /// The structure of the output schema, for a program.
    Structure,
}

/// What to call, and what to show of it.
#[derive(Args)]
pub(crate) struct Call {
    /// The tool: `salesforce_find`, or `find` for short.
    pub(crate) tool: String,
    /// Its arguments, a JSON object.
    #[arg(default_value = "{}", value_name = "JSON")]
    pub(crate) arguments: String,
    /// The exact reply, or the exact error.
    #[arg(long)]
    pub(crate) json: bool,
    /// Print every request and response on standard error, without the token.
    #[arg(long)]
    pub(crate) trace: bool,
    /// Write what went over the wire to a file, masked so that it can be shown to others.
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
    /// Have a recording answer instead of an org. Its `calls` show which arguments it knows.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["record", "org", "connection"])]
    pub(crate) replay: Option<PathBuf>,
}
