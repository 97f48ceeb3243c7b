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

/// Where in a JSON text a position lies, as a path of member names and list indexes (`filters[0].value`), so that an
/// error can name the argument. Lines and columns are serde_json's: from 1, columns in bytes.
pub(crate) fn path_at(text: &str, line: usize, column: usize) -> String {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    // What was read up to the error: a value of the wrong type, or the name that nobody declared.
    let end = (before + column).min(text.len());
    let mut path: Vec<Step> = Vec::new();
    let mut bytes = text.as_bytes().iter().enumerate().take(end);
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'{' => path.push(Step::Member(0..0)),
            b'[' => path.push(Step::Item(0)),
            b'}' | b']' => drop(path.pop()),
            b',' => {
                if let Some(Step::Item(index)) = path.last_mut() {
                    *index += 1;
                }
            }
            b'"' => {
                let mut close = at;
                while let Some((index, byte)) = bytes.next() {
                    match byte {
                        b'\\' => drop(bytes.next()),
                        b'"' => {
                            close = index;
                            break;
                        }
                        _ => {}
                    }
                }
                let is_name = text[close + 1..].trim_start().starts_with(':');
                if let (true, Some(Step::Member(name))) = (is_name, path.last_mut()) {
                    *name = at + 1..close;
                }
            }
            _ => {}
        }
    }
    let mut shown = String::new();
    for step in path {
        match step {
            Step::Member(name) if shown.is_empty() => shown.push_str(&text[name]),
            Step::Member(name) => {
                shown.push('.');
                shown.push_str(&text[name]);
            }
            Step::Item(index) => shown.push_str(&format!("[{index}]")),
        }
    }
    shown
}

/// One step of a path.
enum Step {
    /// The member of an object: where its name stands.
    Member(std::ops::Range<usize>),
    /// The item of a list.
    Item(usize),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(dead_code)]
        struct Args {
            #[serde(default)]
            name: String,
            #[serde(default)]
            filters: Vec<Args>,
            #[serde(default)]
            limit: u32,
        }
        let error = serde_json::from_str::<Args>(text).unwrap_err();
        assert_eq!(path_at(text, error.line(), error.column()), expected, "{error}");
    }

    #[test]
    fn the_argument_at_fault_is_named_by_its_path() {
        check(r#"{"limit": "5"}"#, "limit");
        check(r#"{"name": "a, [b] \" {c}", "filters": [{"name": "x"}, {"limit": -1}]}"#, "filters[1].limit");
        check("{\n  \"filters\": [\n    {\"name\": 5}\n  ]\n}", "filters[0].name");
        check(r#"{"filters": {}}"#, "filters");
        check(r#"{"name": "x", "limt": 5}"#, "limt");
        check(r#"{"filters": [{"name": "x", "limt": 5}]}"#, "filters[0].limt");
    }
}
