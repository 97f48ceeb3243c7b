//! What the hosts' engines have in common: fuel, and a limit on memories, tables and instances.

use std::fmt;

use demo_org::{Org, Reply};
use http::{Request, Response};
use wasmtime::component::Component;
use wasmtime::{Config, Engine, Error, ResourceLimiter, Result, bail};

/// The org of every test.
pub(crate) const HOST: &str = "demo.my.salesforce.com";
pub(crate) const ORIGIN: &str = "https://demo.my.salesforce.com";

/// What a host grants an instance.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grants {
    pub(crate) fuel: u64,
    /// Bytes of all memories.
    pub(crate) memory: usize,
    pub(crate) instances: usize,
    pub(crate) tables: usize,
    pub(crate) table_elements: usize,
    pub(crate) memories: usize,
    /// Requests in a call.
    pub(crate) requests: u32,
}

/// What a call has used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Used {
    pub(crate) fuel: u64,
    pub(crate) memory: usize,
    pub(crate) requests: u32,
}

impl Used {
    pub(crate) fn max(self, other: Self) -> Self {
        Self {
            fuel: self.fuel.max(other.fuel),
            memory: self.memory.max(other.memory),
            requests: self.requests.max(other.requests),
        }
    }
}

impl fmt::Display for Used {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fuel, memory, requests } = self;
        write!(f, "{:.1} M fuel, {} kB, {requests} requests", *fuel as f64 / 1e6, memory / 1000)
    }
}

/// Compiles a component for an engine that counts fuel.
pub(crate) fn compiled(component: &[u8]) -> (Engine, Component) {
    let mut config = Config::new();
    config.consume_fuel(true);
    let engine = Engine::new(&config).unwrap();
    let component = Component::from_binary(&engine, component).unwrap();
    (engine, component)
}

/// Holds an instance to what is granted, and remembers what it took.
#[derive(Debug)]
pub(crate) struct Limiter {
    grants: Grants,
    pub(crate) memory: usize,
}

impl Limiter {
    pub(crate) fn new(grants: Grants) -> Self {
        Self { grants, memory: 0 }
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> Result<bool> {
        self.memory += desired - current;
        Ok(self.memory <= self.grants.memory)
    }

    fn memory_grow_failed(&mut self, error: Error) -> Result<()> {
        Err(error)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> Result<bool> {
        if desired > self.grants.table_elements {
            bail!("a table of {desired} elements");
        }
        Ok(true)
    }

    fn instances(&self) -> usize {
        self.grants.instances
    }

    fn tables(&self) -> usize {
        self.grants.tables
    }

    fn memories(&self) -> usize {
        self.grants.memories
    }
}

/// What a request came to, for hosts that answer as a whole.
pub(crate) enum Answer {
    Response(Response<Vec<u8>>),
    /// The answer comes too late.
    TimedOut,
    /// The connection broke.
    Broken,
    /// The connection broke within the body.
    Cut,
}

/// Sends a request to the org as the user of a token.
pub(crate) fn send(org: &Org, mut request: Request<Vec<u8>>, token: Option<&str>) -> Answer {
    if let Some(token) = token {
        let bearer = format!("Bearer {token}").parse().unwrap();
        request.headers_mut().insert(http::header::AUTHORIZATION, bearer);
    }
    match org.handle(request) {
        Reply::Response(response) => Answer::Response(response),
        Reply::Delayed { .. } => Answer::TimedOut,
        Reply::Dropped { .. } => Answer::Broken,
        Reply::Cut { .. } => Answer::Cut,
    }
}

/// Milliseconds since the Unix epoch, by the org's clock.
pub(crate) fn now(org: &Org) -> u64 {
    org.now().as_millisecond().try_into().unwrap()
}
