//! Leads are converted by people: no resource of the REST API does it. A lead that was only given the status of
//! converted ones would be neither, so that status is refused.
//!
//! `query`: `SELECT ApiName FROM LeadStatus WHERE IsConverted = true`, kept with the descriptions.
//! <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_leadstatus.htm>

use crate::error::Error;
use crate::id::RecordId;
use crate::session::Session;
use crate::soql::{Comparison, Condition, FieldList, FieldPath, Literal, ObjectName, Select};

/// What to do instead.
pub(super) const ADVICE: &str = "no tool converts a lead, but a person can: in Salesforce, on the lead's own page, they press Convert and choose what it becomes";

/// The cache's name for the statuses, a line each: no object is called so.
const KEPT: &str = "*converted-leads";

/// Refuses the status of converted leads among the values, given as JSON, of a new lead or of one that is there.
pub(super) fn refuse<'a>(
    session: &Session<'_>,
    object: &ObjectName,
    mut values: impl Iterator<Item = (&'a str, &'a str)>,
    lead: Option<&RecordId>,
) -> Result<(), Error> {
    if object.as_str() != "Lead" {
        return Ok(());
    }
    let Some((field, status)) = values.find(|(field, _)| *field == "Status") else { return Ok(()) };
    let status: Option<String> = serde_json::from_str(status).unwrap_or_default();
    let kept = session.kept(KEPT).and_then(|(bytes, _)| String::from_utf8(bytes).ok());
    let converted = kept.map_or_else(|| ask(session), Ok)?;
    if status.is_none_or(|status| !converted.lines().any(|known| known == status)) {
        return Ok(());
    }
    let link = lead.map(|id| format!(": {}", session.link(id.as_str()))).unwrap_or_default();
    let message = format!("nothing was written: only converting a lead gives it this status; {ADVICE}{link}");
    Err(Error::field(field, message, Vec::new()))
}

fn ask(session: &Session<'_>) -> Result<String, Error> {
    const API_NAME: FieldPath = FieldPath::from_static("ApiName");
    let fields = FieldList::new([API_NAME]).ok_or_else(|| Error::input("no field to read"))?;
    let mut select = Select::new(fields, ObjectName::from_static("LeadStatus"));
    let is_converted = FieldPath::from_static("IsConverted");
    select.condition = Some(Condition::compare(is_converted, Comparison::Eq, Literal::Boolean(true)));
    let records = session.query(&select, usize::MAX)?.records;
    let names: Vec<_> = records.iter().filter_map(|record| record.fields().text(API_NAME.as_str())).collect();
    let names = names.join("\n");
    session.keep(KEPT, names.as_bytes());
    Ok(names)
}
