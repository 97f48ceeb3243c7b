//! Going over JSON text in as few steps as possible: hosts count instructions, and most of what Salesforce sends is
//! looked at only once, to see that it is JSON.

/// Bytes of a text that are looked at together.
pub(crate) const STEP: usize = 16;
/// Lists and objects within each other that one number has bits for.
const LEVELS: usize = 64;
/// The bit that no place in a text has: a place with it is nowhere, which is also said of where a text turned out to be no
/// JSON. A place and nothing would be two numbers, which go through memory.
pub const NOWHERE: usize = 1 << (usize::BITS - 1);

/// Behind the value that begins at a place, which is neither a text nor a list nor an object.
#[inline]
pub(crate) fn behind_plain(bytes: &[u8], at: usize, opening: u8) -> usize {
    match opening {
        b't' => behind_word(bytes, at, *b"true"),
        b'f' => behind_word(bytes, at + 1, *b"alse"),
        b'n' => behind_word(bytes, at, *b"null"),
        _ => behind_number(bytes, at),
    }
}

/// Behind the value that begins at a place; nowhere if none does.
/// <https://www.rfc-editor.org/rfc/rfc8259>
#[inline(never)]
pub(crate) fn behind_value(bytes: &[u8], mut at: usize) -> usize {
    // A bit for each level, the innermost the lowest: set in objects. Of levels that are more than the bits, the outer ones
    // wait.
    let mut levels = 0_u64;
    let mut outer = Vec::new();
    let mut depth = 0_usize;
    loop {
        at = behind_space(bytes, at);
        let opening = byte(bytes, at);
        at = match opening {
            b'"' => behind_string(bytes, at),
            b'{' | b'[' => {
                at = behind_space(bytes, at + 1);
                // In ASCII the closing ones come two behind.
                if byte(bytes, at) == opening + 2 {
                    at + 1
                } else {
                    if depth.is_multiple_of(LEVELS) {
                        outer.push(levels);
                    }
                    depth += 1;
                    levels = (levels << 1) | u64::from(opening == b'{');
                    if opening == b'{' {
                        at = behind_name(bytes, at);
                    }
                    continue;
                }
            }
            opening => behind_plain(bytes, at, opening),
        };
        loop {
            if depth == 0 {
                return at;
            }
            at = behind_space(bytes, at);
            let in_object = levels & 1 == 1;
            match byte(bytes, at) {
                b',' if in_object => {
                    at = behind_name(bytes, behind_space(bytes, at + 1));
                    break;
                }
                b',' => {
                    at += 1;
                    break;
                }
                b'}' if in_object => {}
                b']' if !in_object => {}
                _ => return at | NOWHERE,
            }
            at += 1;
            depth -= 1;
            levels = if depth.is_multiple_of(LEVELS) { outer.pop().unwrap_or_default() } else { levels >> 1 };
        }
    }
}

/// Behind the list or object that begins at a place of a text that is known to be JSON. What lies within texts is told by
/// counting quotes, for many bytes at once.
pub(crate) fn behind_nested(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0_u32;
    let mut in_text = false;
    loop {
        while at < bytes.len() {
            let [quotes, backslashes, openings, closings] =
                marks(step(bytes, at).unwrap_or_else(|| last_step(bytes, at)));
            if quotes | backslashes | openings | closings == 0 {
                at += STEP;
                continue;
            }
            if backslashes != 0 {
                break;
            }
            // A bit is set where the quotes up to there are odd in number.
            let mut texts = quotes ^ (quotes << 1);
            texts ^= texts << 2;
            texts ^= texts << 4;
            texts ^= texts << 8;
            texts ^= u32::from(in_text).wrapping_neg();
            let mut brackets = (openings | closings) & !texts;
            while brackets != 0 {
                let lowest = brackets & brackets.wrapping_neg();
                depth = if openings & lowest == 0 { depth.saturating_sub(1) } else { depth + 1 };
                if depth == 0 {
                    return at + lowest.trailing_zeros() as usize + 1;
                }
                brackets ^= lowest;
            }
            in_text = texts & (1 << (STEP - 1)) != 0;
            at += STEP;
        }
        if at >= bytes.len() {
            return bytes.len();
        }
        // One by one where something is escaped.
        for _ in 0..STEP {
            match byte(bytes, at) {
                b'"' => in_text = !in_text,
                b'\\' => at += 1,
                _ if in_text => {}
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return at + 1;
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }
}

/// The place of the first quote, backslash or control character from a place on, or the end.
pub fn end_of_plain(bytes: &[u8], mut at: usize) -> usize {
    while let Some(step) = step(bytes, at) {
        let found = ends(step);
        if found != 0 {
            return at + found.trailing_zeros() as usize;
        }
        at += STEP;
    }
    // What is behind the end is zero, which ends a text too.
    at + ends(last_step(bytes, at)).trailing_zeros() as usize
}

/// A bit for each of the bytes from a place on that are looked at together and end a plain text.
#[inline(always)]
pub(crate) fn ends_at(bytes: &[u8], at: usize) -> u32 {
    ends(step(bytes, at).unwrap_or_else(|| last_step(bytes, at)))
}

/// The place of the first byte that is this one, from a place on; the end if there is none.
pub fn place_of(bytes: &[u8], mut at: usize, byte: u8) -> usize {
    while at < bytes.len() {
        let found = places(step(bytes, at).unwrap_or_else(|| last_step(bytes, at)), byte);
        if found != 0 {
            return at + found.trailing_zeros() as usize;
        }
        at += STEP;
    }
    bytes.len()
}

/// The place behind the number at a place of a text that is known to be JSON.
pub(crate) fn end_of_number(bytes: &[u8], mut at: usize) -> usize {
    loop {
        let found = number_ends(step(bytes, at).unwrap_or_else(|| last_step(bytes, at)));
        if found != 0 {
            return at + found.trailing_zeros() as usize;
        }
        at += STEP;
    }
}

/// The place of the first two bytes that are these, one behind the other, from a place on; nowhere if there are none.
pub fn place_of_pair(bytes: &[u8], mut at: usize, [first, second]: [u8; 2]) -> usize {
    while at < bytes.len() {
        let here = |at| step(bytes, at).unwrap_or_else(|| last_step(bytes, at));
        let found = places(here(at), first) & places(here(at + 1), second);
        if found != 0 {
            return at + found.trailing_zeros() as usize;
        }
        at += STEP;
    }
    NOWHERE
}

/// The place of the next quote from a place on behind which this ASCII letter or digit stands, a letter in any case; the
/// end if there is none.
pub fn place_of_text(bytes: &[u8], mut at: usize, first: u8) -> usize {
    // Whether the byte before is a quote.
    let mut quoted = 0;
    while at < bytes.len() {
        let lower = u128::from_le_bytes([0x20; STEP]) | step(bytes, at).unwrap_or_else(|| last_step(bytes, at));
        let quotes = places(lower, b'"') << 1 | quoted;
        let found = quotes & places(lower, first | 0x20);
        if found != 0 {
            return at + found.trailing_zeros() as usize - 1;
        }
        quoted = quotes >> STEP;
        at += STEP;
    }
    bytes.len()
}

/// Whether these two ASCII letters or digits stand somewhere one behind the other, letters in any case. Where there are two
/// others that differ from them as the cases do, it may say so too.
pub fn may_hold(bytes: &[u8], [first, second]: [u8; 2]) -> bool {
    let lower = |at| u128::from_le_bytes([0x20; STEP]) | step(bytes, at).unwrap_or_else(|| last_step(bytes, at));
    let mut at = 0;
    while at < bytes.len() {
        if places(lower(at), first | 0x20) & places(lower(at + 1), second | 0x20) != 0 {
            return true;
        }
        at += STEP;
    }
    false
}

/// Whether there is at least one byte, and each is an ASCII letter, a digit or an underscore.
pub(crate) fn is_word(bytes: &[u8]) -> bool {
    let mut at = 0;
    loop {
        let found = word_ends(step(bytes, at).unwrap_or_else(|| last_step(bytes, at)));
        if found != 0 {
            let end = at + found.trailing_zeros() as usize;
            return end > 0 && end >= bytes.len();
        }
        at += STEP;
    }
}

/// How many bytes are the same from one place on, up to an end, as from another on; the last few of the text are not
/// compared.
pub(crate) fn same(bytes: &[u8], one: usize, other: usize, end: usize) -> usize {
    let mut length = 0;
    for (first, second) in pairs(bytes, one).iter().zip(pairs(bytes, other)) {
        let others = |at: usize| others(u128::from_le_bytes(first[at]), u128::from_le_bytes(second[at]));
        let other = others(0) | others(1) << STEP;
        if other != 0 {
            return length + other.trailing_zeros() as usize;
        }
        length += 2 * STEP;
        if one + length >= end {
            break;
        }
    }
    length
}

/// The bytes from a place on, so many as are looked at together, and those behind them.
fn pairs(bytes: &[u8], at: usize) -> &[[[u8; STEP]; 2]] {
    bytes.get(at..).unwrap_or_default().as_chunks().0.as_chunks().0
}

/// The bytes at a place, the first the lowest; nothing where there are not enough.
#[inline]
fn step(bytes: &[u8], at: usize) -> Option<u128> {
    bytes.get(at..)?.first_chunk().copied().map(u128::from_le_bytes)
}

/// The same with zeros behind the end.
fn last_step(bytes: &[u8], at: usize) -> u128 {
    let mut last = [0; STEP];
    let rest = bytes.get(at..).unwrap_or_default();
    if let Some(start) = last.get_mut(..rest.len()) {
        start.copy_from_slice(rest);
    }
    u128::from_le_bytes(last)
}

/// A bit for each byte that is a quote, a backslash or a control character.
#[cfg(target_feature = "simd128")]
#[inline(always)]
fn ends(step: u128) -> u32 {
    use std::arch::wasm32::{u8x16_lt, u8x16_splat, v128_or};

    let bytes = vector(step);
    let controls = u8x16_lt(bytes, u8x16_splat(b' '));
    bits(v128_or(v128_or(equal(bytes, b'"'), equal(bytes, b'\\')), controls))
}

#[cfg(not(target_feature = "simd128"))]
fn ends(step: u128) -> u32 {
    bits(step, |byte| matches!(byte, b'"' | b'\\' | 0..0x20))
}

/// A bit for each byte that ends a number: a comma, a closing bracket, space, or the zero that is behind the end.
#[cfg(target_feature = "simd128")]
#[inline]
fn number_ends(step: u128) -> u32 {
    use std::arch::wasm32::{u8x16_le, u8x16_splat, v128_or};

    let bytes = vector(step);
    let closings = equal(v128_or(bytes, u8x16_splat(0x20)), b'}');
    bits(v128_or(v128_or(equal(bytes, b','), closings), u8x16_le(bytes, u8x16_splat(b' '))))
}

#[cfg(not(target_feature = "simd128"))]
fn number_ends(step: u128) -> u32 {
    bits(step, |byte| matches!(byte, b',' | b']' | b'}' | 0..=b' '))
}

/// A bit for each byte that is no ASCII letter, digit or underscore.
#[cfg(target_feature = "simd128")]
#[inline]
fn word_ends(step: u128) -> u32 {
    use std::arch::wasm32::{u8x16_lt, u8x16_splat, u8x16_sub, v128_or};

    let bytes = vector(step);
    let letters = u8x16_lt(u8x16_sub(v128_or(bytes, u8x16_splat(0x20)), u8x16_splat(b'a')), u8x16_splat(26));
    let digits = u8x16_lt(u8x16_sub(bytes, u8x16_splat(b'0')), u8x16_splat(10));
    bits(v128_or(v128_or(letters, digits), equal(bytes, b'_'))) ^ 0xFFFF
}

#[cfg(not(target_feature = "simd128"))]
fn word_ends(step: u128) -> u32 {
    bits(step, |byte| !(byte.is_ascii_alphanumeric() || byte == b'_'))
}

/// A bit for each byte that is this one.
#[cfg(target_feature = "simd128")]
fn places(step: u128, byte: u8) -> u32 {
    bits(equal(vector(step), byte))
}

#[cfg(not(target_feature = "simd128"))]
fn places(step: u128, byte: u8) -> u32 {
    bits(step, |one| one == byte)
}

/// A bit for each byte that is a quote, a backslash, an opening or a closing bracket.
#[cfg(target_feature = "simd128")]
#[inline]
fn marks(step: u128) -> [u32; 4] {
    use std::arch::wasm32::{u8x16_splat, v128_or};

    let bytes = vector(step);
    // In ASCII this bit tells braces from brackets.
    let braces = v128_or(bytes, u8x16_splat(0x20));
    [bits(equal(bytes, b'"')), bits(equal(bytes, b'\\')), bits(equal(braces, b'{')), bits(equal(braces, b'}'))]
}

#[cfg(not(target_feature = "simd128"))]
fn marks(step: u128) -> [u32; 4] {
    [
        bits(step, |byte| byte == b'"'),
        bits(step, |byte| byte == b'\\'),
        bits(step, |byte| matches!(byte, b'{' | b'[')),
        bits(step, |byte| matches!(byte, b'}' | b']')),
    ]
}

/// A bit for each byte that is another there.
#[cfg(target_feature = "simd128")]
#[inline(always)]
fn others(one: u128, other: u128) -> u32 {
    bits(std::arch::wasm32::u8x16_ne(vector(one), vector(other)))
}

#[cfg(not(target_feature = "simd128"))]
fn others(one: u128, other: u128) -> u32 {
    bits(one ^ other, |byte| byte != 0)
}

#[cfg(target_feature = "simd128")]
#[inline]
fn vector(step: u128) -> std::arch::wasm32::v128 {
    std::arch::wasm32::u64x2(step as u64, (step >> 64) as u64)
}

#[cfg(target_feature = "simd128")]
#[inline]
fn equal(bytes: std::arch::wasm32::v128, byte: u8) -> std::arch::wasm32::v128 {
    std::arch::wasm32::u8x16_eq(bytes, std::arch::wasm32::u8x16_splat(byte))
}

#[cfg(target_feature = "simd128")]
#[inline]
fn bits(bytes: std::arch::wasm32::v128) -> u32 {
    u32::from(std::arch::wasm32::u8x16_bitmask(bytes))
}

#[cfg(not(target_feature = "simd128"))]
fn bits(step: u128, is_meant: impl Fn(u8) -> bool) -> u32 {
    step.to_be_bytes().into_iter().fold(0, |found, byte| found << 1 | u32::from(is_meant(byte)))
}

/// The byte at a place; 0 behind the end, which stands nowhere in JSON.
#[inline]
pub fn byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or_default()
}

/// Behind any space. Nearly always there is none, which is seen where this is called.
#[inline(always)]
pub(crate) fn behind_space(bytes: &[u8], at: usize) -> usize {
    if byte(bytes, at) > b' ' { at } else { behind_spaces(bytes, at) }
}

#[inline(never)]
fn behind_spaces(bytes: &[u8], mut at: usize) -> usize {
    while matches!(byte(bytes, at), b' ' | b'\n' | b'\r' | b'\t') {
        at += 1;
    }
    at
}

fn behind_name(bytes: &[u8], at: usize) -> usize {
    let at = behind_space(bytes, behind_string(bytes, at));
    if byte(bytes, at) == b':' { at + 1 } else { at | NOWHERE }
}

pub(crate) fn behind_string(bytes: &[u8], mut at: usize) -> usize {
    if byte(bytes, at) != b'"' {
        return at | NOWHERE;
    }
    at += 1;
    loop {
        at = end_of_plain(bytes, at);
        match byte(bytes, at) {
            b'"' => return at + 1,
            b'\\' => match byte(bytes, at + 1) {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => at += 2,
                b'u' if bytes.get(at + 2..at + 6).is_some_and(|unit| unit.iter().all(u8::is_ascii_hexdigit)) => at += 6,
                _ => return at | NOWHERE,
            },
            _ => return at | NOWHERE,
        }
    }
}

fn behind_word(bytes: &[u8], at: usize, word: [u8; 4]) -> usize {
    let is_there = bytes.get(at..).and_then(<[u8]>::first_chunk).is_some_and(|bytes| *bytes == word);
    if is_there { at + word.len() } else { at | NOWHERE }
}

fn behind_number(bytes: &[u8], mut at: usize) -> usize {
    at += usize::from(byte(bytes, at) == b'-');
    at = if byte(bytes, at) == b'0' { at + 1 } else { behind_digits(bytes, at) };
    if byte(bytes, at) == b'.' {
        at = behind_digits(bytes, at + 1);
    }
    if let b'e' | b'E' = byte(bytes, at) {
        at += 1 + usize::from(matches!(byte(bytes, at + 1), b'+' | b'-'));
        at = behind_digits(bytes, at);
    }
    at
}

/// Behind one digit or more.
fn behind_digits(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while byte(bytes, at).is_ascii_digit() {
        at += 1;
    }
    if at > start { at } else { at | NOWHERE }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use super::*;
    use crate::Json;

    fn value(text: &str) -> Option<&str> {
        Json::parse(text).ok().map(Json::get)
    }

    #[test]
    fn a_pair_is_found_wherever_it_stands() {
        let text = "abcdefghijklmnopqrstuvwxyzab";
        let all = |pair: &[u8; 2]| {
            let next = |at: &usize| Some(place_of_pair(text.as_bytes(), at + 1, *pair));
            let first = place_of_pair(text.as_bytes(), 0, *pair);
            std::iter::successors(Some(first), next).take_while(|at| *at < NOWHERE).collect::<Vec<_>>()
        };
        assert_eq!(all(b"ab"), [0, 26]);
        assert_eq!(all(b"pq"), [15]);
        assert_eq!(all(b"ba"), [0; 0]);
        assert_eq!(all(b"b\0"), [27], "what is behind the end is zero");
    }

    #[test]
    fn a_text_is_found_by_its_first_letter_wherever_it_stands() {
        for length in 0..40 {
            let text = format!("{}\"Meter\":\"meter\"", "-".repeat(length));
            let first = place_of_text(text.as_bytes(), 0, b'm');
            let second = place_of_text(text.as_bytes(), first + 1, b'm');
            assert_eq!((first, second), (length, length + 8));
            assert_eq!(place_of_text(text.as_bytes(), second + 1, b'm'), text.len());
            assert_eq!(place_of_text(text.as_bytes(), 0, b'e'), text.len());
        }
    }

    #[test]
    fn a_pair_of_letters_is_held_in_any_case() {
        let text = "0123456789ABCdefghijkLmnopqrstuvwxyZ";
        for pair in text.as_bytes().windows(2) {
            for pair in [pair.to_ascii_lowercase(), pair.to_ascii_uppercase()] {
                assert!(may_hold(text.as_bytes(), [pair[0], pair[1]]), "{pair:?}");
            }
        }
        for pair in ["ac", "21", "za", "z0"] {
            assert!(!may_hold(text.as_bytes(), [pair.as_bytes()[0], pair.as_bytes()[1]]), "{pair}");
        }
    }

    #[test]
    fn a_word_has_letters_digits_and_underscores_alone() {
        for length in 0..40 {
            let word: String = "azAZ09_".chars().cycle().take(length).collect();
            assert_eq!(is_word(word.as_bytes()), length > 0, "{word}");
            for other in ["@", "[", "`", "{", "/", ":", "-", " ", "\0", "ä", "\u{7f}"] {
                assert!(!is_word([&word, other].concat().as_bytes()), "{word}{other}");
                assert!(!is_word([other, &word].concat().as_bytes()), "{other}{word}");
            }
        }
    }

    fn by_serde(text: &str) -> Option<&str> {
        serde_json::from_str::<&RawValue>(text).ok().map(RawValue::get)
    }

    #[test]
    fn what_is_nearly_json_is_told_from_json() {
        for text in [
            "",
            " ",
            "{",
            "[",
            "{]",
            "[}",
            "[1}",
            "{\"a\":1]",
            "[1,]",
            "[,1]",
            "{,}",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "{\"a\":1,}",
            "{\"a\" 1}",
            "nul",
            "nulls",
            "True",
            "1 2",
            "[1 2]",
            "01",
            "-",
            "-01",
            "+1",
            ".5",
            "1.",
            "1.e5",
            "1e",
            "1e+",
            "1e+5x",
            "\"",
            "\"\\\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\u12g4\"",
            "\"\u{1}\"",
            "\"a\nb\"",
            "\"a\" b",
            "[]]",
            "{}}",
            "\u{feff}1",
            "\u{a0}1",
        ] {
            assert_eq!((value(text), by_serde(text)), (None, None), "{text:?}");
        }
        for text in [
            " null ",
            "true",
            "false",
            "0",
            "-0",
            "-0.0e-0",
            "10.25E+3",
            "1e5",
            "\"\"",
            "\"\\u00e4\\ud83d\\\"\"",
            "[]",
            "[ ]",
            "{}",
            "{ }",
            " [ 1 , { \"a\" : [ ] , \"\" : { } } , \"ä\u{7f}😀\" ] ",
            "\r\n\t[\r\n\t]\r\n\t",
        ] {
            assert_eq!(value(text), by_serde(text), "{text:?}");
            assert!(value(text).is_some(), "{text:?}");
        }
    }

    #[test]
    fn lists_and_objects_are_told_apart_however_deeply_they_lie() {
        for depth in [1, 63, 64, 65, 127, 128, 129, 1000] {
            let closed = |closing: &str| format!("{}1{closing}", "[{\"a\":".repeat(depth));
            assert!(value(&closed(&"}]".repeat(depth))).is_some(), "{depth}");
            assert!(value(&closed(&"}]".repeat(depth - 1))).is_none(), "{depth}");
            assert!(value(&closed(&"}]".repeat(depth + 1))).is_none(), "{depth}");
            for wrong in [0, depth / 2, depth - 1] {
                let closing = format!("{}]}}{}", "}]".repeat(wrong), "}]".repeat(depth - 1 - wrong));
                assert!(value(&closed(&closing)).is_none(), "{wrong} of {depth}");
            }
        }
    }

    #[test]
    fn a_plain_text_ends_at_each_of_its_ends_wherever_they_stand() {
        for length in 0..40 {
            for end in ['"', '\\', '\n', '\0', '\u{1f}'] {
                let text =
                    format!("{}{end}\"\u{1}", "aä !\u{7f}\u{20}".chars().cycle().take(length).collect::<String>());
                assert_eq!(end_of_plain(text.as_bytes(), 0), text.find(end).unwrap(), "{text:?}");
            }
        }
    }

    #[test]
    fn what_is_the_same_is_counted_up_to_the_first_difference() {
        let line = "0123456789abcdefghijklmnopqrstuvwxyz";
        for length in 0..line.len() {
            let text = format!("{line}|{}!{}", &line[..length], "-".repeat(40));
            assert_eq!(same(text.as_bytes(), 0, line.len() + 1, line.len()), length);
        }
    }

    proptest! {
        #[test]
        fn behind_a_list_is_where_it_ends(texts in prop::collection::vec("[a\\\\\"{}\\[\\], ä]{0,20}", 0..8), depth in 0_usize..20) {
            let list = serde_json::to_string(&texts).unwrap();
            let list = format!("{}{list}{}", "[{\"a\":".repeat(depth), "}]".repeat(depth));
            prop_assert_eq!(behind_nested(list.as_bytes(), 0), list.len());
            let followed = format!("{list},[\"{}\"]", "a".repeat(20));
            prop_assert_eq!(behind_nested(followed.as_bytes(), 0), list.len());
        }

        #[test]
        fn what_counts_as_json_is_json(pieces in prop::collection::vec(
            prop::sample::select(vec![
                "{", "}", "[", "]", ",", ":", "\"", "\"a\"", "\"a\":", "\\", "\\u00", "1", "-", ".", "e", "0", "true",
                "null", " ", "\n", "ä", "\u{1}",
            ]), 0..12,
        )) {
            let text = pieces.concat();
            prop_assert_eq!(value(&text), by_serde(&text));
        }
    }
}
