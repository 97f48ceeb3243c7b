//! Parts of dates: what records are grouped by, and compared by.

/// A part of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatePart {
    /// `DAY_ONLY`: the day of a datetime.
    Day,
    /// `CALENDAR_MONTH`: 1 for January.
    Month,
    /// `CALENDAR_QUARTER`
    Quarter,
    /// `CALENDAR_YEAR`
    Year,
    /// `FISCAL_MONTH`: 1 for the first month of the org's fiscal year.
    FiscalMonth,
    /// `FISCAL_QUARTER`
    FiscalQuarter,
    /// `FISCAL_YEAR`
    FiscalYear,
    /// `DAY_IN_MONTH`
    DayInMonth,
    /// `DAY_IN_WEEK`: 1 for Sunday.
    DayInWeek,
    /// `DAY_IN_YEAR`
    DayInYear,
    /// `HOUR_IN_DAY`
    HourInDay,
    /// `WEEK_IN_MONTH`
    WeekInMonth,
    /// `WEEK_IN_YEAR`: 1 for the first seven days.
    WeekInYear,
}
