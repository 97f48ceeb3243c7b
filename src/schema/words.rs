//! Words: labels made of API names, names compared as people compare them, and how near two of them are.

use crate::json::{byte, may_hold, place_of_pair, push_all};
use crate::lower::letter;
use crate::within::split_around;

/// The label Salesforce would give to an API name: "BillingCity" is "Billing City", "npsp__Batch_Id__c" "Batch ID".
pub(super) fn label(name: &str) -> String {
    let name = local_name(name);
    let mut label = String::with_capacity(name.len() + 4);
    let bytes = name.as_bytes();
    let (mut start, mut last) = (0, b'_');
    for end in 0..=bytes.len() {
        // Behind the end is what is in no word.
        let this = byte(bytes, end);
        let is_between = this.is_ascii() && !this.is_ascii_alphanumeric();
        let begins = this.is_ascii_uppercase() && (!last.is_ascii_uppercase() || is_lower(byte(bytes, end + 1)));
        if is_between || begins {
            let word = name.get(start..end).unwrap_or_default();
            if !word.is_empty() {
                let space = if label.is_empty() { "" } else { " " };
                push_all(&mut label, [space, if word == "Id" { "ID" } else { word }, ""]);
            }
            start = end + usize::from(is_between);
        }
        last = this;
    }
    label
}

/// Whether a label is what [`label`] makes of an API name, which is ASCII. Of each field that is described this is asked,
/// so it goes over both once.
pub(super) fn is_label(label: &str, name: &str) -> bool {
    let name = local_name(name).as_bytes();
    let mut label = label.bytes();
    let at = |place: usize| name.get(place).copied().unwrap_or(b'_');
    let mut last = b'_';
    let mut is_first = true;
    for (place, byte) in name.iter().enumerate() {
        let next = at(place + 1);
        let starts = last == b'_' || byte.is_ascii_uppercase() && (!last.is_ascii_uppercase() || is_lower(next));
        let expected = match byte {
            b'_' => None,
            // The word "Id", for a word begins with any letter in upper case before one in lower case.
            b'd' if last == b'I' && !is_lower(next) => Some(b'D'),
            byte => Some(*byte),
        };
        last = *byte;
        let Some(expected) = expected else { continue };
        if starts && !is_first && label.next() != Some(b' ') || label.next() != Some(expected) {
            return false;
        }
        is_first = false;
    }
    label.next().is_none()
}

/// The plural that a label usually has.
pub(super) fn plural(label: &str) -> String {
    let (stem, ending) = plural_parts(label);
    [stem, ending].concat()
}

/// Whether this is the [`plural`] of a label.
pub(super) fn is_plural(plural: &str, label: &str) -> bool {
    let (stem, ending) = plural_parts(label);
    plural.strip_prefix(stem) == Some(ending)
}

fn plural_parts(label: &str) -> (&str, &'static str) {
    match label.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => (stem, "ies"),
        _ => (label, "s"),
    }
}

/// Whether a word goes on with it that began in upper case.
fn is_lower(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// The path name of a lookup's parent: `OwnerId` goes through `Owner`, `Plan__c` through `Plan__r`.
pub(super) fn relationship(field: &str) -> Option<String> {
    match field.strip_suffix("__c") {
        Some(custom) => Some(format!("{custom}__r")),
        None => field.strip_suffix("Id").map(str::to_owned),
    }
}

/// The field that a path name most likely goes through.
pub(super) fn lookup(relationship: &str) -> String {
    match relationship.strip_suffix("__r") {
        Some(custom) => [custom, "__c"].concat(),
        None => [relationship, "Id"].concat(),
    }
}

/// A name without the namespace of its package and without the suffix that says what is custom.
pub(super) fn local_name(name: &str) -> &str {
    // `Name`, `Local__c` or `ns__Local__c`.
    let Some((rest, _suffix)) = suffixed(name) else { return name };
    split_around(rest, "__").map_or(rest, |(_, local)| local)
}

/// What stands before and behind the last two underscores of a name. Most have none.
pub(super) fn suffixed(name: &str) -> Option<(&str, &str)> {
    let bytes = name.as_bytes();
    let (mut at, mut next) = (None, place_of_pair(bytes, 0, *b"__"));
    while next < bytes.len() {
        at = Some(next);
        next = place_of_pair(bytes, next + 1, *b"__");
    }
    let at = at?;
    Some((name.get(..at)?, name.get(at + 2..)?))
}

/// The words of a name or label: between spaces and punctuation, and where lower case turns to upper.
pub(super) fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = scan(rest, |class, _, _| class != Class::Between);
        rest = &rest[start..];
        // "AccountId" breaks before "Id"; "SICDesc" before "Desc".
        let end = scan(rest, |class, last, next| match class {
            Class::Between => true,
            Class::Upper => last == Class::Lower || last == Class::Upper && next == Class::Lower,
            Class::Lower => false,
        });
        let (word, after) = rest.split_at(end);
        rest = after;
        if word.is_empty() { None } else { Some(word) }
    })
}

/// A character as far as the borders of words go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Between,
    Upper,
    /// Also digits, and letters that have no case.
    Lower,
}

fn class_of(byte: u8) -> Class {
    match byte {
        b'a'..=b'z' | b'0'..=b'9' => Class::Lower,
        b'A'..=b'Z' => Class::Upper,
        _ => Class::Between,
    }
}

/// Where the first character is at which to stop, told by its own class and those before and after it.
fn scan(text: &str, stop: impl Fn(Class, Class, Class) -> bool) -> usize {
    let (mut at, mut last) = (0, Class::Between);
    let (mut class, mut length) = classify(text, 0);
    while length > 0 {
        let (next, next_length) = classify(text, at + length);
        if stop(class, last, next) {
            break;
        }
        at += length;
        (last, class, length) = (class, next, next_length);
    }
    at
}

/// The class of the character at a place, and its length, which is 0 at the end. Nearly all are ASCII, and for those
/// the tables of Unicode are not asked.
fn classify(text: &str, at: usize) -> (Class, usize) {
    match text.as_bytes().get(at) {
        None => (Class::Between, 0),
        Some(byte @ 0..128) => (class_of(*byte), 1),
        Some(_) => match text[at..].chars().next() {
            Some(c) if c.is_uppercase() => (Class::Upper, c.len_utf8()),
            Some(c) if c.is_alphanumeric() => (Class::Lower, c.len_utf8()),
            other => (Class::Between, other.map_or(0, char::len_utf8)),
        },
    }
}

/// The letters and digits of a text in lower case, which two names must share to be the same for people.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        // Lower case of other letters may be several, and comes from a table.
        if c.is_ascii() {
            if c.is_ascii_alphanumeric() {
                folded.push(c.to_ascii_lowercase());
            }
        } else if c.is_alphanumeric() {
            folded.push(letter(c));
        }
    }
    folded
}

/// Whether a text folds to this; most texts differ in their first letters, and then no copy is made.
pub(super) fn folds_to(text: &str, folded: &str) -> bool {
    if !text.is_ascii() {
        return fold(text) == folded;
    }
    let letters = text.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase());
    letters.eq(folded.bytes())
}

/// Whether a text may fold to this: most begin with another letter.
pub(super) fn may_fold_to(text: &str, folded: &str) -> bool {
    let first = text.bytes().find(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii());
    first.is_none_or(|first| !first.is_ascii() || first.to_ascii_lowercase() == byte(folded.as_bytes(), 0))
}

/// Whether the words of an API name are these letters.
pub(super) fn name_folds_to(name: &str, folded: &str) -> bool {
    folds_to(local_name(name), folded)
}

/// The words of a text, folded, each in the singular, one after the other in a buffer that is used again: hundreds of
/// labels are compared in one call, and hosts count instructions.
pub(super) fn each_word(text: &str, each: &mut dyn FnMut(&[u8])) {
    let mut word = [0; MAX_WORD_BYTES];
    let mut each_singular = |word: &mut [u8]| {
        let length = singular(word);
        if length > 0 {
            each(&word[..length]);
        }
    };
    if !text.is_ascii() {
        for part in split(text) {
            let folded = fold(part);
            let length = folded.len().min(MAX_WORD_BYTES);
            word[..length].copy_from_slice(&folded.as_bytes()[..length]);
            each_singular(&mut word[..length]);
        }
        return;
    }
    // What `split` does, letter by letter: nearly all labels are ASCII.
    let (mut length, mut last) = (0, Class::Between);
    let bytes = text.as_bytes();
    for (place, letter) in bytes.iter().enumerate() {
        let class = class_of(*letter);
        let is_end = match class {
            Class::Between => true,
            Class::Upper => last == Class::Lower || last == Class::Upper && is_lower(byte(bytes, place + 1)),
            Class::Lower => false,
        };
        last = class;
        if is_end {
            each_singular(&mut word[..length]);
            length = 0;
        }
        if class != Class::Between
            && let Some(place) = word.get_mut(length)
        {
            *place = letter.to_ascii_lowercase();
            length += 1;
        }
    }
    each_singular(&mut word[..length]);
}

/// Whether a word of a text may begin as this one does, which is folded. Most are seen not to, before the text is taken
/// apart.
pub(super) fn may_begin_in(text: &str, word: &[u8]) -> bool {
    match *word {
        [first, second, ..] if first.is_ascii() && second.is_ascii() && text.is_ascii() => {
            may_hold(text.as_bytes(), [first, second])
        }
        _ => true,
    }
}

/// Words are compared by this many bytes; longer ones don't occur in labels.
pub(super) const MAX_WORD_BYTES: usize = 32;

/// The words of a text, folded, each in the singular.
pub(super) fn tokens(text: &str) -> Vec<Vec<u8>> {
    let mut tokens = Vec::new();
    each_word(text, &mut |word| tokens.push(word.to_vec()));
    tokens
}

/// Turns a word to the singular in place and returns its new length. English plurals only: elsewhere it folds both
/// sides alike, which does no harm.
fn singular(word: &mut [u8]) -> usize {
    let length = word.len();
    match word {
        [.., stem @ b'i', b'e', b's'] if length > 4 => {
            *stem = b'y';
            length - 2
        }
        [.., b's', b's', b'e', b's'] | [.., b'x', b'e', b's'] | [.., b'c' | b's', b'h', b'e', b's'] if length > 4 => {
            length - 2
        }
        [.., b's' | b'u' | b'i', b's'] => length,
        [.., b's'] if length > 3 => length - 1,
        _ => length,
    }
}

/// Text on one line, without space at its ends.
pub(super) fn one_line(text: &str) -> String {
    if !text.bytes().any(|byte| byte.is_ascii_control()) {
        return text.trim().to_owned();
    }
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_label_that_is_the_words_of_its_name_is_known_as_such() {
        for name in ["Name", "AccountId", "NumberOfEmployees", "SICDesc", "ns__Local__c", "Plan__c", "A1Id"] {
            assert!(is_label(&label(name), name), "{name}");
            for other in ["", "Name Of", "name", &format!("{} ", label(name)), &format!(" {}", label(name))] {
                assert!(!is_label(other, name), "{name}: {other}");
            }
        }
        assert!(!is_label("Account Id", "AccountId"));
    }

    proptest! {
        #[test]
        fn a_label_is_that_of_a_name_where_it_is_made_of_it(
            name in "[A-C]?(Id|ID|[A-Cabd]|_{1,2}|[0-9]|Id){0,6}(__c)?", other in "(Id|ID|A|d| |b){0,5}",
        ) {
            prop_assert!(is_label(&label(&name), &name), "{} of {name}", label(&name));
            prop_assert_eq!(is_label(&other, &name), other == label(&name), "{} of {}", other, name);
        }
    }

    #[test]
    fn a_label_is_made_of_an_api_name() {
        for (name, expected) in [
            ("BillingCity", "Billing City"),
            ("AccountId", "Account ID"),
            ("NumberOfEmployees", "Number Of Employees"),
            ("npsp__Batch_Id__c", "Batch ID"),
            ("Level__c", "Level"),
            ("SICDesc", "SIC Desc"),
            ("Id", "ID"),
        ] {
            assert_eq!(label(name), expected, "{name}");
        }
    }

    proptest! {
        #[test]
        fn words_of_ascii_are_those_of_any_text(text in "[a-cA-C0-9_ .-]{0,40}") {
            let mut words = Vec::new();
            each_word(&text, &mut |word| words.push(word.to_vec()));
            let mut expected = Vec::new();
            for part in split(&text) {
                let mut word = part.to_ascii_lowercase().into_bytes();
                word.truncate(MAX_WORD_BYTES);
                let length = singular(&mut word);
                expected.push(word[..length].to_vec());
            }
            prop_assert_eq!(words, expected);
        }
    }

    #[test]
    fn names_compare_without_case_space_and_punctuation() {
        assert_eq!(fold("Billing State/Province"), "billingstateprovince");
        assert_eq!(fold("D-U-N-S Größe"), "dunsgröße");
    }

    proptest! {
        #[test]
        fn what_folds_to_a_text_may_fold_to_it(text in "[aAä _.1]{0,4}") {
            prop_assert!(may_fold_to(&text, &fold(&text)), "{}", text);
        }
    }

    #[test]
    fn plurals_fold_to_the_singular_and_other_words_stay() {
        assert_eq!(tokens("Employees companies boxes matches").join(&b' '), b"employee company box match");
        assert_eq!(tokens("Address status SicDesc Größen").join(&b' '), "address status sic desc größen".as_bytes());
    }
}
