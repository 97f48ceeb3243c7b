//! HTTP's dates: Salesforce's timestamps as conditional requests write them, and the `Date` of a response.

use crate::time::zone;
use crate::within::{split, split_around};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// When a response was made, in seconds since the Unix epoch: its `Date`, by the clock of who answered. None where there
/// is none, or it is in one of the forms that are obsolete.
///
/// <https://www.rfc-editor.org/rfc/rfc9110#name-date>
pub fn date_of(headers: &http::HeaderMap) -> Option<i64> {
    // `Tue, 12 May 2026 15:00:00 GMT`
    let date = split_around(headers.get(http::header::DATE)?.to_str().ok()?, ", ")?.1.strip_suffix(" GMT")?;
    let mut words = split(date, b' ');
    let day: i64 = words.next()?.parse().ok()?;
    let month = words.next()?;
    let month = MONTHS.iter().position(|name| *name == month)? as i64 + 1;
    let year: i64 = words.next()?.parse().ok()?;
    let mut time = split(words.next()?, b':').map(|part| part.parse::<i64>().ok());
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    let is_date = (1970..=9999).contains(&year) && (1..=31).contains(&day);
    // A leap second counts as one.
    let is_time = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..=60).contains(&second);
    (is_date && is_time).then(|| zone::days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second)
}

/// `2026-05-12T15:00:00.000+0000` as `Tue, 12 May 2026 15:00:00 GMT`; absent if it is no such timestamp.
///
/// <https://www.rfc-editor.org/rfc/rfc9110#name-date-time-formats>
pub fn http_date(timestamp: &str) -> Option<String> {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    let (date, rest) = timestamp.split_once('T')?;
    let time = rest.get(..8)?;
    let utc = matches!(
        rest.get(8..)?.trim_start_matches('.').trim_start_matches(|c: char| c.is_ascii_digit()),
        "Z" | "+0000"
    );
    let (year, month_day) = date.split_once('-')?;
    let (month, day) = month_day.split_once('-')?;
    let (year, month, day): (i64, usize, i64) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    let month_name = MONTHS.get(month.checked_sub(1)?)?;
    let time_is_valid =
        time.bytes().enumerate().all(|(at, byte)| if at % 3 == 2 { byte == b':' } else { byte.is_ascii_digit() });
    if !utc || !time_is_valid || !(1..=31).contains(&day) {
        return None;
    }
    // Sakamoto's method: how far each month's first day is from January's, the year counted from March.
    const SHIFT: [i64; 12] = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
    let y = if month < 3 { year - 1 } else { year };
    let weekday = (y + y / 4 - y / 100 + y / 400 + SHIFT[month - 1] + day).rem_euclid(7) as usize;
    Some(format!("{}, {day:02} {month_name} {year:04} {time} GMT", DAYS[weekday]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_becomes_an_http_date() {
        let check = |timestamp, expected| assert_eq!(http_date(timestamp).as_deref(), Some(expected));
        check("2026-05-12T15:00:00.000+0000", "Tue, 12 May 2026 15:00:00 GMT");
        check("2020-02-29T23:59:59.000+0000", "Sat, 29 Feb 2020 23:59:59 GMT");
        check("2000-01-01T00:00:00Z", "Sat, 01 Jan 2000 00:00:00 GMT");
        check("1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37 GMT");
    }

    #[test]
    fn the_date_of_a_response_is_read_and_what_is_none_is_not() {
        let check = |text: &str, expected| {
            let mut headers = http::HeaderMap::new();
            headers.insert(http::header::DATE, text.parse().unwrap());
            assert_eq!(date_of(&headers), expected, "{text}");
        };
        check("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777));
        check("Tue, 12 May 2026 15:00:00 GMT", Some(1_778_598_000));
        for text in [
            "",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Foo 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "1994",
        ] {
            check(text, None);
        }
        assert_eq!(date_of(&http::HeaderMap::new()), None);
    }

    #[test]
    fn what_is_no_timestamp_in_utc_makes_no_condition() {
        for timestamp in ["", "2026-05-12", "2026-05-12T15:00:00+0200", "2026-13-01T00:00:00Z", "2026-05-12T15-00-00Z"]
        {
            assert_eq!(http_date(timestamp), None, "{timestamp}");
        }
    }
}
