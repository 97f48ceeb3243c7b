//! `list`: the records of one object that match filters. One `query`, or one composite request when also counting.

use crate::call::{Call, read_error, unsendable};
use crate::cursor::{Cursor, MAX_OFFSET, fingerprint};
use crate::error::Error;
use crate::known::{self, Known, PlanError};
use crate::policy::Effect;
use crate::reply::{MAX_ROWS, MAX_TEXT_CHARS, Rows, Values, bounded};
use crate::resolve::filter::{self, Criteria};
use crate::resolve::names;
use crate::rest::{Composite, Page, Query};
use crate::schema::well_known::ID;
use crate::soql::{Direction, FieldList, Nulls, ObjectName, Order, Scope, Select, Selection};
use crate::wit::{ListArgs, ListReply, Operator};

/// Rows when the call gives no limit.
const DEFAULT_ROWS: u32 = 25;

/// Lists the records that match.
pub(super) fn list(call: &Call<'_>, args: ListArgs) -> Result<ListReply, Error> {
    let limit = bounded("limit", args.limit, DEFAULT_ROWS, MAX_ROWS)?;
    let cursor = args.cursor.as_deref().map(Cursor::parse).transpose()?;
    let (reply, too_late) = attempt(call, &args, limit, cursor)?;
    // Once more, with the values by the names that the org has for them.
    if too_late && cursor.is_none() { Ok(attempt(call, &args, limit, cursor)?.0) } else { Ok(reply) }
}

fn attempt(call: &Call<'_>, args: &ListArgs, limit: u32, cursor: Option<Cursor>) -> Result<(ListReply, bool), Error> {
    call.run(&(args, limit, cursor), plan, |plan| {
        let (page, total) = read(call, &plan, args.count == Some(true))?;
        let mut reply = reply(&plan, page, total, limit);
        if plan.leaves_untouched {
            reply.notices.push(
                "records that never had an activity have no LastActivityDate and are not among these; any_of with op empty adds them"
                    .to_owned(),
            );
        }
        let asked = (&plan.object, criteria(args), reply.rows.is_empty());
        let (remarks, looked_up) = call.plan_noting(&asked, filter::Remarks::of)?;
        reply.notices.extend(remarks.notices);
        reply.details = remarks.details.finish();
        Ok((reply, looked_up && remarks.is_taken))
    })
}

fn criteria(args: &ListArgs) -> Criteria<'_> {
    Criteria { filters: &args.filters, any_of: &args.any_of, children: &args.children }
}

/// What to ask.
struct Plan {
    object: ObjectName,
    columns: FieldList,
    select: Select,
    /// Rows before this page.
    skipped: u32,
    /// What the cursor of the next page has to carry.
    fingerprint: u32,
    /// Whether a condition on the last activity leaves out what never had one: who asks for what was neglected wants it.
    leaves_untouched: bool,
}

fn plan(known: &Known, &(args, limit, cursor): &(&ListArgs, u32, Option<Cursor>)) -> Result<Plan, PlanError> {
    let object = names::object(known, &args.object)?;
    known.allow_object(&object, Effect::ReadOnly)?;
    let condition = filter::condition(known, &object, criteria(args));
    let (mut columns, condition) = known::both(names::columns(known, &object, &args.fields), condition)?;
    let mut order_by = Vec::new();
    for key in &args.order_by {
        let named = names::field(known, &object, &key.field)?;
        if !named.field.sortable {
            return Err(Error::argument(&key.field, format!("Salesforce can't sort by {}", named.path)).into());
        }
        // Among the usual columns, what the rows are sorted by is worth seeing.
        if args.fields.is_empty() {
            columns.add(named.path.clone());
        }
        order_by.push(Order {
            field: named.path,
            direction: if key.descending == Some(true) { Direction::Descending } else { Direction::Ascending },
            nulls: if key.nulls_last == Some(false) { Nulls::First } else { Nulls::Last },
        });
    }
    // Pages need an order without ties.
    if !order_by.iter().any(|key| key.field.as_str().eq_ignore_ascii_case("Id")) {
        order_by.push(Order { field: ID, direction: Direction::Ascending, nulls: Nulls::Last });
    }
    let mut select = Select::new(columns.clone(), object.clone());
    select.scope = mine(known, &object, args.mine)?;
    select.condition = condition;
    let mut leaves_untouched = false;
    for filter in args.filters.iter().filter(|filter| matches!(filter.op, Some(Operator::Lt | Operator::Lte))) {
        leaves_untouched |= names::field(known, &object, &filter.field)?.path.as_str() == "LastActivityDate";
    }
    select.order_by = order_by;
    let fingerprint = fingerprint(&select);
    let skipped = match cursor {
        None => 0,
        Some(cursor) if cursor.fingerprint == fingerprint => cursor.skip,
        Some(_) => {
            return Err(Error::argument(
                "cursor",
                "the cursor belongs to other arguments; give those it came with, or no cursor",
            )
            .into());
        }
    };
    // One row more than asked for tells whether there are more.
    select.limit = Some(limit + 1);
    select.offset = (skipped > 0).then_some(skipped);
    Ok(Plan { object, columns, select, skipped, fingerprint, leaves_untouched })
}

/// Only the user's own records, if that is asked and the object's records have an owner.
fn mine(known: &Known, object: &ObjectName, asked: Option<bool>) -> Result<Option<Scope>, PlanError> {
    if asked != Some(true) {
        return Ok(None);
    }
    if known.schema(object)?.field("OwnerId").is_some() {
        return Ok(Some(Scope::Mine));
    }
    known.description(object)?;
    Err(Error::argument("mine", format!("{object} records have no owner")).into())
}

/// The page, and how many records match in all if that is asked.
fn read(call: &Call<'_>, plan: &Plan, count: bool) -> Result<(Page, Option<u32>), Error> {
    let enough = plan.select.limit.unwrap_or(MAX_ROWS).saturating_sub(1) as usize;
    if !count {
        return Ok((call.query(&plan.select, enough)?, None));
    }
    let rows = Query::new(&plan.select);
    let counted = Query::new(&Select {
        selection: Selection::Count,
        order_by: Vec::new(),
        limit: None,
        offset: None,
        ..plan.select.clone()
    });
    let mut composite = Composite::default();
    let rows_part = composite.add("rows", &rows).map_err(unsendable)?;
    let count_part = composite.add("total", &counted).map_err(unsendable)?;
    let answer = call.send_all(&composite)?;
    let page = answer.read(rows_part, &rows).map_err(|error| read_error(error, false))?;
    let total = answer.read(count_part, &counted).map_err(|error| read_error(error, false))?.total_size;
    Ok((call.read_on(page, enough)?, Some(total)))
}

fn reply(plan: &Plan, page: Page, counted: Option<u32>, limit: u32) -> ListReply {
    let mut values = Values::cut_after(MAX_TEXT_CHARS);
    let mut notices = Vec::new();
    let mut rows = Rows::default();
    for record in page.records.iter().take(limit as usize) {
        if !rows.add(values.row(&record.fields(), plan.columns.as_slice())) {
            notices.push(format!(
                "only {} rows fit in one reply; read on with the cursor, or ask for fewer fields",
                rows.rows.len()
            ));
            break;
        }
    }
    let shown = rows.rows.len() as u32;
    // The query asks for one row more than `limit`, so its size says whether there are more.
    let complete = shown == page.total_size;
    let next = plan.skipped + shown;
    let cursor =
        (!complete && next <= MAX_OFFSET).then(|| Cursor { skip: next, fingerprint: plan.fingerprint }.to_string());
    if !complete && cursor.is_none() {
        notices.push(format!("Salesforce pages through at most {MAX_OFFSET} rows; narrow the filters to see the rest"));
    }
    notices.extend(values.notice());
    ListReply {
        object: plan.object.to_string(),
        columns: plan.columns.as_slice().iter().map(ToString::to_string).collect(),
        rows: rows.rows,
        total: counted.or(complete.then_some(next)),
        complete,
        cursor,
        notices,
        details: None,
    }
}
