//! Every tool behind one: what a model says is understood in each of the forms that models say it in.

use adapter_common::one_tool;
use adapter_common::settings::{self, Settings};
use demo_org::Org;
use salesforce_plugin::platform::{Platform, SendFailure};
use salesforce_plugin::wit::ConnectionSettings;
use serde_json::{Value, json};

use crate::engine::ORIGIN;

/// A platform that sends to the demo org.
struct Direct(Org);

impl Platform for Direct {
    fn send(&self, mut request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, SendFailure> {
        let bearer = format!("Bearer {}", self.0.token("riley")).parse().unwrap();
        request.headers_mut().insert(http::header::AUTHORIZATION, bearer);
        Ok(self.0.handle(request).response().unwrap())
    }

    fn origin(&self) -> String {
        ORIGIN.to_owned()
    }

    fn now(&self) -> u64 {
        crate::engine::now(&self.0)
    }

    fn settings(&self) -> ConnectionSettings {
        settings::none()
    }
}

#[test]
fn a_call_is_understood_in_each_form() {
    let soql = "SELECT Name FROM Account LIMIT 1";
    let forms = [
        json!({ "tool": "salesforce_query", "arguments": { "soql": soql } }),
        json!({ "tool": "query", "arguments": { "soql": soql } }),
        json!({ "tool": "salesforce_query", "arguments": json!({ "soql": soql }).to_string() }),
        json!({ "tool": "salesforce_query", "soql": soql }),
    ];
    let replies: Vec<_> =
        forms.iter().map(|form| one_tool::call(&Direct(Org::demo()), &form.to_string()).unwrap()).collect();
    assert!(replies.iter().all(|reply| *reply == replies[0]), "{replies:?}");
}

#[test]
fn a_call_that_is_not_understood_says_what_to_say() {
    for (params, why) in [
        ("", "not JSON"),
        ("[1]", "no object"),
        ("{}", "names no tool"),
        (r#"{"tool": "find", "arguments": {}, "text": "x"}"#, "both"),
        (r#"{"tool": "find", "arguments": {}, "arguments": {}}"#, "twice"),
    ] {
        let error = one_tool::call(&Direct(Org::demo()), params).unwrap_err();
        assert!(error.message.contains(why) && error.message.contains("\"arguments\""), "{params}: {}", error.message);
    }
}

#[test]
fn the_schema_says_what_each_argument_is() {
    let schema: Value = serde_json::from_str(&one_tool::schema(&settings::none())).unwrap();
    let text = schema["properties"]["arguments"]["description"].as_str().unwrap();
    assert!(text.contains("salesforce_find {text: string (At least two characters), objects?: [string]"), "{text}");
    assert!(text.contains(r#"kind: "call"|"email"|"meeting"|"note"|"task""#), "{text}");
    assert!(text.contains("follow_up?: {kind?: \"task\"|\"meeting\""), "{text}");
}

#[test]
fn what_the_settings_switch_off_is_not_offered() {
    let read = Settings::read(r#"{"read_only": true}"#).unwrap().connection;
    for text in [one_tool::schema(&read), one_tool::description(&read)] {
        assert!(text.contains("salesforce_find") && !text.contains("salesforce_update"), "{text}");
    }
}

#[test]
fn a_member_of_the_hosts_is_taken_out_whatever_it_is_called() {
    let params = r#"{"a\"b": 1, "__config": {"x": [1, "}"]}, "tool": "find"}"#;
    let (config, rest) = one_tool::take(params, "__config").unwrap();
    assert_eq!(config.as_deref(), Some(r#"{"x": [1, "}"]}"#));
    let rest: Value = serde_json::from_str(&rest).unwrap();
    assert_eq!(rest, json!({ "a\"b": 1, "tool": "find" }));
}

#[test]
fn settings_are_read_whole_or_refused_by_name() {
    let all = r#"{"domain": "acme", "tools": ["default"], "read_only": true,
        "objects": {"read": ["Account"], "append": [], "edit": null}, "instructions": "Amounts are in euros.",
        "vocabulary": {"headcount": "Account.NumberOfEmployees", "deal": "Opportunity"}}"#;
    let Settings { origin, connection } = Settings::read(all).unwrap();
    assert_eq!(origin.as_deref(), Some("https://acme.my.salesforce.com"));
    assert_eq!(connection.objects.read.as_deref(), Some(&["Account".to_owned()][..]));
    assert_eq!((connection.objects.append, connection.objects.edit), (Some(Vec::new()), None));
    let words: Vec<_> =
        connection.vocabulary.iter().map(|alias| (&*alias.term, alias.object.as_deref(), &*alias.name)).collect();
    assert_eq!(words, [("headcount", Some("Account"), "NumberOfEmployees"), ("deal", None, "Opportunity")]);
    let long = format!("{{\"instructions\": \"{}\"}}", "x".repeat(settings::MAX_INSTRUCTIONS_CHARS + 1));
    for (json, why) in [
        ("", "no object"),
        ("[]", "no object"),
        (r#"{"tool": []}"#, "`tool`"),
        (r#"{"tools": ["find"], "tools": ["all"]}"#, "`tools` is there twice"),
        (r#"{"tools": "find"}"#, "`tools` is no list"),
        (r#"{"tools": ["find", 1]}"#, "`tools` is no list"),
        (r#"{"read_only": "true"}"#, "`read_only` is neither"),
        (r#"{"read_only": null}"#, "`read_only` is neither"),
        (r#"{"domain": 1}"#, "`domain` is no text"),
        (r#"{"objects": ["Account"]}"#, "`objects` is no object"),
        (r#"{"objects": {"reed": []}}"#, "`reed`"),
        (r#"{"objects": {"read": {}}}"#, "`read` is no list"),
        (r#"{"vocabulary": {"deal": null}}"#, "`deal` means nothing"),
        (r#"{"vocabulary": {"deal": "Opportunity", "deal": "Case"}}"#, "`deal` is there twice"),
        (r#"{"domain": "https://evil.example"}"#, "evil.example"),
        (r#"{"domain": "login.salesforce.com"}"#, "every org"),
        (&long, "10001 characters"),
    ] {
        let refused = Settings::read(json).unwrap_err();
        assert!(refused.contains(why), "{json}: {refused}");
    }
}
