//! The REST resources under `/services/data/vXX.0/`, as functions from a call to an answer.

mod actions;
mod approvals;
mod blobs;
mod collections;
mod composite;
mod describe;
mod email;
mod identity;
mod limits;
mod list_views;
mod query;
mod records;
mod reports;
mod ui;

use std::collections::BTreeMap;

use http::Method;
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};
use url::form_urlencoded;

use crate::{
    access::Access,
    context::{Context, View},
    exact,
    id::Id,
    journal::Write,
    outbox::Outbox,
    refusal::Refusal,
    save::{DuplicateHeader, Transaction},
    schema::{Object, Schema},
    store::Store,
};

pub(crate) use self::identity::{userinfo, versions};

/// The versions this org speaks.
pub(crate) const VERSIONS: std::ops::RangeInclusive<u32> = 40..=68;

/// Standard actions that orgs have and this one does not, or not in every way.
/// <https://developer.salesforce.com/docs/atlas.en-us.api_action.meta/api_action/actions_obj.htm>
const ACTIONS: [&str; 8] = [
    "chatterPost",
    "customNotificationAction",
    "emailAlert",
    "emailSimple",
    "recallApprovalSubmission",
    "reviewApprovalWorkItem",
    "submit",
    "submitDigitalFormResponse",
];

/// One request, or one part of a composite request.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// The decoded parts of the path after the version.
    pub(crate) segments: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
    /// `v60.0`, as the caller wrote it.
    pub(crate) version: String,
}

impl Call {
    /// Reads a path with its query; `None` where it is no data path of a version this org speaks.
    pub(crate) fn new(method: Method, target: &str, headers: BTreeMap<String, String>, body: Vec<u8>) -> Option<Self> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let rest = path.strip_prefix("/services/data/")?;
        let mut parts = rest.split('/').map(decode);
        let version = parts.next()?;
        let number = version.strip_prefix('v')?.strip_suffix(".0")?;
        if !VERSIONS.contains(&number.parse().ok()?) {
            return None;
        }
        let mut segments: Vec<String> = parts.collect();
        if segments.last().is_some_and(String::is_empty) {
            segments.pop();
        }
        Some(Self {
            method,
            segments,
            query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers,
            body,
            version,
        })
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The body as a JSON object.
    pub(crate) fn object(&self) -> Result<Map<String, Json>, Refusal> {
        let wrong = |at: String| {
            Refusal::new(400, "JSON_PARSER_ERROR", format!("Unexpected character or end of input at [{at}]"))
        };
        let text = std::str::from_utf8(&self.body).map_err(|_| wrong("line:1, column:1".to_owned()))?;
        match serde_json::from_str(&exact::mark(text)) {
            Ok(Json::Object(object)) => Ok(object),
            Ok(_) => Err(Refusal::new(400, "JSON_PARSER_ERROR", "Illegal value for JSON object at [line:1, column:1]")),
            Err(cause) => Err(wrong(format!("line:{}, column:{}", cause.line(), cause.column()))),
        }
    }

    pub(crate) fn duplicates(&self) -> DuplicateHeader {
        DuplicateHeader::parse(self.header("sforce-duplicate-rule-header"), &self.version)
    }
}

/// Percent-decoding of one part of a path; a plus stays a plus.
fn decode(part: &str) -> String {
    let escaped = part.replace('+', "%2B");
    form_urlencoded::parse(format!("p={}", escaped.replace('&', "%26")).as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// What an answer carries.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Body {
    Empty,
    Json(Json),
    /// A blob field, decoded.
    Bytes(Vec<u8>),
    /// Of the SOAP API, which is no part of REST.
    Xml(String),
}

/// One answer, or one part of a composite answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Body,
}

impl Answer {
    pub(crate) fn json(status: u16, body: Json) -> Self {
        Self { status, headers: Vec::new(), body: Body::Json(body) }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Body::Empty }
    }

    pub(crate) fn with(mut self, header: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((header, value.into()));
        self
    }

    pub(crate) fn is_failure(&self) -> bool {
        self.status >= 300 && self.status != 304
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self::json(refusal.status, refusal.body())
    }
}

/// A cursor: the rows that a query found and has not handed out yet.
#[derive(Clone, Debug)]
pub(crate) struct Cursor {
    pub(crate) user: Id,
    pub(crate) records: Vec<Json>,
    pub(crate) page: usize,
    /// `totalSize`.
    pub(crate) total: i64,
}

/// The org while one request is handled.
pub(crate) struct Desk<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) store: &'a mut Store,
    pub(crate) access: &'a Access,
    pub(crate) context: &'a Context,
    pub(crate) locks: &'a mut BTreeMap<Id, u32>,
    pub(crate) writes: &'a mut Vec<Write>,
    pub(crate) cursors: &'a mut BTreeMap<String, Cursor>,
    pub(crate) outbox: &'a mut Outbox,
    /// Pages are no larger than this, whatever the caller asks.
    pub(crate) page_limit: Option<usize>,
    /// Rows created after this are not in the search index yet.
    pub(crate) indexed_until: Option<Timestamp>,
    /// Calls used and allowed today.
    pub(crate) usage: (u32, u32),
    /// `https://` and the host the request came to.
    pub(crate) origin: String,
}

impl Desk<'_> {
    pub(crate) fn view(&self) -> View<'_> {
        View { schema: self.schema, store: self.store, access: self.access, context: self.context }
    }

    pub(crate) fn transaction(&mut self) -> Transaction<'_> {
        Transaction {
            schema: self.schema,
            store: self.store,
            access: self.access,
            context: self.context,
            locks: self.locks,
            writes: self.writes,
        }
    }

    /// An object as a path names it.
    pub(crate) fn object(&self, name: &str) -> Result<&Object, Refusal> {
        self.access.object(self.schema, name).filter(|object| object.key_prefix.is_some()).ok_or_else(no_such_resource)
    }

    /// Answers a call.
    pub(crate) fn answer(&mut self, call: &Call) -> Answer {
        self.route(call).unwrap_or_else(Answer::from)
    }

    fn route(&mut self, call: &Call) -> Result<Answer, Refusal> {
        let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
        match (call.method.as_str(), segments.as_slice()) {
            ("GET", []) => Ok(identity::resources(self, &call.version)),
            ("GET", ["query" | "queryAll"]) => query::query(self, call),
            ("GET", ["query" | "queryAll", locator]) => query::next_page(self, call, locator),
            ("GET", ["search"]) => query::search(self, call),
            ("GET" | "POST", ["parameterizedSearch"]) => query::parameterized_search(self, call),
            ("GET", ["sobjects"]) => describe::global(self, call),
            ("GET", ["sobjects", object]) => describe::basic(self, call, object),
            ("POST", ["sobjects", object]) => records::create(self, call, object),
            ("GET", ["sobjects", object, "describe"]) => describe::describe(self, call, object),
            ("GET", ["sobjects", object, "listviews", rest @ ..]) if self.schema.object("ListView").is_some() => {
                match rest {
                    [] | ["recent"] => list_views::list(self, call, object),
                    [id] => list_views::one(self, call, object, id),
                    [id, "describe"] => list_views::describe(self, object, id),
                    [id, "results"] => list_views::results(self, call, object, id),
                    _ => Err(no_such_resource()),
                }
            }
            ("GET", ["sobjects", object, id]) => records::read(self, call, object, id),
            ("PATCH", ["sobjects", object, id]) => records::update(self, call, object, id),
            ("DELETE", ["sobjects", object, id]) => records::delete(self, object, id),
            ("GET", ["sobjects", object, id, field]) if Id::parse(id).is_some() => blobs::read(self, object, id, field),
            (method, ["sobjects", object, field, value]) => {
                records::by_external_id(self, call, method, object, field, value)
            }
            ("POST", ["composite"]) => composite::composite(self, call),
            ("POST", ["composite", "batch"]) => composite::batch(self, call),
            ("POST", ["composite", "sobjects"]) => collections::create(self, call),
            ("PATCH", ["composite", "sobjects"]) => collections::update(self, call),
            ("DELETE", ["composite", "sobjects"]) => collections::delete(self, call),
            ("GET" | "POST", ["composite", "sobjects", object]) => collections::read(self, call, object),
            ("PATCH", ["composite", "sobjects", object, field]) => collections::upsert(self, call, object, field),
            ("GET", ["ui-api", "object-info", object, "picklist-values", record_type]) => {
                ui::picklist_values(self, call, object, record_type)
            }
            (method, ["analytics", "reports", rest @ ..]) if self.schema.object("Report").is_some() => {
                match (method, rest) {
                    ("GET", []) => reports::recent(self, call),
                    ("GET", [id, "describe"]) => reports::describe(self, call, id),
                    ("GET" | "POST", [id]) => reports::run(self, call, id),
                    _ => Err(unsupported(&segments.join("/"))),
                }
            }
            ("GET", ["process", "approvals"]) if self.schema.object("ProcessInstance").is_some() => {
                Ok(approvals::list(self))
            }
            ("POST", ["process", "approvals"]) if self.schema.object("ProcessInstance").is_some() => {
                approvals::process(self, call)
            }
            ("GET", ["actions", "standard", "emailSimple"]) => Ok(email::describe(call)),
            ("POST", ["actions", "standard", "emailSimple"]) => actions::run(self, call, "emailSimple", email::send),
            ("POST", ["actions", "standard", "reviewApprovalWorkItem"])
                if self.schema.object("ApprovalWorkItem").is_some() =>
            {
                actions::run(self, call, "reviewApprovalWorkItem", actions::review)
            }
            ("POST", ["actions", "standard", "recallApprovalSubmission"])
                if self.schema.object("ApprovalSubmission").is_some() =>
            {
                actions::run(self, call, "recallApprovalSubmission", actions::recall)
            }
            ("GET" | "POST", ["actions", "standard", action]) if ACTIONS.contains(action) => {
                Err(unsupported(&segments.join("/")))
            }
            // Agents believe in an action that converts leads, or in one that takes what was deleted back.
            ("GET" | "POST", ["actions", "standard" | "custom", ..]) => {
                Err(Refusal::new(404, "NOT_FOUND", "Invalid Action Type"))
            }
            ("GET", ["limits"]) => Ok(limits::limits(self)),
            ("GET", ["limits", "recordCount"]) => Ok(limits::record_count(self, call)),
            (_, ["composite", "tree" | "graph", ..]) => Err(unsupported(&segments.join("/"))),
            (
                _,
                ["sobjects", _] | ["sobjects", _, _] | ["composite", ..] | ["query" | "search" | "limits" | "sobjects"],
            ) => Err(Refusal::new(
                405,
                "METHOD_NOT_ALLOWED",
                format!("HTTP Method '{}' not allowed. Allowed are GET,HEAD,POST,PATCH,DELETE", call.method),
            )),
            _ => Err(no_such_resource()),
        }
    }
}

/// A path that leads nowhere, or to what the user may not know of.
pub(crate) fn no_such_resource() -> Refusal {
    Refusal::new(404, "NOT_FOUND", "The requested resource does not exist")
}

/// Something Salesforce has and this org has not. Loud, so that no test passes by mistake.
pub(crate) fn unsupported(what: &str) -> Refusal {
    Refusal::new(501, "DEMO_ORG_UNSUPPORTED", format!("the demo org has no {what}"))
}

/// `{id, success, errors}` of a published event, which is sent later and known by its UUID.
/// <https://developer.salesforce.com/docs/atlas.en-us.platform_events.meta/platform_events/platform_events_publish_api.htm>
pub(crate) fn published(id: &Id) -> Json {
    let digits: String = id.as_str().bytes().take(12).map(|byte| format!("{:x}", byte % 16)).collect();
    let enqueued = json!({"statusCode": "OPERATION_ENQUEUED", "message": format!("5f1d3c07-0000-4000-8000-{digits}"), "fields": []});
    json!({"id": id.as_str(), "success": true, "errors": [enqueued]})
}

/// `{id, success, errors}` of a create.
pub(crate) fn saved(id: &Id) -> Json {
    json!({"id": id.as_str(), "success": true, "errors": []})
}
