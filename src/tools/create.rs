//! `create`: one record, read back. One composite request: `POST sobjects/{object}` and `GET` of what it made; before
//! it, where lookups are given by name, one of a `query` for each.
//!
//! The org's duplicate rules run. A create is never repeated: one that got no answer may have happened.

use crate::call::{Call, Stuck, WRITE};
use crate::error::Error;
use crate::id::RecordId;
use crate::json::{Json, quoted};
use crate::policy::Effect;
use crate::record::{Fields, Record};
use crate::reply::Values;
use crate::resolve::lookup;
use crate::resolve::lookup::{Found, Wanted};
use crate::resolve::names;
use crate::resolve::value;
use crate::rest::{Create, Retrieve, Which};
use crate::schema::Field;
use crate::soql::{FieldName, FieldPath, ObjectName};
use crate::wit::{CreateArgs, CreateReply, Undo};
use crate::write::conversion;
use crate::write::duplicates;
use crate::write::lost_response::{self, Seen};
use crate::write::picklists::{self, Given, Picklists};
use crate::write::undo;

/// Characters of a text that is read back.
const MAX_TEXT_CHARS: usize = 255;

/// Values of a picklist that is missing.
const MAX_CHOICES: usize = 20;

/// How a rule that only warns is overruled.
const OVERRULED: &str = "if they want a new record all the same, call again with allow_duplicate";

/// Creates a record.
pub(super) fn create(call: &Call<'_>, args: CreateArgs) -> Result<CreateReply, Error> {
    // A field the org does not know is refused before anything is written: then it may be tried with a description.
    call.planned(
        || plan(call, &args),
        |plan| {
            let status = plan.values.iter().find(|set| set.field.name == conversion::STATUS);
            conversion::refuse(call, &plan.object, status.map(|set| set.json.as_str()), None)?;
            let found = lookup::find(call, &plan.wanted)?;
            send(call, &plan.with(&found), &found)
        },
    )
}

fn send(call: &Call<'_>, plan: &Plan, found: &[Found]) -> Result<CreateReply, Error> {
    let create = Create {
        object: &plan.object,
        values: plan.json(),
        allow_duplicate: plan.allow_duplicate,
        assign: plan.assign,
    };
    let read_back = Retrieve { object: &plan.object, record: Which::CreatedBy(WRITE), fields: &plan.fields };
    let began = call.now();
    let (id, record, notice) = match call.write_and_read(&create, &create.values, read_back, |id| *id) {
        Ok((id, record)) => (id, record, None),
        Err(cause) if cause.is_open() => look(call, plan, began, cause)?,
        Err(error) => return Err(duplicates::refused(call, error, plan.allow_duplicate, OVERRULED)),
    };
    let mut reply = reply(call, plan, found, id, record.as_ref().map(Record::fields));
    reply.notices.extend(notice);
    Ok(reply)
}

/// After a create without an answer: the record, if it is there.
fn look(
    call: &Call<'_>,
    plan: &Plan,
    began: i64,
    cause: Error,
) -> Result<(RecordId, Option<Record>, Option<String>), Error> {
    let values: Vec<_> = plan.values.iter().map(|set| (&set.field, set.json.as_str())).collect();
    let read: Vec<FieldPath> = plan.fields.iter().cloned().map(FieldPath::from).collect();
    match lost_response::look(call, &plan.object, &values, &read, began) {
        Seen::One(id, record, known_by) => {
            let notice = format!(
                "Salesforce did not answer, so the record was looked for: this one, with the same {known_by} and created since the call began, was taken for it"
            );
            Ok((id, Some(record), Some(notice)))
        }
        Seen::Unsettled(found, candidates) => Err(Error::LookedInto { cause: Box::new(cause), found, candidates }),
    }
}

fn reply(call: &Call<'_>, plan: &Plan, found: &[Found], id: RecordId, held: Option<Fields<'_>>) -> CreateReply {
    let mut notices = plan.notices.clone();
    notices.extend(found.iter().filter_map(|found| found.notice.clone()));
    let mut values = Values::cut_after(MAX_TEXT_CHARS);
    if let Some(held) = &held {
        for set in &plan.values {
            let now = held.get(&set.field.name).map_or("null", Json::get);
            if !value::identical(&set.field, &set.json, now) {
                notices.push(format!("{}: the org changed the value that was set", set.field.name));
            }
        }
    } else {
        notices.push(
            "the record was created, but could not be read back: the user may not be allowed to see it".to_owned(),
        );
    }
    let undo = held.as_ref().filter(|_| super::is_on(call, "delete"));
    let undo = undo.and_then(|held| undo::deletion(call, &plan.object, &id, held.text(plan.name.as_str())));
    let held = held.unwrap_or_default();
    let fields = values.object(plan.fields.iter().map(|name| (name.as_str(), held.get(name.as_str()))));
    notices.extend(values.notice());
    let called = found.iter().filter_map(|found| Some((found.id.to_string(), found.candidate.name.clone()?)));
    let record_type = held.get(picklists::RECORD_TYPE).and_then(|id| {
        let schema = call.schema(&plan.object).ok()?;
        let kind = picklists::record_type_of(&schema, id.get())?;
        Some((kind.id.clone(), kind.name.clone()))
    });
    CreateReply {
        object: plan.object.to_string(),
        link: call.link(id.as_str()),
        id: id.to_string(),
        fields,
        names: lookup::by_id(called.chain(record_type)),
        undo: undo.unwrap_or_else(|| Undo {
            tool: None,
            arguments: None,
            instructions: Some(format!("deleting {id} takes it back: no tool does, but a person can in Salesforce")),
        }),
        notices,
    }
}

/// What to write.
#[derive(Clone)]
struct Plan {
    object: ObjectName,
    wanted: Vec<Wanted>,
    values: Vec<Set>,
    /// The field that names the record.
    name: FieldPath,
    /// The fields to read back: those that were set, and the record's name.
    fields: Vec<FieldName>,
    allow_duplicate: bool,
    /// Whether assignment rules choose the owner, where not as the org does it by itself.
    assign: Option<bool>,
    notices: Vec<String>,
}

/// One field's value.
#[derive(Clone)]
struct Set {
    field: Field,
    /// Its value; until it is found, a lookup's by name.
    json: String,
}

impl Plan {
    /// The same with the records that names in lookups stand for.
    fn with(&self, found: &[Found]) -> Self {
        let mut plan = self.clone();
        for found in found {
            for set in plan.values.iter_mut().filter(|set| set.field.name == found.place) {
                set.json = quoted(found.id.as_str());
            }
        }
        plan
    }

    fn json(&self) -> String {
        let members: Vec<_> =
            self.values.iter().map(|set| format!("{}:{}", quoted(&set.field.name), set.json)).collect();
        format!("{{{}}}", members.join(","))
    }
}

fn plan(call: &Call<'_>, args: &CreateArgs) -> Result<Plan, Stuck> {
    let object = names::object(call, &args.object)?;
    call.allow_object(&object, Effect::Additive)?;
    // Picklists and what is required are only in the description.
    let schema = call.described(&object)?;
    if !schema.createable {
        let error = Error::field("object", format!("the user may not create {object} records"), Vec::new());
        return Err(names::denied(call, &object, &schema, error));
    }
    let said = Json::parse(&args.fields)
        .map(Fields::of)
        .map_err(|_| Error::field("fields", "fields must be a JSON object of field names and values", Vec::new()))?;
    let mut values: Vec<Set> = Vec::new();
    let mut wanted = Vec::new();
    let mut notices = Vec::new();
    for (name, json) in said.values() {
        let field = names::own_field(call, &object, name)?;
        if !field.createable {
            let error = names::not_writable(&schema, &field, "created");
            return Err(names::denied(call, &object, &schema, error));
        }
        if values.iter().any(|set| set.field.name == field.name) {
            return Err(Error::field(name, format!("{} is given twice", field.name), Vec::new()).into());
        }
        let (json, note) = lookup::to_write(call, &schema, &object, &field, json.get(), &mut wanted)?;
        notices.extend(note);
        values.push(Set { field, json });
    }
    let is_set = |field: &Field| {
        values.iter().filter(|set| set.json != "null").any(|set| {
            // A person's name is made of its parts.
            set.field.name == field.name || set.field.compound.as_ref() == Some(&field.name)
        })
    };
    let missing: Vec<_> = schema.required().filter(|field| !is_set(field)).map(|field| field.name.clone()).collect();
    if !missing.is_empty() {
        let message = format!("a new {object} needs {}; ask the person, nothing was sent", missing.join(", "));
        // A picklist, if only one is missing, is easier to ask for with its values.
        let mut picklists = missing.iter().filter_map(|name| schema.field(name)?.picklist.as_deref());
        let mut allowed = Vec::new();
        if let (Some(values), None) = (picklists.next(), picklists.next()) {
            values.iter().take(MAX_CHOICES).for_each(|value| allowed.push(value.shown().to_owned()));
        }
        let error = Error::Input { message, fields: missing, allowed };
        return Err(names::denied(call, &object, &schema, error));
    }
    let mut given = Vec::new();
    for set in &values {
        given.push(Given { field: &set.field, json: &set.json, writes: true });
    }
    let picklists = Picklists { object: &object, schema: &schema, given: &given, held: None };
    if let Err(error) = picklists.check(call) {
        return Err(names::denied(call, &object, &schema, error));
    }
    let name = names::name_of(call, &object)?;
    let mut fields: Vec<_> =
        values.iter().map(|set| names::field_name(&set.field.name)).collect::<Result<_, Error>>()?;
    if !fields.iter().any(|field| field.as_str() == name.as_str()) {
        fields.push(names::field_name(name.as_str())?);
    }
    // Which record type it gets is for the org to say, where describe does not.
    let is_open = schema.field(picklists::RECORD_TYPE).is_some()
        && !fields.iter().any(|field| field.as_str() == picklists::RECORD_TYPE)
        && picklists::kinds(&schema).filter(|kind| kind.available).count() > 1
        && picklists::usual_record_type(&schema).is_none();
    if is_open {
        fields.push(names::field_name(picklists::RECORD_TYPE)?);
        notices.push(
            "RecordTypeId: none was given, so the org chose; `fields` shows which, none where it is empty".to_owned(),
        );
    }
    let has_rules = names::has_assignment_rules(&object);
    if args.assign.is_some() && !has_rules {
        let message = format!("assign is for leads and cases; who owns a new {object} is set by its owner field");
        return Err(Error::field("assign", message, Vec::new()).into());
    }
    let owner_given = values.iter().any(|set| set.field.name == "OwnerId" && set.json != "null");
    // Rules would take the record from the owner that was named.
    let assign = args.assign.or((has_rules && owner_given).then_some(false));
    // Who got it is for the rules to say.
    if has_rules && assign != Some(false) && !owner_given && schema.field("OwnerId").is_some() {
        fields.retain(|field| field.as_str() != "OwnerId");
        fields.push(FieldName::from_static("OwnerId"));
    }
    let allow_duplicate = args.allow_duplicate == Some(true);
    Ok(Plan { object, wanted, values, name, fields, allow_duplicate, assign, notices })
}
