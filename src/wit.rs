//! The records of `wit/` as Rust types: what tools take and return, with their JSON form.
//!
//! WIT is the one declaration of a member's type. Here stands how JSON differs from it: names in snake case, absent
//! members left out, `json` as the value itself. An argument nobody declared is refused by name.

// The generated modules have no docs of their own; their types carry those of the WIT.
#![allow(missing_docs)]

include!(concat!(env!("OUT_DIR"), "/records.rs"));

// By name, for the other interfaces use some of these, and by their globs a name would mean two things.
pub use salesforce::plugin::types::{
    ActivityKind, Candidate, Changed, CurrentRecord, Error, ErrorKind, Json, JsonObject,
};
pub use salesforce::plugin::{read_types::*, settings_types::*, sign_in_types::*, write_types::*};

use crate::arguments::Kind::{self, Any, Fields, Flag, List, Number, OneOf, Text};
use crate::arguments::{FromValue, Value, records};
use crate::json::{ObjectWriter, Raw, ToJson};

// ---- what tools take ----

records! {
    FindArgs {
        required text: Text,
        optional objects: List(&Text),
        optional limit: Number,
    }
    GetArgs {
        required record: Text,
        optional object: Text,
        optional fields: List(&Text),
        optional full: Flag,
        optional related: List(&Text),
    }
    QueryArgs {
        required soql: Text,
        optional params: Any,
        optional limit: Number,
        optional cursor: Text,
    }
    ReportArgs {
        optional name: Text,
        optional object: Text,
        optional filters: Fields,
        optional details: Flag,
        optional limit: Number,
    }
    DescribeArgs {
        optional object: Text,
        optional search: Text,
        optional limit: Number,
    }
    ActivitiesArgs {
        optional record: Text,
        optional object: Text,
        optional first_day: Text,
        optional last_day: Text,
        optional timeframe: OneOf(Timeframe::NAMES),
        optional limit: Number,
    }
    WhoAmIArgs {
        optional objects: List(&Text),
    }
    ReadFileArgs {
        required file: Text,
        optional record: Text,
        optional object: Text,
    }
    CreateArgs {
        required object: Text,
        optional fields: Fields,
        optional records: List(&Fields),
        optional allow_duplicate: Flag,
        optional assign: Flag,
    }
    LogActivityArgs {
        required kind: OneOf(ActivityKind::NAMES),
        optional who: Text,
        optional what: Text,
        optional what_object: Text,
        optional text: Text,
        optional subject: Text,
        optional when: Text,
        optional minutes: Number,
        optional outcome: Text,
        optional direction: OneOf(CallDirection::NAMES),
        optional owner: Text,
        optional priority: Text,
        optional follow_up: Kind::Record(FollowUp::MEMBERS),
    }
    FollowUp {
        optional kind: OneOf(FollowUpKind::NAMES),
        required when: Text,
        optional subject: Text,
        optional text: Text,
        optional minutes: Number,
    }
    UpdateArgs {
        optional record: Text,
        optional records: List(&Kind::Record(RecordChange::MEMBERS)),
        optional object: Text,
        optional fields: Fields,
        optional from: Fields,
        optional allow_duplicate: Flag,
    }
    RecordChange {
        required record: Text,
        optional fields: Fields,
        optional from: Fields,
    }
    ConvertLeadArgs {
        required record: Text,
        optional account: Text,
        optional contact: Text,
        optional opportunity: Text,
        optional owner: Text,
        optional status: Text,
        optional allow_duplicate: Flag,
    }
    DeleteArgs {
        optional record: Text,
        optional name: Text,
        optional records: List(&Kind::Record(Deletion::MEMBERS)),
        optional object: Text,
    }
    Deletion {
        required record: Text,
        required name: Text,
    }
    RestoreArgs {
        required record: Text,
        optional object: Text,
    }
    ApproveArgs {
        required record: Text,
        optional object: Text,
        required decision: OneOf(ApprovalDecision::NAMES),
        optional comment: Text,
        optional approver: Text,
    }
    SendEmailArgs {
        optional to: List(&Text),
        optional cc: List(&Text),
        required subject: Text,
        required body: Text,
        optional about: Text,
        optional about_object: Text,
    }
}

// ---- what tools return ----

/// Declares how records are written: each member in its order, by itself as its value. In brackets stands what else it
/// is: `json`, text that is JSON, or a list of such texts, `rows`; or when alone it is written, `if any` are in the list
/// or `if true`. What has no value is left out.
macro_rules! replies {
    ($($record:ident { $($member:ident $(($($how:ident)*))?),* $(,)? })*) => { $(
        impl ToJson for $record {
            fn write(&self, out: &mut String) {
                let Self { $($member,)* } = self;
                let mut members = ObjectWriter::new(out);
                $(replies!(@ members $member $($($how)*)?);)*
                members.finish();
            }
        }

        #[cfg(test)]
        impl $record {
            // The contract's schemas name the tools' replies, and what is in those only within.
            #[allow(dead_code)]
            const NAMES: &'static [&'static str] = &[$(stringify!($member)),*];
        }
    )* };
    (@ $members:ident $member:ident) => { $members.add(stringify!($member), $member) };
    (@ $members:ident $member:ident json) => {
        $members.add(stringify!($member), &Raw($member))
    };
    (@ $members:ident $member:ident json if any) => {
        $members.add(stringify!($member), &$member.as_deref().map(Raw))
    };
    (@ $members:ident $member:ident rows) => {
        $members.add(stringify!($member), &$member.iter().map(|row| Raw(row)).collect::<Vec<_>>())
    };
    (@ $members:ident $member:ident rows if any) => {
        if !$member.is_empty() {
            replies!(@ $members $member rows);
        }
    };
    (@ $members:ident $member:ident if any) => {
        if !$member.is_empty() {
            $members.add(stringify!($member), $member);
        }
    };
    (@ $members:ident $member:ident if true) => {
        if *$member {
            $members.add(stringify!($member), $member);
        }
    };
}

replies! {
    Candidate { object, id, name, facts (json), field }
    Error {
        kind, message, changed, code, org_message, fields (if any), allowed (if any), candidates (if any), current,
        details (json if any),
    }
    CurrentRecord { object, id, link, fields (json), changed_by, changed_at }
    FindReply { candidates, notices (if any) }
    GetReply { object, id, link, fields (json), related (if any), notices (if any) }
    RelatedList { name, columns, rows (rows), complete }
    QueryReply {
        object, columns, rows (rows), total, totals (json if any), complete, cursor, soql, notices (if any),
        details (json if any),
    }
    ReportReply {
        sources, link, columns, rows (rows), subtotals (rows if any), total,
        totals (json if any), complete, filters (if any), logic, notices (if any),
    }
    ReportFilter { column, operator, value, added (if true) }
    DescribeReply { object, fields (if any), objects (if any), notices (if any) }
    ObjectInfo { name, label, creatable, editable }
    FieldInfo {
        name, label, data_type, required (if true), writable, length, values (if any), references (if any), help,
    }
    ActivitiesReply { record, zone, now, items, complete, notices (if any) }
    Activity {
        kind, id, when, subject, status, overdue (if true), who, who_id, what, what_id, owner, minutes, incoming, from, to,
        text,
    }
    WhoAmIReply { user, org, zone, now, readable, creatable, editable, api_calls, notices (if any) }
    UserInfo { id, name, username, email, locale, language, currency }
    OrgInfo { id, name, sandbox, origin, currency, multi_currency }
    ApiCalls { left, allowed }
    ReadFileReply { id, link, name, file_type, size, text, complete, notices (if any) }
    CreateReply { object, records, names (json if any), undo, notices (if any) }
    CreatedRecord { id, link, fields (json) }
    LogActivityReply { created, who, what, zone, notices (if any) }
    LoggedActivity { kind, id, link, when, fields (json), clashes (if any), undo }
    Clash { id, subject, when, minutes }
    UpdateReply { object, records, names (json if any), undo, notices (if any), details (json if any) }
    UpdatedRecord { id, link, name, changes (if any) }
    FieldChange { field, before (json if any), after (json) }
    ConvertLeadReply { records, undo, notices (if any) }
    ConvertedRecord { object, id, link, name, created, fields (json) }
    DeleteReply { records, recovery, undo, notices (if any) }
    DeletedRecord { object, id, name, facts (json) }
    RestoreReply { object, id, link, name, facts (json), undo, notices (if any) }
    ApproveReply { object, id, link, name, decision, status, waits_for (if any), notices (if any) }
    SendEmailReply { recipients, subject, logged, about_id, about, notices (if any) }
    EmailRecipient { address, id, name, copy (if true) }
    Undo { tool, arguments (json if any), instructions }
}

impl Error {
    /// The error as JSON.
    pub fn json(&self) -> String {
        self.to_json()
    }
}

// ---- what is one of a few ----

/// Declares how enums are called in JSON, case by case in the order of the WIT.
macro_rules! enums {
    ($($of:ident { $($case:ident = $name:literal),* $(,)? })*) => { $(
        impl $of {
            /// The names of its cases.
            pub(crate) const NAMES: &'static [&'static str] = &[$($name),*];
        }

        impl FromValue for $of {
            fn from_value(value: Value) -> Self {
                const CASES: &[$of] = &[$($of::$case),*];
                let place = if let Value::OneOf(place) = value { place } else { 0 };
                *CASES.get(place).unwrap_or(&CASES[0])
            }
        }

        impl ToJson for $of {
            fn write(&self, out: &mut String) {
                let name = Self::NAMES.get(*self as usize).copied().unwrap_or_default();
                name.write(out);
            }
        }
    )* };
}

enums! {
    ActivityKind { Call = "call", Email = "email", Meeting = "meeting", Note = "note", Task = "task" }
    EntryKind {
        Call = "call", Email = "email", Meeting = "meeting", Note = "note", Task = "task", Comment = "comment",
        Approval = "approval",
    }
    ErrorKind {
        InvalidInput = "invalid_input", NotFound = "not_found", Ambiguous = "ambiguous", Conflict = "conflict",
        Duplicate = "duplicate", Rejected = "rejected", Locked = "locked", Forbidden = "forbidden",
        SwitchedOff = "switched_off", SignIn = "sign_in", LimitReached = "limit_reached", Unavailable = "unavailable",
        Timeout = "timeout", UnexpectedReply = "unexpected_reply",
    }
    Changed { No = "no", Yes = "yes", Unknown = "unknown" }
    Writable { No = "no", OnCreate = "on_create", OnUpdate = "on_update", Yes = "yes" }
    Timeframe { Past = "past", Upcoming = "upcoming" }
    CallDirection { Inbound = "inbound", Outbound = "outbound", Internal = "internal" }
    ApprovalDecision { Approve = "approve", Reject = "reject", Submit = "submit", Recall = "recall" }
    FollowUpKind { Task = "task", Meeting = "meeting" }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::arguments::{Member, Record as _};
    use crate::json;

    /// The contract's schema of what a tool takes and returns.
    fn schemas(tool: &str) -> (Value, String) {
        let catalog: Vec<Value> = serde_json::from_str(include_str!("catalog.json")).unwrap();
        let entry = catalog.into_iter().find(|entry| entry["name"] == format!("salesforce_{tool}")).unwrap();
        (entry["input_schema"].clone(), entry["output_schema"].to_string())
    }

    /// What a table says, as the contract's schema without its words.
    fn schema(kind: &Kind) -> Value {
        let Kind::Record(members) = kind else {
            return match kind {
                Text => json!({ "type": "string" }),
                Number => json!({ "type": "integer" }),
                Flag => json!({ "type": "boolean" }),
                List(items) => json!({ "type": "array", "items": schema(items) }),
                OneOf(names) => json!({ "type": "string", "enum": names }),
                Any | Fields | Kind::Record(_) => json!({ "type": "object" }),
            };
        };
        let properties = members.iter().map(|member| (member.name.to_owned(), schema(&member.kind)));
        let properties: serde_json::Map<_, _> = properties.collect();
        let mut schema = json!({ "type": "object", "properties": properties, "additionalProperties": false });
        let required: Vec<_> = members.iter().filter(|member| member.is_required).map(|member| member.name).collect();
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        schema
    }

    fn without_words(schema: &mut Value) {
        if let Value::Object(members) = schema {
            members.retain(|name, value| name != "description" || !value.is_string());
            members.values_mut().for_each(without_words);
        }
    }

    #[track_caller]
    fn check(tool: &str, takes: &'static [Member], returns: &[&str]) {
        let (mut input, output) = schemas(tool);
        without_words(&mut input);
        assert_eq!(schema(&Kind::Record(takes)), input, "{tool}");
        let output = json::Json::trusted(&output);
        let names = output.members().find(|(name, _)| name == "properties").unwrap().1.members();
        let mut names: Vec<_> = names.map(|(name, _)| name.into_owned()).collect();
        names.sort_unstable();
        let mut returns = returns.to_vec();
        returns.sort_unstable();
        assert_eq!(returns, names, "{tool}");
    }

    #[test]
    fn what_is_read_and_written_is_what_the_contract_says() {
        check("find", FindArgs::MEMBERS, FindReply::NAMES);
        check("get", GetArgs::MEMBERS, GetReply::NAMES);
        check("query", QueryArgs::MEMBERS, QueryReply::NAMES);
        check("report", ReportArgs::MEMBERS, ReportReply::NAMES);
        check("describe", DescribeArgs::MEMBERS, DescribeReply::NAMES);
        check("activities", ActivitiesArgs::MEMBERS, ActivitiesReply::NAMES);
        check("who_am_i", WhoAmIArgs::MEMBERS, WhoAmIReply::NAMES);
        check("create", CreateArgs::MEMBERS, CreateReply::NAMES);
        check("log_activity", LogActivityArgs::MEMBERS, LogActivityReply::NAMES);
        check("update", UpdateArgs::MEMBERS, UpdateReply::NAMES);
        check("convert_lead", ConvertLeadArgs::MEMBERS, ConvertLeadReply::NAMES);
        check("delete", DeleteArgs::MEMBERS, DeleteReply::NAMES);
        check("restore", RestoreArgs::MEMBERS, RestoreReply::NAMES);
        check("read_file", ReadFileArgs::MEMBERS, ReadFileReply::NAMES);
        check("approve", ApproveArgs::MEMBERS, ApproveReply::NAMES);
        check("send_email", SendEmailArgs::MEMBERS, SendEmailReply::NAMES);
    }

    #[test]
    fn a_record_has_each_value_in_its_own_member() {
        let follow_up = json!({ "kind": "meeting", "when": "b", "subject": "c", "text": "d", "minutes": 4 });
        let arguments = json!({ "follow_up": follow_up, "minutes": 3, "direction": "internal", "outcome": "o", "kind":
            "note", "who": "1", "what": "2", "what_object": "3", "text": "4", "subject": "5", "when": null });
        let read: LogActivityArgs = crate::arguments::read(&arguments.to_string()).unwrap();
        assert_eq!(
            (read.kind, read.direction, read.minutes),
            (ActivityKind::Note, Some(CallDirection::Internal), Some(3))
        );
        let texts = [read.who, read.what, read.what_object, read.text, read.subject, read.outcome, read.when];
        assert_eq!(texts.map(Option::unwrap_or_default), ["1", "2", "3", "4", "5", "o", ""]);
        let FollowUp { kind, when, subject, text, minutes } = read.follow_up.unwrap();
        assert_eq!((text.as_deref(), minutes), (Some("d"), Some(4)));
        assert_eq!((kind, when.as_str(), subject.as_deref()), (Some(FollowUpKind::Meeting), "b", Some("c")));
        let several =
            r#"{"records": [{"record": "a"}, {"from": {"a": [1]}, "record": "b"}], "object": "o", "fields": {}}"#;
        let read: UpdateArgs = crate::arguments::read(several).unwrap();
        assert_eq!((read.record, read.from, read.allow_duplicate), (None, None, None));
        assert_eq!((read.object.as_deref(), read.fields.as_deref()), (Some("o"), Some("{}")));
        let records: Vec<_> = read.records.into_iter().map(|one| (one.record, one.fields, one.from)).collect();
        assert_eq!(records, [("a".into(), None, None), ("b".into(), None, Some("{\"a\": [1]}".into()))]);
        let wrong =
            crate::arguments::read::<UpdateArgs>(r#"{"records": [{"record": "a"}, {"fields": {}}]}"#).map(|_| ());
        let wrong = wrong.unwrap_err();
        assert_eq!((wrong.path.as_str(), wrong.message.as_str()), ("records[1].record", "is missing"));
    }

    #[test]
    fn what_is_wrong_with_arguments_is_said_of_the_first() {
        for (given, expected) in [
            (r#"{"limit": 1.5, "zz": 1}"#, "limit: is 1.5; it must be a whole number, not negative"),
            (r#"{"limit": 4294967296}"#, "limit: is 4294967296; it must be a whole number, not negative"),
            (r#"{"limit": "5"}"#, "limit: is \"5\"; it must be a whole number, not negative"),
            (r#"{"text": null}"#, "text: is null; it must be a string"),
            (r#"{"zz": 1, "limit": 1.5}"#, "zz: is unknown; there are text, objects, limit"),
            (r#"{"limit": null, "limit": 5, "text": 1}"#, "limit: is given twice"),
            (r#"{"objects": [], "limit": null}"#, "text: is missing"),
            (r#"{"objects": ["a", null]}"#, "objects[1]: is null; it must be a string"),
            (r#"{"objects": {}}"#, "objects: is {}; it must be a list"),
            (
                r#"{"text": [{"a": "ä"}, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]}"#,
                "text: is [{\"a\": \"ä\"}, 2, 3, 4, 5, 6, 7, 8, 9, 10,…; it must be a string",
            ),
        ] {
            let wrong = crate::arguments::read::<FindArgs>(given).map(|_| ()).unwrap_err();
            assert_eq!(format!("{}: {}", wrong.path, wrong.message), expected);
        }
        let wrong =
            crate::arguments::read::<LogActivityArgs>(r#"{"kind": "call", "follow_up": {"kind": 1}}"#).map(|_| ());
        let wrong = wrong.unwrap_err();
        assert_eq!(
            (wrong.path.as_str(), wrong.message.as_str()),
            ("follow_up.kind", "is 1; it must be one of task, meeting")
        );
        let wrong = crate::arguments::read::<GetArgs>(r#"{"record": "x", "full": "yes"}"#).map(|_| ()).unwrap_err();
        assert_eq!((wrong.path.as_str(), wrong.message.as_str()), ("full", "is \"yes\"; it must be a boolean"));
    }
}
