//! Date literals: ranges of days relative to today, in the user's time zone and locale.

use crate::excerpt::Excerpt;
use std::fmt;

use super::LiteralError;
use crate::within::holds;

/// Those that stand alone. [Date Formats and Date Literals][manual]; Salesforce's grammar has no others.
///
/// [manual]: https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm
const PLAIN: [&str; 23] = [
    "YESTERDAY",
    "TODAY",
    "TOMORROW",
    "LAST_WEEK",
    "THIS_WEEK",
    "NEXT_WEEK",
    "LAST_MONTH",
    "THIS_MONTH",
    "NEXT_MONTH",
    "LAST_90_DAYS",
    "NEXT_90_DAYS",
    "LAST_QUARTER",
    "THIS_QUARTER",
    "NEXT_QUARTER",
    "LAST_YEAR",
    "THIS_YEAR",
    "NEXT_YEAR",
    "LAST_FISCAL_QUARTER",
    "THIS_FISCAL_QUARTER",
    "NEXT_FISCAL_QUARTER",
    "LAST_FISCAL_YEAR",
    "THIS_FISCAL_YEAR",
    "NEXT_FISCAL_YEAR",
];

/// A unit that is counted, its three literals, and how many of it make 250 years: the dates Salesforce takes end in 1700.
const COUNTED: [(&str, [&str; 3], u32); 7] = [
    ("DAY", ["LAST_N_DAYS", "NEXT_N_DAYS", "N_DAYS_AGO"], 91_000),
    ("WEEK", ["LAST_N_WEEKS", "NEXT_N_WEEKS", "N_WEEKS_AGO"], 13_000),
    ("MONTH", ["LAST_N_MONTHS", "NEXT_N_MONTHS", "N_MONTHS_AGO"], 3_000),
    ("QUARTER", ["LAST_N_QUARTERS", "NEXT_N_QUARTERS", "N_QUARTERS_AGO"], 1_000),
    ("YEAR", ["LAST_N_YEARS", "NEXT_N_YEARS", "N_YEARS_AGO"], 250),
    ("FISCAL_QUARTER", ["LAST_N_FISCAL_QUARTERS", "NEXT_N_FISCAL_QUARTERS", "N_FISCAL_QUARTERS_AGO"], 1_000),
    ("FISCAL_YEAR", ["LAST_N_FISCAL_YEARS", "NEXT_N_FISCAL_YEARS", "N_FISCAL_YEARS_AGO"], 250),
];

/// A range of days relative to today, such as `THIS_QUARTER` or `LAST_N_DAYS:30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateLiteral {
    name: &'static str,
    n: Option<u32>,
}

impl DateLiteral {
    /// Reads a date literal in any case.
    ///
    /// # Errors
    ///
    /// `LiteralError::DateLiteral`, with the literal that was probably meant.
    pub fn parse(text: &str) -> Result<Self, LiteralError> {
        let wrong = |hint| LiteralError::DateLiteral(Excerpt::of(text), hint);
        let Some((name, n)) = text.split_once(':') else {
            let name = PLAIN.into_iter().find(|name| name.eq_ignore_ascii_case(text));
            return name.map(|name| Self { name, n: None }).ok_or_else(|| wrong(hint(text)));
        };
        let known = COUNTED.iter().find_map(|(_, names, most)| {
            names.iter().find(|known| known.eq_ignore_ascii_case(name)).map(|known| (*known, *most))
        });
        let Some((name, most)) = known else {
            return Err(wrong(hint(name)));
        };
        match n.parse() {
            Ok(n) if (1..=most).contains(&n) && !text.contains('+') => Ok(Self { name, n: Some(n) }),
            _ => Err(wrong(format!("the number after {name}: must be from 1 to {most}"))),
        }
    }

    /// The literal that a person's words can only mean: `last 30 days` is `LAST_N_DAYS:30`. What may be meant otherwise
    /// (the past month may be thirty days) is left to the person.
    ///
    /// # Errors
    ///
    /// As of [`Self::parse`].
    pub fn meant(text: &str) -> Result<Self, LiteralError> {
        let unknown = match Self::parse(text) {
            Err(LiteralError::DateLiteral(said, hint)) => (said, hint),
            known => return known,
        };
        let is_open = ["past", "coming"].iter().any(|word| holds(&text.to_ascii_lowercase(), word));
        let literal = unknown.1.strip_prefix("use ").filter(|_| !is_open).and_then(|meant| Self::parse(meant).ok());
        literal.ok_or(LiteralError::DateLiteral(unknown.0, unknown.1))
    }

    /// The part before the colon.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// The number after the colon, if the literal takes one.
    pub fn n(self) -> Option<u32> {
        self.n
    }
}

impl fmt::Display for DateLiteral {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name)?;
        self.n.map_or(Ok(()), |n| write!(out, ":{n}"))
    }
}

/// What was probably meant by a text that is no date literal.
fn hint(text: &str) -> String {
    let words = text.trim().to_ascii_uppercase();
    let words = words.split([' ', '_', '-']).filter(|word| !word.is_empty());
    // What people and other query languages say instead.
    let words: Vec<&str> = words
        .map(|word| match word {
            "PAST" | "PREVIOUS" | "PREV" => "LAST",
            "CURRENT" => "THIS",
            "COMING" | "UPCOMING" => "NEXT",
            other => other,
        })
        .collect();
    let unit = |words: &[&str]| {
        let unit = words.join("_");
        let unit = unit.strip_suffix('S').unwrap_or(&unit).to_owned();
        COUNTED.iter().find(|(known, ..)| *known == unit)
    };
    let number = |word: &str| word == "N" || (!word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()));
    let counted = |name: &str, n: &str| format!("use {name}:{}", if n == "N" { "n with a number for n" } else { n });
    match words.as_slice() {
        ["NOW"] => return "use TODAY, or a datetime such as 2026-05-31T15:00:00Z".to_owned(),
        ["THIS", "DAY"] => return "use TODAY".to_owned(),
        ["LAST", "DAY"] => return "use YESTERDAY".to_owned(),
        ["NEXT", "DAY"] => return "use TOMORROW".to_owned(),
        [.., "HOUR" | "HOURS" | "MINUTE" | "MINUTES" | "AGO"] if !words.iter().any(|word| unit(&[word]).is_some()) => {
            return "the smallest unit is a day; for hours compare with a datetime such as 2026-05-31T15:00:00Z"
                .to_owned();
        }
        ["LAST", n, rest @ ..] if number(n) => {
            if let Some((_, [last, ..], _)) = unit(rest) {
                return counted(last, n);
            }
        }
        ["NEXT", n, rest @ ..] if number(n) => {
            if let Some((_, [_, next, _], _)) = unit(rest) {
                return counted(next, n);
            }
        }
        [n, rest @ .., "AGO"] if number(n) => {
            if let Some((.., [_, _, ago], _)) = unit(rest) {
                return counted(ago, n);
            }
        }
        _ => {}
    }
    let spelled = words.join("_");
    let singular = spelled.strip_suffix('S').unwrap_or(&spelled);
    match PLAIN.into_iter().find(|name| *name == spelled || *name == singular) {
        Some(name) => format!("use {name}"),
        None => "use one such as TODAY, THIS_WEEK, LAST_MONTH, NEXT_QUARTER, THIS_FISCAL_YEAR, LAST_N_DAYS:30, \
                 NEXT_N_MONTHS:2 or N_YEARS_AGO:1"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_literal_is_read_in_any_case() {
        for name in PLAIN {
            assert_eq!(DateLiteral::parse(&name.to_lowercase()).unwrap().to_string(), name);
        }
        for (_, names, most) in COUNTED {
            for name in names {
                for n in [1, 30, most] {
                    let literal = format!("{name}:{n}");
                    assert_eq!(DateLiteral::parse(&literal.to_lowercase()).unwrap().to_string(), literal);
                }
            }
        }
    }

    #[test]
    fn a_near_miss_is_told_what_was_meant() {
        for (text, hint) in [
            ("LAST_30_DAYS", "use LAST_N_DAYS:30"),
            ("last 30 days", "use LAST_N_DAYS:30"),
            ("PAST_2_WEEKS", "use LAST_N_WEEKS:2"),
            ("LAST_1_MONTH", "use LAST_N_MONTHS:1"),
            ("NEXT_3_FISCAL_QUARTERS", "use NEXT_N_FISCAL_QUARTERS:3"),
            ("5_DAYS_AGO", "use N_DAYS_AGO:5"),
            ("1 year ago", "use N_YEARS_AGO:1"),
            ("LAST_N_DAYS", "use LAST_N_DAYS:n with a number for n"),
            ("N_DAYS_AGO", "use N_DAYS_AGO:n with a number for n"),
            ("LAST_DAY", "use YESTERDAY"),
            ("THIS_DAY", "use TODAY"),
            ("CURRENT_QUARTER", "use THIS_QUARTER"),
            ("previous month", "use LAST_MONTH"),
            ("this-week", "use THIS_WEEK"),
            (" TODAY", "use TODAY"),
            ("NOW", "use TODAY, or a datetime such as 2026-05-31T15:00:00Z"),
            (
                "LAST_N_HOURS:3",
                "the smallest unit is a day; for hours compare with a datetime such as 2026-05-31T15:00:00Z",
            ),
            (
                "LAST_24_HOURS",
                "the smallest unit is a day; for hours compare with a datetime such as 2026-05-31T15:00:00Z",
            ),
            ("LAST_N_DAYS:0", "the number after LAST_N_DAYS: must be from 1 to 91000"),
            ("LAST_N_DAYS:+3", "the number after LAST_N_DAYS: must be from 1 to 91000"),
            ("LAST_N_DAYS: 3", "the number after LAST_N_DAYS: must be from 1 to 91000"),
            ("LAST_N_YEARS:251", "the number after LAST_N_YEARS: must be from 1 to 250"),
            ("LAST_N_DAYS:99999999999999", "the number after LAST_N_DAYS: must be from 1 to 91000"),
        ] {
            assert_eq!(
                DateLiteral::parse(text).unwrap_err().to_string(),
                format!("{text:?} is not a SOQL date literal; {hint}")
            );
        }
    }

    #[test]
    fn words_that_can_only_mean_one_are_taken_for_it() {
        for (words, literal) in [
            ("next month", "NEXT_MONTH"),
            ("This Quarter", "THIS_QUARTER"),
            ("last 30 days", "LAST_N_DAYS:30"),
            ("3 weeks ago", "N_WEEKS_AGO:3"),
            ("today", "TODAY"),
            ("current fiscal year", "THIS_FISCAL_YEAR"),
        ] {
            assert_eq!(DateLiteral::meant(words).unwrap().to_string(), literal);
        }
        for words in
            ["past month", "past 30 days", "upcoming week", "now", "soon", "last n days", "24 hours ago", "May"]
        {
            assert_eq!(DateLiteral::meant(words).unwrap_err(), DateLiteral::parse(words).unwrap_err());
        }
    }

    #[test]
    fn anything_else_is_shown_what_there_is() {
        for text in ["", "soon", "TODAY OR Name != null", "LAST_30_", "AGO", "THIS_90_DAYS", "FOO:3"] {
            let error = DateLiteral::parse(text).unwrap_err().to_string();
            assert!(error.contains("TODAY") || error.contains("smallest unit"), "{error}");
        }
    }
}
