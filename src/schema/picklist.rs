//! The picklist value somebody means, and which of them a record may hold.

use super::likeness::{Typed, nearest};
use super::{PicklistValue, words};
use crate::json::{Lines, escaped};
use crate::within::split_once;

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
    /// By words of it that no other value has.
    Words,
}

/// Finds a value by what it holds, by its label, by either but for case and punctuation, by a beginning of its own or
/// by words of its own.
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
    let words = words::tokens(text);
    let by_words = || {
        let has_them = |value: &PicklistValue| {
            let theirs = words::tokens(value.shown());
            // "Interested" is not "Not Interested".
            let denies = |words: &[Vec<u8>]| words.iter().any(|word| DENIALS.contains(&word.as_slice()));
            words.iter().all(|word| theirs.contains(word)) && denies(&words) == denies(&theirs)
        };
        if folded.chars().count() < 3 { None } else { only(values, has_them).map(|value| (value, How::Words)) }
    };
    if let Some((value, how)) = by_label.or_else(by_spelling).or_else(by_prefix).or_else(by_words) {
        return Value::Repaired { value: value.value.clone(), how };
    }
    let typed = Typed::new(text);
    let likeness = |value: &PicklistValue| {
        let by_label = value.label.as_ref().map_or(0, |label| typed.likeness(label));
        typed.likeness(&value.value).max(by_label)
    };
    let mut nearest = nearest(values.iter().map(|value| (likeness(value), value.shown().to_owned())));
    if nearest.is_empty() {
        nearest = values.iter().take(5).map(|value| value.shown().to_owned()).collect();
    }
    Value::Unknown { nearest }
}

/// Words that turn the others around.
const DENIALS: [&[u8]; 5] = [b"no", b"non", b"not", b"never", b"without"];

/// The one value that fits.
fn only(values: &[PicklistValue], fits: impl Fn(&PicklistValue) -> bool) -> Option<&PicklistValue> {
    let mut fitting = values.iter().filter(|value| fits(value));
    let first = fitting.next();
    if fitting.next().is_some() { None } else { first }
}

/// With which values of the controlling field a value goes: a bit for each, by its place; of a checkbox, unchecked
/// first. Kept as the base64 digits that Salesforce sends, of six bits each, without zeros at either end: of a state,
/// one digit of forty is left.
/// <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_describesobjects_describesobjectresult.htm>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidFor {
    /// Digits left out at the beginning.
    skipped: u32,
    digits: String,
}

impl ValidFor {
    /// Reads what a describe says. What is no base64 digit counts as zero.
    pub fn from_base64(text: &str) -> Self {
        let bytes = text.as_bytes();
        let skipped = bytes.iter().take_while(|digit| **digit == b'A').count();
        let zeros = bytes.iter().rev().take_while(|digit| matches!(digit, b'A' | b'=')).count();
        let digits = text.get(skipped..bytes.len() - zeros).unwrap_or_default().to_owned();
        Self { skipped: skipped.try_into().unwrap_or(u32::MAX), digits }
    }

    /// Whether the value goes with the controlling value of a place.
    pub fn includes(&self, place: u32) -> bool {
        let digit = (place / 6).checked_sub(self.skipped).and_then(|at| self.digits.as_bytes().get(at as usize));
        let bits = match digit {
            Some(digit @ b'A'..=b'Z') => digit - b'A',
            Some(digit @ b'a'..=b'z') => digit - b'a' + 26,
            Some(digit @ b'0'..=b'9') => digit - b'0' + 52,
            Some(b'+') => 62,
            Some(b'/') => 63,
            _ => 0,
        };
        bits >> (5 - place % 6) & 1 == 1
    }

    /// Adds it to lines as a column, which needs no escapes.
    pub(super) fn write(&self, lines: &mut Lines) {
        lines.number(Some(self.skipped));
        lines.more(".");
        lines.more(&escaped(&self.digits));
    }

    /// Reads what [`Self::write`] wrote.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (skipped, digits) = split_once(text, b'.')?;
        Some(Self { skipped: skipped.parse().ok()?, digits: digits.to_owned() })
    }
}
