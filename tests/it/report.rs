//! Saved reports and list views, by their names: found or asked about, run and read, filtered, and refused in words.

use demo_org::access::ObjectAccess;
use demo_org::{Extra, Org};
use salesforce_plugin::wit::Alias;
use serde_json::{Value, json};

use crate::bench::Bench;

fn bench() -> Bench {
    Bench::on(Org::demo_with([Extra::Reports, Extra::ListViews]), "riley")
}

/// The reply to a report by its name.
#[track_caller]
fn named(bench: &Bench, name: &str) -> Value {
    bench.ok("report", json!({ "name": name }))
}

/// The names of the candidates of a reply or an error.
fn candidates(outcome: &Value) -> Vec<&str> {
    let records = outcome["candidates"].as_array().or(outcome["sources"].as_array());
    records.into_iter().flatten().filter_map(|one| one["name"].as_str()).collect()
}

fn notices(reply: &Value) -> String {
    reply["notices"].to_string()
}

/// A list of one column.
fn column(reply: &Value, at: usize) -> Vec<Value> {
    reply["rows"].as_array().unwrap().iter().map(|row| row[at].clone()).collect()
}

/// The body of the last request.
fn last_sent(bench: &Bench) -> Value {
    serde_json::from_slice(bench.sent.borrow().last().unwrap().body()).unwrap()
}

/// The report of urgent cases, which has the name of another.
fn urgent(bench: &Bench) -> String {
    bench.id("report_urgent")
}

// ---- reports ----

#[test]
fn a_summary_is_its_groups_and_their_numbers_in_two_requests_and_one_when_its_name_is_known() {
    let bench = bench();
    let reply = named(&bench, "open pipeline by stage");
    assert_eq!(bench.requests(), 2);
    assert_eq!(reply["columns"], json!(["Stage", "Sum of Amount", "Record Count"]));
    assert_eq!(reply["rows"][3], json!(["Prospecting", 10000, 2]));
    assert_eq!(reply["totals"], json!({ "Sum of Amount": 700_000, "Record Count": 7 }));
    assert_eq!((&reply["total"], &reply["complete"], &reply["subtotals"]), (&json!(7), &json!(true), &Value::Null));
    assert_eq!(reply["filters"], json!([{ "column": "CLOSED", "operator": "equals", "value": "false" }]));
    let id = bench.id("report_pipeline");
    assert_eq!(reply["link"], format!("https://demo.my.salesforce.com/{id}"));
    assert_eq!(reply["sources"][0]["id"], id);
    assert_eq!(reply["sources"][0]["facts"]["FolderName"], "Sales Reports");
    bench.org.forget_requests();
    assert_eq!(named(&bench, "Open Pipeline by Stage"), reply);
    assert_eq!(bench.requests(), 1);
    // By its id and its link it is the same.
    for text in [id.clone(), format!("https://demo.lightning.force.com/lightning/r/Report/{id}/view")] {
        assert_eq!(named(&bench, &text), reply);
    }
    let few = bench.ok("report", json!({ "name": id, "limit": 2 }));
    assert_eq!((column(&few, 2), &few["complete"]), (vec![json!(1), json!(1)], &json!(false)));
    assert!(notices(&few).contains("4 more rows"), "{few}");
    assert_eq!(few["totals"], reply["totals"]);
}

#[test]
fn a_matrix_has_a_row_for_each_pair_that_has_records_and_subtotals_of_both_sides() {
    let reply = named(&bench(), "Won by Owner and Type");
    assert_eq!(
        reply["columns"],
        json!(["Opportunity Owner", "Type", "Sum of Amount", "Average Amount", "Record Count"])
    );
    assert_eq!(reply["rows"].as_array().unwrap().len(), 4);
    assert_eq!(reply["rows"][2], json!(["Riley Reyes", null, 175_000, 87_500, 2]));
    assert_eq!(reply["rows"][3], json!(["Riley Reyes", "New Customer", 40_000, 40_000, 1]));
    let subtotals = reply["subtotals"].as_array().unwrap();
    assert!(subtotals.contains(&json!(["*", null, 290_000, 72_500, 4])), "{reply}");
    assert!(subtotals.contains(&json!(["Jane Miller", "*", 55_000, 55_000, 1])), "{reply}");
    assert_eq!(subtotals.len(), 5);
    assert_eq!(reply["totals"]["Sum of Amount"], 330_000);
}

#[test]
fn rows_come_when_they_are_asked_for_each_once_and_behind_their_groups() {
    let bench = bench();
    let reply = bench.ok("report", json!({ "name": "Open Pipeline by Stage", "details": true }));
    assert_eq!(bench.requests(), 2);
    let columns = json!(["Stage", "Opportunity Name", "Account Name", "Amount", "Probability (%)", "Close Date"]);
    assert_eq!(reply["columns"], columns);
    assert_eq!(reply["rows"].as_array().unwrap().len(), 7);
    let drones = json!(["Prospecting", "Drones fleet", "Pacific Drones", null, 10, "2026-09-01"]);
    assert!(reply["rows"].as_array().unwrap().contains(&drones), "{reply}");
    assert_eq!((&reply["complete"], &reply["totals"]["Record Count"]), (&json!(true), &json!(7)));
    let matrix = bench.ok("report", json!({ "name": "Won by Owner and Type", "details": true }));
    assert_eq!(matrix["rows"].as_array().unwrap().len(), 5);
    assert_eq!(matrix["columns"], json!(["Opportunity Owner", "Type", "Opportunity Name", "Amount"]));
}

#[test]
fn a_tabular_report_shows_its_rows_unless_only_its_numbers_are_asked_for() {
    let bench = bench();
    let id = bench.id("report_cases");
    let reply = named(&bench, &id);
    assert_eq!(reply["columns"], json!(["Case Number", "Subject", "Priority", "Case Owner", "Date/Time Opened"]));
    assert_eq!((reply["rows"].as_array().unwrap().len(), &reply["total"]), (5, &json!(5)));
    let first = &reply["rows"][0];
    assert_eq!(first[3], "Riley Reyes");
    assert!(first[4].as_str().unwrap().ends_with('Z'), "{first}");
    let short = bench.ok("report", json!({ "name": id, "details": false }));
    assert_eq!((&short["columns"], &short["rows"]), (&json!(["Record Count"]), &json!([[5]])));
}

#[test]
fn salesforce_gives_2000_rows_and_totals_of_all_of_them() {
    let bench = bench();
    let reply = bench.ok("report", json!({ "name": "All Meter Readings", "limit": 2000 }));
    assert_eq!(reply["rows"].as_array().unwrap().len(), 2_000);
    assert_eq!((&reply["complete"], &reply["total"]), (&json!(false), &json!(2_600)));
    assert_eq!(reply["totals"]["Record Count"], 2_600);
    assert!(notices(&reply).contains("at most 2000 rows of a report"), "{reply}");
    let usual = named(&bench, "All Meter Readings");
    assert_eq!(usual["rows"].as_array().unwrap().len(), 25);
    assert!(notices(&usual).contains("1975 more rows") && notices(&usual).contains("at most 2000"), "{usual}");
}

// ---- filters ----

#[test]
fn filters_are_added_to_the_reports_own_in_three_requests() {
    let bench = bench();
    let filters = json!({ "Amount": { ">=": 120_000, "<": "250000" }, "stage": ["Negotiation/Review", "Prospecting"] });
    let reply = bench.ok("report", json!({ "name": "Open Pipeline by Stage", "filters": filters }));
    assert_eq!(bench.requests(), 3);
    assert_eq!(reply["rows"], json!([["Negotiation/Review", 120_000, 1]]));
    let sent = &last_sent(&bench)["reportMetadata"];
    assert_eq!(sent["reportFilters"][0]["column"], "CLOSED");
    let added = json!([
        { "column": "AMOUNT", "operator": "greaterOrEqual", "value": "120000" },
        { "column": "AMOUNT", "operator": "lessThan", "value": "250000" },
        { "column": "STAGE_NAME", "operator": "equals", "value": "Negotiation/Review,Prospecting" },
    ]);
    assert_eq!(sent["reportFilters"].as_array().unwrap()[1..], *added.as_array().unwrap());
    assert_eq!(sent["reportBooleanFilter"], Value::Null);
    let said: Vec<_> = reply["filters"].as_array().unwrap().iter().map(|filter| &filter["added"]).collect();
    assert_eq!(said, [&Value::Null, &json!(true), &json!(true), &json!(true)]);
    assert_eq!(reply["filters"][3]["column"], "Stage");
    // The report stays as it is.
    assert_eq!(named(&bench, "Open Pipeline by Stage")["total"], 7);
    assert_eq!(bench.org.writes(), []);
}

#[test]
fn logic_of_its_own_is_kept_and_the_added_filters_all_hold_besides() {
    let bench = bench();
    let filters = json!({ "Subject": { "contains": "password" }, "Priority": { "!=": "Low" } });
    let reply = bench.ok("report", json!({ "name": urgent(&bench), "filters": filters }));
    assert_eq!(last_sent(&bench)["reportMetadata"]["reportBooleanFilter"], "(1 AND (2 OR 3)) AND 4 AND 5");
    assert_eq!(reply["logic"], "(1 AND (2 OR 3)) AND 4 AND 5");
    assert_eq!(column(&reply, 1), [json!("Cannot reset password")]);
    let own = named(&bench, &urgent(&bench));
    assert_eq!((&own["logic"], own["rows"].as_array().unwrap().len()), (&json!("1 AND (2 OR 3)"), 2));
}

#[test]
fn columns_go_by_label_by_name_and_by_the_users_own_words() {
    let bench = bench();
    let word = |term: &str, object: &str, name: &str| Alias {
        term: term.to_owned(),
        object: Some(object.to_owned()),
        name: name.to_owned(),
    };
    bench.settings.borrow_mut().vocabulary =
        vec![word("size", "Opportunity", "Amount"), word("phase", "Opportunity", "StageName"), word("mrr", "X", "Y")];
    let total = |filters: Value| {
        bench.ok("report", json!({ "name": "Open Pipeline by Stage", "filters": filters }))["total"].clone()
    };
    for column in ["Amount", "AMOUNT", " amount ", "size"] {
        assert_eq!(total(json!({ column: { ">": 120_000 } })), 2, "{column}");
    }
    assert_eq!(total(json!({ "phase": "Prospecting" })), 2);
    assert_eq!(total(json!({ "Close date": { ">=": "2026-08-01" } })), 2);
    // One that the report does not show is a column of its type all the same.
    assert_eq!(total(json!({ "Opportunity Owner": "Jane Miller", "Won": false })), 1);
    assert_eq!(total(json!({ "Amount": null })), 1);
    assert_eq!(total(json!({ "Amount": { "!=": null } })), 6);
}

#[test]
fn what_a_filter_can_not_be_is_refused_before_the_report_is_run() {
    let bench = bench();
    for (filters, words) in [
        (json!({ "Amount": { "like": 5 } }), "no operator"),
        (json!({ "Amount": {} }), "has a value"),
        (json!({ "Amount": [] }), "one value, or a list"),
        (json!({ "Amount": [[1]] }), "one value, or a list"),
        (json!({ "Amount": { "=": { "a": 1 } } }), "one value, or a list"),
    ] {
        let error = bench.refused("report", json!({ "name": "Open Pipeline by Stage", "filters": filters }));
        assert!(error["message"].as_str().unwrap().contains(words), "{error}");
        assert_eq!(error["fields"], json!(["Amount"]));
    }
    let error = |filters: Value| {
        bench.org.forget_requests();
        let error = bench.err("report", json!({ "name": "Open Pipeline by Stage", "filters": filters }));
        assert_eq!(error["kind"], "invalid_input", "{error}");
        assert!(bench.org.requests().iter().all(|request| !request.path.contains("includeDetails")), "{error}");
        error
    };
    let unknown = error(json!({ "Ammount": 5 }));
    assert_eq!(unknown["allowed"][0], "Amount (AMOUNT)");
    for (filters, words) in [
        (json!({ "Amount": "much" }), "no number"),
        (json!({ "Amount": [1, "1e999"] }), "no number"),
        (json!({ "Close Date": "next week" }), "no day like"),
        (json!({ "Close Date": { ">=": "2026-02-30" } }), "no day like"),
        (json!({ "Won": "perhaps" }), "true and no false"),
    ] {
        let error = error(filters);
        assert!(error["message"].as_str().unwrap().contains(words), "{error}");
    }
    let many: Vec<String> = (0..20).map(|number| number.to_string()).collect();
    let many: Value =
        many.into_iter().map(|number| (format!("{number}x"), json!(1))).collect::<serde_json::Map<_, _>>().into();
    assert!(error(many)["message"].as_str().unwrap().contains("at most 20 filters"));
    assert_eq!(bench.org.writes(), []);
}

#[test]
fn a_value_of_a_picklist_goes_by_its_label_and_another_is_refused_with_the_nearest() {
    let bench = bench();
    *bench.rewrite.borrow_mut() = Some(Box::new(|body| {
        let values = r#""dataType":"picklist","filterValues":[{"name":"Prospecting","label":"Erstkontakt"},{"name":"Closed, Won","label":"Gewonnen"}]"#;
        body.replace(r#""dataType":"picklist","filterValues":[]"#, values)
    }));
    let by = |stage: Value| json!({ "name": "Open Pipeline by Stage", "filters": { "Stage": stage } });
    for stage in ["erstkontakt", "Prospecting", "PROSPECTING"] {
        bench.ok("report", by(json!(stage)));
        assert_eq!(last_sent(&bench)["reportMetadata"]["reportFilters"][1]["value"], "Prospecting");
    }
    // A comma in a value parts nothing.
    bench.ok("report", by(json!(["Gewonnen", "Erstkontakt"])));
    assert_eq!(last_sent(&bench)["reportMetadata"]["reportFilters"][1]["value"], "\"Closed, Won\",Prospecting");
    let error = bench.err("report", by(json!("Erstkontackt")));
    assert_eq!((&error["kind"], &error["allowed"][0]), (&json!("invalid_input"), &json!("Erstkontakt")), "{error}");
    // A part of a value is none of them.
    bench.ok("report", by(json!({ "starts with": "Erst" })));
}

#[test]
fn two_columns_of_one_label_are_asked_about_unless_the_report_shows_one() {
    let bench = bench();
    *bench.rewrite.borrow_mut() = Some(Box::new(|body| {
        let body =
            body.replace(r#""label":"Won""#, r#""label":"Over""#).replace(r#""label":"Closed""#, r#""label":"Over""#);
        body.replace(r#""label":"Type""#, r#""label":"Amount""#)
    }));
    let by = |filters: Value| json!({ "name": "Open Pipeline by Stage", "filters": filters });
    let error = bench.err("report", by(json!({ "over": true })));
    assert_eq!(error["allowed"], json!(["CLOSED", "WON"]), "{error}");
    bench.ok("report", by(json!({ "WON": true })));
    bench.ok("report", by(json!({ "Amount": 5 })));
    assert_eq!(last_sent(&bench)["reportMetadata"]["reportFilters"][1]["column"], "AMOUNT");
}

// ---- names ----

#[test]
fn a_name_of_several_is_asked_about_with_what_tells_them_apart() {
    let bench = bench();
    let error = bench.err("report", json!({ "name": "Open Cases" }));
    assert_eq!((&error["kind"], bench.requests()), (&json!("ambiguous"), 1));
    let folders: Vec<_> = error["candidates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["facts"]["FolderName"].as_str().unwrap())
        .collect();
    assert_eq!(folders, ["Support Reports", "Riley's Reports"]);
    let views = bench.err("report", json!({ "name": "New This Week" }));
    assert_eq!(views["candidates"][1]["facts"], json!({ "SobjectType": "Lead" }));
    let of_leads = bench.ok("report", json!({ "name": "New This Week", "object": "leads" }));
    assert_eq!(of_leads["sources"][0]["id"], bench.id("view_new_leads"));
    // A report and a list view of one name.
    bench.org.set(&bench.org.id("view_queue").unwrap(), "Name", "All Meter Readings");
    let both = bench.err("report", json!({ "name": "all meter readings" }));
    assert_eq!(both["kind"], "ambiguous");
    assert_eq!([&both["candidates"][0]["object"], &both["candidates"][1]["object"]], ["Report", "ListView"]);
}

#[test]
fn words_of_one_name_alone_are_enough_and_what_is_nearly_a_name_suggests() {
    let bench = bench();
    for name in ["the open pipeline report", "pipeline", "Won by type"] {
        let reply = named(&bench, name);
        assert!(notices(&reply).contains("the only one with these words"), "{name}: {reply}");
    }
    for name in
        ["my open deals list view", "The 'Open Pipeline by Stage' report".replace('\'', "").as_str(), "Open_Pipeline"]
    {
        let reply = named(&bench, name);
        assert_eq!(reply["notices"], Value::Null, "{name}");
    }
    // A word that several have is no name.
    let error = bench.err("report", json!({ "name": "open" }));
    assert_eq!(error["kind"], "ambiguous");
    assert_eq!(candidates(&error).len(), 4);
    for (name, meant) in [("Opne Pipline", "Open Pipeline by Stage"), ("Tire 2 queue", "Tier 2 Queue")] {
        bench.org.forget_requests();
        let error = bench.err("report", json!({ "name": name }));
        assert_eq!((&error["kind"], bench.requests()), (&json!("not_found"), 2), "{error}");
        assert_eq!(candidates(&error)[0], meant);
    }
    let nothing = bench.err("report", json!({ "name": "Xylophone" }));
    assert_eq!((&nothing["kind"], candidates(&nothing).len()), (&json!("not_found"), 0));
    // A name that is called just so comes before those that go on.
    bench.org.set(&bench.org.id("report_won").unwrap(), "Name", "Pipeline");
    assert_eq!(named(&bench, "pipeline")["sources"][0]["name"], "Pipeline");
}

#[test]
fn a_name_that_was_found_once_is_looked_for_again_where_it_is_gone_and_after_an_hour() {
    let bench = bench();
    named(&bench, "My Open Deals");
    bench.org.set(&bench.org.id("view_my_deals").unwrap(), "SobjectType", "Case");
    bench.org.set(&bench.org.id("view_new_leads").unwrap(), "Name", "My Open Deals");
    bench.org.set(&bench.org.id("view_my_deals").unwrap(), "Name", "Something else");
    bench.org.forget_requests();
    assert_eq!(named(&bench, "My Open Deals")["sources"][0]["id"], bench.id("view_new_leads"));
    assert_eq!(bench.requests(), 3);
    bench.org.forget_requests();
    named(&bench, "My Open Deals");
    assert_eq!(bench.requests(), 1);
    bench.org.advance(std::time::Duration::from_secs(3700));
    bench.org.forget_requests();
    named(&bench, "My Open Deals");
    assert_eq!(bench.requests(), 2);
}

#[test]
fn ids_of_something_else_and_names_of_nothing_are_refused() {
    let bench = bench();
    for (arguments, words) in [
        (json!({ "name": "https://demo.lightning.force.com/lightning/r/Account/001dM0000000010QAA/view" }), "neither"),
        (json!({ "name": "A" }), "at least two characters"),
        (json!({ "name": "Open Cases", "limit": 0 }), "limit is 0"),
        (json!({ "filters": { "a": 1 } }), "say in `name` which report"),
        (json!({ "details": true }), "say in `name` which report"),
        (json!({ "limit": 51 }), "it must be 1 to 50"),
    ] {
        let error = bench.refused("report", arguments);
        assert!(error["message"].as_str().unwrap().contains(words), "{error}");
    }
    // What only looks like an id may be a name.
    let error = bench.err("report", json!({ "name": "Q4Pipeline2026a" }));
    assert_eq!(error["kind"], "not_found");
}

#[test]
fn without_a_name_the_last_reports_and_list_views_are_listed() {
    let bench = bench();
    let reply = bench.ok("report", json!({}));
    assert_eq!(bench.requests(), 1);
    assert_eq!(candidates(&reply)[..3], ["Open Pipeline by Stage", "Open Cases", "Won by Owner and Type"]);
    assert_eq!((candidates(&reply).len(), &reply["complete"]), (12, &json!(true)));
    let of_leads = bench.ok("report", json!({ "object": "Lead" }));
    assert_eq!(candidates(&of_leads), ["New This Week"]);
    let few = bench.ok("report", json!({ "limit": 1 }));
    assert_eq!((candidates(&few).len(), &few["complete"]), (2, &json!(false)));
}

// ---- what is not run ----

#[test]
fn what_no_program_gets_is_refused_in_words_with_where_a_person_opens_it() {
    let bench = bench();
    let joined = bench.err("report", json!({ "name": "Deals and Cases" }));
    assert!(joined["message"].as_str().unwrap().contains("joined report"), "{joined}");
    assert!(joined["message"].as_str().unwrap().ends_with(&bench.id("report_joined")), "{joined}");
    let view = bench.err("report", json!({ "name": "Recently Viewed Accounts" }));
    assert!(view["message"].as_str().unwrap().contains("lightning/o/Account/list?filterName="), "{view}");
    let filtered = bench.err("report", json!({ "name": "My Open Deals", "filters": { "Amount": 5 } }));
    assert!(filtered["message"].as_str().unwrap().contains("salesforce_query"), "{filtered}");
    for error in [joined, view, filtered] {
        assert_eq!(error["kind"], "invalid_input");
    }
    // None of them was run.
    assert!(bench.org.requests().iter().all(|request| request.path.ends_with("/composite")));
    // One that was saved as joined meanwhile.
    *bench.rewrite.borrow_mut() = Some(Box::new(|body| body.replace("\"TABULAR\"", "\"MULTI_BLOCK\"")));
    let error = bench.err("report", json!({ "name": urgent(&bench) }));
    assert!(error["message"].as_str().unwrap().contains("joined report"), "{error}");
}

#[test]
fn what_analytics_refuses_reads_as_advice() {
    let bench = bench();
    // The demo org has no lists of several values.
    let filters = json!({ "name": "Open Pipeline by Stage", "filters": { "Stage": { "includes": "Prospecting" } } });
    let error = bench.err("report", filters);
    assert_eq!((&error["kind"], &error["code"]), (&json!("invalid_input"), &json!("BAD_REQUEST")));
    assert!(error["message"].as_str().unwrap().contains("the filter at fault"), "{error}");
    bench.org.change_access("riley", |access| {
        access.objects.insert("Opportunity".to_owned(), ObjectAccess::NONE);
    });
    let error = named_error(&bench, "Open Pipeline by Stage");
    assert_eq!((&error["kind"], &error["changed"]), (&json!("forbidden"), &json!("no")));
    assert!(error["message"].as_str().unwrap().contains("Run Reports"), "{error}");
    let error = named_error(&bench, &bench.id("view_my_deals"));
    assert_eq!(error["kind"], "not_found");
    assert!(error["message"].as_str().unwrap().contains("folder"), "{error}");
    let plain = Bench::new().err("report", json!({ "name": "Open Cases" }));
    assert_eq!(plain["kind"], "forbidden");
    assert!(plain["message"].as_str().unwrap().contains("neither reports nor list views"), "{plain}");
    // Who sees no reports may see list views.
    let bench = Bench::on(Org::demo_with([Extra::ListViews]), "riley");
    named(&bench, "My Open Deals");
}

#[track_caller]
fn named_error(bench: &Bench, name: &str) -> Value {
    bench.err("report", json!({ "name": name }))
}

// ---- list views ----

#[test]
fn a_list_view_is_its_own_columns_in_its_own_order_and_values_are_values() {
    let bench = bench();
    let reply = named(&bench, "My Open Deals");
    assert_eq!(bench.requests(), 2);
    let columns = ["Id", "Name", "Account.Name", "StageName", "Amount", "CloseDate", "IsPrivate"];
    assert_eq!(reply["columns"], json!(columns));
    let renewal = bench.id("acme_renewal");
    assert_eq!(
        reply["rows"][4],
        json!([renewal, "Acme renewal", "Acme", "Negotiation/Review", 120_000, "2026-05-22", false])
    );
    assert_eq!(reply["rows"][0][4], Value::Null);
    assert_eq!((&reply["total"], &reply["complete"]), (&json!(5), &json!(true)));
    let id = bench.id("view_my_deals");
    let link = format!("https://demo.my.salesforce.com/lightning/o/Opportunity/list?filterName={id}");
    assert_eq!(reply["link"], link);
    bench.org.forget_requests();
    named(&bench, "my open deals");
    assert_eq!(bench.requests(), 1);
    for text in [&id, &link, "https://x.lightning.force.com/lightning/o/Opportunity/list?filterName=MyOpenDeals"] {
        assert_eq!(named(&bench, text)["rows"], reply["rows"], "{text}");
    }
}

#[test]
fn a_list_view_says_where_it_has_more_rows() {
    let bench = bench();
    let reply = bench.ok("report", json!({ "name": "All Accounts", "limit": 3 }));
    assert_eq!((reply["rows"].as_array().unwrap().len(), &reply["complete"]), (3, &json!(false)));
    assert!(notices(&reply).contains("more rows") && reply["total"].is_null(), "{reply}");
    let all = bench.ok("report", json!({ "name": "All Accounts", "limit": 2000 }));
    assert_eq!((&all["total"], &all["complete"]), (&json!(25), &json!(true)));
}

// ---- grants ----

/// Riley, who may read these objects.
fn reading(names: &[&str]) -> Bench {
    let bench = bench();
    bench.settings.borrow_mut().objects.read = Some(names.iter().map(|name| (*name).to_owned()).collect());
    bench
}

#[test]
fn where_objects_are_granted_no_report_is_run_and_list_views_of_those_alone_are_read() {
    let bench = reading(&["Opportunity", "Lead"]);
    let error = named_error(&bench, &bench.id("report_pipeline"));
    assert_eq!(error["kind"], "not_found");
    assert!(error["message"].as_str().unwrap().contains("a report may tell of any object"), "{error}");
    let error = named_error(&bench, "All Accounts");
    assert_eq!(error["kind"], "switched_off");
    // Of two of a name, the one that may be read.
    assert_eq!(named(&bench, "New This Week")["sources"][0]["facts"]["SobjectType"], "Lead");
    assert_eq!(bench.err("report", json!({ "name": "x y", "object": "Account" }))["kind"], "switched_off");
    let reply = bench.ok("report", json!({}));
    assert_eq!(candidates(&reply), ["New This Week", "My Open Deals"]);
    assert!(notices(&reply).contains("reports are left out"), "{reply}");
    // What an account is called belongs to the deal.
    let reply = named(&bench, "My Open Deals");
    assert_eq!(reply["columns"].as_array().unwrap().len(), 7);
    // A report that was found before they were granted.
    let before = self::bench();
    named(&before, "Open Pipeline by Stage");
    before.settings.borrow_mut().objects.read = Some(vec!["Opportunity".to_owned()]);
    assert_eq!(named_error(&before, "Open Pipeline by Stage")["kind"], "switched_off");
}

#[test]
fn what_a_list_view_shows_of_other_objects_is_left_out_and_what_it_is_filtered_by_refused() {
    let phone = |body: String| body.replace("\"Account.Name\"", "\"Account.Phone\"");
    let bench = reading(&["Opportunity"]);
    *bench.rewrite.borrow_mut() = Some(Box::new(phone));
    let reply = named(&bench, "My Open Deals");
    let columns = ["Id", "Name", "StageName", "Amount", "CloseDate", "IsPrivate"];
    assert_eq!(reply["columns"], json!(columns));
    assert!(notices(&reply).contains("1 columns are left out"), "{reply}");
    for (from, to) in [
        (r#""field":"IsClosed""#, r#""field":"Account.Phone""#),
        (r#""field":"IsClosed""#, r#""field":null"#),
        (r#""field":"IsClosed""#, r#""other":"IsClosed""#),
        (r#""fieldNameOrPath":"CloseDate""#, r#""fieldNameOrPath":"Account.Phone""#),
    ] {
        let rewrite = move |body: String| if body.contains("whereCondition") { body.replace(from, to) } else { body };
        *bench.rewrite.borrow_mut() = Some(Box::new(rewrite));
        let error = named_error(&bench, "My Open Deals");
        assert_eq!(error["kind"], "switched_off", "{to}: {error}");
    }
}
