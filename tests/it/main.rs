//! The guest's tests.

mod schema_recorded;
