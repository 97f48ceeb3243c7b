//! `restore`: one deleted record, with what went to the recycle bin with it. One call of SOAP, then one `queryAll`, which
//! reads it back, or says why it could not be restored.

use crate::call::Call;
use crate::error::Error;
use crate::known::{Known, PlanError};
use crate::policy::Effect;
use crate::record::Record;
use crate::resolve::record::{self, By, Target};
use crate::rest::Undelete;
use crate::schema::well_known::IS_DELETED;
use crate::soql::Select;
use crate::wit::{ErrorKind, RestoreArgs, RestoreReply};
use crate::write::undo;

/// How Salesforce refuses to restore what is not in the recycle bin by itself.
/// <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_undelete.htm>
const NOT_IN_THE_BIN: [&str; 3] = ["UNDELETE_FAILED", "INVALID_CROSS_REFERENCE_KEY", "ENTITY_IS_DELETED"];

/// Restores a record.
pub(super) fn restore(call: &Call<'_>, args: RestoreArgs) -> Result<RestoreReply, Error> {
    let target = call.plan(&args, plan)?;
    let By::Id(id) = target.by else { return Err(Error::input("no record")) };
    let mut notices = Vec::new();
    let held = match call.write(&Undelete { id: &id }) {
        Ok(()) => look(call, &target).unwrap_or_default(),
        Err(cause) if cause.outcome_unknown() => match look(call, &target) {
            Ok(Some(held)) if !is_deleted(&held) => {
                notices.push("Salesforce did not answer, so the record was looked for: it is there".to_owned());
                Some(held)
            }
            Ok(Some(_)) => {
                let found = "nothing was written: the record was looked for and is still deleted, so the call can be made again";
                return Err(cause.nothing_written().with_context(found));
            }
            Ok(None) => return Err(cause.with_context("the record was looked for and not found")),
            Err(_) => return Err(cause.with_context("looking for the record failed as well")),
        },
        Err(error) if NOT_IN_THE_BIN.iter().any(|code| error.is_refused_with(code)) => {
            return Err(match look(call, &target) {
                Ok(held) => explained(error, held.as_ref()),
                Err(_) => error,
            });
        }
        Err(error) => return Err(error),
    };
    notices.push("what went to the recycle bin with it came back with it".to_owned());
    if held.is_none() {
        notices.push("it could not be read back: the user may not be allowed to see it".to_owned());
    }
    let known = call.known();
    if !known.may_read(&target.object) {
        notices.push(["the settings keep ", target.object.as_str(), " records from being read"].concat());
    }
    let candidate = held.as_ref().and_then(|held| record::candidate(known, held));
    let (name, facts) = candidate.map_or((None, "{}".to_owned()), |candidate| (candidate.name, candidate.facts));
    let undo = super::is_on(call, "delete").then(|| undo::deletion(known, &target.object, &[(id, name.clone())]));
    Ok(RestoreReply {
        object: target.object.to_string(),
        link: call.link(id.as_str()),
        id: id.to_string(),
        name,
        facts,
        undo: undo.flatten(),
        notices,
    })
}

fn plan(known: &Known, args: &RestoreArgs) -> Result<Target, PlanError> {
    let target = match record::id("record", args.record.trim())? {
        Some(_) => record::read(known, &args.record, args.object.as_deref())?,
        None => {
            let message = "restoring takes the record's id or link: the receipt of its deletion has it, and so has its place in the Recycle Bin";
            return Err(Error::argument("record", message).into());
        }
    };
    if let By::Name(_) = target.by {
        let message = ["this is not the id of a record of ", target.object.as_str()].concat();
        return Err(Error::argument("object", message).into());
    }
    known.allow_object(&target.object, Effect::Overwrites)?;
    Ok(target)
}

/// The record, deleted or not.
fn look(call: &Call<'_>, target: &Target) -> Result<Option<Record>, Error> {
    let records = call.run(target, select, |select| Ok(call.query(&select, 1)?.records))?;
    Ok(records.into_iter().next())
}

fn select(known: &Known, target: &Target) -> Result<Select, PlanError> {
    let is_it = record::condition(known, target)?;
    let mut select = record::candidate_query(known, &target.object, is_it.clone())?;
    // Of activities, a query leaves out the deleted ones that it reads with the archived.
    (select.condition, select.archived) = (Some(is_it.0), true);
    select.add(IS_DELETED);
    Ok(select)
}

fn is_deleted(record: &Record) -> bool {
    record.fields().get(IS_DELETED.as_str()).is_some_and(|is| is.get() == "true")
}

/// Why a record is not restored, by what became of it.
fn explained(error: Error, held: Option<&Record>) -> Error {
    let (kind, message) = match held {
        None => (
            ErrorKind::NotFound,
            "nothing was written: the record is not in the recycle bin, where it stays for 15 days or until somebody empties it, or the user may not see it: tell the person",
        ),
        Some(held) if is_deleted(held) => (
            ErrorKind::Rejected,
            "nothing was written: the record went to the recycle bin with another that it belongs to, and comes back with that one: ask the person whether to restore it",
        ),
        Some(_) => {
            (ErrorKind::Conflict, "nothing was written: the record is not deleted, so there is nothing to restore")
        }
    };
    error.explained(kind, message)
}
