//! Accounts.

use serde_json::json;

use super::{Task, column, names, says};

pub(crate) const RECENT_ACCOUNTS: Task = Task {
    name: "1",
    prompt: "Find recently created accounts",
    ideal: 1,
    warm: 1,
    cold: 1,
    play: |desk| {
        let reply = desk.ok(
            "query",
            json!({"soql": "SELECT Name, Owner.Name, \"Created Date\", \"Billing City\" FROM Account WHERE \"Created Date\" = LAST_N_DAYS:30 ORDER BY \"Created Date\" DESC", "limit": 20}),
        );
        assert_eq!(column(&reply, "Name"), ["Lumen Analytics", "Pacific Drones", "Quill Publishing"]);
        assert_eq!(column(&reply, "Owner.Name"), ["Riley Reyes", "Riley Reyes", "Jane Okafor"]);
        assert_eq!((&reply["total"], &reply["complete"]), (&json!(3), &json!(true)));
    },
};

pub(crate) const WHAT_ABOUT_ACME: Task = Task {
    name: "2",
    prompt: "What do you know about Acme? — The one in San Francisco.",
    ideal: 2,
    warm: 2,
    cold: 2,
    play: |desk| {
        let found = desk.ok("find", json!({ "text": "Acme", "objects": ["Account"] }));
        assert_eq!(names(&found), ["Acme", "Acme Corporation", "Acme Holdings", "ACME Labs GmbH"]);
        let cities = ["San Francisco", "New York", "London", "Berlin"];
        for (candidate, city) in found["candidates"].as_array().unwrap().iter().zip(cities) {
            assert_eq!(candidate["facts"]["BillingCity"], city);
            assert!(candidate["facts"]["Owner.Name"].is_string());
        }
        let reply = desk.ok(
            "get",
            json!({
                "record": found["candidates"][0]["id"],
                "related": ["contacts", "open_opportunities", "open_cases", "activities"],
            }),
        );
        assert_eq!(reply["id"], desk.id("acme"));
        let related = reply["related"].as_array().unwrap();
        let sizes: Vec<_> = related
            .iter()
            .map(|list| (list["name"].as_str().unwrap(), list["rows"].as_array().unwrap().len()))
            .collect();
        assert_eq!(
            sizes,
            [
                ("contacts", 2),
                ("open_opportunities", 1),
                ("open_cases", 2),
                ("OpenActivities", 1),
                // Three of them are archived.
                ("ActivityHistories", 9)
            ]
        );
    },
};

pub(crate) const EMPLOYEES: Task = Task {
    name: "3",
    prompt: "Change the number of employees for Acme from 100 to 500",
    ideal: 2,
    warm: 2,
    cold: 2,
    play: |desk| {
        let change = json!({ "number of employees": 500 });
        let expected = json!({ "number of employees": 100 });
        let reply =
            desk.ok("update", json!({ "record": "Acme", "object": "Account", "fields": change, "from": expected }));
        assert_eq!(
            (&reply["records"][0]["id"], &reply["records"][0]["name"]),
            (&json!(desk.id("acme")), &json!("Acme"))
        );
        assert_eq!(
            reply["records"][0]["changes"],
            json!([{ "field": "NumberOfEmployees", "before": 100, "after": 500 }])
        );
        assert_eq!(reply.get("notices"), None, "one of four is called exactly so: {reply:#}");
        desk.wrote(&[&format!("updated {}: NumberOfEmployees", desk.id("acme"))]);
    },
};

pub(crate) const EMPLOYEES_STALE: Task = Task {
    name: "4",
    prompt: "Change the number of employees for Acme from 100 to 500 (it is 250)",
    ideal: 1,
    warm: 1,
    cold: 1,
    play: |desk| {
        desk.org.set(&desk.org.id("acme").unwrap(), "NumberOfEmployees", 250);
        let change = json!({ "number of employees": 500 });
        let expected = json!({ "number of employees": 100 });
        let arguments = json!({ "record": "Acme", "object": "Account", "fields": change, "from": expected });
        let error = desk.refused("conflict", "update", arguments);
        assert_eq!(error["current"]["fields"], json!({ "NumberOfEmployees": 250 }));
        assert_eq!(error["current"]["changed_by"], "Sam Lee");
        assert_eq!(error["current"]["changed_at"], "2026-05-12T15:00:00Z");
    },
};

pub(crate) const NEW_ACME: Task = Task {
    name: "5",
    prompt: "Create a new account for Acme",
    ideal: 1,
    warm: 2,
    cold: 3,
    play: |desk| {
        let error = desk.refused("duplicate", "create", json!({ "object": "Account", "fields": { "Name": "Acme" } }));
        assert!(names(&error).contains(&"Acme"));
        assert_eq!(error["candidates"][0]["id"], desk.id("acme"));
        assert!(says(&error, "allow_duplicate"), "{error:#}");
    },
};

pub(crate) const NEW_ACME_ANYWAY: Task = Task {
    name: "6",
    prompt: "…create it anyway",
    ideal: 1,
    warm: 1,
    cold: 2,
    play: |desk| {
        let arguments = json!({ "object": "Account", "fields": { "Name": "Acme" }, "allow_duplicate": true });
        let reply = desk.ok("create", arguments);
        assert_eq!(reply["records"][0]["fields"], json!({ "Name": "Acme" }));
        desk.wrote(&["created Account: Name"]);
    },
};

pub(crate) const NEW_LEAD_BLOCKED: Task = Task {
    name: "6, blocked",
    prompt: "Create a lead for Dana Fox of Foxglove, dana.fox@foxglove.example — create it anyway",
    ideal: 2,
    warm: 3,
    cold: 4,
    play: |desk| {
        let dana = json!({
            "First Name": "Dana", "Last Name": "Fox", "Company": "Foxglove", "Email": "dana.fox@foxglove.example",
        });
        let error = desk.refused("duplicate", "create", json!({ "object": "Lead", "fields": dana }));
        assert_eq!(names(&error), ["Dana Fox"]);
        assert!(!says(&error, "allow_duplicate"), "it would not help: {error:#}");
        let anyway = json!({ "object": "Lead", "fields": dana, "allow_duplicate": true });
        let error = desk.refused("duplicate", "create", anyway);
        assert!(says(&error, "the org's rule does not let the user save"), "{error:#}");
    },
};

pub(crate) const GERMAN_MANUFACTURERS: Task = Task {
    name: "8",
    prompt: "Accounts in Germany in manufacturing with no open opportunity",
    ideal: 1,
    warm: 1,
    cold: 1,
    play: |desk| {
        let reply = desk.ok(
            "query",
            json!({"soql": "SELECT * FROM Account WHERE \"Billing Country\" = 'Germany' AND Industry = 'manufacturing' AND Id NOT IN (SELECT AccountId FROM Opportunity WHERE Closed = false) ORDER BY Name"}),
        );
        let expected = ["ACME Labs GmbH", "Bavaria Antriebe GmbH", "Nordlicht Fertigung GmbH"];
        assert_eq!(column(&reply, "Name"), expected);
        assert_eq!(reply["complete"], true);
    },
};

pub(crate) const ASSIGN_INITECH: Task = Task {
    name: "10",
    prompt: "Assign Initech to Jane — Jane Miller.",
    ideal: 2,
    warm: 3,
    cold: 3,
    play: |desk| {
        let to = |jane: &str| json!({ "record": "Initech", "object": "Account", "fields": { "Owner": jane } });
        let error = desk.refused("ambiguous", "update", to("Jane"));
        assert_eq!(names(&error), ["Jane Miller", "Jane Okafor"]);
        assert!(says(&error, "an inactive user of such a name was left out"), "{error:#}");
        let reply = desk.ok("update", to(error["candidates"][0]["id"].as_str().unwrap()));
        let (riley, jane) = (desk.id("riley"), desk.id("jane_miller"));
        assert_eq!(reply["records"][0]["changes"], json!([{ "field": "OwnerId", "before": riley, "after": jane }]));
        assert_eq!(reply["names"][&riley], "Riley Reyes");
        desk.wrote(&[&format!("updated {}: OwnerId", desk.id("initech"))]);
    },
};

pub(crate) const WHO_OWNS_GLOBEX: Task = Task {
    name: "a",
    prompt: "Who owns Globex?",
    ideal: 1,
    warm: 1,
    cold: 1,
    play: |desk| {
        let reply = desk.ok("get", json!({ "record": "Globex", "object": "Account", "fields": ["Owner"] }));
        assert_eq!(reply["fields"], json!({ "Owner.Name": "Riley Reyes" }));
    },
};
