//! `composite`: up to 25 requests in one, which may refer to each other; and `composite/batch`, which may not.

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Map, Value as Json, json};

use super::{Answer, Body, Call, Desk};
use crate::refusal::Refusal;

const MOST: usize = 25;
const MOST_QUERIES: usize = 5;

/// One subrequest as it was sent.
struct Part {
    reference: String,
    method: Method,
    url: String,
    headers: BTreeMap<String, String>,
    body: Option<Json>,
}

/// `POST composite`
pub(super) fn composite(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    let body = call.object()?;
    let all_or_none = body.get("allOrNone") == Some(&Json::Bool(true));
    let requests =
        body.get("compositeRequest").and_then(Json::as_array).ok_or_else(|| invalid("compositeRequest is required"))?;
    let parts: Vec<Part> = requests.iter().map(part).collect::<Result<_, _>>()?;
    check(&parts)?;

    let before = all_or_none.then(|| desk.store.clone());
    let written = desk.writes.len();
    let mut answers: Vec<Answer> = Vec::new();
    let mut results: BTreeMap<&str, Json> = BTreeMap::new();
    for part in &parts {
        let answer = match resolved(part, &results, call) {
            Ok(sub) => without_bytes(desk.answer(&sub)),
            Err(refusal) => Answer::from(refusal),
        };
        if let Body::Json(body) = &answer.body
            && !answer.is_failure()
        {
            results.insert(&part.reference, body.clone());
        }
        let failed = answer.is_failure();
        answers.push(answer);
        if failed && all_or_none {
            break;
        }
    }
    if let Some(before) = before.filter(|_| answers.iter().any(Answer::is_failure)) {
        *desk.store = before;
        desk.writes.truncate(written);
        answers.resize_with(parts.len(), || Answer::empty(200));
        for answer in answers.iter_mut().filter(|answer| !answer.is_failure()) {
            *answer = Answer::from(Refusal::new(
                400,
                "PROCESSING_HALTED",
                "The transaction was rolled back since another operation in the same transaction failed.",
            ));
        }
    }
    let responses: Vec<Json> = parts
        .iter()
        .zip(answers)
        .map(|(part, answer)| {
            let headers: Map<String, Json> =
                answer.headers.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
            let mut response = json!({"httpStatusCode": answer.status, "referenceId": part.reference});
            response["body"] = body_json(answer.body);
            response["httpHeaders"] = Json::Object(headers);
            response
        })
        .collect();
    Ok(Answer::json(200, Json::from_iter([("compositeResponse", Json::Array(responses))])))
}

/// The bytes of a blob are no part of a composite or a batch. The manual says so, and not what comes instead, which is
/// in this org's own words.
/// <https://developer.salesforce.com/docs/platform/api-rest/guide/resources-sobject-blob-retrieve.html>
fn without_bytes(answer: Answer) -> Answer {
    match answer.body {
        Body::Bytes(_) => Answer::from(invalid("a composite request cannot return binary data")),
        _ => answer,
    }
}

fn body_json(body: Body) -> Json {
    match body {
        Body::Json(json) => json,
        Body::Empty | Body::Bytes(_) | Body::Xml(_) => Json::Null,
    }
}

fn part(request: &Json) -> Result<Part, Refusal> {
    let text = |name: &str| {
        request
            .get(name)
            .and_then(Json::as_str)
            .map(str::to_owned)
            .ok_or_else(|| invalid(&format!("{name} is required in a subrequest")))
    };
    let headers = request
        .get("httpHeaders")
        .and_then(Json::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.to_ascii_lowercase(), value.as_str()?.to_owned())))
        .collect();
    Ok(Part {
        reference: text("referenceId")?,
        method: text("method")?.parse().map_err(|_| invalid("method is not an HTTP method"))?,
        url: text("url")?,
        headers,
        body: request.get("body").cloned(),
    })
}

fn check(parts: &[Part]) -> Result<(), Refusal> {
    if parts.is_empty() {
        return Err(invalid("compositeRequest is empty"));
    }
    if parts.len() > MOST {
        return Err(Refusal::new(
            400,
            "LIMIT_EXCEEDED",
            format!("The request can't contain more than {MOST} operations."),
        ));
    }
    let queries =
        parts.iter().filter(|part| part.url.contains("/query") || part.url.contains("/composite/sobjects")).count();
    if queries > MOST_QUERIES {
        return Err(Refusal::new(
            400,
            "LIMIT_EXCEEDED",
            format!("The request can't contain more than {MOST_QUERIES} query or collection operations."),
        ));
    }
    for (index, part) in parts.iter().enumerate() {
        let reference = &part.reference;
        let plain = reference.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !plain || reference.is_empty() || parts.iter().take(index).any(|other| other.reference == *reference) {
            return Err(invalid(&format!("referenceId {reference} is not unique or not alphanumeric")));
        }
    }
    Ok(())
}

/// The subrequest with its references filled in.
fn resolved(part: &Part, results: &BTreeMap<&str, Json>, call: &Call) -> Result<Call, Refusal> {
    let url = fill_text(&part.url, results)?;
    let body = match &part.body {
        Some(body) => fill(body, results)?.to_string().into_bytes(),
        None => Vec::new(),
    };
    let mut headers = part.headers.clone();
    headers.extend(
        call.headers
            .iter()
            .filter(|(name, _)| *name == "authorization")
            .map(|(name, value)| (name.clone(), value.clone())),
    );
    // A composite's urls may hold spaces and other characters that a request line could not.
    let sub = Call::new(part.method.clone(), &url, headers, body).ok_or_else(super::no_such_resource)?;
    if sub.segments.first().is_some_and(|first| first == "composite")
        && sub.segments.get(1).is_none_or(|second| second != "sobjects")
    {
        return Err(invalid("a composite request cannot contain another one"));
    }
    // Neither is among the resources that the manual lists, whatever else this org takes that is not.
    // <https://developer.salesforce.com/docs/platform/api-rest/guide/resources-composite-composite-post.html>
    if let Some(first @ ("actions" | "process")) = sub.segments.first().map(String::as_str) {
        return Err(invalid(&format!("a composite request cannot contain a request of {first}")));
    }
    Ok(sub)
}

fn fill(json: &Json, results: &BTreeMap<&str, Json>) -> Result<Json, Refusal> {
    Ok(match json {
        Json::String(text) => {
            let whole = text.strip_prefix("@{").and_then(|rest| rest.strip_suffix('}'));
            match whole.filter(|inner| !inner.contains('{')) {
                Some(path) => look_up(path, results)?.clone(),
                None => Json::String(fill_text(text, results)?),
            }
        }
        Json::Array(items) => items.iter().map(|item| fill(item, results)).collect::<Result<_, _>>()?,
        Json::Object(fields) => Json::Object(
            fields
                .iter()
                .map(|(name, value)| Ok((name.clone(), fill(value, results)?)))
                .collect::<Result<_, Refusal>>()?,
        ),
        other => other.clone(),
    })
}

fn fill_text(text: &str, results: &BTreeMap<&str, Json>) -> Result<String, Refusal> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("@{") {
        let Some((path, after)) = after.split_once('}') else {
            break;
        };
        filled.push_str(before);
        match look_up(path, results)? {
            Json::String(value) => filled.push_str(value),
            value => filled.push_str(&value.to_string()),
        }
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// `ref.records[0].Id`
fn look_up<'a>(path: &str, results: &'a BTreeMap<&str, Json>) -> Result<&'a Json, Refusal> {
    let halted = || {
        let reference = path.split(['.', '[']).next().unwrap_or_default();
        Refusal::new(
            400,
            "PROCESSING_HALTED",
            format!("Invalid reference specified. No value for {path} found in {reference}"),
        )
    };
    let mut steps = path.split('.');
    let first = steps.next().unwrap_or_default();
    let (name, indexes) = indexed(first);
    let mut value = results.get(name).ok_or_else(halted)?;
    for index in indexes {
        value = value.get(index).ok_or_else(halted)?;
    }
    for step in steps {
        let (name, indexes) = indexed(step);
        value = value.get(name).ok_or_else(halted)?;
        for index in indexes {
            value = value.get(index).ok_or_else(halted)?;
        }
    }
    Ok(value)
}

/// `records[0]` → `records`, `[0]`
fn indexed(step: &str) -> (&str, Vec<usize>) {
    let (name, rest) = step.split_once('[').unwrap_or((step, ""));
    let indexes = rest.split(['[', ']']).filter_map(|index| index.parse().ok()).collect();
    (name, indexes)
}

/// `POST composite/batch`
pub(super) fn batch(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    let body = call.object()?;
    let requests =
        body.get("batchRequests").and_then(Json::as_array).ok_or_else(|| invalid("batchRequests is required"))?;
    if requests.len() > MOST {
        return Err(Refusal::new(400, "LIMIT_EXCEEDED", format!("a batch can't contain more than {MOST} requests")));
    }
    let halt = body.get("haltOnError") == Some(&Json::Bool(true));
    let mut failed = false;
    let mut results = Vec::new();
    for request in requests {
        let text = |name: &str| request.get(name).and_then(Json::as_str).unwrap_or_default();
        let body = request.get("richInput").map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let url =
            format!("/services/data/{}", text("url").trim_start_matches("/services/data/").trim_start_matches('/'));
        let method = text("method").parse().map_err(|_| invalid("method is not an HTTP method"))?;
        let answer = if failed && halt {
            Answer::from(Refusal::new(412, "PROCESSING_HALTED", "Batch processing has halted according to request"))
        } else {
            match Call::new(method, &url, call.headers.clone(), body) {
                // Actions can be in a batch, approvals cannot.
                // <https://developer.salesforce.com/docs/platform/api-rest/guide/resources-composite-batch.html>
                Some(sub) if sub.segments.first().is_some_and(|first| first == "process") => {
                    Answer::from(invalid("a batch cannot contain a request of process"))
                }
                Some(sub) => without_bytes(desk.answer(&sub)),
                None => Answer::from(super::no_such_resource()),
            }
        };
        failed |= answer.is_failure();
        results.push(json!({"statusCode": answer.status, "result": body_json(answer.body)}));
    }
    Ok(Answer::json(200, json!({"hasErrors": failed, "results": results})))
}

fn invalid(message: &str) -> Refusal {
    Refusal::new(400, "INVALID_INPUT", message)
}
