//! Signing in and out, end to end on this machine: the browser's part is played, everything else is real.

use std::thread;

use demo_org::{Effect, Fault};
use http::Method;
use salesforce_host::connection::User;
use salesforce_host::profile::{Profile, ProfileError};
use salesforce_host::sign_in::{Listener, SignInError};
use salesforce_host::store::TokenStore;
use salesforce_host::types::{Actor, SignInFailure};

use test_support::person::{Folder, Served, browse, connect, connected, fetch, named, text};
use test_support::{HOST, refusal};

const LIST: &str = r#"{"soql": "SELECT * FROM Account", "limit": 1}"#;

#[test]
fn a_connection_lives_through_expiry_refresh_and_rotation_until_it_is_revoked() {
    let (served, folder) = (Served::new(), Folder::new());
    served.org.change_app(|app| app.rotates = true);
    connected(&served, &folder, "acme", "riley");
    let session = HOST.session(folder.connection("acme"));
    assert!(session.call_json("salesforce_query", LIST).is_ok());
    assert_eq!(served.refreshes(), 0);

    let mut seen = vec![folder.tokens("acme")];
    for round in 1..=3 {
        served.org.expire_sessions("riley");
        assert!(session.call_json("salesforce_query", LIST).is_ok(), "round {round}");
        assert_eq!(served.refreshes(), round);
        let tokens = folder.tokens("acme");
        assert!(!seen.iter().any(|old| old.access == tokens.access || old.refresh == tokens.refresh));
        seen.push(tokens);
    }

    let last = folder.tokens("acme");
    assert!(served.accepts(&last.access));
    folder.profile("acme").disconnect(&HOST, &folder.0, &named("acme"), false).unwrap();
    assert!(!served.accepts(&last.access), "revoked at the org");
    assert!(!folder.0.connection(&named("acme")).exists(), "forgotten here");
    assert!(matches!(Profile::read(&folder.0, &named("acme")), Err(ProfileError::Unknown(_))));
    let error = refusal(session.call_json("salesforce_query", LIST));
    assert_eq!(error["kind"], "sign_in", "{error}");
}

#[test]
fn an_app_that_is_not_installed_is_the_admins_move_and_nothing_is_kept() {
    let (served, folder) = (Served::new(), Folder::new());
    served.org.change_app(|app| app.installed = false);
    let (result, page) = connect(&served, &folder, "acme", "riley", "allow");
    let Err(SignInError::Refused { failure, advice }) = result else { panic!("not refused") };
    assert_eq!(advice.actor, Actor::Admin);
    // The words are the plugin's own.
    let plugins = HOST.explain(&SignInFailure { error: failure.error, description: failure.description }).unwrap();
    assert_eq!(advice, plugins);
    assert!(page.contains("Your Salesforce admin has the next move"), "{page}");
    assert!(page.contains("Connected Apps OAuth Usage") && page.contains("app must be installed into org"), "{page}");
    assert_eq!(Profile::names(&folder.0).unwrap(), []);
    assert!(!folder.path().exists());

    served.org.change_app(|app| app.installed = true);
    connected(&served, &folder, "acme", "riley");
}

#[test]
fn every_way_a_sign_in_fails_is_told_in_the_browser_and_leaves_nothing() {
    let (served, folder) = (Served::new(), Folder::new());
    let token = || Fault::on(Fault::new(Effect::DropBefore), Method::POST, "/services/oauth2/token");
    for (user, decision, fault, title) in [
        ("riley", "deny", None, "Not connected yet"),
        ("jane_doe", "allow", None, "Your Salesforce admin has the next move"),
        (
            "riley",
            "allow",
            Some(Fault::sign_in_refused("invalid_client", "invalid client credentials").on(Method::POST, "/token")),
            "This program is not set up right",
        ),
        ("riley", "allow", Some(Fault::token_in_progress()), "Not just now"),
        ("riley", "allow", Some(token()), "Not connected"),
        ("riley", "allow", Some(Fault::html_503().on(Method::POST, "/token")), "Not connected"),
        ("riley", "allow", Some(Fault::html_503().on(Method::GET, "/userinfo").times(9)), "Not connected"),
    ] {
        fault.into_iter().for_each(|fault| served.org.fault(fault));
        let (result, page) = connect(&served, &folder, "acme", user, decision);
        assert!(result.is_err(), "{title}");
        assert!(page.contains(&format!("<h1>{title}</h1>")), "{title}: {page}");
        assert_eq!(Profile::names(&folder.0).unwrap(), []);
    }
}

#[test]
fn a_redirect_of_another_sign_in_ends_nothing() {
    let served = Served::new();
    let listener = Listener::bind(0).unwrap();
    let client = served.client();
    let back = listener.redirect();
    let mut window = None;
    let result = salesforce_host::sign_in::sign_in(
        &client,
        &listener,
        |url| {
            let url = url.to_owned();
            window = Some(thread::spawn(move || {
                for (path, status) in [("?code=stolen&state=other", 400), ("?code=stolen", 400), ("/favicon.ico", 404)]
                {
                    let page = fetch(http::Request::get(format!("{back}{path}")).body(Vec::new()).unwrap());
                    assert_eq!(page.status(), status);
                    assert!(text(&page).contains("this was not it"));
                }
                browse(&url, "riley", "allow")
            }));
        },
        |_| Ok(()),
    );
    assert_eq!(result.unwrap().identity.username, "riley@demo.example");
    window.unwrap().join().unwrap();
}

#[test]
fn a_code_that_came_by_another_way_is_worthless_without_the_verifier() {
    let served = Served::new();
    let client = served.client();
    let theirs = client.begin("http://localhost:7717/callback").unwrap();
    let ours = client.begin("http://localhost:7717/callback").unwrap();
    // The browser stops at the redirect: nobody listens there.
    let url = url::Url::parse(&theirs.url).unwrap();
    let fields = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(url.query_pairs())
        .extend_pairs([("user", "riley"), ("decision", "allow")])
        .finish();
    let action = format!("{}/services/oauth2/authorize", served.origin);
    let sent = fetch(http::Request::post(action).body(fields.into_bytes()).unwrap());
    let back = url::Url::parse(sent.headers()["location"].to_str().unwrap()).unwrap();
    let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let Err(SignInError::Refused { advice, .. }) = client.exchange(&ours, &code) else { panic!("granted") };
    assert_eq!(advice.actor, Actor::Platform);
}

#[test]
fn a_connection_stays_its_users() {
    let (served, folder) = (Served::new(), Folder::new());
    connected(&served, &folder, "acme", "riley");
    let before = folder.tokens("acme");
    let (result, page) = connect(&served, &folder, "acme", "jonas", "allow");
    assert!(matches!(result, Err(SignInError::Taken(user)) if user == "riley@demo.example"));
    assert!(page.contains("disconnect it first"), "{page}");
    assert_eq!(folder.tokens("acme"), before);
    let granted = served.org.requests().iter().filter(|entry| entry.path.ends_with("/revoke")).count();
    assert_eq!(granted, 1, "the second user's tokens are revoked, for nobody keeps them");

    // The same user again: the new tokens count, and the old ones are revoked.
    connected(&served, &folder, "acme", "riley");
    assert_ne!(folder.tokens("acme"), before);
    assert!(!served.accepts(&before.access) && served.accepts(&folder.tokens("acme").access));
}

#[test]
fn a_name_given_to_another_user_gives_nothing_to_who_opened_it_before() {
    let (served, folder) = (Served::new(), Folder::new());
    connected(&served, &folder, "acme", "riley");
    let [warm, cold] = [(), ()].map(|()| HOST.session(folder.connection("acme")));
    assert!(warm.call_json("salesforce_query", LIST).is_ok());
    folder.profile("acme").disconnect(&HOST, &folder.0, &named("acme"), false).unwrap();
    connected(&served, &folder, "acme", "jonas");
    served.org.forget_requests();
    for session in [warm, cold] {
        assert_eq!(refusal(session.call_json("salesforce_query", LIST))["kind"], "sign_in");
    }
    assert!(served.org.requests().iter().all(|entry| entry.user.is_none()), "called as another user");
    assert!(HOST.session(folder.connection("acme")).call_json("salesforce_query", LIST).is_ok());
}

#[test]
fn who_cannot_be_revoked_is_not_forgotten_unless_the_person_insists() {
    let (served, folder) = (Served::new(), Folder::new());
    connected(&served, &folder, "acme", "riley");
    let profile = folder.profile("acme");
    let unreachable = || served.org.fault(Fault::html_503().on(Method::POST, "/revoke"));
    unreachable();
    assert!(profile.disconnect(&HOST, &folder.0, &named("acme"), false).is_err());
    assert!(HOST.session(folder.connection("acme")).call_json("salesforce_query", LIST).is_ok());
    unreachable();
    profile.disconnect(&HOST, &folder.0, &named("acme"), true).unwrap();
    assert_eq!(Profile::names(&folder.0).unwrap(), []);
}

#[test]
fn nothing_of_one_user_or_org_reaches_another() {
    let (one, other, folder) = (Served::new(), Served::new(), Folder::new());
    let people = [
        ("riley-one", &one, "riley", "Alder Works"),
        ("jonas-one", &one, "jonas", "Birch Works"),
        ("riley-two", &other, "riley", "Cedar Works"),
    ];
    for (name, served, user, _) in people {
        connected(served, &folder, name, user);
    }
    let sessions: Vec<_> = thread::scope(|scope| {
        let calls = people.map(|(name, served, user, company)| {
            let connection = folder.connection(name);
            let mut settings = connection.settings();
            settings.instructions = Some(format!("Greet {company}."));
            connection.set_settings(settings);
            let (connection, transcript) = connection.recorded();
            let session = HOST.session(connection);
            scope.spawn(move || {
                for round in 0..4 {
                    // One in the middle of the others' work.
                    served.org.expire_sessions(user);
                    session.call_json("salesforce_query", LIST).unwrap();
                    let fields = format!(r#"{{"object": "Account", "fields": {{"Name": "{company} {round}"}}}}"#);
                    session.call_json("salesforce_create", &fields).unwrap();
                }
                (session, transcript)
            })
        });
        calls.map(|call| call.join().unwrap()).into()
    });

    for ((name, served, user, company), (session, transcript)) in people.iter().zip(&sessions) {
        let connection = session.connection();
        let wire = format!("{:?}", transcript.exchanges());
        let cache = format!("{:?}", connection.cache().entries());
        let instructions = session.instructions().unwrap();
        let mine = folder.tokens(name);
        assert!(served.accepts(&mine.access), "{name}");
        assert!(wire.contains(company) && instructions.contains(company), "{name}");
        for (other_name, _, _, others) in people.iter().filter(|(other, ..)| other != name) {
            let theirs = folder.tokens(other_name);
            assert_ne!(mine, theirs);
            assert!(!instructions.contains(others), "{name} has the settings of {other_name}");
            for token in [&theirs.access, theirs.refresh.as_ref().unwrap(), &mine.access] {
                assert!(!token.is_in(wire.as_bytes()) && !token.is_in(cache.as_bytes()), "{name}: {other_name}");
            }
        }
        // Who did it, the org knows by the token: each record has the user as owner, in that org alone.
        let owner = served.org.id(user).unwrap();
        let created: Vec<_> = [&one, &other]
            .into_iter()
            .flat_map(|served| served.org.rows("Account"))
            .filter(|row| row.get("Name").as_str().is_some_and(|text| text.starts_with(company)))
            .collect();
        assert_eq!(created.len(), 4, "{name}");
        assert!(created.iter().all(|row| row.get("OwnerId").as_str() == Some(owner.as_str())), "{name}");
    }
    // Revoking one leaves the others alone.
    folder.profile("riley-one").disconnect(&HOST, &folder.0, &named("riley-one"), false).unwrap();
    for name in ["jonas-one", "riley-two"] {
        assert!(HOST.session(folder.connection(name)).call_json("salesforce_query", LIST).is_ok(), "{name}");
    }
}

#[test]
fn an_address_in_a_file_is_checked_before_a_token_goes_there() {
    let (served, folder) = (Served::new(), Folder::new());
    connected(&served, &folder, "acme", "riley");
    let file = folder.0.connection(&named("acme")).join("connection.toml");
    let good = std::fs::read_to_string(&file).unwrap();
    for (from, to, word) in [
        (served.origin.as_str(), "https://evil.example", "no Salesforce address"),
        (served.origin.as_str(), "http://evil.example", "line 1"),
        ("user_id", "usr_id", "usr_id"),
    ] {
        std::fs::write(&file, good.replace(from, to)).unwrap();
        let opened = Profile::read(&folder.0, &named("acme"))
            .and_then(|profile| profile.open(&HOST, &folder.0, &named("acme")).map(drop));
        let error = opened.unwrap_err().to_string();
        assert!(error.contains(word), "{to}: {error}");
    }
}

#[test]
fn a_connection_knows_whose_it_is_from_its_sign_in() {
    let (served, folder) = (Served::new(), Folder::new());
    connected(&served, &folder, "acme", "riley");
    let riley = User { name: "Riley Reyes".to_owned(), zone: "America/Los_Angeles".to_owned() };
    assert_eq!(folder.connection("acme").user(), Some(riley.clone()));
    // One of before has no zone, without which the day is not known; it can ask.
    let file = folder.0.connection(&named("acme")).join("connection.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let older: String =
        text.lines().filter(|line| !line.starts_with("zone = ")).map(|line| format!("{line}\n")).collect();
    assert_ne!(older, text);
    std::fs::write(&file, older).unwrap();
    let connection = folder.connection("acme");
    assert_eq!(connection.user(), None);
    assert_eq!(connection.learn_user(), Some(riley.clone()));
    assert_eq!(connection.user(), Some(riley));
}

#[test]
fn nothing_of_an_oauth_error_repeats_a_token() {
    let (served, folder) = (Served::new(), Folder::new());
    connected(&served, &folder, "acme", "riley");
    let tokens = folder.tokens("acme");
    let client = served.client();
    let refresh = tokens.refresh.unwrap();
    // The file is the one place that has it in full: an org that echoes is played with its text.
    let written = std::fs::read_to_string(folder.0.connection(&named("acme")).join("token")).unwrap();
    let echo: serde_json::Value = serde_json::from_str(&written).unwrap();
    let echoed = format!("bad token {}", echo["refresh_token"].as_str().unwrap());
    served.org.fault(Fault::sign_in_refused("invalid_request", &echoed).on(Method::POST, "/token"));
    let error = client.refresh(&refresh, std::time::Duration::from_secs(5)).unwrap_err();
    assert!(error.to_string().contains("bad token"), "{error}");
    for text in [format!("{error}"), format!("{error:?}"), format!("{refresh:?} {:?}", folder.connection("acme"))] {
        assert!(!refresh.is_in(text.as_bytes()), "{text}");
    }
    let kept = salesforce_host::store::StoredTokens::of(&folder.0, &named("acme"), &folder.profile("acme").owner());
    std::fs::write(folder.0.connection(&named("acme")).join("token"), echoed).unwrap();
    let error = kept.load().unwrap_err();
    assert!(!refresh.is_in(format!("{error} {error:?}").as_bytes()));
}
