//! `GET /services/data/vXX.X/query?q=…`, `GET /services/data/vXX.X/queryAll?q=…` and
//! `GET /services/data/vXX.X/query/{locator}`
//!
//! Runs a SOQL query, of archived and deleted records too if asked; reads on where Salesforce split the result.
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm>,
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_queryall.htm>

use std::borrow::Cow;

use http::header::HeaderName;

use super::{Endpoint, ReadError, VERSION_PATH, accept, encode, parse};
use crate::json::{Json, Walk};
use crate::record::Record;
use crate::soql::{Aggregate, Select};
use crate::within::split_around;

const QUERY_OPTIONS: HeaderName = HeaderName::from_static("sforce-query-options");

/// Runs a query.
#[derive(Debug, Clone)]
pub struct Query {
    text: String,
    all: bool,
}

impl Query {
    /// The query as text.
    pub fn new(select: &Select) -> Self {
        Self { text: select.to_string(), all: select.archived }
    }

    /// A query of groups as text.
    pub fn groups(aggregate: &Aggregate) -> Self {
        Self { text: aggregate.to_string(), all: aggregate.archived }
    }
}

impl Endpoint for Query {
    type Response = Page;
    const WRITES: bool = false;

    fn request(&self) -> Result<http::Request<Vec<u8>>, http::Error> {
        let resource = if self.all { "/queryAll?q=" } else { "/query?q=" };
        http::Request::get([VERSION_PATH, resource, &encode(&self.text)].concat())
            // A hint: the server may still send smaller pages.
            .header(QUERY_OPTIONS, "batchSize=2000")
            .body(Vec::new())
    }

    fn read(&self, response: http::Response<&[u8]>) -> Result<Page, ReadError> {
        Page::read(&response)
    }
}

/// Reads the next page of a query.
#[derive(Debug, Clone)]
pub struct QueryMore(String);

impl QueryMore {
    /// From `nextRecordsUrl`: a path of the same API and nothing else. The locator is taken out of it and checked, so
    /// that an answer cannot send a request elsewhere.
    pub fn from_url(url: &str) -> Option<Self> {
        let (version, locator) = split_around(url.strip_prefix("/services/data/v")?, "/query/")?;
        let version_is_number = version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let locator_is_token =
            !locator.is_empty() && locator.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        (version_is_number && locator_is_token).then(|| Self(locator.to_owned()))
    }
}

impl Endpoint for QueryMore {
    type Response = Page;
    const WRITES: bool = false;

    fn request(&self) -> Result<http::Request<Vec<u8>>, http::Error> {
        http::Request::get(format!("{VERSION_PATH}/query/{}", self.0)).body(Vec::new())
    }

    fn read(&self, response: http::Response<&[u8]>) -> Result<Page, ReadError> {
        Page::read(&response)
    }
}

/// One page of a query's result.
#[derive(Debug)]
pub struct Page {
    /// How many records the query matches, its own LIMIT applied; absent where Salesforce does not know, as of external
    /// objects and very large results.
    pub total_size: Option<u32>,
    /// Whether this is the last page.
    pub done: bool,
    /// Where the next page is.
    pub next_records_url: Option<String>,
    /// The records.
    pub records: Vec<Record>,
}

impl Page {
    /// A result without records.
    pub(crate) fn empty() -> Self {
        Self { total_size: Some(0), done: true, next_records_url: None, records: Vec::new() }
    }

    pub(super) fn read(response: &http::Response<&[u8]>) -> Result<Self, ReadError> {
        let body = accept(response, http::StatusCode::OK)?;
        if let Some(page) = simdutf8::basic::from_utf8(body).ok().and_then(|text| Self::of(Walk::of(text))) {
            return Ok(page);
        }
        parse("query result", body)?;
        Err(ReadError::Unreadable("the query result lacks what a page has".to_owned()))
    }

    /// The page that a related list in a record is; none if it is no page.
    pub fn nested(list: Json<'_>) -> Option<Self> {
        Self::of(Walk::trusting(list.get()))
    }

    /// A page, read and seen to be JSON in one go, for results are the longest of all; none if it is no JSON or no page.
    fn of(mut from: Walk<'_>) -> Option<Self> {
        let (mut total_size, mut done, mut next_records_url, mut records) = (None, None, None, None);
        let mut goes_on = from.enter(b'{');
        while goes_on {
            match from.name().as_ref() {
                "totalSize" => total_size = Some(from.value().get()),
                "done" => done = Some(from.value().get() == "true"),
                "nextRecordsUrl" => next_records_url = from.value().text().map(Cow::into_owned),
                "records" if from.is_before(b'[') => records = Some(self::records(&mut from)),
                _ => from.skip(),
            }
            goes_on = from.goes_on(b'}');
        }
        from.finish().ok()?;
        Some(Self {
            total_size: match total_size? {
                "-1" => None,
                size => Some(size.parse().ok()?),
            },
            done: done?,
            next_records_url,
            records: records?,
        })
    }
}

/// The records in the list it stands before.
pub(super) fn records(from: &mut Walk<'_>) -> Vec<Record> {
    let mut records = Vec::new();
    let mut goes_on = from.enter(b'[');
    while goes_on {
        records.push(Record::read(from));
        goes_on = from.goes_on(b']');
    }
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_a_locator_of_the_same_api() {
        let next = QueryMore::from_url("/services/data/v65.0/query/01gRO0000016PIAYA2-2000").unwrap();
        assert_eq!(next.request().unwrap().uri(), "/services/data/v65.0/query/01gRO0000016PIAYA2-2000");
    }

    #[test]
    fn a_next_page_that_leads_elsewhere_is_refused() {
        for url in [
            "https://evil.example/services/data/v65.0/query/01g-2000",
            "//evil.example/services/data/v65.0/query/01g-2000",
            "/services/data/v65.0/query/../sobjects/Account",
            "/services/data/v65.0/query/01g-2000?x=y",
            "/services/data/v65.0/query/",
            "/services/data/v6/../5/query/01g",
            "/services/apexrest/query/01g",
            "",
        ] {
            assert!(QueryMore::from_url(url).is_none(), "{url}");
        }
    }
}
