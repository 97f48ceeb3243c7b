//! The set-up page as people meet it: in a browser, from nothing to a call, and whatever goes wrong on the way.
//!
//! Where there is no Chromium, each test says so and does nothing; with `BROWSER_TESTS` set it fails. What each step
//! looks like is written to `target/screenshots`, for people to look at.

mod driver;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use demo_org::Org;
use salesforce_plugin_cli::setup::{DEFAULT_IDLE, Options, Setup};
use serde_json::{Value, json};
use test_support::HOST;
use test_support::person::{Folder, Served};

use driver::{Browser, Wanted};

/// Widths in pixels.
const DESK: u32 = 1000;
const PHONE: u32 = 390;

/// A person at a desk: a browser, a page that is being served, folders of their own, and an org.
struct Desk {
    browser: Browser,
    address: String,
    folder: Folder,
    /// Where agents keep their settings.
    home: Folder,
    served: Served,
    embedded: Arc<Org>,
    page: Option<JoinHandle<()>>,
}

impl Desk {
    fn new() -> Option<Self> {
        Self::with(Wanted::default())
    }

    fn with(wanted: Wanted) -> Option<Self> {
        let browser = Browser::start(wanted)?;
        let (folder, home, embedded) = (Folder::new(), Folder::new(), Arc::new(Org::demo()));
        std::fs::create_dir_all(home.path().join(".cursor")).unwrap();
        std::fs::create_dir_all(home.path().join(".codex")).unwrap();
        let options = Options {
            config_dir: folder.0.clone(),
            host: HOST.clone(),
            org: Arc::clone(&embedded),
            port: 0,
            pace: std::time::Duration::ZERO,
            idle: DEFAULT_IDLE,
            home: Some(home.path()),
            program: PathBuf::from(env!("CARGO_BIN_EXE_salesforce-plugin")),
            is_for_agent: false,
        };
        let (told, address) = std::sync::mpsc::channel();
        let page = thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async {
                let setup = Setup::bind(options).await.unwrap();
                told.send(setup.address()).unwrap();
                setup.serve().await;
            });
            runtime.shutdown_background();
        });
        let address = address.recv().unwrap();
        Some(Self { browser, address, folder, home, served: Served::new(), embedded, page: Some(page) })
    }

    /// The page's own origin.
    fn origin(&self) -> &str {
        self.address.split_once("/#").unwrap().0
    }

    /// Opens the page, which lets this browser in.
    fn enter(&self) {
        self.browser.open(&self.address);
        self.browser.wait("a page of the set-up", || self.browser.has("header .brand"));
    }

    /// The address of a page of a connection.
    fn at(&self, path: &str) -> String {
        let url = self.browser.url();
        let run = url.split('/').nth(3).unwrap();
        format!("{}/{run}/{path}", self.origin())
    }

    /// Pastes an address, and begins.
    fn choose(&self, org: &str) {
        self.browser.find("#domain").write(org);
        self.browser.press("Continue");
    }

    /// What a person does in the window of the org.
    fn in_the_other_window(&self, user: &str, decision: &str) -> String {
        let here = self.browser.window();
        self.browser.find("#open").click();
        self.browser.wait("the other window", || self.browser.windows().len() == 2);
        let other = self.browser.windows().into_iter().find(|window| *window != here).unwrap();
        self.browser.switch(&other);
        self.browser.find(&format!("input[value={user}]")).click();
        self.browser.find(&format!("button[value={decision}]")).click();
        self.browser.wait("the end of the sign-in", || self.browser.url().contains("/callback"));
        let said = self.browser.text();
        self.browser.close();
        self.browser.switch(&here);
        said
    }

    /// Connects the org that is served, as riley, and stands at the page that says so.
    fn connect(&self) {
        self.enter();
        self.choose(self.served.origin.as_str());
        self.in_the_other_window("riley", "allow");
        self.browser.wait_for("Connected");
    }

    fn settings(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join("connections").join(name).join("settings.toml"))
            .unwrap_or_default()
    }

    /// Looks at the page in every way it is looked at: light, dark and on a phone, with a check of what readers of the
    /// page need.
    #[track_caller]
    fn look(&self, name: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/screenshots");
        let browser = &self.browser;
        accessible(browser, name);
        browser.picture(&folder.join(format!("{name}.png")), DESK);
        browser.dark(true);
        accessible(browser, &format!("{name} in the dark"));
        browser.picture(&folder.join(format!("{name}-dark.png")), DESK);
        browser.dark(false);
        for width in [320, PHONE] {
            browser.phone(Some(width));
            let wide =
                browser.script("return document.documentElement.scrollWidth").as_i64().unwrap() - i64::from(width);
            assert!(wide <= 0, "{name}: {wide} pixels are beyond the edge of a phone of {width}");
        }
        browser.picture(&folder.join(format!("{name}-phone.png")), PHONE);
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // The page ends with the last look at it.
        if let Some(page) = self.page.take().filter(|_| !thread::panicking()) {
            self.browser.open(&self.at(""));
            if self.browser.has("footer form") {
                self.browser.find("footer form button").click();
                page.join().unwrap();
            }
        }
    }
}

/// Holds a page against axe, where that can be had, and against what this project wants of every page.
#[track_caller]
fn accessible(browser: &Browser, name: &str) {
    let own = browser.script(OWN_RULES);
    assert_eq!(own, json!([]), "{name}");
    let axe = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/axe/node_modules/axe-core/axe.min.js");
    let Ok(axe) = std::fs::read_to_string(&axe) else {
        let word = b"skipped: axe is not at target/axe (npm install --prefix target/axe axe-core)\n";
        std::io::stderr().write_all(word).unwrap();
        return;
    };
    browser.script(&axe);
    let found = browser.later(
        "axe.run(document, {resultTypes: ['violations']}).then(({violations}) => done(violations.map(one => \
         `${one.impact}: ${one.id}: ${one.help}: ${one.nodes.map(node => node.html).join(' ')}`)))",
    );
    assert_eq!(found, json!([]), "{name}");
}

/// One heading, in their order; a label for every field; a name for every button and link; a language; nothing but links
/// and buttons to press.
const OWN_RULES: &str = r#"
const wrong = [];
const headings = [...document.querySelectorAll("h1, h2, h3, h4")].map(one => Number(one.tagName[1]));
if (headings.filter(level => level === 1).length !== 1) wrong.push("not one h1");
headings.forEach((level, at) => { if (at && level > headings[at - 1] + 1) wrong.push(`h${level} after h${headings[at - 1]}`); });
for (const field of document.querySelectorAll("input:not([type=hidden]), textarea, select")) {
  if (!field.labels?.length && !field.getAttribute("aria-label")) wrong.push(`no label: ${field.outerHTML}`);
  for (const id of (field.getAttribute("aria-describedby") ?? "").split(" ")) {
    if (id && !document.getElementById(id)) wrong.push(`no ${id}`);
  }
}
for (const one of document.querySelectorAll("button, a, summary")) {
  if (!one.textContent.trim()) wrong.push(`no name: ${one.outerHTML}`);
}
const ids = [...document.querySelectorAll("[id]")].map(one => one.id);
ids.forEach((id, at) => { if (ids.indexOf(id) !== at) wrong.push(`twice: ${id}`); });
if (!document.documentElement.lang || !document.title) wrong.push("no language or title");
if (document.querySelector("[onclick], [style], [tabindex]:not([tabindex='0'], [tabindex='-1'])")) wrong.push("inline");
return wrong;
"#;

/// An agent that has started the program as its configuration says.
struct Agent {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
    number: u32,
}

impl Agent {
    fn start(server: &Value, folder: &Folder) -> Self {
        let arguments: Vec<&str> = server["args"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
        let mut child = Command::new(server["command"].as_str().unwrap())
            .args(arguments)
            .env("SALESFORCE_PLUGIN_HOME", folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let mut agent = Self { child, lines, number: 0 };
        let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}});
        assert_eq!(agent.ask("initialize", &hello)["serverInfo"]["title"], "Salesforce");
        agent.say(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        agent
    }

    fn say(&mut self, message: &Value) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{message}").unwrap();
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.number += 1;
        let number = self.number;
        self.say(&json!({"jsonrpc": "2.0", "id": number, "method": method, "params": params}));
        loop {
            let mut line = String::new();
            assert!(self.lines.read_line(&mut line).unwrap() > 0, "the server ended");
            let mut answer: Value = serde_json::from_str(&line).unwrap();
            if answer["id"] == number {
                return answer["result"].take();
            }
        }
    }

    fn call(&mut self, tool: &str, arguments: &Value) -> (bool, String) {
        let answer = self.ask("tools/call", &json!({"name": tool, "arguments": arguments}));
        (answer["isError"] == true, answer["content"][0]["text"].as_str().unwrap_or_default().to_owned())
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn hire() -> Value {
    json!({"object": "Account", "record": "Acme", "fields": {"Employees": 500}})
}

fn list() -> Value {
    json!({"soql": "SELECT Name FROM Account", "limit": 1})
}

#[test]
fn a_person_comes_from_nothing_to_a_call_without_a_terminal() {
    let Some(desk) = Desk::new() else { return };
    let browser = &desk.browser;
    desk.enter();
    browser.wait_for("Which Salesforce org is yours?");
    desk.look("1-org");
    desk.choose(desk.served.origin.as_str());
    browser.wait_for("Sign in at Salesforce");
    desk.look("2-sign-in");
    let said = desk.in_the_other_window("riley", "allow");
    assert!(said.contains("Connected") && said.contains("The set-up page goes on by itself."), "{said}");

    browser.wait_for("Connected");
    desk.look("4-connected");
    for part in ["Riley Reyes", "riley@demo.example", "API calls", "left of 24 hours", "Account, Contact"] {
        assert!(browser.text().contains(part), "{part}\n{}", browser.text());
    }
    browser.press("Continue: what may your agent do?");
    browser.wait_for("What may your agent do?");
    desk.look("5-tools");
    browser.find("input[value=update]").click();
    browser.find("input[name=confirm][value=append]").click();
    browser.press("Save and continue");

    browser.wait_for("Instructions and your own words");
    browser.find("textarea[name=instructions]").write("Amounts are in euros.");
    browser.wait("the counter", || browser.text().contains("21 of 10,000 characters"));
    browser.find("#words tr:nth-child(1) [name=word]").write("headcount");
    browser.find("#words tr:nth-child(1) [name=means]").write("employees");
    browser.wait("a suggestion", || browser.has("datalist option[value='Account.NumberOfEmployees']"));
    let label = browser.find("datalist option[value='Account.NumberOfEmployees']").attribute("label").unwrap();
    assert!(label.starts_with("Employees \u{2013} Account"), "{label}");
    browser.find("#words tr:nth-child(1) [name=means]").write("Employees on Account");
    desk.look("6-instructions");
    browser.press("Save and continue");

    browser.wait_for("Tell your agent, and try it");
    let file = "confirm = [\"append\"]\ninstructions = \"Amounts are in euros.\"\n\n[tools]\nupdate = false\n\n\
                [vocabulary]\nheadcount = \"Account.NumberOfEmployees\"\n";
    assert_eq!(desk.settings("local"), file);
    browser.find("[name=text]").write("find recently created accounts");
    browser.press("Try");
    browser.wait("an answer", || browser.has("#tried"));
    let tried = browser.find("#tried").text();
    assert!(tried.contains("salesforce_query {") && tried.contains("10 Account records"), "{tried}");
    for summary in ["What changes in the file", "Claude Code and every other agent"] {
        browser.press(summary);
    }
    desk.look("7-finish");
    browser.press("Add to Cursor");
    browser.wait("word of it", || browser.text().contains("Done. Quit Cursor and start it again"));

    let written: Value =
        serde_json::from_str(&std::fs::read_to_string(desk.home.path().join(".cursor/mcp.json")).unwrap()).unwrap();
    let mut agent = Agent::start(&written["mcpServers"]["salesforce"], &desk.folder);
    let (failed, reply) = agent.call("salesforce_query", &list());
    assert!(!failed && reply.contains("Acme"), "{reply}");
    let (failed, reply) = agent.call("salesforce_update", &hire());
    assert!(failed && reply.contains("switched off"), "{reply}");
    let tokens = desk.folder.tokens("local");
    for token in [&tokens.access, tokens.refresh.as_ref().unwrap()] {
        assert!(!token.is_in(browser.source().as_bytes()));
    }
}

/// Everything that a page of somebody else can do to a server on the same machine, from the browser that is let in.
const TRICKS: &str = r#"
const base = "BASE";
const form = new URLSearchParams({ set: "all", seen: "", to: "de", domain: "demo", code: "CODE" });
const told = [];
const paths = ["c/local/tools", "c/local/disconnect", "c/local/try", "c/local/finish", "connect", "language", "end", "sign-in/again"];
for (const path of paths) {
  for (const init of [
    { method: "POST", body: form, mode: "no-cors", credentials: "include" },
    { method: "POST", body: form, credentials: "include" },
    { method: "POST", body: new Blob([String(form)], { type: "text/plain" }), mode: "no-cors", credentials: "include" },
    { method: "PUT", body: form, credentials: "include" },
    { credentials: "include" },
    { mode: "no-cors", credentials: "include" },
  ]) {
    try {
      const answer = await fetch(`${base}/${path}`, init);
      if (answer.type !== "opaque") told.push(`${path}: ${answer.status} ${(await answer.text()).slice(0, 80)}`);
    } catch { /* Refused by the browser. */ }
  }
}
// Forms go where scripts may not.
for (const path of paths) {
  const frame = document.createElement("iframe");
  frame.name = path;
  document.body.append(frame);
  const sent = document.createElement("form");
  sent.method = "post";
  sent.action = `${base}/${path}`;
  sent.target = path;
  for (const [name, value] of form) {
    const field = document.createElement("input");
    field.name = name;
    field.value = value;
    sent.append(field);
  }
  document.body.append(sent);
  sent.submit();
}
const frame = document.createElement("iframe");
frame.src = `${base}/c/local/tools`;
document.body.append(frame);
await new Promise(done => { frame.onload = done; frame.onerror = done; setTimeout(done, 2000); });
try { if (frame.contentDocument?.body?.innerText) told.push("in a frame: " + frame.contentDocument.body.innerText); } catch { /* As it should be. */ }
for (const file of ["page.js", "style.css"]) {
  const script = document.createElement(file.endsWith("js") ? "script" : "link");
  script.src = script.href = new URL(`/${file}`, base).href;
  document.body.append(script);
}
const opened = open(`${base}/c/local/tools`);
await new Promise(done => setTimeout(done, 1000));
try { if (opened?.document?.body?.innerText) told.push("in a window: " + opened.document.body.innerText); } catch { /* As it should be. */ }
opened?.close();
done(told);
"#;

#[test]
fn a_page_of_somebody_else_changes_nothing_and_reads_nothing_even_where_it_knows_every_address() {
    let Some(desk) = Desk::new() else { return };
    let browser = &desk.browser;
    desk.connect();
    let base = desk.at("").trim_end_matches('/').to_owned();
    let here = browser.window();
    let evil = test_support::loopback::Loopback::answering(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 24\r\n\r\n<title>x</title><h1>x</h".to_vec(),
    );
    let tricks = TRICKS.replace("BASE", &base).replace("CODE", desk.address.split_once('#').unwrap().1);
    // Another name of this machine is another site; another port is the same site, and another origin.
    for host in ["localhost", "127.0.0.1"] {
        let tab = browser.new_tab();
        browser.open(&format!("http://{host}:{}/", evil.address.port()));
        let told = browser.later(&format!("(async () => {{ {tricks} }})();"));
        assert_eq!(told, json!([]), "{host}");
        // What the browser sends along of its own accord is not what lets in.
        assert_eq!(browser.script("return document.cookie"), "");
        for window in browser.windows().into_iter().filter(|window| *window != here && *window != tab) {
            browser.switch(&window);
            browser.close();
        }
        browser.switch(&tab);
        browser.close();
        browser.switch(&here);
    }
    assert_eq!(desk.settings("local"), "");
    assert!(
        desk.folder.path().join("connections/local").exists() && !desk.folder.path().join("connections/demo").exists()
    );
    browser.reload();
    browser.wait_for("Connected");
}

#[test]
fn a_page_asks_nobody_but_its_own_server_and_holds_nothing_that_runs() {
    let Some(desk) = Desk::new() else { return };
    let browser = &desk.browser;
    desk.connect();
    for path in [
        "",
        "connect",
        "admin",
        "c/local/",
        "c/local/tools",
        "c/local/instructions",
        "c/local/finish",
        "c/local/disconnect",
    ] {
        browser.open(&desk.at(path));
        let asked =
            browser.script("return performance.getEntriesByType('resource').map(one => new URL(one.name).origin)");
        let asked: Vec<&str> = asked.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
        assert!(asked.len() >= 2 && asked.iter().all(|origin| *origin == desk.origin()), "{path}: {asked:?}");
        // Whatever got into a page would not run there.
        browser.script("const one = document.createElement('script'); one.textContent = 'window.ran = 1'; document.body.append(one)");
        browser.script("const one = document.createElement('b'); one.setAttribute('onclick', 'window.ran = 1'); document.body.append(one); one.click()");
        assert_eq!(browser.script("return window.ran ?? 0"), 0, "{path}");
        let source = browser.source();
        let tokens = desk.folder.tokens("local");
        for token in [&tokens.access, tokens.refresh.as_ref().unwrap()] {
            assert!(!token.is_in(source.as_bytes()), "{path}");
        }
    }
}

#[test]
fn before_the_app_is_installed_the_page_says_who_must_do_what_and_then_goes_on() {
    let Some(desk) = Desk::new() else { return };
    let browser = &desk.browser;
    desk.served.org.change_app(|app| app.installed = false);
    desk.enter();
    desk.choose(desk.served.origin.as_str());
    let said = desk.in_the_other_window("riley", "allow");
    assert!(said.contains("Not connected yet"), "{said}");
    browser.wait_for("Your Salesforce admin has the next move");
    desk.look("3-not-installed");
    let message = browser.find("#message").property("value").as_str().unwrap().to_owned();
    for part in ["Connected Apps OAuth Usage", "choose Install", "app must be installed into org"] {
        assert!(message.contains(part), "{part}\n{message}");
    }
    // Nothing has changed, so nothing else happens.
    browser.press("Try again");
    desk.in_the_other_window("riley", "allow");
    browser.wait_for("Your Salesforce admin has the next move");
    desk.served.org.change_app(|app| app.installed = true);
    browser.press("Try again");
    desk.in_the_other_window("riley", "allow");
    browser.wait_for("Connected");
    assert!(browser.text().contains("Riley Reyes"));
}

#[test]
fn at_the_demo_org_anybody_can_be_the_admin() {
    let Some(desk) = Desk::new() else { return };
    let browser = &desk.browser;
    desk.embedded.change_app(|app| app.installed = false);
    desk.enter();
    browser.press("Use the demo org");
    desk.in_the_other_window("jonas", "allow");
    browser.wait_for("Your Salesforce admin has the next move");
    browser.press("Install the app as the admin");
    browser.wait("word of it", || browser.text().contains("The admin has installed the app."));
    browser.press("Try again");
    desk.in_the_other_window("jonas", "allow");
    browser.wait_for("Connected");
    assert!(browser.text().contains("Jonas Becker") && browser.text().contains("the demo org"));
    browser.open(&desk.at("c/demo/finish"));
    browser.find("[name=text]").write("Acme");
    browser.keys("\u{e007}");
    browser.wait("an answer", || browser.has("#tried"));
    assert!(browser.find("#tried").text().contains("records fit, best first"));
}

#[test]
fn every_way_a_sign_in_fails_has_a_page_that_says_what_to_do() {
    let Some(desk) = Desk::new() else { return };
    let browser = &desk.browser;
    desk.enter();
    desk.choose(desk.served.origin.as_str());
    desk.in_the_other_window("riley", "deny");
    browser.wait_for("Not connected yet");
    assert!(browser.text().contains("The sign-in was declined: connect again and choose Allow."));
    desk.look("3-declined");
    browser.press("Try again");
    desk.in_the_other_window("jane_doe", "allow");
    browser.wait_for("Your Salesforce admin has the next move");
    assert!(browser.text().contains("The Salesforce user is deactivated"));
    desk.look("3-inactive");
    // Refusals that the demo org does not make by itself: the token endpoint says them.
    for (error, description, heading, part) in [
        ("invalid_grant", "expired authorization code", "Not connected yet", "The sign-in took too long"),
        ("invalid_client", "invalid client credentials", "The app is not set up right", "consumer key"),
        (
            "redirect_uri_mismatch",
            "redirect_uri must match configuration",
            "The app is not set up right",
            "Callback URL, exactly so",
        ),
        (
            "access_denied",
            "ip restricted",
            "Your Salesforce admin has the next move",
            "Message to your Salesforce admin",
        ),
        ("temporarily_unavailable", "<b>later</b>", "Not just now", "<b>later</b>"),
    ] {
        let token =
            demo_org::Fault::sign_in_refused(error, description).on(http::Method::POST, "/services/oauth2/token");
        desk.served.org.fault(token);
        browser.press("Try again");
        desk.in_the_other_window("riley", "allow");
        browser.wait_for(heading);
        assert!(browser.text().contains(part), "{error}: {}", browser.text());
        accessible(browser, error);
    }
    desk.look("3-not-now");
    browser.press("Try again");
    desk.in_the_other_window("riley", "allow");
    browser.wait_for("Connected");
    // Later, when the session is gone.
    let id = desk.served.org.id("riley").unwrap();
    desk.served.org.set(&id, "IsActive", false);
    desk.served.org.expire_sessions("riley");
    browser.reload();
    browser.wait_for("The connection does not work just now");
    assert!(browser.text().contains("the admin can activate it again"));
    desk.look("4-does-not-work");
    desk.served.org.set(&id, "IsActive", true);
    browser.press("Try again");
    browser.wait_for("Connected");
}

#[test]
fn whatever_is_pasted_is_shown_as_the_address_it_means_or_with_what_is_wrong() {
    let Some(desk) = Desk::new() else { return };
    let browser = &desk.browser;
    desk.enter();
    let means = || browser.text_of("#domain-means");
    for (pasted, shown) in [
        ("acme", "That is acme.my.salesforce.com"),
        ("https://acme.lightning.force.com/lightning/r/Account/001/view", "That is acme.my.salesforce.com"),
        ("acme--uat", "That is acme--uat.sandbox.my.salesforce.com"),
        ("https://acme.my.salesforce-setup.com/lightning/setup/SetupOneHome/home", "That is acme.my.salesforce.com"),
        ("login.salesforce.com", "This address is the same for every org"),
        ("acme.salesforce.com", "An org's address ends in .my.salesforce.com. Did you mean acme.my.salesforce.com?"),
        ("https://acme.my.salesforce.com.evil.example", "This is no Salesforce address"),
        ("http://evil.example", "This is no Salesforce address."),
    ] {
        browser.find("#domain").write(pasted);
        browser.wait(&format!("word about {pasted}"), || means().starts_with(shown));
    }
    desk.look("1-wrong-address");
    // The server says the same, whoever sends the form.
    for (pasted, problem) in [
        ("login.salesforce.com", "the same for every org"),
        (" ", "Which org is it?"),
        ("ftp://x", "must begin with https://"),
    ] {
        browser.find("#domain").write(pasted);
        browser.script("document.querySelector('form[action$=\"/connect\"]').noValidate = true");
        browser.press("Continue");
        browser.wait(&format!("word about {pasted}"), || means().contains(problem));
    }
    // An org of Salesforce needs the key of an app.
    desk.choose("acme");
    browser.wait("word about the key", || browser.text().contains("The consumer key is missing."));
    desk.look("1-key-missing");
    browser.press("I have none: what my admin has to do");
    browser.wait_for("Make the app, once for the whole org");
    assert!(browser.find("#message").property("value").as_str().unwrap().contains("http://localhost:7717/callback"));
    desk.look("1-admin");
}

#[test]
fn what_is_saved_holds_at_once_in_a_server_that_runs() {
    let Some(desk) = Desk::new() else { return };
    let browser = &desk.browser;
    desk.connect();
    let server = json!({"command": env!("CARGO_BIN_EXE_salesforce-plugin"), "args": ["mcp", "--connection", "local"]});
    let mut agent = Agent::start(&server, &desk.folder);
    let create = json!({"object": "Account", "fields": {"Name": "Zebra Works"}});
    let (failed, reply) = agent.call("salesforce_create", &create);
    assert!(!failed, "{reply}");
    browser.open(&desk.at("c/local/tools"));
    browser.find("input[name=read_only]").click();
    browser.press("Save and continue");
    browser.wait_for("Instructions and your own words");
    let (failed, reply) = agent.call("salesforce_create", &create);
    assert!(failed && reply.contains("switched off"), "{reply}");
    // What somebody wrote beside it stays.
    let path = desk.folder.path().join("connections/local/settings.toml");
    std::fs::write(&path, "# for the trial\nread_only = true # until May\n\n[tools]\nget = false\n").unwrap();
    browser.open(&desk.at("c/local/tools"));
    assert_eq!(browser.find("input[value=get]").property("checked"), false);
    browser.press("Disable all");
    browser.wait("word of it", || browser.text().contains("Saved."));
    assert_eq!(browser.find("input[value=find]").property("checked"), false);
    assert_eq!(
        desk.settings("local"),
        "# for the trial\nread_only = true # until May\n\n[tools]\nget = false\nothers = \"none\"\n"
    );
    browser.press("As recommended");
    // Asked in one go, for the page may be another between finding a box and looking at it.
    let is_on = "return document.querySelector('input[value=find]')?.checked";
    browser.wait("all that is recommended", || browser.script(is_on) == true);
    assert_eq!(browser.find("input[value=delete]").property("checked"), false);
    let (failed, reply) = agent.call("salesforce_create", &create);
    assert!(failed, "{reply}");
}

#[test]
fn objects_are_chosen_for_each_tier() {
    let Some(desk) = Desk::new() else { return };
    let browser = &desk.browser;
    desk.connect();
    browser.open(&desk.at("c/local/tools"));
    browser.press("Which objects?");
    browser.find("input[name=which-edit][value=some]").click();
    browser.find("input[name=object-edit][value=Contact]").click();
    browser.find("input[name=more-edit]").write("Invoice__c, contact");
    desk.look("5-objects");
    browser.press("Save and continue");
    browser.wait_for("Instructions and your own words");
    assert_eq!(desk.settings("local"), "\n[objects]\nedit = [\"Contact\", \"Invoice__c\"]\n".trim_start());
    browser.open(&desk.at("c/local/tools"));
    assert_eq!(browser.find("input[name=object-edit][value=Contact]").property("checked"), true);
    assert_eq!(browser.find("input[name=more-edit]").property("value"), "Invoice__c");
    browser.find("input[name=more-edit]").write("Not-a-name!");
    browser.press("Save and continue");
    browser.wait("word about it", || browser.text().contains("is no API name of an object"));
    assert_eq!(browser.find("input[name=more-edit]").property("value"), "Not-a-name!");
    assert!(!desk.settings("local").contains('!'));
}

#[test]
fn a_word_that_the_org_does_not_have_is_not_saved_and_the_near_ones_are_shown() {
    let Some(desk) = Desk::new() else { return };
    let browser = &desk.browser;
    desk.connect();
    browser.open(&desk.at("c/local/instructions"));
    let field = |row: usize, name: &str| browser.find(&format!("#words tr:nth-child({row}) [name={name}]"));
    field(1, "word").write("headcount");
    field(1, "means").write("Employes on Account");
    field(2, "word").write("deal");
    browser.press("Another word");
    field(3, "word").write("Deal");
    field(3, "means").write("Opportunity");
    browser.press("Save and continue");
    browser.wait("word about it", || browser.text().contains("Some words are not clear yet."));
    assert!(browser.find("#problem-0").text().contains("Employees \u{2013} Account (Account.NumberOfEmployees)"));
    assert!(browser.find("#problem-1").text().contains("Both fields are needed"));
    assert!(browser.find("#problem-2").text().contains("there twice"));
    assert_eq!(desk.settings("local"), "");
    desk.look("6-unclear");
    field(1, "means").write("Employees on Account");
    field(2, "word").write("");
    browser.press("Save and continue");
    browser.wait_for("Tell your agent, and try it");
    assert_eq!(
        desk.settings("local"),
        "[vocabulary]\nheadcount = \"Account.NumberOfEmployees\"\nDeal = \"Opportunity\"\n"
    );
}

#[test]
fn two_tabs_do_not_undo_each_other() {
    let Some(desk) = Desk::new() else { return };
    let browser = &desk.browser;
    desk.connect();
    let (tools, first) = (desk.at("c/local/tools"), browser.window());
    browser.open(&tools);
    let second = browser.new_tab();
    browser.open(&tools);
    browser.find("input[value=update]").click();
    browser.press("Save and continue");
    browser.wait_for("Instructions and your own words");
    browser.switch(&first);
    browser.find("input[value=create]").click();
    browser.press("Save and continue");
    browser.wait("word of it", || browser.text().contains("The file has been changed meanwhile"));
    // What was chosen here is still chosen, and nothing is lost unseen.
    assert_eq!(browser.find("input[value=create]").property("checked"), false);
    assert_eq!(desk.settings("local"), "[tools]\nupdate = false\n");
    browser.press("Save and continue");
    browser.wait_for("Instructions and your own words");
    assert_eq!(desk.settings("local"), "[tools]\nupdate = true\ncreate = false\n");
    // A sign-in that begins in one tab takes the place of the other's, and both show it.
    browser.open(&desk.at("connect"));
    desk.choose(desk.served.origin.as_str());
    browser.wait_for("Sign in at Salesforce");
    browser.switch(&second);
    browser.open(&desk.at("connect"));
    browser.press("Use the demo org");
    browser.wait_for("Sign in at Salesforce");
    browser.switch(&first);
    browser.wait("the newer one", || browser.text().contains("the demo org"));
    browser.switch(&second);
    browser.close();
    browser.switch(&first);
}

#[test]
fn a_try_out_is_held_to_the_settings() {
    let Some(desk) = Desk::new() else { return };
    let browser = &desk.browser;
    desk.connect();
    let path = desk.folder.path().join("connections/local/settings.toml");
    for (settings, part) in [
        ("[tools]\nfind = false\n", "switched off"),
        ("[objects]\nread = [\"Contact\"]\n", "1. Contact"),
        ("[tools]\nfnd = false\n", "there is no such tool"),
        ("# free\n", "records fit, best first"),
    ] {
        std::fs::write(&path, settings).unwrap();
        browser.open(&desk.at("c/local/finish"));
        browser.find("[name=text]").write("Acme");
        browser.press("Try");
        browser.wait(part, || browser.text_of("#tried pre").contains(part));
    }
    // A mistake in the file is not mended by the page, which can't know what was meant.
    std::fs::write(&path, "read_only = maybe\n").unwrap();
    for page in ["tools", "instructions"] {
        browser.open(&desk.at(&format!("c/local/{page}")));
        browser.wait("word about it", || browser.text().contains("line 1"));
        assert!(!browser.has("main form"));
    }
    desk.look("5-mistake");
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn going_back_and_loading_again_break_nothing() {
    let Some(desk) = Desk::new() else { return };
    let browser = &desk.browser;
    desk.enter();
    browser.reload();
    browser.wait_for("Which Salesforce org is yours?");
    desk.choose(desk.served.origin.as_str());
    browser.wait_for("Sign in at Salesforce");
    browser.reload();
    browser.wait_for("Sign in at Salesforce");
    browser.back();
    browser.wait_for("Which Salesforce org is yours?");
    desk.choose(desk.served.origin.as_str());
    desk.in_the_other_window("riley", "allow");
    browser.wait_for("Connected");
    browser.reload();
    browser.wait_for("Connected");
    browser.open(&desk.at("c/local/tools"));
    browser.find("input[value=update]").click();
    browser.press("Save and continue");
    browser.wait_for("Instructions and your own words");
    browser.back();
    browser.wait_for("What may your agent do?");
    assert_eq!(browser.find("input[value=update]").property("checked"), false);
    browser.reload();
    browser.wait_for("What may your agent do?");
    assert_eq!(desk.settings("local"), "[tools]\nupdate = false\n");
    browser.open(&desk.at("c/local/finish"));
    browser.find("[name=text]").write("Acme");
    browser.press("Try");
    browser.wait("an answer", || browser.has("#tried"));
    browser.reload();
    browser.wait("the same answer", || browser.has("#tried"));
    browser.press("Tools");
    browser.wait_for("What may your agent do?");
    browser.back();
    browser.wait("the same answer again", || browser.has("#tried"));
    // The printed address, followed a second time by the same person.
    browser.open(&desk.address);
    browser.wait_for("Your connections");
    desk.look("0-connections");
    browser.press("Disconnect");
    browser.wait_for("Disconnect this org?");
    desk.look("0-disconnect");
    browser.press("Disconnect");
    browser.wait("word of it", || browser.text().contains("Disconnected. Nothing of it is left"));
    assert!(!desk.folder.path().join("connections/local").exists());
}

#[test]
fn every_step_works_without_a_script() {
    let Some(desk) = Desk::with(Wanted { without_script: true, ..Wanted::default() }) else { return };
    let browser = &desk.browser;
    browser.open(&desk.address);
    browser.find("#code").write(desk.address.split_once('#').unwrap().1);
    browser.find("#door button").click();
    browser.find("#domain").write(desk.served.origin.as_str());
    browser.find("form button.main").click();
    let here = browser.window();
    browser.find("#open").click();
    browser.wait("the other window", || browser.windows().len() == 2);
    browser.switch(&browser.windows().into_iter().find(|window| *window != here).unwrap());
    browser.find("input[value=riley]").click();
    browser.find("button[value=allow]").click();
    browser.wait("the end of the sign-in", || browser.url().contains("/callback"));
    browser.close();
    browser.switch(&here);
    browser.wait("the next page, which comes by itself", || browser.url().contains("/c/local/"));
    browser.open(&desk.at("c/local/tools"));
    browser.find("input[value=update]").click();
    browser.find(".save button").click();
    browser.find("#words tr:nth-child(1) [name=word]").write("deal");
    browser.find("#words tr:nth-child(1) [name=means]").write("Opportunity");
    browser.find(".save button").click();
    browser.find("[name=text]").write("Acme");
    browser.find(".try button").click();
    assert!(browser.find("#tried").text().contains("Acme"));
    assert_eq!(desk.settings("local"), "[tools]\nupdate = false\n\n[vocabulary]\ndeal = \"Opportunity\"\n");
}

#[test]
fn every_step_works_with_the_keyboard_alone() {
    let Some(desk) = Desk::new() else { return };
    let browser = &desk.browser;
    let (tab, enter, space) = ("\u{e004}", "\u{e007}", " ");
    let focus = || browser.script("const one = document.activeElement; return one.name || one.textContent.trim()");
    // Tabs until something has the focus, and says so visibly.
    let to = |wanted: &str| {
        for _ in 0..80 {
            if focus() == wanted {
                let outline = browser.script("return getComputedStyle(document.activeElement).outlineStyle");
                assert_eq!(outline, "solid", "{wanted}");
                return;
            }
            browser.keys(tab);
        }
        panic!("no key leads to {wanted}, at {}", browser.text());
    };
    desk.enter();
    // The field has the focus from the start, and Enter sends the form.
    assert_eq!(focus(), "domain");
    browser.keys(desk.served.origin.as_str());
    browser.keys(enter);
    browser.wait_for("Sign in at Salesforce");
    browser.keys(tab);
    assert_eq!(focus(), "Skip to the content");
    desk.in_the_other_window("riley", "allow");
    browser.wait_for("Connected");
    to("Continue: what may your agent do?");
    browser.keys(enter);
    browser.wait_for("What may your agent do?");
    to("read_only");
    browser.keys(space);
    // Enter in a form of many buttons saves it, and does not press the first that switches everything.
    browser.keys(enter);
    browser.wait_for("Instructions and your own words");
    assert_eq!(desk.settings("local"), "read_only = true\n");
    to("means");
    to("Save and continue");
    browser.keys(enter);
    browser.wait_for("Tell your agent, and try it");
    to("text");
    browser.keys("Acme");
    browser.keys(enter);
    browser.wait("an answer", || browser.has("#tried"));
    to("Close this page");
}

#[test]
fn the_page_speaks_german_to_whoever_reads_german() {
    let Some(desk) = Desk::with(Wanted { german: true, ..Wanted::default() }) else { return };
    let browser = &desk.browser;
    desk.served.org.change_app(|app| app.installed = false);
    desk.enter();
    browser.wait_for("Welche Salesforce-Org ist Ihre?");
    browser.find("#domain").write("login.salesforce.com");
    browser.wait("word about it", || browser.text().contains("Diese Adresse ist für jede Org gleich"));
    desk.look("de-1-org");
    browser.find("#domain").write(desk.served.origin.as_str());
    browser.press("Weiter");
    let said = desk.in_the_other_window("riley", "allow");
    assert!(said.contains("Noch nicht verbunden") && said.contains("Sie können dieses Fenster schließen."), "{said}");
    browser.wait_for("Ihr Salesforce-Admin ist am Zug");
    desk.look("de-3-not-installed");
    desk.served.org.change_app(|app| app.installed = true);
    browser.press("Noch einmal versuchen");
    desk.in_the_other_window("riley", "allow");
    browser.wait_for("Verbunden");
    assert!(browser.text().contains("14.9") && browser.text().contains("für 24 Stunden übrig"), "{}", browser.text());
    for page in ["tools", "instructions", "finish", "disconnect"] {
        browser.open(&desk.at(&format!("c/local/{page}")));
        desk.look(&format!("de-{page}"));
        let text = browser.text();
        for english in ["Save", "Continue", "your ", " the ", "Enable"] {
            assert!(!text.contains(english), "{page}: {english}\n{text}");
        }
    }
    // The other language is one click away, and stays.
    browser.press("English");
    browser.wait_for("Your connections");
    browser.open(&desk.at("c/local/tools"));
    browser.wait_for("What may your agent do?");
}
