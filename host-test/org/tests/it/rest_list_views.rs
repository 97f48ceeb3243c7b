//! [`Extra::ListViews`]: what the manual shows of them, and the traps in it.

use demo_org::{Extra, Org};
use serde_json::{Value as Json, json};

use crate::rest_client::{get, id, post, query};

fn lists() -> Org {
    Org::demo_with([Extra::ListViews])
}

/// The values of a view's rows under one column.
#[track_caller]
fn values(body: &Json, column: &str) -> Vec<Json> {
    let records = body["records"].as_array().expect("records");
    let value = |record: &Json| {
        let cells = record["columns"].as_array().expect("columns");
        cells.iter().find(|cell| cell["fieldNameOrPath"] == column).expect("the column")["value"].clone()
    };
    records.iter().map(value).collect()
}

#[test]
fn the_plain_demo_org_has_no_list_views() {
    let org = Org::demo();
    assert_eq!(query(&org, "riley", "SELECT Id FROM ListView").refused(), "400 INVALID_TYPE");
    assert_eq!(get(&org, "riley", "sobjects/Account/listviews").refused(), "404 NOT_FOUND");
}

#[test]
fn views_are_found_by_name_and_one_name_can_be_two_objects() {
    let org = lists();
    let named = "SELECT SobjectType FROM ListView WHERE Name = 'New This Week' ORDER BY SobjectType";
    assert_eq!(query(&org, "riley", named).body["totalSize"], 2);
    let listed = get(&org, "riley", "sobjects/Account/listviews").body;
    assert_eq!(
        (&listed["size"], &listed["done"], &listed["sobjectType"]),
        (&json!(3), &json!(true), &json!("Account"))
    );
    let view = id(&org, "view_accounts");
    let url = format!("/services/data/v62.0/sobjects/Account/listviews/{view}");
    let expected = json!({"describeUrl": format!("{url}/describe"), "developerName": "AllAccounts", "id": view,
        "label": "All Accounts", "resultsUrl": format!("{url}/results"), "soqlCompatible": true, "url": url});
    assert_eq!(listed["listviews"][0], expected);
    assert_eq!(get(&org, "riley", &format!("sobjects/Account/listviews/{view}")).body, expected);
    // A view of another object is none of this one.
    let elsewhere = format!("sobjects/Lead/listviews/{view}");
    assert_eq!(get(&org, "riley", &elsewhere).refused(), "404 NOT_FOUND");
}

#[test]
fn results_are_texts_in_the_views_own_order_with_hidden_columns_at_the_end() {
    let org = lists();
    let body =
        get(&org, "riley", &format!("sobjects/Opportunity/listviews/{}/results", id(&org, "view_my_deals"))).body;
    assert_eq!((&body["label"], &body["developerName"]), (&json!("My Open Deals"), &json!("MyOpenDeals")));
    assert_eq!(body["id"], id(&org, "view_my_deals")[..15]);
    assert_eq!((&body["size"], &body["done"]), (&json!(5), &json!(true)));
    assert_eq!(
        values(&body, "Name"),
        ["Drones fleet", "Lumen start", "Initech support", "Globex platform deal", "Acme renewal"]
    );
    assert_eq!(values(&body, "Amount")[0], Json::Null);
    assert_eq!(values(&body, "Amount")[4], "120000.0");
    assert_eq!(values(&body, "CloseDate")[4], "Fri May 22 00:00:00 GMT 2026");
    assert_eq!(values(&body, "Account.Name")[4], "Acme");
    assert_eq!(values(&body, "IsPrivate")[4], "false");
    let shown: Vec<(&Json, bool)> = body["columns"]
        .as_array()
        .expect("columns")
        .iter()
        .map(|column| (&column["fieldNameOrPath"], column["hidden"] == true))
        .collect();
    assert_eq!(shown.iter().filter(|(_, hidden)| *hidden).count(), 4);
    assert_eq!(body["columns"][1]["label"], "Account Account Name");
    assert_eq!(body["columns"][2]["selectListItem"], "toLabel(StageName)");
    assert_eq!(
        (&body["columns"][4]["sortDirection"], &body["columns"][4]["sortIndex"]),
        (&json!("descending"), &json!(0))
    );
}

#[test]
fn a_view_shows_25_rows_unless_it_is_asked_for_more_and_then_goes_on() {
    let org = lists();
    let view = format!("sobjects/Account/listviews/{}/results", id(&org, "view_accounts"));
    for number in 0..10 {
        let made = post(&org, "riley", "sobjects/Account", &json!({"Name": format!("Zeta {number}{number}{number}")}));
        assert_eq!(made.status, 201, "{}", made.body);
    }
    let some = get(&org, "riley", &view).body;
    assert_eq!((&some["size"], &some["done"]), (&json!(25), &json!(false)));
    let all = get(&org, "riley", &format!("{view}?limit=2000")).body;
    let names = values(&all, "Name");
    assert_eq!((names.len() > 25, &all["done"]), (true, &json!(true)));
    let first = get(&org, "riley", &format!("{view}?limit=10")).body;
    assert_eq!((&first["size"], &first["done"]), (&json!(10), &json!(false)));
    let last = get(&org, "riley", &format!("{view}?limit=100&offset=20")).body;
    assert_eq!((values(&last, "Name").as_slice(), &last["done"]), (&names[20..], &json!(true)));
}

#[test]
fn a_view_of_mine_is_the_askers_and_rights_hold() {
    let org = lists();
    let view = format!("sobjects/Opportunity/listviews/{}/results", id(&org, "view_my_deals"));
    assert_eq!(values(&get(&org, "jonas", &view).body, "Name"), ["Rheinwerk line 4"]);
    org.change_access("riley", |access| {
        access.objects.insert("Opportunity".to_owned(), demo_org::access::ObjectAccess::NONE);
    });
    assert_eq!(get(&org, "riley", &view).refused(), "404 NOT_FOUND");
}

#[test]
fn describe_has_the_query_and_its_parts() {
    let org = lists();
    let body =
        get(&org, "riley", &format!("sobjects/Account/listviews/{}/describe", id(&org, "view_new_accounts"))).body;
    assert_eq!(body["whereCondition"], json!({"field": "CreatedDate", "operator": "equals", "values": ["THIS_WEEK"]}));
    assert_eq!(
        body["orderBy"][0],
        json!({"fieldNameOrPath": "Name", "nullsPosition": "first", "sortDirection": "ascending"})
    );
    assert_eq!((&body["scope"], &body["sobjectType"]), (&Json::Null, &json!("Account")));
    let asked = query(&org, "riley", body["query"].as_str().expect("a query"));
    assert_eq!(asked.status, 200);
    let mine =
        get(&org, "riley", &format!("sobjects/Opportunity/listviews/{}/describe", id(&org, "view_my_deals"))).body;
    assert_eq!((&mine["scope"], &mine["whereCondition"]["conjunction"]), (&json!("mine"), &json!("and")));
}

#[test]
fn a_view_that_soql_cannot_express_is_refused_loudly() {
    let org = lists();
    let view = format!("sobjects/Account/listviews/{}/results", id(&org, "view_recent_accounts"));
    assert_eq!(get(&org, "riley", &view).refused(), "501 DEMO_ORG_UNSUPPORTED");
}

#[test]
fn results_of_several_views_come_in_one_composite_request() {
    let org = lists();
    let part = |name: &str, object: &str, view: &str| {
        let url = format!("/services/data/v62.0/sobjects/{object}/listviews/{}/results?limit=1", id(&org, view));
        json!({"method": "GET", "referenceId": name, "url": url})
    };
    let parts = [
        part("a", "Account", "view_accounts"),
        part("b", "Account", "view_recent_accounts"),
        part("c", "Case", "view_queue"),
    ];
    let body = post(&org, "riley", "composite", &json!({"compositeRequest": parts})).body;
    let statuses: Vec<&Json> =
        body["compositeResponse"].as_array().expect("parts").iter().map(|part| &part["httpStatusCode"]).collect();
    assert_eq!(statuses, [200, 501, 200]);
    assert_eq!(body["compositeResponse"][0]["body"]["size"], 1);
    assert_eq!(body["compositeResponse"][2]["body"]["label"], "Tier 2 Queue");
}
