//! The value of one field of one row, and its form in Salesforce's JSON.

use std::collections::BTreeMap;

use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};
use serde_json::{Value as Json, json};

use crate::exact;

/// A field's value. Ids and references are [`Value::Text`] of 18 characters, picklists their API value,
/// multi-select picklists their values joined by `;`, base64 fields their base64 text.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// No value. Salesforce does not tell an empty string from null: both are this.
    #[default]
    Null,
    /// A checkbox.
    Boolean(bool),
    /// An `int` field, or a count.
    Integer(i64),
    /// A `double`, `currency` or `percent` field; always written with a decimal point.
    Number(f64),
    /// A number like that with more digits than a double holds, in its digits: `1234567890123456.78`.
    Decimal(String),
    /// Every textual type, ids included.
    Text(String),
    /// A `date`, which has no zone.
    Date(Date),
    /// A `datetime`, an instant; written in UTC.
    DateTime(Timestamp),
    /// A `time` of a day, which has no day and no zone.
    Time(Time),
    /// A compound field (an address, a location), by the names of its parts on the wire (`city`, `countryCode`, …).
    Compound(BTreeMap<String, Value>),
}

impl Value {
    /// Text, or null where it is empty.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Null } else { Self::Text(text) }
    }

    /// Whether there is no value.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The text of a textual value.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number of an `int`, `double`, `currency` or `percent` value.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            // An `int` field holds at most nine digits, which an f64 holds exactly.
            #[allow(clippy::cast_precision_loss)]
            Self::Integer(number) => Some(*number as f64),
            Self::Number(number) => Some(*number),
            Self::Decimal(digits) => digits.parse().ok(),
            _ => None,
        }
    }

    /// The digits of a number, without an exponent.
    pub(crate) fn digits(&self) -> Option<String> {
        match self {
            Self::Integer(number) => Some(number.to_string()),
            Self::Number(number) => Some(number.to_string()),
            Self::Decimal(digits) => Some(digits.clone()),
            _ => None,
        }
    }

    /// Whether this is `true`; anything else, null too, is not.
    pub fn is_true(&self) -> bool {
        matches!(self, Self::Boolean(true))
    }

    /// The date of a `date` value.
    pub fn as_date(&self) -> Option<Date> {
        match self {
            Self::Date(date) => Some(*date),
            _ => None,
        }
    }

    /// The instant of a `datetime` value.
    pub fn as_timestamp(&self) -> Option<Timestamp> {
        match self {
            Self::DateTime(instant) => Some(*instant),
            _ => None,
        }
    }

    /// The time of a `time` value.
    pub fn as_time(&self) -> Option<Time> {
        match self {
            Self::Time(time) => Some(*time),
            _ => None,
        }
    }

    /// As Salesforce writes it in a response: `2026-05-12T15:00:00.000+0000` for an instant, `10:00:00.000Z` for a
    /// time. A [`Value::Decimal`] is a text that becomes a number when the response is written.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Boolean(flag) => json!(flag),
            Self::Integer(number) => json!(number),
            Self::Number(number) => json!(number),
            Self::Decimal(digits) if digits.contains('.') => json!(exact::marked(digits)),
            Self::Decimal(digits) => json!(exact::marked(&format!("{digits}.0"))),
            Self::Text(text) => json!(text),
            Self::Date(date) => json!(date.to_string()),
            Self::DateTime(instant) => json!(datetime_text(*instant)),
            Self::Time(time) => json!(time_text(*time)),
            Self::Compound(parts) => parts.iter().map(|(name, value)| (name.clone(), value.to_json())).collect(),
        }
    }
}

/// `2026-05-12T15:00:00.000+0000`: milliseconds and a zone without a colon.
pub fn datetime_text(instant: Timestamp) -> String {
    instant.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S.%3f+0000").to_string()
}

/// `10:00:00.000Z`
pub fn time_text(time: Time) -> String {
    time.strftime("%H:%M:%S.%3fZ").to_string()
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Boolean(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<Date> for Value {
    fn from(date: Date) -> Self {
        Self::Date(date)
    }
}

impl From<Time> for Value {
    fn from(time: Time) -> Self {
        Self::Time(time)
    }
}

impl From<Timestamp> for Value {
    fn from(instant: Timestamp) -> Self {
        Self::DateTime(instant)
    }
}

impl From<&crate::id::Id> for Value {
    fn from(id: &crate::id::Id) -> Self {
        Self::Text(id.as_str().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_in_utc_with_milliseconds_and_no_colon() {
        let instant: Timestamp = "2026-05-12T15:00:00.5Z".parse().expect("an instant");
        assert_eq!(datetime_text(instant), "2026-05-12T15:00:00.500+0000");
    }

    #[test]
    fn a_currency_keeps_its_decimal_point_and_an_int_has_none() {
        assert_eq!(Value::Number(50_000.0).to_json().to_string(), "50000.0");
        assert_eq!(Value::Integer(100).to_json().to_string(), "100");
    }
}
