//! A browser that tests drive: Chromium, by the protocol of <https://www.w3.org/TR/webdriver2/>.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Longest wait for what must come.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How often is looked whether it has come.
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// What an element is called in a reply.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser with nothing in it, gone with its test.
pub(super) struct Browser {
    driver: Child,
    port: u16,
    session: String,
    _profile: Profile,
}

struct Profile(PathBuf);

impl Drop for Profile {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// What the browser is to be.
#[derive(Default, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) german: bool,
    pub(super) without_script: bool,
}

/// An element of the page that is open.
pub(super) struct Element<'b>(&'b Browser, String);

fn found(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|file| file.is_file())
}

/// A driver that has started, with what it says from then on and its port.
fn listening(program: &Path) -> Option<(Child, BufReader<std::process::ChildStdout>, u16)> {
    let mut command = Command::new(program);
    command.args(["--port=0", "--log-level=SEVERE"]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut driver = command.spawn().unwrap();
    let mut lines = BufReader::new(driver.stdout.take().unwrap());
    let port = lines.by_ref().lines().map_while(Result::ok).find_map(|line| {
        let (_, port) = line.trim().rsplit_once("successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    match port {
        Some(port) => Some((driver, lines, port)),
        None => {
            driver.wait().unwrap();
            None
        }
    }
}

impl Browser {
    /// Starts one; none where there is none, which is said aloud.
    pub(super) fn start(wanted: Wanted) -> Option<Self> {
        // Chromium starts many processes: two at once are enough.
        let chromium = found(&["chromium", "chromium-browser", "google-chrome"]);
        let (Some(chromium), Some(driver)) = (chromium, found(&["chromedriver"])) else {
            let word = b"skipped: the tests in a browser need chromium and chromedriver (Debian: apt-get install chromium chromium-driver)\n";
            // Not captured with the output of the test.
            std::io::stderr().write_all(word).unwrap();
            assert!(std::env::var_os("BROWSER_TESTS").is_none(), "BROWSER_TESTS is set, and there is no browser");
            return None;
        };
        static NUMBER: Mutex<u32> = Mutex::new(0);
        let number = {
            let mut number = NUMBER.lock().unwrap();
            *number += 1;
            *number
        };
        let profile =
            Profile(std::env::temp_dir().join(format!("salesforce-plugin-browser-{}-{number}", std::process::id())));
        // It takes a port at two addresses, of which another program may have the second.
        let started = (0..5).find_map(|_| listening(&driver));
        let (driver, mut lines, port) = started.expect("chromedriver starts");
        // What it says later is nobody's concern, and must not stop it.
        thread::spawn(move || drop(std::io::copy(&mut lines, &mut std::io::sink())));
        let mut browser = Self { driver, port, session: String::new(), _profile: profile };
        browser.session = browser.begin(&chromium, wanted);
        Some(browser)
    }

    fn begin(&self, chromium: &Path, wanted: Wanted) -> String {
        let language = if wanted.german { "de-DE,de" } else { "en-US,en" };
        let profile = format!("--user-data-dir={}", self._profile.0.display());
        let arguments = [
            "--headless=new",
            // Root has no sandbox, and in a container there is no other user.
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--no-proxy-server",
            "--window-size=1100,900",
            // Nothing but this machine.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
            &profile,
        ];
        let script = if wanted.without_script { 2 } else { 1 };
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {
                "binary": chromium,
                "args": arguments,
                "prefs": {"intl.accept_languages": language, "profile.managed_default_content_settings.javascript": script},
            },
        }}});
        let begun = self.ask("POST", "/session", &capabilities);
        begun["sessionId"].as_str().unwrap_or_else(|| panic!("{begun}")).to_owned()
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> std::io::Result<Value> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        let body = if body.is_null() { String::new() } else { body.to_string() };
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )?;
        let mut reader = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            if line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut answer = vec![0; length];
        reader.read_exact(&mut answer)?;
        Ok(serde_json::from_slice::<Value>(&answer).unwrap()["value"].take())
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        self.send(method, path, body).unwrap()
    }

    #[track_caller]
    fn command(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.ask(method, &format!("/session/{}{path}", self.session), body);
        assert!(answer.get("error").is_none(), "{method} {path}: {}", answer["message"]);
        answer
    }

    #[track_caller]
    pub(super) fn open(&self, url: &str) {
        self.command("POST", "/url", &json!({"url": url}));
    }

    pub(super) fn url(&self) -> String {
        self.command("GET", "/url", &Value::Null).as_str().unwrap().to_owned()
    }

    pub(super) fn source(&self) -> String {
        self.command("GET", "/source", &Value::Null).as_str().unwrap().to_owned()
    }

    pub(super) fn back(&self) {
        self.command("POST", "/back", &json!({}));
    }

    pub(super) fn reload(&self) {
        self.command("POST", "/refresh", &json!({}));
    }

    /// What a script of the test returns, which the page's own rules do not concern.
    #[track_caller]
    pub(super) fn script(&self, script: &str) -> Value {
        self.command("POST", "/execute/sync", &json!({"script": script, "args": []}))
    }

    /// The same of one that ends later, by calling `done`.
    #[track_caller]
    pub(super) fn later(&self, script: &str) -> Value {
        let script = format!("const done = arguments[0];\n{script}");
        self.command("POST", "/execute/async", &json!({"script": script, "args": []}))
    }

    /// A command of Chromium's own protocol.
    #[track_caller]
    pub(super) fn devtools(&self, name: &str, parameters: &Value) -> Value {
        self.command("POST", "/goog/cdp/execute", &json!({"cmd": name, "params": parameters}))
    }

    pub(super) fn windows(&self) -> Vec<String> {
        let windows = self.command("GET", "/window/handles", &Value::Null);
        windows.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
    }

    pub(super) fn window(&self) -> String {
        self.command("GET", "/window", &Value::Null).as_str().unwrap().to_owned()
    }

    pub(super) fn switch(&self, window: &str) {
        self.command("POST", "/window", &json!({"handle": window}));
    }

    /// A tab beside this one, which is the one from then on.
    pub(super) fn new_tab(&self) -> String {
        let made = self.command("POST", "/window/new", &json!({"type": "tab"}));
        let handle = made["handle"].as_str().unwrap().to_owned();
        self.switch(&handle);
        handle
    }

    /// Closes this window.
    pub(super) fn close(&self) {
        self.command("DELETE", "/window", &Value::Null);
    }

    /// The first element of a selector that is there, or comes.
    #[track_caller]
    pub(super) fn find(&self, selector: &str) -> Element<'_> {
        let asked = json!({"using": "css selector", "value": selector});
        let path = format!("/session/{}/element", self.session);
        let until = Instant::now() + TIMEOUT;
        loop {
            let answer = self.ask("POST", &path, &asked);
            if let Some(id) = answer[ELEMENT].as_str() {
                return Element(self, id.to_owned());
            }
            assert!(Instant::now() < until, "there is no {selector} at {}:\n{}", self.url(), self.text());
            thread::sleep(POLL_INTERVAL);
        }
    }

    pub(super) fn has(&self, selector: &str) -> bool {
        let asked = json!({"using": "css selector", "value": selector});
        !self.command("POST", "/elements", &asked).as_array().unwrap().is_empty()
    }

    /// The text of the page as a person sees it.
    pub(super) fn text(&self) -> String {
        self.script("return document.body.innerText").as_str().unwrap_or_default().to_owned()
    }

    /// The text of the first element of a selector; none between two pages.
    pub(super) fn text_of(&self, selector: &str) -> String {
        let path = format!("/session/{}/execute/sync", self.session);
        let script = "return document.querySelector(arguments[0])?.innerText ?? ''";
        self.ask("POST", &path, &json!({"script": script, "args": [selector]})).as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the page has this heading.
    #[track_caller]
    pub(super) fn wait_for(&self, heading: &str) {
        self.wait(&format!("a page {heading:?}"), || self.heading() == heading);
    }

    pub(super) fn heading(&self) -> String {
        self.text_of("h1")
    }

    #[track_caller]
    pub(super) fn wait(&self, what: &str, is_there: impl Fn() -> bool) {
        let until = Instant::now() + TIMEOUT;
        while !is_there() {
            assert!(Instant::now() < until, "{what} did not come, at {}:\n{}", self.url(), self.text());
            thread::sleep(POLL_INTERVAL);
        }
    }

    /// Presses the button or link with a label.
    #[track_caller]
    pub(super) fn press(&self, label: &str) {
        let xpath = format!("//*[self::button or self::a or self::summary][normalize-space()=\"{label}\"]");
        let path = format!("/session/{}/element", self.session);
        let asked = json!({"using": "xpath", "value": xpath});
        let until = Instant::now() + TIMEOUT;
        loop {
            if let Some(id) = self.ask("POST", &path, &asked)[ELEMENT].as_str() {
                return Element(self, id.to_owned()).click();
            }
            assert!(
                Instant::now() < until,
                "there is nothing to press called {label:?}, at {}:\n{}",
                self.url(),
                self.text()
            );
            thread::sleep(POLL_INTERVAL);
        }
    }

    /// Keys for whatever has the focus.
    pub(super) fn keys(&self, keys: &str) {
        let presses: Vec<Value> = keys
            .chars()
            .flat_map(|key| [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})])
            .collect();
        self.command("POST", "/actions", &json!({"actions": [{"type": "key", "id": "keys", "actions": presses}]}));
    }

    pub(super) fn dark(&self, on: bool) {
        let value = if on { "dark" } else { "light" };
        self.devtools(
            "Emulation.setEmulatedMedia",
            &json!({"features": [{"name": "prefers-color-scheme", "value": value}]}),
        );
    }

    /// The width of a phone, or of a desk again.
    pub(super) fn phone(&self, width: Option<u32>) {
        match width {
            Some(width) => self.devtools(
                "Emulation.setDeviceMetricsOverride",
                &json!({"width": width, "height": 780, "deviceScaleFactor": 2, "mobile": true}),
            ),
            None => self.devtools("Emulation.clearDeviceMetricsOverride", &json!({})),
        };
    }

    /// Writes the whole page, at a width, to a picture.
    pub(super) fn picture(&self, file: &Path, width: u32) {
        let height = self.script("return Math.ceil(document.documentElement.getBoundingClientRect().height)");
        let is_phone = width < 600;
        let size = json!({"width": width, "height": height, "deviceScaleFactor": if is_phone { 2 } else { 1 }, "mobile": is_phone});
        self.devtools("Emulation.setDeviceMetricsOverride", &size);
        let taken = self.devtools("Page.captureScreenshot", &json!({"captureBeyondViewport": true, "format": "png"}));
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, STANDARD.decode(taken["data"].as_str().unwrap()).unwrap()).unwrap();
        self.phone(None);
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        drop(self.send("DELETE", &format!("/session/{}", self.session), &Value::Null));
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}

impl Element<'_> {
    #[track_caller]
    fn command(&self, method: &str, path: &str, body: &Value) -> Value {
        self.0.command(method, &format!("/element/{}/{path}", self.1), body)
    }

    #[track_caller]
    pub(super) fn click(&self) {
        self.command("POST", "click", &json!({}));
    }

    #[track_caller]
    pub(super) fn write(&self, text: &str) {
        self.command("POST", "clear", &json!({}));
        self.command("POST", "value", &json!({"text": text}));
    }

    pub(super) fn text(&self) -> String {
        self.command("GET", "text", &Value::Null).as_str().unwrap().to_owned()
    }

    /// What a field holds, or whether a box is ticked.
    pub(super) fn property(&self, name: &str) -> Value {
        self.command("GET", &format!("property/{name}"), &Value::Null)
    }

    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        self.command("GET", &format!("attribute/{name}"), &Value::Null).as_str().map(str::to_owned)
    }
}
