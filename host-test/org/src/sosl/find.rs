//! What is looked for: the text between the braces of `FIND`, or the plain text of `parameterizedSearch`.
//! <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_sosl_find.htm>

use crate::{refusal::Refusal, soql::located};

/// Beyond this, operators are words.
const MAX_WITH_OPERATORS: usize = 4_000;
/// Beyond this, nothing is found.
const MAX_CHARACTERS: usize = 10_000;

/// A search expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// Words that follow each other in one field; mostly one word.
    Phrase(Vec<Vec<Glyph>>),
    /// All of these, each in any field.
    All(Vec<Expression>),
    /// One of these.
    Any(Vec<Expression>),
    /// The first and not the second.
    But(Box<Expression>, Box<Expression>),
}

/// A character of a word that is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    /// This character, in lower case.
    One(char),
    /// `?`: any character.
    AnyOne,
    /// `*`: any characters, or none.
    AnyRun,
}

/// Characters that mean something, or would, and so need a backslash in order to be looked for.
/// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_sosl_find.htm>
const RESERVED: &str = "?&|!{}[]()^~*:\\\"'+-";

fn malformed(detail: impl Into<String>) -> Refusal {
    Refusal::new(400, "MALFORMED_SEARCH", detail)
}

fn one_character(text: &str) -> Refusal {
    malformed(format!("search term must be longer than one character: {text}"))
}

/// Whether a text holds at least two characters that can be found.
fn is_long_enough(text: &str) -> bool {
    text.chars().filter(|c| c.is_alphanumeric()).nth(1).is_some()
}

/// The words of a text, as they are indexed: runs of letters and digits, in lower case.
pub(crate) fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Plain text: every word, where a word may end in `*`; or one telephone number.
pub(crate) fn plain(text: &str) -> Result<Option<Expression>, Refusal> {
    if text.chars().count() > MAX_CHARACTERS {
        return Ok(None);
    }
    if !is_long_enough(text) {
        return Err(one_character(text));
    }
    let is_number = text.chars().all(|c| c.is_ascii_digit() || " +()-./".contains(c));
    let parts: Vec<&str> = if is_number { vec![text] } else { text.split_whitespace().collect() };
    let phrases = parts.into_iter().filter_map(|part| {
        let (word, run) = part.strip_suffix('*').map_or((part, false), |word| (word, true));
        let mut glyphs: Vec<Option<Glyph>> = word.chars().map(text_glyph).collect();
        if run {
            glyphs.push(Some(Glyph::AnyRun));
        }
        phrase(&glyphs)
    });
    Ok(Some(joined(phrases.collect())))
}

fn joined(mut all: Vec<Expression>) -> Expression {
    match all.pop() {
        Some(only) if all.is_empty() => only,
        Some(last) => {
            all.push(last);
            Expression::All(all)
        }
        None => Expression::Any(Vec::new()),
    }
}

/// A character as it is looked for; `None` for one that separates words. One character can have a longer lower
/// case, of which the first counts.
fn text_glyph(c: char) -> Option<Glyph> {
    c.is_alphanumeric().then(|| Glyph::One(c.to_lowercase().next().unwrap_or(c)))
}

/// Words between separators, if there is any.
fn phrase(glyphs: &[Option<Glyph>]) -> Option<Expression> {
    let words: Vec<Vec<Glyph>> = glyphs
        .split(Option::is_none)
        .map(|word| word.iter().copied().flatten().collect::<Vec<_>>())
        .filter(|word| word.iter().any(|glyph| matches!(glyph, Glyph::One(_))))
        .collect();
    (!words.is_empty()).then_some(Expression::Phrase(words))
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Open,
    Close,
    And,
    AndNot,
    Or,
    Phrase(Expression),
}

/// Parses what stands between the braces, from `start` of the whole text.
pub(crate) fn expression(text: &str, start: usize, term: &str) -> Result<Option<Expression>, Refusal> {
    let length = term.chars().count();
    if length > MAX_CHARACTERS {
        return Ok(None);
    }
    if !is_long_enough(term) {
        return Err(one_character(term));
    }
    let tokens = tokens(text, start, term)?;
    if length > MAX_WITH_OPERATORS {
        let phrases = tokens.into_iter().filter_map(|token| match token {
            Token::Phrase(phrase) => Some(phrase),
            _ => None,
        });
        return Ok(Some(joined(phrases.collect())));
    }
    let mut parser = Parser { tokens, next: 0, depth: 0 };
    let expression = parser.any()?;
    if parser.next < parser.tokens.len() {
        return Err(malformed("unexpected operator or parenthesis in the search term"));
    }
    Ok(Some(expression))
}

/// The token of some characters between blanks and operators.
fn flush(glyphs: &mut Vec<Option<Glyph>>, raw: &mut String, tokens: &mut Vec<Token>) {
    let raw = std::mem::take(raw);
    let glyphs = std::mem::take(glyphs);
    let operator = match raw.to_ascii_uppercase().as_str() {
        "AND" => Some(Token::And),
        "OR" => Some(Token::Or),
        "NOT" if tokens.last() == Some(&Token::And) => {
            tokens.pop();
            Some(Token::AndNot)
        }
        _ => None,
    };
    tokens.extend(operator.or_else(|| phrase(&glyphs).map(Token::Phrase)));
}

fn tokens(text: &str, start: usize, term: &str) -> Result<Vec<Token>, Refusal> {
    let mut tokens = Vec::new();
    let (mut glyphs, mut raw) = (Vec::new(), String::new());
    let mut quoted = false;
    let mut characters = term.char_indices();
    while let Some((index, c)) = characters.next() {
        match c {
            '\\' => match characters.next() {
                // An escaped character separates words like any other sign. The backslash keeps `raw` from
                // looking like an operator.
                Some((_, escaped)) if RESERVED.contains(escaped) => {
                    glyphs.push(text_glyph(escaped));
                    raw.push('\\');
                }
                _ => return Err(mismatched(text, start + index, c)),
            },
            '"' => {
                if quoted {
                    tokens.extend(phrase(&std::mem::take(&mut glyphs)).map(Token::Phrase));
                    raw.clear();
                } else {
                    flush(&mut glyphs, &mut raw, &mut tokens);
                }
                quoted = !quoted;
            }
            '*' => {
                glyphs.push(Some(Glyph::AnyRun));
                raw.push(c);
            }
            '?' => {
                glyphs.push(Some(Glyph::AnyOne));
                raw.push(c);
            }
            '(' | ')' if !quoted => {
                flush(&mut glyphs, &mut raw, &mut tokens);
                tokens.push(if c == '(' { Token::Open } else { Token::Close });
            }
            c if RESERVED.contains(c) => return Err(mismatched(text, start + index, c)),
            c if c.is_whitespace() && !quoted => flush(&mut glyphs, &mut raw, &mut tokens),
            c => {
                glyphs.push(text_glyph(c));
                raw.push(c);
            }
        }
    }
    if quoted {
        return Err(malformed("the search term has a quotation mark without its twin"));
    }
    flush(&mut glyphs, &mut raw, &mut tokens);
    Ok(tokens)
}

/// The server counts these columns from zero, and puts the caret accordingly.
fn mismatched(text: &str, at: usize, c: char) -> Refusal {
    let detail = format!("line 1:{at} mismatched character '{c}' expecting '}}'");
    malformed(located(text, at.saturating_sub(1), &detail))
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
}

/// How deep parentheses may nest.
const MAX_DEPTH: usize = 64;

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn take(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.next += usize::from(found);
        found
    }

    /// `a OR b`, which binds least.
    fn any(&mut self) -> Result<Expression, Refusal> {
        let mut any = vec![self.all()?];
        while self.take(&Token::Or) {
            any.push(self.all()?);
        }
        Ok(match any.pop() {
            Some(only) if any.is_empty() => only,
            Some(last) => {
                any.push(last);
                Expression::Any(any)
            }
            None => Expression::Any(any),
        })
    }

    /// `a AND b`, `a b`, `a AND NOT b`.
    fn all(&mut self) -> Result<Expression, Refusal> {
        let mut all = vec![self.one()?];
        loop {
            if self.take(&Token::AndNot) {
                let but = self.one()?;
                all = vec![Expression::But(Box::new(joined(all)), Box::new(but))];
            } else if self.take(&Token::And) || matches!(self.peek(), Some(Token::Open | Token::Phrase(_))) {
                all.push(self.one()?);
            } else {
                return Ok(joined(all));
            }
        }
    }

    fn one(&mut self) -> Result<Expression, Refusal> {
        if self.take(&Token::Open) {
            self.depth += 1;
            if self.depth > MAX_DEPTH {
                return Err(malformed("the search term nests too deeply"));
            }
            let inner = self.any()?;
            self.depth -= 1;
            if self.take(&Token::Close) {
                return Ok(inner);
            }
        } else if let Some(Token::Phrase(phrase)) = self.peek() {
            let phrase = phrase.clone();
            self.next += 1;
            return Ok(phrase);
        }
        Err(malformed("unexpected operator or parenthesis in the search term"))
    }
}

impl Expression {
    /// Whether every part that must be found is, and none that must not: `found` looks a phrase up.
    pub(crate) fn matches(&self, found: &impl Fn(&[Vec<Glyph>]) -> bool) -> bool {
        match self {
            Self::Phrase(words) => found(words),
            Self::All(all) => all.iter().all(|one| one.matches(found)),
            Self::Any(any) => any.iter().any(|one| one.matches(found)),
            Self::But(one, but) => one.matches(found) && !but.matches(found),
        }
    }

    /// The words that are looked for, without wildcards, by which results are ranked.
    pub(crate) fn words(&self) -> Vec<String> {
        match self {
            Self::Phrase(words) => words.iter().map(|word| literal(word)).collect(),
            Self::All(all) | Self::Any(all) => all.iter().flat_map(Self::words).collect(),
            Self::But(one, _) => one.words(),
        }
    }
}

/// The characters of a word that are not wildcards.
pub(crate) fn literal(word: &[Glyph]) -> String {
    let one = |glyph: &Glyph| match glyph {
        Glyph::One(c) => Some(*c),
        Glyph::AnyOne | Glyph::AnyRun => None,
    };
    word.iter().filter_map(one).collect()
}
