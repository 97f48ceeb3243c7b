//! Lines of columns: what is kept of a description, and a table of them. It is read as often as JSON is, so it stands
//! where what is built for speed does.
//!
//! A line begins behind the end of another; tabs part its columns, and empty columns at its end are left out. Texts are
//! escaped as in JSON.

use std::borrow::Cow;

use super::scan::{self, ends_at};
use super::step::STEP;
use super::{push, push_all, without_escapes};

/// Lines in the making.
#[derive(Debug, Default)]
pub struct Lines {
    text: String,
    /// Empty columns not yet written, since nothing may follow.
    empty: usize,
}

impl Lines {
    /// Begins a line with a mark, which may be empty, and its first column, in which nothing is left to escape. Says where
    /// that is.
    pub fn line(&mut self, mark: &str, first: &str) -> usize {
        self.push("\n");
        self.push(mark);
        self.empty = 0;
        let at = self.text.len();
        self.push(first);
        at
    }

    /// Adds a column of text.
    pub fn column(&mut self, text: &str) {
        self.written(&escaped(text));
    }

    /// Adds a column of text as it is written in JSON, between quotes, which is how it is written here.
    pub fn written(&mut self, text: &str) {
        self.empty += 1;
        if !text.is_empty() {
            self.more(text);
        }
    }

    /// Adds to the column before. What is added is written as it is.
    pub fn more(&mut self, text: &str) {
        self.fill();
        self.push(text);
    }

    /// Adds a column of the letters whose flags are not as usual.
    pub fn letters(&mut self, letters: &str, flags: &[bool], usual: &[bool]) {
        self.empty += 1;
        for (at, (flag, usual)) in flags.iter().zip(usual).enumerate() {
            if flag != usual {
                self.more(letters.get(at..=at).unwrap_or_default());
            }
        }
    }

    /// Adds a column of a number, or an empty one.
    pub fn number(&mut self, number: Option<u32>) {
        self.empty += 1;
        if let Some(number) = number {
            self.digits(number);
        }
    }

    /// Adds a number to the column before.
    pub fn digits(&mut self, number: u32) {
        if number >= 10 {
            self.digits(number / 10);
        }
        self.more(digit(number % 10));
    }

    /// The lines.
    pub fn get(&self) -> &str {
        &self.text
    }

    /// Writes the columns that are empty.
    fn fill(&mut self) {
        if self.empty > 0 {
            self.push(TABS.get(..self.empty).unwrap_or_default());
            self.empty = 0;
        }
    }

    fn push(&mut self, text: &str) {
        push(&mut self.text, text);
    }
}

/// A text with what JSON does not allow in one escaped as in JSON.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if scan::end_of_plain(text.as_bytes(), 0) == text.len() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(with_escapes(text))
}

#[cold]
fn with_escapes(text: &str) -> String {
    let mut escaped = String::new();
    let mut start = 0;
    loop {
        let end = scan::end_of_plain(text.as_bytes(), start);
        push(&mut escaped, text.get(start..end).unwrap_or_default());
        if end >= text.len() {
            return escaped;
        }
        let code = u32::from(scan::byte(text.as_bytes(), end));
        push_all(&mut escaped, ["\\u00", digit(code >> 4), digit(code & 15)]);
        start = end + 1;
    }
}

fn digit(value: u32) -> &'static str {
    let at = value as usize;
    "0123456789abcdef".get(at..=at).unwrap_or_default()
}

/// As many as a line has columns at most.
const TABS: &str = "\t\t\t\t\t\t\t\t\t\t\t\t";

/// The columns of a line, as they are written.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a, const COLUMNS: usize> {
    columns: [&'a str; COLUMNS],
    /// Where it ends.
    pub end: usize,
    has_escape: bool,
}

impl<'a, const COLUMNS: usize> Line<'a, COLUMNS> {
    /// The columns from a place of lines on; those that are not there are empty.
    pub fn at(lines: &'a str, at: usize) -> Self {
        let mut columns = [""; COLUMNS];
        let (end, has_escape) = cut(lines, at, &mut columns);
        Self { columns, end, has_escape }
    }

    /// A column that never needs escapes.
    pub fn raw(&self, column: usize) -> &'a str {
        self.columns.get(column).copied().unwrap_or_default()
    }

    /// A column of text; none if it is empty.
    pub fn text(&self, column: usize) -> Option<String> {
        text(self.raw(column), self.has_escape)
    }

    /// The same, and a copy only where something is escaped.
    pub fn cow(&self, column: usize) -> Option<Cow<'a, str>> {
        if self.has_escape { self.text(column).map(Cow::Owned) } else { Some(self.raw(column).into()) }
            .filter(|text: &Cow<'_, str>| !text.is_empty())
    }
}

fn text(column: &str, has_escape: bool) -> Option<String> {
    if column.is_empty() {
        return None;
    }
    Some(if has_escape { without_escapes(column) } else { column.to_owned() })
}

/// Cuts the columns of a line, and says where it ends, or else where the last of them does, and whether there is an escape
/// in it.
fn cut<'a>(lines: &'a str, mut at: usize, columns: &mut [&'a str]) -> (usize, bool) {
    let bytes = lines.as_bytes();
    let mut start = at;
    let mut has_escape = false;
    let mut columns = columns.iter_mut();
    loop {
        // What is behind the end is zero, which ends a column too.
        let mut ends = ends_at(bytes, at);
        while ends != 0 {
            let end = at + ends.trailing_zeros() as usize;
            ends &= ends - 1;
            let byte = scan::byte(bytes, end);
            has_escape |= byte == b'\\';
            if byte == b'\t' || byte == b'\n' || end >= bytes.len() {
                if let Some(column) = columns.next()
                    && start < end
                {
                    *column = lines.get(start..end).unwrap_or_default();
                }
                start = end + 1;
                if byte != b'\t' || columns.len() == 0 {
                    return (end, has_escape);
                }
            }
        }
        at += STEP;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn empty_columns_at_the_end_of_a_line_are_left_out() {
        let mut lines = Lines::default();
        assert_eq!(lines.line("*", "a"), 2);
        for column in ["", "b", "", ""] {
            lines.column(column);
        }
        assert_eq!(lines.line("", "c"), 7);
        lines.letters("xyz", &[true, false, true], &[false; 3]);
        lines.letters("x", &[true], &[true]);
        lines.number(Some(0));
        lines.number(None);
        lines.number(Some(u32::MAX));
        lines.more(".");
        lines.digits(10);
        assert_eq!(lines.get(), "\n*a\t\tb\nc\txz\t\t0\t\t4294967295.10");
        let line = Line::<3>::at(lines.get(), 7);
        assert_eq!(([0, 1, 2].map(|column| line.raw(column)), line.raw(3)), (["c", "xz", ""], ""));
        let line = Line::<6>::at(lines.get(), 7);
        assert_eq!((line.raw(5), line.end), ("4294967295.10", lines.get().len()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_096))]

        #[test]
        fn columns_come_back_as_they_were(
            before in ".{0,9}", columns in prop::collection::vec("|[a\0\t\n\r\u{1f}\\\\\"äu]{0,20}|[ -~]{0,40}", 4),
        ) {
            let mut lines = Lines::default();
            lines.line("", &escaped(&before));
            let at = lines.line(">", &escaped(&columns[0]));
            columns[1..].iter().for_each(|column| lines.column(column));
            let end = lines.get().len();
            lines.line("=", &escaped(&before));
            let line = Line::<5>::at(lines.get(), at);
            for (place, column) in columns.iter().enumerate() {
                prop_assert_eq!(line.text(place).unwrap_or_default(), column.as_str());
            }
            prop_assert_eq!((line.text(4), line.end), (None, end));
            // Of fewer, the end is where the last of them is.
            prop_assert_eq!(Line::<1>::at(lines.get(), at).text(0).unwrap_or_default(), columns[0].as_str());
        }
    }
}
