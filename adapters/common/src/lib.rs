//! What adapters have in common, so that each is only its host's contract.
//!
//! * [`settings`] is what a deployment is set up with, as JSON, and the place in an artefact where a package keeps it.
//! * [`one_tool`] is every tool behind one, for hosts that take one tool a component.
//! * [`wire`] checks and writes requests, and reads what the core wants of a response.
//! * [`failure`] is an error as JSON, with the kind, the truth about what was written, and the advice.
//! * [`wasi`] sends over `wasi:http`.
//!
//! No tool is named here: names, descriptions, schemas and effects come from the catalog.

pub mod failure;
pub mod one_tool;
pub mod settings;
#[cfg(feature = "wasi")]
pub mod wasi;
pub mod wire;
