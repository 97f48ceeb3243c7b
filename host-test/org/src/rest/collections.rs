//! `composite/sobjects`: up to 200 rows in one request.

use serde_json::{Map, Value as Json, json};

use super::{Answer, Call, Desk, records, saved};
use crate::{id::Id, refusal::Refusal, save::no_such_column, schema::Field, sharing};

const MOST: usize = 200;

type Saved = Result<(Id, Option<bool>), Refusal>;

/// `POST composite/sobjects`
pub(super) fn create(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    each(desk, call, |desk, record| {
        let object = desk.object(record_type(record)?).map_err(not_a_type)?.clone();
        desk.transaction().create(&object, record, &call.duplicates()).map(|id| (id, None))
    })
}

/// `PATCH composite/sobjects`
pub(super) fn update(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    each(desk, call, |desk, record| {
        let object = desk.object(record_type(record)?).map_err(not_a_type)?.clone();
        let mut record = record.clone();
        let id = take_id(&mut record)
            .ok_or_else(|| Refusal::save("MISSING_ARGUMENT", "Id not specified in an update call", &[]))?;
        let id = Id::parse(&id).ok_or_else(|| Refusal::save("MALFORMED_ID", format!("malformed id {id}"), &["Id"]))?;
        desk.transaction().update(&object, &id, &record, &call.duplicates())?;
        Ok((id, None))
    })
}

/// `PATCH composite/sobjects/{Object}/{externalIdField}`
pub(super) fn upsert(desk: &mut Desk<'_>, call: &Call, object: &str, field: &str) -> Result<Answer, Refusal> {
    let object = desk.object(object)?.clone();
    let field: Field = desk
        .access
        .field(&object, field)
        .filter(|field| field.id_lookup)
        .ok_or_else(|| records::no_external_id(field))?
        .clone();
    each(desk, call, |desk, record| {
        let key = record.iter().find(|(name, _)| name.eq_ignore_ascii_case(&field.name));
        let value = key.and_then(|(_, value)| value.as_str()).unwrap_or_default().to_owned();
        let found = if value.is_empty() { Vec::new() } else { records::rows_by(desk, &object, &field, &value) };
        if found.len() > 1 {
            return Err(Refusal::save(
                "DUPLICATE_EXTERNAL_ID",
                format!("{}: more than one record found for external id field", field.name),
                &[&field.name],
            ));
        }
        let found = found.into_iter().next();
        let created = found.is_none();
        let id = records::upsert(desk, call, &object, &field, &value, found, record.clone())?;
        Ok((id, Some(created)))
    })
}

/// `DELETE composite/sobjects?ids=…&allOrNone=…`
pub(super) fn delete(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    let ids: Vec<&str> = call.parameter("ids").unwrap_or_default().split(',').filter(|id| !id.is_empty()).collect();
    let all_or_none = call.parameter("allOrNone") == Some("true");
    run(desk, &ids, all_or_none, |desk, text| {
        let id = Id::parse(text).ok_or_else(|| Refusal::save("MALFORMED_ID", format!("malformed id {text}"), &[]))?;
        let object = desk
            .schema
            .object_of_prefix(id.key_prefix())
            .ok_or_else(|| Refusal::save("MALFORMED_ID", format!("malformed id {id}"), &[]))?
            .clone();
        desk.transaction().delete(&object, &id)?;
        Ok((id, None))
    })
}

/// `GET composite/sobjects/{Object}?ids=…&fields=…`, or the same by POST: a null for each row that is not there.
pub(super) fn read(desk: &mut Desk<'_>, call: &Call, object: &str) -> Result<Answer, Refusal> {
    let object = desk.object(object)?;
    let listed = |name: &str| -> Result<Vec<String>, Refusal> {
        if call.method == http::Method::GET {
            let list = call.parameter(name).unwrap_or_default();
            return Ok(list.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect());
        }
        let body = call.object()?;
        let items = body.get(name).and_then(Json::as_array).into_iter().flatten();
        Ok(items.filter_map(Json::as_str).map(str::to_owned).collect())
    };
    let names = listed("fields")?;
    let fields: Vec<&Field> = names
        .iter()
        .map(|name| desk.access.field(object, name).ok_or_else(|| no_such_column(object, name)))
        .collect::<Result<_, _>>()?;
    let ids = listed("ids")?;
    let rows: Vec<Json> = ids
        .iter()
        .map(|text| {
            let id =
                Id::parse(text).ok_or_else(|| Refusal::new(400, "MALFORMED_ID", format!("malformed id {text}")))?;
            let row = desk
                .store
                .get(&object.name, id.as_str())
                .filter(|row| !row.is_deleted() && sharing::sees(desk.store, desk.access, row));
            Ok(row.map_or(Json::Null, |row| records::row_json(&call.version, object, row, fields.iter().copied())))
        })
        .collect::<Result<_, Refusal>>()?;
    Ok(Answer::json(200, json!(rows)))
}

fn each(
    desk: &mut Desk<'_>,
    call: &Call,
    save: impl Fn(&mut Desk<'_>, &Map<String, Json>) -> Saved,
) -> Result<Answer, Refusal> {
    let body = call.object()?;
    let records: Vec<Map<String, Json>> = body
        .get("records")
        .and_then(Json::as_array)
        .ok_or_else(|| Refusal::new(400, "INVALID_INPUT", "records is required"))?
        .iter()
        .filter_map(|record| record.as_object().cloned())
        .collect();
    let all_or_none = body.get("allOrNone") == Some(&Json::Bool(true));
    run(desk, &records, all_or_none, |desk, record| save(desk, record))
}

fn run<T>(
    desk: &mut Desk<'_>,
    items: &[T],
    all_or_none: bool,
    save: impl Fn(&mut Desk<'_>, &T) -> Saved,
) -> Result<Answer, Refusal> {
    if items.len() > MOST {
        return Err(Refusal::new(
            400,
            "EXCEEDED_ID_LIMIT",
            format!("record limit reached. cannot submit more than {MOST} records into this call"),
        ));
    }
    let store = all_or_none.then(|| desk.store.clone());
    let written = desk.writes.len();
    let mut results: Vec<Saved> = items.iter().map(|item| save(desk, item)).collect();
    if let Some(store) = store.filter(|_| results.iter().any(Result::is_err)) {
        *desk.store = store;
        desk.writes.truncate(written);
        for result in &mut results {
            if result.is_ok() {
                *result = Err(Refusal::save(
                    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
                    "Record rolled back because not all records were valid and the request was using AllOrNone header",
                    &[],
                ));
            }
        }
    }
    let results: Vec<Json> = results
        .into_iter()
        .map(|result| match result {
            Ok((id, created)) => {
                let mut body = saved(&id);
                if let (Json::Object(body), Some(created)) = (&mut body, created) {
                    body.insert("created".to_owned(), json!(created));
                }
                body
            }
            Err(mut refusal) => {
                // Here the key is always there, even where a single save leaves it out.
                refusal.fields.get_or_insert_default();
                json!({"success": false, "errors": [refusal.to_json("statusCode")]})
            }
        })
        .collect();
    Ok(Answer::json(200, json!(results)))
}

fn record_type(record: &Map<String, Json>) -> Result<&str, Refusal> {
    record
        .get("attributes")
        .and_then(|attributes| attributes.get("type"))
        .and_then(Json::as_str)
        .ok_or_else(|| Refusal::save("INVALID_INPUT", "The type attribute is required for each record", &[]))
}

fn not_a_type(_: Refusal) -> Refusal {
    Refusal::save("INVALID_TYPE", "sObject type is not supported.", &[])
}

fn take_id(record: &mut Map<String, Json>) -> Option<String> {
    let key = record.keys().find(|key| key.eq_ignore_ascii_case("id"))?.clone();
    record.remove(&key)?.as_str().map(str::to_owned)
}
