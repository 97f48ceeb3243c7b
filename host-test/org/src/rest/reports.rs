//! `analytics/reports`: saved reports, what they are made of and their runs.
//! <https://developer.salesforce.com/docs/atlas.en-us.api_analytics.meta/api_analytics/sforce_analytics_rest_api_getreportrundata.htm>

mod filter;
mod saved;
mod table;

use jiff::civil::Date;
use serde_json::{Map, Value as Json, json};

use self::{
    filter::Filter,
    saved::{REPORTS, Saved},
    table::{Cell, Table},
};
use super::{Answer, Call, Desk, no_such_resource, unsupported};
use crate::{
    id::Id,
    refusal::Refusal,
    soql::{self, Options, Record},
    store::Row,
    value::Value,
};

/// What a run changes of a saved report. Everything else has to be as it was saved.
const CHANGEABLE: [&str; 4] = ["reportFilters", "reportBooleanFilter", "standardDateFilter", "hasDetailRows"];

fn bad(message: &str) -> Refusal {
    Refusal::new(400, "BAD_REQUEST", message)
}

/// `GET analytics/reports`: those that were run lately, the latest first.
pub(super) fn recent(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    let mut rows: Vec<&Row> = desk.store.rows("Report").filter(|row| !row.get("LastRunDate").is_null()).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.get("LastRunDate").as_timestamp()));
    let one = |row: &&Row| {
        let url = format!("/services/data/{}/analytics/reports/{}", call.version, row.id);
        json!({
            "describeUrl": format!("{url}/describe"),
            "id": row.id.as_str(),
            "instancesUrl": format!("{url}/instances"),
            "name": row.get("Name").to_json(),
            "url": url,
        })
    };
    Ok(Answer::json(200, rows.iter().map(one).collect()))
}

/// `GET analytics/reports/{id}/describe`
pub(super) fn describe(desk: &mut Desk<'_>, call: &Call, id: &str) -> Result<Answer, Refusal> {
    let (row, saved) = find(desk, id)?;
    let run = Run::saved(saved)?;
    let columns: Map<String, Json> = saved
        .columns
        .iter()
        .map(|column| {
            let about = json!({"dataType": column.kind, "filterValues": [], "filterable": true, "label": column.label});
            (column.name.to_owned(), about)
        })
        .collect();
    let body = json!({
        "attributes": attributes(call, row),
        "reportExtendedMetadata": extended(saved),
        "reportMetadata": metadata(row, saved, &run),
        "reportTypeMetadata": {"categories": [{"columns": columns, "label": saved.kind.1}]},
    });
    Ok(Answer::json(200, body))
}

/// `GET analytics/reports/{id}`, and `POST` with what differs from the saved report.
pub(super) fn run(desk: &mut Desk<'_>, call: &Call, id: &str) -> Result<Answer, Refusal> {
    let (row, saved) = find(desk, id)?;
    let mut run = Run::saved(saved)?;
    run.details = call.parameter("includeDetails") == Some("true");
    if call.method == http::Method::POST {
        if !call.header("content-type").is_some_and(|kind| kind.starts_with("application/json")) {
            return Err(bad("The request needs the content type application/json."));
        }
        let changes = call.object()?;
        let asked = changes.get("reportMetadata").and_then(Json::as_object).cloned().unwrap_or_default();
        run.change(row, saved, &asked)?;
    }
    let lines = lines(desk, saved, &run)?;
    let table = Table::new(saved, &lines, run.details, desk.context);
    let body = json!({
        "allData": table.all_data,
        "attributes": attributes(call, row),
        "factMap": table.facts,
        "groupingsAcross": {"groupings": table.across},
        "groupingsDown": {"groupings": table.down},
        "hasDetailRows": run.details,
        "hasExceededTabularRowLimit": false,
        "reportExtendedMetadata": extended(saved),
        "reportMetadata": metadata(row, saved, &run),
    });
    Ok(Answer::json(200, body))
}

fn find<'a>(desk: &'a Desk<'_>, id: &str) -> Result<(&'a Row, &'static Saved), Refusal> {
    let id = Id::parse(id).ok_or_else(no_such_resource)?;
    let row = desk.store.get("Report", id.as_str()).ok_or_else(no_such_resource)?;
    let name = row.get("DeveloperName").as_str();
    let saved = REPORTS.iter().find(|saved| Some(saved.name) == name).ok_or_else(|| unsupported("joined reports"))?;
    let known = desk.access.object(desk.schema, saved.object).is_some();
    known.then_some((row, saved)).ok_or_else(|| {
        Refusal::new(403, "FORBIDDEN", "You don't have sufficient privileges to perform this operation.")
    })
}

/// What is run: the saved filters, or those of the request in their place.
struct Run {
    filters: Vec<Filter>,
    logic: Option<String>,
    /// The first and the last day of the standard date filter.
    days: (Option<Date>, Option<Date>),
    details: bool,
}

impl Run {
    fn saved(saved: &Saved) -> Result<Self, Refusal> {
        let filters = saved.filters.iter().map(|(column, operator, value)| Filter::new(saved, column, operator, value));
        let logic = saved.logic.map(str::to_owned);
        Ok(Self { filters: filters.collect::<Result<_, _>>()?, logic, days: (None, None), details: false })
    }

    fn change(&mut self, row: &Row, saved: &Saved, asked: &Map<String, Json>) -> Result<(), Refusal> {
        let own = metadata(row, saved, self);
        let other = asked.iter().find(|(key, value)| {
            !CHANGEABLE.contains(&key.as_str()) && own.get(key.as_str()).is_some_and(|own| own != *value)
        });
        if let Some((key, _)) = other {
            return Err(unsupported(&format!("runs of reports with another {key}")));
        }
        // The filters of a request take the place of the saved ones; they are not added to them.
        if let Some(filters) = asked.get("reportFilters").and_then(Json::as_array) {
            self.filters = Filter::list(saved, filters)?;
        }
        if let Some(logic) = asked.get("reportBooleanFilter") {
            self.logic = logic.as_str().map(str::to_owned);
        }
        filter::check(&self.filters, self.logic.as_deref())?;
        let day = |key: &str| asked.get("standardDateFilter")?.get(key)?.as_str()?.parse().ok();
        self.days = (day("startDate"), day("endDate"));
        if let Some(details) = asked.get("hasDetailRows").and_then(Json::as_bool) {
            self.details = details;
        }
        Ok(())
    }
}

/// The rows that pass, by the first detail column.
fn lines(desk: &Desk<'_>, saved: &Saved, run: &Run) -> Result<Vec<Vec<Cell>>, Refusal> {
    let mut paths: Vec<&str> = saved.columns.iter().flat_map(|column| [column.shown, column.value]).collect();
    paths.sort_unstable();
    paths.dedup();
    let text = format!("SELECT {} FROM {}", paths.join(", "), saved.object);
    let found = soql::query(desk.view(), &text, Options { version: "v62.0", deleted: false })?;
    let date = saved.columns.iter().position(|column| column.name == saved.date);
    let mut lines = Vec::new();
    for record in &found.records {
        let cell = |column: &saved::Column| {
            Cell::new(column, at(record, column.shown), &at(record, column.value), desk.context)
        };
        let cells: Vec<Cell> = saved.columns.iter().map(cell).collect();
        let day = date.and_then(|place| table::day(&cells.get(place)?.raw));
        let (first, last) = run.days;
        let in_time = first.is_none_or(|first| day.is_some_and(|day| day >= first))
            && last.is_none_or(|last| day.is_some_and(|day| day <= last));
        if in_time && filter::passes(&run.filters, run.logic.as_deref(), &cells)? {
            lines.push(cells);
        }
    }
    let place = saved.columns.iter().position(|column| saved.details.first() == Some(&column.name)).unwrap_or_default();
    let key = |cells: &Vec<Cell>| cells.get(place).map(|cell| cell.label.to_lowercase());
    lines.sort_by_key(key);
    Ok(lines)
}

/// A value of a record, below the parents that the path goes through.
fn at(record: &Record, path: &str) -> Value {
    match path.split_once('.') {
        None => match record.get(path) {
            Some(soql::Cell::Value(value)) => value.clone(),
            _ => Value::Null,
        },
        Some((parent, rest)) => match record.get(parent) {
            Some(soql::Cell::Parent(Some(parent))) => at(parent, rest),
            _ => Value::Null,
        },
    }
}

fn attributes(call: &Call, row: &Row) -> Json {
    let url = format!("/services/data/{}/analytics/reports/{}", call.version, row.id);
    json!({
        "describeUrl": format!("{url}/describe"),
        "instancesUrl": format!("{url}/instances"),
        "reportId": row.id.as_str(),
        "reportName": row.get("Name").to_json(),
        "type": "Report",
    })
}

fn metadata(row: &Row, saved: &Saved, run: &Run) -> Json {
    let grouping =
        |name: &&str| json!({"dateGranularity": "None", "name": name, "sortAggregate": null, "sortOrder": "Asc"});
    let filters: Vec<Json> = run.filters.iter().map(|filter| filter.to_json(saved)).collect();
    let day = |day: Option<Date>| day.map(|day| day.to_string());
    json!({
        "aggregates": saved.aggregates,
        "crossFilters": [],
        "currency": null,
        "description": row.get("Description").to_json(),
        "detailColumns": saved.details,
        "developerName": saved.name,
        "groupingsAcross": saved.across.iter().map(grouping).collect::<Vec<Json>>(),
        "groupingsDown": saved.down.iter().map(grouping).collect::<Vec<Json>>(),
        "hasDetailRows": run.details,
        "hasRecordCount": true,
        "id": row.id.as_str(),
        "name": row.get("Name").to_json(),
        "reportBooleanFilter": run.logic,
        "reportFilters": filters,
        "reportFormat": row.get("Format").as_str().map(str::to_uppercase),
        "reportType": {"label": saved.kind.1, "type": saved.kind.0},
        "scope": "organization",
        "showGrandTotal": true,
        "showSubtotals": true,
        "sortBy": [],
        "standardDateFilter": {
            "column": saved.date,
            "durationValue": "CUSTOM",
            "endDate": day(run.days.1),
            "startDate": day(run.days.0),
        },
        "standardFilters": [],
    })
}

/// The labels and types of what the metadata names.
fn extended(saved: &Saved) -> Json {
    let about = |names: &[&str]| -> Map<String, Json> {
        let columns = saved.columns.iter().filter(|column| names.contains(&column.name));
        columns
            .map(|column| (column.name.to_owned(), json!({"dataType": column.kind, "label": column.label})))
            .collect()
    };
    let aggregates: Map<String, Json> = saved
        .aggregates
        .iter()
        .map(|name| {
            let column = name.split_once('!').and_then(|(function, column)| {
                let column = saved.columns.iter().find(|known| known.name == column)?;
                Some((if function == "a" { "Average" } else { "Sum of" }, column))
            });
            let about = match column {
                Some((word, column)) => json!({"dataType": column.kind, "label": format!("{word} {}", column.label)}),
                None => json!({"dataType": "int", "label": "Record Count"}),
            };
            ((*name).to_owned(), about)
        })
        .collect();
    let groupings: Vec<&str> = saved.down.iter().chain(saved.across).copied().collect();
    json!({
        "aggregateColumnInfo": aggregates,
        "detailColumnInfo": about(saved.details),
        "groupingColumnInfo": about(&groupings),
    })
}
