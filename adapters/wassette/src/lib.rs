//! The core for Wassette: one exported function a tool, with requests over `wasi:http`.
//!
//! The host makes a tool of each function, and a schema of its type in which nothing may be left out, not even an option.
//! So the arguments are one text of JSON, in which what is optional may be absent; the description says what is in it.
//! Settings and token come from the environment, as the policy grants it, and the token is in this memory.

use adapter_common::failure::{self, Failure};
use adapter_common::settings::Settings;
use adapter_common::wasi::{self, Environment};
use salesforce_plugin::call::Call;
use salesforce_plugin::platform::{FailureReason, Platform, SendFailure};
use salesforce_plugin::tools;
use salesforce_plugin::wit::ConnectionSettings;

#[allow(missing_docs, unsafe_code)] // Generated.
mod bindings {
    include!(concat!(env!("OUT_DIR"), "/world.rs"));
}

/// The variable that holds the user's access token.
const ACCESS_TOKEN: &str = "SALESFORCE_ACCESS_TOKEN";

/// The host behind this instance.
struct Host {
    origin: String,
    token: Option<String>,
    settings: ConnectionSettings,
}

impl Host {
    fn new() -> Result<Self, Failure> {
        let environment = Environment::read();
        let Settings { origin, connection } = environment.settings().map_err(|why| failure::not_set_up(&why))?;
        let origin = origin.ok_or_else(|| failure::not_set_up("they name no domain"))?;
        let token = environment.variable(ACCESS_TOKEN).map(str::to_owned);
        Ok(Self { origin, token, settings: connection })
    }

    fn token(&self) -> Result<&str, SendFailure> {
        self.token.as_deref().ok_or(failure::unsent(FailureReason::SignIn))
    }
}

impl Platform for Host {
    fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, SendFailure> {
        wasi::send(&self.origin, self.token()?, &request)
    }

    fn send_soap(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, SendFailure> {
        wasi::send_soap(&self.origin, self.token()?, request)
    }

    fn origin(&self) -> String {
        self.origin.clone()
    }

    fn now(&self) -> u64 {
        wasi::now()
    }

    fn settings(&self) -> ConnectionSettings {
        self.settings.clone()
    }
}

/// Calls a tool; the reply or the error, as JSON.
fn call(tool: &str, arguments: &str) -> Result<String, String> {
    let called = Host::new().and_then(|host| tools::call(&Call::new(&host), tool, arguments).map_err(failure::of_core));
    called.map_err(|error| failure::json(&error))
}

/// What the component exports.
struct Adapter;

include!(concat!(env!("OUT_DIR"), "/exports.rs"));

#[cfg(target_family = "wasm")]
#[allow(unsafe_code)]
mod export {
    super::bindings::export!(Adapter with_types_in super::bindings);
    use super::Adapter;
}
