//! Writes the world of the component and what it exports: one function a tool of the catalog.

// A build script reports a failure by panicking.
#![allow(clippy::expect_used)]

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

const CATALOG: &str = "../../src/catalog.json";

/// Natively the exported names are not valid linker symbols, so nothing calls the adapter there.
const NATIVELY: &str = r#"
#[cfg(not(target_family = "wasm"))]
const _: fn(String) -> Result<String, String> = <Adapter as bindings::Guest>::ANY;
"#;

fn main() {
    println!("cargo:rerun-if-changed={CATALOG}");
    let catalog = fs::read_to_string(CATALOG).expect("the catalog can be read");
    let catalog: Vec<serde_json::Value> = serde_json::from_str(&catalog).expect("the catalog is JSON");
    let (mut world, mut exports) = (String::new(), String::new());
    for tool in &catalog {
        let name = tool["name"].as_str().expect("a tool has a name");
        let in_wit = name.replace('_', "-");
        writeln!(world, "        export {in_wit}: func(arguments: string) -> result<string, string>;")
            .expect("a string takes all");
        writeln!(
            exports,
            "    fn {name}(arguments: String) -> Result<String, String> {{ call(\"{name}\", &arguments) }}"
        )
        .expect("a string takes all");
    }
    let world = format!(
        "wit_bindgen::generate!({{\n    inline: \"\n    package salesforce:tools@0.1.0;\n\n    world salesforce {{\n{world}    }}\n\",\n}});\n"
    );
    let any = catalog.first().and_then(|tool| tool["name"].as_str()).expect("there is a tool");
    let exports = format!("impl bindings::Guest for Adapter {{\n{exports}}}\n{}", NATIVELY.replace("ANY", any));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("world.rs"), world).expect("OUT_DIR can be written to");
    fs::write(out.join("exports.rs"), exports).expect("OUT_DIR can be written to");
}
