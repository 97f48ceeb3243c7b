//! Activities logged and read: the answer, what was written, what was not, and the number of requests.
//!
//! The org's now is Tuesday, 2026-05-12, 15:00 UTC: 08:00 for Riley, whose zone is America/Los_Angeles.

use demo_org::access::ObjectAccess;
use demo_org::{Effect, Extra, Fault, Org};
use serde_json::{Value, json};

use crate::bench::Bench;

/// Riley, whose zone is cached.
fn warm() -> Bench {
    let bench = Bench::new();
    bench.ok("activities", json!({}));
    bench.org.forget_requests();
    bench
}

/// What was written, by object.
fn written(bench: &Bench) -> Vec<String> {
    bench.org.writes().into_iter().map(|write| write.object).collect()
}

/// A field of the record that a reply says was created at a place.
fn held(bench: &Bench, reply: &Value, place: usize, field: &str) -> Value {
    let id: String = reply["created"][place]["id"].as_str().unwrap().to_owned();
    let row = ["Task", "Event", "ContentNote"].iter().flat_map(|object| bench.org.rows(object));
    row.into_iter().find(|row| row.id.as_str() == id).unwrap().get(field).to_json()
}

/// Calls that are refused with nothing written and at most the resolving request sent.
#[track_caller]
fn asked_about(bench: &Bench, kind: &str, arguments: Value) -> Value {
    let error = bench.err("log_activity", arguments);
    assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some(kind), Some("no")), "{error:#}");
    assert_eq!(bench.org.writes().len(), 0);
    error
}

// ---- log_activity ----

fn call_with_bob() -> Value {
    json!({
        "kind": "call",
        "who": "Bob at Acme",
        "text": "Discussed pricing.",
        "minutes": 12,
        "direction": "outbound",
        "outcome": "Reached",
        "follow_up": { "kind": "meeting", "when": "2026-05-19T15:00", "subject": "Pricing, part two" },
    })
}

#[test]
fn a_task_is_given_to_somebody_else_and_a_follow_up_says_what_to_do() {
    let bench = warm();
    let task = json!({
        "kind": "task", "what": "Globex", "what_object": "Account", "subject": "Send the quote", "owner": "Jane Okafor",
        "priority": "High",
    });
    let reply = bench.ok("log_activity", task);
    assert_eq!(held(&bench, &reply, 0, "OwnerId"), bench.id("jane_okafor"));
    assert_eq!(held(&bench, &reply, 0, "Priority"), "High");
    assert_eq!(reply["created"][0]["fields"]["Owner.Name"], "Jane Okafor", "{reply:#}");
    assert_eq!(bench.requests(), 2);
    let call = json!({
        "kind": "call", "who": "Bob Stone", "text": "Wants a quote.", "owner": "jane.okafor@demo.example",
        "follow_up": { "when": "2026-05-19", "text": "With the new prices.", "subject": "Quote" },
    });
    let reply = bench.ok("log_activity", call);
    let (riley, jane) = (bench.id("riley"), bench.id("jane_okafor"));
    assert_eq!([0, 1].map(|at| held(&bench, &reply, at, "OwnerId")), [json!(riley), json!(jane)], "{reply:#}");
    assert_eq!(held(&bench, &reply, 1, "Description"), "With the new prices.");
    let mine = bench.ok("log_activity", json!({ "kind": "task", "subject": "x", "owner": "me" }));
    assert_eq!(held(&bench, &mine, 0, "OwnerId"), riley);
    let meeting = json!({
        "kind": "call", "who": "Bob Stone", "follow_up": { "kind": "meeting", "when": "2026-05-19T10:00", "minutes": 30 },
    });
    let reply = bench.ok("log_activity", meeting);
    assert_eq!(held(&bench, &reply, 1, "DurationInMinutes"), 30);
}

#[test]
fn what_is_not_sent_is_said() {
    let bench = warm();
    let said = |arguments: Value| bench.ok("log_activity", arguments)["notices"].to_string();
    assert!(said(json!({ "kind": "email", "who": "Bob Stone", "subject": "Quote" })).contains("no e-mail was sent"));
    let meeting = json!({ "kind": "meeting", "who": "Bob Stone", "when": "2026-05-19T10:00" });
    assert!(said(meeting).contains("no invitation was sent"));
    assert!(!said(json!({ "kind": "meeting", "when": "2026-05-19T10:00" })).contains("sent"));
    assert!(!said(json!({ "kind": "call", "who": "Bob Stone" })).contains("sent"));
}

#[test]
fn a_call_and_its_follow_up_are_logged_in_two_requests() {
    let bench = warm();
    let reply = bench.ok("log_activity", call_with_bob());
    assert_eq!(bench.requests(), 2);
    assert_eq!(written(&bench), ["Task", "Event"]);

    assert_eq!(reply["who"]["id"], bench.id("bob"));
    assert_eq!(reply.get("what"), None);
    assert_eq!(reply["zone"], "America/Los_Angeles");
    assert_eq!(reply["created"][0]["kind"], "call");
    assert_eq!(reply["created"][0]["when"], "Tue 2026-05-12");
    assert_eq!(
        reply["created"][0]["fields"],
        json!({
            "Subject": "Call",
            "WhoId": bench.id("bob"),
            "Description": "Discussed pricing.",
            "Status": "Completed",
            "TaskSubtype": "Call",
            "CallDurationInSeconds": 720,
            "CallDisposition": "Reached",
            "CallType": "Outbound",
        })
    );
    assert_eq!(held(&bench, &reply, 0, "IsClosed"), true);
    let id = reply["created"][0]["id"].as_str().unwrap();
    assert_eq!(reply["created"][0]["link"], format!("https://demo.my.salesforce.com/{id}"));

    assert_eq!(reply["created"][1]["kind"], "meeting");
    assert_eq!(reply["created"][1]["when"], "Tue 2026-05-19 15:00");
    assert_eq!(held(&bench, &reply, 1, "StartDateTime"), "2026-05-19T22:00:00.000+0000");
    assert_eq!(held(&bench, &reply, 1, "DurationInMinutes"), 60);
    assert_eq!(held(&bench, &reply, 1, "Subject"), "Pricing, part two");
    assert_eq!(held(&bench, &reply, 1, "WhoId"), bench.id("bob"));
}

#[test]
fn with_an_empty_cache_the_user_is_asked_for_in_one_request_more() {
    let bench = Bench::new();
    bench.ok("log_activity", call_with_bob());
    assert_eq!(bench.requests(), 3);
    bench.ok("log_activity", call_with_bob());
    assert_eq!(bench.requests(), 5);
}

#[test]
fn a_part_that_fails_leaves_nothing_written() {
    // The event can't be written; or the call's result.
    for object in ["Event", "Task"] {
        let bench = warm();
        bench.org.change_access("riley", |access| {
            if object == "Event" {
                access.objects.insert("Event".to_owned(), ObjectAccess::READ);
            } else {
                access.hidden.insert(("Task".to_owned(), "CallDisposition".to_owned()));
            }
        });
        let error = bench.err("log_activity", call_with_bob());
        assert_eq!(error["changed"], "no", "{error}");
        assert_ne!(error["code"], "PROCESSING_HALTED", "{error}");
        assert_eq!(bench.counts(), (2, 0));
    }
}

#[test]
fn a_write_whose_answer_is_lost_may_have_happened_and_is_not_repeated() {
    let bench = warm();
    bench.org.fault(Fault::new(Effect::DropAfter).on(http::Method::POST, "/composite").after(1));
    bench.org.fault(Fault::server_unavailable().on(http::Method::GET, "/query"));
    let error = bench.err("log_activity", call_with_bob());
    assert_eq!(error["changed"], "unknown", "{error}");
    assert!(error["message"].as_str().unwrap().ends_with("; looking for the record failed as well"), "{error}");
    assert_eq!(bench.counts(), (3, 2));
}

#[test]
fn an_activity_about_a_locked_record_is_tried_again_and_written_once() {
    let part = |code: &str| {
        let body = json!([{ "errorCode": code, "message": "" }]);
        json!({ "body": body, "httpHeaders": {}, "httpStatusCode": 400, "referenceId": "x" })
    };
    let halted = || part("PROCESSING_HALTED");
    let parts = [halted(), halted(), part("UNABLE_TO_LOCK_ROW"), halted(), halted(), halted()];
    let body = json!({ "compositeResponse": parts }).to_string();
    let locked = |tries| {
        let effect = Effect::Answer { status: 200, content_type: "application/json", body: body.clone() };
        Fault::new(effect).on(http::Method::POST, "/composite").after(1).times(tries)
    };
    let bench = warm();
    bench.org.fault(locked(2));
    bench.ok("log_activity", call_with_bob());
    assert_eq!((bench.requests(), written(&bench)), (4, vec!["Task".to_owned(), "Event".to_owned()]));

    let bench = warm();
    bench.org.fault(locked(99));
    let error = bench.err("log_activity", call_with_bob());
    assert_eq!((error["code"].as_str(), error["changed"].as_str()), (Some("UNABLE_TO_LOCK_ROW"), Some("no")));
    assert_eq!(bench.counts(), (4, 0));
}

#[test]
fn the_person_who_is_called_so_comes_before_one_by_nickname() {
    let bench = warm();
    let reply = bench.ok("log_activity", json!({ "kind": "call", "who": "bob at acme" }));
    assert_eq!(reply["who"]["id"], bench.id("bob"));
    let notice = format!("who: \"bob at acme\" is {}, the best of 2", bench.id("bob"));
    assert_eq!(reply["notices"], json!([notice]));
    // Robert is the only Rob.
    let reply = bench.ok("log_activity", json!({ "kind": "call", "who": "Rob at Acme" }));
    assert_eq!(reply["who"]["id"], bench.id("robert"));
    let reply = bench.ok("log_activity", json!({ "kind": "call", "who": "Bobby Klein" }));
    assert_eq!(reply["who"]["id"], bench.id("robert"));
    // Nobody is called Rob: Robert by a nickname, Roberta by the beginning.
    let roberta = json!({ "object": "Contact", "fields": { "FirstName": "Roberta", "LastName": "Zed" } });
    bench.created(roberta);
    let before = bench.org.writes().len();
    assert_eq!(bench.err("log_activity", json!({ "kind": "call", "who": "Rob" }))["kind"], "ambiguous");
    assert_eq!(bench.org.writes().len(), before);
}

#[test]
fn a_person_is_found_by_address_and_by_id() {
    let bench = warm();
    for who in [
        "sarah.chen@globex.example".to_owned(),
        bench.id("sarah"),
        format!("https://demo.my.salesforce.com/{}", bench.id("sarah")),
    ] {
        let reply = bench.ok("log_activity", json!({ "kind": "email", "who": who, "text": "The quote." }));
        assert_eq!(reply["who"]["name"], "Sarah Chen");
        assert_eq!(reply["created"][0]["fields"], json!({ "Subject": "Email", "TextBody": "The quote." }));
    }
    assert_eq!(bench.requests(), 6);
}

#[test]
fn several_people_of_the_name_are_asked_about() {
    let bench = warm();
    let error = asked_about(&bench, "ambiguous", json!({ "kind": "call", "who": "Bob" }));
    let ids: Vec<_> = error["candidates"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!(ids[..2], [json!(bench.id("bob_globex")), json!(bench.id("bob"))]);
    assert_eq!(bench.requests(), 1);
    asked_about(&bench, "not_found", json!({ "kind": "call", "who": "Wilhelmina" }));
    asked_about(&bench, "not_found", json!({ "kind": "call", "who": "Bob at Initech" }));
}

#[test]
fn a_converted_lead_is_the_contact_it_became() {
    let bench = warm();
    let reply = bench.ok("log_activity", json!({ "kind": "call", "who": "Carla Gomez" }));
    assert_eq!(reply["who"]["id"], bench.id("carla_contact"));
}

#[test]
fn several_records_of_a_name_are_asked_about_and_one_called_just_so_is_taken() {
    let bench = warm();
    let error = asked_about(&bench, "ambiguous", json!({ "kind": "call", "what": "Globex p" }));
    assert_eq!(error["candidates"].as_array().unwrap().len(), 2);
    asked_about(&bench, "not_found", json!({ "kind": "call", "what": "Zenith" }));

    let reply = bench.ok("log_activity", json!({ "kind": "call", "who": "Bob at Acme", "what": "Acme" }));
    assert_eq!(reply["what"]["id"], bench.id("acme"));
    assert!(!reply["notices"].to_string().contains("what: "), "named exactly: {reply}");
    let reply = bench.ok("log_activity", json!({ "kind": "call", "what": "acme renewal" }));
    assert_eq!(reply["what"]["id"], bench.id("acme_renewal"));
    // An object that is named is the only one looked among.
    let account = json!({ "kind": "call", "what": "Acme renewal", "what_object": "Account" });
    assert_eq!(bench.err("log_activity", account)["kind"], "not_found");
    let reply = bench.ok("log_activity", json!({ "kind": "call", "what": "Acme Migration", "what_object": "Project" }));
    assert_eq!(reply["what"]["id"], bench.id("migration"));
    let reply = bench.ok("log_activity", json!({ "kind": "call", "what": "cannot reset password" }));
    assert_eq!(reply["what"]["id"], bench.id("case_new_1"));
}

#[test]
fn a_part_of_the_name_of_another_companys_record_is_asked_about() {
    let bench = warm();
    // The only record with such a name is a closed case of Hooli.
    let error = asked_about(&bench, "ambiguous", json!({ "kind": "call", "who": "Sarah", "what": "quote" }));
    assert_eq!(error["fields"], json!(["what"]));
    assert_eq!(error["candidates"][0]["id"], bench.id("case_closed_2"));
    assert_eq!(error["candidates"][0]["field"], "what");
    assert_eq!(error["candidates"].as_array().unwrap().len(), 1);
    assert_eq!(bench.requests(), 1);
    for (who, what) in [(bench.id("sarah").as_str(), "quote"), ("Noah", "quote"), ("Sarah", "Hool")] {
        asked_about(&bench, "ambiguous", json!({ "kind": "call", "who": who, "what": what }));
    }
    // Her own company's deal; a name said in full; nobody who could be of another company.
    for (who, what, key) in [
        (Some("Sarah"), "platform", "globex_deal"),
        (Some("Sarah"), "Wrong logo on quote", "case_closed_2"),
        (None, "quote", "case_closed_2"),
    ] {
        let reply = bench.ok("log_activity", json!({ "kind": "call", "who": who, "what": what }));
        assert_eq!(reply["what"]["id"], bench.id(key), "{what}");
    }
}

#[test]
fn of_records_that_fit_alike_the_open_ones_come_first() {
    let bench = warm();
    let error = asked_about(&bench, "ambiguous", json!({ "kind": "call", "what": "Globex p" }));
    let ids: Vec<_> = error["candidates"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    // By name, the pilot, which is won, comes before the platform deal.
    assert_eq!(ids, [json!(bench.id("globex_deal")), json!(bench.id("won_q1"))]);
    assert_eq!(error["candidates"][0]["facts"].get("IsClosed"), None);
}

#[test]
fn two_people_are_not_one() {
    let bench = warm();
    for who in ["Bob Stone and Robert Klein", "Bob Stone & Robert Klein at Acme"] {
        let error = bench.refused("log_activity", json!({ "kind": "call", "who": who }));
        assert!(error["message"].as_str().unwrap().contains("takes one person"), "{error}");
    }
    for who in ["Bob and Robert", "Bob Stone, Robert Klein", "Sarah Chen; Tom Baker"] {
        let error = asked_about(&bench, "not_found", json!({ "kind": "call", "who": who }));
        assert!(error["message"].as_str().unwrap().contains("takes one person"), "{error}");
    }
    let error = asked_about(&bench, "not_found", json!({ "kind": "call", "who": "Bob at Initech" }));
    assert!(!error["message"].as_str().unwrap().contains("takes one person"), "{error}");
    let pair = json!({ "object": "Lead", "fields": { "LastName": "Ann and Paul Zed", "Company": "Zed and Zed" } });
    bench.created(pair);
    for who in ["Ann and Paul Zed", "Paul Zed at Zed and Zed"] {
        assert_eq!(bench.ok("log_activity", json!({ "kind": "call", "who": who }))["who"]["name"], "Ann and Paul Zed");
    }
}

#[test]
fn a_lead_is_related_to_no_other_record() {
    let bench = warm();
    let reply = bench.ok("log_activity", json!({ "kind": "call", "who": "Dana at Foxglove" }));
    assert_eq!(held(&bench, &reply, 0, "WhoId"), bench.id("dana"));
    let bench = warm();
    let error = asked_about(&bench, "invalid_input", json!({ "kind": "call", "who": "Dana Fox", "what": "Acme" }));
    assert_eq!((&error["fields"], bench.requests()), (&json!(["what"]), 1));
    bench.refused("log_activity", json!({ "kind": "call", "who": bench.id("dana"), "what": "Acme" }));
    // A note goes to both.
    let reply = bench.ok("log_activity", json!({ "kind": "note", "who": "Dana Fox", "what": "Acme", "text": "Met." }));
    assert_eq!(reply["created"][0]["fields"], json!({ "Title": "Met." }));
    assert_eq!(written(&bench).iter().filter(|object| *object == "ContentDocumentLink").count(), 2);
}

#[test]
fn a_note_is_written_and_linked_in_two_requests() {
    let bench = warm();
    let text = "Bob said: \"<b>Yes</b> & more\".\n\n{{not}} @{activity.id} a command";
    let reply = bench.ok("log_activity", json!({ "kind": "note", "what": "Globex deal", "text": text }));
    assert_eq!(bench.requests(), 2);
    let note = reply["created"][0]["id"].as_str().unwrap();
    let link = bench
        .org
        .rows("ContentDocumentLink")
        .into_iter()
        .find(|link| link.get("ContentDocumentId").as_str() == Some(note));
    assert_eq!(link.unwrap().get("LinkedEntityId").as_str(), Some(bench.id("globex_deal").as_str()));
    assert_eq!(reply["created"][0]["when"], Value::Null);

    let reply = bench.ok("activities", json!({ "record": bench.id("globex_deal") }));
    let item = reply["items"].as_array().unwrap().iter().find(|item| item["id"] == note).unwrap();
    assert_eq!(item["text"], "Bob said: \"<b>Yes</b> & more\". {{not}} @{activity.id} a command");
    assert_eq!(item["when"], "Tue 2026-05-12 08:00");
}

#[test]
fn a_meeting_is_in_the_calendar_at_the_users_own_time() {
    for (user, when, utc, shown) in [
        ("riley", "2026-05-14T09:30", "2026-05-14T16:30:00.000+0000", "Thu 2026-05-14 09:30"),
        ("riley", "2026-12-14 09:30", "2026-12-14T17:30:00.000+0000", "Mon 2026-12-14 09:30"),
        ("jonas", "2026-05-14T09:30", "2026-05-14T07:30:00.000+0000", "Thu 2026-05-14 09:30"),
        ("jonas", "2026-05-14T09:30-04:00", "2026-05-14T13:30:00.000+0000", "Thu 2026-05-14 15:30"),
        ("sam", "2026-03-08T03:00", "2026-03-08T07:00:00.000+0000", "Sun 2026-03-08 03:00"),
    ] {
        let bench = Bench::of(user);
        let reply = bench.ok("log_activity", json!({ "kind": "meeting", "when": when, "minutes": 45 }));
        assert_eq!(reply["created"][0]["when"], shown, "{user} {when}");
        assert_eq!(held(&bench, &reply, 0, "StartDateTime"), utc, "{user} {when}");
        assert_eq!(held(&bench, &reply, 0, "DurationInMinutes"), 45);
        assert_eq!(bench.requests(), 2, "nobody to look for");
    }
}

#[test]
fn a_meeting_of_a_day_takes_the_whole_day() {
    let bench = warm();
    let reply = bench.ok("log_activity", json!({ "kind": "meeting", "when": "2026-05-20", "subject": "Fair" }));
    assert_eq!(reply["created"][0]["when"], "Wed 2026-05-20");
    assert_eq!(held(&bench, &reply, 0, "IsAllDayEvent"), true);
    assert_eq!(bench.requests(), 1);
}

#[test]
fn a_task_is_open_and_reminds_at_its_time() {
    let bench = warm();
    let text = "Send the security questionnaire to Bob";
    let reply = bench.ok("log_activity", json!({ "kind": "task", "text": text, "when": "2026-05-15T23:30" }));
    assert_eq!(reply["created"][0]["when"], "Fri 2026-05-15 23:30");
    assert_eq!(reply["created"][0]["fields"]["Subject"], text);
    assert_eq!(reply["created"][0]["fields"]["Status"], "Not Started");
    // In UTC it is the 16th already.
    assert_eq!(held(&bench, &reply, 0, "ActivityDate"), "2026-05-15");
    assert_eq!(held(&bench, &reply, 0, "ReminderDateTime"), "2026-05-16T06:30:00.000+0000");
    let reply = bench.ok("log_activity", json!({ "kind": "task", "subject": "Some day" }));
    assert_eq!(reply["created"][0]["when"], Value::Null);
}

#[test]
fn what_is_done_is_dated_today_in_the_users_zone() {
    let bench = warm();
    // Wednesday for the org, Tuesday evening for Riley.
    bench.org.set_now("2026-05-13T05:00:00Z".parse().unwrap());
    let reply = bench.ok("log_activity", json!({ "kind": "call", "who": "Tom Baker" }));
    assert_eq!(reply["created"][0]["when"], "Tue 2026-05-12");
    let reply = bench.ok("log_activity", json!({ "kind": "call", "who": "Tom Baker", "when": "2026-05-11T16:00" }));
    assert_eq!(reply["created"][0]["when"], "Mon 2026-05-11");
    assert!(reply["notices"][0].as_str().unwrap().contains("keeps the day"), "{reply}");
}

#[test]
fn a_time_that_does_not_exist_or_exists_twice_is_asked_about() {
    let bench = warm();
    let meeting = |when: &str| json!({ "kind": "meeting", "when": when });
    let error = bench.refused("log_activity", meeting("2027-03-14T02:30"));
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("does not exist in America/Los_Angeles"), "{message}");
    assert!(message.contains("from Sun 2027-03-14 02:00 to Sun 2027-03-14 03:00"), "{message}");
    assert_eq!(error["allowed"], json!(["2027-03-14T03:30:00"]));

    let error = bench.refused("log_activity", meeting("2026-11-01T01:30"));
    assert!(error["message"].as_str().unwrap().contains("comes twice"), "{error}");
    assert_eq!(error["allowed"], json!(["2026-11-01T01:30:00-07:00", "2026-11-01T01:30:00-08:00"]));
    for (index, utc) in ["2026-11-01T08:30:00.000+0000", "2026-11-01T09:30:00.000+0000"].into_iter().enumerate() {
        let reply = bench.ok("log_activity", meeting(error["allowed"][index].as_str().unwrap()));
        assert_eq!(held(&bench, &reply, 0, "StartDateTime"), utc);
        assert_eq!(reply["created"][0]["when"], "Sun 2026-11-01 01:30");
    }
    let mut call = call_with_bob();
    call["follow_up"]["when"] = json!("2027-03-14T02:30");
    assert_eq!(bench.refused("log_activity", call)["fields"], json!(["follow_up.when"]));
}

#[test]
fn what_can_not_be_meant_is_refused_before_anything_is_sent() {
    let bench = warm();
    for (arguments, field) in [
        (json!({ "kind": "call" }), "who"),
        (json!({ "kind": "note", "what": "Acme" }), "text"),
        (json!({ "kind": "note", "text": "Hello" }), "who"),
        (json!({ "kind": "task" }), "text"),
        (json!({ "kind": "call", "who": "Bob", "owner": "Jane" }), "owner"),
        (json!({ "kind": "meeting", "when": "2026-05-19T10:00", "priority": "High" }), "priority"),
        (json!({ "kind": "task", "subject": "x", "owner": "001dM0000000010QAA" }), "owner"),
        (
            json!({ "kind": "call", "who": "Bob", "follow_up": { "when": "2026-05-19", "minutes": 5 } }),
            "follow_up.minutes",
        ),
        (json!({ "kind": "meeting", "who": "Bob" }), "when"),
        (json!({ "kind": "meeting", "who": "Bob", "when": "next Tuesday" }), "when"),
        (json!({ "kind": "meeting", "who": "Bob", "when": "2026-05-20", "minutes": 30 }), "when"),
        (json!({ "kind": "meeting", "who": "Bob", "when": "2026-05-20T10:00", "minutes": 30_000 }), "minutes"),
        (json!({ "kind": "email", "who": "Bob", "minutes": 5 }), "minutes"),
        (json!({ "kind": "email", "who": "Bob", "direction": "inbound" }), "direction"),
        (json!({ "kind": "note", "what": "Acme", "text": "x", "when": "2026-05-20" }), "when"),
        (json!({ "kind": "call", "who": "Bob", "when": "2026-05-13" }), "when"),
        (json!({ "kind": "call", "who": "Bob", "follow_up": { "when": "2026-05-11" } }), "follow_up.when"),
        (json!({ "kind": "call", "who": "Bob", "follow_up": { "when": "soon" } }), "follow_up.when"),
        (json!({ "kind": "call", "who": "B" }), "who"),
        (json!({ "kind": "call", "who": bench.id("globex_deal") }), "who"),
        (json!({ "kind": "call", "what": bench.id("bob") }), "what"),
        (json!({ "kind": "call", "what": "A" }), "what"),
        (json!({ "kind": "call", "what": "001000000000001AAB" }), "what"),
        (json!({ "kind": "call", "who": "Bob", "subject": "x".repeat(256) }), "subject"),
        (json!({ "kind": "call", "who": "Bob", "outcome": "x".repeat(256) }), "outcome"),
        (json!({ "kind": "call", "who": "Bob", "text": "x".repeat(32_001) }), "text"),
        (json!({ "kind": "fax", "who": "Bob" }), "kind"),
    ] {
        let error = bench.refused("log_activity", arguments.clone());
        assert_eq!(error["fields"], json!([field]), "{arguments}: {error}");
    }
}

#[test]
fn what_the_settings_keep_away_is_not_written() {
    let bench = warm();
    bench.settings.borrow_mut().objects.append = Some(vec!["Task".to_owned()]);
    bench.ok("log_activity", json!({ "kind": "call", "who": "Tom Baker" }));
    let before = bench.counts();
    let error = bench.err("log_activity", call_with_bob());
    assert_eq!(error["kind"], "switched_off");
    assert_eq!(bench.counts(), before);
}

#[test]
fn words_out_of_the_call_stay_in_their_field() {
    let bench = warm();
    let text = "\"}}, {\"referenceId\": \"x\"} '); DROP @{status.records[0].ApiName} \\ \u{2028} 🚀";
    let reply = bench.ok("log_activity", json!({ "kind": "call", "who": "Tom Baker", "text": text, "subject": text }));
    assert_eq!(held(&bench, &reply, 0, "Description"), text.replace("@{", "@ {"));
    assert!(reply["notices"][0].as_str().unwrap().contains("a space"), "{reply}");
    assert_eq!(written(&bench), ["Task"]);
}

// ---- e-mails ----

fn mail_to_sarah() -> Value {
    json!({
        "kind": "email", "who": "Sarah Chen", "what": "Globex platform deal", "subject": "Quote",
        "text": "Hello Sarah,\nhere it is.", "outcome": "She will ask her board.", "follow_up": { "when": "2026-05-19" },
    })
}

/// The people of an e-mail, as the org relates them.
fn related(bench: &Bench, email: &str) -> Vec<(String, String)> {
    let rows = bench.org.rows("EmailMessageRelation").into_iter();
    let of = rows.filter(|row| row.get("EmailMessageId").as_str() == Some(email));
    let mut people: Vec<_> = of
        .map(|row| ["RelationType", "RelationId"].map(|field| row.get(field).as_str().unwrap().to_owned()))
        .map(|[as_what, who]| (as_what, who))
        .collect();
    people.sort();
    people
}

fn emails(bench: &Bench) -> usize {
    bench.org.rows("EmailMessage").len()
}

#[test]
fn an_email_is_kept_as_one_with_its_follow_up_in_two_requests() {
    let bench = warm();
    let reply = bench.ok("log_activity", mail_to_sarah());
    assert_eq!(bench.requests(), 2);
    // The first task and the relations are what the org makes of an e-mail.
    let (mail, person) = ("EmailMessage", "EmailMessageRelation");
    assert_eq!(written(&bench), [mail, "Task", person, person, "Task"]);
    let [mail, next] = reply["created"].as_array().unwrap().as_slice() else { panic!("{reply:#}") };
    let id = mail["id"].as_str().unwrap();
    let row = bench.org.row(&demo_org::Id::parse(id).unwrap()).unwrap();
    let held =
        ["Subject", "TextBody", "Status", "IsClientManaged", "Incoming", "RelatedToId", "ParentId", "MessageDate"];
    assert_eq!(
        held.map(|field| row.get(field).to_json()),
        [
            json!("Quote"),
            json!("Hello Sarah,\nhere it is.\n\nOutcome: She will ask her board."),
            json!("3"),
            json!(true),
            json!(false),
            json!(bench.id("globex_deal")),
            Value::Null,
            json!("2026-05-12T15:00:00.000+0000"),
        ]
    );
    let people = [("FromAddress", "riley"), ("ToAddress", "sarah")];
    assert_eq!(related(&bench, id), people.map(|(as_what, who)| (as_what.to_owned(), bench.id(who))));
    assert_eq!((&mail["kind"], &mail["when"]), (&json!("email"), &json!("Tue 2026-05-12 08:00")));
    assert_eq!((&next["kind"], &next["when"]), (&json!("task"), &json!("Tue 2026-05-19")));
    let shown = ["Subject", "TextBody", "RelatedToId", "ActivityId"];
    assert_eq!(mail["fields"].as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>(), shown);
    assert_eq!(reply["notices"], json!(["no e-mail was sent: this is the record of one, kept as an e-mail"]));
    // It is in the timelines of both, once, by its own id.
    for record in ["globex_deal", "sarah"] {
        let items = bench.ok("activities", json!({ "record": bench.id(record) }));
        let items = items["items"].as_array().unwrap().iter();
        let found: Vec<_> = items.filter(|item| item["subject"].as_str().unwrap().contains("Quote")).collect();
        assert_eq!((found.len(), &found[0]["id"], &found[0]["incoming"]), (1, &json!(id), &json!(false)), "{record}");
    }
}

#[test]
fn an_email_of_a_case_is_the_cases_and_one_to_a_person_alone_is_in_their_timeline() {
    let bench = warm();
    let of_case = json!({ "kind": "email", "who": "Robert Klein", "what": bench.id("case_old_1"), "text": "Fixed." });
    let reply = bench.ok("log_activity", of_case);
    assert_eq!(held_email(&bench, &reply, "ParentId"), json!(bench.id("case_old_1")));
    assert_eq!(held_email(&bench, &reply, "RelatedToId"), json!(bench.id("case_old_1")));
    let timeline = bench.ok("activities", json!({ "record": bench.id("case_old_1"), "limit": 1 }));
    assert_eq!(items(&timeline), ["email Email Tue 2026-05-12 08:00"]);
    // A lead's are its own.
    for who in ["dana", "bob"] {
        let arguments =
            json!({ "kind": "email", "who": bench.id(who), "subject": "Hello", "when": "2026-05-12T07:00" });
        let id = bench.ok("log_activity", arguments)["created"][0]["id"].clone();
        let timeline = bench.ok("activities", json!({ "record": bench.id(who), "limit": 1 }));
        assert_eq!(
            (items(&timeline), &timeline["items"][0]["id"]),
            (vec!["email Hello Tue 2026-05-12 07:00".to_owned()], &id)
        );
    }
}

/// A field of the e-mail that a reply says was kept.
fn held_email(bench: &Bench, reply: &Value, field: &str) -> Value {
    let id = demo_org::Id::parse(reply["created"][0]["id"].as_str().unwrap()).unwrap();
    bench.org.row(&id).unwrap().get(field).to_json()
}

#[test]
fn an_email_keeps_the_time_it_was_sent() {
    let bench = warm();
    for (when, held, shown, noon) in [
        ("2026-05-11T16:05", "2026-05-11T23:05:00.000+0000", "Mon 2026-05-11 16:05", false),
        ("2026-05-12", "2026-05-12T15:00:00.000+0000", "Tue 2026-05-12 08:00", false),
        ("2026-05-11", "2026-05-11T19:00:00.000+0000", "Mon 2026-05-11 12:00", true),
    ] {
        let reply = bench.ok("log_activity", json!({ "kind": "email", "who": "Sarah Chen", "when": when }));
        assert_eq!(
            (held_email(&bench, &reply, "MessageDate"), &reply["created"][0]["when"]),
            (json!(held), &json!(shown))
        );
        let notices = reply["notices"].to_string();
        assert_eq!((notices.contains("kept as of noon"), notices.contains("not the time")), (noon, false), "{notices}");
    }
    let error = bench.err("log_activity", json!({ "kind": "email", "who": "Sarah Chen", "when": "2026-05-13" }));
    assert_eq!((&error["fields"], &error["changed"]), (&json!(["when"]), &json!("no")));
}

#[test]
fn where_the_org_keeps_no_emails_a_task_stands_for_one_and_nothing_is_tried_again() {
    for access in [ObjectAccess::NONE, ObjectAccess::READ] {
        let bench = warm();
        bench.org.change_access("riley", |riley| {
            riley.objects.insert("EmailMessage".to_owned(), access);
        });
        let before = emails(&bench);
        let mut mail = mail_to_sarah();
        mail["when"] = json!("2026-05-11T16:05");
        let reply = bench.ok("log_activity", mail.clone());
        // The look, the refusal, the tasks.
        assert_eq!((bench.requests(), written(&bench)), (3, vec!["Task".to_owned(), "Task".to_owned()]));
        assert_eq!(emails(&bench), before);
        let task = &reply["created"][0];
        assert_eq!((&task["fields"]["TaskSubtype"], &task["when"]), (&json!("Email"), &json!("Mon 2026-05-11")));
        assert!(task["fields"]["Description"].as_str().unwrap().starts_with("Hello Sarah"), "{task}");
        let notices = reply["notices"].to_string();
        assert!(notices.contains("kept as a task") && notices.contains("keeps the day, not the time"), "{notices}");
        bench.org.forget_requests();
        bench.ok("log_activity", mail);
        assert_eq!(bench.requests(), 2, "remembered for a day");
    }
    // As the org's own description says, once it is known.
    let bench = warm();
    bench.org.change_access("riley", |riley| {
        riley.objects.insert("EmailMessage".to_owned(), ObjectAccess::READ);
    });
    bench.ok("describe", json!({ "object": "EmailMessage" }));
    bench.org.forget_requests();
    bench.ok("log_activity", mail_to_sarah());
    assert_eq!(bench.requests(), 2);
    // A field that the user may not write is as good as none.
    let bench = warm();
    bench.org.change_access("riley", |riley| {
        riley.hidden.insert(("EmailMessage".to_owned(), "IsClientManaged".to_owned()));
    });
    assert_eq!(bench.ok("log_activity", mail_to_sarah())["created"][0]["fields"]["TaskSubtype"], "Email");
}

#[test]
fn what_the_settings_keep_from_being_added_makes_an_email_a_task_or_nothing() {
    let with = |append: &[&str]| {
        let bench = warm();
        bench.settings.borrow_mut().objects.append = Some(append.iter().map(|name| (*name).to_owned()).collect());
        bench
    };
    let mail = json!({ "kind": "email", "who": "Sarah Chen" });
    let bench = with(&["Task"]);
    assert!(bench.ok("log_activity", mail.clone())["notices"].to_string().contains("kept as a task"));
    assert_eq!((written(&bench), bench.requests()), (vec!["Task".to_owned()], 2));
    let bench = with(&["EmailMessage"]);
    assert!(bench.ok("log_activity", mail.clone())["notices"].to_string().contains("kept as an e-mail"));
    assert!(!written(&bench).contains(&"Task".to_owned()));
    assert_eq!(with(&["Account"]).err("log_activity", mail.clone())["kind"], "switched_off");
    // A refusal falls back on nothing that the settings keep away.
    let bench = with(&["EmailMessage"]);
    bench.org.change_access("riley", |riley| {
        riley.objects.insert("EmailMessage".to_owned(), ObjectAccess::READ);
    });
    let error = bench.err("log_activity", mail);
    assert_eq!(
        (&error["kind"], &error["changed"], bench.org.writes().len()),
        (&json!("switched_off"), &json!("no"), 0)
    );
}

#[test]
fn an_email_whose_answer_is_lost_is_looked_for_and_never_written_again() {
    let bench = warm();
    bench.org.fault(Fault::new(Effect::DropAfter).on(http::Method::POST, "/composite").after(1));
    let reply = bench.ok("log_activity", mail_to_sarah());
    assert_eq!(written(&bench).iter().filter(|object| *object == "EmailMessage").count(), 1);
    assert_eq!(held_email(&bench, &reply, "Subject"), "Quote");
    assert!(reply["notices"].to_string().contains("was looked for and found"), "{reply:#}");
    // It never arrived, and is not there: neither is a task made in its place.
    let bench = warm();
    bench.org.fault(Fault::html_503().on(http::Method::POST, "/composite").after(1));
    let error = bench.err("log_activity", mail_to_sarah());
    assert_eq!((&error["changed"], bench.org.writes().len()), (&json!("unknown"), 0), "{error:#}");
    // A rule of the org is no reason for a task.
    let bench = warm();
    let body = json!([{ "errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": "" }]);
    let part =
        |body: Value, status| json!({ "body": body, "httpHeaders": {}, "httpStatusCode": status, "referenceId": "x" });
    let halted = || part(json!([{ "errorCode": "PROCESSING_HALTED", "message": "" }]), 400);
    let parts = [part(body, 400), halted(), halted(), halted()];
    let body = json!({ "compositeResponse": parts }).to_string();
    let refused = Effect::Answer { status: 200, content_type: "application/json", body };
    bench.org.fault(Fault::new(refused).on(http::Method::POST, "/composite").after(1));
    let error = bench.err("log_activity", mail_to_sarah());
    assert_eq!((&error["kind"], &error["changed"], bench.requests()), (&json!("rejected"), &json!("no"), 2));
}

#[test]
fn an_email_and_its_follow_up_are_written_together_or_not_at_all() {
    let bench = warm();
    bench.org.change_access("riley", |riley| {
        riley.objects.insert("Task".to_owned(), ObjectAccess::READ);
    });
    let before = emails(&bench);
    let error = bench.err("log_activity", mail_to_sarah());
    assert_eq!((&error["changed"], emails(&bench)), (&json!("no"), before), "{error:#}");
}

#[test]
fn an_email_is_taken_back_and_its_activity_is_named() {
    let bench = warm();
    bench.settings.borrow_mut().tools = Some(vec!["default".to_owned(), "delete".to_owned()]);
    let reply = bench.ok("log_activity", mail_to_sarah());
    let undo = &reply["created"][0]["undo"];
    assert!(undo["instructions"].as_str().unwrap().contains("by its ActivityId"), "{undo}");
    let before = emails(&bench);
    bench.ok("delete", undo["arguments"].clone());
    let gone = bench.org.row(&demo_org::Id::parse(reply["created"][0]["id"].as_str().unwrap()).unwrap());
    assert!(gone.is_none_or(|row| row.is_deleted()), "{before}");
}

// ---- what else is at that time ----

/// Subject and time of what is at the same time as an activity of a reply.
fn clashes(reply: &Value, place: usize) -> Vec<String> {
    let clashes = reply["created"][place]["clashes"].as_array().into_iter().flatten();
    clashes.map(|clash| format!("{} {}", clash["subject"].as_str().unwrap(), clash["when"].as_str().unwrap())).collect()
}

fn says_so(reply: &Value) -> bool {
    reply["notices"].to_string().contains("the user has other events at that time, which `clashes` names")
}

#[test]
fn a_meeting_at_the_time_of_another_is_written_and_the_other_is_told_in_no_request_more() {
    for (when, minutes, clashing) in [
        ("2026-05-14T09:00", 31, true),
        ("2026-05-14T09:00", 30, false),
        ("2026-05-14T09:30", 30, true),
        ("2026-05-14T09:40", 5, true),
        ("2026-05-14T08:00", 240, true),
        ("2026-05-14T10:00", 30, false),
        ("2026-05-15T09:30", 30, false),
    ] {
        let bench = warm();
        let reply = bench.ok("log_activity", json!({ "kind": "meeting", "when": when, "minutes": minutes }));
        assert_eq!((bench.requests(), written(&bench)), (1, vec!["Event".to_owned()]), "{when}");
        let expected = if clashing { vec!["Meeting Thu 2026-05-14 09:30".to_owned()] } else { vec![] };
        assert_eq!((clashes(&reply, 0), says_so(&reply)), (expected, clashing), "{when}");
        if clashing {
            let clash = &reply["created"][0]["clashes"][0];
            assert_eq!((&clash["id"], &clash["minutes"]), (&json!(bench.id("meeting_next")), &json!(30)));
        }
    }
}

#[test]
fn a_follow_up_with_a_time_clashes_too_and_one_of_a_day_or_of_somebody_else_does_not() {
    let bench = warm();
    let next = |kind: &str, when: &str| json!({ "kind": kind, "when": when });
    let call = |next: Value| bench.ok("log_activity", json!({ "kind": "call", "who": "Bob Stone", "follow_up": next }));
    bench.org.forget_requests();
    for kind in ["task", "meeting"] {
        let reply = call(next(kind, "2026-05-14T09:45"));
        assert_eq!((clashes(&reply, 0), clashes(&reply, 1).len()), (vec![], 1), "{kind}");
    }
    assert_eq!(bench.requests(), 4);
    assert_eq!(clashes(&call(next("task", "2026-05-14")), 1), [""; 0]);
    let others = json!({
        "kind": "call", "who": "Bob Stone", "owner": "Jane Okafor", "follow_up": next("task", "2026-05-14T09:45"),
    });
    let reply = bench.ok("log_activity", others);
    assert_eq!((clashes(&reply, 1), says_so(&reply)), (vec![], false));
    // Each says what is at its own time.
    bench.ok("log_activity", json!({ "kind": "meeting", "when": "2026-05-28T15:00", "subject": "Board" }));
    let both = json!({
        "kind": "meeting", "when": "2026-05-28T15:30", "follow_up": next("meeting", "2026-05-29T09:00"),
    });
    let reply = bench.ok("log_activity", both);
    assert_eq!((clashes(&reply, 0), clashes(&reply, 1)), (vec!["Board Thu 2026-05-28 15:00".to_owned()], vec![]));
}

#[test]
fn whole_days_clash_with_what_is_on_them_and_free_time_with_nothing() {
    let bench = Bench::of("jonas");
    let meeting = |arguments: Value| {
        let mut arguments = arguments;
        arguments["kind"] = json!("meeting");
        clashes(&bench.ok("log_activity", arguments), 0)
    };
    // West and east of Greenwich, a day is the user's own.
    assert_eq!(meeting(json!({ "when": "2026-05-20T23:30", "minutes": 30 })), ["Trade fair Wed 2026-05-20 (all day)"]);
    assert_eq!(meeting(json!({ "when": "2026-05-19T23:00" })), [""; 0]);
    assert_eq!(meeting(json!({ "when": "2026-05-21T00:00" })), [""; 0]);
    assert_eq!(meeting(json!({ "when": "2026-05-20", "subject": "Fair, too" })).len(), 2);
    let bench = Bench::of("riley");
    bench.org.set(&bench.org.id("meeting_next").unwrap(), "ShowAs", "Free");
    let reply = bench.ok("log_activity", json!({ "kind": "meeting", "when": "2026-05-14T09:30" }));
    assert_eq!((clashes(&reply, 0), says_so(&reply)), (vec![], false));
    // Another's meeting is not the user's.
    let bench = Bench::of("sam");
    assert_eq!(
        clashes(&bench.ok("log_activity", json!({ "kind": "meeting", "when": "2026-05-14T12:30-04:00" })), 0),
        [""; 0]
    );
}

#[test]
fn where_events_may_not_be_read_a_meeting_is_logged_without_a_look() {
    let meeting = json!({ "kind": "meeting", "when": "2026-05-14T09:30" });
    let bench = warm();
    bench.settings.borrow_mut().objects.read = Some(vec!["Task".to_owned()]);
    let reply = bench.ok("log_activity", meeting.clone());
    assert_eq!((clashes(&reply, 0), bench.requests()), (vec![], 1));
    assert!(!String::from_utf8_lossy(bench.sent.borrow().last().unwrap().body()).contains("ShowAs"));
    // A refusal of the look undoes the write, which then goes without it.
    let bench = warm();
    bench.org.change_access("riley", |access| {
        access.hidden.insert(("Event".to_owned(), "ShowAs".to_owned()));
    });
    let reply = bench.ok("log_activity", meeting);
    assert_eq!((clashes(&reply, 0), written(&bench), bench.requests()), (vec![], vec!["Event".to_owned()], 2));
}

// ---- activities ----

/// Kind, subject and time of each entry.
fn items(reply: &Value) -> Vec<String> {
    let text = |item: &Value, field: &str| item[field].as_str().unwrap_or("-").to_owned();
    let items = reply["items"].as_array().unwrap().iter();
    items.map(|item| format!("{} {} {}", text(item, "kind"), text(item, "subject"), text(item, "when"))).collect()
}

#[test]
fn the_last_five_interactions_with_an_account_are_one_request() {
    let bench = warm();
    let reply = bench.ok("activities", json!({ "record": bench.id("acme"), "limit": 5 }));
    assert_eq!(bench.requests(), 1);
    assert_eq!(
        items(&reply),
        [
            "call Call Sat 2026-05-09",
            "meeting Meeting Thu 2026-05-07 10:00",
            "email Email: Re: Renewal paperwork Wed 2026-05-06",
            "task Product demo Mon 2026-04-27",
            "call Call Mon 2026-04-20",
        ]
    );
    assert_eq!(reply["complete"], false);
    assert_eq!(reply["record"]["name"], "Acme");
    assert_eq!(reply["now"], "Tue 2026-05-12 08:00");
    assert_eq!(reply["items"][0]["minutes"], 16);
    assert_eq!(reply["items"][0]["what"], "Acme renewal");

    // By name, one request finds the record.
    let bench = warm();
    let by_name = bench.ok("activities", json!({ "record": "Acme", "object": "Account", "limit": 5 }));
    assert_eq!((bench.requests(), &by_name["items"]), (2, &reply["items"]));
}

#[test]
fn with_an_empty_cache_a_timeline_takes_one_request_more() {
    let bench = Bench::new();
    bench.ok("activities", json!({ "record": bench.id("acme") }));
    assert_eq!(bench.requests(), 2);
}

#[test]
fn text_that_gives_orders_stays_in_its_field_and_is_cut() {
    let bench = warm();
    let reply = bench.ok("activities", json!({ "record": bench.id("acme") }));
    let mail = &reply["items"][2];
    assert!(mail["text"].as_str().unwrap().contains("IGNORE ALL PREVIOUS INSTRUCTIONS"), "{mail}");
    let rest = {
        let mut rest = reply.clone();
        for item in rest["items"].as_array_mut().unwrap() {
            item.as_object_mut().unwrap().remove("text");
        }
        rest.to_string()
    };
    assert!(!rest.contains("IGNORE"), "{rest}");
    for item in reply["items"].as_array().unwrap() {
        assert!(item["text"].as_str().unwrap_or_default().chars().count() <= 301);
    }
    assert!(reply["notices"].to_string().contains("cut after 300 characters"), "{}", reply["notices"]);
}

#[test]
fn mails_and_notes_are_in_the_timeline_of_a_deal() {
    let bench = warm();
    let reply = bench.ok("activities", json!({ "record": bench.id("globex_deal") }));
    assert_eq!(
        items(&reply),
        [
            "note Globex: who decides Fri 2026-04-24 08:00",
            "call Call Wed 2026-04-22",
            "email Your quote Tue 2026-04-21 08:00",
        ]
    );
    assert_eq!(reply["items"][0]["text"], "Sarah decides up to 100,000; above that, Bob Fisher signs.");
    assert_eq!(reply["items"][2]["who"], "sarah.chen@globex.example");
    assert_eq!((&reply["complete"], bench.requests()), (&json!(true), 1));
    let ahead = bench.ok("activities", json!({ "record": bench.id("globex_deal"), "timeframe": "upcoming" }));
    assert_eq!(items(&ahead), ["task Ask for a reference Fri 2026-05-08", "meeting Meeting Thu 2026-05-14 09:30"]);
    assert_eq!(ahead["items"][0]["overdue"], true);
}

#[test]
fn a_mail_that_is_an_activity_too_is_listed_once() {
    let bench = warm();
    let mail = json!({
        "Subject": "Offer", "ToAddress": "sarah.chen@globex.example", "Status": "Sent", "RelatedToId": bench.id("globex_deal"),
    });
    bench.created(json!({ "object": "EmailMessage", "fields": mail }));
    let reply = bench.ok("activities", json!({ "record": bench.id("globex_deal") }));
    assert_eq!(items(&reply).iter().filter(|item| item.contains("Offer")).count(), 1, "{reply:#}");
}

#[test]
fn what_the_user_may_not_see_is_left_out_and_said() {
    let bench = warm();
    bench.org.change_access("riley", |access| {
        access.objects.insert("EmailMessage".to_owned(), ObjectAccess::NONE);
    });
    let reply = bench.ok("activities", json!({ "record": bench.id("globex_deal") }));
    assert_eq!(items(&reply).len(), 2);
    assert_eq!(reply["notices"], json!(["e-mail messages are not visible to the user"]));
}

#[test]
fn days_of_a_record_hold_what_was_and_what_is_to_be() {
    let bench = warm();
    let days = json!({ "record": bench.id("acme"), "first_day": "2026-05-09", "last_day": "2026-05-31" });
    let reply = bench.ok("activities", days);
    assert_eq!(items(&reply), ["task Send Quote Thu 2026-05-14", "call Call Sat 2026-05-09"]);
    assert_eq!(reply["complete"], true);
}

#[test]
fn the_users_day_is_one_request_and_knows_what_is_overdue() {
    let bench = warm();
    bench
        .ok("log_activity", json!({ "kind": "meeting", "when": "2026-05-12T22:00", "minutes": 30, "subject": "Late" }));
    bench.ok("log_activity", json!({ "kind": "meeting", "when": "2026-05-13T00:00", "subject": "Tomorrow" }));
    bench.ok("log_activity", json!({ "kind": "meeting", "when": "2026-05-11T23:00", "subject": "Until midnight" }));
    bench.ok("log_activity", json!({ "kind": "meeting", "when": "2026-05-12", "subject": "Fair" }));
    bench.ok("log_activity", json!({ "kind": "meeting", "when": "2026-05-11", "subject": "Fair before" }));
    bench.org.forget_requests();
    let reply = bench.ok("activities", json!({}));
    assert_eq!(bench.requests(), 1);
    assert_eq!(
        items(&reply),
        [
            "task Ask for a reference Fri 2026-05-08",
            "meeting Fair Tue 2026-05-12 (all day)",
            "meeting Late Tue 2026-05-12 22:00"
        ]
    );
    assert_eq!(reply["items"][0]["overdue"], true);
    assert_eq!(reply.get("record"), None);
    let tomorrow = bench.ok("activities", json!({ "first_day": "2026-05-13", "last_day": "2026-05-13" }));
    assert_eq!(items(&tomorrow), ["meeting Tomorrow Wed 2026-05-13 00:00"]);
    let ahead = bench.ok("activities", json!({ "timeframe": "upcoming", "first_day": "2026-05-13" }));
    assert_eq!(
        items(&ahead),
        [
            "meeting Tomorrow Wed 2026-05-13 00:00",
            "task Send Quote Thu 2026-05-14",
            "meeting Meeting Thu 2026-05-14 09:30"
        ]
    );
}

#[test]
fn a_day_is_the_users_own() {
    // Nina was called on the 11th; Jonas's fair is in Berlin.
    let bench = Bench::of("jonas");
    let day = |day: &str| bench.ok("activities", json!({ "first_day": day, "last_day": day }));
    let reply = day("2026-05-20");
    assert_eq!(items(&reply), ["meeting Trade fair Wed 2026-05-20 (all day)"]);
    assert_eq!(reply.get("notices"), None);
    assert_eq!(reply["zone"], "Europe/Berlin");
    assert_eq!(reply["now"], "Tue 2026-05-12 17:00");
    // Of an empty day, what comes next is told, in a second request.
    bench.org.forget_requests();
    let before = day("2026-05-19");
    assert_eq!(items(&before), items(&reply));
    assert_eq!(before["notices"], json!(["nothing on this day; these come next"]));
    assert_eq!(bench.requests(), 2);
    let after = day("2026-05-21");
    assert_eq!((items(&after), after["complete"].clone()), (Vec::<String>::new(), json!(true)));
    assert_eq!(after["notices"], json!(["nothing on this day; nothing is planned after it"]));
}

#[test]
fn one_bound_alone_is_open_at_the_other_end() {
    let bench = warm();
    bench.ok("log_activity", json!({ "kind": "meeting", "when": "2026-09-01T10:00", "subject": "Autumn" }));
    bench.ok("log_activity", json!({ "kind": "meeting", "when": "2025-02-01T10:00", "subject": "Long ago" }));
    let from = items(&bench.ok("activities", json!({ "first_day": "2026-05-14" })));
    assert_eq!(from.first().unwrap(), "task Send Quote Thu 2026-05-14");
    assert_eq!(from.last().unwrap(), "meeting Autumn Tue 2026-09-01 10:00");
    let until = items(&bench.ok("activities", json!({ "last_day": "2026-05-11" })));
    assert_eq!(until.last().unwrap(), "meeting Long ago Sat 2025-02-01 10:00", "{until:#?}");
    let few = bench.ok("activities", json!({ "last_day": "2026-05-11", "limit": 1 }));
    assert_eq!((items(&few)[0].as_str(), &few["complete"]), (until[0].as_str(), &json!(false)));
}

#[test]
fn days_that_are_none_are_refused_before_anything_is_sent() {
    let bench = warm();
    for (arguments, field) in [
        (json!({ "first_day": "today" }), "first_day"),
        (json!({ "last_day": "2026-05-12T10:00" }), "last_day"),
        (json!({ "first_day": "2026-05-12", "last_day": "2026-05-11" }), "first_day"),
        (json!({ "limit": 101 }), "limit"),
        (json!({ "object": "Account" }), "record"),
        (json!({ "record": "Acme" }), "object"),
        (json!({ "record": "001000000000001AAB" }), "record"),
    ] {
        let error = bench.refused("activities", arguments.clone());
        assert_eq!(error["fields"], json!([field]), "{arguments}: {error}");
    }
}

#[test]
fn several_records_of_a_name_are_candidates() {
    let bench = warm();
    let error = bench.err("activities", json!({ "record": "Globex p", "object": "Opportunity" }));
    assert_eq!(error["kind"], "ambiguous");
    assert_eq!(bench.requests(), 1);
}

#[test]
fn entries_carry_the_ids_of_who_they_are_with_and_what_they_are_about() {
    let bench = Bench::warm(&["Task", "Event", "Contact", "Opportunity"]);
    bench.ok("log_activity", json!({ "kind": "call", "who": "Bob Stone", "what": bench.id("acme_renewal") }));
    for arguments in [json!({}), json!({ "record": bench.id("acme_renewal") })] {
        let mut arguments = arguments;
        arguments["first_day"] = json!("2026-05-01");
        let reply = bench.ok("activities", arguments);
        let is_call = |item: &&serde_json::Value| item["who"] == "Bob Stone" && item["what"] == "Acme renewal";
        let item = reply["items"].as_array().unwrap().iter().find(is_call).unwrap_or_else(|| panic!("{reply:#}"));
        assert_eq!((&item["who_id"], &item["what_id"]), (&json!(bench.id("bob")), &json!(bench.id("acme_renewal"))));
    }
}

#[test]
fn a_cases_mails_and_comments_are_among_its_calls_newest_first() {
    let bench = Bench::on(Org::demo_with([Extra::Oddities]), "riley");
    let case = bench.id("case_old_1");
    bench.ok(
        "log_activity",
        json!({ "kind": "call", "what": case, "subject": "Asked for the log", "when": "2026-05-04" }),
    );
    let comment = json!({ "ParentId": case, "CommentBody": "A fix is on its way.", "IsPublished": true });
    bench.created(json!({ "object": "CaseComment", "fields": comment }));
    let mail = json!({
        "Subject": "Fixed?", "FromAddress": "support@demo.example", "ToAddress": "robert.klein@acme.example",
        "Status": "Sent", "ParentId": case, "MessageDate": "2026-05-11T15:00:00Z", "TextBody": "Please try again.",
    });
    bench.created(json!({ "object": "EmailMessage", "fields": mail }));
    bench.org.forget_requests();
    let reply = bench.ok("activities", json!({ "record": case }));
    assert_eq!(
        items(&reply),
        [
            "comment - Tue 2026-05-12 08:00",
            "email Fixed? Mon 2026-05-11 08:00",
            "email Re: Export hangs at 99% Tue 2026-05-05 08:00",
            "comment - Tue 2026-05-05 08:00",
            "call Asked for the log Mon 2026-05-04",
        ]
    );
    // The mail that has nothing but HTML is read in a second one.
    assert_eq!((&reply["complete"], reply.get("notices"), bench.requests()), (&json!(true), None, 2));
    let [public, sent, came, internal, _] = reply["items"].as_array().unwrap().as_slice() else { panic!("{reply:#}") };
    let said = |item: &Value, fields: [&str; 4]| fields.map(|field| item[field].clone());
    assert_eq!(
        said(public, ["status", "owner", "text", "who"]),
        [json!("public"), json!("Riley Reyes"), json!("A fix is on its way."), Value::Null]
    );
    assert_eq!(internal["status"], "internal");
    assert_eq!(internal["text"], "Robert sent a log file. It stops at row 99,000.");
    let of_mail = ["incoming", "from", "to", "who"];
    let (support, robert) = (json!("support@demo.example"), json!("robert.klein@acme.example"));
    assert_eq!(said(sent, of_mail), [json!(false), support.clone(), robert.clone(), robert.clone()]);
    assert_eq!(said(came, of_mail), [json!(true), robert.clone(), support, robert]);
    assert!(came["text"].as_str().unwrap().starts_with("It stops at row 99,000."), "{came}");
}

#[test]
fn days_of_a_case_and_the_limit_count_its_comments() {
    let bench = warm();
    let case = bench.id("case_old_1");
    for text in ["One.", "Two."] {
        bench.created(json!({ "object": "CaseComment", "fields": { "ParentId": case, "CommentBody": text } }));
    }
    let day = |day: &str| bench.ok("activities", json!({ "record": case, "first_day": day, "last_day": day }));
    assert_eq!(items(&day("2026-05-05")), ["comment - Tue 2026-05-05 08:00"]);
    assert_eq!(items(&day("2026-05-12")).len(), 2);
    assert_eq!(items(&day("2026-05-11")), [""; 0]);
    let few = bench.ok("activities", json!({ "record": case, "limit": 1 }));
    assert_eq!((items(&few).len(), &few["complete"]), (1, &json!(false)));
    let ahead = bench.ok("activities", json!({ "record": case, "timeframe": "upcoming" }));
    assert_eq!(items(&ahead), [""; 0]);
}

#[test]
fn comments_that_may_not_be_read_are_left_out() {
    let bench = warm();
    let case = json!({ "record": bench.id("case_old_1") });
    bench.org.change_access("riley", |access| {
        access.objects.insert("CaseComment".to_owned(), ObjectAccess::NONE);
    });
    let reply = bench.ok("activities", case.clone());
    assert_eq!((items(&reply), &reply["notices"]), (vec![], &json!(["case comments are not visible to the user"])));
    // What the settings keep from being read is not asked for.
    let bench = warm();
    let granted = ["Case", "Task", "Event", "ActivityHistory", "OpenActivity"].map(str::to_owned);
    bench.settings.borrow_mut().objects.read = Some(granted.to_vec());
    assert_eq!(items(&bench.ok("activities", case)), [""; 0]);
    let asked = bench
        .sent
        .borrow()
        .iter()
        .map(|request| String::from_utf8_lossy(request.body()).into_owned())
        .collect::<String>();
    assert!(!asked.contains("CommentBody"), "{asked}");
}

/// What of an approval in a reply tells which it is.
fn approvals(reply: &Value) -> Vec<[Value; 4]> {
    let items = reply["items"].as_array().unwrap().iter().filter(|item| item["kind"] == "approval");
    items.map(|item| ["what", "who", "when", "owner"].map(|field| item[field].clone())).collect()
}

#[test]
fn what_waits_for_the_users_approval_is_in_the_day_in_the_same_request() {
    let bench = Bench::on(Org::demo_with([Extra::Approvals, Extra::FlowApprovals]), "riley");
    bench.ok("activities", json!({}));
    bench.org.forget_requests();
    let reply = bench.ok("activities", json!({}));
    assert_eq!(bench.requests(), 1);
    let case = bench.org.row(&bench.org.id("case_old_3").unwrap()).unwrap();
    let number = case.get("CaseNumber").to_json();
    assert_eq!(
        approvals(&reply),
        [
            [json!("Hooli expansion"), json!("Jane Miller"), json!("Sun 2026-05-10 08:00"), Value::Null],
            [number, json!("Jonas Becker"), json!("Mon 2026-05-11 08:00"), json!("Tier 2")],
            [json!("Globex platform deal"), json!("Sam Lee"), json!("Mon 2026-05-11 08:00"), Value::Null],
        ]
    );
    let ids = |field: &str| {
        reply["items"].as_array().unwrap().iter().filter_map(|item| item[field].as_str()).collect::<Vec<_>>()
    };
    assert!(ids("id").contains(&bench.id("approval_hooli_item").as_str()), "{reply:#}");
    assert!(ids("what_id").contains(&bench.id("globex_deal").as_str()), "{reply:#}");
    assert!(ids("who_id").contains(&bench.id("sam").as_str()), "{reply:#}");
    assert!(items(&reply).iter().any(|item| item.starts_with("task ")), "the day itself is there too: {reply:#}");
    // Which of a queue a flow made is not asked, and that is said.
    let notice = "approvals of flows are here that wait for the user, and not those that wait for a queue";
    assert!(reply["notices"].as_array().unwrap().contains(&json!(notice)), "{reply:#}");
}

#[test]
fn approvals_are_of_now_and_of_no_other_day() {
    let bench = Bench::on(Org::demo_with([Extra::Approvals]), "riley");
    let waiting = |arguments: Value| approvals(&bench.ok("activities", arguments)).len();
    assert_eq!(waiting(json!({ "timeframe": "upcoming" })), 2);
    assert_eq!(waiting(json!({ "first_day": "2026-05-11", "last_day": "2026-05-13" })), 2);
    for other in [
        json!({ "timeframe": "past" }),
        json!({ "first_day": "2026-05-13" }),
        json!({ "first_day": "2026-05-10", "last_day": "2026-05-11" }),
        json!({ "record": bench.id("hooli_expansion") }),
    ] {
        assert_eq!(waiting(other.clone()), 0, "{other}");
    }
    // They take no place of what is on the day.
    let few = bench.ok("activities", json!({ "limit": 1 }));
    assert_eq!(
        (items(&few), &few["complete"]),
        (vec!["task Ask for a reference Fri 2026-05-08".to_owned()], &json!(false))
    );
    // They make no day full: what comes next is told besides.
    bench.org.set_now("2026-05-30T15:00:00Z".parse().unwrap());
    for task in bench.org.rows("Task") {
        bench.org.set(&task.id, "Status", "Completed");
        bench.org.set(&task.id, "IsClosed", true);
    }
    bench.ok("log_activity", json!({ "kind": "meeting", "when": "2026-06-02T10:00", "subject": "Later" }));
    let reply = bench.ok("activities", json!({}));
    assert_eq!(reply["notices"], json!(["nothing on this day; these come next"]), "{reply:#}");
    assert_eq!(
        (approvals(&reply).len(), items(&reply).last().unwrap().as_str()),
        (2, "meeting Later Tue 2026-06-02 10:00")
    );
    // Sam has none.
    let bench = Bench::on(Org::demo_with([Extra::Approvals]), "sam");
    assert_eq!(approvals(&bench.ok("activities", json!({}))), [] as [[Value; 4]; 0]);
}

#[test]
fn an_org_without_approvals_is_silent_and_a_refusal_of_them_spoils_no_day() {
    let bench = warm();
    let reply = bench.ok("activities", json!({}));
    assert_eq!((reply.get("notices"), bench.requests()), (None, 1));
    let bench = Bench::on(Org::demo_with([Extra::Approvals]), "riley");
    bench.org.change_access("riley", |access| {
        access.hidden.insert(("ProcessInstanceWorkitem".to_owned(), "ElapsedTimeInDays".to_owned()));
    });
    let reply = bench.ok("activities", json!({}));
    assert_eq!(items(&reply)[0], "task Ask for a reference Fri 2026-05-08");
    assert_eq!(reply["notices"], json!(["some approvals that wait for the user could not be read"]));
}

#[test]
fn approvals_are_read_only_where_the_settings_let_them() {
    for (granted, waiting) in [
        (vec![], 0),
        (vec!["ProcessInstanceWorkitem"], 0),
        (vec!["ProcessInstanceWorkitem", "ProcessInstance"], 1),
        (vec!["ProcessInstanceWorkitem", "ProcessInstance", "GroupMember"], 2),
        (vec!["ApprovalWorkItem", "ApprovalSubmission"], 1),
    ] {
        let bench = Bench::on(Org::demo_with([Extra::Approvals, Extra::FlowApprovals]), "riley");
        let objects = ["Task", "Event"].into_iter().chain(granted.clone()).map(str::to_owned).collect();
        bench.settings.borrow_mut().objects.read = Some(objects);
        assert_eq!(approvals(&bench.ok("activities", json!({}))).len(), waiting, "{granted:?}");
    }
}
