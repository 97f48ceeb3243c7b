//! Person accounts: an account and a contact that are one person, found once and written as the account.

use demo_org::Org;
use serde_json::{Value, json};

use crate::bench::Bench;

const WARM: [&str; 2] = ["Account", "Contact"];

/// A bench that knows nothing yet, and one that has described both halves.
fn benches() -> [Bench; 2] {
    [Bench::new(), Bench::warm(&WARM)]
}

fn held(bench: &Bench, key: &str, field: &str) -> Value {
    bench.org.row(bench.org.id(key).as_ref().unwrap()).unwrap().get(field).to_json()
}

#[test]
fn a_person_is_one_candidate_by_whatever_is_known_of_the_org() {
    for bench in benches() {
        for text in ["Maria Santos", "maria.santos@mail.example", "Santos"] {
            let reply = bench.ok("find", json!({ "text": text }));
            let [found] = reply["candidates"].as_array().unwrap().as_slice() else { panic!("{text}: {reply:#}") };
            assert_eq!((&found["object"], &found["id"]), (&json!("Account"), &json!(bench.id("maria"))));
            let facts = found["facts"].as_object().unwrap();
            assert_eq!(facts["PersonEmail"], "maria.santos@mail.example");
            assert_eq!(facts["IsPersonAccount"], true);
            assert!(!facts.contains_key("PersonContactId"), "{reply:#}");
        }
    }
    let bench = Bench::warm(&WARM);
    bench.ok("find", json!({ "text": "Maria Santos" }));
    assert_eq!(bench.requests(), 1, "what is known costs nothing");
}

#[test]
fn a_contact_alone_stays_a_candidate_and_so_do_those_of_companies() {
    let bench = Bench::warm(&WARM);
    let reply = bench.ok("find", json!({ "text": "Maria Santos", "objects": ["Contact"] }));
    assert_eq!(reply["candidates"][0]["id"], bench.id("maria_contact"), "{reply:#}");
    let reply = bench.ok("find", json!({ "text": "Bob Stone" }));
    let facts = reply["candidates"][0]["facts"].as_object().unwrap();
    assert!(!facts.contains_key("IsPersonAccount") && !facts.contains_key("AccountId"), "{reply:#}");
}

#[test]
fn a_company_with_a_contact_of_its_own_name_is_two() {
    for bench in [Bench::of("admin"), Bench::of("admin").after_describing(&WARM)] {
        let made = bench.ok("create", json!({ "object": "Account", "fields": { "Name": "Ida Freelance" } }));
        let account = made["records"][0]["id"].as_str().unwrap();
        let contact = json!({ "FirstName": "Ida", "LastName": "Freelance", "AccountId": account });
        bench.ok("create", json!({ "object": "Contact", "fields": contact }));
        let reply = bench.ok("find", json!({ "text": "Ida Freelance" }));
        assert_eq!(reply["candidates"].as_array().unwrap().len(), 2, "{reply:#}");
        let change = json!({ "object": "Contact", "record": "Ida Freelance", "fields": { "Title": "Owner" } });
        assert_eq!(bench.ok("update", change)["object"], "Contact");
    }
}

#[test]
fn what_is_written_to_the_contact_goes_to_the_account_by_its_own_names() {
    for bench in benches() {
        let fields = json!({ "Email": "m@mail.example", "Mobile": "+55 1", "Job Title": "Dr.", "birthday": "1980-01-02",
            "Last Name": "Lima", "Phone": "+55 2" });
        let change =
            json!({ "object": "Contact", "record": "Maria Santos", "fields": fields, "from": { "Title": "" } });
        let reply = bench.ok("update", change);
        assert_eq!(reply["object"], "Account");
        let record = &reply["records"][0];
        assert_eq!((&record["id"], &record["name"]), (&json!(bench.id("maria")), &json!("Maria Santos")));
        let changes = record["changes"].as_array().unwrap().iter();
        let written: Vec<_> = changes.map(|change| change["field"].as_str().unwrap()).collect();
        let expected = ["PersonEmail", "PersonMobilePhone", "PersonTitle", "PersonBirthdate", "LastName", "Phone"];
        assert!(expected.iter().all(|name| written.contains(name)) && written.len() == expected.len(), "{reply:#}");
        assert!(reply["notices"][0].as_str().unwrap().contains("the account was written"), "{reply:#}");
        assert_eq!(held(&bench, "maria_contact", "Name"), "Maria Lima");
        assert_eq!(held(&bench, "maria_contact", "Email"), "m@mail.example");
        let undone = bench.ok("update", reply["undo"]["arguments"].clone());
        assert_eq!(undone["records"][0]["changes"].as_array().unwrap().len(), 6);
        assert_eq!(held(&bench, "maria_contact", "MobilePhone"), "+55 11 5555 0101");
        assert_eq!(held(&bench, "maria_contact", "Title"), Value::Null);
    }
}

#[test]
fn a_contact_by_its_id_is_written_as_its_account_in_three_requests() {
    let bench = Bench::warm(&WARM);
    let id = bench.id("maria_contact");
    let reply = bench.ok("update", json!({ "record": id, "fields": { "Email": "m@mail.example" } }));
    assert_eq!(bench.counts(), (3, 1));
    assert_eq!(reply["records"][0]["id"], bench.id("maria"));
    // Expected otherwise, nothing is written.
    let change =
        json!({ "record": id, "fields": { "Email": "n@mail.example" }, "from": { "Email": "x@mail.example" } });
    let error = bench.err("update", change);
    assert_eq!((&error["kind"], &error["changed"]), (&json!("conflict"), &json!("no")));
    assert_eq!(error["current"]["fields"]["PersonEmail"], "m@mail.example");
}

#[test]
fn a_contact_that_is_a_person_belongs_to_no_other_account() {
    for bench in benches() {
        let moved = json!({ "object": "Contact", "record": "Maria Santos", "fields": { "Account": "Acme" } });
        let error = bench.err("update", moved);
        assert_eq!((&error["kind"], &error["fields"]), (&json!("invalid_input"), &json!(["Account"])));
        assert!(error["message"].as_str().unwrap().contains("has no AccountId"), "{error:#}");
        assert_eq!(bench.org.writes().len(), 0);
    }
}

#[test]
fn an_account_that_may_not_be_changed_is_not_changed_by_its_contact() {
    let bench = Bench::warm(&WARM);
    bench.settings.borrow_mut().objects.edit = Some(vec!["Contact".to_owned()]);
    let change = json!({ "object": "Contact", "record": "Maria Santos", "fields": { "Email": "m@mail.example" } });
    assert_eq!(bench.err("update", change)["kind"], "switched_off");
    assert_eq!(bench.org.writes().len(), 0);
}

#[test]
fn a_persons_own_fields_go_by_the_words_people_use() {
    let bench = Bench::new();
    let words = json!({ "email": "m@mail.example", "cell phone": "+55 1", "date of birth": "1980-01-02" });
    let reply = bench.ok("update", json!({ "object": "Account", "record": "Maria Santos", "fields": words }));
    let changes = reply["records"][0]["changes"].as_array().unwrap().iter();
    let mut written: Vec<_> = changes.map(|change| change["field"].as_str().unwrap()).collect();
    written.sort_unstable();
    assert_eq!(written, ["PersonBirthdate", "PersonEmail", "PersonMobilePhone"]);
    let asked = json!(["birthday", "mobile phone", "MobilePhone", "first name"]);
    let got = bench.ok("get", json!({ "object": "Account", "record": "Maria Santos", "fields": asked }));
    assert_eq!(
        got["fields"],
        json!({ "PersonBirthdate": "1980-01-02", "PersonMobilePhone": "+55 1", "FirstName": "Maria" })
    );
    let soql = "SELECT Name, mobile FROM Account WHERE email = 'm@mail.example'";
    let reply = bench.ok("query", json!({ "soql": soql }));
    assert_eq!(reply["rows"], json!([[bench.id("maria"), "Maria Santos", "+55 1"]]), "{reply:#}");
    let got = bench.ok("get", json!({ "object": "Account", "record": "Maria Santos" }));
    assert_eq!(got["fields"]["PersonEmail"], "m@mail.example");
}

#[test]
fn a_person_is_created_by_the_parts_of_the_name_and_never_by_the_name() {
    let bench = Bench::new();
    let fields = json!({ "First Name": "Ana", "Last Name": "Lima", "Mobile": "+55 3", "Email": "a@mail.example" });
    let made = bench.created(json!({ "object": "Account", "fields": fields }));
    assert_eq!(made["fields"]["Name"], "Ana Lima");
    assert_eq!(made["fields"]["PersonMobilePhone"], "+55 3");
    let named = json!({ "object": "Account", "fields": { "Name": "Ana Lima", "birthday": "1990-01-01" } });
    let error = bench.err("create", named);
    assert!(error["message"].as_str().unwrap().contains("set FirstName and LastName"), "{error:#}");
    assert_eq!(error["allowed"][1], "LastName");
    for object in ["Account", "Contact"] {
        let named = json!({ "object": object, "record": "Maria Santos", "fields": { "Name": "Maria Lima" } });
        let error = bench.err("update", named);
        assert_eq!((&error["kind"], &error["changed"]), (&json!("invalid_input"), &json!("no")), "{error:#}");
        assert!(error["allowed"].as_array().unwrap().contains(&json!("LastName")), "{error:#}");
    }
}

#[test]
fn an_activity_is_with_the_contact_that_a_person_is() {
    for bench in benches() {
        for who in ["Maria Santos".to_owned(), bench.id("maria"), bench.id("maria_contact")] {
            let reply = bench.ok("log_activity", json!({ "kind": "call", "who": who, "text": "Hello" }));
            assert_eq!(reply["created"][0]["fields"]["WhoId"], bench.id("maria_contact"), "{who}: {reply:#}");
            assert_eq!(reply["who"]["id"], bench.id("maria_contact"));
        }
        let error = bench.err("log_activity", json!({ "kind": "call", "who": bench.id("acme"), "text": "Hello" }));
        assert_eq!((&error["kind"], &error["fields"]), (&json!("invalid_input"), &json!(["who"])));
        assert!(error["message"].as_str().unwrap().contains("other records go in `what`"), "{error:#}");
    }
}

#[test]
fn a_lookup_that_takes_both_halves_takes_the_account() {
    for bench in benches() {
        let note = json!({ "Title": "Call back", "Parent": "Maria Santos" });
        let made = bench.created(json!({ "object": "Note", "fields": note }));
        assert_eq!(made["fields"]["ParentId"], bench.id("maria"));
    }
}

#[test]
fn a_lead_is_merged_into_a_person_by_the_account_alone() {
    for with in ["account", "contact", "by name"] {
        for bench in benches() {
            let mut args = json!({ "record": "Dana Fox", "opportunity": "none" });
            match with {
                "account" => args["account"] = json!(bench.id("maria")),
                "contact" => args["contact"] = json!(bench.id("maria_contact")),
                _ => args["contact"] = json!("Maria Santos"),
            }
            let reply = bench.ok("convert_lead", args);
            let records = reply["records"].as_array().unwrap();
            let of = |object: &str| records.iter().find(|one| one["object"] == object).unwrap();
            assert_eq!((&of("Account")["id"], &of("Account")["created"]), (&json!(bench.id("maria")), &json!(false)));
            let contact = of("Contact");
            assert_eq!(
                (&contact["id"], &contact["created"]),
                (&json!(bench.id("maria_contact")), &json!(false)),
                "{with}"
            );
            let sent = bench.sent.borrow();
            let soap = sent.iter().find(|one| one.uri().path().starts_with("/services/Soap/")).unwrap();
            let envelope = String::from_utf8_lossy(soap.body()).into_owned();
            assert!(envelope.contains(&bench.id("maria")) && !envelope.contains("contactId"), "{envelope}");
        }
    }
}

#[test]
fn a_contact_that_is_a_person_is_not_deleted_without_its_account() {
    let bench = Bench::on(Org::demo(), "admin").after_describing(&WARM);
    bench.settings.borrow_mut().tools = Some(vec!["delete".to_owned()]);
    let error = bench.err("delete", json!({ "record": bench.id("maria_contact"), "name": "Maria Santos" }));
    assert_eq!((&error["kind"], &error["allowed"]), (&json!("invalid_input"), &json!([bench.id("maria")])));
    assert_eq!(bench.org.writes().len(), 0);
}
