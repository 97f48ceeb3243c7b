//! `query`: the records that a statement in SQL or SOQL selects, or numbers of them. One `query`; where numbers are by
//! dates and the org's fiscal year is not known yet, one composite request that asks for it as well.
//!
//! The statement is never passed on: it is read, its names and values are looked up, and what comes of it is rendered.

mod arrange;
mod calendar;
mod decimal;
mod elapsed;
mod fill;
mod group;
mod measure;
mod numbers;
mod records;
mod times;

use self::numbers::Numbers;
use self::records::Records;
use crate::call::Call;
use crate::cursor::Cursor;
use crate::error::Error;
use crate::known::{Known, PlanError};
use crate::policy::Effect;
use crate::reading;
use crate::reply::{MAX_ROWS, bounded};
use crate::resolve::filter::{Filter, Remarks};
use crate::resolve::names;
use crate::resolve::parameters::Parameters;
use crate::soql::ObjectName;
use crate::sql::{Note, Statement};
use crate::wit::{QueryArgs, QueryReply};

/// Rows and groups when neither the call nor the statement says how many.
const DEFAULT_ROWS: u32 = 25;
const DEFAULT_GROUPS: u32 = 50;

/// Reads what a statement selects.
pub(super) fn query(call: &Call<'_>, args: QueryArgs) -> Result<QueryReply, Error> {
    let limit = bounded("limit", args.limit, MAX_ROWS, MAX_ROWS)?;
    let cursor = args.cursor.as_deref().map(Cursor::parse).transpose()?;
    let statement = Statement::parse(&args.soql).map_err(|refusal| Error::argument("soql", refusal.to_string()))?;
    let parameters = Parameters::read(args.params.as_deref(), &statement)?;
    let usual = if statement.query.is_aggregate() { DEFAULT_GROUPS } else { DEFAULT_ROWS };
    // Who says LIMIT 100 wants a hundred.
    let own = statement.query.limit;
    let limit = if args.limit.is_some() { own.map_or(limit, |own| own.min(limit)) } else { own.unwrap_or(usual) };
    let limit = limit.min(MAX_ROWS);
    let asked =
        Asked { soql: &args.soql, statement: &statement, parameters: &parameters, limit, cursor, now: call.now() };
    let (reply, too_late) = attempt(call, &asked)?;
    // Once more, with the values by the names that the org has for them.
    if too_late && cursor.is_none() { Ok(attempt(call, &asked)?.0) } else { Ok(reply) }
}

/// A statement and how much of its answer is wanted.
struct Asked<'a> {
    soql: &'a str,
    statement: &'a Statement,
    parameters: &'a Parameters,
    limit: u32,
    cursor: Option<Cursor>,
    /// Seconds since the Unix epoch.
    now: i64,
}

/// What to ask, and how to show the answer.
struct Plan {
    object: ObjectName,
    what: What,
    /// The conditions one by one, with the object each is about.
    said: Vec<(ObjectName, Filter)>,
    /// What is to be said of them whatever is found.
    remarks: Remarks,
    /// What was left out of what is shown.
    dropped: Vec<&'static str>,
}

enum What {
    Records(Records),
    Numbers(Numbers),
}

fn attempt(call: &Call<'_>, asked: &Asked<'_>) -> Result<(QueryReply, bool), Error> {
    call.run(asked, plan, |plan| {
        let mut reply = QueryReply {
            object: plan.object.to_string(),
            columns: Vec::new(),
            rows: Vec::new(),
            total: None,
            totals: None,
            complete: true,
            cursor: None,
            soql: None,
            notices: Vec::new(),
            details: None,
        };
        let nothing = match &plan.what {
            What::Records(records) => records.read(call, &mut reply)?,
            What::Numbers(numbers) => numbers.read(call, &mut reply, asked.limit as usize)?,
        };
        if let Some(changed) = changes(&asked.statement.notes, &plan) {
            reply.notices.push(changed);
            reply.soql = Some(match &plan.what {
                What::Records(records) => records.select.to_string(),
                What::Numbers(numbers) => numbers.soql(),
            });
        }
        let (mut remarks, looked_up) = call.plan_noting(&(plan.said.as_slice(), nothing), Remarks::of)?;
        reply.notices.extend(plan.remarks.notices);
        reply.notices.extend(remarks.notices);
        remarks.details.append(plan.remarks.details);
        reply.details = remarks.details.finish();
        Ok((reply, looked_up && remarks.is_taken))
    })
}

/// What is wrong with a name or a value is said with where it stands.
fn plan(known: &Known, asked: &Asked<'_>) -> Result<Plan, PlanError> {
    read(known, asked).map_err(|error| match error {
        PlanError::Failed(error) => error.placed_in(asked.soql).into(),
        needs @ PlanError::Needs(_) => needs,
    })
}

fn read(known: &Known, asked: &Asked<'_>) -> Result<Plan, PlanError> {
    let query = &asked.statement.query;
    let object = names::object(known, &query.from.to_string())?;
    known.allow_object(&object, Effect::ReadOnly)?;
    names::check_queryable(known, &object)?;
    let mut reading = reading::of(known, asked.soql, asked.parameters, asked.now)?;
    if let Some(category) = query.categories.first() {
        return Err(reading.refuse(category.group.at, "data categories are not read; leave WITH out"));
    }
    let what = if query.is_aggregate() && !records::is_count(query) {
        What::Numbers(Numbers::plan(&mut reading, &object, query, asked.cursor.is_some())?)
    } else {
        What::Records(Records::plan(&mut reading, &object, query, asked.limit, asked.cursor)?)
    };
    Ok(Plan { object, what, said: reading.said, remarks: reading.remarks, dropped: reading.dropped })
}

/// What was changed beyond spelling, in one sentence.
fn changes(notes: &[Note], plan: &Plan) -> Option<String> {
    let mut said = String::new();
    let mut say = |words: &[&str]| {
        if !said.is_empty() {
            said.push_str("; ");
        }
        words.iter().for_each(|word| said.push_str(word));
    };
    for note in notes {
        match note {
            // Fields of records have names of their own, and nothing else changes; of groups the columns say it.
            Note::Alias(_) | Note::Period(_) => {}
            Note::Joined { object, path } => {
                say(&["the joined ", &object.to_string(), " is read as ", &path.to_string()]);
            }
            Note::Rooted(object) => say(&["each row is one ", &object.to_string()]),
            Note::Required(lookup) => say(&["only records with ", &lookup.to_string(), ", as the inner join has it"]),
            Note::SemiJoined(object) => say(&[&object.to_string(), " only says which records count"]),
            Note::AntiJoined(object) => say(&["only records without such ", &object.to_string()]),
            Note::Grouped => say(&["DISTINCT groups"]),
            Note::KeyAdded(field) => say(&[&field.to_string(), " is grouped by too"]),
            Note::Precedence => say(&["AND binds before OR"]),
            Note::Dropped(function) => say(&[function, " is left out"]),
            Note::ClauseDropped(clause) => say(&[clause, " is left out"]),
            Note::Range(range) => say(&[range, " is meant"]),
        }
    }
    plan.dropped.iter().for_each(|dropped| say(&[dropped]));
    (!said.is_empty()).then_some(said)
}
