//! Phone numbers, which are their digits however they are written.

/// Fewer digits are no number that one would tell from a part of another.
const MIN_DIGITS: usize = 3;
/// Digits that tell a subscriber with the area, so that a number with its country's prefix is the same as one without.
const MIN_NATIONAL_DIGITS: usize = 8;

/// The digits of a text; none if it is no phone number: a name in letters, or too short.
pub(crate) fn digits(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (digits.len() >= MIN_DIGITS && !text.chars().any(char::is_alphabetic)).then_some(digits)
}

/// The pattern that each way to write a number fits, and perhaps others: the last digits in their order.
pub(super) fn pattern(digits: &str) -> String {
    let last = &digits[digits.len().saturating_sub(MIN_NATIONAL_DIGITS)..];
    spread(last)
}

/// Digits with anything between them.
fn spread(digits: &str) -> String {
    let mut pattern = String::from("%");
    for digit in digits.chars() {
        pattern.push(digit);
        pattern.push('%');
    }
    pattern
}

/// Whether two texts are one number: by all digits, or but for the prefix of the country or the zero before the area.
pub(crate) fn is_same(digits: &str, other: &str) -> bool {
    let held: String = other.chars().filter(char::is_ascii_digit).collect();
    if held == digits {
        return true;
    }
    let (one, held) = (digits.trim_start_matches('0'), held.trim_start_matches('0'));
    let (long, short) = if one.len() > held.len() { (one, held) } else { (held, one) };
    short.len() >= MIN_NATIONAL_DIGITS && long.ends_with(short)
}

/// The pattern of LIKE for the digits of a pattern, and whether a number fits it; none if it is about something else.
pub(super) fn like(pattern: &str) -> Option<String> {
    let digits = pattern.chars().filter(char::is_ascii_digit).count();
    let is_plain = !pattern.chars().any(|c| c.is_alphabetic() || matches!(c, '_' | '\\'));
    (digits >= MIN_DIGITS && is_plain).then(|| {
        let digits: String = pattern.chars().filter(char::is_ascii_digit).collect();
        spread(&digits)
    })
}

/// Whether the digits of a text fit a pattern of digits and `%`.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let held: String = text.chars().filter(char::is_ascii_digit).collect();
    let mut wanted = String::new();
    wanted.extend(pattern.chars().filter(|c| c.is_ascii_digit() || *c == '%'));
    let mut rest = held.as_str();
    let mut parts = wanted.split('%').peekable();
    let first = parts.next().unwrap_or_default();
    let Some(after) = rest.strip_prefix(first) else { return false };
    rest = after;
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_its_digits_with_or_without_the_country() {
        for (said, held) in [
            ("4155550100", "(415) 555-0100"),
            ("+1 415 555 0100", "(415) 555-0100"),
            ("(415) 555-0100", "+1 415.555.0100"),
            ("+49 30 1234567", "030 1234567"),
            ("555-0100", "5550100"),
        ] {
            assert!(is_same(&digits(said).unwrap(), held), "{said}: {held}");
        }
        for (said, held) in [
            ("4155550100", "(415) 555-0199 ext. 100"),
            ("4155550100", "(415) 555-0101"),
            ("555-0100", "(415) 555-0100"),
            ("4155550100", ""),
        ] {
            assert!(!is_same(&digits(said).unwrap(), held), "{said}: {held}");
        }
        for text in ["", "12", "1-800-FLOWERS", "Bob"] {
            assert_eq!(digits(text), None, "{text}");
        }
    }

    #[test]
    fn a_pattern_is_compared_with_the_digits() {
        for (pattern, held) in [
            ("%555-0100%", "(415) 555.0100"),
            ("(415)%", "415-555-0100"),
            ("%0100", "(415) 555-0100"),
            ("415%0100", "(415) 555-0100"),
            ("415 555 0100", "(415) 555-0100"),
        ] {
            assert!(like(pattern).is_some() && fits(pattern, held), "{pattern}: {held}");
        }
        for (pattern, held) in [("415%", "1 415 555 0100"), ("%5551%", "(415) 555-0100"), ("415", "(415) 555-0100")] {
            assert!(!fits(pattern, held), "{pattern}: {held}");
        }
        for pattern in ["%", "%12%", "%bob%", r"%\%555%", "415_555"] {
            assert_eq!(like(pattern), None, "{pattern}");
        }
    }
}
