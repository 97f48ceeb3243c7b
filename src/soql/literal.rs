//! Values on the right side of a comparison, each checked when it is made.

use super::date::{MAX_YEAR, MIN_YEAR};
use super::render::{self, MAX_UNITS};
use super::{Date, DateLiteral, DateTime, Number};
use crate::excerpt::Excerpt;
use crate::id::RecordId;

/// A value on the right side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// No value.
    Null,
    /// A checkbox.
    Boolean(bool),
    /// A number, an amount or a percentage.
    Number(Number),
    /// A text, a picklist value or an id.
    Text(Text),
    /// A day.
    Date(Date),
    /// A moment.
    DateTime(DateTime),
    /// A range of days relative to today.
    DateLiteral(DateLiteral),
}

/// Why a text is no literal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LiteralError {
    /// Too long for the API.
    #[error("the text {0} has {1} characters as SOQL counts them; a condition takes at most {MAX_UNITS}")]
    Length(Excerpt, usize),
    /// Not a number.
    #[error("{0} is not a number; write digits with at most one decimal point, such as 1500 or -0.25")]
    Number(Excerpt),
    /// More digits than any field holds.
    #[error("the number {0} has more digits than a Salesforce field can hold")]
    NumberSize(Excerpt),
    /// Not a date.
    #[error("{0} is not a date; write YYYY-MM-DD with a day that exists, years {MIN_YEAR} to {MAX_YEAR}")]
    Date(Excerpt),
    /// Not a datetime.
    #[error(
        "{0} is not a datetime; write YYYY-MM-DDThh:mm:ss with a zone (Z, +02:00), a day that exists, \
         years {MIN_YEAR} to {MAX_YEAR}"
    )]
    DateTime(Excerpt),
    /// A datetime without its zone.
    #[error("the datetime {0} has no time zone; add Z for UTC or an offset such as +02:00")]
    Zone(Excerpt),
    /// Not a date literal.
    #[error("{0} is not a SOQL date literal; {1}")]
    DateLiteral(Excerpt, String),
    /// A pattern with a backslash that escapes nothing.
    #[error(r"the pattern {0} has a backslash before neither %, _ nor another backslash; double it to mean itself")]
    Pattern(Excerpt),
}

/// The text of a string literal, unescaped, and no longer than the API takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(String);

impl Text {
    /// Takes any text that is not too long.
    ///
    /// # Errors
    ///
    /// `LiteralError::Length`.
    pub fn new(text: impl Into<String>) -> Result<Self, LiteralError> {
        let text = text.into();
        let units = render::units(|out| render::text(&text, out));
        if units > MAX_UNITS { Err(LiteralError::Length(Excerpt::of(&text), units)) } else { Ok(Self(text)) }
    }

    /// The text, unescaped.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! literal {
    ($($type:ident => $variant:ident),*) => {$(
        impl From<$type> for Literal {
            fn from(value: $type) -> Self {
                Self::$variant(value)
            }
        }
    )*};
}

literal!(bool => Boolean, Number => Number, Text => Text, Date => Date, DateTime => DateTime, DateLiteral => DateLiteral);

impl From<RecordId> for Literal {
    fn from(id: RecordId) -> Self {
        Self::Text(Text(id.as_str().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_measured_as_it_is_sent() {
        assert!(Text::new("a".repeat(4000)).is_ok());
        assert!(Text::new("'".repeat(2000)).is_ok());
        assert!(Text::new("😀".repeat(2000)).is_ok());
        for text in ["a".repeat(4001), "'".repeat(2001), "\u{1}".repeat(667), "😀".repeat(2001)] {
            assert!(matches!(Text::new(text), Err(LiteralError::Length(..))));
        }
    }

    #[test]
    fn an_overlong_text_is_named_but_not_repeated() {
        assert_eq!(
            Text::new("ab".repeat(3000)).unwrap_err().to_string(),
            format!(
                "the text \"{}…\" has 6000 characters as SOQL counts them; a condition takes at most 4000",
                "ab".repeat(40)
            )
        );
    }
}
