//! Patterns of LIKE: the one place of SOQL where `%` and `_` stand for other characters.

use super::LiteralError;
use super::escape::{self, MAX_UNITS};
use crate::excerpt::Excerpt;

/// A pattern: `%` is any text, `_` is any one character, `\%`, `\_` and `\\` are the characters themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// Reads a pattern as a user writes it, with `%`, `_` and backslashes as above.
    ///
    /// # Errors
    ///
    /// `LiteralError::Pattern` if a backslash stands before something else, `LiteralError::Length` if it is too long.
    pub fn parse(pattern: &str) -> Result<Self, LiteralError> {
        let mut characters = pattern.chars();
        while let Some(character) = characters.next() {
            if character == '\\' && !matches!(characters.next(), Some('%' | '_' | '\\')) {
                return Err(LiteralError::Pattern(Excerpt::of(pattern)));
            }
        }
        Self::new(pattern.to_owned())
    }

    /// Texts that contain this text.
    ///
    /// # Errors
    ///
    /// `LiteralError::Length`, here and in the following.
    pub fn contains(text: &str) -> Result<Self, LiteralError> {
        Self::around("%", text, "%")
    }

    /// Texts that start with this text.
    ///
    /// # Errors
    ///
    /// `LiteralError::Length`.
    pub fn starts_with(text: &str) -> Result<Self, LiteralError> {
        Self::around("", text, "%")
    }

    /// Texts that end with this text.
    ///
    /// # Errors
    ///
    /// `LiteralError::Length`.
    pub fn ends_with(text: &str) -> Result<Self, LiteralError> {
        Self::around("%", text, "")
    }

    /// This very text.
    ///
    /// # Errors
    ///
    /// `LiteralError::Length`.
    pub fn exactly(text: &str) -> Result<Self, LiteralError> {
        Self::around("", text, "")
    }

    fn around(before: &str, text: &str, after: &str) -> Result<Self, LiteralError> {
        let mut pattern = String::with_capacity(text.len() + 2);
        pattern.push_str(before);
        for character in text.chars() {
            if matches!(character, '%' | '_' | '\\') {
                pattern.push('\\');
            }
            pattern.push(character);
        }
        pattern.push_str(after);
        Self::new(pattern)
    }

    fn new(pattern: String) -> Result<Self, LiteralError> {
        let units = escape::units(|out| escape::pattern(&pattern, out));
        if units > MAX_UNITS { Err(LiteralError::Length(Excerpt::of(&pattern), units)) } else { Ok(Self(pattern)) }
    }

    /// The pattern as `parse` reads it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_a_pattern_stands_for_itself() {
        for (pattern, expected) in [
            (Pattern::contains("50%_\\'"), r"%50\%\_\\'%"),
            (Pattern::starts_with("Ter%"), r"Ter\%%"),
            (Pattern::ends_with("\\"), r"%\\"),
            (Pattern::exactly("%"), r"\%"),
            (Pattern::contains(""), "%%"),
        ] {
            let pattern = pattern.unwrap();
            assert_eq!(pattern.as_str(), expected);
            assert_eq!(Pattern::parse(expected).unwrap(), pattern);
        }
    }

    #[test]
    fn a_backslash_in_a_users_pattern_escapes_something() {
        for pattern in ["A%", "_", r"\%", r"\_\\%", ""] {
            assert_eq!(Pattern::parse(pattern).unwrap().as_str(), pattern);
        }
        for pattern in [r"\", r"a\", r"\n", r"\'", r"%\\\"] {
            assert!(matches!(Pattern::parse(pattern), Err(LiteralError::Pattern(_))), "{pattern}");
        }
    }

    #[test]
    fn a_pattern_is_measured_as_it_is_sent() {
        assert!(Pattern::contains(&"a".repeat(3998)).is_ok());
        assert!(matches!(Pattern::contains(&"a".repeat(3999)), Err(LiteralError::Length(..))));
        assert!(matches!(Pattern::exactly(&"%".repeat(2001)), Err(LiteralError::Length(..))));
    }
}
