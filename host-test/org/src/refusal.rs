//! A refusal: the HTTP status and the body `[{errorCode, message, fields?}]` of a failed call.

use serde_json::{Map, Value as Json, json};

/// One error as Salesforce answers it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The `errorCode`, which is the same in every language.
    pub code: &'static str,
    /// The message, in the user's language.
    pub message: String,
    /// The API names of the fields at fault; `None` leaves the key out, as queries do.
    pub fields: Option<Vec<String>>,
    /// More keys of the body (`duplicateResut`).
    pub extra: Box<Map<String, Json>>,
}

impl Refusal {
    /// A refusal whose body has no `fields` key: of queries, paths, sessions.
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), fields: None, extra: Box::default() }
    }

    /// A refusal to save a row: 400, with a `fields` key even when it is empty.
    pub fn save(code: &'static str, message: impl Into<String>, fields: &[&str]) -> Self {
        Self { fields: Some(fields.iter().map(|&name| name.to_owned()).collect()), ..Self::new(400, code, message) }
    }

    /// The error object. A collection's result names the code `statusCode`; every other body, `errorCode`.
    pub fn to_json(&self, code_key: &str) -> Json {
        let mut body = (*self.extra).clone();
        body.insert(code_key.to_owned(), json!(self.code));
        body.insert("message".to_owned(), json!(self.message));
        if let Some(fields) = &self.fields {
            body.insert("fields".to_owned(), json!(fields));
        }
        Json::Object(body)
    }

    /// The whole body of a refused call.
    pub fn body(&self) -> Json {
        json!([self.to_json("errorCode")])
    }
}
