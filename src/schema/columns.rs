//! The columns to show when nobody said which.

use std::borrow::Cow;

use super::lazy::{Head, Shown};
use super::{Field, FieldType, ObjectSchema, Source, Use, standard};
use crate::json::byte;
use crate::sort::by_rank;
use crate::within::split_once;

/// Paths of the usual columns, without the id. Of a described object only those this user may see.
pub fn usual(schema: &ObjectSchema, purpose: Use) -> Vec<Cow<'static, str>> {
    let is_there = |column: &&str| match schema.source {
        // The table has all that it shows, but for what only orgs with person accounts have; few begin so.
        Source::Standard => byte(column.as_bytes(), 0) != b'P' || !column.starts_with("Person"),
        Source::Described => can_read(schema, column),
    };
    match standard::usual_columns(&schema.name, purpose) {
        Some(columns) => columns.filter(is_there).map(Cow::Borrowed).collect(),
        None => generic(schema, purpose),
    }
}

fn can_read(schema: &ObjectSchema, column: &str) -> bool {
    match split_once(column, b'.') {
        Some((relationship, _)) => schema.parent(relationship).is_some(),
        None => schema.has_field(column),
    }
}

/// For any other object: its name, the fields likeliest to matter, its owner and its dates.
fn generic(schema: &ObjectSchema, purpose: Use) -> Vec<Cow<'static, str>> {
    let most = match purpose {
        Use::List => 5,
        Use::Get => 20,
        Use::Find => 3,
    };
    let name = schema.name_field();
    let mut likely = by_rank(
        schema
            .fields
            .iter()
            .filter(|field| name.is_none_or(|name| name.name != field.name))
            // Where records have no name, such as comments, their text is what they are.
            .filter_map(|field| interest(field, purpose == Use::Get || name.is_none())),
    );
    likely.truncate(most);
    let mut columns: Vec<_> = name.map(|field| Cow::Owned(field.name.clone())).into_iter().collect();
    columns.extend(likely);
    let dates = ["Owner.Name", "CreatedDate", "LastModifiedDate"].into_iter();
    columns.extend(dates.filter(|column| can_read(schema, column)).map(Cow::Borrowed));
    columns
}

/// How likely a field matters, 0 the likeliest, and its column; `None` for what is too long or too technical, unless the
/// record is shown as a whole.
fn interest(field: &Field, whole: bool) -> Option<(u32, Cow<'static, str>)> {
    if is_system(&field.name) || field.compound.is_some() && !whole {
        return None;
    }
    if let Some(parent) = parent_name(field) {
        return Some((1, Cow::Owned(parent)));
    }
    let rank = match field.field_type {
        _ if field.required => 0,
        FieldType::Picklist | FieldType::Currency | FieldType::Date => 1,
        FieldType::String | FieldType::Email | FieldType::Phone | FieldType::Percent => 2,
        FieldType::Int | FieldType::Double | FieldType::DateTime | FieldType::Combobox => 3,
        FieldType::Reference | FieldType::Url | FieldType::MultiPicklist | FieldType::Boolean if whole => 4,
        FieldType::TextArea if whole && field.length.is_some_and(|length| length <= 4000) => 5,
        _ => return None,
    };
    Some((rank, Cow::Owned(field.name.clone())))
}

/// The most fields that are read to say where a text was found.
const MAX_SOUGHT: usize = 8;

/// The names of the fields of an object's own in which people look for a text, besides those that are shown.
pub(crate) fn sought(schema: &ObjectSchema) -> impl Iterator<Item = &str> {
    let is_sought = |head: &Head<'_>| match head.field_type() {
        FieldType::Phone | FieldType::Email | FieldType::Url => true,
        FieldType::String => head.name.ends_with("__c"),
        FieldType::TextArea => head.name == "Description",
        _ => false,
    };
    schema.fields.heads().filter(is_sought).map(|head| head.name).take(MAX_SOUGHT)
}

/// The path to the name of a lookup's target, where it surely has one: all custom objects do.
pub(crate) fn parent_name(field: &Field) -> Option<String> {
    let [target] = &field.references[..] else { return None };
    let name = match target.as_str() {
        "Case" => "CaseNumber",
        "Account" | "Contact" | "Lead" | "Opportunity" | "Campaign" | "User" | "Product2" | "Pricebook2"
        | "RecordType" => "Name",
        custom if custom.ends_with("__c") => "Name",
        _ => return None,
    };
    Some(format!("{}.{name}", field.relationship.as_deref()?))
}

/// The fields Salesforce keeps about every record.
pub(super) fn is_system(name: &str) -> bool {
    matches!(
        name,
        "Id" | "IsDeleted"
            | "OwnerId"
            | "CreatedDate"
            | "CreatedById"
            | "LastModifiedDate"
            | "LastModifiedById"
            | "SystemModstamp"
            | "LastActivityDate"
            | "LastViewedDate"
            | "LastReferencedDate"
            | "RecordTypeId"
            | "MasterRecordId"
            | "CurrencyIsoCode"
    )
}

/// The fields of an object, at most so many, those that matter most first: the name, what a new record needs, what is
/// usually shown, what the admin added, the rest, and last what Salesforce keeps for itself.
pub fn by_importance(schema: &ObjectSchema, limit: usize) -> Vec<Shown<'_>> {
    let mut is_usual = vec![false; schema.fields.len()];
    let mut use_it = |name: &str| {
        if let Some(usual) = schema.fields.place(name).and_then(|place| is_usual.get_mut(place)) {
            *usual = true;
        }
    };
    match standard::usual_columns(&schema.name, Use::Get) {
        // Those that the user may not see have no place.
        Some(columns) => columns.for_each(use_it),
        None => usual(schema, Use::Get).iter().for_each(|name| use_it(name)),
    }
    let rank = |field: Head<'_>, is_usual: bool| {
        if field.name_field {
            0
        } else if field.required {
            1
        } else if is_usual {
            2
        } else if is_system(field.name) {
            6
        } else if !field.writable {
            5
        } else if schema.source == Source::Described && field.name.ends_with("__c") {
            3
        } else {
            4
        }
    };
    let ranks: Vec<u8> = schema.fields.heads().zip(is_usual).map(|(field, is_usual)| rank(field, is_usual)).collect();
    let mut shown = Vec::new();
    for wanted in 0..=6 {
        for (place, rank) in ranks.iter().enumerate() {
            if *rank == wanted && shown.len() < limit {
                shown.extend(schema.fields.shown(place));
            }
        }
    }
    shown
}

/// What is shown of a field of an object.
pub fn shown<'s>(schema: &'s ObjectSchema, field: &Field) -> Option<Shown<'s>> {
    schema.fields.shown(schema.fields.place(&field.name)?)
}
