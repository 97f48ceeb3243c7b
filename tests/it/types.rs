//! Fields of each type as people compare, group and read them: what is meant is found, and what can't be is refused
//! before anything is sent.

use demo_org::{Effect, Extra, Fault, Org, Refusal};
use serde_json::{Value, json};

use crate::bench::Bench;

/// Riley, on the org with odd types and objects.
fn odd() -> Bench {
    Bench::on(Org::demo_with([Extra::Oddities]), "riley")
}

#[track_caller]
fn ask(bench: &Bench, soql: &str) -> Value {
    bench.ok("query", json!({ "soql": soql }))
}

/// The first column of the rows, sorted.
#[track_caller]
fn column(bench: &Bench, soql: &str, name: &str) -> Vec<String> {
    let reply = ask(bench, soql);
    assert_eq!(reply["complete"], true, "{reply:#}");
    let at = reply["columns"].as_array().unwrap().iter().position(|column| column == name);
    let at = at.unwrap_or_else(|| panic!("no {name}: {reply:#}"));
    let mut found: Vec<String> =
        reply["rows"].as_array().unwrap().iter().map(|row| row[at].as_str().unwrap_or("null").to_owned()).collect();
    found.sort();
    found
}

#[track_caller]
fn names(bench: &Bench, object: &str, condition: &str) -> Vec<String> {
    column(bench, &format!("SELECT Name FROM {object} WHERE {condition}"), "Name")
}

#[track_caller]
fn count(bench: &Bench, object: &str, condition: &str) -> u64 {
    ask(bench, &format!("SELECT COUNT() FROM {object} WHERE {condition}"))["rows"][0][0].as_u64().unwrap()
}

fn says(reply: &Value, part: &str) -> bool {
    reply["notices"].as_array().into_iter().flatten().any(|notice| notice.as_str().unwrap().contains(part))
}

/// A refusal before anything is sent, once the objects are known.
#[track_caller]
fn refused(bench: &Bench, tool: &str, arguments: Value) -> Value {
    let first = bench.err(tool, arguments.clone());
    assert_eq!(first["kind"], "invalid_input", "{first:#}");
    let again = bench.refused(tool, arguments);
    assert_eq!(first["message"], again["message"]);
    again
}

#[track_caller]
fn check_refused(bench: &Bench, soql: &str, part: &str) -> Value {
    let error = refused(bench, "query", json!({ "soql": soql }));
    assert!(error["message"].as_str().unwrap().contains(part), "{soql}: {error:#}");
    error
}

// ---- events ----

/// A bench whose user owns a fair on the whole of 20 May and of 22 and 23 May, and an evening of the 20th.
fn fairs(user: &str) -> Bench {
    let bench = Bench::on(Org::demo(), user);
    let event = |subject: &str, fields: Value| {
        let mut fields = fields;
        fields["Subject"] = json!(subject);
        bench.created(json!({ "object": "Event", "fields": fields }));
    };
    event("Fair", json!({ "IsAllDayEvent": true, "ActivityDate": "2026-05-20" }));
    event("Days off", json!({ "IsAllDayEvent": true, "ActivityDate": "2026-05-22", "DurationInMinutes": 2880 }));
    // In Los Angeles the evening of the 20th, in UTC and Berlin the 21st.
    event("Dinner", json!({ "StartDateTime": "2026-05-21T02:00:00Z", "DurationInMinutes": 90 }));
    bench
}

const OWN: &str = "OwnerId = me AND CreatedDate = TODAY";

#[test]
fn a_day_finds_the_events_that_take_the_whole_of_it_west_and_east_of_greenwich() {
    let riley = fairs("riley");
    let subjects = |bench: &Bench, condition: &str| {
        column(bench, &format!("SELECT Subject FROM Event WHERE {OWN} AND {condition}"), "Subject")
    };
    for (condition, found) in [
        ("StartDateTime = 2026-05-20", vec!["Dinner", "Fair"]),
        ("StartDateTime = 2026-05-19", vec![]),
        ("StartDateTime = 2026-05-21", vec![]),
        ("ActivityDate = 2026-05-20", vec!["Dinner", "Fair"]),
        ("ActivityDate = 2026-05-21", vec![]),
        ("DATE(StartDateTime) IN (2026-05-20, 2026-05-22)", vec!["Days off", "Dinner", "Fair"]),
        ("StartDateTime != 2026-05-20", vec!["Days off"]),
        ("NOT (StartDateTime = 2026-05-20)", vec!["Days off"]),
        ("StartDateTime NOT IN ('2026-05-20')", vec!["Days off"]),
        ("StartDateTime >= 2026-05-20 AND StartDateTime < 2026-05-21", vec!["Dinner", "Fair"]),
        ("StartDateTime BETWEEN 2026-05-20 AND 2026-05-22", vec!["Days off", "Dinner", "Fair"]),
        ("(StartDateTime < 2026-05-20 OR StartDateTime > 2026-05-21)", vec!["Days off"]),
        // The moments in which the user's day begins and ends, as programs write a day.
        (
            "StartDateTime >= 2026-05-20T00:00:00-07:00 AND StartDateTime < 2026-05-21T00:00:00-07:00",
            vec!["Dinner", "Fair"],
        ),
        ("StartDateTime > 2026-05-20T12:00:00-07:00", vec!["Days off", "Dinner"]),
        ("StartDateTime <= 2026-05-20T12:00:00-07:00", vec!["Fair"]),
        ("StartDateTime = 2026-05-21T02:00:00Z", vec!["Dinner"]),
        ("StartDateTime = NEXT_WEEK", vec!["Days off", "Dinner", "Fair"]),
        ("StartDateTime = TODAY", vec![]),
        ("DAY_IN_MONTH(StartDateTime) = 20", vec!["Dinner", "Fair"]),
        ("MONTH(StartDateTime) = 5", vec!["Days off", "Dinner", "Fair"]),
        ("HOUR(StartDateTime) = 19", vec!["Dinner"]),
        ("HOUR(StartDateTime) = 17", vec![]),
        ("StartDateTime = null", vec![]),
    ] {
        assert_eq!(subjects(&riley, condition), found, "{condition}");
    }
    let jonas = fairs("jonas");
    for (condition, found) in [
        ("StartDateTime = 2026-05-20", vec!["Fair"]),
        ("StartDateTime = 2026-05-21", vec!["Dinner"]),
        ("StartDateTime >= 2026-05-20T00:00:00+02:00 AND StartDateTime < 2026-05-21T00:00:00+02:00", vec!["Fair"]),
        ("StartDateTime > 2026-05-21", vec!["Days off"]),
    ] {
        assert_eq!(subjects(&jonas, condition), found, "{condition}");
    }
}

#[test]
fn the_end_of_an_event_has_its_own_day() {
    let bench = fairs("riley");
    let dinner = "SELECT Subject FROM Event WHERE OwnerId = me AND CreatedDate = TODAY AND EndDateTime = 2026-05-20";
    assert_eq!(column(&bench, dinner, "Subject"), ["Dinner"]);
    // The org keeps the end of whole days at the midnight after them.
    let off = "SELECT Subject FROM Event WHERE OwnerId = me AND CreatedDate = TODAY AND EndDateTime >= 2026-05-24";
    assert_eq!(column(&bench, off, "Subject"), ["Days off"]);
}

#[test]
fn events_of_a_record_are_asked_for_by_their_own_days() {
    let bench = fairs("riley");
    let fair = "SELECT Id FROM Event WHERE OwnerId = me AND Subject = 'Fair'";
    let id = ask(&bench, fair)["rows"][0][0].as_str().unwrap().to_owned();
    bench.org.set(&bench.org.id("fair").unwrap(), "Subject", "Other fair");
    let changes = json!({ "object": "Event", "record": id, "fields": { "WhatId": bench.id("acme") } });
    bench.ok("update", changes);
    let soql = "SELECT Name, (SELECT Subject, StartDateTime FROM Events WHERE StartDateTime = 2026-05-20) FROM Account WHERE Name = 'Acme'";
    let reply = ask(&bench, soql);
    assert_eq!(reply["rows"][0][2][0]["Subject"], "Fair", "{reply:#}");
    assert_eq!(reply["rows"][0][2][0]["StartDateTime"], "2026-05-20 (all day)", "{reply:#}");
}

#[test]
fn a_parameter_is_a_day_or_a_moment_of_events_too() {
    let bench = fairs("riley");
    for (day, rows) in [(json!("2026-05-20"), 2), (json!(["2026-05-20", "2026-05-22"]), 3), (json!("NEXT_WEEK"), 3)] {
        let soql = format!("SELECT Subject FROM Event WHERE {OWN} AND StartDateTime = :day");
        let reply = bench.ok("query", json!({ "soql": soql, "params": { "day": day } }));
        assert_eq!(reply["rows"].as_array().unwrap().len(), rows, "{reply:#}");
    }
}

#[test]
fn whole_days_count_on_their_own_day_where_events_are_grouped() {
    let bench = fairs("riley");
    for field in ["StartDateTime", "DAY_ONLY(StartDateTime)", "ActivityDate", "DATE(StartDateTime)"] {
        let soql = format!(
            "SELECT {field}, COUNT(Id) n, SUM(DurationInMinutes) minutes, AVG(DurationInMinutes) mean, \
             MIN(DurationInMinutes) least, MAX(DurationInMinutes) most FROM Event WHERE {OWN} GROUP BY {field} ORDER BY {field}"
        );
        let reply = ask(&bench, &soql);
        // Of days between, there is a row as of every period.
        let rows: Vec<&Value> = reply["rows"].as_array().unwrap().iter().filter(|row| row[1] != 0).collect();
        assert_eq!(rows.len(), 2, "{reply:#}");
        assert_eq!(rows[0][0], "2026-05-20", "{reply:#}");
        // The number, its share, the minutes, their share, the mean, the extremes.
        assert_eq!([&rows[0][1], &rows[0][3]], [&json!(2), &json!(1530)], "{reply:#}");
        assert_eq!([&rows[0][5], &rows[0][6], &rows[0][7]], [&json!(765), &json!(90), &json!(1440)], "{reply:#}");
        assert_eq!([&rows[1][0], &rows[1][1]], [&json!("2026-05-22"), &json!(1)], "{reply:#}");
        assert_eq!(reply["totals"]["n"], 3);
    }
}

#[test]
fn groups_of_events_are_in_the_order_asked_for() {
    let bench = fairs("riley");
    let firsts = |order: &str| -> Vec<Value> {
        let soql =
            format!("SELECT StartDateTime, COUNT(Id) n FROM Event WHERE {OWN} GROUP BY StartDateTime ORDER BY {order}");
        let rows = ask(&bench, &soql)["rows"].as_array().unwrap().clone();
        rows.iter().filter(|row| row[1] != 0).map(|row| row[0].clone()).collect()
    };
    assert_eq!(firsts("COUNT(Id) DESC"), ["2026-05-20", "2026-05-22"]);
    assert_eq!(firsts("COUNT(Id)"), ["2026-05-22", "2026-05-20"]);
    assert_eq!(firsts("StartDateTime DESC"), ["2026-05-22", "2026-05-20"]);
}

#[test]
fn a_month_of_events_has_the_whole_days_of_its_first() {
    let bench = Bench::new();
    for (subject, day) in [("First", "2026-06-01"), ("Last", "2026-05-31")] {
        let fields = json!({ "Subject": subject, "IsAllDayEvent": true, "ActivityDate": day });
        bench.created(json!({ "object": "Event", "fields": fields }));
    }
    let soql = format!(
        "SELECT YEAR(StartDateTime), MONTH(StartDateTime), COUNT(Id) FROM Event WHERE {OWN} \
         GROUP BY YEAR(StartDateTime), MONTH(StartDateTime)"
    );
    let reply = ask(&bench, &soql);
    assert_eq!(reply["rows"], json!([["2026-05", 1, 0.5], ["2026-06", 1, 0.5]]), "{reply:#}");
    let soql = format!(
        "SELECT DAY_IN_WEEK(StartDateTime), COUNT(Id) FROM Event WHERE {OWN} GROUP BY DAY_IN_WEEK(StartDateTime)"
    );
    // A Sunday and a Monday.
    assert_eq!(ask(&bench, &soql)["rows"].as_array().unwrap().len(), 2);
    let soql = format!("SELECT HOUR(StartDateTime), COUNT(Id) FROM Event WHERE {OWN} GROUP BY HOUR(StartDateTime)");
    assert_eq!(ask(&bench, &soql)["rows"], json!([[null, 2, 1]]));
}

#[test]
fn what_groups_of_events_cannot_say_is_refused() {
    let bench = Bench::warm(&["Event"]);
    let of =
        |select: &str, rest: &str| format!("SELECT StartDateTime, {select} FROM Event GROUP BY StartDateTime{rest}");
    check_refused(&bench, &of("COUNT_DISTINCT(Subject)", ""), "different values");
    check_refused(&bench, &of("COUNT(Id)", " HAVING COUNT(Id) > 1"), "HAVING");
    check_refused(&bench, &of("COUNT(Id), IsAllDayEvent", ", IsAllDayEvent"), "IsAllDayEvent");
    let soql = "SELECT StartDateTime, COUNT(Id) FROM Event GROUP BY StartDateTime HAVING StartDateTime = 2026-05-20";
    assert_eq!(ask(&bench, soql)["rows"].as_array().unwrap().len(), 1);
}

#[test]
fn rows_and_candidates_say_that_an_event_takes_the_whole_day() {
    let bench = fairs("riley");
    let reply = ask(&bench, &format!("SELECT Subject, StartDateTime FROM Event WHERE {OWN} ORDER BY Subject"));
    let starts: Vec<&Value> = reply["rows"].as_array().unwrap().iter().map(|row| &row[2]).collect();
    assert_eq!(starts, ["2026-05-22 (all day)", "2026-05-21T02:00:00Z", "2026-05-20 (all day)"], "{reply:#}");
    let found = bench.ok("find", json!({ "text": "Fair", "objects": ["Event"] }));
    let facts = |at: usize| found["candidates"][at]["facts"]["StartDateTime"].as_str().unwrap().to_owned();
    assert!((0..2).all(|at| facts(at) == "2026-05-20 (all day)"), "{found:#}");
    let read = bench.ok("get", json!({ "object": "Event", "record": "Days off", "fields": ["StartDateTime"] }));
    assert_eq!(read["fields"]["StartDateTime"], "2026-05-22 (all day)", "{read:#}");
}

// ---- multi-selects ----

#[test]
fn a_value_of_several_is_included() {
    let bench = Bench::warm(&["Contact"]);
    let both = ["Greta Vogel", "Robert Klein"];
    for condition in [
        "Languages = 'German'",
        "Languages = 'german'",
        "Languages IN ('German')",
        "Languages LIKE '%Germ%'",
        "Languages LIKE 'German'",
        "Languages = 'English;German'",
        "Languages IN ('French', 'German')",
        "Languages INCLUDES ('German')",
        "(Languages = 'German' OR Name = 'Nobody')",
    ] {
        assert_eq!(names(&bench, "Contact", condition), both, "{condition}");
    }
    assert_eq!(count(&bench, "Contact", "Languages = 'German'"), 2);
    let reply = ask(&bench, "SELECT COUNT(Id) FROM Contact WHERE Languages = 'German'");
    assert_eq!(reply["rows"], json!([[2]]));
    assert!(says(&reply, "includes"), "{reply:#}");
    let all = count(&bench, "Contact", "Id != null");
    for condition in [
        "Languages != 'German'",
        "Languages NOT IN ('German')",
        "NOT (Languages = 'German')",
        "NOT (Languages LIKE '%Germ%')",
        "Languages EXCLUDES ('German')",
    ] {
        assert_eq!(count(&bench, "Contact", condition), all - 2, "{condition}");
    }
    assert_eq!(count(&bench, "Contact", "Languages = null"), all - 2);
    assert_eq!(count(&bench, "Contact", "Languages != null"), 2);
    assert_eq!(count(&bench, "Contact", "Languages = 'Spanish'"), 0);
    let nothing = ask(&bench, "SELECT Name FROM Contact WHERE Languages = 'Klingon'");
    assert!(says(&nothing, "none of its values"), "{nothing:#}");
    // Beside values that are there, or where what is not so is asked for, rows hide it.
    for condition in
        ["Languages IN ('German', 'Klingon')", "Languages != 'Klingon'", "Languages INCLUDES ('German', 'Klingon')"]
    {
        let some = ask(&bench, &format!("SELECT Name FROM Contact WHERE {condition}"));
        assert!(!some["rows"].as_array().unwrap().is_empty(), "{some:#}");
        assert!(says(&some, "none of its values"), "{condition}: {some:#}");
    }
    assert!(!says(&ask(&bench, "SELECT Name FROM Contact WHERE Languages IN ('German', 'French')"), "none of its"));
    let by_params =
        json!({ "soql": "SELECT Name FROM Contact WHERE Languages IN :some", "params": { "some": ["German"] } });
    assert_eq!(bench.ok("query", by_params)["rows"].as_array().unwrap().len(), 2);
}

#[test]
fn what_several_values_have_not_is_refused() {
    let bench = odd();
    for soql in [
        "SELECT Name FROM Visit__c WHERE Topics__c > 'PRC'",
        "SELECT Name FROM Visit__c ORDER BY Topics__c",
        "SELECT Topics__c, COUNT(Id) FROM Visit__c GROUP BY Topics__c",
        "SELECT COUNT(Topics__c) FROM Visit__c",
        "SELECT MAX(Topics__c) FROM Visit__c",
    ] {
        check_refused(&bench, soql, "several values");
    }
    let keys = |condition: &str| {
        column(&bench, &format!("SELECT Visit_Key__c FROM Visit__c WHERE {condition}"), "Visit_Key__c")
    };
    assert_eq!(keys("Topics__c = 'Pricing'"), ["V-1", "V-3"]);
    assert_eq!(keys("Topics__c = 'PRC;SEC'"), ["V-3"]);
    assert_eq!(keys("Topics__c LIKE 'Train%'"), ["V-1", "V-2"]);
    assert_eq!(keys("Id IN (SELECT Id FROM Visit__c WHERE Topics__c = 'Security')"), ["V-3"]);
}

// ---- countries and states ----

const GERMAN: [&str; 5] = [
    "ACME Labs GmbH",
    "Bavaria Antriebe GmbH",
    "Hanse Logistik GmbH",
    "Nordlicht Fertigung GmbH",
    "Rheinwerk Maschinenbau AG",
];

#[test]
fn a_country_or_state_is_found_by_its_code_and_by_its_name() {
    // With and without a kept description.
    for bench in [Bench::new(), Bench::warm(&["Account"])] {
        for condition in [
            "BillingCountry = 'DE'",
            "BillingCountry = 'de'",
            "BillingCountry = 'Germany'",
            "BillingCountry = 'germany'",
            "BillingCountry = 'Deutschland'",
            "BillingCountry = 'DEU'",
            "BillingCountryCode = 'Germany'",
            "BillingCountryCode = 'Deutschland'",
            "BillingCountryCode = 'DE'",
            "BillingCountry IN ('DE')",
            "BillingCountry LIKE 'DE'",
            "BillingCountry LIKE 'Germ%'",
            "(BillingCountry = 'DE' OR Name = 'Nobody')",
            "NOT (BillingCountry != 'DE')",
        ] {
            assert_eq!(names(&bench, "Account", condition), GERMAN, "{condition}");
        }
        let american = count(&bench, "Account", "BillingCountryCode = 'US'");
        assert!(american > 8);
        for condition in ["BillingCountry = 'USA'", "BillingCountry = 'U.S.'", "BillingCountry = 'United States'"] {
            assert_eq!(count(&bench, "Account", condition), american, "{condition}");
        }
        assert_eq!(names(&bench, "Account", "BillingState = 'CA'"), ["Acme", "Pacific Drones"]);
        assert_eq!(
            names(&bench, "Account", "BillingState IN ('ca', 'Texas')"),
            ["Acme", "Globex", "Initech", "Pacific Drones"]
        );
        // California's code is Canada's too, and a name is one of them.
        assert_eq!(names(&bench, "Account", "BillingCountry = 'CA'"), ["Lumen Analytics"]);
        let all = count(&bench, "Account", "Id != null");
        assert_eq!(count(&bench, "Account", "BillingCountry NOT IN ('DE', 'USA')"), all - 5 - american);
        assert_eq!(count(&bench, "Account", "BillingState != 'CA'"), all - 2);
        assert_eq!(
            names(&bench, "Contact", "Account.BillingCountry = 'DE' AND Account.Name LIKE 'R%'"),
            ["Greta Vogel"]
        );
        assert_eq!(names(&bench, "Contact", "MailingCountry = 'USA' AND MailingState = 'CA'"), ["Bob Stone"]);
    }
}

#[test]
fn a_country_is_meant_in_numbers_too() {
    let bench = Bench::new();
    let reply = ask(&bench, "SELECT Industry, COUNT(Id) FROM Account WHERE BillingCountry = 'DE' GROUP BY Industry");
    assert_eq!(reply["totals"]["count"], 5, "{reply:#}");
    for country in ["DE", "Germany"] {
        let soql = format!(
            "SELECT BillingCountry, COUNT(Id) FROM Account GROUP BY BillingCountry HAVING BillingCountry = '{country}'"
        );
        assert_eq!(ask(&bench, &soql)["rows"], json!([["Germany", 5, 1]]), "{country}");
        let soql = soql.replace("BillingCountry", "BillingCountryCode");
        assert_eq!(ask(&bench, &soql)["rows"], json!([["DE", 5, 1]]), "{country}");
    }
}

#[test]
fn a_place_that_was_taken_for_another_or_for_none_is_said() {
    let bench = Bench::new();
    let reply = ask(&bench, "SELECT Name FROM Account WHERE BillingCountry = 'USA'");
    assert!(says(&reply, "stands for"), "{reply:#}");
    assert_eq!(reply["details"]["BillingCountry"], json!(["United States"]));
    assert!(!says(&ask(&bench, "SELECT Name FROM Account WHERE BillingCountry = 'Germany'"), "stands for"));
    for soql in [
        "SELECT Name FROM Account WHERE BillingCountry = 'Atlantis'",
        "SELECT Name FROM Account WHERE BillingCountry = 'Atlantis' OR Name = 'Acme'",
    ] {
        let reply = ask(&bench, soql);
        assert!(says(&reply, "none of its values"), "{reply:#}");
    }
}

#[test]
fn an_address_that_an_admin_added_is_asked_for_by_whatever_its_places_are_called() {
    let bench = odd();
    let names = |condition: &str| {
        let rows = column(&bench, &format!("SELECT Visit_Key__c FROM Visit__c WHERE {condition}"), "Visit_Key__c");
        rows.join(" ")
    };
    for (condition, expected) in [
        ("Venue__CountryCode__s = 'Germany'", "V-4"),
        ("Venue__CountryCode__s = 'deutschland'", "V-4"),
        ("Venue__CountryCode__s IN ('USA', 'DE')", "V-1 V-2 V-4"),
        ("Venue__CountryCode__s != 'United States'", "V-3 V-4"),
        ("Venue__StateCode__s = 'Texas'", "V-2"),
        ("Venue__StateCode__s LIKE 'ca'", "V-1"),
        ("Venue__City__s = 'Berlin'", "V-4"),
    ] {
        assert_eq!(names(condition), expected, "{condition}");
    }
    let nothing = ask(&bench, "SELECT Name FROM Visit__c WHERE Venue__CountryCode__s = 'Atlantis'");
    assert!(says(&nothing, "none of its values"), "{nothing:#}");
    let grouped = ask(&bench, "SELECT Venue__CountryCode__s, COUNT(Id) FROM Visit__c GROUP BY Venue__CountryCode__s");
    assert!(grouped["rows"].to_string().contains("DE"), "{grouped:#}");
    check_refused(&bench, "SELECT Name FROM Visit__c WHERE Venue__c = 'Berlin'", "made of parts");
}

#[test]
fn where_countries_are_free_text_a_miss_is_said() {
    let bench = Bench::on(Org::demo_with([Extra::TextAddresses]), "riley");
    let reply = ask(&bench, "SELECT Name FROM Account WHERE BillingCountry = 'DE'");
    assert_eq!(reply["rows"], json!([]));
    assert!(says(&reply, "free text"), "{reply:#}");
    assert_eq!(names(&bench, "Account", "BillingCountry = 'Germany'").len(), 5);
    assert!(!says(&ask(&bench, "SELECT Name FROM Account WHERE BillingCountry = 'Germany'"), "free text"));
}

// ---- phones, percents and times ----

#[test]
fn a_phone_number_is_its_digits() {
    let bench = Bench::new();
    for condition in [
        "Phone = '+1 415 555 0101'",
        "Phone = '14155550101'",
        "Phone = '(415) 555-0101'",
        "Phone = '415.555.0101'",
        "Phone IN ('001 415 555 0101', '000')",
        "Phone LIKE '%555-0101'",
        "(Phone = '4155550101' AND Email != null)",
    ] {
        assert_eq!(names(&bench, "Contact", condition), ["Bob Stone"], "{condition}");
    }
    let all = count(&bench, "Contact", "Id != null");
    assert_eq!(count(&bench, "Contact", "Phone != '4155550101'"), all - 1);
    assert_eq!(count(&bench, "Contact", "Phone = '4155550199'"), 0);
    assert_eq!(count(&bench, "Contact", "Phone = 'none'"), 0);
    assert_eq!(count(&bench, "Contact", "Phone != null"), all - count(&bench, "Contact", "Phone = null"));
    let reply = ask(&bench, "SELECT Name FROM Contact WHERE Phone = '4155550101'");
    assert!(says(&reply, "digits"), "{reply:#}");
    let exact = ask(&bench, "SELECT Name FROM Contact WHERE Phone = '+1 415 555 0101'");
    assert!(!says(&exact, "digits"), "{exact:#}");
    assert_eq!(names(&bench, "Contact", "Account.Phone = '7135550140'"), ["Bob Fisher", "Sarah Chen"]);
}

#[test]
fn seventy_five_percent_is_75() {
    let bench = odd();
    let keys = |condition: &str| {
        column(&bench, &format!("SELECT Visit_Key__c FROM Visit__c WHERE {condition}"), "Visit_Key__c")
    };
    for condition in
        ["Satisfaction__c = '75%'", "Satisfaction__c = 75%", "Satisfaction__c = 75", "Satisfaction__c = '75 %'"]
    {
        assert_eq!(keys(condition), ["V-1"], "{condition}");
    }
    assert_eq!(keys("Satisfaction__c >= 75%"), ["V-1", "V-3"]);
    assert_eq!(keys("Satisfaction__c BETWEEN '70%' AND '80%'"), ["V-1"]);
    assert_eq!(keys("Satisfaction__c IN ('75%', '100%')"), ["V-1", "V-3"]);
    assert_eq!(keys("Satisfaction__c = '0.75%'"), ["V-2"]);
    let reply = ask(&bench, "SELECT Name FROM Visit__c WHERE Satisfaction__c > 0.7");
    assert!(says(&reply, "less than one percent"), "{reply:#}");
    assert!(!says(&ask(&bench, "SELECT Name FROM Visit__c WHERE Satisfaction__c > 70"), "percent"));
    let soql =
        "SELECT Account__c, AVG(Satisfaction__c) FROM Visit__c GROUP BY Account__c HAVING AVG(Satisfaction__c) > '50%'";
    assert_eq!(ask(&bench, soql)["rows"].as_array().unwrap().len(), 2);
    let said = bench.ok("describe", json!({ "object": "Visit__c", "search": "Satisfaction" }));
    assert!(said["fields"][0].to_string().contains("75 is 75 %"), "{said:#}");
}

#[test]
fn a_time_of_day_is_understood_as_people_write_it() {
    let bench = odd();
    let keys = |condition: &str| {
        column(&bench, &format!("SELECT Visit_Key__c FROM Visit__c WHERE {condition}"), "Visit_Key__c")
    };
    for condition in [
        "Starts_At__c = '10:00'",
        "Starts_At__c = 10:00",
        "Starts_At__c = '10am'",
        "Starts_At__c = 10am",
        "Starts_At__c = '10:00:00.000Z'",
        "Starts_At__c = 10:00:00.000Z",
        "Starts_At__c = TIME '10:00'",
    ] {
        assert_eq!(keys(condition), ["V-1"], "{condition}");
    }
    assert_eq!(keys("Starts_At__c >= '10 a.m.'"), ["V-1", "V-3"]);
    assert_eq!(keys("Starts_At__c IN ('8:15', '3pm')"), ["V-2", "V-3"]);
    assert_eq!(keys("Starts_At__c NOT IN ('8:15', '3pm')"), ["V-1", "V-4"]);
    assert_eq!(keys("Starts_At__c BETWEEN '8:00' AND 'noon'"), ["V-1", "V-2"]);
    assert_eq!(keys("Starts_At__c = null"), ["V-4"]);
    let reply = bench.ok(
        "query",
        json!({ "soql": "SELECT Visit_Key__c FROM Visit__c WHERE Starts_At__c < :t", "params": { "t": "9am" } }),
    );
    assert_eq!(reply["rows"][0][1], "V-2");
    check_refused(&bench, "SELECT Name FROM Visit__c WHERE Starts_At__c = 'soon'", "no value");
    check_refused(&bench, "SELECT Name FROM Visit__c WHERE Starts_At__c = '10'", "no value");
    check_refused(&bench, "SELECT Name FROM Visit__c WHERE Starts_At__c LIKE '10%'", "no text");
    check_refused(&bench, "SELECT MIN(Starts_At__c) FROM Visit__c", "time of day");
    check_refused(&bench, "SELECT Starts_At__c, COUNT(Id) FROM Visit__c GROUP BY Starts_At__c", "time of day");
    let sorted = ask(&bench, "SELECT Visit_Key__c FROM Visit__c ORDER BY Starts_At__c DESC");
    assert_eq!(sorted["rows"][0][1], "V-3");
}

// ---- rich text and e-mails ----

#[test]
fn rich_text_is_read_as_text_and_described_as_html() {
    let bench = odd();
    let text = "Bob showed the new hall.\nOpen points:\nprice < 100 & delivery\ntraining";
    let reply = ask(&bench, "SELECT Report__c FROM Visit__c WHERE Visit_Key__c = 'V-1'");
    assert_eq!(reply["rows"][0][1], text);
    let id = bench.id("visit_acme");
    let read = bench.ok("get", json!({ "record": id, "object": "Visit__c", "fields": ["Report"] }));
    assert_eq!(read["fields"]["Report__c"], text);
    assert_eq!(
        bench.ok("get", json!({ "record": id, "object": "Visit__c", "full": true }))["fields"]["Report__c"],
        text
    );
    let children = ask(&bench, "SELECT Name, (SELECT Report__c FROM Visits__r) FROM Account WHERE Name = 'Acme'");
    assert_eq!(children["rows"][0][2][0]["Report__c"], text, "{children:#}");
    let said = bench.ok("describe", json!({ "object": "Visit__c", "search": "Report" }));
    assert!(said["fields"][0].to_string().contains("htmlFormatted"), "{said:#}");
    // Plain text is nobody's HTML.
    bench.org.set(&bench.org.id("visit_acme").unwrap(), "Summary__c", "1 < 2 <x>");
    let plain = ask(&bench, "SELECT Summary__c FROM Visit__c WHERE Visit_Key__c = 'V-1'");
    assert_eq!(plain["rows"][0][1], "1 < 2 <x>");
    check_refused(&bench, "SELECT Name FROM Visit__c WHERE Report__c LIKE '%hall%'", "rich text");
    check_refused(&bench, "SELECT Name FROM Visit__c ORDER BY Report__c", "rich text");
}

#[test]
fn an_email_that_has_only_html_shows_its_text() {
    let bench = odd();
    let timeline = bench.ok("activities", json!({ "record": bench.id("globex_deal"), "object": "Opportunity" }));
    let item = |subject: &str| {
        let items = timeline["items"].as_array().unwrap();
        items.iter().find(|item| item["subject"] == subject).unwrap_or_else(|| panic!("{timeline:#}")).clone()
    };
    assert_eq!(item("Rollout dates")["text"], "Hello Riley,\nwe can start on 1 June & need:\nthe plan\nthe price");
    let case = bench.ok("activities", json!({ "record": bench.id("case_old_1"), "object": "Case" }));
    assert!(case.to_string().contains("It stops at row 99,000.\\nThe log is attached."), "{case:#}");
    let read = bench.ok("get", json!({ "record": bench.id("html_mail"), "object": "EmailMessage" }));
    assert!(read["fields"]["TextBody"].as_str().unwrap().starts_with("Hello Riley,\nwe"), "{read:#}");
    assert!(read["fields"]["HtmlBody"].is_null(), "the same text twice: {read:#}");
    let named = bench.ok(
        "get",
        json!({ "record": bench.id("html_mail"), "object": "EmailMessage", "fields": ["Subject", "TextBody"] }),
    );
    assert_eq!(named["fields"]["TextBody"], read["fields"]["TextBody"], "{named:#}");
    let rows = ask(&bench, "SELECT Subject, TextBody FROM EmailMessage WHERE Subject = 'Rollout dates'");
    assert_eq!(rows["columns"], json!(["Id", "Subject", "TextBody"]), "{rows:#}");
    assert_eq!(rows["rows"][0][2], read["fields"]["TextBody"], "{rows:#}");
    let html = ask(&bench, "SELECT HtmlBody FROM EmailMessage WHERE Subject = 'Rollout dates'");
    assert_eq!(html["rows"][0][1], read["fields"]["TextBody"], "{html:#}");
    let children =
        ask(&bench, "SELECT Subject, (SELECT TextBody FROM EmailMessages) FROM Case WHERE CaseNumber != null");
    let texts = children.to_string();
    assert!(texts.contains("It stops at row 99,000.") && !texts.contains("HtmlBody"), "{children:#}");
    let plain = bench.ok("get", json!({ "record": bench.id("mail"), "object": "EmailMessage" }));
    assert!(plain["fields"]["TextBody"].is_string() && plain["fields"]["HtmlBody"].is_null(), "{plain:#}");
}

// ---- archived activities ----

#[test]
fn archived_activities_are_read_where_a_query_reaches_back() {
    let bench = Bench::new();
    let subjects = |object: &str, condition: &str| {
        column(&bench, &format!("SELECT Subject FROM {object} WHERE {condition}"), "Subject")
    };
    assert_eq!(subjects("Task", "ActivityDate < 2025-05-12"), ["Call", "Send Letter"]);
    assert_eq!(subjects("Event", "StartDateTime < LAST_N_DAYS:364"), ["Meeting", "Trade fair"]);
    assert_eq!(subjects("Event", "ActivityDate = 2025-05-05"), ["Trade fair"]);
    assert_eq!(subjects("Task", "IsArchived = true").len(), 3);
    assert_eq!(count(&bench, "Event", "ActivityDate < 2025-05-12"), 2);
    let grouped = ask(&bench, "SELECT Subject, COUNT(Id) FROM Task WHERE ActivityDate = 2025-03-10 GROUP BY Subject");
    assert_eq!(grouped["rows"], json!([["Send Letter", 1, 1]]));
    let total = ask(&bench, "SELECT Subject, COUNT(*) OVER () FROM Task WHERE IsArchived = true");
    assert_eq!(total["total"], 3, "{total:#}");
    let children = ask(
        &bench,
        "SELECT Name, (SELECT Subject FROM Tasks WHERE IsArchived = true) FROM Account WHERE Name = 'Acme'",
    );
    assert_eq!(children["rows"][0][2].as_array().unwrap().len(), 2, "{children:#}");
    // Deleted ones stay deleted.
    bench.org.change_access("riley", |_| {});
    let url = format!("/services/data/v65.0/sobjects/Task/{}", bench.id("archived_letter"));
    let delete = http::Request::delete(url).header("authorization", format!("Bearer {}", bench.org.token("admin")));
    assert_eq!(bench.org.handle(delete.body(Vec::new()).unwrap()).response().unwrap().status(), 204);
    assert_eq!(subjects("Task", "ActivityDate < 2025-05-12"), ["Call"]);
}

#[test]
fn a_query_of_recent_activities_reads_no_archive() {
    let bench = Bench::warm(&["Task", "Event"]);
    let asked_all = |soql: &str| {
        ask(&bench, soql);
        bench.sent.borrow().last().unwrap().uri().path().ends_with("/queryAll")
    };
    for (soql, all) in [
        ("SELECT Subject FROM Task WHERE ActivityDate >= 2026-01-01", false),
        ("SELECT Subject FROM Task WHERE ActivityDate = LAST_N_DAYS:30 AND Status = 'Completed'", false),
        ("SELECT Subject FROM Task WHERE IsClosed = false", false),
        ("SELECT Subject FROM Event WHERE StartDateTime = THIS_WEEK", false),
        ("SELECT Subject FROM Event WHERE StartDateTime > CURRENT_DATE - INTERVAL '30' DAY", false),
        ("SELECT Subject FROM Task", true),
        ("SELECT Subject FROM Task WHERE ActivityDate <= TODAY", true),
        ("SELECT Subject FROM Task WHERE ActivityDate >= 2025-01-01", true),
        ("SELECT Subject FROM Task WHERE (ActivityDate = TODAY OR Status = 'Completed')", true),
        ("SELECT Subject FROM Event WHERE StartDateTime = LAST_YEAR", true),
        ("SELECT Subject FROM Event WHERE StartDateTime = LAST_N_MONTHS:24", true),
        ("SELECT Name FROM Account", false),
    ] {
        assert_eq!(asked_all(soql), all, "{soql}");
    }
}

#[test]
fn a_timeline_goes_back_to_what_is_archived() {
    let bench = Bench::new();
    let acme = json!({ "record": bench.id("acme"), "object": "Account", "limit": 50 });
    let timeline = bench.ok("activities", acme.clone());
    assert!(timeline.to_string().contains("First call with Bob"), "{timeline:#}");
    let read = bench.ok("get", json!({ "record": bench.id("acme"), "related": ["tasks", "events"] }));
    assert!(read.to_string().contains("Sort the old paper files"), "{read:#}");
    for record in [bench.id("archived_undated"), "Sort the old paper files".to_owned()] {
        let read = bench.ok("get", json!({ "object": "Task", "record": record }));
        assert_eq!(read["id"], bench.id("archived_undated"), "{read:#}");
    }
    let found = bench.ok("find", json!({ "text": "old paper", "objects": ["Task"] }));
    assert_eq!(found["candidates"][0]["id"], bench.id("archived_undated"), "{found:#}");
    let jonas = Bench::of("jonas");
    let day = jonas.ok("activities", json!({ "first_day": "2025-03-10" }));
    assert_eq!(day["items"][0]["subject"], "Send Letter", "{day:#}");
}

#[test]
fn all_rows_is_refused_for_what_it_is() {
    check_refused(&Bench::new(), "SELECT Id FROM Task ALL ROWS", "only Apex takes it; leave ALL ROWS out");
}

// ---- what has no size, no name, or can't be queried ----

#[test]
fn where_nobody_knows_how_many_there_are_the_last_page_decides() {
    let bench = odd();
    let soql = "SELECT ExternalId, Amount__c FROM Invoice__x WHERE Paid__c = false ORDER BY ExternalId";
    let reply = ask(&bench, soql);
    assert_eq!((reply["rows"].as_array().unwrap().len(), &reply["complete"]), (3, &json!(true)), "{reply:#}");
    bench.org.limit_pages(2);
    assert_eq!(ask(&bench, soql)["rows"].as_array().unwrap().len(), 3);
    let page = bench.ok("query", json!({ "soql": soql, "limit": 2 }));
    assert_eq!((&page["complete"], page["cursor"].is_string()), (&json!(false), true), "{page:#}");
    let rest = bench.ok("query", json!({ "soql": soql, "limit": 2, "cursor": page["cursor"] }));
    assert_eq!((rest["rows"].as_array().unwrap().len(), &rest["complete"]), (1, &json!(true)), "{rest:#}");
    assert_eq!(ask(&bench, "SELECT COUNT() FROM Invoice__x")["rows"], json!([[5]]));
    let nothing = ask(&bench, "SELECT ExternalId FROM Invoice__x WHERE Amount__c > 99999");
    assert_eq!((&nothing["rows"], &nothing["complete"]), (&json!([]), &json!(true)));
    let read = bench.ok("get", json!({ "object": "Invoice__x", "record": bench.id("invoice_1") }));
    assert_eq!(read["fields"]["Amount__c"], 1200.5, "{read:#}");
}

#[test]
fn a_count_that_nobody_knows_is_none() {
    let bench = Bench::warm(&["Account"]);
    bench.rewrite.replace(Some(Box::new(|body| body.replace("\"totalSize\":", "\"totalSize\":-1,\"old\":"))));
    let reply = ask(&bench, "SELECT COUNT() FROM Account");
    assert_eq!((&reply["rows"], &reply["complete"], &reply["total"]), (&json!([[null]]), &json!(false), &Value::Null));
    assert!(says(&reply, "does not say how many"), "{reply:#}");
}

#[test]
fn what_external_objects_do_not_take_is_refused() {
    let bench = odd();
    for soql in [
        "SELECT SUM(Amount__c) FROM Invoice__x",
        "SELECT Paid__c, COUNT(Id) FROM Invoice__x GROUP BY Paid__c",
        "SELECT ExternalId FROM Invoice__x WHERE ExternalId LIKE '2026%'",
    ] {
        check_refused(&bench, soql, "external objects");
    }
}

#[test]
fn records_without_a_name_are_skipped_where_others_are_found() {
    let bench = odd();
    let reply = bench.ok("find", json!({ "text": "Acme", "objects": ["CaseComment", "Account"] }));
    assert!(says(&reply, "CaseComment records have no name"), "{reply:#}");
    assert!(!reply["candidates"].as_array().unwrap().is_empty());
    let zebra = bench.ok("find", json!({ "text": "zzzz", "objects": ["CaseComment", "Account"] }));
    assert_eq!(zebra["candidates"], json!([]));
    for (tool, arguments) in [
        ("find", json!({ "text": "Acme", "objects": ["CaseComment"] })),
        ("get", json!({ "object": "CaseComment", "record": "some comment" })),
        ("get", json!({ "object": "OpportunityContactRole", "record": "Bob" })),
        ("get", json!({ "object": "Invoice__x", "record": "2026-0001" })),
    ] {
        let error = refused(&bench, tool, arguments);
        assert!(error["message"].as_str().unwrap().contains("give the record's id"), "{error:#}");
    }
}

#[test]
fn what_cannot_be_queried_is_refused_with_what_can_be_done() {
    let bench = odd();
    for (tool, arguments) in [
        ("query", json!({ "soql": "SELECT Order_Number__c FROM Order_Shipped__e" })),
        ("query", json!({ "soql": "SELECT COUNT() FROM Order_Shipped__e" })),
        ("query", json!({ "soql": "SELECT Name FROM Account WHERE Id IN (SELECT CreatedById FROM Order_Shipped__e)" })),
        ("get", json!({ "object": "Order_Shipped__e", "record": "O-1" })),
        ("find", json!({ "objects": ["Order_Shipped__e"], "text": "O-1" })),
    ] {
        let error = refused(&bench, tool, arguments);
        assert!(error["message"].as_str().unwrap().contains("platform event"), "{error:#}");
    }
}

#[test]
fn compound_fields_are_refused_with_their_parts() {
    let bench = odd();
    for soql in [
        "SELECT Name FROM Account WHERE BillingAddress LIKE '%Berlin%'",
        "SELECT Name FROM Account WHERE BillingAddress = 'Berlin'",
        "SELECT Name FROM Account WHERE BillingAddress != null",
        "SELECT Name FROM Account WHERE \"Billing Address\" IN ('Berlin')",
        "SELECT Name FROM Account ORDER BY BillingAddress",
        "SELECT BillingAddress, COUNT(Id) FROM Account GROUP BY BillingAddress",
        "SELECT COUNT(BillingAddress) FROM Account",
    ] {
        let error = check_refused(&bench, soql, "made of parts");
        assert!(error["allowed"].as_array().unwrap().contains(&json!("BillingCity")), "{soql}: {error:#}");
    }
    let error = check_refused(&bench, "SELECT Name FROM Contact ORDER BY Account.BillingAddress", "made of parts");
    assert!(error["allowed"].as_array().unwrap().contains(&json!("Account.BillingCity")), "{error:#}");
    for soql in ["SELECT Name FROM Visit__c WHERE Place__c != null", "SELECT Name FROM Visit__c ORDER BY Place__c"] {
        let error = check_refused(&bench, soql, "distances are not supported");
        assert!(error["allowed"].as_array().unwrap().contains(&json!("Place__Latitude__s")), "{error:#}");
    }
}

#[test]
fn a_parent_of_several_objects_has_what_all_of_them_have() {
    let bench = Bench::new();
    for soql in [
        "SELECT Subject, What.Amount FROM Task",
        "SELECT Subject FROM Task WHERE What.StageName = 'Closed Won'",
        "SELECT Subject FROM Task ORDER BY Who.Company",
    ] {
        let error = check_refused(&bench, soql, "several objects");
        let allowed = error["allowed"].as_array().unwrap();
        assert!(allowed.contains(&json!("What.Name")) || allowed.contains(&json!("Who.Name")), "{error:#}");
    }
    ask(&bench, "SELECT Subject, What.Name, What.Type FROM Task");
}

#[test]
fn a_path_that_is_too_deep_is_refused_for_that() {
    let bench = Bench::warm(&["Account"]);
    let deep = "Parent.".repeat(6) + "Name";
    check_refused(&bench, &format!("SELECT {deep} FROM Account"), "more than 5 lookups");
    ask(&bench, &format!("SELECT {}Name FROM Account", "Parent.".repeat(5)));
}

// ---- answers that are none ----

#[test]
fn a_page_or_nothing_in_place_of_an_answer_is_maintenance_and_nobodys_bug() {
    for body in ["", "   ", "<!DOCTYPE html><html><body>Maintenance</body></html>"] {
        for (tool, arguments) in [
            ("query", json!({ "soql": "SELECT Name FROM Account" })),
            ("query", json!({ "soql": "SELECT COUNT() FROM Account" })),
            ("query", json!({ "soql": "SELECT Industry, COUNT(Id) FROM Account GROUP BY Industry" })),
            ("get", json!({ "object": "Account", "record": "Acme" })),
            ("find", json!({ "text": "Acme" })),
            ("describe", json!({ "object": "Account" })),
            ("describe", json!({})),
            ("activities", json!({})),
            ("who_am_i", json!({})),
        ] {
            let bench = Bench::new();
            bench.rewrite.replace(Some(Box::new(move |_| body.to_owned())));
            let error = bench.err(tool, arguments);
            assert_eq!(error["kind"], "unavailable", "{tool} {body:?}: {error:#}");
            let message = error["message"].as_str().unwrap();
            assert!(message.contains("maintenance") && !message.contains("makers"), "{tool}: {message}");
        }
    }
}

#[test]
fn what_the_org_does_not_offer_is_not_called_unavailable() {
    let bench = Bench::new();
    let refusal = Refusal::new(501, "NOT_IMPLEMENTED", "this org has no such thing");
    bench.org.fault(Fault::new(Effect::Refuse(refusal)));
    let error = bench.err("query", json!({ "soql": "SELECT Name FROM Account" }));
    assert_eq!(error["kind"], "rejected", "{error:#}");
    assert!(error["message"].as_str().unwrap().contains("does not offer"), "{error:#}");
}
