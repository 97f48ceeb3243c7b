//! Assumptions about the SOAP API, which alone converts leads and restores records: where it takes the token, and what it
//! says to a conversion and to a restoration.

use serde_json::{Value, json};

use http::Method;
use salesforce_host::Connection;
use salesforce_host::wire::RequestLimits;

use super::writes::{SAVE, account, name};
use super::{Answer, DATA, Failure, Probe, TIMEOUT, known_code};

/// The first version that takes every kind of access token is 67.0.
const PATH: &str = "/services/Soap/u/68.0";
const USER_INFO: &str = "<urn:getUserInfo/>";

impl Answer {
    /// The text of the first element of a name, whatever its prefix.
    fn element(&self, name: &str) -> Option<&str> {
        let mut rest = self.body.as_str()?;
        loop {
            let (tag, content) = rest.split_once('<')?.1.split_once('>')?;
            let called = tag.split([' ', '/']).next().unwrap_or_default();
            if called.rsplit(':').next() == Some(name) && !tag.ends_with('/') {
                return content.split('<').next();
            }
            rest = content;
        }
    }

    /// The code of a fault.
    fn fault(&self) -> Option<&str> {
        Some(known_code(self.element("faultcode")?.rsplit(':').next()?))
    }

    /// The code of a refusal within an answer that is no fault.
    fn status_code(&self) -> &str {
        known_code(self.element("statusCode").unwrap_or_default())
    }
}

/// A call, whose envelope has the token if `filled`.
fn call(probe: &mut Probe<'_>, filled: bool, body: &str) -> Result<Answer, Failure> {
    let envelope = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope \
         xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:urn=\"urn:partner.soap.sforce.com\">\
         <soapenv:Header><urn:SessionHeader><urn:sessionId></urn:sessionId></urn:SessionHeader>\
         <urn:DuplicateRuleHeader><urn:allowSave>true</urn:allowSave></urn:DuplicateRuleHeader></soapenv:Header>\
         <soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    );
    let request = http::Request::post(PATH)
        .header(http::header::CONTENT_TYPE, "text/xml; charset=UTF-8")
        .header("soapaction", "\"\"")
        .extension(RequestLimits { timeout: TIMEOUT, max_response_bytes: 1024 * 1024 })
        .body(envelope.into_bytes());
    probe.ask(request, if filled { Connection::send_soap } else { Connection::send })
}

/// What the envelope of an answer says of itself, for nothing else of it is shown.
fn shown(answer: &Answer) -> String {
    let Answer { status, .. } = answer;
    match answer.fault() {
        Some(code) => format!("{status} {code}"),
        None => format!("{status} without a fault"),
    }
}

fn cannot_tell(answer: &Answer) -> Failure {
    Failure::CannotTell(shown(answer))
}

/// <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_header_sessionheader.htm>
pub(super) fn bearer_alone(probe: &mut Probe<'_>) -> Result<String, Failure> {
    let answer = call(probe, false, USER_INFO)?;
    match (answer.fault(), answer.element("userId")) {
        (Some("INVALID_SESSION_ID"), _) => Ok(shown(&answer)),
        (None, Some(_)) => Err(Failure::DoesNotHold(format!("{} names the user by the header alone", answer.status))),
        _ => Err(cannot_tell(&answer)),
    }
}

/// <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_getuserinfo.htm>
pub(super) fn token_in_envelope(probe: &mut Probe<'_>) -> Result<String, Failure> {
    let user = probe.user_id()?;
    let answer = call(probe, true, USER_INFO)?;
    match (answer.fault(), answer.element("userId")) {
        // The 15 characters that an id has anywhere.
        (None, Some(id)) if id.get(..15) == user.get(..15) => Ok(format!("{} names the user", answer.status)),
        (None, Some(_)) => Err(Failure::DoesNotHold(format!("{} names another user", answer.status))),
        (Some("INVALID_SESSION_ID"), _) => Err(Failure::DoesNotHold(shown(&answer))),
        _ => Err(cannot_tell(&answer)),
    }
}

/// A conversion without an opportunity.
fn convert(probe: &mut Probe<'_>, lead: &str, status: &str) -> Result<Answer, Failure> {
    let status = status.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let body = format!(
        "<urn:convertLead><urn:leadConverts><urn:convertedStatus>{status}</urn:convertedStatus>\
         <urn:doNotCreateOpportunity>true</urn:doNotCreateOpportunity><urn:leadId>{lead}</urn:leadId>\
         <urn:sendNotificationEmail>false</urn:sendNotificationEmail></urn:leadConverts></urn:convertLead>"
    );
    let answer = call(probe, true, &body)?;
    for (object, element) in [("Account", "accountId"), ("Contact", "contactId")] {
        let made = answer.element(element).filter(|id| id.len() >= 15).map(str::to_owned);
        probe.made.extend(made.map(|id| (object, id)));
    }
    // Without a result nobody knows what was made.
    probe.unanswered |= answer.element("success").is_none();
    Ok(answer)
}

/// <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_convertlead.htm>
pub(super) fn conversion(probe: &mut Probe<'_>) -> Result<String, Failure> {
    let statuses = probe.query("SELECT ApiName, MasterLabel FROM LeadStatus WHERE IsConverted = true LIMIT 1")?;
    let of = |field: &str| statuses.first().and_then(|status| status[field].as_str()).map(str::to_owned);
    let (Some(api_name), Some(label)) = (of("ApiName"), of("MasterLabel")) else {
        return Err(Failure::CannotTell("the org has no status of converted leads".to_owned()));
    };
    let called = name(probe, "lead");
    let path = format!("{DATA}/sobjects/Lead");
    let body = json!({"LastName": called, "Company": called});
    let created = probe.send(Method::POST, &path, &[SAVE], &body)?;
    let Some(lead) = probe.note("Lead", &created) else {
        return Err(Failure::CannotTell(format!("no lead can be created: {}", created.outcome())));
    };
    let first = convert(probe, &lead, &api_name)?;
    match (first.element("success"), first.status_code()) {
        (Some("true"), _) => {}
        (Some(_), "INVALID_STATUS") => {
            let by_label = convert(probe, &lead, &label)?;
            let taken = by_label.element("success") == Some("true");
            let word = if taken { "its label is taken" } else { "so is its label" };
            return Err(Failure::DoesNotHold(format!("the API name is refused by INVALID_STATUS; {word}")));
        }
        // A rule of this org, or a right that is missing, says nothing of the status.
        (Some(_), code) => return Err(Failure::CannotTell(format!("the lead is not converted: {code}"))),
        (None, _) => return Err(cannot_tell(&first)),
    }
    let read = probe.send(Method::GET, &format!("{path}/{lead}?fields=IsConverted"), &[], &Value::Null)?;
    let again = convert(probe, &lead, &api_name)?;
    let code = again.fault().unwrap_or_else(|| again.status_code());
    let alike = if api_name == label { ", which its label is too" } else { ", which its label is not" };
    let found = format!("converted by the API name{alike}; a second time: {} {code}", again.status);
    let holds = read.body["IsConverted"] == true && code == "CANNOT_UPDATE_CONVERTED_LEAD";
    if holds { Ok(found) } else { Err(Failure::DoesNotHold(found)) }
}

/// <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_undelete.htm>
pub(super) fn restoration(probe: &mut Probe<'_>) -> Result<String, Failure> {
    let called = name(probe, "restored");
    let id = account(probe, &called)?;
    let path = format!("{DATA}/sobjects/Account/{id}");
    let deleted = probe.send(Method::DELETE, &path, &[], &Value::Null)?;
    if deleted.status != 204 {
        return Err(Failure::CannotTell(format!("no account can be deleted: {}", deleted.outcome())));
    }
    let body = format!("<urn:undelete><urn:ids>{id}</urn:ids></urn:undelete>");
    let first = call(probe, true, &body)?;
    match (first.element("success"), first.status_code()) {
        (Some("true"), _) => {}
        (Some(_), code) => return Err(Failure::DoesNotHold(format!("it is not restored: {code}"))),
        (None, _) => return Err(cannot_tell(&first)),
    }
    let read = probe.send(Method::GET, &format!("{path}?fields=Id"), &[], &Value::Null)?;
    let again = call(probe, true, &body)?;
    let code = again.fault().unwrap_or_else(|| again.status_code());
    let found = format!("it is read again: {}; restored a second time: {code}", read.status);
    if read.status == 200 && code == "UNDELETE_FAILED" { Ok(found) } else { Err(Failure::DoesNotHold(found)) }
}
