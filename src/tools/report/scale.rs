//! How many digits behind the point an amount or a percentage of a report has. No metadata of a report says so, but the
//! label of each cell shows it, which is the number as the user's locale writes it. `verify` looks whether an org's do.
//! <https://developer.salesforce.com/docs/atlas.en-us.api_analytics.meta/api_analytics/sforce_analytics_rest_api_factmap_example.htm>

use std::borrow::Cow;

use crate::json::Json;
use crate::reply::with_decimals;

/// An amount or a percentage with as many digits behind the point as its label shows.
pub(super) fn scaled<'n>(number: Cow<'n, str>, label: Option<Json<'_>>) -> Cow<'n, str> {
    let decimals = label.map_or(0, |label| decimals(&number, label.get()));
    with_decimals(number, decimals)
}

/// How many digits a label shows behind the point, whatever signs, spaces and separators it has; 0 unless its digits
/// are the number's, with a separator where that has its point and none behind it. Where there are several currencies,
/// an amount in another may follow in brackets. No report of an org with several was seen.
fn decimals(number: &str, label: &str) -> u32 {
    let number = number.strip_prefix('-').unwrap_or(number).as_bytes();
    let (mut at, mut is_run, mut is_behind, mut decimals) = (0, false, false, 0);
    let mut label = label.bytes();
    while let Some(byte) = label.next() {
        if byte.is_ascii_digit() {
            let is_point = number.get(at) == Some(&b'.');
            at += usize::from(is_point);
            is_behind |= is_point;
            let is_as_expected = !is_behind || is_run != is_point;
            if byte != number.get(at).copied().unwrap_or(b'0') || !is_as_expected {
                return 0;
            }
            at += 1;
            decimals += u32::from(is_behind);
            is_run = true;
            continue;
        }
        is_run = false;
        if byte == b'(' && at > 0 {
            break;
        }
        if byte == b'\\' && label.next() == Some(b'u') {
            // The four digits of an escape, which stands for a space or for the sign of a currency.
            label.nth(3);
        }
    }
    decimals
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A number beside its label, and how it is shown.
    #[track_caller]
    fn check(number: &str, label: &str, shown: &str) {
        let json = json!(label).to_string();
        assert_eq!(scaled(Cow::Borrowed(number), Json::parse(&json).ok()), shown, "{label}");
    }

    #[test]
    fn a_label_tells_how_many_digits_are_behind_the_point_in_any_locale() {
        for label in [
            "$1,234.50",
            "1.234,50 €",
            "1\u{a0}234,50 €",
            "1\u{202f}234,50",
            "CHF 1'234.50",
            "Rs. 1,234.50",
            "1234.50",
            "₹1,234.50",
        ] {
            check("1234.5", label, "1234.50");
        }
        for label in ["-$1,234.50", "($1,234.50)", "(1.234,50 €)", "1,234.50-"] {
            check("-1234.5", label, "-1234.50");
        }
        check("0.5", "$0.50", "0.50");
        check("-0.5", "-0,50 €", "-0.50");
        check("1234.5", "KWD 1,234.500", "1234.500");
        check("62.5", "62.50%", "62.50");
        check("62.5", "%62,50", "62.50");
    }

    #[test]
    fn a_whole_number_stays_whole_and_digits_beyond_the_label_stay() {
        check("75", "75.0%", "75");
        check("1234", "$1,234.00", "1234");
        check("0", "$0.00", "0");
        check("1234.5", "$1,235", "1234.5");
        check("33.3333333", "33.33%", "33.3333333");
        check("1234.5000000001", "$1,234.50", "1234.5000000001");
    }

    #[test]
    fn a_label_that_is_not_of_the_number_tells_nothing() {
        for label in [
            "",
            "-",
            "$1,234.5",
            // Cut, masked, or with the digits of another script.
            "$1,23…",
            "$1,234.",
            "$1,***.50",
            "********",
            "١٬٢٣٤٫٥٠",
            // Another number, or rounded to thousands.
            "$9,999.50",
            "12.35%",
            "$1K",
            "$12,345.00",
            "$1,234.50 2",
        ] {
            check("1234.5", label, "1234.5");
        }
        // A rate that its label has as percents.
        check("0.625", "62.50%", "0.625");
        assert_eq!(scaled(Cow::Borrowed("1.5"), None), "1.5");
        assert_eq!(scaled(Cow::Borrowed("\"1.5\""), Json::parse("\"1.50\"").ok()), "\"1.5\"");
    }

    #[test]
    fn a_label_is_read_as_json_writes_it() {
        for label in [r#""1\u00a0234,50\u00a0\u20ac""#, r#""\/1234.50\"""#, r#""\\u1234.50""#] {
            let label = Json::parse(label).ok();
            assert_eq!(scaled(Cow::Borrowed("1234.5"), label), "1234.50", "{label:?}");
        }
        let cut = Json::parse(r#""1234.50\u20ac""#).ok();
        assert_eq!(scaled(Cow::Borrowed("1234.5"), cut), "1234.50");
    }

    #[test]
    fn an_amount_in_another_currency_behind_it_has_no_part_in_it() {
        check("1234.5", "USD 1,234.50 (EUR 1,100.123)", "1234.50");
        check("1234.5", "USD 1,234.50 (EUR 1,1", "1234.50");
        check("1100.1", "USD 1,234.50 (EUR 1,100.10)", "1100.1");
        check("1234.5", "USD 1,234.50 EUR 1,100.10", "1234.5");
    }
}
