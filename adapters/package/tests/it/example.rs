//! The example: the core in a world of its own, beside which the server is measured.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use adapter_package::EXAMPLE;
use demo_org::Org;
use wasmtime::component::{Component, HasSelf, Linker, Resource};
use wasmtime::{Engine, Store};

use crate::engine::{self, Answer, ORIGIN};

#[allow(unreachable_pub)] // Generated.
mod bindings {
    wasmtime::component::bindgen!({
        inline: "
            package example:adapter;

            world adapter {
                include salesforce:plugin/imports@0.1.0;
                export invoke: func(tool: string, arguments: string) -> result<string, string>;
            }
        ",
        path: "../../wit",
        with: { "salesforce:plugin/secrets.secret": super::Secret },
    });
}

use bindings::salesforce::plugin::{cache, clock, http as wit_http, secrets, settings, settings_types};

static COMPONENT: LazyLock<(Engine, Component)> = LazyLock::new(|| engine::compiled(EXAMPLE));

/// What a call is lent.
struct Lent {
    org: Arc<Org>,
    token: String,
    cache: HashMap<String, Vec<u8>>,
}

/// The one credential there is; public, for what is generated is.
#[allow(unreachable_pub)]
pub struct Secret;

impl wit_http::Host for Lent {
    fn send(
        &mut self,
        request: wit_http::Request,
        _: Resource<Secret>,
    ) -> Result<wit_http::Response, wit_http::Failure> {
        let method = match request.method {
            wit_http::Method::Get => http::Method::GET,
            wit_http::Method::Post => http::Method::POST,
            wit_http::Method::Patch => http::Method::PATCH,
            wit_http::Method::Delete => http::Method::DELETE,
        };
        let mut outgoing = http::Request::builder().method(method).uri(request.path);
        for (name, value) in request.headers {
            outgoing = outgoing.header(name, value);
        }
        let outgoing = outgoing.body(request.body.unwrap_or_default()).unwrap();
        let Answer::Response(response) = engine::send(&self.org, outgoing, Some(&self.token)) else {
            return Err(wit_http::Failure { kind: wit_http::FailureKind::Timeout, request_sent: true, detail: None });
        };
        let headers = response.headers().iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().into()));
        let (status, headers) = (response.status().as_u16(), headers.collect());
        Ok(wit_http::Response { status, headers, body: response.into_body() })
    }

    fn origin(&mut self) -> String {
        ORIGIN.to_owned()
    }
}

impl secrets::Host for Lent {
    fn access_token(&mut self) -> Option<Resource<Secret>> {
        Some(Resource::new_own(0))
    }
}

impl secrets::HostSecret for Lent {
    fn drop(&mut self, _: Resource<Secret>) -> wasmtime::Result<()> {
        Ok(())
    }
}

impl clock::Host for Lent {
    fn now(&mut self) -> u64 {
        engine::now(&self.org)
    }
}

impl cache::Host for Lent {
    fn get(&mut self, key: String) -> Option<Vec<u8>> {
        self.cache.get(&key).cloned()
    }

    fn put(&mut self, key: String, value: Vec<u8>) {
        self.cache.insert(key, value);
    }
}

impl settings::Host for Lent {
    fn get(&mut self) -> settings_types::ConnectionSettings {
        settings_types::ConnectionSettings {
            tools: None,
            read_only: false,
            objects: settings_types::ObjectGrants { read: None, append: None, edit: None },
            instructions: None,
            vocabulary: Vec::new(),
            soap_session: true,
        }
    }
}

impl settings_types::Host for Lent {}

/// A call in a fresh instance, and the fuel it took.
pub(crate) fn call(org: &Arc<Org>, token: &str, tool: &str, arguments: &str) -> (Result<String, String>, u64) {
    let (engine, component) = &*COMPONENT;
    let mut linker = Linker::new(engine);
    bindings::Adapter::add_to_linker::<_, HasSelf<_>>(&mut linker, |lent| lent).unwrap();
    let mut store = Store::new(engine, Lent { org: Arc::clone(org), token: token.to_owned(), cache: HashMap::new() });
    store.set_fuel(u64::MAX).unwrap();
    let adapter = bindings::Adapter::instantiate(&mut store, component, &linker).unwrap();
    let outcome = adapter.call_invoke(&mut store, tool, arguments).unwrap();
    (outcome, u64::MAX - store.get_fuel().unwrap())
}

#[test]
fn the_example_calls_a_tool_and_tells_an_error_as_json() {
    let org = Arc::new(Org::demo());
    let token = org.token("riley");
    let (reply, _) = call(&org, &token, "salesforce_find", r#"{"text": "Acme"}"#);
    assert!(reply.unwrap().contains("Acme"));
    org.expire(&token);
    let (error, _) = call(&org, &token, "salesforce_find", r#"{"text": "Acme"}"#);
    assert!(error.unwrap_err().contains(r#""kind":"sign_in""#));
}
