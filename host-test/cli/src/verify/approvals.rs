//! Assumptions about approvals, asked of what is not there, so that nobody's is decided and nobody is told.

use http::Method;
use serde_json::json;

use super::{Answer, DATA, Failure, Probe};

/// The ids of work items that no org has.
const NO_ITEM: &str = "04i000000000000AAA";
const NO_FLOW_ITEM: &str = "9jR000000000000AAA";
/// A word that is none of Salesforce's.
const MADE_UP: &str = "NoSuchWord";

/// Whether an answer is about the work item rather than about what is to be done with it.
fn is_about_the_item(answer: &Answer) -> bool {
    ["INVALID_CROSS_REFERENCE_KEY", "MALFORMED_ID", "NOT_FOUND"].iter().any(|code| answer.outcome().ends_with(code))
}

/// What an answer means that is no refusal of the kind that was asked for.
fn refused(probe: &mut Probe<'_>, answer: Answer, absent: &str) -> Result<Answer, Failure> {
    match answer.status {
        404 => Err(Failure::CannotTell(absent.to_owned())),
        401 | 403 | 429 | 500.. => Err(probe.doubt(&answer)),
        _ => Ok(answer),
    }
}

/// <https://developer.salesforce.com/docs/atlas.en-us.264.0.apexref.meta/apexref/apex_ProcessWorkitemRequest.htm>
pub(super) fn recall(probe: &mut Probe<'_>) -> Result<String, Failure> {
    let mut ask = |kind: &str| {
        let body = json!({"requests": [{"actionType": kind, "contextId": NO_ITEM}]});
        let answer = probe.send(Method::POST, &format!("{DATA}/process/approvals"), &[], &body)?;
        refused(probe, answer, "the org has no approval processes")
    };
    let (removed, made_up) = (ask("Removed")?, ask(MADE_UP)?);
    let found = format!("Removed: {}; a made-up type: {}", removed.outcome(), made_up.outcome());
    if removed.outcome() != made_up.outcome() {
        Ok(found)
    } else if is_about_the_item(&removed) {
        Err(Failure::CannotTell(format!("the work item is looked at first: {found}")))
    } else {
        Err(Failure::DoesNotHold(found))
    }
}

/// <https://developer.salesforce.com/docs/platform/api-action/guide/actions-obj-review-approval-work-item.html>
pub(super) fn review(probe: &mut Probe<'_>) -> Result<String, Failure> {
    const ABSENT: &str = "the org has no flow approvals";
    let items = probe.get(&super::query_url("SELECT Id FROM ApprovalWorkItem LIMIT 1"))?;
    if items.code() == "INVALID_TYPE" {
        return Err(Failure::CannotTell(ABSENT.to_owned()));
    }
    let mut ask = |decision: &str| {
        let body = json!({"inputs": [{"approvalWorkItemId": NO_FLOW_ITEM, "approvalDecision": decision}]});
        let path = format!("{DATA}/actions/standard/reviewApprovalWorkItem");
        let answer = probe.send(Method::POST, &path, &[], &body)?;
        refused(probe, answer, ABSENT).map(|answer| answer.outcome())
    };
    let (capital, small, made_up) = (ask("Approve")?, ask("approve")?, ask(MADE_UP)?);
    let found = format!("Approve: {capital}; approve: {small}; a made-up decision: {made_up}");
    if capital != made_up {
        Ok(found)
    } else if small == made_up {
        Err(Failure::CannotTell(format!("all are refused alike: {capital}")))
    } else {
        Err(Failure::DoesNotHold(found))
    }
}
