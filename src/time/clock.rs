//! Times as people say them, in the user's own zone: read before any request, understood once the zone is known, and
//! said back with the weekday.

use crate::error::Error;
use crate::id::RecordId;
use crate::soql::{Date, DateTime, LiteralError};
use crate::time::zone::{self, Meaning, Zone};

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;

/// A time as it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// A day, in days from the epoch.
    Day(i64),
    /// A time by the user's clock, in seconds as if it were UTC.
    Local(i64),
    /// A time with its offset, in seconds from the epoch.
    Moment(i64),
}

/// A time as it was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placed {
    /// A day, in days from the epoch.
    Day(i64),
    /// A moment, in seconds from the epoch.
    Moment(i64),
}

/// The user's clock.
#[derive(Debug)]
pub(crate) struct Clock {
    pub(crate) user: RecordId,
    pub(crate) now: i64,
    zone: Zone,
    /// Whether the zone is the user's own, and not UTC for want of its rules.
    known: bool,
}

impl When {
    /// Reads an argument: `2026-05-12`, `2026-05-12T15:00`, or the latter with an offset.
    pub(crate) fn read(argument: &str, text: &str) -> Result<Self, Error> {
        let text = text.trim();
        if let Ok(date) = Date::parse(text) {
            return Ok(Self::Day(day_of(date)));
        }
        // People write a space for the T.
        let input = match text.split_once(' ') {
            Some((date, time)) => format!("{date}T{time}"),
            None => text.to_owned(),
        };
        match DateTime::parse(&input) {
            Ok(moment) => Ok(Self::Moment(seconds(moment))),
            Err(LiteralError::Zone(_)) => {
                let local = DateTime::parse(&format!("{input}Z")).map_err(|_| unreadable(argument, text))?;
                Ok(Self::Local(seconds(local)))
            }
            Err(_) => Err(unreadable(argument, text)),
        }
    }
}

fn unreadable(argument: &str, text: &str) -> Error {
    let shown: String = text.chars().take(40).collect();
    let message = format!(
        "{shown:?} is no time: write \"2026-05-12T15:00\" in the user's own time, or the day \"2026-05-12\"; work out words like \"tomorrow\" first"
    );
    Error::argument(argument, message)
}

/// A day as days from the epoch.
fn day_of(date: Date) -> i64 {
    zone::days(date.year().into(), date.month().into(), date.day().into())
}

/// A day as Salesforce sends it.
pub(crate) fn day(text: &str) -> Option<i64> {
    Date::parse(text).ok().map(day_of)
}

/// A moment as seconds from the epoch.
pub(crate) fn seconds(moment: DateTime) -> i64 {
    let time = (i64::from(moment.hour()) * 60 + i64::from(moment.minute())) * 60 + i64::from(moment.second());
    day_of(moment.date()) * DAY + time
}

/// A timestamp as Salesforce sends it, as seconds from the epoch.
pub(crate) fn stamp(text: &str) -> Option<i64> {
    DateTime::parse(text).ok().map(seconds)
}

/// A moment as Salesforce takes it.
pub(crate) fn utc(moment: i64) -> String {
    zone::date_time(moment) + "Z"
}

impl Clock {
    /// The clock of a user, by the IANA id of the user's zone and the seconds since the Unix epoch.
    pub(crate) fn new(user: RecordId, zone: &str, now: i64, notices: &mut Vec<String>) -> Self {
        let zone = Zone::of(zone);
        if zone.is_none() {
            notices.push(
                "the rules of the user's time zone are not known here: days and times are those of UTC".to_owned(),
            );
        }
        Self { user, now, known: zone.is_some(), zone: zone.unwrap_or_else(Zone::utc) }
    }

    /// The name of the zone its times are in.
    pub(crate) fn zone(&self) -> String {
        self.zone.name().to_owned()
    }

    pub(crate) fn local(&self, moment: i64) -> i64 {
        self.zone.local(moment)
    }

    /// The user's day at a moment.
    pub(crate) fn day(&self, moment: i64) -> i64 {
        self.local(moment).div_euclid(DAY)
    }

    /// The user's day now.
    pub(crate) fn today(&self) -> i64 {
        self.day(self.now)
    }

    /// The user's day of a time.
    pub(crate) fn day_of(&self, placed: Placed) -> i64 {
        match placed {
            Placed::Day(day) => day,
            Placed::Moment(moment) => self.day(moment),
        }
    }

    /// The moment a day begins.
    pub(crate) fn start(&self, day: i64) -> i64 {
        self.zone.earliest(day * DAY)
    }

    /// `Tue 2026-05-12 15:00`
    pub(crate) fn shown(&self, placed: Placed) -> String {
        match placed {
            Placed::Day(day) => zone::shown_day(day),
            Placed::Moment(moment) => zone::shown(self.local(moment)),
        }
    }

    /// What a time means by this clock. One that does not exist, or exists twice, is for the person to correct.
    pub(crate) fn interpret(&self, argument: &str, when: When) -> Result<Placed, Error> {
        let local = match when {
            When::Day(day) => return Ok(Placed::Day(day)),
            When::Moment(moment) => return Ok(Placed::Moment(moment)),
            When::Local(local) => local,
        };
        if !self.known {
            let message = "the rules of the user's time zone are not known here: give the time with its offset, like \"2026-05-12T15:00+02:00\"";
            return Err(Error::argument(argument, message));
        }
        let name = self.zone.name();
        match self.zone.moment(local) {
            Meaning::Once(moment) => Ok(Placed::Moment(moment)),
            Meaning::Never(from, to) => Err(Error::argument(argument, format!(
                    "nothing was written: {} does not exist in {name}, where clocks go from {} to {}; ask the person which time they mean",
                    zone::date_time(local),
                    zone::shown(from),
                    zone::shown(to)
                )).allowing(vec![zone::date_time(local + to - from)])),
            Meaning::Twice(first, second) => Err(Error::argument(argument, format!(
                    "nothing was written: {} comes twice in {name}, since clocks are put back over it; ask the person which they mean, the earlier or the later, and give it with its offset",
                    zone::date_time(local)
                )).allowing([first, second].map(|moment| zone::date_time(local) + &zone::shown_offset(local - moment)).to_vec())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_people_and_models_write_it() {
        let noon = 20_585 * DAY + 12 * 3600;
        for (text, when) in [
            ("2026-05-12", When::Day(20_585)),
            ("2026-05-12T12:00", When::Local(noon)),
            (" 2026-05-12 12:00 ", When::Local(noon)),
            ("2026-05-12T12:00:00", When::Local(noon)),
            ("2026-05-12T12:00Z", When::Moment(noon)),
            ("2026-05-12T14:00+02:00", When::Moment(noon)),
        ] {
            assert_eq!(When::read("when", text).unwrap(), when, "{text}");
        }
        for text in
            ["", "tomorrow", "12.05.2026", "2026-05-32", "2026-05-12T25:00", "2026-05-12T12", "3pm", "T", "  T "]
        {
            assert!(When::read("when", text).is_err(), "{text}");
        }
    }
}
