//! Recordings: what they show, what they hide, and that they answer as the org did.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use demo_org::Org;
use salesforce_host::recording::Recording;
use salesforce_host::types::ConnectionSettings;
use salesforce_host::wire::Exchange;
use salesforce_host::{CallError, Connection};
use serde_json::{Value, json};
use test_support::recording::{File, shape};
use test_support::{HOST, demo};

/// Calls that show most of an org: rows, children, schema, people, activities, writes and refusals.
fn calls() -> Vec<(String, String)> {
    let calls = [
        ("find", json!({"text": "acme"})),
        ("get", json!({"object": "Account", "record": "Acme", "related": ["contacts", "cases"]})),
        ("query", json!({"soql": "SELECT Name, Email, Phone, Account.Name FROM Contact"})),
        ("query", json!({"soql": "SELECT * FROM Lead"})),
        ("query", json!({"soql": "SELECT * FROM Opportunity WHERE CreatedDate = LAST_N_DAYS:400"})),
        ("query", json!({"soql": "SELECT Subject, Account.Name, Contact.Name, Owner.Name FROM Case"})),
        ("describe", json!({"object": "Account"})),
        ("activities", json!({"record": "Acme", "object": "Account"})),
        ("create", json!({"object": "Account", "fields": {"Name": "Acme"}})),
        ("create", json!({"object": "Contact", "fields": {"LastName": "Quistgaard", "Email": "q@quistgaard.example"}})),
        ("update", json!({"object": "Account", "record": "Globex", "fields": {"Phone": "+1 999 555 7788"}})),
        (
            "update",
            json!({"object": "Opportunity", "record": Org::demo().id("globex_deal").unwrap().to_string(), "fields": {"StageName": "Closed Won"}}),
        ),
        (
            "log_activity",
            json!({"kind": "call", "who": "greta.vogel@rheinwerk.example", "text": "Talked about Zanzibar & the \"Phoenix\" rollout."}),
        ),
        (
            "query",
            json!({"soql": "SELECT Name, Owner.Name, Industry FROM Account WHERE Name LIKE 'Acme%' ORDER BY Name LIMIT 3"}),
        ),
        ("query", json!({"soql": "SELECT Industry, COUNT(Id) FROM Account GROUP BY Industry"})),
        ("log_activity", json!({"kind": "note", "what": "Globex", "object": "Account", "text": "Met at Wimbledon."})),
    ];
    calls.map(|(tool, arguments)| (format!("salesforce_{tool}"), arguments.to_string())).into()
}

fn with_all_tools(connection: Connection) -> Connection {
    let tools = Some(vec!["all".to_owned()]);
    connection.set_settings(ConnectionSettings { tools, ..connection.settings() });
    connection
}

/// What came of calls with all tools on, as JSON: replies, and errors of tools.
fn made(connection: Connection, calls: &[(String, String)]) -> Vec<Result<Value, Value>> {
    let session = HOST.session(with_all_tools(connection));
    let called = calls.iter().map(|(tool, arguments)| match session.call_json(tool, arguments) {
        Ok(reply) => Ok(serde_json::from_str(&reply).unwrap()),
        Err(CallError::Tool(error)) => Err(error.to_json()),
        Err(CallError::Host(error)) => panic!("{tool}: {error}"),
    });
    called.collect()
}

struct Taken {
    org: Arc<Org>,
    exchanges: Vec<Exchange>,
    outcomes: Vec<Result<Value, Value>>,
    recording: Recording,
}

fn taken(calls: &[(String, String)]) -> Taken {
    let org = Arc::new(Org::demo());
    let connection = demo(&org, "riley");
    let (origin, now) = (connection.origin().clone(), connection.now());
    let (connection, transcript) = connection.recorded();
    let outcomes = made(connection, calls);
    let exchanges = transcript.take();
    let tools = HOST.session(with_all_tools(demo(&org, "riley"))).tools().unwrap();
    let recording = Recording::of(&origin, now, &tools, calls, &exchanges).unwrap();
    Taken { org, exchanges, outcomes, recording }
}

fn words(text: &str) -> Vec<String> {
    text.split(|character: char| !character.is_alphanumeric()).map(str::to_lowercase).collect()
}

#[test]
fn a_recording_shows_no_token_host_id_or_text_of_the_org() {
    let taken = taken(&calls());
    let file = File::of("hides", &taken.recording);
    let text = std::fs::read_to_string(file.path()).unwrap();
    let raw: String = taken.exchanges.iter().map(|exchange| format!("{exchange:?}")).collect();

    assert!(!text.contains(&taken.org.token("riley")) && !text.contains("demo.my.salesforce.com"));
    let schema = taken.org.schema();
    let mut known: BTreeSet<String> = BTreeSet::new();
    for object in schema.objects() {
        for field in &object.fields {
            known.extend(words(&format!("{} {}", field.name, field.label)));
            if !field.is_custom() {
                known
                    .extend(field.picklist.iter().flat_map(|value| words(&format!("{} {}", value.value, value.label))));
            }
        }
        known.extend(words(&format!("{} {} {}", object.name, object.label, object.plural)));
    }
    // What was asked counts as much as what was answered.
    let mut said: BTreeSet<String> = ["Quistgaard", "Zanzibar", "Phoenix", "rollout", "Wimbledon", "7788"]
        .iter()
        .flat_map(|word| words(word))
        .collect();
    let mut ids = 0;
    for object in
        schema.objects().filter(|object| !object.name.ends_with("Status") && object.name != "OpportunityStage")
    {
        for row in taken.org.rows(&object.name) {
            if raw.contains(row.id.as_str()) {
                ids += 1;
                assert!(!text.contains(&row.id.as_str()[..15]), "{} {}", object.name, row.id);
            }
            for field in object.fields.iter().filter(|field| field.kind.is_textual()) {
                said.extend(row.get(&field.name).as_str().into_iter().flat_map(words));
            }
        }
    }
    let seen: BTreeSet<String> = words(&raw).into_iter().collect();
    let said: Vec<_> = said
        .into_iter()
        .filter(|word| word.chars().count() > 3 && seen.contains(word) && !known.contains(word))
        .collect();
    // The test looks at something.
    assert!(ids > 30 && said.len() > 100, "{ids} ids, {} words", said.len());
    let shown: BTreeSet<String> = words(&text).into_iter().collect();
    let survivors: Vec<_> =
        said.iter().filter(|word| shown.contains(*word) && !WIRE.contains(&word.as_str())).collect();
    assert_eq!(survivors, [""; 0]);
}

/// Words of the wire itself, which texts of the demo org happen to have too.
const WIRE: [&str; 6] = ["2021", "2026", "done", "https", "since", "success"];

#[test]
fn a_recording_answers_its_own_calls_as_the_org_did() {
    let taken = taken(&calls());
    let file = File::of("replays", &taken.recording);
    let recording = Recording::load(file.path()).unwrap();
    assert_eq!(recording, taken.recording);
    let masked: Vec<_> = recording.calls().iter().map(|call| (call.tool.clone(), call.arguments.to_string())).collect();
    let (connection, replay) = recording.connection();
    let replayed = made(connection, &masked);
    assert_eq!(replay.misses(), [""; 0]);
    assert_eq!(replayed.len(), taken.outcomes.len());
    for ((replayed, original), call) in replayed.iter().zip(&taken.outcomes).zip(&masked) {
        let (replayed, original) = (replayed.as_ref().map(shape), original.as_ref().map(shape));
        assert_eq!(replayed.map_err(shape), original.map_err(shape), "{call:?}");
    }
}

fn list(limit: u32) -> Vec<(String, String)> {
    vec![("salesforce_query".to_owned(), json!({"soql": "SELECT * FROM Account", "limit": limit}).to_string())]
}

#[test]
fn a_read_is_answered_again_and_a_write_is_not() {
    let update = json!({"object": "Account", "record": "Acme", "fields": {"Employees": 500}});
    let update = vec![("salesforce_update".to_owned(), update.to_string())];
    for (calls, again) in [(list(3), true), (update, false)] {
        let recording = taken(&calls).recording;
        let masked: Vec<_> =
            recording.calls().iter().map(|call| (call.tool.clone(), call.arguments.to_string())).collect();
        let twice = [masked.clone(), masked].concat();
        let (connection, replay) = recording.connection();
        let outcomes = made(connection, &twice);
        assert!(outcomes[0].is_ok(), "{outcomes:?}");
        assert_eq!((outcomes[1].is_ok(), replay.misses().is_empty()), (again, again), "{outcomes:?}");
    }
}

#[test]
fn a_request_that_is_not_recorded_is_named_with_what_is_nearest() {
    let (connection, replay) = taken(&list(3)).recording.connection();
    let outcome = made(connection, &list(4)).remove(0).unwrap_err();
    assert_eq!(outcome["changed"], "no", "{outcome}");
    let [miss] = replay.misses().try_into().unwrap();
    assert!(miss.contains("no answer left to GET /services/data/"), "{miss}");
    assert!(miss.contains("nearest is its exchange 1") && miss.contains("LIMIT 4” for “"), "{miss}");
    assert!(miss.ends_with("LIMIT 5”"), "{miss}");
}

#[test]
fn a_damaged_recording_says_where() {
    let good = std::fs::read_to_string(File::of("good", &taken(&list(2)).recording).path()).unwrap();
    let damaged = |name: &str, from: &str, to: &str| {
        assert!(good.contains(from), "{from} is not in {good}");
        let file = File::new(name, &good.replacen(from, to, 1));
        Recording::load(file.path()).unwrap_err().to_string()
    };
    let line = |text: &str| 1 + good[..good.find(text).unwrap()].matches('\n').count();

    let error = damaged("json", "\"exchanges\": [", "\"exchanges\": [,");
    assert!(error.contains(&format!("line {}", line("\"exchanges\""))), "{error}");
    let error = damaged("field", "\"method\": ", "\"mehtod\": ");
    assert!(error.contains("`mehtod`") && error.contains("`method`") && error.contains("line "), "{error}");
    let error = damaged("type", "\"status\": 200", "\"status\": \"fine\"");
    assert!(error.contains("\"fine\"") && error.contains(&format!("line {}", line("\"status\""))), "{error}");
    let error = damaged("version", "\"version\": 1", "\"version\": 7");
    assert!(error.contains("version 1") && error.contains("version 7"), "{error}");
    let error = damaged("method", "\"method\": \"GET\"", "\"method\": \"FETCH\"");
    assert!(error.contains("exchange 1: method: \"FETCH\"") && error.contains("GET, POST"), "{error}");
    let error = damaged("status", "\"status\": 200", "\"status\": 20");
    assert!(error.contains("exchange 1: status: 20 "), "{error}");
    let error = Recording::load(Path::new("/no/such/recording.json")).unwrap_err().to_string();
    assert!(error.starts_with("/no/such/recording.json: "), "{error}");
}
