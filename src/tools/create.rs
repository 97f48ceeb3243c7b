//! `create`: one record, read back. One composite request: `POST sobjects/{object}` and `GET` of what it made.
//!
//! The org's duplicate rules run. A create is never repeated: one that got no answer may have happened.

use serde_json::value::RawValue;

use super::reply::Values;
use super::{duplicate, names, value};
use crate::catalog::Effect;
use crate::error::Error;
use crate::id::RecordId;
use crate::json::quoted;
use crate::record::{Fields, Record};
use crate::rest::{Create, Retrieve, Which};
use crate::schema::Field;
use crate::session::{Session, Stuck, WRITE};
use crate::soql::{FieldName, ObjectName};
use crate::vocabulary::{CreateArgs, CreateReply};

/// Characters of a text that is read back.
const LONGEST_TEXT: usize = 255;

/// How a rule that only warns is overruled.
const OVERRULED: &str = "if they want a new record all the same, call again with allow_duplicate";

/// Creates a record.
pub fn create(session: &Session<'_>, args: CreateArgs) -> Result<CreateReply, Error> {
    session.allow_tool("create", Effect::Additive)?;
    // A field the org does not know is refused before anything is written: then it may be tried with a description.
    session.planned(|| plan(session, &args), |plan| send(session, plan, args.allow_duplicate == Some(true)))
}

fn send(session: &Session<'_>, plan: &Plan, allow_duplicate: bool) -> Result<CreateReply, Error> {
    let create = Create { object: &plan.object, values: plan.json(), allow_duplicate };
    let read_back = Retrieve { object: &plan.object, record: Which::CreatedBy(WRITE), fields: &plan.fields };
    let (id, record) = session
        .write_and_read(&create, &create.values, read_back, |id| *id)
        .map_err(|error| duplicate::refused(session, error, OVERRULED))?;
    Ok(reply(session, plan, id, record.as_ref().map(Record::fields)))
}

fn reply(session: &Session<'_>, plan: &Plan, id: RecordId, held: Option<Fields<'_>>) -> CreateReply {
    let mut notices = plan.notices.clone();
    let mut values = Values::cut_after(LONGEST_TEXT);
    if let Some(held) = &held {
        for set in &plan.values {
            let now = held.get(&set.field.name).map_or("null", RawValue::get);
            if !value::identical(&set.field, &set.json, now) {
                notices.push(format!("{}: the org changed the value that was set", set.field.name));
            }
        }
    } else {
        notices.push(
            "the record was created, but could not be read back: the user may not be allowed to see it".to_owned(),
        );
    }
    let held = held.unwrap_or_default();
    let fields = values.object(plan.fields.iter().map(|name| (name.as_str(), held.get(name.as_str()))));
    notices.extend(values.notice());
    CreateReply {
        object: plan.object.to_string(),
        link: session.link(id.as_str()),
        id: id.to_string(),
        fields,
        notices,
    }
}

/// What to write.
struct Plan {
    object: ObjectName,
    values: Vec<Set>,
    /// The fields to read back: those that were set, and the record's name.
    fields: Vec<FieldName>,
    notices: Vec<String>,
}

/// One field's value.
struct Set {
    field: Field,
    json: String,
}

impl Plan {
    fn json(&self) -> String {
        let members: Vec<_> =
            self.values.iter().map(|set| format!("{}:{}", quoted(&set.field.name), set.json)).collect();
        format!("{{{}}}", members.join(","))
    }
}

fn plan(session: &Session<'_>, args: &CreateArgs) -> Result<Plan, Stuck> {
    let object = names::object(session, &args.object)?;
    session.allow_object(&object, Effect::Additive)?;
    // Picklists and what is required are only in the description.
    let schema = session.described(&object)?;
    if !schema.createable {
        let error = Error::field("object", format!("the user may not create {object} records"), Vec::new());
        return Err(names::denied(session, &object, &schema, error));
    }
    let said: Fields<'_> = serde_json::from_str(&args.fields)
        .map_err(|_| Error::field("fields", "fields must be a JSON object of field names and values", Vec::new()))?;
    let mut values: Vec<Set> = Vec::new();
    let mut notices = Vec::new();
    for (name, json) in said.values() {
        let field = names::own_field(session, &object, name)?;
        if !field.createable {
            let error = names::not_writable(&schema, &field, "created");
            return Err(names::denied(session, &object, &schema, error));
        }
        if values.iter().any(|set| set.field.name == field.name) {
            return Err(Error::field(name, format!("{} is given twice", field.name), Vec::new()).into());
        }
        let (json, note) = value::to_write(&field, json.get()).map_err(|error| match error {
            error if field.is_limited() => names::denied(session, &object, &schema, error),
            error => error.into(),
        })?;
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
        let error = Error::Input { message, fields: missing, allowed: Vec::new() };
        return Err(names::denied(session, &object, &schema, error));
    }
    let name = names::name_of(session, &object)?;
    let mut fields: Vec<_> =
        values.iter().map(|set| names::field_name(&set.field.name)).collect::<Result<_, Error>>()?;
    if !fields.iter().any(|field| field.as_str() == name.as_str()) {
        fields.push(names::field_name(name.as_str())?);
    }
    Ok(Plan { object, values, fields, notices })
}
