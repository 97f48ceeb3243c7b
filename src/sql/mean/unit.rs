//! Periods of the calendar.

use super::super::{Shift, Value};
use crate::soql::{Date, DateLiteral};

/// A period of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Week,
    Month,
    Quarter,
    Year,
}

impl Unit {
    /// By its name; a day is no period.
    pub(super) fn parse(name: &str) -> Option<Self> {
        match name {
            "week" | "wk" | "ww" => Some(Self::Week),
            "month" | "mon" | "mm" => Some(Self::Month),
            "quarter" | "qq" | "q" => Some(Self::Quarter),
            "year" | "yyyy" | "yy" => Some(Self::Year),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Week => "WEEK",
            Self::Month => "MONTH",
            Self::Quarter => "QUARTER",
            Self::Year => "YEAR",
        }
    }

    /// How many of it a distance is, if it is a whole number.
    pub(super) fn count(self, shift: Shift) -> Option<i32> {
        let months = |each: i32| (shift.days == 0 && shift.months % each == 0).then_some(shift.months / each);
        if shift.seconds != 0 {
            return None;
        }
        match self {
            Self::Week => (shift.months == 0 && shift.days % 7 == 0).then_some(shift.days / 7),
            Self::Month => months(1),
            Self::Quarter => months(3),
            Self::Year => months(12),
        }
    }

    /// The period so many after this one; there are literals for those before it and for the next.
    pub(super) fn range(self, by: i32) -> Option<Value> {
        let unit = self.name();
        let literal = match by {
            0 => format!("THIS_{unit}"),
            -1 => format!("LAST_{unit}"),
            1 => format!("NEXT_{unit}"),
            ..0 => format!("N_{unit}S_AGO:{}", by.unsigned_abs()),
            _ => return None,
        };
        DateLiteral::parse(&literal).ok().map(Value::Range)
    }

    /// The first day of the period after the one that begins on this day, if one does.
    pub(super) fn next(self, first: Date) -> Option<Date> {
        let (year, month) = (first.year(), first.month());
        let months = match self {
            Self::Week => return None,
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        };
        let is_first = first.day() == 1 && (u16::from(month) - 1).is_multiple_of(months);
        let after = u16::from(month) - 1 + months;
        let next = format!("{:04}-{:02}-01", year + after / 12, after % 12 + 1);
        if is_first { Date::parse(&next).ok() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_period_begins_where_one_ends() {
        let date = |text| Date::parse(text).unwrap();
        assert_eq!(Unit::Month.next(date("2026-12-01")), Some(date("2027-01-01")));
        assert_eq!(Unit::Quarter.next(date("2026-10-01")), Some(date("2027-01-01")));
        assert_eq!(Unit::Quarter.next(date("2026-05-01")), None);
        assert_eq!(Unit::Year.next(date("2026-01-01")), Some(date("2027-01-01")));
        assert_eq!(Unit::Year.next(date("2026-02-01")), None);
        assert_eq!(Unit::Month.next(date("2026-12-02")), None);
    }
}
