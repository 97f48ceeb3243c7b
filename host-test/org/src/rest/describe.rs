//! `sobjects` and `sobjects/{Object}/describe`: the schema as one user sees it, with every key clients read.

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::{Answer, Call, Desk, records};
use crate::{
    base64,
    refusal::Refusal,
    schema::{Field, FieldType, Object},
};

/// When the schema last changed.
const SCHEMA_CHANGED: &str = "2026-04-01T08:00:00Z";
const ETAG: &str = "\"5f1d3c07\"";
pub(super) const MASTER_RECORD_TYPE: &str = "012000000000000AAA";

/// `GET sobjects`
pub(super) fn global(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    unless_known(call, || {
        let objects: Vec<Json> = desk
            .schema
            .objects()
            .filter(|object| desk.access.object(desk.schema, &object.name).is_some())
            .map(|object| Json::Object(summary(desk, call, object)))
            .collect();
        json!({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": objects})
    })
}

/// `GET sobjects/{Object}`
pub(super) fn basic(desk: &mut Desk<'_>, call: &Call, object: &str) -> Result<Answer, Refusal> {
    let object = desk.object(object)?;
    let describe = Json::Object(summary(desk, call, object));
    Ok(Answer::json(200, json!({"objectDescribe": describe, "recentItems": []})))
}

/// `GET sobjects/{Object}/describe`
pub(super) fn describe(desk: &mut Desk<'_>, call: &Call, object: &str) -> Result<Answer, Refusal> {
    let object = desk.access.object(desk.schema, object).ok_or_else(super::no_such_resource)?;
    unless_known(call, || full(desk, call, object))
}

/// 304 where the caller has seen the schema since it changed.
fn unless_known(call: &Call, body: impl FnOnce() -> Json) -> Result<Answer, Refusal> {
    let changed: Timestamp = SCHEMA_CHANGED.parse().unwrap_or_default();
    let known = records::instant_header(call, "if-modified-since")?.is_some_and(|since| changed <= since)
        || call.header("if-none-match") == Some(ETAG);
    let answer = if known { Answer::empty(304) } else { Answer::json(200, body()) };
    Ok(answer.with("ETag", ETAG).with("Last-Modified", records::http_date(changed)))
}

fn summary(desk: &Desk<'_>, call: &Call, object: &Object) -> Map<String, Json> {
    let rights = desk.access.on(object);
    let path = format!("/services/data/{}/sobjects/{}", call.version, object.name);
    let real = object.key_prefix.is_some() && !object.is_event();
    let json = json!({
        "activateable": false,
        "associateEntityType": null,
        "associateParentEntity": null,
        "createable": rights.create,
        "custom": object.is_custom(),
        "customSetting": false,
        "deepCloneable": object.name == "Opportunity",
        "deletable": rights.delete,
        "deprecatedAndHidden": false,
        "feedEnabled": object.searchable,
        "hasSubtypes": false,
        "isInterface": false,
        "isSubtype": false,
        "keyPrefix": object.key_prefix,
        "label": object.label,
        "labelPlural": object.plural,
        "layoutable": object.updateable,
        "mergeable": matches!(object.name.as_str(), "Account" | "Contact" | "Lead" | "Case"),
        "mruEnabled": object.searchable,
        "name": object.name,
        "queryable": object.queryable,
        "replicateable": real && !object.is_external(),
        "retrieveable": real,
        "searchable": object.searchable,
        "triggerable": object.updateable,
        "undeletable": object.deletable,
        "updateable": rights.edit,
        "urls": {
            "compactLayouts": format!("{path}/describe/compactLayouts"),
            "rowTemplate": format!("{path}/{{ID}}"),
            "approvalLayouts": format!("{path}/describe/approvalLayouts"),
            "listviews": format!("{path}/listviews"),
            "describe": format!("{path}/describe"),
            "quickActions": format!("{path}/quickActions"),
            "layouts": format!("{path}/describe/layouts"),
            "sobject": path,
        },
    });
    match json {
        Json::Object(map) => map,
        _ => Map::new(),
    }
}

fn full(desk: &Desk<'_>, call: &Call, object: &Object) -> Json {
    let mut body = summary(desk, call, object);
    let children: Vec<Json> = object
        .child_relationships
        .iter()
        .filter(|child| {
            desk.access
                .object(desk.schema, &child.child_object)
                .is_some_and(|object| desk.access.field(object, &child.field).is_some())
        })
        .map(|child| {
            json!({
                "cascadeDelete": child.cascade_delete,
                "childSObject": child.child_object,
                "deprecatedAndHidden": false,
                "field": child.field,
                "junctionIdListNames": if child.child_object == "EmailMessageRelation" && object.name == "EmailMessage" {
                    json!(["ToIds", "CcIds", "BccIds"])
                } else {
                    json!([])
                },
                "junctionReferenceTo": [],
                "relationshipName": child.name,
                "restrictedDelete": child.restricted_delete,
            })
        })
        .collect();
    let fields: Vec<Json> = desk.access.fields(object).map(|field| field_json(desk, object, field)).collect();
    let layout = |id: &str| json!({"layout": format!("/services/data/{}/sobjects/{}/describe/layouts/{id}", call.version, object.name)});
    let mut record_types: Vec<Json> = object
        .record_types
        .iter()
        .map(|kind| {
            json!({
                "active": true,
                "available": true,
                "defaultRecordTypeMapping": kind.default,
                "developerName": kind.developer_name,
                "master": false,
                "name": kind.name,
                "recordTypeId": kind.id.as_str(),
                "urls": layout(kind.id.as_str()),
            })
        })
        .collect();
    if object.key_prefix.is_some() {
        record_types.push(json!({
            "active": true,
            "available": true,
            "defaultRecordTypeMapping": object.record_types.is_empty(),
            "developerName": "Master",
            "master": true,
            "name": "Master",
            "recordTypeId": MASTER_RECORD_TYPE,
            "urls": layout(MASTER_RECORD_TYPE),
        }));
    }
    let origin = &desk.origin;
    if let Some(Json::Object(urls)) = body.get_mut("urls") {
        urls.insert("uiDetailTemplate".to_owned(), json!(format!("{origin}/{{ID}}")));
        urls.insert("uiEditTemplate".to_owned(), json!(format!("{origin}/{{ID}}/e")));
        let prefix = object.key_prefix.as_deref().unwrap_or_default();
        urls.insert("uiNewRecord".to_owned(), json!(format!("{origin}/{prefix}/e")));
    }
    let scopes = if object.field("OwnerId").is_some() {
        json!([
            {"label": format!("All {}", object.plural.to_lowercase()), "name": "everything"},
            {"label": format!("My {}", object.plural.to_lowercase()), "name": "mine"},
        ])
    } else {
        json!([])
    };
    for (key, value) in [
        ("actionOverrides", json!([])),
        ("childRelationships", json!(children)),
        ("compactLayoutable", json!(object.searchable)),
        ("defaultImplementation", Json::Null),
        ("extendedBy", Json::Null),
        ("extendsInterfaces", Json::Null),
        ("fields", json!(fields)),
        ("implementedBy", Json::Null),
        ("implementsInterfaces", Json::Null),
        ("listviewable", Json::Null),
        ("lookupLayoutable", Json::Null),
        ("namedLayoutInfos", json!([])),
        ("networkScopeFieldName", Json::Null),
        ("recordTypeInfos", json!(record_types)),
        ("searchLayoutable", json!(object.searchable)),
        ("sobjectDescribeOption", json!("FULL")),
        ("supportedScopes", scopes),
    ] {
        body.insert(key.to_owned(), value);
    }
    Json::Object(body)
}

fn field_json(desk: &Desk<'_>, object: &Object, field: &Field) -> Json {
    let kind = field.kind;
    let boolean = kind == FieldType::Boolean;
    let default = field.picklist.iter().find(|value| value.default).map(|value| value.value.clone());
    let name_part = matches!(field.compound.as_deref(), Some("Name"));
    let extra = match (kind, object.name.as_str(), field.name.as_str()) {
        _ if field.html_formatted => Some("richtextarea"),
        (FieldType::Textarea, ..) => Some("plaintextarea"),
        (_, "Account", "Name") => Some("switchablepersonname"),
        (_, "Contact" | "Lead" | "User", "Name") => Some("personname"),
        _ if name_part => Some("personname"),
        _ => None,
    };
    let byte_length = match kind {
        FieldType::Id | FieldType::Reference => 18,
        _ if kind.is_textual() => field.length * 3,
        _ => 0,
    };
    let picklist: Vec<Json> = field
        .picklist
        .iter()
        .map(|value| {
            json!({
                "active": value.active,
                "defaultValue": value.default,
                "label": value.label,
                "validFor": valid_for(object, field, &value.valid_for),
                "value": value.value,
            })
        })
        .collect();
    json!({
        "aggregatable": field.filterable && !boolean && !kind.is_compound() && !matches!(kind, FieldType::Time | FieldType::AnyType),
        "aiPredictionField": false,
        "autoNumber": field.auto_number,
        "byteLength": byte_length,
        "calculated": field.calculated,
        "calculatedFormula": null,
        "cascadeDelete": false,
        "caseSensitive": false,
        "compoundFieldName": field.compound,
        "controllerName": field.controller,
        "createable": desk.access.createable(object, field),
        "custom": field.is_custom(),
        "defaultValue": if boolean { json!(false) } else { json!(default) },
        "defaultValueFormula": null,
        "defaultedOnCreate": field.defaulted_on_create,
        "dependentPicklist": field.controller.is_some(),
        "deprecatedAndHidden": false,
        "digits": if kind == FieldType::Int { 8 } else { 0 },
        "displayLocationInDecimal": false,
        "encrypted": false,
        "externalId": field.external_id,
        "extraTypeInfo": extra,
        "filterable": field.filterable,
        "filteredLookupInfo": null,
        "formulaTreatNullNumberAsZero": false,
        "groupable": field.groupable,
        "highScaleNumber": false,
        "htmlFormatted": field.html_formatted,
        "idLookup": field.id_lookup,
        "inlineHelpText": null,
        "label": field.label,
        "length": field.length,
        "mask": null,
        "maskType": null,
        "name": field.name,
        "nameField": field.name_field,
        "namePointing": field.is_polymorphic(),
        "nillable": field.nillable,
        "permissionable": (field.createable || field.updateable) && field.nillable,
        "picklistValues": picklist,
        "polymorphicForeignKey": field.is_polymorphic(),
        "precision": if kind == FieldType::Int { 0 } else { field.precision },
        "queryByDistance": kind.is_compound(),
        "referenceTargetField": null,
        "referenceTo": field.reference_to,
        "relationshipName": field.relationship_name,
        "relationshipOrder": null,
        "restrictedDelete": false,
        "restrictedPicklist": field.restricted,
        "scale": field.scale,
        "searchPrefilterable": kind == FieldType::Reference,
        "soapType": soap_type(kind),
        "sortable": field.sortable,
        "type": kind.name(),
        "unique": field.unique,
        "updateable": desk.access.updateable(object, field),
        "writeRequiresMasterRead": false,
    })
}

/// A bitmap over the controlling field's values: the first value is the highest bit of the first byte.
fn valid_for(object: &Object, field: &Field, controllers: &[String]) -> Json {
    let controller = field.controller.as_deref().and_then(|name| object.field(name));
    let Some(controller) = controller else {
        return Json::Null;
    };
    let controlling = controlling_values(controller);
    let mut bits = vec![0_u8; controlling.len().div_ceil(8)];
    for (place, value) in controlling.into_iter().enumerate() {
        if controllers.iter().any(|one| one == value)
            && let Some(byte) = bits.get_mut(place / 8)
        {
            *byte |= 0x80 >> (place % 8);
        }
    }
    json!(base64::encode(&bits))
}

/// The values that a dependent picklist's bits are about, in their order.
pub(super) fn controlling_values(controller: &Field) -> Vec<&str> {
    match controller.kind {
        FieldType::Boolean => vec!["false", "true"],
        _ => controller.picklist.iter().map(|value| value.value.as_str()).collect(),
    }
}

fn soap_type(kind: FieldType) -> &'static str {
    match kind {
        FieldType::Id | FieldType::Reference => "tns:ID",
        FieldType::Boolean => "xsd:boolean",
        FieldType::Currency | FieldType::Double | FieldType::Percent => "xsd:double",
        FieldType::Int => "xsd:int",
        FieldType::Date => "xsd:date",
        FieldType::Datetime => "xsd:dateTime",
        FieldType::Time => "xsd:time",
        FieldType::Address => "urn:address",
        FieldType::Location => "urn:location",
        FieldType::Base64 => "xsd:base64Binary",
        FieldType::AnyType => "xsd:anyType",
        _ => "xsd:string",
    }
}
