//! IronClaw 1.x: its contract and limits, typed failures both ways.

use std::sync::{Arc, LazyLock};

use adapter_package::ironclaw_1::Manifest;
use adapter_package::{Deployment, ironclaw_1};
use demo_org::{Effect, Fault, Org};
use http::{Method, Request};
use serde_json::{Value, json};
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Engine, Store};

use crate::engine::{self, Answer, Grants, HOST, Limiter, ORIGIN, Used};
use crate::play::{self, ALL, TWELVE};

mod bindings {
    wasmtime::component::bindgen!({ path: "../ironclaw-1/wit", world: "sandboxed-tool" });
}

use bindings::SandboxedTool;
use bindings::exports::near::agent::tool::{self, ErrorKind};
use bindings::near::agent::host::{self, HttpErrorKind, HttpFailure};

/// The host's limits; the memory is of all memories together.
const GRANTS: Grants = Grants {
    fuel: 500_000_000,
    memory: 10 * 1024 * 1024,
    instances: 10,
    tables: 10,
    table_elements: 10_000,
    memories: 10,
    requests: 50,
};
const MAX_RESPONSE_BYTES: usize = 10 * 1024 * 1024;

static COMPONENT: LazyLock<(Engine, Component)> = LazyLock::new(|| {
    let files = ironclaw_1::package(&Deployment::new(HOST, "{}").unwrap(), Manifest::V2).unwrap();
    engine::compiled(&files.iter().find(|(name, _)| name == "wasm/salesforce.wasm").unwrap().1)
});

/// The host behind an instance.
struct State {
    org: Arc<Org>,
    token: Option<String>,
    is_denying: bool,
    limiter: Limiter,
    requests: u32,
}

impl State {
    fn exchange(
        &mut self,
        method: &str,
        url: &str,
        headers: &str,
        body: Vec<u8>,
    ) -> Result<host::HttpResponse, HttpFailure> {
        let failure = |kind, code: &str, request_sent| {
            Err(HttpFailure { kind, code: Some(code.to_owned()), message: None, request_sent })
        };
        if self.is_denying || !url.starts_with(ORIGIN) {
            return failure(HttpErrorKind::NetworkDenied, "network_denied", false);
        }
        let Some(token) = self.token.clone() else {
            return failure(HttpErrorKind::AuthRequired, "auth_required", false);
        };
        self.requests += 1;
        let headers: serde_json::Map<String, Value> = serde_json::from_str(headers).unwrap();
        let mut request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(url);
        for (name, value) in &headers {
            request = request.header(name, value.as_str().unwrap());
        }
        match engine::send(&self.org, request.body(body).unwrap(), Some(&token)) {
            Answer::TimedOut => failure(HttpErrorKind::OperationFailed, "timeout", true),
            Answer::Broken | Answer::Cut => failure(HttpErrorKind::OperationFailed, "transport", true),
            Answer::Response(response) if response.body().len() > MAX_RESPONSE_BYTES => {
                failure(HttpErrorKind::OutputTooLarge, "response_too_large", true)
            }
            Answer::Response(response) => {
                let headers = response.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
                let headers: serde_json::Map<_, Value> = headers.map(|(n, v)| (n.to_owned(), v.into())).collect();
                Ok(host::HttpResponse {
                    status: response.status().as_u16(),
                    headers_json: Value::Object(headers).to_string(),
                    body: response.into_body(),
                })
            }
        }
    }
}

impl host::Host for State {
    fn log(&mut self, _: host::LogLevel, _: String) {}

    fn now_millis(&mut self) -> u64 {
        engine::now(&self.org)
    }

    fn workspace_read(&mut self, _: String) -> Option<String> {
        None
    }

    fn http_request(
        &mut self,
        method: String,
        url: String,
        headers_json: String,
        body: Option<Vec<u8>>,
        _: Option<u32>,
    ) -> Result<host::HttpResponse, HttpFailure> {
        let response = self.exchange(&method, &url, &headers_json, body.unwrap_or_default());
        if let (Ok(response), Some(token)) = (&response, &self.token) {
            let handed = [response.headers_json.as_bytes(), &response.body].concat();
            assert!(!handed.windows(token.len()).any(|window| window == token.as_bytes()), "the token is in the guest");
        }
        response
    }

    fn tool_invoke(&mut self, _: String, _: String) -> Result<String, String> {
        Err("unsupported".to_owned())
    }

    fn secret_exists(&mut self, _: String) -> bool {
        self.token.is_some()
    }
}

fn execute(
    org: &Arc<Org>,
    token: Option<&str>,
    is_denying: bool,
    capability: Option<&str>,
    params: &str,
) -> (Result<String, tool::GuestFailure>, Used) {
    let (engine, component) = &*COMPONENT;
    let mut linker: Linker<State> = Linker::new(engine);
    host::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| state).unwrap();
    let limiter = Limiter::new(GRANTS);
    let state = State { org: Arc::clone(org), token: token.map(str::to_owned), is_denying, limiter, requests: 0 };
    let mut store = Store::new(engine, state);
    store.limiter(|state| &mut state.limiter);
    store.set_fuel(GRANTS.fuel).unwrap();
    let tool = SandboxedTool::instantiate(&mut store, component, &linker).unwrap();
    let context = capability.map(|id| json!({ "capability_id": id }).to_string());
    let request = tool::Request { params: params.to_owned(), context };
    let response = tool.near_agent_tool().call_execute(&mut store, &request).unwrap();
    let fuel = GRANTS.fuel - store.get_fuel().unwrap();
    let used = Used { fuel, memory: store.data().limiter.memory, requests: store.data().requests };
    match response {
        tool::Response::Success(reply) => (Ok(reply), used),
        tool::Response::Failure(failure) => (Err(failure), used),
    }
}

/// The id that the manifest gives a tool.
fn capability(tool: &str) -> String {
    tool.replacen('_', ".", 1)
}

#[test]
fn every_task_fits_into_what_the_host_grants() {
    for task in ALL {
        let most = Arc::new(std::sync::Mutex::new(Used::default()));
        let of_call = Arc::clone(&most);
        let org = play::play(task, move |org, token, tool, arguments| {
            let (outcome, used) = execute(org, Some(token), false, Some(&capability(tool)), arguments);
            let mut most = of_call.lock().unwrap();
            *most = most.max(used);
            outcome.map_err(|failure| {
                let error: Value = serde_json::from_str(&failure.message.unwrap()).unwrap();
                assert_eq!(error["kind"], failure.code.unwrap());
                error
            })
        });
        let most = *most.lock().unwrap();
        if TWELVE.contains(&task.name) {
            println!("ironclaw 1.x, task {}: {most}", task.name);
        }
        assert!(org.requests().len() >= task.cold && most.requests <= GRANTS.requests, "{}", task.prompt);
    }
}

#[test]
fn a_session_that_has_ended_and_a_missing_token_are_typed() {
    let org = Arc::new(Org::demo());
    let find = r#"{"text": "Acme"}"#;
    let missing = execute(&org, None, false, Some("salesforce.find"), find).0.unwrap_err();
    let token = org.token("riley");
    org.expire(&token);
    let ended = execute(&org, Some(&token), false, Some("salesforce.find"), find).0.unwrap_err();
    for failure in [missing, ended] {
        assert_eq!((failure.kind, failure.code.as_deref()), (ErrorKind::AuthRequired, Some("sign_in")));
    }
}

#[test]
fn what_goes_wrong_on_the_way_is_told_truthfully() {
    let hour = std::time::Duration::from_secs(3600);
    let update = r#"{"object": "Account", "record": "001dM0000000010QAA", "fields": {"Phone": "1"}}"#;
    let cases = [
        (Effect::Delay(hour), "timeout"),
        (Effect::DropAfter, "unavailable"),
        (Effect::CutBody, "unavailable"),
        (Effect::Oversize(11 * 1024 * 1024), "invalid_input"),
    ];
    for (effect, kind) in cases {
        let call = |capability: &str, params: &str, after| {
            let org = Arc::new(Org::demo());
            org.fault(Fault::new(effect.clone()).after(after).times(9));
            let token = org.token("riley");
            let failure = execute(&org, Some(&token), false, Some(capability), params).0.unwrap_err();
            serde_json::from_str::<Value>(&failure.message.unwrap()).unwrap()
        };
        let error = call("salesforce.find", r#"{"text": "Acme"}"#, 0);
        assert_eq!((&error["kind"], &error["changed"]), (&json!(kind), &json!("no")), "{error:#}");
        assert_eq!(call("salesforce.update", update, 1)["changed"], "unknown", "{effect:?}");
    }
}

#[test]
fn what_the_host_denies_was_not_written() {
    let org = Arc::new(Org::demo());
    let create = r#"{"object": "Account", "fields": {"Name": "Zenith"}}"#;
    let token = org.token("riley");
    let failure = execute(&org, Some(&token), true, Some("salesforce.create"), create).0.unwrap_err();
    let error: Value = serde_json::from_str(&failure.message.unwrap()).unwrap();
    assert_eq!((&error["kind"], &error["changed"]), (&json!("forbidden"), &json!("no")), "{error:#}");
    assert!(org.requests().is_empty());
}

#[test]
fn hostile_calls_are_refused_before_any_request() {
    let org = Arc::new(Org::demo());
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    for (capability, params) in [
        (None, "{}"),
        (Some("salesforce.nothing"), "{}"),
        (Some(""), "{}"),
        (Some("salesforce.find"), ""),
        (Some("salesforce.find"), "{"),
        (Some("salesforce.find"), &deep),
        (Some("salesforce.find"), r#"{"action": "find", "text": "Acme"}"#),
    ] {
        let failure = execute(&org, Some("token"), false, capability, params).0.unwrap_err();
        assert_eq!((failure.kind, failure.code.as_deref()), (ErrorKind::Input, Some("invalid_input")), "{params}");
    }
    assert!(org.requests().is_empty());
}
