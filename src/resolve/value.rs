//! Values as people give them, checked against their field before any request: as SOQL literals for filters.

use crate::error::Error;
use crate::excerpt::Excerpt;
use crate::id::RecordId;
use crate::json::{Shape, quoted};
use crate::schema::picklist::{self, Value as Picked};
use crate::schema::{Field, FieldType};
use crate::soql::{Date, DateLiteral, DateTime, Literal, Number, Text, TimeOfDay};

/// A filter's value.
#[derive(Debug)]
pub(crate) enum Compared {
    /// A literal of the field's own type.
    Literal(Literal),
    /// A day, where the field holds instants: days begin and end in the user's time zone.
    Day(Date),
}

/// A value as a SOQL literal of a field's type.
pub(crate) fn literal(field: &Field, json: &str) -> Result<Compared, Error> {
    let text = &match parse(field, json)? {
        Shape::Text(text) => text,
        Shape::Number(number) => number.to_owned(),
        Shape::Boolean(value) => value.to_string(),
        Shape::Null => return Ok(Compared::Literal(Literal::Null)),
        Shape::List(_) | Shape::Object => {
            return Err(invalid_value(field, json, "one value; lists go with IN, NOT IN, INCLUDES and EXCLUDES"));
        }
    };
    let literal = match field.field_type {
        // Where a checkbox is a number.
        FieldType::Boolean if text == "1" || text == "0" => Literal::Boolean(text == "1"),
        FieldType::Boolean => Literal::Boolean(boolean(field, text)?),
        FieldType::Percent => Literal::Number(number(field, text.trim_end().strip_suffix('%').unwrap_or(text))?),
        kind if kind.is_number() => Literal::Number(number(field, text)?),
        FieldType::Time => {
            TimeOfDay::parse(text).map_err(|reason| invalid_value(field, json, &reason.to_string()))?.into()
        }
        FieldType::Date => match DateLiteral::meant(text) {
            Ok(literal) => Literal::DateLiteral(literal),
            Err(reason) => Literal::Date(Date::parse(text).map_err(|_| day_refused(field, json, &reason.to_string()))?),
        },
        FieldType::DateTime => match (DateLiteral::meant(text), DateTime::parse(text), Date::parse(text)) {
            (Ok(literal), ..) => Literal::DateLiteral(literal),
            (_, Ok(instant), _) => Literal::DateTime(instant),
            (_, _, Ok(day)) => return Ok(Compared::Day(day)),
            (Err(reason), ..) => return Err(day_refused(field, json, &reason.to_string())),
        },
        FieldType::Id | FieldType::Reference => {
            let id = RecordId::from_text(text).map_err(|reason| {
                let parent = field
                    .relationship
                    .as_deref()
                    .map(|name| format!("; to filter by a name, use the field {name}.Name"))
                    .unwrap_or_default();
                invalid_value(field, json, &format!("a record id ({reason}){parent}"))
            })?;
            Literal::from(id)
        }
        _ => Text::new(known_value(field, text).unwrap_or_else(|| text.clone()))
            .map_err(|reason| invalid_value(field, json, &reason.to_string()))?
            .into(),
    };
    Ok(Compared::Literal(literal))
}

/// What a picklist calls a value that is given by its label or in other letters, or several of them joined by
/// semicolons; absent when nothing is to repair.
pub(crate) fn known_value(field: &Field, text: &str) -> Option<String> {
    let values = field.picklist.as_deref()?;
    let mut is_repaired = false;
    let mut known = String::new();
    for part in parts(field, text) {
        match picklist::resolve(values, part) {
            Picked::Repaired { value, .. } => {
                is_repaired = true;
                append(&mut known, ";", &value);
            }
            Picked::Exact | Picked::Unknown { .. } => append(&mut known, ";", part),
        }
    }
    is_repaired.then_some(known)
}

/// The values in a picklist's text: of a multi-select one, those between semicolons.
pub(crate) fn parts<'t>(field: &Field, text: &'t str) -> impl Iterator<Item = &'t str> {
    // No value holds the other character.
    let end = if field.field_type == FieldType::MultiPicklist { ';' } else { '\0' };
    text.split(end).map(str::trim)
}

/// Adds a text to others.
pub(crate) fn append(texts: &mut String, between: &str, text: &str) {
    if !texts.is_empty() && !text.is_empty() {
        texts.push_str(between);
    }
    texts.push_str(text);
}

/// That a picklist's value was said otherwise, and where it is shown.
pub(crate) fn repaired_notice(field: &str, input: &str, place: &str) -> String {
    format!("{field}: {} stands for the value that {place} shows", Excerpt::of(input))
}

pub(crate) fn parse<'a>(field: &Field, json: &'a str) -> Result<Shape<'a>, Error> {
    Shape::of(json).ok_or_else(|| invalid_value(field, json, "a JSON value"))
}

pub(crate) fn boolean(field: &Field, text: &str) -> Result<bool, Error> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" => Ok(true),
        "false" | "no" => Ok(false),
        _ => Err(invalid_value(field, &quoted(text), "true or false")),
    }
}

pub(crate) fn number(field: &Field, text: &str) -> Result<Number, Error> {
    Number::parse(text.trim()).map_err(|_| invalid_value(field, &quoted(text), "a plain number, like 50000 or 0.5"))
}

fn day_refused(field: &Field, json: &str, reason: &str) -> Error {
    invalid_value(
        field,
        json,
        &format!("a date like \"2026-05-31\", a time with a zone or a SOQL date literal ({reason})"),
    )
}

/// A value that its field can't take.
pub(crate) fn invalid_value(field: &Field, json: &str, expected: &str) -> Error {
    let shown: String = json.chars().take(80).collect();
    Error::argument(
        &field.name,
        format!("{shown} is no value for {} ({}): expected {expected}", field.name, field.field_type.name()),
    )
}
