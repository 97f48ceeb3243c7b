//! `POST /services/data/vXX.X/sobjects/{object}`, `GET`, `PATCH` and `DELETE /services/data/vXX.X/sobjects/{object}/{id}`
//!
//! Creates, reads, updates and deletes one record.
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_basic_info_post.htm>,
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_retrieve.htm>

use http::header::{CONTENT_TYPE, HeaderName, IF_UNMODIFIED_SINCE};

use super::{Endpoint, ReadError, VERSION_PATH, accept, encode, object, parse};
use crate::id::RecordId;
use crate::record::{Fields, Record};
use crate::soql::{FieldName, ObjectName};

const DUPLICATE_RULES: HeaderName = HeaderName::from_static("sforce-duplicate-rule-header");

/// Whether the org's assignment rules choose the owner. Without the header they do, when a case, lead or account is
/// created and also when it is changed.
/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_autoassign.htm>
const ASSIGNMENT_RULES: HeaderName = HeaderName::from_static("sforce-auto-assign");

fn assignment_rules(run: bool) -> &'static str {
    if run { "TRUE" } else { "FALSE" }
}

/// The org's duplicate rules run, and say what they found. `runAsCurrentUser`: matches the user may not see stay unseen.
/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_duplicaterules.htm>
fn duplicate_rules(allow_save: bool) -> &'static str {
    match allow_save {
        true => "allowSave=true; includeRecordDetails=true; runAsCurrentUser=true",
        false => "allowSave=false; includeRecordDetails=true; runAsCurrentUser=true",
    }
}

/// Creates a record. The org's duplicate rules run.
#[derive(Debug, Clone)]
pub struct Create<'a> {
    /// Its object.
    pub object: &'a ObjectName,
    /// Its values, a JSON object.
    pub values: String,
    /// Whether to save although a rule that only warns sees a duplicate.
    pub allow_duplicate: bool,
    /// Whether assignment rules choose the owner; for objects that know none, this says nothing.
    pub assign: Option<bool>,
}

impl Endpoint for Create<'_> {
    type Response = RecordId;
    const WRITES: bool = true;

    fn request(&self) -> Result<http::Request<Vec<u8>>, http::Error> {
        let mut request = http::Request::post(format!("{VERSION_PATH}/sobjects/{}", self.object))
            .header(CONTENT_TYPE, "application/json")
            .header(DUPLICATE_RULES, duplicate_rules(self.allow_duplicate));
        if let Some(assign) = self.assign {
            request = request.header(ASSIGNMENT_RULES, assignment_rules(assign));
        }
        request.body(self.values.clone().into_bytes())
    }

    fn read(&self, response: http::Response<&[u8]>) -> Result<RecordId, ReadError> {
        let created = Fields::of(parse("answer to a create", accept(&response, http::StatusCode::CREATED)?)?);
        let id = created.text("id").and_then(|id| RecordId::parse(&id).ok());
        id.ok_or_else(|| ReadError::Unreadable("the answer to a create has no record id".to_owned()))
    }
}

/// Which record an endpoint of one record is about.
#[derive(Debug, Clone)]
pub enum Which<'a> {
    /// A known one.
    Id(&'a RecordId),
    /// The one a part of the same composite request creates.
    CreatedBy(&'static str),
}

impl std::fmt::Display for Which<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::CreatedBy(part) => write!(f, "@{{{part}.id}}"),
        }
    }
}

/// Reads fields of a record.
#[derive(Debug, Clone)]
pub struct Retrieve<'a> {
    /// Its object.
    pub object: &'a ObjectName,
    /// The record.
    pub record: Which<'a>,
    /// The fields; all that the user may see if there are none.
    pub fields: &'a [FieldName],
}

impl Endpoint for Retrieve<'_> {
    type Response = Record;
    const WRITES: bool = false;

    fn request(&self) -> Result<http::Request<Vec<u8>>, http::Error> {
        let fields: Vec<_> = self.fields.iter().map(FieldName::as_str).collect();
        let mut path = format!("{VERSION_PATH}/sobjects/{}/{}", self.object, self.record);
        if !fields.is_empty() {
            path.push_str("?fields=");
            path.push_str(&encode(&fields.join(",")));
        }
        http::Request::get(path).body(Vec::new())
    }

    fn read(&self, response: http::Response<&[u8]>) -> Result<Record, ReadError> {
        object("record", accept(&response, http::StatusCode::OK)?).map(Record::from)
    }
}

/// Changes fields of a record, if nobody changed it since it was read.
#[derive(Debug, Clone)]
pub struct Update<'a> {
    /// Its object.
    pub object: &'a ObjectName,
    /// The record.
    pub id: &'a RecordId,
    /// The new values, a JSON object.
    pub values: String,
    /// When the record was last changed, as far as we know: an HTTP date.
    pub unmodified_since: Option<String>,
    /// Whether to save although a rule that only warns sees a duplicate.
    pub allow_duplicate: bool,
    /// Whether assignment rules choose a new owner; for objects that know none, this says nothing.
    pub assign: Option<bool>,
}

impl Endpoint for Update<'_> {
    type Response = ();
    const WRITES: bool = true;

    fn request(&self) -> Result<http::Request<Vec<u8>>, http::Error> {
        let mut request = http::Request::patch(format!("{VERSION_PATH}/sobjects/{}/{}", self.object, self.id))
            .header(CONTENT_TYPE, "application/json")
            .header(DUPLICATE_RULES, duplicate_rules(self.allow_duplicate));
        if let Some(date) = &self.unmodified_since {
            // One-second grain; 412 on a mismatch.
            // <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_conditional_requests.htm>
            request = request.header(IF_UNMODIFIED_SINCE, date);
        }
        if let Some(assign) = self.assign {
            request = request.header(ASSIGNMENT_RULES, assignment_rules(assign));
        }
        request.body(self.values.clone().into_bytes())
    }

    fn read(&self, response: http::Response<&[u8]>) -> Result<(), ReadError> {
        accept(&response, http::StatusCode::NO_CONTENT).map(drop)
    }
}

/// Deletes a record, with what belongs to it. Whatever it holds by then: `If-Unmodified-Since` is not for `DELETE`.
/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_conditional_requests.htm>
#[derive(Debug, Clone)]
pub struct Delete<'a> {
    /// Its object.
    pub object: &'a ObjectName,
    /// The record.
    pub id: &'a RecordId,
}

impl Endpoint for Delete<'_> {
    type Response = ();
    const WRITES: bool = true;

    fn request(&self) -> Result<http::Request<Vec<u8>>, http::Error> {
        http::Request::delete(format!("{VERSION_PATH}/sobjects/{}/{}", self.object, self.id)).body(Vec::new())
    }

    fn read(&self, response: http::Response<&[u8]>) -> Result<(), ReadError> {
        accept(&response, http::StatusCode::NO_CONTENT).map(drop)
    }
}
