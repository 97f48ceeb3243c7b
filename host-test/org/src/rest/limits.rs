//! `limits`: what is left of the day.

use serde_json::{Map, Value as Json, json};

use super::{Answer, Call, Desk};

/// `GET limits`
pub(super) fn limits(desk: &Desk<'_>) -> Answer {
    let (used, allowed) = desk.usage;
    let emails = (desk.outbox.allowed, desk.outbox.allowed.saturating_sub(desk.outbox.used));
    let pair = |max: u32, remaining: u32| json!({"Max": max, "Remaining": remaining});
    Answer::json(
        200,
        json!({
            "DailyApiRequests": pair(allowed, allowed.saturating_sub(used)),
            "DailyAsyncApexExecutions": pair(250_000, 250_000),
            "DailyBulkApiBatches": pair(15_000, 15_000),
            "DataStorageMB": pair(5, 4),
            "FileStorageMB": pair(20, 20),
            "SingleEmail": pair(emails.0, emails.1),
        }),
    )
}

/// `GET limits/recordCount?sObjects=…`: neither deleted nor archived rows count.
/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_record_count.htm>
pub(super) fn record_count(desk: &Desk<'_>, call: &Call) -> Answer {
    let wanted: Vec<&str> =
        call.parameter("sObjects").unwrap_or_default().split(',').filter(|name| !name.is_empty()).collect();
    let counts: Vec<Json> = desk
        .schema
        .objects()
        .filter(|object| desk.access.object(desk.schema, &object.name).is_some() && object.queryable)
        .filter(|object| wanted.is_empty() || wanted.iter().any(|name| name.eq_ignore_ascii_case(&object.name)))
        .map(|object| {
            let count = desk.store.rows(&object.name).filter(|row| row.is_live()).count();
            let mut entry = Map::new();
            entry.insert("count".to_owned(), json!(count));
            entry.insert("name".to_owned(), json!(object.name));
            Json::Object(entry)
        })
        .collect();
    Answer::json(200, json!({"sObjects": counts}))
}
