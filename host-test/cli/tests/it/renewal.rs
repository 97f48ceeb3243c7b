//! An expired session is renewed once, by whichever of the program's processes comes first.

use std::process::{Child, Command, Stdio};

use demo_org::Org;
use salesforce_plugin_cli::verify::{self, Verdict};
use test_support::person::{expired, expired_at};

const LIST: &str = r#"{"soql": "SELECT * FROM Account", "limit": 1}"#;

#[test]
fn the_check_of_assumptions_renews_as_calls_do() {
    let (served, folder) = expired_at(Org::demo_with(verify::EXTRAS));
    let report = verify::run(&folder.connection("acme"), verify::reads());
    assert_eq!(report.findings.iter().find(|finding| finding.verdict != Verdict::Holds), None);
    assert_eq!(served.refreshes(), 1);
}

#[test]
fn many_processes_renew_once() {
    let (served, folder) = expired();
    let children: Vec<Child> = (0..3)
        .map(|_| {
            Command::new(env!("CARGO_BIN_EXE_salesforce-plugin"))
                .args(["--connection", "acme", "call", "query", LIST])
                .env("SALESFORCE_PLUGIN_HOME", folder.path())
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(served.refreshes(), 1);
    assert!(served.accepts(&folder.tokens("acme").access));
}
