//! What one call may use, and what it has used.

use std::time::Duration;

/// What one call may use.
///
/// ```
/// use std::time::Duration;
///
/// use salesforce_host::Limits;
///
/// let limits = Limits { deadline: Duration::from_secs(20), requests: 20, ..Limits::default() };
/// assert_eq!(limits.memory_bytes, 64 * 1024 * 1024);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest time, the org's included. Default: 60 s.
    pub deadline: Duration,
    /// Most linear memory, in bytes. Default: 64 MiB.
    pub memory_bytes: usize,
    /// Largest response of the org, decompressed, in bytes. Default: 8 MiB.
    pub response_bytes: usize,
    /// Largest reply to the caller, in bytes. Default: 1 MiB.
    pub reply_bytes: usize,
    /// Most requests to the org. Default: 50.
    pub requests: u32,
    /// Most calls at once, of all users. Default: 32.
    pub calls: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(60),
            memory_bytes: 64 * 1024 * 1024,
            response_bytes: 8 * 1024 * 1024,
            reply_bytes: 1024 * 1024,
            requests: 50,
            calls: 32,
        }
    }
}

/// What one call has used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Requests sent to the org.
    pub requests: u32,
    /// Peak linear memory, in bytes.
    pub memory_bytes: usize,
    /// Fuel, on a host that counts it ([`Host::metered`](crate::Host::metered)).
    pub fuel: Option<u64>,
}
