//! Salesforce for AI agents: plans requests to Salesforce's REST API and maps its answers, for tools that a language
//! model can call. It opens no connection, reads no clock, holds no token and keeps no state: what it needs, the
//! platform lends it for one call, through [`platform::Platform`].
//!
//! # Codemap
//!
//! * `wit/` is the contract; [`wit`] is its records as Rust types, [`catalog`] its JSON face.
//! * [`tools`] is one file a tool: straight-line code that plans, sends through [`call`] and replies. `write` is what
//!   surrounds a write, and `resolve` leads from what people say to what Salesforce has.
//! * [`call`] is one call: it sends what endpoints plan and keeps what describes say. `policy` is what the settings allow.
//! * [`rest`] is one file an endpoint: a request planned, a response read, nothing sent.
//! * [`soql`] builds query text, and nothing else does. [`schema`] knows objects and fields. [`record`] takes records
//!   apart; `json` cuts the text of both, and `arguments` that of calls.
//! * [`time`] is local time. [`sign_in`] is sign-in knowledge, for platforms.
//! * `component.rs` binds all of it to the WIT world. It is the only file that touches host imports.
//!
//! `docs/architecture.md` says what each of these may touch.
//!
//! # Invariants, and the tests that hold them
//!
//! * The component imports the five interfaces of `wit/host.wit` and nothing of WASI:
//!   `the_component_imports_our_interfaces_and_nothing_ambient`, in the tests of the host.
//! * Bad arguments are refused before any request: the tests in `tests/it/refusals.rs` count requests.
//! * Whatever a filter holds, the query means what the filter says: `tests/it/soql_roundtrip.rs`.
//! * A next page can't lead out of the API: `a_next_page_that_leads_elsewhere_is_refused`.
//! * A name on a write means one record or none: `tests/it/resolver.rs`, against a second judgement of who is meant.
//! * What is off in the settings does nothing, by whichever face it is called: `tests/it/settings.rs`.
//! * No write is sent twice: `a_write_without_an_answer_is_not_repeated` (`tests/it/writes.rs`).
//! * An activity and its follow-up are written together or not at all: `a_part_that_fails_leaves_nothing_written`
//!   (`tests/it/activities.rs`).
//! * Every transition of every time zone is right: `tests/it/zones.rs`.
//! * Text out of the org stays a JSON value and is never part of a sentence of ours:
//!   `text_out_of_the_org_stays_in_its_field` (`tests/it/replies.rs`).
//! * A query the person wrote reads no object that is not granted: `no_object_is_read_that_is_not_granted` and
//!   `no_query_goes_unseen` (`tests/it/run_soql.rs`).
//! * A record that is called something else than the person said is not deleted: `a_record_of_another_name_stays`
//!   (`tests/it/delete.rs`).
//! * The same input gives the same bytes: nothing iterates a hash map.

mod arguments;
pub mod call;
pub mod catalog;
#[cfg(feature = "component")]
mod component;
pub mod error;
mod excerpt;
pub mod id;
mod json;
pub mod known;
pub mod platform;
pub mod policy;
pub mod record;
mod reply;
mod resolve;
pub mod rest;
pub mod schema;
pub mod sign_in;
pub mod soql;
mod sort;
pub mod time;
pub mod tools;
pub mod wit;
mod write;
