//! Leads are converted, and not changed into what they become: a lead that was only given the status of converted ones
//! would be neither, so `create` and `update` refuse that status.
//!
//! `query`: `SELECT ApiName FROM LeadStatus WHERE IsConverted = true ORDER BY SortOrder`, kept with the descriptions.
//! <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_leadstatus.htm>

use crate::call::Call;
use crate::error::Error;
use crate::id::RecordId;
use crate::json::quoted;
use crate::soql::{
    Comparison, Condition, Direction, FieldList, FieldPath, Literal, Nulls, ObjectName, Order, Select, Text,
};

/// What to do instead.
pub(crate) const ADVICE: &str = "salesforce_convert_lead converts a lead, if it is among the tools; a person can in any case: in Salesforce, on the lead's own page, they press Convert and choose what it becomes";

/// The field that says how far a lead is.
pub(crate) const STATUS: &str = "Status";

const OBJECT: &str = "LeadStatus";
const API_NAME: &str = "ApiName";

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
    if statuses(call)?.iter().any(|converted| converted == status) {
        Err(refusal(lead.map(|id| call.link(id.as_str()))))
    } else {
        Ok(())
    }
}

/// The statuses of converted leads as JSON, in the org's own order; none where the user may not read them.
pub(crate) fn statuses(call: &Call<'_>) -> Result<Vec<String>, Error> {
    let lines = match call.cache_get(KEPT) {
        Some((kept, _)) => kept,
        None => ask(call)?,
    };
    Ok(String::from_utf8_lossy(&lines).lines().map(str::to_owned).collect())
}

/// What a status is called, in an org that renamed it.
pub(crate) fn label(call: &Call<'_>, status: &str) -> Option<String> {
    const LABEL: FieldPath = FieldPath::from_static("MasterLabel");
    let mut select = Select::new(FieldList::from(LABEL), ObjectName::from_static(OBJECT));
    let status = Text::new(status).ok()?;
    select.condition = Some(Condition::compare(FieldPath::from_static(API_NAME), Comparison::Eq, status));
    call.query(&select, 1).ok()?.records.first()?.fields().text(LABEL.as_str())
}

fn refusal(link: Option<String>) -> Error {
    let link = link.unwrap_or_default();
    let message = format!("nothing was written: only converting a lead gives it this status; {ADVICE} {link}");
    Error::argument(STATUS, message.trim_end())
}

/// The statuses of converted leads as JSON, a line each.
fn ask(call: &Call<'_>) -> Result<Vec<u8>, Error> {
    let fields = FieldList::from(FieldPath::from_static(API_NAME));
    let mut select = Select::new(fields, ObjectName::from_static(OBJECT));
    let is_converted = FieldPath::from_static("IsConverted");
    select.condition = Some(Condition::compare(is_converted, Comparison::Eq, Literal::Boolean(true)));
    select.order_by =
        vec![Order { field: FieldPath::from_static("SortOrder"), direction: Direction::Ascending, nulls: Nulls::Last }];
    let page = match call.query(&select, usize::MAX) {
        // Who may not read the statuses may set them all the same, for all we know.
        Err(error) if error.refusal().is_some() => return Ok(Vec::new()),
        outcome => outcome?,
    };
    let mut lines = String::new();
    for record in page.records {
        lines.push_str(&quoted(&record.fields().text(API_NAME).unwrap_or_default()));
        lines.push('\n');
    }
    call.cache_put(KEPT, lines.as_bytes());
    Ok(lines.into_bytes())
}
