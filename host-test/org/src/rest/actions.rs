//! `actions/standard`: running an action once for each of its inputs; of the actions, those of flow approvals.
//! <https://developer.salesforce.com/docs/platform/api-action/guide/actions-obj-review-approval-work-item.html>

use serde_json::{Value as Json, json};

use super::{Answer, Call, Desk};
use crate::{
    refusal::Refusal,
    save::{Recall, Review},
};

/// What an action does with one of its inputs.
type Work = fn(&mut Desk<'_>, &Call, &Json) -> Result<(), Refusal>;

/// `POST actions/standard/{action}`: each input by itself; what succeeds stays. The status is 400 where any failed.
///
/// # Errors
/// `INVALID_INPUT` without inputs, and whatever this org lacks.
pub(super) fn run(desk: &mut Desk<'_>, call: &Call, action: &str, work: Work) -> Result<Answer, Refusal> {
    let body = call.object()?;
    let inputs = body.get("inputs").and_then(Json::as_array);
    let inputs = inputs.ok_or_else(|| Refusal::new(400, "INVALID_INPUT", "inputs is required"))?;
    let mut results = Vec::new();
    let mut failed = false;
    for input in inputs {
        let (before, written) = (desk.store.clone(), desk.writes.len());
        let refusal = work(desk, call, input).err();
        if let Some(refusal) = &refusal {
            *desk.store = before;
            desk.writes.truncate(written);
            failed = true;
            if refusal.status == 501 {
                return Err(refusal.clone());
            }
        }
        results.push(json!({
            "actionName": action,
            "errors": refusal.as_ref().map(|refusal| [refusal.to_json("statusCode")]),
            "invocationId": null,
            "isSuccess": refusal.is_none(),
            "outcome": null,
            "outputValues": null,
            "sortOrder": -1,
            "version": 1,
        }));
    }
    Ok(Answer::json(if failed { 400 } else { 200 }, json!(results)))
}

fn text(input: &Json, name: &str) -> Option<String> {
    input.get(name).and_then(Json::as_str).map(str::to_owned)
}

/// `reviewApprovalWorkItem`: decides on a work item.
pub(super) fn review(desk: &mut Desk<'_>, _: &Call, input: &Json) -> Result<(), Refusal> {
    desk.transaction().review(&Review {
        item: text(input, "approvalWorkItemId"),
        decision: text(input, "approvalDecision"),
        comments: text(input, "comments"),
    })
}

/// `recallApprovalSubmission`: takes back what was submitted.
/// <https://developer.salesforce.com/docs/platform/api-action/guide/actions-obj-recall-approval-submission.html>
pub(super) fn recall(desk: &mut Desk<'_>, _: &Call, input: &Json) -> Result<(), Refusal> {
    let ask = Recall { submission: text(input, "approvalSubmissionId"), comments: text(input, "comments") };
    desk.transaction().recall_submission(&ask)
}
