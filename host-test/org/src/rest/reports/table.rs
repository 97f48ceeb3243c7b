//! The rows of a report, its groups, and the map of facts about them.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json, json};

use super::saved::{Column, Saved};
use crate::{context::Context, soql::order, value::Value};

/// Most rows that a run shows one by one. The sums are over all of them.
const MAX_DETAILS: usize = 2_000;

/// One cell of one row.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub(super) label: String,
    pub(super) value: Json,
    pub(super) raw: Value,
}

impl Cell {
    pub(super) fn new(column: &Column, shown: Value, value: &Value, context: &Context) -> Self {
        let label = label(column.kind, &shown, context);
        let value = match (column.kind, &shown) {
            (_, Value::Null) => Json::Null,
            ("currency", amount) => json!({"amount": amount.to_json(), "currency": null}),
            _ => value.to_json(),
        };
        Self { label, value, raw: shown }
    }
}

/// How a value is shown to this user.
fn label(kind: &str, value: &Value, context: &Context) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Text(text) => text.clone(),
        Value::Boolean(flag) => flag.to_string(),
        Value::Date(day) if context.locale == "en_US" => day.strftime("%-m/%-d/%Y").to_string(),
        Value::Date(day) => day.strftime("%d.%m.%Y").to_string(),
        Value::DateTime(instant) => {
            let zoned = instant.to_zoned(context.zone.clone());
            let form = if context.locale == "en_US" { "%-m/%-d/%Y, %-I:%M %p" } else { "%d.%m.%Y, %H:%M" };
            zoned.strftime(form).to_string()
        }
        number => {
            let number = number.as_f64().unwrap_or_default();
            match kind {
                "currency" => format!("${}", grouped(number, 2, context)),
                "percent" => format!("{number}%"),
                _ => grouped(number, if number.fract() == 0.0 { 0 } else { 2 }, context),
            }
        }
    }
}

/// `1,234.50`, or `1.234,50`.
fn grouped(number: f64, decimals: usize, context: &Context) -> String {
    let (thousands, point) = if context.locale == "de_DE" { ('.', ',') } else { (',', '.') };
    let text = format!("{:.decimals$}", number.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut shown = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            shown.push(thousands);
        }
        shown.push(digit);
    }
    if !fraction.is_empty() {
        shown.push(point);
        shown.push_str(fraction);
    }
    if number < 0.0 { format!("-{shown}") } else { shown }
}

/// Rows of one value, by their places among all rows.
struct Group {
    key: String,
    label: String,
    value: Json,
    rows: BTreeSet<usize>,
    groups: Vec<Group>,
}

/// The groups of these rows by the columns, one within the other.
fn groups(lines: &[Vec<Cell>], rows: &BTreeSet<usize>, columns: &[usize], prefix: &str) -> Vec<Group> {
    let Some((&column, rest)) = columns.split_first() else {
        return Vec::new();
    };
    let cell = |row: usize| lines.get(row).and_then(|cells| cells.get(column));
    let mut keyed: Vec<(&Cell, usize)> = rows.iter().filter_map(|row| Some((cell(*row)?, *row))).collect();
    keyed.sort_by(|(a, _), (b, _)| order(&a.raw, &b.raw));
    let chunks = keyed.chunk_by(|(a, _), (b, _)| order(&a.raw, &b.raw).is_eq());
    chunks
        .enumerate()
        .filter_map(|(place, chunk)| {
            let (first, _) = chunk.first()?;
            let key = if prefix.is_empty() { place.to_string() } else { format!("{prefix}_{place}") };
            let rows: BTreeSet<usize> = chunk.iter().map(|(_, row)| *row).collect();
            let groups = groups(lines, &rows, rest, &key);
            Some(Group { key, label: first.label.clone(), value: first.value.clone(), rows, groups })
        })
        .collect()
}

fn groups_json(groups: &[Group]) -> Json {
    let one = |group: &Group| json!({"groupings": groups_json(&group.groups), "key": group.key, "label": group.label, "value": group.value});
    groups.iter().map(one).collect()
}

/// Every key with its rows, and whether nothing is grouped within it.
fn keys<'a>(groups: &'a [Group], all: &'a BTreeSet<usize>) -> Vec<(&'a str, &'a BTreeSet<usize>, bool)> {
    fn add<'a>(groups: &'a [Group], found: &mut Vec<(&'a str, &'a BTreeSet<usize>, bool)>) {
        for group in groups {
            found.push((&group.key, &group.rows, group.groups.is_empty()));
            add(&group.groups, found);
        }
    }
    let mut found = vec![("T", all, groups.is_empty())];
    add(groups, &mut found);
    found
}

/// The parts of an answer that are about rows.
pub(super) struct Table {
    pub(super) all_data: bool,
    pub(super) facts: Map<String, Json>,
    pub(super) down: Json,
    pub(super) across: Json,
}

impl Table {
    pub(super) fn new(saved: &Saved, lines: &[Vec<Cell>], details: bool, context: &Context) -> Self {
        let places = |names: &[&str]| -> Vec<usize> {
            names.iter().filter_map(|name| saved.columns.iter().position(|column| column.name == *name)).collect()
        };
        let all: BTreeSet<usize> = (0..lines.len()).collect();
        let down = groups(lines, &all, &places(saved.down), "");
        let across = groups(lines, &all, &places(saved.across), "");
        let shown = places(saved.details);
        let mut left = MAX_DETAILS;
        let mut facts = Map::new();
        for (down_key, down_rows, down_deepest) in keys(&down, &all) {
            for (across_key, across_rows, across_deepest) in keys(&across, &all) {
                let rows: Vec<&Vec<Cell>> =
                    down_rows.intersection(across_rows).filter_map(|row| lines.get(*row)).collect();
                let aggregates: Vec<Json> =
                    saved.aggregates.iter().map(|name| aggregate(saved, name, &rows, context)).collect();
                let mut fact = Map::from_iter([("aggregates".to_owned(), json!(aggregates))]);
                if details {
                    let deepest = down_deepest && across_deepest;
                    let taken = if deepest { rows.len().min(left) } else { 0 };
                    left -= taken;
                    let rows: Vec<Json> = rows.iter().take(taken).map(|cells| row_json(cells, &shown)).collect();
                    fact.insert("rows".to_owned(), json!(rows));
                }
                facts.insert(format!("{down_key}!{across_key}"), Json::Object(fact));
            }
        }
        let all_data = !details || lines.len() <= MAX_DETAILS;
        Self { all_data, facts, down: groups_json(&down), across: groups_json(&across) }
    }
}

fn row_json(cells: &[Cell], shown: &[usize]) -> Json {
    let cell = |place: &usize| cells.get(*place).map(|cell| json!({"label": cell.label, "value": cell.value}));
    json!({"dataCells": shown.iter().filter_map(cell).collect::<Vec<Json>>()})
}

fn aggregate(saved: &Saved, name: &str, rows: &[&Vec<Cell>], context: &Context) -> Json {
    let Some((function, column)) = name.split_once('!') else {
        return json!({"label": grouped(count(rows.len()), 0, context), "value": rows.len()});
    };
    let place = saved.columns.iter().position(|known| known.name == column).unwrap_or_default();
    let kind = saved.columns.get(place).map_or("double", |column| column.kind);
    let numbers: Vec<f64> = rows.iter().filter_map(|cells| cells.get(place)?.raw.as_f64()).collect();
    let sum: f64 = numbers.iter().sum();
    let value = if function == "a" && !numbers.is_empty() { sum / count(numbers.len()) } else { sum };
    json!({"label": label(kind, &Value::Number(value), context), "value": value})
}

/// No org of this kind has 2^53 rows.
#[allow(clippy::cast_precision_loss)]
fn count(rows: usize) -> f64 {
    rows as f64
}

/// The day an instant is on, for the standard date filter.
pub(super) fn day(value: &Value) -> Option<jiff::civil::Date> {
    match value {
        Value::Date(day) => Some(*day),
        Value::DateTime(instant) => Some(instant.to_zoned(TimeZone::UTC).date()),
        _ => None,
    }
}
