//! The set-up page: connecting an org, choosing what an agent may do, and telling the agent, in the browser.
//!
//! The page is the program's own, on a port of this machine, and writes the files that the commands write. Every page is
//! HTML that works without a script; the script only spares clicks.
//!
//! # Invariants
//!
//! * Nobody is let in without the code of this run, nor changes anything from another page: `setup/door.rs`,
//!   `tests/it/setup.rs`.
//! * A page holds no token, runs nothing that is in the page, and loads nothing from elsewhere: `tests/it/setup.rs`.
//! * What is chosen on the page is in the file that the command line writes, with the comments in it:
//!   `tests/it/browser.rs`.
//! * It ends by itself when nobody uses it: `tests/it/setup.rs`.

mod clients;
mod door;
mod form;
mod html;
mod pages;
mod signing;
mod texts;
mod words;

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use demo_org::Org;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use salesforce_host::config_dir::{ConfigDir, ConnectionName};
use salesforce_host::profile::Profile;
use salesforce_host::settings::ToolNames;
use salesforce_host::types::{ConnectionSettings, Tool};
use salesforce_host::{Host, HostError, Session};
use tokio::sync::Notify;
use tokio::task::spawn_blocking;

use crate::demo::Demo;
use crate::loopback::{Listening, Work};
use door::{Brought, Door};
use form::Form;
use html::Html;
use pages::finish::Came;
use signing::Signing;
use texts::Language;

/// How long the page stays without being used, unless somebody says otherwise.
pub const DEFAULT_IDLE: Duration = Duration::from_secs(15 * 60);
/// The largest form, in bytes: instructions are the longest of it.
const MAX_FORM_BYTES: usize = 256 * 1024;
/// How often is looked whether anybody still uses the page.
const POLL_INTERVAL: Duration = Duration::from_millis(200);

const STYLE: &str = include_str!("setup/page.css");
const SCRIPT: &str = include_str!("setup/page.js");

/// What the page works with.
pub struct Options {
    /// Where connections are kept.
    pub config_dir: ConfigDir,
    /// The plugin.
    pub host: Host,
    /// The embedded demo org, perhaps with something wrong with it.
    pub org: Arc<Org>,
    /// Where to serve; 0 takes a free port.
    pub port: u16,
    /// How long every answer of that org takes.
    pub pace: Duration,
    /// How long the page stays without being used.
    pub idle: Duration,
    /// The person's folder, where the agents on this machine keep their settings.
    pub home: Option<PathBuf>,
    /// This program, as an agent starts it.
    pub program: PathBuf,
    /// Whether an agent that waits for the connection has opened the page: it needs not be told of it.
    pub is_for_agent: bool,
}

/// A page that nobody is served yet.
pub struct Setup {
    listening: Listening,
    shared: Arc<Shared>,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is no port, or no chance.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The component can't be asked for its tools.
    #[error(transparent)]
    Host(#[from] HostError),
}

struct Shared {
    options: Options,
    door: Door,
    /// Every tool, those too that are off.
    tools: Vec<Tool>,
    names: ToolNames,
    state: Mutex<State>,
    ended: Notify,
}

/// What this run remembers.
struct State {
    /// The language the person chose; else it is the browser's.
    language: Option<Language>,
    signing: Option<Signing>,
    /// The newest sign-in's number.
    attempts: u64,
    sessions: BTreeMap<ConnectionName, (Profile, Session)>,
    /// What the last form of the last step came to.
    came: Option<(ConnectionName, Came)>,
    used: Instant,
}

/// A request of the browser that is in, read.
struct Asked {
    method: Method,
    /// Below the path of this run, without the query.
    path: String,
    query: Form,
    form: Form,
    language: Language,
}

/// What the browser gets.
enum Answer {
    Page(StatusCode, Html),
    /// Another path below that of this run.
    Redirect(String),
    Json(serde_json::Value),
}

impl Setup {
    /// Takes a port of this machine.
    pub async fn bind(options: Options) -> Result<Self, StartError> {
        let listening = Listening::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, options.port))).await?;
        let no_chance = || io::Error::other("the system gives no random bytes");
        let door = Door::new(listening.address().port()).ok_or_else(no_chance)?;
        // What the tools are, no org has to say.
        let anybody = Demo::connection(&options.org, "riley").map_err(io::Error::other)?;
        anybody.set_settings(ConnectionSettings { tools: Some(vec!["all".to_owned()]), ..anybody.settings() });
        let tools = options.host.session(anybody).tools()?;
        let names = ToolNames::of(&options.host)?;
        let state = State {
            language: None,
            signing: None,
            attempts: 0,
            sessions: BTreeMap::new(),
            came: None,
            used: Instant::now(),
        };
        let shared = Shared { options, door, tools, names, state: Mutex::new(state), ended: Notify::new() };
        Ok(Self { listening, shared: Arc::new(shared) })
    }

    /// The address to open, which lets in whoever opens it first.
    pub fn address(&self) -> String {
        self.shared.door.address()
    }

    /// Serves until the person closes the page, or nobody has used it for long.
    pub async fn serve(self) {
        let shared = Arc::clone(&self.shared);
        let answer = move |request: Request<Incoming>, working| {
            let shared = Arc::clone(&shared);
            async move { shared.answer(request, working).await }
        };
        tokio::select! {
            never = self.listening.serve(answer) => match never {},
            () = self.shared.unused() => {}
            () = self.shared.ended.notified() => {
                // The last page is on its way.
                tokio::time::sleep(POLL_INTERVAL).await;
            }
        }
        if let Some(signing) = self.shared.state().signing.take() {
            signing.stop();
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until nobody has used the page for long.
    async fn unused(&self) {
        loop {
            let left = self.options.idle.saturating_sub(self.state().used.elapsed());
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left.min(POLL_INTERVAL.max(left / 2))).await;
        }
    }

    async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
        working: Arc<std::sync::atomic::AtomicUsize>,
    ) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        if !self.door.is_for_us(&parts.method, &parts.headers) {
            return plain(StatusCode::FORBIDDEN, "this is not for you\n");
        }
        let path = parts.uri.path();
        let asked_for = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let language = Language::of(asked_for.unwrap_or_default());
        match (&parts.method, path) {
            (&Method::GET, "/style.css") => return file("text/css; charset=utf-8", STYLE),
            (&Method::GET, "/page.js") => return file("text/javascript; charset=utf-8", SCRIPT),
            (&Method::GET, "/") => return page(StatusCode::OK, pages::door(language, false)),
            _ => {}
        }
        let brings = parts.method == Method::POST && path == "/open";
        let inside = self.door.inside(path).map(ToOwned::to_owned);
        let known = inside.filter(|_| self.door.knows(&parts.headers));
        if !brings && known.is_none() {
            return page(StatusCode::FORBIDDEN, pages::door(language, true));
        }
        let Some(form) = read(&parts.method, body).await else {
            return plain(StatusCode::PAYLOAD_TOO_LARGE, "this form is too large\n");
        };
        let Some(inside) = known else { return self.open(&form, &parts.headers, language) };
        let _work = Work::begin(working);
        let query = Form::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let asked = Asked { method: parts.method, path: inside, query, form, language: self.language(language) };
        self.state().used = Instant::now();
        let shared = Arc::clone(&self);
        let answered = spawn_blocking(move || shared.page(&asked)).await;
        self.state().used = Instant::now();
        match answered {
            Ok(answer) => self.sent(answer),
            Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, "this page could not be made\n"),
        }
    }

    fn language(&self, asked_for: Language) -> Language {
        self.state().language.unwrap_or(asked_for)
    }

    /// Lets a browser in that brings the code.
    fn open(&self, form: &Form, headers: &http::HeaderMap, language: Language) -> Response<Full<Bytes>> {
        let cookies = match self.door.bring(form.get("code"), headers) {
            Brought::In(cookies) => cookies.to_vec(),
            Brought::Again => Vec::new(),
            Brought::Wrong => return page(StatusCode::FORBIDDEN, pages::door(language, true)),
            Brought::Twice => {
                self.ended.notify_one();
                return page(StatusCode::FORBIDDEN, pages::shut(language));
            }
        };
        let mut response = self.sent(Answer::Redirect("/".to_owned()));
        for cookie in cookies {
            if let Ok(value) = HeaderValue::from_str(&cookie) {
                response.headers_mut().append(header::SET_COOKIE, value);
            }
        }
        response
    }

    fn sent(&self, answer: Answer) -> Response<Full<Bytes>> {
        match answer {
            Answer::Page(status, html) => page(status, html),
            Answer::Json(value) => {
                let mut response = file("application/json", &value.to_string());
                response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
                response
            }
            Answer::Redirect(path) => {
                let mut response = plain(StatusCode::SEE_OTHER, "");
                if let Ok(value) = HeaderValue::from_str(&format!("{}{path}", self.door.base())) {
                    response.headers_mut().insert(header::LOCATION, value);
                }
                response
            }
        }
    }

    /// An address below the path of this run.
    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.door.base())
    }
}

/// The form that is sent along; absent when it is too large.
async fn read(method: &Method, body: Incoming) -> Option<Form> {
    if method != Method::POST {
        return Some(Form::default());
    }
    let bytes = Limited::new(body, MAX_FORM_BYTES).collect().await.ok()?.to_bytes();
    Some(Form::parse(&bytes))
}

fn page(status: StatusCode, html: Html) -> Response<Full<Bytes>> {
    let source = format!("<!doctype html>\n{}\n", html.into_source());
    let mut response = answer(status, "text/html; charset=utf-8", source.into());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    answer(status, "text/plain; charset=utf-8", Bytes::from_static(text.as_bytes()))
}

fn file(content_type: &'static str, text: &str) -> Response<Full<Bytes>> {
    answer(StatusCode::OK, content_type, Bytes::copy_from_slice(text.as_bytes()))
}

/// A response that runs and loads nothing but what this server has beside its pages, and stands in no frame.
///
/// Its pages tell their address to their own server alone, which has to see where a form comes from.
fn answer(status: StatusCode, content_type: &'static str, body: Bytes) -> Response<Full<Bytes>> {
    const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; \
                          base-uri 'none'; frame-ancestors 'none'";
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    for (name, value) in [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
