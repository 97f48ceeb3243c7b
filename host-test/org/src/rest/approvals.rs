//! `process/approvals`: the approval processes there are, and what is submitted and decided.

use serde_json::{Map, Value as Json, json};

use super::{Answer, Call, Desk};
use crate::{
    refusal::Refusal,
    save::{Approval, Processed},
};

/// `GET process/approvals`
pub(super) fn list(desk: &Desk<'_>) -> Answer {
    let mut approvals: Map<String, Json> = Map::new();
    for row in desk.store.rows("ProcessDefinition").filter(|row| row.get("State").as_str() == Some("Active")) {
        let object = row.get("TableEnumOrId").as_str().unwrap_or_default();
        let one = json!({
            "description": row.get("Description").to_json(),
            "id": row.id.as_str().get(..15),
            "name": row.get("Name").to_json(),
            "object": object,
            "sortOrder": 1,
        });
        approvals.insert(object.to_owned(), json!([one]));
    }
    Answer::json(200, json!({"approvals": approvals}))
}

/// `POST process/approvals`: each request by itself; what succeeds stays.
pub(super) fn process(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    let body = call.object()?;
    let requests = body.get("requests").and_then(Json::as_array);
    let requests = requests.ok_or_else(|| Refusal::new(400, "JSON_PARSER_ERROR", "requests is required"))?;
    let mut results = Vec::new();
    for request in requests {
        let ask = approval(request);
        let (before, written) = (desk.store.clone(), desk.writes.len());
        let processed = match request.get("actionType").and_then(Json::as_str).unwrap_or_default() {
            "Submit" => desk.transaction().submit(&ask),
            "Approve" => desk.transaction().decide(&ask, true),
            "Reject" => desk.transaction().decide(&ask, false),
            // The page of this resource lacks it; that of the class behind it has it.
            "Removed" => desk.transaction().recall(&ask),
            other => {
                let message = format!("bad value for restricted picklist field: {other}");
                return Err(Refusal::new(400, "INVALID_ARGUMENT_TYPE", message));
            }
        };
        if processed.is_err() {
            *desk.store = before;
            desk.writes.truncate(written);
        }
        results.push(result(processed));
    }
    Ok(Answer::json(200, json!(results)))
}

fn approval(request: &Json) -> Approval {
    let text = |name: &str| request.get(name).and_then(Json::as_str).map(str::to_owned);
    let approvers = request.get("nextApproverIds").and_then(Json::as_array).into_iter().flatten();
    let skips = request.get("skipEntryCriteria");
    Approval {
        context: text("contextId"),
        submitter: text("contextActorId"),
        approvers: approvers.filter_map(Json::as_str).map(str::to_owned).collect(),
        comments: text("comments"),
        process: text("processDefinitionNameOrId"),
        // The manual's own example has it as a text.
        skip_criteria: skips.is_some_and(|skips| *skips == json!(true) || *skips == json!("true")),
    }
}

fn result(processed: Result<Processed, Refusal>) -> Json {
    match processed {
        Ok(done) => json!({
            "actorIds": done.next.as_ref().map(|(actor, _)| [actor.as_str()]),
            "entityId": done.record.as_str(),
            "errors": null,
            "instanceId": done.instance.as_str(),
            "instanceStatus": done.status,
            "newWorkitemIds": done.next.iter().map(|(_, item)| item.as_str()).collect::<Vec<_>>(),
            "success": true,
        }),
        Err(refusal) => json!({
            "actorIds": null,
            "entityId": null,
            "errors": [refusal.to_json("statusCode")],
            "instanceId": null,
            "instanceStatus": null,
            "newWorkitemIds": null,
            "success": false,
        }),
    }
}
