//! Names as they were written: API names or labels, which only an org can tell apart.

use super::Span;
use std::fmt;

/// One name. Case does not matter.
#[derive(Debug, Clone, Eq)]
pub struct Name {
    /// The text, without quotes, backticks or brackets.
    pub text: String,
    /// Where it stands.
    pub at: Span,
}

/// A name, or names with dots between them: a field, perhaps of a parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The names, at least one.
    pub parts: Vec<Name>,
}

impl Name {
    pub(super) fn new(text: impl Into<String>, at: Span) -> Self {
        Self { text: text.into(), at }
    }

    /// Whether it is this name.
    pub fn is(&self, name: &str) -> bool {
        self.text.eq_ignore_ascii_case(name)
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.is(&other.text)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl Path {
    /// The name at its end: the field's own.
    pub fn last(&self) -> &str {
        self.parts.last().map_or("", |name| &name.text)
    }

    /// Where it stands.
    pub fn at(&self) -> Span {
        match (self.parts.first(), self.parts.last()) {
            (Some(first), Some(last)) => first.at.to(last.at),
            _ => Span::default(),
        }
    }

    /// The name, if it is only one.
    pub fn single(&self) -> Option<&Name> {
        match self.parts.as_slice() {
            [name] => Some(name),
            _ => None,
        }
    }

    /// Whether it is this one name.
    pub(super) fn is(&self, name: &str) -> bool {
        self.single().is_some_and(|single| single.is(name))
    }

    /// Whether it leads through all of these.
    pub(super) fn leads_through(&self, prefix: &[Name]) -> bool {
        self.parts.len() > prefix.len() && self.parts.starts_with(prefix)
    }
}

impl From<Name> for Path {
    fn from(name: Name) -> Self {
        Self { parts: vec![name] }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.parts.iter().enumerate() {
            write!(out, "{}{name}", if index > 0 { "." } else { "" })?;
        }
        Ok(())
    }
}
