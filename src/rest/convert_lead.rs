//! `POST /services/Soap/u/vv.v`
//!
//! Converts a lead, which no resource of the REST API does: the one call of the SOAP API. It takes the credential in its
//! envelope, where the host puts it: the guest leaves the element empty.
//! <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_convertlead.htm>
//!
//! Of an answer the elements are read that are known by their names, whatever prefix they have: the manual gives the
//! prefixes of one answer and not of every org's.

use http::header::{CONTENT_TYPE, HeaderName};

use super::{DuplicateRule, Endpoint, ReadError, Refusal};
use crate::id::RecordId;
use crate::json::{Json, Object};
use crate::record::Record;
use crate::rich_text::{escape, unescaped};

/// From version 67.0 on SOAP takes every kind of access token; the host may have any.
/// <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_header_sessionheader.htm>
const PATH: &str = "/services/Soap/u/68.0";

const ACTION: HeaderName = HeaderName::from_static("soapaction");

/// Converts a lead into an account, a contact and perhaps an opportunity. The org's duplicate rules run.
#[derive(Debug, Clone)]
pub struct ConvertLead<'a> {
    /// The lead.
    pub lead: &'a RecordId,
    /// The account to merge into; a new one otherwise.
    pub account: Option<RecordId>,
    /// The contact of that account to merge into; a new one otherwise.
    pub contact: Option<RecordId>,
    /// What becomes of it as a deal.
    pub opportunity: Deal<'a>,
    /// Whose everything new is; the lead's owner's otherwise.
    pub owner: Option<RecordId>,
    /// What the lead's status becomes, by its API name.
    pub status: &'a str,
    /// Whether to save although a rule that only warns sees a duplicate.
    pub allow_duplicate: bool,
}

/// What a lead becomes as a deal.
#[derive(Debug, Clone, Copy)]
pub enum Deal<'a> {
    /// A new opportunity, called as the org does.
    New,
    /// A new opportunity of this name.
    Named(&'a str),
    /// One that is there.
    Of(RecordId),
    /// Nothing.
    None,
}

/// What a lead became.
#[derive(Debug, Clone, Copy)]
pub struct Converted {
    /// The account.
    pub account: RecordId,
    /// The contact; none where the account is a person.
    pub contact: Option<RecordId>,
    /// The opportunity.
    pub opportunity: Option<RecordId>,
}

impl Endpoint for ConvertLead<'_> {
    type Response = Converted;
    const WRITES: bool = true;
    const IS_SOAP: bool = true;

    fn request(&self) -> Result<http::Request<Vec<u8>>, http::Error> {
        let mut asked = String::new();
        let mut add = |name: &str, text: Option<&str>| {
            if let Some(text) = text {
                asked.extend(["<", name, ">", &escaped(text), "</", name, ">"]);
            }
        };
        let (named, of) = match &self.opportunity {
            Deal::Named(name) => (Some(*name), None),
            Deal::Of(id) => (None, Some(id)),
            Deal::New | Deal::None => (None, None),
        };
        let flag = |is: bool| Some(if is { "true" } else { "false" });
        // In the order of the WSDL, outside of which an element is ignored.
        add("accountId", self.account.as_ref().map(RecordId::as_str));
        add("contactId", self.contact.as_ref().map(RecordId::as_str));
        add("convertedStatus", Some(self.status));
        add("doNotCreateOpportunity", flag(matches!(self.opportunity, Deal::None)));
        add("leadId", Some(self.lead.as_str()));
        add("opportunityId", of.map(RecordId::as_str));
        add("opportunityName", named);
        add("overwriteLeadSource", flag(false));
        add("ownerId", self.owner.as_ref().map(RecordId::as_str));
        add("sendNotificationEmail", flag(false));
        let save = if self.allow_duplicate { "true" } else { "false" };
        let envelope = [
            r#"<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com"><s:Header><SessionHeader><sessionId></sessionId></SessionHeader><DuplicateRuleHeader><allowSave>"#,
            save,
            "</allowSave><includeRecordDetails>true</includeRecordDetails><runAsCurrentUser>true</runAsCurrentUser></DuplicateRuleHeader></s:Header><s:Body><convertLead><leadConverts>",
            &asked,
            "</leadConverts></convertLead></s:Body></s:Envelope>",
        ];
        http::Request::post(PATH)
            .header(CONTENT_TYPE, "text/xml; charset=UTF-8")
            .header(ACTION, "\"\"")
            .body(envelope.concat().into_bytes())
    }

    fn read(&self, response: http::Response<&[u8]>) -> Result<Converted, ReadError> {
        let status = response.status();
        let answer = std::str::from_utf8(response.body()).unwrap_or_default();
        if let Some(fault) = element(answer, "Fault") {
            return Err(ReadError::Refused(fault_of(status, fault)));
        }
        let result = element(answer, "result").filter(|_| status == http::StatusCode::OK);
        // A page of something in between, or nothing.
        let Some(result) = result else { return Err(ReadError::Refused(Refusal::of(status.as_u16(), None, None))) };
        // What a duplicate rule found says of itself that it succeeded, before the result does.
        if elements(result, "success").last() != Some("true") {
            return Err(ReadError::Refused(refusal_of(status, result)));
        }
        let id = |name| element(result, name).and_then(|id| RecordId::parse(id).ok());
        let account = id("accountId");
        let account =
            account.ok_or_else(|| ReadError::Unreadable("the answer to a conversion has no account".to_owned()))?;
        Ok(Converted { account, contact: id("contactId"), opportunity: id("opportunityId") })
    }
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
fn element<'x>(xml: &'x str, name: &'x str) -> Option<&'x str> {
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
fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    let is_written =
        |c: &char| matches!(c, '\t' | '\n' | '\r') || !(c.is_control() || ('\u{fffe}'..='\u{ffff}').contains(c));
    text.chars().filter(is_written).for_each(|c| escape(c, &mut xml));
    xml
}
