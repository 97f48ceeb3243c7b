//! How requests travel: one method, implemented by closures and by HTTPS.

mod https;
mod retry;
mod transcript;

use std::sync::Arc;
use std::time::Duration;

pub use crate::bindings::salesforce::plugin::http::{Failure, FailureKind};
pub use https::{Https, HttpsOptions, Proxy};
pub use tokio_util::sync::CancellationToken;
pub use transcript::{Answer, Exchange, Transcript};

/// Sends requests to one org.
///
/// A request has the absolute URI and the bearer token, has passed the checks of [`egress`](crate::wire::egress), and says
/// what it may cost in its extensions: see [`RequestLimits`]. A `CancellationToken` among them stops it from any thread.
///
/// Whether a failed request may have been received decides whether a write may be tried again: it is
/// [`Failure::before`] as long as no byte has left, and [`Failure::after`] from then on.
///
/// ```
/// use http::{Request, Response};
/// use salesforce_host::Transport;
/// use salesforce_host::wire::{Failure, FailureKind};
///
/// let offline = |_: Request<Vec<u8>>| -> Result<Response<Vec<u8>>, Failure> {
///     Err(Failure::before(FailureKind::Unreachable, "this machine is offline"))
/// };
/// let request = Request::get("https://acme.my.salesforce.com/services/data").body(Vec::new()).unwrap();
/// assert!(!offline.send(request).unwrap_err().request_sent);
/// ```
pub trait Transport: Send + Sync {
    /// Sends one request and waits for the whole response, without following redirects.
    fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Failure>;
}

impl<F> Transport for F
where
    F: Fn(http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Failure> + Send + Sync,
{
    fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Failure> {
        self(request)
    }
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Failure> {
        (**self).send(request)
    }
}

/// What one request may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestLimits {
    /// Time left of the call's deadline.
    pub timeout: Duration,
    /// Largest body, decompressed, in bytes.
    pub max_response_bytes: usize,
}

impl RequestLimits {
    /// What a request may cost; a request that does not say gets a minute and 16 MiB.
    pub fn of<B>(request: &http::Request<B>) -> Self {
        request
            .extensions()
            .get()
            .copied()
            .unwrap_or(Self { timeout: Duration::from_secs(60), max_response_bytes: 16 * 1024 * 1024 })
    }
}

impl Failure {
    /// A request that never left.
    pub fn before(kind: FailureKind, detail: impl Into<String>) -> Self {
        Self { kind, request_sent: false, detail: Some(detail.into()) }
    }

    /// A request of which at least a byte may have left.
    pub fn after(kind: FailureKind, detail: impl Into<String>) -> Self {
        Self { kind, request_sent: true, detail: Some(detail.into()) }
    }
}
