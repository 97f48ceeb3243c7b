//! The tools for any client of the Model Context Protocol, over stdio or over HTTP on this machine.
//!
//! Everything a client sees of the tools comes out of the component: names, descriptions, schemas, annotations, and the
//! instructions with the user's own. This module adds what the protocol has and the component has not: who may call
//! ([`http`]), asking the person first, stopping, progress, and word of changed settings.
//!
//! # Invariants
//!
//! * A tool the settings want confirmed runs only after the person said yes to exactly these arguments: `tests/it/mcp_confirm.rs`.
//! * A reply is a text or a structure, and neither lacks what a model must know: `tests/it/mcp_replies.rs`.
//! * Without a connection no tool runs, and with the first one all do, without a restart: `tests/it/mcp_waiting.rs`.
//! * Settings hold from the next call on; settings that can't be read let no tool run: `tests/it/mcp_settings.rs`.
//! * Over HTTP nobody gets in without the key, through a browser, or from another machine: `tests/it/mcp_http.rs`.
//! * A number keeps its digits from the client's bytes to the component's and back: `tests/it/mcp_numbers.rs`.
//! * Standard output carries the protocol and nothing else, and no output the token: `tests/it/mcp_stdio.rs`.

mod confirm;
mod digits;
pub mod http;
mod local_time;
mod offer;
mod reply;
mod today;
mod waiting;

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, DiscoverResult, Implementation, JsonObject,
    ListToolsResult, PaginatedRequestParams, ProgressNotificationParam, ServerCapabilities, ServerConfig,
    SubscriptionFilter, Tool,
};
use rmcp::service::{NotificationContext, Peer, RequestContext, ServerInitializeError, SubscriptionContext};
use rmcp::{ErrorData, RoleServer, ServerHandler, ServiceExt};
use tokio::sync::{mpsc, watch};
use tokio::task::spawn_blocking;

use crate::exact::Members;
use salesforce_host::cancel::CancelHandle;
use salesforce_host::settings::{FileError, Replies, SettingsFile};
use salesforce_host::types::{ConnectionSettings, ErrorKind};
use salesforce_host::{CallError, Connection, Host, HostError, Session};

pub use waiting::{Connected, Waiting};

use confirm::{Confirmations, Seen, Verdict, Wanted};
use digits::{Filtered, Hiding, Showing};
use offer::{Offers, Restrict};
use reply::Form;
use today::Today;

/// How often the settings are looked at when nobody calls. Every call looks by itself.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// The experimental capability of a client that wants every reply as a structure.
pub const STRUCTURED_REPLIES: &str = "structuredReplies";

/// One user's tools as a server. Cloning shares it: every client of it acts as that user.
#[derive(Clone)]
pub struct Server {
    shared: Arc<Shared>,
    today: Arc<Today>,
    /// Whether the client has got its instructions before there was a connection, and so without the user's own.
    lacks_instructions: Arc<AtomicBool>,
}

struct Shared {
    serving: RwLock<Arc<Serving>>,
    /// Where there is no org yet.
    waiting: Mutex<Option<Waiting>>,
    restrict: Restrict,
    confirmations: Confirmations,
    /// The form of replies, where whoever started the program said one.
    replies: OnceLock<Replies>,
    /// Clients of protocols that have a handshake, to be told of changes.
    clients: Mutex<Vec<Peer<RoleServer>>>,
    /// Counts the changes of what is on offer.
    changes: watch::Sender<u64>,
    log: Box<dyn Fn(&str) + Send + Sync>,
}

/// Whose tools are served, and what is on offer of them.
struct Serving {
    session: Session,
    offers: Offers,
}

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The settings can't be read.
    #[error(transparent)]
    Settings(#[from] FileError),
    /// The component can't be asked for its tools.
    #[error(transparent)]
    Host(#[from] HostError),
}

impl Server {
    /// The tools of a session under the settings of a file, if there is one.
    ///
    /// `restrict` has the last word on the choices: what was said when the program was started. `log` gets lines for
    /// people, without arguments, replies or credentials.
    pub fn new(
        session: Session,
        settings: Option<SettingsFile>,
        restrict: impl Fn(&mut ConnectionSettings) + Send + Sync + 'static,
        log: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<Self, StartError> {
        Self::serving(session, settings, None, Arc::new(restrict), Box::new(log))
    }

    /// The tools of whichever org is connected next. They are on offer at once, and each call says what is missing until
    /// then; then clients are told, and the same server serves that org.
    pub fn waiting(
        host: &Host,
        waiting: Waiting,
        restrict: impl Fn(&mut ConnectionSettings) + Send + Sync + 'static,
        log: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<Self, StartError> {
        let fault = waiting.fault();
        let nobody = host.session(Connection::none());
        let server = Self::serving(nobody, None, Some(waiting), Arc::new(restrict), Box::new(log))?;
        server.now().offers.refuse(fault);
        Ok(server)
    }

    fn serving(
        session: Session,
        settings: Option<SettingsFile>,
        waiting: Option<Waiting>,
        restrict: Restrict,
        log: Box<dyn Fn(&str) + Send + Sync>,
    ) -> Result<Self, StartError> {
        let offers = Offers::new(session.clone(), settings, Arc::clone(&restrict))?;
        let shared = Shared {
            serving: RwLock::new(Arc::new(Serving { session, offers })),
            waiting: Mutex::new(waiting),
            restrict,
            confirmations: Confirmations::default(),
            replies: OnceLock::new(),
            clients: Mutex::default(),
            changes: watch::Sender::new(0),
            log,
        };
        Ok(Self { shared: Arc::new(shared), today: Arc::default(), lacks_instructions: Arc::default() })
    }

    /// What is served at this moment.
    fn now(&self) -> Arc<Serving> {
        Arc::clone(&self.shared.serving.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The server with replies in a form, whatever the settings say. The first word counts.
    pub fn replying(self, form: Replies) -> Self {
        let _ = self.shared.replies.set(form);
        self
    }

    /// The same tools for another client, which has been told nothing yet.
    fn for_client(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            today: Arc::new(self.today.for_client()),
            lacks_instructions: Arc::default(),
        }
    }

    /// The form in which a client gets replies: a structure if it asks for that, else as was said when the program was
    /// started, else as the settings say.
    fn replies(&self, context: &RequestContext<RoleServer>) -> Replies {
        let experimental = context.client_capabilities().and_then(|capabilities| capabilities.experimental);
        if experimental.is_some_and(|asked| asked.contains_key(STRUCTURED_REPLIES)) {
            return Replies::Structure;
        }
        self.shared.replies.get().copied().unwrap_or_else(|| self.now().offers.current().replies)
    }

    /// Serves one client on standard input and output, until it closes them.
    pub async fn serve_stdio(self) -> io::Result<()> {
        let watching = tokio::spawn(self.clone().watch(POLL_INTERVAL));
        let (input, output) = rmcp::transport::io::stdio_pipes();
        let streams = (Filtered::<_, Hiding>::new(input), Filtered::<_, Showing>::new(output));
        let served = match self.serve(streams).await {
            Ok(running) => running.waiting().await.map(drop).map_err(io::Error::other),
            // A client that closes before it has said anything wants nothing.
            Err(ServerInitializeError::ConnectionClosed(_)) => Ok(()),
            Err(error) => Err(io::Error::new(io_kind(&error), error.to_string())),
        };
        watching.abort();
        served
    }

    /// Looks after the settings, and tells clients when other tools are on offer than before.
    pub async fn watch(self, every: Duration) {
        let mut changes = self.shared.changes.subscribe();
        loop {
            tokio::select! {
                () = tokio::time::sleep(every) => self.refresh().await,
                changed = changes.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    self.announce();
                }
            }
        }
    }

    /// Puts the settings as they are now in force.
    async fn refresh(&self) {
        let server = self.clone();
        // It fails when the program ends.
        let _ = spawn_blocking(move || server.refresh_now()).await;
    }

    fn refresh_now(&self) {
        self.look_for_an_org();
        let refreshed = self.now().offers.refresh();
        if let Some(word) = refreshed.word {
            (self.shared.log)(&word);
        }
        if refreshed.changed {
            self.shared.changes.send_modify(|changes| *changes += 1);
        }
    }

    /// Serves the org that the person has connected meanwhile, where there was none.
    fn look_for_an_org(&self) {
        // Whoever comes meanwhile waits for what is found.
        let mut waiting = self.waits();
        let Some(looking) = waiting.as_ref() else { return };
        match looking.look(&self.shared.restrict) {
            Ok((session, offers)) => {
                (self.shared.log)(&format!(
                    "connected to {}: the tools run from now on",
                    session.connection().origin()
                ));
                let serving = Arc::new(Serving { session, offers });
                *self.shared.serving.write().unwrap_or_else(PoisonError::into_inner) = serving;
                *waiting = None;
                self.shared.changes.send_modify(|changes| *changes += 1);
            }
            Err(fault) => {
                let text = fault.text.clone();
                if self.now().offers.refuse(fault) {
                    (self.shared.log)(&text);
                }
            }
        }
    }

    fn waits(&self) -> MutexGuard<'_, Option<Waiting>> {
        self.shared.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reminds the person, who wants something of an org, that there is none yet.
    async fn remind(&self) {
        let server = self.clone();
        let _ = spawn_blocking(move || server.waits().as_mut().map(Waiting::remind)).await;
    }

    fn announce(&self) {
        let mut clients = self.clients();
        clients.retain(|client| !client.is_transport_closed());
        for client in clients.iter() {
            let client = client.clone();
            // One that does not read must not keep the others waiting.
            tokio::spawn(async move { client.notify_tool_list_changed().await });
        }
    }

    fn clients(&self) -> MutexGuard<'_, Vec<Peer<RoleServer>>> {
        self.shared.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a tool, and meanwhile reports its progress and listens for the wish to stop it.
    async fn run(
        &self,
        serving: Arc<Serving>,
        request: CallToolRequestParams,
        confirmed: bool,
        context: &RequestContext<RoleServer>,
    ) -> Result<CallToolResult, ErrorData> {
        let form = Form::of(self.replies(context), request.arguments.as_ref());
        let stop = StopWhenDropped(CancelHandle::default());
        let (exchanged, mut exchanges) = mpsc::unbounded_channel();
        let session = serving.session.cancelled_by(&stop.0).reporting(move |requests| {
            let _ = exchanged.send(requests);
        });
        let server = self.clone();
        let mut work = spawn_blocking(move || server.call(&serving.offers, &session, request, confirmed, form));
        let token = context.meta.get_progress_token();
        let report = async |requests: u32| {
            if let Some(token) = &token {
                let progress = ProgressNotificationParam::new(token.clone(), f64::from(requests))
                    .with_message(format!("Salesforce request {requests} done"));
                // Whoever does not want to hear of progress hears of the result.
                let _ = context.peer.notify_progress(progress).await;
            }
        };
        let result = loop {
            tokio::select! {
                biased;
                Some(requests) = exchanges.recv() => report(requests).await,
                result = &mut work => break result,
                () = context.ct.cancelled(), if !stop.0.is_cancelled() => stop.0.cancel(),
            }
        };
        // What was reported after the last look comes before the result.
        while let Ok(requests) = exchanges.try_recv() {
            report(requests).await;
        }
        result.map_err(|_| ErrorData::internal_error("the call could not be run", None))
    }

    /// Reads what the person has to know to answer, where the settings let it be read.
    async fn look_up(&self, session: &Session, arguments: &Members) -> Vec<(Wanted, Seen)> {
        let wanted = confirm::wanted(arguments);
        if wanted.is_empty() {
            return Vec::new();
        }
        let stop = StopWhenDropped(CancelHandle::default());
        let session = session.cancelled_by(&stop.0);
        let read = move || wanted.into_iter().map(|wanted| (wanted.clone(), look_up(&session, &wanted))).collect();
        spawn_blocking(read).await.unwrap_or_default()
    }

    /// Adds to a text what day it is, who the user is and what they want of every conversation, where the client was not
    /// told.
    fn tell_today(&self, session: &Session, result: &mut CallToolResult) {
        let Some(text) = result.content.first().and_then(|block| block.as_text()).map(|block| block.text.clone())
        else {
            return;
        };
        let today = self.today.with_reply(session.connection());
        let lines: Vec<String> =
            [Some(text), today, self.lacking_instructions(session)].into_iter().flatten().collect();
        if lines.len() > 1 {
            result.content[0] = ContentBlock::text(lines.join("\n"));
        }
    }

    /// The user's own instructions, once there are any, for a client whose instructions had to do without.
    fn lacking_instructions(&self, session: &Session) -> Option<String> {
        if !self.lacks_instructions.load(Ordering::Relaxed) {
            return None;
        }
        let own = session.connection().settings().instructions.filter(|own| !own.trim().is_empty())?;
        // Of two replies at once one is enough.
        self.lacks_instructions.swap(false, Ordering::Relaxed).then(|| format!("{}{own}", waiting::OWN_INSTRUCTIONS))
    }

    /// One call, on a thread that may wait.
    fn call(
        &self,
        offers: &Offers,
        session: &Session,
        request: CallToolRequestParams,
        confirmed: bool,
        form: Form,
    ) -> CallToolResult {
        self.refresh_now();
        let offer = offers.current();
        if let Some(fault) = &offer.fault {
            return reply::refused(fault.kind, &fault.text, form);
        }
        let tool = offer.tool(&request.name);
        if !confirmed && tool.is_some_and(|tool| offer.confirm.covers(tool)) {
            return reply::refused(ErrorKind::SwitchedOff, "the settings have just changed: call again", form);
        }
        let started = Instant::now();
        let arguments = exact(request.arguments);
        let (result, usage) = session.call_measured(&request.name, &arguments);
        let result = result.map_err(|error| with_refresh_error(error, session.connection().last_refresh_error()));
        // Whoever wants structures gets them as the org writes them.
        let zone = (form != Form::Structure).then(|| self.today.zone(session.connection(), result.is_ok())).flatten();
        let result = match zone {
            Some(zone) => local_time::of(result, &zone),
            None => result,
        };
        let (requests, time) = (usage.requests, started.elapsed().as_millis());
        let name = tool.map_or("an unknown tool", |tool| &tool.name);
        let (outcome, mut result) = reply::of(name, tool.map(|tool| tool.effect), result, requests, form);
        let plural = if requests == 1 { "" } else { "s" };
        (self.shared.log)(&format!("{name}: {outcome}, {requests} request{plural} to Salesforce, {time} ms"));
        // Whoever wants structures reads no sentences.
        if form != Form::Structure && result.is_error != Some(true) {
            self.tell_today(session, &mut result);
        }
        result
    }
}

/// The arguments of a call as its client wrote them, digit for digit.
fn exact(arguments: Option<JsonObject>) -> String {
    digits::shown(&serde_json::Value::Object(arguments.unwrap_or_default()).to_string())
}

/// An error with why there was no token for the call, where the person can do something about that.
fn with_refresh_error(error: CallError, refresh_error: Option<String>) -> CallError {
    match (error, refresh_error) {
        (CallError::Tool(mut error), Some(refresh_error))
            if matches!(error.kind, ErrorKind::SignIn | ErrorKind::Unavailable) =>
        {
            error.message = format!("{} ({refresh_error})", error.message);
            CallError::Tool(error)
        }
        (error, _) => error,
    }
}

/// Reads one record by the tool that a model would read it with, so that the settings hold for it.
fn look_up(session: &Session, wanted: &Wanted) -> Seen {
    let fields = ["Name"].into_iter().chain(wanted.fields.iter().map(String::as_str)).collect();
    let found = match read(session, wanted, fields) {
        // Some records are called by another field, which is among those shown unless others are asked for.
        Err(CallError::Tool(error)) if error.kind == ErrorKind::InvalidInput => read(session, wanted, Vec::new()),
        found => found,
    };
    match found {
        Ok(Found { object, id, fields }) => {
            let name = fields.0.iter().find_map(|(_, value)| value.as_str()).map(str::to_owned);
            Seen::Read { object, id, fields: confirm::paired(&wanted.fields, fields.0), name }
        }
        Err(CallError::Tool(error)) => Seen::NotRead(error.message),
        Err(CallError::Host(error)) => Seen::NotRead(error.to_string()),
    }
}

fn read(session: &Session, wanted: &Wanted, fields: Vec<&str>) -> Result<Found, CallError> {
    let mut arguments = serde_json::json!({"record": wanted.record, "fields": fields});
    if let Some(object) = &wanted.object {
        arguments["object"] = object.as_str().into();
    }
    let reply = session.call_json("salesforce_get", &arguments.to_string())?;
    serde_json::from_str(&reply).map_err(|_| HostError::Trapped("its reply can't be read".to_owned()).into())
}

/// A record as the tool shows it.
#[derive(serde::Deserialize)]
struct Found {
    object: String,
    id: String,
    fields: Members,
}

/// A call nobody waits for any more is stopped.
struct StopWhenDropped(CancelHandle);

impl Drop for StopWhenDropped {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().enable_tool_list_changed().build();
        let server = Implementation::new("salesforce-plugin", env!("CARGO_PKG_VERSION")).with_title("Salesforce");
        let serving = self.now();
        let mut instructions = serving.offers.current().instructions.clone();
        if let Some(sentence) = today::sentence(serving.session.connection()) {
            instructions.extend(["\n\n", &sentence]);
        }
        let waits = self.waits().is_some();
        self.lacks_instructions.store(waits, Ordering::Relaxed);
        if waits {
            instructions.extend(["\n\n", waiting::NOTHING_CONNECTED]);
        }
        ServerConfig::new(capabilities).with_server_info(server).with_instructions(instructions)
    }

    async fn discover(&self, _: RequestContext<RoleServer>) -> Result<DiscoverResult, ErrorData> {
        self.today.told(self.now().session.connection());
        Ok(DiscoverResult::from_server_info(self.supported_protocol_versions().into_owned(), self.get_info()))
    }

    async fn on_initialized(&self, context: NotificationContext<RoleServer>) {
        self.today.told(self.now().session.connection());
        self.clients().push(context.peer);
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        self.refresh().await;
        let form = self.replies(&context);
        Ok(ListToolsResult::with_all_items(self.now().offers.current().listed(form)))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.now().offers.current().listed(Replies::Structure).into_iter().find(|tool| tool.name == name)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        self.refresh().await;
        let form = Form::of(self.replies(&context), request.arguments.as_ref());
        let serving = self.now();
        let offer = serving.offers.current();
        if let Some(fault) = &offer.fault {
            self.remind().await;
            return Ok(reply::refused(fault.kind, &fault.text, form).into());
        }
        let asks = offer.tool(&request.name).filter(|tool| offer.confirm.covers(tool));
        let confirmed = match asks {
            None => false,
            Some(tool) => {
                let confirmations = &self.shared.confirmations;
                let verdict = match confirmations.known(&request, &context) {
                    Some(verdict) => verdict,
                    None => {
                        let arguments = Members::parse(&exact(request.arguments.clone())).unwrap_or_default();
                        let seen = self.look_up(&serving.session, &arguments).await;
                        let origin = serving.session.connection().origin();
                        let question = confirm::question(tool, origin, &arguments, &seen);
                        confirmations.ask(question, &request, &context).await
                    }
                };
                match verdict {
                    Verdict::Yes => true,
                    Verdict::No(why) => {
                        (self.shared.log)(&format!("{}: not confirmed", tool.name));
                        return Ok(reply::refused(ErrorKind::SwitchedOff, why, form).into());
                    }
                    Verdict::Ask(question) => return Ok(question.into()),
                }
            }
        };
        self.run(serving, request, confirmed, &context).await.map(CallToolResponse::from)
    }

    fn accepted_subscription_filter(&self, _: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(SubscriptionFilter::builder().tools_list_changed().build())
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let mut changes = self.shared.changes.subscribe();
        loop {
            tokio::select! {
                () = context.cancelled() => return Ok(()),
                changed = changes.changed() => {
                    if changed.is_err() || context.sink().notify_tool_list_changed().await.is_err() {
                        return Ok(());
                    }
                }
            }
        }
    }
}

/// What kind of failed reading or writing is behind a server that did not start.
fn io_kind(error: &ServerInitializeError) -> io::ErrorKind {
    let ServerInitializeError::TransportError { error, .. } = error else { return io::ErrorKind::Other };
    error.error.downcast_ref().map_or(io::ErrorKind::Other, io::Error::kind)
}
