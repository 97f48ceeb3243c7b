//! `POST /services/data/vXX.X/parameterizedSearch`
//!
//! Searches several objects for plain text: nothing in the text is an operator, so nothing needs escaping.
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_search_parameterized.htm>

use http::header::CONTENT_TYPE;
use serde::Serialize;

use super::{Endpoint, ReadError, VERSION_PATH, accept, parse};
use crate::record::{Fields, Record};
use crate::soql::{FieldPath, ObjectName};

/// A search.
#[derive(Debug, Clone)]
pub struct Search<'a> {
    /// The text to find.
    pub text: &'a str,
    /// The objects to search, each with the fields to return.
    pub objects: &'a [(ObjectName, Vec<FieldPath>)],
    /// Most records to return of each object.
    pub limit: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    q: &'a str,
    r#in: &'static str,
    sobjects: Vec<ObjectBody<'a>>,
    overall_limit: u32,
}

#[derive(Serialize)]
struct ObjectBody<'a> {
    name: &'a str,
    // Parent paths are documented for SOSL's RETURNING; where an org refuses them, `find` falls back on SOQL.
    fields: Vec<&'a str>,
    limit: u32,
}

impl Endpoint for Search<'_> {
    type Response = Vec<Record>;
    const WRITES: bool = false;

    fn request(&self) -> Result<http::Request<Vec<u8>>, http::Error> {
        let body = Body {
            q: self.text,
            r#in: "ALL",
            sobjects: self
                .objects
                .iter()
                .map(|(name, fields)| ObjectBody {
                    name: name.as_str(),
                    fields: fields.iter().map(FieldPath::as_str).collect(),
                    limit: self.limit,
                })
                .collect(),
            overall_limit: self.limit * self.objects.len() as u32,
        };
        http::Request::post(format!("{VERSION_PATH}/parameterizedSearch"))
            .header(CONTENT_TYPE, "application/json")
            .body(serde_json::to_vec(&body).unwrap_or_default())
    }

    fn read(&self, response: http::Response<&[u8]>) -> Result<Vec<Record>, ReadError> {
        let body = accept(&response, http::StatusCode::OK)?;
        let found = parse("search result", body)?;
        // Before v37 the result was a bare list; a client library's mock may still answer so.
        let records = if found.is_object() { Fields::of(found).get("searchRecords") } else { Some(found) };
        let records =
            records.ok_or_else(|| ReadError::Unreadable("the search result has no searchRecords".to_owned()))?;
        Ok(records.items().map(Record::from).collect())
    }
}
