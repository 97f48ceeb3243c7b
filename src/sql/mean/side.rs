//! What a term comes to: a field, a value, or a period.

use super::super::refusal::{Fault, Reason};
use super::super::{DatePart, Expression, Path, Span, Value};
use super::unit::Unit;
use crate::excerpt::Excerpt;

/// What a term comes to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Side {
    /// A field or what is computed of it.
    Is(Expression),
    /// The period that a date falls in.
    Period(Unit, Path),
    /// A value.
    Value(Value),
    /// The first day of the period so many after this one.
    Start(Unit, i32),
    /// The year, the quarter or the month so many after this one, as a number.
    Part(Unit, i32),
}

impl Side {
    /// What it is, if it is no value.
    pub(super) fn expression(self, at: Span) -> Result<Expression, Fault> {
        match self {
            Self::Is(expression) => Ok(expression),
            Self::Period(..) => Err(Reason::Period.at(at)),
            Self::Value(_) | Self::Start(..) | Self::Part(..) => Err(Reason::Expected { expected: "a field" }.at(at)),
        }
    }

    /// The value it is.
    pub(super) fn value(self, at: Span) -> Result<Value, Fault> {
        match self {
            Self::Value(value) => Ok(value),
            Self::Is(expression) => {
                let field = expression.field().map(ToString::to_string).unwrap_or_default();
                Err(Reason::Columns(Excerpt::of(&field)).at(at))
            }
            Self::Period(..) | Self::Start(..) | Self::Part(..) => Err(Reason::Period.at(at)),
        }
    }
}

/// The part of a date that is the number of a period.
pub(super) fn part_of(unit: Unit) -> DatePart {
    match unit {
        Unit::Month => DatePart::CalendarMonth,
        Unit::Quarter => DatePart::CalendarQuarter,
        Unit::Week => DatePart::WeekInYear,
        Unit::Year => DatePart::CalendarYear,
    }
}
