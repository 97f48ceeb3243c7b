//! What may leave: a request of the guest is checked in full before any byte of it goes out.
//!
//! The host prepends the origin and appends the token, so whatever could change the origin, the end of a header or the
//! meaning of a path is refused rather than repaired.

use http::header::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;

/// Salesforce answers 414 beyond 16,384 bytes; a SOQL query that long belongs into a body.
const LONGEST_PATH: usize = 16_384;
const MOST_HEADERS: usize = 16;
const LONGEST_VALUE: usize = 4_096;
const LARGEST_BODY: usize = 6 * 1024 * 1024;
/// How many layers of percent-encoding are looked through.
const LAYERS: usize = 4;

/// Header names the guest may set, besides `sforce-…`.
const HEADERS: [&str; 7] = [
    "accept",
    "accept-language",
    "content-type",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-unmodified-since",
];

/// Why a request was not let out. The text is the host's own: nothing of the request is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The path is not one of the org's REST API.
    #[error("the path is not below /services/ of the org")]
    Elsewhere,
    /// The path has something in it that servers and proxies read differently.
    #[error("the path has an empty or dot segment, an encoded separator, or a broken escape")]
    Ambiguous,
    /// The path has a character that must be percent-encoded.
    #[error("the path has a space, a control character, `\\`, `#` or a character beyond ASCII")]
    Character,
    /// The path leads to credentials.
    #[error("the path leads to the org's sign-in endpoints")]
    SignIn,
    /// The header is not one the guest may set.
    #[error("the header may not be set")]
    Header,
    /// The header's value could end the header.
    #[error("the value of a header has a control character or a character beyond ASCII, or is too long")]
    Value,
    /// Too much.
    #[error("the request is too large")]
    Size,
}

/// Checks a path with its query.
pub fn path(path: &str) -> Result<(), Refusal> {
    if path.len() > LONGEST_PATH {
        return Err(Refusal::Size);
    }
    if !path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\' && byte != b'#') {
        return Err(Refusal::Character);
    }
    let (resource, query) = path.split_once('?').unwrap_or((path, ""));
    if !resource.starts_with("/services/") {
        return Err(Refusal::Elsewhere);
    }
    if !escapes_are_whole(resource) || !escapes_are_whole(query) {
        return Err(Refusal::Ambiguous);
    }
    let mut decoded = resource.to_owned();
    for _ in 0..LAYERS {
        if !resource_is_plain(&decoded, resource) {
            return Err(Refusal::Ambiguous);
        }
        let deeper = percent_decode_str(&decoded).decode_utf8_lossy().into_owned();
        if deeper == decoded {
            return sign_in(&decoded);
        }
        decoded = deeper;
    }
    Err(Refusal::Ambiguous)
}

/// Whether a resource, at some depth of decoding, has the segments it had as written, and no dot segment.
fn resource_is_plain(decoded: &str, written: &str) -> bool {
    decoded.matches('/').count() == written.matches('/').count()
        && !decoded.contains(['\\', '\u{fffd}'])
        && !decoded.chars().any(char::is_control)
        && decoded.split('/').skip(1).all(|segment| {
            // Some servers cut a segment at `;` before they look for dots.
            let name = segment.split(';').next().unwrap_or_default().trim();
            !matches!(name, "" | "." | "..")
        })
}

/// Who the user is may be asked; what makes or unmakes a session is the host's business alone.
fn sign_in(resource: &str) -> Result<(), Refusal> {
    let resource = resource.to_ascii_lowercase();
    if resource.starts_with("/services/oauth2/") && resource != "/services/oauth2/userinfo" {
        return Err(Refusal::SignIn);
    }
    Ok(())
}

fn escapes_are_whole(text: &str) -> bool {
    text.split('%').skip(1).all(|rest| rest.len() >= 2 && rest.bytes().take(2).all(|digit| digit.is_ascii_hexdigit()))
}

/// Checks headers and makes them `http`'s.
pub fn headers(pairs: &[(String, String)]) -> Result<HeaderMap, Refusal> {
    if pairs.len() > MOST_HEADERS {
        return Err(Refusal::Size);
    }
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let name = name.to_ascii_lowercase();
        if !HEADERS.contains(&name.as_str()) && !name.starts_with("sforce-") {
            return Err(Refusal::Header);
        }
        if value.len() > LONGEST_VALUE || !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return Err(Refusal::Value);
        }
        let name = HeaderName::try_from(name).map_err(|_| Refusal::Header)?;
        let value = HeaderValue::from_str(value).map_err(|_| Refusal::Value)?;
        headers.append(name, value);
    }
    Ok(headers)
}

/// Checks a body.
pub fn body(body: Option<&[u8]>) -> Result<(), Refusal> {
    if body.is_some_and(|body| body.len() > LARGEST_BODY) { Err(Refusal::Size) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paths_salesforce_needs_are_let_out() {
        for good in [
            "/services/data/v65.0/query?q=SELECT%20Id%20FROM%20Account%20WHERE%20Name%20LIKE%20'50%25%5C%25'",
            "/services/data/v65.0/query/01g5g00000abcde-2000",
            "/services/data/v65.0/sobjects/Account/0015g00000ABCDEAAA",
            "/services/data/v65.0/sobjects/Account/External__c/a%20b",
            "/services/data/v65.0/composite",
            "/services/oauth2/userinfo",
            "/services/data/v65.0/search?q=a..b//c",
        ] {
            assert_eq!(path(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn another_origin_is_refused() {
        for bad in [
            "",
            "/",
            "services/data",
            "//evil.example/services/data",
            "https://evil.example/services/data",
            "@evil.example/services/data",
            ".evil.example/services/data",
            ":443@evil.example/services/",
            "/Services/data",
            "/servicesX/data",
            "?/services/",
        ] {
            assert_eq!(path(bad), Err(Refusal::Elsewhere), "{bad}");
        }
    }

    #[test]
    fn dot_segments_are_refused_however_they_are_encoded() {
        for trick in [
            "/services/../secur/frontdoor.jsp",
            "/services/./data",
            "/services/data/..",
            "/services/data//v65.0",
            "/services//data",
            "/services/data/",
            "/services/%2e%2e/secur",
            "/services/%2E./secur",
            "/services/.%2e/secur",
            "/services/%252e%252e/secur",
            "/services/%25252e%25252e/secur",
            "/services/..;/secur",
            "/services/..;x=y/secur",
            "/services/data%2f..%2f..%2fsecur",
            "/services/data%5c..%5csecur",
            "/services/data/x%00",
            "/services/data/%0d%0aHost:%20evil",
            "/services/data/%",
            "/services/data/%4",
            "/services/data/%zz",
            "/services/data/%c0%ae%c0%ae/secur",
            "/services/data?q=%",
            "/services/data/%2525252525252e",
        ] {
            assert_eq!(path(trick), Err(Refusal::Ambiguous), "{trick}");
        }
    }

    #[test]
    fn characters_that_end_or_bend_a_request_line_are_refused() {
        for trick in [
            "/services/data HTTP/1.1",
            "/services/data\r\nhost: evil",
            "/services/data\n",
            "/services/data\0",
            "/services/data\t",
            "/services\\data",
            "/services/data#fragment",
            "/services/data?q=ü",
            "/services/data/\u{202e}",
        ] {
            assert_eq!(path(trick), Err(Refusal::Character), "{trick:?}");
        }
        assert_eq!(path(&format!("/services/{}", "a".repeat(LONGEST_PATH))), Err(Refusal::Size));
    }

    #[test]
    fn what_makes_or_unmakes_a_session_is_refused() {
        for endpoint in ["token", "revoke", "singleaccess", "introspect", "authorize", "userinfo/x"] {
            assert_eq!(path(&format!("/services/oauth2/{endpoint}")), Err(Refusal::SignIn), "{endpoint}");
        }
        assert_eq!(path("/services/OAuth2/token"), Err(Refusal::SignIn));
        assert_eq!(path("/services/o%61uth2/token"), Err(Refusal::SignIn));
    }

    fn header(name: &str, value: &str) -> Result<HeaderMap, Refusal> {
        headers(&[(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn headers_that_carry_identity_or_framing_are_refused() {
        for name in [
            "authorization",
            "Authorization",
            "proxy-authorization",
            "host",
            "cookie",
            "content-length",
            "transfer-encoding",
            "connection",
            "upgrade",
            "te",
            "expect",
            "x-http-method-override",
            "x-forwarded-host",
            "forwarded",
            ":authority",
            "",
            "sforce-a b",
            "sforce-a\r\nhost",
        ] {
            assert_eq!(header(name, "x").err(), Some(Refusal::Header), "{name:?}");
        }
    }

    #[test]
    fn a_line_end_in_a_header_value_is_refused() {
        for value in ["a\r\nhost: evil", "a\nb", "a\rb", "a\0b", "ü", "a\u{7f}", "a\tb"] {
            assert_eq!(header("sforce-query-options", value).err(), Some(Refusal::Value), "{value:?}");
        }
    }

    #[test]
    fn the_headers_the_rest_api_needs_are_let_out() {
        for (name, value) in [
            ("content-type", "application/json"),
            ("if-unmodified-since", "Tue, 10 Aug 2027 00:00:00 GMT"),
            ("Sforce-Duplicate-Rule-Header", "allowSave=true; includeRecordDetails=true"),
        ] {
            assert!(header(name, value).is_ok(), "{name}");
        }
    }
}
