//! One call from the guest's side: what the host functions it imports do, and how much it may use.

use std::sync::Arc;
use std::time::{Duration, Instant};

use wasmtime::ResourceLimiter;
use wasmtime::component::{HasData, Resource, ResourceTable};

use crate::bindings::salesforce::plugin::{
    cache, clock, http as wit_http, read_types, secrets, settings, settings_types, sign_in_types, types, write_types,
};
use crate::cancel::CallControl;
use crate::connection::{Connection, refuses_token};
use crate::engine::limits::Limits;
use crate::token::Token;
use crate::wire::token_provider::Renewed;
use crate::wire::transport::{Failure, FailureKind, RequestLimits};
use crate::wire::{egress, ingress, soap};

/// Handles a guest can hold at a time. It needs one.
const MAX_HANDLES: usize = 64;

/// The state of one call, dropped with its instance.
pub(crate) struct Call {
    connection: Arc<Connection>,
    limits: Limits,
    control: CallControl,
    started: Instant,
    secrets: ResourceTable,
    /// The token that the guest's handles stand for since the first one was refused.
    newer: Option<Token>,
    /// Whether the org has been asked for a new token.
    renewed: bool,
    pub(crate) requests: u32,
    pub(crate) memory: Memory,
}

impl Call {
    pub(crate) fn new(connection: Arc<Connection>, limits: Limits, control: CallControl) -> Self {
        let mut secrets = ResourceTable::new();
        secrets.set_max_capacity(MAX_HANDLES);
        Self {
            connection,
            limits,
            control,
            started: Instant::now(),
            secrets,
            newer: None,
            renewed: false,
            requests: 0,
            memory: Memory { limit: limits.memory_bytes, in_use: 0, refused: false },
        }
    }

    /// Time a request may take: the last tenth of the deadline is the guest's, to say what happened.
    fn time_left(&self) -> Duration {
        (self.limits.deadline - self.limits.deadline / 10).saturating_sub(self.started.elapsed())
    }

    /// Sends a request, and sends it again with a new token if the org refuses the one it had: then it has done nothing.
    /// The org is asked for a new token once in a call.
    fn send(&mut self, request: &wit_http::Request, token: &Token) -> Result<wit_http::Response, Failure> {
        let token = self.newer.clone().unwrap_or_else(|| token.clone());
        let response = self.exchange(request, &token)?;
        if self.renewed || !refuses(request, &response) {
            return Ok(response);
        }
        self.renewed = true;
        let Some(Renewed { token, fresh }) = self.connection.renewed(&token, self.time_left())? else {
            return Ok(response);
        };
        // One that is not fresh was renewed by somebody else, who knows how long ago.
        self.renewed = fresh;
        self.newer = Some(token.clone());
        let response = self.send(request, &token)?;
        // A new token that is no good for SOAP may well be good for REST, so that is not remembered.
        if fresh && refuses_token(&request.path, response.status) {
            self.connection.mark_rejected(&token);
        }
        Ok(response)
    }

    /// Checks a request, sends it with the token, and checks the response.
    fn exchange(&mut self, request: &wit_http::Request, token: &Token) -> Result<wit_http::Response, Failure> {
        let request = self.outgoing(request, token)?;
        self.requests += 1;
        let response = self.connection.transport.send(request);
        self.control.exchanged(self.requests);
        let response = response?;
        ingress::admit(response, token, self.limits.response_bytes)
    }

    fn outgoing(&self, request: &wit_http::Request, token: &Token) -> Result<http::Request<Vec<u8>>, Failure> {
        let denied = |detail: String| Failure::before(FailureKind::Denied, detail);
        let refused = |refusal: egress::Refusal| denied(refusal.to_string());
        if self.control.is_cancelled() {
            return Err(Failure::before(FailureKind::Cancelled, "the call was stopped"));
        }
        if self.requests >= self.limits.requests {
            return Err(denied(format!("a call may send {} requests", self.limits.requests)));
        }
        let timeout = self.time_left();
        if timeout.is_zero() {
            return Err(Failure::before(FailureKind::Timeout, "the deadline of the call has passed"));
        }
        egress::body(request.body.as_deref()).map_err(refused)?;
        let mut headers = egress::headers(&request.headers).map_err(refused)?;
        let body = match request.credential_place {
            wit_http::CredentialPlace::Bearer => {
                egress::path(&request.path).map_err(refused)?;
                headers.insert(http::header::AUTHORIZATION, token.bearer());
                request.body.clone().unwrap_or_default()
            }
            wit_http::CredentialPlace::SoapSession => {
                egress::soap(request.method == wit_http::Method::Post, &request.path, &headers).map_err(refused)?;
                let body = request.body.as_deref().unwrap_or_default();
                soap::filled(body, token.reveal()).ok_or_else(|| refused(egress::Refusal::Envelope))?
            }
        };

        let mut outgoing = http::Request::builder()
            .method(match request.method {
                wit_http::Method::Get => http::Method::GET,
                wit_http::Method::Post => http::Method::POST,
                wit_http::Method::Patch => http::Method::PATCH,
                wit_http::Method::Delete => http::Method::DELETE,
            })
            .uri(format!("{}{}", self.connection.origin, request.path))
            .extension(RequestLimits { timeout, max_response_bytes: self.limits.response_bytes })
            .extension(self.control.token())
            .body(body)
            .map_err(|_| denied("the path is not valid in a URI".to_owned()))?;
        *outgoing.headers_mut() = headers;
        Ok(outgoing)
    }
}

/// Whether a response says that the org did not take the token, and so did nothing.
fn refuses(request: &wit_http::Request, response: &wit_http::Response) -> bool {
    match request.credential_place {
        wit_http::CredentialPlace::Bearer => refuses_token(&request.path, response.status),
        wit_http::CredentialPlace::SoapSession => soap::refuses_session(&response.body),
    }
}

/// Tells the generated code that the state itself implements the imports.
pub(crate) struct Imports;

impl HasData for Imports {
    type Data<'a> = &'a mut Call;
}

impl wit_http::Host for Call {
    fn send(
        &mut self,
        request: wit_http::Request,
        credential: Resource<Token>,
    ) -> wasmtime::Result<Result<wit_http::Response, Failure>> {
        let token = self.secrets.get(&credential)?.clone();
        Ok(self.send(&request, &token))
    }

    fn origin(&mut self) -> wasmtime::Result<String> {
        Ok(self.connection.origin.as_str().to_owned())
    }
}

impl secrets::Host for Call {
    fn access_token(&mut self) -> wasmtime::Result<Option<Resource<Token>>> {
        match self.connection.access_token() {
            Some(token) => Ok(Some(self.secrets.push(token)?)),
            None => Ok(None),
        }
    }
}

impl secrets::HostSecret for Call {
    fn drop(&mut self, secret: Resource<Token>) -> wasmtime::Result<()> {
        self.secrets.delete(secret)?;
        Ok(())
    }
}

impl clock::Host for Call {
    fn now(&mut self) -> wasmtime::Result<u64> {
        Ok((self.connection.clock)())
    }
}

impl cache::Host for Call {
    fn get(&mut self, key: String) -> wasmtime::Result<Option<Vec<u8>>> {
        Ok(self.connection.cache.get(&key))
    }

    fn put(&mut self, key: String, value: Vec<u8>) -> wasmtime::Result<()> {
        self.connection.cache.put(&key, value);
        Ok(())
    }
}

impl settings::Host for Call {
    fn get(&mut self) -> wasmtime::Result<settings_types::ConnectionSettings> {
        Ok(self.connection.settings())
    }
}

// Interfaces that hold records alone have nothing to implement.
impl types::Host for Call {}
impl read_types::Host for Call {}
impl write_types::Host for Call {}
impl settings_types::Host for Call {}
impl sign_in_types::Host for Call {}

/// Linear memory in use, and whether the guest wanted more than it may have.
pub(crate) struct Memory {
    limit: usize,
    /// Linear memory never shrinks, so this is the peak too.
    pub(crate) in_use: usize,
    pub(crate) refused: bool,
}

impl ResourceLimiter for Memory {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.in_use.saturating_add(desired.saturating_sub(current));
        if total > self.limit {
            self.refused = true;
            return Ok(false);
        }
        self.in_use = total;
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= MAX_TABLE_ELEMENTS)
    }
}

/// Functions a guest may have in its table; the pool reserves room for as many.
pub(crate) const MAX_TABLE_ELEMENTS: usize = 20_000;
