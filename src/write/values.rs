//! The values of a write as people give them: each of a field of the object's own that can be written, given once, and
//! made to fit its field.

use crate::error::Error;
use crate::json::{Json, Members, quoted};
use crate::known::{Known, PlanError};
use crate::lower::lower;
use crate::resolve::lookup::{self, Found, Wanted};
use crate::resolve::names;
use crate::resolve::price_book;
use crate::schema::treatment::is_place_name;
use crate::schema::{Field, FieldType, ObjectSchema, place};
use crate::soql::{FieldName, FieldPath, ObjectName};
use crate::write::amendment::{self, Amendment};
use crate::write::conversion;
use crate::write::fit;

/// What a write does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Write {
    /// Makes a record.
    Create,
    /// Changes one that is there.
    Change,
}

/// One field's new value.
#[derive(Debug)]
pub(crate) struct FieldValue {
    /// The field.
    pub(crate) field: Field,
    /// Its API name.
    pub(crate) name: FieldName,
    /// The value, as JSON of the field's type; a lookup's is a name until its record is found.
    pub(crate) json: String,
    /// What it is made of, together with the value that is there.
    pub(crate) amendment: Option<Amendment>,
    /// What was repaired to get there, or what a name was taken for.
    pub(crate) note: Option<String>,
    /// The place of a lookup's name among those of the call.
    wanted: Option<usize>,
    /// What the record is called that a lookup's name stands for, once it is found.
    pub(crate) record_name: Option<String>,
    /// The field that was asked for, where another is written that says the same.
    pub(crate) asked: Option<FieldName>,
    /// The field that is cleared along with this one.
    pub(crate) along: Option<FieldName>,
}

/// The fields and values of an argument that is an object; null is a value.
pub(crate) fn given<'a>(argument: &str, json: &'a str) -> Result<Members<'a>, Error> {
    let object = Json::parse(json).ok().filter(|value| value.is_object());
    object
        .map(Json::members)
        .ok_or_else(|| Error::argument(argument, format!("{argument} must be a JSON object of field names and values")))
}

/// What somebody said of a field, by its label or name. A name in a lookup is set aside among the `wanted` of the call, and
/// stands for itself until its record is found.
pub(crate) fn read(
    known: &Known,
    object: &ObjectName,
    write: Write,
    (input, json): (&str, &str),
    is_given: &dyn Fn(&str) -> bool,
    wanted: &mut Vec<Wanted>,
) -> Result<FieldValue, PlanError> {
    let mut field = names::own_field(known, object, input)?;
    let mut schema = known.schema(object)?;
    if let Some(entry) = price_book::set_instead(&schema, &field).filter(|_| write == Write::Create) {
        field = entry.clone();
    }
    // Picklist values are only in the description.
    let has_values = matches!(field.field_type, FieldType::Picklist | FieldType::MultiPicklist);
    if has_values && field.picklist.is_none() || is_place_name(&field.name) {
        schema = known.description(object)?;
    }
    let is_writable = match write {
        Write::Create => field.createable,
        Write::Change => field.updateable,
    };
    if !is_writable {
        return Err(names::denied(known, object, &schema, not_writable(&schema, &field, write)));
    }
    if is_given(&field.name) {
        return Err(Error::argument(input, format!("{} is given twice", field.name)).into());
    }
    if write == Write::Change
        && let Some(amendment) =
            amendment::read(&field, json).map_err(|error| names::denied(known, object, &schema, error))?
    {
        let value = FieldValue::new(field, "null".to_owned(), None)?;
        return Ok(FieldValue { amendment: Some(amendment), ..value });
    }
    let wanted = lookup::want(known, &field, json, wanted)?;
    let (json, note) = match place::codes(&schema, &field).filter(|codes| codes.picklist.is_some()) {
        // Which it is depends on the others, or on the records that are found.
        codes if codes.is_some() || wanted.is_some() => (if json == EMPTY { "null" } else { json }.to_owned(), None),
        _ => to_write(known, &schema, object, &field, json)?,
    };
    Ok(FieldValue { wanted, ..FieldValue::new(field, json, note)? })
}

/// An empty text, as JSON.
const EMPTY: &str = "\"\"";

impl FieldValue {
    /// A value of the field itself, as JSON, and what was repaired to get there.
    pub(crate) fn new(field: Field, json: String, note: Option<String>) -> Result<Self, Error> {
        let name = names::field_name(&field.name)?;
        Ok(Self { name, field, json, amendment: None, note, wanted: None, record_name: None, asked: None, along: None })
    }

    /// The field that was asked for.
    pub(crate) fn asked(&self) -> &FieldName {
        self.asked.as_ref().unwrap_or(&self.name)
    }

    /// The path to what a lookup's record is called, where the record was given by its id and nobody knows it yet.
    pub(crate) fn unknown_name(&self) -> Result<Option<FieldPath>, Error> {
        let is_id = || Json::parse(&self.json).ok().and_then(lookup::id_in).is_some();
        let is_unknown = self.wanted.is_none() && self.field.references != ["RecordType"] && is_id();
        if is_unknown { lookup::name_path(&self.field) } else { Ok(None) }
    }

    /// Puts the id of the record where its name stands, now that those of the call are found.
    pub(crate) fn put(&mut self, found: &[Found]) {
        if let Some(found) = self.wanted.and_then(|place| found.get(place)) {
            self.json = quoted(found.id.as_str());
            self.note.clone_from(&found.notice);
            self.record_name.clone_from(&found.candidate.name);
        }
    }
}

/// A value to write, as JSON of its field's type, and what was repaired to get there.
fn to_write(
    known: &Known,
    schema: &ObjectSchema,
    object: &ObjectName,
    field: &Field,
    json: &str,
) -> Result<(String, Option<String>), PlanError> {
    if field.references == ["RecordType"]
        && let Some(name) = lookup::name(field, json)
    {
        // Describe lists them all.
        let schema = known.description(object)?;
        return record_type(&schema, field, &name).map_err(|error| names::denied(known, object, &schema, error));
    }
    if lookup::is_me(field, json) {
        let id = known.user()?.id;
        return Ok((quoted(id.as_str()), Some(format!("{}: the user is {id}", field.name))));
    }
    fit::to_write(field, json).map_err(|error| match error {
        error if field.is_limited() => names::denied(known, object, schema, error),
        error => error.into(),
    })
}

/// The record type of a name, among those the user may choose.
fn record_type(schema: &ObjectSchema, field: &Field, name: &str) -> Result<(String, Option<String>), Error> {
    let usable = || schema.record_types.iter().filter(|kind| kind.available && !kind.master);
    match usable().find(|kind| lower(&kind.name) == lower(name)) {
        Some(kind) => {
            let note = format!("{}: {} is {}", field.name, quoted(name), kind.id);
            Ok((quoted(&kind.id), Some(note)))
        }
        None => {
            let message = format!("{} is no record type of {} that the user may choose", quoted(name), schema.name);
            Err(Error::argument(&field.name, message).allowing(usable().map(|kind| kind.name.clone()).collect()))
        }
    }
}

/// A field that the user, or anybody, can't write.
fn not_writable(schema: &ObjectSchema, field: &Field, write: Write) -> Error {
    let parts: Vec<_> = schema
        .fields
        .iter()
        .filter(|part| part.compound.as_deref() == Some(&field.name) && (part.createable || part.updateable))
        .map(|part| part.name.clone())
        .collect();
    let message = if field.name == "IsConverted" {
        conversion::ADVICE.to_owned()
    } else if parts.is_empty() {
        let written = match write {
            Write::Create => "created",
            Write::Change => "changed",
        };
        format!(
            "{} can't be set when a record is {written}: Salesforce keeps it, or the user lacks the right",
            field.name
        )
    } else {
        format!("{} is made of parts; set those", field.name)
    };
    Error::argument(&field.name, message).allowing(parts)
}
