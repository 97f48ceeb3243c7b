//! Builds the guest's core module, so that `cargo build` and `cargo test` are the only commands and no stale artefact
//! can be tested.
//!
//! This package depends on nothing, and so the guest, whose last step keeps one processor busy for long, is built
//! beside the compiler of components and not after it.

// A build script reports a failure by panicking.
#![allow(clippy::expect_used, clippy::panic)]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-unknown-unknown";

/// Bytes of the guest's stack: the linker's usual one less three pages, so that what comes after it, the constant data,
/// ends below the first megabyte, up to where an address is three bytes of code and not four.
const STACK_SIZE: usize = 13 * 64 * 1024;

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../..");
    for input in ["build.rs", "json", "src", "wit", "Cargo.toml", "Cargo.lock", "host-test/guest-module/build.rs"] {
        println!("cargo:rerun-if-changed={}", root.join(input).display());
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));

    ensure_target();
    let module = build_guest(&root, &guest_folder(&out));
    fs::write(out.join("guest.wasm"), module).expect("OUT_DIR can be written to");
}

/// The guest's own target folder, in the one that is built into: debug and release builds share it, and so the guest
/// is built once.
fn guest_folder(out: &Path) -> PathBuf {
    // Cargo marks its target folders, and does not say where they are.
    let target = out.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file());
    target.unwrap_or(out).join("guest")
}

/// Installs the target's standard library when it is missing, for rustup may be set not to.
fn ensure_target() {
    let rustc = env::var_os("RUSTC").expect("cargo sets it");
    let probe =
        Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]).output().expect("rustc can be run");
    let folder = String::from_utf8_lossy(&probe.stdout);
    if probe.status.success() && Path::new(folder.trim()).is_dir() {
        return;
    }
    match Command::new("rustup").args(["target", "add", TARGET]).status() {
        Ok(status) if status.success() => {}
        Ok(_) => panic!("the target {TARGET} is missing and `rustup target add {TARGET}` failed: run it by hand"),
        Err(_) => panic!("the target {TARGET} is missing and there is no rustup: install the target's std by hand"),
    }
}

/// Builds the core module in a target folder of its own, for the outer cargo holds the lock of the usual one.
fn build_guest(root: &Path, target_folder: &Path) -> Vec<u8> {
    let mut cargo = Command::new(env::var_os("CARGO").expect("cargo sets it"));
    cargo
        .current_dir(root)
        // As the module alone: with a library for Rust besides, cargo would leave link-time optimization out, unsaid.
        .args(["rustc", "--package", "salesforce-plugin", "--lib", "--crate-type", "cdylib"])
        .args(["--target", TARGET, "--profile", "component"])
        .arg("--target-dir")
        .arg(target_folder);
    // What the outer build was told is about the host: flags for its target, a linter around its compiler.
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
    let mut flags = without_machine_paths(target_folder);
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
    assert!(status.success(), "the guest does not build: see the messages above");
    let module = target_folder.join(TARGET).join("component").join("salesforce_plugin.wasm");
    fs::read(module).expect("cargo has written the module")
}

/// Flags that make panic messages name source files by their crate, not by where this machine keeps it.
fn without_machine_paths(target_folder: &Path) -> Vec<String> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    let registries = home.and_then(|home| fs::read_dir(home.join("registry").join("src")).ok());
    let registries = registries.into_iter().flatten().flatten().map(|registry| registry.path());
    // Where the standard library's sources are installed, its messages name them too.
    let rustc = env::var_os("RUSTC").expect("cargo sets it");
    let sysroot = Command::new(rustc).args(["--print", "sysroot"]).output().expect("rustc can be run");
    let library = Path::new(String::from_utf8_lossy(&sysroot.stdout).trim()).join("lib/rustlib/src/rust/library");
    // The guest's own build script writes code into the target folder.
    let remapped = registries.chain([library]).map(|path| (path, "crates"));
    let remapped = remapped.chain([(target_folder.to_owned(), "target")]);
    let flags = remapped.map(|(path, name)| {
        let path = path.into_os_string().into_string().expect("the path is UTF-8");
        format!("--remap-path-prefix={path}={name}")
    });
    flags.collect()
}
