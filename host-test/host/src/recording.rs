//! A session with an org as a file that can be shown to others, and played back in the org's place.
//!
//! A recording holds what went over the wire and the calls that caused it, with everything masked that could say whose
//! org it was: the rules are in `recording/mask.rs`. Calls that are repeated with a recording's own, masked arguments send the
//! requests it knows.

mod mask;
mod words;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::connection::Connection;
use crate::token::Token;
use crate::types::Tool;
use crate::wire::origin::Origin;
use crate::wire::transport::{Answer, Exchange, Failure, FailureKind, Transport};
use mask::HOST;
pub use mask::Mask;

/// Where the links of a masked org point.
fn masked_origin() -> Origin {
    Origin::of_host(HOST)
}

/// The version of the format this program writes and reads.
const VERSION: u32 = 1;

/// Response headers that are kept.
const HEADERS: [&str; 4] = ["content-type", "date", "last-modified", "retry-after"];

/// What was recorded of a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    version: u32,
    /// When it was recorded, in milliseconds since the Unix epoch: a replay lives at that time.
    now: u64,
    /// The calls, in order.
    calls: Vec<Called>,
    exchanges: Vec<Recorded>,
}

/// A call of a tool, masked as the requests are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Called {
    /// The tool.
    pub tool: String,
    /// Its arguments.
    pub arguments: Value,
}

/// One exchange, masked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recorded {
    method: String,
    path: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    query: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    body: Value,
    outcome: Outcome,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Response(Response),
    Failure(Missing),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Response {
    status: u16,
    headers: BTreeMap<String, String>,
    /// JSON as it is, any other text as a string, nothing as null.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    body: Value,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Missing {
    kind: String,
    request_sent: bool,
}

/// A word that may not be shown is left in what was to be written down. It is not repeated here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{place} {number} would still show a word of the org or of the call, so nothing is written: please report this"
)]
pub struct Leak {
    /// What kind of place it is.
    pub place: &'static str,
    /// Which call or exchange, from 1.
    pub number: usize,
}

/// Why a file is no recording this program can play.
#[derive(Debug, thiserror::Error)]
pub enum Damaged {
    /// The file can't be read.
    #[error("{}: {error}", file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// It is not JSON of the right form. The message names the line, and the field where there is one.
    #[error("{}: {error}", file.display())]
    Form {
        /// Which.
        file: PathBuf,
        /// What, and in which line.
        error: serde_json::Error,
    },
    /// Another program wrote it.
    #[error("{}: version: this program plays version {VERSION}, and the recording has version {found}", file.display())]
    Version {
        /// Which.
        file: PathBuf,
        /// Its version.
        found: u32,
    },
    /// A value that can't be.
    #[error("{}: exchange {number}: {field}: {problem}", file.display())]
    Value {
        /// Which.
        file: PathBuf,
        /// Which exchange, from 1.
        number: usize,
        /// Its field.
        field: &'static str,
        /// What is wrong, and what is allowed.
        problem: String,
    },
}

impl Recording {
    /// Masks a session: its calls, as names and JSON arguments, and what went over the wire. What makes or unmakes a
    /// sign-in is left out altogether. `tools` are the ones there are: their own words say nothing of anybody.
    ///
    /// # Errors
    ///
    /// A word of the originals that may not be shown is left somewhere: nothing is to be written then.
    pub fn of(
        origin: &Origin,
        now: u64,
        tools: &[Tool],
        calls: &[(String, String)],
        exchanges: &[Exchange],
    ) -> Result<Self, Leak> {
        let host = origin.as_str().split_once("://").map_or("", |(_, host)| host);
        let mut mask = Mask::new(host);
        let exchanges: Vec<_> = exchanges
            .iter()
            .filter(|exchange| {
                !exchange.path.starts_with("/services/oauth2/")
                    || exchange.path.starts_with("/services/oauth2/userinfo")
            })
            .collect();
        for tool in tools {
            mask.learn_tool(&json(&tool.input_schema));
        }
        for (_, arguments) in calls {
            mask.reserve_json(&json(arguments));
        }
        for exchange in &exchanges {
            mask.reserve(&exchange.path);
            let sent = json(&exchange.body);
            mask.reserve_json(&sent);
            mask.learn_request(&sent);
            if let Ok(answer) = &exchange.outcome {
                let body = json(&answer.body);
                mask.reserve_json(&body);
                mask.learn(&body);
                for (name, value) in answer.headers.iter().filter(|(name, _)| is_kept(name)) {
                    mask.reserve(name);
                    mask.reserve(value);
                }
            }
        }
        let recording = Self {
            version: VERSION,
            now,
            calls: calls
                .iter()
                .map(|(tool, arguments)| Called { tool: tool.clone(), arguments: mask.arguments(&json(arguments)) })
                .collect(),
            exchanges: exchanges.into_iter().map(|exchange| Recorded::of(exchange, &mut mask)).collect(),
        };
        match recording.leak(&mask) {
            Some(leak) => Err(leak),
            None => Ok(recording),
        }
    }

    /// Where a word is left that may not be shown.
    fn leak(&self, mask: &Mask) -> Option<Leak> {
        let of_calls = self.calls.iter().enumerate().filter(|(_, call)| mask.leaks_json(&call.arguments));
        let of_exchanges =
            self.exchanges.iter().enumerate().filter_map(|(at, exchange)| Some((at, exchange.leak(mask)?)));
        let mut leaks = of_calls
            .map(|(at, _)| Leak { place: "the arguments of call", number: at + 1 })
            .chain(of_exchanges.map(|(at, place)| Leak { place, number: at + 1 }));
        leaks.next()
    }

    /// The calls, to be repeated with these very arguments.
    pub fn calls(&self) -> &[Called] {
        &self.calls
    }

    /// Writes it to a file.
    pub fn save(&self, file: &Path) -> std::io::Result<()> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        fs::write(file, text)
    }

    /// Reads it from a file.
    pub fn load(file: &Path) -> Result<Self, Damaged> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let damaged = |error| Damaged::Form { file: file.to_owned(), error };
        let text = fs::read_to_string(file).map_err(|error| Damaged::File { file: file.to_owned(), error })?;
        let Version { version: found } = serde_json::from_str(&text).map_err(damaged)?;
        if found != VERSION {
            return Err(Damaged::Version { file: file.to_owned(), found });
        }
        let recording: Self = serde_json::from_str(&text).map_err(damaged)?;
        for (at, exchange) in recording.exchanges.iter().enumerate() {
            exchange.check().map_err(|(field, problem)| Damaged::Value {
                file: file.to_owned(),
                number: at + 1,
                field,
                problem,
            })?;
        }
        Ok(recording)
    }

    /// A connection to the org as it was when this was recorded, and what it is asked in vain.
    pub fn connection(self) -> (Connection, Arc<Replay>) {
        let now = self.now;
        let used = vec![false; self.exchanges.len()];
        let replay = Arc::new(Replay { recording: self, state: Mutex::new(State { used, misses: Vec::new() }) });
        let token = Token::new("a-token-nobody-needs").ok();
        let connection = Connection::new(masked_origin(), move || token.clone(), Arc::clone(&replay));
        (connection.with_clock(move || now), replay)
    }
}

/// Plays a recording: each recorded answer once, and the last one of a read again and again.
pub struct Replay {
    recording: Recording,
    state: Mutex<State>,
}

struct State {
    used: Vec<bool>,
    misses: Vec<String>,
}

impl Replay {
    /// What was asked and is not on the recording, each with what is nearest to it.
    pub fn misses(&self) -> Vec<String> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).misses.clone()
    }
}

impl Transport for Replay {
    fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Failure> {
        let mut mask = Mask::transparent();
        let target = request.uri().path_and_query().map_or("", |target| target.as_str());
        let body = mask.body(request.uri().path(), &json(&String::from_utf8_lossy(request.body())));
        let (path, query) = mask.target(target);
        let asked = Asked { method: request.method().as_str(), path: &path, query: &query, body: &body };

        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let exchanges = &self.recording.exchanges;
        let same = |at: &usize| exchanges.get(*at).is_some_and(|exchange| exchange.asked() == asked);
        let unused = |at: &usize| state.used.get(*at) == Some(&false);
        let fresh = (0..exchanges.len()).filter(same).find(unused);
        let again = || (0..exchanges.len()).rfind(same).filter(|_| asked.reads());
        let Some(at) = fresh.or_else(again) else {
            let miss = self.miss(&asked);
            state.misses.push(miss.clone());
            return Err(Failure::before(FailureKind::Denied, miss));
        };
        if let Some(used) = state.used.get_mut(at) {
            *used = true;
        }
        match exchanges.get(at) {
            Some(exchange) => exchange.replay(),
            None => Err(Failure::before(FailureKind::Denied, "the recording is at its end")),
        }
    }
}

impl Replay {
    /// What was asked, and the recorded request that has most in common with it.
    fn miss(&self, asked: &Asked<'_>) -> String {
        let asked = asked.text();
        let common = |exchange: &Recorded| {
            let recorded = exchange.asked().text();
            let alike = |(one, other): &(char, char)| one == other;
            let before = asked.chars().zip(recorded.chars()).take_while(alike).count();
            let after = asked.chars().rev().zip(recorded.chars().rev()).take_while(alike).count();
            (before, before + after, recorded)
        };
        let nearest = self.recording.exchanges.iter().enumerate().map(|(at, exchange)| (common(exchange), at + 1));
        match nearest.max_by_key(|((_, alike, _), at)| (*alike, usize::MAX - at)) {
            Some(((before, _, recorded), number)) => {
                let from = before.saturating_sub(20);
                let shown = |text: &str| text.chars().skip(from).take(80).collect::<String>();
                format!(
                    "the recording has no answer left to {}; nearest is its exchange {number}, which has “{}” for “{}”",
                    asked.chars().take(300).collect::<String>(),
                    shown(&recorded),
                    shown(&asked)
                )
            }
            None => format!("the recording is empty, and was asked {asked}"),
        }
    }
}

/// What makes two requests the same. Headers do not: they follow from these.
#[derive(PartialEq)]
struct Asked<'a> {
    method: &'a str,
    path: &'a str,
    query: &'a [(String, String)],
    body: &'a Value,
}

impl Asked<'_> {
    /// Whether it only reads, so that it may be answered more than once.
    fn reads(&self) -> bool {
        let parts = self.body.get("compositeRequest").and_then(Value::as_array);
        self.method == "GET"
            || self.path.ends_with("/parameterizedSearch")
            // A run of a report with other filters keeps nothing.
            || self.path.contains("/analytics/reports/")
            || parts.is_some_and(|parts| parts.iter().all(|part| part["method"] == "GET"))
    }

    fn text(&self) -> String {
        let query: Vec<String> = self.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        let body = if self.body.is_null() { String::new() } else { format!(" {}", self.body) };
        format!("{} {}{query}{body}", self.method, self.path)
    }
}

impl Recorded {
    fn of(exchange: &Exchange, mask: &mut Mask) -> Self {
        let resource = exchange.path.split('?').next().unwrap_or_default();
        let (path, query) = mask.target(&exchange.path);
        let body = mask.body(resource, &json(&exchange.body));
        let outcome = match &exchange.outcome {
            Ok(answer) => Outcome::Response(Response {
                status: answer.status,
                headers: headers(answer, mask),
                body: match json(&answer.body) {
                    Value::String(text) => Value::String(mask.text(&text)),
                    body => mask.body(resource, &body),
                },
            }),
            // Its detail is a host's own words; what it says to people is its kind.
            Err(failure) => Outcome::Failure(Missing {
                kind: kind_name(failure.kind).to_owned(),
                request_sent: failure.request_sent,
            }),
        };
        Self { method: exchange.method.to_string(), path, query, body, outcome }
    }

    /// Where a word is left that may not be shown.
    fn leak(&self, mask: &Mask) -> Option<&'static str> {
        let answer = match &self.outcome {
            Outcome::Response(response) => Some(response),
            Outcome::Failure(_) => None,
        };
        if mask.leaks(&self.path) {
            Some("the path of exchange")
        } else if self.query.iter().any(|(name, value)| mask.leaks(name) || mask.leaks(value)) {
            Some("the query of exchange")
        } else if mask.leaks_json(&self.body) {
            Some("the body sent in exchange")
        } else if answer.is_some_and(|answer| answer.headers.values().any(|value| mask.leaks(value))) {
            Some("a header of exchange")
        } else if answer.is_some_and(|answer| mask.leaks_json(&answer.body)) {
            Some("the answer of exchange")
        } else {
            None
        }
    }

    fn asked(&self) -> Asked<'_> {
        Asked { method: &self.method, path: &self.path, query: &self.query, body: &self.body }
    }

    /// The field that can't be played, and why.
    fn check(&self) -> Result<(), (&'static str, String)> {
        let methods = ["GET", "POST", "PATCH", "DELETE"];
        if !methods.contains(&self.method.as_str()) {
            return Err(("method", format!("{:?} is none of {}", self.method, methods.join(", "))));
        }
        match &self.outcome {
            Outcome::Response(response) if !(100..1000).contains(&response.status) => {
                Err(("status", format!("{} is no HTTP status, which is 100 to 999", response.status)))
            }
            Outcome::Failure(failure) if kind_of(&failure.kind).is_none() => {
                Err(("kind", format!("{:?} is none of {}", failure.kind, KINDS.map(|(name, _)| name).join(", "))))
            }
            _ => Ok(()),
        }
    }

    fn replay(&self) -> Result<http::Response<Vec<u8>>, Failure> {
        match &self.outcome {
            Outcome::Response(Response { status, headers, body }) => {
                let mut response = http::Response::builder().status(*status);
                for (name, value) in headers {
                    response = response.header(name, value);
                }
                let body = match body {
                    Value::Null => String::new(),
                    Value::String(text) => text.clone(),
                    json => json.to_string(),
                };
                response
                    .body(body.into_bytes())
                    .map_err(|_| Failure::before(FailureKind::Denied, "a header on the recording can't be one"))
            }
            Outcome::Failure(failure) => Err(Failure {
                kind: kind_of(&failure.kind).unwrap_or(FailureKind::Unreachable),
                request_sent: failure.request_sent,
                detail: Some("so it was when the recording was recorded".to_owned()),
            }),
        }
    }
}

/// The headers that matter, masked.
fn headers(answer: &Answer, mask: &mut Mask) -> BTreeMap<String, String> {
    let kept = answer.headers.iter().filter_map(|(name, value)| {
        if !is_kept(name) {
            return None;
        }
        let value = match name.as_str() {
            // What else Salesforce puts there are names of apps.
            "sforce-limit-info" => mask.usage(value)?,
            name => mask.header(name, value),
        };
        Some((name.clone(), value))
    });
    kept.collect()
}

fn is_kept(name: &str) -> bool {
    matches!(name, "location" | "sforce-limit-info") || HEADERS.contains(&name)
}

/// JSON where it is JSON, and otherwise the text; nothing is null.
fn json(text: &str) -> Value {
    if text.is_empty() {
        return Value::Null;
    }
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

const KINDS: [(&str, FailureKind); 7] = [
    ("auth_required", FailureKind::AuthRequired),
    ("denied", FailureKind::Denied),
    ("timeout", FailureKind::Timeout),
    ("unreachable", FailureKind::Unreachable),
    ("too_large", FailureKind::TooLarge),
    ("cancelled", FailureKind::Cancelled),
    ("admin_required", FailureKind::AdminRequired),
];

fn kind_name(kind: FailureKind) -> &'static str {
    KINDS.iter().find(|(_, known)| *known == kind).map_or("unreachable", |(name, _)| name)
}

fn kind_of(name: &str) -> Option<FailureKind> {
    KINDS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
}
