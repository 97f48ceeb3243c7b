//! Wassette: one function a tool, called as its converter calls them.

use std::sync::{Arc, LazyLock};

use adapter_package::{Deployment, WASSETTE, wassette};
use demo_org::{Effect, Fault, Org};
use serde_json::{Value, json};
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Store};

use crate::engine::{self, Grants, HOST, Limiter, Used};
use crate::play::{self, ALL, CONVERT_DANA, TWELVE};
use crate::wasi::{Network, Wasi};

/// The host sets no fuel, and of memory what the policy says.
const GRANTS: Grants = Grants {
    fuel: u64::MAX,
    memory: 64 * 1024 * 1024,
    instances: 10,
    tables: 10,
    table_elements: 10_000,
    memories: 10,
    requests: u32::MAX,
};

static COMPONENT: LazyLock<(Engine, Component)> = LazyLock::new(|| engine::compiled(WASSETTE));

/// The functions, which the host takes for tools by their names.
pub(crate) fn tools() -> Vec<String> {
    let all = r#"{"tools": ["all"]}"#;
    let mut deployment = Deployment::new(HOST, all).unwrap();
    deployment.connection.soap_session = true;
    let tools = salesforce_plugin::catalog::tools(&deployment.connection);
    tools.map(|tool| tool.name.replace('_', "-")).collect()
}

fn call(org: &Arc<Org>, environment: &[(&str, &str)], tool: &str, arguments: &str) -> (Result<String, Value>, Used) {
    let (engine, component) = &*COMPONENT;
    let mut linker: Linker<Wasi> = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker).unwrap();
    wasmtime_wasi_http::p2::add_only_http_to_linker_sync(&mut linker).unwrap();
    let mut store = Store::new(engine, Wasi::new(Network::new(org, HOST), Limiter::new(GRANTS), environment));
    store.limiter(|state| &mut state.limiter);
    store.set_fuel(GRANTS.fuel).unwrap();
    let instance = linker.instantiate(&mut store, component).unwrap();
    let name = tool.replace('_', "-");
    let function = instance.get_typed_func::<(&str,), (Result<String, String>,)>(&mut store, &name).unwrap();
    let (outcome,) = function.call(&mut store, (arguments,)).unwrap();
    let fuel = GRANTS.fuel - store.get_fuel().unwrap();
    let requests = store.data().network.requests.load(std::sync::atomic::Ordering::SeqCst);
    let used = Used { fuel, memory: store.data().limiter.memory, requests };
    (outcome.map_err(|error| serde_json::from_str(&error).unwrap()), used)
}

fn environment(token: &str) -> [(&'static str, &str); 2] {
    [("SALESFORCE_DOMAIN", HOST), ("SALESFORCE_ACCESS_TOKEN", token)]
}

#[test]
fn every_task_is_played() {
    for task in ALL.into_iter().chain([&CONVERT_DANA]) {
        let most = Arc::new(std::sync::Mutex::new(Used::default()));
        let of_call = Arc::clone(&most);
        play::play(task, move |org, token, tool, arguments| {
            let (outcome, used) = call(org, &environment(token), tool, arguments);
            let mut most = of_call.lock().unwrap();
            *most = most.max(used);
            outcome
        });
        if TWELVE.contains(&task.name) {
            println!("wassette, task {}: {}", task.name, most.lock().unwrap());
        }
    }
}

#[test]
fn without_a_token_nothing_is_sent_and_the_person_is_asked_to_sign_in() {
    let org = Arc::new(Org::demo());
    let find = r#"{"text": "Acme"}"#;
    let error = call(&org, &[("SALESFORCE_DOMAIN", HOST)], "salesforce_find", find).0.unwrap_err();
    assert_eq!((&error["kind"], &error["changed"]), (&json!("sign_in"), &json!("no")));
    let error = call(&org, &[("SALESFORCE_ACCESS_TOKEN", "t")], "salesforce_find", find).0.unwrap_err();
    assert_eq!(error["kind"], "switched_off");
    // What the policy does not grant, which is the host as it is written.
    let elsewhere = [("SALESFORCE_DOMAIN", "other.my.salesforce.com"), ("SALESFORCE_ACCESS_TOKEN", "t")];
    let error = call(&org, &elsewhere, "salesforce_find", find).0.unwrap_err();
    assert_eq!((&error["kind"], &error["changed"]), (&json!("forbidden"), &json!("no")));
    assert!(org.requests().is_empty());
}

#[test]
fn what_goes_wrong_on_the_way_is_told_truthfully() {
    let hour = std::time::Duration::from_secs(3600);
    let update = r#"{"object": "Account", "record": "001dM0000000010QAA", "fields": {"Phone": "1"}}"#;
    for effect in [Effect::Delay(hour), Effect::DropAfter, Effect::CutBody, Effect::Oversize(9 * 1024 * 1024)] {
        let call = |tool: &str, arguments: &str, after| {
            let org = Arc::new(Org::demo());
            org.fault(Fault::new(effect.clone()).after(after).times(9));
            let token = org.token("riley");
            call(&org, &environment(&token), tool, arguments).0.unwrap_err()
        };
        assert_eq!(call("salesforce_find", r#"{"text": "Acme"}"#, 0)["changed"], "no", "{effect:?}");
        assert_eq!(call("salesforce_update", update, 1)["changed"], "unknown", "{effect:?}");
    }
}

#[test]
fn hostile_arguments_are_refused_before_any_request() {
    let org = Arc::new(Org::demo());
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    for arguments in ["", "null", "[]", "{", "\"x\"", &deep, r#"{"text": "Acme", "texts": 1}"#] {
        let error = call(&org, &environment("t"), "salesforce_find", arguments).0.unwrap_err();
        assert_eq!(error["kind"], "invalid_input", "{arguments}");
    }
    assert!(org.requests().is_empty());
}

#[test]
fn the_host_finds_a_description_of_every_function() {
    let component = &wassette::package(&Deployment::new(HOST, "{}").unwrap())[0].1;
    let decoded = wit_component::decode(component).unwrap();
    let (resolve, package) = (decoded.resolve(), decoded.package());
    let world = &resolve.worlds[*resolve.packages[package].worlds.values().next().unwrap()];
    let mut described = Vec::new();
    for (key, item) in &world.exports {
        let wit_parser::WorldItem::Function(function) = item else { panic!("{key:?}") };
        let docs = function.docs.contents.as_deref().unwrap_or_else(|| panic!("{} is not described", function.name));
        assert!(docs.contains("JSON") && docs.contains('{'), "{docs}");
        described.push(function.name.clone());
    }
    assert_eq!(described.len(), tools().len());
}
