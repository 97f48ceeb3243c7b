//! What came of a call, as the protocol has it: the structure for programs, and a text for people.

use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::Value;

use crate::render::{self, Style};
use salesforce_host::types::{Changed, Effect, Error, ErrorKind};
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
                let text = render::reply(tool, &reply, Style::Conversation);
                let mut result = CallToolResult::success(vec![ContentBlock::text(text)]);
                result.structured_content = Some(structure);
                ("done", result)
            }
            Err(_) => ("done without JSON", unreadable(tool, effect, &reply)),
        },
        Err(CallError::Host(HostError::ReplyTooLarge { limit, start })) => {
            let error = HostError::ReplyTooLarge { limit, start: String::new() };
            let mut result = failed(&returned(tool, effect, ErrorKind::InvalidInput, &error.to_string()));
            result.content.push(raw(&start));
            (ErrorKind::InvalidInput.name(), result)
        }
        Err(CallError::Tool(error)) => (error.kind.name(), failed(&error)),
        Err(CallError::Host(error)) => {
            let reads = effect.is_some_and(|effect| effect == Effect::ReadOnly);
            let changed = if requests == 0 || reads { Changed::No } else { Changed::Unknown };
            let error = Error { changed, ..plain(kind(&error), &error.to_string()) };
            (error.kind.name(), failed(&error))
        }
    }
}

/// A reply that no JSON parser takes. The tool has done its work all the same, so what it did is said, and the reply
/// is given as the text it is.
fn unreadable(tool: &str, effect: Option<Effect>, reply: &str) -> CallToolResult {
    let why = "its reply is no valid JSON and follows as text";
    let mut result = failed(&returned(tool, effect, ErrorKind::UnexpectedReply, why));
    result.content.push(raw(reply));
    result
}

/// The error of a tool that came to its end, so that a tool that writes has written.
fn returned(tool: &str, effect: Option<Effect>, kind: ErrorKind, why: &str) -> Error {
    match effect {
        Some(Effect::ReadOnly) => plain(kind, &format!("{tool} has read, and changed nothing: {why}")),
        Some(_) => {
            let message = format!("{tool} has written; do not call it again for the same: {why}");
            Error { changed: Changed::Yes, ..plain(kind, &message) }
        }
        // Whether a tool that is not on offer writes is not known.
        None => Error { changed: Changed::Unknown, ..plain(kind, &format!("{tool} has come to its end: {why}")) },
    }
}

fn raw(text: &str) -> ContentBlock {
    ContentBlock::text(render::printable(text))
}

/// A call that was not made.
pub(super) fn refused(kind: ErrorKind, why: &str) -> CallToolResult {
    failed(&plain(kind, why))
}

fn failed(error: &Error) -> CallToolResult {
    let mut result = CallToolResult::error(vec![ContentBlock::text(render::error(error, Style::Conversation))]);
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
        details: None,
    }
}

/// What the caller can do next when the host stopped a call.
fn kind(error: &HostError) -> ErrorKind {
    match error {
        HostError::Deadline | HostError::Fuel | HostError::Stopped => ErrorKind::Timeout,
        HostError::Busy => ErrorKind::Unavailable,
        // Asking for less helps.
        HostError::Memory | HostError::ReplyTooLarge { .. } => ErrorKind::InvalidInput,
        HostError::Load(_) | HostError::Trapped(_) => ErrorKind::UnexpectedReply,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECEIPT: &str = r#"{"object":"Account","id":"001dM0000000010QAA","fields":{"Name":BAD},"undo":{}}"#;

    fn texts(result: &CallToolResult) -> String {
        serde_json::to_value(&result.content).unwrap().to_string()
    }

    /// Values that some writers of JSON let through and some readers refuse.
    fn broken() -> Vec<String> {
        let nested = format!("{}1{}", "[".repeat(200), "]".repeat(200));
        let values = [r#""\ud83d""#, r#""\udc00\ud83d""#, "1e400", "-1e999", "01", "NaN", "\"a\nb\"", "\"cut", &nested];
        values.iter().map(|value| RECEIPT.replace("BAD", value)).collect()
    }

    #[test]
    fn a_write_whose_reply_is_no_json_is_told_with_what_it_did() {
        for reply in broken() {
            for effect in [Effect::Additive, Effect::Overwrites] {
                let (_, result) = of("salesforce_update", Some(effect), Ok(reply.clone()), 2);
                let error = result.structured_content.clone().unwrap();
                assert_eq!((&error["changed"], &error["kind"]), (&"yes".into(), &"unexpected_reply".into()), "{error}");
                assert_eq!(result.is_error, Some(true));
                let said = texts(&result);
                assert!(said.contains("salesforce_update has written"), "{said}");
                assert!(said.contains("001dM0000000010QAA") && said.contains("undo"), "{said}");
            }
        }
    }

    #[test]
    fn a_read_whose_reply_is_no_json_is_shown_as_text() {
        for reply in broken() {
            let (_, result) = of("salesforce_query", Some(Effect::ReadOnly), Ok(reply), 1);
            assert_eq!(result.structured_content.clone().unwrap()["changed"], "no");
            assert!(texts(&result).contains("001dM0000000010QAA"), "{}", texts(&result));
        }
    }

    #[test]
    fn a_write_whose_reply_is_too_long_is_told_with_its_beginning() {
        let error = HostError::ReplyTooLarge { limit: 10, start: RECEIPT.to_owned() };
        let (_, result) = of("salesforce_create", Some(Effect::Additive), Err(error.into()), 1);
        assert_eq!(result.structured_content.clone().unwrap()["changed"], "yes");
        assert!(texts(&result).contains("salesforce_create has written"), "{}", texts(&result));
        assert!(texts(&result).contains("001dM0000000010QAA"), "{}", texts(&result));
    }

    #[test]
    fn a_write_that_was_stopped_on_its_way_may_have_written() {
        for (requests, changed) in [(0, "no"), (1, "unknown")] {
            let (_, result) =
                of("salesforce_update", Some(Effect::Overwrites), Err(HostError::Deadline.into()), requests);
            assert_eq!(result.structured_content.unwrap()["changed"], changed);
        }
    }
}
