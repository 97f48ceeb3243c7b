//! `update`: fields of one record, compared before and read back after. One `query`, which finds the record and its
//! current values (in a composite request with one for each name in a lookup), then one composite request: conditional `PATCH sobjects/{object}/{id}` and `GET` of the result.

use crate::call::{Call, Stuck};
use crate::error::Error;
use crate::id::{RecordId, standard_object};
use crate::json::{Json, quoted};
use crate::policy::Effect;
use crate::record::{Fields, Record};
use crate::reply::{self, Values};
use crate::resolve::lookup;
use crate::resolve::lookup::Wanted;
use crate::resolve::matching;
use crate::resolve::names;
use crate::resolve::record::{self, Target};
use crate::resolve::value;
use crate::rest::{Page, Retrieve, Update, Which, http_date};
use crate::schema::{Field, FieldType, ObjectSchema};
use crate::soql::{FieldList, FieldName, FieldPath, Select};
use crate::wit::{Candidate, CurrentRecord, FieldChange, Undo, UpdateArgs, UpdateReply};
use crate::write::conversion;
use crate::write::duplicates;
use crate::write::picklists::{self, Given, Picklists};

/// Characters of a text in a receipt.
const MAX_TEXT_CHARS: usize = 255;

/// Bytes of a value that the call which restores it carries.
const MAX_UNDO_BYTES: usize = 2_000;

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
pub(super) fn update(call: &Call<'_>, args: UpdateArgs) -> Result<UpdateReply, Error> {
    attempt(call, &args)
}

fn attempt(call: &Call<'_>, args: &UpdateArgs) -> Result<UpdateReply, Error> {
    let mut notices = Vec::new();
    let (mut plan, mut pages) = call.planned(|| plan(call, args), |plan| read(call, plan))?;
    let records = pages.remove(0)?.records;
    let record = record::choose(call, &plan.target, records, &mut notices)?;
    for found in lookup::choose(call, &plan.wanted, pages)? {
        for change in plan.changes.iter_mut().filter(|change| change.field.name == found.place) {
            change.to = quoted(found.id.as_str());
            change.note = found.notice.clone();
            change.called = found.candidate.name.clone();
        }
    }
    let current = Current { call, plan: &plan, id: names::id_of(&record)?, fields: record.fields() };
    let pending: Vec<&Change> = plan.changes.iter().filter(|change| !current.holds(change)).collect();
    if let Some(conflict) = current.unexpected(&pending) {
        return Err(conflict);
    }
    let status = pending.iter().find(|change| change.field.name == conversion::STATUS).map(|change| change.to.as_str());
    conversion::refuse(call, &plan.target.object, status, Some(&current.id))?;
    notices.extend(plan.changes.iter().filter_map(|change| change.note.clone()));
    if pending.is_empty() {
        notices.push("nothing was written: the record holds these values already".to_owned());
        return Ok(current.receipt(Some(&current.fields), notices));
    }
    match current.allowed(&pending) {
        // An admin may have changed what is allowed since it was described.
        Err(_) if call.refresh()? => return attempt(call, args),
        left_behind => notices.extend(left_behind?),
    }
    let after = current.write(&pending, &mut notices)?;
    Ok(current.receipt(after.as_ref().map(Record::fields).as_ref(), notices))
}

/// Reads the record, and then the records that names in lookups may stand for.
fn read(call: &Call<'_>, plan: &Plan) -> Result<(Plan, Vec<Result<Page, Error>>), Error> {
    let selects: Vec<_> = std::iter::once(&plan.select).chain(lookup::selects(&plan.wanted)).collect();
    let mut pages = call.query_all(&selects)?;
    // Refused here, it may be planned again.
    let own = pages.remove(0)?;
    pages.insert(0, Ok(own));
    Ok((plan.clone(), pages))
}

/// What to ask and what to write.
#[derive(Clone)]
struct Plan {
    target: Target,
    wanted: Vec<Wanted>,
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
    /// The new value, as JSON of the field's type; until it is found, a lookup's by name.
    to: String,
    note: Option<String>,
    /// What the record is called that a lookup points to, before and after.
    path: Option<FieldPath>,
    called: Option<String>,
}

fn plan(call: &Call<'_>, args: &UpdateArgs) -> Result<Plan, Stuck> {
    let target = record::read(call, &args.record, args.object.as_deref())?;
    call.allow_object(&target.object, Effect::Overwrites)?;
    if args.changes.is_empty() {
        return Err(
            Error::field("changes", "say what to change: at least one field with its new value", Vec::new()).into()
        );
    }
    let mut changes: Vec<Change> = Vec::new();
    let mut wanted = Vec::new();
    for change in &args.changes {
        let field = names::own_field(call, &target.object, &change.field)?;
        let mut schema = call.schema(&target.object)?;
        // Picklist values are only in the description.
        if matches!(field.field_type, FieldType::Picklist | FieldType::MultiPicklist) && field.picklist.is_none() {
            schema = call.described(&target.object)?;
        }
        if !field.updateable {
            let error = names::not_writable(&schema, &field, "changed");
            return Err(names::denied(call, &target.object, &schema, error));
        }
        if changes.iter().any(|known| known.field.name == field.name) {
            return Err(Error::field(&change.field, format!("{} is given twice", field.name), Vec::new()).into());
        }
        let (to, note) = lookup::to_write(call, &schema, &target.object, &field, &change.to, &mut wanted)?;
        if to == "null" && field.required {
            let error = Error::field(&field.name, format!("{} can't be empty", field.name), Vec::new());
            return Err(names::denied(call, &target.object, &schema, error));
        }
        let path = lookup::name_path(&field)?;
        let mut from = change.from.clone();
        if from.as_deref().is_some_and(|from| lookup::is_me(&field, from)) {
            from = Some(quoted(call.user()?.id.as_str()));
        }
        // Compared with an id, a name would never be the one that is there.
        if let Some(from) = from.as_deref()
            && field.field_type == FieldType::Reference
            && (path.is_none() || lookup::name(&field, from).is_none())
        {
            value::to_write(&field, from)?;
        }
        let name = names::field_name(&field.name)?;
        changes.push(Change { name, from, field, to, note, path, called: None });
    }
    let (condition, limit) = record::condition(call, &target)?;
    let mut fields = FieldList::new([names::ID]).ok_or_else(|| Error::input("no field to read"))?;
    names::telling(call, &target.object)?.into_iter().for_each(|field| fields.add(field));
    for change in &changes {
        fields.add(change.name.clone().into());
        change.path.iter().for_each(|path| fields.add(path.clone()));
    }
    add_narrowing(&*call.schema(&target.object)?, &changes, &mut fields)?;
    SYSTEM.into_iter().for_each(|field| fields.add(field));
    let mut select = Select::new(fields, target.object.clone());
    select.condition = Some(condition);
    if limit > 1 {
        select.order_by = record::by_name(call, &target.object)?;
    }
    select.limit = Some(limit);
    Ok(Plan { target, wanted, changes, select, allow_duplicate: args.allow_duplicate == Some(true) })
}

/// Adds the fields that decide which picklist values the record may hold, and those whose values the changes decide.
fn add_narrowing(schema: &ObjectSchema, changes: &[Change], fields: &mut FieldList) -> Result<(), Error> {
    let is_changed = |name: &str| changes.iter().any(|change| change.field.name == name);
    let controls = |name: &str| changes.iter().any(|change| change.field.controller.as_deref() == Some(name));
    let has_picklist = changes.iter().any(|change| change.field.picklist.is_some());
    let has_types = picklists::kinds(schema).next().is_some();
    for field in &schema.fields {
        if controls(&field.name)
            || field.controller.as_deref().is_some_and(is_changed)
            || has_picklist && has_types && field.name == picklists::RECORD_TYPE
        {
            fields.add(names::path(&field.name)?);
        }
    }
    Ok(())
}

/// The record as it was read.
struct Current<'a> {
    call: &'a Call<'a>,
    plan: &'a Plan,
    id: RecordId,
    fields: Fields<'a>,
}

impl Current<'_> {
    fn value(&self, change: &Change) -> &str {
        self.fields.get(change.name.as_str()).map_or("null", Json::get)
    }

    /// Whether the field has its new value already.
    fn holds(&self, change: &Change) -> bool {
        value::identical(&change.field, self.value(change), &change.to)
    }

    /// What the record is called that a lookup points to.
    fn called(&self, change: &Change) -> Option<String> {
        self.fields.text(change.path.as_ref()?.as_str())
    }

    /// Whether a field has the value the person expects; a lookup may be given by the name of what it points to.
    fn is_as_expected(&self, change: &Change, from: &str) -> bool {
        match lookup::name(&change.field, from) {
            Some(said) => self.called(change).is_some_and(|called| matching::goes_by(&said, &called)),
            None => value::same(&change.field, from, self.value(change)),
        }
    }

    /// What the person expects and is not so.
    fn unexpected(&self, pending: &[&Change]) -> Option<Error> {
        let unexpected: Vec<_> = pending
            .iter()
            .filter(|change| change.from.as_deref().is_some_and(|from| !self.is_as_expected(change, from)))
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

    /// Refuses picklist values that the record can't hold; says which of its values no longer go together.
    fn allowed(&self, pending: &[&Change]) -> Result<Vec<String>, Error> {
        let object = &self.plan.target.object;
        let Ok(schema) = self.call.schema(object) else { return Ok(Vec::new()) };
        let mut given = Vec::new();
        for change in &self.plan.changes {
            let writes = pending.iter().any(|one| one.name == change.name);
            given.push(Given { field: &change.field, json: &change.to, writes });
        }
        Picklists { object, schema: &schema, given: &given, held: Some(&self.fields) }.check(self.call)
    }

    fn as_it_is(&self) -> CurrentRecord {
        let changes = self.plan.changes.iter();
        CurrentRecord {
            object: self.plan.target.object.to_string(),
            link: self.call.link(self.id.as_str()),
            id: self.id.to_string(),
            fields: self.object(changes.map(|change| change.name.as_str())),
            changed_by: self.fields.text("LastModifiedBy.Name"),
            changed_at: self.fields.get("LastModifiedDate").map(reply::time),
        }
    }

    /// The values of fields, nulls too: that a field is empty is news here.
    fn object<'n>(&self, names: impl Iterator<Item = &'n str>) -> String {
        let mut values = Values::cut_after(MAX_TEXT_CHARS);
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
            // A change of a phone number must not hand the record to somebody else.
            assign: names::has_assignment_rules(object).then_some(false),
        };
        if write.unmodified_since.is_none() {
            notices.push(
                "this object has no time of change, so a change by somebody else at the same moment would go unseen"
                    .to_owned(),
            );
        }
        let names: Vec<_> = self.plan.changes.iter().map(|change| change.name.clone()).collect();
        let read_back = Retrieve { object, record: Which::Id(&self.id), fields: &names };
        let ((), record) =
            self.call.write_and_read(&write, &write.values, read_back, |()| self.id).map_err(|error| match error {
                Error::Refused { refusal, .. } if refusal.status == 412 => self.overtaken(),
                Error::Refused { refusal, changed } if refusal.is("CANNOT_UPDATE_CONVERTED_LEAD") => {
                    self.converted(Error::Refused { refusal, changed })
                }
                error => duplicates::refused(self.call, error, self.plan.allow_duplicate, OVERRULED),
            })?;
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
        select.condition = Some(record::is(&self.id));
        let records = self.call.query(&select, usize::MAX).map(|page| page.records).unwrap_or_default();
        let now = records.first().map(|record| Current { fields: record.fields(), id: self.id, ..*self });
        Error::Conflict {
            message: "nothing was written: somebody changed the record in this very moment; tell the person what `current` says and ask".to_owned(),
            fields: Vec::new(),
            current: now.map(|now| Box::new(now.as_it_is())),
        }
    }

    /// A lead that was converted: reads what it became.
    fn converted(&self, cause: Error) -> Error {
        const BECAME: [(&str, &str, &str); 3] = [
            ("Contact", "ConvertedContactId", "ConvertedContact.Name"),
            ("Account", "ConvertedAccountId", "ConvertedAccount.Name"),
            ("Opportunity", "ConvertedOpportunityId", "ConvertedOpportunity.Name"),
        ];
        let fields = BECAME.into_iter().flat_map(|(_, id, name)| [id, name]).map(FieldPath::from_static);
        let records = FieldList::new(fields).map(|fields| {
            let mut select = Select::new(fields, self.plan.target.object.clone());
            select.condition = Some(record::is(&self.id));
            self.call.query(&select, 1).map(|page| page.records).unwrap_or_default()
        });
        let records = records.unwrap_or_default();
        let Some(lead) = records.first().map(Record::fields) else { return cause };
        let candidates = BECAME.into_iter().filter_map(|(object, id, name)| {
            Some(Candidate {
                object: object.to_owned(),
                id: lead.text(id)?,
                name: lead.text(name),
                facts: "{}".to_owned(),
                field: None,
            })
        });
        Error::LookedInto {
            cause: Box::new(cause),
            found: "the candidates are what it became, the person first".to_owned(),
            candidates: candidates.collect(),
        }
    }

    /// Each field before and after; where that can't be read, as it was written.
    fn receipt(&self, after: Option<&Fields<'_>>, mut notices: Vec<String>) -> UpdateReply {
        let mut values = Values::cut_after(MAX_TEXT_CHARS);
        let mut changes = Vec::new();
        for change in &self.plan.changes {
            let name = change.name.as_str();
            let held = after.map_or(change.to.as_str(), |after| after.get(name).map_or("null", Json::get));
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
        let undo = after.and_then(|after| self.undo(after));
        let name = names::name_of(self.call, &self.plan.target.object).ok();
        UpdateReply {
            object: self.plan.target.object.to_string(),
            link: self.call.link(self.id.as_str()),
            id: self.id.to_string(),
            name: name.and_then(|name| self.fields.text(name.as_str())),
            changes,
            names: self.names(after),
            undo,
            notices,
        }
    }

    /// What the records are called that lookups pointed to and point to now.
    fn names(&self, after: Option<&Fields<'_>>) -> Option<String> {
        let id = |value: Option<Json<'_>>| Some(lookup::id_in(value?)?.to_string());
        lookup::by_id(self.plan.changes.iter().flat_map(|change| {
            let before = id(self.fields.get(change.name.as_str())).zip(self.called(change));
            let now = id(after.and_then(|after| after.get(change.name.as_str())));
            let found = change.called.clone().filter(|_| now.as_ref().is_none_or(|now| change.to == quoted(now)));
            before
                .into_iter()
                .chain(now.or_else(|| Some(Json::parse(&change.to).ok()?.text()?.into_owned())).zip(found))
        }))
    }

    /// The call that restores what was there before, if it is not there now.
    fn undo(&self, after: &Fields<'_>) -> Option<Undo> {
        let mut changes = Vec::new();
        let mut too_long = Vec::new();
        let mut any_text = false;
        for change in &self.plan.changes {
            let name = change.name.as_str();
            let before = self.value(change);
            let now = after.get(name).map_or("null", Json::get);
            if value::identical(&change.field, before, now) {
                continue;
            }
            if before.len() > MAX_UNDO_BYTES {
                too_long.push(name);
                continue;
            }
            any_text |= change.field.field_type.is_text();
            let mut values = Values::cut_after(usize::MAX);
            let mut undone = format!("{{\"field\":{}", quoted(name));
            // A text too long to repeat is not expected; nothing is said by `""`, for null would expect anything.
            if now == "null" || now.len() <= MAX_TEXT_CHARS {
                let now = if now == "null" { "\"\"".to_owned() } else { values.copy_text(now) };
                undone.push_str(&format!(",\"from\":{now}"));
            }
            changes.push(format!("{undone},\"to\":{}}}", values.copy_text(before)));
        }
        let instructions = (!too_long.is_empty()).then(|| {
            format!(
                "the old text of {} is too long to repeat here: a person can find it in the record's history, if the org keeps one",
                too_long.join(", ")
            )
        });
        let mut arguments = format!("{{\"record\":{}", quoted(self.id.as_str()));
        if standard_object(self.id.prefix()).is_none() {
            arguments.push_str(&format!(",\"object\":{}", quoted(self.plan.target.object.as_str())));
        }
        arguments.push_str(&format!(",\"changes\":[{}]", changes.join(",")));
        // What was there before is no new duplicate. Rules look at texts.
        arguments.push_str(if any_text { ",\"allow_duplicate\":true}" } else { "}" });
        let is_call = !changes.is_empty();
        (is_call || instructions.is_some()).then(|| Undo {
            tool: is_call.then(|| "salesforce_update".to_owned()),
            arguments: is_call.then_some(arguments),
            instructions,
        })
    }
}
