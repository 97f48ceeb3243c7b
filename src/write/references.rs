//! The records that names in a write stand for: all names of a call in one composite request of queries. What no record is
//! called may be the external id of one: then a `query` for each object that has external ids, and its description, if it
//! was not kept.

use crate::call::Call;
use crate::error::Error;
use crate::id::RecordId;
use crate::known::{Known, PlanError};
use crate::record::Record;
use crate::resolve::lookup::{self, Answer, Found, Wanted};
use crate::resolve::record::{self, By, Target};
use crate::resolve::{names, person};
use crate::soql::{Comparison, Condition, ObjectName, Select, Text};

/// Finds the record of each name.
pub(crate) fn find(call: &Call<'_>, wanted: &mut [Wanted]) -> Result<Vec<Found>, Error> {
    let selects: Vec<_> = lookup::selects(wanted).collect();
    let answers = call.records_of_all(&selects)?;
    choose(call, wanted, answers)
}

/// The record of each name, out of what the queries found.
pub(crate) fn choose(call: &Call<'_>, wanted: &mut [Wanted], mut answers: Vec<Answer>) -> Result<Vec<Found>, Error> {
    let mut at = 0;
    for one in wanted.iter_mut() {
        let end = at + one.objects().count();
        let is_found = |answer: &Answer| !matches!(answer, Ok(records) if records.is_empty());
        if !answers[at..end].iter().any(is_found) {
            by_external_id(call, one, &mut answers[at..end])?;
        }
        at = end;
    }
    let is_any = |is: &dyn Fn(&Record) -> bool| answers.iter().flatten().flatten().any(is);
    let is_account = |record: &Record| record.fields().object().as_deref() == Some("Account");
    if is_any(&is_account) && is_any(&|record| person::is_open(call.known(), record)) {
        call.plan(&(), person::describe)?;
        wanted.iter_mut().for_each(|one| one.read_person(call.known()));
        let selects: Vec<_> = lookup::selects(wanted).collect();
        answers = call.records_of_all(&selects)?;
    }
    lookup::choose(call.known(), wanted, answers)
}

/// The id of a record: one `query` where it is given by name.
pub(crate) fn id_of(call: &Call<'_>, target: Target) -> Result<RecordId, Error> {
    if let By::Id(id) = target.by {
        return Ok(id);
    }
    let records = call.run(&target, record::select, |select| Ok(call.query(&select, usize::MAX)?.records))?;
    names::id_of(&record::choose(call.known(), &target, records)?)
}

/// Looks for what nothing is called among external ids. A key has a digit, and a person's name has none.
fn by_external_id(call: &Call<'_>, wanted: &mut Wanted, answers: &mut [Answer]) -> Result<(), Error> {
    let Some(key) = wanted.name().filter(|name| name.contains(|c: char| c.is_ascii_digit())) else { return Ok(()) };
    let mut found = None;
    for (object, answer) in wanted.objects().zip(answers) {
        let Some(select) = call.plan(&(object, key), query)? else { continue };
        let records = call.query(&select, 2)?.records;
        if let [record] = records.as_slice() {
            found = Some(names::id_of(record)?);
            *answer = Ok(records);
            break;
        }
    }
    if let Some(id) = found {
        wanted.take(id);
    }
    Ok(())
}

/// A query for the record of an external id; none where the object has none. Users and groups are named by people.
fn query(known: &Known, (object, key): &(&ObjectName, &str)) -> Result<Option<Select>, PlanError> {
    if ["User", "Group"].contains(&object.as_str()) {
        return Ok(None);
    }
    let schema = known.description(object)?;
    let mut any = Vec::new();
    for field in
        schema.fields.iter().filter(|field| field.external_id && field.filterable && field.field_type.is_text())
    {
        let text = Text::new(*key).map_err(Error::from)?;
        any.push(Condition::compare(names::path(&field.name)?, Comparison::Eq, text));
    }
    Condition::any(any).map(|any| record::candidate_query(known, object, (any, 2))).transpose()
}
