//! Countries and states: two fields that say one thing, its name and its code, where the org has picklists for them.
//! <https://help.salesforce.com/s/articleView?id=xcloud.admin_state_country_picklists_field_syncing.htm>

use super::picklist::{self, How, Value};
use super::{Field, ObjectSchema, PicklistValue, words};

/// Short and other names of countries that no org's list has, with their codes.
/// <https://www.iso.org/iso-3166-country-codes.html>
const COUNTRIES: &str = "usa US america US unitedstatesofamerica US uk GB gbr GB greatbritain GB england GB uae AE are AE \
     deu DE deutschland DE fra FR can CA mex MX bra BR arg AR esp ES españa ES ita IT italia IT nld NL holland NL bel BE \
     che CH schweiz CH aut AT österreich AT swe SE nor NO dnk DK fin FI pol PL irl IE prt PT aus AU nzl NZ jpn JP chn CN \
     ind IN kor KR southkorea KR sgp SG zaf ZA isr IL tur TR turkey TR cze CZ czechrepublic CZ rus RU russia RU \
     vietnam VN hkg HK twn TW taiwan TW";

/// Letters that the beginning of a name needs, to stand for it: "UK" is not Ukraine.
const MIN_BEGINNING: usize = 4;

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
    pub(crate) fn of(schema: &'s ObjectSchema, field: &str) -> Option<Self> {
        // The parts of a custom address end in `__s`.
        let (name, end) = field.strip_suffix("__s").map_or((field, ""), |name| (name, "__s"));
        let stem = name.strip_suffix("Code").unwrap_or(name);
        let code_of = |stem: &str| schema.field(&[stem, "Code", end].concat()).filter(|code| code.picklist.is_some());
        let state = stem.strip_suffix("State");
        if state.is_none() && !stem.ends_with("Country") {
            return None;
        }
        let country = state.and_then(|address| code_of(&[address, "Country"].concat()));
        Some(Self { code: code_of(stem)?, country })
    }

    /// The code that a text is or names, of a state in the country at this place of its list, if that is known; or the
    /// nearest names.
    pub(crate) fn find(&self, text: &str, country: Option<u32>) -> Result<String, Vec<String>> {
        let known = |value: &&PicklistValue| {
            country.is_none_or(|place| value.valid_for.as_ref().is_none_or(|valid_for| valid_for.includes(place)))
        };
        let values: Vec<_> = self.code.picklist.iter().flatten().filter(known).cloned().collect();
        if self.country.is_none()
            && let Some(code) = country_code(text)
            && !values.iter().any(|value| value.value == text)
            && values.iter().any(|value| value.value == code)
        {
            return Ok(code.to_owned());
        }
        match picklist::resolve(&values, text) {
            Value::Exact => Ok(text.to_owned()),
            Value::Repaired { how: How::Prefix, value } if text.chars().count() < MIN_BEGINNING => {
                let near = values.iter().find(|known| known.value == value);
                Err(near.map(|near| near.shown().to_owned()).into_iter().collect())
            }
            Value::Repaired { value, .. } => Ok(value),
            Value::Unknown { nearest } => Err(nearest),
        }
    }

    /// Whether what is held, by the fields of codes, is called so.
    pub(crate) fn is_called(&self, text: &str, held: &dyn Fn(&str) -> Option<String>) -> bool {
        let country = self.country.and_then(|country| {
            let code = held(&country.name)?;
            country.picklist.iter().flatten().find(|country| country.value == code)
        });
        held(&self.code.name).is_some_and(|code| self.find(text, country.map(|country| country.place)) == Ok(code))
    }

    /// The entries of a code: of a state, one for each country that has it.
    pub(crate) fn entries<'c>(&self, code: &'c str) -> impl Iterator<Item = &'s PicklistValue> + use<'s, 'c> {
        self.code.picklist.iter().flatten().filter(move |value| value.value == code)
    }
}

/// The code of a country's short or other name.
fn country_code(text: &str) -> Option<&'static str> {
    let folded = words::fold(text);
    let mut listed = COUNTRIES.split_ascii_whitespace();
    while let (Some(name), Some(code)) = (listed.next(), listed.next()) {
        if name == folded {
            return Some(code);
        }
    }
    None
}
