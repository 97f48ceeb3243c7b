//! Builds every adapter and makes a component of each, so that nothing stale is packaged or tested.

// A build script reports a failure by panicking.
#![allow(clippy::expect_used, clippy::panic)]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[path = "../../host-test/host/build/names.rs"]
mod names;
#[path = "../../host-test/host/build/shrink.rs"]
mod shrink;
#[path = "../../host-test/host/build/trap.rs"]
mod trap;

const TARGET: &str = "wasm32-unknown-unknown";
/// Bytes of an adapter's stack, as of the plugin's own.
const STACK_SIZE: usize = 13 * 64 * 1024;
/// The adapters, by their packages without `-adapter`.
const ADAPTERS: [&str; 6] = ["example", "ironclaw-0-24", "ironclaw-1", "wasi-http", "wassette", "zeroclaw"];

fn main() {
    let adapters = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("..");
    let inputs = ["Cargo.toml", "Cargo.lock", "common", "mcp", "../json", "../src", "../wit", "../build.rs", "../Cargo.toml"];
    for input in inputs.into_iter().chain(ADAPTERS).chain(["package/build.rs"]) {
        println!("cargo:rerun-if-changed={}", adapters.join(input).display());
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    // Cargo marks its target folders, and does not say where they are.
    let target = out.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file()).unwrap_or(&out).join("guest");
    build(&adapters, &target);
    for adapter in ADAPTERS {
        let module = target.join(TARGET).join("release").join(format!("{}_adapter.wasm", adapter.replace('-', "_")));
        let module = fs::read(module).expect("cargo has written the module");
        let component = wit_component::ComponentEncoder::default()
            .validate(true)
            .debug_names(false)
            .module(&shrink::shrink(&trap::at_once(&module)))
            .and_then(|mut encoder| encoder.encode())
            .unwrap_or_else(|error| panic!("{adapter} becomes no component: {error:#}"));
        fs::write(out.join(format!("{adapter}.wasm")), names::without_names(component))
            .expect("OUT_DIR can be written");
    }
}

/// Builds the core modules in a target folder of its own, for the outer cargo holds the lock of the usual one.
fn build(adapters: &Path, target: &Path) {
    let mut cargo = Command::new(env::var_os("CARGO").expect("cargo sets it"));
    cargo
        .current_dir(adapters)
        .args(["build", "--release", "--locked", "--target", TARGET, "--target-dir"])
        .arg(target);
    // What the outer build was told is about this machine: flags for its target, a linter around its compiler.
    for leak in [
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTFLAGS",
        "CARGO_BUILD_TARGET",
        "CARGO_TARGET_DIR",
        "RUSTC_WORKSPACE_WRAPPER",
        "CARGO_MAKEFLAGS",
    ] {
        cargo.env_remove(leak);
    }
    let mut flags = without_machine_paths(adapters, target);
    // The linker leaves room for the largest number at every call and address; without it the code is a tenth smaller.
    flags.push("-Clink-arg=--compress-relocations".to_owned());
    flags.push(format!("-Clink-arg=-zstack-size={STACK_SIZE}"));
    // Sixteen bytes an instruction, where texts are scanned and records are moved: less code, and less fuel.
    flags.push("-Ctarget-feature=+simd128".to_owned());
    // Sequences that stand in several functions become one function, and loops count as they are written: rewritten to step
    // by addresses they are longer.
    flags.push("-Cllvm-args=-ir-outliner -enable-gvn-sink -enable-pre=false -disable-lsr".to_owned());
    // Parted by the unit separator, as cargo wants it.
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    let status = cargo.status().expect("cargo can be run");
    assert!(status.success(), "the adapters do not build: see the messages above");
}

/// Flags that make panic messages name source files by their crate, not by where this machine keeps it.
fn without_machine_paths(adapters: &Path, target: &Path) -> Vec<String> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    let registries = home.and_then(|home| fs::read_dir(home.join("registry").join("src")).ok());
    let registries = registries.into_iter().flatten().flatten().map(|registry| registry.path());
    let rustc = env::var_os("RUSTC").expect("cargo sets it");
    let sysroot = Command::new(rustc).args(["--print", "sysroot"]).output().expect("rustc can be run");
    let library = Path::new(String::from_utf8_lossy(&sysroot.stdout).trim()).join("lib/rustlib/src/rust/library");
    let root = adapters.join("..").canonicalize().expect("the adapters are in the repository");
    let remapped = registries.chain([library]).map(|path| (path, "crates"));
    let remapped = remapped.chain([(root, "plugin"), (target.to_owned(), "target")]);
    let flags = remapped.map(|(path, name)| {
        let path = path.into_os_string().into_string().expect("the path is UTF-8");
        format!("--remap-path-prefix={path}={name}")
    });
    flags.collect()
}
