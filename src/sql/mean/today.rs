//! Days and periods relative to today, as the date literals that mean the same.
//!
//! A literal is a range of days: equal is within it, less is before its first day, greater after its last.
//! <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm>

use super::super::{Shift, Value};
use super::side::Side;
use super::unit::Unit;
use crate::soql::{Comparison, DateLiteral};

/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;

/// A day, a moment or the beginning of a period, some time later.
pub(super) fn moved(side: Side, mut shift: Shift) -> Option<Side> {
    match side {
        Side::Value(Value::Day(from)) => {
            // Whole days, whichever way they are counted.
            if shift.seconds % DAY == 0 {
                let days = i32::try_from(shift.seconds / DAY).ok()?;
                shift = Shift { days: shift.days.checked_add(days)?, seconds: 0, ..shift };
            }
            (shift.seconds == 0).then_some(Side::Value(Value::Day(from.plus(shift)?)))
        }
        Side::Value(Value::Moment(from)) => Some(Side::Value(Value::Moment(from.plus(shift)?))),
        Side::Value(Value::Range(range)) if range.name() == "TODAY" => {
            moved(Side::Value(Value::Day(Shift::default())), shift)
        }
        Side::Start(unit, by) => Some(Side::Start(unit, by.checked_add(unit.count(shift)?)?)),
        _ => None,
    }
}

/// The beginning of the period that a day or a moment is in.
pub(super) fn start(unit: Unit, value: &Value) -> Option<Side> {
    match value {
        Value::Day(shift) | Value::Moment(shift) => Some(Side::Start(unit, unit.count(*shift)?)),
        Value::Range(range) if range.name() == "TODAY" => Some(Side::Start(unit, 0)),
        _ => None,
    }
}

/// A day relative to today as a literal, where the comparison with it has one; else as what it is.
pub(super) fn day(op: Comparison, shift: Shift) -> (Comparison, Value) {
    let literal = |text: String| DateLiteral::parse(&text).ok().map(Value::Range);
    let exactly = (op, Value::Day(shift));
    if shift.months != 0 {
        return exactly;
    }
    let days = i64::from(shift.days);
    let next =
        |days: i64| if days == 1 { literal("TOMORROW".to_owned()) } else { literal(format!("NEXT_N_DAYS:{days}")) };
    let found = match (days, op) {
        (0, _) => Some((op, literal("TODAY".to_owned()))),
        (-1, _) => Some((op, literal("YESTERDAY".to_owned()))),
        (1, _) => Some((op, literal("TOMORROW".to_owned()))),
        (..0, _) => Some((op, literal(format!("N_DAYS_AGO:{}", days.unsigned_abs())))),
        // The range goes from tomorrow to that day.
        (_, Comparison::Le | Comparison::Gt) => Some((op, next(days))),
        (_, Comparison::Lt) => Some((Comparison::Le, next(days - 1))),
        (_, Comparison::Ge) => Some((Comparison::Gt, next(days - 1))),
        (_, Comparison::Eq | Comparison::Ne) => None,
    };
    match found {
        Some((op, Some(value))) => (op, value),
        _ => exactly,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(days: i32) -> Shift {
        Shift { days, ..Shift::default() }
    }

    /// Days that a comparison with a literal holds for, from ten days ago to ten days ahead.
    fn holds(op: Comparison, value: &Value) -> Vec<i32> {
        let (first, last) = match value {
            Value::Day(shift) => (shift.days, shift.days),
            Value::Range(range) => match (range.name(), range.n().map(|n| i32::try_from(n).unwrap())) {
                ("TODAY", _) => (0, 0),
                ("YESTERDAY", _) => (-1, -1),
                ("TOMORROW", _) => (1, 1),
                ("N_DAYS_AGO", Some(n)) => (-n, -n),
                ("NEXT_N_DAYS", Some(n)) => (1, n),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        };
        let fits = |day: &i32| match op {
            Comparison::Eq => (first..=last).contains(day),
            Comparison::Ne => !(first..=last).contains(day),
            Comparison::Lt => *day < first,
            Comparison::Le => *day <= last,
            Comparison::Gt => *day > last,
            Comparison::Ge => *day >= first,
        };
        (-10..=10).filter(fits).collect()
    }

    #[test]
    fn a_literal_holds_for_the_very_days_that_the_day_would() {
        use Comparison::{Eq, Ge, Gt, Le, Lt, Ne};
        for op in [Eq, Ne, Lt, Le, Gt, Ge] {
            for n in -9..=9 {
                let (said, value) = day(op, days(n));
                assert_eq!(holds(said, &value), holds(op, &Value::Day(days(n))), "{op:?} {n}: {said:?} {value:?}");
            }
        }
    }

    #[test]
    fn what_no_literal_says_stays_a_day() {
        assert_eq!(day(Comparison::Eq, days(5)).1, Value::Day(days(5)));
        let month = Shift { months: -1, ..Shift::default() };
        assert_eq!(day(Comparison::Ge, month), (Comparison::Ge, Value::Day(month)));
        // Longer ago than literals count.
        assert_eq!(day(Comparison::Ge, days(-100_000)).1, Value::Day(days(-100_000)));
    }
}
