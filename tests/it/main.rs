//! The guest's tests.

mod schema_columns;
mod schema_lookup;
mod schema_project;
mod schema_recorded;
mod schema_values;
