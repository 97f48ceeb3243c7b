//! A change that goes on from what is there: values added to a multi-select and removed from it, and text put behind a
//! text. What comes of it is known when the record was read; the condition of the write holds it to that.

use crate::error::Error;
use crate::excerpt::Excerpt;
use crate::json::{Json, Shape, quoted};
use crate::resolve::value::{invalid_value, known_value, parts};
use crate::rich_text;
use crate::schema::{Field, FieldType};
use crate::write::fit;

/// What becomes of the value that is there.
#[derive(Debug)]
pub(crate) enum Amendment {
    /// Values of a multi-select: those to add, as the org calls them, and those to remove, as they were said.
    Members { add: Vec<String>, remove: Vec<String> },
    /// Text that comes behind.
    Behind(String),
}

/// What an object stands for as a new value, if it stands for one of these.
pub(crate) fn read(field: &Field, json: &str) -> Result<Option<Amendment>, Error> {
    let is_text = field.field_type.is_text() && !field.field_type.has_values();
    let Some(Shape::Object) = Shape::of(json).filter(|_| is_text || field.field_type == FieldType::MultiPicklist)
    else {
        return Ok(None);
    };
    let (mut add, mut remove, mut behind) = (Vec::new(), Vec::new(), None);
    for (name, value) in Json::trusted(json).members() {
        match (field.field_type, name.as_ref()) {
            (FieldType::MultiPicklist, "add") => {
                let (values, _) = fit::to_write(field, value.get())?;
                add = Json::trusted(&values).text().map(|values| listed(field, &values)).unwrap_or_default();
            }
            (FieldType::MultiPicklist, "remove") => remove = said(field, value)?,
            (_, "append") if is_text => behind = value.text(),
            (FieldType::MultiPicklist, _) => {
                return Err(invalid_value(field, json, "one value or more, or {\"add\": […], \"remove\": […]}"));
            }
            _ => return Ok(None),
        }
    }
    Ok(match behind {
        Some(text) if !text.trim().is_empty() => Some(Amendment::Behind(text.into_owned())),
        None if !add.is_empty() || !remove.is_empty() => Some(Amendment::Members { add, remove }),
        _ => return Err(invalid_value(field, json, "something to add, to remove or to append")),
    })
}

/// The values of a list, or of a text with semicolons between.
fn said(field: &Field, value: Json<'_>) -> Result<Vec<String>, Error> {
    let texts: Option<Vec<_>> = match value.shape() {
        Shape::Text(text) => Some(vec![text.into()]),
        Shape::List(items) => items.into_iter().map(Json::text).collect(),
        _ => None,
    };
    let texts = texts.ok_or_else(|| invalid_value(field, value.get(), "a list of values"))?;
    Ok(texts.iter().flat_map(|text| listed(field, text)).collect())
}

fn listed(field: &Field, text: &str) -> Vec<String> {
    parts(field, text).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

impl Amendment {
    /// The whole value, as JSON, out of the one that is there.
    pub(crate) fn of(&self, field: &Field, held: Option<Json<'_>>) -> Result<String, Error> {
        let held = held.and_then(Json::text).unwrap_or_default();
        let text = match self {
            Self::Members { add, remove } => members(field, listed(field, &held), add, remove)?,
            Self::Behind(text) => behind(field, &held, text),
        };
        if text.is_empty() && field.required {
            return Err(Error::argument(&field.name, format!("{} can't be empty", field.name)));
        }
        Ok(if text.is_empty() { "null".to_owned() } else { quoted(fit::text_that_fits(field, &text)?) })
    }
}

fn members(field: &Field, mut held: Vec<String>, add: &[String], remove: &[String]) -> Result<String, Error> {
    for said in remove {
        // It may go by its label, which the org does not hold.
        let meant = known_value(field, said);
        let place = held.iter().position(|value| value.eq_ignore_ascii_case(said) || Some(value) == meant.as_ref());
        let Some(place) = place else {
            let message =
                format!("nothing was written: {} is not among the values of {}", Excerpt::of(said), field.name);
            return Err(Error::argument(&field.name, message).allowing(held));
        };
        held.remove(place);
    }
    for value in add {
        if !held.contains(value) {
            held.push(value.clone());
        }
    }
    Ok(held.join(";"))
}

/// A text with another behind it, on a line of its own where the field has lines.
fn behind(field: &Field, held: &str, text: &str) -> String {
    let text = if field.html && !rich_text::is_html(text) { rich_text::from_text(text) } else { text.to_owned() };
    let between = match field.field_type {
        _ if field.html => "<br>",
        FieldType::TextArea => "\n",
        _ => " ",
    };
    if held.is_empty() { text } else { [held, between, &text].concat() }
}
