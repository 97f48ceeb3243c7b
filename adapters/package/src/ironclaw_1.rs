//! IronClaw 1.x: an extension, with a manifest of version 2 for any org of Salesforce or one of version 3 for one org,
//! and the schemas and prompts of each tool as files.

use adapter_common::one_tool;
use salesforce_plugin::catalog::{self, Tool};
use salesforce_plugin::policy::Effect;
use serde_json::{Value, json};

use crate::{Deployment, Fault, Files, IRONCLAW_1, SECRET, VERSION, parsed, pretty, short, toml, with_settings};

/// The id of the extension, which the id of each capability begins with.
const ID: &str = one_tool::NAME;
/// Any org of Salesforce; a manifest of version 3 has no such pattern for where a token goes.
const ANY_ORG: &str = "*.my.salesforce.com";
/// Most bytes that a tool may send in a call.
const MAX_EGRESS_BYTES: u64 = 10 * 1024 * 1024;

/// Which form a manifest has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manifest {
    /// `reborn.extension_manifest.v2`: what people upload.
    V2,
    /// `reborn.extension_manifest.v3`, with the org's host written out.
    V3,
}

/// The files of the extension, which are uploaded as one zip.
///
/// # Errors
/// The settings don't fit into the component.
pub fn package(deployment: &Deployment, manifest: Manifest) -> Result<Files, Fault> {
    let component = with_settings(IRONCLAW_1, &deployment.settings())?;
    let manifest = match manifest {
        Manifest::V2 => v2(deployment),
        Manifest::V3 => v3(deployment),
    };
    let mut files = vec![("manifest.toml".to_owned(), toml(&manifest)?), (module(), component)];
    for tool in catalog::tools(&deployment.connection) {
        let [input, output, prompt] = references(&tool);
        files.push((input, pretty(&parsed(tool.input_schema().get()))));
        files.push((output, pretty(&parsed(tool.output_schema().get()))));
        files.push((prompt, format!("# {}\n\n{}\n", tool.title, tool.description).into_bytes()));
    }
    Ok(files)
}

fn module() -> String {
    format!("wasm/{ID}.wasm")
}

/// Where the schemas and the prompt of a tool are.
fn references(tool: &Tool<'_>) -> [String; 3] {
    let name = short(&tool.name);
    [
        format!("schemas/{ID}/{name}.input.v1.json"),
        format!("schemas/{ID}/{name}.output.v1.json"),
        format!("prompts/{ID}/{name}.md"),
    ]
}

fn head(version: &str) -> Value {
    json!({
        "schema_version": format!("reborn.extension_manifest.{version}"),
        "id": ID,
        "name": "Salesforce",
        "version": VERSION,
        "description": "Salesforce as its user, with exactly that user's rights.",
        "trust": "third_party",
        "runtime": { "kind": "wasm", "module": module() },
    })
}

/// What both forms say of a tool.
fn entry(tool: &Tool<'_>, effects: &[&str]) -> Value {
    let [input, output, prompt] = references(tool);
    let writes = tool.effect != Effect::ReadOnly;
    let effects: Vec<_> = effects.iter().copied().chain(writes.then_some("external_write")).collect();
    json!({
        "id": format!("{ID}.{}", short(&tool.name)),
        "description": tool.description,
        "effects": effects,
        "default_permission": if writes { "ask" } else { "allow" },
        "visibility": "model",
        "input_schema_ref": input,
        "output_schema_ref": output,
        "prompt_doc_ref": prompt,
    })
}

fn injection() -> Value {
    json!({ "type": "header", "name": "authorization", "prefix": "Bearer " })
}

fn v2(deployment: &Deployment) -> Value {
    let setup = json!({ "kind": "oauth", "scopes": ["api", "refresh_token"] });
    let capabilities = catalog::tools(&deployment.connection).map(|tool| {
        let mut entry = entry(&tool, &["dispatch_capability", "network", "use_secret"]);
        entry["runtime_credentials"] = json!([{
            "handle": SECRET,
            "source": { "type": "product_auth_account", "provider": ID, "setup": setup },
            "provider_scopes": ["api"],
            "audience": { "scheme": "https", "host_pattern": ANY_ORG },
            "target": injection(),
        }]);
        entry
    });
    let mut manifest = head("v2");
    manifest["capability_provider"] = json!({ "tools": { "capabilities": capabilities.collect::<Vec<_>>() } });
    manifest["host_api"] = json!([{ "id": "ironclaw.capability_provider/v1", "section": "capability_provider.tools" }]);
    manifest
}

fn v3(deployment: &Deployment) -> Value {
    let host = deployment.host();
    let tools = catalog::tools(&deployment.connection).map(|tool| {
        let mut entry = entry(&tool, &["network", "use_secret"]);
        entry["network_targets"] = json!([{ "scheme": "https", "host_pattern": host }]);
        entry["max_egress_bytes"] = MAX_EGRESS_BYTES.into();
        entry["credentials"] = json!([{
            "handle": SECRET,
            "vendor": ID,
            "scopes": ["api"],
            "audience": { "scheme": "https", "host": host },
            "injection": injection(),
        }]);
        entry
    });
    let consumer_key = "salesforce_consumer_key";
    let mut manifest = head("v3");
    manifest["admin_configuration"] = json!({
        "group_id": "vendor.salesforce",
        "display_name": "The app in your Salesforce org",
        "description": "The consumer key of the External Client App that users sign in through.",
        "fields": [{ "handle": consumer_key, "label": "Consumer key", "secret": false, "required": true }],
    });
    manifest["tools"] = tools.collect();
    manifest["auth"] = json!({ ID: {
        "method": "oauth2_code",
        "display_name": "Salesforce",
        "authorization_endpoint": deployment.oauth.authorize_url,
        "token_endpoint": deployment.oauth.token_url,
        "pkce": "s256",
        "scopes": ["api", "refresh_token"],
        "client_credentials": { "client_id_handle": consumer_key },
        "token_response": { "access_token": "/access_token", "refresh_token": "/refresh_token" },
    } });
    manifest
}
