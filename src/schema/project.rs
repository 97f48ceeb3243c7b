//! `GET sobjects/{object}/describe` and `GET sobjects`, reduced to what the tools need.
//!
//! A describe is 100–500 kB of which a tenth matters, and some hosts give a call 10 MiB and 10 million instructions. So
//! the text is only cut: strings are borrowed from the response, unknown members are skipped unread, and one field is
//! turned into its projection before the next is looked at. What is missing, null or of
//! another type counts as false or empty.

use std::borrow::Cow;
use std::ptr;

use super::global::{FLAGS, GlobalDescribe, write_heading};
use super::slots::Slots;
use super::written::{Body, FieldLine, ValueLine};
use super::{FieldType, ObjectSchema, RecordType, Source, ValidFor, words};
use crate::json::{self, Before, Lines, NO_PLACE, NotJson, Seen, Walk, byte};

/// The response was no describe. It says where, and never quotes the org.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the description of an object could not be read at line {line}, column {column}")]
pub struct Unreadable {
    /// Line of the response.
    pub line: usize,
    /// Column in that line.
    pub column: usize,
}

/// JSON, but not what was asked for.
const ANOTHER_SHAPE: Unreadable = Unreadable { line: 1, column: 1 };

impl ObjectSchema {
    /// The projection of `GET sobjects/{object}/describe`.
    pub fn from_describe(body: &[u8]) -> Result<Self, Unreadable> {
        let mut before = Before::default();
        let wire = read(body, |from| ObjectWire::of_lists(from, &mut before, Some(&mut Before::default())))?;
        let name = api_name(wire.name).ok_or(ANOTHER_SHAPE)?.to_owned();
        let label = text(wire.label).unwrap_or_else(|| words::label(&name));
        let plural = text(wire.label_plural).unwrap_or_else(|| label.clone());
        let record_types = wire.record_types;
        let (fields, children) = wire.fields.body.lists(wire.children.0, record_types.lines);
        Ok(Self {
            own_plural: Some(plural).filter(|plural| !words::is_plural(plural, &label)),
            own_label: Some(label).filter(|label| !words::is_label(label, &name)),
            key_prefix: text(wire.key_prefix),
            createable: yes(wire.createable),
            updateable: yes(wire.updateable),
            deletable: yes(wire.deletable),
            queryable: yes(wire.queryable),
            searchable: yes(wire.searchable),
            source: Source::Described,
            fields,
            children,
            record_types: record_types.types,
            name,
        })
    }
}

impl GlobalDescribe {
    /// The projection of `GET sobjects/{object}`: that object alone.
    pub fn from_basic_information(body: &[u8]) -> Result<Self, Unreadable> {
        let mut objects = None;
        let place_of = |name: &str| if name == "objectDescribe" { 0 } else { NO_PLACE };
        read(body, |from| {
            from.members(&mut Before::default(), 0, &place_of, &mut |from, _| {
                objects.get_or_insert_with(Objects::default).add(from, &mut Before::default(), 0);
            });
        })?;
        let Objects(lines) = objects.ok_or(ANOTHER_SHAPE)?;
        Ok(Self::of(&lines))
    }

    /// The projection of `GET sobjects`.
    pub fn from_json(body: &[u8]) -> Result<Self, Unreadable> {
        let mut objects = None;
        let place_of = |name: &str| if name == "sobjects" { 0 } else { NO_PLACE };
        read(body, |from| {
            from.members(&mut Before::default(), 0, &place_of, &mut |from, _| objects = Some(list(from)));
        })?;
        let Objects(lines) = objects.ok_or(ANOTHER_SHAPE)?;
        Ok(Self::of(&lines))
    }
}

/// Reads a response.
fn read<'a, T>(body: &'a [u8], project: impl FnOnce(&mut Walk<'a>) -> T) -> Result<T, Unreadable> {
    json::read(body, project).map_err(|NotJson { line, column, .. }| Unreadable { line, column })
}

/// A text that is not empty.
fn text(value: &Seen<'_>) -> Option<String> {
    borrowed(value).map(Cow::into_owned)
}

/// The same, not copied.
fn borrowed<'a>(value: &Seen<'a>) -> Option<Cow<'a, str>> {
    value.text().filter(|text| !text.is_empty())
}

/// An API name or an id. Names stand in messages, which hold no text out of the org, so anything else is none.
fn api_name<'a>(value: &Seen<'a>) -> Option<&'a str> {
    value.word()
}

fn yes(value: &Seen<'_>) -> bool {
    value.is_true()
}

/// A number above zero.
fn count(value: &Seen<'_>) -> Option<u32> {
    if value.written().is_some() {
        return None;
    }
    value.get().parse().ok().filter(|number| *number > 0)
}

/// What is kept of the elements of a list.
trait Kept<'a>: Default {
    /// Whether the first object of a list is compared with the last of the list before, which then has to be one of the same
    /// kind: places of members mean nothing in another.
    const FOLLOWS: bool = false;

    /// Goes behind an element, and keeps what counts of it. `place` is how many come before, those that are dropped too.
    fn add(&mut self, from: &mut Walk<'a>, before: &mut Before<'a>, place: u32);
}

fn list<'a, L: Kept<'a>>(from: &mut Walk<'a>) -> L {
    list_after(from, &mut Before::default())
}

/// A list behind another, and what the last object was there.
fn list_after<'a, L: Kept<'a>>(from: &mut Walk<'a>, before: &mut Before<'a>) -> L {
    if !L::FOLLOWS {
        *before = Before::default();
    }
    let mut kept = L::default();
    let mut place = 0;
    let mut goes_on = from.enter(b'[');
    while goes_on {
        kept.add(from, before, place);
        place += 1;
        goes_on = from.goes_on(b']');
    }
    kept
}

/// An object of the response, of which some members are looked at: values, and lists of which something is kept.
macro_rules! wire {
    ($name:ident: $($field:ident = $member:literal,)* $(; $($list:ident: $kept:ty = $of:literal,)*)?) => {
        struct $name<'b, 'a> {
            $($field: &'b Seen<'a>,)*
            $($($list: $kept,)*)?
        }

        impl<'b, 'a> $name<'b, 'a> {
            wire!(@ $(lists $($list)*)?);

            fn of_lists(from: &mut Walk<'a>, before: &'b mut Before<'a>, mut inner: Option<&mut Before<'a>>) -> Self {
                #[allow(non_camel_case_types)] // Named like the members.
                enum Place { $($field,)* $($($list,)*)? }
                const NAMES: &Slots = &Slots::of(&[$($member,)* $($($of,)*)?]);
                const VALUES: usize = [$(Place::$field,)*].len();

                $($(let mut $list = <$kept>::default();)*)?
                let place_of = |name: &str| NAMES.place(name).unwrap_or(NO_PLACE);
                from.members(before, VALUES, &place_of, &mut |from, place| {
                    $($(if place == Place::$list as usize
                        && let Some(inner) = inner.as_deref_mut()
                    {
                        $list = list_after(from, inner);
                        return;
                    })*)?
                    let _ = (place, &mut inner);
                    from.skip();
                });
                let [$($field,)*] = before.values::<VALUES>();
                Self { $($field,)* $($($list,)*)? }
            }
        }
    };
    (@ lists $($list:ident)*) => {};
    (@) => {
        fn of(from: &mut Walk<'a>, before: &'b mut Before<'a>) -> Self {
            Self::of_lists(from, before, None)
        }
    };
}

wire! { ObjectWire:
    name = "name",
    label = "label",
    label_plural = "labelPlural",
    key_prefix = "keyPrefix",
    createable = "createable",
    updateable = "updateable",
    deletable = "deletable",
    queryable = "queryable",
    searchable = "searchable",
    ;
    fields: Fields<'a> = "fields",
    children: Children = "childRelationships",
    record_types: RecordTypes = "recordTypeInfos",
}

wire! { FieldWire:
    name = "name",
    label = "label",
    field_type = "type",
    length = "length",
    precision = "precision",
    scale = "scale",
    digits = "digits",
    createable = "createable",
    updateable = "updateable",
    nillable = "nillable",
    defaulted_on_create = "defaultedOnCreate",
    filterable = "filterable",
    sortable = "sortable",
    groupable = "groupable",
    name_field = "nameField",
    id_lookup = "idLookup",
    external_id = "externalId",
    calculated = "calculated",
    restricted_picklist = "restrictedPicklist",
    html_formatted = "htmlFormatted",
    deprecated_and_hidden = "deprecatedAndHidden",
    controller_name = "controllerName",
    relationship_name = "relationshipName",
    compound_field_name = "compoundFieldName",
    inline_help_text = "inlineHelpText",
    ;
    picklist_values: Vec<Value<'a>> = "picklistValues",
    references: References = "referenceTo",
}

/// The fields, as they are kept.
#[derive(Default)]
struct Fields<'a> {
    body: Body,
    /// What the last object was in the list of the field before.
    inner: Before<'a>,
    /// The type of the field before, as it is called: the next has it often too.
    last_type: (&'a str, Option<FieldType>),
}

impl<'a> Fields<'a> {
    fn field_type(&mut self, value: &Seen<'a>) -> FieldType {
        let name = value.word().unwrap_or_default();
        match self.last_type {
            (last, Some(field_type)) if ptr::eq(last, name) => field_type,
            _ => {
                let field_type = if name.is_empty() { FieldType::Other } else { FieldType::from_name(name) };
                self.last_type = (name, Some(field_type));
                field_type
            }
        }
    }
}

impl<'a> Kept<'a> for Fields<'a> {
    fn add(&mut self, from: &mut Walk<'a>, before: &mut Before<'a>, _: u32) {
        let wire = FieldWire::of_lists(from, before, Some(&mut self.inner));
        let Some(name) = api_name(wire.name).filter(|_| !yes(wire.deprecated_and_hidden)) else { return };
        let field_type = self.field_type(wire.field_type);
        // A label with escapes is none that is made of a name.
        let label = wire.label.written().unwrap_or_default();
        let help = wire.inline_help_text.text().map(|help| words::one_line(&help)).unwrap_or_default();
        let controller = api_name(wire.controller_name);
        let createable = yes(wire.createable);
        self.body.field(&FieldLine {
            name,
            field_type,
            flags: [
                createable,
                yes(wire.updateable),
                yes(wire.filterable),
                yes(wire.sortable),
                yes(wire.groupable),
                createable && wire.nillable.is_false() && !yes(wire.defaulted_on_create),
                yes(wire.name_field),
                yes(wire.id_lookup),
                yes(wire.external_id),
                yes(wire.calculated),
                yes(wire.restricted_picklist),
                // Of an e-mail's body describe does not say it.
                yes(wire.html_formatted) || name == "HtmlBody",
                controller.is_some(),
            ],
            own_label: if words::is_label(label, name) { "" } else { label },
            references: &wire.references.0,
            relationship: api_name(wire.relationship_name).unwrap_or_default(),
            length: match field_type {
                FieldType::Int | FieldType::Long => count(wire.digits),
                kind if kind.is_number() => count(wire.precision)
                    .map(|precision| precision.saturating_sub(count(wire.scale).unwrap_or_default())),
                kind if kind.is_text() => count(wire.length),
                _ => None,
            },
            decimals: match field_type {
                FieldType::Currency | FieldType::Percent => count(wire.scale).unwrap_or_default(),
                _ => 0,
            },
            // A field that is a part of itself (the name of an account where there are person accounts) is no part.
            compound: api_name(wire.compound_field_name).filter(|compound| *compound != name).unwrap_or_default(),
            controller: controller.unwrap_or_default(),
            help: &help,
        });
        if field_type.has_values() {
            for value in &wire.picklist_values {
                value.write(controller.is_some(), &mut self.body);
            }
        }
    }
}

/// The API names in a list, parted by spaces.
#[derive(Default)]
struct References(String);

impl<'a> Kept<'a> for References {
    // They are no objects.
    const FOLLOWS: bool = true;

    fn add(&mut self, from: &mut Walk<'a>, _: &mut Before<'a>, _: u32) {
        let Some(name) = from.value().word() else { return };
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        self.0.push_str(name);
    }
}

wire! { ValueWire:
    active = "active",
    value = "value",
    label = "label",
    default_value = "defaultValue",
    valid_for = "validFor",
}

/// A value of a picklist, with its texts as they are written, and how many come before it.
struct Value<'a> {
    value: &'a str,
    label: &'a str,
    place: u32,
    default: bool,
    valid_for: Seen<'a>,
}

impl<'a> Kept<'a> for Vec<Value<'a>> {
    const FOLLOWS: bool = true;

    fn add(&mut self, from: &mut Walk<'a>, before: &mut Before<'a>, place: u32) {
        let wire = ValueWire::of(from, before);
        let Some(value) = wire.value.written().filter(|value| !value.is_empty()) else { return };
        if wire.active.is_false() {
            return;
        }
        let label = wire.label.written().unwrap_or_default();
        let label = if label == value || repeats(label, value) { "" } else { label };
        self.push(Value { value, label, place, default: yes(wire.default_value), valid_for: *wire.valid_for });
    }
}

impl Value<'_> {
    fn write(&self, depends: bool, body: &mut Body) {
        let valid_for = if depends { self.valid_for.text() } else { None };
        let valid_for = valid_for.map(|bits| ValidFor::from_base64(&bits));
        body.value(&ValueLine {
            value: self.value,
            label: self.label,
            place: self.place,
            default: self.default,
            valid_for: valid_for.as_ref(),
        });
    }
}

/// Whether a label ends with the value in brackets: "(GMT+01:00) Central European Time (Europe/Berlin)". 400 such labels
/// would be half of Event's schema.
fn repeats(label: &str, value: &str) -> bool {
    let label = label.as_bytes();
    let Some(start) = label.len().checked_sub(value.len() + 2) else { return false };
    byte(label, start) == b'('
        && byte(label, label.len() - 1) == b')'
        && label.get(start + 1..label.len() - 1) == Some(value.as_bytes())
}

wire! { ChildWire:
    relationship_name = "relationshipName",
    child_s_object = "childSObject",
    field = "field",
    deprecated_and_hidden = "deprecatedAndHidden",
}

/// What points here, as it is kept.
#[derive(Default)]
struct Children(Body);

impl<'a> Kept<'a> for Children {
    fn add(&mut self, from: &mut Walk<'a>, before: &mut Before<'a>, _: u32) {
        let wire = ChildWire::of(from, before);
        let (Some(object), Some(field)) = (api_name(wire.child_s_object), api_name(wire.field)) else { return };
        // Change events can't be queried: https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta
        if !yes(wire.deprecated_and_hidden) && !object.ends_with("ChangeEvent") {
            self.0.child(object, field, api_name(wire.relationship_name).unwrap_or_default());
        }
    }
}

wire! { RecordTypeWire:
    record_type_id = "recordTypeId",
    name = "name",
    active = "active",
    available = "available",
    default_record_type_mapping = "defaultRecordTypeMapping",
    master = "master",
}

/// The record types, and as they are kept.
#[derive(Default)]
struct RecordTypes {
    lines: Body,
    types: Vec<RecordType>,
}

impl<'a> Kept<'a> for RecordTypes {
    fn add(&mut self, from: &mut Walk<'a>, before: &mut Before<'a>, _: u32) {
        let wire = RecordTypeWire::of(from, before);
        let Some(id) = api_name(wire.record_type_id).filter(|_| !wire.active.is_false()) else { return };
        let record_type = RecordType {
            id: id.to_owned(),
            name: text(wire.name).unwrap_or_default(),
            default: yes(wire.default_record_type_mapping),
            master: yes(wire.master),
            available: yes(wire.available),
        };
        self.lines.record_type(&record_type);
        self.types.push(record_type);
    }
}

wire! { SummaryWire:
    name = "name",
    label = "label",
    label_plural = "labelPlural",
    key_prefix = "keyPrefix",
    custom = "custom",
    queryable = "queryable",
    createable = "createable",
    updateable = "updateable",
    searchable = "searchable",
    deprecated_and_hidden = "deprecatedAndHidden",
}

/// The objects, as they are kept.
#[derive(Default)]
struct Objects(Lines);

impl<'a> Kept<'a> for Objects {
    fn add(&mut self, from: &mut Walk<'a>, before: &mut Before<'a>, _: u32) {
        let wire = SummaryWire::of(from, before);
        let is_shown = !yes(wire.deprecated_and_hidden) && (yes(wire.queryable) || yes(wire.createable));
        let Some(name) = api_name(wire.name).filter(|_| is_shown) else { return };
        let label = borrowed(wire.label).unwrap_or_else(|| words::label(name).into());
        let label_plural = borrowed(wire.label_plural).unwrap_or_else(|| label.clone());
        write_heading(&mut self.0, name, &label, &label_plural, api_name(wire.key_prefix).unwrap_or_default());
        let flags = [wire.createable, wire.updateable, wire.queryable, wire.searchable, wire.custom].map(yes);
        self.0.letters(FLAGS, &flags, &[false; FLAGS.len()]);
    }
}
