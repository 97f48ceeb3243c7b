//! [`Extra::Approvals`] and [`Extra::FlowApprovals`]: what waits for whom, deciding on it, submitting, and the lock meanwhile.

use demo_org::{Extra, Org};
use serde_json::{Value as Json, json};

use crate::rest_client::{Got, column, get, id, patch, path, post, query, send};

fn org() -> Org {
    Org::demo_with([Extra::Approvals])
}

fn process(org: &Org, user: &str, request: &Json) -> Json {
    let got: Got = post(org, user, "process/approvals", &json!({"requests": [request]}));
    assert_eq!(got.status, 200, "{}", got.body);
    got.body[0].clone()
}

/// `statusCode: message` of a refused request.
#[track_caller]
fn refused(result: &Json) -> String {
    assert_eq!(result["success"], false, "{result}");
    let error = &result["errors"][0];
    format!("{}: {}", error["statusCode"].as_str().expect("a code"), error["message"].as_str().expect("a message"))
}

#[test]
fn the_plain_demo_org_approves_nothing() {
    let plain = Org::demo();
    assert_eq!(get(&plain, "riley", "process/approvals").refused(), "404 NOT_FOUND");
    assert_eq!(query(&plain, "riley", "SELECT Id FROM ProcessInstanceWorkitem").refused(), "400 INVALID_TYPE");
    for action in ["submit", "reviewApprovalWorkItem", "recallApprovalSubmission"] {
        let got = post(&plain, "riley", &format!("actions/standard/{action}"), &json!({}));
        assert_eq!(got.refused(), "501 DEMO_ORG_UNSUPPORTED", "{action}");
    }
}

#[test]
fn work_items_name_their_actor_their_record_and_how_long_they_wait() {
    let org = org();
    let riley = id(&org, "riley");
    let fields = "ProcessInstance.TargetObject.Name, ProcessInstance.TargetObject.Type, ProcessInstance.SubmittedBy.Name, Actor.Name, Actor.Type, ElapsedTimeInDays";
    let mine =
        query(&org, "riley", &format!("SELECT {fields} FROM ProcessInstanceWorkitem WHERE ActorId = '{riley}'")).body;
    let item = &mine["records"][0];
    assert_eq!(mine["totalSize"], 1);
    assert_eq!(
        (&item["ProcessInstance"]["TargetObject"]["Name"], &item["ProcessInstance"]["SubmittedBy"]["Name"]),
        (&json!("Hooli expansion"), &json!("Jane Miller"))
    );
    assert_eq!(item["ElapsedTimeInDays"], 2.0);
    let queued = format!(
        "SELECT {fields} FROM ProcessInstanceWorkitem WHERE ActorId IN (SELECT GroupId FROM GroupMember WHERE UserOrGroupId = '{riley}')"
    );
    let queued = query(&org, "riley", &queued).body;
    assert_eq!(queued["records"][0]["Actor"]["Type"], "Queue");
    assert_eq!(queued["records"][0]["ProcessInstance"]["TargetObject"]["Type"], "Case");
    org.advance(std::time::Duration::from_secs(12 * 3600));
    let waited = column(
        &org,
        "riley",
        &format!("SELECT ElapsedTimeInDays FROM ProcessInstanceWorkitem WHERE ActorId = '{riley}'"),
        "ElapsedTimeInDays",
    );
    assert_eq!(waited, [2.5]);
}

#[test]
fn the_steps_of_a_record_are_its_children_with_what_they_wait_for() {
    let org = org();
    let steps = |key: &str| -> Vec<String> {
        let soql = format!(
            "SELECT (SELECT StepStatus, IsPending, Actor.Name, Comments FROM ProcessSteps ORDER BY CreatedDate, IsPending) FROM Opportunity WHERE Id = '{}'",
            id(&org, key)
        );
        let row = query(&org, "riley", &soql).body["records"][0].clone();
        let rows = row["ProcessSteps"]["records"].as_array().cloned().unwrap_or_default();
        rows.iter()
            .map(|row| format!("{} {} {}", row["StepStatus"], row["IsPending"], row["Actor"]["Name"]).replace('"', ""))
            .collect()
    };
    assert_eq!(steps("hooli_expansion"), ["Started false Jane Miller", "Pending true Riley Reyes"]);
    assert_eq!(steps("won_may"), ["Started false Riley Reyes", "Approved false Ada Admin"]);
    assert_eq!(steps("acme_renewal"), [] as [&str; 0]);
    let soql = "SELECT (SELECT StepStatus FROM StepsAndWorkitems) FROM ProcessInstance WHERE Status = 'Approved'";
    let row = query(&org, "riley", soql).body["records"][0].clone();
    assert_eq!(row["StepsAndWorkitems"]["totalSize"], 2);
    let alone = query(&org, "riley", "SELECT Id FROM ProcessInstanceHistory");
    assert_eq!(alone.refused(), "400 INVALID_TYPE_FOR_OPERATION");
}

#[test]
fn an_approval_is_decided_by_its_work_item_and_unlocks_the_record() {
    let org = org();
    let deal = path(&org, "Opportunity", "hooli_expansion");
    let change = json!({"NextStep": "Sign"});
    let locked = patch(&org, "jane_miller", &deal, &change);
    assert_eq!(locked.refused(), "400 ENTITY_IS_LOCKED");
    assert_eq!(locked.message(), "This record is locked. If you need to edit it, contact your admin.");
    assert_eq!(send(&org, "jane_miller", "DELETE", &deal, &[], &Json::Null).refused(), "400 ENTITY_IS_LOCKED");
    assert_eq!(patch(&org, "admin", &deal, &json!({"NextStep": "Wait"})).status, 204);
    let item = id(&org, "approval_hooli_item");
    let result =
        process(&org, "riley", &json!({"actionType": "Approve", "contextId": item, "comments": "ok for one year"}));
    assert_eq!(
        result,
        json!({"actorIds": null, "entityId": id(&org, "hooli_expansion"), "errors": null,
               "instanceId": id(&org, "approval_hooli"), "instanceStatus": "Approved", "newWorkitemIds": [], "success": true})
    );
    assert_eq!(patch(&org, "jane_miller", &deal, &change).status, 204);
    assert_eq!(
        query(&org, "riley", &format!("SELECT Id FROM ProcessInstanceWorkitem WHERE Id = '{item}'")).body["totalSize"],
        0
    );
    let steps = format!(
        "SELECT Status, LastActor.Name, (SELECT StepStatus, Actor.Name, OriginalActor.Name, Comments FROM Steps ORDER BY CreatedDate) FROM ProcessInstance WHERE TargetObjectId = '{}'",
        id(&org, "hooli_expansion")
    );
    let instance = query(&org, "riley", &steps).body["records"][0].clone();
    assert_eq!((&instance["Status"], &instance["LastActor"]["Name"]), (&json!("Approved"), &json!("Riley Reyes")));
    let last = &instance["Steps"]["records"][1];
    assert_eq!(
        [&last["StepStatus"], &last["Actor"]["Name"], &last["OriginalActor"]["Name"], &last["Comments"]],
        [&json!("Approved"), &json!("Riley Reyes"), &json!("Ada Admin"), &json!("ok for one year")]
    );
    let again = process(&org, "riley", &json!({"actionType": "Reject", "contextId": item}));
    assert_eq!(refused(&again), "INVALID_CROSS_REFERENCE_KEY: invalid cross reference id");
}

#[test]
fn only_who_it_waits_for_decides() {
    let org = org();
    let rollout = json!({"actionType": "Approve", "contextId": id(&org, "approval_rollout_item")});
    assert!(refused(&process(&org, "riley", &rollout)).starts_with("INSUFFICIENT_ACCESS: "));
    assert_eq!(org.writes(), []);
    let case = json!({"actionType": "Reject", "contextId": id(&org, "approval_case_item"), "comments": "Not yet."});
    assert!(refused(&process(&org, "sam", &case)).starts_with("INSUFFICIENT_ACCESS: "));
    assert_eq!(process(&org, "jane_okafor", &case)["instanceStatus"], "Rejected");
    assert_eq!(process(&org, "admin", &rollout)["success"], true);
    // The record itself is no work item.
    let by_record = json!({"actionType": "Approve", "contextId": id(&org, "hooli_expansion")});
    assert!(refused(&process(&org, "riley", &by_record)).starts_with("INVALID_CROSS_REFERENCE_KEY"));
}

#[test]
fn a_record_is_submitted_once_and_if_a_process_admits_it() {
    let org = org();
    let submit = |user: &str, key: &str, rest: Json| {
        let mut request = json!({"actionType": "Submit", "contextId": id(&org, key)});
        request.as_object_mut().expect("an object").extend(rest.as_object().expect("an object").clone());
        process(&org, user, &request)
    };
    let none = "NO_APPLICABLE_PROCESS: No applicable approval process was found.";
    assert_eq!(refused(&submit("riley", "acme_renewal", json!({}))), none);
    assert_eq!(refused(&submit("riley", "acme", json!({}))), none);
    let skipped = json!({"skipEntryCriteria": true});
    assert_eq!(refused(&submit("riley", "acme_renewal", skipped)), none);
    let named = json!({"skipEntryCriteria": "true", "processDefinitionNameOrId": "Discount_Approval"});
    let result = submit("riley", "acme_renewal", named);
    assert_eq!((&result["instanceStatus"], &result["actorIds"]), (&json!("Pending"), &json!([id(&org, "admin")])));
    let item = result["newWorkitemIds"][0].as_str().expect("an item").to_owned();
    assert!(item.starts_with("04i"), "{item}");
    assert!(refused(&submit("riley", "acme_renewal", json!({}))).starts_with("ALREADY_IN_PROCESS: "));
    let change = json!({"NextStep": "x"});
    assert_eq!(
        patch(&org, "riley", &path(&org, "Opportunity", "acme_renewal"), &change).refused(),
        "400 ENTITY_IS_LOCKED"
    );
    assert_eq!(
        process(&org, "admin", &json!({"actionType": "Reject", "contextId": item}))["instanceStatus"],
        "Rejected"
    );
    assert_eq!(patch(&org, "riley", &path(&org, "Opportunity", "acme_renewal"), &change).status, 204);
    // Sam has no manager.
    org.set(&org.id("globex_deal").expect("a deal"), "Discount__c", 12.5);
    assert_eq!(refused(&submit("sam", "globex_deal", json!({}))), "MANAGER_NOT_DEFINED: Manager undefined.");
    assert_eq!(submit("riley", "globex_deal", json!({}))["success"], true);
}

#[test]
fn an_approver_is_named_where_the_process_asks_for_one() {
    let org = org();
    let request = |approvers: Json| json!({"actionType": "Submit", "contextId": id(&org, "migration"), "nextApproverIds": approvers});
    assert!(refused(&process(&org, "riley", &request(Json::Null))).starts_with("REQUIRED_FIELD_MISSING: "));
    let inactive = request(json!([id(&org, "jane_doe")]));
    assert!(refused(&process(&org, "riley", &inactive)).starts_with("INVALID_CROSS_REFERENCE_KEY"));
    let sam = request(json!([id(&org, "sam")]));
    // Only owners edit projects, and submit them.
    assert!(refused(&process(&org, "sam", &sam)).starts_with("INSUFFICIENT_ACCESS: "));
    assert_eq!(process(&org, "riley", &sam)["actorIds"], json!([id(&org, "sam")]));
}

#[test]
fn requests_stand_each_by_itself_and_a_type_that_is_none_is_refused_as_such() {
    let org = org();
    let body = json!({"requests": [
        {"actionType": "Approve", "contextId": id(&org, "approval_hooli_item")},
        {"actionType": "Submit", "contextId": id(&org, "acme")},
    ]});
    let got = post(&org, "riley", "process/approvals", &body).body;
    assert_eq!((&got[0]["success"], &got[1]["success"]), (&json!(true), &json!(false)));
    let made_up = json!({"requests": [{"actionType": "Recall", "contextId": id(&org, "approval_case_item")}]});
    assert_eq!(post(&org, "riley", "process/approvals", &made_up).refused(), "400 INVALID_ARGUMENT_TYPE");
    assert_eq!(post(&org, "riley", "process/approvals", &json!({})).refused(), "400 JSON_PARSER_ERROR");
    let list = get(&org, "riley", "process/approvals").body;
    assert_eq!(list["approvals"]["Opportunity"][0]["name"], "Discount Approval");
}

#[test]
fn administrators_recall_an_approval_and_who_submitted_it_where_the_process_lets_them() {
    let org = org();
    let removed = |key: &str| json!({"actionType": "Removed", "contextId": id(&org, key), "comments": "Not yet."});
    // Submitted by Jane, through a process that lets nobody take anything back.
    assert!(
        refused(&process(&org, "jane_miller", &removed("approval_hooli_item"))).starts_with("INSUFFICIENT_ACCESS: ")
    );
    // Waiting for Jane, submitted by Sam, through one that lets who submitted.
    assert!(
        refused(&process(&org, "jane_okafor", &removed("approval_rollout_item"))).starts_with("INSUFFICIENT_ACCESS: ")
    );
    let no_item = refused(&process(&org, "admin", &removed("rollout")));
    assert_eq!(no_item, "INVALID_CROSS_REFERENCE_KEY: invalid cross reference id");
    assert_eq!(org.writes(), []);
    let taken_back = process(&org, "sam", &removed("approval_rollout_item"));
    assert_eq!((&taken_back["success"], &taken_back["instanceStatus"]), (&json!(true), &json!("Removed")));
    assert_eq!(process(&org, "admin", &removed("approval_hooli_item"))["instanceStatus"], "Removed");
    // Nothing waits any more, and the record is free.
    assert!(
        refused(&process(&org, "sam", &removed("approval_rollout_item"))).starts_with("INVALID_CROSS_REFERENCE_KEY")
    );
    assert_eq!(
        patch(&org, "jane_miller", &path(&org, "Opportunity", "hooli_expansion"), &json!({"NextStep": "x"})).status,
        204
    );
    let steps = format!(
        "SELECT Status, (SELECT StepStatus, Actor.Name, OriginalActor.Name, Comments FROM Steps ORDER BY CreatedDate) FROM ProcessInstance WHERE Id = '{}'",
        id(&org, "approval_rollout")
    );
    let instance = query(&org, "sam", &steps).body["records"][0].clone();
    let last = &instance["Steps"]["records"][1];
    assert_eq!(
        [
            &instance["Status"],
            &last["StepStatus"],
            &last["Actor"]["Name"],
            &last["OriginalActor"]["Name"],
            &last["Comments"]
        ],
        [&json!("Removed"), &json!("Removed"), &json!("Sam Lee"), &json!("Jane Okafor"), &json!("Not yet.")]
    );
}

#[test]
fn riley_has_records_to_submit_and_one_to_take_back() {
    let org = org();
    let to_manager = process(
        &org,
        "riley",
        &json!({"actionType": "Submit", "contextId": id(&org, "discounted"), "comments": "15 % for a year."}),
    );
    assert_eq!((&to_manager["success"], &to_manager["actorIds"]), (&json!(true), &json!([id(&org, "admin")])));
    let comments = format!(
        "SELECT Comments FROM ProcessInstanceStep WHERE ProcessInstance.TargetObjectId = '{}'",
        id(&org, "discounted")
    );
    assert_eq!(column(&org, "riley", &comments, "Comments"), ["15 % for a year."]);
    let chosen =
        json!({"actionType": "Submit", "contextId": id(&org, "migration"), "nextApproverIds": [id(&org, "sam")]});
    assert_eq!(process(&org, "riley", &chosen)["actorIds"], json!([id(&org, "sam")]));
    let training = path(&org, "Project__c", "training");
    assert_eq!(patch(&org, "riley", &training, &json!({"Budget__c": 1})).refused(), "400 ENTITY_IS_LOCKED");
    let recall = json!({"actionType": "Removed", "contextId": id(&org, "approval_training_item")});
    assert_eq!(process(&org, "riley", &recall)["instanceStatus"], "Removed");
    assert_eq!(patch(&org, "riley", &training, &json!({"Budget__c": 1})).status, 204);
}

#[test]
fn a_flow_approval_is_taken_back_by_who_submitted_it_with_the_permission() {
    let org = Org::demo_with([Extra::FlowApprovals]);
    let recall = |user: &str, submission: &str| {
        let input = json!({"approvalSubmissionId": submission, "comments": "Not yet."});
        post(&org, user, "actions/standard/recallApprovalSubmission", &json!({"inputs": [input]}))
    };
    let code = |got: &Got| format!("{} {}", got.status, got.body[0]["errors"][0]["statusCode"]).replace('"', "");
    let submission = id(&org, "flow_globex");
    assert_eq!(code(&recall("sam", &submission)), "400 INSUFFICIENT_ACCESS");
    // An administrator, who did not submit it.
    assert_eq!(code(&recall("admin", &submission)), "400 INSUFFICIENT_ACCESS");
    org.change_access("sam", |access| access.modify_all_data = true);
    assert_eq!(code(&recall("sam", "9iPdM000000000A")), "400 INVALID_CROSS_REFERENCE_KEY");
    assert_eq!(org.writes(), []);
    let done = recall("sam", &submission);
    assert_eq!((done.status, &done.body[0]["actionName"]), (200, &json!("recallApprovalSubmission")));
    let soql = format!(
        "SELECT Status, ApprovalSubmission.Status, ApprovalSubmission.Comments FROM ApprovalWorkItem WHERE Id = '{}'",
        id(&org, "flow_globex_item")
    );
    let row = query(&org, "riley", &soql).body["records"][0].clone();
    assert_eq!(
        [&row["Status"], &row["ApprovalSubmission"]["Status"], &row["ApprovalSubmission"]["Comments"]],
        [&json!("Recalled"), &json!("Recalled"), &json!("Not yet.")]
    );
    assert_eq!(code(&recall("sam", &submission)), "400 INVALID_INPUT");
    assert_eq!(refused_action(&review(&org, "riley", &id(&org, "flow_globex_item"), "Approve")), "400 INVALID_INPUT");
}

fn review(org: &Org, user: &str, item: &str, decision: &str) -> Got {
    let input = json!({"approvalWorkItemId": item, "approvalDecision": decision, "comments": "fine"});
    post(org, user, "actions/standard/reviewApprovalWorkItem", &json!({"inputs": [input]}))
}

/// `status code` of a refused action.
#[track_caller]
fn refused_action(got: &Got) -> String {
    let result = &got.body[0];
    assert_eq!((&result["isSuccess"], &result["actionName"]), (&json!(false), &json!("reviewApprovalWorkItem")));
    format!("{} {}", got.status, result["errors"][0]["statusCode"].as_str().expect("a code"))
}

#[test]
fn a_flow_approval_is_decided_by_an_action_and_only_by_whom_it_waits_for() {
    let org = Org::demo_with([Extra::FlowApprovals]);
    let riley = id(&org, "riley");
    let mine = format!(
        "SELECT Id, RelatedRecord.Name FROM ApprovalWorkItem WHERE Status = 'Assigned' AND AssignedToId = '{riley}'"
    );
    let waiting = query(&org, "riley", &mine).body;
    assert_eq!(
        (&waiting["totalSize"], &waiting["records"][0]["RelatedRecord"]["Name"]),
        (&json!(1), &json!("Globex platform deal"))
    );
    let item = id(&org, "flow_globex_item");
    assert_eq!(waiting["records"][0]["Id"], item);
    assert_eq!(refused_action(&review(&org, "sam", &item, "Approve")), "400 UNKNOWN_EXCEPTION");
    // The manual has it in lower case; an org has been seen to refuse that.
    assert_eq!(refused_action(&review(&org, "riley", &item, "approve")), "400 INVALID_INPUT");
    assert_eq!(
        refused_action(&review(&org, "riley", "9jR000000000000AAA", "Approve")),
        "400 INVALID_CROSS_REFERENCE_KEY"
    );
    assert_eq!(org.writes(), []);
    let decided = review(&org, "riley", &item, "Approve");
    assert_eq!(
        (decided.status, &decided.body[0]["isSuccess"], &decided.body[0]["errors"]),
        (200, &json!(true), &Json::Null)
    );
    assert_eq!(refused_action(&review(&org, "riley", &item, "Reject")), "400 INVALID_INPUT");
    let soql = format!(
        "SELECT Status, Comments, ReviewedBy.Name, ApprovalSubmission.Status FROM ApprovalWorkItem WHERE Id = '{item}'"
    );
    let row = query(&org, "riley", &soql).body["records"][0].clone();
    assert_eq!(
        [&row["Status"], &row["Comments"], &row["ReviewedBy"]["Name"], &row["ApprovalSubmission"]["Status"]],
        [&json!("Approved"), &json!("fine"), &json!("Riley Reyes"), &json!("Approved")]
    );
    // One of a queue.
    let queued = id(&org, "flow_case_item");
    assert_eq!(refused_action(&review(&org, "riley", &queued, "Reject")), "400 UNKNOWN_EXCEPTION");
    assert_eq!(review(&org, "jane_okafor", &queued, "Reject").status, 200);
    assert_eq!(
        post(&org, "riley", "actions/standard/reviewApprovalWorkItem", &json!({})).refused(),
        "400 INVALID_INPUT"
    );
    // The two kinds of approvals know nothing of each other.
    assert_eq!(query(&org, "riley", "SELECT Id FROM ProcessInstance").refused(), "400 INVALID_TYPE");
}

#[test]
fn decisions_of_one_request_stand_each_by_themselves() {
    let org = Org::demo_with([Extra::FlowApprovals]);
    let input = |key: &str| json!({"approvalWorkItemId": id(&org, key), "approvalDecision": "Approve"});
    let body = json!({"inputs": [input("flow_case_item"), input("flow_globex_item")]});
    let got = post(&org, "riley", "actions/standard/reviewApprovalWorkItem", &body);
    assert_eq!((got.status, &got.body[0]["isSuccess"], &got.body[1]["isSuccess"]), (400, &json!(false), &json!(true)));
    assert_eq!(org.writes().len(), 2);
}
