//! The calls that this org answers.

use super::{Fault, PARTNER, results, xml::Element};
use crate::{
    id::Id,
    refusal::Refusal,
    rest::Desk,
    save::{Conversion, Converted, DuplicateHeader},
    value::Value,
};

const MAX_LEADS: usize = 100;
const MAX_IDS: usize = 200;

/// The elements of `LeadConvert`, in the order of the WSDL.
const LEAD_CONVERT: [&str; 17] = [
    "accountId",
    "accountRecord",
    "bypassAccountDedupeCheck",
    "bypassContactDedupeCheck",
    "contactId",
    "contactRecord",
    "convertedStatus",
    "doNotCreateOpportunity",
    "leadId",
    "opportunityId",
    "opportunityName",
    "opportunityRecord",
    "overwriteLeadSource",
    "ownerId",
    "relatedPersonAccountId",
    "relatedPersonAccountRecord",
    "sendNotificationEmail",
];
/// Those of them that are for Salesforce's own use, or that this org does not know what to do with.
const NOT_HERE: [&str; 7] = [
    "accountRecord",
    "bypassAccountDedupeCheck",
    "bypassContactDedupeCheck",
    "contactRecord",
    "opportunityRecord",
    "relatedPersonAccountId",
    "relatedPersonAccountRecord",
];

/// `convertLead`: each lead by itself; what fails of one is undone.
///
/// # Errors
/// More than 100 leads, elements that the WSDL does not have, and a missing right.
pub(super) fn convert_lead(desk: &mut Desk<'_>, call: &Element, header: &DuplicateHeader) -> Result<String, Fault> {
    let asked: Vec<Conversion> = call.children.iter().map(conversion).collect::<Result<_, _>>()?;
    within(asked.len(), MAX_LEADS)?;
    if asked.iter().any(|ask| !desk.transaction().converts_leads(ask.without_opportunity)) {
        return Err(Fault::new("INSUFFICIENT_ACCESS", "insufficient access rights on object id"));
    }
    let mut answer = String::new();
    for ask in &asked {
        let (before, written) = (desk.store.clone(), desk.writes.len());
        let converted = desk.transaction().convert_lead(ask, header);
        if converted.is_err() {
            *desk.store = before;
            desk.writes.truncate(written);
        }
        answer.push_str(&lead_result(ask, converted, &desk.context.language));
    }
    Ok(answer)
}

fn lead_result(ask: &Conversion, converted: Result<Converted, Refusal>, language: &str) -> String {
    let (made, refusal) = match &converted {
        Ok(made) => (Some(made), None),
        Err(refusal) => (None, Some(refusal)),
    };
    let parts = [
        results::id("accountId", made.map(|made| &made.account)),
        results::id("contactId", made.map(|made| &made.contact)),
        refusal.map(|refusal| results::errors(refusal, language)).unwrap_or_default(),
        results::element("leadId", ask.lead.as_deref()),
        results::id("opportunityId", made.and_then(|made| made.opportunity.as_ref())),
        results::element("success", Some(if made.is_some() { "true" } else { "false" })),
    ];
    format!("<result>{}</result>", parts.concat())
}

/// An element that stands behind its place is read over, as real orgs have been seen to do.
fn conversion(element: &Element) -> Result<Conversion, Fault> {
    if element.name != "leadConverts" {
        return Err(invalid(element, "convertLead"));
    }
    let mut ask = Conversion::default();
    let mut reached = 0;
    for child in &element.children {
        let known = LEAD_CONVERT.iter().position(|name| child.namespace == PARTNER && *name == child.name);
        let place = known.ok_or_else(|| invalid(child, "LeadConvert"))?;
        if place < reached {
            continue;
        }
        reached = place;
        if child.nil {
            continue;
        }
        if NOT_HERE.contains(&child.name.as_str()) {
            return Err(Fault::unsupported(&format!("take {} in convertLead", child.name)));
        }
        let text = Some(child.text.trim().to_owned());
        match child.name.as_str() {
            "accountId" => ask.account = text,
            "contactId" => ask.contact = text,
            "convertedStatus" => ask.status = text,
            "doNotCreateOpportunity" => ask.without_opportunity = boolean(child)?,
            "leadId" => ask.lead = text,
            "opportunityId" => ask.opportunity = text,
            "opportunityName" => ask.opportunity_name = text.filter(|name| !name.is_empty()),
            "overwriteLeadSource" => ask.overwrite_lead_source = boolean(child)?,
            "ownerId" => ask.owner = text,
            // Nobody gets mail from this org.
            _ => {
                boolean(child)?;
            }
        }
    }
    Ok(ask)
}

/// `undelete`: each id by itself.
///
/// # Errors
/// More than 200 ids, and elements that the WSDL does not have.
pub(super) fn undelete(desk: &mut Desk<'_>, call: &Element) -> Result<String, Fault> {
    within(call.children.len(), MAX_IDS)?;
    let mut answer = String::new();
    for child in &call.children {
        if child.name != "ids" {
            return Err(invalid(child, "undelete"));
        }
        let text = child.text.trim();
        let restored = match Id::parse(text) {
            Some(id) => desk.transaction().undelete(&id),
            None => Err(Refusal::save("MALFORMED_ID", format!("bad id {text}"), &[])),
        };
        let parts = match restored {
            Ok(()) => [String::new(), results::element("id", Some(text)), results::element("success", Some("true"))],
            Err(refusal) => [
                results::errors(&refusal, &desk.context.language),
                results::element("id", None),
                results::element("success", Some("false")),
            ],
        };
        answer.push_str(&format!("<result>{}</result>", parts.concat()));
    }
    Ok(answer)
}

/// `getUserInfo`: who the session is. Of the many elements of its result, those that say who and where.
pub(super) fn user_info(desk: &Desk<'_>) -> String {
    let null = Value::Null;
    let id = &desk.context.user;
    let user = desk.store.get("User", id.as_str());
    let of = |field: &str| user.map_or(&null, |row| row.get(field)).as_str();
    let organization = desk.store.rows("Organization").next();
    let name = organization.and_then(|row| row.get("Name").as_str());
    let parts = [
        results::id("organizationId", organization.map(|row| &row.id)),
        results::element("organizationMultiCurrency", Some("false")),
        results::element("organizationName", name),
        results::element("profileId", of("ProfileId")),
        results::element("roleId", of("UserRoleId")),
        results::element("userEmail", of("Email")),
        results::element("userFullName", of("Name")),
        results::id("userId", Some(id)),
        results::element("userLanguage", of("LanguageLocaleKey")),
        results::element("userLocale", of("LocaleSidKey")),
        results::element("userName", of("Username")),
        results::element("userTimeZone", of("TimeZoneSidKey")),
        results::element("userType", of("UserType")),
    ];
    format!("<result>{}</result>", parts.concat())
}

fn within(count: usize, most: usize) -> Result<(), Fault> {
    if count <= most {
        return Ok(());
    }
    let message = format!("record limit reached. cannot submit more than {most} records into this call");
    Err(Fault::new("EXCEEDED_ID_LIMIT", message))
}

/// An element that the WSDL does not have there.
fn invalid(element: &Element, kind: &str) -> Fault {
    let Element { namespace, name, .. } = element;
    Fault::client(format!("Element {{{namespace}}}{name} invalid at this location in type {{{PARTNER}}}{kind}"))
}

fn boolean(element: &Element) -> Result<bool, Fault> {
    match element.text.trim() {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        text => Err(Fault::client(format!("'{text}' is not a valid value for the type xsd:boolean"))),
    }
}
