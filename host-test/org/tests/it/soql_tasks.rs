//! The queries that people's questions need, against the demo org's own rows: each is answered, and not with nothing.

use demo_org::{Org, Reply};

fn query(org: &Org, user: &str, text: &str) -> (u16, serde_json::Value) {
    let mut url = url::Url::parse("https://demo.example/services/data/v62.0/query").unwrap();
    url.query_pairs_mut().append_pair("q", text);
    let request = http::Request::get(format!("{}?{}", url.path(), url.query().unwrap()))
        .header("Authorization", format!("Bearer {}", org.token(user)))
        .body(Vec::new())
        .unwrap();
    let Reply::Response(response) = org.handle(request) else { panic!("no response to {text}") };
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

#[test]
fn what_people_ask_is_answered() {
    let org = Org::demo();
    let (_, acme) = query(&org, "riley", "SELECT Id FROM Account WHERE Name = 'Acme'");
    let acme = acme["records"][0]["Id"].as_str().unwrap().to_owned();
    let about = format!(
        "SELECT Name, Owner.Name, (SELECT Name, Title FROM Contacts LIMIT 5), \
         (SELECT Name, StageName, Amount FROM Opportunities WHERE IsClosed = false), \
         (SELECT CaseNumber, Subject FROM Cases WHERE IsClosed = false), \
         (SELECT Subject, ActivityDate FROM OpenActivities ORDER BY ActivityDate ASC NULLS LAST, LastModifiedDate DESC LIMIT 5), \
         (SELECT Subject, ActivityDate, Who.Name FROM ActivityHistories ORDER BY ActivityDate DESC NULLS LAST, LastModifiedDate DESC LIMIT 5) \
         FROM Account WHERE Id = '{acme}'"
    );
    for text in [
        "SELECT Id, Name, Owner.Name, CreatedDate, BillingCity FROM Account WHERE CreatedDate = LAST_N_DAYS:30 ORDER BY CreatedDate DESC LIMIT 20",
        "SELECT Id, Name, BillingCity, Owner.Name, LastActivityDate FROM Account WHERE Name LIKE '%Acme%' ORDER BY Name LIMIT 6",
        &about,
        "SELECT Id, Name FROM Account WHERE BillingCountryCode = 'DE' AND Industry = 'Manufacturing' AND Id NOT IN (SELECT AccountId FROM Opportunity WHERE IsClosed = false)",
        "SELECT Id, Name, Email FROM User WHERE IsActive = true AND Name LIKE 'Jane%'",
        "SELECT Id, Name FROM Contact WHERE (Name LIKE '%Bob%' OR FirstName IN ('Bob', 'Robert')) AND Account.Name LIKE '%Acme%' LIMIT 6",
        "SELECT LeadSource, IsConverted, COUNT(Id) n FROM Lead GROUP BY LeadSource, IsConverted",
        "SELECT MasterLabel FROM LeadStatus WHERE IsConverted = true",
        "SELECT IsWon, COUNT(Id) n, SUM(Amount) amount FROM Opportunity WHERE IsClosed = true AND CloseDate >= 2020-01-01 GROUP BY IsWon",
        "SELECT StageName, COUNT(Id) n, SUM(Amount) amount FROM Opportunity WHERE IsClosed = false GROUP BY StageName",
        "SELECT MasterLabel, SortOrder, IsWon, IsClosed FROM OpportunityStage WHERE IsActive = true ORDER BY SortOrder",
        "SELECT FiscalYearStartMonth FROM Organization",
        "SELECT Id, Name, Amount FROM Opportunity WHERE IsClosed = false AND (LastActivityDate < LAST_N_DAYS:14 OR LastActivityDate = null)",
        "SELECT CaseNumber, Subject, CreatedDate FROM Case WHERE IsClosed = false AND CreatedDate < LAST_N_DAYS:7 ORDER BY CreatedDate",
        "SELECT Subject, Who.Name, Who.Type, What.Name, What.Type, Owner.Name FROM Task ORDER BY ActivityDate DESC NULLS LAST LIMIT 5",
        "SELECT Id, DeveloperName FROM RecordType WHERE SobjectType = 'Account'",
        "SELECT Id, Name FROM Group WHERE Type = 'Queue'",
        "SELECT Group.Name FROM GroupMember WHERE Group.Type = 'Queue'",
        "SELECT Id FROM Meter_Reading__c ORDER BY Taken_At__c DESC LIMIT 2000 OFFSET 100",
    ] {
        for user in ["admin", "riley"] {
            let (status, body) = query(&org, user, text);
            assert_eq!(status, 200, "{user}: {text}\n{body}");
            assert!(body["totalSize"].as_u64() > Some(0), "{user}: {text}\n{body}");
        }
    }
}
