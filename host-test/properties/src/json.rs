//! JSON is cut, and written so that every reader takes it. The input is JSON, or something like it.

use salesforce_plugin::json::{Json, portable};
use serde_json::Value;

use crate::strict::{self, every_reader_takes};

/// Lists and objects within each other that are passed on.
const MAX_DEPTH: usize = 32;

/// Cutting finds what serde_json parses; what is written anew is the same value, and every reader takes it.
pub fn cutting_and_writing_anew_keep_the_value(input: &[u8]) {
    let text = crate::text(input);
    let Ok(json) = Json::parse(&text) else { return };
    let written = portable(json);
    every_reader_takes(&written);
    assert_eq!(portable(Json::parse(&written).unwrap()), written, "written twice");
    // Serde reads neither half of a surrogate pair nor a number beyond a double; each is something else then.
    let Ok(value) = serde_json::from_str::<Value>(&text) else { return };
    assert_eq!(cut(json), value, "{text}");
    // Of what is named twice, serde takes the last.
    if strict::read(&text).is_ok() && depth(&value) <= MAX_DEPTH {
        assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), value, "{text} became {written}");
    }
}

/// What cutting makes of a value.
fn cut(json: Json<'_>) -> Value {
    match json.get().as_bytes().first() {
        Some(b'"') => json.text().expect("it begins as a text").into(),
        Some(b'[') => json.items().map(cut).collect(),
        Some(b'{') => Value::Object(json.members().map(|(name, value)| (name.into_owned(), cut(value))).collect()),
        _ => serde_json::from_str(json.get()).expect("it is cut where the value ends"),
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}
