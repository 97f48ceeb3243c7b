//! `GET sobjects/{object}/describe` and `GET sobjects`, reduced to what the tools need.
//!
//! A describe is 100–500 kB of which a tenth matters, and some hosts give a call 10 MiB and 10 million instructions. So
//! the parser borrows every string from the response, skips unknown keys unread, and turns one field into its projection
//! before it reads the next: some 36 instructions a byte and 80 kB for the largest recording, where `serde_json::Value`
//! takes 106 and 1.4 MB. What is missing or null counts as false or empty.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};

use super::{
    ChildRelationship, Field, FieldType, GlobalDescribe, ObjectSchema, ObjectSummary, PicklistValue, RecordType,
    Source, ValidFor, words,
};

/// The response was no describe. It says where, and never quotes the org.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the description of an object could not be read at line {line}, column {column}")]
pub struct Unreadable {
    /// Line of the response.
    pub line: usize,
    /// Column in that line.
    pub column: usize,
}

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Self {
        Self { line: error.line(), column: error.column() }
    }
}

impl ObjectSchema {
    /// The projection of `GET sobjects/{object}/describe`.
    pub fn from_describe(body: &[u8]) -> Result<Self, Unreadable> {
        let wire: ObjectWire<'_> = read(body)?;
        let name = wire.name.into_string();
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
            fields: list(wire.fields),
            children: list(wire.child_relationships),
            record_types: list(wire.record_type_infos),
            name,
        })
    }
}

impl GlobalDescribe {
    /// The projection of `GET sobjects`.
    pub fn from_json(body: &[u8]) -> Result<Self, Unreadable> {
        #[derive(Deserialize)]
        struct GlobalWire {
            sobjects: Kept<ObjectSummary>,
        }
        let wire: GlobalWire = read(body)?;
        Ok(Self { objects: wire.sobjects.0 })
    }
}

/// Checks the encoding once, and so spares the parser to check it for each of 20,000 strings.
fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Unreadable> {
    let text = std::str::from_utf8(body).map_err(|error| Unreadable { line: 1, column: error.valid_up_to() + 1 })?;
    Ok(serde_json::from_str(text)?)
}

/// Text in the response, copied only if it holds an escape. (A bare `Option<Cow>` would always copy.)
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl Text<'_> {
    fn into_string(self) -> String {
        self.0.into_owned()
    }
}

fn text(text: Option<Text<'_>>) -> Option<String> {
    text.filter(|text| !text.0.is_empty()).map(Text::into_string)
}

fn yes(flag: Option<bool>) -> bool {
    flag.unwrap_or_default()
}

fn list<T>(list: Option<Kept<T>>) -> Vec<T> {
    list.map_or_else(Vec::new, |kept| kept.0)
}

/// What is kept of an element of a describe.
trait Project: Sized {
    /// The element as it is sent.
    type Wire<'a>: Deserialize<'a>;

    /// `place` counts the elements before it, those that were dropped too.
    fn project(wire: Self::Wire<'_>, place: u32) -> Option<Self>;
}

/// An array of which each element is projected, or dropped, as soon as it is read.
struct Kept<T>(Vec<T>);

impl<'de, T: Project> Deserialize<'de> for Kept<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Elements<T>(PhantomData<T>);

        impl<'de, T: Project> Visitor<'de> for Elements<T> {
            type Value = Kept<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
                let mut kept = Vec::new();
                let mut place = 0;
                while let Some(element) = elements.next_element::<T::Wire<'de>>()? {
                    kept.extend(T::project(element, place));
                    place += 1;
                }
                Ok(Kept(kept))
            }
        }

        deserializer.deserialize_seq(Elements(PhantomData))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ObjectWire<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    label: Option<Text<'a>>,
    #[serde(borrow)]
    label_plural: Option<Text<'a>>,
    #[serde(borrow)]
    key_prefix: Option<Text<'a>>,
    createable: Option<bool>,
    updateable: Option<bool>,
    deletable: Option<bool>,
    queryable: Option<bool>,
    searchable: Option<bool>,
    fields: Option<Kept<Field>>,
    child_relationships: Option<Kept<ChildRelationship>>,
    record_type_infos: Option<Kept<RecordType>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FieldWire<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    label: Option<Text<'a>>,
    #[serde(borrow, rename = "type")]
    field_type: Option<Text<'a>>,
    length: Option<u32>,
    precision: Option<u32>,
    scale: Option<u32>,
    digits: Option<u32>,
    createable: Option<bool>,
    updateable: Option<bool>,
    nillable: Option<bool>,
    defaulted_on_create: Option<bool>,
    filterable: Option<bool>,
    sortable: Option<bool>,
    groupable: Option<bool>,
    name_field: Option<bool>,
    id_lookup: Option<bool>,
    external_id: Option<bool>,
    calculated: Option<bool>,
    restricted_picklist: Option<bool>,
    deprecated_and_hidden: Option<bool>,
    picklist_values: Option<Kept<PicklistValue>>,
    #[serde(borrow)]
    controller_name: Option<Text<'a>>,
    reference_to: Option<Kept<String>>,
    #[serde(borrow)]
    relationship_name: Option<Text<'a>>,
    #[serde(borrow)]
    compound_field_name: Option<Text<'a>>,
    #[serde(borrow)]
    inline_help_text: Option<Text<'a>>,
}

impl Project for Field {
    type Wire<'a> = FieldWire<'a>;

    fn project(wire: FieldWire<'_>, _: u32) -> Option<Self> {
        if yes(wire.deprecated_and_hidden) {
            return None;
        }
        let name = wire.name.into_string();
        let field_type = wire.field_type.map_or(FieldType::Other, |text| FieldType::from_name(&text.0));
        let controller = text(wire.controller_name);
        let mut values = list(wire.picklist_values);
        if controller.is_none() {
            values.iter_mut().for_each(|value| value.valid_for = None);
        }
        // A field that is a part of itself (the name of an account where there are person accounts) is no part.
        let compound = text(wire.compound_field_name).filter(|compound| *compound != name);
        Some(Self {
            label: text(wire.label).unwrap_or_else(|| words::label(&name)),
            length: match field_type {
                FieldType::Int | FieldType::Long => wire.digits.filter(|digits| *digits > 0),
                kind if kind.is_number() => wire
                    .precision
                    .filter(|precision| *precision > 0)
                    .map(|precision| precision.saturating_sub(wire.scale.unwrap_or_default())),
                kind => wire.length.filter(|length| *length > 0 && kind.is_text()),
            },
            createable: yes(wire.createable),
            updateable: yes(wire.updateable),
            required: yes(wire.createable) && !wire.nillable.unwrap_or(true) && !yes(wire.defaulted_on_create),
            filterable: yes(wire.filterable),
            sortable: yes(wire.sortable),
            groupable: yes(wire.groupable),
            name_field: yes(wire.name_field),
            id_lookup: yes(wire.id_lookup),
            external_id: yes(wire.external_id),
            calculated: yes(wire.calculated),
            restricted: yes(wire.restricted_picklist),
            picklist: field_type.has_values().then_some(values),
            controller,
            references: list(wire.reference_to),
            relationship: text(wire.relationship_name),
            compound,
            help: text(wire.inline_help_text).map(|help| words::one_line(&help)).filter(|help| !help.is_empty()),
            name,
            field_type,
        })
    }
}

impl Project for String {
    type Wire<'a> = Text<'a>;

    fn project(wire: Text<'_>, _: u32) -> Option<Self> {
        Some(wire.into_string())
    }
}

#[derive(Deserialize)]
struct ValueWire<'a> {
    active: Option<bool>,
    #[serde(borrow)]
    value: Option<Text<'a>>,
    #[serde(borrow)]
    label: Option<Text<'a>>,
    #[serde(rename = "defaultValue")]
    default_value: Option<bool>,
    #[serde(borrow, rename = "validFor")]
    valid_for: Option<Text<'a>>,
}

impl Project for PicklistValue {
    type Wire<'a> = ValueWire<'a>;

    fn project(wire: ValueWire<'_>, place: u32) -> Option<Self> {
        if !wire.active.unwrap_or(true) {
            return None;
        }
        let value = text(wire.value)?;
        // "(GMT+01:00) Central European Time (Europe/Berlin)": 400 such labels would be half of Event's schema.
        let repeats = |label: &str| label.strip_suffix(')').is_some_and(|rest| rest.ends_with(&format!("({value}")));
        let label = text(wire.label).filter(|label| *label != value && !repeats(label));
        let valid_for = wire.valid_for.map(|bits| ValidFor::from_base64(&bits.0));
        Some(Self { value, label, place, default: yes(wire.default_value), valid_for })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChildWire<'a> {
    #[serde(borrow)]
    relationship_name: Option<Text<'a>>,
    #[serde(borrow, rename = "childSObject")]
    child_s_object: Option<Text<'a>>,
    #[serde(borrow)]
    field: Option<Text<'a>>,
    deprecated_and_hidden: Option<bool>,
}

impl Project for ChildRelationship {
    type Wire<'a> = ChildWire<'a>;

    fn project(wire: ChildWire<'_>, _: u32) -> Option<Self> {
        let object = text(wire.child_s_object)?;
        // Change events can't be queried: https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta
        if yes(wire.deprecated_and_hidden) || object.ends_with("ChangeEvent") {
            return None;
        }
        Some(Self { relationship: text(wire.relationship_name), object, field: text(wire.field)? })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RecordTypeWire<'a> {
    #[serde(borrow)]
    record_type_id: Option<Text<'a>>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
    active: Option<bool>,
    available: Option<bool>,
    default_record_type_mapping: Option<bool>,
    master: Option<bool>,
}

impl Project for RecordType {
    type Wire<'a> = RecordTypeWire<'a>;

    fn project(wire: RecordTypeWire<'_>, _: u32) -> Option<Self> {
        if !wire.active.unwrap_or(true) {
            return None;
        }
        Some(Self {
            id: text(wire.record_type_id)?,
            name: text(wire.name).unwrap_or_default(),
            default: yes(wire.default_record_type_mapping),
            master: yes(wire.master),
            available: yes(wire.available),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SummaryWire<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    label: Option<Text<'a>>,
    #[serde(borrow)]
    label_plural: Option<Text<'a>>,
    #[serde(borrow)]
    key_prefix: Option<Text<'a>>,
    custom: Option<bool>,
    queryable: Option<bool>,
    createable: Option<bool>,
    updateable: Option<bool>,
    searchable: Option<bool>,
    deprecated_and_hidden: Option<bool>,
}

impl Project for ObjectSummary {
    type Wire<'a> = SummaryWire<'a>;

    fn project(wire: SummaryWire<'_>, _: u32) -> Option<Self> {
        if yes(wire.deprecated_and_hidden) || !(yes(wire.queryable) || yes(wire.createable)) {
            return None;
        }
        let name = wire.name.into_string();
        let label = text(wire.label).unwrap_or_else(|| words::label(&name));
        Some(Self {
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
}
