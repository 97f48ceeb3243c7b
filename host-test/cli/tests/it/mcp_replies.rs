//! A reply is a text or a structure, never both, and neither lacks what a model must know.

use std::collections::BTreeSet;
use std::sync::Arc;

use demo_org::Org;
use rmcp::model::{CallToolResult, ClientCapabilities, ClientConfig, Implementation};
use rmcp::{ClientHandler, RoleClient};
use salesforce_host::settings::Replies;
use salesforce_host::types::{Candidate, Changed, CurrentRecord, Error, ErrorKind};
use salesforce_host::{Connection, Token};
use salesforce_plugin_cli::demo::Demo;
use salesforce_plugin_cli::mcp::{STRUCTURED_REPLIES, Server};
use salesforce_plugin_cli::render::{self, Style, printable, quoted};
use serde_json::{Map, Value, json};
use test_support::{HOST, demo};

use crate::mcp::{Client, Folder, LIFECYCLES, Lifecycle, call, hire, riley, server, text};
use crate::tokens::plays;

/// Members of replies whose value need not be in the text, by the end of their path, and why.
const UNTOLD: [(&str, &str); 10] = [
    // What tells candidates apart tells a record that was settled on apart from nothing.
    ("who.facts", "settled"),
    ("what.facts", "settled"),
    ("record.facts", "settled"),
    ("who.field", "settled"),
    ("what.field", "settled"),
    ("record.field", "settled"),
    // An entry that is over and shown whole is not called again; `ids_stand_where_a_next_call_needs_them` has the rest.
    ("items[].id", "over"),
    // Those of a record's own timeline; `a_day_says_the_ids_of_who_and_about` has the rest.
    ("items[].who_id", "of the record"),
    ("items[].what_id", "of the record"),
    // The same update with the values swapped; `an_undo_is_told_whole` has the rest.
    ("undo.tool", "swapped"),
];

/// What of a structure a text does not hold: values by their path, and the names of members that the org or the call chose.
fn missing(text: &str, structure: &Value) -> Vec<String> {
    let mut missing = Vec::new();
    walk(text, structure, "", structure, &mut missing);
    missing
}

fn walk(text: &str, value: &Value, path: &str, whole: &Value, missing: &mut Vec<String>) {
    if UNTOLD.iter().any(|(end, _)| path.ends_with(end)) {
        return;
    }
    // Salesforce's code says less than its words.
    if path == ".code" && whole["org_message"].is_string() {
        return;
    }
    // The zone is that of the times, where there are any.
    let is_timed = |one: &Value| one.get("when").is_some();
    if path == ".zone" && whole["created"].as_array().is_some_and(|created| !created.iter().any(is_timed)) {
        return;
    }
    match value {
        Value::Object(members) => {
            let is_chosen = ["fields", "facts", "names", "details", "totals"].iter().any(|end| path.ends_with(end));
            for (name, member) in members {
                if is_chosen && !is_side(member, whole) && !text.contains(name.as_str()) {
                    missing.push(format!("{path}: {name}"));
                }
                match member {
                    Value::Array(rows) if name == "rows" => walk_rows(text, rows, value, path, whole, missing),
                    member => walk(text, member, &format!("{path}.{name}"), whole, missing),
                }
            }
        }
        // Sentences say records by the names the reply has for their ids, and the record of a receipt as "it".
        Value::Array(notices) if path.ends_with(".notices") => {
            for notice in notices.iter().filter_map(Value::as_str) {
                walk(text, &Value::from(with_names(notice, whole)), &format!("{path}[]"), whole, missing);
            }
        }
        Value::String(instructions) if path.ends_with("undo.instructions") => {
            let ids = [&whole["id"]]
                .into_iter()
                .chain(whole["records"].as_array().into_iter().flatten().map(|one| &one["id"]))
                .chain(whole["created"].as_array().into_iter().flatten().map(|one| &one["id"]));
            let said = ids.filter_map(Value::as_str).fold(instructions.clone(), |said, id| said.replace(id, "it"));
            if !text.contains(&said) {
                missing.push(format!("{path}: {said}"));
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(text, item, &format!("{path}[]"), whole, missing)),
        Value::Bool(false) if path.ends_with(".complete") => {
            let first = text.lines().next().unwrap_or_default();
            if !text.contains("there are more") && !first.contains(" of ") {
                missing.push(path.to_owned());
            }
        }
        Value::Bool(true) if path.ends_with(".overdue") || path.ends_with(".required") => {
            let word = path.rsplit_once('.').unwrap().1;
            if !text.contains(word) {
                missing.push(path.to_owned());
            }
        }
        leaf => {
            // `ids_stand_where_a_next_call_needs_them` has the column of ids.
            if !is_told(text, leaf, path) && (!path.ends_with("columns[]") || leaf != "Id") {
                missing.push(format!("{path}: {leaf}"));
            }
        }
    }
}

/// Rows without the column of ids where another names each record, or all is over.
fn walk_rows(text: &str, rows: &[Value], list: &Value, path: &str, whole: &Value, missing: &mut Vec<String>) {
    let columns: Vec<&str> = list["columns"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let needs_no_id =
        columns.contains(&"Name") || columns.contains(&"CaseNumber") || list["name"] == "ActivityHistories";
    for row in rows {
        for (column, cell) in row.as_array().unwrap().iter().enumerate() {
            let name = columns.get(column).copied().unwrap_or_default();
            if name == "Id" && needs_no_id {
                continue;
            }
            let cell = match cell.as_f64().filter(|_| name.starts_with("share of")) {
                Some(share) => Value::from(format!("{}%", (share * 1e4).round() / 1e2)),
                None => cell.clone(),
            };
            walk(text, &cell, &format!("{path}.rows"), whole, missing);
        }
    }
}

/// A sentence with the names a structure has for ids.
fn with_names(sentence: &str, whole: &Value) -> String {
    let names = whole["names"].as_object().into_iter().flatten().map(|(id, name)| (id.as_str(), name));
    let sides = ["who", "what"].map(|side| (whole[side]["id"].as_str().unwrap_or("no id"), &whole[side]["name"]));
    let named = names.chain(sides).filter_map(|(id, name)| Some((id, quoted(name.as_str()?))));
    named.fold(sentence.to_owned(), |sentence, (id, name)| sentence.replace(id, &name))
}

/// Whether a value is the id of the person or record that an activity is with or about.
fn is_side(value: &Value, whole: &Value) -> bool {
    value.is_string() && (value == &whole["who"]["id"] || value == &whole["what"]["id"])
}

fn is_told(text: &str, leaf: &Value, path: &str) -> bool {
    match leaf {
        Value::Null | Value::Bool(_) => true,
        Value::Number(number) => {
            let whole = number.as_f64().filter(|number| number.fract() == 0.0).map(|number| format!("{number:.0}"));
            text.contains(&whole.unwrap_or_else(|| number.to_string()))
        }
        Value::String(said) => {
            let quoted = quoted(said);
            let inside = &quoted[1..quoted.len() - 1];
            // A text has times by the user's clock, as far as it is known.
            let utc = said.strip_suffix(":00Z").map(|minutes| format!("{} UTC", minutes.replacen('T', " ", 1)));
            let is_local = |zone: &str| {
                let moment = said.parse::<jiff::Timestamp>().ok()?.in_tz(zone).ok()?;
                Some(text.contains(&moment.strftime("%Y-%m-%dT%H:%M%:z").to_string()))
            };
            let instant =
                ["America/Los_Angeles", "America/New_York"].into_iter().find(|zone| is_local(zone) == Some(true));
            let words = match (path.rsplit('.').next().unwrap_or_default(), said.as_str()) {
                // Whether anything was written stands at the end.
                ("message", said) => said.strip_prefix("nothing was written: ").unwrap_or(said).to_owned(),
                ("writable", "yes") => String::new(),
                ("writable", "no") => "read only".to_owned(),
                ("writable" | "kind", word) => word.replace('_', " "),
                ("changed", "no") => "Nothing was written.".to_owned(),
                ("changed", "yes") => "Something was written all the same.".to_owned(),
                ("changed", "unknown") => "It may or may not have been written".to_owned(),
                _ => inside.to_owned(),
            };
            text.contains(&words)
                || text.contains(inside)
                || text.contains(&printable(said))
                || instant.is_some()
                || utc.is_some_and(|utc| text.contains(&utc))
        }
        _ => false,
    }
}

/// The JSON of a structure, from the reply in that form.
fn structure(result: &CallToolResult) -> Value {
    match &result.structured_content {
        Some(structure) => {
            assert_eq!((result.content.len(), result.is_error), (0, Some(false)));
            structure.clone()
        }
        None => {
            assert_eq!(result.is_error, Some(true));
            serde_json::from_str(text(result)).unwrap()
        }
    }
}

/// Calls beyond the plays, so that every tool has replied and refused.
const MORE: [(&str, &str); 33] = [
    ("query", r#"{"soql": "SELECT Name, (SELECT Name, Email FROM Contacts) FROM Account WHERE Name LIKE 'Acme%'"}"#),
    ("query", r#"{"soql": "SELECT Name FROM Account WHERE Industry = 'manufacturing' ORDER BY 1 LIMIT 2"}"#),
    ("query", r#"{"soql": "SELECT Stage, SUM(Amount) FROM Opportunity GROUP BY Stage LIMIT 2"}"#),
    ("query", r#"{"soql": "SELECT Nonsense FROM Account"}"#),
    ("report", "{}"),
    ("report", r#"{"name": "Won by Owner and Type"}"#),
    ("report", r#"{"name": "Open Pipeline by Stage", "details": true, "filters": {"Amount": {">": 100000}}}"#),
    ("report", r#"{"name": "@report_urgent"}"#),
    ("report", r#"{"name": "All Accounts", "limit": 3}"#),
    ("report", r#"{"name": "Open Cases"}"#),
    ("describe", r#"{"object": "Opportunity"}"#),
    ("describe", r#"{"search": "case"}"#),
    ("describe", r#"{"object": "Nonsense"}"#),
    ("who_am_i", "{}"),
    ("get", r#"{"record": "Acme", "object": "Account", "full": true, "related": ["cases"]}"#),
    ("find", r#"{"text": "an"}"#),
    ("find", r#"{"text": "Acme"}"#),
    ("activities", r#"{"record": "Globex", "object": "Account", "timeframe": "upcoming"}"#),
    ("convert_lead", r#"{"record": "Dana Fox", "opportunity": "none"}"#),
    ("delete", r#"{"record": "@acme", "name": "Globex"}"#),
    ("delete", r#"{"record": "@acme", "name": "Acme"}"#),
    ("restore", r#"{"record": "@gone"}"#),
    ("restore", r#"{"record": "@acme"}"#),
    ("approve", r#"{"record": "@hooli_expansion", "decision": "approve", "comment": "ok"}"#),
    ("approve", r#"{"record": "@approval_hooli_item", "decision": "approve", "comment": "ok"}"#),
    ("approve", r#"{"record": "@migration", "decision": "submit", "approver": "Sam Lee"}"#),
    ("approve", r#"{"record": "@acme", "decision": "submit"}"#),
    ("read_file", r#"{"file": "Notes from the customer", "record": "@acme"}"#),
    ("read_file", r#"{"file": "@recording"}"#),
    ("read_file", r#"{"file": "Nothing", "record": "@acme"}"#),
    (
        "send_email",
        r#"{"to": ["Bob Stone", "a@b.example"], "cc": ["Sam Lee"], "about": "Acme renewal", "subject": "Renewal", "body": "Hello"}"#,
    ),
    ("send_email", r#"{"to": ["a@b.example"], "subject": "Renewal", "body": "Hello"}"#),
    ("send_email", r#"{"to": ["Bob"], "subject": "Renewal", "body": "Hello"}"#),
];

#[tokio::test]
async fn a_text_lacks_nothing_that_a_structure_says() {
    let mut replied = BTreeSet::new();
    let mut check = |tool: &str, in_text: &CallToolResult, in_structure: &CallToolResult| {
        replied.insert(format!("salesforce_{tool}"));
        assert_eq!((in_text.is_error, &in_text.structured_content), (in_structure.is_error, &None));
        let (text, structure) = (text(in_text), structure(in_structure));
        let mut missing = missing(text, &structure);
        // Of a tool that only reads it goes without saying that nothing was written.
        let writes = ["create", "update", "convert_lead", "delete", "restore", "log_activity", "approve", "send_email"]
            .contains(&tool);
        missing.retain(|one| writes || one != r#".changed: "no""#);
        assert!(missing.is_empty(), "{tool}: {missing:#?} of {structure:#} is not in\n{text}");
        assert!(writes || !text.ends_with("Nothing was written."), "{tool}: {text}");
    };
    for play in plays::all() {
        let [texts, structures] =
            [plays::replies(&play, Replies::Text).await, plays::replies(&play, Replies::Structure).await];
        assert_eq!(texts.len(), structures.len());
        for ((tool, in_text), (_, in_structure)) in texts.iter().zip(&structures) {
            check(tool, in_text, in_structure);
        }
    }
    for (tool, arguments) in MORE {
        let one = plays::Table::new(Replies::Text, "admin", true).await;
        let other = plays::Table::new(Replies::Structure, "admin", true).await;
        let arguments = one.with_ids(arguments);
        check(tool, &one.call(tool, &arguments).await, &other.call(tool, &arguments).await);
    }
    let all = plays::Table::new(Replies::Text, "admin", true).await;
    let all: BTreeSet<String> = all.tools().await.into_iter().map(|tool| tool.name.into_owned()).collect();
    assert_eq!(replied, all);
}

/// Any value that a schema allows, with every member there is and a text of its own in each place.
fn made_up(schema: &Value, at: &str, count: &mut u32) -> Value {
    *count += 1;
    let text = format!("text{count}");
    if let Some(cases) = schema["enum"].as_array() {
        return cases[0].clone();
    }
    match schema["type"].as_str() {
        Some("object") if schema["properties"].is_object() => {
            let members = schema["properties"].as_object().unwrap().iter();
            Value::Object(members.map(|(name, schema)| (name.clone(), made_up(schema, name, count))).collect())
        }
        Some("object") if at == "details" => json!({"Field": [text, "and"]}),
        Some("object") => Value::Object(Map::from_iter([(format!("Member{count}"), Value::from(text))])),
        Some("array") if ["rows", "subtotals"].contains(&at) => json!([["one", text], ["other", 12.0]]),
        Some("array") if at == "columns" => json!(["Column", format!("Other{count}")]),
        Some("array") => Value::Array((0..2).map(|_| made_up(&schema["items"], at, count)).collect()),
        Some("boolean") => Value::Bool(["overdue", "required"].contains(&at)),
        Some("integer") => Value::from(*count + 1_000),
        _ => Value::from(text),
    }
}

#[tokio::test]
async fn a_text_has_a_place_for_every_member_of_every_reply() {
    let all = plays::Table::new(Replies::Structure, "admin", true).await;
    for tool in all.tools().await {
        let schema = Value::Object((**tool.output_schema.as_ref().unwrap()).clone());
        let made_up = made_up(&schema, "", &mut 0);
        let text = render::reply(&tool.name, &made_up.to_string(), Style::Conversation);
        let missing = missing(&text, &made_up);
        assert!(missing.is_empty(), "{}: {missing:#?} of {made_up:#} is not in\n{text}", tool.name);
        assert!(!text.contains("can't be laid out"), "{text}");
    }
}

const KINDS: [ErrorKind; 14] = [
    ErrorKind::InvalidInput,
    ErrorKind::NotFound,
    ErrorKind::Ambiguous,
    ErrorKind::Conflict,
    ErrorKind::Duplicate,
    ErrorKind::Rejected,
    ErrorKind::Locked,
    ErrorKind::Forbidden,
    ErrorKind::SwitchedOff,
    ErrorKind::SignIn,
    ErrorKind::LimitReached,
    ErrorKind::Unavailable,
    ErrorKind::Timeout,
    ErrorKind::UnexpectedReply,
];

fn candidate(field: Option<&str>) -> Candidate {
    Candidate {
        object: "User".to_owned(),
        id: "005one".to_owned(),
        name: Some("Jane".to_owned()),
        facts: r#"{"Title":"Seller"}"#.to_owned(),
        field: field.map(ToOwned::to_owned),
    }
}

#[test]
fn a_text_has_a_place_for_every_member_of_an_error() {
    for (kind, changed) in KINDS.into_iter().zip([Changed::No, Changed::Yes, Changed::Unknown].into_iter().cycle()) {
        let error = Error {
            kind,
            message: "message it is".to_owned(),
            changed,
            code: Some("SOME_CODE".to_owned()),
            org_message: Some("the org said \"no\"".to_owned()),
            fields: vec!["FieldOne".to_owned(), "FieldTwo".to_owned()],
            allowed: vec!["allowed, one".to_owned(), "allowed two".to_owned()],
            candidates: vec![candidate(Some("OwnerId")), Candidate { id: "005two".to_owned(), ..candidate(None) }],
            current: Some(CurrentRecord {
                object: "Account".to_owned(),
                id: "001".to_owned(),
                link: "https://x/001".to_owned(),
                fields: r#"{"Phone":"+1 415"}"#.to_owned(),
                changed_by: Some("Sam Lee".to_owned()),
                changed_at: Some("2026-05-12T15:00:00Z".to_owned()),
            }),
            details: Some(r#"{"Rating":["Hot","Warm"]}"#.to_owned()),
        };
        let (text, structure) = (render::error(&error, None, Style::Conversation), error.to_json());
        let missing = missing(&text, &structure);
        assert!(missing.is_empty(), "{missing:#?} of {structure:#} is not in\n{text}");
        let end = match changed {
            Changed::No => "Nothing was written.",
            Changed::Yes => "Something was written all the same.",
            Changed::Unknown => "It may or may not have been written: look before trying again.",
        };
        assert!(text.ends_with(end), "{text}");
    }
}

fn rejected(message: &str, fields: &[&str]) -> Error {
    Error {
        kind: ErrorKind::Rejected,
        message: message.to_owned(),
        changed: Changed::No,
        code: None,
        org_message: None,
        fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        allowed: Vec::new(),
        candidates: Vec::new(),
        current: None,
        details: None,
    }
}

#[test]
fn a_field_is_told_once() {
    for (message, said) in [
        ("refused", "\nFields: Name, Owner.Name"),
        ("refused: Owner.Name is unknown.", "\nFields: Name"),
        ("refused: Name is.", "\nFields: Owner.Name"),
        ("refused: a FirstName and Name_c and Names", "\nFields: Name, Owner.Name"),
        ("refused: \"Name\" and Owner.Name.", ""),
    ] {
        let text = render::error(&rejected(message, &["Name", "Owner.Name"]), None, Style::Conversation);
        assert_eq!(text, format!("rejected: {message}{said}\nNothing was written."));
    }
}

#[test]
fn a_code_of_salesforce_is_told_where_it_has_no_words() {
    let code = Some("SOME_CODE".to_owned());
    for (words, said) in [(None, "SOME_CODE"), (Some("Fill in the city."), "\"Fill in the city.\"")] {
        let error = Error { code: code.clone(), org_message: words.map(ToOwned::to_owned), ..rejected("refused", &[]) };
        let text = render::error(&error, None, Style::Conversation);
        assert_eq!(text, format!("rejected: refused\nSalesforce says {said}\nNothing was written."));
    }
}

#[test]
fn the_walk_finds_what_is_left_out() {
    let structure =
        json!({"complete": false, "rows": [["Acme", 0.5]], "columns": ["Name", "share of count"], "notices": ["n1"]});
    let missing = |text: &str| missing(text, &structure);
    assert_eq!(missing("1 record, and there are more\nName share of count\n Acme 50%\nn1"), [""; 0]);
    assert_eq!(missing("1 record\nName share of count\n Acme 50%\nn1"), [".complete"]);
    assert_eq!(missing("1 of 9\nName share of count\n Acme"), [".rows: \"50%\"", ".notices[]: \"n1\""]);
}

#[test]
fn ids_stand_where_a_next_call_needs_them() {
    let of = |rows: &str| {
        let list = format!(r#"{{"object":"Lead","columns":["Id","Name","Company"],"rows":[{rows}],"complete":true}}"#);
        [Style::Conversation, Style::ConversationWithIds]
            .map(|style| render::reply("query", &list, style).contains("00Qone"))
    };
    let (one, same) = (r#"["00Qone","Dana Fox","A"]"#, r#"["00Qtwo","Dana Fox","B"]"#);
    assert_eq!(of(one), [false, true], "a name will do, unless the model asked for ids");
    assert_eq!(of(&format!("{one},{same}")), [true, true], "two are called the same");
    assert_eq!(of(r#"["00Qone",null,"A"]"#), [true, true], "it has no name");
    let history = |subject: &str, text: &str| {
        let columns = r#"["Id","Subject","Description"]"#;
        let list = format!(
            r#"{{"name":"ActivityHistories","columns":{columns},"rows":[["00Tone","{subject}","{text}"]],"complete":true}}"#
        );
        let reply = format!(r#"{{"object":"Account","id":"001","link":"l/001","fields":{{}},"related":[{list}]}}"#);
        render::reply("get", &reply, Style::Conversation).contains("00Tone")
    };
    assert!(!history("Call", "whole") && history("Call", "cut…"));
    let item = |members: &str| {
        let now = r#""zone":"UTC","now":"Tue 2026-05-12 08:00""#;
        let record = r#""record":{"object":"Account","id":"001","name":"Acme","facts":{}}"#;
        let reply = format!(r#"{{{record},{now},"items":[{{"id":"00Uone",{members}}}],"complete":true}}"#);
        render::reply("activities", &reply, Style::Conversation).contains("00Uone")
    };
    assert!(!item(r#""kind":"call","when":"Mon 2026-05-11","text":"whole""#));
    assert!(item(r#""kind":"call","when":"Mon 2026-05-11","text":"cut…""#), "the rest is read by its id");
    assert!(item(r#""kind":"task","when":"Mon 2026-05-11""#), "it may be done yet");
    assert!(item(r#""kind":"meeting","when":"Tue 2026-05-12 09:00""#), "it may be moved");
    assert!(item(r#""kind":"call""#), "nobody knows when it is");
}

#[test]
fn a_day_says_the_ids_of_who_and_about() {
    let of = |record: &str| {
        let sides = r#""who":"Bob Stone","who_id":"003bob","what":"Acme renewal","what_id":"006deal""#;
        let item = format!(r#"{{"id":"00Uone","kind":"meeting","when":"Tue 2026-05-12 09:00",{sides}}}"#);
        let reply =
            format!(r#"{{{record}"zone":"UTC","now":"Tue 2026-05-12 08:00","items":[{item}],"complete":true}}"#);
        render::reply("activities", &reply, Style::Conversation)
    };
    assert!(of("").contains("with Bob Stone (003bob), about Acme renewal (006deal)"), "{}", of(""));
    // Of a record's own timeline, the record is said once.
    let record = r#""record":{"object":"Account","id":"001","name":"Acme","facts":{}},"#;
    assert!(of(record).contains("with Bob Stone, about Acme renewal, "), "{}", of(record));
}

#[tokio::test]
async fn a_model_that_selects_ids_gets_them() {
    let client = Client::of(&server(riley(&Arc::new(Org::demo())), None).0, Lifecycle::Handshake, None).await;
    for (soql, is_shown) in [
        ("SELECT Id, Name FROM Account LIMIT 1", true),
        ("select name, ID from Account limit 1", true),
        ("SELECT Name FROM Account WHERE Id != null LIMIT 1", false),
        ("SELECT Name, OwnerId FROM Account LIMIT 1", false),
    ] {
        let result = client.call("salesforce_query", json!({"soql": soql})).await;
        assert_eq!(result.is_error, Some(false), "{soql}: {}", text(&result));
        let columns = text(&result).lines().nth(1).unwrap();
        assert_eq!(columns.split("| ").any(|column| column == "Id"), is_shown, "{soql}: {columns}");
    }
}

#[tokio::test]
async fn a_list_takes_little_more_than_the_same_as_csv() {
    let client = Client::of(&server(riley(&Arc::new(Org::demo())), None).0, Lifecycle::Handshake, None).await;
    let readings = "SELECT Name, Account__c, Value__c, CreatedDate FROM Meter_Reading__c";
    for (soql, count) in [("SELECT * FROM Account", 25), (readings, 500)] {
        let result = client.call("salesforce_query", json!({"soql": soql, "limit": count})).await;
        let lines: Vec<&str> = text(&result).lines().skip(1).take(count + 1).collect();
        assert_eq!(lines.iter().filter(|line| line.starts_with(' ')).count(), count);
        // A text with a comma stands in quotes there.
        let cell = |cell: &str| cell.trim().len() + if cell.contains(',') { 2 } else { 0 };
        let csv: usize = lines.iter().flat_map(|line| line.split('|').map(|one| cell(one) + 1)).sum();
        let own = text(&result).len();
        assert!(own * 100 <= csv * 115, "{count} rows: {own} bytes, as CSV {csv}");
    }
}

#[test]
fn an_undo_is_told_whole() {
    let of = |undo: &str| {
        let reply = format!(
            r#"{{"object":"Account","records":[{{"id":"001","link":"https://x/001","changes":[{{"field":"Rating","before":"Hot","after":null}}]}}],"undo":{undo}}}"#
        );
        render::reply("update", &reply, Style::Conversation)
    };
    let call = |arguments: &str| format!(r#"{{"tool":"salesforce_update","arguments":{arguments}}}"#);
    let swapped = r#"{"record":"001","fields":{"Rating":"Hot"},"from":{"Rating":null}}"#;
    assert!(of(&call(swapped)).ends_with("\nUndo: swap the values"));
    for other in [
        r#"{"record":"002","fields":{"Rating":"Hot"},"from":{"Rating":null}}"#,
        r#"{"record":"001","object":"Account","fields":{"Rating":"Hot"},"from":{"Rating":null}}"#,
        r#"{"record":"001","fields":{"Rating":"Hot"}}"#,
        r#"{"record":"001","fields":{"Rating":"Warm"},"from":{"Rating":null}}"#,
        r#"{"record":"001","fields":{"Type":"Hot"},"from":{"Type":null}}"#,
        r#"{"record":"001","fields":{}}"#,
        r#"{"record":"001","fields":{"Rating":"Hot"},"from":{"Rating":null},"allow_duplicate":true}"#,
    ] {
        let text = of(&call(other));
        assert!(text.ends_with(&format!("\nUndo: salesforce_update {other}")), "{text}");
    }
    assert!(of(r#"{"instructions":"ask the admin"}"#).ends_with("\nUndo: ask the admin"));
}

/// A client that asks for structures.
struct Program;

impl ClientHandler for Program {
    fn get_info(&self) -> ClientConfig {
        let mut capabilities = ClientCapabilities::default();
        capabilities.experimental = Some([(STRUCTURED_REPLIES.to_owned(), Map::new())].into());
        ClientConfig::new(capabilities, Implementation::new("program", "1"))
    }
}

#[tokio::test]
async fn replies_are_structures_for_whoever_asks_for_them() {
    let list = || call("salesforce_query", json!({"soql": "SELECT Name FROM Account", "limit": 1}));
    let org = Arc::new(Org::demo());
    let folder = Folder::new();
    let asked_in_settings = server(riley(&org), Some(folder.settings("replies = \"structure\""))).0;
    let asked_at_the_start = server(riley(&org), None).0.replying(Replies::Structure);
    for server in [asked_in_settings, asked_at_the_start] {
        for lifecycle in LIFECYCLES {
            let client = Client::of(&server, lifecycle, None).await;
            assert!(client.running.call_tool(list()).await.unwrap().structured_content.is_some());
            let tools = client.running.peer().list_tools(None).await.unwrap().tools;
            assert!(tools.iter().all(|tool| tool.output_schema.is_some()));
        }
    }
    // Of two clients of one server, one asks.
    let server = server(riley(&org), Some(folder.settings(""))).0;
    let (theirs, ours) = tokio::io::duplex(64 * 1024);
    let serving = server.clone();
    tokio::spawn(async move { rmcp::serve_server(serving, theirs).await.unwrap().waiting().await });
    let program: rmcp::service::RunningService<RoleClient, Program> = rmcp::serve_client(Program, ours).await.unwrap();
    assert!(program.call_tool(list()).await.unwrap().structured_content.is_some());
    assert!(program.list_all_tools().await.unwrap().iter().all(|tool| tool.output_schema.is_some()));
    let model = Client::of(&server, Lifecycle::Handshake, None).await;
    assert_eq!(
        text(&model.running.call_tool(list()).await.unwrap()).lines().next(),
        Some("1 Account record, and there are more")
    );
    let tools = model.running.peer().list_tools(None).await.unwrap().tools;
    assert!(tools.iter().all(|tool| tool.output_schema.is_none()));
}

#[tokio::test]
async fn what_the_settings_say_of_replies_holds_from_the_next_call_on_unless_the_start_said_otherwise() {
    let org = Arc::new(Org::demo());
    for lifecycle in LIFECYCLES {
        let folder = Folder::new();
        let (server, _) = server(riley(&org), Some(folder.settings("")));
        let client = Client::of(&server, lifecycle, None).await;
        let is_structure = async || {
            let result = client.call("salesforce_query", json!({"soql": "SELECT Name FROM Account", "limit": 1})).await;
            result.structured_content.is_some()
        };
        assert!(!is_structure().await);
        folder.settings("replies = \"structure\"");
        assert!(is_structure().await);
        let server = server.replying(Replies::Text);
        assert!(!is_structure().await);
        drop(server);
    }
}

#[tokio::test]
async fn who_is_asked_first_is_told_of_the_user_and_the_day_with_the_first_reply() {
    const SENTENCE: &str = "\nToday is Tue 2026-05-12 in America/Los_Angeles. The user is \"Riley Reyes\".";
    for lifecycle in LIFECYCLES {
        let org = Arc::new(Org::demo());
        // Nobody has signed in, so nobody is remembered.
        let token = Token::new(&org.token("riley")).unwrap();
        let clock = Arc::clone(&org);
        let unknown = Connection::new(riley(&org).origin().clone(), token, Demo(Arc::clone(&org)))
            .with_clock(move || u64::try_from(clock.now().as_millisecond()).unwrap());
        let client = Client::of(&server(unknown, None).0, lifecycle, None).await;
        let instructions = client.running.peer().peer_info().unwrap().instructions.clone().unwrap();
        assert!(!instructions.contains("Today is"), "{instructions}");
        let find = json!({"text": "Nobody at all"});
        assert_eq!(client.call("salesforce_update", json!({})).await.is_error, Some(true));
        let first = client.call("salesforce_find", find.clone()).await;
        assert!(text(&first).ends_with(SENTENCE), "{}", text(&first));
        assert!(!text(&client.call("salesforce_find", find.clone()).await).contains("Today is"));

        let known = Client::of(&server(demo(&org, "riley"), None).0, lifecycle, None).await;
        let instructions = known.running.peer().peer_info().unwrap().instructions.clone().unwrap();
        assert!(instructions.ends_with(SENTENCE.trim_start()), "{instructions}");
        assert!(!text(&known.call("salesforce_find", find).await).contains("Today is"));
    }
}

#[tokio::test]
async fn the_day_is_told_again_when_it_is_another() {
    let org = Arc::new(Org::demo());
    let client = Client::of(&server(riley(&org), None).0, Lifecycle::Handshake, None).await;
    assert!(!text(&client.call("salesforce_update", hire()).await).contains("Today is"));
    org.set_now(org.now() + std::time::Duration::from_secs(24 * 60 * 60));
    let find = json!({"text": "Nobody at all"});
    assert!(text(&client.call("salesforce_find", find.clone()).await).contains("Today is Wed 2026-05-13 in"));
    assert!(!text(&client.call("salesforce_find", find).await).contains("Today is"));
}

#[tokio::test]
async fn an_error_is_no_structure_that_a_client_could_hold_against_the_schema() {
    let session = HOST.session(riley(&Arc::new(Org::demo())));
    let server = Server::new(session, None, |_| {}, |_| {}).unwrap().replying(Replies::Structure);
    let client = Client::of(&server, Lifecycle::Handshake, None).await;
    let result = client.call("salesforce_create", json!({"object": "Account", "fields": {"Name": "Acme"}})).await;
    assert_eq!((result.is_error, &result.structured_content), (Some(true), &None));
    let error: Value = serde_json::from_str(text(&result)).unwrap();
    assert_eq!((&error["kind"], &error["candidates"][0]["name"]), (&json!("duplicate"), &json!("Acme")));
}
