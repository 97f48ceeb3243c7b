//! What the plugin takes for granted about Salesforce, as a checklist that is run on an org.
//!
//! The plugin was written from the manual, from recordings and from an in-memory org, so each assumption that could be
//! wrong is one [`Check`] here, with the file that relies on it. Checks of writes work on records of their own, which
//! they delete again whatever happens. Nothing of what the org answers is shown but masked.

mod apart;
mod approvals;
mod mail;
mod reads;
mod reports;
mod soap;
mod views;
mod writes;

use std::fmt;
use std::time::Duration;

use http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use demo_org::Extra;
use salesforce_host::Connection;
use salesforce_host::recording::Mask;
use salesforce_host::wire::{self, FailureKind, RequestLimits};

/// Below which everything is.
const DATA: &str = "/services/data/v65.0";

/// One assumption.
pub struct Check {
    /// What is assumed.
    pub name: &'static str,
    /// The file that relies on it.
    pub relied_on_by: &'static str,
    run: Run,
}

/// How an assumption is checked.
enum Run {
    /// The org runs this query.
    Query(&'static str),
    /// The org refuses this query, with one of these codes.
    Refusal(&'static str, &'static [&'static str]),
    /// In some other way.
    Code(fn(&mut Probe<'_>) -> Result<(), Failure>),
    /// The same, where what was found is worth a line even if it is as assumed.
    Told(fn(&mut Probe<'_>) -> Result<String, Failure>),
}

/// What no check asks, and why: it would change what is not a check's own.
pub const NOT_ASKED: [(&str, &str); 3] = [
    (
        "whether a change of a user's rights to a field moves the Last-Modified of a description",
        "no user can tell without changing rights",
    ),
    (
        "whether Removed recalls an approval that waits",
        "what waits is somebody's, and a record that is submitted for it tells its approver",
    ),
    ("whether Approve decides on a work item that waits", "what waits is somebody's, and a decision can't be undone"),
];

/// What the demo org has to have for every check to find something to ask about.
pub const EXTRAS: [Extra; 5] = [Extra::ListViews, Extra::Reports, Extra::Approvals, Extra::FlowApprovals, Extra::Files];

/// What an org says to an assumption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Holds,
    /// It does not, for this is what the org answered, masked.
    DoesNotHold(String),
    /// This org, or this user, can't tell, for this reason.
    CannotTell(String),
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Holds => "holds",
            Self::DoesNotHold(_) => "does not hold",
            Self::CannotTell(_) => "can't tell",
        })
    }
}

/// A check with its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is assumed.
    pub name: &'static str,
    /// The file that relies on it.
    pub relied_on_by: &'static str,
    /// Whether it holds.
    pub verdict: Verdict,
    /// What was found, where that says more than the verdict.
    pub found: Option<String>,
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Every check, in order.
    pub findings: Vec<Finding>,
    /// Ids of records that were made for the checks and could not be deleted: somebody has to.
    pub left_behind: Vec<String>,
}

/// Why a check does not simply hold.
enum Failure {
    DoesNotHold(String),
    CannotTell(String),
}

/// Checks that change nothing.
pub fn reads() -> &'static [Check] {
    reads::CHECKS
}

/// Checks that make records and delete them again.
pub fn writes() -> &'static [Check] {
    writes::CHECKS
}

/// Runs checks on the org of a connection.
pub fn run<'k>(connection: &Connection, checks: impl IntoIterator<Item = &'k Check>) -> Report {
    let mut probe = Probe::new(connection);
    let findings = checks
        .into_iter()
        .map(|check| {
            let (verdict, found) = match probe.run(&check.run) {
                Ok(found) => (Verdict::Holds, found),
                Err(Failure::DoesNotHold(why)) => (Verdict::DoesNotHold(why), None),
                Err(Failure::CannotTell(why)) => (Verdict::CannotTell(why), None),
            };
            Finding { name: check.name, relied_on_by: check.relied_on_by, verdict, found }
        })
        .collect();
    probe.clean_up();
    let left = std::mem::take(&mut probe.made);
    Report { findings, left_behind: left.into_iter().map(|(_, id)| id).collect() }
}

/// An answer: its status, its headers in lower case, and its body.
struct Answer {
    status: u16,
    headers: http::HeaderMap,
    body: Value,
}

impl Answer {
    fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Salesforce's code for a refusal.
    fn code(&self) -> &str {
        self.body.get(0).and_then(|error| error["errorCode"].as_str()).unwrap_or_default()
    }

    /// The status with the code for a refusal, of an action or an approval too, which have it further within.
    fn outcome(&self) -> String {
        let within = self.body.get(0).and_then(|result| result["errors"][0]["statusCode"].as_str());
        let code = if self.code().is_empty() { within.unwrap_or_default() } else { self.code() };
        format!("{} {}", self.status, known_code(code)).trim_end().to_owned()
    }

    /// The parts of a composite response: status, headers and body.
    fn parts(&self) -> Vec<Answer> {
        let parts = self.body["compositeResponse"].as_array().cloned().unwrap_or_default();
        parts
            .into_iter()
            .map(|mut part| Answer {
                status: part["httpStatusCode"].as_u64().and_then(|status| status.try_into().ok()).unwrap_or(0),
                headers: headers(&part["httpHeaders"]),
                body: part["body"].take(),
            })
            .collect()
    }
}

/// The headers of a part of a composite response.
fn headers(part: &Value) -> http::HeaderMap {
    let pairs = part.as_object().into_iter().flatten();
    let header = |(name, value): (&String, &Value)| Some((name.parse().ok()?, value.as_str()?.parse().ok()?));
    pairs.filter_map(header).collect::<Vec<(http::HeaderName, http::HeaderValue)>>().into_iter().collect()
}

/// A code as Salesforce writes them, which says nothing of anybody.
fn known_code(code: &str) -> &str {
    let plain = code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_uppercase() || b"_".contains(&byte));
    if plain { code } else { "(another code)" }
}

/// A part of a composite request.
fn part(method: &str, name: &str, url: &str) -> Value {
    json!({"method": method, "referenceId": name, "url": format!("{DATA}{url}")})
}

/// A query's address.
fn query_url(soql: &str) -> String {
    format!("/query?q={}", utf8_percent_encode(soql, NON_ALPHANUMERIC))
}

/// Talks to the org, and knows what it has made there. What is left is deleted when it is dropped.
struct Probe<'c> {
    connection: &'c Connection,
    mask: Mask,
    /// Part of the names of what is made: the time, so that a second run meets nothing of the first.
    mark: String,
    /// Objects and ids, in the order they were made.
    made: Vec<(&'static str, String)>,
    /// Whether something may have been made that no answer told of.
    unanswered: bool,
    /// Why nothing more is asked: the user has to sign in, say.
    over: Option<String>,
}

/// A way of a connection to send a request.
type Sends = fn(&Connection, http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, wire::Failure>;

/// What a request may take.
const TIMEOUT: Duration = Duration::from_secs(30);

impl<'c> Probe<'c> {
    fn new(connection: &'c Connection) -> Self {
        let host = connection.origin().as_str().split_once("://").map_or("", |(_, host)| host);
        let mark = format!("{} {}", writes::NAME, connection.now());
        Self { connection, mask: Mask::new(host), mark, made: Vec::new(), unanswered: false, over: None }
    }

    fn run(&mut self, run: &Run) -> Result<Option<String>, Failure> {
        match run {
            Run::Query(soql) => self.query(soql).map(|_| None),
            Run::Refusal(soql, codes) => {
                let answer = self.get(&query_url(soql))?;
                if codes.contains(&answer.code()) { Ok(None) } else { Err(self.doubt(&answer)) }
            }
            Run::Code(check) => check(self).map(|()| None),
            Run::Told(check) => check(self).map(Some),
        }
    }

    // ---- requests ----

    fn send(&mut self, method: Method, path: &str, headers: &[(&str, &str)], sent: &Value) -> Result<Answer, Failure> {
        let mut request = http::Request::builder()
            .method(method)
            .uri(path)
            .header(http::header::CONTENT_TYPE, "application/json")
            .extension(RequestLimits { timeout: TIMEOUT, max_response_bytes: 16 * 1024 * 1024 });
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if sent.is_null() { Vec::new() } else { sent.to_string().into_bytes() };
        let answer = self.ask(request.body(body), Connection::send)?;
        if answer.status == 401 {
            self.over = Some("the session has expired".to_owned());
        }
        if matches!(answer.code(), "REQUEST_LIMIT_EXCEEDED" | "API_DISABLED_FOR_ORG") {
            self.over = Some(format!("the org answers {} from here on", answer.code()));
        }
        Ok(answer)
    }

    /// The answer to a request, unless nothing more is asked.
    fn ask(&mut self, request: http::Result<http::Request<Vec<u8>>>, send: Sends) -> Result<Answer, Failure> {
        if let Some(over) = &self.over {
            return Err(Failure::CannotTell(over.clone()));
        }
        let request = request.map_err(|_| Failure::CannotTell("the request can't be made".to_owned()))?;
        let response = send(self.connection, request).map_err(|failure| {
            let detail = failure.detail.unwrap_or_default();
            self.unanswered |= failure.request_sent;
            match failure.kind {
                FailureKind::AuthRequired => self.over = Some("the user has to sign in".to_owned()),
                FailureKind::AdminRequired => self.over = Some(detail.clone()),
                _ => {}
            }
            Failure::CannotTell(format!("no answer: {detail}"))
        })?;
        let (parts, body) = response.into_parts();
        let body = match body.as_slice() {
            [] => Value::Null,
            bytes => serde_json::from_slice(bytes)
                .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned())),
        };
        Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
    }

    fn get(&mut self, url: &str) -> Result<Answer, Failure> {
        self.send(Method::GET, &format!("{DATA}{url}"), &[], &Value::Null)
    }

    /// A composite request, whose parts must all have been answered.
    fn composite(&mut self, all_or_none: bool, parts: &[Value]) -> Result<Vec<Answer>, Failure> {
        let body = json!({"allOrNone": all_or_none, "compositeRequest": parts});
        let answer = self.send(Method::POST, &format!("{DATA}/composite"), &[], &body)?;
        let answers = answer.parts();
        if answer.is_success() && answers.len() == parts.len() { Ok(answers) } else { Err(self.doubt(&answer)) }
    }

    /// The records of a query that runs.
    fn query(&mut self, soql: &str) -> Result<Vec<Value>, Failure> {
        let answer = self.get(&query_url(soql))?;
        match answer.body["records"].as_array() {
            Some(records) if answer.is_success() => Ok(records.clone()),
            _ => Err(self.doubt(&answer)),
        }
    }

    // ---- verdicts ----

    /// What an answer that is not as assumed means: some only say that this user or this org can't tell.
    fn doubt(&mut self, answer: &Answer) -> Failure {
        let shown = self.shown(answer);
        let elsewhere = matches!(answer.status, 401 | 403 | 429 | 500..=599)
            || [
                "INVALID_TYPE",
                "INSUFFICIENT_ACCESS",
                "INSUFFICIENT_ACCESS_OR_READONLY",
                "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
            ]
            .contains(&answer.code());
        if elsewhere { Failure::CannotTell(shown) } else { Failure::DoesNotHold(shown) }
    }

    /// An answer, masked and cut.
    fn shown(&mut self, answer: &Answer) -> String {
        const MAX_LENGTH: usize = 200;
        self.mask.learn(&answer.body);
        let masked = match &answer.body {
            Value::Null => String::new(),
            Value::String(text) => self.mask.text(text),
            body => self.mask.body("", body).to_string(),
        };
        let cut: String = masked.chars().take(MAX_LENGTH).collect();
        let more = if cut.len() < masked.len() { "…" } else { "" };
        format!("{} {cut}{more}", answer.status).trim_end().to_owned()
    }

    fn expect(&mut self, holds: bool, answer: &Answer) -> Result<(), Failure> {
        if holds { Ok(()) } else { Err(self.doubt(answer)) }
    }

    // ---- what is made ----

    /// The id of the user whose connection it is.
    fn user_id(&mut self) -> Result<String, Failure> {
        let answer = self.send(Method::GET, "/services/oauth2/userinfo", &[], &Value::Null)?;
        let id = answer.body["user_id"].as_str().filter(|_| answer.is_success()).map(str::to_owned);
        id.ok_or_else(|| Failure::CannotTell("the org does not say who the user is".to_owned()))
    }

    /// Notes a record the checks made, by the answer to its create.
    fn note(&mut self, object: &'static str, answer: &Answer) -> Option<String> {
        let id = answer.body["id"].as_str().filter(|_| answer.is_success())?.to_owned();
        self.made.push((object, id.clone()));
        Some(id)
    }

    /// Deletes what was made, the last first, and looks for what nobody told of. What can't be deleted stays noted.
    fn clean_up(&mut self) {
        // Deleting is tried even when nothing else is any more, and once more where it fails: it harms nobody.
        self.over = None;
        for _ in 0..2 {
            if std::mem::take(&mut self.unanswered) || std::thread::panicking() {
                self.look_for_more();
            }
            let made = std::mem::take(&mut self.made);
            for (object, id) in made.into_iter().rev() {
                let path = format!("{DATA}/sobjects/{object}/{id}");
                match self.send(Method::DELETE, &path, &[], &Value::Null) {
                    // What is gone with another record is gone.
                    Ok(answer) if answer.is_success() || answer.status == 404 => {}
                    _ => self.made.insert(0, (object, id)),
                }
            }
        }
        // What could not be deleted may have gone with another record afterwards.
        for (object, id) in std::mem::take(&mut self.made) {
            let read = self.get(&format!("/sobjects/{object}/{id}?fields=Id"));
            if !read.is_ok_and(|answer| answer.status == 404) {
                self.made.push((object, id));
            }
        }
    }

    fn look_for_more(&mut self) {
        for (object, name) in [
            ("Account", "Name"),
            ("Lead", "Company"),
            ("Contact", "LastName"),
            ("Task", "Subject"),
            ("Event", "Subject"),
            ("EmailMessage", "Subject"),
            ("ContentNote", "Title"),
        ] {
            let soql = format!("SELECT Id FROM {object} WHERE {name} LIKE '{}%'", self.mark);
            for record in self.query(&soql).unwrap_or_default() {
                if let Some(id) = record["Id"].as_str().filter(|id| !self.made.iter().any(|(_, made)| made == id)) {
                    self.made.push((object, id.to_owned()));
                }
            }
        }
    }
}

impl Drop for Probe<'_> {
    fn drop(&mut self) {
        if !self.made.is_empty() || self.unanswered {
            self.clean_up();
        }
    }
}
