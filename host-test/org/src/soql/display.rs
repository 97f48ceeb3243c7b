//! The canonical text of a query: upper-case keywords, one blank between words, only the parentheses it needs.

use std::fmt::{self, Display, Formatter, Write as _};

use super::ast::{
    Aggregate, Condition, DateFunction, DateLiteral, Expression, FieldSet, LikePart, LikePattern, Operator, Order,
    Path, Query, Scope, SelectItem, Unit, Value,
};
use crate::value::time_text;

fn list<T: Display>(f: &mut Formatter<'_>, items: &[T]) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        write!(f, "{item}")?;
    }
    Ok(())
}

/// The one escape function of this engine.
/// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm>
fn escaped(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    for c in text.chars() {
        match c {
            '\\' => f.write_str("\\\\")?,
            '\'' => f.write_str("\\'")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            c if u32::from(c) < 0x20 => write!(f, "\\u{:04X}", u32::from(c))?,
            c => f.write_char(c)?,
        }
    }
    Ok(())
}

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("SELECT ")?;
        list(f, &self.select)?;
        write!(f, " FROM {}", self.from)?;
        if let Some(alias) = &self.alias {
            write!(f, " {alias}")?;
        }
        if let Some(scope) = self.scope {
            write!(f, " USING SCOPE {scope}")?;
        }
        if let Some(condition) = &self.condition {
            write!(f, " WHERE {condition}")?;
        }
        if !self.group_by.is_empty() {
            f.write_str(" GROUP BY ")?;
            list(f, &self.group_by)?;
        }
        if let Some(having) = &self.having {
            write!(f, " HAVING {having}")?;
        }
        if !self.order_by.is_empty() {
            f.write_str(" ORDER BY ")?;
            list(f, &self.order_by)?;
        }
        if let Some(limit) = self.limit {
            write!(f, " LIMIT {limit}")?;
        }
        if let Some(offset) = self.offset {
            write!(f, " OFFSET {offset}")?;
        }
        match (self.for_view, self.for_reference) {
            (true, true) => f.write_str(" FOR VIEW, REFERENCE"),
            (true, false) => f.write_str(" FOR VIEW"),
            (false, true) => f.write_str(" FOR REFERENCE"),
            (false, false) => Ok(()),
        }
    }
}

impl Display for SelectItem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expression { expression, alias } => {
                write!(f, "{expression}")?;
                alias.iter().try_for_each(|alias| write!(f, " {alias}"))
            }
            Self::Fields(set, _) => f.write_str(match set {
                FieldSet::All => "FIELDS(ALL)",
                FieldSet::Custom => "FIELDS(CUSTOM)",
                FieldSet::Standard => "FIELDS(STANDARD)",
            }),
            Self::Children(query) => write!(f, "({query})"),
        }
    }
}

impl Display for Path {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.parts.join("."))
    }
}

impl Display for Expression {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(path) => write!(f, "{path}"),
            Self::CountRows(_) => f.write_str("COUNT()"),
            Self::Aggregate { function, field } => write!(f, "{function}({field})"),
            Self::Date { function, field, convert_timezone: false } => write!(f, "{function}({field})"),
            Self::Date { function, field, .. } => write!(f, "{function}(convertTimezone({field}))"),
            Self::ToLabel(field) => write!(f, "toLabel({field})"),
            Self::Format(inner) => write!(f, "FORMAT({inner})"),
        }
    }
}

impl Display for Aggregate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Count => "COUNT",
            Self::CountDistinct => "COUNT_DISTINCT",
            Self::Sum => "SUM",
            Self::Avg => "AVG",
            Self::Min => "MIN",
            Self::Max => "MAX",
        })
    }
}

impl Display for DateFunction {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CalendarMonth => "CALENDAR_MONTH",
            Self::CalendarQuarter => "CALENDAR_QUARTER",
            Self::CalendarYear => "CALENDAR_YEAR",
            Self::DayInMonth => "DAY_IN_MONTH",
            Self::DayInWeek => "DAY_IN_WEEK",
            Self::DayInYear => "DAY_IN_YEAR",
            Self::DayOnly => "DAY_ONLY",
            Self::FiscalMonth => "FISCAL_MONTH",
            Self::FiscalQuarter => "FISCAL_QUARTER",
            Self::FiscalYear => "FISCAL_YEAR",
            Self::HourInDay => "HOUR_IN_DAY",
            Self::WeekInMonth => "WEEK_IN_MONTH",
            Self::WeekInYear => "WEEK_IN_YEAR",
        })
    }
}

impl Display for Scope {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Delegated => "Delegated",
            Self::Everything => "Everything",
            Self::Mine => "Mine",
            Self::MineAndMyGroups => "Mine_And_My_Groups",
            Self::MyTerritory => "My_Territory",
            Self::MyTeamTerritory => "My_Team_Territory",
            Self::Team => "Team",
        })
    }
}

/// A condition as a member of AND, OR or NOT: joined ones go in parentheses, since SOQL has no precedence.
struct Member<'a>(&'a Condition);

impl Display for Member<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Condition::All(_) | Condition::Any(_) | Condition::Not(_) => write!(f, "({})", self.0),
            other => write!(f, "{other}"),
        }
    }
}

impl Display for Condition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut Formatter<'_>, all: &[Self], word: &str| {
            for (index, condition) in all.iter().enumerate() {
                if index > 0 {
                    write!(f, " {word} ")?;
                }
                write!(f, "{}", Member(condition))?;
            }
            Ok(())
        };
        let not = |negated: &bool| if *negated { "NOT " } else { "" };
        match self {
            Self::All(all) => joined(f, all, "AND"),
            Self::Any(all) => joined(f, all, "OR"),
            Self::Not(inner) => write!(f, "NOT {}", Member(inner)),
            Self::Compare { left, operator, value, .. } => write!(f, "{left} {operator} {value}"),
            Self::Like { left, pattern } => write!(f, "{left} LIKE {pattern}"),
            Self::In { left, negated, values, .. } => {
                write!(f, "{left} {}IN (", not(negated))?;
                list(f, values)?;
                f.write_str(")")
            }
            Self::InQuery { left, negated, query } => write!(f, "{left} {}IN ({query})", not(negated)),
            Self::Includes { left, negated, values } => {
                let word = if *negated { "EXCLUDES" } else { "INCLUDES" };
                let values: Vec<Value> = values.iter().map(|set| Value::Text(set.join(";"))).collect();
                write!(f, "{left} {word} (")?;
                list(f, &values)?;
                f.write_str(")")
            }
        }
    }
}

impl Display for Operator {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        })
    }
}

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Number(digits) => f.write_str(digits),
            Self::Text(text) => {
                f.write_char('\'')?;
                escaped(f, text)?;
                f.write_char('\'')
            }
            Self::Date(date) => write!(f, "{date}"),
            Self::DateTime(instant) => write!(f, "{instant}"),
            Self::Time(time) => f.write_str(&time_text(*time)),
            Self::DateLiteral(literal) => write!(f, "{literal}"),
        }
    }
}

impl Display for LikePattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_char('\'')?;
        for part in &self.parts {
            match part {
                LikePart::AnyOne => f.write_char('_')?,
                LikePart::AnyRun => f.write_char('%')?,
                LikePart::Text(text) => {
                    for c in text.chars() {
                        if matches!(c, '%' | '_') {
                            f.write_char('\\')?;
                        }
                        escaped(f, c.encode_utf8(&mut [0; 4]))?;
                    }
                }
            }
        }
        f.write_char('\'')
    }
}

impl Display for DateLiteral {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Yesterday => f.write_str("YESTERDAY"),
            Self::Today => f.write_str("TODAY"),
            Self::Tomorrow => f.write_str("TOMORROW"),
            Self::Last(unit) => write!(f, "LAST_{unit}"),
            Self::This(unit) => write!(f, "THIS_{unit}"),
            Self::Next(unit) => write!(f, "NEXT_{unit}"),
            Self::Last90Days => f.write_str("LAST_90_DAYS"),
            Self::Next90Days => f.write_str("NEXT_90_DAYS"),
            Self::LastN(unit, n) => write!(f, "LAST_N_{unit}S:{n}"),
            Self::NextN(unit, n) => write!(f, "NEXT_N_{unit}S:{n}"),
            Self::Ago(unit, n) => write!(f, "N_{unit}S_AGO:{n}"),
        }
    }
}

impl Display for Unit {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Day => "DAY",
            Self::Week => "WEEK",
            Self::Month => "MONTH",
            Self::Quarter => "QUARTER",
            Self::Year => "YEAR",
            Self::FiscalQuarter => "FISCAL_QUARTER",
            Self::FiscalYear => "FISCAL_YEAR",
        })
    }
}

impl Display for Order {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.expression)?;
        if self.descending {
            f.write_str(" DESC")?;
        }
        if self.nulls_last {
            f.write_str(" NULLS LAST")?;
        }
        Ok(())
    }
}
