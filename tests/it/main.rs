//! The guest's tests.

// Clippy's own exception for tests covers test functions, but not what they share.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod schema_columns;
mod schema_lookup;
mod schema_project;
mod schema_recorded;
mod schema_values;
