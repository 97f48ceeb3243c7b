//! Values to write as people give them, made to fit their field before any request.
//! <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm>

use crate::error::Error;
use crate::excerpt::Excerpt;
use crate::id::{RecordId, standard_object};
use crate::json::{Json, Object, Shape, quoted};
use crate::resolve::value::{self, append, boolean, invalid_value, number, parse};
use crate::rich_text;
use crate::schema::picklist::{self, Value as Picked};
use crate::schema::treatment::{Kind, Operator, Treatment};
use crate::schema::{Field, FieldType, PicklistValue};
use crate::soql::{Date, DateTime, Number, TimeOfDay};

/// The member of an object that holds HTML as it is, of which an undo knows that it is none that is to be encoded.
pub(crate) const HTML: &str = "html";

/// A value to write, as JSON of a field's type, and what was repaired to get there: what the table of treatments says of
/// writing its kind.
pub(crate) fn to_write(field: &Field, json: &str) -> Result<(String, Option<String>), Error> {
    let treatment = Kind::of_value(field).treatment(Operator::Write);
    match treatment {
        Treatment::Several => return several_values(field, json),
        Treatment::Refused(why) => return Err(Error::argument(&field.name, why.of(&field.name, field.field_type))),
        _ => {}
    }
    let text = match parse(field, json)? {
        // A checkbox is never empty.
        Shape::Null if field.field_type == FieldType::Boolean => {
            return Err(invalid_value(field, json, "true or false"));
        }
        Shape::Null => return Ok(("null".to_owned(), None)),
        Shape::Text(text) if text.is_empty() && field.field_type != FieldType::Boolean => {
            return Ok(("null".to_owned(), None));
        }
        Shape::Text(text) => text,
        Shape::Number(number) => number.to_owned(),
        Shape::Boolean(value) => value.to_string(),
        Shape::Object if treatment == Treatment::RichText => {
            return Ok((quoted(text_that_fits(field, &as_html(field, json)?)?), None));
        }
        Shape::List(_) | Shape::Object => return Err(invalid_value(field, json, "one value, not a list or an object")),
    };
    let value = match treatment {
        Treatment::Value => {
            let (value, note) = picked(field, text.trim())?;
            return Ok((quoted(&value), note));
        }
        Treatment::Percent => percent_that_fits(field, &text, json)?,
        Treatment::Time => {
            let time = TimeOfDay::parse(&text)
                .map_err(|_| invalid_value(field, json, "a time of day, like \"15:00\" or \"3pm\""))?;
            quoted(&time.to_string())
        }
        Treatment::Record => quoted(id_of_target(field, &text, json)?.as_str()),
        Treatment::RichText if !rich_text::is_html(&text) => {
            quoted(text_that_fits(field, &rich_text::from_text(&text))?)
        }
        _ => plain(field, &text, json)?,
    };
    Ok((value, None))
}

/// A value that is taken as it is, as far as its type lets it.
fn plain(field: &Field, text: &str, json: &str) -> Result<String, Error> {
    Ok(match field.field_type {
        FieldType::Boolean => boolean(field, text)?.to_string(),
        kind if kind.is_number() => number_that_fits(field, number(field, text)?, json)?,
        FieldType::Date => {
            let date = Date::parse(text).map_err(|_| invalid_value(field, json, "a date like \"2026-05-31\""))?;
            quoted(&date.to_string())
        }
        FieldType::DateTime => {
            let instant = DateTime::parse(text)
                .map_err(|_| invalid_value(field, json, "a time with a zone, like \"2026-05-31T15:00:00+02:00\""))?;
            quoted(&instant.to_string())
        }
        FieldType::Email if !is_address(text) => return Err(invalid_value(field, json, "an e-mail address")),
        _ => quoted(text_that_fits(field, text)?),
    })
}

/// A value out of the org as the call says it that writes it again, to the letter: what would be asked about, or be taken
/// for a text that is yet to become HTML, says what it is.
pub(crate) fn restoring(field: &Field, json: &str) -> String {
    match field.field_type {
        FieldType::Percent if to_write(field, json).is_err() => quoted(&[json, "%"].concat()),
        _ if field.html && to_write(field, json).is_ok_and(|(written, _)| written != json) => {
            let mut html = Object::default();
            html.member(HTML, Json::trusted(json));
            html.finish()
        }
        _ => json.to_owned(),
    }
}

/// HTML that is said to be HTML.
fn as_html(field: &Field, json: &str) -> Result<String, Error> {
    let mut members = Json::trusted(json).members();
    match (members.next(), members.next()) {
        (Some((name, html)), None) if name == HTML => html.text().map(|html| html.into_owned()),
        _ => None,
    }
    .ok_or_else(|| invalid_value(field, json, "a text, or HTML"))
}

/// A percentage: `75%` and 75 are 75 %. What a fraction below one is meant as, only the person knows.
fn percent_that_fits(field: &Field, text: &str, json: &str) -> Result<String, Error> {
    let text = text.trim();
    let sure = without_percent(text);
    let percent = Number::parse(sure.unwrap_or(text))
        .map_err(|_| invalid_value(field, json, "a percentage: 75 or \"75%\" for 75 %, \"0.75%\" for 0.75 %"))?;
    let digits = percent.as_str();
    if sure.is_some() || !percent.is_fraction() {
        return number_that_fits(field, percent, json);
    }
    let hundredfold = Number::parse(&[digits, "e2"].concat()).map_err(Error::from)?;
    let meant = [hundredfold.as_str(), digits].map(|digits| [digits, "%"].concat());
    let message = format!(
        "nothing was written: {} holds 75 for 75 %, so {digits} may be meant as {} or as {}: ask the person, and say it with the sign",
        field.name, meant[0], meant[1]
    );
    Err(Error::argument(&field.name, message).allowing(meant.to_vec()))
}

/// A number without the sign or the word for percent behind it, if it has one.
pub(super) fn without_percent(text: &str) -> Option<&str> {
    text.strip_suffix('%').or_else(|| text.strip_suffix("percent")).map(str::trim_end)
}

/// A number with no more digits before the point than the field has. Those after it are cut silently by Salesforce.
/// <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_describesobjects_describesobjectresult.htm>
fn number_that_fits(field: &Field, number: Number, json: &str) -> Result<String, Error> {
    let number = number.as_str();
    if matches!(field.field_type, FieldType::Int | FieldType::Long) && number.contains('.') {
        return Err(invalid_value(field, json, "a whole number"));
    }
    let whole = number.trim_start_matches('-').split('.').next().unwrap_or_default();
    match field.length {
        Some(most) if whole != "0" && whole.len() > most as usize => {
            Err(invalid_value(field, json, &format!("a number of at most {most} digits before the point")))
        }
        _ => Ok(number.to_owned()),
    }
}

/// The id of a record of an object that the lookup points to, as far as its prefix tells.
fn id_of_target(field: &Field, text: &str, json: &str) -> Result<RecordId, Error> {
    let id = RecordId::from_text(text).map_err(|reason| {
        let expected = format!("the id of the record it points to ({reason}); salesforce_find finds it");
        invalid_value(field, json, &expected)
    })?;
    let points_there = |object: &str| field.references.iter().any(|known| known.eq_ignore_ascii_case(object));
    match standard_object(id.prefix()) {
        Some(object) if !points_there(object) => {
            let expected = format!("the id of {} and not of {object}", field.references.join(" or "));
            Err(invalid_value(field, json, &expected))
        }
        _ => Ok(id),
    }
}

/// The values of a picklist that takes several: a list, or a text with semicolons between. An empty one among them is a
/// slip, which would trim or clear what is there; null clears it.
fn several_values(field: &Field, json: &str) -> Result<(String, Option<String>), Error> {
    let wrong = || {
        invalid_value(
            field,
            json,
            "one value or more, like [\"A\", \"B\"] or \"A;B\", none of them empty; null clears it",
        )
    };
    let mut given = Vec::new();
    match parse(field, json)? {
        Shape::Null => return Ok(("null".to_owned(), None)),
        Shape::Text(text) => given.push(text),
        Shape::List(items) => {
            for item in items {
                given.push(item.text().ok_or_else(wrong)?.into_owned());
            }
        }
        _ => return Err(wrong()),
    }
    let (mut values, mut notes) = (Vec::new(), String::new());
    for part in given.iter().flat_map(|text| value::parts(field, text)) {
        if part.is_empty() {
            return Err(wrong());
        }
        let (value, note) = picked(field, part)?;
        append(&mut notes, "; ", &note.unwrap_or_default());
        if !values.contains(&value) {
            values.push(value);
        }
    }
    if values.is_empty() {
        return Err(wrong());
    }
    Ok((quoted(&values.join(";")), Some(notes).filter(|notes| !notes.is_empty())))
}

/// A text that is no longer than its field takes.
pub(super) fn text_that_fits<'t>(field: &Field, text: &'t str) -> Result<&'t str, Error> {
    let length = text.chars().count();
    match field.length {
        Some(longest) if longest > 0 && length > longest as usize => Err(Error::argument(
            &field.name,
            format!("the text for {} has {length} characters, and the field holds {longest}; shorten it", field.name),
        )),
        _ => Ok(text),
    }
}

/// The nearest values, and the others where all are few.
pub(super) fn listed(values: &[PicklistValue], mut nearest: Vec<String>) -> Vec<String> {
    if values.len() <= MAX_LISTED_VALUES {
        for value in values {
            if !nearest.iter().any(|near| near == value.shown()) {
                nearest.push(value.shown().to_owned());
            }
        }
    }
    nearest
}

/// A picklist that is no longer is shown whole to whom names another value, the nearest first.
const MAX_LISTED_VALUES: usize = 12;

/// A picklist's value for what was said, and what was repaired. Checked even where the org would accept anything.
fn picked(field: &Field, text: &str) -> Result<(String, Option<String>), Error> {
    let Some(values) = field.picklist.as_deref() else { return Ok((text.to_owned(), None)) };
    match picklist::resolve(values, text) {
        Picked::Exact => Ok((text.to_owned(), None)),
        Picked::Repaired { value, .. } => {
            // Letters in another case are no news.
            let is_news = !value.eq_ignore_ascii_case(text);
            let note = is_news.then(|| value::repaired_notice(&field.name, text, "the reply"));
            Ok((value, note))
        }
        Picked::Unknown { nearest } => {
            let message = format!("{} is not a value of the picklist {}", Excerpt::of(text), field.name);
            Err(Error::argument(&field.name, message).allowing(listed(values, nearest)))
        }
    }
}

/// Whether a text has the shape of an e-mail address, as far as any would: the org knows better what it takes.
fn is_address(text: &str) -> bool {
    let text = text.trim();
    text.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && !domain.is_empty())
        && !text.contains(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '<' | '>'))
}
