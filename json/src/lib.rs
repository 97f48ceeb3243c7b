//! JSON values as text: found valid in one pass, and from then on only cut, which takes a tenth of the code of parsing
//! into types and reads no byte that nobody asks for.
//!
//! A package of its own, for one reason: every byte of every response passes through it, so it is built for speed, where
//! the rest of the guest is built for size, and Cargo tells the two apart by package. For six kilobytes a host counts a
//! ninth less of a `describe`.

mod cursor;
mod grammar;
mod lines;
mod scan;
mod step;
mod walk;

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

pub use cursor::{Cursor, Items, Members};
pub use lines::{Line, Lines, escaped};
pub use scan::{
    NOWHERE, byte, end_of_ascii, end_of_plain, holds_any, lower_ascii, may_hold, place_of, place_of_character,
    place_of_pair, place_of_text, word_at,
};
pub use walk::{Before, Member, NO_PLACE, Seen, Walk};

/// A JSON value as text, known to be valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Json<'a>(&'a str);

/// What a JSON value is, taken apart one level deep.
#[derive(Debug)]
pub enum Shape<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// The number as written.
    Number(&'a str),
    /// The text, unescaped.
    Text(String),
    /// The items of a list.
    List(Vec<Json<'a>>),
    /// An object, of which the members can be asked for.
    Object,
}

/// A text is no JSON. It says where, and never quotes the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotJson {
    /// Line of the first character that can't stand where it stands, from 1 on.
    pub line: usize,
    /// Its column in that line, in characters, from 1 on.
    pub column: usize,
    /// Whether there is no such character, and the text ends too early.
    pub is_end: bool,
}

impl NotJson {
    fn at(text: &str, place: usize) -> Self {
        let before = text.get(..place).unwrap_or(text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        Self {
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            column: line.chars().count() + 1,
            is_end: place >= text.len(),
        }
    }
}

impl fmt::Display for NotJson {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.is_end { "the text ends too early" } else { "a character is not allowed where it stands" };
        write!(out, "{what}, at line {}, column {}", self.line, self.column)
    }
}

impl Error for NotJson {}

impl<'a> Json<'a> {
    /// The value `null`.
    pub const NULL: Self = Self("null");

    /// Reads a JSON text.
    pub fn parse(text: &'a str) -> Result<Self, NotJson> {
        let mut walk = Walk::of(text);
        let value = walk.value();
        walk.finish()?;
        Ok(value)
    }

    /// A text that was valid when it was kept.
    pub fn trusted(text: &'a str) -> Self {
        Self(text)
    }

    /// The text.
    pub fn get(self) -> &'a str {
        self.0
    }

    /// Whether it is `null`.
    pub fn is_null(self) -> bool {
        self.0 == "null"
    }

    /// Whether it is an object.
    pub fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    /// What it is.
    pub fn shape(self) -> Shape<'a> {
        match self.0.as_bytes().first() {
            Some(b'n') => Shape::Null,
            Some(b't') => Shape::Boolean(true),
            Some(b'f') => Shape::Boolean(false),
            Some(b'"') => Shape::Text(self.text().unwrap_or_default().into_owned()),
            Some(b'[') => Shape::List(self.items().collect()),
            Some(b'{') => Shape::Object,
            _ => Shape::Number(self.0),
        }
    }

    /// The text, unescaped; none if it is another value.
    pub fn text(self) -> Option<Cow<'a, str>> {
        if !self.0.starts_with('"') {
            return None;
        }
        self.0.get(1..self.0.len() - 1).map(unescaped)
    }

    /// The text, if it is a word of ASCII letters, digits and underscores, written without escapes.
    pub fn word(self) -> Option<&'a str> {
        let word = self.0.get(1..self.0.len().wrapping_sub(1))?;
        (self.0.starts_with('"') && scan::is_word(word.as_bytes())).then_some(word)
    }

    /// The items of a list; none if it is another value.
    pub fn items(self) -> Items<'a> {
        Items::of(self.cursor())
    }

    /// The members of an object; none if it is another value.
    pub fn members(self) -> Members<'a> {
        Members::of(self.cursor())
    }

    /// The value of a member; absent when null. Keeps nothing of the others.
    pub fn member(self, name: &str) -> Option<Self> {
        let mut members = self.members();
        loop {
            let (other, value) = members.next()?;
            if other == name {
                return (!value.is_null()).then_some(value);
            }
        }
    }

    /// Walks through it, so that lists in lists are read without looking at a byte twice.
    pub fn cursor(self) -> Cursor<'a> {
        Cursor::of(self.0)
    }
}

/// A text between its quotes, unescaped. Half of a surrogate pair, which no text can hold, becomes U+FFFD.
/// <https://www.rfc-editor.org/rfc/rfc8259#section-7>
#[inline(never)]
fn unescaped(text: &str) -> Cow<'_, str> {
    // Of what ends a text, only a backslash can stand in it.
    if scan::end_of_plain(text.as_bytes(), 0) < text.len() {
        Cow::Owned(without_escapes(text))
    } else {
        Cow::Borrowed(text)
    }
}

/// The same of a text in which something may be escaped.
#[cold]
fn without_escapes(mut rest: &str) -> String {
    let mut read = String::with_capacity(rest.len());
    loop {
        let (plain, escaped) = rest.split_at(scan::place_of(rest.as_bytes(), 0, b'\\'));
        push(&mut read, plain);
        let Some(escape) = escaped.strip_prefix('\\') else { break };
        let mut characters = escape.chars();
        let character = match characters.next() {
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let (mut code, mut after) = unit(characters.as_str());
                if (0xD800..0xDC00).contains(&code)
                    && let Some((low, behind)) = after.strip_prefix("\\u").map(unit)
                    && (0xDC00..0xE000).contains(&low)
                {
                    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                    after = behind;
                }
                characters = after.chars();
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            // A quote, a backslash or a slash.
            Some(itself) => itself,
            None => break,
        };
        push(&mut read, character.encode_utf8(&mut [0; 4]));
        rest = characters.as_str();
    }
    read
}

/// Adds to a text, which takes more code than it looks like.
#[inline(never)]
fn push(text: &mut String, more: &str) {
    text.push_str(more);
}

/// Adds several to a text.
pub fn push_all(text: &mut String, parts: [&str; 3]) {
    parts.into_iter().for_each(|part| push(text, part));
}

/// Four hexadecimal digits, and what follows.
fn unit(text: &str) -> (u32, &str) {
    let (digits, rest) = text.split_at_checked(4).unwrap_or((text, ""));
    (u32::from_str_radix(digits, 16).unwrap_or(0xFFFD), rest)
}

impl<'a> Shape<'a> {
    /// What a JSON text is; none if it is not JSON.
    pub fn of(json: &'a str) -> Option<Self> {
        Json::parse(json).ok().map(Json::shape)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};

    use proptest::prelude::*;
    use serde::ser::Serialize;
    use serde_json::Value;
    use serde_json::ser::Formatter;

    use super::*;

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            "[\\\\\"{}\\[\\],: \n\u{1f600}ä]{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::hash_map("[\\\\\"a-c]{0,3}", inner, 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    /// What cutting makes of a value, for serde_json to compare.
    fn cut(json: Json<'_>) -> Value {
        match json.shape() {
            Shape::Null => Value::Null,
            Shape::Boolean(yes) => yes.into(),
            Shape::Number(number) => serde_json::from_str(number).unwrap(),
            Shape::Text(text) => text.into(),
            Shape::List(items) => items.into_iter().map(cut).collect(),
            Shape::Object => {
                Value::Object(json.members().map(|(name, value)| (name.into_owned(), cut(value))).collect())
            }
        }
    }

    /// Writes space wherever JSON allows it.
    struct Spaced;

    impl Formatter for Spaced {
        fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
            writer.write_all(if first { b"\n\t" } else { b" ,\r " })
        }

        fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
            writer.write_all(b" ")
        }

        fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
            self.begin_array_value(writer, first)
        }

        fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
            writer.write_all(b" :")
        }

        fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
            writer.write_all(b" ")
        }
    }

    fn spaced(value: &Value) -> String {
        let mut text = Vec::new();
        value.serialize(&mut serde_json::Serializer::with_formatter(&mut text, Spaced)).unwrap();
        String::from_utf8(text).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_096))]

        #[test]
        fn cutting_finds_what_serde_json_parses(value in json()) {
            for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap(), spaced(&value)] {
                prop_assert_eq!(cut(Json::parse(&text).unwrap()), serde_json::from_str::<Value>(&text).unwrap());
            }
        }
    }

    #[track_caller]
    fn check(json: &str, expected: &str) {
        assert_eq!(Json::parse(json).unwrap().text().unwrap(), expected);
    }

    #[test]
    fn escapes_are_undone() {
        check(r#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t");
        check(r#""\u00e4\u20ac\ud83d\ude00""#, "ä€😀");
        check(r#""\\u0041""#, "\\u0041");
    }

    #[test]
    fn half_a_pair_becomes_the_replacement_character() {
        check(r#""a\ud83db""#, "a\u{fffd}b");
        check(r#""\ude00\ud83d\u0041""#, "\u{fffd}\u{fffd}A");
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in ["", "{", "[1,]", "nul", "\"", "1 2", "{\"a\" 1}", "\"\\x\""] {
            assert!(Json::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn where_a_text_is_no_json_is_said() {
        for (text, line, column, is_end) in [
            ("", 1, 1, true),
            ("{\"text\": acme}", 1, 10, false),
            ("{\"text\": \"acme\"", 1, 16, true),
            ("[\n  1,\n  \"ä\" 2]", 3, 7, false),
            ("[1, fals]", 1, 6, false),
            ("[01]", 1, 3, false),
            ("[1.]", 1, 4, false),
            ("\"a\\x\"", 1, 3, false),
            ("{\"a\" 1}", 1, 6, false),
            ("[1] ]", 1, 5, false),
            ("[1}", 1, 3, false),
        ] {
            assert_eq!(Json::parse(text), Err(NotJson { line, column, is_end }), "{text}");
        }
        let error = Json::parse("[1").unwrap_err().to_string();
        assert_eq!(error, "the text ends too early, at line 1, column 3");
        let error = Json::parse("[1}").unwrap_err().to_string();
        assert_eq!(error, "a character is not allowed where it stands, at line 1, column 3");
    }

    #[test]
    fn pieces_are_cut_at_any_space() {
        let list = " [ 1 ,\n\"a, ]\" ,\t[ [] , {} ] , null ] ";
        let items: Vec<_> = Json::parse(list).unwrap().items().map(Json::get).collect();
        assert_eq!(items, ["1", "\"a, ]\"", "[ [] , {} ]", "null"]);
        let object = "[ { \"a\" :\"}\" , \"b\"\t: [ \"]\" ,{ \"c\" :\",\\\"]\" } ] } , 2 ]";
        let items: Vec<_> = Json::parse(object).unwrap().items().collect();
        assert_eq!(items[1].get(), "2", "{items:?}");
        let values: Vec<_> = items[0].members().map(|(_, value)| value.get()).collect();
        assert_eq!(values, ["\"}\"", "[ \"]\" ,{ \"c\" :\",\\\"]\" } ]"]);
        assert_eq!(Json::parse("[ ]").unwrap().items().count(), 0);
        assert_eq!(Json::parse("{\n}").unwrap().members().count(), 0);
    }
}
