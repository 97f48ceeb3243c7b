//! The command line as a person or a script meets it.

use std::process::{Command, Output};
use std::sync::Arc;

use demo_org::Org;
use demo_org::serve::Server;
use serde_json::Value;

const TOKEN: &str = "SALESFORCE_ACCESS_TOKEN";

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_salesforce-plugin"));
    // No settings of whoever runs the tests.
    let home = std::env::temp_dir().join("salesforce-plugin-without-settings");
    command.args(arguments).env_remove(TOKEN).env("SALESFORCE_PLUGIN_HOME", home);
    command
}

fn run(arguments: &[&str]) -> (i32, String, String) {
    finished(&command(arguments).output().unwrap())
}

fn finished(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_demo_tells_three_stories_with_their_requests() {
    let (code, out, _) = run(&["demo"]);
    assert_eq!(code, 0, "{out}");
    for sentence in [
        "Find recently created accounts",
        "Create a new account for Acme",
        "Nothing was written.",
        "Created: Account ",
        "Change the number of employees for Acme from 100 to 500",
        "NumberOfEmployees: 100 → 500",
    ] {
        assert!(out.contains(sentence), "{sentence}\n{out}");
    }
    let (_, third) = out.split_once("3. “").unwrap();
    assert!(third.contains("(2 requests to Salesforce)"), "{third}");
}

#[test]
fn a_reply_is_a_table_for_people_and_exact_json_for_scripts() {
    let list = r#"{"soql": "SELECT Name FROM Account ORDER BY Name", "limit": 2}"#;
    let (code, out, _) = run(&["call", "query", list]);
    assert_eq!(code, 0);
    assert!(out.starts_with("2 Account records, and there are more\n  "), "{out}");
    let (code, out, _) = run(&["call", "salesforce_query", list, "--json"]);
    assert_eq!(code, 0);
    let reply: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(reply["rows"].as_array().unwrap().len(), 2);
}

#[test]
fn the_exit_code_tells_a_tools_refusal_from_wrong_usage_and_from_a_failure_of_the_program() {
    let create = r#"{"object": "Account", "fields": {"Name": "Acme"}}"#;
    let (code, out, _) = run(&["call", "create", create]);
    assert_eq!(code, 1);
    assert!(out.starts_with("duplicate: ") && out.ends_with("Nothing was written.\n"), "{out}");
    let (code, out, _) = run(&["call", "create", create, "--json"]);
    assert_eq!(code, 1);
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["kind"], "duplicate");

    assert_eq!(run(&["call"]).0, 2);
    assert_eq!(run(&["frobnicate"]).0, 2);

    let missing_folder = std::env::temp_dir().join("no such folder").join("plugin.wasm");
    assert_eq!(run(&["component", "--out", missing_folder.to_str().unwrap()]).0, 3);
}

#[test]
fn the_token_goes_to_salesforce_and_this_machine_only() {
    for (org, word) in [
        ("http://acme.my.salesforce.com", "this machine"),
        ("http://127.0.0.1.evil.example", "this machine"),
        ("https://evil.example", "Salesforce"),
        ("https://my.salesforce.com.evil.example", "Salesforce"),
        ("https://evil-salesforce.com", "Salesforce"),
    ] {
        let output =
            command(&["--org", org, "call", "find", r#"{"text": "Acme"}"#]).env(TOKEN, "x".repeat(40)).output();
        let (code, out, error) = finished(&output.unwrap());
        assert_eq!((code, out.as_str()), (2, ""), "{org}");
        assert!(error.contains(word), "{org}: {error}");
    }
    let (code, _, error) = run(&["--org", "https://acme.my.salesforce.com", "call", "find", "{}"]);
    assert_eq!(code, 2);
    assert!(error.contains(TOKEN), "{error}");
}

#[test]
fn a_trace_shows_requests_and_responses_and_never_the_token() {
    let org = Arc::new(Org::demo());
    let server = Server::start(Arc::clone(&org), 0).unwrap();
    let token = org.token("riley");
    let list = r#"{"soql": "SELECT * FROM Account", "limit": 1}"#;
    let output = command(&["--org", &server.origin(), "call", "query", list, "--trace"]).env(TOKEN, &token).output();
    let (code, out, trace) = finished(&output.unwrap());
    assert_eq!(code, 0, "{out}{trace}");
    assert!(trace.contains("> GET /services/data/") && trace.contains("> authorization: Bearer …\n"), "{trace}");
    assert!(trace.contains("< 200 ("), "{trace}");
    assert!(!trace.contains(&token) && !out.contains(&token));
}

#[test]
fn the_tools_are_listed_for_people_and_for_programs() {
    let (code, out, _) = run(&["tools"]);
    assert_eq!(code, 0);
    assert!(out.contains("salesforce_update (overwrites): "), "{out}");
    let (_, out, _) = run(&["tools", "--json", "--read-only"]);
    let tools: Vec<Value> = serde_json::from_str(&out).unwrap();
    let names: Vec<&str> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        ["find", "get", "query", "report", "describe", "activities", "who_am_i"]
            .map(|name| format!("salesforce_{name}"))
    );
}

#[test]
fn replies_of_every_tool_are_told_in_words() {
    for (call, said) in [
        (&["who_am_i"][..], "Now: Tue 2026-05-12 08:00 (America/Los_Angeles)"),
        (&["activities"], "1 activity\n"),
        (&["log_activity", r#"{"kind": "note", "what": "Globex", "text": "Met."}"#], "Logged: note"),
        (&["query", r#"{"soql": "SELECT Name FROM Account LIMIT 3"}"#], "3 Account records, and there are more"),
        (
            &["delete", r#"{"record": "001dM00000000L0QAI", "name": "Lumen Analytics"}"#],
            "Deleted: Account 001dM00000000L0QAI \"Lumen Analytics\"",
        ),
    ] {
        let (code, out, error) = run(&[&["--tools", "all", "call"], call].concat());
        assert_eq!(code, 0, "{call:?}: {out}{error}");
        assert!(out.contains(said) && !out.contains('{'), "{call:?}: {out}");
    }
}

#[test]
fn the_component_can_be_taken_out() {
    let file = std::env::temp_dir().join(format!("plugin-{}.wasm", std::process::id()));
    let (code, out, error) = run(&["component", "--out", file.to_str().unwrap()]);
    assert_eq!(code, 0, "{out}{error}");
    let written = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    assert_eq!(written, salesforce_host::COMPONENT);
}

#[test]
fn shells_complete_and_the_manual_tells_every_command_and_option() {
    let program = salesforce_plugin_cli::arguments();
    let folder = std::env::temp_dir().join(format!("salesforce-plugin-man-{}", std::process::id()));
    let (code, out, error) = run(&["man", "--out", folder.to_str().unwrap()]);
    assert_eq!(code, 0, "{out}{error}");
    let page = |name: &str| std::fs::read_to_string(folder.join(format!("{name}.1"))).unwrap().replace("\\-", "-");
    let whole = page("salesforce-plugin");
    let scripts = ["bash", "zsh", "fish", "powershell", "elvish"].map(|shell| {
        let (code, script, error) = run(&["completions", shell]);
        assert_eq!(code, 0, "{shell}: {error}");
        script
    });
    for command in program.get_subcommands() {
        let (name, own) = (command.get_name(), page(&format!("salesforce-plugin-{}", command.get_name())));
        assert!(whole.contains(&format!("salesforce-plugin-{name}(1)")), "{name}");
        let shown = command.get_arguments().filter(|argument| !argument.is_hide_set());
        for option in shown.filter_map(|argument| argument.get_long()) {
            assert!(own.contains(&format!("--{option}")), "{name}: {option}: {own}");
            assert!(scripts.iter().all(|script| script.contains(option)), "{name}: {option}");
        }
        assert!(scripts.iter().all(|script| script.contains(name)), "{name}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
    let (code, _, error) = run(&["man", "--out", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")]);
    assert!(code == 3 && error.contains("Cargo.toml"), "{error}");
}

#[test]
fn verify_writes_nothing_where_nothing_may_be_written() {
    let (code, out, error) = run(&["--read-only", "verify", "--write"]);
    assert_eq!((code, out.as_str()), (2, ""), "{error}");
    assert!(error.contains("--read-only") && error.contains("nothing was sent"), "{error}");
    let (code, _, error) = run(&["--tools", "find,query", "verify", "--write"]);
    assert_eq!(code, 2);
    assert!(error.contains("the tool create is off"), "{error}");
    let home = std::env::temp_dir().join(format!("salesforce-plugin-verify-{}", std::process::id()));
    let folder = home.join("connections/demo");
    std::fs::create_dir_all(&folder).unwrap();
    for (settings, word) in [
        ("read_only = true", "read_only"),
        ("[objects]\nedit = [\"Account\"]", "Task records"),
        ("[objects]\nappend = [\"Account\", \"Task\", \"Event\"]", "EmailMessage records may not be created"),
        ("[objects]\nedit = [\"Account\", \"Task\", \"Event\", \"EmailMessage\"]", "Lead records may not be changed"),
    ] {
        std::fs::write(folder.join("settings.toml"), settings).unwrap();
        let mut command = command(&["verify", "--write"]);
        let (code, _, error) = finished(&command.env("SALESFORCE_PLUGIN_HOME", &home).output().unwrap());
        assert_eq!(code, 2, "{error}");
        assert!(error.contains(word), "{error}");
    }
    std::fs::remove_dir_all(&home).unwrap();
}

#[test]
fn what_is_wrong_with_the_demo_org_is_chosen_on_the_command_line() {
    let find = |mode: &str| run(&["--demo-mode", mode, "call", "find", r#"{"text": "Acme"}"#]);
    let (code, out, _) = find("no-api-calls");
    assert!(code == 1 && out.starts_with("limit reached: "), "{out}");
    let (code, out, _) = find("inactive-user");
    assert!(code == 1 && out.starts_with("sign in: "), "{out}");
    // What concerns signing in leaves a call alone.
    assert_eq!((find("app-not-installed,rotation").0, find("typo").0), (0, 2));
    let started = std::time::Instant::now();
    assert_eq!(find("slow").0, 0);
    assert!(started.elapsed() >= std::time::Duration::from_secs(2));
}

#[test]
fn a_tool_that_was_mistyped_is_told_the_nearest() {
    for arguments in [
        &["call", "fnd"][..],
        &["--tools", "fnd", "tools"],
        &["tools", "--enable", "fnd"],
        &["--tools", "fnd", "mcp", "--demo"],
    ] {
        let (code, out, error) = run(arguments);
        assert!(code != 0 && error.contains("did you mean \"find\"?"), "{arguments:?}: {out}{error}");
    }
    assert_eq!(run(&["--tools", "find,default", "tools"]).0, 0);
    let (code, _, error) = run(&["conect"]);
    assert!(code == 2 && error.contains("'connect'"), "{error}");
}

#[test]
fn the_doctor_says_what_is_so_and_what_to_do() {
    let home = test_support::person::Folder::new();
    let doctor = |arguments: &[&str]| {
        let mut command = command(&[&["doctor"], arguments].concat());
        finished(
            &command
                .env("SALESFORCE_PLUGIN_HOME", home.path())
                .env("HTTPS_PROXY", "http://me:secret@127.0.0.1:1")
                .output()
                .unwrap(),
        )
    };
    // Another program may have the port of the way back while this runs.
    std::fs::create_dir_all(home.path()).unwrap();
    std::fs::write(home.path().join("config.toml"), "callback_port = 0\n").unwrap();
    let (code, out, error) = doctor(&[]);
    assert_eq!(code, 0, "{out}{error}");
    for part in [
        "ok       folder",
        "ok       keychain",
        "ok       port",
        "127.0.0.1:1, by the environment",
        "note     connections",
    ] {
        assert!(out.contains(part), "{part}\n{out}");
    }
    assert!(!out.contains("secret") && !out.contains('\x1b'), "{out}");
    // A connection whose org is not there, and settings with a mistake.
    let served = test_support::person::Served::new();
    test_support::person::connected(&served, &home, "acme", "riley");
    std::fs::write(home.path().join("connections/acme/settings.toml"), "read_only = maybe\n").unwrap();
    let (code, out, _) = doctor(&["--json"]);
    let found: Value = serde_json::from_str(&out).unwrap();
    let of =
        |name: &str| found["checks"].as_array().unwrap().iter().find(|check| check["name"] == name).cloned().unwrap();
    assert_eq!(
        (code, &of("settings of acme")["verdict"], &of("org of acme")["verdict"]),
        (1, &"problem".into(), &"ok".into())
    );
    assert_eq!(of("connection acme")["text"], format!("riley@demo.example at {}", served.origin));
    drop(served);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    std::fs::write(home.path().join("config.toml"), format!("callback_port = {port}\n")).unwrap();
    let (code, out, _) = doctor(&[]);
    assert!(code == 1 && out.contains("problem  org of acme") && out.contains("can't be reached"), "{out}");
    assert!(out.contains("problem  port") && out.contains("callback_port in config.toml"), "{out}");
}

#[test]
fn what_a_program_might_read_is_json() {
    let home = test_support::person::Folder::new();
    let json = |arguments: &[&str]| -> (i32, Value) {
        let (code, out, error) =
            finished(&command(arguments).env("SALESFORCE_PLUGIN_HOME", home.path()).output().unwrap());
        (code, serde_json::from_str(&out).unwrap_or_else(|_| panic!("{arguments:?}: {out}{error}")))
    };
    assert_eq!(json(&["connections", "--json"]), (0, serde_json::json!({"connections": []})));
    let served = test_support::person::Served::new();
    test_support::person::connected(&served, &home, "acme", "riley");
    for arguments in [&["connections", "--json"][..], &["status", "--json"]] {
        let (code, list) = json(arguments);
        let one = &list["connections"][0];
        assert_eq!((code, &one["name"], &one["username"]), (0, &"acme".into(), &"riley@demo.example".into()));
    }
    let (code, status) = json(&["status", "acme", "--json"]);
    assert_eq!((code, &status["user"], &status["api_calls"]["allowed"]), (0, &"Riley Reyes".into(), &15_000.into()));
    served.org.set(&served.org.id("riley").unwrap(), "IsActive", false);
    served.org.expire_sessions("riley");
    let (code, status) = json(&["status", "acme", "--json"]);
    assert_eq!((code, &status["error"]["kind"]), (1, &"sign_in".into()));
    // Without a name it says what connections there are.
    let said =
        |arguments: &[&str]| finished(&command(arguments).env("SALESFORCE_PLUGIN_HOME", home.path()).output().unwrap());
    assert_eq!(said(&["status"]), said(&["connections"]));
}
