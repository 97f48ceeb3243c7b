//! What one user's connection caches or prefers, no other connection sees.

use std::sync::Arc;

use demo_org::Org;

use test_support::{HOST, paths, refusal, session};

#[test]
fn what_one_user_caches_no_other_user_sees() {
    let org = Arc::new(Org::demo());
    let (riley, _) = session(&org, "riley");
    let (jonas, requests) = session(&org, "jonas");
    riley.call_json("salesforce_describe", r#"{"object": "Opportunity"}"#).unwrap();
    assert!(!riley.connection().cache().entries().is_empty());
    assert_eq!(jonas.connection().cache().entries(), []);
    jonas.call_json("salesforce_describe", r#"{"object": "Opportunity"}"#).unwrap();
    assert!(!requests.take().is_empty(), "answered out of another user's cache");
}

#[test]
fn a_fresh_instance_finds_what_the_last_one_cached() {
    let (riley, requests) = session(&Arc::new(Org::demo()), "riley");
    let cold = riley.call_json("salesforce_describe", r#"{"object": "Opportunity"}"#).unwrap();
    assert!(!requests.take().is_empty());
    assert_eq!(riley.call_json("salesforce_describe", r#"{"object": "Opportunity"}"#).unwrap(), cold);
    assert_eq!(paths(&requests), [""; 0]);
    riley.connection().cache().clear();
    assert_eq!(riley.call_json("salesforce_describe", r#"{"object": "Opportunity"}"#).unwrap(), cold);
    assert!(!requests.take().is_empty());
}

#[test]
fn one_users_settings_are_not_anothers() {
    let org = Arc::new(Org::demo());
    let (riley, requests) = session(&org, "riley");
    let (jonas, _) = session(&org, "jonas");
    let mut careful = riley.connection().settings();
    careful.read_only = true;
    careful.instructions = Some("Always say please.".to_owned());
    riley.connection().set_settings(careful);

    assert_eq!((riley.tools().unwrap().len(), jonas.tools().unwrap().len()), (7, 11));
    assert!(riley.instructions().unwrap().contains("Always say please."));
    assert!(!jonas.instructions().unwrap().contains("Always say please."));
    let create = r#"{"object": "Account", "fields": {"Name": "Umbrella"}}"#;
    assert_eq!(refusal(riley.call_json("salesforce_create", create))["kind"], "switched_off");
    assert_eq!(paths(&requests), [""; 0]);
    assert!(jonas.call_json("salesforce_create", create).is_ok());
}

#[test]
fn many_users_call_at_once() {
    let org = Arc::new(Org::demo());
    std::thread::scope(|scope| {
        for user in ["riley", "jonas", "vera", "admin"] {
            let (session, _) = session(&org, user);
            scope.spawn(move || {
                for _ in 0..5 {
                    session.call_json("salesforce_query", r#"{"soql": "SELECT * FROM Account"}"#).unwrap();
                }
            });
        }
    });
}

#[test]
fn the_plugin_knows_orgs_without_a_connection() {
    assert_eq!(HOST.origin("acme.my.salesforce.com").unwrap().unwrap(), "https://acme.my.salesforce.com");
    assert!(HOST.origin("acme.example").unwrap().is_err());
    let profile = HOST.oauth("acme.my.salesforce.com").unwrap().unwrap();
    assert!(profile.token_url.starts_with("https://acme.my.salesforce.com/services/oauth2/"), "{profile:?}");
}
