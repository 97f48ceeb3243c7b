//! What the platform lends: the five capabilities of the WIT world as one trait, so that everything but
//! `component.rs` runs natively against a script.

use crate::wit::ConnectionSettings;

/// The capabilities of one call, for one user and one org.
pub trait Platform {
    /// Sends one request to the user's org, as the user. The URI is a path: the platform knows the origin.
    fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, SendFailure>;

    /// Sends a request of the SOAP API, with the credential in the one empty `sessionId` of its body. Only asked of a
    /// platform whose settings say that it does.
    fn send_soap(&self, _request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, SendFailure> {
        Err(SendFailure { reason: FailureReason::Denied, request_sent: false })
    }

    /// The origin requests go to, for links.
    fn origin(&self) -> String;

    /// Milliseconds since the Unix epoch.
    fn now(&self) -> u64;

    /// What keeps bytes for this user between calls, on a platform that has it.
    fn cache(&self) -> Option<&dyn Cache> {
        None
    }

    /// The settings of this connection.
    fn settings(&self) -> ConnectionSettings;
}

/// Keeps bytes for one user of one org, for as long as it likes to.
pub trait Cache {
    /// The bytes kept under a key.
    fn get(&self, key: &str) -> Option<Vec<u8>>;

    /// Keeps bytes under a key.
    fn put(&self, key: &str, value: &[u8]);
}

/// A request that got no response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendFailure {
    /// Why.
    pub reason: FailureReason,
    /// Whether any byte of the request may have left: if so, a write may have happened.
    pub request_sent: bool,
}

/// Why a request got no response, by what can be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureReason {
    /// The user has to sign in.
    SignIn,
    /// The platform's policy refused the request.
    Denied,
    /// The deadline passed.
    Timeout,
    /// No connection, or it broke.
    Unreachable,
    /// The response is larger than the platform allows.
    TooLarge,
    /// The call was stopped.
    Cancelled,
    /// The org's admin has to let the user or the app in.
    AdminRequired,
}
