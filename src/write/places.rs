//! Countries and states of a write: whatever names them becomes their code, for that is what Salesforce takes for sure,
//! and names follow. Pairs that clash are refused before anything is sent.
//! <https://help.salesforce.com/s/articleView?id=xcloud.admin_state_country_picklists_field_syncing.htm>

use crate::details::Details;
use crate::error::Error;
use crate::excerpt::Excerpt;
use crate::json::{Shape, quoted};
use crate::resolve::names;
use crate::resolve::value::{invalid_value, repaired_notice};
use crate::schema::place::Place;
use crate::schema::{ObjectSchema, PicklistValue};
use crate::write::fit::MAX_LISTED_VALUES;
use crate::write::picklists::Held;
use crate::write::values::FieldValue;

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
        if let Some(place) = Place::of(schema, &value.field.name).filter(|place| place.country.is_none()) {
            put(value, &place, None)?;
        }
    }
    let mut besides = Vec::new();
    for at in 0..values.len() {
        let Some(place) = Place::of(schema, &values[at].field.name) else { continue };
        let Some(country) = place.country else { continue };
        if values[at].json == "null" {
            put(values[at], &place, None)?;
            continue;
        }
        match country_of(schema, &country.name, values, held) {
            Country::Is(country) => put(values[at], &place, Some(country))?,
            Country::None => besides.push(country_for(schema, values[at], &place)?),
            Country::Untold if held.is_some() => put(values[at], &place, None)?,
            Country::Untold => drop(code(values[at], &place, None)?),
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

/// The code that a value names.
fn code(value: &FieldValue, place: &Place<'_>, country: Option<&PicklistValue>) -> Result<String, Error> {
    let text = text(value)?;
    place.find(&text, country.map(|country| country.place)).map_err(|mut allowed| {
        let all = entries_in(place, country);
        let is_elsewhere = country.is_some() && place.find(&text, None).is_ok();
        if all.len() <= MAX_LISTED_VALUES || is_elsewhere {
            allowed = all.into_iter().take(MAX_LISTED_VALUES).collect();
        }
        let name = &value.field.name;
        let (Some(country), Some(of)) = (country, place.country) else {
            return Error::argument(name, format!("{} is none of the values of {name}", Excerpt::of(&text))).allowing(allowed);
        };
        let mut details = Details::default();
        details.add(&place.code.name, &text);
        details.add(&of.name, country.shown());
        let message = format!("the value for {name} is not allowed while {} is what `details` shows: take one of `allowed`, or set the country as well", of.name);
        Error::input(message).about(vec![place.code.name.clone(), of.name.clone()]).allowing(allowed).with_details(details)
    })
}

/// The names that a place may have, of a state in its country.
fn entries_in(place: &Place<'_>, country: Option<&PicklistValue>) -> Vec<String> {
    let is_there = |value: &&PicklistValue| {
        country.is_none_or(|country| value.valid_for.as_ref().is_none_or(|valid_for| valid_for.includes(country.place)))
    };
    place.code.picklist.iter().flatten().filter(is_there).map(|value| value.shown().to_owned()).collect()
}

/// Puts the code that a value names where it stands.
fn put(value: &mut FieldValue, place: &Place<'_>, country: Option<&PicklistValue>) -> Result<(), Error> {
    if value.json != "null" {
        let said = text(value)?;
        let code = code(value, place, country)?;
        if said != code && value.asked.is_none() {
            let name = &value.field.name;
            value.note = Some(repaired_notice(name, &said, "the reply"));
        }
        value.json = quoted(&code);
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
    let said = text(state)?;
    let code = code(state, place, None)?;
    let Some(country) = place.country else { return Err(Error::input("no country")) };
    let is_called = |value: &&PicklistValue| value.shown().eq_ignore_ascii_case(&said);
    let mut entries: Vec<_> = place.entries(&code).filter(is_called).collect();
    if entries.is_empty() {
        entries = place.entries(&code).collect();
    }
    let has_it = |country: &&PicklistValue| {
        entries.iter().any(|state| state.valid_for.as_ref().is_some_and(|valid_for| valid_for.includes(country.place)))
    };
    let countries: Vec<_> = country.picklist.iter().flatten().filter(has_it).collect();
    let [only] = countries.as_slice() else {
        let message = format!("a state needs its country: set {} as well", country.name);
        let allowed = countries.iter().take(MAX_LISTED_VALUES).map(|country| country.shown().to_owned()).collect();
        return Err(Error::input(message).about(vec![place.code.name.clone(), country.name.clone()]).allowing(allowed));
    };
    put(state, place, Some(only))?;
    let name = names::field_name(&country.name)?;
    let note = format!("{name}: a state needs its country, and only the one that the reply shows has this one");
    let field = schema.field(&country.name).unwrap_or(country).clone();
    Ok(FieldValue { field, name, json: quoted(&only.value), note: Some(note), record_name: None, asked: None })
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
        let place = Place::of(schema, &state.name).filter(|place| place.code.name == state.name);
        let Some((place, country)) = place.and_then(|place| Some((place, place.country?))) else { continue };
        let is_given = |name: &str| values.iter().find(|value| value.field.name == name);
        let (Some(new), None, Some(kept)) = (is_given(&country.name), is_given(&state.name), held(&state.name)) else {
            continue;
        };
        let now = country.picklist.iter().flatten().find(|country| quoted(&country.value) == new.json);
        let is_there = |state: &PicklistValue| {
            now.is_some_and(|now| state.valid_for.as_ref().is_none_or(|valid_for| valid_for.includes(now.place)))
        };
        let is_same = held(&country.name).map_or_else(|| "null".to_owned(), |held| quoted(&held)) == new.json;
        if is_same || place.entries(&kept).any(is_there) {
            continue;
        }
        let mut details = Details::default();
        details.add(&state.name, place.entries(&kept).next().map_or(&kept, |state| state.shown()));
        let message = format!(
            "nothing was written: {} keeps a value, which `details` shows and which does not go with the new {}: set it as well, or null to clear it",
            state.name, country.name
        );
        let allowed = now.map(|now| entries_in(&place, Some(now))).unwrap_or_default();
        let allowed = allowed.into_iter().take(MAX_LISTED_VALUES).collect();
        return Err(Error::input(message)
            .about(vec![state.name.clone(), country.name.clone()])
            .allowing(allowed)
            .with_details(details));
    }
    Ok(())
}
