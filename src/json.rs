//! JSON values as text: how the alias `json` of the WIT crosses the JSON face, unparsed and uncopied in meaning.

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Error as _, Serialize, SerializeSeq, Serializer};
use serde_json::value::RawValue;

/// A list that may be absent or null.
pub(crate) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Any value.
pub(crate) fn any<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Box::<RawValue>::deserialize(deserializer)?.get().to_owned())
}

/// Any value; absent and null mean the same.
pub(crate) fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Some(any(deserializer)?).filter(|text| text != "null"))
}

/// An object.
pub(crate) fn object<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = any(deserializer)?;
    if text.starts_with('{') {
        Ok(text)
    } else {
        Err(D::Error::custom("expected a JSON object of field names and values"))
    }
}

/// JSON text as the value it is.
pub(crate) fn text<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serde_json::from_str::<&RawValue>(text).map_err(S::Error::custom)?.serialize(serializer)
}

/// A list of JSON texts as the values they are.
pub(crate) fn rows<S: Serializer>(rows: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    let mut list = serializer.serialize_seq(Some(rows.len()))?;
    for row in rows {
        list.serialize_element(serde_json::from_str::<&RawValue>(row).map_err(S::Error::custom)?)?;
    }
    list.end()
}
