//! Days and moments: checked against the calendar, and moments brought to UTC.

use super::LiteralError;
use super::literal_error::{MAX_YEAR, MIN_YEAR};
use crate::excerpt::Excerpt;

/// A day of the calendar, without a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// A moment, in UTC and to the millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DateTime {
    date: Date,
    hour: u8,
    minute: u8,
    second: u8,
    millisecond: u16,
}

impl Date {
    /// Reads `YYYY-MM-DD`.
    ///
    /// # Errors
    ///
    /// `LiteralError::Date`.
    pub fn parse(text: &str) -> Result<Self, LiteralError> {
        let mut rest = text.as_bytes();
        match date(&mut rest) {
            Some(date) if rest.is_empty() => Ok(date),
            _ => Err(LiteralError::Date(Excerpt::of(text))),
        }
    }

    fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let fits = (MIN_YEAR..=MAX_YEAR).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_of_month(year, month)).contains(&day);
        fits.then_some(Self { year, month, day })
    }

    fn next(self) -> Option<Self> {
        Self::new(self.year, self.month, self.day + 1)
            .or_else(|| Self::new(self.year, self.month + 1, 1))
            .or_else(|| Self::new(self.year + 1, 1, 1))
    }

    fn previous(self) -> Option<Self> {
        let (year, month) = match self.month {
            _ if self.day > 1 => return Self::new(self.year, self.month, self.day - 1),
            1 => (self.year - 1, 12),
            month => (self.year, month - 1),
        };
        Self::new(year, month, days_of_month(year, month))
    }

    /// The year.
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month, from 1.
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    pub fn day(self) -> u8 {
        self.day
    }
}

impl DateTime {
    /// Reads a moment as [ISO 8601][manual] and Salesforce's replies write it: seconds and their fraction may be
    /// missing, the zone may not. Whatever is finer than a millisecond is cut off.
    ///
    /// [manual]: https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm
    ///
    /// # Errors
    ///
    /// `LiteralError::Zone` if all is well but the zone is missing, else `LiteralError::DateTime`.
    pub fn parse(text: &str) -> Result<Self, LiteralError> {
        let wrong = || LiteralError::DateTime(Excerpt::of(text));
        let mut rest = text.as_bytes();
        let mut moment = local(&mut rest).ok_or_else(wrong)?;
        if rest.is_empty() {
            return Err(LiteralError::Zone(Excerpt::of(text)));
        }
        let offset = zone(&mut rest).filter(|_| rest.is_empty()).ok_or_else(wrong)?;
        moment.shift(-offset).ok_or_else(wrong)?;
        Ok(moment)
    }

    /// The moment so many seconds after 1970-01-01T00:00:00Z, if it lies in the years Salesforce takes.
    pub fn from_unix(seconds: i64) -> Option<Self> {
        const DAY: i64 = 24 * 60 * 60;
        // Days in years that begin in March, so that the leap day comes last: 146,097 in each era of 400 years.
        let days = seconds.div_euclid(DAY) + 719_468;
        let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        let date = Date::new(
            u16::try_from(era * 400 + year + next).ok()?,
            u8::try_from(month).ok()?,
            u8::try_from(day).ok()?,
        )?;
        let of_day = seconds.rem_euclid(DAY);
        Some(Self {
            date,
            hour: u8::try_from(of_day / 3_600).ok()?,
            minute: u8::try_from(of_day / 60 % 60).ok()?,
            second: u8::try_from(of_day % 60).ok()?,
            millisecond: 0,
        })
    }

    /// Moves by minutes, less than a day.
    fn shift(&mut self, minutes: i16) -> Option<()> {
        const DAY: i16 = 24 * 60;
        let minute_of_day = i16::from(self.hour) * 60 + i16::from(self.minute) + minutes;
        if minute_of_day < 0 {
            self.date = self.date.previous()?;
        } else if minute_of_day >= DAY {
            self.date = self.date.next()?;
        }
        let minute_of_day = minute_of_day.rem_euclid(DAY);
        self.hour = u8::try_from(minute_of_day / 60).ok()?;
        self.minute = u8::try_from(minute_of_day % 60).ok()?;
        Some(())
    }

    /// The day in UTC.
    pub fn date(self) -> Date {
        self.date
    }

    /// The hour in UTC.
    pub fn hour(self) -> u8 {
        self.hour
    }

    /// The minute.
    pub fn minute(self) -> u8 {
        self.minute
    }

    /// The second.
    pub fn second(self) -> u8 {
        self.second
    }

    /// The millisecond.
    pub fn millisecond(self) -> u16 {
        self.millisecond
    }
}

fn days_of_month(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Takes a number of exactly `count` digits.
fn digits(rest: &mut &[u8], count: usize) -> Option<u16> {
    let (digits, after) = rest.split_at_checked(count)?;
    *rest = after;
    digits.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u16::from(digit - b'0')))
}

/// Takes a number of two digits up to `most`.
fn two(rest: &mut &[u8], most: u8) -> Option<u8> {
    u8::try_from(digits(rest, 2)?).ok().filter(|number| *number <= most)
}

/// Takes one of some characters.
fn one_of(rest: &mut &[u8], allowed: &[u8]) -> Option<u8> {
    let (first, after) = rest.split_first()?;
    *rest = after;
    allowed.contains(first).then_some(*first)
}

fn date(rest: &mut &[u8]) -> Option<Date> {
    let year = digits(rest, 4)?;
    one_of(rest, b"-")?;
    let month = two(rest, 12)?;
    one_of(rest, b"-")?;
    Date::new(year, month, two(rest, 31)?)
}

/// Takes a date and a time without its zone.
fn local(rest: &mut &[u8]) -> Option<DateTime> {
    let date = date(rest)?;
    one_of(rest, b"Tt")?;
    let hour = two(rest, 23)?;
    one_of(rest, b":")?;
    let minute = two(rest, 59)?;
    let mut moment = DateTime { date, hour, minute, second: 0, millisecond: 0 };
    if rest.first() == Some(&b':') {
        one_of(rest, b":")?;
        moment.second = two(rest, 59)?;
        if rest.first() == Some(&b'.') {
            one_of(rest, b".")?;
            moment.millisecond = milliseconds(rest)?;
        }
    }
    Some(moment)
}

/// Takes the digits of a fraction, of which the first three count.
fn milliseconds(rest: &mut &[u8]) -> Option<u16> {
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (fraction, after) = rest.split_at_checked(length)?;
    *rest = after;
    let digit = |place: usize| fraction.get(place).map_or(0, |digit| u16::from(digit - b'0'));
    (length > 0).then(|| digit(0) * 100 + digit(1) * 10 + digit(2))
}

/// Takes `Z`, `+hh:mm` or, as Salesforce writes it, `+hhmm`: minutes ahead of UTC.
fn zone(rest: &mut &[u8]) -> Option<i16> {
    let sign = match one_of(rest, b"Zz+-")? {
        b'+' => 1,
        b'-' => -1,
        _ => return Some(0),
    };
    // No zone is further from UTC than +14:00.
    let hours = two(rest, 14)?;
    if rest.first() == Some(&b':') {
        one_of(rest, b":")?;
    }
    let minutes = two(rest, 59)?;
    Some(sign * (i16::from(hours) * 60 + i16::from(minutes)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soql::Literal;

    #[test]
    fn a_date_is_a_day_of_the_calendar() {
        for text in ["2026-05-31", "2024-02-29", "2000-02-29", "1700-01-01", "4000-12-31"] {
            assert_eq!(Literal::Date(Date::parse(text).unwrap()).to_string(), text);
        }
        for text in [
            "",
            "2026-05-32",
            "2026-06-31",
            "2023-02-29",
            "1900-02-29",
            "2026-00-10",
            "2026-13-10",
            "2026-05-00",
            "1699-12-31",
            "4001-01-01",
            "2026-5-31",
            "26-05-31",
            "2026/05/31",
            "2026-05-31 ",
            "2026-05-31T00:00:00Z",
            "TODAY",
            "２０26-05-31",
            "2026-05-3",
            "-026-05-31",
        ] {
            assert!(matches!(Date::parse(text), Err(LiteralError::Date(_))), "{text}");
        }
    }

    #[test]
    fn a_moment_is_brought_to_utc() {
        for (text, utc) in [
            ("2026-05-31T15:00:00Z", "2026-05-31T15:00:00Z"),
            ("2026-05-31T15:00Z", "2026-05-31T15:00:00Z"),
            ("2026-05-31t15:00:00z", "2026-05-31T15:00:00Z"),
            ("2026-05-31T15:00:00.000+0000", "2026-05-31T15:00:00Z"),
            ("2026-05-31T15:00:00.5Z", "2026-05-31T15:00:00.500Z"),
            ("2026-05-31T15:00:00.1239999Z", "2026-05-31T15:00:00.123Z"),
            ("2026-05-31T15:00:00+02:00", "2026-05-31T13:00:00Z"),
            ("2026-05-31T15:00:00-08:00", "2026-05-31T23:00:00Z"),
            ("2026-05-31T23:30:15-00:45", "2026-06-01T00:15:15Z"),
            ("2026-12-31T23:59:59-14:00", "2027-01-01T13:59:59Z"),
            ("2026-01-01T00:00:00+05:30", "2025-12-31T18:30:00Z"),
            ("2024-03-01T00:00:00+01:00", "2024-02-29T23:00:00Z"),
            ("2026-05-31T15:00:00-00:00", "2026-05-31T15:00:00Z"),
        ] {
            assert_eq!(Literal::DateTime(DateTime::parse(text).unwrap()).to_string(), utc, "{text}");
        }
    }

    #[test]
    fn seconds_since_1970_are_a_moment() {
        for (seconds, utc) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_778_598_000, "2026-05-12T15:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(Literal::DateTime(DateTime::from_unix(seconds).unwrap()).to_string(), utc);
        }
        assert!(DateTime::from_unix(i64::MAX / 2).is_none() && DateTime::from_unix(-9_000_000_000).is_none());
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "2026-05-31",
            "2026-05-31 15:00:00Z",
            "2026-05-31T24:00:00Z",
            "2026-05-31T15:60:00Z",
            "2026-05-31T15:00:60Z",
            "2026-05-31T15:00:00.Z",
            "2026-05-31T15:00:00+15:00",
            "2026-05-31T15:00:00+2",
            "2026-05-31T15:00:00+02:0",
            "2026-05-31T15:00:00Z ",
            "2026-05-31T15Z",
            "2026-06-31T15:00:00Z",
            "2026-05-31T15:00:00ZZ",
            "2026-05-31T15:00:00 02:00",
            "1700-01-01T00:00:00+01:00",
            "4000-12-31T23:00:00-02:00",
        ] {
            assert!(matches!(DateTime::parse(text), Err(LiteralError::DateTime(_))), "{text}");
        }
    }

    #[test]
    fn a_moment_without_a_zone_is_asked_for_it() {
        assert_eq!(
            DateTime::parse("2026-05-31T15:00:00").unwrap_err().to_string(),
            "the datetime \"2026-05-31T15:00:00\" has no time zone; add Z for UTC or an offset such as +02:00"
        );
    }
}
