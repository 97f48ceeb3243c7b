//! What may come in: a response is cut down to what the guest needs, and what repeats the token is kept out.

use crate::bindings::salesforce::plugin::http::{Failure, FailureKind, Response};
use crate::token::Token;

/// Header names the guest gets to see, besides `sforce-…`. Never one that could carry a credential.
const HEADERS: [&str; 5] = ["content-type", "date", "etag", "last-modified", "retry-after"];
/// Most headers the guest gets to see. Salesforce sends half a dozen of these.
const MAX_HEADERS: usize = 16;
/// Longest value of a header the guest gets to see, in bytes; a longer one is left out.
const MAX_HEADER_VALUE: usize = 1_024;

/// Makes a response the guest's.
pub(crate) fn admit(response: http::Response<Vec<u8>>, token: &Token, largest: usize) -> Result<Response, Failure> {
    let (parts, body) = response.into_parts();
    if body.len() > largest {
        return Err(failure(FailureKind::TooLarge, format!("the response is larger than {largest} bytes")));
    }
    // What is still encoded can't be searched.
    let mut encodings = parts.headers.get_all(http::header::CONTENT_ENCODING).iter();
    if encodings.any(|encoding| encoding != "identity") {
        return Err(failure(FailureKind::Denied, "the response has an encoding nobody asked for".to_owned()));
    }
    let headers: Vec<(String, String)> = parts
        .headers
        .iter()
        .filter(|(name, _)| HEADERS.contains(&name.as_str()) || name.as_str().starts_with("sforce-"))
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .filter(|(name, value)| name.len() <= MAX_HEADER_VALUE && value.len() <= MAX_HEADER_VALUE)
        .take(MAX_HEADERS)
        .collect();
    let repeats = || failure(FailureKind::Denied, "the response repeats the access token".to_owned());
    if headers.iter().any(|(_, value)| token.is_in(value.as_bytes())) {
        return Err(repeats());
    }
    // One record's text must not cost those beside it.
    let body = if token.is_in(&body) { token.withheld(&body).ok_or_else(repeats)? } else { body };
    Ok(Response { status: parts.status.as_u16(), headers, body })
}

fn failure(kind: FailureKind, detail: String) -> Failure {
    Failure { kind, request_sent: true, detail: Some(detail) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &str = "00D5g000004XyZ1!AQ4AQFr0mZ.Kc9_TqWb7uLxYpE2sVhJdNgRiOaMkCeB3vXz8wHtP6lSfUyQj";

    fn admitted(response: http::response::Builder, body: &str) -> Result<Response, Failure> {
        admit(response.body(body.as_bytes().to_vec()).unwrap(), &Token::new(SESSION).unwrap(), 200)
    }

    #[test]
    fn headers_that_could_carry_a_credential_stay_outside() {
        let response = http::Response::builder()
            .header("Content-Type", "application/json")
            .header("Sforce-Limit-Info", "api-usage=18/5000")
            .header("set-cookie", "sid=secret")
            .header("authorization", "Bearer secret")
            .header("location", format!("/secur/frontdoor.jsp?sid={SESSION}"))
            .header("content-length", "99999999999")
            .header("x-request-id", "1");
        let response = admitted(response, "{}").unwrap();
        assert_eq!(
            response.headers,
            [
                ("content-type".to_owned(), "application/json".to_owned()),
                ("sforce-limit-info".to_owned(), "api-usage=18/5000".to_owned())
            ]
        );
    }

    #[test]
    fn headers_are_few_and_short_or_left_out() {
        let mut response = http::Response::builder().header("sforce-long", "a".repeat(MAX_HEADER_VALUE + 1));
        for number in 0..1_000 {
            response = response.header(format!("sforce-{number}"), "x");
        }
        let headers = admitted(response, "{}").unwrap().headers;
        assert_eq!(headers.len(), MAX_HEADERS);
        assert!(headers.iter().all(|(_, value)| value == "x"));
    }

    #[test]
    fn a_value_deep_in_escapes_keeps_nothing_out() {
        for value in ["Webform %252525252525252541".to_owned(), "\\".repeat(150), format!("%{}41", "25".repeat(80))] {
            assert_eq!(admitted(http::Response::builder(), &value).unwrap().body, value.as_bytes());
        }
    }

    #[test]
    fn a_response_that_repeats_the_token_is_kept_out() {
        let echo = admitted(http::Response::builder(), &format!("<p>{SESSION}</p>")).unwrap_err();
        assert_eq!(echo.kind, FailureKind::Denied);
        assert!(echo.request_sent);
        let tag = http::Response::builder().header("etag", format!("/secur/frontdoor.jsp?sid={SESSION}"));
        assert_eq!(admitted(tag, "").unwrap_err().kind, FailureKind::Denied);
    }

    #[test]
    fn a_text_that_repeats_the_token_costs_that_text_alone() {
        let body = format!(r#"[{{"Name":"Acme"}},{{"Name":"{SESSION}"}}]"#);
        let admitted = admitted(http::Response::builder(), &body).unwrap().body;
        assert_eq!(
            String::from_utf8(admitted).unwrap(),
            r#"[{"Name":"Acme"},{"Name":"(withheld: it repeats the access token)"}]"#
        );
    }

    #[test]
    fn a_response_nobody_can_read_or_nobody_wants_to_hold_is_kept_out() {
        let zipped = http::Response::builder().header("content-encoding", "br");
        assert_eq!(admitted(zipped, "").unwrap_err().kind, FailureKind::Denied);
        let twice = http::Response::builder().header("content-encoding", "identity").header("content-encoding", "gzip");
        assert_eq!(admitted(twice, "").unwrap_err().kind, FailureKind::Denied);
        assert_eq!(admitted(http::Response::builder(), &"a".repeat(201)).unwrap_err().kind, FailureKind::TooLarge);
    }
}
