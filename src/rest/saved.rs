//! `GET /services/data/vXX.X/analytics/reports/{id}/describe`, `GET` and `POST …/analytics/reports/{id}`,
//! `GET /services/data/vXX.X/sobjects/{object}/listviews/{id}/results` and `…/{id}/describe`
//!
//! Reports and list views that people saved. A run with other filters keeps none of them.
//! <https://developer.salesforce.com/docs/atlas.en-us.api_analytics.meta/api_analytics/sforce_analytics_rest_api_getreportrundata.htm>,
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_listviewresults.htm>

use http::header::CONTENT_TYPE;

use super::{Endpoint, ReadError, VERSION_PATH, accept, parse};
use crate::id::RecordId;
use crate::json;
use crate::record::Record;
use crate::soql::ObjectName;

/// A saved report or list view, asked for what it is or for what it shows.
#[derive(Debug, Clone)]
pub struct Saved {
    path: String,
    body: Option<String>,
}

impl Saved {
    /// What a report is made of.
    pub fn report(report: &RecordId) -> Self {
        Self::at("/analytics/reports", report, "/describe")
    }

    /// What a report shows, with its rows or in numbers alone. `changes` is a JSON object of what differs from it.
    pub fn run(report: &RecordId, details: bool, changes: Option<String>) -> Self {
        let details = if details { "?includeDetails=true" } else { "?includeDetails=false" };
        let mut run = Self::at("/analytics/reports", report, details);
        run.body = changes;
        run
    }

    /// What a list view of an object is made of.
    pub fn view(object: &ObjectName, view: &RecordId) -> Self {
        Self::at(&["/sobjects/", object.as_str(), "/listviews"].concat(), view, "/describe")
    }

    /// The first rows of a list view.
    pub fn rows(object: &ObjectName, view: &RecordId, limit: u32) -> Self {
        let limit = ["/results?limit=", &limit.to_string()].concat();
        Self::at(&["/sobjects/", object.as_str(), "/listviews"].concat(), view, &limit)
    }

    fn at(folder: &str, id: &RecordId, what: &str) -> Self {
        Self { path: [VERSION_PATH, folder, "/", id.as_str(), what].concat(), body: None }
    }
}

impl Endpoint for Saved {
    /// The object of the answer.
    type Response = Record;
    const WRITES: bool = false;

    fn request(&self) -> Result<http::Request<Vec<u8>>, http::Error> {
        let path = self.path.clone();
        match self.body.clone() {
            None => http::Request::get(path).body(Vec::new()),
            Some(body) => http::Request::post(path).header(CONTENT_TYPE, "application/json").body(body.into_bytes()),
        }
    }

    fn read(&self, response: http::Response<&[u8]>) -> Result<Record, ReadError> {
        let body = accept(&response, http::StatusCode::OK)?;
        // Read and seen to be JSON in one go, for an answer may hold two thousand rows.
        if let Ok(record) = json::read(body, Record::read) {
            return Ok(record);
        }
        Ok(Record::from(parse("answer about a report or a list view", body)?))
    }
}
