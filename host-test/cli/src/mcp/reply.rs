//! What came of a call, as the protocol has it: the structure for programs, and a text for people.

use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::Value;

use crate::render::{self, Form};
use salesforce_host::Effect;
use salesforce_host::types::{Changed, Error, ErrorKind};
use salesforce_host::{CallError, HostError};

/// The result of a call, and a word about it for the log.
pub(super) fn of(
    tool: &str,
    effect: Option<Effect>,
    result: Result<String, CallError>,
    requests: u32,
) -> (&'static str, CallToolResult) {
    match result {
        Ok(reply) => match serde_json::from_str::<Value>(&reply) {
            Ok(structure) => {
                let text = render::reply(tool, &reply, Form::Conversation);
                let mut result = CallToolResult::success(vec![ContentBlock::text(text)]);
                result.structured_content = Some(structure);
                ("done", result)
            }
            Err(_) => of(tool, effect, Err(HostError::Trapped("its reply is no JSON".to_owned()).into()), requests),
        },
        Err(CallError::Tool(error)) => (error.kind.name(), failed(&error)),
        Err(CallError::Host(error)) => {
            let reads = effect.is_some_and(|effect| effect == Effect::ReadOnly);
            let changed = if requests == 0 || reads { Changed::No } else { Changed::Unknown };
            let error = Error { changed, ..plain(kind(&error), &error.to_string()) };
            (error.kind.name(), failed(&error))
        }
    }
}

/// A call that was not made.
pub(super) fn refused(kind: ErrorKind, why: &str) -> CallToolResult {
    failed(&plain(kind, why))
}

fn failed(error: &Error) -> CallToolResult {
    let mut result = CallToolResult::error(vec![ContentBlock::text(render::error(error, Form::Conversation))]);
    result.structured_content = Some(error.to_json());
    result
}

fn plain(kind: ErrorKind, message: &str) -> Error {
    Error {
        kind,
        message: message.to_owned(),
        changed: Changed::No,
        code: None,
        org_message: None,
        fields: Vec::new(),
        allowed: Vec::new(),
        candidates: Vec::new(),
        current: None,
    }
}

/// What the caller can do next when the host stopped a call.
fn kind(error: &HostError) -> ErrorKind {
    match error {
        HostError::Deadline | HostError::Fuel | HostError::Stopped => ErrorKind::Timeout,
        HostError::Busy => ErrorKind::Unavailable,
        // Asking for less helps.
        HostError::Memory | HostError::ReplyTooLarge(_) => ErrorKind::InvalidInput,
        HostError::Load(_) | HostError::Trapped(_) => ErrorKind::UnexpectedReply,
    }
}
