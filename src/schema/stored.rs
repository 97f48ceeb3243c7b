//! The bytes the host keeps between calls, and the table in `standard.txt`: one text format, one reader.
//!
//! A line is a record; tabs part its columns, and empty columns at its end are left out. What can be derived from an
//! API name (most labels, nearly all relationships) is not written. `standard.rs` explains the columns.

use std::rc::Rc;

use super::{
    ChildRelationship, Field, FieldType, GlobalDescribe, LazyList, ObjectSchema, ObjectSummary, PicklistValue,
    RecordType, Source, ValidFor, lazy::Item, words,
};
use crate::json::{byte, end_of_plain, place_of};

/// Raise it whenever the meaning of a line changes: entries of another version are forgotten, not converted.
const VERSION: &str = "schema5";

impl ObjectSchema {
    /// The schema as bytes for the host's cache.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut lines = Lines::new();
        lines.line('*', &self.name);
        lines.column(if self.label == words::label(&self.name) { "" } else { &self.label });
        lines.column(if self.label_plural == plural(&self.label) { "" } else { &self.label_plural });
        lines.column(self.key_prefix.as_deref().unwrap_or_default());
        lines.flags(&[
            ('c', self.createable),
            ('u', self.updateable),
            ('d', self.deletable),
            ('q', self.queryable),
            ('s', self.searchable),
        ]);
        for field in self.fields.iter() {
            write_field(&mut lines, field);
        }
        for child in self.children.iter() {
            lines.line('>', &child.object);
            lines.column(&child.field);
            lines.column(child.relationship.as_deref().unwrap_or_default());
        }
        for record_type in &self.record_types {
            lines.line('@', &record_type.id);
            lines.column(&record_type.name);
            lines.flags(&[('d', record_type.default), ('m', record_type.master), ('a', record_type.available)]);
        }
        lines.seal()
    }

    /// What [`to_bytes`](Self::to_bytes) made; `None` for anything else, so that a bad entry is as good as none.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut columns = Columns::of(unseal(bytes)?);
        if columns.next_line()? == b'*' { read(columns, Source::Described) } else { None }
    }
}

impl GlobalDescribe {
    /// The objects as bytes for the host's cache.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut lines = Lines::new();
        for object in &self.objects {
            lines.line('*', &object.name);
            lines.column(if object.label == words::label(&object.name) { "" } else { &object.label });
            lines.column(if object.label_plural == plural(&object.label) { "" } else { &object.label_plural });
            lines.column(object.key_prefix.as_deref().unwrap_or_default());
            lines.flags(&[
                ('c', object.createable),
                ('u', object.updateable),
                ('q', object.queryable),
                ('s', object.searchable),
                ('x', object.custom),
            ]);
        }
        lines.seal()
    }

    /// What [`to_bytes`](Self::to_bytes) made; `None` for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut columns = Columns::of(unseal(bytes)?);
        let mut objects = Vec::new();
        while let Some(mark) = columns.next_line() {
            objects.push(if mark == b'*' { summary(&mut columns)? } else { return None });
        }
        Some(Self { objects })
    }
}

/// An object of its heading alone, which these lines begin with, without the mark.
pub(super) fn read_summary(lines: &str) -> Option<ObjectSummary> {
    summary(&mut Columns::of(lines))
}

fn summary(columns: &mut Columns<'_>) -> Option<ObjectSummary> {
    let heading = Heading::read(columns)?;
    Some(ObjectSummary {
        custom: heading.flags.contains('x'),
        queryable: heading.flags.contains('q'),
        createable: heading.flags.contains('c'),
        updateable: heading.flags.contains('u'),
        searchable: heading.flags.contains('s'),
        name: heading.name,
        label: heading.label,
        label_plural: heading.label_plural,
        key_prefix: heading.key_prefix,
    })
}

/// The first line of an object.
struct Heading<'a> {
    name: String,
    label: String,
    label_plural: String,
    key_prefix: Option<String>,
    flags: &'a str,
}

impl<'a> Heading<'a> {
    fn read(columns: &mut Columns<'a>) -> Option<Self> {
        let name = columns.text()?;
        let label = columns.text().unwrap_or_else(|| words::label(&name));
        Some(Self {
            label_plural: columns.text().unwrap_or_else(|| plural(&label)),
            key_prefix: columns.text(),
            flags: columns.raw(),
            name,
            label,
        })
    }
}

/// An object of all its lines, the heading without its mark.
pub(super) fn read_object(lines: &str, source: Source) -> Option<ObjectSchema> {
    read(Columns::of(lines), source)
}

fn read(mut columns: Columns<'_>, source: Source) -> Option<ObjectSchema> {
    let heading = Heading::read(&mut columns)?;
    let lines: Rc<str> = columns.lines.into();
    let mut object = ObjectSchema {
        name: heading.name,
        label: heading.label,
        label_plural: heading.label_plural,
        key_prefix: heading.key_prefix,
        createable: heading.flags.contains('c'),
        updateable: heading.flags.contains('u'),
        deletable: heading.flags.contains('d'),
        queryable: heading.flags.contains('q'),
        searchable: heading.flags.contains('s'),
        source,
        fields: LazyList::of(lines.clone(), source),
        children: LazyList::of(lines, source),
        record_types: Vec::new(),
    };
    while let Some(mark) = columns.next_line() {
        match mark {
            b'>' => object.children.add(columns.at),
            b'@' => {
                let (id, name, flags) = (columns.text()?, columns.text().unwrap_or_default(), columns.raw());
                object.record_types.push(RecordType {
                    id,
                    name,
                    default: flags.contains('d'),
                    master: flags.contains('m'),
                    available: flags.contains('a'),
                });
            }
            mark if mark.is_ascii_alphabetic() => object.fields.add(columns.at),
            // Values of the field before, and notes and hints of the table.
            _ => {}
        }
    }
    Some(object)
}

impl Item for Field {
    fn read(lines: &str, source: Source) -> Option<Self> {
        let mut columns = Columns::of(lines);
        let mut field = read_field(&mut columns, source)?;
        if let Some(values) = &mut field.picklist {
            while columns.next_line() == Some(b'=') {
                values.push(read_value(&mut columns, next_place(values))?);
            }
        }
        Some(field)
    }
}

impl Item for ChildRelationship {
    fn read(lines: &str, _: Source) -> Option<Self> {
        let mut columns = Columns::of(lines);
        Some(Self { object: columns.text()?, field: columns.text()?, relationship: columns.text() })
    }
}

impl Field {
    /// The API name and the type of the field that lines begin with, of which no more is read.
    pub(super) fn name_and_type(lines: &str) -> (&str, FieldType) {
        let mut columns = Columns::of(lines);
        (columns.raw(), columns.field_type())
    }
}

fn write_field(lines: &mut Lines, field: &Field) {
    let usual = Usual::of(field.field_type);
    lines.start(&field.name);
    lines.column(if field.field_type == FieldType::String { "" } else { field.field_type.name() });
    lines.flags(&[
        ('C', !field.createable),
        ('U', !field.updateable),
        ('F', field.filterable != usual.filterable),
        ('S', field.sortable != usual.sortable),
        ('G', field.groupable != usual.groupable),
        ('r', field.required),
        ('n', field.name_field),
        ('i', field.id_lookup),
        ('x', field.external_id),
        ('k', field.calculated),
        ('e', field.restricted),
        ('h', field.html),
    ]);
    lines.column(field.own_label.as_deref().unwrap_or_default());
    lines.column(&field.references.join(" "));
    lines.column(match (field.relationship.as_deref(), usual_relationship(field)) {
        (relationship, usual) if relationship == usual.as_deref() => "",
        (Some(relationship), _) => relationship,
        (None, _) => "-",
    });
    let length = field.length.map_or_else(String::new, |length| length.to_string());
    lines.column(&if field.decimals > 0 { format!("{length}.{}", field.decimals) } else { length });
    lines.column(field.compound.as_deref().unwrap_or_default());
    lines.column(field.controller.as_deref().unwrap_or_default());
    lines.column(field.help.as_deref().unwrap_or_default());
    let values = field.picklist.as_deref().unwrap_or_default();
    for (at, value) in values.iter().enumerate() {
        lines.line('=', &value.value);
        lines.column(value.label.as_deref().unwrap_or_default());
        let counted = value.place == next_place(&values[..at]);
        lines.column(&if counted { String::new() } else { value.place.to_string() });
        lines.flags(&[('d', value.default)]);
        lines.column(&value.valid_for.as_ref().map_or_else(String::new, ToString::to_string));
    }
}

/// The place of the next value, unless inactive ones come before it.
fn next_place(values: &[PicklistValue]) -> u32 {
    values.last().map_or(0, |last| last.place + 1)
}

fn read_value(columns: &mut Columns<'_>, next_place: u32) -> Option<PicklistValue> {
    Some(PicklistValue {
        value: columns.text().unwrap_or_default(),
        label: columns.text(),
        place: match columns.raw() {
            "" => next_place,
            digits => digits.parse().ok()?,
        },
        default: columns.raw().contains('d'),
        valid_for: match columns.raw() {
            "" => None,
            text => Some(ValidFor::parse(text)?),
        },
    })
}

/// The bit of a letter.
fn bit(letter: u8) -> u64 {
    1 << (letter & 63)
}

fn read_field(columns: &mut Columns<'_>, source: Source) -> Option<Field> {
    let name = columns.text()?;
    let field_type = columns.field_type();
    let usual = Usual::of(field_type);
    // One bit a letter: they are asked for one by one.
    let flags = columns.raw().bytes().fold(0, |flags, flag| flags | bit(flag));
    let has = |flag: u8| flags & bit(flag) != 0;
    let mut field = Field {
        own_label: columns.text(),
        length: None,
        decimals: 0,
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
        references: columns.raw().split_ascii_whitespace().map(str::to_owned).collect(),
        relationship: columns.text(),
        controller: None,
        compound: None,
        help: None,
        name,
        field_type,
    };
    match field.relationship.as_deref() {
        None => field.relationship = usual_relationship(&field),
        Some("-") => field.relationship = None,
        Some(_) => {}
    }
    let mut digits = columns.raw();
    if let Some((before, behind)) = digits.split_once('.') {
        digits = before;
        field.decimals = behind.parse().ok()?;
    }
    if !digits.is_empty() {
        field.length = Some(digits.parse().ok()?);
    }
    field.compound = columns.text();
    field.controller = columns.text();
    field.help = columns.text();
    Some(field)
}

/// What a type's fields nearly always allow, so that only exceptions are written.
struct Usual {
    filterable: bool,
    sortable: bool,
    groupable: bool,
}

impl Usual {
    fn of(field_type: FieldType) -> Self {
        use FieldType::{Currency, DateTime, Double, MultiPicklist, Percent};
        let compound = field_type.is_compound();
        Self {
            filterable: true,
            sortable: !compound && field_type != MultiPicklist,
            groupable: !compound && !matches!(field_type, Currency | DateTime | Double | MultiPicklist | Percent),
        }
    }
}

fn usual_relationship(field: &Field) -> Option<String> {
    if field.field_type == FieldType::Reference { words::relationship(&field.name) } else { None }
}

fn plural(label: &str) -> String {
    match label.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{label}s"),
    }
}

/// Lines in the making.
struct Lines {
    text: String,
    /// Empty columns not yet written, since nothing may follow.
    empty: usize,
}

impl Lines {
    fn new() -> Self {
        Self { text: String::new(), empty: 0 }
    }

    fn line(&mut self, mark: char, first: &str) {
        self.text.push('\n');
        self.text.push(mark);
        self.empty = 0;
        self.escape(first);
    }

    /// A line that begins with a name, which needs no mark.
    fn start(&mut self, name: &str) {
        self.text.push('\n');
        self.empty = 0;
        self.escape(name);
    }

    fn column(&mut self, text: &str) {
        self.empty += 1;
        if !text.is_empty() {
            self.fill();
            self.escape(text);
        }
    }

    /// Writes the columns that are empty.
    fn fill(&mut self) {
        for _ in 0..std::mem::take(&mut self.empty) {
            self.text.push('\t');
        }
    }

    fn flags(&mut self, flags: &[(char, bool)]) {
        self.empty += 1;
        for (flag, _) in flags.iter().filter(|(_, is_set)| *is_set) {
            self.fill();
            self.text.push(*flag);
        }
    }

    fn escape(&mut self, text: &str) {
        // What is escaped here ends a text of JSON too, as do quotes, of which there are few.
        if end_of_plain(text.as_bytes(), 0) == text.len() {
            self.text.push_str(text);
            return;
        }
        for c in text.chars() {
            match c {
                '\\' => self.text.push_str("\\\\"),
                '\t' => self.text.push_str("\\t"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                c => self.text.push(c),
            }
        }
    }

    /// Puts the version and a checksum before the lines.
    fn seal(self) -> Vec<u8> {
        format!("{VERSION} {:x}{}", checksum(self.text.as_bytes()), self.text).into_bytes()
    }
}

/// The lines, each behind the end of another, if they are whole and of this version.
fn unseal(bytes: &[u8]) -> Option<&str> {
    let text = simdutf8::basic::from_utf8(bytes).ok()?;
    let sum_and_lines = text.strip_prefix(VERSION)?.strip_prefix(' ')?;
    let (sum, lines) = sum_and_lines.split_at(sum_and_lines.find('\n').unwrap_or(sum_and_lines.len()));
    if u64::from_str_radix(sum, 16).ok()? != checksum(lines.as_bytes()) {
        return None;
    }
    Some(lines)
}

/// FNV-1a, eight bytes at a time: the host's cache is trusted, but an entry may be cut short.
fn checksum(bytes: &[u8]) -> u64 {
    let mut sum = 0xcbf2_9ce4_8422_2325_u64 ^ bytes.len() as u64;
    let (words, rest) = bytes.as_chunks();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    for word in words.iter().chain([&last]) {
        sum = (sum ^ u64::from_le_bytes(*word)).wrapping_mul(0x0000_0100_0000_01b3);
        sum ^= sum >> 32;
    }
    sum
}

/// The columns of lines, one line after the other; past the end of a line they are empty.
struct Columns<'a> {
    lines: &'a str,
    at: usize,
}

impl<'a> Columns<'a> {
    fn of(lines: &'a str) -> Self {
        Self { lines, at: 0 }
    }

    /// Goes to the next line that is not empty, and behind its mark, unless that is a letter, with which a name begins.
    /// Nothing behind the last line.
    fn next_line(&mut self) -> Option<u8> {
        loop {
            self.at = place_of(self.lines.as_bytes(), self.at, b'\n') + 1;
            match self.byte() {
                b'\n' => {}
                0 if self.is_over() => return None,
                name if name.is_ascii_alphabetic() => return Some(name),
                mark => {
                    self.at += 1;
                    return Some(mark);
                }
            }
        }
    }

    /// The column of a type.
    fn field_type(&mut self) -> FieldType {
        match self.raw() {
            "" => FieldType::String,
            name => FieldType::from_name(name),
        }
    }

    /// A column that never needs escapes.
    fn raw(&mut self) -> &'a str {
        self.next().0
    }

    /// A column, and whether it has escapes.
    fn next(&mut self) -> (&'a str, bool) {
        // Most are empty.
        match self.byte() {
            b'\n' => return ("", false),
            0 if self.is_over() => return ("", false),
            b'\t' => {
                self.at += 1;
                return ("", false);
            }
            _ => {}
        }
        let (bytes, start) = (self.lines.as_bytes(), self.at);
        // A tab ends a text of JSON too, as do the end of a line, quotes and backslashes, of which there are few.
        let mut has_escape = false;
        let mut at = end_of_plain(bytes, start);
        while let Some(byte) = bytes.get(at).filter(|byte| !matches!(byte, b'\t' | b'\n')) {
            has_escape |= *byte == b'\\';
            at = end_of_plain(bytes, at + 1);
        }
        self.at = at + usize::from(bytes.get(at) == Some(&b'\t'));
        (self.lines.get(start..at).unwrap_or_default(), has_escape)
    }

    fn is_over(&self) -> bool {
        self.at >= self.lines.len()
    }

    /// The byte it stands before; 0 at the end.
    #[inline(always)]
    fn byte(&self) -> u8 {
        byte(self.lines.as_bytes(), self.at)
    }

    /// A column of text; `None` if it is empty.
    fn text(&mut self) -> Option<String> {
        let (column, has_escape) = self.next();
        if column.is_empty() {
            return None;
        }
        if !has_escape {
            return Some(column.to_owned());
        }
        let mut text = String::with_capacity(column.len());
        let mut chars = column.chars();
        while let Some(c) = chars.next() {
            text.push(match c {
                '\\' => match chars.next() {
                    Some('t') => '\t',
                    Some('n') => '\n',
                    Some('r') => '\r',
                    other => other.unwrap_or('\\'),
                },
                c => c,
            });
        }
        Some(text)
    }
}
