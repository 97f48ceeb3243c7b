//! Conditions of a WHERE clause as a tree.

use super::{FieldPath, Literal, ObjectName, Pattern, Text};

/// What must hold of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// A comparison with one value. `null` and booleans know only `Eq` and `Ne`.
    Compare {
        /// The left side.
        operand: Operand,
        /// How the sides relate.
        op: Comparison,
        /// The right side.
        value: Literal,
    },
    /// The text of a field matches a pattern, in any case.
    Like {
        /// The field.
        field: FieldPath,
        /// The pattern.
        pattern: Pattern,
    },
    /// A field has one of some values, or none of them.
    In {
        /// The field.
        field: FieldPath,
        /// Whether it must have none of the values.
        negated: bool,
        /// The values.
        values: List<Literal>,
    },
    /// A multi-select picklist has all values of `"A;B"` selected, for at least one of the texts.
    Includes {
        /// The field.
        field: FieldPath,
        /// The values, or values joined by semicolons.
        values: List<Text>,
    },
    /// A multi-select picklist does so for none of the texts.
    Excludes {
        /// The field.
        field: FieldPath,
        /// The values, or values joined by semicolons.
        values: List<Text>,
    },
    /// An id field points to one of the records of another query, or to none of them.
    InSelect {
        /// The field.
        field: FieldPath,
        /// Whether it must point to none of them: an anti-join.
        negated: bool,
        /// The other query.
        query: Box<SemiJoin>,
    },
    /// All of them hold.
    And(List<Condition>),
    /// At least one of them holds.
    Or(List<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
}

/// The left side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// A field.
    Field(FieldPath),
    /// The day of a datetime field in the user's time zone, to be compared with a date.
    Day(FieldPath),
}

/// How the sides of a comparison relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

/// The query on the right side of an IN: it selects one id field, and knows neither order nor limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SemiJoin {
    /// The id field.
    pub select: FieldPath,
    /// The object it is a field of.
    pub from: ObjectName,
    /// Which of its records count.
    pub condition: Option<Condition>,
}

/// One element or more, since SOQL has no empty list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List<T>(Vec<T>);

impl<T> List<T> {
    /// A list, unless there is nothing to list: what an empty list means is the caller's to say.
    pub fn new(elements: impl IntoIterator<Item = T>) -> Option<Self> {
        let elements: Vec<T> = elements.into_iter().collect();
        if elements.is_empty() { None } else { Some(Self(elements)) }
    }

    /// The elements, at least one.
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }
}

impl From<FieldPath> for Operand {
    fn from(field: FieldPath) -> Self {
        Self::Field(field)
    }
}

impl Condition {
    /// A comparison with one value.
    pub fn compare(operand: impl Into<Operand>, op: Comparison, value: impl Into<Literal>) -> Self {
        Self::Compare { operand: operand.into(), op, value: value.into() }
    }

    /// All of the conditions; `None` if there are none, which restricts nothing.
    pub fn all(conditions: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut flat = Vec::new();
        for condition in conditions {
            match condition {
                Self::And(List(parts)) => flat.extend(parts),
                other => flat.push(other),
            }
        }
        Self::group(flat, Self::And)
    }

    /// At least one of the conditions; `None` if there are none, which **no** record can satisfy: the caller has to
    /// answer that without a query.
    pub fn any(conditions: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut flat = Vec::new();
        for condition in conditions {
            match condition {
                Self::Or(List(parts)) => flat.extend(parts),
                other => flat.push(other),
            }
        }
        Self::group(flat, Self::Or)
    }

    fn group(mut flat: Vec<Self>, group: fn(List<Self>) -> Self) -> Option<Self> {
        if flat.len() > 1 { Some(group(List(flat))) } else { flat.pop() }
    }
}

impl std::ops::Not for Condition {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }
}
