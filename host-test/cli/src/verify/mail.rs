//! Assumptions about e-mails: what an action that sends them takes, and what can be done with one that is kept.

use http::Method;
use serde_json::{Value, json};

use super::writes::{account, name};
use super::{DATA, Failure, Probe};

/// Inputs that name recipients: two up to version 64.0, four more in the last of these, and three from 65.0 on.
const RECIPIENTS: [&str; 9] = [
    "emailAddresses",
    "emailAddressesArray",
    "ccRecipientAddressList",
    "ccRecipientAddressCollection",
    "bccRecipientAddressList",
    "bccRecipientAddressCollection",
    "recipientAddresses",
    "ccAddresses",
    "bccAddresses",
];

/// What the action takes in three versions. It is described, and not run.
/// <https://developer.salesforce.com/docs/atlas.en-us.262.0.api_action.meta/api_action/actions_obj_email_simple.htm>
pub(super) fn inputs(probe: &mut Probe<'_>) -> Result<String, Failure> {
    let mut found = Vec::new();
    let mut as_assumed = true;
    for (version, expected) in
        [("v63.0", "emailAddresses"), ("v64.0", "emailAddresses"), ("v65.0", "recipientAddresses")]
    {
        let path = format!("/services/data/{version}/actions/standard/emailSimple");
        let answer = probe.send(Method::GET, &path, &[], &Value::Null)?;
        let Some(inputs) = answer.body["inputs"].as_array().filter(|_| answer.is_success()) else {
            return Err(match answer.status {
                404 => Failure::CannotTell(format!("{version} has no action emailSimple")),
                _ => probe.doubt(&answer),
            });
        };
        let has = |name: &&&str| inputs.iter().any(|input| input["name"] == ***name);
        let names: Vec<&str> = RECIPIENTS.iter().filter(has).copied().collect();
        as_assumed &= names.contains(&expected);
        let names = if names.is_empty() { "none that is known".to_owned() } else { names.join(", ") };
        found.push(format!("{version}: {names}"));
    }
    let found = found.join("; ");
    if as_assumed { Ok(found) } else { Err(Failure::DoesNotHold(found)) }
}

/// How the action refuses e-mails of which none can be sent, for there is nobody to send them to.
pub(super) fn refusals(probe: &mut Probe<'_>) -> Result<String, Failure> {
    let mut ask = |more: &str, value: &str| {
        let input = json!({"emailSubject": "A check", "emailBody": "Made by a check.", more: value});
        let path = format!("{DATA}/actions/standard/emailSimple");
        let answer = probe.send(Method::POST, &path, &[], &json!({"inputs": [input]}))?;
        match answer.status {
            404 => Err(Failure::CannotTell("the org has no action emailSimple".to_owned())),
            401 | 403 | 429 | 500.. => Err(probe.doubt(&answer)),
            _ => Ok(answer.outcome()),
        }
    };
    let (nobody, address) = (ask("recipientAddresses", "")?, ask("recipientAddresses", "nobody")?);
    let input = ask("noSuchInput", "nobody")?;
    let found = format!("to nobody: {nobody}; to no address: {address}; an input that is none: {input}");
    let assumed = ["400 REQUIRED_FIELD_MISSING", "400 INVALID_EMAIL_ADDRESS", "400 INVALID_INPUT"];
    if [nobody, address, input] == assumed { Ok(found) } else { Err(Failure::DoesNotHold(found)) }
}

/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_emailmessage.htm>
pub(super) fn managed(probe: &mut Probe<'_>) -> Result<String, Failure> {
    const SENT: &str = "3";
    let user = probe.user_id()?;
    let called = name(probe, "e-mail's first");
    let first = account(probe, &called)?;
    let called = name(probe, "e-mail's second");
    let second = account(probe, &called)?;
    // The recipient is the user, and nothing is sent: the e-mail is kept as one that was.
    let body = json!({"Subject": name(probe, "managed"), "TextBody": "Made by a check.", "Status": SENT,
        "IsClientManaged": true, "FromId": user, "ToIds": [user], "RelatedToId": first});
    let created = probe.send(Method::POST, &format!("{DATA}/sobjects/EmailMessage"), &[], &body)?;
    let Some(id) = probe.note("EmailMessage", &created) else {
        return Err(Failure::CannotTell(format!("no e-mail can be kept here: {}", created.outcome())));
    };
    let path = format!("{DATA}/sobjects/EmailMessage/{id}");
    let read = probe.send(Method::GET, &format!("{path}?fields=ActivityId"), &[], &Value::Null)?;
    let task = read.body["ActivityId"].as_str().map(str::to_owned);
    probe.made.extend(task.clone().map(|task| ("Task", task)));
    let relations = probe
        .query(&format!(
            "SELECT Id FROM EmailMessageRelation WHERE EmailMessageId = '{id}' AND RelationType = 'ToAddress'"
        ))?
        .len();

    let changes = [
        ("RelatedToId", json!(second)),
        ("IsExternallyVisible", json!(true)),
        ("Subject", json!(name(probe, "changed"))),
        ("TextBody", json!("Changed by a check.")),
        ("MessageDate", json!("2026-01-31T12:00:00Z")),
        ("Status", json!("1")),
    ];
    let (mut taken, mut refused) = (Vec::new(), Vec::new());
    for (field, value) in changes {
        let answer = probe.send(Method::PATCH, &path, &[], &json!({field: value}))?;
        match answer.status {
            204 => taken.push(field),
            _ => refused.push(format!("{field} ({})", answer.outcome())),
        }
    }
    let deleted = probe.send(Method::DELETE, &path, &[], &Value::Null)?;
    let after = match &task {
        None => "it has no task",
        Some(task) => match probe.get(&format!("/sobjects/Task/{task}?fields=Id"))?.status {
            200 => "its task stays",
            404 => "its task goes too",
            _ => "of its task nothing is known",
        },
    };
    let listed = |words: &[String]| if words.is_empty() { "nothing".to_owned() } else { words.join(", ") };
    let editable = if taken.is_empty() { "nothing".to_owned() } else { taken.join(", ") };
    let found = format!(
        "editable: {editable}; not: {}; deleted: {}, {after}; relations by ToIds: {relations}",
        listed(&refused),
        deleted.outcome()
    );
    let frozen = !["Subject", "TextBody"].iter().any(|field| taken.contains(field));
    let holds = taken.contains(&"RelatedToId") && frozen && deleted.status == 204 && relations == 1;
    if holds { Ok(found) } else { Err(Failure::DoesNotHold(found)) }
}
