//! The org's own record: `SELECT … FROM Organization`, along with another query and once a day.

use crate::call::Call;
use crate::json::Json;
use crate::record::Record;
use crate::rest::{Page, Query};
use crate::soql::{FieldList, FieldPath, ObjectName, Select};

/// The cache's name for it: no object is called so.
const KEPT: &str = "*org";
const FIELDS: [&str; 4] = ["Name", "IsSandbox", "FiscalYearStartMonth", "UsesStartDateAsFiscalYearName"];

/// The query for it.
pub(crate) fn query() -> Query {
    let mut fields = FieldList::from(FieldPath::from_static("Id"));
    for field in FIELDS {
        fields.add(FieldPath::from_static(field));
    }
    Query::new(&Select::new(fields, ObjectName::from_static("Organization")))
}

/// The record as the host keeps it.
pub(crate) fn cached(call: &Call<'_>) -> Option<Record> {
    let (bytes, _) = call.cache_get(KEPT)?;
    Json::parse(std::str::from_utf8(&bytes).ok()?).ok().map(Record::from)
}

/// Keeps the record of an answer.
pub(crate) fn remember(call: &Call<'_>, page: Page) -> Option<Record> {
    let record = page.records.into_iter().next()?;
    call.cache_put(KEPT, record.json().as_bytes());
    Some(record)
}
