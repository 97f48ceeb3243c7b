//! Flow approvals: deciding on a work item, and taking back what was submitted. Each submission here has one step.
//! <https://developer.salesforce.com/docs/platform/api-action/guide/actions-obj-review-approval-work-item.html>

use super::Transaction;
use crate::{id::Id, journal::WriteKind, refusal::Refusal, store::Row, value::Value};

/// What a decision consists of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Review {
    pub(crate) item: Option<String>,
    pub(crate) decision: Option<String>,
    pub(crate) comments: Option<String>,
}

/// What taking back consists of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recall {
    pub(crate) submission: Option<String>,
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
        item.set("Comments", ask.comments.as_deref().map(Value::text).unwrap_or_default());
        item.set("ReviewedById", Value::from(&self.context.user));
        item.set("ReviewedDate", self.context.now);
        let submission = item.get("ApprovalSubmissionId").as_str();
        let submission = submission.and_then(|id| self.store.get("ApprovalSubmission", id)).cloned();
        self.put_status(item, status);
        if let Some(submission) = submission {
            self.put_status(submission, status);
        }
        Ok(())
    }

    /// Takes a submission back, with the work items that wait. Who submitted it may, with the permission "Approval
    /// Admin", which goes here with that to modify all data.
    /// <https://developer.salesforce.com/docs/platform/api-action/guide/actions-obj-recall-approval-submission.html>
    ///
    /// # Errors
    /// The manual has none; by this org's own lights, `INVALID_CROSS_REFERENCE_KEY` for a submission that is not there,
    /// `INVALID_INPUT` for one that is completed, and `INSUFFICIENT_ACCESS` for who may not.
    pub(crate) fn recall_submission(&mut self, ask: &Recall) -> Result<(), Refusal> {
        let missing = || Refusal::save("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", &[]);
        let id = ask.submission.as_deref().and_then(Id::parse).ok_or_else(missing)?;
        let mut submission = self.store.get("ApprovalSubmission", id.as_str()).cloned().ok_or_else(missing)?;
        let submitted = submission.get("SubmittedById").as_str() == Some(self.context.user.as_str());
        if !(submitted && self.access.modify_all_data) {
            let message = "insufficient access rights on object id";
            return Err(Refusal::save("INSUFFICIENT_ACCESS", message, &[]));
        }
        if submission.get("Status").as_str() != Some("InProgress") {
            let message = "The approval submission is not in the status In Progress.";
            return Err(Refusal::save("INVALID_INPUT", message, &[]));
        }
        let items = self.store.rows("ApprovalWorkItem");
        let waits = |row: &&Row| {
            row.get("ApprovalSubmissionId").as_str() == Some(id.as_str())
                && row.get("Status").as_str() == Some("Assigned")
        };
        let items: Vec<Row> = items.filter(waits).cloned().collect();
        if let Some(comments) = ask.comments.as_deref() {
            submission.set("Comments", Value::text(comments));
        }
        self.put_status(submission, "Recalled");
        for item in items {
            self.put_status(item, "Recalled");
        }
        Ok(())
    }

    fn put_status(&mut self, mut row: Row, status: &str) {
        row.set("Status", status);
        self.store.put(row.clone());
        self.wrote(WriteKind::Updated, &row, vec!["Status".to_owned()]);
    }
}
