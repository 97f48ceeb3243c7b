//! The core as a remote MCP server for any host of `wasi:http`: stateless, so that any number of instances stand side by
//! side without affinity.
//!
//! Each request carries its user's token, for the one org of the deployment or one that a trusted gateway names. Nothing
//! is stored, requests go out to that org only, and the metadata of RFC 9728 names the org as the authorization server.
//!
//! What is here is the way in: who may ask, for which org, with which token. The protocol is [`adapter_mcp`]'s.

use adapter_common::settings::{self, Settings};
use adapter_common::wasi::{self, bindings::wasi::http::types as wasi_http, variable};
use adapter_mcp::{Answer, only, with_status};
use http::{Request, Response, StatusCode, header};
use salesforce_plugin::platform::{Platform, SendFailure};
use salesforce_plugin::sign_in;
use salesforce_plugin::wit::ConnectionSettings;

#[allow(missing_docs, unsafe_code)] // Generated.
mod bindings {
    wit_bindgen::generate!({
        inline: "
            package salesforce:mcp;

            world server {
                export wasi:http/incoming-handler@0.2.12;
            }
        ",
        path: "../common/wit",
        with: {
            "wasi:io/error@0.2.12": adapter_common::wasi::bindings::wasi::io::error,
            "wasi:io/poll@0.2.12": adapter_common::wasi::bindings::wasi::io::poll,
            "wasi:io/streams@0.2.12": adapter_common::wasi::bindings::wasi::io::streams,
            "wasi:clocks/monotonic-clock@0.2.12": adapter_common::wasi::bindings::wasi::clocks::monotonic_clock,
            "wasi:http/types@0.2.12": adapter_common::wasi::bindings::wasi::http::types,
        },
    });
}

use bindings::exports::wasi::http::incoming_handler::{Guest, IncomingRequest, ResponseOutparam};

/// The address clients know this server by, `https://mcp.example.com/mcp`.
const URL: &str = "SALESFORCE_MCP_URL";
/// Further names that requests may be for, parted by commas: what a gateway calls this server.
const HOSTS: &str = "SALESFORCE_MCP_HOSTS";
/// Further origins of web pages that may ask, parted by commas.
const ORIGINS: &str = "SALESFORCE_MCP_ORIGINS";
/// The header by which a trusted gateway names the org of a request.
const ORG_HEADER: &str = "SALESFORCE_ORG_HEADER";

/// Most bytes of a request.
const MAX_REQUEST_BYTES: usize = 1024 * 1024;
/// Where the metadata is, before the path of the server (RFC 9728, section 3.1).
const METADATA: &str = "/.well-known/oauth-protected-resource";

/// The org of one request, as one user.
struct User {
    origin: String,
    token: String,
    settings: ConnectionSettings,
}

impl Platform for User {
    fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, SendFailure> {
        wasi::send(&self.origin, &self.token, &request)
    }

    fn send_soap(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, SendFailure> {
        wasi::send_soap(&self.origin, &self.token, request)
    }

    fn origin(&self) -> String {
        self.origin.clone()
    }

    fn now(&self) -> u64 {
        wasi::now()
    }

    fn cached(&self, _key: &str) -> Option<Vec<u8>> {
        None
    }

    fn cache(&self, _key: &str, _value: &[u8]) {}

    fn settings(&self) -> ConnectionSettings {
        self.settings.clone()
    }
}

/// An answer to nobody's JSON-RPC, for people who read logs.
fn plain(status: StatusCode, why: impl Into<String>) -> Answer {
    with_status(status, "text/plain; charset=utf-8", why.into())
}

/// The parts of the address clients know: its origin, its authority and its path, which is not that of the root.
fn public(url: &str) -> Option<(&str, &str, &str)> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let (authority, path) = rest.split_at(rest.find('/')?);
    let origin = &url[..url.len() - path.len()];
    (!authority.is_empty() && path.len() > 1).then_some((origin, authority, path))
}

fn is_listed(variable_name: &str, value: &str) -> bool {
    variable(variable_name).is_some_and(|list| list.split(',').any(|item| item.trim().eq_ignore_ascii_case(value)))
}

/// Answers one request.
fn answer(request: &Request<String>) -> Result<Answer, Answer> {
    let failed = |why: String| plain(StatusCode::INTERNAL_SERVER_ERROR, why);
    let url = variable(URL).ok_or_else(|| failed(format!("{URL} is not set")))?;
    let (own, authority, path) = public(&url).ok_or_else(|| failed(format!("{URL} is no address with a path")))?;
    // A name that a web page controls may be pointed at this server.
    let host = request.uri().authority().map_or("", |host| host.as_str());
    if !host.eq_ignore_ascii_case(authority) && !is_listed(HOSTS, host) {
        return Err(plain(StatusCode::FORBIDDEN, "this server has another name"));
    }
    if let Some(origin) = only(request, "origin")?
        && !origin.eq_ignore_ascii_case(own)
        && !is_listed(ORIGINS, origin)
    {
        return Err(plain(StatusCode::FORBIDDEN, "no web page of that origin may ask"));
    }
    let asked = request.uri().path();
    if asked.strip_prefix(METADATA).is_some_and(|resource| resource.is_empty() || resource == path) {
        return Ok(with_status(StatusCode::OK, "application/json", metadata(request, &url)?));
    }
    if asked != path {
        return Err(plain(StatusCode::NOT_FOUND, "the server is elsewhere"));
    }
    if request.method() != http::Method::POST {
        let mut answer = plain(StatusCode::METHOD_NOT_ALLOWED, "the server keeps no session: POST each message");
        answer.headers_mut().insert(header::ALLOW, http::HeaderValue::from_static("POST"));
        return Err(answer);
    }
    let challenge = format!("Bearer resource_metadata=\"{own}{METADATA}{path}\"");
    let token = only(request, "authorization")?.and_then(bearer).ok_or_else(|| sign_in_again(&challenge, ""))?;
    let (origin, settings) = deployment(request)?;
    let kind = only(request, "content-type")?.unwrap_or_default();
    if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
        return Err(plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "a message is application/json"));
    }
    let user = User { origin, token: token.to_owned(), settings };
    let (answer, is_signed_out) = adapter_mcp::answer(&user, request)?;
    if is_signed_out {
        let mut refused = sign_in_again(&challenge, ", error=\"invalid_token\"");
        *refused.body_mut() = answer.into_body();
        return Err(refused);
    }
    Ok(answer)
}

/// The org of a request, and what the tools may do in it.
fn deployment(request: &Request<String>) -> Result<(String, ConnectionSettings), Answer> {
    let failed = |why: String| plain(StatusCode::INTERNAL_SERVER_ERROR, why);
    let Settings { origin, connection } = wasi::settings().map_err(failed)?;
    if let Some(name) = variable(ORG_HEADER) {
        let domain = only(request, &name.to_ascii_lowercase())?;
        let domain = domain.ok_or_else(|| plain(StatusCode::BAD_REQUEST, "the gateway names no org"))?;
        return Ok((settings::origin(domain).map_err(|why| plain(StatusCode::BAD_REQUEST, why))?, connection));
    }
    Ok((origin.ok_or_else(|| failed("the settings name no org".to_owned()))?, connection))
}

/// What RFC 9728 has a client know before it signs in.
fn metadata(request: &Request<String>, url: &str) -> Result<String, Answer> {
    let (origin, _) = deployment(request)?;
    let scopes = sign_in::oauth(&origin).map(|profile| profile.scopes).unwrap_or_default();
    let scopes: Vec<_> = scopes.iter().map(|scope| format!("\"{}\"", scope.name)).collect();
    Ok(format!(
        r#"{{"resource":{url},"authorization_servers":["{origin}"],"scopes_supported":[{}],"bearer_methods_supported":["header"],"resource_name":"Salesforce"}}"#,
        scopes.join(","),
        url = adapter_mcp::text(url),
    ))
}

/// The token of an authorization header.
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    (scheme.eq_ignore_ascii_case("bearer") && is_token).then_some(token)
}

fn sign_in_again(challenge: &str, error: &str) -> Answer {
    let mut answer = with_status(StatusCode::UNAUTHORIZED, "application/json", String::new());
    if let Ok(challenge) = http::HeaderValue::from_str(&format!("{challenge}{error}")) {
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    answer
}

/// What the component exports.
struct Adapter;

impl Guest for Adapter {
    fn handle(incoming: IncomingRequest, out: ResponseOutparam) {
        let answer = read(incoming).and_then(|request| answer(&request)).unwrap_or_else(|refusal| refusal);
        let headers = wasi_http::Fields::new();
        for (name, value) in answer.headers() {
            let _ = headers.append(name.as_str(), value.as_bytes());
        }
        let response = wasi_http::OutgoingResponse::new(headers);
        let _ = response.set_status_code(answer.status().as_u16());
        let body = response.body();
        ResponseOutparam::set(out, Ok(response));
        let Ok(body) = body else { return };
        if let Ok(stream) = body.write() {
            // A client that has gone misses its answer.
            let _ = wasi::write_all(&stream, answer.body().as_bytes());
        }
        let _ = wasi_http::OutgoingBody::finish(body, None);
    }
}

/// A request with the whole of its body.
fn read(incoming: IncomingRequest) -> Result<Request<String>, Answer> {
    let bad = || plain(StatusCode::BAD_REQUEST, "the request can't be read");
    let method = match incoming.method() {
        wasi_http::Method::Get => http::Method::GET,
        wasi_http::Method::Post => http::Method::POST,
        _ => http::Method::OPTIONS,
    };
    let authority = incoming.authority().unwrap_or_default();
    let path = incoming.path_with_query().unwrap_or_else(|| "/".to_owned());
    let uri = http::Uri::builder().scheme("https").authority(authority).path_and_query(path).build();
    let mut builder = Request::builder().method(method).uri(uri.map_err(|_| bad())?);
    for (name, value) in incoming.headers().entries() {
        builder = builder.header(name, value);
    }
    let body = incoming.consume().map_err(|()| bad())?;
    let stream = body.stream().map_err(|()| bad())?;
    let bytes = wasi::read_all(&stream, MAX_REQUEST_BYTES)
        .map_err(|_| plain(StatusCode::PAYLOAD_TOO_LARGE, "a message has at most 1 MiB"))?;
    builder.body(String::from_utf8(bytes).map_err(|_| bad())?).map_err(|_| bad())
}

#[cfg(target_family = "wasm")]
#[allow(unsafe_code)]
mod export {
    super::bindings::export!(Adapter with_types_in super::bindings);
    use super::Adapter;
}
// Natively the exported names are not valid linker symbols, so nothing calls the adapter there.
#[cfg(not(target_family = "wasm"))]
const _: fn(IncomingRequest, ResponseOutparam) = <Adapter as Guest>::handle;
