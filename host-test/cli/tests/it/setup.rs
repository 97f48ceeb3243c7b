//! The set-up page as others on this machine meet it: other programs, other pages, and time.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use demo_org::Org;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use salesforce_plugin_cli::setup::{DEFAULT_IDLE, Options, Setup};
use serde_json::json;
use test_support::HOST;
use test_support::person::{Folder, Served, browse, connected};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use crate::mcp_stdio::{Spoken, hello};

/// A page that is being served.
struct Page {
    origin: String,
    code: String,
    folder: Folder,
    served: JoinHandle<()>,
}

/// A browser that is in, or one that is not.
#[derive(Clone, Default)]
struct Client {
    base: String,
    cookies: String,
}

impl Page {
    async fn start(idle: Duration) -> Self {
        let folder = Folder::new();
        let setup = Setup::bind(Options {
            config_dir: folder.0.clone(),
            host: HOST.clone(),
            org: Arc::new(Org::demo()),
            port: 0,
            pace: Duration::ZERO,
            idle,
            home: None,
            program: PathBuf::from("/program"),
            is_for_agent: false,
        })
        .await
        .unwrap();
        let address = setup.address();
        let (origin, code) = address.split_once("/#").unwrap();
        let (origin, code) = (origin.to_owned(), code.to_owned());
        Self { origin, code, folder, served: tokio::spawn(setup.serve()) }
    }

    fn request(&self, method: &str, path: &str) -> http::request::Builder {
        let host = self.origin.strip_prefix("http://").unwrap();
        let request = Request::builder().method(method).uri(format!("{}{path}", self.origin)).header("host", host);
        match method {
            "GET" => request,
            _ => request.header("origin", &self.origin).header("content-type", "application/x-www-form-urlencoded"),
        }
    }

    /// Brings the code.
    async fn enter(&self) -> Client {
        let entered = send(self.request("POST", "/open"), &format!("code={}", self.code)).await;
        assert_eq!(entered.status(), StatusCode::SEE_OTHER);
        let base = entered.headers()["location"].to_str().unwrap().trim_end_matches('/').to_owned();
        let cookies = entered.headers().get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
        let cookies: Vec<&str> = cookies.map(|cookie| cookie.split(';').next().unwrap()).collect();
        Client { base, cookies: cookies.join("; ") }
    }

    async fn get(&self, client: &Client, path: &str) -> Response<Bytes> {
        send(self.request("GET", &format!("{}{path}", client.base)).header("cookie", &client.cookies), "").await
    }

    async fn post(&self, client: &Client, path: &str, form: &str) -> Response<Bytes> {
        send(self.request("POST", &format!("{}{path}", client.base)).header("cookie", &client.cookies), form).await
    }
}

async fn send(request: http::request::Builder, body: &str) -> Response<Bytes> {
    let request = request.body(Full::new(Bytes::from(body.to_owned()))).unwrap();
    let authority = request.uri().authority().unwrap().as_str();
    let stream = TokioIo::new(TcpStream::connect(authority).await.unwrap());
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    let (parts, body) = sender.send_request(request).await.unwrap().into_parts();
    Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
}

fn text(response: &Response<Bytes>) -> String {
    String::from_utf8(response.body().to_vec()).unwrap()
}

#[tokio::test]
async fn without_the_code_nobody_sees_or_changes_anything() {
    let page = Page::start(DEFAULT_IDLE).await;
    let stranger = Client::default();
    for (method, path) in
        [("GET", "/c/demo/"), ("GET", "/connect"), ("POST", "/connect"), ("POST", "/end"), ("GET", "/x/")]
    {
        let refused = send(page.request(method, path), "domain=demo").await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{path}");
        assert!(text(&refused).contains("This browser is not let in"), "{path}");
        assert!(!refused.headers().contains_key("set-cookie"));
    }
    for code in ["", "code=", "code=wrong", &format!("code={}x", page.code)] {
        let refused = send(page.request("POST", "/open"), code).await;
        assert_eq!((refused.status(), refused.headers().contains_key("set-cookie")), (StatusCode::FORBIDDEN, false));
    }
    // The path of the run without the cookie is not enough, nor is the cookie without the path.
    let client = page.enter().await;
    assert_eq!(page.get(&client, "/connect").await.status(), StatusCode::OK);
    let without = Client { cookies: String::new(), ..client.clone() };
    assert_eq!(page.get(&without, "/connect").await.status(), StatusCode::FORBIDDEN);
    let elsewhere = Client { base: stranger.base, ..client };
    assert_eq!(page.get(&elsewhere, "/connect").await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_code_that_comes_a_second_time_from_elsewhere_closes_the_page_for_everybody() {
    let page = Page::start(DEFAULT_IDLE).await;
    let client = page.enter().await;
    let second = send(page.request("POST", "/open"), &format!("code={}", page.code)).await;
    assert_eq!(second.status(), StatusCode::FORBIDDEN);
    assert!(text(&second).contains("Closed for safety") && !second.headers().contains_key("set-cookie"));
    page.served.await.unwrap();
    let stream = TcpStream::connect(page.origin.strip_prefix("http://").unwrap()).await;
    assert!(stream.is_err(), "{}", client.base);
}

#[tokio::test]
async fn a_request_for_another_host_or_from_another_page_is_answered_with_nothing() {
    let page = Page::start(DEFAULT_IDLE).await;
    let client = page.enter().await;
    let port = page.origin.rsplit_once(':').unwrap().1;
    let path = format!("{}/connect", client.base);
    let ask = |method: &str, host: &str, origin: Option<&str>| {
        let request = Request::builder().method(method).uri(format!("{}{path}", page.origin)).header("host", host);
        let request = request.header("cookie", &client.cookies);
        let request = match origin {
            Some(origin) => request.header("origin", origin),
            None => request,
        };
        send(request, "domain=demo")
    };
    let own = format!("127.0.0.1:{port}");
    assert_eq!(ask("GET", &own, None).await.status(), StatusCode::OK);
    for host in [
        format!("localhost:{port}"),
        format!("evil.example:{port}"),
        "127.0.0.1".to_owned(),
        format!("127.0.0.1:{port}.evil.example"),
    ] {
        let refused = ask("GET", &host, None).await;
        assert_eq!(
            (refused.status(), text(&refused).as_str()),
            (StatusCode::FORBIDDEN, "this is not for you\n"),
            "{host}"
        );
    }
    for origin in [
        None,
        Some("null"),
        Some("http://evil.example"),
        Some(&*format!("http://localhost:{port}")),
        Some("http://127.0.0.1"),
    ] {
        let refused = ask("POST", &own, origin).await;
        assert_eq!(
            (refused.status(), text(&refused).as_str()),
            (StatusCode::FORBIDDEN, "this is not for you\n"),
            "{origin:?}"
        );
    }
    assert!(!page.folder.path().join("connections").exists());
}

#[tokio::test]
async fn what_changes_something_is_no_address_that_a_link_could_lead_to() {
    let page = Page::start(DEFAULT_IDLE).await;
    let client = page.enter().await;
    let served = Served::new();
    let (served, folder) = tokio::task::spawn_blocking(move || {
        let folder = page.folder;
        connected(&served, &folder, "acme", "riley");
        (served, folder)
    })
    .await
    .unwrap();
    let page = Page { folder, ..page };
    let before = page.folder.path().join("connections/acme/connection.toml");
    for path in ["/end", "/language", "/sign-in/again", "/sign-in/install", "/c/acme/again", "/c/acme/try"] {
        assert_eq!(page.get(&client, path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/c/acme/disconnect?force=yes", "/c/acme/tools?set=all", "/c/acme/finish?client=cursor"] {
        assert_eq!(page.get(&client, path).await.status(), StatusCode::OK, "{path}");
    }
    assert!(before.exists() && !page.folder.path().join("connections/acme/settings.toml").exists());
    drop(served);
}

#[tokio::test]
async fn every_answer_forbids_what_a_page_does_not_need() {
    let page = Page::start(DEFAULT_IDLE).await;
    let client = page.enter().await;
    for path in ["/connect", "/nowhere", "/check?domain=acme"] {
        let answer = page.get(&client, path).await;
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        let policy = header("content-security-policy");
        for rule in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(rule), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"), "{policy}");
        assert_eq!((header("cache-control").as_str(), header("referrer-policy").as_str()), ("no-store", "same-origin"));
        assert_eq!(
            (header("x-frame-options").as_str(), header("x-content-type-options").as_str()),
            ("DENY", "nosniff")
        );
        assert!(!answer.headers().contains_key("access-control-allow-origin"));
    }
    // Nothing that runs is in a page, and nothing is loaded from elsewhere.
    let source = text(&page.get(&client, "/connect").await);
    for part in ["<script>", "<style", " style=", " onclick", "src=\"http", "href=\"http", "javascript:"] {
        assert!(!source.contains(part), "{part}");
    }
}

#[tokio::test]
async fn a_page_that_nobody_uses_ends_and_one_that_is_used_stays() {
    let idle = Duration::from_millis(800);
    let page = Page::start(idle).await;
    let (client, begun) = (page.enter().await, Instant::now());
    while begun.elapsed() < idle * 2 {
        assert_eq!(page.get(&client, "/connect").await.status(), StatusCode::OK);
    }
    // Whoever is not in keeps nothing open.
    let stranger = page.request("GET", "/");
    assert_eq!(send(stranger, "").await.status(), StatusCode::OK);
    page.served.await.unwrap();
    assert!(TcpStream::connect(page.origin.strip_prefix("http://").unwrap()).await.is_err());
}

#[tokio::test]
async fn a_person_can_end_the_page() {
    let page = Page::start(DEFAULT_IDLE).await;
    let client = page.enter().await;
    assert!(text(&page.post(&client, "/end", "").await).contains("The set-up page has ended."));
    page.served.await.unwrap();
}

#[tokio::test]
async fn a_form_without_end_is_refused() {
    let page = Page::start(DEFAULT_IDLE).await;
    let client = page.enter().await;
    let refused = page.post(&client, "/connect", &format!("domain={}", "a".repeat(300 * 1024))).await;
    assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn what_is_typed_and_what_the_org_says_is_text_on_the_page() {
    let page = Page::start(DEFAULT_IDLE).await;
    let client = page.enter().await;
    let hostile = "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    for (path, form) in [
        ("/connect", format!("domain={hostile}&key={hostile}&name={hostile}")),
        ("/language", format!("to=de&from={hostile}")),
    ] {
        let answer = page.post(&client, path, &form).await;
        assert!(!text(&answer).contains("<script>alert"), "{path}");
        let location = answer.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
        assert!(location.is_none_or(|location| location == format!("{}/", client.base)), "{path}");
    }
    for name in ["..", "%2e%2e", "a%2fb", hostile] {
        assert_eq!(page.get(&client, &format!("/c/{name}/")).await.status(), StatusCode::NOT_FOUND, "{name}");
    }
}

#[tokio::test]
async fn every_refusal_of_a_sign_in_and_of_an_address_is_said_in_german() {
    let page = Page::start(DEFAULT_IDLE).await;
    let client = page.enter().await;
    page.post(&client, "/language", "to=de&from=/connect").await;
    for domain in [
        "login.salesforce.com",
        "acme.salesforce.com",
        "evil.example",
        "%20%25",
        "ftp://acme",
        "a@acme.my.salesforce.com",
        "acme.my.salesforce.com:1",
        "a.b.c.my.salesforce.com",
    ] {
        let said = text(&page.get(&client, &format!("/check?domain={domain}")).await);
        assert!(said.contains("\"good\":false"), "{domain}: {said}");
        assert!(!said.contains("address") && !said.contains("Salesforce's"), "{domain}: {said}");
    }
}

/// A desktop whose browser writes down what it is to open.
#[cfg(target_os = "linux")]
struct Desktop(Folder);

#[cfg(target_os = "linux")]
impl Desktop {
    fn new() -> Self {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new();
        std::fs::create_dir_all(folder.path()).unwrap();
        let opener = folder.path().join("xdg-open");
        std::fs::write(&opener, "#!/bin/sh\nprintf '%s\\n' \"$@\" > \"$0.opened\"\n").unwrap();
        std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self(folder)
    }

    /// The program, started by something that is no terminal.
    fn program(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_salesforce-plugin"));
        let path = format!("{}:{}", self.0.path().display(), std::env::var("PATH").unwrap());
        command.args(arguments).env("PATH", path).env("DISPLAY", ":0").env("SALESFORCE_PLUGIN_HOME", self.0.path());
        command.env_remove("SALESFORCE_PLUGIN_NO_BROWSER").stdin(std::process::Stdio::null());
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        command
    }

    /// Where the browser writes that down.
    fn opens(&self) -> PathBuf {
        self.0.path().join("xdg-open.opened")
    }

    /// What the browser was told to open.
    async fn opened(&self) -> Page {
        let opened = self.opens();
        let until = Instant::now() + Duration::from_secs(60);
        let address = loop {
            match std::fs::read_to_string(&opened) {
                Ok(text) if text.ends_with('\n') => break text.trim().to_owned(),
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            }
            assert!(Instant::now() < until, "no browser was opened");
        };
        let (origin, code) = address.split_once("/#").unwrap();
        Page { origin: origin.to_owned(), code: code.to_owned(), folder: Folder::new(), served: tokio::spawn(async {}) }
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn whoever_starts_the_program_from_a_desktop_gets_the_page() {
    let desktop = Desktop::new();
    for arguments in [&[][..], &["connect"]] {
        let mut child = desktop.program(arguments).spawn().unwrap();
        let page = desktop.opened().await;
        let client = page.enter().await;
        // There is one page at a time.
        let second = desktop.program(&["setup"]).output().unwrap();
        let said = String::from_utf8(second.stderr).unwrap();
        assert!(second.status.code() == Some(2) && said.contains("open already"), "{said}");
        page.post(&client, "/end", "").await;
        assert!(child.wait().unwrap().success());
        std::fs::remove_file(desktop.opens()).unwrap();
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_agent_that_starts_the_program_without_a_connection_opens_the_page_and_needs_no_restart() {
    let desktop = Desktop::new();
    let mut agent = Spoken::start(&mut desktop.program(&["mcp"]));
    agent.ask(1, "initialize", hello());
    agent.say(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
    let listed = agent.ask(2, "tools/list", json!({}));
    assert!(listed["tools"].as_array().unwrap().len() > 3);
    // The page is closed, and comes back when the person wants something of an org all the same.
    let page = desktop.opened().await;
    let client = page.enter().await;
    page.post(&client, "/end", "").await;
    std::fs::remove_file(desktop.opens()).unwrap();
    let find = json!({"name": "salesforce_find", "arguments": {"text": "Globex"}});
    let until = Instant::now() + Duration::from_secs(60);
    // Its program may take a moment to end.
    let refused = loop {
        let refused = agent.ask(3, "tools/call", find.clone());
        if desktop.opens().exists() {
            break refused;
        }
        assert!(Instant::now() < until, "the page does not come back");
    };
    let said = refused["content"][0]["text"].as_str().unwrap();
    assert!(said.starts_with("sign in: there is no connection yet") && said.contains("set-up page"), "{said}");

    let page = desktop.opened().await;
    let client = page.enter().await;
    assert!(text(&page.get(&client, "/connect").await).contains("Which Salesforce org is yours?"));
    page.post(&client, "/connect", "domain=demo&name=demo").await;
    let waiting = text(&page.get(&client, "/sign-in").await);
    let (_, url) = waiting.split_once("href=\"http://127.0.0.1:").unwrap();
    let url = format!("http://127.0.0.1:{}", url.split('"').next().unwrap().replace("&amp;", "&"));
    tokio::task::spawn_blocking(move || browse(&url, "riley", "allow")).await.unwrap();

    agent.wait_for("notifications/tools/list_changed");
    // It has what the last page would add to an agent's files.
    let last = text(&page.get(&client, "/c/demo/finish").await);
    assert!(last.contains("The agent that opened this page has the tools already"), "{last}");
    let found = agent.ask(4, "tools/call", find);
    assert!(found["content"][0]["text"].as_str().unwrap().contains("Globex") && found["isError"] != true, "{found}");
    page.post(&client, "/end", "").await;
    let (code, _, log) = agent.close();
    assert_eq!(code, Some(0));
    assert!(log.contains("The set-up page has been opened") && log.contains("connected to "), "{log}");
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_desktop_and_without_a_command_there_is_the_help() {
    let desktop = Desktop::new();
    let mut program = desktop.program(&[]);
    let output = program.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("Usage: salesforce-plugin") && said.contains("salesforce-plugin setup"), "{said}");
}
