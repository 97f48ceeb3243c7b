//! Builds every adapter and makes a component of each, so that nothing stale is packaged or tested.

// A build script reports a failure by panicking.
#![allow(clippy::expect_used, clippy::panic)]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "../../host-test/guest-module/compiler.rs"]
mod compiler;

use compiler::TARGET;

/// The adapters, by their packages without `-adapter`: those of hosts that keep bytes between calls, and the others. Each
/// are built together, for cargo gives all that it builds at once the features that one of them asks for.
const ADAPTERS: [&[&str]; 2] =
    [&["example", "zeroclaw"], &["ironclaw-0-24", "ironclaw-1", "wasi-http", "wasi-http-config", "wassette"]];

fn main() {
    let adapters = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("..");
    let inputs =
        ["Cargo.toml", "Cargo.lock", "common", "mcp", "../json", "../src", "../wit", "../build.rs", "../Cargo.toml"];
    for input in inputs.into_iter().chain(ADAPTERS.concat()).chain(["package/build.rs"]) {
        println!("cargo:rerun-if-changed={}", adapters.join(input).display());
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let target = compiler::folder(&out);
    build(&adapters, &target);
    for adapter in ADAPTERS.concat() {
        let module = target.join(TARGET).join("release").join(format!("{}_adapter.wasm", adapter.replace('-', "_")));
        let module = fs::read(module).expect("cargo has written the module");
        let component = wit_component::ComponentEncoder::default()
            .validate(true)
            .debug_names(false)
            .module(&guest_shrink::smaller(&module))
            .and_then(|mut encoder| encoder.encode())
            .unwrap_or_else(|error| panic!("{adapter} becomes no component: {error:#}"));
        fs::write(out.join(format!("{adapter}.wasm")), guest_shrink::shortened(&component))
            .expect("OUT_DIR can be written");
    }
}

/// Builds the core modules.
fn build(adapters: &Path, target: &Path) {
    let root = adapters.join("..").canonicalize().expect("the adapters are in the repository");
    for together in ADAPTERS {
        let mut cargo = compiler::cargo(target, &[(root.clone(), "plugin")]);
        cargo.current_dir(adapters).args(["build", "--release", "--locked", "--target", TARGET]);
        cargo.args(together.iter().flat_map(|adapter| ["--package".to_owned(), format!("{adapter}-adapter")]));
        let status = cargo.arg("--target-dir").arg(target).status().expect("cargo can be run");
        assert!(status.success(), "the adapters do not build: see the messages above");
    }
}
