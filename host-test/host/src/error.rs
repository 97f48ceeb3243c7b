//! What can go wrong: the tool says no, or the host does.

use serde_json::{Map, Value, json};

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

impl types::Error {
    /// The error in the JSON face: names in snake case, and what is empty left out.
    pub fn to_json(&self) -> Value {
        let mut json = Map::new();
        let mut put = |name: &str, value: Value| {
            let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
            if !empty {
                json.insert(name.to_owned(), value);
            }
        };
        put("kind", json!(self.kind.name()));
        put("message", json!(self.message));
        put("changed", json!(self.changed.name()));
        put("code", json!(self.code));
        put("org_message", json!(self.org_message));
        put("fields", json!(self.fields));
        put("allowed", json!(self.allowed));
        put("candidates", self.candidates.iter().map(types::Candidate::to_json).collect());
        put("current", self.current.as_ref().map_or(Value::Null, types::CurrentRecord::to_json));
        put("details", self.details.as_deref().map_or(Value::Null, parsed));
        Value::Object(json)
    }
}

impl types::Candidate {
    fn to_json(&self) -> Value {
        let mut json = json!({"object": self.object, "id": self.id, "facts": parsed(&self.facts)});
        for (name, value) in [("name", &self.name), ("field", &self.field)] {
            if let Some(value) = value {
                json[name] = json!(value);
            }
        }
        json
    }
}

impl types::CurrentRecord {
    fn to_json(&self) -> Value {
        let mut json = json!({"object": self.object, "id": self.id, "link": self.link, "fields": parsed(&self.fields)});
        for (name, value) in [("changed_by", &self.changed_by), ("changed_at", &self.changed_at)] {
            if let Some(value) = value {
                json[name] = json!(value);
            }
        }
        json
    }
}

/// A `json` of the WIT as the value it is, or as the text it is where that is no JSON.
fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| json!(text))
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
