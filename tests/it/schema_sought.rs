//! One object in the list of all, looked for in the text of the list.

use demo_org::Org;
use http::Request;
use proptest::prelude::*;
use salesforce_plugin::schema::lookup::{self, ObjectMatch};
use salesforce_plugin::schema::{Found, GlobalDescribe, Sought};
use serde_json::{Value, json};

use crate::bench::Bench;

fn called(text: &str) -> Sought {
    Sought::Called(text.to_owned())
}

/// A list of objects of these names and labels, each with more than is asked for.
fn list(objects: &[[&str; 4]]) -> Vec<u8> {
    let object = |[name, label, plural, prefix]: &[&str; 4]| {
        json!({
            "activateable": false, "createable": true, "deprecatedAndHidden": false, "keyPrefix": prefix, "label": label,
            "labelPlural": plural, "layoutable": true, "name": name, "queryable": true,
            "urls": { "describe": format!("/services/data/v65.0/sobjects/{name}/describe"), "rowTemplate": "/{ID}" },
        })
    };
    json!({ "encoding": "UTF-8", "sobjects": objects.iter().map(object).collect::<Vec<_>>() }).to_string().into_bytes()
}

const OBJECTS: [[&str; 4]; 6] = [
    ["Meter__c", "Meter", "Meters", "a00"],
    ["Meter_Reading__c", "Meter Reading", "Meter Readings", "a01"],
    ["acme__Site__c", "Site", "Sites", "a02"],
    ["Site", "Site", "Sites", "0DM"],
    ["b__Step__c", "Step", "Steps", "a03"],
    ["c__Step__c", "Step", "Stages", "a04"],
];

#[test]
fn an_object_is_found_without_the_others_being_read() {
    let list = list(&OBJECTS);
    let find = |sought: Sought| match sought.find_in(&list).unwrap() {
        Found::Names(names) => names.join(" "),
        Found::Among(_) => "?".to_owned(),
    };
    for (text, expected) in [
        ("meter readings", "Meter_Reading__c"),
        (" Meter-Reading ", "Meter_Reading__c"),
        ("METER", "Meter__c"),
        ("meter__C", "Meter__c"),
        // An API name comes before any label.
        ("site", "Site"),
        ("sites", "acme__Site__c Site"),
        ("step", "b__Step__c c__Step__c"),
        ("stages", "c__Step__c"),
        // Member names and addresses are no labels, and neither are parts of texts.
        ("label", "?"),
        ("name", "?"),
        ("Read", "?"),
        ("", "?"),
        // Of other letters a byte does not tell where a text begins.
        ("Übung", "?"),
    ] {
        assert_eq!(find(called(text)), expected, "{text}");
    }
    assert_eq!(find(Sought::Prefix("a01".to_owned())), "Meter_Reading__c");
    assert_eq!(find(Sought::Prefix("A01".to_owned())), "?");
}

#[test]
fn only_what_has_the_form_of_an_api_name_is_taken_for_one() {
    for name in ["CaseComment", "Product2", " PricebookEntry "] {
        assert_eq!(called(name).api_name(), Some(name.trim()));
    }
    for text in ["Asset", "asset", "caseComment", "Case Comment", "CASE", "Case_Comment", "CaseÄnderung", "Plan__c", ""]
    {
        assert_eq!(called(text).api_name(), None, "{text}");
    }
    assert_eq!(Sought::Prefix("a0B".to_owned()).api_name(), None);
}

#[test]
fn a_list_that_is_none_is_refused_and_a_long_one_is_not_read_for_what_is_like_it() {
    assert!(called("x").find_in(b"\xff").is_err());
    assert!(called("x").find_in(b"[1,]").is_err());
    let short = list(&OBJECTS);
    assert!(matches!(called("Metre").find_in(&short).unwrap(), Found::Among(_)));
    // With space in it, nothing is passed over.
    let spaced = serde_json::from_slice::<Value>(&list(&OBJECTS.repeat(300))).unwrap();
    let spaced = serde_json::to_vec_pretty(&spaced).unwrap();
    assert!(matches!(called("Metre").find_in(&spaced).unwrap(), Found::Among(_)));
    let long = list(&OBJECTS.repeat(300));
    assert_eq!(called("Metre").find_in(&long).unwrap(), Found::Names(Vec::new()));
    assert_eq!(called("Meters").find_in(&long).unwrap(), Found::Names(vec!["Meter__c".to_owned()]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_096))]

    #[test]
    fn what_is_found_is_what_reading_all_finds(
        // No org has two objects of one name. A label that begins with a space is found by reading all alone.
        objects in prop::collection::btree_map("[ab]{1,2}(__c)?", ("[ab][ab ]{0,2}", "[ab][ab-]{0,2}"), 0..5)
            .prop_map(Vec::from_iter)
            .prop_shuffle(),
        text in "[abAB]{1,3}",
    ) {
        let objects: Vec<[&str; 4]> =
            objects.iter().map(|(name, (label, plural))| [name, label, plural, "a00"]).collect();
        let list = list(&objects);
        let all = GlobalDescribe::from_json(&list).unwrap();
        if let Found::Names(names) = called(&text).find_in(&list).unwrap() {
            let (mut found, mut expected) = match (ObjectMatch::of_names(names), lookup::object(&text, Some(&all), &[])) {
                (ObjectMatch::Found { name, .. }, ObjectMatch::Found { name: expected, .. }) => (vec![name], vec![expected]),
                (ObjectMatch::AmbiguousLabel { names }, ObjectMatch::AmbiguousLabel { names: expected }) => (names, expected),
                (found, expected) => return Err(TestCaseError::fail(format!("{found:?}, but {expected:?}"))),
            };
            found.sort();
            expected.sort();
            prop_assert_eq!(found, expected);
        }
    }
}

/// Somebody whose platform keeps nothing between calls.
fn forgetful() -> Bench {
    let bench = Bench::on(Org::demo(), "admin");
    bench.forgets.set(true);
    bench
}

fn paths(bench: &Bench) -> Vec<String> {
    let path = |request: &Request<Vec<u8>>| request.uri().path().trim_start_matches("/services/data/v65.0/").to_owned();
    bench.sent.borrow().iter().map(path).collect()
}

#[test]
fn where_nothing_is_kept_objects_are_found_by_label_and_by_the_prefix_of_an_id() {
    let bench = forgetful();
    let reply = bench.ok("describe", json!({ "object": "meter readings" }));
    assert_eq!(reply["object"]["name"], "Meter_Reading__c");
    assert_eq!(paths(&bench), ["sobjects", "sobjects/Meter_Reading__c/describe"]);
    let id = bench.ok("query", json!({ "soql": "SELECT Id FROM Meter_Reading__c LIMIT 1" }))["rows"][0][0].clone();
    assert_eq!(bench.ok("get", json!({ "record": id }))["object"], "Meter_Reading__c");
    let error = bench.err("describe", json!({ "object": "meter reeding" }));
    assert_eq!(error["allowed"], json!(["Meter Reading (Meter_Reading__c)"]), "{error}");
    let error = bench.err("get", json!({ "record": "zzz000000000001AAA" }));
    assert!(error["message"].as_str().unwrap().contains("no object visible to the user has ids like"), "{error}");
}

#[test]
fn where_nothing_is_kept_a_label_of_several_objects_is_asked_about() {
    let bench = forgetful();
    *bench.rewrite.borrow_mut() = Some(Box::new(|body| {
        let Ok(mut list) = serde_json::from_str::<Value>(&body) else { return body };
        let Some(objects) = list["sobjects"].as_array_mut() else { return body };
        let mut twin = objects.iter().find(|object| object["name"] == "Meter_Reading__c").unwrap().clone();
        twin["name"] = "acme__Meter_Reading__c".into();
        objects.push(twin);
        list.to_string()
    }));
    let error = bench.err("describe", json!({ "object": "Meter Readings" }));
    assert_eq!(error["allowed"], json!(["Meter_Reading__c", "acme__Meter_Reading__c"]), "{error}");
}

#[test]
fn an_object_called_by_its_api_name_is_described_at_once_and_looked_for_where_there_is_none() {
    for forgets in [false, true] {
        let bench = Bench::on(Org::demo(), "admin");
        bench.forgets.set(forgets);
        assert_eq!(bench.ok("describe", json!({ "object": "CaseComment" }))["object"]["label"], "Case Comment");
        assert_eq!(paths(&bench), ["sobjects/CaseComment/describe"]);
        bench.sent.borrow_mut().clear();
        bench.ok("query", json!({ "soql": "SELECT Id FROM CaseComment" }));
        assert_eq!(paths(&bench).len(), if forgets { 2 } else { 1 }, "{:?}", paths(&bench));
        bench.sent.borrow_mut().clear();
        let error = bench.err("describe", json!({ "object": "CaseComent" }));
        assert!(error["allowed"].to_string().contains("Case Comment (CaseComment)"), "{error}");
        assert_eq!(paths(&bench), ["sobjects/CaseComent/describe", "sobjects"]);
    }
}

#[test]
fn what_keeps_an_object_from_being_described_is_told_and_nothing_else_is_tried() {
    let bench = forgetful();
    bench.fails.replace(Some(("/describe", salesforce_plugin::platform::FailureReason::Timeout)));
    let error = bench.err("describe", json!({ "object": "CaseComment" }));
    assert_eq!((&error["kind"], bench.requests()), (&json!("timeout"), 1), "{error}");
}
