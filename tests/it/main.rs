//! The guest's tests.

mod schema_recorded;
mod soql_roundtrip;
