//! The commands: one file each, named as the user types it.

pub(crate) mod connect;
pub(crate) mod connections;
pub(crate) mod demo;
pub(crate) mod mcp;
pub(crate) mod status;
pub(crate) mod tools;
pub(crate) mod verify;
