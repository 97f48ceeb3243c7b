//! The core for IronClaw 0.24: one tool, `near:agent@0.3.0`.
//!
//! The host puts the token into each request to the org's host; it is never here. It keeps no cache, so every call
//! begins cold. It has no way to hand a tool its settings: what its sidecar calls a workspace file and a placeholder
//! reach channels alone. So the settings are in the artefact, where the package puts them; a build of the host that
//! reads workspace files for tools may hand over [`SETTINGS_FILE`] where the artefact has none.

use adapter_common::failure::{self, Failure};
use adapter_common::settings::{self, Deployment};
use adapter_common::{one_tool, wire};
use salesforce_plugin::platform::{FailureReason, Platform, SendFailure};
use salesforce_plugin::wit::ConnectionSettings;
use salesforce_plugin::within;

#[allow(missing_docs, unsafe_code)] // Generated.
mod bindings {
    wit_bindgen::generate!({ path: "wit", world: "sandboxed-tool" });
}

use bindings::exports::near::agent::tool::{Guest, Request, Response};
use bindings::near::agent::host;

/// The workspace file that is read where the artefact has no settings.
const SETTINGS_FILE: &str = "salesforce/settings.json";

/// The host behind this instance.
struct Host(Deployment);

impl Host {
    fn new() -> Result<Self, Failure> {
        let settings = settings::packaged().map(str::to_owned).or_else(|| host::workspace_read(SETTINGS_FILE));
        let missing = "the package was made without settings, and there is no workspace file salesforce/settings.json";
        Ok(Self(Deployment::read(settings.as_deref(), missing)?))
    }
}

impl Platform for Host {
    fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, SendFailure> {
        let url = wire::url(&self.0.origin, &request)?;
        let headers = wire::headers_json(request.headers());
        let body = Some(request.body().as_slice()).filter(|body| !body.is_empty());
        let response = host::http_request(request.method().as_str(), &url, &headers, body, Some(wire::TIMEOUT_MS))
            .map_err(|why| failed(&why))?;
        let headers = wire::headers_of_json(&response.headers_json);
        wire::response(response.status, headers.iter().map(|(name, value)| (&**name, value.as_bytes())), response.body)
    }

    fn origin(&self) -> String {
        self.0.origin.clone()
    }

    fn now(&self) -> u64 {
        host::now_millis()
    }

    fn settings(&self) -> ConnectionSettings {
        self.0.connection.clone()
    }
}

/// What the host's sentences begin with, what can be done about each, and whether the request may have left.
const FAILURES: [(&str, FailureReason, bool); 10] = [
    ("HTTP not allowed", FailureReason::Denied, false),
    ("Rate limit exceeded", FailureReason::Denied, false),
    ("Potential secret leak in response", FailureReason::Denied, true),
    ("Potential secret leak", FailureReason::Denied, false),
    ("HTTP request to private", FailureReason::Denied, false),
    ("URL ", FailureReason::Denied, false),
    ("Unsupported", FailureReason::Denied, false),
    ("DNS resolution", FailureReason::Unreachable, false),
    ("Failed to build", FailureReason::Unreachable, false),
    ("Response body too large", FailureReason::TooLarge, true),
];

/// Why there is no response, as far as the host's sentence tells.
fn failed(why: &str) -> SendFailure {
    if let Some((_, reason, request_sent)) = FAILURES.into_iter().find(|(start, ..)| why.starts_with(start)) {
        return SendFailure { reason, request_sent };
    }
    let holds = |parts: &[&str]| parts.iter().any(|part| within::holds(why, part));
    let connecting = holds(&["(Connect)", "tcp connect", "dns error"]);
    let reason = if holds(&["timed out", "timeout"]) { FailureReason::Timeout } else { FailureReason::Unreachable };
    SendFailure { reason, request_sent: !connecting }
}

/// What the component exports.
struct Adapter;

impl Guest for Adapter {
    fn execute(request: Request) -> Response {
        match Host::new().and_then(|host| one_tool::call(&host, &request.params)) {
            Ok(reply) => Response { output: Some(reply), error: None },
            Err(error) => Response { output: None, error: Some(failure::json(&error)) },
        }
    }

    fn schema() -> String {
        match Host::new() {
            Ok(host) => one_tool::schema(&host.0.connection),
            Err(_) => one_tool::schema(&settings::none()),
        }
    }

    fn description() -> String {
        match Host::new() {
            Ok(host) => one_tool::description(&host.0.connection),
            Err(error) => error.message,
        }
    }
}

// Natively the exported names are not valid linker symbols, so nothing calls the adapter there.
#[cfg(not(target_family = "wasm"))]
const _: fn(Request) -> Response = <Adapter as Guest>::execute;

#[cfg(target_family = "wasm")]
#[allow(unsafe_code)]
mod export {
    super::bindings::export!(Adapter with_types_in super::bindings);
    use super::Adapter;
}
