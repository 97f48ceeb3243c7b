//! A filter where a record is to be named: what fits is counted and asked about, and nothing is written.

use super::Asked;
use super::plan::changes;
use crate::call::Call;
use crate::error::Error;
use crate::known::{Known, PlanError};
use crate::lower::lower;
use crate::policy::Effect;
use crate::reading;
use crate::record::Record;
use crate::resolve::filter::{Filter, Remarks};
use crate::resolve::names;
use crate::resolve::parameters::Parameters;
use crate::resolve::record;
use crate::schema::well_known::ID;
use crate::soql::{FieldList, ObjectName, Select, Selection};
use crate::sql::Statement;
use crate::within::holds;
use crate::write::several::MAX_RECORDS;

/// Records that are shown where more fit than one call changes.
const FIRST: usize = 5;

/// Asks which records are meant, if a filter stands for them.
pub(super) fn ask(call: &Call<'_>, asked: &[Asked<'_>]) -> Result<(), Error> {
    let Some(one) = asked.iter().find(|one| is_filter(&one.record)) else { return Ok(()) };
    if asked.len() > 1 {
        return Err(Error::argument("records", "a filter stands for all records: give it alone, in `record`"));
    }
    let named = |mut error: Error| {
        error.rename_argument("soql", "record");
        error
    };
    let (plan, total, records) = call
        .run(&(one, call.now()), plan, |plan| {
            let mut pages = call.query_all(&[&plan.count, &plan.select])?.into_iter();
            let mut next = || pages.next().transpose();
            let total = next()?.and_then(|page| page.total_size);
            let records = next()?.map(|page| page.records).unwrap_or_default();
            Ok((plan, total, records))
        })
        .map_err(named)?;
    // Where the org does not count, there are as many at least as came.
    let total = total.map_or(records.len(), |total| total as usize).min(plan.most);
    if total == 0 {
        let mut error = Error::not_found(format!("nothing was written: no {} record fits the filter", plan.object));
        let remarks = call.plan(&(plan.said.as_slice(), true), Remarks::of)?;
        remarks.notices.into_iter().for_each(|notice| error.add_context(notice));
        return Err(error.about(vec!["record".to_owned()]).with_details(remarks.details));
    }
    Err(question(call.known(), &plan.object, total, &records))
}

/// How many records fit, and which are the first: whether they are meant is for the person to say.
fn question(known: &Known, object: &ObjectName, total: usize, records: &[Record]) -> Error {
    let is_all = total <= MAX_RECORDS;
    let shown = if is_all { MAX_RECORDS } else { FIRST };
    let candidates: Vec<_> = records.iter().filter_map(|record| record::candidate(known, record)).take(shown).collect();
    let rest = if is_all {
        "call again with those ids in `records`".to_owned()
    } else {
        format!(
            "go on in several calls of up to {MAX_RECORDS} ids in `records`, each taken back by itself; salesforce_query reads the ids"
        )
    };
    let message = format!(
        "nothing was written: {total} {object} records fit, and {} of them are in `candidates`: tell the person how many, ask whether all are meant, then {rest}",
        candidates.len()
    );
    Error::ambiguous(message).about(vec!["record".to_owned()]).with_candidates(candidates)
}

/// Whether a text is a filter: it begins as one, and goes on as one. A record may be called "Where to Go".
fn is_filter(text: &str) -> bool {
    let text = lower(text.trim());
    match text.split_once(' ') {
        Some(("select", rest)) => holds(rest, " from "),
        Some(("where", rest)) => {
            rest.contains(['=', '<', '>', '\'']) || [" in ", " is "].iter().any(|word| holds(rest, word))
        }
        _ => false,
    }
}

/// What to ask.
struct Plan {
    object: ObjectName,
    count: Select,
    select: Select,
    /// The most that the statement itself means.
    most: usize,
    said: Vec<(ObjectName, Filter)>,
}

fn plan(known: &Known, &(asked, now): &(&Asked<'_>, i64)) -> Result<Plan, PlanError> {
    let mut soql = asked.record.trim().to_owned();
    let object = asked.object.map(|object| names::object(known, object)).transpose()?;
    if soql.as_bytes().first().is_some_and(|first| first.eq_ignore_ascii_case(&b'w')) {
        let object = object.as_ref().ok_or_else(|| Error::argument("object", "say in `object` what is filtered"))?;
        soql = format!("SELECT Id FROM {object} {soql}");
    }
    let statement = Statement::parse(&soql).map_err(|refusal| Error::argument("record", refusal.to_string()))?;
    read(known, asked, now, &soql, &statement, object).map_err(|error| match error {
        PlanError::Failed(error) => error.placed_in(&soql).into(),
        needs @ PlanError::Needs(_) => needs,
    })
}

fn read(
    known: &Known,
    asked: &Asked<'_>,
    now: i64,
    soql: &str,
    statement: &Statement,
    named: Option<ObjectName>,
) -> Result<Plan, PlanError> {
    let query = &statement.query;
    let object = names::object(known, &query.from.to_string())?;
    if let Some(named) = named.filter(|named| *named != object) {
        return Err(Error::argument("object", format!("the filter is of {object}, and `object` says {named}")).into());
    }
    for effect in [Effect::Overwrites, Effect::ReadOnly] {
        known.allow_object(&object, effect)?;
    }
    names::check_queryable(known, &object)?;
    // What can't be written is refused before anybody is asked.
    changes(known, &object, asked, &mut Vec::new())?;
    let parameters = Parameters::read(None, statement)?;
    let mut reading = reading::of(known, soql, &parameters, now)?;
    if query.is_aggregate() || query.offset.is_some() || !query.categories.is_empty() {
        return Err(reading.refuse(query.from.at(), "a filter has WHERE, ORDER BY and LIMIT, and nothing else"));
    }
    let condition =
        query.condition.as_ref().map(|condition| reading.condition(&object, condition, None)).transpose()?;
    let mut select = Select::new(FieldList::of(ID, names::distinguishing_columns(known, &object)?), object.clone());
    select.condition = condition;
    select.scope = reading::scope(&reading, &object, query)?;
    let count = Select { selection: Selection::Count, ..select.clone() };
    select.order_by = reading.order(&object, &query.order_by)?;
    if select.order_by.is_empty() {
        select.order_by = record::by_name(known, &object)?;
    }
    let most = query.limit.map_or(usize::MAX, |limit| limit as usize);
    select.limit = Some(most.min(MAX_RECORDS) as u32);
    Ok(Plan { object, count, select, most, said: reading.said })
}
