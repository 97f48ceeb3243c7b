//! Records named in lookups: found in the request that reads anyway, or in one of their own, and never guessed.

use serde_json::{Value, json};

use crate::bench::Bench;

/// The candidates of an error: the field each could go in, and its name.
fn candidates(error: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    error["candidates"].as_array().unwrap().iter().map(|one| (text(&one["field"]), text(&one["name"]))).collect()
}

fn assign(account: &str, owner: &str) -> Value {
    json!({ "object": "Account", "record": account, "fields": { "Owner": owner } })
}

#[test]
fn an_account_is_not_assigned_to_one_of_two_janes() {
    for (bench, requests) in [(Bench::warm(&["Account", "User"]), 1), (Bench::new(), 1)] {
        let error = bench.err("update", assign("Initech", "Jane"));
        assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some("ambiguous"), Some("no")));
        assert_eq!(error["fields"], json!(["OwnerId"]));
        let of = |name: &str| ("OwnerId".to_owned(), name.to_owned());
        assert_eq!(candidates(&error), [of("Jane Miller"), of("Jane Okafor")]);
        assert_eq!(error["candidates"][1]["facts"]["Title"], "Customer Success");
        assert_eq!(
            error["message"],
            "nothing was written: OwnerId: 2 records fit \"Jane\"; an inactive user of such a name was left out; \
             ask the person which of the candidates is meant, then call again with its id"
        );
        assert_eq!(bench.counts(), (requests, 0));
    }
}

#[test]
fn an_account_is_assigned_to_a_person_by_name_in_two_requests_warm_and_cold() {
    for bench in [Bench::warm(&["Account", "User"]), Bench::new()] {
        let reply = bench.ok("update", assign("Initech", "jane okafor"));
        let (riley, jane) = (bench.id("riley"), bench.id("jane_okafor"));
        assert_eq!(reply["records"][0]["changes"], json!([{ "field": "OwnerId", "before": riley, "after": jane }]));
        assert_eq!(reply["names"], json!({ riley: "Riley Reyes", jane.clone(): "Jane Okafor" }));
        assert_eq!(reply.get("notices"), None);
        assert_eq!(bench.counts(), (2, 1));
        assert_eq!(bench.org.writes()[0].fields, ["OwnerId"]);
    }
}

#[test]
fn who_has_left_is_not_chosen_but_said() {
    let bench = Bench::warm(&["Account"]);
    let error = bench.err("update", assign("Initech", "Jane Doe"));
    assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some("not_found"), Some("no")));
    assert!(error["message"].as_str().unwrap().contains("only inactive users"), "{error}");
    assert_eq!(candidates(&error), [("OwnerId".to_owned(), "Jane Doe".to_owned())]);
    assert_eq!(error["candidates"][0]["facts"]["IsActive"], false);
    assert_eq!(bench.counts(), (1, 0));
}

#[test]
fn a_name_of_nobody_writes_nothing() {
    let bench = Bench::warm(&["Account"]);
    let error = bench.err("update", assign("Initech", "Zorro"));
    assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some("not_found"), Some("no")));
    assert_eq!(
        error["message"],
        "nothing was written: OwnerId: no User has a name like \"Zorro\"; ask the person, or look with salesforce_find"
    );
    assert_eq!(bench.counts(), (1, 0));
}

#[test]
fn a_user_is_named_by_their_email_address_too() {
    let bench = Bench::warm(&["Account"]);
    let reply = bench.ok("update", assign("Initech", "jane.miller@demo.example"));
    assert_eq!(reply["records"][0]["changes"][0]["after"], bench.id("jane_miller"));
    assert_eq!(bench.counts(), (2, 1));
}

#[test]
fn a_case_goes_to_a_queue_by_name_and_a_public_group_is_none() {
    let bench = Bench::warm(&["Case"]);
    let case = |owner: &str| {
        let change = json!({ "Case Owner": owner });
        let expected = json!({ "Case Owner": "Riley" });
        json!({ "object": "Case", "record": "00001001", "fields": change, "from": expected })
    };
    let reply = bench.ok("update", case("Tier 2"));
    assert_eq!(reply["records"][0]["changes"][0]["after"], bench.id("tier2"));
    assert_eq!(reply["names"][bench.id("tier2")], "Tier 2");
    assert_eq!(bench.counts(), (2, 1));
    assert_eq!(bench.err("update", case("DACH Team"))["kind"], "not_found");
    assert_eq!(bench.org.writes().len(), 1);
}

#[test]
fn what_was_expected_of_a_lookup_is_compared_with_the_name_it_points_to() {
    for (from, fits) in [("Riley Reyes", true), ("riley", true), ("Sam", false), ("Ril", false)] {
        let bench = Bench::warm(&["Account"]);
        let change = json!({ "OwnerId": "Sam Lee" });
        let expected = json!({ "OwnerId": from });
        let outcome =
            bench.call("update", json!({ "object": "Account", "record": "Acme", "fields": change, "from": expected }));
        match outcome {
            Ok(_) => assert!(fits, "{from}"),
            Err(error) => {
                assert!(!fits, "{from}: {error}");
                assert_eq!(error["kind"], "conflict");
                assert_eq!(bench.counts(), (1, 0));
            }
        }
    }
}

#[test]
fn a_contact_is_added_to_an_account_by_name_in_two_requests() {
    let bench = Bench::warm(&["Contact"]);
    let fields = json!({
        "First Name": "Sarah", "Last Name": "Chen", "Title": "VP Engineering", "Account": "Brightpath",
        "Email": "sarah.chen@brightpath.com",
    });
    let reply = bench.created(json!({ "object": "Contact", "fields": fields }));
    let account = bench.id("brightpath");
    assert_eq!(reply["fields"]["AccountId"], account);
    assert_eq!(reply["names"], json!({ account.clone(): "Brightpath" }));
    assert_eq!(reply.get("notices"), None);
    assert_eq!(bench.counts(), (2, 1));
}

#[test]
fn a_deal_and_a_case_for_an_account_by_name_take_two_requests_warm_and_three_cold() {
    for (object, fields) in [
        (
            "Opportunity",
            json!({ "Name": "Globex expansion", "Account": "Globex", "Amount": 50000, "Stage": "Prospecting",
                    "CloseDate": "2027-03-15" }),
        ),
        ("Case", json!({ "Subject": "Login fails since Monday", "Account": "Acme", "Priority": "high" })),
    ] {
        for (bench, requests) in [(Bench::warm(&[object]), 2), (Bench::new(), 3)] {
            let reply = bench.created(json!({ "object": object, "fields": fields }));
            assert!(reply["fields"]["AccountId"].as_str().unwrap().starts_with("001"));
            // Stages differ by record type, which is asked once a day.
            assert_eq!(bench.narrowings(), usize::from(object == "Opportunity"));
            assert_eq!(bench.counts(), (requests + bench.narrowings(), 1), "{object}");
        }
    }
}

#[test]
fn all_names_of_a_call_are_looked_for_at_once_and_asked_about_at_once() {
    let bench = Bench::warm(&["Case"]);
    let fields = json!({ "Subject": "Printer", "Account": "acm", "Contact": "Bob", "Owner": "Jane" });
    let error = bench.err("create", json!({ "object": "Case", "fields": fields }));
    assert_eq!(error["kind"], "ambiguous");
    assert_eq!(error["fields"], json!(["AccountId", "ContactId", "OwnerId"]));
    let candidates = candidates(&error);
    for (field, name) in [("AccountId", "Acme Corporation"), ("ContactId", "Robert Klein"), ("OwnerId", "Jane Okafor")]
    {
        assert!(candidates.contains(&(field.to_owned(), name.to_owned())), "{candidates:?}");
    }
    assert_eq!(bench.counts(), (1, 0));

    let fields = json!({ "Subject": "Printer", "Account": "Acme", "Contact": "Bob Stone", "Owner": "tier 2" });
    let reply = bench.created(json!({ "object": "Case", "fields": fields }));
    assert_eq!(reply["fields"]["OwnerId"], bench.id("tier2"));
    assert_eq!(reply["fields"]["ContactId"], bench.id("bob"));
    assert_eq!(bench.counts(), (3, 1));
}

#[test]
fn more_names_than_one_request_takes_go_in_two() {
    let bench = Bench::warm(&["Case"]);
    let changes = json!({ "Account": "Globex", "Contact": "Sarah Chen", "Owner": "Tier 2", "Parent Case": "00001002" });
    // The case itself, an account, a contact, a user or a queue, and a case.
    let reply = bench.ok("update", json!({ "object": "Case", "record": "00001001", "fields": changes }));
    assert_eq!(reply["records"][0]["changes"][3]["after"], bench.id("case_old_2"));
    assert_eq!(bench.counts(), (3, 1));
}

#[test]
fn a_person_is_found_by_a_short_form_of_the_name_and_by_where_they_work() {
    for (contact, key) in [("Bobby Klein", "robert"), ("Bob at Globex", "bob_globex"), ("Bob Stone at Acme", "bob")] {
        let bench = Bench::warm(&["Case"]);
        let fields = json!({ "Subject": "Printer", "Contact": contact });
        let reply = bench.created(json!({ "object": "Case", "fields": fields }));
        assert_eq!(reply["fields"]["ContactId"], bench.id(key), "{contact}");
    }
    let bench = Bench::warm(&["Case"]);
    let fields = json!({ "Subject": "Printer", "Contact": "Bob at Acme" });
    let error = bench.err("create", json!({ "object": "Case", "fields": fields }));
    let names: Vec<_> = candidates(&error).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["Bob Stone", "Robert Klein"]);
    assert!(bench.org.writes().is_empty());
}

#[test]
fn a_lookup_that_takes_many_objects_is_looked_for_in_those_people_name() {
    let bench = Bench::warm(&["Task"]);
    let fields = json!({ "Subject": "Call", "WhoId": "Bob Stone", "WhatId": "Acme renewal" });
    let reply = bench.created(json!({ "object": "Task", "fields": fields }));
    assert_eq!(reply["fields"]["WhoId"], bench.id("bob"));
    assert_eq!(reply["fields"]["WhatId"], bench.id("acme_renewal"));
    // Six queries.
    assert_eq!(bench.counts(), (3, 1));
}

#[test]
fn lookups_of_custom_objects_work_the_same_way() {
    let bench = Bench::warm(&["Project__c"]);
    let fields = json!({ "Project Name": "Initech Audit", "Customer": "Initech", "Project Lead": "Tom Baker" });
    let reply = bench.created(json!({ "object": "Project", "fields": fields }));
    assert_eq!(reply["fields"]["Account__c"], bench.id("initech"));
    assert_eq!(reply["fields"]["Project_Lead__c"], bench.id("tom"));
    assert_eq!(bench.org.writes().len(), 1);
}

#[test]
fn a_record_type_is_chosen_by_name_without_a_request() {
    let bench = Bench::warm(&["Opportunity"]);
    let mut fields = json!({
        "Name": "Globex renewal", "StageName": "Qualification", "CloseDate": "2026-09-01", "Record Type": "renewal",
    });
    let reply = bench.created(json!({ "object": "Opportunity", "fields": fields }));
    assert!(reply["fields"]["RecordTypeId"].as_str().unwrap().starts_with("012"), "{reply}");
    assert_eq!(bench.counts(), (1 + bench.narrowings(), 1));
    fields["Record Type"] = json!("Subscription");
    let error = bench.refused("create", json!({ "object": "Opportunity", "fields": fields }));
    assert!(error["allowed"].as_array().unwrap().contains(&json!("Renewal")), "{error}");
}

#[test]
fn objects_the_settings_keep_away_are_not_looked_in() {
    let bench = Bench::warm(&["Account"]);
    bench.settings.borrow_mut().objects.read = Some(vec!["Account".to_owned()]);
    let error = bench.err("update", assign("Initech", "Jane Okafor"));
    assert_eq!(error["kind"], "switched_off");
    assert_eq!(bench.counts(), (0, 0));
}

#[test]
fn names_that_break_careless_quoting_find_their_record_in_a_lookup() {
    for key in ["obrien", "backslash", "percent", "rockets", "shalom", "markup"] {
        let bench = Bench::warm(&["Contact", "Account"]);
        let name = bench.org.row(&bench.org.id(key).unwrap()).unwrap().get("Name").as_str().unwrap().to_owned();
        let fields = json!({ "LastName": "Zed", "Account": name });
        let reply = bench.created(json!({ "object": "Contact", "fields": fields }));
        assert_eq!(reply["fields"]["AccountId"], bench.id(key));
    }
}

#[test]
fn me_is_the_user_whose_id_is_asked_for_once() {
    let bench = Bench::warm(&["Account"]);
    bench.ok("update", assign("Initech", "Sam Lee"));
    bench.org.forget_requests();
    let riley = bench.id("riley");
    for (number, me) in ["me", "Myself", " MY "].into_iter().enumerate() {
        let reply = bench.ok("update", assign("Initech", me));
        assert_eq!(reply["records"][0]["changes"][0]["after"], riley);
        // Who the user is, the record, the change, which comes once; then the record alone.
        assert_eq!(bench.counts(), (3 + number, 1), "{me}");
    }
    let change = json!({ "OwnerId": "Sam Lee" });
    let expected = json!({ "OwnerId": "me" });
    let reply =
        bench.ok("update", json!({ "object": "Account", "record": "Initech", "fields": change, "from": expected }));
    assert_eq!(reply["records"][0]["changes"][0]["before"], riley);
    let change = json!({ "OwnerId": "Jane Okafor" });
    let expected = json!({ "OwnerId": "me" });
    let error =
        bench.err("update", json!({ "object": "Account", "record": "Initech", "fields": change, "from": expected }));
    assert_eq!(error["kind"], "conflict");

    let fields = json!({ "LastName": "Zed", "Company": "Zed", "Owner": "me" });
    let reply = bench.created(json!({ "object": "Lead", "fields": fields }));
    assert_eq!(reply["fields"]["OwnerId"], riley);
    assert_eq!(reply["notices"], json!([format!("OwnerId: the user is {riley}")]));
}

#[test]
fn me_is_nobody_where_no_user_can_stand() {
    let bench = Bench::warm(&["Contact"]);
    let error = bench.err("create", json!({ "object": "Contact", "fields": { "LastName": "Zed", "Account": "me" } }));
    assert_eq!(error["fields"], json!(["AccountId"]));
    assert!(bench.org.requests().iter().all(|request| !request.path.contains("userinfo")));
}

#[test]
fn where_a_person_works_is_said_in_any_of_three_ways() {
    for contact in ["Bob from Globex", "bob @ globex", "Bob AT Globex"] {
        let bench = Bench::warm(&["Case"]);
        let reply = bench.created(json!({ "object": "Case", "fields": { "Subject": "x", "Contact": contact } }));
        assert_eq!(reply["fields"]["ContactId"], bench.id("bob_globex"), "{contact}");
    }
    // Of two Bob Stones, the one whose company is named exactly so.
    let bench = Bench::warm(&["Case", "Contact"]);
    let other = json!({ "FirstName": "Bob", "LastName": "Stone", "Account": "Acme Holdings" });
    bench.created(json!({ "object": "Contact", "fields": other, "allow_duplicate": true }));
    let case = |contact: &str| json!({ "object": "Case", "fields": { "Subject": "x", "Contact": contact } });
    assert_eq!(bench.created(case("Bob Stone at Acme"))["fields"]["ContactId"], bench.id("bob"));
    for contact in ["Bob Stone", "Bob Stone at Acm"] {
        assert_eq!(bench.err("create", case(contact))["kind"], "ambiguous", "{contact}");
    }
}

#[test]
fn a_double_name_is_known_by_its_words_and_nobody_by_the_middle_of_one() {
    let bench = Bench::warm(&["Case", "Contact"]);
    let ann = json!({ "FirstName": "Ann", "LastName": "Schulz-Meier" });
    let ann = bench.created(json!({ "object": "Contact", "fields": ann }))["id"].clone();
    let case = |contact: &str| json!({ "object": "Case", "fields": { "Subject": "x", "Contact": contact } });
    for contact in ["Ann Meier", "schulz-meier", "Ann Schulz Meier"] {
        assert_eq!(bench.created(case(contact))["fields"]["ContactId"], ann, "{contact}");
    }
    for contact in ["eier", "nn Meier"] {
        assert_eq!(bench.err("create", case(contact))["kind"], "not_found", "{contact}");
    }
}

#[test]
fn a_converted_lead_is_the_contact_it_became_in_a_lookup_too() {
    let bench = Bench::warm(&["Task"]);
    let reply = bench.created(json!({ "object": "Task", "fields": { "Subject": "x", "WhoId": "Carla Gomez" } }));
    assert_eq!(reply["fields"]["WhoId"], bench.id("carla_contact"));
}

#[test]
fn words_beside_a_name_are_left_out_where_nothing_is_called_so() {
    for (object, said, key) in [
        ("Opportunity", "the Globex deal", "globex_deal"),
        ("Opportunity", "Acme renewal deal", "acme_renewal"),
        ("Opportunity", "our Acme renewal opportunity", "acme_renewal"),
        ("Opportunity", "deal Acme renewal", "acme_renewal"),
        ("Account", "Acme Inc", "acme"),
        ("Account", "Acme, Inc.", "acme"),
        ("Account", "the Initech account", "initech"),
        ("Account", "Nordlicht Fertigung GmbH", "nordlicht"),
        ("Account", "Hooli GmbH & Co. KG", "hooli"),
        ("Case", "case 00001001", "case_old_1"),
        ("Case", "the password ticket", "case_new_1"),
        ("Contact", "Chen, Sarah", "sarah"),
        ("Contact", "klein, bobby", "robert"),
        ("Contact", "Bob at Globex Ltd.", "bob_globex"),
        ("Project__c", "the Acme Migration project", "migration"),
    ] {
        let bench = Bench::warm(&[object]);
        let reply = bench.ok("get", json!({ "object": object, "record": said }));
        assert_eq!(reply["id"], bench.id(key), "{said}");
        assert_eq!(bench.requests(), 1, "{said}");
        let found = bench.ok("find", json!({ "objects": [object], "text": said }));
        assert_eq!(found["candidates"][0]["id"], bench.id(key), "{said}");
    }
    let bench = Bench::warm(&["Case"]);
    let fields =
        json!({ "Subject": "x", "Account": "Acme Inc.", "Contact": "Stone, Bob", "Owner": "the Tier 2 queue" });
    let reply = bench.created(json!({ "object": "Case", "fields": fields }));
    assert_eq!(reply["fields"]["AccountId"], bench.id("acme"));
    assert_eq!(reply["fields"]["ContactId"], bench.id("bob"));
    assert_eq!(reply["fields"]["OwnerId"], bench.id("tier2"));
    assert_eq!(bench.counts(), (2, 1));
    let notice = format!("AccountId: \"Acme Inc.\" is {}", bench.id("acme"));
    assert!(reply["notices"].as_array().unwrap().contains(&json!(notice)), "{reply}");
}

#[test]
fn what_is_called_as_was_said_comes_before_what_is_so_without_a_word() {
    // Without "deal" it could be the pilot as well.
    let bench = Bench::warm(&["Opportunity"]);
    let reply = bench.ok("get", json!({ "object": "Opportunity", "record": "Globex deal" }));
    assert_eq!((reply["id"].as_str(), reply.get("notices")), (Some(bench.id("globex_deal").as_str()), None));
    // Two fit without the word, one of them by its whole name: it is not what was said.
    let bench = Bench::warm(&["Opportunity"]);
    let error = bench.err("get", json!({ "object": "Opportunity", "record": "Globex opportunity" }));
    assert_eq!(error["kind"], "ambiguous");
    let bench = Bench::warm(&["Account"]);
    let error = bench.err("update", assign("the Acme account", "Sam Lee"));
    assert_eq!(error["kind"], "ambiguous");
    assert_eq!(candidates(&error)[0].1, "Acme");
    assert!(bench.org.writes().is_empty());
    for said in ["Inc", "the", "the account", "Zenith Inc"] {
        assert_eq!(bench.err("get", json!({ "object": "Account", "record": said }))["kind"], "not_found", "{said}");
    }
}

#[test]
fn a_task_for_a_person_about_a_part_of_another_companys_record_is_asked_about() {
    let bench = Bench::warm(&["Task"]);
    let fields = json!({ "Subject": "x", "WhoId": "Sarah Chen", "WhatId": "quote" });
    let error = bench.err("create", json!({ "object": "Task", "fields": fields }));
    assert_eq!((&error["kind"], &error["fields"]), (&json!("ambiguous"), &json!(["WhatId"])));
    assert!(bench.org.writes().is_empty());
}

#[test]
fn the_name_of_a_task_is_its_subject_or_its_person() {
    for object in ["Task", "Event"] {
        let bench = Bench::warm(&[object]);
        for fields in [json!({ "Name": "Bob Stone", "Subject": "Call" }), json!({ "Name": "Call Bob" })] {
            let error = bench.refused("create", json!({ "object": object, "fields": fields }));
            assert_eq!(error["fields"], json!(["Name"]));
            assert_eq!(error["allowed"], json!(["Subject", "WhoId"]), "{error}");
        }
    }
}

#[test]
fn a_lookup_that_is_given_by_id_is_named_in_the_receipt_without_another_request() {
    let bench = Bench::warm(&["Contact", "Account", "Case"]);
    let (globex, initech) = (bench.id("globex"), bench.id("initech"));
    let change = json!({ "object": "Contact", "record": "Bob Fisher", "fields": { "AccountId": initech } });
    let reply = bench.ok("update", change);
    assert_eq!(bench.counts(), (2, 1));
    assert_eq!(reply["names"], json!({ globex.clone(): "Globex", initech.clone(): "Initech" }));
    let (riley, jane) = (bench.id("riley"), bench.id("jane_okafor"));
    let mut fields = json!({ "LastName": "Zed", "AccountId": globex, "ReportsToId": bench.id("bob"), "Owner": jane });
    let reply = bench.ok("create", json!({ "object": "Contact", "fields": fields }));
    assert_eq!(bench.counts(), (3, 2));
    assert_eq!(reply["names"], json!({ globex.clone(): "Globex", bench.id("bob"): "Bob Stone", jane: "Jane Okafor" }));
    // Several are read back by a query of their own, which has the names too.
    fields["Owner"] = json!("me");
    let records = json!([{ "FirstName": "Ann" }, { "FirstName": "Ben" }]);
    let reply = bench.ok("create", json!({ "object": "Contact", "fields": fields, "records": records }));
    let names = json!({ globex.clone(): "Globex", bench.id("bob"): "Bob Stone", riley: "Riley Reyes" });
    assert_eq!(reply["names"], names);
    let changes = json!([{ "record": bench.id("sarah") }, { "record": bench.id("bob_globex") }]);
    let reply = bench.ok("update", json!({ "records": changes, "fields": { "AccountId": bench.id("brightpath") } }));
    assert_eq!(reply["names"][bench.id("brightpath")], "Brightpath");
}

#[test]
fn who_the_rules_of_the_org_chose_is_named_too() {
    let bench = Bench::warm(&["Case"]);
    let made = bench.created(json!({ "object": "Case", "fields": { "Subject": "Printer" }, "assign": true }));
    assert_eq!(bench.counts(), (1, 1));
    let owner = made["fields"]["OwnerId"].as_str().unwrap();
    assert!(made["names"][owner].is_string(), "{made:#}");
}

#[test]
fn a_name_that_can_not_be_read_leaves_the_id_and_the_receipt_whole() {
    let bench = Bench::warm(&["Contact"]);
    *bench.rewrite.borrow_mut() = Some(Box::new(|body| {
        let mut body: Value = serde_json::from_str(&body).unwrap();
        for part in body["compositeResponse"].as_array_mut().unwrap() {
            if part["referenceId"] == "names" {
                part["httpStatusCode"] = json!(400);
                part["body"] = json!([{ "errorCode": "INVALID_FIELD", "message": "No such column" }]);
            }
        }
        body.to_string()
    }));
    let fields = json!({ "LastName": "Zed", "AccountId": bench.id("globex") });
    let made = bench.created(json!({ "object": "Contact", "fields": fields }));
    assert_eq!(made["fields"]["AccountId"], bench.id("globex"));
    assert_eq!((made.get("names"), made.get("notices")), (None, None), "{made:#}");
    // Where the org may not be read, nothing is asked.
    let bench = Bench::warm(&["Contact"]);
    bench.settings.borrow_mut().objects.read = Some(vec!["Account".to_owned()]);
    let made = bench.created(json!({ "object": "Contact", "fields": fields }));
    assert_eq!(made.get("names"), None);
}
