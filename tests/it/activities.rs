//! Activities logged and read: the answer, what was written, what was not, and the number of requests.
//!
//! The org's now is Tuesday, 2026-05-12, 15:00 UTC: 08:00 for Riley, whose zone is America/Los_Angeles.

use demo_org::access::ObjectAccess;
use demo_org::{Effect, Fault};
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
    let parts = [halted(), part("UNABLE_TO_LOCK_ROW"), halted(), halted(), halted()];
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
        assert_eq!(reply["created"][0]["fields"]["TaskSubtype"], "Email");
        assert_eq!(reply["created"][0]["fields"]["Subject"], "Email");
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
