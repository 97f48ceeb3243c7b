//! Countries and states by what people call them, among the codes that an org lists.
//!
//! <https://help.salesforce.com/s/articleView?id=sf.admin_state_country_picklists_overview.htm>: the field of the name
//! holds the label that the admin gave to the code, and the field beside it the code.

use super::picklist::{self, Value};
use super::treatment::code_beside;
use super::{Field, FieldType, ObjectSchema, PicklistValue, words};

/// What else countries are called, each before its ISO code.
const ALSO: &str = "\
usa US unitedstatesofamerica US america US uk GB greatbritain GB gbr GB england GB deu DE deutschland DE fra FR ita IT \
italia IT esp ES españa ES aut AT österreich AT che CH schweiz CH suisse CH nld NL holland NL thenetherlands NL can CA \
aus AU bra BR brasil BR mex MX méxico MX jpn JP ind IN chn CN prc CN kor KR southkorea KR rus RU uae AE are AE pol PL \
polska PL swe SE sverige SE nor NO dnk DK irl IE isr IL bel BE prt PT turkey TR czechia CZ czechrepublic CZ sgp SG";

/// Letters of a code: of a country two or three, of a state up to three.
const MAX_CODE_CHARS: usize = 3;

/// The field that holds the codes of countries or states which a field names or is itself.
pub fn codes<'s>(schema: &'s ObjectSchema, field: &Field) -> Option<&'s Field> {
    if is_code(field) { schema.field(&field.name) } else { code_beside(schema, field) }
}

/// Whether a field holds the codes of countries or states.
pub fn is_code(field: &Field) -> bool {
    let local = field.name.strip_suffix("__s").unwrap_or(&field.name);
    let is_called_so = local.ends_with("CountryCode") || local.ends_with("StateCode");
    is_called_so && field.field_type == FieldType::Picklist && field.compound.is_some()
}

/// Whether a text needs the org's list to be understood: a code, or what a country is called besides its name.
pub fn needs_list(text: &str) -> bool {
    let folded = words::fold(text);
    folded.chars().count() <= MAX_CODE_CHARS || ALSO.split(' ').any(|known| known == folded)
}

/// The countries or states that a text may mean: several where two countries have a state of that code.
pub fn find<'v>(values: &'v [PicklistValue], text: &str) -> Vec<&'v PicklistValue> {
    let of = |fits: &dyn Fn(&PicklistValue) -> bool| values.iter().filter(|value| fits(value)).collect::<Vec<_>>();
    let text = text.trim();
    let mut found = of(&|value| value.value.eq_ignore_ascii_case(text));
    let folded = words::fold(text);
    if found.is_empty() && !folded.is_empty() {
        found = of(&|value| words::fold(value.shown()) == folded);
    }
    if found.is_empty() {
        let mut also = ALSO.split(' ');
        while let (Some(name), Some(code)) = (also.next(), also.next()) {
            if name == folded {
                // California is no country: only a list of countries has Germany beside Canada.
                found = of(&|value| value.value == code && value.valid_for.is_none());
            }
        }
    }
    if let (true, Value::Repaired { value, .. }) = (found.is_empty(), picklist::resolve(values, text)) {
        found = of(&|known| known.value == value);
        // By a part of its name only one can have been meant.
        found.retain(|known| words::fold(known.shown()).contains(&folded));
    }
    found
}

/// The countries of a state, as their codes: only where the code of the state alone does not tell it.
pub fn countries(schema: &ObjectSchema, codes: &Field, state: &PicklistValue) -> Vec<String> {
    let is_shared = codes.picklist.iter().flatten().filter(|other| other.value == state.value).count() > 1;
    let of_country = codes.controller.as_deref().and_then(|name| schema.field(name));
    let (Some(valid_for), Some(countries), true) = (&state.valid_for, of_country, is_shared) else {
        return Vec::new();
    };
    let countries = countries.picklist.iter().flatten();
    countries.filter(|country| valid_for.includes(country.place)).map(|country| country.value.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(value: &str, label: &str) -> PicklistValue {
        PicklistValue { value: value.into(), label: Some(label.into()), place: 0, default: false, valid_for: None }
    }

    #[test]
    fn a_country_is_found_by_its_code_its_name_and_what_else_people_call_it() {
        let countries = [
            value("US", "United States"),
            value("GB", "United Kingdom"),
            value("DE", "Germany"),
            value("CA", "Canada"),
        ];
        for (text, code) in [
            ("US", "US"),
            ("de", "DE"),
            (" USA ", "US"),
            ("U.S.A.", "US"),
            ("united states", "US"),
            ("United States of America", "US"),
            ("UK", "GB"),
            ("Deutschland", "DE"),
            ("germ", "DE"),
            ("CAN", "CA"),
        ] {
            let found: Vec<&str> = find(&countries, text).iter().map(|found| found.value.as_str()).collect();
            assert_eq!(found, [code], "{text}");
        }
        for text in ["", "United", "Atlantis", "France"] {
            assert!(find(&countries, text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_code_of_two_states_is_both_and_a_name_is_one() {
        let states = [value("WA", "Washington"), value("WA", "Western Australia"), value("TX", "Texas")];
        assert_eq!(find(&states, "wa").len(), 2);
        assert_eq!(find(&states, "Washington"), [&states[0]]);
        assert_eq!(find(&states, "western"), [&states[1]]);
    }
}
