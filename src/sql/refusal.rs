//! Why a statement can't be read, where, and what would do.

use super::Span;
use crate::excerpt::Excerpt;
use crate::soql::LiteralError;
use crate::within;

/// Characters of a statement, as many as Salesforce takes.
/// <https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_soslsoql.htm>
pub(super) const MAX_CHARS: usize = 100_000;
/// Words, values and signs of a statement: ten thousand ids in a list, and a query around them.
pub(super) const MAX_TOKENS: usize = 25_000;
/// Parentheses in one another: nobody writes as many, and each takes space on the stack.
pub(super) const MAX_DEPTH: u32 = 40;
/// Columns, sort keys and group keys, and objects joined: more than any use of theirs.
pub(super) const MAX_COLUMNS: usize = 500;
/// Objects of one FROM.
pub(super) const MAX_TABLES: usize = 12;
/// Semi-joins of one query.
/// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_comparisonoperators.htm>
pub(super) const MAX_SEMI_JOINS: usize = 2;

/// A statement that is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason} (line {line}, column {column}: {near})")]
pub struct Refusal {
    /// Why, and what would do.
    pub reason: Reason,
    /// The line, from 1.
    pub line: usize,
    /// The character of the line, from 1.
    pub column: usize,
    /// What stands there.
    pub near: Excerpt,
}

/// Why, and what would do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Too long.
    #[error("the query has more than {MAX_CHARS} characters, the most Salesforce takes")]
    Length,
    /// Too many parts.
    #[error("the query has too many parts; select less, or ask in several queries")]
    Size,
    /// Too many parentheses.
    #[error("the query has more than {MAX_DEPTH} parentheses or NOTs in one another")]
    Depth,
    /// A character that no query has.
    #[error("{0:?} belongs in no query; a value goes in single quotes, a parameter is written :name")]
    Character(char),
    /// A text or comment that goes on to the end.
    #[error("what begins here is not closed; an apostrophe in a text is written twice")]
    Unclosed,
    /// A backslash in a text that means nothing.
    #[error(r"the backslash before {0:?} means nothing; write \\ for a backslash")]
    Escape(String),
    /// A value that is none.
    #[error("{0}")]
    Literal(LiteralError),
    /// Something else than belongs there.
    #[error("expected here: {expected}")]
    Expected {
        /// What belongs there.
        expected: &'static str,
    },
    /// A clause in the wrong place.
    #[error("{0} stands twice or too late; the order is FROM, WHERE, GROUP BY, HAVING, ORDER BY, LIMIT, OFFSET")]
    Clause(&'static str),
    /// A search.
    #[error("{0} is no query; a query is a SELECT, and there are other tools to search and to describe objects")]
    Other(String),
    /// No query at all.
    #[error("{0} does more than read; a query is a SELECT, and there are other tools to write")]
    Writes(String),
    /// A clause that does more than read.
    #[error("this does more than read; leave it out")]
    Marks,
    /// Deleted and archived records.
    #[error(
        "only Apex takes it; leave ALL ROWS out: archived activities are read without it, and deleted records are not"
    )]
    AllRows,
    /// Several statements.
    #[error("only one statement at a time; what follows is another one")]
    Several,
    /// Sets of results.
    #[error("{0} is not in SOQL; run the queries one by one, or say it in one WHERE with OR, AND or NOT")]
    Sets(String),
    /// A query of a query.
    #[error("a query reads an object and not another query; put its conditions into this WHERE")]
    Nested,
    /// A subquery as a value.
    #[error(
        "a subquery stands after IN, NOT IN and EXISTS, or in SELECT to read child records: (SELECT Name FROM Contacts)"
    )]
    Scalar,
    /// `CASE` and its like.
    #[error("conditional values are not in SOQL; group by the field itself, or run a query for each case")]
    Conditional,
    /// Window functions.
    #[error("window functions are not in SOQL; use GROUP BY, or ORDER BY with LIMIT")]
    Window,
    /// Arithmetic and joined texts.
    #[error("SOQL computes nothing but aggregates; select the fields themselves and work it out from the rows")]
    Arithmetic,
    /// A function there is none of.
    #[error("there is no function {0} in SOQL; select the field itself{1}")]
    Function(String, &'static str),
    /// A function with other arguments than it takes.
    #[error("{0} takes {1}")]
    Arguments(String, &'static str),
    /// A field compared with a field.
    #[error("a field can't be compared with a field; if {0} is a text, put it in single quotes")]
    Columns(Excerpt),
    /// Two values.
    #[error("one side of a comparison has to be a field")]
    NoField,
    /// A comparison without its other half.
    #[error("a condition is a comparison, such as Name = 'Acme' or IsClosed = true")]
    NoCondition,
    /// What can't be compared with null.
    #[error("null, true and false are only equal or not equal; use = or !=")]
    Null,
    /// What is never true.
    #[error("this condition never holds, so nothing would be found; leave it out")]
    Never,
    /// Nothing in a list.
    #[error("the list is empty, so nothing can match")]
    EmptyList,
    /// A pattern that is no text.
    #[error("LIKE takes a text with % and _")]
    Pattern,
    /// Regular expressions.
    #[error("SOQL has LIKE with % and _, and no regular expressions")]
    Regex,
    /// A period compared in a way that no range is.
    #[error(
        "compare the field with a range of days instead: = THIS_MONTH, >= LAST_QUARTER, < THIS_YEAR, or with a date"
    )]
    Period,
    /// A distance that no field is compared with.
    #[error("an interval is added to today or now: CURRENT_DATE - INTERVAL '30' DAY, or LAST_N_DAYS:30")]
    Interval,
    /// A week, which every system counts its own way.
    #[error("weeks are counted in several ways; use WEEK_IN_YEAR (from 1 January) or WEEK_IN_MONTH")]
    Week,
    /// Difference of dates.
    #[error(
        "of many records AVG(DATEDIFF(ClosedDate, CreatedDate)) is computed, in days; in a condition compare the field with a day: CreatedDate < LAST_N_DAYS:30 is more than 30 days ago"
    )]
    DateDifference,
    /// A join that no path says.
    #[error("{0} JOIN can't be said in SOQL; begin FROM with the object whose records you want, and JOIN its lookups")]
    Join(String),
    /// A join without a lookup.
    #[error("a join follows a lookup: ON child.AccountId = parent.Id; or leave it out and write the path Account.Name")]
    JoinCondition,
    /// Rows of two lists.
    #[error(
        "no record is in both {0} and {1}, so a row of the join is no record; run a query for each, or read child records: (SELECT Name FROM Contacts)"
    )]
    JoinProduct(String, String),
    /// A left join to children.
    #[error(
        "a LEFT JOIN from parents to their children can't be said; for records with children use JOIN, for those without use WHERE Id NOT IN (SELECT AccountId FROM …), for all of them read child records: (SELECT Name FROM Contacts)"
    )]
    LeftChildren,
    /// A condition on a left-joined parent, in ON.
    #[error("a LEFT JOIN takes only the lookup in its ON; put other conditions into WHERE")]
    LeftCondition,
    /// `GROUPING SETS`
    #[error("SOQL has GROUP BY with ROLLUP or CUBE, and no grouping sets")]
    GroupingSets,
    /// A column that is neither grouped by nor computed.
    #[error("{0} is neither in GROUP BY nor computed; add it to GROUP BY, or take MIN or MAX of it")]
    Ungrouped(Excerpt),
    /// A column of many where one is computed.
    #[error("GROUP BY returns groups; select what is grouped by, and COUNT, SUM, AVG, MIN or MAX")]
    Grouped,
    /// A name twice.
    #[error("two columns are called {0}")]
    TwoColumns(String),
    /// DISTINCT that no grouping says.
    #[error("DISTINCT can't be said here; use GROUP BY, or COUNT_DISTINCT(field)")]
    Distinct,
    /// Aggregates among the conditions on records.
    #[error("conditions on COUNT, SUM, AVG, MIN and MAX belong in HAVING")]
    Where,
    /// Groups by something else than fields.
    #[error("group by fields and parts of dates; COUNT, SUM, AVG, MIN and MAX are selected")]
    Key,
    /// HAVING without groups.
    #[error("HAVING is about groups; add GROUP BY, or use WHERE for conditions on records")]
    Having,
    /// A number of a column there is not.
    #[error("there is no column {0}; name what to sort or group by")]
    Position(u64),
    /// Something that can't be sorted by.
    #[error("sort by a field or by what is selected")]
    Sort,
    /// A number that is none.
    #[error("a whole number up to 4294967295 is expected here")]
    Whole,
    /// A semi-join where none may be.
    #[error("a subquery in WHERE must hold together with everything else: it can't stand under OR, nor in another one")]
    SemiJoinPlace,
    /// Too many of them.
    #[error("Salesforce takes at most {MAX_SEMI_JOINS} subqueries in WHERE")]
    SemiJoins,
    /// A semi-join of something else.
    #[error("the subquery selects one field and has only FROM and WHERE: IN (SELECT AccountId FROM Contact WHERE …)")]
    SemiJoin,
    /// An EXISTS that belongs to nothing.
    #[error("EXISTS follows a lookup between the two: EXISTS (SELECT Id FROM Contact c WHERE c.AccountId = a.Id)")]
    Exists,
    /// A field of any of several objects.
    #[error("say of which object {0} is, as in a.{0}")]
    Unqualified(String),
    /// A name that none of several objects has.
    #[error("{0} names no object of this query; begin each field with one that does, as in a.Name")]
    NoTable(String),
    /// An object of an outer query in an inner one.
    #[error("{0} belongs to the outer query; only EXISTS can refer to it, by one lookup")]
    Outer(String),
    /// Children that are no list.
    #[error("child records are read by FROM with the relationship's name, and have no GROUP BY or computed columns")]
    Children,
    /// Every field of a parent.
    #[error("only the object's own columns can be selected by *; name the fields of {0}")]
    StarOf(String),
    /// An object with a schema before it.
    #[error("an object has no schema or database before its name; write {0}")]
    Qualified(String),
    /// A name twice.
    #[error("{0} names two objects of this query; give one of them another short name")]
    TwoTables(String),
    /// What only somebody who knows the org can tell.
    #[error("{0}")]
    Said(&'static str),
    /// `WITH`
    #[error("only WITH DATA CATEGORY is understood; every query runs with the user's own rights")]
    With,
}

impl Refusal {
    /// Refuses a part of a statement that was read.
    pub(crate) fn of(text: &str, at: Span, why: &'static str) -> Self {
        Reason::Said(why).at(at).in_text(text)
    }
}

/// A reason and where it lies, before the text is at hand to say in which line. It is one word long, for every step of
/// reading may return one.
#[derive(Debug)]
pub(super) struct Fault(pub(super) Box<(Reason, Span)>);

/// Where a name or a value stands that what is known of the org refuses, if it stands in one place alone.
pub(crate) fn place(text: &str, wanted: &str) -> Option<String> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let (text, wanted) = (text.to_ascii_lowercase(), wanted.to_ascii_lowercase());
    let mut places = within::places(&text, &wanted).filter(|start| {
        let (before, after) = (text[..*start].chars().next_back(), text[start + wanted.len()..].chars().next());
        ![before, after].into_iter().flatten().any(is_word)
    });
    let start = places.next().filter(|_| !wanted.is_empty())?;
    if places.next().is_some() {
        return None;
    }
    let (line, column) = line_and_column(&text, start);
    Some(format!(" (line {line}, column {column})"))
}

/// Counted from one.
fn line_and_column(text: &str, start: usize) -> (usize, usize) {
    let before = text.get(..start).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

impl Reason {
    #[inline(never)]
    pub(super) fn at(self, at: Span) -> Fault {
        Fault(Box::new((self, at)))
    }
}

impl Fault {
    pub(super) fn in_text(self, text: &str) -> Refusal {
        let (reason, at) = *self.0;
        let start = at.start.min(text.len());
        let (line, column) = line_and_column(text, start);
        let rest = text.get(start..).unwrap_or_default();
        let length = rest.find('\n').unwrap_or(rest.len()).min(NEAR_BYTES);
        let end = (0..=length).rev().find(|end| rest.is_char_boundary(*end)).unwrap_or(0);
        Refusal { reason, line, column, near: Excerpt::of(rest[..end].trim_end()) }
    }
}

/// Bytes of the text that a refusal repeats.
const NEAR_BYTES: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_the_line_the_column_and_what_stands_there() {
        let text = "SELECT Ärger,\n  Größe FROM x\nWHERE";
        let at = text.find("Größe").unwrap();
        let refusal = Reason::Sort.at(Span { start: at, end: at }).in_text(text);
        assert_eq!((refusal.line, refusal.column), (2, 3));
        assert_eq!(refusal.to_string(), "sort by a field or by what is selected (line 2, column 3: \"Größe FROM x\")");
        let refusal = Reason::Sort.at(Span { start: 1_000, end: 0 }).in_text(text);
        assert_eq!((refusal.line, refusal.column, refusal.near.to_string()), (3, 6, "\"\"".to_owned()));
        assert_eq!(place(text, "größe").unwrap(), " (line 2, column 3)");
        for absent in ["x y", "SELECT Größe", "roß", "", "e"] {
            assert_eq!(place(text, absent), None, "{absent}");
        }
        assert_eq!(place("SELECT Foo FROM Account WHERE Foo = 1", "Foo"), None, "it stands in two places");
        let long = "é".repeat(100);
        assert_eq!(Reason::Sort.at(Span::default()).in_text(&long).near.to_string().chars().count(), 22);
    }
}
