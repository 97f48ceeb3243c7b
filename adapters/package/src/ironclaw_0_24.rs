//! IronClaw 0.24: the component with its settings, and `capabilities.json` beside it.

use adapter_common::one_tool;
use adapter_common::wire::MAX_RESPONSE_BYTES;
use serde_json::{Value, json};

use crate::{Deployment, Fault, Files, IRONCLAW_0_24, SECRET, VERSION, pretty, with_settings};

/// The contract that the component is built for.
pub const WIT_VERSION: &str = "0.3.0";
/// Most bytes of a description; the host cuts the rest.
pub const MAX_DESCRIPTION_BYTES: usize = 4096;

/// The files that go into `~/.ironclaw/tools`.
///
/// # Errors
/// The settings don't fit into the component.
pub fn package(deployment: &Deployment) -> Result<Files, Fault> {
    Ok(vec![
        (format!("{}.wasm", one_tool::NAME), with_settings(IRONCLAW_0_24, &deployment.settings())?),
        (format!("{}.capabilities.json", one_tool::NAME), pretty(&capabilities(deployment))),
    ])
}

/// What the tool may do, and how a user signs in.
fn capabilities(deployment: &Deployment) -> Value {
    let host = deployment.host();
    let oauth = &deployment.oauth;
    let mut description = one_tool::description(&deployment.connection);
    if description.len() > MAX_DESCRIPTION_BYTES {
        description.truncate(description.floor_char_boundary(MAX_DESCRIPTION_BYTES));
    }
    // `refresh_token` and `offline_access` are one scope under two names.
    let scopes: Vec<_> =
        oauth.scopes.iter().map(|scope| &scope.name).filter(|name| *name != "offline_access").collect();
    let client = match &deployment.consumer_key {
        Some(key) => ("client_id", key.clone()),
        None => ("client_id_env", "SALESFORCE_CONSUMER_KEY".to_owned()),
    };
    let mut flow = json!({
        "authorization_url": oauth.authorize_url,
        "token_url": oauth.token_url,
        "scopes": scopes,
        "use_pkce": true,
    });
    flow[client.0] = client.1.into();
    json!({
        "description": description,
        "version": VERSION,
        "wit_version": WIT_VERSION,
        "http": {
            "allowlist": [
                { "host": host, "path_prefix": "/services/data/", "methods": deployment.methods() },
                { "host": host, "path_prefix": "/services/oauth2/userinfo", "methods": ["GET"] },
            ],
            "credentials": {
                SECRET: { "secret_name": SECRET, "location": { "type": "bearer" }, "host_patterns": [host] },
            },
            "rate_limit": { "requests_per_minute": 60, "requests_per_hour": 1000 },
            "timeout_secs": 30,
            // What comes whole into the guest's ten mebibytes, with room for the guest.
            "max_response_bytes": MAX_RESPONSE_BYTES,
        },
        "secrets": { "allowed_names": [SECRET] },
        "auth": {
            "secret_name": SECRET,
            "display_name": "Salesforce",
            "provider": "salesforce",
            "instructions": format!("Sign in at {host} and allow the app. Salesforce's tokens say no time at which they end: sign in again when a call asks for it."),
            "setup_url": format!("{}/lightning/setup/SetupOneHome/home", oauth.origin),
            "oauth": flow,
            "validation_endpoint": { "url": oauth.userinfo_url, "method": "GET", "success_status": 200 },
        },
        "setup": {
            "required_secrets": [{
                "name": SECRET,
                "prompt": "Access token of your Salesforce user, if you don't sign in through the browser",
                "optional": true,
            }],
        },
    })
}
