//! How the lines of an object are written, as [`stored`](super::stored) reads them.

use std::rc::Rc;

use super::lazy::{Text, key};
use super::{ChildRelationship, Field, FieldType, LazyList, PicklistValue, RecordType, Source, ValidFor, words};
use crate::json::{Lines, escaped};

/// A field as it is written, of texts that stand elsewhere. What it has not is empty. Of all but the help nothing is left to
/// escape.
pub(super) struct FieldLine<'a> {
    pub(super) name: &'a str,
    pub(super) field_type: FieldType,
    /// What [`FLAGS`] stands for.
    pub(super) flags: [bool; FLAGS.len()],
    pub(super) own_label: &'a str,
    /// Parted by spaces.
    pub(super) references: &'a str,
    pub(super) relationship: &'a str,
    pub(super) length: Option<u32>,
    pub(super) decimals: u32,
    pub(super) compound: &'a str,
    pub(super) controller: &'a str,
    pub(super) help: &'a str,
}

/// A value of a picklist as it is written, with what is to escape escaped.
pub(super) struct ValueLine<'a> {
    pub(super) value: &'a str,
    /// Empty where it is the value.
    pub(super) label: &'a str,
    pub(super) place: u32,
    pub(super) default: bool,
    pub(super) valid_for: Option<&'a ValidFor>,
}

/// Creatable, updatable, filterable, sortable, groupable, required, a name, found by it, an external id, calculated,
/// restricted, HTML, dependent on another: a letter is written where it is not as usual.
const FLAGS: &str = "CUFSGrnixkehd";

/// Lines of an object behind its heading.
#[derive(Default)]
pub(super) struct Body {
    lines: Lines,
    /// Where fields begin, or what else is listed, and the key of each.
    places: Vec<(usize, u8)>,
    /// The place of the next value, unless inactive ones come before it.
    next_place: u32,
}

impl Body {
    /// A field of which nothing else is written.
    fn bare_field(&mut self, name: &str, field_type: FieldType) {
        self.next_place = 0;
        self.places.push((self.lines.line("", name), key(name.as_bytes())));
        self.lines.written(if field_type == FieldType::String { "" } else { field_type.name() });
    }

    pub(super) fn field(&mut self, field: &FieldLine<'_>) {
        self.bare_field(field.name, field.field_type);
        let lines = &mut self.lines;
        lines.letters(FLAGS, &field.flags, &Usual::of(field.field_type).flags());
        lines.written(field.own_label);
        lines.written(field.references);
        lines.written(match usual_relationship(field.field_type, field.name) {
            Some(usual) if usual == field.relationship => "",
            Some(_) if field.relationship.is_empty() => "-",
            _ => field.relationship,
        });
        lines.number(field.length);
        if field.decimals > 0 {
            lines.more(".");
            lines.digits(field.decimals);
        }
        lines.written(field.compound);
        lines.written(field.controller);
        lines.column(field.help);
    }

    /// A value of the field before.
    pub(super) fn value(&mut self, value: &ValueLine<'_>) {
        let lines = &mut self.lines;
        lines.line("=", value.value);
        lines.written(value.label);
        lines.number((value.place != self.next_place).then_some(value.place));
        self.next_place = value.place.saturating_add(1);
        lines.letters("d", &[value.default], &[false]);
        if let Some(valid_for) = value.valid_for {
            valid_for.write(lines);
        }
    }

    pub(super) fn child(&mut self, object: &str, field: &str, relationship: &str) {
        self.places.push((self.lines.line(">", object), key(object.as_bytes())));
        self.lines.written(field);
        self.lines.written(relationship);
    }

    pub(super) fn record_type(&mut self, record_type: &RecordType) {
        self.lines.line("@", &record_type.id);
        self.lines.column(&record_type.name);
        self.lines.letters("dma", &[record_type.default, record_type.master, record_type.available], &[false; 3]);
    }

    /// The fields and the child relationships of an object of these lines.
    pub(super) fn lists(self, children: Self, record_types: Self) -> (LazyList<Field>, LazyList<ChildRelationship>) {
        let behind = self.lines.get().len();
        let mut text = String::with_capacity(behind + children.lines.get().len() + record_types.lines.get().len());
        [&self, &children, &record_types].into_iter().for_each(|body| text.push_str(body.lines.get()));
        let text = Rc::new(Text::of(&text));
        let mut fields = LazyList::of(text.clone(), Source::Described);
        self.places.into_iter().for_each(|(at, key)| fields.add(at, key));
        let mut list = LazyList::of(text, Source::Described);
        children.places.into_iter().for_each(|(at, key)| list.add(behind + at, key));
        (fields, list)
    }
}

impl LazyList<Field> {
    /// A list that is kept with its object, of fields of which nothing is kept but their names, their types and some
    /// values.
    pub fn of_values(fields: &[(&Field, Vec<&PicklistValue>)]) -> Self {
        let mut body = Body::default();
        for (field, values) in fields {
            body.bare_field(&field.name, field.field_type);
            for value in values {
                body.value(&ValueLine {
                    value: &escaped(&value.value),
                    label: &escaped(value.label.as_deref().unwrap_or_default()),
                    place: value.place,
                    default: value.default,
                    valid_for: value.valid_for.as_ref(),
                });
            }
        }
        body.lists(Body::default(), Body::default()).0
    }
}

/// What a type's fields nearly always allow, so that only exceptions are written.
pub(super) struct Usual {
    pub(super) filterable: bool,
    pub(super) sortable: bool,
    pub(super) groupable: bool,
}

impl Usual {
    pub(super) fn of(field_type: FieldType) -> Self {
        use FieldType::{Currency, DateTime, Double, MultiPicklist, Percent};
        let compound = field_type.is_compound();
        Self {
            filterable: true,
            sortable: !compound && field_type != MultiPicklist,
            groupable: !compound && !matches!(field_type, Currency | DateTime | Double | MultiPicklist | Percent),
        }
    }

    /// The same of all [`FLAGS`].
    fn flags(&self) -> [bool; FLAGS.len()] {
        let mut flags = [false; FLAGS.len()];
        flags[..5].copy_from_slice(&[true, true, self.filterable, self.sortable, self.groupable]);
        flags
    }
}

pub(super) fn usual_relationship(field_type: FieldType, name: &str) -> Option<String> {
    if field_type == FieldType::Reference { words::relationship(name) } else { None }
}
