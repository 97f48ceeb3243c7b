//! What people ask, end to end on the demo org: the answer, what was written, and the number of requests.

use serde_json::json;

use crate::bench::Bench;
use crate::said::records;

#[test]
fn recently_created_accounts_are_found_in_one_request() {
    let bench = Bench::new();
    let reply = bench.ok(
        "query",
        records(json!({
            "object": "Account",
            "fields": ["Name", "Owner.Name", "Created Date"],
            "filters": [{ "field": "Created Date", "value": "LAST_N_DAYS:30" }],
            "order_by": [{ "field": "CreatedDate", "descending": true }],
        })),
    );
    assert_eq!(reply["columns"], json!(["Id", "Name", "Owner.Name", "CreatedDate"]));
    let names: Vec<_> = reply["rows"].as_array().unwrap().iter().map(|row| row[1].as_str().unwrap()).collect();
    assert_eq!(names, ["Lumen Analytics", "Pacific Drones", "Quill Publishing"]);
    assert_eq!(reply["complete"], true);
    assert_eq!(reply["total"], 3);
    assert_eq!(bench.requests(), 1);
}

#[test]
fn a_new_account_that_looks_like_another_is_asked_about_and_then_created() {
    let bench = Bench::warm(&["Account"]);
    let error = bench.err("create", json!({ "object": "Account", "fields": { "Name": "Acme" } }));
    assert_eq!(error["kind"], "duplicate");
    assert_eq!(error["changed"], "no");
    assert_eq!(error["candidates"][0]["name"], "Acme");
    let facts = &error["candidates"][0]["facts"];
    assert_eq!((&facts["Owner.Name"], &facts["LastActivityDate"]), (&json!("Riley Reyes"), &json!("2026-05-09")));
    assert_eq!((bench.requests(), bench.org.writes().len()), (2, 0));

    let reply = bench.created(json!({ "object": "Account", "fields": { "Name": "Acme" }, "allow_duplicate": true }));
    assert_eq!(reply["fields"]["Name"], "Acme");
    let id = reply["id"].as_str().unwrap();
    assert_eq!(reply["link"], format!("https://demo.my.salesforce.com/{id}"));
    assert_eq!((bench.requests(), bench.org.writes().len()), (3, 1));
}

#[test]
fn the_number_of_employees_is_changed_in_two_requests() {
    let bench = Bench::warm(&["Account"]);
    let reply = bench.ok(
        "update",
        json!({
            "object": "Account",
            "record": "Acme",
            "fields": { "Employees": 500 }, "from": { "Employees": 100 },
        }),
    );
    assert_eq!(reply["records"][0]["id"], bench.id("acme"));
    assert_eq!(reply["records"][0]["changes"], json!([{ "field": "NumberOfEmployees", "before": 100, "after": 500 }]));
    assert_eq!((bench.requests(), bench.org.writes().len()), (2, 1));
}

#[test]
fn a_change_from_a_value_that_is_not_there_writes_nothing_and_says_what_is() {
    let bench = Bench::new();
    let error = bench.err(
        "update",
        json!({ "record": bench.id("acme_labs"), "fields": { "Employees": 500 }, "from": { "Employees": 100 } }),
    );
    assert_eq!(error["kind"], "conflict");
    assert_eq!(error["changed"], "no");
    assert_eq!(error["current"]["fields"], json!({ "NumberOfEmployees": 250 }));
    assert!(error["current"]["changed_by"].is_string() && error["current"]["changed_at"].is_string(), "{error}");
    assert_eq!((bench.requests(), bench.org.writes().len()), (1, 0));
}

#[test]
fn four_acmes_are_four_candidates_the_one_called_so_first() {
    let bench = Bench::new();
    let reply = bench.ok("find", json!({ "text": "acme", "objects": ["Account"] }));
    let candidates = reply["candidates"].as_array().unwrap();
    assert_eq!(candidates.len(), 4);
    assert_eq!(candidates[0]["name"], "Acme");
    assert_eq!(candidates[0]["facts"]["BillingCity"], "San Francisco");
    assert!(candidates[0]["facts"]["Owner.Name"].is_string());
    assert_eq!(bench.requests(), 1);
}

#[test]
fn an_account_comes_with_its_related_lists_in_one_request() {
    let bench = Bench::new();
    let reply = bench.ok(
        "get",
        json!({
            "record": bench.id("acme"),
            "related": ["contacts", "open_opportunities", "open_cases", "activities"],
        }),
    );
    assert_eq!(reply["fields"]["Name"], "Acme");
    let lists: Vec<_> =
        reply["related"].as_array().unwrap().iter().map(|list| list["name"].as_str().unwrap()).collect();
    assert_eq!(lists, ["contacts", "open_opportunities", "open_cases", "OpenActivities", "ActivityHistories"]);
    assert_eq!(reply["related"][0]["rows"].as_array().unwrap().len(), 2);
    assert_eq!(reply["related"][1]["rows"].as_array().unwrap().len(), 1);
    assert!(!reply["related"][4]["rows"].as_array().unwrap().is_empty());
    assert_eq!(bench.requests(), 1);
}

#[test]
fn accounts_of_one_industry_without_an_open_opportunity_are_listed_in_one_request() {
    let bench = Bench::new();
    let reply = bench.ok(
        "query",
        records(json!({
            "object": "accounts",
            "fields": ["Name"],
            "filters": [
                { "field": "Billing Country", "value": "Germany" },
                { "field": "Industry", "value": "Manufacturing" },
            ],
            "children": [{
                "object": "Opportunity",
                "exists": false,
                "filters": [{ "field": "IsClosed", "value": false }],
            }],
            "order_by": [{ "field": "Name" }],
        })),
    );
    let names: Vec<_> = reply["rows"].as_array().unwrap().iter().map(|row| row[1].as_str().unwrap()).collect();
    assert_eq!(names, ["ACME Labs GmbH", "Bavaria Antriebe GmbH", "Nordlicht Fertigung GmbH"]);
    assert_eq!(bench.requests(), 1);
}

#[test]
fn a_lead_is_not_given_the_status_of_converted_ones() {
    let bench = Bench::warm(&["Lead"]);
    let status = |to: &str| json!({ "record": bench.id("dana"), "fields": { "Status": to } });
    let error = bench.err("update", status("closed converted"));
    assert_eq!((&error["kind"], &error["fields"]), (&json!("invalid_input"), &json!(["Status"])));
    let message = error["message"].as_str().unwrap();
    assert!(message.ends_with(&format!("https://demo.my.salesforce.com/{}", bench.id("dana"))), "{message}");
    assert_eq!(bench.counts(), (2, 0));
    // The statuses are known from now on.
    let error = bench.refused(
        "create",
        json!({
            "object": "Lead",
            "fields": { "Last Name": "Roth", "Company": "Roth AG", "Status": "Closed - Converted" },
        }),
    );
    assert!(error["message"].as_str().unwrap().contains("press Convert"), "{error}");
    bench.ok("update", status("Closed - Not Converted"));
    assert_eq!(bench.counts(), (4, 1));
    // Whoever tries the flag itself is told the same.
    let changes = json!({ "Converted": true });
    let error = bench.refused("update", json!({ "record": bench.id("dana"), "fields": changes }));
    assert!(error["message"].as_str().unwrap().contains("press Convert"), "{error}");
}

#[test]
fn a_lead_is_changed_by_who_may_not_read_the_statuses() {
    let bench = Bench::warm(&["Lead"]);
    let refusal = demo_org::Refusal::new(400, "INVALID_TYPE", "sObject type 'LeadStatus' is not supported.");
    let fault = demo_org::Fault::new(demo_org::Effect::Refuse(refusal));
    bench.org.fault(fault.on(http::Method::GET, "LeadStatus"));
    let changes = json!({ "Status": "Working - Contacted" });
    let reply = bench.ok("update", json!({ "record": bench.id("dana"), "fields": changes }));
    assert_eq!(reply["records"][0]["changes"][0]["after"], "Working - Contacted");
    assert_eq!(bench.counts(), (3, 1));
}

#[test]
fn statuses_of_other_objects_and_of_leads_that_have_them_are_no_conversion() {
    let bench = Bench::warm(&["Lead", "Case"]);
    bench.ok("update", json!({ "record": bench.id("case_new_1"), "fields": { "Status": "Closed" } }));
    assert_eq!(bench.counts(), (2, 1));
    let changes = json!({ "Status": "Closed - Converted" });
    let reply = bench.ok("update", json!({ "record": bench.id("carla"), "fields": changes }));
    assert_eq!(reply["notices"], json!(["nothing was written: the record holds these values already"]));
    assert_eq!(bench.counts(), (3, 1));
}

#[test]
fn what_nobody_ever_touched_is_not_forgotten_among_what_nobody_touched_lately() {
    let bench = Bench::new();
    let untouched = |filter: serde_json::Value| {
        bench.ok("query", records(json!({ "object": "Opportunity", "fields": ["Name"], "filters": [filter] })))
    };
    let reply = untouched(json!({ "field": "Last Activity", "op": "lt", "value": "LAST_N_DAYS:14" }));
    assert!(reply["notices"][0].as_str().unwrap().contains("never had an activity"), "{reply}");
    let reply = untouched(json!({ "field": "Last Activity", "op": "gte", "value": "LAST_N_DAYS:14" }));
    assert_eq!(reply["notices"], serde_json::Value::Null);
}

#[test]
fn the_comments_of_a_case_come_with_their_text() {
    let bench = Bench::new();
    let reply = bench.ok("get", json!({ "record": bench.id("case_old_1"), "related": ["CaseComments"] }));
    let comments = &reply["related"][0];
    let body = comments["columns"].as_array().unwrap().iter().position(|column| column == "CommentBody").unwrap();
    assert_eq!(comments["rows"][0][body], "Robert sent a log file. It stops at row 99,000.");
}
