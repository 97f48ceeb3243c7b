//! Which calendar numbers are by, in words.

use super::group::Period;
use crate::known::{Known, PlanError};
use crate::record::Record;
use crate::resolve::filter::Filter;
use crate::resolve::names;
use crate::schema::FieldType;
use crate::soql::{DatePart, ObjectName};
use crate::within::holds;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The org's fiscal year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FiscalYear {
    /// Its first month, from 0.
    start: usize,
    /// Whether it has the name of the year it begins in, not of the one it ends in.
    named_by_start: bool,
}

impl FiscalYear {
    fn new(month: &str, named_by_start: bool) -> Option<Self> {
        let month: usize = month.parse().ok()?;
        (1..=12).contains(&month).then(|| Self { start: month - 1, named_by_start })
    }

    /// The fiscal year of the org's record.
    pub(super) fn of(org: &Record) -> Option<Self> {
        let fields = org.fields();
        let named_by_start = fields.get("UsesStartDateAsFiscalYearName").is_some_and(|value| value.get() == "true");
        Self::new(fields.get("FiscalYearStartMonth")?.get(), named_by_start)
    }

    /// A month by its number from the start.
    fn month(self, number: usize) -> &'static str {
        MONTHS[(self.start + number) % 12]
    }
}

/// Which calendars a call uses, where it makes a difference: not for days and months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Use {
    calendar: bool,
    fiscal: bool,
}

impl Use {
    pub(super) fn matters(self) -> bool {
        self.calendar || self.fiscal
    }

    pub(super) fn add(&mut self, period: Period) {
        match period {
            Period::Day | Period::Month => {}
            Period::Quarter | Period::Year => self.calendar = true,
            Period::FiscalMonth | Period::FiscalQuarter | Period::FiscalYear => self.fiscal = true,
        }
    }

    pub(super) fn add_part(&mut self, part: DatePart) {
        match part {
            DatePart::Quarter | DatePart::Year => self.calendar = true,
            DatePart::FiscalMonth | DatePart::FiscalQuarter | DatePart::FiscalYear => self.fiscal = true,
            _ => {}
        }
    }

    /// The calendar that a filter by a date uses. A date may be the end of a quarter, so it counts.
    pub(super) fn add_filter(&mut self, known: &Known, object: &ObjectName, filter: &Filter) -> Result<(), PlanError> {
        let named = names::field(known, object, &filter.field)?;
        if matches!(named.field.field_type, FieldType::Date | FieldType::DateTime) {
            let value = filter.value.to_ascii_uppercase();
            if holds(&value, "FISCAL") {
                self.fiscal = true;
            } else if holds(&value, "QUARTER") || holds(&value, "YEAR") || value.contains('-') {
                self.calendar = true;
            }
        }
        Ok(())
    }

    /// Says which calendars were used.
    pub(super) fn say(self, year: Option<FiscalYear>, notices: &mut Vec<String>) {
        match year {
            Some(FiscalYear { start: 0, .. }) if self.matters() => {
                notices.push("the org's fiscal year is the calendar year".to_owned());
                return;
            }
            None if self.calendar => {
                notices.push("calendar periods; the org's fiscal year may differ".to_owned());
            }
            Some(year) if self.calendar => notices.push(format!(
                "calendar periods; the fiscal year begins in {} (Q2: {} to {})",
                year.month(0),
                year.month(3),
                year.month(5)
            )),
            _ => {}
        }
        match year {
            None if self.fiscal => notices.push("periods of the org's fiscal year".to_owned()),
            Some(year) if self.fiscal => notices.push(format!(
                "fiscal periods; the year begins in {}, and is called by the year it {} in",
                year.month(0),
                if year.named_by_start { "begins" } else { "ends" }
            )),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(calendar: bool, fiscal: bool, year: Option<FiscalYear>, expected: &[&str]) {
        let mut notices = Vec::new();
        Use { calendar, fiscal }.say(year, &mut notices);
        assert_eq!(notices, expected);
    }

    #[test]
    fn the_calendar_is_named_where_it_makes_a_difference() {
        let february = FiscalYear::new("2", false);
        let calendar = "calendar periods; the fiscal year begins in February (Q2: May to July)";
        let fiscal = "fiscal periods; the year begins in February, and is called by the year it ends in";
        check(false, false, february, &[]);
        check(true, false, february, &[calendar]);
        check(false, true, february, &[fiscal]);
        check(true, true, february, &[calendar, fiscal]);
        let same = "the org's fiscal year is the calendar year";
        check(true, false, FiscalYear::new("1", false), &[same]);
        check(true, true, FiscalYear::new("1", true), &[same]);
        check(true, false, None, &["calendar periods; the org's fiscal year may differ"]);
    }

    #[test]
    fn a_fiscal_year_begins_in_a_month() {
        for month in ["0", "13", "", "x"] {
            assert_eq!(FiscalYear::new(month, false), None);
        }
    }
}
