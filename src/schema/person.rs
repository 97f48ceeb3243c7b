//! Person accounts: which fields of an account are those of the contact that it is as well.
//! <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_erd_personaccounts.htm>

use super::{Field, ObjectSchema, standard, words};

/// Whether an account or a contact is one of a person account; only orgs that have those have the field.
pub(crate) const IS_PERSON: &str = "IsPersonAccount";
/// The contact that an account is, where it is a person.
pub(crate) const HALF: &str = "PersonContactId";
/// The account that a contact belongs to, or is.
pub(crate) const ACCOUNT_ID: &str = "AccountId";

/// What a person account's name is made of.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_account.htm>
pub(crate) const NAME_PARTS: [&str; 5] = ["FirstName", "LastName", "Salutation", "MiddleName", "Suffix"];

/// How a person account is named.
pub(crate) const NAMED: &str = "nothing was written: a person account's Name is made of its parts, and nobody may set it: set FirstName and LastName, and leave Name out";

/// Whether only person accounts have a field.
pub(crate) fn is_of_persons(name: &str) -> bool {
    NAME_PARTS.contains(&name) || name.starts_with("Person") || name.ends_with("__pc")
}

/// What tells persons apart besides, and which account and contact are one; nothing where the org has no such accounts.
pub(crate) fn columns(schema: &ObjectSchema) -> &'static [&'static str] {
    match schema.name.as_str() {
        _ if !schema.has_field(IS_PERSON) => &[],
        "Account" => &["PersonEmail", IS_PERSON, HALF],
        "Contact" => &[IS_PERSON, ACCOUNT_ID],
        _ => &[],
    }
}

/// The field of a person account that is a field of its contact.
pub(crate) fn field_of<'s>(account: &'s ObjectSchema, of_contact: &str) -> Option<&'s Field> {
    let own = match of_contact.strip_suffix("__c") {
        Some(custom) => account.field(&[custom, "__pc"].concat()),
        None => account.field(&["Person", of_contact].concat()),
    };
    own.or_else(|| account.field(of_contact))
}

/// The field of a person account that people call as they call a contact's: "mobile", "birthday".
pub(super) fn field_of_word<'s>(schema: &'s ObjectSchema, text: &str, folded: &str) -> Option<&'s Field> {
    if schema.name != "Account" {
        return None;
    }
    if let Some(custom) = text.strip_suffix("__c") {
        return schema.field(&[custom, "__pc"].concat());
    }
    let called = standard::field_of_word("Contact", text).map(words::fold);
    let called = called.as_deref().unwrap_or(folded);
    schema
        .fields
        .iter()
        .find(|field| field.name.strip_prefix("Person").is_some_and(|name| words::folds_to(name, called)))
}
