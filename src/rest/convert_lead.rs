//! `POST /services/Soap/u/vv.v`
//!
//! Converts a lead, which no resource of the REST API does.
//! <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_convertlead.htm>

use super::{Endpoint, ReadError, soap};
use crate::id::RecordId;

/// Converts a lead into an account, a contact and perhaps an opportunity. The org's duplicate rules run.
#[derive(Debug, Clone)]
pub struct ConvertLead<'a> {
    /// The lead.
    pub lead: &'a RecordId,
    /// The account to merge into; a new one otherwise.
    pub account: Option<RecordId>,
    /// The contact of that account to merge into; a new one otherwise.
    pub contact: Option<RecordId>,
    /// What becomes of it as a deal.
    pub opportunity: Deal<'a>,
    /// Whose everything new is; the lead's owner's otherwise.
    pub owner: Option<RecordId>,
    /// What the lead's status becomes, by its API name.
    pub status: &'a str,
    /// Whether to save although a rule that only warns sees a duplicate.
    pub allow_duplicate: bool,
}

/// What a lead becomes as a deal.
#[derive(Debug, Clone, Copy)]
pub enum Deal<'a> {
    /// A new opportunity, called as the org does.
    New,
    /// A new opportunity of this name.
    Named(&'a str),
    /// One that is there.
    Of(RecordId),
    /// Nothing.
    None,
}

/// What a lead became.
#[derive(Debug, Clone, Copy)]
pub struct Converted {
    /// The account.
    pub account: RecordId,
    /// The contact; none where the account is a person.
    pub contact: Option<RecordId>,
    /// The opportunity.
    pub opportunity: Option<RecordId>,
}

impl Endpoint for ConvertLead<'_> {
    type Response = Converted;
    const WRITES: bool = true;
    const IS_SOAP: bool = true;

    fn request(&self) -> Result<http::Request<Vec<u8>>, http::Error> {
        let mut asked = String::new();
        let mut add = |name: &str, text: Option<&str>| {
            if let Some(text) = text {
                asked.extend(["<", name, ">", &soap::escaped(text), "</", name, ">"]);
            }
        };
        let (named, of) = match &self.opportunity {
            Deal::Named(name) => (Some(*name), None),
            Deal::Of(id) => (None, Some(id)),
            Deal::New | Deal::None => (None, None),
        };
        let flag = |is: bool| Some(if is { "true" } else { "false" });
        // In the order of the WSDL, outside of which an element is ignored.
        add("accountId", self.account.as_ref().map(RecordId::as_str));
        add("contactId", self.contact.as_ref().map(RecordId::as_str));
        add("convertedStatus", Some(self.status));
        add("doNotCreateOpportunity", flag(matches!(self.opportunity, Deal::None)));
        add("leadId", Some(self.lead.as_str()));
        add("opportunityId", of.map(RecordId::as_str));
        add("opportunityName", named);
        add("overwriteLeadSource", flag(false));
        add("ownerId", self.owner.as_ref().map(RecordId::as_str));
        add("sendNotificationEmail", flag(false));
        let save = if self.allow_duplicate { "true" } else { "false" };
        let duplicates = [
            "<DuplicateRuleHeader><allowSave>",
            save,
            "</allowSave><includeRecordDetails>true</includeRecordDetails><runAsCurrentUser>true</runAsCurrentUser></DuplicateRuleHeader>",
        ];
        soap::request(&duplicates, &["<convertLead><leadConverts>", &asked, "</leadConverts></convertLead>"])
    }

    fn read(&self, response: http::Response<&[u8]>) -> Result<Converted, ReadError> {
        let result = soap::result(&response)?;
        let id = |name| soap::element(result, name).and_then(|id| RecordId::parse(id).ok());
        let account = id("accountId");
        let account =
            account.ok_or_else(|| ReadError::Unreadable("the answer to a conversion has no account".to_owned()))?;
        Ok(Converted { account, contact: id("contactId"), opportunity: id("opportunityId") })
    }
}
