//! `update`: fields of one record, compared before and read back after. One `query`, which finds the record and its
//! current values, then one composite request: conditional `PATCH sobjects/{object}/{id}` and `GET` of the result.

use serde_json::value::RawValue;

use super::reply::{self, Values};
use super::target::{self, Target};
use super::{duplicate, names, value};
use crate::catalog::Effect;
use crate::error::Error;
use crate::id::RecordId;
use crate::json::quoted;
use crate::record::{Fields, Record};
use crate::rest::{Retrieve, Update, Which, http_date};
use crate::schema::{Field, FieldType};
use crate::session::{Session, Stuck};
use crate::soql::{FieldList, FieldName, FieldPath, Select};
use crate::vocabulary::{CurrentRecord, FieldChange, UpdateArgs, UpdateReply};

/// Characters of a text in a receipt.
const LONGEST_TEXT: usize = 255;

/// How a rule that only warns is overruled.
const OVERRULED: &str = "if they want the change all the same, call again with allow_duplicate";

/// What is read besides the fields: when the record was changed, by whom, and by what (`SystemModstamp` moves with
/// every change, also those of automations, so that a condition on it never fails for one that was read).
const SYSTEM: [FieldPath; 3] = [
    FieldPath::from_static("SystemModstamp"),
    FieldPath::from_static("LastModifiedDate"),
    FieldPath::from_static("LastModifiedBy.Name"),
];

/// Changes a record.
pub fn update(session: &Session<'_>, args: UpdateArgs) -> Result<UpdateReply, Error> {
    session.allow_tool("update", Effect::Overwrites)?;
    let mut notices = Vec::new();
    let (plan, records) = session.planned(
        || plan(session, &args),
        |plan| Ok((plan.clone(), session.query(&plan.select, usize::MAX)?.records)),
    )?;
    let record = target::choose(session, &plan.target, &records, &mut notices)?;
    let current = Current { session, plan: &plan, id: names::id_of(record)?, fields: record.fields() };
    let pending: Vec<&Change> = plan.changes.iter().filter(|change| !current.holds(change)).collect();
    if let Some(conflict) = current.unexpected(&pending) {
        return Err(conflict);
    }
    notices.extend(plan.changes.iter().filter_map(|change| change.note.clone()));
    if pending.is_empty() {
        notices.push("nothing was written: the record holds these values already".to_owned());
        return Ok(current.receipt(Some(&current.fields), notices));
    }
    let after = current.write(&pending, &mut notices)?;
    Ok(current.receipt(after.as_ref().map(Record::fields).as_ref(), notices))
}

/// What to ask and what to write.
#[derive(Clone)]
struct Plan {
    target: Target,
    changes: Vec<Change>,
    select: Select,
    allow_duplicate: bool,
}

/// One field's change.
#[derive(Clone)]
struct Change {
    field: Field,
    name: FieldName,
    /// The value it must have now, as JSON.
    from: Option<String>,
    /// The new value, as JSON of the field's type.
    to: String,
    note: Option<String>,
}

fn plan(session: &Session<'_>, args: &UpdateArgs) -> Result<Plan, Stuck> {
    let target = target::read(session, &args.record, args.object.as_deref())?;
    session.allow_object(&target.object, Effect::Overwrites)?;
    if args.changes.is_empty() {
        return Err(
            Error::field("changes", "say what to change: at least one field with its new value", Vec::new()).into()
        );
    }
    let mut changes: Vec<Change> = Vec::new();
    for change in &args.changes {
        let field = names::own_field(session, &target.object, &change.field)?;
        let mut schema = session.schema(&target.object)?;
        // Picklist values are only in the description.
        if matches!(field.field_type, FieldType::Picklist | FieldType::MultiPicklist) && field.picklist.is_none() {
            schema = session.described(&target.object)?;
        }
        if !field.updateable {
            let error = names::not_writable(&schema, &field, "changed");
            return Err(names::denied(session, &target.object, &schema, error));
        }
        if changes.iter().any(|known| known.field.name == field.name) {
            return Err(Error::field(&change.field, format!("{} is given twice", field.name), Vec::new()).into());
        }
        let (to, note) = value::to_write(&field, &change.to).map_err(|error| match error {
            error if field.is_limited() => names::denied(session, &target.object, &schema, error),
            error => error.into(),
        })?;
        if to == "null" && field.required {
            let error = Error::field(&field.name, format!("{} can't be empty", field.name), Vec::new());
            return Err(names::denied(session, &target.object, &schema, error));
        }
        // Compared with an id, a name would never be the one that is there.
        if let Some(from) = change.from.as_deref().filter(|_| field.field_type == FieldType::Reference) {
            value::to_write(&field, from)?;
        }
        changes.push(Change { name: names::field_name(&field.name)?, from: change.from.clone(), field, to, note });
    }
    let (condition, limit) = target::condition(session, &target)?;
    let mut fields = FieldList::new([names::ID]).ok_or_else(|| Error::input("no field to read"))?;
    names::telling(session, &target.object)?.into_iter().for_each(|field| fields.add(field));
    changes.iter().for_each(|change| fields.add(change.name.clone().into()));
    SYSTEM.into_iter().for_each(|field| fields.add(field));
    let mut select = Select::new(fields, target.object.clone());
    select.condition = Some(condition);
    if limit > 1 {
        select.order_by = target::by_name(session, &target.object)?;
    }
    select.limit = Some(limit);
    Ok(Plan { target, changes, select, allow_duplicate: args.allow_duplicate == Some(true) })
}

/// The record as it was read.
struct Current<'a> {
    session: &'a Session<'a>,
    plan: &'a Plan,
    id: RecordId,
    fields: Fields<'a>,
}

impl Current<'_> {
    fn value(&self, change: &Change) -> &str {
        self.fields.get(change.name.as_str()).map_or("null", RawValue::get)
    }

    /// Whether the field has its new value already.
    fn holds(&self, change: &Change) -> bool {
        value::identical(&change.field, self.value(change), &change.to)
    }

    /// What the person expects and is not so.
    fn unexpected(&self, pending: &[&Change]) -> Option<Error> {
        let unexpected: Vec<_> = pending
            .iter()
            .filter(|change| {
                change.from.as_deref().is_some_and(|from| !value::same(&change.field, from, self.value(change)))
            })
            .map(|change| change.name.to_string())
            .collect();
        (!unexpected.is_empty()).then(|| Error::Conflict {
            message: format!(
                "nothing was written: {} does not have the expected value; tell the person what `current` says, and call again with that as `from` if they still want the change",
                unexpected.join(", ")
            ),
            fields: unexpected,
            current: Some(Box::new(self.as_it_is())),
        })
    }

    fn as_it_is(&self) -> CurrentRecord {
        let changes = self.plan.changes.iter();
        CurrentRecord {
            object: self.plan.target.object.to_string(),
            link: self.session.link(self.id.as_str()),
            id: self.id.to_string(),
            fields: self.object(changes.map(|change| change.name.as_str())),
            changed_by: self.fields.text("LastModifiedBy.Name"),
            changed_at: self.fields.get("LastModifiedDate").map(reply::time),
        }
    }

    /// The values of fields, nulls too: that a field is empty is news here.
    fn object<'n>(&self, names: impl Iterator<Item = &'n str>) -> String {
        let mut values = Values::cut_after(LONGEST_TEXT);
        let members: Vec<_> =
            names.map(|name| format!("{}:{}", quoted(name), values.copy(self.fields.get(name)))).collect();
        format!("{{{}}}", members.join(","))
    }

    /// Writes the changes, unless the record was changed since it was read; returns it as it is then, if it can still
    /// be read.
    fn write(&self, pending: &[&Change], notices: &mut Vec<String>) -> Result<Option<Record>, Error> {
        let object = &self.plan.target.object;
        let members: Vec<_> =
            pending.iter().map(|change| format!("{}:{}", quoted(change.name.as_str()), change.to)).collect();
        let stamp = self.fields.text("SystemModstamp").or_else(|| self.fields.text("LastModifiedDate"));
        let write = Update {
            object,
            id: &self.id,
            values: format!("{{{}}}", members.join(",")),
            unmodified_since: stamp.as_deref().and_then(http_date),
            allow_duplicate: self.plan.allow_duplicate,
        };
        if write.unmodified_since.is_none() {
            notices.push(
                "this object has no time of change, so a change by somebody else at the same moment would go unseen"
                    .to_owned(),
            );
        }
        let names: Vec<_> = self.plan.changes.iter().map(|change| change.name.clone()).collect();
        let read_back = Retrieve { object, record: Which::Id(&self.id), fields: &names };
        let ((), record) = self.session.write_and_read(&write, &write.values, read_back, |()| self.id).map_err(
            |error| match error {
                Error::Refused { refusal, .. } if refusal.status == 412 => self.overtaken(),
                error => duplicate::refused(self.session, error, OVERRULED),
            },
        )?;
        if record.is_none() {
            notices.push(
                "the record was changed, but could not be read back: the user may not be allowed to see it any more"
                    .to_owned(),
            );
        }
        Ok(record)
    }

    /// Somebody else changed the record between reading and writing: reads it again, to say what it holds now.
    fn overtaken(&self) -> Error {
        let mut select = self.plan.select.clone();
        select.condition = Some(target::is(&self.id));
        let records = self.session.query(&select, usize::MAX).map(|page| page.records).unwrap_or_default();
        let now = records.first().map(|record| Current { fields: record.fields(), id: self.id, ..*self });
        Error::Conflict {
            message: "nothing was written: somebody changed the record in this very moment; tell the person what `current` says and ask".to_owned(),
            fields: Vec::new(),
            current: now.map(|now| Box::new(now.as_it_is())),
        }
    }

    /// Each field before and after; where that can't be read, as it was written.
    fn receipt(&self, after: Option<&Fields<'_>>, mut notices: Vec<String>) -> UpdateReply {
        let mut values = Values::cut_after(LONGEST_TEXT);
        let mut changes = Vec::new();
        for change in &self.plan.changes {
            let name = change.name.as_str();
            let held = after.map_or(change.to.as_str(), |after| after.get(name).map_or("null", RawValue::get));
            if !value::identical(&change.field, &change.to, held) {
                notices.push(format!("{}: the org holds another value than the one written", change.name));
            }
            changes.push(FieldChange {
                field: change.name.to_string(),
                before: values.copy(self.fields.get(change.name.as_str())),
                after: values.copy_text(held),
            });
        }
        notices.extend(values.notice());
        let name = names::name_of(self.session, &self.plan.target.object).ok();
        UpdateReply {
            object: self.plan.target.object.to_string(),
            link: self.session.link(self.id.as_str()),
            id: self.id.to_string(),
            name: name.and_then(|name| self.fields.text(name.as_str())),
            changes,
            notices,
        }
    }
}
