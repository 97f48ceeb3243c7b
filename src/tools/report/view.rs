//! The rows of a list view: its own columns in its own order, behind the id, and values as values though Salesforce sends
//! texts.

use std::borrow::Cow;

use super::members;
use crate::call::Call;
use crate::error::Error;
use crate::id::RecordId;
use crate::json::{Cursor, Json, List, quoted};
use crate::known::{Known, PlanError};
use crate::record::{Fields, Record};
use crate::reply::{MAX_TEXT_CHARS, Rows, Values, with_decimals};
use crate::resolve::names;
use crate::rest::Saved;
use crate::schema::FieldType;
use crate::soql::{DateTime, ObjectName};
use crate::wit::{Changed, ReportReply};
use crate::within;

/// Conditions within each other that are looked at.
const MAX_DEPTH: u32 = 16;

/// A column that is shown.
struct Column {
    /// Among all of the list view.
    place: usize,
    path: String,
    field_type: FieldType,
    /// Digits behind the point, of an amount or a percentage.
    decimals: u32,
}

/// Reads the rows into a reply.
pub(super) fn fill(
    call: &Call<'_>,
    reply: &mut ReportReply,
    object: &ObjectName,
    view: &RecordId,
    limit: u32,
) -> Result<(), Error> {
    let is_limited = call.settings().objects.read.is_some();
    // What a view is filtered and sorted by tells of it too.
    if is_limited {
        let description = call.send(&Saved::view(object, view))?;
        if !by(&description).is_some_and(|paths| paths.iter().all(|path| may_read(call, object, path))) {
            return Err(Error::switched_off("reading what this list view is filtered by", None));
        }
    }
    let answer = call.send(&Saved::rows(object, view, limit))?;
    let answer = answer.fields();
    let mut columns = columns(&answer);
    let shown = columns.len();
    if is_limited {
        columns.retain(|column| may_read(call, object, &column.path));
    }
    if columns.len() < shown {
        reply.notices.push(format!(
            "{} columns are left out, for the settings keep them from being read",
            shown - columns.len()
        ));
    }
    for column in &mut columns {
        // The columns say no digits. What was learned of the object before does, and that is worth no request.
        if matches!(column.field_type, FieldType::Currency | FieldType::Percent)
            && call.recall(object)
            && let Ok(schema) = call.known().schema(object)
            && let Some(field) = schema.field(&column.path)
        {
            column.decimals = field.decimals;
        }
    }
    let records =
        answer.get("records").ok_or_else(|| Error::unreadable("the rows of a list view are missing", Changed::No))?;
    let (mut values, mut rows, mut all) = (Values::cut_after(MAX_TEXT_CHARS), Rows::default(), 0);
    let mut records = records.cursor();
    let is_list = records.enter_list();
    while is_list && records.next_item() {
        all += 1;
        rows.add(row(&columns, &mut records, &mut values));
    }
    let is_all = answer.get("done").is_some_and(|done| done.get() == "true");
    reply.total = is_all.then_some(all);
    reply.complete = is_all && rows.rows.len() == all as usize;
    if !reply.complete {
        reply.notices.push(
            "the list view has more rows: give a higher limit, up to 2000, or read them by salesforce_query".to_owned(),
        );
    }
    reply.notices.extend(values.notice());
    reply.columns = columns.into_iter().map(|column| column.path).collect();
    reply.rows = rows.rows;
    Ok(())
}

/// What is shown: not the hidden columns, but the id, by which a next call names a record.
fn columns(answer: &Fields<'_>) -> Vec<Column> {
    let mut columns = Vec::new();
    for (place, column) in answer.list("columns").enumerate() {
        let column = Fields::of(column);
        let Some(path) = column.text("fieldNameOrPath") else { continue };
        let is_hidden = column.get("hidden").is_some_and(|hidden| hidden.get() == "true");
        let field_type = FieldType::from_name(&column.text("type").unwrap_or_default());
        match path.as_str() {
            "Id" => columns.insert(0, Column { place, path, field_type, decimals: 0 }),
            _ if !is_hidden => columns.push(Column { place, path, field_type, decimals: 0 }),
            _ => {}
        }
    }
    columns
}

/// The record a cursor stands before. There may be two thousand, so no byte is looked at twice.
fn row(columns: &[Column], cursor: &mut Cursor<'_>, values: &mut Values) -> String {
    let mut cells = vec![Json::NULL; columns.len()];
    let mut place = 0;
    let is_object = cursor.enter_object();
    while is_object && let Some(name) = cursor.next_name() {
        if name != "columns" {
            cursor.skip();
            continue;
        }
        let is_list = cursor.enter_list();
        while is_list && cursor.next_item() {
            let mut found = [None; 2];
            members(cursor, &["fieldNameOrPath", "value"], &mut found);
            let path = found[0].and_then(Json::text).unwrap_or_default();
            // They come in the order of the columns.
            let is_its = |column: &Column| column.path == path;
            let its = columns.iter().position(|column| column.place == place && is_its(column));
            if let Some(its) = its.or_else(|| columns.iter().position(is_its))
                && let (Some(cell), Some(value)) = (cells.get_mut(its), found[1])
            {
                *cell = value;
            }
            place += 1;
        }
    }
    let mut row = List::default();
    for (column, value) in columns.iter().zip(cells) {
        let value = with_decimals(shown(value, column.field_type, values), column.decimals);
        row.item(Json::trusted(&value));
    }
    row.finish()
}

/// A value of a type, of the text that Salesforce sends: `50000.0`, `true`, `Fri Aug 01 21:15:46 GMT 2014`.
fn shown<'a>(value: Json<'a>, field_type: FieldType, values: &mut Values) -> Cow<'a, str> {
    let Some(text) = value.text() else { return values.copy(Some(value)) };
    let is_plain = match field_type {
        FieldType::Boolean => ["true", "false"].contains(&&*text),
        other => {
            other.is_number()
                && text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
                && Json::parse(&text).is_ok()
        }
    };
    if is_plain {
        return Cow::Owned(values.copy_text(&text).into_owned());
    }
    let moment = if matches!(field_type, FieldType::Date | FieldType::DateTime) { moment(&text) } else { None };
    match moment {
        Some(moment) if field_type == FieldType::Date => {
            Cow::Owned(quoted(moment.split_once('T').map_or("", |(day, _)| day)))
        }
        Some(moment) => Cow::Owned(quoted(&moment)),
        None if text.is_empty() => Cow::Borrowed("null"),
        None => values.copy(Some(value)),
    }
}

/// The moment of `Fri Aug 01 21:15:46 GMT 2014`, `2014-08-01T21:15:46Z`; none of what is written otherwise.
fn moment(text: &str) -> Option<String> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let place = within::place(MONTHS, text.get(4..7)?).filter(|place| place % 3 == 0)?;
    let month = (place / 3 + 101).to_string();
    let moment = [text.get(24..)?, "-", &month[1..], "-", text.get(8..10)?, "T", text.get(11..19)?, "Z"].concat();
    let is_utc = text.get(19..24) == Some(" GMT ");
    (is_utc && DateTime::parse(&moment).is_ok()).then_some(moment)
}

/// Whether the settings let a field be read by this path.
fn may_read(call: &Call<'_>, object: &ObjectName, path: &str) -> bool {
    let read = |known: &Known, (object, path): &(&ObjectName, &str)| names::field(known, object, path).map(drop);
    call.plan::<_, ()>(&(object, path), read as fn(&Known, &(&ObjectName, &str)) -> Result<(), PlanError>).is_ok()
}

/// The paths by which a list view chooses and sorts its rows; none if it can't be said.
fn by(description: &Record) -> Option<Vec<String>> {
    let description = description.fields();
    let mut paths = Vec::new();
    for order in description.list("orderBy") {
        paths.push(Fields::of(order).text("fieldNameOrPath")?);
    }
    if let Some(condition) = description.get("whereCondition") {
        add_paths(condition, MAX_DEPTH, &mut paths)?;
    }
    Some(paths)
}

fn add_paths(condition: Json<'_>, depth: u32, paths: &mut Vec<String>) -> Option<()> {
    let depth = depth.checked_sub(1)?;
    if condition.is_object() {
        for (name, value) in condition.members() {
            match &*name {
                "field" => paths.push(value.text()?.into_owned()),
                "values" | "operator" | "conjunction" => {}
                // What is not known might name a field.
                _ if value.text().is_some() => return None,
                _ => add_paths(value, depth, paths)?,
            }
        }
    }
    condition.items().try_for_each(|condition| add_paths(condition, depth, paths))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(text: &str, field_type: FieldType, expected: &str) {
        let value = json!(text).to_string();
        let shown = shown(Json::parse(&value).unwrap(), field_type, &mut Values::cut_after(100));
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn texts_become_values_of_their_types_where_they_are_written_as_documented() {
        check("Fri Aug 01 21:15:46 GMT 2014", FieldType::DateTime, "\"2014-08-01T21:15:46Z\"");
        check("Fri May 22 00:00:00 GMT 2026", FieldType::Date, "\"2026-05-22\"");
        for other in [
            "Fri May 22 00:00:00 PDT 2026",
            "22.05.2026",
            "Fri anF 22 00:00:00 GMT 2026",
            "Fri May 22 00:00:00 GMT 2026 x",
        ] {
            check(other, FieldType::Date, &json!(other).to_string());
        }
        check("50000.0", FieldType::Currency, "50000");
        check("-1", FieldType::Int, "-1");
        check("1.2.3", FieldType::Double, "\"1.2.3\"");
        check("true", FieldType::Boolean, "true");
        check("true", FieldType::String, "\"true\"");
        check("5", FieldType::Phone, "\"5\"");
        check("", FieldType::String, "null");
    }
}
