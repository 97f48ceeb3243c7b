//! The Model Context Protocol over streamable HTTP, without sessions: revisions 2024-11-05 to 2026-07-28. A message in,
//! its answer out, as JSON.

use adapter_common::failure;
use adapter_common::one_tool::member;
use http::StatusCode;
use salesforce_plugin::call::Call;
use salesforce_plugin::catalog;
use salesforce_plugin::json::{Json, quoted};
use salesforce_plugin::platform::Platform;
use salesforce_plugin::policy::Effect;
use salesforce_plugin::tools;
use salesforce_plugin::wit::ErrorKind;

/// The revision without a handshake.
const MODERN: &str = "2026-07-28";
/// The revisions with one, the newest first.
const LEGACY: [&str; 4] = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;
const METHOD_NOT_FOUND: i32 = -32601;
const INVALID_PARAMS: i32 = -32602;
const HEADER_MISMATCH: i32 = -32020;
const UNSUPPORTED_VERSION: i32 = -32022;

/// What the server says of itself.
const SERVER: &str =
    concat!(r#"{"name":"salesforce-plugin","title":"Salesforce","version":""#, env!("CARGO_PKG_VERSION"), r#""}"#);

/// A request over HTTP, as far as it is read here: names are compared without regard to case, and no value is parsed
/// that nobody asks for.
pub struct Request {
    /// The headers, in their order.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body.
    pub body: String,
}

impl Request {
    /// A header that may stand once.
    ///
    /// # Errors
    /// The refusal of a request in which it stands more often, or not in ASCII.
    pub fn only(&self, name: &str) -> Result<Option<&str>, Refusal> {
        let mut values = self.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        let (Some((_, value)), another) = (values.next(), values.next()) else { return Ok(None) };
        let is_text = value.iter().all(|byte| matches!(byte, b'\t' | b' '..=b'~'));
        match str::from_utf8(value) {
            Ok(value) if is_text && another.is_none() => Ok(Some(value)),
            _ => {
                let why = format!("the header {name} must stand once, in ASCII");
                Err(Answer::new(StatusCode::BAD_REQUEST, "text/plain; charset=utf-8", why).into())
            }
        }
    }
}

/// An answer over HTTP.
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

/// An answer that says why there is no other.
pub type Refusal = Box<Answer>;

impl Answer {
    /// An answer of a status, with a body of a kind.
    pub fn new(status: StatusCode, kind: &str, body: String) -> Self {
        // What a user sees is that user's.
        let headers = vec![("content-type", kind.to_owned()), ("cache-control", "no-store".to_owned())];
        Self { status, headers, body }
    }
}

fn reply(id: &str, result: &str) -> Answer {
    let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#);
    Answer::new(StatusCode::OK, "application/json", body)
}

fn error(status: StatusCode, id: &str, code: i32, message: &str) -> Answer {
    let message = quoted(message);
    let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":{code},"message":{message}}}}}"#);
    Answer::new(status, "application/json", body)
}

/// One message of a client.
struct Message<'a> {
    /// As it came; `null` for one that wants no answer.
    id: &'a str,
    method: String,
    params: Option<Json<'a>>,
    is_modern: bool,
}

impl<'a> Message<'a> {
    /// A member of the parameters.
    fn param(&self, name: &str) -> Option<Json<'a>> {
        self.params.and_then(|params| member(params, name))
    }
}

/// Answers a message, and says whether the org wants the user to sign in again.
///
/// # Errors
/// The refusal of what is no message of the protocol.
pub fn answer(user: &dyn Platform, request: &Request) -> Result<(Answer, bool), Refusal> {
    let bad = |code, why: &str| Box::new(error(StatusCode::BAD_REQUEST, "null", code, why));
    let message = Json::parse(&request.body).map_err(|_| bad(PARSE_ERROR, "the message is not JSON"))?;
    let method = member(message, "method").and_then(Json::text);
    let is_message = member(message, "jsonrpc").is_some_and(|version| version.get() == "\"2.0\"");
    let Some(method) = method.filter(|_| is_message) else {
        return Err(bad(INVALID_REQUEST, "the message is no JSON-RPC request"));
    };
    let Some(id) = member(message, "id") else {
        // A notification: there is nothing to tell, and no session to tell it to.
        return Ok((Answer::new(StatusCode::ACCEPTED, "application/json", String::new()), false));
    };
    if !id.get().starts_with(|first: char| first == '"' || first == '-' || first.is_ascii_digit()) {
        return Err(bad(INVALID_REQUEST, "an id is a text or a number"));
    }
    let params = member(message, "params");
    let mut message = Message { id: id.get(), method: method.into_owned(), params, is_modern: false };
    message.is_modern = is_modern(request, &message)?;
    Ok(dispatch(user, &message))
}

/// Whether a request is of the revision without a handshake; an error where its headers and its body disagree.
fn is_modern(request: &Request, message: &Message<'_>) -> Result<bool, Refusal> {
    let bad = |code, why: &str| Box::new(error(StatusCode::BAD_REQUEST, message.id, code, why));
    let version = request.only("mcp-protocol-version")?;
    let meta = message.param("_meta");
    let of_meta = |name| meta.and_then(|meta| member(meta, name));
    let in_body = of_meta("io.modelcontextprotocol/protocolVersion").and_then(Json::text);
    if let Some(in_body) = &in_body
        && version != Some(in_body)
    {
        return Err(bad(HEADER_MISMATCH, "the header MCP-Protocol-Version is not the version of the message"));
    }
    match version {
        None => return Ok(false),
        Some(version) if LEGACY.contains(&version) => return Ok(false),
        Some(MODERN) => {}
        Some(version) => return Err(unsupported(message.id, version).into()),
    }
    if message.method == "initialize" {
        return Ok(false);
    }
    if in_body.is_none() || of_meta("io.modelcontextprotocol/clientCapabilities").is_none() {
        return Err(bad(INVALID_PARAMS, "_meta lacks the version of the protocol or the client's capabilities"));
    }
    let name = message.param("name").and_then(Json::text).filter(|_| message.method == "tools/call");
    if request.only("mcp-method")? != Some(&*message.method) || request.only("mcp-name")? != name.as_deref() {
        return Err(bad(HEADER_MISMATCH, "the headers Mcp-Method and Mcp-Name are not those of the message"));
    }
    Ok(true)
}

fn unsupported(id: &str, requested: &str) -> Answer {
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":{UNSUPPORTED_VERSION},"message":"Unsupported protocol version","data":{{"requested":{},"supported":{}}}}}}}"#,
        quoted(requested),
        versions(),
    );
    Answer::new(StatusCode::BAD_REQUEST, "application/json", body)
}

fn versions() -> String {
    format!(r#"["{MODERN}","{}"]"#, LEGACY.join("\",\""))
}

fn dispatch(user: &dyn Platform, message: &Message<'_>) -> (Answer, bool) {
    let Message { id, is_modern, .. } = *message;
    // What a result of the newest revision says of itself, and of how long it holds.
    let complete = if is_modern { r#""resultType":"complete","# } else { "" };
    let fresh = if is_modern { r#""ttlMs":0,"cacheScope":"private","# } else { "" };
    let instructions = || quoted(&catalog::instructions(&user.settings()));
    let answer = match &*message.method {
        "initialize" => {
            let asked = message.param("protocolVersion").and_then(Json::text);
            let version = LEGACY.into_iter().find(|version| asked.as_deref() == Some(version)).unwrap_or(LEGACY[0]);
            let instructions = instructions();
            reply(
                id,
                &format!(
                    r#"{{"protocolVersion":"{version}","capabilities":{{"tools":{{}}}},"serverInfo":{SERVER},"instructions":{instructions}}}"#
                ),
            )
        }
        "server/discover" if is_modern => {
            let instructions = instructions();
            reply(
                id,
                &format!(
                    r#"{{{complete}{fresh}"supportedVersions":{},"capabilities":{{"tools":{{}}}},"instructions":{instructions},"_meta":{{"io.modelcontextprotocol/serverInfo":{SERVER}}}}}"#,
                    versions(),
                ),
            )
        }
        "ping" => reply(id, "{}"),
        "tools/list" => reply(id, &format!(r#"{{{complete}{fresh}"tools":[{}]}}"#, tools_of(user))),
        "tools/call" => return call(user, message, complete),
        _ => {
            let status = if is_modern { StatusCode::NOT_FOUND } else { StatusCode::OK };
            error(status, id, METHOD_NOT_FOUND, "the server has no such method")
        }
    };
    (answer, false)
}

fn tools_of(user: &dyn Platform) -> String {
    let settings = user.settings();
    let mut tools = Vec::new();
    for tool in catalog::tools(&settings) {
        tools.push(format!(
            r#"{{"name":{},"title":{title},"description":{},"inputSchema":{},"annotations":{{"title":{title},"readOnlyHint":{},"destructiveHint":{},"idempotentHint":{},"openWorldHint":true}}}}"#,
            quoted(&tool.name),
            quoted(&tool.description),
            tool.input_schema().get(),
            tool.effect == Effect::ReadOnly,
            tool.effect == Effect::Overwrites,
            tool.is_idempotent(),
            title = quoted(&tool.title),
        ));
    }
    tools.join(",")
}

fn call(user: &dyn Platform, message: &Message<'_>, complete: &str) -> (Answer, bool) {
    let Some(name) = message.param("name").and_then(Json::text) else {
        return (error(StatusCode::OK, message.id, INVALID_PARAMS, "the call names no tool"), false);
    };
    let arguments = message.param("arguments").map_or("{}", Json::get);
    let (said, is_error, is_signed_out) = match tools::call(&Call::new(user), &name, arguments) {
        Ok(reply) => (reply, false, false),
        Err(error) => {
            let error = failure::of_core(error);
            (failure::json(&error), true, error.kind == ErrorKind::SignIn)
        }
    };
    let (id, said) = (message.id, quoted(&said));
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":{id},"result":{{{complete}"content":[{{"type":"text","text":{said}}}],"isError":{is_error}}}}}"#
    );
    (Answer::new(StatusCode::OK, "application/json", body), is_signed_out)
}
