//! Countries and states of a write: whatever names them becomes their code, for that is what Salesforce takes for sure,
//! and names follow. That a state goes with its country is for [`picklists`](super::picklists) to see.
//! <https://help.salesforce.com/s/articleView?id=xcloud.admin_state_country_picklists_field_syncing.htm>

use crate::error::Error;
use crate::excerpt::Excerpt;
use crate::json::{Shape, quoted};
use crate::resolve::names;
use crate::resolve::value::{invalid_value, repaired_notice};
use crate::schema::{Field, ObjectSchema, PicklistValue, picklist, place};
use crate::within::{holds, replaced};
use crate::write::fit;
use crate::write::picklists::Held;
use crate::write::values::FieldValue;

/// A country or a state, by the field that holds its code.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'s> {
    /// The field of the code.
    pub(crate) code: &'s Field,
    entries: &'s [PicklistValue],
    /// Of a state, the field of its country's code.
    pub(crate) country: Option<&'s Field>,
}

impl<'s> Place<'s> {
    /// The place that a field says, by name or by code; none where the org keeps it as free text.
    pub(crate) fn of(schema: &'s ObjectSchema, field: &Field) -> Option<Self> {
        let code = place::codes(schema, field)?;
        let entries = code.picklist.as_deref()?;
        let country = if holds(&code.name, "StateCode") { schema.field(code.controller.as_deref()?) } else { None };
        Some(Self { code, entries, country })
    }

    /// What a text is or names: of a state in the country of this code, and if there is none, in any.
    fn find(&self, text: &str, country: Option<&str>) -> Vec<&'s PicklistValue> {
        let mut found = place::find(self.entries, text);
        if let Some(country) = self.country.zip(country).and_then(|(field, code)| entry(field, code))
            && found.iter().any(|entry| is_in(entry, country))
        {
            found.retain(|entry| is_in(entry, country));
        }
        found
    }

    /// Whether what is held, by the fields of codes, is called so.
    pub(crate) fn is_called(&self, text: &str, held: &dyn Fn(&str) -> Option<String>) -> bool {
        let country = self.country.and_then(|country| held(&country.name));
        let found = self.find(text, country.as_deref());
        held(&self.code.name).is_some_and(|code| found.iter().any(|entry| entry.value == code))
    }
}

/// Whether a state is one of a country.
fn is_in(state: &PicklistValue, country: &PicklistValue) -> bool {
    state.valid_for.as_ref().is_none_or(|valid_for| valid_for.includes(country.place))
}

/// The entry of a code.
fn entry<'f>(field: &'f Field, code: &str) -> Option<&'f PicklistValue> {
    field.picklist.as_deref()?.iter().find(|entry| entry.value == code)
}

/// Puts codes where a write names countries and states; returns the country to write besides, where a state tells it.
/// What is `held` may be unknown as yet: then states wait, unless none is called so anywhere.
///
/// # Errors
///
/// `invalid_input` about a name that no country or state has, with the nearest; about a name and a code that say different
/// places; and about a state without a country that several have.
pub(crate) fn settle(
    schema: &ObjectSchema,
    values: &mut [&mut FieldValue],
    held: Option<Held<'_>>,
) -> Result<Vec<FieldValue>, Error> {
    let mut besides = Vec::new();
    // States after the countries they are in.
    for are_states in [false, true] {
        for at in 0..values.len() {
            let place = Place::of(schema, &values[at].field).filter(|place| place.country.is_some() == are_states);
            let Some(place) = place else { continue };
            let country = place.country.map(|country| country_of(country, values, held));
            let value = &mut *values[at];
            let Some(text) = text(value)? else {
                move_to(schema, value, &place)?;
                continue;
            };
            let found = place.find(&text, country.as_ref().and_then(|country| country.as_deref()?.into()));
            let Some(first) = found.first() else { return Err(unknown(value, &place, &text)) };
            match (&country, place.country) {
                // It has none.
                (Some(Some(code)), Some(country)) if code.is_empty() => {
                    besides.push(country_for(country, &place, &found)?);
                }
                (Some(None), _) if held.is_none() => continue,
                _ => {}
            }
            if !text.eq_ignore_ascii_case(&first.value) && value.asked.is_none() {
                value.note = Some(repaired_notice(&value.field.name, &text, "the reply"));
            }
            value.json = quoted(&first.value);
            move_to(schema, value, &place)?;
        }
    }
    for at in 1..values.len() {
        let (before, value) = (&values[..at], &values[at]);
        if let Some(other) = before.iter().find(|other| other.name == value.name && other.json != value.json) {
            let asked = vec![other.asked().to_string(), value.asked().to_string()];
            let message = [&asked.join(" and "), " say different places: leave one of them out"].concat();
            return Err(Error::input(message).about(asked));
        }
    }
    Ok(besides)
}

/// The text of a value, which has to be one, or nothing.
fn text(value: &FieldValue) -> Result<Option<String>, Error> {
    match Shape::of(&value.json) {
        Some(Shape::Null) => Ok(None),
        Some(Shape::Text(text)) => Ok(Some(text.trim().to_owned())),
        _ => Err(invalid_value(&value.field, &value.json, "a name or a code")),
    }
}

/// The code of the country that a record will have, by its field: empty where it has none, and none where nobody can say.
fn country_of(country: &Field, values: &[&mut FieldValue], held: Option<Held<'_>>) -> Option<String> {
    if let Some(given) = values.iter().find(|value| value.field.name == country.name) {
        return Some(text(given).ok()?.unwrap_or_default());
    }
    match held? {
        Held::Untold => None,
        Held::Values(held) => Some(held.text(&country.name).unwrap_or_default()),
        Held::New => {
            let usual = country.picklist.iter().flatten().find(|country| country.default);
            Some(usual.map(|country| country.value.clone()).unwrap_or_default())
        }
    }
}

/// A name that no country or state has.
fn unknown(value: &FieldValue, place: &Place<'_>, text: &str) -> Error {
    let allowed = match picklist::resolve(place.entries, text) {
        picklist::Value::Unknown { nearest } => fit::listed(place.entries, nearest),
        _ => Vec::new(),
    };
    let name = &value.field.name;
    Error::argument(name, format!("{} is none of the values of {name}", Excerpt::of(text))).allowing(allowed)
}

/// Makes the field of the code what is written. Cleared by its code alone, a state's name has been seen to stay, so that
/// goes along.
fn move_to(schema: &ObjectSchema, value: &mut FieldValue, place: &Place<'_>) -> Result<(), Error> {
    if value.json == "null"
        && let Some(name) = schema.field(&replaced(&place.code.name, "Code", ""))
    {
        value.along = Some(names::field_name(&name.name)?);
    }
    if value.field.name != place.code.name {
        value.asked = Some(std::mem::replace(&mut value.name, names::field_name(&place.code.name)?));
        value.field = place.code.clone();
    }
    Ok(())
}

/// The country of a state that comes without one, where only one has it.
fn country_for(country: &Field, place: &Place<'_>, states: &[&PicklistValue]) -> Result<FieldValue, Error> {
    let mut countries = country.picklist.clone().unwrap_or_default();
    countries.retain(|country| states.iter().any(|state| is_in(state, country)));
    let [only] = countries.as_slice() else {
        let message = format!("a state needs its country: set {} as well", country.name);
        let about = vec![place.code.name.clone(), country.name.clone()];
        return Err(Error::input(message).about(about).allowing(fit::listed(&countries, Vec::new())));
    };
    let note =
        format!("{}: a state needs its country, and only the one that the reply shows has this one", country.name);
    FieldValue::new(country.clone(), quoted(&only.value), Some(note))
}
