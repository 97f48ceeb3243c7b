//! What people ask of saved reports and list views.

use serde_json::json;

use super::desk::{Desk, Task, column, names, says};

/// Calls a row of the demo org what the person calls it.
fn call_it(desk: &Desk, key: &str, name: &str) {
    desk.org.set(&desk.org.id(key).unwrap(), "Name", name);
}

pub(crate) const RUN_REPORT: Task = Task {
    name: "r1",
    prompt: "Run the Q4 pipeline report",
    ideal: 2,
    warm: 1,
    cold: 2,
    play: |desk| {
        call_it(desk, "report_pipeline", "Q4 Pipeline");
        let reply = desk.ok("report", json!({ "name": "Q4 pipeline report" }));
        assert_eq!(reply["columns"], json!(["Stage", "Sum of Amount", "Record Count"]));
        assert_eq!(column(&reply, "Record Count"), ["1", "1", "1", "2", "1", "1"]);
        assert_eq!(reply["totals"], json!({ "Sum of Amount": 700_000, "Record Count": 7 }));
        assert_eq!((&reply["complete"], reply["filters"].as_array().unwrap().len()), (&json!(true), 1));
    },
};

pub(crate) const FILTERED_REPORT: Task = Task {
    name: "r2",
    prompt: "Which deals above 100k are in the Q4 pipeline report?",
    ideal: 3,
    warm: 2,
    cold: 3,
    play: |desk| {
        call_it(desk, "report_pipeline", "Q4 Pipeline");
        let filters = json!({ "Amount": { ">": 100_000 } });
        let reply = desk.ok("report", json!({ "name": "Q4 pipeline", "filters": filters, "details": true }));
        let deals = ["Acme renewal", "Globex platform deal", "Hooli expansion"];
        assert_eq!(column(&reply, "Opportunity Name"), deals);
        assert_eq!(reply["filters"][1]["added"], true);
    },
};

pub(crate) const TWO_REPORTS: Task = Task {
    name: "r3",
    prompt: "What does the open cases report say? — The one of the support folder.",
    ideal: 2,
    warm: 2,
    cold: 3,
    play: |desk| {
        let error = desk.refused("ambiguous", "report", json!({ "name": "open cases" }));
        assert_eq!(names(&error), ["Open Cases", "Open Cases"]);
        assert_eq!(error["candidates"][0]["facts"]["FolderName"], "Support Reports");
        let reply = desk.ok("report", json!({ "name": error["candidates"][0]["id"] }));
        assert_eq!(reply["total"], 5);
    },
};

pub(crate) const LIST_VIEW: Task = Task {
    name: "v",
    prompt: "Show my 'Hot leads' list view",
    ideal: 2,
    warm: 1,
    cold: 2,
    play: |desk| {
        call_it(desk, "view_new_leads", "Hot Leads");
        let reply = desk.ok("report", json!({ "name": "Hot leads" }));
        assert_eq!(reply["columns"], json!(["Id", "Name", "Company", "Email", "Status"]));
        assert_eq!(reply["sources"][0]["facts"], json!({ "SobjectType": "Lead" }));
        assert!(!says(&reply, "more rows"), "{reply:#}");
    },
};
