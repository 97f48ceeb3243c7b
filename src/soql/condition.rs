//! Conditions of a WHERE or HAVING clause as a tree.

use super::{DatePart, FieldName, FieldPath, Literal, Measure, ObjectName, Pattern, Text};

/// What must hold of a record or of a group.
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
    ///
    /// [The API takes it][manual] at the top level of a query or among the parts of an AND there, and at most twice;
    /// under OR or NOT, or in the condition of another semi-join, it refuses it.
    ///
    /// [manual]: https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_comparisonoperators.htm
    InSelect {
        /// The field: `Id` or a lookup, not one of a parent.
        field: FieldName,
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
    /// A part of a date, to be compared with a number.
    Part {
        /// Which part.
        part: DatePart,
        /// Of which field.
        field: FieldPath,
        /// Whether the field is a datetime, of which the part in the user's time zone is meant.
        zoned: bool,
    },
    /// A number of a group: in HAVING only.
    Measure(Measure),
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
    /// The id field: `Id` or a lookup.
    pub select: FieldName,
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

    /// All of the conditions; `None` if there are none, which restricts nothing. The parts of an AND among them become
    /// parts of this one, so that a semi-join stays where the API takes it.
    pub fn all(conditions: impl IntoIterator<Item = Self>) -> Option<Self> {
        Self::group(conditions.into_iter().collect(), true)
    }

    /// At least one of the conditions; `None` if there are none, which **no** record can satisfy: the caller has to
    /// answer that without a query.
    pub fn any(conditions: impl IntoIterator<Item = Self>) -> Option<Self> {
        Self::group(conditions.into_iter().collect(), false)
    }

    fn group(conditions: Vec<Self>, all: bool) -> Option<Self> {
        let mut flat = Vec::new();
        for condition in conditions {
            match condition {
                Self::And(List(parts)) if all => flat.extend(parts),
                Self::Or(List(parts)) if !all => flat.extend(parts),
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 | 1 => flat.pop(),
            _ if all => Some(Self::And(List(flat))),
            _ => Some(Self::Or(List(flat))),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn is(field: &'static str) -> Condition {
        Condition::compare(FieldPath::from_static(field), Comparison::Eq, true)
    }

    fn id_in(object: &'static str) -> Condition {
        let query = SemiJoin {
            select: FieldName::from_static("AccountId"),
            from: ObjectName::from_static(object),
            condition: None,
        };
        Condition::InSelect { field: FieldName::from_static("Id"), negated: false, query: Box::new(query) }
    }

    #[track_caller]
    fn check(condition: Option<Condition>, expected: &str) {
        assert_eq!(condition.map(|condition| condition.to_string()).unwrap_or_default(), expected);
    }

    #[test]
    fn no_conditions_are_no_condition() {
        check(Condition::all([]), "");
        check(Condition::any([]), "");
        assert_eq!(List::<Literal>::new([]), None);
    }

    #[test]
    fn a_group_of_one_is_its_condition() {
        check(Condition::all([is("A")]), "A = true");
        check(Condition::any([is("A")]), "A = true");
        check(Condition::all(Condition::any([is("A"), is("B")])), "A = true OR B = true");
    }

    #[test]
    fn groups_of_one_kind_become_one_group() {
        let inner = Condition::all([is("A"), is("B")]);
        check(Condition::all(inner.into_iter().chain([is("C")])), "A = true AND B = true AND C = true");
        let inner = Condition::any([is("A"), is("B")]);
        check(Condition::any(inner.into_iter().chain([is("C")])), "A = true OR B = true OR C = true");
    }

    #[test]
    fn a_semi_join_among_all_stays_at_the_top_level() {
        let own = Condition::all([is("A"), is("B")]);
        let children = Condition::all([id_in("Contact"), id_in("Opportunity")]);
        check(
            Condition::all(own.into_iter().chain(children)),
            "A = true AND B = true AND Id IN (SELECT AccountId FROM Contact) \
             AND Id IN (SELECT AccountId FROM Opportunity)",
        );
    }

    #[test]
    fn not_undoes_not() {
        check(Some(!is("A")), "(NOT A = true)");
        check(Some(!!is("A")), "A = true");
    }
}
