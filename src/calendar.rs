//! The user's own events of a time: by the clock, or by the calendar where they take the whole day.

use crate::error::Error;
use crate::record::Fields;
use crate::resolve::related;
use crate::resolve::shown::ALL_DAY;
use crate::schema::well_known::{EVENT, ID, IS_ALL_DAY};
use crate::soql::{Comparison, Condition, Date, DateTime, Direction, FieldList, FieldPath, Select, Text};
use crate::time::clock::{self, Clock, DAY, Placed};
use crate::time::zone;
use crate::wit::Clash;

/// From one moment to another, in seconds since the Unix epoch.
pub(crate) type Span = (i64, i64);

/// The most events that are told to be at the same time.
const MAX_CLASHES: u32 = 10;

/// A moment in a condition.
pub(crate) fn moment(field: &'static str, op: Comparison, moment: i64) -> Result<Condition, Error> {
    let moment = DateTime::parse(&clock::utc(moment))?;
    Ok(Condition::compare(FieldPath::from_static(field), op, moment))
}

/// A day of an activity in a condition.
pub(crate) fn day(op: Comparison, day: i64) -> Result<Condition, Error> {
    let day = Date::parse(&zone::date(day))?;
    Ok(Condition::compare(FieldPath::from_static("ActivityDate"), op, day))
}

fn is_all_day(value: bool) -> Condition {
    Condition::compare(FieldPath::from_static(IS_ALL_DAY), Comparison::Eq, value)
}

/// That a record is the user's own.
pub(crate) fn mine(clock: &Clock) -> Condition {
    Condition::compare(FieldPath::from_static("OwnerId"), Comparison::Eq, clock.user)
}

/// The events that reach into some times, or end as one begins.
pub(crate) fn events(clock: &Clock, times: &[Span]) -> Result<Vec<Condition>, Error> {
    let mut either = Vec::new();
    for (start, end) in times {
        either.extend(Condition::all([
            is_all_day(false),
            moment("StartDateTime", Comparison::Lt, *end)?,
            moment("EndDateTime", Comparison::Ge, *start)?,
        ]));
        // All-day events are kept at midnight UTC.
        either.extend(Condition::all([
            is_all_day(true),
            day(Comparison::Le, clock.day(end - 1))?,
            moment("EndDateTime", Comparison::Ge, clock.day(*start) * DAY)?,
        ]));
    }
    Ok(Some(mine(clock)).into_iter().chain(Condition::any(either)).collect())
}

/// A query for what takes the user's time then. What they show as free does not.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_event.htm>
pub(crate) fn taken(clock: &Clock, times: &[Span]) -> Result<Select, Error> {
    const COLUMNS: [&str; 5] = ["Subject", "ActivityDate", IS_ALL_DAY, "StartDateTime", "DurationInMinutes"];
    let mut select = Select::new(FieldList::of(ID, COLUMNS.map(FieldPath::from_static)), EVENT.clone());
    let mut conditions = events(clock, times)?;
    conditions.push(Condition::compare(FieldPath::from_static("ShowAs"), Comparison::Ne, Text::new("Free")?));
    select.condition = Condition::all(conditions);
    select.order_by = vec![related::order("StartDateTime", Direction::Ascending)?];
    select.limit = Some(MAX_CLASHES);
    Ok(select)
}

/// An event that was read, if it is at a time.
pub(crate) fn clash(clock: &Clock, event: &Fields<'_>, (start, end): Span) -> Option<Clash> {
    let minutes: Option<u32> = event.get("DurationInMinutes").and_then(|minutes| minutes.get().parse().ok());
    let seconds = i64::from(minutes.unwrap_or(0)) * 60;
    let is_all_day = event.get(IS_ALL_DAY).is_some_and(|is| is.get() == "true");
    let (begins, ends, when) = if is_all_day {
        let day = clock::day(&event.text("ActivityDate")?)?;
        let ends = clock.start(day + (seconds / DAY).max(1));
        (clock.start(day), ends, clock.shown(Placed::Day(day)) + ALL_DAY)
    } else {
        let begins = clock::stamp(&event.text("StartDateTime")?)?;
        (begins, begins + seconds, clock.shown(Placed::Moment(begins)))
    };
    // One that takes no time is at its moment.
    if !(begins < end && (ends > start || begins >= start)) {
        return None;
    }
    let minutes = minutes.filter(|_| !is_all_day);
    Some(Clash { id: event.text("Id")?, subject: event.text("Subject"), when, minutes })
}
