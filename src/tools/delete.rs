//! `delete`: one record, known by its id and by what it is called. One `query`, which reads the record, then
//! `DELETE sobjects/{object}/{id}`.
//!
//! Salesforce takes no condition with a `DELETE`: what changes between the two requests goes with the record.

use crate::call::Call;
use crate::error::Error;
use crate::id::RecordId;
use crate::known::{Known, PlanError};
use crate::lower::lower;
use crate::policy::Effect;
use crate::record::Record;
use crate::reply::{MAX_TEXT_CHARS, Values};
use crate::resolve::names;
use crate::resolve::record::{self, By, Target};
use crate::rest::Delete;
use crate::soql::FieldPath;
use crate::wit::{CurrentRecord, DeleteArgs, DeleteReply};
use crate::write::undo;

/// Deletes a record.
pub(super) fn delete(call: &Call<'_>, args: DeleteArgs) -> Result<DeleteReply, Error> {
    let id = RecordId::from_text(&args.record).map_err(|reason| {
        let message = format!("{reason}; deleting takes the record's id or link, which salesforce_find can tell");
        Error::argument("record", message)
    })?;
    if args.name.trim().is_empty() {
        return Err(Error::argument("name", "say in `name` what the record is called; ask the person"));
    }
    let target = call.plan(&args, plan)?;
    let records = read(call, &target)?;
    let record = record::choose(call.known(), &target, records)?;
    if !is_called(call, &target, &record, &args.name) {
        return Err(conflict(call, &target, id, &record));
    }
    let notice = match call.write(&Delete { object: &target.object, id: &id }) {
        Ok(()) => None,
        Err(cause) if cause.outcome_unknown() => Some(verify_deleted(call, &target, cause)?),
        Err(error) => return Err(error),
    };
    let mut notices: Vec<String> = notice.into_iter().collect();
    let (name, facts) = match record::candidate(call.known(), &record) {
        Some(candidate) => (candidate.name, candidate.facts),
        None if call.known().may_read(&target.object) => (None, "{}".to_owned()),
        None => {
            notices.push(Known::untold(&target.object));
            (Some(args.name.trim().to_owned()), "{}".to_owned())
        }
    };
    let with_it = match target.object.as_str() {
        "Account" => "its contacts, opportunities, tasks, events, notes and whatever else belongs to it",
        _ => "what belongs to it, such as tasks, events and notes,",
    };
    let undo = super::is_on(call, "restore").then(|| undo::restoration(call.known(), &target.object, &id)).flatten();
    let by = match undo {
        Some(_) => "For 15 days, as a rule, `undo` restores it, and so can a person",
        None => "No tool restores it, but for 15 days a person can, as a rule",
    };
    Ok(DeleteReply {
        object: target.object.to_string(),
        id: id.to_string(),
        name,
        facts,
        recovery: format!(
            "{with_it} went with it. {by}: in Salesforce's Recycle Bin, which shows users what they deleted and admins what anybody did"
        ),
        undo,
        notices,
    })
}

fn plan(known: &Known, args: &DeleteArgs) -> Result<Target, PlanError> {
    let target = record::read(known, &args.record, args.object.as_deref())?;
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
}

fn read(call: &Call<'_>, target: &Target) -> Result<Vec<Record>, Error> {
    call.run(target, record::select, |select| Ok(call.query(&select, usize::MAX)?.records))
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

/// After a delete without an answer: what became of the record, if it is gone.
fn verify_deleted(call: &Call<'_>, target: &Target, cause: Error) -> Result<String, Error> {
    let (cause, found) = match read(call, target).as_deref() {
        Ok([]) => return Ok("Salesforce did not answer, so the record was looked for: it is gone".to_owned()),
        Ok(_) => (
            cause.nothing_written(),
            "nothing was deleted: the record was looked for and is still there, so the call can be made again",
        ),
        Err(_) => (cause, "looking for the record failed as well"),
    };
    Err(cause.with_context(found))
}

/// A name without regard to case and to space that nobody sees.
fn folded(name: &str) -> String {
    name.split_whitespace().map(lower).collect::<Vec<_>>().join(" ")
}
