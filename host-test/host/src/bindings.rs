//! The contract as Rust types and traits, generated from `wit/`.

// Generated: the items carry the docs of the WIT, the modules around them have none.
#![allow(missing_docs)]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "plugin",
    imports: { default: trappable },
    with: { "salesforce:plugin/secrets.secret": crate::token::Token },
    additional_derives: [Clone, PartialEq, Eq],
});
