//! `delete`: one record, known by its id and by what it is called. One `query`, which reads the record, then
//! `DELETE sobjects/{object}/{id}`.
//!
//! Salesforce takes no condition with a `DELETE`: what changes between the two requests goes with the record.

use super::reply::Values;
use super::target::{self, By, Target};
use super::{names, reply};
use crate::catalog::Effect;
use crate::error::Error;
use crate::id::{RecordId, standard_object};
use crate::json::quoted;
use crate::record::{Fields, Record};
use crate::rest::Delete;
use crate::session::{Session, Stuck};
use crate::soql::{FieldPath, ObjectName, Select};
use crate::vocabulary::{CurrentRecord, DeleteArgs, DeleteReply, Undo};

/// Characters of a text in a receipt.
const LONGEST_TEXT: usize = 255;

/// Deletes a record.
pub fn delete(session: &Session<'_>, args: DeleteArgs) -> Result<DeleteReply, Error> {
    session.allow_tool("delete", Effect::Overwrites)?;
    let id = RecordId::from_text(&args.record).map_err(|reason| {
        let message = format!("{reason}; deleting takes the record's id or link, which salesforce_find can tell");
        Error::field("record", message, Vec::new())
    })?;
    if args.name.trim().is_empty() {
        return Err(Error::field("name", "say in `name` what the record is called; ask the person", Vec::new()));
    }
    let (plan, record) = session.planned(
        || plan(session, &args, id),
        |plan| Ok((plan.clone(), session.query(&plan.select, 1)?.records.into_iter().next())),
    )?;
    let record = record.ok_or_else(|| Error::NotFound {
        message: format!(
            "nothing was deleted: there is no {} with the id {id}, or the user may not see it; it may be deleted already",
            plan.object
        ),
    })?;
    let found = Found { session, plan: &plan, id, fields: record.fields() };
    if !found.is_called(&args.name) {
        return Err(found.conflict());
    }
    let notice = match session.write(&Delete { object: &plan.object, id: &id }) {
        Ok(()) => None,
        Err(cause) if cause.is_open() => Some(found.look(cause)?),
        Err(error) => return Err(error),
    };
    Ok(found.receipt(&record, notice))
}

/// What to read before the record goes.
#[derive(Clone)]
struct Plan {
    object: ObjectName,
    name: FieldPath,
    columns: Vec<FieldPath>,
    select: Select,
}

fn plan(session: &Session<'_>, args: &DeleteArgs, id: RecordId) -> Result<Plan, Stuck> {
    let Target { object, by } = target::read(session, &args.record, args.object.as_deref())?;
    if let By::Name(_) = by {
        let message = format!("{id} is not the id of a record of {object}");
        return Err(Error::field("object", message, Vec::new()).into());
    }
    session.allow_object(&object, Effect::Overwrites)?;
    let schema = session.schema(&object)?;
    if !schema.deletable {
        let error = Error::field("object", format!("the user may not delete {object} records"), Vec::new());
        return Err(names::denied(session, &object, &schema, error));
    }
    let select = target::telling(session, &object, (target::is(&id), 1))?;
    Ok(Plan { name: names::name_of(session, &object)?, columns: names::telling(session, &object)?, select, object })
}

/// The record as it was read.
struct Found<'a> {
    session: &'a Session<'a>,
    plan: &'a Plan,
    id: RecordId,
    fields: Fields<'a>,
}

impl Found<'_> {
    /// Whether the record goes by a name: a case by its number or its subject, what has no name by its id.
    fn is_called(&self, said: &str) -> bool {
        let name = self.fields.text(self.plan.name.as_str()).unwrap_or_else(|| self.id.to_string());
        let said = folded(said);
        [Some(name), self.fields.text("Subject")].into_iter().flatten().any(|called| folded(&called) == said)
    }

    fn conflict(&self) -> Error {
        let columns = self.plan.columns.iter().map(FieldPath::as_str).filter(|column| *column != "Id");
        let fields = columns.map(|column| (column, self.fields.get(column)));
        Error::Conflict {
            message: "nothing was deleted: the record is not called what `name` says; tell the person what `current` says it is, and ask which one they mean".to_owned(),
            fields: vec!["name".to_owned()],
            current: Some(Box::new(CurrentRecord {
                object: self.plan.object.to_string(),
                id: self.id.to_string(),
                link: self.session.link(self.id.as_str()),
                fields: Values::cut_after(LONGEST_TEXT).object(fields),
                changed_by: self.fields.text("LastModifiedBy.Name"),
                changed_at: self.fields.get("LastModifiedDate").map(reply::time),
            })),
        }
    }

    /// After a delete without an answer: what became of the record, if it is gone.
    fn look(&self, cause: Error) -> Result<String, Error> {
        match self.session.query(&self.plan.select, 1) {
            Ok(page) if page.records.is_empty() => {
                Ok("Salesforce did not answer, so the record was looked for: it is gone".to_owned())
            }
            Ok(_) => Err(Error::LookedInto {
                cause: Box::new(cause.without_effect()),
                found:
                    "nothing was deleted: the record was looked for and is still there, so the call can be made again"
                        .to_owned(),
                candidates: Vec::new(),
            }),
            Err(_) => Err(Error::LookedInto {
                cause: Box::new(cause),
                found: "looking for the record failed as well".to_owned(),
                candidates: Vec::new(),
            }),
        }
    }

    fn receipt(&self, record: &Record, notice: Option<String>) -> DeleteReply {
        let candidate = target::candidate(self.session, record);
        let (name, facts) = candidate.map_or((None, "{}".to_owned()), |candidate| (candidate.name, candidate.facts));
        let with_it = match self.plan.object.as_str() {
            "Account" => "its contacts, opportunities, tasks, events, notes and whatever else belongs to it",
            _ => "what belongs to it, such as tasks, events and notes",
        };
        DeleteReply {
            object: self.plan.object.to_string(),
            id: self.id.to_string(),
            name,
            facts,
            undelete: format!(
                "{with_it} went with it. No tool restores it, but for 15 days a person can, as a rule: in Salesforce's Recycle Bin, which shows users what they deleted and admins what anybody did"
            ),
            notices: notice.into_iter().collect(),
        }
    }
}

/// A name without regard to case and to space that nobody sees.
fn folded(name: &str) -> String {
    name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// The call that deletes a record which was just created, where the settings allow it.
pub(super) fn undo(session: &Session<'_>, object: &ObjectName, id: &RecordId, called: Option<String>) -> Option<Undo> {
    session.allow_tool("delete", Effect::Overwrites).ok()?;
    // A note has the id, and is deleted as, a document.
    let standard = standard_object(id.prefix());
    let as_object = standard.map_or_else(|| object.clone(), ObjectName::from_static);
    session.allow_object(&as_object, Effect::Overwrites).ok()?;
    let name = quoted(&called.unwrap_or_else(|| id.to_string()));
    let object = if standard.is_none() { format!("\"object\":{},", quoted(object.as_str())) } else { String::new() };
    Some(Undo {
        tool: Some("salesforce_delete".to_owned()),
        arguments: Some(format!("{{\"record\":{},{object}\"name\":{name}}}", quoted(id.as_str()))),
        how: None,
    })
}
