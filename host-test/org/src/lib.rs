//! An in-memory Salesforce org for tests, demos and offline development.
//! It opens no socket (only [`serve`] does, when asked), reads no clock of its own and shares no code with the
//! plugin: a request goes in, a reply comes out, and the same requests always give the same replies.
//!
//! ```
//! use demo_org::{Org, Reply};
//!
//! let org = Org::demo();
//! let request = http::Request::get("/services/data/v62.0/query?q=SELECT+Name+FROM+Account+LIMIT+1")
//!     .header("Authorization", format!("Bearer {}", org.token("riley")))
//!     .body(Vec::new())?;
//! let Reply::Response(response) = org.handle(request) else { unreachable!("no fault was queued") };
//! assert_eq!(response.status(), 200);
//! # Ok::<(), http::Error>(())
//! ```
//!
//! Scope: what the plugin, simple-salesforce and jsforce call over REST, and over SOAP what REST has no resource for:
//! converting leads and the recycle bin. Whatever Salesforce has and this org has not is refused loudly, with status
//! 501 and `DEMO_ORG_UNSUPPORTED`; over SOAP, with a fault of that name.

// Describe's field object has more keys than `json!` expands by default.
#![recursion_limit = "256"]

pub mod access;
mod archive;
mod base64;
pub mod context;
mod data;
mod exact;
pub mod fault;
mod history;
pub mod id;
pub mod journal;
mod language;
mod oauth;
mod org;
mod outbox;
pub mod refusal;
mod rest;
mod save;
pub mod schema;
pub mod serve;
mod sharing;
mod soap;
pub mod soql;
pub mod sosl;
pub mod store;
pub mod value;

pub use data::Extra;
pub use fault::{Effect, Fault};
pub use id::Id;
pub use journal::{Entry, Write, WriteKind};
pub use oauth::{App, CONSUMER_KEY};
pub use org::{Org, Reply};
pub use outbox::SentEmail;
pub use refusal::Refusal;
pub use value::Value;
