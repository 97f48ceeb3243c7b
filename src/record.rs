//! One record as Salesforce sends it: JSON text, taken apart only where a field is asked for.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A record, unparsed.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct Record(Box<RawValue>);

impl From<&RawValue> for Record {
    fn from(value: &RawValue) -> Self {
        Self(value.to_owned())
    }
}

impl Record {
    /// Its fields, in the order they came; none if it is not an object.
    pub fn fields(&self) -> Fields<'_> {
        Fields::of(&self.0)
    }
}

/// The members of a JSON object, each unparsed.
#[derive(Debug, Clone, Default)]
pub struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Fields<'a> {
    /// The members of a value; none if it is not an object.
    pub fn of(value: &'a RawValue) -> Self {
        serde_json::from_str(value.get()).unwrap_or_default()
    }

    /// The value at a path (`Owner.Name`), without regard to case as Salesforce has none; absent when null.
    pub fn get(&self, path: &str) -> Option<&'a RawValue> {
        let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
        let value = self.0.iter().find(|(name, _)| name.eq_ignore_ascii_case(first)).map(|(_, value)| *value)?;
        match rest {
            None => (value.get() != "null").then_some(value),
            Some(rest) => Self::of(value).get(rest),
        }
    }

    /// A text at a path.
    pub fn text(&self, path: &str) -> Option<String> {
        serde_json::from_str(self.get(path)?.get()).ok()
    }

    /// The items of a list at a path; none if there is no list.
    pub fn list(&self, path: &str) -> Vec<&'a RawValue> {
        self.get(path).and_then(|list| serde_json::from_str(list.get()).ok()).unwrap_or_default()
    }

    /// Every member with a value, except `attributes`.
    pub fn values(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0
            .iter()
            .filter(|(name, value)| name != "attributes" && value.get() != "null")
            .map(|(name, value)| (name.as_ref(), *value))
    }

    /// The name of every member, except `attributes`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_ref()).filter(|name| *name != "attributes")
    }

    /// The object's API name, as `attributes` says.
    pub fn object(&self) -> Option<String> {
        self.text("attributes.type")
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<'a>(std::marker::PhantomData<&'a ()>);

        impl<'de: 'a, 'a> Visitor<'de> for Members<'a> {
            type Value = Fields<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(Name(name)) = map.next_key()? {
                    members.push((name, map.next_value()?));
                }
                Ok(Fields(members))
            }
        }

        deserializer.deserialize_map(Members(std::marker::PhantomData))
    }
}

/// A member's name, borrowed unless it is escaped.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: Option<&str>) {
        let record: Record = serde_json::from_str(
            r#"{"attributes":{"type":"Account"},"Name":"A \"b\"","Owner":{"Name":"Jo","Manager":null},"Phone":null}"#,
        )
        .unwrap();
        assert_eq!(record.fields().get(path).map(RawValue::get), expected);
    }

    #[test]
    fn fields_are_found_by_path_without_regard_to_case() {
        check("Name", Some(r#""A \"b\"""#));
        check("owner.name", Some(r#""Jo""#));
        check("attributes.type", Some(r#""Account""#));
    }

    #[test]
    fn null_and_what_lies_behind_null_is_absent() {
        check("Phone", None);
        check("Owner.Manager.Name", None);
        check("Name.Nothing", None);
        check("Nothing", None);
    }
}
