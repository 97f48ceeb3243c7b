//! What queries answer: filters, paths, order, subqueries, aggregates.

use expect_test::expect;
use serde_json::json;

use crate::soql_world::{World, lines};

/// Accounts A (Acme, Berlin) to D, some of whose fields are empty.
fn accounts() -> World {
    let mut world = World::empty();
    for (name, city, employees, revenue, rating) in [
        ("Acme", json!("Berlin"), json!(100), json!(1_000_000), json!("Warm")),
        ("acme labs", json!("berlin"), json!(250), json!(2_500_000.5), json!("Hot")),
        ("Globex", json!(null), json!(null), json!(null), json!(null)),
        ("100% O'Neil_\\", json!("Köln"), json!(0), json!(0), json!("Cold")),
    ] {
        world.put(
            "Account",
            json!({
                "Name": name, "BillingCity": city, "NumberOfEmployees": employees, "AnnualRevenue": revenue,
                "Rating": rating, "OwnerId": world.context.user.as_str(), "CreatedDate": "2026-03-01T12:00:00Z",
            }),
        );
    }
    world
}

#[test]
fn filters_compare_without_case_and_null_is_unlike_any_value() {
    let world = accounts();
    for (filter, expected) in [
        ("Name = 'ACME'", "Acme"),
        ("Name != 'acme'", "acme labs, Globex, 100% O'Neil_\\"),
        ("Name <> 'acme' AND Name <> 'Globex'", "acme labs, 100% O'Neil_\\"),
        ("BillingCity = 'BERLIN'", "Acme, acme labs"),
        ("BillingCity != 'Berlin'", "Globex, 100% O'Neil_\\"),
        ("BillingCity = null", "Globex"),
        ("BillingCity = ''", "Globex"),
        ("BillingCity != null", "Acme, acme labs, 100% O'Neil_\\"),
        ("BillingCity > 'c'", "100% O'Neil_\\"),
        ("NumberOfEmployees < 200", "Acme, 100% O'Neil_\\"),
        ("NumberOfEmployees <= 100", "Acme, 100% O'Neil_\\"),
        ("NumberOfEmployees > 0", "Acme, acme labs"),
        ("NumberOfEmployees >= 250", "acme labs"),
        ("NumberOfEmployees != 100", "acme labs, Globex, 100% O'Neil_\\"),
        ("NOT NumberOfEmployees = 100", "acme labs, Globex, 100% O'Neil_\\"),
        ("AnnualRevenue = 2500000.50", "acme labs"),
        ("AnnualRevenue > -1", "Acme, acme labs, 100% O'Neil_\\"),
        ("Name IN ('GLOBEX', 'Acme')", "Acme, Globex"),
        ("Name NOT IN ('GLOBEX', 'Acme')", "acme labs, 100% O'Neil_\\"),
        ("NumberOfEmployees IN (100, null)", "Acme, Globex"),
        ("NumberOfEmployees NOT IN (100)", "acme labs, Globex, 100% O'Neil_\\"),
        ("Name = '100% O\\'Neil_\\\\'", "100% O'Neil_\\"),
        ("(Name = 'acme' AND NumberOfEmployees = 100) OR Rating = 'Cold'", "Acme, 100% O'Neil_\\"),
        ("Name LIKE 'acme%' AND (NOT Rating = 'Hot')", "Acme"),
        ("IsDeleted = false AND Name = 'Globex'", "Globex"),
    ] {
        let found = world.lines(&format!("SELECT Name FROM Account WHERE {filter}")).join(", ");
        assert_eq!(found, expected, "{filter}");
    }
}

#[test]
fn like_matches_the_whole_text_with_wildcards_and_their_escapes() {
    let world = accounts();
    for (pattern, expected) in [
        ("acme", "Acme"),
        ("ACME%", "Acme, acme labs"),
        ("%me", "Acme"),
        ("%o%", "Globex, 100% O'Neil_\\"),
        ("A_me", "Acme"),
        ("_", ""),
        ("%", "Acme, acme labs, Globex, 100% O'Neil_\\"),
        ("100\\% o%", "100% O'Neil_\\"),
        ("1\\%%", ""),
        ("%\\_%", "100% O'Neil_\\"),
        ("%\\_\\\\", "100% O'Neil_\\"),
        ("%a%m%e%l%a%b%s%", "acme labs"),
    ] {
        let found = world.lines(&format!("SELECT Name FROM Account WHERE Name LIKE '{pattern}'")).join(", ");
        assert_eq!(found, expected, "{pattern}");
    }
    assert!(world.lines("SELECT Name FROM Account WHERE BillingCity LIKE '%' AND Name = 'Globex'").is_empty());
}

#[test]
fn order_puts_nulls_first_and_picklists_in_their_own_order() {
    let world = accounts();
    for (order, expected) in [
        ("Name", "100% O'Neil_\\, Acme, acme labs, Globex"),
        ("Name DESC", "Globex, acme labs, Acme, 100% O'Neil_\\"),
        ("NumberOfEmployees", "Globex, 100% O'Neil_\\, Acme, acme labs"),
        ("NumberOfEmployees DESC", "Globex, acme labs, Acme, 100% O'Neil_\\"),
        ("NumberOfEmployees DESC NULLS LAST", "acme labs, Acme, 100% O'Neil_\\, Globex"),
        ("NumberOfEmployees NULLS LAST", "100% O'Neil_\\, Acme, acme labs, Globex"),
        ("Rating NULLS LAST", "acme labs, Acme, 100% O'Neil_\\, Globex"),
        ("BillingCity NULLS LAST, Name DESC", "acme labs, Acme, 100% O'Neil_\\, Globex"),
        ("Name LIMIT 2", "100% O'Neil_\\, Acme"),
        ("Name LIMIT 2 OFFSET 1", "Acme, acme labs"),
        ("Name OFFSET 3", "Globex"),
        ("Name LIMIT 0", ""),
    ] {
        let found = world.lines(&format!("SELECT Name FROM Account ORDER BY {order}")).join(", ");
        assert_eq!(found, expected, "{order}");
    }
}

#[test]
fn records_show_their_fields_in_the_order_of_the_select_list() {
    let mut world = World::empty();
    let account = world.put("Account", json!({"Name": "Acme", "OwnerId": world.context.user.as_str()}));
    world.put(
        "Contact",
        json!({"Name": "Bob Ray", "LastName": "Ray", "AccountId": account, "CreatedDate": "2026-03-01T12:00:00.5Z"}),
    );
    world.put("Contact", json!({"Name": "Eve", "LastName": "Eve"}));
    let result = world
        .query(
            "SELECT LASTNAME, Account.Name, Id, Account.Owner.Name, account.id, CreatedDate FROM contact ORDER BY Name",
        )
        .unwrap();
    expect![[r#"
        {
          "totalSize": 2,
          "done": true,
          "records": [
            {
              "attributes": {
                "type": "Contact",
                "url": "/services/data/v62.0/sobjects/Contact/003dM0000000010QAA"
              },
              "LastName": "Ray",
              "Account": {
                "attributes": {
                  "type": "Account",
                  "url": "/services/data/v62.0/sobjects/Account/001dM0000000010QAA"
                },
                "Name": "Acme",
                "Owner": {
                  "attributes": {
                    "type": "User",
                    "url": "/services/data/v62.0/sobjects/User/005dM0000000010QAA"
                  },
                  "Name": "Ada Admin"
                },
                "Id": "001dM0000000010QAA"
              },
              "Id": "003dM0000000010QAA",
              "CreatedDate": "2026-03-01T12:00:00.500+0000"
            },
            {
              "attributes": {
                "type": "Contact",
                "url": "/services/data/v62.0/sobjects/Contact/003dM0000000020QAA"
              },
              "LastName": "Eve",
              "Account": null,
              "Id": "003dM0000000020QAA",
              "CreatedDate": null
            }
          ]
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&result).unwrap());
}

#[test]
fn parents_are_nested_and_polymorphic_ones_look_like_names() {
    let mut world = World::empty();
    let user = world.context.user.as_str().to_owned();
    let account = world.put("Account", json!({"Name": "Acme", "OwnerId": user}));
    let contact = world.put("Contact", json!({"Name": "Bob Ray", "FirstName": "Bob", "AccountId": account}));
    let case = world.put("Case", json!({"CaseNumber": "00001001", "Subject": "Login", "OwnerId": user}));
    world.put("Task", json!({"Subject": "Call", "WhoId": contact, "WhatId": account}));
    world.put("Task", json!({"Subject": "Mail", "WhatId": case}));
    world.put("Task", json!({"Subject": "None"}));
    assert_eq!(
        world.lines("SELECT Subject, Who.Name, Who.FirstName, What.Type, What.Name FROM Task"),
        [
            format!(
                r#"Call | {{"attributes":{{"type":"Name","url":"/services/data/v62.0/sobjects/Contact/{contact}"}},"Name":"Bob Ray","FirstName":"Bob"}} | {{"attributes":{{"type":"Name","url":"/services/data/v62.0/sobjects/Account/{account}"}},"Type":"Account","Name":"Acme"}}"#
            ),
            format!(
                r#"Mail | null | {{"attributes":{{"type":"Name","url":"/services/data/v62.0/sobjects/Case/{case}"}},"Type":"Case","Name":"00001001"}}"#
            ),
            "None | null | null".to_owned(),
        ]
    );
    for (filter, expected) in [
        ("What.Type = 'account'", "Call"),
        ("What.Name LIKE '0000%'", "Mail"),
        ("Who.Name = null", "Mail, None"),
        ("Who.Name != 'x'", "Call, Mail, None"),
        ("Owner.Name = 'Ada Admin'", ""),
    ] {
        let found = world.lines(&format!("SELECT Subject FROM Task WHERE {filter}")).join(", ");
        assert_eq!(found, expected, "{filter}");
    }
    assert_eq!(
        world.lines("SELECT Name FROM Contact WHERE Account.Owner.FirstName = 'ada' AND Contact.Account.Name = 'Acme'"),
        ["Bob Ray"]
    );
    assert_eq!(world.lines("SELECT c.Name FROM Contact c WHERE c.Account.Name = 'Acme'"), ["Bob Ray"]);
}

#[test]
fn child_subqueries_hold_their_records_or_null() {
    let mut world = accounts();
    let acme = world.store.rows("Account").next().unwrap().id.as_str().to_owned();
    for (name, email) in [("Zoe", "z@x.example"), ("Bob", "b@x.example"), ("Ann", "a@x.example")] {
        world.put("Contact", json!({"Name": name, "Email": email, "AccountId": acme}));
    }
    assert_eq!(
        world.lines(
            "SELECT Name, (SELECT Name FROM Contacts WHERE Email != 'b@x.example' ORDER BY Name LIMIT 1) FROM Account \
             WHERE Name LIKE 'acme%'"
        ),
        [
            r#"Acme | {"totalSize":1,"done":true,"records":[{"attributes":{"type":"Contact","url":"/services/data/v62.0/sobjects/Contact/003"#.to_owned()
                + &world
                    .lines("SELECT Id FROM Contact WHERE Name = 'Ann'")[0][3..]
                + r#""},"Name":"Ann"}]}"#,
            "acme labs | null".to_owned(),
        ]
    );
    assert_eq!(world.refusal("SELECT Id, (SELECT Id FROM Friends) FROM Account").1, "INVALID_TYPE",);
}

#[test]
fn semi_joins_and_anti_joins_go_through_references() {
    let mut world = accounts();
    let ids: Vec<String> = world.store.rows("Account").map(|row| row.id.as_str().to_owned()).collect();
    for (account, closed) in [(0, false), (1, true), (1, false), (2, true)] {
        world.put("Opportunity", json!({"Name": "O", "AccountId": ids[account], "IsClosed": closed}));
    }
    world.put("Opportunity", json!({"Name": "Orphan", "IsClosed": false}));
    for (filter, expected) in [
        ("Id IN (SELECT AccountId FROM Opportunity WHERE IsClosed = false)", "Acme, acme labs"),
        ("Id NOT IN (SELECT AccountId FROM Opportunity WHERE IsClosed = false)", "Globex, 100% O'Neil_\\"),
        ("Id NOT IN (SELECT AccountId FROM Opportunity) AND Name LIKE '1%'", "100% O'Neil_\\"),
        (
            "Id IN (SELECT AccountId FROM Opportunity WHERE IsClosed = true) AND Id NOT IN (SELECT AccountId FROM Opportunity WHERE IsClosed = false)",
            "Globex",
        ),
    ] {
        let found = world.lines(&format!("SELECT Name FROM Account WHERE {filter}")).join(", ");
        assert_eq!(found, expected, "{filter}");
    }
    assert_eq!(
        world.lines("SELECT Name FROM Opportunity WHERE AccountId IN (SELECT Id FROM Account WHERE Name = 'Acme')"),
        ["O"]
    );
    for (query, detail) in [
        (
            "SELECT Id FROM Account WHERE ParentId IN (SELECT Id FROM Contact)",
            "The selected field 'Id' in the subquery and the left operand field in the where expression in the outer query 'ParentId' should point to the same object type",
        ),
        (
            "SELECT Id FROM Account WHERE Id IN (SELECT Name FROM Contact)",
            "Semi join sub-selects can only query id fields, cannot use: 'Name'",
        ),
        (
            "SELECT Id FROM Account WHERE Name IN (SELECT AccountId FROM Contact)",
            "Semi join sub-selects need an id on the left, cannot use: 'Name'",
        ),
    ] {
        assert_eq!(world.refusal(query), (400, "MALFORMED_QUERY", detail.to_owned()), "{query}");
    }
}

#[test]
fn multi_select_picklists_are_tested_by_their_values() {
    let mut world = World::empty();
    for (name, languages) in [("A", json!("English;German")), ("B", json!("German")), ("C", json!(null))] {
        world.put("Contact", json!({"Name": name, "Spoken_Languages__c": languages}));
    }
    for (filter, expected) in [
        ("INCLUDES ('german')", "A, B"),
        ("INCLUDES ('English;German')", "A"),
        ("INCLUDES ('English', 'German')", "A, B"),
        ("EXCLUDES ('English')", "B, C"),
        ("= 'English;German'", "A"),
        // The whole choice, in any order, and nothing beside it.
        ("= 'German;English'", "A"),
        ("= 'German'", "B"),
        ("= 'English'", ""),
        ("!= 'German'", "A, C"),
        ("IN ('German;English', 'French')", "A"),
        ("= null", "C"),
    ] {
        let text = format!("SELECT Name FROM Contact WHERE Spoken_Languages__c {filter}");
        assert_eq!(world.lines(&text).join(", "), expected, "{filter}");
    }
}

#[test]
fn dates_and_instants_are_compared_in_the_users_zone() {
    let mut world = World::empty();
    // Midnight of 18 March in Berlin is 23:00 UTC of the 17th.
    for (subject, created, due) in [
        ("late monday", "2026-03-16T22:59:59Z", json!("2026-03-16")),
        ("early tuesday", "2026-03-16T23:00:00Z", json!("2026-03-17")),
        ("late tuesday", "2026-03-17T22:59:59Z", json!(null)),
        ("early wednesday", "2026-03-17T23:00:00Z", json!("2026-03-18")),
        ("last week", "2026-03-10T12:00:00Z", json!("2026-03-10")),
    ] {
        world.put("Task", json!({"Subject": subject, "CreatedDate": created, "ActivityDate": due}));
    }
    for (filter, expected) in [
        ("CreatedDate = TODAY", "early wednesday"),
        ("CreatedDate = YESTERDAY", "early tuesday, late tuesday"),
        ("CreatedDate != YESTERDAY", "late monday, early wednesday, last week"),
        ("CreatedDate < YESTERDAY", "late monday, last week"),
        ("CreatedDate <= YESTERDAY", "late monday, early tuesday, late tuesday, last week"),
        ("CreatedDate > YESTERDAY", "early wednesday"),
        ("CreatedDate >= YESTERDAY", "early tuesday, late tuesday, early wednesday"),
        ("CreatedDate = LAST_WEEK", "last week"),
        ("CreatedDate = THIS_WEEK", "late monday, early tuesday, late tuesday, early wednesday"),
        ("CreatedDate < LAST_N_DAYS:7", "last week"),
        ("CreatedDate = LAST_N_DAYS:7", "late monday, early tuesday, late tuesday, early wednesday"),
        ("CreatedDate = 2026-03-17T00:00:00+01:00", "early tuesday"),
        ("CreatedDate > 2026-03-16T23:00:00Z", "late tuesday, early wednesday"),
        ("CreatedDate IN (TODAY, LAST_WEEK)", "early wednesday, last week"),
        ("ActivityDate = TODAY", "early wednesday"),
        ("ActivityDate < 2026-03-17", "late monday, last week"),
        ("ActivityDate != 2026-03-17", "late monday, late tuesday, early wednesday, last week"),
        ("ActivityDate = null", "late tuesday"),
        ("DAY_ONLY(CreatedDate) = 2026-03-16", "late monday, early tuesday"),
        ("DAY_ONLY(convertTimezone(CreatedDate)) = 2026-03-17", "early tuesday, late tuesday"),
        ("DAY_ONLY(convertTimezone(CreatedDate)) >= YESTERDAY", "early tuesday, late tuesday, early wednesday"),
        ("HOUR_IN_DAY(convertTimezone(CreatedDate)) = 0", "early tuesday, early wednesday"),
        ("CALENDAR_MONTH(ActivityDate) = 3 AND DAY_IN_WEEK(ActivityDate) = 2", "late monday"),
        (
            "FISCAL_YEAR(ActivityDate) = 2027 AND FISCAL_MONTH(ActivityDate) = 2 AND DAY_IN_MONTH(ActivityDate) > 17",
            "early wednesday",
        ),
    ] {
        let found = world.lines(&format!("SELECT Subject FROM Task WHERE {filter}")).join(", ");
        assert_eq!(found, expected, "{filter}");
    }
}

#[test]
fn aggregates_are_named_by_alias_or_number_and_grouped_parents_by_their_field() {
    let mut world = World::empty();
    let tech = world.put("Account", json!({"Name": "T", "Industry": "Technology"}));
    let bank = world.put("Account", json!({"Name": "B", "Industry": "Banking"}));
    for (account, stage, amount, close) in [
        (&tech, "Closed Won", json!(100.5), "2026-01-10"),
        (&tech, "Closed Won", json!(null), "2026-02-11"),
        (&tech, "Prospecting", json!(50), "2026-02-12"),
        (&bank, "Prospecting", json!(7), "2025-12-13"),
    ] {
        world.put(
            "Opportunity",
            json!({"Name": "O", "AccountId": account, "StageName": stage, "Amount": amount, "CloseDate": close}),
        );
    }
    assert_eq!(
        world.wire("SELECT COUNT(Id), SUM(Amount) total, AVG(Amount) FROM Opportunity"),
        r#"{"totalSize":1,"done":true,"records":[{"attributes":{"type":"AggregateResult"},"expr0":4,"total":157.5,"expr1":52.5}]}"#
    );
    assert_eq!(world.wire("SELECT COUNT() FROM Opportunity"), r#"{"totalSize":4,"done":true,"records":[]}"#);
    for (query, expected) in [
        // Picklists group in their own order.
        (
            "SELECT StageName, COUNT(Id) n, COUNT(Amount) m FROM Opportunity GROUP BY StageName",
            "Prospecting | 2 | 2; Closed Won | 2 | 1",
        ),
        (
            "SELECT Account.Industry, SUM(Amount) FROM Opportunity GROUP BY Account.Industry ORDER BY SUM(Amount) DESC",
            "Technology | 150.5; Banking | 7.0",
        ),
        (
            "SELECT Account.Industry, COUNT(Id) FROM Opportunity GROUP BY Account.Industry HAVING COUNT(Id) > 1 AND Account.Industry LIKE 't%'",
            "Technology | 3",
        ),
        (
            "SELECT CALENDAR_YEAR(CloseDate) y, CALENDAR_QUARTER(CloseDate), COUNT(Id) n FROM Opportunity GROUP BY CALENDAR_YEAR(CloseDate), CALENDAR_QUARTER(CloseDate) ORDER BY CALENDAR_YEAR(CloseDate) DESC",
            "2026 | 1 | 3; 2025 | 4 | 1",
        ),
        (
            "SELECT MIN(CloseDate), MAX(CloseDate), COUNT_DISTINCT(AccountId) FROM Opportunity",
            "2025-12-13 | 2026-02-12 | 2",
        ),
        ("SELECT MAX(Amount), SUM(Amount), COUNT(Id) FROM Opportunity WHERE Name = 'none'", "null | null | 0"),
        ("SELECT StageName FROM Opportunity GROUP BY StageName LIMIT 1", "Prospecting"),
        ("SELECT toLabel(StageName) FROM Opportunity GROUP BY StageName LIMIT 1", "Prospecting"),
    ] {
        assert_eq!(world.lines(query).join("; "), expected, "{query}");
    }
    for (query, code, detail) in [
        ("SELECT SUM(Name) FROM Account", "MALFORMED_QUERY", "field Name does not support aggregate operator SUM"),
        (
            "SELECT COUNT(IsDeleted) FROM Account",
            "MALFORMED_QUERY",
            "field IsDeleted does not support aggregate operator COUNT",
        ),
        (
            "SELECT Amount FROM Opportunity GROUP BY Amount",
            "MALFORMED_QUERY",
            "field 'Amount' can not be grouped in a query call",
        ),
        (
            "SELECT Account.Name, Name FROM Opportunity GROUP BY Account.Name, Name",
            "MALFORMED_QUERY",
            "duplicate alias: Name",
        ),
        (
            "SELECT CALENDAR_YEAR(Name) FROM Account GROUP BY CALENDAR_YEAR(Name)",
            "MALFORMED_QUERY",
            "field Name does not support date function CALENDAR_YEAR",
        ),
        (
            "SELECT DAY_ONLY(CloseDate) FROM Opportunity GROUP BY DAY_ONLY(CloseDate)",
            "MALFORMED_QUERY",
            "field CloseDate does not support date function DAY_ONLY",
        ),
    ] {
        assert_eq!(world.refusal(query), (400, code, detail.to_owned()), "{query}");
    }
}

#[test]
fn ids_that_differ_in_case_only_are_different_groups() {
    let mut world = World::empty();
    let ids: Vec<String> = (0..40).map(|n| world.put("Account", json!({"Name": n.to_string()}))).collect();
    for id in &ids {
        world.put("Contact", json!({"Name": "C", "AccountId": id}));
    }
    let grouped = world.lines("SELECT AccountId, COUNT(Id) FROM Contact GROUP BY AccountId");
    assert_eq!(grouped.len(), 40);
    assert_eq!(world.lines("SELECT COUNT_DISTINCT(AccountId) FROM Contact"), ["40"]);
}

#[test]
fn fields_expands_to_what_the_user_sees() {
    let mut world = accounts();
    world.restrict(&[], &[("Account", "Tier__c")]);
    let result = world.query("SELECT FIELDS(CUSTOM) FROM Account LIMIT 1").unwrap();
    let names: Vec<_> = result.records[0].fields.iter().map(|(name, _)| name.as_str()).collect();
    assert!(names.contains(&"Region__c") && !names.contains(&"Tier__c") && !names.contains(&"Name"), "{names:?}");
    let all = world.query("SELECT FIELDS(ALL) FROM Account LIMIT 1").unwrap();
    let standard = world.query("SELECT FIELDS(STANDARD) FROM Account LIMIT 1").unwrap();
    assert_eq!(all.records[0].fields.len(), standard.records[0].fields.len() + names.len());
    assert_eq!(
        world.refusal("SELECT FIELDS(STANDARD), Name FROM Account"),
        (400, "MALFORMED_QUERY", "duplicate field selected: Name".to_owned())
    );
}

#[test]
fn a_label_is_shown_instead_of_the_value() {
    let mut world = World::empty();
    world.put("Account", json!({"Name": "A", "Region__c": "EMEA"}));
    assert_eq!(
        world.lines("SELECT Region__c, toLabel(Region__c) label FROM Account WHERE toLabel(Region__c) LIKE 'europe%'"),
        ["EMEA | Europe, Middle East and Africa"]
    );
}

#[test]
fn deleted_rows_are_in_query_all_only() {
    let mut world = World::empty();
    let account = world.put("Account", json!({"Name": "Gone", "IsDeleted": true}));
    world.put("Account", json!({"Name": "Here"}));
    world.put("Contact", json!({"Name": "C", "AccountId": account}));
    let text = "SELECT Name FROM Account ORDER BY Name";
    assert_eq!(world.lines(text), ["Here"]);
    assert_eq!(lines(&world.query_all(text).unwrap()), ["Gone", "Here"]);
    let text = "SELECT Name FROM Account WHERE IsDeleted = true";
    assert_eq!(world.lines(text).len(), 0);
    assert_eq!(lines(&world.query_all(text).unwrap()), ["Gone"]);
    assert_eq!(world.lines("SELECT Account.Name FROM Contact"), ["null"]);
}

#[test]
fn a_scope_narrows_to_the_users_own_rows() {
    let mut world = accounts();
    world.put("Account", json!({"Name": "Theirs", "OwnerId": "005dM0000000002"}));
    assert_eq!(world.lines("SELECT Id FROM Account USING SCOPE mine").len(), 4);
    assert_eq!(world.lines("SELECT Id FROM Account USING SCOPE everything").len(), 5);
    assert_eq!(world.refusal("SELECT Id FROM Account USING SCOPE team").0, 501);
}

#[test]
fn bytes_come_back_as_their_address() {
    let mut world = World::empty();
    let id = world.put("ContentVersion", json!({"Title": "T", "VersionData": "AAAA"}));
    assert_eq!(
        world.lines("SELECT VersionData FROM ContentVersion"),
        [format!("/services/data/v62.0/sobjects/ContentVersion/{id}/VersionData")]
    );
}
