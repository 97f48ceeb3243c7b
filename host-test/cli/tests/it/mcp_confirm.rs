//! What the settings want confirmed runs only after the person said yes to exactly that.

use std::sync::Arc;

use demo_org::Org;
use rmcp::model::{CallToolResponse, ElicitationAction, InputResponses};
use serde_json::{Value, json};

use crate::mcp::{Client, Folder, LIFECYCLES, Lifecycle, Person, call, error, hire, next, riley, server, text};
use test_support::HOST;

const CONFIRM: &str = "confirm = [\"edit\", \"delete\"]";

/// What an org holds now.
fn employees(org: &Arc<Org>) -> Value {
    let get = json!({"record": "Acme", "object": "Account", "fields": ["NumberOfEmployees"]}).to_string();
    let reply: Value =
        serde_json::from_str(&HOST.session(riley(org)).call_json("salesforce_get", &get).unwrap()).unwrap();
    reply["fields"]["NumberOfEmployees"].clone()
}

#[tokio::test]
async fn a_change_is_made_after_the_person_saw_it_and_said_yes() {
    for lifecycle in LIFECYCLES {
        let (org, folder) = (Arc::new(Org::demo()), Folder::new());
        let (server, _) = server(riley(&org), Some(folder.settings(CONFIRM)));
        let mut client = Client::of(&server, lifecycle, Some(ElicitationAction::Accept)).await;
        let result = client.call("salesforce_update", hire()).await;
        assert_eq!(result.is_error, Some(false), "{result:?}");
        assert_eq!(employees(&org), 500);
        let question = next(&mut client.questions).await;
        for part in [
            "https://demo.my.salesforce.com",
            "record: \"Acme\"",
            "Employees: 100 → 500 (refused if it is something else by now)",
            "Not checked before you answer: ",
        ] {
            assert!(question.contains(part), "{part}: {question}");
        }
        assert!(client.questions.try_recv().is_err());
    }
}

#[tokio::test]
async fn nothing_is_sent_when_the_person_says_no_or_nothing() {
    for lifecycle in LIFECYCLES {
        for action in [ElicitationAction::Decline, ElicitationAction::Cancel] {
            let (org, folder) = (Arc::new(Org::demo()), Folder::new());
            let (connection, transcript) = riley(&org).recorded();
            let (server, mut log) = server(connection, Some(folder.settings(CONFIRM)));
            let mut client = Client::of(&server, lifecycle, Some(action)).await;
            let result = client.call("salesforce_update", hire()).await;
            assert_eq!((&error(&result)["kind"], &error(&result)["changed"]), (&json!("switched_off"), &json!("no")));
            assert!(text(&result).contains("the person was asked"), "{}", text(&result));
            next(&mut client.questions).await;
            assert_eq!(transcript.take().len(), 0);
            assert_eq!(next(&mut log).await, "salesforce_update: not confirmed");
        }
    }
}

#[tokio::test]
async fn a_client_that_cannot_ask_is_refused_and_told_why() {
    const NOBODY: Person = None;
    for lifecycle in LIFECYCLES {
        let (org, folder) = (Arc::new(Org::demo()), Folder::new());
        let (connection, transcript) = riley(&org).recorded();
        let (server, _) = server(connection, Some(folder.settings(CONFIRM)));
        let client = Client::of(&server, lifecycle, NOBODY).await;
        let result = client.call("salesforce_update", hire()).await;
        let message = error(&result)["message"].as_str().unwrap().to_owned();
        assert!(message.contains("can't ask the person") && message.contains("settings.toml"), "{message}");
        assert_eq!(transcript.take().len(), 0);
    }
}

#[tokio::test]
async fn what_need_not_be_confirmed_is_not_asked_about() {
    let (org, folder) = (Arc::new(Org::demo()), Folder::new());
    let (server, _) = server(riley(&org), Some(folder.settings("confirm = [\"append\"]")));
    let mut client = Client::of(&server, Lifecycle::Handshake, Some(ElicitationAction::Decline)).await;
    assert_eq!(client.call("salesforce_query", json!({"soql": "SELECT * FROM Account"})).await.is_error, Some(false));
    assert_eq!(client.call("salesforce_update", hire()).await.is_error, Some(false));
    assert!(client.questions.try_recv().is_err());
    let create = json!({"object": "Account", "fields": {"Name": "Umbrella"}});
    assert_eq!(client.call("create", create).await.is_error, Some(true));
    next(&mut client.questions).await;
}

#[tokio::test]
async fn an_email_is_asked_about_whatever_the_settings_say() {
    let email = json!({"to": ["Bob Stone", "ann@one.example"], "subject": "Renewal", "body": "Hello"});
    for settings in ["[tools]\nsend_email = true", "confirm = [\"append\"]\n[tools]\nsend_email = true"] {
        for (answer, sent) in [(ElicitationAction::Accept, 1), (ElicitationAction::Decline, 0)] {
            let (org, folder) = (Arc::new(Org::demo()), Folder::new());
            let (server, _) = server(riley(&org), Some(folder.settings(settings)));
            let mut client = Client::of(&server, Lifecycle::Handshake, Some(answer)).await;
            let result = client.call("salesforce_send_email", email.clone()).await;
            assert_eq!((result.is_error, org.sent_emails().len()), (Some(sent == 0), sent));
            let question = next(&mut client.questions).await;
            assert!(question.contains("ann@one.example") && question.contains("whom a name stands for"), "{question}");
        }
    }
    const NOBODY: Person = None;
    let (org, folder) = (Arc::new(Org::demo()), Folder::new());
    let (server, _) = server(riley(&org), Some(folder.settings("[tools]\nsend_email = true")));
    let client = Client::of(&server, Lifecycle::Handshake, NOBODY).await;
    let message = error(&client.call("salesforce_send_email", email).await)["message"].as_str().unwrap().to_owned();
    assert!(message.contains("can't ask the person") && message.contains("an e-mail always is"), "{message}");
    assert_eq!(org.sent_emails(), []);
}

#[tokio::test]
async fn a_yes_holds_once_and_for_the_arguments_it_was_given_to() {
    let (org, folder) = (Arc::new(Org::demo()), Folder::new());
    let (server, _) = server(riley(&org), Some(folder.settings(CONFIRM)));
    let client = Client::of(&server, Lifecycle::EveryRequest, Some(ElicitationAction::Accept)).await;
    let peer = client.running.peer();
    let yes: InputResponses = [("confirm".to_owned(), json!({"action": "accept"}))].into();
    let asked = async |arguments: Value| match peer.call_tool_once(call("update", arguments)).await.unwrap() {
        CallToolResponse::InputRequired(question) => question.request_state.unwrap(),
        other => panic!("not asked: {other:?}"),
    };
    let with_yes = async |arguments: Value, state: &str| {
        let mut request = call("update", arguments).with_input_responses(yes.clone());
        request.request_state = Some(state.to_owned());
        peer.call_tool_once(request).await.unwrap()
    };
    let other = json!({"object": "Account", "record": "Acme", "fields": {"Employees": 1}});

    let state = asked(hire()).await;
    assert!(matches!(with_yes(other, &state).await, CallToolResponse::InputRequired(_)));
    assert!(matches!(with_yes(hire(), &state).await, CallToolResponse::InputRequired(_)), "the question was closed");
    assert!(matches!(with_yes(hire(), "made up").await, CallToolResponse::InputRequired(_)));
    assert_eq!(employees(&org), 100);

    let state = asked(hire()).await;
    assert!(matches!(with_yes(hire(), &state).await, CallToolResponse::Complete(_)));
    assert!(matches!(with_yes(hire(), &state).await, CallToolResponse::InputRequired(_)));
    assert_eq!(employees(&org), 500);
}

#[tokio::test]
async fn a_record_named_by_its_id_is_shown_with_its_name_and_what_is_there_now() {
    let org = Arc::new(Org::demo());
    let id = org.id("acme").unwrap().to_string();
    for (settings, expected) in [
        (CONFIRM, format!("record: \"{id}\" = Account {id}, now called \"Acme\"")),
        ("confirm = [\"edit\"]\n[objects]\nread = [\"Lead\"]", "(what it is called was not looked up: ".to_owned()),
        ("confirm = [\"edit\"]\n[tools]\nget = false", "(what it is called was not looked up: ".to_owned()),
    ] {
        for lifecycle in LIFECYCLES {
            let folder = Folder::new();
            let (server, _) = server(riley(&org), Some(folder.settings(settings)));
            let mut client = Client::of(&server, lifecycle, Some(ElicitationAction::Decline)).await;
            let change = json!({"record": id, "object": "Account", "fields": {"Employees": 500}});
            assert_eq!(client.call("salesforce_update", change).await.is_error, Some(true));
            let question = next(&mut client.questions).await;
            assert!(question.contains(&expected), "{question}");
            let read = question.contains("Employees: 100 → 500 (as just read, and not looked at again)");
            assert_eq!(read, settings == CONFIRM, "{question}");
            assert!(client.questions.try_recv().is_err());
        }
    }
    assert_eq!(employees(&org), 100);
}
