//! Text → tokens.

use super::Span;
use super::quoted::Quoted;
use super::refusal::{Fault, MAX_TOKENS, Reason};
use crate::within::place;

/// A token, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Token<'q> {
    pub(super) kind: Kind<'q>,
    pub(super) at: Span,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind<'q> {
    /// A keyword or a name.
    Word(&'q str),
    /// A name in backticks or brackets.
    Named(&'q str),
    /// Something in single or double quotes.
    Text(Quoted<'q>),
    /// Digits, perhaps with a point and an exponent.
    Number(&'q str),
    /// A date or a moment without quotes.
    Date(&'q str),
    /// `:name`
    Parameter(&'q str),
    /// An operator or a sign.
    Mark(&'static str),
    /// The end of the text.
    End,
}

/// The longer first.
const MARKS: [&str; 22] = [
    "<=", ">=", "!=", "<>", "==", "&&", "||", "::", "=", "<", ">", "(", ")", ",", ".", "+", "-", "*", "/", "!", ";",
    ":",
];

/// The tokens of a text; the last is always the end.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, Fault> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blanks()?;
        let start = lexer.at;
        let kind = lexer.token()?;
        let at = Span { start, end: lexer.at };
        tokens.push(Token { kind, at });
        if kind == Kind::End {
            return Ok(tokens);
        }
        if tokens.len() > MAX_TOKENS {
            return Err(Reason::Size.at(at));
        }
    }
}

struct Lexer<'q> {
    text: &'q str,
    at: usize,
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn is_digit(character: char) -> bool {
    character.is_ascii_digit()
}

/// Whether a text begins with this shape, in which `d` is a digit and everything else itself.
fn has_shape(text: &str, shape: &str) -> bool {
    let fits = |(byte, wanted): (u8, u8)| if wanted == b'd' { byte.is_ascii_digit() } else { byte == wanted };
    text.len() >= shape.len() && text.bytes().zip(shape.bytes()).all(fits)
}

impl<'q> Lexer<'q> {
    fn rest(&self) -> &'q str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Takes so many bytes.
    fn take(&mut self, length: usize) -> &'q str {
        let taken = self.rest().get(..length).unwrap_or_default();
        self.at += length;
        taken
    }

    fn fault(&self, reason: Reason) -> Fault {
        reason.at(Span { start: self.at, end: self.at + 1 })
    }

    /// Past white space and comments.
    fn skip_blanks(&mut self) -> Result<(), Fault> {
        loop {
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start().len();
            let rest = self.rest();
            if rest.starts_with("--") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("/*") {
                let length = place(rest, "*/").ok_or_else(|| self.fault(Reason::Unclosed))?;
                self.at += length + 2;
            } else {
                return Ok(());
            }
        }
    }

    fn token(&mut self) -> Result<Kind<'q>, Fault> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(Kind::End) };
        let run = |from: usize, wanted: fn(char) -> bool| {
            let tail = rest.get(from..).unwrap_or_default();
            tail.find(|character| !wanted(character)).unwrap_or(tail.len())
        };
        Ok(match first {
            '\'' | '"' => return self.quoted(first, first),
            // As word processors write them.
            '‘' | '’' => return self.quoted(first, '’'),
            '“' | '”' => return self.quoted(first, '”'),
            '`' => Kind::Named(self.named('`')?),
            '[' => Kind::Named(self.named(']')?),
            ':' if rest[1..].starts_with(|next: char| next.is_alphabetic() || next == '_') => {
                let length = run(1, is_word);
                Kind::Parameter(&self.take(1 + length)[1..])
            }
            '.' if rest[1..].starts_with(is_digit) && !self.follows_a_name() => Kind::Number(self.number()),
            _ if is_digit(first) => {
                if has_shape(rest, "dddd-dd-dd") {
                    Kind::Date(self.take(date_length(rest)))
                } else if has_shape(rest, "d:dd") || has_shape(rest, "dd:dd") {
                    self.bare(run(0, |next| is_digit(next) || ":.Zz".contains(next)))
                } else {
                    self.measured()
                }
            }
            _ if is_word(first) => {
                let mut length = run(0, is_word);
                // The cents of `USD5000.50`; a name never goes on with a digit after a point.
                if rest[length..].starts_with('.') && is_currency(&rest[..length]) {
                    let cents = run(length + 1, is_digit);
                    length += if cents > 0 { 1 + cents } else { 0 };
                }
                Kind::Word(self.take(length))
            }
            _ => {
                let mark = MARKS.into_iter().find(|mark| rest.starts_with(mark));
                let mark = mark.ok_or_else(|| self.fault(Reason::Character(first)))?;
                self.at += mark.len();
                Kind::Mark(mark)
            }
        })
    }

    /// Whether a point here follows a name at once, so that it is part of a path.
    fn follows_a_name(&self) -> bool {
        self.text[..self.at].ends_with(|last: char| is_word(last) || "`]\"".contains(last))
    }

    /// Whether the word before is ESCAPE.
    fn follows_escape(&self) -> bool {
        let before = self.text[..self.at].trim_end();
        let word = before.len().checked_sub("ESCAPE".len()).and_then(|start| before.get(start..));
        word.is_some_and(|word| word.eq_ignore_ascii_case("ESCAPE"))
    }

    /// Digits with a point and an exponent; letters that follow at once belong to it too, and make it none.
    fn number(&mut self) -> &'q str {
        let rest = self.rest().as_bytes();
        let mut end = 0;
        while let Some(byte) = rest.get(end) {
            let is_sign = matches!(byte, b'+' | b'-') && matches!(rest[end - 1], b'e' | b'E');
            if !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_') || is_sign) {
                break;
            }
            end += 1;
        }
        self.take(end)
    }

    /// A number, or one with what makes it a text: `75%`, `3pm`.
    fn measured(&mut self) -> Kind<'q> {
        let (start, number) = (self.at, self.number());
        let is_percent = self.rest().starts_with('%');
        let is_hour = number.len() > 2 && ["am", "pm"].iter().any(|half| number.to_ascii_lowercase().ends_with(half));
        if !is_percent && !is_hour {
            return Kind::Number(number);
        }
        self.at = start;
        self.bare(number.len() + usize::from(is_percent))
    }

    /// A text of so many bytes that stands without quotes.
    fn bare(&mut self, length: usize) -> Kind<'q> {
        let start = self.at;
        let raw = self.take(length);
        Kind::Text(Quoted { raw, quote: '\'', at: Span { start, end: self.at } })
    }

    /// A name up to its closing sign.
    fn named(&mut self, close: char) -> Result<&'q str, Fault> {
        let inside = &self.rest()[1..];
        let length = inside.find([close, '\n']).filter(|at| inside[*at..].starts_with(close));
        let length = length.ok_or_else(|| self.fault(Reason::Unclosed))?;
        if inside[..length].trim().is_empty() {
            return Err(self.fault(Reason::Expected { expected: "a name" }));
        }
        Ok(self.take(length + 2)[1..=length].trim())
    }

    /// A text up to its closing quote, which inside is doubled or stands after a backslash.
    fn quoted(&mut self, open: char, close: char) -> Result<Kind<'q>, Fault> {
        let start = self.at;
        let inside = &self.rest()[open.len_utf8()..];
        // The one place where SQL's backslash stands for itself.
        if inside.starts_with(r"\'") && self.follows_escape() {
            self.at += 3;
            return Ok(Kind::Text(Quoted { raw: r"\", quote: close, at: Span { start, end: self.at } }));
        }
        let mut characters = inside.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            if character == '\\' {
                characters.next();
            } else if character == close && characters.next_if(|(_, next)| *next == close).is_none() {
                self.at += open.len_utf8() + at + close.len_utf8();
                let at_text = Span { start, end: self.at };
                return Ok(Kind::Text(Quoted { raw: &inside[..at], quote: close, at: at_text }));
            }
        }
        Err(self.fault(Reason::Unclosed))
    }
}

/// How long the day or moment at the beginning is, with letters and digits that follow at once and make it none.
fn date_length(rest: &str) -> usize {
    let count = |from: usize, wanted: fn(char) -> bool| {
        let tail = rest.get(from..).unwrap_or_default();
        tail.find(|character| !wanted(character)).unwrap_or(tail.len())
    };
    let mut length = "2026-01-01".len();
    if rest[length..].starts_with(['T', 't']) {
        length += 1;
        length += count(length, |next| is_digit(next) || ":.".contains(next));
        let zone = rest.get(length..).unwrap_or_default();
        let offset = ["+dd:dd", "-dd:dd", "+dddd", "-dddd"].into_iter().find(|shape| has_shape(zone, shape));
        length += offset.map_or(0, str::len);
    }
    length + count(length, is_word)
}

/// Whether a word is an amount in a currency, such as `USD5000`.
pub(super) fn is_currency(word: &str) -> bool {
    word.split_at_checked(3).is_some_and(|(code, amount)| {
        let is_code = code.bytes().all(|byte| byte.is_ascii_uppercase());
        is_code && !amount.is_empty() && amount.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Kind<'_>> {
        let mut kinds: Vec<_> = tokens(text).unwrap().into_iter().map(|token| token.kind).collect();
        assert_eq!(kinds.pop(), Some(Kind::End));
        kinds
    }

    #[test]
    fn words_values_and_signs_are_told_apart() {
        use Kind::{Date, Mark, Named, Number, Parameter, Word};
        for (text, expected) in [
            ("a.b", vec![Word("a"), Mark("."), Word("b")]),
            ("[Close Date]`Größe`", vec![Named("Close Date"), Named("Größe")]),
            ("a<=-.5", vec![Word("a"), Mark("<="), Mark("-"), Number(".5")]),
            ("1e-3 1.5E+2 007", vec![Number("1e-3"), Number("1.5E+2"), Number("007")]),
            ("10k 1_000", vec![Number("10k"), Number("1_000")]),
            (
                "2026-01-01,2026-01-01T10:00:00+02:00",
                vec![Date("2026-01-01"), Mark(","), Date("2026-01-01T10:00:00+02:00")],
            ),
            ("x=:from_day", vec![Word("x"), Mark("="), Parameter("from_day")]),
            ("LAST_N_DAYS:30", vec![Word("LAST_N_DAYS"), Mark(":"), Number("30")]),
            ("2.5 x1", vec![Number("2.5"), Word("x1")]),
            ("x::date", vec![Word("x"), Mark("::"), Word("date")]),
            ("USD5000.50", vec![Word("USD5000.50")]),
            ("USD5000 .5", vec![Word("USD5000"), Number(".5")]),
            ("a -- b ' \n c /* d ' \n */ e", vec![Word("a"), Word("c"), Word("e")]),
            ("", vec![]),
        ] {
            assert_eq!(kinds(text), expected, "{text}");
        }
    }

    #[test]
    fn a_text_ends_at_the_quote_it_began_with() {
        for (text, raw) in [
            ("'a''b'", "a''b"),
            (r"'a\'b'", r"a\'b"),
            (r"'a\\'", r"a\\"),
            (r#"'say "hi"'"#, r#"say "hi""#),
            (r#""O'Hara""#, "O'Hara"),
            ("‘a’", "a"),
            ("“a b”", "a b"),
            ("'a\nb'", "a\nb"),
        ] {
            let [Kind::Text(quoted)] = kinds(text)[..] else { panic!("{text}") };
            assert_eq!(quoted.raw, raw);
            assert_eq!((quoted.at.start, quoted.at.end), (0, text.len()));
        }
    }

    #[test]
    fn a_time_and_a_percentage_need_no_quotes() {
        for text in ["10:30", "9:05", "10:00:00.000Z", "75%", "0.5%", "3pm", "11AM"] {
            let [Kind::Text(quoted)] = kinds(text)[..] else { panic!("{text}") };
            assert_eq!((quoted.raw, quoted.at.end), (text, text.len()));
        }
        assert_eq!(kinds("75 pm").len(), 2);
    }

    #[test]
    fn what_is_no_token_is_refused_where_it_stands() {
        for (text, at) in [
            ("a ?", 2),
            ("a 'b", 2),
            (r"a 'b\'", 2),
            ("a \"b'", 2),
            ("a /* b", 2),
            ("a [b", 2),
            ("a []", 2),
            ("a `b\n`", 2),
            ("a ` `", 2),
            ("é @x", 3),
            ("$5", 0),
            ("{x}", 0),
            ("a#b", 1),
        ] {
            assert_eq!(tokens(text).unwrap_err().0.1.start, at, "{text}");
        }
        let long = "a ".repeat(MAX_TOKENS + 1);
        assert!(matches!(tokens(&long).unwrap_err().0.0, Reason::Size));
    }
}
