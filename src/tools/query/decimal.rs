//! Sums, shares and averages, exactly: in decimal digits, since binary fractions lose cents (and weigh kilobytes).

use std::fmt;

use crate::soql::Number;

/// Digits of a share and of an average behind the point, and ten to their power.
const SHARE_DIGITS: u32 = 4;
const WHOLE: i64 = 10_000;

/// `units / 10^scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    units: i64,
    scale: u32,
}

impl Decimal {
    pub(super) const ZERO: Self = Self { units: 0, scale: 0 };

    /// A number of a JSON text; none if it is something else, or has more digits than the 18 of Salesforce's fields.
    pub(super) fn parse(json: &str) -> Option<Self> {
        if (1..=18).contains(&json.len())
            && let Some(plain) = Self::plain(json)
        {
            return Some(plain);
        }
        let number = Number::parse(json).ok()?;
        let (whole, fraction) = number.as_str().split_once('.').unwrap_or((number.as_str(), ""));
        let units = [whole, fraction].concat().parse().ok()?;
        Some(Self { units, scale: fraction.len().try_into().ok()? })
    }

    /// A number as nearly all are written; none of what needs more than a look at its digits.
    fn plain(json: &str) -> Option<Self> {
        let mut plain = Self::ZERO;
        let mut is_fraction = false;
        for byte in json.bytes() {
            match byte {
                b'0'..=b'9' => {
                    plain.units = plain.units * 10 + i64::from(byte - b'0');
                    plain.scale += u32::from(is_fraction);
                }
                b'.' if !is_fraction => is_fraction = true,
                _ => return None,
            }
        }
        while plain.scale > 0 && plain.units % 10 == 0 {
            plain.units /= 10;
            plain.scale -= 1;
        }
        Some(plain)
    }

    /// The sum; none if it has too many digits.
    pub(super) fn plus(self, other: Self) -> Option<Self> {
        let (one, other, scale) = aligned(self, other)?;
        Some(Self { units: one.checked_add(other)?, scale })
    }

    /// Whether this is less; also said where both have too many digits to be compared.
    pub(super) fn is_less(self, other: Self) -> bool {
        aligned(self, other).is_none_or(|(one, other, _)| one < other)
    }

    pub(super) fn is_negative(self) -> bool {
        self.units < 0
    }

    /// Which part of the whole this is, from 0 to 1, rounded to four digits; none of nothing.
    pub(super) fn share_of(self, whole: Self) -> Option<String> {
        let (part, whole, _) = aligned(self, whole)?;
        if part < 0 || whole <= 0 || part > whole { None } else { quotient(part, whole) }
    }

    /// Divided by a number of values, rounded to four digits; none by none.
    pub(super) fn divided_by(self, count: Self) -> Option<String> {
        let (units, count, _) = aligned(self, count)?;
        if count <= 0 {
            return None;
        }
        let quotient = quotient(units.checked_abs()?, count)?;
        Some(if units < 0 && quotient != "0" { format!("-{quotient}") } else { quotient })
    }
}

/// One whole number by another, neither negative, rounded to four digits.
fn quotient(units: i64, by: i64) -> Option<String> {
    // Digit by digit, as on paper: nothing grows.
    let (mut whole, mut rest, mut fraction) = (units / by, units % by, 0);
    for _ in 0..SHARE_DIGITS {
        rest = rest.checked_mul(10)?;
        fraction = fraction * 10 + rest / by;
        rest %= by;
    }
    if rest >= by - rest {
        fraction += 1;
    }
    if fraction == WHOLE {
        (whole, fraction) = (whole.checked_add(1)?, 0);
    }
    let digits = format!("{whole}.{fraction:04}");
    Some(digits.trim_end_matches('0').trim_end_matches('.').to_owned())
}

/// Both in units of the finer one.
fn aligned(one: Decimal, other: Decimal) -> Option<(i64, i64, u32)> {
    let scale = one.scale.max(other.scale);
    let units = |number: Decimal| (number.scale..scale).try_fold(number.units, |units, _| units.checked_mul(10));
    Some((units(one)?, units(other)?, scale))
}

impl fmt::Display for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = self.scale as usize;
        let digits = format!("{:0width$}", self.units.unsigned_abs(), width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        let fraction = fraction.trim_end_matches('0');
        let sign = if self.is_negative() { "-" } else { "" };
        let point = if fraction.is_empty() { "" } else { "." };
        write!(out, "{sign}{whole}{point}{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(numbers: &[&str]) -> Option<String> {
        let mut numbers = numbers.iter().map(|number| Decimal::parse(number).unwrap());
        numbers.try_fold(Decimal::ZERO, Decimal::plus).map(|sum| sum.to_string())
    }

    #[track_caller]
    fn check_share(part: &str, whole: &str, expected: Option<&str>) {
        let share = Decimal::parse(part).unwrap().share_of(Decimal::parse(whole).unwrap());
        assert_eq!(share.as_deref(), expected, "{part} of {whole}");
    }

    #[test]
    fn a_plain_number_is_the_same_as_one_with_an_exponent() {
        for number in ["0", "7", "0.0", "12.50", "100", "100.0", "0.05", "999999999999999999", "9999999999999999.99"] {
            assert_eq!(Decimal::parse(number), Decimal::parse(&format!("{number}e0")), "{number}");
        }
        for other in ["", "null", "\"5\"", "5x", "12345678901234567890123"] {
            assert_eq!(Decimal::parse(other), None, "{other}");
        }
    }

    #[test]
    fn sums_are_exact() {
        assert_eq!(sum(&["0.1", "0.2"]).unwrap(), "0.3");
        assert_eq!(sum(&["200000.0", "1.5E3", "-0.05"]).unwrap(), "201499.95");
        assert_eq!(sum(&["9999999999999999.99", "0.01"]).unwrap(), "10000000000000000");
        assert_eq!(sum(&["-0.5", "0.25"]).unwrap(), "-0.25");
        assert_eq!(sum(&["1", "-1"]).unwrap(), "0");
        assert_eq!(sum(&[]).unwrap(), "0");
    }

    #[test]
    fn what_is_too_long_has_no_sum() {
        assert_eq!(sum(&["1e17", "1e-10"]), None);
        assert_eq!(Decimal::parse("\"1\""), None);
        assert_eq!(Decimal::parse("null"), None);
    }

    #[test]
    fn shares_are_rounded_to_four_digits() {
        check_share("3", "5", Some("0.6"));
        check_share("1", "3", Some("0.3333"));
        check_share("2", "3", Some("0.6667"));
        check_share("200000", "250000.00", Some("0.8"));
        check_share("5", "5", Some("1"));
        check_share("99999", "100000", Some("1"));
        check_share("1", "100000", Some("0"));
        check_share("5", "100000", Some("0.0001"));
        check_share("0", "5", Some("0"));
        check_share("0.05", "0.1", Some("0.5"));
    }

    #[test]
    fn averages_are_rounded_to_four_digits() {
        let average = |sum: &str, count: &str| Decimal::parse(sum)?.divided_by(Decimal::parse(count)?);
        assert_eq!(average("100", "3").as_deref(), Some("33.3333"));
        assert_eq!(average("200000.50", "3").as_deref(), Some("66666.8333"));
        assert_eq!(average("-5", "2").as_deref(), Some("-2.5"));
        assert_eq!(average("0.00001", "1").as_deref(), Some("0"));
        assert_eq!(average("-0.00001", "1").as_deref(), Some("0"));
        assert_eq!(average("1.99996", "1").as_deref(), Some("2"));
        assert_eq!(average("5", "0"), None);
    }

    #[test]
    fn nothing_has_no_shares() {
        check_share("0", "0", None);
        check_share("-1", "5", None);
        check_share("1", "-5", None);
    }
}
