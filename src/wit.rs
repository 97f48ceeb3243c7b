//! The records of `wit/` as Rust types: what tools take and return, with their JSON form.
//!
//! WIT is the one declaration. `build.rs` says how JSON differs from it: names in snake case, absent members left out,
//! `json` as the value itself. An argument nobody declared is refused by name.

// The generated modules have no docs of their own; their types carry those of the WIT.
#![allow(missing_docs)]

include!(concat!(env!("OUT_DIR"), "/records.rs"));

// By name, for the other interfaces use some of these, and by their globs a name would mean two things.
pub use salesforce::plugin::types::{
    ActivityKind, Candidate, Changed, CurrentRecord, Error, ErrorKind, Json, JsonObject,
};
pub use salesforce::plugin::{read_types::*, settings_types::*, sign_in_types::*, write_types::*};
