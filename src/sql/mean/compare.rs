//! Comparisons: a field on the left, a value on the right, and the same meaning.

use super::super::refusal::{Fault, Reason};
use super::super::tree::Term;
use super::super::{Condition, Expression, Literal, Path, Span, Value};
use super::side::{Side, part_of};
use super::unit::Unit;
use super::{Meaning, Place, today};
use crate::soql::{Comparison, Date};

/// What is said of a record.
pub(super) enum Held {
    /// It holds of every one.
    Always,
    /// If this.
    If(Condition),
}

impl Meaning {
    pub(super) fn compare(
        &mut self,
        left: Term<'_>,
        op: Comparison,
        right: Term<'_>,
        place: Place<'_>,
    ) -> Result<Held, Fault> {
        let (left_at, right_at) = (left.at(), right.at());
        // A text where a field belongs is a label, unless the field is on the other side.
        let label = match (&left, &right) {
            (Term::Quoted(left), Term::Quoted(right))
                if left.quote == '\'' && right.quote == '\'' && left.raw == right.raw =>
            {
                return constant(op == Comparison::Eq, left.at);
            }
            (Term::Quoted(label), _) => Some(label.label()),
            _ => None,
        };
        let right = self.side(right, place)?;
        let left = match (label, &right) {
            (Some(label), Side::Value(_) | Side::Start(..) | Side::Part(..)) => {
                Side::Is(Expression::Field(place.tables.path(label?.into())?))
            }
            _ => self.side(left, place)?,
        };
        let is_value = |side: &Side| !matches!(side, Side::Is(_) | Side::Period(..));
        match (is_value(&left), is_value(&right)) {
            (false, _) => self.compared(left, op, right, right_at),
            (true, false) => self.compared(right, flipped(op), left, left_at),
            (true, true) => match (left, right) {
                (Side::Value(Value::Number(left)), Side::Value(Value::Number(right))) if op == Comparison::Eq => {
                    constant(left == right, left_at)
                }
                (Side::Value(Value::Boolean(left)), Side::Value(Value::Boolean(right))) if op == Comparison::Eq => {
                    constant(left == right, left_at)
                }
                _ => Err(Reason::NoField.at(left_at)),
            },
        }
    }

    /// Something that is no value, with what stands opposite.
    fn compared(&mut self, left: Side, op: Comparison, right: Side, at: Span) -> Result<Held, Fault> {
        let condition = match (left, right) {
            (Side::Period(unit, field), Side::Start(other, by)) if unit == other => within(field, op, unit, by, at)?,
            (Side::Is(Expression::Date { part, field, .. }), Side::Part(unit @ Unit::Year, by))
                if part == part_of(unit) =>
            {
                within(field, op, unit, by, at)?
            }
            (Side::Period(unit, field), Side::Value(value)) => of_period(unit, field, op, &value, at)?,
            (Side::Is(left), Side::Start(unit, by)) if matches!(op, Comparison::Ge | Comparison::Lt) => {
                let value = unit.range(by).ok_or_else(|| Reason::Period.at(at))?;
                Condition::Compare { left, op, value: Literal { value, at } }
            }
            (Side::Is(left), right) => valued(left, op, right.value(at)?, at)?,
            _ => return Err(Reason::Period.at(at)),
        };
        Ok(Held::If(condition))
    }
}

/// A comparison with a plain value.
pub(super) fn valued(left: Expression, op: Comparison, value: Value, at: Span) -> Result<Condition, Fault> {
    let is_ordered = !matches!(op, Comparison::Eq | Comparison::Ne);
    let (op, value) = match value {
        Value::Null | Value::Boolean(_) if is_ordered => return Err(Reason::Null.at(at)),
        Value::Day(shift) => today::day(op, shift),
        value => (op, value),
    };
    Ok(Condition::Compare { left, op, value: Literal { value, at } })
}

/// A date by the period so many after this one that it falls in.
fn within(field: Path, op: Comparison, unit: Unit, by: i32, at: Span) -> Result<Condition, Fault> {
    let value = unit.range(by).ok_or_else(|| Reason::Period.at(at))?;
    Ok(Condition::Compare { left: Expression::Field(field), op, value: Literal { value, at } })
}

/// A period by its first day, `2026-05-01`, or by what a format shows of it, `2026-05`.
fn of_period(unit: Unit, field: Path, op: Comparison, value: &Value, at: Span) -> Result<Condition, Fault> {
    let first = match (value, unit) {
        (Value::Date(day), _) => Some(*day),
        (Value::Text(text), Unit::Month) if text.len() == 7 => Date::parse(&format!("{text}-01")).ok(),
        (Value::Text(text), Unit::Year) if text.len() == 4 => Date::parse(&format!("{text}-01-01")).ok(),
        (Value::Text(text), _) => Date::parse(text).ok(),
        _ => None,
    };
    let (first, next) =
        first.and_then(|first| Some((first, unit.next(first)?))).ok_or_else(|| Reason::Period.at(at))?;
    let compare = |op, day: Date| Condition::Compare {
        left: Expression::Field(field.clone()),
        op,
        value: Literal { value: Value::Date(day), at },
    };
    Ok(match op {
        Comparison::Eq => Condition::All(vec![compare(Comparison::Ge, first), compare(Comparison::Lt, next)]),
        Comparison::Ne => Condition::Any(vec![compare(Comparison::Lt, first), compare(Comparison::Ge, next)]),
        Comparison::Lt => compare(Comparison::Lt, first),
        Comparison::Ge => compare(Comparison::Ge, first),
        Comparison::Le => compare(Comparison::Lt, next),
        Comparison::Gt => compare(Comparison::Ge, next),
    })
}

/// What holds of every record, or of none.
fn constant(holds: bool, at: Span) -> Result<Held, Fault> {
    if holds { Ok(Held::Always) } else { Err(Reason::Never.at(at)) }
}

/// The comparison with its sides exchanged.
fn flipped(op: Comparison) -> Comparison {
    match op {
        Comparison::Eq => Comparison::Eq,
        Comparison::Ne => Comparison::Ne,
        Comparison::Lt => Comparison::Gt,
        Comparison::Le => Comparison::Ge,
        Comparison::Gt => Comparison::Lt,
        Comparison::Ge => Comparison::Le,
    }
}
