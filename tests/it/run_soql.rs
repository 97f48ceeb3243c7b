//! A query somebody wrote: what is refused, what is found in it, and what comes of it.

use serde_json::{Value, json};

use crate::bench::Bench;

const TOOLS: [&str; 3] = ["run_soql", "describe", "list"];

fn bench(objects: &[&str]) -> Bench {
    let bench = Bench::new();
    bench.settings.borrow_mut().tools = Some(TOOLS.map(str::to_owned).to_vec());
    bench.after_describing(objects)
}

fn ask(query: &str) -> Value {
    json!({ "query": query })
}

/// The query that left, decoded.
#[track_caller]
fn sent(bench: &Bench) -> String {
    let uri = bench.sent.borrow().last().unwrap().uri().to_string();
    let (_, query) = uri.split_once("?q=").unwrap();
    url::form_urlencoded::parse(format!("q={query}").as_bytes()).next().unwrap().1.into_owned()
}

#[test]
fn it_is_off_unless_the_settings_name_it() {
    let bench = Bench::new();
    let error = bench.err("run_soql", ask("SELECT Id FROM Account"));
    assert_eq!((error["kind"].as_str(), bench.requests()), (Some("switched_off"), 0));
    assert!(!bench.refused("nothing", json!({}))["allowed"].to_string().contains("run_soql"));
}

#[test]
fn what_is_no_query_that_only_reads_is_refused_unsent() {
    let bench = bench(&["Account", "Contact"]);
    for (query, why) in [
        ("", "the end at character 1 where SELECT is expected"),
        ("DELETE FROM Account", "\"DELETE\" at character 1 where SELECT"),
        ("FIND {x} IN ALL FIELDS", "'{' at character 6"),
        ("SELECT Id FROM Account;", "';' at character 23"),
        ("SELECT Id FROM Account; SELECT Id FROM Contact", "';' at character 23"),
        ("SELECT Id FROM Account SELECT Id FROM Contact", "where the end of the query"),
        ("SELECT Id FROM Account -- x", "'-' at character 24"),
        ("SELECT Id /* x */ FROM Account", "'/' at character 11"),
        ("SELECT Id FROM Account // x", "'/' at character 24"),
        ("SELECT Id FROM Account WHERE Name = \"x\"", "'\"' at character 37"),
        ("SELECT Id FROM Account WHERE Name = :name", "':' at character 37"),
        ("SELECT * FROM Account", "'*' at character 8"),
        ("SELECT Id\u{a0}FROM Account", "'\\u{a0}' at character 10"),
        ("SELECT Id FROM Account WHERE Name = 'x", "begins at character 37 is not closed"),
        ("SELECT Id FROM Account WHERE Name = 'x\\'", "begins at character 37 is not closed"),
        ("SELECT Id FROM Account WHERE (Name = 'x'", "the end at character 41 where )"),
        ("SELECT Id FROM Account WHERE Name = 'x')", "\")\" at character 40 where the end of the query"),
        ("SELECT Id FROM Account FOR VIEW", "\"FOR\" does more than read"),
        ("SELECT Id FROM Account LIMIT 1 FOR REFERENCE", "\"FOR\" does more than read"),
        ("SELECT Id FROM Account for update", "\"for\" does more than read"),
        ("SELECT Id FROM Account UPDATE TRACKING", "\"UPDATE\" does more than read"),
        ("SELECT Id FROM Account WHERE Name = 'x' UPDATE VIEWSTAT", "\"UPDATE\" does more than read"),
        ("SELECT Id FROM Account ALL ROWS", "\"ALL\" does more than read"),
        ("SELECT Id, (SELECT Id FROM Contacts FOR VIEW) FROM Account", "\"FOR\" does more than read"),
        ("SELECT Id FROM Account LIMIT 5 LIMIT 50000", "\"LIMIT\" at character 32 where the end of the query"),
        ("SELECT Id FROM Account LIMIT 2001", "LIMIT is 2001; it may be at most 2000"),
        ("SELECT FIELDS(ALL) FROM Account LIMIT 201", "LIMIT is 201; it may be at most 200"),
        ("SELECT Id FROM Account Account.Owner", "\"Account.Owner\" at character 24 where a name"),
        ("SELECT Id FROM Account LIMIT x", "\"x\" at character 30 where a whole number"),
        ("SELECT Id FROM Account a, a.Contacts c", "\",\" at character 25 where the end of the query"),
        ("SELECT Id FROM Account WHERE Name = Owner.Name", "\"Owner.Name\" at character 37 where a value"),
        (
            "SELECT Id FROM Account WITH DATA CATEGORY a AT (SELECT Id FROM Contact)",
            "\"SELECT\" at character 49 where )",
        ),
    ] {
        let error = bench.refused("run_soql", ask(query));
        assert!(error["message"].as_str().unwrap().contains(why), "{query}: {error}");
    }
    let deep = format!("SELECT Id FROM Account WHERE {}Name = 'x'{}", "(".repeat(50_000), ")".repeat(50_000));
    assert!(bench.refused("run_soql", ask(&deep))["message"].as_str().unwrap().contains("more than 100000"));
    let deep = format!("SELECT Id FROM Account WHERE {}Name = 'x'{}", "(".repeat(41), ")".repeat(41));
    assert!(bench.refused("run_soql", ask(&deep))["message"].as_str().unwrap().contains("40 parentheses"));
    let error = bench.refused("run_soql", json!({ "query": "SELECT Id FROM Account", "limit": 2001 }));
    assert_eq!(error["fields"], json!(["limit"]));
}

#[test]
fn what_stands_in_a_text_is_text() {
    let bench = bench(&["Account"]);
    for text in ["x; SELECT Id FROM User --", "(", "it\\'s ) FOR VIEW", "\\\\", "@{write.id}", "LIMIT 9999"] {
        let query = format!("SELECT Id FROM Account WHERE Name = '{text}'");
        let reply = bench.ok("run_soql", ask(&query));
        assert_eq!(reply["rows"], json!([]), "{query}");
        assert_eq!(sent(&bench), format!("{query} LIMIT 51"));
    }
}

#[test]
fn only_what_has_no_limit_gets_one() {
    let bench = bench(&["Account", "Opportunity"]);
    for (query, expected) in [
        ("SELECT Id FROM Account\n", "SELECT Id FROM Account LIMIT 51"),
        ("SELECT Id FROM Account LIMIT 3", "SELECT Id FROM Account LIMIT 3"),
        ("select Id from Account limit 3 offset 1", "select Id from Account limit 3 offset 1"),
        ("SELECT Id FROM Account OFFSET 2", "SELECT Id FROM Account LIMIT 51 OFFSET 2"),
        ("SELECT COUNT() FROM Account", "SELECT COUNT() FROM Account"),
        ("SELECT SUM(Amount) FROM Opportunity", "SELECT SUM(Amount) FROM Opportunity"),
        (
            "SELECT StageName, COUNT(Id) n FROM Opportunity GROUP BY StageName",
            "SELECT StageName, COUNT(Id) n FROM Opportunity GROUP BY StageName LIMIT 51",
        ),
        (
            "SELECT Id, (SELECT Id FROM Contacts LIMIT 1) FROM Account",
            "SELECT Id, (SELECT Id FROM Contacts LIMIT 1) FROM Account LIMIT 51",
        ),
    ] {
        bench.ok("run_soql", ask(query));
        assert_eq!(sent(&bench), expected);
    }
    let most = |query: &str| {
        bench.ok("run_soql", json!({ "query": query, "limit": 2000 }));
        sent(&bench)
    };
    assert!(most("SELECT Id FROM Account").ends_with("LIMIT 2001"));
    // Groups have no second page.
    assert!(most("SELECT Name FROM Account GROUP BY Name").ends_with("LIMIT 2000"));
    assert!(most("SELECT FIELDS(ALL) FROM Account").ends_with("LIMIT 200"));
    // A query that names nothing new costs one request.
    bench.org.forget_requests();
    bench.ok("run_soql", ask("SELECT Id, Owner.Name FROM Account"));
    assert_eq!(bench.requests(), 1);
}

#[test]
fn a_reply_says_whether_there_is_more() {
    let bench = bench(&["Account"]);
    let all = bench.ok("run_soql", ask("SELECT Id FROM Account"));
    let count = all["total"].as_u64().unwrap();
    assert_eq!((all["complete"].as_bool(), all["rows"].as_array().unwrap().len() as u64), (Some(true), count));
    let reply = bench.ok("run_soql", json!({ "query": "SELECT Id FROM Account", "limit": 2 }));
    assert_eq!((reply["complete"].as_bool(), reply.get("total")), (Some(false), None));
    assert_eq!(reply["rows"].as_array().unwrap().len(), 2);
    assert!(reply["notices"][0].as_str().unwrap().contains("so 2 rows were taken; give `limit`"), "{reply}");
    let reply = bench.ok("run_soql", ask("SELECT Id FROM Account LIMIT 2"));
    assert_eq!(reply["complete"], false);
    assert!(reply["notices"][0].as_str().unwrap().starts_with("the query's own LIMIT was reached"), "{reply}");
    let reply = bench.ok("run_soql", ask("SELECT Id FROM Account LIMIT 2000 OFFSET 1"));
    assert_eq!((reply["complete"].as_bool(), reply.get("total")), (Some(true), None));
    let reply = bench.ok("run_soql", ask("SELECT COUNT() FROM Account"));
    assert_eq!((reply["total"].as_u64(), reply["complete"].as_bool()), (Some(count), Some(true)));
    assert_eq!((&reply["columns"], &reply["rows"]), (&json!([]), &json!([])));
    assert_eq!(bench.ok("run_soql", ask("SELECT COUNT() FROM Account WHERE Name = 'nobody'"))["total"], 0);
}

#[test]
fn rows_come_in_the_columns_that_were_selected() {
    let bench = bench(&["Account", "Contact", "Opportunity", "Task"]);
    let acme = bench.id("acme");
    let reply = bench.ok(
        "run_soql",
        ask(&format!(
            "SELECT a.Name, a.owner.name, Account.NumberOfEmployees, toLabel(Industry), toLabel(Type) kind, \
             (SELECT LastName, Account.Name FROM Account.Contacts ORDER BY LastName) FROM Account a WHERE a.Id = '{acme}'"
        )),
    );
    assert_eq!(reply["columns"], json!(["Name", "Owner.Name", "NumberOfEmployees", "Industry", "kind", "Contacts"]));
    let row = reply["rows"][0].as_array().unwrap();
    assert_eq!((row[0].as_str(), row[2].as_i64()), (Some("Acme"), Some(100)));
    let contacts = row[5].as_array().unwrap();
    assert!(contacts[0]["LastName"].is_string() && contacts[0]["Account"]["Name"] == "Acme", "{row:?}");
    assert!(!reply.to_string().contains("attributes"), "{reply}");
    let groups = "SELECT StageName stage, COUNT(Id), SUM(Amount) sum, CALENDAR_YEAR(CloseDate) FROM Opportunity \
                  GROUP BY StageName, CALENDAR_YEAR(CloseDate) HAVING COUNT(Id) > 0 ORDER BY COUNT(Id) DESC NULLS LAST";
    let reply = bench.ok("run_soql", ask(groups));
    assert_eq!(reply["columns"], json!(["stage", "expr0", "sum", "expr1"]));
    assert!(reply["rows"][0][1].is_number(), "{reply}");
    let reply = bench.ok("run_soql", ask(&format!("SELECT FIELDS(STANDARD) FROM Account WHERE Id = '{acme}'")));
    let name = reply["columns"].as_array().unwrap().iter().position(|column| column == "Name").unwrap();
    assert_eq!(reply["rows"][0][name], "Acme");
}

#[test]
fn a_long_text_is_cut() {
    let bench = bench(&["Account"]);
    bench.org.set(&bench.org.id("acme").unwrap(), "Description", "x".repeat(300).as_str());
    let query = format!("SELECT Description FROM Account WHERE Id = '{}'", bench.id("acme"));
    let reply = bench.ok("run_soql", ask(&query));
    assert_eq!(reply["rows"][0][0].as_str().unwrap().chars().count(), 256);
    assert!(reply["notices"][0].as_str().unwrap().contains("cut after 255"), "{reply}");
}

#[test]
fn a_name_that_is_not_the_orgs_is_answered_with_those_that_are() {
    let bench = bench(&["Account", "Contact", "Opportunity", "Case", "Task", "User"]);
    bench.ok("describe", json!({}));
    for (query, allowed) in [
        ("SELECT Employees FROM Account", "NumberOfEmployees"),
        ("SELECT Id FROM Account WHERE NumberOfEmployee > 5", "NumberOfEmployees"),
        ("SELECT Id FROM Account ORDER BY \nEmployees", "NumberOfEmployees"),
        ("SELECT COUNT(Id) FROM Account GROUP BY Industri", "Industry"),
        ("SELECT COUNT(Id) FROM Account GROUP BY Name HAVING MAX(Employees) > 1", "NumberOfEmployees"),
        ("SELECT toLabel(Industri) FROM Account", "Industry"),
        ("SELECT Owner FROM Account", "OwnerId"),
        ("SELECT Name FROM Case", "CaseNumber"),
        ("SELECT Account.Industri FROM Contact", "Industry"),
        ("SELECT Id, (SELECT Titel FROM Contacts) FROM Account", "Title"),
        ("SELECT Id FROM Account WHERE Id IN (SELECT AccountID2 FROM Opportunity)", "AccountId"),
        ("SELECT TYPEOF What WHEN Account THEN Employees END FROM Task", "NumberOfEmployees"),
        ("SELECT Id, (SELECT Id FROM Contact) FROM Account", "Contacts"),
        ("SELECT Id FROM Accounts", "Account"),
        ("SELECT Id FROM Acount", "Account"),
    ] {
        let error = bench.refused("run_soql", ask(query));
        let near = error["allowed"].as_array().unwrap();
        assert!(near.len() <= 20 && near.iter().any(|one| one.as_str().unwrap().contains(allowed)), "{query}: {error}");
    }
}

#[test]
fn a_name_is_not_denied_by_an_old_description() {
    let bench = bench(&[]);
    // The embedded table lacks it: one describe, then the query.
    bench.ok("run_soql", ask("SELECT Id FROM Account WHERE Name = 'x'"));
    assert_eq!(bench.requests(), 1);
    let error = bench.err("run_soql", ask("SELECT Nothing__c FROM Account"));
    assert_eq!((error["kind"].as_str(), bench.requests()), (Some("invalid_input"), 2));
}

#[test]
fn no_object_is_read_that_is_not_granted() {
    let bench = bench(&["Account", "Contact", "Opportunity", "Task", "User"]);
    bench.ok("describe", json!({}));
    bench.settings.borrow_mut().objects.read = Some(vec!["Contact".to_owned(), "Task".to_owned()]);
    for (query, object) in [
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
        ("SELECT Id FROM Contact WHERE DISTANCE(MailingAddress, Account.BillingAddress, 'mi') < 5", "Account"),
        ("SELECT Id FROM Contact WHERE AccountId IN (SELECT Id FROM Account)", "Account"),
        ("SELECT Id FROM Contact WHERE AccountId NOT IN (SELECT AccountId FROM Opportunity)", "Opportunity"),
        ("SELECT Id FROM Contact WHERE ((AccountId IN ( SELECT AccountId FROM Opportunity)))", "Opportunity"),
        ("SELECT Id, (SELECT Id FROM Cases) FROM Contact", "Case"),
        ("SELECT Id, (SELECT Account.Industry FROM Tasks) FROM Contact", "Account"),
        ("SELECT TYPEOF What WHEN Account THEN Industry END FROM Task", "Account"),
        ("SELECT TYPEOF What WHEN Task THEN Id WHEN Opportunity THEN Id ELSE Name END FROM Task", "Opportunity"),
    ] {
        let before = bench.counts();
        let error = bench.err("run_soql", ask(query));
        assert_eq!(bench.counts(), before, "{query}");
        if object.is_empty() {
            assert_eq!(error["kind"], "invalid_input", "{query}: {error}");
        } else {
            assert_eq!(error["kind"], "switched_off", "{query}: {error}");
            let message = error["message"].as_str().unwrap();
            assert!(message.starts_with(&format!("reading {object} records")), "{query}: {error}");
        }
    }
    // What a parent is called belongs to the child.
    bench.ok("run_soql", ask("SELECT Account.Name, (SELECT Subject FROM Tasks) FROM Contact LIMIT 1"));
}

#[test]
fn a_short_name_hides_no_relationship() {
    let bench = bench(&["Contact", "Project__c"]);
    for query in [
        "SELECT Account.Description FROM Contact Account",
        "SELECT Id FROM Contact ReportsTo WHERE ReportsTo.Title = 'x'",
        "SELECT account__r.Name FROM Project__c account__r",
    ] {
        let error = bench.refused("run_soql", ask(query));
        assert!(error["message"].as_str().unwrap().contains("another short name"), "{error}");
    }
    // The embedded table does not know the org's own relationships: a describe does.
    let bench = self::bench(&[]);
    bench.ok("run_soql", ask("SELECT a.Name FROM Account a"));
    assert_eq!(bench.requests(), 2);
}

proptest::proptest! {
    #[test]
    fn no_query_goes_unseen(words in proptest::collection::vec(proptest::sample::select(&PIECES), 0..30)) {
        let query = format!("SELECT Id FROM A {}", words.concat());
        if let Ok(statement) = salesforce_plugin::soql::Statement::parse(&query) {
            // What stands outside of texts, told apart in another way than there.
            let outside: String = query.replace("\\'", "").split('\'').step_by(2).collect();
            let words = outside.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| *word == "SELECT");
            assert_eq!(words.count(), statement.scopes.len(), "{query}");
            assert!(statement.scopes.iter().all(|scope| !scope.from.is_empty()));
            let paths = outside.matches("p.Q").count();
            assert_eq!(statement.mentions.iter().filter(|mention| mention.path == "p.Q").count(), paths, "{query}");
        }
    }
}

/// What queries are made of, so that many of those made by chance can be read.
const PIECES: [&str; 22] = [
    " WHERE ",
    " WHERE p.Q = 'x'",
    " WHERE b IN (SELECT p.Q FROM C)",
    " WHERE b NOT IN (SELECT c FROM D WHERE (p.Q = 'SELECT')) ",
    " AND ",
    " OR ",
    " NOT ",
    "(",
    ")",
    " p.Q",
    " f(p.Q)",
    " = ",
    " LIKE ",
    "'x'",
    "'SELECT p.Q \\' '",
    " IN ('x', 'p.Q')",
    "(SELECT p.Q FROM C)",
    " ORDER BY p.Q",
    " GROUP BY p.Q",
    " HAVING f(p.Q) > 5",
    " LIMIT 5",
    ",",
];

#[test]
fn what_the_org_makes_of_a_query_is_told() {
    let bench = bench(&["Account"]);
    let error =
        bench.err("run_soql", ask("SELECT Id FROM Account WHERE Name LIKE 'a' AND Name LIKE 'b' OR Name LIKE 'c'"));
    assert_eq!((error["kind"].as_str(), error["code"].as_str()), (Some("invalid_input"), Some("MALFORMED_QUERY")));
    assert!(error["org_message"].is_string(), "{error}");
}

#[test]
fn all_of_soql_that_reads_gets_through() {
    use salesforce_plugin::soql::Statement;
    for query in [
        "SELECT Id FROM Account USING SCOPE Mine WHERE CreatedDate >= LAST_N_DAYS:30 AND AnnualRevenue > USD5000.50",
        "SELECT Id FROM Account WHERE LastActivityDate < 2026-01-01T00:00:00+01:00 AND AnnualRevenue >= -1.5",
        "SELECT Id FROM Account WHERE DISTANCE(Loc__c, GEOLOCATION(37.7,-122.4), 'mi') < 20 ORDER BY DISTANCE(Loc__c, GEOLOCATION(37.7,-122.4), 'mi') DESC",
        "SELECT Id FROM Contact WHERE Languages__c INCLUDES ('a;b', 'c') AND Level__c NOT IN ('x', null)",
        "SELECT Title FROM KnowledgeArticleVersion WHERE PublishStatus = 'Online' WITH DATA CATEGORY Geography__c ABOVE usa__c AND Product__c AT (a__c, b__c) LIMIT 5",
        "SELECT Id FROM Account WITH SECURITY_ENFORCED ORDER BY Name ASC NULLS FIRST",
        "SELECT LeadSource, GROUPING(LeadSource) g, COUNT(Name) c FROM Lead GROUP BY ROLLUP(LeadSource, Rating)",
        "SELECT HOUR_IN_DAY(convertTimezone(CreatedDate)) h, COUNT_DISTINCT(AccountId) FROM Case GROUP BY HOUR_IN_DAY(convertTimezone(CreatedDate)) ORDER BY h",
        "SELECT TYPEOF What WHEN Account THEN Phone, Name WHEN Case THEN Subject ELSE Name, Id END, Id FROM Event",
        "SELECT Id, (SELECT Id, (SELECT Id FROM Tasks) FROM Contacts WHERE Name != 'x') FROM Account",
    ] {
        assert!(Statement::parse(query).is_ok(), "{query}: {:?}", Statement::parse(query).err());
    }
}
