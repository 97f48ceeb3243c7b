//! JSON Schema from WIT: the one place that says how the records of the contract look in JSON.

use std::collections::BTreeSet;

use serde::ser::{Serialize, SerializeMap, Serializer};
use wit_parser::{Field, Resolve, Type, TypeDefKind, TypeId};

/// JSON whose members keep their order: a schema reads as the WIT does.
pub(crate) enum Json {
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(u32),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object.
    Object(Vec<(&'static str, Json)>),
    /// An object with names out of the WIT.
    Members(Vec<(String, Json)>),
}

impl Json {
    /// A string.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    fn texts(texts: impl IntoIterator<Item = String>) -> Self {
        Self::List(texts.into_iter().map(Self::Text).collect())
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(value) => value.serialize(serializer),
            Self::Number(value) => value.serialize(serializer),
            Self::Text(value) => value.serialize(serializer),
            Self::List(values) => values.serialize(serializer),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
            Self::Members(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

/// Which way the value goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Arguments: what the plugin accepts, in words for the model. Unknown members are refused.
    Input,
    /// A reply: what a caller may rely on, without words, for its size is in every copy of the component.
    /// Members may be added later, so none is ruled out.
    Output,
}

/// What the contract says of a member that is like the one of its name in the record around: that goes without saying.
const AS_ABOVE: &str = "As above.";

/// The schema of a type.
pub(crate) fn of(resolve: &Resolve, ty: Type, direction: Direction) -> Json {
    Writer { resolve, direction, described: BTreeSet::new() }.ty(ty)
}

struct Writer<'r> {
    resolve: &'r Resolve,
    direction: Direction,
    /// Records whose members have been described, and enums whose cases have been listed: once in a schema is enough.
    /// The records are repeated all the same, for several clients do not follow `$ref`.
    described: BTreeSet<TypeId>,
}

impl Writer<'_> {
    fn ty(&mut self, ty: Type) -> Json {
        let simple = |name: &str| Json::Object(vec![("type", Json::text(name))]);
        match ty {
            Type::Bool => simple("boolean"),
            Type::String => simple("string"),
            // What an argument may be, its sentence says.
            Type::U8 | Type::U16 | Type::U32 | Type::U64 if self.direction == Direction::Input => simple("integer"),
            Type::U8 | Type::U16 | Type::U32 | Type::U64 => {
                Json::Object(vec![("type", Json::text("integer")), ("minimum", Json::Number(0))])
            }
            Type::Id(id) => self.definition(id),
            other => panic!("the contract has a type without JSON form: {other:?}"),
        }
    }

    fn definition(&mut self, id: TypeId) -> Json {
        let definition = &self.resolve.types[id];
        match (definition.name.as_deref(), &definition.kind) {
            (Some("json"), _) => Json::Object(Vec::new()),
            (Some("json-object"), _) => Json::Object(vec![("type", Json::text("object"))]),
            (_, TypeDefKind::Type(inner) | TypeDefKind::Option(inner)) => self.ty(*inner),
            (_, TypeDefKind::List(inner)) => array(self.ty(*inner)),
            // The values of an argument are listed once as well: eighteen operators in each kind of filter would be a
            // third of the definition. The plugin names them when it refuses another.
            (_, TypeDefKind::Enum(_)) if self.direction == Direction::Input && !self.described.insert(id) => {
                Json::Object(vec![("type", Json::text("string"))])
            }
            (_, TypeDefKind::Enum(cases)) => Json::Object(vec![
                ("type", Json::text("string")),
                ("enum", Json::texts(cases.cases.iter().map(|case| snake(&case.name)))),
            ]),
            (_, TypeDefKind::Record(record)) => {
                let describe = self.direction == Direction::Input && self.described.insert(id);
                self.record(&record.fields, describe)
            }
            (name, kind) => panic!("the contract has a type without JSON form: {name:?}, a {}", kind.as_str()),
        }
    }

    fn record(&mut self, fields: &[Field], describe: bool) -> Json {
        let properties = fields.iter().map(|field| (snake(&field.name), self.member(field, describe))).collect();
        let required: Vec<String> =
            fields.iter().filter(|field| self.is_required(field.ty)).map(|field| snake(&field.name)).collect();
        let mut schema = vec![("type", Json::text("object")), ("properties", Json::Members(properties))];
        if !required.is_empty() {
            schema.push(("required", Json::texts(required)));
        }
        if self.direction == Direction::Input {
            schema.push(("additionalProperties", Json::Bool(false)));
        }
        Json::Object(schema)
    }

    fn member(&mut self, field: &Field, describe: bool) -> Json {
        let schema = match field.name.as_str() {
            // A row is an array of values, which the WIT can't say.
            "rows" | "subtotals" => array(array(Json::Object(Vec::new()))),
            _ => self.ty(field.ty),
        };
        match schema {
            Json::Object(mut members) if describe => {
                let sentences = sentences(field.docs.contents.as_deref());
                if sentences != AS_ABOVE {
                    members.push(("description", Json::Text(sentences)));
                }
                Json::Object(members)
            }
            schema => schema,
        }
    }

    /// Whether a member is always there. Replies leave out what is absent, empty or, in places, false.
    fn is_required(&self, ty: Type) -> bool {
        match ty {
            Type::Id(id) => match self.resolve.types[id].kind {
                TypeDefKind::Option(_) | TypeDefKind::List(_) => false,
                TypeDefKind::Type(inner) => self.is_required(inner),
                _ => true,
            },
            Type::Bool => self.direction == Direction::Input,
            _ => true,
        }
    }
}

fn array(items: Json) -> Json {
    Json::Object(vec![("type", Json::text("array")), ("items", items)])
}

/// A name of the WIT in the JSON face.
pub(crate) fn snake(name: &str) -> String {
    name.replace('-', "_")
}

/// A doc comment as one line.
pub(crate) fn sentences(docs: Option<&str>) -> String {
    docs.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}
