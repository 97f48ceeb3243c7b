//! What can go wrong: one struct of what the caller can do, why, and what helps; and its one conversion to the error of
//! the WIT.

use std::fmt;

use crate::details::Details;
use crate::platform::{FailureReason, SendFailure};
use crate::rest::Refusal;
use crate::soql::{LiteralError, NameError};
use crate::sql;
use crate::wit::{self, Candidate, Changed, CurrentRecord, ErrorKind};
use crate::within::holds;

/// Why a tool did not do what was asked.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    /// What the caller can do next.
    kind: ErrorKind,
    /// What is wrong and what is allowed, in our own words.
    message: String,
    /// What was found out about it afterwards, and what else the caller should know.
    context: Vec<String>,
    /// Whether anything was written.
    changed: Changed,
    /// The arguments or fields it is about.
    fields: Vec<String>,
    /// What would be allowed, or is nearest.
    allowed: Vec<String>,
    /// The records it is about, best first.
    candidates: Vec<Candidate>,
    /// The record as it is, where it is not as expected.
    current: Option<CurrentRecord>,
    /// What the message speaks of in the org's own words.
    details: Details,
    /// Salesforce's words and code, if it sent any.
    org_message: Option<String>,
    code: Option<String>,
    /// What Salesforce said, if it refused.
    refusal: Option<Refusal>,
}

/// What is said of an answer that the platform does not let through.
const TOO_LARGE: &str = "the answer is larger than the platform allows; ask for fewer fields or records";

impl Error {
    fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            context: Vec::new(),
            changed: Changed::No,
            fields: Vec::new(),
            allowed: Vec::new(),
            candidates: Vec::new(),
            current: None,
            details: Details::default(),
            org_message: None,
            code: None,
            refusal: None,
        }))
    }

    /// The arguments are wrong; nothing was sent for them.
    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidInput, message)
    }

    /// One argument or field is wrong.
    pub(crate) fn argument(name: &str, message: impl Into<String>) -> Self {
        Self::input(message).about(vec![name.to_owned()])
    }

    /// The settings of this connection do not allow it: a tool, or an object in a tool. `unknown` is what in the settings
    /// may have been meant to switch it on.
    pub(crate) fn switched_off(what: &str, unknown: Option<String>) -> Self {
        let message = format!(
            "{what} is switched off in the settings of this connection; the person who connected Salesforce, or the platform's admin, can switch it on; no tool can"
        );
        let mut error = Self::new(ErrorKind::SwitchedOff, message);
        error.0.context.extend(unknown);
        error
    }

    /// This platform can't do it, whatever the settings say.
    pub(crate) fn unavailable_here(message: &str) -> Self {
        Self::new(ErrorKind::SwitchedOff, message)
    }

    /// No such record, as far as this user can see.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, message)
    }

    /// Several records fit.
    pub(crate) fn ambiguous(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Ambiguous, message)
    }

    /// The record is not as expected; nothing was written.
    pub(crate) fn conflict(message: impl Into<String>, current: Option<CurrentRecord>) -> Self {
        let mut error = Self::new(ErrorKind::Conflict, message);
        error.0.current = current;
        error
    }

    /// The org holds matching records; nothing was written.
    pub(crate) fn duplicate(message: impl Into<String>, org_message: Option<String>) -> Self {
        let mut error = Self::new(ErrorKind::Duplicate, message);
        error.0.code = Some("DUPLICATES_DETECTED".to_owned());
        error.0.org_message = org_message;
        error
    }

    /// Salesforce refused the request.
    pub fn refused(refusal: Refusal, changed: Changed) -> Self {
        let mut error = Self::new(refusal.kind(), refusal.advice()).about(refusal.fields.clone());
        error.0.changed = changed;
        error.0.code.clone_from(&refusal.code);
        error.0.org_message.clone_from(&refusal.message);
        error.0.refusal = Some(refusal);
        error
    }

    /// There was no response to a request that, if it arrived, `writes` something.
    pub(crate) fn no_response(failure: &SendFailure, writes: bool) -> Self {
        let (kind, message) = match failure.reason {
            FailureReason::SignIn => {
                (ErrorKind::SignIn, "the user is not signed in to Salesforce; ask them to connect Salesforce again")
            }
            FailureReason::AdminRequired => (
                ErrorKind::SignIn,
                "Salesforce lets the user in by this app only once the org's admin has acted: as a rule the app has to be installed or approved for the user, or the user activated; ask the person to tell the admin, for signing in again before that changes nothing",
            ),
            FailureReason::Denied => (
                ErrorKind::Forbidden,
                "the platform's policy refused the request: tell the person, for only the platform's admin can change that",
            ),
            FailureReason::Timeout => {
                (ErrorKind::Timeout, "Salesforce did not answer in time: try again later, or ask for less")
            }
            FailureReason::Unreachable => (ErrorKind::Unavailable, "Salesforce could not be reached; try again later"),
            FailureReason::TooLarge => (ErrorKind::InvalidInput, TOO_LARGE),
            FailureReason::Cancelled => {
                (ErrorKind::Timeout, "the call was stopped: call again only if it is still wanted")
            }
        };
        let mut error = Self::new(kind, message);
        if writes && failure.request_sent {
            error.0.changed = Changed::Unknown;
            if failure.reason == FailureReason::TooLarge {
                let message = "Salesforce's answer to the write is larger than the platform takes, so what it says is not known: look whether it happened before it is tried again";
                return error.explained(ErrorKind::UnexpectedReply, message);
            }
        }
        error
    }

    /// The response made no sense. `what` was expected and what came, without any text out of the org.
    pub(crate) fn unreadable(what: impl fmt::Display, changed: Changed) -> Self {
        let message =
            format!("Salesforce's answer could not be understood: {what}; report it to the makers of this plugin");
        let mut error = Self::new(ErrorKind::UnexpectedReply, message);
        error.0.changed = changed;
        error
    }

    /// The same refusal, where more is known of it than its code says.
    pub(crate) fn explained(mut self, kind: ErrorKind, message: &str) -> Self {
        self.0.kind = kind;
        message.clone_into(&mut self.0.message);
        self
    }

    /// The same failure, with the arguments or fields it is about.
    pub(crate) fn about(mut self, fields: Vec<String>) -> Self {
        self.0.fields = fields;
        self
    }

    /// The same failure of an argument that is a statement: a name or a value that was refused, with where it stands.
    pub(crate) fn placed_in(mut self, statement: &str) -> Self {
        let Inner { message, fields, .. } = &mut *self.0;
        // The message quotes what it is about, or names the field.
        let wanted = message.split('"').nth(1).or(fields.first().map(String::as_str)).unwrap_or_default();
        if let Some(place) = sql::place(statement, wanted).filter(|_| !holds(message, "(line ")) {
            message.push_str(&place);
        }
        self
    }

    /// The same failure, with what would be allowed, or is nearest.
    pub(crate) fn allowing(mut self, allowed: Vec<String>) -> Self {
        self.0.allowed = allowed;
        self
    }

    /// The same failure, with the records it is about.
    pub(crate) fn with_candidates(mut self, candidates: Vec<Candidate>) -> Self {
        self.0.candidates = candidates;
        self
    }

    /// The records it is about.
    pub(crate) fn into_candidates(self) -> Vec<Candidate> {
        self.0.candidates
    }

    /// The same failure, with what its message speaks of in the org's own words.
    pub(crate) fn with_details(mut self, details: Details) -> Self {
        self.0.details = details;
        self
    }

    /// Drops Salesforce's own words where they name records of other objects than the call is about: by a setting, some of
    /// those may not be read.
    pub(crate) fn keep_names_back(&mut self) {
        if self.refusal().is_some_and(Refusal::names_others) && self.0.org_message.take().is_some() {
            self.add_context("Salesforce's words are left out, for they name records that may not be read");
        }
    }

    /// The same failure, with what was found out about it.
    pub(crate) fn with_context(mut self, found: impl Into<String>) -> Self {
        self.add_context(found);
        self
    }

    /// Adds what else the caller should know.
    pub(crate) fn add_context(&mut self, context: impl Into<String>) {
        self.0.context.push(context.into());
    }

    /// The same failure, once it is known that nothing was written.
    pub(crate) fn nothing_written(mut self) -> Self {
        self.0.changed = Changed::No;
        self
    }

    /// Calls an argument by another name, as the tool does that was called.
    pub(crate) fn rename_argument(&mut self, name: &str, as_called: &str) {
        self.0.fields.iter_mut().filter(|field| *field == name).for_each(|field| as_called.clone_into(field));
    }

    /// Whether a write may have happened.
    pub(crate) fn outcome_unknown(&self) -> bool {
        self.0.changed == Changed::Unknown
    }

    /// What Salesforce said, if it refused.
    pub(crate) fn refusal(&self) -> Option<&Refusal> {
        self.0.refusal.as_ref()
    }

    /// Whether Salesforce refused a field or an object that does not exist, or is hidden from the user.
    pub(crate) fn names_unknown(&self) -> bool {
        self.refusal().is_some_and(Refusal::names_unknown)
    }

    /// Whether Salesforce refused with this code.
    pub(crate) fn is_refused_with(&self, code: &str) -> bool {
        self.refusal().is_some_and(|refusal| refusal.is(code))
    }

    /// Whether Salesforce refused with one of these statuses.
    pub(crate) fn has_status(&self, statuses: &[u16]) -> bool {
        self.refusal().is_some_and(|refusal| statuses.contains(&refusal.status))
    }

    /// Whether there was an answer to a reading that is larger than the platform allows.
    pub(crate) fn is_too_large(&self) -> bool {
        self.0.message == TOO_LARGE
    }

    /// Whether no record was found for an argument.
    pub(crate) fn found_nothing_for(&self, argument: &str) -> bool {
        self.0.kind == ErrorKind::NotFound && self.0.fields.iter().any(|field| field == argument)
    }
}

/// A value that no query can hold.
impl From<LiteralError> for Error {
    fn from(reason: LiteralError) -> Self {
        Self::input(reason.to_string())
    }
}

/// A name that Salesforce sent and that is none.
impl From<NameError> for Error {
    fn from(_: NameError) -> Self {
        Self::unreadable("an object or a field has another kind of name than documented", Changed::No)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        if self.outcome_unknown() {
            f.write_str("; the write may or may not have happened, so look before trying again")?;
        }
        self.0.context.iter().try_for_each(|context| write!(f, "; {context}"))
    }
}

impl std::error::Error for Error {}

impl From<Error> for wit::Error {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        let Inner { kind, changed, fields, allowed, candidates, current, details, org_message, code, .. } = *error.0;
        let details = details.finish();
        Self { kind, message, changed, code, org_message, fields, allowed, candidates, current, details }
    }
}
