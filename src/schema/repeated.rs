//! Fields of Salesforce's own that repeat what a record of another object holds, so that reading them is reading it.
//!
//! <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_case.htm>,
//! <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_campaignmember.htm>

/// Of a case: its contact's.
const OF_CONTACT: [&str; 4] = ["ContactEmail", "ContactFax", "ContactMobile", "ContactPhone"];

/// Of a campaign member: its contact's or lead's. What the member is called is not among them.
const OF_PERSON: [&str; 18] = [
    "City",
    "CompanyOrAccount",
    "Country",
    "CountryCode",
    "Description",
    "DoNotCall",
    "Email",
    "Fax",
    "HasOptedOutOfEmail",
    "HasOptedOutOfFax",
    "LeadSource",
    "MobilePhone",
    "Phone",
    "PostalCode",
    "State",
    "StateCode",
    "Street",
    "Title",
];

/// The objects whose records a field repeats; none where it holds a value of its own.
pub(crate) fn sources(object: &str, field: &str) -> &'static [&'static str] {
    let sources: &[&str] = if object == "Case" { &["Contact"] } else { &["Contact", "Lead"] };
    if fields(object).iter().any(|known| known.eq_ignore_ascii_case(field)) { sources } else { &[] }
}

/// The fields of an object that repeat others.
pub(crate) fn fields(object: &str) -> &'static [&'static str] {
    match object {
        "Case" => &OF_CONTACT,
        "CampaignMember" => &OF_PERSON,
        _ => &[],
    }
}
