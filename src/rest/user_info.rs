//! `GET /services/oauth2/userinfo`
//!
//! Says who the user is and in which time zone. Stands outside the versioned API, so it can be no part of a composite
//! request; and nothing that can be is open to every user: `AuthSession`, which knows the current user, needs the
//! permission Manage Users.
//! <https://help.salesforce.com/s/articleView?id=sf.remoteaccess_using_userinfo_endpoint.htm>,
//! <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_objects_authsession.htm>

use super::{Endpoint, ReadError, accept, parse};
use crate::id::RecordId;
use crate::record::Fields;

/// Asks who the user is.
#[derive(Debug, Clone, Copy)]
pub struct UserInfo;

/// The user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The user's id.
    pub id: RecordId,
    /// IANA id of the user's time zone.
    pub zone: String,
}

impl Endpoint for UserInfo {
    type Response = User;
    const WRITES: bool = false;

    fn request(&self) -> Result<http::Request<Vec<u8>>, http::Error> {
        http::Request::get("/services/oauth2/userinfo").body(Vec::new())
    }

    fn read(&self, response: http::Response<&[u8]>) -> Result<User, ReadError> {
        let fields = Fields::of(parse("answer about the user", accept(&response, http::StatusCode::OK)?)?);
        let id = fields.text("user_id").and_then(|id| RecordId::parse(&id).ok());
        let id = id.ok_or_else(|| ReadError::Unreadable("the answer about the user has no user id".to_owned()))?;
        Ok(User { id, zone: fields.text("zoneinfo").unwrap_or_default() })
    }
}
