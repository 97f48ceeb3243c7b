//! Calls of every tool, and what each costs a host that counts fuel: the same in every run, unlike time.

use std::sync::Arc;

use demo_org::{Extra, Org};
use salesforce_host::{Host, Limits, Usage};
use test_support::demo;

/// More than any call needs.
const FUEL: u64 = 10_000_000_000;

/// Calls of every tool: on a new demo org, and on another one with the cache the first has left.
const CALLS: [(&str, &str, &str); 22] = [
    ("find", "find", r#"{"text": "acme"}"#),
    ("get", "get", r#"{"record": "001dM0000000010QAA"}"#),
    ("query of 25 rows", "query", r#"{"soql": "SELECT * FROM Account"}"#),
    ("query of 2,000 rows", "query", r#"{"soql": "SELECT Name FROM Meter_Reading__c", "limit": 2000}"#),
    ("query of groups", "query", r#"{"soql": "SELECT Stage, SUM(Amount) FROM Opportunity GROUP BY Stage"}"#),
    ("describe Account", "describe", r#"{"object": "Account"}"#),
    ("activities of a record", "activities", r#"{"record": "Globex", "object": "Account"}"#),
    ("the user's day", "activities", "{}"),
    ("who_am_i", "who_am_i", "{}"),
    ("query of a path", "query", r#"{"soql": "SELECT Name, Owner.Name FROM Account ORDER BY Name"}"#),
    ("create", "create", r#"{"object": "Account", "fields": {"Name": "Zenith"}}"#),
    (
        "log_activity",
        "log_activity",
        r#"{"kind": "call", "who": "Bob at Acme", "text": "Pricing", "follow_up": {"when": "2026-05-19T15:00"}}"#,
    ),
    (
        "update",
        "update",
        r#"{"object": "Account", "record": "Acme", "fields": {"Employees": 500}, "from": {"Employees": 100}}"#,
    ),
    ("convert_lead", "convert_lead", r#"{"record": "Dana Fox", "opportunity": "none"}"#),
    ("report of groups", "report", r#"{"name": "Won by Owner and Type"}"#),
    ("report of 2,000 rows", "report", r#"{"name": "All Meter Readings", "limit": 2000}"#),
    ("list view", "report", r#"{"name": "All Accounts"}"#),
    ("delete", "delete", r#"{"record": "001dM00000000L0QAI", "name": "Lumen Analytics"}"#),
    ("restore", "restore", r#"{"record": "001dM00000000Q0QAI"}"#),
    ("approve", "approve", r#"{"record": "Hooli expansion", "object": "Opportunity", "decision": "recall"}"#),
    ("read_file", "read_file", r#"{"file": "Signed order form", "record": "Globex", "object": "Account"}"#),
    (
        "send_email",
        "send_email",
        r#"{"to": ["Bob Stone"], "about": "Acme renewal", "subject": "Renewal", "body": "Hello"}"#,
    ),
];

/// A call that was made.
pub(crate) struct Call {
    pub(crate) what: &'static str,
    /// `cold`, or `warm`: with what the host has kept of the same call before.
    pub(crate) cache: &'static str,
    pub(crate) usage: Usage,
    #[allow(dead_code, reason = "the test looks at fuel alone")]
    pub(crate) reply: String,
}

/// Makes every call twice.
pub(crate) fn each(mut made: impl FnMut(Call)) {
    let host = Host::metered(Limits::default(), FUEL).unwrap();
    for (what, tool, arguments) in CALLS {
        let mut kept = Vec::new();
        for cache in ["cold", "warm"] {
            let session = host.session(demo(&Arc::new(org(tool)), "admin"));
            let mut settings = session.connection().settings();
            settings.tools = Some(vec!["all".to_owned()]);
            session.connection().set_settings(settings);
            kept.drain(..).for_each(|(key, value): (String, _)| session.connection().cache().put(&key, value));
            let (reply, usage) = session.call_measured(&format!("salesforce_{tool}"), arguments);
            made(Call { what, cache, usage, reply: reply.unwrap() });
            kept = session.connection().cache().entries();
        }
    }
}

/// The demo org, with what a tool asks for that few orgs of the tests have.
fn org(tool: &str) -> Org {
    match tool {
        "report" => Org::demo_with([Extra::Reports, Extra::ListViews]),
        "approve" => Org::demo_with([Extra::Approvals, Extra::FlowApprovals]),
        "read_file" => Org::demo_with([Extra::Files]),
        _ => Org::demo(),
    }
}
