//! The server over HTTP, for clients on this machine that hold the key.
//!
//! A web page in the person's browser reaches loopback addresses too, and a name it controls may be pointed at one. So
//! every request must name this server as its host, may come from no other origin, and must carry the key, which is
//! made for this run and which no page can know.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full, combinators::BoxBody};
use hyper::body::{Body, Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use super::digits::{Filter, Hiding, Showing};
use super::{POLL_INTERVAL, Server};
use salesforce_host::Token;
use salesforce_host::settings::is_shortage;

/// Where clients find it.
const PATH: &str = "/mcp";
/// What whoever has no key yet may use up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpLimits {
    /// Most connections at once. Where there would be more, the one that has been idle for longest is closed; where each
    /// is at work for a client with the key, the new one. Default: 64.
    pub connections: usize,
    /// Longest time for the headers of a request, counted from the end of the one before. Default: 5 s.
    pub headers: Duration,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self { connections: 64, headers: Duration::from_secs(5) }
    }
}
/// Bytes of chance in a key.
const KEY: usize = 32;

/// A listening server.
#[derive(Debug)]
pub struct HttpServer {
    listener: TcpListener,
    address: SocketAddr,
    limits: HttpLimits,
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
        Ok(Self { listener, address, limits: HttpLimits::default() })
    }

    /// The server with other limits.
    pub fn with_limits(self, limits: HttpLimits) -> Self {
        Self { limits, ..self }
    }

    /// What clients connect to.
    pub fn url(&self) -> String {
        format!("http://{}{PATH}", self.address)
    }

    /// Serves whoever has the key, until the program ends.
    pub async fn serve(self, server: Server, key: Token) -> io::Result<Infallible> {
        tokio::spawn(server.clone().watch(POLL_INTERVAL));
        let port = self.address.port();
        let own = ["127.0.0.1", "[::1]", "localhost"].map(|host| format!("{host}:{port}"));
        let config = StreamableHttpServerConfig::default()
            .with_allowed_origins(own.iter().map(|host| format!("http://{host}")))
            .enforce_origin_validation()
            .with_allowed_hosts(own);
        let sessions = Arc::new(LocalSessionManager::default());
        let service = StreamableHttpService::new(move || Ok(server.for_client()), sessions, config);
        let key = Arc::new(key);
        let mut open = Open::default();
        loop {
            let stream = match self.listener.accept().await {
                Ok((stream, _)) => stream,
                // Without file handles nobody gets in, until whoever only waits gives theirs back.
                Err(error) if is_shortage(&error) => {
                    if !open.close_idle() {
                        tokio::time::sleep(ACCEPT_RETRY_DELAY).await;
                    }
                    tokio::task::yield_now().await;
                    continue;
                }
                // A client that has gone.
                Err(_) => {
                    tokio::time::sleep(ACCEPT_RETRY_DELAY).await;
                    continue;
                }
            };
            if !open.make_room(self.limits.connections) {
                continue;
            }
            let at_work = Arc::new(AtomicUsize::new(0));
            let (service, key, working) = (service.clone(), Arc::clone(&key), Arc::clone(&at_work));
            let answer = service_fn(move |request: Request<Incoming>| {
                let (service, key, working) = (service.clone(), Arc::clone(&key), Arc::clone(&working));
                async move {
                    Ok::<_, Infallible>(match refusal(&request, &key) {
                        Some(refusal) => refusal,
                        None => {
                            let work = Work::begin(working);
                            let answer = service.handle(request.map(filtered::<Hiding, _>)).await;
                            answer
                                .map(|body| filtered::<Showing, _>(body).map_frame(move |frame| work.of(frame)).boxed())
                        }
                    })
                }
            });
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(self.limits.headers)
                .serve_connection(TokioIo::new(stream), answer);
            open.add(tokio::spawn(async move { drop(connection.await) }).abort_handle(), at_work);
        }
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

/// How long the server waits after a connection that could not be taken.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(50);

/// The open connections, the oldest first.
#[derive(Default)]
struct Open(VecDeque<Taken>);

struct Taken {
    task: AbortHandle,
    /// Requests with the key that are not answered in full.
    at_work: Arc<AtomicUsize>,
}

impl Open {
    fn add(&mut self, task: AbortHandle, at_work: Arc<AtomicUsize>) {
        self.0.push_back(Taken { task, at_work });
    }

    /// Makes room for one more; false when everybody there is at work.
    fn make_room(&mut self, most: usize) -> bool {
        self.0.retain(|taken| !taken.task.is_finished());
        self.0.len() < most || self.close_idle()
    }

    /// Closes the oldest connection that nobody with the key is using; false when there is none.
    fn close_idle(&mut self) -> bool {
        self.0.retain(|taken| !taken.task.is_finished());
        let idle = self.0.iter().position(|taken| taken.at_work.load(Ordering::SeqCst) == 0);
        let closed = idle.and_then(|at| self.0.remove(at));
        closed.inspect(|taken| taken.task.abort()).is_some()
    }
}

/// A request with the key, until the last of its answer is sent or nobody wants it any more.
struct Work(Arc<AtomicUsize>);

impl Work {
    fn begin(working: Arc<AtomicUsize>) -> Self {
        working.fetch_add(1, Ordering::SeqCst);
        Self(working)
    }

    /// Passes a part of the answer on; what matters is that the answer owns this.
    fn of<T>(&self, frame: T) -> T {
        frame
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
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
    // Whoever wants to try again may knock again.
    response.headers_mut().insert(header::CONNECTION, http::HeaderValue::from_static("close"));
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
