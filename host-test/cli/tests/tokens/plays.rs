//! What conversations cost a model in tokens: plays of what people ask, through the server for agents.
//!
//! A conversation sends everything again with each turn: the definitions of the tools, the instructions, what the person
//! said, and every call and reply before. So a play of n calls is n + 1 turns, the last one for the answer. Tokens are
//! those of `o200k`; a definition is name, description and input schema, a call its tool and its arguments.
//!
//! The test (`tests/it/tokens.rs`) and the table (`benches/tokens.rs`) both play these.

use std::sync::Arc;

use demo_org::{Extra, Fault, Org};
use rmcp::model::{
    CallToolRequestParams, CallToolResult, ClientCapabilities, ClientConfig, ElicitRequestParams, ElicitResult,
    ElicitationAction, Implementation, Tool,
};
use rmcp::service::{RequestContext, RunningService};
use rmcp::{ClientHandler, ErrorData, RoleClient};
use salesforce_host::settings::Replies;
use salesforce_host::types::ConnectionSettings;
use salesforce_plugin_cli::mcp::Server;
use serde_json::Value;
use test_support::{HOST, demo};

const PLAYS: &str = include_str!("plays.txt");
/// Whose conversations they are.
const USER: &str = "riley";

/// One conversation.
pub(crate) struct Play {
    pub(crate) name: &'static str,
    /// The person's words.
    pub(crate) prompt: &'static str,
    steps: Vec<Step>,
}

enum Step {
    SetUp(&'static str),
    Call { tool: &'static str, arguments: &'static str, kind: Option<&'static str> },
}

/// What a play has cost.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    pub(crate) calls: usize,
    /// Definitions, instructions and prompt, of all turns.
    pub(crate) fixed: usize,
    /// Of the calls, once.
    pub(crate) arguments: usize,
    /// Of the texts of the replies, once.
    pub(crate) texts: usize,
    /// Of the structures of the replies, once.
    pub(crate) structures: usize,
    /// Everything a model reads, in all turns.
    pub(crate) input: usize,
}

impl std::ops::AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.calls += other.calls;
        self.fixed += other.fixed;
        self.arguments += other.arguments;
        self.texts += other.texts;
        self.structures += other.structures;
        self.input += other.input;
    }
}

/// What stands before every conversation, in tokens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Preface {
    pub(crate) definitions: usize,
    pub(crate) instructions: usize,
}

/// Every play, in the order of the file.
pub(crate) fn all() -> Vec<Play> {
    let mut plays: Vec<Play> = Vec::new();
    for line in PLAYS.lines().skip_while(|line| !line.is_empty()).filter(|line| !line.is_empty()) {
        if let Some(title) = line.strip_prefix("# ") {
            let (name, prompt) = title.split_once(": ").expect("a play has a name and a prompt");
            plays.push(Play { name, prompt, steps: Vec::new() });
            continue;
        }
        let steps = &mut plays.last_mut().expect("a step belongs to a play").steps;
        steps.push(match line.strip_prefix("! ") {
            Some(set_up) => Step::SetUp(set_up),
            None => {
                let (tool, rest) = line.split_once(' ').expect("a call has arguments");
                let (arguments, kind) = match rest.rsplit_once(" -> ") {
                    Some((arguments, kind)) => (arguments, Some(kind)),
                    None => (rest, None),
                };
                Step::Call { tool, arguments, kind }
            }
        });
    }
    plays
}

pub(crate) fn tokens(text: &str) -> usize {
    tiktoken_rs::o200k_base_singleton().encode_ordinary(text).len()
}

/// A client whose person says yes to whatever they are asked.
pub(crate) struct Agreeing;

impl ClientHandler for Agreeing {
    fn get_info(&self) -> ClientConfig {
        let capabilities = ClientCapabilities::builder().enable_elicitation().build();
        ClientConfig::new(capabilities, Implementation::new("test", "1"))
    }

    async fn create_elicitation(
        &self,
        _: ElicitRequestParams,
        _: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        Ok(ElicitResult::new(ElicitationAction::Accept))
    }
}

/// A server of somebody's on an org of its own, and a client of it.
pub(crate) struct Table {
    org: Arc<Org>,
    client: RunningService<RoleClient, Agreeing>,
}

impl Table {
    /// With the tools that are on unless the settings say otherwise, or with every one.
    pub(crate) async fn new(form: Replies, user: &str, with_all: bool) -> Self {
        // What tools have to do that are off in most connections.
        let more = [Extra::Approvals, Extra::FlowApprovals, Extra::Files];
        let more = more.into_iter().filter(|_| with_all);
        let org = Arc::new(Org::demo_with([Extra::Reports, Extra::ListViews].into_iter().chain(more)));
        let choose = move |settings: &mut ConnectionSettings| {
            settings.tools = with_all.then(|| vec!["all".to_owned()]);
        };
        let server = Server::new(HOST.session(demo(&org, user)), None, choose, |_| {}).unwrap().replying(form);
        let (theirs, ours) = tokio::io::duplex(64 * 1024);
        tokio::spawn(async move { rmcp::serve_server(server, theirs).await.unwrap().waiting().await });
        let client = rmcp::serve_client(Agreeing, ours).await.unwrap();
        Self { org, client }
    }

    pub(crate) async fn tools(&self) -> Vec<Tool> {
        self.client.list_all_tools().await.unwrap()
    }

    async fn preface(&self) -> Preface {
        let tools = self.tools().await;
        let definitions = tools.iter().map(|tool| {
            let schema = serde_json::to_string(&tool.input_schema).unwrap();
            tokens(&tool.name) + tokens(tool.description.as_deref().unwrap_or_default()) + tokens(&schema)
        });
        let info = self.client.peer_info().unwrap();
        let instructions = tokens(info.instructions.as_deref().unwrap_or_default());
        Preface { definitions: definitions.sum(), instructions }
    }

    fn set_up(&self, what: &str) {
        let id = |key: &str| self.org.id(key).unwrap();
        match what.split(' ').collect::<Vec<_>>()[..] {
            ["set", row, field, number] => self.org.set(&id(row), field, number.parse::<i64>().unwrap()),
            ["lock", row, times] => self.org.lock(&id(row), times.parse().unwrap()),
            ["expire"] => self.org.expire(&self.org.token("riley")),
            ["daily-limit"] => self.org.fault(Fault::daily_limit()),
            _ => panic!("{what} is nothing to set up"),
        }
    }

    /// Arguments with the ids of this org.
    pub(crate) fn with_ids(&self, arguments: &str) -> String {
        let mut parts = arguments.split("\"@");
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (row, rest) = part.split_once('"').expect("an id ends");
            text.push_str(&format!("\"{}\"{rest}", self.org.id(row).unwrap()));
        }
        text
    }

    pub(crate) async fn call(&self, tool: &str, arguments: &str) -> CallToolResult {
        let Ok(Value::Object(arguments)) = serde_json::from_str(arguments) else { panic!("{arguments} is no object") };
        let request = CallToolRequestParams::new(format!("salesforce_{tool}")).with_arguments(arguments);
        self.client.call_tool(request).await.unwrap()
    }
}

/// What stands before every conversation.
pub(crate) async fn preface() -> Preface {
    Table::new(Replies::Text, USER, false).await.preface().await
}

/// Plays a conversation, and returns the tool of each call with its reply. Fails as a test does where a call does not end
/// as the play says.
pub(crate) async fn replies(play: &Play, form: Replies) -> Vec<(&'static str, CallToolResult)> {
    let mut replies = Vec::new();
    conversation(play, form, |tool, _, result| replies.push((tool, result))).await;
    replies
}

async fn conversation(play: &Play, form: Replies, mut heard: impl FnMut(&'static str, &str, CallToolResult)) {
    let table = Table::new(form, USER, false).await;
    for step in &play.steps {
        match step {
            Step::SetUp(what) => table.set_up(what),
            Step::Call { tool, arguments, kind } => {
                let arguments = table.with_ids(arguments);
                let result = table.call(tool, &arguments).await;
                let said = parts(&result).0;
                assert_eq!(result.is_error, Some(kind.is_some()), "{}: {tool} {arguments}: {said}", play.name);
                // Either form of an error names its kind.
                let is_expected = kind.is_none_or(|kind| {
                    said.starts_with(&kind.replace('_', " ")) || said.contains(&format!("\"kind\":\"{kind}\""))
                });
                assert!(is_expected, "{}: {tool} {arguments}: {said}", play.name);
                heard(tool, &arguments, result);
            }
        }
    }
}

/// The texts of a reply, and the text of its structure.
fn parts(result: &CallToolResult) -> (String, String) {
    let texts = result.content.iter().filter_map(|block| block.as_text()).map(|block| block.text.as_str());
    let structure = result.structured_content.as_ref().map(Value::to_string);
    (texts.collect::<Vec<_>>().join("\n"), structure.unwrap_or_default())
}

/// What a conversation costs whose replies are texts. `show` gets each of them.
pub(crate) async fn cost(play: &Play, preface: Preface, show: &mut dyn FnMut(&str)) -> Cost {
    let fixed = preface.definitions + preface.instructions + tokens(play.prompt);
    // What is sent with the next turn.
    let mut sent = fixed;
    let mut cost = Cost { input: sent, ..Cost::default() };
    conversation(play, Replies::Text, |tool, arguments, result| {
        let (text, structure) = parts(&result);
        show(&text);
        let called = tokens(&format!("salesforce_{tool}")) + tokens(arguments);
        let replied = [tokens(&text), tokens(&structure)];
        sent += called + replied.iter().sum::<usize>();
        cost.calls += 1;
        cost.arguments += called;
        cost.texts += replied[0];
        cost.structures += replied[1];
        cost.input += sent;
    })
    .await;
    cost.fixed = fixed * (cost.calls + 1);
    cost
}
