//! Numbers of records, by groups: what to compute, and how it is shown.

use super::arrange::{self, By, Sorted};
use super::calendar::{self, FiscalYear};
use super::fill;
use super::group::{self, Group};
use super::measure::{self, Measured};
use super::times;
use crate::call::organization;
use crate::call::{Call, read_error, unsendable};
use crate::error::Error;
use crate::known::{Known, PlanError};
use crate::reading::scope;
use crate::reply::{MAX_TEXT_CHARS, Rows, Values};
use crate::resolve::archive;
use crate::resolve::names;
use crate::resolve::statement::{Reading, date_part};
use crate::rest::{Composite, Page};
use crate::schema::{FieldType, Source};
use crate::soql::{
    Aggregate, Condition, Direction, Function, GroupOrder, Grouping, Key, List, Nulls, ObjectName, OrderBy, Select,
};
use crate::sql::{Column, Expression, GroupKind, Query};
use crate::wit::QueryReply;

/// Groups Salesforce returns at most; it knows no next page of them.
/// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_group_by_considerations.htm>
const MAX_GROUPS: u32 = 2000;

/// What to compute, and how to show it.
pub(super) struct Numbers {
    groups: Vec<Group>,
    measures: Vec<Measured>,
    sorted: Vec<Sorted>,
    query: Aggregate,
    /// The records to read instead, where times are worked out of them.
    rows: Option<Box<Select>>,
    calendar: calendar::Use,
    currency: Option<&'static str>,
    /// Groups that the statement itself skips.
    offset: usize,
    /// Whether periods without records are shown.
    fills: bool,
}

impl Numbers {
    pub(super) fn plan(
        reading: &mut Reading<'_>,
        object: &ObjectName,
        query: &Query,
        has_cursor: bool,
    ) -> Result<Self, PlanError> {
        if has_cursor {
            let message = "groups have no cursor; give a limit of up to 2000";
            return Err(Error::argument("cursor", message).into());
        }
        let known = reading.known;
        if names::is_external(object) {
            let why = "of external objects only COUNT() is computed; read the rows and work it out from them";
            return Err(reading.refuse(query.from.at(), why));
        }
        let mut groups = Vec::new();
        if let Some(group_by) = &query.group_by {
            if group_by.kind != GroupKind::Plain {
                let at = group_by.keys.first().map(Expression::at).unwrap_or_default();
                let why = "subtotals are not computed; group without ROLLUP and CUBE, totals come with the groups";
                return Err(reading.refuse(at, why));
            }
            groups = group::all(reading, object, &group_by.keys)?;
        }
        let mut measures = measures(reading, object, query)?;
        let sorted = sorted(reading, object, query, &groups, &mut measures)?;
        let (having, computes) = having(reading, object, query, &mut measures)?;
        let condition =
            query.condition.as_ref().map(|condition| reading.condition(object, condition, None)).transpose()?;
        let calendar = calendar(reading, &groups)?;
        if groups.iter().any(|group| group.is_of_events) {
            check_events(reading, query, &measures, computes)?;
        }
        let by_groups = !groups.is_empty();
        if by_groups {
            measure::add_parts_of_averages(&mut measures);
        }
        let first = sorted.first().map(|key| key.by);
        let fills = having.is_none()
            && query.limit.is_none()
            && query.offset.is_none()
            && groups.len() == 1
            && first == Some(By::Group(0));
        let currency = currency(known, object, &measures)?;
        let offset = query.offset.unwrap_or(0) as usize;
        let archived = archive::reaches_back(object, query.condition.as_ref(), reading.parameters, reading.recent);
        let numbers = Aggregate {
            // There is at least one: counting is the default.
            measures: List::new(measures.iter().map(|measured| measured.measure.clone()))
                .ok_or_else(|| Error::input("nothing to compute"))?,
            from: object.clone(),
            scope: scope(reading, object, query)?,
            archived,
            condition: if archived { archive::undeleted(condition) } else { condition },
            grouping: grouping(&groups, &measures, &sorted, having),
        };
        let rows = times::select(reading, query, &groups, &measures, &numbers)?.map(Box::new);
        Ok(Self { groups, measures, sorted, query: numbers, rows, calendar, currency, offset, fills })
    }
}

/// Refuses what can't be worked out of events that take whole days and of those that do not, one after the other.
fn check_events(reading: &Reading<'_>, query: &Query, measures: &[Measured], computes: bool) -> Result<(), PlanError> {
    let at = query.from.at();
    if measures.iter().any(|measured| measured.measure.function == Function::CountDistinct) {
        return Err(reading.refuse(at, "different values are not counted by days of events; group by something else"));
    }
    if computes {
        return Err(reading.refuse(at, "numbers by days of events have no HAVING; leave it out and read the groups"));
    }
    Ok(())
}

/// What is selected of groups; records are counted where nothing is.
fn measures(reading: &mut Reading<'_>, object: &ObjectName, query: &Query) -> Result<Vec<Measured>, PlanError> {
    let mut measures: Vec<Measured> = Vec::new();
    for column in &query.select {
        let Column::Expression { expression, alias } = column else { continue };
        let expression = match expression {
            Expression::Formatted(inner) => {
                reading.drop("FORMAT is left out");
                &**inner
            }
            other => other,
        };
        if let Expression::IsSubtotal(field) = expression {
            return Err(reading.refuse(field.at(), "subtotals are not computed; leave GROUPING out"));
        }
        if !expression.is_aggregate() {
            continue;
        }
        let at = measure::position(reading.known, object, &mut measures, expression)?;
        if let Some(alias) = alias {
            measures[at].name.clone_from(&alias.text);
        }
    }
    if measures.is_empty() {
        measures.push(measure::records());
    }
    Ok(measures)
}

fn sorted(
    reading: &mut Reading<'_>,
    object: &ObjectName,
    query: &Query,
    groups: &[Group],
    measures: &mut Vec<Measured>,
) -> Result<Vec<Sorted>, PlanError> {
    let mut sorted: Vec<Sorted> = Vec::new();
    for key in &query.order_by {
        let by = if key.by.is_aggregate() {
            By::Measure(measure::position(reading.known, object, measures, &key.by)?)
        } else {
            By::Group(group_of(reading, object, groups, &key.by)?)
        };
        let descending = key.direction == Direction::Descending;
        if !sorted.iter().any(|known| known.by == by) {
            sorted.push(Sorted { by, descending, nulls_first: key.nulls == Some(Nulls::First) });
        }
    }
    Ok(arrange::order(groups, sorted))
}

/// The group of an expression that is grouped by.
fn group_of(
    reading: &mut Reading<'_>,
    object: &ObjectName,
    groups: &[Group],
    by: &Expression,
) -> Result<usize, PlanError> {
    let key = group::key(reading, object, by)?;
    let found = groups.iter().position(|group| group.has(&key));
    found.ok_or_else(|| reading.refuse(by.at(), "sort by what is grouped by, or by what is computed"))
}

/// The condition on groups, and whether it is on what is computed of them.
fn having(
    reading: &mut Reading<'_>,
    object: &ObjectName,
    query: &Query,
    measures: &mut Vec<Measured>,
) -> Result<(Option<Condition>, bool), PlanError> {
    let Some(having) = &query.having else { return Ok((None, false)) };
    let known = reading.known;
    let mut computes = false;
    let mut of_group = |left: &Expression, op, json: &str| {
        computes = true;
        if let Expression::Elapsed { .. } = left {
            return Err(Error::argument("soql", times::NO_HAVING).into());
        }
        // What is only compared with is not shown.
        let shown = measures.len();
        let at = measure::position(known, object, measures, left)?;
        let condition = measure::condition(&measures[at], op, json);
        measures.truncate(shown);
        condition
    };
    reading.of_groups = true;
    let condition = reading.condition(object, having, Some(&mut of_group));
    reading.of_groups = false;
    Ok((Some(condition?), computes))
}

/// The calendars that the numbers are by.
fn calendar(reading: &Reading<'_>, groups: &[Group]) -> Result<calendar::Use, PlanError> {
    let mut calendar = calendar::Use::default();
    for group in groups {
        match group.period {
            Some(period) => calendar.add(period),
            None => group.keys.iter().for_each(|key| {
                if let Key::Part { part, .. } = key {
                    calendar.add_part(*part);
                }
            }),
        }
    }
    for (object, filter) in &reading.said {
        calendar.add_filter(reading.known, object, filter)?;
    }
    reading.parts.iter().for_each(|part| calendar.add_part(date_part(*part)));
    Ok(calendar)
}

fn grouping(groups: &[Group], measures: &[Measured], sorted: &[Sorted], having: Option<Condition>) -> Option<Grouping> {
    let mut order_by = Vec::new();
    for key in sorted {
        add_order(&mut order_by, key, groups, measures);
    }
    let keys = List::new(groups.iter().flat_map(|group| group.keys.iter().cloned()))?;
    // All of them, so that shares and totals are of the whole; a limit only cuts what is shown.
    Some(Grouping { keys, having, order_by, limit: Some(MAX_GROUPS) })
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
        (Some(_), _) => "amounts are converted to the org's corporate currency",
        (None, Source::Described) => "amounts are in the org's one currency",
        (None, Source::Standard) => "amounts are in the org's (corporate) currency",
    }))
}

impl Numbers {
    /// Reads them into a reply, as many groups as are wanted; whether no record was found.
    pub(super) fn read(&self, call: &Call<'_>, reply: &mut QueryReply, limit: usize) -> Result<bool, Error> {
        let (page, fiscal, is_all) = match &self.rows {
            Some(select) => {
                let (page, is_all) = times::read(call, select, &self.groups, &self.measures, &mut reply.notices)?;
                (page, organization::cached(call).as_ref().and_then(FiscalYear::of), is_all)
            }
            None => {
                let (page, fiscal) = self.ask(call)?;
                (page, fiscal, true)
            }
        };
        self.calendar.say(fiscal, &mut reply.notices);
        reply.notices.extend(self.currency.map(str::to_owned));
        self.show(reply, &page, limit);
        reply.complete &= is_all;
        Ok(self.is_nothing(&reply.rows))
    }

    /// The query as text.
    pub(super) fn soql(&self) -> String {
        self.rows.as_ref().map_or_else(|| self.query.to_string(), |select| select.to_string())
    }

    /// The groups, and the org's fiscal year if dates matter.
    fn ask(&self, call: &Call<'_>) -> Result<(Page, Option<FiscalYear>), Error> {
        let query = crate::rest::Query::groups(&self.query);
        let kept = organization::cached(call);
        if kept.is_some() || !self.calendar.matters() {
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

    fn show(&self, reply: &mut QueryReply, page: &Page, limit: usize) {
        let mut values = Values::cut_after(MAX_TEXT_CHARS);
        let notices = &mut reply.notices;
        let mut groups = arrange::rows(&self.groups, self.measures.len(), &page.records, &mut values);
        let all = self.rows.is_some() || groups.len() < MAX_GROUPS as usize;
        if self.rows.is_some() || self.groups.iter().any(|group| group.is_of_events) {
            groups = arrange::merged(groups, &self.measures, &self.sorted);
        }
        match &self.query.grouping {
            Some(grouping) if all => {
                let period = self.groups[0].period.filter(|_| self.fills);
                let filled = period.map_or(0, |period| fill::gaps(&mut groups, period, &self.measures));
                if filled > 0 {
                    notices.push(format!("{filled} periods between have no records and are shown with 0"));
                }
                arrange::add_shares(&mut groups, &self.measures);
                reply.totals = arrange::totals(&groups, &self.measures);
                if reply.totals.is_some() && grouping.having.is_some() {
                    notices.push("totals and shares are of the groups that meet HAVING".to_owned());
                }
            }
            Some(_) => notices.push(format!(
                "Salesforce returns at most {MAX_GROUPS} groups and there may be more, so totals and shares are left out; narrow the conditions or group by something coarser"
            )),
            None => {}
        }
        let found = groups.len();
        let mut rows = Rows::default();
        let arranged = arrange::arranged(groups, &self.groups, &self.sorted);
        for group in arranged.iter().skip(self.offset).take(limit) {
            if !rows.add(group.shown(&self.measures)) {
                break;
            }
        }
        reply.rows = rows.rows;
        if reply.rows.len() < found {
            notices.push(format!("{} of {found} groups are shown", reply.rows.len()));
        }
        notices.extend(values.notice());
        reply.columns = self.columns(reply.totals.is_some());
        reply.complete = all && reply.rows.len() == found;
    }

    /// Whether no record matched. Without groups there is a row all the same: of zeros, and nulls for what can't be added.
    fn is_nothing(&self, rows: &[String]) -> bool {
        let is_empty = |row: &String| row.bytes().all(|byte| b"[0,nul]".contains(&byte));
        rows.is_empty() || self.groups.is_empty() && rows.iter().all(is_empty)
    }

    /// The groups, and each measure with the share it is of the groups that differ only in the last.
    fn columns(&self, shares: bool) -> Vec<String> {
        let mut columns = Vec::new();
        let mut within = String::new();
        for (index, group) in self.groups.iter().enumerate() {
            columns.extend_from_slice(&group.columns);
            if let (Some(column), true) = (group.columns.last(), index + 1 < self.groups.len()) {
                within.push_str(if index == 0 { " within " } else { ", " });
                within.push_str(column);
            }
        }
        for measured in self.measures.iter().filter(|measured| !measured.is_hidden) {
            columns.push(measured.name.clone());
            if shares && measured.adds_up() {
                columns.push(["share of ", &measured.name, &within].concat());
            }
        }
        columns
    }
}
