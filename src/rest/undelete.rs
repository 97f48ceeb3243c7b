//! `POST /services/Soap/u/vv.v`
//!
//! Takes a record out of the recycle bin, with what went there with it, which no resource of the REST API does.
//! <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_undelete.htm>

use super::{Endpoint, ReadError, soap};
use crate::id::RecordId;

/// Restores a record.
#[derive(Debug, Clone)]
pub struct Undelete<'a> {
    /// The record.
    pub id: &'a RecordId,
}

impl Endpoint for Undelete<'_> {
    type Response = ();
    const WRITES: bool = true;
    const IS_SOAP: bool = true;

    fn request(&self) -> Result<http::Request<Vec<u8>>, http::Error> {
        soap::request(&[], &["<undelete><ids>", self.id.as_str(), "</ids></undelete>"])
    }

    fn read(&self, response: http::Response<&[u8]>) -> Result<(), ReadError> {
        soap::result(&response).map(drop)
    }
}
