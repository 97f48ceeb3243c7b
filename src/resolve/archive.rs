//! Archived activities: of more than a year ago, and read by another resource than everything else.
//! <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_guidelines_archive.htm>

use crate::resolve::parameters::Parameters;
use crate::schema::well_known::{ACTIVITY_OBJECTS, IS_DELETED};
use crate::soql::{Comparison, Condition, Date, DateLiteral, ObjectName, Select};
use crate::sql::{self, Expression, Value};
use crate::within::holds;

/// Activities of fewer days ago are not archived: 365 days, but for time zones.
pub(crate) const MIN_ARCHIVED_DAYS: i64 = 363;

/// Units of date literals, and their days.
const UNITS: [(&str, u32); 4] = [("DAY", 1), ("WEEK", 7), ("MONTH", 31), ("QUARTER", 92)];

/// Whether archived records of an object may be among those that a condition asks for. None is on a `recent` day or
/// later.
pub(crate) fn reaches_back(
    object: &ObjectName,
    condition: Option<&sql::Condition>,
    parameters: &Parameters,
    recent: Date,
) -> bool {
    let all = match condition {
        Some(sql::Condition::All(parts)) => parts.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    ACTIVITY_OBJECTS.contains(&object.as_str())
        && !all.iter().any(|part| is_recent(object.as_str() == "Task", part, parameters, recent))
}

/// Whether only recent records meet a condition, or open tasks, which are never archived.
fn is_recent(of_tasks: bool, condition: &sql::Condition, parameters: &Parameters, recent: Date) -> bool {
    let sql::Condition::Compare { left: Expression::Field(field), op, value } = condition else { return false };
    let is = |name: &str| field.last().eq_ignore_ascii_case(name) && field.parts.len() == 1;
    if of_tasks && is("IsClosed") {
        return *op == Comparison::Eq && matches!(value.value, Value::Boolean(false));
    }
    let is_when = is("ActivityDate") || !of_tasks && (is("StartDateTime") || is("ActivityDateTime"));
    is_when
        && matches!(op, Comparison::Eq | Comparison::Ge | Comparison::Gt)
        && match &value.value {
            Value::Range(range) => is_recent_range(range),
            Value::Date(day) => *day >= recent,
            Value::DateTime(moment) => moment.date() >= recent,
            Value::Day(shift) | Value::Moment(shift) => {
                i64::from(shift.months) * 31 + i64::from(shift.days) > -MIN_ARCHIVED_DAYS
            }
            Value::Text(text) => is_recent_day(text, recent),
            Value::Parameter(name) => is_recent_day(parameters.get(name).trim_matches('"'), recent),
            _ => false,
        }
}

fn is_recent_day(text: &str, recent: Date) -> bool {
    Date::parse(text).is_ok_and(|day| day >= recent)
}

fn is_recent_range(range: &DateLiteral) -> bool {
    let name = range.name();
    let unit = UNITS.iter().find(|(unit, _)| holds(name, unit));
    let days = unit.map_or(1, |(_, days)| *days);
    let is_far = holds(name, "YEAR") || i64::from((range.n().unwrap_or(0) + 1) * days) > MIN_ARCHIVED_DAYS;
    name.starts_with("NEXT") || !is_far
}

/// Has a query read archived records too, and not the deleted ones that come along.
pub(crate) fn include(select: &mut Select) {
    select.archived = true;
    select.condition = undeleted(select.condition.take());
}

/// The same where the query is of activities, of which any may be archived.
pub(crate) fn include_activities(select: &mut Select) {
    if ACTIVITY_OBJECTS.contains(&select.from.as_str()) {
        include(select);
    }
}

/// A condition without the deleted records that come along with archived ones.
pub(crate) fn undeleted(condition: Option<Condition>) -> Option<Condition> {
    let mut all = vec![Condition::compare(IS_DELETED, Comparison::Eq, false)];
    all.extend(condition);
    Condition::all(all)
}
