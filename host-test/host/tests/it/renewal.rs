//! An expired session is renewed once, by one of all who need it, and a process that dies on the way loses nothing.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use demo_org::Fault;
use http::Method;
use salesforce_host::profile::{Profile, Site};
use salesforce_host::sign_in::{Client, RefreshingTokens, SignInError};
use salesforce_host::store::{StoreError, StoredTokens, TokenStore, Tokens};
use salesforce_host::wire::Https;
use salesforce_host::{Connection, TokenProvider, Transport};

use test_support::person::{Folder, Served, connected, expired, named};
use test_support::{HOST, refusal};

const LIST: &str = r#"{"soql": "SELECT * FROM Account", "limit": 1}"#;
const ENOUGH: Duration = Duration::from_secs(30);

#[test]
fn many_threads_renew_once() {
    let (served, folder) = expired();
    // Two of one connection, and two that open it for themselves.
    let shared = Arc::new(folder.connection("acme"));
    let sessions = [
        HOST.session(Arc::clone(&shared)),
        HOST.session(shared),
        HOST.session(folder.connection("acme")),
        HOST.session(folder.connection("acme")),
    ];
    thread::scope(|scope| {
        for session in &sessions {
            scope.spawn(|| session.call_json("salesforce_query", LIST).unwrap());
        }
    });
    assert_eq!(served.refreshes(), 1);
}

#[test]
fn tokens_another_process_renewed_long_ago_are_renewed_again() {
    let (served, folder) = expired();
    let idle = HOST.session(folder.connection("acme"));
    // It has the first token in mind; meanwhile another renews, and that session expires too.
    assert!(idle.call_json("salesforce_query", LIST).is_ok());
    served.org.expire_sessions("riley");
    assert!(HOST.session(folder.connection("acme")).call_json("salesforce_query", LIST).is_ok());
    served.org.expire_sessions("riley");
    assert_eq!(served.refreshes(), 2);
    assert!(idle.call_json("salesforce_query", LIST).is_ok());
    assert_eq!(served.refreshes(), 3);
}

#[test]
fn a_write_whose_session_has_expired_is_written_once() {
    let (served, folder) = expired();
    let session = HOST.session(folder.connection("acme"));
    session.call_json("salesforce_create", r#"{"object": "Account", "fields": {"Name": "Alder Works"}}"#).unwrap();
    let created = served.org.rows("Account").into_iter().filter(|row| row.get("Name").as_str() == Some("Alder Works"));
    assert_eq!(created.count(), 1);
}

#[test]
fn a_session_that_soap_says_is_over_is_renewed_once_a_call_and_rest_goes_on() {
    const ENVELOPE: &str = r#"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com"><s:Header><SessionHeader><sessionId></sessionId></SessionHeader></s:Header><s:Body><getUserInfo/></s:Body></s:Envelope>"#;
    let (served, folder) = expired();
    let connection = Arc::new(folder.connection("acme"));
    let ask = || {
        let request = http::Request::post("/services/Soap/u/68.0").header("content-type", "text/xml");
        let request = request.header("soapaction", "\"\"").body(ENVELOPE.as_bytes().to_vec()).unwrap();
        connection.send_soap(request).unwrap().status().as_u16()
    };
    assert_eq!((ask(), served.refreshes()), (200, 1));
    // A new token that SOAP refuses too is not renewed again within the call, and REST takes it.
    served.org.fault(Fault::not_for_rest().on(Method::POST, "/services/Soap/").times(2));
    assert_eq!((ask(), served.refreshes()), (500, 2));
    served.org.expire_sessions("riley");
    assert!(HOST.session(Arc::clone(&connection)).call_json("salesforce_query", LIST).is_ok());
    assert_eq!(served.refreshes(), 3);
}

#[test]
fn a_session_that_is_not_for_the_rest_api_never_loops() {
    let (served, folder) = (Served::new(), Folder::new());
    connected(&served, &folder, "acme", "riley");
    served.org.fault(Fault::not_for_rest().on(Method::GET, "/services/data/").times(1_000));
    let session = HOST.session(folder.connection("acme"));
    served.org.forget_requests();
    let first = refusal(session.call_json("salesforce_query", LIST));
    assert_eq!(first["kind"], "forbidden", "{first}");
    // The request, the renewal, the request again.
    assert_eq!(served.org.requests().len(), 3);
    for _ in 0..3 {
        served.org.forget_requests();
        refusal(session.call_json("salesforce_query", LIST));
        assert_eq!((served.refreshes(), served.org.requests().len()), (0, 1));
    }
    // Once the org takes the session again, so does the host, expiry included.
    served.org.clear_faults();
    assert!(session.call_json("salesforce_query", LIST).is_ok());
}

#[test]
fn a_refresh_under_way_elsewhere_is_waited_for() {
    let (served, folder) = expired();
    served.org.fault(Fault::token_in_progress().times(2));
    assert!(HOST.session(folder.connection("acme")).call_json("salesforce_query", LIST).is_ok());
    assert_eq!(served.refreshes(), 3);
}

#[test]
fn a_refresh_under_way_elsewhere_is_waited_for_in_the_older_words_too() {
    let older = |times| {
        Fault::sign_in_refused("invalid_grant", "expired authorization code").on(Method::POST, "/token").times(times)
    };
    let (served, folder) = expired();
    served.org.fault(older(2));
    assert!(HOST.session(folder.connection("acme")).call_json("salesforce_query", LIST).is_ok());
    assert_eq!(served.refreshes(), 3);
    // Said again and again, it is no race: no code was sent that could have expired.
    let (served, folder) = expired();
    served.org.fault(older(u32::MAX));
    let session = HOST.session(folder.connection("acme"));
    let error = refusal(session.call_json("salesforce_query", LIST));
    assert_eq!(error["kind"], "sign_in", "{error}");
    let why = session.connection().last_refresh_error().unwrap();
    assert!(why.contains("connect Salesforce again") && !why.contains("took too long"), "{why}");
    assert_eq!(served.refreshes(), 4);
}

#[test]
fn an_app_that_only_the_admin_can_let_in_says_so_to_the_model() {
    for (code, description, word) in [
        ("invalid_app_access", "user is not admin approved to access this app", "not approved for this user"),
        ("OAUTH_APP_BLOCKED", "this app is blocked by admin", "unblock it"),
        ("invalid_client", "app must be installed into org", "install the app"),
        ("invalid_grant", "inactive user", "deactivated"),
    ] {
        let (served, folder) = expired();
        served.org.fault(Fault::sign_in_refused(code, description).on(Method::POST, "/token").times(2));
        let session = HOST.session(folder.connection("acme"));
        for call in ["salesforce_query", "salesforce_create"] {
            let arguments = if call == "salesforce_query" {
                LIST
            } else {
                r#"{"object": "Account", "fields": {"Name": "Alder Works"}}"#
            };
            let error = refusal(session.call_json(call, arguments));
            assert_eq!((&error["kind"], &error["changed"]), (&"sign_in".into(), &"no".into()), "{error}");
            let message = error["message"].as_str().unwrap();
            assert!(message.contains("the org's admin") && message.contains("approved"), "{message}");
            let why = session.connection().last_refresh_error().unwrap();
            assert!(why.contains(word), "{why}");
        }
        // Once the admin has acted, the same sign-in goes on.
        assert!(session.call_json("salesforce_query", LIST).is_ok());
    }
}

#[test]
fn a_sign_in_that_is_over_is_told_from_an_org_that_does_not_answer() {
    for (fault, kind, word) in [
        (Some(Fault::html_503().on(Method::POST, "/token")), "unavailable", "try again later"),
        (Some(Fault::new(demo_org::Effect::DropBefore).on(Method::POST, "/token")), "unavailable", "can't be reached"),
        (Some(Fault::sign_in_refused("invalid_grant", "inactive organization")), "sign_in", "contact Salesforce"),
        (None, "sign_in", "connect Salesforce again"),
    ] {
        let (served, folder) = expired();
        let alive = fault.is_some();
        match fault {
            Some(fault) => served.org.fault(fault.on(Method::POST, "/token")),
            None => served.client().revoke(folder.tokens("acme").refresh.as_ref().unwrap()).unwrap(),
        }
        let session = HOST.session(folder.connection("acme"));
        let create = r#"{"object": "Account", "fields": {"Name": "Alder Works"}}"#;
        let error = refusal(session.call_json("salesforce_create", create));
        assert_eq!((&error["kind"], &error["changed"]), (&kind.into(), &"no".into()), "{error}");
        let refresh_error = session.connection().last_refresh_error().unwrap();
        assert!(refresh_error.contains(word), "{refresh_error}");
        assert_eq!(session.call_json("salesforce_query", LIST).is_ok(), alive, "{word}");
        assert_eq!(session.connection().last_refresh_error().is_none(), alive);
    }
}

/// Refuses to keep anything, until it is told to.
struct Full(StoredTokens, Arc<AtomicBool>);

impl TokenStore for Full {
    fn load(&self) -> Result<Option<Tokens>, StoreError> {
        self.0.load()
    }

    fn save(&self, tokens: &Tokens) -> Result<(), StoreError> {
        if self.1.load(Ordering::SeqCst) { Err(StoreError::Keychain) } else { self.0.save(tokens) }
    }

    fn forget(&self) -> Result<(), StoreError> {
        self.0.forget()
    }
}

#[test]
fn new_tokens_are_kept_before_they_are_used_and_not_lost_when_they_cannot_be() {
    let (served, folder) = expired();
    let full = Arc::new(AtomicBool::new(true));
    let store = Full(StoredTokens::of(&folder.0, &named("acme"), &folder.profile("acme").owner()), Arc::clone(&full));
    let before = folder.tokens("acme");
    let tokens = RefreshingTokens::new(served.client(), store, folder.0.lock(&named("acme")));
    let session = HOST.session(Connection::new(served.origin.clone(), tokens, Https::new()));
    let error = refusal(session.call_json("salesforce_query", LIST));
    assert_eq!(error["kind"], "unavailable", "{error}");
    assert_eq!(folder.tokens("acme"), before);
    let used = served.org.requests().into_iter().filter(|entry| entry.path.contains("/data/") && entry.user.is_some());
    assert_eq!(used.count(), 0, "a token is used that nobody keeps");

    full.store(false, Ordering::SeqCst);
    assert!(session.call_json("salesforce_query", LIST).is_ok());
    assert_eq!(served.refreshes(), 1, "the old refresh token would have revoked everything");
    assert!(served.accepts(&folder.tokens("acme").access));
}

/// Where a child of the test stops, and waits to be killed.
const POINT: &str = "HOST_TEST_DIES_AT";

const POINTS: [&str; 4] = ["asking", "answered", "saving", "saved"];

/// Says where it is, and stays there.
fn stop_at(point: &str) {
    if std::env::var(POINT).is_ok_and(|wanted| wanted == point) {
        println!("\nat {point}");
        std::io::stdout().flush().unwrap();
        thread::sleep(Duration::from_secs(600));
    }
}

struct Stopping<T>(T);

impl Transport for Stopping<Https> {
    fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, salesforce_host::wire::Failure> {
        stop_at("asking");
        let response = self.0.send(request);
        stop_at("answered");
        response
    }
}

impl TokenStore for Stopping<(StoredTokens, std::path::PathBuf)> {
    fn load(&self) -> Result<Option<Tokens>, StoreError> {
        self.0.0.load()
    }

    fn save(&self, tokens: &Tokens) -> Result<(), StoreError> {
        if std::env::var(POINT).is_ok_and(|wanted| wanted == "saving") {
            // What a file that is being replaced looks like: the new one is there in part, under its own name.
            std::fs::write(self.0.1.join("token.new"), r#"{"access_token":"00DdM0000"#).unwrap();
            stop_at("saving");
        }
        self.0.0.save(tokens)?;
        stop_at("saved");
        Ok(())
    }

    fn forget(&self) -> Result<(), StoreError> {
        self.0.0.forget()
    }
}

#[test]
#[ignore = "the part of the tests below that is killed: they run it in a process of its own"]
fn the_process_that_is_killed() {
    let home = salesforce_host::config_dir::ConfigDir::from_env().unwrap();
    let name = named("acme");
    let profile = Profile::read(&home, &name).unwrap();
    let Site::At(origin) = &profile.origin else { panic!("not at an address") };
    let client = Client::new(&HOST, origin, &profile.consumer_key, Stopping(Https::new())).unwrap();
    let store = Stopping((StoredTokens::of(&home, &name, &profile.owner()), home.connection(&name)));
    let tokens = RefreshingTokens::new(client, store, home.lock(&name));
    let refused = tokens.token().unwrap();
    tokens.renew(&refused, ENOUGH).unwrap();
}

/// Runs a renewal in another process, and kills it at a point. What it printed and what it was called with is checked
/// for tokens.
fn killed_at(point: &str, folder: &Folder) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "renewal::the_process_that_is_killed", "--ignored", "--nocapture", "--test-threads=1"])
        .env("SALESFORCE_PLUGIN_HOME", folder.path())
        .env(POINT, point)
        .env("RUST_BACKTRACE", "full")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut printed = String::new();
    while !printed.ends_with(&format!("at {point}\n")) {
        assert_ne!(lines.read_line(&mut printed).unwrap(), 0, "the process ended by itself: {printed}");
    }
    let tokens = folder.tokens("acme");
    #[cfg(target_os = "linux")]
    for file in ["cmdline", "environ"] {
        let bytes = std::fs::read(format!("/proc/{}/{file}", child.id())).unwrap();
        assert!(!tokens.access.is_in(&bytes) && !tokens.refresh.as_ref().unwrap().is_in(&bytes), "{file}");
    }
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    let crash = [printed.as_bytes(), &output.stderr].concat();
    assert!(!tokens.access.is_in(&crash) && !tokens.refresh.as_ref().unwrap().is_in(&crash));
}

#[test]
fn a_process_that_is_killed_during_a_refresh_loses_no_connection() {
    thread::scope(|scope| {
        for point in POINTS {
            scope.spawn(move || {
                let (served, folder) = (Served::new(), Folder::new());
                connected(&served, &folder, "acme", "riley");
                served.org.expire_sessions("riley");
                killed_at(point, &folder);
                let result = HOST.session(folder.connection("acme")).call_json("salesforce_query", LIST);
                assert!(result.is_ok(), "{point}: {result:?}");
                assert!(!folder.0.connection(&named("acme")).join("token.new").exists(), "{point}");
            });
        }
    });
}

#[test]
fn where_refresh_tokens_rotate_only_a_death_between_answer_and_file_needs_a_new_sign_in() {
    thread::scope(|scope| {
        for (point, survives) in POINTS.into_iter().zip([true, false, false, true]) {
            scope.spawn(move || {
                let (served, folder) = expired();
                killed_at(point, &folder);
                let session = HOST.session(folder.connection("acme"));
                let result = session.call_json("salesforce_query", LIST);
                assert_eq!(result.is_ok(), survives, "{point}: {result:?}");
                if !survives {
                    // The org gave the only good token to a process that is gone. The person is told, and one sign-in
                    // mends it.
                    assert_eq!(refusal(result)["kind"], "sign_in");
                    assert!(session.connection().last_refresh_error().unwrap().contains("connect Salesforce again"));
                    connected(&served, &folder, "acme", "riley");
                    assert!(session.call_json("salesforce_query", LIST).is_ok(), "{point}");
                }
            });
        }
    });
}

#[test]
fn a_lock_of_a_process_that_hangs_ends_the_call_and_not_the_connection() {
    let (served, folder) = expired();
    let lock = salesforce_host::store::Lock::take(&folder.0.lock(&named("acme")), ENOUGH).unwrap();
    let tokens = RefreshingTokens::new(
        served.client(),
        StoredTokens::of(&folder.0, &named("acme"), &folder.profile("acme").owner()),
        folder.0.lock(&named("acme")),
    );
    let refused = tokens.token().unwrap();
    let error = tokens.renew(&refused, Duration::from_millis(50)).unwrap_err();
    assert!(matches!(error, SignInError::Store(StoreError::Busy)), "{error}");
    drop(lock);
    assert!(tokens.renew(&refused, ENOUGH).unwrap().fresh);
}
