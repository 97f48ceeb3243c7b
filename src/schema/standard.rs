//! The standard fields of the core objects, embedded: most calls need no describe at all.
//!
//! The table lists only what every org has, so an answer from it is right unless the org hides the field from the user;
//! what it lacks, it doesn't deny. `standard_schema_*` in `tests/it` compares it with recorded describes.

use std::rc::Rc;

use super::lazy::{Text, is_of};
use super::{LazyList, ObjectSchema, ObjectSummary, Source, Use, words};
use crate::within::split;

// The standard fields of the core objects that every org has. What is missing here (fields of optional features, custom
// fields, picklist values, permissions) only describe knows. Columns are parted by tabs; `stored.rs` reads them.
//
// *object, label, plural, key prefix, flags    c createable, u updateable, d deletable, q queryable, s searchable
// ~field, words people use for it              without a field: words for the object
// !use, columns shown unless others are asked for
// field, type, flags, label, references, relationship, length, compound field
//     type          empty: string
//     flags         C not createable, U not updateable, r required on create, n names the record, i finds it;
//                   h its text is HTML; F, S, G: filterable, sortable, groupable other than usual for the type
//     label         empty: the words of the name
//     relationship  empty: the field without Id; -: none
// >child object, its field, relationship
//
// The build script parts it: what a call looks for an object in is at hand, and the fields and children of each object are
// packed, a third of the bytes.
const TABLE: &str = include_str!(concat!(env!("OUT_DIR"), "/standard-heads.txt"));
const FIELDS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/standard-fields"));
/// Where those of each object begin.
const PLACES: &[usize] = &include!(concat!(env!("OUT_DIR"), "/standard-places.rs"));

/// The pseudo-object whose fields all targets of a polymorphic lookup share, as in `Who.Name`.
pub const NAME: &str = "Name";

/// A core object, by API name in any case; also [`NAME`].
pub fn object(name: &str) -> Option<ObjectSchema> {
    let place = place_of(name)?;
    let text = Rc::new(Text::packed(FIELDS.get(*PLACES.get(place)?..)?));
    let heading = ObjectSummary::at(section_at(place)?, 0);
    Some(ObjectSchema {
        fields: LazyList::all(text.clone(), Source::Standard),
        children: LazyList::all(text, Source::Standard),
        ..ObjectSchema::headed(heading, Source::Standard)?
    })
}

/// The core objects, those people ask about most first.
pub fn objects() -> impl Iterator<Item = ObjectSummary<'static>> + Clone {
    sections().map(|section| ObjectSummary::at(section, 0)).filter(|object| object.name() != NAME)
}

/// The API name of a core object, from the same in any case.
pub(super) fn name_of(text: &str) -> Option<&'static str> {
    section(text).map(heading_name).filter(|name| *name != NAME)
}

/// Whether a common word stands for an object.
pub(super) fn is_word_for(object: &str, word: &str) -> bool {
    let word = joined(word);
    section(object).is_some_and(|section| has_word(section, &word))
}

/// The object that a common word stands for.
pub(super) fn object_of_word(word: &str) -> Option<&'static str> {
    let word = joined(word);
    sections().find(|section| has_word(section, &word)).map(heading_name)
}

/// Whether the words for the object of a section have this one.
fn has_word(section: &str, word: &[u8]) -> bool {
    let words = line(section, "~\t").unwrap_or_default();
    !word.is_empty() && split(words, b'\t').any(|known| joined(known) == word)
}

/// The field that a common word stands for.
pub(super) fn field_of_word(object: &str, word: &str) -> Option<&'static str> {
    let word = words::fold(word);
    split(section(object)?, b'\n').filter_map(|line| line.strip_prefix('~')).find_map(|line| {
        let mut columns = split(line, b'\t');
        let field = columns.next()?;
        columns.any(|known| words::folds_to(known, &word)).then_some(field)
    })
}

/// The columns a core object is usually shown with.
pub(super) fn usual_columns(object: &str, purpose: Use) -> Option<impl Iterator<Item = &'static str>> {
    let mark = match purpose {
        Use::List => "!list\t",
        Use::Get => "!get\t",
        Use::Find => "!find\t",
    };
    Some(split(line(section(object)?, mark)?, b' '))
}

/// Each object's lines, the heading without its mark.
fn sections() -> impl Iterator<Item = &'static str> + Clone {
    SECTIONS.iter().filter_map(|(start, end)| TABLE.get(*start..*end))
}

/// Where the sections are, found at compile time: a call asks for several of them several times.
const SECTIONS: [(usize, usize); HEADINGS] = {
    let table = TABLE.as_bytes();
    let mut sections = [(0, table.len()); HEADINGS];
    let (mut at, mut found) = (1, 0);
    while at < table.len() {
        if is_heading(table, at) {
            sections[found].0 = at + 1;
            if found > 0 {
                sections[found - 1].1 = at - 1;
            }
            found += 1;
        }
        at += 1;
    }
    sections
};

const HEADINGS: usize = {
    let table = TABLE.as_bytes();
    let (mut at, mut found) = (1, 0);
    while at < table.len() {
        found += is_heading(table, at) as usize;
        at += 1;
    }
    found
};

const fn is_heading(table: &[u8], at: usize) -> bool {
    table[at] == b'*' && table[at - 1] == b'\n'
}

fn section(object: &str) -> Option<&'static str> {
    section_at(place_of(object)?)
}

/// The place of an object among the sections.
fn place_of(object: &str) -> Option<usize> {
    SECTIONS.iter().position(|(start, _)| is_of(TABLE.as_bytes(), *start, object))
}

fn section_at(place: usize) -> Option<&'static str> {
    let (start, end) = SECTIONS.get(place)?;
    TABLE.get(*start..*end)
}

/// The line of a section that begins so, without that.
fn line<'s>(section: &'s str, mark: &str) -> Option<&'s str> {
    split(section, b'\n').find_map(|line| line.strip_prefix(mark))
}

fn heading_name(section: &str) -> &str {
    split(section, b'\t').next().unwrap_or_default()
}

fn joined(word: &str) -> Vec<u8> {
    words::tokens(word).concat()
}
