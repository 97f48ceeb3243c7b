//! Answers made by chance, out of what Salesforce answers and what spoils it.

use properties::answer::{self, CALLS};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::chance::{check, made_of};

#[test]
fn a_reply_is_json_that_every_reader_takes() {
    let inputs = (0..CALLS.len(), vec(made_of(&PIECES, 8), 0..4)).prop_map(|(call, answers)| {
        let mut input = vec![u8::try_from(call).unwrap()];
        for answer in answers {
            // Most answers are said to be good ones.
            input.extend([b"2", answer.as_slice(), b"\0"].concat());
        }
        input
    });
    check(4_000, inputs, answer::a_reply_is_json_that_every_reader_takes);
}

/// Whole answers, and what they are made of.
const PIECES: [&str; 30] = [
    r#"{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Account"},"Id":"001dM0000000010QAA","Name":"Acme"}]}"#,
    r#"{"totalSize":1,"done":false,"nextRecordsUrl":"/services/data/v65.0/query/01g-2","records":[{"Id":"001dM0000000010QAA","Name":"\ud83d","Employees":1e999,"A":1,"A":2}]}"#,
    r#"{"searchRecords":[{"attributes":{"type":"Account"},"Id":"001dM0000000010QAA","Name":"\udfff"}]}"#,
    r#"[{"errorCode":"UNABLE_TO_LOCK_ROW","message":"\ud83d","fields":["Name"]}]"#,
    r#"[{"errorCode":"DUPLICATES_DETECTED","message":"x","duplicateResult":{"matchResults":[{"matchRecords":[{"record":{"Id":"001dM0000000010QAA","Name":1e999,"Name":2}}]}]}}]"#,
    r#"{"compositeResponse":[{"referenceId":"p1","httpStatusCode":200,"body":{"totalSize":0,"done":true,"records":[]}},{"referenceId":"p2","httpStatusCode":404,"body":[{"errorCode":"X","message":"\ud83d"}]}]}"#,
    r#"{"compositeResponse":[{"referenceId":"write","httpStatusCode":204,"body":null},{"referenceId":"read","httpStatusCode":200,"body":{"Id":"001dM0000000010QAA","Name":"a","Name":"b","NumberOfEmployees":1e400}}]}"#,
    r#"{"id":"001dM0000000010QAA","success":true,"errors":[]}"#,
    r#"{"user_id":"005dM0000000010QAA","zoneinfo":"Europe/Berlin","name":"\ud83d","organization_id":"00DdM0000000010QAA"}"#,
    r#"{"name":"Account","label":"\ud83d","keyPrefix":"001","fields":[{"name":"Name","label":"a","type":"string","length":1e9},{"name":"Name","type":"picklist","picklistValues":[{"value":"\ud83d","active":true}]}],"childRelationships":[]}"#,
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "1e999",
    "\"\\ud83d\"",
    "\"Id\"",
    "\"records\"",
    "\"totalSize\":",
    "[[[[[[[[",
    "\"compositeResponse\":[",
    "\"body\":",
    "c{",
    "\n",
    "\u{feff}",
    "<html>",
    "\"\\u0000\"",
];
