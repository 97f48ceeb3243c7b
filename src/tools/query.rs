//! `query`: the records that a statement in SQL or SOQL selects. One `query`.
//!
//! The statement is never passed on: it is read, its names and values are looked up, and what comes of it is rendered.
//! Groups and numbers are still `aggregate`'s.

use crate::call::Call;
use crate::cursor::{Cursor, MAX_OFFSET, fingerprint};
use crate::error::Error;
use crate::json::{Json, List, Object};
use crate::known::{Known, PlanError};
use crate::policy::Effect;
use crate::record::Fields;
use crate::reply::{MAX_ROWS, MAX_TEXT_CHARS, Rows, Values, bounded};
use crate::resolve::filter::{self, Criteria};
use crate::resolve::names;
use crate::resolve::statement::{self, Columns, Parameters};
use crate::rest::Page;
use crate::schema::well_known::ID;
use crate::soql::{Date, Direction, FieldList, Nulls, ObjectName, Order, Scope, Select, Selection};
use crate::sql::{Column, Expression, Note, Query, Shift, Statement, Value};
use crate::time::clock::{Clock, DAY};
use crate::time::zone;
use crate::wit::{Filter, Operator, QueryArgs, QueryReply};

/// Rows when no limit is given.
const DEFAULT_ROWS: u32 = 25;

/// Reads the records that a statement selects.
pub(super) fn query(call: &Call<'_>, args: QueryArgs) -> Result<QueryReply, Error> {
    let limit = bounded("limit", args.limit, DEFAULT_ROWS, MAX_ROWS)?;
    let cursor = args.cursor.as_deref().map(Cursor::parse).transpose()?;
    let statement = Statement::parse(&args.soql).map_err(|refusal| Error::argument("soql", refusal.to_string()))?;
    let parameters = Parameters::read(args.params.as_deref())?;
    let asked = Asked { statement: &statement, parameters, limit, cursor, now: call.now() };
    let (reply, too_late) = attempt(call, &asked)?;
    // Once more, with the values by the names that the org has for them.
    if too_late && cursor.is_none() { Ok(attempt(call, &asked)?.0) } else { Ok(reply) }
}

/// A statement and how much of its answer is wanted.
struct Asked<'a> {
    statement: &'a Statement,
    parameters: Parameters<'a>,
    limit: u32,
    cursor: Option<Cursor>,
    /// Seconds since the Unix epoch.
    now: i64,
}

fn attempt(call: &Call<'_>, asked: &Asked<'_>) -> Result<(QueryReply, bool), Error> {
    call.run(asked, plan, |plan| {
        let page = call.query(&plan.select, plan.most as usize)?;
        let mut reply = reply(&plan, page);
        if plan.leaves_untouched {
            reply.notices.push(
                "records that never had an activity have no LastActivityDate and are not among these; OR LastActivityDate = null adds them"
                    .to_owned(),
            );
        }
        let changed = changes(&asked.statement.notes);
        reply.soql = changed.as_ref().map(|_| plan.select.to_string());
        reply.notices.extend(changed);
        let criteria = Criteria { filters: &plan.filters, any_of: &[], children: &[] };
        let nothing = reply.rows.is_empty() && plan.select.selection != Selection::Count;
        let (remarks, looked_up) = call.plan_noting(&(&plan.object, criteria, nothing), filter::Remarks::of)?;
        reply.notices.extend(remarks.notices);
        reply.details = remarks.details.finish();
        Ok((reply, looked_up && remarks.is_taken))
    })
}

/// What to ask, and how to show the answer.
struct Plan {
    object: ObjectName,
    columns: FieldList,
    select: Select,
    /// The conditions one by one.
    filters: Vec<Filter>,
    /// Rows to show.
    most: u32,
    /// Rows before this page, by the cursor and by the statement's own OFFSET.
    skipped: u32,
    offset: u32,
    /// Whether the statement's own LIMIT ends with this page.
    is_last: bool,
    fingerprint: u32,
    leaves_untouched: bool,
}

fn plan(known: &Known, asked: &Asked<'_>) -> Result<Plan, PlanError> {
    let mut query = asked.statement.query.clone();
    settle(known, &mut query, asked.now)?;
    let object = names::object(known, &query.from.to_string())?;
    known.allow_object(&object, Effect::ReadOnly)?;
    let is_count = matches!(query.select.as_slice(), [Column::Expression { expression: Expression::CountRows(_), .. }]);
    if query.is_aggregate() && !is_count {
        return Err(Error::argument("soql", "numbers and groups are aggregate's; ask it").into());
    }
    if !query.categories.is_empty() {
        return Err(Error::argument("soql", "data categories can't be read by this tool; leave WITH out").into());
    }
    let parameters = asked.parameters;
    let condition =
        query.condition.as_ref().map(|condition| statement::condition(known, &object, condition, parameters));
    let select = if is_count { &[] } else { query.select.as_slice() };
    let columns = statement::columns(known, &object, select, parameters);
    let (columns, condition) = crate::known::both(columns, condition.transpose())?;
    let Columns { fields, children } = columns;
    let selection = if is_count { Selection::Count } else { Selection::Records { fields: fields.clone(), children } };
    let mut select = Select::new(selection, object.clone());
    select.scope = scope(known, &object, &query)?;
    select.condition = condition;
    let mut filters = Vec::new();
    query.condition.iter().for_each(|condition| statement::filters(condition, parameters, &mut filters));
    let leaves_untouched = leaves_untouched(&filters);
    let mut plan = Plan {
        object,
        columns: fields,
        select,
        filters,
        most: asked.limit,
        skipped: 0,
        offset: query.offset.unwrap_or(0),
        is_last: false,
        fingerprint: 0,
        leaves_untouched,
    };
    if is_count {
        plan.select.limit = query.limit;
        return Ok(plan);
    }
    plan.select.order_by = statement::order(known, &plan.object, &query.order_by)?;
    // Pages need an order without ties.
    if !plan.select.order_by.iter().any(|key| key.field.as_str().eq_ignore_ascii_case("Id")) {
        plan.select.order_by.push(Order { field: ID, direction: Direction::Ascending, nulls: Nulls::Last });
    }
    paged(&mut plan, &query, asked)?;
    Ok(plan)
}

/// Which rows of all that match.
fn paged(plan: &mut Plan, query: &Query, asked: &Asked<'_>) -> Result<(), Error> {
    plan.select.limit = query.limit;
    plan.select.offset = query.offset;
    plan.fingerprint = fingerprint(&plan.select);
    plan.skipped = match asked.cursor {
        None => 0,
        Some(cursor) if cursor.fingerprint == plan.fingerprint => cursor.skip,
        Some(_) => {
            let message = "the cursor belongs to other arguments; give those it came with, or no cursor";
            return Err(Error::argument("cursor", message));
        }
    };
    let offset = plan.offset.saturating_add(plan.skipped);
    if offset > MAX_OFFSET {
        let message = format!("Salesforce skips at most {MAX_OFFSET} rows; narrow the conditions instead");
        return Err(Error::argument("soql", message));
    }
    let left = query.limit.map(|own| own.saturating_sub(plan.skipped));
    plan.is_last = left.is_some_and(|left| left <= asked.limit);
    plan.most = left.unwrap_or(asked.limit).min(asked.limit);
    // One row more than asked for tells whether there are more.
    plan.select.limit = Some(plan.most + 1);
    plan.select.offset = (offset > 0).then_some(offset);
    Ok(())
}

/// Whose records.
fn scope(known: &Known, object: &ObjectName, query: &Query) -> Result<Option<Scope>, PlanError> {
    let Some(scope) = &query.scope else { return Ok(None) };
    if scope.is("everything") {
        return Ok(None);
    }
    if !scope.is("mine") {
        let allowed = ["mine", "everything"].map(str::to_owned).into();
        return Err(Error::argument("soql", format!("the scope {scope} can't be read")).allowing(allowed).into());
    }
    if known.schema(object)?.field("OwnerId").is_some() {
        return Ok(Some(Scope::Mine));
    }
    known.description(object)?;
    Err(Error::argument("soql", format!("{object} records have no owner")).into())
}

/// Days and moments relative to now, by the user's clock. A moment is written in the user's zone, so that it begins with
/// the user's day, which is all that a date can be compared with.
fn settle(known: &Known, query: &mut Query, now: i64) -> Result<(), PlanError> {
    let mut lacks = None;
    let mut settle = |literal: &mut crate::sql::Literal| {
        let (shift, is_day) = match &literal.value {
            Value::Day(shift) => (*shift, true),
            Value::Moment(shift) => (*shift, false),
            _ => return,
        };
        let user = match known.user() {
            Ok(user) => user,
            Err(error) => {
                lacks = Some(error);
                return;
            }
        };
        let clock = Clock::new(user.id, &user.zone, now, &mut Vec::new());
        let (day, time) = moved(clock.local(now), shift);
        literal.value = if is_day {
            Date::parse(&zone::date(day)).map_or(Value::Null, Value::Date)
        } else {
            let moment = clock.start(day) + time;
            let local = clock.local(moment);
            Value::Text(format!("{}{}", zone::date_time(local), zone::shown_offset(local - moment)))
        };
    };
    query.values(&mut settle);
    lacks.map_or(Ok(()), Err)
}

/// A local time some way off: its day, and the seconds of the day.
fn moved(local: i64, shift: Shift) -> (i64, i64) {
    let (year, month, day) = zone::civil(local.div_euclid(DAY));
    let months = year * 12 + month - 1 + i64::from(shift.months);
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
    let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    // A day that the month has not is its last.
    let last = zone::days(next.0, next.1, 1) - zone::days(year, month, 1);
    let days = zone::days(year, month, day.min(last)) + i64::from(shift.days);
    let seconds = local.rem_euclid(DAY) + shift.seconds;
    (days + seconds.div_euclid(DAY), seconds.rem_euclid(DAY))
}

/// Whether a condition on the last activity leaves out what never had one: who asks for what was neglected wants it.
fn leaves_untouched(filters: &[Filter]) -> bool {
    let of_activity = |filter: &&Filter| filter.field.eq_ignore_ascii_case("LastActivityDate");
    let is_before = |filter: &Filter| matches!(filter.op, Some(Operator::Lt | Operator::Lte));
    let is_null = |filter: &Filter| filter.value.as_deref() == Some("null");
    filters.iter().filter(of_activity).any(is_before) && !filters.iter().filter(of_activity).any(is_null)
}

fn reply(plan: &Plan, page: Page) -> QueryReply {
    let mut values = Values::cut_after(MAX_TEXT_CHARS);
    let mut notices = Vec::new();
    let mut reply = QueryReply {
        object: plan.object.to_string(),
        columns: Vec::new(),
        rows: Vec::new(),
        total: None,
        complete: true,
        totals: None,
        cursor: None,
        soql: None,
        notices: Vec::new(),
        details: None,
    };
    let Selection::Records { children, .. } = &plan.select.selection else {
        reply.total = Some(page.total_size);
        return reply;
    };
    let fields = plan.columns.as_slice();
    reply.columns = fields.iter().map(ToString::to_string).collect();
    reply.columns.extend(children.iter().map(|child| child.relationship.to_string()));
    let mut rows = Rows::default();
    let mut is_cut = false;
    for record in page.records.iter().take(plan.most as usize) {
        let record = record.fields();
        let mut row = List::default();
        for column in &reply.columns {
            row.item(Json::trusted(&shown(&mut values, record.get(column), &mut is_cut)));
        }
        if !rows.add(row.finish()) {
            let shown = rows.rows.len();
            notices.push(format!("only {shown} rows fit in one reply; read on with the cursor, or select less"));
            break;
        }
    }
    let shown = rows.rows.len() as u32;
    let next = plan.skipped + shown;
    reply.complete = shown == page.total_size;
    let is_over = reply.complete || plan.is_last && shown == plan.most;
    let is_within = next.saturating_add(plan.offset) <= MAX_OFFSET;
    reply.cursor = (!is_over && is_within).then(|| Cursor { skip: next, fingerprint: plan.fingerprint }.to_string());
    if !is_over && !is_within {
        notices
            .push(format!("Salesforce pages through at most {MAX_OFFSET} rows; narrow the conditions to see the rest"));
    } else if is_over && !reply.complete {
        notices.push("the statement's own LIMIT was reached, and more records match".to_owned());
    }
    if is_cut {
        notices.push("child records are left out where a record has many; query them by themselves".to_owned());
    }
    notices.extend(values.notice());
    reply.total = (reply.complete && plan.offset == 0).then_some(next);
    reply.rows = rows.rows;
    reply.notices = notices;
    reply
}

/// A value; child records as an array, records without what Salesforce says about them.
fn shown(values: &mut Values, value: Option<Json<'_>>, is_cut: &mut bool) -> String {
    let Some(value) = value.filter(|value| value.is_object()) else { return values.copy(value) };
    let fields = Fields::of(value);
    let Some(page) = Page::of(&fields) else {
        return if fields.object().is_some() { record(values, &fields, is_cut) } else { values.copy(Some(value)) };
    };
    *is_cut |= !page.done;
    let mut records = List::default();
    for child in &page.records {
        records.item(Json::trusted(&record(values, &child.fields(), is_cut)));
    }
    records.finish()
}

fn record(values: &mut Values, fields: &Fields<'_>, is_cut: &mut bool) -> String {
    let mut object = Object::default();
    for (name, value) in fields.values() {
        object.member(name, Json::trusted(&shown(values, Some(value), is_cut)));
    }
    object.finish()
}

/// What was changed beyond spelling, in one sentence.
fn changes(notes: &[Note]) -> Option<String> {
    let mut said: Vec<String> = Vec::new();
    for note in notes {
        let words = match note {
            // Fields of records have names of their own, and nothing else changes.
            Note::Alias(_) => continue,
            Note::Joined { object, path } => format!("the joined {object} is read as {path}"),
            Note::Rooted(object) => format!("each row is one {object}"),
            Note::Required(lookup) => format!("only records with {lookup}, as the inner join has it"),
            Note::SemiJoined(object) => format!("{object} only says which records count"),
            Note::AntiJoined(object) => format!("only records without such {object}"),
            Note::Grouped => "DISTINCT groups".to_owned(),
            Note::KeyAdded(field) => format!("{field} is grouped by too"),
            Note::Precedence => "AND binds before OR".to_owned(),
            Note::Period(field) => format!("periods of {field} are a year and its part"),
            Note::Dropped(function) => format!("{function} is left out"),
            Note::ClauseDropped(clause) => format!("{clause} is left out"),
            Note::Range(range) => format!("{range} is meant"),
        };
        if !said.contains(&words) {
            said.push(words);
        }
    }
    (!said.is_empty()).then(|| said.join("; "))
}
