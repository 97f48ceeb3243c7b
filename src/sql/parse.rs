//! Tokens → the tree of a statement: one function for each rule of the grammar.

mod condition;
mod term;

pub(super) use term::{date, shift};

use super::refusal::{Fault, MAX_CHARS, MAX_COLUMNS, MAX_DEPTH, MAX_TABLES, Reason};
use super::token::{self, Kind, Token};
use super::tree::{Item, Join, Select, Sort, Table, Term};
use super::{Branch, CategoryFilter, Column, FieldSet, GroupKind, Name, Note, Path, Span};
use crate::soql::{Direction, Nulls};
use crate::within::split_around;

/// Words that end what stands before them, and so are no short names.
const ENDS: [&str; 43] = [
    "ALL",
    "AND",
    "AS",
    "ASC",
    "BETWEEN",
    "CROSS",
    "DESC",
    "EXCEPT",
    "EXCLUDES",
    "FETCH",
    "FOR",
    "FROM",
    "FULL",
    "GROUP",
    "HAVING",
    "IN",
    "INCLUDES",
    "INNER",
    "INTERSECT",
    "INTO",
    "IS",
    "JOIN",
    "LEFT",
    "LIKE",
    "ILIKE",
    "LIMIT",
    "MINUS",
    "NATURAL",
    "NOT",
    "NULLS",
    "OFFSET",
    "ON",
    "OR",
    "ORDER",
    "OVER",
    "QUALIFY",
    "RIGHT",
    "SELECT",
    "UNION",
    "UPDATE",
    "USING",
    "WHERE",
    "WITH",
];
/// Further words that are never a name.
const ALONE: [&str; 3] = ["FIRST", "LAST", "NULL"];
/// Statements that are no queries.
const WRITES: [&str; 14] = [
    "INSERT", "UPDATE", "DELETE", "MERGE", "UPSERT", "CREATE", "DROP", "ALTER", "TRUNCATE", "REPLACE", "GRANT", "CALL",
    "EXEC", "SET",
];
/// What stands between queries.
const SETS: [&str; 4] = ["UNION", "INTERSECT", "EXCEPT", "MINUS"];
/// What reads otherwise.
const OTHERS: [&str; 5] = ["FIND", "SHOW", "DESCRIBE", "DESC", "EXPLAIN"];
/// How a filter of data categories selects, the longer first.
const SELECTORS: [&str; 4] = ["ABOVE_OR_BELOW", "AT", "ABOVE", "BELOW"];

/// Reads a text; the notes are of what its grammar alone changes.
pub(super) fn select<'q>(text: &'q str) -> Result<(Select<'q>, Vec<Note>), Fault> {
    if text.len() > MAX_CHARS {
        return Err(Reason::Length.at(Span::default()));
    }
    other(text)?;
    let mut parser = Parser { tokens: token::tokens(text)?, next: 0, depth: 0, notes: Vec::new() };
    let select = parser.statement()?;
    while parser.take_mark(";") {}
    match parser.peek() {
        Kind::End => Ok((select, parser.notes)),
        _ if parser.is_mark_before(";") => Err(parser.fault(Reason::Several)),
        _ => Err(parser.expected("AND, OR, the next clause or the end (texts go in single quotes)")),
    }
}

/// What begins like another language is not taken apart first.
fn other(text: &str) -> Result<(), Fault> {
    let mut rest = text.trim_start_matches(|character: char| character.is_whitespace() || character == '(');
    while let Some((_, after)) = rest.strip_prefix("/*").and_then(|comment| split_around(comment, "*/")) {
        rest = after.trim_start();
    }
    let word = rest.split(|character: char| !character.is_alphanumeric()).next().unwrap_or_default();
    let is_other = OTHERS.iter().any(|other| other.eq_ignore_ascii_case(word));
    let start = text.len() - rest.len();
    let at = Span { start, end: start + word.len() };
    if is_other { Err(Reason::Other(word.to_ascii_uppercase()).at(at)) } else { Ok(()) }
}

struct Parser<'q> {
    tokens: Vec<Token<'q>>,
    next: usize,
    depth: u32,
    notes: Vec<Note>,
}

impl<'q> Parser<'q> {
    fn token(&self, ahead: usize) -> Option<&Token<'q>> {
        self.tokens.get(self.next + ahead).or(self.tokens.last())
    }

    fn kind(&self, ahead: usize) -> Kind<'q> {
        self.token(ahead).map_or(Kind::End, |token| token.kind)
    }

    fn peek(&self) -> Kind<'q> {
        self.kind(0)
    }

    /// Where the next token stands.
    fn here(&self) -> Span {
        self.token(0).map(|token| token.at).unwrap_or_default()
    }

    /// Where the last token ended.
    fn end_of_last(&self) -> Span {
        self.next.checked_sub(1).and_then(|last| self.tokens.get(last)).map(|token| token.at).unwrap_or_default()
    }

    fn is_mark_before(&self, mark: &str) -> bool {
        self.next.checked_sub(1).and_then(|last| self.tokens.get(last)).is_some_and(|token| is_mark(token.kind, mark))
    }

    fn fault(&self, reason: Reason) -> Fault {
        reason.at(self.here())
    }

    fn expected(&self, expected: &'static str) -> Fault {
        self.fault(Reason::Expected { expected })
    }

    fn is(&self, ahead: usize, word: &str) -> bool {
        matches!(self.kind(ahead), Kind::Word(found) if found.eq_ignore_ascii_case(word))
    }

    fn is_one_of(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(0, word))
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.is(0, word);
        self.next += usize::from(found);
        found
    }

    /// Takes words that follow one another, or none of them.
    fn take_all(&mut self, words: &[&str]) -> bool {
        let found = words.iter().enumerate().all(|(ahead, word)| self.is(ahead, word));
        self.next += if found { words.len() } else { 0 };
        found
    }

    fn is_mark(&self, ahead: usize, mark: &str) -> bool {
        is_mark(self.kind(ahead), mark)
    }

    fn take_mark(&mut self, mark: &str) -> bool {
        let found = self.is_mark(0, mark);
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, word: &str, expected: &'static str) -> Result<(), Fault> {
        if self.take(word) { Ok(()) } else { Err(self.expected(expected)) }
    }

    fn expect_mark(&mut self, mark: &str, expected: &'static str) -> Result<(), Fault> {
        if self.take_mark(mark) { Ok(()) } else { Err(self.expected(expected)) }
    }

    /// One level deeper, for as long as something nests.
    fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.fault(Reason::Depth));
        }
        let result = inner(self)?;
        self.depth -= 1;
        Ok(result)
    }

    /// Elements with commas between them.
    fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Result<T, Fault>) -> Result<Vec<T>, Fault> {
        let mut all = vec![one(self)?];
        while self.take_mark(",") {
            all.push(one(self)?);
        }
        Ok(all)
    }

    /// A list of columns or keys, of which there are never many.
    fn short_list<T>(&mut self, one: impl FnMut(&mut Self) -> Result<T, Fault>) -> Result<Vec<T>, Fault> {
        let at = self.here();
        let all = self.list(one)?;
        if all.len() > MAX_COLUMNS { Err(Reason::Size.at(at)) } else { Ok(all) }
    }

    fn note(&mut self, note: Note) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    fn statement(&mut self) -> Result<Select<'q>, Fault> {
        if let Kind::Word(word) = self.peek()
            && WRITES.iter().any(|write| write.eq_ignore_ascii_case(word))
        {
            return Err(self.fault(Reason::Writes(word.to_ascii_uppercase())));
        }
        if self.is(0, "WITH") {
            return Err(self.fault(Reason::Nested));
        }
        if self.is_mark(0, "(") {
            self.next += 1;
            let select = self.nested(Self::statement)?;
            self.expect_mark(")", "a closing parenthesis")?;
            return Ok(select);
        }
        self.select()
    }

    fn select(&mut self) -> Result<Select<'q>, Fault> {
        self.nested(|parser| {
            let at = parser.here();
            let mut select = Select {
                at,
                distinct: None,
                items: Vec::new(),
                tables: Vec::new(),
                scope: None,
                condition: None,
                categories: Vec::new(),
                group_by: Vec::new(),
                group_kind: GroupKind::Plain,
                having: None,
                order_by: Vec::new(),
                limit: None,
                offset: None,
            };
            if parser.take("SELECT") {
                parser.quantifier(&mut select)?;
                if !parser.is(0, "FROM") {
                    select.items = parser.short_list(Self::item)?;
                }
            } else if !parser.is(0, "FROM") {
                return Err(parser.expected("SELECT"));
            }
            if select.items.is_empty() {
                select.items.push(Item::Done(Column::Usual(at)));
            }
            if parser.is(0, "INTO") {
                return Err(parser.fault(Reason::Writes("SELECT INTO".to_owned())));
            }
            parser.expect("FROM", "FROM, or a comma and the next column")?;
            parser.tables(&mut select.tables)?;
            parser.clauses(&mut select)?;
            if let Kind::Word(word) = parser.peek()
                && SETS.iter().any(|set| set.eq_ignore_ascii_case(word))
            {
                return Err(parser.fault(Reason::Sets(word.to_ascii_uppercase())));
            }
            select.at = at.to(parser.end_of_last());
            Ok(select)
        })
    }

    /// `DISTINCT`, `TOP 10`
    fn quantifier(&mut self, select: &mut Select<'q>) -> Result<(), Fault> {
        let at = self.here();
        if self.is(0, "DISTINCT") && !self.is_mark(1, ",") && !self.is(1, "FROM") {
            self.next += 1;
            if self.is(0, "ON") && self.is_mark(1, "(") {
                return Err(self.fault(Reason::Distinct));
            }
            select.distinct = Some(at);
        } else if self.is(0, "ALL") && matches!(self.kind(1), Kind::Word(_)) && !self.is(1, "FROM") {
            self.next += 1;
        }
        if self.is(0, "TOP") && (matches!(self.kind(1), Kind::Number(_)) || self.is_mark(1, "(")) {
            self.next += 1;
            let in_parentheses = self.take_mark("(");
            let at = self.here();
            select.limit = Some((self.whole()?, at));
            if in_parentheses {
                self.expect_mark(")", "a closing parenthesis")?;
            }
        }
        Ok(())
    }

    fn whole(&mut self) -> Result<u32, Fault> {
        let Kind::Number(digits) = self.peek() else { return Err(self.fault(Reason::Whole)) };
        let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        let whole = digits.parse().ok().filter(|_| is_plain).ok_or_else(|| self.fault(Reason::Whole))?;
        self.next += 1;
        Ok(whole)
    }

    /// Something of a select list.
    fn item(&mut self) -> Result<Item<'q>, Fault> {
        let at = self.here();
        if self.take_mark("*") {
            return Ok(Item::Done(Column::Usual(at)));
        }
        if self.is(0, "TYPEOF") && matches!(self.kind(1), Kind::Word(_)) && self.is(2, "WHEN") {
            return Ok(Item::Done(self.type_of()?));
        }
        if self.is(0, "FIELDS") && self.is_mark(1, "(") {
            self.next += 2;
            let sets = [("ALL", FieldSet::All), ("CUSTOM", FieldSet::Custom), ("STANDARD", FieldSet::Standard)];
            let set = sets.into_iter().find(|(word, _)| self.take(word));
            let (_, set) = set.ok_or_else(|| self.expected("ALL, CUSTOM or STANDARD"))?;
            self.expect_mark(")", "a closing parenthesis")?;
            return Ok(Item::Done(Column::Fields(set, at)));
        }
        let term = self.term()?;
        if self.is_mark(0, ".") && self.is_mark(1, "*") {
            self.next += 2;
            return match term {
                Term::Path(path) => Ok(Item::StarOf(path)),
                _ => Err(Reason::Sort.at(at)),
            };
        }
        if self.is_mark(0, "||") {
            return Err(self.fault(Reason::Arithmetic));
        }
        let alias = self.alias()?;
        Ok(Item::Term { term, alias })
    }

    /// `[AS] name`, if there is one.
    fn alias(&mut self) -> Result<Option<Name>, Fault> {
        let is_named = self.take("AS");
        let at = self.here();
        let name = match self.peek() {
            Kind::Word(word) if is_named || !is_end(word) => word.to_owned(),
            Kind::Named(name) => name.to_owned(),
            Kind::Text(quoted) => quoted.text()?,
            _ if is_named => return Err(self.expected("a name")),
            _ => return Ok(None),
        };
        self.next += 1;
        Ok(Some(Name::new(name, at)))
    }

    /// `TYPEOF What WHEN Account THEN Phone, Name WHEN … ELSE Name END`
    fn type_of(&mut self) -> Result<Column, Fault> {
        self.next += 1;
        let relationship = self.name("a relationship")?;
        let mut branches = Vec::new();
        while self.take("WHEN") {
            let object = self.name("an object")?;
            self.expect("THEN", "THEN")?;
            branches.push(Branch { object, fields: self.short_list(|parser| parser.path("a field"))? });
        }
        let otherwise = if self.take("ELSE") { self.short_list(|parser| parser.path("a field"))? } else { Vec::new() };
        self.expect("END", "WHEN, ELSE or END")?;
        Ok(Column::TypeOf { relationship, branches, otherwise })
    }

    /// One name.
    fn name(&mut self, expected: &'static str) -> Result<Name, Fault> {
        let at = self.here();
        let text = match self.peek() {
            Kind::Word(word) => word.to_owned(),
            Kind::Named(name) => name.to_owned(),
            Kind::Text(quoted) => quoted.label()?.text,
            _ => return Err(self.expected(expected)),
        };
        self.next += 1;
        Ok(Name::new(text, at))
    }

    /// Names with dots between them.
    fn path(&mut self, expected: &'static str) -> Result<Path, Fault> {
        let mut parts = vec![self.name(expected)?];
        while self.is_mark(0, ".") && !self.is_mark(1, "*") {
            self.next += 1;
            if let Kind::Word(word) = self.peek()
                && is_reserved(word)
                && !self.is(0, "ORDER")
                && !(self.is(0, "GROUP") && self.is_mark(1, "."))
            {
                return Err(self.expected("a name"));
            }
            parts.push(self.name("a name")?);
        }
        Ok(Path { parts })
    }

    fn tables(&mut self, tables: &mut Vec<Table<'q>>) -> Result<(), Fault> {
        tables.push(self.table(Join::Listed)?);
        loop {
            let at = self.here();
            if tables.len() > MAX_TABLES {
                return Err(Reason::Size.at(at));
            }
            if self.take_mark(",") {
                tables.push(self.table(Join::Listed)?);
                continue;
            }
            for word in ["RIGHT", "FULL", "CROSS", "NATURAL", "OUTER", "LATERAL"] {
                if self.is(0, word) {
                    return Err(self.fault(Reason::Join(word.to_owned())));
                }
            }
            let join = if self.take_all(&["LEFT", "JOIN"]) || self.take_all(&["LEFT", "OUTER", "JOIN"]) {
                Join::Left
            } else if self.take("JOIN") || self.take_all(&["INNER", "JOIN"]) {
                Join::Inner
            } else {
                return Ok(());
            };
            let mut table = self.table(join)?;
            if self.is(0, "USING") && self.is_mark(1, "(") {
                return Err(self.fault(Reason::JoinCondition));
            }
            if self.take("ON") {
                table.on = Some(self.condition()?);
            }
            tables.push(table);
        }
    }

    fn table(&mut self, join: Join) -> Result<Table<'q>, Fault> {
        let at = self.here();
        if self.is_mark(0, "(") {
            return Err(self.fault(Reason::Nested));
        }
        // Group and Order are objects as well as keywords.
        let begins_clause = !self.is_one_of(&["GROUP", "ORDER"]) || self.is(1, "BY");
        if let Kind::Word(word) = self.peek()
            && begins_clause
            && is_reserved(word)
        {
            return Err(self.expected("an object"));
        }
        let object = self.path("an object")?;
        let has_alias = self.is(0, "AS") || !(self.is_one_of(&["GROUP", "ORDER"]) && self.is(1, "BY"));
        let alias = if has_alias { self.alias()? } else { None };
        if self.take_all(&["WITH"]) {
            // A hint to SQL Server, or a clause of SOQL.
            if self.is_mark(0, "(") && self.is(1, "NOLOCK") && self.is_mark(2, ")") {
                self.next += 3;
                self.note(Note::ClauseDropped("WITH (NOLOCK)"));
            } else {
                self.next -= 1;
            }
        }
        Ok(Table { object, alias, join, on: None, at: at.to(self.end_of_last()) })
    }

    /// What follows FROM, each clause once and in its place.
    fn clauses(&mut self, select: &mut Select<'q>) -> Result<(), Fault> {
        let mut last = 0;
        loop {
            let at = self.here();
            let (rank, clause) = match self.peek() {
                Kind::Word(word) => match word.to_ascii_uppercase().as_str() {
                    "USING" => (1, "USING SCOPE"),
                    "WHERE" => (2, "WHERE"),
                    "WITH" => (3, "WITH"),
                    "GROUP" => (4, "GROUP BY"),
                    "HAVING" => (5, "HAVING"),
                    "ORDER" => (6, "ORDER BY"),
                    "LIMIT" => (7, "LIMIT"),
                    // Either may come first.
                    "OFFSET" => (7, "OFFSET"),
                    "FETCH" => (7, "FETCH"),
                    "FOR" | "UPDATE" => return Err(self.fault(Reason::Marks)),
                    "ALL" if self.is(1, "ROWS") => return Err(self.fault(Reason::AllRows)),
                    "WINDOW" | "QUALIFY" => return Err(self.fault(Reason::Window)),
                    _ => return Ok(()),
                },
                _ => return Ok(()),
            };
            if rank < last || (rank == last && rank < 7 && rank != 3) {
                return Err(Reason::Clause(clause).at(at));
            }
            last = rank;
            self.next += 1;
            match clause {
                "USING SCOPE" => {
                    self.expect("SCOPE", "SCOPE")?;
                    select.scope = Some(self.name("a scope, such as mine")?);
                }
                "WHERE" => select.condition = Some(self.condition()?),
                "WITH" => self.with(select)?,
                "GROUP BY" => self.group_by(select)?,
                "HAVING" => select.having = Some((self.condition()?, at)),
                "ORDER BY" => {
                    self.expect("BY", "BY")?;
                    select.order_by = self.short_list(Self::sort)?;
                }
                _ => self.rows(select, clause, at)?,
            }
        }
    }

    /// `LIMIT 5`, `LIMIT 10, 5`, `LIMIT ALL`, `OFFSET 5 ROWS`, `FETCH FIRST 5 ROWS ONLY`
    fn rows(&mut self, select: &mut Select<'q>, clause: &'static str, at: Span) -> Result<(), Fault> {
        let twice = || Reason::Clause(clause).at(at);
        if clause == "OFFSET" {
            if select.offset.is_some() {
                return Err(twice());
            }
            select.offset = Some((self.whole()?, at));
            let _ = self.take("ROWS") || self.take("ROW");
            return Ok(());
        }
        if select.limit.is_some() {
            return Err(twice());
        }
        if clause == "FETCH" {
            if !self.take("FIRST") {
                self.expect("NEXT", "FIRST or NEXT")?;
            }
            let rows = if matches!(self.peek(), Kind::Number(_)) { self.whole()? } else { 1 };
            let _ = self.take("ROWS") || self.take("ROW");
            self.expect("ONLY", "ROWS ONLY")?;
            select.limit = Some((rows, at));
            return Ok(());
        }
        if self.take("ALL") || self.take("NULL") {
            return Ok(());
        }
        let first = self.whole()?;
        if self.take_mark(",") {
            if select.offset.is_some() {
                return Err(twice());
            }
            select.offset = Some((first, at));
            select.limit = Some((self.whole()?, at));
        } else {
            select.limit = Some((first, at));
        }
        Ok(())
    }

    fn with(&mut self, select: &mut Select<'q>) -> Result<(), Fault> {
        if self.take("SECURITY_ENFORCED") || self.take("USER_MODE") {
            // So does every query.
            self.note(Note::ClauseDropped("WITH"));
            return Ok(());
        }
        if !self.take_all(&["DATA", "CATEGORY"]) {
            return Err(self.fault(Reason::With));
        }
        loop {
            let group = self.name("a category group")?;
            let selector = SELECTORS.into_iter().find(|selector| self.take(selector));
            let selector = selector.ok_or_else(|| self.expected("AT, ABOVE, BELOW or ABOVE_OR_BELOW"))?;
            let categories = if self.take_mark("(") {
                let categories = self.short_list(|parser| parser.name("a category"))?;
                self.expect_mark(")", "a closing parenthesis")?;
                categories
            } else {
                vec![self.name("a category")?]
            };
            select.categories.push(CategoryFilter { group, selector, categories });
            if !self.take("AND") {
                return Ok(());
            }
        }
    }

    fn group_by(&mut self, select: &mut Select<'q>) -> Result<(), Fault> {
        self.expect("BY", "BY")?;
        if self.is(0, "GROUPING") && self.is(1, "SETS") {
            return Err(self.fault(Reason::GroupingSets));
        }
        let kinds = [("ROLLUP", GroupKind::Rollup), ("CUBE", GroupKind::Cube)];
        if let Some((_, kind)) = kinds.into_iter().find(|(word, _)| self.is(0, word) && self.is_mark(1, "(")) {
            self.next += 2;
            select.group_by = self.short_list(Self::term)?;
            select.group_kind = kind;
            return self.expect_mark(")", "a closing parenthesis");
        }
        select.group_by = self.short_list(Self::term)?;
        if self.take_all(&["WITH", "ROLLUP"]) {
            select.group_kind = GroupKind::Rollup;
        }
        Ok(())
    }

    fn sort(&mut self) -> Result<Sort<'q>, Fault> {
        let term = self.term()?;
        let descending = self.take("DESC") || self.take("DESCENDING");
        if !descending {
            let _ = self.take("ASC") || self.take("ASCENDING");
        }
        let nulls = if self.take("NULLS") {
            let first = self.take("FIRST");
            if !first {
                self.expect("LAST", "FIRST or LAST")?;
            }
            Some(if first { Nulls::First } else { Nulls::Last })
        } else {
            None
        };
        Ok(Sort { term, direction: if descending { Direction::Descending } else { Direction::Ascending }, nulls })
    }
}

fn is_mark(kind: Kind<'_>, mark: &str) -> bool {
    matches!(kind, Kind::Mark(found) if found == mark)
}

/// Whether a word is a name only in quotes.
fn is_reserved(word: &str) -> bool {
    is_end(word) || ALONE.iter().any(|alone| alone.eq_ignore_ascii_case(word))
}

fn is_end(word: &str) -> bool {
    ENDS.iter().any(|end| end.eq_ignore_ascii_case(word))
}
