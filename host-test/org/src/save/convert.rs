//! Converting a lead: into an account, a contact and, unless it is not wanted, an opportunity; new ones, or old ones
//! that take what they lack.
//! <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_convertlead.htm>

use jiff::{ToSpan, civil::Date};
use serde_json::{Map, Value as Json, json};

use super::{DuplicateHeader, Transaction, derive, no_access};
use crate::{
    history::Change, id::Id, journal::WriteKind, refusal::Refusal, schema::Object, soql::order, store::Row,
    value::Value,
};

/// The longest name that a new opportunity can be given here, though its field holds more.
const MAX_OPPORTUNITY_NAME: usize = 80;

/// Lead fields that an account takes, by its names. Address parts come besides.
const OF_ACCOUNT: [(&str, &str); 8] = [
    ("Phone", "Phone"),
    ("Fax", "Fax"),
    ("Website", "Website"),
    ("Industry", "Industry"),
    ("AnnualRevenue", "AnnualRevenue"),
    ("NumberOfEmployees", "NumberOfEmployees"),
    ("Rating", "Rating"),
    ("AccountSource", "LeadSource"),
];
/// Those that the person half of a person account takes.
const OF_PERSON: [(&str, &str); 3] =
    [("PersonEmail", "Email"), ("PersonMobilePhone", "MobilePhone"), ("PersonTitle", "Title")];
const OF_CONTACT: [(&str, &str); 10] = [
    ("LastName", "LastName"),
    ("FirstName", "FirstName"),
    ("Salutation", "Salutation"),
    ("Title", "Title"),
    ("Phone", "Phone"),
    ("MobilePhone", "MobilePhone"),
    ("Fax", "Fax"),
    ("Email", "Email"),
    ("LeadSource", "LeadSource"),
    ("Description", "Description"),
];
const ADDRESS: [&str; 10] = [
    "Street",
    "City",
    "StateCode",
    "State",
    "PostalCode",
    "CountryCode",
    "Country",
    "Latitude",
    "Longitude",
    "GeocodeAccuracy",
];

/// What a call asks for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conversion {
    pub(crate) account: Option<String>,
    pub(crate) contact: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) without_opportunity: bool,
    pub(crate) lead: Option<String>,
    pub(crate) opportunity: Option<String>,
    pub(crate) opportunity_name: Option<String>,
    pub(crate) overwrite_lead_source: bool,
    pub(crate) owner: Option<String>,
}

/// What became of the lead.
#[derive(Clone, Debug)]
pub(crate) struct Converted {
    pub(crate) account: Id,
    pub(crate) contact: Id,
    pub(crate) opportunity: Option<Id>,
}

impl Transaction<'_> {
    /// Whether the user may convert leads at all, and everything that comes of it.
    pub(crate) fn converts_leads(&self, without_opportunity: bool) -> bool {
        let on = |name: &str| self.schema.object(name).map(|object| self.access.on(object)).unwrap_or_default();
        let made = ["Account", "Contact", "Opportunity"].map(on);
        let needed = if without_opportunity { 2 } else { 3 };
        self.access.convert_leads
            && on("Lead").edit
            && made.iter().take(needed).all(|rights| rights.create && rights.edit)
    }

    /// Converts a lead. On an error, the caller undoes what was written.
    ///
    /// # Errors
    /// Everything that a save of the account, the contact and the opportunity can be refused with, and
    /// `CANNOT_UPDATE_CONVERTED_LEAD`, `INVALID_STATUS`, `UNKNOWN_EXCEPTION` for a queue's lead without an owner, and
    /// `FIELD_INTEGRITY_EXCEPTION` and `INVALID_CROSS_REFERENCE_KEY`, in this org's own words, for a contact or an
    /// opportunity that does not fit.
    pub(crate) fn convert_lead(&mut self, ask: &Conversion, header: &DuplicateHeader) -> Result<Converted, Refusal> {
        let id = self.asked_id(ask.lead.as_deref(), "leadId")?;
        let lead = self.writable_row(self.object("Lead")?, &id)?;
        if !self.access.edits(self.object("Lead")?, &lead) {
            return Err(no_access());
        }
        if lead.get("IsConverted").is_true() {
            return Err(Refusal::save("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", &[]));
        }
        let status = self.converted_status(ask)?;
        ask.check()?;
        let owner = self.new_owner(ask, &lead)?;
        self.take_lock(&id)?;
        let account = self.account_of(ask, &lead, &owner, header)?;
        let contact = self.contact_of(ask, &lead, &owner, &account, header)?;
        let opportunity = match ask.without_opportunity {
            true => None,
            false => Some(self.opportunity_of(ask, &lead, &owner, &account.id, &contact, header)?),
        };
        let converted = Converted { account: account.id, contact, opportunity };
        self.close_lead(lead, &status, &converted);
        self.move_activities(&id, &converted);
        self.move_memberships(&id, &converted.contact);
        Ok(converted)
    }

    fn object(&self, name: &str) -> Result<&'_ Object, Refusal> {
        self.schema.object(name).ok_or_else(|| Refusal::new(400, "INVALID_TYPE", format!("no object {name}")))
    }

    fn asked_id(&self, text: Option<&str>, argument: &str) -> Result<Id, Refusal> {
        let text = text.ok_or_else(|| Refusal::save("MISSING_ARGUMENT", format!("{argument} not specified"), &[]))?;
        Id::parse(text).ok_or_else(|| Refusal::save("MALFORMED_ID", format!("bad id {text}"), &[]))
    }

    /// The status by its API name: newer pages say so, older ones the label.
    fn converted_status(&self, ask: &Conversion) -> Result<String, Refusal> {
        let wanted = ask.status.as_deref().unwrap_or("null");
        let mut statuses = self.store.rows("LeadStatus").filter(|status| status.get("IsConverted").is_true());
        let found = statuses.find(|status| status.get("ApiName").as_str() == Some(wanted));
        found
            .map(|_| wanted.to_owned())
            .ok_or_else(|| Refusal::save("INVALID_STATUS", format!("invalid convertedStatus: {wanted}"), &["Status"]))
    }

    /// A queue owns no accounts: somebody has to be named.
    fn new_owner(&self, ask: &Conversion, lead: &Row) -> Result<Id, Refusal> {
        let text = ask.owner.as_deref().or(lead.get("OwnerId").as_str());
        let owner = self.asked_id(text, "ownerId")?;
        if owner.key_prefix() != "005" {
            return Err(Refusal::save(
                "UNKNOWN_EXCEPTION",
                "Converted objects can only be owned by users.  If the lead is not owned by a user, you must specify a user for the Owner field.",
                &[],
            ));
        }
        let object = self.object("Account")?;
        if let Some(field) = object.field("OwnerId") {
            self.check_reference(object, field, owner.as_str())?;
        }
        Ok(owner)
    }

    fn account_of(
        &mut self,
        ask: &Conversion,
        lead: &Row,
        owner: &Id,
        header: &DuplicateHeader,
    ) -> Result<Row, Refusal> {
        let object = self.object("Account")?.clone();
        let id = match ask.account.as_deref() {
            Some(text) => {
                let id = self.asked_id(Some(text), "accountId")?;
                let account = self.writable_row(&object, &id)?;
                let mut values = mapped(lead, &OF_ACCOUNT);
                if account.get("IsPersonAccount").is_true() {
                    values.extend(mapped(lead, &OF_PERSON));
                }
                self.fill(&object, &account, values, "Billing", lead, header)?;
                id
            }
            None => {
                let mut values = mapped(lead, &OF_ACCOUNT);
                values.push(("Name".to_owned(), lead.get("Company").to_json()));
                values.extend(address(&object, lead, "Billing"));
                self.create_for(&object, values, owner, header)?
            }
        };
        self.writable_row(&object, &id)
    }

    fn contact_of(
        &mut self,
        ask: &Conversion,
        lead: &Row,
        owner: &Id,
        account: &Row,
        header: &DuplicateHeader,
    ) -> Result<Id, Refusal> {
        let object = self.object("Contact")?.clone();
        if account.get("IsPersonAccount").is_true() {
            if ask.contact.is_some() {
                let message = "contactId cannot be specified with a person account";
                return Err(Refusal::save("INVALID_CROSS_REFERENCE_KEY", message, &[]));
            }
            return self.asked_id(account.get("PersonContactId").as_str(), "contactId");
        }
        let Some(text) = ask.contact.as_deref() else {
            let mut values = mapped(lead, &OF_CONTACT);
            values.push(("AccountId".to_owned(), json!(account.id.as_str())));
            values.extend(address(&object, lead, "Mailing"));
            return self.create_for(&object, values, owner, header);
        };
        let id = self.asked_id(Some(text), "contactId")?;
        let contact = self.writable_row(&object, &id)?;
        if contact.get("AccountId").as_str() != Some(account.id.as_str()) {
            let message = "contactId is not a contact of accountId";
            return Err(Refusal::save("INVALID_CROSS_REFERENCE_KEY", message, &[]));
        }
        self.fill(&object, &contact, mapped(lead, &OF_CONTACT), "Mailing", lead, header)?;
        let source = lead.get("LeadSource");
        if ask.overwrite_lead_source && !source.is_null() {
            let body = Map::from_iter([("LeadSource".to_owned(), source.to_json())]);
            self.update(&object, &id, &body, header)?;
        }
        Ok(id)
    }

    fn opportunity_of(
        &mut self,
        ask: &Conversion,
        lead: &Row,
        owner: &Id,
        account: &Id,
        contact: &Id,
        header: &DuplicateHeader,
    ) -> Result<Id, Refusal> {
        let object = self.object("Opportunity")?.clone();
        let id = match ask.opportunity.as_deref() {
            Some(text) => {
                let id = self.asked_id(Some(text), "opportunityId")?;
                let opportunity = self.writable_row(&object, &id)?;
                if opportunity.get("AccountId").as_str() != Some(account.as_str()) {
                    let message = "opportunityId is not an opportunity of accountId";
                    return Err(Refusal::save("INVALID_CROSS_REFERENCE_KEY", message, &[]));
                }
                let values = mapped(lead, &[("LeadSource", "LeadSource")]);
                self.fill(&object, &opportunity, values, "", lead, header)?;
                id
            }
            None => {
                let name = ask.opportunity_name.as_deref().or(lead.get("Company").as_str()).unwrap_or_default();
                let stage = self.first_stage();
                let today = self.context.now.to_zoned(self.context.zone.clone()).date();
                let close = quarter_end(today, self.context.fiscal_year_start_month);
                let mut values = mapped(lead, &[("LeadSource", "LeadSource")]);
                values.extend([
                    ("Name".to_owned(), json!(name)),
                    ("AccountId".to_owned(), json!(account.as_str())),
                    ("StageName".to_owned(), stage),
                    ("CloseDate".to_owned(), json!(close.to_string())),
                ]);
                self.create_for(&object, values, owner, header)?
            }
        };
        let role = |row: &Row| {
            row.get("OpportunityId").as_str() == Some(id.as_str())
                && row.get("ContactId").as_str() == Some(contact.as_str())
        };
        if !self.store.rows("OpportunityContactRole").any(|row| !row.is_deleted() && role(row)) {
            let fields = [("OpportunityId", Value::from(&id)), ("ContactId", Value::from(contact))];
            self.make("OpportunityContactRole", &fields);
        }
        Ok(id)
    }

    /// The first stage of sales.
    fn first_stage(&self) -> Json {
        let stages = self.store.rows("OpportunityStage").filter(|stage| stage.get("IsActive").is_true());
        let first = stages.min_by(|a, b| order(a.get("SortOrder"), b.get("SortOrder")));
        first.map(|stage| stage.get("ApiName").to_json()).unwrap_or_default()
    }

    /// Creates a row of what the user may set.
    fn create_for(
        &mut self,
        object: &Object,
        values: Vec<(String, Json)>,
        owner: &Id,
        header: &DuplicateHeader,
    ) -> Result<Id, Refusal> {
        let settable =
            |name: &str| self.access.field(object, name).is_some_and(|field| self.access.createable(object, field));
        let values = values.into_iter().chain([("OwnerId".to_owned(), json!(owner.as_str()))]);
        let body: Map<String, Json> = values.filter(|(name, value)| !value.is_null() && settable(name)).collect();
        self.create(object, &body, header)
    }

    /// Gives a row what it lacks. An address is taken whole, where there is none.
    fn fill(
        &mut self,
        object: &Object,
        row: &Row,
        values: Vec<(String, Json)>,
        prefix: &str,
        lead: &Row,
        header: &DuplicateHeader,
    ) -> Result<(), Refusal> {
        let mut values = values;
        if !prefix.is_empty() && row.get(&format!("{prefix}Address")).is_null() {
            values.extend(address(object, lead, prefix));
        }
        let settable =
            |name: &str| self.access.field(object, name).is_some_and(|field| self.access.updateable(object, field));
        let lacks = |name: &str, value: &Json| !value.is_null() && row.get(name).is_null() && settable(name);
        let body: Map<String, Json> = values.into_iter().filter(|(name, value)| lacks(name, value)).collect();
        if body.is_empty() { Ok(()) } else { self.update(object, &row.id, &body, header) }
    }

    fn close_lead(&mut self, mut lead: Row, status: &str, converted: &Converted) {
        let today = self.context.now.to_zoned(self.context.zone.clone()).date();
        lead.set("IsConverted", true);
        lead.set("ConvertedDate", today);
        lead.set("ConvertedAccountId", Value::from(&converted.account));
        lead.set("ConvertedContactId", Value::from(&converted.contact));
        lead.set("ConvertedOpportunityId", converted.opportunity.as_ref().map(Value::from).unwrap_or_default());
        lead.set("Status", status);
        lead.set("IsUnreadByOwner", false);
        if let Some(object) = self.schema.object("Lead") {
            derive::stamp(object, &mut lead, &self.moment());
        }
        self.wrote(WriteKind::Updated, &lead, vec!["Status".to_owned()]);
        let old = self.store.get("Lead", lead.id.as_str()).cloned();
        self.store.put(lead.clone());
        self.track(&lead, old.as_ref());
        self.write_history(&lead, &Change::event("leadConverted"));
    }

    /// Tasks and events of the lead are the contact's now, about what came of it.
    fn move_activities(&mut self, lead: &Id, converted: &Converted) {
        let rows = ["Task", "Event"].into_iter().flat_map(|object| self.store.rows(object));
        let of_lead = |row: &&Row| !row.is_deleted() && row.get("WhoId").as_str() == Some(lead.as_str());
        let moved: Vec<Row> = rows.filter(of_lead).cloned().collect();
        for mut row in moved {
            row.set("WhoId", Value::from(&converted.contact));
            row.set("WhatId", Value::from(converted.opportunity.as_ref().unwrap_or(&converted.account)));
            row.set("AccountId", Value::from(&converted.account));
            self.store.put(row.clone());
            derive::touch_parents(self.schema, self.store, &row, self.context.now);
        }
    }

    /// A campaign the lead is in has its contact as the same member.
    fn move_memberships(&mut self, lead: &Id, contact: &Id) {
        let rows = self.store.rows("CampaignMember");
        let of_lead = |row: &&Row| !row.is_deleted() && row.get("LeadId").as_str() == Some(lead.as_str());
        let members: Vec<Row> = rows.filter(of_lead).cloned().collect();
        for mut member in members {
            member.set("ContactId", Value::from(contact));
            self.store.put(member);
        }
    }
}

impl Conversion {
    /// What makes no sense together.
    fn check(&self) -> Result<(), Refusal> {
        let broken = |message: &str| Err(Refusal::save("FIELD_INTEGRITY_EXCEPTION", message, &[]));
        if self.contact.is_some() && self.account.is_none() {
            return broken("accountId must be specified with contactId");
        }
        if self.overwrite_lead_source && self.contact.is_none() {
            return broken("contactId must be specified with overwriteLeadSource");
        }
        if self.opportunity.is_some() && self.opportunity_name.is_some() {
            return broken("opportunityId and opportunityName cannot both be specified");
        }
        if self.without_opportunity && (self.opportunity.is_some() || self.opportunity_name.is_some()) {
            return broken("no opportunity can be specified with doNotCreateOpportunity");
        }
        let name = self.opportunity_name.as_deref().unwrap_or_default();
        if name.encode_utf16().count() > MAX_OPPORTUNITY_NAME {
            let message = format!("Opportunity Name: data value too large: {name} (max length={MAX_OPPORTUNITY_NAME})");
            return Err(Refusal::save("STRING_TOO_LONG", message, &["Name"]));
        }
        Ok(())
    }
}

fn mapped(lead: &Row, fields: &[(&str, &str)]) -> Vec<(String, Json)> {
    fields.iter().map(|(to, from)| ((*to).to_owned(), lead.get(from).to_json())).collect()
}

/// The lead's address under another prefix. Where there are codes they say all, and their names follow.
fn address(object: &Object, lead: &Row, prefix: &str) -> Vec<(String, Json)> {
    let coded = |part: &&str| object.field(&format!("{prefix}{part}Code")).is_some();
    let parts = ADDRESS.into_iter().filter(|part| !(matches!(*part, "State" | "Country") && coded(part)));
    parts.map(|part| (format!("{prefix}{part}"), lead.get(part).to_json())).collect()
}

/// The last day of the fiscal quarter: when a new opportunity closes.
fn quarter_end(today: Date, fiscal_year_start: i8) -> Date {
    let gone = (today.month() - fiscal_year_start).rem_euclid(12) % 3;
    today.first_of_month().saturating_add((2 - i64::from(gone)).months()).last_of_month()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_opportunity_closes_with_the_fiscal_quarter() {
        for (today, start, end) in [
            ("2026-05-12", 2, "2026-07-31"),
            ("2026-07-31", 2, "2026-07-31"),
            ("2026-01-01", 2, "2026-01-31"),
            ("2026-11-30", 1, "2026-12-31"),
            ("2027-12-01", 2, "2028-01-31"),
        ] {
            let today: Date = today.parse().expect("a day");
            assert_eq!(quarter_end(today, start).to_string(), end, "{today}");
        }
    }
}
