//! Replies of bounded size: rows and objects of field values, with long texts cut and a notice of what was cut.
//!
//! Values out of the org are copied as JSON values into their own places and never into a sentence of ours.

use std::borrow::Cow;

use crate::error::Error;
use crate::json::{Json, Object, place_of_character, portable, quoted};
use crate::soql::Number;

/// Characters of a text in a row, a receipt or a candidate's current values: what a short text field of Salesforce holds.
pub(crate) const MAX_TEXT_CHARS: usize = 255;

/// What ends a text that was cut.
pub(crate) const CUT: char = '…';

/// The most rows of a reply, and the highest limit a call may give: what Salesforce sends in one page.
pub(crate) const MAX_ROWS: u32 = 2000;

/// The most characters of a reply's rows together, so that a model's context holds it; the rest comes with the cursor.
const MAX_REPLY_CHARS: usize = 100_000;

/// A number argument within its bounds: how much a reply may hold.
pub(crate) fn bounded(argument: &str, given: Option<u32>, usual: u32, most: u32) -> Result<u32, Error> {
    match given {
        None => Ok(usual),
        Some(number) if (1..=most).contains(&number) => Ok(number),
        Some(number) => Err(Error::argument(argument, format!("{argument} is {number}; it must be 1 to {most}"))),
    }
}

/// Rows, as many as a reply holds.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// JSON arrays.
    pub(crate) rows: Vec<String>,
    length: usize,
}

impl Rows {
    /// Adds a row, the first however long; false if there is no room for it.
    pub(crate) fn add(&mut self, row: String) -> bool {
        self.length += row.len();
        let fits = self.length <= MAX_REPLY_CHARS || self.rows.is_empty();
        if fits {
            self.rows.push(row);
        }
        fits
    }
}

/// Copies values, and cuts texts of more than a number of characters.
#[derive(Debug)]
pub(crate) struct Values {
    longest: usize,
    cut: usize,
}

impl Values {
    /// Texts longer than this many characters are cut.
    pub(crate) fn cut_after(longest: usize) -> Self {
        Self { longest, cut: 0 }
    }

    /// How many characters a text may have that is not cut.
    pub(crate) fn longest(&self) -> usize {
        self.longest
    }

    /// The JSON text of a value; `null` when absent.
    pub(crate) fn copy<'a>(&mut self, value: Option<Json<'a>>) -> Cow<'a, str> {
        self.copy_text(value.map_or("null", Json::get))
    }

    /// The same of a value's own text.
    pub(crate) fn copy_text<'a>(&mut self, value: &'a str) -> Cow<'a, str> {
        if let Some(utc) = whole_second_utc(value) {
            return Cow::Owned(utc);
        }
        if let Some(number) = plain_number(value) {
            return Cow::Owned(number);
        }
        let value = Json::trusted(value);
        // A text of n characters takes at least n bytes.
        if value.get().len() > self.longest
            && let Some(mut text) = beginning(value, self.longest, |text, _| text.to_owned())
            && self.cuts(&mut text)
        {
            return Cow::Owned(quoted(&text));
        }
        portable(value)
    }

    /// Cuts a text if it is too long.
    fn cuts(&mut self, text: &mut String) -> bool {
        let end = place_of_character(text, self.longest);
        let is_longer = end < text.len();
        if is_longer {
            self.cut += 1;
            text.truncate(end);
            text.push(CUT);
        }
        is_longer
    }

    /// A text of a record as `read` makes it, cut; none of another value.
    pub(crate) fn text_of(&mut self, value: Json<'_>, read: fn(&str, bool) -> String) -> Option<String> {
        beginning(value, self.longest, read).map(|text| self.text(text))
    }

    /// A text, cut.
    pub(crate) fn text(&mut self, mut text: String) -> String {
        self.cuts(&mut text);
        text
    }

    /// A JSON object of the values that are not null.
    pub(crate) fn object<'a>(&mut self, members: impl Iterator<Item = (&'a str, Option<Json<'a>>)>) -> String {
        let mut object = Object::default();
        for (name, value) in members.filter(|(_, value)| value.is_some()) {
            object.member(name, Json::trusted(&self.copy(value)));
        }
        object.finish()
    }

    /// What was cut, if anything.
    pub(crate) fn notice(&self) -> Option<String> {
        (self.cut > 0).then(|| {
            let texts = if self.cut == 1 { "text" } else { "texts" };
            format!("{} {texts} cut after {} characters (…)", self.cut, self.longest)
        })
    }
}

/// Characters at the end of a beginning that may be others in the whole text: it may have been cut within an escape, or
/// within what HTML has for a character.
const UNSURE: usize = 16;

/// What `read` makes of a JSON text, or of its beginning if that has more than so many characters: fields hold 131,072,
/// and few are shown. `read` is told whether the text goes on. None of another value.
pub(crate) fn beginning(value: Json<'_>, most: usize, read: fn(&str, bool) -> String) -> Option<String> {
    let whole = value.get();
    enough(whole.len(), most, &|bytes| {
        if bytes >= whole.len() {
            return Some(read(&value.text()?, false));
        }
        let begun = [whole.get(..whole.floor_char_boundary(bytes))?, "\""].concat();
        Some(read(&Json::trusted(&begun).text()?, true))
    })
}

/// What `read` makes of so many bytes of a text of this length, as few as have more than so many characters, or of all.
pub(crate) fn enough(length: usize, most: usize, read: &dyn Fn(usize) -> Option<String>) -> Option<String> {
    // What most texts need that are long, and markup as well.
    let mut bytes = most.saturating_add(UNSURE).saturating_mul(2);
    while bytes < length {
        let text = read(bytes)?;
        if place_of_character(&text, most + UNSURE) < text.len() {
            return Some(text);
        }
        bytes = bytes.saturating_mul(3);
    }
    read(length)
}

/// Salesforce writes `120000.0` and `2.0E7` of numbers that nobody says so. Their digits are all kept.
fn plain_number(value: &str) -> Option<String> {
    let is_number = matches!(value.as_bytes().first(), Some(b'-' | b'0'..=b'9'));
    let has_exponent = is_number && value.bytes().any(|byte| matches!(byte, b'e' | b'E'));
    let is_written_so = is_number && (has_exponent || value.bytes().any(|byte| byte == b'.'));
    // Without an exponent it is the digits as they are, but for zeros at the end.
    if is_written_so && !has_exponent && value.len() < 18 && !value.starts_with("-0") {
        return Some(value.trim_end_matches('0').trim_end_matches('.').to_owned());
    }
    is_written_so.then(|| Number::parse(value).ok().map(|number| number.as_str().to_owned()))?
}

/// An amount or a percentage with the digits behind the point that the org shows. A whole one needs none, and of one with
/// more digits none is taken away.
pub(crate) fn with_decimals(number: Cow<'_, str>, decimals: u32) -> Cow<'_, str> {
    if decimals == 0 {
        return number;
    }
    let missing = match number.split_once('.') {
        Some((_, fraction)) if fraction.bytes().all(|digit| digit.is_ascii_digit()) => {
            (decimals as usize).saturating_sub(fraction.len())
        }
        _ => 0,
    };
    if missing == 0 { number } else { Cow::Owned([&*number, &"0".repeat(missing)].concat()) }
}

/// Salesforce writes `"2026-05-12T15:00:00.000+0000"`; the same instant takes eight characters less.
fn whole_second_utc(value: &str) -> Option<String> {
    let shape = b"\"0000-00-00T00:00:00";
    // Few values have this length, which is asked first.
    if value.len() != shape.len() + ".000+0000\"".len() {
        return None;
    }
    let time = value.strip_suffix(".000+0000\"")?;
    for (byte, shape) in time.bytes().zip(shape) {
        if byte != *shape && !(*shape == b'0' && byte.is_ascii_digit()) {
            return None;
        }
    }
    Some([time, "Z\""].concat())
}

/// A timestamp as Salesforce sends it, as text.
pub(crate) fn time(value: Json<'_>) -> String {
    let value = value.get();
    whole_second_utc(value).as_deref().unwrap_or(value).trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rich_text;

    proptest! {
        #[test]
        fn a_long_text_is_cut_as_if_all_of_it_were_read(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    "a", "\"", "\\", "\n", "ä", "漢", "😀", " ", "<", "&", "<p>", "<!-- a > b -->", "<style>x < y</style>",
                    "&amp;", "&nbsp;", "&#233;", "words and words ",
                ]),
                0..400,
            ),
            most in 0_usize..40,
        ) {
            let text = pieces.concat();
            let json = quoted(&text);
            // Salesforce may write any character as an escape.
            let units = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect::<String>();
            for json in [json, format!("\"{units}\"")] {
                let json = Json::parse(&json).unwrap();
                let cut = |text: String| Values::cut_after(most).text(text);
                let plain = Values::cut_after(most).text_of(json, |text, _| text.to_owned());
                prop_assert_eq!(plain.unwrap(), cut(text.clone()));
                let seen = cut(rich_text::to_text(&text));
                prop_assert_eq!(Values::cut_after(most).text_of(json, rich_text::beginning).unwrap(), seen);
            }
        }
    }

    #[test]
    fn of_what_is_no_text_there_is_no_beginning() {
        for json in ["5", "null", "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]", "{\"a\":\"b\"}"] {
            assert_eq!(beginning(Json::parse(json).unwrap(), 1, |text, _| text.to_owned()), None, "{json}");
        }
    }

    #[track_caller]
    fn check(json: &str, expected: &str, cut: usize) {
        let mut values = Values::cut_after(5);
        let json = Json::parse(json).unwrap();
        assert_eq!((&*values.copy(Some(json)), values.cut), (expected, cut));
    }

    #[test]
    fn a_text_is_cut_between_characters_and_counted() {
        check(r#""12345""#, r#""12345""#, 0);
        check(r#""123456""#, r#""12345…""#, 1);
        check(r#""äöü\"ß\n""#, r#""äöü\"ß…""#, 1);
        check(r#""\u00e4\u00f6\u00fc""#, "\"äöü\"", 0);
    }

    #[test]
    fn other_values_stay_as_they_are() {
        check("1234567890.5", "1234567890.5", 0);
        check(r#"{"city":"Heidelberg"}"#, r#"{"city":"Heidelberg"}"#, 0);
    }

    #[test]
    fn a_number_is_written_as_people_write_it_with_all_its_digits() {
        check("120000.0", "120000", 0);
        check("2.0E7", "20000000", 0);
        check("-0.50", "-0.5", 0);
        check("12345678901234567.89", "12345678901234567.89", 0);
        check("1.5E400", r#""1.5E400""#, 0);
    }

    #[test]
    fn digits_behind_the_point_are_added_where_some_are_missing_and_else_nothing_is_copied() {
        for (number, shown) in [("1234.5", "1234.50"), ("0.5", "0.50"), ("\"1.5\"", "\"1.5\""), ("null", "null")] {
            assert_eq!(with_decimals(Cow::Borrowed(number), 2), shown);
        }
        for number in ["1234", "1234.55", "1234.555"] {
            assert!(matches!(with_decimals(Cow::Borrowed(number), 2), Cow::Borrowed(same) if same == number));
        }
    }

    #[test]
    fn a_time_on_a_whole_second_is_written_shorter() {
        check(r#""2026-05-12T15:00:00.000+0000""#, r#""2026-05-12T15:00:00Z""#, 0);
    }
}
