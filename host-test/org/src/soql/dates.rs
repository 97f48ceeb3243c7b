//! Date literals and date functions: which days they mean to this user at this moment.

use jiff::{
    Span, Timestamp,
    civil::{Date, date},
    tz::TimeZone,
};

use super::ast::{DateFunction, DateLiteral, Unit};
use crate::context::Context;

/// The days from `first` to `last`, both included; none where `last` comes before `first`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Days {
    pub(crate) first: Date,
    pub(crate) last: Date,
}

impl Days {
    /// The instants of these days in the user's zone: the first and the last.
    pub(crate) fn instants(self, zone: &TimeZone) -> (Timestamp, Timestamp) {
        let midnight = |day: Date, otherwise| day.to_zoned(zone.clone()).map_or(otherwise, |zoned| zoned.timestamp());
        let first = midnight(self.first, Timestamp::MIN);
        let after = self.last.tomorrow().map_or(Timestamp::MAX, |day| midnight(day, Timestamp::MAX));
        let last = after.checked_sub(Span::new().nanoseconds(1)).unwrap_or(Timestamp::MIN);
        (first, last)
    }
}

/// The days a literal means.
/// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm>
pub(crate) fn days(literal: DateLiteral, context: &Context) -> Days {
    let today = context.now.to_zoned(context.zone.clone()).date();
    let day = |n: i64| add_days(today, n);
    // The units from the `from`-th to the `to`-th after this one.
    let units = |unit: Unit, from: i64, to: i64| {
        let start = start(unit, today, context);
        Days { first: shift(unit, start, from), last: add_days(shift(unit, start, to + 1), -1) }
    };
    match literal {
        DateLiteral::Yesterday => Days { first: day(-1), last: day(-1) },
        DateLiteral::Today => Days { first: today, last: today },
        DateLiteral::Tomorrow => Days { first: day(1), last: day(1) },
        DateLiteral::Last(unit) => units(unit, -1, -1),
        DateLiteral::This(unit) => units(unit, 0, 0),
        DateLiteral::Next(unit) => units(unit, 1, 1),
        // The manual: "This includes the current day, not just previous days. So it includes 91 days in total."
        DateLiteral::Last90Days => Days { first: day(-90), last: today },
        DateLiteral::LastN(Unit::Day, n) => Days { first: day(-i64::from(n)), last: today },
        DateLiteral::Next90Days => Days { first: day(1), last: day(90) },
        DateLiteral::LastN(unit, n) => units(unit, -i64::from(n), -1),
        DateLiteral::NextN(unit, n) => units(unit, 1, i64::from(n)),
        DateLiteral::Ago(unit, n) => units(unit, -i64::from(n), -i64::from(n)),
    }
}

fn add_days(day: Date, n: i64) -> Date {
    let end = if n < 0 { Date::MIN } else { Date::MAX };
    Span::new().try_days(n).ok().and_then(|span| day.checked_add(span).ok()).unwrap_or(end)
}

/// The first day of the unit that `day` is in.
fn start(unit: Unit, day: Date, context: &Context) -> Date {
    let months_back = match unit {
        Unit::Day => return day,
        Unit::Week => {
            let days = day.weekday().since(context.week_start);
            return add_days(day, -i64::from(days));
        }
        Unit::Month => 0,
        Unit::Quarter => (day.month() - 1) % 3,
        Unit::Year => day.month() - 1,
        Unit::FiscalQuarter => fiscal_month_index(day, context) % 3,
        Unit::FiscalYear => fiscal_month_index(day, context),
    };
    shift_months(day.first_of_month(), -i64::from(months_back))
}

/// 0 for a day in the first month of the fiscal year.
fn fiscal_month_index(day: Date, context: &Context) -> i8 {
    (day.month() - context.fiscal_year_start_month).rem_euclid(12)
}

fn shift(unit: Unit, start: Date, n: i64) -> Date {
    match unit {
        Unit::Day => add_days(start, n),
        Unit::Week => add_days(start, n.saturating_mul(7)),
        Unit::Month => shift_months(start, n),
        Unit::Quarter | Unit::FiscalQuarter => shift_months(start, n.saturating_mul(3)),
        Unit::Year | Unit::FiscalYear => shift_months(start, n.saturating_mul(12)),
    }
}

fn shift_months(day: Date, n: i64) -> Date {
    let end = if n < 0 { Date::MIN } else { Date::MAX };
    Span::new().try_months(n).ok().and_then(|span| day.checked_add(span).ok()).unwrap_or(end)
}

/// What a date function gives.
pub(crate) enum Part {
    /// A number.
    Number(i64),
    /// A day.
    Day(Date),
}

/// A part of a day, and for `HOUR_IN_DAY` of the hour of that day.
/// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_date_functions.htm>
pub(crate) fn part(function: DateFunction, day: Date, hour: i8, context: &Context) -> Part {
    let number = match function {
        DateFunction::DayOnly => return Part::Day(day),
        DateFunction::CalendarMonth => i64::from(day.month()),
        DateFunction::CalendarQuarter => i64::from((day.month() - 1) / 3 + 1),
        DateFunction::CalendarYear => i64::from(day.year()),
        DateFunction::DayInMonth => i64::from(day.day()),
        DateFunction::DayInWeek => i64::from(day.weekday().to_sunday_one_offset()),
        DateFunction::DayInYear => i64::from(day.day_of_year()),
        DateFunction::FiscalMonth => i64::from(fiscal_month_index(day, context) + 1),
        DateFunction::FiscalQuarter => i64::from(fiscal_month_index(day, context) / 3 + 1),
        DateFunction::FiscalYear => fiscal_year(day, context),
        DateFunction::HourInDay => i64::from(hour),
        DateFunction::WeekInMonth => i64::from((day.day() - 1) / 7 + 1),
        DateFunction::WeekInYear => i64::from((day.day_of_year() - 1) / 7 + 1),
    };
    Part::Number(number)
}

fn fiscal_year(day: Date, context: &Context) -> i64 {
    let first = start(Unit::FiscalYear, day, context);
    let begins_in = i64::from(first.year());
    if context.fiscal_year_named_by_start || first == date(first.year(), 1, 1) { begins_in } else { begins_in + 1 }
}

#[cfg(test)]
mod tests {
    use jiff::civil::Weekday;

    use super::*;
    use crate::id::Id;

    /// 2026-03-18 was a Wednesday; in Los Angeles it was still Tuesday the 17th.
    fn context(zone: &str, week_start: Weekday, fiscal: i8) -> Context {
        Context {
            user: Id::numbered("005", 1),
            now: "2026-03-18T02:30:00Z".parse().unwrap(),
            zone: TimeZone::get(zone).unwrap(),
            locale: "en_US".to_owned(),
            language: "en_US".to_owned(),
            week_start,
            fiscal_year_start_month: fiscal,
            fiscal_year_named_by_start: false,
        }
    }

    #[track_caller]
    fn check(context: &Context, literal: DateLiteral, expected: &str) {
        let days = days(literal, context);
        assert_eq!(format!("{} {}", days.first, days.last), expected, "{literal}");
    }

    #[test]
    fn literals_count_from_today_in_the_users_zone() {
        let berlin = context("Europe/Berlin", Weekday::Monday, 1);
        let angeles = context("America/Los_Angeles", Weekday::Sunday, 1);
        check(&berlin, DateLiteral::Today, "2026-03-18 2026-03-18");
        check(&angeles, DateLiteral::Today, "2026-03-17 2026-03-17");
        check(&berlin, DateLiteral::Yesterday, "2026-03-17 2026-03-17");
        check(&berlin, DateLiteral::Tomorrow, "2026-03-19 2026-03-19");
        check(&berlin, DateLiteral::LastN(Unit::Day, 7), "2026-03-11 2026-03-18");
        check(&berlin, DateLiteral::NextN(Unit::Day, 7), "2026-03-19 2026-03-25");
        check(&berlin, DateLiteral::Ago(Unit::Day, 7), "2026-03-11 2026-03-11");
        check(&berlin, DateLiteral::Last90Days, "2025-12-18 2026-03-18");
        check(&berlin, DateLiteral::Next90Days, "2026-03-19 2026-06-16");
    }

    #[test]
    fn weeks_start_where_the_locale_says() {
        let berlin = context("Europe/Berlin", Weekday::Monday, 1);
        let angeles = context("America/Los_Angeles", Weekday::Sunday, 1);
        check(&berlin, DateLiteral::This(Unit::Week), "2026-03-16 2026-03-22");
        check(&angeles, DateLiteral::This(Unit::Week), "2026-03-15 2026-03-21");
        check(&berlin, DateLiteral::Last(Unit::Week), "2026-03-09 2026-03-15");
        check(&berlin, DateLiteral::LastN(Unit::Week, 2), "2026-03-02 2026-03-15");
        check(&berlin, DateLiteral::NextN(Unit::Week, 2), "2026-03-23 2026-04-05");
        check(&berlin, DateLiteral::Ago(Unit::Week, 2), "2026-03-02 2026-03-08");
    }

    #[test]
    fn months_quarters_and_years_are_whole_and_leave_out_the_current_one() {
        let berlin = context("Europe/Berlin", Weekday::Monday, 1);
        check(&berlin, DateLiteral::This(Unit::Month), "2026-03-01 2026-03-31");
        check(&berlin, DateLiteral::Last(Unit::Month), "2026-02-01 2026-02-28");
        check(&berlin, DateLiteral::LastN(Unit::Month, 3), "2025-12-01 2026-02-28");
        check(&berlin, DateLiteral::NextN(Unit::Month, 1), "2026-04-01 2026-04-30");
        check(&berlin, DateLiteral::This(Unit::Quarter), "2026-01-01 2026-03-31");
        check(&berlin, DateLiteral::Next(Unit::Quarter), "2026-04-01 2026-06-30");
        check(&berlin, DateLiteral::Ago(Unit::Quarter, 5), "2024-10-01 2024-12-31");
        check(&berlin, DateLiteral::This(Unit::Year), "2026-01-01 2026-12-31");
        check(&berlin, DateLiteral::LastN(Unit::Year, 2), "2024-01-01 2025-12-31");
    }

    #[test]
    fn fiscal_units_start_with_the_orgs_month() {
        let april = context("Europe/Berlin", Weekday::Monday, 4);
        check(&april, DateLiteral::This(Unit::FiscalYear), "2025-04-01 2026-03-31");
        check(&april, DateLiteral::Next(Unit::FiscalQuarter), "2026-04-01 2026-06-30");
        let february = context("Europe/Berlin", Weekday::Monday, 2);
        check(&february, DateLiteral::This(Unit::FiscalQuarter), "2026-02-01 2026-04-30");
        check(&february, DateLiteral::Last(Unit::FiscalYear), "2025-02-01 2026-01-31");
        assert_eq!(fiscal_year(date(2026, 3, 18), &february), 2027);
        assert_eq!(fiscal_year(date(2026, 3, 18), &context("UTC", Weekday::Monday, 1)), 2026);
    }

    #[test]
    fn endless_counts_stop_at_the_ends_of_time() {
        let berlin = context("Europe/Berlin", Weekday::Monday, 1);
        for unit in [Unit::Day, Unit::Week, Unit::FiscalYear] {
            assert_eq!(days(DateLiteral::LastN(unit, u32::MAX), &berlin).first, Date::MIN);
        }
    }

    #[test]
    fn a_day_has_23_hours_when_the_clock_goes_forward() {
        let berlin = context("Europe/Berlin", Weekday::Monday, 1);
        let day = date(2026, 3, 29);
        let (first, last) = Days { first: day, last: day }.instants(&berlin.zone);
        assert_eq!(first.to_string(), "2026-03-28T23:00:00Z");
        assert_eq!(last.to_string(), "2026-03-29T21:59:59.999999999Z");
    }
}
