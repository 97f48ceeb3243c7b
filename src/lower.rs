//! Texts in lower case, as far as people compare names.
//!
//! The standard library knows every script that has two cases, by a table of 12 kB, which is more than this whole
//! component can spare: here are the letters of Latin, Greek, Cyrillic and Armenian, and whatever else there is stays as it is.

use crate::chunk::CHUNK;
use crate::json::{end_of_ascii, lower_ascii};

/// A text in lower case, its letters one by one.
pub(crate) fn lower(text: &str) -> String {
    // Of a short one to look at many bytes at once takes longer.
    if text.len() < CHUNK && text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut lowered = String::with_capacity(text.len());
    let mut rest = text;
    // What is ASCII is most of nearly every text, and lowered at once.
    loop {
        let (ascii, others) = rest.split_at(end_of_ascii(rest.as_bytes(), 0));
        lowered.push_str(ascii);
        let mut characters = others.chars();
        let Some(character) = characters.next() else { break };
        lowered.push(letter(character));
        rest = characters.as_str();
    }
    lower_ascii(lowered)
}

/// Letters of which every second one is the small letter of the one before.
const PAIRS: [(u32, u32); 18] = [
    (0x100, 0x12e),
    (0x132, 0x136),
    (0x139, 0x147),
    (0x14a, 0x176),
    (0x179, 0x17d),
    (0x1a0, 0x1a4),
    (0x1af, 0x1af),
    (0x1cd, 0x1db),
    (0x1de, 0x1ee),
    (0x1f8, 0x1fe),
    (0x200, 0x21e),
    (0x222, 0x232),
    (0x460, 0x480),
    (0x48a, 0x4be),
    (0x4c1, 0x4cd),
    (0x4d0, 0x52e),
    (0x1e00, 0x1e94),
    (0x1ea0, 0x1efe),
];

/// Capital letters whose small ones are all as far behind.
const RANGES: [(u32, u32, u32); 12] = [
    (0xc0, 0xd6, 32),
    (0xd8, 0xde, 32),
    (0x246, 0x246, 1),
    (0x386, 0x386, 38),
    (0x388, 0x38a, 37),
    (0x38c, 0x38c, 64),
    (0x38e, 0x38f, 63),
    (0x391, 0x3ab, 32),
    (0x400, 0x40f, 80),
    (0x410, 0x42f, 32),
    (0x531, 0x556, 48),
    (0xff21, 0xff3a, 32),
];

/// The small letter of a letter.
/// <https://www.unicode.org/reports/tr44/#Simple_Lowercase_Mapping>
pub(crate) fn letter(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let code = u32::from(c);
    let small = match code {
        // Those that stand alone; at the end of a word sigma has another form.
        0x130 => u32::from('i'),
        0x178 => 0xff,
        // The small ones that are in most texts need not be looked up, and a gap between capital ones is none.
        0xdf..=0xff | 0x3a2 => code,
        0x3c2 => 0x3c3,
        0x4c0 => 0x4cf,
        0x1e9e => 0xdf,
        _ if PAIRS.iter().any(|(first, last)| (*first..=*last).contains(&code) && (code - first) % 2 == 0) => code + 1,
        _ => {
            let range = RANGES.iter().find(|(first, last, _)| (*first..=*last).contains(&code));
            code + range.map_or(0, |(.., distance)| *distance)
        }
    };
    char::from_u32(small).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_those_of_unicode_in_the_scripts_that_are_known() {
        let mut known = 0;
        for c in '\0'..=char::MAX {
            let small = letter(c);
            if small == c || c == 'İ' || c == 'ς' {
                continue;
            }
            known += 1;
            assert_eq!(c.to_lowercase().collect::<String>(), small.to_string(), "{c}");
        }
        assert!(known > 500, "{known}");
        let blocks = [0x0..=0x17f, 0x386..=0x3cf, 0x400..=0x52f, 0x531..=0x556, 0x1e00..=0x1eff];
        for c in blocks.into_iter().flatten().filter_map(char::from_u32) {
            let small: String = c.to_lowercase().collect();
            assert!(small == letter(c).to_string() || "İςϏ".contains(c), "{c} is {small}");
        }
    }

    #[test]
    fn names_are_the_same_in_any_case() {
        for (one, other) in [
            ("ÅNGSTRÖM", "ångström"),
            ("ΟΔΟΣ", "οδος"),
            ("ЩЁГОЛЕВ", "щёголев"),
            ("NGUYỄN", "nguyễn"),
            ("ŁÓDŹ", "łódź"),
            ("GROẞ", "groß"),
            ("İstanbul", "istanbul"),
        ] {
            assert_eq!(lower(one), lower(other));
        }
        assert_eq!(lower("東京 Ltd"), "東京 ltd");
    }
}
