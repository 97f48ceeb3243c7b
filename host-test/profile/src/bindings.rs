//! The contract as Rust types and traits, generated from `wit/`.

// Generated: the items carry the docs of the WIT, the modules around them have none.
#![allow(missing_docs, unreachable_pub)]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "plugin",
    with: { "salesforce:plugin/secrets.secret": super::Secret },
});
