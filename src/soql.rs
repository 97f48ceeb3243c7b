//! SOQL as values: a query is built as data here and becomes text in one place, `render`.
//!
//! Nothing here sends, knows a schema or reads a clock. Names, string literals and LIKE patterns are different types,
//! each checked when it is made, so that whatever can be built can be rendered, and means what it says.
//!
//! ```
//! use salesforce_plugin::soql::{Comparison, Condition, FieldList, FieldPath, ObjectName, Select, Text};
//!
//! let name = FieldPath::from_static("Name");
//! let fields = FieldList::new([FieldPath::from_static("Id"), name.clone()]).unwrap();
//! let query = Select {
//!     condition: Some(Condition::compare(name, Comparison::Eq, Text::new("O'Hara").unwrap())),
//!     limit: Some(10),
//!     ..Select::new(fields, ObjectName::from_static("Account"))
//! };
//! assert_eq!(query.to_string(), r"SELECT Id, Name FROM Account WHERE Name = 'O\'Hara' LIMIT 10");
//! ```
//!
//! Architecture invariant: no other module writes query text. `tests/it/soql_roundtrip.rs` holds the renderer against
//! the demo org's parser, which was written from Salesforce's grammar and shares no code with this module, and against
//! a second grammar made by others.

mod aggregate;
mod condition;
mod date;
mod date_literal;
mod date_part;
mod escape;
mod literal;
mod literal_error;
mod measure;
mod name;
mod number;
mod pattern;
mod render;
mod select;
mod time_of_day;

pub use aggregate::{Aggregate, GroupOrder, Grouping, Key, OrderBy};
pub use condition::{Comparison, Condition, List, Operand, SemiJoin};
pub use date::{Date, DateTime};
pub use date_literal::DateLiteral;
pub use date_part::DatePart;
pub use literal::{Literal, Text};
pub use literal_error::LiteralError;
pub use measure::{Function, Measure};
pub use name::{FieldName, FieldPath, NameError, ObjectName};
pub use number::Number;
pub use pattern::Pattern;
pub use select::{ChildSelect, Direction, FieldList, Nulls, Order, Scope, Select, Selection};
pub use time_of_day::TimeOfDay;
