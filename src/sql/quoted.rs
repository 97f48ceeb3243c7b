//! What stands in quotes: a text, a pattern or a name, by where it stands.

use super::refusal::{Fault, Reason};
use super::{Name, Span};
use crate::soql::Pattern;

/// The inside of quotes, as it was written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Quoted<'q> {
    /// What stands between the quotes.
    pub(super) raw: &'q str,
    /// Which quote it is: inside, it stands doubled or after a backslash.
    pub(super) quote: char,
    /// Where it stands, with its quotes.
    pub(super) at: Span,
}

impl Quoted<'_> {
    /// The text it means.
    pub(super) fn text(&self) -> Result<String, Fault> {
        self.unescaped(false)
    }

    /// The name it is: a label.
    pub(super) fn label(&self) -> Result<Name, Fault> {
        let text = self.text()?;
        let label = text.trim();
        if label.is_empty() {
            return Err(Reason::Expected { expected: "a name" }.at(self.at));
        }
        Ok(Name::new(label, self.at))
    }

    /// The pattern it means.
    ///
    /// # Errors
    ///
    /// If it is too long, or its backslashes mean nothing.
    pub(super) fn pattern(&self) -> Result<Pattern, Fault> {
        Pattern::parse(&self.unescaped(true)?).map_err(|error| Reason::Literal(error).at(self.at))
    }

    /// [Quoted String Escape Sequences][manual]; a backslash before anything else is an error to Salesforce, and to SQL
    /// a backslash: refused, since a guess could be wrong.
    ///
    /// [manual]: https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm
    fn unescaped(&self, is_pattern: bool) -> Result<String, Fault> {
        let mut text = String::with_capacity(self.raw.len());
        let mut rest = self.raw.chars();
        while let Some(character) = rest.next() {
            if character == self.quote {
                // It stands doubled, or it would be the end.
                rest.next();
            }
            if character != '\\' {
                text.push(character);
                continue;
            }
            let escape = rest.next();
            let character = match escape {
                Some('n' | 'N') => '\n',
                Some('r' | 'R') => '\r',
                Some('t' | 'T') => '\t',
                Some('b' | 'B') => '\u{7}',
                Some(quote @ ('\'' | '"')) => quote,
                Some('\\') => {
                    // In a pattern, a backslash stays escaped.
                    text.push_str(if is_pattern { "\\" } else { "" });
                    '\\'
                }
                Some(wild @ ('%' | '_')) if is_pattern => {
                    text.push('\\');
                    wild
                }
                Some('u') => {
                    let decoded = code_point(&mut rest);
                    decoded.ok_or_else(|| Reason::Escape("u".to_owned()).at(self.at))?
                }
                other => return Err(Reason::Escape(other.into_iter().collect()).at(self.at)),
            };
            text.push(character);
        }
        Ok(text)
    }
}

/// What `\uXXXX` means, or two of them for a character of two units.
fn code_point(rest: &mut std::str::Chars<'_>) -> Option<char> {
    let first = unit(rest)?;
    if !(0xD800..0xDC00).contains(&first) {
        return char::from_u32(first);
    }
    if rest.next() != Some('\\') || rest.next() != Some('u') {
        return None;
    }
    let second = unit(rest).filter(|second| (0xDC00..0xE000).contains(second))?;
    char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
}

fn unit(rest: &mut std::str::Chars<'_>) -> Option<u32> {
    (0..4).try_fold(0, |unit, _| Some(unit * 16 + rest.next()?.to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(raw: &str) -> Quoted<'_> {
        Quoted { raw, quote: '\'', at: Span::default() }
    }

    #[test]
    fn quotes_are_doubled_or_escaped() {
        for (raw, text) in [
            ("", ""),
            ("O''Hara", "O'Hara"),
            (r"O\'Hara", "O'Hara"),
            ("''''", "''"),
            (r#"a "b" \"c\""#, r#"a "b" "c""#),
            (r"C:\\temp\\", r"C:\temp\"),
            (r"a\nb\tc\rd", "a\nb\tc\rd"),
            (r"\u00e9\uD83D\uDE00", "é😀"),
            ("two\nlines", "two\nlines"),
            ("50%_", "50%_"),
        ] {
            assert_eq!(quoted(raw).text().unwrap(), text, "{raw}");
        }
        let double = Quoted { raw: r#"a ""b"" 'c'"#, quote: '"', at: Span::default() };
        assert_eq!(double.text().unwrap(), r#"a "b" 'c'"#);
    }

    #[test]
    fn a_pattern_keeps_what_stands_for_itself() {
        for (raw, pattern) in
            [("a%", "a%"), (r"50\%", r"50\%"), (r"\_x_", r"\_x_"), (r"C:\\", r"C:\\"), ("O''H%", "O'H%")]
        {
            assert_eq!(quoted(raw).pattern().unwrap().as_str(), pattern, "{raw}");
        }
    }

    #[test]
    fn a_backslash_that_means_nothing_is_refused() {
        for raw in [r"C:\docs", r"50\%", r"\_", r"\x41", r"\u12", r"\uD83D", r"\uD83D\u0041", "\\"] {
            assert!(matches!(quoted(raw).text().unwrap_err().0.0, Reason::Escape(_)), "{raw}");
        }
    }
}
