//! Measures what a platform pays: bytes, time, fuel, memory and tokens. Run it in release, on a quiet machine:
//! `cargo bench -p salesforce-plugin-cli --bench figures`.

// A failed measurement stops the program: there is nobody to hand an error to.
#![allow(clippy::expect_used, clippy::unwrap_used)]

#[path = "../tests/fuel/calls.rs"]
mod calls;

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use calls::Call;
use demo_org::Org;
use demo_org::serve::Server;
use salesforce_host::types::Tool;
use salesforce_host::wire::{Https, RequestLimits};
use salesforce_host::{COMPONENT, Connection, Host, Limits, MACHINE_CODE, Origin, Session, Token, Transport as _};
use test_support::demo;

fn main() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(COMPONENT).unwrap();
    let gzipped = gzip.finish().unwrap().len();
    println!("component                    {} bytes, {gzipped} gzipped", COMPONENT.len());

    println!("machine code                 {} bytes", MACHINE_CODE.len());
    let host = Host::new(Limits::default()).unwrap();
    println!("load                         {}", shown(median(50, || Host::new(Limits::default()).unwrap())));

    mcp("the demo org", &["mcp", "--demo"]);
    // Nothing is sent to an org before a tool is called.
    mcp("an org", &["mcp", "--org", "https://acme.my.salesforce.com"]);

    let session = instant(&host, GET);
    // To read an address takes next to nothing of a guest.
    let alone = median(2_000, || host.origin("acme.my.salesforce.com").unwrap());
    let get = median(2_000, || session.call_json(GET.0, GET.1).unwrap());
    println!("instantiate + an address     {}", shown(alone));
    println!("instantiate + instructions   {}", shown(median(500, || session.instructions().unwrap())));
    println!(
        "instantiate + get, no wire   {}: {:.2} × the address",
        shown(get),
        get.as_secs_f64() / alone.as_secs_f64()
    );

    overhead(&host);

    println!("\ncall                         cache  fuel        memory     requests  reply");
    calls::each(|Call { what, cache, usage, reply }| {
        println!(
            "{what:<28} {cache:<5} {:>7.2} M {:>8} kB {:>9}  {} bytes",
            usage.fuel.unwrap_or_default() as f64 / 1e6,
            usage.memory_bytes / 1024,
            usage.requests,
            reply.len()
        );
    });

    let org = Arc::new(Org::demo());
    let (connection, transcript) = demo(&org, "admin").recorded();
    let reply = host.session(connection).call_json(LIST.0, LIST.1).unwrap();
    let raw: usize = transcript.take().into_iter().map(|exchange| exchange.outcome.unwrap().body.len()).sum();
    println!("\nlist of 25 rows              {:.0} % of the raw reply", reply.len() as f64 * 100.0 / raw as f64);

    for (rows, query) in [("25", LIST), ("500", READINGS)] {
        let reply = host.session(demo(&org, "admin")).call_json(query.0, query.1).unwrap();
        println!(
            "list of {rows:<3} rows, structure  {:.2} × the same as CSV",
            reply.len() as f64 / as_csv(&reply) as f64
        );
    }

    let tokens = |text: &str| tiktoken_rs::o200k_base_singleton().encode_ordinary(text).len();
    let definition = |tool: &Tool| tokens(&tool.name) + tokens(&tool.description) + tokens(&tool.input_schema);
    let tools = session.tools().unwrap();
    println!("definitions of {} tools       {} tokens", tools.len(), tools.iter().map(definition).sum::<usize>());
    println!("instructions                 {} tokens", tokens(&session.instructions().unwrap()));
}

const GET: (&str, &str) = ("salesforce_get", r#"{"record": "001dM0000000010QAA"}"#);
const LIST: (&str, &str) = ("salesforce_query", r#"{"soql": "SELECT * FROM Account"}"#);

const READINGS: (&str, &str) = (
    "salesforce_query",
    r#"{"soql": "SELECT Name, Account__c, Value__c, CreatedDate FROM Meter_Reading__c", "limit": 500}"#,
);

/// Bytes of a reply's columns and rows as CSV, with quotes only where a text needs them.
fn as_csv(reply: &str) -> usize {
    let reply: serde_json::Value = serde_json::from_str(reply).unwrap();
    let cell = |cell: &serde_json::Value| match cell {
        serde_json::Value::Null => 0,
        serde_json::Value::String(text) if text.contains([',', '"', '\n']) => text.replace('"', "\"\"").len() + 2,
        serde_json::Value::String(text) => text.len(),
        other => other.to_string().len(),
    };
    let line = |cells: &serde_json::Value| cells.as_array().unwrap().iter().map(|one| cell(one) + 1).sum::<usize>();
    line(&reply["columns"]) + reply["rows"].as_array().unwrap().iter().map(line).sum::<usize>()
}

/// What a client of `salesforce-plugin mcp` waits for the tools, and what the server then keeps in memory: of its own,
/// and of files, which processes share.
fn mcp(whose: &str, arguments: &[&str]) {
    let resident = std::cell::Cell::new(None);
    let start = median(20, || {
        let mut server = Command::new(env!("CARGO_BIN_EXE_salesforce-plugin"));
        let server =
            server.args(arguments).env("SALESFORCE_ACCESS_TOKEN", "00DdM0000000001!figures").stdin(Stdio::piped());
        let mut server = server.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut say = server.stdin.take().unwrap();
        for message in [
            r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"figures","version":"1"}}}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
            r#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#,
        ] {
            writeln!(say, "{message}").unwrap();
        }
        let answers = BufReader::new(server.stdout.take().unwrap()).lines().take(2).last().unwrap().unwrap();
        assert!(answers.contains("salesforce_find"));
        let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap_or_default();
        let size =
            |name: &str| status.lines().find_map(|line| Some(line.strip_prefix(name)?.trim_start_matches(':').trim()));
        let sizes = ["VmRSS", "RssAnon", "RssFile"].map(|name| size(name).unwrap_or("unknown").to_owned());
        resident.set(Some(sizes));
        drop(say);
        server.wait().unwrap();
    });
    let [resident, own, shared] = resident.take().unwrap();
    println!(
        "mcp of {whose}: start to tools/list {}, then resident {resident}: {own} of its own, {shared} of files",
        shown(start)
    );
}

/// A call to the demo org over loopback, and the one request it makes without the plugin around it.
fn overhead(host: &Host) {
    let org = Arc::new(Org::demo());
    let server = Server::start(Arc::clone(&org), 0).unwrap();
    let origin = Origin::parse(&server.origin()).unwrap();
    let secret = org.token("admin");
    let token = Token::new(&secret).unwrap();
    let (connection, transcript) = Connection::new(origin.clone(), token, Https::new()).recorded();
    let session = host.session(connection);
    session.call_json(GET.0, GET.1).unwrap();
    let path = transcript.take().pop().unwrap().path;
    let transport = Https::new();
    let bare = median(500, || {
        let request = http::Request::get(format!("{origin}{path}"))
            .header(http::header::AUTHORIZATION, format!("Bearer {secret}"))
            .extension(RequestLimits { timeout: Duration::from_secs(10), max_response_bytes: 1 << 20 });
        transport.send(request.body(Vec::new()).unwrap()).unwrap()
    });
    let call = median(500, || session.call_json(GET.0, GET.1).unwrap());
    println!("get over loopback            {}, of which the request alone {}", shown(call), shown(bare));
}

/// A session whose org answers at once with what the demo org once answered.
fn instant(host: &Host, (tool, arguments): (&str, &str)) -> Session {
    let org = Arc::new(Org::demo());
    let (connection, transcript) = demo(&org, "admin").recorded();
    let origin = connection.origin().clone();
    host.session(connection).call_json(tool, arguments).unwrap();
    let body = transcript.take().pop().unwrap().outcome.unwrap().body;
    let token = Token::new(&org.token("admin")).unwrap();
    host.session(Connection::new(origin, token, move |_: http::Request<Vec<u8>>| {
        Ok(http::Response::new(body.clone().into_bytes()))
    }))
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let done = work();
    (done, start.elapsed())
}

fn median<T>(times: usize, work: impl Fn() -> T) -> Duration {
    let mut took: Vec<_> = (0..times).map(|_| timed(&work).1).collect();
    took.sort();
    took[times / 2]
}

fn shown(duration: Duration) -> String {
    format!("{:.3} ms", duration.as_secs_f64() * 1e3)
}
