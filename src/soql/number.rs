//! Numbers as SOQL reads them: decimal digits without an exponent.

use super::LiteralError;
use crate::excerpt::Excerpt;

/// Digits before and after the point together. Number fields hold 18; a double has 17 that matter.
const MAX_DIGITS: usize = 40;

/// A number in decimal notation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number(String);

impl Number {
    /// Reads a number as JSON writes it; an exponent is worked into the digits, exactly.
    ///
    /// # Errors
    ///
    /// `LiteralError::Number` if it is not a number, `LiteralError::NumberSize` if it has more digits than any field.
    pub fn parse(text: &str) -> Result<Self, LiteralError> {
        let wrong = || LiteralError::Number(Excerpt::of(text));
        let too_large = || LiteralError::NumberSize(Excerpt::of(text));
        let (negative, unsigned) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = match unsigned.bytes().position(|byte| matches!(byte, b'e' | b'E')) {
            Some(at) => (&unsigned[..at], self::exponent(&unsigned[at + 1..]).ok_or_else(wrong)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((_, "")) => return Err(wrong()),
            Some(parts) => parts,
            None => (mantissa, ""),
        };
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) {
            return Err(wrong());
        }
        if whole.len() + fraction.len() > MAX_DIGITS {
            return Err(too_large());
        }
        let all = [whole, fraction].concat();
        if all.bytes().all(|digit| digit == b'0') {
            return Ok(Self("0".to_owned()));
        }
        // Where the point belongs among the digits; outside of them, zeros fill the gap.
        let point = i32::try_from(whole.len()).map_err(|_| too_large())?.saturating_add(exponent);
        let gap = usize::try_from(point.unsigned_abs()).map_err(|_| too_large())?;
        if gap > MAX_DIGITS {
            return Err(too_large());
        }
        let (whole, fraction) = if point <= 0 {
            (String::new(), ["0".repeat(gap), all].concat())
        } else if gap >= all.len() {
            let zeros = "0".repeat(gap - all.len());
            ([all, zeros].concat(), String::new())
        } else {
            let (whole, fraction) = all.split_at(gap);
            (whole.to_owned(), fraction.to_owned())
        };
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        let mut number = if negative { "-".to_owned() } else { String::new() };
        number.push_str(if whole.is_empty() { "0" } else { whole });
        if !fraction.is_empty() {
            number.push('.');
            number.push_str(fraction);
        }
        Ok(Self(number))
    }

    /// Whether it lies between -1 and 1, and is not 0.
    pub fn is_fraction(&self) -> bool {
        self.0.trim_start_matches('-').starts_with("0.")
    }

    /// The digits, with a minus sign and a point where needed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An exponent; one too large for a number of any use comes out as the largest.
fn exponent(text: &str) -> Option<i32> {
    let (sign, digits) = match text.as_bytes() {
        [b'-', ..] => (-1, &text[1..]),
        [b'+', ..] => (1, &text[1..]),
        _ => (1, text),
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| sign * digits.parse().unwrap_or(i32::MAX))
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Self(number.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_numbers_become_plain_decimals() {
        for (json, soql) in [
            ("0", "0"),
            ("-0", "0"),
            ("0.0", "0"),
            ("0e999999999999", "0"),
            ("7", "7"),
            ("-7", "-7"),
            ("007", "7"),
            ("1500.50", "1500.5"),
            ("-0.25", "-0.25"),
            ("1e3", "1000"),
            ("1E+3", "1000"),
            ("1.5e3", "1500"),
            ("1.2345e2", "123.45"),
            ("12.5e-3", "0.0125"),
            ("1e-2", "0.01"),
            ("100e-2", "1"),
            ("99999999999999999.99", "99999999999999999.99"),
            ("1e39", "1000000000000000000000000000000000000000"),
        ] {
            assert_eq!(Number::parse(json).unwrap().as_str(), soql, "{json}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "-", "+1", ".5", "5.", "1,000", "1_000", "0x1", "1e", "1e+", "1.e3", "NaN", "inf", "1 ", "１"]
        {
            assert!(matches!(Number::parse(text), Err(LiteralError::Number(_))), "{text}");
        }
    }

    #[test]
    fn a_number_cannot_be_made_to_swell() {
        for text in ["1e999999999999", "1e-999999999999", "1e41", "1e-42", &"9".repeat(41)] {
            assert!(matches!(Number::parse(text), Err(LiteralError::NumberSize(_))), "{text}");
        }
    }
}
