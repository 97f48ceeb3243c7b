//! Runs the component: wasmtime lives here and nowhere else.

mod call;
mod exports;
pub(crate) mod host;
pub(crate) mod limits;
pub(crate) mod own_code;
pub(crate) mod session;
mod ticker;
