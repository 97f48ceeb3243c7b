//! The core for ZeroClaw 0.8: one tool, `zeroclaw:plugin@0.1.0`, with requests over `wasi:http`.
//!
//! The host hands the configuration over in the arguments of a call, as `__config`, and the token as it is, while a call
//! runs and not before: [`Host::token`] asks for it with each request and keeps it no longer. Its state store is the
//! cache. It compiles the component at every call, so bytes are latency.

use adapter_common::failure::{self, Failure};
use adapter_common::settings::{self, Deployment};
use adapter_common::{one_tool, wasi};
use salesforce_plugin::platform::{Cache, FailureReason, Platform, SendFailure};
use salesforce_plugin::wit::ConnectionSettings;

#[allow(missing_docs, unsafe_code)] // Generated.
mod bindings {
    wit_bindgen::generate!({ path: "wit", world: "tool-plugin", features: ["plugins-wit-v0"] });
}

use bindings::exports::zeroclaw::plugin::{plugin_info, tool};
use bindings::zeroclaw::plugin::{secrets, state};

/// The member of the arguments that the host puts the public configuration into.
const CONFIG: &str = "__config";
/// The member of the configuration that is secret.
const ACCESS_TOKEN: &str = "access_token";

/// The host behind this instance.
struct Host(Deployment);

impl Host {
    fn new(config: Option<&str>) -> Result<Self, Failure> {
        let mut deployment = Deployment::read(config, "the plugin has no configuration")?;
        deployment.connection.soap_session = true;
        Ok(Self(deployment))
    }

    fn token() -> Result<String, SendFailure> {
        secrets::get(ACCESS_TOKEN).map_err(|error| {
            failure::unsent(match error {
                secrets::SecretError::AccessDenied => FailureReason::Denied,
                secrets::SecretError::NotFound => FailureReason::SignIn,
                secrets::SecretError::Unavailable => FailureReason::Unreachable,
            })
        })
    }

    /// A key as the host's store takes it: of this org's, and of no characters that it might refuse.
    fn key(&self, key: &str) -> String {
        let org = self.0.origin.strip_prefix("https://").unwrap_or(&self.0.origin);
        let plain = |character: char| if character.is_ascii_alphanumeric() { character } else { '-' };
        format!("{org}-{key}").chars().map(plain).collect()
    }
}

impl Platform for Host {
    fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, SendFailure> {
        wasi::send(&self.0.origin, &Self::token()?, &request)
    }

    fn send_soap(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, SendFailure> {
        wasi::send_soap(&self.0.origin, &Self::token()?, request)
    }

    fn origin(&self) -> String {
        self.0.origin.clone()
    }

    fn now(&self) -> u64 {
        wasi::now()
    }

    fn cache(&self) -> Option<&dyn Cache> {
        Some(self)
    }

    fn settings(&self) -> ConnectionSettings {
        self.0.connection.clone()
    }
}

impl Cache for Host {
    fn get(&self, key: &str) -> Option<Vec<u8>> {
        Some(state::get(&self.key(key)).ok()??.value)
    }

    fn put(&self, key: &str, value: &[u8]) {
        let key = self.key(key);
        let revision = state::get(&key).ok().flatten().map(|entry| entry.revision);
        // A store that is full or was written meanwhile keeps what it has: an empty cache is right too.
        let _ = state::put(&key, value, revision);
    }
}

/// Settings that restrict nothing: the configuration is there only once a tool is called.
fn everything() -> ConnectionSettings {
    ConnectionSettings { soap_session: true, ..settings::none() }
}

/// What the component exports.
struct Adapter;

impl tool::Guest for Adapter {
    fn name() -> String {
        one_tool::NAME.to_owned()
    }

    fn description() -> String {
        one_tool::description(&everything())
    }

    fn parameters_schema() -> String {
        one_tool::schema(&everything())
    }

    fn execute(args: String) -> Result<tool::ToolResult, String> {
        let called = one_tool::take(&args, CONFIG)
            .and_then(|(config, call)| one_tool::call(&Host::new(config.as_deref())?, &call));
        Ok(match called {
            Ok(output) => tool::ToolResult { success: true, output, error: None },
            Err(error) => {
                tool::ToolResult { success: false, output: String::new(), error: Some(failure::json(&error)) }
            }
        })
    }
}

impl plugin_info::Guest for Adapter {
    fn plugin_name() -> String {
        one_tool::NAME.to_owned()
    }

    fn plugin_version() -> String {
        env!("CARGO_PKG_VERSION").to_owned()
    }
}

// Natively the exported names are not valid linker symbols, so nothing calls the adapter there.
#[cfg(not(target_family = "wasm"))]
const _: fn(String) -> Result<tool::ToolResult, String> = <Adapter as tool::Guest>::execute;

#[cfg(target_family = "wasm")]
#[allow(unsafe_code)]
mod export {
    super::bindings::export!(Adapter with_types_in super::bindings);
    use super::Adapter;
}
