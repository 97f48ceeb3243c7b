//! Search through REST: `search`, `parameterizedSearch` by GET and POST, and what the index does not have yet.

use demo_org::Org;
use serde_json::{Value as Json, json};

use crate::rest_client::{get, post};

fn names(body: &Json) -> Vec<String> {
    let records = body["searchRecords"].as_array().unwrap_or_else(|| panic!("no searchRecords: {body}"));
    let mut names: Vec<_> =
        records.iter().map(|record| record["Name"].as_str().unwrap_or_default().to_owned()).collect();
    names.sort();
    names
}

const ACMES: [&str; 4] = ["ACME Labs GmbH", "Acme", "Acme Corporation", "Acme Holdings"];

#[test]
fn four_acmes_are_found_three_ways() {
    let org = Org::demo();
    let find = get(&org, "riley", "search?q=FIND+%7Bacme%7D+IN+NAME+FIELDS+RETURNING+Account(Id,Name)");
    assert_eq!(names(&find.body), ACMES);
    let body = json!({"q": "acme", "in": "NAME", "sobjects": [{"name": "Account", "fields": ["Id", "Name", "Owner.Name"], "limit": 10}]});
    let posted = post(&org, "riley", "parameterizedSearch", &body);
    assert_eq!(names(&posted.body), ACMES);
    assert_eq!(posted.body["searchRecords"][0]["attributes"]["type"], "Account");
    let got =
        get(&org, "riley", "parameterizedSearch?q=acme&in=NAME&sobject=Account&Account.fields=Name&Account.limit=10");
    assert_eq!(names(&got.body), ACMES);
}

#[test]
fn several_objects_have_their_own_fields_and_filters() {
    let org = Org::demo();
    let body = json!({"q": "acme renewal", "in": "ALL", "defaultLimit": 5, "sobjects": [
        {"name": "Opportunity", "fields": ["Name", "Amount"], "where": "IsClosed = false"},
        {"name": "Case", "fields": ["CaseNumber", "Subject"]},
    ]});
    let got = post(&org, "riley", "parameterizedSearch", &body);
    assert_eq!(names(&got.body), ["Acme renewal"]);
    assert_eq!(got.body["searchRecords"][0]["Amount"], 120_000.0);
}

#[test]
fn a_hidden_field_and_an_unknown_object_are_refused() {
    let org = Org::demo();
    let search = |object: &str, field: &str| {
        post(
            &org,
            "riley",
            "parameterizedSearch",
            &json!({"q": "tom baker", "sobjects": [{"name": object, "fields": [field]}]}),
        )
    };
    assert_eq!(search("Contact", "Salary_Grade__c").refused(), "400 INVALID_FIELD");
    assert_eq!(search("Contract", "Id").refused(), "400 INVALID_TYPE");
    assert_eq!(search("Contact", "Title").body["searchRecords"][0]["Title"], "Engineer");
    assert_eq!(get(&org, "riley", "search").refused(), "400 MALFORMED_SEARCH");
    assert_eq!(get(&org, "riley", "search?q=FIND+%7Ba%7Cb%7D").refused(), "400 MALFORMED_SEARCH");
}

#[test]
fn a_row_created_a_second_ago_may_be_missing_from_search_but_not_from_queries() {
    let org = Org::demo();
    org.pause_search_index();
    post(&org, "riley", "sobjects/Account", &json!({"Name": "Zanzibar Trading"}));
    let search = |org: &Org| {
        let body = json!({"q": "zanzibar", "sobjects": [{"name": "Account", "fields": ["Name"]}]});
        names(&post(org, "riley", "parameterizedSearch", &body).body).len()
    };
    assert_eq!(search(&org), 0);
    assert_eq!(get(&org, "riley", "query?q=SELECT+Id+FROM+Account+WHERE+Name='Zanzibar+Trading'").body["totalSize"], 1);
    org.clear_faults();
    assert_eq!(search(&org), 1);
}
