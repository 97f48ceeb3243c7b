//! What can go wrong, as one enum, and its one conversion to the error of the WIT.

use crate::platform::{FailureReason, SendFailure};
use crate::rest::Refusal;
use crate::wit::{self, Candidate, Changed, CurrentRecord, ErrorKind};

/// Why a tool did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The arguments are wrong; nothing was sent for them.
    #[error("{message}")]
    Input {
        /// What is wrong and what is allowed.
        message: String,
        /// The arguments or fields it is about.
        fields: Vec<String>,
        /// What would be allowed, or is nearest.
        allowed: Vec<String>,
    },
    /// The settings of this connection do not allow it.
    #[error(
        "{what} is switched off in the settings of this connection; the person who connected Salesforce, or the platform's admin, can switch it on; no tool can{}{}",
        if unknown.is_some() { "; " } else { "" },
        unknown.as_deref().unwrap_or_default()
    )]
    SwitchedOff {
        /// The tool, or the object in a tool.
        what: String,
        /// What in the settings may have been meant to switch it on.
        unknown: Option<String>,
    },
    /// No such record, as far as this user can see.
    #[error("{message}")]
    NotFound {
        /// What was looked for and how to look differently.
        message: String,
    },
    /// Several records fit.
    #[error("{message}")]
    Ambiguous {
        /// What to ask.
        message: String,
        /// The records that fit, best first.
        candidates: Vec<Candidate>,
    },
    /// Texts in lookups mean no record, or several; nothing was written.
    #[error("{message}")]
    Unresolved {
        /// What was looked for, and what to ask.
        message: String,
        /// The fields whose texts they are.
        fields: Vec<String>,
        /// The records that fit.
        candidates: Vec<Candidate>,
        /// Whether one of the texts fits several records.
        several: bool,
    },
    /// The record is not as expected; nothing was written.
    #[error("{message}")]
    Conflict {
        /// What differs.
        message: String,
        /// The fields that differ.
        fields: Vec<String>,
        /// The record as it is.
        current: Option<Box<CurrentRecord>>,
    },
    /// The org holds matching records; nothing was written.
    #[error("{message}")]
    Duplicate {
        /// What is allowed next.
        message: String,
        /// The matches.
        candidates: Vec<Candidate>,
        /// Salesforce's words, if it sent any.
        org_message: Option<String>,
    },
    /// Salesforce refused the request.
    #[error("{}", refusal.advice())]
    Refused {
        /// What Salesforce said.
        refusal: Box<Refusal>,
        /// Whether anything was written.
        changed: Changed,
    },
    /// There was no response.
    #[error("{}", no_response(failure.reason))]
    NoResponse {
        /// Why.
        failure: SendFailure,
        /// Whether the request, if it arrived, wrote something.
        writes: bool,
    },
    /// A failure that was looked into.
    #[error("{cause}; {found}")]
    LookedInto {
        /// The failure.
        cause: Box<Error>,
        /// What was found out about it.
        found: String,
        /// The records found.
        candidates: Vec<Candidate>,
    },
    /// A failure, and something else the caller should know.
    #[error("{cause}; {warning}")]
    Warned {
        /// The failure.
        cause: Box<Error>,
        /// What else to know.
        warning: String,
    },
    /// The response made no sense.
    #[error("Salesforce's answer could not be understood: {what}; report it to the makers of this plugin")]
    Unreadable {
        /// What was expected and what came, without any text out of the org.
        what: String,
        /// Whether anything was written.
        changed: Changed,
    },
}

fn no_response(reason: FailureReason) -> &'static str {
    match reason {
        FailureReason::SignIn => "the user is not signed in to Salesforce; ask them to connect Salesforce again",
        FailureReason::Denied => {
            "the platform's policy refused the request: tell the person, for only the platform's admin can change that"
        }
        FailureReason::Timeout => "Salesforce did not answer in time: try again later, or ask for less",
        FailureReason::Unreachable => "Salesforce could not be reached; try again later",
        FailureReason::TooLarge => "the answer is larger than the platform allows; ask for fewer fields or records",
        FailureReason::Cancelled => "the call was stopped: call again only if it is still wanted",
    }
}

impl Error {
    /// Whether a write may have happened.
    pub(crate) fn is_open(&self) -> bool {
        match self {
            Self::NoResponse { failure, writes } => *writes && failure.request_sent,
            Self::Refused { changed, .. } | Self::Unreadable { changed, .. } => *changed == Changed::Unknown,
            _ => false,
        }
    }

    /// The same failure, once it is known that nothing was written.
    pub(crate) fn without_effect(self) -> Self {
        match self {
            Self::NoResponse { failure, .. } => Self::NoResponse { failure, writes: false },
            Self::Refused { refusal, .. } => Self::Refused { refusal, changed: Changed::No },
            Self::Unreadable { what, .. } => Self::Unreadable { what, changed: Changed::No },
            other => other,
        }
    }

    /// A wrong argument.
    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self::Input { message: message.into(), fields: Vec::new(), allowed: Vec::new() }
    }

    /// A wrong argument, with the field it is about and what would be allowed.
    pub(crate) fn field(field: &str, message: impl Into<String>, allowed: Vec<String>) -> Self {
        Self::Input { message: message.into(), fields: vec![field.to_owned()], allowed }
    }
}

impl From<Error> for wit::Error {
    fn from(error: Error) -> Self {
        if let Error::LookedInto { cause, found, candidates } = error {
            let wire = Self::from(*cause);
            return Self { message: format!("{}; {found}", wire.message), candidates, ..wire };
        }
        if let Error::Warned { cause, warning } = error {
            let wire = Self::from(*cause);
            return Self { message: format!("{}; {warning}", wire.message), ..wire };
        }
        let is_open = error.is_open();
        let mut wire = Self {
            kind: ErrorKind::InvalidInput,
            message: error.to_string(),
            changed: Changed::No,
            code: None,
            org_message: None,
            fields: Vec::new(),
            allowed: Vec::new(),
            candidates: Vec::new(),
            current: None,
        };
        match error {
            Error::Input { fields, allowed, .. } => {
                (wire.fields, wire.allowed) = (fields, allowed);
            }
            Error::SwitchedOff { .. } => wire.kind = ErrorKind::SwitchedOff,
            Error::NotFound { .. } => wire.kind = ErrorKind::NotFound,
            Error::Ambiguous { candidates, .. } => {
                wire.kind = ErrorKind::Ambiguous;
                wire.candidates = candidates;
            }
            Error::Unresolved { fields, candidates, several, .. } => {
                wire.kind = if several { ErrorKind::Ambiguous } else { ErrorKind::NotFound };
                (wire.fields, wire.candidates) = (fields, candidates);
            }
            Error::Conflict { fields, current, .. } => {
                wire.kind = ErrorKind::Conflict;
                wire.fields = fields;
                wire.current = current.map(|current| *current);
            }
            Error::Duplicate { candidates, org_message, .. } => {
                wire.kind = ErrorKind::Duplicate;
                wire.code = Some("DUPLICATES_DETECTED".to_owned());
                wire.candidates = candidates;
                wire.org_message = org_message;
            }
            Error::Refused { refusal, changed } => {
                wire.kind = refusal.kind();
                wire.changed = changed;
                let Refusal { code, message, fields, .. } = *refusal;
                (wire.code, wire.org_message, wire.fields) = (code, message, fields);
            }
            Error::NoResponse { failure, .. } => {
                wire.kind = match failure.reason {
                    FailureReason::SignIn => ErrorKind::SignIn,
                    FailureReason::Denied => ErrorKind::Forbidden,
                    FailureReason::Timeout | FailureReason::Cancelled => ErrorKind::Timeout,
                    FailureReason::Unreachable => ErrorKind::Unavailable,
                    FailureReason::TooLarge => ErrorKind::InvalidInput,
                };
                if is_open {
                    wire.changed = Changed::Unknown;
                }
            }
            Error::Unreadable { changed, .. } => {
                wire.kind = ErrorKind::UnexpectedReply;
                wire.changed = changed;
            }
            // Answered above.
            Error::LookedInto { .. } | Error::Warned { .. } => {}
        }
        if wire.changed == Changed::Unknown {
            wire.message.push_str("; the write may or may not have happened, so look before trying again");
        }
        wire
    }
}
