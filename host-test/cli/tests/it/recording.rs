//! `call --record` and `--replay`: a recording answers as the org did.

use std::process::Command;

use salesforce_host::recording::Recording;
use serde_json::Value;
use test_support::recording::{File, shape};

#[test]
fn the_command_line_records_a_call_and_replays_it() {
    let file = File::new("cli", "");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_salesforce-plugin"));
        let output = command.args(["call", "find", "--json"]).args(arguments).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    };
    let path = file.path().to_str().unwrap();
    let (code, recorded, _) = run(&[r#"{"text": "globex"}"#, "--record", path]);
    assert_eq!(code, 0);
    let arguments = Recording::load(file.path()).unwrap().calls()[0].arguments.to_string();
    assert!(!arguments.contains("globex"), "{arguments}");
    let (code, replayed, error) = run(&[&arguments, "--replay", path]);
    assert_eq!((code, error.as_str()), (0, ""));
    let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(shape(&parsed(&replayed)), shape(&parsed(&recorded)));
    // What is played back obeys what an org would.
    let (code, refused, _) = run(&[&arguments, "--replay", path, "--tools", "query"]);
    assert_eq!((code, parsed(&refused)["kind"].as_str()), (1, Some("switched_off")), "{refused}");
    let (code, _, error) = run(&[r#"{"text": "initech"}"#, "--replay", path]);
    assert_eq!(code, 1);
    assert!(error.contains("no answer left") && error.contains("nearest"), "{error}");
}
