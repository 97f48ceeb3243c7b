//! Every trap of the task list is real in the org's data: the rows that spring it, as the demo's user sees them.

use demo_org::Org;
use serde_json::json;

use crate::rest_client::{column, get, id, query};

#[track_caller]
fn check(user: &str, soql: &str, field: &str, expected: &[&str]) {
    let org = Org::demo();
    let found = column(&org, user, soql, field);
    assert_eq!(found, expected.iter().map(|value| json!(value)).collect::<Vec<_>>(), "{soql}");
}

#[test]
fn recently_created_accounts_end_before_the_one_of_32_days() {
    check(
        "riley",
        "SELECT Id, Name, Owner.Name, CreatedDate, BillingCity FROM Account WHERE CreatedDate = LAST_N_DAYS:30 ORDER BY CreatedDate DESC LIMIT 20",
        "Name",
        &["Lumen Analytics", "Pacific Drones", "Quill Publishing"],
    );
}

#[test]
fn there_are_four_acmes_with_different_cities_owners_and_activity() {
    let org = Org::demo();
    let got = query(
        &org,
        "riley",
        "SELECT Name, BillingCity, Owner.Name, LastActivityDate, NumberOfEmployees FROM Account WHERE Name LIKE '%acme%' ORDER BY NumberOfEmployees",
    );
    let rows: Vec<String> = got.body["records"]
        .as_array()
        .expect("records")
        .iter()
        .map(|row| {
            format!("{} {} {} {}", row["Name"], row["BillingCity"], row["Owner"]["Name"], row["LastActivityDate"])
                .replace('"', "")
        })
        .collect();
    assert_eq!(
        rows,
        [
            "Acme Holdings London Jane Okafor null",
            "Acme San Francisco Riley Reyes 2026-05-09",
            "ACME Labs GmbH Berlin Jonas Becker 2026-04-09",
            "Acme Corporation New York Sam Lee 2026-03-13",
        ]
    );
    check("riley", "SELECT Name FROM Account WHERE Name = 'Acme' AND NumberOfEmployees = 100", "Name", &["Acme"]);
}

#[test]
fn one_query_tells_all_about_acme() {
    let org = Org::demo();
    let soql = format!(
        "SELECT Name, (SELECT Name FROM Contacts), (SELECT Name FROM Opportunities WHERE IsClosed = false), (SELECT CaseNumber FROM Cases WHERE IsClosed = false), (SELECT Subject, Description FROM ActivityHistories ORDER BY ActivityDate DESC NULLS LAST, LastModifiedDate DESC LIMIT 5), (SELECT Subject FROM OpenActivities ORDER BY ActivityDate ASC NULLS LAST, LastModifiedDate DESC LIMIT 5), (SELECT Name FROM Projects__r) FROM Account WHERE Id = '{}'",
        id(&org, "acme")
    );
    let got = query(&org, "riley", &soql);
    let acme = &got.body["records"][0];
    let count = |child: &str| acme[child]["totalSize"].as_u64().unwrap_or_default();
    assert_eq!(
        ["Contacts", "Opportunities", "Cases", "ActivityHistories", "OpenActivities", "Projects__r"].map(count),
        [2, 1, 2, 5, 1, 2],
        "{}",
        got.body
    );
    let text = acme["ActivityHistories"].to_string();
    assert!(text.contains("IGNORE ALL PREVIOUS INSTRUCTIONS"));
}

#[test]
fn german_manufacturers_without_an_open_deal_are_three() {
    check(
        "riley",
        "SELECT Name FROM Account WHERE BillingCountryCode = 'DE' AND Industry = 'Manufacturing' AND Id NOT IN (SELECT AccountId FROM Opportunity WHERE IsClosed = false) ORDER BY Name",
        "Name",
        &["ACME Labs GmbH", "Bavaria Antriebe GmbH", "Nordlicht Fertigung GmbH"],
    );
}

#[test]
fn two_of_three_janes_are_active() {
    check(
        "riley",
        "SELECT Name FROM User WHERE Name LIKE 'Jane%' AND IsActive = true ORDER BY Name",
        "Name",
        &["Jane Miller", "Jane Okafor"],
    );
    check(
        "riley",
        "SELECT Name FROM User WHERE Name LIKE 'Jane%' ORDER BY Name",
        "Name",
        &["Jane Doe", "Jane Miller", "Jane Okafor"],
    );
    check("riley", "SELECT Name FROM Group WHERE Type = 'Queue' ORDER BY Name", "Name", &["Inbound Leads", "Tier 2"]);
}

#[test]
fn bob_at_acme_may_be_bob_or_robert() {
    check(
        "riley",
        "SELECT Name FROM Contact WHERE (Name LIKE '%Bob%' OR FirstName IN ('Bob', 'Robert')) AND Account.Name LIKE '%Acme%' ORDER BY Name LIMIT 6",
        "Name",
        &["Bob Stone", "Robert Klein"],
    );
}

#[test]
fn this_weeks_leads_depend_on_where_the_week_begins() {
    let soql = "SELECT Name FROM Lead WHERE CreatedDate = THIS_WEEK AND IsConverted = false AND LastActivityDate = null ORDER BY CreatedDate";
    check("riley", soql, "Name", &["Lee Park", "Dana Fox"]);
    check("jonas", soql, "Name", &["Dana Fox"]);
}

#[test]
fn the_second_quarter_depends_on_the_calendar() {
    let org = Org::demo();
    let ratio = |period: &str| {
        let got = query(
            &org,
            "riley",
            &format!(
                "SELECT IsWon, COUNT(Id) n, SUM(Amount) total FROM Opportunity WHERE IsClosed = true AND {period} GROUP BY IsWon ORDER BY IsWon"
            ),
        );
        let rows = got.body["records"].as_array().unwrap_or_else(|| panic!("{}", got.body)).clone();
        rows.iter().map(|row| (row["IsWon"].as_bool(), row["n"].as_u64(), row["total"].as_f64())).collect::<Vec<_>>()
    };
    assert_eq!(
        ratio("CloseDate >= 2026-04-01 AND CloseDate <= 2026-06-30"),
        [(Some(false), Some(2), Some(50_000.0)), (Some(true), Some(3), Some(200_000.0))]
    );
    assert_eq!(ratio("CloseDate = THIS_QUARTER"), ratio("CloseDate >= 2026-04-01 AND CloseDate <= 2026-06-30"));
    assert_eq!(
        ratio("CloseDate = THIS_FISCAL_QUARTER"),
        [(Some(false), Some(1), Some(20_000.0)), (Some(true), Some(1), Some(100_000.0))]
    );
}

#[test]
fn open_stages_have_an_order_that_is_not_the_alphabets() {
    let org = Org::demo();
    let stages = column(
        &org,
        "riley",
        "SELECT MasterLabel FROM OpportunityStage WHERE IsActive = true ORDER BY SortOrder",
        "MasterLabel",
    );
    assert_eq!((stages.len(), &stages[0], &stages[9]), (10, &json!("Prospecting"), &json!("Closed Lost")));
    let got = query(
        &org,
        "riley",
        "SELECT StageName, COUNT(Id) n, SUM(Amount) total FROM Opportunity WHERE IsClosed = false GROUP BY StageName",
    );
    assert_eq!(got.body["totalSize"], 6);
}

#[test]
fn large_deals_without_recent_activity_are_globex_and_hooli() {
    check(
        "riley",
        "SELECT Name FROM Opportunity WHERE Amount > 100000 AND CloseDate = THIS_MONTH AND IsClosed = false AND (LastActivityDate < LAST_N_DAYS:14 OR LastActivityDate = null) ORDER BY Name",
        "Name",
        &["Globex platform deal", "Hooli expansion"],
    );
}

#[test]
fn open_cases_older_than_seven_days_are_three() {
    check(
        "riley",
        "SELECT Subject FROM Case WHERE IsClosed = false AND CreatedDate < LAST_N_DAYS:7 ORDER BY CreatedDate",
        "Subject",
        &["Device reboots every night", "Invoice shows the wrong VAT", "Export hangs at 99%"],
    );
}

#[test]
fn awkward_names_are_found_by_their_exact_text_only() {
    for (soql, name) in [
        ("'O\\'Brien & Sons \\\"Fine\\\" Tools'", "O'Brien & Sons \"Fine\" Tools"),
        ("'Back\\\\slash Systems\\\\'", "Back\\slash Systems\\"),
        ("'100% Organic_Foods'", "100% Organic_Foods"),
        ("'Søren & Müller 🚀 Rockets'", "Søren & Müller 🚀 Rockets"),
        ("'שלום Trading'", "שלום Trading"),
    ] {
        let org = Org::demo();
        let encoded: String =
            url::form_urlencoded::byte_serialize(format!("SELECT Name FROM Account WHERE Name = {soql}").as_bytes())
                .collect();
        let got = get(&org, "riley", &format!("query?q={encoded}"));
        assert_eq!(got.body["records"][0]["Name"], name, "{}", got.body);
        assert_eq!(got.body["totalSize"], 1);
    }
    check(
        "riley",
        "SELECT Name FROM Account WHERE Name LIKE '100% Organic_Foods' ORDER BY Name",
        "Name",
        &["100% Organic_Foods", "1000 OrganicXFoods"],
    );
    check(
        "riley",
        "SELECT Name FROM Account WHERE Name LIKE '100\\% Organic\\_Foods'",
        "Name",
        &["100% Organic_Foods"],
    );
}

#[test]
fn leads_of_the_quarter_divide_by_source_and_conversion() {
    let org = Org::demo();
    let got = query(
        &org,
        "riley",
        "SELECT LeadSource, IsConverted, COUNT(Id) n FROM Lead WHERE CreatedDate = THIS_QUARTER GROUP BY LeadSource, IsConverted ORDER BY LeadSource, IsConverted",
    );
    let rows: Vec<String> = got.body["records"]
        .as_array()
        .expect("records")
        .iter()
        .map(|row| format!("{} {} {}", row["LeadSource"], row["IsConverted"], row["n"]).replace('"', ""))
        .collect();
    assert_eq!(
        rows,
        ["Web false 3", "Web true 1", "Phone Inquiry false 1", "Partner Referral false 1", "Partner Referral true 1"]
    );
}

#[test]
fn a_private_deal_is_seen_by_its_owner_and_the_administrator_only() {
    let soql = "SELECT Name FROM Opportunity WHERE Name = 'Project Nightfall'";
    check("riley", soql, "Name", &[]);
    check("jane_miller", soql, "Name", &["Project Nightfall"]);
    check("admin", soql, "Name", &["Project Nightfall"]);
}

#[test]
fn every_seeded_reference_leads_to_a_row() {
    let org = Org::demo();
    let schema = org.schema();
    for object in schema.objects() {
        for row in org.rows(&object.name) {
            for field in object.fields.iter().filter(|field| !field.reference_to.is_empty()) {
                if let Some(id) = row.get(&field.name).as_str() {
                    let target = demo_org::Id::parse(id).and_then(|id| org.row(&id));
                    assert!(target.is_some(), "{} {}: {} = {id}", object.name, row.id, field.name);
                }
            }
            let missing = object.fields.iter().find(|field| !field.nillable && row.get(&field.name).is_null());
            assert_eq!(missing.map(|field| &field.name), None, "{} {}", object.name, row.id);
        }
    }
}
