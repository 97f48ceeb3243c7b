//! What is computed of each group, and the conditions on it.

use super::elapsed::Elapsed;
use super::group::fields;
use crate::error::Error;
use crate::json::Shape;
use crate::known::{Known, PlanError};
use crate::resolve::names;
use crate::resolve::value::{self, Compared};
use crate::schema::treatment::{Kind, Operator, Treatment, Why};
use crate::schema::well_known::ID;
use crate::schema::{Field, FieldType};
use crate::soql::{Comparison, Condition, Function, Literal, Measure, Number, ObjectName, Operand};
use crate::sql::{self, Expression};

/// A measure by its name.
#[derive(Debug)]
pub(super) struct Measured {
    /// Its column: an alias, or `count`, `sum(Amount)`.
    pub(super) name: String,
    /// What the query computes.
    pub(super) measure: Measure,
    /// The type of what comes out.
    pub(super) value_type: FieldType,
    /// The field, unless records are counted.
    field: Option<Field>,
    /// The time that is measured, which is worked out of the records.
    pub(super) elapsed: Option<Elapsed>,
    /// Whether it is computed for others only, and not shown.
    pub(super) is_hidden: bool,
}

impl Measured {
    /// Whether the groups' numbers add up to that of all of them.
    pub(super) fn adds_up(&self) -> bool {
        matches!(self.measure.function, Function::Count | Function::Sum)
    }

    /// Digits behind the point that it is shown with.
    pub(super) fn decimals(&self) -> u32 {
        self.field.as_ref().map_or(0, |field| field.decimals)
    }

    /// Whether it is the number of records.
    pub(super) fn is_rows(&self) -> bool {
        self.measure == Measure { function: Function::Count, field: ID }
    }

    pub(super) fn counts(&self) -> bool {
        matches!(self.measure.function, Function::Count | Function::CountDistinct)
    }
}

/// The place of what an expression computes among measures, to which it is added if it is new.
pub(super) fn position(
    known: &Known,
    object: &ObjectName,
    measures: &mut Vec<Measured>,
    expression: &Expression,
) -> Result<usize, PlanError> {
    let measured = match expression {
        Expression::Aggregate { function, field } => one(known, object, self::function(*function), field)?,
        Expression::Elapsed { function, from, to, in_hours, .. } => {
            let elapsed = Elapsed::plan(known, object, (from, to, *in_hours))?;
            time(measures, self::function(*function), elapsed)?
        }
        _ => records(),
    };
    Ok(add(measures, measured))
}

fn add(measures: &mut Vec<Measured>, measured: Measured) -> usize {
    let at = measures.iter().position(|known| known.measure == measured.measure);
    at.unwrap_or_else(|| {
        measures.push(measured);
        measures.len() - 1
    })
}

/// A number of times. The same time has one name, by which what an average is made of is found.
fn time(measures: &[Measured], function: Function, elapsed: Elapsed) -> Result<Measured, Error> {
    let known = measures.iter().find(|known| known.elapsed.as_ref() == Some(&elapsed));
    let field = match known {
        Some(known) => known.measure.field.clone(),
        None => names::path(&format!("Time{}", measures.len()))?,
    };
    Ok(Measured {
        name: elapsed.name(name(function)),
        measure: Measure { function, field },
        value_type: FieldType::Double,
        field: None,
        elapsed: Some(elapsed),
        is_hidden: false,
    })
}

/// The number of records.
pub(super) fn records() -> Measured {
    Measured {
        name: name(Function::Count).to_owned(),
        measure: Measure { function: Function::Count, field: ID },
        value_type: FieldType::Int,
        field: None,
        elapsed: None,
        is_hidden: false,
    }
}

/// Adds what an average over all groups is made of.
pub(super) fn add_parts_of_averages(measures: &mut Vec<Measured>) {
    let averages = |measured: &&Measured| measured.measure.function == Function::Average;
    let of = |measured: &Measured| (measured.measure.field.clone(), measured.elapsed.clone());
    let fields: Vec<_> = measures.iter().filter(averages).map(of).collect();
    for (field, elapsed) in fields {
        for function in [Function::Sum, Function::Count] {
            let measure = Measure { function, field: field.clone() };
            let value_type = FieldType::Double;
            let elapsed = elapsed.clone();
            add(measures, Measured { name: String::new(), measure, value_type, field: None, elapsed, is_hidden: true });
        }
    }
}

/// The places of the sum and the number of values that an average is made of.
pub(super) fn parts_of(measures: &[Measured], average: &Measured) -> Option<(usize, usize)> {
    let of = |function| {
        measures.iter().position(|known| known.measure == Measure { function, field: average.measure.field.clone() })
    };
    Some((of(Function::Sum)?, of(Function::Count)?))
}

fn function(function: sql::Aggregate) -> Function {
    match function {
        sql::Aggregate::Count => Function::Count,
        sql::Aggregate::CountDistinct => Function::CountDistinct,
        sql::Aggregate::Sum => Function::Sum,
        sql::Aggregate::Average => Function::Average,
        sql::Aggregate::Min => Function::Min,
        sql::Aggregate::Max => Function::Max,
    }
}

/// Names of the functions, as columns have them.
fn name(function: Function) -> &'static str {
    match function {
        Function::Count => "count",
        Function::CountDistinct => "count_distinct",
        Function::Sum => "sum",
        Function::Average => "average",
        Function::Min => "min",
        Function::Max => "max",
    }
}

fn one(known: &Known, object: &ObjectName, function: Function, field: &sql::Path) -> Result<Measured, PlanError> {
    let name = name(function);
    let input = field.to_string();
    // In SOQL's own way records are counted by their ids.
    if function == Function::Count && input.eq_ignore_ascii_case("Id") {
        return Ok(records());
    }
    let named = names::field(known, object, &input)?;
    if !takes(function, named.kind, &named.field) {
        let kind = named.field.field_type.name();
        let message = match named.kind.treatment(operator(function)) {
            Treatment::Refused(Why::YesOrNo) => {
                format!("Salesforce computes nothing of a checkbox; group by {} instead", named.path)
            }
            Treatment::Refused(Why::NoNumber) | Treatment::Plain => {
                format!("{} is a {kind}, which has no {name}", named.path)
            }
            _ => {
                return Err(names::treatment(known, &named, operator(function))
                    .err()
                    .unwrap_or_else(|| Error::input("nothing to compute").into()));
            }
        };
        return Err(Error::argument(&input, message)
            .allowing(fields(known, object, &|field| takes(function, Kind::Type(field.field_type), field))?)
            .into());
    }
    let value_type = match function {
        Function::Count | Function::CountDistinct => FieldType::Int,
        _ => named.field.field_type,
    };
    Ok(Measured {
        name: format!("{name}({})", named.path),
        measure: Measure { function, field: named.path },
        value_type,
        field: Some(named.field),
        elapsed: None,
        is_hidden: false,
    })
}

/// The column of the table of treatments.
fn operator(function: Function) -> Operator {
    match function {
        Function::Count | Function::CountDistinct => Operator::Count,
        Function::Sum | Function::Average => Operator::Sum,
        Function::Min | Function::Max => Operator::Extreme,
    }
}

/// Whether a field has such a number. A long text, which can't be filtered, has none.
fn takes(function: Function, kind: Kind, field: &Field) -> bool {
    let operator = operator(function);
    !matches!(kind.treatment(operator), Treatment::Refused(_)) && (operator == Operator::Sum || field.filterable)
}

/// A condition on a number of groups.
pub(super) fn condition(measured: &Measured, op: Comparison, json: &str) -> Result<Condition, PlanError> {
    let name = measured.name.as_str();
    let refuse = |message: String| Error::argument(name, message);
    let value = match &measured.field {
        Some(field) if !measured.counts() => match value::literal(field, json)? {
            Compared::Literal(Literal::Null) => return Err(refuse(format!("{name} needs a value")).into()),
            Compared::Literal(literal) => literal,
            Compared::Day(_) => {
                return Err(refuse(format!("{name} is a moment; give a time with a zone")).into());
            }
        },
        _ => {
            let number = match Shape::of(json) {
                Some(Shape::Number(number)) => Number::parse(number).ok(),
                Some(Shape::Text(text)) => Number::parse(text.trim()).ok(),
                _ => None,
            };
            number.ok_or_else(|| refuse(format!("{name} is compared with a number")))?.into()
        }
    };
    Ok(Condition::Compare { operand: Operand::Measure(measured.measure.clone()), op, value })
}
