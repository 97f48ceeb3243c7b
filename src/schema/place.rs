//! Countries and states by what people call them, among the codes that an org lists.
//!
//! <https://help.salesforce.com/s/articleView?id=sf.admin_state_country_picklists_overview.htm>: the field of the name
//! holds the label that the admin gave to the code, and the field beside it the code.

use super::picklist::{self, Value};
use super::treatment::code_beside;
use super::{Field, FieldType, ObjectSchema, PicklistValue, words};
use crate::within::holds;

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
    let folded = words::fold(text);
    if folded.is_empty() {
        return Vec::new();
    }
    let mut found = of(&|value| words::fold(&value.value) == folded);
    if found.is_empty() {
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
        found.retain(|known| holds(&words::fold(known.shown()), &folded));
    }
    found
}

/// Whether a code is that of a single one: two countries may each have a state of the same.
pub fn is_unique(values: &[PicklistValue], code: &str) -> bool {
    values.iter().filter(|value| value.value == code).count() == 1
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
