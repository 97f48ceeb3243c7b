//! Why a text is no literal, with the bounds that say so.

use super::escape::MAX_UNITS;
use crate::excerpt::Excerpt;

/// The first year of [the dates Salesforce takes][manual].
///
/// [manual]: https://developer.salesforce.com/docs/atlas.en-us.dataLoader.meta/dataLoader/data_loader_dates.htm
pub(super) const MIN_YEAR: u16 = 1700;
/// The last year of them.
pub(super) const MAX_YEAR: u16 = 4000;

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
    /// Not a time of day.
    #[error("{0} is not a time of day; write 15:30 or 3:30pm")]
    TimeOfDay(Excerpt),
    /// Not a date literal.
    #[error("{0} is not a SOQL date literal; {1}")]
    DateLiteral(Excerpt, String),
    /// A pattern with a backslash that escapes nothing.
    #[error(r"the pattern {0} has a backslash before neither %, _ nor another backslash; double it to mean itself")]
    Pattern(Excerpt),
}
