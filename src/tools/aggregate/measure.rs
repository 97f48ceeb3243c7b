//! What is computed of each group, and the conditions on it.

use super::group::fields;
use crate::error::Error;
use crate::json::Shape;
use crate::known::{Known, PlanError};
use crate::resolve::names;
use crate::resolve::value::{self, Compared};
use crate::schema::well_known::ID;
use crate::schema::{Field, FieldType};
use crate::soql::{Comparison, Function, Having, Literal, Measure, Number, ObjectName};
use crate::wit::{self, AggregateFunction, Filter, Operator};

/// A measure by its name.
#[derive(Debug)]
pub(super) struct Measured {
    /// `count`, `sum(Amount)`: its column, and how the arguments refer to it.
    pub(super) name: String,
    /// What the query computes.
    pub(super) measure: Measure,
    /// The type of what comes out.
    pub(super) value_type: FieldType,
    /// The field, unless records are counted.
    field: Option<Field>,
}

impl Measured {
    /// Whether the groups' numbers add up to that of all of them.
    pub(super) fn adds_up(&self) -> bool {
        matches!(self.measure.function, Function::Count | Function::Sum)
    }

    fn counts(&self) -> bool {
        matches!(self.measure.function, Function::Count | Function::CountDistinct)
    }
}

/// The measures of a call, each once.
pub(super) fn all(known: &Known, object: &ObjectName, input: &[wit::Measure]) -> Result<Vec<Measured>, PlanError> {
    let mut measures: Vec<Measured> = Vec::new();
    for one in input {
        let measured = self::one(known, object, function(one.function), one.field.as_deref())?;
        if !measures.iter().any(|known| known.measure == measured.measure) {
            measures.push(measured);
        }
    }
    if measures.is_empty() {
        measures.push(one(known, object, Function::Count, None)?);
    }
    Ok(measures)
}

fn function(function: AggregateFunction) -> Function {
    match function {
        AggregateFunction::Count => Function::Count,
        AggregateFunction::CountDistinct => Function::CountDistinct,
        AggregateFunction::Sum => Function::Sum,
        AggregateFunction::Average => Function::Average,
        AggregateFunction::Min => Function::Min,
        AggregateFunction::Max => Function::Max,
    }
}

/// Names of the functions, as arguments and columns have them.
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

fn one(known: &Known, object: &ObjectName, function: Function, input: Option<&str>) -> Result<Measured, PlanError> {
    let name = name(function);
    let input = input.map(str::trim).filter(|input| !input.is_empty());
    let Some(input) = input else {
        if function == Function::Count {
            let measure = Measure { function, field: ID };
            return Ok(Measured { name: name.to_owned(), measure, value_type: FieldType::Int, field: None });
        }
        let message = format!("say of which field the {name} is");
        return Err(Error::argument("measures", message)
            .allowing(fields(known, object, &|field| takes(function, field))?)
            .into());
    };
    let named = names::field(known, object, input)?;
    if !takes(function, &named.field) {
        let kind = named.field.field_type.name();
        let message = match named.field.field_type {
            FieldType::Boolean => format!("Salesforce computes nothing of a checkbox; group by {} instead", named.path),
            _ => format!("{} is a {kind}, which has no {name}", named.path),
        };
        return Err(Error::argument(input, message)
            .allowing(fields(known, object, &|field| takes(function, field))?)
            .into());
    }
    let value_type = match function {
        Function::Count | Function::CountDistinct => FieldType::Int,
        _ => named.field.field_type,
    };
    let name = format!("{name}({})", named.path);
    Ok(Measured { name, measure: Measure { function, field: named.path }, value_type, field: Some(named.field) })
}

/// Whether a field has such a number, by [Salesforce's table][manual]. A long text, which can't be filtered, has none.
///
/// [manual]: https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_agg_functions_field_types.htm
fn takes(function: Function, field: &Field) -> bool {
    use FieldType::{Any, Base64, Boolean, Complex, EncryptedString, Location, MultiPicklist, Other, Time};
    let kind = field.field_type;
    match function {
        Function::Sum | Function::Average => kind.is_number(),
        _ => {
            let never = kind.is_compound()
                || matches!(
                    kind,
                    Any | Base64 | Boolean | Complex | EncryptedString | Location | MultiPicklist | Other | Time
                );
            field.filterable && !never
        }
    }
}

/// The measure that a text names: `count`, `sum(Amount)`, `sum(Annual Revenue)`, or `sum` where there is only one.
pub(super) fn called(
    known: &Known,
    object: &ObjectName,
    measures: &[Measured],
    input: &str,
) -> Result<Option<usize>, PlanError> {
    let input = input.trim();
    let exact = measures.iter().position(|measured| measured.name.eq_ignore_ascii_case(input));
    if exact.is_some() {
        return Ok(exact);
    }
    let (function, field) = match input.strip_suffix(')').and_then(|input| input.split_once('(')) {
        Some((function, field)) => (function.trim(), Some(field.trim())),
        None => (input, None),
    };
    // In SOQL's own way records are counted by their ids.
    let records = function.eq_ignore_ascii_case("count") && matches!(field, Some("" | "Id"));
    let mut path = None;
    let mut found = None;
    for (index, measured) in measures.iter().enumerate() {
        if !name(measured.measure.function).eq_ignore_ascii_case(function) {
            continue;
        }
        let fits = match field {
            None => true,
            Some(_) if records => measured.field.is_none(),
            Some(field) => {
                if path.is_none() {
                    path = Some(names::field(known, object, field)?.path);
                }
                path.as_ref() == Some(&measured.measure.field)
            }
        };
        if fits && found.replace(index).is_some() {
            return Ok(None);
        }
    }
    Ok(found)
}

/// The conditions on groups.
pub(super) fn having(
    known: &Known,
    object: &ObjectName,
    measures: &[Measured],
    input: &[Filter],
) -> Result<Vec<Having>, PlanError> {
    let mut conditions = Vec::new();
    for filter in input {
        let Some(index) = called(known, object, measures, &filter.field)? else {
            let mut allowed = Vec::new();
            for measured in measures {
                allowed.push(measured.name.clone());
            }
            let message =
                format!("{:?} is no measure of this call; conditions on fields belong in filters", filter.field);
            return Err(Error::argument(&filter.field, message).allowing(allowed).into());
        };
        conditions.push(condition(&measures[index], filter)?);
    }
    Ok(conditions)
}

fn condition(measured: &Measured, filter: &Filter) -> Result<Having, Error> {
    let refuse = |message: String| Error::argument(&filter.field, message);
    let op = match filter.op.unwrap_or(Operator::Eq) {
        Operator::Eq => Comparison::Eq,
        Operator::Ne => Comparison::Ne,
        Operator::Lt => Comparison::Lt,
        Operator::Lte => Comparison::Le,
        Operator::Gt => Comparison::Gt,
        Operator::Gte => Comparison::Ge,
        _ => {
            let allowed = ["eq", "ne", "lt", "lte", "gt", "gte"].map(str::to_owned).into();
            return Err(Error::argument(&filter.field, "a measure can't be compared like that").allowing(allowed));
        }
    };
    let json = filter.value.as_deref().unwrap_or("null");
    let value = match &measured.field {
        Some(field) if !measured.counts() => match value::literal(field, json)? {
            Compared::Literal(Literal::Null) => return Err(refuse(format!("{} needs a value", measured.name))),
            Compared::Literal(literal) => literal,
            Compared::Day(_) => {
                return Err(refuse(format!("{} is a moment; give a time with a zone", measured.name)));
            }
        },
        _ => {
            let number = match Shape::of(json) {
                Some(Shape::Number(number)) => Number::parse(number).ok(),
                Some(Shape::Text(text)) => Number::parse(text.trim()).ok(),
                _ => None,
            };
            number.ok_or_else(|| refuse(format!("{} is compared with a number", measured.name)))?.into()
        }
    };
    Ok(Having { measure: measured.measure.clone(), op, value })
}
