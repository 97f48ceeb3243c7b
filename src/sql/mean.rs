//! The tree of a statement → what it means in SOQL's terms.

mod call;
mod columns;
mod compare;
mod joins;
mod logic;
mod semi_join;
mod side;
mod tables;
mod term;
mod today;
mod unit;

use self::columns::Selected;
use self::tables::Tables;
use super::refusal::{Fault, Reason};
use super::tree::{Logic, Select};
use super::{Aggregate, Column, Condition, Expression, Name, Note, Query, Span, Statement, parse};

/// Notes of one statement; more would say nothing.
const MAX_NOTES: usize = 30;

impl Statement {
    /// Reads a text.
    ///
    /// # Errors
    ///
    /// Why the text is no statement that only reads and that SOQL can say, and where.
    pub fn parse(text: &str) -> Result<Self, super::Refusal> {
        let read = || {
            let (select, notes) = parse::select(text)?;
            let mut meaning = Meaning { notes, semi_joins: 0 };
            let query = meaning.query(select, None)?;
            Ok(Self { query, notes: meaning.notes })
        };
        read().map_err(|fault: Fault| fault.in_text(text))
    }
}

/// What is known while a statement is read.
struct Meaning {
    notes: Vec<Note>,
    /// Semi-joins so far.
    semi_joins: usize,
}

/// Where something stands.
#[derive(Clone, Copy)]
struct Place<'t> {
    tables: &'t Tables<'t>,
    clause: Clause,
    /// Whether everything here must hold, so that a semi-join may stand here.
    joins: bool,
    /// The columns, which HAVING may call by their names.
    selected: &'t Selected,
}

/// A clause, by what it allows.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Clause {
    Select,
    Where,
    GroupBy,
    Having,
    OrderBy,
}

impl Meaning {
    fn note(&mut self, note: Note) {
        if self.notes.len() < MAX_NOTES && !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    fn query(&mut self, mut select: Select<'_>, outer: Option<&Tables<'_>>) -> Result<Query, Fault> {
        let mut conjuncts = conjuncts(select.condition.take());
        let mut joined = self.joined(std::mem::take(&mut select.tables), &mut conjuncts, outer)?;
        joined.tables.of_children();
        let nothing = Selected::default();
        let place = Place { tables: &joined.tables, clause: Clause::Where, joins: true, selected: &nothing };
        conjuncts.extend(joined.conditions);
        let mut conditions = Vec::new();
        for conjunct in conjuncts {
            conditions.extend(self.logic(conjunct, place)?);
        }
        conditions.extend(joined.anti_joins);
        // The farther ones first, for they imply those on the way.
        for lookup in joined.required.into_iter().rev() {
            self.require(lookup, &mut conditions);
        }
        let grouped = self.grouped(&mut select, &joined.tables)?;
        let having = match select.having.take() {
            None => None,
            Some((_, at)) if grouped.group_by.is_none() => return Err(Reason::Having.at(at)),
            Some((having, _)) => {
                let selected = &grouped.selected;
                let place = Place { clause: Clause::Having, joins: false, selected, ..place };
                let having = Condition::all(self.logic(having, place)?);
                let keys = grouped.group_by.as_ref().map_or(&[][..], |group_by| &group_by.keys);
                having.iter().try_for_each(|having| columns::check_having(having, keys))?;
                having
            }
        };
        let mut query = Query {
            select: grouped.columns,
            from: joined.root,
            scope: select.scope.take(),
            condition: Condition::all(conditions),
            categories: std::mem::take(&mut select.categories),
            group_by: grouped.group_by,
            having,
            order_by: grouped.order_by,
            limit: select.limit.map(|(rows, _)| rows),
            offset: select.offset.map(|(rows, _)| rows),
        };
        self.one_row(&mut query, &select)?;
        Ok(query)
    }

    /// Numbers of all records are one row, which has no order and is not cut; `COUNT()` alone counts no further than a
    /// LIMIT.
    fn one_row(&mut self, query: &mut Query, select: &Select<'_>) -> Result<(), Fault> {
        if query.group_by.is_some() || !query.is_aggregate() {
            return Ok(());
        }
        if !query.order_by.is_empty() {
            query.order_by.clear();
            self.note(Note::ClauseDropped("ORDER BY"));
        }
        let counts =
            matches!(query.select.as_slice(), [Column::Expression { expression: Expression::CountRows(_), .. }]);
        if counts {
            return Ok(());
        }
        if let Some((rows, at)) = select.limit {
            if rows == 0 {
                return Err(Reason::Never.at(at));
            }
            query.limit = None;
            self.note(Note::ClauseDropped("LIMIT"));
        }
        if let Some((rows, at)) = select.offset {
            if rows > 0 {
                return Err(Reason::Never.at(at));
            }
            query.offset = None;
        }
        Ok(())
    }
}

/// What must all hold.
fn conjuncts(logic: Option<Logic<'_>>) -> Vec<Logic<'_>> {
    match logic {
        None => Vec::new(),
        Some(Logic::And(parts)) => parts.into_iter().flat_map(|part| conjuncts(Some(part))).collect(),
        Some(other) => vec![other],
    }
}

/// `COUNT(Id)`, the number of records where others stand beside it.
fn count_of_ids(at: Span) -> Expression {
    Expression::Aggregate { function: Aggregate::Count, field: Name::new("Id", at).into() }
}
