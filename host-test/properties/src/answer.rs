//! An org answers whatever it likes. The first byte of the input says which call is made; then each part is an answer,
//! the last of them again and again: its first byte says the status, or that it is a header or what the host's cache
//! holds, and the rest is the body.

use std::cell::Cell;

use salesforce_host::{Limits, Token};
use salesforce_plugin::call::Call;
use salesforce_plugin::platform::{Cache, FailureReason, Platform, SendFailure};
use salesforce_plugin::tools;
use salesforce_plugin::wit::{ConnectionSettings, Error, ObjectGrants};

use crate::strict::every_reader_takes;

/// What is asked, of every tool and most of their ways.
pub const CALLS: [(&str, &str); 45] = [
    ("find", r#"{"text":"acme"}"#),
    ("find", r#"{"text":"bob@acme.com","objects":["Contact"]}"#),
    ("get", r#"{"record":"001dM0000000010QAA","related":["contacts","opportunities","cases","activities"]}"#),
    ("get", r#"{"object":"Account","record":"Acme","full":true}"#),
    ("query", r#"{"soql": "SELECT Name, Owner, Employees FROM Account", "limit": 3}"#),
    ("query", r#"{"soql": "SELECT * FROM Opportunity WHERE Stage = 'Closed Won'"}"#),
    ("query", r#"{"soql": "SELECT Stage, Owner, COUNT(Id) FROM Opportunity GROUP BY Stage, Owner"}"#),
    ("query", r#"{"soql": "SELECT SUM(Amount) FROM Opportunity"}"#),
    ("describe", r#"{"object":"Case","limit":500}"#),
    ("describe", r#"{"search":"account"}"#),
    ("activities", r#"{"record":"001dM0000000010QAA"}"#),
    ("activities", r#"{}"#),
    ("who_am_i", r#"{"objects":["Account"]}"#),
    ("query", r#"{"soql": "SELECT Id, Name, (SELECT Id FROM Contacts) FROM Account"}"#),
    ("query", r#"{"soql": "SELECT StageName, SUM(Amount) total FROM Opportunity GROUP BY StageName"}"#),
    ("create", r#"{"object":"Account","fields":{"Name":"Acme","Employees":5}}"#),
    ("create", r#"{"object":"Contact","fields":{"LastName":"Lee","Account":"Acme"}}"#),
    ("log_activity", r#"{"kind":"call","subject":"Call","what":"Acme","follow_up":{"when":"2026-06-02"}}"#),
    ("log_activity", r#"{"kind":"note","subject":"Note","text":"Text","what":"001dM0000000010QAA"}"#),
    (
        "update",
        r#"{"object":"Account","record":"Acme","fields":{"Employees":500,"Fax":null},"from":{"Employees":100}}"#,
    ),
    ("update", r#"{"record":"001dM0000000010QAA","fields":{"Name":"Acme 2"}}"#),
    ("update", r#"{"record":"006dM0000000010QAA","fields":{"Stage":"Closed Won"}}"#),
    ("delete", r#"{"record":"001dM0000000010QAA","name":"Acme"}"#),
    ("delete", r#"{"record":"001dM0000000010QAA","name":"001dM0000000010QAA"}"#),
    ("convert_lead", r#"{"record":"00QdM0000000010QAA"}"#),
    ("convert_lead", r#"{"record":"Dana Fox","account":"new","contact":"new","opportunity":"none"}"#),
    ("restore", r#"{"record":"001dM0000000010QAA"}"#),
    ("log_activity", r#"{"kind":"email","who":"Bob Stone","what":"Acme","when":"2026-05-11T09:00"}"#),
    ("log_activity", r#"{"kind":"meeting","when":"2026-05-14T09:30"}"#),
    ("activities", r#"{"record":"500dM0000000010QAA"}"#),
    (
        "delete",
        r#"{"records":[{"record":"001dM0000000010QAA","name":"Acme"},{"record":"00QdM0000000010QAA","name":"Lee"}]}"#,
    ),
    ("update", r#"{"object":"Opportunity","record":"WHERE Amount > 5","fields":{"Stage":"Closed Won"}}"#),
    ("report", "{}"),
    ("report", r#"{"name":"Open Cases"}"#),
    ("report", r#"{"name":"00OdM000003m880UAA","details":true}"#),
    ("report", r#"{"name":"Pipeline","filters":{"Amount":{">=":5},"Stage":["Won"]}}"#),
    ("report", r#"{"name":"Hot leads","object":"Lead"}"#),
    ("send_email", r#"{"to":["Bob Stone"],"about":"Acme","subject":"Renewal","body":"Hello"}"#),
    ("send_email", r#"{"to":["bob@acme.com"],"cc":["003dM0000000020QAA"],"subject":"Renewal","body":"Hello"}"#),
    ("read_file", r#"{"file":"069dM0000052Aq0QAE"}"#),
    ("read_file", r#"{"file":"06AdM0000052Aq0QAE"}"#),
    ("read_file", r#"{"file":"order form.html","record":"001dM0000000010QAA"}"#),
    ("approve", r#"{"record":"006dM0000000010QAA","decision":"approve","comment":"ok"}"#),
    ("approve", r#"{"record":"04idM0000000010QAA","decision":"recall"}"#),
    ("approve", r#"{"record":"Acme","object":"Account","decision":"submit","approver":"Lee"}"#),
];

/// Whatever an org answers, a call ends with a reply or an error that every reader of JSON takes, after no more requests
/// than a host lets it send; and the host lets through what does not repeat the token.
pub fn a_reply_is_json_that_every_reader_takes(input: &[u8]) {
    let Some((call, answers)) = input.split_first() else { return };
    let (tool, arguments) = CALLS[usize::from(*call) % CALLS.len()];
    let org = Org::of(answers);
    match tools::call(&Call::new(&org), tool, arguments) {
        Ok(reply) => every_reader_takes(&reply),
        Err(error) => every_reader_takes(&Error::from(error).json()),
    }
    let most = Limits::default().requests;
    assert!(org.sent.get() <= most.try_into().unwrap(), "{} requests", org.sent.get());
    let token = Token::new("00D5g000004XyZ1!AQ4AQFr0mZ.Kc9_TqWb7uLxYpE2sVhJdNgRiOaMkCeB3vXz8wHtP6lSfUyQj").unwrap();
    assert!(!token.is_in(answers));
}

/// Every tool, every object.
pub(crate) fn unrestricted() -> ConnectionSettings {
    ConnectionSettings {
        tools: Some(vec!["all".to_owned()]),
        read_only: false,
        objects: ObjectGrants { read: None, append: None, edit: None },
        instructions: None,
        vocabulary: Vec::new(),
        soap_session: true,
    }
}

struct Org<'i> {
    answers: Vec<(http::StatusCode, &'i [u8])>,
    headers: Vec<(&'static str, http::HeaderValue)>,
    cache: Option<&'i [u8]>,
    sent: Cell<usize>,
}

impl<'i> Org<'i> {
    fn of(input: &'i [u8]) -> Self {
        let mut org = Self { answers: Vec::new(), headers: Vec::new(), cache: None, sent: Cell::default() };
        for part in crate::parts(input) {
            let Some((kind, body)) = part.split_first() else { continue };
            let status = match kind {
                b'1' => 201,
                b'2' => 200,
                b'3' => 304,
                b'4' => 400,
                b'5' => 500,
                b'6' => 401,
                b'7' => 403,
                b'8' => 404,
                b'9' => 412,
                b'0' => 204,
                b'c' => {
                    org.cache = Some(body);
                    continue;
                }
                b'd' | b'l' => {
                    let name = if *kind == b'd' { "date" } else { "sforce-limit-info" };
                    org.headers.extend(http::HeaderValue::from_bytes(body).ok().map(|value| (name, value)));
                    continue;
                }
                other => 200 + u16::from(*other),
            };
            org.answers.push((http::StatusCode::from_u16(status).unwrap(), body));
        }
        org
    }
}

impl Platform for Org<'_> {
    fn send(&self, _: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, SendFailure> {
        let sent = self.sent.replace(self.sent.get() + 1);
        let Some((status, body)) = self.answers.get(sent).or(self.answers.last()) else {
            return Err(SendFailure { reason: FailureReason::Unreachable, request_sent: true });
        };
        let mut response = http::Response::new(body.to_vec());
        *response.status_mut() = *status;
        for (name, value) in &self.headers {
            response.headers_mut().insert(*name, value.clone());
        }
        Ok(response)
    }

    fn send_soap(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, SendFailure> {
        self.send(request)
    }

    fn origin(&self) -> String {
        "https://demo.my.salesforce.com".to_owned()
    }

    fn now(&self) -> u64 {
        1_780_000_000_000
    }

    fn cache(&self) -> Option<&dyn Cache> {
        Some(self)
    }

    fn settings(&self) -> ConnectionSettings {
        unrestricted()
    }
}

impl Cache for Org<'_> {
    fn get(&self, _: &str) -> Option<Vec<u8>> {
        self.cache.map(<[u8]>::to_vec)
    }

    fn put(&self, _: &str, _: &[u8]) {}
}
