//! Hosts of `wasi:http`: the component, with a manifest for Spin and one for wasmCloud.

use serde_json::{Value, json};

use crate::{Deployment, Fault, Files, VERSION, WASI_HTTP, WASI_HTTP_CONFIG, toml};

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
        ("workload.yaml".to_owned(), workload(deployment, &url, &environment).into_bytes()),
    ])
}

/// The component that has its settings in `wasi:config`: what they are is said where it is served.
pub fn config_package() -> Files {
    vec![(format!("{NAME}-config.wasm"), WASI_HTTP_CONFIG.to_vec())]
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

/// A deployment for wasmCloud 2, whose hosts put `environment` into the environment and send to `allowedHosts` alone.
/// YAML takes JSON's texts as they are.
/// <https://wasmcloud.com/docs/kubernetes-operator/crds>
fn workload(deployment: &Deployment, url: &str, environment: &Value) -> String {
    let authority = url.split('/').nth(2).unwrap_or_default();
    let host = Value::from(authority.split(':').next().unwrap_or_default());
    let org = Value::from(&*deployment.oauth.origin);
    let environment: String = environment
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| format!("                {name}: {value}\n"))
        .collect();
    format!(
        "apiVersion: runtime.wasmcloud.dev/v1alpha1
kind: WorkloadDeployment
metadata:
  name: {NAME}
spec:
  replicas: {REPLICAS}
  template:
    spec:
      hostSelector:
        hostgroup: default
      hostInterfaces:
        - namespace: wasi
          package: http
          interfaces: [incoming-handler]
          config:
            # The name that requests are for.
            host: {host}
      components:
        - name: {NAME}
          # Where you pushed it.
          image: registry.example.com/{NAME}:{VERSION}
          localResources:
            allowedHosts: [{org}]
            environment:
              config:
{environment}"
    )
}
