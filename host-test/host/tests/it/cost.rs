//! What a call costs the guest grows with the bytes the org answers, whatever they are. It is counted in fuel, which is
//! instructions, and so the same on every machine.

use salesforce_host::wire::Failure;
use salesforce_host::{Connection, Host, Limits, Origin, Token};
use serde_json::Value;

use test_support::TOKEN;

/// Instructions for a byte of the answers, at most. Numbers in lists are the dearest, at about a thousand.
const MAX_FUEL_PER_BYTE: u64 = 1_500;

/// What a byte may cost of an answer that is four times as long, in percent of what it costs of the shorter one.
const MAX_GROWTH: u64 = 120;

/// What an answer is made long with: the beginning and the end of a value, and what is repeated between.
const VALUES: [(&str, &str, &str); 16] = [
    ("\"", "x", "\""),
    ("\"", "\\\\", "\""),
    ("\"", "\\\"", "\""),
    ("\"", "\\ud83d", "\""),
    ("\"", "\\u00e4", "\""),
    ("[", "1e999,", "1]"),
    ("[", "[],", "1]"),
    ("[", " \n\t", "1]"),
    ("", "1", "e9"),
    ("{", "\"a\":1,", "\"a\":2}"),
    ("{", "\"\\u0061\":{},", "\"b\":2}"),
    ("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "1,", "1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"),
    ("{\"a\":{\"a\":{\"a\":{\"a\":[", "{\"b\":1},", "1]}}}}"),
    ("[", "{\"Name\":\"\\ud83d\"},", "1]"),
    ("[", "[[[[[[1]]]]]],", "1]"),
    ("{\"totalSize\":1,\"done\":true,\"records\":[", "{\"Id\":\"001dM0000000010QAA\"},", "{}]}"),
];

const CALLS: [(&str, &str); 7] = [
    ("salesforce_query", r#"{"soql": "SELECT Id, Name, Owner.Name FROM Account"}"#),
    ("salesforce_find", r#"{"text":"acme"}"#),
    ("salesforce_get", r#"{"record":"001dM0000000010QAA","full":true}"#),
    ("salesforce_query", r#"{"soql": "SELECT Name, Owner FROM Account"}"#),
    ("salesforce_query", r#"{"soql": "SELECT Stage, COUNT(Id) FROM Opportunity GROUP BY Stage"}"#),
    ("salesforce_describe", r#"{"object":"Case","limit":500}"#),
    ("salesforce_update", r#"{"record":"001dM0000000010QAA","fields":{"Fax":"1"}}"#),
];

#[test]
fn a_byte_of_an_answer_costs_the_same_however_many_there_are() {
    let limits = Limits { memory_bytes: 512 * 1024 * 1024, ..Limits::default() };
    let host = Host::metered(limits, u64::MAX).unwrap();
    for (open, unit, close) in VALUES {
        for (tool, arguments) in CALLS {
            let cost = |length: usize| {
                let times = length.checked_div(unit.len()).unwrap_or_default();
                fuel_and_bytes(&host, tool, arguments, &format!("{open}{}{close}", unit.repeat(times)))
            };
            let what = format!("{tool} of {open}{unit}…");
            let (few, many) = (cost(32 * 1024), cost(128 * 1024));
            assert!(many.0 <= MAX_FUEL_PER_BYTE * many.1, "{what}: {} for {} bytes", many.0, many.1);
            // What does not depend on the answers counts for both.
            let grown = few.0 + few.0 * (many.1 - few.1) / few.1 * MAX_GROWTH / 100;
            assert!(many.0 <= grown, "{what}: {few:?} became {many:?}");
        }
    }
}

/// The fuel of a call of which every answer is made of a value, and the bytes of the answers.
fn fuel_and_bytes(host: &Host, tool: &str, arguments: &str, value: &str) -> (u64, u64) {
    let value = value.to_owned();
    let bytes = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = std::sync::Arc::clone(&bytes);
    let org = move |request: http::Request<Vec<u8>>| -> Result<http::Response<Vec<u8>>, Failure> {
        let body = answer(request.uri().path(), request.body(), &value).into_bytes();
        counted.fetch_add(body.len(), std::sync::atomic::Ordering::Relaxed);
        Ok(http::Response::new(body))
    };
    let origin = Origin::parse("https://acme.my.salesforce.com").unwrap();
    let connection = Connection::new(origin, Token::new(TOKEN).unwrap(), org);
    let mut settings = connection.settings();
    settings.tools = Some(vec!["all".to_owned()]);
    connection.set_settings(settings);
    let (_, usage) = host.session(connection).call_measured(tool, arguments);
    (usage.fuel.unwrap(), bytes.load(std::sync::atomic::Ordering::Relaxed).try_into().unwrap())
}

/// What Salesforce might answer at a path, with a value where the values of a record are.
fn answer(path: &str, sent: &[u8], value: &str) -> String {
    let record = format!(
        r#"{{"attributes":{{"type":"Account"}},"Id":"001dM0000000010QAA","Name":{value},"Owner":{{"Name":"Riley"}}}}"#
    );
    if path.ends_with("/composite") {
        let sent: Value = serde_json::from_slice(sent).unwrap();
        let parts = sent["compositeRequest"].as_array().unwrap().iter().map(|part| {
            let path = part["url"].as_str().unwrap().split('?').next().unwrap();
            let (status, body) = match part["method"] == "GET" {
                true => (200, answer(path, &[], value)),
                false => (204, "null".to_owned()),
            };
            format!(
                r#"{{"referenceId":{},"httpStatusCode":{status},"httpHeaders":{{}},"body":{body}}}"#,
                part["referenceId"]
            )
        });
        return format!(r#"{{"compositeResponse":[{}]}}"#, parts.collect::<Vec<_>>().join(","));
    }
    if path.ends_with("/describe") {
        return format!(
            r#"{{"name":"Case","label":"Case","keyPrefix":"500","fields":[{{"name":"Id","label":"Id","type":"id","inlineHelpText":{value}}}],"childRelationships":[],"recordTypeInfos":{value}}}"#
        );
    }
    if path.contains("/parameterizedSearch") {
        return format!(r#"{{"searchRecords":[{record}]}}"#);
    }
    if path.contains("/sobjects/") {
        return record;
    }
    format!(r#"{{"totalSize":1,"done":true,"records":[{record}]}}"#)
}
