//! Several records created by one call: all or none, with one receipt.

use demo_org::{Effect, Fault};
use http::Method;
use serde_json::{Value, json};

use crate::bench::Bench;

fn admin() -> Bench {
    Bench::of("admin").after_describing(&["CampaignMember", "Campaign", "Lead", "Contact"])
}

/// Nina and Lee as members of the Spring Webinar.
fn two_members() -> Value {
    json!({ "object": "CampaignMember", "fields": { "Campaign": "Spring Webinar" },
        "records": [{ "Lead": "Nina Volkov" }, { "Lead": "Lee Park", "Status": "Responded" }] })
}

fn rows(bench: &Bench, object: &str) -> usize {
    bench.org.rows(object).len()
}

#[test]
fn several_records_are_created_by_names_with_what_they_have_in_common() {
    let bench = admin();
    let reply = bench.ok("create", two_members());
    // The names, the records, and what the org holds of them.
    assert_eq!(bench.counts(), (3, 2));
    let records = reply["records"].as_array().unwrap();
    let webinar = bench.id("webinar");
    for (record, (lead, status)) in records.iter().zip([("nina", "Sent"), ("lee", "Responded")]) {
        let id = record["id"].as_str().unwrap();
        assert!(record["link"].as_str().unwrap().ends_with(id));
        let held = bench.org.row(&demo_org::Id::parse(id).unwrap()).unwrap();
        assert_eq!(held.get("LeadId").to_json(), bench.id(lead));
        assert_eq!(held.get("Status").to_json(), status);
        assert_eq!(
            (&record["fields"]["LeadId"], &record["fields"]["CampaignId"]),
            (&json!(bench.id(lead)), &json!(webinar))
        );
    }
    assert_eq!(records.len(), 2);
    assert_eq!(
        (&reply["names"][&webinar], &reply["names"][bench.id("lee")]),
        (&json!("Spring Webinar"), &json!("Lee Park"))
    );
    let asked = bench
        .sent
        .borrow()
        .iter()
        .map(|request| String::from_utf8_lossy(request.body()).matches("+FROM+Campaign+").count())
        .sum::<usize>();
    assert_eq!(asked, 1, "what all have in common is looked up once");
}

#[test]
fn what_a_record_has_for_itself_goes_before_what_all_have() {
    let bench = Bench::warm(&["Contact"]);
    let records = json!([{ "Last Name": "Abe", "Title": "Chair" }, { "Last Name": "Bea", "Job Title": null }, { "Last Name": "Cid" }]);
    let reply = bench
        .ok("create", json!({ "object": "Contact", "fields": { "Title": "Buyer", "Fax": "1" }, "records": records }));
    assert_eq!(bench.counts(), (2, 3));
    let titles: Vec<_> =
        reply["records"].as_array().unwrap().iter().map(|record| record["fields"].get("Title").cloned()).collect();
    assert_eq!(titles, [Some(json!("Chair")), None, Some(json!("Buyer"))]);
    let error = bench.refused("create", json!({ "object": "Contact", "fields": { "Title": "x", "Job Title": "y" }, "records": [{ "Last Name": "Abe" }] }));
    assert!(error["message"].as_str().unwrap().contains("Title is given twice"), "{error:#}");
}

#[test]
fn where_one_cannot_be_created_none_is() {
    let bench = admin();
    let before = (rows(&bench, "CampaignMember"), rows(&bench, "Contact"));
    // Omar is a member already.
    let mut arguments = two_members();
    arguments["records"][1] = json!({ "Lead": "Omar Haddad" });
    let error = bench.err("create", arguments);
    assert_eq!((&error["kind"], &error["changed"]), (&json!("duplicate"), &json!("no")), "{error:#}");
    assert!(
        error["message"].as_str().unwrap().contains("of the 2 records this is about number 2, and none was created"),
        "{error:#}"
    );
    // A name that fits nobody, before anything is written.
    let mut arguments = two_members();
    arguments["records"][0] = json!({ "Lead": "Nobody Atall" });
    let error = bench.err("create", arguments);
    assert_eq!((&error["kind"], &error["changed"]), (&json!("not_found"), &json!("no")), "{error:#}");
    let contacts = json!([{ "Last Name": "Abe" }, { "First Name": "Bea" }]);
    let error = bench.refused("create", json!({ "object": "Contact", "records": contacts }));
    assert_eq!(error["fields"], json!(["LastName"]));
    assert!(error["message"].as_str().unwrap().contains("about number 2, and none"), "{error:#}");
    assert_eq!((rows(&bench, "CampaignMember"), rows(&bench, "Contact")), before);
}

#[test]
fn several_without_an_answer_are_looked_for() {
    for effect in [Effect::DropAfter, Effect::CutBody] {
        let bench = Bench::warm(&["Contact"]);
        bench.org.fault(Fault::new(effect.clone()).on(Method::POST, "/composite"));
        let contacts = json!([{ "Last Name": "Abe" }, { "Last Name": "Bea" }]);
        let reply = bench.ok("create", json!({ "object": "Contact", "records": contacts }));
        assert_eq!(reply["records"][1]["fields"]["LastName"], "Bea", "{effect:?}: {reply:#}");
        assert!(reply["notices"].to_string().contains("did not answer"), "{effect:?}: {reply:#}");
        assert_eq!(rows(&bench, "Contact"), rows(&Bench::new(), "Contact") + 2);
    }
    let bench = Bench::warm(&["Contact"]);
    bench.org.fault(Fault::html_503().on(Method::POST, "/composite"));
    let contacts = json!([{ "Last Name": "Abe" }, { "Last Name": "Bea" }]);
    let error = bench.err("create", json!({ "object": "Contact", "records": contacts }));
    assert_eq!(error["changed"], "unknown", "{error:#}");
    assert!(error["message"].as_str().unwrap().contains("about number 1 (\"Abe\")"), "{error:#}");
}

#[test]
fn what_cannot_be_read_back_is_created_all_the_same() {
    let bench = Bench::warm(&["Contact"]);
    bench.org.fault(Fault::html_503().on(Method::GET, "/query").times(u32::MAX));
    let contacts = json!([{ "Last Name": "Abe" }, { "Last Name": "Bea" }]);
    let reply = bench.ok("create", json!({ "object": "Contact", "records": contacts }));
    assert_eq!(reply["records"].as_array().unwrap().len(), 2);
    assert!(reply["notices"][0].as_str().unwrap().contains("could not be read back"), "{reply:#}");
    assert_eq!(reply["notices"].as_array().unwrap().len(), 1, "said once of both: {reply:#}");
}

#[test]
fn how_several_are_taken_back_is_said() {
    let bench = Bench::warm(&["Contact"]);
    let contacts = json!({ "object": "Contact", "records": [{ "Last Name": "Abe" }, { "Last Name": "Bea" }] });
    let by_hand = bench.ok("create", contacts.clone());
    assert_eq!(by_hand["undo"], json!({ "instructions": "a person deletes the records in Salesforce" }));
    bench.settings.borrow_mut().tools = Some(["create", "delete"].map(str::to_owned).to_vec());
    let before = rows(&bench, "Contact");
    let by_tool = bench.ok("create", contacts);
    let undo = &by_tool["undo"];
    assert_eq!((&undo["tool"], undo.get("instructions")), (&json!("salesforce_delete"), None), "{undo:#}");
    let named = by_tool["records"].as_array().unwrap().iter();
    let named: Vec<_> = named.map(|one| json!({ "record": one["id"], "name": one["fields"]["Name"] })).collect();
    assert_eq!(undo["arguments"], json!({ "records": named }));
    assert_eq!(rows(&bench, "Contact"), before + 2);
    bench.ok("delete", undo["arguments"].clone());
    let is_deleted = |one: &Value| {
        let id = demo_org::Id::parse(one["id"].as_str().unwrap()).unwrap();
        bench.org.row(&id).unwrap().is_deleted()
    };
    assert!(by_tool["records"].as_array().unwrap().iter().all(is_deleted));
}

#[test]
fn more_or_less_than_one_call_creates_is_refused_before_anything_is_sent() {
    let bench = Bench::warm(&["Contact"]);
    let many: Vec<_> = (0..25).map(|at| json!({ "Last Name": format!("N{at}") })).collect();
    for (records, about, words) in [
        (json!(many), "records", "25 records are more than the 24 that one call creates"),
        (json!([]), "fields", "say what to create"),
        (json!([{ "Last Name": "a" }, { "Last Name": "see @{p1.id}" }]), "records", "create that record alone"),
        (json!([{ "Last Name": "a" }, { "Lst Name": "b" }]), "Lst Name", "about number 2"),
    ] {
        let error = bench.refused("create", json!({ "object": "Contact", "records": records }));
        assert_eq!(error["fields"], json!([about]), "{error:#}");
        assert!(error["message"].as_str().unwrap().contains(words), "{error:#}");
    }
}
