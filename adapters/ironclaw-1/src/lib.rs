//! The core for IronClaw 1.x: many tools, `near:agent@0.4.1`.
//!
//! The host says with each call which of the capabilities of the manifest is meant, puts the token into each request to
//! the org's host, and tells typed why there is no response; so failures go back typed too. It keeps no cache for tools.

use adapter_common::failure::{self, Failure};
use adapter_common::settings::{self, Deployment};
use adapter_common::{one_tool, wire};
use salesforce_plugin::call::Call;
use salesforce_plugin::json::Json;
use salesforce_plugin::platform::{FailureReason, Platform, SendFailure};
use salesforce_plugin::tools;
use salesforce_plugin::wit::{ConnectionSettings, ErrorKind};

#[allow(missing_docs, unsafe_code)] // Generated.
mod bindings {
    wit_bindgen::generate!({ path: "wit", world: "sandboxed-tool" });
}

use bindings::exports::near::agent::tool::{ErrorKind as HostKind, Guest, GuestFailure, Request, Response};
use bindings::near::agent::host::{self, HttpErrorKind, HttpFailure};

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
            .map_err(|failure| failed(&failure))?;
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

/// Why there is no response.
fn failed(failure: &HttpFailure) -> SendFailure {
    let says = |words: &str| {
        let texts = [failure.code.as_deref(), failure.message.as_deref()];
        texts.into_iter().flatten().any(|text| text.to_ascii_lowercase().contains(words))
    };
    let reason = match failure.kind {
        HttpErrorKind::AuthRequired => FailureReason::SignIn,
        HttpErrorKind::NetworkDenied | HttpErrorKind::Input => FailureReason::Denied,
        HttpErrorKind::OutputTooLarge => FailureReason::TooLarge,
        // The host has no kind for it.
        _ if says("timeout") || says("timed out") || says("timed_out") => FailureReason::Timeout,
        _ => FailureReason::Unreachable,
    };
    SendFailure { reason, request_sent: failure.request_sent }
}

/// The host's kind of an error: what its own loop does about it.
fn host_kind(kind: ErrorKind) -> HostKind {
    match kind {
        ErrorKind::SignIn => HostKind::AuthRequired,
        ErrorKind::InvalidInput
        | ErrorKind::NotFound
        | ErrorKind::Ambiguous
        | ErrorKind::Conflict
        | ErrorKind::Duplicate
        | ErrorKind::Rejected => HostKind::Input,
        ErrorKind::Locked
        | ErrorKind::Forbidden
        | ErrorKind::SwitchedOff
        | ErrorKind::LimitReached
        | ErrorKind::Unavailable
        | ErrorKind::Timeout
        | ErrorKind::UnexpectedReply => HostKind::OperationFailed,
    }
}

/// The tool that a capability of the manifest is: what stands behind the last dot of its id.
fn tool(context: Option<&str>) -> Result<String, Failure> {
    let context = context.and_then(|context| Json::parse(context).ok());
    let id = context.and_then(|context| context.members().find(|(name, _)| name == "capability_id"));
    let id = id
        .and_then(|(_, id)| id.text())
        .ok_or_else(|| failure::refused(ErrorKind::InvalidInput, "the host does not say which capability is called"))?;
    Ok(id.rsplit('.').next().unwrap_or(&id).to_owned())
}

/// What the component exports.
struct Adapter;

impl Guest for Adapter {
    fn execute(request: Request) -> Response {
        let called = Host::new().and_then(|host| {
            let tool = tool(request.context.as_deref())?;
            tools::call(&Call::new(&host), &tool, &request.params).map_err(failure::of_core)
        });
        match called {
            Ok(reply) => Response::Success(reply),
            Err(error) => Response::Failure(GuestFailure {
                kind: host_kind(error.kind),
                code: Some(failure::kind(&error)),
                message: Some(failure::json(&error)),
            }),
        }
    }

    fn schema() -> String {
        // The manifest has a schema for each capability.
        r#"{"type":"object"}"#.to_owned()
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
