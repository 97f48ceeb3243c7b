//! `GET /services/data/vXX.X/sobjects/{object}/describe`, `GET …/sobjects` and `GET …/sobjects/{object}`
//!
//! What objects and fields there are, for this user.
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm>

use super::{Endpoint, ReadError, VERSION_PATH, accept, if_modified};
use crate::schema::{Found, GlobalDescribe, ObjectSchema, Sought};
use crate::soql::ObjectName;

/// Describes one object.
#[derive(Debug, Clone)]
pub struct Describe<'a> {
    /// The object.
    pub object: &'a ObjectName,
    /// When it was described before, in seconds since the Unix epoch.
    pub since: Option<i64>,
}

impl Endpoint for Describe<'_> {
    /// Nothing where the object has not changed since.
    type Response = Option<ObjectSchema>;
    const WRITES: bool = false;

    fn request(&self) -> Result<http::Request<Vec<u8>>, http::Error> {
        if_modified::get(format!("{VERSION_PATH}/sobjects/{}/describe", self.object), self.since)
    }

    fn read(&self, response: http::Response<&[u8]>) -> Result<Option<ObjectSchema>, ReadError> {
        if if_modified::is_unchanged(&response, self.since) {
            return Ok(None);
        }
        ObjectSchema::from_describe(accept(&response, http::StatusCode::OK)?)
            .map(Some)
            .map_err(|_| ReadError::Unreadable("the description of an object has another shape than documented".into()))
    }
}

/// Lists the objects.
#[derive(Debug, Clone)]
pub struct DescribeGlobal {
    /// When they were listed before, in seconds since the Unix epoch.
    pub since: Option<i64>,
}

impl Endpoint for DescribeGlobal {
    /// Nothing where none has changed since.
    type Response = Option<GlobalDescribe>;
    const WRITES: bool = false;

    fn request(&self) -> Result<http::Request<Vec<u8>>, http::Error> {
        if_modified::get(format!("{VERSION_PATH}/sobjects"), self.since)
    }

    fn read(&self, response: http::Response<&[u8]>) -> Result<Option<GlobalDescribe>, ReadError> {
        if if_modified::is_unchanged(&response, self.since) {
            return Ok(None);
        }
        GlobalDescribe::from_json(accept(&response, http::StatusCode::OK)?).map(Some).map_err(|_| unreadable_list())
    }
}

/// Says of one object what the list says of each.
/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_basic_info_get.htm>
#[derive(Debug, Clone)]
pub struct BasicInformation<'a>(pub &'a ObjectName);

impl Endpoint for BasicInformation<'_> {
    type Response = GlobalDescribe;
    const WRITES: bool = false;

    fn request(&self) -> Result<http::Request<Vec<u8>>, http::Error> {
        http::Request::get(format!("{VERSION_PATH}/sobjects/{}", self.0)).body(Vec::new())
    }

    fn read(&self, response: http::Response<&[u8]>) -> Result<GlobalDescribe, ReadError> {
        GlobalDescribe::from_basic_information(accept(&response, http::StatusCode::OK)?)
            .map_err(|_| ReadError::Unreadable("what an object is has another shape than documented".into()))
    }
}

/// Lists the objects, for one of them.
#[derive(Debug, Clone)]
pub struct FindObject<'a>(pub &'a Sought);

impl Endpoint for FindObject<'_> {
    type Response = Found;
    const WRITES: bool = false;

    fn request(&self) -> Result<http::Request<Vec<u8>>, http::Error> {
        DescribeGlobal { since: None }.request()
    }

    fn read(&self, response: http::Response<&[u8]>) -> Result<Found, ReadError> {
        self.0.find_in(accept(&response, http::StatusCode::OK)?).map_err(|_| unreadable_list())
    }
}

fn unreadable_list() -> ReadError {
    ReadError::Unreadable("the list of objects has another shape than documented".into())
}
