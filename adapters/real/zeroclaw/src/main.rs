//! Loads the plugin with ZeroClaw's own loader, out of a folder as its user installs it, and calls the tool: what is read,
//! what is written, and how long a call takes. `zeroclaw-loads-it PLUGINS KEY TOKEN MARKER CALLS`, where PLUGINS is the
//! folder that holds the plugin's, KEY is the publisher's that must have signed it, TOKEN and MARKER are a user's of the
//! intercepted org, and CALLS is how often the read is timed.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use serde_json::{Value, json};
use zeroclaw_api::tool::Tool as _;
use zeroclaw_plugins::PluginCapability;
use zeroclaw_plugins::component::{PluginLimits, load_component};
use zeroclaw_plugins::config::{PluginConfigResolver, resolve_plugin_config};
use zeroclaw_plugins::egress::{EgressHostService, EgressPolicy, EgressPolicyResolver};
use zeroclaw_plugins::host::{AdmittedComponent, PluginHost};
use zeroclaw_plugins::instance::PluginInstanceScope;
use zeroclaw_plugins::services::{
    PluginHostServices, PluginStateBackend, PluginStateError, PluginStateKey, PluginStateService, PluginStateValue,
};
use zeroclaw_plugins::signature::SignatureMode;
use zeroclaw_plugins::wasm_tool::WasmTool;

type Fault = Box<dyn std::error::Error>;

/// The org, as the name leads to the intercepted one.
const ORG: &str = "demo.my.salesforce.com";
/// What ZeroClaw grants a call where its operator has said nothing.
const LIMITS: PluginLimits = PluginLimits {
    call_fuel: 1_000_000_000,
    max_memory_bytes: 256 * 1024 * 1024,
    max_table_elements: 100_000,
    max_instances: 64,
    call_timeout: Duration::from_secs(30),
};
/// How many connections an instance may hold.
const CONNECTIONS: usize = 16;

/// The state of one plugin, by key, for as long as this program runs.
#[derive(Default)]
struct Kept(Mutex<HashMap<String, (u64, Vec<u8>)>>);

#[async_trait]
impl PluginStateBackend for Kept {
    async fn get(
        &self,
        _: &PluginInstanceScope,
        key: &PluginStateKey,
    ) -> Result<Option<PluginStateValue>, PluginStateError> {
        let kept = self.0.lock().map_err(|_| PluginStateError::Unavailable)?;
        Ok(kept.get(key.as_str()).map(|(revision, value)| PluginStateValue::new(*revision, value.clone())))
    }

    async fn put(
        &self,
        _: &PluginInstanceScope,
        key: &PluginStateKey,
        value: &[u8],
        expected: Option<u64>,
    ) -> Result<u64, PluginStateError> {
        let mut kept = self.0.lock().map_err(|_| PluginStateError::Unavailable)?;
        if kept.get(key.as_str()).map(|(revision, _)| *revision) != expected {
            return Err(PluginStateError::Conflict);
        }
        let revision = expected.unwrap_or_default() + 1;
        kept.insert(key.as_str().to_owned(), (revision, value.to_vec()));
        Ok(revision)
    }

    async fn delete(&self, _: &PluginInstanceScope, key: &PluginStateKey, _: u64) -> Result<(), PluginStateError> {
        self.0.lock().map_err(|_| PluginStateError::Unavailable)?.remove(key.as_str());
        Ok(())
    }
}

/// A tool of the host, and the component that it compiles at each call.
struct Salesforce {
    tool: WasmTool,
    component: AdmittedComponent,
}

/// The plugin of the folder, as the host makes a tool of it, with what an operator configures.
fn tool(plugins: &Path, key: &str, configured: &[(&str, &str)]) -> Result<Salesforce, Fault> {
    let host = PluginHost::from_plugins_dir_with_security(plugins, SignatureMode::Strict, vec![key.to_owned()])?;
    let details = host.tool_plugin_details();
    let [(manifest, component)] = details[..] else { return Err("the folder has not exactly one plugin".into()) };
    println!(
        "the loader admitted {} {}: {:?}",
        manifest.name,
        manifest.version,
        manifest.permissions.iter().map(|permission| format!("{permission:?}")).collect::<Vec<_>>()
    );
    let (manifest, component) = (manifest.clone(), component.clone());
    let grants = manifest.permissions.clone();
    let scope = PluginInstanceScope::for_package_binding(&manifest, PluginCapability::Tool, grants)?;
    let configured: HashMap<String, String> =
        configured.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let config = PluginConfigResolver::new(move |scope| resolve_plugin_config(&manifest, scope, Some(&configured)));
    let services = PluginHostServices::new(config, PluginStateService::new(Kept::default()));
    // The org's host, and that it may be on this machine: the operator's own two lists.
    let hosts = vec![ORG.to_owned()];
    let egress =
        EgressHostService::new(EgressPolicyResolver::new(move |_| EgressPolicy::new(&hosts, &hosts, &[], CONNECTIONS)));
    let tool = WasmTool::from_wasm(component.clone(), scope, services, LIMITS, Some(egress))?;
    Ok(Salesforce { tool, component })
}

/// A call of one of the plugin's tools: its reply, or the error, which is JSON too.
async fn call(salesforce: &Salesforce, name: &str, arguments: Value) -> Result<Result<Value, Value>, Fault> {
    let result = salesforce.tool.execute(json!({ "tool": name, "arguments": arguments })).await?;
    Ok(if result.success {
        Ok(serde_json::from_str(&result.output.to_string())?)
    } else {
        Err(serde_json::from_str(&result.error.ok_or("a failure without an error")?)?)
    })
}

/// How long something takes that is done so often: on the clock, and of processors.
async fn timed(times: u32, done: impl AsyncFn() -> Result<(), Fault>) -> Result<String, Fault> {
    let (mut took, spent) = (Vec::new(), processors()?);
    for _ in 0..times {
        let began = Instant::now();
        done().await?;
        took.push(began.elapsed());
    }
    took.sort();
    let spent = (processors()? - spent) / f64::from(times.max(1));
    let (least, median) = (took.first().copied().unwrap_or_default(), took.get(took.len() / 2).copied());
    let median = median.unwrap_or_default();
    Ok(format!("{} ms in the middle, {} at least, {spent:.0} of processors", median.as_millis(), least.as_millis()))
}

/// Milliseconds that processors have worked for this program, where the system tells.
fn processors() -> Result<f64, Fault> {
    let said = std::fs::read_to_string("/proc/self/stat")?;
    // After the name, which may have spaces: the 12th and the 13th are the user's and the system's, in hundredths.
    let figures: Vec<_> = said.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let hundredths = figures.iter().skip(11).take(2).map(|figure| figure.parse::<f64>()).sum::<Result<f64, _>>()?;
    Ok(hundredths * 10.0)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fault> {
    let [plugins, key, token, marker, calls] = <[String; 5]>::try_from(std::env::args().skip(1).collect::<Vec<_>>())
        .map_err(|_| "usage: zeroclaw-loads-it PLUGINS KEY TOKEN MARKER CALLS")?;
    let plugins = Path::new(&plugins);
    // The host hands every value over as text, and makes of it what the manifest's schema says.
    let all = [
        ("domain", "demo"),
        ("access_token", &*token),
        ("tools", r#"["default"]"#),
        ("read_only", "false"),
        ("objects", r#"{"read": ["Account", "Contact"]}"#),
        ("vocabulary", r#"{"headcount": "Account.NumberOfEmployees"}"#),
    ];
    let began = Instant::now();
    let salesforce = tool(plugins, &key, &all)?;
    println!("registered {:?} in {} ms", salesforce.tool.name(), began.elapsed().as_millis());
    println!(
        "the model is told {} bytes, and a schema: {}",
        salesforce.tool.description().len(),
        salesforce.tool.parameters_schema()
    );

    let found = call(&salesforce, "salesforce_find", json!({ "text": marker })).await?;
    let found = found.map_err(|error| format!("a read failed: {error}"))?;
    assert!(found.to_string().contains(&marker), "{found}");
    println!("read: {found}");

    let changed = json!({ "object": "Account", "record": format!("{marker} Works"), "fields": { "headcount": 500 } });
    let deletion = json!({ "object": "Account", "record": "001dM0000000010QAA", "name": format!("{marker} Works") });
    let refused = call(&salesforce, "salesforce_delete", deletion).await?.err().ok_or("what is off was called")?;
    assert_eq!(refused["kind"], "switched_off", "{refused}");
    println!("a tool that is off: {refused}");
    let changed = call(&salesforce, "salesforce_update", changed).await?;
    let changed = changed.map_err(|error| format!("a write failed: {error}"))?;
    assert!(changed.to_string().contains("500"), "{changed}");
    println!("written: {changed}");

    let calls: u32 = calls.parse()?;
    let component = salesforce.component.clone();
    let compiled = timed(calls, async || load_component(&component).map(drop).map_err(Fault::from)).await?;
    println!("{calls} times compiled: {compiled}");
    let read = timed(calls, async || {
        let found = call(&salesforce, "salesforce_find", json!({ "text": marker })).await?;
        found.map(drop).map_err(|error| format!("a read failed: {error}").into())
    });
    println!("{calls} reads, in each of which the host compiles: {}", read.await?);

    // Who is signed out is told so; and without the operator's word nothing is reached.
    let signed_out = tool(plugins, &key, &[("domain", "demo"), ("access_token", "00DdM0000000001!nobody")])?;
    let refused = call(&signed_out, "salesforce_find", json!({ "text": marker })).await?.err();
    let refused = refused.ok_or("an unknown token was let in")?;
    assert_eq!(refused["kind"], "sign_in", "{refused}");
    println!("signed out: {refused}");
    let elsewhere = tool(plugins, &key, &[("domain", "elsewhere"), ("access_token", &*token)])?;
    let refused = call(&elsewhere, "salesforce_find", json!({ "text": marker })).await?.err();
    let refused = refused.ok_or("what was not granted was reached")?;
    assert_eq!((&refused["kind"], &refused["changed"]), (&json!("forbidden"), &json!("no")), "{refused}");
    println!("an org that is not granted: {refused}");
    Ok(())
}
