//! `salesforce-plugin connect`: signs a person in to an org, and shows what the new connection can do.

use std::fs;
use std::io::{self, Write};
use std::sync::Arc;

use demo_org::Org;
use demo_org::serve::Server;
use salesforce_host::config_dir::ConfigDir;
use salesforce_host::profile::{Profile, ProfileError, Site};
use salesforce_host::sign_in::{self, Client, Listener, SignInError, SignedIn};
use salesforce_host::store::StoredTokens;
use salesforce_host::wire::Https;
use salesforce_host::{Connection, Host, Limits, Origin};
use serde::Deserialize;

use crate::args::Connect;
use crate::failure::Failure;
use crate::open::{opened, origin};
use crate::render::printable;
use crate::summary;

/// Where the consumer key may come from. It names the app and is no secret: there is none in this flow.
const CONSUMER_KEY: &str = "SALESFORCE_CONSUMER_KEY";
/// The port of the address registered with the app, unless the person chose another.
const DEFAULT_PORT: u16 = 7717;
/// The name of a connection that needs no Salesforce account.
const DEMO: &str = "demo";

/// `config.toml` beside the connections: what all of them share.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    consumer_key: Option<String>,
    callback_port: Option<u16>,
}

/// Connects.
pub(crate) fn run(arguments: &Connect, out: &mut impl Write) -> Result<(), Failure> {
    let config_dir = ConfigDir::from_env()?;
    let config = config(&config_dir)?;
    let earlier = match Profile::read(&config_dir, &arguments.name) {
        Ok(profile) => Some(profile),
        Err(ProfileError::Unknown(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let domain = domain(arguments, earlier.as_ref())?;
    let host = &Host::new(Limits::default())?;
    // Serves until the sign-in is over.
    let embedded = match site(&domain, host)? {
        Site::At(origin) => Err(origin),
        Site::Embedded => Ok(Embedded::start()?),
    };
    let origin = embedded.as_ref().map_or_else(|origin| origin, |embedded| &embedded.origin);
    let key = consumer_key(arguments, config.consumer_key, earlier.as_ref(), origin)?;
    // A demo org takes any port of this machine.
    let port = arguments.port.or(config.callback_port).unwrap_or(if origin.is_loopback() { 0 } else { DEFAULT_PORT });
    let listener = Listener::bind(port)?;
    let client = Client::new(host, origin, &key, Https::new())?;

    let mut shown = Ok(());
    let mut kept = None;
    let signed_in = sign_in::sign_in(
        &client,
        &listener,
        |url| shown = show(url, arguments.no_browser, out),
        |signed_in| {
            let site = match &embedded {
                Ok(_) => Site::Embedded,
                Err(_) => Site::At(signed_in.grant.origin.clone()),
            };
            let profile = Profile::new(site, &key, signed_in);
            profile.keep(&client, &config_dir, &arguments.name, &signed_in.grant.tokens)?;
            kept = Some(profile);
            Ok(())
        },
    );
    shown?;
    let signed_in = signed_in.map_err(|error| explained(&error, &listener))?;
    let Some(profile) = kept else { return Ok(()) };
    let connection = match &embedded {
        Ok(embedded) => embedded.connection(&signed_in),
        Err(_) => opened(&profile, host, &config_dir, &arguments.name)?,
    };
    writeln!(out, "\nConnected: {}", arguments.name)?;
    summary::show(host, connection, &profile, out)?;
    match profile.origin {
        Site::Embedded => {
            writeln!(out, "  Tokens     none are kept: the demo org is in this program, and new at every start")?
        }
        Site::At(_) => writeln!(
            out,
            "  Tokens     kept in {}",
            StoredTokens::of(&config_dir, &arguments.name, &profile.owner()).place()
        )?,
    }
    writeln!(out, "\nNext: salesforce-plugin --connection {} call find '{{\"text\": \"Acme\"}}'", arguments.name)?;
    Ok(())
}

/// The embedded org, served for a browser.
struct Embedded {
    org: Arc<Org>,
    origin: Origin,
    _server: Server,
}

impl Embedded {
    fn start() -> Result<Self, Failure> {
        let org = Arc::new(Org::demo());
        let server = Server::start(Arc::clone(&org), 0)?;
        let origin = Origin::parse(&server.origin()).map_err(|error| Failure::Host(error.to_string()))?;
        Ok(Self { org, origin, _server: server })
    }

    /// The connection of the sign-in, at the org's time.
    fn connection(&self, signed_in: &SignedIn) -> Connection {
        let org = Arc::clone(&self.org);
        Connection::new(self.origin.clone(), signed_in.grant.tokens.access.clone(), Https::new())
            .with_clock(move || u64::try_from(org.now().as_millisecond()).unwrap_or_default())
    }
}

/// The org the person means: the one named, the one of the connection there is, or the embedded one.
fn domain(arguments: &Connect, earlier: Option<&Profile>) -> Result<String, Failure> {
    match (&arguments.domain, earlier) {
        (Some(domain), _) => Ok(domain.clone()),
        (None, Some(profile)) => Ok(profile.origin.to_string()),
        (None, None) if arguments.name.as_str() == DEMO => Ok(DEMO.to_owned()),
        (None, None) => Err(Failure::Usage(format!(
            "which org is it? Give any address of it, as in `salesforce-plugin connect {} --domain NAME.my.salesforce.com`",
            arguments.name
        ))),
    }
}

fn site(domain: &str, host: &Host) -> Result<Site, Failure> {
    if domain == DEMO { Ok(Site::Embedded) } else { Ok(Site::At(origin(host, "--domain", domain)?)) }
}

fn consumer_key(
    arguments: &Connect,
    config: Option<String>,
    earlier: Option<&Profile>,
    origin: &Origin,
) -> Result<String, Failure> {
    let named = arguments.consumer_key.clone().or_else(|| std::env::var(CONSUMER_KEY).ok());
    let known = named.or_else(|| earlier.map(|profile| profile.consumer_key.clone())).or(config);
    let key = match known {
        Some(key) => key.trim().to_owned(),
        // Demo orgs know one app.
        None if origin.is_loopback() => demo_org::CONSUMER_KEY.to_owned(),
        None => {
            return Err(Failure::Usage(format!(
                "which app is it? Give the consumer key of the app your Salesforce admin made, with --consumer-key, in \
                 the environment variable {CONSUMER_KEY}, or as consumer_key in config.toml; docs/connect.md says how the \
                 app is made"
            )));
        }
    };
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Failure::Usage(
            "a consumer key is letters, digits, dots and underscores without spaces".to_owned(),
        ));
    }
    Ok(key)
}

fn config(config_dir: &ConfigDir) -> Result<Config, Failure> {
    let path = config_dir.root().join("config.toml");
    match fs::read_to_string(&path) {
        Ok(text) => toml::from_str(&text).map_err(|error| Failure::Usage(format!("{}: {error}", path.display()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Config::default()),
        Err(error) => Err(Failure::Host(format!("{}: {error}", path.display()))),
    }
}

/// Sends the person to the org's sign-in. The address holds nothing secret: the verifier stays here.
fn show(url: &str, no_browser: bool, out: &mut impl Write) -> Result<(), Failure> {
    // A browser that does not open is no failure: the address is there for every other one.
    if no_browser || open::that_detached(url).is_err() {
        writeln!(out, "Open this address in a browser on this machine, and sign in:\n\n  {url}\n")?;
    } else {
        writeln!(out, "Sign in in the browser that has just opened. If none has, open this address:\n\n  {url}\n")?;
    }
    out.flush()?;
    Ok(())
}

/// A failure, with the address to register where that may be what is wrong: some orgs say so in the browser alone.
fn explained(error: &SignInError, listener: &Listener) -> Failure {
    let address = match error {
        SignInError::Refused { failure, .. } => failure.error == "redirect_uri_mismatch",
        other => matches!(other, SignInError::TooLate(_)),
    };
    let mut text = error.to_string();
    if address {
        text.push_str("; the callback URL to register with the app is ");
        text.push_str(&listener.redirect());
    }
    Failure::Host(printable(&text))
}
