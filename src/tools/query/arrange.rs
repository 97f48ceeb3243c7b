//! The groups of an answer: in their order, with their totals and the shares they have.

use std::borrow::Cow;

use super::decimal::Decimal;
use super::group::{Group, alias};
use super::measure::{self, Measured};
use crate::json::quoted;
use crate::lower::lower;
use crate::record::Record;
use crate::reply::{Values, with_decimals};
use crate::soql::Function;
use crate::sort::by_rank;

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
pub(super) fn order(groups: &[Group], mut sorted: Vec<Sorted>) -> Vec<Sorted> {
    if let ([], [only]) = (sorted.as_slice(), groups)
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
    sorted
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
    /// What those measures are a share of that have one, as many as measures or none; some wholes have no shares.
    wholes: Vec<Option<Option<Decimal>>>,
}

/// Ranks of values that are not in the list, and of no value: after all others.
const UNLISTED: u32 = u32::MAX - 1;
const NOTHING: u32 = u32::MAX;

impl Row {
    fn read(groups: &[Group], measures: usize, record: &Record, values: &mut Values) -> Self {
        let fields = record.fields();
        let mut row = Self {
            cells: Vec::with_capacity(2 * groups.len()),
            ends: Vec::with_capacity(groups.len()),
            places: Vec::with_capacity(groups.len()),
            measures: Vec::with_capacity(measures),
            wholes: Vec::with_capacity(measures),
        };
        let mut first = 0;
        for group in groups {
            row.places.push(match fields.text(&alias('g', first)) {
                _ if group.values.is_empty() => UNLISTED,
                None => NOTHING,
                Some(text) => group.values.iter().position(|value| *value == text).map_or(UNLISTED, |at| at as u32),
            });
            group.cells(&fields, first, values, &mut row.cells);
            row.ends.push(row.cells.len());
            first += group.keys.len();
        }
        for index in 0..measures {
            row.measures.push(values.copy(fields.get(&alias('m', index))).into_owned());
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

    /// Adds what another group measures of the same.
    fn add(&mut self, other: &Self, measures: &[Measured]) {
        for ((value, more), measured) in self.measures.iter_mut().zip(&other.measures).zip(measures) {
            let takes = match measured.measure.function {
                _ if more == "null" => false,
                _ if value == "null" => true,
                Function::Min => is_less(more, value),
                Function::Max => is_less(value, more),
                _ => {
                    let sum = Decimal::parse(value).zip(Decimal::parse(more)).and_then(|(one, other)| one.plus(other));
                    *value = sum.map_or_else(|| "null".to_owned(), |sum| sum.to_string());
                    false
                }
            };
            if takes {
                value.clone_from(more);
            }
        }
    }

    /// Works the averages out of the sums and numbers beside them.
    fn average(&mut self, measures: &[Measured]) {
        for (index, measured) in measures.iter().enumerate() {
            if measured.measure.function == Function::Average
                && let Some((sum, count)) = measure::parts_of(measures, measured)
            {
                let sum = Decimal::parse(&self.measures[sum]).zip(Decimal::parse(&self.measures[count]));
                let average = sum.and_then(|(sum, count)| sum.divided_by(count));
                self.measures[index] = average.unwrap_or_else(|| "null".to_owned());
            }
        }
    }

    /// A group without records, of which this is the only column.
    pub(super) fn without_records(cell: String, measures: &[Measured]) -> Self {
        let nothing = |measured: &Measured| if measured.counts() || measured.adds_up() { "0" } else { "null" };
        Self {
            cells: vec![cell],
            ends: vec![1],
            places: vec![UNLISTED],
            measures: measures.iter().map(|measured| nothing(measured).to_owned()).collect(),
            wholes: Vec::new(),
        }
    }

    /// Its first column.
    pub(super) fn first(&self) -> &str {
        self.cells.first().map_or("null", String::as_str)
    }

    /// As a row of the reply: the groups, and each measure with its share.
    pub(super) fn shown(&self, measures: &[Measured]) -> String {
        let mut shown = String::new();
        let mut add = |cell: &str| {
            shown.push(if shown.is_empty() { '[' } else { ',' });
            shown.push_str(cell);
        };
        for cell in &self.cells {
            add(cell);
        }
        for (index, measure) in self.measures.iter().enumerate().filter(|(index, _)| !measures[*index].is_hidden) {
            add(&with_decimals(Cow::Borrowed(measure), measures[index].decimals()));
            if let Some(Some(whole)) = self.wholes.get(index) {
                let share = Decimal::parse(measure).zip(*whole).and_then(|(part, whole)| part.share_of(whole));
                add(share.as_deref().unwrap_or("null"));
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

/// The groups of events that are of one day as one, in their order: Salesforce counts those apart that take whole days.
pub(super) fn merged(rows: Vec<Row>, measures: &[Measured], sorted: &[Sorted]) -> Vec<Row> {
    let firsts = firsts(&rows, |row| &row.cells);
    let mut merged: Vec<Option<Row>> = Vec::with_capacity(rows.len());
    for (row, first) in rows.into_iter().zip(firsts) {
        match merged.get_mut(first).and_then(Option::as_mut) {
            Some(known) => {
                known.add(&row, measures);
                merged.push(None);
            }
            None => merged.push(Some(row)),
        }
    }
    let mut merged: Vec<Row> = merged.into_iter().flatten().collect();
    for row in &mut merged {
        row.average(measures);
    }
    // Their places, for rows themselves are long to move.
    let mut ordered: Vec<u32> = Vec::with_capacity(merged.len());
    for (at, row) in merged.iter().enumerate() {
        let is_before = |other: &u32| comes_before(row, &merged[*other as usize], sorted);
        // Most come in their order.
        let place = match ordered.last() {
            Some(last) if is_before(last) => ordered.partition_point(|other| !is_before(other)),
            _ => ordered.len(),
        };
        ordered.insert(place, at as u32);
    }
    in_order(ordered, merged)
}

/// Of each row the first that has the same cells, by its place.
fn firsts(rows: &[Row], cells: fn(&Row) -> &[String]) -> Vec<usize> {
    const NONE: usize = usize::MAX;
    // The first rows by a sum of their bytes, and of each the one before it with the same: there may be two thousand.
    let mut by_sum = vec![NONE; 256];
    let mut firsts: Vec<usize> = Vec::with_capacity(rows.len());
    let mut before: Vec<usize> = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        let bytes = cells(row).iter().flat_map(|cell| cell.bytes());
        let sum = bytes.fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())) as usize % by_sum.len();
        let mut first = by_sum[sum];
        while first != NONE && cells(&rows[first]) != cells(row) {
            first = before[first];
        }
        before.push(by_sum[sum]);
        if first == NONE {
            by_sum[sum] = at;
            first = at;
        }
        firsts.push(first);
    }
    firsts
}

/// Rows in the order of their places.
fn in_order(order: Vec<u32>, rows: Vec<Row>) -> Vec<Row> {
    let mut places = vec![0; rows.len()];
    for (place, index) in order.into_iter().enumerate() {
        places[index as usize] = place as u32;
    }
    by_rank(places.into_iter().zip(rows))
}

/// Whether a row comes before another by all keys.
fn comes_before(row: &Row, other: &Row, sorted: &[Sorted]) -> bool {
    for key in sorted {
        for (one, two) in row.cells_of(key.by).iter().zip(other.cells_of(key.by)) {
            if one != two {
                return match (one.as_str(), two.as_str()) {
                    ("null", _) => key.nulls_first,
                    (_, "null") => !key.nulls_first,
                    (one, two) => is_less(one, two) != key.descending,
                };
            }
        }
    }
    false
}

/// Whether a value comes before another: a number by its size, anything else by its letters.
fn is_less(one: &str, two: &str) -> bool {
    let number = |cell: &str| if cell.starts_with('"') { None } else { Decimal::parse(cell) };
    match (number(one), number(two)) {
        (Some(one), Some(two)) => one.is_less(two),
        _ => lower(one) < lower(two),
    }
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
    in_order(order, rows)
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

/// Gives each measure that adds up what it is a share of: the groups that differ only in the last grouping.
pub(super) fn add_shares(rows: &mut [Row], measures: &[Measured]) {
    // Which of the outer groups a row is in, by the first row of it.
    let outer = firsts(rows, Row::outer);
    for (index, measured) in measures.iter().enumerate() {
        if !measured.adds_up() || measured.is_hidden {
            rows.iter_mut().for_each(|row| row.wholes.push(None));
            continue;
        }
        let mut wholes = vec![Some(Decimal::ZERO); rows.len()];
        for (row, outer) in rows.iter().zip(&outer) {
            // Of a whole with negative parts there are no shares.
            let part = Decimal::parse(&row.measures[index]).unwrap_or(Decimal::ZERO);
            wholes[*outer] = wholes[*outer].filter(|_| !part.is_negative()).and_then(|whole| whole.plus(part));
        }
        for (row, outer) in rows.iter_mut().zip(&outer) {
            row.wholes.push(Some(wholes[*outer]));
        }
    }
}

/// What the counts and sums of all groups add up to, and the averages over all records, as a JSON object; none where
/// there is neither.
pub(super) fn totals(rows: &[Row], measures: &[Measured]) -> Option<String> {
    let mut totals = String::new();
    for (index, measured) in measures.iter().enumerate().filter(|(_, measured)| !measured.is_hidden) {
        let total = match measured.measure.function {
            // Salesforce's own sum of nothing is null, its count 0.
            Function::Count => sum(rows, index, Some(Decimal::ZERO)).map(|total| total.to_string()),
            Function::Sum => sum(rows, index, None).map(|total| total.to_string()),
            Function::Average => average(rows, measures, measured),
            _ => continue,
        };
        totals.push(if totals.is_empty() { '{' } else { ',' });
        totals.push_str(&quoted(&measured.name));
        totals.push(':');
        let total = Cow::Owned(total.unwrap_or_else(|| "null".to_owned()));
        totals.push_str(&with_decimals(total, measured.decimals()));
    }
    (!totals.is_empty()).then(|| totals + "}")
}

/// What a measure adds up to; none if there is nothing to add, or the sum has too many digits.
fn sum(rows: &[Row], index: usize, of_nothing: Option<Decimal>) -> Option<Decimal> {
    let mut total = of_nothing;
    for number in rows.iter().filter_map(|row| Decimal::parse(&row.measures[index])) {
        total = Some(total.unwrap_or(Decimal::ZERO).plus(number)?);
    }
    total
}

fn average(rows: &[Row], measures: &[Measured], measured: &Measured) -> Option<String> {
    let (whole, count) = measure::parts_of(measures, measured)?;
    sum(rows, whole, None)?.divided_by(sum(rows, count, None)?)
}
