//! The org signs its users in: the consent form, codes, tokens, and the refusals.

use std::time::Duration;

use demo_org::{CONSUMER_KEY, Fault, Org, Reply};
use http::{Request, Response};
use serde_json::Value as Json;
use url::form_urlencoded::Serializer;

/// A verifier and its challenge, from RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const REDIRECT: &str = "http://localhost:7717/callback";

fn send(org: &Org, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
    match org.handle(request) {
        Reply::Response(response) => response,
        other => panic!("no response: {other:?}"),
    }
}

fn form(fields: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn post(org: &Org, endpoint: &str, fields: &[(&str, &str)]) -> Response<Vec<u8>> {
    let request = Request::post(format!("/services/oauth2/{endpoint}")).body(form(fields).into_bytes());
    send(org, request.unwrap())
}

/// What the app asks for, with some of it otherwise.
fn asked<'f>(other: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
    let mut fields = vec![
        ("response_type", "code"),
        ("client_id", CONSUMER_KEY),
        ("redirect_uri", REDIRECT),
        ("scope", "api refresh_token"),
        ("state", "a&b <c>"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in other {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    fields
}

/// Where the form sends the user: `error: description`, or the code.
fn decided(org: &Org, user: &str, decision: &str) -> Result<String, String> {
    let response = post(org, "authorize", &asked(&[("user", user), ("decision", decision)]));
    assert_eq!(response.status(), 302);
    let location = url::Url::parse(response.headers()["location"].to_str().unwrap()).unwrap();
    let get = |name: &str| location.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    assert!(location.as_str().starts_with(REDIRECT), "{location}");
    assert_eq!(get("state").as_deref(), Some("a&b <c>"));
    get("code").ok_or_else(|| format!("{}: {}", get("error").unwrap(), get("error_description").unwrap()))
}

fn token(org: &Org, fields: &[(&str, &str)]) -> Result<Json, String> {
    let response = post(org, "token", fields);
    let body: Json = serde_json::from_slice(response.body()).unwrap();
    match response.status().as_u16() {
        200 => Ok(body),
        400 => Err(format!("{}: {}", body["error"].as_str().unwrap(), body["error_description"].as_str().unwrap())),
        other => panic!("{other}"),
    }
}

fn exchange(org: &Org, code: &str) -> Result<Json, String> {
    let fields = [("grant_type", "authorization_code"), ("client_id", CONSUMER_KEY), ("code", code)];
    token(org, &[&fields[..], &[("redirect_uri", REDIRECT), ("code_verifier", VERIFIER)]].concat())
}

fn refresh(org: &Org, refresh_token: &str) -> Result<Json, String> {
    token(org, &[("grant_type", "refresh_token"), ("client_id", CONSUMER_KEY), ("refresh_token", refresh_token)])
}

/// Signs a user in: the access token and the refresh token.
fn signed_in(org: &Org, user: &str) -> (String, String) {
    let body = exchange(org, &decided(org, user, "allow").unwrap()).unwrap();
    (text(&body, "access_token"), text(&body, "refresh_token"))
}

fn text(body: &Json, name: &str) -> String {
    body[name].as_str().unwrap_or_else(|| panic!("no {name}")).to_owned()
}

fn works(org: &Org, access: &str) -> bool {
    let request = Request::get("/services/data/v65.0/limits").header("Authorization", format!("Bearer {access}"));
    send(org, request.body(Vec::new()).unwrap()).status() == 200
}

#[test]
fn the_form_asks_who_and_whether_and_takes_nothing_of_the_request_for_html() {
    let org = Org::demo();
    let request = Request::get(format!("/services/oauth2/authorize?{}", form(&asked(&[]))));
    let response = send(&org, request.body(Vec::new()).unwrap());
    assert_eq!(response.status(), 200);
    let page = String::from_utf8(response.body().clone()).unwrap();
    for part in ["Riley Reyes", "Jane Doe<small>Account Executive (inactive", "Allow", "Deny", "(refresh_token)"] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    assert!(page.contains("a&amp;b &lt;c&gt;") && !page.contains("<c>"), "{page}");
    assert!(!page.contains("http:") || page.matches("http:").count() == 1, "only the redirect address: {page}");
    assert!(response.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
}

#[test]
fn a_code_and_its_verifier_make_a_session_that_works_and_says_no_end() {
    let org = Org::demo();
    let code = decided(&org, "jonas", "allow").unwrap();
    let body = exchange(&org, &code).unwrap();
    assert!(works(&org, &text(&body, "access_token")));
    assert_eq!(body["instance_url"], "https://demo.my.salesforce.com");
    assert_eq!(body["issued_at"], "1778598000000");
    assert_eq!((text(&body, "token_type").as_str(), text(&body, "scope").as_str()), ("Bearer", "api refresh_token"));
    let user = org.id("jonas").unwrap();
    assert!(text(&body, "id").ends_with(user.as_str()));
    assert!(body.get("expires_in").is_none() && body.get("signature").is_some());
    // Nobody who is given a token otherwise gets this one.
    assert_ne!(org.token("jonas"), text(&body, "access_token"));
}

#[test]
fn a_code_is_good_once_for_fifteen_minutes_and_for_who_asked_for_it() {
    let org = Org::demo();
    let code = decided(&org, "riley", "allow").unwrap();
    exchange(&org, &code).unwrap();
    assert_eq!(exchange(&org, &code).unwrap_err(), "invalid_grant: invalid authorization code");

    let code = decided(&org, "riley", "allow").unwrap();
    org.advance(Duration::from_secs(16 * 60));
    assert_eq!(exchange(&org, &code).unwrap_err(), "invalid_grant: expired authorization code");

    for (name, value, refusal) in [
        ("code_verifier", "another", "invalid_grant: invalid code verifier"),
        ("redirect_uri", "http://localhost:1/callback", "redirect_uri_mismatch: redirect_uri must match configuration"),
        ("client_id", "another", "invalid_client_id: client identifier invalid"),
        ("grant_type", "password", "unsupported_grant_type: grant type not supported"),
    ] {
        let code = decided(&org, "riley", "allow").unwrap();
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("client_id", CONSUMER_KEY),
            ("code", code.as_str()),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        fields.retain(|(known, _)| *known != name);
        fields.push((name, value));
        assert_eq!(token(&org, &fields).unwrap_err(), refusal);
    }
}

#[test]
fn an_app_or_an_address_the_org_does_not_know_is_told_to_the_user_and_sent_nowhere() {
    let org = Org::demo();
    org.change_app(|app| app.callback = Some(REDIRECT.to_owned()));
    for (name, value, error) in [
        ("client_id", "another", "invalid_client_id"),
        ("redirect_uri", "http://localhost:7718/callback", "redirect_uri_mismatch"),
        ("redirect_uri", "https://evil.example/callback", "redirect_uri_mismatch"),
    ] {
        let response = post(&org, "authorize", &asked(&[(name, value), ("user", "riley"), ("decision", "allow")]));
        assert_eq!(response.status(), 400);
        assert!(response.headers().get("location").is_none());
        assert!(String::from_utf8_lossy(response.body()).contains(error));
    }
    org.change_app(|app| app.callback = None);
    let elsewhere = asked(&[("redirect_uri", "https://evil.example/callback")]);
    assert_eq!(post(&org, "authorize", &elsewhere).status(), 400);
}

#[test]
fn who_may_not_sign_in_is_sent_back_with_the_reason() {
    let org = Org::demo();
    assert_eq!(decided(&org, "riley", "deny").unwrap_err(), "access_denied: end-user denied authorization");
    assert_eq!(decided(&org, "jane_doe", "allow").unwrap_err(), "invalid_grant: inactive user");
    org.change_app(|app| app.installed = false);
    assert_eq!(decided(&org, "riley", "allow").unwrap_err(), "invalid_client: app must be installed into org");
    assert!(decided(&org, "admin", "allow").is_ok());
    let plain = asked(&[("code_challenge_method", "plain")]);
    let location = post(&org, "authorize", &plain).headers()["location"].to_str().unwrap().to_owned();
    assert!(location.contains("error=invalid_request"), "{location}");
}

#[test]
fn a_refresh_ends_no_session_and_gives_a_refresh_token_only_where_they_rotate() {
    let org = Org::demo();
    let (first, refresh_token) = signed_in(&org, "riley");
    let body = refresh(&org, &refresh_token).unwrap();
    assert!(body.get("refresh_token").is_none());
    assert!(works(&org, &first) && works(&org, &text(&body, "access_token")));
    org.expire_sessions("riley");
    assert!(!works(&org, &first));
    org.change_app(|app| app.rotates = true);
    let body = refresh(&org, &refresh_token).unwrap();
    assert_ne!(text(&body, "refresh_token"), refresh_token);
    assert!(works(&org, &text(&body, "access_token")));
}

#[test]
fn a_refresh_token_that_was_given_back_revokes_everything() {
    let org = Org::demo();
    org.change_app(|app| app.rotates = true);
    let (_, old) = signed_in(&org, "riley");
    let (other, _) = signed_in(&org, "riley");
    let body = refresh(&org, &old).unwrap();
    assert_eq!(refresh(&org, &old).unwrap_err(), "invalid_grant: expired access/refresh token");
    assert!(!works(&org, &text(&body, "access_token")));
    assert_eq!(
        refresh(&org, &text(&body, "refresh_token")).unwrap_err(),
        "invalid_grant: expired access/refresh token"
    );
    assert!(works(&org, &other), "another sign-in is none of its business");
}

#[test]
fn a_user_who_is_deactivated_can_neither_call_nor_refresh() {
    let org = Org::demo();
    let (access, refresh_token) = signed_in(&org, "sam");
    org.set(&org.id("sam").unwrap(), "IsActive", false);
    assert!(!works(&org, &access));
    assert_eq!(refresh(&org, &refresh_token).unwrap_err(), "invalid_grant: inactive user");
}

#[test]
fn revoking_a_refresh_token_takes_its_sessions_along() {
    let org = Org::demo();
    let (access, refresh_token) = signed_in(&org, "riley");
    assert_eq!(post(&org, "revoke", &[("token", &refresh_token)]).status(), 200);
    assert!(!works(&org, &access));
    assert_eq!(refresh(&org, &refresh_token).unwrap_err(), "invalid_grant: expired access/refresh token");
    assert_eq!(post(&org, "revoke", &[("token", &refresh_token)]).status(), 400);

    let (access, refresh_token) = signed_in(&org, "riley");
    assert_eq!(post(&org, "revoke", &[("token", &access)]).status(), 200);
    assert!(!works(&org, &access));
    assert!(refresh(&org, &refresh_token).is_ok());
}

#[test]
fn a_refresh_under_way_is_a_fault_that_passes() {
    let org = Org::demo();
    let (_, refresh_token) = signed_in(&org, "riley");
    org.fault(Fault::token_in_progress());
    assert_eq!(refresh(&org, &refresh_token).unwrap_err(), "invalid_grant: token request is already being processed");
    assert!(refresh(&org, &refresh_token).is_ok());
}

#[test]
fn signing_in_costs_no_call_of_the_day() {
    let org = Org::demo();
    org.allow_calls(0);
    let (access, _) = signed_in(&org, "riley");
    assert!(!works(&org, &access), "the limit is for what comes after");
}
