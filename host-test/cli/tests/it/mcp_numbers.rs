//! A number keeps its digits from the client's bytes to the org and back, over each transport, in each form of replies and
//! in the question to the person.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use demo_org::serve::Server;
use demo_org::{Extra, Org};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use salesforce_host::Token;
use salesforce_plugin_cli::mcp::http::HttpServer;
use serde_json::Value;

use crate::mcp::{Folder, riley, server};

const OLD: &str = "1234567890123456.78";
const NEW: &str = "9876543210987654.32";
const HELLO: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{"elicitation":{}},"clientInfo":{"name":"test","version":"1"}}}"#;
const READY: &str = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;

fn odd() -> Arc<Org> {
    Arc::new(Org::demo_with([Extra::Oddities]))
}

/// A change of a balance, as a client writes it.
fn change(org: &Org, from: &str, to: &str) -> String {
    let id = org.id("visit_acme").unwrap();
    format!(
        r#"{{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{{"name":"salesforce_update","arguments":{{"object":"Visit__c","record":"{id}","fields":{{"Balance__c":{to}}},"from":{{"Balance__c":{from}}}}}}}}}"#
    )
}

/// The digits that the org holds.
fn balance(org: &Org) -> String {
    let held = org.row(&org.id("visit_acme").unwrap()).unwrap().get("Balance__c").to_json().to_string();
    held.trim_matches(|character: char| !character.is_ascii_digit()).to_owned()
}

/// The program as a server of an org, spoken to in lines.
struct Spoken {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Spoken {
    fn start(home: &Folder, org: &Arc<Org>, served: &Server, replies: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_salesforce-plugin"));
        command.env("SALESFORCE_PLUGIN_HOME", home.path()).env("SALESFORCE_ACCESS_TOKEN", org.token("riley"));
        command.args(["mcp", "--connection", "odd", "--org", &served.origin(), "--replies", replies]);
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = piped.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut spoken = Self { child, lines };
        spoken.say(HELLO);
        spoken.next();
        spoken.say(READY);
        spoken
    }

    fn say(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    fn next(&mut self) -> String {
        self.lines.next().expect("the server ended").unwrap()
    }
}

impl Drop for Spoken {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        drop(self.child.wait());
    }
}

#[test]
fn over_standard_input_and_output_every_digit_arrives_and_comes_back() {
    for (form, before, after) in [
        ("structure", format!(r#""before":{OLD}"#), format!(r#""after":{NEW}"#)),
        (
            "text",
            format!("Balance__c: {OLD} → {NEW}"),
            format!(r#"\"fields\":{{\"Balance__c\":{OLD}}},\"from\":{{\"Balance__c\":{NEW}}}"#),
        ),
    ] {
        let (org, home) = (odd(), Folder::new());
        std::fs::create_dir_all(home.path().join("connections/odd")).unwrap();
        let served = Server::start(Arc::clone(&org), 0).unwrap();
        let mut server = Spoken::start(&home, &org, &served, form);
        server.say(&change(&org, OLD, NEW));
        let reply = server.next();
        assert!(reply.contains(&before) && reply.contains(&after), "{form}: {reply}");
        assert_eq!(balance(&org), NEW);
        // A text that looks like what stands for a number inside is still a text, and refused as one.
        server.say(&change(&org, NEW, "\"\u{e000}5\""));
        let reply = server.next();
        assert!(reply.contains("\u{e000}5") && reply.contains("is no value for Balance__c"), "{form}: {reply}");
    }
}

#[test]
fn on_the_command_line_every_digit_arrives_and_comes_back() {
    for (form, shown) in
        [(None, format!("Balance__c: {OLD} → {NEW}")), (Some("--json"), format!(r#""before":{OLD},"after":{NEW}"#))]
    {
        let (org, home) = (odd(), Folder::new());
        let served = Server::start(Arc::clone(&org), 0).unwrap();
        let id = org.id("visit_acme").unwrap();
        let call = |from: &str| {
            let arguments = format!(
                r#"{{"object":"Visit__c","record":"{id}","fields":{{"Balance__c":{NEW}}},"from":{{"Balance__c":{from}}}}}"#
            );
            let mut command = Command::new(env!("CARGO_BIN_EXE_salesforce-plugin"));
            command.env("SALESFORCE_PLUGIN_HOME", home.path()).env("SALESFORCE_ACCESS_TOKEN", org.token("riley"));
            let output = command.args(["--org", &served.origin(), "call", "update", &arguments]).args(form).output();
            let output = output.unwrap();
            (output.status.code(), String::from_utf8(output.stdout).unwrap())
        };
        // A refusal tells what is there to the digit as well.
        let (code, said) = call("1234567890123456.79");
        assert!(code == Some(1) && said.contains(OLD), "{form:?}: {said}");
        let (code, said) = call(OLD);
        assert!(code == Some(0) && said.contains(&shown), "{form:?}: {said}");
        assert_eq!(balance(&org), NEW);
    }
}

#[test]
fn the_person_is_asked_about_the_number_that_is_written() {
    let (org, home) = (odd(), Folder::new());
    let settings = home.path().join("connections/odd");
    std::fs::create_dir_all(&settings).unwrap();
    std::fs::write(settings.join("settings.toml"), "confirm = [\"edit\"]\n").unwrap();
    let served = Server::start(Arc::clone(&org), 0).unwrap();
    let mut server = Spoken::start(&home, &org, &served, "text");
    let unseen = change(&org, OLD, NEW).replace(&format!(r#","from":{{"Balance__c":{OLD}}}"#), "");
    server.say(&unseen);
    let question = server.next();
    assert!(question.contains(&format!("Balance__c: {OLD} → {NEW} (as just read")), "{question}");
    let id = serde_json::from_str::<Value>(&question).unwrap()["id"].clone();
    server.say(&format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"action":"accept","content":{{}}}}}}"#));
    let reply = server.next();
    assert!(reply.contains(&format!("Balance__c: {OLD} → {NEW}")), "{reply}");
    assert_eq!(balance(&org), NEW);
}

#[tokio::test]
async fn over_http_every_digit_arrives_and_comes_back() {
    const KEY: &str = "a-key-for-one-run-of-the-tests";
    let org = odd();
    let listening = HttpServer::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let url = listening.url();
    let (server, _) = server(riley(&org), None);
    tokio::spawn(listening.serve(server, Token::new(KEY).unwrap()));
    let send = async |session: Option<&str>, body: String| {
        let authority = url.parse::<http::Uri>().unwrap().authority().unwrap().to_string();
        let stream = TokioIo::new(tokio::net::TcpStream::connect(&authority).await.unwrap());
        let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        let mut request = http::Request::post(&url)
            .header("host", authority)
            .header("authorization", format!("Bearer {KEY}"))
            .header("accept", "application/json, text/event-stream")
            .header("content-type", "application/json");
        if let Some(session) = session {
            request = request.header("mcp-session-id", session).header("mcp-protocol-version", "2025-06-18");
        }
        let request = request.body(Full::new(Bytes::from(body))).unwrap();
        let (parts, body) = sender.send_request(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (parts, String::from_utf8(body.to_vec()).unwrap())
    };
    let (parts, _) = send(None, HELLO.to_owned()).await;
    let session = parts.headers["mcp-session-id"].to_str().unwrap().to_owned();
    send(Some(&session), READY.to_owned()).await;
    let (_, reply) = send(Some(&session), change(&org, OLD, NEW)).await;
    assert!(reply.contains(&format!("Balance__c: {OLD} → {NEW}")), "{reply}");
    assert_eq!(balance(&org), NEW);
}
