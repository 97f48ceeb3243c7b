//! A report's filters, and the logic that joins them.

use std::cmp::Ordering;

use jiff::civil::Date;
use serde_json::{Value as Json, json};

use super::{bad, saved::Saved, table::Cell};
use crate::{refusal::Refusal, value::Value};

/// Most filters that a run takes.
const MAX_FILTERS: usize = 20;

const OPERATORS: [&str; 9] = [
    "equals",
    "notEqual",
    "lessThan",
    "greaterThan",
    "lessOrEqual",
    "greaterOrEqual",
    "contains",
    "notContain",
    "startsWith",
];

/// One filter: a column by its place, an operator and what it compares with.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    place: usize,
    operator: String,
    value: String,
}

impl Filter {
    /// # Errors
    /// `BAD_REQUEST`, in this org's own words, for a column or an operator that the report has not.
    pub(super) fn new(saved: &Saved, column: &str, operator: &str, value: &str) -> Result<Self, Refusal> {
        let place = saved.columns.iter().position(|known| known.name == column);
        let place =
            place.ok_or_else(|| bad(&format!("The filter column {column} is not available in this report.")))?;
        if !OPERATORS.contains(&operator) {
            return Err(bad(&format!("The filter operator {operator} is not available for {column}.")));
        }
        Ok(Self { place, operator: operator.to_owned(), value: value.to_owned() })
    }

    /// The filters of a request.
    ///
    /// # Errors
    /// `BAD_REQUEST` for more than twenty of them, and as [`Filter::new`].
    pub(super) fn list(saved: &Saved, filters: &[Json]) -> Result<Vec<Self>, Refusal> {
        if filters.len() > MAX_FILTERS {
            return Err(bad(&format!("A report can't have more than {MAX_FILTERS} filters.")));
        }
        let text = |filter: &Json, key: &str| filter.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        let one = |filter| Self::new(saved, &text(filter, "column"), &text(filter, "operator"), &text(filter, "value"));
        filters.iter().map(one).collect()
    }

    pub(super) fn to_json(&self, saved: &Saved) -> Json {
        let column = saved.columns.get(self.place).map_or("", |column| column.name);
        json!({"column": column, "filterType": "fieldValue", "isRunPageEditable": true, "operator": self.operator, "value": self.value})
    }

    /// Several values stand with commas between them; one of them is enough.
    fn holds(&self, cells: &[Cell]) -> bool {
        let Some(cell) = cells.get(self.place) else {
            return false;
        };
        let any = |test: &dyn Fn(&str) -> bool| self.value.split(',').map(str::trim).any(test);
        let label = cell.label.to_lowercase();
        let order = |value: &str| compare(&cell.raw, value);
        match self.operator.as_str() {
            "equals" => any(&|value| order(value) == Some(Ordering::Equal)),
            "notEqual" => !any(&|value| order(value) == Some(Ordering::Equal)),
            "lessThan" => any(&|value| order(value) == Some(Ordering::Less)),
            "greaterThan" => any(&|value| order(value) == Some(Ordering::Greater)),
            "lessOrEqual" => any(&|value| matches!(order(value), Some(Ordering::Less | Ordering::Equal))),
            "greaterOrEqual" => any(&|value| matches!(order(value), Some(Ordering::Greater | Ordering::Equal))),
            "contains" => any(&|value| label.contains(&value.to_lowercase())),
            "notContain" => !any(&|value| label.contains(&value.to_lowercase())),
            _ => any(&|value| label.starts_with(&value.to_lowercase())),
        }
    }
}

/// The order of a cell and a filter's value. Nothing equals only nothing.
fn compare(cell: &Value, value: &str) -> Option<Ordering> {
    match cell {
        Value::Null => value.is_empty().then_some(Ordering::Equal),
        Value::Text(text) => Some(text.to_lowercase().cmp(&value.to_lowercase())),
        Value::Boolean(flag) => value.to_lowercase().parse::<bool>().ok().map(|value| flag.cmp(&value)),
        Value::Date(day) => value.parse::<Date>().ok().map(|value| day.cmp(&value)),
        Value::DateTime(instant) => value.parse().ok().map(|value| instant.cmp(&value)),
        number => number.as_f64()?.partial_cmp(&value.parse().ok()?),
    }
}

/// Whether a row passes: all filters, or what the logic says of their numbers.
///
/// # Errors
/// `BAD_REQUEST` for logic that cannot be read or names a filter that is not there.
pub(super) fn passes(filters: &[Filter], logic: Option<&str>, cells: &[Cell]) -> Result<bool, Refusal> {
    let Some(logic) = logic else {
        return Ok(filters.iter().all(|filter| filter.holds(cells)));
    };
    let spaced = logic.replace('(', " ( ").replace(')', " ) ").to_uppercase();
    let mut words: Vec<&str> = spaced.split_whitespace().rev().collect();
    let held = either(&mut words, filters, cells);
    let read = held.filter(|_| words.is_empty());
    read.ok_or_else(|| bad(&format!("The filter logic {logic} does not fit the report's filters.")))
}

/// `a OR b`; the words stand in reverse, the next one last.
fn either(words: &mut Vec<&str>, filters: &[Filter], cells: &[Cell]) -> Option<bool> {
    let mut held = both(words, filters, cells)?;
    while words.last() == Some(&"OR") {
        words.pop();
        held |= both(words, filters, cells)?;
    }
    Some(held)
}

fn both(words: &mut Vec<&str>, filters: &[Filter], cells: &[Cell]) -> Option<bool> {
    let mut held = one(words, filters, cells)?;
    while words.last() == Some(&"AND") {
        words.pop();
        held &= one(words, filters, cells)?;
    }
    Some(held)
}

fn one(words: &mut Vec<&str>, filters: &[Filter], cells: &[Cell]) -> Option<bool> {
    match words.pop()? {
        "NOT" => one(words, filters, cells).map(|held| !held),
        "(" => {
            let held = either(words, filters, cells)?;
            (words.pop() == Some(")")).then_some(held)
        }
        number => {
            let place: usize = number.parse().ok()?;
            Some(filters.get(place.checked_sub(1)?)?.holds(cells))
        }
    }
}
