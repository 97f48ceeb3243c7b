//! Settings hold from the next call on, and clients hear of it.

use std::sync::Arc;
use std::time::Duration;

use demo_org::Org;
use rmcp::model::SubscriptionFilter;
use salesforce_plugin_cli::mcp::Server;
use serde_json::json;

use crate::mcp::{Client, Folder, LIFECYCLES, Lifecycle, error, hire, next, riley, server};
use test_support::HOST;

#[tokio::test]
async fn a_restriction_holds_from_the_next_call_on() {
    for lifecycle in LIFECYCLES {
        let folder = Folder::new();
        let (server, _) = server(riley(&Arc::new(Org::demo())), Some(folder.settings("")));
        let client = Client::of(&server, lifecycle, None).await;
        assert!(client.tools().await.contains(&"salesforce_update".to_owned()));
        folder.settings("[tools]\nupdate = false");
        assert_eq!(error(&client.call("salesforce_update", hire()).await)["kind"], "switched_off");
        folder.settings("[objects]\nedit = [\"Contact\"]");
        assert_eq!(error(&client.call("salesforce_update", hire()).await)["kind"], "switched_off");
    }
}

#[tokio::test]
async fn settings_that_cannot_be_read_let_no_tool_run_until_they_are_put_right() {
    let (org, folder) = (Arc::new(Org::demo()), Folder::new());
    let (connection, transcript) = riley(&org).recorded();
    let (server, mut log) = server(connection, Some(folder.settings("read_only = true")));
    let client = Client::of(&server, Lifecycle::Handshake, None).await;
    let list = || json!({"soql": "SELECT * FROM Account", "limit": 1});
    folder.settings("read_only = true\nconfirn = [\"edit\"]");
    for _ in 0..2 {
        let result = client.call("salesforce_query", list()).await;
        let message = error(&result)["message"].as_str().unwrap().to_owned();
        assert!(message.contains("line 2, confirn: ") && message.contains("\"confirm\""), "{message}");
    }
    assert_eq!(transcript.take().len(), 0);
    assert!(next(&mut log).await.contains("line 2, confirn"));
    assert!(log.try_recv().is_err(), "said once");
    folder.settings("read_only = true");
    assert_eq!(client.call("salesforce_query", list()).await.is_error, Some(false));
}

#[tokio::test]
async fn no_server_starts_under_settings_that_cannot_be_read() {
    let folder = Folder::new();
    let settings = folder.settings("[tools]\nupdat = false");
    let session = HOST.session(riley(&Arc::new(Org::demo())));
    let error = Server::new(session, Some(settings), |_| {}, |_| {}).err().unwrap().to_string();
    assert!(error.contains("settings.toml, line 2, tools.updat: ") && error.contains("\"update\""), "{error}");
}

#[tokio::test]
async fn clients_are_told_when_other_tools_are_on_offer_and_only_then() {
    let folder = Folder::new();
    let (server, mut log) = server(riley(&Arc::new(Org::demo())), Some(folder.settings("")));
    tokio::spawn(server.clone().watch(Duration::from_millis(1)));
    let mut old = Client::of(&server, Lifecycle::Handshake, None).await;
    let new = Client::of(&server, Lifecycle::EveryRequest, None).await;
    let filter = SubscriptionFilter::builder().tools_list_changed().build();
    let mut subscription = new.running.peer().listen(filter).await.unwrap();
    // Its first request is answered when the server has heard that it is ready.
    old.tools().await;

    folder.settings("instructions = \"The same tools.\"");
    assert_eq!(next(&mut log).await, "the settings have changed");
    folder.settings("[tools]\nothers = \"none\"\nfind = true");
    next(&mut old.changes).await;
    assert!(tokio::time::timeout(Duration::from_secs(60), subscription.next()).await.unwrap().unwrap().is_some());
    assert_eq!(old.tools().await, ["salesforce_find"]);
    assert!(old.changes.try_recv().is_err());
}

#[tokio::test]
async fn a_file_that_is_gone_emptied_or_cut_lifts_no_restriction() {
    const STRICT: &str = "read_only = true\nconfirm = [\"edit\"]\n[objects]\nread = [\"Account\"]\n";
    let org = Arc::new(Org::demo());
    for lifecycle in LIFECYCLES {
        let folder = Folder::new();
        let (connection, transcript) = riley(&org).recorded();
        let settings = folder.settings(STRICT);
        let (server, _) = server(connection, Some(settings.clone()));
        let client = Client::of(&server, lifecycle, None).await;
        let away = settings.path().with_extension("away");
        let lost: [(&str, &dyn Fn()); 5] = [
            ("it is gone", &|| std::fs::rename(settings.path(), &away).unwrap()),
            ("it is empty", &|| std::fs::write(settings.path(), "").unwrap()),
            ("it is empty", &|| std::fs::write(settings.path(), "\n\n").unwrap()),
            ("cut short", &|| std::fs::write(settings.path(), &STRICT[..17]).unwrap()),
            ("line 2", &|| std::fs::write(settings.path(), &STRICT[..30]).unwrap()),
        ];
        for (word, lose) in lost {
            lose();
            for (tool, arguments) in
                [("salesforce_update", hire()), ("salesforce_query", json!({"soql": "SELECT * FROM Account"}))]
            {
                let result = client.call(tool, arguments).await;
                let message = error(&result)["message"].as_str().unwrap().to_owned();
                assert!(message.contains("no tool runs") && message.contains(word), "{word}: {message}");
            }
            assert_eq!(transcript.take().len(), 0);
            // Put back, it holds as before.
            folder.settings(STRICT);
            assert_eq!(
                client.call("salesforce_query", json!({"soql": "SELECT * FROM Account"})).await.is_error,
                Some(false)
            );
            assert_eq!(
                error(&client.call("salesforce_query", json!({"soql": "SELECT * FROM Lead"})).await)["kind"],
                "switched_off"
            );
            assert_eq!(error(&client.call("salesforce_update", hire()).await)["kind"], "switched_off");
            transcript.take();
        }
    }
}

#[tokio::test]
async fn what_allows_more_does_not_hold_from_one_look_to_the_next() {
    let folder = Folder::new();
    let (server, mut log) = server(riley(&Arc::new(Org::demo())), Some(folder.settings("read_only = true")));
    let client = Client::of(&server, Lifecycle::Handshake, None).await;
    folder.settings("# nothing");
    assert_eq!(error(&client.call("salesforce_update", hire()).await)["kind"], "switched_off");
    assert!(next(&mut log).await.contains("what they allow more holds once"));
}
