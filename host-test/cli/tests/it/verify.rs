//! The checklist of assumptions: that it asks, that it tells the verdicts apart, and that it cleans up after itself.

use std::collections::HashSet;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use demo_org::access::ObjectAccess;
use demo_org::{Effect, Fault, Org, Refusal, Value, WriteKind};
use http::Method;
use salesforce_host::{Connection, Transport};
use salesforce_plugin_cli::verify::{self, Check, Report, Verdict};
use test_support::{Demo, demo};

/// An org that has something for every check to ask about.
fn rich() -> Arc<Org> {
    Arc::new(Org::demo_with(verify::EXTRAS))
}

fn of(org: &Arc<Org>, write: bool) -> Report {
    verify::run(&demo(org, "riley"), verify::reads().iter().chain(verify::writes().iter().filter(|_| write)))
}

/// The checks that do not hold.
fn doubts(report: &Report) -> Vec<(&'static str, &Verdict)> {
    let doubts = report.findings.iter().filter(|finding| finding.verdict != Verdict::Holds);
    doubts.map(|finding| (finding.name, &finding.verdict)).collect()
}

#[track_caller]
fn verdict<'r>(report: &'r Report, name: &str) -> &'r Verdict {
    &report.findings.iter().find(|finding| finding.name == name).unwrap().verdict
}

/// Every row of every object that is not in the recycle bin, with all its values.
fn rows(org: &Org) -> Vec<String> {
    let schema = org.schema();
    let mut rows = Vec::new();
    for object in schema.objects() {
        for row in org.rows(&object.name).iter().filter(|row| !row.is_deleted()) {
            // How long something has waited is reckoned anew with every request.
            let kept = object.fields.iter().filter(|field| !field.name.starts_with("ElapsedTime"));
            let values: Vec<&Value> = kept.map(|field| row.get(&field.name)).collect();
            rows.push(format!("{} {} {values:?}", object.name, row.id));
        }
    }
    rows
}

#[test]
fn every_assumption_holds_in_the_demo_org_and_reading_changes_nothing() {
    let org = rich();
    let report = of(&org, false);
    assert_eq!(doubts(&report), []);
    assert_eq!(report.findings.len(), verify::reads().len());
    assert_eq!(org.writes(), []);
}

#[test]
fn the_checks_of_writes_hold_too_and_leave_the_org_as_it_was() {
    let org = rich();
    let before = rows(&org);
    let report = of(&org, true);
    assert_eq!(doubts(&report), []);
    assert_eq!(report.findings.len(), verify::reads().len() + verify::writes().len());
    let writes = org.writes();
    let count = |kind| writes.iter().filter(|write| write.kind == kind).count();
    assert!(count(WriteKind::Created) >= 9 && count(WriteKind::Deleted) >= 9, "{writes:?}");
    let left: Vec<_> = rows(&org).into_iter().filter(|row| !before.contains(row)).collect();
    assert_eq!((left, rows(&org).len(), report.left_behind), (Vec::new(), before.len(), Vec::new()));
}

/// Whichever request does not arrive, or is done and not answered, these checks leave nothing behind.
#[track_caller]
fn leave_nothing(checks: &[&Check], step: usize) {
    let run = |org: &Arc<Org>| verify::run(&demo(org, "riley"), checks.iter().copied());
    let org = rich();
    let before: HashSet<String> = rows(&org).into_iter().collect();
    run(&org);
    let requests = org.requests().len();
    assert!(requests > 0);
    for at in (0..requests).step_by(step) {
        for effect in [Effect::DropBefore, Effect::DropAfter] {
            let org = rich();
            org.fault(Fault::new(effect.clone()).after(u32::try_from(at).unwrap()));
            let report = run(&org);
            let left: Vec<_> = rows(&org).into_iter().filter(|row| !before.contains(row.as_str())).collect();
            let name = checks[0].name;
            assert_eq!((left, report.left_behind), (Vec::new(), Vec::new()), "{name}, request {at}, {effect:?}");
        }
    }
}

#[test]
fn what_is_made_is_deleted_whatever_fails_on_the_way() {
    let writes: Vec<&Check> = verify::writes().iter().collect();
    for check in &writes {
        leave_nothing(&[*check], 1);
    }
    // And among one another, for some of the many requests.
    leave_nothing(&writes, 7);
}

#[test]
fn what_cannot_be_deleted_is_named() {
    let org = Arc::new(Org::demo());
    let before = rows(&org).len();
    org.fault(Fault::server_unavailable().on(Method::DELETE, "/sobjects/Task/").times(u32::MAX));
    let report = verify::run(&demo(&org, "riley"), verify::writes());
    let [left] = report.left_behind.as_slice() else { panic!("{:?}", report.left_behind) };
    assert!(rows(&org).iter().any(|row| row.starts_with(&format!("Task {left}"))));
    assert_eq!(rows(&org).len(), before + 1);
}

#[test]
fn a_panic_in_the_middle_leaves_nothing_either() {
    let org = Arc::new(Org::demo());
    let before = rows(&org);
    let (inner, creates) = (Demo(Arc::clone(&org)), Mutex::new(0));
    let connection = demo(&org, "riley");
    let token = salesforce_host::Token::new(&org.token("riley")).unwrap();
    let fragile = Connection::new(connection.origin().clone(), token, move |request: http::Request<Vec<u8>>| {
        if request.uri().path().ends_with("/sobjects/Account") && request.method() == Method::POST {
            let mut creates = creates.lock().unwrap();
            *creates += 1;
            assert!(*creates < 3, "this is the panic");
        }
        inner.send(request)
    });
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| verify::run(&fragile, verify::writes())));
    assert!(outcome.is_err());
    assert!(org.writes().iter().any(|write| write.kind == WriteKind::Created));
    assert_eq!(rows(&org), before);
}

#[test]
fn an_assumption_that_is_wrong_is_told_with_the_masked_answer() {
    let org = rich();
    let refusal = Refusal::new(400, "MALFORMED_QUERY", "unexpected token: DAY_ONLY, says Zebulon of Xanadu");
    org.fault(
        Fault::new(Effect::Refuse(refusal)).on(Method::GET, "q=SELECT%20Id%20FROM%20Account%20WHERE%20DAY%5FONLY"),
    );
    let report = of(&org, false);
    let Verdict::DoesNotHold(answer) = verdict(&report, "the day of a datetime in the user's zone can be compared")
    else {
        panic!("{report:?}")
    };
    assert!(answer.starts_with("400 ") && answer.contains("MALFORMED_QUERY"), "{answer}");
    assert!(!answer.contains("Zebulon") && !answer.contains("Xanadu"), "{answer}");
    assert_eq!(doubts(&report).len(), 1);
}

const BEARER: &str = "SOAP takes no token from the header alone";
const ENVELOPE: &str = "SOAP takes the token in the envelope";
const NO_ACTION: &str = "no action converts leads";
const DESCRIBE: &str = "a part's If-Modified-Since spares a description that is known";
const VIEWS: &str = "list views can be parts, and all their values are texts";
const DATES: &str = "a report is filtered by dates as YYYY-MM-DD";
const LOGIC: &str = "a report's logic has to name every filter";
const GROUPS: &str = "a report's numbers stand under the keys of its groups";
const LABELS: &str = "the label of an amount in a report has the digits of its value";
const INPUTS: &str = "the action that sends e-mail names recipients otherwise from v65.0 on";
const APART: &str = "neither an action nor a file's bytes can be parts";
const SENDING: &str = "an e-mail to nobody, to no address or with an input that is none is refused as such";
const BYTES: &str = "a file's bytes come as they are";
const RESTORED: &str = "a deleted record comes back, and only once";
const EMAIL: &str = "an e-mail that a client manages can be filed elsewhere and deleted, and no more";
const LEAD: &str = "a lead is converted by the API name of a status, and only once";
const REMOVED: &str = "Removed is a type of request for approvals";
const APPROVE: &str = "a flow approval is decided by Approve with a capital letter";

/// The report of one check.
#[track_caller]
fn alone(org: &Arc<Org>, name: &str) -> Report {
    let report = verify::run(
        &demo(org, "riley"),
        verify::reads().iter().chain(verify::writes()).filter(|check| check.name == name),
    );
    assert_eq!(report.findings.len(), 1, "{name}");
    report
}

#[test]
fn what_was_found_is_said_where_it_is_more_than_a_verdict() {
    let org = rich();
    // The label of a status can be another than its name.
    org.set(&org.id("ls3").unwrap(), "MasterLabel", "Converted & closed");
    let report = of(&org, true);
    assert_eq!(doubts(&report), []);
    let found = report.findings.iter().filter_map(|finding| Some((finding.name, finding.found.as_deref()?)));
    assert_eq!(
        found.collect::<Vec<_>>(),
        [
            (BEARER, "500 INVALID_SESSION_ID"),
            (ENVELOPE, "200 names the user"),
            (NO_ACTION, "GET: 404 NOT_FOUND; POST: 404 NOT_FOUND"),
            (DESCRIBE, "304 to its Last-Modified; 200 to a date before; 304 of the list to the answer's Date"),
            (
                VIEWS,
                "5 list views in one request; texts are values of boolean, currency, date, datetime, email, id, phone, \
                 picklist, string"
            ),
            (DATES, "2999-12-31 is taken, and given back as 2999-12-31"),
            (GROUPS, "each pair of innermost groups has its numbers; rows stand under them, and there alone"),
            (LABELS, "15 labels have the digits of their values"),
            (LOGIC, "logic that names them is followed; logic that leaves one out: 400 BAD_REQUEST"),
            (
                INPUTS,
                "v63.0: emailAddresses, emailAddressesArray, ccRecipientAddressList, bccRecipientAddressList; v64.0: \
                 emailAddresses, emailAddressesArray, ccRecipientAddressList, ccRecipientAddressCollection, \
                 bccRecipientAddressList, bccRecipientAddressCollection; v65.0: recipientAddresses, ccAddresses, \
                 bccAddresses"
            ),
            (APART, "an action: 400 INVALID_INPUT; bytes: 400 INVALID_INPUT"),
            (
                EMAIL,
                "editable: RelatedToId, IsExternallyVisible; not: Subject (403 INSUFFICIENT_ACCESS_OR_READONLY), \
                 TextBody (403 INSUFFICIENT_ACCESS_OR_READONLY), MessageDate (403 INSUFFICIENT_ACCESS_OR_READONLY), \
                 Status (403 INSUFFICIENT_ACCESS_OR_READONLY); deleted: 204, its task stays; relations by ToIds: 1"
            ),
            (
                LEAD,
                "converted by the API name, which its label is not; a second time: 200 CANNOT_UPDATE_CONVERTED_LEAD"
            ),
            (RESTORED, "it is read again: 200; restored a second time: UNDELETE_FAILED"),
            (REMOVED, "Removed: 200 INVALID_CROSS_REFERENCE_KEY; a made-up type: 400 INVALID_ARGUMENT_TYPE"),
            (
                APPROVE,
                "Approve: 400 INVALID_CROSS_REFERENCE_KEY; approve: 400 INVALID_INPUT; a made-up decision: 400 \
                 INVALID_INPUT"
            ),
            (
                SENDING,
                "to nobody: 400 REQUIRED_FIELD_MISSING; to no address: 400 INVALID_EMAIL_ADDRESS; an input that is \
                 none: 400 INVALID_INPUT"
            ),
        ]
    );
}

fn answering(status: u16, content_type: &'static str, body: &str) -> Fault {
    Fault::new(Effect::Answer { status, content_type, body: body.to_owned() })
}

fn json(status: u16, body: &serde_json::Value) -> Fault {
    answering(status, "application/json", &body.to_string())
}

fn soap(status: u16, body: &str) -> Fault {
    answering(status, "text/xml", body).on(Method::POST, "/services/Soap/")
}

/// Parts of a composite response that are all alike.
fn parts(count: usize, status: u16, body: &serde_json::Value) -> Fault {
    let part = serde_json::json!({"body": body, "httpHeaders": {}, "httpStatusCode": status, "referenceId": "a"});
    json(200, &serde_json::json!({"compositeResponse": vec![part; count]})).on(Method::POST, "/composite")
}

fn refusing(status: u16, code: &'static str) -> Fault {
    Fault::new(Effect::Refuse(Refusal::new(status, code, "as Zebulon says")))
}

/// A run of a report with this many rows.
fn rows_of_a_run(rows: u64) -> Fault {
    let sums = vec![serde_json::json!({"label": "Zebulon", "value": rows}); 3];
    json(200, &serde_json::json!({"factMap": {"T!T": {"aggregates": sums}}})).on(Method::POST, "/analytics/reports/")
}

#[test]
fn bytes_that_are_others_than_the_file_has_are_told_by_their_number() {
    let verdict_of = |status: u16, body: &str| {
        let org = rich();
        let effect = Effect::Answer { status, content_type: "text/plain", body: body.to_owned() };
        org.fault(Fault::new(effect).on(Method::GET, "/VersionData"));
        verdict(&of(&org, false), BYTES).clone()
    };
    assert!(matches!(verdict_of(200, "nine byte"), Verdict::DoesNotHold(why) if why == "9 bytes come of 38"));
    assert!(matches!(verdict_of(200, "{}"), Verdict::CannotTell(why) if why.contains("is JSON")));
    let gone = r#"[{"errorCode": "NOT_FOUND", "message": "gone"}]"#;
    assert!(matches!(verdict_of(404, gone), Verdict::DoesNotHold(why) if why.contains("NOT_FOUND")));
}

#[test]
fn each_check_that_tells_what_it_found_can_fail() {
    let fault = "<Envelope><Body><s:Fault><faultcode>sf:INVALID_SESSION_ID</faultcode></s:Fault></Body></Envelope>";
    let user = "<result><userId>005000000000000AAA</userId><userName>Zebulon</userName></result>";
    let converted = "<result><success>true</success></result>";
    let refused = "<result><errors><statusCode>INVALID_STATUS</statusCode></errors><success>false</success></result>";
    let cell = serde_json::json!({"fieldNameOrPath": "Amount", "value": 5});
    let typed = serde_json::json!({"columns": [{"fieldNameOrPath": "Amount", "type": "currency"}],
        "records": [{"columns": [cell]}]});
    let error = serde_json::json!([{"errorCode": "ILLEGAL_PART", "message": "as Zebulon says"}]);
    let report = |code| refusing(400, code).on(Method::POST, "/analytics/reports/");
    let approvals = |code| refusing(400, code).on(Method::POST, "/process/approvals");
    let review = |code| refusing(400, code).on(Method::POST, "/reviewApprovalWorkItem");
    let sending = |code| refusing(400, code).on(Method::POST, "/emailSimple");
    let group = |key: &str| serde_json::json!({"key": key, "label": "Zebulon", "groupings": []});
    let grouped = serde_json::json!({"factMap": {"T!T": {"aggregates": [1]}, "0!T": {"aggregates": [1]}},
        "groupingsDown": {"groupings": [group("0"), group("1")]}, "reportMetadata": {"aggregates": ["RowCount"]}});
    let amount = |label: &str| serde_json::json!({"dataCells": [{"label": label, "value": {"amount": 1234.5}}]});
    let labelled = serde_json::json!({"factMap": {"T!T": {"rows": [amount("$1,234.50"), amount("Zebulon")]}},
        "reportExtendedMetadata": {"detailColumnInfo": {"AMOUNT": {"dataType": "currency"}}},
        "reportMetadata": {"detailColumns": ["AMOUNT"]}});
    let inputs = serde_json::json!({"inputs": [{"name": "emailAddresses"}]});
    for (name, faults, told) in [
        (BEARER, vec![soap(200, user)], "200 names the user by the header alone"),
        (ENVELOPE, vec![soap(500, fault)], "500 INVALID_SESSION_ID"),
        (ENVELOPE, vec![soap(200, user)], "200 names another user"),
        (NO_ACTION, vec![json(200, &error).on(Method::POST, "/convertLead")], "200 "),
        (NO_ACTION, vec![json(200, &error).on(Method::GET, "/convertLead")], "200 "),
        (DESCRIBE, vec![parts(2, 200, &serde_json::json!({})).after(1)], "200 {}"),
        (DESCRIBE, vec![parts(2, 304, &serde_json::Value::Null).after(1)], "304"),
        (DESCRIBE, vec![json(200, &serde_json::json!({"sobjects": []})).on(Method::GET, "/sobjects")], "200 "),
        (VIEWS, vec![parts(5, 200, &typed)], "values are typed: currency as a number"),
        (VIEWS, vec![parts(5, 400, &error)], "400 "),
        (DATES, vec![report("BAD_REQUEST")], "BAD_REQUEST"),
        (DATES, vec![report("BAD_REQUEST").after(1)], "BAD_REQUEST"),
        (DATES, vec![rows_of_a_run(7).after(1)], "a date of 2999-12-31 or later leaves 7 rows"),
        (LOGIC, vec![report("BAD_REQUEST").after(1)], "BAD_REQUEST"),
        (LOGIC, vec![rows_of_a_run(0).after(1)], "filters that are joined by OR leave no row"),
        (LOGIC, vec![rows_of_a_run(0).after(2)], "a filter that the logic leaves out holds all the same"),
        (LOGIC, vec![rows_of_a_run(7).after(2)], "a filter that the logic leaves out is passed over"),
        (
            GROUPS,
            vec![json(200, &grouped).on(Method::GET, "/analytics/reports/")],
            "1 pairs of groups have no numbers of their own",
        ),
        (
            LABELS,
            vec![json(200, &labelled).on(Method::GET, "/analytics/reports/")],
            "1 of 2 labels have other digits than their values",
        ),
        (INPUTS, vec![json(200, &inputs).on(Method::GET, "/emailSimple").after(2)], "v65.0: emailAddresses"),
        (
            EMAIL,
            vec![refusing(400, "FIELD_INTEGRITY_EXCEPTION").on(Method::PATCH, "/EmailMessage/")],
            "not: RelatedToId (400 FIELD_INTEGRITY_EXCEPTION)",
        ),
        (
            EMAIL,
            vec![answering(204, "", "").on(Method::PATCH, "/EmailMessage/").after(2)],
            "IsExternallyVisible, Subject;",
        ),
        (
            EMAIL,
            vec![refusing(403, "INSUFFICIENT_ACCESS_OR_READONLY").on(Method::DELETE, "/EmailMessage/")],
            "deleted: 403 INSUFFICIENT_ACCESS_OR_READONLY, its task stays",
        ),
        (LEAD, vec![soap(200, refused)], "the API name is refused by INVALID_STATUS; its label is taken"),
        (LEAD, vec![soap(200, refused).times(2)], "the API name is refused by INVALID_STATUS; so is its label"),
        (LEAD, vec![soap(200, converted).after(1)], "a second time: 200"),
        (REMOVED, vec![approvals("INVALID_ARGUMENT_TYPE")], "Removed: 400 INVALID_ARGUMENT_TYPE; a made-up type: 400"),
        (
            APPROVE,
            vec![review("INVALID_INPUT"), review("INVALID_CROSS_REFERENCE_KEY")],
            "Approve: 400 INVALID_INPUT; approve: 400 INVALID_CROSS_REFERENCE_KEY",
        ),
        (APART, vec![parts(2, 200, &serde_json::json!({}))], "an action: 200; bytes: 200"),
        (SENDING, vec![sending("INVALID_INPUT")], "to nobody: 400 INVALID_INPUT; to no address: 400 INVALID_EMAIL"),
        (SENDING, vec![sending("INVALID_INPUT").after(1)], "to no address: 400 INVALID_INPUT; "),
        (SENDING, vec![sending("UNKNOWN_EXCEPTION").after(2)], "an input that is none: 400 UNKNOWN_EXCEPTION"),
    ] {
        let org = rich();
        let before = rows(&org);
        for fault in faults {
            org.fault(fault);
        }
        let report = alone(&org, name);
        let Verdict::DoesNotHold(answer) = verdict(&report, name) else { panic!("{name}: {report:?}") };
        assert!(answer.contains(told), "{name}: {answer}");
        assert!(!answer.contains("Zebulon"), "{name}: {answer}");
        let left: Vec<_> = rows(&org).into_iter().filter(|row| !before.contains(row)).collect();
        assert_eq!((left, report.left_behind), (Vec::new(), Vec::new()), "{name}");
    }
}

#[test]
fn an_org_without_what_a_check_asks_about_cannot_tell_and_says_what_it_lacks() {
    let plain = Arc::new(Org::demo());
    let report = of(&plain, true);
    let told: Vec<(&str, &str)> = doubts(&report)
        .into_iter()
        .map(|(name, verdict)| match verdict {
            Verdict::CannotTell(why) => (name, why.as_str()),
            other => panic!("{name}: {other:?}"),
        })
        .collect();
    let lacking: [(&str, &str); 10] = [
        ("what waits of a record is found by the record, the longest first", "INVALID_TYPE"),
        ("what waits of a record in a flow says for whom, and how the whole stands", "INVALID_TYPE"),
        (BYTES, "the user sees no text file"),
        (VIEWS, "INVALID_TYPE"),
        (DATES, "INVALID_TYPE"),
        (GROUPS, "INVALID_TYPE"),
        (LABELS, "INVALID_TYPE"),
        (LOGIC, "INVALID_TYPE"),
        (REMOVED, "the org has no approval processes"),
        (APPROVE, "the org has no flow approvals"),
    ];
    assert_eq!(told.iter().map(|(name, _)| *name).collect::<Vec<_>>(), lacking.map(|(name, _)| name));
    for ((name, why), (_, lacks)) in told.iter().zip(lacking) {
        assert!(why.contains(lacks), "{name}: {why}");
    }

    let of_one = |org: &Arc<Org>, name: &str| verdict(&alone(org, name), name).clone();
    let cannot_tell = |name: &str, fault: Fault| {
        let org = rich();
        org.fault(fault.times(u32::MAX));
        match of_one(&org, name) {
            Verdict::CannotTell(why) => why,
            other => panic!("{name}: {other:?}"),
        }
    };
    let retired = "<Fault><faultcode>sf:UNSUPPORTED_API_VERSION</faultcode></Fault>";
    assert_eq!(cannot_tell(BEARER, soap(500, retired)), "500 UNSUPPORTED_API_VERSION");
    assert_eq!(cannot_tell(ENVELOPE, soap(500, retired)), "500 UNSUPPORTED_API_VERSION");
    assert_eq!(cannot_tell(ENVELOPE, soap(403, "API access is off, says Zebulon")), "403 without a fault");
    assert_eq!(cannot_tell(LEAD, soap(500, retired)), "500 UNSUPPORTED_API_VERSION");
    let ruled = "<result><errors><statusCode>FIELD_CUSTOM_VALIDATION_EXCEPTION</statusCode></errors><success>false</success></result>";
    assert_eq!(cannot_tell(LEAD, soap(200, ruled)), "the lead is not converted: FIELD_CUSTOM_VALIDATION_EXCEPTION");
    let no_rows = json(200, &serde_json::json!({"factMap": {}})).on(Method::GET, "/analytics/reports/");
    assert_eq!(cannot_tell(LABELS, no_rows), "no report that was run lately shows an amount or a percentage");
    let missing = refusing(404, "NOT_FOUND").on(Method::GET, "/emailSimple");
    assert_eq!(cannot_tell(INPUTS, missing), "v63.0 has no action emailSimple");
    let missing = refusing(404, "NOT_FOUND").on(Method::POST, "/emailSimple");
    assert_eq!(cannot_tell(SENDING, missing), "the org has no action emailSimple");
    let forbidden = refusing(403, "INSUFFICIENT_ACCESS").on(Method::POST, "/emailSimple");
    assert!(cannot_tell(SENDING, forbidden).contains("INSUFFICIENT_ACCESS"));
    let no_file = json(200, &serde_json::json!({"totalSize": 0, "done": true, "records": []}));
    assert_eq!(cannot_tell(APART, no_file.on(Method::GET, "/query")), "the user sees no file");
    let alike = refusing(400, "INVALID_CROSS_REFERENCE_KEY").on(Method::POST, "/process/approvals");
    assert!(cannot_tell(REMOVED, alike).starts_with("the work item is looked at first: "));
    let alike = refusing(400, "INVALID_INPUT").on(Method::POST, "/reviewApprovalWorkItem");
    assert_eq!(cannot_tell(APPROVE, alike), "all are refused alike: 400 INVALID_INPUT");
    let no_lead = refusing(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION").on(Method::POST, "/sobjects/Lead");
    assert_eq!(cannot_tell(LEAD, no_lead), "no lead can be created: 400 FIELD_CUSTOM_VALIDATION_EXCEPTION");
    let no_mail = refusing(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY").on(Method::POST, "/sobjects/EmailMessage");
    assert_eq!(cannot_tell(EMAIL, no_mail), "no e-mail can be kept here: 400 CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY");
    assert_eq!(cannot_tell(DATES, rows_of_a_run(0)), "no report that was run lately has a date, a count and rows");
    let empty = parts(5, 200, &serde_json::json!({"columns": [], "records": []}));
    assert_eq!(cannot_tell(VIEWS, empty), "the list views have no rows");
}

#[test]
fn no_approval_is_decided_or_submitted_by_a_check() {
    let org = rich();
    let of_approvals = |org: &Org| -> Vec<String> {
        let rows = rows(org);
        rows.into_iter().filter(|row| row.starts_with("Process") || row.starts_with("Approval")).collect()
    };
    let before = of_approvals(&org);
    of(&org, true);
    assert!(!before.is_empty());
    assert_eq!(of_approvals(&org), before);
}

#[test]
fn what_the_user_may_not_do_or_the_network_does_not_let_through_is_no_verdict() {
    let org = Arc::new(Org::demo());
    org.change_access("riley", |access| {
        access.objects.insert("Account".to_owned(), ObjectAccess::READ);
    });
    let report = of(&org, true);
    assert!(matches!(verdict(&report, "space around a text is dropped"), Verdict::CannotTell(_)), "{report:?}");
    let wrong = doubts(&report).into_iter().find(|(_, verdict)| matches!(verdict, Verdict::DoesNotHold(_)));
    assert_eq!(wrong, None);

    org.fault(Fault::html_503().times(u32::MAX));
    let report = of(&org, true);
    assert!(report.findings.iter().all(|finding| matches!(finding.verdict, Verdict::CannotTell(_))), "{report:?}");
}

#[test]
fn an_expired_session_ends_the_questions() {
    let org = Arc::new(Org::demo());
    let connection = demo(&org, "riley");
    org.expire(&org.token("riley"));
    let report = verify::run(&connection, verify::reads().iter().chain(verify::writes()));
    // The list of versions is open to everybody, userinfo says 403, and the first 401 is the last.
    let told = report.findings.iter().skip(1).filter(|finding| !matches!(finding.verdict, Verdict::CannotTell(_)));
    assert_eq!(told.count(), 0, "{report:?}");
    assert_eq!(org.requests().len(), 3);
}

#[test]
fn every_check_names_a_file_that_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for check in verify::reads().iter().chain(verify::writes()) {
        assert!(root.join(check.relied_on_by).is_file(), "{}", check.relied_on_by);
    }
}

#[test]
fn the_checks_speak_the_version_the_plugin_speaks() {
    let rest = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../src/rest.rs")).unwrap();
    let (_, version) = rest.split_once("VERSION_PATH: &str = \"").unwrap();
    let version = version.split('"').next().unwrap();
    let org = rich();
    of(&org, true);
    // All but the one that compares versions.
    let data = |entry: &&demo_org::Entry| {
        entry.path.starts_with("/services/data/") && !entry.path.ends_with("/actions/standard/emailSimple")
    };
    assert!(org.requests().iter().filter(data).all(|request| request.path.starts_with(&format!("{version}/"))));
}

#[test]
fn the_command_line_prints_a_table_and_its_exit_code_is_the_verdict() {
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_salesforce-plugin")).args(arguments).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, table) = run(&["verify", "--write"]);
    let all = verify::reads().len() + verify::writes().len();
    assert_eq!(code, 0, "{table}");
    assert!(table.contains(&format!("{all} checks: {all} holds, 0 does not hold, 0 can't tell")), "{table}");
    assert!(table.contains("└ 500 INVALID_SESSION_ID\n"), "{table}");
    for (what, why) in verify::NOT_ASKED {
        assert!(table.contains(&format!("Not asked: {what}; {why}\n")), "{table}");
    }
    let (code, json) = run(&["verify", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((code, report["findings"].as_array().unwrap().len()), (0, verify::reads().len()));
    let found = |name: &str| {
        let findings = report["findings"].as_array().unwrap();
        findings.iter().find(|finding| finding["name"] == name).unwrap()["found"].clone()
    };
    assert_eq!(found(BEARER), "500 INVALID_SESSION_ID");
    assert_eq!(found("describe can be a part"), serde_json::Value::Null);
    assert_eq!(report["not_asked"].as_array().unwrap().len(), verify::NOT_ASKED.len());

    // An org that answers everything alike.
    let server =
        test_support::loopback::Loopback::answering(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec());
    let output = Command::new(env!("CARGO_BIN_EXE_salesforce-plugin"))
        .args(["--org", &server.origin(), "verify"])
        .env("SALESFORCE_ACCESS_TOKEN", test_support::TOKEN)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
}
