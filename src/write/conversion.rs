//! Leads are converted by people: no resource of the REST API does it. A lead that was only given the status of
//! converted ones would be neither, so that status is refused.
//!
//! `query`: `SELECT ApiName FROM LeadStatus WHERE IsConverted = true`, kept with the descriptions.
//! <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_leadstatus.htm>

use crate::call::Call;
use crate::error::Error;
use crate::id::RecordId;
use crate::json::quoted;
use crate::soql::{Comparison, Condition, FieldList, FieldPath, Literal, ObjectName, Select};

/// What to do instead.
pub(crate) const ADVICE: &str = "no tool converts a lead, but a person can: in Salesforce, on the lead's own page, they press Convert and choose what it becomes";

/// The field that says how far a lead is.
pub(crate) const STATUS: &str = "Status";

/// The cache's name for the statuses: no object is called so.
const KEPT: &str = "*converted-leads";

/// Refuses a status, as JSON, that only converted leads have: of a lead that is there, or of a new one.
pub(crate) fn refuse(
    call: &Call<'_>,
    object: &ObjectName,
    status: Option<&str>,
    lead: Option<&RecordId>,
) -> Result<(), Error> {
    let Some(status) = status.filter(|_| object.as_str() == "Lead") else { return Ok(()) };
    let converted = match call.cache_get(KEPT) {
        Some((kept, _)) => kept,
        None => ask(call)?,
    };
    if is_among(&converted, status) { Err(refusal(lead.map(|id| call.link(id.as_str())))) } else { Ok(()) }
}

/// Whether a status is one of the lines.
fn is_among(converted: &[u8], status: &str) -> bool {
    converted.split(|byte| *byte == b'\n').any(|known| known == status.as_bytes())
}

fn refusal(link: Option<String>) -> Error {
    let link = link.unwrap_or_default();
    let message = format!("nothing was written: only converting a lead gives it this status; {ADVICE} {link}");
    Error::argument(STATUS, message.trim_end())
}

/// The statuses of converted leads as JSON, a line each.
fn ask(call: &Call<'_>) -> Result<Vec<u8>, Error> {
    const API_NAME: FieldPath = FieldPath::from_static("ApiName");
    let fields = FieldList::from(API_NAME);
    let mut select = Select::new(fields, ObjectName::from_static("LeadStatus"));
    let is_converted = FieldPath::from_static("IsConverted");
    select.condition = Some(Condition::compare(is_converted, Comparison::Eq, Literal::Boolean(true)));
    let page = match call.query(&select, usize::MAX) {
        // Who may not read the statuses may set them all the same, for all we know.
        Err(error) if error.refusal().is_some() => return Ok(Vec::new()),
        outcome => outcome?,
    };
    let mut lines = String::new();
    for record in page.records {
        lines.push_str(&quoted(&record.fields().text(API_NAME.as_str()).unwrap_or_default()));
        lines.push('\n');
    }
    call.cache_put(KEPT, lines.as_bytes());
    Ok(lines.into_bytes())
}
