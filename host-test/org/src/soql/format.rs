//! What `FORMAT()` makes of values: as the user's locale writes numbers, dates, times and the org's dollars.
//! <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_format.htm>

use crate::{context::Context, schema::FieldType, value::Value};

/// What is particular to a locale, of those this org knows.
struct Locale {
    group: char,
    point: char,
    /// As `strftime` has them.
    date: &'static str,
    time: &'static str,
    between: &'static str,
    /// Before and after an amount of dollars.
    dollars: (&'static str, &'static str),
}

const EN_US: Locale =
    Locale { group: ',', point: '.', date: "%-m/%-d/%Y", time: "%-I:%M %p", between: ", ", dollars: ("$", "") };
const EN_GB: Locale = Locale { date: "%d/%m/%Y", time: "%H:%M", dollars: ("US$", ""), ..EN_US };
const DE_DE: Locale =
    Locale { group: '.', point: ',', date: "%d.%m.%Y", time: "%H:%M", dollars: ("", "\u{a0}$"), ..EN_US };

/// Whether values of a type can be formatted.
pub(super) fn takes(kind: FieldType) -> bool {
    kind.is_number() || matches!(kind, FieldType::Date | FieldType::Datetime | FieldType::Time)
}

/// The text of a value, of so many decimals if it is a number.
pub(super) fn text(value: &Value, kind: FieldType, scale: u8, context: &Context) -> Value {
    let locale = match context.locale.as_str() {
        "en_GB" => EN_GB,
        "de_DE" => DE_DE,
        _ => EN_US,
    };
    let text = match value {
        Value::Date(date) => date.strftime(locale.date).to_string(),
        Value::Time(time) => time.strftime(locale.time).to_string(),
        Value::DateTime(instant) => {
            let zoned = instant.to_zoned(context.zone.clone());
            let (date, time) = (zoned.strftime(locale.date), zoned.strftime(locale.time));
            format!("{date}{}{time}", locale.between)
        }
        value => match value.digits() {
            Some(digits) => number(&digits, kind, scale, &locale),
            None => return Value::Null,
        },
    };
    Value::text(text)
}

fn number(digits: &str, kind: FieldType, scale: u8, locale: &Locale) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let rounded = rounded(digits, usize::from(scale));
    let (whole, fraction) = rounded.split_once('.').unwrap_or((&rounded, ""));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            grouped.push(locale.group);
        }
        grouped.push(digit);
    }
    if !fraction.is_empty() {
        grouped.push(locale.point);
        grouped.push_str(fraction);
    }
    match kind {
        FieldType::Currency => format!("{sign}{}{grouped}{}", locale.dollars.0, locale.dollars.1),
        FieldType::Percent => format!("{sign}{grouped}%"),
        _ => format!("{sign}{grouped}"),
    }
}

/// A number of so many decimals. One with more digits than a double holds is cut.
fn rounded(digits: &str, scale: usize) -> String {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    match digits.parse::<f64>() {
        Ok(number) if fraction.len() > scale && digits.len() < 16 => format!("{number:.scale$}"),
        _ if scale == 0 => whole.to_owned(),
        _ => format!("{whole}.{:0<scale$.scale$}", fraction),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_have_the_decimals_of_their_field() {
        for (digits, kind, scale, us, de) in [
            ("120000", FieldType::Currency, 2, "$120,000.00", "120.000,00\u{a0}$"),
            ("-5.5", FieldType::Currency, 2, "-$5.50", "-5,50\u{a0}$"),
            ("25000000", FieldType::Currency, 0, "$25,000,000", "25.000.000\u{a0}$"),
            (
                "1234567890123456.78",
                FieldType::Currency,
                2,
                "$1,234,567,890,123,456.78",
                "1.234.567.890.123.456,78\u{a0}$",
            ),
            ("100", FieldType::Int, 0, "100", "100"),
            ("1000.126", FieldType::Double, 2, "1,000.13", "1.000,13"),
            ("7.5", FieldType::Percent, 2, "7.50%", "7,50%"),
        ] {
            assert_eq!(number(digits, kind, scale, &EN_US), us);
            assert_eq!(number(digits, kind, scale, &DE_DE), de);
        }
    }
}
