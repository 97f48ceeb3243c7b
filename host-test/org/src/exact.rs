//! Numbers with more digits than a double holds. They are kept in their digits from the bytes of a request to the
//! row, and from the row to the bytes of an answer. JSON values hold doubles, so on the way such a number is a text
//! between two characters that no other text has.

use std::{borrow::Cow, cmp::Ordering};

use serde_json::Value as Json;

use crate::value::Value;

const OPEN: char = '\u{E0F0}';
const CLOSE: char = '\u{E0F1}';

/// Every decimal number of this many significant digits survives the way through a double.
const DOUBLE_DIGITS: usize = 15;

/// The number as it travels in a JSON value.
pub(crate) fn marked(digits: &str) -> String {
    format!("{OPEN}{digits}{CLOSE}")
}

/// The digits of a number that travels in a JSON value.
pub(crate) fn digits(text: &str) -> Option<&str> {
    text.strip_prefix(OPEN)?.strip_suffix(CLOSE)
}

/// The text of a JSON body with every number marked that would lose digits. Everything else stays as it is, so what
/// is no JSON is none afterwards.
pub(crate) fn mark(json: &str) -> Cow<'_, str> {
    // A body without so long a run of digits, which nearly all are, needs no second look.
    let long =
        json.as_bytes().split(|byte| !byte.is_ascii_digit() && *byte != b'.').any(|run| run.len() > DOUBLE_DIGITS);
    if !long {
        return Cow::Borrowed(json);
    }
    let mut marked_text = String::new();
    let mut rest = json;
    let (mut quoted, mut escaped) = (false, false);
    while let Some(c) = rest.chars().next() {
        let mut taken = c.len_utf8();
        if quoted {
            quoted = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if c == '"' {
            quoted = true;
        } else if c == '-' || c.is_ascii_digit() {
            let end = rest.find(|c: char| !(c.is_ascii_digit() || "+-.eE".contains(c))).unwrap_or(rest.len());
            let token = rest.get(..end).unwrap_or(rest);
            if loses_digits(token) {
                marked_text.push_str(&format!("\"{}\"", marked(token)));
                rest = rest.get(end..).unwrap_or_default();
                continue;
            }
            taken = end;
        }
        marked_text.push_str(rest.get(..taken).unwrap_or_default());
        rest = rest.get(taken..).unwrap_or_default();
    }
    Cow::Owned(marked_text)
}

/// The text of a JSON answer with the marked numbers as numbers again.
pub(crate) fn unmark(json: String) -> String {
    if !json.contains(OPEN) {
        return json;
    }
    let mut text = String::new();
    let mut rest = json.as_str();
    let (open, close) = (format!("\"{OPEN}"), format!("{CLOSE}\""));
    while let Some((before, after)) = rest.split_once(&open) {
        let number = after.split_once(&close).filter(|(digits, _)| is_plain(digits));
        text.push_str(before);
        match number {
            Some((digits, after)) => {
                text.push_str(digits);
                rest = after;
            }
            None => {
                text.push_str(&open);
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

/// The value of a number's text: in its digits only where a double would lose some.
pub(crate) fn value(text: &str) -> Option<Value> {
    let number: f64 = text.parse().ok().filter(|number: &f64| number.is_finite())?;
    if is_plain(text.trim_start_matches('+')) && compare(text, &number.to_string()).is_ne() {
        return Some(Value::Decimal(parts(text).plain()));
    }
    Some(Value::Number(number))
}

/// The order of two numbers without exponents, by their digits.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (parts(a), parts(b));
    let size = |x: &Parts<'_>, y: &Parts<'_>| {
        x.whole.len().cmp(&y.whole.len()).then_with(|| x.whole.cmp(y.whole)).then_with(|| x.fraction.cmp(y.fraction))
    };
    match (a.negative, b.negative) {
        (false, true) => Ordering::Greater,
        (true, false) => Ordering::Less,
        (false, false) => size(&a, &b),
        (true, true) => size(&b, &a),
    }
}

/// Whether the text is a plain decimal number of JSON that a double, or an integer of 64 bits, cannot hold.
fn loses_digits(text: &str) -> bool {
    let significant = text.trim_start_matches(['-', '+', '0', '.']).bytes().filter(u8::is_ascii_digit).count();
    significant > DOUBLE_DIGITS && is_plain(text) && text.parse::<i64>().is_err()
}

/// Digits, maybe with a sign and a point, as JSON allows.
fn is_plain(text: &str) -> bool {
    !text.contains(['e', 'E']) && matches!(serde_json::from_str::<Json>(text), Ok(Json::Number(_)))
}

/// A number without exponent, without the zeros that mean nothing.
struct Parts<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
}

impl Parts<'_> {
    fn plain(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        let whole = if self.whole.is_empty() { "0" } else { self.whole };
        let point = if self.fraction.is_empty() { "" } else { "." };
        format!("{sign}{whole}{point}{}", self.fraction)
    }
}

fn parts(text: &str) -> Parts<'_> {
    let unsigned = text.trim_start_matches(['-', '+']);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    Parts { negative: text.starts_with('-') && !(whole.is_empty() && fraction.is_empty()), whole, fraction }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_that_would_lose_digits_are_marked() {
        let kept =
            r#"{"a": 1.5, "b": -12345678901234567, "c": "1234567890123456.78 \" 1234567890123456.78", "d": [0.1e400]}"#;
        assert_eq!(mark(kept), kept);
        let long = r#"{"a": 1234567890123456.78, "b": [-0.12345678901234567]}"#;
        assert_eq!(unmark(mark(long).into_owned()), long);
        let json: Json = serde_json::from_str(&mark(long)).expect("JSON");
        assert_eq!(json["a"].as_str().and_then(digits), Some("1234567890123456.78"));
    }

    #[test]
    fn what_is_no_json_stays_none() {
        for text in ["{\"a\": 1234567890123456.78.9}", "{\"a\": 01234567890123456.78}", "{\"a\": 1234567890123456.}"] {
            assert!(serde_json::from_str::<Json>(&mark(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn a_value_is_kept_in_its_digits_only_where_a_double_loses_some() {
        assert_eq!(value("1234567890123456.78"), Some(Value::Decimal("1234567890123456.78".to_owned())));
        assert_eq!(value("-123456789012345678.50"), Some(Value::Decimal("-123456789012345678.5".to_owned())));
        assert_eq!(value("1234567890123456.5"), Some(Value::Number(1_234_567_890_123_456.5)));
        assert_eq!(value("10.10"), Some(Value::Number(10.1)));
        assert_eq!(value("ten"), None);
    }

    #[test]
    fn numbers_are_compared_by_their_digits() {
        for (a, b, order) in [
            ("1234567890123456.78", "1234567890123456.79", Ordering::Less),
            ("123456789012345678", "123456789012345678.0", Ordering::Equal),
            ("-2", "-10", Ordering::Greater),
            ("-0.0", "0", Ordering::Equal),
            ("0.5", "0.45", Ordering::Greater),
            ("9", "10", Ordering::Less),
            ("-1", "1", Ordering::Less),
        ] {
            assert_eq!(compare(a, b), order, "{a} {b}");
            assert_eq!(compare(b, a), order.reverse(), "{b} {a}");
        }
    }
}
