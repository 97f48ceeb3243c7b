//! `GET sobjects/{object}/describe` and `GET sobjects`, reduced to what the tools need.
//!
//! A describe is 100–500 kB of which a tenth matters, and some hosts give a call 10 MiB and 10 million instructions. So
//! the text is only cut: strings are borrowed from the response, unknown members are skipped unread, and one field is
//! turned into its projection before the next is looked at. What is missing, null or of
//! another type counts as false or empty.

use std::borrow::Cow;

use super::{
    ChildRelationship, Field, FieldType, GlobalDescribe, LazyList, ObjectSchema, ObjectSummary, PicklistValue,
    RecordType, Source, ValidFor, words,
};
use crate::json::{Before, Json, NO_PLACE, Walk};

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
        let name = api_name(wire.name).ok_or(ANOTHER_SHAPE)?;
        let label = text(wire.label).unwrap_or_else(|| words::label(&name));
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
            fields: wire.fields,
            children: wire.children,
            record_types: wire.record_types,
            name,
        })
    }
}

impl GlobalDescribe {
    /// The projection of `GET sobjects`.
    pub fn from_json(body: &[u8]) -> Result<Self, Unreadable> {
        let mut objects = None;
        let place_of = |name: &str| if name == "sobjects" { 0 } else { NO_PLACE };
        read(body, |from| {
            from.members(&mut Before::default(), &mut [], &place_of, &mut |from, _| {
                objects = Some(list(from, summary))
            });
        })?;
        Ok(Self { objects: objects.ok_or(ANOTHER_SHAPE)? })
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
    value.text().filter(|text| !text.is_empty()).map(Cow::into_owned)
}

/// An API name or an id. Names stand in messages, which hold no text out of the org, so anything else is none.
fn api_name(value: Json<'_>) -> Option<String> {
    text(value).filter(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
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

/// What is kept of the elements of a list. `project` also learns how many come before, those that are dropped too, and
/// consumes its element.
fn list<'a, T, L: Default + Extend<T>>(
    from: &mut Walk<'a>,
    project: fn(&mut Walk<'a>, &mut Before<'a>, u32) -> Option<T>,
) -> L {
    let mut kept = L::default();
    let mut before = Before::default();
    let mut place = 0;
    let mut goes_on = from.enter(b'[');
    while goes_on {
        kept.extend(project(from, &mut before, place));
        place += 1;
        goes_on = from.goes_on(b']');
    }
    kept
}

/// Slots of [`Names`].
const SLOTS: usize = 128;

/// A few names, of which one is found without being compared with each: most members of a describe are none of them.
struct Names {
    names: &'static [&'static str],
    /// The place of the name whose slot it is.
    slots: [u8; SLOTS],
}

impl Names {
    /// Does not compile if two of the names have the same slot.
    const fn of(names: &'static [&'static str]) -> Self {
        let mut slots = [u8::MAX; SLOTS];
        let mut place = 0;
        while place < names.len() {
            let slot = slot(names[place].as_bytes());
            assert!(slots[slot] == u8::MAX, "two names have the same slot: weigh the letters otherwise");
            slots[slot] = place as u8;
            place += 1;
        }
        Self { names, slots }
    }

    fn place(&self, name: &str) -> usize {
        let place = self.slots.get(slot(name.as_bytes())).map_or(NO_PLACE, |place| usize::from(*place));
        if self.names.get(place).is_some_and(|known| *known == name) { place } else { NO_PLACE }
    }
}

const fn slot(name: &[u8]) -> usize {
    match name {
        [first, .., last] => (name.len() + 5 * *first as usize + 7 * *last as usize) % SLOTS,
        _ => 0,
    }
}

/// An object of the response, of which some members are looked at: values, and lists of which something is kept.
macro_rules! wire {
    ($name:ident: $($field:ident = $member:literal,)* $(; $($list:ident: $kept:ty = $of:literal by $project:expr,)*)?) => {
        struct $name<'a> {
            $($field: Json<'a>,)*
            $($($list: $kept,)*)?
        }

        impl<'a> $name<'a> {
            fn of(from: &mut Walk<'a>, before: &mut Before<'a>) -> Self {
                #[allow(non_camel_case_types)] // Named like the members.
                enum Place { $($field,)* $($($list,)*)? }
                const NAMES: &Names = &Names::of(&[$($member,)* $($($of,)*)?]);

                $($(let mut $list = <$kept>::default();)*)?
                let mut values = [$({ let _ = Place::$field; Json::NULL },)*];
                from.members(before, &mut values, &|name| NAMES.place(name), &mut |from, place| {
                    $($(if place == Place::$list as usize {
                        $list = list(from, $project);
                        return;
                    })*)?
                    let _ = place;
                    from.skip();
                });
                let [$($field,)*] = values;
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
    fields: LazyList<Field> = "fields" by field,
    children: LazyList<ChildRelationship> = "childRelationships" by child,
    record_types: Vec<RecordType> = "recordTypeInfos" by record_type,
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
    picklist_values: Vec<PicklistValue> = "picklistValues" by picklist_value,
    references: Vec<String> = "referenceTo" by name,
}

fn field<'a>(from: &mut Walk<'a>, before: &mut Before<'a>, _: u32) -> Option<Field> {
    let wire = FieldWire::of(from, before);
    if yes(wire.deprecated_and_hidden) {
        return None;
    }
    let name = api_name(wire.name)?;
    let field_type = wire.field_type.text().map_or(FieldType::Other, |name| FieldType::from_name(&name));
    let controller = api_name(wire.controller_name);
    let mut values = wire.picklist_values;
    if controller.is_none() {
        values.iter_mut().for_each(|value| value.valid_for = None);
    }
    // A field that is a part of itself (the name of an account where there are person accounts) is no part.
    let compound = api_name(wire.compound_field_name).filter(|compound| *compound != name);
    Some(Field {
        own_label: text(wire.label).filter(|label| !words::is_label(label, &name)),
        length: match field_type {
            FieldType::Int | FieldType::Long => count(wire.digits),
            kind if kind.is_number() => {
                count(wire.precision).map(|precision| precision.saturating_sub(count(wire.scale).unwrap_or_default()))
            }
            kind => count(wire.length).filter(|_| kind.is_text()),
        },
        decimals: match field_type {
            FieldType::Currency | FieldType::Percent => count(wire.scale).unwrap_or_default(),
            _ => 0,
        },
        createable: yes(wire.createable),
        updateable: yes(wire.updateable),
        required: yes(wire.createable) && is_no(wire.nillable) && !yes(wire.defaulted_on_create),
        filterable: yes(wire.filterable),
        sortable: yes(wire.sortable),
        groupable: yes(wire.groupable),
        name_field: yes(wire.name_field),
        id_lookup: yes(wire.id_lookup),
        external_id: yes(wire.external_id),
        calculated: yes(wire.calculated),
        restricted: yes(wire.restricted_picklist),
        // Of an e-mail's body describe does not say it.
        html: yes(wire.html_formatted) || name == "HtmlBody",
        picklist: field_type.has_values().then_some(values),
        controller,
        references: wire.references,
        relationship: api_name(wire.relationship_name),
        compound,
        help: text(wire.inline_help_text).map(|help| words::one_line(&help)).filter(|help| !help.is_empty()),
        name,
        field_type,
    })
}

fn name<'a>(from: &mut Walk<'a>, _: &mut Before<'a>, _: u32) -> Option<String> {
    api_name(from.value())
}

wire! { ValueWire:
    active = "active",
    value = "value",
    label = "label",
    default_value = "defaultValue",
    valid_for = "validFor",
}

fn picklist_value<'a>(from: &mut Walk<'a>, before: &mut Before<'a>, place: u32) -> Option<PicklistValue> {
    let wire = ValueWire::of(from, before);
    if is_no(wire.active) {
        return None;
    }
    let value = text(wire.value)?;
    // "(GMT+01:00) Central European Time (Europe/Berlin)": 400 such labels would be half of Event's schema.
    let repeats = |label: &str| label.strip_suffix(')').is_some_and(|rest| rest.ends_with(&format!("({value}")));
    let label = text(wire.label).filter(|label| *label != value && !repeats(label));
    let valid_for = wire.valid_for.text().map(|bits| ValidFor::from_base64(&bits));
    Some(PicklistValue { value, label, place, default: yes(wire.default_value), valid_for })
}

wire! { ChildWire:
    relationship_name = "relationshipName",
    child_s_object = "childSObject",
    field = "field",
    deprecated_and_hidden = "deprecatedAndHidden",
}

fn child<'a>(from: &mut Walk<'a>, before: &mut Before<'a>, _: u32) -> Option<ChildRelationship> {
    let wire = ChildWire::of(from, before);
    let object = api_name(wire.child_s_object)?;
    // Change events can't be queried: https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta
    if yes(wire.deprecated_and_hidden) || object.ends_with("ChangeEvent") {
        return None;
    }
    Some(ChildRelationship { relationship: api_name(wire.relationship_name), object, field: api_name(wire.field)? })
}

wire! { RecordTypeWire:
    record_type_id = "recordTypeId",
    name = "name",
    active = "active",
    available = "available",
    default_record_type_mapping = "defaultRecordTypeMapping",
    master = "master",
}

fn record_type<'a>(from: &mut Walk<'a>, before: &mut Before<'a>, _: u32) -> Option<RecordType> {
    let wire = RecordTypeWire::of(from, before);
    if is_no(wire.active) {
        return None;
    }
    Some(RecordType {
        id: api_name(wire.record_type_id)?,
        name: text(wire.name).unwrap_or_default(),
        default: yes(wire.default_record_type_mapping),
        master: yes(wire.master),
        available: yes(wire.available),
    })
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

fn summary<'a>(from: &mut Walk<'a>, before: &mut Before<'a>, _: u32) -> Option<ObjectSummary> {
    let wire = SummaryWire::of(from, before);
    if yes(wire.deprecated_and_hidden) || !(yes(wire.queryable) || yes(wire.createable)) {
        return None;
    }
    let name = api_name(wire.name)?;
    let label = text(wire.label).unwrap_or_else(|| words::label(&name));
    Some(ObjectSummary {
        label_plural: text(wire.label_plural).unwrap_or_else(|| label.clone()),
        label,
        key_prefix: text(wire.key_prefix),
        custom: yes(wire.custom),
        queryable: yes(wire.queryable),
        createable: yes(wire.createable),
        updateable: yes(wire.updateable),
        searchable: yes(wire.searchable),
        name,
    })
}
