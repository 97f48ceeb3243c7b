//! The server over HTTP, for clients on this machine that hold the key.
//!
//! A web page in the person's browser reaches loopback addresses too, and a name it controls may be pointed at one. So
//! every request must name this server as its host, may come from no other origin, and must carry the key, which is
//! made for this run and which no page can know.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full, combinators::BoxBody};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::net::TcpListener;

use super::{EVERY, Server};
use salesforce_host::Token;

/// Where clients find it.
const PATH: &str = "/mcp";
/// A client that says nothing for longer is no client.
const LONGEST_HEADER: Duration = Duration::from_secs(30);
/// Bytes of chance in a key.
const KEY: usize = 32;

/// A listening server.
#[derive(Debug)]
pub struct HttpServer {
    listener: TcpListener,
    address: SocketAddr,
}

/// The address is not this machine's own.
#[derive(Debug, thiserror::Error)]
#[error("{0} can be reached from elsewhere: only a loopback address will do, as in 127.0.0.1:8931")]
pub struct NotLoopback(SocketAddr);

impl HttpServer {
    /// Takes a port; 0 takes a free one.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        if !address.ip().is_loopback() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, NotLoopback(address)));
        }
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// What clients connect to.
    pub fn url(&self) -> String {
        format!("http://{}{PATH}", self.address)
    }

    /// Serves whoever has the key, until the program ends.
    pub async fn serve(self, server: Server, key: Token) -> io::Result<Infallible> {
        tokio::spawn(server.clone().watch(EVERY));
        let port = self.address.port();
        let own = ["127.0.0.1", "[::1]", "localhost"].map(|host| format!("{host}:{port}"));
        let config = StreamableHttpServerConfig::default()
            .with_allowed_origins(own.iter().map(|host| format!("http://{host}")))
            .enforce_origin_validation()
            .with_allowed_hosts(own);
        let sessions = Arc::new(LocalSessionManager::default());
        let service = StreamableHttpService::new(move || Ok(server.clone()), sessions, config);
        let key = Arc::new(key);
        loop {
            let stream = match self.listener.accept().await {
                Ok((stream, _)) => stream,
                // A client that has gone, or too many open files: neither is for ever.
                Err(_) => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let (service, key) = (service.clone(), Arc::clone(&key));
            let answer = service_fn(move |request: Request<Incoming>| {
                let (service, key) = (service.clone(), Arc::clone(&key));
                async move {
                    Ok::<_, Infallible>(match refusal(&request, &key) {
                        Some(refusal) => refusal,
                        None => service.handle(request).await,
                    })
                }
            });
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(LONGEST_HEADER)
                .serve_connection(TokioIo::new(stream), answer);
            tokio::spawn(connection);
        }
    }
}

/// A key for one run; absent when the system has no chance to give.
pub fn random_text() -> Option<String> {
    let mut bytes = [0; KEY];
    getrandom::fill(&mut bytes).ok()?;
    Some(URL_SAFE_NO_PAD.encode(bytes))
}

/// The answer to a request that is not let in.
fn refusal(request: &Request<Incoming>, key: &Token) -> Option<Response<BoxBody<Bytes, Infallible>>> {
    let (status, why) = if !has_key(request.headers(), key) {
        (StatusCode::UNAUTHORIZED, "the key of this run is needed, as authorization: Bearer KEY\n")
    } else if request.uri().path() != PATH {
        (StatusCode::NOT_FOUND, "the server is at /mcp\n")
    } else {
        return None;
    };
    let mut response = Response::new(Full::new(Bytes::from_static(why.as_bytes())).boxed());
    *response.status_mut() = status;
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, http::HeaderValue::from_static("Bearer"));
    }
    Some(response)
}

fn has_key(headers: &HeaderMap, key: &Token) -> bool {
    let wanted = key.bearer();
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    match (wanted, given.next(), given.next()) {
        (Some(wanted), Some(given), None) => are_equal(wanted.as_bytes(), given.as_bytes()),
        _ => false,
    }
}

/// Compares without telling by its time how much was right.
fn are_equal(one: &[u8], other: &[u8]) -> bool {
    let differences = one.iter().zip(other).fold(0, |differences, (one, other)| differences | (one ^ other));
    one.len() == other.len() && std::hint::black_box(differences) == 0
}
