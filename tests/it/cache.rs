//! What is remembered between calls: how much it saves, and that it never decides for good.

use std::time::Duration;

use demo_org::Org;
use demo_org::access::{Access, ObjectAccess};
use salesforce_plugin::platform::FailureReason;
use serde_json::{Value, json};

use crate::bench::{Bench, without_place};
use crate::said::records;

/// The requests a call takes: with an empty cache, and once more.
#[track_caller]
fn costs(tool: &str, arguments: impl Fn(&Bench) -> Value, cold: usize, warm: usize) {
    let bench = Bench::new();
    bench.ok(tool, arguments(&bench));
    assert_eq!(bench.requests(), cold, "{tool} with an empty cache");
    bench.org.forget_requests();
    bench.ok(tool, arguments(&bench));
    assert_eq!(bench.requests(), warm, "{tool} once more");
}

#[test]
fn each_tool_takes_as_few_requests_as_it_can() {
    costs("find", |_| json!({ "text": "acme" }), 1, 1);
    costs("find", |_| json!({ "text": "migration", "objects": ["Project"] }), 3, 1);
    costs("get", |bench| json!({ "record": bench.id("acme") }), 1, 1);
    costs("get", |_| json!({ "record": "Acme", "object": "Account", "related": ["contacts"] }), 1, 1);
    costs("get", |bench| json!({ "record": bench.id("acme"), "full": true }), 2, 1);
    costs("get", |bench| json!({ "record": bench.id("migration") }), 3, 1);
    costs("query", |_| records(json!({ "object": "Account" })), 1, 1);
    costs("query", |_| records(json!({ "object": "Account", "fields": ["Service Level"] })), 2, 1);
    costs("query", |_| records(json!({ "object": "Project__c" })), 2, 1);
    costs("describe", |_| json!({ "object": "Account" }), 1, 0);
    costs("describe", |_| json!({}), 1, 0);
    costs("who_am_i", |_| json!({}), 2, 1);
    let create = |_: &Bench| json!({ "object": "Account", "fields": { "Name": "Zenith" }, "allow_duplicate": true });
    costs("create", create, 2, 1);
    let employees = |bench: &Bench| {
        let now = bench.org.row(&bench.org.id("acme").unwrap()).unwrap().get("NumberOfEmployees").as_f64().unwrap();
        json!({ "record": "Acme", "object": "Account", "fields": { "Employees": now + 1.0 } })
    };
    costs("update", employees, 2, 2);
    let industry = |_: &Bench| json!({ "record": "Globex", "object": "Account", "fields": { "Industry": "Media" } });
    // The description and the record type for the picklist; the second time nothing is to be written.
    costs("update", industry, 4, 1);
}

/// What descriptions of two objects are needed for.
fn of_two_objects() -> Value {
    let children = json!([{ "object": "Meter_Reading__c", "via": "Account__c", "filters": [{ "field": "Reading", "op": "gt", "value": 98 }] }]);
    records(json!({ "object": "Account", "fields": ["Service Level", "Name"], "children": children }))
}

#[test]
fn objects_that_have_to_be_described_together_are_described_in_one_request() {
    let bench = Bench::new();
    bench.ok("query", of_two_objects());
    assert_eq!(bench.requests(), 2, "{:#?}", bench.org.requests());
}

#[test]
fn descriptions_that_are_too_large_together_are_asked_for_one_by_one() {
    let bench = Bench::new();
    bench.fails.replace(Some(("/composite", FailureReason::TooLarge)));
    bench.ok("query", of_two_objects());
    let described = bench.org.requests().into_iter().filter(|request| request.path.ends_with("/describe")).count();
    assert_eq!(described, 2);
}

#[test]
fn what_is_too_large_by_itself_says_what_can_be_done() {
    let bench = Bench::new();
    bench.fails.replace(Some(("/describe", FailureReason::TooLarge)));
    for (tool, arguments) in [
        ("describe", json!({ "object": "Account" })),
        ("query", json!({ "soql": "SELECT Name FROM Meter_Reading__c" })),
    ] {
        let error = bench.err(tool, arguments);
        assert_eq!(error["kind"], "forbidden", "{error}");
        assert!(error["message"].as_str().unwrap().contains("only the platform's admin"), "{error}");
    }
    bench.fails.replace(Some(("/sobjects", FailureReason::TooLarge)));
    for forgets in [true, false] {
        bench.forgets.set(forgets);
        let error = bench.err("describe", json!({ "object": "meter reading" }));
        assert_eq!(error["kind"], "invalid_input", "{error}");
        assert!(error["message"].as_str().unwrap().contains("by their API names"), "{error}");
    }
}

/// Riley, after the org's description of accounts is so old; what happened in between has not been noticed.
fn aged(age: Duration, meanwhile: impl Fn(&Org)) -> Bench {
    let bench = Bench::warm(&["Account", "Lead"]);
    bench.org.advance(age);
    meanwhile(&bench.org);
    bench
}

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

fn hide(org: &Org, object: &str, field: &str) {
    org.change_access("riley", |access| {
        access.hidden.insert((object.to_owned(), field.to_owned()));
    });
}

fn show(org: &Org, object: &str, field: &str) {
    org.change_access("riley", |access| {
        access.hidden.remove(&(object.to_owned(), field.to_owned()));
    });
}

#[test]
fn a_description_is_used_for_a_day() {
    let list = json!({ "object": "Account", "fields": ["Service Level"] });
    let bench = aged(23 * HOUR, |_| {});
    bench.ok("query", records(list.clone()));
    assert_eq!(bench.requests(), 1);
    let bench = aged(25 * HOUR, |_| {});
    bench.ok("query", records(list));
    assert_eq!(bench.requests(), 2, "described anew");
}

#[test]
fn a_description_from_the_future_is_not_used() {
    let bench = Bench::warm(&["Account"]);
    bench.org.set_now("2026-05-01T00:00:00Z".parse().unwrap());
    bench.ok("query", records(json!({ "object": "Account", "fields": ["Service Level"] })));
    assert_eq!(bench.requests(), 2);
}

#[test]
fn a_corrupt_entry_is_as_good_as_none() {
    for spoil in [
        (|bytes: &mut Vec<u8>| bytes.clear()) as fn(&mut Vec<u8>),
        |bytes| bytes.truncate(5),
        |bytes| bytes.truncate(bytes.len() / 2),
        |bytes| bytes.push(b'x'),
        |bytes| bytes[20] ^= 1,
        |bytes| bytes.iter_mut().for_each(|byte| *byte = 0xff),
    ] {
        let bench = Bench::new();
        bench.ok("describe", json!({}));
        bench.ok("describe", json!({ "object": "Account" }));
        bench.cache.borrow_mut().values_mut().for_each(spoil);
        bench.org.forget_requests();
        bench.ok("describe", json!({}));
        let reply = bench.ok("describe", json!({ "object": "Account", "search": "employees" }));
        assert_eq!(reply["fields"][0]["name"], "NumberOfEmployees");
        assert_eq!(bench.requests(), 2);
    }
}

#[test]
fn a_field_that_was_hidden_meanwhile_is_refused_by_a_fresh_description() {
    for (tool, arguments) in [
        ("query", records(json!({ "object": "Account", "fields": ["Service Level"] }))),
        ("query", records(json!({ "object": "Account", "filters": [{ "field": "Tier__c", "value": "Gold" }] }))),
        ("get", json!({ "object": "Account", "record": "Acme", "fields": ["Tier__c"] })),
        ("update", json!({ "object": "Account", "record": "Acme", "fields": { "Tier__c": "Silver" } })),
        ("create", json!({ "object": "Account", "fields": { "Name": "Zenith", "Tier__c": "Gold" } })),
    ] {
        let bench = aged(HOUR, |org| hide(org, "Account", "Tier__c"));
        let error = bench.err(tool, arguments);
        assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some("invalid_input"), Some("no")), "{error}");
        assert!(
            error["message"].as_str().unwrap().contains("does not exist on Account or is not visible to the user"),
            "{tool}: {error}"
        );
        // What the org refused, and the description.
        assert_eq!(bench.counts(), (2 + bench.narrowings(), 0), "{tool}");
        assert_eq!(bench.narrowings(), usize::from(tool == "create"));
    }
}

#[test]
fn a_usual_column_that_was_hidden_is_left_out() {
    let bench = aged(HOUR, |org| hide(org, "Account", "Industry"));
    let reply = bench.ok("query", records(json!({ "object": "Account" })));
    assert!(!reply["columns"].as_array().unwrap().contains(&json!("Industry")));
    assert_eq!(bench.requests(), 3);
    // Without any description as well.
    let bench = Bench::new();
    hide(&bench.org, "Account", "Industry");
    bench.ok("query", records(json!({ "object": "Account" })));
    assert_eq!(bench.requests(), 3);
    bench.org.forget_requests();
    bench.ok("query", records(json!({ "object": "Account" })));
    assert_eq!(bench.requests(), 1, "remembered");
}

#[test]
fn a_hidden_field_and_one_there_is_not_look_alike() {
    let bench = Bench::warm(&["Contact"]);
    let message = |field: &str| {
        let error = bench.refused("query", records(json!({ "object": "Contact", "fields": [field] })));
        without_place(&error).replace(field, "FIELD")
    };
    assert_eq!(message("Salary_Grade__c"), message("Shoe_Size__c"));
    assert_eq!(
        message("Salary_Grade__c"),
        "the field \"FIELD\" does not exist on Contact or is not visible to the user"
    );
}

/// The date since which the last request asked for changes, if it did.
fn asked_since(bench: &Bench) -> Option<String> {
    let sent = bench.sent.borrow();
    let date = sent.last().unwrap().headers().get("If-Modified-Since")?;
    Some(date.to_str().unwrap().to_owned())
}

#[test]
fn a_field_that_appeared_meanwhile_is_found_by_a_fresh_description() {
    let list = json!({ "object": "Account", "fields": ["Tier__c"] });
    let bench = Bench::new();
    hide(&bench.org, "Account", "Tier__c");
    // The org's schema changes at eight.
    bench.org.set_now("2026-04-01T07:58:00Z".parse().unwrap());
    let bench = bench.after_describing(&["Account"]);
    show(&bench.org, "Account", "Tier__c");
    // A description is believed for some minutes, so that a wrong name costs nothing.
    bench.refused("query", records(list.clone()));
    bench.org.advance(6 * MINUTE);
    bench.ok("query", records(list));
    assert_eq!(bench.requests(), 2);
}

#[test]
fn what_has_not_changed_is_not_described_anew() {
    let unknown = |bench: &Bench| bench.err("query", records(json!({ "object": "Account", "fields": ["Shoe Size"] })));
    // Clocks may differ by ten minutes before a change is missed.
    let bench = aged(20 * MINUTE, |_| {});
    unknown(&bench);
    assert_eq!(bench.requests(), 1);
    assert_eq!(asked_since(&bench).as_deref(), Some("Tue, 12 May 2026 14:50:00 GMT"));
    assert_eq!(bench.received.borrow().last().unwrap(), b"");
    // Of what is older the org's word is not enough: a right that was granted is no change.
    let bench = aged(30 * MINUTE, |_| {});
    unknown(&bench);
    assert_eq!((bench.requests(), asked_since(&bench)), (1, None));
}

#[test]
fn several_objects_that_have_not_changed_take_one_request_and_no_description() {
    let bench = Bench::warm(&["Account", "Contact"]);
    bench.org.advance(10 * MINUTE);
    let children = json!([{ "object": "Contact", "filters": [{ "field": "Hat Size", "op": "gt", "value": 7 }] }]);
    bench.err("query", records(json!({ "object": "Account", "fields": ["Shoe Size"], "children": children })));
    assert_eq!(bench.requests(), 1);
    let answer: Value = serde_json::from_slice(bench.received.borrow().last().unwrap()).unwrap();
    let parts = answer["compositeResponse"].as_array().unwrap();
    assert_eq!(parts.iter().map(|part| &part["httpStatusCode"]).collect::<Vec<_>>(), [304, 304]);
}

#[test]
fn what_the_org_refused_is_described_whole() {
    let bench = aged(10 * MINUTE, |org| hide(org, "Account", "Tier__c"));
    bench.err("query", records(json!({ "object": "Account", "fields": ["Tier__c"] })));
    assert_eq!((bench.requests(), asked_since(&bench)), (2, None));
}

#[test]
fn an_object_that_appeared_meanwhile_is_found_in_a_fresh_list() {
    let query = |_: &Bench| ("query", records(json!({ "object": "Project" })));
    let get = |bench: &Bench| ("get", json!({ "record": bench.id("migration") }));
    for arguments in [&query as &dyn Fn(&Bench) -> (&'static str, Value), &get] {
        let bench = Bench::new();
        let (tool, arguments) = arguments(&bench);
        let access = |rights| {
            bench.org.change_access("riley", |access: &mut Access| {
                access.objects.insert("Project__c".to_owned(), rights);
            });
        };
        access(ObjectAccess::NONE);
        bench.ok("describe", json!({}));
        access(ObjectAccess::FULL);
        bench.org.forget_requests();
        bench.err(tool, arguments.clone());
        assert_eq!(bench.requests(), 0, "the list is believed for some minutes");
        bench.org.advance(10 * MINUTE);
        bench.err(tool, arguments.clone());
        assert_eq!(bench.requests(), 1, "{tool}");
        assert_eq!(asked_since(&bench).as_deref(), Some("Tue, 12 May 2026 14:50:00 GMT"));
        bench.org.advance(25 * MINUTE);
        bench.org.forget_requests();
        bench.ok(tool, arguments);
        assert_eq!(bench.requests(), 3, "the list, the description and the rows");
    }
}

#[test]
fn a_right_that_was_granted_meanwhile_is_found_by_a_fresh_description() {
    for (tool, arguments) in [
        ("update", json!({ "object": "Account", "record": "Acme", "fields": { "Customer Health": 90 } })),
        ("create", json!({ "object": "Account", "fields": { "Name": "Zenith", "Customer Health": 90 } })),
    ] {
        let grant = |org: &Org| org.change_access("riley", |access| access.read_only.clear());
        let bench = aged(MINUTE, grant);
        bench.refused(tool, arguments.clone());
        let bench = aged(HOUR, grant);
        bench.ok(tool, arguments);
        assert_eq!(bench.org.writes().len(), 1);
    }
    // The whole object.
    let bench = Bench::of("vera").after_describing(&["Account"]);
    bench.org.advance(HOUR);
    bench.org.change_access("vera", |access| access.default = ObjectAccess::FULL);
    bench.created(json!({ "object": "Account", "fields": { "Name": "Zenith" } }));
}

#[test]
fn what_an_old_description_denies_is_asked_again_before_it_is_said() {
    // Neither the value nor the missing field may be news: an admin can have changed both.
    for (tool, arguments) in [
        ("update", json!({ "object": "Lead", "record": "Dana Fox", "fields": { "Rating": "Icy" } })),
        ("create", json!({ "object": "Lead", "fields": { "LastName": "Fox" } })),
    ] {
        let bench = aged(MINUTE, |_| {});
        bench.refused(tool, arguments.clone());
        let bench = aged(HOUR, |_| {});
        let error = bench.err(tool, arguments);
        assert_eq!(error["kind"], "invalid_input");
        assert_eq!(bench.counts(), (1, 0), "{tool}");
    }
}

#[test]
fn one_users_cache_is_filled_by_that_users_rights() {
    let bench = Bench::warm(&["Contact"]);
    let text: Vec<u8> = bench.cache.borrow().values().flatten().copied().collect();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert!(text.contains("Nickname__c") && !text.contains("Salary_Grade__c"));
}
