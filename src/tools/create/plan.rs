//! What to create: the values of one record, and what is read of it afterwards.

use super::Asked;
use crate::error::Error;
use crate::json::{Json, Object};
use crate::known::{self, Known, PlanError};
use crate::policy::Effect;
use crate::resolve::lookup::{self, Wanted};
use crate::resolve::names;
use crate::resolve::price_book::DEAL;
use crate::rest::Create;
use crate::schema::person;
use crate::schema::well_known::RECORD_TYPE;
use crate::schema::{Field, ObjectSchema};
use crate::soql::{FieldName, FieldPath, ObjectName};
use crate::write::event;
use crate::write::picklists::{self, Given, Held, Picklists};
use crate::write::places;
use crate::write::several;
use crate::write::values::{self, FieldValue, Write};

/// The most values shown of a required picklist that the call left out.
const MAX_CHOICES: usize = 20;

/// What to write.
pub(super) struct Plan {
    pub(super) object: ObjectName,
    pub(super) values: Vec<FieldValue>,
    /// The field that names the record.
    pub(super) name: FieldPath,
    /// The fields to read back: those that were set, and the record's name.
    pub(super) read: Vec<FieldName>,
    /// The lookups whose records nobody named, each with the path to what its record is called.
    pub(super) unnamed: Vec<(FieldName, FieldPath)>,
    /// Whether the reply may tell what the org holds.
    pub(super) is_told: bool,
    pub(super) allow_duplicate: bool,
    /// Whether assignment rules choose the owner, where not as the org does it by itself.
    pub(super) assign: Option<bool>,
    pub(super) notices: Vec<String>,
}

impl Plan {
    /// The request that creates the record.
    pub(super) fn endpoint(&self) -> Create<'_> {
        let mut values = Object::default();
        for set in &self.values {
            values.member(&set.field.name, Json::trusted(&set.json));
        }
        Create {
            object: &self.object,
            values: values.finish(),
            allow_duplicate: self.allow_duplicate,
            assign: self.assign,
        }
    }

    /// An error about this record, at its place among those of the call.
    pub(super) fn one_of(&self, count: usize, place: usize, error: Error) -> Error {
        let names = [self.name.as_str(), "LastName"].into_iter().filter_map(|name| self.json_of(name));
        let name = names.filter_map(|name| Json::parse(name).ok()?.text()).next();
        several::one_of(count, &several::by_place(place, name.as_deref()), super::DONE, error)
    }

    /// The value that a field is set to, as JSON.
    pub(super) fn json_of(&self, name: &str) -> Option<&str> {
        json_of(&self.values, name)
    }
}

/// What to write of a record, given by its own fields and by those it has in common with others. Names in lookups are
/// added to the `wanted`.
pub(super) fn plan(known: &Known, asked: &Asked<'_>, wanted: &mut Vec<Wanted>) -> Result<Plan, PlanError> {
    let object = names::object(known, asked.object)?;
    known.allow_object(&object, Effect::Additive)?;
    // Picklists and what is required are only in the description.
    let schema = known.description(&object)?;
    if !schema.createable {
        let error = Error::argument("object", format!("the user may not create {object} records"));
        return Err(names::denied(known, &object, &schema, error));
    }
    let mut values = values_of(known, &object, asked, wanted)?;
    lookup::with_deal(known, json_of(&values, DEAL), wanted)?;
    let denied = |error| names::denied(known, &object, &schema, error);
    let mut settled: Vec<_> = values.iter_mut().collect();
    let besides = places::settle(&schema, &mut settled, Some(Held::New)).map_err(denied)?;
    values.extend(besides);
    check_required(&schema, &values).map_err(denied)?;
    check_person(&object, &values)?;
    event::check(&object, &|name| json_of(&values, name), None)?;
    let mut given = Vec::new();
    for set in &values {
        given.push(Given { field: &set.field, json: &set.json, writes: true });
    }
    let picklists = Picklists { object: &object, schema: &schema, given: &given, held: Held::New };
    picklists.check(known).map_err(|error| match error {
        PlanError::Failed(error) => denied(error),
        needs @ PlanError::Needs(_) => needs,
    })?;
    let mut notices = Vec::new();
    let name = names::name_of(known, &object)?;
    let mut read: Vec<_> = values.iter().map(|set| set.name.clone()).collect();
    for asked in values.iter().filter_map(|set| set.asked.as_ref()) {
        if !read.contains(asked) {
            read.push(asked.clone());
        }
    }
    if !read.iter().any(|field| field.as_str() == name.as_str()) {
        read.push(names::field_name(name.as_str())?);
    }
    // Which record type it gets is for the org to say, where describe does not.
    let is_told = known.may_read(&object);
    if !is_told {
        notices.push(Known::untold(&object));
    }
    if is_told && is_type_open(&schema, &read) {
        read.push(names::field_name(RECORD_TYPE)?);
        notices.push(
            "RecordTypeId: none was given, so the org chose; `fields` shows which, none where it is empty".to_owned(),
        );
    }
    let assign = assignment(asked.assign, &object, &schema, &values, &mut read)?;
    let unnamed = if is_told { unnamed(&schema, &values, &read)? } else { Vec::new() };
    let allow_duplicate = asked.allow_duplicate;
    Ok(Plan { object, values, name, read, unnamed, is_told, allow_duplicate, assign, notices })
}

/// The values of a record: its own, and those all have in common that it does not have otherwise.
fn values_of(
    known: &Known,
    object: &ObjectName,
    asked: &Asked<'_>,
    wanted: &mut Vec<Wanted>,
) -> Result<Vec<FieldValue>, PlanError> {
    let mut given = Vec::new();
    let common = asked.common.map(|fields| (true, "fields", fields));
    for (is_common, argument, fields) in [(false, asked.argument, asked.own)].into_iter().chain(common) {
        for (name, json) in values::given(argument, fields)? {
            given.push((is_common, name, json));
        }
    }
    let (mut values, mut own): (Vec<FieldValue>, Vec<String>) = (Vec::new(), Vec::new());
    known::all(given.iter().map(|(is_common, name, json)| {
        // Of one record alone, nothing is empty that it was not given.
        if asked.common.is_some() {
            let field = names::own_field(known, object, name)?;
            if *is_common && own.contains(&field.name) {
                return Ok(());
            }
            if !is_common {
                own.push(field.name.clone());
            }
        }
        if json.is_null() {
            return Ok(());
        }
        let is_given = |name: &str| values.iter().any(|set| set.field.name == name);
        let value = values::read(known, object, Write::Create, (name, json.get()), &is_given, wanted)?;
        values.push(value);
        Ok(())
    }))?;
    Ok(values)
}

/// The value that a field is set to, as JSON.
fn json_of<'v>(values: &'v [FieldValue], name: &str) -> Option<&'v str> {
    values.iter().find(|set| set.name.as_str() == name).map(|set| set.json.as_str())
}

/// Refuses the name of a person, which is made of its parts.
fn check_person(object: &ObjectName, values: &[FieldValue]) -> Result<(), Error> {
    let is_set = |is: &dyn Fn(&str) -> bool| values.iter().any(|set| set.json != "null" && is(set.name.as_str()));
    if object.as_str() == "Account" && is_set(&|name| name == "Name") && is_set(&person::is_of_persons) {
        let parts = person::NAME_PARTS.map(str::to_owned).to_vec();
        return Err(Error::argument("Name", person::NAMED).allowing(parts));
    }
    Ok(())
}

/// Refuses a record that lacks what its object requires.
fn check_required(schema: &ObjectSchema, values: &[FieldValue]) -> Result<(), Error> {
    let is_set = |field: &Field| {
        values.iter().filter(|set| set.json != "null").any(|set| {
            // A person's name is made of its parts.
            set.field.name == field.name || set.field.compound.as_ref() == Some(&field.name)
        })
    };
    let missing: Vec<_> = schema.required().filter(|field| !is_set(field)).map(|field| field.name.clone()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!("a new {} needs {}; ask the person, nothing was sent", schema.name, missing.join(", "));
    // A picklist, if only one is missing, is easier to ask for with its values.
    let mut picklists = missing.iter().filter_map(|name| schema.field(name)?.picklist.as_deref());
    let mut allowed = Vec::new();
    if let (Some(values), None) = (picklists.next(), picklists.next()) {
        values.iter().take(MAX_CHOICES).for_each(|value| allowed.push(value.shown().to_owned()));
    }
    Err(Error::input(message).about(missing).allowing(allowed))
}

/// The lookups that are given by id, and the owner that the org's rules choose.
fn unnamed(
    schema: &ObjectSchema,
    values: &[FieldValue],
    read: &[FieldName],
) -> Result<Vec<(FieldName, FieldPath)>, Error> {
    let mut unnamed = Vec::new();
    for value in values {
        unnamed.extend(value.unknown_name()?.map(|path| (value.name.clone(), path)));
    }
    let is_set = |name: &FieldName| values.iter().any(|value| value.name == *name);
    for name in read.iter().filter(|name| name.as_str() == "OwnerId" && !is_set(name)) {
        let path = schema.field(name.as_str()).map(lookup::name_path).transpose()?.flatten();
        unnamed.extend(path.map(|path| (name.clone(), path)));
    }
    Ok(unnamed)
}

/// Whether the org chooses the record type, and describe does not say which.
fn is_type_open(schema: &ObjectSchema, set: &[FieldName]) -> bool {
    schema.has_field(RECORD_TYPE)
        && !set.iter().any(|field| field.as_str() == RECORD_TYPE)
        && picklists::kinds(schema).filter(|kind| kind.available).count() > 1
        && picklists::usual_record_type(schema).is_none()
}

/// Whether assignment rules choose the owner, where not as the org does it by itself; then the owner is read back.
fn assignment(
    asked: Option<bool>,
    object: &ObjectName,
    schema: &ObjectSchema,
    values: &[FieldValue],
    read: &mut Vec<FieldName>,
) -> Result<Option<bool>, Error> {
    let has_rules = names::has_assignment_rules(object);
    if asked.is_some() && !has_rules {
        let message = format!("assign is for leads and cases; who owns a new {object} is set by its owner field");
        return Err(Error::argument("assign", message));
    }
    let owner_given = values.iter().any(|set| set.field.name == "OwnerId" && set.json != "null");
    // Rules would take the record from the owner that was named.
    let assign = asked.or((has_rules && owner_given).then_some(false));
    // Who got it is for the rules to say.
    if has_rules && assign != Some(false) && !owner_given && schema.has_field("OwnerId") {
        read.retain(|field| field.as_str() != "OwnerId");
        read.push(FieldName::from_static("OwnerId"));
    }
    Ok(assign)
}
