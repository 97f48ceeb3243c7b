//! HTTP on this machine's own addresses, for whoever has not shown yet that they may come in: few connections, short
//! waits, and what idles makes room.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Request, Response};
use hyper::body::{Body, Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use salesforce_host::settings::is_shortage;

/// What whoever has no key yet may use up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpLimits {
    /// Most connections at once. Where there would be more, the one that has been idle for longest is closed; where each
    /// is at work for somebody with the key, the new one. Default: 64.
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
/// How long a server waits after a connection that could not be taken.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(50);

/// The address is not this machine's own.
#[derive(Debug, thiserror::Error)]
#[error("{0} can be reached from elsewhere: only a loopback address will do, as in 127.0.0.1:8931")]
pub struct NotLoopback(SocketAddr);

/// A port of this machine that nobody is served at yet.
#[derive(Debug)]
pub(crate) struct Listening {
    listener: TcpListener,
    address: SocketAddr,
    pub(crate) limits: HttpLimits,
}

impl Listening {
    /// Takes a port; 0 takes a free one.
    pub(crate) async fn bind(address: SocketAddr) -> io::Result<Self> {
        if !address.ip().is_loopback() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, NotLoopback(address)));
        }
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address, limits: HttpLimits::default() })
    }

    /// Where it is.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves whoever comes, until it is dropped. Who may come in is the answer's to say, which begins its [`Work`] only
    /// then.
    pub(crate) async fn serve<B, F>(
        self,
        answer: impl Fn(Request<Incoming>, Arc<AtomicUsize>) -> F + Clone + Send + 'static,
    ) -> Infallible
    where
        B: Body<Data = Bytes, Error: std::error::Error + Send + Sync> + Send + 'static,
        F: Future<Output = Response<B>> + Send + 'static,
    {
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
            // A reply leaves at once, and does not wait for the client to have acknowledged the one before. Where that
            // can't be set, it comes a little later.
            let _ = stream.set_nodelay(true);
            let at_work = Arc::new(AtomicUsize::new(0));
            let (answer, working) = (answer.clone(), Arc::clone(&at_work));
            let service = service_fn(move |request: Request<Incoming>| {
                let answered = answer(request, Arc::clone(&working));
                async move { Ok::<_, Infallible>(answered.await) }
            });
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(self.limits.headers)
                .serve_connection(TokioIo::new(stream), service);
            open.add(tokio::spawn(async move { drop(connection.await) }).abort_handle(), at_work);
        }
    }
}

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
pub(crate) struct Work(Arc<AtomicUsize>);

impl Work {
    pub(crate) fn begin(working: Arc<AtomicUsize>) -> Self {
        working.fetch_add(1, Ordering::SeqCst);
        Self(working)
    }

    /// Passes a part of the answer on; what matters is that the answer owns this.
    pub(crate) fn of<T>(&self, frame: T) -> T {
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

/// Compares without telling by its time how much was right.
pub(crate) fn are_equal(one: &[u8], other: &[u8]) -> bool {
    let differences = one.iter().zip(other).fold(0, |differences, (one, other)| differences | (one ^ other));
    one.len() == other.len() && std::hint::black_box(differences) == 0
}
