//! SOQL as the org understands it: text → [`Query`] → records.
//!
//! Written from the published grammar, and strict where the real parser is strict, so that it can judge
//! whatever writes queries: what parses here should parse in a real org, and what a real org refuses is refused
//! here with the same `errorCode`. Where this engine knows less than Salesforce it says so
//! ([`SyntaxErrorKind::Unsupported`]) instead of answering something else.
//!
//! [`parse`] reads text and nothing else; it knows no object and no field. [`query`] answers one for one user: it reads
//! rows and never changes them, and what the user may not see looks to it as if it did not exist.
//!
//! **Invariant:** what we accept, an independent grammar accepts, but for times, which it lacks
//! (`whatever_we_accept_of_mangled_queries_the_independent_grammar_accepts_too`).
//! **Invariant:** a query's text and its tree say the same
//! (`every_valid_query_parses_and_survives_its_own_display`, `any_text_survives_display_as_literal_and_as_pattern`).
//! **Invariant:** names are checked before rows are read (`unknown_names_are_refused_even_without_rows`).

mod ast;
mod dates;
mod display;
mod error;
mod external;
mod filter;
mod format;
mod lexer;
mod parser;
mod record;
mod resolve;
mod rules;
mod run;

pub use ast::{
    Aggregate, Condition, DateFunction, DateLiteral, Expression, FieldSet, LikePart, LikePattern, Operator, Order,
    Path, Position, Query, Scope, SelectItem, Unit, Value,
};
pub use error::{SyntaxError, SyntaxErrorKind};
pub use record::{Cell, QueryResult, Record};
pub use run::{Options, query};

pub(crate) use error::located;
pub(crate) use resolve::order;
pub(crate) use run::search_plan;

/// Parses the text of a query as `GET /query?q=` takes it.
///
/// # Errors
/// `MALFORMED_QUERY` with the position and a message in Salesforce's words, or
/// [`SyntaxErrorKind::Unsupported`] for a construct that Salesforce has and this engine has not.
pub fn parse(text: &str) -> Result<Query, SyntaxError> {
    if text.chars().count() > rules::MAX_QUERY_CHARACTERS {
        return Err(SyntaxError::whole(format!(
            "SOQL statements cannot be longer than {} characters.",
            rules::MAX_QUERY_CHARACTERS
        )));
    }
    let query = parser::query(text).map_err(|fault| fault.explain(text))?;
    rules::check(&query).map_err(|fault| fault.explain(text))?;
    Ok(query)
}

/// Whether the query asks an external object for rows: of how many nobody knows, and `totalSize` is -1.
/// <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_query_queryresult.htm>
pub(crate) fn has_unknown_size(text: &str) -> bool {
    let counts = |query: &Query| {
        matches!(query.select.as_slice(), [SelectItem::Expression { expression: Expression::CountRows(_), .. }])
    };
    parse(text).is_ok_and(|query| query.from.last().to_ascii_lowercase().ends_with("__x") && !counts(&query))
}

/// Parses what SOSL shares with SOQL: `Id, Name WHERE … ORDER BY … LIMIT …` in `RETURNING Account(…)`.
///
/// # Errors
/// As [`parse`].
pub fn parse_returning(object: &str, text: &str) -> Result<Query, SyntaxError> {
    let explain = |fault: error::Fault| fault.explain(text);
    let query = parser::returning(object, text).map_err(explain)?;
    rules::check(&query).map_err(explain)?;
    rules::check_returning(&query).map_err(explain)?;
    Ok(query)
}
