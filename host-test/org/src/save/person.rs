//! Person accounts: an account and a contact that are one. The account is written, and the contact follows.
//! <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_erd_personaccounts.htm>

use super::{Given, Transaction, derive};
use crate::{refusal::Refusal, schema::Object, store::Row, value::Value};

/// What the contact half has of the account, by its names.
const HALF: [(&str, &str); 9] = [
    ("FirstName", "FirstName"),
    ("LastName", "LastName"),
    ("Salutation", "Salutation"),
    ("Phone", "Phone"),
    ("Fax", "Fax"),
    ("Email", "PersonEmail"),
    ("MobilePhone", "PersonMobilePhone"),
    ("Title", "PersonTitle"),
    ("Birthdate", "PersonBirthdate"),
];

/// Whether a row is the contact of a person account: nobody writes it by itself.
pub(super) fn is_half(object: &Object, row: &Row) -> bool {
    object.name == "Contact" && row.get("IsPersonAccount").is_true()
}

fn is_person(object: &Object, kind: &Value) -> bool {
    let mut kinds = object.record_types.iter().filter(|known| known.developer_name == "PersonAccount");
    kinds.any(|known| kind.as_str() == Some(known.id.as_str()))
}

/// A person account and a business account become the other by their record type and nothing else.
///
/// # Errors
/// `INVALID_FIELD_FOR_INSERT_UPDATE` with other fields; and without, that this org does not do it.
pub(super) fn check_kind(object: &Object, given: &Given, old: &Row) -> Result<(), Refusal> {
    let Some(kind) = given.get("RecordTypeId").filter(|_| object.name == "Account") else {
        return Ok(());
    };
    if is_person(object, kind) == is_person(object, old.get("RecordTypeId")) {
        return Ok(());
    }
    if given.len() > 1 {
        let message = "Cannot specify any additional fields when marrying or separating a Person-Account";
        return Err(Refusal::save("INVALID_FIELD_FOR_INSERT_UPDATE", message, &[]));
    }
    let message = "the demo org does not make person accounts of business accounts, or the other way round";
    Err(Refusal::new(501, "DEMO_ORG_UNSUPPORTED", message))
}

/// The name of a person account is made of its parts; the parts are for person accounts only.
pub(super) fn check(object: &Object, given: &Given, row: &Row) -> Result<(), Refusal> {
    if object.name != "Account" {
        return Ok(());
    }
    let person = is_person(object, row.get("RecordTypeId"));
    let wrong: Vec<&str> = given
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, _)| name.as_str())
        .filter(|name| match person {
            true => *name == "Name",
            false => matches!(*name, "FirstName" | "LastName" | "Salutation") || name.starts_with("Person"),
        })
        .collect();
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Refusal::save(
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        format!("Account: bad field names on insert/update call: {}", wrong.join(", ")),
        &wrong,
    ))
}

impl Transaction<'_> {
    /// Brings the contact half in step with a person account, and makes it with a new one.
    pub(super) fn sync_person(&mut self, account: &Row) {
        let Some(object) = self.schema.object("Contact").filter(|_| account.get("IsPersonAccount").is_true()) else {
            return;
        };
        let moment = self.moment();
        let known = account.get("PersonContactId").as_str().and_then(|id| self.store.get("Contact", id)).cloned();
        let mut contact = known.unwrap_or_else(|| {
            let id = self.store.next_id(object.key_prefix.as_deref().unwrap_or_default());
            let mut row = Row { object: object.name.clone(), id: id.clone(), fields: Given::new() };
            row.set("Id", Value::from(&id));
            row
        });
        for (field, source) in HALF {
            contact.set(field, account.get(source).clone());
        }
        contact.set("AccountId", Value::from(&account.id));
        contact.set("OwnerId", account.get("OwnerId").clone());
        contact.set("IsPersonAccount", true);
        derive::defaults(object, self.store, &mut contact, &moment);
        derive::stamp(object, &mut contact, &moment);
        // A half that breaks a rule of contacts breaks one of accounts, which was asked before.
        if derive::derive(object, self.store, &mut contact, None, &moment).is_ok() {
            let mut account = account.clone();
            account.set("PersonContactId", Value::from(&contact.id));
            self.store.put(contact);
            self.store.put(account);
        }
    }
}
