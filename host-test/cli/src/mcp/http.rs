//! The server over HTTP, for clients on this machine that hold the key.
//!
//! A web page in the person's browser reaches loopback addresses too, and a name it controls may be pointed at one. So
//! every request must name this server as its host, may come from no other origin, and must carry the key, which is
//! made for this run and which no page can know.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full, combinators::BoxBody};
use hyper::body::{Body, Bytes, Incoming};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};

use super::digits::{Filter, Hiding, Showing};
use super::{POLL_INTERVAL, Server};
use crate::loopback::{Listening, Work, are_equal};
use salesforce_host::Token;

pub use crate::loopback::{HttpLimits, NotLoopback, random_text};

/// Where clients find it.
const PATH: &str = "/mcp";
/// A listening server.
#[derive(Debug)]
pub struct HttpServer(Listening);

impl HttpServer {
    /// Takes a port; 0 takes a free one.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        Listening::bind(address).await.map(Self)
    }

    /// The server with other limits.
    pub fn with_limits(mut self, limits: HttpLimits) -> Self {
        self.0.limits = limits;
        self
    }

    /// What clients connect to.
    pub fn url(&self) -> String {
        format!("http://{}{PATH}", self.0.address())
    }

    /// Serves whoever has the key, until the program ends.
    pub async fn serve(self, server: Server, key: Token) -> io::Result<Infallible> {
        tokio::spawn(server.clone().watch(POLL_INTERVAL));
        let port = self.0.address().port();
        let own = ["127.0.0.1", "[::1]", "localhost"].map(|host| format!("{host}:{port}"));
        let config = StreamableHttpServerConfig::default()
            .with_allowed_origins(own.iter().map(|host| format!("http://{host}")))
            .enforce_origin_validation()
            .with_allowed_hosts(own);
        let sessions = Arc::new(LocalSessionManager::default());
        let service = StreamableHttpService::new(move || Ok(server.for_client()), sessions, config);
        let key = Arc::new(key);
        let answer = move |request: Request<Incoming>, working| {
            let (service, key) = (service.clone(), Arc::clone(&key));
            async move {
                match refusal(&request, &key) {
                    Some(refusal) => refusal,
                    None => {
                        let work = Work::begin(working);
                        let answer = service.handle(request.map(filtered::<Hiding, _>)).await;
                        answer.map(|body| filtered::<Showing, _>(body).map_frame(move |frame| work.of(frame)).boxed())
                    }
                }
            }
        };
        Ok(self.0.serve(answer).await)
    }
}

/// A body through a filter. One that ends within a number is no JSON, and lacks it.
fn filtered<F: Filter + Default, B: Body<Data = Bytes>>(body: B) -> impl Body<Data = Bytes, Error = B::Error> {
    let mut filter = F::default();
    body.map_frame(move |frame| {
        frame.map_data(|bytes| {
            let mut out = Vec::with_capacity(bytes.len());
            bytes.iter().for_each(|byte| filter.put(*byte, &mut out));
            Bytes::from(out)
        })
    })
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
    // Whoever wants to try again may knock again.
    response.headers_mut().insert(header::CONNECTION, http::HeaderValue::from_static("close"));
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, http::HeaderValue::from_static("Bearer"));
    }
    Some(response)
}

fn has_key(headers: &HeaderMap, key: &Token) -> bool {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    match (given.next(), given.next()) {
        (Some(given), None) => are_equal(key.bearer().as_bytes(), given.as_bytes()),
        _ => false,
    }
}
