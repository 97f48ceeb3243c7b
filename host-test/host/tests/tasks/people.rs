//! Contacts and leads.

use serde_json::json;

use super::{Task, column, names, says};

pub(crate) const BOB_AT_ACME: Task = Task {
    name: "11",
    prompt: "Find Bob at Acme",
    ideal: 1,
    warm: 2,
    cold: 2,
    play: |desk| {
        let reply = desk.ok("find", json!({ "text": "Bob at Acme", "objects": ["Contact"] }));
        assert_eq!(names(&reply), ["Bob Stone", "Robert Klein"], "and not Bob Fisher of Globex");
        assert_eq!(reply["candidates"][0]["facts"]["Account.Name"], "Acme");
    },
};

pub(crate) const ADD_SARAH: Task = Task {
    name: "12",
    prompt: "Add Sarah Chen, VP Engineering at Brightpath, sarah.chen@brightpath.com",
    ideal: 2,
    warm: 2,
    cold: 3,
    play: |desk| {
        let fields = json!({
            "First Name": "Sarah",
            "Last Name": "Chen",
            "Title": "VP Engineering",
            "Account": "Brightpath",
            "Email": "sarah.chen@brightpath.com",
        });
        let reply = desk.ok("create", json!({ "object": "Contact", "fields": fields }));
        assert_eq!(reply["records"][0]["fields"]["Name"], "Sarah Chen");
        assert_eq!(reply["records"][0]["fields"]["AccountId"], desk.id("brightpath"));
        assert_eq!(reply["names"][desk.id("brightpath")], "Brightpath");
        desk.wrote(&["created Contact: AccountId, Email, FirstName, LastName, Title"]);
    },
};

pub(crate) const SALARY_GRADE: Task = Task {
    name: "15",
    prompt: "What's Tom's salary grade?",
    ideal: 1,
    warm: 0,
    cold: 1,
    play: |desk| {
        let arguments = json!({ "record": "Tom Baker", "object": "Contact", "fields": ["salary grade"] });
        let error = desk.refused("invalid_input", "get", arguments);
        assert!(says(&error, "does not exist on Contact or is not visible to the user"), "{error:#}");
        assert_eq!(error["fields"], json!(["salary grade"]));
    },
};

pub(crate) const UNTOUCHED_LEADS: Task = Task {
    name: "17",
    prompt: "Leads created this week without activity",
    ideal: 1,
    warm: 1,
    cold: 1,
    play: |desk| {
        let reply = desk.ok(
            "query",
            json!({"soql": "SELECT * FROM Lead WHERE \"Created Date\" = THIS_WEEK AND Converted = false AND \"Last Activity\" = null"}),
        );
        // Nina was called. Lee came on Sunday, when a week begins for Riley, who is American.
        assert_eq!(column(&reply, "Name"), ["Dana Fox", "Lee Park"]);
        assert_eq!(column(&reply, "LastActivityDate"), ["null", "null"]);
    },
};

pub(crate) const LEAD_WITHOUT_COMPANY: Task = Task {
    name: "18",
    prompt: "Create a lead for Dana Fox",
    ideal: 0,
    warm: 0,
    cold: 1,
    play: |desk| {
        let arguments = json!({ "object": "Lead", "fields": { "First Name": "Dana", "Last Name": "Fox" } });
        let error = desk.refused("invalid_input", "create", arguments);
        assert_eq!(error["fields"], json!(["Company"]));
        assert!(says(&error, "ask the person"), "{error:#}");
    },
};

pub(crate) const SUPER_HOT: Task = Task {
    name: "20",
    prompt: "Mark Dana's lead as “Super hot”",
    ideal: 1,
    warm: 0,
    cold: 1,
    play: |desk| {
        let changes = json!({ "Rating": "Super hot" });
        let arguments = json!({ "record": "Dana", "object": "Lead", "fields": changes });
        let error = desk.refused("invalid_input", "update", arguments);
        assert_eq!(error["fields"], json!(["Rating"]));
        assert_eq!(error["allowed"], json!(["Hot", "Warm", "Cold"]));
    },
};

pub(crate) const CONVERT_DANA: Task = Task {
    name: "21",
    prompt: "Convert Dana's lead, no opportunity",
    // The lead says what the account would be called that is looked for.
    ideal: 3,
    warm: 4,
    cold: 5,
    play: |desk| {
        let reply = desk.ok("convert_lead", json!({ "record": "Dana", "opportunity": "none" }));
        let objects = [("Lead", false), ("Account", true), ("Contact", true)];
        let became: Vec<_> =
            reply["records"].as_array().unwrap().iter().map(|one| json!([one["object"], one["created"]])).collect();
        assert_eq!(json!(became), json!(objects));
        desk.wrote(&[
            "created Account: AccountSource, Name, OwnerId, Rating",
            "created Contact: AccountId, Email, FirstName, LastName, LeadSource, OwnerId, Title",
            "updated 00QdM0000000010UAA: Status",
        ]);
    },
};

pub(crate) const LEADS_BY_SOURCE: Task = Task {
    name: "23",
    prompt: "How many leads per source this quarter and conversion rate",
    ideal: 1,
    warm: 1,
    cold: 2,
    play: |desk| {
        let reply = desk.ok(
            "query",
            json!({"soql": "SELECT \"Lead Source\", Converted, COUNT(Id) FROM Lead WHERE \"Created Date\" = THIS_QUARTER GROUP BY \"Lead Source\", Converted"}),
        );
        assert_eq!(reply["columns"], json!(["LeadSource", "IsConverted", "count", "share of count within LeadSource"]));
        let rows = json!([
            ["Web", false, 3, 0.75],
            ["Web", true, 1, 0.25],
            ["Phone Inquiry", false, 1, 1],
            ["Partner Referral", false, 1, 0.5],
            ["Partner Referral", true, 1, 0.5],
        ]);
        assert_eq!((&reply["rows"], &reply["totals"]), (&rows, &json!({ "count": 7 })));
        assert!(says(&reply, "calendar periods"), "{reply:#}");
    },
};
