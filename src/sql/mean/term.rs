//! Terms: what stands on a side of a comparison, is a key or a column.

use super::super::parse::shift;
use super::super::refusal::{Fault, Reason};
use super::super::tree::Term;
use super::super::{Expression, Note, Path, Shift, Span, Value};
use super::side::Side;
use super::{Clause, Meaning, Place, today};
use crate::soql::{DateLiteral, LiteralError, Number};
use crate::within::holds;

impl Meaning {
    pub(super) fn side(&mut self, term: Term<'_>, place: Place<'_>) -> Result<Side, Fault> {
        let at = term.at();
        match term {
            Term::Path(path) => self.named(path, place),
            Term::Quoted(quoted) => Ok(Side::Value(Value::Text(quoted.text()?))),
            Term::Value(value, _) => Ok(Side::Value(value)),
            Term::Interval(..) => Err(Reason::Interval.at(at)),
            Term::Total(at) => Err(Reason::Window.at(at)),
            Term::Star(_) => Err(Reason::Expected { expected: "a field" }.at(at)),
            Term::Call { name, distinct, arguments, at } => self.call(&name.text, distinct, arguments, at, place),
            Term::Sum { left, right, minus, at } => self.sum(*left, *right, minus, at, place),
            Term::Select(_) => Err(Reason::Scalar.at(at)),
        }
    }

    /// A field, a column by its name, or a value that is a word.
    fn named(&mut self, path: Path, place: Place<'_>) -> Result<Side, Fault> {
        if let Some(name) = path.single() {
            if place.clause == Clause::Having
                && let Some(expression) = place.selected.only(name)
            {
                return Ok(Side::Is(expression.clone()));
            }
            if let Some((side, spelled)) = word(&name.text).map_err(|reason| reason.at(name.at))? {
                spelled.into_iter().for_each(|spelled| self.note(Note::Range(spelled)));
                return Ok(side);
            }
        }
        Ok(Side::Is(Expression::Field(place.tables.path(path)?)))
    }

    /// A day or a moment some time from another one.
    fn sum(&mut self, left: Term<'_>, right: Term<'_>, minus: bool, at: Span, place: Place<'_>) -> Result<Side, Fault> {
        let distance = match right {
            Term::Interval(shift, _) => Ok(shift),
            Term::Value(Value::Number(number), _) => Err(number),
            _ => return Err(Reason::Arithmetic.at(at)),
        };
        let whole = |number: &Number| number.as_str().parse::<i32>().map_err(|_| Reason::Arithmetic.at(at));
        let too_far = || Reason::Interval.at(at);
        let base = self.side(left, place)?;
        let shift = match (&base, distance) {
            // The number of a year or a month.
            (Side::Part(unit, by), Err(number)) => {
                let number = whole(&number)?;
                let by = if minus { by.checked_sub(number) } else { by.checked_add(number) };
                return by.map(|by| Side::Part(*unit, by)).ok_or_else(too_far);
            }
            (Side::Is(_) | Side::Period(..) | Side::Part(..) | Side::Value(Value::Number(_) | Value::Text(_)), _) => {
                return Err(Reason::Arithmetic.at(at));
            }
            (_, Ok(shift)) => shift,
            // A number counts days.
            (_, Err(number)) => Shift { days: whole(&number)?, ..Shift::default() },
        };
        let shift = if minus { shift.back() } else { Some(shift) };
        shift.and_then(|shift| today::moved(base, shift)).ok_or_else(too_far)
    }
}

/// A word that is a value, and how it is spelled if it was spelled otherwise.
fn word(word: &str) -> Result<Option<(Side, Option<String>)>, Reason> {
    let is = |known: &[&str]| known.iter().any(|known| known.eq_ignore_ascii_case(word));
    let value = |value| Ok(Some((Side::Value(value), None)));
    if is(&["NULL"]) {
        return value(Value::Null);
    }
    if is(&["TRUE"]) || is(&["FALSE"]) {
        return value(Value::Boolean(is(&["TRUE"])));
    }
    if is(&["CURRENT_DATE", "CURDATE"]) {
        return value(Value::Day(Shift::default()));
    }
    if is(&["NOW", "CURRENT_TIMESTAMP", "LOCALTIMESTAMP", "SYSDATE", "SYSTIMESTAMP"]) {
        return value(Value::Moment(Shift::default()));
    }
    if is(&["ME", "CURRENT_USER", "SESSION_USER"]) {
        return value(Value::Text("me".to_owned()));
    }
    if let Some((code, amount)) = word.split_at_checked(3).filter(|(code, amount)| {
        code.bytes().all(|byte| byte.is_ascii_uppercase()) && amount.starts_with(|first: char| first.is_ascii_digit())
    }) && let Ok(amount) = Number::parse(amount)
    {
        return value(Value::Currency { code: code.to_owned(), amount });
    }
    let unknown = match DateLiteral::parse(word) {
        Ok(range) => return value(Value::Range(range)),
        Err(unknown) => unknown,
    };
    // `LAST_30_DAYS` can only be `LAST_N_DAYS:30`.
    let upper = word.to_ascii_uppercase();
    if let [when @ ("LAST" | "NEXT"), n, unit @ ..] = upper.split('_').collect::<Vec<_>>().as_slice()
        && !unit.is_empty()
        && n.bytes().all(|byte| byte.is_ascii_digit())
    {
        let plural = unit.join("_");
        let spelled = format!("{when}_N_{}S:{n}", plural.trim_end_matches('S'));
        return match DateLiteral::parse(&spelled) {
            Ok(range) => Ok(Some((Side::Value(Value::Range(range)), Some(spelled)))),
            Err(_) => Err(Reason::Literal(unknown)),
        };
    }
    let is_meant = ["LAST_", "NEXT_", "THIS_", "CURRENT_", "PREVIOUS_", "PAST_", "N_"]
        .iter()
        .any(|prefix| upper.starts_with(prefix) && !upper.ends_with("__C"));
    let is_counted = word.contains(':');
    let names_a_unit = ["DAY", "WEEK", "MONTH", "QUARTER", "YEAR", "HOUR"].iter().any(|unit| holds(&upper, unit));
    if is_counted || is_meant && names_a_unit { Err(Reason::Literal(unknown)) } else { Ok(None) }
}

/// A range literal with its number in parentheses: `LAST_N_DAYS(30)`.
pub(super) fn counted(name: &str, arguments: &[Term<'_>]) -> Option<Result<Value, LiteralError>> {
    let [Term::Value(Value::Number(number), _)] = arguments else { return None };
    let upper = name.to_ascii_uppercase();
    let is_range = upper.starts_with("LAST_N_") || upper.starts_with("NEXT_N_") || upper.starts_with("N_");
    is_range.then(|| DateLiteral::parse(&format!("{name}:{}", number.as_str())).map(Value::Range))
}

/// The unit that a word or a text names.
pub(super) fn unit_of(term: &Term<'_>) -> Option<String> {
    match term {
        Term::Path(path) => path.single().map(|name| name.text.to_ascii_lowercase()),
        Term::Quoted(quoted) => Some(quoted.raw.to_ascii_lowercase()),
        _ => None,
    }
}

/// So many of a unit, as arguments of DATEADD give them.
pub(super) fn distance(unit: &Term<'_>, count: &Term<'_>) -> Option<Shift> {
    let Term::Value(Value::Number(number), _) = count else { return None };
    shift(number.as_str().parse().ok()?, &unit_of(unit)?)
}
