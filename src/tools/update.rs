//! `update`: fields of one record, compared before and read back after. One `query`, which finds the record and its
//! current values (in a composite request with one for each name in a lookup), then one composite request: conditional `PATCH sobjects/{object}/{id}` and `GET` of the result.

use crate::call::Call;
use crate::details::Remarks;
use crate::error::Error;
use crate::id::{RecordId, standard_object};
use crate::json::{Json, Object, Shape, quoted};
use crate::known::{self, Known, PlanError};
use crate::policy::Effect;
use crate::record::{Fields, Record};
use crate::reply::{self, MAX_TEXT_CHARS, Values};
use crate::resolve::lookup::{self, Wanted};
use crate::resolve::matching;
use crate::resolve::names;
use crate::resolve::record::{self, Target};
use crate::rest::{Retrieve, Update, Which, http_date};
use crate::rich_text;
use crate::schema::well_known::{ID, RECORD_TYPE};
use crate::schema::{FieldType, ObjectSchema};
use crate::soql::{FieldList, FieldName, FieldPath, ObjectName, Select};
use crate::wit::{Candidate, CurrentRecord, FieldChange, Undo, UpdateArgs, UpdateReply};
use crate::write::compare;
use crate::write::conversion;
use crate::write::duplicates;
use crate::write::event;
use crate::write::fit;
use crate::write::picklists::{self, Given, Held, Picklists};
use crate::write::places::{self, Place};
use crate::write::references;
use crate::write::refused;
use crate::write::values::{self, FieldValue, Write};

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
    loop {
        let (mut plan, record) = read(call, &args)?;
        match plan.settle(call.known(), &record) {
            // An admin may have changed what is allowed since it was described.
            Err(_) if call.refresh()? => continue,
            settled => settled?,
        }
        let current = Current { call, plan: &plan, id: names::id_of(&record)?, fields: record.fields() };
        // That a value is there already would tell it.
        let is_pending = |change: &&Change| !plan.is_told || !current.holds(change);
        let pending: Vec<&Change> = plan.changes.iter().filter(is_pending).collect();
        if let Some(conflict) = current.unexpected(&pending) {
            return Err(conflict);
        }
        current.check(&pending)?;
        let status = pending.iter().find(|change| change.name() == conversion::STATUS);
        conversion::refuse(call, &plan.target.object, status.map(|change| change.to()), Some(&current.id))?;
        let mut notices: Vec<_> = plan.changes.iter().filter_map(|change| change.value.note.clone()).collect();
        if pending.is_empty() {
            notices.push("nothing was written: the record holds these values already".to_owned());
            return Ok(current.receipt(Some(&current.fields), notices));
        }
        let left_behind = match current.left_behind(&pending) {
            Err(_) if call.refresh()? => continue,
            left_behind => left_behind?,
        };
        notices.extend(left_behind.notices);
        let after = current.write(&pending, &mut notices)?;
        if !plan.is_told {
            notices.insert(0, Known::untold(&plan.target.object));
        }
        let after = after.filter(|_| plan.is_told);
        let receipt = current.receipt(after.as_ref().map(Record::fields).as_ref(), notices);
        return Ok(UpdateReply { details: left_behind.details.finish(), ..receipt });
    }
}

/// Reads the record, and with it the records that names in lookups may stand for.
fn read(call: &Call<'_>, args: &UpdateArgs) -> Result<(Plan, Record), Error> {
    let (mut plan, records, answers) = call.run(args, plan, |plan| {
        let selects: Vec<_> = std::iter::once(&plan.select).chain(lookup::selects(&plan.wanted)).collect();
        let mut answers = call.records_of_all(&selects)?;
        // Refused here, it may be planned again.
        let records = answers.remove(0)?;
        Ok((plan, records, answers))
    })?;
    let record = record::choose(call.known(), &plan.target, records)?;
    let found = references::choose(call, &mut plan.wanted, answers)?;
    plan.changes.iter_mut().for_each(|change| change.value.put(&found));
    Ok((plan, record))
}

/// What to ask and what to write.
struct Plan {
    target: Target,
    wanted: Vec<Wanted>,
    changes: Vec<Change>,
    select: Select,
    /// What is read besides, before and after, for it follows from the changes.
    following: Vec<FieldName>,
    /// Whether the reply may tell what the record holds.
    is_told: bool,
    allow_duplicate: bool,
}

impl Plan {
    /// The fields that are read after the write.
    fn read_back(&self) -> Vec<FieldName> {
        let mut names = self.following.clone();
        for change in &self.changes {
            for name in [&change.value.name, change.value.asked()] {
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
        }
        names
    }

    /// Puts codes where states are named, now that it is known which country they are in.
    fn settle(&mut self, known: &Known, record: &Record) -> Result<(), Error> {
        let Ok(schema) = known.schema(&self.target.object) else { return Ok(()) };
        let fields = record.fields();
        let held = if self.is_told { Held::Values(&fields) } else { Held::Untold };
        let mut values: Vec<_> = self.changes.iter_mut().map(|change| &mut change.value).collect();
        let besides = places::settle(&schema, &mut values, Some(held))?;
        self.changes.extend(besides.into_iter().map(|value| Change { value, from: None, path: None }));
        Ok(())
    }
}

/// One field's change.
struct Change {
    /// The new value.
    value: FieldValue,
    /// The value it must have now, as JSON.
    from: Option<String>,
    /// The path to what the record is called that a lookup points to.
    path: Option<FieldPath>,
}

impl Change {
    fn name(&self) -> &str {
        self.value.name.as_str()
    }

    fn asked(&self) -> &str {
        self.value.asked().as_str()
    }

    /// A value of the field as people read it.
    fn shown(&self, value: Option<Json<'_>>, values: &mut Values) -> String {
        match value.and_then(Json::text).filter(|_| self.value.field.html) {
            Some(html) => values.copy_text(&quoted(&rich_text::to_text(&html))),
            None => values.copy(value),
        }
    }

    fn to(&self) -> &str {
        &self.value.json
    }
}

fn plan(known: &Known, args: &UpdateArgs) -> Result<Plan, PlanError> {
    let target = record::read(known, &args.record, args.object.as_deref())?;
    known.allow_object(&target.object, Effect::Overwrites)?;
    let (changes, wanted) = changes(known, &target, args)?;
    let (condition, limit) = record::condition(known, &target)?;
    let mut fields = FieldList::from(ID);
    let is_told = known.may_read(&target.object);
    if is_told {
        names::distinguishing_columns(known, &target.object)?.into_iter().for_each(|field| fields.add(field));
    }
    for change in &changes {
        fields.add(change.value.name.clone().into());
        change.path.iter().for_each(|path| fields.add(path.clone()));
    }
    if is_told {
        add_narrowing(&*known.schema(&target.object)?, &changes, &mut fields)?;
    }
    let following = event::with(&target.object, changes.iter().map(Change::name));
    following.iter().filter(|_| is_told).for_each(|field| fields.add(field.clone().into()));
    SYSTEM.into_iter().for_each(|field| fields.add(field));
    let mut select = Select::new(fields, target.object.clone());
    select.condition = Some(condition);
    if limit > 1 {
        select.order_by = record::by_name(known, &target.object)?;
    }
    select.limit = Some(limit);
    Ok(Plan {
        target,
        wanted,
        changes,
        select,
        following,
        is_told,
        allow_duplicate: args.allow_duplicate == Some(true),
    })
}

/// The changes, each with what it expects, and the names in lookups among them.
fn changes(known: &Known, target: &Target, args: &UpdateArgs) -> Result<(Vec<Change>, Vec<Wanted>), PlanError> {
    let object = &target.object;
    let (mut changes, mut wanted): (Vec<Change>, _) = (Vec::new(), Vec::new());
    known::all(values::given("fields", &args.fields)?.map(|(name, json)| {
        let is_given = |name: &str| changes.iter().any(|change| change.name() == name);
        let value = values::read(known, object, Write::Change, (&name, json.get()), &is_given, &mut wanted)?;
        changes.push(change(known, object, value)?);
        Ok(())
    }))?;
    let schema = known.schema(object)?;
    let mut values: Vec<_> = changes.iter_mut().map(|change| &mut change.value).collect();
    places::settle(&schema, &mut values, None).map_err(|error| names::denied(known, object, &schema, error))?;
    if changes.is_empty() {
        return Err(Error::argument("fields", "say what to change: at least one field with its new value").into());
    }
    if let Some(from) = &args.from {
        let expected = values::given("from", from)?;
        known::all(expected.map(|(name, json)| expect(known, object, (&name, json.get()), &mut changes)))?;
    }
    Ok((changes, wanted))
}

fn change(known: &Known, object: &ObjectName, value: FieldValue) -> Result<Change, PlanError> {
    let field = &value.field;
    if value.json == "null" && field.required {
        let error = Error::argument(&field.name, format!("{} can't be empty", field.name));
        return Err(names::denied(known, object, &*known.schema(object)?, error));
    }
    let path = lookup::name_path(field)?;
    Ok(Change { value, from: None, path })
}

/// Adds to a change the value that its field must have now.
fn expect(
    known: &Known,
    object: &ObjectName,
    (input, from): (&str, &str),
    changes: &mut [Change],
) -> Result<(), PlanError> {
    let name = names::own_field(known, object, input)?.name.clone();
    let is_of = |change: &&mut Change| [change.name(), change.asked()].contains(&name.as_str());
    let Some(change) = changes.iter_mut().find(is_of) else {
        let message = format!("{name} is in `from` alone; what is expected is said of fields that change");
        return Err(Error::argument(input, message).into());
    };
    if change.from.is_some() {
        return Err(Error::argument(input, format!("{name} is given twice in `from`")).into());
    }
    let field = &change.value.field;
    let mut from = from.to_owned();
    if lookup::is_me(field, &from) {
        from = quoted(known.user()?.id.as_str());
    }
    // Compared with an id, a name would never be the one that is there.
    if field.field_type == FieldType::Reference && (change.path.is_none() || lookup::name(field, &from).is_none()) {
        fit::to_write(field, &from)?;
    }
    change.from = Some(from);
    Ok(())
}

/// Adds the fields that decide which picklist values the record may hold, and those whose values the changes decide.
fn add_narrowing(schema: &ObjectSchema, changes: &[Change], fields: &mut FieldList) -> Result<(), Error> {
    let is_changed = |name: &str| changes.iter().any(|change| change.value.field.name == name);
    let controls = |name: &str| changes.iter().any(|change| change.value.field.controller.as_deref() == Some(name));
    let has_picklist = changes.iter().any(|change| change.value.field.picklist.is_some());
    let has_types = picklists::kinds(schema).next().is_some();
    for change in changes {
        let place = Place::of(schema, &change.value.field);
        for field in place.into_iter().flat_map(|place| [Some(place.code), place.country]).flatten() {
            fields.add(names::path(&field.name)?);
        }
        fields.add(change.value.asked().clone().into());
    }
    for field in &schema.fields {
        if controls(&field.name)
            || field.controller.as_deref().is_some_and(is_changed)
            || has_picklist && has_types && field.name == RECORD_TYPE
        {
            fields.add(names::path(&field.name)?);
        }
    }
    Ok(())
}

/// How a change of what may not be read is taken back.
fn by_hand() -> Undo {
    let instructions =
        "no call takes it back: a person can find the old values in the record's history, if the org keeps one";
    Undo { tool: None, arguments: None, instructions: Some(instructions.to_owned()) }
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
        self.fields.get(change.name()).map_or("null", Json::get)
    }

    /// Whether the field has its new value already.
    fn holds(&self, change: &Change) -> bool {
        compare::identical(&change.value.field, change.to(), self.value(change))
    }

    /// What the record is called that a lookup points to.
    fn referenced_name(&self, change: &Change) -> Option<String> {
        self.fields.text(change.path.as_ref()?.as_str())
    }

    /// Whether a field has the value the person expects; a lookup may be given by the name of what it points to.
    fn is_as_expected(&self, change: &Change, from: &str) -> bool {
        match lookup::name(&change.value.field, from) {
            Some(input) => self.referenced_name(change).is_some_and(|called| matching::goes_by(&input, &called)),
            None => {
                compare::same(&change.value.field, from, self.value(change)) || self.is_place_expected(change, from)
            }
        }
    }

    /// Whether a country or a state is the one that is called so.
    fn is_place_expected(&self, change: &Change, from: &str) -> bool {
        let held = |name: &str| self.fields.text(name);
        let Some(Shape::Text(from)) = Shape::of(from) else { return false };
        let Ok(schema) = self.call.known().schema(&self.plan.target.object) else { return false };
        Place::of(&schema, &change.value.field).is_some_and(|place| place.is_called(from.trim(), &held))
    }

    /// What the person expects and is not so.
    fn unexpected(&self, pending: &[&Change]) -> Option<Error> {
        let unexpected: Vec<_> = pending
            .iter()
            .filter(|change| change.from.as_deref().is_some_and(|from| !self.is_as_expected(change, from)))
            .map(|change| change.name().to_owned())
            .collect();
        if unexpected.is_empty() {
            return None;
        }
        let differ = unexpected.join(", ");
        let message = if self.plan.is_told {
            format!(
                "nothing was written: {differ} does not have the expected value; tell the person what `current` says, and call again with that as `from` if they still want the change"
            )
        } else {
            format!(
                "nothing was written: {differ} does not have the expected value, and which it has is not told, for {} records may not be read: ask the person",
                self.plan.target.object
            )
        };
        Some(self.conflict(&message).about(unexpected))
    }

    /// An error that tells the record as it is.
    fn conflict(&self, message: &str) -> Error {
        let mut values = Values::cut_after(MAX_TEXT_CHARS);
        let error = Error::conflict(message, self.as_it_is(&mut values));
        match values.notice() {
            Some(notice) => error.with_context(notice),
            None => error,
        }
    }

    /// Refuses what would lose a part of a text, and times of an event that contradict each other.
    fn check(&self, pending: &[&Change]) -> Result<(), Error> {
        let given = |name: &str| pending.iter().find(|change| change.name() == name).map(|change| change.to());
        let held = |name: &str| self.fields.get(name).map(Json::get);
        event::check(&self.plan.target.object, &given, Some(&held))?;
        let is_told = self.plan.is_told;
        let cut = |change: &&Change| compare::cut_off(&change.value.field, change.to(), self.value(change));
        match pending.iter().filter(|_| is_told).find_map(|change| Some((change.name(), cut(change)?.0))) {
            Some((name, lost)) => {
                let message = format!(
                    "nothing was written: the new text for {name} begins with one that a reply had cut, so {lost} characters of what is there would be lost: read all of it with salesforce_get and full, or ask the person"
                );
                Err(Error::argument(name, message))
            }
            None => Ok(()),
        }
    }

    /// Refuses picklist values that the record can't hold; says which of its values no longer go together.
    fn left_behind(&self, pending: &[&Change]) -> Result<Remarks, Error> {
        let object = &self.plan.target.object;
        let Ok(schema) = self.call.known().schema(object) else { return Ok(Remarks::default()) };
        let mut given = Vec::new();
        for change in &self.plan.changes {
            let writes = pending.iter().any(|one| one.name() == change.name());
            given.push(Given { field: &change.value.field, json: change.to(), writes });
        }
        let held = if self.plan.is_told { Held::Values(&self.fields) } else { Held::Untold };
        let picklists = Picklists { object, schema: &schema, given: &given, held };
        self.call.plan(&picklists, |known, picklists| picklists.check(known))
    }

    /// The record as it is, if that may be told.
    fn as_it_is(&self, values: &mut Values) -> Option<CurrentRecord> {
        let changes = self.plan.changes.iter();
        self.plan.is_told.then(|| CurrentRecord {
            object: self.plan.target.object.to_string(),
            link: self.call.link(self.id.as_str()),
            id: self.id.to_string(),
            fields: self.object(changes, values),
            changed_by: self.fields.text("LastModifiedBy.Name"),
            changed_at: self.fields.get("LastModifiedDate").map(reply::time),
        })
    }

    /// The values of fields, nulls too: that a field is empty is news here.
    fn object<'c>(&self, changes: impl Iterator<Item = &'c Change>, values: &mut Values) -> String {
        let mut object = Object::default();
        for change in changes {
            object.member(change.asked(), Json::trusted(&change.shown(self.fields.get(change.asked()), values)));
        }
        object.finish()
    }

    /// Writes the changes, unless the record was changed since it was read; returns it as it is then, if it can still
    /// be read.
    fn write(&self, pending: &[&Change], notices: &mut Vec<String>) -> Result<Option<Record>, Error> {
        let object = &self.plan.target.object;
        let mut values = Object::default();
        for change in pending {
            values.member(change.name(), Json::trusted(change.to()));
            if let Some(along) = &change.value.along {
                values.member(along.as_str(), Json::NULL);
            }
        }
        let stamp = self.fields.text("SystemModstamp").or_else(|| self.fields.text("LastModifiedDate"));
        let write = Update {
            object,
            id: &self.id,
            values: values.finish(),
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
        let names = self.plan.read_back();
        let read_back = Retrieve { object, record: Which::Id(&self.id), fields: &names };
        let written = if self.plan.is_told {
            self.call.write_and_read(&write, &write.values, read_back, |()| self.id)
        } else {
            self.call.write(&write).map(|()| ((), None))
        };
        let record = match written {
            Ok(((), record)) => record,
            Err(error) if error.has_status(&[412]) => return Err(self.overtaken()),
            Err(error) if error.is_refused_with("CANNOT_UPDATE_CONVERTED_LEAD") => return Err(self.converted(error)),
            Err(cause) if cause.outcome_unknown() => {
                notices.push("Salesforce did not answer, so the record was read again: it holds the change".to_owned());
                Some(self.recover(pending, cause)?)
            }
            Err(error) => {
                let value = |name: &str| pending.iter().find(|change| change.name() == name).map(|change| change.to());
                let error = refused::explained(self.call, object, Some(&self.id), &value, error);
                return Err(duplicates::refused(self.call, error, self.plan.allow_duplicate, OVERRULED));
            }
        };
        if record.is_none() && self.plan.is_told {
            notices.push(
                "the record was changed, but could not be read back: the user may not be allowed to see it any more"
                    .to_owned(),
            );
        }
        Ok(record)
    }

    /// After a write that may have happened: the record, if it holds the change.
    fn recover(&self, pending: &[&Change], cause: Error) -> Result<Record, Error> {
        let found = match self.read_again(self.plan.select.clone()) {
            Some(record) => {
                let now = Current { fields: record.fields(), id: self.id, ..*self };
                if pending.iter().all(|change| now.holds(change)) {
                    return Ok(record);
                }
                "the record was read again and does not hold the change so far"
            }
            None => "reading the record again failed as well",
        };
        Err(cause.with_context(found))
    }

    /// Fields of the record as it is now; none if that can't be read.
    fn read_again(&self, mut select: Select) -> Option<Record> {
        select.condition = Some(record::is(&self.id));
        self.call.query(&select, 1).ok()?.records.into_iter().next()
    }

    /// Somebody else changed the record between reading and writing: reads it again, to say what it holds now.
    fn overtaken(&self) -> Error {
        if !self.plan.is_told {
            let message = "nothing was written: somebody changed the record in this very moment: ask the person whether to call again";
            return Error::conflict(message, None);
        }
        let record = self.read_again(self.plan.select.clone());
        let now = record.as_ref().map(|record| Current { fields: record.fields(), id: self.id, ..*self });
        let message = "nothing was written: somebody changed the record in this very moment; tell the person what `current` says and ask";
        now.map_or_else(|| Error::conflict(message, None), |now| now.conflict(message))
    }

    /// A lead that was converted: reads what it became.
    fn converted(&self, cause: Error) -> Error {
        const BECAME: [(&str, &str, &str); 3] = [
            ("Contact", "ConvertedContactId", "ConvertedContact.Name"),
            ("Account", "ConvertedAccountId", "ConvertedAccount.Name"),
            ("Opportunity", "ConvertedOpportunityId", "ConvertedOpportunity.Name"),
        ];
        if !self.plan.is_told {
            return cause;
        }
        let fields = BECAME.into_iter().flat_map(|(_, id, name)| [id, name]).map(FieldPath::from_static);
        let select = FieldList::new(fields).map(|fields| Select::new(fields, self.plan.target.object.clone()));
        let record = select.and_then(|select| self.read_again(select));
        let Some(lead) = record.as_ref().map(Record::fields) else { return cause };
        let candidates = BECAME.into_iter().filter_map(|(object, id, name)| {
            Some(Candidate {
                object: object.to_owned(),
                id: lead.text(id)?,
                name: lead.text(name),
                facts: "{}".to_owned(),
                field: None,
            })
        });
        cause.with_context("the candidates are what it became, the person first").with_candidates(candidates.collect())
    }

    /// Each field before and after; where that can't be read, as it was written, and where it may not be, as the call said.
    fn receipt(&self, after: Option<&Fields<'_>>, mut notices: Vec<String>) -> UpdateReply {
        let mut values = Values::cut_after(MAX_TEXT_CHARS);
        let mut changes = Vec::new();
        for change in &self.plan.changes {
            let name = change.name();
            let held = after.map_or(change.to(), |after| after.get(name).map_or("null", Json::get));
            if !compare::is_kept(&change.value.field, change.to(), held) {
                notices.push(format!("{}: the org holds another value than the one written", change.name()));
            }
            let now = match after {
                Some(after) if change.value.asked.is_some() => after.get(change.asked()),
                _ => Some(Json::trusted(held)),
            };
            changes.push(FieldChange {
                field: change.asked().to_owned(),
                before: if self.plan.is_told {
                    Some(change.shown(self.fields.get(change.asked()), &mut values))
                } else {
                    change.from.as_deref().map(|from| values.copy_text(from))
                },
                after: change.shown(now, &mut values),
            });
        }
        notices.extend(values.notice());
        let undo = if self.plan.is_told { after.and_then(|after| self.undo(after)) } else { Some(by_hand()) };
        let name = names::name_of(self.call.known(), &self.plan.target.object).ok();
        UpdateReply {
            object: self.plan.target.object.to_string(),
            link: self.call.link(self.id.as_str()),
            id: self.id.to_string(),
            name: name.filter(|_| self.plan.is_told).and_then(|name| self.fields.text(name.as_str())),
            changes,
            names: self.names(after),
            undo,
            notices,
            details: None,
        }
    }

    /// What the records are called that lookups pointed to and point to now.
    fn names(&self, after: Option<&Fields<'_>>) -> Option<String> {
        let id = |value: Option<Json<'_>>| Some(lookup::id_in(value?)?.to_string());
        lookup::by_id(self.plan.changes.iter().flat_map(|change| {
            let before =
                id(self.fields.get(change.name())).zip(self.referenced_name(change)).filter(|_| self.plan.is_told);
            let now = id(after.and_then(|after| after.get(change.name())));
            let found =
                change.value.record_name.clone().filter(|_| now.as_ref().is_none_or(|now| change.to() == quoted(now)));
            before
                .into_iter()
                .chain(now.or_else(|| Some(Json::parse(change.to()).ok()?.text()?.into_owned())).zip(found))
        }))
    }

    /// The call that restores what was there before, if it is not there now.
    fn undo(&self, after: &Fields<'_>) -> Option<Undo> {
        let (mut fields, mut from) = (Object::default(), Object::default());
        let mut too_long = Vec::new();
        let mut values = Values::cut_after(usize::MAX);
        for change in &self.plan.changes {
            let name = change.name();
            let before = self.value(change);
            let now = after.get(name).map_or("null", Json::get);
            if compare::is_untouched(&change.value.field, before, now) {
                continue;
            }
            if before.len() > MAX_UNDO_BYTES {
                too_long.push(name);
                continue;
            }
            fields.member(name, Json::trusted(&fit::restoring(&change.value.field, &values.copy_text(before))));
            // A text too long to repeat is not expected.
            if now.len() <= MAX_TEXT_CHARS {
                from.member(name, Json::trusted(&values.copy_text(now)));
            }
        }
        // What follows from the changes does not always go back with them.
        for name in event::DECIDING.into_iter().filter(|_| !self.plan.following.is_empty()) {
            let (before, now) = (self.fields.get(name), after.get(name));
            if before.map(Json::get) != now.map(Json::get)
                && self.plan.changes.iter().all(|change| change.name() != name)
            {
                fields.member(name, Json::trusted(&values.copy(before)));
            }
        }
        let instructions = (!too_long.is_empty()).then(|| {
            format!(
                "the old text of {} is too long to repeat here: a person can find it in the record's history, if the org keeps one",
                too_long.join(", ")
            )
        });
        let is_call = !fields.is_empty();
        let mut arguments = Object::default();
        arguments.text("record", self.id.as_str());
        if standard_object(self.id.prefix()).is_none() {
            arguments.text("object", self.plan.target.object.as_str());
        }
        arguments.member("fields", Json::trusted(&fields.finish()));
        if !from.is_empty() {
            arguments.member("from", Json::trusted(&from.finish()));
        }
        // Whoever let a duplicate pass lets it pass on the way back; nobody else is taken to.
        if self.plan.allow_duplicate {
            arguments.member("allow_duplicate", Json::trusted("true"));
        }
        (is_call || instructions.is_some()).then(|| Undo {
            tool: is_call.then(|| "salesforce_update".to_owned()),
            arguments: is_call.then(|| arguments.finish()),
            instructions,
        })
    }
}
