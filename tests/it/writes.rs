//! What reaches the org, what is said about it, and what is not sent twice.

use std::time::Duration;

use demo_org::{Effect, Fault, Org, Refusal, Value as OrgValue};
use serde_json::{Value, json};

use crate::bench::Bench;

fn post() -> http::Method {
    http::Method::POST
}

/// Something happens to the next write, which travels in a composite request.
fn fault(bench: &Bench, effect: Effect) {
    bench.org.fault(Fault::new(effect).on(post(), "/composite"));
}

fn employees(from: u32, to: u32) -> Value {
    json!({ "object": "Account", "record": "Acme", "fields": { "Employees": to }, "from": { "Employees": from } })
}

fn new_account(name: &str) -> Value {
    json!({ "object": "Account", "fields": { "Name": name } })
}

/// The notices of a reply, as one text.
fn notices(reply: &Value) -> String {
    let notices = reply["notices"].as_array().cloned().unwrap_or_default();
    notices.iter().map(|notice| notice.as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

// ---- what is not known to be written ----

/// Ways not to hear of a write that happened.
fn silences() -> [Effect; 3] {
    [Effect::DropAfter, Effect::CutBody, Effect::Delay(Duration::from_secs(120))]
}

/// Searching for the record fails as well.
fn blind(bench: &Bench) {
    bench.org.fault(Fault::server_unavailable().on(http::Method::GET, "/query"));
}

#[test]
fn a_write_without_an_answer_is_not_repeated() {
    for effect in silences() {
        let bench = Bench::warm(&["Account"]);
        fault(&bench, effect.clone());
        blind(&bench);
        let error = bench.err("create", new_account("Zenith"));
        let kind = if matches!(effect, Effect::Delay(_)) { "timeout" } else { "unavailable" };
        assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some(kind), Some("unknown")), "{effect:?}");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("may or may not have happened"), "{error}");
        assert!(message.ends_with("; looking for the record failed as well"), "{error}");
        assert_eq!(bench.counts(), (3, 1), "{effect:?}");

        let bench = Bench::warm(&["Account"]);
        fault(&bench, effect.clone());
        bench.org.fault(Fault::server_unavailable().on(http::Method::GET, "/query").after(1));
        let error = bench.err("update", employees(100, 500));
        assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some(kind), Some("unknown")), "{effect:?}");
        let message = error["message"].as_str().unwrap();
        assert!(message.ends_with("; reading the record again failed as well"), "{error}");
        assert_eq!(bench.counts(), (3, 1), "{effect:?}");
    }
}

#[test]
fn a_create_without_an_answer_is_looked_for_and_reported_as_created_if_it_was() {
    for (object, fields) in [
        ("Account", json!({ "Name": "Zenith", "Employees": 5, "Industry": "Media" })),
        ("Contact", json!({ "FirstName": "Zed", "LastName": "O'Zed", "Email": "zed@zed.example", "Account": "Acme" })),
        ("Lead", json!({ "LastName": "Zed", "Company": "Zed & Co", "OwnerId": "Inbound Leads" })),
        ("Case", json!({ "Subject": "Printer", "Account": "Acme" })),
        ("Task", json!({ "Subject": "Call", "WhatId": "Globex platform deal" })),
        (
            "Opportunity",
            json!({ "Name": "Zed", "StageName": "Prospecting", "CloseDate": "2026-09-01", "Account": "Acme" }),
        ),
        ("Project__c", json!({ "Name": "Zed", "Customer": "Acme" })),
    ] {
        for effect in silences() {
            let bench = Bench::warm(&[object]);
            // Not the request that finds the account.
            let lookups = u32::from(fields.to_string().contains("Owner") || object == "Task");
            bench.org.fault(Fault::new(effect.clone()).on(post(), "/composite").after(lookups));
            let reply = bench.created(json!({ "object": object, "fields": fields }));
            let id = bench.org.writes()[0].id.to_string();
            assert_eq!(reply["id"], id, "{object}");
            assert_eq!(reply["link"], format!("https://demo.my.salesforce.com/{id}"));
            assert!(notices(&reply).contains("Salesforce did not answer, so the record was looked for"), "{reply}");
            assert_eq!(bench.org.writes().len(), 1);
        }
    }
}

#[test]
fn a_create_that_got_lost_is_looked_for_and_not_claimed() {
    let bench = Bench::warm(&["Account"]);
    // The gateway's page came without the org having seen the request.
    bench.org.fault(Fault::html_503().on(post(), "/composite"));
    let error = bench.err("create", new_account("Zenith"));
    assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some("unavailable"), Some("unknown")));
    assert_eq!(
        error["message"],
        "Salesforce is unavailable; try again later; the write may or may not have happened, so look before trying \
         again; a new record with the same Name was looked for, and there is none so far"
    );
    // Who the user is, asked once.
    assert_eq!(bench.counts(), (3, 0));
    let sent = bench.org.requests().pop().unwrap();
    assert!(sent.path.contains(&format!("CreatedById+%3D+%27{}%27", bench.id("riley"))), "{}", sent.path);
    assert!(sent.path.contains("2026-05-12T14%3A59%3A58Z"), "{}", sent.path);
    bench.org.fault(Fault::html_503().on(post(), "/composite"));
    assert_eq!(bench.err("create", new_account("Zenith"))["changed"], "unknown");
    assert_eq!(bench.counts(), (5, 0));
}

#[test]
fn a_create_that_got_lost_is_looked_for_even_where_nobody_says_who_the_user_is() {
    let bench = Bench::warm(&["Account"]);
    fault(&bench, Effect::DropAfter);
    bench.org.fault(Fault::server_unavailable().on(http::Method::GET, "/services/oauth2/userinfo"));
    let reply = bench.created(new_account("Zenith"));
    assert_eq!(reply["id"], bench.org.writes()[0].id.to_string());
    assert!(!bench.org.requests().pop().unwrap().path.contains("CreatedById"));
    assert_eq!(bench.counts(), (3, 1));
}

#[test]
fn a_create_for_somebody_else_that_got_lost_is_known_by_who_created_it() {
    let bench = Bench::warm(&["Account"]);
    fault(&bench, Effect::DropAfter);
    let fields = json!({ "Name": "Zenith", "OwnerId": bench.id("sam") });
    let reply = bench.created(json!({ "object": "Account", "fields": fields }));
    assert_eq!(reply["id"], bench.org.writes()[0].id.to_string());
}

#[test]
fn an_older_record_and_somebody_elses_are_not_taken_for_the_one_that_got_lost() {
    for (name, by_sam) in [("Initech", false), ("Zenith", true)] {
        let bench = Bench::warm(&["Account"]);
        if by_sam {
            let request = http::Request::post("/services/data/v65.0/sobjects/Account")
                .header("authorization", format!("Bearer {}", bench.org.token("sam")))
                .header("content-type", "application/json")
                .body(json!({ "Name": name }).to_string().into_bytes())
                .unwrap();
            assert_eq!(bench.org.handle(request).response().unwrap().status(), 201);
        }
        bench.org.fault(Fault::html_503().on(post(), "/composite"));
        let mut arguments = new_account(name);
        arguments["allow_duplicate"] = json!(true);
        assert_eq!(bench.err("create", arguments)["changed"], "unknown");
    }
}

#[test]
fn two_records_that_may_be_the_lost_one_are_candidates() {
    let bench = Bench::warm(&["Contact"]);
    let contact = json!({ "object": "Contact", "fields": { "LastName": "Zed" } });
    bench.created(contact.clone());
    fault(&bench, Effect::DropAfter);
    let error = bench.err("create", contact);
    assert_eq!(error["changed"], "unknown");
    assert_eq!(error["candidates"].as_array().unwrap().len(), 2);
    assert_eq!(bench.org.writes().len(), 2);
}

#[test]
fn a_write_that_never_left_changed_nothing() {
    let bench = Bench::warm(&["Account"]);
    fault(&bench, Effect::DropBefore);
    let error = bench.err("create", new_account("Zenith"));
    assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some("unavailable"), Some("no")));
    assert_eq!(bench.counts(), (1, 0));
}

#[test]
fn a_read_without_an_answer_changed_nothing() {
    let bench = Bench::warm(&["Account"]);
    bench.org.fault(Fault::new(Effect::DropAfter));
    let error = bench.err("update", employees(100, 500));
    assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some("unavailable"), Some("no")));
    assert_eq!(bench.counts(), (1, 0));
}

#[test]
fn an_error_page_in_answer_to_a_write_leaves_open_whether_it_happened() {
    let bench = Bench::warm(&["Account"]);
    bench.org.fault(Fault::html_503().on(post(), "/composite"));
    let error = bench.err("create", new_account("Zenith"));
    assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some("unavailable"), Some("unknown")));
    assert_eq!(error.get("org_message"), None, "a page is no message");
    assert_eq!(bench.requests(), 3);
}

#[test]
fn an_answer_to_a_write_that_makes_no_sense_leaves_open_whether_it_happened() {
    for (effect, kind) in [(Effect::Truncate, "unexpected_reply"), (Effect::WrongContent, "unavailable")] {
        let bench = Bench::warm(&["Account"]);
        fault(&bench, effect.clone());
        blind(&bench);
        let error = bench.err("create", new_account("Zenith"));
        assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some(kind), Some("unknown")), "{effect:?}");
        assert_eq!(bench.counts(), (3, 1));
    }
    // Parts are missing.
    let bench = Bench::warm(&["Account"]);
    let body = r#"{"compositeResponse":[]}"#.to_owned();
    fault(&bench, Effect::Answer { status: 200, content_type: "application/json", body });
    let error = bench.err("create", new_account("Zenith"));
    assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some("unexpected_reply"), Some("unknown")));
}

// ---- what the org refuses ----

/// Calls update, which the org refuses: the error's kind, code and fields. Nothing was written.
#[track_caller]
fn org_refuses(bench: &Bench, arguments: Value) -> (String, String, Vec<String>) {
    refusal(bench, bench.err("update", arguments))
}

#[track_caller]
fn refusal(bench: &Bench, error: Value) -> (String, String, Vec<String>) {
    assert_eq!(error["changed"], "no", "{error:#}");
    assert!(bench.org.writes().is_empty());
    assert!(error["org_message"].is_string(), "{error:#}");
    (
        error["kind"].as_str().unwrap().to_owned(),
        error["code"].as_str().unwrap_or_default().to_owned(),
        error.get("fields").map(|fields| serde_json::from_value(fields.clone()).unwrap()).unwrap_or_default(),
    )
}

fn said(kind: &str, code: &str, fields: &[&str]) -> (String, String, Vec<String>) {
    (kind.to_owned(), code.to_owned(), fields.iter().map(|field| (*field).to_owned()).collect())
}

#[test]
fn a_locked_row_is_tried_again_twice_and_then_said_to_be_locked() {
    for tries in [1, 2] {
        let bench = Bench::warm(&["Account"]);
        bench.org.lock(&bench.org.id("acme").unwrap(), tries);
        let reply = bench.ok("update", employees(100, 500));
        assert_eq!(reply["records"][0]["changes"][0]["after"], 500);
        assert_eq!(bench.counts(), (2 + tries as usize, 1));
    }
    let bench = Bench::warm(&["Account"]);
    bench.org.lock(&bench.org.id("acme").unwrap(), 99);
    let error = bench.err("update", employees(100, 500));
    assert!(error["message"].as_str().unwrap().contains("try again a little later"), "{error}");
    assert_eq!(refusal(&bench, error), said("locked", "UNABLE_TO_LOCK_ROW", &[]));
    assert_eq!(bench.requests(), 4);
}

#[test]
fn a_row_that_was_locked_for_long_is_not_tried_again() {
    let bench = Bench::warm(&["Account"]);
    bench.org.lock(&bench.org.id("acme").unwrap(), 99);
    *bench.meanwhile.borrow_mut() = Some((1, Box::new(|org: &Org| org.advance(Duration::from_secs(20)))));
    assert_eq!(org_refuses(&bench, employees(100, 500)), said("locked", "UNABLE_TO_LOCK_ROW", &[]));
    assert_eq!(bench.requests(), 2);
}

#[test]
fn whoever_held_the_lock_is_not_overwritten_once_it_is_free() {
    let bench = Bench::warm(&["Account"]);
    bench.org.lock(&bench.org.id("acme").unwrap(), 1);
    *bench.meanwhile.borrow_mut() =
        Some((2, Box::new(|org: &Org| org.set(&org.id("acme").unwrap(), "Phone", "+1 000"))));
    assert_eq!(bench.err("update", employees(100, 500))["kind"], "conflict");
    assert!(bench.org.writes().is_empty());
}

#[test]
fn a_create_under_a_locked_parent_is_tried_again() {
    let bench = Bench::warm(&["Contact"]);
    let refusal = Refusal::new(400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record");
    let body = json!({ "compositeResponse": [
        { "body": [{ "errorCode": "UNABLE_TO_LOCK_ROW", "message": refusal.message }], "httpHeaders": {},
          "httpStatusCode": 400, "referenceId": "new" },
        { "body": [{ "errorCode": "PROCESSING_HALTED", "message": "" }], "httpHeaders": {}, "httpStatusCode": 400,
          "referenceId": "read" },
        { "body": [{ "errorCode": "PROCESSING_HALTED", "message": "" }], "httpHeaders": {}, "httpStatusCode": 400,
          "referenceId": "names" },
    ] });
    let body = body.to_string();
    fault(&bench, Effect::Answer { status: 200, content_type: "application/json", body });
    bench.created(json!({ "object": "Contact", "fields": { "LastName": "Zed", "AccountId": bench.id("acme") } }));
    assert_eq!(bench.counts(), (2, 1));
}

#[test]
fn a_validation_rule_speaks_in_its_own_field() {
    let bench = Bench::warm(&["Opportunity"]);
    let change = json!({ "Stage": "Closed Won" });
    let error = bench.err("update", json!({ "object": "Opportunity", "record": "Acme renewal", "fields": change }));
    assert_eq!(
        error["org_message"],
        "A deal can only be won with a signed contract: fill in Signed Contract No. first."
    );
    assert!(!error["message"].as_str().unwrap().contains("signed contract"));
    let expected = said("rejected", "FIELD_CUSTOM_VALIDATION_EXCEPTION", &["Contract_Number__c"]);
    assert_eq!(refusal(&bench, error), expected);
    assert_eq!(bench.requests(), 2 + bench.narrowings());
}

#[test]
fn a_converted_lead_points_to_what_it_became() {
    let bench = Bench::warm(&["Lead"]);
    let change = json!({ "Title": "CEO" });
    let error = bench.err("update", json!({ "record": bench.id("carla"), "fields": change }));
    let became: Vec<_> = error["candidates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["object"].clone(), one["name"].clone()))
        .collect();
    assert_eq!(
        became,
        [("Contact", "Carla Gomez"), ("Account", "Hooli"), ("Opportunity", "Hooli expansion")]
            .map(|(object, name)| (json!(object), json!(name)))
    );
    assert_eq!(error["candidates"][0]["id"], bench.id("carla_contact"));
    assert_eq!(refusal(&bench, error), said("rejected", "CANNOT_UPDATE_CONVERTED_LEAD", &[]));
    assert_eq!(bench.requests(), 3);
}

#[test]
fn a_record_the_user_may_only_read_is_not_changed() {
    let bench = Bench::warm(&["Project__c"]);
    let change = json!({ "Budget__c": 1 });
    let arguments = json!({ "object": "Project", "record": "Globex Rollout", "fields": change });
    assert_eq!(org_refuses(&bench, arguments), said("forbidden", "INSUFFICIENT_ACCESS_OR_READONLY", &[]));

    // Who may only read does not get so far where the description says it.
    let bench = Bench::of("vera").after_describing(&["Account"]);
    let error = bench.refused("update", employees(100, 500));
    assert!(error["message"].as_str().unwrap().contains("the user may not change Account records"), "{error}");
    // And where it does not, the org does.
    let bench = Bench::of("vera");
    assert_eq!(org_refuses(&bench, employees(100, 500)), said("forbidden", "INSUFFICIENT_ACCESS_OR_READONLY", &[]));
}

#[test]
fn a_field_that_turns_out_to_be_read_only_is_named() {
    let bench = Bench::warm(&["Account"]);
    bench.org.change_access("riley", |access| {
        access.read_only.insert(("Account".to_owned(), "NumberOfEmployees".to_owned()));
    });
    let expected = said("forbidden", "INVALID_FIELD_FOR_INSERT_UPDATE", &["NumberOfEmployees"]);
    assert_eq!(org_refuses(&bench, employees(100, 500)), expected);
    let error = bench.err("create", json!({ "object": "Account", "fields": { "Name": "Zenith", "Employees": 5 } }));
    assert_eq!(refusal(&bench, error), expected);
}

#[test]
fn a_new_owner_who_has_left_is_refused_by_the_org() {
    let bench = Bench::warm(&["Account"]);
    let change = json!({ "OwnerId": bench.id("jane_doe") });
    let arguments = json!({ "record": bench.id("acme"), "fields": change });
    assert_eq!(org_refuses(&bench, arguments), said("rejected", "INACTIVE_OWNER_OR_USER", &["OwnerId"]));
}

#[test]
fn a_deleted_record_is_not_found() {
    let bench = Bench::warm(&["Account"]);
    let change = json!({ "Phone": "1" });
    let error = bench.err("update", json!({ "record": bench.id("gone"), "fields": change }));
    assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some("not_found"), Some("no")));
    assert_eq!(bench.counts(), (1, 0));
}

#[test]
fn a_value_that_must_be_unique_is_refused_by_the_org() {
    let bench = Bench::warm(&["Account"]);
    let fields = json!({ "Name": "Zenith", "Account Reference": "acme-001" });
    let error = bench.err("create", json!({ "object": "Account", "fields": fields }));
    assert_eq!(refusal(&bench, error), said("duplicate", "DUPLICATE_VALUE", &[]));
}

#[test]
fn an_expired_session_and_a_spent_limit_say_whose_move_it_is() {
    let bench = Bench::warm(&["Account"]);
    bench.org.expire(&bench.org.token("riley"));
    assert_eq!(org_refuses(&bench, employees(100, 500)), said("sign_in", "INVALID_SESSION_ID", &[]));
    let bench = Bench::warm(&["Account"]);
    bench.org.fault(Fault::daily_limit().on(post(), "/composite"));
    let error = bench.err("create", new_account("Zenith"));
    assert_eq!(refusal(&bench, error), said("limit_reached", "REQUEST_LIMIT_EXCEEDED", &[]));
    let bench = Bench::warm(&["Account"]);
    bench.org.fault(Fault::server_unavailable().on(post(), "/composite"));
    let error = bench.err("create", new_account("Zenith"));
    // Whoever says this may stand in front of the org, which may have written all the same.
    assert_eq!(
        [&error["kind"], &error["code"], &error["changed"]],
        [&json!("unavailable"), &json!("SERVER_UNAVAILABLE"), &json!("unknown")]
    );
}

// ---- duplicates ----

#[test]
fn a_rule_that_only_warns_lets_the_person_decide() {
    let bench = Bench::warm(&["Contact"]);
    let fields = json!({ "LastName": "Chen", "FirstName": "Sarah", "Email": "sarah.chen@globex.example" });
    let mut arguments = json!({ "object": "Contact", "fields": fields });
    let error = bench.err("create", arguments.clone());
    assert_eq!(error["kind"], "duplicate");
    assert_eq!(error["candidates"][0]["id"], bench.id("sarah"));
    assert_eq!(error["candidates"][0]["object"], "Contact");
    assert!(error["message"].as_str().unwrap().contains("call again with allow_duplicate"), "{error}");
    assert_eq!(bench.counts(), (2, 0));

    arguments["allow_duplicate"] = json!(false);
    assert_eq!(bench.err("create", arguments.clone())["kind"], "duplicate");
    arguments["allow_duplicate"] = json!(true);
    assert_eq!(bench.created(arguments)["fields"]["Email"], "sarah.chen@globex.example");
    assert_eq!(bench.org.writes().len(), 1);
}

#[test]
fn a_rule_that_blocks_is_not_said_to_let_anybody_pass() {
    let bench = Bench::warm(&["Lead"]);
    let fields = json!({ "LastName": "Fox", "Company": "Foxglove", "Email": "dana.fox@foxglove.example" });
    for allow in [false, true] {
        let arguments = json!({ "object": "Lead", "fields": fields, "allow_duplicate": allow });
        let error = bench.err("create", arguments);
        assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some("duplicate"), Some("no")));
        assert_eq!(error["candidates"][0]["name"], "Dana Fox");
        assert_eq!(error["org_message"], "There is a lead with this email already. Work with that one.");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("does not let the user save") && !message.contains("allow_duplicate"), "{message}");
    }
    assert!(bench.org.writes().is_empty());
}

#[test]
fn a_change_that_makes_a_duplicate_is_refused_with_the_matches() {
    let bench = Bench::warm(&["Contact"]);
    let change = json!({ "Email": "sarah.chen@globex.example" });
    let mut arguments = json!({ "record": bench.id("bob"), "fields": change });
    let error = bench.err("update", arguments.clone());
    assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some("duplicate"), Some("no")));
    assert_eq!(error["candidates"][0]["id"], bench.id("sarah"));
    assert!(error["message"].as_str().unwrap().contains("call again with allow_duplicate"), "{error}");
    assert_eq!(bench.counts(), (3, 0));

    arguments["allow_duplicate"] = json!(true);
    let reply = bench.ok("update", arguments);
    assert_eq!(reply["records"][0]["changes"][0]["after"], "sarah.chen@globex.example");
    assert_eq!(bench.counts(), (5, 1));
}

#[test]
fn matches_that_cannot_be_told_apart_are_shown_as_the_rule_sends_them() {
    let bench = Bench::warm(&["Account"]);
    bench.org.fault(Fault::new(Effect::DropAfter).on(http::Method::GET, "/query"));
    let error = bench.err("create", new_account("Acme"));
    assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some("duplicate"), Some("no")));
    assert_eq!(error["candidates"][0]["name"], "Acme");
    assert!(error["candidates"][0]["facts"]["Owner.Name"].is_null(), "{error}");
}

#[test]
fn a_refusal_without_the_matches_is_a_duplicate_all_the_same() {
    let bench = Bench::warm(&["Account"]);
    fault(&bench, Effect::Refuse(Refusal::new(400, "DUPLICATES_DETECTED", "Use one of these records?")));
    let error = bench.err("create", new_account("Zenith"));
    assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some("duplicate"), Some("no")));
    assert_eq!(error["org_message"], "Use one of these records?");
}

// ---- assignment rules ----

/// What the last write said about assignment rules.
fn assign_header(bench: &Bench) -> Option<String> {
    let sent = bench.sent.borrow();
    let body: Value = serde_json::from_slice(sent.last().unwrap().body()).unwrap();
    body["compositeRequest"][0]["httpHeaders"]["sforce-auto-assign"].as_str().map(str::to_owned)
}

#[test]
fn assignment_rules_choose_the_owner_unless_one_is_given_or_they_are_refused() {
    let case = |owner: Option<&str>| {
        let mut fields = json!({ "Subject": "Printer" });
        if let Some(owner) = owner {
            fields["Owner"] = json!(owner);
        }
        fields
    };
    for (fields, assign, header) in [
        (case(None), None, None),
        (case(None), Some(true), Some("TRUE")),
        (case(None), Some(false), Some("FALSE")),
        (case(Some("Sam Lee")), None, Some("FALSE")),
        (case(Some("Sam Lee")), Some(true), Some("TRUE")),
    ] {
        let bench = Bench::warm(&["Case"]);
        let reply = bench.created(json!({ "object": "Case", "fields": fields, "assign": assign }));
        assert_eq!(assign_header(&bench).as_deref(), header, "{fields} {assign:?}");
        // Where rules may have chosen, the reply says whom.
        let chosen = reply["fields"].get("OwnerId");
        assert_eq!(chosen.is_some(), header != Some("FALSE") || fields.get("Owner").is_some(), "{reply}");
        if fields.get("Owner").is_none() {
            assert!(chosen.is_none_or(|owner| *owner == bench.id("riley")), "{reply}");
        }
    }
    let bench = Bench::warm(&["Contact"]);
    bench.created(json!({ "object": "Contact", "fields": { "LastName": "Zed", "OwnerId": bench.id("sam") } }));
    assert_eq!(assign_header(&bench), None);
    let error =
        bench.refused("create", json!({ "object": "Contact", "fields": { "LastName": "Zed" }, "assign": false }));
    assert_eq!(error["fields"], json!(["assign"]));
}

#[test]
fn a_change_hands_no_lead_or_case_to_the_assignment_rules() {
    for (object, key, field, header) in [
        ("Lead", "dana", "Title", Some("FALSE")),
        ("Case", "case_old_1", "Subject", Some("FALSE")),
        ("Account", "acme", "Fax", None),
    ] {
        let bench = Bench::warm(&[object]);
        let change = json!({ field: "X" });
        bench.ok("update", json!({ "record": bench.id(key), "fields": change }));
        assert_eq!(assign_header(&bench).as_deref(), header, "{object}");
    }
}

// ---- expectations ----

#[test]
fn a_change_by_somebody_else_in_between_is_not_overwritten() {
    let bench = Bench::warm(&["Account"]);
    *bench.meanwhile.borrow_mut() =
        Some((1, Box::new(|org: &Org| org.set(&org.id("acme").unwrap(), "NumberOfEmployees", OrgValue::Integer(777)))));
    let error = bench.err("update", employees(100, 500));
    assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some("conflict"), Some("no")));
    assert_eq!(error["current"]["fields"], json!({ "NumberOfEmployees": 777 }));
    assert_eq!(error["current"]["id"], bench.id("acme"));
    assert_eq!(error["current"]["link"], format!("https://demo.my.salesforce.com/{}", bench.id("acme")));
    assert_eq!(bench.counts(), (3, 0));
    assert_eq!(bench.org.row(&bench.org.id("acme").unwrap()).unwrap().get("NumberOfEmployees").as_f64(), Some(777.0));
}

#[test]
fn the_same_race_without_an_expectation_is_not_lost_either() {
    let bench = Bench::warm(&["Account"]);
    *bench.meanwhile.borrow_mut() =
        Some((1, Box::new(|org: &Org| org.set(&org.id("acme").unwrap(), "Phone", "+1 000"))));
    let change = json!({ "Employees": 500 });
    let error = bench.err("update", json!({ "record": bench.id("acme"), "fields": change }));
    assert_eq!(error["kind"], "conflict");
    assert!(bench.org.writes().is_empty());
}

#[test]
fn what_the_person_expects_is_compared_as_people_compare() {
    for (field, from, to) in [
        ("Employees", json!(100.0), json!(500.0)),
        ("NumberOfEmployees", json!("100"), json!("500")),
        ("number of employees", json!(100.0), json!(500.0)),
        ("Annual Revenue", json!("25000000"), json!(26_000_000)),
        ("Annual Revenue", json!(2.5e7), json!(2.6e7)),
        ("Industry", json!("technology"), json!("Media")),
        ("Sales Territory", json!("Americas"), json!("EMEA")),
        ("Billing City", json!("  san francisco "), json!("Oakland")),
        ("Fax", json!(""), json!("1")),
        ("Fax", json!(null), json!("1")),
        ("OwnerId", json!("005dM0000000020"), json!("005dM0000000050QAA")),
    ] {
        let bench = Bench::warm(&["Account"]);
        let change = json!({ field: to });
        let expected = json!({ field: from });
        let outcome =
            bench.call("update", json!({ "object": "Account", "record": "Acme", "fields": change, "from": expected }));
        assert!(outcome.is_ok(), "{field} from {from}: {outcome:#?}");
        assert_eq!(bench.counts(), (2 + bench.narrowings(), 1));
    }
}

#[test]
fn an_expectation_of_nothing_is_not_met_by_something() {
    let bench = Bench::warm(&["Account"]);
    let change = json!({ "Phone": "1" });
    let expected = json!({ "Phone": "" });
    let error =
        bench.err("update", json!({ "object": "Account", "record": "Acme", "fields": change, "from": expected }));
    assert_eq!(error["kind"], "conflict");
    assert_eq!(error["fields"], json!(["Phone"]));
    assert_eq!(error["current"]["fields"]["Phone"], "+1 415 555 0100");
    assert_eq!(error["current"]["changed_by"], "Sam Lee");
    assert_eq!(error["current"]["changed_at"], "2026-05-10T15:00:00Z");
    assert_eq!(bench.counts(), (1, 0));
}

#[test]
fn one_failed_expectation_stops_all_changes() {
    let bench = Bench::warm(&["Account"]);
    let changes = json!({ "Phone": "1", "Employees": 500, "Industry": "Energy" });
    let expected = json!({ "Employees": 99, "Industry": "Media" });
    let error =
        bench.err("update", json!({ "object": "Account", "record": "Acme", "fields": changes, "from": expected }));
    assert_eq!(error["fields"], json!(["NumberOfEmployees", "Industry"]));
    assert_eq!(
        error["current"]["fields"],
        json!({ "Phone": "+1 415 555 0100", "NumberOfEmployees": 100, "Industry": "Technology" })
    );
    assert!(bench.org.writes().is_empty());
}

// ---- which record ----

#[test]
fn a_name_of_several_records_changes_none() {
    let bench = Bench::warm(&["Account"]);
    let change = json!({ "Phone": "1" });
    // None of them is named exactly so.
    let error = bench.err("update", json!({ "object": "Account", "record": "acm", "fields": change }));
    assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some("ambiguous"), Some("no")));
    assert_eq!(error["candidates"].as_array().unwrap().len(), 4);
    assert_eq!(error["candidates"][0]["facts"]["BillingCity"], "San Francisco");
    assert_eq!(bench.counts(), (1, 0));
}

#[test]
fn two_records_called_just_so_are_not_chosen_between() {
    let bench = Bench::warm(&["Account"]);
    bench.created(json!({ "object": "Account", "fields": { "Name": "ACME" }, "allow_duplicate": true }));
    bench.org.forget_requests();
    let error = bench.err("update", employees(100, 500));
    assert_eq!(error["kind"], "ambiguous");
    assert_eq!(error["candidates"].as_array().unwrap().len(), 5);
    assert!(bench.org.writes().is_empty());
}

#[test]
fn a_name_that_is_said_whole_is_taken_among_similar_ones() {
    let bench = Bench::warm(&["Account"]);
    let reply = bench.ok("update", employees(100, 500));
    assert_eq!(reply["records"][0]["name"], "Acme");
    assert_eq!(reply.get("notices"), None);
}

#[test]
fn one_of_many_records_of_one_name_is_not_taken_for_the_only_one() {
    let bench = Bench::warm(&["Contact"]);
    // As many as are looked at, the last of which is the first of two with that name.
    let names = (0..49).map(|number| format!("Aa{number:02} Zed")).chain(["Zed".to_owned(), "Zed".to_owned()]);
    for last in names {
        bench.created(json!({ "object": "Contact", "fields": { "LastName": last }, "allow_duplicate": true }));
    }
    bench.org.forget_requests();
    let change = json!({ "Title": "CEO" });
    let error = bench.err("update", json!({ "object": "Contact", "record": "Zed", "fields": change }));
    assert_eq!(error["kind"], "ambiguous");
    assert!(bench.org.writes().is_empty());
}

#[test]
fn a_name_nobody_has_changes_nothing() {
    let bench = Bench::warm(&["Account"]);
    let change = json!({ "Phone": "1" });
    let error = bench.err("update", json!({ "object": "Account", "record": "Umbrella", "fields": change }));
    assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some("not_found"), Some("no")));
    assert_eq!(bench.counts(), (1, 0));
}

#[test]
fn a_record_is_given_by_id_by_link_or_by_name() {
    let bench = Bench::warm(&["Account"]);
    let id = bench.id("acme");
    for (number, record) in [
        id.clone(),
        id[..15].to_owned(),
        format!("https://demo.my.salesforce.com/{id}"),
        format!("https://demo.lightning.force.com/lightning/r/Account/{id}/view"),
        "acme".to_owned(),
        " Acme ".to_owned(),
    ]
    .into_iter()
    .enumerate()
    {
        let change = json!({ "Employees": 1000 + number });
        let reply = bench.ok("update", json!({ "object": "Account", "record": record, "fields": change }));
        assert_eq!(reply["records"][0]["id"], id, "{record}");
    }
    assert_eq!(bench.counts(), (12, 6));
}

#[test]
fn a_case_is_given_by_its_number_or_its_subject() {
    for record in ["00001001", "Export hangs", "export hangs at 99%"] {
        let bench = Bench::warm(&["Case"]);
        let change = json!({ "Priority": "High" });
        let expected = json!({ "Priority": "Medium" });
        let reply =
            bench.ok("update", json!({ "object": "Case", "record": record, "fields": change, "from": expected }));
        assert_eq!(reply["records"][0]["id"], bench.id("case_old_1"), "{record}");
        assert_eq!(reply["records"][0]["name"], "00001001");
    }
}

#[test]
fn names_that_break_careless_quoting_find_their_record() {
    for (key, name) in [
        ("obrien", "O'Brien & Sons \"Fine\" Tools"),
        ("backslash", "Back\\slash Systems\\"),
        ("percent", "100% Organic_Foods"),
        ("rockets", "Søren & Müller 🚀 Rockets"),
        ("shalom", "שלום Trading"),
        ("markup", "<b>Bold</b> & {Braces} [Brackets]"),
    ] {
        let bench = Bench::warm(&["Account"]);
        let change = json!({ "Description": name });
        let reply = bench.ok("update", json!({ "object": "Account", "record": name, "fields": change }));
        assert_eq!(reply["records"][0]["id"], bench.id(key));
        assert_eq!(reply["records"][0]["changes"], json!([{ "field": "Description", "before": null, "after": name }]));
        assert_eq!(notices(&reply), "");
    }
}

// ---- what is said about what was written ----

#[test]
fn a_field_is_cleared_by_null_and_by_an_empty_text() {
    for to in [json!(null), json!("")] {
        let bench = Bench::warm(&["Account"]);
        let changes = json!({ "Phone": to, "Employees": to, "Industry": to });
        let reply = bench.ok("update", json!({ "object": "Account", "record": "Acme", "fields": changes }));
        assert_eq!(
            reply["records"][0]["changes"],
            json!([
                { "field": "Phone", "before": "+1 415 555 0100", "after": null },
                { "field": "NumberOfEmployees", "before": 100, "after": null },
                { "field": "Industry", "before": "Technology", "after": null },
            ])
        );
    }
}

#[test]
fn a_change_to_what_is_there_already_writes_nothing() {
    let bench = Bench::warm(&["Account"]);
    let changes = json!({ "Employees": "100", "Fax": null });
    let expected = json!({ "Employees": 80 });
    let reply = bench.ok("update", json!({ "record": bench.id("acme"), "fields": changes, "from": expected }));
    assert_eq!(notices(&reply), "nothing was written: the record holds these values already");
    assert_eq!(reply["records"][0]["changes"][0], json!({ "field": "NumberOfEmployees", "before": 100, "after": 100 }));
    assert_eq!(bench.counts(), (1, 0));
}

#[test]
fn only_what_differs_is_written_and_other_letters_are_a_difference() {
    let bench = Bench::warm(&["Account"]);
    let changes = json!({ "Name": "INITECH", "Employees": 320 });
    let reply = bench.ok("update", json!({ "record": bench.id("initech"), "fields": changes }));
    // What stays as it is is no news.
    assert_eq!(reply["records"][0]["changes"], json!([{ "field": "Name", "before": "Initech", "after": "INITECH" }]));
    assert_eq!(bench.org.writes()[0].fields, ["Name"]);
}

#[test]
fn a_value_the_org_changed_is_read_back_and_noted() {
    let bench = Bench::warm(&["Account"]);
    let change = json!({ "Account Reference": " zen-9é " });
    let reply = bench.ok("update", json!({ "record": bench.id("acme"), "fields": change }));
    assert_eq!(
        reply["records"][0]["changes"],
        json!([{ "field": "Customer_Code__c", "before": "ACME-001", "after": "ZEN-9É" }])
    );
    assert_eq!(notices(&reply), "Customer_Code__c: the org holds another value than the one written");

    let fields = json!({ "Name": "Zenith", "Account Reference": "zenith-1" });
    let reply = bench.created(json!({ "object": "Account", "fields": fields }));
    assert_eq!(reply["fields"]["Customer_Code__c"], "ZENITH-1");
    assert_eq!(notices(&reply), "Customer_Code__c: the org changed the value that was set");
}

#[test]
fn a_record_out_of_sight_after_its_change_is_reported_as_changed() {
    let bench = Bench::warm(&["Opportunity"]);
    let changes = json!({ "Private": true, "OwnerId": bench.id("sam") });
    let reply = bench.ok("update", json!({ "record": bench.id("acme_renewal"), "fields": changes }));
    assert_eq!(
        reply["records"][0]["changes"],
        json!([
            { "field": "IsPrivate", "before": false, "after": true },
            { "field": "OwnerId", "before": bench.id("riley"), "after": bench.id("sam") },
        ])
    );
    assert!(notices(&reply).contains("could not be read back"), "{reply}");
    assert_eq!(bench.counts(), (2, 1));
}

#[test]
fn a_record_out_of_sight_after_its_creation_is_reported_as_created() {
    let bench = Bench::warm(&["Opportunity"]);
    let fields = json!({
        "Name": "Secret", "StageName": "Prospecting", "CloseDate": "2026-09-01", "IsPrivate": true,
        "OwnerId": bench.id("sam"),
    });
    let reply = bench.created(json!({ "object": "Opportunity", "fields": fields }));
    assert!(reply["id"].as_str().unwrap().starts_with("006"));
    assert!(notices(&reply).contains("could not be read back"), "{reply}");
    assert_eq!(bench.counts(), (1 + bench.narrowings(), 1));
}

#[test]
fn a_picklist_value_said_otherwise_is_repaired_and_noted() {
    let bench = Bench::warm(&["Account"]);
    let changes = json!({ "Sales Territory": "Asia Pacific", "Industry": "not for profit", "Type": "Prospect" });
    let reply = bench.ok("update", json!({ "record": bench.id("acme"), "fields": changes }));
    assert_eq!(reply["records"][0]["changes"][0]["after"], "APAC");
    assert_eq!(reply["records"][0]["changes"][1]["after"], "Not For Profit");
    assert_eq!(
        notices(&reply),
        "Region__c: \"Asia Pacific\" stands for the value that the reply shows",
        "letters in another case are no news"
    );
}

#[test]
fn several_picklist_values_are_given_as_a_list_or_joined() {
    for to in [json!(["german", "French"]), json!("German;French"), json!("German; French")] {
        let bench = Bench::warm(&["Contact"]);
        let change = json!({ "Languages": to });
        let expected = json!({ "Languages": "german;ENGLISH" });
        let reply = bench.ok("update", json!({ "record": bench.id("robert"), "fields": change, "from": expected }));
        assert_eq!(reply["records"][0]["changes"][0]["after"], "German;French", "{to}");
    }
}

// ---- every object by the same way ----

#[test]
fn records_of_each_object_are_created_in_one_request_and_read_back() {
    let bench = Bench::new();
    let (acme, bob) = (bench.id("acme"), bench.id("bob"));
    for (object, fields, expected) in [
        (
            "contact",
            json!({ "First Name": "Sarah", "LastName": "Chen", "Email": "sarah.chen@brightpath.com",
                    "Title": "VP Engineering", "AccountId": bench.id("brightpath") }),
            json!({ "Name": "Sarah Chen", "Email": "sarah.chen@brightpath.com" }),
        ),
        (
            "ticket",
            json!({ "Subject": "Login fails since Monday", "AccountId": acme, "Priority": "high", "Origin": "phone" }),
            json!({ "CaseNumber": "00001008", "Subject": "Login fails since Monday", "Priority": "High" }),
        ),
        (
            "Task",
            json!({ "Subject": "Call", "WhoId": bob, "WhatId": acme, "Status": "Completed",
                    "Due Date": "2026-05-12", "Comments": "Discussed pricing.", "TaskSubtype": "Call" }),
            json!({ "Subject": "Call", "ActivityDate": "2026-05-12", "Description": "Discussed pricing." }),
        ),
        (
            "Event",
            json!({ "Subject": "Follow up", "WhoId": bob, "Start": "2026-05-19T15:00:00-07:00", "Duration": 30 }),
            json!({ "Subject": "Follow up", "StartDateTime": "2026-05-19T22:00:00Z", "DurationInMinutes": 30 }),
        ),
        (
            "deal",
            json!({ "Name": "Globex expansion", "Stage": "Prospecting", "Amount": "50000", "CloseDate": "2027-03-15",
                    "Account": bench.id("globex") }),
            json!({ "Name": "Globex expansion", "Amount": 50000, "CloseDate": "2027-03-15" }),
        ),
        (
            "Lead",
            json!({ "LastName": "Wolf", "Company": "Wolf & Co", "Lead Source": "web", "Interested In": "Platform" }),
            json!({ "Name": "Wolf", "Company": "Wolf & Co", "LeadSource": "Web", "Product_Interest__c": "Platform" }),
        ),
    ] {
        bench.ok("describe", json!({ "object": object }));
        bench.org.forget_requests();
        let reply = bench.created(json!({ "object": object, "fields": fields }));
        for (field, value) in expected.as_object().unwrap() {
            assert_eq!(reply["fields"][field], *value, "{object}: {reply:#}");
        }
        let id = reply["id"].as_str().unwrap();
        assert_eq!(reply["link"], format!("https://demo.my.salesforce.com/{id}"));
        assert!(bench.org.row(&id.parse_id()).is_some());
        assert_eq!(bench.counts(), (1 + bench.narrowings(), 1), "{object}");
        assert_eq!(bench.narrowings(), usize::from(object == "deal"));
    }
}

/// An id of the org's own kind.
trait ParseId {
    fn parse_id(&self) -> demo_org::Id;
}

impl ParseId for str {
    fn parse_id(&self) -> demo_org::Id {
        demo_org::Id::parse(self).unwrap()
    }
}

#[test]
fn a_custom_object_is_created_and_changed_by_labels() {
    let bench = Bench::new();
    let fields = json!({
        "Project Name": "Initech Audit", "Customer": bench.id("initech"), "Phase": "active", "Approved Budget": 42000,
        "% Complete": 10, "Kick-off": "2026-06-01", "Billable": true, "Topics": ["Security", "Training"],
    });
    let reply = bench.created(json!({ "object": "Project", "fields": fields }));
    assert_eq!(reply["object"], "Project__c");
    assert_eq!(
        reply["fields"],
        json!({
            "Name": "Initech Audit", "Account__c": bench.id("initech"), "Status__c": "Active", "Budget__c": 42000,
            "Progress__c": 10, "Start_Date__c": "2026-06-01", "Billable__c": true,
            "Tags__c": "Security;Training",
        })
    );
    // The list of objects, the description, and the create.
    assert_eq!(bench.counts(), (3, 1));

    bench.org.forget_requests();
    let change = json!({ "Phase": "on hold" });
    let expected = json!({ "Phase": "Active" });
    let reply = bench
        .ok("update", json!({ "object": "projects", "record": "Initech Audit", "fields": change, "from": expected }));
    assert_eq!(
        reply["records"][0]["changes"],
        json!([{ "field": "Status__c", "before": "Active", "after": "On Hold" }])
    );
    assert_eq!(bench.counts(), (2, 1));
    // By its id alone: the list of objects says which object that is.
    bench.org.forget_requests();
    let change = json!({ "Phase": "Done" });
    let reply = bench.ok("update", json!({ "record": reply["records"][0]["id"], "fields": change }));
    assert_eq!(reply["object"], "Project__c");
    assert_eq!(bench.counts(), (2, 1));
}

#[test]
fn a_person_account_needs_no_name_but_its_parts() {
    let bench = Bench::warm(&["Account"]);
    let fields = json!({ "FirstName": "Ana", "LastName": "Lima", "PersonEmail": "ana@mail.example" });
    let reply = bench.created(json!({ "object": "Account", "fields": fields }));
    assert_eq!(reply["fields"]["Name"], "Ana Lima");
}

#[test]
fn an_event_without_its_end_is_refused_before_it_is_sent() {
    let bench = Bench::warm(&["Event"]);
    let fields = json!({ "Subject": "Meeting", "Start": "2026-05-19T15:00:00Z" });
    let error = bench.err("create", json!({ "object": "Event", "fields": fields }));
    assert_eq!((&error["kind"], &error["fields"]), (&json!("invalid_input"), &json!(["DurationInMinutes"])));
    assert_eq!(bench.counts(), (0, 0));
}

// ---- references ----

#[test]
fn a_text_that_looks_like_a_reference_is_written_as_it_is() {
    let bench = Bench::warm(&["Account"]);
    let name = "Use @{new.id} or @{read.Name}";
    let reply = bench.created(json!({ "object": "Account", "fields": { "Name": name } }));
    assert_eq!(reply["fields"]["Name"], name);
    assert_eq!(bench.counts(), (2, 1), "a composite request would have resolved it");

    let change = json!({ "Name": "@{write.id}" });
    let expected = json!({ "Name": name });
    let reply = bench.ok("update", json!({ "record": reply["id"], "fields": change, "from": expected }));
    assert_eq!(reply["records"][0]["changes"][0], json!({ "field": "Name", "before": name, "after": "@{write.id}" }));
    assert_eq!(bench.counts(), (5, 2));
}

#[test]
fn a_text_that_looks_like_a_reference_changes_no_rule_of_a_write() {
    let bench = Bench::warm(&["Account", "Contact"]);
    let fields = json!({ "LastName": "Chen", "Email": "sarah.chen@globex.example", "Title": "@{x.id}" });
    let error = bench.err("create", json!({ "object": "Contact", "fields": fields }));
    assert_eq!((error["kind"].as_str(), bench.counts()), (Some("duplicate"), (2, 0)));

    bench.org.fault(Fault::new(Effect::DropAfter).on(post(), "/sobjects/Account"));
    let reply = bench.created(new_account("Zenith @{x.id}"));
    assert_eq!(reply["fields"]["Name"], "Zenith @{x.id}");
    assert_eq!(bench.counts(), (5, 1), "the record is looked for, not made again");
}

#[test]
fn what_is_expected_is_said_of_fields_that_change_once_and_by_whatever_name() {
    let bench = Bench::warm(&["Account"]);
    let update = |fields: Value, from: Value| json!({ "record": bench.id("acme"), "fields": fields, "from": from });
    let reply = bench.ok("update", update(json!({ "Employees": 500 }), json!({ "numberofemployees": 100 })));
    assert_eq!(reply["records"][0]["changes"], json!([{ "field": "NumberOfEmployees", "before": 100, "after": 500 }]));
    for (from, expected) in [
        (json!({ "Phone": "1" }), "Phone is in `from` alone; what is expected is said of fields that change"),
        (json!({ "Employees": 500, "NumberOfEmployees": 500 }), "NumberOfEmployees is given twice in `from`"),
        (json!({ "Emploies": 500 }), "the field \"Emploies\" does not exist on Account"),
    ] {
        let error = bench.refused("update", update(json!({ "Employees": 600 }), from));
        assert!(error["message"].as_str().unwrap().starts_with(expected), "{error}");
    }
}

#[test]
fn null_and_an_empty_text_expect_an_empty_field() {
    for empty in [json!(null), json!("")] {
        let bench = Bench::warm(&["Account"]);
        let update = |field: &str| json!({ "record": bench.id("acme"), "fields": { field: "1" }, "from": { field: empty.clone() } });
        bench.ok("update", update("Fax"));
        assert_eq!(bench.err("update", update("Phone"))["kind"], "conflict", "{empty}");
    }
}
