//! Statements on the demo org: what leaves for Salesforce, what comes back, and what is refused.

use salesforce_plugin::call::Call;
use salesforce_plugin::tools;
use salesforce_plugin::wit::{Error, QueryArgs, QueryReply};
use serde_json::{Value, json};

use crate::bench::Bench;

fn args(soql: &str) -> QueryArgs {
    QueryArgs { soql: soql.to_owned(), params: None, limit: None, cursor: None }
}

#[track_caller]
fn ok(bench: &Bench, args: QueryArgs) -> QueryReply {
    let soql = args.soql.clone();
    tools::query(&Call::new(bench), args).unwrap_or_else(|error| panic!("{soql}: {:#?}", Error::from(error)))
}

#[track_caller]
fn err(bench: &Bench, args: QueryArgs) -> Error {
    match tools::query(&Call::new(bench), args) {
        Err(error) => error.into(),
        Ok(reply) => panic!("{reply:#?}"),
    }
}

/// The query that left, decoded.
#[track_caller]
fn sent(bench: &Bench) -> String {
    let uri = bench.sent.borrow().last().unwrap().uri().to_string();
    let (_, query) = uri.split_once("?q=").unwrap();
    url::form_urlencoded::parse(format!("q={query}").as_bytes()).next().unwrap().1.into_owned()
}

fn rows(reply: &QueryReply) -> Vec<Value> {
    reply.rows.iter().map(|row| serde_json::from_str(row).unwrap()).collect()
}

const OBJECTS: [&str; 5] = ["Account", "Contact", "Opportunity", "Lead", "Case"];

/// A statement, and the query that leaves for it in one request, but for its end.
#[track_caller]
fn becomes(soql: &str, expected: &str) {
    let bench = Bench::warm(&OBJECTS);
    ok(&bench, args(soql));
    let sent = sent(&bench);
    let sent = sent.split(" ORDER BY Id ASC").next().unwrap();
    assert_eq!(sent, expected, "{soql}");
}

#[test]
fn names_labels_and_words_are_those_of_the_org() {
    becomes(
        r#"SELECT "Account Name", Employees FROM accounts WHERE "Billing City" = "Berlin""#,
        "SELECT Id, Name, NumberOfEmployees FROM Account WHERE BillingCity = 'Berlin'",
    );
    becomes(
        "SELECT Name, Stage FROM deals WHERE Stage = 'closed won'",
        "SELECT Id, Name, StageName FROM Opportunity WHERE StageName = 'Closed Won'",
    );
}

#[test]
fn values_are_what_their_fields_hold() {
    for (said, meant) in [
        ("IsWon = 'true'", "IsWon = true"),
        ("Amount > '50000'", "Amount > 50000"),
        ("CloseDate >= '2026-01-01'", "CloseDate >= 2026-01-01"),
        ("CloseDate = 'THIS_QUARTER'", "CloseDate = THIS_QUARTER"),
        ("CreatedDate = '2026-01-01'", "DAY_ONLY(convertTimezone(CreatedDate)) = 2026-01-01"),
        ("DATE(CreatedDate) = '2026-01-01'", "DAY_ONLY(convertTimezone(CreatedDate)) = 2026-01-01"),
        ("YEAR(CloseDate) = 2026", "CALENDAR_YEAR(CloseDate) = 2026"),
        ("HOUR(CreatedDate) < 12", "HOUR_IN_DAY(convertTimezone(CreatedDate)) < 12"),
        ("Account = 'Acme'", "Account.Name = 'Acme'"),
        ("Owner.Name LIKE 'Jane%'", "Owner.Name LIKE 'Jane%'"),
        ("StageName IN ('Prospecting', 'closed won')", "StageName IN ('Prospecting', 'Closed Won')"),
        ("NOT (IsWon = true OR Amount = null)", "(NOT (IsWon = true OR Amount = null))"),
    ] {
        let expected = format!("SELECT Id, Name FROM Opportunity WHERE {meant}");
        becomes(&format!("SELECT Name FROM Opportunity WHERE {said}"), &expected);
    }
}

#[test]
fn joins_and_subqueries_reach_the_org_as_paths_and_semi_joins() {
    becomes(
        "SELECT o.Name, a.Industry FROM Opportunity o JOIN Account a ON o.AccountId = a.Id WHERE a.Name LIKE 'A%'",
        "SELECT Id, Name, Account.Industry FROM Opportunity WHERE Account.Name LIKE 'A%'",
    );
    becomes(
        "SELECT Name FROM Account WHERE Id NOT IN (SELECT AccountId FROM Opportunity WHERE IsClosed = false)",
        "SELECT Id, Name FROM Account WHERE Id NOT IN (SELECT AccountId FROM Opportunity WHERE IsClosed = false AND AccountId != null)",
    );
    becomes(
        "SELECT a.Name FROM Account a WHERE NOT EXISTS (SELECT 1 FROM Opportunity o WHERE o.AccountId = a.Id)",
        "SELECT Id, Name FROM Account WHERE Id NOT IN (SELECT AccountId FROM Opportunity WHERE AccountId != null)",
    );
}

#[test]
fn what_changed_is_said_with_what_ran() {
    let bench = Bench::warm(&OBJECTS);
    let soql = "SELECT Name FROM Account WHERE Industry = 'Energy' AND Rating = 'Hot' OR Type = 'Customer'";
    let reply = ok(&bench, args(soql));
    assert_eq!(reply.notices, ["AND binds before OR"]);
    let ran = reply.soql.unwrap();
    assert!(ran.starts_with("SELECT Id, Name FROM Account WHERE ("), "{ran}");
    assert!(ok(&bench, args("select NAME as n from ACCOUNT;")).notices.is_empty());
}

#[test]
fn me_is_the_user_and_now_is_the_users_now() {
    let bench = Bench::warm(&OBJECTS);
    ok(&bench, args("SELECT Name FROM Opportunity WHERE OwnerId = me"));
    let riley = bench.id("riley");
    assert!(sent(&bench).contains(&format!("WHERE OwnerId = '{riley}'")), "{}", sent(&bench));
    ok(
        &bench,
        args("SELECT Name FROM Opportunity WHERE CreatedDate < NOW() AND CloseDate >= NOW() - INTERVAL '1 month'"),
    );
    let sent = sent(&bench);
    let (moment, day) = sent.split_once(" AND CloseDate >= ").unwrap();
    assert!(moment.ends_with('Z') && day[..10].chars().all(|c| c.is_ascii_digit() || c == '-'), "{sent}");
}

#[test]
fn parameters_are_values_and_never_text_of_the_query() {
    let bench = Bench::warm(&OBJECTS);
    let soql = "SELECT Name FROM Account WHERE Name = :name AND Industry IN :industries AND Name LIKE :like";
    let hostile = "x' OR Name != '";
    let params = json!({ "name": hostile, "industries": ["Energy", "O'Hara"], "like": "50\\%%" }).to_string();
    ok(&bench, QueryArgs { params: Some(params), ..args(soql) });
    assert!(
        sent(&bench)
            .contains(r"WHERE Name = 'x\' OR Name != \'' AND Industry IN ('Energy', 'O\'Hara') AND Name LIKE '50\%%'"),
        "{}",
        sent(&bench)
    );
    let error = err(&bench, QueryArgs { params: Some("{\"other\": 1}".to_owned()), ..args(soql) });
    assert_eq!(error.allowed, ["other"]);
    let error = err(&bench, QueryArgs { params: Some("[1]".to_owned()), ..args(soql) });
    assert_eq!(error.fields, ["params"]);
}

#[test]
fn nothing_is_sent_for_a_statement_that_is_refused() {
    let bench = Bench::warm(&OBJECTS);
    let before = bench.requests();
    for (soql, why) in [
        ("DELETE FROM Account", "does more than read"),
        ("SELECT Name FROM Account WHERE Name = Acme", "line 1, column 39"),
        ("SELECT Nonsense FROM Account", "Nonsense"),
        ("SELECT Name FROM Account WHERE Amount > 'many'", "Amount"),
        ("SELECT Name FROM Opportunity WHERE Amount > 'many'", "many"),
        ("SELECT Name FROM Account WHERE Name IN (SELECT AccountId FROM Contact)", "holds no id"),
        ("SELECT Name FROM Account WHERE Id IN (SELECT WhatId FROM Task)", "LastActivityDate"),
        ("SELECT Name FROM Account WHERE YEAR(Name) = 5", "only dates have parts"),
        ("SELECT Name FROM Account ORDER BY Description", "sort"),
        ("SELECT Name, (SELECT Id FROM Nothings) FROM Account", "Nothings"),
        ("SELECT StageName, COUNT(*) FROM Opportunity GROUP BY StageName", "aggregate"),
        ("SELECT Name FROM Account USING SCOPE team", "scope"),
        ("SELECT Name FROM Account OFFSET 2001", "2000"),
        ("SELECT Name FROM Opportunity WHERE Amount > USD5", "plain amount"),
    ] {
        let error = err(&bench, args(soql));
        assert!(error.message.contains(why), "{soql}: {}", error.message);
        assert_eq!(bench.requests(), before, "{soql}");
    }
}

#[test]
fn it_is_off_where_the_settings_name_others() {
    let bench = Bench::warm(&OBJECTS);
    bench.settings.borrow_mut().tools = Some(vec!["get".to_owned()]);
    let before = bench.requests();
    let error = err(&bench, args("SELECT Name FROM Account"));
    assert_eq!((format!("{:?}", error.kind).as_str(), bench.requests()), ("ErrorKind::SwitchedOff", before));
}

#[test]
fn no_object_is_read_that_is_not_granted() {
    let bench = Bench::warm(&OBJECTS);
    bench.settings.borrow_mut().objects.read = Some(vec!["Account".to_owned()]);
    let before = bench.requests();
    for soql in [
        "SELECT Name FROM Contact",
        "SELECT Name FROM Account WHERE Id IN (SELECT AccountId FROM Contact)",
        "SELECT Name, (SELECT Email FROM Contacts) FROM Account",
        "SELECT Name, Owner.Email FROM Account",
        "SELECT a.Name FROM Account a JOIN User u ON a.OwnerId = u.Id WHERE u.Email LIKE 'j%'",
        "SELECT Name FROM Account ORDER BY Owner.Email",
        "SELECT a.Name FROM Account a WHERE EXISTS (SELECT 1 FROM Opportunity o WHERE o.AccountId = a.Id)",
    ] {
        let error = err(&bench, args(soql));
        assert_eq!(format!("{:?}", error.kind), "ErrorKind::SwitchedOff", "{soql}: {}", error.message);
    }
    assert_eq!(bench.requests(), before);
    ok(&bench, args("SELECT Name, Owner.Name FROM Account"));
}

#[test]
fn pages_go_on_where_the_last_one_ended() {
    let bench = Bench::warm(&OBJECTS);
    let all = ok(&bench, QueryArgs { limit: Some(2000), ..args("SELECT Name FROM Account ORDER BY Name") });
    assert!(all.complete && all.rows.len() > 5 && all.total == Some(all.rows.len() as u32));
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page = ok(&bench, QueryArgs { limit: Some(4), cursor, ..args("SELECT Name FROM Account ORDER BY Name") });
        seen.extend(page.rows.clone());
        cursor = page.cursor.clone();
        if cursor.is_none() {
            assert!(page.complete);
            break;
        }
    }
    assert_eq!(seen, all.rows);
    let page = ok(&bench, QueryArgs { limit: Some(4), ..args("SELECT Name FROM Account ORDER BY Name") });
    let error = err(&bench, QueryArgs { limit: Some(4), cursor: page.cursor, ..args("SELECT Name FROM Account") });
    assert!(error.message.contains("belongs to other arguments"), "{}", error.message);
}

#[test]
fn the_statements_own_limit_ends_it_and_more_is_said() {
    let bench = Bench::warm(&OBJECTS);
    let reply = ok(&bench, args("SELECT TOP 3 Name FROM Account ORDER BY Name"));
    assert_eq!((reply.rows.len(), reply.complete, reply.cursor.is_none()), (3, false, true));
    assert!(reply.notices[0].contains("own LIMIT"), "{:?}", reply.notices);
    let first = ok(&bench, QueryArgs { limit: Some(2), ..args("SELECT Name FROM Account ORDER BY Name LIMIT 3") });
    let cursor = first.cursor.clone();
    assert!(cursor.is_some());
    let second =
        ok(&bench, QueryArgs { limit: Some(2), cursor, ..args("SELECT Name FROM Account ORDER BY Name LIMIT 3") });
    assert_eq!((second.rows.len(), second.cursor.is_none()), (1, true));
    assert_eq!([first.rows, second.rows].concat(), reply.rows);
}

#[test]
fn a_count_is_a_number_and_no_rows() {
    let bench = Bench::warm(&OBJECTS);
    let all = ok(&bench, QueryArgs { limit: Some(2000), ..args("SELECT Id FROM Account") });
    let count = ok(&bench, args("SELECT COUNT() FROM Account"));
    assert_eq!((count.total, count.rows.len(), count.complete), (all.total, 0, true));
}

#[test]
fn child_records_come_in_their_own_column() {
    let bench = Bench::warm(&OBJECTS);
    let soql =
        "SELECT Name, (SELECT LastName FROM Contacts ORDER BY LastName LIMIT 2) FROM Account WHERE Name = 'Acme'";
    let reply = ok(&bench, args(soql));
    assert_eq!(reply.columns, ["Id", "Name", "Contacts"]);
    let contacts = rows(&reply)[0][2].as_array().unwrap().clone();
    assert_eq!(contacts.len(), 2);
    assert!(contacts[0]["LastName"].is_string() && contacts[0].get("attributes").is_none(), "{contacts:?}");
}

#[test]
fn the_usual_columns_come_where_none_are_named() {
    let bench = Bench::warm(&OBJECTS);
    let usual = bench.ok("list", json!({ "object": "Account" }));
    for soql in ["SELECT * FROM Account", "FROM Account", "SELECT a.* FROM Account a"] {
        assert_eq!(json!(ok(&bench, args(soql)).columns), usual["columns"], "{soql}");
    }
}
