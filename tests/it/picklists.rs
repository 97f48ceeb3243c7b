//! Which picklist values a record may hold: by the field that controls them, by its record type, and said otherwise.

use std::time::Duration;

use demo_org::{Effect, Fault};
use http::Method;
use serde_json::{Value, json};

use crate::bench::Bench;
use crate::said::{numbers, records};

/// Riley, to whom the org has described an object otherwise than the demo org does.
fn told(object: &str, change: impl Fn(&mut Value)) -> Bench {
    let bench = Bench::warm(&[object]);
    let mut describe: Value = serde_json::from_slice(bench.received.borrow().last().unwrap()).unwrap();
    change(&mut describe);
    let bench = Bench::new();
    bench.org.fault(answer(200, &describe).on(Method::GET, "/describe"));
    bench.after_describing(&[object])
}

fn answer(status: u16, body: &Value) -> Fault {
    Fault::new(Effect::Answer { status, content_type: "application/json", body: body.to_string() })
}

/// A field of a describe.
fn field<'d>(describe: &'d mut Value, name: &str) -> &'d mut Value {
    describe["fields"].as_array_mut().unwrap().iter_mut().find(|field| field["name"] == name).unwrap()
}

fn case(fields: Value) -> Value {
    json!({ "object": "Case", "fields": fields })
}

fn deal(fields: Value) -> Value {
    let mut all = json!({ "Name": "Globex pumps", "StageName": "Qualification", "CloseDate": "2026-09-01" });
    all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    json!({ "object": "Opportunity", "fields": all })
}

fn change(bench: &Bench, key: &str, changes: Value) -> Value {
    json!({ "record": bench.id(key), "fields": changes })
}

fn notices(reply: &Value) -> Vec<&str> {
    reply["notices"].as_array().into_iter().flatten().map(|notice| notice.as_str().unwrap()).collect()
}

// ---- picklists that depend on another field ----

#[test]
fn a_value_that_does_not_go_with_the_controlling_one_is_refused_with_those_that_do() {
    let bench = Bench::warm(&["Case"]);
    let error = bench.refused("create", case(json!({ "Subject": "x", "Product": "Platform", "Area": "power supply" })));
    assert_eq!(
        error["message"],
        "the value for Component__c is not allowed while Product__c is what `details` shows: take one of `allowed`, or set Product__c to one of those in `goes_with`"
    );
    let details = json!({ "Component__c": ["Power Supply"], "Product__c": ["Platform"], "goes_with": ["Hardware"] });
    assert_eq!(error["details"], details);
    assert_eq!(error["fields"], json!(["Component__c", "Product__c"]));
    assert_eq!(error["allowed"], json!(["Login", "Billing"]));

    let reply = bench.created(case(json!({ "Subject": "x", "Product": "Hardware", "Area": "power" })));
    assert_eq!(reply["fields"]["Component__c"], "Power Supply");
    assert_eq!(notices(&reply), [r#"Component__c: "power" stands for the value that the reply shows"#]);
    assert_eq!(bench.counts(), (1, 1));
}

#[test]
fn a_dependent_value_without_its_controlling_one_is_refused_with_those_it_goes_with() {
    let bench = Bench::warm(&["Case"]);
    for fields in [json!({ "Area": "Login" }), json!({ "Area": "Login", "Product": null })] {
        let mut fields = fields;
        fields["Subject"] = json!("x");
        let error = bench.refused("create", case(fields));
        assert_eq!(
            error["message"],
            "the value for Component__c is not allowed while Product__c is empty; `allowed` has the values of Product__c it goes with"
        );
        assert_eq!(error["details"], json!({ "Component__c": ["Login"] }));
        assert_eq!(error["allowed"], json!(["Platform", "Mobile App"]));
    }
}

#[test]
fn what_the_record_holds_controls_a_change_and_is_read_in_the_same_request() {
    let bench = Bench::warm(&["Case"]);
    let key = "case_new_2";
    let id = bench.org.id(key).unwrap();
    bench.org.set(&id, "Product__c", "Hardware");
    let error = bench.err("update", change(&bench, key, json!({ "Area": "Billing" })));
    assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some("invalid_input"), Some("no")), "{error}");
    assert!(error["message"].as_str().unwrap().contains("while Product__c is what `details` shows"), "{error}");
    assert_eq!(error["details"]["Product__c"], json!(["Hardware"]));
    assert_eq!(error["allowed"], json!(["Screen", "Power Supply"]));
    assert_eq!(bench.counts(), (1, 0));

    let both = json!({ "Area": "Billing", "Product": "Platform" });
    let reply = bench.ok("update", change(&bench, key, both));
    assert_eq!(reply["records"][0]["changes"][0]["after"], "Billing");
    assert_eq!(notices(&reply), [""; 0]);
    assert_eq!(bench.counts(), (3, 1));

    // What is said to be kept is checked as well as what is new.
    let kept = json!({ "Area": "Billing", "Product": "Hardware" });
    let error = bench.err("update", change(&bench, key, kept));
    assert_eq!(error["fields"], json!(["Component__c", "Product__c"]));
    assert_eq!(bench.counts(), (4, 1));
}

#[test]
fn a_value_left_behind_by_a_change_of_what_controls_it_is_told() {
    for (to, told) in [(json!("Hardware"), true), (json!(null), true), (json!("Mobile App"), false)] {
        let bench = Bench::warm(&["Case"]);
        let id = bench.org.id("case_new_2").unwrap();
        bench.org.set(&id, "Product__c", "Platform");
        bench.org.set(&id, "Component__c", "Login");
        let reply = bench.ok("update", change(&bench, "case_new_2", json!({ "Product": to })));
        let expected = "Component__c keeps its value, which `details` shows and which does not go with the new Product__c; set or clear it as well";
        assert_eq!(notices(&reply), if told { vec![expected] } else { vec![] });
        assert_eq!(reply.get("details"), told.then(|| json!({ "Component__c": ["Login"] })).as_ref());
        assert_eq!(bench.counts(), (2, 1));
    }
}

#[test]
fn an_inactive_value_that_controls_forbids_nothing() {
    let bench = told("Case", |describe| field(describe, "Product__c")["picklistValues"][0]["active"] = json!(false));
    let id = bench.org.id("case_new_2").unwrap();
    bench.org.set(&id, "Product__c", "Platform");
    let area = |area: &str| json!({ "Area": area });
    bench.ok("update", change(&bench, "case_new_2", area("Screen")));
    // The places of the others are what they were.
    bench.org.set(&id, "Product__c", "Hardware");
    let error = bench.err("update", change(&bench, "case_new_2", area("Login")));
    assert_eq!(error["allowed"], json!(["Screen", "Power Supply"]));
}

#[test]
fn a_checkbox_controls_a_picklist_too() {
    let bench = Bench::warm(&["Project__c"]);
    let project = |fields: Value| json!({ "object": "Project__c", "fields": fields });
    let account = bench.id("acme");
    let error = bench.refused(
        "create",
        project(json!({ "Name": "x", "Customer": account, "Billable": true, "Billing Rate": "Goodwill" })),
    );
    assert_eq!(
        error["message"],
        "the value for Rate__c is not allowed while Billable__c is what `details` shows: take one of `allowed`"
    );
    assert_eq!(error["details"], json!({ "Rate__c": ["Goodwill"], "Billable__c": ["true"] }));
    assert_eq!(error["allowed"], json!(["Standard", "Discounted"]));
    // What it is by default is not known.
    bench.created(project(json!({ "Name": "x", "Customer": account, "Billing Rate": "Goodwill" })));
    bench.org.forget_requests();
    let id = bench.org.id("migration").unwrap();
    bench.org.set(&id, "Billable__c", false);
    let changes = json!({ "Rate__c": "Standard" });
    let arguments = json!({ "object": "Project__c", "record": id.to_string(), "fields": changes });
    let error = bench.err("update", arguments);
    assert_eq!(error["allowed"], json!(["Goodwill", "Internal"]));
    assert_eq!(bench.counts(), (1, 0));
}

#[test]
fn each_of_several_values_is_checked_and_a_default_controls_a_new_record() {
    // Topics by phase: the first two while it is planned, the others when it is active.
    let bench = told("Project__c", |describe| {
        let topics = field(describe, "Tags__c");
        topics["controllerName"] = json!("Status__c");
        topics["dependentPicklist"] = json!(true);
        for (value, bits) in
            topics["picklistValues"].as_array_mut().unwrap().iter_mut().zip(["gA==", "gA==", "QA==", "QA=="])
        {
            value["validFor"] = json!(bits);
        }
    });
    let project = |fields: Value| {
        let mut all = json!({ "Name": "x", "Customer": bench.id("acme") });
        all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        json!({ "object": "Project__c", "fields": all })
    };
    let error = bench.refused("create", project(json!({ "Topics": ["migration", "Training"] })));
    assert_eq!(
        error["message"],
        "the value for Tags__c is not allowed while Status__c is what `details` shows: take one of `allowed`, or set Status__c to one of those in `goes_with`"
    );
    let details = json!({ "Tags__c": ["Training"], "Status__c": ["Planned"], "goes_with": ["Active"] });
    assert_eq!(error["details"], details);
    assert_eq!(error["allowed"], json!(["Migration", "Integration"]));
    bench.created(project(json!({ "Topics": ["Training", "Security"], "Phase": "Active" })));
    bench.created(project(json!({ "Topics": "Migration;Integration" })));
}

#[test]
fn a_country_given_by_its_name_controls_its_states() {
    let bench = Bench::warm(&["Account"]);
    let account = |fields: Value| json!({ "object": "Account", "fields": fields });
    let error = bench.refused(
        "create",
        account(json!({ "Name": "Zenith", "BillingCountry": "Canada", "BillingStateCode": "California" })),
    );
    assert_eq!(error["fields"], json!(["BillingStateCode", "BillingCountryCode"]));
    assert_eq!(error["allowed"], json!(["British Columbia", "Ontario", "Quebec"]));
    let reply =
        bench.created(account(json!({ "Name": "Zenith", "BillingCountry": "Canada", "BillingStateCode": "ontario" })));
    assert_eq!(reply["fields"]["BillingStateCode"], "ON");
    // The record is in the United States until then.
    let changes = json!({ "BillingCountry": "Canada", "BillingStateCode": "ON" });
    bench.ok("update", change(&bench, "acme", changes));
}

#[test]
fn a_description_of_yesterday_forbids_nothing_that_is_allowed_today() {
    // As it was told, nothing went with Platform.
    let untie = |describe: &mut Value| field(describe, "Component__c")["picklistValues"][1]["validFor"] = json!("AAAA");
    for tool in ["create", "update"] {
        let bench = told("Case", untie);
        let id = bench.org.id("case_new_2").unwrap();
        bench.org.set(&id, "Product__c", "Platform");
        bench.org.advance(Duration::from_secs(3600));
        let arguments = match tool {
            "create" => case(json!({ "Subject": "x", "Product": "Platform", "Area": "Billing" })),
            _ => change(&bench, "case_new_2", json!({ "Area": "Billing" })),
        };
        bench.ok(tool, arguments);
        assert_eq!(bench.org.writes().len(), 1, "{tool}");
        // While it is fresh, it is believed.
        let bench = told("Case", untie);
        let error = bench.err("create", case(json!({ "Subject": "x", "Product": "Platform", "Area": "Billing" })));
        assert_eq!(error["allowed"], json!(["Login"]), "{error}");
        assert_eq!(bench.counts(), (0, 0));
    }
}

// ---- record types ----

#[test]
fn a_value_that_the_record_type_lacks_is_refused_with_those_it_has() {
    let bench = Bench::warm(&["Opportunity"]);
    let renewal = deal(json!({ "Record Type": "renewal", "Type": "new customer" }));
    let error = bench.err("create", renewal.clone());
    assert_eq!((error["kind"].as_str(), error["changed"].as_str()), (Some("invalid_input"), Some("no")));
    assert_eq!(
        error["message"],
        "the value for Type is not allowed with the record type that `details` shows: take one of `allowed`"
    );
    assert_eq!(error["details"], json!({ "Type": ["New Customer"], "RecordTypeId": ["Renewal"] }));
    assert_eq!(error["fields"], json!(["Type"]));
    assert_eq!(
        error["allowed"],
        json!(["Existing Customer - Upgrade", "Existing Customer - Replacement", "Existing Customer - Downgrade"])
    );
    assert_eq!((bench.counts(), bench.narrowings()), ((1, 0), 1));
    // It is asked once.
    bench.refused("create", renewal);
    bench.created(deal(json!({ "Record Type": "renewal", "Type": "upgrade" })));
    assert_eq!((bench.counts(), bench.narrowings()), ((2, 1), 1));
}

#[test]
fn a_new_record_without_a_type_has_the_users_own() {
    let bench = Bench::warm(&["Opportunity"]);
    let error = bench.err("create", deal(json!({ "Type": "upgrade" })));
    assert_eq!(error["details"], json!({ "Type": ["Existing Customer - Upgrade"], "RecordTypeId": ["New Business"] }));
    assert_eq!(error["allowed"], json!(["New Customer"]));
    assert_eq!(bench.org.writes(), []);
}

#[test]
fn a_record_keeps_to_its_own_type_which_is_read_in_the_same_request() {
    let bench = Bench::warm(&["Opportunity"]);
    let stage = |stage: &str| json!({ "Stage": stage });
    let error = bench.err("update", change(&bench, "acme_renewal", stage("Prospecting")));
    assert_eq!(error["details"], json!({ "StageName": ["Prospecting"], "RecordTypeId": ["Renewal"] }));
    assert_eq!((bench.counts(), bench.narrowings()), ((2, 0), 1));
    bench.ok("update", change(&bench, "acme_renewal", stage("proposal")));
    assert_eq!((bench.counts(), bench.narrowings()), ((4, 1), 1));
    // A record without a type may hold every value.
    let id = bench.org.id("acme_renewal").unwrap();
    bench.org.set(&id, "RecordTypeId", demo_org::Value::Null);
    bench.ok("update", change(&bench, "acme_renewal", stage("Prospecting")));
    assert_eq!((bench.counts(), bench.narrowings()), ((6, 2), 1));
}

#[test]
fn the_record_type_of_the_same_call_counts_for_what_is_kept_too() {
    let bench = Bench::warm(&["Opportunity"]);
    let id = bench.org.id("acme_renewal").unwrap();
    let changes = json!({ "Record Type": "New Business", "Stage": "Prospecting" });
    bench.ok("update", change(&bench, "acme_renewal", changes));
    assert_eq!(bench.org.row(&id).unwrap().get("StageName").as_str(), Some("Prospecting"));
    // The stage is there already, and would not be one of the new type.
    let changes = json!({ "Record Type": "Renewal", "Stage": "Prospecting", "Type": "Upgrade" });
    let error = bench.err("update", change(&bench, "acme_renewal", changes));
    assert_eq!(error["fields"], json!(["StageName"]), "{error}");
}

#[test]
fn nothing_is_asked_where_no_record_type_narrows_what_is_written() {
    // No picklist is written; there is only the master; a person has another type than the usual one.
    for (object, fields) in [
        ("Account", json!({ "Name": "Zenith", "Phone": "1" })),
        ("Lead", json!({ "LastName": "Wolf", "Company": "Wolf", "Rating": "hot" })),
        ("Account", json!({ "LastName": "Wolf", "Rating": "hot" })),
    ] {
        let bench = Bench::warm(&[object]);
        bench.created(json!({ "object": object, "fields": fields }));
        assert_eq!(bench.counts(), (1, 1), "{fields}");
    }
    let bench = Bench::warm(&["Opportunity"]);
    bench.ok("update", change(&bench, "acme_renewal", json!({ "Amount": 1 })));
    assert_eq!(bench.counts(), (2, 1));
}

#[test]
fn a_value_that_is_escaped_on_the_way_is_still_one_of_the_record_type() {
    let bench = Bench::warm(&["Account"]);
    let fields = json!({ "Name": "Zenith", "Industry": "Food & Beverage" });
    bench.created(json!({ "object": "Account", "fields": fields }));
    assert_eq!((bench.counts(), bench.narrowings()), ((2, 1), 1));
}

#[test]
fn an_org_that_does_not_say_what_a_record_type_allows_judges_by_itself() {
    for (status, asked_again) in [(403, false), (404, false), (503, true)] {
        let bench = Bench::warm(&["Opportunity"]);
        let refusal = json!([{ "errorCode": "FUNCTIONALITY_NOT_ENABLED", "message": "no" }]);
        bench.org.fault(answer(status, &refusal).on(Method::GET, "/picklist-values/"));
        // Of a restricted picklist.
        let lost = json!({ "Record Type": "Renewal", "Loss_Reason__c": "Timing", "StageName": "Closed Lost" });
        let error = bench.err("create", deal(lost.clone()));
        assert_eq!(error["code"], "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "{error}");
        assert_eq!((error["changed"].as_str(), &error["fields"]), (Some("no"), &json!(["Loss_Reason__c"])));
        assert_eq!((bench.counts(), bench.narrowings()), ((2, 0), 1), "{status}");
        let error = bench.err("create", deal(lost));
        assert_eq!(bench.narrowings(), if asked_again { 2 } else { 1 }, "{status}");
        assert_eq!(error["code"].is_null(), asked_again, "{error}");
        // Of an unrestricted one, which the org does not judge.
        if !asked_again {
            bench.created(deal(json!({ "Record Type": "Renewal", "Type": "New Customer" })));
        }
    }
    // A spent limit says nothing of the resource.
    let bench = Bench::warm(&["Opportunity"]);
    let spent = json!([{ "errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded." }]);
    bench.org.fault(answer(403, &spent).on(Method::GET, "/picklist-values/"));
    bench.created(deal(json!({})));
    bench.created(deal(json!({ "Name": "Initech pumps" })));
    assert_eq!(bench.narrowings(), 2);
}

#[test]
fn what_a_record_type_allowed_hours_ago_is_asked_again_before_it_refuses() {
    let bench = Bench::warm(&["Opportunity"]);
    let only = json!({ "picklistFieldValues": { "StageName": { "values": [{ "value": "Qualification" }] } } });
    bench.org.fault(answer(200, &only).on(Method::GET, "/picklist-values/"));
    let stage = |stage: &str| json!({ "Stage": stage });
    let error = bench.err("update", change(&bench, "acme_renewal", stage("Closed Lost")));
    assert_eq!(error["allowed"], json!(["Qualification"]), "believed while it is fresh");
    assert_eq!((bench.counts(), bench.narrowings()), ((2, 0), 1));
    bench.org.advance(Duration::from_secs(3600));
    bench.ok("update", change(&bench, "acme_renewal", stage("Proposal/Price Quote")));
    assert_eq!((bench.org.writes().len(), bench.narrowings()), (1, 2));
}

#[test]
fn a_record_type_the_org_had_to_choose_is_told() {
    let bench = told("Opportunity", |describe| {
        for kind in describe["recordTypeInfos"].as_array_mut().unwrap() {
            kind["defaultRecordTypeMapping"] = kind["master"].clone();
        }
    });
    let reply = bench.created(deal(json!({})));
    let id = reply["fields"]["RecordTypeId"].as_str().unwrap();
    assert_eq!(reply["names"][id], "New Business", "{reply}");
    assert!(notices(&reply).iter().any(|notice| notice.starts_with("RecordTypeId: none was given")), "{reply}");
    // Nothing is asked of a type nobody knows.
    assert_eq!(bench.counts(), (1, 1));
    // Where the user has a type, or names one, there is nothing to tell.
    let reply = Bench::warm(&["Opportunity"]).created(deal(json!({})));
    assert_eq!((&reply["fields"]["RecordTypeId"], notices(&reply).len()), (&Value::Null, 0));
    let reply = bench.created(deal(json!({ "Name": "Initech pumps", "Record Type": "Renewal" })));
    assert!(!notices(&reply).iter().any(|notice| notice.contains("none was given")), "{reply}");
}

// ---- other values, before anything is sent ----

#[test]
fn a_number_with_more_digits_than_its_field_is_refused() {
    let bench = Bench::warm(&["Account", "Opportunity", "Project__c"]);
    for (object, field, to, most) in [
        ("Account", "NumberOfEmployees", json!(123_456_789), 8),
        ("Account", "NumberOfEmployees", json!("-123456789"), 8),
        ("Opportunity", "Amount", json!(1e16), 16),
        ("Project__c", "Progress__c", json!(1000), 3),
    ] {
        let change = json!({ field: to });
        let error = bench.refused("update", json!({ "object": object, "record": "xyz", "fields": change }));
        let expected = format!("expected a number of at most {most} digits before the point");
        assert!(error["message"].as_str().unwrap().ends_with(&expected), "{error}");
        let error = bench.refused("create", json!({ "object": object, "fields": { field: to } }));
        assert_eq!(error["fields"], json!([field]));
    }
    let fits = json!({ "NumberOfEmployees": 12_345_678, "AnnualRevenue": 0.5 });
    bench.ok("update", change(&bench, "acme", fits));
}

#[test]
fn a_text_that_is_no_address_is_refused_where_an_address_belongs() {
    let bench = Bench::warm(&["Contact"]);
    for text in ["none", "@acme.example", "bob@", "bob at acme", "a@x.example, b@x.example"] {
        let error =
            bench.refused("create", json!({ "object": "Contact", "fields": { "LastName": "x", "Email": text } }));
        assert!(error["message"].as_str().unwrap().ends_with("expected an e-mail address"), "{error}");
        let change = json!({ "Email": text });
        bench.refused("update", json!({ "object": "Contact", "record": "xyz", "fields": change }));
    }
    for text in ["o'brien+x@müller.example", "Bob.Stone@acme.example"] {
        let change = json!({ "Email": text });
        bench.ok("update", json!({ "object": "Contact", "record": bench.id("bob"), "fields": change }));
    }
}

// ---- filters ----

#[test]
fn a_value_said_otherwise_in_a_filter_is_taken_for_the_one_and_told() {
    let bench = Bench::warm(&["Opportunity", "Account"]);
    let stage = json!({ "field": "Stage", "value": "negotiation" });
    let told = r#"StageName: "negotiation" stands for the value that `details` shows"#;
    let details = json!({ "StageName": ["Negotiation/Review"] });
    let listed = bench.ok("query", records(json!({ "object": "Opportunity", "filters": [stage] })));
    assert!(!listed["rows"].as_array().unwrap().is_empty());
    assert_eq!((notices(&listed), &listed["details"]), (vec![told], &details));
    let group = json!([{ "field": "Stage", "op": "in", "value": ["negotiation", "Closed Nowhere"] }]);
    let any = bench.ok("query", records(json!({ "object": "Opportunity", "any_of": [group] })));
    // What one value finds would hide that the other is none.
    let unknown = r#"StageName: "Closed Nowhere" is none of its values; `details` shows the nearest"#;
    assert_eq!((&any["rows"], notices(&any)), (&listed["rows"], vec![told, unknown]));
    let counted = bench.ok("query", numbers(json!({ "object": "Opportunity", "filters": [stage] })));
    assert_eq!(counted["rows"][0][0], listed["rows"].as_array().unwrap().len());
    assert!(notices(&counted).contains(&told), "{counted}");
    assert_eq!(counted["details"], details);
    let children = json!([{ "object": "Opportunity", "filters": [stage] }]);
    let parents = bench.ok("query", records(json!({ "object": "Account", "children": children })));
    assert!(!parents["rows"].as_array().unwrap().is_empty());
    assert_eq!((notices(&parents), &parents["details"]), (vec![told], &details));
    // Other letters are the same to Salesforce, and a part of a text is no value.
    let filters = json!([{ "field": "Stage", "value": "negotiation/REVIEW" }, { "field": "Type", "op": "contains", "value": "new" }]);
    assert_eq!(notices(&bench.ok("query", records(json!({ "object": "Opportunity", "filters": filters })))), [""; 0]);
}

#[test]
fn each_of_several_values_in_a_filter_is_taken_for_the_one_meant() {
    let bench = Bench::warm(&["Contact"]);
    let list = |op: &str, value: Value| {
        let filters = json!([{ "field": "Languages", "op": op, "value": value }]);
        bench.ok("query", records(json!({ "object": "Contact", "filters": filters })))
    };
    let plain = list("includes", json!(["German;English", "Hebrew"]));
    let said = list("includes", json!(["germ; engl", "hebr"]));
    assert_eq!(said["rows"], plain["rows"]);
    assert!(!plain["rows"].as_array().unwrap().is_empty());
    assert_eq!(notices(&said).len(), 3, "{said}");
    assert_eq!(list("eq", json!("germ;engl"))["rows"], list("eq", json!("German;English"))["rows"]);
}

#[test]
fn a_value_by_its_label_is_found_though_nobody_described_the_picklist() {
    let filters = json!([{ "field": "ShowAs", "value": "Out of Office" }]);
    let told = r#"ShowAs: "Out of Office" stands for the value that `details` shows"#;
    let said = json!({ "object": "Event", "filters": filters });
    for (is_counted, arguments) in [(false, records(said.clone())), (true, numbers(said))] {
        let bench = Bench::new();
        bench.org.set(&bench.org.id("meeting_next").unwrap(), "ShowAs", "OutOfOffice");
        let reply = bench.ok("query", arguments.clone());
        let found = if is_counted {
            reply["rows"][0][0].as_u64().unwrap()
        } else {
            reply["rows"].as_array().unwrap().len() as u64
        };
        assert_eq!(found, 1, "{reply}");
        assert!(notices(&reply).contains(&told), "{reply}");
        assert_eq!(reply["details"], json!({ "ShowAs": ["OutOfOffice"] }));
        // Nothing was found, so the picklist was looked up; then it was.
        assert_eq!(bench.requests(), 3, "{arguments}");
        bench.org.forget_requests();
        bench.ok("query", arguments.clone());
        assert_eq!(bench.requests(), 1, "{arguments}");
    }
}

#[test]
fn numbers_of_nothing_name_the_value_that_no_picklist_has() {
    let bench = Bench::new();
    for group_by in [json!([]), json!([{ "field": "Type" }])] {
        let filters = json!([{ "field": "Account.Industry", "value": "Manufactoring" }]);
        let arguments = json!({ "object": "Opportunity", "filters": filters, "group_by": group_by });
        let reply = bench.ok("query", numbers(arguments));
        let told = notices(&reply).join("\n");
        assert!(told.contains(r#"Account.Industry: "Manufactoring" is none of its values"#), "{reply}");
    }
}
