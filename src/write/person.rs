//! Writes to the contact that a person account is: the account is written by fields of its own.

use crate::error::Error;
use crate::json::Object;
use crate::known::{Known, PlanError};
use crate::resolve::names;
use crate::schema::person::{self, NAME_PARTS, NAMED};
use crate::soql::ObjectName;
use crate::write::values;

/// Why a contact can't be deleted that is a person account.
pub(crate) const DELETED_WITH: &str = "nothing was deleted: this contact is the person of an account, and goes with that alone: if the person wants both gone, delete the account";

/// What is said where the account of a contact was written.
pub(crate) const WRITTEN: &str =
    "the contact is the person of an account: the account was written, and the contact follows";

/// What was said of the fields of a contact, said of those of the account that it is.
pub(crate) fn fields(known: &Known, (argument, json): &(&str, &str)) -> Result<String, PlanError> {
    let account = known.description(&ObjectName::from_static("Account"))?;
    let mut fields = Object::default();
    for (name, value) in values::given(argument, json)? {
        let field = names::own_field(known, &ObjectName::from_static("Contact"), &name)?;
        if field.name == "Name" {
            return Err(Error::argument(&name, NAMED).allowing(NAME_PARTS.map(str::to_owned).to_vec()).into());
        }
        let own = person::field_of(&account, &field.name).ok_or_else(|| {
            let message = format!(
                "nothing was written: this contact is the person of an account, and a person account has no {}",
                field.name
            );
            Error::argument(&name, message)
        })?;
        fields.member(&own.name, value);
    }
    Ok(fields.finish())
}
