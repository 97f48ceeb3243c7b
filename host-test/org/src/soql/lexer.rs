//! Text → tokens. A string literal stays raw here, because what it may hold depends on the operator before it.

use super::error::Fault;

/// A token and the byte offset it starts at.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind<'a>,
    pub(crate) at: usize,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind<'a> {
    /// A keyword or a name.
    Word(&'a str),
    /// A date literal with its number: `LAST_N_DAYS:7`.
    WordWithNumber(&'a str, &'a str),
    /// Everything between the quotes, still escaped.
    Text(&'a str),
    Number(&'a str),
    Date(&'a str),
    DateTime(&'a str),
    Time(&'a str),
    /// An operator or a punctuation mark.
    Mark(&'static str),
    End,
}

impl Kind<'_> {
    /// The token as an error message quotes it.
    pub(crate) fn quoted(&self) -> String {
        match self {
            Self::Word(text) | Self::Number(text) | Self::Date(text) | Self::DateTime(text) | Self::Time(text) => {
                (*text).to_owned()
            }
            Self::WordWithNumber(word, number) => format!("{word}:{number}"),
            Self::Text(raw) => format!("'{raw}'"),
            Self::Mark(mark) => (*mark).to_owned(),
            Self::End => "<EOF>".to_owned(),
        }
    }
}

const MARKS: [&str; 11] = ["<=", ">=", "!=", "<>", "=", "<", ">", "(", ")", ",", "."];

/// Splits `text`; the last token is always [`Kind::End`].
pub(crate) fn tokens(text: &str) -> Result<Vec<Token<'_>>, Fault> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(first) = rest.chars().next()
    {
        if matches!(first, ' ' | '\t' | '\n' | '\r') {
            at += 1;
            continue;
        }
        let (kind, length) = if first.is_ascii_alphabetic() {
            word(rest)
        } else if first == '\'' {
            string(rest, at)?
        } else if first.is_ascii_digit() || starts_signed_number(rest) {
            number_or_date(rest, at)?
        } else if let Some(mark) = MARKS.iter().find(|mark| rest.starts_with(**mark)) {
            (Kind::Mark(mark), mark.len())
        } else if first == ':' {
            return Err(Fault::malformed(at, "Bind variables only allowed in Apex code"));
        } else {
            return Err(Fault::malformed(at, format!("unexpected token: '{first}'")));
        };
        tokens.push(Token { kind, at });
        at += length;
    }
    tokens.push(Token { kind: Kind::End, at: text.len() });
    Ok(tokens)
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The leading part of `text` whose characters satisfy `wanted`.
fn leading(text: &str, wanted: impl Fn(char) -> bool) -> &str {
    let end = text.find(|c| !wanted(c)).unwrap_or(text.len());
    text.get(..end).unwrap_or(text)
}

fn word(rest: &str) -> (Kind<'_>, usize) {
    let word = leading(rest, is_word);
    // `LAST_N_DAYS:7` is one token; a colon anywhere else is an Apex bind variable and refused by the caller.
    if let Some(after) = rest.get(word.len()..)
        && let Some(after) = after.strip_prefix(':')
    {
        let digits = leading(after, |c| c.is_ascii_digit());
        let ends = !after.get(digits.len()..).unwrap_or("").starts_with(is_word);
        if !digits.is_empty() && ends {
            let length = word.len() + 1 + digits.len();
            return (Kind::WordWithNumber(word, digits), length);
        }
    }
    (Kind::Word(word), word.len())
}

fn string(rest: &str, at: usize) -> Result<(Kind<'_>, usize), Fault> {
    let mut escaped = false;
    for (index, c) in rest.char_indices().skip(1) {
        match c {
            '\n' | '\r' => break,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\'' => {
                return Ok((Kind::Text(rest.get(1..index).unwrap_or("")), index + 1));
            }
            _ => {}
        }
    }
    Err(Fault::malformed(at, "unexpected token: '''"))
}

fn starts_signed_number(rest: &str) -> bool {
    let mut characters = rest.chars();
    matches!(characters.next(), Some('-' | '+')) && characters.next().is_some_and(|c| c.is_ascii_digit())
}

fn number_or_date(rest: &str, at: usize) -> Result<(Kind<'_>, usize), Fault> {
    let token = if looks_like_date(rest) {
        let length = date_time_length(rest).unwrap_or(10);
        let text = rest.get(..length).unwrap_or(rest);
        let kind = if length == 10 { Kind::Date(text) } else { Kind::DateTime(text) };
        (kind, length)
    } else if has_shape(rest, TIME) {
        (Kind::Time(rest.get(..TIME.len()).unwrap_or(rest)), TIME.len())
    } else {
        let sign = usize::from(!rest.starts_with(|c: char| c.is_ascii_digit()));
        let digits = |from: usize| {
            let tail = rest.get(from..).unwrap_or("");
            leading(tail, |c| c.is_ascii_digit()).len()
        };
        let mut length = sign + digits(sign);
        if rest.get(length..).unwrap_or("").starts_with('.') {
            let fraction = digits(length + 1);
            if fraction == 0 {
                return Err(Fault::malformed(at + length, "unexpected token: '.'"));
            }
            length += 1 + fraction;
        }
        (Kind::Number(rest.get(..length).unwrap_or(rest)), length)
    };
    // `1e5`, `10USD`, `2026-01-01T10:00Z`: what follows at once belongs to no token of SOQL.
    let tail = leading(rest.get(token.1..).unwrap_or(""), |c| is_word(c) || c == ':' || c == '.');
    if tail.is_empty() {
        Ok(token)
    } else {
        let detail = format!("unexpected token: '{tail}'");
        Err(Fault::malformed(at + token.1, detail))
    }
}

/// Whether `text` starts with a shape where `d` is a digit and other characters stand for themselves.
fn has_shape(text: &str, shape: &str) -> bool {
    text.len() >= shape.len()
        && text.bytes().zip(shape.bytes()).all(|(byte, wanted)| {
            if wanted == b'd' { byte.is_ascii_digit() } else { byte.eq_ignore_ascii_case(&wanted) }
        })
}

/// The one shape of a time: with milliseconds, and in UTC by name only.
const TIME: &str = "dd:dd:dd.dddZ";

fn looks_like_date(rest: &str) -> bool {
    has_shape(rest, "dddd-dd-dd")
}

/// The length of the date and time at the start of `rest`, if its seconds and its zone are there.
fn date_time_length(rest: &str) -> Option<usize> {
    if !has_shape(rest, "dddd-dd-ddTdd:dd:dd") {
        return None;
    }
    let mut length = 19;
    if rest.get(length..)?.starts_with('.') {
        let fraction = leading(rest.get(length + 1..)?, |c| c.is_ascii_digit()).len();
        if !(1..=3).contains(&fraction) {
            return None;
        }
        length += 1 + fraction;
    }
    let zone = rest.get(length..)?;
    if zone.starts_with(['Z', 'z']) {
        Some(length + 1)
    } else if has_shape(zone, "+dd:dd") || has_shape(zone, "-dd:dd") {
        Some(length + 6)
    } else {
        None
    }
}
