//! Why Salesforce refused a write, where its code says another thing than what is so: one `query` of the record, or of
//! another of its type, tells whether an account is a person.

use crate::call::Call;
use crate::error::Error;
use crate::id::RecordId;
use crate::resolve::record;
use crate::schema::person::{IS_PERSON, NAME_PARTS, NAMED, is_of_persons};
use crate::schema::well_known::RECORD_TYPE;
use crate::soql::{Comparison, Condition, FieldList, FieldPath, ObjectName, Select};
use crate::wit::ErrorKind;
use crate::write::event::Values;

const COMPANY: &str = "nothing was written: only person accounts have these fields, and this one is a company: set Name, or write to a contact of it";
const FROZEN: &str = "nothing was written: an e-mail that was sent or received is frozen, whatever rights the user has: only a draft can be changed";

/// The same refusal, as it is to be understood: of a change of a record, or of a new one with these values, as JSON.
pub(crate) fn explained<'v>(
    call: &Call<'_>,
    object: &ObjectName,
    id: Option<&RecordId>,
    value: Values<'_, 'v>,
    error: Error,
) -> Error {
    let Some(refusal) = error.refusal().filter(|_| call.known().may_read(object)) else { return error };
    match object.as_str() {
        "Account" if refusal.is("INVALID_FIELD_FOR_INSERT_UPDATE") => {
            let is_of_person = refusal.fields.iter().any(|name| is_of_persons(name));
            let is_name = value("Name").is_some() && !is_of_person;
            // Of a new one, others of its record type tell.
            let kind = || RecordId::parse(value(RECORD_TYPE)?.trim_matches('"')).ok();
            let alike = match id {
                Some(id) => Some(record::is(id)),
                None => {
                    kind().map(|kind| Condition::compare(FieldPath::from_static(RECORD_TYPE), Comparison::Eq, kind))
                }
            };
            match alike.and_then(|alike| is_person(call, object, alike)) {
                Some(true) if is_name => {
                    error.explained(ErrorKind::InvalidInput, NAMED).allowing(NAME_PARTS.map(str::to_owned).to_vec())
                }
                Some(false) if is_of_person => error.explained(ErrorKind::InvalidInput, COMPANY),
                _ => error,
            }
        }
        // <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_emailmessage.htm>
        "EmailMessage" if refusal.is("INSUFFICIENT_ACCESS_OR_READONLY") => error.explained(ErrorKind::Rejected, FROZEN),
        _ => error,
    }
}

/// Whether an account is a person; none where nobody can say.
fn is_person(call: &Call<'_>, object: &ObjectName, alike: Condition) -> Option<bool> {
    let mut select = Select::new(FieldList::from(FieldPath::from_static(IS_PERSON)), object.clone());
    select.condition = Some(alike);
    select.limit = Some(1);
    let records = call.query(&select, 1).ok()?.records;
    Some(records.first()?.fields().get(IS_PERSON)?.get() == "true")
}
