//! What comes back out of the recycle bin, by the other call of SOAP, and what does not.

use std::time::Duration;

use demo_org::{Effect, Extra, Fault, Org};
use http::Method;
use serde_json::{Value, json};

use crate::bench::Bench;

const SOAP: &str = "/services/Soap/u/68.0";

fn switched_on(bench: Bench) -> Bench {
    let tools = ["delete", "restore", "create", "activities", "get"].map(str::to_owned);
    bench.settings.borrow_mut().tools = Some(tools.to_vec());
    bench
}

/// Riley, who may restore.
fn bench() -> Bench {
    switched_on(Bench::new())
}

/// Riley, who has just deleted a deal.
fn without_the_deal() -> (Bench, Value) {
    let bench = bench();
    let reply = bench.ok("delete", json!({ "record": bench.id("acme_renewal"), "name": "Acme renewal" }));
    bench.org.forget_requests();
    (bench, reply)
}

fn is_gone(bench: &Bench, key: &str) -> bool {
    bench.org.row(&bench.org.id(key).unwrap()).unwrap().is_deleted()
}

#[track_caller]
fn assert_outcome(error: &Value, kind: &str, changed: &str, says: &str) {
    assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some(kind), Some(changed)), "{error:#}");
    assert!(error["message"].as_str().unwrap().contains(says), "{error:#}");
}

#[test]
fn what_was_deleted_comes_back_by_the_call_that_its_receipt_gives() {
    let (bench, receipt) = without_the_deal();
    assert!(is_gone(&bench, "acme_renewal") && is_gone(&bench, "open_quote"), "its tasks went with it");
    let undo = &receipt["undo"];
    assert_eq!(*undo, json!({ "tool": "salesforce_restore", "arguments": { "record": bench.id("acme_renewal") } }));
    let recovery = receipt["recovery"].as_str().unwrap();
    assert!(recovery.contains("For 15 days, as a rule, `undo` restores it, and so can a person"), "{recovery}");
    let reply = bench.ok("restore", undo["arguments"].clone());
    assert_eq!(bench.requests(), 2);
    assert!(!is_gone(&bench, "acme_renewal") && !is_gone(&bench, "open_quote"), "{reply:#}");
    let id = bench.id("acme_renewal");
    assert_eq!(
        (&reply["object"], &reply["id"], &reply["name"], &reply["facts"]["Account.Name"]),
        (&json!("Opportunity"), &json!(id), &json!("Acme renewal"), &json!("Acme"))
    );
    assert_eq!(reply["link"], format!("https://demo.my.salesforce.com/{id}"));
    assert_eq!(reply["notices"], json!(["what went to the recycle bin with it came back with it"]));
    // And it is taken back in turn.
    bench.ok("delete", reply["undo"]["arguments"].clone());
    assert!(is_gone(&bench, "acme_renewal"));
}

#[test]
fn records_of_every_kind_come_back() {
    let bench = bench();
    for (key, name) in
        [("letter", "Send Letter"), ("training", "Acme Training"), ("case_closed_1", "Login loop on Safari")]
    {
        let mut arguments = json!({ "record": bench.id(key) });
        if key == "training" {
            arguments["object"] = json!("Project");
        }
        let mut delete = arguments.clone();
        delete["name"] = json!(name);
        let deleted = bench.ok("delete", delete);
        assert_eq!(deleted["undo"]["arguments"].get("object").is_some(), key == "training", "{deleted:#}");
        let reply = bench.ok("restore", deleted["undo"]["arguments"].clone());
        assert!(!is_gone(&bench, key) && reply["name"].is_string(), "{reply:#}");
    }
    // By a link as people copy it.
    bench.ok("delete", json!({ "record": bench.id("acme_renewal"), "name": "Acme renewal" }));
    let link = format!("https://demo.lightning.force.com/lightning/r/Opportunity/{}/view", bench.id("acme_renewal"));
    assert_eq!(bench.ok("restore", json!({ "record": link }))["name"], "Acme renewal");
}

#[test]
fn it_is_off_unless_the_settings_name_it_and_the_platform_serves_it() {
    let bench = Bench::new();
    let arguments = json!({ "record": bench.id("acme_renewal") });
    for tools in [None, Some(vec!["default".to_owned(), "delete".to_owned()])] {
        bench.settings.borrow_mut().tools = tools;
        assert_outcome(&bench.err("restore", arguments.clone()), "switched_off", "no", "settings");
    }
    let deleted = bench.ok("delete", json!({ "record": bench.id("acme_renewal"), "name": "Acme renewal" }));
    assert_eq!(deleted.get("undo"), None);
    assert!(deleted["recovery"].as_str().unwrap().contains("No tool restores it, but for 15 days a person can"));
    let bench = switched_on(bench);
    bench.settings.borrow_mut().soap_session = false;
    let error = bench.err("restore", arguments.clone());
    assert_outcome(&error, "switched_off", "no", "a person can do it in Salesforce");
    bench.settings.borrow_mut().soap_session = true;
    bench.settings.borrow_mut().objects.edit = Some(vec!["Account".to_owned()]);
    assert_outcome(&bench.err("restore", arguments.clone()), "switched_off", "no", "changing Opportunity records");
    bench.settings.borrow_mut().read_only = true;
    assert_outcome(&bench.err("restore", arguments), "switched_off", "no", "");
    assert!(is_gone(&bench, "acme_renewal"));
}

#[test]
fn only_an_id_or_a_link_says_which_record() {
    let bench = bench();
    for arguments in [
        json!({ "record": "Acme renewal", "object": "Opportunity" }),
        json!({ "record": "" }),
        json!({ "record": "https://evil.example/006" }),
        json!({ "record": &bench.id("acme_renewal")[..17] }),
    ] {
        assert_eq!(bench.refused("restore", arguments)["fields"], json!(["record"]));
    }
    let wrong = json!({ "record": bench.id("acme_renewal"), "object": "Account" });
    assert_eq!(bench.refused("restore", wrong)["fields"], json!(["object"]));
    bench.refused("restore", json!({}));
}

#[test]
fn a_record_that_is_not_deleted_stays_as_it_is() {
    let bench = bench();
    let error = bench.err("restore", json!({ "record": bench.id("acme_renewal") }));
    assert_outcome(&error, "conflict", "no", "the record is not deleted");
    assert_eq!((error["code"].as_str(), bench.counts()), (Some("UNDELETE_FAILED"), (2, 0)));
}

#[test]
fn what_went_with_another_comes_back_with_that_one() {
    let (bench, _) = without_the_deal();
    let error = bench.err("restore", json!({ "record": bench.id("open_quote") }));
    assert_outcome(&error, "rejected", "no", "with another that it belongs to");
    assert!(is_gone(&bench, "open_quote"));
}

#[test]
fn what_is_not_in_the_bin_any_more_is_not_found() {
    let bench = bench();
    let error = bench.err("restore", json!({ "record": "006000000000999" }));
    assert_outcome(&error, "not_found", "no", "not in the recycle bin");
    assert_eq!(bench.org.writes().len(), 0);
}

#[test]
fn a_user_without_the_right_is_told_so() {
    let (bench, _) = without_the_deal();
    bench.org.change_access("riley", |access| {
        access.objects.insert("Opportunity".to_owned(), demo_org::access::ObjectAccess::READ);
    });
    let error = bench.err("restore", json!({ "record": bench.id("acme_renewal") }));
    assert_outcome(&error, "forbidden", "no", "lacks the right");
    assert!(is_gone(&bench, "acme_renewal"));
}

#[test]
fn a_restore_without_an_answer_is_looked_into_and_not_repeated() {
    for effect in [Effect::DropAfter, Effect::CutBody, Effect::Delay(Duration::from_secs(120))] {
        let (bench, _) = without_the_deal();
        bench.org.fault(Fault::new(effect).on(Method::POST, SOAP));
        let reply = bench.ok("restore", json!({ "record": bench.id("acme_renewal") }));
        assert!(reply["notices"][0].as_str().unwrap().ends_with("it is there"), "{reply:#}");
        assert_eq!(bench.requests(), 2);
    }
    // It broke on its way: the record is where it was.
    let (bench, _) = without_the_deal();
    bench.org.fault(Fault::html_503().on(Method::POST, SOAP));
    let error = bench.err("restore", json!({ "record": bench.id("acme_renewal") }));
    assert_outcome(&error, "unavailable", "no", "still deleted");
    assert_eq!(bench.requests(), 2);
    // Nobody can look.
    let (bench, _) = without_the_deal();
    bench.org.fault(Fault::new(Effect::DropAfter).on(Method::POST, SOAP));
    bench.org.fault(Fault::server_unavailable().on(Method::GET, "/queryAll"));
    let error = bench.err("restore", json!({ "record": bench.id("acme_renewal") }));
    assert_outcome(&error, "unavailable", "unknown", "looking for the record failed as well");
}

#[test]
fn what_may_not_be_read_comes_back_untold() {
    let (bench, _) = without_the_deal();
    bench.settings.borrow_mut().objects.read = Some(vec!["Contact".to_owned()]);
    let reply = bench.ok("restore", json!({ "record": bench.id("acme_renewal") }));
    assert!(!is_gone(&bench, "acme_renewal"));
    assert_eq!((reply.get("name"), &reply["facts"]), (None, &json!({})));
    assert!(reply["notices"].to_string().contains("keep Opportunity records from being read"), "{reply:#}");
}

#[test]
fn the_envelope_holds_one_empty_session_and_nothing_but_the_id() {
    let bench = switched_on(Bench::on(Org::demo_with([Extra::Oddities]), "riley"));
    bench.err("restore", json!({ "record": bench.id("acme_renewal") }));
    let sent = bench.sent.borrow();
    let soap = sent.iter().find(|request| request.uri().path() == SOAP).unwrap();
    let body = String::from_utf8(soap.body().clone()).unwrap();
    let call = format!("<s:Body><undelete><ids>{}</ids></undelete></s:Body>", bench.id("acme_renewal"));
    assert!(body.contains(&call) && body.matches("<sessionId></sessionId>").count() == 1, "{body}");
    assert_eq!(soap.headers()["soapaction"], "\"\"");
}
