//! What large answers cost a host that counts fuel: an org is larger than the demo org, its texts are longer, and the
//! smallest hosts grant a call ten million units and ten mebibytes of memory.

use std::sync::Arc;

use demo_org::{Extra, Org};
use salesforce_host::{Host, Limits};
use serde_json::{Value, json};
use test_support::demo_changed;

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
    fuel_of(Org::demo(), tool, arguments, granted, move |_, answer| larger.grow(answer))
}

/// The units of fuel that a call costs where every answer is changed so, by its path.
fn fuel_of(
    org: Org,
    tool: &str,
    arguments: &str,
    granted: u64,
    change: impl Fn(&str, &mut Value) + Send + Sync + 'static,
) -> u64 {
    let host = Host::metered(Limits { memory_bytes: MEMORY, ..Limits::default() }, granted).unwrap();
    let org = Arc::new(org);
    let connection = demo_changed(&org, "admin", move |address, body| match serde_json::from_slice::<Value>(&body) {
        Ok(mut answer) => {
            change(address, &mut answer);
            answer.to_string().into_bytes()
        }
        Err(_) => body,
    });
    let (reply, usage) = host.session(connection).call_measured(&format!("salesforce_{tool}"), arguments);
    let reply = reply.unwrap_or_else(|error| panic!("{tool} {arguments}: {error:?}"));
    assert!(reply.len() < 150_000, "{tool} {arguments}: {} bytes of reply", reply.len());
    usage.fuel.unwrap()
}

#[test]
fn long_texts_of_which_little_is_shown_fit_in_what_the_smallest_hosts_grant() {
    for (tool, arguments, but, records, text) in [
        ("activities", r#"{"record": "001dM0000000050QAA"}"#, "Account", 21, 11_000),
        ("find", r#"{"text": "acme"}"#, "", 40, 8_000),
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

/// The demo org with the reports and list views that people saved.
fn with_reports() -> Org {
    Org::demo_with([Extra::Reports, Extra::ListViews])
}

/// The run of a report with so many groups down and across, each pair of them with a number.
fn run(down: usize, across: usize) -> Value {
    let fact =
        |number: usize| json!({ "aggregates": [{ "label": "x", "value": number }, { "label": "1", "value": 1 }] });
    // The facts come in an order that nobody would ask for them in.
    let key = |number: usize, count: usize| match number * 7919 % count.max(1) {
        _ if number == count => "T".to_owned(),
        key => key.to_string(),
    };
    let group = |number, count| json!({ "key": key(number, count), "label": format!("G {number}"), "groupings": [] });
    let mut facts = serde_json::Map::new();
    for one in 0..=down {
        for other in 0..=across {
            facts.insert(format!("{}!{}", key(one, down), key(other, across)), fact(one + other));
        }
    }
    let groupings = |count| json!({ "groupings": (0..count).map(|number| group(number, count)).collect::<Vec<_>>() });
    let level = |name, count| if count > 0 { json!([{ "name": name, "dateGranularity": "None" }]) } else { json!([]) };
    json!({
        "allData": true,
        "factMap": facts,
        "groupingsAcross": groupings(across),
        "groupingsDown": groupings(down),
        "reportExtendedMetadata": {
            "aggregateColumnInfo": { "s!AMOUNT": { "label": "Sum", "dataType": "double" } },
            "detailColumnInfo": {},
            "groupingColumnInfo": { "OWNER": { "label": "Owner", "dataType": "string" } },
        },
        "reportMetadata": {
            "aggregates": ["s!AMOUNT", "RowCount"],
            "groupingsDown": level("OWNER", down),
            "groupingsAcross": level("TYPE", across),
            "reportFormat": "MATRIX",
        },
    })
}

#[test]
fn twice_as_many_groups_of_a_report_cost_no_more_than_twice_as_much() {
    for across in [0, 20] {
        let of = |down| {
            fuel_of(
                with_reports(),
                "report",
                r#"{"name": "Open Pipeline by Stage", "limit": 50}"#,
                30 * FUEL,
                move |path, answer| {
                    if path.contains("/analytics/reports/") {
                        *answer = run(down, across);
                    }
                },
            )
        };
        let [none, some, many] = if across == 0 { [1, 500, 1000] } else { [1, 50, 100] }.map(of);
        let (some, many) = (some - none, many - none);
        assert!(many * 10 < some * 22, "{across} across: {some} units, and {many} of twice as many");
    }
}

#[test]
fn the_rows_of_a_list_view_are_read_in_one_go() {
    let of = |count: usize| {
        fuel_of(
            with_reports(),
            "report",
            r#"{"name": "All Accounts", "object": "Account", "limit": 2000}"#,
            30 * FUEL,
            move |path, answer| {
                if path.contains("/results") {
                    let records = answer["records"].as_array().unwrap();
                    answer["records"] = records.iter().cycle().take(count).cloned().collect();
                }
            },
        )
    };
    // Of nine cells each.
    let row = (of(400) - of(200)) / 200;
    assert!(row < 33_000, "{row} units for a row");
}

#[test]
fn twice_as_many_columns_that_a_report_could_be_filtered_by_cost_no_more_than_twice_as_much() {
    let of = |count: usize| {
        fuel_of(
            with_reports(),
            "report",
            r#"{"name": "Open Pipeline by Stage", "filters": {"Amount": {">=": 120000}, "Stage": "Prospecting"}}"#,
            FUEL,
            move |path, answer| {
                let Some(categories) = answer.pointer_mut("/reportTypeMetadata/categories") else { return };
                assert!(path.contains("/analytics/reports/"));
                let column = |number| {
                    let told = json!({ "label": format!("Custom {number}"), "dataType": "string", "filterable": true });
                    (format!("Opportunity.Custom_{number}__c"), told)
                };
                let columns: serde_json::Map<_, _> = (0..count).map(column).collect();
                categories.as_array_mut().unwrap().push(json!({ "label": "Custom", "columns": columns }));
            },
        )
    };
    let [none, some, many] = [0, 400, 800].map(of);
    let (some, many) = (some - none, many - none);
    assert!(many * 10 < some * 22, "{some} units, and {many} of twice as many");
}
