//! [`Extra::Reports`]: what the manual shows of them, and the traps in it.

use demo_org::{Extra, Org, access::ObjectAccess};
use serde_json::{Value as Json, json};

use crate::rest_client::{Got, column, get, id, post, query, send};

fn reports() -> Org {
    Org::demo_with([Extra::Reports])
}

fn path(org: &Org, key: &str) -> String {
    format!("analytics/reports/{}", id(org, key))
}

/// The run of a report with its rows.
#[track_caller]
fn run(org: &Org, user: &str, key: &str) -> Json {
    let got = get(org, user, &format!("{}?includeDetails=true", path(org, key)));
    assert_eq!(got.status, 200, "{}", got.body);
    got.body
}

/// A run with these changes of the metadata.
#[track_caller]
fn changed(org: &Org, key: &str, metadata: &Json) -> Got {
    let path = format!("{}?includeDetails=true", path(org, key));
    send(org, "riley", "POST", &path, &[("Content-Type", "application/json")], &json!({"reportMetadata": metadata}))
}

/// The labels of the rows under one key, by the place of the column.
#[track_caller]
fn labels(body: &Json, key: &str, place: usize) -> Vec<Json> {
    let rows = body["factMap"][key]["rows"].as_array().expect("rows");
    rows.iter().map(|row| row["dataCells"][place]["label"].clone()).collect()
}

#[test]
fn the_plain_demo_org_has_no_reports() {
    let org = Org::demo();
    assert_eq!(query(&org, "riley", "SELECT Id FROM Report").refused(), "400 INVALID_TYPE");
    assert_eq!(get(&org, "riley", "analytics/reports").refused(), "404 NOT_FOUND");
}

#[test]
fn reports_are_found_by_name_and_one_name_can_be_in_two_folders() {
    let org = reports();
    let named = "SELECT FolderName FROM Report WHERE Name = 'Open Cases' ORDER BY FolderName";
    assert_eq!(column(&org, "riley", named, "FolderName"), ["Riley's Reports", "Support Reports"]);
    // The resource lists what was run lately, and no more.
    let recent = get(&org, "riley", "analytics/reports").body;
    let names: Vec<&Json> = recent.as_array().expect("a list").iter().map(|report| &report["name"]).collect();
    assert_eq!(names, ["Open Pipeline by Stage", "Open Cases", "Won by Owner and Type"]);
    let url = format!("/services/data/v62.0/{}", path(&org, "report_pipeline"));
    let expected = json!({"describeUrl": format!("{url}/describe"), "id": id(&org, "report_pipeline"),
        "instancesUrl": format!("{url}/instances"), "name": "Open Pipeline by Stage", "url": url});
    assert_eq!(recent[0], expected);
}

#[test]
fn a_summary_has_a_fact_for_every_group_and_one_for_all() {
    let org = reports();
    let short = get(&org, "riley", &path(&org, "report_pipeline")).body;
    assert_eq!((&short["allData"], &short["hasDetailRows"]), (&json!(true), &json!(false)));
    assert_eq!(short["factMap"]["T!T"]["rows"], Json::Null);
    let body = run(&org, "riley", "report_pipeline");
    let groups = body["groupingsDown"]["groupings"].as_array().expect("groups");
    let prospecting = groups.iter().find(|group| group["label"] == "Prospecting").expect("the stage");
    assert_eq!(prospecting["groupings"], json!([]));
    let key = format!("{}!T", prospecting["key"].as_str().expect("a key"));
    assert_eq!(
        body["factMap"][&key]["aggregates"],
        json!([{"label": "$10,000.00", "value": 10000.0}, {"label": "2", "value": 2}])
    );
    let rows = &body["factMap"][&key]["rows"];
    assert_eq!(
        rows[0]["dataCells"],
        json!([
            {"label": "Drones fleet", "value": id(&org, "drones_fleet")},
            {"label": "Pacific Drones", "value": id(&org, "drones")},
            {"label": "-", "value": null},
            {"label": "10%", "value": 10.0},
            {"label": "9/1/2026", "value": "2026-09-01"},
        ])
    );
    assert_eq!(rows[1]["dataCells"][2], json!({"label": "$10,000.00", "value": {"amount": 10000.0, "currency": null}}));
    // The rows stand in the groups, the sums of all of them under `T!T`.
    assert_eq!(body["factMap"]["T!T"]["rows"], json!([]));
    assert_eq!(body["factMap"]["T!T"]["aggregates"][1]["value"], 7);
    assert_eq!(body["reportExtendedMetadata"]["aggregateColumnInfo"]["s!AMOUNT"]["label"], "Sum of Amount");
    assert_eq!(body["reportMetadata"]["reportFormat"], "SUMMARY");
}

#[test]
fn a_matrix_has_keys_of_both_sides() {
    let org = reports();
    let body = run(&org, "riley", "report_won");
    let down = body["groupingsDown"]["groupings"].as_array().expect("groups");
    let across = body["groupingsAcross"]["groupings"].as_array().expect("groups");
    assert_eq!((down.len(), across.len()), (3, 2));
    // Deals without a type are a group of their own.
    assert_eq!((&across[0]["label"], &across[0]["value"]), (&json!("-"), &Json::Null));
    let facts = body["factMap"].as_object().expect("facts");
    assert_eq!(facts.len(), (3 + 1) * (2 + 1));
    let sum = |key: &str| facts[key]["aggregates"][0]["value"].as_f64().expect("a sum");
    let owners: f64 = ["0!T", "1!T", "2!T"].map(sum).iter().sum();
    let types: f64 = ["T!0", "T!1"].map(sum).iter().sum();
    assert_eq!((owners.to_string(), types.to_string()), ("330000".to_owned(), "330000".to_owned()));
    // No deal fits here: the fact is there all the same.
    assert_eq!(facts["0!1"]["aggregates"][2]["value"], 0);
}

#[test]
fn a_tabular_report_has_its_rows_under_the_total() {
    let org = reports();
    let body = run(&org, "riley", "report_cases");
    assert_eq!(body["groupingsDown"]["groupings"], json!([]));
    assert_eq!(body["factMap"].as_object().expect("facts").len(), 1);
    let subjects = labels(&body, "T!T", 1);
    assert_eq!(body["factMap"]["T!T"]["aggregates"], json!([{"label": "5", "value": 5}]));
    assert!(subjects.contains(&json!("Cannot reset password")) && subjects.len() == 5, "{subjects:?}");
    // A name is shown, the id is the value; an instant is shown in the user's zone and locale.
    let cells = &body["factMap"]["T!T"]["rows"][0]["dataCells"];
    assert_eq!(cells[0]["value"], id(&org, "case_old_1"));
    assert_eq!((&cells[3]["label"], &cells[3]["value"]), (&json!("Riley Reyes"), &json!(id(&org, "riley"))));
    assert_eq!(cells[4]["value"].as_str().map(|text| text.ends_with("+0000")), Some(true));
    let german = run(&org, "jonas", "report_cases");
    let (own, other) = (&cells[4]["label"], &labels(&german, "T!T", 4)[0]);
    assert!(own.as_str().expect("text").contains('/'), "{own}");
    assert!(other.as_str().expect("text").contains('.'), "{other}");
}

#[test]
fn saved_logic_holds() {
    let body = run(&reports(), "riley", "report_urgent");
    assert_eq!(body["reportMetadata"]["reportBooleanFilter"], "1 AND (2 OR 3)");
    let mut subjects: Vec<String> = labels(&body, "T!T", 1).iter().map(Json::to_string).collect();
    subjects.sort();
    assert_eq!(subjects, ["\"Cannot reset password\"", "\"Device reboots every night\""]);
}

#[test]
fn filters_of_a_run_take_the_place_of_the_saved_ones_and_are_not_kept() {
    let org = reports();
    let filter =
        |column: &str, operator: &str, value: &str| json!({"column": column, "operator": operator, "value": value});
    let body =
        changed(&org, "report_cases", &json!({"reportFilters": [filter("PRIORITY", "equals", "low,Medium")]})).body;
    // Closed cases are in it: the saved filter is gone.
    let mut priorities: Vec<String> = labels(&body, "T!T", 2).iter().map(Json::to_string).collect();
    priorities.dedup();
    assert_eq!(labels(&body, "T!T", 2).len(), 5);
    assert!(priorities.iter().all(|priority| priority == "\"Low\"" || priority == "\"Medium\""));
    assert_eq!(labels(&run(&org, "riley", "report_cases"), "T!T", 0).len(), 5);
    let count = |filters: Json, logic: Json| {
        let asked = json!({"reportFilters": filters, "reportBooleanFilter": logic});
        let got = changed(&org, "report_pipeline", &asked);
        assert_eq!(got.status, 200, "{}", got.body);
        got.body["factMap"]["T!T"]["aggregates"][1]["value"].as_u64().expect("a count")
    };
    let none = || Json::Null;
    assert_eq!(count(json!([filter("AMOUNT", "greaterOrEqual", "120000")]), none()), 3);
    assert_eq!(count(json!([filter("AMOUNT", "equals", "")]), none()), 1);
    assert_eq!(count(json!([filter("OPPORTUNITY_NAME", "contains", "EXPANSION")]), none()), 1);
    assert_eq!(count(json!([filter("OPPORTUNITY_NAME", "startsWith", "glo")]), none()), 2);
    assert_eq!(count(json!([filter("CLOSE_DATE", "lessThan", "2026-01-01")]), none()), 1);
    let two = json!([filter("WON", "equals", "true"), filter("CLOSED", "equals", "false")]);
    assert_eq!(count(two.clone(), json!("1 OR 2")), 12);
    assert_eq!(count(two.clone(), json!("NOT (1 OR 2)")), 3);
    assert_eq!(count(two, none()), 0);
    // The standard date filter is one more, with both its days in it.
    let april = json!({"reportFilters": [], "standardDateFilter":
        {"column": "CLOSE_DATE", "durationValue": "CUSTOM", "startDate": "2026-04-08", "endDate": "2026-04-21"}});
    let body = changed(&org, "report_pipeline", &april).body;
    assert_eq!(body["factMap"]["T!T"]["aggregates"][1]["value"], 3);
}

#[test]
fn a_date_is_written_as_the_manual_has_it_and_a_day_of_an_instant_is_enough() {
    let org = reports();
    let filter = |value: &str, operator: &str, column: &str| {
        changed(
            &org,
            "report_cases",
            &json!({"reportFilters": [{"column": column, "operator": operator, "value": value}]}),
        )
    };
    let count = |value: &str, operator: &str| {
        let got = filter(value, operator, "CREATED_DATE");
        assert_eq!(got.status, 200, "{}", got.body);
        got.body["factMap"]["T!T"]["aggregates"][0]["value"].as_u64().expect("a count")
    };
    let all = count("1990-01-01", "greaterOrEqual");
    assert!(all > 5);
    assert_eq!((count("2999-12-31", "greaterOrEqual"), count("2999-12-31", "lessThan")), (0, all));
    assert_eq!((count("2999-12-31T00:00:00Z", "lessThan"), count("", "equals")), (all, 0));
    for value in ["1/31/2026", "31.01.2026", "LAST_WEEK"] {
        assert_eq!(filter(value, "equals", "CREATED_DATE").refused(), "501 DEMO_ORG_UNSUPPORTED", "{value}");
    }
    let echoed = filter("2026-01-31", "lessThan", "CREATED_DATE").body;
    assert_eq!(echoed["reportMetadata"]["reportFilters"][0]["value"], "2026-01-31");
}

#[test]
fn logic_speaks_of_every_filter() {
    let org = reports();
    let filter = |column: &str, value: &str| json!({"column": column, "operator": "equals", "value": value});
    let three = json!([filter("CLOSED", "false"), filter("PRIORITY", "High"), filter("STATUS", "Escalated")]);
    let four = json!([three[0], three[1], three[2], filter("SUBJECT", "x")]);
    // The saved logic is of three, and stays where the request has none.
    assert_eq!(changed(&org, "report_urgent", &json!({"reportFilters": three})).status, 200);
    for asked in
        [json!({"reportFilters": four}), json!({"reportFilters": four, "reportBooleanFilter": "1 AND (2 OR 3)"})]
    {
        let got = changed(&org, "report_urgent", &asked);
        assert_eq!(got.refused(), "400 BAD_REQUEST", "{asked}");
        assert!(got.message().contains("leaves out filter 4"), "{}", got.message());
    }
    let named = json!({"reportFilters": four, "reportBooleanFilter": "(1 AND (2 OR 3)) AND 4"});
    assert_eq!(changed(&org, "report_urgent", &named).status, 200);
    let none = json!({"reportFilters": four, "reportBooleanFilter": null});
    assert_eq!(changed(&org, "report_urgent", &none).status, 200);
}

#[test]
fn what_a_run_cannot_be_is_refused() {
    let org = reports();
    let with = |column: &str, operator: &str| json!({"column": column, "operator": operator, "value": "1"});
    for (filters, logic) in [
        (vec![with("Account.Name", "equals")], Json::Null),
        (vec![with("AMOUNT", "like")], Json::Null),
        (vec![with("AMOUNT", "equals")], json!("1 AND 2")),
        (vec![with("AMOUNT", "equals")], json!("(1")),
        (vec![with("AMOUNT", "equals"); 21], Json::Null),
    ] {
        let asked = json!({"reportFilters": filters, "reportBooleanFilter": logic});
        assert_eq!(changed(&org, "report_pipeline", &asked).refused(), "400 BAD_REQUEST", "{asked}");
    }
    let untyped = post(&org, "riley", &path(&org, "report_pipeline"), &json!({}));
    assert_eq!(untyped.refused(), "400 BAD_REQUEST");
    // Salesforce can do these; this org cannot, and says so.
    let other = json!({"groupingsDown": [{"name": "TYPE", "sortOrder": "Asc", "dateGranularity": "None"}]});
    assert_eq!(changed(&org, "report_pipeline", &other).refused(), "501 DEMO_ORG_UNSUPPORTED");
    assert_eq!(get(&org, "riley", &path(&org, "report_joined")).refused(), "501 DEMO_ORG_UNSUPPORTED");
    assert_eq!(get(&org, "riley", "analytics/reports/00O000000000000AAA").refused(), "404 NOT_FOUND");
    // The metadata of the answer can be sent back as it is.
    let own = get(&org, "riley", &path(&org, "report_pipeline")).body["reportMetadata"].clone();
    assert_eq!(changed(&org, "report_pipeline", &own).status, 200);
}

#[test]
fn only_2000_rows_are_shown_and_the_sums_are_of_all() {
    let org = reports();
    let body = run(&org, "riley", "report_readings");
    assert_eq!(body["allData"], false);
    assert_eq!(labels(&body, "T!T", 0).len(), 2_000);
    assert_eq!(body["factMap"]["T!T"]["aggregates"][1], json!({"label": "2,600", "value": 2600}));
    // Without the rows nothing is left off.
    assert_eq!(get(&org, "riley", &path(&org, "report_readings")).body["allData"], true);
}

#[test]
fn rights_hold_for_runs() {
    let org = reports();
    org.change_access("riley", |access| {
        access.objects.insert("Opportunity".to_owned(), ObjectAccess::NONE);
    });
    assert_eq!(get(&org, "riley", &path(&org, "report_pipeline")).refused(), "403 FORBIDDEN");
    // A private deal of somebody else is in nobody's sums but theirs.
    let org = reports();
    assert!(!run(&org, "riley", "report_pipeline").to_string().contains("Nightfall"));
}

#[test]
fn describe_has_the_columns_and_the_saved_filters() {
    let org = reports();
    let body = get(&org, "riley", &format!("{}/describe", path(&org, "report_pipeline"))).body;
    let filter = &body["reportMetadata"]["reportFilters"][0];
    assert_eq!((&filter["column"], &filter["value"]), (&json!("CLOSED"), &json!("false")));
    assert_eq!(body["reportMetadata"]["groupingsDown"][0]["name"], "STAGE_NAME");
    assert_eq!(body["reportMetadata"]["standardDateFilter"]["column"], "CLOSE_DATE");
    assert_eq!(body["reportTypeMetadata"]["categories"][0]["columns"]["AMOUNT"]["dataType"], "currency");
    assert_eq!(body["reportExtendedMetadata"]["groupingColumnInfo"]["STAGE_NAME"]["label"], "Stage");
    assert_eq!(body["factMap"], Json::Null);
}
