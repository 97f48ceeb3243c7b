//! What a sign-in needs besides the org's answer: the app, the port of the way back, and the org itself where this
//! program carries it.

use std::fs;
use std::io;
use std::sync::Arc;

use demo_org::Org;
use demo_org::serve::Server;
use salesforce_host::config_dir::ConfigDir;
use salesforce_host::profile::{Profile, Site};
use salesforce_host::wire::Https;
use salesforce_host::{Connection, Host, Origin, Token};
use serde::Deserialize;

use crate::failure::Failure;
use crate::open::{DEMO, origin};

/// Where the consumer key may come from. It names the app and is no secret: there is none in this flow.
pub(crate) const CONSUMER_KEY: &str = "SALESFORCE_CONSUMER_KEY";
/// The port of the address registered with the app, unless the person chose another.
const DEFAULT_PORT: u16 = 7717;

/// `config.toml` beside the connections: what all of them share.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    consumer_key: Option<String>,
    callback_port: Option<u16>,
}

impl Config {
    /// What it says; nothing where there is none.
    pub(crate) fn read(config_dir: &ConfigDir) -> Result<Self, Failure> {
        let path = config_dir.root().join("config.toml");
        match fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text).map_err(|error| Failure::Usage(format!("{}: {error}", path.display()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(Failure::Host(format!("{}: {error}", path.display()))),
        }
    }

    /// The port of the way back from the browser. A demo org takes any port of this machine.
    pub(crate) fn port(&self, wanted: Option<u16>, origin: Option<&Origin>) -> u16 {
        let is_loopback = origin.is_some_and(Origin::is_loopback);
        wanted.or(self.callback_port).unwrap_or(if is_loopback { 0 } else { DEFAULT_PORT })
    }

    /// The consumer key that is known: the one named, of the environment, of the connection there is, of this file.
    pub(crate) fn consumer_key(&self, named: Option<&str>, earlier: Option<&Profile>) -> Option<String> {
        // A client that has a field for it hands over what nobody filled in as well.
        let of_environment = || std::env::var(CONSUMER_KEY).ok().filter(|key| !key.trim().is_empty());
        let named = named.map(ToOwned::to_owned).or_else(of_environment);
        let earlier = || earlier.map(|profile| profile.consumer_key.clone());
        named.or_else(earlier).or_else(|| self.consumer_key.clone()).map(|key| key.trim().to_owned())
    }
}

/// Whether a text can be a consumer key.
pub(crate) fn is_consumer_key(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The org that an address means, `demo` being the embedded one.
pub(crate) fn site(host: &Host, option: &str, domain: &str) -> Result<Site, Failure> {
    if domain == DEMO { Ok(Site::Embedded) } else { Ok(Site::At(origin(host, option, domain)?)) }
}

/// The embedded org, served for a browser for as long as this is kept.
pub(crate) struct Embedded {
    pub(crate) org: Arc<Org>,
    pub(crate) origin: Origin,
    _server: Server,
}

impl Embedded {
    /// Serves an org.
    pub(crate) fn serve(org: Arc<Org>) -> Result<Self, Failure> {
        let server = Server::start(Arc::clone(&org), 0)?;
        let origin = Origin::parse(&server.origin()).map_err(|error| Failure::Host(error.to_string()))?;
        Ok(Self { org, origin, _server: server })
    }

    /// A connection with an access token of the org, at the org's time.
    pub(crate) fn connection(&self, access: &Token) -> Connection {
        let org = Arc::clone(&self.org);
        Connection::new(self.origin.clone(), access.clone(), Https::new())
            .with_clock(move || u64::try_from(org.now().as_millisecond()).unwrap_or_default())
    }
}
