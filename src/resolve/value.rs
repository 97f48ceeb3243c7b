//! Values as people give them, checked against their field before any request: as SOQL literals for filters and as
//! JSON for writes.

use crate::error::Error;
use crate::excerpt::Excerpt;
use crate::id::{RecordId, standard_object};
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

/// A value to write, as JSON of a field's type, and what was repaired to get there.
pub(crate) fn to_write(field: &Field, json: &str) -> Result<(String, Option<String>), Error> {
    let text = match parse(field, json)? {
        // A checkbox is never empty.
        Shape::Null if field.field_type == FieldType::Boolean => {
            return Err(invalid_value(field, json, "true or false"));
        }
        Shape::Null => return Ok(("null".to_owned(), None)),
        Shape::Text(text) if text.is_empty() && field.field_type != FieldType::Boolean => {
            return Ok(("null".to_owned(), None));
        }
        Shape::Text(text) => text,
        Shape::Number(number) => number.to_owned(),
        Shape::Boolean(value) => value.to_string(),
        Shape::List(items) if field.field_type == FieldType::MultiPicklist => {
            let texts: Option<Vec<_>> = items.iter().map(|item| item.text()).collect();
            texts.ok_or_else(|| invalid_value(field, json, "a list of texts"))?.join(";")
        }
        Shape::List(_) | Shape::Object => return Err(invalid_value(field, json, "one value, not a list or an object")),
    };
    let value = match field.field_type {
        FieldType::Picklist | FieldType::MultiPicklist => return picked_values(field, &text),
        FieldType::Boolean => boolean(field, &text)?.to_string(),
        kind if kind.is_number() => number_that_fits(field, &text, json)?,
        FieldType::Date => {
            let date = Date::parse(&text).map_err(|_| invalid_value(field, json, "a date like \"2026-05-31\""))?;
            quoted(&date.to_string())
        }
        FieldType::DateTime => {
            let instant = DateTime::parse(&text)
                .map_err(|_| invalid_value(field, json, "a time with a zone, like \"2026-05-31T15:00:00+02:00\""))?;
            quoted(&instant.to_string())
        }
        FieldType::Reference => quoted(id_of_target(field, &text, json)?.as_str()),
        FieldType::Email if !is_address(&text) => return Err(invalid_value(field, json, "an e-mail address")),
        _ => quoted(text_that_fits(field, &text)?),
    };
    Ok((value, None))
}

/// A number with no more digits before the point than the field has. Those after it are cut silently by Salesforce.
/// <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_describesobjects_describesobjectresult.htm>
fn number_that_fits(field: &Field, text: &str, json: &str) -> Result<String, Error> {
    let number = number(field, text)?.as_str().to_owned();
    if matches!(field.field_type, FieldType::Int | FieldType::Long) && number.contains('.') {
        return Err(invalid_value(field, json, "a whole number"));
    }
    let whole = number.trim_start_matches('-').split('.').next().unwrap_or_default();
    match field.length {
        Some(most) if whole != "0" && whole.len() > most as usize => {
            Err(invalid_value(field, json, &format!("a number of at most {most} digits before the point")))
        }
        _ => Ok(number),
    }
}

/// The id of a record of an object that the lookup points to, as far as its prefix tells.
fn id_of_target(field: &Field, text: &str, json: &str) -> Result<RecordId, Error> {
    let id = RecordId::from_text(text).map_err(|reason| {
        let expected = format!("the id of the record it points to ({reason}); salesforce_find finds it");
        invalid_value(field, json, &expected)
    })?;
    let points_there = |object: &str| field.references.iter().any(|known| known.eq_ignore_ascii_case(object));
    match standard_object(id.prefix()) {
        Some(object) if !points_there(object) => {
            let expected = format!("the id of {} and not of {object}", field.references.join(" or "));
            Err(invalid_value(field, json, &expected))
        }
        _ => Ok(id),
    }
}

/// One value of a picklist, or several of one that takes several.
fn picked_values(field: &Field, text: &str) -> Result<(String, Option<String>), Error> {
    let (mut values, mut notes) = (String::new(), String::new());
    for part in parts(field, text) {
        let (value, note) = picked(field, part)?;
        append(&mut values, ";", &value);
        append(&mut notes, "; ", &note.unwrap_or_default());
    }
    Ok((quoted(&values), Some(notes).filter(|notes| !notes.is_empty())))
}

fn text_that_fits<'t>(field: &Field, text: &'t str) -> Result<&'t str, Error> {
    let length = text.chars().count();
    match field.length {
        Some(longest) if longest > 0 && length > longest as usize => Err(Error::argument(
            &field.name,
            format!("the text for {} has {length} characters, and the field holds {longest}; shorten it", field.name),
        )),
        _ => Ok(text),
    }
}

/// A picklist that is no longer is shown whole to whom names another value, the nearest first.
const MAX_LISTED_VALUES: usize = 12;

/// Adds a text to others.
fn append(texts: &mut String, between: &str, text: &str) {
    if !texts.is_empty() && !text.is_empty() {
        texts.push_str(between);
    }
    texts.push_str(text);
}

/// A picklist's value for what was said, and what was repaired. Checked even where the org would accept anything.
fn picked(field: &Field, text: &str) -> Result<(String, Option<String>), Error> {
    let Some(values) = field.picklist.as_deref() else { return Ok((text.to_owned(), None)) };
    match picklist::resolve(values, text) {
        Picked::Exact => Ok((text.to_owned(), None)),
        Picked::Repaired { value, .. } => {
            // Letters in another case are no news.
            let is_news = !value.eq_ignore_ascii_case(text);
            let note = is_news.then(|| repaired_notice(&field.name, text, "the reply"));
            Ok((value, note))
        }
        Picked::Unknown { nearest: mut allowed } => {
            if values.len() <= MAX_LISTED_VALUES {
                for value in values {
                    if !allowed.iter().any(|near| near == value.shown()) {
                        allowed.push(value.shown().to_owned());
                    }
                }
            }
            let message = format!("{} is not a value of the picklist {}", Excerpt::of(text), field.name);
            Err(Error::argument(&field.name, message).allowing(allowed))
        }
    }
}

/// That a picklist's value was said otherwise, and where it is shown.
pub(crate) fn repaired_notice(field: &str, input: &str, place: &str) -> String {
    format!("{field}: {} stands for the value that {place} shows", Excerpt::of(input))
}

/// Whether two values of a field are the same, as far as people care: `100` is `"100"` and `100.0`, texts and picklist
/// values are compared without regard to case, and nothing is the same as an empty text.
pub(crate) fn same(field: &Field, one: &str, other: &str) -> bool {
    let canonical = |json: &str| -> Option<String> {
        let text = match Shape::of(json)? {
            Shape::Null => return Some(String::new()),
            Shape::Text(text) => text.trim().to_owned(),
            _ => json.trim().to_owned(),
        };
        Some(match field.field_type {
            kind if kind.is_number() => Number::parse(&text).map_or(text, |number| number.as_str().to_owned()),
            FieldType::DateTime => DateTime::parse(&text).map_or(text, |instant| instant.to_string()),
            FieldType::Reference | FieldType::Id => RecordId::from_text(&text).map_or(text, |id| id.to_string()),
            FieldType::MultiPicklist => {
                let parts = text.split(';').map(|part| part.trim().to_lowercase());
                in_order(parts.collect()).join(";")
            }
            _ => known_value(field, &text).unwrap_or(text).to_lowercase(),
        })
    };
    canonical(one).is_some_and(|one| canonical(other) == Some(one))
}

/// Texts in the order of their letters.
fn in_order(mut texts: Vec<String>) -> Vec<String> {
    // A handful at most: a sort for texts of its own would cost five kilobytes of the component.
    for sorted in 1..texts.len() {
        let place = texts[..sorted].partition_point(|text| *text <= texts[sorted]);
        texts[place..=sorted].rotate_right(1);
    }
    texts
}

/// Whether a write would change nothing: the same, and for texts in the same letters.
pub(crate) fn identical(field: &Field, one: &str, other: &str) -> bool {
    let text = |json| match Shape::of(json) {
        Some(Shape::Text(text)) => Some(text),
        Some(Shape::Null) => Some(String::new()),
        _ => None,
    };
    match (text(one), text(other)) {
        // Salesforce drops space at the ends.
        (Some(one), Some(other)) if field.field_type.is_text() || field.field_type.has_values() => {
            one.trim() == other.trim()
        }
        _ => same(field, one, other),
    }
}

fn parse<'a>(field: &Field, json: &'a str) -> Result<Shape<'a>, Error> {
    Shape::of(json).ok_or_else(|| invalid_value(field, json, "a JSON value"))
}

fn boolean(field: &Field, text: &str) -> Result<bool, Error> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" => Ok(true),
        "false" | "no" => Ok(false),
        _ => Err(invalid_value(field, &quoted(text), "true or false")),
    }
}

/// Whether a text has the shape of an e-mail address, as far as any would: the org knows better what it takes.
fn is_address(text: &str) -> bool {
    let text = text.trim();
    text.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && !domain.is_empty())
        && !text.contains(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '<' | '>'))
}

fn number(field: &Field, text: &str) -> Result<Number, Error> {
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
fn invalid_value(field: &Field, json: &str, expected: &str) -> Error {
    let shown: String = json.chars().take(80).collect();
    Error::argument(
        &field.name,
        format!("{shown} is no value for {} ({}): expected {expected}", field.name, field.field_type.name()),
    )
}
