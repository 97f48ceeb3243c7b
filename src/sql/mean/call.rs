//! Functions, SOQL's own and those of SQL that mean the same.

use super::super::parse::date;
use super::super::refusal::{Fault, Reason};
use super::super::tree::Term;
use super::super::{Aggregate, DatePart, Expression, Moment, Note, Path, Shift, Span, Value};
use super::side::{Side, part_of};
use super::term::{counted, distance, unit_of};
use super::unit::Unit;
use super::{Clause, Meaning, Place, count_of_ids, today};
use crate::soql::Number;
use crate::within::holds;

/// Functions whose result is one number of many records.
const AGGREGATES: [(&str, Aggregate); 7] = [
    ("COUNT", Aggregate::Count),
    ("COUNT_DISTINCT", Aggregate::CountDistinct),
    ("SUM", Aggregate::Sum),
    ("AVG", Aggregate::Average),
    ("AVERAGE", Aggregate::Average),
    ("MIN", Aggregate::Min),
    ("MAX", Aggregate::Max),
];
/// Parts of a date, by SOQL's names and SQL's.
const PARTS: [(&str, DatePart); 26] = [
    ("CALENDAR_MONTH", DatePart::CalendarMonth),
    ("CALENDAR_QUARTER", DatePart::CalendarQuarter),
    ("CALENDAR_YEAR", DatePart::CalendarYear),
    ("DAY_IN_MONTH", DatePart::DayInMonth),
    ("DAY_IN_WEEK", DatePart::DayInWeek),
    ("DAY_IN_YEAR", DatePart::DayInYear),
    ("DAY_ONLY", DatePart::DayOnly),
    ("FISCAL_MONTH", DatePart::FiscalMonth),
    ("FISCAL_QUARTER", DatePart::FiscalQuarter),
    ("FISCAL_YEAR", DatePart::FiscalYear),
    ("HOUR_IN_DAY", DatePart::HourInDay),
    ("WEEK_IN_MONTH", DatePart::WeekInMonth),
    ("WEEK_IN_YEAR", DatePart::WeekInYear),
    ("YEAR", DatePart::CalendarYear),
    ("QUARTER", DatePart::CalendarQuarter),
    ("MONTH", DatePart::CalendarMonth),
    ("DAY", DatePart::DayInMonth),
    ("DAYOFMONTH", DatePart::DayInMonth),
    ("DAY_OF_MONTH", DatePart::DayInMonth),
    ("DAYOFYEAR", DatePart::DayInYear),
    ("DOY", DatePart::DayInYear),
    ("HOUR", DatePart::HourInDay),
    ("FISCALYEAR", DatePart::FiscalYear),
    ("FISCALQUARTER", DatePart::FiscalQuarter),
    ("DATE", DatePart::DayOnly),
    ("TO_DATE", DatePart::DayOnly),
];
/// Functions that change how a text looks and not which records it fits: SOQL compares in any case.
const CASES: [&str; 7] = ["LOWER", "UPPER", "LCASE", "UCASE", "TRIM", "LTRIM", "RTRIM"];
/// Functions that change how a selected value looks.
const LOOKS: [&str; 7] = ["ROUND", "CEIL", "CEILING", "FLOOR", "TRUNCATE", "TO_CHAR", "INITCAP"];
/// Functions that take one date from another.
const DIFFERENCES: [&str; 4] = ["DATEDIFF", "DATE_DIFF", "TIMESTAMPDIFF", "AGE"];
/// Functions that put something in the place of nothing.
const DEFAULTS: [&str; 4] = ["COALESCE", "IFNULL", "NVL", "ISNULL"];

type Arguments<'q> = Vec<Term<'q>>;

impl Meaning {
    pub(super) fn call(
        &mut self,
        name: &str,
        distinct: bool,
        mut arguments: Arguments<'_>,
        at: Span,
        place: Place<'_>,
    ) -> Result<Side, Fault> {
        let upper = name.to_ascii_uppercase();
        let function = upper.as_str();
        if let Some((_, aggregate)) = AGGREGATES.iter().find(|(known, _)| *known == function) {
            return self.aggregate(function, *aggregate, distinct, arguments, at, place);
        }
        if distinct {
            return Err(Reason::Distinct.at(at));
        }
        if let Some(side) = self.of_today(function, &mut arguments, at, place)? {
            return Ok(side);
        }
        if let Some(result) = counted(name, &arguments) {
            return result.map(Side::Value).map_err(|error| Reason::Literal(error).at(at));
        }
        if let Some(side) = self.period(function, &mut arguments, at, place)? {
            return Ok(side);
        }
        self.of_one_record(upper, arguments, at, place)
    }

    /// A function of a field, or of a value.
    fn of_one_record(
        &mut self,
        upper: String,
        mut arguments: Arguments<'_>,
        at: Span,
        place: Place<'_>,
    ) -> Result<Side, Fault> {
        let function = upper.as_str();
        match (function, arguments.len()) {
            ("EXTRACT" | "DATEPART" | "DATE_PART", 2) => {
                let unit = unit_of(&arguments[0]).unwrap_or_default().to_ascii_uppercase();
                let of = arguments.pop();
                self.part(&unit, of, at, place)
            }
            ("CAST", 2) => self.cast(arguments, at, place),
            (_, 1) if CASES.contains(&function) || (place.is_shown() && LOOKS.contains(&function)) => {
                self.note(Note::Dropped(upper));
                self.first(arguments, at, place)
            }
            (_, 2) if place.is_shown() && (LOOKS.contains(&function) || DEFAULTS.contains(&function)) => {
                self.note(Note::Dropped(upper));
                arguments.truncate(1);
                self.first(arguments, at, place)
            }
            ("TOLABEL", 1) => self.of_field(arguments, at, place, Expression::Label),
            ("CONVERTCURRENCY", 1) => self.of_field(arguments, at, place, Expression::Converted),
            ("GROUPING", 1) => self.of_field(arguments, at, place, Expression::IsSubtotal),
            ("FORMAT", 1) => {
                let inner = self.first(arguments, at, place)?.expression(at)?;
                Ok(Side::Is(Expression::Formatted(Box::new(inner))))
            }
            ("DISTANCE", 3) => self.distance(arguments, at, place),
            ("WEEK" | "WEEKOFYEAR" | "WEEK_OF_YEAR" | "DAYOFWEEK" | "WEEKDAY", _) => Err(Reason::Week.at(at)),
            ("DATEDIFF" | "DATE_DIFF" | "TIMESTAMPDIFF" | "AGE" | "JULIANDAY", _) => Err(Reason::DateDifference.at(at)),
            (_, 1) if PARTS.iter().any(|(known, _)| *known == function) => {
                let of = arguments.pop();
                self.part(function, of, at, place)
            }
            _ => {
                let hint = hint(function);
                Err(Reason::Function(upper, hint).at(at))
            }
        }
    }

    /// What the only argument comes to.
    fn first(&mut self, arguments: Arguments<'_>, at: Span, place: Place<'_>) -> Result<Side, Fault> {
        match arguments.into_iter().next() {
            Some(argument) => self.side(argument, place),
            None => Err(Reason::Expected { expected: "a field" }.at(at)),
        }
    }

    /// The field that an argument is.
    pub(super) fn field(&mut self, argument: Term<'_>, place: Place<'_>) -> Result<Path, Fault> {
        let at = argument.at();
        let argument = match argument {
            // A label.
            Term::Quoted(quoted) => return place.tables.path(quoted.label()?.into()),
            other => other,
        };
        // Inside a function, a name is never that of a column.
        match self.side(argument, Place { clause: Clause::Where, ..place })? {
            Side::Is(Expression::Field(field)) => Ok(field),
            _ => Err(Reason::Expected { expected: "a field" }.at(at)),
        }
    }

    fn of_field(
        &mut self,
        arguments: Arguments<'_>,
        at: Span,
        place: Place<'_>,
        of: fn(Path) -> Expression,
    ) -> Result<Side, Fault> {
        match arguments.into_iter().next() {
            Some(argument) => Ok(Side::Is(of(self.field(argument, place)?))),
            None => Err(Reason::Expected { expected: "a field" }.at(at)),
        }
    }

    fn aggregate(
        &mut self,
        name: &str,
        mut function: Aggregate,
        distinct: bool,
        mut arguments: Arguments<'_>,
        at: Span,
        place: Place<'_>,
    ) -> Result<Side, Fault> {
        match place.clause {
            Clause::Where => return Err(Reason::Where.at(at)),
            Clause::GroupBy => return Err(Reason::Key.at(at)),
            Clause::Select | Clause::Having | Clause::OrderBy => {}
        }
        if arguments.len() > 1 {
            return Err(Reason::Arguments(name.to_owned(), "one field").at(at));
        }
        let Some(argument) = arguments.pop() else {
            return match function {
                Aggregate::Count if !distinct && place.clause == Clause::Select => {
                    Ok(Side::Is(Expression::CountRows(at)))
                }
                Aggregate::Count if !distinct => Ok(Side::Is(count_of_ids(at))),
                _ => Err(Reason::Arguments(name.to_owned(), "a field").at(at)),
            };
        };
        let is_any = match &argument {
            Term::Star(_) => true,
            Term::Value(Value::Number(_), _) => function == Aggregate::Count,
            _ => false,
        };
        if is_any {
            return if function == Aggregate::Count && !distinct {
                Ok(Side::Is(count_of_ids(at)))
            } else {
                Err(Reason::Arguments(name.to_owned(), "a field").at(at))
            };
        }
        match (distinct, function) {
            (true, Aggregate::Count) => function = Aggregate::CountDistinct,
            // The smallest of the different values is the smallest of all.
            (true, Aggregate::Sum | Aggregate::Average) => return Err(Reason::Distinct.at(at)),
            _ => {}
        }
        let argument = match argument {
            // Nothing and 0 add the same.
            Term::Call { name, arguments, .. } if function == Aggregate::Sum && is_or_zero(&name.text, &arguments) => {
                arguments.into_iter().next()
            }
            other => Some(other),
        };
        let argument = argument.ok_or_else(|| Reason::Arguments(name.to_owned(), "a field").at(at))?;
        match self.elapsed(function, argument, at, place)? {
            Ok(elapsed) => Ok(Side::Is(elapsed)),
            Err(argument) => Ok(Side::Is(Expression::Aggregate { function, field: self.field(argument, place)? })),
        }
    }

    /// The time between two moments, if an argument is that: one taken from the other, or as SQL's dialects write it.
    fn elapsed<'q>(
        &mut self,
        function: Aggregate,
        argument: Term<'q>,
        at: Span,
        place: Place<'_>,
    ) -> Result<Result<Expression, Term<'q>>, Fault> {
        if matches!(function, Aggregate::Count | Aggregate::CountDistinct) {
            return Ok(Err(argument));
        }
        let (from, to, in_hours) = match argument {
            Term::Sum { left, right, minus: true, .. } => (*right, *left, false),
            Term::Call { name, arguments, at, .. } if DIFFERENCES.iter().any(|known| name.is(known)) => {
                let unit = |term: &Term<'_>| match unit_of(term)?.trim_end_matches('s') {
                    "day" | "dd" | "d" => Some(false),
                    "hour" | "hh" => Some(true),
                    _ => None,
                };
                let refused = || Reason::DateDifference.at(at);
                let mut arguments = arguments.into_iter();
                match (arguments.next(), arguments.next(), arguments.next(), arguments.next()) {
                    (Some(to), Some(from), None, None) => (from, to, false),
                    (Some(first), Some(second), Some(third), None) => match (unit(&first), unit(&third)) {
                        (Some(in_hours), _) => (second, third, in_hours),
                        (None, Some(in_hours)) => (second, first, in_hours),
                        (None, None) => return Err(refused()),
                    },
                    _ => return Err(refused()),
                }
            }
            other => return Ok(Err(other)),
        };
        let (from, to) = (self.moment(from, place)?, self.moment(to, place)?);
        Ok(Ok(Expression::Elapsed { function, from, to, in_hours, at }))
    }

    /// When a time begins or ends.
    fn moment(&mut self, term: Term<'_>, place: Place<'_>) -> Result<Moment, Fault> {
        let at = term.at();
        let expected = || Reason::Expected { expected: "a date field" }.at(at);
        match term {
            Term::Call { name, mut arguments, .. } if name.is("JULIANDAY") && arguments.len() == 1 => {
                self.moment(arguments.pop().ok_or_else(expected)?, place)
            }
            other => match self.dated(other, place)? {
                Side::Is(Expression::Field(field)) => Ok(Moment::Field(field)),
                Side::Is(Expression::Date { part: DatePart::DayOnly, field, .. }) => Ok(Moment::Day(field)),
                Side::Value(Value::Moment(shift)) if shift == Shift::default() => Ok(Moment::Now),
                Side::Value(Value::Day(shift)) if shift == Shift::default() => Ok(Moment::Today),
                _ => Err(expected()),
            },
        }
    }

    /// A part of a date, by its name; of today it is a number relative to this one.
    fn part(&mut self, name: &str, of: Option<Term<'_>>, at: Span, place: Place<'_>) -> Result<Side, Fault> {
        if ["WEEK", "DOW", "ISODOW", "WEEKDAY", "DW"].contains(&name) {
            return Err(Reason::Week.at(at));
        }
        let part = PARTS.iter().find(|(known, _)| *known == name).map(|(_, part)| *part);
        let (Some(part), Some(of)) = (part, of) else {
            return Err(Reason::Function(name.to_owned(), "").at(at));
        };
        let (of, zoned) = match of {
            Term::Call { name, mut arguments, at, .. } if name.is("convertTimezone") => match arguments.pop() {
                Some(inner) if arguments.is_empty() => (inner, true),
                _ => return Err(Reason::Arguments("convertTimezone".to_owned(), "a field").at(at)),
            },
            other => (other, false),
        };
        let of_text = |quoted: &super::super::quoted::Quoted<'_>| date(&quoted.text()?, quoted.at);
        if let (Term::Quoted(quoted), DatePart::DayOnly) = (&of, part)
            && quoted.quote == '\''
        {
            return Ok(Side::Value(of_text(quoted)?));
        }
        let of_at = of.at();
        match (self.dated(of, place)?, part) {
            (Side::Is(Expression::Field(field)), _) => Ok(Side::Is(Expression::Date { part, field, zoned })),
            (Side::Value(Value::Moment(shift) | Value::Day(shift)), DatePart::DayOnly) if shift.seconds == 0 => {
                Ok(Side::Value(Value::Day(shift)))
            }
            (Side::Value(value), _) => {
                let units = [Unit::Year, Unit::Quarter, Unit::Month];
                let unit = units.into_iter().find(|unit| part_of(*unit) == part);
                match unit.and_then(|unit| today::start(unit, &value)) {
                    Some(Side::Start(unit, by)) => Ok(Side::Part(unit, by)),
                    _ => Err(Reason::Period.at(of_at)),
                }
            }
            _ => Err(Reason::Expected { expected: "a date field" }.at(of_at)),
        }
    }

    /// What a part or a period is taken of: here quotes stand around a field's label.
    fn dated(&mut self, of: Term<'_>, place: Place<'_>) -> Result<Side, Fault> {
        match of {
            Term::Quoted(quoted) => Ok(Side::Is(Expression::Field(place.tables.path(quoted.label()?.into())?))),
            other => self.side(other, Place { clause: Clause::Where, ..place }),
        }
    }

    /// `DATE_TRUNC('month', x)`, `TO_CHAR(x, 'YYYY-MM')` and their like.
    fn period(
        &mut self,
        function: &str,
        arguments: &mut Arguments<'_>,
        at: Span,
        place: Place<'_>,
    ) -> Result<Option<Side>, Fault> {
        if arguments.len() != 2 {
            return Ok(None);
        }
        let truncates = ["DATE_TRUNC", "DATETRUNC", "TRUNC", "TIMESTAMP_TRUNC", "DATETIME_TRUNC"].contains(&function);
        let formats = ["TO_CHAR", "DATE_FORMAT", "STRFTIME", "FORMAT", "FORMAT_DATE"].contains(&function);
        let named = |term: &Term<'_>| {
            let name = unit_of(term)?;
            match (truncates, formats) {
                (true, _) => Some(name).filter(|name| name == "day" || Unit::parse(name).is_some()),
                (_, true) if matches!(term, Term::Quoted(_)) => formatted(&name).map(str::to_owned),
                _ => None,
            }
        };
        let Some((index, unit)) = arguments.iter().enumerate().find_map(|(index, term)| Some((index, named(term)?)))
        else {
            return if truncates { Err(Reason::Period.at(at)) } else { Ok(None) };
        };
        let of = arguments.swap_remove(1 - index);
        let Some(unit) = Unit::parse(&unit) else {
            return self.part("DAY_ONLY", Some(of), at, place).map(Some);
        };
        let of_at = of.at();
        match self.dated(of, place)? {
            Side::Is(Expression::Field(field)) => Ok(Some(Side::Period(unit, field))),
            Side::Value(value) => today::start(unit, &value).map(Some).ok_or_else(|| Reason::Period.at(of_at)),
            _ => Err(Reason::Period.at(of_at)),
        }
    }

    /// Today, now, and days from them.
    fn of_today(
        &mut self,
        function: &str,
        arguments: &mut Arguments<'_>,
        at: Span,
        place: Place<'_>,
    ) -> Result<Option<Side>, Fault> {
        let day = || Side::Value(Value::Day(Shift::default()));
        let side = match (function, arguments.as_slice()) {
            ("CURRENT_DATE" | "CURDATE" | "TODAY", []) => day(),
            (
                "NOW" | "GETDATE" | "GETUTCDATE" | "SYSDATE" | "SYSDATETIME" | "CURRENT_TIMESTAMP" | "LOCALTIMESTAMP",
                [] | [_],
            ) => Side::Value(Value::Moment(Shift::default())),
            ("ME" | "CURRENT_USER" | "CURRENT_USER_ID" | "USER_ID", []) => Side::Value(Value::Text("me".to_owned())),
            // SQLite's way: date('now', '-30 days').
            ("DATE" | "DATETIME", [Term::Quoted(base), rest @ ..]) if base.raw.eq_ignore_ascii_case("now") => {
                let mut side = day();
                for modifier in rest {
                    let Term::Quoted(modifier) = modifier else { return Err(Reason::Interval.at(at)) };
                    side = modified(side, modifier.raw).ok_or_else(|| Reason::Interval.at(modifier.at))?;
                }
                side
            }
            ("DATEADD" | "TIMESTAMPADD", [unit, count, _]) => {
                let shift = distance(unit, count).ok_or_else(|| Reason::Interval.at(at))?;
                return self.days_from(arguments.pop(), shift, at, place).map(Some);
            }
            ("DATE_ADD" | "ADDDATE" | "DATE_SUB" | "SUBDATE" | "ADD_MONTHS", [_, by]) => {
                let shift = match by {
                    Term::Interval(shift, _) => Some(*shift),
                    Term::Value(Value::Number(number), _) => {
                        let count = number.as_str().parse().ok();
                        let unit = if function == "ADD_MONTHS" { "month" } else { "day" };
                        count.and_then(|count| super::super::parse::shift(count, unit))
                    }
                    _ => None,
                };
                let shift = if holds(function, "SUB") { shift.and_then(Shift::back) } else { shift };
                let shift = shift.ok_or_else(|| Reason::Interval.at(at))?;
                arguments.truncate(1);
                return self.days_from(arguments.pop(), shift, at, place).map(Some);
            }
            ("TO_DATE" | "TIMESTAMP" | "TO_TIMESTAMP", [Term::Quoted(text), ..]) if text.quote == '\'' => {
                Side::Value(date(&text.text()?, text.at)?)
            }
            _ => return Ok(None),
        };
        Ok(Some(side))
    }

    fn days_from(&mut self, base: Option<Term<'_>>, shift: Shift, at: Span, place: Place<'_>) -> Result<Side, Fault> {
        let base = base.ok_or_else(|| Reason::Interval.at(at))?;
        let base = self.side(base, place)?;
        today::moved(base, shift).ok_or_else(|| Reason::Interval.at(at))
    }

    fn cast(&mut self, mut arguments: Arguments<'_>, at: Span, place: Place<'_>) -> Result<Side, Fault> {
        let to = arguments.pop().and_then(|to| unit_of(&to)).unwrap_or_default();
        let of = arguments.pop();
        let to_moment = ["timestamp", "datetime", "timestamptz", "datetime2"].contains(&to.as_str());
        match of {
            Some(Term::Quoted(text)) if text.quote == '\'' && (to == "date" || to_moment) => {
                Ok(Side::Value(date(&text.text()?, text.at)?))
            }
            of if to == "date" => self.part("DAY_ONLY", of, at, place),
            Some(of) if place.is_shown() => {
                self.note(Note::Dropped("CAST".to_owned()));
                self.side(of, place)
            }
            _ => Err(Reason::Function("CAST".to_owned(), "; a value is compared by its field's type").at(at)),
        }
    }

    /// `DISTANCE(Location__c, GEOLOCATION(37.7, -122.4), 'mi')`
    fn distance(&mut self, arguments: Arguments<'_>, at: Span, place: Place<'_>) -> Result<Side, Fault> {
        let wrong = || {
            Reason::Arguments("DISTANCE".to_owned(), "a field, GEOLOCATION(latitude, longitude) and 'mi' or 'km'")
                .at(at)
        };
        let Ok([field, point, unit]) = <[Term<'_>; 3]>::try_from(arguments) else { return Err(wrong()) };
        let field = self.field(field, place)?;
        let (latitude, longitude) = match point {
            Term::Call { name, arguments, .. } if name.is("GEOLOCATION") => match arguments.as_slice() {
                [Term::Value(Value::Number(latitude), _), Term::Value(Value::Number(longitude), _)] => {
                    (Number::clone(latitude), Number::clone(longitude))
                }
                _ => return Err(wrong()),
            },
            _ => return Err(wrong()),
        };
        let in_miles = match unit_of(&unit).as_deref() {
            Some("mi") => true,
            Some("km") => false,
            _ => return Err(wrong()),
        };
        Ok(Side::Is(Expression::Distance { field, latitude, longitude, in_miles }))
    }
}

impl Place<'_> {
    /// Whether a value is only looked at here.
    fn is_shown(&self) -> bool {
        matches!(self.clause, Clause::Select)
    }
}

/// What would do in the place of a function there is none of.
fn hint(function: &str) -> &'static str {
    match function {
        "CONVERTTIMEZONE" => ", or write DAY_ONLY(convertTimezone(field))",
        "LEN" | "LENGTH" | "SUBSTRING" | "SUBSTR" | "LEFT" | "RIGHT" | "REPLACE" | "CHARINDEX" => {
            "; for parts of texts use LIKE"
        }
        _ if DEFAULTS.contains(&function) => "; for records without a value use OR field = null",
        "MEDIAN" | "STDDEV" | "VARIANCE" | "PERCENTILE_CONT" | "MODE" => {
            "; there are COUNT, COUNT_DISTINCT, SUM, AVG, MIN and MAX"
        }
        _ => "",
    }
}

fn is_or_zero(name: &str, arguments: &[Term<'_>]) -> bool {
    let is_zero = matches!(arguments, [_, Term::Value(Value::Number(number), _)] if number.as_str() == "0");
    is_zero && DEFAULTS.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The period that a format shows.
fn formatted(format: &str) -> Option<&'static str> {
    let plain: String = format.chars().filter(|character| !"%\"".contains(*character)).collect();
    match plain.as_str() {
        "yyyy-mm" | "y-m" | "yyyy/mm" | "y/m" | "yyyymm" | "ym" => Some("month"),
        "yyyy-qq" | "yyyy-q" => Some("quarter"),
        "yyyy" | "y" => Some("year"),
        "yyyy-mm-dd" | "y-m-d" => Some("day"),
        _ => None,
    }
}

/// What one of SQLite's modifiers makes of a day.
fn modified(side: Side, modifier: &str) -> Option<Side> {
    let modifier = modifier.to_ascii_lowercase();
    match modifier.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["start", "of", unit] => match (unit, side) {
            (&"day", side) => Some(side),
            (unit, Side::Value(value)) => today::start(Unit::parse(unit)?, &value),
            _ => None,
        },
        [count, unit] => {
            let count = count.strip_prefix('+').unwrap_or(count).parse().ok()?;
            today::moved(side, super::super::parse::shift(count, unit)?)
        }
        _ => None,
    }
}
