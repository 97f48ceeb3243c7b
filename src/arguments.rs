//! The arguments of a call, from JSON to the record of the WIT. An error names the argument by its path.
//!
//! [`Json`] cuts the text; this gives the pieces to serde's derives. With serde_json the parser would be repeated for
//! each record, and errors would be told by line and column.

use std::borrow::Cow;
use std::fmt;

use crate::json::{self, Json, Shape};
use serde::de::value::StrDeserializer;
use serde::de::{
    self, Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, Expected, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, Visitor,
};

/// Reads the arguments of a call; no text at all means none.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Wrong> {
    T::deserialize(Value(object_in(text)?))
}

fn object_in(text: &str) -> Result<Json<'_>, Wrong> {
    let text = if text.trim().is_empty() { "{}" } else { text };
    let value = Json::parse(text).map_err(|error| Wrong::of("", format!("the arguments are not JSON: {error}")))?;
    if !value.is_object() {
        return Err(Wrong::of("", "the arguments are not a JSON object"));
    }
    Ok(value)
}

/// A list that may be absent or null.
pub(crate) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Any value.
fn any<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct Text;

    impl Visitor<'_> for Text {
        type Value = String;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a value")
        }

        fn visit_str<E>(self, json: &str) -> Result<String, E> {
            Ok(json.to_owned())
        }
    }

    deserializer.deserialize_newtype_struct(JSON, Text)
}

/// Any value; absent and null mean the same.
pub(crate) fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Some(any(deserializer)?).filter(|text| text != "null"))
}

/// An object.
pub(crate) fn object<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    optional_object(deserializer)?.ok_or_else(not_object)
}

/// An object; absent and null mean the same.
pub(crate) fn optional_object<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = optional(deserializer)?;
    if text.as_deref().is_none_or(|text| text.starts_with('{')) { Ok(text) } else { Err(not_object()) }
}

fn not_object<E: de::Error>() -> E {
    E::custom("an object of field names and values")
}

/// By this name a value is asked for as the text it is.
const JSON: &str = "json";

/// A value on its way into an argument.
struct Value<'a>(Json<'a>);

/// Characters of a wrong value that its error repeats.
const MAX_SHOWN: usize = 40;

impl<'a> Value<'a> {
    /// Reads it as what the argument wants; what is wrong with it is said of it.
    fn read<S: DeserializeSeed<'a>>(self, seed: S) -> Result<S::Value, Wrong> {
        let text = self.0.get();
        match seed.deserialize(self) {
            Ok(value) => Ok(value),
            Err(wrong) => Err(wrong.about(text)),
        }
    }
}

impl<'de> Deserializer<'de> for Value<'de> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.0.shape() {
            Shape::Text(text) => visitor.visit_str(&text),
            Shape::List(items) => visitor.visit_seq(Items { items: items.into_iter(), read: 0 }),
            Shape::Boolean(yes) => visitor.visit_bool(yes),
            Shape::Number(number) => match number.parse() {
                Ok(number) => visitor.visit_u64(number),
                Err(_) => Err(de::Error::invalid_type(Unexpected::Other(number), &visitor)),
            },
            _ => Err(de::Error::invalid_type(Unexpected::Other("value"), &visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Wrong> {
        debug_assert_eq!(name, JSON);
        visitor.visit_str(self.0.get())
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        if !self.0.is_object() {
            return Err(Wrong::must_be("an object"));
        }
        visitor.visit_map(Members { members: self.0.members(), value: None })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        cases: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        match self.0.shape() {
            Shape::Text(text) => {
                let text: StrDeserializer<'_, Wrong> = text.as_str().into_deserializer();
                visitor.visit_enum(text)
            }
            _ => Err(de::Error::unknown_variant("", cases)),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

/// The items of a list.
struct Items<'a> {
    items: std::vec::IntoIter<Json<'a>>,
    read: usize,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Wrong;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Wrong> {
        let Some(item) = self.items.next() else { return Ok(None) };
        self.read += 1;
        match Value(item).read(seed) {
            Ok(value) => Ok(Some(value)),
            Err(wrong) => Err(wrong.in_item(self.read - 1)),
        }
    }
}

/// The members of an object.
struct Members<'a> {
    members: json::Members<'a>,
    value: Option<(Cow<'a, str>, Json<'a>)>,
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = Wrong;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Wrong> {
        self.value = self.members.next();
        let Some((name, _)) = &self.value else { return Ok(None) };
        let name: StrDeserializer<'_, Wrong> = name.as_ref().into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Wrong> {
        let Some((name, value)) = self.value.take() else { return Err(Wrong::must_be("a value")) };
        match Value(value).read(seed) {
            Ok(value) => Ok(value),
            Err(wrong) => Err(wrong.within(&name)),
        }
    }
}

/// What is wrong with the arguments.
#[derive(Debug)]
pub(crate) struct Wrong {
    /// The argument at fault: `filters[0].op`; empty where it is all of them.
    pub(crate) path: String,
    /// What is wrong.
    pub(crate) message: String,
    /// What its value must be, until the value is known.
    must_be: Option<String>,
}

impl Wrong {
    fn must_be(what: impl Into<String>) -> Self {
        Self { path: String::new(), message: String::new(), must_be: Some(what.into()) }
    }

    /// Of a member of what is read.
    fn of(name: &str, message: impl Into<String>) -> Self {
        Self { path: name.to_owned(), message: message.into(), must_be: None }
    }

    /// Of a value, unless it lies deeper.
    fn about(self, text: &str) -> Self {
        match self.must_be {
            Some(must_be) if self.path.is_empty() => {
                let mut shown: String = text.chars().take(MAX_SHOWN).collect();
                shown.push_str(if shown.len() < text.len() { "…" } else { "" });
                Self { path: String::new(), message: format!("is {shown}; it must be {must_be}"), must_be: None }
            }
            _ => self,
        }
    }

    fn in_item(self, index: usize) -> Self {
        self.within(&format!("[{index}]"))
    }

    /// In a member or an item of what is read.
    fn within(mut self, step: &str) -> Self {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = [step, dot, &self.path].concat();
        self
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Wrong {}

impl de::Error for Wrong {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::must_be(message.to_string())
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = expected.to_string();
        Self::must_be(match expected.as_str() {
            "u32" => "a whole number, not negative",
            "a sequence" => "a list",
            other => other,
        })
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(unexpected, expected)
    }

    fn unknown_variant(_: &str, cases: &'static [&'static str]) -> Self {
        Self::must_be(format!("one of {}", cases.join(", ")))
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        Self::of(name, format!("is unknown; there are {}", known.join(", ")))
    }

    fn missing_field(name: &'static str) -> Self {
        Self::of(name, "is missing")
    }

    fn duplicate_field(name: &'static str) -> Self {
        Self::of(name, "is given twice")
    }
}
