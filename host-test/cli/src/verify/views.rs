//! Assumptions about list views.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Failure, Probe, part};

/// The columns of a view's answer whose values are texts, and those whose values are not, by their types.
fn types(body: &Value, texts: &mut BTreeSet<String>, others: &mut BTreeSet<String>) {
    let kind = |path: &Value| {
        let columns = body["columns"].as_array().into_iter().flatten();
        let kind = columns.into_iter().find(|column| column["fieldNameOrPath"] == *path)?["type"].as_str()?;
        // A type's own name says nothing of anybody; whatever else stands there might.
        kind.bytes().all(|byte| byte.is_ascii_lowercase()).then(|| kind.to_owned())
    };
    let records = body["records"].as_array().into_iter().flatten();
    for cell in records.flat_map(|record| record["columns"].as_array().into_iter().flatten()) {
        let kind = kind(&cell["fieldNameOrPath"]).unwrap_or_else(|| "another type".to_owned());
        let word = match &cell["value"] {
            Value::Null => continue,
            Value::String(_) => {
                texts.insert(kind);
                continue;
            }
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::Array(_) | Value::Object(_) => "a structure",
        };
        others.insert(format!("{kind} as {word}"));
    }
}

fn listed(words: &BTreeSet<String>) -> String {
    words.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_listviewresults.htm>
pub(super) fn results(probe: &mut Probe<'_>) -> Result<String, Failure> {
    let views = probe.query(
        "SELECT Id, SobjectType FROM ListView WHERE IsSoqlCompatible = true \
         AND SobjectType IN ('Account', 'Contact', 'Lead', 'Opportunity', 'Case') \
         ORDER BY LastViewedDate DESC NULLS LAST LIMIT 5",
    )?;
    let addressed = views.iter().enumerate().filter_map(|(number, view)| {
        let (object, id) = (view["SobjectType"].as_str()?, view["Id"].as_str()?);
        Some(part("GET", &format!("v{number}"), &format!("/sobjects/{object}/listviews/{id}/results?limit=5")))
    });
    let parts: Vec<Value> = addressed.collect();
    if parts.is_empty() {
        return Err(Failure::CannotTell("the user sees no list view of a usual object".to_owned()));
    }
    let (mut texts, mut others) = (BTreeSet::new(), BTreeSet::new());
    for answer in probe.composite(false, &parts)? {
        if !(answer.is_success() && answer.body["records"].is_array()) {
            return Err(probe.doubt(&answer));
        }
        types(&answer.body, &mut texts, &mut others);
    }
    if !others.is_empty() {
        return Err(Failure::DoesNotHold(format!("values are typed: {}", listed(&others))));
    }
    if texts.is_empty() {
        return Err(Failure::CannotTell("the list views have no rows".to_owned()));
    }
    Ok(format!("{} list views in one request; texts are values of {}", parts.len(), listed(&texts)))
}
