//! IronClaw 0.24: its contract and its limits, and what its host does to a request, as its own source has it.

use std::sync::{Arc, LazyLock};

use adapter_package::{Deployment, ironclaw_0_24};
use demo_org::{Effect, Fault, Org};
use http::{Method, Request};
use serde_json::{Value, json};
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Store};

use crate::engine::{self, Answer, Grants, HOST, Limiter, Used};
use crate::play::{self, ALL, Task};

mod bindings {
    wasmtime::component::bindgen!({ path: "../ironclaw-0-24/wit", world: "sandboxed-tool" });
}

use bindings::SandboxedTool;
use bindings::exports::near::agent::tool;
use bindings::near::agent::host;

/// `ResourceLimits` and `MAX_REQUESTS_PER_EXECUTION` of the host.
const GRANTS: Grants = Grants {
    fuel: 10_000_000,
    memory: 10 * 1024 * 1024,
    instances: 10,
    tables: 10,
    table_elements: 10_000,
    memories: 10,
    requests: 50,
};
const MAX_REQUEST_BYTES: usize = 1024 * 1024;
const MAX_RESPONSE_BYTES: usize = 10 * 1024 * 1024;

static PACKAGE: LazyLock<(Engine, Component, Value)> = LazyLock::new(|| package("{}"));

fn package(settings: &str) -> (Engine, Component, Value) {
    let files = ironclaw_0_24::package(&Deployment::new(HOST, settings).unwrap()).unwrap();
    let (engine, component) = engine::compiled(&files[0].1);
    (engine, component, serde_json::from_slice(&files[1].1).unwrap())
}

/// The host behind an instance.
struct State {
    org: Arc<Org>,
    token: Option<String>,
    capabilities: Value,
    limiter: Limiter,
    requests: u32,
    /// Whatever went into the guest.
    handed: Vec<Vec<u8>>,
}

impl State {
    /// The allow-list: https, the host exactly, the beginning of the path, the method.
    fn check(&self, url: &http::Uri, method: &str) -> Result<(), String> {
        let allowed = self.capabilities["http"]["allowlist"].as_array().unwrap().iter().any(|entry| {
            url.scheme_str() == Some("https")
                && url.host() == entry["host"].as_str()
                && url.path().starts_with(entry["path_prefix"].as_str().unwrap())
                && entry["methods"].as_array().unwrap().iter().any(|allowed| allowed == method)
        });
        if allowed { Ok(()) } else { Err("HTTP not allowed: HTTP request not allowed: Denied".to_owned()) }
    }

    fn exchange(
        &mut self,
        method: &str,
        url: &str,
        headers: &str,
        body: Vec<u8>,
    ) -> Result<host::HttpResponse, String> {
        let uri: http::Uri = url.parse().map_err(|_| "Failed to parse URL".to_owned())?;
        self.check(&uri, method)?;
        self.requests += 1;
        if self.requests > GRANTS.requests {
            return Err("Rate limit exceeded: Too many HTTP requests in single execution (max 50)".to_owned());
        }
        assert!(body.len() <= MAX_REQUEST_BYTES);
        let headers: serde_json::Map<String, Value> = serde_json::from_str(headers).unwrap();
        let mut request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(uri);
        for (name, value) in &headers {
            assert_ne!(name, "authorization");
            request = request.header(name, value.as_str().unwrap());
        }
        // The sidecar can ask for less than the host's own limit, or for more.
        let limit = self.capabilities["http"]["max_response_bytes"].as_u64();
        let limit = limit.map_or(MAX_RESPONSE_BYTES, |limit| limit.try_into().unwrap());
        let failed = |why: &str| Err(format!("HTTP request failed: error sending request for url ({url}) -> {why}"));
        match engine::send(&self.org, request.body(body).unwrap(), self.token.as_deref()) {
            Answer::TimedOut => failed("operation timed out"),
            Answer::Broken => failed("connection closed before message completed"),
            Answer::Cut => Err("Failed to read response body: error decoding response body".to_owned()),
            Answer::Response(response) if response.body().len() > limit => {
                let bytes = response.body().len();
                Err(format!("Response body too large: {bytes} bytes exceeds limit of {limit} bytes"))
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
        // The host gives tools no reader.
        None
    }

    fn http_request(
        &mut self,
        method: String,
        url: String,
        headers_json: String,
        body: Option<Vec<u8>>,
        _: Option<u32>,
    ) -> Result<host::HttpResponse, String> {
        let response = self.exchange(&method, &url, &headers_json, body.unwrap_or_default());
        self.handed.push(match &response {
            Ok(response) => [response.headers_json.as_bytes(), &response.body].concat(),
            Err(why) => why.clone().into_bytes(),
        });
        response
    }

    fn tool_invoke(&mut self, _: String, _: String) -> Result<String, String> {
        Err("Tool invocation from WASM tools is not yet supported".to_owned())
    }

    fn secret_exists(&mut self, _: String) -> bool {
        false
    }
}

/// A fresh instance, as the host makes one for each call.
fn instance(
    package: &(Engine, Component, Value),
    org: &Arc<Org>,
    token: Option<&str>,
) -> (Store<State>, SandboxedTool) {
    let (engine, component, capabilities) = package;
    let mut linker: Linker<State> = Linker::new(engine);
    host::add_to_linker::<_, wasmtime::component::HasSelf<_>>(&mut linker, |state| state).unwrap();
    let state = State {
        org: Arc::clone(org),
        token: token.map(str::to_owned),
        capabilities: capabilities.clone(),
        limiter: Limiter::new(GRANTS),
        requests: 0,
        handed: Vec::new(),
    };
    let mut store = Store::new(engine, state);
    store.limiter(|state| &mut state.limiter);
    store.set_fuel(GRANTS.fuel).unwrap();
    let tool = SandboxedTool::instantiate(&mut store, component, &linker).unwrap();
    (store, tool)
}

/// One call, and what it used; an error where the host stopped it.
fn execute(org: &Arc<Org>, token: Option<&str>, params: &str) -> Result<(Result<String, Value>, Used), String> {
    let (mut store, tool) = instance(&PACKAGE, org, token);
    let request = tool::Request { params: params.to_owned(), context: Some("{}".to_owned()) };
    let response = tool.near_agent_tool().call_execute(&mut store, &request).map_err(|error| format!("{error:?}"))?;
    let fuel = GRANTS.fuel - store.get_fuel().unwrap();
    let state = store.data();
    let used = Used { fuel, memory: state.limiter.memory, requests: state.requests };
    if let Some(token) = token {
        for handed in &state.handed {
            assert!(!handed.windows(token.len()).any(|window| window == token.as_bytes()), "the token is in the guest");
        }
    }
    let outcome = match (response.output, response.error) {
        (Some(output), None) => Ok(output),
        (None, Some(error)) => Err(serde_json::from_str(&error).unwrap()),
        both => panic!("{both:?}"),
    };
    Ok((outcome, used))
}

fn call_with(org: &Arc<Org>, token: &str, tool: &str, arguments: &str) -> (Result<String, Value>, Used) {
    let arguments: Value = serde_json::from_str(arguments).unwrap();
    let params = json!({ "tool": tool, "arguments": arguments }).to_string();
    execute(org, Some(token), &params).unwrap_or_else(|why| panic!("{tool} {arguments}: {why}"))
}

fn call(org: &Arc<Org>, tool: &str, arguments: &str) -> (Result<String, Value>, Used) {
    call_with(org, &org.token("riley"), tool, arguments)
}

/// Plays a task within what the host grants; what its dearest call used.
fn play(task: &Task) -> Used {
    let most = Arc::new(std::sync::Mutex::new(Used::default()));
    let of_call = Arc::clone(&most);
    play::play(task, move |org, token, tool, arguments| {
        let (outcome, used) = call_with(org, token, tool, arguments);
        let mut most = of_call.lock().unwrap();
        *most = most.max(used);
        outcome
    });
    let most = *most.lock().unwrap();
    println!("ironclaw 0.24, task {}: {most}", task.name);
    most
}

#[test]
fn every_task_fits_into_what_the_host_grants() {
    let dearest = ALL.iter().map(|task| play(task).fuel).max().unwrap();
    // Orgs have longer descriptions than the demo org.
    assert!(dearest * 3 / 2 < GRANTS.fuel, "{dearest} of {}", GRANTS.fuel);
}

/// An org of so many objects as large ones have, most of them of packages.
fn large_org() -> Arc<Org> {
    let org = Arc::new(Org::demo());
    let request = Request::get("/services/data/v65.0/sobjects").body(Vec::new()).unwrap();
    let Answer::Response(response) = engine::send(&org, request, Some(&org.token("riley"))) else { panic!() };
    let mut list: Value = serde_json::from_slice(response.body()).unwrap();
    let objects = list["sobjects"].as_array_mut().unwrap();
    for (number, mut object) in objects.clone().into_iter().cycle().enumerate().take(1_500) {
        for (member, of_package) in [("name", "pkg"), ("label", "Package "), ("labelPlural", "Package ")] {
            object[member] = format!("{of_package}{number}{}", object[member].as_str().unwrap()).into();
        }
        object["keyPrefix"] = format!("z{:02}", number % 100).into();
        objects.push(object);
    }
    let effect = Effect::Answer { status: 200, content_type: "application/json", body: list.to_string() };
    org.fault(Fault::new(effect).on(Method::GET, "/sobjects"));
    org.forget_requests();
    org
}

#[test]
fn the_objects_of_a_large_org_are_found_within_what_the_host_grants() {
    for (tool, arguments, said) in [
        ("salesforce_query", json!({ "soql": "SELECT Name FROM \"Meter Readings\" LIMIT 1" }), "Meter_Reading__c"),
        ("salesforce_describe", json!({ "object": "meter reading" }), "Meter_Reading__c"),
        ("salesforce_get", json!({ "record": "a02dM0000000010QAA" }), "Meter_Reading__c"),
        ("salesforce_describe", json!({ "object": "Metre Readings" }), "does not exist or is not visible"),
    ] {
        let (outcome, used) = call(&large_org(), tool, &arguments.to_string());
        println!("ironclaw 0.24, large org, {tool} {arguments}: {used}");
        let told = outcome.unwrap_or_else(|error| error.to_string());
        assert!(told.contains(said), "{told}");
        assert!(used.fuel < GRANTS.fuel * 4 / 5, "{tool} {arguments}: {used}");
    }
}

#[test]
fn without_a_token_the_person_is_asked_to_sign_in() {
    let org = Arc::new(Org::demo());
    let find = r#"{"tool": "salesforce_find", "arguments": {"text": "Acme"}}"#;
    let (outcome, _) = execute(&org, None, find).unwrap();
    let error = outcome.unwrap_err();
    assert_eq!((&error["kind"], &error["changed"]), (&json!("sign_in"), &json!("no")), "{error:#}");
}

#[test]
fn what_the_host_denies_was_not_written() {
    let org = Arc::new(Org::demo());
    let mut package = package("{}");
    package.2["http"]["allowlist"] = json!([]);
    let (mut store, tool) = instance(&package, &org, Some("token"));
    let create = r#"{"tool": "salesforce_create", "arguments": {"object": "Account", "fields": {"Name": "Zenith"}}}"#;
    let request = tool::Request { params: create.to_owned(), context: None };
    let response = tool.near_agent_tool().call_execute(&mut store, &request).unwrap();
    let error: Value = serde_json::from_str(&response.error.unwrap()).unwrap();
    assert_eq!((&error["kind"], &error["changed"]), (&json!("forbidden"), &json!("no")), "{error:#}");
    assert!(org.requests().is_empty());
}

#[test]
fn a_write_without_an_answer_may_have_happened_and_a_read_has_not_changed_anything() {
    let hour = std::time::Duration::from_secs(3600);
    let update = r#"{"object": "Account", "record": "001dM0000000010QAA", "fields": {"Phone": "1"}}"#;
    for effect in [demo_org::Effect::Delay(hour), demo_org::Effect::DropAfter, demo_org::Effect::CutBody] {
        let org = Arc::new(Org::demo());
        org.fault(Fault::new(effect.clone()).after(1).times(9));
        let error = call(&org, "salesforce_update", update).0.unwrap_err();
        assert_eq!(error["changed"], "unknown", "{effect:?}: {error:#}");
        let org = Arc::new(Org::demo());
        org.fault(Fault::new(effect).times(9));
        let error = call(&org, "salesforce_find", r#"{"text": "Acme"}"#).0.unwrap_err();
        assert_eq!(error["changed"], "no", "{error:#}");
        assert!(["timeout", "unavailable"].contains(&error["kind"].as_str().unwrap()), "{error:#}");
    }
}

#[test]
fn a_response_beyond_what_the_host_takes_asks_for_less() {
    let org = Arc::new(Org::demo());
    org.fault(Fault::new(demo_org::Effect::Oversize(11 * 1024 * 1024)));
    let error = call(&org, "salesforce_find", r#"{"text": "Acme"}"#).0.unwrap_err();
    assert_eq!((&error["kind"], &error["changed"]), (&json!("invalid_input"), &json!("no")), "{error:#}");
}

#[test]
fn what_does_not_fit_into_the_guests_memory_the_host_does_not_hand_over() {
    let org = Arc::new(Org::demo());
    org.fault(Fault::new(Effect::Oversize(MAX_RESPONSE_BYTES - 1)));
    let error = call(&org, "salesforce_find", r#"{"text": "Acme"}"#).0.unwrap_err();
    assert_eq!((&error["kind"], &error["changed"]), (&json!("invalid_input"), &json!("no")), "{error:#}");
}

#[test]
fn hostile_arguments_are_refused_before_any_request() {
    let org = Arc::new(Org::demo());
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    for params in ["", "null", "[]", "{", "\"x\"", "{\"tool\":1,\"arguments\":{}}", &deep, r#"{"tool":"x","tool":"y"}"#]
    {
        let (outcome, used) = execute(&org, Some("token"), params).unwrap();
        assert_eq!(outcome.unwrap_err()["kind"], "invalid_input", "{params}");
        assert_eq!(used.requests, 0);
    }
}

#[test]
fn the_model_gets_a_schema_that_survives_what_the_host_leaves_of_it() {
    let (mut store, tool) = instance(&PACKAGE, &Arc::new(Org::demo()), None);
    let description = tool.near_agent_tool().call_description(&mut store).unwrap();
    // One budget of fuel for both, as when the host registers the tool.
    let schema: Value = serde_json::from_str(&tool.near_agent_tool().call_schema(&mut store).unwrap()).unwrap();
    assert_eq!(schema["required"], json!(["tool", "arguments"]));
    let names = schema["properties"]["tool"]["enum"].as_array().unwrap();
    assert!(names.len() > 5 && names.iter().all(|name| description.contains(name.as_str().unwrap())));
    let arguments = schema["properties"]["arguments"]["description"].as_str().unwrap();
    assert!(names.iter().all(|name| arguments.contains(name.as_str().unwrap())), "{arguments}");
    assert!(description.len() <= ironclaw_0_24::MAX_DESCRIPTION_BYTES, "{} bytes", description.len());
}

#[test]
fn a_call_that_reaches_no_tool_costs_little_of_the_fuel() {
    let (outcome, used) = call(&Arc::new(Org::demo()), "salesforce_nothing", "{}");
    assert!(outcome.is_err());
    println!("ironclaw 0.24, no tool: {} fuel", used.fuel);
    assert!(used.fuel < GRANTS.fuel / 50, "{used}");
}
