//! The groups of an answer: in their order, with their totals and the shares they have.

use super::decimal::Decimal;
use super::group::Group;
use super::measure::{self, Measured};
use crate::error::Error;
use crate::json::quoted;
use crate::known::{Known, PlanError};
use crate::record::Record;
use crate::reply::Values;
use crate::resolve::names;
use crate::soql::{Function, Number, ObjectName};
use crate::sort::by_rank;
use crate::wit::SortKey;

/// A sort key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sorted {
    pub(super) by: By,
    pub(super) descending: bool,
    pub(super) nulls_first: bool,
}

/// What is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Group(usize),
    Measure(usize),
}

/// The sort keys: those asked for, and after them every group, so that there are no ties.
pub(super) fn order(
    known: &Known,
    object: &ObjectName,
    groups: &[Group],
    measures: &[Measured],
    input: &[SortKey],
) -> Result<Vec<Sorted>, PlanError> {
    let mut sorted: Vec<Sorted> = Vec::new();
    for key in input {
        let by = match groups.iter().position(|group| group.is_called(&key.field)) {
            Some(index) => By::Group(index),
            None => match measure::called(known, object, measures, &key.field)? {
                Some(index) => By::Measure(index),
                None => group_by_field(known, object, groups, measures, &key.field)?,
            },
        };
        let (descending, nulls_first) = (key.descending == Some(true), key.nulls_last == Some(false));
        sorted.push(Sorted { by, descending, nulls_first });
    }
    if let ([], [only]) = (input, groups)
        && !only.has_order()
    {
        sorted.push(Sorted { by: By::Measure(0), descending: true, nulls_first: false });
    }
    for index in 0..groups.len() {
        let by = By::Group(index);
        if !sorted.iter().any(|key| key.by == by) {
            sorted.push(Sorted { by, descending: false, nulls_first: false });
        }
    }
    Ok(sorted)
}

/// The group of a field under another of its names.
fn group_by_field(
    known: &Known,
    object: &ObjectName,
    groups: &[Group],
    measures: &[Measured],
    input: &str,
) -> Result<By, PlanError> {
    match names::field(known, object, input) {
        Err(PlanError::Needs(needs)) => return Err(PlanError::Needs(needs)),
        Ok(named) => {
            if let Some(index) = groups.iter().position(|group| group.is_by(&named.path)) {
                return Ok(By::Group(index));
            }
        }
        Err(PlanError::Failed(_)) => {}
    }
    let mut allowed = Vec::new();
    for group in groups {
        allowed.extend_from_slice(&group.columns);
    }
    for measured in measures {
        allowed.push(measured.name.clone());
    }
    Err(Error::argument(input, format!("{input:?} is neither a group nor a measure of this call"))
        .allowing(allowed)
        .into())
}

/// A group as it came. Values are JSON texts.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// The groups' columns.
    cells: Vec<String>,
    /// Where in `cells` the columns of each group end.
    ends: Vec<usize>,
    /// The place of each group's value in its picklist, where it is one.
    places: Vec<u32>,
    /// The measures.
    measures: Vec<String>,
    /// The shares of those measures that have one, as many as measures or none.
    shares: Vec<Option<String>>,
}

/// Ranks of values that are not in the list, and of no value: after all others.
const UNLISTED: u32 = u32::MAX - 1;
const NOTHING: u32 = u32::MAX;

impl Row {
    fn read(groups: &[Group], measures: usize, record: &Record, values: &mut Values) -> Self {
        let fields = record.fields();
        let mut row = Self::default();
        let mut first = 0;
        for group in groups {
            row.places.push(match fields.text(&format!("g{first}")) {
                None => NOTHING,
                Some(text) => group.values.iter().position(|value| *value == text).map_or(UNLISTED, |at| at as u32),
            });
            group.cells(&fields, first, values, &mut row.cells);
            row.ends.push(row.cells.len());
            first += group.keys.len();
        }
        for index in 0..measures {
            let text = values.copy(fields.get(&format!("m{index}")));
            // Salesforce writes 2.0E7 and 200000.0.
            row.measures.push(match Number::parse(&text) {
                Ok(number) => number.as_str().to_owned(),
                Err(_) => text,
            });
        }
        row
    }

    /// What is sorted by.
    fn cells_of(&self, by: By) -> &[String] {
        match by {
            By::Measure(index) => &self.measures[index..=index],
            By::Group(index) => &self.cells[self.start(index)..self.ends[index]],
        }
    }

    /// Where in `cells` the columns of a group begin.
    fn start(&self, group: usize) -> usize {
        if group == 0 { 0 } else { self.ends[group - 1] }
    }

    /// What it has in common with the groups that differ only in the last grouping.
    fn outer(&self) -> &[String] {
        &self.cells[..self.start(self.ends.len() - 1)]
    }

    /// As a row of the reply: the groups, and each measure with its share.
    pub(super) fn shown(&self) -> String {
        let mut shown = String::new();
        let mut add = |cell: &str| {
            shown.push(if shown.is_empty() { '[' } else { ',' });
            shown.push_str(cell);
        };
        for cell in &self.cells {
            add(cell);
        }
        for (index, measure) in self.measures.iter().enumerate() {
            add(measure);
            if let Some(Some(share)) = self.shares.get(index) {
                add(share);
            }
        }
        shown.push(']');
        shown
    }
}

/// The groups in the order they came.
pub(super) fn rows(groups: &[Group], measures: usize, records: &[Record], values: &mut Values) -> Vec<Row> {
    let mut rows = Vec::with_capacity(records.len());
    for record in records {
        rows.push(Row::read(groups, measures, record, values));
    }
    rows
}

/// The groups in their order. Salesforce has sorted them, but for picklists, whose order it may not know: those are put
/// in place here, with the order of the rest kept.
pub(super) fn arranged(rows: Vec<Row>, groups: &[Group], sorted: &[Sorted]) -> Vec<Row> {
    let listed = |key: &Sorted| matches!(key.by, By::Group(index) if !groups[index].values.is_empty());
    let Some(last) = sorted.iter().rposition(listed) else { return rows };
    let mut order: Vec<u32> = (0..rows.len() as u32).collect();
    for at in (0..=last).rev() {
        let ranks = ranks(&rows, &sorted[..=at], listed(&sorted[at]));
        order = by_rank(order.into_iter().map(|index| (ranks[index as usize], index)));
    }
    let mut places = vec![0; rows.len()];
    for (place, index) in order.into_iter().enumerate() {
        places[index as usize] = place as u32;
    }
    by_rank(places.into_iter().zip(rows))
}

/// The ranks by the last of these keys; unless it is a picklist, they only compare where all keys before are the same.
fn ranks(rows: &[Row], sorted: &[Sorted], listed: bool) -> Vec<u32> {
    let mut ranks: Vec<u32> = Vec::with_capacity(rows.len());
    let mut runs = 0;
    for (index, row) in rows.iter().enumerate() {
        ranks.push(match sorted.last() {
            Some(Sorted { by: By::Group(group), descending, nulls_first }) if listed => match row.places[*group] {
                NOTHING if *nulls_first => 0,
                place @ (UNLISTED | NOTHING) => place,
                place if *descending => UNLISTED - 1 - place,
                place => place + 1,
            },
            _ => {
                let before = &rows[index.saturating_sub(1)];
                runs += u32::from(sorted.iter().any(|key| row.cells_of(key.by) != before.cells_of(key.by)));
                runs
            }
        });
    }
    ranks
}

/// Gives each measure that adds up its share of the groups that differ only in the last grouping.
pub(super) fn add_shares(rows: &mut [Row], measures: &[Measured]) {
    // Which of the outer groups a row is in, by the first row of it.
    let mut outer: Vec<usize> = Vec::new();
    for row in 0..rows.len() {
        let same = |first: usize| outer[first] == first && rows[first].outer() == rows[row].outer();
        outer.push((0..row).find(|first| same(*first)).unwrap_or(row));
    }
    for (index, measured) in measures.iter().enumerate() {
        if !measured.adds_up() {
            rows.iter_mut().for_each(|row| row.shares.push(None));
            continue;
        }
        let mut wholes = vec![Some(Decimal::ZERO); rows.len()];
        for (row, outer) in rows.iter().zip(&outer) {
            // Of a whole with negative parts there are no shares.
            let part = Decimal::parse(&row.measures[index]).unwrap_or(Decimal::ZERO);
            wholes[*outer] = wholes[*outer].filter(|_| !part.is_negative()).and_then(|whole| whole.plus(part));
        }
        for (row, outer) in rows.iter_mut().zip(&outer) {
            let share = match (Decimal::parse(&row.measures[index]), wholes[*outer]) {
                (Some(part), Some(whole)) => part.share_of(whole),
                _ => None,
            };
            row.shares.push(Some(share.unwrap_or_else(|| "null".to_owned())));
        }
    }
}

/// What the counts and sums of all groups add up to, as a JSON object; none where there are neither.
pub(super) fn totals(rows: &[Row], measures: &[Measured]) -> Option<String> {
    let mut totals = String::new();
    for (index, measured) in measures.iter().enumerate().filter(|(_, measured)| measured.adds_up()) {
        // Salesforce's own sum of nothing is null, its count 0.
        let mut total = (measured.measure.function == Function::Count).then_some(Decimal::ZERO);
        let mut overflow = false;
        for number in rows.iter().filter_map(|row| Decimal::parse(&row.measures[index])) {
            let sum = total.unwrap_or(Decimal::ZERO).plus(number);
            overflow |= sum.is_none();
            total = sum;
        }
        totals.push(if totals.is_empty() { '{' } else { ',' });
        totals.push_str(&quoted(&measured.name));
        totals.push(':');
        match total.filter(|_| !overflow) {
            Some(total) => totals.push_str(&total.to_string()),
            None => totals.push_str("null"),
        }
    }
    (!totals.is_empty()).then(|| totals + "}")
}
