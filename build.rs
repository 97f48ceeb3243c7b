//! Writes the calls of wit-bindgen: the records of `wit/`, and the shell's bindings with them.
//!
//! wit-bindgen wants the full name of an interface, with the version of the package. Here the version is read
//! from `wit/world.wit`, so a release changes it in that line alone.

// A build script reports a failure by panicking.
#![allow(clippy::expect_used)]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The interfaces that hold records alone.
const INTERFACES: [&str; 5] = ["types", "read-types", "write-types", "settings-types", "sign-in-types"];

fn main() {
    let contract = Path::new("wit").join("world.wit");
    println!("cargo:rerun-if-changed={}", contract.display());
    let world = fs::read_to_string(contract).expect("the contract can be read");
    let version = version(&world).expect("wit/world.wit says the version of its package");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("records.rs"), RECORDS).expect("OUT_DIR can be written to");
    fs::write(out.join("component.rs"), component(version)).expect("OUT_DIR can be written to");
}

fn version(world: &str) -> Option<&str> {
    world.lines().find_map(|line| line.strip_prefix("package salesforce:plugin@")?.strip_suffix(';'))
}

/// The records as types of Rust.
const RECORDS: &str = r#"wit_bindgen::generate!({
    path: "wit",
    world: "records",
    generate_unused_types: true,
    additional_derives: [Clone],
});
"#;

/// The bindings of the component, with those records.
fn component(version: &str) -> String {
    let with: String = INTERFACES
        .iter()
        .map(|name| format!("        \"salesforce:plugin/{name}@{version}\": crate::wit,\n"))
        .collect();
    format!(
        r#"wit_bindgen::generate!({{
    path: "wit",
    world: "plugin",
    with: {{
{with}    }},
}});
"#
    )
}
