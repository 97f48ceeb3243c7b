//! `GET /services/data/vXX.X/ui-api/object-info/{object}/picklist-values/{recordTypeId}`
//!
//! The values of all picklists of an object that one record type allows. A resource of the User Interface API, which
//! knows most objects, not all.
//! <https://developer.salesforce.com/docs/atlas.en-us.uiapi.meta/uiapi/ui_api_resources_picklist_values_collection.htm>

use super::{Endpoint, ReadError, VERSION_PATH, accept, parse};
use crate::id::RecordId;
use crate::record::Fields;
use crate::soql::ObjectName;

/// Lists what a record type allows.
#[derive(Debug, Clone)]
pub struct PicklistValues<'a> {
    /// The object.
    pub object: &'a ObjectName,
    /// The record type.
    pub record_type: &'a RecordId,
}

impl Endpoint for PicklistValues<'_> {
    /// API names of fields, each with its values.
    type Response = Vec<(String, Vec<String>)>;
    const WRITES: bool = false;

    fn request(&self) -> Result<http::Request<Vec<u8>>, http::Error> {
        let Self { object, record_type } = self;
        http::Request::get(format!("{VERSION_PATH}/ui-api/object-info/{object}/picklist-values/{record_type}"))
            .body(Vec::new())
    }

    fn read(&self, response: http::Response<&[u8]>) -> Result<Self::Response, ReadError> {
        let answer = Fields::of(parse("list of picklist values", accept(&response)?)?);
        let fields = answer.get("picklistFieldValues").map(Fields::of).ok_or_else(|| {
            ReadError::Unreadable("the list of picklist values has another shape than documented".to_owned())
        })?;
        let values = |field| {
            let values = Fields::of(field).list("values");
            values.filter_map(|value| Fields::of(value).text("value")).collect()
        };
        Ok(fields.values().map(|(name, field)| (name.to_owned(), values(field))).collect())
    }
}
