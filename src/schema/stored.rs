//! The bytes the host keeps between calls, and the table in `standard.txt`: one text format, one reader.
//!
//! A line is a record; tabs part its columns, and empty columns at its end are left out. What can be derived from an
//! API name (most labels, nearly all relationships) is not written. `standard.rs` explains the columns.

use std::borrow::Cow;
use std::rc::Rc;

use super::{
    ChildRelationship, Field, FieldType, LazyList, ObjectSchema, PicklistValue, RecordType, Source, ValidFor,
    global::{ObjectSummary, write_heading},
    lazy::{Head, Item, Shown, Text, key_at, line_behind},
    seal::{seal, unseal},
    words,
    written::{Usual, usual_relationship},
};
use crate::json::{Line, Lines, byte, place_of};
use crate::within::{split, split_once};

impl ObjectSchema {
    /// The schema as bytes for the host's cache, of an object that was described: fields that were added are not kept.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut lines = Lines::default();
        let prefix = self.key_prefix.as_deref().unwrap_or_default();
        write_heading(&mut lines, &self.name, &self.label(), &self.label_plural(), prefix);
        let flags = [self.createable, self.updateable, self.deletable, self.queryable, self.searchable];
        lines.letters("cudqs", &flags, &[false; 5]);
        seal([lines.get(), self.fields.lines()])
    }

    /// What [`to_bytes`](Self::to_bytes) made; `None` for anything else, so that a bad entry is as good as none.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let lines = unseal(bytes)?.strip_prefix("\n*")?;
        let heading = ObjectSummary::at(lines, 0);
        let text = Rc::new(Text::of(lines.get(heading.end()..)?));
        let lines = text.lines();
        let mut object = Self::headed(heading, Source::Described)?;
        object.fields = LazyList::of(text.clone(), Source::Described);
        object.children = LazyList::of(text.clone(), Source::Described);
        let mut end = 0;
        while let Some((mark, at)) = line_behind(lines, end) {
            end = at;
            if Field::is_marked(mark) {
                object.fields.add(at, key_at(lines, at));
            } else if ChildRelationship::is_marked(mark) {
                object.children.add(at, key_at(lines, at));
            } else if mark == b'@' {
                let line = Line::<3>::at(lines, at);
                let flags = line.raw(2);
                object.record_types.push(RecordType {
                    id: line.text(0)?,
                    name: line.text(1).unwrap_or_default(),
                    default: flags.contains('d'),
                    master: flags.contains('m'),
                    available: flags.contains('a'),
                });
            }
        }
        Some(object)
    }

    /// An object without its lists, by its heading.
    pub(super) fn headed(heading: ObjectSummary<'_>, source: Source) -> Option<Self> {
        Some(Self {
            own_label: heading.own_label().map(Cow::into_owned),
            own_plural: heading.own_plural().map(Cow::into_owned),
            key_prefix: heading.key_prefix().map(str::to_owned),
            createable: heading.createable(),
            updateable: heading.updateable(),
            deletable: heading.deletable(),
            queryable: heading.queryable(),
            searchable: heading.searchable(),
            source,
            ..Self::named(Some(heading.name()).filter(|name| !name.is_empty())?)
        })
    }
}

impl Item for Field {
    fn read(lines: &str, source: Source) -> Option<Self> {
        let line = Line::at(lines, 0);
        let mut field = read_field(&line, source)?;
        if let Some(values) = &mut field.picklist {
            let (mut end, mut place) = (line.end, 0);
            let bytes = lines.as_bytes();
            while byte(bytes, end) == b'\n' && byte(bytes, end + 1) == b'=' {
                let line = Line::at(lines, end + 2);
                end = line.end;
                let value = read_value(&line, place)?;
                place = value.place.saturating_add(1);
                values.push(value);
            }
        }
        Some(field)
    }

    /// A name begins with a letter, which is no mark. What other lines begin with are values of the field before, and notes
    /// and hints of the table.
    fn is_marked(mark: u8) -> bool {
        mark.is_ascii_alphabetic()
    }

    fn name(&self) -> &str {
        &self.name
    }
}

impl Item for ChildRelationship {
    fn read(lines: &str, _: Source) -> Option<Self> {
        let line = Line::<3>::at(lines, 0);
        Some(Self { object: line.text(0)?, field: line.text(1)?, relationship: line.text(2) })
    }

    fn is_marked(mark: u8) -> bool {
        mark == b'>'
    }

    fn name(&self) -> &str {
        &self.object
    }
}

impl Field {
    /// What the field that lines begin with is at first sight, of which no more is read.
    pub(super) fn head_in(lines: &str) -> Head<'_> {
        let line = Line::<3>::at(lines, 0);
        let flags = bits(line.raw(2));
        Head {
            name: line.raw(0),
            type_name: line.raw(1),
            name_field: flags & bit(b'n') != 0,
            required: flags & bit(b'r') != 0,
            dependent: flags & bit(b'd') != 0,
            writable: flags & (bit(b'C') | bit(b'U')) != bit(b'C') | bit(b'U'),
        }
    }
}

impl Head<'_> {
    /// Its type.
    pub(super) fn field_type(&self) -> FieldType {
        field_type(self.type_name)
    }
}

impl<'s> Shown<'s> {
    /// The field that lines begin with, if they begin with one.
    pub(super) fn read(lines: &'s str) -> Option<Self> {
        let line = Line::<10>::at(lines, 0);
        let name = line.raw(0);
        let flags = bits(line.raw(2));
        let has = |flag: u8| flags & bit(flag) != 0;
        let field_type = field_type(line.raw(1));
        Some(Self {
            name: if name.is_empty() { return None } else { name },
            label: line.text(3).unwrap_or_else(|| words::label(name)),
            field_type,
            html: has(b'h'),
            required: has(b'r'),
            createable: !has(b'C'),
            updateable: !has(b'U'),
            length: if field_type.is_text() { line.raw(6).parse().ok() } else { None },
            references: line.raw(4),
            help: line.text(9),
            values: if field_type.has_values() { lines.get(line.end..).unwrap_or_default() } else { "" },
        })
    }

    /// Its values, at most so many, and how many more there are.
    pub fn values(&self, most: usize) -> (Vec<String>, usize) {
        let (mut values, mut more, mut end) = (Vec::new(), 0, 0);
        let bytes = self.values.as_bytes();
        while byte(bytes, end) == b'\n' && byte(bytes, end + 1) == b'=' {
            if values.len() < most {
                let line = Line::<1>::at(self.values, end + 2);
                values.push(line.text(0).unwrap_or_default());
                end = line.end;
            } else {
                more += 1;
                end += 2;
            }
            end = place_of(bytes, end, b'\n');
        }
        (values, more)
    }

    /// The objects it points to.
    pub fn references(&self) -> impl Iterator<Item = &'s str> {
        split(self.references, b' ').filter(|name| !name.is_empty())
    }
}

/// What the column of a type means.
fn field_type(column: &str) -> FieldType {
    if column.is_empty() { FieldType::String } else { FieldType::from_name(column) }
}

fn read_value(line: &Line<'_, 5>, next_place: u32) -> Option<PicklistValue> {
    Some(PicklistValue {
        value: line.text(0).unwrap_or_default(),
        label: line.text(1),
        place: match line.raw(2) {
            "" => next_place,
            digits => digits.parse().ok()?,
        },
        default: !line.raw(3).is_empty(),
        valid_for: match line.raw(4) {
            "" => None,
            text => Some(ValidFor::parse(text)?),
        },
    })
}

/// The bit of a letter.
fn bit(letter: u8) -> u64 {
    1 << (letter & 63)
}

/// One bit for each letter of a column of flags: they are asked for one by one.
fn bits(flags: &str) -> u64 {
    flags.bytes().fold(0, |flags, flag| flags | bit(flag))
}

fn read_field(line: &Line<'_, 10>, source: Source) -> Option<Field> {
    let name = line.text(0)?;
    let field_type = field_type(line.raw(1));
    let usual = Usual::of(field_type);
    let flags = bits(line.raw(2));
    let has = |flag: u8| flags & bit(flag) != 0;
    let (digits, decimals) = split_once(line.raw(6), b'.').unwrap_or((line.raw(6), ""));
    Some(Field {
        own_label: line.text(3),
        length: if digits.is_empty() { None } else { Some(digits.parse().ok()?) },
        decimals: if decimals.is_empty() { 0 } else { decimals.parse().ok()? },
        createable: !has(b'C'),
        updateable: !has(b'U'),
        required: has(b'r'),
        filterable: has(b'F') != usual.filterable,
        sortable: has(b'S') != usual.sortable,
        groupable: has(b'G') != usual.groupable,
        name_field: has(b'n'),
        id_lookup: has(b'i'),
        external_id: has(b'x'),
        calculated: has(b'k'),
        restricted: has(b'e'),
        html: has(b'h'),
        picklist: (source == Source::Described && field_type.has_values()).then(Vec::new),
        references: match line.raw(4) {
            "" => Vec::new(),
            names => split(names, b' ').map(str::to_owned).collect(),
        },
        relationship: match line.raw(5).as_bytes() {
            b"" => usual_relationship(field_type, &name),
            [b'-'] => None,
            _ => line.text(5),
        },
        compound: line.text(7),
        controller: line.text(8),
        help: line.text(9),
        name,
        field_type,
    })
}
