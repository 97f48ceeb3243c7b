//! Tokens → [`Query`], by recursive descent: one function per rule of the grammar.

use jiff::{
    Timestamp,
    civil::{Date, Time},
};

use super::ast::{
    Aggregate, Condition, DateFunction, DateLiteral, Expression, FieldSet, LikePart, LikePattern, Operator, Order,
    Path, Position, Query, Scope, SelectItem, Unit, Value,
};
use super::error::Fault;
use super::lexer::{self, Kind, Token};

/// How deep parentheses and subqueries may nest; a real org gives up somewhere as well.
const MAX_DEPTH: usize = 64;

/// Words that cannot be a field name or an alias.
/// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_alias.htm>
const RESERVED: [&str; 21] = [
    "AND", "ASC", "DESC", "EXCLUDES", "FIRST", "FROM", "GROUP", "HAVING", "IN", "INCLUDES", "LAST", "LIKE", "LIMIT",
    "NOT", "NULL", "NULLS", "OR", "SELECT", "USING", "WHERE", "WITH",
];

/// Words that end the FROM clause, and so are no alias there.
const AFTER_FROM: [&str; 11] =
    ["USING", "WHERE", "WITH", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "FOR", "UPDATE", "ALL"];

/// Where a string literal stands: `\%` and `\_` are escapes in a pattern and errors elsewhere.
#[derive(Clone, Copy, PartialEq)]
enum Literal {
    Plain,
    Pattern,
}

/// Where a filter stands.
#[derive(Clone, Copy, PartialEq)]
enum Clause {
    Where,
    Having,
}

pub(crate) fn query(text: &str) -> Result<Query, Fault> {
    let mut parser = Parser { tokens: lexer::tokens(text)?, next: 0, depth: 0 };
    let query = parser.query()?;
    match parser.peek() {
        Kind::End => Ok(query),
        _ => Err(parser.unexpected()),
    }
}

/// The clauses that SOSL shares with SOQL: `Name, Id WHERE … ORDER BY … LIMIT …` inside `RETURNING Account(…)`.
pub(crate) fn returning(object: &str, text: &str) -> Result<Query, Fault> {
    let mut parser = Parser { tokens: lexer::tokens(text)?, next: 0, depth: 0 };
    let select = parser.select_list()?;
    let query = parser.clauses(select, Path::new(object), None)?;
    match parser.peek() {
        Kind::End => Ok(query),
        _ => Err(parser.unexpected()),
    }
}

struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    next: usize,
    depth: usize,
}

fn is_reserved(word: &str) -> bool {
    RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(word))
}

impl<'a> Parser<'a> {
    fn kind(&self, ahead: usize) -> Kind<'a> {
        self.tokens.get(self.next + ahead).map_or(Kind::End, |token| token.kind)
    }

    fn peek(&self) -> Kind<'a> {
        self.kind(0)
    }

    fn at(&self) -> usize {
        let last = self.tokens.last().map_or(0, |token| token.at);
        self.tokens.get(self.next).map_or(last, |token| token.at)
    }

    fn here(&self) -> Position {
        Position(self.at())
    }

    fn advance(&mut self) {
        self.next += 1;
    }

    fn unexpected(&self) -> Fault {
        let detail = format!("unexpected token: '{}'", self.peek().quoted());
        Fault::malformed(self.at(), detail)
    }

    fn is_word(&self, ahead: usize, word: &str) -> bool {
        matches!(self.kind(ahead), Kind::Word(found) if found.eq_ignore_ascii_case(word))
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(0, word);
        if found {
            self.advance();
        }
        found
    }

    fn expect_word(&mut self, word: &str) -> Result<(), Fault> {
        if self.take_word(word) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn is_mark(&self, ahead: usize, mark: &str) -> bool {
        matches!(self.kind(ahead), Kind::Mark(found) if found == mark)
    }

    fn take_mark(&mut self, mark: &str) -> bool {
        let found = self.is_mark(0, mark);
        if found {
            self.advance();
        }
        found
    }

    fn expect_mark(&mut self, mark: &str) -> Result<(), Fault> {
        if self.take_mark(mark) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn enter(&mut self) -> Result<(), Fault> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Fault::malformed(self.at(), "the query nests too deeply"));
        }
        Ok(())
    }

    fn comma_separated<T>(&mut self, mut item: impl FnMut(&mut Self) -> Result<T, Fault>) -> Result<Vec<T>, Fault> {
        let mut items = vec![item(self)?];
        while self.take_mark(",") {
            items.push(item(self)?);
        }
        Ok(items)
    }

    fn query(&mut self) -> Result<Query, Fault> {
        self.enter()?;
        self.expect_word("SELECT")?;
        let select = self.select_list()?;
        self.expect_word("FROM")?;
        let from = self.object()?;
        let alias = self.object_alias()?;
        if self.is_mark(0, ",") {
            let what = "several objects in FROM; write the path in SELECT instead";
            return Err(Fault::unsupported(self.at(), what));
        }
        let query = self.clauses(select, from, alias)?;
        self.depth -= 1;
        Ok(query)
    }

    fn select_list(&mut self) -> Result<Vec<SelectItem>, Fault> {
        self.comma_separated(Self::select_item)
    }

    fn clauses(&mut self, select: Vec<SelectItem>, from: Path, alias: Option<String>) -> Result<Query, Fault> {
        let scope = if self.take_word("USING") { Some(self.scope()?) } else { None };
        let condition = if self.take_word("WHERE") { Some(self.conditions(Clause::Where)?) } else { None };
        if self.is_word(0, "WITH") {
            return Err(Fault::unsupported(self.at(), "WITH in a REST query"));
        }
        let mut group_by = Vec::new();
        let mut having = None;
        if self.take_word("GROUP") {
            self.expect_word("BY")?;
            group_by = self.comma_separated(Self::group_key)?;
            if self.take_word("HAVING") {
                having = Some(self.conditions(Clause::Having)?);
            }
        }
        let mut order_by = Vec::new();
        if self.take_word("ORDER") {
            self.expect_word("BY")?;
            order_by = self.comma_separated(Self::order)?;
        }
        let limit = self.count_after("LIMIT")?;
        let offset = self.count_after("OFFSET")?;
        let (mut for_view, mut for_reference) = (false, false);
        if self.take_word("FOR") {
            loop {
                if !for_view && self.take_word("VIEW") {
                    for_view = true;
                } else if !for_reference && self.take_word("REFERENCE") {
                    for_reference = true;
                } else {
                    return Err(self.unexpected());
                }
                if !self.take_mark(",") {
                    break;
                }
            }
        }
        if self.is_word(0, "UPDATE") {
            return Err(Fault::unsupported(self.at(), "UPDATE TRACKING or VIEWSTAT"));
        }
        Ok(Query {
            select,
            from,
            alias,
            scope,
            condition,
            group_by,
            having,
            order_by,
            limit,
            offset,
            for_view,
            for_reference,
        })
    }

    fn select_item(&mut self) -> Result<SelectItem, Fault> {
        if self.take_mark("(") {
            let query = self.query()?;
            self.expect_mark(")")?;
            return Ok(SelectItem::Children(Box::new(query)));
        }
        let at = self.here();
        if self.is_word(0, "TYPEOF") && matches!(self.kind(1), Kind::Word(_)) {
            return Err(Fault::unsupported(at.0, "TYPEOF"));
        }
        if self.is_word(0, "FIELDS") && self.is_mark(1, "(") {
            self.advance();
            self.advance();
            let set = match self.peek() {
                Kind::Word(word) if word.eq_ignore_ascii_case("ALL") => FieldSet::All,
                Kind::Word(word) if word.eq_ignore_ascii_case("CUSTOM") => FieldSet::Custom,
                Kind::Word(word) if word.eq_ignore_ascii_case("STANDARD") => FieldSet::Standard,
                _ => return Err(self.unexpected()),
            };
            self.advance();
            self.expect_mark(")")?;
            return Ok(SelectItem::Fields(set, at));
        }
        // `COUNT()` is no expression: it stands in SELECT only.
        let expression = if self.is_word(0, "COUNT") && self.is_mark(1, "(") && self.is_mark(2, ")") {
            self.next += 3;
            Expression::CountRows(at)
        } else {
            self.expression()?
        };
        let alias = match self.peek() {
            Kind::Word(word) if is_reserved(word) || word.eq_ignore_ascii_case("AS") => None,
            // `Name ORDER BY …` in a search's RETURNING: a word is an alias only where the list goes on or ends.
            Kind::Word(word) if self.is_mark(1, ",") || self.is_word(1, "FROM") || self.kind(1) == Kind::End => {
                self.advance();
                Some(word.to_owned())
            }
            _ => None,
        };
        Ok(SelectItem::Expression { expression, alias })
    }

    /// A field, or a function of one.
    fn expression(&mut self) -> Result<Expression, Fault> {
        let Kind::Word(name) = self.peek() else {
            return Err(self.unexpected());
        };
        if !self.is_mark(1, "(") {
            return Ok(Expression::Field(self.field()?));
        }
        let at = self.here();
        let upper = name.to_ascii_uppercase();
        if matches!(upper.as_str(), "CONVERTCURRENCY" | "DISTANCE" | "GEOLOCATION" | "GROUPING") {
            return Err(Fault::unsupported(at.0, format_args!("{name}()")));
        }
        let expression = if let Some(function) = aggregate(&upper) {
            self.advance();
            self.advance();
            let field = self.field()?;
            Expression::Aggregate { function, field }
        } else if let Some(function) = date_function(&upper) {
            self.advance();
            self.advance();
            let convert_timezone = self.is_word(0, "convertTimezone") && self.is_mark(1, "(");
            if convert_timezone {
                self.advance();
                self.advance();
            }
            let field = self.field()?;
            if convert_timezone {
                self.expect_mark(")")?;
            }
            Expression::Date { function, field, convert_timezone }
        } else if upper == "TOLABEL" {
            self.advance();
            self.advance();
            Expression::ToLabel(self.field()?)
        } else if upper == "FORMAT" {
            self.advance();
            self.advance();
            self.enter()?;
            let inner = self.expression()?;
            self.depth -= 1;
            if !matches!(inner, Expression::Field(_) | Expression::Aggregate { .. }) {
                let detail = "FORMAT takes a field or an aggregate";
                return Err(Fault::malformed(at.0, detail));
            }
            Expression::Format(Box::new(inner))
        } else {
            return Err(self.unexpected());
        };
        self.expect_mark(")")?;
        Ok(expression)
    }

    /// A field path. Its names are joined without blanks, as Salesforce's own clients write them.
    fn field(&mut self) -> Result<Path, Fault> {
        let Kind::Word(first) = self.peek() else {
            return Err(self.unexpected());
        };
        // `Group` is a keyword, and also the relationship in `Group.Name`.
        if is_reserved(first) && !(first.eq_ignore_ascii_case("GROUP") && self.is_mark(1, ".")) {
            return Err(self.unexpected());
        }
        self.path(first)
    }

    fn path(&mut self, first: &str) -> Result<Path, Fault> {
        let at = self.here();
        let mut end = at.0 + first.len();
        let mut parts = vec![first.to_owned()];
        self.advance();
        while self.is_mark(0, ".") {
            let Kind::Word(name) = self.kind(1) else {
                self.advance();
                return Err(self.unexpected());
            };
            if self.at() != end {
                return Err(self.unexpected());
            }
            self.advance();
            if self.at() != end + 1 {
                return Err(self.unexpected());
            }
            end = self.at() + name.len();
            self.advance();
            parts.push(name.to_owned());
        }
        Ok(Path { parts, at })
    }

    /// The object after FROM. `Group` is an object as well as a keyword.
    fn object(&mut self) -> Result<Path, Fault> {
        match self.peek() {
            Kind::Word(word) if !is_reserved(word) || word.eq_ignore_ascii_case("GROUP") => self.path(word),
            _ => Err(self.unexpected()),
        }
    }

    fn object_alias(&mut self) -> Result<Option<String>, Fault> {
        let Kind::Word(word) = self.peek() else {
            return Ok(None);
        };
        if AFTER_FROM.iter().any(|next| next.eq_ignore_ascii_case(word)) {
            return Ok(None);
        }
        if is_reserved(word) || word.eq_ignore_ascii_case("AS") {
            return Err(self.unexpected());
        }
        self.advance();
        Ok(Some(word.to_owned()))
    }

    fn scope(&mut self) -> Result<Scope, Fault> {
        self.expect_word("SCOPE")?;
        let Kind::Word(word) = self.peek() else {
            return Err(self.unexpected());
        };
        let scope = match word.to_ascii_lowercase().as_str() {
            "delegated" => Scope::Delegated,
            "everything" => Scope::Everything,
            "mine" => Scope::Mine,
            "mine_and_my_groups" => Scope::MineAndMyGroups,
            "my_territory" => Scope::MyTerritory,
            "my_team_territory" => Scope::MyTeamTerritory,
            "team" => Scope::Team,
            _ => return Err(self.unexpected()),
        };
        self.advance();
        Ok(scope)
    }

    fn group_key(&mut self) -> Result<Expression, Fault> {
        if (self.is_word(0, "ROLLUP") || self.is_word(0, "CUBE")) && self.is_mark(1, "(") {
            let what = "GROUP BY ROLLUP and GROUP BY CUBE";
            return Err(Fault::unsupported(self.at(), what));
        }
        let at = self.at();
        let key = self.expression()?;
        match key {
            Expression::Field(_) | Expression::Date { .. } => Ok(key),
            _ => Err(Fault::malformed(at, "only fields and date functions can be grouped")),
        }
    }

    fn order(&mut self) -> Result<Order, Fault> {
        let expression = self.expression()?;
        let descending = self.take_word("DESC");
        if !descending {
            self.take_word("ASC");
        }
        let mut nulls_last = false;
        if self.take_word("NULLS") {
            nulls_last = self.take_word("LAST");
            if !nulls_last {
                self.expect_word("FIRST")?;
            }
        }
        Ok(Order { expression, descending, nulls_last })
    }

    fn count_after(&mut self, keyword: &str) -> Result<Option<u64>, Fault> {
        if !self.take_word(keyword) {
            return Ok(None);
        }
        let Kind::Number(digits) = self.peek() else {
            return Err(self.unexpected());
        };
        let unsigned = digits.bytes().all(|byte| byte.is_ascii_digit());
        match digits.parse::<i32>() {
            Ok(count) if unsigned => {
                self.advance();
                Ok(Some(u64::from(count.unsigned_abs())))
            }
            _ => Err(self.unexpected()),
        }
    }

    /// `a AND b …`, `a OR b …` or `NOT a`. The two are never mixed, and NOT stands alone, without parentheses.
    fn conditions(&mut self, clause: Clause) -> Result<Condition, Fault> {
        if self.take_word("NOT") {
            let inner = self.condition(clause)?;
            return Ok(Condition::Not(Box::new(inner)));
        }
        let first = self.condition(clause)?;
        for (keyword, join) in [("AND", Condition::All as fn(Vec<Condition>) -> Condition), ("OR", Condition::Any)] {
            if self.is_word(0, keyword) {
                let mut all = vec![first];
                while self.take_word(keyword) {
                    all.push(self.condition(clause)?);
                }
                if self.is_word(0, "AND") || self.is_word(0, "OR") {
                    return Err(self.unexpected());
                }
                return Ok(join(all));
            }
        }
        Ok(first)
    }

    fn condition(&mut self, clause: Clause) -> Result<Condition, Fault> {
        if self.take_mark("(") {
            self.enter()?;
            let inner = self.conditions(clause)?;
            self.expect_mark(")")?;
            self.depth -= 1;
            return Ok(inner);
        }
        let start = self.at();
        let left = self.expression()?;
        if clause == Clause::Where && left.is_aggregate() {
            let detail = "aggregate functions are not allowed in WHERE; use HAVING";
            return Err(Fault::malformed(start, detail));
        }
        if matches!(left, Expression::Format(_)) {
            return Err(Fault::malformed(start, "FORMAT is not allowed in a filter"));
        }
        let at = self.here();
        if let Kind::Mark(mark) = self.peek() {
            let operator = match mark {
                "=" => Operator::Equal,
                "!=" | "<>" => Operator::NotEqual,
                "<" => Operator::Less,
                "<=" => Operator::LessOrEqual,
                ">" => Operator::Greater,
                ">=" => Operator::GreaterOrEqual,
                _ => return Err(self.unexpected()),
            };
            self.advance();
            let at = self.here();
            let value = self.value()?;
            return Ok(Condition::Compare { left, operator, value, at });
        }
        if self.take_word("LIKE") {
            let Kind::Text(raw) = self.peek() else {
                return Err(self.unexpected());
            };
            let parts = unescape(raw, self.at() + 1, Literal::Pattern)?;
            self.advance();
            return Ok(Condition::Like { left, pattern: LikePattern { parts } });
        }
        for (keyword, negated) in [("INCLUDES", false), ("EXCLUDES", true)] {
            if clause == Clause::Where && self.take_word(keyword) {
                let Expression::Field(left) = left else {
                    return Err(Fault::malformed(start, "only fields can have several values"));
                };
                self.expect_mark("(")?;
                let values = self.comma_separated(|parser| {
                    let text = parser.text()?;
                    Ok(text.split(';').map(str::to_owned).collect())
                })?;
                self.expect_mark(")")?;
                return Ok(Condition::Includes { left, negated, values });
            }
        }
        let negated = self.take_word("NOT");
        self.expect_word("IN")?;
        self.expect_mark("(")?;
        if clause == Clause::Where && self.is_word(0, "SELECT") {
            let Expression::Field(left) = left else {
                return Err(Fault::malformed(start, "only fields can be joined with a subquery"));
            };
            let query = Box::new(self.query()?);
            self.expect_mark(")")?;
            return Ok(Condition::InQuery { left, negated, query });
        }
        let values = self.comma_separated(Self::value)?;
        self.expect_mark(")")?;
        Ok(Condition::In { left, negated, values, at })
    }

    fn text(&mut self) -> Result<String, Fault> {
        let Kind::Text(raw) = self.peek() else {
            return Err(self.unexpected());
        };
        let parts = unescape(raw, self.at() + 1, Literal::Plain)?;
        self.advance();
        Ok(parts
            .into_iter()
            .map(|part| match part {
                LikePart::Text(text) => text,
                // A plain literal has no wildcards: `unescape` makes them in patterns only.
                LikePart::AnyOne | LikePart::AnyRun => String::new(),
            })
            .collect())
    }

    fn value(&mut self) -> Result<Value, Fault> {
        let value = match self.peek() {
            Kind::Text(_) => return Ok(Value::Text(self.text()?)),
            Kind::Number(digits) => Value::Number(digits.trim_start_matches('+').to_owned()),
            Kind::Date(text) => Value::Date(date(text).ok_or_else(|| self.bad_date(text))?),
            Kind::DateTime(text) => Value::DateTime(instant(text).ok_or_else(|| self.bad_date(text))?),
            Kind::Time(text) => Value::Time(time(text).ok_or_else(|| self.bad_date(text))?),
            Kind::Word(word) => match word.to_ascii_uppercase().as_str() {
                "NULL" => Value::Null,
                "TRUE" => Value::Boolean(true),
                "FALSE" => Value::Boolean(false),
                upper => {
                    if let Some(literal) = date_literal(upper) {
                        Value::DateLiteral(literal)
                    } else if is_currency(upper) {
                        return Err(Fault::unsupported(self.at(), "currency literals"));
                    } else {
                        return Err(self.unexpected());
                    }
                }
            },
            Kind::WordWithNumber(word, number) => {
                let literal = number.parse().ok().and_then(|n| counted_date_literal(&word.to_ascii_uppercase(), n));
                Value::DateLiteral(literal.ok_or_else(|| self.unexpected())?)
            }
            Kind::Mark(_) | Kind::End => return Err(self.unexpected()),
        };
        self.advance();
        Ok(value)
    }

    fn bad_date(&self, text: &str) -> Fault {
        Fault::malformed(self.at(), format!("invalid date: {text}"))
    }
}

fn aggregate(upper: &str) -> Option<Aggregate> {
    Some(match upper {
        "COUNT" => Aggregate::Count,
        "COUNT_DISTINCT" => Aggregate::CountDistinct,
        "SUM" => Aggregate::Sum,
        "AVG" => Aggregate::Avg,
        "MIN" => Aggregate::Min,
        "MAX" => Aggregate::Max,
        _ => return None,
    })
}

fn date_function(upper: &str) -> Option<DateFunction> {
    Some(match upper {
        "CALENDAR_MONTH" => DateFunction::CalendarMonth,
        "CALENDAR_QUARTER" => DateFunction::CalendarQuarter,
        "CALENDAR_YEAR" => DateFunction::CalendarYear,
        "DAY_IN_MONTH" => DateFunction::DayInMonth,
        "DAY_IN_WEEK" => DateFunction::DayInWeek,
        "DAY_IN_YEAR" => DateFunction::DayInYear,
        "DAY_ONLY" => DateFunction::DayOnly,
        "FISCAL_MONTH" => DateFunction::FiscalMonth,
        "FISCAL_QUARTER" => DateFunction::FiscalQuarter,
        "FISCAL_YEAR" => DateFunction::FiscalYear,
        "HOUR_IN_DAY" => DateFunction::HourInDay,
        "WEEK_IN_MONTH" => DateFunction::WeekInMonth,
        "WEEK_IN_YEAR" => DateFunction::WeekInYear,
        _ => return None,
    })
}

fn unit(name: &str) -> Option<Unit> {
    Some(match name {
        "DAY" => Unit::Day,
        "WEEK" => Unit::Week,
        "MONTH" => Unit::Month,
        "QUARTER" => Unit::Quarter,
        "YEAR" => Unit::Year,
        "FISCAL_QUARTER" => Unit::FiscalQuarter,
        "FISCAL_YEAR" => Unit::FiscalYear,
        _ => return None,
    })
}

/// The date literals without a number.
/// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm>
fn date_literal(upper: &str) -> Option<DateLiteral> {
    let longer = |name: &str| unit(name).filter(|unit| *unit != Unit::Day);
    match upper {
        "YESTERDAY" => Some(DateLiteral::Yesterday),
        "TODAY" => Some(DateLiteral::Today),
        "TOMORROW" => Some(DateLiteral::Tomorrow),
        "LAST_90_DAYS" => Some(DateLiteral::Last90Days),
        "NEXT_90_DAYS" => Some(DateLiteral::Next90Days),
        _ => {
            let (when, name) = upper.split_once('_')?;
            match when {
                "LAST" => longer(name).map(DateLiteral::Last),
                "THIS" => longer(name).map(DateLiteral::This),
                "NEXT" => longer(name).map(DateLiteral::Next),
                _ => None,
            }
        }
    }
}

/// The date literals with a number.
fn counted_date_literal(upper: &str, n: u32) -> Option<DateLiteral> {
    let plural = |name: &str| unit(name.strip_suffix('S')?);
    if let Some(name) = upper.strip_prefix("LAST_N_") {
        plural(name).map(|unit| DateLiteral::LastN(unit, n))
    } else if let Some(name) = upper.strip_prefix("NEXT_N_") {
        plural(name).map(|unit| DateLiteral::NextN(unit, n))
    } else {
        let name = upper.strip_prefix("N_")?.strip_suffix("_AGO")?;
        plural(name).map(|unit| DateLiteral::Ago(unit, n))
    }
}

fn is_currency(upper: &str) -> bool {
    match upper.split_at_checked(3) {
        Some((code, amount)) => {
            code.bytes().all(|byte| byte.is_ascii_uppercase())
                && !amount.is_empty()
                && amount.bytes().all(|byte| byte.is_ascii_digit())
        }
        None => false,
    }
}

/// The years a Salesforce date can be in.
const YEARS: std::ops::RangeInclusive<i16> = 1700..=4000;

fn date(text: &str) -> Option<Date> {
    let date: Date = text.parse().ok()?;
    YEARS.contains(&date.year()).then_some(date)
}

fn instant(text: &str) -> Option<Timestamp> {
    date(text.get(..10)?)?;
    text.parse().ok()
}

fn time(text: &str) -> Option<Time> {
    text.strip_suffix(['Z', 'z'])?.parse().ok()
}

/// Undoes the escapes of a literal whose content starts at `at`.
/// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm>
///
/// `\f` is documented there, and rejected by Salesforce's own grammar.
fn unescape(raw: &str, at: usize, literal: Literal) -> Result<Vec<LikePart>, Fault> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut characters = raw.char_indices();
    let wildcard = |part: LikePart, text: &mut String, parts: &mut Vec<LikePart>| {
        if !text.is_empty() {
            parts.push(LikePart::Text(std::mem::take(text)));
        }
        parts.push(part);
    };
    while let Some((index, c)) = characters.next() {
        match c {
            '%' if literal == Literal::Pattern => {
                wildcard(LikePart::AnyRun, &mut text, &mut parts);
            }
            '_' if literal == Literal::Pattern => {
                wildcard(LikePart::AnyOne, &mut text, &mut parts);
            }
            '\\' => {
                let escape = characters.next().map(|(_, c)| c);
                let bad = || {
                    let sequence: String = raw.get(index..).unwrap_or("").chars().take(2).collect();
                    let detail = format!("Illegal character sequence '{sequence}' in string literal");
                    Fault::malformed(at + index, detail)
                };
                text.push(match escape {
                    Some('n') => '\n',
                    Some('r') => '\r',
                    Some('t') => '\t',
                    // Salesforce's manual calls this one the bell.
                    Some('b') => '\u{7}',
                    Some(c @ ('"' | '\'' | '\\')) => c,
                    Some(c @ ('%' | '_')) if literal == Literal::Pattern => c,
                    Some('u') => {
                        let unit = code_unit(raw, index).ok_or_else(bad)?;
                        let mut used = 4;
                        let mut units = vec![unit];
                        if (0xD800..0xDC00).contains(&unit) {
                            units.push(code_unit(raw, index + 6).ok_or_else(bad)?);
                            used += 6;
                        }
                        let decoded = String::from_utf16(&units).map_err(|_| bad())?;
                        for _ in 0..used {
                            characters.next();
                        }
                        let mut decoded = decoded.chars();
                        match (decoded.next(), decoded.next()) {
                            (Some(c), None) => c,
                            _ => return Err(bad()),
                        }
                    }
                    _ => return Err(bad()),
                });
            }
            c => text.push(c),
        }
    }
    if !text.is_empty() {
        parts.push(LikePart::Text(text));
    }
    Ok(parts)
}

/// The four hexadecimal digits of the `\uXXXX` at `index`.
fn code_unit(raw: &str, index: usize) -> Option<u16> {
    let digits = raw.get(index..)?.strip_prefix("\\u")?.get(..4)?;
    let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    hexadecimal.then(|| u16::from_str_radix(digits, 16).ok())?
}
