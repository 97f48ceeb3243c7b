//! Every recorded answer of a real org through the endpoint that reads it: what it holds comes out, and what is left of
//! it after an accident is an error and no panic.

use salesforce_plugin::error::Error;
use salesforce_plugin::id::RecordId;
use salesforce_plugin::record::{Fields, Record};
use salesforce_plugin::rest::{
    Composite, Create, Describe, DescribeGlobal, Endpoint, Page, PicklistValues, Query, QueryMore, ReadError, Refusal,
    Retrieve, Search, Update, Which,
};
use salesforce_plugin::schema::{Field, GlobalDescribe, ObjectSchema, PicklistValue};
use salesforce_plugin::sign_in::explain;
use salesforce_plugin::soql::{FieldList, FieldPath, ObjectName, Select};
use salesforce_plugin::wit::{self, Changed, SignInFailure};
use serde_json::{Value, json};

use crate::recordings::{self, Recording, response};
use crate::refusal_mapping::failure;

/// What reads the answers of a folder.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reader {
    Query,
    QueryMore,
    Search,
    Retrieve,
    Create,
    Update,
    Composite,
    Describe,
    DescribeGlobal,
    PicklistValues,
    /// Any endpoint: what it does with a refusal is the same for all.
    Refusal,
    /// What the token endpoint says goes to [`explain`].
    SignIn,
}

/// The folders whose answers the plugin reads, with how many there are at least.
const READ: &[(&str, usize, Reader)] = &[
    ("cumulusci/composite", 10, Reader::Composite),
    ("cumulusci/describe", 9, Reader::Describe),
    ("cumulusci/describe-global", 1, Reader::DescribeGlobal),
    ("cumulusci/errors", 1, Reader::Refusal),
    ("cumulusci/query", 36, Reader::Query),
    ("cumulusci/sobject-create", 2, Reader::Create),
    ("cumulusci/sobject-get", 3, Reader::Retrieve),
    ("handpicked/errors", 42, Reader::Refusal),
    ("handpicked/token-errors", 9, Reader::SignIn),
    ("lwc-recipes/ui-picklist-values-recordtype", 1, Reader::PicklistValues),
    ("restforce/describe", 1, Reader::Describe),
    ("restforce/describe-global", 1, Reader::DescribeGlobal),
    ("restforce/errors", 9, Reader::Refusal),
    ("restforce/query", 3, Reader::Query),
    ("restforce/query-more", 2, Reader::QueryMore),
    ("restforce/search", 1, Reader::Search),
    ("restforce/sobject-create", 1, Reader::Create),
    ("restforce/sobject-get", 1, Reader::Retrieve),
    ("restforce/sobject-update", 1, Reader::Update),
    ("restforce/token-errors", 2, Reader::SignIn),
];

/// The folders whose answers it does not read, with the reason.
const NOT_READ: &[(&str, &str)] = &[
    ("cumulusci/collections-patch", "records are written one at a time"),
    ("cumulusci/collections-post", "records are written one at a time"),
    ("cumulusci/limits", "counts come from queries"),
    ("cumulusci/other", "communities are nobody's question"),
    ("lwc-recipes/ui-create-defaults", "the UI API is not used"),
    ("lwc-recipes/ui-create-record", "the UI API is not used"),
    ("lwc-recipes/ui-graphql", "GraphQL is not used"),
    ("lwc-recipes/ui-list", "the UI API is not used"),
    ("lwc-recipes/ui-object-info", "the UI API is not used"),
    ("lwc-recipes/ui-picklist-values", "all picklists are asked for at once"),
    ("lwc-recipes/ui-record", "the UI API is not used"),
    ("lwc-recipes/ui-records", "the UI API is not used"),
    ("restforce/other", "versions and recent records are not asked for"),
    ("restforce/token", "the platform keeps the tokens"),
];

/// The recordings of every folder that is read, each with its reader.
fn all() -> impl Iterator<Item = (Reader, Recording)> {
    READ.iter().flat_map(|(folder, _, reader)| {
        recordings::of(folder).unwrap_or_default().into_iter().map(|recording| (*reader, recording))
    })
}

#[test]
fn every_folder_of_recordings_is_read_or_has_a_reason_not_to_be() {
    let Some(folders) = recordings::folders() else { return };
    for folder in &folders {
        let known = READ.iter().any(|(read, ..)| read == folder) || NOT_READ.iter().any(|(other, _)| other == folder);
        assert!(known, "{folder}: say which endpoint reads it, or why none does");
    }
    for (folder, at_least, _) in READ {
        assert!(folders.iter().any(|it| it == folder), "{folder} is gone");
        let count = recordings::of(folder).unwrap().len();
        assert!(count >= *at_least, "{folder} holds {count} recordings of {at_least}");
    }
    for (folder, reason) in NOT_READ {
        assert!(folders.iter().any(|it| it == folder), "{folder} is gone; it was not read because {reason}");
    }
}

#[test]
fn every_recorded_answer_is_mapped_without_loss() {
    let mut counted = Counted::default();
    let mut answers = 0;
    for (reader, recording) in all() {
        faithful(reader, &recording, &mut counted);
        answers += 1;
    }
    if answers > 0 {
        eprintln!("{answers} recorded answers: {counted:?}");
        assert!(answers >= READ.iter().map(|(_, count, _)| count).sum::<usize>());
        assert!(counted.records >= 290 && counted.values >= 990, "{counted:?}");
        assert!(counted.fields >= 600 && counted.picklist_values >= 900 && counted.children >= 450, "{counted:?}");
        assert!(counted.objects >= 100 && counted.refusals >= 50 && counted.ids >= 1, "{counted:?}");
    }
}

#[test]
fn a_recorded_answer_that_breaks_off_is_an_error_and_no_panic() {
    for (reader, recording) in all() {
        let body = recording.body.as_bytes();
        let length = body.len();
        for end in [0, 1, length / 4, length / 2, length * 3 / 4, length.saturating_sub(1)] {
            let outcome = read(reader, recording.status, &body[..end.min(length)]);
            // A change that succeeded has nothing to say, and a sign-in's error is a text like any other.
            let says_nothing = matches!(reader, Reader::Update | Reader::SignIn);
            assert!(outcome.is_err() || says_nothing, "{} cut to {end} of {length} bytes", recording.name);
        }
    }
}

#[test]
fn a_recorded_answer_with_a_wrong_byte_is_no_panic() {
    // Always the same bytes: the n-th of a sequence without a short period.
    let mut state: u64 = 0x2545_f491_4f6c_dd1d;
    for (reader, recording) in all() {
        if recording.body.is_empty() {
            continue;
        }
        for wrong in [b'"', b'\\', b'{', b']', b'-', b'9', 0, 0x80, 0xff].repeat(4) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let mut body = recording.body.clone().into_bytes();
            let at = (state % body.len() as u64) as usize;
            body[at] = wrong;
            // What is still JSON may be read; what is not is an error of ours.
            let outcome = read(reader, recording.status, &body);
            let is_json = std::str::from_utf8(&body).is_ok_and(|it| serde_json::from_str::<Value>(it).is_ok());
            let says_nothing = matches!(reader, Reader::Update | Reader::SignIn);
            assert!(is_json || says_nothing || outcome.is_err(), "{} with {wrong} at {at}", recording.name);
        }
    }
}

// ---- endpoints ----

fn object() -> ObjectName {
    ObjectName::parse("Account").unwrap()
}

fn query() -> Query {
    Query::new(&Select::new(FieldList::new([FieldPath::parse("Id").unwrap()]).unwrap(), object()))
}

fn query_more() -> QueryMore {
    QueryMore::from_url("/services/data/v65.0/query/01gRO0000016PIAYA2-2000").unwrap()
}

/// Accounts with the picklists that the recording has, written as a describe writes them.
fn accounts() -> ObjectSchema {
    let recording = recordings::of("lwc-recipes/ui-picklist-values-recordtype").unwrap().remove(0);
    let recorded: Value = serde_json::from_str(&recording.body).unwrap();
    let fields = recorded["picklistFieldValues"].as_object().unwrap().iter().map(|(name, field)| {
        let values = list(&field["values"]).map(|it| text(it, "value").unwrap().replace("&amp;", "&"));
        let values: Vec<_> = values.map(|value| json!({ "value": value, "active": true })).collect();
        json!({ "name": name, "type": "picklist", "picklistValues": values })
    });
    let describe = json!({ "name": "Account", "fields": fields.collect::<Vec<_>>() });
    ObjectSchema::from_describe(describe.to_string().as_bytes()).unwrap()
}

fn picklist_values(schema: &ObjectSchema, response: http::Response<&[u8]>) -> Result<ObjectSchema, ReadError> {
    let record_type = RecordId::parse("012000000000000AAA").unwrap();
    PicklistValues { object: &object(), schema, record_type: &record_type }.read(response)
}

const SEARCH: Search<'static> = Search { text: "acme", objects: &[], limit: 1 };

/// A composite request of as many queries as the answer has parts, each with its place in it.
fn composite(parts: usize) -> (Composite, Vec<salesforce_plugin::rest::Part>) {
    let mut composite = Composite::default();
    let parts = (0..parts).map(|_| composite.add("part", &query()).unwrap()).collect();
    (composite, parts)
}

/// Reads a body and looks at all of it, as the tools do.
fn read(reader: Reader, status: u16, body: &[u8]) -> Result<(), ReadError> {
    let id = RecordId::parse("001000000000001").unwrap();
    let object = object();
    let look = |record: &Record| record.fields().values().for_each(|(_, value)| drop(Fields::of(value)));
    let look_at = |page: Page| page.records.iter().for_each(look);
    let outcome = match reader {
        Reader::Query | Reader::Refusal if is_composite(body) => composite_parts(status, body),
        Reader::Query | Reader::Refusal => query().read(response(status, body)).map(look_at),
        Reader::QueryMore => query_more().read(response(status, body)).map(look_at),
        Reader::Search => SEARCH.read(response(status, body)).map(|records| records.iter().for_each(look)),
        Reader::Retrieve => Retrieve { object: &object, record: Which::Id(&id), fields: &[] }
            .read(response(status, body))
            .map(|record| look(&record)),
        Reader::Create => Create { object: &object, values: String::new(), allow_duplicate: false, assign: None }
            .read(response(status, body))
            .map(drop),
        Reader::Update => Update {
            object: &object,
            id: &id,
            values: String::new(),
            unmodified_since: None,
            allow_duplicate: false,
            assign: None,
        }
        .read(response(status, body)),
        Reader::Composite => composite_parts(status, body),
        Reader::Describe => Describe { object: &object, since: None }.read(response(status, body)).map(drop),
        Reader::DescribeGlobal => DescribeGlobal { since: None }.read(response(status, body)).map(drop),
        Reader::PicklistValues => picklist_values(&accounts(), response(status, body)).map(drop),
        Reader::SignIn => {
            let error = String::from_utf8_lossy(body).into_owned();
            let advice = explain(&SignInFailure { error, description: None });
            assert!(!advice.message.is_empty());
            Ok(())
        }
    };
    outcome.inspect_err(|error| match error {
        ReadError::Refused(refusal) => {
            let refusal = refusal.clone();
            assert!(!wit::Error::from(Error::refused(refusal, Changed::No)).message.is_empty());
        }
        ReadError::Unreadable(what) => assert!(!what.is_empty()),
    })
}

fn is_composite(body: &[u8]) -> bool {
    body.starts_with(b"{") && String::from_utf8_lossy(body).contains("compositeResponse")
}

/// All parts, each as what its status and shape make it; the error of the first that is one.
fn composite_parts(status: u16, body: &[u8]) -> Result<(), ReadError> {
    let parts = serde_json::from_str::<Value>(&String::from_utf8_lossy(body)).unwrap_or_default();
    let (composite, places) = composite(parts["compositeResponse"].as_array().map_or(1, Vec::len));
    let answer = composite.read(response(status, body))?;
    for place in places {
        let _ = answer.read(place, &query());
        let _ = answer.read(place, &Describe { object: &object(), since: None });
    }
    Ok(())
}

// ---- nothing is lost ----

/// What has been compared.
#[derive(Debug, Default)]
struct Counted {
    records: usize,
    values: usize,
    fields: usize,
    picklist_values: usize,
    children: usize,
    objects: usize,
    refusals: usize,
    ids: usize,
}

fn faithful(reader: Reader, recording: &Recording, counted: &mut Counted) {
    let name = recording.name.as_str();
    let expected = recording.value();
    let accepted = |error: ReadError| panic!("{name}: {error}");
    let object = object();
    let id = RecordId::parse("001000000000001").unwrap();
    match reader {
        Reader::Query => same_page(
            &query().read(recording.response()).unwrap_or_else(|error| panic!("{name}: {error}")),
            &expected,
            name,
            counted,
        ),
        Reader::QueryMore => {
            let page = query_more().read(recording.response()).unwrap_or_else(|error| panic!("{name}: {error}"));
            same_page(&page, &expected, name, counted);
            let next = page.next_records_url.as_deref().map(|url| QueryMore::from_url(url).expect(url));
            assert_eq!(next.is_some(), !page.done, "{name}");
            let locator = next.map(|next| next.request().unwrap().uri().to_string());
            let ends_with = expected["nextRecordsUrl"].as_str().and_then(|url| url.rsplit('/').next());
            assert_eq!(locator.as_deref().and_then(|uri| uri.rsplit('/').next()), ends_with, "{name}");
        }
        Reader::Search => {
            let records = SEARCH.read(recording.response()).unwrap_or_else(|error| panic!("{name}: {error}"));
            let expected = expected.get("searchRecords").unwrap_or(&expected);
            same_records(&records, expected, name, counted);
        }
        Reader::Retrieve => {
            let retrieve = Retrieve { object: &object, record: Which::Id(&id), fields: &[] };
            let record = retrieve.read(recording.response()).unwrap_or_else(|error| panic!("{name}: {error}"));
            same_fields(&record.fields(), &expected, name, counted);
        }
        Reader::Create => {
            let create = Create { object: &object, values: String::new(), allow_duplicate: false, assign: None };
            let said = expected["id"].as_str().unwrap();
            match (create.read(recording.response()), RecordId::parse(said)) {
                (Ok(id), Ok(_)) => {
                    assert_eq!(id.to_string(), said, "{name}");
                    counted.ids += 1;
                }
                // Some authors replaced the ids they recorded: what is no id is not taken for one.
                (Err(ReadError::Unreadable(_)), Err(_)) => {}
                (outcome, _) => panic!("{name}: {outcome:?}"),
            }
        }
        Reader::Update => {
            let update = Update {
                object: &object,
                id: &id,
                values: String::new(),
                unmodified_since: None,
                allow_duplicate: false,
                assign: None,
            };
            match update.read(recording.response()) {
                Ok(()) => assert_eq!(recording.response().status(), 204, "{name}"),
                // An upsert's answer is none to a change by id.
                Err(ReadError::Unreadable(_)) => assert_eq!(recording.response().status(), 201, "{name}"),
                Err(error) => accepted(error),
            }
        }
        Reader::Describe => {
            let schema = Describe { object: &object, since: None }.read(recording.response());
            same_object(&schema.unwrap_or_else(|error| panic!("{name}: {error}")).unwrap(), &expected, name, counted);
        }
        Reader::DescribeGlobal => {
            let global = DescribeGlobal { since: None }.read(recording.response());
            same_objects(&global.unwrap_or_else(|error| panic!("{name}: {error}")).unwrap(), &expected, name, counted);
        }
        Reader::PicklistValues => {
            // Of the values there are by describe, the master record type allows all; of others, it allows none.
            let all = accounts();
            let narrowed = picklist_values(&all, recording.response()).unwrap();
            assert!(narrowed.fields.is_empty(), "{name}");
            let with_one_more = |field: &Field| {
                let mut field = field.clone();
                if let Some(values) = field.picklist.as_mut() {
                    let unknown = PicklistValue { value: "Nobody's".to_owned(), ..values[0].clone() };
                    values.push(unknown);
                }
                field
            };
            let mut more = all.bare();
            more.fields.extend(all.fields.iter().map(with_one_more));
            let narrowed = picklist_values(&more, recording.response()).unwrap();
            let sent = expected["picklistFieldValues"].as_object().unwrap();
            assert_eq!(narrowed.fields.len(), sent.len(), "{name}");
            for field in narrowed.fields.iter() {
                let described = all.field(&field.name).unwrap();
                assert_eq!((field.field_type, &field.picklist), (described.field_type, &described.picklist), "{name}");
                counted.picklist_values += field.picklist.as_ref().unwrap().len();
            }
        }
        Reader::Composite => same_parts(recording, &expected, counted),
        Reader::Refusal if expected.get("compositeResponse").is_some() => same_parts(recording, &expected, counted),
        Reader::Refusal => match query().read(recording.response()) {
            Err(ReadError::Refused(refusal)) => same_refusal(&refusal, recording.status, &expected, name, counted),
            outcome => panic!("{name}: {outcome:?}"),
        },
        Reader::SignIn => {
            let failure = failure(recording);
            assert!(!explain(&failure).message.contains("this plugin does not know"), "{name} is not explained");
        }
    }
}

/// Members that Salesforce names but leaves empty are the same as absent ones.
fn present(value: &Value) -> Option<&Value> {
    Some(value).filter(|value| !value.is_null())
}

fn same_page(page: &Page, expected: &Value, at: &str, counted: &mut Counted) {
    assert_eq!(page.total_size.map(u64::from), expected["totalSize"].as_u64(), "{at}");
    assert_eq!(Some(page.done), expected["done"].as_bool(), "{at}");
    assert_eq!(page.next_records_url.as_deref(), expected["nextRecordsUrl"].as_str(), "{at}");
    same_records(&page.records, &expected["records"], at, counted);
}

fn same_records(records: &[Record], expected: &Value, at: &str, counted: &mut Counted) {
    let expected = expected.as_array().unwrap();
    assert_eq!(records.len(), expected.len(), "{at}");
    for (index, (record, expected)) in records.iter().zip(expected).enumerate() {
        same_fields(&record.fields(), expected, &format!("{at}[{index}]"), counted);
    }
}

/// Every value comes out, by its name, its name in another case and its path from above; and nothing else does.
fn same_fields(fields: &Fields<'_>, expected: &Value, at: &str, counted: &mut Counted) {
    counted.records += 1;
    let expected = expected.as_object().unwrap();
    assert_eq!(fields.object().as_deref(), expected.get("attributes").and_then(|it| it["type"].as_str()), "{at}");
    let mut names: Vec<_> = fields.values().map(|(name, _)| name.to_owned()).collect();
    names.sort_unstable();
    let mut expected_names: Vec<_> = expected
        .iter()
        .filter(|(name, value)| *name != "attributes" && !value.is_null())
        .map(|(name, _)| name)
        .collect();
    expected_names.sort_unstable();
    assert_eq!(names.iter().collect::<Vec<_>>(), expected_names, "{at}");
    for (name, expected) in expected {
        let at = format!("{at}.{name}");
        let found = fields.get(name);
        assert_eq!(found.map(|it| it.get()), fields.get(&name.to_uppercase()).map(|it| it.get()), "{at}");
        let parsed = found.map(|value| serde_json::from_str::<Value>(value.get()).unwrap());
        assert_eq!(parsed.as_ref(), present(expected), "{at}");
        assert_eq!(fields.text(name).as_deref(), expected.as_str(), "{at}");
        counted.values += usize::from(found.is_some());
        let Some(members) = expected.as_object() else { continue };
        for (member, value) in members {
            let below =
                fields.get(&format!("{name}.{member}")).map(|it| serde_json::from_str::<Value>(it.get()).unwrap());
            assert_eq!(below.as_ref(), present(value), "{at}.{member}");
        }
        if name == "attributes" {
            continue;
        }
        if expected.get("records").is_some() {
            let page = Page::nested(found.unwrap()).unwrap();
            same_page(&page, expected, &at, counted);
        } else if expected.get("attributes").is_some() {
            same_fields(&Fields::of(found.unwrap()), expected, &at, counted);
        }
    }
}

fn same_parts(recording: &Recording, expected: &Value, counted: &mut Counted) {
    let expected = expected["compositeResponse"].as_array().unwrap();
    let (composite, places) = composite(expected.len());
    let parts = composite.read(recording.response()).unwrap_or_else(|error| panic!("{}: {error}", recording.name));
    let halted = |part: &Value| part["body"][0]["errorCode"] == "PROCESSING_HALTED";
    for (place, part) in places.into_iter().zip(expected) {
        let at = format!("{}.{}", recording.name, part["referenceId"]);
        let (status, body) = (part["httpStatusCode"].as_u64().unwrap() as u16, &part["body"]);
        if status >= 300 {
            // A part that was halted is refused for what another part did.
            let culprit = expected.iter().find(|it| it["httpStatusCode"].as_u64() >= Some(300) && !halted(it));
            let culprit = if halted(part) { culprit.unwrap() } else { part };
            match parts.read(place, &query()) {
                Err(ReadError::Refused(refusal)) => same_refusal(&refusal, status, &culprit["body"], &at, counted),
                outcome => panic!("{at}: {outcome:?}"),
            }
        } else if body.get("records").is_some() {
            same_page(&parts.read(place, &query()).unwrap(), body, &at, counted);
        } else {
            same_object(
                &parts.read(place, &Describe { object: &object(), since: None }).unwrap().unwrap(),
                body,
                &at,
                counted,
            );
        }
    }
}

fn same_refusal(refusal: &Refusal, status: u16, expected: &Value, at: &str, counted: &mut Counted) {
    counted.refusals += 1;
    assert_eq!(refusal.status, status, "{at}");
    let error = &expected[0];
    if expected.as_array().is_none_or(|it| it.iter().any(Value::is_string)) {
        // No error of the API: nothing at all, a page, or a list of links.
        assert!(refusal.message.is_none() && refusal.fields.is_empty(), "{at}: {refusal:?}");
        return;
    }
    assert_eq!(expected.as_array().map(Vec::len), Some(1), "{at}");
    assert_eq!(refusal.code.as_deref(), error["errorCode"].as_str(), "{at}");
    assert_eq!(refusal.message.as_deref(), error["message"].as_str(), "{at}");
    assert_eq!(refusal.fields, strings(&error["fields"]), "{at}");
    let rule = &error["duplicateResut"];
    assert_eq!(refusal.duplicates.is_some(), !rule.is_null(), "{at}");
    if let Some(duplicates) = &refusal.duplicates {
        assert_eq!(Some(duplicates.allow_save), rule["allowSave"].as_bool(), "{at}");
        let matched =
            rule["matchResults"].as_array().unwrap().iter().flat_map(|it| it["matchRecords"].as_array().unwrap());
        let records: Vec<_> = matched.map(|it| it["record"].clone()).collect();
        same_records(&duplicates.records, &Value::Array(records), at, counted);
    }
}

fn strings(value: &Value) -> Vec<String> {
    list(value).map(|it| it.as_str().unwrap().to_owned()).collect()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Text that is there and not empty.
fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value[key].as_str().filter(|text| !text.is_empty())
}

fn yes(value: &Value, key: &str) -> bool {
    value[key] == true
}

/// What the projection promises to keep is kept. What it leaves out on purpose: hidden fields, inactive values and
/// record types, relationships of change events.
fn same_object(schema: &ObjectSchema, expected: &Value, at: &str, counted: &mut Counted) {
    assert_eq!(Some(schema.name.as_str()), text(expected, "name"), "{at}");
    assert!(text(expected, "label").is_none_or(|label| label == schema.label()), "{at}");
    assert!(text(expected, "labelPlural").is_none_or(|label| label == schema.label_plural()), "{at}");
    assert_eq!(schema.key_prefix.as_deref(), text(expected, "keyPrefix"), "{at}");
    let flags = ["createable", "updateable", "deletable", "queryable", "searchable"].map(|key| yes(expected, key));
    let kept = [schema.createable, schema.updateable, schema.deletable, schema.queryable, schema.searchable];
    assert_eq!(kept, flags, "{at}");

    let fields: Vec<_> = list(&expected["fields"]).filter(|field| !yes(field, "deprecatedAndHidden")).collect();
    assert_eq!(schema.fields.len(), fields.len(), "{at}");
    for (kept, sent) in schema.fields.iter().zip(fields) {
        counted.fields += 1;
        let at = format!("{at}.{}", kept.name);
        assert_eq!(Some(kept.name.as_str()), text(sent, "name"), "{at}");
        assert!(text(sent, "label").is_none_or(|label| label == kept.label()), "{at}");
        assert!(text(sent, "type").is_none_or(|sent| sent == kept.field_type.name()), "{at}: {}", sent["type"]);
        let at_least_one = |key: &str| sent[key].as_u64().filter(|number| *number > 0);
        let length = match text(sent, "type") {
            Some("int" | "long") => at_least_one("digits"),
            Some("double" | "currency" | "percent") => {
                at_least_one("precision").map(|precision| precision - sent["scale"].as_u64().unwrap_or_default())
            }
            _ => at_least_one("length").filter(|_| kept.field_type.is_text()),
        };
        assert_eq!(kept.length.map(u64::from), length, "{at}");
        let keys = [
            "createable",
            "updateable",
            "filterable",
            "sortable",
            "groupable",
            "nameField",
            "idLookup",
            "externalId",
            "calculated",
            "restrictedPicklist",
            "htmlFormatted",
        ];
        let flags = [
            kept.createable,
            kept.updateable,
            kept.filterable,
            kept.sortable,
            kept.groupable,
            kept.name_field,
            kept.id_lookup,
            kept.external_id,
            kept.calculated,
            kept.restricted,
            kept.html,
        ];
        assert_eq!(flags, keys.map(|key| yes(sent, key)), "{at}");
        let required = yes(sent, "createable") && sent["nillable"] == false && !yes(sent, "defaultedOnCreate");
        assert_eq!(kept.required, required, "{at}");
        if kept.field_type.has_values() {
            let values: Vec<_> = list(&sent["picklistValues"])
                .filter(|it| it["active"] != false && text(it, "value").is_some())
                .collect();
            let kept = kept.picklist.as_deref().unwrap_or_default();
            assert_eq!(kept.len(), values.len(), "{at}");
            for (kept, value) in kept.iter().zip(values) {
                assert_eq!(Some(kept.value.as_str()), text(value, "value"), "{at}");
                // A label that repeats the value, alone or in brackets at its end, tells nobody more.
                let repeats = |label: &&str| *label == kept.value || label.ends_with(&format!("({})", kept.value));
                let label = text(value, "label").filter(|label| !repeats(label));
                assert_eq!(kept.label.as_deref(), label, "{at}");
                assert_eq!(kept.default, yes(value, "defaultValue"), "{at}");
                let bits = text(value, "validFor").filter(|_| text(sent, "controllerName").is_some());
                assert_eq!(kept.valid_for.is_some(), bits.is_some(), "{at}");
                counted.picklist_values += 1;
            }
        }
        assert_eq!(kept.controller.as_deref(), text(sent, "controllerName"), "{at}");
        assert_eq!(kept.references, strings(&sent["referenceTo"]), "{at}");
        assert_eq!(kept.relationship.as_deref(), text(sent, "relationshipName"), "{at}");
        let compound = text(sent, "compoundFieldName").filter(|compound| *compound != kept.name);
        assert_eq!(kept.compound.as_deref(), compound, "{at}");
        assert_eq!(
            kept.help.is_some(),
            text(sent, "inlineHelpText").is_some_and(|help| !help.trim().is_empty()),
            "{at}"
        );
    }

    let children: Vec<_> = list(&expected["childRelationships"])
        .filter(|child| !yes(child, "deprecatedAndHidden"))
        .filter_map(|child| {
            Some((text(child, "relationshipName"), text(child, "childSObject")?, text(child, "field")?))
        })
        .filter(|(_, object, _)| !object.ends_with("ChangeEvent"))
        .collect();
    let kept: Vec<_> = schema
        .children
        .iter()
        .map(|child| (child.relationship.as_deref(), child.object.as_str(), child.field.as_str()))
        .collect();
    assert_eq!(kept, children, "{at}");
    counted.children += children.len();

    let types: Vec<_> = list(&expected["recordTypeInfos"])
        .filter(|it| it["active"] != false)
        .filter_map(|it| {
            let flags = ["defaultRecordTypeMapping", "master", "available"].map(|key| yes(it, key));
            Some((text(it, "recordTypeId")?, text(it, "name").unwrap_or_default(), flags))
        })
        .collect();
    let kept: Vec<_> = schema
        .record_types
        .iter()
        .map(|it| (it.id.as_str(), it.name.as_str(), [it.default, it.master, it.available]))
        .collect();
    assert_eq!(kept, types, "{at}");
}

fn same_objects(global: &GlobalDescribe, expected: &Value, at: &str, counted: &mut Counted) {
    let usable = |it: &&Value| !yes(it, "deprecatedAndHidden") && (yes(it, "queryable") || yes(it, "createable"));
    let sent: Vec<_> = list(&expected["sobjects"]).filter(usable).collect();
    assert_eq!(global.objects().count(), sent.len(), "{at}");
    for (kept, sent) in global.objects().zip(sent) {
        let name = kept.name();
        counted.objects += 1;
        assert_eq!(Some(name), text(sent, "name"), "{at}");
        assert_eq!(Some(&*kept.label()), text(sent, "label"), "{at}.{name}");
        assert_eq!(Some(&*kept.label_plural()), text(sent, "labelPlural"), "{at}.{name}");
        assert_eq!(kept.key_prefix(), text(sent, "keyPrefix"), "{at}.{name}");
        let flags = [kept.custom(), kept.queryable(), kept.createable(), kept.updateable(), kept.searchable()];
        let keys = ["custom", "queryable", "createable", "updateable", "searchable"];
        assert_eq!(flags, keys.map(|key| yes(sent, key)), "{at}.{name}");
    }
}
