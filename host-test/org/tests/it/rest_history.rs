//! [`Extra::History`]: who changed what, as history objects tell it.

use demo_org::{Extra, Org};
use serde_json::{Value as Json, json};

use crate::rest_client::{column, get, id, patch, path, post, query, send};

fn tracked() -> Org {
    Org::demo_with([Extra::History])
}

/// `field: from → to` of the newest changes of a record.
#[track_caller]
fn changes(org: &Org, user: &str, object: &str, parent: &str, key: &str) -> Vec<String> {
    let soql = format!(
        "SELECT Field, DataType, OldValue, NewValue, CreatedBy.Name FROM {object} WHERE {parent} = '{}' ORDER BY CreatedDate DESC, Id DESC",
        id(org, key)
    );
    let got = query(org, user, &soql);
    assert_eq!(got.status, 200, "{}", got.body);
    let rows = got.body["records"].as_array().expect("records");
    rows.iter()
        .map(|row| {
            format!("{} {}: {} → {}", row["CreatedBy"]["Name"], row["Field"], row["OldValue"], row["NewValue"])
                .replace('"', "")
        })
        .collect()
}

#[test]
fn the_plain_demo_org_tracks_nothing() {
    let org = Org::demo();
    assert_eq!(query(&org, "riley", "SELECT Id FROM OpportunityFieldHistory").refused(), "400 INVALID_TYPE");
    let next = |org: &Org| post(org, "riley", "sobjects/Task", &json!({"Subject": "Next"})).id().to_owned();
    assert_eq!(next(&org), next(&tracked()));
}

#[test]
fn the_history_of_the_renewal_says_who_changed_what() {
    let org = tracked();
    let sam = id(&org, "sam");
    assert_eq!(
        changes(&org, "riley", "OpportunityFieldHistory", "OpportunityId", "acme_renewal"),
        [
            "Riley Reyes Description: null → null".to_owned(),
            "Jane Okafor CloseDate: 2026-04-30 → 2026-05-22".to_owned(),
            "Riley Reyes Probability: 75.0 → 90.0".to_owned(),
            "Riley Reyes StageName: Proposal/Price Quote → Negotiation/Review".to_owned(),
            format!("Sam Lee Owner: {sam} → {}", id(&org, "riley")),
            "Sam Lee Owner: Sam Lee → Riley Reyes".to_owned(),
            "Sam Lee Amount: 100000.0 → 120000.0".to_owned(),
            "Ada Admin created: null → null".to_owned(),
        ]
    );
    let soql = format!(
        "SELECT Name, (SELECT toLabel(Field), NewValue FROM Histories WHERE Field = 'CloseDate'), (SELECT StageName, PrevCloseDate FROM OpportunityHistories ORDER BY CreatedDate) FROM Opportunity WHERE Id = '{}'",
        id(&org, "acme_renewal")
    );
    let deal = query(&org, "riley", &soql).body["records"][0].clone();
    assert_eq!(deal["Histories"]["records"][0]["Field"], "Close Date");
    assert_eq!(deal["Histories"]["records"][0]["NewValue"], "2026-05-22");
    assert_eq!(deal["OpportunityHistories"]["records"][1]["PrevCloseDate"], "2026-04-30");
}

#[test]
fn values_of_changes_are_neither_filtered_nor_grouped() {
    let org = tracked();
    for soql in [
        "SELECT Id FROM OpportunityFieldHistory WHERE NewValue = 'x'",
        "SELECT Id FROM CaseHistory WHERE OldValue != null",
    ] {
        assert_eq!(query(&org, "riley", soql).refused(), "400 INVALID_FIELD", "{soql}");
    }
    for soql in [
        "SELECT NewValue, COUNT(Id) n FROM CaseHistory GROUP BY NewValue",
        "SELECT MAX(NewValue) FROM OpportunityFieldHistory",
    ] {
        assert_eq!(query(&org, "riley", soql).refused(), "400 MALFORMED_QUERY", "{soql}");
    }
    let grouped = query(
        &org,
        "riley",
        "SELECT Field, COUNT(Id) n FROM OpportunityFieldHistory WHERE CreatedDate = LAST_N_DAYS:30 GROUP BY Field",
    );
    assert_eq!(grouped.status, 200, "{}", grouped.body);
    let describe = get(&org, "riley", "sobjects/OpportunityFieldHistory/describe").body;
    let value =
        describe["fields"].as_array().expect("fields").iter().find(|field| field["name"] == "NewValue").cloned();
    let value = value.expect("NewValue");
    assert_eq!(
        (&value["type"], &value["filterable"], &value["soapType"]),
        (&json!("anyType"), &json!(false), &json!("xsd:anyType"))
    );
    assert_eq!(describe["createable"], false);
}

#[test]
fn a_save_writes_down_what_it_changes_of_tracked_fields() {
    let org = tracked();
    let before = changes(&org, "riley", "OpportunityFieldHistory", "OpportunityId", "globex_deal").len();
    let body = json!({"StageName": "Negotiation/Review", "Type": "New Customer", "OwnerId": id(&org, "sam"), "Description": "Secret plans"});
    assert_eq!(patch(&org, "riley", &path(&org, "Opportunity", "globex_deal"), &body).status, 204);
    let after = changes(&org, "riley", "OpportunityFieldHistory", "OpportunityId", "globex_deal");
    let mut new: Vec<&str> = after.iter().take(after.len() - before).map(String::as_str).collect();
    new.sort_unstable();
    let ids = format!("Riley Reyes Owner: {} → {}", id(&org, "riley"), id(&org, "sam"));
    let mut expected = vec![
        "Riley Reyes Description: null → null",
        "Riley Reyes Owner: Riley Reyes → Sam Lee",
        ids.as_str(),
        "Riley Reyes Probability: 75.0 → 90.0",
        "Riley Reyes StageName: Proposal/Price Quote → Negotiation/Review",
    ];
    expected.sort_unstable();
    assert_eq!(new, expected);
    // The journal tells what was asked for, and nothing of the bookkeeping.
    assert_eq!(org.writes().len(), 1);
    // What does not change a tracked field is not written down.
    patch(&org, "riley", &path(&org, "Opportunity", "globex_deal"), &json!({"Type": "Existing Customer - Upgrade"}));
    assert_eq!(changes(&org, "riley", "OpportunityFieldHistory", "OpportunityId", "globex_deal").len(), after.len());
    let stages =
        format!("SELECT StageName FROM OpportunityHistory WHERE OpportunityId = '{}'", id(&org, "globex_deal"));
    assert_eq!(column(&org, "riley", &stages, "StageName"), ["Negotiation/Review"]);
}

#[test]
fn a_new_record_is_created_and_a_refused_write_leaves_no_trace() {
    let org = tracked();
    let made = post(&org, "riley", "sobjects/Case", &json!({"Subject": "New"}));
    let soql = format!("SELECT Field FROM CaseHistory WHERE CaseId = '{}'", made.id());
    assert_eq!(column(&org, "riley", &soql, "Field"), ["created"]);
    let won = json!({"StageName": "Closed Won"});
    assert_eq!(patch(&org, "riley", &path(&org, "Opportunity", "acme_renewal"), &won).status, 400);
    let sub = |body: Json, reference: &str, url: String| json!({"method": "PATCH", "referenceId": reference, "url": format!("/services/data/v62.0/{url}"), "body": body});
    let composite = json!({"allOrNone": true, "compositeRequest": [
        sub(json!({"Priority": "Low"}), "one", format!("sobjects/Case/{}", made.id())),
        sub(won, "two", path(&org, "Opportunity", "acme_renewal")),
    ]});
    assert_eq!(post(&org, "riley", "composite", &composite).status, 200);
    assert_eq!(column(&org, "riley", &soql, "Field"), ["created"]);
    assert_eq!(changes(&org, "riley", "OpportunityFieldHistory", "OpportunityId", "acme_renewal").len(), 8);
}

#[test]
fn history_is_seen_by_whoever_sees_the_record_and_the_field() {
    let org = tracked();
    assert_eq!(
        changes(&org, "riley", "ContactHistory", "ContactId", "tom"),
        ["Ada Admin Title: Technician → Engineer"]
    );
    assert_eq!(changes(&org, "admin", "ContactHistory", "ContactId", "tom").len(), 2);
    assert_eq!(changes(&org, "riley", "OpportunityFieldHistory", "OpportunityId", "nightfall"), [] as [&str; 0]);
    assert_eq!(changes(&org, "jane_miller", "OpportunityFieldHistory", "OpportunityId", "nightfall").len(), 1);
    assert_eq!(get(&org, "riley", &path(&org, "ContactHistory", "tom_grade")).refused(), "404 NOT_FOUND");
    assert_eq!(get(&org, "admin", &path(&org, "ContactHistory", "tom_grade")).body["NewValue"], "L7");
}

#[test]
fn a_custom_object_keeps_long_texts_and_choices_of_many_to_itself() {
    let org = tracked();
    let migration = path(&org, "Project__c", "migration");
    let body = json!({"Tags__c": "Migration", "Notes__c": "Longer than any history keeps.", "Project_Lead__c": id(&org, "bob"), "Budget__c": 90000});
    assert_eq!(patch(&org, "riley", &migration, &body).status, 204);
    let rows = changes(&org, "riley", "Project__History", "ParentId", "migration");
    for row in [
        "Riley Reyes Tags__c: null → null",
        "Riley Reyes Notes__c: null → null",
        "Riley Reyes Project_Lead__c: Robert Klein → Bob Stone",
        "Riley Reyes Budget__c: 80000.0 → 90000.0",
    ] {
        assert!(rows.iter().any(|one| one == row), "{row}: {rows:?}");
    }
}

#[test]
fn history_goes_with_its_record_and_lines_change_the_amount() {
    let org = Org::demo_with([Extra::History, Extra::Products]);
    let line = json!({"OpportunityId": id(&org, "globex_deal"), "PricebookEntryId": id(&org, "platform_standard"), "Quantity": 1, "UnitPrice": 99});
    assert_eq!(post(&org, "riley", "sobjects/OpportunityLineItem", &line).status, 201);
    let rows = changes(&org, "riley", "OpportunityFieldHistory", "OpportunityId", "globex_deal");
    assert_eq!(rows[0], "Riley Reyes Amount: 250000.0 → 99.0");
    assert_eq!(send(&org, "riley", "DELETE", &path(&org, "Opportunity", "globex_deal"), &[], &Json::Null).status, 204);
    assert_eq!(changes(&org, "riley", "OpportunityFieldHistory", "OpportunityId", "globex_deal"), [] as [&str; 0]);
}
