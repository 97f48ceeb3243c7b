//! The transport a real org is talked to with, over real sockets of this machine and with all that can go wrong there.

use std::io::{BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use demo_org::serve::Server;
use demo_org::{Effect, Fault, Org};
use http::{Method, Request, Response, StatusCode};
use salesforce_host::wire::{CancellationToken, Failure, FailureKind, Https, HttpsOptions, Proxy, RequestLimits};
use salesforce_host::{Connection, Origin, Token, Transport};

use test_support::loopback::{Loopback, head};
use test_support::{HOST, TOKEN, demo};

const PLENTY: RequestLimits = RequestLimits { timeout: Duration::from_secs(60), max_response_bytes: 1024 * 1024 };
const LIMITS: &str = "/services/data/v65.0/limits";
const ACCOUNTS: &str = "/services/data/v65.0/sobjects/Account";

fn request(method: Method, url: &str, token: &str) -> Request<Vec<u8>> {
    Request::builder()
        .method(method)
        .uri(url)
        .header("authorization", format!("Bearer {token}"))
        .extension(PLENTY)
        .body(Vec::new())
        .unwrap()
}

/// A client that repeats without waiting, and passes through no proxy of whoever runs the tests.
fn options() -> HttpsOptions {
    HttpsOptions { pause: Duration::ZERO, proxy: None, ..HttpsOptions::default() }
}

fn get(url: &str, token: &str) -> Result<Response<Vec<u8>>, Failure> {
    Https::with(options()).send(request(Method::GET, url, token))
}

/// The demo org behind a socket.
fn served() -> (Arc<Org>, Server, String) {
    let org = Arc::new(Org::demo());
    let server = Server::start(Arc::clone(&org), 0).unwrap();
    let token = org.token("riley");
    (org, server, token)
}

/// The kind of a failure, and whether the request may have left.
#[track_caller]
fn failed(outcome: Result<Response<Vec<u8>>, Failure>) -> (FailureKind, bool) {
    let failure = outcome.unwrap_err();
    (failure.kind, failure.request_sent)
}

#[test]
fn a_served_org_answers_the_same_as_one_in_the_process() {
    let (org, server, token) = served();
    let origin = Origin::parse(&server.origin()).unwrap();
    let token = Token::new(&token).unwrap();
    let served = HOST.session(Connection::new(origin, token, Https::new()));
    let near = HOST.session(demo(&org, "riley"));
    let list = r#"{"soql": "SELECT * FROM Account"}"#;
    assert_eq!(served.call_json("salesforce_query", list).unwrap(), near.call_json("salesforce_query", list).unwrap());
    let update = r#"{"record": "Acme", "object": "Account", "fields": {"Employees": 500}, "from": {"Employees": 100}}"#;
    assert!(served.call_json("salesforce_update", update).unwrap().contains(r#""after":500"#));
}

#[test]
fn users_who_call_at_once_see_their_own_org_only() {
    let users: Vec<_> = (0..8)
        .map(|number| {
            let (org, server, token) = served();
            let marker = format!("Marker{number:03}");
            org.set(&org.id("acme").unwrap(), "Name", format!("{marker} Works"));
            let origin = Origin::parse(&server.origin()).unwrap();
            let connection = Connection::new(origin, Token::new(&token).unwrap(), Https::with(options()));
            (marker, server, HOST.session(connection))
        })
        .collect();
    thread::scope(|scope| {
        for (marker, _, session) in &users {
            scope.spawn(move || {
                for _ in 0..3 {
                    let reply = session.call_json("salesforce_find", r#"{"text": "Marker"}"#).unwrap();
                    assert!(reply.contains(marker), "{reply}");
                    assert_eq!(reply.matches("Marker").count(), reply.matches(marker).count(), "{reply}");
                }
            });
        }
    });
}

#[test]
fn a_redirect_is_not_followed() {
    let (org, server, token) = served();
    org.fault(Fault::new(Effect::Redirect(format!("{}/services/data", server.origin()))));
    let response = get(&format!("{}{LIMITS}", server.origin()), &token).unwrap();
    assert_eq!(response.status(), StatusCode::FOUND);
    assert_eq!(org.requests().len(), 1);
}

#[test]
fn a_read_is_sent_again_when_the_edge_is_overloaded_or_the_connection_breaks() {
    let (org, server, token) = served();
    for fault in [
        Fault::html_503().times(2),
        Fault::server_unavailable(),
        Fault::new(Effect::DropBefore),
        Fault::new(Effect::DropAfter),
        Fault::new(Effect::CutBody),
    ] {
        org.fault(fault.clone());
        let response = get(&format!("{}{LIMITS}", server.origin()), &token).unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{fault:?}");
        assert!(serde_json::from_slice::<serde_json::Value>(response.body()).is_ok(), "{fault:?}");
    }
    assert_eq!(org.requests().len(), 3 + 4 * 2);
}

#[test]
fn a_write_that_may_have_left_is_never_sent_again() {
    let (org, server, token) = served();
    for method in [Method::POST, Method::PATCH, Method::DELETE] {
        for fault in [Effect::DropBefore, Effect::DropAfter, Effect::CutBody].map(Fault::new) {
            let before = org.requests().len();
            org.fault(fault.clone());
            let outcome =
                Https::with(options()).send(request(method.clone(), &format!("{}{ACCOUNTS}", server.origin()), &token));
            assert_eq!(failed(outcome), (FailureKind::Unreachable, true), "{method} {fault:?}");
            assert_eq!(org.requests().len(), before + 1, "{method} {fault:?}");
        }
        let before = org.requests().len();
        org.fault(Fault::html_503());
        let answer =
            Https::with(options()).send(request(method.clone(), &format!("{}{ACCOUNTS}", server.origin()), &token));
        assert_eq!((answer.unwrap().status().as_u16(), org.requests().len()), (503, before + 1), "{method}");
    }
}

#[test]
fn a_read_is_repeated_twice_and_a_connection_repeats_no_more_than_its_budget() {
    let (org, server, token) = served();
    org.fault(Fault::html_503().times(u32::MAX));
    let url = format!("{}{LIMITS}", server.origin());
    let https = Https::with(options());
    assert_eq!(https.send(request(Method::GET, &url, &token)).unwrap().status(), 503);
    assert_eq!(org.requests().len(), 3);
    // Eight of the ten repetitions are left, whoever has a share in the client.
    for _ in 0..20 {
        assert_eq!(https.clone().send(request(Method::GET, &url, &token)).unwrap().status(), 503);
    }
    assert_eq!(org.requests().len(), 3 + 20 + 8);
}

#[test]
fn an_edge_that_asks_to_wait_longer_than_the_call_may_last_is_not_asked_again() {
    for (wait, times) in [("3600", 1), ("0", 3)] {
        let (sender, seen) = mpsc::channel();
        let answer = format!("HTTP/1.1 503 Service Unavailable\r\nretry-after: {wait}\r\ncontent-length: 0\r\n\r\n");
        let server = Loopback::start(move |stream, _| {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            while let Some(head) = head(&mut reader) {
                sender.send(head).unwrap();
                (&stream).write_all(answer.as_bytes()).unwrap();
            }
        });
        assert_eq!(get(&format!("{}{LIMITS}", server.origin()), TOKEN).unwrap().status(), 503);
        assert_eq!(seen.try_iter().count(), times, "{wait}");
    }
}

#[test]
fn what_never_left_is_sent_again_even_when_it_writes() {
    // The connection stands and TLS does not, for the server says nothing.
    let silent = Loopback::start(|stream, _| {
        thread::park();
        drop(stream);
    });
    let options = HttpsOptions { connect_timeout: Duration::from_millis(50), ..options() };
    let url = format!("https://{}{ACCOUNTS}", silent.address);
    let outcome = Https::with(options).send(request(Method::POST, &url, TOKEN));
    assert_eq!(failed(outcome), (FailureKind::Timeout, false));
    assert_eq!(silent.accepted(), 3);
}

#[test]
fn a_connection_that_is_refused_has_sent_nothing() {
    let (_, server, token) = served();
    let url = format!("{}{ACCOUNTS}", server.origin());
    drop(server);
    for method in [Method::GET, Method::POST] {
        let outcome = Https::with(options()).send(request(method, &url, &token));
        assert_eq!(failed(outcome), (FailureKind::Unreachable, false));
    }
}

#[test]
fn a_failure_after_one_that_was_sent_says_it_was_sent() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}{LIMITS}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        // From here on connections are refused; then this one breaks, with the request in it.
        drop(listener);
        head(&mut BufReader::new(stream))
    });
    assert_eq!(failed(get(&url, TOKEN)), (FailureKind::Unreachable, true));
    assert!(server.join().unwrap().is_some());
}

#[test]
fn an_answer_that_does_not_come_in_time_is_a_timeout() {
    let (org, server, token) = served();
    org.fault(Fault::new(Effect::Delay(Duration::from_secs(2))));
    let mut request = request(Method::GET, &format!("{}{LIMITS}", server.origin()), &token);
    request.extensions_mut().insert(RequestLimits { timeout: Duration::from_millis(50), ..PLENTY });
    assert_eq!(failed(Https::with(options()).send(request)), (FailureKind::Timeout, true));
    assert_eq!(org.requests().len(), 1);
}

#[test]
fn a_body_that_trickles_is_held_to_the_deadline_too() {
    let server = Loopback::start(|stream, _| {
        head(&mut BufReader::new(stream.try_clone().unwrap()));
        (&stream).write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{").unwrap();
        thread::park();
    });
    let mut request = request(Method::GET, &format!("{}{LIMITS}", server.origin()), TOKEN);
    request.extensions_mut().insert(RequestLimits { timeout: Duration::from_millis(100), ..PLENTY });
    assert_eq!(failed(Https::with(options()).send(request)), (FailureKind::Timeout, true));
}

#[test]
fn a_body_beyond_the_limit_is_not_read_to_its_end() {
    let (org, server, token) = served();
    org.fault(Fault::new(Effect::Oversize(200_000)));
    let mut request = request(Method::GET, &format!("{}{LIMITS}", server.origin()), &token);
    request.extensions_mut().insert(RequestLimits { max_response_bytes: 100_000, ..PLENTY });
    assert_eq!(failed(Https::with(options()).send(request)), (FailureKind::TooLarge, true));
    assert_eq!(org.requests().len(), 1);
}

/// A response with a gzipped body.
fn gzipped(body: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(body).unwrap();
    let body = gzip.finish().unwrap();
    let mut response =
        format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes();
    response.extend_from_slice(&body);
    response
}

#[test]
fn gzip_is_undone_and_its_limit_is_what_comes_out_of_it() {
    let server = Loopback::answering(gzipped(br#"{"a": 1}"#));
    let response = get(&format!("{}{LIMITS}", server.origin()), TOKEN).unwrap();
    assert_eq!((response.body().as_slice(), response.headers().get("content-encoding")), (&br#"{"a": 1}"#[..], None));

    let bomb = gzipped(&vec![b' '; 20 * 1024 * 1024]);
    assert!(bomb.len() < 50_000, "{}", bomb.len());
    let server = Loopback::answering(bomb);
    assert_eq!(failed(get(&format!("{}{LIMITS}", server.origin()), TOKEN)), (FailureKind::TooLarge, true));
}

#[test]
fn a_connection_is_kept_for_the_next_request_and_a_stale_one_is_replaced() {
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
    let server = Loopback::answering(answer.to_vec());
    let https = Https::with(options());
    let url = format!("{}{LIMITS}", server.origin());
    for _ in 0..10 {
        https.send(request(Method::GET, &url, TOKEN)).unwrap();
    }
    assert_eq!(server.accepted(), 1);

    // Each connection is good for one request, which the client can't know.
    let server = Loopback::start(|stream, _| {
        head(&mut BufReader::new(stream.try_clone().unwrap()));
        (&stream).write_all(answer).unwrap();
    });
    let url = format!("{}{LIMITS}", server.origin());
    for _ in 0..5 {
        assert_eq!(https.send(request(Method::GET, &url, TOKEN)).unwrap().status(), 200);
    }
    assert_eq!(server.accepted(), 5);
}

#[test]
fn http_2_carries_many_requests_at_once_over_one_connection() {
    let (server, root) = Loopback::secure();
    let https = Https::with(HttpsOptions { roots: vec![root], ..options() });
    let url = |path: &str| format!("https://localhost:{}/services/{path}", server.address.port());
    let first = https.send(request(Method::GET, &url("first"), TOKEN)).unwrap();
    assert_eq!((first.version(), first.body().as_slice()), (http::Version::HTTP_2, &b"/services/first"[..]));
    thread::scope(|scope| {
        for number in 0..20 {
            let (https, url) = (&https, &url);
            scope.spawn(move || {
                let path = number.to_string();
                let answer = https.send(request(Method::POST, &url(&path), TOKEN)).unwrap();
                assert_eq!(answer.body(), format!("/services/{path}").as_bytes());
            });
        }
    });
    assert_eq!(server.accepted(), 1);
}

#[test]
fn a_certificate_nobody_vouches_for_gets_no_request_and_no_second_try() {
    let (server, root) = Loopback::secure();
    let url = format!("https://localhost:{}{LIMITS}", server.address.port());
    assert_eq!(failed(get(&url, TOKEN)), (FailureKind::Unreachable, false));
    assert_eq!(server.accepted(), 1);
    // Nor does one for another name.
    let https = Https::with(HttpsOptions { roots: vec![root], ..options() });
    let url = format!("https://{}{LIMITS}", server.address);
    assert_eq!(failed(https.send(request(Method::GET, &url, TOKEN))), (FailureKind::Unreachable, false));
    assert_eq!(server.accepted(), 2);
}

#[test]
fn a_proxy_tunnels_https_without_seeing_the_token_and_no_proxy_goes_round_it() {
    let (server, root) = Loopback::secure();
    let (sender, asked) = mpsc::channel();
    let proxy = Loopback::proxy(sender);
    let https = |except: &str| {
        let proxy = Proxy::of(|name| match name {
            "HTTPS_PROXY" => Some(proxy.origin()),
            "NO_PROXY" => Some(except.to_owned()),
            _ => None,
        });
        Https::with(HttpsOptions { roots: vec![root.clone()], proxy, ..options() })
    };
    let url = format!("https://localhost:{}{LIMITS}", server.address.port());
    assert_eq!(https("other.example").send(request(Method::GET, &url, TOKEN)).unwrap().status(), 200);
    let seen = asked.recv().unwrap();
    assert!(seen.starts_with(&format!("CONNECT localhost:{} HTTP/1.1\r\n", server.address.port())), "{seen}");
    assert!(!seen.to_ascii_lowercase().contains("authorization"), "{seen}");

    assert_eq!(https("localhost").send(request(Method::GET, &url, TOKEN)).unwrap().status(), 200);
    assert_eq!((proxy.accepted(), server.accepted()), (1, 2));
}

#[test]
fn a_broken_proxy_url_fails_each_request_and_is_not_repeated_in_the_message() {
    let proxy = Proxy::of(|name| (name == "HTTPS_PROXY").then(|| "http://me:hunter2@[".to_owned()));
    let https = Https::with(HttpsOptions { proxy, ..options() });
    let failure = https.send(request(Method::GET, "https://localhost/services/data", TOKEN)).unwrap_err();
    assert!(!failure.request_sent);
    let detail = failure.detail.unwrap();
    assert!(detail.contains("HTTPS_PROXY") && !detail.contains("hunter2"), "{detail}");
}

#[test]
fn a_request_can_be_stopped_from_another_thread() {
    let (sender, arrived) = mpsc::channel();
    let server = Loopback::start(move |stream: TcpStream, _| {
        let mut reader = BufReader::new(stream);
        sender.send(head(&mut reader)).unwrap();
        thread::park();
    });
    let cancel = CancellationToken::new();
    let mut first = request(Method::POST, &format!("{}{ACCOUNTS}", server.origin()), TOKEN);
    first.extensions_mut().insert(cancel.clone());
    let second = first.clone();
    let waiting = thread::spawn(move || Https::with(options()).send(first));
    arrived.recv().unwrap();
    cancel.cancel();
    assert_eq!(failed(waiting.join().unwrap()), (FailureKind::Cancelled, true));
    // What is stopped before it begins does not begin.
    assert_eq!(failed(Https::with(options()).send(second)), (FailureKind::Cancelled, false));
    assert_eq!(server.accepted(), 1);
}

#[test]
fn a_request_can_be_made_on_a_thread_of_the_callers_own_runtime() {
    let server = Loopback::answering(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let answer = runtime.block_on(async { get(&format!("{}{LIMITS}", server.origin()), TOKEN) });
    assert_eq!(answer.unwrap().status(), 200);
}
