//! Hosts of `wasi:http`: the component, with a manifest for Spin and one for wasmCloud.

use serde_json::{Value, json};

use crate::{Deployment, Fault, Files, VERSION, WASI_HTTP, toml};

/// What the server is called.
const NAME: &str = "salesforce-mcp";
/// Instances that wasmCloud keeps.
const REPLICAS: u32 = 2;

/// The component and the manifests of one deployment.
///
/// # Errors
/// The deployment has no address.
pub fn package(deployment: &Deployment) -> Result<Files, Fault> {
    let url = deployment.url.clone().ok_or(Fault("the server needs the address clients reach it by".to_owned()))?;
    let environment = json!({ "SALESFORCE_MCP_URL": url, "SALESFORCE_SETTINGS": deployment.settings() });
    let component = format!("{NAME}.wasm");
    Ok(vec![
        (component.clone(), WASI_HTTP.to_vec()),
        ("spin.toml".to_owned(), toml(&spin(deployment, &component, &environment))?),
        ("wadm.yaml".to_owned(), wadm(&component, &environment).into_bytes()),
    ])
}

fn spin(deployment: &Deployment, component: &str, environment: &Value) -> Value {
    json!({
        "spin_manifest_version": 2,
        "application": { "name": NAME, "version": VERSION },
        "trigger": { "http": [{ "route": "/...", "component": NAME }] },
        "component": { NAME: {
            "source": component,
            "allowed_outbound_hosts": [deployment.oauth.origin],
            "environment": environment,
        } },
    })
}

/// A deployment for wasmCloud. YAML takes JSON's texts as they are.
fn wadm(component: &str, environment: &Value) -> String {
    let environment: String = environment
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| format!("              {name}: {value}\n"))
        .collect();
    format!(
        "apiVersion: core.oam.dev/v1beta1
kind: Application
metadata:
  name: {NAME}
  annotations:
    version: v{VERSION}
spec:
  components:
    - name: {NAME}
      type: component
      properties:
        image: file://./{component}
        config:
          - name: {NAME}-settings
            properties:
{environment}      traits:
        - type: spreadscaler
          properties:
            instances: {REPLICAS}
        - type: link
          properties:
            target: httpclient
            namespace: wasi
            package: http
            interfaces: [outgoing-handler]
    - name: httpclient
      type: capability
      properties:
        image: ghcr.io/wasmcloud/http-client:0.13.1
    - name: httpserver
      type: capability
      properties:
        image: ghcr.io/wasmcloud/http-server:0.26.0
      traits:
        - type: link
          properties:
            target: {NAME}
            namespace: wasi
            package: http
            interfaces: [incoming-handler]
"
    )
}
