//! A model calls a tool with whatever it likes. The first part of the input is the tool's name, the second its arguments;
//! the org is the demo org.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use demo_org::{Org, Reply};
use salesforce_host::wire::egress;
use salesforce_plugin::call::Call;
use salesforce_plugin::platform::{Cache, FailureReason, Platform, SendFailure};
use salesforce_plugin::tools;
use salesforce_plugin::wit::{ConnectionSettings, Error};
use serde_json::Value;

use crate::answer::unrestricted;
use crate::strict::every_reader_takes;

/// Whatever the arguments, nothing is written where the error says so, the reply is JSON, and no request is sent that
/// the host would stop: neither its path nor its headers.
pub fn bad_arguments_write_nothing_and_no_request_is_stopped_at_the_door(input: &[u8]) {
    let mut parts = crate::parts(input);
    let tool = crate::text(parts.next().unwrap_or_default());
    let arguments = crate::text(parts.next().unwrap_or_default());
    let demo = Demo::untouched();
    match tools::call(&Call::new(&demo), &tool, &arguments) {
        Ok(reply) => every_reader_takes(&reply),
        Err(error) => {
            let error = Error::from(error).json();
            every_reader_takes(&error);
            let error: Value = serde_json::from_str(&error).unwrap();
            let writes = demo.org.writes().len();
            assert!(error["changed"] != "no" || writes == 0, "{writes} writes: {error:#}");
        }
    }
    demo.leave();
}

struct Demo {
    org: Org,
    token: String,
    cache: RefCell<BTreeMap<String, Vec<u8>>>,
}

thread_local! {
    /// A demo org nobody has written to: making one takes longer than most calls.
    static UNTOUCHED: Cell<Option<Demo>> = const { Cell::new(None) };
}

impl Demo {
    fn untouched() -> Self {
        UNTOUCHED.take().unwrap_or_else(|| {
            let org = Org::demo();
            Self { token: org.token("riley"), org, cache: RefCell::default() }
        })
    }

    /// Leaves the org to the next call, if it is as it was.
    fn leave(self) {
        if self.org.writes().is_empty() {
            self.org.forget_requests();
            self.cache.borrow_mut().clear();
            UNTOUCHED.set(Some(self));
        }
    }
}

impl Platform for Demo {
    fn send(&self, mut request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, SendFailure> {
        let path = request.uri().path_and_query().expect("a request has a path").as_str();
        // A query that is too long is the org's to refuse.
        let stopped = egress::path(path).is_err_and(|refusal| refusal != egress::Refusal::Size);
        assert!(!stopped && request.uri().authority().is_none(), "{}", request.uri());
        let text = |value: &http::HeaderValue| value.to_str().expect("a header is visible ASCII").to_owned();
        let pairs: Vec<_> =
            request.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        assert!(egress::headers(&pairs).is_ok(), "{pairs:?}");

        let bearer = format!("Bearer {}", self.token).parse().unwrap();
        request.headers_mut().insert("authorization", bearer);
        match self.org.handle(request) {
            Reply::Response(response) => Ok(response),
            _ => Err(SendFailure { reason: FailureReason::Unreachable, request_sent: true }),
        }
    }

    fn origin(&self) -> String {
        "https://demo.my.salesforce.com".to_owned()
    }

    fn now(&self) -> u64 {
        self.org.now().as_millisecond().try_into().unwrap()
    }

    fn cache(&self) -> Option<&dyn Cache> {
        Some(self)
    }

    fn settings(&self) -> ConnectionSettings {
        unrestricted()
    }
}

impl Cache for Demo {
    fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.cache.borrow().get(key).cloned()
    }

    fn put(&self, key: &str, value: &[u8]) {
        self.cache.borrow_mut().insert(key.to_owned(), value.to_vec());
    }
}
