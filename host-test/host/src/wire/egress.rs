//! What may leave: a request of the guest is checked in full before any byte of it goes out.
//!
//! The host prepends the origin and appends the token, so whatever could change the origin, the end of a header or the
//! meaning of a path is refused rather than repaired.

use std::borrow::Cow;

use http::header::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;

/// Salesforce answers 414 beyond 16,384 bytes; a SOQL query that long belongs into a body.
const MAX_PATH_LENGTH: usize = 16_384;
const MAX_HEADERS: usize = 16;
const MAX_VALUE_LENGTH: usize = 4_096;
const MAX_BODY_BYTES: usize = 6 * 1024 * 1024;
/// What there is of the REST API for the tools, each with everything below it. Others run code, as `tooling` does.
const RESOURCES: [&str; 8] =
    ["composite", "limits", "parameterizedSearch", "query", "queryAll", "search", "sobjects", "ui-api"];
/// Who the user is.
const USER_INFO: [&str; 3] = ["services", "oauth2", "userinfo"];

/// Header names the guest may set, besides `sforce-…`.
const HEADERS: [&str; 8] = [
    "accept",
    "accept-language",
    "content-type",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-unmodified-since",
    "soapaction",
];

/// Why a request was not let out. The text is the host's own: nothing of the request is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The path is not one that a tool needs.
    #[error("the path is none of the org's REST API that the tools need")]
    Elsewhere,
    /// The path has something in it that servers and proxies read differently.
    #[error("the path has an empty or dot segment, a separator or an escape within a segment, or a broken escape")]
    Ambiguous,
    /// The path has a character that must be percent-encoded.
    #[error("the path has a character that has to be percent-encoded")]
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
    /// The SOAP API takes the credential in its body, and this one has no place for it, or several.
    #[error("a call of the SOAP API is posted as XML to /services/Soap/u/, with one empty sessionId")]
    Envelope,
    /// Too much.
    #[error("the request is too large")]
    Size,
}

/// Checks a path with its query.
///
/// What is let out is on a list, segment by segment: `/services/data/vN.N/` with a resource of the list and what is below
/// it, `…/analytics/reports` and what is below, `…/process/approvals`, two of `…/actions/standard`, and
/// `/services/oauth2/userinfo`. A segment has nothing that any server could take for the end of it, written out or
/// encoded. A query is free within <https://www.rfc-editor.org/rfc/rfc3986#section-3.4>.
pub fn path(path: &str) -> Result<(), Refusal> {
    if path.len() > MAX_PATH_LENGTH {
        return Err(Refusal::Size);
    }
    let (resource, query) = path.split_once('?').unwrap_or((path, ""));
    let is_readable = |byte: u8| byte.is_ascii_graphic() && byte != b'\\' && byte != b'#';
    if !resource.bytes().all(is_readable) || !query.bytes().all(|byte| OF_QUERY[usize::from(byte)]) {
        return Err(Refusal::Character);
    }
    let Some(below) = resource.strip_prefix("/services/") else { return Err(Refusal::Elsewhere) };
    if !escapes_are_whole(below) || !escapes_are_whole(query) {
        return Err(Refusal::Ambiguous);
    }
    let segments = std::iter::once("services").chain(below.split('/')).map(segment).collect::<Result<Vec<_>, _>>()?;
    let segments: Vec<&str> = segments.iter().map(AsRef::as_ref).collect();
    match *segments {
        // An encoded letter in a name would be decoded by some servers and not by others.
        ["services", "data", version, resource, ..]
            if is_version(version) && RESOURCES.contains(&resource) && begins_unescaped(below) =>
        {
            Ok(())
        }
        // Of what else analyses, nothing is a tool's.
        ["services", "data", version, "analytics", "reports", ..] if is_version(version) && !below.contains('%') => {
            Ok(())
        }
        // Of the actions and processes an org has, some could be anything: these are a tool's.
        ["services", "data", version, "process", "approvals"]
        | ["services", "data", version, "actions", "standard", "reviewApprovalWorkItem" | "emailSimple"]
            if is_version(version) && !below.contains('%') =>
        {
            Ok(())
        }
        _ if segments == USER_INFO && !below.contains('%') => Ok(()),
        ["services", service, ..] if service.eq_ignore_ascii_case("oauth2") => Err(Refusal::SignIn),
        _ => Err(Refusal::Elsewhere),
    }
}

/// Checks what is sent with the credential in its body: that goes to the partner API of SOAP, and nowhere else.
pub fn soap(is_post: bool, path: &str, headers: &HeaderMap) -> Result<(), Refusal> {
    let version = path.strip_prefix("/services/Soap/u/").unwrap_or_default();
    let kind = headers.get(http::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_xml = kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("text/xml");
    if is_post && is_xml && is_number(version) { Ok(()) } else { Err(Refusal::Envelope) }
}

/// A segment decoded, if every server has to read it alike.
fn segment(written: &str) -> Result<Cow<'_, str>, Refusal> {
    let decoded = percent_decode_str(written).decode_utf8().map_err(|_| Refusal::Ambiguous)?;
    let separates = |one: char| one.is_control() || ";/\\?#%".contains(one);
    if decoded.contains(separates) || matches!(decoded.trim(), "" | "." | "..") {
        return Err(Refusal::Ambiguous);
    }
    if !written.bytes().all(is_of_segment) {
        return Err(Refusal::Character);
    }
    Ok(decoded)
}

/// What may be written in a query, by byte: queries are the longest part of nearly every path.
const OF_QUERY: [bool; 256] = {
    let (mut of_query, mut byte) = ([false; 256], 0);
    while byte < 256 {
        of_query[byte] = is_of_query(byte as u8);
        byte += 1;
    }
    of_query
};

/// What may be written in a segment.
const fn is_of_segment(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'%')
}

/// What may be written in a query, with what would end a segment.
const fn is_of_query(byte: u8) -> bool {
    is_of_segment(byte) || matches!(byte, b'!' | b'$' | b'&'..=b',' | b';' | b'=' | b':' | b'@' | b'/' | b'?')
}

/// `v65.0`
fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(is_number)
}

/// `65.0`
fn is_number(version: &str) -> bool {
    let digits = |text: &str| (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    version.split_once('.').is_some_and(|(major, minor)| digits(major) && digits(minor))
}

/// Whether the names that decide what a path leads to are written out.
fn begins_unescaped(below: &str) -> bool {
    below.split('/').take(3).all(|segment| !segment.contains('%'))
}

fn escapes_are_whole(text: &str) -> bool {
    let text = text.as_bytes();
    memchr::memchr_iter(b'%', text)
        .all(|at| text.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)))
}

/// Checks headers and makes them `http`'s.
pub fn headers(pairs: &[(String, String)]) -> Result<HeaderMap, Refusal> {
    if pairs.len() > MAX_HEADERS {
        return Err(Refusal::Size);
    }
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        // In lower case.
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| Refusal::Header)?;
        if !HEADERS.contains(&name.as_str()) && !name.as_str().starts_with("sforce-") {
            return Err(Refusal::Header);
        }
        if value.len() > MAX_VALUE_LENGTH || !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return Err(Refusal::Value);
        }
        let value = HeaderValue::from_str(value).map_err(|_| Refusal::Value)?;
        headers.append(name, value);
    }
    Ok(headers)
}

/// Checks a body.
pub fn body(body: Option<&[u8]>) -> Result<(), Refusal> {
    if body.is_some_and(|body| body.len() > MAX_BODY_BYTES) { Err(Refusal::Size) } else { Ok(()) }
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
            "/services/data/v65.0/analytics/reports/00O5g00000ABCDEEA4?includeDetails=true",
            "/services/data/v65.0/search?q=a..b//c",
            "/services/data/v65.0/sobjects/ContentVersion/0685g00000ABCDEAA4/VersionData",
            "/services/data/v65.0/process/approvals",
            "/services/data/v65.0/actions/standard/reviewApprovalWorkItem",
            "/services/data/v65.0/actions/standard/emailSimple",
        ] {
            assert_eq!(path(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn only_what_the_tools_need_of_an_org_is_let_out() {
        for other in [
            "/services",
            "/services/",
            "/services/data",
            "/services/data/v65.0",
            "/services/data/v65.0/tooling/executeAnonymous?anonymousBody=x",
            "/services/data/v65.0/actions/custom/apex/X",
            "/services/data/v65.0/actions/standard/chatterPost",
            "/services/data/v65.0/actions/standard/%65mailSimple",
            "/services/data/v65.0/actions/standard/emailSimple/more",
            "/services/data/v65.0/actions/standard",
            "/services/data/v65.0/process/rules",
            "/services/data/v65.0/process",
            "/services/data/v65.0/analytics",
            "/services/data/v65.0/analytics/dashboards/01Z5g00000ABCDEEA4",
            "/services/data/v65.0/analytics/%72eports/00O5g00000ABCDEEA4",
            "/services/data/v65.0/analytics/Reports",
            "/services/data/v65/query",
            "/services/data/vx.0/query",
            "/services/data/v65.0.0/query",
            "/services/data/65.0/query",
            "/services/data/v65.0/Query",
            "/services/data/v65.0/%71uery",
            "/services/data/v%36%35.0/query",
            "/services/Soap/u/65.0",
            "/services/apexrest/Anything",
            "/services/auth/sso/X",
            "/services/async/65.0/job",
            "/services/wsdl/enterprise",
            "/services/%64ata/v65.0/query",
            "/services/data%20/v65.0/query",
            "/services/Data/v65.0/query",
        ] {
            let refused = path(other);
            assert!(matches!(refused, Err(Refusal::Elsewhere | Refusal::Ambiguous)), "{other}: {refused:?}");
        }
    }

    #[test]
    fn no_ending_makes_a_sign_in_endpoint_another_one() {
        for ending in [";x", "%3B", "%3bx", "%20", "%09", "%00", ".", "%2e", ",x", "%2f", "%5c", "%23", "%3f"] {
            for written in [
                format!("/services/oauth2{ending}/singleaccess"),
                format!("/services/oauth2/singleaccess{ending}"),
                format!("/services/oauth2/userinfo{ending}"),
                format!("/services{ending}/oauth2/singleaccess"),
                format!("/services/data{ending}/v65.0/query"),
            ] {
                assert!(path(&written).is_err(), "{written}");
            }
        }
    }

    #[test]
    fn any_record_and_any_query_is_let_out() {
        let segment: String = (0..=127_u8)
            .filter(|byte| !byte.is_ascii_control() && !b";/\\?#%".contains(byte))
            .map(
                |byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") },
            )
            .collect();
        let query: String = (0..=255_u8).map(|byte| format!("%{byte:02x}")).collect();
        assert_eq!(
            path(&format!("/services/data/v65.0/sobjects/Account/Code__c/{segment}?q={query}!$&'()*+,;=:@/?-._~")),
            Ok(())
        );
        for character in ['"', '<', '>', '[', ']', '^', '`', '{', '|', '}'] {
            assert_eq!(path(&format!("/services/data/v65.0/query?q={character}")), Err(Refusal::Character));
            assert_eq!(path(&format!("/services/data/v65.0/query/{character}")), Err(Refusal::Character));
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
        assert_eq!(path(&format!("/services/{}", "a".repeat(MAX_PATH_LENGTH))), Err(Refusal::Size));
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
