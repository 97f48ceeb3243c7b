//! `update`: fields of one record, compared before and read back after. One `query`, which finds the record and its
//! current values (in a composite request with one for each name in a lookup), then one composite request: conditional
//! `PATCH sobjects/{object}/{id}` and `GET` of the result.
//!
//! Of a filter in place of records, one composite request of two `query`s counts what fits, and asks.
//!
//! Of several records: one `query` for all that are given by id, then one composite request of which all parts happen or
//! none: a conditional `PATCH` for each, and a `query` of the result.

mod current;
mod filter;
mod plan;

use std::borrow::Cow;

use self::current::{Back, Current, Receipt};
use self::plan::{Change, Plan, plan};
use crate::call::{Call, PART_NAMES, ReadBack, read_error, unsendable};
use crate::details::Details;
use crate::error::Error;
use crate::id::{RecordId, standard_object};
use crate::json::{Json, List, Object, quoted};
use crate::known::{self, Known, PlanError};
use crate::record::Record;
use crate::resolve::lookup::{self, Wanted};
use crate::resolve::names;
use crate::resolve::person;
use crate::resolve::record::{self, By};
use crate::rest::{Composite, Part, Query, Retrieve, Update, Which};
use crate::schema::well_known::ID;
use crate::soql::{FieldList, FieldPath, Select, Selection};
use crate::wit::{Undo, UpdateArgs, UpdateReply};
use crate::write::conversion;
use crate::write::person as as_account;
use crate::write::references;
use crate::write::several;

/// Changes a record, or several of one object.
pub(super) fn update(call: &Call<'_>, args: UpdateArgs) -> Result<UpdateReply, Error> {
    let mut asked = asked(&args)?;
    filter::ask(call, &asked)?;
    'again: loop {
        let mut all = read(call, &asked)?;
        if all.iter().any(|(_, record)| person::is_open(call.known(), record)) {
            call.plan(&(), person::describe)?;
            continue 'again;
        }
        if write_accounts(call, &mut asked, &all)? {
            continue 'again;
        }
        for (plan, record) in &mut all {
            match plan.settle(call.known(), record) {
                // An admin may have changed what is allowed since it was described.
                Err(_) if call.refresh()? => continue 'again,
                settled => settled?,
            }
        }
        let (mut steps, mut details) = (Vec::with_capacity(all.len()), Details::default());
        for (plan, record) in &all {
            let current = Current { call, plan, id: names::id_of(record)?, fields: record.fields() };
            let mut step = Step::new(current);
            step.compare().map_err(|error| one_of(all.len(), &step.current, error))?;
            if !step.pending.is_empty() {
                let left_behind = match step.current.left_behind(&step.pending) {
                    Err(_) if call.refresh()? => continue 'again,
                    left_behind => left_behind.map_err(|error| one_of(all.len(), &step.current, error))?,
                };
                step.notices.extend(left_behind.notices);
                details.append(left_behind.details);
            }
            steps.push(step);
        }
        let after = write(call, &mut steps)?;
        let mut reply = reply(steps, &after);
        reply.details = details.finish();
        return Ok(reply);
    }
}

/// A record and its change as the call says them.
struct Asked<'a> {
    record: Cow<'a, str>,
    object: Option<&'a str>,
    /// The new values, a JSON object.
    fields: Cow<'a, str>,
    /// The values that are expected, a JSON object.
    from: Option<Cow<'a, str>>,
    allow_duplicate: bool,
    /// Whether the account is written that the contact is.
    is_person: bool,
}

/// The records of a call: one, or several with what each has for itself or all have in common.
fn asked(args: &UpdateArgs) -> Result<Vec<Asked<'_>>, Error> {
    let first = args.records.first().map(|first| quoted(&first.record)).unwrap_or_default();
    several::check(args.records.len(), &first, "changes")?;
    let records: Vec<_> = match (&args.record, args.records.as_slice()) {
        (Some(record), []) => vec![(record, None, None)],
        (None, []) => return Err(Error::argument("record", "say which record to change, or which in `records`")),
        (Some(_), _) => return Err(Error::argument("records", "give `record` or `records`, not both")),
        (None, records) => records.iter().map(|one| (&one.record, one.fields.as_ref(), one.from.as_ref())).collect(),
    };
    let mut asked = Vec::with_capacity(records.len());
    for (record, fields, from) in records {
        let Some(fields) = fields.or(args.fields.as_ref()) else {
            return Err(Error::argument("fields", "say what to change: at least one field with its new value"));
        };
        asked.push(Asked {
            record: Cow::Borrowed(record),
            object: args.object.as_deref(),
            fields: Cow::Borrowed(fields),
            from: from.or(args.from.as_ref()).map(|from| Cow::Borrowed(from.as_str())),
            allow_duplicate: args.allow_duplicate == Some(true),
            is_person: false,
        });
    }
    Ok(asked)
}

/// Puts the account in the place of each contact that is one with it; whether there was any.
fn write_accounts(call: &Call<'_>, asked: &mut [Asked<'_>], all: &[(Plan, Record)]) -> Result<bool, Error> {
    let mut is_any = false;
    for (one, (_, record)) in asked.iter_mut().zip(all) {
        let Some(account) = person::account_of(record) else { continue };
        one.fields = Cow::Owned(call.plan(&("fields", &*one.fields), as_account::fields)?);
        if let Some(from) = &mut one.from {
            *from = Cow::Owned(call.plan(&("from", &**from), as_account::fields)?);
        }
        one.record = Cow::Owned(account.to_string());
        one.object = Some("Account");
        one.is_person = true;
        is_any = true;
    }
    Ok(is_any)
}

/// Reads the records, and with them those that names in lookups may stand for.
fn read(call: &Call<'_>, asked: &[Asked<'_>]) -> Result<Vec<(Plan, Record)>, Error> {
    let (plans, mut wanted, records, answers) = call.run(asked, plan_all, |(plans, wanted)| {
        let own = selects(&plans);
        let all: Vec<_> = own.iter().chain(lookup::selects(&wanted)).collect();
        let mut answers = call.records_of_all(&all)?;
        let others = answers.split_off(own.len());
        // Refused here, they may be planned again.
        let records = answers.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok((plans, wanted, records, others))
    })?;
    let mut records = records.into_iter();
    let together =
        if plans.len() > 1 && plans.iter().any(is_by_id) { records.next().unwrap_or_default() } else { Vec::new() };
    let found = references::choose(call, &mut wanted, answers)?;
    let mut all = Vec::with_capacity(plans.len());
    for mut plan in plans {
        plan.changes.iter_mut().for_each(|change| change.value.put(&found));
        let own = match &plan.target.by {
            By::Id(id) if asked.len() > 1 => names::of_id(&together, *id).into_iter().collect(),
            _ => records.next().unwrap_or_default(),
        };
        let record = record::choose(call.known(), &plan.target, own)?;
        all.push((plan, record));
    }
    differ(&all)?;
    Ok(all)
}

fn is_by_id(plan: &Plan) -> bool {
    matches!(plan.target.by, By::Id(_))
}

/// What to ask: of several records all those by their ids at once, then each of the others.
fn selects(plans: &[Plan]) -> Vec<Select> {
    if let [plan] = plans {
        return vec![plan.select.clone()];
    }
    let by_id: Vec<_> = plans.iter().filter(|plan| is_by_id(plan)).collect();
    let by_name = plans.iter().filter(|plan| !is_by_id(plan)).map(|plan| plan.select.clone());
    together(&by_id).into_iter().chain(by_name).collect()
}

/// One query for several records by their ids, with what is read of each.
fn together(plans: &[&Plan]) -> Option<Select> {
    let mut select = plans.first()?.select.clone();
    let mut ids = Vec::with_capacity(plans.len());
    for plan in plans {
        if let By::Id(id) = plan.target.by {
            ids.push(id);
        }
        if let Selection::Records { fields, .. } = &plan.select.selection {
            fields.as_slice().iter().for_each(|field| select.add(field.clone()));
        }
    }
    select.limit = u32::try_from(ids.len()).ok();
    select.condition = Some(record::is_any(ids)?);
    Some(select)
}

/// The plans of all records, and the names in lookups of any.
fn plan_all(known: &Known, asked: &[Asked<'_>]) -> Result<(Vec<Plan>, Vec<Wanted>), PlanError> {
    let (mut plans, mut wanted): (Vec<Plan>, _) = (Vec::with_capacity(asked.len()), Vec::new());
    known::all(asked.iter().map(|one| {
        let plan = plan(known, one, &mut wanted)?;
        if let Some(first) = plans.first()
            && first.target.object != plan.target.object
        {
            let message = format!(
                "one call changes records of one object: these are {} and {}",
                first.target.object, plan.target.object
            );
            return Err(Error::argument("records", message).into());
        }
        plans.push(plan);
        Ok(())
    }))?;
    Ok((plans, wanted))
}

/// Refuses a record that is meant twice: which of the changes counts would be a guess.
fn differ(all: &[(Plan, Record)]) -> Result<(), Error> {
    let mut known = Vec::with_capacity(all.len());
    for (_, record) in all {
        let id = names::id_of(record)?;
        if known.contains(&id) {
            return Err(Error::argument("records", format!("the record {id} is given twice")));
        }
        known.push(id);
    }
    Ok(())
}

/// An error about one record of several.
fn one_of(records: usize, current: &Current<'_>, error: Error) -> Error {
    several::one_of(records, &current.called(), "changed", error)
}

/// A record that is to be changed.
struct Step<'a> {
    current: Current<'a>,
    /// The changes that are not there already.
    pending: Vec<&'a Change>,
    notices: Vec<String>,
}

impl<'a> Step<'a> {
    fn new(current: Current<'a>) -> Self {
        let pending = current.pending();
        let mut notices = Vec::new();
        if !current.plan.is_told {
            notices.push(Known::untold(&current.plan.target.object));
        }
        notices.extend(current.plan.changes.iter().filter_map(|change| change.value.note.clone()));
        if current.plan.is_person && !pending.is_empty() {
            notices.push(as_account::WRITTEN.to_owned());
        }
        if pending.is_empty() {
            notices.push("nothing was written: the record holds these values already".to_owned());
        }
        Self { current, pending, notices }
    }

    /// Compares a record with what is expected of it and with what is to be.
    fn compare(&self) -> Result<(), Error> {
        let current = &self.current;
        if let Some(conflict) = current.unexpected(&self.pending) {
            return Err(conflict);
        }
        current.check(&self.pending)?;
        let status = self.pending.iter().find(|change| change.name() == conversion::STATUS);
        let status = status.map(|change| change.to());
        conversion::refuse(current.call, &current.plan.target.object, status, Some(&current.id))
    }
}

/// Writes what is pending, and returns the records as they are then, as far as they can be read.
fn write(call: &Call<'_>, steps: &mut [Step<'_>]) -> Result<Vec<ReadBack>, Error> {
    let mut after = Vec::new();
    after.resize_with(steps.len(), ReadBack::default);
    let mut writing = Vec::new();
    for (at, step) in steps.iter_mut().enumerate().filter(|(_, step)| !step.pending.is_empty()) {
        writing.push((at, step));
    }
    let all: Vec<_> = match writing.as_slice() {
        [] => Vec::new(),
        [(_, step)] => vec![write_one(call, step)?],
        several => write_all(call, several)?,
    };
    for ((at, step), written) in writing.into_iter().zip(all) {
        step.notices.extend(written.notices);
        after[at] = written.read;
    }
    Ok(after)
}

/// What came of a write.
#[derive(Default)]
struct Written {
    read: ReadBack,
    notices: Vec<String>,
}

impl Written {
    /// The record as it was read back, where it may be told.
    fn read_back(step: &Step<'_>, update: &Update<'_>, read: ReadBack) -> Self {
        let mut written = Self { read, ..Self::default() };
        if update.unmodified_since.is_none() {
            written.say(
                "this object has no time of change, so a change by somebody else at the same moment would go unseen",
            );
        }
        if written.read.record.is_none() && step.current.plan.is_told {
            written.say(
                "the record was changed, but could not be read back: the user may not be allowed to see it any more",
            );
        }
        written
    }

    /// The record as it was read after a write without an answer.
    fn recovered(record: Record) -> Self {
        let read = ReadBack { record: Some(record), names: None };
        let mut written = Self { read, ..Self::default() };
        written.say("Salesforce did not answer, so the record was read again: it holds the change");
        written
    }

    fn say(&mut self, notice: &str) {
        self.notices.push(notice.to_owned());
    }
}

/// Writes the changes of a record, unless it was changed since it was read.
fn write_one(call: &Call<'_>, step: &Step<'_>) -> Result<Written, Error> {
    let (current, plan) = (&step.current, step.current.plan);
    let update = current.endpoint(&step.pending);
    let names = plan.read_back();
    let read_back = Retrieve { object: &plan.target.object, record: Which::Id(&current.id), fields: &names };
    let written = if plan.is_told {
        call.write_and_read(&update, &update.values, read_back, &plan.unnamed()?, |()| current.id)
    } else {
        call.write(&update).map(|()| ((), ReadBack::default()))
    };
    match written {
        Ok(((), read)) => Ok(Written::read_back(step, &update, read)),
        Err(cause) if cause.outcome_unknown() => match current.again() {
            Some(record) if current.is_done(&record, &step.pending) => Ok(Written::recovered(record)),
            Some(_) => Err(cause.with_context("the record was read again and does not hold the change so far")),
            None => Err(cause.with_context("reading the record again failed as well")),
        },
        Err(error) => Err(current.refused(&step.pending, error)),
    }
}

/// Writes the changes of several records, of all or of none.
fn write_all(call: &Call<'_>, steps: &[(usize, &mut Step<'_>)]) -> Result<Vec<Written>, Error> {
    let mut composite = Composite::all_or_none();
    let mut updates: Vec<(Part, Update<'_>)> = Vec::with_capacity(steps.len());
    for ((_, step), name) in steps.iter().zip(PART_NAMES) {
        let update = step.current.endpoint(&step.pending);
        several::check_values(&update.values, "change").map_err(|error| one_of(steps.len(), &step.current, error))?;
        updates.push((composite.add(name, &update).map_err(unsendable)?, update));
    }
    let plans: Vec<_> = steps.iter().map(|(_, step)| step.current.plan).collect();
    let select = read_back(steps)?;
    let query = select.as_ref().filter(|_| plans[0].is_told).map(Query::new);
    let reads = query.as_ref().map(|query| composite.add("read", query)).transpose().map_err(unsendable)?;
    let answer = match call.send_all(&composite) {
        Ok(answer) => answer,
        Err(cause) if cause.outcome_unknown() => return recover_all(call, steps, select.as_ref(), cause),
        Err(error) => return Err(error),
    };
    if let Some(at) = updates.iter().position(|(part, _)| answer.is_refused(*part)) {
        let (part, update) = &updates[at];
        let step = &steps[at].1;
        if let Err(error) = answer.read(*part, update) {
            let error = step.current.refused(&step.pending, read_error(error, true));
            return Err(one_of(steps.len(), &step.current, error));
        }
    }
    let mut records = Vec::new();
    for (part, update) in &updates {
        answer.read(*part, update).map_err(|error| read_error(error, true))?;
    }
    if let (Some(part), Some(query)) = (reads, &query) {
        records = answer.read(part, query).map_or_else(|_| Vec::new(), |page| page.records);
    }
    let each = steps.iter().zip(&updates).map(|((_, step), (_, update))| {
        let record = names::of_id(&records, step.current.id);
        Written::read_back(step, update, ReadBack { record, names: None })
    });
    Ok(each.collect())
}

/// The query for what is read of the records after the write.
fn read_back(steps: &[(usize, &mut Step<'_>)]) -> Result<Option<Select>, Error> {
    let mut fields = FieldList::from(ID);
    let mut ids = Vec::with_capacity(steps.len());
    for (_, step) in steps {
        step.current.plan.read_back().into_iter().for_each(|field| fields.add(FieldPath::from(field)));
        step.current.plan.unnamed()?.into_iter().for_each(|path| fields.add(path));
        ids.push(step.current.id);
    }
    let Some((_, first)) = steps.first() else { return Ok(None) };
    let mut select = Select::new(fields, first.current.plan.target.object.clone());
    select.limit = u32::try_from(ids.len()).ok();
    select.condition = record::is_any(ids);
    Ok(Some(select))
}

/// After a write of several without an answer: the records, if all hold their changes.
fn recover_all(
    call: &Call<'_>,
    steps: &[(usize, &mut Step<'_>)],
    select: Option<&Select>,
    cause: Error,
) -> Result<Vec<Written>, Error> {
    let Some(page) = select.and_then(|select| call.query(select, several::MAX_RECORDS).ok()) else {
        return Err(cause.with_context("reading the records again failed as well"));
    };
    let mut all = Vec::with_capacity(steps.len());
    for (_, step) in steps {
        let record = names::of_id(&page.records, step.current.id);
        let Some(record) = record.filter(|record| step.current.is_done(record, &step.pending)) else {
            let found = "the records were read again, and not all hold their changes so far";
            return Err(cause.with_context(found));
        };
        all.push(Written::recovered(record));
    }
    Ok(all)
}

/// What is told of the records together.
fn reply(steps: Vec<Step<'_>>, after: &[ReadBack]) -> UpdateReply {
    let mut receipts: Vec<Receipt> = Vec::with_capacity(steps.len());
    let (mut object, mut is_dearer, mut backs) = (String::new(), false, Vec::new());
    for (step, after) in steps.into_iter().zip(after) {
        let current = step.current;
        let plan = current.plan;
        object = plan.target.object.to_string();
        is_dearer = plan.allow_duplicate;
        let ReadBack { record, names } = after;
        // What several were read back with has the names too.
        let named = names.as_ref().or(record.as_ref()).map(Record::fields).unwrap_or_default();
        let after = record.as_ref().filter(|_| plan.is_told).map(Record::fields);
        // Where nothing was written, the record is as it was read.
        let unchanged = step.pending.is_empty().then_some(&current.fields);
        let mut receipt = current.receipt(after.as_ref().or(unchanged), &named, step.notices);
        backs.extend(receipt.undo.take().map(|back| (current.id, back)));
        receipts.push(receipt);
    }
    let own: Vec<_> = receipts
        .iter()
        .map(|Receipt { record, notices, .. }| (record.name.as_deref().unwrap_or(&record.id), notices.as_slice()))
        .collect();
    let notices = several::notices(&own);
    let undo = undo(&object, backs, receipts.len() == 1, is_dearer);
    let names = lookup::by_id(receipts.iter_mut().flat_map(|receipt| std::mem::take(&mut receipt.names)));
    let records = receipts.into_iter().map(|receipt| receipt.record).collect();
    UpdateReply { object, records, names, undo, notices, details: None }
}

/// The call that takes the changes back, as far as any does.
fn undo(object: &str, backs: Vec<(RecordId, Back)>, is_one: bool, allow_duplicate: bool) -> Option<Undo> {
    let (mut arguments, mut records, mut instructions) = (Object::default(), List::default(), Vec::new());
    let mut is_call = false;
    let mut is_named = false;
    for (id, back) in backs {
        if let Some(by_hand) = back.instructions
            && !instructions.contains(&by_hand)
        {
            instructions.push(by_hand);
        }
        if back.fields.is_empty() {
            continue;
        }
        is_call = true;
        let mut record = Object::default();
        let into = if is_one { &mut arguments } else { &mut record };
        into.text("record", id.as_str());
        if standard_object(id.prefix()).is_none() {
            is_named = true;
            if is_one {
                into.text("object", object);
            }
        }
        into.member("fields", Json::trusted(&back.fields.finish()));
        if !back.from.is_empty() {
            into.member("from", Json::trusted(&back.from.finish()));
        }
        if !is_one {
            records.item(Json::trusted(&record.finish()));
        }
    }
    if is_call && !is_one {
        if is_named {
            arguments.text("object", object);
        }
        arguments.member("records", Json::trusted(&records.finish()));
    }
    // Whoever let a duplicate pass lets it pass on the way back; nobody else is taken to.
    if allow_duplicate {
        arguments.member("allow_duplicate", Json::trusted("true"));
    }
    (is_call || !instructions.is_empty()).then(|| Undo {
        tool: is_call.then(|| "salesforce_update".to_owned()),
        arguments: is_call.then(|| arguments.finish()),
        instructions: (!instructions.is_empty()).then(|| instructions.join("; ")),
    })
}
