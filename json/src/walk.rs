//! Reading JSON and seeing that it is JSON in one go, where responses are long and little of them is wanted.

mod before;

use std::borrow::Cow;

use super::scan::{self, NOWHERE};
use super::{Json, NotJson, grammar, unescaped};

pub use before::{Before, NO_PLACE, Seen};

/// A place in a text that is not known to be JSON: nowhere once it has turned out to be none, where every list and object
/// ends. What was read counts only if [`Self::finish`] says so in the end.
#[derive(Debug, Clone)]
pub struct Walk<'a> {
    text: &'a str,
    at: usize,
    /// Whether the text is known to be JSON, so that of what is skipped only the end is looked for.
    is_known: bool,
}

/// Where a member lies in the text of its object.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    name: usize,
    name_end: usize,
    value: usize,
    value_end: usize,
}

impl Member {
    /// Its name and its value, in the text it was found in.
    pub fn of<'a>(&self, object: &'a str) -> (&'a str, Json<'a>) {
        let name = object.get(self.name..self.name_end).unwrap_or_default();
        (name, Json(object.get(self.value..self.value_end).unwrap_or_default()))
    }
}

impl<'a> Walk<'a> {
    /// At the beginning of a text.
    pub fn of(text: &'a str) -> Self {
        Self { text, at: 0, is_known: false }
    }

    /// The same of a text that is known to be JSON.
    pub fn trusting(text: &'a str) -> Self {
        Self { is_known: true, ..Self::of(text) }
    }

    /// Whether all of the text was JSON, and was read.
    pub fn finish(mut self) -> Result<(), NotJson> {
        self.byte();
        if self.at == self.text.len() { Ok(()) } else { Err(NotJson::at(self.text, self.at & !NOWHERE)) }
    }

    /// Whether a list, an object or another value that begins so is next.
    pub fn is_before(&mut self, opening: u8) -> bool {
        self.byte() == opening
    }

    /// Goes into the list (or object) it stands before, where an item (or name) follows; or behind an empty one, and
    /// what is none.
    pub fn enter(&mut self, opening: u8) -> bool {
        if self.byte() != opening {
            self.skip();
            return false;
        }
        self.at += 1;
        // In ASCII the closing ones come two behind.
        let is_empty = self.byte() == opening + 2;
        self.at += usize::from(is_empty);
        !is_empty
    }

    /// Goes behind the comma or the closing bracket it stands before; true if another item (or name) has to follow.
    pub fn goes_on(&mut self, closing: u8) -> bool {
        let byte = self.byte();
        if byte != b',' && byte != closing {
            self.at |= NOWHERE;
            return false;
        }
        self.at += 1;
        if byte == b',' {
            self.byte();
        }
        byte == b','
    }

    /// Goes to the value of the member it stands before.
    pub fn name(&mut self) -> Cow<'a, str> {
        let start = self.at;
        self.at = grammar::behind_string(self.text.as_bytes(), start);
        let name = self.text.get(start + 1..self.at - 1).unwrap_or_default();
        self.colon();
        unescaped(name)
    }

    fn colon(&mut self) {
        self.at = if self.byte() == b':' { self.at + 1 } else { self.at | NOWHERE };
    }

    /// Cuts out the value it stands before.
    pub fn value(&mut self) -> Json<'a> {
        self.byte();
        let start = self.at;
        self.skip();
        Json(self.text.get(start..self.at).unwrap_or_default())
    }

    /// Cuts out the object it stands before, and says where its members lie in it; of another value, and where a name has
    /// escapes, there are none.
    pub fn object(&mut self) -> (Json<'a>, Vec<Member>) {
        let bytes = self.text.as_bytes();
        self.byte();
        let start = self.at;
        let mut members = Vec::new();
        let mut are_plain = true;
        let mut goes_on = self.enter(b'{');
        while goes_on {
            let name = self.at + 1;
            let name_end = scan::end_of_plain_within(bytes, name);
            if scan::byte(bytes, self.at) == b'"' && scan::byte(bytes, name_end) == b'"' {
                self.at = name_end + 1;
                self.colon();
            } else {
                are_plain = false;
                self.name();
            }
            self.byte();
            let value = self.at;
            self.skip();
            let [name, name_end, value, value_end] = [name, name_end, value, self.at].map(|at| at.wrapping_sub(start));
            members.push(Member { name, name_end, value, value_end });
            goes_on = self.goes_on(b'}');
        }
        if !are_plain {
            members.clear();
        }
        (Json(self.text.get(start..self.at).unwrap_or_default()), members)
    }

    /// Goes behind the value it stands before.
    pub fn skip(&mut self) {
        let bytes = self.text.as_bytes();
        // Most hold nothing, and to see where they end takes less than to look for what lies within others.
        self.at = match self.byte() {
            opening @ (b'"' | b'{' | b'[') if self.is_known => scan::behind(bytes, self.at, opening),
            b'"' => grammar::behind_string(bytes, self.at),
            b'{' | b'[' => grammar::behind_value(bytes, self.at),
            opening => grammar::behind_plain(bytes, self.at, opening),
        };
    }

    /// The byte it stands before, behind any space; 0 at the end.
    fn byte(&mut self) -> u8 {
        let bytes = self.text.as_bytes();
        self.at = grammar::behind_space(bytes, self.at);
        scan::byte(bytes, self.at)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde::de::IgnoredAny;
    use serde_json::value::RawValue;

    use super::*;

    const NAMES: [&str; 3] = ["a", "longer than sixteen bytes", "list"];

    /// The three members of each object in a list, the last taken apart; nothing if the text is no JSON.
    fn read(text: &str) -> Option<Vec<[String; 3]>> {
        let mut from = Walk::of(text);
        let mut before = Before::default();
        let (mut rows, mut seen) = (Vec::new(), Vec::new());
        let mut goes_on = from.enter(b'[');
        while goes_on {
            let mut list = "null".to_owned();
            let place_of = |name: &str| NAMES.iter().position(|known| *known == name).unwrap_or(NO_PLACE);
            from.members(&mut before, 2, &place_of, &mut |from, _| list = from.value().get().to_owned());
            let values: [_; 2] = *before.values();
            seen.extend(values);
            rows.push([owned(values[0]), owned(values[1]), list]);
            goes_on = from.goes_on(b']');
        }
        if from.finish().is_err() {
            return None;
        }
        seen.into_iter().for_each(check);
        Some(rows)
    }

    /// A value as it was written.
    fn owned(seen: Seen<'_>) -> String {
        match seen.written() {
            Some(text) => format!("\"{text}\""),
            None if seen == Seen::NONE => "null".to_owned(),
            None => seen.get().to_owned(),
        }
    }

    /// What was seen of a value is what it is.
    #[track_caller]
    fn check(seen: Seen<'_>) {
        let written = owned(seen);
        let json = Json::parse(&written).unwrap();
        assert_eq!((seen.text(), seen.word()), (json.text(), json.word()), "{written}");
        assert_eq!((seen.is_true(), seen.is_false()), (written == "true", written == "false"), "{written}");
    }

    fn objects() -> impl Strategy<Value = String> {
        let names = vec!["\"a\"", "\"longer than sixteen bytes\"", "\"list\"", "\"other\"", "\"\\u0061\\\"\""];
        let texts = [
            "1",
            "10",
            "\"x\"",
            "{}",
            "\"a longer text than sixteen bytes\"",
            "[]",
            "[ 1,2]",
            "null",
            "{\"a\": 3}",
            "true",
            "false",
            "\"a_Word1\"",
        ];
        let all = names.len();
        let names = prop_oneof![
            4 => Just(names.clone()),
            1 => prop::sample::subsequence(names.clone(), 0..=all),
            1 => Just(names).prop_shuffle(),
        ];
        let parts = prop_oneof![
            7 => Just(vec![[":", ","]; all]),
            1 => prop::collection::vec(prop::sample::select(vec![[":", ","], [" : ", "\n,  "], [": ", " , "]]), all),
        ];
        let object = (names, prop::collection::vec(prop::sample::select(texts.to_vec()), all), parts);
        let object = object.prop_map(|(names, values, parts)| {
            let members = names.iter().zip(values).zip(parts);
            let members = members.map(|((name, value), [colon, comma])| [comma, name, colon, value].concat());
            format!("{{{}}}", members.collect::<String>().trim_start_matches([',', ' ', '\n']))
        });
        prop::collection::vec(object, 0..6).prop_map(|objects| format!("[{}]", objects.join(",")))
    }

    #[test]
    fn what_is_the_same_as_before_is_taken_over_and_what_is_missing_is_not() {
        let text =
            r#"[{"a":1,"list":[]},{"a":1,"list":[]},{"a":1,"list":[2]},{"a":1,"list":[2]},{"list":[2]},{"a":1}]"#;
        let rows = read(text).unwrap();
        let shown: Vec<_> = rows.iter().map(|[a, _, list]| format!("{a} {list}")).collect();
        // An empty list is not taken apart a second time, and nothing is kept of it.
        assert_eq!(shown, ["1 []", "1 null", "1 [2]", "1 [2]", "null [2]", "1 null"]);
    }

    #[test]
    fn what_is_as_long_as_an_empty_list_is_taken_apart_each_time() {
        for value in ["10", "{}", " 1", "\n2"] {
            let object = format!("{{\"list\":{value},\"a\":\"{}\"}}", "long".repeat(40));
            let rows = read(&format!("[{object},{object},{object}]")).unwrap();
            let shown: Vec<_> = rows.iter().map(|[_, _, list]| list.as_str()).collect();
            assert_eq!(shown, [value.trim(); 3], "{value:?}");
        }
    }

    #[test]
    fn space_may_be_another_in_each_object() {
        let pieces = ["{", r#""a""#, ":", "1", ",", r#""list""#, ":", "[2]", ",", r#""other""#, ":"];
        let long = format!("\"{}\"}}", "x".repeat(80));
        let spaces = ["", " ", "  ", " ", "", "\n\t"];
        let objects = spaces.map(|space| [pieces.join(space), long.clone()].join(space));
        let rows = read(&format!("[{}]", objects.join(","))).unwrap();
        for [a, _, list] in rows {
            assert_eq!([a, list], ["1", "[2]"]);
        }
    }

    /// The names and values of each object in a list; nothing if the text is no JSON.
    fn objects_of(mut from: Walk<'_>) -> Option<Vec<Vec<(String, String)>>> {
        let mut all = Vec::new();
        let mut goes_on = from.enter(b'[');
        while goes_on {
            let (object, members) = from.object();
            let owned = |(name, value): (&str, Json<'_>)| (name.to_owned(), value.get().to_owned());
            all.push(members.iter().map(|member| owned(member.of(object.get()))).collect());
            goes_on = from.goes_on(b']');
        }
        from.finish().is_ok().then_some(all)
    }

    #[test]
    fn an_object_says_where_its_members_lie_unless_a_name_has_escapes() {
        let text = r#"[ {"a": 1,"b" :[{"c":2}, "}"]} ,{"\u0061":1,"b":2},{}, 5]"#;
        let owned = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            objects_of(Walk::of(text)).unwrap(),
            [vec![owned("a", "1"), owned("b", r#"[{"c":2}, "}"]"#)], vec![], vec![], vec![]]
        );
        for text in [r#"[{-a":1}]"#, r#"[{"a-:1}]"#, r#"[{"a"-1}]"#, r#"[{"a":1-"b":1}]"#, r#"[{"a":1-]"#] {
            assert_eq!(objects_of(Walk::of(text)), None, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_096))]

        #[test]
        fn members_are_those_that_serde_json_finds(text in objects()) {
            let expected: Vec<BTreeMap<String, Box<RawValue>>> = serde_json::from_str(&text).unwrap();
            let expected: Vec<_> = expected
                .iter()
                .map(|object| NAMES.map(|name| object.get(name).map_or("null", |value| value.get()).to_owned()))
                .collect();
            let mut read = read(&text).unwrap();
            for (row, expected) in read.iter_mut().zip(&expected) {
                if expected[2] == "[]" {
                    row[2] = "[]".to_owned();
                }
            }
            prop_assert_eq!(read, expected);
            prop_assert_eq!(objects_of(Walk::trusting(&text)), objects_of(Walk::of(&text)));
        }

        #[test]
        fn what_is_not_json_is_never_over(text in objects(), at in any::<prop::sample::Index>(), put in ".?") {
            let mut broken = text.clone();
            let at = at.index(broken.len());
            broken.replace_range(at..=at, &put);
            let is_json = serde_json::from_str::<IgnoredAny>(&broken).is_ok();
            prop_assert_eq!(read(&broken).is_some(), is_json, "{}", broken);
            prop_assert_eq!(objects_of(Walk::of(&broken)).is_some(), is_json, "{}", broken);
        }
    }
}
