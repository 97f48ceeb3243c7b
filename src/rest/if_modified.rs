//! `If-Modified-Since`: what an endpoint says, unless that is as it was, which Salesforce says with 304 and no body.
//!
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_modified_since.htm>

use http::header::{HeaderValue, IF_MODIFIED_SINCE};

use super::http_date::http_date;
use super::{Endpoint, ReadError};
use crate::time::clock::utc;

/// Reads of an endpoint what has changed since it was read before; all where it was not.
#[derive(Debug, Clone, Copy)]
pub struct IfModified<'a, E> {
    /// What is read.
    pub endpoint: &'a E,
    /// When it was read before, in seconds since the Unix epoch.
    pub since: Option<i64>,
}

impl<E: Endpoint> Endpoint for IfModified<'_, E> {
    /// Nothing where it is as it was.
    type Response = Option<E::Response>;
    const WRITES: bool = E::WRITES;

    fn request(&self) -> Result<http::Request<Vec<u8>>, http::Error> {
        let mut request = self.endpoint.request()?;
        if let Some(date) = self.since.and_then(|since| http_date(&utc(since))) {
            request.headers_mut().insert(IF_MODIFIED_SINCE, HeaderValue::try_from(date)?);
        }
        Ok(request)
    }

    fn read(&self, response: http::Response<&[u8]>) -> Result<Self::Response, ReadError> {
        // Nobody asked for a 304 without a date.
        if self.since.is_some() && response.status() == http::StatusCode::NOT_MODIFIED {
            return Ok(None);
        }
        self.endpoint.read(response).map(Some)
    }
}
