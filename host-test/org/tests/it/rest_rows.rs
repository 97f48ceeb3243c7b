//! Rows through REST: what is saved, what is derived, and what is refused, with which status and errorCode.

use demo_org::{Org, WriteKind};
use serde_json::{Value as Json, json};

use crate::rest_client::{column, get, id, patch, path, post, query, send};

#[test]
fn a_create_answers_201_and_the_row_can_be_read_back() {
    let org = Org::demo();
    let got = post(&org, "riley", "sobjects/Account", &json!({"Name": "Northwind", "NumberOfEmployees": 12}));
    assert_eq!(got.status, 201);
    assert_eq!((&got.body["success"], &got.body["errors"]), (&json!(true), &json!([])));
    let read = get(&org, "riley", &format!("sobjects/Account/{}", got.id()));
    assert_eq!(read.body["Name"], "Northwind");
    assert_eq!(read.body["NumberOfEmployees"], 12);
    assert_eq!(read.body["OwnerId"], id(&org, "riley"));
    assert_eq!(read.body["CreatedDate"], "2026-05-12T15:00:00.000+0000");
    assert_eq!(read.body["attributes"]["type"], "Account");
    let writes = org.writes();
    assert_eq!(writes.len(), 1);
    assert_eq!((writes[0].kind, writes[0].object.as_str()), (WriteKind::Created, "Account"));
}

#[test]
fn space_around_a_text_is_dropped() {
    let org = Org::demo();
    let got = post(&org, "riley", "sobjects/Account", &json!({"Name": "  North wind ", "Site": " \n "}));
    let read = get(&org, "riley", &format!("sobjects/Account/{}?fields=Name,Site", got.id()));
    assert_eq!((&read.body["Name"], &read.body["Site"]), (&json!("North wind"), &Json::Null));
}

#[test]
fn a_note_that_is_deleted_takes_its_document_and_its_links_along() {
    let org = Org::demo();
    let note = post(&org, "riley", "sobjects/ContentNote", &json!({"Title": "Minutes", "Content": "PGI+"}));
    let note = note.id();
    let link = json!({"ContentDocumentId": note, "LinkedEntityId": id(&org, "acme"), "ShareType": "V"});
    assert_eq!(post(&org, "riley", "sobjects/ContentDocumentLink", &link).status, 201);
    let links = format!("SELECT Id FROM ContentDocumentLink WHERE ContentDocumentId = '{note}'");
    assert!(!column(&org, "riley", &links, "Id").is_empty());
    assert_eq!(send(&org, "riley", "DELETE", &format!("sobjects/ContentNote/{note}"), &[], &Json::Null).status, 204);
    assert!(column(&org, "riley", &links, "Id").is_empty());
    let documents = format!("SELECT Id FROM ContentDocument WHERE Id = '{note}'");
    assert!(column(&org, "riley", &documents, "Id").is_empty());
}

#[test]
fn an_update_answers_204_with_no_body() {
    let org = Org::demo();
    let got = patch(&org, "riley", &path(&org, "Account", "acme"), &json!({"NumberOfEmployees": 500}));
    assert_eq!((got.status, got.response.body().len()), (204, 0));
    let read =
        get(&org, "riley", &format!("{}?fields=NumberOfEmployees,LastModifiedById", path(&org, "Account", "acme")));
    assert_eq!(read.body["NumberOfEmployees"], 500);
    assert_eq!(read.body["LastModifiedById"], id(&org, "riley"));
    assert_eq!(org.writes()[0].fields, ["NumberOfEmployees"]);
}

#[test]
fn a_delete_answers_204_and_the_row_is_in_query_all_only() {
    let org = Org::demo();
    let lead = path(&org, "Lead", "old");
    assert_eq!(send(&org, "riley", "DELETE", &lead, &[], &Json::Null).status, 204);
    assert_eq!(get(&org, "riley", &lead).refused(), "404 ENTITY_IS_DELETED");
    assert_eq!(patch(&org, "riley", &lead, &json!({"Title": "x"})).refused(), "404 ENTITY_IS_DELETED");
    assert!(column(&org, "riley", "SELECT Id FROM Lead WHERE LastName = 'Nord'", "Id").is_empty());
    let all = get(&org, "riley", "queryAll?q=SELECT+Id+FROM+Lead+WHERE+LastName='Nord'");
    assert_eq!(all.body["totalSize"], 1);
}

#[test]
fn a_missing_row_is_not_found_when_read_and_a_bad_reference_when_written() {
    let org = Org::demo();
    let missing = "sobjects/Account/001dM0000000zzzAAA";
    let missing = demo_org::Id::parse(&missing[17..32]).map(|id| format!("sobjects/Account/{id}")).expect("an id");
    assert_eq!(get(&org, "riley", &missing).refused(), "404 NOT_FOUND");
    assert_eq!(patch(&org, "riley", &missing, &json!({"Name": "x"})).refused(), "404 INVALID_CROSS_REFERENCE_KEY");
    assert_eq!(send(&org, "riley", "DELETE", &missing, &[], &Json::Null).refused(), "404 INVALID_CROSS_REFERENCE_KEY");
}

#[test]
fn an_id_with_a_wrong_checksum_is_malformed() {
    let org = Org::demo();
    let mut acme = id(&org, "acme");
    acme.replace_range(15.., "ZZZ");
    assert_eq!(get(&org, "riley", &format!("sobjects/Account/{acme}")).refused(), "400 MALFORMED_ID");
}

#[test]
fn fifteen_characters_of_an_id_are_enough() {
    let org = Org::demo();
    let acme = id(&org, "acme");
    assert_eq!(get(&org, "riley", &format!("sobjects/Account/{}", &acme[..15])).body["Name"], "Acme");
}

/// Creates that must be refused, and how.
#[test]
fn a_bad_create_is_refused_and_nothing_is_written() {
    let org = Org::demo();
    let long = "x".repeat(256);
    let owner = id(&org, "jane_doe");
    let contact = id(&org, "bob");
    let nightfall = id(&org, "nightfall");
    let gone = id(&org, "gone");
    let renewal = id(&org, "Opportunity.Renewal");
    for (object, body, refusal, message) in [
        ("Account", json!({}), "400 REQUIRED_FIELD_MISSING", "Required fields are missing: [Name]"),
        ("Account", json!({"Name": null}), "400 REQUIRED_FIELD_MISSING", "Required fields are missing: [Name]"),
        ("Lead", json!({"LastName": "Fox"}), "400 REQUIRED_FIELD_MISSING", "Required fields are missing: [Company]"),
        (
            "Event",
            json!({"Subject": "Meeting"}),
            "400 REQUIRED_FIELD_MISSING",
            "Required fields are missing: [ActivityDateTime]",
        ),
        (
            "Account",
            json!({"Name": "A", "Foo__c": 1}),
            "400 INVALID_FIELD",
            "No such column 'Foo__c' on sobject of type Account",
        ),
        (
            "Contact",
            json!({"LastName": "A", "Salary_Grade__c": "L1"}),
            "400 INVALID_FIELD",
            "No such column 'Salary_Grade__c' on sobject of type Contact",
        ),
        (
            "Account",
            json!({"Name": "A", "AnnualRevenue": "banana"}),
            "400 JSON_PARSER_ERROR",
            "Cannot deserialize instance of currency from VALUE_STRING value banana",
        ),
        (
            "Account",
            json!({"Name": 5}),
            "400 JSON_PARSER_ERROR",
            "Cannot deserialize instance of string from VALUE_NUMBER_INT value 5",
        ),
        (
            "Opportunity",
            json!({"Name": "A", "StageName": "Prospecting", "CloseDate": "12/05/2026"}),
            "400 JSON_PARSER_ERROR",
            "Cannot deserialize instance of date",
        ),
        ("Account", json!({"Name": long}), "400 STRING_TOO_LONG", "Account Name: data value too large"),
        (
            "Account",
            json!({"Name": "A", "Region__c": "North"}),
            "400 INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            "Sales Territory: bad value for restricted picklist field: North",
        ),
        (
            "Account",
            json!({"Name": "A", "Region__c": "LATAM"}),
            "400 INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            "Sales Territory: bad value for restricted picklist field: LATAM",
        ),
        (
            "Account",
            json!({"Name": "A", "Health_Score__c": 5}),
            "400 INVALID_FIELD_FOR_INSERT_UPDATE",
            "Unable to create/update fields: Health_Score__c.",
        ),
        (
            "Account",
            json!({"Name": "A", "CreatedDate": "2026-01-01T00:00:00Z"}),
            "400 INVALID_FIELD_FOR_INSERT_UPDATE",
            "Unable to create/update fields: CreatedDate.",
        ),
        (
            "Account",
            json!({"Name": "A", "Id": "001000000000001"}),
            "400 INVALID_FIELD_FOR_INSERT_UPDATE",
            "cannot specify Id in an insert call",
        ),
        (
            "Account",
            json!({"Name": "A", "ParentId": contact}),
            "400 MALFORMED_ID",
            "Parent Account ID: id value of incorrect type",
        ),
        (
            "Account",
            json!({"Name": "A", "ParentId": "nonsense"}),
            "400 MALFORMED_ID",
            "Parent Account ID: id value of incorrect type: nonsense",
        ),
        ("Account", json!({"Name": "A", "ParentId": gone}), "400 ENTITY_IS_DELETED", "entity is deleted"),
        (
            "Account",
            json!({"Name": "A", "OwnerId": owner}),
            "400 INACTIVE_OWNER_OR_USER",
            "operation performed with inactive user",
        ),
        (
            "Account",
            json!({"Name": "A", "RecordTypeId": renewal}),
            "400 INVALID_CROSS_REFERENCE_KEY",
            "Record Type ID: this ID value isn't valid for the user",
        ),
        (
            "Account",
            json!({"Name": "A", "NumberOfEmployees": -1}),
            "400 FIELD_CUSTOM_VALIDATION_EXCEPTION",
            "The number of employees cannot be negative.",
        ),
        (
            "Account",
            json!({"Name": "A", "NumberOfEmployees": 1_000_000_000_000_000_000_i64}),
            "400 NUMBER_OUTSIDE_VALID_RANGE",
            "Employees: value outside of valid range",
        ),
        (
            "Account",
            json!({"Name": "A", "BillingCountry": "Germoney"}),
            "400 FIELD_INTEGRITY_EXCEPTION",
            "There's a problem with this country",
        ),
        (
            "Account",
            json!({"Name": "A", "Customer_Code__c": "acme-001"}),
            "400 DUPLICATE_VALUE",
            "duplicate value found: Customer_Code__c duplicates value on record with id: 001",
        ),
        (
            "Contact",
            json!({"LastName": "A", "Email": "not an address"}),
            "400 INVALID_EMAIL_ADDRESS",
            "Email: invalid email address: not an address",
        ),
        (
            "Task",
            json!({"Subject": "Call", "WhatId": nightfall}),
            "400 INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
            "insufficient access rights on cross-reference id",
        ),
        (
            "Task",
            json!({"Subject": "Call", "WhoId": id(&org, "dana"), "WhatId": id(&org, "acme")}),
            "400 FIELD_INTEGRITY_EXCEPTION",
            "A lead cannot be associated",
        ),
    ] {
        let got = post(&org, "riley", &format!("sobjects/{object}"), &body);
        assert_eq!(got.refused(), refusal, "{object} {body}: {}", got.body);
        assert!(got.message().starts_with(message), "{}", got.message());
    }
    let got = send(&org, "riley", "POST", "sobjects/Account", &[], &json!(["not an object"]));
    assert_eq!(got.refused(), "400 JSON_PARSER_ERROR");
    assert_eq!(post(&org, "riley", "sobjects/Nothing__c", &json!({})).refused(), "404 NOT_FOUND");
    assert_eq!(post(&org, "riley", "sobjects/User", &json!({})).refused(), "400 CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY");
    assert_eq!(org.writes(), []);
}

#[test]
fn an_unrestricted_picklist_accepts_anything_silently() {
    let org = Org::demo();
    let lead = path(&org, "Lead", "dana");
    assert_eq!(patch(&org, "riley", &lead, &json!({"Rating": "Super hot"})).status, 204);
    assert_eq!(get(&org, "riley", &lead).body["Rating"], "Super hot");
}

#[test]
fn the_renewal_cannot_be_won_without_its_contract_number() {
    let org = Org::demo();
    let renewal = path(&org, "Opportunity", "acme_renewal");
    let got = patch(&org, "riley", &renewal, &json!({"StageName": "Closed Won"}));
    assert_eq!(got.refused(), "400 FIELD_CUSTOM_VALIDATION_EXCEPTION");
    assert_eq!(got.body[0]["fields"], json!(["Contract_Number__c"]));
    assert_eq!(org.writes(), []);
    let won = json!({"StageName": "Closed Won", "Contract_Number__c": "C-2001"});
    assert_eq!(patch(&org, "riley", &renewal, &won).status, 204);
    let read = get(&org, "riley", &renewal).body;
    assert_eq!((&read["IsWon"], &read["IsClosed"], &read["Probability"]), (&json!(true), &json!(true), &json!(100.0)));
    assert_eq!(read["ForecastCategoryName"], "Closed");
}

#[test]
fn a_record_type_narrows_only_what_is_restricted() {
    let org = Org::demo();
    let renewal = path(&org, "Opportunity", "acme_renewal");
    // StageName is unrestricted: `Prospecting` is not a stage of renewals, and goes in all the same.
    assert_eq!(patch(&org, "riley", &renewal, &json!({"StageName": "Prospecting"})).status, 204);
    assert_eq!(get(&org, "riley", &renewal).body["Probability"], 10.0);
}

#[test]
fn a_trigger_changes_what_was_written() {
    let org = Org::demo();
    let acme = path(&org, "Account", "acme");
    patch(&org, "riley", &acme, &json!({"Customer_Code__c": " ab-9 "}));
    assert_eq!(get(&org, "riley", &acme).body["Customer_Code__c"], "AB-9");
}

#[test]
fn countries_have_names_and_codes_that_stay_in_step() {
    let org = Org::demo();
    let acme = path(&org, "Account", "acme");
    patch(&org, "riley", &acme, &json!({"BillingCountryCode": "DE", "BillingStateCode": null}));
    let read = get(&org, "riley", &acme).body;
    assert_eq!((&read["BillingCountry"], &read["BillingState"]), (&json!("Germany"), &Json::Null));
    assert_eq!(read["BillingAddress"]["countryCode"], "DE");
}

#[test]
fn a_case_gets_its_number_its_account_and_its_contact_details() {
    let org = Org::demo();
    let got = post(&org, "riley", "sobjects/Case", &json!({"Subject": "Login fails", "ContactId": id(&org, "bob")}));
    let case = get(&org, "riley", &format!("sobjects/Case/{}", got.id())).body;
    assert_eq!(
        (case["CaseNumber"].as_str(), &case["Status"], &case["Priority"]),
        (Some("00001008"), &json!("New"), &json!("Medium"))
    );
    assert_eq!(
        (&case["AccountId"], &case["ContactEmail"]),
        (&json!(id(&org, "acme")), &json!("bob.stone@acme.example"))
    );
}

#[test]
fn a_closed_task_touches_its_people_and_things() {
    let org = Org::demo();
    let call = json!({"Subject": "Call", "Status": "Completed", "TaskSubtype": "Call", "WhoId": id(&org, "bob"), "WhatId": id(&org, "acme_renewal"), "ActivityDate": "2026-05-12"});
    let got = post(&org, "riley", "sobjects/Task", &call);
    let task = get(&org, "riley", &format!("sobjects/Task/{}", got.id())).body;
    assert_eq!((&task["IsClosed"], &task["AccountId"]), (&json!(true), &json!(id(&org, "acme"))));
    for row in [path(&org, "Account", "acme"), path(&org, "Contact", "bob"), path(&org, "Opportunity", "acme_renewal")]
    {
        assert_eq!(get(&org, "riley", &row).body["LastActivityDate"], "2026-05-12", "{row}");
    }
    let refused = patch(&org, "riley", &format!("sobjects/Task/{}", got.id()), &json!({"TaskSubtype": "Email"}));
    assert_eq!(refused.refused(), "400 INVALID_FIELD_FOR_INSERT_UPDATE");
}

#[test]
fn an_event_knows_its_end_from_its_duration() {
    let org = Org::demo();
    let event = json!({"Subject": "Meeting", "StartDateTime": "2026-05-19T15:00:00-07:00", "DurationInMinutes": 30});
    let got = post(&org, "riley", "sobjects/Event", &event);
    let event = get(&org, "riley", &format!("sobjects/Event/{}", got.id())).body;
    assert_eq!(event["EndDateTime"], "2026-05-19T22:30:00.000+0000");
    assert_eq!(event["ActivityDate"], "2026-05-19");
}

#[test]
fn a_note_is_a_document_that_can_be_linked() {
    let org = Org::demo();
    let note =
        post(&org, "riley", "sobjects/ContentNote", &json!({"Title": "Terms", "Content": "PHA+QSAmYW1wOyBCPC9wPg=="}));
    assert_eq!(note.status, 201);
    let link = json!({"ContentDocumentId": note.id(), "LinkedEntityId": id(&org, "globex_deal"), "ShareType": "V"});
    assert_eq!(post(&org, "riley", "sobjects/ContentDocumentLink", &link).status, 201);
    let read = get(&org, "riley", &format!("sobjects/ContentNote/{}", note.id())).body;
    assert_eq!(read["TextPreview"], "A & B");
    let content = get(&org, "riley", &format!("sobjects/ContentNote/{}/Content", note.id()));
    assert_eq!(content.response.body(), b"<p>A &amp; B</p>");
    let titles = column(
        &org,
        "riley",
        &format!(
            "SELECT ContentDocument.Title FROM ContentDocumentLink WHERE LinkedEntityId = '{}'",
            id(&org, "globex_deal")
        ),
        "ContentDocument",
    );
    assert_eq!(titles.len(), 2);
}

#[test]
fn a_person_account_has_no_writable_name() {
    let org = Org::demo();
    let maria = path(&org, "Account", "maria");
    assert_eq!(get(&org, "riley", &maria).body["IsPersonAccount"], true);
    assert_eq!(patch(&org, "riley", &maria, &json!({"Name": "M"})).refused(), "400 INVALID_FIELD_FOR_INSERT_UPDATE");
    assert_eq!(patch(&org, "riley", &maria, &json!({"LastName": "Lima"})).status, 204);
    assert_eq!(get(&org, "riley", &maria).body["Name"], "Maria Lima");
    assert_eq!(
        patch(&org, "riley", &path(&org, "Account", "acme"), &json!({"LastName": "x"})).refused(),
        "400 INVALID_FIELD_FOR_INSERT_UPDATE"
    );
}

#[test]
fn a_converted_lead_cannot_be_updated() {
    let org = Org::demo();
    let got = patch(&org, "riley", &path(&org, "Lead", "carla"), &json!({"Title": "x"}));
    assert_eq!(got.refused(), "400 CANNOT_UPDATE_CONVERTED_LEAD");
}

#[test]
fn a_sent_email_is_read_only_and_stands_among_the_activities() {
    let org = Org::demo();
    assert_eq!(
        patch(&org, "riley", &path(&org, "EmailMessage", "mail"), &json!({"Subject": "x"})).refused(),
        "403 INSUFFICIENT_ACCESS_OR_READONLY"
    );
    let email = json!({"Subject": "Quote", "TextBody": "Hi", "Status": "3", "RelatedToId": id(&org, "globex_deal")});
    assert_eq!(post(&org, "riley", "sobjects/EmailMessage", &email).status, 201);
    let subjects = column(
        &org,
        "riley",
        "SELECT Subject FROM Task WHERE TaskSubtype = 'Email' AND CreatedDate = TODAY",
        "Subject",
    );
    assert_eq!(subjects, [json!("Email: Quote")]);
}

#[test]
fn a_read_only_user_writes_nothing() {
    let org = Org::demo();
    assert_eq!(
        patch(&org, "vera", &path(&org, "Account", "acme"), &json!({"Name": "x"})).refused(),
        "403 INSUFFICIENT_ACCESS_OR_READONLY"
    );
    assert_eq!(
        post(&org, "vera", "sobjects/Account", &json!({"Name": "x"})).refused(),
        "400 CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
    );
    assert_eq!(org.writes(), []);
}

#[test]
fn only_owners_edit_their_projects() {
    let org = Org::demo();
    let rollout = path(&org, "Project__c", "rollout");
    assert_eq!(get(&org, "riley", &rollout).status, 200);
    assert_eq!(
        patch(&org, "riley", &rollout, &json!({"Health__c": "Red"})).refused(),
        "403 INSUFFICIENT_ACCESS_OR_READONLY"
    );
    assert_eq!(patch(&org, "sam", &rollout, &json!({"Health__c": "Red"})).status, 204);
}

#[test]
fn what_is_hidden_looks_like_what_is_not_there() {
    let org = Org::demo();
    let tom = path(&org, "Contact", "tom");
    assert_eq!(get(&org, "admin", &tom).body["Salary_Grade__c"], "L7");
    assert!(get(&org, "riley", &tom).body.get("Salary_Grade__c").is_none());
    let got = get(&org, "riley", &format!("{tom}?fields=Salary_Grade__c"));
    assert_eq!(
        (got.refused().as_str(), got.message()),
        ("400 INVALID_FIELD", "No such column 'Salary_Grade__c' on sobject of type Contact")
    );
    assert_eq!(query(&org, "riley", "SELECT Salary_Grade__c FROM Contact").refused(), "400 INVALID_FIELD");
    let describe = get(&org, "riley", "sobjects/Contact/describe").body.to_string();
    assert!(!describe.contains("Salary_Grade__c"));
    assert_eq!(get(&org, "riley", "sobjects/Contract/describe").refused(), "404 NOT_FOUND");
    assert_eq!(get(&org, "riley", &path(&org, "Opportunity", "nightfall")).refused(), "404 NOT_FOUND");
}

#[test]
fn a_locked_row_refuses_for_as_many_tries_as_asked() {
    let org = Org::demo();
    let acme = org.id("acme").expect("Acme");
    org.lock(&acme, 2);
    for _ in 0..2 {
        let got = patch(&org, "riley", &path(&org, "Account", "acme"), &json!({"Site": "x"}));
        assert_eq!(got.refused(), "400 UNABLE_TO_LOCK_ROW");
    }
    assert_eq!(patch(&org, "riley", &path(&org, "Account", "acme"), &json!({"Site": "x"})).status, 204);
    assert_eq!(org.writes().len(), 1);
}

#[test]
fn an_alert_rule_yields_to_allow_save_and_a_blocking_rule_does_not() {
    let org = Org::demo();
    let acme = json!({"Name": "ACME, Inc."});
    let header =
        [("Sforce-Duplicate-Rule-Header", "allowSave=false; includeRecordDetails=true; runAsCurrentUser=true")];
    let got = send(&org, "riley", "POST", "sobjects/Account", &header, &acme);
    assert_eq!(got.refused(), "400 DUPLICATES_DETECTED");
    let result = &got.body[0]["duplicateResut"];
    assert_eq!(result["allowSave"], true);
    let matches = result["matchResults"][0]["matchRecords"].as_array().expect("matches");
    let names: Vec<_> = matches.iter().map(|found| found["record"]["Name"].as_str().expect("a name")).collect();
    assert_eq!(names, ["Acme", "Acme Corporation"]);
    assert!(result["matchResults"][0]["matchRecords"][0]["record"]["attributes"]["url"].as_str().is_some());
    let bare = post(&org, "riley", "sobjects/Account", &acme);
    assert!(bare.body[0]["duplicateResut"]["matchResults"][0]["matchRecords"][0]["record"].get("Name").is_none());

    let allow = [("Sforce-Duplicate-Rule-Header", "allowSave=true")];
    assert_eq!(send(&org, "riley", "POST", "sobjects/Account", &allow, &acme).status, 201);

    let lead = json!({"LastName": "Fox", "Company": "Fox", "Email": "Dana.Fox@foxglove.example"});
    let got = send(&org, "riley", "POST", "sobjects/Lead", &allow, &lead);
    assert_eq!(got.refused(), "400 DUPLICATES_DETECTED");
    assert_eq!(got.body[0]["duplicateResut"]["allowSave"], false);
}

#[test]
fn a_stale_condition_is_refused_with_412_to_the_second() {
    let org = Org::demo();
    let acme = path(&org, "Account", "acme");
    let read = get(&org, "riley", &acme);
    let seen = read.header("last-modified").to_owned();
    assert_eq!(seen, "Sun, 10 May 2026 15:00:00 GMT");
    let condition =
        |when: &str| send(&org, "riley", "PATCH", &acme, &[("If-Unmodified-Since", when)], &json!({"Site": "x"}));
    assert_eq!(condition("yesterday").status, 400);
    assert_eq!(condition("Sat, 09 May 2026 15:00:00 GMT").refused(), "412 PRECONDITION_FAILED");
    assert_eq!(condition(&seen).status, 204);
    assert_eq!(condition(&seen).refused(), "412 PRECONDITION_FAILED");
    let fresh =
        send(&org, "riley", "GET", &acme, &[("If-Modified-Since", "Tue, 12 May 2026 15:00:00 GMT")], &Json::Null);
    assert_eq!(fresh.status, 304);
}

#[test]
fn an_etag_guards_accounts_only() {
    let org = Org::demo();
    let acme = path(&org, "Account", "acme");
    let etag = get(&org, "riley", &acme).header("etag").to_owned();
    let with = |etag: &str| send(&org, "riley", "PATCH", &acme, &[("If-Match", etag)], &json!({"Site": "x"}));
    assert_eq!(with("\"other\"").refused(), "412 PRECONDITION_FAILED");
    assert_eq!(with(&etag).status, 204);
    assert_eq!(get(&org, "riley", &path(&org, "Contact", "bob")).header("etag"), "");
}

#[test]
fn an_upsert_creates_updates_or_names_its_candidates() {
    let org = Org::demo();
    let body = json!({"Name": "New", "Account__r": {"Customer_Code__c": "acme-001"}});
    let made = patch(&org, "riley", "sobjects/Project__c/External_Key__c/ERP-900", &body);
    assert_eq!((made.status, &made.body["created"]), (201, &json!(true)));
    let again = patch(&org, "riley", "sobjects/Project__c/External_Key__c/ERP-900", &json!({"Name": "Newer"}));
    assert_eq!((again.status, &again.body["created"], again.id()), (200, &json!(false), made.id()));
    let many = patch(&org, "riley", "sobjects/Project__c/Legacy_Key__c/L-7", &json!({"Name": "x"}));
    assert_eq!((many.status, many.body.as_array().map(Vec::len)), (300, Some(2)));
    assert!(many.body[0].as_str().is_some_and(|url| url.starts_with("/services/data/v62.0/sobjects/Project__c/")));
    let none = patch(&org, "riley", "sobjects/Project__c/Name/x", &json!({"Name": "x"}));
    assert_eq!(none.refused(), "404 NOT_FOUND");
}

#[test]
fn an_account_with_cases_stays_and_one_without_takes_its_deals_and_tasks_along() {
    let org = Org::demo();
    let got = send(&org, "admin", "DELETE", &path(&org, "Account", "acme"), &[], &Json::Null);
    assert_eq!(got.refused(), "400 DELETE_FAILED");
    assert_eq!(send(&org, "admin", "DELETE", &path(&org, "Account", "lumen"), &[], &Json::Null).status, 204);
    assert_eq!(get(&org, "riley", &path(&org, "Opportunity", "lumen_start")).refused(), "404 ENTITY_IS_DELETED");
    let gone: Vec<_> = org.writes().into_iter().map(|write| (write.kind, write.object)).collect();
    assert_eq!(gone, [(WriteKind::Deleted, "Account".to_owned()), (WriteKind::Deleted, "Opportunity".to_owned())]);
    let visit = path(&org, "Task", "labs_visit");
    assert_eq!(send(&org, "admin", "DELETE", &path(&org, "Account", "acme_labs"), &[], &Json::Null).status, 204);
    assert_eq!(get(&org, "riley", &visit).refused(), "404 ENTITY_IS_DELETED");
}

#[test]
fn messages_come_in_the_users_language_and_codes_do_not() {
    let org = Org::demo();
    let got = post(&org, "jonas", "sobjects/Account", &json!({}));
    assert_eq!((got.refused().as_str(), got.message()), ("400 REQUIRED_FIELD_MISSING", "Pflichtfelder fehlen: [Name]"));
    let got = patch(&org, "jonas", &path(&org, "Account", "acme"), &json!({"Region__c": "x"}));
    assert_eq!(got.message(), "Sales Territory: Ungültiger Wert für eingeschränktes Auswahllistenfeld: x");
}

#[test]
fn an_update_cannot_take_away_what_must_be_there() {
    let org = Org::demo();
    for (object, key, field) in
        [("Account", "acme", "Name"), ("Account", "acme", "OwnerId"), ("Lead", "dana", "Status")]
    {
        let got = patch(&org, "riley", &path(&org, object, key), &json!({field: null}));
        assert_eq!(got.refused(), "400 REQUIRED_FIELD_MISSING", "{field}");
    }
}

#[test]
fn a_queue_owns_leads_and_cases_and_no_other_group_owns_anything() {
    let org = Org::demo();
    let case = path(&org, "Case", "case_new_1");
    assert_eq!(patch(&org, "riley", &case, &json!({"OwnerId": id(&org, "tier2")})).status, 204);
    assert_eq!(
        patch(&org, "riley", &case, &json!({"OwnerId": id(&org, "dach")})).refused(),
        "400 INVALID_CROSS_REFERENCE_KEY"
    );
    let acme = path(&org, "Account", "acme");
    assert_eq!(patch(&org, "riley", &acme, &json!({"OwnerId": id(&org, "tier2")})).refused(), "400 MALFORMED_ID");
}

#[test]
fn nobody_joins_a_campaign_twice() {
    let org = Org::demo();
    let member = |key: &str, field: &str| json!({"CampaignId": id(&org, "webinar"), field: id(&org, key)});
    assert_eq!(
        post(&org, "riley", "sobjects/CampaignMember", &member("dana", "LeadId")).refused(),
        "400 DUPLICATE_VALUE"
    );
    assert_eq!(post(&org, "riley", "sobjects/CampaignMember", &member("nina", "LeadId")).status, 201);
    assert_eq!(get(&org, "riley", &path(&org, "Campaign", "webinar")).body["NumberOfLeads"], 3);
}

#[test]
fn a_last_name_makes_a_person_account_and_an_unknown_stage_an_open_deal() {
    let org = Org::demo();
    let person = post(&org, "riley", "sobjects/Account", &json!({"FirstName": "Ana", "LastName": "Lima"}));
    let person = get(&org, "riley", &format!("sobjects/Account/{}", person.id())).body;
    assert_eq!((&person["Name"], &person["IsPersonAccount"]), (&json!("Ana Lima"), &json!(true)));
    let deal = json!({"Name": "Odd", "StageName": "Hoping", "CloseDate": "2026-06-01"});
    let deal = post(&org, "riley", "sobjects/Opportunity", &deal);
    let deal = get(&org, "riley", &format!("sobjects/Opportunity/{}", deal.id())).body;
    assert_eq!((&deal["IsClosed"], &deal["ForecastCategory"]), (&json!(false), &json!("Pipeline")));
}
