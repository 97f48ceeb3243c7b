//! The core in another world: a component for an agent host that calls tools by name with JSON, and lends the same
//! imports as the plugin's own host.
//!
//! `cargo build --release --manifest-path adapters/Cargo.toml --target wasm32-unknown-unknown` makes the module, and
//! `wasm-tools component new` the component.

use salesforce_plugin::call::Call;
use salesforce_plugin::platform::{Cache, FailureReason, Platform, SendFailure};
use salesforce_plugin::rest::{RESPONSE_HEADERS, name_of};
use salesforce_plugin::tools;
use salesforce_plugin::wit::ConnectionSettings;

#[allow(missing_docs, unsafe_code)] // Generated.
mod bindings {
    wit_bindgen::generate!({
        inline: "
            package example:adapter;

            world adapter {
                include salesforce:plugin/imports@0.1.0;
                /// Calls a tool; the reply or the error, as JSON.
                export invoke: func(tool: string, arguments: string) -> result<string, string>;
            }
        ",
        path: "../../wit",
        generate_all,
        // Records are the core's; what the host lends is this crate's to bind.
        with: { "salesforce:plugin/settings-types@0.1.0": salesforce_plugin::wit },
    });
}

use bindings::salesforce::plugin as imports;

/// The host behind this instance.
struct Host;

impl Platform for Host {
    fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, SendFailure> {
        let never_sent = |reason| SendFailure { reason, request_sent: false };
        let credential = imports::secrets::access_token().ok_or(never_sent(FailureReason::SignIn))?;
        let (parts, body) = request.into_parts();
        let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let request = imports::http::Request {
            method: match parts.method {
                http::Method::GET => imports::http::Method::Get,
                http::Method::POST => imports::http::Method::Post,
                http::Method::PATCH => imports::http::Method::Patch,
                http::Method::DELETE => imports::http::Method::Delete,
                _ => return Err(never_sent(FailureReason::Denied)),
            },
            path: parts.uri.to_string(),
            headers: parts.headers.iter().map(header).collect(),
            body: (!body.is_empty()).then_some(body),
            credential_place: imports::http::CredentialPlace::Bearer,
        };
        let response = imports::http::send(&request, &credential).map_err(|failure| SendFailure {
            reason: match failure.kind {
                imports::http::FailureKind::AuthRequired => FailureReason::SignIn,
                imports::http::FailureKind::Denied => FailureReason::Denied,
                imports::http::FailureKind::Timeout => FailureReason::Timeout,
                imports::http::FailureKind::Unreachable => FailureReason::Unreachable,
                imports::http::FailureKind::TooLarge => FailureReason::TooLarge,
                imports::http::FailureKind::Cancelled => FailureReason::Cancelled,
                imports::http::FailureKind::AdminRequired => FailureReason::AdminRequired,
            },
            request_sent: failure.request_sent,
        })?;
        let mut read = http::Response::new(response.body);
        for (name, value) in response.headers {
            // No other header is read, so none is parsed.
            let name = RESPONSE_HEADERS.into_iter().find(|read| name.eq_ignore_ascii_case(name_of(read)));
            if let (Some(name), Ok(value)) = (name, http::HeaderValue::from_str(&value)) {
                read.headers_mut().append(name, value);
            }
        }
        // What can't be read may have been written.
        *read.status_mut() = http::StatusCode::from_u16(response.status)
            .map_err(|_| SendFailure { reason: FailureReason::Unreachable, request_sent: true })?;
        Ok(read)
    }

    fn origin(&self) -> String {
        imports::http::origin()
    }

    fn now(&self) -> u64 {
        imports::clock::now()
    }

    fn cache(&self) -> Option<&dyn Cache> {
        Some(self)
    }

    fn settings(&self) -> ConnectionSettings {
        imports::settings::get()
    }
}

impl Cache for Host {
    fn get(&self, key: &str) -> Option<Vec<u8>> {
        imports::cache::get(key)
    }

    fn put(&self, key: &str, value: &[u8]) {
        imports::cache::put(key, value);
    }
}

/// What the component exports.
struct Adapter;

impl bindings::Guest for Adapter {
    fn invoke(tool: String, arguments: String) -> Result<String, String> {
        tools::call(&Call::new(&Host), &tool, &arguments)
            .map_err(|error| salesforce_plugin::wit::Error::from(error).json())
    }
}

// Natively the exported names are not valid linker symbols, so nothing calls the adapter there.
#[cfg(not(target_family = "wasm"))]
const _: fn(String, String) -> Result<String, String> = <Adapter as bindings::Guest>::invoke;

#[cfg(target_family = "wasm")]
#[allow(unsafe_code)]
mod export {
    super::bindings::export!(Adapter with_types_in super::bindings);
    use super::Adapter;
}
