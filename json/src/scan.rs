//! Finding places in a text in as few steps as possible: hosts count instructions, and most of what Salesforce sends is
//! looked at only once, to see that it is JSON.

use crate::step::{
    Block, STEP, difference, ends, inner_bytes, last_step, letters, lowered, marks, number_ends, others_than_ascii,
    places, step, word_ends,
};

/// The bit that no place in a text has: a place with it is nowhere, which is also said of where a text turned out to be no
/// JSON. A place and nothing would be two numbers, which go through memory.
pub const NOWHERE: usize = 1 << (usize::BITS - 1);

/// The bits of every second byte of those that are looked at together.
const EVEN: u32 = 0x5555;
const ODD: u32 = 0xAAAA;

/// Which quotes are not escaped by the backslashes, and whether the byte behind all of these is, as the first may be.
#[inline(always)]
fn unescaped_quotes(quotes: u32, mut backslashes: u32, is_first_escaped: u32) -> (u32, u32) {
    if backslashes | is_first_escaped == 0 {
        return (quotes, 0);
    }
    // Of backslashes in a row every second one is escaped itself. To add the first to a row carries a bit behind its end,
    // which tells rows of even and odd length apart by where they begin.
    backslashes &= !is_first_escaped;
    let follow = backslashes << 1 | is_first_escaped;
    let ends = (backslashes & ODD & !follow) + backslashes;
    (quotes & !((EVEN ^ (ends << 1)) & follow), ends >> STEP)
}

/// Behind the text, list or object that begins at a place of a text that is known to be JSON.
#[inline(never)]
pub(crate) fn behind(bytes: &[u8], at: usize, opening: u8) -> usize {
    if opening == b'"' { behind_text(bytes, at) } else { behind_nested(bytes, at) }
}

/// Behind the text that begins at a place of a text that is known to be JSON.
fn behind_text(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    let mut escaped = 0;
    while at < bytes.len() {
        let here = step(bytes, at).unwrap_or_else(|| last_step(bytes, at));
        let quotes;
        (quotes, escaped) = unescaped_quotes(places(here, b'"'), places(here, b'\\'), escaped);
        if quotes != 0 {
            return at + quotes.trailing_zeros() as usize + 1;
        }
        at += STEP;
    }
    bytes.len()
}

/// Behind the list or object that begins at a place of a text that is known to be JSON. What lies within texts is told by
/// counting quotes, for many bytes at once.
fn behind_nested(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0_u32;
    let mut in_text = false;
    let mut escaped = 0;
    while at < bytes.len() {
        let [mut quotes, backslashes, openings, closings] =
            marks(step(bytes, at).unwrap_or_else(|| last_step(bytes, at)));
        (quotes, escaped) = unescaped_quotes(quotes, backslashes, escaped);
        // All of it is within a text, or holds nothing that counts.
        if quotes == 0 && (in_text || openings | closings == 0) {
            at += STEP;
            continue;
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
    bytes.len()
}

/// The place of the first quote, backslash or control character from a place on, or the end.
#[inline(never)]
pub fn end_of_plain(bytes: &[u8], mut at: usize) -> usize {
    loop {
        // What is behind the end is zero, which ends a text too.
        let found = ends_at(bytes, at);
        if found != 0 {
            return at + found.trailing_zeros() as usize;
        }
        at += STEP;
    }
}

/// The same in a text that nearly always goes on for a while behind that place.
#[inline(always)]
pub(crate) fn end_of_plain_within(bytes: &[u8], mut at: usize) -> usize {
    while let Some(step) = step(bytes, at) {
        let found = ends(step);
        if found != 0 {
            return at + found.trailing_zeros() as usize;
        }
        at += STEP;
    }
    end_of_plain(bytes, at)
}

/// A bit for each of the bytes from a place on that are looked at together and end a plain text.
#[inline(always)]
pub(crate) fn ends_at(bytes: &[u8], at: usize) -> u32 {
    ends(step(bytes, at).unwrap_or_else(|| last_step(bytes, at)))
}

/// The place of the first byte that is this one, from a place on; the end if there is none.
pub fn place_of(bytes: &[u8], at: usize, byte: u8) -> usize {
    first(bytes, at, |step| places(step, byte))
}

/// The place of the first byte that is meant, from a place on; the end if there is none.
#[inline(always)]
fn first(bytes: &[u8], mut at: usize, meant: impl Fn(u128) -> u32) -> usize {
    while at < bytes.len() {
        let found = meant(step(bytes, at).unwrap_or_else(|| last_step(bytes, at)));
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
        let [quotes, letters] = letters(step(bytes, at).unwrap_or_else(|| last_step(bytes, at)), [b'"', first]);
        let quotes = quotes << 1 | quoted;
        let found = quotes & letters;
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
    // Whether the byte before is the first.
    let mut is_behind = 0;
    let mut at = 0;
    while at < bytes.len() {
        let [ones, others] = letters(step(bytes, at).unwrap_or_else(|| last_step(bytes, at)), [first, second]);
        let ones = ones << 1 | is_behind;
        if ones & others != 0 {
            return true;
        }
        is_behind = ones >> STEP;
        at += STEP;
    }
    false
}

/// Where a plain text ends, and whether it is a word as [`is_word`] says.
#[inline(always)]
pub(crate) fn end_of_word(bytes: &[u8], start: usize) -> (usize, bool) {
    let mut at = start;
    let mut is_word = true;
    while let Some(step) = step(bytes, at) {
        let (found, others) = (ends(step), word_ends(step));
        if found != 0 {
            let end = at + found.trailing_zeros() as usize;
            // What ends a text is in no word.
            return (end, is_word && others.trailing_zeros() == found.trailing_zeros() && end > start);
        }
        is_word &= others == 0;
        at += STEP;
    }
    end_of_last_word(bytes, start)
}

/// The same where the text ends soon.
#[cold]
#[inline(never)]
fn end_of_last_word(bytes: &[u8], start: usize) -> (usize, bool) {
    let end = end_of_plain(bytes, start);
    (end, is_word(bytes.get(start..end).unwrap_or_default()))
}

/// Whether one of three bytes, none of which is zero, is among others.
pub fn holds_any(bytes: &[u8], sought: [u8; 3]) -> bool {
    (0..bytes.len()).step_by(STEP).any(|at| {
        let step = step(bytes, at).unwrap_or_else(|| last_step(bytes, at));
        sought.iter().any(|byte| places(step, *byte) != 0)
    })
}

/// The bytes from a place on that are looked at together, zeros behind the end, and how many of the first are ASCII letters,
/// digits and underscores.
pub fn word_at(bytes: &[u8], at: usize) -> ([u8; STEP], usize) {
    let step = step(bytes, at).unwrap_or_else(|| last_step(bytes, at));
    (step.to_le_bytes(), word_ends(step).trailing_zeros().min(STEP as u32) as usize)
}

/// Behind the ASCII that begins at a place: the place of the first byte that is none, or the end.
pub fn end_of_ascii(bytes: &[u8], at: usize) -> usize {
    first(bytes, at, others_than_ascii)
}

/// The text with its ASCII letters in lower case.
pub fn lower_ascii(text: String) -> String {
    let mut bytes = text.into_bytes();
    let (steps, rest) = bytes.as_chunks_mut();
    for step in steps {
        *step = lowered(u128::from_le_bytes(*step)).to_le_bytes();
    }
    rest.make_ascii_lowercase();
    String::from_utf8(bytes).unwrap_or_default()
}

/// Where the character stands before which there are so many; nowhere if there are no more.
pub fn place_of_character(text: &str, mut before: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    // Steps are gone over as long as all of their characters come before.
    while let Some(step) = step(bytes, at) {
        let begin = STEP - (inner_bytes(step).count_ones() as usize);
        if begin > before {
            break;
        }
        before -= begin;
        at += STEP;
    }
    let mut begins = bytes.iter().enumerate().skip(at).filter(|(_, byte)| **byte & 0xC0 != 0x80);
    begins.nth(before).map_or(NOWHERE, |(place, _)| place)
}

/// Whether there is at least one byte, and each is an ASCII letter, a digit or an underscore.
pub(crate) fn is_word(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

/// How many bytes are the same from one place on, up to an end, as from another on; the last few of the text are not
/// compared.
#[inline(always)]
pub(crate) fn same(bytes: &[u8], one: usize, other: usize, end: usize) -> usize {
    let most = end.saturating_sub(one).div_ceil(size_of::<Block>());
    let mut length = 0;
    for (first, second) in blocks(bytes, one).iter().zip(blocks(bytes, other)).take(most) {
        if let Some(place) = difference(first, second) {
            return length + place;
        }
        length += size_of::<Block>();
    }
    length
}

/// The bytes from a place on, so many as are compared together, and those behind them.
fn blocks(bytes: &[u8], at: usize) -> &[Block] {
    bytes.get(at..).unwrap_or_default().as_chunks().0.as_chunks().0
}

/// The byte at a place; 0 behind the end, which stands nowhere in JSON.
#[inline]
pub fn byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
    fn a_word_ends_at_the_first_other_byte_or_goes_on_behind_what_is_looked_at_together() {
        for (text, at, expected) in [
            ("Name, Id", 0, 4),
            ("Name, Id", 4, 0),
            ("Name, Id", 6, 2),
            ("Name", 4, 0),
            ("Custom_Field_1__c FROM", 0, STEP),
            ("Custom_Field_1__c FROM", STEP, 1),
            ("Größe", 0, 2),
        ] {
            let (bytes, length) = word_at(text.as_bytes(), at);
            assert_eq!(length, expected, "{text:?} from {at}");
            assert_eq!(bytes[..length], text.as_bytes()[at..at + length]);
        }
    }

    #[test]
    fn ascii_ends_and_characters_stand_where_the_standard_library_says() {
        for length in 0..40 {
            let text = "aB€ÿ😀 zZ\u{7f}".chars().cycle().take(length).collect::<String>();
            let plain = text.replace(['€', 'ÿ', '😀'], "");
            assert_eq!(end_of_ascii(plain.as_bytes(), 0), plain.len());
            for (number, (at, character)) in text.char_indices().enumerate() {
                assert_eq!(place_of_character(&text, number), at, "{text}");
                let next = text[at..].find(|c: char| !c.is_ascii()).map_or(text.len(), |next| at + next);
                assert_eq!(end_of_ascii(text.as_bytes(), at), next, "{character} at {at} of {text}");
            }
            assert_eq!(place_of_character(&text, length), NOWHERE);
            assert_eq!(place_of_character(&text, length + 20), NOWHERE);
        }
    }

    #[test]
    fn ascii_letters_become_small_ones_and_nothing_else_changes() {
        let all = (0..300).map(char::from_u32).map(Option::unwrap).collect::<String>();
        for (at, _) in all.char_indices().take(40) {
            assert_eq!(lower_ascii(all[at..].to_owned()), all[at..].to_ascii_lowercase());
        }
    }

    #[test]
    fn any_of_three_bytes_is_seen_wherever_it_stands() {
        let none = "\"What is neither a tag nor an entity, but ä, and has two steps and more.\"";
        assert!(!holds_any(none.as_bytes(), *b"<&\\") && !holds_any(b"", *b"<&\\"));
        for at in 0..none.len() {
            for sign in *b"<&\\" {
                let mut one = none.as_bytes().to_vec();
                one[at] = sign;
                assert!(holds_any(&one, *b"<&\\"), "{sign} at {at}");
            }
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
            let text = format!("{line}|{}!{}", &line[..length], "-".repeat(100));
            assert_eq!(same(text.as_bytes(), 0, line.len() + 1, line.len()), length);
        }
    }

    #[test]
    fn a_quote_ends_a_text_behind_backslashes_that_escape_each_other_alone() {
        for before in 0..STEP {
            for backslashes in 0..2 * STEP + 3 {
                let text = format!("{}{}\"}}]", "a".repeat(before), "\\".repeat(backslashes));
                let list = serde_json::to_string(&[&text, "]"]).unwrap();
                assert_eq!(behind_nested(format!("{list}]").as_bytes(), 0), list.len(), "{list}");
                let alone = serde_json::to_string(&text).unwrap();
                assert_eq!(behind_text(format!("{alone},\"\"").as_bytes(), 0), alone.len(), "{alone}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_096))]

        #[test]
        fn behind_a_list_is_where_it_ends(texts in prop::collection::vec("[a\\\\\"{}\\[\\], ä]{0,20}", 0..8), depth in 0_usize..20) {
            let list = serde_json::to_string(&texts).unwrap();
            let list = format!("{}{list}{}", "[{\"a\":".repeat(depth), "}]".repeat(depth));
            prop_assert_eq!(behind_nested(list.as_bytes(), 0), list.len());
            let followed = format!("{list},[\"{}\"]", "a".repeat(20));
            prop_assert_eq!(behind_nested(followed.as_bytes(), 0), list.len());
        }
    }
}
