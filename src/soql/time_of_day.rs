//! Times of day, without a day and without a zone.

use super::LiteralError;
use crate::excerpt::Excerpt;
use std::fmt;

/// A time of day to the millisecond, as a time field holds it.
///
/// SOQL and rows write it in one form, `10:30:00.000Z`, whose `Z` says nothing of a zone: it is the time on the wall.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/primitive_data_types.htm>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay {
    milliseconds: u32,
}

const MINUTE: u32 = 60_000;
const HOUR: u32 = 60 * MINUTE;

impl TimeOfDay {
    /// Reads a time as people and programs write it: `10:30`, `10:30:15`, `10:30:00.000Z`, `3pm`, `3:30 p.m.`, `noon`.
    /// An hour alone is none, for it may be meant of the morning or of the afternoon.
    ///
    /// # Errors
    ///
    /// `LiteralError::TimeOfDay`.
    pub fn parse(text: &str) -> Result<Self, LiteralError> {
        read(text).ok_or_else(|| LiteralError::TimeOfDay(Excerpt::of(text)))
    }
}

fn read(text: &str) -> Option<TimeOfDay> {
    let mut said = text.to_ascii_lowercase();
    said.retain(|character| character != ' ');
    let said = match said.as_str() {
        "noon" => "12:00",
        "midnight" => "0:00",
        other => other,
    };
    let half = said.find(['a', 'p']);
    let (clock, half) = said.split_at(half.unwrap_or(said.len()));
    let later = match half {
        "" => None,
        "am" | "a.m." => Some(0),
        "pm" | "p.m." => Some(12),
        _ => return None,
    };
    let clock = if later.is_none() { clock.strip_suffix('z').unwrap_or(clock) } else { clock };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let mut parts = [None; 3];
    for (at, part) in clock.split(':').enumerate() {
        // An hour may have one digit.
        *parts.get_mut(at)? = Some(digits(part, if at == 0 { 1 } else { 2 }, if at == 0 { 24 } else { 60 })?);
    }
    let hour = match (later, parts) {
        // Twelve is the first hour of either half.
        (Some(later), [Some(hour @ 1..=12), ..]) => hour % 12 + later,
        (None, [Some(hour), Some(_), _]) => hour,
        _ => return None,
    };
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths = [fraction, "000"].concat()[..3].parse::<u32>().ok()?;
    let [_, minute, second] = parts.map(Option::unwrap_or_default);
    Some(TimeOfDay { milliseconds: hour * HOUR + minute * MINUTE + second * 1000 + thousandths })
}

/// A number of at least so many digits, of two at most, that is less than another.
fn digits(text: &str, least: usize, below: u32) -> Option<u32> {
    let fits = (least..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if fits { text.parse().ok().filter(|number| *number < below) } else { None }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.milliseconds;
        write!(out, "{:02}:{:02}:{:02}.{:03}Z", ms / HOUR, ms / MINUTE % 60, ms / 1000 % 60, ms % 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_people_and_programs_write_it() {
        for (text, time) in [
            ("10:00:00.000Z", "10:00:00.000Z"),
            ("10:00:00Z", "10:00:00.000Z"),
            ("10:30", "10:30:00.000Z"),
            ("9:05", "09:05:00.000Z"),
            ("23:59:59.9999", "23:59:59.999Z"),
            ("00:00", "00:00:00.000Z"),
            ("3pm", "15:00:00.000Z"),
            ("3 PM", "15:00:00.000Z"),
            ("3:30 p.m.", "15:30:00.000Z"),
            ("12am", "00:00:00.000Z"),
            ("12:15 AM", "00:15:00.000Z"),
            ("12pm", "12:00:00.000Z"),
            ("Noon", "12:00:00.000Z"),
            ("midnight", "00:00:00.000Z"),
        ] {
            assert_eq!(TimeOfDay::parse(text).unwrap().to_string(), time, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_of_day_is_refused() {
        for text in [
            "",
            "10",
            "1030",
            "24:00",
            "10:60",
            "10:30:60",
            "10:3",
            "10:30:5",
            "13pm",
            "0am",
            "pm",
            "10:30:00.",
            ":30",
            "10:30+02:00",
            "2026-05-12",
            "2026-05-12T10:30:00Z",
            "soon",
            "10:30:00.000Z ' OR",
            "1:2:3:4",
            "-1:30",
        ] {
            assert!(TimeOfDay::parse(text).is_err(), "{text}");
        }
    }
}
