//! What a query answers with, in the order it was asked for.

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::value::Value;

/// The result of a query or of a child subquery, whole: pages are cut by whoever sends it.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryResult {
    /// How many records there are; for `COUNT()` the number that was asked for.
    pub total_size: usize,
    /// The records; empty for `COUNT()`.
    pub records: Vec<Record>,
}

/// A record as the API shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// `attributes.type`.
    pub object: String,
    /// `attributes.url`; an aggregate has none.
    pub url: Option<String>,
    /// The selected fields in their order, by the name they come back under.
    pub fields: Vec<(String, Cell)>,
}

/// What stands under one name of a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A field.
    Value(Value),
    /// A parent; `None` where the reference is empty.
    Parent(Option<Box<Record>>),
    /// The children; `None` where there are none.
    Children(Option<Box<QueryResult>>),
}

impl Record {
    /// What stands under this name.
    pub fn get(&self, name: &str) -> Option<&Cell> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, cell)| cell)
    }
}

impl Serialize for QueryResult {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("totalSize", &self.total_size)?;
        map.serialize_entry("done", &true)?;
        map.serialize_entry("records", &self.records)?;
        map.end()
    }
}

/// The `attributes` of a record.
struct Attributes<'a>(&'a Record);

impl Serialize for Attributes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", &self.0.object)?;
        if let Some(url) = &self.0.url {
            map.serialize_entry("url", url)?;
        }
        map.end()
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.fields.len() + 1))?;
        map.serialize_entry("attributes", &Attributes(self))?;
        for (name, cell) in &self.fields {
            map.serialize_entry(name, cell)?;
        }
        map.end()
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => value.to_json().serialize(serializer),
            Self::Parent(parent) => parent.serialize(serializer),
            Self::Children(children) => children.serialize(serializer),
        }
    }
}
