//! What a report shows, as columns and rows: the groups with their numbers, or the rows behind the names of their groups.
//!
//! The numbers and rows of a pair of groups stand under their keys, `0_1!2`, and those of all under `T!T`. Rows may stand
//! under the keys of outer groups once more, so only the innermost are read.
//! <https://developer.salesforce.com/docs/atlas.en-us.api_analytics.meta/api_analytics/sforce_analytics_rest_api_factmap_example.htm>

use std::borrow::Cow;

use super::members;
use super::scale::scaled;
use super::sums::{Sums, sum};
use crate::error::Error;
use crate::json::{Cursor, Json, List, Object};
use crate::record::{Fields, Record};
use crate::reply::{MAX_TEXT_CHARS, Rows, Values};
use crate::wit::{Changed, ReportFilter, ReportReply};

/// What stands for the groups that a subtotal adds up.
const ALL: &str = "\"*\"";
/// What is shown for none.
const DASH: &str = "\"-\"";
const MORE: &str = " more rows: give a higher limit, up to 2000, or filter more";
const NOT_ALL: &str =
    "Salesforce gives at most 2000 rows of a report, and this one has more; its totals are of all of them";

/// What the report calls a column, and of which type it is.
struct Column<'a> {
    name: Cow<'a, str>,
    label: String,
    kind: String,
}

/// Adds the columns that the metadata tells of.
fn tell<'a>(extended: &Fields<'a>, of: &str, columns: &mut Vec<Column<'a>>) {
    let Some(told) = extended.get(of) else { return };
    for (name, info) in told.members() {
        let info = Fields::of(info);
        let label = info.text("label").filter(|label| !label.is_empty()).unwrap_or_else(|| name.to_string());
        columns.push(Column { name, label, kind: info.text("dataType").unwrap_or_default() });
    }
}

/// What a column of this name is called.
fn called(columns: &[Column<'_>], name: String) -> String {
    match columns.iter().find(|column| column.name == name) {
        Some(column) => column.label.clone(),
        None => name,
    }
}

/// The labels and types of the columns that the metadata lists: by their names, or as groups.
fn listed(metadata: &Fields<'_>, list: &str, columns: &[Column<'_>]) -> Vec<(String, String)> {
    let mut listed = Vec::new();
    for item in metadata.list(list) {
        let grouping = Fields::of(item);
        let Some(name) = item.text().map(Cow::into_owned).or_else(|| grouping.text("name")) else { continue };
        // A period is called by its name, and not by its first day.
        let is_period = grouping.text("dateGranularity").is_some_and(|one| !one.eq_ignore_ascii_case("none"));
        let kind = columns.iter().find(|column| column.name == name && !is_period).map(|column| column.kind.clone());
        listed.push((called(columns, name), kind.unwrap_or_default()));
    }
    listed
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
    let Some(facts) = answer.get("factMap") else {
        return Err(Error::unreadable("the run of a report has no factMap", Changed::No));
    };
    let mut facts = Facts::of(facts);
    let (mut known, mut of_numbers) = (Vec::new(), Vec::new());
    tell(&extended, "detailColumnInfo", &mut known);
    tell(&extended, "groupingColumnInfo", &mut known);
    tell(&extended, "aggregateColumnInfo", &mut of_numbers);
    let mut values = Values::cut_after(MAX_TEXT_CHARS);
    let levels = [listed(&metadata, "groupingsDown", &known), listed(&metadata, "groupingsAcross", &known)];
    let mut sides = Vec::new();
    for (levels, list) in levels.iter().zip(["groupingsDown", "groupingsAcross"]) {
        let mut groups = Groups { levels, values: &mut values, all: Vec::new() };
        let all = Group { key: "T".to_owned(), cells: Vec::new(), is_innermost: levels.is_empty() };
        groups.add_within(&all, part(list).get("groupings"));
        let mut side = vec![all];
        side.append(&mut groups.all);
        sides.push(side);
    }
    let numbers = listed(&metadata, "aggregates", &of_numbers);
    let count = metadata.list("aggregates").position(|name| name.get() == "\"RowCount\"");
    let of_rows = if details { listed(&metadata, "detailColumns", &known) } else { Vec::new() };
    let shown = if details { &of_rows } else { &numbers };
    for columns in [&levels[0], &levels[1], shown] {
        for (label, _) in columns {
            reply.columns.push(label.clone());
        }
    }

    let (mut rows, mut subtotals, mut all) = (Rows::default(), Rows::default(), 0);
    let mut is_full = false;
    for one in &sides[0] {
        for other in &sides[1] {
            let is_innermost = one.is_innermost && other.is_innermost;
            if !is_innermost && (details || (one.cells.is_empty() && other.cells.is_empty())) {
                continue;
            }
            let Some(fact) = facts.at(&[&one.key, "!", &other.key].concat()) else { continue };
            let mut before = Vec::new();
            for (group, levels) in [one, other].into_iter().zip(&levels) {
                for level in 0..levels.len() {
                    before.push(group.cells.get(level).map_or(ALL, |cell| cell));
                }
            }
            if details {
                let mut cursor = fact.at("rows");
                let is_list = cursor.enter_list();
                while is_list && cursor.next_item() {
                    all += 1;
                    if is_full || rows.rows.len() >= limit {
                        cursor.skip();
                    } else {
                        is_full = !rows.add(self::row(&before, &mut cursor, shown, &mut values));
                    }
                }
                continue;
            }
            // Most pairs of a large matrix have nothing in them.
            if !levels[1].is_empty() && fact.number(count) == Some(0) {
                continue;
            }
            let into = if is_innermost { &mut rows } else { &mut subtotals };
            all += usize::from(is_innermost);
            if into.rows.len() < limit {
                let mut row = begun(&before);
                add_cells(&mut row, &mut fact.at("aggregates"), shown, &mut values);
                into.add(row.finish());
            }
        }
    }
    if let Some(total) = facts.at("T!T") {
        reply.total = total.number(count);
        let mut totals = Object::default();
        for (cell, (label, kind)) in total.aggregates().zip(&numbers) {
            totals.member(label, Json::trusted(&self::cell(&mut cell.cursor(), kind, &mut values)));
        }
        reply.totals = (!totals.is_empty()).then(|| totals.finish());
    }
    let is_all = answer.get("allData").is_none_or(|all| all.get() != "false");
    if details && is_all && reply.total.is_none() {
        reply.total = all.try_into().ok();
    }
    let left = all - rows.rows.len();
    reply.complete = is_all && left == 0;
    if left > 0 {
        let why = if is_full { " more rows are too long for one reply: filter more" } else { MORE };
        reply.notices.push([&left.to_string(), why].concat());
    }
    if !is_all {
        reply.notices.push(NOT_ALL.to_owned());
    }
    if let Some(limit) = metadata.get("topRows").and_then(|top| Fields::of(top).get("rowLimit")) {
        let limit = if limit.get().bytes().all(|byte| byte.is_ascii_digit()) { limit.get() } else { "some" };
        reply.notices.push(["the report itself keeps no more than ", limit, " rows"].concat());
    }
    reply.notices.extend(values.notice());
    reply.rows = rows.rows;
    reply.subtotals = subtotals.rows;
    reply.filters = filters(&metadata, &known, added);
    reply.logic = metadata.text("reportBooleanFilter").filter(|logic| !logic.is_empty());
    Ok(true)
}

/// What stands under the keys, of which there may be thousands, in any order. Most of an answer is one of them, so none is
/// gone over before another is looked for.
struct Facts<'a> {
    seen: Vec<(Cow<'a, str>, Fact<'a>)>,
    sums: Sums,
    /// Before the value of the last that was seen, if any was.
    rest: Cursor<'a>,
}

impl<'a> Facts<'a> {
    fn of(facts: Json<'a>) -> Self {
        let mut rest = facts.cursor();
        rest.enter_object();
        Self { seen: Vec::new(), sums: Sums::new(), rest }
    }

    fn at(&mut self, key: &str) -> Option<Fact<'a>> {
        let sum = sum(key);
        loop {
            let is_meant = |place: usize| self.seen.get(place).is_some_and(|(name, _)| name == key);
            if let Some(place) = self.sums.find(sum, is_meant) {
                return self.seen.get(place).map(|(_, fact)| fact.clone());
            }
            // None of those that were seen: the next of its sum may be it.
            while self.reads_on()? != sum {}
        }
    }

    /// Sees the next, if there is one, and says the sum of its key.
    fn reads_on(&mut self) -> Option<usize> {
        if !self.seen.is_empty() {
            self.rest.skip();
        }
        let name = self.rest.next_name()?;
        let sum = sum(&name);
        self.seen.push((name, Fact(self.rest.clone())));
        self.sums.add(sum);
        Some(sum)
    }
}

/// What stands under a key: a place before it.
#[derive(Clone)]
struct Fact<'a>(Cursor<'a>);

impl<'a> Fact<'a> {
    /// Before the value of a member; before `null` if there is none.
    fn at(&self, name: &str) -> Cursor<'a> {
        let mut cursor = self.0.clone();
        if cursor.enter_object() {
            while let Some(other) = cursor.next_name() {
                if other == name {
                    return cursor;
                }
                cursor.skip();
            }
        }
        Json::NULL.cursor()
    }

    /// What it adds up to.
    fn aggregates(&self) -> impl Iterator<Item = Json<'a>> + use<'a> {
        self.at("aggregates").value().items()
    }

    /// One of these, if it is a whole number.
    fn number(&self, at: Option<usize>) -> Option<u32> {
        self.aggregates().nth(at?)?.member("value")?.get().parse().ok()
    }
}

/// The groups of one side.
struct Groups<'g> {
    levels: &'g [(String, String)],
    values: &'g mut Values,
    all: Vec<Group>,
}

impl Groups<'_> {
    /// Adds the groups within one, and those within them.
    fn add_within(&mut self, around: &Group, list: Option<Json<'_>>) {
        let (Some((_, kind)), Some(list)) = (self.levels.get(around.cells.len()), list) else { return };
        let mut list = list.cursor();
        let is_list = list.enter_list();
        while is_list && list.next_item() {
            let mut found = [None; 4];
            members(&mut list, &["label", "value", "key", "groupings"], &mut found);
            let [label, value, key, within] = found;
            let mut key = key.and_then(Json::text).unwrap_or_default().into_owned();
            // The manual's keys name the groups around; one that does not is put behind theirs.
            let is_whole = key.strip_prefix(&around.key).is_some_and(|rest| rest.starts_with('_'));
            if !around.cells.is_empty() && !is_whole {
                key = [&around.key, "_", &key].concat();
            }
            let mut cells = around.cells.clone();
            cells.push(shown(label, value, kind, self.values).into_owned());
            let is_innermost = cells.len() == self.levels.len();
            let inner = Group { key, cells, is_innermost };
            let place = self.all.len();
            self.add_within(&inner, within);
            self.all.insert(place, inner);
        }
    }
}

/// A row that begins with what its groups are.
fn begun(before: &[&str]) -> List {
    let mut row = List::default();
    for cell in before {
        row.item(Json::trusted(cell));
    }
    row
}

/// The row a cursor stands before. There may be two thousand, so no byte is looked at twice.
fn row(before: &[&str], cursor: &mut Cursor<'_>, columns: &[(String, String)], values: &mut Values) -> String {
    let mut row = begun(before);
    let is_object = cursor.enter_object();
    while is_object && let Some(name) = cursor.next_name() {
        if name == "dataCells" {
            add_cells(&mut row, cursor, columns, values);
        } else {
            cursor.skip();
        }
    }
    row.finish()
}

fn add_cells(row: &mut List, cursor: &mut Cursor<'_>, columns: &[(String, String)], values: &mut Values) {
    let mut columns = columns.iter();
    let is_list = cursor.enter_list();
    while is_list && cursor.next_item() {
        match columns.next() {
            Some((_, kind)) => row.item(Json::trusted(&cell(cursor, kind, values))),
            None => cursor.skip(),
        }
    }
}

/// The cell a cursor stands before: the value of numbers, days and moments, and of what is true or not; of all else what
/// people see, which for a lookup is a name and for a picklist a label.
fn cell<'a>(cursor: &mut Cursor<'a>, kind: &str, values: &mut Values) -> Cow<'a, str> {
    let mut found = [None; 2];
    members(cursor, &["label", "value"], &mut found);
    let [label, value] = found;
    shown(label, value, kind, values)
}

/// What is shown of a label and a value.
fn shown<'a>(label: Option<Json<'a>>, value: Option<Json<'a>>, kind: &str, values: &mut Values) -> Cow<'a, str> {
    let no_dash = label.filter(|label| label.get() != DASH);
    let Some(value) = value else { return values.copy(no_dash) };
    values.copy(match value.get().as_bytes().first() {
        Some(b'"') if kind.starts_with("date") => Some(value),
        Some(b'"' | b'[') => label.or(Some(value)),
        // Of money: where it says which, the currency belongs to it.
        Some(b'{') => {
            let amount = scaled(values.copy(value.member("amount").or(no_dash)), label);
            let Some(currency) = value.member("currency") else { return amount };
            let mut money = Object::default();
            money.member("amount", Json::trusted(&amount));
            money.member("currency", Json::trusted(&values.copy(Some(currency))));
            return Cow::Owned(money.finish());
        }
        _ if kind == "currency" || kind == "percent" => return scaled(values.copy(Some(value)), label),
        _ => Some(value),
    })
}

/// What the run was filtered by; the last of its own list are those that the call added.
fn filters(metadata: &Fields<'_>, columns: &[Column<'_>], added: usize) -> Vec<ReportFilter> {
    let mut filters = Vec::new();
    let mut add = |column: String, operator: &str, value: String| {
        let column = called(columns, column);
        filters.push(ReportFilter { column, operator: operator.to_owned(), value, added: false });
    };
    let of = |json: Json<'_>, name: &str| Fields::of(json).text(name).unwrap_or_default();
    let mut own = 0;
    for filter in metadata.list("reportFilters") {
        add(of(filter, "column"), &of(filter, "operator"), of(filter, "value"));
        own += 1;
    }
    for filter in metadata.list("standardFilters") {
        add(of(filter, "name"), "equals", of(filter, "value"));
    }
    if let Some(dates) = metadata.get("standardDateFilter") {
        let mut value = of(dates, "durationValue");
        if value == "CUSTOM" {
            value.clear();
        }
        for (day, before) in [("startDate", ": "), ("endDate", " to ")] {
            let day = of(dates, day);
            if !day.is_empty() {
                value.push_str(if value.is_empty() { "" } else { before });
                value.push_str(&day);
            }
        }
        if !value.is_empty() {
            add(of(dates, "column"), "within", value);
        }
    }
    if let Some(scope) = metadata.text("scope").filter(|scope| !scope.is_empty() && scope != "organization") {
        add("scope".to_owned(), "equals", scope);
    }
    for cross in metadata.list("crossFilters") {
        let is_with = Fields::of(cross).get("includesObject").is_none_or(|includes| includes.get() == "true");
        add(of(cross, "relatedEntity"), if is_with { "with" } else { "without" }, String::new());
    }
    for filter in filters.iter_mut().take(own).skip(own.saturating_sub(added)) {
        filter.added = true;
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
        assert_eq!(
            cell(&mut Json::parse(&text).unwrap().cursor(), kind, &mut Values::cut_after(10)),
            expected,
            "{json}"
        );
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
        check(
            &json!({ "label": "USD 1,234.50 (EUR 1,100.10)", "value": { "amount": 1234.5, "currency": "USD" } }),
            "currency",
            r#"{"amount":1234.50,"currency":"USD"}"#,
        );
        check(
            &json!({ "label": "USD ***", "value": { "amount": 20_000.0, "currency": "USD" } }),
            "currency",
            r#"{"amount":20000,"currency":"USD"}"#,
        );
        check(&json!({ "label": "$1,234.50", "value": { "amount": 1234.5, "currency": null } }), "currency", "1234.50");
        check(&json!({ "label": "$1,234.50", "value": 1234.5 }), "currency", "1234.50");
        check(&json!({ "label": "1.234,50", "value": 1234.5 }), "double", "1234.5");
        check(&json!({ "label": "$1,234.50", "value": null }), "currency", "\"$1,234.50\"");
        check(&json!({ "label": "-", "value": { "amount": null, "currency": null } }), "currency", "null");
        check(&json!({ "label": "a, b", "value": ["a", "b"] }), "multipicklist", "\"a, b\"");
        check(&json!({ "label": "0123456789abc", "value": "0123456789abc" }), "string", "\"0123456789…\"");
    }
}
