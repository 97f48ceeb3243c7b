//! JSON values as text: how the alias `json` of the WIT crosses the JSON face, unparsed and uncopied in meaning.

use serde::ser::{Error as _, Serialize, SerializeSeq, Serializer};
use serde_json::value::RawValue;

/// JSON text as the value it is.
pub(crate) fn text<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serde_json::from_str::<&RawValue>(text).map_err(S::Error::custom)?.serialize(serializer)
}

/// JSON text as the value it is, where there is one.
pub(crate) fn present<S: Serializer>(text: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    self::text(text.as_deref().unwrap_or("null"), serializer)
}

/// A list of JSON texts as the values they are.
pub(crate) fn rows<S: Serializer>(rows: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    let mut list = serializer.serialize_seq(Some(rows.len()))?;
    for row in rows {
        list.serialize_element(serde_json::from_str::<&RawValue>(row).map_err(S::Error::custom)?)?;
    }
    list.end()
}

/// What a JSON text is, taken apart one level deep.
#[derive(Debug)]
pub(crate) enum Shape<'a> {
    Null,
    Boolean(bool),
    /// The number as written.
    Number(&'a str),
    /// The text, unescaped.
    Text(String),
    List(Vec<&'a RawValue>),
    Object,
}

impl<'a> Shape<'a> {
    /// Reads a JSON text; none if it is not JSON.
    pub(crate) fn of(json: &'a str) -> Option<Self> {
        let json = serde_json::from_str::<&RawValue>(json).ok()?.get();
        Some(match json.as_bytes().first()? {
            b'n' => Self::Null,
            b't' => Self::Boolean(true),
            b'f' => Self::Boolean(false),
            b'"' => Self::Text(serde_json::from_str(json).ok()?),
            b'[' => Self::List(serde_json::from_str(json).ok()?),
            b'{' => Self::Object,
            _ => Self::Number(json),
        })
    }
}

/// A text as JSON.
pub(crate) fn quoted(text: &str) -> String {
    // Writing a text to memory can't fail.
    serde_json::to_string(text).unwrap_or_default()
}
