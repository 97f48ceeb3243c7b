//! The records of the contract, generated from `wit/`.

pub use crate::bindings::exports::salesforce::plugin::catalog::{Annotations, Effect, Tool};
pub use crate::bindings::salesforce::plugin::types::*;
