//! Assumptions about running reports, as they are and with filters of one's own. A run changes nothing of a report.

use http::Method;
use serde_json::{Value, json};

use super::{Answer, DATA, Failure, Probe};

/// Days before and after everything that people keep.
const LONG_AGO: &str = "1990-01-01";
const FAR_OFF: &str = "2999-12-31";

/// A report that can be filtered by a date, and has rows.
struct Dated {
    path: String,
    /// Its own filters, and the logic that joins them.
    filters: Vec<Value>,
    logic: Option<String>,
    /// The column of a date.
    column: String,
    /// Where its count of rows is among its sums.
    count: usize,
}

impl Dated {
    /// Of the description of a report, if it has a date and counts its rows.
    fn of(path: String, body: &Value) -> Option<Self> {
        let metadata = &body["reportMetadata"];
        let columns = body["reportExtendedMetadata"]["detailColumnInfo"].as_object()?;
        let (column, _) =
            columns.iter().find(|(_, column)| column["dataType"] == "date" || column["dataType"] == "datetime")?;
        let count = metadata["aggregates"].as_array()?.iter().position(|name| name == "RowCount")?;
        Some(Self {
            path,
            filters: metadata["reportFilters"].as_array().cloned().unwrap_or_default(),
            logic: metadata["reportBooleanFilter"].as_str().map(str::to_owned),
            column: column.clone(),
            count,
        })
    }

    fn since(&self, day: &str) -> Value {
        json!({"column": self.column, "operator": "greaterOrEqual", "value": day})
    }

    /// The logic of its own filters, written out.
    fn own_logic(&self) -> Option<String> {
        let all = || (1..=self.filters.len()).map(|number| number.to_string()).collect::<Vec<_>>().join(" AND ");
        let own = self.logic.clone().or_else(|| (!self.filters.is_empty()).then(all))?;
        Some(format!("({own}) AND "))
    }

    /// A run with filters besides its own, under this logic.
    fn run(&self, probe: &mut Probe<'_>, more: &[Value], logic: Option<&str>) -> Result<Answer, Failure> {
        let filters: Vec<&Value> = self.filters.iter().chain(more).collect();
        let body = json!({"reportMetadata": {"reportFilters": filters, "reportBooleanFilter": logic}});
        probe.send(Method::POST, &self.path, &[], &body)
    }

    /// How many rows a run has.
    fn rows(&self, answer: &Answer) -> Option<u64> {
        answer.body["factMap"]["T!T"]["aggregates"][self.count]["value"].as_u64().filter(|_| answer.is_success())
    }

    /// A run with one filter besides its own, which is named where there is logic.
    fn run_since(&self, probe: &mut Probe<'_>, day: &str) -> Result<Answer, Failure> {
        let number = self.filters.len() + 1;
        let logic = self.logic.as_ref().map(|own| format!("({own}) AND {number}"));
        self.run(probe, &[self.since(day)], logic.as_deref())
    }
}

/// The first of the reports that were run last which can be filtered by a date and has rows. What an org says to a
/// filter by the date that leaves every row is in the error, where it refuses one.
fn dated(probe: &mut Probe<'_>) -> Result<Dated, Failure> {
    let reports = probe.query(
        "SELECT Id FROM Report WHERE Format IN ('Tabular', 'Summary', 'Matrix') \
         ORDER BY LastRunDate DESC NULLS LAST LIMIT 5",
    )?;
    for id in reports.iter().filter_map(|report| report["Id"].as_str()) {
        let path = format!("{DATA}/analytics/reports/{id}");
        let described = probe.send(Method::GET, &format!("{path}/describe"), &[], &Value::Null)?;
        let Some(dated) = Dated::of(path, &described.body).filter(|_| described.is_success()) else { continue };
        let all = dated.run_since(probe, LONG_AGO)?;
        match dated.rows(&all) {
            Some(0) => {}
            Some(_) => return Ok(dated),
            None => return Err(probe.doubt(&all)),
        }
    }
    Err(Failure::CannotTell("no report that was run lately has a date, a count and rows".to_owned()))
}

/// <https://developer.salesforce.com/docs/atlas.en-us.api_analytics.meta/api_analytics/sforce_analytics_rest_api_filter_reports.htm>
pub(super) fn dates(probe: &mut Probe<'_>) -> Result<String, Failure> {
    let report = dated(probe)?;
    let none = report.run_since(probe, FAR_OFF)?;
    let Some(rows) = report.rows(&none) else { return Err(probe.doubt(&none)) };
    if rows > 0 {
        return Err(Failure::DoesNotHold(format!("a date of {FAR_OFF} or later leaves {rows} rows")));
    }
    let filters = none.body["reportMetadata"]["reportFilters"].as_array();
    let written = filters.and_then(|filters| filters.last()?["value"].as_str()).unwrap_or_default();
    // It is of what was sent, but an org could answer anything.
    let plain = written.bytes().all(|byte| byte.is_ascii_digit() || b"-/.:TZ+ ".contains(&byte));
    let written = if plain && !written.is_empty() { written } else { "something else" };
    Ok(format!("{FAR_OFF} is taken, and given back as {written}"))
}

/// <https://developer.salesforce.com/docs/atlas.en-us.api_analytics.meta/api_analytics/sforce_analytics_rest_api_filter_reports.htm>
pub(super) fn logic(probe: &mut Probe<'_>) -> Result<String, Failure> {
    let report = dated(probe)?;
    let more = [report.since(LONG_AGO), report.since(FAR_OFF)];
    let own = report.own_logic().unwrap_or_default();
    let (one, two) = (report.filters.len() + 1, report.filters.len() + 2);
    let named = report.run(probe, &more, Some(&format!("{own}({one} OR {two})")))?;
    match report.rows(&named) {
        Some(0) => return Err(Failure::DoesNotHold("filters that are joined by OR leave no row".to_owned())),
        Some(_) => {}
        None => return Err(probe.doubt(&named)),
    }
    let unnamed = report.run(probe, &more, Some(&format!("{own}{one}")))?;
    match report.rows(&unnamed) {
        None if (400..404).contains(&unnamed.status) => {
            Ok(format!("logic that names them is followed; logic that leaves one out: {}", unnamed.outcome()))
        }
        None => Err(probe.doubt(&unnamed)),
        Some(0) => Err(Failure::DoesNotHold("a filter that the logic leaves out holds all the same".to_owned())),
        Some(_) => Err(Failure::DoesNotHold("a filter that the logic leaves out is passed over".to_owned())),
    }
}

/// The keys of groups, and of those within them.
fn keys(groups: &Value, inner: &mut Vec<String>) {
    for group in groups.as_array().into_iter().flatten() {
        let within = &group["groupings"];
        match group["key"].as_str() {
            Some(key) if within.as_array().is_none_or(Vec::is_empty) => inner.push(key.to_owned()),
            _ => keys(within, inner),
        }
    }
}

/// <https://developer.salesforce.com/docs/atlas.en-us.api_analytics.meta/api_analytics/sforce_analytics_rest_api_factmap_example.htm>
pub(super) fn groups(probe: &mut Probe<'_>) -> Result<String, Failure> {
    let reports = probe.query(
        "SELECT Id, FolderName FROM Report WHERE Format IN ('Summary', 'Matrix') AND Name LIKE '%' \
         ORDER BY LastViewedDate DESC NULLS LAST, LastRunDate DESC NULLS LAST LIMIT 5",
    )?;
    for id in reports.iter().filter_map(|report| report["Id"].as_str()) {
        let path = format!("{DATA}/analytics/reports/{id}?includeDetails=true");
        let answer = probe.send(Method::GET, &path, &[], &Value::Null)?;
        let (mut down, mut across) = (Vec::new(), Vec::new());
        keys(&answer.body["groupingsDown"]["groupings"], &mut down);
        keys(&answer.body["groupingsAcross"]["groupings"], &mut across);
        if !answer.is_success() || down.is_empty() {
            continue;
        }
        if across.is_empty() {
            across.push("T".to_owned());
        }
        let facts = &answer.body["factMap"];
        let numbers = answer.body["reportMetadata"]["aggregates"].as_array().map_or(0, Vec::len);
        let has_numbers = |key: &str| facts[key]["aggregates"].as_array().is_some_and(|all| all.len() == numbers);
        let pairs = down.iter().flat_map(|one| across.iter().map(move |other| format!("{one}!{other}")));
        let missing = pairs.clone().filter(|pair| !has_numbers(pair)).count();
        if missing > 0 || !has_numbers("T!T") {
            return Err(Failure::DoesNotHold(format!("{missing} pairs of groups have no numbers of their own")));
        }
        let rows = |key: &str| facts[key]["rows"].as_array().map_or(0, Vec::len);
        let inner: usize = pairs.map(|pair| rows(&pair)).sum();
        let all: usize = facts.as_object().into_iter().flat_map(|facts| facts.keys()).map(|key| rows(key)).sum();
        let outer = if all > inner { "and under those around them once more" } else { "and there alone" };
        return Ok(format!("each pair of innermost groups has its numbers; rows stand under them, {outer}"));
    }
    Err(Failure::CannotTell("no report with groups was looked at lately and has rows".to_owned()))
}

/// The digits of a text up to a bracket that follows them, and how many of them are in a row at the end.
fn digits(label: &str) -> (String, usize) {
    let digit = |letter: char| letter.is_ascii_digit();
    let from = label.find(digit).unwrap_or(label.len());
    let first = label[from..].split('(').next().unwrap_or_default().trim_end_matches(|letter| !digit(letter));
    let last = first.rsplit(|letter| !digit(letter)).next().unwrap_or_default();
    (first.chars().filter(|letter| digit(*letter)).collect(), last.len())
}

/// Whether a label is a number as some locale writes it, rounded or not.
fn shows(label: &str, number: f64) -> bool {
    let (shown, last) = digits(label);
    [0, last].iter().any(|decimals| digits(&format!("{number:.decimals$}")).0 == shown)
}

/// <https://developer.salesforce.com/docs/atlas.en-us.api_analytics.meta/api_analytics/sforce_analytics_rest_api_factmap_example.htm>
pub(super) fn labels(probe: &mut Probe<'_>) -> Result<String, Failure> {
    let reports = probe.query(
        "SELECT Id, Format FROM Report WHERE Format IN ('Tabular', 'Summary', 'Matrix') \
         ORDER BY LastRunDate DESC NULLS LAST LIMIT 5",
    )?;
    for id in reports.iter().filter_map(|report| report["Id"].as_str()) {
        let path = format!("{DATA}/analytics/reports/{id}?includeDetails=true");
        let answer = probe.send(Method::GET, &path, &[], &Value::Null)?;
        let kinds = &answer.body["reportExtendedMetadata"]["detailColumnInfo"];
        let columns = answer.body["reportMetadata"]["detailColumns"].as_array().into_iter().flatten();
        let is_amount = |column: &Value| {
            let kind = column.as_str().and_then(|name| kinds[name]["dataType"].as_str());
            kind.is_some_and(|kind| ["currency", "percent"].contains(&kind))
        };
        let amounts: Vec<usize> =
            columns.enumerate().filter(|(_, column)| is_amount(column)).map(|(place, _)| place).collect();
        let facts = answer.body["factMap"].as_object().into_iter().flat_map(|facts| facts.values());
        let (mut all, mut others) = (0, 0);
        for row in facts.filter_map(|fact| fact["rows"].as_array()).flatten() {
            for place in &amounts {
                let cell = &row["dataCells"][*place];
                let Some(number) = cell["value"]["amount"].as_f64().or(cell["value"].as_f64()) else { continue };
                all += 1;
                others += usize::from(!cell["label"].as_str().is_some_and(|label| shows(label, number)));
            }
        }
        if others > 0 {
            return Err(Failure::DoesNotHold(format!("{others} of {all} labels have other digits than their values")));
        }
        if all > 0 {
            return Ok(format!("{all} labels have the digits of their values"));
        }
    }
    Err(Failure::CannotTell("no report that was run lately shows an amount or a percentage".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_shows_a_number_in_any_locale_and_to_the_digits_it_has() {
        for label in ["$1,234.50", "1.234,50 €", "(1 234,5)", "USD 1,234.50 (EUR 1,100.12)", "1234"] {
            assert!(shows(label, -1234.5), "{label}");
        }
        for label in ["$1,234.51", "1K", "", "-", "USD 1,100.12 (EUR 1,234.50)"] {
            assert!(!shows(label, 1234.5), "{label}");
        }
        assert!(shows("90%", 90.0) && shows("$120,000", 120_000.0));
    }
}
