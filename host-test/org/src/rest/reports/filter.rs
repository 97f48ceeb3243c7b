//! A report's filters, and the logic that joins them.

use std::cmp::Ordering;

use jiff::{Timestamp, civil::Date};
use serde_json::{Value as Json, json};

use super::{
    bad,
    saved::Saved,
    table::{self, Cell},
    unsupported,
};
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
        let kind = saved.columns.get(place).map_or("", |column| column.kind);
        let dates =
            matches!(kind, "date" | "datetime") && !matches!(operator, "contains" | "notContain" | "startsWith");
        let reads =
            |value: &str| value.is_empty() || value.parse::<Date>().is_ok() || value.parse::<Timestamp>().is_ok();
        if dates && !value.split(',').map(str::trim).all(reads) {
            // What else real orgs read, relative dates and those of the user's locale, matches nothing here.
            return Err(unsupported("filters of reports by dates other than YYYY-MM-DD"));
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
        Value::DateTime(instant) => match value.parse::<Date>() {
            Ok(day) if value.len() == "2026-01-31".len() => table::day(cell).map(|own| own.cmp(&day)),
            _ => value.parse().ok().map(|value| instant.cmp(&value)),
        },
        number => number.as_f64()?.partial_cmp(&value.parse().ok()?),
    }
}

/// Whether logic speaks of every filter, as it has to.
///
/// # Errors
/// `BAD_REQUEST`, in this org's own words, for one that it leaves out.
pub(super) fn check(filters: &[Filter], logic: Option<&str>) -> Result<(), Refusal> {
    let Some(logic) = logic else {
        return Ok(());
    };
    let named: Vec<usize> =
        logic.split(|one: char| !one.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect();
    match (1..=filters.len()).find(|number| !named.contains(number)) {
        None => Ok(()),
        Some(number) => Err(bad(&format!("The filter logic {logic} leaves out filter {number}."))),
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
