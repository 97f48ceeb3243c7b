//! Says where the fuel of a call goes, function by function: `cargo run --release -p guest-profile -- find`, or with any
//! other tool and its arguments, `cargo run --release -p guest-profile -- get '{"record": "Acme"}'`.
//!
//! The guest is stopped wherever it enters a function or begins a loop anew, and what it has used since the last stop is
//! of the function it was in. Fuel is exact, and so is every run. A function that was inlined is part of its caller. With
//! `GUEST=FILE` it is about another module, as one that was built before a change.

// A failed measurement stops the program: there is nobody to hand an error to.
#![allow(clippy::panic, clippy::unwrap_used)]

mod bindings;

use std::collections::HashMap;
use std::sync::Arc;

use demo_org::{Org, Reply};
use wasmtime::component::{Component, HasSelf, Linker, Resource};
use wasmtime::{Config, Engine, Store, UpdateDeadline, WasmBacktrace};

use bindings::Plugin;
use bindings::salesforce::plugin::{cache, clock, http as wit_http, secrets, settings, settings_types};
use bindings::salesforce::plugin::{read_types, sign_in_types, types, write_types};

/// How many functions are shown.
const SHOWN: usize = 40;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (tool, input) = match arguments.as_slice() {
        [tool] => (tool.as_str(), usual(tool)),
        [tool, input] => (tool.as_str(), input.as_str()),
        _ => ("find", usual("find")),
    };
    let engine = engine();
    let component = component(&engine);
    let mut cache = HashMap::new();
    for state in ["cold", "warm"] {
        let profile = call(&engine, &component, tool, input, &mut cache);
        println!("{tool} {input}, {state}: {} units", profile.total);
        print(&profile);
    }
}

/// The arguments of a tool that is named alone.
fn usual(tool: &str) -> &'static str {
    match tool {
        "find" => r#"{"text": "acme"}"#,
        "query" => r#"{"soql": "SELECT * FROM Account"}"#,
        "describe" => r#"{"object": "Account"}"#,
        "get" => r#"{"record": "001dM0000000010QAA"}"#,
        "create" => r#"{"object": "Account", "fields": {"Name": "Zenith"}}"#,
        "update" => r#"{"object": "Account", "record": "Acme", "fields": {"Employees": 500}}"#,
        "log_activity" => r#"{"kind": "call", "who": "Bob at Acme", "text": "Pricing"}"#,
        _ => "{}",
    }
}

/// What the functions of a call have used.
#[derive(Default)]
struct Profile {
    /// By function: of its own, and with those it calls.
    functions: HashMap<String, (u64, u64)>,
    total: u64,
}

impl Profile {
    /// Books fuel for the function on top of a stack and for those below it.
    fn add(&mut self, stack: &[String], fuel: u64) {
        self.total += fuel;
        for (depth, name) in stack.iter().enumerate() {
            if stack[..depth].contains(name) {
                continue;
            }
            let (own, with_callees) = self.functions.entry(name.clone()).or_default();
            *own += if depth == 0 { fuel } else { 0 };
            *with_callees += fuel;
        }
    }
}

fn print(profile: &Profile) {
    let of_all = |fuel: u64| fuel as f64 * 100.0 / profile.total as f64;
    for (title, by) in [("of its own", 0), ("with its callees", 1)] {
        println!("  {title}");
        let mut rows: Vec<_> = profile.functions.iter().map(|(name, (own, all))| ([*own, *all][by], name)).collect();
        rows.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        for (fuel, name) in rows.into_iter().take(SHOWN) {
            println!("  {fuel:>9} {:>5.1} %  {name}", of_all(fuel));
        }
    }
}

fn engine() -> Engine {
    let mut config = Config::new();
    config.epoch_interruption(true).consume_fuel(true).wasm_backtrace_max_frames(std::num::NonZeroUsize::new(200));
    Engine::new(&config).unwrap()
}

/// The guest with the names of its functions, as it was linked.
fn component(engine: &Engine) -> Component {
    let module =
        std::env::var("GUEST").map(|path| std::fs::read(path).unwrap()).unwrap_or(guest_module::MODULE.to_vec());
    let encoder = wit_component::ComponentEncoder::default().debug_names(true).module(&module);
    Component::new(engine, encoder.and_then(|mut encoder| encoder.encode()).unwrap()).unwrap()
}

fn call(
    engine: &Engine,
    component: &Component,
    tool: &str,
    input: &str,
    cache: &mut HashMap<String, Vec<u8>>,
) -> Profile {
    let org = Arc::new(Org::demo());
    let token = org.token("admin");
    let mut linker = Linker::new(engine);
    Plugin::add_to_linker::<_, HasSelf<_>>(&mut linker, |call| call).unwrap();
    let cache_before = std::mem::take(cache);
    let call = Call { org, token, cache: cache_before, profile: Profile::default(), stack: Vec::new(), left: u64::MAX };
    let mut store = Store::new(engine, call);
    store.set_fuel(u64::MAX).unwrap();
    store.set_epoch_deadline(0);
    store.epoch_deadline_callback(|mut store| {
        let left = store.get_fuel()?;
        let backtrace = WasmBacktrace::capture(&store);
        let stack = backtrace.frames().iter().map(|frame| name(frame.func_name().unwrap_or("?"))).collect();
        let call = store.data_mut();
        call.stopped(left, stack);
        Ok(UpdateDeadline::Continue(0))
    });
    let plugin = Plugin::instantiate(&mut store, component, &linker).unwrap();
    let reply = plugin
        .salesforce_plugin_catalog()
        .call_call(&mut store, &format!("salesforce_{tool}"), &input.to_owned())
        .unwrap();
    let left = store.get_fuel().unwrap();
    store.data_mut().stopped(left, Vec::new());
    let call = store.into_data();
    *cache = call.cache;
    reply.unwrap_or_else(|error| panic!("the call was refused: {error:?}"));
    call.profile
}

/// A function's name without what tells its instances apart.
fn name(mangled: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(mangled))
}

/// What a call is lent: the demo org, as its admin.
struct Call {
    org: Arc<Org>,
    token: String,
    cache: HashMap<String, Vec<u8>>,
    profile: Profile,
    /// Where the guest was when it was last stopped, and what it had left.
    stack: Vec<String>,
    left: u64,
}

impl Call {
    fn stopped(&mut self, left: u64, stack: Vec<String>) {
        let stack = std::mem::replace(&mut self.stack, stack);
        self.profile.add(&stack, self.left - left);
        self.left = left;
    }
}

impl wit_http::Host for Call {
    fn send(
        &mut self,
        request: wit_http::Request,
        _: Resource<Secret>,
    ) -> Result<wit_http::Response, wit_http::Failure> {
        let mut outgoing = http::Request::builder()
            .method(match request.method {
                wit_http::Method::Get => http::Method::GET,
                wit_http::Method::Post => http::Method::POST,
                wit_http::Method::Patch => http::Method::PATCH,
                wit_http::Method::Delete => http::Method::DELETE,
            })
            .uri(request.path)
            .header(http::header::AUTHORIZATION, format!("Bearer {}", self.token));
        for (name, value) in request.headers {
            outgoing = outgoing.header(name, value);
        }
        let Reply::Response(response) = self.org.handle(outgoing.body(request.body.unwrap_or_default()).unwrap())
        else {
            panic!("an org without faults answers");
        };
        let (parts, body) = response.into_parts();
        let headers = parts.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
        Ok(wit_http::Response { status: parts.status.as_u16(), headers: headers.collect(), body })
    }

    fn origin(&mut self) -> String {
        "https://demo.my.salesforce.com".to_owned()
    }
}

/// The one credential there is.
pub struct Secret;

impl secrets::Host for Call {
    fn access_token(&mut self) -> Option<Resource<Secret>> {
        Some(Resource::new_own(0))
    }
}

impl secrets::HostSecret for Call {
    fn drop(&mut self, _: Resource<Secret>) -> wasmtime::Result<()> {
        Ok(())
    }
}

impl clock::Host for Call {
    fn now(&mut self) -> u64 {
        self.org.now().as_millisecond().unsigned_abs()
    }
}

impl cache::Host for Call {
    fn get(&mut self, key: String) -> Option<Vec<u8>> {
        self.cache.get(&key).cloned()
    }

    fn put(&mut self, key: String, value: Vec<u8>) {
        self.cache.insert(key, value);
    }
}

impl settings::Host for Call {
    fn get(&mut self) -> settings_types::ConnectionSettings {
        settings_types::ConnectionSettings {
            tools: Some(vec!["all".to_owned()]),
            read_only: false,
            objects: settings_types::ObjectGrants { read: None, append: None, edit: None },
            instructions: None,
            vocabulary: Vec::new(),
            soap_session: false,
        }
    }
}

// Interfaces that hold records alone have nothing to implement.
impl types::Host for Call {}
impl read_types::Host for Call {}
impl write_types::Host for Call {}
impl settings_types::Host for Call {}
impl sign_in_types::Host for Call {}
