//! A transport that remembers what went through another one, without the token.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Failure, Transport};
use crate::token::Token;

/// Records every exchange of the transport within.
pub struct Transcript {
    inner: Arc<dyn Transport>,
    exchanges: Mutex<Vec<Exchange>>,
}

/// One request and what came of it, with the token cut out of everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The method.
    pub method: http::Method,
    /// Path and query.
    pub path: String,
    /// The request's headers but `authorization`.
    pub headers: Vec<(String, String)>,
    /// The request's body.
    pub body: String,
    /// The answer.
    pub outcome: Result<Answer, Failure>,
}

/// The response of an [`Exchange`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
    /// How many bytes the body has.
    pub bytes: usize,
}

impl Transcript {
    /// Records what goes through a transport.
    pub fn new(inner: Arc<dyn Transport>) -> Self {
        Self { inner, exchanges: Mutex::default() }
    }

    /// What went through so far.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What went through since this was last asked.
    pub fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut *self.exchanges.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Transport for Transcript {
    fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Failure> {
        let token = Token::of(&request);
        let text = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            token.as_ref().map_or_else(|| text.clone().into_owned(), |token| token.redact(&text).into_owned())
        };
        let headers = |map: &http::HeaderMap| {
            map.iter()
                .filter(|(name, _)| **name != http::header::AUTHORIZATION)
                .map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes())))
                .collect()
        };
        let mut exchange = Exchange {
            method: request.method().clone(),
            path: text(request.uri().path_and_query().map_or("", |path| path.as_str()).as_bytes()),
            headers: headers(request.headers()),
            body: text(request.body()),
            outcome: Err(Failure::after(super::FailureKind::Cancelled, "not answered")),
        };
        let outcome = self.inner.send(request);
        exchange.outcome = match &outcome {
            Ok(response) => Ok(Answer {
                status: response.status().as_u16(),
                headers: headers(response.headers()),
                body: text(response.body()),
                bytes: response.body().len(),
            }),
            Err(failure) => Err(failure.clone()),
        };
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
        outcome
    }
}
