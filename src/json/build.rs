//! JSON text out of parts: nothing else in this crate puts brackets, braces and commas around values.

use std::borrow::Cow;

use super::{Cursor, Json, quoted};

/// Lists and objects within each other that are passed on. Readers give up at 128 or so, and what records hold needs few.
const MAX_DEPTH: u32 = 32;

/// What stands for a value that lies deeper.
const TOO_DEEP: &str = "\"(nested too deeply to be shown)\"";

/// An object, member by member. Of the same name twice, which some readers refuse, the first counts, as in
/// [`Fields::get`](crate::record::Fields::get).
#[derive(Debug, Default)]
pub(crate) struct Object {
    members: Parts,
    names: Names,
}

/// The names of an object's members, by their hashes: a set of texts would be some kilobytes more of code.
#[derive(Debug, Default)]
struct Names(Vec<u64>);

/// A list, item by item.
#[derive(Debug, Default)]
pub(crate) struct List(Parts);

/// Parts with commas between.
#[derive(Debug, Default)]
struct Parts(String);

impl Parts {
    fn next(&mut self) -> &mut String {
        if !self.0.is_empty() {
            self.0.push(',');
        }
        &mut self.0
    }

    fn member(&mut self, name: &str, value: Json<'_>) {
        let text = self.next();
        text.push_str(&quoted(name));
        text.push(':');
        text.push_str(value.get());
    }
}

impl Object {
    /// Adds a member.
    pub(crate) fn member(&mut self, name: &str, value: Json<'_>) {
        self.names.add(name);
        self.members.member(name, value);
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
        self.names.once(format!("{{{}}}", self.members.0))
    }
}

impl Names {
    fn add(&mut self, name: &str) {
        self.0.push(hash(name));
    }

    /// The object with these members, without those whose name stands before them already. Sorting finds whether there
    /// are any, so that the work does not grow with the square of their number.
    fn once(mut self, object: String) -> String {
        let all = self.0.len();
        self.0.sort_unstable();
        self.0.dedup();
        if self.0.len() == all {
            return object;
        }
        let mut written = vec![false; self.0.len()];
        let mut members = Parts::default();
        for (name, value) in Json::trusted(&object).members() {
            let written = self.0.binary_search(&hash(&name)).ok().and_then(|at| written.get_mut(at));
            if written.is_some_and(|written| !std::mem::replace(written, true)) {
                members.member(&name, value);
            }
        }
        format!("{{{}}}", members.0)
    }
}

/// FNV-1a. Two names of one hash are taken for one: it is the org's own loss if it goes looking for such.
/// <https://www.rfc-editor.org/rfc/rfc9923>
fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

impl List {
    /// Adds an item.
    pub(crate) fn item(&mut self, value: Json<'_>) {
        self.0.next().push_str(value.get());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.0.is_empty()
    }

    /// The list as JSON text.
    pub(crate) fn finish(self) -> String {
        format!("[{}]", self.0.0)
    }
}

impl<'a> Json<'a> {
    /// The same value in a form that every JSON reader takes, whatever wrote it: half of a surrogate pair becomes U+FFFD, a
    /// number beyond what a double holds becomes a text, and what is nested too deeply or named twice is left out.
    /// <https://www.rfc-editor.org/rfc/rfc8259#section-6>, and 4, 8.2 and 9 there
    pub fn portable(self) -> Cow<'a, str> {
        let text = self.get();
        match text.as_bytes().first() {
            Some(b'{' | b'[') => {
                let mut portable = String::with_capacity(text.len());
                self.cursor().copy_portable(MAX_DEPTH, &mut portable);
                Cow::Owned(portable)
            }
            // Most texts hold no escape at all, which takes little to see.
            Some(b'"') if !text.as_bytes().contains(&b'\\') || !text.contains("\\u") => Cow::Borrowed(text),
            Some(b'"') => Cow::Owned(quoted(&self.text().unwrap_or_default())),
            Some(b'-' | b'0'..=b'9') if is_beyond_a_double(text) => Cow::Owned(quoted(text)),
            _ => Cow::Borrowed(text),
        }
    }
}

impl Cursor<'_> {
    /// Goes behind the value it stands before, and writes that value as [`Json::portable`] does. However lists lie in
    /// lists, each byte is copied once.
    fn copy_portable(&mut self, depth: u32, portable: &mut String) {
        match self.byte() {
            b'{' | b'[' if depth == 0 => {
                self.skip();
                portable.push_str(TOO_DEEP);
            }
            b'{' => {
                self.enter_object();
                let start = portable.len();
                let mut names = Names::default();
                portable.push('{');
                while let Some(name) = self.next_name() {
                    portable.push_str(if names.0.is_empty() { "" } else { "," });
                    names.add(&name);
                    portable.push_str(&quoted(&name));
                    portable.push(':');
                    self.copy_portable(depth - 1, portable);
                }
                portable.push('}');
                let object = portable.split_off(start);
                portable.push_str(&names.once(object));
            }
            b'[' => {
                self.enter_list();
                let mut opening = "[";
                while self.next_item() {
                    portable.push_str(opening);
                    opening = ",";
                    self.copy_portable(depth - 1, portable);
                }
                portable.push_str(if opening == "[" { "[]" } else { "]" });
            }
            _ => {
                let value = self.value();
                portable.push_str(&value.portable());
            }
        }
    }
}

/// Whether a number is larger than any double, which only one with an exponent or hundreds of digits can be.
fn is_beyond_a_double(number: &str) -> bool {
    let may_be = number.len() > 300 || number.contains(['e', 'E']);
    may_be && !number.parse::<f64>().is_ok_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[track_caller]
    fn check(given: &str, portable: &str) {
        let text = Json::parse(given).unwrap().portable();
        assert_eq!(text, portable);
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
    fn what_all_readers_take_stays_as_it_is() {
        for text in ["null", "true", "0.10", "12345678901234567890.1234567890", "1e-400", "\"ä \\n\"", "[]", "{}"] {
            check(text, text);
        }
    }

    #[test]
    fn what_is_nested_too_deeply_is_left_out() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let text = format!("{}1{}", open.repeat(5_000), close.repeat(5_000));
            let portable = Json::parse(&text).unwrap().portable();
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
            let portable = Json::parse(&text).unwrap().portable();
            let value: Value = serde_json::from_str(&portable).unwrap();
            prop_assert_eq!(value[0].as_str().unwrap(), String::from_utf16_lossy(&units));
        }
    }
}
