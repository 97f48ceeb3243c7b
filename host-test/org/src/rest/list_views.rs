//! `sobjects/{Object}/listviews`: saved lists, what they show and their rows.
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_listviews.htm>

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::{Value as Json, json};

use super::{Answer, Call, Desk, no_such_resource, unsupported};
use crate::{
    context::View,
    id::Id,
    refusal::Refusal,
    schema::{Field, FieldType, Object},
    soql::{self, Cell, Condition, Expression, Operator, Options, Order, Path, Query, Record, Scope, SelectItem},
    store::Row,
    value::Value,
};

const DEFAULT_LIMIT: usize = 25;
const MAX_LIMIT: usize = 2_000;
/// Columns that every view has at its end and no page shows.
const HIDDEN: [&str; 4] = ["Id", "CreatedDate", "LastModifiedDate", "SystemModstamp"];

/// What the views show, by object and API name.
const VIEWS: [(&str, &str, &str); 5] = [
    (
        "Account",
        "AllAccounts",
        "SELECT Name, BillingState, Phone, toLabel(Type), Owner.Alias, Id, CreatedDate, LastModifiedDate, SystemModstamp \
         FROM Account ORDER BY Name ASC NULLS FIRST, Id ASC NULLS FIRST",
    ),
    (
        "Account",
        "NewThisWeek",
        "SELECT Name, BillingState, toLabel(Type), Owner.Alias, Id, CreatedDate, LastModifiedDate, SystemModstamp \
         FROM Account WHERE CreatedDate = THIS_WEEK ORDER BY Name ASC NULLS FIRST, Id ASC NULLS FIRST",
    ),
    (
        "Lead",
        "NewThisWeek",
        "SELECT Name, Company, Email, toLabel(Status), Id, CreatedDate, LastModifiedDate, SystemModstamp \
         FROM Lead WHERE CreatedDate = THIS_WEEK ORDER BY Name ASC NULLS FIRST, Id ASC NULLS FIRST",
    ),
    (
        "Opportunity",
        "MyOpenDeals",
        "SELECT Name, Account.Name, toLabel(StageName), Amount, CloseDate, IsPrivate, Id, CreatedDate, LastModifiedDate, \
         SystemModstamp FROM Opportunity USING SCOPE mine WHERE IsClosed = false AND CloseDate = THIS_YEAR \
         ORDER BY CloseDate DESC NULLS FIRST, Id ASC NULLS FIRST",
    ),
    (
        "Case",
        "Tier2Queue",
        "SELECT CaseNumber, Subject, toLabel(Priority), Id, CreatedDate, LastModifiedDate, SystemModstamp \
         FROM Case WHERE Owner.Name = 'Tier 2' ORDER BY CaseNumber ASC NULLS FIRST, Id ASC NULLS FIRST",
    ),
];

/// `GET sobjects/{Object}/listviews`, and `…/recent`, which here are the same.
pub(super) fn list(desk: &mut Desk<'_>, call: &Call, object: &str) -> Result<Answer, Refusal> {
    let object = desk.object(object)?;
    let views: Vec<Json> = rows(desk, object).map(|row| basic(call, row)).collect();
    let (size, name) = (views.len(), &object.name);
    let body = json!({"done": true, "listviews": views, "nextRecordsUrl": null, "size": size, "sobjectType": name});
    Ok(Answer::json(200, body))
}

/// `GET sobjects/{Object}/listviews/{id}`
pub(super) fn one(desk: &mut Desk<'_>, call: &Call, object: &str, id: &str) -> Result<Answer, Refusal> {
    let row = view(desk, desk.object(object)?, id)?;
    Ok(Answer::json(200, basic(call, row)))
}

/// `GET sobjects/{Object}/listviews/{id}/describe`
pub(super) fn describe(desk: &mut Desk<'_>, object: &str, id: &str) -> Result<Answer, Refusal> {
    let object = desk.object(object)?;
    let row = view(desk, object, id)?;
    let text = text(row)?;
    let query = soql::parse(text)?;
    let order: Vec<Json> = query.order_by.iter().map(order_json).collect();
    let body = json!({
        "columns": columns(desk, object, &query),
        "id": short(&row.id),
        "orderBy": order,
        "query": text,
        "scope": query.scope.map(|scope: Scope| scope.to_string().to_lowercase()),
        "sobjectType": object.name,
        "whereCondition": query.condition.as_ref().map(condition_json),
    });
    Ok(Answer::json(200, body))
}

/// `GET sobjects/{Object}/listviews/{id}/results?limit=…&offset=…`: every value is a text or null.
pub(super) fn results(desk: &mut Desk<'_>, call: &Call, object: &str, id: &str) -> Result<Answer, Refusal> {
    let object = desk.object(object)?;
    let row = view(desk, object, id)?;
    let text = text(row)?;
    let query = soql::parse(text)?;
    let number = |name: &str| call.parameter(name).and_then(|text| text.parse::<usize>().ok());
    let limit = number("limit").unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    let offset = number("offset").unwrap_or_default();
    let found = soql::query(desk.view(), text, Options { version: &call.version, deleted: false })?;
    let page: Vec<Json> =
        found.records.iter().skip(offset).take(limit).map(|record| row_json(&query, record)).collect();
    let body = json!({
        "columns": columns(desk, object, &query),
        "developerName": row.get("DeveloperName").to_json(),
        "done": offset + page.len() >= found.records.len(),
        "id": short(&row.id),
        "label": row.get("Name").to_json(),
        "records": page,
        "size": page.len(),
    });
    Ok(Answer::json(200, body))
}

fn rows<'a>(desk: &'a Desk<'_>, object: &'a Object) -> impl Iterator<Item = &'a Row> {
    desk.store.rows("ListView").filter(|row| row.get("SobjectType").as_str() == Some(object.name.as_str()))
}

fn view<'a>(desk: &'a Desk<'_>, object: &'a Object, id: &str) -> Result<&'a Row, Refusal> {
    let id = Id::parse(id).ok_or_else(no_such_resource)?;
    rows(desk, object).find(|row| row.id == id).ok_or_else(no_such_resource)
}

/// The query of a view.
fn text(row: &Row) -> Result<&'static str, Refusal> {
    let (object, name) = (row.get("SobjectType").as_str(), row.get("DeveloperName").as_str());
    let found = VIEWS.iter().find(|(of, view, _)| Some(*of) == object && Some(*view) == name);
    found.map(|(_, _, text)| *text).ok_or_else(|| unsupported("answer for a list view that SOQL cannot express"))
}

/// These answers have the 15 characters.
fn short(id: &Id) -> &str {
    id.as_str().get(..15).unwrap_or_default()
}

fn basic(call: &Call, row: &Row) -> Json {
    let object = row.get("SobjectType").as_str().unwrap_or_default();
    let url = format!("/services/data/{}/sobjects/{object}/listviews/{}", call.version, row.id);
    json!({
        "describeUrl": format!("{url}/describe"),
        "developerName": row.get("DeveloperName").to_json(),
        "id": row.id.as_str(),
        "label": row.get("Name").to_json(),
        "resultsUrl": format!("{url}/results"),
        "soqlCompatible": row.get("IsSoqlCompatible").is_true(),
        "url": url,
    })
}

/// The paths a view selects, with what stands in the select list.
fn selected(query: &Query) -> impl Iterator<Item = (&Path, String)> {
    query.select.iter().filter_map(|item| match item {
        SelectItem::Expression {
            expression: expression @ (Expression::Field(path) | Expression::ToLabel(path)),
            ..
        } => Some((path, expression.to_string())),
        _ => None,
    })
}

fn columns(desk: &Desk<'_>, object: &Object, query: &Query) -> Vec<Json> {
    selected(query)
        .map(|(path, item)| {
            let name = path.to_string();
            let hidden = HIDDEN.contains(&name.as_str());
            let (label, kind) = field_at(desk.view(), object, path)
                .map_or((name.clone(), FieldType::String), |(label, field)| (label, field.kind));
            let (ascending, descending) = match kind {
                _ if hidden => (None, None),
                FieldType::Phone => (Some("9-0"), Some("0-9")),
                FieldType::Picklist => (Some("Low to High"), Some("High to Low")),
                kind if kind.is_textual() => (Some("Z-A"), Some("A-Z")),
                _ => (None, None),
            };
            let place = query.order_by.iter().position(|key| key.expression.to_string() == name).filter(|_| !hidden);
            let direction = place.and_then(|place| query.order_by.get(place)).map(direction);
            json!({
                "ascendingLabel": ascending,
                "descendingLabel": descending,
                "fieldNameOrPath": name,
                "hidden": hidden,
                "label": label,
                "selectListItem": item,
                "sortDirection": direction,
                "sortIndex": place,
                "sortable": !hidden,
                "type": kind.name(),
            })
        })
        .collect()
}

/// The field a path leads to, and its label after those of the lookups on the way.
fn field_at<'a>(view: View<'a>, object: &'a Object, path: &Path) -> Option<(String, &'a Field)> {
    let (last, relationships) = path.parts.split_last()?;
    let mut object = object;
    let mut label = String::new();
    for relationship in relationships {
        let field = object.parent_relationship(relationship)?;
        label.push_str(field.label.trim_end_matches(" ID"));
        label.push(' ');
        object = view.access.object(view.schema, field.reference_to.first()?)?;
    }
    let field = view.access.field(object, last)?;
    Some((label + &field.label, field))
}

fn direction(key: &Order) -> &'static str {
    if key.descending { "descending" } else { "ascending" }
}

fn order_json(key: &Order) -> Json {
    json!({
        "fieldNameOrPath": key.expression.to_string(),
        "nullsPosition": if key.nulls_last { "last" } else { "first" },
        "sortDirection": direction(key),
    })
}

/// A condition as the manual shows it; of those that no view here has, only the text.
fn condition_json(condition: &Condition) -> Json {
    match condition {
        Condition::All(all) => {
            let conditions: Vec<Json> = all.iter().map(condition_json).collect();
            json!({"conditions": conditions, "conjunction": "and"})
        }
        Condition::Compare { left, operator: Operator::Equal, value, .. } => {
            json!({"field": left.to_string(), "operator": "equals", "values": [value.to_string()]})
        }
        other => json!({"field": null, "operator": null, "values": [other.to_string()]}),
    }
}

fn row_json(query: &Query, record: &Record) -> Json {
    let cells: Vec<Json> = selected(query)
        .map(|(path, _)| json!({"fieldNameOrPath": path.to_string(), "value": in_words(&at(record, &path.parts))}))
        .collect();
    json!({"columns": cells})
}

fn at(record: &Record, parts: &[String]) -> Value {
    match (record.get(parts.first().map_or("", String::as_str)), parts) {
        (Some(Cell::Value(value)), _) => value.clone(),
        (Some(Cell::Parent(Some(parent))), [_, rest @ ..]) => at(parent, rest),
        _ => Value::Null,
    }
}

/// `Fri Aug 01 21:15:46 GMT 2014`, `true`, `50000.0`.
fn in_words(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Text(text) => Some(text.clone()),
        Value::DateTime(instant) => Some(java_date(*instant)),
        Value::Date(day) => midnight(*day).map(java_date),
        other => Some(other.to_json().to_string().trim_matches('"').to_owned()),
    }
}

fn midnight(day: Date) -> Option<Timestamp> {
    day.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

fn java_date(instant: Timestamp) -> String {
    instant.to_zoned(TimeZone::UTC).strftime("%a %b %d %H:%M:%S GMT %Y").to_string()
}
