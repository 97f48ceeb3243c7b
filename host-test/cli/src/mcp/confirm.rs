//! Asking the person before a tool runs, where the settings want it.
//!
//! Up to protocol 2025-11-25 the server asks during the call (`elicitation/create`); from 2026-07-28 on it answers the
//! call with the question, and the client calls again with the person's answer. What was asked is then kept here, not
//! in the client: a yes holds once, for the tool and the arguments it was given to.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::exact::{Members, Value};
use crate::render::{printable, quoted};
use rmcp::RoleServer;
use rmcp::model::{
    CallToolRequestParams, ElicitRequest, ElicitRequestParams, ElicitResult, ElicitationAction, ElicitationSchema,
    InputRequest, InputRequiredResult, JsonObject,
};
use rmcp::service::RequestContext;
use salesforce_host::Origin;
use salesforce_host::types::{Effect, Tool};

/// The question's name in a call that is answered with it.
const QUESTION: &str = "confirm";
/// Questions that can be open at a time; the oldest is forgotten, and asked again.
const MAX_OPEN_QUESTIONS: usize = 64;
/// Longest text shown whole, in characters. Of a longer one the beginning and the end are shown, and how much is between.
const MAX_SHOWN: usize = 400;
/// Characters of the end that are shown of a longer one.
const TAIL_LENGTH: usize = 150;
/// Most records that are looked up for one question.
const MAX_LOOKUPS: usize = 5;

const CANNOT_ASK: &str = "the person has to confirm this, and this client can't ask the person: nothing was done. Tell the \
                          person; in settings.toml, `confirm` says what is asked about, and an e-mail always is";
const DECLINED: &str = "the person was asked and said no: nothing was done. Do not try again unless they ask for it";
const DISMISSED: &str = "the person was asked and did not answer: nothing was done. Ask whether they want it";
const NO_ANSWER: &str = "the person could not be asked: nothing was done. Tell the person";

/// What asking came to.
pub(super) enum Verdict {
    /// The person agrees.
    Yes,
    /// The person does not, or can't be asked.
    No(&'static str),
    /// The client is to ask and call again.
    Ask(InputRequiredResult),
}

/// The questions clients have been sent away with.
#[derive(Default)]
pub(super) struct Confirmations(Mutex<VecDeque<Open>>);

struct Open {
    name: String,
    tool: String,
    arguments: Option<JsonObject>,
}

impl Confirmations {
    /// What is known without asking: the client can't ask, or it comes with the answer.
    pub(super) fn known(
        &self,
        request: &CallToolRequestParams,
        context: &RequestContext<RoleServer>,
    ) -> Option<Verdict> {
        if !can_ask(context) {
            return Some(Verdict::No(CANNOT_ASK));
        }
        let (true, Some(name), Some(answers)) =
            (calls_again(context), &request.request_state, &request.input_responses)
        else {
            return None;
        };
        self.close(name, request).then(|| {
            let answer = answers.get(QUESTION).map(|answer| serde_json::from_value::<ElicitResult>(answer.clone()));
            match answer {
                Some(Ok(answer)) => verdict(&answer),
                _ => Verdict::No(NO_ANSWER),
            }
        })
    }

    /// Asks the person a question.
    pub(super) async fn ask(
        &self,
        message: String,
        request: &CallToolRequestParams,
        context: &RequestContext<RoleServer>,
    ) -> Verdict {
        let question = ElicitRequestParams::FormElicitationParams {
            meta: None,
            message,
            // Yes and no are the client's own buttons.
            requested_schema: ElicitationSchema::new(Default::default()),
        };
        if !calls_again(context) {
            return during_the_call(question, context).await;
        }
        match self.open(request) {
            Some(name) => {
                let questions = [(QUESTION.to_owned(), InputRequest::Elicitation(ElicitRequest::new(question)))];
                Verdict::Ask(InputRequiredResult::new(Some(questions.into()), Some(name)))
            }
            None => Verdict::No(NO_ANSWER),
        }
    }

    /// Notes what is asked, under a name nobody can guess.
    fn open(&self, request: &CallToolRequestParams) -> Option<String> {
        let name = super::http::random_text()?;
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= MAX_OPEN_QUESTIONS {
            open.pop_front();
        }
        open.push_back(Open {
            name: name.clone(),
            tool: request.name.to_string(),
            arguments: request.arguments.clone(),
        });
        Some(name)
    }

    /// Whether this was asked, with these arguments; it is asked no more.
    fn close(&self, name: &str, request: &CallToolRequestParams) -> bool {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = open.iter().position(|open| open.name == name);
        let asked = at.and_then(|at| open.remove(at));
        asked.is_some_and(|asked| asked.tool == request.name && asked.arguments == request.arguments)
    }
}

async fn during_the_call(question: ElicitRequestParams, context: &RequestContext<RoleServer>) -> Verdict {
    tokio::select! {
        answer = context.peer.create_elicitation(question) => match answer {
            Ok(answer) => verdict(&answer),
            Err(_) => Verdict::No(NO_ANSWER),
        },
        () = context.ct.cancelled() => Verdict::No(DISMISSED),
    }
}

fn verdict(answer: &ElicitResult) -> Verdict {
    match answer.action {
        ElicitationAction::Accept => Verdict::Yes,
        ElicitationAction::Decline => Verdict::No(DECLINED),
        _ => Verdict::No(DISMISSED),
    }
}

/// Whether the client can put a question to the person. One that names no way of asking knows the oldest, a form.
fn can_ask(context: &RequestContext<RoleServer>) -> bool {
    let elicitation = context.client_capabilities().and_then(|capabilities| capabilities.elicitation);
    elicitation.is_some_and(|elicitation| elicitation.form.is_some() || elicitation.url.is_none())
}

/// Whether the client of this protocol asks by itself and calls again.
fn calls_again(context: &RequestContext<RoleServer>) -> bool {
    context.protocol_version().is_some_and(|version| !version.has_initialize())
}

// ---- what the person sees ----

/// What the person sees of a record beside how the call names it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Seen {
    /// It was read for the question.
    Read {
        object: String,
        id: String,
        /// The fields asked for, as the call spells them, with their values.
        fields: Vec<(String, Value)>,
        /// What the record is called.
        name: Option<String>,
    },
    /// It was not, for this reason.
    NotRead(String),
}

/// A record the question is about, and the fields it is to say the values of.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wanted {
    pub(super) record: String,
    pub(super) object: Option<String>,
    pub(super) fields: Vec<String>,
}

/// The records a question can't be understood without: those named by id or link alone, which tells the person nothing,
/// and those whose fields are changed whatever stands there now. A record that is called by its name, with the old
/// values beside the new, needs no request before the person has said yes.
pub(super) fn wanted(arguments: &Members) -> Vec<Wanted> {
    let mut found = Vec::new();
    collect(arguments, &mut found);
    found.truncate(MAX_LOOKUPS);
    found
}

fn collect(object: &Members, found: &mut Vec<Wanted>) {
    if let Some(record) = object.get("record").and_then(Value::as_str) {
        let changed = object.get("fields").and_then(Value::as_object).into_iter().flat_map(|fields| &fields.0);
        let unseen = changed.filter(|(field, _)| expected(object, field).is_none());
        let fields: Vec<String> = unseen.map(|(field, _)| field.clone()).collect();
        if !fields.is_empty() || says_nothing(record) {
            let kind = object.get("object").and_then(Value::as_str).map(str::to_owned);
            found.push(Wanted { record: record.to_owned(), object: kind, fields });
        }
    }
    for (_, value) in &object.0 {
        match value {
            Value::Object(inner) => collect(inner, found),
            Value::Array(items) => items.iter().filter_map(Value::as_object).for_each(|item| collect(item, found)),
            _ => {}
        }
    }
}

/// What a call expects of a field it changes, with the name it has there.
fn expected<'a>(call: &'a Members, field: &str) -> Option<&'a (String, Value)> {
    let from = call.get("from")?.as_object()?;
    from.0.iter().find(|(name, _)| plain(name) == plain(field))
}

/// A name as people compare it.
fn plain(name: &str) -> String {
    name.chars().filter(|one| one.is_alphanumeric()).collect::<String>().to_lowercase()
}

/// Whether a record is named by an id or a link, as far as a person can tell.
fn says_nothing(record: &str) -> bool {
    let last = record.rsplit(['/', ' ']).next().unwrap_or(record);
    let id = last.bytes().all(|byte| byte.is_ascii_alphanumeric()) && last.bytes().any(|byte| byte.is_ascii_digit());
    record.contains("://") || (matches!(last.len(), 15 | 18) && id)
}

/// The fields a call speaks of with what was read of them, which has API names where a call may have labels: by the same
/// name, or because there is one of each left. What can't be told is left out.
pub(super) fn paired(wanted: &[String], read: Vec<(String, Value)>) -> Vec<(String, Value)> {
    let mut read = read;
    // The first is what the record is called.
    let mut left: Vec<(String, Value)> = read.split_off(read.len().min(1));
    let mut pairs = Vec::new();
    let mut unpaired = Vec::new();
    for name in wanted {
        match left.iter().chain(&read).find(|(column, _)| plain(column) == plain(name)) {
            Some((_, value)) => pairs.push((name.clone(), value.clone())),
            None => unpaired.push(name),
        }
    }
    left.retain(|(column, _)| !wanted.iter().any(|name| plain(name) == plain(column)));
    if let ([name], [(_, value)]) = (unpaired.as_slice(), left.as_slice()) {
        pairs.push(((*name).clone(), value.clone()));
    }
    pairs
}

/// What the person is asked: everything the tool would be given, what is there now as far as that was read, and what
/// was not checked.
pub(super) fn question(tool: &Tool, origin: &Origin, arguments: &Members, seen: &[(Wanted, Seen)]) -> String {
    let mut text = format!("{} in Salesforce ({origin})?", tool.annotations.title);
    members(&mut text, arguments, 0, seen);
    text.push_str("\nNot checked before you answer: ");
    text.push_str(match tool.effect {
        Effect::Overwrites if arguments.get("fields").is_some() => {
            "what the org's own rules say to it; and whether it is the record you mean."
        }
        Effect::Overwrites if arguments.get("to").is_some() => {
            "whom a name stands for; and what was sent can't be called back."
        }
        Effect::Overwrites => "what else depends on the record; and whether it is the one you mean.",
        _ => "whether the org holds the same already; and what its own rules say to it.",
    });
    text
}

fn members(text: &mut String, object: &Members, depth: usize, seen: &[(Wanted, Seen)]) {
    let record = object.get("record").and_then(Value::as_str);
    let here = seen.iter().find(|(wanted, _)| Some(wanted.record.as_str()) == record).map(|(_, seen)| seen);
    for (name, value) in &object.0 {
        match (name.as_str(), value) {
            ("fields", Value::Object(fields)) if record.is_some() => changes(text, object, fields, here, depth),
            ("from", Value::Object(from)) if record.is_some() => unpaired(text, object, from, depth, seen),
            // What goes to people is seen whole: a sentence in its middle may be what nobody would send.
            ("body", Value::String(body)) => text.push_str(&format!("\n{}body: {}", "  ".repeat(depth), quoted(body))),
            _ => put(text, &word(name), value, depth, seen),
        }
        if name == "record" && value.as_str().is_some() {
            text.push_str(&here.map(beside).unwrap_or_default());
        }
    }
}

/// The fields of a record that is there: each with what it holds now and what it is to hold.
fn changes(text: &mut String, call: &Members, fields: &Members, of: Option<&Seen>, depth: usize) {
    text.push_str(&format!("\n{}fields:", "  ".repeat(depth)));
    for (field, to) in &fields.0 {
        let indent = "  ".repeat(depth + 1);
        text.push_str(&format!("\n{indent}{}", changed(field, expected(call, field).map(|(_, from)| from), to, of)));
    }
}

/// What is expected of fields by names that none of the changes has; the others stand beside their changes.
fn unpaired(text: &mut String, call: &Members, from: &Members, depth: usize, seen: &[(Wanted, Seen)]) {
    let fields = call.get("fields").and_then(Value::as_object).map(|fields| fields.0.as_slice()).unwrap_or_default();
    let is_shown =
        |name: &String| fields.iter().any(|(field, _)| expected(call, field).is_some_and(|(shown, _)| shown == name));
    let left: Vec<_> = from.0.iter().filter(|(name, _)| !is_shown(name)).cloned().collect();
    if !left.is_empty() {
        put(text, "from", &Value::Object(Members(left)), depth, seen);
    }
}

/// Which record that is: the id first, since a name can say anything.
fn beside(seen: &Seen) -> String {
    match seen {
        Seen::Read { object, id, name: Some(name), .. } => {
            format!(" = {} {}, now called {}", printable(object), printable(id), text_of(name))
        }
        Seen::Read { object, id, name: None, .. } => {
            format!(" = {} {}, without a name", printable(object), printable(id))
        }
        Seen::NotRead(why) => format!(" (what it is called was not looked up: {})", printable(why)),
    }
}

fn put(text: &mut String, name: &str, value: &Value, depth: usize, seen: &[(Wanted, Seen)]) {
    let indent = "  ".repeat(depth);
    text.push_str(&format!("\n{indent}{name}:"));
    match value {
        Value::Object(inner) => members(text, inner, depth + 1, seen),
        Value::Array(items) if items.iter().any(|item| item.as_object().is_some() || item.as_array().is_some()) => {
            items.iter().enumerate().for_each(|(at, item)| put(text, &(at + 1).to_string(), item, depth + 1, seen));
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(scalar).collect();
            text.push_str(&format!(" {}", items.join(", ")));
        }
        other => text.push_str(&format!(" {}", scalar(other))),
    }
}

/// One change: the field, what is there now, and what is to be.
fn changed(field: &str, from: Option<&Value>, to: &Value, of: Option<&Seen>) -> String {
    let (name, to) = (word(field), scalar(to));
    if let Some(from) = from {
        return format!("{name}: {} → {to} (refused if it is something else by now)", scalar(from));
    }
    let read = match of {
        Some(Seen::Read { fields, .. }) => fields.iter().find(|(name, _)| name == field),
        _ => None,
    };
    match read {
        Some((_, now)) => format!("{name}: {} → {to} (as just read, and not looked at again)", scalar(now)),
        None => format!("{name}: ? → {to} (what is there now was not checked)"),
    }
}

/// A name of an argument or field: bare where it is one, and in quotes where it could be anything else.
fn word(name: &str) -> String {
    let plain = |one: char| one.is_ascii_alphanumeric() || one == '_' || one == '.';
    if !name.is_empty() && name.chars().all(plain) { name.to_owned() } else { text_of(name) }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text_of(text),
        Value::Null => "(empty)".to_owned(),
        other => other.to_string(),
    }
}

/// A text in quotes; of a long one its beginning and its end, where what matters may stand.
fn text_of(text: &str) -> String {
    let length = text.chars().count();
    if length <= MAX_SHOWN {
        return quoted(text);
    }
    let head: String = text.chars().take(MAX_SHOWN - TAIL_LENGTH).collect();
    let tail: String = text.chars().skip(length - TAIL_LENGTH).collect();
    format!("{} … {} characters are not shown here … {}", quoted(&head), length - MAX_SHOWN, quoted(&tail))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn object(value: Json) -> Members {
        Members::parse(&value.to_string()).unwrap()
    }

    fn exact(value: Json) -> Value {
        serde_json::from_str(&value.to_string()).unwrap()
    }

    fn lines(arguments: Json, seen: &[(Wanted, Seen)]) -> String {
        let mut text = String::new();
        members(&mut text, &object(arguments), 0, seen);
        text.trim_start().to_owned()
    }

    const ID: &str = "001dM0000000010QAA";

    #[test]
    fn an_e_mail_is_shown_whole() {
        let body = format!("Hello,\n{}the middle{}", "x".repeat(MAX_SHOWN), "y".repeat(MAX_SHOWN));
        let shown = lines(json!({"to": ["a@b.example"], "body": body}), &[]);
        assert!(shown.contains(&quoted(&body)), "{shown}");
    }

    #[test]
    fn a_change_shows_before_and_after_and_which_of_it_was_checked() {
        let arguments =
            json!({"record": ID, "fields": {"Employees": 500, "Phone": "1", "Fax": null}, "from": {"Employees": 100}});
        let [wanted] = wanted(&object(arguments.clone())).try_into().unwrap();
        assert_eq!(
            (wanted.record.as_str(), wanted.fields.as_slice()),
            (ID, ["Phone".to_owned(), "Fax".to_owned()].as_slice())
        );
        let read = Seen::Read {
            object: "Account".to_owned(),
            id: ID.to_owned(),
            fields: vec![("Phone".to_owned(), exact(json!("+1 415")))],
            name: Some("Acme".to_owned()),
        };
        let expected = format!(
            "record: \"{ID}\" = Account {ID}, now called \"Acme\"\n\
             fields:\n  Employees: 100 → 500 (refused if it is something else by now)\n  \
             Phone: \"+1 415\" → \"1\" (as just read, and not looked at again)\n  \
             Fax: ? → (empty) (what is there now was not checked)"
        );
        assert_eq!(lines(arguments.clone(), &[(wanted.clone(), read)]), expected);
        let text = lines(arguments, &[(wanted, Seen::NotRead("switched off".to_owned()))]);
        assert!(text.contains("Phone: ? → \"1\" (what is there now was not checked)"), "{text}");
        let unnamed = format!("record: \"{ID}\" (what it is called was not looked up: switched off)\n");
        assert!(text.starts_with(&unnamed), "{text}");
    }

    #[test]
    fn what_is_expected_stands_beside_its_change_by_whatever_name_and_apart_if_there_is_none() {
        let text = lines(
            json!({"record": "Acme", "fields": {"Close Date": "2026-06-30"}, "from": {"closedate": "2026-05-01", "Stage": 1}}),
            &[],
        );
        let expected = "record: \"Acme\"\nfields:\n  \"Close Date\": \"2026-05-01\" → \"2026-06-30\" (refused if it is something else by now)\n\
             from:\n  Stage: 1";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_value_is_shown_as_what_is_there_only_if_it_is_that_fields() {
        let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let read =
            |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), exact(json!(name)))).collect::<Vec<_>>();
        let pairs = |wanted: &[&str], columns: &[&str]| paired(&named(wanted), read(columns));
        assert_eq!(
            pairs(&["phone", "Employees"], &["Name", "Phone", "NumberOfEmployees"]),
            [("phone".to_owned(), exact(json!("Phone"))), ("Employees".to_owned(), exact(json!("NumberOfEmployees")))]
        );
        assert_eq!(pairs(&["Name"], &["Name"]), [("Name".to_owned(), exact(json!("Name")))]);
        // Two labels and two columns, in whatever order.
        assert_eq!(pairs(&["Employees", "Account Phone"], &["Name", "NumberOfEmployees", "Phone"]), []);
        assert_eq!(pairs(&["Address"], &["Name", "BillingCity", "BillingStreet"]), []);
        assert_eq!(pairs(&["Employees"], &[]), []);
    }

    #[test]
    fn what_says_all_by_itself_is_not_looked_up() {
        let named = json!({"record": "Acme", "fields": {"Employees": 500}, "from": {"Employees": 100}});
        assert_eq!(wanted(&object(named)), []);
        assert_eq!(wanted(&object(json!({"object": "Account", "fields": {"Name": "Acme"}}))), []);
        for record in [ID, &ID[..15], "https://acme.my.salesforce.com/001", "/001dM0000000010QAA"] {
            assert_eq!(wanted(&object(json!({"record": record}))).len(), 1, "{record}");
        }
        let many: Vec<_> = (0..30).map(|_| json!({"record": ID})).collect();
        assert_eq!(wanted(&object(json!({"records": many}))).len(), MAX_LOOKUPS);
    }

    #[test]
    fn a_name_can_neither_play_the_rest_of_its_line_nor_a_line_of_its_own() {
        let name = "Acme\", now called \"Globex\"\nrecord: \"other\u{202e}\u{e0041}\u{61c}\u{2060}";
        let seen = Seen::Read {
            object: "Account".to_owned(),
            id: ID.to_owned(),
            fields: Vec::new(),
            name: Some(name.to_owned()),
        };
        let wanted = Wanted { record: ID.to_owned(), object: None, fields: Vec::new() };
        let text = lines(json!({"record": ID, "a\nb: c": name}), &[(wanted, seen)]);
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.contains(r#"now called "Acme\", now called \"Globex\"\nrecord: \"other����""#), "{text}");
        assert!(text.lines().last().unwrap().starts_with(r#""a\nb: c": "#), "{text}");
    }

    #[test]
    fn of_a_long_text_the_beginning_and_the_end_are_shown() {
        let text = format!("begin{}end", "x".repeat(2_000));
        let shown = text_of(&text);
        assert!(shown.starts_with("\"beginx") && shown.ends_with("xend\""), "{shown}");
        assert!(shown.contains("… 1608 characters are not shown here …"), "{shown}");
        assert_eq!(text_of(&"x".repeat(MAX_SHOWN)).len(), MAX_SHOWN + 2);
    }
}
