//! Turns the guest's module into the component and compiles that to machine code, which the library carries.

// A build script reports a failure by panicking.
#![allow(clippy::expect_used, clippy::panic)]

use std::env;
use std::fs;
use std::path::PathBuf;
use std::thread;

mod compile;
mod shrink;

fn main() {
    for input in ["build", "src/machine_code.rs"] {
        println!("cargo:rerun-if-changed={input}");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));

    let component = wit_component::ComponentEncoder::default()
        .validate(true)
        .debug_names(false)
        .module(&shrink::shrink(guest_module::MODULE))
        .and_then(|mut encoder| encoder.encode())
        .expect("the guest becomes a component");
    let component = without_names(component);
    let (code, metered) = thread::scope(|scope| {
        let metered = scope.spawn(|| compile::compile(&component, true));
        (compile::compile(&component, false), metered.join().expect("the compiler has said why"))
    });
    for (name, bytes) in [("plugin.wasm", component), ("plugin.cwasm", code), ("plugin-metered.cwasm", metered)] {
        fs::write(out.join(name), bytes).expect("OUT_DIR can be written to");
    }
}

/// The component without the names of its inner parts, which only a debugger shows: 5 kB of it.
fn without_names(component: Vec<u8>) -> Vec<u8> {
    let mut depth = 0;
    for payload in wasmparser::Parser::new(0).parse_all(&component) {
        match payload.expect("the encoder writes what can be read") {
            wasmparser::Payload::ModuleSection { .. } | wasmparser::Payload::ComponentSection { .. } => depth += 1,
            wasmparser::Payload::End(_) => depth -= 1,
            wasmparser::Payload::CustomSection(section) if depth == 0 && section.name() == "component-name" => {
                let range = section.range();
                // Before it stand its mark, one byte, and its length in groups of seven bits.
                let header = 1 + (usize::BITS - range.len().leading_zeros()).div_ceil(7) as usize;
                return [&component[..range.start - header], &component[range.end..]].concat();
            }
            _ => {}
        }
    }
    component
}
