//! SQL and SOQL as people and models write it: one statement read into what it means, in SOQL's terms.
//!
//! Nothing here knows an org: a name stays the text somebody wrote, be it an API name or a label, and a value is what
//! it looks like. Whoever knows the org's objects and fields turns a [`Statement`] into a query of [`crate::soql`],
//! which alone becomes text.
//!
//! Reading goes two steps. The first takes the text apart, [`parse`](Statement::parse)'s grammar being SOQL's own and
//! as much of SQL's as has a meaning here. The second says the same in SOQL's terms: a join on a lookup is a path,
//! EXISTS a semi-join, DISTINCT a grouping, a number in ORDER BY the column it counts to. What changed beyond spelling
//! is in the [`Note`]s; what can't be said is a [`Refusal`] at its line and column, with what would do.
//!
//! ```
//! use salesforce_plugin::sql::{Column, Note, Statement};
//!
//! let text = "SELECT o.Name, a.Industry FROM Opportunity o JOIN Account a ON o.AccountId = a.Id WHERE o.Amount > 5";
//! let statement = Statement::parse(text).unwrap();
//! let Column::Expression { expression, .. } = &statement.query.select[1] else { panic!() };
//! assert_eq!(expression.field().unwrap().to_string(), "Account.Industry");
//! assert!(matches!(&statement.notes[..], [Note::Joined { .. }, Note::Required(_)]));
//!
//! let refusal = Statement::parse("SELECT Name FROM Account WHERE SUM(Amount) > 5").unwrap_err();
//! assert_eq!((refusal.line, refusal.column), (1, 32));
//! ```
//!
//! Time and space are linear in the text, and both are bounded.
//!
//! Architecture invariant: whatever is read means what was written, or is refused: `tests/it/sql_corpus.rs` holds it for
//! a few hundred statements as models write them, and for what chance makes of them.

mod mean;
mod name;
mod note;
mod parse;
mod quoted;
mod refusal;
mod span;
mod statement;
mod token;
mod tree;
mod value;

pub use name::{Name, Path};
pub use note::Note;
pub(crate) use refusal::place;
pub use refusal::{Reason, Refusal};
pub use span::Span;
pub use statement::{
    Aggregate, Branch, CategoryFilter, Column, Condition, DatePart, Expression, FieldSet, GroupKind, Grouping, Match,
    Moment, Order, Query, SemiJoin, Statement,
};
pub use value::{Literal, Shift, Value};
