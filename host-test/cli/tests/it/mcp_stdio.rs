//! `salesforce-plugin mcp` as a client starts it: standard output carries the protocol and nothing else.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use demo_org::Org;
use demo_org::serve::Server;
use serde_json::{Value, json};

use crate::mcp::Folder;

fn program(home: &Folder) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_salesforce-plugin"));
    command.env("SALESFORCE_PLUGIN_HOME", home.path()).env_remove("SALESFORCE_ACCESS_TOKEN");
    // No page for whoever runs the tests.
    command.env("SALESFORCE_PLUGIN_NO_BROWSER", "1");
    command
}

/// A running server, spoken to in lines.
pub(crate) struct Spoken {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Spoken {
    pub(crate) fn start(command: &mut Command) -> Self {
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    pub(crate) fn say(&mut self, message: &Value) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{message}").unwrap();
    }

    /// Sends a request and returns its result; every line until then is a message of the protocol.
    pub(crate) fn ask(&mut self, id: u32, method: &str, params: Value) -> Value {
        self.say(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let message = self.next();
            if message["id"] == id {
                assert!(message.get("error").is_none(), "{message}");
                return message["result"].clone();
            }
        }
    }

    /// Waits until the server has said something by itself.
    pub(crate) fn wait_for(&mut self, method: &str) {
        while self.next()["method"] != method {}
    }

    fn next(&mut self) -> Value {
        let line = self.lines.next().expect("the server ended").unwrap();
        let message: Value = serde_json::from_str(&line).expect("a line of the protocol");
        assert_eq!(message["jsonrpc"], "2.0");
        message
    }

    /// Closes its input and returns its exit code, what it still had to say, and its log.
    pub(crate) fn close(mut self) -> (Option<i32>, Vec<String>, String) {
        drop(self.child.stdin.take());
        let rest: Vec<String> = self.lines.map(Result::unwrap).collect();
        let output = self.child.wait_with_output().unwrap();
        (output.status.code(), rest, String::from_utf8(output.stderr).unwrap())
    }
}

pub(crate) fn hello() -> Value {
    json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}})
}

#[test]
fn a_session_is_protocol_on_standard_output_and_a_log_without_the_token_beside_it() {
    let org = Arc::new(Org::demo());
    let served = Server::start(Arc::clone(&org), 0).unwrap();
    let (home, token) = (Folder::new(), org.token("riley"));
    let mut command = program(&home);
    command.args(["mcp", "--org", &served.origin()]).env("SALESFORCE_ACCESS_TOKEN", &token);
    let mut server = Spoken::start(&mut command);
    let info = server.ask(1, "initialize", hello());
    assert_eq!(info["protocolVersion"], "2025-06-18");
    assert_eq!(info["capabilities"]["tools"]["listChanged"], true);
    server.say(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
    let tools = server.ask(2, "tools/list", json!({}));
    assert!(tools["tools"].as_array().unwrap().len() > 3);
    let list = json!({"name": "salesforce_query", "arguments": {"soql": "SELECT * FROM Account", "limit": 1}});
    let reply = server.ask(3, "tools/call", list);
    assert!(reply["content"][0]["text"].as_str().unwrap().starts_with("1 Account record"), "{reply}");
    assert!(reply.get("structuredContent").is_none(), "{reply}");
    let (code, rest, log) = server.close();
    assert_eq!((code, rest), (Some(0), Vec::new()));
    assert!(log.contains("salesforce-plugin mcp: salesforce_query: done, 1 request to"), "{log}");
    assert!(!log.contains(&token) && !log.contains(token.split('!').next_back().unwrap()));
}

#[test]
fn the_form_of_replies_is_said_at_the_start() {
    let home = Folder::new();
    for (form, is_structure) in [("structure", true), ("text", false)] {
        let mut server = Spoken::start(program(&home).args(["mcp", "--demo", "--replies", form]));
        server.ask(1, "initialize", hello());
        let tools = server.ask(2, "tools/list", json!({}));
        assert_eq!(tools["tools"][0].get("outputSchema").is_some(), is_structure, "{form}");
        let find = json!({"name": "salesforce_find", "arguments": {"text": "Globex"}});
        let reply = server.ask(3, "tools/call", find);
        assert_eq!(reply.get("structuredContent").is_some(), is_structure, "{reply}");
        assert_eq!(reply["content"].as_array().unwrap().is_empty(), is_structure, "{reply}");
        assert_eq!(server.close().0, Some(0));
    }
}

#[test]
fn a_client_that_leaves_at_once_is_no_failure() {
    let home = Folder::new();
    let (code, out, log) = Spoken::start(program(&home).args(["mcp", "--demo"])).close();
    assert_eq!((code, out), (Some(0), Vec::new()), "{log}");
}

#[test]
fn the_settings_of_the_connection_are_in_force() {
    let home = Folder::new();
    let connection = home.path().join("connections").join("careful");
    std::fs::create_dir_all(&connection).unwrap();
    std::fs::write(connection.join("settings.toml"), "read_only = true\n").unwrap();
    let org = Arc::new(Org::demo());
    let served = Server::start(Arc::clone(&org), 0).unwrap();
    let mut command = program(&home);
    command.args(["mcp", "--connection", "careful", "--org", &served.origin()]);
    let mut server = Spoken::start(command.env("SALESFORCE_ACCESS_TOKEN", org.token("riley")));
    server.ask(1, "initialize", hello());
    let tools = server.ask(2, "tools/list", json!({}));
    let read_only = |tool: &Value| tool["annotations"]["readOnlyHint"] == true;
    assert!(tools["tools"].as_array().unwrap().iter().all(read_only), "{tools}");
    assert_eq!(server.close().0, Some(0));
}

#[test]
fn what_cannot_be_served_is_wrong_usage_and_says_why() {
    let home = Folder::new();
    for name in ["acme", "globex"] {
        let folder = home.path().join("connections").join(name);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("connection.toml"), "").unwrap();
    }
    for (arguments, word) in [
        (&["mcp"][..], "which org? Give --connection NAME, --org ORG or --demo"),
        (
            &["mcp", "--connection", "nobody"],
            "there is no connection nobody: make it with `salesforce-plugin connect nobody`",
        ),
        (&["mcp", "--connection", "../x"], "a connection's name"),
        (&["mcp", "--demo", "--http", "0.0.0.0:0"], "loopback"),
        (&["mcp", "--demo", "--connection", "x"], "cannot be used with"),
    ] {
        let output = program(&home).args(arguments).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &[][..]), "{arguments:?} {said}");
        assert!(said.contains(word), "{arguments:?}: {said}");
    }
    std::fs::create_dir_all(home.path().join("connections/demo")).unwrap();
    std::fs::write(home.path().join("connections/demo/settings.toml"), "confirm = true\n").unwrap();
    let output = program(&home).args(["mcp", "--demo"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("settings.toml, line 1, confirm: "), "{said}");
}

#[test]
fn without_a_connection_and_without_a_browser_the_tools_say_which_command_makes_one() {
    let home = Folder::new();
    let mut server = Spoken::start(program(&home).arg("mcp"));
    server.ask(1, "initialize", hello());
    let find = json!({"name": "salesforce_find", "arguments": {"text": "Globex"}});
    let refused = server.ask(2, "tools/call", find.clone());
    let said = refused["content"][0]["text"].as_str().unwrap();
    assert!(refused["isError"] == true && said.starts_with("sign in: there is no connection yet"), "{refused}");
    assert!(said.contains("salesforce-plugin setup"), "{said}");
    // The demo org as a connection, made by another program meanwhile.
    let folder = home.path().join("connections/mine");
    std::fs::create_dir_all(&folder).unwrap();
    let profile = "origin = \"demo\"\nconsumer_key = \"key\"\nusername = \"riley@demo.example\"\nname = \"Riley\"\n\
                   user_id = \"005dM0000000010QAA\"\norganization_id = \"00DdM0000000010EAA\"\nscopes = [\"api\"]\n";
    let lock = salesforce_host::store::Lock::take(&home.path().join("connections/mine.lock"), Duration::ZERO).unwrap();
    std::fs::write(folder.join("connection.toml"), profile).unwrap();
    let early = server.ask(3, "tools/call", find.clone());
    assert!(early["isError"] == true, "its tokens are not kept yet: {early}");
    drop(lock);
    let found = server.ask(4, "tools/call", find);
    assert!(found["isError"] != true, "{found}");
    let (code, _, log) = server.close();
    assert_eq!(code, Some(0));
    assert!(log.contains("salesforce-plugin setup") && log.contains("connected to "), "{log}");
}

#[test]
fn tools_are_switched_in_the_settings_and_comments_stay() {
    let home = Folder::new();
    let tools = |arguments: &[&str]| {
        let output = program(&home).arg("tools").args(arguments).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    };
    let file = home.path().join("connections/demo/settings.toml");
    let (code, out, error) = tools(&["--disable", "salesforce_update,create"]);
    assert_eq!(code, 0, "{error}");
    assert!(out.contains("settings.toml\nTools that are on: salesforce_find, ") && !out.contains("_update"), "{out}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "[tools]\nupdate = false\ncreate = false\n");

    std::fs::write(&file, "# by hand\n[tools]\nupdate = false # for now\n").unwrap();
    assert_eq!(tools(&["--enable", "update"]).0, 0);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "# by hand\n[tools]\nupdate = true # for now\n");
    assert_eq!(tools(&["none"]).1.lines().last(), Some("Tools that are on: none"));
    let listed = tools(&["--json"]).1;
    assert_eq!(serde_json::from_str::<Value>(&listed).unwrap(), json!([]));

    let (code, _, error) = tools(&["--enable", "updat"]);
    assert_eq!(code, 2);
    assert!(error.contains("did you mean \"update\"?"), "{error}");
    assert_eq!(tools(&["--enable", "update", "--disable", "update"]).0, 2);
    assert_eq!(tools(&["all", "--enable", "update"]).0, 2);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
