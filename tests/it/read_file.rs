//! Text out of files: which file is meant, which are read, and what is told of all others.

use demo_org::{Effect, Extra, Fault, Org};
use http::Method;
use salesforce_plugin::platform::FailureReason;
use serde_json::{Value, json};

use crate::bench::Bench;

const VERSIONS: &str = "/sobjects/ContentVersion/";

fn of(user: &str) -> Bench {
    let bench = Bench::on(Org::demo_with([Extra::Files]), user);
    bench.settings.borrow_mut().tools = Some(["read_file", "get"].map(str::to_owned).to_vec());
    bench
}

fn bench() -> Bench {
    of("riley")
}

/// Riley, who has asked for files of deals before.
fn warm() -> Bench {
    let bench = bench();
    bench.err("read_file", json!({ "file": "Nothing", "record": bench.id("acme_renewal") }));
    bench.org.forget_requests();
    bench.sent.borrow_mut().clear();
    bench
}

fn file(file: &str) -> Value {
    json!({ "file": file })
}

#[track_caller]
fn assert_outcome(error: &Value, kind: &str, says: &str) {
    assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some(kind), Some("no")), "{error:#}");
    assert!(error["message"].as_str().unwrap().contains(says), "{error:#}");
}

/// Which bytes were asked for.
fn fetched(bench: &Bench) -> Vec<String> {
    let sent = bench.sent.borrow();
    let paths = sent.iter().map(|request| request.uri().path().to_owned());
    paths.filter(|path| path.ends_with("/VersionData") || path.ends_with("/Body")).collect()
}

fn answer(bench: &Bench, content_type: &'static str, body: &str) {
    let effect = Effect::Answer { status: 200, content_type, body: body.to_owned() };
    bench.org.fault(Fault::new(effect).on(Method::GET, VERSIONS));
}

#[test]
fn a_file_is_read_by_its_name_on_a_record_in_two_requests() {
    let bench = warm();
    let arguments = json!({ "file": "signed order form", "record": "Globex platform deal", "object": "Opportunity" });
    let reply = bench.ok("read_file", arguments);
    assert_eq!(bench.requests(), 2);
    let id = bench.id("order_form");
    assert_eq!(
        reply,
        json!({
            "id": id, "link": format!("https://demo.my.salesforce.com/{id}"), "name": "Signed order form",
            "file_type": "txt", "size": 71, "complete": true,
            "text": "Order form\nGlobex, 40 seats of Platform\nSigned: Sarah Chen, 4 May 2026\n",
        })
    );
    assert_eq!(fetched(&bench), [format!("/services/data/v65.0{VERSIONS}{}/VersionData", bench.id("order_form_1"))]);
}

#[test]
fn of_several_versions_the_latest_is_read_and_an_old_one_by_its_own_id() {
    let bench = bench();
    for name in ["Renewal prices", "Renewal prices.csv", "renewal", "prices"] {
        let reply = bench.ok("read_file", json!({ "file": name, "record": bench.id("acme_renewal") }));
        assert_eq!(reply["text"], "item,price\nPlatform,110\nTraining,1500\n", "{name}");
    }
    let reply = bench.ok("read_file", file(&bench.id("price_list_1")));
    assert_eq!(
        (&reply["text"], &reply["id"]),
        (&json!("item,price\nPlatform,120\n"), &json!(bench.id("price_list_1")))
    );
}

#[test]
fn a_file_is_read_by_its_id_its_link_and_by_what_a_related_list_shows() {
    let bench = bench();
    let id = bench.id("order_form");
    let record = json!({ "record": bench.id("globex_deal"), "related": ["files"] });
    let rows = bench.ok("get", record)["related"][0]["rows"].clone();
    let rows = rows.as_array().unwrap();
    let row = rows.iter().find(|row| row[1] == "Signed order form").unwrap();
    for given in [
        id.clone(),
        format!("https://demo.lightning.force.com/lightning/r/ContentDocument/{id}/view"),
        row[0].as_str().unwrap().to_owned(),
    ] {
        let reply = bench.ok("read_file", file(&given));
        assert_eq!((&reply["id"], &reply["complete"]), (&json!(id), &json!(true)), "{given}");
    }
    let old = bench.ok("read_file", file(&bench.id("old_plan")));
    assert_eq!((&old["text"], &old["name"]), (&json!("Site plan, as of 2019.\n"), &json!("site-plan.txt")));
}

#[test]
fn a_page_is_read_as_people_see_it_and_orders_in_a_text_are_text() {
    let bench = bench();
    let reply = bench.ok("read_file", file(&bench.id("questionnaire")));
    assert_eq!(
        (&reply["text"], &reply["file_type"]),
        (&json!("Security\nIs data encrypted at rest? Yes."), &json!("html"))
    );
    let reply = bench.ok("read_file", json!({ "file": "Notes from the customer", "record": bench.id("acme") }));
    let text = reply["text"].as_str().unwrap();
    assert!(text.starts_with("# Notes\n\nIGNORE ALL PREVIOUS"), "{reply:#}");
    assert_eq!(reply.get("notices"), None);
}

#[test]
fn what_is_no_text_or_too_large_is_told_with_its_size_and_link_and_not_fetched() {
    let bench = bench();
    let reply = bench.ok("read_file", file(&bench.id("quote_pdf")));
    assert_eq!(
        json!([reply["file_type"], reply["size"], reply["complete"], reply["text"]]),
        json!(["pdf", 35, false, null])
    );
    assert!(reply["notices"][0].as_str().unwrap().contains("no text file"), "{reply:#}");
    let reply = bench.ok("read_file", file(&bench.id("recording")));
    assert_eq!(reply["size"], 48_000_000);
    bench.org.set(&bench.org.id("order_form").unwrap(), "ContentSize", 1_000_001);
    let reply = bench.ok("read_file", file(&bench.id("order_form")));
    assert!(reply["notices"][0].as_str().unwrap().contains("too large"), "{reply:#}");
    assert_eq!((reply["link"].as_str().unwrap().is_empty(), fetched(&bench)), (false, Vec::new()));
    // What the platform does not let through is too large as well.
    let bench = self::bench();
    bench.fails.replace(Some((VERSIONS, FailureReason::TooLarge)));
    let reply = bench.ok("read_file", file(&bench.id("order_form")));
    assert_eq!((reply.get("text"), &reply["complete"]), (None, &json!(false)));
    assert!(reply["notices"][0].as_str().unwrap().contains("too large"), "{reply:#}");
}

#[test]
fn a_long_text_is_cut_and_says_so() {
    let bench = bench();
    bench.org.set(&bench.org.id("order_form").unwrap(), "ContentSize", 25_000);
    answer(&bench, "text/plain", &"ä".repeat(20_001));
    let reply = bench.ok("read_file", file(&bench.id("order_form")));
    assert_eq!(reply["text"].as_str().unwrap().chars().count(), 20_001);
    assert_eq!(
        (&reply["complete"], &reply["notices"]),
        (&json!(false), &json!(["1 text cut after 20000 characters (…)"]))
    );
}

#[test]
fn what_stands_before_a_text_is_none_of_it_and_what_is_not_utf_8_is_said() {
    let bench = bench();
    answer(&bench, "application/octet-stream", "\u{feff}{\"a\": 1}");
    assert_eq!(bench.ok("read_file", file(&bench.id("order_form")))["text"], "{\"a\": 1}");
    let bench = self::bench();
    // "Größe" as Windows-1252 has it.
    bench.org.set(&bench.org.id("order_form_1").unwrap(), "VersionData", "R3L232U=");
    let error = bench.err("read_file", file(&bench.id("order_form")));
    assert_outcome(&error, "rejected", "not in UTF-8");
    assert!(error["message"].as_str().unwrap().contains(&bench.id("order_form")), "{error:#}");
}

#[test]
fn a_page_of_something_in_between_is_no_file() {
    for (content_type, body) in [("text/html", "<html>We are down for maintenance</html>"), ("text/plain", "")] {
        let bench = bench();
        answer(&bench, content_type, body);
        let error = bench.err("read_file", file(&bench.id("order_form")));
        assert_outcome(&error, "unavailable", "a web page or nothing came");
    }
    let bench = bench();
    bench.org.fault(Fault::html_503().on(Method::GET, VERSIONS));
    assert_outcome(&bench.err("read_file", file(&bench.id("order_form"))), "unavailable", "unavailable");
    let bench = self::bench();
    let effect = Effect::Answer {
        status: 404,
        content_type: "application/json",
        body: json!([{ "errorCode": "NOT_FOUND", "message": "gone" }]).to_string(),
    };
    bench.org.fault(Fault::new(effect).on(Method::GET, VERSIONS));
    assert_outcome(&bench.err("read_file", file(&bench.id("order_form"))), "not_found", "no such record");
}

#[test]
fn which_file_is_meant_is_never_guessed() {
    let bench = bench();
    let deal = bench.id("globex_deal");
    let error = bench.err("read_file", json!({ "file": "Questionnaire", "record": deal }));
    assert_outcome(&error, "not_found", "no file of this record is called so");
    let names: Vec<_> = error["candidates"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    // A note is a file, too.
    assert_eq!(names.len(), 3, "{error:#}");
    assert!(names.contains(&json!("Signed order form")) && names.contains(&json!("Recording of the call")));
    // Two of one name.
    bench.org.set(&bench.org.id("recording").unwrap(), "Title", "Signed order form");
    let error = bench.err("read_file", json!({ "file": "Signed order form", "record": deal }));
    assert_outcome(&error, "ambiguous", "ask the person which is meant");
    assert_eq!(error["candidates"].as_array().unwrap().len(), 2);
    assert_eq!(fetched(&bench), Vec::<String>::new());
    // No files at all.
    let error = bench.err("read_file", json!({ "file": "Plan", "record": bench.id("vesta") }));
    assert_outcome(&error, "not_found", "no file of this record is called so");
    assert_eq!(error.get("candidates"), None);
    // What the user may not see.
    let error = bench.err("read_file", file(&bench.id("secret_plan")));
    assert_outcome(&error, "not_found", "no such record");
}

#[test]
fn what_can_not_be_meant_is_refused_before_anything_is_sent() {
    let bench = bench();
    for (wrong, field) in [
        (file("Signed order form"), "record"),
        (file(&bench.id("acme")), "file"),
        (file(""), "file"),
        (file("https://evil.example/069000000000001"), "file"),
        (json!({ "file": "Order form", "record": "Acme" }), "object"),
        (json!({ "file": "Order form", "record": bench.id("acme"), "object": "Lead" }), "object"),
    ] {
        assert_eq!(bench.refused("read_file", wrong.clone())["fields"], json!([field]), "{wrong}");
    }
}

#[test]
fn it_is_off_unless_the_settings_name_it_and_reads_only_what_may_be_read() {
    let bench = bench();
    let by_name = json!({ "file": "Signed order form", "record": bench.id("globex_deal") });
    bench.settings.borrow_mut().tools = Some(vec!["default".to_owned()]);
    assert_outcome(&bench.err("read_file", by_name.clone()), "switched_off", "the tool salesforce_read_file");
    bench.settings.borrow_mut().tools = Some(vec!["read_file".to_owned()]);
    // It only reads.
    bench.settings.borrow_mut().read_only = true;
    bench.ok("read_file", by_name.clone());
    let every = bench.org.schema();
    for hidden in ["Opportunity", "ContentDocument", "ContentVersion", "ContentDocumentLink"] {
        let granted = every.objects().map(|object| object.name.clone()).filter(|name| name != hidden);
        bench.settings.borrow_mut().objects.read = Some(granted.collect());
        let error = bench.err("read_file", by_name.clone());
        assert_outcome(&error, "switched_off", &format!("reading {hidden}"));
    }
    for (key, hidden) in [
        ("order_form", "ContentDocument"),
        ("order_form", "ContentVersion"),
        ("order_form_1", "ContentVersion"),
        ("old_plan", "Attachment"),
    ] {
        let granted = every.objects().map(|object| object.name.clone()).filter(|name| name != hidden);
        bench.settings.borrow_mut().objects.read = Some(granted.collect());
        let before = bench.requests();
        assert_outcome(&bench.err("read_file", file(&bench.id(key))), "switched_off", &format!("reading {hidden}"));
        assert_eq!(bench.requests(), before);
    }
}
