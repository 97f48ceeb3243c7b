//! What calls answer with, in the order of the WSDL.

use serde_json::Value as Json;

use super::xml::escaped;
use crate::{id::Id, language, refusal::Refusal};

/// `<name>text</name>`, or a nil one.
pub(super) fn element(name: &str, text: Option<&str>) -> String {
    match text {
        Some(text) => format!("<{name}>{}</{name}>", escaped(text)),
        None => format!("<{name} xsi:nil=\"true\"/>"),
    }
}

/// An id, or a nil one.
pub(super) fn id(name: &str, id: Option<&Id>) -> String {
    element(name, id.map(Id::as_str))
}

/// `<errors>` of a refusal. One of duplicates names them.
pub(super) fn errors(refusal: &Refusal, language: &str) -> String {
    let mut error = String::new();
    for field in refusal.fields.iter().flatten() {
        error.push_str(&element("fields", Some(field)));
    }
    error.push_str(&element("message", Some(&language::message(language, &refusal.message))));
    error.push_str(&element("statusCode", Some(refusal.code)));
    match refusal.extra.get("duplicateResut") {
        Some(result) => format!("<errors xsi:type=\"DuplicateError\">{error}{}</errors>", duplicate(result)),
        None => format!("<errors>{error}</errors>"),
    }
}

/// `duplicateResult`, which is spelled right here.
fn duplicate(result: &Json) -> String {
    let text = |json: &Json, name: &str| {
        let text = match json.get(name) {
            Some(Json::String(text)) => Some(text.clone()),
            Some(Json::Null) | None => None,
            Some(other) => Some(other.to_string()),
        };
        element(name, text.as_deref())
    };
    let mut xml = String::new();
    for name in ["allowSave", "duplicateRule", "duplicateRuleEntityType", "errorMessage"] {
        xml.push_str(&text(result, name));
    }
    for found in result.get("matchResults").and_then(Json::as_array).into_iter().flatten() {
        let mut matches = text(found, "entityType") + &text(found, "matchEngine");
        for record in found.get("matchRecords").and_then(Json::as_array).into_iter().flatten() {
            matches.push_str(&format!(
                "<matchRecords>{}{}</matchRecords>",
                text(record, "matchConfidence"),
                record.get("record").map(sobject).unwrap_or_default()
            ));
        }
        matches.push_str(&(text(found, "rule") + &text(found, "size") + &text(found, "success")));
        xml.push_str(&format!("<matchResults>{matches}</matchResults>"));
    }
    format!("<duplicateResult>{xml}</duplicateResult>")
}

/// A record as the partner WSDL has it: any elements after its type and id.
fn sobject(record: &Json) -> String {
    let kind = record.pointer("/attributes/type").and_then(Json::as_str);
    let mut xml = element("sf:type", kind) + &element("sf:Id", record.get("Id").and_then(Json::as_str));
    for (name, value) in record.as_object().into_iter().flatten() {
        let text = match value {
            Json::String(text) => Some(text.clone()),
            Json::Number(number) => Some(number.to_string()),
            Json::Bool(flag) => Some(flag.to_string()),
            _ => None,
        };
        if !matches!(name.as_str(), "attributes" | "Id") {
            xml.push_str(&element(&format!("sf:{name}"), text.as_deref()));
        }
    }
    format!("<record xsi:type=\"sf:sObject\">{xml}</record>")
}
