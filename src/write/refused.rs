//! Why Salesforce refused a write, where its code says another thing than what is so.

use crate::error::Error;
use crate::soql::ObjectName;
use crate::wit::ErrorKind;

/// What a person account's name is made of.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_account.htm>
pub(crate) const NAME_PARTS: [&str; 5] = ["FirstName", "LastName", "Salutation", "MiddleName", "Suffix"];

/// How a person account is named.
pub(crate) const PERSON: &str = "nothing was written: a person account's Name is made of its parts, and nobody may set it: set FirstName and LastName, and leave Name out";

/// The same refusal, as it is to be understood, of a write of these fields.
pub(crate) fn explained<'n>(object: &ObjectName, mut written: impl Iterator<Item = &'n str>, error: Error) -> Error {
    let Some(refusal) = error.refusal() else { return error };
    let is_named = |field: &str| refusal.fields.iter().any(|named| named == field);
    match object.as_str() {
        "Account" if refusal.is("INVALID_FIELD_FOR_INSERT_UPDATE") => {
            if is_named("Name") || refusal.fields.is_empty() && written.any(|name| name == "Name") {
                return error
                    .explained(ErrorKind::InvalidInput, PERSON)
                    .allowing(NAME_PARTS.map(str::to_owned).to_vec());
            }
            if refusal.fields.iter().any(|name| is_of_persons(name)) {
                let message = "nothing was written: only person accounts have these fields, and this one is a company: set Name, or write to a contact of it";
                return error.explained(ErrorKind::InvalidInput, message);
            }
            error
        }
        // <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_emailmessage.htm>
        "EmailMessage" if refusal.is("INSUFFICIENT_ACCESS_OR_READONLY") => {
            let message = "nothing was written: an e-mail that was sent or received is frozen, whatever rights the user has: only a draft can be changed";
            error.explained(ErrorKind::Rejected, message)
        }
        _ => error,
    }
}

/// Whether only person accounts have a field.
pub(crate) fn is_of_persons(name: &str) -> bool {
    NAME_PARTS.contains(&name) || name.starts_with("Person") || name.ends_with("__pc")
}
