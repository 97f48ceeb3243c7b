//! Leads that become accounts, contacts and opportunities, by the one call of SOAP.

use demo_org::{Effect, Fault};
use http::Method;
use serde_json::{Value, json};

use crate::bench::Bench;

/// Riley, who knows the statuses of converted leads already.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.err(
        "update",
        json!({ "object": "Lead", "record": "Nina Volkov", "fields": { "Status": "Closed - Converted" } }),
    );
    bench.org.forget_requests();
    bench
}

/// Leaves a tier these objects alone.
fn grant(bench: &Bench, tier: &str, objects: &[&str]) {
    let mut settings = bench.settings.borrow_mut();
    let granted = Some(objects.iter().map(|object| (*object).to_owned()).collect());
    match tier {
        "read" => settings.objects.read = granted,
        "append" => settings.objects.append = granted,
        _ => settings.objects.edit = granted,
    }
}

/// A receipt's record of an object.
#[track_caller]
fn of<'r>(reply: &'r Value, object: &str) -> &'r Value {
    let records = reply["records"].as_array().unwrap();
    records.iter().find(|record| record["object"] == object).unwrap_or_else(|| panic!("no {object}: {reply:#}"))
}

/// The envelope that was sent last.
fn envelope(bench: &Bench) -> String {
    let sent = bench.sent.borrow();
    let soap = sent.iter().rev().find(|request| request.uri().path().starts_with("/services/Soap/")).unwrap();
    String::from_utf8(soap.body().clone()).unwrap()
}

#[test]
fn a_lead_becomes_an_account_a_contact_and_an_opportunity_in_four_requests() {
    let bench = bench();
    let reply = bench.ok("convert_lead", json!({ "record": "Dana Fox" }));
    assert_eq!(bench.requests(), 4, "{:#?}", bench.org.requests());
    let told: Vec<_> =
        reply["records"].as_array().unwrap().iter().map(|one| (&one["object"], &one["created"])).collect();
    let expected = [("Lead", false), ("Account", true), ("Contact", true), ("Opportunity", true)];
    assert_eq!(
        told,
        expected
            .map(|(object, created)| (json!(object), json!(created)))
            .iter()
            .map(|(a, b)| (a, b))
            .collect::<Vec<_>>()
    );
    assert_eq!(of(&reply, "Lead")["fields"]["Status"], "Closed - Converted");
    assert_eq!(of(&reply, "Account")["name"], "Foxglove Media");
    assert_eq!(of(&reply, "Contact")["name"], "Dana Fox");
    let opportunity = of(&reply, "Opportunity");
    assert!(
        opportunity["fields"]["StageName"].is_string() && opportunity["fields"]["CloseDate"].is_string(),
        "{reply:#}"
    );
    assert!(opportunity["link"].as_str().unwrap().ends_with(opportunity["id"].as_str().unwrap()));
    assert_eq!(reply["undo"]["tool"], Value::Null);
    // Once more is none.
    let again = bench.err("convert_lead", json!({ "record": bench.id("dana") }));
    assert_eq!((&again["kind"], &again["changed"]), (&json!("conflict"), &json!("no")), "{again:#}");
}

#[test]
fn what_is_there_is_merged_into_where_it_is_surely_the_leads() {
    for name in ["Foxglove Media", "foxglove media"] {
        let bench = bench();
        let account = bench.created(json!({ "object": "Account", "fields": { "Name": name } }));
        let contact = bench.created(json!({ "object": "Contact", "allow_duplicate": true, "fields": {
            "FirstName": "D.", "LastName": "Fox", "Email": "Dana.Fox@foxglove.example", "Account": account["id"] } }));
        let reply = bench.ok("convert_lead", json!({ "record": "Dana Fox" }));
        for (object, there) in [("Account", &account), ("Contact", &contact)] {
            assert_eq!(
                (&of(&reply, object)["id"], &of(&reply, object)["created"]),
                (&there["id"], &json!(false)),
                "{reply:#}"
            );
        }
        assert!(reply["notices"].to_string().contains("is called like the lead's company"), "{reply:#}");
        assert!(reply["notices"].to_string().contains("has the lead's e-mail address"), "{reply:#}");
        assert_eq!(of(&reply, "Opportunity")["created"], true);
    }
}

#[test]
fn what_may_be_the_leads_is_asked_for_and_nothing_is_written() {
    // An account of a longer name, two of the name, a contact elsewhere with the address, one of the name without it.
    type Records<'a> = &'a [(&'a str, Value)];
    let foxglove = || json!({ "Name": "Foxglove Media" });
    let cases: [(Records<'_>, &str, usize); 4] = [
        (&[("Account", json!({ "Name": "Foxglove Media, Inc." }))], "account", 1),
        (&[("Account", foxglove()), ("Account", foxglove())], "account", 2),
        (
            &[("Contact", json!({ "LastName": "Fox", "Email": "dana.fox@foxglove.example", "Account": "Globex" }))],
            "contact",
            1,
        ),
        (
            &[
                ("Account", foxglove()),
                ("Contact", json!({ "FirstName": "Dana", "LastName": "Fox", "Account": "Foxglove Media" })),
            ],
            "contact",
            1,
        ),
    ];
    for (there, argument, count) in cases {
        let bench = bench();
        for (object, fields) in there {
            bench.created(json!({ "object": object, "fields": fields, "allow_duplicate": true }));
        }
        let written = bench.org.writes().len();
        let error = bench.err("convert_lead", json!({ "record": "Dana Fox" }));
        assert_eq!((&error["kind"], &error["changed"]), (&json!("ambiguous"), &json!("no")), "{error:#}");
        // The company is the org's word.
        assert!(!error["message"].as_str().unwrap().contains("Foxglove"), "{error:#}");
        let candidates = error["candidates"].as_array().unwrap();
        assert_eq!(candidates.len(), count, "{error:#}");
        assert!(candidates.iter().all(|one| one["field"] == argument), "{error:#}");
        assert_eq!(bench.org.writes().len(), written, "{argument}");
        // What the person says settles it: one of them, or none.
        let id = candidates[0]["id"].clone();
        let mut said = json!({ "record": "Dana Fox", "allow_duplicate": true });
        said[argument] = if argument == "contact" && there.len() == 1 { json!("new") } else { id.clone() };
        let reply = bench.ok("convert_lead", said.clone());
        let object = if argument == "account" { "Account" } else { "Contact" };
        assert_eq!(of(&reply, object)["created"], json!(said[argument] == "new"), "{reply:#}");
    }
}

#[test]
fn what_the_person_says_is_what_is_sent() {
    let bench = bench();
    let (acme, deal) = (bench.id("acme"), bench.id("won_q1"));
    for (more, sent, absent) in [
        (json!({ "opportunity": "none", "account": "new" }), "<doNotCreateOpportunity>true", "<opportunity"),
        (json!({ "opportunity": " None", "account": "New" }), "<doNotCreateOpportunity>true", "<opportunity"),
        (
            json!({ "opportunity": "Fox <50> & more", "account": "new" }),
            "<opportunityName>Fox &lt;50&gt; &amp; more</opportunityName>",
            "<opportunityId>",
        ),
        (
            json!({ "opportunity": deal, "account": "Globex" }),
            &format!("<opportunityId>{deal}</opportunityId>"),
            "<opportunityName>",
        ),
        (json!({ "account": "Acme" }), &format!("<accountId>{acme}</accountId>"), "<contactId>"),
        (
            json!({ "owner": "Jane Okafor", "account": "new" }),
            &format!("<ownerId>{}</ownerId>", bench.id("jane_okafor")),
            "<accountId>",
        ),
        (
            json!({ "owner": "me", "account": "new" }),
            &format!("<ownerId>{}</ownerId>", bench.id("riley")),
            "<accountId>",
        ),
        (
            json!({ "status": "closed - converted", "account": "new" }),
            "<convertedStatus>Closed - Converted<",
            "<ownerId>",
        ),
        (json!({ "account": "new", "allow_duplicate": true }), "<allowSave>true<", "<ownerId>"),
    ] {
        let mut arguments = json!({ "record": "Dana Fox", "contact": "new" });
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        // Only what is sent counts here.
        bench.org.fault(Fault::new(Effect::DropBefore).on(Method::POST, "/services/Soap/"));
        bench.err("convert_lead", arguments);
        let envelope = envelope(&bench);
        assert!(envelope.contains(sent) && !envelope.contains(absent), "{more}: {envelope}");
        assert!(envelope.contains("<sessionId></sessionId>"), "{envelope}");
    }
}

#[test]
fn a_queues_lead_becomes_the_users_own_unless_somebody_else_is_named() {
    let bench = bench();
    let reply = bench.ok("convert_lead", json!({ "record": "Omar Haddad" }));
    assert!(reply["notices"].to_string().contains("a queue owns the lead"), "{reply:#}");
    let account = bench.org.row(&demo_org::Id::parse(of(&reply, "Account")["id"].as_str().unwrap()).unwrap()).unwrap();
    assert_eq!(account.get("OwnerId").as_str(), Some(bench.id("riley").as_str()));
}

#[test]
fn what_can_not_be_meant_is_refused_before_anything_is_sent() {
    let bench = bench();
    for (more, about) in [
        (json!({ "account": "new", "contact": bench.id("bob") }), "contact"),
        (json!({ "opportunity": "x".repeat(81) }), "opportunity"),
        (json!({ "opportunity": " " }), "opportunity"),
        (json!({ "account": bench.id("bob") }), "account"),
        (json!({ "contact": bench.id("acme") }), "contact"),
        (json!({ "opportunity": bench.id("acme") }), "opportunity"),
        (json!({ "owner": bench.id("acme") }), "owner"),
        (json!({ "record": bench.id("acme") }), "record"),
    ] {
        let mut arguments = json!({ "record": "Dana Fox" });
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let error = bench.refused("convert_lead", arguments);
        assert_eq!(error["fields"], json!([about]), "{more}: {error:#}");
    }
    let error = bench.err("convert_lead", json!({ "record": "Dana Fox", "status": "Working - Contacted" }));
    assert_eq!(
        (&error["fields"], &error["allowed"]),
        (&json!(["status"]), &json!(["Closed - Converted"])),
        "{error:#}"
    );
    let error = bench.err("convert_lead", json!({ "record": "Dana Fox", "account": "Acme", "contact": "Priya Nair" }));
    assert_eq!((&error["fields"], &error["changed"]), (&json!(["contact"]), &json!("no")), "{error:#}");
}

#[test]
fn what_the_org_refuses_is_told_by_its_code_and_not_by_its_status() {
    let fault = |code: &str| {
        format!(
            "<s:Envelope><s:Body><s:Fault><faultcode>{code}</faultcode><faultstring>Said &lt;so&gt;</faultstring></s:Fault></s:Body></s:Envelope>"
        )
    };
    let refused = |code: &str| {
        format!(
            "<result><accountId xsi:nil=\"true\"/><errors><fields>Status</fields><message>Said &amp;lt; &#x41;&#66;</message><statusCode>{code}</statusCode></errors><success>false</success></result>"
        )
    };
    for (status, body, kind, changed, code) in [
        (500, fault("sf:INVALID_SESSION_ID"), "sign_in", "no", "INVALID_SESSION_ID"),
        (500, fault("sf:UNSUPPORTED_API_VERSION"), "unexpected_reply", "no", "UNSUPPORTED_API_VERSION"),
        (500, fault("sf:INSUFFICIENT_ACCESS"), "forbidden", "no", "INSUFFICIENT_ACCESS"),
        (500, fault("soapenv:Client"), "rejected", "no", "Client"),
        (500, fault("sf:UNKNOWN_EXCEPTION"), "unavailable", "unknown", "UNKNOWN_EXCEPTION"),
        (200, refused("FIELD_CUSTOM_VALIDATION_EXCEPTION"), "rejected", "no", "FIELD_CUSTOM_VALIDATION_EXCEPTION"),
        (200, refused("CANNOT_UPDATE_CONVERTED_LEAD"), "rejected", "no", "CANNOT_UPDATE_CONVERTED_LEAD"),
        (200, refused("INVALID_STATUS"), "rejected", "no", "INVALID_STATUS"),
        (200, "<html>Maintenance</html>".to_owned(), "unavailable", "unknown", ""),
        (503, String::new(), "unavailable", "unknown", ""),
        (200, "<result><success>true</success></result>".to_owned(), "unexpected_reply", "unknown", ""),
    ] {
        let bench = bench();
        let answer = Effect::Answer { status, content_type: "text/xml", body: body.clone() };
        bench.org.fault(Fault::new(answer).on(Method::POST, "/services/Soap/"));
        let error = bench.err("convert_lead", json!({ "record": "Dana Fox" }));
        assert_eq!((&error["kind"], &error["changed"]), (&json!(kind), &json!(changed)), "{body}: {error:#}");
        assert_eq!(error["code"].as_str().unwrap_or_default(), code, "{body}: {error:#}");
        if body.contains("Said") {
            let said = if status == 500 { "Said <so>" } else { "Said &lt; AB" };
            assert_eq!(error["org_message"], said, "{error:#}");
        }
        assert_eq!(bench.org.writes().len(), 0);
    }
}

#[test]
fn a_duplicate_that_the_org_sees_is_told_and_can_be_overruled_where_its_rule_only_warns() {
    let bench = bench();
    bench.created(json!({ "object": "Contact", "allow_duplicate": true, "fields": {
        "FirstName": "Dana", "LastName": "Fox", "Email": "dana.fox@foxglove.example", "Account": "Globex" } }));
    let arguments = json!({ "record": "Dana Fox", "account": "new", "contact": "new" });
    let error = bench.err("convert_lead", arguments.clone());
    assert_eq!((&error["kind"], &error["changed"]), (&json!("duplicate"), &json!("no")), "{error:#}");
    assert!(error["message"].as_str().unwrap().contains("allow_duplicate"), "{error:#}");
    assert_eq!(error["candidates"][0]["object"], "Contact", "{error:#}");
    let mut overruled = arguments;
    overruled["allow_duplicate"] = json!(true);
    assert_eq!(of(&bench.ok("convert_lead", overruled), "Contact")["created"], true);
}

#[test]
fn a_conversion_without_an_answer_is_looked_for_and_never_repeated() {
    let bench = bench();
    bench.org.fault(Fault::new(Effect::DropAfter).on(Method::POST, "/services/Soap/"));
    let reply = bench.ok("convert_lead", json!({ "record": "Dana Fox" }));
    assert!(reply["notices"].to_string().contains("it is converted"), "{reply:#}");
    assert_eq!(of(&reply, "Account")["name"], "Foxglove Media");
    let posts =
        |bench: &Bench| bench.org.requests().iter().filter(|one| one.path.starts_with("/services/Soap/")).count();
    assert_eq!(posts(&bench), 1);
    // One that did not happen so far may still.
    let answer = Effect::Answer { status: 503, content_type: "text/html", body: String::new() };
    bench.org.fault(Fault::new(answer).on(Method::POST, "/services/Soap/"));
    let error = bench.err("convert_lead", json!({ "record": "Nina Volkov" }));
    assert_eq!((&error["kind"], &error["changed"]), (&json!("unavailable"), &json!("unknown")), "{error:#}");
    assert!(error["message"].as_str().unwrap().contains("not converted so far"), "{error:#}");
}

#[test]
fn a_locked_lead_is_tried_again_and_a_receipt_that_can_not_be_read_back_tells_the_ids() {
    let bench = bench();
    bench.org.lock(&bench.org.id("dana").unwrap(), 1);
    bench.org.fault(
        Fault::new(Effect::Answer { status: 500, content_type: "application/json", body: "[]".to_owned() })
            .on(Method::GET, "ConvertedAccountId"),
    );
    let reply = bench.ok("convert_lead", json!({ "record": "Dana Fox" }));
    assert!(reply["notices"].to_string().contains("could not be read back"), "{reply:#}");
    assert!(of(&reply, "Opportunity")["id"].as_str().unwrap().starts_with("006"), "{reply:#}");
}

#[test]
fn what_the_settings_keep_back_is_neither_made_nor_told() {
    for (tier, objects, kind) in [
        ("append", vec!["Contact", "Opportunity"], "switched_off"),
        ("append", vec!["Account", "Contact"], "switched_off"),
        ("edit", vec!["Account"], "switched_off"),
        ("read", vec!["Account"], "switched_off"),
    ] {
        let bench = bench();
        grant(&bench, tier, &objects);
        let error = bench.err("convert_lead", json!({ "record": "Dana Fox", "account": "new", "contact": "new" }));
        assert_eq!((&error["kind"], &error["changed"]), (&json!(kind), &json!("no")), "{tier}: {error:#}");
        assert_eq!(bench.org.writes().len(), 0, "{tier}");
    }
    let bench = bench();
    grant(&bench, "read", &["Lead"]);
    let reply = bench.ok("convert_lead", json!({ "record": "Dana Fox" }));
    for object in ["Account", "Contact", "Opportunity"] {
        let told = of(&reply, object);
        assert!(told["id"].is_string() && told["name"].is_null(), "{reply:#}");
        assert_eq!(told["fields"], json!({}), "{reply:#}");
    }
}

/// An org that called its status of converted leads otherwise and, as the older pages say, takes what it is called.
fn renamed(takes_it: bool) -> Bench {
    let bench = Bench::new();
    let status = bench.org.id("ls3").unwrap();
    bench.org.set(&status, "ApiName", "Converted_API");
    if takes_it {
        // Before the second conversion, the sixth request.
        *bench.meanwhile.borrow_mut() =
            Some((5, Box::new(move |org| org.set(&status, "ApiName", "Closed - Converted"))));
    }
    let refused = "<result><errors><fields>Status</fields><message>x</message><statusCode>INVALID_STATUS</statusCode></errors><success>false</success></result>";
    let answer = Effect::Answer { status: 200, content_type: "text/xml", body: refused.to_owned() };
    bench.org.fault(Fault::new(answer).on(Method::POST, "/services/Soap/").times(1));
    bench
}

#[test]
fn a_status_that_is_refused_by_its_api_name_is_tried_once_by_its_label() {
    let bench = renamed(true);
    let reply = bench.ok("convert_lead", json!({ "record": "Dana Fox" }));
    assert!(envelope(&bench).contains("<convertedStatus>Closed - Converted</convertedStatus>"));
    assert_eq!(of(&reply, "Lead")["fields"]["Status"], "Closed - Converted");
    // The statuses, the lead, what it may be merged into, two conversions with the label between, and what came of it.
    assert_eq!(bench.requests(), 7);
    let bench = renamed(false);
    let error = bench.err("convert_lead", json!({ "record": "Dana Fox" }));
    assert_eq!((&error["code"], &error["changed"]), (&json!("INVALID_STATUS"), &json!("no")));
    assert_eq!((bench.requests(), bench.org.writes().len()), (6, 0), "and no more than once");
}
