//! Writes the calls of wit-bindgen: the records of `wit/` with their JSON form, and the shell's bindings.
//!
//! wit-bindgen wants the full name of a record in every key, with the version of the package. Here the version is read
//! from `wit/world.wit`, so a release changes it in that line alone.

// A build script reports a failure by panicking.
#![allow(clippy::expect_used)]

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

// ---- what a record or an enum is in JSON ----

/// What a tool takes. A member nobody declared is refused by name.
const ARGUMENT: &str = "#[derive(serde::Deserialize)] #[serde(deny_unknown_fields)]";
/// What a tool returns.
const REPLY: &str = "#[derive(serde::Serialize)]";
const ARGUMENT_ENUM: &str = r#"#[derive(serde::Deserialize)] #[serde(rename_all = "snake_case")]"#;
const REPLY_ENUM: &str = r#"#[derive(serde::Serialize)] #[serde(rename_all = "snake_case")]"#;
/// An enum of both.
const ENUM: &str = r#"#[derive(serde::Deserialize, serde::Serialize)] #[serde(rename_all = "snake_case")]"#;

// ---- what a member of an argument is in JSON ----

/// A list that may be absent or null.
const LIST: &str = r#"#[serde(default, deserialize_with = "crate::arguments::list")]"#;
/// Any value; absent and null mean the same.
const OPTIONAL_JSON: &str = r#"#[serde(default, deserialize_with = "crate::arguments::optional")]"#;
/// An object.
const JSON_OBJECT: &str = r#"#[serde(deserialize_with = "crate::arguments::object")]"#;
/// An object; absent and null mean the same.
const OPTIONAL_OBJECT: &str = r#"#[serde(default, deserialize_with = "crate::arguments::optional_object")]"#;

// ---- what a member of a reply is in JSON ----

/// The value that the text is.
const JSON: &str = r#"#[serde(serialize_with = "crate::json::text")]"#;
/// The values that the texts are.
const ROWS: &str = r#"#[serde(serialize_with = "crate::json::rows")]"#;
/// The value that the text is; left out when there is none.
const JSON_UNLESS_ABSENT: &str =
    r#"#[serde(skip_serializing_if = "Option::is_none", serialize_with = "crate::json::present")]"#;
/// Left out when there is none.
const UNLESS_ABSENT: &str = r#"#[serde(skip_serializing_if = "Option::is_none")]"#;
/// Left out when nothing is in it.
const UNLESS_EMPTY: &str = r#"#[serde(skip_serializing_if = "Vec::is_empty")]"#;
/// Left out when false.
const IF_TRUE: &str = r#"#[serde(skip_serializing_if = "std::ops::Not::not")]"#;

/// A record or an enum, what it is in JSON, and those of its members that are not simply their value.
type Row = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// The records of every tool.
const TYPES: &[Row] = &[
    ("candidate", REPLY, &[(UNLESS_ABSENT, "name field"), (JSON, "facts")]),
    ("activity-kind", ENUM, &[]),
    ("error-kind", REPLY_ENUM, &[]),
    ("changed", REPLY_ENUM, &[]),
    (
        "error",
        REPLY,
        &[
            (UNLESS_ABSENT, "code org-message current"),
            (UNLESS_EMPTY, "fields allowed candidates"),
            (JSON_UNLESS_ABSENT, "details"),
        ],
    ),
    ("current-record", REPLY, &[(JSON, "fields"), (UNLESS_ABSENT, "changed-by changed-at")]),
];

/// The records of tools that read.
const READ_TYPES: &[Row] = &[
    ("find-args", ARGUMENT, &[(LIST, "objects")]),
    ("find-reply", REPLY, &[(UNLESS_EMPTY, "notices")]),
    ("get-args", ARGUMENT, &[(LIST, "fields related")]),
    ("get-reply", REPLY, &[(JSON, "fields"), (UNLESS_EMPTY, "related notices")]),
    ("related-list", REPLY, &[(ROWS, "rows")]),
    ("query-args", ARGUMENT, &[(OPTIONAL_JSON, "params")]),
    (
        "query-reply",
        REPLY,
        &[
            (ROWS, "rows"),
            (UNLESS_ABSENT, "total cursor soql"),
            (UNLESS_EMPTY, "notices"),
            (JSON_UNLESS_ABSENT, "totals details"),
        ],
    ),
    ("describe-args", ARGUMENT, &[]),
    ("describe-reply", REPLY, &[(UNLESS_ABSENT, "object"), (UNLESS_EMPTY, "fields objects notices")]),
    ("object-info", REPLY, &[]),
    (
        "field-info",
        REPLY,
        &[(IF_TRUE, "required"), (UNLESS_ABSENT, "length help"), (UNLESS_EMPTY, "values references")],
    ),
    ("writable", REPLY_ENUM, &[]),
    ("activities-args", ARGUMENT, &[]),
    ("timeframe", ARGUMENT_ENUM, &[]),
    ("activities-reply", REPLY, &[(UNLESS_ABSENT, "record"), (UNLESS_EMPTY, "notices")]),
    ("activity", REPLY, &[(UNLESS_ABSENT, "when subject status who what owner minutes text"), (IF_TRUE, "overdue")]),
    ("who-am-i-args", ARGUMENT, &[(LIST, "objects")]),
    ("who-am-i-reply", REPLY, &[(UNLESS_ABSENT, "api-calls"), (UNLESS_EMPTY, "notices")]),
    ("user-info", REPLY, &[(UNLESS_ABSENT, "name username email locale language currency")]),
    ("org-info", REPLY, &[(UNLESS_ABSENT, "id name sandbox currency multi-currency")]),
    ("api-calls", REPLY, &[]),
];

/// The records of tools that write.
const WRITE_TYPES: &[Row] = &[
    ("create-args", ARGUMENT, &[(JSON_OBJECT, "fields")]),
    ("create-reply", REPLY, &[(JSON, "fields"), (JSON_UNLESS_ABSENT, "names"), (UNLESS_EMPTY, "notices")]),
    ("log-activity-args", ARGUMENT, &[]),
    ("call-direction", ARGUMENT_ENUM, &[]),
    ("follow-up", ARGUMENT, &[]),
    ("follow-up-kind", ARGUMENT_ENUM, &[]),
    ("log-activity-reply", REPLY, &[(UNLESS_ABSENT, "who what"), (UNLESS_EMPTY, "notices")]),
    ("logged-activity", REPLY, &[(UNLESS_ABSENT, "when undo"), (JSON, "fields")]),
    ("update-args", ARGUMENT, &[(LIST, "records"), (OPTIONAL_OBJECT, "fields from")]),
    ("record-change", ARGUMENT, &[(OPTIONAL_OBJECT, "fields from")]),
    (
        "update-reply",
        REPLY,
        &[(UNLESS_ABSENT, "undo"), (UNLESS_EMPTY, "notices"), (JSON_UNLESS_ABSENT, "names details")],
    ),
    ("updated-record", REPLY, &[(UNLESS_ABSENT, "name"), (UNLESS_EMPTY, "changes")]),
    ("field-change", REPLY, &[(JSON_UNLESS_ABSENT, "before"), (JSON, "after")]),
    ("delete-args", ARGUMENT, &[]),
    ("delete-reply", REPLY, &[(UNLESS_ABSENT, "name"), (JSON, "facts"), (UNLESS_EMPTY, "notices")]),
    ("undo", REPLY, &[(UNLESS_ABSENT, "tool instructions"), (JSON_UNLESS_ABSENT, "arguments")]),
];

/// The interfaces that hold records alone. Settings and sign-in have no JSON form.
const INTERFACES: [(&str, &[Row]); 5] = [
    ("types", TYPES),
    ("read-types", READ_TYPES),
    ("write-types", WRITE_TYPES),
    ("settings-types", &[]),
    ("sign-in-types", &[]),
];

fn main() {
    let contract = Path::new("wit").join("world.wit");
    println!("cargo:rerun-if-changed={}", contract.display());
    let world = fs::read_to_string(contract).expect("the contract can be read");
    let version = version(&world).expect("wit/world.wit says the version of its package");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("records.rs"), records(version)).expect("OUT_DIR can be written to");
    fs::write(out.join("component.rs"), component(version)).expect("OUT_DIR can be written to");
}

fn version(world: &str) -> Option<&str> {
    world.lines().find_map(|line| line.strip_prefix("package salesforce:plugin@")?.strip_suffix(';'))
}

/// The records as types of Rust.
fn records(version: &str) -> String {
    let mut types = String::new();
    let mut members = String::new();
    for (interface, rows) in INTERFACES {
        for (name, attributes, of_members) in rows {
            let name = format!("salesforce:plugin/{interface}@{version}/{name}");
            writeln!(types, "        \"{name}\": [{attributes}],").expect("a string takes all");
            for (attributes, of) in *of_members {
                for member in of.split(' ') {
                    writeln!(members, "        \"{name}.{member}\": [{attributes}],").expect("a string takes all");
                }
            }
        }
    }
    format!(
        r#"wit_bindgen::generate!({{
    path: "wit",
    world: "records",
    generate_unused_types: true,
    additional_derives: [Clone],
    additional_type_attributes: {{
{types}    }},
    additional_member_attributes: {{
{members}    }},
}});
"#
    )
}

/// The bindings of the component, with those records.
fn component(version: &str) -> String {
    let with: String = INTERFACES
        .iter()
        .map(|(name, _)| format!("        \"salesforce:plugin/{name}@{version}\": crate::wit,\n"))
        .collect();
    format!(
        r#"wit_bindgen::generate!({{
    path: "wit",
    world: "plugin",
    with: {{
{with}    }},
}});
"#
    )
}
