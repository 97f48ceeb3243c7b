//! Searches as the org understands them: `FIND {…}` and the structured form of `parameterizedSearch`.
//!
//! Words are found whole, in any case, and all of them; `*` ends a word early. Nothing here changes a row, and what
//! the user may not see is neither searched nor shown.

mod find;
mod parser;
mod run;

pub use find::{Expression, Glyph};
pub use run::{Options, search};

use crate::{
    refusal::Refusal,
    soql::{self, Query},
};

/// A search, whichever way it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    /// What is looked for; `None` finds nothing, as a text of more than 10,000 characters does.
    pub expression: Option<Expression>,
    /// In which fields.
    pub fields: SearchFields,
    /// In which objects, in the order of the result; empty means every searchable object, showing ids only.
    pub returning: Vec<Returning>,
    /// How many records of an object whose [`Returning`] has no limit of its own.
    pub default_limit: Option<u64>,
    /// How many records in all.
    pub overall_limit: Option<u64>,
}

/// Where the words may stand: `IN … FIELDS`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SearchFields {
    /// Every textual field.
    #[default]
    All,
    /// What names the record.
    Name,
    /// E-mail addresses.
    Email,
    /// Telephone numbers.
    Phone,
}

impl SearchFields {
    /// Reads `ALL`, `NAME`, `EMAIL` or `PHONE`, in any case.
    pub fn parse(word: &str) -> Option<Self> {
        match word.to_ascii_uppercase().as_str() {
            "ALL" => Some(Self::All),
            "NAME" => Some(Self::Name),
            "EMAIL" => Some(Self::Email),
            "PHONE" => Some(Self::Phone),
            _ => None,
        }
    }
}

/// One object of a search, and what is shown of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Returning {
    /// The object's name, and its fields, filter, order and limit in the form of a query.
    pub query: Query,
    /// The text in which the query's positions count, for messages.
    text: String,
}

impl Returning {
    /// Reads what stands in the parentheses of `RETURNING Account(Id, Name WHERE … ORDER BY … LIMIT 5)`.
    ///
    /// # Errors
    /// `MALFORMED_SEARCH`, or status 501 for what only this org cannot do.
    pub fn parse(object: &str, clauses: &str) -> Result<Self, Refusal> {
        let query = soql::parse_returning(object, clauses).map_err(malformed)?;
        Ok(Self { query, text: clauses.to_owned() })
    }

    /// One entry of `sobjects` in `parameterizedSearch`. Without fields, ids are shown.
    ///
    /// # Errors
    /// As [`Returning::parse`].
    pub fn of(
        object: &str,
        fields: &[String],
        condition: Option<&str>,
        order_by: Option<&str>,
        limit: Option<u64>,
    ) -> Result<Self, Refusal> {
        let mut clauses = if fields.is_empty() { "Id".to_owned() } else { fields.join(", ") };
        if let Some(condition) = condition {
            clauses = format!("{clauses} WHERE {condition}");
        }
        if let Some(order_by) = order_by {
            clauses = format!("{clauses} ORDER BY {order_by}");
        }
        if let Some(limit) = limit {
            clauses = format!("{clauses} LIMIT {limit}");
        }
        Self::parse(object, &clauses)
    }
}

/// The refusal of a search for what would be `MALFORMED_QUERY` in a query.
fn malformed(error: soql::SyntaxError) -> Refusal {
    let refusal = Refusal::from(error);
    match refusal.code {
        "MALFORMED_QUERY" => Refusal { code: "MALFORMED_SEARCH", ..refusal },
        _ => refusal,
    }
}

impl Search {
    /// Parses `FIND {…} IN … RETURNING …`, as `GET /search?q=` takes it.
    ///
    /// # Errors
    /// `MALFORMED_SEARCH`, or status 501 for what only this org cannot do.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        parser::search(text)
    }

    /// The search of `parameterizedSearch` for this plain text, in all fields of all objects: change the rest.
    ///
    /// # Errors
    /// `MALFORMED_SEARCH` for a text of one character.
    pub fn plain(text: &str) -> Result<Self, Refusal> {
        Ok(Self {
            expression: find::plain(text)?,
            fields: SearchFields::All,
            returning: Vec::new(),
            default_limit: None,
            overall_limit: None,
        })
    }
}
