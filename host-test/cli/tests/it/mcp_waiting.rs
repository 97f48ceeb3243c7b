//! A server that begins without a connection: its tools say what is missing, and run once there is one.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use demo_org::Org;
use rmcp::model::SubscriptionFilter;
use salesforce_host::settings::SettingsFile;
use salesforce_host::types::ConnectionSettings;
use salesforce_plugin_cli::mcp::{Connected, Server, Waiting};
use serde_json::{Value, json};
use test_support::HOST;
use tokio::sync::mpsc;

use crate::mcp::{Client, Folder, LIFECYCLES, Lifecycle, error, hire, next, riley, text};

/// A person who has not connected an org yet, and what happens around the server that waits for that.
struct Person {
    found: Arc<Mutex<Result<Option<SettingsFile>, String>>>,
    org: Arc<Org>,
    reminded: Arc<AtomicU32>,
    server: Server,
    log: mpsc::UnboundedReceiver<String>,
}

impl Person {
    fn new(restrict: impl Fn(&mut ConnectionSettings) + Send + Sync + 'static) -> Self {
        let (org, reminded) = (Arc::new(Org::demo()), Arc::new(AtomicU32::new(0)));
        let found = Arc::new(Mutex::new(Ok(None)));
        let (look, asked, count) = (Arc::clone(&found), Arc::clone(&org), Arc::clone(&reminded));
        let find = move || -> Result<Option<Connected>, String> {
            let settings: Option<SettingsFile> = look.lock().unwrap().clone()?;
            Ok(settings.map(|settings| (HOST.session(riley(&asked)), Some(settings))))
        };
        let waiting = Waiting::new("connect first", find).reminding(move || {
            count.fetch_add(1, Ordering::Relaxed);
        });
        let (lines, log) = mpsc::unbounded_channel();
        let server = Server::waiting(&HOST, waiting, restrict, move |line| drop(lines.send(line.to_owned()))).unwrap();
        Self { found, org, reminded, server, log }
    }

    fn connects(&self, settings: SettingsFile) {
        *self.found.lock().unwrap() = Ok(Some(settings));
    }
}

fn accounts() -> Value {
    json!({"soql": "SELECT * FROM Account", "limit": 1})
}

#[tokio::test]
async fn without_a_connection_tools_are_on_offer_and_each_call_says_what_is_missing() {
    for lifecycle in LIFECYCLES {
        let mut person = Person::new(|_| {});
        let client = Client::of(&person.server, lifecycle, None).await;
        let info = client.running.peer().peer_info().unwrap();
        let instructions = info.instructions.as_deref().unwrap();
        assert!(instructions.contains("no org was connected"), "{instructions}");
        assert!(client.tools().await.contains(&"salesforce_update".to_owned()));
        assert_eq!(person.reminded.load(Ordering::Relaxed), 0, "nobody has wanted anything yet");
        for (number, (tool, arguments)) in
            [("salesforce_query", accounts()), ("salesforce_update", hire())].into_iter().enumerate()
        {
            let refused = error(&client.call(tool, arguments).await);
            assert_eq!((&refused["kind"], &refused["message"]), (&json!("sign_in"), &json!("connect first")));
            assert_eq!(refused["changed"], "no");
            assert_eq!(person.reminded.load(Ordering::Relaxed) as usize, number + 1);
        }
        assert!(person.org.requests().is_empty());
        assert!(person.log.try_recv().is_err(), "whoever started it knows");
    }
}

#[tokio::test]
async fn with_the_first_connection_clients_are_told_and_the_same_calls_work() {
    let (mut person, folder) = (Person::new(|_| {}), Folder::new());
    tokio::spawn(person.server.clone().watch(Duration::from_millis(1)));
    let mut old = Client::of(&person.server, Lifecycle::Handshake, None).await;
    let new = Client::of(&person.server, Lifecycle::EveryRequest, None).await;
    let filter = SubscriptionFilter::builder().tools_list_changed().build();
    let mut subscription = new.running.peer().listen(filter).await.unwrap();
    for client in [&old, &new] {
        assert_eq!(error(&client.call("salesforce_query", accounts()).await)["kind"], "sign_in");
    }

    person.connects(folder.settings("[tools]\nupdate = false"));
    next(&mut old.changes).await;
    assert!(tokio::time::timeout(Duration::from_secs(60), subscription.next()).await.unwrap().unwrap().is_some());
    assert_eq!(next(&mut person.log).await.split(':').next(), Some("connected to https"));
    // The instructions could not say it.
    let first = old.call("salesforce_query", accounts()).await;
    assert!(text(&first).contains("Today is "), "{first:?}");
    for client in [&old, &new] {
        let result = client.call("salesforce_query", accounts()).await;
        assert!(text(&result).starts_with("1 Account record"), "{result:?}");
        // The settings of the connection hold from its first call on, and later ones as ever.
        assert!(!client.tools().await.contains(&"salesforce_update".to_owned()));
        assert_eq!(error(&client.call("salesforce_update", hire()).await)["kind"], "switched_off");
    }
    assert!(old.changes.try_recv().is_err(), "told once");
    folder.settings("read_only = true\n[tools]\nupdate = false");
    assert!(!old.tools().await.contains(&"salesforce_create".to_owned()));
    assert_eq!(person.reminded.load(Ordering::Relaxed), 2);
    let after = Client::of(&person.server, Lifecycle::Handshake, None).await;
    let info = after.running.peer().peer_info().unwrap();
    assert!(!info.instructions.as_deref().unwrap().contains("no org was connected"));
}

#[tokio::test]
async fn the_users_own_instructions_come_with_the_first_reply_once_there_are_any() {
    let (person, folder) = (Person::new(|_| {}), Folder::new());
    let client = Client::of(&person.server, Lifecycle::Handshake, None).await;
    person.connects(folder.settings(""));
    let before = client.call("salesforce_query", accounts()).await;
    assert!(!text(&before).contains("Instructions of the user"), "{before:?}");
    folder.settings("instructions = \"Amounts are in euros.\"");
    let told = client.call("salesforce_query", accounts()).await;
    assert!(text(&told).ends_with("when this session began: Amounts are in euros."), "{told:?}");
    let after = client.call("salesforce_query", accounts()).await;
    assert!(!text(&after).contains("euros"), "told once: {after:?}");
    // Whoever comes now has them from the start.
    let other = Client::of(&person.server, Lifecycle::Handshake, None).await;
    assert!(other.running.peer().peer_info().unwrap().instructions.as_deref().unwrap().contains("euros"));
    assert!(!text(&other.call("salesforce_query", accounts()).await).contains("euros"));
}

#[tokio::test]
async fn a_connection_that_cannot_be_used_is_told_until_it_can() {
    let (mut person, folder) = (Person::new(|_| {}), Folder::new());
    let client = Client::of(&person.server, Lifecycle::Handshake, None).await;
    *person.found.lock().unwrap() = Err("others can write to connection.toml".to_owned());
    for _ in 0..2 {
        let refused = error(&client.call("salesforce_query", accounts()).await);
        assert_eq!(refused["message"], "others can write to connection.toml");
    }
    person.connects(folder.settings("read_onli = true"));
    let refused = error(&client.call("salesforce_query", accounts()).await);
    assert_eq!(refused["kind"], "switched_off");
    assert!(refused["message"].as_str().unwrap().contains("line 1, read_onli: "), "{refused}");
    assert!(person.org.requests().is_empty());
    person.connects(folder.settings("read_only = true"));
    assert_eq!(client.call("salesforce_query", accounts()).await.is_error, Some(false));
    let said = [next(&mut person.log).await, next(&mut person.log).await, next(&mut person.log).await];
    assert!(said[0].contains("others can write") && said[1].contains("read_onli"), "{said:?}");
    assert!(said[2].starts_with("connected to "), "each is said once: {said:?}");
}

#[tokio::test]
async fn what_was_said_at_the_start_restricts_before_and_after() {
    let (person, folder) = (Person::new(|settings| settings.read_only = true), Folder::new());
    let client = Client::of(&person.server, Lifecycle::Handshake, None).await;
    assert!(!client.tools().await.contains(&"salesforce_update".to_owned()));
    person.connects(folder.settings(""));
    assert_eq!(error(&client.call("salesforce_update", hire()).await)["kind"], "switched_off");
    assert!(!client.tools().await.contains(&"salesforce_update".to_owned()));
    assert!(!client.tools().await.is_empty());
}
