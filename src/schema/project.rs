//! `GET sobjects/{object}/describe` and `GET sobjects`, reduced to what the tools need.
//!
//! A describe is 100–500 kB of which a tenth matters, and some hosts give a call 10 MiB and 10 million instructions. So
//! the text is only cut: strings are borrowed from the response, unknown members are skipped unread, and one field is
//! turned into its projection before the next is looked at. What is missing, null or of
//! another type counts as false or empty.

use std::borrow::Cow;

use super::global::{FLAGS, GlobalDescribe, write_heading};
use super::slots::Slots;
use super::stored::{Body, FieldLine, ValueLine};
use super::{FieldType, ObjectSchema, RecordType, Source, ValidFor, words};
use crate::json::{Before, Json, Lines, NO_PLACE, Walk};

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
        let wire = read(body, |from| ObjectWire::of(from, &mut Before::default()))?;
        let name = api_name(wire.name).ok_or(ANOTHER_SHAPE)?.to_owned();
        let label = text(wire.label).unwrap_or_else(|| words::label(&name));
        let record_types = wire.record_types;
        let (fields, children) = wire.fields.0.lists(wire.children.0, record_types.lines);
        Ok(Self {
            label_plural: text(wire.label_plural).unwrap_or_else(|| label.clone()),
            label,
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

/// Reads a response. That it is JSON shows only at its end.
fn read<'a, T>(body: &'a [u8], project: impl FnOnce(&mut Walk<'a>) -> T) -> Result<T, Unreadable> {
    let text = simdutf8::basic::from_utf8(body).or_else(|_| {
        std::str::from_utf8(body).map_err(|error| Unreadable { line: 1, column: error.valid_up_to() + 1 })
    })?;
    let mut from = Walk::of(text);
    let read = project(&mut from);
    from.finish().map_err(|error| Unreadable { line: error.line, column: error.column })?;
    Ok(read)
}

/// A text that is not empty.
fn text(value: Json<'_>) -> Option<String> {
    borrowed(value).map(Cow::into_owned)
}

/// The same, not copied.
fn borrowed(value: Json<'_>) -> Option<Cow<'_, str>> {
    value.text().filter(|text| !text.is_empty())
}

/// An API name or an id. Names stand in messages, which hold no text out of the org, so anything else is none.
fn api_name(value: Json<'_>) -> Option<&str> {
    value.word()
}

fn yes(value: Json<'_>) -> bool {
    value.get().as_bytes().first() == Some(&b't')
}

fn is_no(value: Json<'_>) -> bool {
    value.get().as_bytes().first() == Some(&b'f')
}

/// A number above zero.
fn count(value: Json<'_>) -> Option<u32> {
    value.get().parse().ok().filter(|number| *number > 0)
}

/// What is kept of the elements of a list.
trait Kept<'a>: Default {
    /// Goes behind an element, and keeps what counts of it. `place` is how many come before, those that are dropped too.
    fn add(&mut self, from: &mut Walk<'a>, before: &mut Before<'a>, place: u32);
}

fn list<'a, L: Kept<'a>>(from: &mut Walk<'a>) -> L {
    let mut kept = L::default();
    let mut before = Before::default();
    let mut place = 0;
    let mut goes_on = from.enter(b'[');
    while goes_on {
        kept.add(from, &mut before, place);
        place += 1;
        goes_on = from.goes_on(b']');
    }
    kept
}

/// An object of the response, of which some members are looked at: values, and lists of which something is kept.
macro_rules! wire {
    ($name:ident: $($field:ident = $member:literal,)* $(; $($list:ident: $kept:ty = $of:literal,)*)?) => {
        struct $name<'a> {
            $($field: Json<'a>,)*
            $($($list: $kept,)*)?
        }

        impl<'a> $name<'a> {
            fn of(from: &mut Walk<'a>, before: &mut Before<'a>) -> Self {
                #[allow(non_camel_case_types)] // Named like the members.
                enum Place { $($field,)* $($($list,)*)? }
                const NAMES: &Slots = &Slots::of(&[$($member,)* $($($of,)*)?]);

                $($(let mut $list = <$kept>::default();)*)?
                const VALUES: usize = [$(Place::$field,)*].len();
                let place_of = |name: &str| NAMES.place(name).unwrap_or(NO_PLACE);
                from.members(before, VALUES, &place_of, &mut |from, place| {
                    $($(if place == Place::$list as usize {
                        $list = list(from);
                        return;
                    })*)?
                    let _ = place;
                    from.skip();
                });
                let [$($field,)*] = before.values::<VALUES>();
                Self { $($field,)* $($($list,)*)? }
            }
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
    fields: Fields = "fields",
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
struct Fields(Body);

impl<'a> Kept<'a> for Fields {
    fn add(&mut self, from: &mut Walk<'a>, before: &mut Before<'a>, _: u32) {
        let wire = FieldWire::of(from, before);
        let Some(name) = api_name(wire.name).filter(|_| !yes(wire.deprecated_and_hidden)) else { return };
        let field_type = wire.field_type.word().map_or(FieldType::Other, FieldType::from_name);
        let label = wire.label.text().unwrap_or_default();
        let help = wire.inline_help_text.text().map(|help| words::one_line(&help)).unwrap_or_default();
        let controller = api_name(wire.controller_name);
        let createable = yes(wire.createable);
        self.0.field(&FieldLine {
            name,
            field_type,
            flags: [
                createable,
                yes(wire.updateable),
                yes(wire.filterable),
                yes(wire.sortable),
                yes(wire.groupable),
                createable && is_no(wire.nillable) && !yes(wire.defaulted_on_create),
                yes(wire.name_field),
                yes(wire.id_lookup),
                yes(wire.external_id),
                yes(wire.calculated),
                yes(wire.restricted_picklist),
                // Of an e-mail's body describe does not say it.
                yes(wire.html_formatted) || name == "HtmlBody",
                controller.is_some(),
            ],
            own_label: if words::is_label(&label, name) { "" } else { &label },
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
                value.write(controller.is_some(), &mut self.0);
            }
        }
    }
}

/// The API names in a list, parted by spaces.
#[derive(Default)]
struct References(String);

impl<'a> Kept<'a> for References {
    fn add(&mut self, from: &mut Walk<'a>, _: &mut Before<'a>, _: u32) {
        let Some(name) = api_name(from.value()) else { return };
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

/// A value of a picklist, and how many come before it.
struct Value<'a> {
    wire: ValueWire<'a>,
    place: u32,
}

impl<'a> Kept<'a> for Vec<Value<'a>> {
    fn add(&mut self, from: &mut Walk<'a>, before: &mut Before<'a>, place: u32) {
        let wire = ValueWire::of(from, before);
        if !is_no(wire.active) {
            self.push(Value { wire, place });
        }
    }
}

impl Value<'_> {
    fn write(&self, depends: bool, body: &mut Body) {
        let Self { wire, place } = self;
        let Some(value) = wire.value.text().filter(|value| !value.is_empty()) else { return };
        // Most are called as they are.
        let label = if wire.label == wire.value { None } else { wire.label.text() }.unwrap_or_default();
        // "(GMT+01:00) Central European Time (Europe/Berlin)": 400 such labels would be half of Event's schema.
        let repeats = || label.strip_suffix(')').is_some_and(|rest| rest.ends_with(&format!("({value}")));
        let valid_for = wire.valid_for.text().filter(|_| depends).map(|bits| ValidFor::from_base64(&bits));
        body.value(&ValueLine {
            value: &value,
            label: if label == value || repeats() { "" } else { &label },
            place: *place,
            default: yes(wire.default_value),
            valid_for: valid_for.as_ref(),
        });
    }
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
        let Some(id) = api_name(wire.record_type_id).filter(|_| !is_no(wire.active)) else { return };
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
