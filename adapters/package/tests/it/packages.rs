//! The packages: what is in them, that the same options give the same bytes, and what is refused.

use std::collections::BTreeSet;

use adapter_package::ironclaw_1::Manifest;
use adapter_package::{
    Deployment, Fault, Files, IRONCLAW_0_24, SECRET, ZEROCLAW, ironclaw_0_24, ironclaw_1, oci, wasi_http, wassette,
    with_settings, zeroclaw, zip,
};
use salesforce_plugin::catalog;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::engine::HOST;

/// The fewest characters of what a person is asked at set-up, as IronClaw wants it.
const MIN_PROMPT_CHARS: usize = 30;

fn deployment(settings: &str) -> Deployment {
    let mut deployment = Deployment::new(HOST, settings).unwrap();
    deployment.url = Some("https://mcp.example.com/mcp".to_owned());
    deployment
}

fn all(deployment: &Deployment) -> Vec<Files> {
    vec![
        ironclaw_0_24::package(deployment).unwrap(),
        ironclaw_1::package(deployment, Manifest::V2).unwrap(),
        ironclaw_1::package(deployment, Manifest::V3).unwrap(),
        wasi_http::package(deployment).unwrap(),
        wasi_http::config_package(),
        wassette::package(deployment),
        zeroclaw::package().unwrap(),
    ]
}

fn text<'a>(files: &'a Files, name: &str) -> &'a str {
    let file = files.iter().find(|(path, _)| path == name).unwrap_or_else(|| panic!("no {name}"));
    str::from_utf8(&file.1).unwrap()
}

#[test]
fn the_same_options_give_the_same_bytes() {
    assert_eq!(all(&deployment("{}")), all(&deployment("{}")));
}

#[test]
fn settings_are_in_the_component_once_and_fit() {
    let settings = r#"{"domain":"acme"}"#;
    let filled = with_settings(IRONCLAW_0_24, settings).unwrap();
    assert_eq!(filled.len(), IRONCLAW_0_24.len());
    assert_eq!(filled.windows(settings.len()).filter(|window| *window == settings.as_bytes()).count(), 1);
    let refused = |component: &[u8], settings: &str| with_settings(component, settings).unwrap_err().0;
    assert!(refused(&filled, settings).contains("already"));
    assert!(refused(ZEROCLAW, settings).contains("0 places"));
    assert!(refused(IRONCLAW_0_24, r#"{"tool": 1}"#).contains("`tool`"));
    let long = format!("{{\"instructions\":\"{}\"}}", "x".repeat(5000));
    assert!(refused(IRONCLAW_0_24, &long).contains("room"));
}

#[test]
fn a_package_is_for_one_org_of_salesforce() {
    for (domain, settings) in
        [("example.com", "{}"), (HOST, r#"{"domain": "other"}"#), (HOST, "[]"), (HOST, r#"{"tool": 1}"#)]
    {
        assert!(Deployment::new(domain, settings).is_err(), "{domain} {settings}");
    }
    let without_url = Deployment::new(HOST, "{}").unwrap();
    assert_eq!(wasi_http::package(&without_url), Err(Fault("the server needs the address clients reach it by".into())));
}

#[test]
fn ironclaw_0_24_may_reach_the_org_with_the_methods_that_are_needed() {
    let capabilities = |settings: &str| -> Value {
        let files = ironclaw_0_24::package(&deployment(settings)).unwrap();
        serde_json::from_str(text(&files, "salesforce.capabilities.json")).unwrap()
    };
    let usual = capabilities("{}");
    assert_eq!(usual["wit_version"], ironclaw_0_24::WIT_VERSION);
    let allowed = &usual["http"]["allowlist"];
    assert!(allowed.as_array().unwrap().iter().all(|entry| entry["host"] == HOST), "{allowed}");
    assert_eq!(allowed[0]["methods"], json!(["GET", "POST", "PATCH", "DELETE"]));
    assert_eq!(capabilities(r#"{"read_only": true}"#)["http"]["allowlist"][0]["methods"], json!(["GET", "POST"]));
    let credential = &usual["http"]["credentials"][SECRET];
    assert_eq!((&credential["location"]["type"], &credential["host_patterns"]), (&json!("bearer"), &json!([HOST])));
    assert_eq!(usual["auth"]["oauth"]["use_pkce"], true);
    assert!(
        usual["auth"]["oauth"]["authorization_url"].as_str().unwrap().starts_with("https://demo.my.salesforce.com/")
    );
    assert_eq!(usual["auth"]["oauth"]["client_id_env"], "SALESFORCE_CONSUMER_KEY");
    let mut keyed = deployment("{}");
    keyed.consumer_key = Some("3MVG9".to_owned());
    let files = ironclaw_0_24::package(&keyed).unwrap();
    assert!(text(&files, "salesforce.capabilities.json").contains("\"client_id\": \"3MVG9\""));
    for secret in usual["setup"]["required_secrets"].as_array().unwrap() {
        assert!(secret["prompt"].as_str().unwrap().chars().count() >= MIN_PROMPT_CHARS, "{secret}");
    }
}

#[test]
fn ironclaw_1_gets_every_tool_with_its_files_and_asks_before_writes() {
    for form in [Manifest::V2, Manifest::V3] {
        let deployment = deployment(r#"{"tools": ["all"]}"#);
        let files = ironclaw_1::package(&deployment, form).unwrap();
        let manifest: toml::Table = text(&files, "manifest.toml").parse().unwrap();
        let manifest: Value = serde_json::to_value(&manifest).unwrap();
        assert_eq!(manifest["trust"], "third_party");
        let tools = match form {
            Manifest::V2 => &manifest["capability_provider"]["tools"]["capabilities"],
            Manifest::V3 => &manifest["tools"],
        };
        let names: BTreeSet<&str> = files.iter().map(|(name, _)| &**name).collect();
        assert!(names.contains(manifest["runtime"]["module"].as_str().unwrap()));
        let catalog: Vec<_> = catalog::tools(&deployment.connection).collect();
        assert_eq!(tools.as_array().unwrap().len(), catalog.len());
        for (entry, tool) in tools.as_array().unwrap().iter().zip(&catalog) {
            assert_eq!(entry["id"], tool.name.replacen('_', ".", 1));
            assert_eq!(entry["description"], *tool.description);
            let writes = tool.effect != salesforce_plugin::policy::Effect::ReadOnly;
            assert_eq!(entry["default_permission"], if writes { "ask" } else { "allow" });
            assert_eq!(entry["effects"].as_array().unwrap().contains(&json!("external_write")), writes);
            for reference in ["input_schema_ref", "output_schema_ref", "prompt_doc_ref"] {
                assert!(names.contains(entry[reference].as_str().unwrap()), "{entry}");
            }
            let schema: Value =
                serde_json::from_str(text(&files, entry["input_schema_ref"].as_str().unwrap())).unwrap();
            let own: Value = serde_json::from_str(tool.input_schema().get()).unwrap();
            assert_eq!(schema, own);
            let (audience, host) = match form {
                Manifest::V2 => (&entry["runtime_credentials"][0]["audience"]["host_pattern"], "*.my.salesforce.com"),
                Manifest::V3 => (&entry["credentials"][0]["audience"]["host"], HOST),
            };
            assert_eq!(audience, host);
        }
    }
}

#[test]
fn zeroclaw_gets_the_hash_of_the_component_and_keeps_the_token_apart() {
    let files = zeroclaw::package().unwrap();
    let manifest: toml::Table = text(&files, "manifest.toml").parse().unwrap();
    let component = &files.iter().find(|(name, _)| name == manifest["wasm_path"].as_str().unwrap()).unwrap().1;
    let hash: String = Sha256::digest(component).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(manifest["wasm_sha256"].as_str(), Some(&*hash));
    let schema = &manifest["config_schema"];
    assert_eq!(schema["additionalProperties"].as_bool(), Some(false));
    assert_eq!(schema["properties"]["access_token"]["x-secret"].as_bool(), Some(true));
    let secret =
        schema["properties"].as_table().unwrap().values().filter(|property| property.get("x-secret").is_some());
    assert_eq!(secret.count(), 1);
}

#[test]
fn wassette_may_reach_the_host_as_it_is_written() {
    let files = wassette::package(&deployment("{}"));
    let policy = text(&files, "salesforce.policy.yaml");
    assert!(policy.contains("- host: \"demo.my.salesforce.com\"") && !policy.contains('*'), "{policy}");
}

#[test]
fn spin_may_reach_the_org_alone() {
    let files = wasi_http::package(&deployment(r#"{"read_only": true}"#)).unwrap();
    let spin: toml::Table = text(&files, "spin.toml").parse().unwrap();
    let component = &spin["component"]["salesforce-mcp"];
    assert_eq!(component["allowed_outbound_hosts"].as_array().unwrap().len(), 1);
    assert_eq!(component["allowed_outbound_hosts"][0].as_str(), Some("https://demo.my.salesforce.com"));
    let settings = component["environment"]["SALESFORCE_SETTINGS"].as_str().unwrap();
    let settings: Value = serde_json::from_str(settings).unwrap();
    assert_eq!(settings, json!({ "read_only": true, "domain": HOST }));
}

#[test]
fn wasmcloud_has_the_settings_in_the_environment_and_may_reach_the_org_alone() {
    let files = wasi_http::package(&deployment("{}")).unwrap();
    let workload = text(&files, "workload.yaml");
    for line in [
        "            host: \"mcp.example.com\"",
        "            allowedHosts: [\"https://demo.my.salesforce.com\"]",
        "            environment:",
        "              config:",
        "                SALESFORCE_MCP_URL: \"https://mcp.example.com/mcp\"",
        r#"                SALESFORCE_SETTINGS: "{\"domain\":\"demo.my.salesforce.com\"}""#,
    ] {
        assert!(workload.lines().any(|written| written == line), "{line}\n{workload}");
    }
}

#[test]
fn a_zip_has_every_file_as_it_is() {
    let files = ironclaw_1::package(&deployment("{}"), Manifest::V2).unwrap();
    let zipped = zip::zip(&files);
    assert_eq!(zipped, zip::zip(&files.iter().rev().cloned().collect()), "in the order of paths");
    let number = |at: usize, bytes: usize| {
        zipped[at..at + bytes].iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
    };
    // The directory is found from the end, as readers do.
    let end = zipped.len() - 22;
    assert_eq!((number(end, 4), number(end + 10, 2)), (0x0605_4b50, files.len()));
    let mut at = number(end + 16, 4);
    let mut read = Files::new();
    for _ in 0..files.len() {
        assert_eq!(number(at, 4), 0x0201_4b50);
        let (size, name, local) = (number(at + 24, 4), number(at + 28, 2), number(at + 42, 4));
        let path = String::from_utf8(zipped[at + 46..at + 46 + name].to_vec()).unwrap();
        assert_eq!(number(local, 4), 0x0403_4b50);
        let start = local + 30 + number(local + 26, 2) + number(local + 28, 2);
        read.push((path, zipped[start..start + size].to_vec()));
        at += 46 + name;
    }
    assert_eq!(at, end);
    let mut expected = files.clone();
    expected.sort();
    assert_eq!(read, expected);
}

#[test]
fn an_image_layout_has_the_component_the_policy_and_what_they_are_by_their_digests() {
    let package = wassette::package(&deployment("{}"));
    let files = oci::layout("salesforce-wassette", &package).unwrap();
    assert_eq!(files, oci::layout("salesforce-wassette", &package).unwrap(), "the same bytes");
    // A blob that a description names, once it is sure that it is what the description says.
    let blob = |described: &Value| {
        let digest = described["digest"].as_str().unwrap().strip_prefix("sha256:").unwrap();
        let bytes = &files.iter().find(|(name, _)| *name == format!("blobs/sha256/{digest}")).unwrap().1;
        let own: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!((own.as_str(), &described["size"]), (digest, &json!(bytes.len())));
        bytes.clone()
    };
    let read = |bytes: &[u8]| -> Value { serde_json::from_slice(bytes).unwrap() };
    assert_eq!(read(text(&files, "oci-layout").as_bytes()), json!({ "imageLayoutVersion": "1.0.0" }));
    let index = read(text(&files, "index.json").as_bytes());
    let manifest = read(&blob(&index["manifests"][0]));
    assert_eq!(manifest["mediaType"], index["manifests"][0]["mediaType"]);
    let kinds: Vec<_> = manifest["layers"].as_array().unwrap().iter().map(|layer| &layer["mediaType"]).collect();
    assert_eq!(kinds, ["application/wasm", "application/vnd.wasm.policy.v1+yaml"]);
    for (layer, (name, bytes)) in manifest["layers"].as_array().unwrap().iter().zip(&package) {
        assert_eq!((&layer["annotations"]["org.opencontainers.image.title"], &blob(layer)), (&json!(name), bytes));
    }
    let config = read(&blob(&manifest["config"]));
    assert_eq!(config["layerDigests"][0], manifest["layers"][0]["digest"]);
    let component = &config["component"];
    assert!(component["exports"].as_array().unwrap().contains(&json!("salesforce-find")), "{component}");
    assert!(component["imports"].as_array().unwrap().contains(&json!("wasi:http/types@0.2.12")), "{component}");
}

#[test]
fn an_image_layout_is_of_one_component() {
    let refused = |package: Files| oci::layout("salesforce", &package).unwrap_err().0;
    let file = |name: &str, bytes: &[u8]| (name.to_owned(), bytes.to_vec());
    assert!(refused(Files::new()).contains("has 0"));
    assert!(refused(vec![file("a.wasm", ZEROCLAW), file("b.wasm", ZEROCLAW)]).contains("has 2"));
    assert_eq!(refused(vec![file("a.wasm", b"text")]), "not a component");
    assert!(refused(vec![file("a.wasm", &ZEROCLAW[..ZEROCLAW.len() - 9])]).starts_with("not a component: "));
}
