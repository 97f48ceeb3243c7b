//! Hosts of `wasi:http`: the MCP server as `wasmtime serve` runs it, a fresh instance for each request.

use std::sync::{Arc, LazyLock, Mutex};

use adapter_package::WASI_HTTP;
use demo_org::{Effect, Fault, Org};
use http::{HeaderMap, Request, Response, StatusCode};
use serde_json::{Value, json};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::engine::{self, HOST, ORIGIN, Used};
use crate::example;
use crate::play::{self, ALL, CONVERT_DANA, TWELVE};
use crate::serving;
use crate::wasi::Network;

pub(crate) static COMPONENT: LazyLock<(Engine, Component)> = LazyLock::new(|| engine::compiled(WASI_HTTP));

pub(crate) const URL: &str = "https://mcp.example.com/mcp";

/// A deployment for one org.
const ENVIRONMENT: &[(&str, &str)] = &[("SALESFORCE_MCP_URL", URL), ("SALESFORCE_DOMAIN", HOST)];

/// One request to a fresh instance, under `wasmtime serve -S cli`.
fn serve(org: &Arc<Org>, environment: &[(&str, &str)], request: Request<String>) -> (Response<String>, Used) {
    serving::serve(&COMPONENT, |_| (), Network::new(org, HOST), environment, request)
}

pub(crate) fn post(token: &str) -> http::request::Builder {
    let token = format!("Bearer {token}");
    Request::post(URL).header("authorization", token).header("content-type", "application/json")
}

pub(crate) fn message(method: &str, params: Value) -> String {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string()
}

pub(crate) fn read(response: &Response<String>) -> Value {
    serde_json::from_str(response.body()).unwrap_or_else(|_| panic!("{response:?}"))
}

/// A call of a tool: its reply or its error, and what it used.
fn call(org: &Arc<Org>, token: &str, tool: &str, arguments: &str) -> (Result<String, Value>, Used) {
    let arguments: Value = serde_json::from_str(arguments).unwrap();
    let params = json!({ "name": tool, "arguments": arguments });
    let (response, used) = serve(org, ENVIRONMENT, post(token).body(message("tools/call", params)).unwrap());
    let result = read(&response)["result"].clone();
    let text = result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{response:?}")).to_owned();
    let is_sign_in = response.status() == StatusCode::UNAUTHORIZED;
    let outcome = if result["isError"] == true { Err(serde_json::from_str(&text).unwrap()) } else { Ok(text) };
    let error: Option<&Value> = outcome.as_ref().err();
    assert_eq!(is_sign_in, error.is_some_and(|error| error["kind"] == "sign_in"), "{response:?}");
    (outcome, used)
}

#[test]
fn every_task_is_played() {
    for task in ALL.into_iter().chain([&CONVERT_DANA]) {
        let most = Arc::new(Mutex::new(Used::default()));
        let of_call = Arc::clone(&most);
        play::play(task, move |org, token, tool, arguments| {
            let (outcome, used) = call(org, token, tool, arguments);
            let mut most = of_call.lock().unwrap();
            *most = most.max(used);
            outcome
        });
        if TWELVE.contains(&task.name) {
            println!("wasi:http, task {}: {}", task.name, most.lock().unwrap());
        }
    }
}

#[test]
fn every_revision_with_a_handshake_is_spoken() {
    let org = Arc::new(Org::demo());
    for (asked, answered) in [
        ("2024-11-05", "2024-11-05"),
        ("2025-03-26", "2025-03-26"),
        ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"),
        ("2099-01-01", "2025-11-25"),
    ] {
        let params =
            json!({ "protocolVersion": asked, "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
        let (response, _) = serve(&org, ENVIRONMENT, post("token").body(message("initialize", params)).unwrap());
        let result = read(&response)["result"].clone();
        assert_eq!(result["protocolVersion"], answered);
        assert!(result["instructions"].as_str().unwrap().contains("Salesforce"));
        let ready = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string();
        assert_eq!(serve(&org, ENVIRONMENT, post("token").body(ready).unwrap()).0.status(), StatusCode::ACCEPTED);
        let list =
            post("token").header("mcp-protocol-version", answered).body(message("tools/list", json!({}))).unwrap();
        let tools = read(&serve(&org, ENVIRONMENT, list).0)["result"]["tools"].clone();
        assert!(tools.as_array().unwrap().len() > 5);
        assert_eq!(tools[0]["inputSchema"]["type"], "object");
        assert_eq!(tools[0]["annotations"]["readOnlyHint"], true);
    }
    assert!(org.requests().is_empty(), "nothing of it asks the org");
}

/// A request of the revision without a handshake.
fn modern(method: &str, mut params: Value) -> (http::request::Builder, String) {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let mut request = post("token").header("mcp-protocol-version", "2026-07-28").header("mcp-method", method);
    if let Some(name) = params["name"].as_str() {
        request = request.header("mcp-name", name);
    }
    (request, message(method, params))
}

#[test]
fn the_revision_without_a_handshake_is_spoken() {
    let org = Arc::new(Org::demo());
    let ask = |method: &str, params: Value| {
        let (request, body) = modern(method, params);
        serve(&org, ENVIRONMENT, request.body(body).unwrap()).0
    };
    let discovered = read(&ask("server/discover", json!({})))["result"].clone();
    assert_eq!(discovered["supportedVersions"][0], "2026-07-28");
    for result in [discovered, read(&ask("tools/list", json!({})))["result"].clone()] {
        assert_eq!((&result["resultType"], &result["cacheScope"]), (&json!("complete"), &json!("private")), "{result}");
    }
    let params = json!({ "name": "salesforce_describe", "arguments": { "object": 1 } });
    let called = read(&ask("tools/call", params))["result"].clone();
    assert_eq!((&called["resultType"], &called["isError"]), (&json!("complete"), &json!(true)));
    assert_eq!(ask("resources/list", json!({})).status(), StatusCode::NOT_FOUND);
}

#[test]
fn headers_that_are_not_those_of_the_message_are_refused() {
    let org = Arc::new(Org::demo());
    let params = || json!({ "name": "salesforce_find", "arguments": { "text": "Acme" } });
    let cases: [(&str, &str, i64); 5] = [
        ("mcp-protocol-version", "2025-06-18", -32020),
        ("mcp-protocol-version", "1999-01-01", -32020),
        ("mcp-method", "tools/list", -32020),
        ("mcp-name", "salesforce_delete", -32020),
        ("mcp-name", "", -32020),
    ];
    for (name, value, code) in cases {
        let (request, body) = modern("tools/call", params());
        let mut request = request.body(body).unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
        let (response, _) = serve(&org, ENVIRONMENT, request);
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{name}: {value}");
        assert_eq!(read(&response)["error"]["code"], code, "{name}: {value}");
    }
    let request = post("token").header("mcp-protocol-version", "1999-01-01").body(message("ping", json!({}))).unwrap();
    assert_eq!(read(&serve(&org, ENVIRONMENT, request).0)["error"]["code"], -32022);
    let bare = post("token").header("mcp-protocol-version", "2026-07-28").body(message("ping", json!({}))).unwrap();
    assert_eq!(read(&serve(&org, ENVIRONMENT, bare).0)["error"]["code"], -32602);
    assert!(org.requests().is_empty());
}

#[test]
fn who_has_no_token_learns_where_to_sign_in() {
    let org = Arc::new(Org::demo());
    let bare = || Request::post(URL).header("content-type", "application/json");
    for request in [
        bare(),
        bare().header("authorization", "Bearer "),
        bare().header("authorization", "Basic abc"),
        bare().header("authorization", "Bearer a b"),
    ] {
        let (response, _) = serve(&org, ENVIRONMENT, request.body(message("tools/list", json!({}))).unwrap());
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        let challenge = response.headers()["www-authenticate"].to_str().unwrap().to_owned();
        let metadata = "https://mcp.example.com/.well-known/oauth-protected-resource/mcp";
        assert_eq!(challenge, format!("Bearer resource_metadata=\"{metadata}\""));
        for address in [metadata, "https://mcp.example.com/.well-known/oauth-protected-resource"] {
            let (response, _) = serve(&org, ENVIRONMENT, Request::get(address).body(String::new()).unwrap());
            let metadata = read(&response);
            assert_eq!((&metadata["resource"], &metadata["authorization_servers"]), (&json!(URL), &json!([ORIGIN])));
        }
    }
    let twice = bare().header("authorization", "Bearer one").header("authorization", "Bearer two");
    let (response, _) = serve(&org, ENVIRONMENT, twice.body(message("ping", json!({}))).unwrap());
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
}

#[test]
fn a_session_that_has_ended_is_a_401_with_the_tools_own_words() {
    let org = Arc::new(Org::demo());
    let token = org.token("riley");
    org.expire(&token);
    let params = json!({ "name": "salesforce_find", "arguments": { "text": "Acme" } });
    let (response, _) = serve(&org, ENVIRONMENT, post(&token).body(message("tools/call", params)).unwrap());
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert!(response.headers()["www-authenticate"].to_str().unwrap().contains("error=\"invalid_token\""));
    assert_eq!(read(&response)["result"]["isError"], true);
}

#[test]
fn another_host_and_another_origin_are_refused() {
    let org = Arc::new(Org::demo());
    let ping = || message("ping", json!({}));
    let status = |environment: &[(&str, &str)], request: Request<String>| serve(&org, environment, request).0.status();
    let elsewhere = || {
        Request::post("https://evil.example/mcp")
            .header("authorization", "Bearer t")
            .header("content-type", "application/json")
    };
    assert_eq!(status(ENVIRONMENT, elsewhere().body(ping()).unwrap()), StatusCode::FORBIDDEN);
    let named = [ENVIRONMENT, &[("SALESFORCE_MCP_HOSTS", "other.example, evil.example")]].concat();
    assert_eq!(status(&named, elsewhere().body(ping()).unwrap()), StatusCode::OK);
    let page = |origin: &str| post("t").header("origin", origin).body(ping()).unwrap();
    for origin in ["https://evil.example", "null", "http://mcp.example.com", "https://mcp.example.com.evil.example"] {
        assert_eq!(status(ENVIRONMENT, page(origin)), StatusCode::FORBIDDEN, "{origin}");
    }
    assert_eq!(status(ENVIRONMENT, page("https://mcp.example.com")), StatusCode::OK);
    let listed = [ENVIRONMENT, &[("SALESFORCE_MCP_ORIGINS", "https://app.example")]].concat();
    assert_eq!(status(&listed, page("https://app.example")), StatusCode::OK);
}

#[test]
fn what_is_no_message_is_refused_before_any_request() {
    let org = Arc::new(Org::demo());
    let send = |body: String| serve(&org, ENVIRONMENT, post("token").body(body).unwrap()).0;
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    for body in ["", "x", "[]", "{}", "1", "\"a\"", r#"{"method":"ping","id":1}"#, &deep] {
        assert_eq!(send(body.to_owned()).status(), StatusCode::BAD_REQUEST, "{body}");
    }
    let odd = r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#;
    assert_eq!(send(odd.to_owned()).status(), StatusCode::BAD_REQUEST);
    assert_eq!(send(" ".repeat(1024 * 1024 + 1)).status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(read(&send(message("resources/list", json!({}))))["error"]["code"], -32601);
    assert_eq!(read(&send(message("tools/call", json!({}))))["error"]["code"], -32602);
    let plain = Request::post(URL).header("authorization", "Bearer t").header("content-type", "text/plain");
    let response = serve(&org, ENVIRONMENT, plain.body(message("ping", json!({}))).unwrap()).0;
    assert_eq!(response.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let get = Request::get(URL).header("authorization", "Bearer t").body(String::new()).unwrap();
    assert_eq!(serve(&org, ENVIRONMENT, get).0.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert!(org.requests().is_empty());
}

#[test]
fn a_gateway_names_the_org_and_only_salesforces_are_taken() {
    let org = Arc::new(Org::demo());
    let environment = [("SALESFORCE_MCP_URL", URL), ("SALESFORCE_ORG_HEADER", "X-Salesforce-Org")];
    let find = || message("tools/call", json!({ "name": "salesforce_find", "arguments": { "text": "Acme" } }));
    let token = org.token("riley");
    let named = post(&token).header("x-salesforce-org", HOST).body(find()).unwrap();
    assert_eq!(read(&serve(&org, &environment, named).0)["result"]["isError"], false);
    let sent = org.requests().len();
    for domain in ["evil.example", "login.salesforce.com", "demo.my.salesforce.com.evil.example", ""] {
        let request = post(&token).header("x-salesforce-org", domain).body(find()).unwrap();
        assert_eq!(serve(&org, &environment, request).0.status(), StatusCode::BAD_REQUEST, "{domain}");
    }
    assert_eq!(serve(&org, &environment, post(&token).body(find()).unwrap()).0.status(), StatusCode::BAD_REQUEST);
    assert_eq!(org.requests().len(), sent);
    // Without the variable, the header says nothing.
    let ignored = post(&token).header("x-salesforce-org", "evil.example").body(find()).unwrap();
    assert_eq!(read(&serve(&org, ENVIRONMENT, ignored).0)["result"]["isError"], false);
}

#[test]
fn a_proxy_of_the_same_machine_gets_what_is_for_the_org() {
    let org = Arc::new(Org::demo());
    let find = || message("tools/call", json!({ "name": "salesforce_find", "arguments": { "text": "Acme" } }));
    for way in ["127.0.0.1:9000", "127.0.0.1:80"] {
        let address = format!("http://{way}");
        let environment = [ENVIRONMENT, &[("SALESFORCE_EGRESS", &*address)]].concat();
        let network = Network { scheme: "http", granted: way, ..Network::new(&org, HOST) };
        let request = post(&org.token("riley")).body(find()).unwrap();
        let (response, used) = serving::serve(&COMPONENT, |_| (), network, &environment, request);
        assert_eq!((&read(&response)["result"]["isError"], used.requests), (&json!(false), 1), "{response:?}");
        // Who signs in does so at the org itself.
        let request = Request::get("https://mcp.example.com/.well-known/oauth-protected-resource");
        let (response, _) = serve(&org, &environment, request.body(String::new()).unwrap());
        assert_eq!(read(&response)["authorization_servers"], json!([ORIGIN]));
    }
}

#[test]
fn a_token_goes_without_tls_to_the_same_machine_alone() {
    let org = Arc::new(Org::demo());
    let refused = |settings: &[(&str, &str)]| {
        let environment = [ENVIRONMENT, settings].concat();
        let request = post("token").header("x-org", HOST).body(message("ping", json!({}))).unwrap();
        let (response, _) = serve(&org, &environment, request);
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR, "{settings:?}");
        assert!(response.body().contains("SALESFORCE_EGRESS"), "{response:?}");
    };
    for way in [
        "http://10.0.0.1:9000",
        // What a name leads to is up to the machine's settings.
        "http://localhost:9000",
        "http://[::1]:9000",
        "http://127.0.0.1.evil.example:9000",
        "http://127.0.0.1:9000@evil.example",
        "http://user@127.0.0.1:9000",
        "http://127.0.0.1:9000/",
        "http://127.0.0.1:+9000",
        "http://127.0.0.1:90000",
        "http://127.0.0.1:",
        "http://127.0.0.1",
        "https://127.0.0.1:9000",
        "127.0.0.1:9000",
        "9000",
    ] {
        refused(&[("SALESFORCE_EGRESS", way)]);
    }
    // Such a proxy leads to one org, and no header of a request says to which.
    refused(&[("SALESFORCE_EGRESS", "http://127.0.0.1:9000"), ("SALESFORCE_ORG_HEADER", "x-org")]);
    assert!(org.requests().is_empty());
}

#[test]
fn a_server_that_is_not_set_up_serves_nobody() {
    let org = Arc::new(Org::demo());
    for environment in [
        &[][..],
        &[("SALESFORCE_MCP_URL", URL)],
        &[("SALESFORCE_MCP_URL", "mcp.example.com"), ("SALESFORCE_DOMAIN", HOST)],
        &[("SALESFORCE_MCP_URL", URL), ("SALESFORCE_DOMAIN", "evil.example")],
        &[("SALESFORCE_MCP_URL", URL), ("SALESFORCE_DOMAIN", HOST), ("SALESFORCE_SETTINGS", "{\"tool\": []}")],
    ] {
        let (response, _) = serve(&org, environment, post("token").body(message("ping", json!({}))).unwrap());
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR, "{environment:?}");
    }
}

#[test]
fn what_goes_wrong_on_the_way_is_told_truthfully() {
    let hour = std::time::Duration::from_secs(3600);
    let update = r#"{"object": "Account", "record": "001dM0000000010QAA", "fields": {"Phone": "1"}}"#;
    let cases = [
        (Effect::Delay(hour), "timeout"),
        (Effect::DropAfter, "unavailable"),
        (Effect::CutBody, "unavailable"),
        (Effect::Oversize(9 * 1024 * 1024), "invalid_input"),
    ];
    for (effect, kind) in cases {
        let call = |tool: &str, arguments: &str, after| {
            let org = Arc::new(Org::demo());
            org.fault(Fault::new(effect.clone()).after(after).times(9));
            let token = org.token("riley");
            call(&org, &token, tool, arguments).0.unwrap_err()
        };
        let error = call("salesforce_find", r#"{"text": "Acme"}"#, 0);
        assert_eq!((&error["kind"], &error["changed"]), (&json!(kind), &json!("no")), "{error:#}");
        assert_eq!(call("salesforce_update", update, 1)["changed"], "unknown", "{effect:?}");
    }
}

#[test]
fn instances_side_by_side_cross_no_replies() {
    let org = Arc::new(Org::demo());
    let names = ["Acme", "Globex", "Initech", "Brightpath"];
    let token = org.token("riley");
    let ask = |name: &str| {
        let soql = format!("SELECT Name FROM Account WHERE Name = '{name}'");
        let (outcome, _) = call(&org, &token, "salesforce_query", &json!({ "soql": soql }).to_string());
        let reply: Value = serde_json::from_str(&outcome.unwrap()).unwrap();
        play::column(&reply, "Name").remove(0)
    };
    std::thread::scope(|scope| {
        let ask = &ask;
        let asked: Vec<_> = names.iter().cycle().take(16).map(|name| (*name, scope.spawn(move || ask(name)))).collect();
        for (name, answer) in asked {
            assert_eq!(answer.join().unwrap(), name);
        }
    });
}

#[test]
fn no_answer_may_be_kept_by_a_cache() {
    let org = Arc::new(Org::demo());
    let (response, _) = serve(&org, ENVIRONMENT, post("token").body(message("ping", json!({}))).unwrap());
    let headers: &HeaderMap = response.headers();
    assert_eq!(headers["cache-control"], "no-store");
    assert!(!headers.contains_key("mcp-session-id"), "no session, so no affinity");
}

#[test]
fn a_call_takes_at_most_a_quarter_more_fuel_than_the_core_alone_or_little_in_all() {
    // What the shortest call leaves the server: to read the message, and to write the reply as text and as structure.
    const LITTLE: u64 = 65_000;
    for (tool, arguments) in [
        ("salesforce_find", r#"{"text": "acme"}"#),
        ("salesforce_get", r#"{"record": "001dM0000000010QAA"}"#),
        ("salesforce_query", r#"{"soql": "SELECT Id, Name, Industry, Phone FROM Account LIMIT 25"}"#),
        ("salesforce_describe", r#"{"object": "Account"}"#),
        ("salesforce_update", r#"{"object": "Account", "record": "Acme", "fields": {"Employees": 500}}"#),
    ] {
        let org = Arc::new(Org::demo());
        let (reply, alone) = example::call(&org, &org.token("riley"), tool, arguments);
        let org = Arc::new(Org::demo());
        let (served, used) = call(&org, &org.token("riley"), tool, arguments);
        println!("{tool}: {} fuel served, {alone} alone", used.fuel);
        assert!(used.fuel <= alone + LITTLE.max(alone / 4), "{tool}: {} of {alone}", used.fuel);
        assert_eq!(served.unwrap(), reply.unwrap(), "the same bytes");
    }
}

#[test]
fn an_answer_says_how_long_it_is_and_a_long_one_comes_whole() {
    let org = Arc::new(Org::demo());
    let (response, _) = serve(&org, ENVIRONMENT, post("token").body(message("tools/list", json!({}))).unwrap());
    let length = response.headers()["content-length"].to_str().unwrap();
    assert_eq!(length, response.body().len().to_string());
    assert!(response.body().len() > 4096, "more than a stream takes in one blocking write");
    assert!(read(&response)["result"]["tools"].is_array());
}
