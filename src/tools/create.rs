//! `create`: one record, read back where it may be read. One composite request: `POST sobjects/{object}` and `GET` of what it made; before
//! it, where lookups are given by name, one of a `query` for each.
//!
//! The org's duplicate rules run. A create is never repeated: one that got no answer may have happened.

use crate::call::{Call, WRITE};
use crate::error::Error;
use crate::id::RecordId;
use crate::json::{Json, Object};
use crate::known::{self, Known, PlanError};
use crate::policy::Effect;
use crate::record::{Fields, Record};
use crate::reply::{MAX_TEXT_CHARS, Values};
use crate::resolve::lookup;
use crate::resolve::lookup::{Found, Wanted};
use crate::resolve::names;
use crate::resolve::shown;
use crate::rest::{Create, Retrieve, Which};
use crate::schema::well_known::RECORD_TYPE;
use crate::schema::{Field, ObjectSchema};
use crate::soql::{FieldName, FieldPath, ObjectName};
use crate::wit::{CreateArgs, CreateReply, Undo};
use crate::write::compare;
use crate::write::conversion;
use crate::write::duplicates;
use crate::write::event;
use crate::write::lost_response::{self, Recovery};
use crate::write::picklists::{self, Given, Held, Picklists};
use crate::write::places;
use crate::write::references;
use crate::write::refused;
use crate::write::undo;
use crate::write::values::{self, FieldValue, Write};

/// The most values shown of a required picklist that the call left out.
const MAX_CHOICES: usize = 20;

/// How a rule that only warns is overruled.
const OVERRULED: &str = "if they want a new record all the same, call again with allow_duplicate";

/// Creates a record.
pub(super) fn create(call: &Call<'_>, args: CreateArgs) -> Result<CreateReply, Error> {
    // A field the org does not know is refused before anything is written: then it may be tried with a description.
    call.run(&args, plan, |mut plan| {
        conversion::refuse(call, &plan.object, json_of(&plan.values, conversion::STATUS), None)?;
        let found = references::find(call, &mut plan.wanted)?;
        plan.values.iter_mut().for_each(|value| value.put(&found));
        send(call, &plan, &found)
    })
}

fn send(call: &Call<'_>, plan: &Plan, found: &[Found]) -> Result<CreateReply, Error> {
    let create = Create {
        object: &plan.object,
        values: plan.json(),
        allow_duplicate: plan.allow_duplicate,
        assign: plan.assign,
    };
    let read_back = Retrieve { object: &plan.object, record: Which::CreatedBy(WRITE), fields: &plan.read };
    let began = call.now();
    let written = if plan.is_told {
        call.write_and_read(&create, &create.values, read_back, |id| *id)
    } else {
        call.write(&create).map(|id| (id, None))
    };
    let (id, record, notice) = match written {
        Ok((id, record)) => (id, record, None),
        Err(cause) if cause.outcome_unknown() => recover(call, plan, began, cause)?,
        Err(error) => {
            let error = refused::explained(call, &plan.object, None, &|name| json_of(&plan.values, name), error);
            return Err(duplicates::refused(call, error, plan.allow_duplicate, OVERRULED));
        }
    };
    let held = if plan.is_told {
        record.as_ref().map(Record::fields)
    } else {
        Some(Fields::of(Json::trusted(&create.values)))
    };
    let mut reply = reply(call, plan, found, id, held);
    reply.notices.extend(notice);
    Ok(reply)
}

/// After a create without an answer: the record, if it is there.
fn recover(
    call: &Call<'_>,
    plan: &Plan,
    began: i64,
    cause: Error,
) -> Result<(RecordId, Option<Record>, Option<String>), Error> {
    let values: Vec<_> = plan.values.iter().map(|set| (&set.field, set.json.as_str())).collect();
    let read: Vec<FieldPath> = plan.read.iter().cloned().map(FieldPath::from).collect();
    match lost_response::find_created(call, &plan.object, &values, &read, began) {
        Recovery::One(id, record, known_by) => {
            let notice = format!(
                "Salesforce did not answer, so the record was looked for: this one, with the same {known_by} and created since the call began, was taken for it"
            );
            Ok((id, Some(record), Some(notice)))
        }
        Recovery::Unsettled(found, candidates) => Err(cause.with_context(found).with_candidates(candidates)),
    }
}

fn reply(call: &Call<'_>, plan: &Plan, found: &[Found], id: RecordId, held: Option<Fields<'_>>) -> CreateReply {
    let mut notices = plan.notices.clone();
    notices.extend(found.iter().filter_map(|found| found.notice.clone()));
    let mut values = Values::cut_after(MAX_TEXT_CHARS);
    if let Some(held) = &held {
        for set in &plan.values {
            let now = held.get(&set.field.name).map_or("null", Json::get);
            if !compare::is_kept(&set.field, &set.json, now) {
                notices.push(format!("{}: the org changed the value that was set", set.field.name));
            }
        }
    } else {
        notices.push(
            "the record was created, but could not be read back: the user may not be allowed to see it".to_owned(),
        );
    }
    let undo = held.as_ref().filter(|_| super::is_on(call, "delete")).and_then(|held| {
        let name = held.text(plan.name.as_str());
        // What was not sent whole, such as the name of a contact, is not known of what may not be read.
        let is_known = plan.is_told || name.is_some();
        is_known.then(|| undo::deletion(call.known(), &plan.object, &id, name)).flatten()
    });
    let held = held.unwrap_or_default();
    let read = plan.read.iter().map(FieldName::as_str);
    let fields = shown::members(call.known(), &plan.object, &held, read, false, &mut values);
    notices.extend(values.notice());
    let called = names_by_id(found);
    let record_type = held.get(RECORD_TYPE).and_then(|id| {
        let schema = call.known().schema(&plan.object).ok()?;
        let kind = picklists::record_type_of(&schema, id.get())?;
        Some((kind.id.clone(), kind.name.clone()))
    });
    CreateReply {
        object: plan.object.to_string(),
        link: call.link(id.as_str()),
        id: id.to_string(),
        fields,
        names: lookup::by_id(called.chain(record_type)),
        undo: undo.unwrap_or_else(|| by_hand(id)),
        notices,
    }
}

/// What the records are called that names in lookups stand for, by id.
fn names_by_id(found: &[Found]) -> impl Iterator<Item = (String, String)> {
    found.iter().filter_map(|found| Some((found.id.to_string(), found.candidate.name.clone()?)))
}

fn by_hand(id: RecordId) -> Undo {
    let instructions = format!("a person deletes {id} in Salesforce");
    Undo { tool: None, arguments: None, instructions: Some(instructions) }
}

/// What to write.
struct Plan {
    object: ObjectName,
    values: Vec<FieldValue>,
    /// The names in lookups.
    wanted: Vec<Wanted>,
    /// The field that names the record.
    name: FieldPath,
    /// The fields to read back: those that were set, and the record's name.
    read: Vec<FieldName>,
    /// Whether the reply may tell what the org holds.
    is_told: bool,
    allow_duplicate: bool,
    /// Whether assignment rules choose the owner, where not as the org does it by itself.
    assign: Option<bool>,
    notices: Vec<String>,
}

impl Plan {
    fn json(&self) -> String {
        let mut values = Object::default();
        for set in &self.values {
            values.member(&set.field.name, Json::trusted(&set.json));
        }
        values.finish()
    }
}

fn plan(known: &Known, args: &CreateArgs) -> Result<Plan, PlanError> {
    let object = names::object(known, &args.object)?;
    known.allow_object(&object, Effect::Additive)?;
    // Picklists and what is required are only in the description.
    let schema = known.description(&object)?;
    if !schema.createable {
        let error = Error::argument("object", format!("the user may not create {object} records"));
        return Err(names::denied(known, &object, &schema, error));
    }
    let input = values::given("fields", &args.fields)?;
    let (mut values, mut wanted): (Vec<FieldValue>, _) = (Vec::new(), Vec::new());
    known::all(input.filter(|(_, json)| !json.is_null()).map(|(name, json)| {
        let is_given = |name: &str| values.iter().any(|set| set.field.name == name);
        let value = values::read(known, &object, Write::Create, (&name, json.get()), &is_given, &mut wanted)?;
        values.push(value);
        Ok(())
    }))?;
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
    let mut notices: Vec<_> = values.iter().filter_map(|set| set.note.clone()).collect();
    let name = names::name_of(known, &object)?;
    let mut read: Vec<_> = values.iter().map(|set| set.name.clone()).collect();
    read.extend(values.iter().filter_map(|set| set.asked.clone()));
    if !read.iter().any(|field| field.as_str() == name.as_str()) {
        read.push(names::field_name(name.as_str())?);
    }
    // Which record type it gets is for the org to say, where describe does not.
    let is_told = known.may_read(&object);
    if !is_told {
        notices.insert(0, Known::untold(&object));
    }
    if is_told && is_type_open(&schema, &read) {
        read.push(names::field_name(RECORD_TYPE)?);
        notices.push(
            "RecordTypeId: none was given, so the org chose; `fields` shows which, none where it is empty".to_owned(),
        );
    }
    let assign = assignment(args.assign, &object, &schema, &values, &mut read)?;
    let allow_duplicate = args.allow_duplicate == Some(true);
    Ok(Plan { object, values, wanted, name, read, is_told, allow_duplicate, assign, notices })
}

/// The value that a field is set to, as JSON.
fn json_of<'v>(values: &'v [FieldValue], name: &str) -> Option<&'v str> {
    values.iter().find(|set| set.name.as_str() == name).map(|set| set.json.as_str())
}

/// Refuses the name of a person, which is made of its parts.
fn check_person(object: &ObjectName, values: &[FieldValue]) -> Result<(), Error> {
    let is_set = |is: &dyn Fn(&str) -> bool| values.iter().any(|set| set.json != "null" && is(set.name.as_str()));
    if object.as_str() == "Account" && is_set(&|name| name == "Name") && is_set(&refused::is_of_persons) {
        let parts = refused::NAME_PARTS.map(str::to_owned).to_vec();
        return Err(Error::argument("Name", refused::PERSON).allowing(parts));
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

/// Whether the org chooses the record type, and describe does not say which.
fn is_type_open(schema: &ObjectSchema, set: &[FieldName]) -> bool {
    schema.field(RECORD_TYPE).is_some()
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
    if has_rules && assign != Some(false) && !owner_given && schema.field("OwnerId").is_some() {
        read.retain(|field| field.as_str() != "OwnerId");
        read.push(FieldName::from_static("OwnerId"));
    }
    Ok(assign)
}
