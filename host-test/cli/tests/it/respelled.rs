//! However an org writes what it answers, a call comes to the same: JSON leaves open where space stands, how the signs of a
//! text are written and in which order members are, and a release of Salesforce adds members that nobody knows.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use demo_org::{Extra, Org};
use proptest::prelude::*;
use proptest::test_runner::TestRng;
use salesforce_host::Session;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use test_support::{HOST, demo_changed, refusal};

/// Calls of every tool, in most of their ways. What one writes, those behind it see.
const CALLS: [(&str, &str); 38] = [
    ("find", r#"{"text": "acme"}"#),
    ("find", r#"{"text": "bob stone", "objects": ["Contact", "Lead"]}"#),
    ("get", r#"{"record": "001dM0000000010QAA", "full": true, "related": ["contacts", "cases", "activities"]}"#),
    ("get", r#"{"object": "Account", "record": "Globex"}"#),
    ("describe", r#"{"object": "Opportunity", "limit": 500}"#),
    ("describe", r#"{"search": "meter"}"#),
    ("query", r#"{"soql": "SELECT * FROM Opportunity ORDER BY Amount DESC"}"#),
    ("query", r#"{"soql": "SELECT Name, Owner, Employees, Industry FROM Account", "limit": 3}"#),
    ("query", r#"{"soql": "SELECT Name, (SELECT LastName, Email FROM Contacts) FROM Account"}"#),
    ("query", r#"{"soql": "SELECT Stage, Owner, SUM(Amount) FROM Opportunity GROUP BY Stage, Owner"}"#),
    ("query", r#"{"soql": "SELECT Subject, Who.Name, What.Name FROM Task"}"#),
    ("query", r#"{"soql": "SELECT Name FROM Meter_Reading__c", "limit": 300}"#),
    ("query", r#"{"soql": "SELECT Nam FROM Account"}"#),
    ("activities", "{}"),
    ("activities", r#"{"object": "Account", "record": "Globex"}"#),
    ("who_am_i", r#"{"objects": ["Account", "Case"]}"#),
    ("report", "{}"),
    ("report", r#"{"name": "Won by Owner and Type"}"#),
    ("report", r#"{"name": "All Meter Readings", "limit": 300}"#),
    ("report", r#"{"name": "All Accounts"}"#),
    ("create", r#"{"object": "Account", "fields": {"Name": "Zenith \"Z\" Größe\n", "Employees": 5}}"#),
    ("create", r#"{"object": "Account", "fields": {"Name": "Acme"}}"#),
    ("create", r#"{"object": "Contact", "fields": {"LastName": "Lee", "Account": "Globex", "Email": "no"}}"#),
    ("update", r#"{"object": "Account", "record": "Acme", "fields": {"Employees": 500}, "from": {"Employees": 100}}"#),
    ("update", r#"{"object": "Account", "record": "Acme", "fields": {"Employees": 600}, "from": {"Employees": 100}}"#),
    ("update", r#"{"object": "Opportunity", "record": "Acme renewal", "fields": {"Stage": "Closed Won"}}"#),
    ("update", r#"{"object": "Opportunity", "record": "WHERE Amount > 5", "fields": {"Probability": 15}}"#),
    ("log_activity", r#"{"kind": "call", "who": "Bob at Acme", "follow_up": {"when": "2026-05-19T15:00"}}"#),
    ("log_activity", r#"{"kind": "meeting", "what": "Globex", "when": "2026-05-14T09:30"}"#),
    ("send_email", r#"{"to": ["Bob Stone"], "about": "Acme renewal", "subject": "Renewal", "body": "Hello"}"#),
    ("convert_lead", r#"{"record": "Dana Fox", "opportunity": "none"}"#),
    ("approve", r#"{"object": "Opportunity", "record": "Hooli expansion", "decision": "recall"}"#),
    ("approve", r#"{"object": "Opportunity", "record": "Acme renewal", "decision": "submit"}"#),
    ("read_file", r#"{"object": "Account", "record": "Globex", "file": "Signed order form"}"#),
    ("delete", r#"{"record": "001dM00000000L0QAI", "name": "Lumen Analytics"}"#),
    ("restore", r#"{"record": "001dM00000000L0QAI"}"#),
    ("get", r#"{"object": "Opportunity", "record": "Acme renewal"}"#),
    ("query", r#"{"soql": "SELECT Name, NumberOfEmployees FROM Account ORDER BY Name"}"#),
];

/// An admin's connection to an org where every tool has something to do.
fn session(rewrite: impl Fn(&str) -> String + Send + Sync + 'static) -> Session {
    let extras = [
        Extra::Approvals,
        Extra::Files,
        Extra::FlowApprovals,
        Extra::History,
        Extra::ListViews,
        Extra::Products,
        Extra::Reports,
    ];
    let org = Arc::new(Org::demo_with(extras));
    let rewritten = move |_: &str, body| rewrite(&String::from_utf8(body).unwrap()).into_bytes();
    let connection = demo_changed(&org, "admin", rewritten);
    let mut settings = connection.settings();
    settings.tools = Some(vec!["all".to_owned()]);
    connection.set_settings(settings);
    HOST.session(connection)
}

/// What comes of each call: the reply or the error.
fn outcomes(session: &Session) -> Vec<Result<Value, Value>> {
    let outcome = |(tool, arguments): (&str, &str)| match session.call_json(&format!("salesforce_{tool}"), arguments) {
        Ok(reply) => Ok(serde_json::from_str(&reply).unwrap()),
        refused => Err(refusal(refused)),
    };
    CALLS.into_iter().map(outcome).collect()
}

/// Writes JSON as it might have been written as well.
#[derive(Debug, Clone)]
struct Speller {
    /// Whether texts and space are written in other ways.
    of_signs: bool,
    /// Whether members change their order, and unknown ones stand between them.
    of_members: bool,
    chance: TestRng,
    written: String,
}

impl Speller {
    fn one_in(&mut self, many: u32) -> bool {
        self.chance.next_u32().is_multiple_of(many)
    }

    /// Another text than JSON stays as it is.
    fn respelled(&mut self, text: &str) -> String {
        match serde_json::from_str::<&RawValue>(text) {
            Ok(value) => self.value(value),
            Err(_) => self.written.push_str(text),
        }
        std::mem::take(&mut self.written)
    }

    fn value(&mut self, value: &RawValue) {
        self.space();
        let text = value.get();
        match text.as_bytes()[0] {
            b'{' => self.object(text),
            b'[' => self.list(text),
            b'"' => self.text(&serde_json::from_str::<String>(text).unwrap()),
            _ => self.written.push_str(text),
        }
        self.space();
    }

    fn list(&mut self, text: &str) {
        let items: Vec<&RawValue> = serde_json::from_str(text).unwrap();
        self.written.push('[');
        for (number, item) in items.into_iter().enumerate() {
            self.written.push_str(if number > 0 { "," } else { "" });
            self.value(item);
        }
        self.space();
        self.written.push(']');
    }

    fn object(&mut self, text: &str) {
        let mut names: Vec<String> =
            serde_json::from_str::<Map<String, Value>>(text).unwrap().keys().cloned().collect();
        let values: BTreeMap<String, &RawValue> = serde_json::from_str(text).unwrap();
        if self.of_members {
            for at in (1..names.len()).rev() {
                let other = self.chance.next_u32() as usize % (at + 1);
                names.swap(at, other);
            }
        }
        self.written.push('{');
        for (number, name) in names.iter().enumerate() {
            self.written.push_str(if number > 0 { "," } else { "" });
            if self.of_members && self.one_in(6) {
                self.written.push_str(r#""new in this release":[{"Id":[]},"}",null],"#);
            }
            self.space();
            self.text(name);
            self.space();
            self.written.push(':');
            self.value(values[name]);
        }
        self.space();
        self.written.push('}');
    }

    fn text(&mut self, text: &str) {
        let is_odd = self.of_signs && self.one_in(4);
        if !is_odd {
            self.written.push_str(&Value::from(text).to_string());
            return;
        }
        self.written.push('"');
        for sign in text.chars() {
            let must_be = sign < ' ' || "\"\\".contains(sign);
            // What stands in markup is escaped by many; what names, ids and moments are made of is not.
            let may_be = !sign.is_ascii() || "\x7f/<>&'`=".contains(sign);
            if sign == '/' && self.one_in(2) {
                self.written.push_str("\\/");
            } else if must_be || (may_be && self.one_in(2)) {
                for unit in sign.encode_utf16(&mut [0; 2]) {
                    self.written.push_str(&format!("\\u{unit:04x}"));
                }
            } else {
                self.written.push(sign);
            }
        }
        self.written.push('"');
    }

    fn space(&mut self) {
        while self.of_signs && self.one_in(9) {
            let spaces = [" ", "\n", "\t", "\r\n  "];
            self.written.push_str(spaces[self.chance.next_u32() as usize % spaces.len()]);
        }
    }
}

/// A way to write JSON.
fn speller() -> impl Strategy<Value = Speller> {
    let ways = prop_oneof![Just([true, false]), Just([false, true]), Just([true, true])];
    ways.prop_perturb(|[of_signs, of_members], chance| Speller { of_signs, of_members, chance, written: String::new() })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_call_comes_to_the_same_however_an_org_writes_its_answers(speller in speller()) {
        let plain = session(str::to_owned);
        let speller = Mutex::new(speller);
        let respelled = session(move |body| speller.lock().unwrap().respelled(body));
        // The second time what descriptions say has been kept.
        for round in ["cold", "warm"] {
            for (((tool, arguments), plain), respelled) in CALLS.iter().zip(outcomes(&plain)).zip(outcomes(&respelled)) {
                prop_assert_eq!(plain, respelled, "{} {}, {}", tool, arguments, round);
            }
        }
    }
}

#[test]
fn nearly_all_of_these_calls_do_what_they_are_asked_for() {
    let outcomes = outcomes(&session(str::to_owned));
    let refused: Vec<_> =
        CALLS.iter().zip(outcomes).filter_map(|(call, outcome)| Some((call, outcome.err()?))).collect();
    assert_eq!(refused.len(), 7, "{refused:#?}");
}
