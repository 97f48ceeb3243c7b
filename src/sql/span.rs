//! Where in the text something stands.

/// A part of the text, in bytes. It is there for messages and takes no part in comparisons: all spans are equal.
#[derive(Debug, Clone, Copy, Default)]
pub struct Span {
    /// Where it begins.
    pub start: usize,
    /// Where it ends: after its last byte.
    pub end: usize,
}

impl Span {
    /// From the beginning of this one to the end of the other.
    pub(super) fn to(self, other: Self) -> Self {
        Self { start: self.start, end: other.end }
    }
}

impl PartialEq for Span {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Span {}
