//! Conditions, columns and groups as data, said as a statement: names in double quotes where they are no API names, and
//! every value in the quotes of its type.

use serde_json::{Value, json};

/// The arguments of `query` for records: `object`, `fields`, `filters`, `any_of`, `children`, `mine`, `order_by`, `count`,
/// `limit` and `cursor`.
pub(crate) fn records(said: Value) -> Value {
    let fields: Vec<String> = items(&said["fields"]).iter().map(|field| name(field.as_str().unwrap())).collect();
    let mut select = if fields.is_empty() { "*".to_owned() } else { fields.join(", ") };
    if said["count"] == true {
        select.push_str(", COUNT(*) OVER ()");
    }
    let mut soql = format!("SELECT {select} FROM {}", name(said["object"].as_str().unwrap()));
    soql.push_str(&conditions(&said));
    soql.push_str(&order_by(&said));
    arguments(&said, soql)
}

/// The arguments of `query` for numbers: besides those of records `measures`, `group_by` and `having`.
pub(crate) fn numbers(said: Value) -> Value {
    let mut select: Vec<String> = Vec::new();
    let mut keys: Vec<String> = Vec::new();
    for group in items(&said["group_by"]) {
        let field = name(group["field"].as_str().unwrap());
        let parts: &[&str] = match group["by"].as_str() {
            None => &[],
            Some("day") => &["DAY_ONLY"],
            Some("month") => &["CALENDAR_YEAR", "CALENDAR_MONTH"],
            Some("quarter") => &["CALENDAR_YEAR", "CALENDAR_QUARTER"],
            Some("year") => &["CALENDAR_YEAR"],
            Some("fiscal_month") => &["FISCAL_YEAR", "FISCAL_MONTH"],
            Some("fiscal_quarter") => &["FISCAL_YEAR", "FISCAL_QUARTER"],
            Some("fiscal_year") => &["FISCAL_YEAR"],
            Some(other) => panic!("{other} is no period"),
        };
        keys.extend(parts.iter().map(|part| format!("{part}({field})")));
        if parts.is_empty() {
            keys.push(field);
        }
    }
    select.extend(keys.clone());
    let computed: Vec<String> = items(&said["measures"]).iter().map(measure).collect();
    select.extend(if computed.is_empty() { vec!["COUNT(Id)".to_owned()] } else { computed });
    let mut soql = format!("SELECT {} FROM {}", select.join(", "), name(said["object"].as_str().unwrap()));
    soql.push_str(&conditions(&said));
    if !keys.is_empty() {
        soql.push_str(&format!(" GROUP BY {}", keys.join(", ")));
    }
    let having: Vec<String> = items(&said["having"]).iter().map(condition).collect();
    if !having.is_empty() {
        soql.push_str(&format!(" HAVING {}", having.join(" AND ")));
    }
    soql.push_str(&order_by(&said));
    arguments(&said, soql)
}

/// The arguments of `query` for a statement as it stands.
pub(crate) fn soql(text: impl Into<String>) -> Value {
    json!({ "soql": text.into() })
}

fn arguments(said: &Value, soql: String) -> Value {
    let mut arguments = json!({ "soql": soql });
    for argument in ["limit", "cursor"] {
        if let Some(value) = said.get(argument) {
            arguments[argument] = value.clone();
        }
    }
    arguments
}

fn items(list: &Value) -> Vec<Value> {
    list.as_array().cloned().unwrap_or_default()
}

/// `Name`, `Owner.Name`, `"Close Date"`, `Account."Billing City"`, `SUM(Amount)`.
fn name(text: &str) -> String {
    if let Some((function, field)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) {
        let function = if function.trim() == "average" { "AVG" } else { function.trim() };
        return format!("{function}({})", if field.is_empty() { String::new() } else { name(field.trim()) });
    }
    let part = |part: &str| {
        let is_plain = part.starts_with(|first: char| first.is_ascii_alphabetic())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if is_plain { part.to_owned() } else { format!("\"{}\"", part.replace('"', "\"\"")) }
    };
    text.split('.').map(part).collect::<Vec<_>>().join(".")
}

fn measure(measure: &Value) -> String {
    let function = match measure["function"].as_str().unwrap() {
        "average" => "AVG",
        other => other,
    };
    let field = measure["field"].as_str().map_or("Id".to_owned(), name);
    format!("{}({field})", function.to_uppercase())
}

fn conditions(said: &Value) -> String {
    let mut all: Vec<String> = items(&said["filters"]).iter().map(condition).collect();
    for group in items(&said["any_of"]) {
        let any: Vec<String> = items(&group).iter().map(condition).collect();
        all.push(format!("({})", any.join(" OR ")));
    }
    let parent = said["object"].as_str().unwrap().trim_end_matches('s');
    for child in items(&said["children"]) {
        let not = if child["exists"] == false { "NOT " } else { "" };
        let via = child["via"].as_str().map_or_else(|| format!("{parent}Id"), name);
        let inner: Vec<String> = items(&child["filters"]).iter().map(condition).collect();
        let inner = if inner.is_empty() { String::new() } else { format!(" WHERE {}", inner.join(" AND ")) };
        all.push(format!("Id {not}IN (SELECT {via} FROM {}{inner})", name(child["object"].as_str().unwrap())));
    }
    let scope = if said["mine"] == true { " USING SCOPE mine" } else { "" };
    if all.is_empty() { scope.to_owned() } else { format!("{scope} WHERE {}", all.join(" AND ")) }
}

fn condition(filter: &Value) -> String {
    let field = name(filter["field"].as_str().unwrap());
    let value = filter.get("value").unwrap_or(&Value::Null);
    let pattern = |before: &str, after: &str| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let text = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_").replace('\'', "\\'");
        format!("'{before}{text}{after}'")
    };
    let like = |value: &Value| format!("'{}'", value.as_str().unwrap().replace('\'', "\\'"));
    let list = |value: &Value| if value.is_array() { literal(value) } else { format!("({})", literal(value)) };
    let op = filter["op"].as_str().unwrap_or(if value.is_array() { "in" } else { "eq" });
    match op {
        "eq" => format!("{field} = {}", literal(value)),
        "ne" => format!("{field} != {}", literal(value)),
        "lt" => format!("{field} < {}", literal(value)),
        "lte" => format!("{field} <= {}", literal(value)),
        "gt" => format!("{field} > {}", literal(value)),
        "gte" => format!("{field} >= {}", literal(value)),
        "in" => format!("{field} IN {}", list(value)),
        "not_in" => format!("{field} NOT IN {}", list(value)),
        "includes" => format!("{field} INCLUDES {}", list(value)),
        "excludes" => format!("{field} EXCLUDES {}", list(value)),
        "contains" => format!("{field} LIKE {}", pattern("%", "%")),
        "not_contains" => format!("{field} NOT LIKE {}", pattern("%", "%")),
        "starts_with" => format!("{field} LIKE {}", pattern("", "%")),
        "ends_with" => format!("{field} LIKE {}", pattern("%", "")),
        "like" => format!("{field} LIKE {}", like(value)),
        "not_like" => format!("{field} NOT LIKE {}", like(value)),
        "empty" => format!("{field} IS NULL"),
        "not_empty" => format!("{field} IS NOT NULL"),
        other => panic!("{other} is no operator"),
    }
}

fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => {
            let text = text.replace('\\', "\\\\").replace('\'', "\\'");
            format!("'{}'", text.replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t"))
        }
        Value::Array(values) => format!("({})", values.iter().map(literal).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

fn order_by(said: &Value) -> String {
    let key = |key: &Value| {
        let descending = if key["descending"] == true { " DESC" } else { "" };
        let nulls = if key["nulls_last"] == false { " NULLS FIRST" } else { "" };
        format!("{}{descending}{nulls}", name(key["field"].as_str().unwrap()))
    };
    let keys: Vec<String> = items(&said["order_by"]).iter().map(key).collect();
    if keys.is_empty() { String::new() } else { format!(" ORDER BY {}", keys.join(", ")) }
}
