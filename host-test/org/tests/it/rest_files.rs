//! [`Extra::Files`]: files of records, their versions and bytes, and who sees them.

use demo_org::{Extra, Org};
use serde_json::{Value as Json, json};

use crate::rest_client::{column, get, id, patch, path, post, query, send};

fn org() -> Org {
    Org::demo_with([Extra::Files])
}

/// The titles of a record's files, by its links.
#[track_caller]
fn titles(org: &Org, user: &str, record: &str) -> Vec<String> {
    let soql = format!(
        "SELECT ContentDocument.Title FROM ContentDocumentLink WHERE LinkedEntityId = '{record}' ORDER BY ContentDocument.Title"
    );
    let got = column(org, user, &soql, "ContentDocument");
    got.iter().map(|document| document["Title"].as_str().unwrap_or("hidden").to_owned()).collect()
}

#[test]
fn the_plain_demo_org_has_one_note_and_no_file() {
    let plain = Org::demo();
    assert_eq!(query(&plain, "riley", "SELECT Id FROM Attachment").refused(), "400 INVALID_TYPE");
    assert_eq!(plain.rows("ContentDocument").len(), 1);
}

#[test]
fn files_of_a_record_are_found_by_its_links_and_as_its_children() {
    let org = org();
    let deal = id(&org, "globex_deal");
    assert_eq!(titles(&org, "riley", &deal), ["Globex: who decides", "Recording of the call", "Signed order form"]);
    for soql in [
        "SELECT Id FROM ContentDocumentLink".to_owned(),
        format!("SELECT Id FROM ContentDocumentLink WHERE LinkedEntityId != '{deal}'"),
        format!("SELECT Id FROM ContentDocumentLink WHERE LinkedEntityId = '{deal}' OR ShareType = 'V'"),
    ] {
        let got = query(&org, "riley", &soql);
        assert_eq!(got.refused(), "400 MALFORMED_QUERY", "{soql}");
        assert!(got.message().contains("requires a filter by a single Id"), "{}", got.message());
    }
    let soql = format!(
        "SELECT Name, (SELECT Title, FileExtension, ContentSize FROM AttachedContentDocuments ORDER BY Title), (SELECT Title, RecordType FROM CombinedAttachments ORDER BY Title) FROM Opportunity WHERE Id = '{deal}'"
    );
    let row = query(&org, "riley", &soql).body["records"][0].clone();
    let of = |child: &str, field: &str| -> Vec<Json> {
        row[child]["records"].as_array().expect(child).iter().map(|row| row[field].clone()).collect()
    };
    assert_eq!(of("AttachedContentDocuments", "Title"), ["Recording of the call", "Signed order form"]);
    assert_eq!(of("AttachedContentDocuments", "ContentSize")[0], 48_000_000);
    assert_eq!(of("CombinedAttachments", "RecordType"), ["ContentNote", "File", "File"]);
    let filtered = "SELECT Id, (SELECT Id FROM CombinedAttachments WHERE Title = 'x') FROM Account";
    assert_eq!(query(&org, "riley", filtered).refused(), "400 MALFORMED_QUERY");
    let old = query(
        &org,
        "riley",
        "SELECT Id, (SELECT Title, RecordType FROM CombinedAttachments ORDER BY Title) FROM Account WHERE Name = 'Initech'",
    );
    let kinds: Vec<&str> = old.body["records"][0]["CombinedAttachments"]["records"]
        .as_array()
        .expect("rows")
        .iter()
        .filter_map(|row| row["RecordType"].as_str())
        .collect();
    assert_eq!(kinds, ["Note", "Attachment"]);
}

#[test]
fn the_newest_version_has_the_bytes() {
    let org = org();
    let soql =
        "SELECT LatestPublishedVersionId, Title, ContentSize FROM ContentDocument WHERE Title = 'Renewal prices'";
    let document = query(&org, "riley", soql).body["records"][0].clone();
    let newest = document["LatestPublishedVersionId"].as_str().expect("an id");
    assert_eq!(newest, id(&org, "price_list_2"));
    let bytes = get(&org, "riley", &format!("sobjects/ContentVersion/{newest}/VersionData"));
    assert_eq!(bytes.response.body(), b"item,price\nPlatform,110\nTraining,1500\n");
    assert_eq!(document["ContentSize"], bytes.response.body().len());
    let attachment = get(&org, "riley", &format!("{}/Body", path(&org, "Attachment", "old_plan")));
    assert_eq!(attachment.response.body(), b"Site plan, as of 2019.\n");
}

#[test]
fn bytes_come_with_their_type_and_in_their_size() {
    let org = org();
    for (key, content_type) in [
        ("order_form_1", "text/plain"),
        ("price_list_2", "text/csv"),
        ("questionnaire_1", "text/html"),
        ("quote_pdf_1", "application/pdf"),
        ("injected_file_1", "application/octet-stream"),
        ("recording_1", "video/mp4"),
    ] {
        let version = path(&org, "ContentVersion", key);
        let got = get(&org, "riley", &format!("{version}/VersionData"));
        assert_eq!((got.status, got.header("content-type")), (200, content_type), "{key}");
        let size = &get(&org, "riley", &format!("{version}?fields=ContentSize")).body["ContentSize"];
        assert_eq!(*size, got.response.body().len(), "{key}");
    }
    let attachment = get(&org, "riley", &format!("{}/body", path(&org, "Attachment", "old_plan")));
    assert_eq!((attachment.status, attachment.header("content-type")), (200, "text/plain"));
}

#[test]
fn bytes_of_what_is_not_there_are_not_found_and_never_part_of_another_answer() {
    let org = org();
    for absent in ["sobjects/ContentVersion/068dM000000000A/VersionData", "sobjects/Attachment/00PdM000000000A/Body"] {
        assert_eq!(get(&org, "riley", absent).refused(), "404 NOT_FOUND", "{absent}");
    }
    let version = path(&org, "ContentVersion", "order_form_1");
    let url = format!("/services/data/v62.0/{version}/VersionData");
    let part = json!({"method": "GET", "url": url, "referenceId": "bytes"});
    let got = post(&org, "riley", "composite", &json!({"compositeRequest": [part]})).body;
    let part = &got["compositeResponse"][0];
    assert_eq!((&part["httpStatusCode"], &part["body"][0]["errorCode"]), (&json!(400), &json!("INVALID_INPUT")));
    assert_eq!(part["httpHeaders"], json!({}));
    let batch = json!({"batchRequests": [{"method": "GET", "url": format!("v62.0/{version}/VersionData")}]});
    assert_eq!(post(&org, "riley", "composite/batch", &batch).body["results"][0]["statusCode"], 400);
}

#[test]
fn an_upload_makes_a_document_and_a_later_one_its_next_version() {
    let org = org();
    let first = json!({"Title": "Q3", "PathOnClient": "q3.csv", "VersionData": "YSxiCg==", "FirstPublishLocationId": id(&org, "acme")});
    let made = post(&org, "riley", "sobjects/ContentVersion", &first);
    assert_eq!(made.status, 201, "{}", made.body);
    let version = get(&org, "riley", &format!("sobjects/ContentVersion/{}", made.id())).body;
    assert_eq!(
        [&version["FileType"], &version["ContentSize"], &version["VersionNumber"], &version["IsLatest"]],
        [&json!("CSV"), &json!(4), &json!("1"), &json!(true)]
    );
    assert!(titles(&org, "riley", &id(&org, "acme")).contains(&"Q3".to_owned()));
    let document = version["ContentDocumentId"].as_str().expect("an id").to_owned();
    let next = json!({"PathOnClient": "q3-final.csv", "VersionData": "YSxiLGMK", "ContentDocumentId": document, "ReasonForChange": "c"});
    let second = post(&org, "riley", "sobjects/ContentVersion", &next).id().to_owned();
    let row = get(&org, "riley", &format!("sobjects/ContentDocument/{document}")).body;
    assert_eq!((&row["LatestPublishedVersionId"], &row["Title"]), (&json!(second), &json!("q3-final")));
    let versions = column(
        &org,
        "riley",
        &format!("SELECT IsLatest FROM ContentVersion WHERE ContentDocumentId = '{document}' ORDER BY VersionNumber"),
        "IsLatest",
    );
    assert_eq!(versions, [false, true]);
    let both = json!({"PathOnClient": "x.txt", "VersionData": "YQ==", "ContentDocumentId": document, "FirstPublishLocationId": id(&org, "acme")});
    assert_eq!(post(&org, "riley", "sobjects/ContentVersion", &both).refused(), "400 INVALID_FIELD_FOR_INSERT_UPDATE");
    let empty = json!({"PathOnClient": "x.txt"});
    assert_eq!(post(&org, "riley", "sobjects/ContentVersion", &empty).refused(), "400 REQUIRED_FIELD_MISSING");
    let changed = patch(&org, "riley", &format!("sobjects/ContentVersion/{second}"), &json!({"VersionData": "YQ=="}));
    assert_eq!(changed.refused(), "400 INVALID_FIELD_FOR_INSERT_UPDATE");
    let direct = post(&org, "riley", "sobjects/ContentDocument", &json!({"Title": "x"}));
    assert_eq!(direct.refused(), "400 CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY");
}

#[test]
fn a_document_is_linked_to_a_record_once() {
    let org = org();
    let link = |record: &str| json!({"ContentDocumentId": id(&org, "order_form"), "LinkedEntityId": id(&org, record), "ShareType": "V"});
    assert_eq!(post(&org, "riley", "sobjects/ContentDocumentLink", &link("acme")).status, 201);
    assert_eq!(post(&org, "riley", "sobjects/ContentDocumentLink", &link("acme")).refused(), "400 DUPLICATE_VALUE");
    assert_eq!(
        send(&org, "riley", "DELETE", &path(&org, "ContentDocument", "order_form"), &[], &Json::Null).status,
        204
    );
    assert_eq!(titles(&org, "riley", &id(&org, "globex_deal")), ["Globex: who decides", "Recording of the call"]);
}

#[test]
fn a_file_is_seen_by_whoever_sees_a_record_it_is_linked_to() {
    let org = org();
    for object in ["ContentDocument", "ContentVersion"] {
        let soql = format!("SELECT Id FROM {object} WHERE Title = 'Plan of Nightfall'");
        assert_eq!(query(&org, "riley", &soql).body["totalSize"], 0, "{object}");
        assert_eq!(query(&org, "jane_miller", &soql).body["totalSize"], 1, "{object}");
        assert_eq!(query(&org, "admin", &soql).body["totalSize"], 1, "{object}");
    }
    let bytes = format!("{}/VersionData", path(&org, "ContentVersion", "secret_plan_1"));
    assert_eq!(get(&org, "riley", &bytes).refused(), "404 NOT_FOUND");
    assert_eq!(titles(&org, "riley", &id(&org, "nightfall")), [] as [&str; 0]);
}
