//! Amounts and percentages are shown with the digits behind the point that the org shows.

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
