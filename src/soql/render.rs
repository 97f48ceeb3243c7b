//! The one renderer: SOQL text from the values of this module, written straight into the formatter.

use std::fmt::{self, Display, Formatter, Write};

use super::{
    ChildSelect, Comparison, Condition, Direction, FieldList, List, Literal, Nulls, Operand, Order, Pattern, Scope,
    Select, Selection, SemiJoin, Text,
};

/// Characters that [a string in a WHERE clause][manual] may have, escapes included. They are counted in UTF-16 units,
/// as the server's language does, which never counts fewer than other ways.
///
/// [manual]: https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_soslsoql.htm
pub(super) const MOST_UNITS: usize = 4000;

/// Writes the inside of a string literal.
///
/// [Reserved Characters][reserved]: `'` and `\` are reserved and take a backslash. [Quoted String Escape
/// Sequences][escapes]: `\n`, `\r`, `\t` and `\uXXXX` keep what could end a line out of the text; `%` and `_` must
/// *not* be escaped outside of LIKE.
///
/// [reserved]: https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_reservedcharacters.htm
/// [escapes]: https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm
pub(super) fn text(text: &str, out: &mut impl Write) -> fmt::Result {
    text.chars().try_for_each(|character| match character {
        '\\' => out.write_str(r"\\"),
        other => quoted(other, out),
    })
}

/// Writes the inside of the literal after LIKE.
///
/// [Quoted String Escape Sequences][escapes]: in LIKE, and only there, `\%` and `\_` are the characters themselves and
/// `\\` is a backslash. That is how a `Pattern` is written already, so its backslashes stay as they are.
///
/// [escapes]: https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm
pub(super) fn pattern(pattern: &str, out: &mut impl Write) -> fmt::Result {
    pattern.chars().try_for_each(|character| match character {
        '\\' => out.write_char('\\'),
        other => quoted(other, out),
    })
}

/// Writes a character that is no backslash.
fn quoted(character: char, out: &mut impl Write) -> fmt::Result {
    match character {
        '\'' => out.write_str(r"\'"),
        '\n' => out.write_str(r"\n"),
        '\r' => out.write_str(r"\r"),
        '\t' => out.write_str(r"\t"),
        // Line and paragraph separators end a line for some readers.
        '\u{2028}' | '\u{2029}' => write!(out, r"\u{:04X}", u32::from(character)),
        control if control.is_control() => write!(out, r"\u{:04X}", u32::from(control)),
        other => out.write_char(other),
    }
}

/// The length of what `write` writes, in UTF-16 units.
pub(super) fn units(write: impl FnOnce(&mut Units) -> fmt::Result) -> usize {
    let mut units = Units(0);
    match write(&mut units) {
        Ok(()) => units.0,
        // Counting cannot fail.
        Err(fmt::Error) => usize::MAX,
    }
}

/// A writer that only counts.
pub(super) struct Units(usize);

impl Write for Units {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.encode_utf16().count();
        Ok(())
    }
}

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
        text(self.as_str(), out)?;
        out.write_char('\'')
    }
}

impl Display for Pattern {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_char('\'')?;
        pattern(self.as_str(), out)?;
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
            Self::Day(field) => write!(out, "DAY_ONLY(convertTimezone({field}))"),
        }
    }
}

impl Display for Comparison {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Eq => "=",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
        })
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
            Self::Compare { operand, op, value } => write!(out, "{operand} {op} {value}"),
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
        let direction = match self.direction {
            Direction::Ascending => "ASC",
            Direction::Descending => "DESC",
        };
        let nulls = match self.nulls {
            Nulls::First => "FIRST",
            Nulls::Last => "LAST",
        };
        write!(out, "{} {direction} NULLS {nulls}", self.field)
    }
}

impl Display for Select {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "SELECT {} FROM {}", self.selection, self.from)?;
        match self.scope {
            Some(Scope::Mine) => out.write_str(" USING SCOPE mine")?,
            None => {}
        }
        where_clause(self.condition.as_ref(), out)?;
        order_by_clause(&self.order_by, out)?;
        clause(" LIMIT ", self.limit, out)?;
        clause(" OFFSET ", self.offset, out)
    }
}

fn where_clause(condition: Option<&Condition>, out: &mut Formatter<'_>) -> fmt::Result {
    clause(" WHERE ", condition, out)
}

fn order_by_clause(keys: &[Order], out: &mut Formatter<'_>) -> fmt::Result {
    if keys.is_empty() {
        return Ok(());
    }
    out.write_str(" ORDER BY ")?;
    joined(out, keys, ", ", Display::fmt)
}

fn clause<T: Display>(keyword: &str, value: Option<T>, out: &mut Formatter<'_>) -> fmt::Result {
    value.map_or(Ok(()), |value| write!(out, "{keyword}{value}"))
}
