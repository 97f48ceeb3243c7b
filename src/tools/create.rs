//! `create`: one record, read back. One composite request: `POST sobjects/{object}` and `GET` of what it made.
//!
//! The org's duplicate rules run. A create is never repeated: one that got no answer may have happened.

use serde_json::value::RawValue;

use super::reply::Values;
use super::{names, target, value};
use crate::catalog::Effect;
use crate::error::Error;
use crate::json::quoted;
use crate::record::Fields;
use crate::rest::{Composite, Create, ReadError, Refusal, Retrieve, Which};
use crate::schema::Field;
use crate::session::{Session, Stuck, read_error, unsendable};
use crate::soql::{FieldName, ObjectName};
use crate::vocabulary::{CreateArgs, CreateReply};

/// Characters of a text that is read back.
const LONGEST_TEXT: usize = 255;

/// What saves a duplicate where the rule only warns.
const AGAIN: &str = "if they want a new one all the same, call again with allow_duplicate";

/// Creates a record.
pub fn create(session: &Session<'_>, args: CreateArgs) -> Result<CreateReply, Error> {
    session.allow_tool("create", Effect::Additive)?;
    let plan = session.plan(|| plan(session, &args))?;
    let create =
        Create { object: &plan.object, values: plan.json(), allow_duplicate: args.allow_duplicate == Some(true) };
    let read_back = Retrieve { object: &plan.object, record: Which::CreatedBy("new"), fields: &plan.fields };
    let mut composite = Composite::default();
    let created = composite.add("new", &create).map_err(unsendable)?;
    let read = composite.add("read", &read_back).map_err(unsendable)?;
    let answer = session.call_all(&composite)?;
    let id = answer.read(created, &create).map_err(|error| refused(session, error, AGAIN))?;
    let mut notices = plan.notices;
    let fields = match answer.read(read, &read_back) {
        Ok(record) => {
            let fields = record.fields();
            let mut values = Values::cut_after(LONGEST_TEXT);
            for set in &plan.values {
                let held = fields.get(&set.field.name).map_or("null", RawValue::get);
                if !value::same(&set.field, &set.json, held) {
                    notices.push(format!("{}: the org changed the value that was set", set.field.name));
                }
            }
            let object = values.object(plan.fields.iter().map(|name| (name.as_str(), fields.get(name.as_str()))));
            notices.extend(values.notice());
            object
        }
        Err(_) => {
            notices.push(
                "the record was created, but could not be read back: the user may not be allowed to see it".to_owned(),
            );
            "{}".to_owned()
        }
    };
    Ok(CreateReply {
        object: plan.object.to_string(),
        link: session.link(id.as_str()),
        id: id.to_string(),
        fields,
        notices,
    })
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
        return Err(Error::field("object", format!("the user may not create {object} records"), Vec::new()).into());
    }
    let said: Fields<'_> = serde_json::from_str(&args.fields)
        .map_err(|_| Error::field("fields", "fields must be a JSON object of field names and values", Vec::new()))?;
    let mut values: Vec<Set> = Vec::new();
    let mut notices = Vec::new();
    for (name, json) in said.values() {
        let field = names::own_field(session, &object, name)?;
        if !field.createable {
            return Err(names::not_writable(&schema, &field, "created").into());
        }
        if values.iter().any(|set| set.field.name == field.name) {
            return Err(Error::field(name, format!("{} is given twice", field.name), Vec::new()).into());
        }
        let (json, note) = value::to_write(&field, json.get())?;
        notices.extend(note);
        values.push(Set { field, json });
    }
    let missing: Vec<_> = schema
        .required()
        .filter(|field| !values.iter().any(|set| set.field.name == field.name && set.json != "null"))
        .map(|field| field.name.clone())
        .collect();
    if !missing.is_empty() {
        let message = format!("a new {object} needs {}; ask the person, nothing was sent", missing.join(", "));
        return Err(Error::Input { message, fields: missing, allowed: Vec::new() }.into());
    }
    let name = names::name_of(session, &object)?;
    let mut fields: Vec<_> =
        values.iter().map(|set| names::field_name(&set.field.name)).collect::<Result<_, Error>>()?;
    if !fields.iter().any(|field| field.as_str() == name.as_str()) {
        fields.push(names::field_name(name.as_str())?);
    }
    Ok(Plan { object, values, fields, notices })
}

/// Tells matches of a duplicate rule from other refusals of a write. `again` says how to save all the same.
pub(super) fn refused(session: &Session<'_>, error: ReadError, again: &str) -> Error {
    match error {
        ReadError::Refused(refusal) if refusal.is("DUPLICATES_DETECTED") => duplicate(session, refusal, again),
        error => read_error(error, true),
    }
}

fn duplicate(session: &Session<'_>, refusal: Refusal, again: &str) -> Error {
    let rule = refusal.duplicates.as_ref();
    let candidates: Vec<_> = rule
        .map(|rule| rule.records.iter().filter_map(|record| target::candidate(session, record)).collect())
        .unwrap_or_default();
    let next = match rule.map(|rule| rule.allow_save) {
        Some(true) => again,
        Some(false) => "the org's rule does not let the user save a duplicate",
        None => "the org does not say whether it would let the user save a duplicate",
    };
    let held = match candidates.len() {
        0 => "a matching record, which the user may not see: ask the person".to_owned(),
        1 => "a matching record: ask the person whether to use it".to_owned(),
        count => format!("{count} matching records: ask the person whether to use one of them"),
    };
    Error::Duplicate {
        message: format!("nothing was written: the org holds {held}; {next}"),
        candidates,
        org_message: refusal.message,
    }
}
