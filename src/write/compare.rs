//! Values that a write compares: what the person expects with what is there, what is there with what is to be, and what was
//! sent with what the org holds.

use crate::lower::lower;
use std::borrow::Cow;

use crate::id::RecordId;
use crate::json::Shape;
use crate::reply::CUT;
use crate::resolve::phone;
use crate::resolve::shown::ALL_DAY;
use crate::resolve::value::known_value;
use crate::rich_text;
use crate::schema::{Field, FieldType};
use crate::soql::{DateTime, Number, TimeOfDay};
use crate::write::fit;

/// Characters before the sign that a text was cut, from which on it may be one that a reply cut: the shortest are those
/// of a logged activity. What ends so and is shorter was typed so.
const MIN_CUT_CHARS: usize = 120;

/// Whether two values of a field are the same, as far as people care: `100` is `"100"` and `100.0`, texts and picklist
/// values are compared without regard to case, phone numbers by their digits, HTML by what it shows, and nothing is the
/// same as an empty text. A text that was cut is the same as the whole.
pub(crate) fn same(field: &Field, expected: &str, held: &str) -> bool {
    let is_same = canonical(field, expected).is_some_and(|expected| canonical(field, held) == Some(expected));
    is_same
        || is_same_number(field, expected, held)
        || cut_off(field, expected, held).is_some_and(|(_, rest)| rest.is_empty())
}

/// A value in the one form that all its spellings have; none if it is not JSON.
fn canonical(field: &Field, json: &str) -> Option<String> {
    let text = match Shape::of(json)? {
        Shape::Null => return Some(String::new()),
        Shape::Text(text) => text.trim().to_owned(),
        Shape::List(items) if field.field_type == FieldType::MultiPicklist => {
            let mut texts = String::new();
            for item in items {
                texts.push_str(&item.text()?);
                texts.push(';');
            }
            texts.trim_end_matches(';').to_owned()
        }
        _ => json.trim().to_owned(),
    };
    Some(match field.field_type {
        kind if kind.is_number() => {
            let digits = Some(text.as_str()).filter(|_| kind == FieldType::Percent).and_then(fit::without_percent);
            Number::parse(digits.unwrap_or(&text)).map_or_else(|_| text.clone(), |number| number.as_str().to_owned())
        }
        FieldType::DateTime => moment(&text).map_or(text, |instant| instant.to_string()),
        FieldType::Time => TimeOfDay::parse(&text).map_or(text, |time| time.to_string()),
        FieldType::Reference | FieldType::Id => RecordId::from_text(&text).map_or(text, |id| id.to_string()),
        FieldType::MultiPicklist => {
            let text = known_value(field, &text).unwrap_or(text);
            let parts = text.split(';').map(|part| lower(part.trim()));
            in_order(parts.collect()).join(";")
        }
        _ if field.html => lower(&shown(field, &text).split_whitespace().collect::<Vec<_>>().join(" ")),
        _ => lower(&known_value(field, &text).unwrap_or(text)),
    })
}

/// A moment; of an event that takes whole days, which replies tell by its day, midnight in UTC.
fn moment(text: &str) -> Option<DateTime> {
    match text.strip_suffix(ALL_DAY) {
        Some(day) => DateTime::parse(&[day, "T00:00:00Z"].concat()).ok(),
        None => DateTime::parse(text).ok(),
    }
}

/// Whether two texts are one phone number.
fn is_same_number(field: &Field, expected: &str, held: &str) -> bool {
    let digits =
        text_of(expected).filter(|_| field.field_type == FieldType::Phone).and_then(|text| phone::digits(&text));
    digits.zip(text_of(held)).is_some_and(|(digits, held)| phone::is_same(&digits, &held))
}

/// A text as people see it.
fn shown<'t>(field: &Field, text: &'t str) -> Cow<'t, str> {
    if field.html && rich_text::is_html(text) { Cow::Owned(rich_text::to_text(text)) } else { Cow::Borrowed(text) }
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

/// Of a text that begins with what a reply cut of a longer one: the characters that were cut off, and what was put in
/// their place.
pub(crate) fn cut_off(field: &Field, given: &str, held: &str) -> Option<(usize, String)> {
    let (Some(Shape::Text(given)), Some(Shape::Text(held))) = (Shape::of(given), Shape::of(held)) else { return None };
    // Shorter ones were never cut, which is most texts.
    if held.len() <= MIN_CUT_CHARS || !given.contains(CUT) {
        return None;
    }
    let (given, held) = (shown(field, &given), shown(field, &held));
    given.match_indices(CUT).find_map(|(at, _)| {
        let (begins, rest) = (&given[..at], &given[at + CUT.len_utf8()..]);
        let off = held.strip_prefix(begins)?;
        let is_cut = !off.is_empty() && !off.starts_with(CUT) && begins.chars().count() >= MIN_CUT_CHARS;
        is_cut.then(|| (off.chars().count(), rest.trim().to_owned()))
    })
}

/// Whether a write would change nothing: the same, and for texts in the same letters. Rich text that shows what a plain
/// one says is left as it is.
pub(crate) fn identical(field: &Field, to: &str, held: &str) -> bool {
    match (text_of(to), text_of(held)) {
        // Salesforce drops space at the ends.
        (Some(to), Some(held)) if field.field_type.is_text() || field.field_type.has_values() => {
            let shows = || rich_text::is_plain(&to) && rich_text::to_text(&to) == rich_text::to_text(&held);
            to.trim() == held.trim() || field.html && shows()
        }
        _ => same(field, to, held),
    }
}

/// Whether the org holds what was sent: it writes HTML in its own way, and the values of a picklist in its own order.
pub(crate) fn is_kept(field: &Field, sent: &str, held: &str) -> bool {
    if field.html || field.field_type == FieldType::MultiPicklist {
        return same(field, sent, held);
    }
    identical(field, sent, held)
}

/// Whether a value stands as it did, so that there is nothing to take back.
pub(crate) fn is_untouched(field: &Field, before: &str, now: &str) -> bool {
    if field.html { text_of(before) == text_of(now) } else { identical(field, before, now) }
}

fn text_of(json: &str) -> Option<String> {
    match Shape::of(json) {
        Some(Shape::Text(text)) => Some(text),
        Some(Shape::Null) => Some(String::new()),
        _ => None,
    }
}
