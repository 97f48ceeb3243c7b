//! The records that names in a write stand for: all names of a call in one composite request of queries. What no record is
//! called may be the external id of one: then a `query` for each object that has external ids, and its description, if it
//! was not kept.

use crate::call::Call;
use crate::error::Error;
use crate::known::{Known, PlanError};
use crate::resolve::lookup::{self, Answer, Found, Wanted};
use crate::resolve::{names, record};
use crate::soql::{Comparison, Condition, ObjectName, Select, Text};

/// Finds the record of each name.
pub(crate) fn find(call: &Call<'_>, wanted: &mut [Wanted]) -> Result<Vec<Found>, Error> {
    let selects: Vec<_> = lookup::selects(wanted).collect();
    let answers = call.records_of_all(&selects)?;
    choose(call, wanted, answers)
}

/// The record of each name, out of what the queries found.
pub(crate) fn choose(call: &Call<'_>, wanted: &mut [Wanted], mut answers: Vec<Answer>) -> Result<Vec<Found>, Error> {
    let (mut at, mut keys) = (0, Vec::new());
    for one in wanted.iter_mut() {
        let objects: Vec<ObjectName> = one.objects().cloned().collect();
        let answered = at..at + objects.len();
        at = answered.end;
        let is_empty = |answer: &Answer| matches!(answer, Ok(records) if records.is_empty());
        // A key has a digit, and a person's name has none.
        let Some(key) = one.name().filter(|name| name.contains(|c: char| c.is_ascii_digit())).map(str::to_owned) else {
            continue;
        };
        if !answers[answered.clone()].iter().all(is_empty) {
            continue;
        }
        for (object, answer) in objects.iter().zip(&mut answers[answered]) {
            let Some(select) = call.plan(&(object, key.as_str()), by_external_id)? else { continue };
            let records = call.query(&select, 2)?.records;
            if let [record] = records.as_slice() {
                one.take(names::id_of(record)?);
                keys.push((one.argument.clone(), key));
                *answer = Ok(records);
                break;
            }
        }
    }
    let mut found = lookup::choose(call.known(), wanted, answers)?;
    for (argument, key) in keys {
        for found in found.iter_mut().filter(|found| found.argument == argument) {
            found.notice = Some(format!("{argument}: {key:?} was taken for {}, by its external id", found.id));
        }
    }
    Ok(found)
}

/// A query for the record of an external id; none where the object has none. Users and groups are named by people.
fn by_external_id(known: &Known, (object, key): &(&ObjectName, &str)) -> Result<Option<Select>, PlanError> {
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
