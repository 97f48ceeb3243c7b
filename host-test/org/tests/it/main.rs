//! The demo org's tests, in one binary.

// `clippy.toml` allows these in `#[test]` functions only; what they call is test code too.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod oauth;
mod rest_addresses;
mod rest_approvals;
mod rest_archived;
mod rest_client;
mod rest_email;
mod rest_files;
mod rest_history;
mod rest_list_views;
mod rest_odd;
mod rest_org;
mod rest_people;
mod rest_products;
mod rest_recorded;
mod rest_reports;
mod rest_rows;
mod rest_search;
mod rest_strict;
mod rest_traps;
mod soap_calls;
mod soql_corpus;
mod soql_format;
mod soql_grammar;
mod soql_parse;
mod soql_query;
mod soql_refusals;
mod soql_tasks;
mod soql_world;
mod sosl_search;
