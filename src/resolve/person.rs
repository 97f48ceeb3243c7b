//! Person accounts: an account and a contact that are one person. The account is written, and the contact follows.

use crate::id::RecordId;
use crate::json::Json;
use crate::known::{self, Known, PlanError};
use crate::record::{Fields, Record};
use crate::resolve::names;
use crate::schema::person::{ACCOUNT_ID, HALF, IS_PERSON};
use crate::soql::ObjectName;

const ACCOUNT: ObjectName = ObjectName::from_static("Account");
const CONTACT: ObjectName = ObjectName::from_static("Contact");

/// Whether a contact is called like its account, and nobody can say whether the two are one before they are described.
pub(crate) fn is_open(known: &Known, record: &Record) -> bool {
    is_contact(record)
        && record.get("Name").is_some_and(|name| record.get("Account.Name") == Some(name))
        && known.description(&CONTACT).is_err()
}

/// Asks for what tells whether an account and a contact are one.
pub(crate) fn describe(known: &Known, (): &()) -> Result<(), PlanError> {
    known::all([CONTACT, ACCOUNT].iter().map(|object| known.description(object))).map(drop)
}

/// The account that a contact is, where the two are one.
pub(crate) fn account_of(record: &Record) -> Option<RecordId> {
    let is_person = is_contact(record) && record.get(IS_PERSON).is_some_and(|is| is.get() == "true");
    RecordId::parse(&record.get(ACCOUNT_ID).filter(|_| is_person)?.text()?).ok()
}

fn is_contact(record: &Record) -> bool {
    record.get("attributes.type").and_then(Json::text).as_deref() == Some(CONTACT.as_str())
}

/// Whether an account is known to be a person.
pub(crate) fn is_person(fields: &Fields<'_>) -> bool {
    fields.get(HALF).is_some()
}

/// Leaves of an account and a contact that are one the account, which is what is written.
pub(crate) fn merge(known: &Known, records: &mut Vec<Record>) {
    // Only where contacts have it, it was read.
    if !known.schema(&CONTACT).is_ok_and(|contact| contact.has_field(IS_PERSON)) {
        return;
    }
    let accounts: Vec<RecordId> = records.iter().filter_map(|record| names::id_of(record).ok()).collect();
    records.retain(|record| account_of(record).is_none_or(|account| !accounts.contains(&account)));
}

/// What says no more than that a record is not a person's, or which its other half is.
pub(crate) fn is_no_fact(column: &str, fields: &Fields<'_>) -> bool {
    match column {
        IS_PERSON => fields.get(column).is_some_and(|is| is.get() == "false"),
        _ => [ACCOUNT_ID, HALF].contains(&column),
    }
}
