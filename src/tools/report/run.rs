//! What a report shows, as columns and rows: the groups with their numbers, or the rows behind the names of their groups.
//!
//! The numbers and rows of a pair of groups stand under their keys, `0_1!2`, and those of all under `T!T`. Rows may stand
//! under the keys of outer groups once more, so only the innermost are read.
//! <https://developer.salesforce.com/docs/atlas.en-us.api_analytics.meta/api_analytics/sforce_analytics_rest_api_factmap_example.htm>

use std::borrow::Cow;

use crate::error::Error;
use crate::json::{Json, List, Object, Shape};
use crate::record::{Fields, Record};
use crate::reply::{MAX_ROWS, MAX_TEXT_CHARS, Rows, Values};
use crate::wit::{Changed, ReportFilter, ReportReply};

/// Groups within each other: Salesforce has three, two of a matrix each way.
const MAX_LEVELS: usize = 8;
/// What stands for the groups that a subtotal adds up.
const ALL: &str = "\"*\"";
/// What is shown for none.
const DASH: &str = "-";

/// What the report calls a column, and of which type it is.
struct Info<'a> {
    name: Cow<'a, str>,
    label: String,
    kind: String,
}

fn infos<'a>(extended: &Fields<'a>, of: &str) -> Vec<Info<'a>> {
    let mut infos = Vec::new();
    for (name, info) in extended.get(of).into_iter().flat_map(Json::members) {
        let info = Fields::of(info);
        let text = |member| info.text(member).unwrap_or_default();
        infos.push(Info { name, label: text("label"), kind: text("dataType") });
    }
    infos
}

/// The columns of these names, by what they are called.
fn columns(names: impl Iterator<Item = String>, infos: &[Info<'_>]) -> Vec<(String, String)> {
    let column = |name: String| match infos.iter().find(|info| info.name == name) {
        Some(info) if !info.label.is_empty() => (info.label.clone(), info.kind.clone()),
        _ => (name, String::new()),
    };
    names.map(column).collect()
}

/// A group, or all of them.
struct Group {
    key: String,
    /// What it is and what the groups around it are.
    cells: Vec<String>,
    is_innermost: bool,
}

/// Reads the answer of a run into a reply; false if the report is several in one.
pub(super) fn fill(
    reply: &mut ReportReply,
    answer: &Record,
    details: bool,
    limit: usize,
    added: usize,
) -> Result<bool, Error> {
    let answer = answer.fields();
    let part = |name: &str| answer.get(name).map(Fields::of).unwrap_or_default();
    let (metadata, extended) = (part("reportMetadata"), part("reportExtendedMetadata"));
    if metadata.text("reportFormat").is_some_and(|format| format == "MULTI_BLOCK") {
        return Ok(false);
    }
    let facts =
        answer.get("factMap").ok_or_else(|| Error::unreadable("the run of a report has no factMap", Changed::No))?;
    let mut facts = Facts { all: facts.members().collect(), last: 0 };
    let grouping = infos(&extended, "groupingColumnInfo");
    let mut values = Values::cut_after(MAX_TEXT_CHARS);
    let mut side = |of: &str| {
        let groupings: Vec<Fields<'_>> = metadata.list(of).map(Fields::of).collect();
        let mut levels = columns(groupings.iter().filter_map(|one| one.text("name")), &grouping);
        for ((_, kind), grouping) in levels.iter_mut().zip(&groupings) {
            // A period is called by its name, and not by its first day.
            if grouping.text("dateGranularity").is_some_and(|granularity| !granularity.eq_ignore_ascii_case("none")) {
                kind.clear();
            }
        }
        let mut groups = Vec::new();
        let all = Group { key: "T".to_owned(), cells: Vec::new(), is_innermost: levels.is_empty() };
        groups.push(all);
        let inner = part(of).get("groupings");
        add_groups(inner, &levels, &[], "", &mut values, &mut groups);
        (levels, groups)
    };
    let (levels_down, down) = side("groupingsDown");
    let (levels_across, across) = side("groupingsAcross");
    let numbers = columns(metadata.list("aggregates").filter_map(text), &infos(&extended, "aggregateColumnInfo"));
    let count = metadata.list("aggregates").position(|name| text(name).is_some_and(|name| name == "RowCount"));
    let shown = if details {
        columns(metadata.list("detailColumns").filter_map(text), &infos(&extended, "detailColumnInfo"))
    } else {
        numbers.clone()
    };
    let groups = levels_down.iter().chain(&levels_across);
    reply.columns = groups.chain(&shown).map(|(label, _)| label.clone()).collect();

    let (mut rows, mut subtotals, mut all) = (Rows::default(), Rows::default(), 0);
    let mut is_full = false;
    for one in &down {
        for other in &across {
            let is_innermost = one.is_innermost && other.is_innermost;
            let is_total = one.cells.is_empty() && other.cells.is_empty();
            if !is_innermost && (is_total || details) {
                continue;
            }
            let Some(fact) = facts.at(&[&one.key, "!", &other.key].concat()) else { continue };
            let mut before = Vec::new();
            for (group, levels) in [(one, levels_down.len()), (other, levels_across.len())] {
                before.extend(group.cells.iter().map(String::as_str).chain(std::iter::repeat(ALL)).take(levels));
            }
            if details {
                for row in fact.list("rows") {
                    all += 1;
                    if !is_full && rows.rows.len() < limit {
                        let cells = Fields::of(row).list("dataCells");
                        is_full = !rows.add(self::row(&before, cells, &shown, &mut values));
                    }
                }
                continue;
            }
            // Most pairs of a large matrix have nothing in them.
            if !levels_across.is_empty() && count.and_then(|at| number(&fact, at)) == Some(0) {
                continue;
            }
            let into = if is_innermost { &mut rows } else { &mut subtotals };
            all += usize::from(is_innermost);
            if into.rows.len() < limit {
                into.add(self::row(&before, fact.list("aggregates"), &shown, &mut values));
            }
        }
    }
    if let Some(total) = facts.at("T!T") {
        reply.total = count.and_then(|at| number(&total, at));
        let mut totals = Object::default();
        for (cell, (label, kind)) in total.list("aggregates").zip(&numbers) {
            totals.member(label, Json::trusted(&self::cell(cell, kind, &mut values)));
        }
        reply.totals = (!totals.is_empty()).then(|| totals.finish());
    }
    let is_all = !answer.get("allData").is_some_and(|all| all.get() == "false");
    if details && is_all && reply.total.is_none() {
        reply.total = all.try_into().ok();
    }
    reply.complete = is_all && rows.rows.len() == all;
    if rows.rows.len() < all {
        let left = all - rows.rows.len();
        reply.notices.push(if is_full {
            format!("{left} more rows are too long for one reply: filter more")
        } else {
            format!("{left} more rows: give a higher limit, up to {MAX_ROWS}, or filter more")
        });
    }
    if !is_all {
        reply.notices.push(format!(
            "Salesforce gives at most {MAX_ROWS} rows of a report, and this one has more; its totals are of all of them"
        ));
    }
    if let Some(limit) =
        metadata.get("topRows").map(Fields::of).and_then(|top| top.get("rowLimit")?.get().parse::<u32>().ok())
    {
        reply.notices.push(format!("the report itself keeps no more than {limit} rows"));
    }
    reply.notices.extend(values.notice());
    reply.rows = rows.rows;
    reply.subtotals = subtotals.rows;
    let known: Vec<Info<'_>> =
        ["detailColumnInfo", "groupingColumnInfo"].iter().flat_map(|of| infos(&extended, of)).collect();
    reply.filters = filters(&metadata, &known, added);
    reply.logic = metadata.text("reportBooleanFilter").filter(|logic| !logic.is_empty());
    Ok(true)
}

fn text(json: Json<'_>) -> Option<String> {
    json.text().map(Cow::into_owned)
}

/// What stands under the keys, which come in the order they are asked for, or nearly so.
struct Facts<'a> {
    all: Vec<(Cow<'a, str>, Json<'a>)>,
    last: usize,
}

impl<'a> Facts<'a> {
    fn at(&mut self, key: &str) -> Option<Fields<'a>> {
        let (before, from) = self.all.split_at(self.last.min(self.all.len()));
        let found = from.iter().chain(before).position(|(name, _)| name == key)?;
        self.last = (self.last + found) % self.all.len();
        self.all.get(self.last).map(|(_, fact)| Fields::of(*fact))
    }
}

/// A number of a group, if it is a whole one.
fn number(fact: &Fields<'_>, at: usize) -> Option<u32> {
    Fields::of(fact.list("aggregates").nth(at)?).get("value")?.get().parse().ok()
}

/// Adds groups and those within them, each with what is around it.
fn add_groups(
    list: Option<Json<'_>>,
    levels: &[(String, String)],
    around: &[String],
    key_around: &str,
    values: &mut Values,
    groups: &mut Vec<Group>,
) {
    let Some((_, kind)) = levels.get(around.len()).filter(|_| around.len() < MAX_LEVELS) else { return };
    for json in list.into_iter().flat_map(Json::items) {
        let group = Fields::of(json);
        let key = group.text("key").unwrap_or_default();
        // The manual's keys name the groups around; one that does not is put behind theirs.
        let key = if key_around.is_empty() || key.strip_prefix(key_around).is_some_and(|rest| rest.starts_with('_')) {
            key
        } else {
            [key_around, "_", &key].concat()
        };
        let mut cells = around.to_vec();
        cells.push(cell(json, kind, values));
        let is_innermost = cells.len() == levels.len();
        groups.push(Group { key: key.clone(), cells: cells.clone(), is_innermost });
        add_groups(group.get("groupings"), levels, &cells, &key, values, groups);
    }
}

fn row<'a>(
    before: &[&str],
    cells: impl Iterator<Item = Json<'a>>,
    columns: &[(String, String)],
    values: &mut Values,
) -> String {
    let mut row = List::default();
    before.iter().for_each(|cell| row.item(Json::trusted(cell)));
    for (cell, (_, kind)) in cells.zip(columns) {
        row.item(Json::trusted(&self::cell(cell, kind, values)));
    }
    row.finish()
}

/// A cell: the value of numbers, days and moments, and of what is true or not; of all else what people see, which for a
/// lookup is a name and for a picklist a label.
fn cell(cell: Json<'_>, kind: &str, values: &mut Values) -> String {
    let cell = Fields::of(cell);
    let (label, value) = (cell.get("label"), cell.get("value"));
    let has_text = |label: &Json<'_>| label.text().is_some_and(|label| !label.is_empty() && label != DASH);
    match value.map(Json::shape) {
        None => values.copy(label.filter(has_text)),
        Some(Shape::Text(text)) if text.is_empty() => values.copy(label.filter(has_text)),
        Some(Shape::Text(_)) if !kind.starts_with("date") => {
            values.copy(label.filter(|label| label.text().is_some_and(|label| !label.is_empty())).or(value))
        }
        Some(Shape::Object) => {
            // Of money: where it says which, the currency belongs to it.
            let money = value.map(Fields::of).unwrap_or_default();
            values.copy(if money.get("currency").is_none() { money.get("amount").or(label.filter(has_text)) } else { value })
        }
        Some(Shape::List(_)) => values.copy(label.or(value)),
        _ => values.copy(value),
    }
}

/// What the run was filtered by; the last ones are those that the call added.
fn filters(metadata: &Fields<'_>, columns: &[Info<'_>], added: usize) -> Vec<ReportFilter> {
    let called = |name: String| {
        let info = columns.iter().find(|info| info.name == name && !info.label.is_empty());
        info.map_or(name, |info| info.label.clone())
    };
    let mut filters: Vec<ReportFilter> = Vec::new();
    for filter in metadata.list("reportFilters") {
        let filter = Fields::of(filter);
        let text = |name| filter.text(name).unwrap_or_default();
        filters.push(ReportFilter {
            column: called(text("column")),
            operator: text("operator"),
            value: text("value"),
            added: false,
        });
    }
    let own = filters.len().saturating_sub(added);
    filters.iter_mut().skip(own).for_each(|filter| filter.added = true);
    let mut add = |column: String, operator: &str, value: String| {
        filters.push(ReportFilter { column, operator: operator.to_owned(), value, added: false });
    };
    for filter in metadata.list("standardFilters") {
        let filter = Fields::of(filter);
        add(called(filter.text("name").unwrap_or_default()), "equals", filter.text("value").unwrap_or_default());
    }
    let dates = metadata.get("standardDateFilter").map(Fields::of).unwrap_or_default();
    let duration = dates.text("durationValue").filter(|duration| !duration.is_empty() && duration != "CUSTOM");
    let days: Vec<String> = ["startDate", "endDate"].into_iter().filter_map(|name| dates.text(name)).collect();
    if duration.is_some() || !days.is_empty() {
        let mut value = duration.unwrap_or_default();
        if !days.is_empty() {
            value.push_str(if value.is_empty() { "" } else { ": " });
            value.push_str(&days.join(" to "));
        }
        add(called(dates.text("column").unwrap_or_default()), "within", value);
    }
    if let Some(scope) = metadata.text("scope").filter(|scope| !scope.is_empty() && scope != "organization") {
        add("scope".to_owned(), "equals", scope);
    }
    for cross in metadata.list("crossFilters") {
        let cross = Fields::of(cross);
        let is_with = cross.get("includesObject").is_none_or(|includes| includes.get() == "true");
        add(cross.text("relatedEntity").unwrap_or_default(), if is_with { "with" } else { "without" }, String::new());
    }
    filters
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::empty;
    use super::*;

    /// A summary of two levels by one across: owners by months by types.
    fn answer(key_of_inner: &str) -> Value {
        let fact = |sum: i32, rows: u32| json!({ "aggregates": [{ "label": "x", "value": { "amount": sum, "currency": null } }, { "label": "n", "value": rows }] });
        json!({
            "allData": true,
            "factMap": {
                "T!T": fact(60, 3), "T!0": fact(60, 3), "0!T": fact(60, 3), "0_0!T": fact(20, 1), "0_1!T": fact(40, 2),
                "0!0": fact(60, 3), "0_0!0": fact(20, 1), "0_1!0": fact(40, 2),
            },
            "groupingsAcross": { "groupings": [{ "key": "0", "label": "-", "value": null, "groupings": [] }] },
            "groupingsDown": { "groupings": [{ "key": "0", "label": "Jo", "value": "005A", "groupings": [
                { "key": "0_0", "label": "July 2026", "value": "2026-07-01", "groupings": [] },
                { "key": key_of_inner, "label": "8/2/2026", "value": "2026-08-02", "groupings": [] },
            ] }] },
            "reportExtendedMetadata": {
                "aggregateColumnInfo": { "s!AMOUNT": { "label": "Sum", "dataType": "currency" } },
                "detailColumnInfo": {},
                "groupingColumnInfo": {
                    "OWNER": { "label": "Owner", "dataType": "string" },
                    "DAY": { "label": "Day", "dataType": "date" },
                    "TYPE": { "label": "Type", "dataType": "picklist" },
                },
            },
            "reportMetadata": {
                "aggregates": ["s!AMOUNT", "RowCount"],
                "groupingsDown": [{ "name": "OWNER", "dateGranularity": "None" }, { "name": "DAY", "dateGranularity": "Month" }],
                "groupingsAcross": [{ "name": "TYPE", "dateGranularity": "None" }],
                "reportFilters": [{ "column": "DAY", "operator": "equals", "value": "a" }, { "column": "X", "operator": "equals", "value": "" }],
                "reportFormat": "MATRIX",
                "standardFilters": [{ "name": "open", "value": "all" }],
                "standardDateFilter": { "column": "DAY", "durationValue": "THIS_YEAR", "startDate": "2026-01-01", "endDate": "2026-12-31" },
                "scope": "team",
                "crossFilters": [{ "relatedEntity": "Case", "includesObject": false }],
                "topRows": { "rowLimit": 10, "direction": "Desc" },
            },
        })
    }

    fn filled(answer: &Value, details: bool, added: usize) -> ReportReply {
        let text = answer.to_string();
        let mut reply = empty();
        assert!(fill(&mut reply, &Record::from(Json::parse(&text).unwrap()), details, 50, added).unwrap());
        reply
    }

    #[test]
    fn groups_within_groups_are_rows_and_those_around_them_subtotals() {
        // Keys as the manual has them, and without those of the groups around.
        for key in ["0_1", "1"] {
            let reply = filled(&answer(key), false, 1);
            assert_eq!(reply.columns, ["Owner", "Day", "Type", "Sum", "RowCount"]);
            assert_eq!(reply.rows, [r#"["Jo","July 2026",null,20,1]"#, r#"["Jo","8/2/2026",null,40,2]"#]);
            let around = [
                r#"["*","*",null,60,3]"#,
                r#"["Jo","*","*",60,3]"#,
                r#"["Jo","*",null,60,3]"#,
                r#"["Jo","July 2026","*",20,1]"#,
                r#"["Jo","8/2/2026","*",40,2]"#,
            ];
            assert_eq!(reply.subtotals, around);
            assert_eq!((reply.total, reply.totals.as_deref()), (Some(3), Some(r#"{"Sum":60,"RowCount":3}"#)));
        }
    }

    #[test]
    fn a_day_that_is_grouped_by_is_a_day_unless_it_stands_for_a_period() {
        let mut answer = answer("0_1");
        answer["reportMetadata"]["groupingsDown"][1]["dateGranularity"] = json!("None");
        assert_eq!(filled(&answer, false, 0).rows[1], r#"["Jo","2026-08-02",null,40,2]"#);
    }

    #[test]
    fn whatever_narrows_a_report_is_said() {
        let reply = filled(&answer("0_1"), false, 1);
        let filters: Vec<_> = reply
            .filters
            .iter()
            .map(|one| format!("{} {} {} {}", one.column, one.operator, one.value, one.added))
            .collect();
        assert_eq!(
            filters,
            [
                "Day equals a false",
                "X equals  true",
                "open equals all false",
                "Day within THIS_YEAR: 2026-01-01 to 2026-12-31 false",
                "scope equals team false",
                "Case without  false",
            ]
        );
        assert_eq!(reply.notices, ["the report itself keeps no more than 10 rows"]);
    }

    #[test]
    fn rows_under_the_keys_of_outer_groups_are_not_counted_twice() {
        let mut answer = answer("0_1");
        answer["reportMetadata"]["detailColumns"] = json!(["A", "B"]);
        answer["reportExtendedMetadata"]["detailColumnInfo"] = json!({ "A": { "label": "Link", "dataType": "reference" }, "B": { "label": "When", "dataType": "datetime" } });
        let row = json!({ "dataCells": [{ "label": "Acme", "value": "001" }, { "label": "8/2/2026, 9:00 AM", "value": "2026-08-02T07:00:00.000+0000" }] });
        for key in ["T!T", "0!T", "0!0", "0_1!T", "0_1!0"] {
            answer["factMap"][key]["rows"] = json!([row, row]);
        }
        let reply = filled(&answer, true, 0);
        let expected = r#"["Jo","8/2/2026",null,"Acme","2026-08-02T07:00:00Z"]"#;
        assert_eq!(reply.rows, [expected, expected]);
        assert_eq!((reply.columns.len(), reply.subtotals.len(), reply.complete), (5, 0, true));
    }

    #[track_caller]
    fn check(json: &Value, kind: &str, expected: &str) {
        let text = json.to_string();
        assert_eq!(cell(Json::parse(&text).unwrap(), kind, &mut Values::cut_after(10)), expected, "{json}");
    }

    #[test]
    fn a_cell_is_a_value_or_what_people_see_and_null_where_there_is_none() {
        check(&json!({ "label": "-", "value": null }), "string", "null");
        check(&json!({ "label": "", "value": "" }), "string", "null");
        check(&json!({ "label": "Formula", "value": null }), "string", "\"Formula\"");
        check(&json!({ "label": "-", "value": "-" }), "string", "\"-\"");
        check(&json!({ "label": "Neu", "value": "New" }), "picklist", "\"Neu\"");
        check(&json!({ "label": "1,5", "value": 1.5 }), "double", "1.5");
        check(&json!({ "label": "✓", "value": true }), "boolean", "true");
        check(&json!({ "label": "1.2.2026", "value": "2026-02-01" }), "date", "\"2026-02-01\"");
        check(
            &json!({ "label": "5 €", "value": { "amount": 5, "currency": "EUR" } }),
            "currency",
            r#"{"amount":5,"currency":"EUR"}"#,
        );
        check(&json!({ "label": "-", "value": { "amount": null, "currency": null } }), "currency", "null");
        check(&json!({ "label": "a, b", "value": ["a", "b"] }), "multipicklist", "\"a, b\"");
        check(&json!({ "label": "0123456789abc", "value": "0123456789abc" }), "string", "\"0123456789…\"");
    }
}
