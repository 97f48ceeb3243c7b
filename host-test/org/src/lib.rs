//! An in-memory Salesforce org for tests, demos and offline development.
//! It opens no socket and reads no clock of its own: a request goes in, a response comes out.

pub mod access;
pub mod context;
mod data;
pub mod id;
pub mod journal;
pub mod refusal;
mod save;
pub mod schema;
pub mod soql;
pub mod store;
pub mod value;
