//! Why a search found a record whose name does not say it: the field that has the words, and its text round them.

use crate::json::{Json, Object};
use crate::known::Known;
use crate::lower::lower;
use crate::record::Fields;
use crate::resolve::matching::Fit;
use crate::resolve::{names, reach};
use crate::schema::columns;
use crate::soql::{FieldPath, ObjectName};
use crate::wit::Candidate;
use crate::within;

/// Characters of a text before the words, and of all that is shown.
const BEFORE: usize = 40;
const SHOWN: usize = 120;

/// The columns of a search: those that tell records apart, and such as may say why one was found.
pub(crate) fn columns(known: &Known, object: &ObjectName, telling: &[FieldPath]) -> Vec<FieldPath> {
    let mut all = telling.to_vec();
    if let Ok(schema) = known.schema(object) {
        let is_new = |name: &str| !telling.iter().any(|column| column.as_str() == name);
        let own = columns::sought(&schema).filter(|name| is_new(name));
        let own = own.filter(|name| reach::may_show(known, &schema, name));
        all.extend(own.filter_map(|name| names::path(name).ok()));
    }
    all
}

/// Adds to a candidate where the text was found, unless its name shows it, which may fit in other ways than by its words.
/// False where nothing that was read has it.
pub(crate) fn explain(candidate: &mut Candidate, text: &str, fit: Fit, fields: &Fields<'_>) -> bool {
    let words: Vec<String> = text.split_whitespace().map(lower).collect();
    let name = candidate.name.as_deref().map(lower).unwrap_or_default();
    if words.iter().all(|word| within::holds(&name, word)) {
        return true;
    }
    let mut best: Option<(usize, &str, String)> = None;
    for (name, value) in fields.values().filter(|(name, _)| !name.ends_with("Id")) {
        let Some(held) = value.text() else { continue };
        if candidate.name.as_deref() == Some(&held) {
            continue;
        }
        let (count, at) = found_in(&held, &words, text);
        if count > best.as_ref().map_or(0, |(most, ..)| *most) {
            best = Some((count, name, around(&held, at)));
        }
        if count == words.len() {
            break;
        }
    }
    let Some((count, name, held)) = best else { return fit.is_by_name() };
    if fit.is_by_name() && count < words.len() {
        return true;
    }
    candidate.field = Some(name.to_owned());
    let mut facts = Object::default();
    for (fact, value) in Json::trusted(&candidate.facts).members().filter(|(fact, _)| fact != name) {
        facts.member(&fact, value);
    }
    facts.text(name, &held);
    candidate.facts = facts.finish();
    true
}

/// How many of the words a text has, and before which character the first of them stands; a number by its digits.
fn found_in(held: &str, words: &[String], text: &str) -> (usize, usize) {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let is_number = text.chars().all(|c| c.is_ascii_digit() || " +()-./".contains(c));
    if is_number && digits(text).len() > 1 {
        return (usize::from(within::holds(&digits(held), &digits(text))) * words.len(), 0);
    }
    let held = lower(held);
    let mut places = words.iter().filter_map(|word| within::place(&held, word.trim_matches('*')));
    let first = places.next();
    (usize::from(first.is_some()) + places.count(), first.map_or(0, |at| held[..at].chars().count()))
}

/// A text from a little before a place.
fn around(text: &str, at: usize) -> String {
    let length = text.chars().count();
    let start = if length > SHOWN { at.saturating_sub(BEFORE) } else { 0 };
    let shown: String = text.chars().skip(start).take(SHOWN).collect();
    let (before, after) = (if start > 0 { "…" } else { "" }, if start + SHOWN < length { "…" } else { "" });
    [before, &shown, after].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, held: &str, expected: (usize, usize)) {
        let words: Vec<String> = text.split_whitespace().map(lower).collect();
        assert_eq!(found_in(held, &words, text), expected, "{text}: {held}");
    }

    #[test]
    fn words_are_found_in_any_case_and_numbers_by_their_digits() {
        check("cloud Native", "A native of the Cloud", (2, 16));
        check("cloud", "Nothing", (0, 0));
        check("415 555-0101", "+1 (415) 5550101", (2, 0));
        check("0101", "+1 415 555 0102", (0, 0));
        check("…", "Größe …", (1, 6));
    }

    #[test]
    fn a_long_text_is_shown_round_what_was_found() {
        let held = format!("{}needle{}", "a".repeat(200), "b".repeat(200));
        let shown = around(&held, 200);
        assert!(shown.starts_with("…aaa") && shown.contains("needle") && shown.ends_with("b…"), "{shown}");
        assert_eq!(shown.chars().count(), SHOWN + 2);
        assert_eq!(around("short", 3), "short");
    }
}
