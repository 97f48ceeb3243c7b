//! Salesforce for AI agents: the core that plans requests and maps answers.

pub mod catalog;
#[cfg(feature = "component")]
mod component;
pub mod connection;
pub mod error;
mod json;
pub mod platform;
pub mod rest;
pub mod schema;
pub mod session;
pub mod tools;
pub mod vocabulary;
