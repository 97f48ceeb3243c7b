//! JSON Schema from WIT: the one place that says how the records of the contract look in JSON.

use serde::ser::{Serialize, SerializeMap, Serializer};
use wit_parser::{Field, Resolve, Type, TypeDef, TypeDefKind};

/// JSON whose members keep their order: a schema reads as the WIT does.
pub enum Json {
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
    pub fn text(text: impl Into<String>) -> Self {
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
pub enum Direction {
    /// Arguments: what the plugin accepts, in words for the model. Unknown members are refused.
    Input,
    /// A reply: what a caller may rely on, without words, for its size is in every copy of the component.
    /// Members may be added later, so none is ruled out.
    Output,
}

/// The schema of a type.
pub fn of(resolve: &Resolve, ty: Type, direction: Direction) -> Json {
    let simple = |name: &str| Json::Object(vec![("type", Json::text(name))]);
    match ty {
        Type::Bool => simple("boolean"),
        Type::String => simple("string"),
        Type::U8 | Type::U16 | Type::U32 | Type::U64 => {
            Json::Object(vec![("type", Json::text("integer")), ("minimum", Json::Number(0))])
        }
        Type::Id(id) => of_definition(resolve, &resolve.types[id], direction),
        other => panic!("the contract has a type without JSON form: {other:?}"),
    }
}

fn of_definition(resolve: &Resolve, definition: &TypeDef, direction: Direction) -> Json {
    match (definition.name.as_deref(), &definition.kind) {
        (Some("json"), _) => Json::Object(Vec::new()),
        (Some("json-object"), _) => Json::Object(vec![("type", Json::text("object"))]),
        (_, TypeDefKind::Type(inner) | TypeDefKind::Option(inner)) => of(resolve, *inner, direction),
        (_, TypeDefKind::List(inner)) => {
            Json::Object(vec![("type", Json::text("array")), ("items", of(resolve, *inner, direction))])
        }
        (_, TypeDefKind::Enum(cases)) => Json::Object(vec![
            ("type", Json::text("string")),
            ("enum", Json::texts(cases.cases.iter().map(|case| snake(&case.name)))),
        ]),
        (_, TypeDefKind::Record(record)) => of_record(resolve, &record.fields, direction),
        (name, kind) => panic!("the contract has a type without JSON form: {name:?}, a {}", kind.as_str()),
    }
}

fn of_record(resolve: &Resolve, fields: &[Field], direction: Direction) -> Json {
    let properties = fields.iter().map(|field| (snake(&field.name), of_member(resolve, field, direction))).collect();
    let required: Vec<String> = fields
        .iter()
        .filter(|field| is_required(resolve, field.ty, direction))
        .map(|field| snake(&field.name))
        .collect();
    let mut schema = vec![("type", Json::text("object")), ("properties", Json::Members(properties))];
    if !required.is_empty() {
        schema.push(("required", Json::texts(required)));
    }
    if direction == Direction::Input {
        schema.push(("additionalProperties", Json::Bool(false)));
    }
    Json::Object(schema)
}

fn of_member(resolve: &Resolve, field: &Field, direction: Direction) -> Json {
    // A row is an array of values; the WIT can't say so.
    let schema = if field.name == "rows" {
        let row = Json::Object(vec![("type", Json::text("array"))]);
        Json::Object(vec![("type", Json::text("array")), ("items", row)])
    } else {
        of(resolve, field.ty, direction)
    };
    match (schema, direction) {
        (Json::Object(mut members), Direction::Input) => {
            members.push(("description", Json::Text(sentences(field.docs.contents.as_deref()))));
            Json::Object(members)
        }
        (schema, _) => schema,
    }
}

/// Whether a member is always there. Replies leave out what is absent, empty or, in places, false.
fn is_required(resolve: &Resolve, ty: Type, direction: Direction) -> bool {
    match ty {
        Type::Id(id) => match resolve.types[id].kind {
            TypeDefKind::Option(_) | TypeDefKind::List(_) => false,
            TypeDefKind::Type(inner) => is_required(resolve, inner, direction),
            _ => true,
        },
        Type::Bool => direction == Direction::Input,
        _ => true,
    }
}

/// A name of the WIT in the JSON face.
pub fn snake(name: &str) -> String {
    name.replace('-', "_")
}

/// A doc comment as one line.
pub fn sentences(docs: Option<&str>) -> String {
    docs.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}
