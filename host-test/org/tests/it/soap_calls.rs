//! The SOAP API: its envelope and session, converting leads, and taking rows out of the recycle bin.

use demo_org::{Fault, Org, Reply};
use http::{Method, Request};
use serde_json::{Value as Json, json};

use crate::rest_client::{column, get, id, patch, path, post, query, send};

const NAMESPACES: &str =
    r#"xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:urn="urn:partner.soap.sforce.com""#;

fn envelope(session: &str, headers: &str, body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope {NAMESPACES}><soapenv:Header><urn:SessionHeader>\
         <urn:sessionId>{session}</urn:sessionId></urn:SessionHeader>{headers}</soapenv:Header>\
         <soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    )
}

#[track_caller]
fn exchange(org: &Org, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
    let mut request = Request::builder().method("POST").uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let Reply::Response(response) = org.handle(request.body(body.as_bytes().to_vec()).expect("a request")) else {
        panic!("no response")
    };
    let status = response.status().as_u16();
    (status, String::from_utf8(response.into_body()).expect("text"))
}

const USUAL: [(&str, &str); 2] = [("Content-Type", "text/xml; charset=UTF-8"), ("SOAPAction", "\"\"")];

#[track_caller]
fn call_with(org: &Org, user: &str, headers: &str, body: &str) -> (u16, String) {
    exchange(org, "/services/Soap/u/67.0", &USUAL, &envelope(&org.token(user), headers, body))
}

#[track_caller]
fn call(org: &Org, user: &str, body: &str) -> (u16, String) {
    call_with(org, user, "", body)
}

/// `convertLead` of one lead; the parts are elements in their order.
#[track_caller]
fn convert(org: &Org, user: &str, parts: &[(&str, &str)]) -> String {
    let parts: String = parts.iter().map(|(name, text)| format!("<urn:{name}>{text}</urn:{name}>")).collect();
    let (status, answer) =
        call(org, user, &format!("<urn:convertLead><urn:leadConverts>{parts}</urn:leadConverts></urn:convertLead>"));
    assert_eq!(status, 200, "{answer}");
    answer
}

/// The text of an element.
fn text<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = xml.split_once(&format!("<{name}>"))?;
    after.split_once(&format!("</{name}>")).map(|(text, _)| text)
}

/// `statusCode: message` of a result.
#[track_caller]
fn refused(answer: &str) -> String {
    assert!(answer.contains("<success>false</success></result>"), "{answer}");
    assert!(answer.contains("<accountId xsi:nil=\"true\"/><contactId xsi:nil=\"true\"/><errors"), "{answer}");
    format!("{}: {}", text(answer, "statusCode").expect("a code"), text(answer, "message").expect("a message"))
}

/// `faultcode: faultstring`.
#[track_caller]
fn fault((status, answer): (u16, String)) -> String {
    assert_eq!(status, 500, "{answer}");
    format!("{}: {}", text(&answer, "faultcode").expect("a code"), text(&answer, "faultstring").expect("a text"))
}

const STATUS: (&str, &str) = ("convertedStatus", "Closed - Converted");

fn row(org: &Org, user: &str, object: &str, id: &str) -> Json {
    get(org, user, &format!("sobjects/{object}/{id}")).body
}

#[test]
fn the_session_stands_in_the_envelope_and_nowhere_else() {
    let org = Org::demo();
    let token = org.token("riley");
    let body = "<urn:getUserInfo/>";
    let (status, answer) = call(&org, "riley", body);
    assert_eq!(status, 200, "{answer}");
    assert_eq!(
        (text(&answer, "userName"), text(&answer, "userFullName")),
        (Some("riley@demo.example"), Some("Riley Reyes"))
    );
    assert_eq!(text(&answer, "current"), Some("18"));
    let illegal =
        "sf:INVALID_SESSION_ID: INVALID_SESSION_ID: Invalid Session ID found in SessionHeader: Illegal Session";
    let bearer = format!("Bearer {token}");
    let with_bearer = [USUAL[0], USUAL[1], ("Authorization", bearer.as_str())];
    let empty = exchange(&org, "/services/Soap/u/67.0", &with_bearer, &envelope("", "", body));
    assert_eq!(fault(empty), illegal);
    let headless = "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body><getUserInfo xmlns=\"urn:partner.soap.sforce.com\"/></e:Body></e:Envelope>";
    assert_eq!(fault(exchange(&org, "/services/Soap/u/67.0", &with_bearer, headless)), illegal);
    org.expire(&token);
    let (status, expired) = exchange(&org, "/services/Soap/u/67.0", &USUAL, &envelope(&token, "", body));
    assert_eq!(status, 500);
    assert!(expired.contains("<sf:exceptionCode>INVALID_SESSION_ID</sf:exceptionCode>"), "{expired}");
    assert_eq!(call(&org, "riley", body).0, 200);
}

#[test]
fn the_journal_names_the_user_and_never_the_session() {
    let org = Org::demo();
    let token = org.token("riley");
    call(&org, "riley", "<urn:getUserInfo/>");
    let requests = org.requests();
    assert_eq!((requests[0].user.as_deref(), requests[0].status), (Some("riley"), Some(200)));
    assert!(requests[0].body.contains("<urn:sessionId></urn:sessionId>"), "{}", requests[0].body);
    assert!(!requests[0].body.contains(&token));
    // Nor of an envelope that is none.
    exchange(&org, "/services/Soap/u/67.0", &USUAL, &envelope(&token, "", "<urn:getUserInfo>"));
    assert!(!org.requests()[1].body.contains(&token), "{}", org.requests()[1].body);
}

#[test]
fn an_envelope_that_makes_no_sense_is_a_fault() {
    let org = Org::demo();
    let good = envelope(&org.token("riley"), "", "<urn:getUserInfo/>");
    let at = |path: &str, body: &str| fault(exchange(&org, path, &USUAL, body));
    assert_eq!(
        at("/services/Soap/u/20.0", &good),
        "sf:UNSUPPORTED_API_VERSION: UNSUPPORTED_API_VERSION: Invalid Api version specified on URL"
    );
    assert!(at("/services/Soap/c/67.0", &good).starts_with("sf:DEMO_ORG_UNSUPPORTED"), "enterprise");
    assert!(at("/services/Soap/u/67.0", "{}").starts_with("soapenv:Client: "));
    assert!(at("/services/Soap/u/67.0", &good.replace("</soapenv:Body>", "")).starts_with("soapenv:Client: "));
    assert_eq!(
        at("/services/Soap/u/67.0", &envelope(&org.token("riley"), "", "<urn:convertLeads/>")),
        "soapenv:Client: No operation available for request {urn:partner.soap.sforce.com}convertLeads, please check the WSDL for the service."
    );
    let enterprise = good.replace("urn:partner", "urn:enterprise");
    assert!(at("/services/Soap/u/67.0", &enterprise).contains("INVALID_SESSION_ID"));
    assert_eq!(
        at("/services/Soap/u/67.0", &envelope(&org.token("riley"), "", "<urn:merge/>")),
        "sf:DEMO_ORG_UNSUPPORTED: DEMO_ORG_UNSUPPORTED: the demo org does not answer merge over SOAP"
    );
    let json = [("Content-Type", "application/json"), USUAL[1]];
    assert!(fault(exchange(&org, "/services/Soap/u/67.0", &json, &good)).ends_with("should be text/xml"));
    let mute = [USUAL[0]];
    assert!(fault(exchange(&org, "/services/Soap/u/67.0", &mute, &good)).ends_with("SOAPAction HTTP header missing"));
}

#[test]
fn limits_and_queued_faults_are_faults_of_soap() {
    let org = Org::demo();
    org.fault(Fault::concurrency_limit().on(Method::POST, "/services/Soap/"));
    let busy = fault(call(&org, "riley", "<urn:getUserInfo/>"));
    assert!(busy.starts_with("sf:REQUEST_LIMIT_EXCEEDED: REQUEST_LIMIT_EXCEEDED: Concurrent"), "{busy}");
    org.allow_calls(17);
    let spent = fault(call(&org, "riley", "<urn:getUserInfo/>"));
    assert_eq!(spent, "sf:REQUEST_LIMIT_EXCEEDED: REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded.");
}

#[test]
fn no_rest_resource_converts_leads() {
    let org = Org::demo();
    let got = post(&org, "riley", "actions/standard/convertLead", &json!({"inputs": []}));
    assert_eq!((got.refused().as_str(), got.message()), ("404 NOT_FOUND", "Invalid Action Type"));
}

#[test]
fn a_lead_becomes_an_account_a_contact_and_an_opportunity() {
    let org = Org::demo();
    let dana = id(&org, "dana");
    let answer = convert(&org, "riley", &[STATUS, ("leadId", &dana), ("opportunityName", "Foxglove &amp; 50 seats")]);
    let of = |name: &str| text(&answer, name).expect(name).to_owned();
    assert_eq!((of("success").as_str(), of("leadId")), ("true", dana.clone()));
    let account = row(&org, "riley", "Account", &of("accountId"));
    assert_eq!((&account["Name"], &account["Rating"]), (&json!("Foxglove Media"), &json!("Warm")));
    assert_eq!(account["RecordTypeId"], id(&org, "Account.Business_Account"));
    let contact = row(&org, "riley", "Contact", &of("contactId"));
    assert_eq!(
        ["Name", "Title", "Email", "LeadSource", "AccountId"].map(|name| contact[name].clone()),
        [json!("Dana Fox"), json!("Founder"), json!("dana.fox@foxglove.example"), json!("Web"), json!(of("accountId"))]
    );
    let deal = row(&org, "riley", "Opportunity", &of("opportunityId"));
    assert_eq!(
        ["Name", "StageName", "CloseDate", "AccountId", "LeadSource"].map(|name| deal[name].clone()),
        [json!("Foxglove & 50 seats"), json!("Prospecting"), json!("2026-07-31"), json!(of("accountId")), json!("Web")]
    );
    let roles = format!("SELECT ContactId FROM OpportunityContactRole WHERE OpportunityId = '{}'", of("opportunityId"));
    assert_eq!(column(&org, "riley", &roles, "ContactId"), [json!(of("contactId"))]);
    let lead = row(&org, "riley", "Lead", &dana);
    assert_eq!(
        [
            "IsConverted",
            "Status",
            "ConvertedDate",
            "ConvertedAccountId",
            "ConvertedContactId",
            "ConvertedOpportunityId"
        ]
        .map(|name| lead[name].clone()),
        [
            json!(true),
            json!("Closed - Converted"),
            json!("2026-05-12"),
            json!(of("accountId")),
            json!(of("contactId")),
            json!(of("opportunityId")),
        ]
    );
    let again = convert(&org, "riley", &[STATUS, ("leadId", &dana)]);
    assert_eq!(refused(&again), "CANNOT_UPDATE_CONVERTED_LEAD: cannot reference converted lead");
}

#[test]
fn without_a_name_the_opportunity_has_the_companys_and_unwanted_there_is_none() {
    let org = Org::demo();
    let answer = convert(&org, "riley", &[STATUS, ("leadId", &id(&org, "lee"))]);
    let deal = row(&org, "riley", "Opportunity", text(&answer, "opportunityId").expect("an id"));
    assert_eq!(deal["Name"], "Parkside Labs");
    let parts = [STATUS, ("doNotCreateOpportunity", "true"), ("leadId", &id(&org, "dana"))];
    let answer = convert(&org, "riley", &parts);
    assert!(answer.contains("<opportunityId xsi:nil=\"true\"/><success>true</success>"), "{answer}");
    assert_eq!(row(&org, "riley", "Lead", &id(&org, "dana"))["ConvertedOpportunityId"], Json::Null);
}

#[test]
fn an_account_and_a_contact_that_are_there_take_what_they_lack() {
    let org = Org::demo();
    patch(
        &org,
        "riley",
        &path(&org, "Lead", "nina"),
        &json!({"Phone": "+1 555 0199", "Title": "Owner", "City": "Kiel", "Country": "Germany"}),
    );
    let (acme, bob, nina) = (id(&org, "acme"), id(&org, "bob"), id(&org, "nina"));
    let parts =
        [("accountId", acme.as_str()), ("contactId", &bob), STATUS, ("leadId", &nina), ("overwriteLeadSource", "true")];
    let answer = convert(&org, "riley", &parts);
    assert_eq!((text(&answer, "accountId"), text(&answer, "contactId")), (Some(acme.as_str()), Some(bob.as_str())));
    let account = row(&org, "riley", "Account", &acme);
    // What it has stays, its address as a whole.
    assert_eq!((&account["Name"], &account["Phone"]), (&json!("Acme"), &json!("+1 415 555 0100")));
    assert_eq!(
        (&account["BillingCity"], &account["AccountSource"]),
        (&json!("San Francisco"), &json!("Phone Inquiry"))
    );
    let contact = row(&org, "riley", "Contact", &bob);
    assert_eq!((&contact["Title"], &contact["LeadSource"]), (&json!("Head of Procurement"), &json!("Phone Inquiry")));
    // The call with her is now with him.
    let call = row(&org, "riley", "Task", &id(&org, "call_nina"));
    assert_eq!((&call["WhoId"], &call["WhatId"]), (&json!(bob), &json!(text(&answer, "opportunityId"))));
}

#[test]
fn a_person_account_takes_a_lead_without_a_contact() {
    let org = Org::demo();
    let (maria, dana) = (id(&org, "maria"), id(&org, "dana"));
    let answer = convert(&org, "riley", &[("accountId", &maria), STATUS, ("leadId", &dana)]);
    assert_eq!(text(&answer, "contactId"), Some(id(&org, "maria_contact").as_str()));
    let account = row(&org, "riley", "Account", &maria);
    assert_eq!((&account["Name"], &account["PersonTitle"]), (&json!("Maria Santos"), &json!("Founder")));
    let (contact, lee) = (id(&org, "maria_contact"), id(&org, "lee"));
    let refusal = convert(&org, "riley", &[("accountId", &maria), ("contactId", &contact), STATUS, ("leadId", &lee)]);
    assert!(refused(&refusal).starts_with("INVALID_CROSS_REFERENCE_KEY"), "{refusal}");
}

#[test]
fn a_queues_lead_needs_an_owner() {
    let org = Org::demo();
    let omar = id(&org, "omar");
    let nobody = convert(&org, "riley", &[STATUS, ("leadId", &omar)]);
    assert_eq!(
        refused(&nobody),
        "UNKNOWN_EXCEPTION: Converted objects can only be owned by users.  If the lead is not owned by a user, you must specify a user for the Owner field."
    );
    let jane = id(&org, "jane_okafor");
    let answer = convert(&org, "riley", &[STATUS, ("leadId", &omar), ("ownerId", &jane)]);
    for (object, name) in [("Account", "accountId"), ("Contact", "contactId"), ("Opportunity", "opportunityId")] {
        let made = row(&org, "riley", object, text(&answer, name).expect("an id"));
        assert_eq!(made["OwnerId"], json!(jane), "{object}");
    }
    let inactive = [STATUS, ("leadId", &id(&org, "dana")), ("ownerId", &id(&org, "jane_doe"))];
    assert!(refused(&convert(&org, "riley", &inactive)).starts_with("INACTIVE_OWNER_OR_USER"));
}

#[test]
fn what_cannot_be_converted_is_refused_and_nothing_is_written() {
    let org = Org::demo();
    let (dana, acme, bob, tom) = (id(&org, "dana"), id(&org, "acme"), id(&org, "bob"), id(&org, "tom"));
    let long = "x".repeat(81);
    let renewal = id(&org, "acme_renewal");
    for (parts, code) in [
        (vec![("leadId", dana.as_str())], "INVALID_STATUS: invalid convertedStatus: null"),
        (
            vec![("convertedStatus", "Closed - Not Converted"), ("leadId", &dana)],
            "INVALID_STATUS: invalid convertedStatus: Closed - Not Converted",
        ),
        (vec![STATUS], "MISSING_ARGUMENT"),
        (vec![STATUS, ("leadId", "00Q")], "MALFORMED_ID"),
        (vec![STATUS, ("leadId", &acme)], "MALFORMED_ID"),
        (vec![("contactId", &bob), STATUS, ("leadId", &dana)], "FIELD_INTEGRITY_EXCEPTION"),
        (vec![("accountId", &acme), ("contactId", &tom), STATUS, ("leadId", &dana)], "INVALID_CROSS_REFERENCE_KEY"),
        (vec![STATUS, ("leadId", &dana), ("opportunityName", &long)], "STRING_TOO_LONG"),
        (vec![STATUS, ("leadId", &dana), ("opportunityId", &renewal)], "INVALID_CROSS_REFERENCE_KEY"),
        (
            vec![
                ("accountId", &acme),
                STATUS,
                ("leadId", &dana),
                ("opportunityId", &renewal),
                ("opportunityName", "x"),
            ],
            "FIELD_INTEGRITY_EXCEPTION",
        ),
        (
            vec![STATUS, ("doNotCreateOpportunity", "1"), ("leadId", &dana), ("opportunityName", "x")],
            "FIELD_INTEGRITY_EXCEPTION",
        ),
        (vec![STATUS, ("leadId", &dana), ("overwriteLeadSource", "true")], "FIELD_INTEGRITY_EXCEPTION"),
    ] {
        let got = refused(&convert(&org, "riley", &parts));
        assert!(got.starts_with(code), "{parts:?}: {got}");
    }
    assert_eq!(org.writes(), []);
    assert_eq!(query(&org, "riley", "SELECT Id FROM Account WHERE Name = 'Foxglove Media'").body["totalSize"], 0);
}

#[test]
fn a_duplicate_stops_a_conversion_unless_it_may_be_saved() {
    let org = Org::demo();
    patch(&org, "riley", &path(&org, "Lead", "dana"), &json!({"Company": "Acme Inc."}));
    org.forget_requests();
    let dana = id(&org, "dana");
    let body = format!(
        "<urn:convertLead><urn:leadConverts><urn:convertedStatus>Closed - Converted</urn:convertedStatus><urn:leadId>{dana}</urn:leadId></urn:leadConverts></urn:convertLead>"
    );
    let header = |save: bool| {
        format!(
            "<urn:DuplicateRuleHeader><urn:allowSave>{save}</urn:allowSave><urn:includeRecordDetails>true</urn:includeRecordDetails><urn:runAsCurrentUser>true</urn:runAsCurrentUser></urn:DuplicateRuleHeader>"
        )
    };
    let (_, answer) = call_with(&org, "riley", &header(false), &body);
    assert!(refused(&answer).starts_with("DUPLICATES_DETECTED: "), "{answer}");
    assert!(
        answer.contains("<errors xsi:type=\"DuplicateError\">") && answer.contains("<duplicateResult><allowSave>true")
    );
    assert!(answer.contains(&format!("<sf:Id>{}</sf:Id>", id(&org, "acme"))), "{answer}");
    assert!(answer.contains("<sf:Name>Acme</sf:Name>"), "{answer}");
    assert_eq!(org.writes(), []);
    let (_, answer) = call_with(&org, "riley", &header(true), &body);
    assert_eq!(text(&answer, "success"), Some("true"), "{answer}");
}

#[test]
fn an_element_behind_its_place_is_read_over_and_one_that_is_none_is_a_fault() {
    let org = Org::demo();
    let answer = convert(&org, "riley", &[("opportunityName", "Lost"), STATUS, ("leadId", &id(&org, "dana"))]);
    assert!(refused(&answer).starts_with("MISSING_ARGUMENT"), "{answer}");
    let parts = [STATUS, ("leadId", &id(&org, "dana")), ("ownerId", &id(&org, "riley")), ("opportunityName", "Late")];
    let answer = convert(&org, "riley", &parts);
    let deal = row(&org, "riley", "Opportunity", text(&answer, "opportunityId").expect("an id"));
    assert_eq!(deal["Name"], "Foxglove Media");
    let wrong = |part: &str| {
        let body = format!("<urn:convertLead><urn:leadConverts>{part}</urn:leadConverts></urn:convertLead>");
        fault(call(&org, "riley", &body))
    };
    assert!(wrong("<urn:leadID>x</urn:leadID>").contains("leadID invalid at this location"));
    assert!(wrong("<leadId>x</leadId>").contains("{}leadId invalid at this location"));
    assert!(wrong("<urn:sendNotificationEmail>yes</urn:sendNotificationEmail>").contains("not a valid value"));
    assert!(
        wrong("<urn:relatedPersonAccountId>001</urn:relatedPersonAccountId>").contains("the demo org does not take")
    );
}

#[test]
fn several_leads_are_converted_each_by_itself() {
    let org = Org::demo();
    let one = |lead: &str| {
        format!(
            "<urn:leadConverts><urn:convertedStatus>Closed - Converted</urn:convertedStatus><urn:leadId>{lead}</urn:leadId></urn:leadConverts>"
        )
    };
    let (dana, carla, lee) = (id(&org, "dana"), id(&org, "carla"), id(&org, "lee"));
    let (status, answer) =
        call(&org, "riley", &format!("<urn:convertLead>{}{}{}</urn:convertLead>", one(&dana), one(&carla), one(&lee)));
    assert_eq!(status, 200);
    let successes: Vec<&str> = answer.split("<result>").skip(1).filter_map(|part| text(part, "success")).collect();
    assert_eq!(successes, ["true", "false", "true"]);
    let many = format!("<urn:convertLead>{}</urn:convertLead>", one(&dana).repeat(101));
    assert!(fault(call(&org, "riley", &many)).starts_with("sf:EXCEEDED_ID_LIMIT"));
}

#[test]
fn who_may_not_convert_leads_gets_a_fault() {
    let org = Org::demo();
    let body = format!(
        "<urn:convertLead><urn:leadConverts><urn:convertedStatus>Closed - Converted</urn:convertedStatus><urn:leadId>{}</urn:leadId></urn:leadConverts></urn:convertLead>",
        id(&org, "dana")
    );
    assert!(fault(call(&org, "vera", &body)).starts_with("sf:INSUFFICIENT_ACCESS"));
    org.change_access("riley", |access| access.convert_leads = false);
    assert!(fault(call(&org, "riley", &body)).starts_with("sf:INSUFFICIENT_ACCESS"));
    assert_eq!(org.writes(), []);
}

#[test]
fn a_locked_lead_and_a_validation_rule_undo_the_whole_conversion() {
    let org = Org::demo();
    let dana = id(&org, "dana");
    org.lock(&org.id("dana").expect("a lead"), 1);
    assert!(refused(&convert(&org, "riley", &[STATUS, ("leadId", &dana)])).starts_with("UNABLE_TO_LOCK_ROW"));
    org.set(&org.id("dana").expect("a lead"), "NumberOfEmployees", -1_i64);
    let answer = convert(&org, "riley", &[STATUS, ("leadId", &dana)]);
    assert_eq!(refused(&answer), "FIELD_CUSTOM_VALIDATION_EXCEPTION: The number of employees cannot be negative.");
    assert_eq!(text(&answer, "fields"), Some("NumberOfEmployees"));
    assert_eq!(org.writes(), []);
}

#[test]
fn a_deleted_row_comes_back_with_what_went_with_it() {
    let org = Org::demo();
    let renewal = id(&org, "acme_renewal");
    // Deleted before, so not with the deal.
    let quote = path(&org, "Task", "open_quote");
    assert_eq!(send(&org, "riley", "DELETE", &quote, &[], &Json::Null).status, 204);
    assert_eq!(send(&org, "riley", "DELETE", &path(&org, "Opportunity", "acme_renewal"), &[], &Json::Null).status, 204);
    let call_bob = path(&org, "Task", "call_bob");
    assert_eq!(get(&org, "riley", &call_bob).refused(), "404 ENTITY_IS_DELETED");
    let undelete = |ids: &[&str]| {
        let ids: String = ids.iter().map(|id| format!("<urn:ids>{id}</urn:ids>")).collect();
        call(&org, "riley", &format!("<urn:undelete>{ids}</urn:undelete>"))
    };
    let with_parent = undelete(&[&id(&org, "call_bob")]).1;
    assert_eq!(
        (text(&with_parent, "statusCode"), text(&with_parent, "message")),
        (Some("UNDELETE_FAILED"), Some("Entity is not in the recycle bin"))
    );
    let (status, answer) = undelete(&[&renewal, "x", &id(&org, "bob"), &renewal.replace("006", "00Q")]);
    assert_eq!(status, 200);
    let results: Vec<(Option<&str>, Option<&str>)> =
        answer.split("<result>").skip(1).map(|part| (text(part, "success"), text(part, "statusCode"))).collect();
    assert_eq!(results[0], (Some("true"), None));
    assert_eq!(results[1], (Some("false"), Some("MALFORMED_ID")));
    assert_eq!(results[2], (Some("false"), Some("UNDELETE_FAILED")));
    assert_eq!(results[3].0, Some("false"));
    assert_eq!(get(&org, "riley", &call_bob).status, 200);
    assert_eq!(row(&org, "riley", "Opportunity", &renewal)["IsDeleted"], false);
    assert_eq!(get(&org, "riley", &quote).refused(), "404 ENTITY_IS_DELETED");
    assert_eq!(org.writes().last().map(|write| write.fields.clone()), Some(vec!["IsDeleted".to_owned()]));
}

#[test]
fn only_who_could_delete_a_row_takes_it_back_and_its_unique_values_must_be_free() {
    let org = Org::demo();
    assert_eq!(send(&org, "sam", "DELETE", &path(&org, "Project__c", "rollout"), &[], &Json::Null).status, 204);
    let undelete = |user: &str| {
        let (_, answer) =
            call(&org, user, &format!("<urn:undelete><urn:ids>{}</urn:ids></urn:undelete>", id(&org, "rollout")));
        text(&answer, "statusCode").unwrap_or("restored").to_owned()
    };
    assert_eq!(undelete("riley"), "INSUFFICIENT_ACCESS_OR_READONLY");
    let other = post(
        &org,
        "riley",
        "sobjects/Project__c",
        &json!({"Account__c": id(&org, "acme"), "External_Key__c": "ERP-101"}),
    );
    assert_eq!(undelete("sam"), "DUPLICATE_VALUE");
    patch(&org, "riley", &format!("sobjects/Project__c/{}", other.id()), &json!({"External_Key__c": "ERP-9"}));
    assert_eq!(undelete("sam"), "restored");
    assert_eq!(undelete("sam"), "UNDELETE_FAILED");
}

#[test]
fn messages_of_soap_are_in_the_users_language_too() {
    let org = Org::demo();
    let answer = call(
        &org,
        "jonas",
        &format!("<urn:undelete><urn:ids>{}</urn:ids></urn:undelete>", id(&org, "dana").replace("00Q", "003")),
    )
    .1;
    assert_eq!(text(&answer, "statusCode"), Some("MALFORMED_ID"));
    let unknown = demo_org::Id::numbered("003", 99_999);
    let answer = call(&org, "jonas", &format!("<urn:undelete><urn:ids>{unknown}</urn:ids></urn:undelete>")).1;
    assert_eq!(text(&answer, "message"), Some("Ungültige Querverweis-ID"));
}
