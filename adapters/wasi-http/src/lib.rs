//! The core as a remote MCP server for any host of `wasi:http`: stateless, so that any number of instances stand side by
//! side without affinity.
//!
//! Each request carries its user's token, for the one org of the deployment or one that a trusted gateway names. Nothing
//! is stored, requests go out to that org only, and the metadata of RFC 9728 names the org as the authorization server.
//!
//! What is here is the way in: who may ask, for which org, with which token. The protocol is [`adapter_mcp`]'s.

use adapter_common::settings::{self, Settings};
use adapter_common::wasi::{self, Environment, Writing, bindings::wasi::http::types as wasi_http};
use adapter_mcp::{Answer, Refusal, Request};
use http::StatusCode;
use salesforce_plugin::json::quoted;
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
/// The proxy on the same machine that leads to the org, `http://127.0.0.1:9000`, for it keeps connections.
const EGRESS: &str = "SALESFORCE_EGRESS";
/// Why there is no such proxy: a token goes there in the clear, and the one org it leads to is not told to it.
const NO_EGRESS: &str = "SALESFORCE_EGRESS must be http://127.0.0.1:PORT, without SALESFORCE_ORG_HEADER";

/// Most bytes of a request.
const MAX_REQUEST_BYTES: usize = 1024 * 1024;
/// Where the metadata is, before the path of the server (RFC 9728, section 3.1).
const METADATA: &str = "/.well-known/oauth-protected-resource";

/// The org of one request, as one user.
struct User {
    origin: String,
    /// Where requests go: to the org itself, or to the proxy that leads there.
    way: String,
    token: String,
    settings: ConnectionSettings,
}

impl Platform for User {
    fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, SendFailure> {
        wasi::send(&self.way, &self.token, &request)
    }

    fn send_soap(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, SendFailure> {
        wasi::send_soap(&self.way, &self.token, request)
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

/// A request, before it is known to be a message.
struct Asked {
    is_post: bool,
    /// The name that the request is for, as the client knows it.
    host: String,
    /// Without a query.
    path: String,
    request: Request,
}

/// An answer to nobody's JSON-RPC, for people who read logs.
#[inline(never)]
fn plain(status: StatusCode, why: &str) -> Refusal {
    Answer::new(status, "text/plain; charset=utf-8", why.to_owned()).into()
}

/// The parts of the address clients know: its origin, its authority and its path, which is not that of the root.
fn public(url: &str) -> Option<(&str, &str, &str)> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let (authority, path) = rest.split_at(rest.find('/')?);
    let origin = &url[..url.len() - path.len()];
    (!authority.is_empty() && path.len() > 1).then_some((origin, authority, path))
}

/// Whether an address is of this machine itself, and of nothing but a port there.
fn is_loopback(way: &str) -> bool {
    let port = way.strip_prefix("http://127.0.0.1:").unwrap_or_default();
    port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok()
}

/// What stands before a sign, or all of it.
#[inline(never)]
fn up_to(text: &str, sign: char) -> &str {
    text.split_once(sign).map_or(text, |(before, _)| before)
}

fn is_listed(list: Option<&str>, value: &str) -> bool {
    list.is_some_and(|list| list.split(',').any(|item| item.trim().eq_ignore_ascii_case(value)))
}

/// What the operator has set, where this component looks for it: no component starts with an import that its host does
/// not link, and so there is one for each place.
fn environment() -> Result<Environment, String> {
    if cfg!(feature = "config") { Environment::of_config() } else { Ok(Environment::read()) }
}

/// Answers one request.
fn answer(asked: &Asked) -> Result<Answer, Refusal> {
    let Asked { is_post, host, path: asked, request } = asked;
    let failed = |why: &str| plain(StatusCode::INTERNAL_SERVER_ERROR, why);
    let environment = environment().map_err(|why| failed(&why))?;
    let url = environment.variable(URL).ok_or_else(|| failed(concat!("SALESFORCE_MCP_URL", " is not set")))?;
    let (own, authority, path) =
        public(url).ok_or_else(|| failed(concat!("SALESFORCE_MCP_URL", " is no address with a path")))?;
    // A name that a web page controls may be pointed at this server.
    if !host.eq_ignore_ascii_case(authority) && !is_listed(environment.variable(HOSTS), host) {
        return Err(plain(StatusCode::FORBIDDEN, "this server has another name"));
    }
    if let Some(origin) = request.only("origin")?
        && !origin.eq_ignore_ascii_case(own)
        && !is_listed(environment.variable(ORIGINS), origin)
    {
        return Err(plain(StatusCode::FORBIDDEN, "that origin may not ask"));
    }
    if asked.strip_prefix(METADATA).is_some_and(|resource| resource.is_empty() || resource == path) {
        let (origin, _) = deployment(&environment, request)?;
        return Ok(Answer::new(StatusCode::OK, "application/json", metadata(&origin, url)));
    }
    if asked != path {
        return Err(plain(StatusCode::NOT_FOUND, "the server is elsewhere"));
    }
    if !is_post {
        let mut answer = plain(StatusCode::METHOD_NOT_ALLOWED, "no session is kept: POST messages");
        answer.headers.push(("allow", "POST".to_owned()));
        return Err(answer);
    }
    let challenge = format!("Bearer resource_metadata=\"{own}{METADATA}{path}\"");
    let Some(token) = request.only("authorization")?.and_then(bearer) else {
        return Err(sign_in_again(challenge, String::new()));
    };
    let (origin, settings) = deployment(&environment, request)?;
    let kind = request.only("content-type")?.unwrap_or_default();
    if !up_to(kind, ';').trim().eq_ignore_ascii_case("application/json") {
        return Err(plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "a message is application/json"));
    }
    let way = match environment.variable(EGRESS) {
        None => origin.clone(),
        Some(way) if is_loopback(way) && environment.variable(ORG_HEADER).is_none() => way.to_owned(),
        Some(_) => return Err(failed(NO_EGRESS)),
    };
    let user = User { origin, way, token: token.to_owned(), settings };
    let (answer, is_signed_out) = adapter_mcp::answer(&user, request)?;
    if is_signed_out {
        return Err(sign_in_again(challenge + ", error=\"invalid_token\"", answer.body));
    }
    Ok(answer)
}

/// The org of a request, and what the tools may do in it.
fn deployment(environment: &Environment, request: &Request) -> Result<(String, ConnectionSettings), Refusal> {
    let failed = |why: &str| plain(StatusCode::INTERNAL_SERVER_ERROR, why);
    let Settings { origin, connection } = environment.settings().map_err(|why| failed(&why))?;
    if let Some(name) = environment.variable(ORG_HEADER) {
        let domain = request.only(name)?;
        let domain = domain.ok_or_else(|| plain(StatusCode::BAD_REQUEST, "the gateway names no org"))?;
        return Ok((settings::origin(domain).map_err(|why| plain(StatusCode::BAD_REQUEST, &why))?, connection));
    }
    Ok((origin.ok_or_else(|| failed("the settings name no org"))?, connection))
}

/// What RFC 9728 has a client know before it signs in.
fn metadata(origin: &str, url: &str) -> String {
    format!(
        r#"{{"resource":{url},"authorization_servers":["{origin}"],"scopes_supported":["{}"],"bearer_methods_supported":["header"],"resource_name":"Salesforce"}}"#,
        sign_in::SCOPES.join("\",\""),
        url = quoted(url),
    )
}

/// The token of an authorization header.
fn bearer(value: &str) -> Option<&str> {
    let scheme = up_to(value, ' ');
    let token = value.get(scheme.len() + 1..)?;
    let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    (scheme.eq_ignore_ascii_case("bearer") && is_token).then_some(token)
}

fn sign_in_again(challenge: String, body: String) -> Refusal {
    let mut answer = Answer::new(StatusCode::UNAUTHORIZED, "application/json", body);
    answer.headers.push(("www-authenticate", challenge));
    answer.into()
}

/// What the component exports.
struct Adapter;

impl Guest for Adapter {
    fn handle(incoming: IncomingRequest, out: ResponseOutparam) {
        let answer = read(incoming).and_then(|asked| answer(&asked)).unwrap_or_else(|refusal| *refusal);
        let headers = wasi_http::Fields::new();
        // Known beforehand, so that the host sends no chunks.
        let length = ("content-length", answer.body.len().to_string());
        for (name, value) in answer.headers.iter().chain([&length]) {
            let _ = headers.append(name, value.as_bytes());
        }
        let response = wasi_http::OutgoingResponse::new(headers);
        let _ = response.set_status_code(answer.status.as_u16());
        let body = response.body().ok();
        let writing = body.as_ref().map(|body| Writing::begin(body, answer.body.as_bytes()));
        ResponseOutparam::set(out, Ok(response));
        if let (Some(body), Some(writing)) = (body, writing) {
            // A client that has gone misses its answer.
            writing.finish(body);
        }
    }
}

/// A request with the whole of its body.
fn read(incoming: IncomingRequest) -> Result<Asked, Refusal> {
    let bad = || plain(StatusCode::BAD_REQUEST, "the request is unreadable");
    let path = incoming.path_with_query().unwrap_or_else(|| "/".to_owned());
    let path = up_to(&path, '?').to_owned();
    let (is_post, host) =
        (matches!(incoming.method(), wasi_http::Method::Post), incoming.authority().unwrap_or_default());
    let headers = incoming.headers().entries();
    let body = incoming.consume().map_err(|()| bad())?;
    let stream = body.stream().map_err(|()| bad())?;
    let bytes = wasi::read_all(&stream, MAX_REQUEST_BYTES)
        .map_err(|_| plain(StatusCode::PAYLOAD_TOO_LARGE, "a message is 1 MiB at most"))?;
    let body = String::from_utf8(bytes).map_err(|_| bad())?;
    Ok(Asked { is_post, host, path, request: Request { headers, body } })
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
