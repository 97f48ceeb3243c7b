//! Periods without records, which Salesforce leaves out: a month without a sale is one that somebody asks about.

use super::arrange::Row;
use super::group::Period;
use super::measure::Measured;
use crate::json::quoted;
use crate::time::zone;

/// Periods that are added at most; where more are missing, none is.
const MAX_FILLED: i64 = 60;

/// Adds the periods that are missing between those there are, in either order; how many.
pub(super) fn gaps(rows: &mut Vec<Row>, period: Period, measures: &[Measured]) -> usize {
    let (mut missing, mut before) = (0, None);
    for number in rows.iter().filter_map(|row| number(period, row.first())) {
        missing += before.map_or(0, |before: i64| (number - before).abs() - 1);
        before = Some(number);
    }
    if !(1..=MAX_FILLED).contains(&missing) {
        return 0;
    }
    let mut before: Option<i64> = None;
    for row in std::mem::take(rows) {
        let number = number(period, row.first());
        while let (Some(last), Some(next)) = (before, number)
            && last != next
            && last + (next - last).signum() != next
        {
            let between = last + (next - last).signum();
            rows.push(Row::without_records(quoted(&name(period, between)), measures));
            before = Some(between);
        }
        before = number.or(before);
        rows.push(row);
    }
    missing.unsigned_abs() as usize
}

/// Periods in each year.
fn in_a_year(period: Period) -> i64 {
    match period {
        Period::Month | Period::FiscalMonth => 12,
        Period::Quarter | Period::FiscalQuarter => 4,
        Period::Day | Period::Year | Period::FiscalYear => 1,
    }
}

/// The number of a period by its name, a JSON text.
fn number(period: Period, name: &str) -> Option<i64> {
    let name = name.trim_matches('"');
    let mut parts = name.strip_prefix("FY").unwrap_or(name).split('-');
    let mut next = || parts.next()?.trim_start_matches(['Q', 'M']).parse::<i64>().ok();
    let year = next()?;
    match period {
        Period::Day => Some(zone::days(year, next()?, next()?)),
        Period::Year | Period::FiscalYear => Some(year),
        _ => Some(year * in_a_year(period) + next()? - 1),
    }
}

/// The name of a period by its number.
fn name(period: Period, number: i64) -> String {
    let (year, part) = (number.div_euclid(in_a_year(period)), number.rem_euclid(in_a_year(period)) + 1);
    match period {
        Period::Day => zone::date(number),
        _ => period.name(&year.to_string(), Some(&part.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(period: Period, said: &[&str], expected: &[&str]) {
        let row = |name: &&str| Row::without_records(quoted(name), &[]);
        let mut rows: Vec<Row> = said.iter().map(row).collect();
        let filled = gaps(&mut rows, period, &[]);
        let names: Vec<_> = rows.iter().map(|row| row.first().trim_matches('"')).collect();
        assert_eq!(names, expected);
        assert_eq!(filled, expected.len() - said.len());
    }

    #[test]
    fn periods_between_are_added_in_the_order_there_is() {
        check(Period::Month, &["2025-11", "2026-02"], &["2025-11", "2025-12", "2026-01", "2026-02"]);
        check(Period::Month, &["2026-02", "2025-12"], &["2026-02", "2026-01", "2025-12"]);
        check(Period::Quarter, &["2025-Q3", "2026-Q1"], &["2025-Q3", "2025-Q4", "2026-Q1"]);
        check(Period::FiscalQuarter, &["FY2025-Q4", "FY2026-Q2"], &["FY2025-Q4", "FY2026-Q1", "FY2026-Q2"]);
        check(Period::FiscalMonth, &["FY2026-M11", "FY2027-M01"], &["FY2026-M11", "FY2026-M12", "FY2027-M01"]);
        check(Period::Year, &["2023", "2025"], &["2023", "2024", "2025"]);
        check(Period::FiscalYear, &["FY2023", "FY2025"], &["FY2023", "FY2024", "FY2025"]);
        check(Period::Day, &["2026-02-27", "2026-03-01"], &["2026-02-27", "2026-02-28", "2026-03-01"]);
    }

    #[test]
    fn nothing_is_added_where_nothing_or_too_much_is_missing() {
        check(Period::Month, &["2025-11", "2025-12"], &["2025-11", "2025-12"]);
        check(Period::Day, &["2025-01-01", "2026-01-01"], &["2025-01-01", "2026-01-01"]);
        check(Period::Month, &[], &[]);
    }
}
