//! A statement as it was written, before anything is made of it.

use super::quoted::Quoted;
use super::{CategoryFilter, Column, GroupKind, Name, Path, Shift, Span, Value};
use crate::soql::{Comparison, Direction, Nulls};

/// A query.
#[derive(Debug)]
pub(super) struct Select<'q> {
    /// From SELECT on.
    pub(super) at: Span,
    /// Where DISTINCT stands.
    pub(super) distinct: Option<Span>,
    pub(super) items: Vec<Item<'q>>,
    /// At least one.
    pub(super) tables: Vec<Table<'q>>,
    pub(super) scope: Option<Name>,
    pub(super) condition: Option<Logic<'q>>,
    pub(super) categories: Vec<CategoryFilter>,
    pub(super) group_by: Vec<Term<'q>>,
    pub(super) group_kind: GroupKind,
    pub(super) having: Option<(Logic<'q>, Span)>,
    pub(super) order_by: Vec<Sort<'q>>,
    pub(super) limit: Option<(u32, Span)>,
    pub(super) offset: Option<(u32, Span)>,
}

/// Something of a select list.
#[derive(Debug)]
pub(super) enum Item<'q> {
    /// What needs no more reading: `*`, FIELDS, TYPEOF.
    Done(Column),
    /// `a.*`
    StarOf(Path),
    Term {
        term: Term<'q>,
        alias: Option<Name>,
    },
}

/// An object of FROM.
#[derive(Debug)]
pub(super) struct Table<'q> {
    pub(super) object: Path,
    pub(super) alias: Option<Name>,
    pub(super) join: Join,
    pub(super) on: Option<Logic<'q>>,
    pub(super) at: Span,
}

/// How an object of FROM is joined.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Join {
    /// It is the first, or stands after a comma.
    Listed,
    Inner,
    Left,
}

/// A sort key.
#[derive(Debug)]
pub(super) struct Sort<'q> {
    pub(super) term: Term<'q>,
    pub(super) direction: Direction,
    pub(super) nulls: Option<Nulls>,
}

/// Something that has a value.
#[derive(Debug)]
pub(super) enum Term<'q> {
    /// A name or several with dots between them; one that stands alone and unquoted may be a value.
    Path(Path),
    /// Something in quotes.
    Quoted(Quoted<'q>),
    /// A value that can be nothing else.
    Value(Value, Span),
    /// A distance in time.
    Interval(Shift, Span),
    /// The `*` of COUNT(*).
    Star(Span),
    /// `COUNT(*) OVER ()`: of all rows.
    Total(Span),
    /// A function.
    Call { name: Name, distinct: bool, arguments: Vec<Term<'q>>, at: Span },
    /// A sum or difference.
    Sum { left: Box<Term<'q>>, right: Box<Term<'q>>, minus: bool, at: Span },
    /// A query.
    Select(Box<Select<'q>>),
}

/// What holds or does not.
#[derive(Debug)]
pub(super) enum Logic<'q> {
    And(Vec<Logic<'q>>),
    Or(Vec<Logic<'q>>),
    Not(Box<Logic<'q>>),
    Compare {
        left: Term<'q>,
        op: Comparison,
        right: Term<'q>,
    },
    Like {
        left: Term<'q>,
        pattern: Term<'q>,
        escape: Option<char>,
    },
    Between {
        left: Term<'q>,
        /// The same once more, for the other end.
        again: Term<'q>,
        low: Term<'q>,
        high: Term<'q>,
        negated: bool,
    },
    In {
        left: Term<'q>,
        negated: bool,
        values: Vec<Term<'q>>,
        at: Span,
    },
    Includes {
        left: Term<'q>,
        negated: bool,
        values: Vec<Term<'q>>,
    },
    Exists(Box<Select<'q>>),
    /// Something that stands alone: a checkbox.
    Truth(Term<'q>),
}

impl Term<'_> {
    pub(super) fn at(&self) -> Span {
        match self {
            Self::Path(path) => path.at(),
            Self::Quoted(quoted) => quoted.at,
            Self::Value(_, at)
            | Self::Interval(_, at)
            | Self::Star(at)
            | Self::Total(at)
            | Self::Call { at, .. }
            | Self::Sum { at, .. } => *at,
            Self::Select(select) => select.at,
        }
    }

    /// Whether it is null.
    pub(super) fn is_null(&self) -> bool {
        match self {
            Self::Value(value, _) => *value == Value::Null,
            Self::Path(path) => path.is("null"),
            _ => false,
        }
    }
}
