//! Flow approvals: deciding on a work item. Each submission here has one step.
//! <https://developer.salesforce.com/docs/platform/api-action/guide/actions-obj-review-approval-work-item.html>

use super::Transaction;
use crate::{id::Id, journal::WriteKind, refusal::Refusal, value::Value};

/// What a decision consists of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Review {
    pub(crate) item: Option<String>,
    pub(crate) decision: Option<String>,
    pub(crate) comments: Option<String>,
}

impl Transaction<'_> {
    /// Decides on a work item.
    ///
    /// # Errors
    /// `INVALID_INPUT` for a decision that is neither `Approve` nor `Reject`, which an org has been seen to want in this
    /// case of letters against its manual, and for an item that is decided; `UNKNOWN_EXCEPTION` for another's item, as
    /// an org has been seen to answer; `INVALID_CROSS_REFERENCE_KEY`, by this org's own lights, for one that is not
    /// there.
    pub(crate) fn review(&mut self, ask: &Review) -> Result<(), Refusal> {
        let status = match ask.decision.as_deref() {
            Some("Approve") => "Approved",
            Some("Reject") => "Rejected",
            other => {
                let message = format!("{} is no valid value of approvalDecision.", other.unwrap_or("null"));
                return Err(Refusal::save("INVALID_INPUT", message, &[]));
            }
        };
        let missing = || Refusal::save("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", &[]);
        let id = ask.item.as_deref().and_then(Id::parse).ok_or_else(missing)?;
        let mut item = self.store.get("ApprovalWorkItem", id.as_str()).cloned().ok_or_else(missing)?;
        if item.get("Status").as_str() != Some("Assigned") {
            return Err(Refusal::save("INVALID_INPUT", "The approval work item is not in the status Assigned.", &[]));
        }
        let assignee = item.get("AssignedToId").as_str().and_then(Id::parse).ok_or_else(missing)?;
        if !self.acts_for(&assignee) {
            let message = "The user has no access to the StepInstanceId of the approval work item.";
            return Err(Refusal::save("UNKNOWN_EXCEPTION", message, &[]));
        }
        item.set("Status", status);
        item.set("Comments", ask.comments.as_deref().map(Value::text).unwrap_or_default());
        item.set("ReviewedById", Value::from(&self.context.user));
        item.set("ReviewedDate", self.context.now);
        let submission = item.get("ApprovalSubmissionId").as_str();
        let submission = submission.and_then(|id| self.store.get("ApprovalSubmission", id)).cloned();
        self.store.put(item.clone());
        self.wrote(WriteKind::Updated, &item, vec!["Status".to_owned()]);
        if let Some(mut submission) = submission {
            submission.set("Status", status);
            self.store.put(submission.clone());
            self.wrote(WriteKind::Updated, &submission, vec!["Status".to_owned()]);
        }
        Ok(())
    }
}
