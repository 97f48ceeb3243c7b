//! Many users at once, each on an org of their own: throughput, latency, and that nothing crosses. First the orgs are demo
//! orgs behind a socket, which take most of the time; then what they answered is answered again at once, so that what is
//! left is the platform's own share. Run it on a quiet machine: `cargo bench -p salesforce-host --bench load`.

// A failed measurement stops the program: there is nobody to hand an error to.
#![allow(clippy::panic, clippy::unwrap_used)]

use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use demo_org::Org;
use demo_org::serve::Server;
use salesforce_host::wire::Https;
use salesforce_host::{Connection, Host, Limits, Origin, Session, Token, Transport as _};
use serde_json::json;

const USERS: u32 = 100;
const CALLS: usize = 10;
/// Where orgs answer at once, calls are short.
const CALLS_AT_ONCE: usize = 100;
/// How many calls there are that differ by more than their words.
const KINDS: usize = 4;

/// One user with an org that knows a word no other knows.
struct User {
    marker: String,
    record: String,
    session: Session,
    tape: Arc<Tape>,
    at_once: Session,
    _server: Server,
}

/// What an org has answered to each kind of call.
#[derive(Default)]
struct Tape(Mutex<Reel>);

#[derive(Default)]
struct Reel {
    plays: bool,
    kind: usize,
    next: usize,
    answers: [Vec<http::Response<Vec<u8>>>; KINDS],
}

impl Tape {
    /// Winds to the answers of a kind of call, or gives place to new ones.
    fn wind(&self, kind: usize, plays: bool) {
        let reel = &mut *self.0.lock().unwrap();
        (reel.plays, reel.kind, reel.next) = (plays, kind, 0);
        if !plays {
            reel.answers[kind].clear();
        }
    }

    fn played(&self) -> Option<http::Response<Vec<u8>>> {
        let reel = &mut *self.0.lock().unwrap();
        reel.next += 1;
        reel.plays.then(|| reel.answers[reel.kind][reel.next - 1].clone())
    }

    fn record(&self, answer: &http::Response<Vec<u8>>) {
        let reel = &mut *self.0.lock().unwrap();
        reel.answers[reel.kind].push(answer.clone());
    }
}

fn main() {
    let host = Host::new(Limits { calls: USERS, ..Limits::default() }).unwrap();
    let users: Vec<User> = (0..USERS).map(|number| user(&host, number)).collect();
    let before = resident();
    // One call each first: connections stand and objects are described, as on any day but the first.
    round("cold", &users, 1, over_the_wire);
    round("warm", &users, CALLS, over_the_wire);
    if let (Some(before), Some(after)) = (before, resident()) {
        println!(
            "resident memory: {} MB with the {USERS} demo orgs alone, {} MB after the calls",
            before / 1024,
            after / 1024
        );
    }
    users.iter().for_each(record);
    round("answered at once", &users, CALLS_AT_ONCE, played);
}

fn user(host: &Host, number: u32) -> User {
    let marker = format!("Marker{number:03}");
    let org = Arc::new(Org::demo());
    let record = org.id("acme").unwrap();
    org.set(&record, "Name", format!("{marker} Works"));
    let token = Token::new(&org.token("riley")).unwrap();
    let server = Server::start(org, 0).unwrap();
    let origin = Origin::parse(&server.origin()).unwrap();
    let session = host.session(Connection::new(origin.clone(), token.clone(), Https::new()));
    let (tape, wire) = (Arc::new(Tape::default()), Https::new());
    let player = Arc::clone(&tape);
    let at_once = host.session(Connection::new(origin, token, move |request| match player.played() {
        Some(answer) => Ok(answer),
        None => wire.send(request).inspect(|answer| player.record(answer)),
    }));
    User { marker, record: record.to_string(), session, tape, at_once, _server: server }
}

fn over_the_wire(user: &User, number: usize) -> Duration {
    call(user, &user.session, number % KINDS, &number.to_string())
}

/// Records what the org answers to each kind of call, once objects are described. Each call writes what is new.
fn record(user: &User) {
    for words in ["before", PLAYED] {
        for kind in 0..KINDS {
            user.tape.wind(kind, false);
            call(user, &user.at_once, kind, words);
        }
    }
}

fn played(user: &User, number: usize) -> Duration {
    user.tape.wind(number % KINDS, true);
    call(user, &user.at_once, number % KINDS, PLAYED)
}

/// What recorded calls and played ones write.
const PLAYED: &str = "after";

/// Has all users make their calls at the same time.
fn round(what: &str, users: &[User], calls: usize, call: fn(&User, usize) -> Duration) {
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
        let (began, used) = (Instant::now(), processor_time());
        start.wait();
        let took: Vec<Duration> = working.into_iter().flat_map(|user| user.join().unwrap()).collect();
        let used = processor_time().zip(used).map(|(now, before)| now - before);
        (took, Elapsed { clock: began.elapsed(), processor: used })
    });
    report(what, took, &elapsed);
}

/// How long a round took.
struct Elapsed {
    clock: Duration,
    /// Of all processors, orgs included: other programs take none of it. Absent where the system does not tell.
    processor: Option<Duration>,
}

fn report(what: &str, mut took: Vec<Duration>, elapsed: &Elapsed) {
    took.sort();
    let at = |percent: usize| took[(took.len() * percent / 100).min(took.len() - 1)].as_secs_f64() * 1e3;
    println!(
        "{what}: {} calls of {USERS} users at once in {:.2} s, {:.0} a second; p50 {:.1} ms, p99 {:.1} ms{}, nothing crossed",
        took.len(),
        elapsed.clock.as_secs_f64(),
        took.len() as f64 / elapsed.clock.as_secs_f64(),
        at(50),
        at(99),
        elapsed
            .processor
            .map(|used| format!(", {:.3} ms of processor a call", used.as_secs_f64() * 1e3 / took.len() as f64))
            .unwrap_or_default(),
    );
}

/// One call, whose reply must show the user's own marker and nobody else's.
fn call(user: &User, session: &Session, kind: usize, words: &str) -> Duration {
    let User { marker, record, .. } = user;
    let (tool, arguments) = match kind {
        0 => ("salesforce_find", json!({"text": marker})),
        1 => ("salesforce_get", json!({"record": record})),
        2 => ("salesforce_query", json!({"soql": "SELECT Name FROM Account WHERE Name LIKE '%Marker%'"})),
        _ => ("salesforce_update", json!({"record": record, "fields": {"Description": format!("{marker}, {words}")}})),
    };
    let began = Instant::now();
    let reply = session.call_json(tool, &arguments.to_string());
    let took = began.elapsed();
    let reply = reply.unwrap_or_else(|error| panic!("{marker}: {tool}: {error}"));
    assert!(reply.contains(marker), "{marker} is missing in {reply}");
    assert_eq!(reply.matches("Marker").count(), reply.matches(marker).count(), "{marker} sees another's: {reply}");
    took
}

/// Processor time of this process so far, where the system tells; in the hundredths of a second it counts in.
/// <https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html>
fn processor_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let times = fields.split_whitespace().skip(11).take(2).map(str::parse);
    let ticks: u64 = times.collect::<Result<Vec<u64>, _>>().ok()?.into_iter().sum();
    Some(Duration::from_millis(ticks * 10))
}

/// Resident memory of this process in kB, where the system tells.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}
