//! The arguments of a call, from JSON to the record of the WIT. An error names the argument by its path.
//!
//! What a record takes is a table, and one function reads by all of them: a parser for each record, as derives write
//! them, is several times the code.

use crate::json::{Json, Shape};

/// What an argument must be.
#[derive(Debug)]
pub(crate) enum Kind {
    Text,
    /// Whole and not negative.
    Number,
    Flag,
    /// Each of this kind.
    List(&'static Kind),
    /// Any value, passed on as JSON.
    Any,
    /// An object, passed on as JSON.
    Fields,
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// An object of these members.
    Record(&'static [Member]),
}

/// A member of a record.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    /// Whether it has to be there; otherwise null is the same as nothing.
    pub(crate) is_required: bool,
    pub(crate) kind: Kind,
}

/// A record that a call takes.
pub(crate) trait Record: Sized {
    /// Its members, in the order of the WIT.
    const MEMBERS: &'static [Member];

    /// The record of these values, one for each member, each of the member's kind.
    fn of(values: Values) -> Self;
}

/// Declares records: whether each member is `required` or `optional`, its name and its kind.
macro_rules! records {
    ($($record:ident { $($presence:ident $member:ident: $kind:expr,)* })*) => { $(
        impl $crate::arguments::Record for $record {
            const MEMBERS: &'static [$crate::arguments::Member] = &[$($crate::arguments::Member {
                name: stringify!($member),
                is_required: $crate::arguments::records!($presence),
                kind: $kind,
            }),*];

            fn of(mut values: $crate::arguments::Values) -> Self {
                Self { $($member: values.take(),)* }
            }
        }
    )* };
    (required) => { true };
    (optional) => { false };
}

pub(crate) use records;

/// The values of a record's members, in their order.
#[derive(Debug)]
pub(crate) struct Values(std::vec::IntoIter<Value>);

impl Values {
    /// The next one.
    pub(crate) fn take<T: FromValue>(&mut self) -> T {
        T::from_value(self.0.next().unwrap_or(Value::Absent))
    }
}

/// A value that was read.
#[derive(Debug)]
pub(crate) enum Value {
    Absent,
    Text(String),
    Number(u32),
    Flag(bool),
    List(Vec<Value>),
    /// Its place among those allowed.
    OneOf(usize),
    Record(Values),
}

/// What a member is in Rust. The table decides what is read, so nothing but what a type stands for reaches it.
pub(crate) trait FromValue {
    fn from_value(value: Value) -> Self;
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Self {
        match value {
            Value::Absent => None,
            value => Some(T::from_value(value)),
        }
    }
}

impl FromValue for String {
    fn from_value(value: Value) -> Self {
        if let Value::Text(text) = value { text } else { Self::new() }
    }
}

impl FromValue for u32 {
    fn from_value(value: Value) -> Self {
        if let Value::Number(number) = value { number } else { 0 }
    }
}

impl FromValue for bool {
    fn from_value(value: Value) -> Self {
        matches!(value, Value::Flag(true))
    }
}

impl<T: FromValue> FromValue for Vec<T> {
    fn from_value(value: Value) -> Self {
        if let Value::List(items) = value { items.into_iter().map(T::from_value).collect() } else { Self::new() }
    }
}

impl<R: Record> FromValue for R {
    fn from_value(value: Value) -> Self {
        Self::of(if let Value::Record(values) = value { values } else { Values(Vec::new().into_iter()) })
    }
}

/// Reads the arguments of a call; no text at all means none.
pub(crate) fn read<R: Record>(text: &str) -> Result<R, Wrong> {
    values(text, R::MEMBERS).map(R::of)
}

fn values(text: &str, members: &'static [Member]) -> Result<Values, Wrong> {
    record(object_in(text)?, members)
}

fn object_in(text: &str) -> Result<Json<'_>, Wrong> {
    let text = if text.trim().is_empty() { "{}" } else { text };
    let value = Json::parse(text).map_err(|error| Wrong::of("", format!("the arguments are not JSON: {error}")))?;
    if !value.is_object() {
        return Err(Wrong::of("", "the arguments are not a JSON object"));
    }
    Ok(value)
}

fn record(object: Json<'_>, members: &'static [Member]) -> Result<Values, Wrong> {
    let mut values: Vec<Option<Value>> = members.iter().map(|_| None).collect();
    for (name, value) in object.members() {
        let named = members.iter().zip(&mut values).find(|(member, _)| member.name == name);
        let Some((member, read)) = named else {
            let known: Vec<_> = members.iter().map(|member| member.name).collect();
            return Err(Wrong::of(&name, format!("is unknown; there are {}", known.join(", "))));
        };
        if read.is_some() {
            return Err(Wrong::of(&name, "is given twice"));
        }
        let is_nothing = !member.is_required && value.is_null();
        *read = Some(if is_nothing {
            Value::Absent
        } else {
            one(value, &member.kind).map_err(|wrong| wrong.within(&name))?
        });
    }
    let mut missing = members.iter().zip(&values).filter(|(member, value)| member.is_required && value.is_none());
    match missing.next() {
        Some((member, _)) => Err(Wrong::of(member.name, "is missing")),
        None => {
            let values: Vec<_> = values.into_iter().map(|value| value.unwrap_or(Value::Absent)).collect();
            Ok(Values(values.into_iter()))
        }
    }
}

fn one(value: Json<'_>, kind: &Kind) -> Result<Value, Wrong> {
    let must_be = match (kind, value.shape()) {
        (Kind::Text, Shape::Text(text)) => return Ok(Value::Text(text)),
        (Kind::Text, _) => "a string",
        (Kind::Number, Shape::Number(number)) if let Ok(number) = number.parse() => return Ok(Value::Number(number)),
        (Kind::Number, _) => "a whole number, not negative",
        (Kind::Flag, Shape::Boolean(yes)) => return Ok(Value::Flag(yes)),
        (Kind::Flag, _) => "a boolean",
        (Kind::List(kind), Shape::List(items)) => {
            let mut values = Vec::new();
            for (index, item) in items.into_iter().enumerate() {
                values.push(one(item, kind).map_err(|wrong| wrong.within(&format!("[{index}]")))?);
            }
            return Ok(Value::List(values));
        }
        (Kind::List(_), _) => "a list",
        (Kind::Any, _) | (Kind::Fields, Shape::Object) => return Ok(Value::Text(value.get().to_owned())),
        (Kind::Fields, _) => "an object of field names and values",
        (Kind::OneOf(names), Shape::Text(text)) if let Some(place) = names.iter().position(|name| *name == text) => {
            return Ok(Value::OneOf(place));
        }
        (Kind::OneOf(names), _) => return Err(Wrong::must_be(&format!("one of {}", names.join(", ")), value)),
        (Kind::Record(members), Shape::Object) => return record(value, members).map(Value::Record),
        (Kind::Record(_), _) => "an object",
    };
    Err(Wrong::must_be(must_be, value))
}

/// What is wrong with the arguments.
#[derive(Debug)]
pub(crate) struct Wrong {
    /// The argument at fault: `filters[0].op`; empty where it is all of them.
    pub(crate) path: String,
    /// What is wrong.
    pub(crate) message: String,
}

/// Characters of a wrong value that its error repeats.
const MAX_SHOWN: usize = 40;

impl Wrong {
    /// Of a value.
    fn must_be(what: &str, value: Json<'_>) -> Self {
        let text = value.get();
        let mut shown: String = text.chars().take(MAX_SHOWN).collect();
        shown.push_str(if shown.len() < text.len() { "…" } else { "" });
        Self::of("", format!("is {shown}; it must be {what}"))
    }

    /// Of a member of what is read.
    fn of(name: &str, message: impl Into<String>) -> Self {
        Self { path: name.to_owned(), message: message.into() }
    }

    /// In a member or an item of what is read.
    fn within(mut self, step: &str) -> Self {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = [step, dot, &self.path].concat();
        self
    }
}
