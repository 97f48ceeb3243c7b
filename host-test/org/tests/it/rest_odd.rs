//! The types and objects of [`Extra::Oddities`]: times, rich text, percents, long numbers, multi-selects, places, external
//! objects and platform events.

use demo_org::{Extra, Org};
use serde_json::{Value as Json, json};

use crate::rest_client::{column, get, id, patch, path, post, query, request, send};

fn odd() -> Org {
    Org::demo_with([Extra::Oddities])
}

/// The body of an answer as it was sent, for numbers that JSON values cannot hold.
#[track_caller]
fn sent(org: &Org, target: &str) -> String {
    let got = get(org, "riley", target);
    assert_eq!(got.status, 200, "{}", got.body);
    String::from_utf8(got.response.into_body()).expect("text")
}

/// Sends a body as it is written.
#[track_caller]
fn send_text(org: &Org, method: &str, target: &str, body: &str) -> (u16, String) {
    let mut call = request(org, "riley", method, target, &[], &Json::Null);
    *call.body_mut() = body.as_bytes().to_vec();
    let response = org.handle(call).response().expect("a response");
    (response.status().as_u16(), String::from_utf8(response.into_body()).expect("text"))
}

fn encoded(soql: &str) -> String {
    let text: String = url::form_urlencoded::byte_serialize(soql.as_bytes()).collect();
    format!("query?q={text}")
}

#[track_caller]
fn keys(org: &Org, filter: &str) -> Vec<Json> {
    column(
        org,
        "riley",
        &format!("SELECT Visit_Key__c FROM Visit__c WHERE {filter} ORDER BY Visit_Key__c"),
        "Visit_Key__c",
    )
}

#[test]
fn the_plain_demo_org_has_nothing_odd() {
    let org = Org::demo();
    for object in ["Visit__c", "Invoice__x", "Order_Shipped__e"] {
        assert_eq!(get(&org, "riley", &format!("sobjects/{object}/describe")).refused(), "404 NOT_FOUND");
    }
    let next = |org: &Org| post(org, "riley", "sobjects/EmailMessage", &json!({"Subject": "Next"})).id().to_owned();
    assert_eq!(next(&org), next(&odd()));
}

#[test]
fn describe_tells_the_odd_types() {
    let org = odd();
    let describe = get(&org, "riley", "sobjects/Visit__c/describe").body;
    let field = |name: &str| {
        let fields = describe["fields"].as_array().expect("fields");
        fields.iter().find(|field| field["name"] == name).unwrap_or_else(|| panic!("no {name}")).clone()
    };
    for (name, expected) in [
        (
            "Starts_At__c",
            json!({"type": "time", "soapType": "xsd:time", "filterable": true, "sortable": true, "groupable": false,
                   "aggregatable": false, "length": 0}),
        ),
        (
            "Report__c",
            json!({"type": "textarea", "htmlFormatted": true, "extraTypeInfo": "richtextarea", "filterable": false,
                   "byteLength": 98_304}),
        ),
        ("Summary__c", json!({"htmlFormatted": false, "extraTypeInfo": "plaintextarea"})),
        ("Satisfaction__c", json!({"type": "percent", "precision": 5, "scale": 2})),
        ("Serial_Number__c", json!({"type": "double", "precision": 18, "scale": 0})),
        (
            "Place__c",
            json!({"type": "location", "soapType": "urn:location", "queryByDistance": true, "filterable": true,
                   "sortable": false, "groupable": false, "createable": false}),
        ),
        ("Place__Latitude__s", json!({"type": "double", "compoundFieldName": "Place__c", "custom": true})),
        ("Topics__c", json!({"type": "multipicklist", "restrictedPicklist": true, "groupable": false})),
    ] {
        for (key, value) in expected.as_object().expect("an object") {
            assert_eq!(&field(name)[key], value, "{name}.{key}");
        }
    }
}

#[test]
fn times_are_compared_in_their_one_form_and_without_quotes() {
    let org = odd();
    assert_eq!(keys(&org, "Starts_At__c = 10:00:00.000Z"), ["V-1"]);
    assert_eq!(keys(&org, "Starts_At__c < 10:00:00.000Z"), ["V-2"]);
    assert_eq!(keys(&org, "Starts_At__c >= 10:00:00.000Z"), ["V-1", "V-3"]);
    assert_eq!(keys(&org, "Starts_At__c IN (08:15:00.000Z, 15:00:00.000Z)"), ["V-2", "V-3"]);
    assert_eq!(keys(&org, "Starts_At__c = null"), ["V-4"]);
    let sorted = column(
        &org,
        "riley",
        "SELECT Starts_At__c FROM Visit__c ORDER BY Starts_At__c DESC NULLS LAST",
        "Starts_At__c",
    );
    assert_eq!(sorted, [json!("15:00:00.000Z"), json!("10:00:00.000Z"), json!("08:15:00.000Z"), Json::Null]);
    let quoted =
        "value of filter criterion for field 'Starts_At__c' must be of type time and should not be enclosed in quotes";
    for (literal, code, detail) in [
        ("'10:00:00.000Z'", "INVALID_FIELD", quoted),
        ("2026-05-12", "INVALID_FIELD", quoted),
        ("10:00", "MALFORMED_QUERY", "unexpected token: ':00'"),
        ("10:00:00Z", "MALFORMED_QUERY", "unexpected token: ':00:00Z'"),
        ("25:00:00.000Z", "MALFORMED_QUERY", "invalid date: 25:00:00.000Z"),
    ] {
        let got = query(&org, "riley", &format!("SELECT Id FROM Visit__c WHERE Starts_At__c = {literal}"));
        assert_eq!(got.refused(), format!("400 {code}"), "{literal}");
        assert!(got.message().ends_with(detail), "{literal}: {}", got.message());
    }
    let text = query(&org, "riley", "SELECT Id FROM Account WHERE Name = 10:00:00.000Z");
    assert_eq!(text.refused(), "400 INVALID_FIELD");
    for soql in ["SELECT MIN(Starts_At__c) FROM Visit__c", "SELECT Starts_At__c FROM Visit__c GROUP BY Starts_At__c"] {
        assert_eq!(query(&org, "riley", soql).refused(), "400 MALFORMED_QUERY", "{soql}");
    }
    let like = query(&org, "riley", "SELECT Id FROM Visit__c WHERE Starts_At__c LIKE '10%'");
    assert_eq!(like.refused(), "400 INVALID_QUERY_FILTER_OPERATOR");
}

#[test]
fn times_are_written_with_their_seconds() {
    let org = odd();
    let visit = path(&org, "Visit__c", "visit_acme");
    for time in ["16:45:00.000Z", "16:45:00Z", "16:45:00"] {
        assert_eq!(patch(&org, "riley", &visit, &json!({"Ends_At__c": time})).status, 204, "{time}");
        assert_eq!(get(&org, "riley", &visit).body["Ends_At__c"], "16:45:00.000Z", "{time}");
    }
    for time in [json!("16:45"), json!("4:45 pm"), json!("25:00:00.000Z"), json!(""), json!(1645)] {
        assert_eq!(
            patch(&org, "riley", &visit, &json!({"Ends_At__c": time})).refused(),
            "400 JSON_PARSER_ERROR",
            "{time}"
        );
    }
    assert_eq!(patch(&org, "riley", &visit, &json!({"Ends_At__c": null})).status, 204);
}

#[test]
fn rich_text_keeps_known_tags_and_loses_what_looks_like_others() {
    let org = odd();
    let visit = path(&org, "Visit__c", "visit_acme");
    for (written, read) in [
        ("<p>One &lt; two</p>", "<p>One &lt; two</p>"),
        ("Plain\nlines with <acme@acme.example> and 1 < 2", "Plain\nlines with  and 1 &lt; 2"),
    ] {
        patch(&org, "riley", &visit, &json!({"Report__c": written}));
        assert_eq!(get(&org, "riley", &visit).body["Report__c"], read);
    }
    // Plain text is nobody's HTML.
    patch(&org, "riley", &visit, &json!({"Summary__c": "1 < 2 <x>"}));
    assert_eq!(get(&org, "riley", &visit).body["Summary__c"], "1 < 2 <x>");
    let filtered = query(&org, "riley", "SELECT Id FROM Visit__c WHERE Report__c LIKE '%hall%'");
    assert_eq!(filtered.refused(), "400 INVALID_FIELD");
}

#[test]
fn a_percent_of_75_is_75_and_not_a_fraction() {
    let org = odd();
    assert_eq!(keys(&org, "Satisfaction__c = 75"), ["V-1"]);
    assert_eq!(keys(&org, "Satisfaction__c = 0.75"), ["V-2"]);
    let visit = path(&org, "Visit__c", "visit_initech");
    patch(&org, "riley", &visit, &json!({"Satisfaction__c": 62.5}));
    assert_eq!(get(&org, "riley", &visit).body["Satisfaction__c"], 62.5);
    assert_eq!(patch(&org, "riley", &visit, &json!({"Satisfaction__c": "75%"})).refused(), "400 JSON_PARSER_ERROR");
    assert_eq!(
        patch(&org, "riley", &visit, &json!({"Satisfaction__c": 1000})).refused(),
        "400 NUMBER_OUTSIDE_VALID_RANGE"
    );
}

#[test]
fn long_numbers_keep_every_digit_in_every_answer() {
    let org = odd();
    let visit = path(&org, "Visit__c", "visit_acme");
    let soql = "SELECT Serial_Number__c, Balance__c FROM Visit__c WHERE Visit_Key__c = 'V-1'";
    let composite = json!({"compositeRequest": [{"method": "GET", "referenceId": "one",
        "url": format!("/services/data/v62.0/{}", encoded(soql))}]});
    let (_, composed) = send_text(&org, "POST", "composite", &composite.to_string());
    for body in [sent(&org, &visit), sent(&org, &encoded(soql)), composed] {
        assert!(body.contains(r#""Serial_Number__c":123456789012345678.0"#), "{body}");
        assert!(body.contains(r#""Balance__c":1234567890123456.78"#), "{body}");
    }
}

#[test]
fn long_numbers_are_written_with_every_digit_however_they_are_sent() {
    let org = odd();
    let visit = path(&org, "Visit__c", "visit_acme");
    for (body, kept) in [
        (r#"{"Balance__c": 9876543210987654.32}"#, r#""Balance__c":9876543210987654.32"#),
        (r#"{"Balance__c": "-9876543210987654.31"}"#, r#""Balance__c":-9876543210987654.31"#),
        (r#"{"Serial_Number__c": 987654321098765432}"#, r#""Serial_Number__c":987654321098765432.0"#),
        (r#"{"Balance__c": 12.50}"#, r#""Balance__c":12.5"#),
    ] {
        assert_eq!(send_text(&org, "PATCH", &visit, body).0, 204, "{body}");
        let row = sent(&org, &visit);
        assert!(row.contains(kept), "{body}: {row}");
    }
    let sub = format!("/services/data/v62.0/{visit}");
    let composite = format!(
        r#"{{"compositeRequest": [{{"method": "PATCH", "referenceId": "one", "url": "{sub}", "body": {{"Balance__c": 1111111111111111.11}}}}]}}"#
    );
    assert_eq!(send_text(&org, "POST", "composite", &composite).0, 200);
    assert!(sent(&org, &visit).contains("1111111111111111.11"));
    for (body, refusal) in [
        (r#"{"Balance__c": 12345678901234567.89}"#, "NUMBER_OUTSIDE_VALID_RANGE"),
        (r#"{"Summary__c": 1234567890123456.78}"#, "JSON_PARSER_ERROR"),
    ] {
        let (status, answer) = send_text(&org, "PATCH", &visit, body);
        assert_eq!(status, 400, "{body}");
        assert!(answer.contains(refusal) && answer.is_ascii(), "{body}: {answer}");
    }
}

#[test]
fn filters_tell_long_numbers_apart_that_one_double_stands_for() {
    let org = odd();
    assert_eq!(keys(&org, "Serial_Number__c = 123456789012345678"), ["V-1"]);
    assert_eq!(keys(&org, "Balance__c = 1234567890123456.79"), ["V-2"]);
    assert_eq!(keys(&org, "Balance__c > 1234567890123456.78"), ["V-2"]);
    assert_eq!(keys(&org, "Balance__c <= 1234567890123456.78"), ["V-1", "V-3"]);
    let sorted =
        column(&org, "riley", "SELECT Visit_Key__c FROM Visit__c ORDER BY Balance__c DESC NULLS LAST", "Visit_Key__c");
    assert_eq!(sorted, ["V-2", "V-1", "V-3", "V-4"]);
    let distinct = query(&org, "riley", "SELECT COUNT_DISTINCT(Serial_Number__c) n FROM Visit__c");
    assert_eq!(distinct.body["records"][0]["n"], 2);
}

#[test]
fn a_restricted_multi_select_takes_active_values_only() {
    let org = odd();
    assert_eq!(keys(&org, "Topics__c INCLUDES ('PRC')"), ["V-1", "V-3"]);
    assert_eq!(keys(&org, "Topics__c = 'PRC;SEC'"), ["V-3"]);
    assert_eq!(keys(&org, "Topics__c = 'TRN'"), ["V-2"]);
    let visit = path(&org, "Visit__c", "visit_globex");
    for value in ["PRC;Nothing", "OLD"] {
        let got = patch(&org, "riley", &visit, &json!({"Topics__c": value}));
        assert_eq!(got.refused(), "400 INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "{value}");
    }
    assert_eq!(patch(&org, "riley", &visit, &json!({"Topics__c": "PRC;TRN"})).status, 204);
    assert_eq!(patch(&org, "riley", &visit, &json!({"Topics__c": ["PRC"]})).refused(), "400 JSON_PARSER_ERROR");
}

#[test]
fn a_place_is_read_whole_and_written_and_filtered_by_its_parts() {
    let org = odd();
    let visit = path(&org, "Visit__c", "visit_acme");
    assert_eq!(get(&org, "riley", &visit).body["Place__c"], json!({"latitude": 37.7897, "longitude": -122.3942}));
    patch(&org, "riley", &visit, &json!({"Place__Latitude__s": 52.52, "Place__Longitude__s": 13.405}));
    assert_eq!(get(&org, "riley", &visit).body["Place__c"], json!({"latitude": 52.52, "longitude": 13.405}));
    let whole = json!({"Place__c": {"latitude": 1.0, "longitude": 2.0}});
    assert_eq!(patch(&org, "riley", &visit, &whole).refused(), "400 INVALID_FIELD_FOR_INSERT_UPDATE");
    assert_eq!(keys(&org, "Place__Latitude__s > 50"), ["V-1"]);
    let got = query(&org, "riley", "SELECT Id FROM Visit__c WHERE Place__c != null");
    assert_eq!(got.refused(), "400 INVALID_FIELD");
    assert!(got.message().ends_with("Geolocation fields can only be filtered using Distance expressions"));
}

#[test]
fn nobody_knows_how_many_rows_an_external_object_has() {
    let org = odd();
    let soql = "SELECT Id, ExternalId, Amount__c FROM Invoice__x WHERE Paid__c = false ORDER BY ExternalId";
    let whole = query(&org, "riley", soql).body;
    assert_eq!((&whole["totalSize"], &whole["done"]), (&json!(-1), &json!(true)));
    assert_eq!(whole["records"].as_array().map(Vec::len), Some(3));
    assert_eq!(query(&org, "riley", "SELECT Id FROM Invoice__x WHERE Amount__c > 99999").body["totalSize"], -1);
    assert_eq!(query(&org, "riley", "SELECT COUNT() FROM Invoice__x").body["totalSize"], 5);
    org.limit_pages(2);
    let first = query(&org, "riley", soql).body;
    assert_eq!((&first["totalSize"], &first["done"]), (&json!(-1), &json!(false)));
    let next =
        first["nextRecordsUrl"].as_str().and_then(|url| url.strip_prefix("/services/data/v62.0/")).expect("a url");
    let last = get(&org, "riley", next).body;
    assert_eq!((&last["totalSize"], &last["done"]), (&json!(-1), &json!(true)));
    assert_eq!(last["records"].as_array().map(Vec::len), Some(1));
}

#[test]
fn an_external_object_does_not_take_every_clause() {
    let org = odd();
    for soql in [
        "SELECT COUNT(Id) FROM Invoice__x",
        "SELECT SUM(Amount__c) FROM Invoice__x",
        "SELECT Paid__c, COUNT(Id) FROM Invoice__x GROUP BY Paid__c",
        "SELECT Id FROM Invoice__x WHERE ExternalId LIKE '2026%'",
        "SELECT Id FROM Invoice__x WHERE Paid__c = true AND (NOT Text__c LIKE 'L%')",
        "SELECT Id FROM Invoice__x FOR VIEW",
    ] {
        let got = query(&org, "riley", soql);
        assert_eq!(got.refused(), "400 EXTERNAL_OBJECT_UNSUPPORTED_EXCEPTION", "{soql}");
        assert_eq!(got.message(), "This query is not supported on the Invoice__x object.", "{soql}");
    }
    for soql in
        ["SELECT Id FROM Invoice__x WHERE ExternalId IN ('2026-0001') LIMIT 1", "SELECT Id FROM Invoice__x OFFSET 1"]
    {
        assert_eq!(query(&org, "riley", soql).status, 200, "{soql}");
    }
}

#[test]
fn an_external_row_goes_by_its_external_id_too_and_cannot_be_changed() {
    let org = odd();
    let got = get(&org, "riley", "sobjects/Invoice__x/2026-0001?fields=Amount__c");
    assert_eq!(
        got.body,
        json!({"Amount__c": 1200.5, "ExternalId": "2026-0001",
               "attributes": {"type": "Invoice__x", "url": "/services/data/v62.0/sobjects/Invoice__x/2026-0001"}})
    );
    let by_id = get(&org, "riley", &format!("{}?fields=Amount__c", path(&org, "Invoice__x", "invoice_1")));
    assert_eq!((&by_id.body["Id"], &by_id.body["Amount__c"]), (&json!(id(&org, "invoice_1")), &json!(1200.5)));
    assert_eq!(get(&org, "riley", "sobjects/Invoice__x/2026-9999").refused(), "404 NOT_FOUND");
    let describe = get(&org, "riley", "sobjects/Invoice__x/describe").body;
    assert_eq!(
        (&describe["custom"], &describe["updateable"], &describe["keyPrefix"]),
        (&json!(true), &json!(false), &json!("x01"))
    );
    let change = patch(&org, "riley", &path(&org, "Invoice__x", "invoice_1"), &json!({"Paid__c": true}));
    assert_eq!(change.refused(), "403 INSUFFICIENT_ACCESS_OR_READONLY");
}

#[test]
fn a_platform_event_is_published_and_neither_queried_nor_read() {
    let org = odd();
    let describe = get(&org, "riley", "sobjects/Order_Shipped__e/describe").body;
    let flags = ["createable", "queryable", "retrieveable", "updateable", "deletable", "searchable", "custom"];
    assert_eq!(flags.map(|flag| describe[flag] == true), [true, false, false, false, false, false, true]);
    let names: Vec<&str> =
        describe["fields"].as_array().expect("fields").iter().filter_map(|field| field["name"].as_str()).collect();
    assert!(!names.contains(&"Id") && names.contains(&"ReplayId"), "{names:?}");
    let queried = query(&org, "riley", "SELECT Id FROM Order_Shipped__e");
    assert_eq!(queried.refused(), "400 INVALID_TYPE_FOR_OPERATION");
    assert!(
        queried.message().ends_with("entity type Order_Shipped__e does not support query"),
        "{}",
        queried.message()
    );
    assert_eq!(post(&org, "riley", "sobjects/Order_Shipped__e", &json!({})).refused(), "400 REQUIRED_FIELD_MISSING");
    let made = post(&org, "riley", "sobjects/Order_Shipped__e", &json!({"Order_Number__c": "O-1"}));
    assert_eq!((made.status, &made.body["success"]), (201, &json!(true)));
    let enqueued = &made.body["errors"][0];
    assert_eq!(enqueued["statusCode"], "OPERATION_ENQUEUED");
    assert_eq!(enqueued["message"].as_str().map(str::len), Some(36));
    assert_eq!(org.writes().len(), 1);
    assert_eq!(org.rows("Order_Shipped__e"), []);
    let event = format!("sobjects/Order_Shipped__e/{}", made.id());
    assert_eq!(get(&org, "riley", &event).refused(), "404 NOT_FOUND");
    assert_eq!(send(&org, "riley", "DELETE", &event, &[], &Json::Null).refused(), "404 INVALID_CROSS_REFERENCE_KEY");
}

#[test]
fn some_emails_have_nothing_but_html() {
    let org = odd();
    for key in ["html_mail", "html_case_mail"] {
        let row = get(&org, "riley", &path(&org, "EmailMessage", key)).body;
        assert_eq!(row["TextBody"], Json::Null, "{key}");
        assert!(row["HtmlBody"].as_str().is_some_and(|html| html.starts_with('<')), "{key}");
    }
}

#[test]
fn comments_of_cases_have_no_name() {
    let describe = get(&Org::demo(), "riley", "sobjects/CaseComment/describe").body;
    assert!(describe["fields"].as_array().expect("fields").iter().all(|field| field["nameField"] == false));
    let named = query(&Org::demo(), "riley", "SELECT Name FROM CaseComment");
    assert_eq!(named.refused(), "400 INVALID_FIELD");
}

#[test]
fn a_parent_can_be_given_by_its_external_id() {
    let org = Org::demo();
    let contact =
        |reference: Json| post(&org, "riley", "sobjects/Contact", &json!({"LastName": "Rivers", "Account": reference}));
    let made = contact(json!({"Customer_Code__c": "acme-001"}));
    let row = get(&org, "riley", &format!("sobjects/Contact/{}", made.id())).body;
    assert_eq!(row["AccountId"], id(&org, "acme"));
    let unknown = contact(json!({"Customer_Code__c": "NONE"}));
    assert_eq!(unknown.refused(), "400 INVALID_FIELD");
    assert_eq!(
        unknown.message(),
        "Foreign key external ID: NONE not found for field Customer_Code__c in entity Account"
    );
    assert_eq!(contact(json!({"Industry": "Technology"})).refused(), "400 INVALID_FIELD");
}
