//! WHERE and HAVING: conditions whose names and types are checked once, then tested against rows.

use std::{cmp::Ordering, collections::BTreeSet};

use jiff::{
    Timestamp,
    civil::{Date, Time},
};

use super::{
    ast::{self, Condition, LikePart, Operator},
    dates::{self, Days},
    resolve::{Column, Names, Operand},
    run,
};
use crate::{exact, id::Id, refusal::Refusal, schema::FieldType, store::Row, value::Value};

/// A condition that is known to make sense.
pub(crate) enum Test<'a> {
    All(Vec<Test<'a>>),
    Any(Vec<Test<'a>>),
    Not(Box<Test<'a>>),
    Compare(Operand<'a>, Operator, Bound),
    Like(Operand<'a>, Vec<LikePart>),
    In(Operand<'a>, bool, Vec<Bound>),
    InSet(Column<'a>, bool, BTreeSet<String>),
    Includes(Column<'a>, bool, Vec<Vec<String>>),
}

/// The right side of a comparison, in the type of the left.
pub(crate) enum Bound {
    Null,
    Boolean(bool),
    /// In its digits.
    Number(String),
    /// In lower case.
    Text(String),
    /// The values of a multi-select picklist, in lower case: all of them and no other, in any order.
    Choices(BTreeSet<String>),
    Id(String),
    Days(Days),
    Instants(Timestamp, Timestamp),
    Time(Time),
}

/// Where a value lies relative to a bound.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Before,
    Within,
    After,
}

fn place<T: PartialOrd>(value: T, first: T, last: T) -> Place {
    // An empty range (`LAST_N_WEEKS:0`) holds nothing: what is not before it is after it.
    if value < first {
        Place::Before
    } else if value > last {
        Place::After
    } else {
        Place::Within
    }
}

impl Bound {
    fn place(&self, value: &Value) -> Option<Place> {
        Some(match (self, value) {
            (Self::Null, Value::Null) => Place::Within,
            (Self::Boolean(bound), Value::Boolean(value)) => place(value, bound, bound),
            (Self::Text(bound), Value::Text(value)) => place(&value.to_lowercase(), bound, bound),
            (Self::Choices(bound), Value::Text(value)) if choices(value) == *bound => Place::Within,
            (Self::Id(bound), Value::Text(value)) => place(value, bound, bound),
            (Self::Days(days), Value::Date(value)) => place(*value, days.first, days.last),
            (Self::Instants(first, last), Value::DateTime(value)) => place(value, first, last),
            (Self::Time(bound), Value::Time(value)) => place(value, bound, bound),
            (Self::Number(bound), value) => match exact::compare(&value.digits()?, bound) {
                Ordering::Less => Place::Before,
                Ordering::Equal => Place::Within,
                Ordering::Greater => Place::After,
            },
            _ => return None,
        })
    }

    fn holds(&self, operator: Operator, value: &Value) -> bool {
        let place = self.place(value);
        match operator {
            Operator::Equal => place == Some(Place::Within),
            Operator::NotEqual => place != Some(Place::Within),
            Operator::Less => place == Some(Place::Before),
            Operator::LessOrEqual => matches!(place, Some(Place::Before | Place::Within)),
            Operator::Greater => place == Some(Place::After),
            Operator::GreaterOrEqual => matches!(place, Some(Place::After | Place::Within)),
        }
    }
}

impl<'a> Test<'a> {
    pub(crate) fn new(names: &Names<'a>, condition: &Condition) -> Result<Self, Refusal> {
        let every = |all: &[Condition]| all.iter().map(|one| Self::new(names, one)).collect::<Result<Vec<_>, _>>();
        Ok(match condition {
            Condition::All(all) => Self::All(every(all)?),
            Condition::Any(all) => Self::Any(every(all)?),
            Condition::Not(inner) => Self::Not(Box::new(Self::new(names, inner)?)),
            Condition::Compare { left, operator, value, at } => {
                let operand = filterable(names, left)?;
                let equality = matches!(operator, Operator::Equal | Operator::NotEqual);
                if operand.kind() == FieldType::Boolean && !equality {
                    return Err(bad_operator(names, left.at().0, operand.kind()));
                }
                if operand.kind() == FieldType::Multipicklist && !equality {
                    return Err(bad_operator(names, left.at().0, operand.kind()));
                }
                let bound = bound(names, &operand, left, value, at.0)?;
                Self::Compare(operand, *operator, bound)
            }
            Condition::Like { left, pattern } => {
                let operand = filterable(names, left)?;
                let kind = operand.kind();
                if !kind.is_textual() || kind == FieldType::Multipicklist {
                    return Err(bad_operator(names, left.at().0, kind));
                }
                Self::Like(operand, pattern.parts.clone())
            }
            Condition::In { left, negated, values, at } => {
                let operand = filterable(names, left)?;
                let bounds = values.iter().map(|value| bound(names, &operand, left, value, at.0));
                let bounds = bounds.collect::<Result<_, _>>()?;
                Self::In(operand, *negated, bounds)
            }
            Condition::InQuery { left, negated, query } => {
                let column = names.column(left)?;
                if column.targets().is_empty() {
                    let detail = format!("Semi join sub-selects need an id on the left, cannot use: '{left}'");
                    return Err(names.refuse("MALFORMED_QUERY", left.at.0, &detail));
                }
                let ids = run::semi_join(names, left, &column, query)?;
                Self::InSet(column, *negated, ids)
            }
            Condition::Includes { left, negated, values } => {
                let column = names.column(left)?;
                if column.kind() != FieldType::Multipicklist {
                    let detail = "includes or excludes operator only valid on multipicklist field";
                    return Err(names.refuse("INVALID_QUERY_FILTER_OPERATOR", left.at.0, detail));
                }
                let lower = |set: &Vec<String>| set.iter().map(|value| value.to_lowercase()).collect();
                Self::Includes(column, *negated, values.iter().map(lower).collect())
            }
        })
    }

    pub(crate) fn passes(&self, names: &Names<'a>, rows: &[&Row]) -> bool {
        match self {
            Self::All(all) => all.iter().all(|test| test.passes(names, rows)),
            Self::Any(all) => all.iter().any(|test| test.passes(names, rows)),
            Self::Not(inner) => !inner.passes(names, rows),
            Self::Compare(operand, operator, bound) => bound.holds(*operator, &operand.value(names, rows)),
            Self::Like(operand, pattern) => {
                operand.value(names, rows).as_str().is_some_and(|text| is_like(text, pattern))
            }
            Self::In(operand, negated, bounds) => {
                let value = operand.value(names, rows);
                bounds.iter().any(|bound| bound.holds(Operator::Equal, &value)) != *negated
            }
            Self::InSet(column, negated, ids) => {
                let value = rows.first().map_or(Value::Null, |row| column.value(names, row));
                value.as_str().is_some_and(|id| ids.contains(id)) != *negated
            }
            Self::Includes(column, negated, sets) => {
                let value = rows.first().map_or(Value::Null, |row| column.value(names, row));
                let text = value.as_str().unwrap_or_default().to_lowercase();
                let has = |wanted: &String| text.split(';').any(|value| value == wanted);
                sets.iter().any(|set| set.iter().all(has)) != *negated
            }
        }
    }
}

fn bad_operator(names: &Names<'_>, at: usize, kind: FieldType) -> Refusal {
    let kind = if kind == FieldType::Reference { FieldType::Id } else { kind };
    let detail = format!("invalid operator on {} field", kind.name());
    names.refuse("INVALID_QUERY_FILTER_OPERATOR", at, &detail)
}

/// The left side of a comparison, if the field may stand in a filter at all.
fn filterable<'a>(names: &Names<'a>, left: &ast::Expression) -> Result<Operand<'a>, Refusal> {
    let operand = names.operand(left)?;
    if operand.kind().is_compound() {
        let noun = if operand.kind() == FieldType::Address { "Address" } else { "Geolocation" };
        let detail = format!("{noun} fields can only be filtered using Distance expressions");
        return Err(names.refuse("INVALID_FIELD", left.at().0, &detail));
    }
    if let Some(column) = operand.column()
        && !column.is_filterable()
    {
        let detail = format!("field '{}' can not be filtered in a query call", column.name());
        return Err(names.refuse("INVALID_FIELD", left.at().0, &detail));
    }
    Ok(operand)
}

/// Gives a literal the type of the field it is compared with.
fn bound(
    names: &Names<'_>,
    operand: &Operand<'_>,
    left: &ast::Expression,
    value: &ast::Value,
    at: usize,
) -> Result<Bound, Refusal> {
    let kind = operand.kind();
    let context = names.view.context;
    let mismatch = || {
        let (kind, quotes) = match kind {
            FieldType::Datetime => ("dateTime", "should not"),
            FieldType::Date => ("date", "should not"),
            FieldType::Time => ("time", "should not"),
            FieldType::Boolean => ("boolean", "should not"),
            FieldType::Int => ("int", "should not"),
            kind if kind.is_number() => ("double", "should not"),
            FieldType::Id | FieldType::Reference => ("ID", "should"),
            _ => ("string", "should"),
        };
        let detail = format!(
            "value of filter criterion for field '{left}' must be of type {kind} and {quotes} be enclosed in quotes"
        );
        names.refuse("INVALID_FIELD", at, &detail)
    };
    match (value, kind) {
        (ast::Value::Null, _) => Ok(Bound::Null),
        (ast::Value::Boolean(flag), FieldType::Boolean) => Ok(Bound::Boolean(*flag)),
        (ast::Value::Number(digits), FieldType::Int) if digits.contains('.') => Err(mismatch()),
        (ast::Value::Number(digits), kind) if kind.is_number() => Ok(Bound::Number(digits.clone())),
        (ast::Value::Text(text), FieldType::Id | FieldType::Reference) => {
            if text.is_empty() {
                return Ok(Bound::Null);
            }
            let id = Id::parse(text).ok_or_else(|| {
                let detail = format!("invalid ID field: {text}");
                names.refuse("INVALID_QUERY_FILTER_OPERATOR", at, &detail)
            })?;
            Ok(Bound::Id(id.as_str().to_owned()))
        }
        (ast::Value::Text(text), FieldType::Multipicklist) if !text.is_empty() => Ok(Bound::Choices(choices(text))),
        (ast::Value::Text(text), kind) if kind.is_textual() => {
            // Salesforce does not tell an empty string from null.
            Ok(if text.is_empty() { Bound::Null } else { Bound::Text(text.to_lowercase()) })
        }
        (ast::Value::Date(day), FieldType::Date) => Ok(Bound::Days(single(*day))),
        (ast::Value::Time(time), FieldType::Time) => Ok(Bound::Time(*time)),
        (ast::Value::DateTime(instant), FieldType::Datetime) => Ok(Bound::Instants(*instant, *instant)),
        (ast::Value::DateLiteral(literal), FieldType::Date) => Ok(Bound::Days(dates::days(*literal, context))),
        (ast::Value::DateLiteral(literal), FieldType::Datetime) => {
            let (first, last) = dates::days(*literal, context).instants(&context.zone);
            Ok(Bound::Instants(first, last))
        }
        _ => Err(mismatch()),
    }
}

/// What is chosen in a multi-select picklist.
/// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_querying_multiselect_picklists.htm>
fn choices(text: &str) -> BTreeSet<String> {
    text.split(';').map(str::to_lowercase).collect()
}

fn single(day: Date) -> Days {
    Days { first: day, last: day }
}

/// Whether the whole text fits the pattern, in any case.
fn is_like(text: &str, pattern: &[LikePart]) -> bool {
    enum Glyph {
        One(char),
        AnyOne,
        AnyRun,
    }
    let text: Vec<char> = text.to_lowercase().chars().collect();
    let pattern: Vec<Glyph> = pattern
        .iter()
        .flat_map(|part| match part {
            LikePart::Text(text) => text.to_lowercase().chars().map(Glyph::One).collect(),
            LikePart::AnyOne => vec![Glyph::AnyOne],
            LikePart::AnyRun => vec![Glyph::AnyRun],
        })
        .collect();
    // The usual greedy walk: after a mismatch, let the last `%` take one character more.
    let (mut t, mut p) = (0, 0);
    let mut retry = None;
    while t < text.len() {
        let fits = match (pattern.get(p), text.get(t)) {
            (Some(Glyph::AnyRun), _) => {
                retry = Some((t, p));
                p += 1;
                continue;
            }
            (Some(Glyph::AnyOne), _) => true,
            (Some(Glyph::One(wanted)), Some(found)) => wanted == found,
            _ => false,
        };
        if fits {
            t += 1;
            p += 1;
        } else if let Some((from, star)) = retry {
            retry = Some((from + 1, star));
            t = from + 1;
            p = star + 1;
        } else {
            return false;
        }
    }
    pattern.iter().skip(p).all(|glyph| matches!(glyph, Glyph::AnyRun))
}
