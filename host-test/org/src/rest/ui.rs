//! `ui-api/object-info/{Object}/picklist-values/{recordTypeId}`: what one record type allows.

use serde_json::{Map, Value as Json, json};

use super::{Answer, Call, Desk, describe};
use crate::{
    id::Id,
    refusal::Refusal,
    schema::{Field, FieldType, Object, PicklistValue, RecordType},
};

/// Objects the resource does not know, though they have picklists.
const UNKNOWN: [&str; 3] = ["CampaignMember", "EmailMessage", "OpportunityContactRole"];

/// `GET ui-api/object-info/{Object}/picklist-values/{recordTypeId}`
pub(super) fn picklist_values(
    desk: &mut Desk<'_>,
    call: &Call,
    object: &str,
    record_type: &str,
) -> Result<Answer, Refusal> {
    let object = desk.access.object(desk.schema, object).ok_or_else(super::no_such_resource)?;
    if UNKNOWN.contains(&object.name.as_str()) {
        return Err(super::no_such_resource());
    }
    let id = Id::parse(record_type).ok_or_else(super::no_such_resource)?;
    let kind = object.record_types.iter().find(|kind| kind.id == id);
    if kind.is_none() && id.as_str() != describe::MASTER_RECORD_TYPE {
        return Err(super::no_such_resource());
    }
    let path =
        format!("/services/data/{}/ui-api/object-info/{}/picklist-values/{}", call.version, object.name, id.as_str());
    let fields: Map<String, Json> = desk
        .access
        .fields(object)
        .filter(|field| matches!(field.kind, FieldType::Picklist | FieldType::Multipicklist))
        .map(|field| (field.name.clone(), one(object, field, kind, &path)))
        .collect();
    Ok(Answer::json(200, json!({"eTag": "2b1f6d", "picklistFieldValues": fields})))
}

fn one(object: &Object, field: &Field, kind: Option<&RecordType>, path: &str) -> Json {
    let only = kind.and_then(|kind| kind.picklists.get(&field.name));
    let controller = field.controller.as_deref().and_then(|name| object.field(name));
    let controlling = controller.map(describe::controlling_values).unwrap_or_default();
    let places: Map<String, Json> =
        controlling.iter().enumerate().map(|(place, value)| ((*value).to_owned(), json!(place))).collect();
    let value = |value: &PicklistValue| {
        let valid_for: Vec<usize> = (0..controlling.len())
            .filter(|place| controlling.get(*place).is_some_and(|one| value.valid_for.iter().any(|for_| for_ == one)))
            .collect();
        json!({
            "attributes": null,
            "label": escaped(&value.label),
            "validFor": valid_for,
            "value": escaped(&value.value),
        })
    };
    let allowed = |value: &&PicklistValue| value.active && only.is_none_or(|only| only.contains(&value.value));
    let values: Vec<Json> = field.picklist.iter().filter(allowed).map(value).collect();
    let default = field.picklist.iter().filter(allowed).find(|value| value.default).map(value);
    json!({
        "controllerValues": places,
        "defaultValue": default,
        "eTag": "7c01aa",
        "url": format!("{path}/{}", field.name),
        "values": values,
    })
}

/// This resource has been recorded to escape texts for a page.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
