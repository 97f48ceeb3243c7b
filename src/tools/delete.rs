//! `delete`: one record or several, each known by its id and by what it is called. One `query` for each object, which reads
//! the records, then `DELETE sobjects/{object}/{id}`; of several, one composite request of which all parts happen or none.
//!
//! Salesforce takes no condition with a `DELETE`: what changes between the two requests goes with the record.

use crate::call::{Call, PART_NAMES, read_error, unsendable};
use crate::error::Error;
use crate::id::RecordId;
use crate::json::quoted;
use crate::known::{self, Known, PlanError};
use crate::lower::lower;
use crate::policy::Effect;
use crate::record::Record;
use crate::reply::{MAX_TEXT_CHARS, Values};
use crate::resolve::names;
use crate::resolve::person;
use crate::resolve::record::{self, By, Target};
use crate::rest::{Composite, Delete, Part};
use crate::soql::{FieldPath, ObjectName, Select};
use crate::wit::{CurrentRecord, DeleteArgs, DeleteReply, DeletedRecord, Undo};
use crate::write::person::DELETED_WITH;
use crate::write::several;
use crate::write::undo;

/// Deletes a record, or several.
pub(super) fn delete(call: &Call<'_>, args: DeleteArgs) -> Result<DeleteReply, Error> {
    let asked = asked(&args)?;
    let targets = call.plan(asked.as_slice(), plan)?;
    let found = read(call, &targets)?;
    let mut records = Vec::with_capacity(asked.len());
    for (one, target) in asked.iter().zip(&targets) {
        let own = names::of_id(&found, one.id).into_iter().collect();
        records.push(check(call, one, target, own).map_err(|error| one.one_of(asked.len(), error))?);
    }
    let written = match (asked.as_slice(), targets.as_slice()) {
        ([one], [target]) => call.write(&Delete { object: &target.object, id: &one.id }),
        _ => delete_all(call, &asked, &targets),
    };
    let mut notices = Vec::new();
    match written {
        Ok(()) => {}
        Err(cause) if cause.outcome_unknown() => notices.push(verify_deleted(call, &targets, cause)?),
        Err(error) => return Err(error),
    }
    let mut deleted = Vec::with_capacity(asked.len());
    let mut is_account = false;
    for ((one, target), record) in asked.iter().zip(&targets).zip(&records) {
        let (name, facts) = match record::candidate(call.known(), record) {
            Some(candidate) => (candidate.name, candidate.facts),
            None if call.known().may_read(&target.object) => (None, "{}".to_owned()),
            None => {
                let untold = Known::untold(&target.object);
                if !notices.contains(&untold) {
                    notices.push(untold);
                }
                (Some(one.name.to_owned()), "{}".to_owned())
            }
        };
        is_account |= target.object.as_str() == "Account";
        deleted.push(DeletedRecord { object: target.object.to_string(), id: one.id.to_string(), name, facts });
    }
    let them = if asked.len() > 1 { "them" } else { "it" };
    let with_it = match is_account {
        true => ["its contacts, opportunities, tasks, events, notes and whatever else belongs to ", them].concat(),
        false => ["what belongs to ", them, ", such as tasks, events and notes,"].concat(),
    };
    let undo = super::is_on(call, "restore").then(|| undo_of(call, &asked, &targets)).flatten();
    let by = match undo {
        Some(_) => ["For 15 days, as a rule, `undo` restores ", them, ", and so can a person"].concat(),
        None => ["No tool restores ", them, ", but for 15 days a person can, as a rule"].concat(),
    };
    Ok(DeleteReply {
        records: deleted,
        recovery: format!(
            "{with_it} went with {them}. {by}: in Salesforce's Recycle Bin, which shows users what they deleted and admins what anybody did"
        ),
        undo,
        notices,
    })
}

/// How what was deleted is restored: one record by a call, and each of several by one of its own.
fn undo_of(call: &Call<'_>, asked: &[Asked<'_>], targets: &[Target]) -> Option<Undo> {
    let mut undo = None;
    for (one, target) in asked.iter().zip(targets) {
        undo = Some(undo::restoration(call.known(), &target.object, &one.id)?);
    }
    if asked.len() > 1 {
        let instructions = Some("salesforce_restore restores each of them by itself, by its id".to_owned());
        undo = Some(Undo { tool: None, arguments: None, instructions });
    }
    undo
}

/// A record as the call says it.
struct Asked<'a> {
    record: &'a str,
    id: RecordId,
    object: Option<&'a str>,
    name: &'a str,
}

impl Asked<'_> {
    /// An error about this record, of so many.
    fn one_of(&self, count: usize, error: Error) -> Error {
        several::one_of(count, &[&quoted(self.name), " ", self.id.as_str()].concat(), "deleted", error)
    }
}

/// The records of a call, each with its name.
fn asked(args: &DeleteArgs) -> Result<Vec<Asked<'_>>, Error> {
    let first = args.records.first().map(|first| quoted(&first.record)).unwrap_or_default();
    several::check(args.records.len(), &first, "deletes")?;
    let given: Vec<(&str, Option<&str>)> = match (&args.record, args.records.as_slice()) {
        (Some(record), []) => vec![(record, args.name.as_deref())],
        (None, []) => return Err(Error::argument("record", "say which record to delete, or which in `records`")),
        (Some(_), _) => return Err(Error::argument("records", "give `record` or `records`, not both")),
        (None, records) => records.iter().map(|one| (one.record.as_str(), Some(one.name.as_str()))).collect(),
    };
    let mut asked: Vec<Asked<'_>> = Vec::with_capacity(given.len());
    for (record, name) in given {
        let id = RecordId::from_text(record).map_err(|reason| {
            let message = format!("{reason}; deleting takes the record's id or link, which salesforce_find can tell");
            Error::argument("record", message)
        })?;
        let name = name.map(str::trim).filter(|name| !name.is_empty());
        let name =
            name.ok_or_else(|| Error::argument("name", "say in `name` what the record is called; ask the person"))?;
        if asked.iter().any(|known| known.id == id) {
            return Err(Error::argument("records", format!("the record {id} is given twice")));
        }
        asked.push(Asked { record, id, object: args.object.as_deref(), name });
    }
    Ok(asked)
}

fn plan(known: &Known, asked: &[Asked<'_>]) -> Result<Vec<Target>, PlanError> {
    known::all(asked.iter().map(|one| {
        let target = record::read(known, one.record, one.object)?;
        let object = &target.object;
        if let By::Name(_) = target.by {
            return Err(Error::argument("object", format!("this is not the id of a record of {object}")).into());
        }
        known.allow_object(object, Effect::Overwrites)?;
        let schema = known.schema(object)?;
        if !schema.deletable {
            let error = Error::argument("object", format!("the user may not delete {object} records"));
            return Err(names::denied(known, object, &schema, error));
        }
        Ok(target)
    }))
}

/// The records that are there.
fn read(call: &Call<'_>, targets: &[Target]) -> Result<Vec<Record>, Error> {
    call.run(targets, selects, |selects| {
        let mut found = Vec::new();
        for records in call.records_of_all(&selects.iter().collect::<Vec<_>>())? {
            found.extend(records?);
        }
        Ok(found)
    })
}

/// A query for those of each object.
fn selects(known: &Known, targets: &[Target]) -> Result<Vec<Select>, PlanError> {
    let mut objects: Vec<&ObjectName> = Vec::new();
    for target in targets {
        if !objects.contains(&&target.object) {
            objects.push(&target.object);
        }
    }
    known::all(objects.into_iter().map(|object| {
        let ids = targets.iter().filter(|target| target.object == *object).filter_map(|target| match target.by {
            By::Id(id) => Some(id),
            By::Name(_) => None,
        });
        let ids: Vec<_> = ids.collect();
        let condition = record::is_any(ids.iter().copied()).ok_or_else(|| Error::input("no record"))?;
        record::candidate_query(known, object, (condition, ids.len() as u32))
    }))
}

/// The record, if it is called as the person said.
fn check(call: &Call<'_>, one: &Asked<'_>, target: &Target, found: Vec<Record>) -> Result<Record, Error> {
    let record = record::choose(call.known(), target, found)?;
    if !is_called(call, target, &record, one.name) {
        return Err(conflict(call, target, one.id, &record));
    }
    if let Some(account) = person::account_of(&record) {
        let message = [DELETED_WITH, " ", account.as_str()].concat();
        return Err(Error::argument("record", message).allowing(vec![account.to_string()]));
    }
    Ok(record)
}

/// Deletes several records, all or none.
fn delete_all(call: &Call<'_>, asked: &[Asked<'_>], targets: &[Target]) -> Result<(), Error> {
    let mut composite = Composite::all_or_none();
    let mut deletes: Vec<(Part, Delete<'_>)> = Vec::with_capacity(asked.len());
    for ((one, target), name) in asked.iter().zip(targets).zip(PART_NAMES) {
        let delete = Delete { object: &target.object, id: &one.id };
        deletes.push((composite.add(name, &delete).map_err(unsendable)?, delete));
    }
    let answer = call.send_all(&composite)?;
    for (one, (part, delete)) in asked.iter().zip(&deletes).filter(|(_, (part, _))| answer.is_refused(*part)) {
        if let Err(error) = answer.read(*part, delete) {
            return Err(one.one_of(asked.len(), read_error(error, true)));
        }
    }
    for (part, delete) in &deletes {
        answer.read(*part, delete).map_err(|error| read_error(error, true))?;
    }
    Ok(())
}

/// Whether a record goes by a name: a case by its number or its subject, what has no name by its id.
fn is_called(call: &Call<'_>, target: &Target, record: &Record, input: &str) -> bool {
    let fields = record.fields();
    let name = names::name_of(call.known(), &target.object).ok().and_then(|name| fields.text(name.as_str()));
    let input = folded(input);
    let called = |name: Option<String>| name.is_some_and(|name| folded(&name) == input);
    called(name.or_else(|| fields.text("Id"))) || called(fields.text("Subject"))
}

fn conflict(call: &Call<'_>, target: &Target, id: RecordId, record: &Record) -> Error {
    let about = vec!["name".to_owned()];
    if !call.known().may_read(&target.object) {
        let message = format!(
            "nothing was deleted: the record is not called what `name` says, and what it is called is not told, for {} records may not be read: ask the person",
            target.object
        );
        return Error::conflict(message, None).about(about);
    }
    let fields = record.fields();
    let columns = names::distinguishing_columns(call.known(), &target.object).unwrap_or_default();
    let columns = columns.iter().map(FieldPath::as_str).filter(|column| *column != "Id");
    let current = CurrentRecord {
        object: target.object.to_string(),
        link: call.link(id.as_str()),
        id: id.to_string(),
        fields: Values::cut_after(MAX_TEXT_CHARS).object(columns.map(|column| (column, fields.get(column)))),
        changed_by: None,
        changed_at: None,
    };
    let message = "nothing was deleted: the record is not called what `name` says; tell the person what `current` says it is, and ask which one they mean";
    Error::conflict(message, Some(current)).about(about)
}

/// After a delete without an answer: what became of the records, if they are gone.
fn verify_deleted(call: &Call<'_>, targets: &[Target], cause: Error) -> Result<String, Error> {
    let is_one = targets.len() == 1;
    let (cause, found) = match read(call, targets).as_deref() {
        Ok([]) if is_one => {
            return Ok("Salesforce did not answer, so the record was looked for: it is gone".to_owned());
        }
        Ok([]) => return Ok("Salesforce did not answer, so the records were looked for: they are gone".to_owned()),
        Ok(left) if left.len() == targets.len() => (
            cause.nothing_written(),
            if is_one {
                "nothing was deleted: the record was looked for and is still there, so the call can be made again"
            } else {
                "nothing was deleted: the records were looked for and are still there, so the call can be made again"
            },
        ),
        Ok(_) => (cause, "the records were looked for, and some are gone"),
        Err(_) if is_one => (cause, "looking for the record failed as well"),
        Err(_) => (cause, "looking for the records failed as well"),
    };
    Err(cause.with_context(found))
}

/// A name without regard to case and to space that nobody sees.
fn folded(name: &str) -> String {
    name.split_whitespace().map(lower).collect::<Vec<_>>().join(" ")
}
