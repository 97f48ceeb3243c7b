//! What people ask for that tools do which are off unless they are named: approvals, files, e-mails.

use serde_json::json;

use super::desk::{Task, names, says};

/// Those whose org and settings have more than the others'.
pub(crate) const OFF_BY_DEFAULT: [&Task; 4] = [&APPROVE_HOOLI, &SUBMIT_VESTA, &READ_ORDER_FORM, &SEND_SUMMARY];

pub(crate) const APPROVE_HOOLI: Task = Task {
    name: "a1",
    prompt: "What is waiting for my approval? — Approve the Hooli one, comment \"ok for one year\".",
    ideal: 4,
    warm: 3,
    cold: 4,
    play: |desk| {
        let day = desk.ok("activities", json!({}));
        let items = day["items"].as_array().unwrap();
        let hooli = items.iter().find(|item| item["what"] == "Hooli expansion").unwrap();
        let approve = json!({ "record": hooli["id"], "decision": "approve", "comment": "ok for one year" });
        let reply = desk.ok("approve", approve);
        assert_eq!(json!([reply["name"], reply["status"]]), json!(["Hooli expansion", "Approved"]));
        desk.wrote(&[&format!("updated {}: ", desk.id("approval_hooli")), "created ProcessInstanceStep: "]);
    },
};

pub(crate) const SUBMIT_VESTA: Task = Task {
    name: "a2",
    prompt: "Submit the Vesta supply deal for approval",
    ideal: 4,
    warm: 4,
    cold: 5,
    play: |desk| {
        let submit = json!({ "record": "Vesta supply", "object": "Opportunity", "decision": "submit" });
        let reply = desk.ok("approve", submit);
        assert_eq!(json!([reply["status"], reply["waits_for"]]), json!(["Pending", ["Ada Admin"]]));
        desk.wrote(&[
            "created ProcessInstance: ",
            "created ProcessInstanceStep: ",
            "created ProcessInstanceWorkitem: ",
        ]);
    },
};

pub(crate) const READ_ORDER_FORM: Task = Task {
    name: "f",
    prompt: "Read me the signed order form of the Globex platform deal",
    ideal: 2,
    warm: 2,
    cold: 3,
    play: |desk| {
        let file = json!({ "file": "signed order form", "record": "Globex platform deal", "object": "Opportunity" });
        let reply = desk.ok("read_file", file);
        assert!(reply["text"].as_str().unwrap().contains("40 seats of Platform"), "{reply:#}");
        assert_eq!(reply["complete"], true);
    },
};

pub(crate) const SEND_SUMMARY: Task = Task {
    name: "m",
    prompt: "Send Bob the summary of the Acme renewal — Bob Stone.",
    ideal: 4,
    warm: 5,
    cold: 5,
    play: |desk| {
        let summary = |to: &str| json!({ "to": [to], "about": "Acme renewal", "subject": "Summary", "body": "Done." });
        let error = desk.refused("ambiguous", "send_email", summary("Bob"));
        assert!(names(&error).contains(&"Bob Stone") && says(&error, "ask the person"), "{error:#}");
        let reply = desk.ok("send_email", summary(&desk.id("bob")));
        assert_eq!(
            json!([reply["recipients"][0]["address"], reply["logged"]]),
            json!(["bob.stone@acme.example", true])
        );
        let [email] = desk.org.sent_emails().try_into().unwrap();
        assert_eq!((email.to, email.body.as_str()), (vec!["bob.stone@acme.example".to_owned()], "Done."));
        let people = "created EmailMessageRelation: ";
        desk.wrote(&["created EmailMessage: ", "created Task: ", people, people]);
    },
};
