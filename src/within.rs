//! Texts within texts. The standard library's search takes hundreds of instructions before it begins, and most of what is
//! searched here is shorter than that.

use crate::json::{place_of, place_of_pair};

/// Where a text first stands in another.
pub fn place(text: &str, sought: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let pair = match *sought.as_bytes() {
        [] => return Some(0),
        [byte] => return Some(place_of(bytes, 0, byte)).filter(|at| *at < bytes.len()),
        [first, second, ..] => [first, second],
    };
    let mut at = 0;
    loop {
        at = place_of_pair(bytes, at, pair);
        if text.get(at..)?.starts_with(sought) {
            return Some(at);
        }
        at += 1;
    }
}

/// Where a text stands in another, one place behind the end of the one before.
pub fn places(text: &str, sought: &str) -> impl Iterator<Item = usize> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + place(text.get(from..)?, sought)?;
        from = at + sought.len().max(1);
        Some(at)
    })
}

/// A text with another in all places of a third.
pub fn replaced(text: &str, sought: &str, by: &str) -> String {
    let (mut replaced, mut end) = (String::with_capacity(text.len()), 0);
    for at in places(text, sought) {
        replaced.push_str(text.get(end..at).unwrap_or_default());
        replaced.push_str(by);
        end = at + sought.len();
    }
    replaced.push_str(text.get(end..).unwrap_or_default());
    replaced
}

/// What stands before and behind the first place of a text in another.
pub fn split_around<'a>(text: &'a str, sought: &str) -> Option<(&'a str, &'a str)> {
    let at = place(text, sought)?;
    Some((text.get(..at)?, text.get(at + sought.len()..)?))
}

/// Whether a text stands in another.
pub fn holds(text: &str, sought: &str) -> bool {
    place(text, sought).is_some()
}

/// A text without the white space around it. Most have none.
pub(crate) fn trimmed(text: &str) -> &str {
    let ends = [text.as_bytes().first(), text.as_bytes().last()];
    if ends.iter().all(|end| end.is_some_and(u8::is_ascii_graphic)) { text } else { text.trim() }
}

/// What stands before and behind the first of these bytes, which is ASCII.
pub(crate) fn split_once(text: &str, between: u8) -> Option<(&str, &str)> {
    let at = place_of(text.as_bytes(), 0, between);
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// The pieces of a text between these bytes, which are ASCII.
pub fn split(text: &str, between: u8) -> impl Iterator<Item = &str> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at;
        let end = place_of(text.as_bytes(), start, between);
        at = end + 1;
        text.get(start..end)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_text_is_found_where_the_standard_library_finds_it(text in "[abä ]{0,40}", sought in "[abä ]{0,3}") {
            prop_assert_eq!(place(&text, &sought), text.find(&sought));
            prop_assert_eq!(split_around(&text, &sought), text.split_once(&sought));
            if !sought.is_empty() {
                let expected: Vec<_> = text.match_indices(&sought).map(|(at, _)| at).collect();
                prop_assert_eq!(places(&text, &sought).collect::<Vec<_>>(), expected);
                prop_assert_eq!(replaced(&text, &sought, "ä-"), text.replace(&sought, "ä-"));
            }
        }

        #[test]
        fn white_space_around_a_text_goes_as_the_standard_library_says(text in "[a\u{a0}ä \n]{0,6}") {
            prop_assert_eq!(trimmed(&text), text.trim());
        }

        #[test]
        fn pieces_are_those_of_the_standard_library(text in "[abä ]{0,40}") {
            prop_assert_eq!(split_once(&text, b' '), text.split_once(' '));
            prop_assert_eq!(split(&text, b' ').collect::<Vec<_>>(), text.split(' ').collect::<Vec<_>>());
        }
    }
}
