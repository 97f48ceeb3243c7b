//! The picklist value somebody means.

use super::{PicklistValue, words};

/// What a text is among the values of a picklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A value, as it stands.
    Exact,
    /// This value under another name: say so when writing it.
    Repaired {
        /// What to write.
        value: String,
        /// How it was recognised.
        how: How,
    },
    /// No value, or not clearly one.
    Unknown {
        /// The five nearest, as people see them; the first five where none is near.
        nearest: Vec<String>,
    },
}

/// How a value was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// By the label.
    Label,
    /// But for case, spaces and punctuation.
    Spelling,
    /// By its beginning, which no other value shares.
    Prefix,
}

/// Finds a value by what it holds, by its label, by either but for case and punctuation, or by a beginning of its own.
pub fn resolve(values: &[PicklistValue], text: &str) -> Value {
    if values.iter().any(|value| value.value == text) {
        return Value::Exact;
    }
    let folded = words::fold(text);
    let names = |value: &PicklistValue| [words::fold(&value.value), words::fold(value.shown())];
    let by_label = only(values, |value| value.shown() == text).map(|value| (value, How::Label));
    let by_spelling = || {
        let same = |value: &PicklistValue| !folded.is_empty() && names(value).contains(&folded);
        only(values, same).map(|value| (value, How::Spelling))
    };
    // One letter would hit some value by chance.
    let by_prefix = || {
        let begins = |value: &PicklistValue| names(value).iter().any(|name| name.starts_with(&folded));
        if folded.chars().count() < 2 { None } else { only(values, begins).map(|value| (value, How::Prefix)) }
    };
    if let Some((value, how)) = by_label.or_else(by_spelling).or_else(by_prefix) {
        return Value::Repaired { value: value.value.clone(), how };
    }
    let typed = words::Typed::new(text);
    let likeness = |value: &PicklistValue| {
        let by_label = value.label.as_ref().map_or(0, |label| typed.likeness(label));
        typed.likeness(&value.value).max(by_label)
    };
    let mut nearest = words::nearest(values.iter().map(|value| (likeness(value), value.shown().to_owned())));
    if nearest.is_empty() {
        nearest = values.iter().take(5).map(|value| value.shown().to_owned()).collect();
    }
    Value::Unknown { nearest }
}

/// The one value that fits.
fn only(values: &[PicklistValue], fits: impl Fn(&PicklistValue) -> bool) -> Option<&PicklistValue> {
    let mut fitting = values.iter().filter(|value| fits(value));
    let first = fitting.next();
    if fitting.next().is_some() { None } else { first }
}
