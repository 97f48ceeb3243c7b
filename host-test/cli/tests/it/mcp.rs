//! The tools as a client of the Model Context Protocol meets them, by the protocol's two lifecycles.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, mpsc as blocking};
use std::time::Duration;

use demo_org::Org;
use rmcp::model::{
    CallToolRequest, CallToolRequestParams, CallToolResult, ClientCapabilities, ClientConfig, ClientRequest,
    ElicitRequestParams, ElicitResult, ElicitationAction, Implementation, ProgressNotificationParam, ProtocolVersion,
};
use rmcp::service::{
    ClientLifecycleMode, NotificationContext, PeerRequestOptions, RequestContext, RunningService,
    serve_client_with_lifecycle,
};
use rmcp::{ClientHandler, ErrorData, RoleClient};
use salesforce_host::settings::{Replies, SettingsFile};
use salesforce_host::{Connection, Token, Transport};
use salesforce_plugin_cli::mcp::Server;
use serde_json::{Value, json};
use test_support::{Demo, HOST, demo};
use tokio::sync::mpsc;

/// Longest wait for what must come; a test that waits for it fails.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A folder that is gone with its test.
pub(crate) struct Folder(std::path::PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static FOLDERS: AtomicU32 = AtomicU32::new(0);
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("salesforce-plugin-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn path(&self) -> &std::path::Path {
        &self.0
    }

    /// The settings in this folder, with a text.
    pub(crate) fn settings(&self, text: &str) -> SettingsFile {
        let file = SettingsFile::of(&self.0);
        std::fs::write(file.path(), text).unwrap();
        file
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A server of a user of an org, and what it logs.
pub(crate) fn server(
    connection: Connection,
    settings: Option<SettingsFile>,
) -> (Server, mpsc::UnboundedReceiver<String>) {
    let (lines, log) = mpsc::unbounded_channel();
    let server =
        Server::new(HOST.session(connection), settings, |_| {}, move |line| drop(lines.send(line.to_owned()))).unwrap();
    (server, log)
}

pub(crate) fn riley(org: &Arc<Org>) -> Connection {
    demo(org, "riley")
}

/// How a client establishes the protocol's version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lifecycle {
    /// By a handshake, up to 2025-11-25.
    Handshake,
    /// In every request, from 2026-07-28 on.
    EveryRequest,
}

pub(crate) const LIFECYCLES: [Lifecycle; 2] = [Lifecycle::Handshake, Lifecycle::EveryRequest];

/// What the person behind a client answers when asked; a client without a person can't ask.
pub(crate) type Person = Option<ElicitationAction>;

/// A client that notes what it is told.
pub(crate) struct Agent {
    person: Person,
    questions: mpsc::UnboundedSender<String>,
    progress: mpsc::UnboundedSender<f64>,
    changes: mpsc::UnboundedSender<()>,
}

impl ClientHandler for Agent {
    fn get_info(&self) -> ClientConfig {
        let capabilities = match self.person {
            Some(_) => ClientCapabilities::builder().enable_elicitation().build(),
            None => ClientCapabilities::default(),
        };
        ClientConfig::new(capabilities, Implementation::new("test", "1"))
    }

    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        _: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        let ElicitRequestParams::FormElicitationParams { message, .. } = request else { panic!("not a form") };
        self.questions.send(message).unwrap();
        Ok(ElicitResult::new(self.person.clone().unwrap()))
    }

    async fn on_progress(&self, progress: ProgressNotificationParam, _: NotificationContext<RoleClient>) {
        self.progress.send(progress.progress).unwrap();
    }

    async fn on_tool_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.changes.send(()).unwrap();
    }
}

/// A client with a server behind it.
pub(crate) struct Client {
    pub(crate) running: RunningService<RoleClient, Agent>,
    pub(crate) questions: mpsc::UnboundedReceiver<String>,
    progress: mpsc::UnboundedReceiver<f64>,
    pub(crate) changes: mpsc::UnboundedReceiver<()>,
}

impl Client {
    pub(crate) async fn of(server: &Server, lifecycle: Lifecycle, person: Person) -> Self {
        let (theirs, ours) = tokio::io::duplex(64 * 1024);
        let server = server.clone();
        tokio::spawn(async move { rmcp::serve_server(server, theirs).await.unwrap().waiting().await });
        let (questions, asked) = mpsc::unbounded_channel();
        let (progress, reported) = mpsc::unbounded_channel();
        let (changes, changed) = mpsc::unbounded_channel();
        let mode = match lifecycle {
            Lifecycle::Handshake => ClientLifecycleMode::Initialize,
            Lifecycle::EveryRequest => {
                ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] }
            }
        };
        let agent = Agent { person, questions, progress, changes };
        let running = serve_client_with_lifecycle(agent, ours, mode).await.unwrap();
        Self { running, questions: asked, progress: reported, changes: changed }
    }

    pub(crate) async fn call(&self, tool: &str, arguments: Value) -> CallToolResult {
        self.running.call_tool(call(tool, arguments)).await.unwrap()
    }

    pub(crate) async fn tools(&self) -> Vec<String> {
        let tools = self.running.peer().list_tools(None).await.unwrap().tools;
        tools.into_iter().map(|tool| tool.name.into_owned()).collect()
    }
}

pub(crate) fn call(tool: &str, arguments: Value) -> CallToolRequestParams {
    let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
    CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments)
}

/// Waits for what must come.
pub(crate) async fn next<T>(receiver: &mut mpsc::UnboundedReceiver<T>) -> T {
    tokio::time::timeout(TIMEOUT, receiver.recv()).await.expect("nothing came").unwrap()
}

pub(crate) fn text(result: &CallToolResult) -> &str {
    assert_eq!(result.content.len(), 1);
    &result.content[0].as_text().unwrap().text
}

/// The error a call must have ended with, as its text tells it.
#[track_caller]
pub(crate) fn error(result: &CallToolResult) -> Value {
    assert_eq!((result.is_error, &result.structured_content), (Some(true), &None), "{result:?}");
    let text = text(result);
    let (kind, rest) = text.split_once(": ").expect(text);
    let message = rest.lines().next().expect(text);
    let changed = match text.lines().last().unwrap() {
        "Nothing was written." => "no",
        "Something was written all the same." => "yes",
        "It may or may not have been written: look before trying again." => "unknown",
        // Of a tool that only reads it goes without saying.
        _ => "no",
    };
    let allowed = text.lines().find_map(|line| line.strip_prefix("Possible: "));
    let allowed: Vec<&str> = allowed.into_iter().flat_map(|allowed| allowed.split(", ")).collect();
    json!({"kind": kind.replace(' ', "_"), "message": message, "changed": changed, "allowed": allowed})
}

pub(crate) fn hire() -> Value {
    json!({"object": "Account", "record": "Acme", "fields": {"Employees": 500}, "from": {"Employees": 100}})
}

#[tokio::test]
async fn tools_are_listed_with_their_schemas_and_truthful_annotations() {
    let org = Arc::new(Org::demo());
    let forms = [Replies::Text, Replies::Structure];
    for (lifecycle, form) in LIFECYCLES.into_iter().flat_map(|lifecycle| forms.map(|form| (lifecycle, form))) {
        let client = Client::of(&server(riley(&org), None).0.replying(form), lifecycle, None).await;
        let listed = client.running.peer().list_tools(None).await.unwrap().tools;
        let known = HOST.session(riley(&org)).tools().unwrap();
        assert_eq!(listed.len(), known.len());
        for (listed, known) in listed.iter().zip(&known) {
            assert_eq!(listed.name, known.name);
            assert_eq!(listed.description.as_deref(), Some(known.description.as_str()));
            let schema = |text: &str| serde_json::from_str::<Value>(text).unwrap();
            assert_eq!(Value::Object((*listed.input_schema).clone()), schema(&known.input_schema));
            // A schema promises structures.
            assert_eq!(listed.output_schema.is_some(), form == Replies::Structure);
            if let Some(output) = listed.output_schema.as_deref() {
                assert_eq!(Value::Object(output.clone()), schema(&known.output_schema));
                assert_eq!(output["type"], "object", "{}", listed.name);
            }
            let hints = listed.annotations.as_ref().unwrap();
            assert_eq!(hints.title, listed.title);
            assert_eq!(hints.read_only_hint, Some(known.annotations.read_only_hint));
            assert_eq!(hints.destructive_hint, Some(known.annotations.destructive_hint));
            assert_eq!(hints.idempotent_hint, Some(known.annotations.idempotent_hint));
            assert_eq!(hints.open_world_hint, Some(true));
        }
    }
}

#[tokio::test]
async fn the_instructions_are_the_components_with_the_users_own() {
    let folder = Folder::new();
    let settings = folder.settings("instructions = \"Always say please.\"");
    let (server, _) = server(riley(&Arc::new(Org::demo())), Some(settings));
    for lifecycle in LIFECYCLES {
        let client = Client::of(&server, lifecycle, None).await;
        let info = client.running.peer().peer_info().unwrap();
        let instructions = info.instructions.as_deref().unwrap();
        assert!(instructions.contains("Salesforce") && instructions.contains("Always say please."), "{instructions}");
    }
}

#[tokio::test]
async fn a_reply_is_a_structure_for_programs_and_a_text_for_models() {
    let org = Arc::new(Org::demo());
    for lifecycle in LIFECYCLES {
        let list = json!({"soql": "SELECT Name FROM Account ORDER BY Name", "limit": 2});
        let structured = server(riley(&org), None).0.replying(Replies::Structure);
        let result = Client::of(&structured, lifecycle, None).await.call("salesforce_query", list.clone()).await;
        assert_eq!(result.is_error, Some(false));
        let structure = result.structured_content.as_ref().unwrap();
        assert_eq!(structure["rows"].as_array().unwrap().len(), 2);
        let result =
            Client::of(&server(riley(&org), None).0, lifecycle, None).await.call("salesforce_query", list).await;
        assert_eq!(result.is_error, Some(false));
        assert!(text(&result).starts_with("2 Account records, and there are more\n"), "{}", text(&result));
    }
}

#[tokio::test]
async fn a_tools_refusal_is_an_error_result_with_its_kind_and_what_was_written() {
    let (server, mut log) = server(riley(&Arc::new(Org::demo())), None);
    let client = Client::of(&server, Lifecycle::Handshake, None).await;
    let result = client.call("salesforce_create", json!({"object": "Account", "fields": {"Name": "Acme"}})).await;
    assert_eq!((&error(&result)["kind"], &error(&result)["changed"]), (&json!("duplicate"), &json!("no")));
    assert!(text(&result).starts_with("duplicate: ") && text(&result).ends_with("Nothing was written."));
    let line = next(&mut log).await;
    assert!(line.starts_with("salesforce_create: duplicate, ") && !line.contains("Acme"), "{line}");

    let result = client.call("salesforce_frobnicate", json!({})).await;
    let allowed = error(&result)["allowed"].as_array().unwrap().clone();
    assert!(allowed.contains(&json!("salesforce_find")), "{allowed:?}");
}

#[tokio::test]
async fn each_request_to_salesforce_is_progress() {
    for lifecycle in LIFECYCLES {
        let (server, _) = server(riley(&Arc::new(Org::demo())), None);
        let mut client = Client::of(&server, lifecycle, None).await;
        assert_eq!(client.call("salesforce_update", hire()).await.is_error, Some(false));
        let mut reported = [next(&mut client.progress).await, next(&mut client.progress).await];
        // A client hears of each on a task of its own.
        reported.sort_by(f64::total_cmp);
        assert_eq!(reported, [1.0, 2.0]);
        assert!(client.progress.try_recv().is_err());
    }
}

/// A transport that says when a request comes, and answers when it is told to.
struct Gate {
    org: Demo,
    came: mpsc::UnboundedSender<()>,
    go: Mutex<blocking::Receiver<()>>,
}

impl Transport for Gate {
    fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, salesforce_host::wire::Failure> {
        self.came.send(()).unwrap();
        self.go.lock().unwrap().recv().unwrap();
        self.org.send(request)
    }
}

#[tokio::test]
async fn a_call_that_is_cancelled_writes_nothing_more() {
    for lifecycle in LIFECYCLES {
        let org = Arc::new(Org::demo());
        let (came, mut requests) = mpsc::unbounded_channel();
        let (go, gate) = blocking::channel();
        let token = Token::new(&org.token("riley")).unwrap();
        let gate = Gate { org: Demo(Arc::clone(&org)), came, go: Mutex::new(gate) };
        let (server, mut log) = server(Connection::new(riley(&org).origin().clone(), token, gate), None);
        let client = Client::of(&server, lifecycle, None).await;

        let request = ClientRequest::CallToolRequest(CallToolRequest::new(call("salesforce_update", hire())));
        let handle =
            client.running.peer().send_cancellable_request(request, PeerRequestOptions::no_options()).await.unwrap();
        next(&mut requests).await;
        handle.cancel(None).await.unwrap();
        // Whatever came before this was heard when this is answered.
        client.tools().await;
        go.send(()).unwrap();
        let line = next(&mut log).await;
        assert!(line.starts_with("salesforce_update: ") && line.contains(", 1 request to"), "{line}");
        assert!(requests.try_recv().is_err());
        let reply = HOST.session(riley(&org)).call_json("salesforce_update", &hire().to_string()).unwrap();
        assert!(reply.contains(r#""before":100"#), "{reply}");
    }
}

#[tokio::test]
async fn two_clients_of_two_users_each_see_their_own() {
    let org = Arc::new(Org::demo());
    let folder = Folder::new();
    let (careful, _) = server(riley(&org), Some(folder.settings("read_only = true")));
    let (free, _) = server(demo(&org, "jonas"), None);
    let riley = Client::of(&careful, Lifecycle::Handshake, None).await;
    let jonas = Client::of(&free, Lifecycle::Handshake, None).await;
    let create = json!({"object": "Account", "fields": {"Name": "Umbrella"}});
    let (refused, done) =
        tokio::join!(riley.call("salesforce_create", create.clone()), jonas.call("salesforce_create", create));
    assert_eq!(error(&refused)["kind"], "switched_off");
    assert_eq!(done.is_error, Some(false));
    assert!(!riley.tools().await.contains(&"salesforce_create".to_owned()));
    assert!(jonas.tools().await.contains(&"salesforce_create".to_owned()));
}
