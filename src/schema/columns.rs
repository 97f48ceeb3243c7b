//! The columns to show when nobody said which.

use super::{Field, FieldType, ObjectSchema, Source, standard};

/// What the columns are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Rows of many records.
    List,
    /// One record in full view.
    Get,
    /// What tells candidates apart.
    Find,
}

/// Paths of the usual columns, without the id. Of a described object only those this user may see.
pub fn usual(schema: &ObjectSchema, purpose: Use) -> Vec<String> {
    match standard::usual_columns(&schema.name, purpose) {
        Some(columns) => columns.filter(|column| can_read(schema, column)).map(str::to_owned).collect(),
        None => generic(schema, purpose),
    }
}

fn can_read(schema: &ObjectSchema, column: &str) -> bool {
    match column.split_once('.') {
        Some((relationship, _)) => schema.parent(relationship).is_some(),
        None => schema.field(column).is_some(),
    }
}

/// For any other object: its name, the fields likeliest to matter, its owner and its dates.
fn generic(schema: &ObjectSchema, purpose: Use) -> Vec<String> {
    let most = match purpose {
        Use::List => 5,
        Use::Get => 20,
        Use::Find => 3,
    };
    let mut columns: Vec<String> = schema.name_field().map(|field| field.name.clone()).into_iter().collect();
    let mut fields: Vec<(u8, &Field)> = schema
        .fields
        .iter()
        .filter(|field| !columns.contains(&field.name))
        .filter_map(|field| Some((interest(field, purpose)?, field)))
        .collect();
    fields.sort_by_key(|(interest, _)| *interest);
    columns.extend(fields.into_iter().take(most).map(|(_, field)| field.name.clone()));
    for (column, everywhere) in
        [("Owner.Name", true), ("CreatedDate", true), ("LastModifiedDate", purpose == Use::Get), ("CreatedById", false)]
    {
        if everywhere && can_read(schema, column) {
            columns.push(column.to_owned());
        }
    }
    // A junction object may have nothing but lookups; then those tell its records apart.
    if columns.len() <= 1 {
        columns.extend(
            schema
                .fields
                .iter()
                .filter(|field| !field.references.is_empty())
                .take(most)
                .map(|field| field.name.clone()),
        );
    }
    columns
}

/// How likely a field matters, 0 the likeliest; `None` for what is too long, too technical or not for this use.
fn interest(field: &Field, purpose: Use) -> Option<u8> {
    if is_system(&field.name) || field.compound.is_some() && purpose != Use::Get {
        return None;
    }
    match field.field_type {
        _ if field.required => Some(0),
        FieldType::Picklist | FieldType::Currency | FieldType::Date => Some(1),
        FieldType::String | FieldType::Email | FieldType::Phone | FieldType::Percent => Some(2),
        FieldType::Int | FieldType::Double | FieldType::DateTime | FieldType::Combobox => Some(3),
        FieldType::Reference | FieldType::Url | FieldType::MultiPicklist | FieldType::Boolean => {
            (purpose == Use::Get).then_some(4)
        }
        FieldType::TextArea => (purpose == Use::Get && field.length.is_some_and(|length| length <= 4000)).then_some(5),
        _ => None,
    }
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

/// The fields of an object, those that matter most first: the name, what a new record needs, what is usually shown,
/// what the admin added, the rest, and last what Salesforce keeps for itself.
pub fn by_importance(schema: &ObjectSchema) -> Vec<&Field> {
    let usual = usual(schema, Use::Get);
    let mut fields: Vec<(u8, &Field)> = schema
        .fields
        .iter()
        .map(|field| {
            let rank = if field.name_field {
                0
            } else if field.required {
                1
            } else if usual.contains(&field.name) {
                2
            } else if is_system(&field.name) {
                6
            } else if !(field.createable || field.updateable) {
                5
            } else if schema.source == Source::Described && field.name.ends_with("__c") {
                3
            } else {
                4
            };
            (rank, field)
        })
        .collect();
    fields.sort_by_key(|(rank, _)| *rank);
    fields.into_iter().map(|(_, field)| field).collect()
}
