//! Turns the guest's module into the component and compiles that to machine code, which the library carries.

// A build script reports a failure by panicking.
#![allow(clippy::expect_used, clippy::panic)]

use std::env;
use std::fs;
use std::path::PathBuf;
use std::thread;

mod compile;

fn main() {
    for input in ["build", "src/machine_code.rs"] {
        println!("cargo:rerun-if-changed={input}");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));

    let component = wit_component::ComponentEncoder::default()
        .validate(true)
        .debug_names(false)
        .module(&guest_shrink::with_room(&guest_shrink::smaller(guest_module::MODULE)))
        .and_then(|mut encoder| encoder.encode())
        .expect("the guest becomes a component");
    let component = guest_shrink::shortened(&component);
    let (code, metered) = thread::scope(|scope| {
        let metered = scope.spawn(|| compile::compile(&component, true));
        (compile::compile(&component, false), metered.join().expect("the compiler has said why"))
    });
    for (name, bytes) in [("plugin.wasm", component), ("plugin.cwasm", code), ("plugin-metered.cwasm", metered)] {
        fs::write(out.join(name), bytes).expect("OUT_DIR can be written to");
    }
}
