//! Inputs made by chance: each property on pieces that its inputs are made of, in any order, with any bytes between.

use std::panic::{self, AssertUnwindSafe};

use properties::{Property, arguments, domain, echo, json, mask, settings, soql};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

/// Asks of so many cases.
pub(crate) fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() })
}

/// Up to so many pieces one after another; now and then a piece is any text.
pub(crate) fn made_of(pieces: &'static [&'static str], most: usize) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        12 => select(pieces).prop_map(str::to_owned),
        1 => ".{0,4}",
        1 => "\\PC{0,8}",
    ];
    vec(piece, 0..most).prop_map(|pieces| pieces.concat().into_bytes())
}

/// Asks a property of inputs made by chance; one that fails is made as small as it can be.
pub(crate) fn check(cases: u32, inputs: impl Strategy<Value = Vec<u8>>, property: Property) {
    let outcome = runner(cases).run(&inputs, |input| {
        let held = panic::catch_unwind(AssertUnwindSafe(|| property(&input)));
        prop_assert!(held.is_ok(), "{:?}", String::from_utf8_lossy(&input));
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

#[test]
fn bad_arguments_write_nothing_and_no_request_is_stopped_at_the_door() {
    // The tool and its arguments are two parts.
    let inputs = (select(&TOOLS[..]), made_of(&ARGUMENTS, 16)).prop_map(|(tool, members)| {
        let members = String::from_utf8(members).unwrap();
        format!("{tool}\0{{{}}}", members.trim_end_matches(',')).into_bytes()
    });
    check(400, inputs, arguments::bad_arguments_write_nothing_and_no_request_is_stopped_at_the_door);
}

const TOOLS: [&str; 10] =
    ["find", "get", "query", "describe", "activities", "who_am_i", "create", "log_activity", "update", "delete"];

/// Members, each with a comma behind it, and what spoils them.
const ARGUMENTS: [&str; 32] = [
    r#""object":"Account","#,
    r#""object":"Kontakt","#,
    r#""object":"Opportunity","#,
    r#""record":"Acme","#,
    r#""record":"001dM0000000010QAA","#,
    r#""record":"001dM0000000010QAB","#,
    r#""name":"Acme","#,
    r#""text":"acme","#,
    r#""text":"a/../%2e?#&","#,
    r#""soql":"SELECT Id FROM Account WHERE Name LIKE 'ä%'","#,
    r#""soql":"SELECT Name, Owner FROM Account WHERE Name = :name ORDER BY Name DESC","#,
    r#""soql":"SELECT Stage, SUM(Amount) FROM Opportunity GROUP BY Stage HAVING COUNT(Id) > 1","#,
    r#""soql":"SELECT * FROM Account WHERE Employees > 1e999","#,
    r#""soql":"SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact)","#,
    r#""params":{"name":"a'\"},"#,
    r#""fields":["Name","Owner"],"#,
    r#""fields":{"Name":"Zenith","Employees":5},"#,
    r#""fields":{"Name":"\ud83d\u0000"},"#,
    r#""fields":{"Employees":500},"from":{"Employees":100},"#,
    r#""fields":{"Fax":null},"#,
    r#""objects":["Account","User"],"#,
    r#""kind":"call","#,
    r#""what":"Acme","#,
    r#""when":"2026-05-12T25:00","#,
    r#""follow_up":{"when":"2026-06-02"},"#,
    r#""limit":3,"#,
    r#""limit":-1,"#,
    r#""cursor":"x","#,
    r#""related":["contacts"],"#,
    r#""unknown":[[[]]],"#,
    r#""object":null,"#,
    "{",
];

#[test]
fn an_address_leads_to_the_org_it_names() {
    const PIECES: [&str; 27] = [
        "acme",
        "acme--uat",
        "https://",
        "HTTP://",
        ".my",
        ".salesforce.com",
        ".my.salesforce.com",
        ".sandbox",
        ".lightning.force.com",
        ".my.salesforce-setup.com",
        ".my.salesforce.mil",
        ".cs42",
        "@",
        ":",
        ":443",
        "/",
        "\\",
        "?",
        "#",
        ".",
        " ",
        "%2e",
        "%40",
        "xn--",
        "-",
        "evil.io",
        "\u{430}",
    ];
    check(20_000, made_of(&PIECES, 7), domain::an_address_leads_to_the_org_it_names);
}

#[test]
fn a_token_is_found_under_any_escapes() {
    const AROUND: [&str; 18] = [
        "%", "%2", "x", "u0", "\\", "\\\\u", "\\u00", "&", "&#", "&#6", "&amp", ";", "41", "ü", " ", "\"", "&#x",
        "Acme",
    ];
    let inputs = (made_of(&AROUND, 6), made_of(&AROUND, 6), vec(1..=255_u8, 0..8))
        .prop_map(|(before, after, layers)| [before, after, layers].join(&0));
    check(1_000, inputs, echo::a_token_is_found_under_any_escapes);
}

#[test]
fn cutting_and_writing_anew_keep_the_value() {
    const PIECES: [&str; 24] = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\"a\"",
        "\"a\":",
        "\"\\u0061\":",
        "\"\\ud83d\"",
        "\\ude00",
        "\\u00",
        "\\\\",
        "\\\"",
        " ",
        "\n",
        "1",
        "-0.50",
        "1e999",
        "1E-999",
        "true",
        "null",
        "[[[[[[[[[[[[[[[[[[[[",
    ];
    // Whole values, and what is nearly one.
    let member = (select(&["a", "A", "\\u0061", "ä", "\\ud83d", ""][..]), select(&LEAVES[..]));
    let object = vec(member, 0..5).prop_map(|members| {
        let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\" : {value}")).collect();
        format!("[{{{}}}]", members.join(",")).into_bytes()
    });
    check(20_000, prop_oneof![made_of(&PIECES, 20), object], json::cutting_and_writing_anew_keep_the_value);
}

const LEAVES: [&str; 10] =
    ["null", "true", "0", "-1.50e3", "1e400", "12345678901234567890.5", "\"\\ude00\"", "[]", "{\"a\":[]}", "\"\\\\\""];

#[test]
fn no_word_of_a_value_survives() {
    const PIECES: [&str; 26] = [
        "\u{1}",
        "\u{1}",
        "\u{1}",
        " ",
        "_",
        "__c",
        "%",
        "%20",
        "%5",
        "\\",
        "\\n",
        "\\u00",
        "'",
        "\"",
        "/",
        "?q=",
        "https://",
        "SELECT ",
        " FROM Account",
        "2026-05-12",
        "001dM0000000010QAA",
        "Name",
        "ß",
        "-",
        "{\"",
        "\":",
    ];
    check(600, made_of(&PIECES, 8), mask::no_word_of_a_value_survives);
}

#[test]
fn a_file_cut_anywhere_is_never_looser() {
    // Whole lines, in the only order that has a meaning: keys at the top, then tables.
    let file = (vec(select(&TOP[..]), 0..3), vec(select(&TABLES[..]), 0..4)).prop_map(|(top, tables)| {
        let lines: Vec<_> = top.into_iter().chain(tables).collect();
        lines.concat().into_bytes()
    });
    let inputs = vec(file, 3).prop_map(|files| files.join(&0));
    check(150, inputs, settings::a_file_cut_anywhere_is_never_looser);
}

const TOP: [&str; 10] = [
    "read_only = true\n",
    "read_only = false\n",
    "confirm = [\"edit\", \"delete\"]\n",
    "confirm = []\n",
    "confirm = [\"append\"]\n",
    "instructions = \"\"\"a\nread_only = true\"\"\"\n",
    "# free\n",
    "tools.update = false\n",
    "objects = { read = [\"Account\"], edit = [] }\n",
    "\n",
];

const TABLES: [&str; 10] = [
    "[tools]\nothers = \"all\"\n",
    "[tools]\nothers = \"none\"\nfind = true\n",
    "[tools]\nupdate = false\ndelete = true\n",
    "[objects]\nread = [\"Account\", \"Contact\"]\nedit = []\n",
    "[objects]\nappend = [\"Account\"]\n",
    "[objects]\nedit = [\n\"account\",\n\"Lead\"]\n",
    "[vocabulary]\nheadcount = \"Account.NumberOfEmployees\"\n",
    "create = false\n",
    "read = []\n",
    "# the end",
];

#[test]
fn what_is_read_of_a_query_is_what_the_org_reads() {
    const PIECES: [&str; 34] = [
        "SELECT Id",
        "SELECT Id FROM Account",
        ", Owner.Name",
        ", toLabel(StageName)",
        ", FORMAT(Amount) f",
        " FROM Case",
        ", (SELECT Id FROM Contacts)",
        ", (SELECT Q.R FROM Cases WHERE Q.R = 'x' LIMIT 2)",
        ", COUNT(Id) n",
        ", SUM(A)",
        " WHERE ",
        "p.Q = 'x'",
        "p.Q LIKE 'SELECT \\'%'",
        "b IN (SELECT p.Q FROM C)",
        "NOT ",
        "(",
        ")",
        " AND ",
        " OR ",
        "a IN ('x', null)",
        "L__c INCLUDES ('a;b')",
        "D >= LAST_N_DAYS:3",
        "D > 2026-01-01T00:00:00Z",
        " GROUP BY p.Q",
        " GROUP BY CALENDAR_YEAR(convertTimezone(D))",
        " HAVING COUNT(Id) > 1",
        " ORDER BY p.Q DESC NULLS LAST",
        " ORDER BY COUNT(Id)",
        " LIMIT 5",
        " OFFSET 2",
        " FOR VIEW",
        " USING SCOPE Mine",
        " a",
        "FIELDS(ALL)",
    ];
    check(20_000, made_of(&PIECES, 9), soql::what_is_read_is_what_the_org_reads);
}
