//! ZeroClaw 0.8: a folder with the component and its manifest.

use adapter_common::one_tool;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{Fault, Files, VERSION, ZEROCLAW, toml};

/// Where a plugin without an org of its own may have to reach; the operator grants it.
const ANY_ORG: &str = "*.my.salesforce.com";

/// The files of the plugin's folder. The org and the settings are the operator's configuration.
///
/// # Errors
/// The manifest is no TOML.
pub fn package() -> Result<Files, Fault> {
    let component = format!("{}.wasm", one_tool::NAME);
    let hash: String = Sha256::digest(ZEROCLAW).iter().map(|byte| format!("{byte:02x}")).collect();
    let manifest = json!({
        "name": one_tool::NAME,
        "version": VERSION,
        "description": "Salesforce as its user, with exactly that user's rights.",
        "wasm_path": component,
        "wasm_sha256": hash,
        "capabilities": ["tool"],
        "permissions": ["http_client", "config_read", "state_read", "state_write"],
        "config_schema": config_schema(),
        "egress": { "hosts": [ANY_ORG] },
    });
    Ok(vec![("manifest.toml".to_owned(), toml(&manifest)?), (component, ZEROCLAW.to_vec())])
}

/// The configuration: the settings, and the token, which the host keeps apart.
fn config_schema() -> Value {
    let names =
        |description: &str| json!({ "type": "array", "items": { "type": "string" }, "description": description });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": false,
        "required": ["domain", "access_token"],
        "properties": {
            "domain": { "type": "string", "description": "Your org: acme.my.salesforce.com" },
            "access_token": { "type": "string", "x-secret": true, "description": "Access token of the user" },
            "tools": names("The tools that are on, by name, or default, all, none"),
            "read_only": { "type": "boolean", "description": "Only tools that change nothing" },
            "objects": {
                "type": "object",
                "additionalProperties": false,
                "description": "Objects by API name; a list that is left out allows every object the user may use",
                "properties": {
                    "read": names("Objects that may be read"),
                    "append": names("Objects of which records may be created"),
                    "edit": names("Objects of which records may be changed"),
                },
            },
            "instructions": { "type": "string", "description": "Your own words to the model" },
            "vocabulary": {
                "type": "object",
                "additionalProperties": { "type": "string" },
                "description": "Your words for objects and fields: Opportunity, Account.NumberOfEmployees",
            },
        },
    })
}
