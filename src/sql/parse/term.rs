//! What has a value: fields, values, functions, sums of days.

use super::super::refusal::{Fault, Reason};
use super::super::token::Kind;
use super::super::tree::Term;
use super::super::{Name, Path, Shift, Span, Value};
use super::{Parser, is_reserved};
use crate::soql::{Date, DateTime, Number};

/// Functions of a condition.
const CONDITIONAL: [&str; 5] = ["IF", "IIF", "DECODE", "NVL2", "CHOOSE"];

impl<'q> Parser<'q> {
    pub(super) fn term(&mut self) -> Result<Term<'q>, Fault> {
        let mut left = self.primary()?;
        loop {
            let at = self.here();
            let minus = self.is_mark(0, "-");
            if !minus && !self.is_mark(0, "+") {
                break;
            }
            self.next += 1;
            let right = self.primary()?;
            let at = left.at().to(at);
            left = Term::Sum { left: Box::new(left), right: Box::new(right), minus, at };
        }
        let is_arithmetic = self.is_mark(0, "/") || self.is_mark(0, "*");
        // `||` after a text or before one joins texts; else it is OR.
        if is_arithmetic || (self.is_mark(0, "||") && matches!(self.kind(1), Kind::Text(_))) {
            return Err(self.fault(Reason::Arithmetic));
        }
        Ok(left)
    }

    fn primary(&mut self) -> Result<Term<'q>, Fault> {
        let mut term = self.simple()?;
        // `x::date`
        while self.is_mark(0, "::") {
            self.next += 1;
            let to = self.type_name()?;
            let at = term.at().to(self.end_of_last());
            term = Term::Call { name: Name::new("CAST", at), distinct: false, arguments: vec![term, to], at };
        }
        Ok(term)
    }

    fn simple(&mut self) -> Result<Term<'q>, Fault> {
        let at = self.here();
        match self.peek() {
            Kind::Mark("-" | "+") if matches!(self.kind(1), Kind::Number(_)) => {
                let minus = self.is_mark(0, "-");
                self.next += 1;
                self.number(minus, at)
            }
            Kind::Number(_) => self.number(false, at),
            Kind::Date(text) => {
                self.next += 1;
                Ok(Term::Value(date(text, at)?, at))
            }
            Kind::Parameter(name) => {
                self.next += 1;
                Ok(Term::Value(Value::Parameter(name.to_owned()), at))
            }
            Kind::Text(quoted) if !self.is_mark(1, ".") => {
                self.next += 1;
                Ok(Term::Quoted(quoted))
            }
            Kind::Mark("(") if self.is(1, "SELECT") => {
                self.next += 1;
                let select = self.select()?;
                self.expect_mark(")", "a closing parenthesis")?;
                Ok(Term::Select(Box::new(select)))
            }
            Kind::Mark("(") => {
                self.next += 1;
                let inner = self.nested(Self::term)?;
                if self.is_mark(0, ",") {
                    return Err(self.fault(Reason::NoCondition));
                }
                self.expect_mark(")", "a closing parenthesis")?;
                Ok(inner)
            }
            Kind::Word(word) => self.word(word, at),
            Kind::Named(_) | Kind::Text(_) => Ok(Term::Path(self.path("a field")?)),
            _ => Err(self.expected("a field or a value")),
        }
    }

    fn number(&mut self, minus: bool, at: Span) -> Result<Term<'q>, Fault> {
        let Kind::Number(digits) = self.peek() else { return Err(self.expected("a number")) };
        let at = at.to(self.here());
        let text =
            format!("{}{}{digits}", if minus { "-" } else { "" }, if digits.starts_with('.') { "0" } else { "" });
        let number = Number::parse(&text).map_err(|error| Reason::Literal(error).at(at))?;
        self.next += 1;
        Ok(Term::Value(Value::Number(number), at))
    }

    /// A name, a function or a value that begins with a word.
    fn word(&mut self, word: &'q str, at: Span) -> Result<Term<'q>, Fault> {
        let is = |known: &str| word.eq_ignore_ascii_case(known);
        if is("CASE") && (self.is(1, "WHEN") || self.is(2, "WHEN")) {
            return Err(self.fault(Reason::Conditional));
        }
        if is("INTERVAL") && matches!(self.kind(1), Kind::Text(_) | Kind::Number(_)) {
            return self.interval();
        }
        if let Kind::Text(quoted) = self.kind(1)
            && quoted.quote == '\''
            && ["DATE", "TIMESTAMP", "DATETIME"].iter().any(|known| is(known))
        {
            self.next += 2;
            let at = at.to(quoted.at);
            return Ok(Term::Value(date(&quoted.text()?, at)?, at));
        }
        if let (true, Kind::Text(quoted)) = (is("TIME"), self.kind(1)) {
            self.next += 2;
            return Ok(Term::Quoted(quoted));
        }
        if self.is_mark(1, "(") {
            return self.call(word, at);
        }
        // `LAST_N_DAYS:30`
        if self.is_mark(1, ":")
            && let Kind::Number(n) = self.kind(2)
        {
            self.next += 3;
            let at = at.to(self.end_of_last());
            let name = Name::new(format!("{word}:{n}"), at);
            return Ok(Term::Path(name.into()));
        }
        let is_path = self.is_mark(1, ".");
        if is_reserved(word) && !is("NULL") && !is_path {
            return Err(self.expected("a field or a value"));
        }
        Ok(Term::Path(self.path("a field")?))
    }

    fn call(&mut self, word: &'q str, at: Span) -> Result<Term<'q>, Fault> {
        let is = |known: &str| word.eq_ignore_ascii_case(known);
        if CONDITIONAL.iter().any(|known| is(known)) {
            return Err(self.fault(Reason::Conditional));
        }
        self.next += 2;
        let distinct = self.is(0, "DISTINCT") && !self.is_mark(1, ")") && !self.is_mark(1, ",");
        self.next += usize::from(distinct);
        let arguments = self.nested(|parser| {
            if parser.is_mark(0, ")") {
                return Ok(Vec::new());
            }
            if is("EXTRACT") {
                let unit = parser.name("a part of a date")?;
                parser.expect("FROM", "FROM")?;
                return Ok(vec![Term::Path(unit.into()), parser.term()?]);
            }
            if is("CAST") {
                let inner = parser.term()?;
                parser.expect("AS", "AS and a type")?;
                return Ok(vec![inner, parser.type_name()?]);
            }
            parser.list(Self::argument)
        })?;
        self.expect_mark(")", "a comma or a closing parenthesis")?;
        let at = at.to(self.end_of_last());
        let counts_rows = word.eq_ignore_ascii_case("COUNT")
            && !distinct
            && matches!(arguments.as_slice(), [] | [Term::Star(_) | Term::Value(..)]);
        if counts_rows && self.is(0, "OVER") && self.is_mark(1, "(") && self.is_mark(2, ")") {
            self.next += 3;
            return Ok(Term::Total(at.to(self.end_of_last())));
        }
        if self.is(0, "OVER") || self.is(0, "WITHIN") && self.is(1, "GROUP") {
            return Err(self.fault(Reason::Window));
        }
        if self.is(0, "FILTER") && self.is_mark(1, "(") {
            return Err(self.fault(Reason::Conditional));
        }
        Ok(Term::Call { name: Name::new(word, at), distinct, arguments, at })
    }

    fn argument(&mut self) -> Result<Term<'q>, Fault> {
        let at = self.here();
        if self.take_mark("*") { Ok(Term::Star(at)) } else { self.term() }
    }

    /// The type of a cast, perhaps with its length.
    fn type_name(&mut self) -> Result<Term<'q>, Fault> {
        let name = self.name("a type")?;
        if self.take_mark("(") {
            self.list(Self::whole)?;
            self.expect_mark(")", "a closing parenthesis")?;
        }
        Ok(Term::Path(Path::from(name)))
    }

    /// `INTERVAL '30' DAY`, `INTERVAL '30 days'`, `INTERVAL 30 DAY`
    fn interval(&mut self) -> Result<Term<'q>, Fault> {
        let at = self.here();
        self.next += 1;
        let amount = match self.peek() {
            Kind::Text(quoted) => quoted.text()?,
            Kind::Number(digits) => digits.to_owned(),
            _ => return Err(self.fault(Reason::Interval)),
        };
        self.next += 1;
        let mut words: Vec<&str> = amount.split_whitespace().collect();
        if let ([_], Kind::Word(unit)) = (words.as_slice(), self.peek()) {
            words.push(unit);
            self.next += 1;
        }
        let at = at.to(self.end_of_last());
        match words.as_slice() {
            [count, unit] => count.parse().ok().and_then(|count| shift(count, unit)),
            _ => None,
        }
        .map(|shift| Term::Interval(shift, at))
        .ok_or_else(|| Reason::Interval.at(at))
    }
}

/// So many of a unit of time.
pub(in crate::sql) fn shift(count: i32, unit: &str) -> Option<Shift> {
    let unit = unit.to_ascii_lowercase();
    let unit = unit.strip_suffix('s').unwrap_or(&unit);
    let months = |each: i32| Some(Shift { months: count.checked_mul(each)?, ..Shift::default() });
    let days = |each: i32| Some(Shift { days: count.checked_mul(each)?, ..Shift::default() });
    let seconds = |each: i64| Some(Shift { seconds: i64::from(count).checked_mul(each)?, ..Shift::default() });
    match unit {
        "year" | "yy" | "yyyy" => months(12),
        "quarter" | "qq" => months(3),
        "month" | "mon" | "mm" => months(1),
        "week" | "wk" | "ww" => days(7),
        "day" | "dd" | "d" => days(1),
        "hour" | "hh" => seconds(3600),
        "minute" | "min" | "mi" => seconds(60),
        "second" | "sec" | "s" => seconds(1),
        _ => None,
    }
}

/// A day or a moment as text; a moment without a zone is a text, for only its field's type says what to make of it.
pub(in crate::sql) fn date(text: &str, at: Span) -> Result<Value, Fault> {
    if text.len() <= 10 {
        return Date::parse(text).map(Value::Date).map_err(|error| Reason::Literal(error).at(at));
    }
    match DateTime::parse(text) {
        Ok(moment) => Ok(Value::DateTime(moment)),
        Err(crate::soql::LiteralError::Zone(_)) => Ok(Value::Text(text.to_owned())),
        // With a blank between day and time, as SQL writes it.
        Err(error) => match text.split_once(' ') {
            Some((day, time)) if Date::parse(day).is_ok() => date(&format!("{day}T{}", time.trim()), at),
            _ => Err(Reason::Literal(error).at(at)),
        },
    }
}
