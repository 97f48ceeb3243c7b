//! What large answers cost a host that counts fuel: an org is larger than the demo org, its texts are longer, and the
//! smallest hosts grant a call ten million units and ten mebibytes of memory.

use std::sync::Arc;

use demo_org::Org;
use salesforce_host::wire::Transport as _;
use salesforce_host::{Connection, Host, Limits, Token};
use serde_json::Value;
use test_support::{Demo, demo};

/// What the smallest hosts grant: units of fuel, and bytes of memory.
const FUEL: u64 = 10_000_000;
const MEMORY: usize = 10 << 20;

/// How an org differs from the demo org.
#[derive(Clone, Copy, Default)]
struct Larger {
    /// Records of every list that has any.
    records: usize,
    /// Of which object there is still one record at a time.
    but: &'static str,
    /// Bytes of every long text.
    text: usize,
}

/// Fields of long texts.
const LONG: [&str; 3] = ["Description", "TextBody", "HtmlBody"];

impl Larger {
    /// The same answer of the larger org.
    fn grow(self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.grow(item)),
            Value::Object(members) => {
                for (name, value) in members {
                    self.grow(value);
                    if LONG.contains(&name.as_str()) && self.text > 0 {
                        *value = text(name, self.text).into();
                    } else if name.to_ascii_lowercase().ends_with("records") && self.records > 0 {
                        self.repeat(value);
                    } else if name == "totalSize" && self.records > 0 {
                        *value = self.records.into();
                    }
                }
            }
            _ => {}
        }
    }

    /// As many records as the larger org has, each group of them another one.
    fn repeat(self, list: &mut Value) {
        let Some(records) = list.as_array_mut() else { return };
        if records.first().is_none_or(|record| record["attributes"]["type"] == self.but) {
            return;
        }
        let all = records.iter().cycle().take(self.records).cloned().enumerate().map(|(number, mut record)| {
            for alias in ["g0", "g1"] {
                if let Some(group) = record.get_mut(alias).filter(|group| group.is_string()) {
                    *group = format!("{} {number}", group.as_str().unwrap()).into();
                }
            }
            record
        });
        *records = all.collect();
    }
}

/// A text as e-mails have them: lines that end in two escapes, and words in other letters.
fn text(field: &str, bytes: usize) -> String {
    let part = match field {
        "HtmlBody" => {
            "<p style=\"font-family: Arial\">We met &amp; <b>agreed</b> in Köln.</p>\r\n<!-- > --><p>Best,&nbsp;Jo"
        }
        _ => "Hello \"Bob\", we met on Tuesday in Köln and agreed on the price.\r\nBest regards\r\n",
    };
    part.repeat(bytes / part.len() + 1)
}

/// The units of fuel that a call costs in the larger org, on a host that grants so many.
fn fuel(tool: &str, arguments: &str, larger: Larger, granted: u64) -> u64 {
    let host = Host::metered(Limits { memory_bytes: MEMORY, ..Limits::default() }, granted).unwrap();
    let org = Arc::new(Org::demo());
    let (whose, clock) = (demo(&org, "admin"), Arc::clone(&org));
    let token = Token::new(&org.token("admin")).unwrap();
    let transport = move |request: http::Request<Vec<u8>>| {
        Ok(Demo(Arc::clone(&org)).send(request)?.map(|body| match serde_json::from_slice::<Value>(&body) {
            Ok(mut answer) => {
                larger.grow(&mut answer);
                answer.to_string().into_bytes()
            }
            Err(_) => body,
        }))
    };
    let connection = Connection::new(whose.origin().clone(), token, transport);
    let connection = connection.with_clock(move || clock.now().as_millisecond().unsigned_abs());
    let (reply, usage) = host.session(connection).call_measured(&format!("salesforce_{tool}"), arguments);
    let reply = reply.unwrap_or_else(|error| panic!("{tool} {arguments}: {error:?}"));
    assert!(reply.len() < 150_000, "{tool} {arguments}: {} bytes of reply", reply.len());
    usage.fuel.unwrap()
}

#[test]
fn long_texts_of_which_little_is_shown_fit_in_what_the_smallest_hosts_grant() {
    for (tool, arguments, but, records, text) in [
        ("activities", r#"{"record": "001dM0000000050QAA"}"#, "Account", 21, 8_000),
        ("find", r#"{"text": "acme"}"#, "", 40, 4_000),
        ("query", r#"{"soql": "SELECT Name, Description FROM Account"}"#, "", 25, 25_000),
        ("query", r#"{"soql": "SELECT Subject, HtmlBody FROM EmailMessage"}"#, "", 10, 30_000),
        ("get", r#"{"record": "001dM0000000010QAA", "full": true, "related": ["cases"]}"#, "Account", 25, 10_000),
    ] {
        fuel(tool, arguments, Larger { records, but, text }, FUEL);
    }
}

#[test]
fn a_page_of_rows_fits_in_what_the_smallest_hosts_grant() {
    let columns = "Name, Type, Industry, Phone, Website, BillingCity, BillingCountry, Owner.Name, CreatedDate";
    let arguments = format!(r#"{{"soql": "SELECT {columns} FROM Account", "limit": 200}}"#);
    fuel("query", &arguments, Larger { records: 200, ..Larger::default() }, FUEL);
}

#[test]
fn twice_as_many_groups_cost_no_more_than_twice_as_much() {
    for soql in [
        "SELECT Stage, SUM(Amount) FROM Opportunity GROUP BY Stage",
        "SELECT Account, Stage, SUM(Amount) FROM Opportunity GROUP BY Account, Stage",
        "SELECT DAY_ONLY(StartDateTime), COUNT(Id) FROM Event GROUP BY DAY_ONLY(StartDateTime)",
    ] {
        let of = |records| {
            let arguments = format!(r#"{{"soql": "{soql}", "limit": 50}}"#);
            fuel("query", &arguments, Larger { records, ..Larger::default() }, 10 * FUEL)
        };
        let [none, some, many] = [1, 900, 1800].map(of);
        let (some, many) = (some - none, many - none);
        assert!(many * 10 < some * 22, "{soql}: {some} units, and {many} of twice as many");
    }
}
