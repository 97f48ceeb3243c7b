//! A platform over the demo org in process, and the shorthand the tests are written in.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use demo_org::{Org, Reply};
use salesforce_plugin::call::Call;
use salesforce_plugin::platform::{Cache, FailureReason, Platform, SendFailure};
use salesforce_plugin::tools;
use salesforce_plugin::wit::{ConnectionSettings, Error, ObjectGrants};
use serde_json::Value;

/// One user's connection to a demo org of its own.
pub(crate) struct Bench {
    pub(crate) org: Org,
    token: String,
    pub(crate) cache: RefCell<BTreeMap<String, Vec<u8>>>,
    /// Whether the platform keeps nothing between calls.
    pub(crate) forgets: Cell<bool>,
    pub(crate) settings: RefCell<ConnectionSettings>,
    /// What the core sent, without the credential.
    pub(crate) sent: RefCell<Vec<http::Request<Vec<u8>>>>,
    /// The bodies of the answers that came.
    pub(crate) received: RefCell<Vec<Vec<u8>>>,
    /// What somebody else does in the org right before the request of this number, from 0.
    pub(crate) meanwhile: RefCell<Option<Meanwhile>>,
    /// Seconds by which the platform's clock is ahead of the org's.
    pub(crate) clock_ahead: Cell<i64>,
    /// What becomes of the body of an answer on its way.
    pub(crate) rewrite: RefCell<Option<Rewrite>>,
    /// Whether the platform keeps the `Date` of responses to itself.
    pub(crate) hides_dates: Cell<bool>,
    /// A part of a path, and why nothing that comes from there reaches the core.
    pub(crate) fails: RefCell<Option<(&'static str, FailureReason)>>,
}

type Meanwhile = (usize, Box<dyn Fn(&Org)>);
type Rewrite = Box<dyn Fn(String) -> String>;

/// What an error says, without where in a statement that stands.
pub(crate) fn without_place(error: &Value) -> &str {
    let message = error["message"].as_str().unwrap();
    match message.rsplit_once(" (line ") {
        // What stands there is repeated where the statement could not be read.
        Some((said, place)) if !place.contains(':') => said,
        _ => message,
    }
}

impl Bench {
    /// Riley, a sales rep, with an empty cache.
    pub(crate) fn new() -> Self {
        Self::of("riley")
    }

    /// A seeded user, with an empty cache.
    pub(crate) fn of(user: &str) -> Self {
        Self::on(Org::demo(), user)
    }

    /// The same on another org.
    pub(crate) fn on(org: Org, user: &str) -> Self {
        Self {
            token: org.token(user),
            org,
            cache: RefCell::default(),
            forgets: Cell::default(),
            settings: RefCell::new(ConnectionSettings {
                tools: None,
                read_only: false,
                objects: ObjectGrants { read: None, append: None, edit: None },
                instructions: None,
                vocabulary: Vec::new(),
                soap_session: true,
            }),
            sent: RefCell::default(),
            received: RefCell::default(),
            meanwhile: RefCell::default(),
            clock_ahead: Cell::default(),
            rewrite: RefCell::default(),
            hides_dates: Cell::default(),
            fails: RefCell::default(),
        }
    }

    /// Riley, after these objects have been described once.
    pub(crate) fn warm(objects: &[&str]) -> Self {
        Self::new().after_describing(objects)
    }

    /// The same user, after these objects have been described once.
    pub(crate) fn after_describing(self, objects: &[&str]) -> Self {
        for object in objects {
            self.ok("describe", serde_json::json!({ "object": object }));
        }
        self.org.forget_requests();
        self
    }

    /// Calls a tool: its reply, or its error as JSON.
    pub(crate) fn call(&self, tool: &str, arguments: Value) -> Result<Value, Value> {
        let parsed = |text: String| serde_json::from_str(&text).unwrap();
        self.call_as_text(tool, arguments).map(parsed).map_err(parsed)
    }

    /// The same as it is written, where a number's digits matter.
    pub(crate) fn call_as_text(&self, tool: &str, arguments: Value) -> Result<String, String> {
        tools::call(&Call::new(self), tool, &arguments.to_string()).map_err(|error| Error::from(error).json())
    }

    /// Calls a tool that succeeds.
    #[track_caller]
    pub(crate) fn ok(&self, tool: &str, arguments: Value) -> Value {
        self.call(tool, arguments).unwrap_or_else(|error| panic!("{tool} failed: {error:#}"))
    }

    /// Creates one record: its own part of the receipt, with what the receipt says besides.
    #[track_caller]
    pub(crate) fn created(&self, arguments: Value) -> Value {
        let mut reply = self.ok("create", arguments);
        let records = reply.as_object_mut().unwrap().remove("records").unwrap();
        let [record] = records.as_array().unwrap().as_slice() else { panic!("not one record: {records:#}") };
        reply.as_object_mut().unwrap().extend(record.as_object().unwrap().clone());
        reply
    }

    /// Calls a tool that fails.
    #[track_caller]
    pub(crate) fn err(&self, tool: &str, arguments: Value) -> Value {
        match self.call(tool, arguments) {
            Err(error) => error,
            Ok(reply) => panic!("{tool} succeeded: {reply:#}"),
        }
    }

    /// Calls a tool that refuses its arguments, and sends nothing for them.
    #[track_caller]
    pub(crate) fn refused(&self, tool: &str, arguments: Value) -> Value {
        let before = self.counts();
        let error = self.err(tool, arguments);
        assert_eq!(error["kind"], "invalid_input", "{error:#}");
        assert_eq!(error["changed"], "no");
        assert_eq!(self.counts(), before, "sent for bad arguments: {error:#}");
        error
    }

    /// Requests and writes the org has seen.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.requests(), self.org.writes().len())
    }

    /// How many requests the org has seen.
    pub(crate) fn requests(&self) -> usize {
        self.org.requests().len()
    }

    /// Requests that asked which picklist values a record type allows: one for each, once a day.
    pub(crate) fn narrowings(&self) -> usize {
        self.org.requests().iter().filter(|request| request.path.contains("/picklist-values/")).count()
    }

    /// The id of a seeded record.
    pub(crate) fn id(&self, key: &str) -> String {
        self.org.id(key).unwrap().to_string()
    }

    /// Sends a request of the core, once it has the token.
    fn exchange(
        &self,
        mut request: http::Request<Vec<u8>>,
        with_token: impl FnOnce(&mut http::Request<Vec<u8>>, &str),
    ) -> Result<http::Response<Vec<u8>>, SendFailure> {
        self.sent.borrow_mut().push(request.clone());
        let meanwhile = self.meanwhile.borrow_mut().take_if(|(at, _)| *at == self.requests());
        if let Some((_, act)) = meanwhile {
            act(&self.org);
        }
        with_token(&mut request, &self.token);
        let failure = self.fails.borrow().filter(|(path, _)| request.uri().path().contains(path));
        if let Some((_, reason)) = failure {
            self.org.handle(request);
            return Err(SendFailure { reason, request_sent: true });
        }
        match self.org.handle(request) {
            Reply::Response(mut response) => {
                if self.hides_dates.get() {
                    response.headers_mut().remove("date");
                }
                if let Some(rewrite) = &*self.rewrite.borrow() {
                    *response.body_mut() =
                        rewrite(String::from_utf8(std::mem::take(response.body_mut())).unwrap()).into_bytes();
                }
                self.received.borrow_mut().push(response.body().clone());
                Ok(response)
            }
            Reply::Delayed { .. } => Err(SendFailure { reason: FailureReason::Timeout, request_sent: true }),
            Reply::Dropped { request_seen: request_sent } => {
                Err(SendFailure { reason: FailureReason::Unreachable, request_sent })
            }
            Reply::Cut { .. } => Err(SendFailure { reason: FailureReason::Unreachable, request_sent: true }),
        }
    }
}

impl Platform for Bench {
    fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, SendFailure> {
        self.exchange(request, |request, token| {
            let bearer = format!("Bearer {token}").parse().unwrap();
            assert!(request.headers_mut().insert("authorization", bearer).is_none(), "the core sets no credential");
        })
    }

    fn send_soap(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, SendFailure> {
        self.exchange(request, |request, token| {
            let body = String::from_utf8(std::mem::take(request.body_mut())).unwrap();
            let (before, after) = body.split_once("<sessionId></sessionId>").expect("a place for the session");
            assert!(!after.contains("sessionId"), "one place for the session");
            *request.body_mut() = format!("{before}<sessionId>{token}</sessionId>{after}").into_bytes();
        })
    }

    fn origin(&self) -> String {
        "https://demo.my.salesforce.com".to_owned()
    }

    fn now(&self) -> u64 {
        (self.org.now().as_millisecond() + self.clock_ahead.get() * 1000).try_into().unwrap()
    }

    fn cache(&self) -> Option<&dyn Cache> {
        if self.forgets.get() { None } else { Some(self) }
    }

    fn settings(&self) -> ConnectionSettings {
        self.settings.borrow().clone()
    }
}

impl Cache for Bench {
    fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.cache.borrow().get(key).cloned()
    }

    fn put(&self, key: &str, value: &[u8]) {
        self.cache.borrow_mut().insert(key.to_owned(), value.to_vec());
    }
}
