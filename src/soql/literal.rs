//! Values on the right side of a comparison, each checked when it is made.

use super::escape::{self, MAX_UNITS};
use super::{Date, DateLiteral, DateTime, LiteralError, Number, TimeOfDay};
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
    /// A time of day.
    TimeOfDay(TimeOfDay),
    /// A range of days relative to today.
    DateLiteral(DateLiteral),
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
        let units = escape::units(|out| escape::text(&text, out));
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

literal!(bool => Boolean, Number => Number, Text => Text, Date => Date, DateTime => DateTime, DateLiteral => DateLiteral,
    TimeOfDay => TimeOfDay);

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
