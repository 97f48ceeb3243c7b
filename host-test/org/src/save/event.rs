//! When an event takes place: its start, its end and its duration say the same thing.
//! <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_event.htm>

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use super::{Given, accept::required_missing};
use crate::{refusal::Refusal, store::Row, value::Value};

const MINUTES_OF_DAY: i64 = 24 * 60;
/// Where events of several days are enabled, none is longer than fourteen days.
const MAX_MINUTES: i64 = 14 * MINUTES_OF_DAY;

/// Empties the times of a changed event that were not given and follow from those that were.
pub(super) fn forget(row: &mut Row, given: &Given) {
    let is = |field: &str| given.get(field).is_some_and(|value| !value.is_null());
    let starts = ["StartDateTime", "ActivityDateTime"].into_iter().filter(|field| is(field)).count();
    let all_day = given.get("IsAllDayEvent").unwrap_or(row.get("IsAllDayEvent")).is_true();
    let day = all_day && is("ActivityDate");
    let mut follow = Vec::new();
    if starts > 0 || day {
        follow.extend(["StartDateTime", "ActivityDateTime", "ActivityDate"]);
    }
    if is("EndDateTime") {
        follow.extend(["EndDateTime", "DurationInMinutes"]);
    } else if starts > 0 || day || is("DurationInMinutes") {
        follow.push("EndDateTime");
    }
    for field in follow.into_iter().filter(|field| !is(field)) {
        row.set(field, Value::Null);
    }
}

/// Computes the times that follow from the others.
///
/// # Errors
/// `REQUIRED_FIELD_MISSING` without a start or an end; `FIELD_INTEGRITY_EXCEPTION` where two of them disagree and
/// where the event is too long. The words for two that disagree are this org's own.
pub(super) fn derive(row: &mut Row) -> Result<(), Refusal> {
    let all_day = row.get("IsAllDayEvent").is_true();
    let start = start(row, all_day)?;
    if all_day && row.get("DurationInMinutes").is_null() && row.get("EndDateTime").is_null() {
        row.set("DurationInMinutes", MINUTES_OF_DAY);
    }
    let (end, minutes) = end(row, start, all_day)?;
    row.set("StartDateTime", start);
    row.set("ActivityDateTime", start);
    row.set("EndDateTime", end);
    row.set("DurationInMinutes", minutes);
    row.set("ActivityDate", utc_day(start));
    row.set("EndDate", utc_day(end));
    Ok(())
}

/// An event of whole days begins at midnight UTC, whatever time was given with its day.
fn start(row: &Row, all_day: bool) -> Result<Timestamp, Refusal> {
    let instant = |field: &str| {
        let given = row.get(field).as_timestamp()?;
        Some(if all_day { midnight(utc_day(given)).unwrap_or(given) } else { given })
    };
    let (start, also) = (instant("StartDateTime"), instant("ActivityDateTime"));
    if let (Some(start), Some(also)) = (start, also)
        && start != also
    {
        return Err(disagree("ActivityDateTime"));
    }
    let start = start.or(also);
    let day = row.get("ActivityDate").as_date().filter(|_| all_day);
    match (start, day) {
        (Some(start), Some(day)) if utc_day(start) != day => Err(disagree("ActivityDate")),
        (Some(start), _) => Ok(start),
        (None, Some(day)) => midnight(day).ok_or_else(|| required_missing(&["ActivityDateTime"])),
        (None, None) => Err(required_missing(&["ActivityDateTime"])),
    }
}

fn end(row: &Row, start: Timestamp, all_day: bool) -> Result<(Timestamp, i64), Refusal> {
    let given = row.get("EndDateTime").as_timestamp();
    let end = given.map(|end| if all_day { midnight(utc_day(end)).unwrap_or(end) } else { end });
    #[allow(clippy::cast_possible_truncation)] // An `int` field.
    let minutes = row.get("DurationInMinutes").as_f64().map(|minutes| minutes as i64);
    let lasting = end.map(|end| (end.as_second() - start.as_second()) / 60);
    if end.is_some_and(|end| end < start) {
        return Err(Refusal::save(
            "FIELD_INTEGRITY_EXCEPTION",
            "An event can't end before it starts.",
            &["EndDateTime"],
        ));
    }
    let total = match (lasting, minutes) {
        (Some(lasting), Some(minutes)) if lasting != minutes => return Err(disagree("DurationInMinutes")),
        (Some(minutes), _) | (None, Some(minutes)) => minutes,
        (None, None) => return Err(required_missing(&["DurationInMinutes"])),
    };
    if !(0..=MAX_MINUTES).contains(&total) {
        // From version 39.0 on, the error is the end's where no duration was given.
        let (label, field) = match minutes {
            Some(_) => ("Duration", "DurationInMinutes"),
            None => ("End Date Time", "EndDateTime"),
        };
        let message = format!("Duration must be between 0 and {MAX_MINUTES} minutes: {label}");
        return Err(Refusal::save("FIELD_INTEGRITY_EXCEPTION", message, &[field]));
    }
    Ok((end.unwrap_or(start + SignedDuration::from_mins(total)), total))
}

fn disagree(field: &'static str) -> Refusal {
    let message = format!("{field} has to match the other times of the event, or to be empty.");
    Refusal::save("FIELD_INTEGRITY_EXCEPTION", message, &[field])
}

fn utc_day(instant: Timestamp) -> Date {
    instant.to_zoned(TimeZone::UTC).date()
}

fn midnight(day: Date) -> Option<Timestamp> {
    day.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}
