//! What is JSON: where a value ends, or that none begins.
//!
//! <https://www.rfc-editor.org/rfc/rfc8259>

use crate::scan::{NOWHERE, byte, end_of_plain_within};

/// Lists and objects within each other that one number has bits for.
const LEVELS: usize = 64;

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
        at = end_of_plain_within(bytes, at);
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

    use crate::Json;

    fn value(text: &str) -> Option<&str> {
        Json::parse(text).ok().map(Json::get)
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

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_096))]

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
