//! The checklist of assumptions: that it asks, that it tells the verdicts apart, and that it cleans up after itself.

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use demo_org::access::ObjectAccess;
use demo_org::{Effect, Fault, Org, Refusal, Value, WriteKind};
use http::Method;
use salesforce_host::{Connection, Transport};
use salesforce_plugin_cli::verify::{self, Report, Verdict};
use test_support::{Demo, demo};

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
            let values: Vec<&Value> = object.fields.iter().map(|field| row.get(&field.name)).collect();
            rows.push(format!("{} {} {values:?}", object.name, row.id));
        }
    }
    rows
}

#[test]
fn every_assumption_holds_in_the_demo_org_and_reading_changes_nothing() {
    let org = Arc::new(Org::demo());
    let report = of(&org, false);
    assert_eq!(doubts(&report), []);
    assert_eq!(report.findings.len(), verify::reads().len());
    assert_eq!(org.writes(), []);
}

#[test]
fn the_checks_of_writes_hold_too_and_leave_the_org_as_it_was() {
    let org = Arc::new(Org::demo());
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

#[test]
fn what_is_made_is_deleted_whatever_fails_on_the_way() {
    let writing = |org: &Arc<Org>| verify::run(&demo(org, "riley"), verify::writes());
    let org = Arc::new(Org::demo());
    let before = rows(&org);
    writing(&org);
    let requests = org.requests().len();
    assert!(requests > 20);
    // Each request in turn does not arrive, or is done and not answered.
    for at in 0..requests {
        for effect in [Effect::DropBefore, Effect::DropAfter] {
            let org = Arc::new(Org::demo());
            org.fault(Fault::new(effect.clone()).after(u32::try_from(at).unwrap()));
            let report = writing(&org);
            let left: Vec<_> = rows(&org).into_iter().filter(|row| !before.contains(row)).collect();
            assert_eq!((left, report.left_behind), (Vec::new(), Vec::new()), "request {at}, {effect:?}");
        }
    }
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
    let org = Arc::new(Org::demo());
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
    let org = Arc::new(Org::demo());
    of(&org, true);
    let data = |path: &&demo_org::Entry| path.path.starts_with("/services/data/");
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
    let (code, json) = run(&["verify", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((code, report["findings"].as_array().unwrap().len()), (0, verify::reads().len()));

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
