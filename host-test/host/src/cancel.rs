//! What the caller of a call can do while it runs: stop it, and watch how it gets on.

use std::fmt;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

/// Stops calls from outside, once and for good. Cloning shares it.
#[derive(Debug, Clone, Default)]
pub struct CancelHandle(CancellationToken);

impl CancelHandle {
    /// Asks the calls of every session that is [`cancelled_by`](crate::Session::cancelled_by) this to end.
    pub fn cancel(&self) {
        self.0.cancel();
    }

    /// Whether they were asked to.
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}

/// Who stops and who watches the calls of a session.
#[derive(Clone, Default)]
pub(crate) struct CallControl {
    stop: CancelHandle,
    report: Option<Arc<dyn Fn(u32) + Send + Sync>>,
}

impl CallControl {
    pub(crate) fn cancelled_by(&self, stop: &CancelHandle) -> Self {
        Self { stop: stop.clone(), report: self.report.clone() }
    }

    pub(crate) fn reporting(&self, report: impl Fn(u32) + Send + Sync + 'static) -> Self {
        Self { stop: self.stop.clone(), report: Some(Arc::new(report)) }
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// What stops a request that is on its way.
    pub(crate) fn token(&self) -> CancellationToken {
        self.stop.0.clone()
    }

    pub(crate) fn exchanged(&self, requests: u32) {
        if let Some(report) = &self.report {
            report(requests);
        }
    }
}

impl fmt::Debug for CallControl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CallControl").field("stop", &self.stop).finish_non_exhaustive()
    }
}
