//! `If-Modified-Since`: what was read before is said again only if it has changed; if not, Salesforce answers 304 without a
//! body. Without a cache nothing was read before.
//!
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_modified_since.htm>

use http::header::IF_MODIFIED_SINCE;
use http::{Request, Response, StatusCode};

use super::http_date::http_date;
use crate::time::clock::utc;

/// Whether anything that the org said is kept between calls. Where it is not, nothing is ever asked for changes, and what
/// would do that is left out of the component.
pub(crate) const IS_KEPT: bool = cfg!(feature = "cache");

/// A request for what has changed since a second of the Unix epoch; for all where there is none.
pub(super) fn get(path: String, since: Option<i64>) -> Result<Request<Vec<u8>>, http::Error> {
    let mut request = Request::get(path);
    if let Some(date) = since.filter(|_| IS_KEPT).and_then(|since| http_date(&utc(since))) {
        request = request.header(IF_MODIFIED_SINCE, &date);
    }
    request.body(Vec::new())
}

/// Whether a response says that nothing has changed since then.
pub(super) fn is_unchanged(response: &Response<&[u8]>, since: Option<i64>) -> bool {
    IS_KEPT && since.is_some() && response.status() == StatusCode::NOT_MODIFIED
}
