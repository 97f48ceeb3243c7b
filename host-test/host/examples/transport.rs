//! A transport of one's own: every request of the plugin goes through the platform's HTTP client.
//! `cargo run -p salesforce-host --example transport`, on a demo org on this machine.
//!
//! The client here speaks just enough HTTP/1.1 to show what a transport owes: it keeps to what a request may cost, follows
//! no redirect, and tells a request that never left from one that may have been received, since a write that may have
//! happened is not repeated.

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use demo_org::Org;
use demo_org::serve::Server;
use http::{Request, Response};
use salesforce_host::wire::{Failure, FailureKind, RequestLimits};
use salesforce_host::{Connection, Host, Limits, Origin, Token, Transport};

/// Longest head of a response.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// An HTTP client for this machine alone: it has no TLS.
struct Plain;

impl Transport for Plain {
    fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Failure> {
        let before = |error: std::io::Error| Failure::before(FailureKind::Unreachable, error.to_string());
        let after = |error: std::io::Error| Failure::after(FailureKind::Unreachable, error.to_string());
        let Some(authority) = request.uri().authority().filter(|_| request.uri().scheme_str() == Some("http")) else {
            return Err(Failure::before(FailureKind::Denied, "only http:// is spoken here"));
        };
        let allowance = RequestLimits::of(&request);
        let mut stream = TcpStream::connect(authority.as_str()).map_err(before)?;
        stream.set_read_timeout(Some(allowance.timeout)).map_err(before)?;

        // From the first byte on, the org may have received the request.
        stream.write_all(&head(&request, authority.as_str())).map_err(after)?;
        stream.write_all(request.body()).map_err(after)?;
        let most = MAX_HEAD_BYTES + allowance.max_response_bytes;
        let mut bytes = Vec::new();
        stream.take(most as u64 + 1).read_to_end(&mut bytes).map_err(after)?;
        if bytes.len() > most {
            return Err(Failure::after(FailureKind::TooLarge, "the response is larger than it may be"));
        }
        parsed(&bytes).ok_or_else(|| Failure::after(FailureKind::Unreachable, "the response is not HTTP"))
    }
}

fn head(request: &Request<Vec<u8>>, host: &str) -> Vec<u8> {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let length = request.body().len();
    let mut head = format!(
        "{} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}\r\n",
        request.method()
    )
    .into_bytes();
    for (name, value) in request.headers() {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    head
}

fn parsed(bytes: &[u8]) -> Option<Response<Vec<u8>>> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let mut lines = std::str::from_utf8(bytes.get(..end)?).ok()?.split("\r\n");
    let status: u16 = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines.filter_map(|line| line.split_once(':'));
    let response =
        headers.fold(Response::builder().status(status), |response, (name, value)| response.header(name, value.trim()));
    response.body(bytes.get(end + 4..)?.to_vec()).ok()
}

fn main() -> Result<(), Box<dyn Error>> {
    let org = Arc::new(Org::demo());
    let token = Token::new(&org.token("riley"))?;
    let server = Server::start(org, 0)?;
    let host = Host::new(Limits::default())?;
    let session = host.session(Connection::new(Origin::parse(&server.origin())?, token, Plain));
    println!("{}", session.call_json("salesforce_find", r#"{"text": "Acme"}"#)?);
    Ok(())
}
