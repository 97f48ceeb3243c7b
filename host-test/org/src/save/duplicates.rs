//! Duplicate rules: an alert on accounts and contacts, a block on leads.

use serde_json::{Map, Value as Json, json};

use crate::{
    access::Access,
    refusal::Refusal,
    schema::Object,
    store::{Row, Store},
};

/// `Sforce-Duplicate-Rule-Header`, and what the answer needs to know of the call.
#[derive(Clone, Debug)]
pub(crate) struct DuplicateHeader {
    /// Save though an alert rule matches.
    pub(crate) allow_save: bool,
    /// Put fields of the matches into the refusal, not only their ids.
    pub(crate) include_record_details: bool,
    /// The version in the path, for the urls of the matches.
    pub(crate) version: String,
}

impl DuplicateHeader {
    /// Reads `allowSave=true; includeRecordDetails=true; runAsCurrentUser=true`, parts divided by `;` or `,`.
    pub(crate) fn parse(header: Option<&str>, version: &str) -> Self {
        let is = |name: &str| {
            header.unwrap_or_default().split([';', ',']).any(|part| {
                part.split_once('=').is_some_and(|(key, value)| {
                    key.trim().eq_ignore_ascii_case(name) && value.trim().eq_ignore_ascii_case("true")
                })
            })
        };
        Self {
            allow_save: is("allowSave"),
            include_record_details: is("includeRecordDetails"),
            version: version.to_owned(),
        }
    }
}

struct Rule {
    object: &'static str,
    name: &'static str,
    match_rule: &'static str,
    engine: &'static str,
    /// Whether the user may save all the same.
    alert: bool,
    message: &'static str,
    /// The rule is asked again when one of these changes.
    fields: &'static [&'static str],
    details: &'static [&'static str],
    matches: fn(&Row, &Row) -> bool,
}

const RULES: [Rule; 3] = [
    Rule {
        object: "Account",
        name: "Standard_Account_Duplicate_Rule",
        match_rule: "Standard_Account_Match_Rule_v1_0",
        engine: "FuzzyMatchEngine",
        alert: true,
        message: "You're creating a duplicate record. We recommend you use an existing record instead.",
        fields: &["Name"],
        details: &["Name", "BillingCity", "BillingCountry", "Phone", "Website", "OwnerId"],
        matches: |one, other| company(one.get("Name").as_str()) == company(other.get("Name").as_str()),
    },
    Rule {
        object: "Contact",
        name: "Standard_Contact_Duplicate_Rule",
        match_rule: "Standard_Contact_Match_Rule_v1_1",
        engine: "FuzzyMatchEngine",
        alert: true,
        message: "You're creating a duplicate record. We recommend you use an existing record instead.",
        fields: &["Email", "FirstName", "LastName", "AccountId"],
        details: &["Name", "Email", "Title", "AccountId", "OwnerId"],
        matches: |one, other| same(one, other, "Email") || (same(one, other, "Name") && same(one, other, "AccountId")),
    },
    Rule {
        object: "Lead",
        name: "One_Lead_per_Email",
        match_rule: "Lead_by_Email",
        engine: "ExactMatchEngine",
        alert: false,
        message: "There is a lead with this email already. Work with that one.",
        fields: &["Email"],
        details: &["Name", "Company", "Email", "Status", "OwnerId"],
        matches: |one, other| same(one, other, "Email"),
    },
];

fn same(one: &Row, other: &Row, field: &str) -> bool {
    match (one.get(field).as_str(), other.get(field).as_str()) {
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        _ => false,
    }
}

/// A company's name without its legal form, case and punctuation.
fn company(name: Option<&str>) -> Option<String> {
    const FORMS: [&str; 10] = ["inc", "corp", "corporation", "co", "company", "ltd", "limited", "llc", "gmbh", "ag"];
    let words: Vec<String> = name?
        .split(|character: char| !character.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|word| !word.is_empty() && !FORMS.contains(&word.as_str()))
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Refuses a row that matches another, unless the rule only alerts and the caller saves all the same.
pub(super) fn check_duplicates(
    object: &Object,
    store: &Store,
    access: &Access,
    row: &Row,
    old: Option<&Row>,
    header: &DuplicateHeader,
) -> Result<(), Refusal> {
    let Some(rule) = RULES.iter().find(|rule| rule.object == object.name) else {
        return Ok(());
    };
    let asked = match old {
        Some(old) => rule.fields.iter().any(|field| old.get(field) != row.get(field)),
        None => true,
    };
    if !asked || (rule.alert && header.allow_save) {
        return Ok(());
    }
    let matches: Vec<&Row> = store
        .rows(rule.object)
        .filter(|other| other.id != row.id && !other.is_deleted() && access.sees(other))
        .filter(|other| (rule.matches)(row, other))
        .collect();
    if matches.is_empty() {
        return Ok(());
    }
    let records: Vec<Json> = matches
        .iter()
        .map(|other| {
            let mut record = Map::new();
            record.insert(
                "attributes".to_owned(),
                json!({
                    "type": rule.object,
                    "url": format!("/services/data/{}/sobjects/{}/{}", header.version, rule.object, other.id),
                }),
            );
            record.insert("Id".to_owned(), json!(other.id.as_str()));
            if header.include_record_details {
                for field in rule.details.iter().filter(|&&field| access.field(object, field).is_some()) {
                    record.insert((*field).to_owned(), other.get(field).to_json());
                }
            }
            json!({
                "additionalInformation": [],
                "fieldDiffs": [],
                "matchConfidence": 100.0,
                "record": record,
            })
        })
        .collect();
    let mut refusal = Refusal::new(400, "DUPLICATES_DETECTED", rule.message);
    refusal.extra.insert(
        // Salesforce's own spelling.
        "duplicateResut".to_owned(),
        json!({
            "allowSave": rule.alert,
            "duplicateRule": rule.name,
            "duplicateRuleEntityType": rule.object,
            "errorMessage": rule.message,
            "matchResults": [{
                "entityType": rule.object,
                "errors": [],
                "matchEngine": rule.engine,
                "matchRecords": records,
                "rule": rule.match_rule,
                "size": matches.len(),
                "success": true,
            }],
        }),
    );
    Err(refusal)
}
