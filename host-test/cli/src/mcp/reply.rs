//! What came of a call, as the protocol has it: a text for models, or the structure that the output schema describes for
//! programs, and never both, since some clients show a model the one, some the other, and some both.
//!
//! An error is no structure even where replies are: it is not what the output schema describes, and clients that hold
//! every structure against it would show that instead. It is a text, which then is JSON.

use rmcp::model::{CallToolResult, ContentBlock, JsonObject};
use serde_json::Value;

use super::digits;
use crate::render::{self, Style};
use salesforce_host::settings::Replies;
use salesforce_host::types::{Changed, Effect, Error, ErrorKind};
use salesforce_host::{CallError, HostError};

/// The form of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A text.
    Text(Style),
    /// The structure.
    Structure,
}

impl Form {
    /// What a client wants, of the reply to these arguments.
    pub(super) fn of(replies: Replies, arguments: Option<&JsonObject>) -> Self {
        match replies {
            Replies::Structure => Self::Structure,
            Replies::Text if asks_for_ids(arguments) => Self::Text(Style::ConversationWithIds),
            Replies::Text => Self::Text(Style::Conversation),
        }
    }
}

/// Whether a statement selects ids, as far as that can be seen before its first FROM.
fn asks_for_ids(arguments: Option<&JsonObject>) -> bool {
    let statement = arguments.and_then(|arguments| arguments.get("soql")?.as_str()).unwrap_or_default();
    let words = statement.split(|character: char| !character.is_alphanumeric() && !"_.".contains(character));
    let selected = words.take_while(|word| !word.eq_ignore_ascii_case("from"));
    selected.into_iter().any(|word| word.eq_ignore_ascii_case("id"))
}

/// The result of a call, and a word about it for the log.
pub(super) fn of(
    tool: &str,
    effect: Option<Effect>,
    result: Result<String, CallError>,
    requests: u32,
    form: Form,
) -> (&'static str, CallToolResult) {
    match result {
        // What some reader refuses, such as a number beyond a double, is none for any.
        Ok(reply) => match serde_json::from_str::<Value>(&reply) {
            Ok(_) => ("done", done(tool, &reply, form)),
            Err(_) => ("done without JSON", unreadable(tool, effect, &reply, form)),
        },
        Err(CallError::Host(HostError::ReplyTooLarge { limit, start })) => {
            let error = HostError::ReplyTooLarge { limit, start: String::new() };
            let mut result = failed(&returned(tool, effect, ErrorKind::InvalidInput, &error.to_string()), effect, form);
            result.content.push(raw(&start));
            (ErrorKind::InvalidInput.name(), result)
        }
        Err(CallError::Tool(error)) => (error.kind.name(), failed(&error, effect, form)),
        Err(CallError::Host(error)) => {
            let reads = effect.is_some_and(|effect| effect == Effect::ReadOnly);
            let changed = if requests == 0 || reads { Changed::No } else { Changed::Unknown };
            let error = Error { changed, ..plain(kind(&error), &error.to_string()) };
            (error.kind.name(), failed(&error, effect, form))
        }
    }
}

fn done(tool: &str, reply: &str, form: Form) -> CallToolResult {
    match form {
        Form::Text(style) => CallToolResult::success(vec![ContentBlock::text(render::reply(tool, reply, style))]),
        Form::Structure => {
            let mut result = CallToolResult::success(Vec::new());
            result.structured_content = serde_json::from_str(&digits::hidden(reply)).ok();
            result
        }
    }
}

/// A reply that no JSON parser takes. The tool has done its work all the same, so what it did is said, and the reply
/// is given as the text it is.
fn unreadable(tool: &str, effect: Option<Effect>, reply: &str, form: Form) -> CallToolResult {
    let why = "its reply is no valid JSON and follows as text";
    let mut result = failed(&returned(tool, effect, ErrorKind::UnexpectedReply, why), effect, form);
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
pub(super) fn refused(kind: ErrorKind, why: &str, form: Form) -> CallToolResult {
    failed(&plain(kind, why), None, form)
}

fn failed(error: &Error, effect: Option<Effect>, form: Form) -> CallToolResult {
    let text = match form {
        Form::Text(style) => render::error(error, effect, style),
        Form::Structure => error.to_json_text(),
    };
    CallToolResult::error(vec![ContentBlock::text(text)])
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

    const FORMS: [Form; 2] = [Form::Text(Style::Conversation), Form::Structure];

    fn texts(result: &CallToolResult) -> String {
        serde_json::to_value(&result.content).unwrap().to_string()
    }

    /// Whether anything was written, and the kind of error, as either form says it. No error is a structure.
    #[track_caller]
    fn told(result: &CallToolResult, form: Form) -> (String, String) {
        assert_eq!((result.is_error, &result.structured_content), (Some(true), &None));
        let text = result.content[0].as_text().unwrap().text.clone();
        if form == Form::Structure {
            let error: Value = serde_json::from_str(&text).unwrap();
            return (error["changed"].as_str().unwrap().to_owned(), error["kind"].as_str().unwrap().to_owned());
        }
        let written = [
            ("no", "Nothing was written."),
            ("yes", "Something was written all the same."),
            ("unknown", "It may or may not have been written: look before trying again."),
        ];
        // Of a tool that only reads it goes without saying.
        let changed = written.iter().find(|(_, words)| text.ends_with(words)).map_or("no", |(changed, _)| changed);
        (changed.to_owned(), text.split_once(':').unwrap().0.replace(' ', "_"))
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
            let effects = [Effect::Additive, Effect::Overwrites];
            for (effect, form) in effects.into_iter().flat_map(|effect| FORMS.map(|form| (effect, form))) {
                let (_, result) = of("salesforce_update", Some(effect), Ok(reply.clone()), 2, form);
                assert_eq!(told(&result, form), ("yes".to_owned(), "unexpected_reply".to_owned()));
                let said = texts(&result);
                assert!(said.contains("salesforce_update has written"), "{said}");
                assert!(said.contains("001dM0000000010QAA") && said.contains("undo"), "{said}");
            }
        }
    }

    #[test]
    fn a_read_whose_reply_is_no_json_is_shown_as_text() {
        for reply in broken() {
            for form in FORMS {
                let (_, result) = of("salesforce_query", Some(Effect::ReadOnly), Ok(reply.clone()), 1, form);
                assert_eq!(told(&result, form).0, "no");
                assert!(texts(&result).contains("001dM0000000010QAA"), "{}", texts(&result));
            }
        }
    }

    #[test]
    fn a_write_whose_reply_is_too_long_is_told_with_its_beginning() {
        for form in FORMS {
            let error = HostError::ReplyTooLarge { limit: 10, start: RECEIPT.to_owned() };
            let (_, result) = of("salesforce_create", Some(Effect::Additive), Err(error.into()), 1, form);
            assert_eq!(told(&result, form).0, "yes");
            assert!(texts(&result).contains("salesforce_create has written"), "{}", texts(&result));
            assert!(texts(&result).contains("001dM0000000010QAA"), "{}", texts(&result));
        }
    }

    #[test]
    fn a_write_that_was_stopped_on_its_way_may_have_written() {
        let cases = [(0, "no"), (1, "unknown")];
        for ((requests, changed), form) in cases.into_iter().flat_map(|case| FORMS.map(|form| (case, form))) {
            let stopped = Err(HostError::Deadline.into());
            let (_, result) = of("salesforce_update", Some(Effect::Overwrites), stopped, requests, form);
            assert_eq!(told(&result, form), (changed.to_owned(), "timeout".to_owned()));
        }
    }

    #[test]
    fn a_reply_is_a_text_or_a_structure_and_never_both() {
        for form in FORMS {
            let found = r#"{"candidates":[]}"#.to_owned();
            let (_, result) = of("salesforce_find", Some(Effect::ReadOnly), Ok(found), 1, form);
            assert_eq!(result.is_error, Some(false));
            assert_eq!(result.content.is_empty(), form == Form::Structure);
            assert_eq!(result.structured_content.is_some(), form == Form::Structure);
        }
    }
}
