//! Products of a deal: what a line item points to is the entry of a price book, which people call by its product, and of
//! which there is one in each book. The deal's own book decides, and for a deal that has none yet the standard one.
//! <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_opportunitylineitem.htm>

use crate::id::RecordId;
use crate::record::Record;
use crate::schema::{Field, ObjectSchema};
use crate::soql::{Comparison, Condition, FieldPath};

/// The object of the entries.
pub(crate) const ENTRY: &str = "PricebookEntry";
/// The lookup to the deal of a line item.
pub(crate) const DEAL: &str = "OpportunityId";
/// The book of an entry, and of a deal.
pub(crate) const BOOK: FieldPath = FieldPath::from_static("Pricebook2Id");
const IS_STANDARD: FieldPath = FieldPath::from_static("Pricebook2.IsStandard");

/// The field that is set where people say the product, which itself follows from it.
pub(crate) fn set_instead<'s>(schema: &'s ObjectSchema, field: &Field) -> Option<&'s Field> {
    let is_product = field.references == ["Product2"] && !field.createable;
    schema.field("PricebookEntryId").filter(|entry| is_product && entry.createable)
}

/// What tells the book of an entry.
pub(crate) const COLUMNS: [FieldPath; 2] = [BOOK, IS_STANDARD];

/// Which entries may be sold.
pub(crate) fn sold() -> [Condition; 2] {
    let is_true = |path| Condition::compare(FieldPath::from_static(path), Comparison::Eq, true);
    [is_true("IsActive"), is_true("Pricebook2.IsActive")]
}

/// The book of an entry, or that a deal has.
pub(crate) fn of(record: &Record) -> Option<RecordId> {
    RecordId::parse(&record.fields().text(BOOK.as_str())?).ok()
}

/// Leaves the entries of the deal's book, or of the standard one where it has none.
pub(crate) fn keep(entries: &mut Vec<Record>, book: Option<RecordId>) {
    entries.retain(|entry| {
        let fields = entry.fields();
        match book {
            Some(_) => of(entry) == book,
            None => fields.get(IS_STANDARD.as_str()).is_some_and(|standard| standard.get() == "true"),
        }
    });
}
