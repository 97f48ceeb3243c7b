//! How the modules are compiled: the guest's, and those of the adapters.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the modules are made for.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Bytes of a module's stack: eight times what is enough for every call of the tests, and a call that uses it up traps. A
/// host clears it after every call: at the linker's usual megabyte that is most of what an instance costs.
const STACK_SIZE: usize = 4 * 64 * 1024;

/// The modules' own target folder, in the one that is built into: debug and release builds share it, and so a module is
/// built once.
pub(crate) fn folder(out: &Path) -> PathBuf {
    // Cargo marks its target folders, and does not say where they are.
    let target = out.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file());
    target.unwrap_or(out).join("guest")
}

/// A cargo that compiles modules into a target folder of their own, for the outer cargo holds the lock of the usual one.
/// What it is to build is for the caller to add. `sources` are further folders whose files panic messages name, and what
/// they call each.
pub(crate) fn cargo(target_folder: &Path, sources: &[(PathBuf, &'static str)]) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").expect("cargo sets it"));
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
    let mut flags = without_machine_paths(target_folder, sources);
    // The linker leaves room for the largest number at every call and address; without it the code is a tenth smaller.
    flags.push("-Clink-arg=--compress-relocations".to_owned());
    flags.push(format!("-Clink-arg=-zstack-size={STACK_SIZE}"));
    // Says of each address what it is the address of, for what looks afterwards which data is read.
    flags.push("-Clink-arg=--emit-relocs".to_owned());
    // Sixteen bytes an instruction, where texts are scanned and records are moved: less code, and less fuel.
    flags.push("-Ctarget-feature=+simd128".to_owned());
    // Sequences that stand in several functions become one function, and loops count as they are written: rewritten to step
    // by addresses they are longer.
    flags.push("-Cllvm-args=-ir-outliner -enable-gvn-sink -enable-pre=false -disable-lsr".to_owned());
    // Parted by the unit separator, as cargo wants it.
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    cargo
}

/// Flags that make panic messages name source files by their crate, not by where this machine keeps it.
fn without_machine_paths(target_folder: &Path, sources: &[(PathBuf, &'static str)]) -> Vec<String> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    let registries = home.and_then(|home| fs::read_dir(home.join("registry").join("src")).ok());
    let registries = registries.into_iter().flatten().flatten().map(|registry| registry.path());
    // Where the standard library's sources are installed, its messages name them too.
    let rustc = env::var_os("RUSTC").expect("cargo sets it");
    let sysroot = Command::new(rustc).args(["--print", "sysroot"]).output().expect("rustc can be run");
    let library = Path::new(String::from_utf8_lossy(&sysroot.stdout).trim()).join("lib/rustlib/src/rust/library");
    let remapped = registries.chain([library]).map(|path| (path, "crates")).chain(sources.iter().cloned());
    // The guest's own build script writes code into the target folder.
    let remapped = remapped.chain([(target_folder.to_owned(), "target")]);
    let flags = remapped.map(|(path, name)| {
        let path = path.into_os_string().into_string().expect("the path is UTF-8");
        format!("--remap-path-prefix={path}={name}")
    });
    flags.collect()
}
