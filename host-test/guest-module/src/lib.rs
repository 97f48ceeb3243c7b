//! The guest as the core module that the host's build script makes the component from.

/// The module, with the description of its world that `wit-component` reads.
pub const MODULE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/guest.wasm"));
