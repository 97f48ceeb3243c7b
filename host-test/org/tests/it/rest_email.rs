//! `actions/standard/emailSimple`: what it takes, what is sent and logged, and what is refused.

use std::time::Duration;

use demo_org::{Effect, Extra, Fault, Org, Reply, Value};
use http::{Method, Request};
use serde_json::{Value as Json, json};

use crate::rest_client::{Got, column, get, id, post, query, request};

/// Sends with another version than the client's, which is 62.
#[track_caller]
fn act(org: &Org, version: &str, inputs: &[Json]) -> Got {
    let path = format!("/services/data/{version}/actions/standard/emailSimple");
    let request = Request::post(path).header("Authorization", format!("Bearer {}", org.token("riley")));
    let body = json!({"inputs": inputs}).to_string().into_bytes();
    let Reply::Response(response) = org.handle(request.body(body).expect("a request")) else { panic!("no response") };
    let body = serde_json::from_slice(response.body()).expect("JSON");
    Got { status: response.status().as_u16(), body, response }
}

/// An input that is in order, with these keys on top; a null takes one away.
fn input(more: &Json) -> Json {
    let mut input =
        json!({"recipientAddresses": "bob.stone@acme.example", "emailSubject": "Renewal", "emailBody": "Hello"});
    let all = input.as_object_mut().expect("an object");
    for (name, value) in more.as_object().expect("an object") {
        if value.is_null() {
            all.remove(name)
        } else {
            all.insert(name.clone(), value.clone())
        };
    }
    input
}

#[track_caller]
fn sent(org: &Org, more: &Json) {
    let got = act(org, "v66.0", &[input(more)]);
    let expected = json!([{"actionName": "emailSimple", "errors": null, "invocationId": null, "isSuccess": true,
        "outcome": null, "outputValues": null, "sortOrder": -1, "version": 1}]);
    assert_eq!((got.status, got.body), (200, expected));
}

/// `statusCode: message` of an e-mail that is refused, and that leaves no trace.
#[track_caller]
fn refused(org: &Org, version: &str, input: Json) -> String {
    let (before, written) = (org.sent_emails(), org.writes());
    let got = act(org, version, &[input]);
    let result = &got.body[0];
    let told = [&result["isSuccess"], &result["actionName"], &result["outputValues"]];
    assert_eq!((got.status, told), (400, [&json!(false), &json!("emailSimple"), &Json::Null]), "{}", got.body);
    assert_eq!((org.sent_emails(), org.writes()), (before, written));
    let error = &result["errors"][0];
    format!("{}: {}", error["statusCode"].as_str().expect("a code"), error["message"].as_str().expect("a message"))
}

#[test]
fn what_the_action_takes_depends_on_the_version() {
    let org = Org::demo();
    let names = |version: &str| -> Vec<String> {
        let path = format!("/services/data/{version}/actions/standard/emailSimple");
        let request = Request::get(path).header("Authorization", format!("Bearer {}", org.token("riley")));
        let Reply::Response(response) = org.handle(request.body(Vec::new()).expect("a request")) else {
            panic!("no response")
        };
        let body: Json = serde_json::from_slice(response.body()).expect("JSON");
        assert_eq!((&body["name"], &body["type"]), (&json!("emailSimple"), &json!("EMAILSIMPLE")));
        let inputs = body["inputs"].as_array().expect("inputs").iter();
        inputs.filter_map(|input| input["name"].as_str().map(str::to_owned)).collect()
    };
    let has = |version: &str, name: &str| names(version).iter().any(|one| one == name);
    for (version, old, list, collection, new) in [
        ("v61.0", true, false, false, false),
        ("v62.0", true, true, false, false),
        ("v64.0", true, true, true, false),
        ("v65.0", false, false, false, true),
        ("v68.0", false, false, false, true),
    ] {
        let told = (
            has(version, "emailAddresses"),
            has(version, "ccRecipientAddressList"),
            has(version, "ccRecipientAddressCollection"),
            has(version, "recipientAddresses"),
        );
        assert_eq!(told, (old, list, collection, new), "{version}");
        assert!(has(version, "emailSubject"), "{version}");
    }
    assert_eq!((has("v57.0", "recipientId"), has("v58.0", "recipientId")), (false, true));
}

#[test]
fn an_email_goes_to_the_addresses_that_are_given() {
    let org = Org::demo();
    sent(
        &org,
        &json!({"recipientAddresses": ["a@one.example", " b@two.example "], "ccAddresses": "c@three.example, d@four.example",
        "bccAddresses": ["e@five.example"], "sendRichBody": true, "emailBody": "<p>Hello</p>"}),
    );
    let [email] = org.sent_emails().try_into().expect("one e-mail");
    assert_eq!(email.user, org.id("riley").expect("Riley"));
    assert_eq!((email.from.as_str(), email.subject.as_str()), ("riley@demo.example", "Renewal"));
    assert_eq!((email.body.as_str(), email.is_rich), ("<p>Hello</p>", true));
    assert_eq!(email.to, ["a@one.example", "b@two.example"]);
    assert_eq!(
        (email.cc, email.bcc),
        (vec!["c@three.example".to_owned(), "d@four.example".to_owned()], vec!["e@five.example".to_owned()])
    );
    assert_eq!((email.recipient, email.related, email.logged), (None, None, None));
    // Nothing asked for a log.
    assert_eq!(org.writes(), []);
    let old = json!({"emailAddresses": "a@one.example,b@two.example", "emailAddressesArray": ["c@three.example"], "emailSubject": "s", "emailBody": "b"});
    assert_eq!(act(&org, "v62.0", &[old]).status, 200);
    assert_eq!(org.sent_emails()[1].to, ["a@one.example", "b@two.example", "c@three.example"]);
}

#[test]
fn an_email_comes_from_the_user_or_from_the_default_workflow_user() {
    let org = Org::demo();
    sent(&org, &json!({"senderType": "CurrentUser"}));
    sent(&org, &json!({"senderType": "DefaultWorkflowUser"}));
    let from: Vec<String> = org.sent_emails().into_iter().map(|email| email.from).collect();
    assert_eq!(from, ["riley@demo.example", "ada@demo.example"]);
    for (more, expected) in [
        (json!({"senderType": "Somebody"}), "INVALID_INPUT: Somebody is no valid value of senderType"),
        (
            json!({"senderType": "OrgWideEmailAddress"}),
            "INVALID_INPUT: senderAddress is required if senderType is OrgWideEmailAddress",
        ),
        (
            json!({"senderType": "OrgWideEmailAddress", "senderAddress": "sales@demo.example"}),
            "INVALID_INPUT: senderAddress: sales@demo.example is not an organization-wide email address",
        ),
    ] {
        assert_eq!(refused(&org, "v66.0", input(&more)), expected);
    }
}

#[test]
fn a_logged_email_stands_with_its_contact_and_its_record() {
    let org = Org::demo();
    let (bob, deal) = (id(&org, "bob"), id(&org, "acme_renewal"));
    sent(
        &org,
        &json!({"recipientAddresses": null, "recipientId": bob, "relatedRecordId": deal, "logEmailOnSend": true,
        "ccAddresses": "robert.klein@acme.example"}),
    );
    let [email] = org.sent_emails().try_into().expect("one e-mail");
    assert_eq!((email.to.as_slice(), email.recipient), (&["bob.stone@acme.example".to_owned()][..], org.id("bob")));
    assert_eq!(email.related, org.id("acme_renewal"));
    let logged = email.logged.expect("a log");
    let soql = format!(
        "SELECT Status, Incoming, FromAddress, FromName, ToAddress, CcAddress, Subject, TextBody, HtmlBody, RelatedTo.Name, ActivityId, (SELECT RelationType, Relation.Name FROM EmailMessageRelations ORDER BY RelationType) FROM EmailMessage WHERE Id = '{logged}'"
    );
    let row = query(&org, "riley", &soql).body["records"][0].clone();
    assert_eq!(
        [&row["Status"], &row["Incoming"], &row["FromAddress"], &row["FromName"], &row["ToAddress"], &row["CcAddress"]],
        [
            &json!("3"),
            &json!(false),
            &json!("riley@demo.example"),
            &json!("Riley Reyes"),
            &json!("bob.stone@acme.example"),
            &json!("robert.klein@acme.example")
        ]
    );
    assert_eq!(
        [&row["Subject"], &row["TextBody"], &row["HtmlBody"], &row["RelatedTo"]["Name"]],
        [&json!("Renewal"), &json!("Hello"), &Json::Null, &json!("Acme renewal")]
    );
    // Robert got a copy, and is no part of the log.
    let people: Vec<String> = row["EmailMessageRelations"]["records"]
        .as_array()
        .expect("relations")
        .iter()
        .map(|row| format!("{} {}", row["RelationType"], row["Relation"]["Name"]).replace('"', ""))
        .collect();
    assert_eq!(people, ["ToAddress Bob Stone", "FromAddress Riley Reyes"]);
    let task = row["ActivityId"].as_str().expect("an activity");
    let soql =
        format!("SELECT Subject, Status, TaskSubtype, WhoId, WhatId, ActivityDate FROM Task WHERE Id = '{task}'");
    let task = query(&org, "riley", &soql).body["records"][0].clone();
    assert_eq!(
        [
            &task["Subject"],
            &task["Status"],
            &task["TaskSubtype"],
            &task["WhoId"],
            &task["WhatId"],
            &task["ActivityDate"]
        ],
        [
            &json!("Email: Renewal"),
            &json!("Completed"),
            &json!("Email"),
            &json!(bob),
            &json!(deal),
            &json!("2026-05-12")
        ]
    );
}

#[test]
fn an_email_is_logged_to_a_lead_alone_and_to_a_case_as_its_own() {
    let org = Org::demo();
    let dana = id(&org, "dana");
    sent(&org, &json!({"recipientId": dana, "logEmailOnSend": true, "sendRichBody": true}));
    let subjects = column(&org, "riley", &format!("SELECT Subject FROM Task WHERE WhoId = '{dana}'"), "Subject");
    assert_eq!(subjects, ["Email: Renewal"]);
    let case = id(&org, "case_new_1");
    sent(&org, &json!({"relatedRecordId": case, "logEmailOnSend": true}));
    let soql = format!("SELECT Subject, HtmlBody FROM EmailMessage WHERE ParentId = '{case}'");
    assert_eq!(query(&org, "riley", &soql).body["totalSize"], 1);
    let lead = json!({"recipientId": dana, "relatedRecordId": id(&org, "acme"), "logEmailOnSend": true});
    assert!(refused(&org, "v66.0", input(&lead)).starts_with("INVALID_ID_FIELD: relatedRecordId can't be used"));
    // Without a log, the two go together.
    sent(&org, &json!({"recipientId": dana, "relatedRecordId": id(&org, "acme")}));
    let nobody = refused(&org, "v66.0", input(&json!({"logEmailOnSend": true})));
    assert!(nobody.starts_with("REQUIRED_FIELD_MISSING: To log an email"), "{nobody}");
}

#[test]
fn what_is_missing_or_of_another_version_is_refused() {
    let org = Org::demo();
    for (version, more, expected) in [
        (
            "v66.0",
            json!({"emailSubject": null}),
            "REQUIRED_FIELD_MISSING: Missing required input parameter: emailSubject",
        ),
        (
            "v66.0",
            json!({"emailSubject": " "}),
            "REQUIRED_FIELD_MISSING: Missing required input parameter: emailSubject",
        ),
        ("v66.0", json!({"emailBody": null}), "REQUIRED_FIELD_MISSING: Missing required input parameter: emailBody"),
        ("v66.0", json!({"recipientAddresses": null}), "REQUIRED_FIELD_MISSING: Add a recipient to send an email."),
        ("v66.0", json!({"recipientAddresses": " , "}), "REQUIRED_FIELD_MISSING: Add a recipient to send an email."),
        (
            "v66.0",
            json!({"emailAddresses": "a@b.example"}),
            "INVALID_INPUT: emailSimple has no input emailAddresses in version 66.0",
        ),
        ("v64.0", json!({}), "INVALID_INPUT: emailSimple has no input recipientAddresses in version 64.0"),
        ("v66.0", json!({"to": "a@b.example"}), "INVALID_INPUT: emailSimple has no input to in version 66.0"),
        ("v66.0", json!({"sendRichBody": "yes"}), "INVALID_INPUT: sendRichBody is not of the type BOOLEAN"),
        ("v66.0", json!({"ccAddresses": [1]}), "INVALID_INPUT: ccAddresses is not of the type STRING"),
        ("v66.0", json!({"emailBody": 7}), "INVALID_INPUT: emailBody is not of the type TEXTAREA"),
        (
            "v66.0",
            json!({"recipientAddresses": "bob"}),
            "INVALID_EMAIL_ADDRESS: recipientAddresses: invalid email address: bob",
        ),
        (
            "v66.0",
            json!({"bccAddresses": ["a@b.example", ""]}),
            "INVALID_EMAIL_ADDRESS: bccAddresses: invalid email address: ",
        ),
    ] {
        assert_eq!(refused(&org, version, input(&more)), expected);
    }
    assert_eq!(refused(&org, "v66.0", json!("x")), "INVALID_INPUT: an input is an object");
    let list = json!({"emailAddressesArray": "a@b.example", "emailSubject": "s", "emailBody": "b"});
    assert_eq!(refused(&org, "v62.0", list), "INVALID_INPUT: emailAddressesArray is not of the type STRING");
    assert_eq!(post(&org, "riley", "actions/standard/emailSimple", &json!({})).refused(), "400 INVALID_INPUT");
}

#[test]
fn records_that_are_not_there_or_of_the_wrong_kind_are_refused() {
    let org = Org::demo();
    let (no_contact, acme, riley) = ("003dM0000000zzzAAA", id(&org, "acme"), id(&org, "riley"));
    let no_contact = demo_org::Id::parse(&no_contact[..15]).expect("an id").to_string();
    for (more, expected) in [
        (json!({"recipientId": "bob"}), "INVALID_ID_FIELD: recipientId"),
        (json!({"recipientId": no_contact}), "INVALID_CROSS_REFERENCE_KEY: recipientId"),
        (json!({"recipientId": acme}), "INVALID_ID_FIELD: recipientId"),
        (json!({"recipientId": riley}), "INVALID_ID_FIELD: recipientId"),
        (
            json!({"recipientId": id(&org, "old")}),
            "REQUIRED_FIELD_MISSING: recipientId: the recipient has no email address",
        ),
        (json!({"relatedRecordId": "x"}), "INVALID_ID_FIELD: relatedRecordId"),
        (json!({"relatedRecordId": id(&org, "bob")}), "INVALID_ID_FIELD: relatedRecordId"),
        (json!({"relatedRecordId": id(&org, "gone")}), "INVALID_CROSS_REFERENCE_KEY: relatedRecordId"),
        // Jane's own.
        (json!({"relatedRecordId": id(&org, "nightfall")}), "INVALID_CROSS_REFERENCE_KEY: relatedRecordId"),
        (json!({"relatedRecordId": id(&org, "comment"), "logEmailOnSend": true}), "INVALID_ID_FIELD: relatedRecordId"),
    ] {
        let told = refused(&org, "v66.0", input(&more));
        assert!(told.starts_with(expected), "{told}");
    }
}

#[test]
fn there_are_most_recipients_and_longest_lists() {
    let org = Org::demo();
    org.allow_emails(5_000);
    let many = |count: usize| -> Vec<String> { (0..count).map(|number| format!("p{number}@x.example")).collect() };
    sent(&org, &json!({"recipientAddresses": many(149), "recipientId": id(&org, "bob")}));
    let told = refused(&org, "v66.0", input(&json!({"recipientAddresses": many(150), "ccAddresses": "a@b.example"})));
    assert_eq!(told, "LIMIT_EXCEEDED: The combined number of recipients must be 150 or fewer.");
    let old = json!({"emailAddressesArray": many(6), "emailSubject": "s", "emailBody": "b"});
    assert_eq!(act(&org, "v62.0", std::slice::from_ref(&old)).status, 200);
    assert_eq!(refused(&org, "v61.0", old), "LIMIT_EXCEEDED: The combined number of recipients must be 5 or fewer.");
    let long = format!("{}@x.example", "x".repeat(3_991));
    let told = refused(&org, "v66.0", input(&json!({"recipientAddresses": long})));
    assert_eq!(told, "STRING_TOO_LONG: recipientAddresses: data value too large (max length=4000)");
}

#[test]
fn a_day_has_its_emails() {
    let org = Org::demo();
    let left = || get(&org, "riley", "limits").body["SingleEmail"].clone();
    assert_eq!(left(), json!({"Max": 15, "Remaining": 15}));
    org.allow_emails(2);
    // Users of the org do not count, and nobody counts twice.
    sent(&org, &json!({"ccAddresses": "sam@demo.example,BOB.STONE@acme.example"}));
    assert_eq!(left(), json!({"Max": 2, "Remaining": 1}));
    let two = json!({"recipientAddresses": "a@b.example,c@d.example"});
    assert_eq!(refused(&org, "v66.0", input(&two)), "SINGLE_EMAIL_LIMIT_EXCEEDED: Failed to send email");
    sent(&org, &json!({}));
    assert!(refused(&org, "v66.0", input(&json!({}))).starts_with("SINGLE_EMAIL_LIMIT_EXCEEDED"));
    sent(&org, &json!({"recipientAddresses": "sam@demo.example"}));
    // A new day, by UTC.
    org.advance(Duration::from_secs(9 * 3_600));
    sent(&org, &json!({}));
    org.clear_faults();
    assert_eq!(left(), json!({"Max": 15, "Remaining": 14}));
}

#[test]
fn an_org_may_send_no_email_at_all() {
    let org = Org::demo();
    org.deliver_emails(false);
    let logged = json!({"relatedRecordId": id(&org, "acme"), "logEmailOnSend": true});
    assert!(refused(&org, "v66.0", input(&logged)).starts_with("NO_SINGLE_MAIL_PERMISSION: "));
    org.clear_faults();
    sent(&org, &logged);
}

#[test]
fn inputs_stand_each_by_itself() {
    let org = Org::demo();
    let got = act(&org, "v66.0", &[input(&json!({"emailBody": null})), input(&json!({}))]);
    assert_eq!((got.status, &got.body[0]["isSuccess"], &got.body[1]["isSuccess"]), (400, &json!(false), &json!(true)));
    assert_eq!(org.sent_emails().len(), 1);
}

#[test]
fn an_email_is_out_even_if_its_answer_is_lost() {
    let org = Org::demo();
    org.fault(Fault::new(Effect::DropAfter).on(Method::POST, "/emailSimple"));
    let body = json!({"inputs": [{"emailAddresses": "a@b.example", "emailSubject": "s", "emailBody": "b"}]});
    let reply = org.handle(request(&org, "riley", "POST", "actions/standard/emailSimple", &[], &body));
    assert!(matches!(reply, Reply::Dropped { request_seen: true }));
    assert_eq!(org.sent_emails().len(), 1);
}

#[test]
fn what_the_org_lacks_is_loud() {
    let org = Org::demo();
    for (name, value) in [
        ("emailTemplateId", json!("00XdM0000000001AAA")),
        ("addThreadingTokenToBody", json!(true)),
        ("addThreadingTokenToSubject", json!(true)),
        ("attachmentId", json!("068dM0000000001AAA")),
        ("attachmentIdCollection", json!(["068dM0000000001AAA"])),
    ] {
        let got = act(&org, "v66.0", &[input(&json!({name: value}))]);
        assert_eq!(got.refused(), "501 DEMO_ORG_UNSUPPORTED", "{name}");
    }
    assert_eq!(org.sent_emails(), []);
    sent(&org, &json!({"addThreadingTokenToBody": false, "attachmentId": ""}));
}

#[test]
fn actions_can_be_in_a_batch_and_not_in_a_composite() {
    let org = Org::demo_with([Extra::Approvals]);
    let url = "/services/data/v62.0/actions/standard/emailSimple";
    let body = json!({"inputs": [{"emailAddresses": "a@b.example", "emailSubject": "s", "emailBody": "b"}]});
    let approvals = "/services/data/v62.0/process/approvals";
    let request = json!({"requests": [{"actionType": "Approve", "contextId": id(&org, "approval_hooli_item")}]});
    let composite = json!({"compositeRequest": [
        {"method": "POST", "url": url, "referenceId": "mail", "body": body},
        {"method": "GET", "url": url, "referenceId": "described"},
        {"method": "POST", "url": approvals, "referenceId": "approval", "body": request},
    ]});
    let got = post(&org, "riley", "composite", &composite).body;
    for part in got["compositeResponse"].as_array().expect("parts") {
        assert_eq!((&part["httpStatusCode"], &part["body"][0]["errorCode"]), (&json!(400), &json!("INVALID_INPUT")));
    }
    assert_eq!((org.sent_emails(), org.writes()), (vec![], vec![]));
    let batch = json!({"batchRequests": [
        {"method": "POST", "url": "v62.0/actions/standard/emailSimple", "richInput": body},
        {"method": "POST", "url": "v62.0/process/approvals", "richInput": request},
    ]});
    let got = post(&org, "riley", "composite/batch", &batch).body;
    assert_eq!((&got["results"][0]["statusCode"], &got["results"][1]["statusCode"]), (&json!(200), &json!(400)));
    assert_eq!((org.sent_emails().len(), org.writes()), (1, vec![]));
}

#[test]
fn a_contact_whose_address_is_taken_away_gets_nothing() {
    let org = Org::demo();
    org.set(&org.id("bob").expect("Bob"), "Email", Value::Null);
    let told = refused(&org, "v66.0", input(&json!({"recipientId": id(&org, "bob")})));
    assert!(told.starts_with("REQUIRED_FIELD_MISSING: recipientId"), "{told}");
}
