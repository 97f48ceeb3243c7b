//! The token never reaches the guest, a reply, an error or a transcript.

use std::sync::Arc;

use demo_org::{Effect, Fault, Org};
use salesforce_host::wire::FailureKind;
use salesforce_host::{Limits, Token};

use crate::guest;
use test_support::{HOST, TOKEN, demo, guests, refusal, session};

#[test]
fn a_response_that_repeats_the_token_does_not_reach_the_guest() {
    let echo = |request: http::Request<Vec<u8>>| {
        // The path says how to dress it up.
        let token = request.headers()["authorization"].to_str().unwrap().replace("Bearer ", "");
        let body = match request.uri().path().rsplit('/').next().unwrap() {
            "percent" => token.replace('!', "%21"),
            "json" => token.replace('!', "\\u0021"),
            "quoted" => format!(r#"[{{"message":"Bad header: Bearer {token}"}}]"#),
            _ => "no token".to_owned(),
        };
        Ok(http::Response::new(body.into_bytes()))
    };
    // This guest replies with every byte the host gives it.
    let session = guest::session(guests::SENDS, Limits::default(), echo);
    for (path, crosses) in [
        ("percent", "the response repeats the access token"),
        ("json", "the response repeats the access token"),
        ("quoted", r#"[{"message":"(withheld: it repeats the access token)"}]"#),
    ] {
        let reply = session.call_json("x", &format!("/services/data/v65.0/sobjects/{path}")).unwrap();
        assert_eq!(reply, crosses);
    }
    assert_eq!(session.call_json("x", "/services/data/v65.0/sobjects/plain").unwrap(), "no token");
}

#[test]
fn the_token_is_in_nothing_that_crosses_from_the_host_to_the_guest_or_to_the_caller() {
    let org = Arc::new(Org::demo());
    let token = Token::new(&org.token("riley")).unwrap();
    let (session, transcript) = session(&org, "riley");
    let calls = [
        ("salesforce_query", r#"{"soql": "SELECT * FROM Account"}"#),
        ("salesforce_get", r#"{"record": "Acme", "object": "Account", "full": true, "related": ["contacts"]}"#),
        ("salesforce_describe", r#"{"object": "Account"}"#),
        ("salesforce_describe", "{}"),
        ("salesforce_find", r#"{"text": "Acme"}"#),
        ("salesforce_create", r#"{"object": "Account", "fields": {"Name": "Umbrella"}}"#),
        ("salesforce_update", r#"{"record": "Acme", "object": "Account", "fields": {"Rating": "Cold"}}"#),
    ];
    for echoing in [false, true] {
        if echoing {
            org.fault(Fault::new(Effect::EchoAuthorization).times(100));
        }
        for (tool, arguments) in calls {
            let crossed = match session.call_json(tool, arguments) {
                Ok(reply) => reply,
                Err(error) => format!("{error} {error:?}"),
            };
            assert!(!token.is_in(crossed.as_bytes()), "{tool}: {crossed}");
        }
    }
    let connection = session.connection();
    let kept = format!("{:?} {:?}", connection, connection.settings());
    assert!(!token.is_in(kept.as_bytes()), "{kept}");
    for (key, value) in connection.cache().entries() {
        assert!(!token.is_in(key.as_bytes()) && !token.is_in(&value), "{key}");
    }
    let transcript = transcript.take();
    assert!(transcript.len() > calls.len());
    assert!(!token.is_in(format!("{transcript:?}").as_bytes()));
}

#[test]
fn a_refusal_that_repeats_the_token_still_says_that_nothing_was_written() {
    let org = Arc::new(Org::demo());
    let (session, _) = session(&org, "riley");
    // Warm, so that the first request is the write.
    session.call_json("salesforce_describe", r#"{"object": "Account"}"#).unwrap();
    org.fault(Fault::new(Effect::EchoAuthorization).times(10));
    let error =
        refusal(session.call_json("salesforce_create", r#"{"object": "Account", "fields": {"Name": "Umbrella"}}"#));
    assert_eq!(error["changed"], "no", "{error}");
    assert_eq!(error["org_message"], "(withheld: it repeats the access token)", "{error}");
}

#[test]
fn no_token_means_sign_in_and_no_request() {
    let origin = salesforce_host::Origin::parse("https://acme.my.salesforce.com").unwrap();
    let connection = salesforce_host::Connection::new(
        origin,
        || None,
        |_: http::Request<Vec<u8>>| panic!("nothing is sent without a token"),
    );
    let error = refusal(HOST.session(connection).call_json("salesforce_query", r#"{"soql": "SELECT * FROM Account"}"#));
    assert_eq!(error["kind"], "sign_in", "{error}");
}

#[test]
fn a_request_carries_the_bearer_token_where_only_the_host_puts_it() {
    let session = guest::session(guests::SENDS, Limits::default(), |request: http::Request<Vec<u8>>| {
        let header = &request.headers()["authorization"];
        assert!(header.is_sensitive());
        assert_eq!(header.to_str().unwrap(), format!("Bearer {TOKEN}"));
        assert!(!format!("{request:?}").contains(TOKEN));
        Ok(http::Response::new(b"fine".to_vec()))
    });
    assert_eq!(session.call_json("x", "/services/data/v65.0/limits").unwrap(), "fine");
}

const ENVELOPE: &str = r#"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com"><s:Header><SessionHeader><sessionId></sessionId></SessionHeader></s:Header><s:Body><getUserInfo/></s:Body></s:Envelope>"#;

fn soap(path: &str, body: &str) -> http::Request<Vec<u8>> {
    let request =
        http::Request::post(path).header("content-type", "text/xml; charset=UTF-8").header("soapaction", "\"\"");
    request.body(body.as_bytes().to_vec()).unwrap()
}

#[test]
fn the_programs_own_call_of_soap_carries_the_token_in_its_envelope_and_no_record_shows_it() {
    let org = Arc::new(Org::demo());
    let token = Token::new(&org.token("riley")).unwrap();
    let (connection, transcript) = demo(&org, "riley").recorded();
    // Beside the envelope a bearer token counts for nothing there.
    let without = connection.send(soap("/services/Soap/u/68.0", ENVELOPE)).unwrap();
    assert_eq!(without.status(), 500);
    let with = connection.send_soap(soap("/services/Soap/u/68.0", ENVELOPE)).unwrap();
    assert_eq!(with.status(), 200);
    assert!(String::from_utf8(with.into_body()).unwrap().contains("<userFullName>Riley Reyes</userFullName>"));
    let exchanges = transcript.take();
    assert_eq!(exchanges.len(), 2);
    assert!(!token.is_in(format!("{exchanges:?}").as_bytes()));
    assert!(!token.is_in(format!("{:?}", org.requests()).as_bytes()));
}

#[test]
fn a_call_of_soap_without_one_place_for_the_token_is_not_sent() {
    let org = Arc::new(Org::demo());
    let connection = demo(&org, "riley");
    let twice = ENVELOPE.replace("<sessionId></sessionId>", "<sessionId></sessionId><sessionId></sessionId>");
    let own = ENVELOPE.replace("<sessionId></sessionId>", "<sessionId>mine</sessionId>");
    for (path, body) in [
        ("/services/data/v65.0/composite", ENVELOPE),
        ("/services/apexrest/Soap/", ENVELOPE),
        ("/services/Soap/u/68.0", "<Envelope/>"),
        ("/services/Soap/u/68.0", twice.as_str()),
        ("/services/Soap/u/68.0", own.as_str()),
    ] {
        let failure = connection.send_soap(soap(path, body)).unwrap_err();
        assert_eq!((failure.kind, failure.request_sent), (FailureKind::Denied, false), "{path} {body}");
    }
    assert_eq!(org.requests().len(), 0);
}

/// An envelope with a place for the session.
const SLOT: &str = "<e><sessionId></sessionId></e>";

#[test]
fn a_guests_call_of_soap_carries_the_token_in_its_envelope_and_nowhere_else() {
    let echo = |request: http::Request<Vec<u8>>| {
        assert!(!request.headers().contains_key("authorization"));
        assert_eq!(request.body(), format!("<e><sessionId>{TOKEN}</sessionId></e>").as_bytes());
        let body = match request.uri().path() {
            "/services/Soap/u/67.0" => format!("<f>{TOKEN}</f>"),
            "/services/Soap/u/66.0" => format!("<f>{}</f>", TOKEN.replace('!', "&#33;")),
            _ => "<f/>".to_owned(),
        };
        Ok(http::Response::new(body.into_bytes()))
    };
    let session = guest::session(guests::POSTS_SOAP, Limits::default(), echo);
    assert_eq!(session.call_json(SLOT, "/services/Soap/u/68.0").unwrap(), "<f/>");
    for version in ["67.0", "66.0"] {
        let reply = session.call_json(SLOT, &format!("/services/Soap/u/{version}")).unwrap();
        assert_eq!(reply, "the response repeats the access token", "{version}");
    }
}

#[test]
fn a_guests_token_goes_into_no_body_but_an_envelope_of_soap_with_one_place_for_it() {
    let session = guest::session(guests::POSTS_SOAP, Limits::default(), |_| unreachable!("nothing is sent"));
    for (path, body) in [
        ("/services/data/v65.0/composite", SLOT),
        ("/services/Soap/u/68.0/more", SLOT),
        ("/services/Soap/u/", SLOT),
        ("/services/Soap/u/..", SLOT),
        ("/services/Soap/u/68.0?x=y", SLOT),
        ("/services/Soap/c/68.0", SLOT),
        ("/services/Soap/u/68.0", ""),
        ("/services/Soap/u/68.0", "<e><sessionId>mine</sessionId></e>"),
        ("/services/Soap/u/68.0", "<e><sessionId></sessionId><sessionId></sessionId></e>"),
    ] {
        let reply = session.call_json(body, path).unwrap();
        assert!(reply.starts_with("a call of the SOAP API "), "{path} {body}: {reply}");
    }
}
