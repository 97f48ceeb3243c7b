//! A session is recorded in which a text occurs wherever texts do. The input is the text; each byte 1 in it is the word
//! that nobody may see.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use salesforce_host::Origin;
use salesforce_host::recording::Recording;
use salesforce_host::wire::{Answer, Exchange};
use serde_json::{Value, json};

/// No word of any language, of Salesforce or of its API.
const SECRET: &str = "Zqxwvjkh";

/// No word of a value survives in a recording: not in an argument, a query, a path, a field, a key, a header or a
/// message, whatever stands around it. What would still show one is not written at all, which must not happen either.
pub fn no_word_of_a_value_survives(input: &[u8]) {
    let text = crate::text(input).replace('\u{1}', SECRET);
    let origin = Origin::parse("https://acme.my.salesforce.com").unwrap();
    let (calls, exchanges) = session(&text);
    let shown = match Recording::of(&origin, 1_780_000_000_000, &[], &calls, &exchanges) {
        Ok(recording) => serde_json::to_value(&recording).expect("a recording is JSON"),
        Err(leak) => panic!("{leak}: {text:?}"),
    };
    every_text(&shown, &mut |shown| {
        let decoded = percent_encoding::percent_decode_str(shown).decode_utf8_lossy().to_lowercase();
        assert!(!decoded.contains(&SECRET.to_lowercase()), "{shown:?} of {text:?}");
    });
}

fn session(text: &str) -> (Vec<(String, String)>, Vec<Exchange>) {
    let call = |tool: &str, arguments: Value| (format!("salesforce_{tool}"), arguments.to_string());
    let calls = vec![
        call("query", json!({ "soql": "SELECT * FROM Account WHERE Name = :name", "params": { "name": text } })),
        call("create", json!({ "object": "Account", "fields": { "Name": text, text: 1 } })),
        call("query", json!({ "soql": format!("SELECT Id FROM Account WHERE Name = '{}'", literal(text)) })),
    ];
    let id = "001dM0000000010QAA";
    let query = format!("SELECT Id, Name FROM Account WHERE Name LIKE '{}%' LIMIT 5", literal(text));
    let row = json!({
        "attributes": { "type": "Account", "url": format!("/services/data/v65.0/sobjects/Account/{id}") },
        "Id": id,
        "Name": text,
        "Description": format!("Call {text} on 2026-05-12."),
        "Owner": { "Name": text },
        text: 1,
    });
    let rows = json!({ "totalSize": 1, "done": true, "records": [row] });
    let refusal = json!([{ "errorCode": "DUPLICATE_VALUE", "message": format!("duplicate value found: {text}") }]);
    let headers = [("location", format!("/services/data/{}", encoded(text))), ("content-type", text.to_owned())];
    let exchanges = vec![
        exchange(http::Method::GET, format!("query?q={}", encoded(&query)), "", 200, &[], rows.to_string()),
        exchange(
            http::Method::PATCH,
            format!("sobjects/Account/Ext__c/{}", encoded(text)),
            &json!({ "Name": text, "Site": [text] }).to_string(),
            400,
            &headers,
            refusal.to_string(),
        ),
        exchange(http::Method::GET, "limits".to_owned(), "", 500, &[], text.to_owned()),
    ];
    (calls, exchanges)
}

fn exchange(
    method: http::Method,
    path: String,
    sent: &str,
    status: u16,
    headers: &[(&str, String)],
    body: String,
) -> Exchange {
    Exchange {
        method,
        path: format!("/services/data/v65.0/{path}"),
        headers: Vec::new(),
        body: sent.to_owned(),
        outcome: Ok(Answer {
            status,
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            bytes: body.len(),
            body,
        }),
    }
}

/// A text as it stands between the quotes of a query.
fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\'', "\\'")
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn every_text(value: &Value, visit: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(items) => items.iter().for_each(|item| every_text(item, visit)),
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            visit(name);
            every_text(value, visit);
        }),
        _ => {}
    }
}
