//! What was changed beyond spelling. Elsewhere it becomes words.

use super::{Name, Path};

/// A change that a reader of the answer may want to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// A joined object is read as the parent that this path leads to.
    Joined {
        /// The object, as it was named.
        object: Path,
        /// The path of relationships.
        path: Path,
    },
    /// The records read are those of this object, since each row of the join is one of them.
    Rooted(Path),
    /// Only records with this lookup, since an inner join has no others.
    Required(Path),
    /// A subquery or join is a semi-join over this object.
    SemiJoined(Path),
    /// A subquery or join is an anti-join over this object.
    AntiJoined(Path),
    /// DISTINCT is GROUP BY.
    Grouped,
    /// This was grouped by as well: it follows from what is.
    KeyAdded(Path),
    /// AND binds stronger than OR, as in SQL.
    Precedence,
    /// A period is a year and the part of it.
    Period(Path),
    /// A function that changes how a value looks was left out.
    Dropped(String),
    /// A name for a field of a record was left out.
    Alias(Name),
    /// A clause that has no meaning here was left out.
    ClauseDropped(&'static str),
    /// A range of days was spelled in SOQL's way.
    Range(String),
}
