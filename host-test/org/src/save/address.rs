//! Addresses and places: the names and codes of state and country are kept in step, and the compound fields are built.
//! <https://help.salesforce.com/s/articleView?id=xcloud.admin_state_country_picklists_field_syncing.htm>

use std::collections::BTreeMap;

use crate::{
    refusal::Refusal,
    schema::{Field, Object, PicklistValue},
    store::Row,
    value::Value,
};

/// The parts of an address, as fields are called after the prefix, or between `Venue__` and `__s`.
const PARTS: [&str; 10] = [
    "Street",
    "City",
    "State",
    "StateCode",
    "PostalCode",
    "Country",
    "CountryCode",
    "Latitude",
    "Longitude",
    "GeocodeAccuracy",
];

/// Brings an address in step and builds its compound field, `whole`.
///
/// # Errors
/// `FIELD_INTEGRITY_EXCEPTION`: a country or state that the org's lists lack, a state without a country or of
/// another country, a name and a code that were both changed and do not match.
pub(super) fn derive(object: &Object, row: &mut Row, old: Option<&Row>, whole: &str) -> Result<(), Refusal> {
    if let (Some(country), Some(state)) = (Pair::of(object, whole, Part::Country), Pair::of(object, whole, Part::State))
    {
        country.sync(row, old, None)?;
        if country.has_gone(row, old) && !state.code_changed(row, old) && !state.text_changed(row, old) {
            state.clear(row);
        }
        let code = row.get(&country.code.name).as_str().map(str::to_owned);
        match code {
            Some(code) => {
                state.sync(row, old, Some(&code))?;
                state.belongs_to(row, &code)?;
            }
            None => {
                state.needs_country(row, old)?;
                // What was changed and is no state any more was emptied: its name and its code go together.
                state.sync(row, old, None)?;
            }
        }
    }
    compound(object, row, whole);
    Ok(())
}

/// The field of a part: `BillingCity` of `BillingAddress`, `Venue__City__s` of `Venue__c`.
fn part_name(whole: &str, part: &str) -> String {
    match whole.strip_suffix("__c") {
        Some(stem) => format!("{stem}__{part}__s"),
        None => format!("{}{part}", whole.strip_suffix("Address").unwrap_or_default()),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Country,
    State,
}

/// The two fields that say one thing: its name, which Salesforce calls the integration value, and its code. An address
/// that an administrator added has codes only.
struct Pair<'a> {
    part: Part,
    text: Option<&'a Field>,
    code: &'a Field,
}

impl<'a> Pair<'a> {
    /// `None` where the org has no picklists for states and countries.
    fn of(object: &'a Object, whole: &str, part: Part) -> Option<Self> {
        let name = match part {
            Part::Country => "Country",
            Part::State => "State",
        };
        let code = object.field(&part_name(whole, &format!("{name}Code")))?;
        Some(Self { part, text: object.field(&part_name(whole, name)), code })
    }

    fn text_changed(&self, row: &Row, old: Option<&Row>) -> bool {
        self.text.is_some_and(|text| changed(text, row, old))
    }

    fn set(&self, row: &mut Row, entry: Option<&PicklistValue>) {
        if let Some(text) = self.text {
            row.set(&text.name, entry.map_or(Value::Null, |entry| Value::from(entry.label.as_str())));
        }
        row.set(&self.code.name, entry.map_or(Value::Null, |entry| Value::from(entry.value.as_str())));
    }

    fn code_changed(&self, row: &Row, old: Option<&Row>) -> bool {
        changed(self.code, row, old)
    }

    fn clear(&self, row: &mut Row) {
        self.set(row, None);
    }

    /// Whether there was one and now there is none.
    fn has_gone(&self, row: &Row, old: Option<&Row>) -> bool {
        row.get(&self.code.name).is_null() && old.is_some_and(|old| !old.get(&self.code.name).is_null())
    }

    /// What was changed decides, and the other follows. States are looked for in `country` only.
    fn sync(&self, row: &mut Row, old: Option<&Row>, country: Option<&str>) -> Result<(), Refusal> {
        let code = row.get(&self.code.name).as_str().map(str::to_owned);
        let by_code = || code.as_deref().map(|code| self.by_code(code, country)).transpose();
        let code_changed = self.code_changed(row, old);
        let entry = match self.text.filter(|text| changed(text, row, old)) {
            None if !code_changed => return Ok(()),
            None => by_code()?,
            Some(field) => {
                let text = row.get(&field.name).as_str().map(str::to_owned);
                if code_changed {
                    let entry = by_code()?;
                    // Of a new record the code decides; of an old one the two must agree.
                    let agrees = match (entry, text.as_deref()) {
                        (Some(entry), Some(text)) => entry.label.eq_ignore_ascii_case(text),
                        (entry, text) => entry.is_none() && text.is_none(),
                    };
                    if old.is_some() && !agrees {
                        let label = &field.label;
                        let message = format!("Mismatched integration value and ISO code for field: {label}");
                        return Err(refusal(message, field));
                    }
                    entry
                } else {
                    text.as_deref().map(|text| self.by_text(field, text, country)).transpose()?
                }
            }
        };
        self.set(row, entry);
        Ok(())
    }

    /// The name has to be the one in the list: neither its code nor any other short form will do.
    fn by_text(&self, field: &Field, text: &str, country: Option<&str>) -> Result<&'a PicklistValue, Refusal> {
        let entries = || self.code.picklist.iter().filter(|entry| entry.label.eq_ignore_ascii_case(text));
        if let Some(entry) = entries().find(|entry| is_of(entry, country)) {
            return Ok(entry);
        }
        if entries().next().is_some() {
            return Err(self.clash());
        }
        let (noun, list) = match self.part {
            Part::Country => ("country", "country/territory from the list of valid countries"),
            Part::State => ("state", "state from the list of valid states"),
        };
        let label = &field.label;
        let message = format!(
            "There's a problem with this {noun}, even though it may appear correct. Please select a {list}.: {label}"
        );
        Err(refusal(message, field))
    }

    fn by_code(&self, code: &str, country: Option<&str>) -> Result<&'a PicklistValue, Refusal> {
        let entries = || self.code.picklist.iter().filter(|entry| entry.value.eq_ignore_ascii_case(code));
        if let Some(entry) = entries().find(|entry| is_of(entry, country)) {
            return Ok(entry);
        }
        if entries().next().is_some() {
            return Err(self.clash());
        }
        let name = &self.code.name;
        let message = match self.part {
            Part::Country => format!("The {name} field contains {code}, which isn't an available country/territory."),
            Part::State => format!(
                "The {name} field contains {code}, which isn't an available state. Your administrator can add it for you."
            ),
        };
        Err(refusal(message, self.code))
    }

    /// A state that was kept has to be one of the country that came.
    fn belongs_to(&self, row: &Row, country: &str) -> Result<(), Refusal> {
        let Some(code) = row.get(&self.code.name).as_str() else {
            return Ok(());
        };
        let here = self.code.picklist.iter().any(|entry| entry.value == code && is_of(entry, Some(country)));
        if here { Ok(()) } else { Err(self.clash()) }
    }

    fn needs_country(&self, row: &Row, old: Option<&Row>) -> Result<(), Refusal> {
        let fields = self.text.into_iter().chain([self.code]);
        let given = fields.into_iter().find(|field| changed(field, row, old) && !row.get(&field.name).is_null());
        let Some(field) = given else {
            return Ok(());
        };
        let label = &field.label;
        let message =
            format!("A country/territory must be specified before specifying a state value for field: {label}");
        Err(refusal(message, field))
    }

    fn clash(&self) -> Refusal {
        let label = &self.code.label;
        let message = format!("The existing country/territory doesn't recognize the state value for field: {label}");
        refusal(message, self.code)
    }
}

fn changed(field: &Field, row: &Row, old: Option<&Row>) -> bool {
    match old {
        Some(old) => old.get(&field.name) != row.get(&field.name),
        None => !row.get(&field.name).is_null(),
    }
}

/// Whether a state belongs to the country. Countries belong nowhere.
fn is_of(entry: &PicklistValue, country: Option<&str>) -> bool {
    country.is_none_or(|country| entry.valid_for.iter().any(|one| one == country))
}

fn refusal(message: String, field: &Field) -> Refusal {
    Refusal::save("FIELD_INTEGRITY_EXCEPTION", message, &[&field.name])
}

/// Builds the compound field of a place: `Place__c` of `Place__Latitude__s` and `Place__Longitude__s`.
pub(super) fn location(row: &mut Row, name: &str) {
    let stem = name.strip_suffix("__c").unwrap_or(name);
    let parts: BTreeMap<String, Value> = ["Latitude", "Longitude"]
        .into_iter()
        .map(|part| (part.to_lowercase(), row.get(&format!("{stem}__{part}__s")).clone()))
        .collect();
    let empty = parts.values().all(Value::is_null);
    row.set(name, if empty { Value::Null } else { Value::Compound(parts) });
}

/// An address that an administrator added names the names of state and country too, and leaves them empty here: whether
/// an org fills them is not documented.
fn compound(object: &Object, row: &mut Row, whole: &str) {
    let custom = whole.ends_with("__c");
    let parts: BTreeMap<String, Value> = PARTS
        .into_iter()
        .filter(|part| custom || object.field(&part_name(whole, part)).is_some())
        .map(|part| {
            let mut wire = part.to_owned();
            wire.get_mut(..1).into_iter().for_each(str::make_ascii_lowercase);
            (wire, row.get(&part_name(whole, part)).clone())
        })
        .collect();
    let empty = parts.values().all(Value::is_null);
    row.set(whole, if empty { Value::Null } else { Value::Compound(parts) });
}
