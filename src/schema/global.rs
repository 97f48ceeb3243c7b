//! The objects of an org as they are kept, a line each, and read in place: there are a thousand and more, a call looks for
//! one of them, and hosts count instructions.

use std::borrow::Cow;

use super::lazy::is_of;
use super::seal::{seal, unseal};
use super::words;
use crate::json::{Line, Lines, byte, place_of};

/// The org's objects: those that can be read or created, in Salesforce's order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GlobalDescribe {
    lines: String,
}

/// One of the org's objects.
#[derive(Debug, Clone, Copy)]
pub struct ObjectSummary<'a>(Line<'a, 5>);

/// Creatable, updatable, queryable, searchable, custom: a letter is written where it is so.
pub(super) const FLAGS: &str = "cuqsx";

/// Begins the line of an object, up to its flags.
pub(super) fn write_heading(lines: &mut Lines, name: &str, label: &str, label_plural: &str, key_prefix: &str) {
    lines.line("*", name);
    lines.column(if words::is_label(label, name) { "" } else { label });
    lines.column(if words::is_plural(label_plural, label) { "" } else { label_plural });
    lines.column(key_prefix);
}

impl GlobalDescribe {
    /// The objects of these lines.
    pub(super) fn of(lines: &Lines) -> Self {
        Self { lines: lines.get().to_owned() }
    }

    /// The objects as bytes for the host's cache.
    pub fn to_bytes(&self) -> Vec<u8> {
        seal([&self.lines, ""])
    }

    /// What [`to_bytes`](Self::to_bytes) made; `None` for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let lines = unseal(bytes)?;
        (lines.is_empty() || lines.starts_with("\n*")).then(|| Self { lines: lines.to_owned() })
    }

    /// All of them.
    pub fn objects(&self) -> impl Iterator<Item = ObjectSummary<'_>> + Clone {
        self.places().map(|at| ObjectSummary::at(&self.lines, at))
    }

    /// The object of this API name, in any case.
    pub fn object(&self, name: &str) -> Option<ObjectSummary<'_>> {
        let at = self.places().find(|at| is_of(self.lines.as_bytes(), *at, name))?;
        Some(ObjectSummary::at(&self.lines, at))
    }

    /// The object whose ids begin so.
    pub fn by_key_prefix(&self, prefix: &str) -> Option<ObjectSummary<'_>> {
        self.objects().find(|object| object.key_prefix() == Some(prefix))
    }

    /// Where each begins, behind the end of the line before and its mark.
    fn places(&self) -> impl Iterator<Item = usize> + Clone {
        let bytes = self.lines.as_bytes();
        let behind_mark = move |end: usize| (byte(bytes, end) == b'\n').then_some(end + 2);
        std::iter::successors(behind_mark(0), move |at| behind_mark(place_of(bytes, *at, b'\n')))
    }
}

impl<'a> ObjectSummary<'a> {
    /// The object whose line begins at a place of lines, behind its mark.
    pub(super) fn at(lines: &'a str, at: usize) -> Self {
        Self(Line::at(lines, at))
    }

    /// Where its line ends.
    pub(super) fn end(self) -> usize {
        self.0.end
    }

    /// API name.
    pub fn name(self) -> &'a str {
        self.0.raw(0)
    }

    /// Label.
    pub fn label(self) -> Cow<'a, str> {
        self.own_label().unwrap_or_else(|| words::label(self.name()).into())
    }

    /// Plural label.
    pub fn label_plural(self) -> Cow<'a, str> {
        self.own_plural().unwrap_or_else(|| words::plural(&self.label()).into())
    }

    /// Label, where it is not the words of the name.
    pub(super) fn own_label(self) -> Option<Cow<'a, str>> {
        self.0.cow(1)
    }

    /// Plural label, where it is not the usual one of the label.
    pub(super) fn own_plural(self) -> Option<Cow<'a, str>> {
        self.0.cow(2)
    }

    /// First three characters of its records' ids.
    pub fn key_prefix(self) -> Option<&'a str> {
        Some(self.0.raw(3)).filter(|prefix| !prefix.is_empty())
    }

    /// Whether an admin made it.
    pub fn custom(self) -> bool {
        self.has(b'x')
    }

    /// Whether SOQL can read it.
    pub fn queryable(self) -> bool {
        self.has(b'q')
    }

    /// Whether the user may create records.
    pub fn createable(self) -> bool {
        self.has(b'c')
    }

    /// Whether the user may change records.
    pub fn updateable(self) -> bool {
        self.has(b'u')
    }

    /// Whether the user may delete records; the list of objects does not say it.
    pub(super) fn deletable(self) -> bool {
        self.has(b'd')
    }

    /// Whether search finds its records.
    pub fn searchable(self) -> bool {
        self.has(b's')
    }

    /// "Label (ApiName)", or the name alone where the label adds nothing.
    pub fn shown(self) -> String {
        let (name, label) = (self.name(), self.label());
        if label == name { label.into_owned() } else { format!("{label} ({name})") }
    }

    /// Whether its label, or the plural of it, folds to this.
    pub(super) fn is_labelled(self, folded: &str) -> bool {
        // Of a label that is not written the letters are those of the name.
        let label = self.own_label().unwrap_or_else(|| words::local_name(self.name()).into());
        let may_be_label = words::may_fold_to(&label, folded);
        if may_be_label && words::folds_to(&label, folded) {
            return true;
        }
        if let Some(plural) = self.own_plural() {
            return words::may_fold_to(&plural, folded) && words::folds_to(&plural, folded);
        }
        // Most are seen not to be it before a plural is made.
        let ends_so = |ending, singular: &str| {
            let stem = folded.strip_suffix(ending);
            stem.is_some_and(|stem| words::folds_to(&label, &[stem, singular].concat()))
        };
        may_be_label && (ends_so("s", "") || ends_so("ies", "y")) && words::folds_to(&self.label_plural(), folded)
    }

    fn has(self, flag: u8) -> bool {
        self.0.raw(4).bytes().any(|one| one == flag)
    }
}
