//! Members of campaigns: who they are, and the statuses that their campaign knows.
//! <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_campaignmember.htm>

use super::{Transaction, derive::Moment};
use crate::{
    refusal::Refusal,
    soql::order,
    store::{Row, Store},
    value::Value,
};

/// What the org makes of a member. A status that the campaign does not know is replaced by its default one, without
/// a word; a campaign that lists none takes any.
///
/// # Errors
/// `REQUIRED_FIELD_MISSING`, in this org's own words, for a member who is nobody.
pub(super) fn member(store: &Store, row: &mut Row, old: Option<&Row>, moment: &Moment) -> Result<(), Refusal> {
    if old.is_none() && !row.get("ContactId").is_null() {
        row.set("LeadId", Value::Null);
    }
    let who = ["LeadId", "ContactId"].into_iter().find_map(|field| row.get(field).as_str());
    let Some(who) = who.and_then(|id| store.find(id)) else {
        let message = "Required fields are missing: [ContactId, LeadId]";
        return Err(Refusal::save("REQUIRED_FIELD_MISSING", message, &["ContactId", "LeadId"]));
    };
    let name = who.get("Name").clone();
    let statuses = statuses(store, row);
    let known = statuses.iter().find(|status| status.get("Label") == row.get("Status"));
    let responded = match known.or_else(|| statuses.iter().find(|status| status.get("IsDefault").is_true())) {
        Some(status) => {
            row.set("Status", status.get("Label").clone());
            status.get("HasResponded").is_true()
        }
        None => row.get("Status").as_str() == Some("Responded"),
    };
    row.set("HasResponded", responded);
    if responded && row.get("FirstRespondedDate").is_null() {
        row.set("FirstRespondedDate", moment.now.to_zoned(jiff::tz::TimeZone::UTC).date());
    }
    row.set("Name", name);
    Ok(())
}

/// The statuses of the member's campaign, in their order.
fn statuses<'a>(store: &'a Store, member: &Row) -> Vec<&'a Row> {
    let rows = store.rows("CampaignMemberStatus").filter(|row| !row.is_deleted());
    let mut statuses: Vec<&Row> = rows.filter(|row| row.get("CampaignId") == member.get("CampaignId")).collect();
    statuses.sort_by(|a, b| order(a.get("SortOrder"), b.get("SortOrder")));
    statuses
}

impl Transaction<'_> {
    /// A new campaign has two statuses, where the org lists them.
    pub(super) fn add_statuses(&mut self, campaign: &Row) {
        for (place, label) in [(1_i64, "Sent"), (2, "Responded")] {
            let fields = [
                ("CampaignId", Value::from(&campaign.id)),
                ("Label", Value::from(label)),
                ("SortOrder", Value::from(place)),
                ("IsDefault", Value::from(place == 1)),
                ("HasResponded", Value::from(place == 2)),
            ];
            self.write_down("CampaignMemberStatus", &fields);
        }
    }
}
