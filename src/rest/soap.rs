//! What the two calls of the SOAP API have in common: its one address, its envelope, and how it refuses.
//!
//! It takes the credential in the envelope, where the host puts it: the guest leaves the element empty. Of an answer the
//! elements are read that are known by their names, whatever prefix they have: the manual gives the prefixes of one answer
//! and not of every org's.

use http::header::{CONTENT_TYPE, HeaderName};

use super::{DuplicateRule, ReadError, Refusal};
use crate::json::{Json, Object};
use crate::record::Record;
use crate::rich_text::{escape, unescaped};

/// From version 67.0 on SOAP takes every kind of access token; the host may have any.
/// <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_header_sessionheader.htm>
const PATH: &str = "/services/Soap/u/68.0";

const ACTION: HeaderName = HeaderName::from_static("soapaction");

/// A request of one call, with headers of its own behind the session's.
pub(super) fn request(headers: &[&str], call: &[&str]) -> Result<http::Request<Vec<u8>>, http::Error> {
    let envelope = [
        r#"<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com"><s:Header><SessionHeader><sessionId></sessionId></SessionHeader>"#,
        &headers.concat(),
        "</s:Header><s:Body>",
        &call.concat(),
        "</s:Body></s:Envelope>",
    ];
    http::Request::post(PATH)
        .header(CONTENT_TYPE, "text/xml; charset=UTF-8")
        .header(ACTION, "\"\"")
        .body(envelope.concat().into_bytes())
}

/// The one result of a call that succeeded.
pub(super) fn result<'a>(response: &http::Response<&'a [u8]>) -> Result<&'a str, ReadError> {
    let status = response.status();
    let answer = std::str::from_utf8(response.body()).unwrap_or_default();
    if let Some(fault) = element(answer, "Fault") {
        return Err(ReadError::Refused(fault_of(status, fault)));
    }
    let result = element(answer, "result").filter(|_| status == http::StatusCode::OK);
    // A page of something in between, or nothing.
    let Some(result) = result else { return Err(ReadError::Refused(Refusal::of(status.as_u16(), None, None))) };
    // What a duplicate rule found says of itself that it succeeded, before the result does.
    if elements(result, "success").last() == Some("true") {
        return Ok(result);
    }
    Err(ReadError::Refused(refusal_of(status, result)))
}

/// A fault: the whole call failed. It comes with status 500 whatever is wrong, so the code says what that means.
fn fault_of(status: http::StatusCode, fault: &str) -> Refusal {
    let code = element(fault, "exceptionCode").or_else(|| element(fault, "faultcode")).unwrap_or_default();
    let code = code.rsplit(':').next().unwrap_or_default();
    let message = element(fault, "exceptionMessage").or_else(|| element(fault, "faultstring"));
    // The envelope is at fault: nothing was done, unlike where the server broke down.
    let status = if code == "Client" { 400 } else { status.as_u16() };
    Refusal::of(status, Some(code), message.map(unescaped))
}

/// What the org refused of the one lead.
fn refusal_of(status: http::StatusCode, answer: &str) -> Refusal {
    let mut refusal = Refusal::of(status.as_u16(), None, None);
    for error in elements(answer, "errors") {
        let duplicates = element(error, "duplicateResult").map(|rule| DuplicateRule {
            allow_save: element(rule, "allowSave") == Some("true"),
            records: elements(rule, "record").filter_map(record_of).collect(),
        });
        let code = element(error, "statusCode").map(str::to_owned);
        let message = element(error, "message").map(unescaped);
        refusal.add(code, message, elements(error, "fields").map(unescaped), duplicates);
    }
    refusal
}

/// A record of an answer, as the REST API would send what it is and its id.
fn record_of(xml: &str) -> Option<Record> {
    let (mut attributes, mut record) = (Object::default(), Object::default());
    attributes.text("type", element(xml, "type")?);
    record.member("attributes", Json::trusted(&attributes.finish()));
    record.text("Id", element(xml, "Id")?);
    Some(Record::from(Json::trusted(&record.finish())))
}

/// What is in the first element of a name, whatever its prefix; none where it is empty.
pub(super) fn element<'x>(xml: &'x str, name: &'x str) -> Option<&'x str> {
    elements(xml, name).next().filter(|text| !text.is_empty())
}

/// What is in each element of a name, whatever its prefix and attributes. No element that is asked for has one of its own
/// name in it.
fn elements<'x>(xml: &'x str, name: &'x str) -> impl Iterator<Item = &'x str> {
    let mut rest = xml;
    std::iter::from_fn(move || {
        loop {
            let (_, tag) = rest.split_once('<')?;
            let (head, after) = tag.split_once('>')?;
            rest = after;
            let called = head.split(|c: char| c.is_ascii_whitespace() || c == '/').next().unwrap_or_default();
            if local(called) == name && !head.ends_with('/') && !called.is_empty() {
                let end = after.find(&["</", called, ">"].concat())?;
                rest = &after[end..];
                return Some(&after[..end]);
            }
        }
    })
}

/// A name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or_default()
}

/// A text as XML has it, without the control characters that it has no way to write.
pub(super) fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    let is_written =
        |c: &char| matches!(c, '\t' | '\n' | '\r') || !(c.is_control() || ('\u{fffe}'..='\u{ffff}').contains(c));
    text.chars().filter(is_written).for_each(|c| escape(c, &mut xml));
    xml
}
