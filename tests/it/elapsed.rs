//! How long something takes: the time between two moments of each record, worked out of the records.

use demo_org::Value as OrgValue;
use serde_json::{Value, json};

use crate::bench::Bench;

fn bench() -> Bench {
    Bench::warm(&["Case", "Opportunity", "Account"])
}

#[track_caller]
fn rows(bench: &Bench, soql: &str) -> Value {
    let reply = bench.ok("query", json!({ "soql": soql }));
    assert_eq!(reply["complete"], true, "{reply:#}");
    reply["rows"].clone()
}

#[test]
fn the_mean_of_days_is_computed_as_every_dialect_writes_it() {
    let bench = bench();
    rows(&bench, "SELECT AVG(NOW() - CreatedDate) FROM Case");
    let before = bench.requests();
    for soql in [
        "SELECT AVG(ClosedDate - CreatedDate) FROM Case",
        "SELECT AVG((\"Closed Date\" - \"Date/Time Opened\")) FROM Case",
        "SELECT AVG(DATEDIFF(ClosedDate, CreatedDate)) FROM Case",
        "SELECT AVG(DATEDIFF(day, CreatedDate, ClosedDate)) days FROM Case",
        "SELECT AVG(DATEDIFF('day', c.CreatedDate, c.ClosedDate)) FROM Case c",
        "SELECT AVG(DATE_DIFF(ClosedDate, CreatedDate, DAY)) FROM Case",
        "SELECT AVG(TIMESTAMPDIFF(DAY, CreatedDate, ClosedDate)) FROM Case",
        "SELECT AVG(AGE(ClosedDate, CreatedDate)) FROM Case",
        "SELECT AVG(JULIANDAY(ClosedDate) - JULIANDAY(CreatedDate)) FROM Case",
        "SELECT AVG(DATE(ClosedDate) - DATE(CreatedDate)) FROM Case",
        "SELECT AVG(CAST(ClosedDate AS DATE) - CAST(CreatedDate AS DATE)) FROM Case",
        "SELECT AVG(ClosedDate::date - CreatedDate::date) FROM Case",
        "SELECT ROUND(AVG(ClosedDate - CreatedDate), 1) FROM Case",
    ] {
        let soql = soql.replace("\"Date/Time Opened\"", "CreatedDate");
        assert_eq!(rows(&bench, &soql), json!([[1.5]]), "{soql}");
    }
    assert_eq!(bench.requests() - before, 13, "one query each");
    let soql = "SELECT AVG(DATEDIFF(hour, CreatedDate, ClosedDate)) h, MIN(ClosedDate - CreatedDate), \
                MAX(ClosedDate - CreatedDate), SUM(ClosedDate - CreatedDate), AVG(CreatedDate - ClosedDate) FROM Case";
    assert_eq!(rows(&bench, soql), json!([[36, 1, 2, 3, -1.5]]));
    assert_eq!(rows(&bench, "SELECT AVG(ClosedDate - CreatedDate) FROM Case WHERE IsClosed = false"), json!([[null]]));
}

#[test]
fn two_times_are_taken_to_the_second() {
    let bench = bench();
    bench.org.set(&bench.org.id("case_closed_1").unwrap(), "ClosedDate", OrgValue::from("2026-03-13T21:00:00Z"));
    let soql = "SELECT AVG(ClosedDate - CreatedDate) FROM Case";
    assert_eq!(rows(&bench, soql), json!([[0.625]]), "a quarter of a day, and a day");
}

#[test]
fn a_time_and_a_day_are_days_apart_by_the_users_clock() {
    let bench = bench();
    // The evening before, where Riley is.
    bench.org.set(&bench.org.id("won_may").unwrap(), "CreatedDate", OrgValue::from("2026-05-02T04:00:00Z"));
    let soql = "SELECT AVG(DATEDIFF(CloseDate, CreatedDate)) FROM Opportunity WHERE Name = 'Acme data centre'";
    let reply = bench.ok("query", json!({ "soql": soql }));
    assert_eq!(reply["rows"], json!([[4]]));
    assert_eq!(reply["notices"], json!(["times are between days in America/Los_Angeles"]));
    assert_eq!(reply["columns"], json!(["average days from CreatedDate to CloseDate"]));
    for (soql, days) in [
        ("SELECT AVG(CURRENT_DATE - CloseDate) FROM Opportunity WHERE Name = 'Acme data centre'", 7),
        ("SELECT MAX(DATEDIFF(NOW(), CloseDate)) FROM Opportunity WHERE Name = 'Acme data centre'", 7),
    ] {
        assert_eq!(rows(&bench, soql), json!([[days]]), "{soql}");
    }
}

#[test]
fn times_are_grouped_sorted_and_totalled_like_other_numbers() {
    let bench = bench();
    let soql =
        "SELECT Priority, AVG(ClosedDate - CreatedDate) days, COUNT(Id) n FROM Case GROUP BY Priority ORDER BY days";
    let reply = bench.ok("query", json!({ "soql": soql }));
    assert_eq!(reply["columns"], json!(["Priority", "days", "n", "share of n"]));
    assert_eq!(reply["rows"], json!([["Low", 1, 3, 0.4286], ["Medium", 2, 2, 0.2857], ["High", null, 2, 0.2857]]));
    assert_eq!(reply["totals"], json!({ "days": 1.5, "n": 7 }));
    // Where records are not counted, those without an end are not read.
    let soql = "SELECT Priority, AVG(ClosedDate - CreatedDate) FROM Case GROUP BY Priority ORDER BY Priority DESC";
    assert_eq!(rows(&bench, soql), json!([["Low", 1], ["Medium", 2]]));
    let soql = "SELECT Owner, AVG(CloseDate - CreatedDate) FROM Opportunity WHERE IsWon = true GROUP BY Owner LIMIT 2";
    let reply = bench.ok("query", json!({ "soql": soql }));
    assert_eq!(reply["rows"][0], json!([bench.id("jonas"), "Jonas Becker", 179]), "{reply:#}");
    assert_eq!((reply["rows"].as_array().unwrap().len(), &reply["complete"]), (2, &json!(false)));
    let months = "CALENDAR_YEAR(CloseDate), CALENDAR_MONTH(CloseDate)";
    let soql =
        format!("SELECT {months}, AVG(CloseDate - CreatedDate) FROM Opportunity WHERE IsWon = true GROUP BY {months}");
    let reply = bench.ok("query", json!({ "soql": soql }));
    assert_eq!(reply["columns"][0], "CloseDate by month");
    assert_eq!(
        (&reply["rows"][0], &reply["rows"][1]),
        (&json!(["2025-11", 21]), &json!(["2025-12", null])),
        "{reply:#}"
    );
}

#[test]
fn of_more_records_than_a_page_the_latest_are_computed_and_it_is_said() {
    let bench = bench();
    *bench.rewrite.borrow_mut() = Some(Box::new(|body| {
        let mut page: Value = serde_json::from_str(&body).unwrap();
        if let Some(records) = page["records"].as_array_mut().filter(|records| !records.is_empty()) {
            *records = std::iter::repeat_n(records[0].clone(), 2_001).collect();
        }
        page.to_string()
    }));
    let reply = bench.ok("query", json!({ "soql": "SELECT AVG(ClosedDate - CreatedDate), COUNT(Id) FROM Case" }));
    assert_eq!((&reply["rows"][0][1], &reply["complete"]), (&json!(2000), &json!(false)), "{reply:#}");
    assert!(reply["notices"][0].as_str().unwrap().contains("the 2000 latest records"), "{reply:#}");
    assert!(!reply["notices"].to_string().contains("groups"), "{reply:#}");
}

#[test]
fn what_is_no_time_between_dates_or_stands_beside_one_is_refused_before_anything_is_sent() {
    let bench = bench();
    for (soql, words) in [
        ("SELECT AVG(Amount - Probability) FROM Opportunity", "only the time between two dates is computed"),
        ("SELECT AVG(CloseDate - CreatedDate), SUM(Amount) FROM Opportunity", "only COUNT() is computed"),
        (
            "SELECT StageName, AVG(CloseDate - CreatedDate) FROM Opportunity GROUP BY StageName HAVING COUNT(Id) > 1",
            "no HAVING",
        ),
        ("SELECT StageName FROM Opportunity GROUP BY StageName HAVING AVG(CloseDate - CreatedDate) > 1", "no HAVING"),
        (
            "SELECT FISCAL_YEAR(CloseDate), AVG(CloseDate - CreatedDate) FROM Opportunity GROUP BY FISCAL_YEAR(CloseDate)",
            "days, months, quarters and years",
        ),
        ("SELECT AVG(NOW() - NOW()) FROM Case", "or from one"),
        ("SELECT AVG(TIMESTAMPDIFF(MONTH, CreatedDate, ClosedDate)) FROM Case", "in days"),
        ("SELECT DATEDIFF(ClosedDate, CreatedDate) FROM Case", "AVG(DATEDIFF(ClosedDate, CreatedDate)) is computed"),
        ("SELECT Id FROM Case WHERE DATEDIFF(ClosedDate, CreatedDate) > 5", "in a condition"),
    ] {
        let error = bench.refused("query", json!({ "soql": soql }));
        assert!(error["message"].as_str().unwrap().contains(words), "{soql}: {error:#}");
    }
}

#[test]
fn no_time_is_computed_of_what_may_not_be_read() {
    let bench = bench();
    bench.settings.borrow_mut().objects.read = Some(vec!["Case".to_owned()]);
    let soql = "SELECT AVG(ClosedDate - Account.CreatedDate) FROM Case";
    assert_eq!(bench.err("query", json!({ "soql": soql }))["kind"], "switched_off");
    assert_eq!(bench.requests(), 0);
}
