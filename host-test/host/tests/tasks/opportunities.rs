//! Opportunities.

use serde_json::json;

use super::{Task, column, says};

pub(crate) const WIN_LOSS: Task = Task {
    name: "25",
    prompt: "What is the win/loss ratio in Q2?",
    ideal: 1,
    warm: 1,
    cold: 1,
    play: |desk| {
        let reply = desk.ok(
            "query",
            json!({"soql": "SELECT Won, COUNT(Id), SUM(Amount) FROM Opportunity WHERE Closed = true AND \"Close Date\" >= 2026-04-01 AND \"Close Date\" <= 2026-06-30 GROUP BY Won"}),
        );
        assert_eq!(reply["rows"], json!([[true, 3, 0.6, 200_000, 0.8], [false, 2, 0.4, 50_000, 0.2]]));
        assert_eq!(reply["totals"], json!({ "count": 5, "sum(Amount)": 250_000 }));
        assert!(says(&reply, "the fiscal year begins in February (Q2: May to July)"), "{reply:#}");
    },
};

pub(crate) const PIPELINE: Task = Task {
    name: "26",
    prompt: "Pipeline by stage",
    ideal: 1,
    warm: 1,
    cold: 2,
    play: |desk| {
        let reply = desk.ok(
            "query",
            json!({"soql": "SELECT Stage, COUNT(Id), SUM(Amount) FROM Opportunity WHERE Closed = false GROUP BY Stage"}),
        );
        let stages = [
            "Prospecting",
            "Qualification",
            "Needs Analysis",
            "Value Proposition",
            "Proposal/Price Quote",
            "Negotiation/Review",
        ];
        assert_eq!(column(&reply, "StageName"), stages);
        // Nothing of the private deal that Riley may not see.
        assert_eq!(reply["totals"], json!({ "count": 7, "sum(Amount)": 700_000 }));
        assert!(says(&reply, "amounts are in the org's"), "{reply:#}");
    },
};

pub(crate) const CLOSED_WON: Task = Task {
    name: "28",
    prompt: "Move the Acme renewal to Closed Won",
    ideal: 2,
    warm: 2,
    cold: 4,
    play: |desk| {
        let changes = json!({ "Stage": "Closed Won" });
        let arguments = json!({ "record": "Acme renewal", "object": "Opportunity", "fields": changes });
        let error = desk.refused("rejected", "update", arguments);
        assert_eq!(error["code"], "FIELD_CUSTOM_VALIDATION_EXCEPTION");
        let rule = "A deal can only be won with a signed contract: fill in Signed Contract No. first.";
        assert_eq!(error["org_message"], rule);
        assert_eq!(error["fields"], json!(["Contract_Number__c"]));
    },
};

pub(crate) const PUSH_AND_RAISE: Task = Task {
    name: "30",
    prompt: "Acme renewal: push the close date to the end of next month and add 10% to the amount",
    ideal: 2,
    warm: 3,
    cold: 3,
    play: |desk| {
        let wanted = json!(["Amount", "Close Date"]);
        let deal = desk.ok("get", json!({ "record": "Acme renewal", "object": "Opportunity", "fields": wanted }));
        assert_eq!(deal["fields"], json!({ "Amount": 120_000, "CloseDate": "2026-05-22" }));
        let changes = json!({ "Close Date": "2026-06-30", "Amount": 132_000 });
        let expected = json!({ "Close Date": "2026-05-22", "Amount": 120_000 });
        let reply = desk.ok("update", json!({ "record": deal["id"], "fields": changes, "from": expected }));
        let changed = json!([
            { "field": "CloseDate", "before": "2026-05-22", "after": "2026-06-30" },
            { "field": "Amount", "before": 120_000, "after": 132_000 },
        ]);
        assert_eq!(reply["records"][0]["changes"], changed);
        desk.wrote(&[&format!("updated {}: Amount, CloseDate", desk.id("acme_renewal"))]);
    },
};

pub(crate) const NEW_GLOBEX_DEAL: Task = Task {
    name: "31",
    prompt: "Create a 50k opportunity for Globex closing 15 March — Stage? Prospecting.",
    ideal: 2,
    warm: 2,
    cold: 4,
    play: |desk| {
        let mut fields = json!({
            "Name": "Globex – March",
            "Account": "Globex",
            "Amount": 50_000,
            "Close Date": "2027-03-15",
        });
        let error = desk.refused("invalid_input", "create", json!({ "object": "Opportunity", "fields": fields }));
        assert_eq!(error["fields"], json!(["StageName"]));
        assert_eq!(error["allowed"][0], "Prospecting", "the person has to choose: {error:#}");
        fields["Stage"] = error["allowed"][0].clone();
        let reply = desk.ok("create", json!({ "object": "Opportunity", "fields": fields }));
        let held = json!({
            "Name": "Globex – March",
            "AccountId": desk.id("globex"),
            "Amount": 50_000,
            "CloseDate": "2027-03-15",
            "StageName": "Prospecting",
        });
        assert_eq!(reply["records"][0]["fields"], held);
        desk.wrote(&["created Opportunity: AccountId, Amount, CloseDate, Name, StageName"]);
    },
};

pub(crate) const QUIET_DEALS: Task = Task {
    name: "32",
    prompt: "Deals over 100k closing this month with no activity in 14 days",
    ideal: 1,
    warm: 1,
    cold: 1,
    play: |desk| {
        let reply = desk.ok(
            "query",
            json!({"soql": "SELECT * FROM Opportunity WHERE Amount > 100000 AND \"Close Date\" = THIS_MONTH AND Closed = false AND (\"Last Activity\" < LAST_N_DAYS:14 OR \"Last Activity\" = null)"}),
        );
        assert_eq!(column(&reply, "Name"), ["Globex platform deal", "Hooli expansion"]);
        assert_eq!(column(&reply, "LastActivityDate"), ["2026-04-22", "null"]);
    },
};

pub(crate) const LOCKED_FOR_A_MOMENT: Task = Task {
    name: "34",
    prompt: "Set the next step of the Globex platform deal to “Send contract” (a batch holds the row)",
    ideal: 3,
    warm: 4,
    cold: 4,
    play: |desk| {
        desk.org.lock(&desk.org.id("globex_deal").unwrap(), 2);
        let changes = json!({ "Next Step": "Send contract" });
        let arguments = json!({ "record": "Globex platform deal", "object": "Opportunity", "fields": changes });
        let reply = desk.ok("update", arguments);
        assert_eq!(reply["records"][0]["changes"][0]["after"], "Send contract");
        desk.wrote(&[&format!("updated {}: NextStep", desk.id("globex_deal"))]);
    },
};

pub(crate) const LOCKED_FOR_LONG: Task = Task {
    name: "34, held",
    prompt: "The same, and the batch goes on",
    ideal: 3,
    warm: 4,
    cold: 4,
    play: |desk| {
        desk.org.lock(&desk.org.id("globex_deal").unwrap(), u32::MAX);
        let changes = json!({ "Next Step": "Send contract" });
        let arguments = json!({ "record": "Globex platform deal", "object": "Opportunity", "fields": changes });
        let error = desk.refused("locked", "update", arguments);
        assert_eq!(error["code"], "UNABLE_TO_LOCK_ROW");
        assert!(says(&error, "try again a little later"), "{error:#}");
    },
};

pub(crate) const TOP_DEALS: Task = Task {
    name: "c",
    prompt: "My top 3 open deals",
    ideal: 1,
    warm: 1,
    cold: 1,
    play: |desk| {
        let reply = desk.ok(
            "query",
            json!({"soql": "SELECT * FROM deals USING SCOPE mine WHERE Closed = false ORDER BY Amount DESC", "limit": 3}),
        );
        assert_eq!(column(&reply, "Name"), ["Globex platform deal", "Acme renewal", "Initech support"]);
        assert_eq!(reply["complete"], false);
    },
};
