//! Salesforce for AI agents: plans requests to Salesforce's REST API and maps its answers, for tools that a language
//! model can call. It opens no connection, reads no clock, holds no token and keeps no state: what it needs, the
//! platform lends it for one call, through [`platform::Platform`].
//!
//! # Codemap
//!
//! A call passes these rooms, from the top down; none knows one above it.
//!
//! * `component.rs` binds everything to the WIT world. It is the only file that touches host imports.
//! * [`catalog`] is the JSON face of the tools, for a model and for hosts that speak JSON.
//! * [`tools`] is one file a tool: it plans, sends and replies. No tool uses another.
//! * `write` is what surrounds a write: values checked before it, duplicates and lost responses looked into after it.
//! * [`call`] is one call: it sends, learns what the org and the host's cache say, and drives plans.
//! * `resolve` is what people say as what Salesforce has. It sees what is [`known`], answers what it needs, and can't
//!   send.
//! * [`policy`] is what the settings allow. It knows no tool.
//! * [`rest`] is one file an endpoint: a request planned, a response read, nothing sent.
//! * [`schema`] knows objects and fields; [`soql`] builds query text, and nothing else does; [`time`] is local time.
//! * [`sql`] reads statements as people and models write them, and knows no org.
//! * `reading` reads a statement by the user's clock.
//! * [`record`] takes records apart and `reply` puts replies together; `json` cuts the text of both, and `arguments` that
//!   of calls.
//! * `calendar` is the user's own events of a time, as queries and as what is read of them.
//! * `packed` reads texts that the build script has packed, and `chunk` moves and compares bytes many at once; `arena` is
//!   what a component allocates from.
//! * `rich_text` is HTML as text, and text as HTML.
//! * `wit/` is the contract, and [`wit`] its records as Rust types; [`platform`] is what a host lends, as a trait;
//!   [`sign_in`] is what platforms ask before there is a call.
//!
//! `tests/it/rooms.rs` holds who may import whom, and that imports run in no circle.
//!
//! # Invariants, and the tests that hold them
//!
//! * The component imports what the world `imports` of `wit/world.wit` names and nothing of WASI:
//!   `the_component_imports_our_interfaces_and_nothing_ambient`, in the tests of the host.
//! * A plan can't send. It is a function without captures of what is known, which borrows nothing: the compiler holds it,
//!   and the examples of [`call::Call::plan`] show it.
//! * Bad arguments are refused before any request: the tests in `tests/it/refusals.rs` count requests.
//! * A room imports no room above it: `tests/it/rooms.rs`.
//! * Whatever is rendered means what was built: `tests/it/soql_roundtrip.rs`.
//! * A statement means what was written, or is refused: `tests/it/sql_corpus.rs`.
//! * A next page can't lead out of the API: `a_next_page_that_leads_elsewhere_is_refused`.
//! * A name on a write means one record or none: `tests/it/resolver.rs`, against a second judgement of who is meant.
//! * What is off in the settings does nothing, by whichever face it is called: `tests/it/settings.rs`.
//! * No write is sent twice: `a_write_without_an_answer_is_not_repeated` (`tests/it/writes.rs`).
//! * An activity and its follow-up are written together or not at all: `a_part_that_fails_leaves_nothing_written`
//!   (`tests/it/activities.rs`).
//! * Every transition of every time zone is right: `tests/it/zones.rs`.
//! * Text out of the org stays a JSON value and is never part of a sentence of ours:
//!   `text_out_of_the_org_stays_in_its_field` (`tests/it/replies.rs`).
//! * No reply tells what an object holds that may not be read: `tests/it/read_grants.rs`.
//! * No sentence holds a label, a value or a message of the org: `tests/it/org_words.rs`.
//! * A statement reads no object that is not granted: `no_object_is_read_that_is_not_granted` (`tests/it/query.rs`), and
//!   none goes unseen: `what_is_read_of_a_query_is_what_the_org_reads`, in the properties.
//! * A record that is called something else than the person said is not deleted: `a_record_of_another_name_stays`
//!   (`tests/it/delete.rs`).
//! * The same input gives the same bytes: nothing iterates a hash map.

#[cfg(all(target_family = "wasm", feature = "arena"))]
#[allow(unsafe_code)]
mod arena;
mod arguments;
mod calendar;
pub mod call;
pub mod catalog;
mod chunk;
#[cfg(all(target_family = "wasm", feature = "arena"))]
#[allow(unsafe_code)]
mod compare;
#[cfg(feature = "component")]
mod component;
mod cursor;
mod details;
pub mod error;
mod excerpt;
pub mod id;
pub mod json;
pub mod known;
mod lower;
mod packed;
pub mod platform;
pub mod policy;
mod reading;
pub mod record;
mod reply;
mod resolve;
pub mod rest;
mod rich_text;
pub mod schema;
pub mod sign_in;
pub mod soql;
mod sort;
pub mod sql;
pub mod time;
pub mod tools;
pub mod wit;
pub mod within;
mod write;
