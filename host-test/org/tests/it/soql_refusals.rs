//! What queries are refused for once objects, fields and rights are known.

use serde_json::json;

use crate::soql_world::World;

const DESCRIBE: &str = "Please reference your WSDL or the describe call for the appropriate names.";

fn no_such_column(field: &str, entity: &str) -> String {
    format!(
        "No such column '{field}' on entity '{entity}'. If you are attempting to use a custom field, be sure to append \
         the '__c' after the custom field name. {DESCRIBE}"
    )
}

fn no_such_relationship(name: &str) -> String {
    format!(
        "Didn't understand relationship '{name}' in field path. If you are attempting to use a custom relationship, be \
         sure to append the '__r' after the custom relationship name. {DESCRIBE}"
    )
}

fn no_such_object(name: &str) -> String {
    format!(
        "sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to append the \
         '__c' after the entity name. {DESCRIBE}"
    )
}

#[track_caller]
fn check(world: &World, cases: &[(&str, &'static str, String)]) {
    for (query, code, detail) in cases {
        assert_eq!(world.refusal(query), (400, *code, detail.clone()), "{query}");
    }
}

#[test]
fn the_whole_message_has_the_excerpt_and_the_place() {
    let refusal = World::empty().query("SELECT Id, Foo FROM Account").unwrap_err();
    assert_eq!(
        refusal.message,
        format!(
            "\nSELECT Id, Foo FROM Account\n           ^\nERROR at Row:1:Column:12\n{}",
            no_such_column("Foo", "Account")
        )
    );
}

#[test]
fn unknown_names_are_refused_even_without_rows() {
    check(
        &World::empty(),
        &[
            ("SELECT Id FROM Foo", "INVALID_TYPE", no_such_object("Foo")),
            ("SELECT Id FROM Foo__c", "INVALID_TYPE", no_such_object("Foo__c")),
            ("SELECT Id FROM Account.Contacts", "INVALID_TYPE", no_such_object("Account.Contacts")),
            ("SELECT Foo FROM Account", "INVALID_FIELD", no_such_column("Foo", "Account")),
            ("SELECT Owner.Foo FROM Account", "INVALID_FIELD", no_such_column("Foo", "User")),
            ("SELECT Who.AccountId FROM Task", "INVALID_FIELD", no_such_column("AccountId", "Name")),
            ("SELECT Id FROM Account WHERE Foo = 1", "INVALID_FIELD", no_such_column("Foo", "Account")),
            ("SELECT Id FROM Account ORDER BY Foo", "INVALID_FIELD", no_such_column("Foo", "Account")),
            ("SELECT COUNT(Foo) FROM Account", "INVALID_FIELD", no_such_column("Foo", "Account")),
            ("SELECT Foo.Name FROM Account", "INVALID_FIELD", no_such_relationship("Foo")),
            (
                "SELECT Owner.Manager.Manager.Manager.Manager.Manager.Name FROM Account",
                "MALFORMED_QUERY",
                "the path 'Owner.Manager.Manager.Manager.Manager.Manager.Name' has more than five relationships"
                    .to_owned(),
            ),
            ("SELECT Who.Account.Name FROM Task", "INVALID_FIELD", no_such_relationship("Account")),
            ("SELECT (SELECT Foo FROM Contacts) FROM Account", "INVALID_FIELD", no_such_column("Foo", "Contact")),
            ("SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Foo)", "INVALID_TYPE", no_such_object("Foo")),
        ],
    );
}

#[test]
fn hidden_objects_and_fields_look_nonexistent() {
    let mut world = World::empty();
    world.restrict(&["Opportunity", "Campaign"], &[("Contact", "Salary_Grade__c"), ("Contact", "AccountId")]);
    let message = "Didn't understand relationship 'Opportunities' in FROM part of query call. If you are attempting to \
                   use a custom relationship, be sure to append the '__r' after the custom relationship name. ";
    check(
        &world,
        &[
            ("SELECT Id FROM Opportunity", "INVALID_TYPE", no_such_object("Opportunity")),
            ("SELECT Salary_Grade__c FROM Contact", "INVALID_FIELD", no_such_column("Salary_Grade__c", "Contact")),
            (
                "SELECT Id FROM Contact WHERE salary_grade__c = 'A'",
                "INVALID_FIELD",
                no_such_column("salary_grade__c", "Contact"),
            ),
            ("SELECT Account.Name FROM Contact", "INVALID_FIELD", no_such_relationship("Account")),
            ("SELECT Id, (SELECT Id FROM Opportunities) FROM Account", "INVALID_TYPE", format!("{message}{DESCRIBE}")),
            (
                "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact)",
                "INVALID_FIELD",
                no_such_column("AccountId", "Contact"),
            ),
        ],
    );
}

#[test]
fn private_rows_of_others_are_invisible() {
    let mut world = World::empty();
    world.put("Opportunity", json!({"Name": "Secret", "IsPrivate": true, "OwnerId": "005dM0000000002"}));
    assert_eq!(world.lines("SELECT Name FROM Opportunity"), ["Secret"]);
    world.restrict(&[], &[]);
    assert_eq!(world.lines("SELECT Name FROM Opportunity").len(), 0);
    assert_eq!(world.wire("SELECT COUNT() FROM Opportunity"), r#"{"totalSize":0,"done":true,"records":[]}"#);
}

#[test]
fn values_must_have_the_type_of_their_field() {
    let must = |field: &str, kind: &str| {
        let quotes = if kind == "string" || kind == "ID" { "should" } else { "should not" };
        format!(
            "value of filter criterion for field '{field}' must be of type {kind} and {quotes} be enclosed in quotes"
        )
    };
    check(
        &World::empty(),
        &[
            (
                "SELECT Id FROM Account WHERE CreatedDate = '2026-01-01'",
                "INVALID_FIELD",
                must("CreatedDate", "dateTime"),
            ),
            ("SELECT Id FROM Account WHERE CreatedDate > 2026-01-01", "INVALID_FIELD", must("CreatedDate", "dateTime")),
            (
                "SELECT Id FROM Account WHERE CreatedDate IN (2026-01-01)",
                "INVALID_FIELD",
                must("CreatedDate", "dateTime"),
            ),
            (
                "SELECT Id FROM Opportunity WHERE CloseDate > 2026-01-01T00:00:00Z",
                "INVALID_FIELD",
                must("CloseDate", "date"),
            ),
            ("SELECT Id FROM Account WHERE Name = 5", "INVALID_FIELD", must("Name", "string")),
            ("SELECT Id FROM Account WHERE Name = TODAY", "INVALID_FIELD", must("Name", "string")),
            ("SELECT Id FROM Account WHERE Name = true", "INVALID_FIELD", must("Name", "string")),
            ("SELECT Id FROM Account WHERE NumberOfEmployees = '5'", "INVALID_FIELD", must("NumberOfEmployees", "int")),
            ("SELECT Id FROM Account WHERE NumberOfEmployees = 5.5", "INVALID_FIELD", must("NumberOfEmployees", "int")),
            ("SELECT Id FROM Account WHERE AnnualRevenue = '5'", "INVALID_FIELD", must("AnnualRevenue", "double")),
            ("SELECT Id FROM Account WHERE IsDeleted = 'true'", "INVALID_FIELD", must("IsDeleted", "boolean")),
            ("SELECT Id FROM Account WHERE OwnerId = 5", "INVALID_FIELD", must("OwnerId", "ID")),
            (
                "SELECT Id FROM Task WHERE DAY_ONLY(CreatedDate) = 2026-01-01T00:00:00Z",
                "INVALID_FIELD",
                must("DAY_ONLY(CreatedDate)", "date"),
            ),
            (
                "SELECT Id FROM Account WHERE OwnerId = 'Ada'",
                "INVALID_QUERY_FILTER_OPERATOR",
                "invalid ID field: Ada".to_owned(),
            ),
            (
                "SELECT Id FROM Account WHERE Id LIKE '001%'",
                "INVALID_QUERY_FILTER_OPERATOR",
                "invalid operator on id field".to_owned(),
            ),
            (
                "SELECT Id FROM Account WHERE OwnerId LIKE '005%'",
                "INVALID_QUERY_FILTER_OPERATOR",
                "invalid operator on id field".to_owned(),
            ),
            (
                "SELECT Id FROM Account WHERE IsDeleted > false",
                "INVALID_QUERY_FILTER_OPERATOR",
                "invalid operator on boolean field".to_owned(),
            ),
            (
                "SELECT Id FROM Contact WHERE Spoken_Languages__c LIKE 'G%'",
                "INVALID_QUERY_FILTER_OPERATOR",
                "invalid operator on multipicklist field".to_owned(),
            ),
            (
                "SELECT Id FROM Contact WHERE Name INCLUDES ('a')",
                "INVALID_QUERY_FILTER_OPERATOR",
                "includes or excludes operator only valid on multipicklist field".to_owned(),
            ),
        ],
    );
}

#[test]
fn long_text_is_neither_filtered_nor_sorted_nor_grouped() {
    let cannot = |what: &str| format!("field 'Description' can not be {what} in a query call");
    check(
        &World::empty(),
        &[
            ("SELECT Id FROM Account WHERE Description LIKE '%a%'", "INVALID_FIELD", cannot("filtered")),
            ("SELECT Id FROM Account WHERE Description = null", "INVALID_FIELD", cannot("filtered")),
            ("SELECT Id FROM Account ORDER BY Description", "MALFORMED_QUERY", cannot("sorted")),
            ("SELECT Description FROM Account GROUP BY Description", "MALFORMED_QUERY", cannot("grouped")),
        ],
    );
}

#[test]
fn compound_fields_are_neither_filtered_nor_sorted_nor_grouped() {
    let cannot = |field: &str, what: &str| format!("field '{field}' can not be {what} in a query call");
    let distance = || "Address fields can only be filtered using Distance expressions".to_owned();
    check(
        &World::empty(),
        &[
            ("SELECT Id FROM Account WHERE BillingAddress = 'Berlin'", "INVALID_FIELD", distance()),
            ("SELECT Id FROM Account WHERE BillingAddress != null", "INVALID_FIELD", distance()),
            ("SELECT Id FROM Account WHERE BillingAddress LIKE '%Berlin%'", "INVALID_FIELD", distance()),
            ("SELECT Id FROM Account WHERE BillingAddress IN ('Berlin')", "INVALID_FIELD", distance()),
            ("SELECT Id FROM Contact WHERE Account.BillingAddress = null", "INVALID_FIELD", distance()),
            ("SELECT Id FROM Account ORDER BY BillingAddress", "MALFORMED_QUERY", cannot("BillingAddress", "sorted")),
            (
                "SELECT BillingAddress, COUNT(Id) FROM Account GROUP BY BillingAddress",
                "MALFORMED_QUERY",
                cannot("BillingAddress", "grouped"),
            ),
            (
                "SELECT COUNT(BillingAddress) FROM Account",
                "MALFORMED_QUERY",
                "field BillingAddress does not support aggregate operator COUNT".to_owned(),
            ),
        ],
    );
}

#[test]
fn long_text_of_any_object_is_refused_in_filters() {
    let cannot = |field: &str| format!("field '{field}' can not be filtered in a query call");
    check(
        &World::empty(),
        &[
            ("SELECT Id FROM Case WHERE Comments = 'a'", "INVALID_FIELD", cannot("Comments")),
            ("SELECT Id FROM CaseComment WHERE CommentBody LIKE 'a%'", "INVALID_FIELD", cannot("CommentBody")),
            ("SELECT Id FROM EmailMessage WHERE HtmlBody != null", "INVALID_FIELD", cannot("HtmlBody")),
            ("SELECT Id FROM Project__c WHERE Notes__c IN ('a')", "INVALID_FIELD", cannot("Notes__c")),
            ("SELECT Id FROM Contact WHERE Account.Description = null", "INVALID_FIELD", cannot("Description")),
        ],
    );
}

#[test]
fn fields_that_only_one_target_of_a_polymorphic_lookup_has_are_no_columns() {
    check(
        &World::empty(),
        &[
            ("SELECT What.Amount FROM Task", "INVALID_FIELD", no_such_column("Amount", "Name")),
            (
                "SELECT Id FROM Event WHERE What.StageName = 'Closed Won'",
                "INVALID_FIELD",
                no_such_column("StageName", "Name"),
            ),
            ("SELECT Id FROM Task ORDER BY Who.Company", "INVALID_FIELD", no_such_column("Company", "Name")),
            ("SELECT What.Account.Name FROM Task", "INVALID_FIELD", no_such_relationship("Account")),
            ("SELECT Owner.Department FROM Case", "INVALID_FIELD", no_such_column("Department", "Name")),
        ],
    );
}

#[test]
fn a_path_of_five_relationships_is_answered() {
    let query = "SELECT Owner.Manager.Manager.Manager.Manager.Name FROM Account";
    assert_eq!(World::empty().lines(query).len(), 0);
}

#[test]
fn a_15_character_id_finds_its_record() {
    let mut world = World::empty();
    let id = world.put("Account", json!({"Name": "A"}));
    assert_eq!(world.lines(&format!("SELECT Name FROM Account WHERE Id = '{}'", &id[..15])), ["A"]);
    assert_eq!(world.lines(&format!("SELECT Name FROM Account WHERE Id IN ('{id}')")), ["A"]);
}

#[test]
fn content_links_need_a_filter_on_one_of_their_ends() {
    let mut world = World::empty();
    let account = world.put("Account", json!({"Name": "A"}));
    world.put("ContentDocumentLink", json!({"LinkedEntityId": account, "ShareType": "V"}));
    let detail = "Implementation restriction: ContentDocumentLink requires a filter by a single Id on ContentDocumentId \
                  or LinkedEntityId using the equals operator or multiple Id's using the IN operator.";
    for filter in ["", "WHERE ShareType = 'V'", "WHERE ShareType = 'V' OR LinkedEntityId = null"] {
        let query = format!("SELECT Id FROM ContentDocumentLink {filter}");
        assert_eq!(world.refusal(&query), (400, "MALFORMED_QUERY", detail.to_owned()), "{query}");
    }
    for filter in
        [format!("LinkedEntityId = '{account}'"), format!("ShareType = 'V' AND LinkedEntityId IN ('{account}')")]
    {
        let query = format!("SELECT Id FROM ContentDocumentLink WHERE {filter}");
        assert_eq!(world.lines(&query).len(), 1, "{query}");
    }
}

/// An account whose contact and opportunity have activities, and the queries' halves.
fn activities() -> (World, String) {
    let mut world = World::empty();
    let account = world.put("Account", json!({"Name": "Acme"}));
    let contact = world.put("Contact", json!({"Name": "Bob", "AccountId": account}));
    let deal = world.put("Opportunity", json!({"Name": "Deal", "AccountId": account}));
    // `AccountId` is derived when an activity is saved; these rows are put in as they would be then.
    for (subject, date, closed, who, what) in [
        ("Old call", json!("2026-01-05"), true, json!(contact), json!(null)),
        ("New call", json!("2026-03-05"), true, json!(null), json!(deal)),
        ("Undated", json!(null), true, json!(null), json!(account)),
        ("To do", json!("2026-04-01"), false, json!(contact), json!(deal)),
    ] {
        world.put(
            "Task",
            json!({
                "Subject": subject, "ActivityDate": date, "IsClosed": closed, "WhoId": who, "WhatId": what,
                "AccountId": account, "LastModifiedDate": "2026-03-01T00:00:00Z",
            }),
        );
    }
    (world, account)
}

const HISTORY: &str =
    "(SELECT Subject FROM ActivityHistories ORDER BY ActivityDate DESC NULLS LAST, LastModifiedDate DESC LIMIT 500)";
const OPEN: &str =
    "(SELECT Subject FROM OpenActivities ORDER BY ActivityDate ASC NULLS LAST, LastModifiedDate DESC LIMIT 10)";

#[test]
fn activities_roll_up_to_the_account() {
    let (mut world, account) = activities();
    for view_all in [true, false] {
        world.access.view_all_data = view_all;
        let result = world.query(&format!("SELECT {HISTORY}, {OPEN} FROM Account WHERE Id = '{account}'")).unwrap();
        let json = serde_json::to_value(&result).unwrap();
        let subjects = |name: &str| -> Vec<String> {
            let records = json["records"][0][name]["records"].as_array().unwrap();
            records.iter().map(|record| record["Subject"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(subjects("ActivityHistories"), ["New call", "Old call", "Undated"]);
        assert_eq!(subjects("OpenActivities"), ["To do"]);
        assert_eq!(json["records"][0]["OpenActivities"]["records"][0]["attributes"]["type"], "OpenActivity");
    }
}

#[test]
fn activity_lists_are_no_objects_to_query() {
    let world = World::empty();
    for object in ["ActivityHistory", "OpenActivity"] {
        assert_eq!(
            world.refusal(&format!("SELECT Id FROM {object}")),
            (400, "INVALID_TYPE_FOR_OPERATION", format!("entity type {object} does not support query"))
        );
    }
}

#[test]
fn without_view_all_data_activity_lists_are_restricted() {
    let (mut world, account) = activities();
    world.restrict(&[], &[]);
    let one = format!("FROM Account WHERE Id = '{account}'");
    for (query, start) in [
        (format!("SELECT {HISTORY} FROM Account"), "can be queried for a single parent only"),
        (format!("SELECT {HISTORY} FROM Account WHERE Name = 'Acme'"), "can be queried for a single parent only"),
        (
            format!("SELECT {HISTORY} FROM Account WHERE Id = '{account}' OR Name = 'Acme'"),
            "can be queried for a single parent only",
        ),
        (format!("SELECT {} {one}", HISTORY.replace("ORDER", "WHERE IsTask = true ORDER")), "takes no WHERE"),
        (format!("SELECT {} {one}", HISTORY.replace(" LIMIT 500", "")), "needs a LIMIT of at most 500"),
        (format!("SELECT {} {one}", HISTORY.replace("LIMIT 500", "LIMIT 501")), "needs a LIMIT of at most 500"),
        (format!("SELECT {} {one}", HISTORY.replace(" DESC NULLS LAST", " DESC")), "must be sorted"),
        (format!("SELECT {} {one}", HISTORY.replace(", LastModifiedDate DESC", "")), "must be sorted"),
        (format!("SELECT {} {one}", OPEN.replace("ASC", "DESC")), "must be sorted"),
        (format!("SELECT (SELECT Subject FROM ActivityHistories LIMIT 5) {one}"), "must be sorted"),
    ] {
        let (status, code, detail) = world.refusal(&query);
        assert_eq!((status, code), (400, "MALFORMED_QUERY"), "{query}");
        assert!(detail.starts_with("Implementation restriction: ") && detail.contains(start), "{query}\n{detail}");
    }
}

#[test]
fn what_only_this_org_cannot_do_has_a_code_of_its_own() {
    let world = World::empty();
    for query in [
        "SELECT FORMAT(Name) FROM Account",
        "SELECT FORMAT(Industry) FROM Account",
        "SELECT toLabel(Name) FROM Account",
        "SELECT Id FROM Account USING SCOPE delegated",
        "SELECT Id FROM OpportunityStage USING SCOPE mine",
    ] {
        let (status, code, _) = world.refusal(query);
        assert_eq!((status, code), (501, "DEMO_ORG_UNSUPPORTED"), "{query}");
    }
}
