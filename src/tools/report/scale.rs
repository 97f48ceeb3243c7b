//! How many digits behind the point an amount or a percentage of a report has. No metadata of a report says so, but the
//! label of each cell shows it, which is the number as the user's locale writes it.
//! <https://developer.salesforce.com/docs/atlas.en-us.api_analytics.meta/api_analytics/sforce_analytics_rest_api_factmap_example.htm>

use std::borrow::Cow;

use crate::json::Json;
use crate::reply::with_decimals;

/// A number of a column of this type with the digits behind the point that its label shows.
pub(super) fn scaled<'n>(number: Cow<'n, str>, kind: &str, label: Option<Json<'_>>) -> Cow<'n, str> {
    let Some(label) = label.filter(|_| kind == "currency" || kind == "percent").and_then(Json::text) else {
        return number;
    };
    let decimals = decimals(&number, &label);
    with_decimals(number, decimals)
}

/// How many digits a label shows behind the point, wherever it has signs, spaces and separators; 0 unless its digits are
/// the number's, and those behind its last separator the number's behind the point. Where there are several currencies, an
/// amount in another may follow in brackets.
fn decimals(number: &str, label: &str) -> u32 {
    let Some(whole) = number.trim_start_matches('-').find('.') else { return 0 };
    let mut digits = number.bytes().filter(u8::is_ascii_digit);
    let (mut seen, mut run, mut is_run) = (0, 0, false);
    for byte in label.bytes() {
        let is_digit = byte.is_ascii_digit();
        if is_digit {
            if digits.next().unwrap_or(b'0') != byte {
                return 0;
            }
            seen += 1;
            run = if is_run { run + 1 } else { 1 };
        } else if byte == b'(' && seen > 0 {
            break;
        }
        is_run = is_digit;
    }
    if seen == whole + run as usize { run } else { 0 }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A number beside its label, and how it is shown.
    #[track_caller]
    fn check(number: &str, label: &str, shown: &str) {
        let json = json!(label).to_string();
        for kind in ["currency", "percent"] {
            assert_eq!(scaled(Cow::Borrowed(number), kind, Json::parse(&json).ok()), shown, "{label}");
        }
        assert_eq!(scaled(Cow::Borrowed(number), "double", Json::parse(&json).ok()), number, "{label}");
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
        assert_eq!(scaled(Cow::Borrowed("1.5"), "currency", None), "1.5");
        assert_eq!(scaled(Cow::Borrowed("\"1.5\""), "currency", Json::parse("\"1.50\"").ok()), "\"1.5\"");
    }

    #[test]
    fn an_amount_in_another_currency_behind_it_has_no_part_in_it() {
        check("1234.5", "USD 1,234.50 (EUR 1,100.123)", "1234.50");
        check("1234.5", "USD 1,234.50 (EUR 1,1", "1234.50");
        check("1100.1", "USD 1,234.50 (EUR 1,100.10)", "1100.1");
        check("1234.5", "USD 1,234.50 EUR 1,100.10", "1234.5");
    }
}
