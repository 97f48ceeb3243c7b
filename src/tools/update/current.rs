//! One record on its way: compared with what is expected before the write, and reported after it.

use super::plan::{Change, Plan};
use crate::call::Call;
use crate::details::Remarks;
use crate::error::Error;
use crate::id::RecordId;
use crate::json::{Json, Object, Shape, quoted};
use crate::record::{Fields, Record};
use crate::reply::{self, MAX_TEXT_CHARS, Values, with_decimals};
use crate::resolve::lookup;
use crate::resolve::matching;
use crate::resolve::names;
use crate::resolve::record;
use crate::rest::{Update, http_date};
use crate::soql::{FieldList, FieldPath, Select};
use crate::wit::{Candidate, CurrentRecord, FieldChange, UpdatedRecord};
use crate::write::compare;
use crate::write::duplicates;
use crate::write::event;
use crate::write::fit;
use crate::write::picklists::{Given, Held, Picklists};
use crate::write::places::Place;
use crate::write::refused;

/// Bytes of a value that the call which restores it carries.
const MAX_UNDO_BYTES: usize = 2_000;

/// How a rule that only warns is overruled.
const OVERRULED: &str = "if they want the change all the same, call again with allow_duplicate";

/// How a change of what may not be read is taken back.
const BY_HAND: &str =
    "no call takes it back: a person can find the old values in the record's history, if the org keeps one";

/// The record as it was read.
pub(super) struct Current<'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) plan: &'a Plan,
    pub(super) id: RecordId,
    pub(super) fields: Fields<'a>,
}

/// What is reported of a record: the changes, and what the reply says of all its records together.
pub(super) struct Receipt {
    pub(super) record: UpdatedRecord,
    /// What records are called that lookups pointed to and point to now, by id.
    pub(super) names: Vec<(String, String)>,
    /// What takes the change back, as far as anything does.
    pub(super) undo: Option<Back>,
    pub(super) notices: Vec<String>,
}

/// What takes the change of a record back.
#[derive(Default)]
pub(super) struct Back {
    /// The old values, as `fields` takes them.
    pub(super) fields: Object,
    /// The new ones, as `from` takes them.
    pub(super) from: Object,
    /// What no call takes back, and how a person can.
    pub(super) instructions: Option<String>,
}

impl<'a> Current<'a> {
    /// The changes that are not there already. That a value is there would tell it.
    pub(super) fn pending(&self) -> Vec<&'a Change> {
        self.plan.changes.iter().filter(|change| !self.plan.is_told || !self.holds(change)).collect()
    }

    /// What the record is called, and its id.
    pub(super) fn called(&self) -> String {
        let name = names::name_of(self.call.known(), &self.plan.target.object).ok();
        let name = name.filter(|_| self.plan.is_told).and_then(|name| self.fields.text(name.as_str()));
        name.map(|name| [&quoted(&name), " "].concat()).unwrap_or_default() + self.id.as_str()
    }

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
    pub(super) fn unexpected(&self, pending: &[&Change]) -> Option<Error> {
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
    pub(super) fn check(&self, pending: &[&Change]) -> Result<(), Error> {
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
    pub(super) fn left_behind(&self, pending: &[&Change]) -> Result<Remarks, Error> {
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

    /// What is written: the changes, on the condition that nobody changed the record since it was read.
    pub(super) fn endpoint(&self, pending: &[&Change]) -> Update<'_> {
        let object = &self.plan.target.object;
        let mut values = Object::default();
        for change in pending {
            values.member(change.name(), Json::trusted(change.to()));
            if let Some(along) = &change.value.along {
                values.member(along.as_str(), Json::NULL);
            }
        }
        let stamp = self.fields.text("SystemModstamp").or_else(|| self.fields.text("LastModifiedDate"));
        Update {
            object,
            id: &self.id,
            values: values.finish(),
            unmodified_since: stamp.as_deref().and_then(http_date),
            allow_duplicate: self.plan.allow_duplicate,
            // A change of a phone number must not hand the record to somebody else.
            assign: names::has_assignment_rules(object).then_some(false),
        }
    }

    /// What is to be said of a write that was refused.
    pub(super) fn refused(&self, pending: &[&Change], error: Error) -> Error {
        if error.has_status(&[412]) {
            return self.overtaken();
        }
        if error.is_refused_with("CANNOT_UPDATE_CONVERTED_LEAD") {
            return self.converted(error);
        }
        let value = |name: &str| pending.iter().find(|change| change.name() == name).map(|change| change.to());
        let error = refused::explained(self.call, &self.plan.target.object, Some(&self.id), &value, error);
        duplicates::refused(self.call, error, self.plan.allow_duplicate, OVERRULED)
    }

    /// The record as it is now, if it can be read.
    pub(super) fn again(&self) -> Option<Record> {
        self.read_again(self.plan.select.clone())
    }

    /// Whether another reading of the record holds all changes.
    pub(super) fn is_done(&self, now: &Record, pending: &[&Change]) -> bool {
        let now = Current { fields: now.fields(), ..*self };
        pending.iter().all(|change| now.holds(change))
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
        let record = self.again();
        let now = record.as_ref().map(|record| Current { fields: record.fields(), ..*self });
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
    pub(super) fn receipt(&self, after: Option<&Fields<'_>>, named: &Fields<'_>, mut notices: Vec<String>) -> Receipt {
        let mut values = Values::cut_after(MAX_TEXT_CHARS);
        let mut changes = Vec::new();
        // What stays as it is is no news beside what changes.
        let pending = self.pending();
        let is_news = |change: &&Change| pending.is_empty() || pending.iter().any(|one| one.name() == change.name());
        for change in self.plan.changes.iter().filter(is_news) {
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
                    change
                        .from
                        .as_deref()
                        .map(|from| with_decimals(values.copy_text(from), change.value.field.decimals).into_owned())
                },
                after: change.shown(now, &mut values),
            });
        }
        notices.extend(values.notice());
        let undo = match after {
            Some(after) if self.plan.is_told => self.undo(after),
            None if self.plan.is_told => None,
            _ => Some(Back { instructions: Some(BY_HAND.to_owned()), ..Back::default() }),
        };
        let name = names::name_of(self.call.known(), &self.plan.target.object).ok();
        let record = UpdatedRecord {
            link: self.call.link(self.id.as_str()),
            id: self.id.to_string(),
            name: name.filter(|_| self.plan.is_told).and_then(|name| self.fields.text(name.as_str())),
            changes,
        };
        Receipt { record, names: self.names(after, named), undo, notices }
    }

    /// What the records are called that lookups pointed to and point to now.
    fn names(&self, after: Option<&Fields<'_>>, named: &Fields<'_>) -> Vec<(String, String)> {
        let id = |value: Option<Json<'_>>| Some(lookup::id_in(value?)?.to_string());
        let mut names = Vec::new();
        for change in &self.plan.changes {
            let before =
                id(self.fields.get(change.name())).zip(self.referenced_name(change)).filter(|_| self.plan.is_told);
            let now = id(after.and_then(|after| after.get(change.name())));
            let found =
                change.value.record_name.clone().filter(|_| now.as_ref().is_none_or(|now| change.to() == quoted(now)));
            names.extend(before);
            let read = change.path.as_ref().and_then(|path| named.text(path.as_str()));
            names.extend(now.clone().zip(read));
            names.extend(now.or_else(|| Some(Json::parse(change.to()).ok()?.text()?.into_owned())).zip(found));
        }
        names
    }

    /// What restores what was there before, if it is not there now.
    fn undo(&self, after: &Fields<'_>) -> Option<Back> {
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
        (!fields.is_empty() || instructions.is_some()).then_some(Back { fields, from, instructions })
    }
}
