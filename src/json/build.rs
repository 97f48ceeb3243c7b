//! JSON text out of parts: nothing else in this crate puts brackets, braces and commas around values.

use crate::within::holds;
use std::borrow::Cow;

use super::{Cursor, Json, end_of_plain, quoted};

/// Lists and objects within each other that are passed on. Readers give up at 128 or so, and what records hold needs few.
const MAX_DEPTH: u32 = 32;

/// What stands for a value that lies deeper.
const TOO_DEEP: &str = "\"(nested too deeply to be shown)\"";

/// Members of an object that are passed on: each name is compared with those before it. An address has eight.
const MAX_MEMBERS: usize = 500;

/// What stands for an object that has more.
const TOO_MANY: &str = "\"(too many members to be shown)\"";

/// An object, member by member. Of the same name twice, which some readers refuse, the first counts, as in
/// [`Fields::get`](crate::record::Fields::get).
#[derive(Debug, Default)]
pub(crate) struct Object {
    members: Parts,
    /// The names, quoted.
    names: Vec<String>,
}

/// A list, item by item.
#[derive(Debug, Default)]
pub(crate) struct List(Parts);

/// Parts with commas between, behind an opening bracket; nothing as long as there is none.
#[derive(Debug, Default)]
struct Parts(String);

impl Parts {
    fn next(&mut self, opening: char) -> &mut String {
        self.0.push(if self.0.is_empty() { opening } else { ',' });
        &mut self.0
    }

    fn finish(mut self, brackets: &str) -> String {
        let (_, closing) = brackets.split_at(1);
        self.0.push_str(if self.0.is_empty() { brackets } else { closing });
        self.0
    }
}

impl Object {
    /// Adds a member.
    pub(crate) fn member(&mut self, name: &str, value: Json<'_>) {
        let name = quoted(name);
        if self.names.contains(&name) {
            return;
        }
        let text = self.members.next('{');
        text.push_str(&name);
        text.push(':');
        text.push_str(value.get());
        self.names.push(name);
    }

    /// Adds a member that is a text.
    pub(crate) fn text(&mut self, name: &str, value: &str) {
        self.member(name, Json::trusted(&quoted(value)));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.members.0.is_empty()
    }

    /// The object as JSON text.
    pub(crate) fn finish(self) -> String {
        self.members.finish("{}")
    }
}

impl List {
    /// A list that has room for some bytes before it grows.
    pub(crate) fn with_room(bytes: usize) -> Self {
        Self(Parts(String::with_capacity(bytes)))
    }

    /// Adds an item.
    pub(crate) fn item(&mut self, value: Json<'_>) {
        self.0.next('[').push_str(value.get());
    }

    /// The list as JSON text.
    pub(crate) fn finish(self) -> String {
        self.0.finish("[]")
    }
}

/// The same value in a form that every JSON reader takes, whatever wrote it: half of a surrogate pair becomes U+FFFD, a
/// number beyond what a double holds becomes a text, and what is nested too deeply or named twice is left out.
/// <https://www.rfc-editor.org/rfc/rfc8259#section-6>, and 4, 8.2 and 9 there
pub fn portable(value: Json<'_>) -> Cow<'_, str> {
    let text = value.get();
    match text.as_bytes().first() {
        Some(b'{' | b'[') => {
            let mut portable = String::with_capacity(text.len());
            copy_portable(&mut value.cursor(), MAX_DEPTH, &mut portable);
            Cow::Owned(portable)
        }
        // Most texts hold no escape at all, which takes little to see.
        Some(b'"') if end_of_plain(text.as_bytes(), 1) + 1 == text.len() || !holds(text, "\\u") => Cow::Borrowed(text),
        Some(b'"') => Cow::Owned(quoted(&value.text().unwrap_or_default())),
        Some(b'-' | b'0'..=b'9') if is_beyond_a_double(text) => Cow::Owned(quoted(text)),
        _ => Cow::Borrowed(text),
    }
}

/// Goes behind the value that is next, and writes that value as [`portable`] does. However lists lie in lists, each byte
/// is copied once.
fn copy_portable(from: &mut Cursor<'_>, depth: u32, portable: &mut String) {
    match from.byte() {
        b'{' | b'[' if depth == 0 => {
            from.skip();
            portable.push_str(TOO_DEEP);
        }
        b'{' => copy_members(from, depth, portable),
        b'[' => {
            from.enter_list();
            let mut opening = "[";
            while from.next_item() {
                portable.push_str(opening);
                opening = ",";
                copy_portable(from, depth - 1, portable);
            }
            portable.push_str(if opening == "[" { "[]" } else { "]" });
        }
        _ => portable.push_str(&self::portable(from.value())),
    }
}

fn copy_members(from: &mut Cursor<'_>, depth: u32, portable: &mut String) {
    let start = portable.len();
    from.enter_object();
    portable.push('{');
    let mut names: Vec<String> = Vec::new();
    while let Some(name) = from.next_name() {
        let name = quoted(&name);
        if names.len() > MAX_MEMBERS || names.contains(&name) {
            from.skip();
            continue;
        }
        portable.push_str(if names.is_empty() { "" } else { "," });
        portable.push_str(&name);
        portable.push(':');
        names.push(name);
        copy_portable(from, depth - 1, portable);
    }
    portable.push('}');
    if names.len() > MAX_MEMBERS {
        portable.truncate(start);
        portable.push_str(TOO_MANY);
    }
}

/// Whether a number is larger than any double, which only one with an exponent or hundreds of digits can be.
fn is_beyond_a_double(number: &str) -> bool {
    if number.len() <= 300 && !number.contains(['e', 'E']) {
        return false;
    }
    // The digits and the magnitude, for reading doubles would weigh seven kilobytes: 0.DIGITS times ten to the MAGNITUDE.
    let number = number.trim_start_matches('-');
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = [whole, fraction].concat();
    let zeros = digits.len() - digits.trim_start_matches('0').len();
    digits.drain(..zeros);
    if digits.is_empty() {
        return false;
    }
    let Ok(exponent) = exponent.trim_start_matches('+').parse::<i64>() else { return !exponent.starts_with('-') };
    let magnitude = exponent.saturating_add(whole.len() as i64 - zeros as i64);
    magnitude > MAX_MAGNITUDE || magnitude == MAX_MAGNITUDE && digits.as_str() >= TOO_LARGE
}

/// Where doubles end: from halfway to the next one on, a number is none.
const MAX_MAGNITUDE: i64 = 309;
const TOO_LARGE: &str = "17976931348623158079372897140530341507993413271";

#[cfg(test)]
mod tests {
    #[test]
    fn a_number_is_beyond_a_double_where_reading_one_says_so() {
        for number in [
            "0",
            "-0e9",
            "1",
            "1e308",
            "1.7976931348623157e308",
            "1.797693134862315807e308",
            "1.797693134862315808e308",
            "1.7976931348623159e308",
            "-1.8e308",
            "1e309",
            "0.0001e312",
            "0.001e312",
            "0.00017e313",
            "1e-400",
            "1E+308",
            "1E+309",
            "123456e303",
            "123456e304",
            "1e99999999999999999999",
            "1e-99999999999999999999",
            "0e99999999999999999999",
        ] {
            let is_double = number.parse::<f64>().is_ok_and(f64::is_finite);
            assert_eq!(super::is_beyond_a_double(number), !is_double, "{number}");
        }
        assert!(super::is_beyond_a_double(&"9".repeat(310)) && !super::is_beyond_a_double(&"9".repeat(308)));
    }

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[track_caller]
    fn check(given: &str, expected: &str) {
        let text = portable(Json::parse(given).unwrap());
        assert_eq!(text, expected);
        assert!(serde_json::from_str::<Value>(&text).is_ok(), "{text}");
    }

    #[test]
    fn what_some_readers_refuse_is_written_so_that_all_take_it() {
        check(r#""\ud83d""#, "\"\u{fffd}\"");
        check(r#""a \ude00\ud83d\ude00""#, "\"a \u{fffd}\u{1f600}\"");
        check("1e400", "\"1e400\"");
        check("-1E+999", "\"-1E+999\"");
        check(r#"{"\ud83d":[1e999,{"b":"\udfff"}]}"#, "{\"\u{fffd}\":[\"1e999\",{\"b\":\"\u{fffd}\"}]}");
    }

    #[test]
    fn what_is_named_twice_in_one_object_stands_once() {
        check(r#"{"a":1,"b":2,"\u0061":3,"a":4,"A":5}"#, r#"{"a":1,"b":2,"A":5}"#);
        check(r#"[{"a":{"b":1,"b":2}},{"a":3}]"#, r#"[{"a":{"b":1}},{"a":3}]"#);
        let mut object = Object::default();
        object.text("a", "1");
        object.text("a", "2");
        assert_eq!(object.finish(), r#"{"a":"1"}"#);
    }

    #[test]
    fn an_object_of_very_many_members_says_so_and_costs_what_stands_beside_it_nothing() {
        let object = |members: usize| {
            let members: Vec<String> = (0..members).map(|number| format!("\"{number}\":1")).collect();
            format!("{{{}}}", members.join(","))
        };
        check(&object(MAX_MEMBERS), &object(MAX_MEMBERS));
        check(&format!("[{},2]", object(MAX_MEMBERS + 1)), &format!("[{TOO_MANY},2]"));
    }

    #[test]
    fn what_all_readers_take_stays_as_it_is() {
        for text in ["null", "true", "0.10", "12345678901234567890.1234567890", "1e-400", "\"ä \\n\"", "[]", "{}"] {
            check(text, text);
        }
    }

    #[test]
    fn what_is_nested_too_deeply_is_left_out() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let text = format!("{}1{}", open.repeat(5_000), close.repeat(5_000));
            let portable = super::portable(Json::parse(&text).unwrap());
            let value: Value = serde_json::from_str(&portable).unwrap();
            assert!(value.to_string().contains("nested too deeply"), "{portable}");
        }
    }

    proptest! {
        #[test]
        fn what_is_built_is_what_was_put_in(names in prop::collection::btree_map(".{0,6}", ".{0,6}", 0..5)) {
            let (mut object, mut list) = (Object::default(), List::default());
            for (name, text) in &names {
                object.text(name, text);
                list.item(Json::trusted(&quoted(text)));
            }
            prop_assert_eq!(object.is_empty(), names.is_empty());
            prop_assert_eq!(serde_json::from_str::<Value>(&object.finish()).unwrap(), json!(names));
            let texts: Vec<_> = names.values().collect();
            prop_assert_eq!(serde_json::from_str::<Value>(&list.finish()).unwrap(), json!(texts));
        }

        #[test]
        fn any_text_of_half_pairs_is_portable(units in prop::collection::vec(any::<u16>(), 0..20)) {
            let escaped: String = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
            let text = format!("[\"{escaped}\"]");
            let portable = super::portable(Json::parse(&text).unwrap());
            let value: Value = serde_json::from_str(&portable).unwrap();
            prop_assert_eq!(value[0].as_str().unwrap(), String::from_utf16_lossy(&units));
        }
    }
}
