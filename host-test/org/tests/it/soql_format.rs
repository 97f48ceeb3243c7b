//! `FORMAT()`: values as the user's locale writes them.

use demo_org::{Extra, Org};
use serde_json::{Value as Json, json};

use crate::rest_client::query;

#[track_caller]
fn first(user: &str, soql: &str) -> Json {
    let got = query(&Org::demo_with([Extra::Oddities]), user, soql);
    assert_eq!(got.status, 200, "{}", got.body);
    got.body["records"][0].clone()
}

#[test]
fn amounts_say_their_currency_as_the_users_locale_writes_it() {
    let soql = "SELECT FORMAT(Amount), Amount plain FROM Opportunity WHERE Name = 'Acme renewal'";
    assert_eq!(query(&Org::demo(), "riley", soql).refused(), "400 MALFORMED_QUERY");
    let soql = "SELECT Amount, FORMAT(Amount) shown, FORMAT(Discount__c), FORMAT(Account.NumberOfEmployees) FROM Opportunity WHERE Name = 'Acme renewal'";
    for (user, amount, percent) in
        [("riley", "$120,000.00", "5.00%"), ("vera", "US$120,000.00", "5.00%"), ("jonas", "120.000,00\u{a0}$", "5,00%")]
    {
        let row = first(user, soql);
        assert_eq!((&row["Amount"], &row["shown"]), (&json!(120_000.0), &json!(amount)), "{user}");
        assert_eq!((&row["Discount__c"], &row["Account"]["NumberOfEmployees"]), (&json!(percent), &json!("100")));
    }
    assert_eq!(
        first("riley", "SELECT FORMAT(Amount) FROM Opportunity WHERE Name = 'Drones fleet'")["Amount"],
        Json::Null
    );
    let twice = query(&Org::demo(), "riley", "SELECT Amount, FORMAT(Amount) FROM Opportunity");
    assert_eq!(twice.refused(), "400 MALFORMED_QUERY");
}

#[test]
fn days_and_times_are_the_users_own() {
    let soql = "SELECT FORMAT(ActivityDate), FORMAT(StartDateTime) FROM Event WHERE Subject = 'Meeting' AND StartDateTime > 2026-05-12T00:00:00Z";
    for (user, day, instant) in [
        ("riley", "5/14/2026", "5/14/2026, 9:30 AM"),
        ("vera", "14/05/2026", "14/05/2026, 17:30"),
        ("jonas", "14.05.2026", "14.05.2026, 18:30"),
    ] {
        let row = first(user, soql);
        assert_eq!((&row["ActivityDate"], &row["StartDateTime"]), (&json!(day), &json!(instant)), "{user}");
    }
    let visit =
        first("riley", "SELECT FORMAT(Starts_At__c), FORMAT(Balance__c) FROM Visit__c WHERE Visit_Key__c = 'V-1'");
    assert_eq!(
        (&visit["Starts_At__c"], &visit["Balance__c"]),
        (&json!("10:00 AM"), &json!("$1,234,567,890,123,456.78"))
    );
}

#[test]
fn aggregates_are_formatted_and_groups_too() {
    let soql = "SELECT StageName, FORMAT(SUM(Amount)) total, FORMAT(AVG(Amount)) mean, FORMAT(COUNT(Id)) n, FORMAT(MIN(CloseDate)) FROM Opportunity WHERE StageName = 'Closed Won' GROUP BY StageName";
    let row = first("riley", soql);
    assert_eq!(
        [&row["total"], &row["mean"], &row["n"], &row["expr0"]],
        [&json!("$330,000.00"), &json!("$66,000.00"), &json!("5"), &json!("11/14/2025")]
    );
}
