//! One record as Salesforce sends it: JSON text, taken apart only where a field is asked for.

use std::borrow::Cow;
use std::cell::Cell;

use crate::chunk::is_same;
use crate::json::{Json, Member, Walk, place_of};
use crate::within::split;

/// A record, unparsed.
#[derive(Debug, Clone)]
pub struct Record {
    json: Box<str>,
    /// Where its fields lie, where that was seen when it was read.
    members: Vec<Member>,
}

impl From<Json<'_>> for Record {
    fn from(value: Json<'_>) -> Self {
        Self { json: value.get().into(), members: Vec::new() }
    }
}

impl Record {
    /// The record that is next.
    pub(crate) fn read(from: &mut Walk<'_>) -> Self {
        let (object, members) = from.object();
        Self { json: object.get().into(), members }
    }

    /// The record as it came.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// The value at a path, as [`Fields::get`] finds it.
    pub(crate) fn get(&self, path: &str) -> Option<Json<'_>> {
        if self.members.is_empty() {
            return value_at(Json::trusted(&self.json), path);
        }
        let (first, rest) = parted(path)?;
        let (_, value) =
            self.members.iter().map(|member| member.of(&self.json)).find(|(name, _)| is_called(name, first))?;
        led_to(value, rest)
    }

    /// Its fields, in the order they came; none if it is not an object.
    pub fn fields(&self) -> Fields<'_> {
        if self.members.is_empty() {
            return Fields::of(Json::trusted(&self.json));
        }
        let member = |member: &Member| {
            let (name, value) = member.of(&self.json);
            (Cow::Borrowed(name), value)
        };
        Fields { members: self.members.iter().map(member).collect(), ..Fields::default() }
    }
}

/// What a record usually has no more of, so that there is room for them at once.
const USUAL_MEMBERS: usize = 8;

/// The members of a JSON object, each unparsed.
#[derive(Debug, Clone, Default)]
pub struct Fields<'a> {
    members: Vec<(Cow<'a, str>, Json<'a>)>,
    /// Behind the one that was found last: they come in the order they are asked for, or nearly so.
    next: Cell<usize>,
}

impl<'a> Fields<'a> {
    /// The members of a value; none if it is not an object.
    pub fn of(value: Json<'a>) -> Self {
        let mut members = Vec::with_capacity(USUAL_MEMBERS);
        members.extend(value.members());
        Self { members, ..Self::default() }
    }

    /// How many members there are.
    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }

    /// The value of the next member, if it is of this name.
    fn is_next(&self, name: &str) -> Option<Json<'a>> {
        let next = self.next.get();
        let (member, value) = self.members.get(next)?;
        is_called(member, name).then(|| {
            self.next.set(next + 1);
            *value
        })
    }

    /// The value of a member of this name.
    fn called(&self, name: &str) -> Option<Json<'a>> {
        // Several paths may begin with the same name, and so from the last on.
        let mut at = self.next.get().saturating_sub(1);
        for _ in &self.members {
            let (member, value) = self.members.get(at)?;
            at += 1;
            if is_called(member, name) {
                self.next.set(at);
                return Some(*value);
            }
            if at == self.members.len() {
                at = 0;
            }
        }
        None
    }

    /// The value at a path (`Owner.Name`), without regard to case as Salesforce has none; absent when null.
    pub fn get(&self, path: &str) -> Option<Json<'a>> {
        // Most paths are the name of the next member, and have no dot to be looked for.
        if let Some(value) = self.is_next(path) {
            return led_to(value, None);
        }
        let (first, rest) = parted(path)?;
        led_to(self.called(first)?, rest)
    }

    /// A text at a path.
    pub fn text(&self, path: &str) -> Option<String> {
        Some(self.get(path)?.text()?.into_owned())
    }

    /// The items of a list at a path; none if there is no list.
    pub fn list(&self, path: &str) -> impl Iterator<Item = Json<'a>> + use<'a> {
        self.get(path).into_iter().flat_map(Json::items)
    }

    /// Every member with a value, except `attributes`.
    pub fn values(&self) -> impl Iterator<Item = (&str, Json<'a>)> {
        self.members
            .iter()
            .filter(|(name, value)| name != "attributes" && !value.is_null())
            .map(|(name, value)| (name.as_ref(), *value))
    }

    /// The name of every member, except `attributes`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|(name, _)| name.as_ref()).filter(|name| *name != "attributes")
    }

    /// The object's API name, as `attributes` says.
    pub fn object(&self) -> Option<String> {
        self.text("attributes.type")
    }
}

/// The first name of a path, and the others.
fn parted(path: &str) -> Option<(&str, Option<&str>)> {
    match place_of(path.as_bytes(), 0, b'.') {
        end if end == path.len() => Some((path, None)),
        dot => Some((path.get(..dot)?, path.get(dot + 1..))),
    }
}

/// The value that the rest of a path leads to; absent when null.
fn led_to<'a>(value: Json<'a>, rest: Option<&str>) -> Option<Json<'a>> {
    match rest {
        None => (!value.is_null()).then_some(value),
        Some(rest) => value_at(value, rest),
    }
}

/// The value at a path within another, of which no other member is kept; absent when null.
fn value_at<'a>(value: Json<'a>, path: &str) -> Option<Json<'a>> {
    let mut cursor = value.cursor();
    for name in split(path, b'.') {
        if !cursor.enter_object() {
            return None;
        }
        while !is_called(&cursor.next_name()?, name) {
            cursor.skip();
        }
    }
    Some(cursor.value()).filter(|value| !value.is_null())
}

/// Whether a member is called so, in any case. The lengths are compared here, for a function is called to compare the rest.
fn is_called(member: &str, name: &str) -> bool {
    member.len() == name.len() && (is_same(member, name) || member.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: Option<&str>) {
        let record = Record::from(Json::parse(
            r#"{"attributes":{"type":"Account"},"Name":"A \"b\"","Owner":{"Name":"Jo","Manager":null},"Phone":null}"#,
        ).unwrap());
        assert_eq!(record.fields().get(path).map(Json::get), expected);
    }

    #[test]
    fn fields_are_found_by_path_without_regard_to_case() {
        check("Name", Some(r#""A \"b\"""#));
        check("owner.name", Some(r#""Jo""#));
        check("attributes.type", Some(r#""Account""#));
    }

    #[test]
    fn fields_are_found_in_whatever_order_they_are_asked_for() {
        let text = r#"{"attributes":{"type":"Account"},"A":1,"B":{"C":2,"D":3},"E":4}"#;
        let seen = Record::read(&mut Walk::of(text));
        for record in [seen, Record::from(Json::parse(text).unwrap())] {
            let fields = record.fields();
            for (path, expected) in
                [("A", "1"), ("B.C", "2"), ("b.D", "3"), ("E", "4"), ("B.D", "3"), ("A", "1"), ("E", "4")]
            {
                assert_eq!(fields.get(path).map(Json::get), Some(expected), "{path}");
            }
            assert!(fields.get("F").is_none() && fields.get("A").is_some() && fields.get("B.E").is_none());
            assert_eq!(fields.names().collect::<Vec<_>>(), ["A", "B", "E"]);
        }
    }

    #[test]
    fn null_and_what_lies_behind_null_is_absent() {
        check("Phone", None);
        check("Owner.Manager.Name", None);
        check("Name.Nothing", None);
        check("Nothing", None);
    }
}
