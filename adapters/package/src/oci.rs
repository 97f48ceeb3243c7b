//! A component as an artifact for registries of containers: an OCI image layout, a folder that any client of a registry
//! can push. The media types are those that `wkg` writes and hosts accept; the config's time is the first there is, so
//! that the same bytes give the same digest.
//!
//! <https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md>,
//! <https://tag-runtime.cncf.io/wgs/wasm/deliverables/wasm-oci-artifact/>

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use wasmparser::{Parser, Payload};

use crate::{Fault, Files, VERSION};

/// A component.
const COMPONENT: &str = "application/wasm";
/// The policy that Wassette takes beside a component; other clients take one layer alone.
const POLICY: &str = "application/vnd.wasm.policy.v1+yaml";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.wasm.config.v0+json";

/// The files of an image layout with one artifact: the component of a package and, where it has one, its policy.
///
/// # Errors
/// The package has not exactly one component, or what is called so is none.
pub fn layout(title: &str, package: &Files) -> Result<Files, Fault> {
    let ending = |ending: &str| package.iter().filter(move |(name, _)| name.ends_with(ending)).collect::<Vec<_>>();
    let components = ending(".wasm");
    let [(_, component)] = components[..] else {
        return Err(Fault(format!("an artifact has one component, and the package has {}", components.len())));
    };
    let (imports, exports) = world(component)?;
    let mut blobs = Files::new();
    let mut blob = |kind: &str, bytes: Vec<u8>| {
        let digest = digest(&bytes);
        let described = json!({ "mediaType": kind, "digest": format!("sha256:{digest}"), "size": bytes.len() });
        blobs.push((format!("blobs/sha256/{digest}"), bytes));
        described
    };
    let mut layers = Vec::new();
    for (kind, files) in [(COMPONENT, components), (POLICY, ending(".policy.yaml"))] {
        for (name, bytes) in files {
            let mut layer = blob(kind, bytes.clone());
            layer["annotations"] = json!({ "org.opencontainers.image.title": name });
            layers.push(layer);
        }
    }
    let digests: Vec<_> = layers.iter().map(|layer| layer["digest"].clone()).collect();
    let config = json!({
        "created": "1970-01-01T00:00:00Z",
        "author": null,
        "architecture": "wasm",
        "os": "wasip2",
        "layerDigests": digests,
        "component": { "exports": exports, "imports": imports, "target": null },
    });
    let config = blob(CONFIG, config.to_string().into_bytes());
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": config,
        "layers": layers,
        "annotations": {
            "org.opencontainers.image.title": title,
            "org.opencontainers.image.version": VERSION,
            "org.opencontainers.image.licenses": env!("CARGO_PKG_LICENSE"),
        },
    });
    let mut manifest = blob(MANIFEST, manifest.to_string().into_bytes());
    manifest["annotations"] = json!({ "org.opencontainers.image.ref.name": VERSION });
    let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [manifest] });
    blobs.push(("index.json".to_owned(), index.to_string().into_bytes()));
    blobs.push(("oci-layout".to_owned(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec()));
    Ok(blobs)
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The names of what a component imports and exports.
fn world(component: &[u8]) -> Result<(Vec<Value>, Vec<Value>), Fault> {
    let fault = |error: wasmparser::BinaryReaderError| Fault(format!("not a component: {error}"));
    if !Parser::is_component(component) {
        return Err(Fault("not a component".to_owned()));
    }
    let (mut imports, mut exports, mut depth) = (Vec::new(), Vec::new(), 0_usize);
    for payload in Parser::new(0).parse_all(component) {
        match payload.map_err(fault)? {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            // What is deeper are the parts that the component is made of.
            Payload::ComponentImportSection(section) if depth == 1 => {
                for import in section {
                    imports.push(json!(import.map_err(fault)?.name.name));
                }
            }
            Payload::ComponentExportSection(section) if depth == 1 => {
                for export in section {
                    exports.push(json!(export.map_err(fault)?.name.name));
                }
            }
            _ => {}
        }
    }
    Ok((imports, exports))
}
