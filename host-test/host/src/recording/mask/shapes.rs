//! What a text is by its looks alone: a word, a name, a number, a date, an id, a code.

use crate::recording::words::{DATE_LITERALS, HEADER_WORDS};

/// Whether a character is of a word: letters, digits, and every sign beyond ASCII that is no space or punctuation, since
/// a name may be made of those.
pub(super) fn is_word(character: char) -> bool {
    let is_punctuation = matches!(
        character,
        '\u{80}'..='\u{bf}' | '×' | '÷' | '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff0f}'
            | '\u{ff1a}'..='\u{ff20}' | '\u{2190}'..='\u{21ff}'
    );
    character.is_alphanumeric() || (!character.is_ascii() && !is_punctuation && !character.is_whitespace())
}

pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !is_word(character)).filter(|word| !word.is_empty())
}

/// The words of a name or label, in lower case: a capital after a small letter begins one.
pub(super) fn parts(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for word in words(text) {
        let mut part = String::new();
        for character in word.chars() {
            if character.is_uppercase() && part.ends_with(char::is_lowercase) {
                parts.push(std::mem::take(&mut part).to_lowercase());
            }
            part.push(character);
        }
        parts.push(part.to_lowercase());
    }
    parts
}

/// A name or label without what stands between its words, in lower case.
pub(super) fn joined(text: &str) -> String {
    words(text).flat_map(str::chars).flat_map(char::to_lowercase).collect()
}

/// What the plugin and Salesforce call the columns of groups.
pub(super) fn is_alias(name: &str) -> bool {
    let numbered = |prefix: &str| name.strip_prefix(prefix).is_some_and(is_number);
    numbered("g") || numbered("m") || numbered("expr")
}

pub(super) fn is_api_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `5`, `2.50`.
pub(super) fn is_decimal(text: &str) -> bool {
    text.split('.').count() <= 2 && text.split('.').all(is_number)
}

/// `v65.0`.
pub(super) fn is_version(text: &str) -> bool {
    text.strip_prefix('v')
        .and_then(|version| version.strip_suffix(".0"))
        .is_some_and(|number| number.len() < 4 && is_number(number))
}

/// `INVALID_FIELD`, `invalid_grant`.
pub(super) fn is_code(text: &str) -> bool {
    let of = |is: fn(&u8) -> bool| text.bytes().all(|byte| is(&byte) || byte == b'_' || byte.is_ascii_digit());
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.len() <= 80
        && (of(u8::is_ascii_uppercase) || (of(u8::is_ascii_lowercase) && text.contains('_')))
}

/// The id of what is nobody's, such as the master record type, is the same everywhere.
pub(super) fn is_everybodys_id(word: &str) -> bool {
    word.len() >= 15 && word.bytes().skip(3).take(12).all(|byte| byte == b'0')
}

/// `Tue, 12 May 2026 15:00:00 GMT`, and nothing else.
pub(super) fn is_http_date(text: &str) -> bool {
    let pieces: Vec<&str> = text.split([' ', ',', ':']).filter(|piece| !piece.is_empty()).collect();
    let [_, day, _, year, hour, minute, second, "GMT"] = pieces.as_slice() else { return false };
    [day, year, hour, minute, second].into_iter().all(|number| is_number(number))
        && words(text).all(|word| is_number(word) || HEADER_WORDS.contains(word.to_lowercase().as_str()))
}

/// A date that there is, or an instant of it, and nothing else.
pub(super) fn is_date(text: &str) -> bool {
    let Some((date, time)) = text.split_at_checked(10) else { return false };
    let numbers: Vec<&str> = date.split('-').collect();
    let [year, month, day] = numbers.as_slice() else { return false };
    let within = |text: &str, digits: usize, least: u32, most: u32| {
        text.len() == digits
            && is_number(text)
            && text.parse().is_ok_and(|number: u32| (least..=most).contains(&number))
    };
    let is_day = within(year, 4, 1700, 4000) && within(month, 2, 1, 12) && within(day, 2, 1, 31);
    let clock = time.strip_prefix(['T', ' ']).unwrap_or_default();
    let is_time = clock.len() >= 5 && clock.len() <= 18 && {
        let (hour, rest) = clock.split_at_checked(2).unwrap_or_default();
        let minute = rest.get(1..3).unwrap_or_default();
        within(hour, 2, 0, 24)
            && rest.starts_with(':')
            && within(minute, 2, 0, 59)
            && rest.bytes().all(|byte| byte.is_ascii_digit() || b":.+-Z".contains(&byte))
    };
    is_day && (time.is_empty() || is_time)
}

/// `LAST_N_DAYS:30`, `TODAY`.
pub(super) fn is_date_literal(text: &str) -> bool {
    let (name, number) = text.split_once(':').unwrap_or((text, "0"));
    is_number(number) && DATE_LITERALS.contains(name.to_lowercase().as_str()) && name.to_uppercase() == name
}

/// Whether a word is a record's id: 18 characters whose checksum fits, or 15 that begin as ids do.
pub(super) fn is_id(word: &str) -> bool {
    let alphanumeric = word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match word.len() {
        18 if alphanumeric => {
            let (short, sum) = word.split_at(15);
            checksum(short) == sum
        }
        15 if alphanumeric => {
            word.starts_with(|first: char| first.is_ascii_digit())
                && word.bytes().filter(u8::is_ascii_digit).count() >= 3
                && word.bytes().any(|byte| byte.is_ascii_alphabetic())
        }
        _ => false,
    }
}

/// The three characters that say which of the fifteen before them are capitals.
pub(super) fn checksum(short: &str) -> String {
    let sum = |chunk: &[u8]| {
        let capitals = chunk.iter().enumerate().filter(|(_, byte)| byte.is_ascii_uppercase());
        let bits: usize = capitals.map(|(at, _)| 1 << at).sum();
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345".get(bits).map_or('A', |byte| char::from(*byte))
    };
    short.as_bytes().chunks(5).map(sum).collect()
}
