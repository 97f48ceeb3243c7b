//! What people ask of a CRM, and the calls a careful model makes for it, against the component and the demo org.
//!
//! The tests (`tests/it/tasks.rs`) and the table (`examples/tasks.rs`) both play these. A play is the model's part: it
//! passes on the person's words, asks where the plugin says so, and checks what came back. Whatever it does not expect
//! to be written must not be written.

mod accounts;
mod opportunities;
mod people;
mod service;

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use demo_org::{Org, WriteKind};
use salesforce_host::{CallError, Host, Session};
use serde_json::Value;
use test_support::demo;

pub(crate) use accounts::*;
pub(crate) use opportunities::*;
pub(crate) use people::*;
pub(crate) use service::*;

/// Tokens of a reply that is no list of records.
pub(crate) const MAX_TOKENS: usize = 1_500;

/// One thing that people ask.
pub(crate) struct Task {
    /// Its name in the table.
    pub(crate) name: &'static str,
    /// The person's words.
    pub(crate) prompt: &'static str,
    /// Requests to Salesforce of the shortest way there is.
    pub(crate) ideal: usize,
    /// Requests when the same was asked before.
    pub(crate) warm: usize,
    /// Requests with an empty cache.
    pub(crate) cold: usize,
    /// What the model does; fails as a test does.
    pub(crate) play: fn(&Desk),
}

/// All tasks, in the order of the table.
pub(crate) const ALL: [&Task; 38] = [
    &RECENT_ACCOUNTS,
    &WHAT_ABOUT_ACME,
    &EMPLOYEES,
    &EMPLOYEES_STALE,
    &NEW_ACME,
    &NEW_ACME_ANYWAY,
    &NEW_LEAD_BLOCKED,
    &GERMAN_MANUFACTURERS,
    &ASSIGN_INITECH,
    &BOB_AT_ACME,
    &ADD_SARAH,
    &SALARY_GRADE,
    &UNTOUCHED_LEADS,
    &LEAD_WITHOUT_COMPANY,
    &SUPER_HOT,
    &CONVERT_DANA,
    &LEADS_BY_SOURCE,
    &WIN_LOSS,
    &PIPELINE,
    &CLOSED_WON,
    &PUSH_AND_RAISE,
    &NEW_GLOBEX_DEAL,
    &QUIET_DEALS,
    &LOCKED_FOR_A_MOMENT,
    &LOCKED_FOR_LONG,
    &OLD_CASES,
    &NEW_CASE,
    &LOG_CALL,
    &LOG_EMAIL,
    &NOTE_ON_DEAL,
    &LAST_INTERACTIONS,
    &TOKEN_EXPIRED,
    &LIMIT_REACHED,
    &NOT_APPROVED,
    &WHO_OWNS_GLOBEX,
    &MY_DAY,
    &TOP_DEALS,
    &CASES_BY_PRIORITY,
];

/// What playing a task has used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Used {
    /// Requests to Salesforce.
    pub(crate) requests: usize,
    /// Tokens of the longest reply, errors included.
    pub(crate) tokens: usize,
}

/// Plays a task as somebody new, and as somebody who asked the same before.
pub(crate) fn cold_and_warm(host: &Host, task: &Task) -> (Used, Used) {
    let cold = Desk::new(host, Vec::new());
    let used = cold.play(task);
    let warm = Desk::new(host, cold.session.connection().cache().entries());
    (used, warm.play(task))
}

/// Riley's connection to an org of its own, and what the model sees of it.
pub(crate) struct Desk {
    pub(crate) host: Host,
    pub(crate) org: Arc<Org>,
    session: Session,
    tokens: Cell<usize>,
    /// What was written since it was last looked at.
    unchecked: RefCell<usize>,
}

impl Desk {
    fn new(host: &Host, cached: Vec<(String, Vec<u8>)>) -> Self {
        let org = Arc::new(Org::demo());
        let session = host.session(demo(&org, "riley"));
        for (key, value) in cached {
            session.connection().cache().put(&key, value);
        }
        Self { host: host.clone(), org, session, tokens: Cell::new(0), unchecked: RefCell::new(0) }
    }

    fn play(&self, task: &Task) -> Used {
        (task.play)(self);
        assert_eq!(self.written(), [""; 0], "{}: written without being expected", task.name);
        Used { requests: self.org.requests().len(), tokens: self.tokens.get() }
    }

    /// Calls a tool that succeeds.
    #[track_caller]
    pub(crate) fn ok(&self, tool: &str, arguments: Value) -> Value {
        match self.session.call_json(&format!("salesforce_{tool}"), &arguments.to_string()) {
            Ok(reply) => self.seen(serde_json::from_str(&reply).unwrap()),
            Err(error) => panic!("{tool} {arguments}: {error:?}"),
        }
    }

    /// Calls a tool that asks or refuses.
    #[track_caller]
    pub(crate) fn err(&self, tool: &str, arguments: Value) -> Value {
        match self.session.call_json(&format!("salesforce_{tool}"), &arguments.to_string()) {
            Err(CallError::Tool(error)) => self.seen(error.to_json()),
            other => panic!("{tool} {arguments}: {other:?}"),
        }
    }

    /// Calls a tool that writes nothing and says so, with an error of this kind.
    #[track_caller]
    pub(crate) fn refused(&self, kind: &str, tool: &str, arguments: Value) -> Value {
        let error = self.err(tool, arguments);
        assert_eq!((&error["kind"], &error["changed"]), (&kind.into(), &"no".into()), "{error:#}");
        self.wrote(&[]);
        error
    }

    fn seen(&self, answer: Value) -> Value {
        let tokens = tiktoken_rs::o200k_base_singleton().encode_ordinary(&answer.to_string()).len();
        self.tokens.set(self.tokens.get().max(tokens));
        answer
    }

    /// That these are the writes since the last time: "updated 001…: Name, Phone", "created Contact: LastName".
    #[track_caller]
    pub(crate) fn wrote(&self, expected: &[&str]) {
        assert_eq!(self.written(), expected);
    }

    fn written(&self) -> Vec<String> {
        let writes = self.org.writes();
        let from = self.unchecked.replace(writes.len());
        let shown = writes[from..].iter().map(|write| {
            let fields = write.fields.join(", ");
            match write.kind {
                WriteKind::Created => format!("created {}: {fields}", write.object),
                WriteKind::Updated => format!("updated {}: {fields}", write.id),
                WriteKind::Deleted => format!("deleted {}", write.id),
            }
        });
        shown.collect()
    }

    /// The id of a row of the demo org.
    #[track_caller]
    pub(crate) fn id(&self, key: &str) -> String {
        self.org.id(key).unwrap().to_string()
    }

    /// A field as the org holds it.
    #[track_caller]
    pub(crate) fn held(&self, id: &Value, field: &str) -> String {
        let id = id.as_str().unwrap();
        let rows =
            ["Account", "Contact", "Lead", "Opportunity", "Case", "Task", "Event"].map(|name| self.org.rows(name));
        let row = rows.into_iter().flatten().find(|row| row.id.as_str() == id).unwrap();
        row.get(field).as_str().unwrap_or_default().to_owned()
    }
}

/// One column of rows, as texts.
#[track_caller]
pub(crate) fn column(reply: &Value, name: &str) -> Vec<String> {
    let columns = reply["columns"].as_array().unwrap();
    let index = columns.iter().position(|column| column == name).unwrap_or_else(|| panic!("no {name} in {columns:?}"));
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    reply["rows"].as_array().unwrap().iter().map(|row| text(&row[index])).collect()
}

/// The names of candidates.
#[track_caller]
pub(crate) fn names(reply: &Value) -> Vec<&str> {
    reply["candidates"].as_array().unwrap().iter().map(|candidate| candidate["name"].as_str().unwrap()).collect()
}

/// Whether a notice or message says something.
pub(crate) fn says(reply: &Value, words: &str) -> bool {
    let notices = reply["notices"].as_array().into_iter().flatten();
    notices.chain([&reply["message"]]).any(|text| text.as_str().is_some_and(|text| text.contains(words)))
}
