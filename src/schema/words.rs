//! Words: labels made of API names, names compared as people compare them, and how near two of them are.

use crate::json::{byte, place_of_pair, push_all};
use crate::lower::letter;
use crate::sort::by_rank;

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
    rest.split_once("__").map_or(rest, |(_, local)| local)
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
        Some(b'a'..=b'z' | b'0'..=b'9') => (Class::Lower, 1),
        Some(b'A'..=b'Z') => (Class::Upper, 1),
        Some(0..128) => (Class::Between, 1),
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

/// Whether the words of an API name are these letters.
pub(super) fn name_folds_to(name: &str, folded: &str) -> bool {
    folds_to(local_name(name), folded)
}

/// The words of a text, folded, each in the singular, one after the other in a buffer that is used again: hundreds of
/// labels are compared in one call, and hosts count instructions.
pub(super) fn each_word(text: &str, mut each: impl FnMut(&[u8])) {
    let mut word = [0; MAX_WORD_BYTES];
    for part in split(text) {
        let mut length = 0;
        if part.is_ascii() {
            length = part.len().min(MAX_WORD_BYTES);
            word[..length].copy_from_slice(&part.as_bytes()[..length]);
            word[..length].make_ascii_lowercase();
        } else {
            for byte in fold(part).bytes().take(MAX_WORD_BYTES) {
                word[length] = byte;
                length += 1;
            }
        }
        length = singular(&mut word[..length]);
        if length > 0 {
            each(&word[..length]);
        }
    }
}

/// Words are compared by this many bytes; longer ones don't occur in labels.
const MAX_WORD_BYTES: usize = 32;

/// The words of a text, folded, each in the singular.
pub(super) fn tokens(text: &str) -> Vec<Vec<u8>> {
    let mut tokens = Vec::new();
    each_word(text, |word| tokens.push(word.to_vec()));
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

/// What was typed, prepared for comparing with many names.
pub(super) struct Typed {
    tokens: Vec<Vec<u8>>,
    letters: Vec<u8>,
}

impl Typed {
    pub(super) fn new(text: &str) -> Self {
        // Of "Plans__c" only "Plans" says anything.
        let mut tokens = tokens(local_name(text));
        let letters = tokens.concat();
        // Every lookup has "ID" in its label.
        if tokens.len() > 1 {
            tokens.retain(|token| token != b"id");
        }
        Self { letters, tokens }
    }

    /// How near a name is, 0 to 100; below 40 nobody would call it near.
    pub(super) fn likeness(&self, name: &str) -> u32 {
        let mut theirs = [0; 2 * MAX_WORD_BYTES];
        let (mut length, mut words) = (0, 0);
        let mut best = vec![0; self.tokens.len()];
        each_word(name, |word| {
            words += 1;
            for (token, best) in self.tokens.iter().zip(&mut best) {
                *best = affinity(token, word).max(*best);
            }
            let kept = word.len().min(theirs.len() - length);
            theirs[length..length + kept].copy_from_slice(&word[..kept]);
            length += kept;
        });
        let (ours, most) = (self.tokens.len().max(1) as u32, self.tokens.len().max(words).max(1) as u32);
        let shared: u32 = best.iter().sum();
        // A word of ours that is missing counts more than one of theirs: "employees" is near "Number Of Employees".
        let by_words = (shared / ours * 2 + shared / most) / 3;
        by_words.max(self.spelling(&theirs[..length]))
    }

    /// Nearly the same letters.
    fn spelling(&self, theirs: &[u8]) -> u32 {
        let longest = self.letters.len().max(theirs.len());
        // Short words share half their letters by chance.
        let most = longest * 2 / 5;
        if longest == 0 || longest > 2 * MAX_WORD_BYTES || least_distance(&self.letters, theirs) > most {
            return 0;
        }
        let distance = distance(&self.letters, theirs);
        if distance > most { 0 } else { ((longest - distance) * 100 / longest) as u32 }
    }
}

/// How near two words are: the same, the beginning of the other, or nothing.
fn affinity(ours: &[u8], theirs: &[u8]) -> u32 {
    if ours == theirs {
        return 100;
    }
    let (short, long) = if ours.len() < theirs.len() { (ours, theirs) } else { (theirs, ours) };
    if short.len() >= 3 && long.starts_with(short) { 70 } else { 0 }
}

/// What the distance can't be below, by the letters that only one of the two has; it spares most comparisons.
fn least_distance(a: &[u8], b: &[u8]) -> usize {
    let mut surplus = [0_i8; 32];
    a.iter().for_each(|byte| surplus[usize::from(byte & 31)] += 1);
    b.iter().for_each(|byte| surplus[usize::from(byte & 31)] -= 1);
    let (mut more, mut less) = (0, 0);
    for count in surplus {
        if count > 0 { more += count as usize } else { less += usize::from(count.unsigned_abs()) }
    }
    more.max(less)
}

/// Letters to insert, drop, replace or swap with their neighbour (optimal string alignment). Both at most
/// `2 * MAX_WORD_BYTES` long.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut rows = [[0_u8; 2 * MAX_WORD_BYTES + 1]; 3];
    let [before, last, row] = &mut rows;
    let (mut before, mut last, mut row) = (before, last, row);
    (0..=b.len()).for_each(|j| last[j] = j as u8);
    for (i, x) in a.iter().enumerate() {
        row[0] = i as u8 + 1;
        for (j, y) in b.iter().enumerate() {
            let mut cost = (last[j] + u8::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                cost = cost.min(before[j - 1] + 1);
            }
            row[j + 1] = cost;
        }
        (before, last, row) = (last, row, before);
    }
    usize::from(last[b.len()])
}

/// The five nearest of some names, nearest first; among equals the first stays first.
pub(super) fn nearest<T>(candidates: impl Iterator<Item = (u32, T)>) -> Vec<T> {
    let near = candidates.filter(|(likeness, _)| *likeness >= 40);
    let mut near = by_rank(near.map(|(likeness, name)| (100 - likeness.min(100), name)));
    near.truncate(5);
    near
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

    #[test]
    fn names_compare_without_case_space_and_punctuation() {
        assert_eq!(fold("Billing State/Province"), "billingstateprovince");
        assert_eq!(fold("D-U-N-S Größe"), "dunsgröße");
    }

    #[test]
    fn plurals_fold_to_the_singular_and_other_words_stay() {
        assert_eq!(tokens("Employees companies boxes matches").join(&b' '), b"employee company box match");
        assert_eq!(tokens("Address status SicDesc Größen").join(&b' '), "address status sic desc größen".as_bytes());
    }

    #[test]
    fn a_distance_counts_inserted_dropped_replaced_and_swapped_letters() {
        let distance = |a: &str, b: &str| {
            let distance = distance(a.as_bytes(), b.as_bytes());
            assert!(least_distance(a.as_bytes(), b.as_bytes()) <= distance);
            distance
        };
        assert_eq!(distance("industry", "industry"), 0);
        assert_eq!(distance("indsutry", "industry"), 1);
        assert_eq!(distance("industy", "industry"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn a_shared_word_makes_names_near() {
        assert!(Typed::new("employees").likeness("Number Of Employees") >= 40);
        assert!(Typed::new("headcount").likeness("Number Of Employees") < 40);
        assert!(Typed::new("Indutry").likeness("Industry") > 80);
    }
}
