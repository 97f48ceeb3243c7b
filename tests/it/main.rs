//! Tests of the core, natively: on the demo org, against the recorded answers of real orgs, and its queries against
//! two grammars that others wrote.

// `clippy.toml` allows these in `#[test]` functions only; what they call is test code too.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod activities;
mod amendments;
mod amounts;
mod api_calls;
mod approve;
mod bench;
mod cache;
mod conversion;
mod delete;
mod documented_answers;
mod elapsed;
mod find_why;
mod history_and_files;
mod lookups;
mod numbers;
mod org_words;
mod person_accounts;
mod picklists;
mod products;
mod query;
mod read_file;
mod read_grants;
mod reads;
mod recorded;
mod recordings;
mod refusal_mapping;
mod refusals;
mod replies;
mod report;
mod resolver;
mod restore;
mod rooms;
mod said;
mod schema_columns;
mod schema_lookup;
mod schema_project;
mod schema_recorded;
mod schema_sought;
mod schema_values;
mod send_email;
mod settings;
mod several;
mod several_created;
mod soql_roundtrip;
mod sql_corpus;
mod stories;
mod types;
mod types_table;
mod types_write;
mod undo;
mod update_by_filter;
mod who_am_i;
mod writes;
mod zones;
