//! `aggregate`: numbers of the records that match filters, by groups. One `query`; where dates matter and the org's
//! fiscal year is not known yet, one composite request that asks for it as well.

mod arrange;
mod calendar;
mod decimal;
mod group;
mod measure;

use self::arrange::{By, Sorted};
use self::calendar::FiscalYear;
use self::group::Group;
use self::measure::Measured;
use crate::call::organization;
use crate::call::{Call, read_error, unsendable};
use crate::error::Error;
use crate::known::{Known, PlanError};
use crate::policy::Effect;
use crate::reply::{MAX_TEXT_CHARS, Rows, Values};
use crate::resolve::filter::{self, Criteria};
use crate::resolve::names;
use crate::rest::{Composite, Page};
use crate::schema::{FieldType, Source};
use crate::soql::{Aggregate, Direction, GroupOrder, Grouping, List, Nulls, ObjectName, OrderBy, Scope};
use crate::wit::{AggregateArgs, AggregateReply};

/// Groups shown when the call gives no limit; totals are of all groups.
const DEFAULT_GROUPS: u32 = 50;
/// Groups Salesforce returns at most; it knows no next page of them.
/// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_group_by_considerations.htm>
const MAX_GROUPS: u32 = 2000;

/// Computes numbers of the records that match.
pub(super) fn aggregate(call: &Call<'_>, args: AggregateArgs) -> Result<AggregateReply, Error> {
    let limit = crate::reply::bounded("limit", args.limit, DEFAULT_GROUPS, MAX_GROUPS)?;
    let (reply, too_late) = attempt(call, &args, limit)?;
    // Once more, with the values by the names that the org has for them.
    if too_late { Ok(attempt(call, &args, limit)?.0) } else { Ok(reply) }
}

fn attempt(call: &Call<'_>, args: &AggregateArgs, limit: u32) -> Result<(AggregateReply, bool), Error> {
    call.run(args, plan, |plan| {
        let (page, fiscal) = read(call, &plan)?;
        let mut reply = reply(&plan, &page, fiscal, limit as usize);
        let asked = (&plan.object, criteria(args), is_nothing(&plan, &reply.rows));
        let (remarks, looked_up) = call.plan_noting(&asked, filter::Remarks::of)?;
        reply.notices.extend(remarks.notices);
        reply.details = remarks.details.finish();
        Ok((reply, looked_up && remarks.is_taken))
    })
}

fn criteria(args: &AggregateArgs) -> Criteria<'_> {
    Criteria { filters: &args.filters, any_of: &args.any_of, children: &args.children }
}

/// Whether no record matched. Without groups there is a row all the same: of zeros, and nulls for what can't be added.
fn is_nothing(plan: &Plan, rows: &[String]) -> bool {
    let is_empty = |row: &String| row.bytes().all(|byte| b"[0,nul]".contains(&byte));
    rows.is_empty() || plan.groups.is_empty() && rows.iter().all(is_empty)
}

/// What to ask, and how to show the answer.
struct Plan {
    object: ObjectName,
    groups: Vec<Group>,
    measures: Vec<Measured>,
    sorted: Vec<Sorted>,
    query: Aggregate,
    calendar: calendar::Use,
    currency: Option<&'static str>,
}

fn plan(known: &Known, args: &AggregateArgs) -> Result<Plan, PlanError> {
    let object = names::object(known, &args.object)?;
    known.allow_object(&object, Effect::ReadOnly)?;
    let groups = group::all(known, &object, &args.group_by)?;
    let measures = measure::all(known, &object, &args.measures)?;
    let sorted = arrange::order(known, &object, &groups, &measures, &args.order_by)?;
    let having = measure::having(known, &object, &measures, &args.having)?;
    let (mut keys, mut order_by, mut computed) = (Vec::new(), Vec::new(), Vec::new());
    let mut calendar = calendar::Use::default();
    for group in &groups {
        keys.extend_from_slice(&group.keys);
        group.period.iter().for_each(|period| calendar.add(*period));
    }
    for key in &sorted {
        add_order(&mut order_by, key, &groups, &measures);
    }
    for filter in args.filters.iter().chain(args.any_of.iter().flatten()) {
        calendar.add_filter(known, &object, filter)?;
    }
    for measured in &measures {
        computed.push(measured.measure.clone());
    }
    let grouping = match List::new(keys) {
        // All of them, so that shares and totals are of the whole; `limit` only cuts what is shown.
        Some(keys) => Some(Grouping { keys, having, order_by, limit: Some(MAX_GROUPS) }),
        None if having.is_empty() => None,
        None => {
            return Err(Error::argument("having", "having is about groups; say in group_by which").into());
        }
    };
    let query = Aggregate {
        // There is at least one: counting is the default.
        measures: List::new(computed).ok_or_else(|| Error::input("nothing to compute"))?,
        from: object.clone(),
        scope: (args.mine == Some(true)).then_some(Scope::Mine),
        condition: filter::condition(known, &object, criteria(args))?,
        grouping,
    };
    let currency = currency(known, &object, &measures)?;
    Ok(Plan { object, groups, measures, sorted, query, calendar, currency })
}

/// A sort key as the keys of the query: a lookup is sorted by its name before its id.
fn add_order(order_by: &mut Vec<GroupOrder>, key: &Sorted, groups: &[Group], measures: &[Measured]) {
    let direction = if key.descending { Direction::Descending } else { Direction::Ascending };
    let nulls = if key.nulls_first { Nulls::First } else { Nulls::Last };
    match key.by {
        By::Measure(index) => {
            order_by.push(GroupOrder { by: OrderBy::Measure(measures[index].measure.clone()), direction, nulls });
        }
        By::Group(index) => {
            let group = &groups[index];
            let count = group.keys.len();
            for at in 0..count {
                // The name is the second of two columns.
                let at = if group.columns.len() == count { count - 1 - at } else { at };
                order_by.push(GroupOrder { by: OrderBy::Key(group.keys[at].clone()), direction, nulls });
            }
        }
    }
}

/// In which currency amounts are, as far as that is known without a request. The API computes in the org's own:
/// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_querying_currency_fields.htm>
fn currency(known: &Known, object: &ObjectName, measures: &[Measured]) -> Result<Option<&'static str>, PlanError> {
    if !measures.iter().any(|measured| measured.value_type == FieldType::Currency) {
        return Ok(None);
    }
    let schema = known.schema(object)?;
    Ok(Some(match (schema.field("CurrencyIsoCode"), schema.source) {
        (Some(_), _) => "amounts of all currencies are converted to the org's corporate currency",
        (None, Source::Described) => "amounts are in the org's currency; it has only one",
        (None, Source::Standard) => "amounts are in the org's currency, the corporate one if it has several",
    }))
}

/// The groups, and the org's fiscal year if dates matter.
fn read(call: &Call<'_>, plan: &Plan) -> Result<(Page, Option<FiscalYear>), Error> {
    let query = crate::rest::Query::groups(&plan.query);
    let kept = organization::cached(call);
    if kept.is_some() || !plan.calendar.matters() {
        let page = call.run_query(&query, MAX_GROUPS as usize)?;
        return Ok((page, kept.as_ref().and_then(FiscalYear::of)));
    }
    let asked = organization::query();
    let mut composite = Composite::default();
    let groups = composite.add("groups", &query).map_err(unsendable)?;
    let org = composite.add("org", &asked).map_err(unsendable)?;
    let answer = call.send_all(&composite)?;
    let page = answer.read(groups, &query).map_err(|error| read_error(error, false))?;
    // Whoever may not read it gets numbers all the same.
    let org = answer.read(org, &asked).ok().and_then(|page| organization::remember(call, page));
    Ok((page, org.as_ref().and_then(FiscalYear::of)))
}

fn reply(plan: &Plan, page: &Page, fiscal: Option<FiscalYear>, limit: usize) -> AggregateReply {
    let mut values = Values::cut_after(MAX_TEXT_CHARS);
    let mut notices = Vec::new();
    plan.calendar.say(fiscal, &mut notices);
    notices.extend(plan.currency.map(str::to_owned));
    let mut groups = arrange::rows(&plan.groups, plan.measures.len(), &page.records, &mut values);
    let found = groups.len();
    let all = found < MAX_GROUPS as usize;
    let mut totals = None;
    match &plan.query.grouping {
        Some(grouping) if all => {
            arrange::add_shares(&mut groups, &plan.measures);
            totals = arrange::totals(&groups, &plan.measures);
            if totals.is_some() && !grouping.having.is_empty() {
                notices.push("totals and shares are of the groups that meet having".to_owned());
            }
        }
        Some(_) => notices.push(format!(
            "Salesforce returns at most {MAX_GROUPS} groups and there may be more, so totals and shares are left out; narrow the filters or group by something coarser"
        )),
        None => {}
    }
    let mut rows = Rows::default();
    for group in arrange::arranged(groups, &plan.groups, &plan.sorted).iter().take(limit) {
        if !rows.add(group.shown()) {
            break;
        }
    }
    let rows = rows.rows;
    if rows.len() < found {
        notices.push(format!("{} of {found} groups are shown", rows.len()));
    }
    notices.extend(values.notice());
    AggregateReply {
        object: plan.object.to_string(),
        columns: columns(plan, totals.is_some()),
        complete: all && rows.len() == found,
        rows,
        totals,
        notices,
        details: None,
    }
}

/// The groups, and each measure with the share it is of the groups that differ only in the last.
fn columns(plan: &Plan, shares: bool) -> Vec<String> {
    let mut columns = Vec::new();
    let mut within = String::new();
    for (index, group) in plan.groups.iter().enumerate() {
        columns.extend_from_slice(&group.columns);
        if let (Some(column), true) = (group.columns.last(), index + 1 < plan.groups.len()) {
            within.push_str(if index == 0 { " within " } else { ", " });
            within.push_str(column);
        }
    }
    for measured in &plan.measures {
        columns.push(measured.name.clone());
        if shares && measured.adds_up() {
            columns.push(format!("share of {}{within}", measured.name));
        }
    }
    columns
}
