//! HTTPS to a real org, and plain HTTP to a loopback address.

use std::io;
use std::net::IpAddr;

use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Timeout};

use super::{Allowance, Failure, FailureKind, Transport};

/// A client with the platform's certificates. It follows no redirect, keeps no cookie, and undoes gzip.
#[derive(Debug, Clone)]
pub struct Https {
    agent: Agent,
    loopback: Agent,
}

impl Https {
    /// A client; connections are kept open between requests.
    pub fn new() -> Self {
        let config = || {
            Agent::config_builder()
                .http_status_as_error(false)
                .max_redirects(0)
                .user_agent(concat!("salesforce-plugin/", env!("CARGO_PKG_VERSION")))
                .tls_config(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build())
        };
        Self {
            agent: config().https_only(true).build().new_agent(),
            // A proxy would get to see the token, and could not reach this machine anyway.
            loopback: config().proxy(None).build().new_agent(),
        }
    }
}

impl Default for Https {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether a host is this machine itself, where TLS would protect nothing.
pub(crate) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl Transport for Https {
    fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Failure> {
        let allowance = Allowance::of(&request);
        let host = request.uri().host().unwrap_or_default();
        let agent = match request.uri().scheme_str() {
            Some("https") => &self.agent,
            Some("http") if is_loopback(host) => &self.loopback,
            _ => return Err(Failure::before(FailureKind::Denied, "only https leaves this machine")),
        };
        let (parts, body) = request.into_parts();
        // A body without bytes is none: servers dislike a GET that has one.
        let response = if body.is_empty() {
            run(agent, http::Request::from_parts(parts, ()), allowance)
        } else {
            run(agent, http::Request::from_parts(parts, body), allowance)
        };
        response.map_err(|error| failure(&error))
    }
}

fn run(
    agent: &Agent,
    request: http::Request<impl ureq::AsSendBody>,
    allowance: Allowance,
) -> Result<http::Response<Vec<u8>>, ureq::Error> {
    let request = agent.configure_request(request).timeout_global(Some(allowance.timeout)).build();
    let (mut parts, mut body) = agent.run(request)?.into_parts();
    let limit = u64::try_from(allowance.max_response_bytes).unwrap_or(u64::MAX);
    let bytes = body.with_config().limit(limit).read_to_vec()?;
    // The client has undone it and leaves the header.
    if parts.headers.get(http::header::CONTENT_ENCODING).is_some_and(|encoding| encoding == "gzip") {
        parts.headers.remove(http::header::CONTENT_ENCODING);
    }
    Ok(http::Response::from_parts(parts, bytes))
}

/// What kind of failure it is, and whether anything left. Only this file's own words go on: a library's message may
/// quote what it was given.
fn failure(error: &ureq::Error) -> Failure {
    use ureq::Error;
    let before = |detail: &str| Failure::before(FailureKind::Unreachable, detail);
    let after = |kind, detail: &str| Failure::after(kind, detail);
    match error {
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => {
            Failure::before(FailureKind::Timeout, "no connection in time")
        }
        Error::Timeout(_) => after(FailureKind::Timeout, "no answer in time"),
        Error::BodyExceedsLimit(_) => after(FailureKind::TooLarge, "the response is larger than allowed"),
        Error::LargeResponseHeader(..) => after(FailureKind::TooLarge, "the header of the response is too large"),
        Error::HostNotFound => before("the host name is not known"),
        Error::ConnectionFailed => before("no connection"),
        Error::Tls(_) | Error::Rustls(_) => before("no secure connection: the certificate or the protocol is refused"),
        Error::Io(error) => {
            // Errors of the client pass through readers as I/O errors.
            let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
            match (inner, error.kind()) {
                (Some(Error::BodyExceedsLimit(_)), _) => {
                    after(FailureKind::TooLarge, "the response is larger than allowed")
                }
                (Some(Error::Timeout(_)), _) | (_, io::ErrorKind::TimedOut) => {
                    after(FailureKind::Timeout, "no answer in time")
                }
                (_, io::ErrorKind::ConnectionRefused) => before("the connection was refused"),
                (_, io::ErrorKind::InvalidData) => after(
                    FailureKind::Unreachable,
                    "no secure connection, for instance a certificate nobody vouches for",
                ),
                _ => after(FailureKind::Unreachable, "the connection broke"),
            }
        }
        Error::Http(_) | Error::BadUri(_) | Error::RequireHttpsOnly(_) | Error::InvalidProxyUrl => {
            Failure::before(FailureKind::Denied, "the request could not be made")
        }
        _ => after(FailureKind::Unreachable, "no usable answer"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for host in ["localhost", "127.0.0.1", "127.8.8.8", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "[::2]", "0.0.0.0", ""] {
            assert!(!is_loopback(host), "{host}");
        }
        let request = http::Request::get("http://example.com/services/data").body(Vec::new()).unwrap();
        let refused = Https::new().send(request).unwrap_err();
        assert_eq!((refused.kind, refused.request_sent), (FailureKind::Denied, false));
    }
}
