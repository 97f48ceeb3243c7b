//! Loads the tool with IronClaw's own loader, out of a folder as its user installs it, and calls it: what is read and
//! what is written. `ironclaw-loads-it TOOLS TOKEN MARKER CALLS`, where TOOLS is the folder of the tools, TOKEN and MARKER
//! are a user's of the intercepted org, and CALLS is how often the read is timed.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ironclaw::context::JobContext;
use ironclaw::secrets::{CreateSecretParams, InMemorySecretsStore, SecretsStore, crypto_from_hex};
use ironclaw::tools::wasm::{WasmRuntimeConfig, WasmToolLoader, WasmToolRuntime};
use ironclaw::tools::{Tool, ToolRegistry};
use serde_json::{Value, json};

type Fault = Box<dyn std::error::Error>;

/// Who asks.
const USER: &str = "riley";
/// What the secret is called in the sidecar.
const SECRET: &str = "salesforce_access_token";

/// The tool of a folder, for a user with this token.
async fn tool(runtime: &Arc<WasmToolRuntime>, tools: &Path, token: &str) -> Result<Arc<dyn Tool>, Fault> {
    let secrets = InMemorySecretsStore::new(crypto_from_hex(&"0123456789abcdef".repeat(4))?);
    secrets.create(USER, CreateSecretParams::new(SECRET, token)).await?;
    let registry = Arc::new(ToolRegistry::new());
    let loader = WasmToolLoader::new(Arc::clone(runtime), Arc::clone(&registry)).with_secrets_store(Arc::new(secrets));
    let results = loader.load_from_dir(tools).await?;
    println!("the loader took {:?}, and has {} errors", results.loaded, results.error_count());
    Ok(registry.get("salesforce").await.ok_or("the tool is not registered")?)
}

/// A call of one of the tool's tools: its reply, or the host's error.
async fn call(tool: &dyn Tool, name: &str, arguments: Value) -> Result<(Value, Duration), String> {
    let context = JobContext::with_user(USER, "a call", "a call");
    let began = Instant::now();
    let output = tool.execute(json!({ "tool": name, "arguments": arguments }), &context).await;
    output.map(|output| (output.result, began.elapsed())).map_err(|error| error.to_string())
}

#[tokio::main]
async fn main() -> Result<(), Fault> {
    let [tools, token, marker, calls] = <[String; 4]>::try_from(std::env::args().skip(1).collect::<Vec<_>>())
        .map_err(|_| "usage: ironclaw-loads-it TOOLS TOKEN MARKER CALLS")?;
    let tools = Path::new(&tools);
    let runtime = Arc::new(WasmToolRuntime::new(WasmRuntimeConfig::default())?);
    let began = Instant::now();
    let salesforce = tool(&runtime, tools, &token).await?;
    println!("loaded in {} ms, the host's cache of machine code included", began.elapsed().as_millis());
    let schema = salesforce.schema();
    // The loader registers a tool that it can't run, too, under words of its own.
    assert_ne!(schema.description, "WASM sandboxed tool");
    println!("the model is told {} bytes, and a schema: {}", schema.description.len(), schema.parameters);

    let (found, _) = call(&*salesforce, "salesforce_find", json!({ "text": marker })).await?;
    assert!(found.to_string().contains(&marker), "{found}");
    println!("read: {found}");

    let changed =
        json!({ "object": "Account", "record": format!("{marker} Works"), "fields": { "NumberOfEmployees": 500 } });
    let (changed, _) = call(&*salesforce, "salesforce_update", changed).await?;
    assert!(changed.to_string().contains("500"), "{changed}");
    println!("written: {changed}");

    // What takes the most of the fuel that the host grants a call: the host says "trapped" where there is not enough.
    for (name, arguments) in [
        ("salesforce_who_am_i", json!({})),
        ("salesforce_activities", json!({ "record": format!("{marker} Works"), "object": "Account" })),
        ("salesforce_describe", json!({ "object": "Opportunity", "search": "stage" })),
        ("salesforce_query", json!({ "soql": "SELECT StageName, COUNT(Id) FROM Opportunity GROUP BY StageName" })),
        ("salesforce_log_activity", json!({ "kind": "call", "what": "Initech", "text": "Renewal agreed" })),
        ("salesforce_create", json!({ "object": "Lead", "fields": { "LastName": "Zed", "Company": "Zenith" } })),
        ("salesforce_create", json!({ "object": "Contact", "fields": { "LastName": "Zed", "Account": "Initech" } })),
        ("salesforce_create", json!({ "object": "Case", "fields": { "Subject": "Zed", "Account": "Initech" } })),
        ("salesforce_create", json!({ "object": "Account", "fields": { "Name": "Zenith" } })),
        ("salesforce_find", json!({ "text": "Zenith", "objects": ["Account"] })),
        ("salesforce_create", json!({ "object": "Account", "fields": { "Name": format!("{marker} Works") } })),
        ("salesforce_update", json!({ "object": "Contact", "record": "Bob Stone", "fields": { "Title": "Head" } })),
        ("salesforce_get", json!({ "object": "Account", "record": format!("{marker} Works"), "fields": ["Rating"] })),
    ] {
        let said = match call(&*salesforce, name, arguments.clone()).await {
            Ok((reply, _)) => reply.to_string(),
            Err(error) => error.lines().next().unwrap_or_default().to_owned(),
        };
        println!("{name} {arguments}: {}", said.chars().take(200).collect::<String>());
    }

    let mut took = Vec::new();
    for _ in 0..calls.parse()? {
        took.push(call(&*salesforce, "salesforce_find", json!({ "text": marker })).await?.1);
    }
    took.sort();
    if let (Some(least), Some(median), Some(most)) = (took.first(), took.get(took.len() / 2), took.last()) {
        println!("{} reads: {median:?} in the middle, {least:?} to {most:?}", took.len());
    }

    let missing = call(&*salesforce, "salesforce_get", json!({ "record": "001000000000000AAA" })).await;
    println!("what does not exist: {}", missing.err().ok_or("what does not exist was read")?);
    let signed_out = tool(&runtime, tools, "00DdM0000000001!nobody").await?;
    let refused = call(&*signed_out, "salesforce_find", json!({ "text": marker })).await.err();
    let refused = refused.ok_or("an unknown token was let in")?;
    assert!(refused.contains("sign_in"), "{refused}");
    println!("signed out: {refused}");
    Ok(())
}
