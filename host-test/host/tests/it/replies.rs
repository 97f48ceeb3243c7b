//! Every reply has the form its output schema promises.

use std::sync::Arc;

use demo_org::Org;
use serde_json::Value;

use test_support::session;

#[test]
fn every_reply_has_the_form_its_schema_promises() {
    let (session, _) = session(&Arc::new(Org::demo()), "riley");
    let tools = session.tools().unwrap();
    for (name, arguments) in [
        ("salesforce_find", r#"{"text": "Acme"}"#),
        ("salesforce_get", r#"{"record": "Acme", "object": "Account", "related": ["contacts", "activities"]}"#),
        ("salesforce_query", r#"{"soql": "SELECT * FROM Account", "limit": 3}"#),
        ("salesforce_query", r#"{"soql": "SELECT * FROM Account WHERE Name = 'nobody'"}"#),
        ("salesforce_describe", r#"{"object": "Opportunity"}"#),
        ("salesforce_describe", "{}"),
        ("salesforce_create", r#"{"object": "Contact", "fields": {"LastName": "Nguyen"}}"#),
        ("salesforce_update", r#"{"record": "Acme", "object": "Account", "fields": {"Rating": "Cold"}}"#),
    ] {
        let reply = session.call_json(name, arguments).unwrap_or_else(|error| panic!("{name} {arguments}: {error:?}"));
        let reply: Value = serde_json::from_str(&reply).unwrap();
        let tool = tools.iter().find(|tool| tool.name == name).unwrap();
        let schema: Value = serde_json::from_str(&tool.output_schema).unwrap();
        conforms(&reply, &schema, name);
    }
}

/// The part of JSON Schema the catalog uses; a member the schema does not know is a defect here.
#[track_caller]
fn conforms(value: &Value, schema: &Value, at: &str) {
    let fits = match schema["type"].as_str() {
        None => true,
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_u64(),
        Some(other) => panic!("{at}: the catalog has a type {other}"),
    };
    assert!(fits, "{at}: {value} is not a {}", schema["type"]);
    if let Some(allowed) = schema["enum"].as_array() {
        assert!(allowed.contains(value), "{at}: {value} is none of {allowed:?}");
    }
    for required in schema["required"].as_array().into_iter().flatten() {
        assert!(value.get(required.as_str().unwrap()).is_some(), "{at}: {required} is missing in {value}");
    }
    if let (Some(properties), Some(members)) = (schema["properties"].as_object(), value.as_object()) {
        for (name, member) in members {
            let schema = properties.get(name).unwrap_or_else(|| panic!("{at}: the schema does not know {name}"));
            conforms(member, schema, &format!("{at}.{name}"));
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        conforms(item, &schema["items"], &format!("{at}[{index}]"));
    }
}
