//! Whether a create without an answer has happened: one `query` for the record it would have made, or two where the clocks
//! of the platform and the org differ by more than a day.
//!
//! A record counts if it holds the key values that were sent and the user created it since the call began. With an empty
//! cache, `GET userinfo` before.

use crate::call::Call;
use crate::error::Error;
use crate::id::RecordId;
use crate::json::{Shape, quoted};
use crate::record::Record;
use crate::resolve::names;
use crate::resolve::record;
use crate::resolve::value;
use crate::schema::well_known::{CREATED_BY, CREATED_DATE, ID};
use crate::schema::{Field, FieldType};
use crate::soql::{
    Comparison, Condition, DateTime, Direction, FieldList, FieldPath, Literal, Nulls, ObjectName, Order, Select,
};
use crate::time::clock;
use crate::wit::Candidate;

/// Seconds before the call began, by the org's clock, from which a record counts: `Date` and `CreatedDate` are cut to whole
/// seconds.
const GRAIN: i64 = 2;

/// Seconds by which the clocks may differ for the first query to reach far enough: a day. Where they differ by more, that
/// query says so, and a second one looks again.
const FIRST_REACH: i64 = 24 * 60 * 60;

/// The most records of the same keys that are looked at to find the one that was created.
const MAX_ALIKE: u32 = 20;

/// What is known of a create without an answer.
pub(crate) enum Recovery {
    /// This record came of it. The text says what it was known by.
    One(RecordId, Record, String),
    /// Nothing is settled; the text says what was looked for, and these were found.
    Unsettled(String, Vec<Candidate>),
}

/// Looks for the record of a create that began at a time, in seconds since the Unix epoch by the platform's clock.
///
/// When it began by the org's clock is what the responses of this call say, so that a clock which is fast does not hide
/// the record, and one that is slow does not take an older record for it.
pub(crate) fn find_created(
    call: &Call<'_>,
    object: &ObjectName,
    values: &[(&Field, &str)],
    read: &[FieldPath],
    began: i64,
) -> Recovery {
    let keys: Vec<_> =
        values.iter().filter(|(field, _)| is_key(field)).filter_map(|(field, json)| key(field, json)).collect();
    let known_by: Vec<_> = keys.iter().map(|(name, _)| name.to_string()).collect();
    let known_by = known_by.join(", ");
    if keys.is_empty() {
        return unsettled("nothing that was set tells the record apart, so it was not looked for");
    }
    // Who the user is may be as hard to learn as what happened: then anybody's counts.
    let user = call.user().ok().map(|user| user.id);
    let (records, since) = match created_since(call, object, &keys, user, read, began) {
        Ok(found) => found,
        Err(_) => return unsettled("looking for the record failed as well"),
    };
    let Some(since) = since else {
        let found = "a record with the same values was looked for, but nothing says how the platform's clock differs from Salesforce's, so whether one is new is not known";
        return Recovery::Unsettled(found.to_owned(), candidates(call, &records));
    };
    let new: Vec<_> = records.into_iter().filter(|record| created(record).is_none_or(|at| at >= since)).collect();
    match new.as_slice() {
        [record] => match names::id_of(record) {
            Ok(id) => Recovery::One(id, record.clone(), known_by),
            Err(_) => unsettled("the record found has no id"),
        },
        [] => unsettled(&format!("a new record with the same {known_by} was looked for, and there is none so far")),
        several => Recovery::Unsettled(
            format!("several new records have the same {known_by}; one of the candidates may be it"),
            candidates(call, several),
        ),
    }
}

fn unsettled(found: &str) -> Recovery {
    Recovery::Unsettled(found.to_owned(), Vec::new())
}

fn candidates(call: &Call<'_>, records: &[Record]) -> Vec<Candidate> {
    records.iter().filter_map(|record| record::candidate(call.known(), record)).collect()
}

/// The records of these keys that were created since the call began, or some that were created before; and when it began
/// by the org's clock, as far as that is known.
fn created_since(
    call: &Call<'_>,
    object: &ObjectName,
    keys: &[(FieldPath, Literal)],
    user: Option<RecordId>,
    read: &[FieldPath],
    began: i64,
) -> Result<(Vec<Record>, Option<i64>), Error> {
    let mut reach = call.org_time(began).map_or(began - FIRST_REACH, |began| began - GRAIN);
    loop {
        let select = plan(object, keys, user, read, reach);
        let records = call.query(&select, MAX_ALIKE as usize)?.records;
        // The answer itself may be the first that says what time it is there.
        match call.org_time(began).map(|began| began - GRAIN) {
            Some(since) if since < reach => reach = since,
            since => return Ok((records, since)),
        }
    }
}

/// The query for the record, by its keys and by the user who made it, the newest first.
fn plan(
    object: &ObjectName,
    keys: &[(FieldPath, Literal)],
    user: Option<RecordId>,
    read: &[FieldPath],
    since: i64,
) -> Select {
    let mut fields = FieldList::from(ID);
    fields.add(CREATED_DATE);
    read.iter().cloned().for_each(|field| fields.add(field));
    let mut select = Select::new(fields, object.clone());
    let mut all = Vec::new();
    all.extend(DateTime::from_unix(since).map(|since| Condition::compare(CREATED_DATE, Comparison::Ge, since)));
    for (field, value) in keys {
        all.push(Condition::compare(field.clone(), Comparison::Eq, value.clone()));
    }
    all.extend(user.map(|user| Condition::compare(CREATED_BY, Comparison::Eq, user)));
    select.condition = Condition::all(all);
    select.order_by = vec![Order { field: CREATED_DATE, direction: Direction::Descending, nulls: Nulls::Last }];
    select.limit = Some(MAX_ALIKE);
    select
}

/// When a record was created, in seconds since the Unix epoch.
fn created(record: &Record) -> Option<i64> {
    clock::stamp(&record.fields().text(CREATED_DATE.as_str())?)
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
