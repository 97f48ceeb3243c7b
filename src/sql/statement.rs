//! What a statement means, in SOQL's terms.

use super::{Literal, Name, Note, Path, Span, Value};
use crate::soql::{Comparison, Direction, Nulls, Number, Pattern};

/// A query that only reads, and what was changed to say it in SOQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The query.
    pub query: Query,
    /// What was changed beyond spelling, in the order it came up; nothing twice.
    pub notes: Vec<Note>,
}

/// A query, or one of the children of each of its records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// What is selected, at least one thing.
    pub select: Vec<Column>,
    /// The object; of children, the relationship, which may begin with the parent's name.
    pub from: Path,
    /// Whose records.
    pub scope: Option<Name>,
    /// Which records.
    pub condition: Option<Condition>,
    /// Of which data categories: of all of them.
    pub categories: Vec<CategoryFilter>,
    /// By what records are grouped.
    pub group_by: Option<Grouping>,
    /// Which groups.
    pub having: Option<Condition>,
    /// Sort keys, first the strongest.
    pub order_by: Vec<Order>,
    /// Most records or groups.
    pub limit: Option<u32>,
    /// Records to skip.
    pub offset: Option<u32>,
}

/// Something of a select list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// `*`, or no list at all: what is usually worth seeing.
    Usual(Span),
    /// `FIELDS(…)`
    Fields(FieldSet, Span),
    /// A field, or what is computed of it.
    Expression {
        /// What.
        expression: Expression,
        /// What it is to be called. Fields of records keep their own names.
        alias: Option<Name>,
    },
    /// `COUNT(*) OVER ()`: how many records match in all.
    Total(Span),
    /// Records that belong to each record.
    Children(Box<Query>),
    /// `TYPEOF`: fields by what a lookup with several targets points to.
    TypeOf {
        /// The relationship.
        relationship: Name,
        /// What to read of which object.
        branches: Vec<Branch>,
        /// What to read of all others.
        otherwise: Vec<Path>,
    },
}

/// What to read where a lookup points to this object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// The object.
    pub object: Name,
    /// Its fields.
    pub fields: Vec<Path>,
}

/// What `FIELDS()` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldSet {
    /// Every field.
    All,
    /// The org's own.
    Custom,
    /// Salesforce's own.
    Standard,
}

/// A field, or what is computed of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// A field.
    Field(Path),
    /// The number of records: `COUNT()`.
    CountRows(Span),
    /// A number of many records, or their smallest or largest value.
    Aggregate {
        /// Which.
        function: Aggregate,
        /// Of which field.
        field: Path,
    },
    /// A number of the time between two moments of many records: their mean, sum, smallest or largest.
    Elapsed {
        /// Which.
        function: Aggregate,
        /// When it begins.
        from: Moment,
        /// When it ends.
        to: Moment,
        /// Whether in hours, and not in days.
        in_hours: bool,
        /// Where it stands.
        at: Span,
    },
    /// A part of a date.
    Date {
        /// Which.
        part: DatePart,
        /// Of which field.
        field: Path,
        /// Whether `convertTimezone` stands round the field.
        zoned: bool,
    },
    /// `toLabel`: a picklist value in the user's language.
    Label(Path),
    /// `convertCurrency`: an amount in the user's currency.
    Converted(Path),
    /// `FORMAT`: a value as the user would see it.
    Formatted(Box<Expression>),
    /// `GROUPING`: whether a row is the subtotal over this field.
    IsSubtotal(Path),
    /// `DISTANCE` of a location from a point.
    Distance {
        /// The location.
        field: Path,
        /// Degrees north.
        latitude: Number,
        /// Degrees east.
        longitude: Number,
        /// Whether in miles, and not in kilometres.
        in_miles: bool,
    },
}

/// When a time begins or ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moment {
    /// At what a field says.
    Field(Path),
    /// On the day of it.
    Day(Path),
    /// Now.
    Now,
    /// Today.
    Today,
}

/// A function of many records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregate {
    /// Records that have a value.
    Count,
    /// Different values.
    CountDistinct,
    /// The sum.
    Sum,
    /// The mean.
    Average,
    /// The smallest.
    Min,
    /// The largest.
    Max,
}

/// A part of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatePart {
    /// `CALENDAR_MONTH`
    CalendarMonth,
    /// `CALENDAR_QUARTER`
    CalendarQuarter,
    /// `CALENDAR_YEAR`
    CalendarYear,
    /// `DAY_IN_MONTH`
    DayInMonth,
    /// `DAY_IN_WEEK`: 1 for Sunday.
    DayInWeek,
    /// `DAY_IN_YEAR`
    DayInYear,
    /// `DAY_ONLY`: the day of a moment.
    DayOnly,
    /// `FISCAL_MONTH`
    FiscalMonth,
    /// `FISCAL_QUARTER`
    FiscalQuarter,
    /// `FISCAL_YEAR`
    FiscalYear,
    /// `HOUR_IN_DAY`
    HourInDay,
    /// `WEEK_IN_MONTH`
    WeekInMonth,
    /// `WEEK_IN_YEAR`: 1 for the first seven days.
    WeekInYear,
}

/// What must hold of a record or of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// All of these, at least two.
    All(Vec<Condition>),
    /// At least one of these, of at least two.
    Any(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// A comparison. Null knows only equal and not equal.
    Compare {
        /// The left side.
        left: Expression,
        /// How the sides relate.
        op: Comparison,
        /// The right side.
        value: Literal,
    },
    /// The text matches a pattern, in any case.
    Like {
        /// The left side.
        left: Expression,
        /// The pattern.
        pattern: Match,
    },
    /// One of these values, or none of them.
    In {
        /// The left side.
        left: Expression,
        /// Whether none of them.
        negated: bool,
        /// The values, at least one.
        values: Vec<Literal>,
    },
    /// A multi-select picklist with all values of `"A;B"` selected, for one of the texts; or for none of them.
    Includes {
        /// The field.
        field: Path,
        /// Whether for none of them.
        negated: bool,
        /// The texts, at least one.
        values: Vec<Literal>,
    },
    /// A field that points to one of the records of another query, or to none of them. Only where all must hold, and
    /// at most twice.
    InSelect {
        /// The field.
        field: Path,
        /// Whether to none of them.
        negated: bool,
        /// The other query.
        query: Box<SemiJoin>,
    },
}

/// What a text is matched with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// A pattern.
    Pattern(Pattern, Span),
    /// What the caller gives under this name.
    Parameter(String, Span),
}

/// The query of a semi-join: of one field, in no order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SemiJoin {
    /// The field.
    pub select: Path,
    /// The object.
    pub from: Path,
    /// Which of its records; in it are no further semi-joins.
    pub condition: Option<Condition>,
}

/// `GROUP BY`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grouping {
    /// What the records of a group have in common, at least one thing.
    pub keys: Vec<Expression>,
    /// Which subtotals come with it.
    pub kind: GroupKind,
}

/// Which subtotals come with groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupKind {
    /// None.
    Plain,
    /// Of each key within those before it, and the total.
    Rollup,
    /// Of every combination of keys.
    Cube,
}

/// A sort key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// By what.
    pub by: Expression,
    /// Which end comes first.
    pub direction: Direction,
    /// Where what has no value comes, if that is said.
    pub nulls: Option<Nulls>,
}

/// `WITH DATA CATEGORY`: articles in one of these categories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryFilter {
    /// The group of categories.
    pub group: Name,
    /// `AT`, `ABOVE`, `BELOW` or `ABOVE_OR_BELOW`.
    pub selector: &'static str,
    /// The categories, at least one.
    pub categories: Vec<Name>,
}

impl Expression {
    /// The field it is about.
    pub fn field(&self) -> Option<&Path> {
        match self {
            Self::Field(field)
            | Self::Aggregate { field, .. }
            | Self::Date { field, .. }
            | Self::Label(field)
            | Self::Converted(field)
            | Self::IsSubtotal(field)
            | Self::Distance { field, .. } => Some(field),
            Self::Formatted(inner) => inner.field(),
            Self::CountRows(_) | Self::Elapsed { .. } => None,
        }
    }

    /// Where it stands.
    pub fn at(&self) -> Span {
        match self {
            Self::CountRows(at) | Self::Elapsed { at, .. } => *at,
            other => other.field().map(Path::at).unwrap_or_default(),
        }
    }

    /// Whether it is computed of many records.
    pub fn is_aggregate(&self) -> bool {
        match self {
            Self::CountRows(_) | Self::Aggregate { .. } | Self::Elapsed { .. } | Self::IsSubtotal(_) => true,
            Self::Formatted(inner) => inner.is_aggregate(),
            _ => false,
        }
    }
}

impl Query {
    /// Goes through the names of its parameters, those of child queries and subqueries too.
    pub fn parameters<'q>(&'q self, each: &mut dyn FnMut(&'q str)) {
        self.condition.iter().chain(&self.having).for_each(|condition| condition.parameters(each));
        for column in &self.select {
            if let Column::Children(children) = column {
                children.parameters(each);
            }
        }
    }

    /// Whether it returns numbers instead of records.
    pub fn is_aggregate(&self) -> bool {
        let computes =
            |column: &Column| matches!(column, Column::Expression { expression, .. } if expression.is_aggregate());
        self.group_by.is_some() || self.select.iter().any(computes)
    }
}

impl Condition {
    /// All of them; nothing if there are none. The parts of one that asks for all become parts of this one.
    pub(super) fn all(conditions: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut all = Vec::new();
        for condition in conditions {
            match condition {
                Self::All(parts) => all.extend(parts),
                other => all.push(other),
            }
        }
        if all.len() > 1 { Some(Self::All(all)) } else { all.pop() }
    }

    /// At least one of them; nothing if there are none.
    pub(super) fn any(conditions: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut any = Vec::new();
        for condition in conditions {
            match condition {
                Self::Any(parts) => any.extend(parts),
                other => any.push(other),
            }
        }
        if any.len() > 1 { Some(Self::Any(any)) } else { any.pop() }
    }

    /// Goes through the names of its parameters, those of subqueries too.
    fn parameters<'q>(&'q self, each: &mut dyn FnMut(&'q str)) {
        let mut name = |literal: &'q Literal| {
            if let Value::Parameter(name) = &literal.value {
                each(name);
            }
        };
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.parameters(each)),
            Self::Not(inner) => inner.parameters(each),
            Self::Compare { value, .. } => name(value),
            Self::In { values, .. } | Self::Includes { values, .. } => values.iter().for_each(name),
            Self::InSelect { query, .. } => query.condition.iter().for_each(|condition| condition.parameters(each)),
            Self::Like { pattern: Match::Parameter(name, _), .. } => each(name),
            Self::Like { .. } => {}
        }
    }
}
