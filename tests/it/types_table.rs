//! The table of treatments, cell by cell: what it allows the demo org takes, and what it refuses is refused unsent.

use std::collections::BTreeMap;

use demo_org::{Extra, Org};
use salesforce_plugin::schema::FieldType;
use salesforce_plugin::schema::treatment::{Kind, Operator, TABLE, Treatment};
use serde_json::{Value, json};

use crate::bench::Bench;

/// A field of each kind: its object, its name, a value of it as it stands in a statement, and a pattern.
#[rustfmt::skip]
const FIELDS: [(Kind, &str, &str, &str); 30] = [
    (Kind::Type(FieldType::String), "Account", "Name", "'Acme'"),
    (Kind::Type(FieldType::TextArea), "Visit__c", "Summary__c", "'New'"),
    (Kind::Type(FieldType::Picklist), "Account", "Industry", "'Energy'"),
    (Kind::Type(FieldType::MultiPicklist), "Visit__c", "Topics__c", "'Pricing'"),
    (Kind::Type(FieldType::Combobox), "Task", "Subject", "'Call'"),
    (Kind::Type(FieldType::Boolean), "Opportunity", "IsWon", "true"),
    (Kind::Type(FieldType::Int), "Lead", "NumberOfEmployees", "100"),
    (Kind::Type(FieldType::Long), "Account", "NumberOfEmployees", "100"),
    (Kind::Type(FieldType::Double), "Visit__c", "Serial_Number__c", "100"),
    (Kind::Type(FieldType::Currency), "Opportunity", "Amount", "100.5"),
    (Kind::Type(FieldType::Percent), "Visit__c", "Satisfaction__c", "75%"),
    (Kind::Type(FieldType::Date), "Opportunity", "CloseDate", "2026-05-12"),
    (Kind::Type(FieldType::DateTime), "Account", "CreatedDate", "2026-05-12"),
    (Kind::Type(FieldType::Time), "Visit__c", "Starts_At__c", "10:00"),
    (Kind::Type(FieldType::Email), "Contact", "Email", "'bob.stone@acme.example'"),
    (Kind::Type(FieldType::Phone), "Contact", "Phone", "'4155550101'"),
    (Kind::Type(FieldType::Url), "Account", "Website", "'https://acme.example'"),
    (Kind::Type(FieldType::Id), "Account", "Id", "'001dM0000000010QAA'"),
    (Kind::Type(FieldType::Reference), "Contact", "AccountId", "'Acme'"),
    (Kind::Type(FieldType::Address), "Account", "BillingAddress", "'Berlin'"),
    (Kind::Type(FieldType::Location), "Visit__c", "Place__c", "'52.5'"),
    (Kind::Type(FieldType::EncryptedString), "Account", "TickerSymbol", "'x'"),
    (Kind::Type(FieldType::Base64), "Account", "Sic", "'x'"),
    (Kind::Type(FieldType::DataCategoryGroup), "Account", "Tradestyle", "'x'"),
    (Kind::Type(FieldType::Complex), "Account", "DunsNumber", "'x'"),
    (Kind::Type(FieldType::Any), "Account", "NaicsCode", "'x'"),
    (Kind::Type(FieldType::Other), "Account", "Site", "'x'"),
    (Kind::RichText, "Visit__c", "Report__c", "'hall'"),
    (Kind::Place, "Account", "BillingCountry", "'DE'"),
    (Kind::EventTime, "Event", "StartDateTime", "2026-05-20"),
];

/// Types that no field of the demo org has: what describe says of some of its fields is changed on the way.
#[rustfmt::skip]
const GIVEN: [(&str, &str); 7] = [
    ("NumberOfEmployees", "long"), ("TickerSymbol", "encryptedstring"), ("Sic", "base64"),
    ("Tradestyle", "DataCategoryGroupReference"), ("DunsNumber", "complexvalue"), ("NaicsCode", "anyType"),
    ("Site", "newer"),
];

fn bench() -> Bench {
    let bench = Bench::on(Org::demo_with([Extra::Oddities]), "riley");
    bench.rewrite.replace(Some(Box::new(|body| {
        let Ok(mut described) = serde_json::from_str::<Value>(&body) else { return body };
        if described["name"] != "Account" {
            return body;
        }
        for field in described["fields"].as_array_mut().unwrap() {
            if let Some((_, given)) = GIVEN.iter().find(|(name, _)| field["name"] == *name) {
                field["type"] = json!(given);
            }
        }
        described.to_string()
    })));
    bench.after_describing(&["Account", "Contact", "Lead", "Opportunity", "Task", "Event", "Visit__c"])
}

/// The statement of a cell; none for a write.
fn statement(operator: Operator, object: &str, field: &str, value: &str) -> Option<String> {
    let filter = |condition: String| Some(format!("SELECT Id FROM {object} WHERE {condition}"));
    let measure = |function: &str| Some(format!("SELECT {function}({field}) FROM {object}"));
    match operator {
        Operator::Equal => filter(format!("{field} = {value}")),
        // More than a record is only an id.
        Operator::Order if field == "AccountId" => filter(format!("{field} > '001dM0000000010QAA'")),
        Operator::Order => filter(format!("{field} > {value}")),
        Operator::Like => filter(format!("{field} LIKE '{}%'", value.trim_matches('\''))),
        Operator::In => filter(format!("{field} IN ({value})")),
        Operator::Includes => filter(format!("{field} INCLUDES ({value})")),
        Operator::Group => Some(format!("SELECT {field}, COUNT(Id) FROM {object} GROUP BY {field}")),
        Operator::Sort => Some(format!("SELECT Id FROM {object} ORDER BY {field}")),
        Operator::Count => measure("COUNT"),
        Operator::Sum => measure("SUM"),
        Operator::Extreme => measure("MAX"),
        Operator::Write => None,
    }
}

/// Whether describe lets a single field be filtered, grouped or sorted as well.
fn is_described_so(bench: &Bench, operator: Operator, object: &str, field: &str) -> bool {
    let schema = bench.org.schema();
    let field = schema.object(object).unwrap().field(field).unwrap().clone();
    match operator {
        Operator::Group => field.groupable || field.kind == demo_org::schema::FieldType::Datetime,
        Operator::Sort => field.sortable,
        Operator::Sum => true,
        _ => field.filterable,
    }
}

#[test]
fn every_cell_of_the_table_is_as_the_org_has_it() {
    assert_eq!(FIELDS.len(), TABLE.len());
    let mut walked: BTreeMap<&str, usize> = BTreeMap::new();
    let bench = bench();
    for (at, (kind, object, field, value)) in FIELDS.into_iter().enumerate() {
        for (column, operator) in Operator::ALL.into_iter().enumerate() {
            let treatment = kind.treatment(operator);
            assert_eq!(treatment, TABLE[at][column], "{kind:?} is not in its row");
            let Some(soql) = statement(operator, object, field, value) else { continue };
            let arguments = json!({ "soql": soql });
            let is_allowed = is_described_so(&bench, operator, object, field);
            let outcome = match treatment {
                Treatment::Refused(_) => {
                    let error = bench.refused("query", arguments);
                    let message = error["message"].as_str().unwrap();
                    // The grammar knows that true is not more than false.
                    assert!(message.contains(field) || message.contains("only equal"), "{soql}: {message}");
                    "refused"
                }
                _ if is_allowed => {
                    bench.ok("query", arguments);
                    "done"
                }
                _ => {
                    bench.refused("query", arguments);
                    "not of this field"
                }
            };
            *walked.entry(outcome).or_default() += 1;
        }
    }
    let cells: usize = walked.values().sum();
    // Of 30 kinds, ten columns; the eleventh is what is written.
    assert_eq!(cells, 300, "{walked:?}");
    println!("{cells} cells: {walked:?}");
    assert!(walked["refused"] > 100 && walked["done"] > 120, "{walked:?}");
}

/// The last column: of each kind in the order of the table a record, a field of it, a value as people say it, and what the
/// org holds then; none where the value is refused.
#[rustfmt::skip]
fn writes() -> [(&'static str, &'static str, &'static str, Value, Option<Value>); 30] {
    let same = |value: Value| (value.clone(), Some(value));
    let of = |object, key, field, (given, held): (Value, Option<Value>)| (object, key, field, given, held);
    [
        of("Account", "acme", "Name", same(json!("Acme Two"))),
        of("Visit__c", "visit_acme", "Summary__c", same(json!("New < old\nhall"))),
        of("Account", "acme", "Industry", (json!("energy"), Some(json!("Energy")))),
        of("Visit__c", "visit_acme", "Topics__c", (json!(["Training", "sec"]), Some(json!("TRN;SEC")))),
        of("Task", "open_quote", "Subject", same(json!("Ring twice"))),
        of("Opportunity", "globex_deal", "IsPrivate", (json!("yes"), Some(json!(true)))),
        of("Lead", "nina", "NumberOfEmployees", (json!("100"), Some(json!(100)))),
        of("Account", "acme", "NumberOfEmployees", (json!("500"), Some(json!(500)))),
        of("Visit__c", "visit_acme", "Serial_Number__c", (json!("123456789012345677"), Some(json!("123456789012345677.0")))),
        of("Opportunity", "globex_deal", "Amount", (json!("1e3"), Some(json!(1000)))),
        of("Visit__c", "visit_acme", "Satisfaction__c", (json!("75.5%"), Some(json!(75.5)))),
        of("Opportunity", "globex_deal", "CloseDate", same(json!("2026-06-30"))),
        of("Task", "open_quote", "ReminderDateTime", (json!("2026-06-01T09:00:00+02:00"), Some(json!("2026-06-01T07:00:00.000+0000")))),
        of("Visit__c", "visit_acme", "Starts_At__c", (json!("3pm"), Some(json!("15:00:00.000Z")))),
        of("Contact", "bob", "Email", same(json!("bob@acme.example"))),
        of("Contact", "bob", "Phone", same(json!("(415) 555-0199"))),
        of("Account", "acme", "Website", same(json!("https://acme.example/two"))),
        // Nobody writes an id.
        of("Account", "acme", "Id", (json!("001dM0000000010QAA"), None)),
        of("Contact", "bob", "AccountId", (json!("Globex"), Some(json!("@globex")))),
        of("Account", "acme", "BillingAddress", (json!("Berlin"), None)),
        of("Visit__c", "visit_acme", "Place__c", (json!("52.5"), None)),
        of("Account", "acme", "TickerSymbol", same(json!("ACM"))),
        of("Account", "acme", "Sic", same(json!("1234"))),
        of("Account", "acme", "Tradestyle", same(json!("x"))),
        of("Account", "acme", "DunsNumber", (json!("x"), None)),
        of("Account", "acme", "NaicsCode", same(json!("1234"))),
        of("Account", "acme", "Site", same(json!("North"))),
        of("Visit__c", "visit_acme", "Report__c", (json!("a < b\nc"), Some(json!("a &lt; b<br>c")))),
        of("Account", "acme", "BillingCountry", (json!("Deutschland"), None)),
        of("Event", "meeting_next", "StartDateTime", (json!("2026-05-20T12:00:00+02:00"), Some(json!("2026-05-20T10:00:00.000+0000")))),
    ]
}

#[test]
fn every_kind_is_written_as_people_say_it_or_refused_unsent() {
    let (mut done, mut refused) = (0, 0);
    for ((kind, ..), (object, key, field, given, held)) in FIELDS.into_iter().zip(writes()) {
        let bench = bench();
        let treatment = kind.treatment(Operator::Write);
        let id = bench.org.id(key).unwrap_or_else(|| panic!("{key}"));
        let arguments = json!({ "object": object, "record": id.to_string(), "fields": { field: given } });
        // A country brings along what its state may not stay.
        if kind == Kind::Place {
            let moved =
                json!({ "object": object, "record": id.to_string(), "fields": { field: given, "BillingState": null } });
            bench.ok("update", moved);
            assert_eq!(bench.org.row(&id).unwrap().get("BillingCountryCode").to_json(), "DE");
            done += 1;
            continue;
        }
        let Some(expected) = held else {
            let error = bench.refused("update", arguments);
            assert_eq!(error["fields"], json!([field]), "{error:#}");
            assert!(matches!(treatment, Treatment::Refused(_)) || field == "Id", "{kind:?}: {error:#}");
            refused += 1;
            continue;
        };
        assert!(!matches!(treatment, Treatment::Refused(_)), "{kind:?}");
        let reply = bench.ok("update", arguments);
        let held = bench.org.row(&id).unwrap().get(field).to_json();
        let expected = match expected.as_str().and_then(|text| text.strip_prefix('@')) {
            Some(key) => json!(bench.org.id(key).unwrap().to_string()),
            None => expected,
        };
        let held = match held {
            // Long numbers are told with marks around their digits.
            Value::String(text) => json!(text.trim_matches(['\u{e0f0}', '\u{e0f1}'])),
            other => other,
        };
        assert_eq!(
            held.as_f64().map_or(held.clone(), Value::from),
            expected.as_f64().map_or(expected.clone(), Value::from),
            "{field} = {given}: {reply:#}"
        );
        done += 1;
    }
    println!("{done} written, {refused} refused");
    assert_eq!(done + refused, 30);
}

#[test]
fn every_reason_of_a_refusal_is_a_sentence_of_its_own() {
    let mut reasons: Vec<&str> = TABLE
        .iter()
        .flatten()
        .filter_map(|cell| match cell {
            Treatment::Refused(why) => Some(why.text()),
            _ => None,
        })
        .collect();
    reasons.sort_unstable();
    reasons.dedup();
    assert_eq!(reasons.len(), 12);
}
