//! Writes that a real org refuses though every single value is good: addresses, times of events, e-mails.

use demo_org::Org;
use serde_json::{Value as Json, json};

use crate::rest_client::{get, id, patch, path, post, query};

const NO_COUNTRY: &str = "A country/territory must be specified before specifying a state value for field: ";
const CLASH: &str = "The existing country/territory doesn't recognize the state value for field: ";
const BAD_STATE: &str = "There's a problem with this state, even though it may appear correct. Please select a state from the list of valid states.: ";
const BAD_COUNTRY: &str = "There's a problem with this country, even though it may appear correct. Please select a country/territory from the list of valid countries.: ";
const MISMATCH: &str = "Mismatched integration value and ISO code for field: ";

/// Changes a seeded row and expects `FIELD_INTEGRITY_EXCEPTION` with this message about this field, and no write.
#[track_caller]
fn refuses(object: &str, key: &str, body: &Json, message: &str, field: &str) {
    let org = Org::demo();
    let before = org.row(&org.id(key).expect("a seeded row"));
    let got = patch(&org, "riley", &path(&org, object, key), body);
    assert_eq!(got.refused(), "400 FIELD_INTEGRITY_EXCEPTION", "{body}");
    assert_eq!(got.message(), message, "{body}");
    assert_eq!(got.body[0]["fields"], json!([field]), "{body}");
    assert_eq!(org.row(&org.id(key).expect("a seeded row")), before, "{body}");
    assert_eq!(org.writes(), [], "{body}");
}

/// Changes a seeded account and expects these parts of its billing address: country, code, state, code.
#[track_caller]
fn address_after(key: &str, body: &Json, expected: [Json; 4]) {
    let org = Org::demo();
    let account = path(&org, "Account", key);
    let got = patch(&org, "riley", &account, body);
    assert_eq!(got.status, 204, "{body} → {}", got.body);
    let row = get(&org, "riley", &account).body;
    let parts =
        ["BillingCountry", "BillingCountryCode", "BillingState", "BillingStateCode"].map(|name| row[name].clone());
    assert_eq!(parts, expected, "{body}");
    let compound = ["country", "countryCode", "state", "stateCode"].map(|name| row["BillingAddress"][name].clone());
    assert_eq!(compound, expected, "{body}");
}

#[test]
fn a_country_that_clashes_with_the_kept_state_is_refused() {
    let label = "Billing State/Province Code";
    for body in [json!({"BillingCountry": "Germany"}), json!({"BillingCountryCode": "CA"})] {
        refuses("Account", "acme", &body, &format!("{CLASH}{label}"), "BillingStateCode");
    }
    refuses(
        "Contact",
        "bob",
        &json!({"MailingCountry": "Canada"}),
        &format!("{CLASH}Mailing State/Province Code"),
        "MailingStateCode",
    );
}

#[test]
fn a_state_of_another_country_is_refused_however_it_is_written() {
    let message = format!("{CLASH}Billing State/Province Code");
    for body in [json!({"BillingState": "Ontario"}), json!({"BillingStateCode": "ON"})] {
        refuses("Account", "acme", &body, &message, "BillingStateCode");
    }
    // This org lists no states of Germany at all.
    refuses("Account", "rheinwerk", &json!({"BillingState": "Texas"}), &message, "BillingStateCode");
}

#[test]
fn a_state_without_a_country_is_refused() {
    refuses("Lead", "dana", &json!({"State": "Texas"}), &format!("{NO_COUNTRY}State/Province"), "State");
    refuses("Lead", "dana", &json!({"StateCode": "TX"}), &format!("{NO_COUNTRY}State/Province Code"), "StateCode");
    let org = Org::demo();
    let got = post(&org, "riley", "sobjects/Account", &json!({"Name": "Stateful", "ShippingState": "Texas"}));
    assert_eq!(got.refused(), "400 FIELD_INTEGRITY_EXCEPTION");
    assert_eq!(got.message(), format!("{NO_COUNTRY}Shipping State/Province"));
    assert_eq!(got.body[0]["fields"], json!(["ShippingState"]));
}

#[test]
fn names_of_states_and_countries_are_those_of_the_lists() {
    for country in ["USA", "DE", "Deutschland"] {
        refuses(
            "Account",
            "acme",
            &json!({"BillingCountry": country}),
            &format!("{BAD_COUNTRY}Billing Country"),
            "BillingCountry",
        );
    }
    for state in ["CA", "Calif.", "Bavaria"] {
        refuses(
            "Account",
            "acme",
            &json!({"BillingState": state}),
            &format!("{BAD_STATE}Billing State/Province"),
            "BillingState",
        );
    }
    refuses(
        "Account",
        "acme",
        &json!({"BillingCountryCode": "USA"}),
        "The BillingCountryCode field contains USA, which isn't an available country/territory.",
        "BillingCountryCode",
    );
    refuses(
        "Account",
        "acme",
        &json!({"BillingStateCode": "ZZ"}),
        "The BillingStateCode field contains ZZ, which isn't an available state. Your administrator can add it for you.",
        "BillingStateCode",
    );
}

#[test]
fn a_name_and_a_code_that_are_both_changed_have_to_match() {
    refuses(
        "Account",
        "rheinwerk",
        &json!({"BillingCountry": "France", "BillingCountryCode": "AT"}),
        &format!("{MISMATCH}Billing Country"),
        "BillingCountry",
    );
    refuses(
        "Account",
        "acme",
        &json!({"BillingState": "Texas", "BillingStateCode": "OR"}),
        &format!("{MISMATCH}Billing State/Province"),
        "BillingState",
    );
    let both = json!({"BillingCountry": "france", "BillingCountryCode": "FR"});
    address_after("rheinwerk", &both, [json!("France"), json!("FR"), Json::Null, Json::Null]);
    // Of a new record the code decides.
    let org = Org::demo();
    let body = json!({"Name": "New", "BillingCountry": "France", "BillingCountryCode": "AT"});
    let made = post(&org, "riley", "sobjects/Account", &body);
    let row = get(&org, "riley", &format!("sobjects/Account/{}", made.id())).body;
    assert_eq!(row["BillingCountry"], "Austria");
}

#[test]
fn the_name_and_the_code_follow_each_other() {
    let us = |state: &str, code: &str| [json!("United States"), json!("US"), json!(state), json!(code)];
    address_after("acme", &json!({"BillingState": "texas"}), us("Texas", "TX"));
    address_after("acme", &json!({"BillingStateCode": "TX"}), us("Texas", "TX"));
    let canada = [json!("Canada"), json!("CA"), json!("Ontario"), json!("ON")];
    address_after("acme", &json!({"BillingCountry": "Canada", "BillingState": "Ontario"}), canada.clone());
    address_after("acme", &json!({"BillingCountryCode": "CA", "BillingStateCode": "ON"}), canada);
    let none = [Json::Null, Json::Null, Json::Null, Json::Null];
    // Without its country, a state goes too.
    address_after("acme", &json!({"BillingCountryCode": null}), none.clone());
    address_after("acme", &json!({"BillingCountry": null}), none);
    let stateless = [json!("United States"), json!("US"), Json::Null, Json::Null];
    address_after("acme", &json!({"BillingState": null}), stateless.clone());
    address_after("acme", &json!({"BillingStateCode": null}), stateless);
}

/// An event as it comes back.
#[track_caller]
fn event_times(org: &Org, id: &str) -> [Json; 4] {
    let row = get(org, "riley", &format!("sobjects/Event/{id}")).body;
    ["StartDateTime", "EndDateTime", "DurationInMinutes", "ActivityDate"].map(|name| row[name].clone())
}

#[test]
fn an_event_is_no_longer_than_fourteen_days() {
    let org = Org::demo();
    let start = "2026-06-01T08:00:00Z";
    for (body, message, field) in [
        (json!({"EndDateTime": "2026-06-20T08:00:00Z"}), "End Date Time", "EndDateTime"),
        (json!({"DurationInMinutes": 20_161}), "Duration", "DurationInMinutes"),
        (json!({"DurationInMinutes": -1}), "Duration", "DurationInMinutes"),
    ] {
        let mut whole = json!({"Subject": "Long", "StartDateTime": start});
        whole.as_object_mut().expect("an object").extend(body.as_object().expect("an object").clone());
        let got = post(&org, "riley", "sobjects/Event", &whole);
        assert_eq!(got.refused(), "400 FIELD_INTEGRITY_EXCEPTION", "{body}");
        assert_eq!(got.message(), format!("Duration must be between 0 and 20160 minutes: {message}"), "{body}");
        assert_eq!(got.body[0]["fields"], json!([field]), "{body}");
    }
    let fits = json!({"Subject": "Long", "StartDateTime": start, "EndDateTime": "2026-06-15T08:00:00Z"});
    let made = post(&org, "riley", "sobjects/Event", &fits);
    assert_eq!(event_times(&org, made.id())[2], 20_160);
    refuses(
        "Event",
        "meeting_next",
        &json!({"EndDateTime": "2026-06-14T16:30:00Z"}),
        "Duration must be between 0 and 20160 minutes: End Date Time",
        "EndDateTime",
    );
}

#[test]
fn an_event_of_whole_days_starts_at_midnight_utc_whatever_time_is_given() {
    let org = Org::demo();
    for (start, day) in [("2026-05-20T07:00:00Z", "2026-05-20"), ("2026-05-20T00:00:00+02:00", "2026-05-19")] {
        let body = json!({"Subject": "Fair", "IsAllDayEvent": true, "StartDateTime": start});
        let made = post(&org, "riley", "sobjects/Event", &body);
        let times = event_times(&org, made.id());
        assert_eq!(times[0], format!("{day}T00:00:00.000+0000"), "{start}");
        assert_eq!((&times[2], &times[3]), (&json!(1440), &json!(day)), "{start}");
    }
}

#[test]
fn the_day_of_an_all_day_event_can_be_moved_by_either_field() {
    for body in [json!({"ActivityDate": "2026-05-22"}), json!({"StartDateTime": "2026-05-22T09:30:00Z"})] {
        let org = Org::demo();
        let fair = path(&org, "Event", "fair");
        assert_eq!(patch(&org, "jonas", &fair, &body).status, 204, "{body}");
        assert_eq!(
            event_times(&org, &id(&org, "fair")),
            [
                json!("2026-05-22T00:00:00.000+0000"),
                json!("2026-05-23T00:00:00.000+0000"),
                json!(1440),
                json!("2026-05-22")
            ],
            "{body}"
        );
    }
}

#[test]
fn times_of_an_event_that_contradict_each_other_are_refused() {
    let org = Org::demo();
    let start = "2026-06-01T08:00:00Z";
    for (body, field) in [
        (
            json!({"StartDateTime": start, "EndDateTime": "2026-06-01T09:00:00Z", "DurationInMinutes": 30}),
            "DurationInMinutes",
        ),
        (
            json!({"StartDateTime": start, "ActivityDateTime": "2026-06-02T08:00:00Z", "DurationInMinutes": 30}),
            "ActivityDateTime",
        ),
        (json!({"IsAllDayEvent": true, "StartDateTime": start, "ActivityDate": "2026-06-02"}), "ActivityDate"),
    ] {
        let got = post(&org, "riley", "sobjects/Event", &body);
        assert_eq!(got.refused(), "400 FIELD_INTEGRITY_EXCEPTION", "{body}");
        assert_eq!(got.body[0]["fields"], json!([field]), "{body}");
    }
    let agreeing = json!({"StartDateTime": start, "EndDateTime": "2026-06-01T09:00:00Z", "DurationInMinutes": 60});
    assert_eq!(post(&org, "riley", "sobjects/Event", &agreeing).status, 201);
}

#[test]
fn a_moved_meeting_keeps_its_length_and_a_new_end_changes_it() {
    let org = Org::demo();
    let meeting = path(&org, "Event", "meeting_next");
    let key = id(&org, "meeting_next");
    patch(&org, "riley", &meeting, &json!({"StartDateTime": "2026-05-15T10:00:00Z"}));
    let at = |time: &str| json!(format!("2026-05-15T{time}:00.000+0000"));
    assert_eq!(event_times(&org, &key), [at("10:00"), at("10:30"), json!(30), json!("2026-05-15")]);
    patch(&org, "riley", &meeting, &json!({"EndDateTime": "2026-05-15T11:00:00Z"}));
    assert_eq!(event_times(&org, &key), [at("10:00"), at("11:00"), json!(60), json!("2026-05-15")]);
    patch(&org, "riley", &meeting, &json!({"DurationInMinutes": 45}));
    assert_eq!(event_times(&org, &key), [at("10:00"), at("10:45"), json!(45), json!("2026-05-15")]);
}

#[test]
fn an_email_is_frozen_once_it_is_no_draft() {
    let org = Org::demo();
    let sent = path(&org, "EmailMessage", "mail");
    for body in [json!({"Subject": "Other"}), json!({"Status": "5"}), json!({"RelatedToId": id(&org, "acme")})] {
        assert_eq!(patch(&org, "riley", &sent, &body).refused(), "403 INSUFFICIENT_ACCESS_OR_READONLY", "{body}");
    }
    assert_eq!(org.writes(), []);
    assert_eq!(patch(&org, "riley", &sent, &json!({"IsExternallyVisible": true})).status, 204);
    // A field that is none is refused as such, before anything is said of the e-mail.
    assert_eq!(patch(&org, "riley", &sent, &json!({"Nothing__c": 1})).refused(), "400 INVALID_FIELD");
}

#[test]
fn a_new_email_can_be_read_and_a_draft_changed() {
    let org = Org::demo();
    let make =
        |body: &Json| format!("sobjects/EmailMessage/{}", post(&org, "riley", "sobjects/EmailMessage", body).id());
    let new = make(&json!({"Subject": "Hello", "Status": "0", "Incoming": true}));
    assert_eq!(patch(&org, "riley", &new, &json!({"Status": "2"})).refused(), "403 INSUFFICIENT_ACCESS_OR_READONLY");
    assert_eq!(patch(&org, "riley", &new, &json!({"Status": "1"})).status, 204);
    assert_eq!(patch(&org, "riley", &new, &json!({"Status": "0"})).refused(), "403 INSUFFICIENT_ACCESS_OR_READONLY");
    let draft = make(&json!({"Subject": "Draft", "Status": "5"}));
    assert_eq!(patch(&org, "riley", &draft, &json!({"Subject": "Better"})).status, 204);
    // What a client manages can be filed elsewhere, and nothing more.
    let managed = make(&json!({"Subject": "Filed", "Status": "3", "IsClientManaged": true}));
    assert_eq!(patch(&org, "riley", &managed, &json!({"RelatedToId": id(&org, "acme")})).status, 204);
    assert_eq!(
        patch(&org, "riley", &managed, &json!({"TextBody": "x"})).refused(),
        "403 INSUFFICIENT_ACCESS_OR_READONLY"
    );
}

#[test]
fn the_owner_type_of_a_queue_is_queue_in_records_and_filters() {
    let org = Org::demo();
    let subjects = |filter: &str| -> Vec<Json> {
        let soql = format!("SELECT Subject, Owner.Type FROM Case WHERE {filter} ORDER BY Subject");
        let got = query(&org, "riley", &soql);
        assert_eq!(got.status, 200, "{}", got.body);
        got.body["records"].as_array().expect("records").clone()
    };
    let queued = subjects("Owner.Type = 'Queue'");
    assert_eq!(queued.len(), 2);
    for case in &queued {
        assert_eq!(case["Owner"]["Type"], "Queue");
        assert_eq!(case["Owner"]["attributes"]["type"], "Name");
    }
    assert_eq!(subjects("Owner.Type = 'Group'").len(), 0);
    assert_eq!(subjects("Owner.Type IN ('Queue', 'User')").len(), 7);
    assert_eq!(subjects("Owner.Type = 'User'")[0]["Owner"]["Type"], "User");
}
