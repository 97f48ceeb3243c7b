//! `POST /services/data/vXX.X/process/approvals` and `POST /services/data/vXX.X/actions/standard/{action}`
//!
//! Does something that is no change of a record: submits it for approval, decides on that, or sends an e-mail.
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_process_approvals_post.htm>,
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_actions_invocable_standard.htm>

use std::borrow::Cow;

use http::header::CONTENT_TYPE;

use super::{Endpoint, ReadError, Refusal, VERSION_PATH, accept};
use crate::json::Json;
use crate::record::{Fields, Record};

/// Does one thing.
#[derive(Debug, Clone)]
pub struct Action {
    path: &'static str,
    body: String,
}

impl Action {
    /// Submits a record for approval, or decides on a step of the older kind; `request` is a JSON object.
    pub fn approval(request: &str) -> Self {
        Self { path: "/process/approvals", body: ["{\"requests\":[", request, "]}"].concat() }
    }

    /// Decides on a step of a flow; `input` is a JSON object.
    /// <https://developer.salesforce.com/docs/platform/api-action/guide/actions-obj-review-approval-work-item.html>
    pub fn review(input: &str) -> Self {
        Self::standard("/actions/standard/reviewApprovalWorkItem", input)
    }

    /// Sends an e-mail; `input` is a JSON object.
    /// <https://developer.salesforce.com/docs/atlas.en-us.262.0.api_action.meta/api_action/actions_obj_email_simple.htm>
    pub fn email(input: &str) -> Self {
        Self::standard("/actions/standard/emailSimple", input)
    }

    fn standard(path: &'static str, input: &str) -> Self {
        Self { path, body: ["{\"inputs\":[", input, "]}"].concat() }
    }
}

impl Endpoint for Action {
    /// What the org says of it.
    type Response = Record;
    const WRITES: bool = true;

    fn request(&self) -> Result<http::Request<Vec<u8>>, http::Error> {
        http::Request::post([VERSION_PATH, self.path].concat())
            .header(CONTENT_TYPE, "application/json")
            .body(self.body.clone().into_bytes())
    }

    fn read(&self, response: http::Response<&[u8]>) -> Result<Record, ReadError> {
        let status = response.status();
        let results = std::str::from_utf8(response.body()).ok().and_then(|body| Json::parse(body).ok());
        if let Some(result) = results.and_then(|results| results.items().next()) {
            let fields = Fields::of(result);
            match fields.get("success").or_else(|| fields.get("isSuccess")).map(Json::get) {
                Some("true") if status == http::StatusCode::OK => return Ok(Record::from(result)),
                // Refused by itself, the request has one status or another.
                Some("false") => return Err(ReadError::Refused(refusal(status, &fields))),
                _ => {}
            }
        }
        accept(&response, http::StatusCode::OK)?;
        Err(ReadError::Unreadable("the answer to an action does not say what became of it".to_owned()))
    }
}

/// What was refused of it.
fn refusal(status: http::StatusCode, result: &Fields<'_>) -> Refusal {
    let mut refusal = Refusal::of(status.as_u16(), None, None);
    for error in result.list("errors").map(Fields::of) {
        let fields = error.list("fields").filter_map(Json::text).map(Cow::into_owned);
        refusal.add(error.text("statusCode"), error.text("message"), fields, None);
    }
    refusal
}
