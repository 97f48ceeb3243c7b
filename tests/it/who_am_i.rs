//! Who the user is: what is told, at what cost, and what is told where Salesforce or the settings keep something back.

use std::time::Duration;

use demo_org::{Effect, Fault};
use http::Method;
use serde_json::{Value, json};

use crate::bench::Bench;
use crate::said::numbers;

const NOTHING_MORE: [&str; 1] = ["the org has one currency, and Salesforce does not say here which"];

fn names(reply: &Value, list: &str) -> Vec<String> {
    reply[list].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_user_the_org_and_the_time_are_told_in_few_words() {
    let bench = Bench::of("jonas");
    let reply = bench.ok("who_am_i", json!({}));
    assert_eq!(
        reply["user"],
        json!({
            "id": bench.id("jonas"), "name": "Jonas Becker", "username": "jonas@demo.example",
            "email": "jonas@demo.example", "locale": "de_DE", "language": "de",
        })
    );
    assert_eq!(
        reply["org"],
        json!({
            "id": bench.id("org"), "name": "Demo Org", "sandbox": false,
            "origin": "https://demo.my.salesforce.com", "multi_currency": false,
        })
    );
    assert_eq!((&reply["zone"], &reply["now"]), (&json!("Europe/Berlin"), &json!("Tue 2026-05-12 17:00")));
    assert_eq!(reply["notices"], json!(NOTHING_MORE));
    // A token has four characters or so.
    assert!(reply.to_string().len() < 1600, "{} characters: {reply}", reply.to_string().len());
}

#[test]
fn it_takes_two_requests_with_an_empty_cache_and_one_later_which_ask_of_the_objects_one_by_one() {
    let bench = Bench::new();
    let first = bench.ok("who_am_i", json!({}));
    let paths: Vec<_> = bench.sent.borrow().iter().map(|sent| sent.uri().path().to_owned()).collect();
    assert_eq!(paths, ["/services/oauth2/userinfo", "/services/data/v65.0/composite"]);
    let mut second = bench.ok("who_am_i", json!({}));
    assert_eq!(bench.requests(), 3);
    let body = String::from_utf8(bench.sent.borrow()[2].body().clone()).unwrap();
    assert_eq!(body.matches("referenceId").count(), 8, "only the user's row, and seven objects: {body}");
    assert!(body.contains("\"/services/data/v65.0/sobjects/Account\""), "{body}");
    // The list says the same of them, where it is known.
    bench.ok("describe", json!({}));
    let listed = bench.ok("who_am_i", json!({}));
    let body = String::from_utf8(bench.sent.borrow()[4].body().clone()).unwrap();
    assert_eq!(body.matches("referenceId").count(), 1, "{body}");
    for list in ["readable", "creatable", "editable"] {
        assert_eq!(listed[list], first[list]);
    }
    // 17 were used before; the third of ours is the twentieth.
    assert_eq!(first["api_calls"], json!({ "left": 14_981, "allowed": 15_000 }));
    assert_eq!(second["api_calls"], json!({ "left": 14_980, "allowed": 15_000 }));
    second["api_calls"] = first["api_calls"].clone();
    assert_eq!(first, second);
}

#[test]
fn the_orgs_row_is_read_once_for_the_fiscal_year_and_for_its_name() {
    let bench = Bench::new();
    let quarters = json!({ "object": "Case", "group_by": [{ "field": "CreatedDate", "by": "quarter" }] });
    bench.ok("query", numbers(quarters.clone()));
    assert_eq!(bench.ok("who_am_i", json!({}))["org"]["name"], "Demo Org");
    let bodies = |bench: &Bench| {
        let sent = bench.sent.borrow();
        sent.iter().map(|sent| String::from_utf8_lossy(sent.body()).into_owned()).collect::<String>()
    };
    assert_eq!(bodies(&bench).matches("FROM+Organization").count(), 1);
    let bench = Bench::new();
    bench.ok("who_am_i", json!({}));
    let reply = bench.ok("query", numbers(quarters));
    assert_eq!(bodies(&bench).matches("FROM+Organization").count(), 1);
    assert!(reply["notices"].to_string().contains("begins in February"), "{reply}");
}

#[test]
fn a_user_who_moved_is_told_the_new_time_at_once() {
    let bench = Bench::new();
    assert_eq!(bench.ok("who_am_i", json!({}))["now"], "Tue 2026-05-12 08:00");
    bench.org.set(&bench.org.id("riley").unwrap(), "TimeZoneSidKey", "Asia/Kolkata");
    let reply = bench.ok("who_am_i", json!({}));
    assert_eq!((&reply["zone"], &reply["now"]), (&json!("Asia/Kolkata"), &json!("Tue 2026-05-12 20:30")));
    // And so is every other tool.
    assert_eq!(bench.ok("activities", json!({}))["zone"], "Asia/Kolkata");
    bench.org.set(&bench.org.id("riley").unwrap(), "TimeZoneSidKey", "Mars/Olympus");
    let reply = bench.ok("who_am_i", json!({}));
    assert_eq!((&reply["zone"], &reply["now"]), (&json!("UTC"), &json!("Tue 2026-05-12 15:00")));
    assert!(reply["notices"][0].as_str().unwrap().contains("those of UTC"), "{reply}");
}

#[test]
fn rights_are_the_users_own() {
    let every = ["Account", "Contact", "Lead", "Opportunity", "Case", "Task", "Event"];
    let riley = Bench::new().ok("who_am_i", json!({}));
    for list in ["readable", "creatable", "editable"] {
        assert_eq!(names(&riley, list), every, "{list}");
    }
    let vera = Bench::of("vera");
    let reply = vera.ok("who_am_i", json!({}));
    assert_eq!(names(&reply, "readable"), every);
    assert_eq!((&reply["creatable"], &reply["editable"]), (&json!([]), &json!([])));
    assert_eq!(reply["notices"], json!(NOTHING_MORE), "the settings take nothing away");
    // What she may not see is not there.
    let reply = vera.ok("who_am_i", json!({ "objects": ["Account", "Campaign"] }));
    assert_eq!(names(&reply, "readable"), ["Account"]);
}

#[test]
fn rights_of_other_objects_are_told_by_name_or_label() {
    let bench = Bench::new();
    let reply = bench.ok("who_am_i", json!({ "objects": ["projects", "deal", "User"] }));
    assert_eq!(names(&reply, "readable"), ["Project__c", "Opportunity", "User"]);
    assert_eq!(names(&reply, "creatable"), ["Project__c", "Opportunity"]);
    assert_eq!(names(&reply, "editable"), ["Project__c", "Opportunity"]);
    let error = bench.refused("who_am_i", json!({ "objects": ["Projekt"] }));
    assert!(error["message"].as_str().unwrap().contains("\"Projekt\""), "{error}");
}

#[test]
fn rights_are_no_more_than_the_settings_let_the_tools() {
    let bench = Bench::new();
    let narrowed = "Salesforce lets the user do more than the settings of this connection do";
    let some = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
    bench.settings.borrow_mut().objects.read = some(&["account", "Project__c"]);
    bench.settings.borrow_mut().objects.edit = some(&["Project__c"]);
    let reply = bench.ok("who_am_i", json!({}));
    assert_eq!(names(&reply, "readable"), ["Account", "Project__c"]);
    assert_eq!(names(&reply, "creatable").len(), 8);
    assert_eq!(names(&reply, "editable"), ["Project__c"]);
    assert_eq!(reply["notices"], json!([NOTHING_MORE[0], narrowed]));
    let reply = bench.ok("who_am_i", json!({ "objects": ["Account"] }));
    assert_eq!((names(&reply, "readable").len(), names(&reply, "editable").len()), (1, 0));
    bench.settings.borrow_mut().read_only = true;
    let reply = bench.ok("who_am_i", json!({}));
    assert_eq!((&reply["creatable"], &reply["editable"]), (&json!([]), &json!([])));
}

#[test]
fn no_more_objects_are_told_of_than_one_request_asks_for() {
    let bench = Bench::new();
    let error = bench.refused("who_am_i", json!({ "objects": vec!["Account"; 23] }));
    assert_eq!(error["message"], "name at most 22 objects", "{error}");
    let mut granted: Vec<_> = (0..14).map(|number| format!("Made_Up_{number}__c")).collect();
    granted.push("Project__c".to_owned());
    granted.push("User".to_owned());
    bench.settings.borrow_mut().objects.read = Some(granted);
    let reply = bench.ok("who_am_i", json!({}));
    assert!(reply["notices"].to_string().contains("the settings name 1 more objects"), "{reply}");
    assert_eq!(names(&reply, "readable"), ["Project__c"]);
}

#[test]
fn fields_that_are_hidden_are_left_out() {
    let bench = Bench::new();
    bench.org.change_access("riley", |access| {
        for (object, field) in [("User", "Email"), ("User", "TimeZoneSidKey"), ("User", "LocaleSidKey")] {
            access.hidden.insert((object.to_owned(), field.to_owned()));
        }
    });
    let reply = bench.ok("who_am_i", json!({}));
    assert_eq!(reply["user"]["name"], "Riley Reyes");
    assert!(reply["user"].get("email").is_none() && reply["user"].get("locale").is_none(), "{reply}");
    assert_eq!(reply["now"], "Tue 2026-05-12 08:00", "userinfo knows the zone all the same");
    // A query that names a hidden field is refused as a whole.
    let bench = Bench::new();
    bench.org.change_access("riley", |access| {
        access.hidden.insert(("Organization".to_owned(), "IsSandbox".to_owned()));
    });
    let reply = bench.ok("who_am_i", json!({}));
    assert_eq!(reply["org"], json!({ "origin": "https://demo.my.salesforce.com", "multi_currency": false }));
    assert!(reply["notices"][0].as_str().unwrap().contains("the org's own row"), "{reply}");
    assert_eq!(reply["user"]["name"], "Riley Reyes");
}

/// A composite answer of these parts, in order, the last of which stands for each of the objects.
fn answer(bench: &Bench, parts: &[(u16, Value)]) {
    let objects = std::iter::repeat_n(parts.last().unwrap(), 6);
    let parts: Vec<_> = parts
        .iter()
        .chain(objects)
        .map(|(status, body)| json!({ "body": body, "httpHeaders": {}, "httpStatusCode": status, "referenceId": "x" }))
        .collect();
    let body = json!({ "compositeResponse": parts }).to_string();
    let effect = Effect::Answer { status: 200, content_type: "application/json", body };
    bench.org.fault(Fault::new(effect).on(Method::POST, "/composite"));
}

fn rows(row: &Value) -> Value {
    json!({ "totalSize": 1, "done": true, "records": [row] })
}

#[test]
fn an_org_with_several_currencies_names_its_own_and_the_users() {
    let bench = Bench::new();
    let objects = json!({ "objectDescribe": { "name": "Account", "label": "Account", "queryable": true } });
    let user = json!({ "Name": "R", "DefaultCurrencyIsoCode": "CHF" });
    let org = rows(&json!({ "Name": "O", "IsSandbox": true }));
    let corporate = rows(&json!({ "IsoCode": "EUR" }));
    answer(&bench, &[(200, user.clone()), (200, org.clone()), (200, corporate), (200, objects.clone())]);
    let reply = bench.ok("who_am_i", json!({}));
    assert_eq!(
        (&reply["org"]["multi_currency"], &reply["org"]["currency"], &reply["user"]["currency"]),
        (&json!(true), &json!("EUR"), &json!("CHF"))
    );
    assert_eq!(reply["org"]["sandbox"], true);
    assert!(reply.get("notices").is_none(), "{reply}");
    // Where the corporate currency is hidden, the user's own tells that there are several.
    let bench = Bench::new();
    let unknown = json!([{ "errorCode": "INVALID_TYPE", "message": "sObject type 'CurrencyType' is not supported." }]);
    answer(&bench, &[(200, user), (200, org), (400, unknown), (200, objects)]);
    let reply = bench.ok("who_am_i", json!({}));
    assert_eq!((&reply["org"]["multi_currency"], &reply["user"]["currency"]), (&json!(true), &json!("CHF")));
    assert!(reply["org"].get("currency").is_none() && reply.get("notices").is_none(), "{reply}");
}

#[test]
fn whatever_part_is_refused_the_rest_is_told() {
    let bench = Bench::new();
    let refused = (403, json!([{ "errorCode": "FORBIDDEN", "message": "nein" }]));
    answer(&bench, &[refused.clone(), refused.clone(), refused.clone(), refused]);
    let reply = bench.ok("who_am_i", json!({}));
    assert_eq!(reply["user"], json!({ "id": bench.id("riley") }));
    assert_eq!(reply["org"], json!({ "origin": "https://demo.my.salesforce.com" }));
    assert_eq!((&reply["now"], &reply["readable"]), (&json!("Tue 2026-05-12 08:00"), &json!([])));
    let notices = reply["notices"].as_array().unwrap();
    let said = ["the user's own row", "the org's own row", "did not list the objects"];
    assert_eq!(notices.len(), said.len(), "{reply}");
    for (notice, said) in notices.iter().zip(said) {
        assert!(notice.as_str().unwrap().contains(said), "{notice}");
    }
    // Nothing of that was kept.
    let reply = bench.ok("who_am_i", json!({}));
    assert_eq!((&reply["user"]["name"], &reply["org"]["name"]), (&json!("Riley Reyes"), &json!("Demo Org")));
    assert_eq!(reply["org"]["multi_currency"], false);
}

#[test]
fn what_is_kept_of_the_org_is_asked_again_after_a_day() {
    let bench = Bench::new();
    bench.ok("who_am_i", json!({}));
    bench.org.set(&bench.org.id("org").unwrap(), "Name", "Renamed");
    assert_eq!(bench.ok("who_am_i", json!({}))["org"]["name"], "Demo Org");
    bench.org.advance(Duration::from_secs(25 * 60 * 60));
    let reply = bench.ok("who_am_i", json!({}));
    assert_eq!((&reply["org"]["name"], &reply["now"]), (&json!("Renamed"), &json!("Wed 2026-05-13 09:00")));
}
