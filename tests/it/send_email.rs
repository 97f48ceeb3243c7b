//! E-mails: to whom they go, with what Salesforce keeps them, and what is refused before and after.

use std::time::Duration;

use demo_org::{Effect, Fault, SentEmail};
use http::Method;
use serde_json::{Value, json};

use crate::bench::Bench;

const SEND: &str = "/actions/standard/emailSimple";

/// Riley, with the tool on.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.settings.borrow_mut().tools = Some(vec!["send_email".to_owned()]);
    bench
}

fn email(to: &[&str]) -> Value {
    json!({ "to": to, "subject": "Renewal", "body": "Hello,\nthe offer stands." })
}

fn about(to: &[&str], about: &str) -> Value {
    let mut arguments = email(to);
    arguments["about"] = json!(about);
    arguments
}

/// The one e-mail that has left the org.
#[track_caller]
fn sent(bench: &Bench) -> SentEmail {
    let [email] = bench.org.sent_emails().try_into().expect("one e-mail");
    email
}

/// What was asked of the action.
fn input(bench: &Bench) -> Value {
    let sent = bench.sent.borrow();
    let request = sent.iter().find(|request| request.uri().path().ends_with(SEND)).unwrap();
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    assert_eq!(body["inputs"].as_array().unwrap().len(), 1);
    body["inputs"][0].clone()
}

fn count(bench: &Bench) -> usize {
    bench.sent.borrow().iter().filter(|request| request.uri().path().ends_with(SEND)).count()
}

#[track_caller]
fn assert_outcome(error: &Value, kind: &str, changed: &str, says: &str) {
    assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some(kind), Some(changed)), "{error:#}");
    assert!(error["message"].as_str().unwrap().contains(says), "{error:#}");
}

/// Nothing has left the org.
#[track_caller]
fn assert_unsent(bench: &Bench) {
    assert_eq!((bench.org.sent_emails(), bench.org.writes().len()), (Vec::new(), 0));
}

#[test]
fn a_contact_gets_it_about_a_deal_and_salesforce_keeps_it_with_both() {
    let bench = bench();
    let reply = bench.ok("send_email", about(&["Bob Stone"], "Acme renewal"));
    // Who and what in two requests, for five queries make one full; and one asks who has opted out.
    assert_eq!(bench.requests(), 4);
    let (bob, renewal) = (bench.id("bob"), bench.id("acme_renewal"));
    assert_eq!(reply["recipients"], json!([{ "address": "bob.stone@acme.example", "id": bob, "name": "Bob Stone" }]));
    assert_eq!(
        json!([reply["subject"], reply["logged"], reply["about_id"], reply["about"]]),
        json!(["Renewal", true, renewal, "Acme renewal"])
    );
    assert_eq!(reply["notices"], json!(["what was sent can't be called back"]));
    assert_eq!(
        input(&bench),
        json!({
            "emailSubject": "Renewal", "emailBody": "Hello,\nthe offer stands.", "senderType": "CurrentUser",
            "recipientId": bob, "relatedRecordId": renewal, "logEmailOnSend": true,
        })
    );
    let email = sent(&bench);
    assert_eq!(
        (email.from.as_str(), email.to, email.is_rich),
        ("riley@demo.example", vec!["bob.stone@acme.example".to_owned()], false)
    );
    assert!(email.logged.is_some());
}

#[test]
fn addresses_get_it_as_they_are_and_nothing_is_kept_where_nothing_says_with_what() {
    let bench = bench();
    let mut arguments = email(&["ann@one.example", "ANN@one.example", " bo@two.example "]);
    arguments["cc"] = json!(["Sam Lee", "me", "cy@three.example"]);
    let reply = bench.ok("send_email", arguments);
    let told: Vec<_> = reply["recipients"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| json!([one["address"], one["name"], one["copy"]]))
        .collect();
    assert_eq!(
        json!(told),
        json!([
            ["ann@one.example", null, null],
            ["bo@two.example", null, null],
            ["sam@demo.example", "Sam Lee", true],
            ["riley@demo.example", "Riley Reyes", true],
            ["cy@three.example", null, true],
        ])
    );
    assert_eq!((&reply["logged"], reply.get("about_id")), (&json!(false), None));
    assert!(reply["notices"].to_string().contains("Salesforce does not keep it"), "{reply:#}");
    let email = sent(&bench);
    assert_eq!(email.to, ["ann@one.example", "bo@two.example"]);
    assert_eq!(email.cc, ["sam@demo.example", "riley@demo.example", "cy@three.example"]);
    assert_eq!((email.logged, bench.org.writes().len()), (None, 0));
    // Addresses alone take nobody to look for, but whether their owners have opted out.
    let bench = self::bench();
    bench.ok("send_email", email_to_an_address());
    assert_eq!(bench.requests(), 2);
}

fn email_to_an_address() -> Value {
    email(&["ann@one.example"])
}

#[test]
fn a_lead_stands_alone_and_of_several_people_the_first_is_kept() {
    let bench = bench();
    let reply = bench.ok("send_email", email(&["Dana Fox"]));
    assert_eq!(input(&bench)["recipientId"], bench.id("dana"));
    assert_eq!(reply["notices"].as_array().unwrap().len(), 1);
    // With a record besides, the lead gets it by the address.
    let bench = self::bench();
    let reply = bench.ok("send_email", about(&["Dana Fox"], &bench.id("acme_renewal")));
    assert_eq!(
        (input(&bench).get("recipientId"), sent(&bench).to),
        (None, vec!["dana.fox@foxglove.example".to_owned()])
    );
    assert_eq!(reply["logged"], true);
    assert!(reply["notices"].to_string().contains("with a lead only alone"), "{reply:#}");
    let bench = self::bench();
    let reply = bench.ok("send_email", email(&["Bob Stone", &bench.id("sarah"), "x@y.example"]));
    assert!(reply["notices"].to_string().contains("with one person at most"), "{reply:#}");
    let email = sent(&bench);
    assert_eq!(email.recipient.unwrap().to_string(), bench.id("bob"));
    assert_eq!(email.to, ["sarah.chen@globex.example", "x@y.example", "bob.stone@acme.example"]);
}

#[test]
fn who_is_meant_is_never_guessed() {
    let bench = bench();
    let error = bench.err("send_email", email(&["Bob"]));
    assert_outcome(&error, "ambiguous", "no", "records fit \"Bob\"");
    assert_eq!(error["candidates"][0]["field"], "to");
    let mut copied = email(&["ann@one.example"]);
    copied["cc"] = json!(["Nobody Known"]);
    let error = bench.err("send_email", copied);
    assert_outcome(&error, "not_found", "no", "has a name like \"Nobody Known\"");
    assert_eq!(error["fields"], json!(["cc"]));
    let error = bench.err("send_email", about(&["Bob Stone"], "acm"));
    assert_outcome(&error, "ambiguous", "no", "records fit \"acm\"");
    // Without an address nobody gets anything.
    let error = bench.err("send_email", email(&["ann@one.example", "Ola Nord"]));
    assert_outcome(&error, "rejected", "no", "no e-mail address of this person");
    assert_eq!(error["candidates"][0]["name"], "Ola Nord");
    assert_unsent(&bench);
    assert_eq!(count(&bench), 0);
}

/// Riley, in an org that says who of the contacts has opted out; so many requests of the kind come before.
fn with_opt_outs(after: u32, contacts: &Value) -> Bench {
    let bench = bench();
    let page = |records: &Value| {
        let body = json!({ "totalSize": 1, "done": true, "records": records });
        json!({ "body": body, "httpHeaders": {}, "httpStatusCode": 200, "referenceId": "p" })
    };
    let body = json!({ "compositeResponse": [page(contacts), page(&json!([]))] }).to_string();
    let effect = Effect::Answer { status: 200, content_type: "application/json", body };
    bench.org.fault(Fault::new(effect).on(Method::POST, "/composite").after(after));
    bench
}

#[test]
fn who_has_opted_out_gets_nothing_whether_by_name_or_by_address() {
    for (to, requests_before) in [("Bob Stone", 1), ("bob.stone@acme.example", 0)] {
        let id = Bench::new().id("bob");
        let bob = json!([{ "attributes": { "type": "Contact" }, "Id": id, "Name": "Bob Stone" }]);
        let bench = with_opt_outs(requests_before, &bob);
        let error = bench.err("send_email", email(&[to, "ann@one.example"]));
        assert_outcome(&error, "rejected", "no", "have opted out of e-mail, so nothing was sent to anybody");
        assert_eq!(error["candidates"][0]["name"], "Bob Stone");
        assert_unsent(&bench);
        let asked =
            bench.sent.borrow().iter().map(|one| String::from_utf8_lossy(one.body()).into_owned()).collect::<String>();
        assert!(asked.contains("HasOptedOutOfEmail+%3D+true"), "{asked}");
        assert!(asked.contains("bob.stone%40acme.example"), "{asked}");
        // Whoever can't be asked about gets nothing either.
        let bench = self::bench();
        bench.org.fault(Fault::server_unavailable().on(Method::POST, "/composite").after(requests_before));
        assert_outcome(&bench.err("send_email", email(&[to])), "unavailable", "no", "unavailable");
        assert_unsent(&bench);
        // Nobody else has.
        let bench = with_opt_outs(requests_before, &json!([]));
        bench.ok("send_email", email(&[to]));
        assert_eq!(sent(&bench).to, ["bob.stone@acme.example"]);
    }
}

#[test]
fn what_can_not_be_meant_is_refused_before_anything_is_sent() {
    let bench = bench();
    let many: Vec<String> = (0..151).map(|number| format!("a{number}@one.example")).collect();
    let names: Vec<String> = (0..26).map(|number| format!("Person {number}")).collect();
    let with = |member: &str, value: Value| {
        let mut arguments = email_to_an_address();
        arguments[member] = value;
        arguments
    };
    for (wrong, field) in [
        (with("to", json!([])), "to"),
        (with("to", json!(many)), "to"),
        (with("to", json!(names)), "to"),
        (with("to", json!(["Bob Stone <bob.stone@acme.example>"])), "to"),
        (with("to", json!(["a@one.example,b@one.example"])), "to"),
        (with("to", json!(["a@one.example;b@one.example"])), "to"),
        (with("to", json!(["a@localhost"])), "to"),
        (with("to", json!(["a@b@one.example"])), "to"),
        (with("to", json!(["\"a\"@one.example"])), "to"),
        (with("cc", json!(["@one.example"])), "cc"),
        (with("to", json!([bench.id("acme")])), "to"),
        (with("to", json!([""])), "to"),
        (with("subject", json!(" ")), "subject"),
        (with("subject", json!("Renewal\nBcc: a@one.example")), "subject"),
        (with("subject", json!("x".repeat(1001))), "subject"),
        (with("body", json!("")), "body"),
        (with("body", json!("x".repeat(32_001))), "body"),
        (with("about", json!(bench.id("bob"))), "about"),
        (with("about", json!("https://evil.example/006")), "about"),
    ] {
        assert_eq!(bench.refused("send_email", wrong.clone())["fields"], json!([field]), "{wrong}");
    }
    let mut wrong = about(&["ann@one.example"], &bench.id("acme"));
    wrong["about_object"] = json!("Case");
    assert_eq!(bench.refused("send_email", wrong)["fields"], json!(["about_object"]));
    assert_unsent(&bench);
}

#[test]
fn salesforces_refusals_say_what_can_be_done() {
    let bench = bench();
    bench.org.allow_emails(0);
    let error = bench.err("send_email", email_to_an_address());
    assert_outcome(&error, "limit_reached", "no", "as many e-mails as it may in a day");
    bench.org.allow_emails(15);
    bench.org.deliver_emails(false);
    let error = bench.err("send_email", email_to_an_address());
    assert_outcome(&error, "forbidden", "no", "Deliverability");
    bench.org.deliver_emails(true);
    for (code, kind, says) in [
        ("INVALID_EMAIL_ADDRESS", "rejected", "no e-mail address that Salesforce accepts"),
        ("EMAIL_OPTED_OUT", "rejected", "opted out"),
        ("EMAIL_ADDRESS_BOUNCED", "rejected", "came back before"),
        ("INVALID_ID_FIELD", "rejected", "can't stand here"),
        ("INSUFFICIENT_ACCESS", "forbidden", "lacks the right"),
        ("LIMIT_EXCEEDED", "limit_reached", "a limit of the org"),
        // The row may be locked that it is kept with: an e-mail is sent once all the same.
        ("UNABLE_TO_LOCK_ROW", "locked", "try again"),
    ] {
        let result = json!([{ "actionName": "emailSimple", "isSuccess": false, "errors": [{ "statusCode": code, "message": "no", "fields": [] }] }]);
        let effect = Effect::Answer { status: 400, content_type: "application/json", body: result.to_string() };
        bench.org.fault(Fault::new(effect).on(Method::POST, SEND));
        let before = count(&bench);
        assert_outcome(&bench.err("send_email", email_to_an_address()), kind, "no", says);
        assert_eq!(count(&bench), before + 1);
    }
    assert_unsent(&bench);
}

#[test]
fn an_email_without_an_answer_is_never_sent_again() {
    for effect in [Effect::DropAfter, Effect::CutBody, Effect::Delay(Duration::from_secs(120))] {
        let bench = bench();
        bench.org.fault(Fault::new(effect).on(Method::POST, SEND));
        let error = bench.err("send_email", email(&["Bob Stone"]));
        let kind = error["kind"].as_str().unwrap().to_owned();
        assert_outcome(&error, &kind, "unknown", "do not send it again");
        assert_eq!((count(&bench), bench.org.sent_emails().len()), (1, 1));
    }
    // It broke on its way, or the answer is none.
    let strange = Effect::Answer { status: 200, content_type: "application/json", body: "[]".to_owned() };
    for fault in [Fault::html_503(), Fault::server_unavailable(), Fault::new(strange)] {
        let bench = bench();
        bench.org.fault(fault.on(Method::POST, SEND));
        let error = bench.err("send_email", email(&["Bob Stone"]));
        let kind = error["kind"].as_str().unwrap().to_owned();
        assert_outcome(&error, &kind, "unknown", "do not send it again");
        assert_eq!(count(&bench), 1);
        assert_unsent(&bench);
    }
}

#[test]
fn it_is_off_unless_the_settings_name_it_and_keeps_only_what_may_be_made() {
    let bench = bench();
    for tools in [None, Some(vec!["default".to_owned()])] {
        bench.settings.borrow_mut().tools = tools;
        let error = bench.err("send_email", email_to_an_address());
        assert_outcome(&error, "switched_off", "no", "the tool salesforce_send_email");
    }
    bench.settings.borrow_mut().tools = Some(vec!["send_email".to_owned()]);
    bench.settings.borrow_mut().read_only = true;
    assert_outcome(&bench.err("send_email", email_to_an_address()), "switched_off", "no", "salesforce_send_email");
    bench.settings.borrow_mut().read_only = false;
    // Who may not be read has no address here.
    let granted = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    bench.settings.borrow_mut().objects.read = granted(&["Account"]);
    for to in ["Bob Stone".to_owned(), bench.id("bob")] {
        assert_outcome(&bench.err("send_email", email(&[&to])), "switched_off", "no", "reading Contact");
    }
    assert_unsent(&bench);
    // What may not be made is not kept, and about a record nothing is sent then.
    bench.settings.borrow_mut().objects.read = None;
    bench.settings.borrow_mut().objects.append = granted(&["Task"]);
    let error = bench.err("send_email", about(&["Bob Stone"], "Acme renewal"));
    assert_outcome(&error, "switched_off", "no", "creating EmailMessage");
    let reply = bench.ok("send_email", email(&["Bob Stone"]));
    assert_eq!((&reply["logged"], bench.org.writes().len()), (&json!(false), 0));
    assert_eq!(sent(&bench).to, ["bob.stone@acme.example"]);
}
