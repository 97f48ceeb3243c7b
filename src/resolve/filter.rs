//! Filters as people give them, as conditions of a query: the operator, the field's type and the value made to fit.

use crate::details::Details;
use crate::error::Error;
use crate::excerpt::Excerpt;
use crate::json::{Json, Shape};
use crate::known::{Known, PlanError};
use crate::resolve::lookup;
use crate::resolve::names::{self, Named};
use crate::resolve::value::{self, Compared};
use crate::schema::{FieldType, picklist, standard};
use crate::soql::{Comparison, Condition, List, Literal, ObjectName, Operand, Pattern, Text};

/// Objects that Salesforce joins with no other.
/// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_comparisonoperators.htm>
pub(crate) const UNJOINED: [&str; 8] =
    ["ActivityHistory", "Attachment", "Event", "EventAttendee", "EventRelation", "Note", "OpenActivity", "Task"];

/// One condition on a field, as it was said.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    /// Name, label or path.
    pub(crate) field: String,
    /// How it is compared.
    pub(crate) op: Op,
    /// With what, as JSON: one value, or a list of them.
    pub(crate) value: String,
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    /// With one value.
    Is(Comparison),
    /// With several: it is one of them, or none.
    In { negated: bool },
    /// With a pattern.
    Like,
    /// A multi-select picklist with several values, each one or some joined by semicolons.
    Includes { negated: bool },
}

impl Op {
    /// Whether it asks for values that are the same, or are not.
    fn is_of_values(self) -> bool {
        !matches!(self, Self::Like | Self::Is(Comparison::Lt | Comparison::Le | Comparison::Gt | Comparison::Ge))
    }
}

/// The condition that a filter on this field is.
pub(crate) fn one(known: &Known, object: &ObjectName, named: Named, filter: &Filter) -> Result<Condition, PlanError> {
    if !named.field.filterable {
        let message = format!(
            "Salesforce can't filter by {} (a {}); leave the condition out and read the values",
            named.path,
            named.field.field_type.name()
        );
        return Err(Error::argument(&filter.field, message).into());
    }
    let value = filter.value.as_str();
    let compared = match filter.op {
        Op::Is(comparison) => {
            if value == "null" {
                return without_value(named, comparison);
            }
            matches!(comparison, Comparison::Eq | Comparison::Ne).then_some(comparison)
        }
        Op::In { negated } => Some(if negated { Comparison::Ne } else { Comparison::Eq }),
        _ => None,
    };
    if let Some(comparison) = compared
        && let Some(condition) = by_record(known, object, &named, comparison, value)?
    {
        return Ok(condition);
    }
    Ok(match filter.op {
        Op::Is(comparison) => compare(&named, comparison, value)?,
        Op::In { negated } => in_list(&named, negated, value)?,
        Op::Includes { negated: false } => Condition::Includes { values: texts(&named, value)?, field: named.path },
        Op::Includes { negated: true } => Condition::Excludes { values: texts(&named, value)?, field: named.path },
        Op::Like if is_lookup(&named) => like(&name_field_of(known, object, &named)?, value)?,
        Op::Like => like(&named, value)?,
    })
}

fn without_value(named: Named, comparison: Comparison) -> Result<Condition, PlanError> {
    match comparison {
        Comparison::Eq | Comparison::Ne => Ok(Condition::compare(named.path, comparison, Literal::Null)),
        _ => {
            let message = format!("the condition on {} needs a value", named.path);
            Err(Error::argument(named.path.as_str(), message).into())
        }
    }
}

/// Whether a field points to a record that is called something.
fn is_lookup(named: &Named) -> bool {
    named.field.field_type == FieldType::Reference && named.field.relationship.is_some()
}

/// What the record is called that a lookup points to.
fn name_field_of(known: &Known, object: &ObjectName, lookup: &Named) -> Result<Named, PlanError> {
    let relationship = lookup.field.relationship.as_deref().unwrap_or_default();
    let path = names::name_of_parent(known, lookup, relationship)?;
    names::field(known, object, path.as_str())
}

/// A comparison with records in other words than their ids: their names, and "me" for the user; none where the value is
/// nothing of the kind.
fn by_record(
    known: &Known,
    object: &ObjectName,
    named: &Named,
    op: Comparison,
    value: &str,
) -> Result<Option<Condition>, PlanError> {
    // The field may itself be what a record is called.
    let is_name = !is_lookup(named);
    let lookup = match &named.lookup {
        _ if !is_name => named.clone(),
        Some(lookup) if named.field.name_field => names::field(known, object, lookup.as_str())?,
        _ => return Ok(None),
    };
    let mut each = Vec::new();
    let mut is_special = false;
    for item in items(named, value)? {
        let json = item.get();
        each.push(if lookup::is_me(&lookup.field, json) {
            is_special = true;
            Condition::compare(lookup.path.clone(), op, known.user()?.id)
        } else if !is_name && lookup::name(&lookup.field, json).is_some() {
            is_special = true;
            compare(&name_field_of(known, object, named)?, op, json)?
        } else {
            compare(named, op, json)?
        });
    }
    let condition = if op == Comparison::Ne { Condition::all(each) } else { Condition::any(each) };
    Ok(condition.filter(|_| is_special))
}

/// What is to be said of the picklist values in filters.
#[derive(Debug, Default)]
pub(crate) struct Remarks {
    /// In words.
    pub(crate) notices: Vec<String>,
    /// The values that those speak of.
    pub(crate) details: Details,
    /// Whether a value is taken for another.
    pub(crate) is_taken: bool,
}

impl Remarks {
    /// Says which picklist values of filters are taken for another; and where `nothing` was found, which are none.
    /// Not an error: records may hold values that are out of use. Only then picklists that are unknown are looked up.
    pub(crate) fn of(known: &Known, &(filters, nothing): &(&[(ObjectName, Filter)], bool)) -> Result<Self, PlanError> {
        let mut remarks = Self::default();
        for (object, filter) in filters {
            remarks.add(known, object, filter, nothing)?;
        }
        Ok(remarks)
    }

    fn add(&mut self, known: &Known, object: &ObjectName, filter: &Filter, nothing: bool) -> Result<(), PlanError> {
        // The query was planned, so all names are known.
        let Ok(named) = names::field(known, object, &filter.field) else { return Ok(()) };
        if nothing && is_lookup(&named) && matches!(filter.op, Op::Is(Comparison::Eq) | Op::In { negated: false }) {
            let is_part = |item: &&Json<'_>| {
                !lookup::is_me(&named.field, item.get()) && lookup::name(&named.field, item.get()).is_some()
            };
            self.notices.extend(items(&named, &filter.value)?.iter().find(is_part).map(|input| {
                let input = input.get();
                format!("{}: {input} was compared with whole names; LIKE '%…%' finds a part of one", named.path)
            }));
        }
        let is_picklist = matches!(named.field.field_type, FieldType::Picklist | FieldType::MultiPicklist);
        if !is_picklist || !filter.op.is_of_values() {
            return Ok(());
        }
        // What a lookup with several targets points to can't be described.
        if named.field.picklist.is_none() && nothing && named.object.as_str() != standard::NAME {
            known.description(&named.object)?;
        }
        let Some(values) = named.field.picklist.as_deref() else { return Ok(()) };
        for item in items(&named, &filter.value)? {
            let Ok(input) = text(&named, item.get()) else { continue };
            for input in value::parts(&named.field, &input) {
                match picklist::resolve(values, input) {
                    // Salesforce compares without regard to case.
                    picklist::Value::Repaired { value, .. } if !value.eq_ignore_ascii_case(input) => {
                        self.is_taken = true;
                        self.notices.push(value::repaired_notice(named.path.as_str(), input, "`details`"));
                        self.details.add(named.path.as_str(), &value);
                    }
                    picklist::Value::Unknown { nearest } if nothing => {
                        self.notices.push(format!(
                            "{}: {} is none of its values; `details` shows the nearest",
                            named.path,
                            Excerpt::of(input)
                        ));
                        nearest.iter().for_each(|value| self.details.add(named.path.as_str(), value));
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

fn compare(named: &Named, op: Comparison, value: &str) -> Result<Condition, Error> {
    let (operand, literal) = operand(named, value)?;
    let ordered = !matches!(op, Comparison::Eq | Comparison::Ne);
    if ordered && matches!(literal, Literal::Null | Literal::Boolean(_)) {
        return Err(Error::argument(named.path.as_str(), format!("{} can only be compared with = and !=", named.path))
            .allowing(vec!["=".to_owned(), "!=".to_owned()]));
    }
    Ok(Condition::Compare { operand, op, value: literal })
}

fn operand(named: &Named, value: &str) -> Result<(Operand, Literal), Error> {
    Ok(match value::literal(&named.field, value)? {
        Compared::Literal(literal) => (Operand::Field(named.path.clone()), literal),
        Compared::Day(day) => (Operand::Day(named.path.clone()), Literal::Date(day)),
    })
}

/// `IN` and `NOT IN`. Days of a datetime field need a comparison each, for a day there is no single instant.
fn in_list(named: &Named, negated: bool, value: &str) -> Result<Condition, Error> {
    let compared = items(named, value)?.iter().map(|item| operand(named, item.get())).collect::<Result<Vec<_>, _>>()?;
    let plain = compared.iter().all(|(operand, literal)| {
        matches!(operand, Operand::Field(_)) && !matches!(literal, Literal::DateLiteral(_) | Literal::Null)
    });
    let empty = || empty_list(named);
    if plain {
        let values = List::new(compared.into_iter().map(|(_, literal)| literal)).ok_or_else(empty)?;
        return Ok(Condition::In { field: named.path.clone(), negated, values });
    }
    let op = if negated { Comparison::Ne } else { Comparison::Eq };
    let each = compared.into_iter().map(|(operand, value)| Condition::Compare { operand, op, value });
    if negated { Condition::all(each) } else { Condition::any(each) }.ok_or_else(empty)
}

/// The texts of `INCLUDES` and `EXCLUDES`.
fn texts(named: &Named, value: &str) -> Result<List<Text>, Error> {
    if named.field.field_type != FieldType::MultiPicklist {
        return Err(Error::argument(
            named.path.as_str(),
            format!(
                "{} is a {} and no multi-select picklist; use IN or NOT IN",
                named.path,
                named.field.field_type.name()
            ),
        )
        .allowing(vec!["IN".to_owned(), "NOT IN".to_owned()]));
    }
    let mut texts = Vec::new();
    for item in items(named, value)? {
        let input = text(named, item.get())?;
        let known = value::known_value(&named.field, &input).unwrap_or(input);
        let text = Text::new(known);
        texts.push(text.map_err(|reason| Error::argument(named.path.as_str(), reason.to_string()))?);
    }
    List::new(texts).ok_or_else(|| empty_list(named))
}

/// The items of a list; one value counts as a list of one.
fn items<'a>(named: &Named, value: &'a str) -> Result<Vec<Json<'a>>, Error> {
    let value = Json::parse(value)
        .map_err(|_| Error::argument(named.path.as_str(), format!("the value for {} is not JSON", named.path)))?;
    Ok(if value.get().starts_with('[') { value.items().collect() } else { vec![value] })
}

fn empty_list(named: &Named) -> Error {
    Error::argument(
        named.path.as_str(),
        format!("the list of values for {} is empty, so nothing can match", named.path),
    )
}

fn like(named: &Named, value: &str) -> Result<Condition, Error> {
    // A picklist's value is a text to LIKE.
    if !(named.field.field_type.is_text() || named.field.field_type.has_values()) {
        return Err(Error::argument(
            named.path.as_str(),
            format!("{} is a {} and has no text to match", named.path, named.field.field_type.name()),
        ));
    }
    let pattern = Pattern::parse(&text(named, value)?);
    let pattern = pattern.map_err(|reason| Error::argument(named.path.as_str(), reason.to_string()))?;
    Ok(Condition::Like { field: named.path.clone(), pattern })
}

/// A text, or a number as people may write a number that is a text to Salesforce.
fn text(named: &Named, value: &str) -> Result<String, Error> {
    match Shape::of(value) {
        Some(Shape::Text(text)) => Ok(text),
        Some(Shape::Number(number)) => Ok(number.to_owned()),
        _ => Err(Error::argument(named.path.as_str(), format!("the value for {} must be a text", named.path))),
    }
}
