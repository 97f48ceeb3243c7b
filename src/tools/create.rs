//! `create`: one record, read back where it may be read. One composite request: `POST sobjects/{object}` and `GET` of what
//! it made; before it, where lookups are given by name, one of a `query` for each.
//!
//! Several of one object: one composite request of a `POST` for each, of which all happen or none, then one `query` of what
//! they made. (Read within the request, a record that its creator may not see would take all back.)
//!
//! The org's duplicate rules run. A create is never repeated: one that got no answer may have happened.

mod plan;

use self::plan::{Plan, plan};
use crate::call::{Call, PART_NAMES, ReadBack, WRITE, read_error, unsendable};
use crate::error::Error;
use crate::id::RecordId;
use crate::json::Json;
use crate::known::{self, Known, PlanError};
use crate::record::{Fields, Record};
use crate::reply::{MAX_TEXT_CHARS, Values};
use crate::resolve::lookup::{self, Found, Wanted};
use crate::resolve::names;
use crate::resolve::record;
use crate::resolve::shown;
use crate::rest::{Composite, Create, Part, Retrieve, Which};
use crate::schema::well_known::{ID, RECORD_TYPE};
use crate::soql::{FieldList, FieldName, FieldPath, Select};
use crate::wit::{Candidate, CreateArgs, CreateReply, CreatedRecord, Undo};
use crate::write::compare;
use crate::write::conversion;
use crate::write::duplicates;
use crate::write::lost_response::{self, Recovery};
use crate::write::picklists;
use crate::write::references;
use crate::write::refused;
use crate::write::several;
use crate::write::undo;

/// How a rule that only warns is overruled.
const OVERRULED: &str = "if they want a new record all the same, call again with allow_duplicate";

/// What a call does with its records.
const DONE: &str = "created";

/// Creates a record, or several of one object.
pub(super) fn create(call: &Call<'_>, args: CreateArgs) -> Result<CreateReply, Error> {
    let asked = asked(&args)?;
    // A field the org does not know is refused before anything is written: then it may be tried with a description.
    call.run(asked.as_slice(), plan_all, |(mut plans, mut wanted)| {
        for (at, plan) in plans.iter().enumerate() {
            conversion::refuse(call, &plan.object, plan.json_of(conversion::STATUS), None)
                .map_err(|error| plan.one_of(plans.len(), at, error))?;
        }
        let found = references::find(call, &mut wanted)?;
        plans.iter_mut().for_each(|plan| plan.values.iter_mut().for_each(|value| value.put(&found)));
        let began = call.now();
        let made = match plans.as_slice() {
            [plan] => vec![write_one(call, plan, began)?],
            several => write_all(call, several, began)?,
        };
        Ok(reply(call, &plans, &found, made))
    })
}

/// A record as the call says it.
struct Asked<'a> {
    object: &'a str,
    /// The argument that its own fields stand in.
    argument: &'a str,
    /// What it has for itself, a JSON object.
    own: &'a str,
    /// What it has in common with others, a JSON object.
    common: Option<&'a str>,
    allow_duplicate: bool,
    assign: Option<bool>,
}

/// The records of a call: one, or several with what each has for itself besides what all have in common.
fn asked(args: &CreateArgs) -> Result<Vec<Asked<'_>>, Error> {
    let common = args.fields.as_deref();
    several::check(args.records.len(), args.records.first().map_or("", String::as_str), "creates")?;
    let one = |argument, own, common| Asked {
        object: &args.object,
        argument,
        own,
        common,
        allow_duplicate: args.allow_duplicate == Some(true),
        assign: args.assign,
    };
    match (common, args.records.as_slice()) {
        (Some(fields), []) => Ok(vec![one("fields", fields, None)]),
        (None, []) => Err(Error::argument("fields", "say what to create: at least one field with its value")),
        (common, records) => Ok(records.iter().map(|own| one("records", own, common.or(Some("{}")))).collect()),
    }
}

/// The plans of all records, and the names in lookups of any.
fn plan_all(known: &Known, asked: &[Asked<'_>]) -> Result<(Vec<Plan>, Vec<Wanted>), PlanError> {
    let mut wanted = Vec::new();
    let plans = known::all(asked.iter().enumerate().map(|(at, one)| {
        plan(known, one, &mut wanted).map_err(|error| match error {
            PlanError::Failed(error) => {
                PlanError::Failed(several::one_of(asked.len(), &several::by_place(at, None), DONE, error))
            }
            needs @ PlanError::Needs(_) => needs,
        })
    }))?;
    Ok((plans, wanted))
}

/// A record that was made.
struct Made {
    id: RecordId,
    /// As it was read back, if it could be.
    read: ReadBack,
    notice: Option<String>,
}

fn write_one(call: &Call<'_>, plan: &Plan, began: i64) -> Result<Made, Error> {
    let create = plan.endpoint();
    let read_back = Retrieve { object: &plan.object, record: Which::CreatedBy(WRITE), fields: &plan.read };
    let written = if plan.is_told {
        let paths: Vec<_> = plan.unnamed.iter().map(|(_, path)| path.clone()).collect();
        call.write_and_read(&create, &create.values, read_back, &paths, |id| *id)
    } else {
        call.write(&create).map(|id| (id, ReadBack::default()))
    };
    match written {
        Ok((id, read)) => Ok(Made { id, read, notice: None }),
        Err(cause) if cause.outcome_unknown() => recover(call, plan, began, cause),
        Err(error) => Err(refused(call, plan, error)),
    }
}

/// Creates several records, all or none.
fn write_all(call: &Call<'_>, plans: &[Plan], began: i64) -> Result<Vec<Made>, Error> {
    let mut composite = Composite::all_or_none();
    let mut creates: Vec<(Part, Create<'_>)> = Vec::with_capacity(plans.len());
    for ((at, plan), name) in plans.iter().enumerate().zip(PART_NAMES) {
        let create = plan.endpoint();
        several::check_values(&create.values, "create").map_err(|error| plan.one_of(plans.len(), at, error))?;
        creates.push((composite.add(name, &create).map_err(unsendable)?, create));
    }
    let answer = match call.send_all(&composite) {
        Ok(answer) => answer,
        Err(cause) if cause.outcome_unknown() => return recover_all(call, plans, began, cause),
        Err(error) => return Err(error),
    };
    for (at, (part, create)) in creates.iter().enumerate().filter(|(_, (part, _))| answer.is_refused(*part)) {
        if let Err(error) = answer.read(*part, create) {
            let error = refused(call, &plans[at], read_error(error, true));
            return Err(plans[at].one_of(plans.len(), at, error));
        }
    }
    let mut made = Vec::with_capacity(plans.len());
    for (part, create) in &creates {
        let id = answer.read(*part, create).map_err(|error| read_error(error, true))?;
        made.push(Made { id, read: ReadBack::default(), notice: None });
    }
    read_back(call, plans, &mut made);
    Ok(made)
}

/// Reads what was made, as far as it may be read.
fn read_back(call: &Call<'_>, plans: &[Plan], made: &mut [Made]) {
    let mut fields = FieldList::from(ID);
    for plan in plans {
        plan.read.iter().for_each(|field| fields.add(field.clone().into()));
        plan.unnamed.iter().for_each(|(_, path)| fields.add(path.clone()));
    }
    let Some(plan) = plans.first().filter(|plan| plan.is_told) else { return };
    let mut select = Select::new(fields, plan.object.clone());
    select.condition = record::is_any(made.iter().map(|made| made.id));
    // What was written stays written: the receipt says which could not be read.
    let records = call.query(&select, usize::MAX).map(|page| page.records).unwrap_or_default();
    for made in made {
        made.read.record = names::of_id(&records, made.id);
    }
}

fn refused(call: &Call<'_>, plan: &Plan, error: Error) -> Error {
    let error = refused::explained(call, &plan.object, None, &|name| plan.json_of(name), error);
    duplicates::refused(call, error, plan.allow_duplicate, OVERRULED)
}

/// After a create without an answer: the record, if it is there.
fn recover(call: &Call<'_>, plan: &Plan, began: i64, cause: Error) -> Result<Made, Error> {
    match find_again(call, plan, began) {
        Ok(made) => Ok(made),
        Err((found, candidates)) => Err(cause.with_context(found).with_candidates(candidates)),
    }
}

/// After a create of several without an answer: the records, if each is there.
fn recover_all(call: &Call<'_>, plans: &[Plan], began: i64, cause: Error) -> Result<Vec<Made>, Error> {
    let mut made = Vec::with_capacity(plans.len());
    for (at, plan) in plans.iter().enumerate() {
        match find_again(call, plan, began) {
            Ok(one) => made.push(one),
            Err((found, candidates)) => {
                let of = plan.one_of(plans.len(), at, cause.with_context(found));
                return Err(of.with_candidates(candidates));
            }
        }
    }
    Ok(made)
}

/// Looks for the record of a create without an answer; says what was found where that does not settle it.
fn find_again(call: &Call<'_>, plan: &Plan, began: i64) -> Result<Made, (String, Vec<Candidate>)> {
    let values: Vec<_> = plan.values.iter().map(|set| (&set.field, set.json.as_str())).collect();
    let read: Vec<FieldPath> = plan.read.iter().cloned().map(FieldPath::from).collect();
    match lost_response::find_created(call, &plan.object, &values, &read, began) {
        Recovery::One(id, record, known_by) => {
            let notice = format!(
                "Salesforce did not answer, so the record was looked for: this one, with the same {known_by} and created since the call began, was taken for it"
            );
            Ok(Made { id, read: ReadBack { record: Some(record), names: None }, notice: Some(notice) })
        }
        Recovery::Unsettled(found, candidates) => Err((found, candidates)),
    }
}

/// What is told of a record.
struct Receipt {
    record: CreatedRecord,
    /// What it is called, or its id.
    called: String,
    /// What records are called that its lookups point to, by id.
    names: Vec<(String, String)>,
    /// By what it can be deleted, where it can.
    made: Option<(RecordId, Option<String>)>,
    notices: Vec<String>,
}

fn receipt(call: &Call<'_>, plan: &Plan, made: Made) -> Receipt {
    // What may not be told is said as it was sent.
    let sent = (!plan.is_told).then(|| plan.endpoint().values);
    let held = match &sent {
        Some(sent) => Some(Fields::of(Json::trusted(sent))),
        None => made.read.record.as_ref().map(Record::fields),
    };
    let mut notices = plan.notices.clone();
    notices.extend(plan.values.iter().filter_map(|set| set.note.clone()));
    notices.extend(made.notice);
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
    let name = held.as_ref().and_then(|held| held.text(plan.name.as_str()));
    // What was not sent whole, such as the name of a contact, is not known of what may not be read.
    let is_known = held.is_some() && super::is_on(call, "delete") && (plan.is_told || name.is_some());
    let held = held.unwrap_or_default();
    let read = plan.read.iter().map(FieldName::as_str);
    let fields = shown::members(call.known(), &plan.object, &held, read, false, &mut values);
    notices.extend(values.notice());
    // What several were read back with has the names too.
    let named = made.read.names.as_ref().or(made.read.record.as_ref()).map(Record::fields).unwrap_or_default();
    let named = plan
        .unnamed
        .iter()
        .filter_map(|(lookup, path)| Some((held.text(lookup.as_str())?, named.text(path.as_str())?)));
    let mut names: Vec<_> = named.collect();
    names.extend(held.get(RECORD_TYPE).and_then(|id| {
        let schema = call.known().schema(&plan.object).ok()?;
        let kind = picklists::record_type_of(&schema, id.get())?;
        Some((kind.id.clone(), kind.name.clone()))
    }));
    Receipt {
        called: name.clone().unwrap_or_else(|| made.id.to_string()),
        record: CreatedRecord { link: call.link(made.id.as_str()), id: made.id.to_string(), fields },
        names,
        made: is_known.then_some((made.id, name.clone())),
        notices,
    }
}

/// What is told of the records together.
fn reply(call: &Call<'_>, plans: &[Plan], found: &[Found], made: Vec<Made>) -> CreateReply {
    let receipts: Vec<_> = plans.iter().zip(made).map(|(plan, made)| receipt(call, plan, made)).collect();
    let own: Vec<_> = receipts.iter().map(|receipt| (receipt.called.as_str(), receipt.notices.as_slice())).collect();
    let notices = several::notices(&own);
    let (mut records, mut called, mut deletable) = (Vec::with_capacity(receipts.len()), Vec::new(), Vec::new());
    for receipt in receipts {
        records.push(receipt.record);
        called.extend(receipt.names);
        deletable.extend(receipt.made);
    }
    // One call takes back all of them, or none is offered.
    let deletes = plans.first().filter(|_| deletable.len() == records.len());
    let undo = deletes.and_then(|plan| undo::deletion(call.known(), &plan.object, &deletable));
    let undo = undo.unwrap_or_else(|| match records.as_slice() {
        [one] => by_hand(&format!("a person deletes {} in Salesforce", one.id)),
        _ => by_hand("a person deletes the records in Salesforce"),
    });
    CreateReply {
        object: plans.first().map(|plan| plan.object.to_string()).unwrap_or_default(),
        records,
        names: lookup::by_id(names_by_id(found).chain(called)),
        undo,
        notices,
    }
}

/// What the records are called that names in lookups stand for, by id.
fn names_by_id(found: &[Found]) -> impl Iterator<Item = (String, String)> {
    found.iter().filter_map(|found| Some((found.id.to_string(), found.candidate.name.clone()?)))
}

fn by_hand(instructions: &str) -> Undo {
    Undo { tool: None, arguments: None, instructions: Some(instructions.to_owned()) }
}
