//! Values of Rust as JSON text.

use super::{end_of_plain, push_all};

/// What can be written as JSON. Writing can't fail: it goes to memory.
pub(crate) trait ToJson {
    /// Writes the value behind what is there.
    fn write(&self, out: &mut String);

    /// Whether a record leaves a member of this value out.
    fn is_absent(&self) -> bool {
        false
    }

    /// The value as JSON.
    fn to_json(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }
}

impl ToJson for &str {
    fn write(&self, out: &mut String) {
        write_text(self, out);
    }
}

impl ToJson for String {
    fn write(&self, out: &mut String) {
        write_text(self, out);
    }
}

impl ToJson for bool {
    fn write(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }
}

impl ToJson for u32 {
    fn write(&self, out: &mut String) {
        out.push_str(&self.to_string());
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn write(&self, out: &mut String) {
        match self {
            Some(value) => value.write(out),
            None => out.push_str("null"),
        }
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn write(&self, out: &mut String) {
        let mut opening = "[";
        for item in self {
            out.push_str(opening);
            opening = ",";
            item.write(out);
        }
        out.push_str(if opening == "[" { "[]" } else { "]" });
    }
}

/// Text that is JSON already.
pub(crate) struct Raw<'a>(pub(crate) &'a str);

impl ToJson for Raw<'_> {
    fn write(&self, out: &mut String) {
        out.push_str(self.0);
    }
}

/// The members of an object, as they are written.
pub(crate) struct ObjectWriter<'a> {
    out: &'a mut String,
    opening: &'static str,
}

impl<'a> ObjectWriter<'a> {
    pub(crate) fn new(out: &'a mut String) -> Self {
        Self { out, opening: "{\"" }
    }

    /// Writes a member, unless there is none. The name needs no escape.
    pub(crate) fn add(&mut self, name: &str, value: &dyn ToJson) {
        if value.is_absent() {
            return;
        }
        push_all(self.out, [self.opening, name, "\":"]);
        self.opening = ",\"";
        value.write(self.out);
    }

    pub(crate) fn finish(self) {
        self.out.push_str(if self.opening == ",\"" { "}" } else { "{}" });
    }
}

/// A text as JSON.
pub fn quoted(text: &str) -> String {
    (&text).to_json()
}

/// Writes a text between quotes, with what has to be escaped.
/// <https://www.rfc-editor.org/rfc/rfc8259#section-7>
fn write_text(text: &str, out: &mut String) {
    // Nearly all texts are plain.
    if end_of_plain(text.as_bytes(), 0) == text.len() {
        push_all(out, ["\"", text, "\""]);
        return;
    }
    out.push('"');
    let mut rest = text;
    while let Some((plain, behind)) = rest.split_at_checked(end_of_plain(rest.as_bytes(), 0)) {
        out.push_str(plain);
        let mut characters = behind.chars();
        let Some(special) = characters.next() else { break };
        let escaped = match special {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\u{8}' => "\\b",
            '\t' => "\\t",
            '\n' => "\\n",
            '\u{c}' => "\\f",
            '\r' => "\\r",
            control => {
                let digit = |value| char::from_digit(value, 16).unwrap_or_default();
                out.push_str("\\u00");
                out.push(digit(u32::from(control) >> 4));
                out.push(digit(u32::from(control) & 15));
                ""
            }
        };
        out.push_str(escaped);
        rest = characters.as_str();
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn every_control_character_is_escaped_as_serde_json_does() {
        for character in '\0'..='\u{7f}' {
            let text = format!("a{character}{character}b{character}");
            assert_eq!(quoted(&text), json!(text).to_string());
        }
    }

    #[test]
    fn a_member_that_is_absent_is_left_out() {
        let mut out = String::new();
        let mut object = ObjectWriter::new(&mut out);
        object.add("none", &None::<u32>);
        object.add("list", &vec![Some(1_u32), None]);
        object.add("raw", &Raw("{}"));
        object.add("flag", &false);
        object.finish();
        ObjectWriter::new(&mut out).finish();
        assert_eq!(out, r#"{"list":[1,null],"raw":{},"flag":false}{}"#);
        assert_eq!(Vec::<u32>::new().to_json(), "[]");
    }

    proptest! {
        #[test]
        fn any_text_is_written_as_serde_json_writes_it(text in ".{0,40}|[\"\\\\a\0\u{1f}ä]{0,20}") {
            prop_assert_eq!(quoted(&text), json!(text).to_string());
        }
    }
}
