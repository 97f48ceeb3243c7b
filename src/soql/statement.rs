//! A query somebody wrote: read as far as it takes to know every object and field it names, and sent as it was written.
//!
//! What can't be read is refused, so that nothing goes unseen; what can be read, Salesforce may still refuse.
//! <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select.htm>

use super::FieldPath;
use crate::excerpt::Excerpt;

/// The most characters of a query that Salesforce takes.
/// <https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_soslsoql.htm>
const MAX_STATEMENT_CHARS: usize = 100_000;
/// Parentheses in parentheses: nobody writes as many, and each takes space on the stack.
const MAX_DEPTH: u32 = 40;
/// The words that begin a clause, and so end the one before: none of them is a name.
const CLAUSES: [&str; 12] =
    ["FROM", "USING", "WHERE", "WITH", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "FOR", "UPDATE", "ALL"];
/// Functions that return one number of many records.
const AGGREGATES: [&str; 6] = ["COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX"];
/// Functions whose result goes by the name of their field.
const TRANSPARENT: [&str; 3] = ["TOLABEL", "FORMAT", "CONVERTCURRENCY"];

/// Why a text is no query that may be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// Longer than Salesforce takes.
    #[error("the query has more than {MAX_STATEMENT_CHARS} characters, the most Salesforce takes")]
    Length,
    /// A character outside of a text that no query has.
    #[error(
        "{0:?} at character {1} belongs in no SOQL query: one statement, without `;`, comments, variables and double quotes"
    )]
    Character(char, usize),
    /// A text that goes on to the end.
    #[error("the text that begins at character {0} is not closed")]
    Unclosed(usize),
    /// Something else than belongs there.
    #[error("{1} at character {2} where {0} is expected")]
    Expected(&'static str, String, usize),
    /// A clause that does more than read.
    #[error(
        "{0} does more than read; leave it out (FOR VIEW, FOR REFERENCE, FOR UPDATE, UPDATE and ALL ROWS are refused)"
    )]
    Clause(Excerpt),
    /// Too many parentheses.
    #[error("the query has more than {MAX_DEPTH} parentheses in one another")]
    Depth,
}

/// A query that only reads.
#[derive(Debug, Clone)]
pub struct Statement<'q> {
    text: &'q str,
    /// Its queries, each after the one it stands in.
    pub scopes: Vec<Scope<'q>>,
    /// The fields it names.
    pub mentions: Vec<Mention<'q>>,
    /// What it selects.
    pub columns: Vec<Column<'q>>,
    /// Whether it returns numbers instead of records.
    pub is_aggregate: bool,
    /// Whether it has GROUP BY.
    pub is_grouped: bool,
    /// Whether it selects all fields of an object, in whichever query.
    pub has_every: bool,
    /// Its LIMIT.
    pub limit: Option<u32>,
    /// Where its OFFSET begins.
    offset: Option<usize>,
}

/// One query of a statement.
#[derive(Debug, Clone)]
pub struct Scope<'q> {
    /// The object, or for records of a record the relationship, as written.
    pub from: &'q str,
    /// The short name the query gives it.
    pub alias: Option<&'q str>,
    /// The query it selects the children of.
    pub children_of: Option<usize>,
    /// The names it gives its columns.
    names: Vec<&'q str>,
}

/// A field, as written.
#[derive(Debug, Clone)]
pub struct Mention<'q> {
    /// The query it stands in.
    pub scope: usize,
    /// The object it belongs to, where that is not the query's own.
    pub object: Option<&'q str>,
    /// The relationship that leads to it, where that is not in its path.
    pub through: Option<&'q str>,
    /// Its path.
    pub path: &'q str,
}

/// What the outermost query selects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column<'q> {
    /// The field of this mention.
    Field(usize),
    /// What goes by this name.
    Named(&'q str),
    /// The result of a function without a name; Salesforce numbers them.
    Computed,
    /// `FIELDS(…)`; whether only with a LIMIT of 200.
    Every(bool),
}

impl<'q> Statement<'q> {
    /// Reads a query.
    ///
    /// # Errors
    ///
    /// What keeps the text from being one that only reads.
    pub fn parse(text: &'q str) -> Result<Self, StatementError> {
        if text.len() > MAX_STATEMENT_CHARS {
            return Err(StatementError::Length);
        }
        let statement = Self {
            text,
            scopes: Vec::new(),
            mentions: Vec::new(),
            columns: Vec::new(),
            is_aggregate: false,
            is_grouped: false,
            has_every: false,
            limit: None,
            offset: None,
        };
        let mut parser = Parser { text, tokens: tokens(text)?, at: 0, depth: 0, statement };
        parser.query(None)?;
        if parser.at < parser.tokens.len() {
            return Err(parser.expected("the end of the query"));
        }
        Ok(parser.statement)
    }

    /// Whether it skips rows.
    pub fn has_offset(&self) -> bool {
        self.offset.is_some()
    }

    /// The text, with a LIMIT if it has none of its own.
    pub fn limited(&self, rows: Option<u32>) -> String {
        match rows.filter(|_| self.limit.is_none()) {
            None => self.text.to_owned(),
            Some(rows) => {
                let (before, after) = self.text.split_at(self.offset.unwrap_or(self.text.len()));
                format!("{} LIMIT {rows} {after}", before.trim_end()).trim_end().to_owned()
            }
        }
    }
}

/// Where each token begins and ends.
fn tokens(text: &str) -> Result<Vec<(usize, usize)>, StatementError> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = bytes.get(at) {
        let rest = &bytes[at + 1..];
        let run = |more: &[u8]| rest.iter().take_while(|b| b.is_ascii_alphanumeric() || more.contains(b)).count();
        let length = match first {
            b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            // With the number of a date literal (`LAST_N_DAYS:30`).
            b'A'..=b'Z' | b'a'..=b'z' => 1 + run(b"_.:"),
            b'0'..=b'9' => 1 + run(b".:+-"),
            b'+' | b'-' if rest.first().is_some_and(u8::is_ascii_digit) => 1 + run(b"."),
            b'\'' => {
                let mut end = 0;
                while rest.get(end).is_some_and(|byte| *byte != b'\'') {
                    end += if rest[end] == b'\\' { 2 } else { 1 };
                }
                if end >= rest.len() {
                    return Err(StatementError::Unclosed(at + 1));
                }
                end + 2
            }
            b'<' if matches!(rest.first(), Some(b'=' | b'>')) => 2,
            b'>' | b'!' if rest.first() == Some(&b'=') => 2,
            b'(' | b')' | b',' | b'=' | b'<' | b'>' => 1,
            _ => {
                let character = text.get(at..).and_then(|rest| rest.chars().next()).unwrap_or_default();
                return Err(StatementError::Character(character, at + 1));
            }
        };
        tokens.push((at, at + length));
        at += length;
    }
    Ok(tokens)
}

struct Parser<'q> {
    text: &'q str,
    tokens: Vec<(usize, usize)>,
    at: usize,
    depth: u32,
    statement: Statement<'q>,
}

impl<'q> Parser<'q> {
    /// The next token; empty at the end.
    fn next(&self) -> &'q str {
        self.tokens.get(self.at).and_then(|(from, to)| self.text.get(*from..*to)).unwrap_or_default()
    }

    fn is(&self, word: &str) -> bool {
        self.next().eq_ignore_ascii_case(word)
    }

    fn is_word(&self) -> bool {
        self.next().starts_with(|first: char| first.is_ascii_alphabetic())
    }

    fn is_one_of(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    fn take(&mut self, word: &str) -> bool {
        let taken = self.is(word);
        self.at += usize::from(taken);
        taken
    }

    fn expected(&self, what: &'static str) -> StatementError {
        let start = self.tokens.get(self.at).map_or(self.text.len(), |(from, _)| *from);
        let found = if self.next().is_empty() { "the end".to_owned() } else { Excerpt::of(self.next()).to_string() };
        StatementError::Expected(what, found, start + 1)
    }

    fn expect(&mut self, word: &'static str) -> Result<(), StatementError> {
        if self.take(word) { Ok(()) } else { Err(self.expected(word)) }
    }

    fn word(&mut self, what: &'static str) -> Result<&'q str, StatementError> {
        if !self.is_word() {
            return Err(self.expected(what));
        }
        let word = self.next();
        self.at += 1;
        Ok(word)
    }

    /// A name that the query makes up, which is no path.
    fn name(&mut self) -> Result<&'q str, StatementError> {
        if self.next().contains(['.', ':']) { Err(self.expected("a name")) } else { self.word("a name") }
    }

    /// Into parentheses.
    fn open(&mut self) -> Result<(), StatementError> {
        self.expect("(")?;
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(StatementError::Depth) } else { Ok(()) }
    }

    /// Out of them.
    fn close(&mut self) -> Result<(), StatementError> {
        self.depth -= 1;
        self.expect(")")
    }

    fn query(&mut self, children_of: Option<usize>) -> Result<usize, StatementError> {
        self.expect("SELECT")?;
        let scope = self.statement.scopes.len();
        self.statement.scopes.push(Scope { from: "", alias: None, children_of, names: Vec::new() });
        loop {
            self.item(scope)?;
            if !self.take(",") {
                break;
            }
        }
        self.expect("FROM")?;
        self.statement.scopes[scope].from = self.word("an object")?;
        if self.is_word() && !self.is_one_of(&CLAUSES) {
            self.statement.scopes[scope].alias = Some(self.name()?);
        }
        if self.take("USING") {
            self.expect("SCOPE")?;
            self.word("a scope")?;
        }
        if self.take("WHERE") {
            self.condition(scope)?;
        }
        while self.take("WITH") {
            self.skip()?;
        }
        if self.take("GROUP") {
            self.expect("BY")?;
            self.statement.is_grouped |= scope == 0;
            self.keys(scope)?;
        }
        if self.take("HAVING") {
            self.condition(scope)?;
        }
        if self.take("ORDER") {
            self.expect("BY")?;
            self.keys(scope)?;
        }
        if self.take("LIMIT") {
            let limit = self.number()?;
            if scope == 0 {
                self.statement.limit = Some(limit);
            }
        }
        if self.is("OFFSET") {
            if scope == 0 {
                self.statement.offset = self.tokens.get(self.at).map(|(from, _)| *from);
            }
            self.at += 1;
            self.number()?;
        }
        if self.is_one_of(&["FOR", "UPDATE", "ALL"]) {
            return Err(StatementError::Clause(Excerpt::of(self.next())));
        }
        Ok(scope)
    }

    fn number(&mut self) -> Result<u32, StatementError> {
        let number = self.next().parse().map_err(|_| self.expected("a whole number"))?;
        self.at += 1;
        Ok(number)
    }

    /// Something of a select list.
    fn item(&mut self, scope: usize) -> Result<(), StatementError> {
        let column = if self.is("(") {
            self.open()?;
            let child = self.query(Some(scope))?;
            self.close()?;
            let from = &self.statement.scopes[child].from;
            Column::Named(from.rsplit_once('.').map_or(*from, |(_, name)| name))
        } else if self.take("TYPEOF") {
            self.typed(scope)?
        } else {
            match self.operand(scope)? {
                column if !self.is_word() || self.is("FROM") => column,
                _ => {
                    let name = self.name()?;
                    self.statement.scopes[scope].names.push(name);
                    Column::Named(name)
                }
            }
        };
        if scope == 0 {
            self.statement.columns.push(column);
        }
        Ok(())
    }

    /// `What WHEN Account THEN Phone ELSE Name END`
    fn typed(&mut self, scope: usize) -> Result<Column<'q>, StatementError> {
        let relationship = self.word("a relationship")?;
        self.mention(scope, None, Some(relationship), "Name");
        loop {
            let object = if self.take("WHEN") {
                let object = self.word("an object")?;
                self.expect("THEN")?;
                Some(object)
            } else if self.take("ELSE") {
                None
            } else {
                self.expect("END")?;
                return Ok(Column::Named(relationship));
            };
            loop {
                let field = self.word("a field")?;
                // What is left is what all the objects share.
                self.mention(scope, object, object.map_or(Some(relationship), |_| None), field);
                if !self.take(",") {
                    break;
                }
            }
        }
    }

    /// A field, or a function of fields.
    fn operand(&mut self, scope: usize) -> Result<Column<'q>, StatementError> {
        let name = self.word("a field")?;
        if !self.is("(") {
            let is_own_name = self.statement.scopes[scope].names.iter().any(|known| known.eq_ignore_ascii_case(name));
            return Ok(if is_own_name { Column::Computed } else { self.mention(scope, None, None, name) });
        }
        if name.contains(['.', ':']) {
            return Err(self.expected("what follows a field"));
        }
        let is_one_of = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        self.open()?;
        let mut column = Column::Computed;
        if name.eq_ignore_ascii_case("FIELDS") {
            column = Column::Every(!self.is("STANDARD"));
            self.statement.has_every = true;
            self.word("ALL, STANDARD or CUSTOM")?;
        } else {
            self.statement.is_aggregate |= scope == 0 && is_one_of(&AGGREGATES);
            while !self.is(")") {
                if self.is_word() {
                    let inner = self.operand(scope)?;
                    if is_one_of(&TRANSPARENT) {
                        column = inner;
                    }
                } else {
                    self.constant()?;
                }
                if !self.take(",") {
                    break;
                }
            }
        }
        self.close()?;
        Ok(column)
    }

    fn mention(
        &mut self,
        scope: usize,
        object: Option<&'q str>,
        through: Option<&'q str>,
        path: &'q str,
    ) -> Column<'q> {
        self.statement.mentions.push(Mention { scope, object, through, path });
        Column::Field(self.statement.mentions.len() - 1)
    }

    /// The keys of GROUP BY and ORDER BY.
    fn keys(&mut self, scope: usize) -> Result<(), StatementError> {
        loop {
            self.operand(scope)?;
            if !self.take("ASC") {
                self.take("DESC");
            }
            if self.take("NULLS") && !self.take("FIRST") {
                self.expect("LAST")?;
            }
            if !self.take(",") {
                return Ok(());
            }
        }
    }

    fn condition(&mut self, scope: usize) -> Result<(), StatementError> {
        loop {
            while self.take("NOT") {}
            if self.is("(") {
                self.open()?;
                self.condition(scope)?;
                self.close()?;
            } else {
                self.operand(scope)?;
                let is_listed = self.take("NOT");
                if is_listed || !self.is_one_of(&["=", "!=", "<>", "<", "<=", ">", ">=", "LIKE"]) {
                    if is_listed || !self.is_one_of(&["INCLUDES", "EXCLUDES", "IN"]) {
                        self.expect("IN")?;
                    } else {
                        self.at += 1;
                    }
                    self.list()?;
                } else {
                    self.at += 1;
                    self.constant()?;
                }
            }
            if !self.take("AND") && !self.take("OR") {
                return Ok(());
            }
        }
    }

    /// Values in parentheses, or the query that selects them.
    fn list(&mut self) -> Result<(), StatementError> {
        self.open()?;
        if self.is("SELECT") {
            self.query(None)?;
        } else {
            loop {
                self.constant()?;
                if !self.take(",") {
                    break;
                }
            }
        }
        self.close()
    }

    /// A value. SOQL compares no field with a field, so that a word is one of its own.
    fn constant(&mut self) -> Result<(), StatementError> {
        let is_path = self.next().contains('.') && FieldPath::parse(self.next()).is_ok();
        let is_value = self.is_word() && !is_path
            || self.next().starts_with(|first: char| first.is_ascii_digit() || "'+-".contains(first));
        if !is_value {
            return Err(self.expected("a value"));
        }
        self.at += 1;
        Ok(())
    }

    /// What WITH says is about categories and rights, not about fields.
    fn skip(&mut self) -> Result<(), StatementError> {
        let outside = self.depth;
        loop {
            if self.is("(") {
                self.open()?;
            } else if self.is(")") && self.depth > outside {
                self.close()?;
            } else if self.next().is_empty() || self.is(")") || self.is("SELECT") || self.is_one_of(&CLAUSES) {
                return if self.depth > outside { Err(self.expected(")")) } else { Ok(()) };
            } else {
                self.at += 1;
            }
        }
    }
}
