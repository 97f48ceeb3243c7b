//! `sobjects/{Object}` and below: one row at a time.

use jiff::{Timestamp, fmt::rfc2822, tz::TimeZone};
use serde_json::{Map, Value as Json, json};

use super::{Answer, Call, Desk, no_such_resource, saved};
use crate::{
    id::Id,
    refusal::Refusal,
    save::no_such_column,
    schema::{Field, FieldType, Object},
    sharing,
    store::Row,
    value::Value,
};

/// `POST sobjects/{Object}`
pub(super) fn create(desk: &mut Desk<'_>, call: &Call, object: &str) -> Result<Answer, Refusal> {
    let object = desk.object(object)?.clone();
    let id = desk.transaction().create(&object, &call.object()?, &call.duplicates())?;
    if object.is_event() {
        return Ok(Answer::json(201, super::published(&id)));
    }
    let location = format!("/services/data/{}/sobjects/{}/{id}", call.version, object.name);
    Ok(Answer::json(201, saved(&id)).with("Location", location))
}

/// `GET sobjects/{Object}/{id}?fields=…`
pub(super) fn read(desk: &mut Desk<'_>, call: &Call, object: &str, id: &str) -> Result<Answer, Refusal> {
    let object = desk.object(object)?;
    if object.is_external() && Id::parse(id).is_none() {
        return external_row(desk, call, object, id);
    }
    let id = path_id(id)?;
    let row = readable(desk, object, &id)?;
    answer_row(desk, call, object, row)
}

/// `GET sobjects/{Object__x}/{ExternalId}`: the row goes by its external id.
/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_get_field_values_external_object.htm>
fn external_row(desk: &Desk<'_>, call: &Call, object: &Object, key: &str) -> Result<Answer, Refusal> {
    let mut rows = desk.store.rows(&object.name);
    let row = rows.find(|row| row.get("ExternalId").as_str() == Some(key)).ok_or_else(|| no_external_id(key))?;
    let fields = asked_fields(desk, call, object)?;
    let by_id = fields.iter().any(|field| field.kind == FieldType::Id);
    let mut body = row_json(&call.version, object, row, fields.into_iter());
    if let Json::Object(body) = &mut body {
        if !by_id {
            body.remove("Id");
        }
        body.insert("ExternalId".to_owned(), json!(key));
        let url = format!("/services/data/{}/sobjects/{}/{key}", call.version, object.name);
        body.insert("attributes".to_owned(), json!({"type": object.name, "url": url}));
    }
    Ok(Answer::json(200, body))
}

/// The fields that `?fields=` names, or all the user sees.
fn asked_fields<'a>(desk: &'a Desk<'_>, call: &Call, object: &'a Object) -> Result<Vec<&'a Field>, Refusal> {
    match call.parameter("fields").filter(|names| !names.is_empty()) {
        Some(names) => names
            .split(',')
            .map(|name| desk.access.field(object, name.trim()).ok_or_else(|| no_such_column(object, name.trim())))
            .collect(),
        None => Ok(desk.access.fields(object).collect()),
    }
}

pub(super) fn readable<'a>(desk: &'a Desk<'_>, object: &Object, id: &Id) -> Result<&'a Row, Refusal> {
    match desk.store.get(&object.name, id.as_str()) {
        Some(row) if row.is_deleted() => {
            Err(Refusal { status: 404, ..Refusal::save("ENTITY_IS_DELETED", "entity is deleted", &[]) })
        }
        Some(row) if sharing::sees(desk.store, desk.access, row) => Ok(row),
        _ => Err(no_such_resource()),
    }
}

fn answer_row(desk: &Desk<'_>, call: &Call, object: &Object, row: &Row) -> Result<Answer, Refusal> {
    let modified = last_modified(row);
    let etag = etag(object, row);
    if let Some(since) = instant_header(call, "if-modified-since")?
        && modified.is_some_and(|modified| modified <= since)
    {
        return Ok(stamped(Answer::empty(304), modified, etag));
    }
    if let (Some(etag), Some(known)) = (&etag, call.header("if-none-match"))
        && lists(known, etag)
    {
        return Ok(stamped(Answer::empty(304), modified, Some(etag.clone())));
    }
    preconditions(call, object, row)?;
    let fields = asked_fields(desk, call, object)?;
    let body = row_json(&call.version, object, row, fields.into_iter());
    Ok(stamped(Answer::json(200, body), modified, etag))
}

fn stamped(answer: Answer, modified: Option<Timestamp>, etag: Option<String>) -> Answer {
    let answer = match modified {
        Some(modified) => answer.with("Last-Modified", http_date(modified)),
        None => answer,
    };
    match etag {
        Some(etag) => answer.with("ETag", etag),
        None => answer,
    }
}

/// A row as a response holds it. Blob fields are the path they can be read at.
pub(super) fn row_json<'a>(version: &str, object: &Object, row: &Row, fields: impl Iterator<Item = &'a Field>) -> Json {
    let url = format!("/services/data/{version}/sobjects/{}/{}", object.name, row.id);
    let mut body = Map::new();
    for field in fields {
        let value = row.get(&field.name);
        let json = if field.kind == FieldType::Base64 && !value.is_null() {
            json!(format!("{url}/{}", field.name))
        } else {
            value.to_json()
        };
        body.insert(field.name.clone(), json);
    }
    // Salesforce always gives the id, asked or not.
    body.insert("Id".to_owned(), json!(row.id.as_str()));
    body.insert("attributes".to_owned(), json!({"type": object.name, "url": url}));
    Json::Object(body)
}

/// `PATCH sobjects/{Object}/{id}`: 204 and no body.
pub(super) fn update(desk: &mut Desk<'_>, call: &Call, object: &str, id: &str) -> Result<Answer, Refusal> {
    let object = desk.object(object)?.clone();
    let id = path_id(id)?;
    if let Some(row) = desk.store.get(&object.name, id.as_str()) {
        preconditions(call, &object, row)?;
    }
    desk.transaction().update(&object, &id, &call.object()?, &call.duplicates())?;
    Ok(Answer::empty(204))
}

/// `DELETE sobjects/{Object}/{id}`: 204 and no body.
pub(super) fn delete(desk: &mut Desk<'_>, object: &str, id: &str) -> Result<Answer, Refusal> {
    let object = desk.object(object)?.clone();
    desk.transaction().delete(&object, &path_id(id)?)?;
    Ok(Answer::empty(204))
}

/// `sobjects/{Object}/{externalIdField}/{value}`: read, upsert, delete.
pub(super) fn by_external_id(
    desk: &mut Desk<'_>,
    call: &Call,
    method: &str,
    object: &str,
    field: &str,
    value: &str,
) -> Result<Answer, Refusal> {
    let object = desk.object(object)?.clone();
    let field = desk
        .access
        .field(&object, field)
        .filter(|field| field.external_id || field.kind == FieldType::Id)
        .ok_or_else(|| no_external_id(field))?
        .clone();
    let found = rows_by(desk, &object, &field, value);
    let found = match found.as_slice() {
        [] => None,
        [id] => Some(id.clone()),
        many => {
            let urls: Vec<String> = many
                .iter()
                .map(|id| format!("/services/data/{}/sobjects/{}/{id}", call.version, object.name))
                .collect();
            return Ok(Answer::json(300, json!(urls)));
        }
    };
    match (method, found) {
        ("GET", Some(id)) => {
            let row = readable(desk, &object, &id)?;
            answer_row(desk, call, &object, row)
        }
        ("DELETE", Some(id)) => {
            desk.transaction().delete(&object, &id)?;
            Ok(Answer::empty(204))
        }
        ("GET" | "DELETE", None) => Err(no_external_id(value)),
        ("PATCH" | "POST", found) => {
            let created = found.is_none();
            if let Some(row) = found.as_ref().and_then(|id| desk.store.get(&object.name, id.as_str())) {
                preconditions(call, &object, row)?;
            }
            let id = upsert(desk, call, &object, &field, value, found, call.object()?)?;
            let mut body = saved(&id);
            if let Json::Object(body) = &mut body {
                body.insert("created".to_owned(), json!(created));
            }
            Ok(Answer::json(if created { 201 } else { 200 }, body))
        }
        _ => Err(no_such_resource()),
    }
}

/// The live, visible rows whose external id is `value`.
pub(super) fn rows_by(desk: &Desk<'_>, object: &Object, field: &Field, value: &str) -> Vec<Id> {
    let wanted = match field.kind {
        FieldType::Id => Id::parse(value).map(|id| id.to_string()).unwrap_or_default(),
        _ => value.to_owned(),
    };
    desk.store
        .rows(&object.name)
        .filter(|row| !row.is_deleted() && desk.access.sees(row))
        .filter(|row| row.get(&field.name).as_str().is_some_and(|text| text.eq_ignore_ascii_case(&wanted)))
        .map(|row| row.id.clone())
        .collect()
}

/// Updates the found row, or creates one with that external id.
pub(super) fn upsert(
    desk: &mut Desk<'_>,
    call: &Call,
    object: &Object,
    field: &Field,
    value: &str,
    found: Option<Id>,
    mut body: Map<String, Json>,
) -> Result<Id, Refusal> {
    // The path has the external id; giving it again, differently, has no meaning.
    body.retain(|name, _| !name.eq_ignore_ascii_case(&field.name) && !name.eq_ignore_ascii_case("Id"));
    match found {
        Some(id) => {
            desk.transaction().update(object, &id, &body, &call.duplicates())?;
            Ok(id)
        }
        None => {
            if field.kind != FieldType::Id {
                body.insert(field.name.clone(), json!(value));
            }
            desk.transaction().create(object, &body, &call.duplicates())
        }
    }
}

pub(super) fn no_external_id(name: &str) -> Refusal {
    Refusal::new(404, "NOT_FOUND", format!("Provided external ID field does not exist or is not accessible: {name}"))
}

/// An id in a path: 15 or 18 characters that are no id are malformed; anything else is taken for an external id.
pub(super) fn path_id(text: &str) -> Result<Id, Refusal> {
    Id::parse(text).ok_or_else(|| {
        let looks_like_one = matches!(text.len(), 15 | 18) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if looks_like_one {
            Refusal::new(400, "MALFORMED_ID", format!("malformed id {text}"))
        } else {
            no_external_id(text)
        }
    })
}

/// `If-Unmodified-Since`, for any object, to the second; `If-Match`, for accounts.
fn preconditions(call: &Call, object: &Object, row: &Row) -> Result<(), Refusal> {
    let failed = || {
        Refusal::new(
            412,
            "PRECONDITION_FAILED",
            "The record was modified, or does not match the condition of the request",
        )
    };
    if let Some(since) = instant_header(call, "if-unmodified-since")?
        && last_modified(row).is_some_and(|modified| modified > since)
    {
        return Err(failed());
    }
    if let (Some(etag), Some(wanted)) = (etag(object, row), call.header("if-match"))
        && !lists(wanted, &etag)
    {
        return Err(failed());
    }
    Ok(())
}

fn lists(header: &str, etag: &str) -> bool {
    header.split(',').map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == etag)
}

/// The moment of the last change, cut to the second, which is all that HTTP dates can say.
fn last_modified(row: &Row) -> Option<Timestamp> {
    let modified = match row.get("LastModifiedDate") {
        Value::DateTime(modified) => *modified,
        _ => row.get("SystemModstamp").as_timestamp()?,
    };
    Timestamp::from_second(modified.as_second()).ok()
}

fn etag(object: &Object, row: &Row) -> Option<String> {
    let modified = row.get("SystemModstamp").as_timestamp().filter(|_| object.name == "Account")?;
    Some(format!("\"{:x}\"", modified.as_millisecond()))
}

/// `Tue, 12 May 2026 15:00:00 GMT`
pub(super) fn http_date(instant: Timestamp) -> String {
    instant.to_zoned(TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

pub(super) fn instant_header(call: &Call, name: &str) -> Result<Option<Timestamp>, Refusal> {
    let Some(text) = call.header(name) else {
        return Ok(None);
    };
    rfc2822::DateTimeParser::new()
        .parse_timestamp(text)
        .map(Some)
        .map_err(|_| Refusal::new(400, "INVALID_HEADER_VALUE", format!("Invalid date in header {name}: {text}")))
}
