//! Many users at once, each on an org of their own behind a socket: throughput, latency, and that nothing crosses.
//! Run it on a quiet machine: `cargo bench -p salesforce-host --bench load`.

// A failed measurement stops the program: there is nobody to hand an error to.
#![allow(clippy::panic, clippy::unwrap_used)]

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use demo_org::Org;
use demo_org::serve::Server;
use salesforce_host::wire::Https;
use salesforce_host::{Connection, Host, Limits, Origin, Session, Token};
use serde_json::json;

const USERS: u32 = 100;
const CALLS: usize = 10;

/// One user with an org that knows a word no other knows.
struct User {
    marker: String,
    record: String,
    session: Session,
    _server: Server,
}

fn main() {
    let host = Host::new(Limits { calls: USERS, ..Limits::default() }).unwrap();
    let users: Vec<User> = (0..USERS).map(|number| user(&host, number)).collect();
    let before = resident();
    // One call each first: connections stand and objects are described, as on any day but the first.
    round("cold", &users, 1);
    round("warm", &users, CALLS);
    if let (Some(before), Some(after)) = (before, resident()) {
        println!(
            "resident memory: {} MB with the {USERS} demo orgs alone, {} MB after the calls",
            before / 1024,
            after / 1024
        );
    }
}

fn user(host: &Host, number: u32) -> User {
    let marker = format!("Marker{number:03}");
    let org = Arc::new(Org::demo());
    let record = org.id("acme").unwrap();
    org.set(&record, "Name", format!("{marker} Works"));
    let token = Token::new(&org.token("riley")).unwrap();
    let server = Server::start(org, 0).unwrap();
    let origin = Origin::parse(&server.origin()).unwrap();
    let session = host.session(Connection::new(origin, token, Https::new()));
    User { marker, record: record.to_string(), session, _server: server }
}

/// Has all users make their calls at the same time.
fn round(what: &str, users: &[User], calls: usize) {
    let start = Barrier::new(users.len() + 1);
    let (took, elapsed) = thread::scope(|scope| {
        let working: Vec<_> = users
            .iter()
            .map(|user| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    (0..calls).map(|number| call(user, number)).collect::<Vec<Duration>>()
                })
            })
            .collect();
        // Before the others are let go: this thread may be the last to run again.
        let began = Instant::now();
        start.wait();
        let took: Vec<Duration> = working.into_iter().flat_map(|user| user.join().unwrap()).collect();
        (took, began.elapsed())
    });
    report(what, took, elapsed);
}

fn report(what: &str, mut took: Vec<Duration>, elapsed: Duration) {
    took.sort();
    let at = |percent: usize| took[(took.len() * percent / 100).min(took.len() - 1)].as_secs_f64() * 1e3;
    println!(
        "{what}: {} calls of {USERS} users at once in {:.2} s, {:.0} a second; p50 {:.1} ms, p99 {:.1} ms, nothing crossed",
        took.len(),
        elapsed.as_secs_f64(),
        took.len() as f64 / elapsed.as_secs_f64(),
        at(50),
        at(99),
    );
}

/// One call, whose reply must show the user's own marker and nobody else's.
fn call(user: &User, number: usize) -> Duration {
    let User { marker, record, session, .. } = user;
    let (tool, arguments) = match number % 4 {
        0 => ("salesforce_find", json!({"text": marker})),
        1 => ("salesforce_get", json!({"record": record})),
        2 => ("salesforce_query", json!({"soql": "SELECT Name FROM Account WHERE Name LIKE '%Marker%'"})),
        _ => ("salesforce_update", json!({"record": record, "fields": {"Description": format!("{marker}, {number}")}})),
    };
    let began = Instant::now();
    let reply = session.call_json(tool, &arguments.to_string());
    let took = began.elapsed();
    let reply = reply.unwrap_or_else(|error| panic!("{marker}: {tool}: {error}"));
    assert!(reply.contains(marker), "{marker} is missing in {reply}");
    assert_eq!(reply.matches("Marker").count(), reply.matches(marker).count(), "{marker} sees another's: {reply}");
    took
}

/// Resident memory of this process in kB, where the system tells.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}
