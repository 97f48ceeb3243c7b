//! Asking the person before a tool runs, where the settings want it.
//!
//! Up to protocol 2025-11-25 the server asks during the call (`elicitation/create`); from 2026-07-28 on it answers the
//! call with the question, and the client calls again with the person's answer. What was asked is then kept here, not
//! in the client: a yes holds once, for the tool and the arguments it was given to.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use rmcp::RoleServer;
use rmcp::model::{
    CallToolRequestParams, ElicitRequest, ElicitRequestParams, ElicitResult, ElicitationAction, ElicitationSchema,
    InputRequest, InputRequiredResult, JsonObject,
};
use rmcp::service::RequestContext;
use serde_json::Value;

use crate::render::printable;
use salesforce_host::Origin;
use salesforce_host::types::Tool;

/// The question's name in a call that is answered with it.
const QUESTION: &str = "confirm";
/// Questions that can be open at a time; the oldest is forgotten, and asked again.
const MOST_OPEN: usize = 64;
/// Longest value shown, in characters. Every value is shown, and one that is cut says so.
const LONGEST: usize = 300;

const CANNOT_ASK: &str = "the settings want the person to confirm this, and this client can't ask the person: nothing was \
                          done. Tell the person; in settings.toml, `confirm` says what is asked about";
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
    pub(super) async fn verdict(
        &self,
        tool: &Tool,
        origin: &Origin,
        request: &CallToolRequestParams,
        context: &RequestContext<RoleServer>,
    ) -> Verdict {
        if !can_ask(context) {
            return Verdict::No(CANNOT_ASK);
        }
        let question = ElicitRequestParams::FormElicitationParams {
            meta: None,
            message: question(tool, origin, request.arguments.as_ref()),
            // Yes and no are the client's own buttons.
            requested_schema: ElicitationSchema::new(Default::default()),
        };
        let calls_again = context.protocol_version().is_some_and(|version| !version.has_initialize());
        if calls_again { self.by_calling_again(question, request) } else { during_the_call(question, context).await }
    }

    fn by_calling_again(&self, question: ElicitRequestParams, request: &CallToolRequestParams) -> Verdict {
        if let (Some(name), Some(answers)) = (&request.request_state, &request.input_responses)
            && self.close(name, request)
        {
            let answer = answers.get(QUESTION).map(|answer| serde_json::from_value::<ElicitResult>(answer.clone()));
            return match answer {
                Some(Ok(answer)) => verdict(&answer),
                _ => Verdict::No(NO_ANSWER),
            };
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
        if open.len() >= MOST_OPEN {
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

/// What the person is asked: everything the tool would be given.
fn question(tool: &Tool, origin: &Origin, arguments: Option<&JsonObject>) -> String {
    let mut text = format!("{} in Salesforce ({origin})?", tool.annotations.title);
    for (name, value) in arguments.into_iter().flatten() {
        put(&mut text, name, value, 0);
    }
    text
}

fn put(text: &mut String, name: &str, value: &Value, depth: usize) {
    let indent = "  ".repeat(depth);
    text.push_str(&format!("\n{indent}{}:", printable(name)));
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| put(text, name, value, depth + 1)),
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            items.iter().enumerate().for_each(|(at, item)| put(text, &(at + 1).to_string(), item, depth + 1));
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(scalar).collect();
            text.push_str(&format!(" {}", items.join(", ")));
        }
        other => text.push_str(&format!(" {}", scalar(other))),
    }
}

fn scalar(value: &Value) -> String {
    let whole = value.as_str().map_or_else(|| value.to_string(), printable);
    let more = whole.chars().count().saturating_sub(LONGEST);
    if more == 0 {
        whole
    } else {
        whole.chars().take(LONGEST).collect::<String>() + &format!("… ({more} more characters)")
    }
}
