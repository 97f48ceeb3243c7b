//! Activities of long ago: `query` and search leave them out, `queryAll` and reads by id do not.
//! <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_guidelines_archive.htm>

use std::time::Duration;

use demo_org::Org;
use serde_json::{Value as Json, json};

use crate::rest_client::{get, id, patch, path, post, query, send};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// `queryAll`.
#[track_caller]
fn query_all(org: &Org, soql: &str) -> Json {
    let encoded: String = url::form_urlencoded::byte_serialize(soql.as_bytes()).collect();
    let got = get(org, "riley", &format!("queryAll?q={encoded}"));
    assert_eq!(got.status, 200, "{}", got.body);
    got.body
}

#[track_caller]
fn size(org: &Org, soql: &str) -> Json {
    let got = query(org, "riley", soql);
    assert_eq!(got.status, 200, "{}", got.body);
    got.body["totalSize"].clone()
}

#[test]
fn archived_activities_are_in_query_all_only() {
    let org = Org::demo();
    for (object, archived) in [("Task", 3), ("Event", 2)] {
        let all = format!("SELECT COUNT() FROM {object}");
        let filtered = format!("SELECT COUNT() FROM {object} WHERE IsArchived = true");
        assert_eq!(size(&org, &filtered), 0, "{object}");
        assert_eq!(query_all(&org, &filtered)["totalSize"], archived, "{object}");
        let living = size(&org, &all).as_u64().expect("a count");
        let both = format!("SELECT COUNT() FROM {object} WHERE IsDeleted = false");
        assert_eq!(query_all(&org, &both)["totalSize"], living + archived, "{object}");
        assert_eq!(org.rows(object).len(), usize::try_from(living).expect("a count"), "{object}");
    }
    let old = "SELECT Id, IsArchived FROM Task WHERE ActivityDate < 2025-05-12";
    assert_eq!(size(&org, old), 0);
    assert_eq!(query_all(&org, old)["records"][0]["IsArchived"], true);
    let aggregate = "SELECT COUNT(Id) n FROM Event WHERE ActivityDate < 2025-05-12";
    assert_eq!(query(&org, "riley", aggregate).body["records"][0]["n"], 0);
    assert_eq!(query_all(&org, aggregate)["records"][0]["n"], 2);
}

#[test]
fn lists_of_a_records_activities_leave_archived_ones_out_of_query() {
    let org = Org::demo();
    let acme = id(&org, "acme");
    let history = "(SELECT Subject FROM ActivityHistories ORDER BY ActivityDate DESC NULLS LAST, LastModifiedDate DESC LIMIT 500)";
    let soql = format!("SELECT {history}, (SELECT Id FROM Tasks) FROM Account WHERE Id = '{acme}'");
    let counts =
        |body: &Json| ["ActivityHistories", "Tasks"].map(|name| body["records"][0][name]["totalSize"].as_u64());
    let [history, tasks] = counts(&query(&org, "riley", &soql).body);
    let all = counts(&query_all(&org, &soql));
    assert_eq!(all, [history.map(|history| history + 3), tasks.map(|tasks| tasks + 2)]);
}

#[test]
fn search_and_record_counts_leave_archived_activities_out() {
    let org = Org::demo();
    let found = |words: &str| {
        let body = json!({"q": words, "sobjects": [{"name": "Task", "fields": ["Id"]}]});
        post(&org, "riley", "parameterizedSearch", &body).body["searchRecords"].as_array().map(Vec::len)
    };
    assert_eq!(found("paper files"), Some(0));
    assert_eq!(found("security questionnaire"), Some(1));
    let counted = get(&org, "riley", "limits/recordCount?sObjects=Task").body["sObjects"][0]["count"].clone();
    assert_eq!(counted, size(&org, "SELECT COUNT() FROM Task"));
}

#[test]
fn an_archived_activity_can_be_read_changed_and_deleted_by_its_id_and_stays_archived() {
    let org = Org::demo();
    let call = path(&org, "Task", "archived_call");
    assert_eq!(get(&org, "riley", &call).body["IsArchived"], true);
    assert_eq!(patch(&org, "riley", &call, &json!({"Description": "Corrected."})).status, 204);
    let refused = patch(&org, "riley", &call, &json!({"IsArchived": false}));
    assert_eq!(refused.refused(), "400 INVALID_FIELD_FOR_INSERT_UPDATE");
    assert_eq!(get(&org, "riley", &call).body["IsArchived"], true);
    assert_eq!(send(&org, "riley", "DELETE", &call, &[], &Json::Null).status, 204);
}

#[test]
fn what_is_saved_with_an_old_date_is_archived_by_the_next_night() {
    let org = Org::demo();
    let closed = json!({"Subject": "Late entry", "Status": "Completed", "ActivityDate": "2025-05-12"});
    let open = json!({"Subject": "Late entry", "ActivityDate": "2025-01-01"});
    let younger = json!({"Subject": "Late entry", "Status": "Completed", "ActivityDate": "2025-05-14"});
    for task in [&closed, &open, &younger] {
        post(&org, "riley", "sobjects/Task", task);
    }
    let late = "SELECT ActivityDate FROM Task WHERE Subject = 'Late entry' ORDER BY ActivityDate";
    assert_eq!(size(&org, late), 3);
    org.advance(DAY);
    let left = query(&org, "riley", late).body;
    // An open task is not archived however old it is, nor a closed one that is 364 days old.
    let days = [&left["records"][0]["ActivityDate"], &left["records"][1]["ActivityDate"]];
    assert_eq!((&left["totalSize"], days), (&json!(2), [&json!("2025-01-01"), &json!("2025-05-14")]));
    org.advance(DAY);
    assert_eq!(size(&org, late), 1);
    assert_eq!(query_all(&org, late)["totalSize"], 3);
}

#[test]
fn archiving_changes_neither_the_last_activity_nor_the_ids_of_later_rows() {
    let org = Org::demo();
    for (object, key, day) in
        [("Account", "acme", "2026-05-09"), ("Account", "globex", "2026-04-22"), ("Contact", "bob", "2026-05-09")]
    {
        assert_eq!(get(&org, "riley", &path(&org, object, key)).body["LastActivityDate"], day, "{key}");
    }
    let numbers = |object: &str, body: &Json| post(&org, "riley", &format!("sobjects/{object}"), body).id().to_owned();
    let task = numbers("Task", &json!({"Subject": "Next"}));
    assert!(task < id(&org, "archived_call"), "{task}");
    let event = numbers("Event", &json!({"StartDateTime": "2026-06-01T08:00:00Z", "DurationInMinutes": 30}));
    assert!(event < id(&org, "archived_meeting"), "{event}");
}

#[test]
fn all_rows_is_apex_and_refused_over_rest() {
    let org = Org::demo();
    let got = query(&org, "riley", "SELECT Id FROM Task ALL ROWS");
    assert_eq!(got.refused(), "400 MALFORMED_QUERY");
    assert!(got.message().ends_with("unexpected token: 'ALL'"), "{}", got.message());
}
