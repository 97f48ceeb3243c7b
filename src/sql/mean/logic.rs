//! What must hold, and what of it SOQL says in other words.

use super::super::refusal::{Fault, Reason};
use super::super::tree::{Item, Logic, Term};
use super::super::{Condition, Expression, Literal, Match, Note, Path, Span, Value};
use super::compare::{Held, valued};
use super::side::Side;
use super::{Meaning, Place};
use crate::soql::{Comparison, LiteralError, Pattern};

type MakePattern = fn(&str) -> Result<Pattern, LiteralError>;

/// Functions that say of a text what LIKE says.
const MATCHES: [(&str, MakePattern); 7] = [
    ("CONTAINS", Pattern::contains),
    ("STARTS_WITH", Pattern::starts_with),
    ("STARTSWITH", Pattern::starts_with),
    ("BEGINS", Pattern::starts_with),
    ("BEGINS_WITH", Pattern::starts_with),
    ("ENDS_WITH", Pattern::ends_with),
    ("ENDSWITH", Pattern::ends_with),
];

impl Meaning {
    /// The condition; nothing if it always holds.
    pub(super) fn logic(&mut self, logic: Logic<'_>, place: Place<'_>) -> Result<Option<Condition>, Fault> {
        match self.held(logic, place)? {
            Held::Always => Ok(None),
            Held::If(condition) => Ok(Some(condition)),
        }
    }

    fn held(&mut self, logic: Logic<'_>, place: Place<'_>) -> Result<Held, Fault> {
        let inner = Place { joins: false, ..place };
        match logic {
            Logic::And(parts) => {
                let parts = parts.into_iter().filter_map(|part| self.logic(part, place).transpose());
                let all = Condition::all(parts.collect::<Result<Vec<_>, _>>()?);
                Ok(all.map_or(Held::Always, Held::If))
            }
            Logic::Or(parts) => {
                let mut any = Vec::new();
                let mut is_always = false;
                for part in parts {
                    match self.held(part, inner)? {
                        Held::Always => is_always = true,
                        Held::If(condition) => any.push(condition),
                    }
                }
                Ok(Condition::any(any).filter(|_| !is_always).map_or(Held::Always, Held::If))
            }
            Logic::Not(negated) => self.negated(*negated, place),
            Logic::Compare { left, op, right: Term::Select(query) }
                if matches!(op, Comparison::Eq | Comparison::Ne) =>
            {
                // One value, if the query selects a field and has one row: then it is among the rows.
                if !matches!(query.items.as_slice(), [Item::Term { term: Term::Path(_), .. }]) {
                    return Err(Reason::Scalar.at(query.at));
                }
                let negated = op == Comparison::Ne;
                query.tables.iter().for_each(|table| self.note_semi_join(&table.object, negated));
                self.in_select(left, negated, *query, place).map(Held::If)
            }
            Logic::Compare { left, op, right } => self.compare(left, op, right, place),
            Logic::Like { left, pattern, escape } => self.like(left, pattern, escape, place).map(Held::If),
            Logic::Between { left, again, low, high, negated } => {
                let (from, to) =
                    if negated { (Comparison::Lt, Comparison::Gt) } else { (Comparison::Ge, Comparison::Le) };
                let ends = [self.compare(left, from, low, inner)?, self.compare(again, to, high, inner)?];
                let ends = ends.into_iter().filter_map(|end| match end {
                    Held::Always => None,
                    Held::If(condition) => Some(condition),
                });
                let both = if negated { Condition::any(ends) } else { Condition::all(ends) };
                Ok(both.map_or(Held::Always, Held::If))
            }
            Logic::In { left, negated, values, at } => self.in_list(left, negated, values, at, place).map(Held::If),
            Logic::Includes { left, negated, values } => {
                let field = self.field(left, inner)?;
                let values = self.values(values, inner)?;
                Ok(Held::If(Condition::Includes { field, negated, values }))
            }
            Logic::Exists(query) => self.exists(*query, false, place).map(Held::If),
            Logic::Truth(term) => self.truth(term, true, inner),
        }
    }

    fn negated(&mut self, logic: Logic<'_>, place: Place<'_>) -> Result<Held, Fault> {
        match logic {
            Logic::Not(inner) => self.held(*inner, place),
            Logic::Exists(query) => self.exists(*query, true, place).map(Held::If),
            Logic::Truth(term) => self.truth(term, false, Place { joins: false, ..place }),
            Logic::In { left, negated, values, at } if matches!(values.as_slice(), [Term::Select(_)]) => {
                self.in_list(left, !negated, values, at, place).map(Held::If)
            }
            other => match self.held(other, Place { joins: false, ..place })? {
                Held::Always => Err(Reason::Never.at(Span::default())),
                Held::If(Condition::Not(inner)) => Ok(Held::If(*inner)),
                Held::If(condition) => Ok(Held::If(Condition::Not(Box::new(condition)))),
            },
        }
    }

    /// A term that stands alone: a checkbox, or a function that says whether.
    fn truth(&mut self, term: Term<'_>, holds: bool, place: Place<'_>) -> Result<Held, Fault> {
        let at = term.at();
        let term = match self.said(term, at, place)? {
            Ok(condition) if holds => return Ok(Held::If(condition)),
            Ok(condition) => return Ok(Held::If(Condition::Not(Box::new(condition)))),
            Err(term) => term,
        };
        match self.side(term, place)? {
            Side::Is(left @ Expression::Field(_)) => {
                Ok(Held::If(valued(left, Comparison::Eq, Value::Boolean(holds), at)?))
            }
            Side::Value(Value::Boolean(value)) if value == holds => Ok(Held::Always),
            Side::Value(Value::Boolean(_)) => Err(Reason::Never.at(at)),
            _ => Err(Reason::NoCondition.at(at)),
        }
    }

    /// `CONTAINS(Name, 'x')`, `ISNULL(Name)` and their like; any other term comes back.
    fn said<'q>(&mut self, term: Term<'q>, at: Span, place: Place<'_>) -> Result<Result<Condition, Term<'q>>, Fault> {
        let Term::Call { name, distinct, mut arguments, at: of } = term else { return Ok(Err(term)) };
        let is = |known: &str| known.eq_ignore_ascii_case(&name.text);
        let pattern = MATCHES.iter().find(|(known, _)| is(known));
        if let (Some((_, pattern)), [_, Term::Quoted(text)]) = (pattern, arguments.as_slice()) {
            let at = text.at;
            let pattern = pattern(&text.text()?).map_err(|error| Reason::Literal(error).at(at))?;
            let left = Expression::Field(self.field(arguments.swap_remove(0), place)?);
            return Ok(Ok(Condition::Like { left, pattern: Match::Pattern(pattern, at) }));
        }
        if let [_] = arguments.as_slice()
            && ["ISNULL", "ISBLANK", "ISEMPTY"].into_iter().any(is)
        {
            let left = Expression::Field(self.field(arguments.swap_remove(0), place)?);
            return valued(left, Comparison::Eq, Value::Null, at).map(Ok);
        }
        Ok(Err(Term::Call { name, distinct, arguments, at: of }))
    }

    fn like(
        &mut self,
        left: Term<'_>,
        pattern: Term<'_>,
        escape: Option<char>,
        place: Place<'_>,
    ) -> Result<Condition, Fault> {
        let at = pattern.at();
        let pattern = match pattern {
            Term::Quoted(quoted) => match escape.filter(|escape| *escape != '\\') {
                None => Match::Pattern(quoted.pattern()?, at),
                Some(escape) => {
                    let pattern = Pattern::parse(&escaped(&quoted.text()?, escape));
                    Match::Pattern(pattern.map_err(|error| Reason::Literal(error).at(at))?, at)
                }
            },
            Term::Value(Value::Parameter(name), _) => Match::Parameter(name, at),
            // LOWER(Name) LIKE LOWER('acme%')
            Term::Call { name, arguments, .. } if name.is("LOWER") || name.is("UPPER") => match arguments.as_slice() {
                [Term::Quoted(quoted)] => Match::Pattern(quoted.pattern()?, at),
                _ => return Err(Reason::Pattern.at(at)),
            },
            _ => return Err(Reason::Pattern.at(at)),
        };
        Ok(Condition::Like { left: self.left(left, place)?, pattern })
    }

    /// The left side of what takes no value there.
    pub(super) fn left(&mut self, left: Term<'_>, place: Place<'_>) -> Result<Expression, Fault> {
        let at = left.at();
        match left {
            Term::Quoted(quoted) => Ok(Expression::Field(place.tables.path(quoted.label()?.into())?)),
            other => self.side(other, place)?.expression(at),
        }
    }

    fn in_list(
        &mut self,
        left: Term<'_>,
        negated: bool,
        mut values: Vec<Term<'_>>,
        at: Span,
        place: Place<'_>,
    ) -> Result<Condition, Fault> {
        if let [Term::Select(_)] = values.as_slice()
            && let Some(Term::Select(query)) = values.pop()
        {
            return self.in_select(left, negated, *query, place);
        }
        let left = self.left(left, place)?;
        let values = self.values(values, place)?;
        if values.is_empty() {
            return Err(Reason::EmptyList.at(at));
        }
        Ok(Condition::In { left, negated, values })
    }

    fn values(&mut self, values: Vec<Term<'_>>, place: Place<'_>) -> Result<Vec<Literal>, Fault> {
        let mut literals = Vec::with_capacity(values.len());
        for term in values {
            let at = term.at();
            let value = match self.side(term, place)?.value(at)? {
                Value::Day(shift) => super::today::day(Comparison::Eq, shift).1,
                value => value,
            };
            literals.push(Literal { value, at });
        }
        Ok(literals)
    }

    pub(super) fn count_semi_join(&mut self, at: Span) -> Result<(), Fault> {
        self.semi_joins += 1;
        if self.semi_joins > super::super::refusal::MAX_SEMI_JOINS { Err(Reason::SemiJoins.at(at)) } else { Ok(()) }
    }

    pub(super) fn note_semi_join(&mut self, from: &Path, negated: bool) {
        let object = from.clone();
        self.note(if negated { Note::AntiJoined(object) } else { Note::SemiJoined(object) });
    }
}

/// A pattern with another escape than the backslash, in which that is nothing special.
fn escaped(pattern: &str, escape: char) -> String {
    let mut escaped = String::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        let literal = if character == escape { characters.next() } else { None };
        match literal.or(Some(character).filter(|character| *character == '\\')) {
            Some(literal) => {
                if matches!(literal, '%' | '_' | '\\') {
                    escaped.push('\\');
                }
                escaped.push(literal);
            }
            None => escaped.push(character),
        }
    }
    escaped
}
