//! Validation rules of this org's administrator, and values that must be unique.

use crate::{
    refusal::Refusal,
    schema::Object,
    store::{Row, Store},
    value::Value,
};

/// What the administrator does not allow.
pub(super) fn validate(row: &Row, old: Option<&Row>) -> Result<(), Refusal> {
    let refuse =
        |message: &str, field: &str| Err(Refusal::save("FIELD_CUSTOM_VALIDATION_EXCEPTION", message, &[field]));
    let changed = |field: &str| old.is_none_or(|old| old.get(field) != row.get(field));
    match row.object.as_str() {
        "Opportunity" => {
            let stage = row.get("StageName").as_str().filter(|_| changed("StageName"));
            if stage == Some("Closed Won") && row.get("Contract_Number__c").is_null() {
                return refuse(
                    "A deal can only be won with a signed contract: fill in Signed Contract No. first.",
                    "Contract_Number__c",
                );
            }
            if stage == Some("Closed Lost") && row.get("Loss_Reason__c").is_null() {
                return refuse("Say why the deal was lost.", "Loss_Reason__c");
            }
            if changed("Amount") && row.get("Amount").as_f64().is_some_and(|amount| amount <= 0.0) {
                return refuse("Amount must be greater than zero.", "Amount");
            }
        }
        "Account" if row.get("NumberOfEmployees").as_f64().is_some_and(|number| number < 0.0) => {
            return refuse("The number of employees cannot be negative.", "NumberOfEmployees");
        }
        _ => {}
    }
    Ok(())
}

/// No other row may have the value of a unique field. Case does not matter.
pub(super) fn check_unique(object: &Object, store: &Store, row: &Row) -> Result<(), Refusal> {
    if object.name == "CampaignMember" {
        let member = |row: &Row| ["CampaignId", "LeadId", "ContactId"].map(|field| row.get(field).clone());
        let mut others = store.rows(&object.name).filter(|other| other.id != row.id && !other.is_deleted());
        if others.any(|other| member(other) == member(row)) {
            return Err(Refusal::new(400, "DUPLICATE_VALUE", "Already a campaign member."));
        }
    }
    if object.name == "ContentDocumentLink" {
        let ends = |row: &Row| ["ContentDocumentId", "LinkedEntityId"].map(|field| row.get(field).clone());
        let mut others = store.rows(&object.name).filter(|other| other.id != row.id && !other.is_deleted());
        if others.any(|other| ends(other) == ends(row)) {
            let message = "duplicate value found: <unknown> duplicates value on record with id: <unknown>";
            return Err(Refusal::save("DUPLICATE_VALUE", message, &[]));
        }
    }
    for field in object.fields.iter().filter(|field| field.unique) {
        let Value::Text(mine) = row.get(&field.name) else {
            continue;
        };
        let other = store.rows(&object.name).find(|other| {
            other.id != row.id
                && !other.is_deleted()
                && other.get(&field.name).as_str().is_some_and(|theirs| theirs.eq_ignore_ascii_case(mine))
        });
        if let Some(other) = other {
            return Err(Refusal::save(
                "DUPLICATE_VALUE",
                format!(
                    "duplicate value found: {} duplicates value on record with id: {}",
                    field.name,
                    other.id.as_str().get(..15).unwrap_or_default()
                ),
                &[],
            ));
        }
    }
    Ok(())
}
