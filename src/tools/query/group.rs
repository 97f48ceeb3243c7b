//! What records are grouped by: fields, lookups with the name of what they point to, and periods and parts of dates.

use std::borrow::Cow;

use crate::error::Error;
use crate::json::quoted;
use crate::known::{Known, PlanError};
use crate::record::Fields;
use crate::reply::Values;
use crate::resolve::names::{self, Named};
use crate::resolve::statement::{Reading, date_part, is_moment};
use crate::schema::treatment::{Kind, Operator, Treatment};
use crate::schema::well_known::IS_ALL_DAY;
use crate::schema::{Field, FieldType};
use crate::soql::{DatePart, FieldPath, Key, ObjectName};
use crate::sql::{self, DatePart as Said, Expression};

/// The most fields that one call groups by.
const MAX_GROUPINGS: usize = 3;
/// The most fields that an error names as possible.
const MAX_NAMED: usize = 15;

/// A period of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Period {
    Day,
    Month,
    Quarter,
    Year,
    FiscalMonth,
    FiscalQuarter,
    FiscalYear,
}

impl Period {
    /// The name of such a period, by its year and its number in that; days have no such name.
    pub(super) fn name(self, year: &str, part: Option<&str>) -> String {
        match (self, part) {
            (Self::Month, Some(month)) => format!("{year}-{month:0>2}"),
            (Self::Quarter, Some(quarter)) => format!("{year}-Q{quarter}"),
            (Self::FiscalMonth, Some(month)) => format!("FY{year}-M{month:0>2}"),
            (Self::FiscalQuarter, Some(quarter)) => format!("FY{year}-Q{quarter}"),
            (Self::FiscalYear, _) => format!("FY{year}"),
            _ => year.to_owned(),
        }
    }
}

/// One grouping.
#[derive(Debug)]
pub(super) struct Group {
    /// The columns of the reply: one, or id and name.
    pub(super) columns: Vec<String>,
    /// The keys of the query: as many as columns, or the parts of a period.
    pub(super) keys: Vec<Key>,
    /// The period, where a date is grouped by one.
    pub(super) period: Option<Period>,
    /// Whether it is of events, by when they are: then there are keys of the moment, whether the event takes whole days,
    /// and keys of its day.
    pub(super) is_of_events: bool,
    /// The type of the field.
    field_type: FieldType,
    /// The values of a picklist, in the org's order.
    pub(super) values: Vec<String>,
}

impl Group {
    /// Whether its values have an order that people expect; the others are best sorted by their numbers.
    pub(super) fn has_order(&self) -> bool {
        match self.field_type {
            FieldType::Date | FieldType::DateTime => true,
            kind => kind.has_values() || kind.is_number(),
        }
    }

    /// Whether this is one of its keys.
    pub(super) fn has(&self, key: &Key) -> bool {
        self.keys.contains(key)
    }

    /// The JSON texts of its columns in a record, of which the first key is the one of this number.
    pub(super) fn cells(&self, fields: &Fields<'_>, first: usize, values: &mut Values, cells: &mut Vec<String>) {
        let alias = |index: usize| alias('g', first + index);
        let (mut first_key, mut end) = (0, self.keys.len());
        if self.is_of_events {
            let moments = self.keys.len() / 2;
            let is_all_day = fields.get(&alias(moments)).is_some_and(|value| value.get() == "true");
            (first_key, end) = if is_all_day { (moments + 1, end) } else { (0, moments) };
            // An event that takes the whole day has no hour.
            if first_key == end {
                cells.push("null".to_owned());
                return;
            }
        }
        let alias = |index: usize| alias(first_key + index);
        let Some(period) = self.period.filter(|period| *period != Period::Day) else {
            for index in 0..end - first_key {
                cells.push(values.copy(fields.get(&alias(index))).into_owned());
            }
            return;
        };
        let part = |index: usize| fields.get(&alias(index)).map(|value| value.get().trim_matches('"'));
        let Some(year) = part(0) else {
            cells.push("null".to_owned());
            return;
        };
        cells.push(quoted(&period.name(year, part(1))));
    }
}

/// What a query of groups calls its columns that have a number of one digit, as nearly all have.
const ALIASES: &str = "g0g1g2g3g4g5g6g7g8g9m0m1m2m3m4m5m6m7m8m9";

/// What a query of groups calls a column: `g` of a group or `m` of a measure, and its number.
pub(super) fn alias(letter: char, number: usize) -> Cow<'static, str> {
    let at = 2 * number + if letter == 'm' { 20 } else { 0 };
    match ALIASES.get(at..at + 2) {
        Some(alias) if number < 10 => Cow::Borrowed(alias),
        _ => Cow::Owned(format!("{letter}{number}")),
    }
}

/// What a statement groups by: a year and its month, or its quarter, are one period, and what a group has already is not
/// grouped by again.
pub(super) fn all(
    reading: &mut Reading<'_>,
    object: &ObjectName,
    keys: &[Expression],
) -> Result<Vec<Group>, PlanError> {
    let refuse = |reading: &Reading<'_>, at| reading.refuse(at, "group by at most 3 fields");
    // Before anything is fetched for it.
    let mut roots: Vec<String> = Vec::new();
    for key in keys {
        let root = key.field().and_then(|field| field.parts.first()).map_or("", |first| &first.text);
        let ends = ["Id", "__c", "__r"].into_iter().find_map(|end| root.strip_suffix(end));
        let root = ends.unwrap_or(root).to_ascii_lowercase();
        if !roots.contains(&root) {
            if roots.len() == MAX_GROUPINGS {
                return Err(refuse(reading, key.at()));
            }
            roots.push(root);
        }
    }
    let mut groups: Vec<Group> = Vec::new();
    for key in keys {
        let group = match key {
            Expression::Date { part, field, .. } => {
                let is_with = |other: &Said| {
                    let same = |key: &Expression| matches!(key, Expression::Date { part, field: of, .. } if part == other && of == field);
                    keys.iter().any(same)
                };
                let Some(meant) = period(*part, &is_with) else { continue };
                of_date(reading, object, field, meant)?
            }
            other => {
                let field = reading.shown(other)?.to_string();
                one(reading, object, &field)?
            }
        };
        let holds = |known: &Group, key| known.is_of_events == group.is_of_events && known.has(key);
        let is_known = group.keys.iter().all(|key| groups.iter().any(|known| holds(known, key)));
        if is_known {
            continue;
        }
        if groups.len() == MAX_GROUPINGS {
            return Err(refuse(reading, key.at()));
        }
        let is_twice = |known: &Group| group.keys.iter().any(|key| known.has(key));
        if groups.iter().any(|known| (known.is_of_events || group.is_of_events) && is_twice(known)) {
            let why = "events are grouped by one of their days, and not by IsAllDayEvent beside it";
            return Err(reading.refuse(key.at(), why));
        }
        groups.push(group);
    }
    Ok(groups)
}

/// A key of the query, of what is grouped by.
pub(super) fn key(reading: &mut Reading<'_>, object: &ObjectName, by: &Expression) -> Result<Key, PlanError> {
    let known = reading.known;
    if let Expression::Date { part, field, .. } = by {
        let named = names::field(known, object, &field.to_string())?;
        let zoned = is_moment(&named)?;
        return Ok(match *part {
            Said::DayOnly if !zoned => Key::Field(named.path),
            part => Key::Part { part: date_part(part), field: named.path, zoned },
        });
    }
    let named = names::field(known, object, &reading.shown(by)?.to_string())?;
    Ok(match named.field.field_type {
        FieldType::DateTime => Key::Part { part: DatePart::Day, field: named.path, zoned: true },
        _ => Key::Field(named.path),
    })
}

/// What a part of a date is grouped by.
#[derive(Debug, Clone, Copy)]
enum Meant {
    /// A period of this name.
    Period(Period, &'static str),
    /// The part itself, such as the month of any year.
    Part(Said),
}

/// What a part of a date means beside the others of its field; nothing if it belongs to a longer name's period.
fn period(part: Said, is_with: &dyn Fn(&Said) -> bool) -> Option<Meant> {
    use Period::{Day, FiscalMonth, FiscalQuarter, FiscalYear, Month, Quarter, Year};
    let of_year = |year, quarter, month, periods: [Meant; 3]| match (is_with(&month), is_with(&quarter)) {
        _ if !is_with(&year) => Some(Meant::Part(part)),
        (true, _) if part == year => None,
        (false, true) if part == year => None,
        _ if part == year => Some(periods[0]),
        // A month tells its quarter.
        (true, _) if part == quarter => None,
        _ if part == quarter => Some(periods[1]),
        _ => Some(periods[2]),
    };
    match part {
        Said::DayOnly => Some(Meant::Period(Day, "day")),
        Said::CalendarYear | Said::CalendarQuarter | Said::CalendarMonth => {
            let periods = [(Year, "year"), (Quarter, "quarter"), (Month, "month")];
            let periods = periods.map(|(period, name)| Meant::Period(period, name));
            of_year(Said::CalendarYear, Said::CalendarQuarter, Said::CalendarMonth, periods)
        }
        Said::FiscalYear | Said::FiscalQuarter | Said::FiscalMonth => {
            let periods =
                [(FiscalYear, "fiscal_year"), (FiscalQuarter, "fiscal_quarter"), (FiscalMonth, "fiscal_month")];
            let periods = periods.map(|(period, name)| Meant::Period(period, name));
            of_year(Said::FiscalYear, Said::FiscalQuarter, Said::FiscalMonth, periods)
        }
        other => Some(Meant::Part(other)),
    }
}

/// A group by a period or a part of a date.
fn of_date(reading: &Reading<'_>, object: &ObjectName, field: &sql::Path, meant: Meant) -> Result<Group, PlanError> {
    let named = names::field(reading.known, object, &field.to_string())?;
    let zoned = is_moment(&named).map_err(|error| match fields(reading.known, object, &is_date) {
        Ok(dates) => error.allowing(dates),
        Err(_) => error,
    })?;
    let field_type = named.field.field_type;
    let is_of_events = named.kind == Kind::EventTime;
    let group = |column, parts: &[DatePart], period| -> Result<Group, PlanError> {
        let keys = keys(reading, object, &named, zoned, parts)?;
        Ok(Group { columns: vec![column], keys, period, is_of_events, field_type, values: Vec::new() })
    };
    use DatePart::{FiscalMonth, FiscalQuarter, FiscalYear, Month, Quarter, Year};
    let (period, name) = match meant {
        Meant::Part(part) => {
            let part = date_part(part);
            return group(format!("{part}({})", named.path), &[part], None);
        }
        Meant::Period(Period::Day, _) if !zoned => {
            return group(named.path.to_string(), &[DatePart::Day], Some(Period::Day));
        }
        Meant::Period(period, name) => (period, name),
    };
    let parts: &[DatePart] = match period {
        Period::Day => &[DatePart::Day],
        Period::Month => &[Year, Month],
        Period::Quarter => &[Year, Quarter],
        Period::Year => &[Year],
        Period::FiscalMonth => &[FiscalYear, FiscalMonth],
        Period::FiscalQuarter => &[FiscalYear, FiscalQuarter],
        Period::FiscalYear => &[FiscalYear],
    };
    group(format!("{} by {name}", named.path), parts, Some(period))
}

/// The keys of parts of a date. Of an event, its moment has them by the user's clock, and its day has them where it takes
/// whole days, which Salesforce keeps at midnight UTC.
fn keys(
    reading: &Reading<'_>,
    object: &ObjectName,
    named: &Named,
    zoned: bool,
    parts: &[DatePart],
) -> Result<Vec<Key>, PlanError> {
    let keys = |path: &FieldPath, zoned: bool| {
        let path = path.clone();
        parts.iter().map(move |part| match part {
            DatePart::Day if !zoned => Key::Field(path.clone()),
            part => Key::Part { part: *part, field: path.clone(), zoned },
        })
    };
    if named.kind != Kind::EventTime {
        return Ok(keys(&named.path, zoned).collect());
    }
    let (moment, day) = reading.ends(object, named)?;
    let mut all: Vec<Key> = keys(&moment.path, true).collect();
    all.push(Key::Field(named.beside(IS_ALL_DAY)?));
    // A day has no hour.
    all.extend(keys(&day.path, false).filter(|_| !parts.contains(&DatePart::HourInDay)));
    Ok(all)
}

fn one(reading: &Reading<'_>, object: &ObjectName, input: &str) -> Result<Group, PlanError> {
    let known = reading.known;
    let named = names::field(known, object, input)?;
    let field_type = named.field.field_type;
    let is_of_events = named.kind == Kind::EventTime;
    let group = |columns, keys, period, values| Group { columns, keys, period, is_of_events, field_type, values };
    let is_day = match names::treatment(known, &named, Operator::Group)? {
        Treatment::Day | Treatment::EventDay => true,
        _ => field_type == FieldType::Date,
    };
    if is_day {
        let zoned = field_type == FieldType::DateTime;
        let keys = keys(reading, object, &named, zoned, &[DatePart::Day])?;
        // No two moments are the same, so a datetime is grouped by its day.
        let column = if zoned { format!("{} by day", named.path) } else { named.path.to_string() };
        return Ok(group(vec![column], keys, Some(Period::Day), Vec::new()));
    }
    if !named.field.groupable {
        let message = format!("Salesforce can't group by {} (a {})", named.path, field_type.name());
        let groupable = fields(known, object, &|field| field.groupable && field_type_groups_well(field.field_type))?;
        return Err(Error::argument(input, message).allowing(groupable).into());
    }
    // Two people of one name are two groups, and an id alone tells a person nothing.
    if let Some((id, name)) = lookup(known, object, &named)? {
        let columns = [&id, &name].map(ToString::to_string).into();
        return Ok(group(columns, vec![Key::Field(id), Key::Field(name)], None, Vec::new()));
    }
    let values = if field_type == FieldType::Picklist { in_order(known, &named)? } else { Vec::new() };
    Ok(group(vec![named.path.to_string()], vec![Key::Field(named.path)], None, values))
}

/// The id and the name of what a lookup points to, if that is what the field is about.
fn lookup(known: &Known, object: &ObjectName, named: &Named) -> Result<Option<(FieldPath, FieldPath)>, PlanError> {
    if named.field.name_field && named.field.name == "Name" {
        return Ok(named.lookup.clone().map(|id| (id, named.path.clone())));
    }
    let Some(relationship) = &named.field.relationship else { return Ok(None) };
    let prefix = named.path.parent().map(|parent| format!("{parent}.")).unwrap_or_default();
    match names::field(known, object, &format!("{prefix}{relationship}.Name")) {
        Ok(name) if name.field.groupable && name.field.name_field => Ok(Some((named.path.clone(), name.path))),
        Err(PlanError::Needs(needs)) => Err(PlanError::Needs(needs)),
        // Without a name to group by, the id has to do.
        _ => Ok(None),
    }
}

/// The values of a picklist in the order the admin gave them, which for stages is that of the sales process. Only a
/// description knows them.
fn in_order(known: &Known, named: &Named) -> Result<Vec<String>, PlanError> {
    let described;
    let field = if named.field.picklist.is_some() {
        Some(&named.field)
    } else {
        described = known.description(&named.object)?;
        described.field(&named.field.name)
    };
    let mut values = Vec::new();
    for value in field.and_then(|field| field.picklist.as_ref()).into_iter().flatten() {
        values.push(value.value.clone());
    }
    Ok(values)
}

fn is_date(field: &Field) -> bool {
    matches!(field.field_type, FieldType::Date | FieldType::DateTime)
}

/// What people group by; nearly every text could be grouped too.
fn field_type_groups_well(field_type: FieldType) -> bool {
    matches!(field_type, FieldType::Picklist | FieldType::Boolean | FieldType::Reference | FieldType::Date)
}

/// Fields of an object, for an error to name.
pub(super) fn fields(
    known: &Known,
    object: &ObjectName,
    fits: &dyn Fn(&Field) -> bool,
) -> Result<Vec<String>, PlanError> {
    let schema = known.schema(object)?;
    let mut names = Vec::new();
    for field in schema.fields.iter() {
        if names.len() < MAX_NAMED && field.name != "IsDeleted" && fits(field) {
            names.push(field.name.clone());
        }
    }
    Ok(names)
}
