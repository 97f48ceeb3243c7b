//! A refused value as an error message shows it: quoted, control characters escaped, no longer than a line.

use std::fmt;

/// Most characters of a refused value that an error repeats.
const MAX_CHARS: usize = 80;

/// The beginning of a refused value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt(String);

impl Excerpt {
    /// The first characters of a value.
    pub(crate) fn of(value: &str) -> Self {
        let mut shown: String = value.chars().take(MAX_CHARS).collect();
        if shown.len() < value.len() {
            shown.push('…');
        }
        Self(shown)
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}", self.0)
    }
}
