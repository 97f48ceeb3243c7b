//! Countries and states of a write: whatever names them becomes their code, for that is what Salesforce takes for sure,
//! and names follow. Pairs that clash are refused before anything is sent.
//! <https://help.salesforce.com/s/articleView?id=xcloud.admin_state_country_picklists_field_syncing.htm>

use crate::details::Details;
use crate::error::Error;
use crate::excerpt::Excerpt;
use crate::json::{Shape, quoted};
use crate::resolve::names;
use crate::resolve::value::{invalid_value, repaired_notice};
use crate::schema::{Field, ObjectSchema, PicklistValue, picklist, place};
use crate::write::fit::MAX_LISTED_VALUES;
use crate::write::picklists::Held;
use crate::write::values::FieldValue;

/// A country or a state, by the field that holds its code.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'s> {
    /// The field of the code.
    pub(crate) code: &'s Field,
    /// Of a state, the field of its country's code.
    pub(crate) country: Option<&'s Field>,
}

impl<'s> Place<'s> {
    /// The place that a field says, by name or by code; none where the org keeps it as free text.
    pub(crate) fn of(schema: &'s ObjectSchema, field: &Field) -> Option<Self> {
        let code = place::codes(schema, field).filter(|code| code.picklist.is_some())?;
        let is_state = code.name.trim_end_matches("__s").ends_with("StateCode");
        let country = code.controller.as_deref().filter(|_| is_state).and_then(|country| schema.field(country));
        Some(Self { code, country })
    }

    /// The one entry that a text is or names, of a state in a country if that is known.
    fn find(&self, text: &str, country: Option<&PicklistValue>) -> Option<&'s PicklistValue> {
        let mut found = place::find(self.code.picklist.as_deref().unwrap_or_default(), text);
        found.retain(|entry| country.is_none_or(|country| is_in(entry, country)));
        let first = *found.first()?;
        found.iter().all(|entry| entry.value == first.value).then_some(first)
    }

    /// Whether what is held, by the fields of codes, is called so.
    pub(crate) fn is_called(&self, text: &str, held: &dyn Fn(&str) -> Option<String>) -> bool {
        let country = self.country.and_then(|country| entry(country, &held(&country.name)?));
        let found = self.find(text, country);
        found.is_some_and(|found| held(&self.code.name).as_ref() == Some(&found.value))
    }
}

/// Whether a state is one of a country; of a country there is nothing to say.
fn is_in(state: &PicklistValue, country: &PicklistValue) -> bool {
    state.valid_for.as_ref().is_none_or(|valid_for| valid_for.includes(country.place))
}

/// The entry of a code.
fn entry<'f>(field: &'f Field, code: &str) -> Option<&'f PicklistValue> {
    field.picklist.iter().flatten().find(|entry| entry.value == code)
}

/// What is known of the country that a state is in.
enum Country<'s> {
    /// It is, or will be, this one.
    Is(&'s PicklistValue),
    /// There is none.
    None,
    /// Nobody can say.
    Untold,
}

/// Puts codes where a write names countries and states; returns the country to write besides, where a state tells it.
/// What is `held` may be unknown as yet: then states wait, unless none is called so anywhere.
///
/// # Errors
///
/// `invalid_input` about a name that no country or state has, with the nearest; about a name and a code, or a state and a
/// country, that clash; and about a state without a country.
pub(crate) fn settle(
    schema: &ObjectSchema,
    values: &mut [&mut FieldValue],
    held: Option<Held<'_>>,
) -> Result<Vec<FieldValue>, Error> {
    for value in values.iter_mut() {
        if let Some(place) = Place::of(schema, &value.field).filter(|place| place.country.is_none()) {
            put(schema, value, &place, None)?;
        }
    }
    let mut besides = Vec::new();
    for at in 0..values.len() {
        let Some(place) = Place::of(schema, &values[at].field) else { continue };
        let Some(country) = place.country else { continue };
        if values[at].json == "null" {
            put(schema, values[at], &place, None)?;
            continue;
        }
        match country_of(schema, &country.name, values, held) {
            Country::Is(country) => put(schema, values[at], &place, Some(country))?,
            Country::None => besides.push(country_for(schema, values[at], &place)?),
            Country::Untold if held.is_some() => put(schema, values[at], &place, None)?,
            Country::Untold => drop(named(values[at], &place, None)?),
        }
    }
    agree(values)?;
    if let Some(Held::Values(held)) = held {
        keeps_none_behind(schema, values, &|field| held.text(field))?;
    }
    Ok(besides)
}

/// The text of a value, which has to be one.
fn text(value: &FieldValue) -> Result<String, Error> {
    match Shape::of(&value.json) {
        Some(Shape::Text(text)) => Ok(text.trim().to_owned()),
        _ => Err(invalid_value(&value.field, &value.json, "a name or a code")),
    }
}

/// The entry of the code that a value names.
fn named<'s>(
    value: &FieldValue,
    place: &Place<'s>,
    country: Option<&PicklistValue>,
) -> Result<&'s PicklistValue, Error> {
    let text = text(value)?;
    if let Some(found) = place.find(&text, country) {
        return Ok(found);
    }
    let name = &value.field.name;
    let (Some(country), Some(of)) = (country, place.country) else {
        let entries = place.code.picklist.as_deref().unwrap_or_default();
        let allowed = match picklist::resolve(entries, &text) {
            picklist::Value::Unknown { nearest } if entries.len() > MAX_LISTED_VALUES => nearest,
            _ => names_in(place, None),
        };
        let message = format!("{} is none of the values of {name}", Excerpt::of(&text));
        return Err(Error::argument(name, message).allowing(allowed));
    };
    let mut details = Details::default();
    details.add(&place.code.name, &text);
    details.add(&of.name, country.shown());
    let message = format!(
        "the value for {name} is not allowed while {} is what `details` shows: take one of `allowed`, or set the country as well",
        of.name
    );
    let about = vec![place.code.name.clone(), of.name.clone()];
    Err(Error::input(message).about(about).allowing(names_in(place, Some(country))).with_details(details))
}

/// The names that a place may have, of a state in its country.
fn names_in(place: &Place<'_>, country: Option<&PicklistValue>) -> Vec<String> {
    let entries = place.code.picklist.iter().flatten();
    let there = entries.filter(|entry| country.is_none_or(|country| is_in(entry, country)));
    there.take(MAX_LISTED_VALUES).map(|entry| entry.shown().to_owned()).collect()
}

/// Puts the code that a value names where it stands.
fn put(
    schema: &ObjectSchema,
    value: &mut FieldValue,
    place: &Place<'_>,
    country: Option<&PicklistValue>,
) -> Result<(), Error> {
    if value.json != "null" {
        let said = text(value)?;
        let code = &named(value, place, country)?.value;
        if !said.eq_ignore_ascii_case(code) && value.asked.is_none() {
            let name = &value.field.name;
            value.note = Some(repaired_notice(name, &said, "the reply"));
        }
        value.json = quoted(code);
    } else if let Some(text) = schema.field(&place.code.name.replace("Code", "")) {
        // Cleared by its code alone, a state's name has been seen to stay.
        value.along = Some(names::field_name(&text.name)?);
    }
    if value.field.name != place.code.name {
        value.asked = Some(std::mem::replace(&mut value.name, names::field_name(&place.code.name)?));
        value.field = place.code.clone();
    }
    Ok(())
}

/// The country that a record will have, by the field of its code.
fn country_of<'s>(
    schema: &'s ObjectSchema,
    name: &str,
    values: &[&mut FieldValue],
    held: Option<Held<'_>>,
) -> Country<'s> {
    let given = values.iter().find(|value| value.field.name == name).map(|value| value.json.clone());
    let json = given.or(match held {
        None | Some(Held::Untold) => return Country::Untold,
        Some(Held::Values(held)) => held.text(name).map(|code| quoted(&code)),
        Some(Held::New) => None,
    });
    let listed = || schema.field(name).and_then(|field| field.picklist.as_deref()).into_iter().flatten();
    match json.as_deref().filter(|json| *json != "null") {
        Some(json) => listed().find(|country| quoted(&country.value) == json).map_or(Country::Untold, Country::Is),
        None => listed()
            .find(|country| country.default && matches!(held, Some(Held::New)))
            .map_or(Country::None, Country::Is),
    }
}

/// The country of a state that comes without one, where only one has it.
fn country_for(schema: &ObjectSchema, state: &mut FieldValue, place: &Place<'_>) -> Result<FieldValue, Error> {
    let Some(country) = place.country else { return Err(Error::input("no country")) };
    named(state, place, None)?;
    let said = text(state)?;
    let states = place::find(place.code.picklist.as_deref().unwrap_or_default(), &said);
    let has_it = |country: &&PicklistValue| states.iter().any(|state| is_in(state, country));
    let countries: Vec<_> = country.picklist.iter().flatten().filter(has_it).collect();
    let [only] = countries.as_slice() else {
        let message = format!("a state needs its country: set {} as well", country.name);
        let allowed = countries.iter().take(MAX_LISTED_VALUES).map(|country| country.shown().to_owned()).collect();
        return Err(Error::input(message).about(vec![place.code.name.clone(), country.name.clone()]).allowing(allowed));
    };
    put(schema, state, place, Some(only))?;
    let name = names::field_name(&country.name)?;
    let note = format!("{name}: a state needs its country, and only the one that the reply shows has this one");
    Ok(FieldValue {
        field: country.clone(),
        name,
        json: quoted(&only.value),
        note: Some(note),
        record_name: None,
        asked: None,
        along: None,
    })
}

/// Refuses a name and a code that are of different places.
fn agree(values: &[&mut FieldValue]) -> Result<(), Error> {
    for (at, value) in values.iter().enumerate() {
        let other = values[..at].iter().find(|other| other.name == value.name && other.json != value.json);
        if let Some(other) = other {
            let asked = [other, value].map(|value| value.asked().to_string());
            let message = format!("{} say different places: leave one of them out", asked.join(" and "));
            return Err(Error::input(message).about(asked.to_vec()));
        }
    }
    Ok(())
}

/// Refuses a new country that a state which is kept is not in. Salesforce refuses it as well, or drops the state.
fn keeps_none_behind(
    schema: &ObjectSchema,
    values: &[&mut FieldValue],
    held: &dyn Fn(&str) -> Option<String>,
) -> Result<(), Error> {
    for state in &schema.fields {
        let place = Place::of(schema, state).filter(|place| place.code.name == state.name);
        let Some((place, country)) = place.and_then(|place| Some((place, place.country?))) else { continue };
        let is_given = |name: &str| values.iter().find(|value| value.field.name == name);
        let (Some(new), None, Some(kept)) = (is_given(&country.name), is_given(&state.name), held(&state.name)) else {
            continue;
        };
        let now = entry(country, new.json.trim_matches('"'));
        let mut entries = place.code.picklist.iter().flatten().filter(|entry| entry.value == kept);
        let shown = entries.clone().next().map_or(&*kept, PicklistValue::shown);
        let is_same = held(&country.name).map_or_else(|| "null".to_owned(), |held| quoted(&held)) == new.json;
        if is_same || now.is_some_and(|now| entries.any(|state| is_in(state, now))) {
            continue;
        }
        let mut details = Details::default();
        details.add(&state.name, shown);
        let message = format!(
            "nothing was written: {} keeps a value, which `details` shows and which does not go with the new {}: set it as well, or null to clear it",
            state.name, country.name
        );
        let allowed = now.map(|now| names_in(&place, Some(now))).unwrap_or_default();
        return Err(Error::input(message)
            .about(vec![state.name.clone(), country.name.clone()])
            .allowing(allowed)
            .with_details(details));
    }
    Ok(())
}
