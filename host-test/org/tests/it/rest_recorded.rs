//! Our refusals against recordings of real orgs: the same status, the same errorCode, the same keys.
//! The recordings are not part of this repository; where they are absent, these tests say so and pass.

use std::{collections::BTreeSet, fs, path::PathBuf};

use demo_org::{Fault, Org};
use serde_json::{Value as Json, json};

use crate::rest_client::{Got, get, id, patch, path, post, query, send};

/// The folder of the recordings: beside the checkout, or beside the folder of its worktrees.
fn shared() -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let found = ["../shared", "../../shared"].iter().map(|place| root.join(place)).find(|place| place.is_dir());
    if found.is_none() {
        eprintln!("SKIPPED: no recordings beside {}", root.display());
    }
    found
}

fn read(file: &str) -> Option<Json> {
    let path = shared()?.join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|cause| panic!("{}: {cause}", path.display()));
    Some(serde_json::from_str(&text).unwrap_or_else(|cause| panic!("{}: {cause}", path.display())))
}

/// The keys of a JSON, each with the path to it; an array counts by its first item.
fn keys(json: &Json, at: &str, found: &mut BTreeSet<String>) {
    match json {
        Json::Object(fields) => {
            for (name, value) in fields {
                let at = format!("{at}.{name}");
                keys(value, &at, found);
                found.insert(at);
            }
        }
        Json::Array(items) => {
            if let Some(first) = items.first() {
                keys(first, &format!("{at}[]"), found);
            }
        }
        _ => {}
    }
}

fn shape(json: &Json) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    keys(json, "", &mut found);
    found
}

/// Compares with `handpicked/errors/{name}.json`, but for what the recording itself calls inferred.
#[track_caller]
fn check(name: &str, got: &Got) {
    let Some(recorded) = read(&format!("recorded/handpicked/errors/{name}.json")) else {
        return;
    };
    let inferred = recorded["inferred"].to_string();
    if !inferred.contains("status") {
        assert_eq!(json!(got.status), recorded["status"], "{name}: {}", got.body);
    }
    assert_eq!(got.body[0]["errorCode"], recorded["body"][0]["errorCode"], "{name}: {}", got.body);
    let (mut ours, mut theirs) = (shape(&got.body), shape(&recorded["body"]));
    if inferred.contains("fields") {
        ours.remove("[].fields");
        theirs.remove("[].fields");
    }
    assert_eq!(ours, theirs, "{name}: {}", got.body);
}

#[test]
fn refusals_to_save_are_as_recorded() {
    let org = Org::demo();
    let acme = path(&org, "Account", "acme");
    let save = |body: &Json| patch(&org, "riley", &acme, body);
    check("FIELD_CUSTOM_VALIDATION_EXCEPTION_1", &save(&json!({"NumberOfEmployees": -1})));
    check("DUPLICATE_VALUE_1", &save(&json!({"Customer_Code__c": "GLOB-001"})));
    check("INVALID_FIELD_FOR_INSERT_UPDATE_1", &save(&json!({"Health_Score__c": 1})));
    check("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST_1", &save(&json!({"Region__c": "x"})));
    check("JSON_PARSER_ERROR_1", &save(&json!({"AnnualRevenue": "banana"})));
    check("STRING_TOO_LONG_1", &save(&json!({"Site": "x".repeat(81)})));
    check("INVALID_CROSS_REFERENCE_KEY_1", &save(&json!({"RecordTypeId": id(&org, "Opportunity.Renewal")})));
    check("REQUIRED_FIELD_MISSING_1", &post(&org, "riley", "sobjects/Account", &json!({})));
    check("MALFORMED_ID_1", &post(&org, "riley", "sobjects/Task", &json!({"WhatId": "006B000002nBrQ"})));
    check("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY_1", &post(&org, "vera", "sobjects/Account", &json!({"Name": "x"})));
    check("INSUFFICIENT_ACCESS_OR_READONLY_1", &patch(&org, "vera", &acme, &json!({"Name": "x"})));
    check("ENTITY_IS_DELETED_1", &patch(&org, "riley", &path(&org, "Account", "gone"), &json!({"Name": "x"})));
    org.lock(&org.id("acme").expect("Acme"), 1);
    check("UNABLE_TO_LOCK_ROW_1", &save(&json!({"Site": "x"})));
    assert_eq!(org.writes(), []);
}

#[test]
fn duplicates_are_reported_as_recorded() {
    let org = Org::demo();
    let contact = json!({"LastName": "Stone", "Email": "bob.stone@acme.example"});
    check("DUPLICATES_DETECTED_1", &post(&org, "riley", "sobjects/Contact", &contact));
    let lead = json!({"LastName": "Fox", "Company": "F", "Email": "dana.fox@foxglove.example"});
    check("DUPLICATES_DETECTED_2", &post(&org, "riley", "sobjects/Lead", &lead));
}

#[test]
fn refusals_of_paths_and_sessions_are_as_recorded() {
    let org = Org::demo();
    check("NOT_FOUND_1", &get(&org, "riley", "sobjects/Account/123"));
    check("NOT_FOUND_2", &get(&org, "riley", "sobjects/Foo"));
    let mut wrong = id(&org, "acme");
    wrong.replace_range(15.., "ZZZ");
    check("MALFORMED_ID_2", &get(&org, "riley", &format!("composite/sobjects/Account?ids={wrong}&fields=Name")));
    let missing = demo_org::Id::numbered("001", 999_999);
    check(
        "INVALID_CROSS_REFERENCE_KEY_2",
        &patch(&org, "riley", &format!("sobjects/Account/{missing}"), &json!({"Name": "x"})),
    );
    check("INVALID_SESSION_ID_1", &get(&org, "nobody", "limits"));
    org.fault(Fault::daily_limit());
    check("REQUEST_LIMIT_EXCEEDED_1", &get(&org, "riley", "limits"));
    org.fault(Fault::server_unavailable());
    check("SERVER_UNAVAILABLE_1", &get(&org, "riley", "limits"));
    org.fault(Fault::html_503());
    let page = get(&org, "riley", "limits");
    if let Some(recorded) = read("recorded/handpicked/errors/HTML_503_1.json") {
        assert_eq!((json!(page.status), page.header("content-type")), (recorded["status"].clone(), "text/html"));
    }
    let many = patch(&org, "riley", "sobjects/Project__c/Legacy_Key__c/L-7", &json!({"Name": "x"}));
    if let Some(recorded) = read("recorded/handpicked/errors/MULTIPLE_EXTERNAL_ID_1.json") {
        assert_eq!(json!(many.status), recorded["status"]);
        assert!(many.body.as_array().is_some_and(|urls| urls.len() == 2 && urls.iter().all(Json::is_string)));
    }
}

#[test]
fn refusals_of_queries_and_searches_are_as_recorded() {
    let org = Org::demo();
    check("INVALID_FIELD_2", &query(&org, "riley", "SELECT Id, FullName FROM Account"));
    check("INVALID_TYPE_FOR_OPERATION_1", &query(&org, "riley", "SELECT Id FROM ActivityHistory"));
    check("INVALID_TYPE_FOR_OPERATION_2", &query(&org, "riley", "SELECT Id FROM OpenActivity"));
    check("INVALID_TYPE_1", &query(&org, "riley", "SELECT Id FROM MetadataPackage"));
    check("MALFORMED_QUERY_1", &query(&org, "riley", "SELECT Id FROM ContentDocumentLink"));
    check("MALFORMED_QUERY_3", &query(&org, "riley", "SELECT Id, From Account"));
    check(
        "MALFORMED_QUERY_4",
        &query(&org, "riley", "SELECT Id FROM Account WHERE ParentId IN (SELECT Id FROM Contact)"),
    );
    check("MALFORMED_SEARCH_1", &get(&org, "riley", "search?q=FIND+%7BJohn%7Cjane%7D+RETURNING+Contact"));
    check("MALFORMED_SEARCH_2", &get(&org, "riley", "search?q=John"));
}

#[test]
fn a_rolled_back_composite_is_as_recorded() {
    let org = Org::demo();
    let got = post(
        &org,
        "riley",
        "composite",
        &json!({"allOrNone": true, "compositeRequest": [
            {"referenceId": "item1", "method": "PATCH", "url": format!("/services/data/v62.0/{}", path(&org, "Account", "acme")), "body": {"Site": "x"}},
            {"referenceId": "item2", "method": "POST", "url": "/services/data/v62.0/sobjects/Account", "body": {"Name": "B", "Site": "x".repeat(81)}},
        ]}),
    );
    let Some(recorded) = read("recorded/handpicked/errors/COMPOSITE_ROLLBACK_1.json") else {
        return;
    };
    assert_eq!(json!(got.status), recorded["status"]);
    for part in 0..2 {
        let (ours, theirs) = (&got.body["compositeResponse"][part], &recorded["body"]["compositeResponse"][part]);
        assert_eq!(shape(ours), shape(theirs));
        assert_eq!(ours["httpStatusCode"], theirs["httpStatusCode"]);
        assert_eq!(ours["body"][0]["errorCode"], theirs["body"][0]["errorCode"]);
    }
}

#[test]
fn describe_has_every_key_that_was_recorded() {
    let org = Org::demo();
    for object in ["Account", "Contact", "Lead", "Opportunity", "Case", "Event"] {
        let Some(recorded) = read(&format!("describe/{object}.json")) else {
            return;
        };
        let ours = get(&org, "riley", &format!("sobjects/{object}/describe")).body;
        let names = |json: &Json| -> BTreeSet<String> {
            json.as_object()
                .into_iter()
                .flatten()
                .map(|(name, _)| name.clone())
                .filter(|name| name != "_source")
                .collect()
        };
        let missing: Vec<_> = names(&recorded).difference(&names(&ours)).cloned().collect();
        assert_eq!(missing, [""; 0], "{object}");
        let first = |json: &Json, list: &str| names(&json[list][0]);
        for list in ["fields", "childRelationships", "recordTypeInfos"] {
            if ours[list].as_array().is_some_and(Vec::is_empty) {
                continue;
            }
            let missing: Vec<_> = first(&recorded, list).difference(&first(&ours, list)).cloned().collect();
            assert_eq!(missing, [""; 0], "{object} {list}");
        }
        let mut wrong = Vec::new();
        for child in ours["childRelationships"].as_array().expect("children") {
            let same =
                |known: &&Json| known["childSObject"] == child["childSObject"] && known["field"] == child["field"];
            let Some(known) = recorded["childRelationships"].as_array().into_iter().flatten().find(same) else {
                continue;
            };
            if child != known {
                wrong.push(format!("{object}: {child} is {known}"));
            }
        }
        // What we say of a standard field is what Salesforce says of it.
        for field in ours["fields"].as_array().expect("fields") {
            let Some(known) =
                recorded["fields"].as_array().into_iter().flatten().find(|known| known["name"] == field["name"])
            else {
                continue;
            };
            for key in [
                "label",
                "type",
                "length",
                "nillable",
                "defaultedOnCreate",
                "filterable",
                "groupable",
                "sortable",
                "createable",
                "updateable",
                "nameField",
                "autoNumber",
                "restrictedPicklist",
                "soapType",
                "scale",
                "precision",
            ] {
                if field[key] != known[key] {
                    wrong.push(format!("{object}.{} {key}: {} is {}", field["name"], field[key], known[key]));
                }
            }
        }
        assert_eq!(wrong, [""; 0]);
    }
}

#[test]
fn a_create_answers_with_the_recorded_keys() {
    let org = Org::demo();
    let Some(recorded) = read("recorded/cumulusci/sobject-create/001.json") else {
        return;
    };
    let got = send(&org, "riley", "POST", "sobjects/Account/", &[], &json!({"Name": "xyzzy"}));
    assert_eq!((json!(got.status), shape(&got.body)), (recorded["status"].clone(), shape(&recorded["body"])));
    let global = read("recorded/cumulusci/describe-global/001.json").expect("recorded");
    let got = get(&org, "riley", "sobjects");
    assert_eq!(shape(&got.body), shape(&global["body"]));
}
