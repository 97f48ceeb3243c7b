//! Times of a day, as people write them and as Salesforce does: `3pm`, `10:30`, `10:30:00.000Z`.

use std::fmt;

/// A time of a day, to the millisecond, without a zone.
/// <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/primitive_data_types.htm>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time {
    milliseconds: u32,
}

impl Time {
    /// Reads `15:00`, `15:00:30`, `15:00:00.000Z`, `3pm` or `3:30 p.m.`; none if it is no time of a day.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        let half = |marks: [&str; 3]| marks.into_iter().find_map(|mark| text.strip_suffix(mark));
        let (clock, afternoon) = match (half(["am", "a.m.", "a.m"]), half(["pm", "p.m.", "p.m"])) {
            (Some(clock), _) => (clock.trim_end(), Some(false)),
            (_, Some(clock)) => (clock.trim_end(), Some(true)),
            _ => (text.strip_suffix('z').unwrap_or(&text), None),
        };
        let mut parts = clock.split(':');
        let mut hours = number(parts.next()?, 2)?;
        // Without a half of the day, a lone number could be anything.
        let minutes = match parts.next() {
            Some(minutes) if minutes.len() == 2 => number(minutes, 2)?,
            None if afternoon.is_some() => 0,
            _ => return None,
        };
        let (seconds, fraction) = match parts.next() {
            Some(seconds) => seconds.split_once('.').unwrap_or((seconds, "0")),
            None => ("0", "0"),
        };
        if let Some(afternoon) = afternoon {
            if !(1..=12).contains(&hours) {
                return None;
            }
            hours = hours % 12 + if afternoon { 12 } else { 0 };
        }
        let seconds = number(seconds, 2)?;
        let milliseconds = number(fraction, 3)? * [100, 10, 1][fraction.len() - 1];
        let is_time = hours < 24 && minutes < 60 && seconds < 60 && parts.next().is_none();
        is_time.then_some(Self { milliseconds: ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds })
    }
}

/// A number of a few digits.
fn number(text: &str, most: usize) -> Option<u32> {
    let is_number = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

/// As Salesforce writes it: `15:00:00.000Z`.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.milliseconds / 1000;
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(f, "{hours:02}:{minutes:02}:{seconds:02}.{:03}Z", self.milliseconds % 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, time) in [
            ("3pm", "15:00:00.000Z"),
            ("3 PM", "15:00:00.000Z"),
            ("3:05 p.m.", "15:05:00.000Z"),
            ("12am", "00:00:00.000Z"),
            ("12:30pm", "12:30:00.000Z"),
            ("10:30", "10:30:00.000Z"),
            ("7:05", "07:05:00.000Z"),
            ("00:00", "00:00:00.000Z"),
            ("23:59:59", "23:59:59.000Z"),
            ("10:00:00.000Z", "10:00:00.000Z"),
            ("10:00:00.5Z", "10:00:00.500Z"),
            (" 10:00:00Z ", "10:00:00.000Z"),
        ] {
            assert_eq!(Time::parse(text).map(|time| time.to_string()).as_deref(), Some(time), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_of_a_day_is_refused() {
        for text in [
            "",
            "3",
            "10",
            "1030",
            "24:00",
            "10:60",
            "10:5",
            "10:30:60",
            "13pm",
            "0am",
            "pm",
            "10:30:00.0000Z",
            "10:30:",
            "10:30:00.Z",
            "-1:00",
            "noon",
            "10:30+02:00",
            "2026-05-12T10:30:00Z",
            "10:30:00:00",
            "١٠:٣٠",
        ] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
    }
}
