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
    let text = match text.trim() {
        noon if noon.eq_ignore_ascii_case("noon") => "12:00",
        midnight if midnight.eq_ignore_ascii_case("midnight") => "0:00",
        other => other,
    };
    // Hour, minute, second, thousandths; and how many digits the last of them has so far.
    let (mut parts, mut at, mut digits) = ([0; 4], 0, 0);
    let mut half = None;
    let mut is_over = false;
    for byte in text.bytes() {
        match byte {
            b' ' => {}
            b'0'..=b'9' if !is_over && digits < if at == 3 { 3 } else { 2 } => {
                parts[at] = parts[at] * 10 + u32::from(byte - b'0');
                digits += 1;
            }
            // What is finer is cut off.
            b'0'..=b'9' if !is_over && at == 3 => {}
            b':' if at < 2 && digits > 0 && (at == 0 || digits == 2) && !is_over => (at, digits) = (at + 1, 0),
            b'.' if at == 2 && digits == 2 && !is_over => (at, digits) = (3, 0),
            b'a' | b'A' | b'p' | b'P' if !is_over => {
                half = Some(if byte | 32 == b'a' { 0 } else { 12 });
                is_over = true;
            }
            b'm' | b'M' | b'.' if half.is_some() => {}
            b'z' | b'Z' if at > 0 && !is_over => is_over = true,
            _ => return None,
        }
    }
    let is_whole = if at == 0 { half.is_some() && digits > 0 } else { digits == 2 || at == 3 && digits > 0 };
    let [hour, minute, second, fraction] = parts;
    let hour = match half {
        // Twelve is the first hour of either half.
        Some(later) if (1..=12).contains(&hour) => hour % 12 + later,
        None if hour < 24 => hour,
        _ => return None,
    };
    let thousandths = if at < 3 { 0 } else { fraction * [1, 100, 10, 1][digits] };
    (is_whole && minute < 60 && second < 60)
        .then_some(TimeOfDay { milliseconds: hour * HOUR + minute * MINUTE + second * 1000 + thousandths })
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
