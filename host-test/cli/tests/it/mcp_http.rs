//! Over HTTP nobody gets in without the key, through a browser, or from another machine.

use std::sync::Arc;

use demo_org::Org;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use salesforce_host::{Connection, Token};
use salesforce_plugin_cli::mcp::http::{HttpLimits, HttpServer, random_text};
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::mcp::{hire, riley, server};

const KEY: &str = "a-key-for-one-run-of-the-tests";

/// Serves a connection, and returns where.
async fn serve(connection: Connection) -> String {
    let listening = HttpServer::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let url = listening.url();
    let (server, _) = server(connection, None);
    tokio::spawn(listening.serve(server, Token::new(KEY).unwrap()));
    url
}

fn request(url: &str) -> http::request::Builder {
    Request::post(url)
        .header("host", url.parse::<http::Uri>().unwrap().authority().unwrap().as_str())
        .header("authorization", format!("Bearer {KEY}"))
        .header("accept", "application/json, text/event-stream")
        .header("content-type", "application/json")
}

async fn send(request: http::request::Builder, body: &Value) -> Response<Bytes> {
    let request = request.body(Full::new(Bytes::from(body.to_string()))).unwrap();
    let authority = request.uri().authority().unwrap().as_str();
    let stream = TokioIo::new(TcpStream::connect(authority).await.unwrap());
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    let (parts, body) = sender.send_request(request).await.unwrap().into_parts();
    Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
}

fn hello() -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"},
    }})
}

/// The messages of a response, which is a stream of events.
fn messages(response: &Response<Bytes>) -> Vec<Value> {
    assert_eq!(response.status(), StatusCode::OK, "{:?}", response.body());
    let text = std::str::from_utf8(response.body()).unwrap();
    let events = text.lines().filter_map(|line| line.strip_prefix("data:"));
    events.filter(|event| !event.trim().is_empty()).map(|event| serde_json::from_str(event).unwrap()).collect()
}

/// A client's session.
struct Session {
    url: String,
    id: String,
}

impl Session {
    async fn start(url: &str) -> Self {
        let response = send(request(url), &hello()).await;
        assert_eq!(messages(&response)[0]["result"]["protocolVersion"], "2025-06-18");
        let id = response.headers()["mcp-session-id"].to_str().unwrap().to_owned();
        let session = Self { url: url.to_owned(), id };
        let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        assert_eq!(send(session.request(), &ready).await.status(), StatusCode::ACCEPTED);
        session
    }

    fn request(&self) -> http::request::Builder {
        request(&self.url).header("mcp-session-id", &self.id).header("mcp-protocol-version", "2025-06-18")
    }

    async fn call(&self, tool: &str, arguments: Value) -> Vec<Value> {
        let params = json!({"name": tool, "arguments": arguments});
        let call = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": params});
        messages(&send(self.request(), &call).await)
    }
}

#[tokio::test]
async fn two_sessions_list_and_call_side_by_side() {
    let org = Arc::new(Org::demo());
    let url = serve(riley(&org)).await;
    let (one, other) = tokio::join!(Session::start(&url), Session::start(&url));
    assert_ne!(one.id, other.id);
    for session in [&one, &other] {
        let list = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"});
        let tools = messages(&send(session.request(), &list).await);
        assert!(tools[0]["result"]["tools"].as_array().unwrap().len() > 3);
    }
    let list = || json!({"soql": "SELECT * FROM Account", "limit": 1});
    let (one, other) = tokio::join!(one.call("salesforce_query", list()), other.call("salesforce_query", list()));
    // Nobody asked to hear of progress.
    assert_eq!((one.len(), other.len()), (1, 1));
    assert_eq!(one[0]["result"]["content"], other[0]["result"]["content"]);
    assert_eq!(one[0]["result"]["isError"], false);
}

#[tokio::test]
async fn progress_comes_before_the_result_to_whoever_asked_for_it() {
    let session = Session::start(&serve(riley(&Arc::new(Org::demo()))).await).await;
    let params = json!({"name": "salesforce_update", "arguments": hire(), "_meta": {"progressToken": "mine"}});
    let call = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": params});
    let messages = messages(&send(session.request(), &call).await);
    let [first, second, result] = messages.as_slice() else { panic!("{messages:?}") };
    for (progress, requests) in [(first, 1.0), (second, 2.0)] {
        assert_eq!(progress["method"], "notifications/progress");
        assert_eq!(progress["params"]["progressToken"], "mine");
        assert_eq!(progress["params"]["progress"].as_f64(), Some(requests));
    }
    assert_eq!(result["result"]["isError"], false, "{result}");
}

#[tokio::test]
async fn without_the_key_nobody_gets_in() {
    let url = serve(riley(&Arc::new(Org::demo()))).await;
    let bare = || Request::post(&url).header("host", url.parse::<http::Uri>().unwrap().authority().unwrap().as_str());
    for wrong in [
        bare(),
        bare().header("authorization", "Bearer "),
        bare().header("authorization", KEY),
        bare().header("authorization", format!("Basic {KEY}")),
        bare().header("authorization", format!("Bearer {}", &KEY[1..])),
        bare().header("authorization", format!("Bearer {KEY}x")),
        bare().header("authorization", format!("Bearer {}", KEY.to_uppercase())),
        bare().header("authorization", format!("Bearer {KEY}")).header("authorization", "Bearer another"),
    ] {
        let wrong =
            wrong.header("accept", "application/json, text/event-stream").header("content-type", "application/json");
        let response = send(wrong, &hello()).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(response.headers()["www-authenticate"], "Bearer");
        assert!(!response.headers().contains_key("mcp-session-id"));
    }
}

#[tokio::test]
async fn a_page_in_the_persons_browser_gets_nowhere_even_with_the_key() {
    let url = serve(riley(&Arc::new(Org::demo()))).await;
    let port = url.parse::<http::Uri>().unwrap().port_u16().unwrap();
    for origin in [
        "https://evil.example".to_owned(),
        format!("http://evil.example:{port}"),
        format!("https://127.0.0.1:{port}"),
        format!("http://localhost:{}", port ^ 1),
        "http://localhost.evil.example".to_owned(),
        "null".to_owned(),
    ] {
        let response = send(request(&url).header("origin", &origin), &hello()).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{origin}");
    }
    for host in ["evil.example", &format!("evil.example:{port}"), "127.0.0.1.evil.example", "127.0.0.1:1", "10.0.0.1"] {
        let rebound = Request::post(&url)
            .header("host", host)
            .header("authorization", format!("Bearer {KEY}"))
            .header("accept", "application/json, text/event-stream")
            .header("content-type", "application/json");
        assert_eq!(send(rebound, &hello()).await.status(), StatusCode::FORBIDDEN, "{host}");
    }
    let own = format!("http://127.0.0.1:{port}");
    assert_eq!(send(request(&url).header("origin", own), &hello()).await.status(), StatusCode::OK);
}

/// Whether the server has closed a connection, waiting until it says something.
async fn is_closed(mut stream: TcpStream) -> bool {
    let mut answer = Vec::new();
    // What is left of an answer does not matter; the end does.
    tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut answer).await.is_ok_and(|_| true) || answer.is_empty()
}

#[tokio::test]
async fn connections_that_only_wait_keep_no_client_out() {
    let listening = HttpServer::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let limits = HttpLimits { connections: 4, ..HttpLimits::default() };
    let url = listening.url();
    let (server, _) = server(riley(&Arc::new(Org::demo())), None);
    tokio::spawn(listening.with_limits(limits).serve(server, Token::new(KEY).unwrap()));
    let authority = url.parse::<http::Uri>().unwrap().authority().unwrap().to_string();
    let session = Session::start(&url).await;
    let mut idle = Vec::new();
    for number in 0..40 {
        let mut stream = TcpStream::connect(&authority).await.unwrap();
        if number % 2 == 0 {
            // Some begin a request, with a key that is none.
            tokio::io::AsyncWriteExt::write_all(&mut stream, b"POST /mcp HTTP/1.1\r\nauthorization: Bea")
                .await
                .unwrap();
        }
        idle.push(stream);
        if number % 10 == 9 {
            let list = session.call("salesforce_query", json!({"soql": "SELECT * FROM Account", "limit": 1})).await;
            assert_eq!(list[0]["result"]["isError"], false);
        }
    }
    // The oldest had to go.
    let newest = idle.split_off(38);
    for stream in idle.drain(..20) {
        assert!(is_closed(stream).await);
    }
    drop(newest);
}

#[tokio::test]
async fn headers_that_do_not_come_end_the_connection() {
    let listening = HttpServer::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    assert_eq!(HttpLimits::default().headers, std::time::Duration::from_secs(5));
    let limits = HttpLimits { headers: std::time::Duration::from_millis(20), ..HttpLimits::default() };
    let url = listening.url();
    let (server, _) = server(riley(&Arc::new(Org::demo())), None);
    tokio::spawn(listening.with_limits(limits).serve(server, Token::new(KEY).unwrap()));
    let authority = url.parse::<http::Uri>().unwrap().authority().unwrap().to_string();
    for begin in ["", "POST /mcp HTTP/1.1\r\n", "POST /mcp HTTP/1.1\r\nhost: a\r\nx-slow: "] {
        let mut stream = TcpStream::connect(&authority).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, begin.as_bytes()).await.unwrap();
        assert!(is_closed(stream).await, "{begin:?}");
    }
}

#[tokio::test]
async fn a_session_nobody_started_and_a_path_nobody_serves_are_not_found() {
    let url = serve(riley(&Arc::new(Org::demo()))).await;
    let list = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"});
    let stranger = request(&url).header("mcp-session-id", "made-up").header("mcp-protocol-version", "2025-06-18");
    assert_eq!(send(stranger, &list).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(send(request(&url.replace("/mcp", "/")), &list).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_address_others_can_reach_is_not_served() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let error = HttpServer::bind(address.parse().unwrap()).await.unwrap_err();
        assert!(error.to_string().contains("loopback"), "{error}");
    }
}

#[test]
fn every_run_has_a_key_of_its_own() {
    let (one, other) = (random_text().unwrap(), random_text().unwrap());
    assert_ne!(one, other);
    assert!(one.len() >= 43 && Token::new(&one).is_ok(), "{one}");
}
