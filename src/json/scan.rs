//! Going over JSON text in as few steps as possible: hosts count instructions, and most of what Salesforce sends is
//! looked at only once, to see that it is JSON.

/// Bytes of a text that are looked at together.
const STEP: usize = 16;
/// Lists and objects within each other that are followed; deeper ones are rare, and left to serde_json.
const MAX_DEPTH: u32 = 64;

/// The JSON value that a text is, without the space around it; nothing if it is none, or one that is nested very
/// deeply. So "nothing" has to be asked of serde_json again, which also says what is wrong.
/// <https://www.rfc-editor.org/rfc/rfc8259>
pub(super) fn value(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    let start = behind_space(bytes, 0);
    let end = behind_value(bytes, start)?;
    if behind_space(bytes, end) == bytes.len() { text.get(start..end) } else { None }
}

/// Behind the value that begins at a place; nothing if none does, or one that is nested very deeply.
pub(super) fn behind_value(bytes: &[u8], mut at: usize) -> Option<usize> {
    // A bit for each level, the innermost the lowest: set in objects.
    let mut levels = 0_u64;
    let mut depth = 0;
    loop {
        at = behind_space(bytes, at);
        let opening = *bytes.get(at)?;
        at = match opening {
            b'"' => behind_string(bytes, at)?,
            b'{' | b'[' => {
                at = behind_space(bytes, at + 1);
                // In ASCII the closing ones come two behind.
                if *bytes.get(at)? == opening + 2 {
                    at + 1
                } else if depth == MAX_DEPTH {
                    return None;
                } else {
                    depth += 1;
                    levels = (levels << 1) | u64::from(opening == b'{');
                    if opening == b'{' {
                        at = behind_name(bytes, at)?;
                    }
                    continue;
                }
            }
            b't' => behind_word(bytes, at, *b"true")?,
            b'f' => behind_word(bytes, at + 1, *b"alse")?,
            b'n' => behind_word(bytes, at, *b"null")?,
            _ => behind_number(bytes, at)?,
        };
        loop {
            if depth == 0 {
                return Some(at);
            }
            at = behind_space(bytes, at);
            let in_object = levels & 1 == 1;
            match *bytes.get(at)? {
                b',' if in_object => {
                    at = behind_name(bytes, behind_space(bytes, at + 1))?;
                    break;
                }
                b',' => {
                    at += 1;
                    break;
                }
                b'}' if in_object => {}
                b']' if !in_object => {}
                _ => return None,
            }
            at += 1;
            depth -= 1;
            levels >>= 1;
        }
    }
}

/// The place of the first quote, backslash or control character from a place on, or the end.
pub(super) fn end_of_plain(bytes: &[u8], mut at: usize) -> usize {
    while let Some(step) = step(bytes, at) {
        let found = ends(step);
        if found != 0 {
            return at + found.trailing_zeros() as usize;
        }
        at += STEP;
    }
    // What is behind the end is zero, which ends a text too.
    let rest = bytes.get(at..).unwrap_or_default();
    let mut last = [0; STEP];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    at + ends(u128::from_le_bytes(last)).trailing_zeros() as usize
}

/// How many bytes are the same from one place on as from another on; the last few of the text are not compared.
pub(super) fn same(bytes: &[u8], one: usize, other: usize) -> usize {
    let mut length = 0;
    while let (Some(first), Some(second)) = (step(bytes, one + length), step(bytes, other + length)) {
        if first != second {
            return length + (first ^ second).trailing_zeros() as usize / 8;
        }
        length += STEP;
    }
    length
}

/// The bytes at a place, the first the lowest.
#[inline]
fn step(bytes: &[u8], at: usize) -> Option<u128> {
    bytes.get(at..)?.first_chunk().copied().map(u128::from_le_bytes)
}

/// A bit for each byte that is a quote, a backslash or a control character.
#[cfg(target_feature = "simd128")]
#[inline]
fn ends(step: u128) -> u32 {
    use std::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, u64x2, v128_or};

    let bytes = u64x2(step as u64, (step >> 64) as u64);
    let quotes = u8x16_eq(bytes, u8x16_splat(b'"'));
    let backslashes = u8x16_eq(bytes, u8x16_splat(b'\\'));
    let controls = u8x16_lt(bytes, u8x16_splat(b' '));
    u32::from(u8x16_bitmask(v128_or(v128_or(quotes, backslashes), controls)))
}

#[cfg(not(target_feature = "simd128"))]
fn ends(step: u128) -> u32 {
    let is_end = |byte: u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    step.to_be_bytes().into_iter().fold(0, |found, byte| found << 1 | u32::from(is_end(byte)))
}

#[inline]
pub(super) fn behind_space(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t')) {
        at += 1;
    }
    at
}

fn behind_name(bytes: &[u8], at: usize) -> Option<usize> {
    let at = behind_space(bytes, behind_string(bytes, at)?);
    (*bytes.get(at)? == b':').then_some(at + 1)
}

pub(super) fn behind_string(bytes: &[u8], at: usize) -> Option<usize> {
    if *bytes.get(at)? != b'"' {
        return None;
    }
    let mut at = at + 1;
    loop {
        at = end_of_plain(bytes, at);
        match *bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => match *bytes.get(at + 1)? {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => at += 2,
                b'u' if bytes.get(at + 2..at + 6)?.iter().all(u8::is_ascii_hexdigit) => at += 6,
                _ => return None,
            },
            _ => return None,
        }
    }
}

fn behind_word(bytes: &[u8], at: usize, word: [u8; 4]) -> Option<usize> {
    (*bytes.get(at..)?.first_chunk()? == word).then_some(at + word.len())
}

fn behind_number(bytes: &[u8], mut at: usize) -> Option<usize> {
    at += usize::from(bytes.get(at) == Some(&b'-'));
    at = if bytes.get(at) == Some(&b'0') { at + 1 } else { behind_digits(bytes, at)? };
    if bytes.get(at) == Some(&b'.') {
        at = behind_digits(bytes, at + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        at += 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        at = behind_digits(bytes, at)?;
    }
    Some(at)
}

/// Behind one digit or more.
fn behind_digits(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    (at > start).then_some(at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use super::*;

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
    fn what_is_nested_too_deeply_is_left_to_others() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(value(&nested(64)).is_some());
        assert!(value(&nested(66)).is_none());
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
            assert_eq!(same(text.as_bytes(), 0, line.len() + 1), length);
        }
    }

    proptest! {
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
