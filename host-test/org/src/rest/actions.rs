//! `actions/standard`: what an e-mail takes, and deciding on the work items of flow approvals.
//! <https://developer.salesforce.com/docs/platform/api-action/guide/actions-obj-review-approval-work-item.html>

use serde_json::{Value as Json, json};

use super::{Answer, Call, Desk};
use crate::{refusal::Refusal, save::Review};

/// The inputs of `emailSimple` that the manual names: name, type, and the first and the last version that has it. Those
/// of all versions were there before the oldest that this org speaks.
/// <https://developer.salesforce.com/docs/atlas.en-us.262.0.api_action.meta/api_action/actions_obj_email_simple.htm>
const EMAIL_INPUTS: [(&str, &str, u32, u32); 18] = [
    ("emailAddresses", "STRING", 0, 64),
    ("emailAddressesArray", "STRING", 0, 64),
    ("ccRecipientAddressList", "STRING", 64, 64),
    ("ccRecipientAddressCollection", "STRING", 64, 64),
    ("bccRecipientAddressList", "STRING", 64, 64),
    ("bccRecipientAddressCollection", "STRING", 64, 64),
    ("recipientAddresses", "STRING", 65, u32::MAX),
    ("ccAddresses", "STRING", 65, u32::MAX),
    ("bccAddresses", "STRING", 65, u32::MAX),
    ("emailSubject", "STRING", 0, u32::MAX),
    ("emailBody", "TEXTAREA", 0, u32::MAX),
    ("senderType", "STRING", 0, u32::MAX),
    ("senderAddress", "STRING", 0, u32::MAX),
    ("sendRichBody", "BOOLEAN", 0, u32::MAX),
    ("recipientId", "REFERENCE", 0, u32::MAX),
    ("relatedRecordId", "STRING", 0, u32::MAX),
    ("emailTemplateId", "REFERENCE", 0, u32::MAX),
    ("logEmailOnSend", "BOOLEAN", 0, u32::MAX),
];
/// Those that take several values.
const SEVERAL: [&str; 3] = ["emailAddressesArray", "ccRecipientAddressCollection", "bccRecipientAddressCollection"];

/// `GET actions/standard/emailSimple`: what it takes in this version.
pub(super) fn email_simple(call: &Call) -> Answer {
    let number = call.version.trim_start_matches('v').split('.').next().and_then(|number| number.parse().ok());
    let version: u32 = number.unwrap_or_default();
    let has = |(_, _, first, last): &&(&str, &str, u32, u32)| (*first..=*last).contains(&version);
    let inputs: Vec<Json> = EMAIL_INPUTS
        .iter()
        .filter(has)
        .map(|(name, kind, ..)| {
            json!({
                "byteLength": 0,
                "description": null,
                "label": name,
                "maxOccurs": if SEVERAL.contains(name) { 2_000 } else { 1 },
                "name": name,
                "picklistValues": null,
                "required": false,
                "sobjectType": null,
                "type": kind,
            })
        })
        .collect();
    let body = json!({
        "description": "Send an email where you specify the subject, body, and recipients.",
        "inputs": inputs,
        "label": "Send Email",
        "name": "emailSimple",
        "outputs": [],
        "standard": true,
        "targetEntityName": null,
        "type": "EMAILSIMPLE",
    });
    Answer::json(200, body)
}

/// `POST actions/standard/reviewApprovalWorkItem`: each input by itself; what succeeds stays.
pub(super) fn review(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    let body = call.object()?;
    let inputs = body.get("inputs").and_then(Json::as_array);
    let inputs = inputs.ok_or_else(|| Refusal::new(400, "INVALID_INPUT", "inputs is required"))?;
    let mut results = Vec::new();
    let mut failed = false;
    for input in inputs {
        let text = |name: &str| input.get(name).and_then(Json::as_str).map(str::to_owned);
        let ask =
            Review { item: text("approvalWorkItemId"), decision: text("approvalDecision"), comments: text("comments") };
        let (before, written) = (desk.store.clone(), desk.writes.len());
        let refusal = desk.transaction().review(&ask).err();
        if refusal.is_some() {
            *desk.store = before;
            desk.writes.truncate(written);
            failed = true;
        }
        results.push(json!({
            "actionName": "reviewApprovalWorkItem",
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
