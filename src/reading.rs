//! How a statement is read: with what is known, and by the user's clock.

use crate::error::Error;
use crate::known::{Known, PlanError};
use crate::resolve::archive::MIN_ARCHIVED_DAYS;
use crate::resolve::filter::Remarks;
use crate::resolve::parameters::Parameters;
use crate::resolve::statement::Reading;
use crate::soql::{Date, DateTime, ObjectName, Scope};
use crate::sql::{Query, Shift};
use crate::time::clock::{self, Clock, DAY};
use crate::time::zone;

/// The reading of a statement, at a time in seconds since the Unix epoch.
pub(crate) fn of<'a>(
    known: &'a Known,
    soql: &'a str,
    parameters: &'a Parameters,
    now: i64,
) -> Result<Reading<'a>, PlanError> {
    Ok(Reading {
        known,
        soql,
        parameters,
        now,
        settle,
        day_of,
        recent: Date::parse(&zone::date(now.div_euclid(DAY) - MIN_ARCHIVED_DAYS)).map_err(Error::from)?,
        archived: false,
        of_groups: false,
        said: Vec::new(),
        remarks: Remarks::default(),
        parts: Vec::new(),
        dropped: Vec::new(),
    })
}

/// Whose records.
pub(crate) fn scope(reading: &Reading<'_>, object: &ObjectName, query: &Query) -> Result<Option<Scope>, PlanError> {
    let Some(scope) = &query.scope else { return Ok(None) };
    if scope.is("everything") {
        return Ok(None);
    }
    if !scope.is("mine") {
        return Err(reading.refuse(scope.at, "this scope is not read; there are mine and everything"));
    }
    if reading.known.schema(object)?.has_field("OwnerId") {
        return Ok(Some(Scope::Mine));
    }
    reading.known.description(object)?;
    Err(Error::argument("soql", format!("{object} records have no owner")).into())
}

/// A day or a moment relative to now, by the user's clock. A moment is written in the user's zone, so that it begins with
/// the user's day, which is all that a date can be compared with.
fn settle(known: &Known, now: i64, shift: Shift, is_day: bool) -> Result<String, PlanError> {
    let user = known.user()?;
    let clock = Clock::new(user.id, &user.zone, now, &mut Vec::new());
    let (day, time) = moved(clock.local(now), shift);
    if is_day {
        return Ok(zone::date(day));
    }
    let moment = clock.start(day) + time;
    let local = clock.local(moment);
    Ok(zone::date_time(local) + &zone::shown_offset(local - moment))
}

/// The user's day of a moment, and whether it begins then.
fn day_of(known: &Known, now: i64, moment: DateTime) -> Result<(Date, bool), PlanError> {
    let user = known.user()?;
    let clock = Clock::new(user.id, &user.zone, now, &mut Vec::new());
    let moment = clock::seconds(moment);
    let day = clock.day(moment);
    Ok((Date::parse(&zone::date(day)).map_err(Error::from)?, clock.start(day) == moment))
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
