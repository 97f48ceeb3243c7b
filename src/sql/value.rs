//! Values as they were written. Which of them fits a field, only its type says.

use super::Span;
use crate::soql::{Date, DateLiteral, DateTime, Number};

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    /// The value.
    pub value: Value,
    /// Where it stands.
    pub at: Span,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// No value.
    Null,
    /// A checkbox.
    Boolean(bool),
    /// A number.
    Number(Number),
    /// An amount in a currency.
    Currency {
        /// Its ISO code, in capitals.
        code: String,
        /// The amount.
        amount: Number,
    },
    /// Whatever stood in quotes: a text, or a number, date or checkbox that somebody quoted.
    Text(String),
    /// A day.
    Date(Date),
    /// A moment.
    DateTime(DateTime),
    /// A range of days relative to today.
    Range(DateLiteral),
    /// A day so far from today, in the user's zone.
    Day(Shift),
    /// A moment so far from now.
    Moment(Shift),
    /// What the caller gives under this name: a value, or in a list several.
    Parameter(String),
}

/// A distance in time, forwards or back: first the months, then the days, then the seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shift {
    /// Months of the calendar; a day that the month has not is its last.
    pub months: i32,
    /// Days.
    pub days: i32,
    /// Seconds.
    pub seconds: i64,
}

impl Shift {
    /// One after the other; nothing if it leaves what can be counted.
    pub(super) fn plus(self, other: Self) -> Option<Self> {
        Some(Self {
            months: self.months.checked_add(other.months)?,
            days: self.days.checked_add(other.days)?,
            seconds: self.seconds.checked_add(other.seconds)?,
        })
    }

    /// As far the other way.
    pub(super) fn back(self) -> Option<Self> {
        Some(Self {
            months: self.months.checked_neg()?,
            days: self.days.checked_neg()?,
            seconds: self.seconds.checked_neg()?,
        })
    }
}
