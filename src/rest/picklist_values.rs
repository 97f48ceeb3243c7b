//! `GET /services/data/vXX.X/ui-api/object-info/{object}/picklist-values/{recordTypeId}`
//!
//! The values of all picklists of an object that one record type allows. A resource of the User Interface API, which
//! knows most objects, not all.
//! <https://developer.salesforce.com/docs/atlas.en-us.uiapi.meta/uiapi/ui_api_resources_picklist_values_collection.htm>

use super::{Endpoint, ReadError, VERSION_PATH, accept, parse};
use crate::id::RecordId;
use crate::record::Fields;
use crate::schema::{LazyList, ObjectSchema};
use crate::soql::ObjectName;
use crate::within::replaced;

/// Lists what a record type allows.
#[derive(Debug, Clone)]
pub struct PicklistValues<'a> {
    /// The object.
    pub object: &'a ObjectName,
    /// Its description, of which a record type takes something away.
    pub schema: &'a ObjectSchema,
    /// The record type.
    pub record_type: &'a RecordId,
}

impl Endpoint for PicklistValues<'_> {
    /// The object with no other fields than those of which the record type allows only some values, and with nothing of
    /// them but these.
    type Response = ObjectSchema;
    const WRITES: bool = false;

    fn request(&self) -> Result<http::Request<Vec<u8>>, http::Error> {
        let Self { object, record_type, .. } = self;
        http::Request::get(format!("{VERSION_PATH}/ui-api/object-info/{object}/picklist-values/{record_type}"))
            .body(Vec::new())
    }

    fn read(&self, response: http::Response<&[u8]>) -> Result<Self::Response, ReadError> {
        let answer = Fields::of(parse("list of picklist values", accept(&response, http::StatusCode::OK)?)?);
        let fields = answer.get("picklistFieldValues").map(Fields::of).unwrap_or_default();
        let mut narrowed = Vec::new();
        for (name, values) in fields.values() {
            let Some(field) = self.schema.field(name) else { continue };
            let mut allowed = Vec::new();
            for value in Fields::of(values).list("values") {
                allowed.extend(Fields::of(value).text("value"));
            }
            let (mut left, mut all) = (Vec::new(), 0);
            for value in field.picklist.iter().flatten() {
                all += 1;
                if is_among(&value.value, &allowed) {
                    left.push(value);
                }
            }
            // A picklist of nothing is one the resource does not know.
            if !left.is_empty() && left.len() < all {
                narrowed.push((field, left));
            }
        }
        Ok(ObjectSchema { fields: LazyList::of_values(&narrowed), ..self.schema.bare() })
    }
}

/// The resource has been recorded to write `&` as `&amp;`, as for a page.
fn is_among(value: &str, allowed: &[String]) -> bool {
    allowed.iter().any(|one| one == value || one.len() > value.len() && replaced(one, "&amp;", "&") == value)
}
