//! Signing in on the command line: `connect`, `connections`, `status` and `disconnect`.

use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};
use std::thread;

use test_support::person::{Folder, Served, browse};

const LIST: &str = r#"{"soql": "SELECT * FROM Account", "limit": 1}"#;

/// The command line with a folder of its own.
fn command(folder: &Folder, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_salesforce-plugin"));
    command.args(arguments).env("SALESFORCE_PLUGIN_HOME", folder.path());
    command.env_remove("SALESFORCE_ACCESS_TOKEN").env_remove("SALESFORCE_CONSUMER_KEY");
    command
}

fn run(folder: &Folder, arguments: &[&str]) -> (i32, String, String) {
    finished(&command(folder, arguments).output().unwrap())
}

fn finished(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// Connects on the command line, with a person who takes the printed address to a browser.
fn connect_on_the_command_line(folder: &Folder, arguments: &[&str], user: &str) -> (i32, String, String) {
    let mut command = command(folder, arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut printed = String::new();
    while lines.read_line(&mut printed).unwrap() > 0 {
        let last = printed.lines().last().unwrap_or_default().trim();
        if last.starts_with("http") {
            browse(last, user, "allow");
        }
    }
    let (code, _, error) = finished(&child.wait_with_output().unwrap());
    (code, printed, error)
}

#[test]
fn the_command_line_connects_checks_calls_and_disconnects() {
    let (served, folder) = (Served::new(), Folder::new());
    let domain = ["--domain", served.origin.as_str(), "--no-browser"];
    let (code, out, error) =
        connect_on_the_command_line(&folder, &[&["connect", "acme"], &domain[..]].concat(), "vera");
    assert_eq!(code, 0, "{out}{error}");
    for part in ["Connected: acme", "vera@demo.example \"Vera Viewer\"", "API calls  149", "Tokens     kept in "] {
        assert!(out.contains(part), "{part}\n{out}");
    }
    let rights = out.lines().find(|line| line.trim_start().starts_with("create")).unwrap();
    assert!(rights.contains("nothing"), "vera only reads: {rights}");
    let tokens = folder.tokens("acme");

    let (_, list, _) = run(&folder, &["connections"]);
    assert_eq!(list, format!("acme  vera@demo.example at {}\n", served.origin));
    served.org.expire_sessions("vera");
    let (code, status, _) = run(&folder, &["status", "acme"]);
    assert_eq!(code, 0);
    assert!(status.contains("Vera Viewer") && served.refreshes() == 1, "{status}");
    let (code, reply, trace) = run(&folder, &["--connection", "acme", "call", "query", LIST, "--trace"]);
    assert_eq!(code, 0, "{reply}");

    served.org.set(&served.org.id("vera").unwrap(), "IsActive", false);
    let (code, reply, why) = run(&folder, &["--connection", "acme", "call", "query", LIST]);
    assert_eq!(code, 1);
    assert!(reply.starts_with("sign in: ") && why.contains("the admin can activate it again"), "{reply}{why}");
    let (code, refused, _) = run(&folder, &["status", "acme"]);
    assert!(code == 1 && refused.contains("the admin can activate it again"), "{refused}");

    for printed in [&out, &error, &list, &status, &reply, &trace, &why, &refused] {
        for token in [&tokens.access, tokens.refresh.as_ref().unwrap(), &folder.tokens("acme").access] {
            assert!(!token.is_in(printed.as_bytes()));
        }
    }
    let (code, out, error) = run(&folder, &["disconnect", "acme"]);
    assert!(code == 0 && out.starts_with("Disconnected: acme."), "{out}{error}");
    assert!(run(&folder, &["connections"]).1.contains("salesforce-plugin connect demo"));
    assert_eq!(run(&folder, &["status", "acme"]).0, 2);
}

#[test]
fn the_demo_org_is_connected_without_an_account_and_stays_connected() {
    let folder = Folder::new();
    let (code, out, error) = connect_on_the_command_line(&folder, &["connect", "demo", "--no-browser"], "jonas");
    assert_eq!(code, 0, "{out}{error}");
    assert!(out.contains("Jonas Becker"), "{out}");
    assert!(run(&folder, &["status", "demo"]).1.contains("Jonas Becker"));
    let (code, out, error) = run(&folder, &["--connection", "demo", "call", "query", LIST]);
    assert_eq!(code, 0, "{out}{error}");
    assert_eq!(run(&folder, &["disconnect", "demo"]).0, 0);
}

#[cfg(target_os = "linux")]
#[test]
fn the_systems_browser_is_given_the_address_and_nothing_secret() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    std::fs::create_dir_all(folder.path()).unwrap();
    let opener = folder.path().join("xdg-open");
    std::fs::write(&opener, "#!/bin/sh\nprintf '%s\\n' \"$@\" > \"$0.opened\"\n").unwrap();
    std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
    let mut command = command(&folder, &["connect", "demo"]);
    let mut child = command.env("PATH", path).stdout(Stdio::piped()).spawn().unwrap();
    let opened = folder.path().join("xdg-open.opened");
    let url = loop {
        match std::fs::read_to_string(&opened) {
            Ok(text) if text.ends_with('\n') => break text,
            _ => thread::sleep(std::time::Duration::from_millis(20)),
        }
    };
    let arguments = std::fs::read_to_string(format!("/proc/{}/cmdline", child.id())).unwrap();
    assert!(arguments.ends_with("connect\0demo\0"), "{arguments:?}");
    let names: Vec<_> = url::Url::parse(url.trim()).unwrap().query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(
        names,
        ["response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method"]
    );
    browse(url.trim(), "riley", "allow");
    assert!(child.wait().unwrap().success());
}

#[test]
fn what_is_missing_to_connect_is_said_before_anything_else() {
    let folder = Folder::new();
    for (arguments, word) in [
        (&["connect", "acme"][..], "--domain"),
        (&["connect", "acme", "--domain", "acme.my.salesforce.com"], "consumer key"),
        (&["connect", "acme", "--domain", "https://acme.salesforce.com"], "did you mean acme.my.salesforce.com?"),
        (&["connect", "acme", "--domain", "http://evil.example"], "this machine"),
        (&["connect", "Acme"], "a connection's name is"),
        (&["connect", "acme", "--domain", "acme.my.salesforce.com", "--consumer-key", "a b"], "consumer key"),
        (&["status", "acme"], "salesforce-plugin connect acme"),
        (&["--connection", "acme", "call", "query", LIST], "salesforce-plugin connect acme"),
    ] {
        let (code, out, error) = run(&folder, arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}: {error}");
        assert!(error.contains(word), "{arguments:?}: {error}");
    }
    // What a client hands over that has a field for the key, and nobody filled it in.
    let mut command = command(&folder, &["connect", "acme", "--domain", "acme.my.salesforce.com"]);
    let (code, _, error) = finished(&command.env("SALESFORCE_CONSUMER_KEY", " ").output().unwrap());
    assert!(code == 2 && error.contains("which app is it?"), "{error}");
    std::fs::create_dir_all(folder.path()).unwrap();
    std::fs::write(folder.path().join("config.toml"), "consumer_key = \"x\"\ncallback = 1\n").unwrap();
    let (code, _, error) = run(&folder, &["connect", "demo"]);
    assert!(code == 2 && error.contains("line 2") && error.contains("callback_port"), "{error}");
}
