//! What each host installs, made from the adapters and the catalog: nothing in it names a tool by hand.
//!
//! The same options give the same bytes.

use std::fmt;

use adapter_common::settings::{self, SLOT_BYTES, SLOT_MARK, Settings};
use salesforce_plugin::catalog;
use salesforce_plugin::policy::Effect;
use salesforce_plugin::sign_in;
use salesforce_plugin::wit::{ConnectionSettings, OauthProfile};
use serde_json::{Map, Value};

pub mod ironclaw_0_24;
pub mod ironclaw_1;
pub mod oci;
pub mod wasi_http;
pub mod wassette;
pub mod zeroclaw;
pub mod zip;

/// The component for IronClaw 0.24, without settings.
pub const IRONCLAW_0_24: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/ironclaw-0-24.wasm"));
/// The component for IronClaw 1.x, without settings.
pub const IRONCLAW_1: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/ironclaw-1.wasm"));
/// The component for ZeroClaw.
pub const ZEROCLAW: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/zeroclaw.wasm"));
/// The component for hosts of `wasi:http`.
pub const WASI_HTTP: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/wasi-http.wasm"));
/// The component for hosts of `wasi:http` that have settings in `wasi:config` 0.2.0-rc.1.
pub const WASI_HTTP_CONFIG: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/wasi-http-config.wasm"));
/// The component for Wassette.
pub const WASSETTE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/wassette.wasm"));
/// The component of the example, to begin an adapter from.
pub const EXAMPLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/example.wasm"));

/// The version of every package.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The name of the secret that hosts keep the token under.
pub const SECRET: &str = "salesforce_access_token";

/// The files of a package, by their paths.
pub type Files = Vec<(String, Vec<u8>)>;

/// Why there is no package: a sentence for whoever asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(pub String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

/// What a package is made for: an org, an app of it, and the settings.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// Where OAuth and the API of the org are.
    pub oauth: OauthProfile,
    /// The consumer key of the org's app; none where the host is told it by itself.
    pub consumer_key: Option<String>,
    /// The address clients reach the server by, for hosts that serve it.
    pub url: Option<String>,
    /// The settings with the domain, as JSON.
    settings: Value,
    /// The same, read.
    pub connection: ConnectionSettings,
}

impl Deployment {
    /// Reads settings, which need not name the domain that is given.
    ///
    /// # Errors
    /// The domain or the settings can't be used, or the settings name another domain.
    pub fn new(domain: &str, settings: &str) -> Result<Self, Fault> {
        let oauth = sign_in::oauth(domain).map_err(|refusal| Fault(refusal.message))?;
        let mut settings: Value = serde_json::from_str(settings).map_err(|error| Fault(error.to_string()))?;
        let members: &mut Map<_, _> = settings.as_object_mut().ok_or(Fault("the settings are no object".to_owned()))?;
        let host = oauth.origin.trim_start_matches("https://").to_owned();
        members.entry("domain").or_insert(Value::String(host));
        let read = Settings::read(&settings.to_string()).map_err(Fault)?;
        if read.origin.as_ref() != Some(&oauth.origin) {
            return Err(Fault("the settings name another domain than the package is for".to_owned()));
        }
        Ok(Self { oauth, consumer_key: None, url: None, settings, connection: read.connection })
    }

    /// The org's host, `acme.my.salesforce.com`.
    pub fn host(&self) -> &str {
        self.oauth.origin.trim_start_matches("https://")
    }

    /// The settings with the domain, as JSON on one line.
    pub fn settings(&self) -> String {
        self.settings.to_string()
    }

    /// What the tools that are on can do.
    pub fn effects(&self) -> Vec<Effect> {
        catalog::tools(&self.connection).map(|tool| tool.effect).collect()
    }

    /// The methods that the tools which are on need. A POST carries several reads in one, too.
    pub fn methods(&self) -> Vec<&'static str> {
        let overwrites = self.effects().contains(&Effect::Overwrites);
        let all = ["GET", "POST", "PATCH", "DELETE"];
        all[..if overwrites { all.len() } else { 2 }].to_vec()
    }
}

/// A component with settings in the place it has for them.
///
/// # Errors
/// The component has no such place, or more than one, or the settings are too long for it.
pub fn with_settings(component: &[u8], settings: &str) -> Result<Vec<u8>, Fault> {
    Settings::read(settings).map_err(Fault)?;
    let mark = SLOT_MARK.as_bytes();
    let places: Vec<_> = (0..component.len()).filter(|at| component[*at..].starts_with(mark)).collect();
    let [at] = places[..] else {
        return Err(Fault(format!("the component has {} places for settings, and should have one", places.len())));
    };
    let room = SLOT_BYTES - mark.len();
    let start = at + mark.len();
    let place = component.get(start..start + room).filter(|place| place.iter().all(|byte| *byte == b' '));
    if place.is_none() {
        return Err(Fault("the component has settings already".to_owned()));
    }
    if settings.len() > room {
        return Err(Fault(format!("the settings have {} bytes, and there is room for {room}", settings.len())));
    }
    let mut filled = component.to_vec();
    filled[start..start + settings.len()].copy_from_slice(settings.as_bytes());
    Ok(filled)
}

/// The settings of nobody, which leave the default tools on.
pub fn usual() -> ConnectionSettings {
    settings::none()
}

/// JSON as people read it, with a line's end.
fn pretty(value: &Value) -> Vec<u8> {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text.into_bytes()
}

/// TOML of what has the form of JSON.
fn toml(value: &Value) -> Result<Vec<u8>, Fault> {
    toml::to_string(value).map(String::into_bytes).map_err(|error| Fault(error.to_string()))
}

/// JSON out of the catalog.
fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_default()
}

/// What a tool is called within a namespace of its own: `find`.
fn short(name: &str) -> &str {
    name.split_once('_').map_or(name, |(_, short)| short)
}
