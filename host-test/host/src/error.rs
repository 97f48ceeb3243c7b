//! What can go wrong: the tool says no, or the host does.

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::types;

/// How much of a reply that is too large is kept, in bytes.
pub(crate) const MAX_REPLY_START: usize = 4_096;

/// Why a call has no reply.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The tool's own error, for the model.
    #[error("{}", .0.message)]
    Tool(Box<types::Error>),
    /// The host stopped the call, or could not make it.
    #[error(transparent)]
    Host(#[from] HostError),
}

/// Why the host stopped a call, or could not make it. The next call starts afresh.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// The component can't be loaded.
    #[error("the component can't be loaded: {0}")]
    Load(String),
    /// The guest worked longer than the deadline.
    #[error("the plugin was stopped: it worked longer than its deadline")]
    Deadline,
    /// The caller asked for the call to be stopped.
    #[error("the call was stopped")]
    Stopped,
    /// The guest asked for more memory than its limit.
    #[error("the plugin was stopped: it needs more memory than its limit")]
    Memory,
    /// The guest used up its fuel.
    #[error("the plugin was stopped: it used up its fuel")]
    Fuel,
    /// The reply is larger than the limit.
    #[error("the plugin's reply is larger than {limit} bytes")]
    ReplyTooLarge {
        /// The limit, in bytes.
        limit: usize,
        /// The beginning of the reply, up to 4 KiB: what a write did stands there.
        start: String,
    },
    /// As many calls are running as the pool has instances.
    #[error("too many calls at once: try again")]
    Busy,
    /// The guest trapped: a defect of the plugin.
    #[error("the plugin failed: {0}")]
    Trapped(String),
}

/// An error in the JSON face.
#[derive(Serialize)]
struct ErrorJson<'e> {
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    allowed: &'e [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    candidates: Vec<CandidateJson<'e>>,
    changed: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    current: Option<CurrentJson<'e>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    fields: &'e [String],
    kind: &'static str,
    message: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    org_message: Option<&'e str>,
}

#[derive(Serialize)]
struct CandidateJson<'e> {
    facts: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'e str>,
    id: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'e str>,
    object: &'e str,
}

#[derive(Serialize)]
struct CurrentJson<'e> {
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_at: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_by: Option<&'e str>,
    fields: Option<Box<RawValue>>,
    id: &'e str,
    link: &'e str,
    object: &'e str,
}

impl types::Error {
    /// The error in the JSON face: names in snake case, and what is empty left out. A [`Value`] has no more digits of a
    /// number than a double; [`to_json_text`](Self::to_json_text) has all.
    pub fn to_json(&self) -> Value {
        serde_json::from_str(&self.to_json_text()).unwrap_or_default()
    }

    /// The same as JSON text, with the values of fields as the plugin gave them, digit for digit.
    pub fn to_json_text(&self) -> String {
        let error = ErrorJson {
            allowed: &self.allowed,
            candidates: self.candidates.iter().map(CandidateJson::of).collect(),
            changed: self.changed.name(),
            code: self.code.as_deref(),
            current: self.current.as_ref().map(CurrentJson::of),
            details: self.details.as_deref().and_then(raw),
            fields: &self.fields,
            kind: self.kind.name(),
            message: &self.message,
            org_message: self.org_message.as_deref(),
        };
        // Writing texts to memory can't fail.
        serde_json::to_string(&error).unwrap_or_default()
    }
}

impl<'e> CandidateJson<'e> {
    fn of(candidate: &'e types::Candidate) -> Self {
        Self {
            facts: raw(&candidate.facts),
            field: candidate.field.as_deref(),
            id: &candidate.id,
            name: candidate.name.as_deref(),
            object: &candidate.object,
        }
    }
}

impl<'e> CurrentJson<'e> {
    fn of(current: &'e types::CurrentRecord) -> Self {
        Self {
            changed_at: current.changed_at.as_deref(),
            changed_by: current.changed_by.as_deref(),
            fields: raw(&current.fields),
            id: &current.id,
            link: &current.link,
            object: &current.object,
        }
    }
}

/// A `json` of the WIT as the value it is, or as the text it is where that is no JSON.
fn raw(text: &str) -> Option<Box<RawValue>> {
    // What some readers refuse, such as half a surrogate pair, is a text to all.
    match serde_json::from_str::<Value>(text) {
        Ok(_) => RawValue::from_string(text.trim().to_owned()).ok(),
        Err(_) => serde_json::value::to_raw_value(text).ok(),
    }
}

impl types::ErrorKind {
    /// The name in the JSON face.
    pub fn name(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid_input",
            Self::NotFound => "not_found",
            Self::Ambiguous => "ambiguous",
            Self::Conflict => "conflict",
            Self::Duplicate => "duplicate",
            Self::Rejected => "rejected",
            Self::Locked => "locked",
            Self::Forbidden => "forbidden",
            Self::SwitchedOff => "switched_off",
            Self::SignIn => "sign_in",
            Self::LimitReached => "limit_reached",
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
            Self::UnexpectedReply => "unexpected_reply",
        }
    }
}

impl types::Changed {
    /// The name in the JSON face.
    pub fn name(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Yes => "yes",
            Self::Unknown => "unknown",
        }
    }
}
