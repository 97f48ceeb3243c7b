//! Conditions: OR binds weakest, then AND, then NOT, as in SQL.

use super::super::refusal::{Fault, Reason};
use super::super::token::Kind;
use super::super::tree::{Logic, Term};
use super::super::{Name, Note, Span, Value};
use super::Parser;
use crate::soql::Comparison;

/// Words of comparisons that SOQL has nothing like.
const REGEX: [&str; 5] = ["SIMILAR", "REGEXP", "RLIKE", "GLOB", "MATCHES"];

/// Words between a field and a text, and the function that says the same.
const MATCHES: [(&[&str], &str); 8] = [
    (&["CONTAINS"], "CONTAINS"),
    (&["STARTS", "WITH"], "STARTS_WITH"),
    (&["STARTS_WITH"], "STARTS_WITH"),
    (&["STARTSWITH"], "STARTS_WITH"),
    (&["BEGINS", "WITH"], "STARTS_WITH"),
    (&["ENDS", "WITH"], "ENDS_WITH"),
    (&["ENDS_WITH"], "ENDS_WITH"),
    (&["ENDSWITH"], "ENDS_WITH"),
];

/// Words and signs of what is compared with two ends: more than a function of a path has.
const MAX_TWICE: usize = 32;

impl<'q> Parser<'q> {
    pub(super) fn condition(&mut self) -> Result<Logic<'q>, Fault> {
        let (first, mut is_mixed) = self.all()?;
        let mut any = vec![first];
        while self.take("OR") || self.take_mark("||") {
            let (next, is_all) = self.all()?;
            is_mixed |= is_all;
            any.push(next);
        }
        if any.len() > 1 {
            if is_mixed {
                self.note(Note::Precedence);
            }
            return Ok(Logic::Or(any));
        }
        any.pop().ok_or_else(|| self.fault(Reason::NoCondition))
    }

    /// Conditions with AND between them, and whether there is an AND.
    fn all(&mut self) -> Result<(Logic<'q>, bool), Fault> {
        let mut all = vec![self.one()?];
        while self.take("AND") || self.take_mark("&&") {
            all.push(self.one()?);
        }
        let is_all = all.len() > 1;
        if is_all {
            return Ok((Logic::And(all), true));
        }
        all.pop().map(|only| (only, false)).ok_or_else(|| self.fault(Reason::NoCondition))
    }

    fn one(&mut self) -> Result<Logic<'q>, Fault> {
        if self.take("NOT") || self.take_mark("!") {
            return self.nested(|parser| Ok(Logic::Not(Box::new(parser.one()?))));
        }
        if self.is(0, "EXISTS") && self.is_mark(1, "(") {
            self.next += 2;
            let select = self.select()?;
            self.expect_mark(")", "a closing parenthesis")?;
            return Ok(Logic::Exists(Box::new(select)));
        }
        if self.is_mark(0, "(") && !self.is(1, "SELECT") {
            self.next += 1;
            let start = self.next;
            let inner = self.nested(Self::condition)?;
            self.expect_mark(")", "a closing parenthesis, AND or OR")?;
            return match inner {
                // The parentheses were round a field.
                Logic::Truth(term) => self.rest_of(term, start),
                other => Ok(other),
            };
        }
        let start = self.next;
        let left = self.term()?;
        self.rest_of(left, start)
    }

    /// What follows the left side, which begins at this token.
    fn rest_of(&mut self, left: Term<'q>, start: usize) -> Result<Logic<'q>, Fault> {
        if let Some(op) = self.comparison() {
            if self.is_one_of(&["ANY", "ALL", "SOME"]) && self.is_mark(1, "(") {
                return Err(self.fault(Reason::Scalar));
            }
            return Ok(Logic::Compare { left, op, right: self.term()? });
        }
        let at = self.here();
        if self.take("IS") {
            return self.is_something(left);
        }
        let negated = self.take("NOT");
        if self.take("LIKE") || self.take("ILIKE") {
            let pattern = self.term()?;
            let escape = if self.take("ESCAPE") { Some(self.escape()?) } else { None };
            let like = Logic::Like { left, pattern, escape };
            return Ok(if negated { Logic::Not(Box::new(like)) } else { like });
        }
        let after = self.next;
        if self.take("BETWEEN") {
            // It is read once more, and so is what stands inside of it.
            if after - start > MAX_TWICE {
                return Err(Reason::Size.at(at));
            }
            let low = self.term()?;
            self.expect("AND", "AND and the upper end")?;
            let high = self.term()?;
            let end = std::mem::replace(&mut self.next, start);
            let again = self.term()?;
            self.next = end;
            return Ok(Logic::Between { left, again, low, high, negated });
        }
        if self.take("IN") {
            return Ok(Logic::In { left, negated, values: self.values()?, at });
        }
        for (word, excludes) in [("INCLUDES", false), ("EXCLUDES", true)] {
            if self.take(word) {
                return Ok(Logic::Includes { left, negated: negated != excludes, values: self.values()? });
            }
        }
        if let Some((_, function)) = MATCHES.iter().find(|(words, _)| self.take_all(words)) {
            let said =
                Term::Call { name: Name::new(*function, at), distinct: false, arguments: vec![left, self.term()?], at };
            let matches = Logic::Truth(said);
            return Ok(if negated { Logic::Not(Box::new(matches)) } else { matches });
        }
        if self.is_one_of(&REGEX) {
            return Err(self.fault(Reason::Regex));
        }
        if negated { Err(self.expected("LIKE, IN or BETWEEN")) } else { Ok(Logic::Truth(left)) }
    }

    fn comparison(&mut self) -> Option<Comparison> {
        let Kind::Mark(mark) = self.peek() else { return None };
        let op = match mark {
            "=" | "==" => Comparison::Eq,
            "!=" | "<>" => Comparison::Ne,
            "<" => Comparison::Lt,
            "<=" => Comparison::Le,
            ">" => Comparison::Gt,
            ">=" => Comparison::Ge,
            _ => return None,
        };
        self.next += 1;
        Some(op)
    }

    /// `IS [NOT] NULL`, `IS [NOT] TRUE`, `IS NOT DISTINCT FROM …`
    fn is_something(&mut self, left: Term<'q>) -> Result<Logic<'q>, Fault> {
        let op = if self.take("NOT") { Comparison::Ne } else { Comparison::Eq };
        let at = self.here();
        let words = [("NULL", Value::Null), ("TRUE", Value::Boolean(true)), ("FALSE", Value::Boolean(false))];
        let found = words.into_iter().find(|(word, _)| self.take(word)).map(|(_, value)| value);
        let value = match found {
            Some(value) => value,
            None if self.take("EMPTY") || self.take("BLANK") => Value::Null,
            None => return Err(self.expected("NULL, NOT NULL, TRUE or FALSE")),
        };
        Ok(Logic::Compare { left, op, right: Term::Value(value, at) })
    }

    fn escape(&mut self) -> Result<char, Fault> {
        let Kind::Text(quoted) = self.peek() else { return Err(self.expected("one character in quotes")) };
        let mut characters = quoted.raw.chars();
        let escape = characters.next().ok_or_else(|| self.expected("one character in quotes"))?;
        let rest = characters.as_str();
        // A backslash may stand doubled.
        if !(rest.is_empty() || escape == '\\' && rest == "\\") {
            return Err(self.expected("one character in quotes"));
        }
        self.next += 1;
        Ok(escape)
    }

    /// Values in parentheses, or the query that selects them, or a parameter that holds several.
    fn values(&mut self) -> Result<Vec<Term<'q>>, Fault> {
        let at = self.here();
        if let Kind::Parameter(name) = self.peek() {
            self.next += 1;
            return Ok(vec![Term::Value(Value::Parameter(name.to_owned()), at)]);
        }
        self.expect_mark("(", "an opening parenthesis")?;
        if self.is(0, "SELECT") {
            let select = self.select()?;
            self.expect_mark(")", "a closing parenthesis")?;
            return Ok(vec![Term::Select(Box::new(select))]);
        }
        if self.is_mark(0, ")") {
            return Err(Reason::EmptyList.at(Span { start: at.start, end: self.here().end }));
        }
        let values = self.nested(|parser| parser.list(Self::term))?;
        self.expect_mark(")", "a comma or a closing parenthesis")?;
        Ok(values)
    }
}
