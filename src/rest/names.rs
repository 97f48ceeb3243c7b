//! `GET /services/data/vXX.X/query?q=SELECT Owner.Name FROM {object} WHERE Id = …`
//!
//! Reads what the records are called that a record's lookups point to. A row of its own has no fields of others.
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm>

use super::{Endpoint, Page, ReadError, VERSION_PATH, Which, encode};
use crate::record::Record;
use crate::schema::well_known::ID;
use crate::soql::{Comparison, Condition, FieldList, FieldPath, ObjectName, Select, Text};
use crate::within::replaced;

/// Reads the names that lookups of a record lead to.
#[derive(Debug, Clone)]
pub struct Names<'a> {
    /// Its object.
    pub object: &'a ObjectName,
    /// The record.
    pub record: Which<'a>,
    /// The paths to them, at least one.
    pub paths: &'a [FieldPath],
}

impl Endpoint for Names<'_> {
    type Response = Option<Record>;
    const WRITES: bool = false;

    fn request(&self) -> Result<http::Request<Vec<u8>>, http::Error> {
        let record = self.record.to_string();
        let mut select = Select::new(FieldList::of(ID, self.paths.iter().cloned()), self.object.clone());
        select.condition = Text::new(&record).ok().map(|id| Condition::compare(ID, Comparison::Eq, id));
        // A reference to another part is found before the query is decoded.
        // <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/using_composite_resources_composite.htm>
        let text = replaced(&encode(&select.to_string()), &encode(&record), &record);
        http::Request::get([VERSION_PATH, "/query?q=", &text].concat()).body(Vec::new())
    }

    fn read(&self, response: http::Response<&[u8]>) -> Result<Option<Record>, ReadError> {
        Ok(Page::read(&response)?.records.into_iter().next())
    }
}
