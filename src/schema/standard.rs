//! The standard fields of the core objects, embedded: most calls need no describe at all.
//!
//! The table lists only what every org has, so an answer from it is right unless the org hides the field from the user;
//! what it lacks, it doesn't deny. `standard_schema_*` in `tests/it` compares it with recorded describes.

use super::columns::Use;
use super::{ObjectSchema, ObjectSummary, Source, stored, words};

const TABLE: &str = include_str!("standard.txt");

/// The pseudo-object whose fields all targets of a polymorphic lookup share, as in `Who.Name`.
pub const NAME: &str = "Name";

/// A core object, by API name in any case; also [`NAME`].
pub fn object(name: &str) -> Option<ObjectSchema> {
    let mut lines = section(name)?.lines();
    stored::read_object(lines.next()?, lines, Source::Standard)
}

/// The core objects, those people ask about most first.
pub fn objects() -> Vec<ObjectSummary> {
    headings().filter_map(stored::read_summary).filter(|object| object.name != NAME).collect()
}

/// The object that a common word stands for.
pub(super) fn object_of_word(word: &str) -> Option<&'static str> {
    let word = joined(word);
    headings().find_map(|heading| {
        let name = heading.get(1..)?.split('\t').next()?;
        let mut words = section(name)?.lines().find_map(|line| line.strip_prefix("~\t"))?.split('\t');
        words.any(|known| joined(known) == word).then_some(name)
    })
}

/// The field that a common word stands for.
pub(super) fn field_of_word(object: &str, word: &str) -> Option<&'static str> {
    let word = words::fold(word);
    section(object)?.lines().filter_map(|line| line.strip_prefix('~')).find_map(|line| {
        let (field, words) = line.split_once('\t')?;
        words.split('\t').any(|known| words::fold(known) == word).then_some(field)
    })
}

/// The columns a core object is usually shown with.
pub(super) fn usual_columns(object: &str, purpose: Use) -> Option<impl Iterator<Item = &'static str>> {
    let mark = match purpose {
        Use::List => "!list\t",
        Use::Get => "!get\t",
        Use::Find => "!find\t",
    };
    Some(section(object)?.lines().find_map(|line| line.strip_prefix(mark))?.split(' '))
}

fn headings() -> impl Iterator<Item = &'static str> {
    TABLE.lines().filter(|line| line.starts_with('*'))
}

/// The lines of an object.
fn section(object: &str) -> Option<&'static str> {
    let mut rest = TABLE;
    loop {
        let start = rest.find("\n*")? + 1;
        rest = &rest[start..];
        let name = &rest[1..rest.find('\t')?];
        if name.eq_ignore_ascii_case(object) {
            let end = rest.find("\n*").map_or(rest.len(), |end| end + 1);
            return Some(&rest[..end]);
        }
    }
}

fn joined(word: &str) -> String {
    words::tokens(word).concat()
}
