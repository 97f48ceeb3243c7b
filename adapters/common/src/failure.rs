//! Errors as hosts carry them: the JSON of the catalog's face, byte for byte.

use salesforce_plugin::json::Json;
use salesforce_plugin::platform::{FailureReason, SendFailure};
use salesforce_plugin::wit::{Changed, Error, ErrorKind};

use crate::one_tool::member;

/// An error that ends a call, on the heap, for it is large and calls rarely end so.
pub type Failure = Box<Error>;

/// An error of the core.
pub fn of_core(error: salesforce_plugin::error::Error) -> Failure {
    Box::new(error.into())
}

/// An error as JSON.
pub fn json(error: &Error) -> String {
    error.json()
}

/// The kind of an error as JSON writes it: `sign_in`.
pub fn kind(error: &Error) -> String {
    let written = json(error);
    let kind = Json::parse(&written).ok().and_then(|error| member(error, "kind")).and_then(Json::text);
    kind.unwrap_or_default().into_owned()
}

/// A call that was not made, so that nothing was written.
pub fn refused(kind: ErrorKind, message: impl Into<String>) -> Failure {
    Box::new(Error {
        kind,
        message: message.into(),
        changed: Changed::No,
        code: None,
        org_message: None,
        fields: Vec::new(),
        allowed: Vec::new(),
        candidates: Vec::new(),
        current: None,
        details: None,
    })
}

/// Settings that can't be used let no tool run: half of somebody's restrictions would be worse than none.
pub fn not_set_up(why: &str) -> Failure {
    refused(ErrorKind::SwitchedOff, format!("no tool runs until the settings of this plugin are put right: {why}"))
}

/// A request that never left.
pub const fn unsent(reason: FailureReason) -> SendFailure {
    SendFailure { reason, request_sent: false }
}

/// A request that may have left.
pub const fn sent(reason: FailureReason) -> SendFailure {
    SendFailure { reason, request_sent: true }
}
