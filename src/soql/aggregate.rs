//! A query of numbers: what to compute of which records, and how to group them.

use super::{Condition, DatePart, Direction, FieldPath, List, Measure, Nulls, ObjectName, Scope};

/// A query that returns groups of records instead of records. Every column has an alias, because the API names an
/// aggregate `expr0` and `Account.Industry` just `Industry`: the keys come back as `g0`, `g1`…, the measures as `m0`…
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aggregate {
    /// What to compute.
    pub measures: List<Measure>,
    /// The object.
    pub from: ObjectName,
    /// Whose records; everybody's that the user may see if `None`.
    pub scope: Option<Scope>,
    /// Which records.
    pub condition: Option<Condition>,
    /// By what they are grouped; all records are one group if `None`.
    pub grouping: Option<Grouping>,
    /// Whether archived activities are among them, as [`Select::archived`](super::Select::archived) says.
    pub archived: bool,
}

/// GROUP BY and what only a grouped query may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grouping {
    /// What the records of a group have in common.
    pub keys: List<Key>,
    /// What must hold of a group: of its numbers, or of what its records have in common. An alias can't stand there.
    pub having: Option<Condition>,
    /// Sort keys, first the strongest.
    pub order_by: Vec<GroupOrder>,
    /// Most groups to return. There are no further pages: the API gives out 2,000 groups at most.
    /// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_group_by_considerations.htm>
    pub limit: Option<u32>,
}

/// What the records of a group have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// The value of a field.
    Field(FieldPath),
    /// A part of a date.
    Part {
        /// Which part.
        part: DatePart,
        /// Of which field.
        field: FieldPath,
        /// Whether the field is a datetime, of which the part in the user's time zone is meant.
        zoned: bool,
    },
}

/// A sort key of groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupOrder {
    /// What is sorted by; an alias can't stand there either.
    pub by: OrderBy,
    /// Which end comes first.
    pub direction: Direction,
    /// Where groups without a value come.
    pub nulls: Nulls,
}

/// What groups are sorted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderBy {
    /// What they have in common.
    Key(Key),
    /// A number of theirs.
    Measure(Measure),
}
