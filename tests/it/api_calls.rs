//! The org's API calls: where few are left, every reply and every error says so.

use demo_org::Fault;
use salesforce_plugin::call::Call;
use salesforce_plugin::tools;
use salesforce_plugin::wit::{Error, FindArgs, GetArgs};
use serde_json::{Value, json};

use crate::bench::Bench;
use crate::said::records;
use crate::settings::calls;

/// The warning in a reply or an error, if there is one.
fn warning(outcome: &Result<Value, Value>) -> Option<String> {
    let warnings: Vec<_> = match outcome {
        Ok(reply) => reply["notices"].as_array().cloned().unwrap_or_default(),
        Err(error) => vec![error["message"].clone()],
    };
    let mut warnings = warnings.iter().filter_map(Value::as_str).filter(|text| text.contains("API calls"));
    let warning = warnings.next().map(str::to_owned);
    assert_eq!(warnings.next(), None, "told once");
    warning
}

#[test]
fn every_tool_tells_where_less_than_a_tenth_is_left() {
    let names = calls(&Bench::new()).map(|(tool, _)| tool);
    for (index, tool) in names.into_iter().enumerate() {
        let bench = Bench::new();
        bench.org.use_calls(14_000);
        let outcome = bench.call(tool, calls(&bench)[index].1.clone());
        let left = 15_000 - 14_000 - bench.requests();
        let expected = format!("only {left} of the 15000 API calls the org is allowed in 24 hours are left");
        assert!(warning(&outcome).is_some_and(|text| text.starts_with(&expected)), "{tool}: {outcome:#?}");
    }
}

#[test]
fn nobody_is_warned_while_a_tenth_is_left() {
    let bench = Bench::new();
    bench.org.use_calls(13_499);
    assert_eq!(warning(&bench.call("query", records(json!({ "object": "Account" })))), None);
    assert!(warning(&bench.call("query", records(json!({ "object": "Account" })))).is_some(), "one call less");
}

#[test]
fn an_error_tells_it_too_and_stays_what_it_is() {
    let bench = Bench::new();
    let arguments = json!({ "record": "Nobody Inc", "object": "Account" });
    let before = bench.err("get", arguments.clone());
    bench.org.use_calls(14_000);
    let error = bench.err("get", arguments);
    let message = error["message"].as_str().unwrap();
    let (cause, said) = message.split_once("; only 999 of the 15000").unwrap();
    assert_eq!((cause, &error["kind"]), (before["message"].as_str().unwrap(), &before["kind"]), "{said}");
    // A refusal keeps its code, and what it says of what was written.
    bench.org.fault(Fault::server_unavailable());
    let error = bench.err("create", json!({ "object": "Account", "fields": { "Name": "Zenith" } }));
    assert_eq!((&error["code"], &error["kind"]), (&json!("SERVER_UNAVAILABLE"), &json!("unavailable")), "{error}");
    assert!(error["message"].as_str().unwrap().contains("API calls the org is allowed"), "{error}");
}

#[test]
fn a_day_that_is_used_up_is_told_as_such() {
    let bench = Bench::new();
    bench.org.use_calls(15_000);
    let error = bench.err("query", records(json!({ "object": "Account" })));
    assert_eq!(
        (&error["kind"], &error["code"]),
        (&json!("limit_reached"), &json!("REQUEST_LIMIT_EXCEEDED")),
        "{error}"
    );
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("trying again now does not help") && message.contains("only 0 of the 15000"), "{message}");
}

#[test]
fn what_a_call_did_not_ask_it_does_not_tell() {
    let bench = Bench::warm(&["Account"]);
    bench.org.use_calls(14_999);
    // Without a request nobody knows.
    assert_eq!(warning(&bench.call("describe", json!({ "object": "Account" }))), None);
    assert_eq!(warning(&bench.call("query", records(json!({ "object": "Account", "limit": 0 })))), None);
    // Nor where the answer does not come from the API itself.
    bench.org.fault(Fault::html_503());
    assert_eq!(warning(&bench.call("query", records(json!({ "object": "Account" })))), None);
}

#[test]
fn the_functions_themselves_tell_it_as_well() {
    let bench = Bench::new();
    bench.org.use_calls(14_500);
    let call = Call::new(&bench);
    let find = FindArgs { text: "acme".to_owned(), objects: Vec::new(), limit: None };
    let reply = tools::find(&call, find).unwrap();
    assert!(reply.notices.iter().any(|notice| notice.starts_with("only 499 of the 15000")), "{:?}", reply.notices);
    let get = GetArgs {
        record: "Nobody Inc".to_owned(),
        object: Some("Account".to_owned()),
        fields: Vec::new(),
        full: None,
        related: Vec::new(),
    };
    let error = Error::from(tools::get(&call, get).unwrap_err());
    assert!(error.message.contains("only 498 of the 15000"), "{}", error.message);
}
