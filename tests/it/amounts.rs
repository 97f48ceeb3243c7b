//! Amounts and percentages are shown with the digits behind the point that the org shows.

use demo_org::{Extra, Org};
use serde_json::{Value, json};

use crate::bench::Bench;

/// A deal with cents, of an org whose objects were described.
fn bench() -> Bench {
    let bench = Bench::warm(&["Opportunity"]);
    bench.ok("update", json!({ "record": bench.id("initech_support"), "fields": { "Amount": 1234.5 } }));
    bench
}

/// A reply as it is written.
#[track_caller]
fn text(bench: &Bench, tool: &str, arguments: Value) -> String {
    bench.call_as_text(tool, arguments).unwrap()
}

#[track_caller]
fn query(bench: &Bench, soql: &str) -> String {
    text(bench, "query", json!({ "soql": soql }))
}

#[test]
fn an_amount_is_shown_with_its_cents_wherever_it_is_read() {
    let bench = bench();
    let id = bench.id("initech_support");
    assert!(text(&bench, "get", json!({ "record": id })).contains(r#""Amount":1234.50"#));
    let rows = query(&bench, "SELECT Name, Amount FROM Opportunity WHERE Amount = 1234.5");
    assert!(rows.contains(r#""Initech support",1234.50]"#), "{rows}");
    let sum =
        query(&bench, "SELECT Name, SUM(Amount), MAX(Amount) FROM Opportunity WHERE Amount = 1234.5 GROUP BY Name");
    assert!(sum.contains(r#"["Initech support",1234.50,1,1234.50]"#), "{sum}");
    let total = query(&bench, "SELECT StageName, SUM(Amount) FROM Opportunity WHERE Amount < 20000 GROUP BY StageName");
    assert!(total.contains(r#""totals":{"sum(Amount)":26234.50}"#), "{total}");
}

#[test]
fn an_amount_is_shown_with_its_cents_through_a_lookup_and_in_a_related_list() {
    let bench = bench();
    let deals =
        query(&bench, "SELECT Name, (SELECT Name, Amount FROM Opportunities) FROM Account WHERE Name = 'Initech'");
    assert!(deals.contains(r#""Amount":1234.50"#), "{deals}");
    let related = json!({ "record": bench.id("initech"), "related": ["Opportunities"] });
    let related = text(&bench, "get", related);
    assert!(related.contains(r#""Initech support","Qualification",1234.50,"#), "{related}");
}

#[test]
fn a_receipt_shows_both_amounts_with_their_cents_and_takes_either_form_back() {
    let bench = bench();
    let id = bench.id("initech_support");
    let change =
        |to: Value, from: Value| json!({ "record": id, "fields": { "Amount": to }, "from": { "Amount": from } });
    let receipt = text(&bench, "update", change(json!(99.9), json!("1234.50")));
    assert!(receipt.contains(r#""before":1234.50,"after":99.90"#), "{receipt}");
    let refused = bench.call_as_text("update", change(json!(5), json!(1234.5))).unwrap_err();
    assert!(refused.contains(r#""Amount":99.90"#), "{refused}");
    let undo: Value = serde_json::from_str(&receipt).unwrap();
    let undone = text(&bench, "salesforce_update", undo["undo"]["arguments"].clone());
    assert!(undone.contains(r#""before":99.90,"after":1234.50"#), "{undone}");
}

#[test]
fn a_whole_amount_has_no_cents_and_digits_that_are_more_stay() {
    let bench = bench();
    let rows = query(&bench, "SELECT Name, Amount, Probability FROM Opportunity WHERE Name = 'Initech licences'");
    assert!(rows.contains(r#""Initech licences",40000,100]"#), "{rows}");
    let average = query(&bench, "SELECT AVG(Amount) FROM Opportunity WHERE Amount IN (1234.5, 10000, 40000)");
    assert!(average.contains("[[17078.16666"), "{average}");
}

// ---- saved reports and list views ----

const PIPELINE: &str = "Open Pipeline by Stage";

/// The same deal, and a won one with a cent less, in an org with saved reports and list views.
fn with_reports() -> Bench {
    let bench = Bench::on(Org::demo_with([Extra::Reports, Extra::ListViews]), "riley");
    for (deal, field, number) in [
        ("initech_support", "Amount", 1234.5),
        ("initech_support", "Probability", 62.5),
        ("won_april_1", "Amount", 999.9),
    ] {
        bench.org.set(&bench.org.id(deal).unwrap(), field, number);
    }
    bench
}

/// The rows behind a report, where Salesforce sends something else for a part of its answer.
#[track_caller]
fn rows_with(from: &'static str, to: &'static str) -> String {
    let bench = with_reports();
    *bench.rewrite.borrow_mut() = Some(Box::new(move |body| body.replace(from, to)));
    text(&bench, "report", json!({ "name": PIPELINE, "details": true }))
}

#[test]
fn a_report_shows_cents_in_its_rows_its_groups_its_subtotals_and_its_totals() {
    let bench = with_reports();
    let rows = text(&bench, "report", json!({ "name": PIPELINE, "details": true }));
    assert!(rows.contains(r#""Initech support","Initech",1234.50,62.5,"#), "{rows}");
    assert!(rows.contains(r#""Acme renewal","Acme",120000,90,"#), "{rows}");
    assert!(rows.contains(r#""totals":{"Sum of Amount":651234.50,"#), "{rows}");
    let groups = text(&bench, "report", json!({ "name": PIPELINE }));
    assert!(groups.contains(r#"["Qualification",1234.50,1]"#), "{groups}");
    let matrix = text(&bench, "report", json!({ "name": "Won by Owner and Type" }));
    assert!(matrix.contains(r#"["Riley Reyes","New Customer",999.90,999.90,1]"#), "{matrix}");
    assert!(matrix.contains(r#"["*","New Customer",999.90,999.90,1]"#), "{matrix}");
    // Of a mean with more digits none is taken away.
    assert!(matrix.contains(r#"["Riley Reyes","*",175999.90,58666.6333"#), "{matrix}");
}

#[test]
fn a_report_shows_as_many_digits_as_its_labels_in_the_locale_of_any_user() {
    for label in ["1.234,50 €", "1\u{a0}234,50\u{a0}€", "CHF 1'234.50", "1234.50"] {
        let rows = rows_with("$1,234.50", label);
        assert!(rows.contains(r#""Initech",1234.50,62.5,"#), "{label}: {rows}");
    }
    let rows = rows_with("$1,234.50", "KWD 1,234.500");
    assert!(rows.contains(r#""Initech",1234.500,62.5,"#), "{rows}");
    let rows = rows_with("62.5%", "62.50%");
    assert!(rows.contains(r#""Initech",1234.50,62.50,"#), "{rows}");
    let bench = with_reports();
    bench.org.set(&bench.org.id("initech_support").unwrap(), "Amount", -1234.5);
    *bench.rewrite.borrow_mut() = Some(Box::new(|body| body.replace("$-1,234.50", "($1,234.50)")));
    let rows = text(&bench, "report", json!({ "name": PIPELINE, "details": true }));
    assert!(rows.contains(r#""Initech",-1234.50,62.5,"#), "{rows}");
}

#[test]
fn an_amount_of_a_report_that_says_its_currency_has_its_cents_whatever_is_behind_it_in_brackets() {
    let bench = with_reports();
    *bench.rewrite.borrow_mut() = Some(Box::new(|body| {
        body.replace("$1,234.50", "USD 1,234.50 (EUR 1,100.123)")
            .replace(r#"{"amount":1234.5,"currency":null}"#, r#"{"amount":1234.5,"currency":"USD"}"#)
    }));
    let rows = text(&bench, "report", json!({ "name": PIPELINE, "details": true }));
    assert!(rows.contains(r#""Initech",{"amount":1234.50,"currency":"USD"},62.5,"#), "{rows}");
}

#[test]
fn an_amount_of_a_report_is_as_salesforce_sends_it_where_its_label_is_not_its_own() {
    for label in ["", "-", "$1,23…", "*****", "$1,***.50", "$1,235", "$9,999.50", "USD 1,357.95 (EUR 1,234.50)"] {
        let rows = rows_with("$1,234.50", label);
        assert!(rows.contains(r#""Initech",1234.5,62.5,"#), "{label}: {rows}");
    }
    let rows = rows_with(r#"{"amount":1234.5,"currency":null}"#, "null");
    assert!(rows.contains(r#""Initech","$1,234.50",62.5,"#), "{rows}");
}

#[test]
fn a_list_view_shows_cents_once_its_object_was_described_and_asks_nothing_for_it() {
    let bench = with_reports();
    let view = json!({ "name": "My Open Deals" });
    let before = text(&bench, "report", view.clone());
    assert!(before.contains(r#""Qualification",1234.5,"2026-06-30""#), "{before}");
    let bench = bench.after_describing(&["Opportunity"]);
    let after = text(&bench, "report", view);
    assert_eq!((after, bench.requests()), (before.replace("1234.5,", "1234.50,"), 1));
}
