//! What waits for the user is decided, what is submitted goes its way, and what is meant is never guessed.

use std::time::Duration;

use demo_org::{Effect, Extra, Fault, Org};
use http::Method;
use serde_json::{Value, json};

use crate::bench::Bench;

const APPROVALS: &str = "/process/approvals";
const REVIEW: &str = "/actions/standard/reviewApprovalWorkItem";

/// A user, with both kinds of approvals in the org, whom nobody has to ask who they are.
fn of(user: &str) -> Bench {
    let bench = Bench::on(Org::demo_with([Extra::Approvals, Extra::FlowApprovals]), user);
    bench.settings.borrow_mut().tools = Some(["approve", "activities"].map(str::to_owned).to_vec());
    bench.ok("activities", json!({}));
    bench.org.forget_requests();
    bench
}

fn bench() -> Bench {
    of("riley")
}

/// Riley's own deal, which the process takes.
fn with_a_discount() -> Bench {
    let bench = bench();
    bench.org.set(&bench.org.id("acme_renewal").unwrap(), "Discount__c", 12.5);
    bench
}

fn call(record: &str, decision: &str) -> Value {
    json!({ "record": record, "decision": decision })
}

/// What was sent to decide something.
fn sent(bench: &Bench, path: &str) -> Value {
    let sent = bench.sent.borrow();
    let request = sent.iter().find(|request| request.uri().path().ends_with(path)).unwrap();
    serde_json::from_slice(request.body()).unwrap()
}

/// How often something was sent to a path.
fn count(bench: &Bench, path: &str) -> usize {
    bench.sent.borrow().iter().filter(|request| request.uri().path().ends_with(path)).count()
}

#[track_caller]
fn assert_outcome(error: &Value, kind: &str, changed: &str, says: &str) {
    assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some(kind), Some(changed)), "{error:#}");
    assert!(error["message"].as_str().unwrap().contains(says), "{error:#}");
}

fn answer(bench: &Bench, path: &str, status: u16, body: &Value) {
    let effect = Effect::Answer { status, content_type: "application/json", body: body.to_string() };
    bench.org.fault(Fault::new(effect).on(Method::POST, path));
}

#[test]
fn what_waits_for_the_user_is_approved_in_two_requests_with_their_own_words() {
    let bench = bench();
    let mut arguments = call(&bench.id("hooli_expansion"), "approve");
    arguments["comment"] = json!("ok for one year");
    let reply = bench.ok("approve", arguments);
    assert_eq!(bench.requests(), 2);
    let id = bench.id("hooli_expansion");
    assert_eq!(
        reply,
        json!({
            "object": "Opportunity", "id": id, "link": format!("https://demo.my.salesforce.com/{id}"),
            "name": "Hooli expansion", "decision": "approve", "status": "Approved",
            "notices": ["no tool takes this back: a person can submit the record again, or ask an admin"],
        })
    );
    let item = bench.id("approval_hooli_item");
    let request = json!({ "contextId": item, "actionType": "Approve", "comments": "ok for one year" });
    assert_eq!(sent(&bench, APPROVALS), json!({ "requests": [request] }));
    // Nothing waits any more.
    assert_outcome(&bench.err("approve", call(&id, "approve")), "not_found", "no", "no approval waits here");
}

#[test]
fn it_is_rejected_by_name_and_by_the_step_that_the_day_shows() {
    let bench = bench();
    let mut by_name = call("Hooli expansion", "reject");
    by_name["object"] = json!("Opportunity");
    let reply = bench.ok("approve", by_name);
    assert_eq!((&reply["status"], bench.requests()), (&json!("Rejected"), 3));
    // Two steps of this case wait, for one queue: which is meant is said by its own id.
    let case = bench.id("case_old_3");
    let error = bench.err("approve", call(&case, "reject"));
    assert_outcome(&error, "ambiguous", "no", "several steps of this record wait");
    let candidates = error["candidates"].as_array().unwrap();
    let told: Vec<_> = candidates.iter().map(|one| one["object"].as_str().unwrap()).collect();
    assert_eq!(told, ["ProcessInstanceWorkitem", "ApprovalWorkItem"]);
    assert_eq!(candidates[0]["facts"]["Actor.Name"], "Tier 2");
    assert_eq!(candidates[1]["facts"]["ApprovalSubmission.SubmittedBy.Name"], "Jonas Becker");
    for (candidate, status) in candidates.iter().zip(["Rejected", "Rejected"]) {
        let reply = bench.ok("approve", call(candidate["id"].as_str().unwrap(), "reject"));
        assert_eq!((&reply["id"], &reply["object"], &reply["status"]), (&json!(case), &json!("Case"), &json!(status)));
    }
}

#[test]
fn a_step_of_a_flow_is_decided_by_its_action() {
    let bench = bench();
    let reply = bench.ok("approve", call(&bench.id("globex_deal"), "approve"));
    assert_eq!((&reply["name"], &reply["status"]), (&json!("Globex platform deal"), &json!("Approved")));
    assert_eq!((reply.get("waits_for"), bench.requests()), (None, 3));
    let input = json!({ "approvalWorkItemId": bench.id("flow_globex_item"), "approvalDecision": "Approve" });
    assert_eq!((sent(&bench, REVIEW), count(&bench, APPROVALS)), (json!({ "inputs": [input] }), 0));
}

#[test]
fn how_a_flow_stands_is_told_of_the_one_that_was_decided() {
    let bench = bench();
    // Another of the same deal is over, and was made later.
    let set = |key: &str, field: &str, value: &str| bench.org.set(&bench.org.id(key).unwrap(), field, value);
    set("flow_case_item", "RelatedRecordId", &bench.id("globex_deal"));
    set("flow_case_item", "Status", "Rejected");
    set("flow_case_item", "AssignedToId", &bench.id("riley"));
    set("flow_case", "Status", "Rejected");
    bench.org.set(&bench.org.id("flow_case_item").unwrap(), "CreatedDate", bench.org.now());
    let reply = bench.ok("approve", call(&bench.id("globex_deal"), "approve"));
    assert_eq!((&reply["status"], reply.get("waits_for")), (&json!("Approved"), None), "{reply:#}");
    // It goes on where the flow does.
    let bench = self::bench();
    bench.rewrite.replace(Some(Box::new(|body| body.replace(r#""Status":"Approved""#, r#""Status":"InProgress""#))));
    let reply = bench.ok("approve", call(&bench.id("globex_deal"), "approve"));
    assert_eq!(reply["status"], "Pending", "{reply:#}");
}

#[test]
fn an_org_that_has_one_kind_alone_is_no_obstacle() {
    for (extra, record) in [(Extra::Approvals, "hooli_expansion"), (Extra::FlowApprovals, "globex_deal")] {
        let bench = Bench::on(Org::demo_with([extra]), "riley");
        bench.settings.borrow_mut().tools = Some(vec!["approve".to_owned()]);
        assert_eq!(bench.ok("approve", call(&bench.id(record), "approve"))["status"], "Approved");
    }
    let bench = Bench::new();
    bench.settings.borrow_mut().tools = Some(vec!["approve".to_owned()]);
    let error = bench.err("approve", call(&bench.id("acme"), "approve"));
    assert_outcome(&error, "not_found", "no", "no approval waits here");
}

#[test]
fn what_waits_for_others_is_told_with_whom_and_decided_by_its_id_alone() {
    let bench = of("admin");
    let record = json!({ "record": "Rollout", "object": "Project", "decision": "approve" });
    let error = bench.err("approve", record);
    assert_outcome(&error, "not_found", "no", "waits for others");
    assert_eq!(error["candidates"][0]["facts"]["Actor.Name"], "Jane Okafor");
    assert_eq!(error["candidates"][0]["facts"]["ProcessInstance.SubmittedBy.Name"], "Sam Lee");
    assert_eq!(bench.org.writes().len(), 0);
    // An admin acts for anybody, if they say so.
    let reply = bench.ok("approve", call(error["candidates"][0]["id"].as_str().unwrap(), "approve"));
    assert_eq!(reply["status"], "Approved");
    // And Riley for nobody.
    let bench = self::bench();
    let error = bench.err("approve", call(&bench.id("approval_rollout_item"), "approve"));
    assert_outcome(&error, "forbidden", "no", "waits for somebody else");
    assert_eq!(error["code"], "INSUFFICIENT_ACCESS");
}

#[test]
fn a_record_is_submitted_and_the_receipt_says_for_whom_it_waits_and_how_it_is_taken_back() {
    let bench = with_a_discount();
    let mut arguments = call(&bench.id("acme_renewal"), "submit");
    arguments["comment"] = json!("12 % for three years.");
    let reply = bench.ok("approve", arguments);
    assert_eq!((&reply["status"], &reply["waits_for"]), (&json!("Pending"), &json!(["Ada Admin"])), "{reply:#}");
    assert_eq!(bench.requests(), 3);
    assert_eq!(reply["name"], "Acme renewal");
    assert!(reply["notices"][0].as_str().unwrap().contains("by the decision recall"), "{reply:#}");
    // Once more is once too often, and needs no request to find out.
    let error = bench.err("approve", call(&bench.id("acme_renewal"), "submit"));
    assert_outcome(&error, "conflict", "no", "waits for an approval already");
    assert_eq!(
        (error["candidates"][0]["facts"]["Actor.Name"].as_str(), count(&bench, APPROVALS)),
        (Some("Ada Admin"), 1)
    );
    // This process lets nobody take it back but an admin.
    let error = bench.err("approve", call(&bench.id("acme_renewal"), "recall"));
    assert_outcome(&error, "forbidden", "no", "only where the process lets them");
}

#[test]
fn who_decides_is_named_where_the_process_asks_and_never_guessed() {
    let bench = bench();
    let migration = bench.id("migration");
    let submit = |approver: Option<&str>| json!({ "record": migration, "decision": "submit", "approver": approver });
    let error = bench.err("approve", submit(None));
    assert_outcome(&error, "invalid_input", "no", "asks who decides next");
    assert_eq!(error["fields"], json!(["approver"]));
    let error = bench.err("approve", submit(Some("Jane")));
    assert_outcome(&error, "ambiguous", "no", "records fit \"Jane\"");
    assert_eq!(error["candidates"][0]["field"], "approver");
    assert_outcome(&bench.err("approve", submit(Some("Nobody Known"))), "not_found", "no", "no User has a name");
    assert_eq!(bench.refused("approve", submit(Some(&bench.id("acme"))))["fields"], json!(["approver"]));
    let reply = bench.ok("approve", submit(Some("sam lee")));
    assert_eq!(reply["waits_for"], json!(["Sam Lee"]));
    // Who submitted it takes it back, where the process lets them.
    let reply = bench.ok("approve", call(&migration, "recall"));
    assert_eq!((&reply["status"], &reply["decision"]), (&json!("Removed"), &json!("recall")));
    let error = bench.err("approve", call(&migration, "recall"));
    assert_outcome(&error, "not_found", "no", "no approval waits here");
}

#[test]
fn what_no_process_takes_is_told_so() {
    let bench = bench();
    let error = bench.err("approve", call(&bench.id("acme_renewal"), "submit"));
    assert_outcome(&error, "rejected", "no", "no approval process of the org takes this record");
    assert_eq!(error["code"], "NO_APPLICABLE_PROCESS");
    // Sam has no manager.
    let bench = of("sam");
    bench.org.set(&bench.org.id("globex_deal").unwrap(), "Discount__c", 12.5);
    let error = bench.err("approve", call(&bench.id("globex_deal"), "submit"));
    assert_outcome(&error, "rejected", "no", "waits for a manager");
    let error = bench.err("approve", call(&bench.id("migration"), "submit"));
    assert_outcome(&error, "forbidden", "no", "may not submit");
}

#[test]
fn what_a_flow_asked_for_is_taken_back_by_no_tool() {
    let bench = bench();
    let error = bench.err("approve", call(&bench.id("globex_deal"), "recall"));
    assert_outcome(&error, "rejected", "no", "a person can do it in Salesforce");
    let mut named = call(&bench.id("globex_deal"), "approve");
    named["approver"] = json!("Sam Lee");
    assert_outcome(&bench.err("approve", named), "invalid_input", "no", "who decides next");
    assert_eq!(bench.org.writes().len(), 0);
}

#[test]
fn salesforces_refusals_say_what_can_be_done() {
    let result = |code: &str| json!([{ "success": false, "errors": [{ "statusCode": code, "message": "no", "fields": [] }], "instanceStatus": null }]);
    for (code, decision, kind, says) in [
        ("ALREADY_IN_PROCESS", "submit", "conflict", "waits for an approval already"),
        ("ENTITY_IS_LOCKED", "submit", "forbidden", "locked"),
        ("INVALID_CROSS_REFERENCE_KEY", "approve", "conflict", "waits no more"),
        ("INVALID_CROSS_REFERENCE_KEY", "submit", "rejected", "points to nothing"),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "approve", "rejected", "validation rule"),
    ] {
        for status in [200, 400] {
            let bench = with_a_discount();
            answer(&bench, APPROVALS, status, &result(code));
            let record = if decision == "submit" { "acme_renewal" } else { "hooli_expansion" };
            let error = bench.err("approve", call(&bench.id(record), decision));
            assert_outcome(&error, kind, "no", says);
            assert_eq!((error["code"].as_str(), count(&bench, APPROVALS)), (Some(code), 1));
        }
    }
    // The resource itself can refuse, as every other does.
    let bench = bench();
    answer(&bench, APPROVALS, 403, &json!([{ "errorCode": "API_DISABLED_FOR_ORG", "message": "no" }]));
    let error = bench.err("approve", call(&bench.id("hooli_expansion"), "approve"));
    assert_outcome(&error, "forbidden", "no", "API access");
}

#[test]
fn a_row_that_is_locked_for_a_moment_is_decided_in_the_end() {
    let bench = bench();
    let locked = json!([{ "success": false, "errors": [{ "statusCode": "UNABLE_TO_LOCK_ROW", "message": "busy" }] }]);
    answer(&bench, APPROVALS, 200, &locked);
    assert_eq!(bench.ok("approve", call(&bench.id("hooli_expansion"), "approve"))["status"], "Approved");
    assert_eq!(count(&bench, APPROVALS), 2);
}

#[test]
fn the_next_step_is_told_by_either_spelling_of_its_items() {
    for spelling in ["newWorkItemIds", "newWorkitemIds"] {
        let bench = bench();
        let body = json!([{ "success": true, "instanceStatus": "Pending", "actorIds": [bench.id("admin")], spelling: ["04i000000000001AAA"] }]);
        answer(&bench, APPROVALS, 200, &body);
        let reply = bench.ok("approve", call(&bench.id("hooli_expansion"), "approve"));
        assert_eq!((&reply["status"], &reply["waits_for"]), (&json!("Pending"), &json!(["Riley Reyes"])));
    }
    // Whom it waits for is no part of what was done.
    let bench = with_a_discount();
    bench.org.fault(Fault::server_unavailable().on(Method::GET, "/query").after(1));
    let reply = bench.ok("approve", call(&bench.id("acme_renewal"), "submit"));
    assert_eq!((&reply["status"], reply.get("name")), (&json!("Pending"), None));
    assert_eq!(reply["notices"][0], "whom it waits for now could not be read");
}

#[test]
fn a_decision_without_an_answer_is_looked_into_and_not_repeated() {
    for (record, decision, path) in [
        ("hooli_expansion", "approve", APPROVALS),
        ("acme_renewal", "submit", APPROVALS),
        ("globex_deal", "reject", REVIEW),
    ] {
        for effect in [Effect::DropAfter, Effect::CutBody, Effect::Delay(Duration::from_secs(120))] {
            let bench = with_a_discount();
            bench.org.fault(Fault::new(effect).on(Method::POST, path));
            let error = bench.err("approve", call(&bench.id(record), decision));
            let kind = error["kind"].as_str().unwrap().to_owned();
            assert_outcome(&error, &kind, "unknown", "it was looked for, and has happened");
            assert_eq!(count(&bench, path), 1);
        }
        // It broke on its way: nothing has happened so far, and nobody knows whether it will.
        let bench = with_a_discount();
        bench.org.fault(Fault::html_503().on(Method::POST, path));
        let error = bench.err("approve", call(&bench.id(record), decision));
        assert_outcome(&error, "unavailable", "unknown", "has not happened so far");
        assert_eq!((count(&bench, path), bench.org.writes().len()), (1, 0));
        // Nobody can look.
        let bench = with_a_discount();
        bench.org.fault(Fault::new(Effect::DropAfter).on(Method::POST, path));
        bench.meanwhile.replace(Some((
            2,
            Box::new(|org| {
                org.fault(Fault::server_unavailable().on(Method::GET, "/query"));
                org.fault(Fault::server_unavailable().on(Method::POST, "/composite"));
            }),
        )));
        let error = bench.err("approve", call(&bench.id(record), decision));
        assert_outcome(&error, "unavailable", "unknown", "looking whether it has happened failed as well");
    }
}

#[test]
fn an_answer_that_is_none_is_no_done_decision() {
    for body in [json!([]), json!({}), json!([{ "instanceStatus": "Approved" }]), json!([{ "success": null }])] {
        let bench = bench();
        answer(&bench, APPROVALS, 200, &body);
        let error = bench.err("approve", call(&bench.id("hooli_expansion"), "approve"));
        assert_outcome(&error, "unexpected_reply", "unknown", "has not happened so far");
    }
}

#[test]
fn who_may_not_decide_on_a_step_of_a_flow_is_told_so() {
    let bench = of("sam");
    let error = bench.err("approve", call(&bench.id("flow_globex_item"), "approve"));
    assert_outcome(&error, "forbidden", "no", "waits for somebody else");
    assert_eq!((error["code"].as_str(), bench.org.writes().len()), (Some("UNKNOWN_EXCEPTION"), 0));
}

#[test]
fn what_can_not_be_meant_is_refused_before_anything_is_sent() {
    let bench = bench();
    let id = bench.id("hooli_expansion");
    for (wrong, field) in [
        (json!({ "record": "Hooli expansion", "decision": "approve" }), "object"),
        (json!({ "record": id, "decision": "approve", "comment": "x".repeat(4001) }), "comment"),
        (json!({ "record": id, "decision": "reject", "approver": "Sam Lee" }), "approver"),
        (json!({ "record": id, "decision": "recall", "approver": "Sam Lee" }), "approver"),
        (json!({ "record": bench.id("approval_hooli_item"), "decision": "submit" }), "record"),
        (json!({ "record": id, "decision": "agree" }), "decision"),
        (json!({ "record": id, "object": "Account", "decision": "approve" }), "object"),
        (json!({ "record": "", "decision": "approve" }), "record"),
    ] {
        assert_eq!(bench.refused("approve", wrong.clone())["fields"], json!([field]), "{wrong}");
    }
    // A step that is over, and a record that is none.
    for nothing in ["04i000000000999", "006000000000999"] {
        assert_outcome(&bench.err("approve", call(nothing, "approve")), "not_found", "no", "no approval waits here");
    }
}

#[test]
fn it_is_off_unless_the_settings_name_it_and_asks_for_what_it_reads_and_changes() {
    let bench = bench();
    let arguments = call(&bench.id("hooli_expansion"), "approve");
    for tools in [None, Some(vec!["default".to_owned()])] {
        bench.settings.borrow_mut().tools = tools;
        assert_outcome(&bench.err("approve", arguments.clone()), "switched_off", "no", "the tool salesforce_approve");
    }
    bench.settings.borrow_mut().tools = Some(vec!["approve".to_owned()]);
    bench.settings.borrow_mut().read_only = true;
    assert_outcome(&bench.err("approve", arguments.clone()), "switched_off", "no", "salesforce_approve");
    bench.settings.borrow_mut().read_only = false;
    bench.settings.borrow_mut().objects.edit = Some(vec!["Account".to_owned()]);
    for record in ["hooli_expansion", "approval_hooli_item", "flow_globex_item"] {
        let error = bench.err("approve", call(&bench.id(record), "approve"));
        assert_outcome(&error, "switched_off", "no", "changing Opportunity records");
    }
    bench.settings.borrow_mut().objects.edit = None;
    let granted = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    for (read, missing) in [
        (&["Opportunity"][..], "reading ProcessInstanceWorkitem"),
        (&["ProcessInstanceWorkitem"], "reading ProcessInstance "),
    ] {
        bench.settings.borrow_mut().objects.read = granted(read);
        assert_outcome(&bench.err("approve", arguments.clone()), "switched_off", "no", missing);
    }
    assert_eq!(bench.org.writes().len(), 0);
    // What may not be read is decided by its id, and told by no name.
    bench.settings.borrow_mut().objects.read = granted(&["ProcessInstanceWorkitem", "ProcessInstance"]);
    let reply = bench.ok("approve", arguments);
    assert_eq!((reply.get("name"), &reply["status"]), (None, &json!("Approved")));
    // To submit, nothing has to be read.
    let bench = with_a_discount();
    bench.settings.borrow_mut().objects.read = granted(&[]);
    let reply = bench.ok("approve", call(&bench.id("acme_renewal"), "submit"));
    assert_eq!((&reply["status"], reply.get("waits_for")), (&json!("Pending"), None));
}
