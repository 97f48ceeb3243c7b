//! Salesforce's REST API as values, one file an endpoint: it plans a request and reads a response, and sends nothing.
//!
//! An endpoint is written once and used twice: alone, or as a part of a [`Composite`] request.

mod action;
mod composite;
mod content;
pub(crate) mod content_note;
mod convert_lead;
mod describe;
mod http_date;
mod if_modified;
mod limit_info;
mod names;
mod picklist_values;
mod query;
mod refusal;
mod saved;
mod search;
mod soap;
mod sobject;
mod undelete;
mod user_info;

pub use action::Action;
pub use composite::{Composite, MAX_QUERIES, Part, Parts};
pub use content::Content;
pub use convert_lead::{ConvertLead, Converted, Deal};
pub use describe::{BasicInformation, Describe, DescribeGlobal, FindObject};
pub use http_date::{date_of, http_date};
pub(crate) use if_modified::IS_KEPT;
pub use limit_info::{ApiCalls, LIMIT_INFO};
pub use names::Names;
pub use picklist_values::PicklistValues;
pub use query::{Page, Query, QueryMore};
pub use refusal::{DuplicateRule, Refusal};
pub use saved::Saved;
pub use search::Search;
pub use sobject::{Create, Delete, Retrieve, Update, Which};
pub use undelete::Undelete;
pub use user_info::{User, UserInfo};

use http::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue};

use crate::chunk::{CHUNK, write};
use crate::json::{Json, word_at};

/// Every path starts here. Any version from 52 (duplicate rules with `runAsCurrentUser`) on would do.
pub const VERSION_PATH: &str = "/services/data/v65.0";

/// The headers of a response that anything here reads: a platform may leave out all others.
pub const RESPONSE_HEADERS: [HeaderName; 3] = [CONTENT_TYPE, DATE, LIMIT_INFO];

/// The name of a header. Wherever `http` is asked for one, the compiler puts a table of all that it knows: here it is there
/// once.
#[inline(never)]
pub fn name_of(header: &HeaderName) -> &str {
    header.as_str()
}

/// Adds a header of a response. Wherever `http` is asked to, the compiler puts all of its table: here it is there once.
#[inline(never)]
pub fn append(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    headers.append(name, value);
}

/// One operation of the API.
pub trait Endpoint {
    /// What a successful response says.
    type Response;

    /// Whether a request that arrived may have changed the org.
    const WRITES: bool;

    /// Whether it is one of the SOAP API, whose envelope the platform puts the credential in.
    const IS_SOAP: bool = false;

    /// Plans the request. Its URI is a path.
    fn request(&self) -> Result<http::Request<Vec<u8>>, http::Error>;

    /// Reads the response, whatever its status.
    fn read(&self, response: http::Response<&[u8]>) -> Result<Self::Response, ReadError>;
}

/// Why a response is no success.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Salesforce refused.
    #[error("Salesforce refused with status {}", .0.status)]
    Refused(Refusal),
    /// It is not what the manual promises. Holds no text of the response: that may be anything.
    #[error("{0}")]
    Unreadable(String),
}

/// The body of a response with the one status that the manual documents for its success.
///
/// Every other success is none: a maintenance page, a login page or a proxy answers 200 to a request that never reached
/// the org, and 202 or 206 say that not all of it is done.
fn accept<'a>(response: &http::Response<&'a [u8]>, documented: http::StatusCode) -> Result<&'a [u8], ReadError> {
    let (status, body) = (response.status(), *response.body());
    let has_body = documented != http::StatusCode::NO_CONTENT;
    if status == documented && !(has_body && is_foreign(response)) {
        Ok(body)
    } else if status.is_success() && !is_foreign(response) {
        let expected = documented.as_u16();
        Err(ReadError::Unreadable(format!("it has the status {} in place of {expected}", status.as_u16())))
    } else {
        Err(ReadError::Refused(Refusal::read(status, body)))
    }
}

/// Whether a response is not the API's own: the API answers in JSON, and web pages begin otherwise.
fn is_foreign(response: &http::Response<&[u8]>) -> bool {
    let body = response.body().trim_ascii_start();
    let begins_json = |first: &u8| b"{[\"-0123456789tfn".contains(first);
    is_page(response) || !body.first().is_some_and(begins_json)
}

/// Whether a response is a web page.
fn is_page(response: &http::Response<&[u8]>) -> bool {
    response.headers().get(CONTENT_TYPE).is_some_and(|kind| {
        let page = b"text/html";
        kind.as_bytes().trim_ascii_start().get(..page.len()).is_some_and(|kind| kind.eq_ignore_ascii_case(page))
    })
}

/// The JSON of a body.
fn parse<'a>(what: &str, body: &'a [u8]) -> Result<Json<'a>, ReadError> {
    let text =
        simdutf8::basic::from_utf8(body).map_err(|_| ReadError::Unreadable(format!("the {what} is not UTF-8")))?;
    Json::parse(text).map_err(|error| {
        let cause = if error.is_end { "ends too early" } else { "is not JSON" };
        ReadError::Unreadable(format!("the {what} {cause} (line {}, column {})", error.line, error.column))
    })
}

/// The JSON object of a body.
fn object<'a>(what: &str, body: &'a [u8]) -> Result<Json<'a>, ReadError> {
    let object = parse(what, body)?;
    if object.is_object() { Ok(object) } else { Err(ReadError::Unreadable(format!("the {what} is no object"))) }
}

/// A path segment or query value, percent-encoded as the value of a form is.
/// <https://url.spec.whatwg.org/#urlencoded-serializing>
fn encode(text: &str) -> String {
    let digit = |value: u8| value + if value < 10 { b'0' } else { b'A' - 10 };
    let bytes = text.as_bytes();
    // There is room for all of it and what is too much of a word, over which the next is written.
    let mut encoded = vec![0; 3 * bytes.len() + CHUNK];
    let (mut at, mut end) = (0, 0);
    while at < bytes.len() {
        let (word, length) = word_at(bytes, at);
        write(&mut encoded, end, word);
        (at, end) = (at + length, end + length);
        if length == word.len() {
            continue;
        }
        let (others, taken, length) = match bytes.get(at..).unwrap_or_default() {
            // What parts columns.
            [b',', b' ', ..] => (*b"%2C+", 2, 4),
            [b' ', ..] => (*b"+\0\0\0", 1, 1),
            [byte @ (b'*' | b'-' | b'.'), ..] => ([*byte, 0, 0, 0], 1, 1),
            [byte, ..] => ([b'%', digit(byte >> 4), digit(byte & 15), 0], 1, 3),
            [] => break,
        };
        write(&mut encoded, end, others);
        (at, end) = (at + taken, end + length);
    }
    encoded.truncate(end);
    String::from_utf8(encoded).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_text_is_encoded_as_forms_are(text in ".{0,40}|[ -~]{0,40}") {
            let expected: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
            prop_assert_eq!(super::encode(&text), expected);
        }
    }
}
