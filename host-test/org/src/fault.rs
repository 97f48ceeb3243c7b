//! Faults on demand: what a network or an org does to a request that deserved better.

use std::time::Duration;

use http::Method;

use crate::refusal::Refusal;

/// One fault, waiting for the requests it matches.
#[derive(Clone, Debug)]
pub struct Fault {
    method: Option<Method>,
    path: String,
    skip: u32,
    times: u32,
    effect: Effect,
}

/// What happens to a matched request.
#[derive(Clone, Debug)]
pub enum Effect {
    /// It is refused, and nothing else happens.
    Refuse(Refusal),
    /// It is answered with this, and nothing else happens.
    Answer {
        /// The status.
        status: u16,
        /// `Content-Type`.
        content_type: &'static str,
        /// The body, sent as it is.
        body: String,
    },
    /// The connection breaks before the org sees the request: nothing is written.
    DropBefore,
    /// The org handles the request, and the connection breaks before the answer: a write has happened.
    DropAfter,
    /// The connection breaks in the middle of the answer's body.
    CutBody,
    /// The answer takes this long.
    Delay(Duration),
    /// The answer's body ends in the middle, though its length says it is whole.
    Truncate,
    /// The answer is an HTML page, as from a proxy or a login form, with the status of success.
    WrongContent,
    /// The answer's body is at least this many bytes: spaces follow its JSON.
    Oversize(usize),
    /// A 400 whose message repeats the `Authorization` header: clients must not pass it on.
    EchoAuthorization,
    /// A redirect.
    Redirect(String),
}

impl Fault {
    /// Happens to the next request, whatever it is.
    pub fn new(effect: Effect) -> Self {
        Self { method: None, path: String::new(), skip: 0, times: 1, effect }
    }

    /// Happens only to requests of this method whose path contains this text.
    pub fn on(mut self, method: Method, path: impl Into<String>) -> Self {
        self.method = Some(method);
        self.path = path.into();
        self
    }

    /// Spares the first `count` requests that match.
    pub fn after(mut self, count: u32) -> Self {
        self.skip = count;
        self
    }

    /// Happens this many times instead of once.
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// The 503 page of the network in front of Salesforce, which is HTML.
    pub fn html_503() -> Self {
        Self::new(Effect::Answer {
            status: 503,
            content_type: "text/html",
            body: "<html><head><title>Service Not Available</title></head><body><h1>We are down for maintenance.</h1></body></html>".to_owned(),
        })
    }

    /// 503 `SERVER_UNAVAILABLE`, in JSON.
    pub fn server_unavailable() -> Self {
        Self::new(Effect::Refuse(Refusal::new(503, "SERVER_UNAVAILABLE", "Server Unavailable")))
    }

    /// The daily limit: trying again is pointless until tomorrow.
    pub fn daily_limit() -> Self {
        Self::new(Effect::Refuse(daily_limit()))
    }

    /// The limit of long calls at one time: worth another try later.
    pub fn concurrency_limit() -> Self {
        Self::new(Effect::Refuse(Refusal::new(
            403,
            "REQUEST_LIMIT_EXCEEDED",
            "ConcurrentPerOrgLongTxn Limit exceeded.",
        )))
    }

    /// A 401 that a new token does not cure.
    pub fn not_for_rest() -> Self {
        Self::new(Effect::Refuse(Refusal::new(
            401,
            "INVALID_SESSION_ID",
            "This session is not valid for use with the REST API",
        )))
    }

    /// What the sign-in endpoints say no with: `{error, error_description}`.
    pub fn sign_in_refused(error: &str, description: &str) -> Self {
        let body = serde_json::json!({"error": error, "error_description": description}).to_string();
        Self::new(Effect::Answer { status: 400, content_type: "application/json;charset=UTF-8", body })
    }

    /// Another refresh of the same token is under way: the one failure of a grant that passes by itself.
    pub fn token_in_progress() -> Self {
        Self::sign_in_refused("invalid_grant", "token request is already being processed")
            .on(Method::POST, "/services/oauth2/token")
    }

    /// The effect on this request, if any; counts down.
    pub(crate) fn strike(&mut self, method: &Method, path: &str) -> Option<Effect> {
        let matches = self.method.as_ref().is_none_or(|wanted| wanted == method) && path.contains(&self.path);
        if !matches || self.times == 0 {
            return None;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return None;
        }
        self.times -= 1;
        Some(self.effect.clone())
    }
}

pub(crate) fn daily_limit() -> Refusal {
    Refusal::new(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
}
