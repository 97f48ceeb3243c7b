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

mod compiler;

use compiler::TARGET;

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../..");
    for input in ["build.rs", "json", "src", "wit", "Cargo.toml", "Cargo.lock", "host-test/guest-module/build.rs"] {
        println!("cargo:rerun-if-changed={}", root.join(input).display());
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));

    ensure_target();
    let module = build_guest(&root, &compiler::folder(&out));
    fs::write(out.join("guest.wasm"), module).expect("OUT_DIR can be written to");
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

/// Builds the core module.
fn build_guest(root: &Path, target_folder: &Path) -> Vec<u8> {
    let mut cargo = compiler::cargo(target_folder, &[]);
    cargo
        .current_dir(root)
        // As the module alone: with a library for Rust besides, cargo would leave link-time optimization out, unsaid.
        .args(["rustc", "--package", "salesforce-plugin", "--lib", "--crate-type", "cdylib"])
        .args(["--target", TARGET, "--profile", "component"])
        .arg("--target-dir")
        .arg(target_folder);
    let status = cargo.status().expect("cargo can be run");
    assert!(status.success(), "the guest does not build: see the messages above");
    let module = target_folder.join(TARGET).join("component").join("salesforce_plugin.wasm");
    fs::read(module).expect("cargo has written the module")
}
