//! From the JSON of a write to values: types, ids, lengths, ranges, restricted picklists.

use jiff::{
    Timestamp,
    civil::{Date, Time},
};
use serde_json::Value as Json;

use super::rich_text;
use crate::{
    exact,
    id::Id,
    refusal::Refusal,
    schema::{Field, FieldType},
    value::Value,
};

/// The value a field would store, or why it cannot.
pub(super) fn accept(field: &Field, json: &Json) -> Result<Value, Refusal> {
    let value = typed(field, json)?;
    check(field, &value)?;
    Ok(value)
}

fn typed(field: &Field, json: &Json) -> Result<Value, Refusal> {
    let wrong = || wrong_type(field, json);
    Ok(match (field.kind, json) {
        (FieldType::Boolean, Json::Null) => Value::Boolean(false),
        (_, Json::Null) => Value::Null,
        (FieldType::Boolean, Json::Bool(flag)) => Value::Boolean(*flag),
        // Salesforce reads booleans and numbers from strings too; clients made from CSV rely on it.
        (FieldType::Boolean, Json::String(text)) => Value::Boolean(text.parse().map_err(|_| wrong())?),
        (FieldType::Int, Json::Number(number)) => Value::Integer(number.as_i64().ok_or_else(wrong)?),
        (FieldType::Int, Json::String(text)) => Value::Integer(text.parse().map_err(|_| wrong())?),
        (FieldType::Currency | FieldType::Double | FieldType::Percent, Json::Number(number)) => {
            exact::value(&number.to_string()).ok_or_else(wrong)?
        }
        (FieldType::Currency | FieldType::Double | FieldType::Percent, Json::String(text)) => {
            exact::value(exact::digits(text).unwrap_or(text)).ok_or_else(wrong)?
        }
        // A number of many digits, which fits no other field.
        (_, Json::String(text)) if exact::digits(text).is_some() => return Err(wrong()),
        (FieldType::Time, Json::String(text)) => Value::Time(time(text).ok_or_else(wrong)?),
        (FieldType::Date, Json::String(text)) => {
            let date: Date = text.parse().map_err(|_| wrong())?;
            if text.len() > 10 {
                return Err(wrong());
            }
            Value::Date(date)
        }
        (FieldType::Datetime, Json::String(text)) => Value::DateTime(text.parse::<Timestamp>().map_err(|_| wrong())?),
        (FieldType::Reference | FieldType::Id, Json::String(text)) if text.is_empty() => Value::Null,
        (FieldType::Reference | FieldType::Id, Json::String(text)) => match Id::parse(text) {
            Some(id) => Value::from(&id),
            None => return Err(wrong_id(field, text)),
        },
        (FieldType::Textarea, Json::String(text)) if field.html_formatted => {
            Value::text(rich_text::cleaned(text.trim()))
        }
        // Space around a text is dropped, as any form and the API do.
        (kind, Json::String(text)) if kind.is_textual() => Value::text(text.trim()),
        (FieldType::Base64, Json::String(text)) => Value::text(text.as_str()),
        _ => return Err(wrong()),
    })
}

/// A value of another JSON type than the field's.
fn wrong_type(field: &Field, json: &Json) -> Refusal {
    let (token, text) = match json {
        Json::Null => ("VALUE_NULL", String::new()),
        Json::Bool(flag) => (if *flag { "VALUE_TRUE" } else { "VALUE_FALSE" }, flag.to_string()),
        Json::Number(number) if number.is_f64() => ("VALUE_NUMBER_FLOAT", number.to_string()),
        Json::Number(number) => ("VALUE_NUMBER_INT", number.to_string()),
        Json::String(text) => match exact::digits(text) {
            Some(digits) => ("VALUE_NUMBER_FLOAT", digits.to_owned()),
            None => ("VALUE_STRING", text.clone()),
        },
        Json::Array(_) => ("START_ARRAY", "[".to_owned()),
        Json::Object(_) => ("START_OBJECT", "{".to_owned()),
    };
    Refusal::new(
        400,
        "JSON_PARSER_ERROR",
        format!(
            "Cannot deserialize instance of {} from {token} value {text} or request may be missing a required field at [line:1, column:2]",
            field.kind.name()
        ),
    )
}

/// An id that is none, or of an object the field does not refer to.
pub(super) fn wrong_id(field: &Field, text: &str) -> Refusal {
    Refusal::save("MALFORMED_ID", format!("{}: id value of incorrect type: {text}", field.label), &[&field.name])
}

fn check(field: &Field, value: &Value) -> Result<(), Refusal> {
    let name = field.name.as_str();
    let label = field.label.as_str();
    match value {
        Value::Text(text)
            if field.kind == FieldType::Base64
                && !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)) =>
        {
            return Err(Refusal::new(400, "JSON_PARSER_ERROR", format!("Value not of required type: {text}")));
        }
        Value::Text(text) if field.kind.is_textual() => {
            let length = text.encode_utf16().count();
            if length > field.length {
                let start: String = text.chars().take(255).collect();
                return Err(Refusal::save(
                    "STRING_TOO_LONG",
                    format!("{label}: data value too large: {start} (max length={})", field.length),
                    &[name],
                ));
            }
            if field.kind == FieldType::Email && !is_email(text) {
                return Err(Refusal::save(
                    "INVALID_EMAIL_ADDRESS",
                    format!("{label}: invalid email address: {text}"),
                    &[name],
                ));
            }
            // Codes of countries and states have words of their own.
            if field.restricted && !field.is_address_code() {
                let chosen: Vec<&str> =
                    if field.kind == FieldType::Multipicklist { text.split(';').collect() } else { vec![text] };
                for one in chosen {
                    let known = field.picklist.iter().any(|value| value.active && value.value == one);
                    if !known {
                        return Err(bad_picklist_value(field, one));
                    }
                }
            }
        }
        Value::Number(_) | Value::Integer(_) | Value::Decimal(_) => {
            let digits = if field.precision == 0 { 18 } else { field.precision };
            let whole = i32::from(digits) - i32::from(field.scale);
            if value.as_f64().is_some_and(|number| number.abs() >= 10_f64.powi(whole)) {
                return Err(Refusal::save(
                    "NUMBER_OUTSIDE_VALID_RANGE",
                    format!("{label}: value outside of valid range on numeric field: {}", in_words(value)),
                    &[name],
                ));
            }
        }
        _ => {}
    }
    Ok(())
}

/// A number as messages show it.
fn in_words(value: &Value) -> String {
    match value {
        Value::Decimal(digits) => digits.clone(),
        value => value.to_json().to_string(),
    }
}

/// `10:00:00.000Z`, as the API writes it; the parts of a second and the zone can be left out.
fn time(text: &str) -> Option<Time> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    let whole = text.split('.').next().unwrap_or(text);
    let seconds = whole.len() == 8 && whole.bytes().filter(|byte| *byte == b':').count() == 2;
    if seconds { text.parse().ok() } else { None }
}

/// `Required fields are missing: [Name]`.
pub(super) fn required_missing(names: &[&str]) -> Refusal {
    Refusal::save("REQUIRED_FIELD_MISSING", format!("Required fields are missing: [{}]", names.join(", ")), names)
}

/// A value that a restricted picklist lacks.
pub(super) fn bad_picklist_value(field: &Field, value: &str) -> Refusal {
    Refusal::save(
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        format!("{}: bad value for restricted picklist field: {value}", field.label),
        &[&field.name],
    )
}

/// Whether the text is the address of a mailbox.
pub(crate) fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty()
            && domain.contains('.')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
            && !text.contains([' ', ',', '<', '>'])
            && !domain.contains('@')
    })
}
