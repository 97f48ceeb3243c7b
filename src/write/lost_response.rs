//! Whether a create without an answer has happened: one `query` for the record it would have made.
//!
//! A record counts if it holds the key values that were sent and the user created it since the call began. With an empty
//! cache, `GET userinfo` before.

use crate::call::Call;
use crate::id::RecordId;
use crate::json::{Shape, quoted};
use crate::record::Record;
use crate::resolve::names;
use crate::resolve::record;
use crate::resolve::value;
use crate::schema::{Field, FieldType};
use crate::soql::{Comparison, Condition, DateTime, FieldList, FieldPath, Literal, ObjectName, Select};
use crate::wit::Candidate;

/// Seconds by which the platform's clock may be ahead of Salesforce's.
const MAX_CLOCK_SKEW: i64 = 60;
const CREATED: FieldPath = FieldPath::from_static("CreatedDate");
const CREATED_BY: FieldPath = FieldPath::from_static("CreatedById");

/// What is known of a create without an answer.
pub(crate) enum Seen {
    /// This record came of it. The text says what it was known by.
    One(RecordId, Record, String),
    /// Nothing is settled; the text says what was looked for, and these were found.
    Unsettled(String, Vec<Candidate>),
}

/// Looks for the record of a create that began at a time, in seconds since the Unix epoch.
pub(crate) fn look(
    call: &Call<'_>,
    object: &ObjectName,
    values: &[(&Field, &str)],
    read: &[FieldPath],
    began: i64,
) -> Seen {
    let keys: Vec<_> =
        values.iter().filter(|(field, _)| is_key(field)).filter_map(|(field, json)| key(field, json)).collect();
    let known_by: Vec<_> = keys.iter().map(|(name, _)| name.to_string()).collect();
    let known_by = known_by.join(", ");
    // Who the user is may be as hard to learn as what happened: then anybody's counts.
    let user = || call.user().ok().map(|user| user.id);
    let Some(select) = (!keys.is_empty()).then(user).and_then(|user| plan(user, object, keys, read, began)) else {
        return Seen::Unsettled(
            "nothing that was set tells the record apart, so it was not looked for".to_owned(),
            Vec::new(),
        );
    };
    match call.query(&select, usize::MAX).map(|page| page.records) {
        Ok(records) => match records.as_slice() {
            [record] => match names::id_of(record) {
                Ok(id) => Seen::One(id, record.clone(), known_by),
                Err(_) => Seen::Unsettled("the record found has no id".to_owned(), Vec::new()),
            },
            [] => Seen::Unsettled(
                format!("a new record with the same {known_by} was looked for, and there is none so far"),
                Vec::new(),
            ),
            several => Seen::Unsettled(
                format!("several new records have the same {known_by}; one of the candidates may be it"),
                several.iter().filter_map(|record| record::candidate(call.known(), record)).collect(),
            ),
        },
        Err(_) => Seen::Unsettled("looking for the record failed as well".to_owned(), Vec::new()),
    }
}

/// The query for the record, by its keys and by the user who made it.
fn plan(
    user: Option<RecordId>,
    object: &ObjectName,
    keys: Vec<(FieldPath, Literal)>,
    read: &[FieldPath],
    began: i64,
) -> Option<Select> {
    let mut select = Select::new(FieldList::new([names::ID].into_iter().chain(read.iter().cloned()))?, object.clone());
    let since = Condition::compare(CREATED, Comparison::Ge, DateTime::from_unix(began - MAX_CLOCK_SKEW)?);
    let mut all = vec![since];
    for (field, value) in keys {
        all.push(Condition::compare(field, Comparison::Eq, value));
    }
    all.extend(user.map(|user| Condition::compare(CREATED_BY, Comparison::Eq, user)));
    select.condition = Condition::all(all);
    select.limit = Some(2);
    Some(select)
}

/// Whether a field's value tells a new record from others, and stays as it was sent.
fn is_key(field: &Field) -> bool {
    field.filterable
        && (field.name_field
            || field.compound.as_deref() == Some("Name")
            || matches!(field.field_type, FieldType::Email | FieldType::Reference)
            || ["Subject", "Company"].contains(&field.name.as_str()))
}

fn key(field: &Field, json: &str) -> Option<(FieldPath, Literal)> {
    let json = match Shape::of(json)? {
        Shape::Null => return None,
        // Salesforce drops space at the ends.
        Shape::Text(text) => quoted(text.trim()),
        _ => json.to_owned(),
    };
    match value::literal(field, &json) {
        Ok(value::Compared::Literal(literal)) => Some((names::path(&field.name).ok()?, literal)),
        _ => None,
    }
}
