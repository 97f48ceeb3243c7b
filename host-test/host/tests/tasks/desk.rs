//! What a play is, and what it needs of a host: a model's desk, on an org of its own. Whatever runs the plugin can be
//! asked behind it.

use std::cell::RefCell;
use std::sync::Arc;

use demo_org::{Extra, Org, WriteKind};
use serde_json::Value;

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

/// Calls a tool by its name with arguments as JSON: the reply as JSON, or the error.
pub(crate) type CallTool = Box<dyn Fn(&str, &str) -> Result<String, Value>>;

/// Riley's connection to an org of its own, and what the model sees of it.
pub(crate) struct Desk {
    pub(crate) org: Arc<Org>,
    call: CallTool,
    /// Every reply, errors included.
    seen: RefCell<Vec<String>>,
    /// What was written since it was last looked at.
    unchecked: RefCell<usize>,
}

/// The org that every play begins with.
pub(crate) fn org() -> Arc<Org> {
    Arc::new(Org::demo_with([Extra::Reports, Extra::ListViews]))
}

impl Desk {
    pub(crate) fn new(org: Arc<Org>, call: CallTool) -> Self {
        Self { org, call, seen: RefCell::default(), unchecked: RefCell::new(0) }
    }

    /// Plays a task; what the model saw.
    pub(crate) fn play(self, task: &Task) -> Vec<String> {
        (task.play)(&self);
        assert_eq!(self.written(), [""; 0], "{}: written without being expected", task.name);
        self.seen.into_inner()
    }

    /// Calls a tool that succeeds.
    #[track_caller]
    pub(crate) fn ok(&self, tool: &str, arguments: Value) -> Value {
        match (self.call)(&format!("salesforce_{tool}"), &arguments.to_string()) {
            Ok(reply) => self.seen(serde_json::from_str(&reply).unwrap()),
            Err(error) => panic!("{tool} {arguments}: {error:#}"),
        }
    }

    /// Calls a tool that asks or refuses.
    #[track_caller]
    pub(crate) fn err(&self, tool: &str, arguments: Value) -> Value {
        match (self.call)(&format!("salesforce_{tool}"), &arguments.to_string()) {
            Err(error) => self.seen(error),
            Ok(reply) => panic!("{tool} {arguments}: {reply}"),
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
        self.seen.borrow_mut().push(answer.to_string());
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
        let rows = ["Account", "Contact", "Lead", "Opportunity", "Case", "Task", "Event", "EmailMessage"]
            .map(|name| self.org.rows(name));
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
