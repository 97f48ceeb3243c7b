//! The one renderer: SOQL text from the values of this module, written straight into the formatter.

use std::fmt::{self, Display, Formatter, Write as _};

use super::escape;
use super::{
    Aggregate, ChildSelect, Comparison, Condition, DatePart, Direction, FieldList, FieldPath, Function, GroupOrder,
    Key, List, Literal, Measure, Nulls, Operand, Order, OrderBy, Pattern, Scope, Select, Selection, SemiJoin, Text,
};

/// Writes elements with something between them.
fn joined<T>(
    out: &mut Formatter<'_>,
    elements: &[T],
    between: &str,
    mut write: impl FnMut(&T, &mut Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    for (index, element) in elements.iter().enumerate() {
        if index > 0 {
            out.write_str(between)?;
        }
        write(element, out)?;
    }
    Ok(())
}

impl Display for Text {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_char('\'')?;
        escape::text(self.as_str(), out)?;
        out.write_char('\'')
    }
}

impl Display for Pattern {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_char('\'')?;
        escape::pattern(self.as_str(), out)?;
        out.write_char('\'')
    }
}

impl Display for Literal {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => out.write_str("null"),
            Self::Boolean(value) => value.fmt(out),
            Self::Number(number) => out.write_str(number.as_str()),
            Self::Text(text) => text.fmt(out),
            Self::Date(date) => date.fmt(out),
            Self::DateTime(moment) => moment.fmt(out),
            Self::TimeOfDay(time) => time.fmt(out),
            Self::DateLiteral(range) => range.fmt(out),
        }
    }
}

impl Display for super::Date {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{:04}-{:02}-{:02}", self.year(), self.month(), self.day())
    }
}

/// In UTC, because the `+` of an offset would have to be percent-encoded in a URL.
impl Display for super::DateTime {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{}T{:02}:{:02}:{:02}", self.date(), self.hour(), self.minute(), self.second())?;
        if self.millisecond() > 0 {
            write!(out, ".{:03}", self.millisecond())?;
        }
        out.write_char('Z')
    }
}

impl Display for Operand {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(field) => field.fmt(out),
            Self::Day(field) => part(DatePart::Day, field, true, out),
            Self::Part { part, field, zoned } => self::part(*part, field, *zoned, out),
            Self::Measure(measure) => measure.fmt(out),
        }
    }
}

impl Comparison {
    fn sign(self) -> &'static str {
        match self {
            Self::Eq => " = ",
            Self::Ne => " != ",
            Self::Lt => " < ",
            Self::Le => " <= ",
            Self::Gt => " > ",
            Self::Ge => " >= ",
        }
    }
}

impl<T: Display> Display for List<T> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_char('(')?;
        joined(out, self.as_slice(), ", ", Display::fmt)?;
        out.write_char(')')
    }
}

impl Display for Condition {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let not = |negated: &bool| if *negated { "NOT " } else { "" };
        match self {
            Self::Compare { operand, op, value } => {
                operand.fmt(out)?;
                out.write_str(op.sign())?;
                value.fmt(out)
            }
            Self::Like { field, pattern } => write!(out, "{field} LIKE {pattern}"),
            Self::In { field, negated, values } => write!(out, "{field} {}IN {values}", not(negated)),
            Self::Includes { field, values } => write!(out, "{field} INCLUDES {values}"),
            Self::Excludes { field, values } => write!(out, "{field} EXCLUDES {values}"),
            Self::InSelect { field, negated, query } => write!(out, "{field} {}IN ({query})", not(negated)),
            Self::And(conditions) => joined(out, conditions.as_slice(), " AND ", operand_of_logic),
            Self::Or(conditions) => joined(out, conditions.as_slice(), " OR ", operand_of_logic),
            // `A AND NOT B` is an error, `A AND (NOT B)` is not, so a NOT always brings its parentheses.
            Self::Not(condition) => {
                out.write_str("(NOT ")?;
                operand_of_logic(condition, out)?;
                out.write_char(')')
            }
        }
    }
}

/// A condition as part of another one: SOQL has no precedence of AND and OR, it wants parentheses.
fn operand_of_logic(condition: &Condition, out: &mut Formatter<'_>) -> fmt::Result {
    match condition {
        Condition::And(_) | Condition::Or(_) => write!(out, "({condition})"),
        other => other.fmt(out),
    }
}

impl Display for SemiJoin {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "SELECT {} FROM {}", self.select, self.from)?;
        where_clause(self.condition.as_ref(), out)
    }
}

impl Display for FieldList {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        joined(out, self.as_slice(), ", ", Display::fmt)
    }
}

impl Display for Selection {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count => out.write_str("COUNT()"),
            Self::Records { fields, children } => {
                fields.fmt(out)?;
                children.iter().try_for_each(|child| write!(out, ", ({child})"))
            }
        }
    }
}

impl Display for ChildSelect {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "SELECT {} FROM {}", self.fields, self.relationship)?;
        where_clause(self.condition.as_ref(), out)?;
        order_by_clause(&self.order_by, out)?;
        clause(" LIMIT ", self.limit, out)
    }
}

impl Display for Order {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{} {} NULLS {}", self.field, self.direction, self.nulls)
    }
}

impl Display for Direction {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Ascending => "ASC",
            Self::Descending => "DESC",
        })
    }
}

impl Display for Nulls {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::First => "FIRST",
            Self::Last => "LAST",
        })
    }
}

impl Display for Aggregate {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let keys = self.grouping.as_ref().map_or(&[][..], |grouping| grouping.keys.as_slice());
        out.write_str("SELECT ")?;
        for (index, key) in keys.iter().enumerate() {
            write!(out, "{key} g{index}, ")?;
        }
        for (index, measure) in self.measures.as_slice().iter().enumerate() {
            write!(out, "{}{measure} m{index}", if index > 0 { ", " } else { "" })?;
        }
        write!(out, " FROM {}", self.from)?;
        scope_clause(self.scope, out)?;
        where_clause(self.condition.as_ref(), out)?;
        let Some(grouping) = &self.grouping else { return Ok(()) };
        out.write_str(" GROUP BY ")?;
        joined(out, keys, ", ", Display::fmt)?;
        clause(" HAVING ", grouping.having.as_ref(), out)?;
        order_by_clause(&grouping.order_by, out)?;
        clause(" LIMIT ", grouping.limit, out)
    }
}

impl Display for Key {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(field) => field.fmt(out),
            Self::Part { part, field, zoned } => self::part(*part, field, *zoned, out),
        }
    }
}

/// A part of a date; of a moment, in the user's time zone.
fn part(part: DatePart, field: &FieldPath, zoned: bool, out: &mut Formatter<'_>) -> fmt::Result {
    if zoned { write!(out, "{part}(convertTimezone({field}))") } else { write!(out, "{part}({field})") }
}

impl Display for DatePart {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Day => "DAY_ONLY",
            Self::Month => "CALENDAR_MONTH",
            Self::Quarter => "CALENDAR_QUARTER",
            Self::Year => "CALENDAR_YEAR",
            Self::FiscalMonth => "FISCAL_MONTH",
            Self::FiscalQuarter => "FISCAL_QUARTER",
            Self::FiscalYear => "FISCAL_YEAR",
            Self::DayInMonth => "DAY_IN_MONTH",
            Self::DayInWeek => "DAY_IN_WEEK",
            Self::DayInYear => "DAY_IN_YEAR",
            Self::HourInDay => "HOUR_IN_DAY",
            Self::WeekInMonth => "WEEK_IN_MONTH",
            Self::WeekInYear => "WEEK_IN_YEAR",
        })
    }
}

impl Display for Measure {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let function = match self.function {
            Function::Count => "COUNT",
            Function::CountDistinct => "COUNT_DISTINCT",
            Function::Sum => "SUM",
            Function::Average => "AVG",
            Function::Min => "MIN",
            Function::Max => "MAX",
        };
        write!(out, "{function}({})", self.field)
    }
}

impl Display for GroupOrder {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match &self.by {
            OrderBy::Key(key) => key.fmt(out)?,
            OrderBy::Measure(measure) => measure.fmt(out)?,
        }
        write!(out, " {} NULLS {}", self.direction, self.nulls)
    }
}

impl Display for Select {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "SELECT {} FROM {}", self.selection, self.from)?;
        scope_clause(self.scope, out)?;
        where_clause(self.condition.as_ref(), out)?;
        order_by_clause(&self.order_by, out)?;
        clause(" LIMIT ", self.limit, out)?;
        clause(" OFFSET ", self.offset, out)
    }
}

fn where_clause(condition: Option<&Condition>, out: &mut Formatter<'_>) -> fmt::Result {
    clause(" WHERE ", condition, out)
}

fn scope_clause(scope: Option<Scope>, out: &mut Formatter<'_>) -> fmt::Result {
    match scope {
        Some(Scope::Mine) => out.write_str(" USING SCOPE mine"),
        None => Ok(()),
    }
}

fn order_by_clause<T: Display>(keys: &[T], out: &mut Formatter<'_>) -> fmt::Result {
    if keys.is_empty() {
        return Ok(());
    }
    out.write_str(" ORDER BY ")?;
    joined(out, keys, ", ", Display::fmt)
}

fn clause<T: Display>(keyword: &str, value: Option<T>, out: &mut Formatter<'_>) -> fmt::Result {
    let Some(value) = value else { return Ok(()) };
    out.write_str(keyword)?;
    value.fmt(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::RecordId;
    use crate::soql::{Date, DateLiteral, DateTime, FieldName, FieldPath, Number, ObjectName};

    /// What the manual says a literal means; everything else is an error.
    fn unescape(literal: &str) -> Option<String> {
        let mut characters = literal.chars();
        let mut text = String::new();
        while let Some(character) = characters.next() {
            text.push(match character {
                '\'' | '\n' | '\r' => return None,
                '\\' => match characters.next()? {
                    'n' | 'N' => '\n',
                    'r' | 'R' => '\r',
                    't' | 'T' => '\t',
                    'u' => {
                        let code: String = characters.by_ref().take(4).collect();
                        char::from_u32(u32::from_str_radix(&code, 16).ok()?)?
                    }
                    reserved @ ('\'' | '"' | '\\') => reserved,
                    _ => return None,
                },
                other => other,
            });
        }
        Some(text)
    }

    fn name(name: &'static str) -> FieldPath {
        FieldPath::from_static(name)
    }

    fn text(text: &str) -> Text {
        Text::new(text).unwrap()
    }

    fn texts<T: From<Text>>(values: &[&str]) -> List<T> {
        List::new(values.iter().map(|value| T::from(text(value)))).unwrap()
    }

    fn eq(field: &'static str, value: impl Into<Literal>) -> Condition {
        Condition::compare(name(field), Comparison::Eq, value)
    }

    fn ids_of(object: &'static str) -> Select {
        Select::new(FieldList::new([name("Id")]).unwrap(), ObjectName::from_static(object))
    }

    #[track_caller]
    fn check(query: &Select, expected: &str) {
        assert_eq!(query.to_string(), expected);
    }

    #[track_caller]
    fn check_condition(condition: &Condition, expected: &str) {
        assert_eq!(condition.to_string(), expected);
    }

    #[test]
    fn escaping_keeps_every_text_and_lets_none_out_of_its_quotes() {
        let mut hostile: Vec<String> =
            ('\0'..='\u{2100}').chain(['\u{feff}', '😀', '\u{10ffff}']).map(String::from).collect();
        hostile.extend(
            [
                "",
                "'",
                r"\",
                r"\'",
                r"'\",
                r"\\'",
                "C:\\",
                "O'Hara",
                "50%_",
                "x' OR Name != '",
                "\r\n",
                "\\n",
                r"\u0027",
                "') OR (Id != null",
                "a\u{2028}b\u{2029}c",
                "\u{1b}[31m",
            ]
            .map(str::to_owned),
        );
        for original in hostile {
            let literal = text(&original).to_string();
            let inside = literal.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).unwrap();
            assert_eq!(unescape(inside).as_ref(), Some(&original), "{literal}");
            assert!(!literal.contains(|character: char| character.is_control()), "{literal:?}");
        }
    }

    #[test]
    fn a_text_is_escaped_where_soql_asks_for_it_and_nowhere_else() {
        for (original, literal) in [
            ("O'Hara", r"'O\'Hara'"),
            (r"C:\", r"'C:\\'"),
            ("50%_", "'50%_'"),
            ("\"quoted\"", "'\"quoted\"'"),
            ("a\nb\r\tc", r"'a\nb\r\tc'"),
            ("\0\u{7f}\u{85}\u{2028}", r"'\u0000\u007F\u0085\u2028'"),
            ("é😀", "'é😀'"),
        ] {
            assert_eq!(text(original).to_string(), literal);
        }
    }

    #[test]
    fn a_pattern_keeps_its_own_backslashes() {
        for (pattern, literal) in [
            (Pattern::contains(r"50%_\'"), r"'%50\%\_\\\'%'"),
            (Pattern::starts_with("O'"), r"'O\'%'"),
            (Pattern::ends_with("\n"), r"'%\n'"),
            (Pattern::parse(r"a%\%_\_\\"), r"'a%\%_\_\\'"),
            (Pattern::parse("n\\\\\n"), r"'n\\\n'"),
        ] {
            assert_eq!(pattern.unwrap().to_string(), literal);
        }
    }

    #[test]
    fn every_literal_has_its_notation() {
        for (literal, expected) in [
            (Literal::Null, "null"),
            (true.into(), "true"),
            (false.into(), "false"),
            (Number::parse("-1.5e3").unwrap().into(), "-1500"),
            (Number::from(i64::MIN).into(), "-9223372036854775808"),
            (text("TODAY").into(), "'TODAY'"),
            (RecordId::parse("001000000000001").unwrap().into(), "'001000000000001AAA'"),
            (Date::parse("2026-05-31").unwrap().into(), "2026-05-31"),
            (DateTime::parse("2026-05-31T15:00:00+02:00").unwrap().into(), "2026-05-31T13:00:00Z"),
            (DateLiteral::parse("last_n_days:30").unwrap().into(), "LAST_N_DAYS:30"),
        ] {
            assert_eq!(literal.to_string(), expected);
        }
    }

    #[test]
    fn every_comparison_has_its_sign() {
        use Comparison::{Eq, Ge, Gt, Le, Lt, Ne};
        for (op, sign) in [(Eq, "="), (Ne, "!="), (Lt, "<"), (Le, "<="), (Gt, ">"), (Ge, ">=")] {
            let number = Number::from(5);
            check_condition(&Condition::compare(name("Amount"), op, number), &format!("Amount {sign} 5"));
        }
    }

    #[test]
    fn a_day_of_a_moment_is_the_users_day() {
        check_condition(
            &Condition::compare(
                Operand::Day(name("Account.CreatedDate")),
                Comparison::Lt,
                Date::parse("2026-05-31").unwrap(),
            ),
            "DAY_ONLY(convertTimezone(Account.CreatedDate)) < 2026-05-31",
        );
    }

    #[test]
    fn every_condition_has_its_form() {
        let like = Condition::Like { field: name("Name"), pattern: Pattern::contains("A").unwrap() };
        check_condition(&like, "Name LIKE '%A%'");
        check_condition(&!like, "(NOT Name LIKE '%A%')");
        let within = |negated| Condition::In { field: name("Industry"), negated, values: texts(&["A", "B'"]) };
        check_condition(&within(false), r"Industry IN ('A', 'B\'')");
        check_condition(&within(true), r"Industry NOT IN ('A', 'B\'')");
        let values = texts(&["A;B", "C"]);
        check_condition(&Condition::Includes { field: name("Tags__c"), values }, "Tags__c INCLUDES ('A;B', 'C')");
        let values = texts(&["A"]);
        check_condition(&Condition::Excludes { field: name("Tags__c"), values }, "Tags__c EXCLUDES ('A')");
        let among = |negated, condition| Condition::InSelect {
            field: FieldName::from_static("Id"),
            negated,
            query: Box::new(SemiJoin {
                select: FieldName::from_static("AccountId"),
                from: ObjectName::from_static("Opportunity"),
                condition,
            }),
        };
        check_condition(&among(false, None), "Id IN (SELECT AccountId FROM Opportunity)");
        check_condition(
            &among(true, Condition::any([eq("IsWon", true), eq("Amount", Literal::Null)])),
            "Id NOT IN (SELECT AccountId FROM Opportunity WHERE IsWon = true OR Amount = null)",
        );
    }

    #[test]
    fn mixed_logic_has_parentheses() {
        let or = || Condition::any([eq("A", true), eq("B", true)]).unwrap();
        let and = || Condition::all([eq("A", true), eq("B", true)]).unwrap();
        for (condition, expected) in [
            (Condition::all([or(), eq("C", true)]), "(A = true OR B = true) AND C = true"),
            (Condition::any([and(), eq("C", true)]), "(A = true AND B = true) OR C = true"),
            (Condition::all([or(), or()]), "(A = true OR B = true) AND (A = true OR B = true)"),
            (Condition::all([eq("C", true), !or()]), "C = true AND (NOT (A = true OR B = true))"),
            (Condition::any([!eq("C", true), !and()]), "(NOT C = true) OR (NOT (A = true AND B = true))"),
            (
                Some(!Condition::all([!eq("C", true), or()]).unwrap()),
                "(NOT ((NOT C = true) AND (A = true OR B = true)))",
            ),
        ] {
            check_condition(&condition.unwrap(), expected);
        }
    }

    #[test]
    fn a_tree_built_by_hand_is_soql_too() {
        let one = |condition| List::new([condition]).unwrap();
        let nested = Condition::And(one(Condition::And(one(Condition::Or(one(eq("A", true)))))));
        check_condition(&nested, "((A = true))");
        check_condition(&Condition::Not(Box::new(!eq("A", true))), "(NOT (NOT A = true))");
    }

    #[test]
    fn a_query_of_everything_is_short() {
        check(&ids_of("Account"), "SELECT Id FROM Account");
        check(&Select::new(Selection::Count, ObjectName::from_static("Account")), "SELECT COUNT() FROM Account");
    }

    #[test]
    fn the_clauses_come_in_soqls_order() {
        let query = Select {
            selection: FieldList::new(["Id", "Owner.Name"].map(name)).unwrap().into(),
            scope: Some(Scope::Mine),
            condition: Some(eq("Name", text("A"))),
            order_by: vec![
                Order { field: name("Owner.Name"), direction: Direction::Descending, nulls: Nulls::Last },
                Order { field: name("Id"), direction: Direction::Ascending, nulls: Nulls::First },
            ],
            limit: Some(25),
            offset: Some(50),
            ..ids_of("Account")
        };
        check(
            &query,
            "SELECT Id, Owner.Name FROM Account USING SCOPE mine WHERE Name = 'A' \
             ORDER BY Owner.Name DESC NULLS LAST, Id ASC NULLS FIRST LIMIT 25 OFFSET 50",
        );
    }

    #[test]
    fn groups_have_an_alias_for_every_column() {
        let sum = Measure { function: Function::Sum, field: name("Amount") };
        let year = Key::Part { part: DatePart::Year, field: name("CreatedDate"), zoned: true };
        let query = Aggregate {
            measures: List::new([Measure { function: Function::Count, field: name("Id") }, sum.clone()]).unwrap(),
            from: ObjectName::from_static("Opportunity"),
            scope: Some(Scope::Mine),
            condition: Some(eq("IsClosed", true)),
            grouping: Some(crate::soql::Grouping {
                keys: List::new([Key::Field(name("Account.Industry")), year.clone()]).unwrap(),
                having: Some(Condition::compare(Operand::Measure(sum.clone()), Comparison::Gt, Number::from(5))),
                order_by: vec![
                    GroupOrder { by: OrderBy::Key(year), direction: Direction::Ascending, nulls: Nulls::Last },
                    GroupOrder { by: OrderBy::Measure(sum), direction: Direction::Descending, nulls: Nulls::Last },
                ],
                limit: Some(2000),
            }),
            archived: false,
        };
        assert_eq!(
            query.to_string(),
            "SELECT Account.Industry g0, CALENDAR_YEAR(convertTimezone(CreatedDate)) g1, COUNT(Id) m0, SUM(Amount) m1 \
             FROM Opportunity USING SCOPE mine WHERE IsClosed = true \
             GROUP BY Account.Industry, CALENDAR_YEAR(convertTimezone(CreatedDate)) HAVING SUM(Amount) > 5 \
             ORDER BY CALENDAR_YEAR(convertTimezone(CreatedDate)) ASC NULLS LAST, SUM(Amount) DESC NULLS LAST \
             LIMIT 2000"
        );
        assert_eq!(
            Aggregate { grouping: None, scope: None, condition: None, ..query }.to_string(),
            "SELECT COUNT(Id) m0, SUM(Amount) m1 FROM Opportunity"
        );
    }

    #[test]
    fn children_are_queries_in_parentheses() {
        let child = |relationship| ChildSelect {
            relationship: FieldName::from_static(relationship),
            fields: FieldList::new([name("Id")]).unwrap(),
            condition: None,
            order_by: Vec::new(),
            limit: None,
        };
        let contacts = ChildSelect {
            fields: FieldList::new(["Id", "Name"].map(name)).unwrap(),
            condition: Some(eq("IsDeleted", false)),
            order_by: vec![Order { field: name("Name"), direction: Direction::Ascending, nulls: Nulls::Last }],
            limit: Some(5),
            ..child("Contacts")
        };
        let selection = Selection::Records {
            fields: FieldList::new([name("Id")]).unwrap(),
            children: vec![contacts, child("Cases")],
        };
        check(
            &Select::new(selection, ObjectName::from_static("Account")),
            "SELECT Id, (SELECT Id, Name FROM Contacts WHERE IsDeleted = false ORDER BY Name ASC NULLS LAST LIMIT 5), \
             (SELECT Id FROM Cases) FROM Account",
        );
    }
}
