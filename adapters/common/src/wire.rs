//! Requests as hosts take them, and of responses what the core reads.

use std::fmt::Write as _;

use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use salesforce_plugin::json::{Json, quoted};
use salesforce_plugin::platform::{FailureReason, SendFailure};
use salesforce_plugin::rest::{RESPONSE_HEADERS, append, name_of};
use salesforce_plugin::within;

use crate::failure::{sent, unsent};

/// Longest time until a response is there, in milliseconds.
pub const TIMEOUT_MS: u32 = 25_000;
/// Most bytes of a response, as in the reference host.
pub const MAX_RESPONSE_BYTES: usize = 8 * 1024 * 1024;

/// Where a request goes: its path below the origin.
///
/// # Errors
/// As of [`check`].
pub fn url(origin: &str, request: &Request<Vec<u8>>) -> Result<String, SendFailure> {
    check(request)?;
    Ok(format!("{origin}{}", request.uri()))
}

/// Lets a request through that may go to an org.
///
/// # Errors
/// Nothing else than a path of the API is sent: no other host, and no segment that leads up.
pub fn check(request: &Request<Vec<u8>>) -> Result<(), SendFailure> {
    let uri = request.uri();
    let leads_up = uri.path().split('/').skip(1).any(|segment| matches!(segment, "" | "." | ".."));
    if uri.authority().is_some() || !uri.path().starts_with("/services/") || leads_up {
        return Err(unsent(FailureReason::Denied));
    }
    Ok(())
}

/// An envelope of the SOAP API with a token in its one empty `sessionId`; none where there is no such place, or another.
pub fn with_session(envelope: &[u8], token: &str) -> Option<Vec<u8>> {
    const PLACE: &str = "<sessionId></sessionId>";
    let envelope = std::str::from_utf8(envelope).ok()?;
    let (before, rest) = envelope.split_at_checked(within::place(envelope, PLACE)?)?;
    let after = rest.strip_prefix(PLACE)?;
    let escaped = token.replace('&', "&amp;").replace('<', "&lt;");
    (!within::holds(after, PLACE))
        .then(|| [before, "<sessionId>", &escaped, "</sessionId>", after].concat().into_bytes())
}

/// Headers as a JSON object.
pub fn headers_json(headers: &HeaderMap) -> String {
    let mut json = "{".to_owned();
    for (name, value) in headers {
        let separator = if json.len() > 1 { "," } else { "" };
        let value = quoted(&String::from_utf8_lossy(value.as_bytes()));
        let _ = write!(json, "{separator}{}:{value}", quoted(name_of(name)));
    }
    json.push('}');
    json
}

/// Headers of a JSON object.
pub fn headers_of_json(json: &str) -> Vec<(String, String)> {
    let Ok(json) = Json::parse(json) else { return Vec::new() };
    json.members().filter_map(|(name, value)| Some((name.into_owned(), value.text()?.into_owned()))).collect()
}

/// A response for the core.
///
/// # Errors
/// What is no response, since its status is none. The request has left, so a write may have happened.
pub fn response<'a>(
    status: u16,
    headers: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    body: Vec<u8>,
) -> Result<Response<Vec<u8>>, SendFailure> {
    // Not made anew for each header, and dropped again.
    static READ: [HeaderName; 3] = RESPONSE_HEADERS;
    let status = StatusCode::from_u16(status).map_err(|_| sent(FailureReason::Unreachable))?;
    let mut response = Response::new(body);
    *response.status_mut() = status;
    for (name, value) in headers {
        let read = READ.iter().find(|read| name.eq_ignore_ascii_case(name_of(read)));
        if let Some(read) = read
            && let Ok(value) = HeaderValue::from_bytes(value)
        {
            append(response.headers_mut(), read.clone(), value);
        }
    }
    Ok(response)
}
