//! Numbers of the time between two moments. SOQL computes none, so the records are read, the latest first and no more than
//! a page, and the numbers are worked out of them here.

use super::group::Group;
use super::measure::Measured;
use crate::call::Call;
use crate::error::Error;
use crate::json::{Json, Object};
use crate::known::PlanError;
use crate::record::{Fields, Record};
use crate::reply::MAX_ROWS;
use crate::resolve::statement::Reading;
use crate::rest::Page;
use crate::soql::{
    Aggregate, Comparison, Condition, DatePart, Direction, FieldList, FieldPath, Function, Key, Literal, Nulls, Order,
    Select,
};
use crate::sql::Query;
use crate::time::clock::{self, Clock, DAY};
use crate::time::zone;

/// Why groups are not chosen by times.
pub(super) const NO_HAVING: &str = "times have no HAVING; leave it out and read the groups";

/// The records that are read where times are computed: with what they are grouped by, and both ends.
pub(super) fn select(
    reading: &Reading<'_>,
    query: &Query,
    groups: &[Group],
    measures: &[Measured],
    numbers: &Aggregate,
) -> Result<Option<Select>, PlanError> {
    let mut elapsed = measures.iter().filter_map(|measured| measured.elapsed.as_ref());
    let Some(first) = elapsed.next() else { return Ok(None) };
    let at = query.from.at();
    if query.having.is_some() {
        return Err(reading.refuse(at, NO_HAVING));
    }
    if measures.iter().any(|one| one.elapsed.is_none() && (one.measure.function != Function::Count || !one.is_rows())) {
        return Err(reading.refuse(at, "beside a time only COUNT() is computed; ask for other numbers by themselves"));
    }
    let mut keys = groups.iter().flat_map(|group| &group.keys);
    let is_worked_out = |key: &Key| match key {
        Key::Field(_) => true,
        Key::Part { part, .. } => {
            matches!(part, DatePart::Day | DatePart::Month | DatePart::Quarter | DatePart::Year)
        }
    };
    if groups.iter().any(|group| group.is_of_events) || !keys.all(is_worked_out) {
        let why = "times are computed by fields and by days, months, quarters and years; group by one of those";
        return Err(reading.refuse(at, why));
    }
    let mut fields: Option<FieldList> = None;
    let mut add = |field: &FieldPath| match &mut fields {
        Some(fields) => fields.add(field.clone()),
        None => fields = Some(field.clone().into()),
    };
    for key in groups.iter().flat_map(|group| &group.keys) {
        match key {
            Key::Field(field) | Key::Part { field, .. } => add(field),
        }
    }
    for elapsed in measures.iter().filter_map(|measured| measured.elapsed.as_ref()) {
        elapsed.fields().for_each(&mut add);
    }
    let fields = fields.ok_or_else(|| reading.refuse(at, "the time between two fields is computed, or from one"))?;
    let mut select = Select::new(fields, numbers.from.clone());
    select.scope = numbers.scope;
    select.archived = numbers.archived;
    // Where records are not counted, those without an end say nothing.
    let counts = measures.iter().any(|measured| measured.is_rows() && !measured.is_hidden);
    let is_alone = measures.iter().all(|one| one.elapsed.as_ref().is_none_or(|elapsed| elapsed == first));
    let mut all: Vec<Condition> = numbers.condition.iter().cloned().collect();
    if is_alone && !counts {
        let has = |field: &FieldPath| Condition::compare(field.clone(), Comparison::Ne, Literal::Null);
        all.extend(first.fields().map(has));
    }
    select.condition = Condition::all(all);
    let latest = first.fields().next().cloned();
    select.order_by =
        latest.map(|field| Order { field, direction: Direction::Descending, nulls: Nulls::Last }).into_iter().collect();
    // One more than is computed of tells whether there are more.
    select.limit = Some(MAX_ROWS + 1);
    Ok(Some(select))
}

/// Reads the records, and works out of them what Salesforce would answer; whether these were all.
pub(super) fn read(
    call: &Call<'_>,
    select: &Select,
    groups: &[Group],
    measures: &[Measured],
    notices: &mut Vec<String>,
) -> Result<(Page, bool), Error> {
    let clock = call.clock(notices)?;
    let most = MAX_ROWS as usize;
    let mut records = call.query(select, most + 1)?.records;
    let is_all = records.len() <= most;
    records.truncate(most);
    if !is_all {
        notices.push(format!(
            "computed of the {most} latest records, for there are more: narrow the conditions for all of some"
        ));
    }
    if measures.iter().filter_map(|one| one.elapsed.as_ref()).any(|elapsed| elapsed.by_day) {
        notices.push(format!("times are between days in {}", clock.zone()));
    }
    let mut found: Vec<(String, Sums)> = Vec::new();
    for record in &records {
        let fields = record.fields();
        let key = key(groups, &fields, &clock);
        let at = found.partition_point(|(known, _)| *known < key);
        if found.get(at).is_none_or(|(known, _)| *known != key) {
            found.insert(at, (key, vec![Sum::default(); measures.len()]));
        }
        for (sum, measured) in found[at].1.iter_mut().zip(measures) {
            match &measured.elapsed {
                Some(elapsed) => elapsed.seconds(&fields, &clock).into_iter().for_each(|seconds| sum.add(seconds)),
                None => sum.count += 1,
            }
        }
    }
    // A query without groups has one all the same.
    if found.is_empty() && groups.is_empty() {
        found.push(("{}".to_owned(), vec![Sum::default(); measures.len()]));
    }
    let mut page = Page::empty();
    for (key, sums) in &found {
        let mut group = Object::default();
        Json::trusted(key).members().for_each(|(name, value)| group.member(&name, value));
        for (index, (sum, measured)) in sums.iter().zip(measures).enumerate() {
            group.member(&format!("m{index}"), Json::trusted(&sum.of(measured)));
        }
        page.records.push(Record::from(Json::trusted(&group.finish())));
    }
    Ok((page, is_all))
}

/// What a record is grouped by, under the names that the keys of a query have.
fn key(groups: &[Group], fields: &Fields<'_>, clock: &Clock) -> String {
    let mut key = Object::default();
    for (index, of) in groups.iter().flat_map(|group| &group.keys).enumerate() {
        let name = format!("g{index}");
        match of {
            Key::Field(field) => key.member(&name, fields.get(field.as_str()).unwrap_or(Json::NULL)),
            Key::Part { part, field, .. } => {
                let text = fields.text(field.as_str()).unwrap_or_default();
                let day = clock::day(&text).or_else(|| clock::stamp(&text).map(|moment| clock.day(moment)));
                match day {
                    Some(day) if *part == DatePart::Day => key.text(&name, &zone::date(day)),
                    Some(day) => key.member(&name, Json::trusted(&number(*part, day).to_string())),
                    None => key.member(&name, Json::NULL),
                }
            }
        }
    }
    key.finish()
}

/// The number that a part of a day is.
fn number(part: DatePart, day: i64) -> i64 {
    let (year, month, _) = zone::civil(day);
    match part {
        DatePart::Year => year,
        DatePart::Quarter => (month + 2) / 3,
        _ => month,
    }
}

/// Times of a group, one of each measure.
type Sums = Vec<Sum>;

/// What is known of the times of a group, in seconds.
#[derive(Debug, Clone, Default)]
struct Sum {
    count: i64,
    sum: i64,
    least: i64,
    most: i64,
}

impl Sum {
    fn add(&mut self, seconds: i64) {
        self.least = if self.count == 0 { seconds } else { self.least.min(seconds) };
        self.most = if self.count == 0 { seconds } else { self.most.max(seconds) };
        self.sum += seconds;
        self.count += 1;
    }

    /// The JSON text of what a measure is of it.
    fn of(&self, measured: &Measured) -> String {
        let unit = if measured.elapsed.as_ref().is_some_and(|elapsed| elapsed.in_hours) { 3600 } else { DAY };
        match measured.measure.function {
            Function::Count | Function::CountDistinct => self.count.to_string(),
            _ if self.count == 0 => "null".to_owned(),
            Function::Sum => ratio(self.sum, unit),
            Function::Average => ratio(self.sum, unit * self.count),
            Function::Min => ratio(self.least, unit),
            Function::Max => ratio(self.most, unit),
        }
    }
}

/// A quotient, rounded to four digits.
fn ratio(value: i64, by: i64) -> String {
    const ONE: i64 = 10_000;
    let scaled = (value.abs() * ONE + by / 2) / by;
    let sign = if value < 0 && scaled > 0 { "-" } else { "" };
    let number = format!("{sign}{}.{:04}", scaled / ONE, scaled % ONE);
    number.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotient_is_rounded_and_has_no_zeros_at_its_end() {
        for (value, by, expected) in [
            (86_400, 86_400, "1"),
            (129_600, 86_400, "1.5"),
            (-129_600, 86_400, "-1.5"),
            (1, 86_400, "0"),
            (-1, 86_400, "0"),
            (100, 300, "0.3333"),
            (200, 300, "0.6667"),
            (0, 5, "0"),
            (10, 1, "10"),
        ] {
            assert_eq!(ratio(value, by), expected, "{value}/{by}");
        }
    }
}
