//! Values of records as people read them: rich text as text, of events that take whole days the day, and of e-mails the text
//! that they have, plain or as HTML.

use std::borrow::Cow;

use crate::json::{Json, List, ObjectWriter, Raw, byte, holds_any, quoted};
use crate::known::Known;
use crate::record::Fields;
use crate::reply::{Values, beginning, with_decimals};
use crate::resolve::names;
use crate::rich_text;
use crate::schema::Field;
use crate::schema::treatment::event_times;
use crate::schema::well_known::{HTML_BODY, IS_ALL_DAY, TEXT_BODY};
use crate::soql::{FieldList, FieldPath, ObjectName};

/// How Salesforce writes midnight UTC, which is when it keeps the begin of an event that takes whole days.
const MIDNIGHT: &str = "T00:00:00.000+0000\"";
/// Bytes of such a value, with its quotes.
const MIDNIGHT_BYTES: usize = "\"2026-05-12".len() + MIDNIGHT.len();

/// What stands behind the day of an event that takes whole days.
pub(crate) const ALL_DAY: &str = " (all day)";

/// The JSON text of a record's value, or of rich text a beginning that has more than so many characters; `null` when
/// absent.
fn value<'r>(known: &Known, object: &ObjectName, record: &Fields<'r>, path: &str, most: usize) -> Cow<'r, str> {
    let mut json = record.get(path).map_or("null", Json::get);
    let mut path = Cow::Borrowed(path);
    if json == "null" && is_called(&path, TEXT_BODY) {
        path = Cow::Owned(beside(&path, HTML_BODY));
        json = record.get(&path).map_or("null", Json::get);
    }
    if json.len() == MIDNIGHT_BYTES
        && let Some(day) = json.strip_suffix(MIDNIGHT)
        && is_all_day(record, &path)
    {
        return Cow::Owned([day, ALL_DAY, "\""].concat());
    }
    // JSON may write either as an escape.
    if is_text(json)
        && holds_any(json.as_bytes(), *b"<&\\")
        && names::field(known, object, &path).is_ok_and(|named| named.field.html)
        && let Some(text) = beginning(Json::trusted(json), most, rich_text::beginning)
    {
        return Cow::Owned(quoted(&text));
    }
    Cow::Borrowed(json)
}

/// Whether a value is a number that is not whole.
fn is_fraction(json: &str) -> bool {
    !is_text(json) && json.contains('.')
}

fn is_text(json: &str) -> bool {
    byte(json.as_bytes(), 0) == b'"'
}

fn is_all_day(record: &Fields<'_>, path: &str) -> bool {
    let name = path.rsplit_once('.').map_or(path, |(_, name)| name);
    event_times(name).is_some() && record.get(&beside(path, IS_ALL_DAY)).is_some_and(|value| value.get() == "true")
}

/// Whether a path ends with a field of this name.
fn is_called(path: &str, name: &str) -> bool {
    // Of few paths is the first byte of the end the same, and then a function is called to compare the rest.
    let before = path.len().wrapping_sub(name.len());
    byte(path.as_bytes(), before) == byte(name.as_bytes(), 0)
        && path.ends_with(name)
        && (before == 0 || byte(path.as_bytes(), before - 1) == b'.')
}

/// The path of another field of the same record.
fn beside(path: &str, name: &str) -> String {
    match path.rsplit_once('.') {
        Some((before, _)) => [before, ".", name].concat(),
        None => name.to_owned(),
    }
}

/// The columns that are shown: the HTML of an e-mail repeats its text, which stands in the column of the text.
pub(crate) fn columns(read: &FieldList) -> impl Iterator<Item = &FieldPath> + Clone {
    let read = read.as_slice();
    let repeats = move |column: &FieldPath| {
        let text = is_called(column.as_str(), HTML_BODY).then(|| beside(column.as_str(), TEXT_BODY));
        text.is_some_and(|text| read.iter().any(|other| other.as_str() == text))
    };
    read.iter().filter(move |column| !repeats(column))
}

/// How the values of a column are shown.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Manner {
    /// As they come.
    Plain,
    /// As [`value`] works them out.
    Worked,
    /// With digits behind the point.
    Decimals(u32),
}

/// How the values of columns are shown: worked out once for many records.
pub(crate) fn manners(known: &Known, object: &ObjectName, columns: &[FieldPath]) -> Vec<Manner> {
    let schema = known.schema(object).ok();
    let of_field = |field: &Field| match field.decimals {
        _ if field.html => Manner::Worked,
        0 => Manner::Plain,
        decimals => Manner::Decimals(decimals),
    };
    let manner = |column: &FieldPath| {
        let name = column.last();
        if name == TEXT_BODY || event_times(name).is_some() {
            return Manner::Worked;
        }
        match column.parent() {
            None => schema.as_ref().and_then(|schema| schema.field(name)).map_or(Manner::Plain, of_field),
            // What is called so is no long text.
            Some(_) if name == "Name" => Manner::Plain,
            Some(_) => {
                names::field(known, object, column.as_str()).map_or(Manner::Plain, |named| of_field(&named.field))
            }
        }
    };
    columns.iter().map(manner).collect()
}

/// Bytes of a value that few go beyond, so that there is room for a row at once.
const USUAL_BYTES: usize = 32;

/// A JSON array of the values at the paths.
pub(crate) fn row(
    known: &Known,
    object: &ObjectName,
    record: &Fields<'_>,
    columns: &[FieldPath],
    manners: &[Manner],
    values: &mut Values,
) -> String {
    let mut row = List::with_room(columns.len() * USUAL_BYTES);
    for (column, manner) in columns.iter().zip(manners) {
        let path = column.as_str();
        match manner {
            Manner::Plain => row.item(Json::trusted(&values.copy(record.get(path)))),
            Manner::Worked => {
                let value = value(known, object, record, path, values.longest());
                row.item(Json::trusted(&values.copy_text(&value)));
            }
            Manner::Decimals(decimals) => {
                row.item(Json::trusted(&with_decimals(values.copy(record.get(path)), *decimals)));
            }
        }
    }
    row.finish()
}

/// A JSON object of the values at the paths, of which none is there twice, that are not null; or of all of them.
pub(crate) fn members<'p>(
    known: &Known,
    object: &ObjectName,
    record: &Fields<'_>,
    columns: impl Iterator<Item = &'p str>,
    with_null: bool,
    values: &mut Values,
) -> String {
    let mut shown = String::with_capacity(record.len() * USUAL_BYTES);
    let mut members = ObjectWriter::new(&mut shown);
    for column in columns {
        let value = value(known, object, record, column, values.longest());
        if with_null || value != "null" {
            let mut text = values.copy_text(&value);
            if is_fraction(&text) {
                let named = names::field(known, object, column);
                text = with_decimals(text, named.map_or(0, |named| named.field.decimals));
            }
            members.add(column, &Raw(&text));
        }
    }
    members.finish();
    shown
}
