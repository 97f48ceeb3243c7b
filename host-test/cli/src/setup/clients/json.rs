//! One change in a JSON text that people write, with comments and commas at the end: everything else stays as it is.

use std::ops::Range;

use serde_json::Value;

/// Deepest nesting that is read.
const MAX_DEPTH: usize = 64;

/// Where an object and its members are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    /// After its brace.
    start: usize,
    /// At its closing brace.
    end: usize,
    members: Vec<Member>,
    /// Whether a comma stands after the last one.
    comma: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Member {
    key: Range<usize>,
    value: Range<usize>,
}

/// The object that a whole text is.
pub(super) fn object(text: &str) -> Option<Object> {
    let start = blank(text, 0)?;
    let object = object_at(text, start)?;
    (blank(text, object.end + 1)? == text.len()).then_some(object)
}

/// The object that begins at a place.
pub(super) fn object_at(text: &str, start: usize) -> Option<Object> {
    read_object(text, start, 0)
}

impl Object {
    /// Where the value of a member is.
    pub(super) fn member(&self, text: &str, name: &str) -> Option<Range<usize>> {
        Some(self.find(text, name)?.value.clone())
    }

    fn find(&self, text: &str, name: &str) -> Option<&Member> {
        let is_it = |member: &&Member| {
            let key = text.get(member.key.clone()).and_then(|key| serde_json::from_str::<String>(key).ok());
            key.as_deref() == Some(name)
        };
        self.members.iter().find(is_it)
    }

    /// The text with a member of this object, in the place of one of its name or after the last.
    pub(super) fn with(&self, text: &str, name: &str, value: &Value) -> String {
        if let Some(member) = self.find(text, name) {
            let same = text.get(member.value.clone()).and_then(|text| serde_json::from_str::<Value>(text).ok());
            if same.as_ref() == Some(value) {
                return text.to_owned();
            }
            return replaced(text, member.value.clone(), &laid_out(value, indent(text, member.key.start)));
        }
        let member = |indent: &str| format!("\n{indent}{}: {}", Value::from(name), laid_out(value, indent));
        match self.members.last() {
            Some(last) => {
                let member = member(indent(text, last.key.start));
                // Where a comma stood at the end, one stands there again.
                let at = last.value.end;
                replaced(text, at..at, &format!(",{member}"))
            }
            None => {
                let outer = indent(text, self.start);
                let inner = format!("{outer}  ");
                replaced(text, self.end..self.end, &format!("{}\n{outer}", member(&inner)))
            }
        }
    }
}

fn replaced(text: &str, range: Range<usize>, by: &str) -> String {
    let (before, after) = (text.get(..range.start).unwrap_or_default(), text.get(range.end..).unwrap_or_default());
    format!("{before}{by}{after}")
}

/// JSON over several lines, those after the first with an indent.
fn laid_out(value: &Value, indent: &str) -> String {
    format!("{value:#}").replace('\n', &format!("\n{indent}"))
}

/// The space that a line begins with.
fn indent(text: &str, at: usize) -> &str {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.get(..line.len() - line.trim_start().len()).unwrap_or_default()
}

fn read_object(text: &str, start: usize, depth: usize) -> Option<Object> {
    let mut at = after(text, start, '{')?;
    let (start, mut members, mut comma) = (at, Vec::new(), false);
    loop {
        at = blank(text, at)?;
        if let Some(_end) = after(text, at, '}') {
            return Some(Object { start, end: at, members, comma });
        }
        if !members.is_empty() && !comma {
            return None;
        }
        let key = at..string(text, at)?;
        at = blank(text, after(text, blank(text, key.end)?, ':')?)?;
        let value = at..value(text, at, depth)?;
        at = blank(text, value.end)?;
        members.push(Member { key, value });
        comma = after(text, at, ',').is_some();
        at += usize::from(comma);
    }
}

/// The end of a value.
fn value(text: &str, at: usize, depth: usize) -> Option<usize> {
    if depth > MAX_DEPTH {
        return None;
    }
    match text.get(at..)?.chars().next()? {
        '{' => Some(read_object(text, at, depth + 1)?.end + 1),
        '[' => array(text, at, depth + 1),
        '"' => string(text, at),
        _ => {
            let rest = text.get(at..)?;
            let length =
                rest.find(|one: char| !one.is_ascii_alphanumeric() && !"+-.".contains(one)).unwrap_or(rest.len());
            serde_json::from_str::<Value>(rest.get(..length)?).ok()?;
            Some(at + length)
        }
    }
}

fn array(text: &str, start: usize, depth: usize) -> Option<usize> {
    let mut at = after(text, start, '[')?;
    let mut may_go_on = true;
    loop {
        at = blank(text, at)?;
        if let Some(end) = after(text, at, ']') {
            return Some(end);
        }
        if !may_go_on {
            return None;
        }
        at = blank(text, value(text, at, depth)?)?;
        may_go_on = after(text, at, ',').is_some();
        at += usize::from(may_go_on);
    }
}

/// The end of a string.
fn string(text: &str, at: usize) -> Option<usize> {
    let start = after(text, at, '"')?;
    let mut escaped = false;
    for (offset, one) in text.get(start..)?.char_indices() {
        match one {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(start + offset + 1),
            _ => {}
        }
    }
    None
}

fn after(text: &str, at: usize, one: char) -> Option<usize> {
    text.get(at..)?.starts_with(one).then_some(at + one.len_utf8())
}

/// Where spaces and comments end.
fn blank(text: &str, mut at: usize) -> Option<usize> {
    loop {
        let rest = text.get(at..)?;
        let trimmed = rest.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
        at += rest.len() - trimmed.len();
        if trimmed.starts_with("//") {
            at += trimmed.find('\n').unwrap_or(trimmed.len());
        } else if trimmed.starts_with("/*") {
            at += trimmed.find("*/")? + 2;
        } else {
            return Some(at);
        }
    }
}
