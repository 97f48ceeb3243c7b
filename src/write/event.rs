//! When an event takes place: its start, its end and its length say one thing, which must not contradict itself.
//! <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_event.htm>

use crate::error::Error;
use crate::soql::{FieldName, ObjectName};
use crate::time::clock;

const ALL_DAY: &str = "IsAllDayEvent";
const DAY: &str = "ActivityDate";
const START: &str = "StartDateTime";
/// The start by its older name.
const ALSO_START: &str = "ActivityDateTime";
const END: &str = "EndDateTime";
const MINUTES: &str = "DurationInMinutes";

/// The times of an event.
const TIMES: [&str; 5] = [ALL_DAY, START, MINUTES, END, DAY];
/// Those that the others follow from.
pub(crate) const DECIDING: [&str; 3] = [ALL_DAY, START, MINUTES];

/// Longest event, in minutes: fourteen days.
pub(crate) const MAX_MINUTES: i64 = 14 * 24 * 60;
const DAY_SECONDS: i64 = 24 * 60 * 60;

/// The times that decide about a change of one of them, and that follow from it.
pub(crate) fn with<'n>(object: &ObjectName, mut changed: impl Iterator<Item = &'n str>) -> Vec<FieldName> {
    let is_time = |name: &str| name == ALSO_START || TIMES.contains(&name);
    let is_moved = object.as_str() == "Event" && changed.any(is_time);
    if is_moved { TIMES.map(FieldName::from_static).to_vec() } else { Vec::new() }
}

/// Refuses times of an event that Salesforce would refuse or take for others. They are JSON: `given` those of the call,
/// none where it has none, and `held` those of the record; a new one has none.
pub(crate) fn check<'v>(
    object: &ObjectName,
    given: &dyn Fn(&str) -> Option<&'v str>,
    held: Option<&dyn Fn(&str) -> Option<&'v str>>,
) -> Result<(), Error> {
    if object.as_str() != "Event" {
        return Ok(());
    }
    let is_new = held.is_none();
    let given = |name: &str| given(name).filter(|json| *json != "null");
    let held = |name: &str| held.and_then(|held| held(name)).filter(|json| *json != "null");
    let is_all_day = given(ALL_DAY).or_else(|| held(ALL_DAY)) == Some("true");
    let moment = |json: &str| clock::stamp(json.trim_matches('"'));
    let day = given(DAY).and_then(|json| clock::day(json.trim_matches('"')));
    if is_all_day
        && let Some(name) = [START, ALSO_START, END]
            .into_iter()
            .find(|name| given(name).and_then(moment).is_some_and(|at| at % DAY_SECONDS != 0))
    {
        return Err(wrong(
            name,
            "an event of whole days has no time, and Salesforce would take the day in UTC: give the day in ActivityDate",
        ));
    }
    let (start, also) = (given(START).and_then(moment), given(ALSO_START).and_then(moment));
    if start.zip(also).is_some_and(|(start, also)| start != also) {
        return Err(wrong(ALSO_START, "it is the same as StartDateTime: leave one of them out"));
    }
    let start = start.or(also);
    match day {
        Some(day) if is_all_day && start.is_some_and(|start| start != day * DAY_SECONDS) => {
            return Err(wrong(DAY, "it is not the day of StartDateTime: leave one of them out"));
        }
        Some(_) if !is_all_day && start.is_none() => {
            return Err(wrong(
                DAY,
                "the day of an event with a time is that of its StartDateTime: set that, or IsAllDayEvent",
            ));
        }
        _ => {}
    }
    let start = start.or(day.filter(|_| is_all_day).map(|day| day * DAY_SECONDS));
    if is_new && start.is_none() {
        return Err(wrong(START, "a new Event needs its start, or IsAllDayEvent and its day in ActivityDate"));
    }
    let start = start.or_else(|| held(START).and_then(moment));
    length(
        given(END).and_then(moment).zip(start),
        given(MINUTES).and_then(|json| json.parse().ok()),
        is_new && !is_all_day,
    )
}

/// Refuses a length that is none: by the end and the start, or in minutes.
fn length(from_to: Option<(i64, i64)>, minutes: Option<i64>, is_needed: bool) -> Result<(), Error> {
    let fits = 0..=MAX_MINUTES;
    let lasting = from_to.map(|(end, start)| (end - start) / 60);
    match (lasting, minutes) {
        (Some(lasting), _) if !fits.contains(&lasting) => {
            Err(wrong(END, "an event ends after it starts, and lasts 14 days at most"))
        }
        (_, Some(minutes)) if !fits.contains(&minutes) => {
            Err(wrong(MINUTES, "an event lasts 0 to 20160 minutes, which is 14 days"))
        }
        (Some(lasting), Some(minutes)) if lasting != minutes => {
            Err(wrong(MINUTES, "it contradicts EndDateTime: leave one of them out"))
        }
        (None, None) if is_needed => Err(wrong(MINUTES, "a new Event needs DurationInMinutes or EndDateTime")),
        _ => Ok(()),
    }
}

fn wrong(name: &str, why: &str) -> Error {
    Error::argument(name, ["nothing was written: ", name, ": ", why].concat())
}
