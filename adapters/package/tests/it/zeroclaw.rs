//! ZeroClaw 0.8: its contract and limits, with the same WASI that it links.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, LazyLock, Mutex};

use adapter_package::{ZEROCLAW, zeroclaw};
use demo_org::{Effect, Fault, Org};
use serde_json::{Value, json};
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Engine, Store};
use wasmtime_wasi::{WasiCtxView, WasiView};
use wasmtime_wasi_http::{Error, WasiHttpCtxView, WasiHttpView};

use crate::engine::{self, Grants, HOST, Limiter, Used};
use crate::play::{self, ALL, CONVERT_DANA, TWELVE};
use crate::wasi::{Network, Wasi};

mod bindings {
    wasmtime::component::bindgen!({ path: "../zeroclaw/wit", world: "tool-plugin" });
}

use bindings::ToolPlugin;
use bindings::zeroclaw::plugin::{logging, secrets, state, types};

/// `PluginLimits` of the host.
const GRANTS: Grants = Grants {
    fuel: 1_000_000_000,
    memory: 256 * 1024 * 1024,
    instances: 64,
    tables: 64,
    table_elements: 100_000,
    memories: 64,
    requests: u32::MAX,
};
/// `DENIED_MESSAGE` of the host: it masks what it does not let through as an error of its own.
const DENIED: &str = "zeroclaw plugin egress policy: destination not permitted";
/// Host imports of a call.
const MAX_HOST_CALLS: u32 = 1000;

static COMPONENT: LazyLock<(Engine, Component)> = LazyLock::new(|| engine::compiled(ZEROCLAW));

type Entries = Arc<Mutex<HashMap<String, (Vec<u8>, u64)>>>;

/// The host behind an instance.
struct State {
    wasi: Wasi,
    token: Option<String>,
    is_executing: bool,
    kept: Entries,
    calls: u32,
}

impl State {
    fn count(&mut self) {
        self.calls += 1;
        assert!(self.calls <= MAX_HOST_CALLS);
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        self.wasi.ctx()
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        self.wasi.http()
    }
}

impl types::Host for State {}

impl logging::Host for State {
    fn log_record(&mut self, _: logging::LogLevel, _: logging::PluginEvent) {}
}

impl secrets::Host for State {
    fn get(&mut self, name: String) -> Result<String, secrets::SecretError> {
        self.count();
        match (self.is_executing, &*name) {
            (false, _) => Err(secrets::SecretError::Unavailable),
            (true, "access_token") => self.token.clone().ok_or(secrets::SecretError::NotFound),
            (true, _) => Err(secrets::SecretError::NotFound),
        }
    }
}

/// The host's grammar of keys.
fn is_key(key: &str) -> bool {
    (1..=128).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

impl state::Host for State {
    fn get(&mut self, key: String) -> Result<Option<state::StateEntry>, state::StateError> {
        self.count();
        assert!(is_key(&key), "{key}");
        let kept = self.kept.lock().unwrap();
        Ok(kept.get(&key).map(|(value, revision)| state::StateEntry { value: value.clone(), revision: *revision }))
    }

    fn put(&mut self, key: String, value: Vec<u8>, expected: Option<u64>) -> Result<u64, state::StateError> {
        self.count();
        assert!(is_key(&key), "{key}");
        let mut kept = self.kept.lock().unwrap();
        if kept.get(&key).map(|(_, revision)| *revision) != expected {
            return Err(state::StateError::Conflict);
        }
        let revision = expected.unwrap_or_default() + 1;
        kept.insert(key, (value, revision));
        Ok(revision)
    }

    fn delete(&mut self, key: String, _: u64) -> Result<(), state::StateError> {
        self.kept.lock().unwrap().remove(&key);
        Ok(())
    }
}

fn instance(org: &Arc<Org>, token: Option<&str>, granted: &'static str, kept: &Entries) -> (Store<State>, ToolPlugin) {
    let (engine, component) = &*COMPONENT;
    let mut linker: Linker<State> = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker).unwrap();
    wasmtime_wasi_http::p2::add_only_http_to_linker_sync(&mut linker).unwrap();
    // Each interface is unstable, and linked where the host says so.
    macro_rules! link {
        ($($interface:ident)*) => {$(
            let mut options = $interface::LinkOptions::default();
            options.plugins_wit_v0(true);
            $interface::add_to_linker::<_, HasSelf<_>>(&mut linker, &options, |state| state).unwrap();
        )*};
    }
    link!(logging secrets state);
    let denial = || Error::InternalError(Some(DENIED.to_owned()));
    let network = Network { denial, ..Network::new(org, granted) };
    let state = State {
        wasi: Wasi::new(network, Limiter::new(GRANTS), &[]),
        token: token.map(str::to_owned),
        is_executing: false,
        kept: Arc::clone(kept),
        calls: 0,
    };
    let mut store = Store::new(engine, state);
    store.limiter(|state| &mut state.wasi.limiter);
    store.set_fuel(GRANTS.fuel).unwrap();
    let plugin = ToolPlugin::instantiate(&mut store, component, &linker).unwrap();
    (store, plugin)
}

/// One call: a success, or the failure that the model sees.
fn execute(
    org: &Arc<Org>,
    token: Option<&str>,
    granted: &'static str,
    kept: &Entries,
    args: &Value,
) -> (Result<String, Value>, Used) {
    let (mut store, plugin) = instance(org, token, granted, kept);
    store.data_mut().is_executing = true;
    let result = plugin.zeroclaw_plugin_tool().call_execute(&mut store, &args.to_string()).unwrap().unwrap();
    let fuel = GRANTS.fuel - store.get_fuel().unwrap();
    let wasi = &store.data().wasi;
    let requests = wasi.network.requests.load(Ordering::SeqCst);
    let used = Used { fuel, memory: wasi.limiter.memory, requests };
    let outcome = match (result.success, result.error) {
        (true, None) => Ok(result.output),
        (false, Some(error)) => Err(serde_json::from_str(&error).unwrap()),
        both => panic!("{both:?}"),
    };
    (outcome, used)
}

fn arguments(tool: &str, arguments: &str) -> Value {
    let arguments: Value = serde_json::from_str(arguments).unwrap();
    json!({ "tool": tool, "arguments": arguments, "__config": { "domain": HOST } })
}

#[test]
fn every_task_is_played_cold_and_with_what_the_host_has_kept() {
    for task in ALL.into_iter().chain([&CONVERT_DANA]) {
        let kept = Entries::default();
        for (requests, cache) in [(task.cold, "cold"), (task.warm, "warm")] {
            let most = Arc::new(Mutex::new(Used::default()));
            let (of_call, kept) = (Arc::clone(&most), Arc::clone(&kept));
            let org = play::play(task, move |org, token, tool, text| {
                let (outcome, used) = execute(org, Some(token), HOST, &kept, &arguments(tool, text));
                let mut most = of_call.lock().unwrap();
                *most = most.max(used);
                outcome
            });
            if TWELVE.contains(&task.name) {
                println!("zeroclaw, task {}, {cache}: {}", task.name, most.lock().unwrap());
            }
            assert_eq!(org.requests().len(), requests, "{}, {cache}", task.prompt);
            assert!(task.warm <= task.ideal + 1, "{}", task.prompt);
        }
    }
}

const FIND: &str = r#"{"text": "Acme"}"#;

#[test]
fn without_a_token_nothing_is_sent_and_the_person_is_asked_to_sign_in() {
    let org = Arc::new(Org::demo());
    let (outcome, _) = execute(&org, None, HOST, &Entries::default(), &arguments("salesforce_find", FIND));
    let error = outcome.unwrap_err();
    assert_eq!((&error["kind"], &error["changed"]), (&json!("sign_in"), &json!("no")), "{error:#}");
    assert!(org.requests().is_empty());
}

#[test]
fn what_the_operator_does_not_grant_is_denied_and_nothing_written() {
    let org = Arc::new(Org::demo());
    let create = arguments("salesforce_create", r#"{"object": "Account", "fields": {"Name": "Zenith"}}"#);
    let token = org.token("riley");
    let (outcome, _) = execute(&org, Some(&token), "other.my.salesforce.com", &Entries::default(), &create);
    let error = outcome.unwrap_err();
    assert_eq!((&error["kind"], &error["changed"]), (&json!("forbidden"), &json!("no")), "{error:#}");
    assert!(org.requests().is_empty());
}

#[test]
fn what_goes_wrong_on_the_way_is_told_truthfully() {
    let hour = std::time::Duration::from_secs(3600);
    let update = r#"{"object": "Account", "record": "001dM0000000010QAA", "fields": {"Phone": "1"}}"#;
    let cases = [
        (Effect::Delay(hour), "timeout", "unknown"),
        (Effect::DropAfter, "unavailable", "unknown"),
        (Effect::CutBody, "unavailable", "unknown"),
        (Effect::Oversize(9 * 1024 * 1024), "invalid_input", "unknown"),
    ];
    for (effect, kind, changed) in cases {
        let call = |tool: &str, text: &str, after| {
            let org = Arc::new(Org::demo());
            org.fault(Fault::new(effect.clone()).after(after).times(9));
            let token = org.token("riley");
            execute(&org, Some(&token), HOST, &Entries::default(), &arguments(tool, text)).0.unwrap_err()
        };
        let error = call("salesforce_find", FIND, 0);
        assert_eq!((&error["kind"], &error["changed"]), (&json!(kind), &json!("no")), "{error:#}");
        assert_eq!(call("salesforce_update", update, 1)["changed"], changed, "{effect:?}");
    }
}

#[test]
fn settings_that_cannot_be_used_let_no_tool_run() {
    let org = Arc::new(Org::demo());
    for config in [
        json!({}),
        json!({ "domain": "login.salesforce.com" }),
        json!({ "domain": "example.com" }),
        json!({ "domain": HOST, "tool": ["find"] }),
        json!({ "domain": HOST, "objects": { "reed": [] } }),
    ] {
        let args = json!({ "tool": "salesforce_find", "arguments": { "text": "Acme" }, "__config": config });
        let (outcome, _) = execute(&org, Some("token"), HOST, &Entries::default(), &args);
        assert_eq!(outcome.unwrap_err()["kind"], "switched_off", "{config}");
    }
    let args = json!({ "tool": "salesforce_find", "arguments": { "text": "Acme" } });
    assert_eq!(execute(&org, Some("token"), HOST, &Entries::default(), &args).0.unwrap_err()["kind"], "switched_off");
    assert!(org.requests().is_empty());
}

#[test]
fn the_settings_of_the_configuration_hold() {
    let org = Arc::new(Org::demo());
    let config = json!({ "domain": HOST, "read_only": true, "objects": { "read": ["Contact"] } });
    for (tool, arguments) in [
        ("salesforce_create", json!({ "object": "Account", "fields": { "Name": "Zenith" } })),
        ("salesforce_query", json!({ "soql": "SELECT Name FROM Account" })),
    ] {
        let args = json!({ "tool": tool, "arguments": arguments, "__config": config });
        let (outcome, _) = execute(&org, Some(&org.token("riley")), HOST, &Entries::default(), &args);
        assert_eq!(outcome.unwrap_err()["kind"], "switched_off", "{tool}");
    }
    assert!(org.requests().is_empty());
}

#[test]
fn the_plugin_says_what_its_manifest_says_and_needs_no_secret_for_it() {
    let (mut store, plugin) = instance(&Arc::new(Org::demo()), None, HOST, &Entries::default());
    let info = plugin.zeroclaw_plugin_plugin_info();
    let manifest = &zeroclaw::package().unwrap()[0].1;
    let manifest: toml::Table = str::from_utf8(manifest).unwrap().parse().unwrap();
    assert_eq!(manifest["name"].as_str().unwrap(), info.call_plugin_name(&mut store).unwrap());
    assert_eq!(manifest["version"].as_str().unwrap(), info.call_plugin_version(&mut store).unwrap());
    let tool = plugin.zeroclaw_plugin_tool();
    assert_eq!(tool.call_name(&mut store).unwrap(), manifest["name"].as_str().unwrap());
    let schema: Value = serde_json::from_str(&tool.call_parameters_schema(&mut store).unwrap()).unwrap();
    assert_eq!(schema["type"], "object");
    assert!(tool.call_description(&mut store).unwrap().contains("salesforce_find"));
    assert_eq!(store.data().calls, 0);
}
