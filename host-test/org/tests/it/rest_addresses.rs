//! Addresses that an administrator added: codes of state and country without their names, and the rules of any address.

use demo_org::{Extra, Org};
use serde_json::{Value as Json, json};

use crate::rest_client::{column, get, patch, path, post, query};

const VENUE: [&str; 4] = ["Venue__Street__s", "Venue__City__s", "Venue__StateCode__s", "Venue__CountryCode__s"];

fn odd() -> Org {
    Org::demo_with([Extra::Oddities])
}

fn venue(org: &Org, visit: &str) -> [Json; 4] {
    let row = get(org, "riley", visit).body;
    VENUE.map(|name| row[name].clone())
}

#[track_caller]
fn refuses(body: &Json, message: &str, field: &str) {
    let org = odd();
    let got = patch(&org, "riley", &path(&org, "Visit__c", "visit_acme"), body);
    assert_eq!(got.refused(), "400 FIELD_INTEGRITY_EXCEPTION", "{body}");
    assert_eq!(got.message(), message, "{body}");
    assert_eq!(got.body[0]["fields"], json!([field]), "{body}");
    assert_eq!(org.writes(), [], "{body}");
}

#[test]
fn describe_tells_the_parts_of_an_added_address() {
    let describe = get(&odd(), "riley", "sobjects/Visit__c/describe").body;
    let fields: Vec<&Json> = describe["fields"].as_array().expect("fields").iter().collect();
    let names: Vec<&str> = fields
        .iter()
        .filter(|field| field["compoundFieldName"] == "Venue__c")
        .filter_map(|field| field["name"].as_str())
        .collect();
    assert_eq!(
        names,
        [
            "Venue__Street__s",
            "Venue__City__s",
            "Venue__PostalCode__s",
            "Venue__StateCode__s",
            "Venue__CountryCode__s",
            "Venue__Latitude__s",
            "Venue__Longitude__s",
            "Venue__GeocodeAccuracy__s",
        ]
    );
    let field = |name: &str| *fields.iter().find(|field| field["name"] == name).expect(name);
    for (name, expected) in [
        (
            "Venue__c",
            json!({"type": "address", "custom": true, "createable": false, "sortable": false, "groupable": false,
                   "filterable": true, "label": "Venue", "nillable": true}),
        ),
        (
            "Venue__StateCode__s",
            json!({"type": "picklist", "controllerName": "Venue__CountryCode__s", "dependentPicklist": true,
                   "restrictedPicklist": true, "custom": true, "label": "Venue (State/Province Code)"}),
        ),
        (
            "Venue__City__s",
            json!({"type": "string", "length": 40, "filterable": true, "groupable": true, "sortable": true,
                   "createable": true, "updateable": true}),
        ),
        ("Venue__Latitude__s", json!({"type": "double", "precision": 18, "scale": 15, "groupable": false})),
    ] {
        for (key, value) in expected.as_object().expect("an object") {
            assert_eq!(&field(name)[key], value, "{name}.{key}");
        }
    }
}

#[test]
fn an_added_address_is_read_whole_and_by_its_parts() {
    let org = odd();
    let row = get(&org, "riley", &path(&org, "Visit__c", "visit_acme")).body;
    assert_eq!(
        row["Venue__c"],
        json!({"street": "500 Howard Street", "city": "San Francisco", "postalCode": "94105", "state": null,
               "stateCode": "CA", "country": null, "countryCode": "US", "latitude": 37.7886, "longitude": -122.3966,
               "geocodeAccuracy": "Address"})
    );
    assert_eq!(get(&org, "riley", &path(&org, "Visit__c", "visit_initech")).body["Venue__c"], Json::Null);
    let whole = json!({"Venue__c": {"city": "Oslo"}});
    let got = patch(&org, "riley", &path(&org, "Visit__c", "visit_acme"), &whole);
    assert_eq!(got.refused(), "400 INVALID_FIELD_FOR_INSERT_UPDATE");
    for name in ["Venue__Country__s", "Venue__State__s"] {
        let got = patch(&org, "riley", &path(&org, "Visit__c", "visit_acme"), &json!({name: "x"}));
        assert_eq!(got.refused(), "400 INVALID_FIELD", "{name}");
        assert_eq!(query(&org, "riley", &format!("SELECT {name} FROM Visit__c")).refused(), "400 INVALID_FIELD");
    }
}

#[test]
fn parts_of_an_added_address_filter_group_and_sort() {
    let org = odd();
    let keys = |filter: &str| {
        let soql = format!("SELECT Visit_Key__c FROM Visit__c WHERE {filter} ORDER BY Visit_Key__c");
        column(&org, "riley", &soql, "Visit_Key__c")
    };
    assert_eq!(keys("Venue__CountryCode__s = 'US'"), ["V-1", "V-2"]);
    assert_eq!(keys("Venue__StateCode__s = 'TX'"), ["V-2"]);
    assert_eq!(keys("Venue__City__s LIKE 'ber%'"), ["V-4"]);
    let soql = "SELECT Venue__CountryCode__s, COUNT(Id) n FROM Visit__c WHERE Venue__CountryCode__s != null GROUP BY Venue__CountryCode__s ORDER BY COUNT(Id)";
    let grouped = query(&org, "riley", soql).body;
    let rows: Vec<_> = grouped["records"].as_array().expect("records").iter().map(|row| row["n"].clone()).collect();
    assert_eq!(rows, [1, 2]);
    let labels = column(
        &org,
        "riley",
        "SELECT toLabel(Venue__CountryCode__s) c FROM Visit__c ORDER BY Visit_Key__c LIMIT 1",
        "c",
    );
    assert_eq!(labels, ["United States"]);
    let whole = query(&org, "riley", "SELECT Id FROM Visit__c WHERE Venue__c != null");
    assert_eq!(whole.refused(), "400 INVALID_FIELD");
    assert!(whole.message().ends_with("Address fields can only be filtered using Distance expressions"));
}

#[test]
fn an_added_address_keeps_the_rules_of_state_and_country() {
    let clash =
        "The existing country/territory doesn't recognize the state value for field: Venue (State/Province Code)";
    for body in [
        json!({"Venue__CountryCode__s": "DE"}),
        json!({"Venue__StateCode__s": "ON"}),
        json!({"Venue__CountryCode__s": "CA", "Venue__StateCode__s": "TX"}),
    ] {
        refuses(&body, clash, "Venue__StateCode__s");
    }
    refuses(
        &json!({"Venue__CountryCode__s": null, "Venue__StateCode__s": "TX"}),
        "A country/territory must be specified before specifying a state value for field: Venue (State/Province Code)",
        "Venue__StateCode__s",
    );
    refuses(
        &json!({"Venue__CountryCode__s": "USA"}),
        "The Venue__CountryCode__s field contains USA, which isn't an available country/territory.",
        "Venue__CountryCode__s",
    );
    refuses(
        &json!({"Venue__StateCode__s": "Texas"}),
        "The Venue__StateCode__s field contains Texas, which isn't an available state. Your administrator can add it for you.",
        "Venue__StateCode__s",
    );
    let org = odd();
    let alone = post(&org, "riley", "sobjects/Visit__c", &json!({"Venue__StateCode__s": "TX"}));
    assert_eq!(alone.refused(), "400 FIELD_INTEGRITY_EXCEPTION");
    let long = patch(&org, "riley", &path(&org, "Visit__c", "visit_acme"), &json!({"Venue__City__s": "x".repeat(41)}));
    assert_eq!(long.refused(), "400 STRING_TOO_LONG");
}

#[test]
fn an_added_address_is_written_and_emptied_by_its_parts() {
    let org = odd();
    let visit = path(&org, "Visit__c", "visit_acme");
    let moved = json!({"Venue__City__s": "Toronto", "Venue__CountryCode__s": "ca", "Venue__StateCode__s": "on"});
    assert_eq!(patch(&org, "riley", &visit, &moved).status, 204);
    assert_eq!(venue(&org, &visit), [json!("500 Howard Street"), json!("Toronto"), json!("ON"), json!("CA")]);
    // Without its country, a state goes too.
    assert_eq!(patch(&org, "riley", &visit, &json!({"Venue__CountryCode__s": null})).status, 204);
    assert_eq!(venue(&org, &visit), [json!("500 Howard Street"), json!("Toronto"), Json::Null, Json::Null]);
    let parts =
        ["Street", "City", "PostalCode", "StateCode", "CountryCode", "Latitude", "Longitude", "GeocodeAccuracy"];
    let none: Json = parts.iter().map(|part| (format!("Venue__{part}__s"), Json::Null)).collect();
    assert_eq!(patch(&org, "riley", &visit, &none).status, 204);
    assert_eq!(get(&org, "riley", &visit).body["Venue__c"], Json::Null);
}

#[test]
fn an_added_address_has_codes_where_standard_ones_are_text() {
    let org = Org::demo_with([Extra::Oddities, Extra::TextAddresses]);
    let visit = path(&org, "Visit__c", "visit_acme");
    let unknown = patch(&org, "riley", &visit, &json!({"Venue__CountryCode__s": "Nowhere"}));
    assert_eq!(unknown.status, 400, "{}", unknown.body);
    assert_eq!(patch(&org, "riley", &visit, &json!({"Venue__StateCode__s": "TX"})).status, 204);
    assert_eq!(query(&org, "riley", "SELECT BillingCountryCode FROM Account").refused(), "400 INVALID_FIELD");
}

#[test]
fn no_search_finds_an_added_address() {
    let org = odd();
    for (text, found) in [("Houston", 0), ("Pricing", 0), ("Price is open", 1)] {
        let body = json!({"q": text, "sobjects": [{"name": "Visit__c", "fields": ["Id"]}]});
        let got = post(&org, "riley", "parameterizedSearch", &body);
        assert_eq!(got.body["searchRecords"].as_array().map(Vec::len), Some(found), "{text}: {}", got.body);
    }
}

#[test]
fn emptying_the_codes_of_state_and_country_at_once_empties_their_names() {
    for body in [
        json!({"BillingCountryCode": null, "BillingStateCode": null}),
        json!({"BillingCountry": null, "BillingStateCode": null}),
        json!({"BillingCountryCode": null, "BillingState": null}),
        json!({"BillingCountry": null, "BillingState": null}),
        json!({"BillingCountry": null, "BillingCountryCode": null, "BillingState": null, "BillingStateCode": null}),
    ] {
        let org = Org::demo();
        let acme = path(&org, "Account", "acme");
        assert_eq!(patch(&org, "riley", &acme, &body).status, 204, "{body}");
        let row = get(&org, "riley", &acme).body;
        for name in ["BillingCountry", "BillingCountryCode", "BillingState", "BillingStateCode"] {
            assert_eq!(row[name], Json::Null, "{body}: {name}");
        }
        assert_eq!(row["BillingAddress"]["state"], Json::Null, "{body}");
    }
}
