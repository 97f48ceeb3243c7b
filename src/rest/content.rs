//! `GET /services/data/vXX.X/sobjects/ContentVersion/{id}/VersionData` and `GET …/sobjects/Attachment/{id}/Body`
//!
//! Reads the bytes of a file.
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_blob_retrieve.htm>

use super::{Endpoint, ReadError, Refusal, VERSION_PATH, accept, is_page};
use crate::id::RecordId;
use crate::soql::ObjectName;

/// Reads the bytes of a file: of one of its versions, or of an old attachment.
#[derive(Debug, Clone)]
pub struct Content<'a> {
    /// `ContentVersion` or `Attachment`.
    pub object: &'a ObjectName,
    /// The version or the attachment.
    pub id: &'a RecordId,
    /// How many bytes it has, as its record says.
    pub size: u32,
}

impl Endpoint for Content<'_> {
    type Response = Vec<u8>;
    const WRITES: bool = false;

    fn request(&self) -> Result<http::Request<Vec<u8>>, http::Error> {
        let object = self.object.as_str();
        let field = if object == "Attachment" { "/Body" } else { "/VersionData" };
        http::Request::get([VERSION_PATH, "/sobjects/", object, "/", self.id.as_str(), field].concat()).body(Vec::new())
    }

    /// Takes bytes of any type. A page of something in between is told from a file by its length alone, for a file may
    /// well be a page; one that was changed meanwhile has another length, and seldom is one.
    fn read(&self, response: http::Response<&[u8]>) -> Result<Vec<u8>, ReadError> {
        let (status, body) = (response.status(), *response.body());
        if status != http::StatusCode::OK {
            return accept(&response, http::StatusCode::OK).map(<[u8]>::to_vec);
        }
        if body.len() as u64 != u64::from(self.size) && (body.is_empty() || is_page(&response)) {
            return Err(ReadError::Refused(Refusal::of(status.as_u16(), None, None)));
        }
        Ok(body.to_vec())
    }
}
