//! `POST /services/data/vXX.X/parameterizedSearch`
//!
//! Searches several objects for plain text: nothing in the text is an operator, so nothing needs escaping.
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_search_parameterized.htm>

use http::header::CONTENT_TYPE;

use super::query::records;
use super::{Endpoint, ReadError, VERSION_PATH, accept, parse};
use crate::json::{Json, List, ObjectWriter, Raw, Walk};
use crate::record::Record;
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

impl Endpoint for Search<'_> {
    type Response = Vec<Record>;
    const WRITES: bool = false;

    fn request(&self) -> Result<http::Request<Vec<u8>>, http::Error> {
        let mut objects = List::default();
        for (name, fields) in self.objects {
            let mut object = String::new();
            let mut members = ObjectWriter::new(&mut object);
            members.add("name", &name.as_str());
            // Parent paths are documented for SOSL's RETURNING; where an org refuses them, `find` falls back on SOQL.
            members.add("fields", &fields.iter().map(FieldPath::as_str).collect::<Vec<_>>());
            members.add("limit", &self.limit);
            members.finish();
            objects.item(Json::trusted(&object));
        }
        let mut body = String::new();
        let mut members = ObjectWriter::new(&mut body);
        members.add("q", &self.text);
        members.add("in", &"ALL");
        members.add("sobjects", &Raw(&objects.finish()));
        members.add("overallLimit", &(self.limit * self.objects.len() as u32));
        members.finish();
        http::Request::post(format!("{VERSION_PATH}/parameterizedSearch"))
            .header(CONTENT_TYPE, "application/json")
            .body(body.into_bytes())
    }

    fn read(&self, response: http::Response<&[u8]>) -> Result<Vec<Record>, ReadError> {
        let body = accept(&response, http::StatusCode::OK)?;
        if let Some(found) = simdutf8::basic::from_utf8(body).ok().and_then(found) {
            return Ok(found);
        }
        parse("search result", body)?;
        Err(ReadError::Unreadable("the search result has no searchRecords".to_owned()))
    }
}

/// The records of a result; none if it is no JSON or no result.
fn found(text: &str) -> Option<Vec<Record>> {
    let mut from = Walk::of(text);
    let mut found = None;
    // Before v37 the result was a bare list; a client library's mock may still answer so.
    if from.is_before(b'[') {
        found = Some(records(&mut from));
    } else {
        let mut goes_on = from.enter(b'{');
        while goes_on {
            match from.name().as_ref() {
                "searchRecords" if from.is_before(b'[') => found = Some(records(&mut from)),
                _ => from.skip(),
            }
            goes_on = from.goes_on(b'}');
        }
    }
    from.finish().ok()?;
    found
}
