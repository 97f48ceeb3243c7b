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
        ("IsWon = 1", "IsWon = true"),
        ("IsWon != 0 AND IsClosed IN (1)", "IsWon != false AND IsClosed IN (true)"),
        ("MONTH(CloseDate) IN (1, 2)", "CALENDAR_MONTH(CloseDate) = 1 OR CALENDAR_MONTH(CloseDate) = 2"),
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
    let soql = "SELECT Name FROM Account WHERE Industry = 'Energy' AND Rating = 'Hot' OR Type = 'Customer - Direct'";
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
}

#[test]
fn a_parameter_that_is_missing_unused_or_wrong_is_refused_unsent() {
    let bench = Bench::warm(&OBJECTS);
    let soql = "SELECT Name FROM Opportunity WHERE Amount > :least AND Id IN (SELECT Id FROM Opportunity WHERE Name LIKE :like)";
    let before = bench.requests();
    for (params, said) in [
        (json!({ "other": 1 }), "params has no \"least\""),
        (json!({ "least": 1 }), "params has no \"like\""),
        (json!({ "least": 1, "like": "a%", "more": 2 }), "the query names no :more"),
        (json!({ "least": { "x": 1 }, "like": "a%" }), "params.least is an object"),
        (json!({ "least": "many", "like": "a%" }), "a plain number"),
        (json!({ "least": null, "like": "a%" }), "needs a value"),
        (json!({ "least": [1, 2], "like": "a%" }), "one value"),
        (json!({ "least": 1, "like": ["a%"] }), "must be a text"),
        (json!([1]), "params is an object"),
    ] {
        let error = err(&bench, QueryArgs { params: Some(params.to_string()), ..args(soql) });
        assert!(error.message.contains(said), "{params}: {}", error.message);
        assert_eq!(bench.requests(), before, "{params}");
    }
    let error = err(&bench, args(soql));
    assert!(error.message.contains("params has no"), "{}", error.message);
    let error =
        err(&bench, QueryArgs { params: Some("{}".to_owned()), ..args("SELECT Id FROM Account WHERE Name = :n") });
    assert_eq!(error.fields, ["params"]);
}

#[test]
fn a_parameter_of_several_values_is_any_of_them() {
    let bench = Bench::warm(&OBJECTS);
    let params = Some(json!({ "names": ["Acme", "Globex"], "me": "me" }).to_string());
    ok(&bench, QueryArgs { params, ..args("SELECT Id FROM Account WHERE Name = :names AND Owner = :me") });
    let sent = sent(&bench);
    assert!(sent.contains("WHERE Name IN ('Acme', 'Globex') AND OwnerId = '005"), "{sent}");
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
        ("SELECT StageName, COUNT(*) FROM Opportunity GROUP BY ROLLUP(StageName)", "line 1, column 61"),
        ("SELECT COUNT(Id) FROM Account USING SCOPE team", "line 1, column 43"),
        ("SELECT Name FROM Account USING SCOPE team", "scope"),
        ("SELECT Name FROM Account OFFSET 2001", "2000"),
        ("SELECT Name FROM Opportunity WHERE Amount > USD5", "plain amount"),
        ("SELECT TYPEOF What WHEN Account THEN Phone END FROM Task", "line 1, column 15"),
        ("SELECT Name FROM Account WHERE DISTANCE(BillingAddress, GEOLOCATION(1, 2), 'mi') < 5", "line 1, column 41"),
        ("SELECT Title FROM Account WITH DATA CATEGORY Geography__c ABOVE usa__c", "line 1, column 46"),
        ("SELECT Name, (SELECT Id FROM Contacts LIMIT 201) FROM Account", "at most 200"),
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
        "SELECT COUNT(Id) FROM Contact",
        "SELECT COUNT(Id) FROM Account GROUP BY Owner.Department",
        "SELECT MAX(Owner.Email) FROM Account",
        "SELECT COUNT(Id) FROM Account GROUP BY Name HAVING MAX(Owner.Email) > 'a'",
        "SELECT COUNT(Id) FROM Account GROUP BY Owner.Email HAVING Owner.Email LIKE 'a%'",
        "SELECT COUNT(Id) FROM Account GROUP BY Name ORDER BY MAX(Owner.Email)",
        "SELECT CALENDAR_YEAR(Owner.CreatedDate), COUNT(Id) FROM Account GROUP BY CALENDAR_YEAR(Owner.CreatedDate)",
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
fn the_statements_own_limit_ends_it_and_is_not_called_complete() {
    let bench = Bench::warm(&OBJECTS);
    let reply = ok(&bench, args("SELECT TOP 3 Name FROM Account ORDER BY Name"));
    assert_eq!((reply.rows.len(), reply.complete, reply.cursor.is_none()), (3, false, true));
    let first = ok(&bench, QueryArgs { limit: Some(2), ..args("SELECT Name FROM Account ORDER BY Name LIMIT 3") });
    let cursor = first.cursor.clone();
    assert!(cursor.is_some());
    let second =
        ok(&bench, QueryArgs { limit: Some(2), cursor, ..args("SELECT Name FROM Account ORDER BY Name LIMIT 3") });
    assert_eq!((second.rows.len(), second.cursor.is_none()), (1, true));
    assert_eq!([first.rows, second.rows].concat(), reply.rows);
}

#[test]
fn a_count_is_one_row_and_the_total() {
    let bench = Bench::warm(&OBJECTS);
    let all = ok(&bench, QueryArgs { limit: Some(2000), ..args("SELECT Id FROM Account") });
    let count = ok(&bench, args("SELECT COUNT() FROM Account"));
    assert_eq!((count.total, rows(&count), count.complete), (all.total, vec![json!([all.total])], true));
    assert_eq!(count.columns, ["count"]);
    let few = ok(&bench, args("SELECT COUNT() FROM Account LIMIT 2"));
    assert_eq!((few.total, few.complete), (Some(2), false));
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
    for soql in ["SELECT * FROM Account", "FROM Account", "SELECT a.* FROM Account a"] {
        let columns = ok(&bench, args(soql)).columns;
        assert_eq!(columns[..2], ["Id", "Name"], "{soql}");
        assert!(columns.contains(&"Owner.Name".to_owned()) && columns.len() < 12, "{columns:?}");
    }
    // What the rows are sorted by is worth seeing among them.
    let columns = ok(&bench, args("SELECT * FROM Account ORDER BY Site")).columns;
    assert_eq!(columns.last().unwrap(), "Site");
}

// ---- statements as they stand ----

#[test]
fn what_is_no_query_that_only_reads_is_refused_where_it_stands() {
    let bench = Bench::warm(&["Account", "Contact"]);
    for (soql, why) in [
        ("", "line 1, column 1"),
        ("DELETE FROM Account", "does more than read"),
        ("FIND {x} IN ALL FIELDS", "FIND is no query"),
        ("SELECT Id FROM Account; SELECT Id FROM Contact", "line 1, column 25"),
        ("SELECT Id FROM Account SELECT Id FROM Contact", "line 1, column 24"),
        ("SELECT Id FROM Account WHERE Name = 'x", "is written twice (line 1, column 37"),
        ("SELECT Id FROM Account WHERE Name = 'x\\'", "is written twice (line 1, column 37"),
        ("SELECT Id FROM Account WHERE (Name = 'x'", "line 1, column 41"),
        ("SELECT Id FROM Account WHERE Name = 'x')", "line 1, column 40"),
        ("SELECT Id FROM Account FOR VIEW", "does more than read"),
        ("SELECT Id FROM Account LIMIT 1 FOR REFERENCE", "does more than read"),
        ("SELECT Id FROM Account for update", "does more than read"),
        ("SELECT Id FROM Account UPDATE TRACKING", "does more than read"),
        ("SELECT Id FROM Account WHERE Name = 'x' UPDATE VIEWSTAT", "does more than read"),
        ("SELECT Id FROM Account ALL ROWS", "leave ALL ROWS out"),
        ("SELECT Id, (SELECT Id FROM Contacts FOR VIEW) FROM Account", "does more than read"),
        ("SELECT Id FROM Account LIMIT 5 LIMIT 50000", "line 1, column 32"),
        ("SELECT Id FROM Account LIMIT x", "line 1, column 30"),
        ("SELECT Id FROM Account WHERE Name = Owner.Name", "line 1, column 37"),
    ] {
        let error = bench.refused("query", json!({ "soql": soql }));
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(why) && message.contains("line 1, column "), "{soql}: {error}");
        assert_eq!(error["fields"], json!(["soql"]), "{soql}");
    }
    let deep = format!("SELECT Id FROM Account WHERE {}Name = 'x'{}", "(".repeat(50_000), ")".repeat(50_000));
    assert!(err(&bench, args(&deep)).message.contains("more than 100000"));
    let deep = format!("SELECT Id FROM Account WHERE {}Name = 'x'{}", "(".repeat(41), ")".repeat(41));
    assert!(err(&bench, args(&deep)).message.contains("40 parentheses"));
}

#[test]
fn what_stands_in_a_text_is_text() {
    let bench = Bench::warm(&["Account"]);
    for text in ["x; SELECT Id FROM User --", "(", "it\\'s ) FOR VIEW", "\\\\", "@{write.id}", "LIMIT 9999", ":name"] {
        let soql = format!("SELECT Id FROM Account WHERE Name = '{text}'");
        let reply = ok(&bench, args(&soql));
        assert!(reply.rows.is_empty(), "{soql}");
        assert_eq!(sent(&bench), format!("{soql} ORDER BY Id ASC NULLS LAST LIMIT 26"));
    }
}

#[test]
fn what_is_asked_for_is_one_row_more_than_is_shown() {
    let bench = Bench::warm(&["Account", "Opportunity"]);
    for (soql, end) in [
        ("SELECT Id FROM Account\n", "ORDER BY Id ASC NULLS LAST LIMIT 26"),
        ("SELECT Id FROM Account LIMIT 3", "LIMIT 4"),
        ("SELECT Id FROM Account LIMIT 100", "LIMIT 101"),
        ("select Id from Account limit 3 offset 1", "LIMIT 4 OFFSET 1"),
        ("SELECT Id FROM Account OFFSET 2", "LIMIT 26 OFFSET 2"),
        ("SELECT Id FROM Account LIMIT 50000", "LIMIT 2001"),
        ("SELECT COUNT() FROM Account", "SELECT COUNT() FROM Account"),
        ("SELECT SUM(Amount) FROM Opportunity", "SELECT SUM(Amount) m0 FROM Opportunity"),
        ("SELECT StageName, COUNT(Id) n FROM Opportunity GROUP BY StageName", "LIMIT 2000"),
        ("SELECT FIELDS(ALL) FROM Account", "LIMIT 26"),
    ] {
        ok(&bench, args(soql));
        assert!(sent(&bench).ends_with(end), "{soql}: {}", sent(&bench));
    }
    ok(&bench, QueryArgs { limit: Some(2000), ..args("SELECT Id FROM Account") });
    assert!(sent(&bench).ends_with("LIMIT 2001"));
    // A query that names nothing new costs one request.
    bench.org.forget_requests();
    ok(&bench, args("SELECT Id, Owner.Name FROM Account"));
    assert_eq!(bench.requests(), 1);
}

#[test]
fn a_reply_says_whether_there_is_more() {
    let bench = Bench::warm(&["Account"]);
    let all = ok(&bench, args("SELECT Id FROM Account"));
    let count = all.total.unwrap();
    assert_eq!((all.complete, all.rows.len() as u32), (true, count));
    let few = ok(&bench, QueryArgs { limit: Some(2), ..args("SELECT Id FROM Account") });
    assert_eq!((few.complete, few.total, few.rows.len(), few.cursor.is_some()), (false, None, 2, true));
    let rest = ok(&bench, args("SELECT Id FROM Account LIMIT 2000 OFFSET 1"));
    assert_eq!((rest.complete, rest.total), (true, None));
    let none = ok(&bench, args("SELECT COUNT() FROM Account WHERE Name = 'nobody'"));
    assert_eq!(none.total, Some(0));
}

#[test]
fn rows_come_in_the_columns_that_were_selected() {
    let bench = Bench::warm(&["Account", "Contact", "Opportunity", "Task"]);
    let acme = bench.id("acme");
    let soql = format!(
        "SELECT a.Name, a.owner.name, Account.NumberOfEmployees, toLabel(Industry), \
         (SELECT LastName, Account.Name FROM Account.Contacts ORDER BY LastName) FROM Account a WHERE a.Id = '{acme}'"
    );
    let reply = ok(&bench, args(&soql));
    assert_eq!(reply.columns, ["Id", "Name", "Owner.Name", "NumberOfEmployees", "Industry", "Contacts"]);
    let row = rows(&reply)[0].clone();
    assert_eq!((row[1].as_str(), row[3].as_i64()), (Some("Acme"), Some(100)));
    let contacts = row[5].as_array().unwrap();
    assert!(contacts[0]["LastName"].is_string() && contacts[0]["Account.Name"] == "Acme", "{row:?}");
    assert!(!json!(reply.rows).to_string().contains("attributes"), "{row:?}");
    assert_eq!(reply.notices, ["toLabel is left out: values are API values"]);
    let reply = ok(&bench, args(&format!("SELECT FIELDS(STANDARD) FROM Account WHERE Id = '{acme}'")));
    let name = reply.columns.iter().position(|column| column == "Name").unwrap();
    assert_eq!(rows(&reply)[0][name], "Acme");
}

#[test]
fn child_records_are_cut_and_that_is_said() {
    let bench = Bench::warm(&["Account", "Meter_Reading__c"]);
    let soql = "SELECT Name, (SELECT Value__c FROM Meter_Readings__r) FROM Account WHERE Id IN (SELECT Account__c FROM Meter_Reading__c)";
    let reply = ok(&bench, args(soql));
    let shown = rows(&reply)[0][2].as_array().unwrap().len();
    assert_eq!(shown, 20);
    assert!(reply.notices.iter().any(|notice| notice.contains("child records are left out")), "{:?}", reply.notices);
    let few = ok(&bench, args(&soql.replace("Readings__r)", "Readings__r LIMIT 3)")));
    assert_eq!((rows(&few)[0][2].as_array().unwrap().len(), few.notices.len()), (3, 0), "{:?}", few.notices);
    assert!(sent(&bench).contains("(SELECT Id, Value__c FROM Meter_Readings__r LIMIT 3)"), "{}", sent(&bench));
    // By the object's name, where only one list of it is there.
    ok(&bench, args("SELECT Name, (SELECT Name FROM Opportunity LIMIT 1) FROM Account"));
    assert!(sent(&bench).contains("(SELECT Id, Name FROM Opportunities LIMIT 1)"), "{}", sent(&bench));
}

#[test]
fn a_long_text_is_cut() {
    let bench = Bench::warm(&["Account"]);
    bench.org.set(&bench.org.id("acme").unwrap(), "Description", "x".repeat(300).as_str());
    let reply = ok(&bench, args(&format!("SELECT Description FROM Account WHERE Id = '{}'", bench.id("acme"))));
    assert_eq!(rows(&reply)[0][1].as_str().unwrap().chars().count(), 256);
    assert!(reply.notices[0].contains("cut after 255"), "{:?}", reply.notices);
}

#[test]
fn a_name_that_is_not_the_orgs_is_answered_with_those_that_are() {
    let bench = Bench::warm(&["Account", "Contact", "Opportunity", "Case", "Task", "User"]);
    bench.ok("describe", json!({}));
    bench.org.forget_requests();
    for (soql, allowed) in [
        ("SELECT Employes FROM Account", "NumberOfEmployees"),
        ("SELECT Id FROM Account WHERE NumberOfEmployee > 5", "NumberOfEmployees"),
        ("SELECT Id FROM Account ORDER BY \nEmployes", "NumberOfEmployees"),
        ("SELECT COUNT(Id) FROM Account GROUP BY Industri", "Industry"),
        ("SELECT COUNT(Id) FROM Account GROUP BY Name HAVING MAX(Employes) > 1", "NumberOfEmployees"),
        ("SELECT toLabel(Industri) FROM Account", "Industry"),
        ("SELECT Account.Industri FROM Contact", "Industry"),
        ("SELECT Id, (SELECT Titel FROM Contacts) FROM Account", "Title"),
        ("SELECT Id FROM Account WHERE Id IN (SELECT AccountID2 FROM Opportunity)", "AccountId"),
        ("SELECT Id, (SELECT Id FROM Contacs) FROM Account", "Contacts"),
        ("SELECT Id FROM Acount", "Account"),
    ] {
        let error = bench.refused("query", json!({ "soql": soql }));
        let near = error["allowed"].as_array().unwrap();
        assert!(near.len() <= 20 && near.iter().any(|one| one.as_str().unwrap().contains(allowed)), "{soql}: {error}");
    }
}

#[test]
fn a_name_is_not_denied_by_an_old_description() {
    let bench = Bench::new();
    // The embedded table lacks it: one describe, then the query.
    ok(&bench, args("SELECT Id FROM Account WHERE Name = 'x'"));
    assert_eq!(bench.requests(), 1);
    let error = err(&bench, args("SELECT Nothing__c FROM Account"));
    assert_eq!((format!("{:?}", error.kind).as_str(), bench.requests()), ("ErrorKind::InvalidInput", 2));
}

#[test]
fn a_grant_of_the_child_is_none_of_its_parent() {
    let bench = Bench::warm(&["Account", "Contact", "Opportunity", "Task", "User"]);
    bench.ok("describe", json!({}));
    bench.settings.borrow_mut().objects.read = Some(vec!["Contact".to_owned(), "Task".to_owned()]);
    for (soql, object) in [
        ("SELECT Id FROM Account", "Account"),
        ("SELECT COUNT() FROM Opportunity", "Opportunity"),
        ("SELECT Account.Industry FROM Contact", "Account"),
        ("SELECT Id FROM Contact WHERE c.Account.Industry = 'x'", ""),
        ("SELECT Id FROM Contact c WHERE c.Account.Industry = 'x'", "Account"),
        ("SELECT Id FROM Contact WHERE (NOT Contact.Account.Industry = 'x')", "Account"),
        ("SELECT Id FROM Contact ORDER BY Account.AnnualRevenue", "Account"),
        ("SELECT COUNT(Id) FROM Contact GROUP BY Account.Industry", "Account"),
        ("SELECT MAX(Account.AnnualRevenue) FROM Contact", "Account"),
        ("SELECT FORMAT(convertCurrency(Account.AnnualRevenue)) FROM Contact", "Account"),
        ("SELECT COUNT(Id) FROM Contact GROUP BY Name HAVING MAX(Account.AnnualRevenue) > 1", "Account"),
        ("SELECT Id FROM Contact WHERE AccountId IN (SELECT Id FROM Account)", "Account"),
        ("SELECT Id FROM Contact WHERE AccountId NOT IN (SELECT AccountId FROM Opportunity)", "Opportunity"),
        ("SELECT Id FROM Contact WHERE ((AccountId IN ( SELECT AccountId FROM Opportunity)))", "Opportunity"),
        ("SELECT Id, (SELECT Id FROM Cases) FROM Contact", "Case"),
        ("SELECT Id, (SELECT Account.Industry FROM Tasks) FROM Contact", "Account"),
    ] {
        let before = bench.counts();
        let error = bench.err("query", json!({ "soql": soql }));
        assert_eq!(bench.counts(), before, "{soql}");
        if object.is_empty() {
            assert_eq!(error["kind"], "invalid_input", "{soql}: {error}");
        } else {
            assert_eq!(error["kind"], "switched_off", "{soql}: {error}");
            let message = error["message"].as_str().unwrap();
            assert!(message.starts_with(&format!("reading {object} records")), "{soql}: {error}");
        }
    }
    // What a parent is called belongs to the child.
    ok(&bench, args("SELECT Account.Name, (SELECT Subject FROM Tasks) FROM Contact LIMIT 1"));
}

#[test]
fn a_short_name_is_no_relationship_in_what_runs() {
    let bench = Bench::warm(&["Contact", "Account"]);
    ok(&bench, args("SELECT Account.Description FROM Contact Account"));
    assert!(sent(&bench).starts_with("SELECT Id, Description FROM Contact ORDER BY"), "{}", sent(&bench));
}

#[test]
fn how_many_there_are_in_all_comes_where_it_is_asked_for() {
    let bench = Bench::warm(&OBJECTS);
    let all = ok(&bench, args("SELECT COUNT() FROM Account")).total;
    let before = bench.requests();
    let reply = ok(&bench, args("SELECT Name, COUNT(*) OVER () AS total FROM Account ORDER BY Name LIMIT 2"));
    assert_eq!((reply.total, reply.rows.len(), reply.complete), (all, 2, false));
    assert_eq!(reply.columns, ["Id", "Name"]);
    assert_eq!(bench.requests(), before + 1);
    for soql in [
        "SELECT COUNT(DISTINCT Name) OVER () FROM Account",
        "SELECT Name, COUNT(*) OVER (PARTITION BY Industry) FROM Account",
        "SELECT Name, SUM(AnnualRevenue) OVER () FROM Account",
        "SELECT Name FROM Account WHERE COUNT(*) OVER () > 1",
        "SELECT Industry, COUNT(*) OVER () FROM Account GROUP BY Industry",
        "SELECT Name, (SELECT LastName, COUNT(*) OVER () FROM Contacts) FROM Account",
    ] {
        let error = err(&bench, args(soql));
        assert!(error.message.contains("(line 1, column "), "{soql}: {}", error.message);
    }
}

#[test]
fn what_is_compared_with_two_ends_is_read_twice_at_most() {
    let bench = Bench::warm(&OBJECTS);
    ok(
        &bench,
        args(
            "SELECT Name FROM Opportunity WHERE (Amount) BETWEEN 1 AND 2 AND CloseDate NOT BETWEEN LAST_YEAR AND TODAY",
        ),
    );
    assert!(
        sent(&bench).contains("WHERE Amount >= 1 AND Amount <= 2 AND (CloseDate < LAST_YEAR OR CloseDate > TODAY)"),
        "{}",
        sent(&bench)
    );
    let mut left = "Amount".to_owned();
    for _ in 0..15 {
        left = format!("F((SELECT Id FROM Opportunity WHERE {left} BETWEEN 1 AND 2))");
    }
    let error = err(&bench, args(&format!("SELECT Name FROM Opportunity WHERE {left} BETWEEN 1 AND 2")));
    assert!(error.message.contains("too many parts"), "{}", error.message);
}

#[test]
fn a_lookup_and_what_it_points_to_are_one_group_of_three() {
    let bench = Bench::warm(&["Project__c"]);
    bench.ok("describe", json!({}));
    let soql = "SELECT Account__c, Account__r.Name, OwnerId, Owner.Name, Status__c, COUNT(Id) FROM Project__c GROUP BY Account__c, Account__r.Name, OwnerId, Owner.Name, Status__c";
    let reply = ok(&bench, args(soql));
    assert_eq!(reply.columns[..5], ["Account__c", "Account__r.Name", "OwnerId", "Owner.Name", "Status__c"]);
}

#[test]
fn a_name_or_value_that_the_org_has_not_is_refused_with_where_it_stands() {
    let bench = Bench::warm(&OBJECTS);
    for (soql, place) in [
        ("SELECT Name\nFROM Account\nWHERE Foo = 1", "(line 3, column 7)"),
        ("SELECT Name FROM Acount", "(line 1, column 18)"),
        ("SELECT Name FROM Opportunity ORDER BY Fooo", "(line 1, column 39)"),
        ("SELECT Name FROM Opportunity WHERE Amount > 'abc'", "(line 1, column 46)"),
        ("SELECT Name FROM Opportunity WHERE CloseDate = 'soon'", "(line 1, column 49)"),
    ] {
        let message = bench.err("query", json!({ "soql": soql }))["message"].to_string();
        assert!(message.ends_with(&format!("{place}\"")), "{soql}: {message}");
    }
    let twice = bench.refused("query", json!({ "soql": "SELECT Foo FROM Account WHERE Foo = 1" }));
    assert!(!twice["message"].to_string().contains("line"), "which of two is meant is not guessed: {twice}");
}

#[test]
fn words_that_people_use_between_a_field_and_a_text_are_understood() {
    let bench = Bench::warm(&OBJECTS);
    let names = |condition: &str| {
        let reply = ok(&bench, args(&format!("SELECT Name FROM Account WHERE {condition}")));
        reply.rows.len()
    };
    assert_eq!(names("Name CONTAINS 'cme'"), names("Name LIKE '%cme%'"));
    assert_eq!(names("Name starts with 'Ac'"), names("Name LIKE 'Ac%'"));
    assert_eq!(names("Name ENDS WITH 'GmbH'"), names("Name LIKE '%GmbH'"));
    assert_eq!(names("NOT Name BEGINS WITH 'A'"), names("NOT Name LIKE 'A%'"));
    assert_eq!(names("Name NOT CONTAINS '100%'"), names("NOT Name LIKE '%100\\%%'"));
}

#[test]
fn periods_and_yes_in_quotes_are_taken_for_what_they_can_only_mean() {
    let bench = Bench::warm(&OBJECTS);
    let rows = |condition: &str| ok(&bench, args(&format!("SELECT Name FROM Opportunity WHERE {condition}"))).rows;
    assert_eq!(rows("CloseDate = 'next month'"), rows("CloseDate = NEXT_MONTH"));
    assert_eq!(
        rows("CloseDate = 'last 90 days' AND IsWon = 'yes'"),
        rows("CloseDate = LAST_N_DAYS:90 AND IsWon = true")
    );
    assert!(!rows("CloseDate = 'last 90 days' AND IsWon = 'yes'").is_empty());
    let error =
        bench.refused("query", json!({ "soql": "SELECT Name FROM Opportunity WHERE CloseDate = 'past month'" }));
    assert!(error["message"].as_str().unwrap().contains("use LAST_MONTH"), "{error}");
}
