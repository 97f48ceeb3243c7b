//! What records are grouped by: fields, lookups with the name of what they point to, and periods of dates.

use crate::error::Error;
use crate::json::quoted;
use crate::known::{Known, PlanError};
use crate::record::Fields;
use crate::reply::Values;
use crate::resolve::names::{self, Named};
use crate::schema::{Field, FieldType};
use crate::soql::{DatePart, FieldPath, Key, ObjectName};
use crate::wit::{self, Period};

/// The most fields that one call groups by.
const MAX_GROUPINGS: usize = 3;
/// The most fields that an error names as possible.
const MAX_NAMED: usize = 15;

/// One grouping.
#[derive(Debug)]
pub(super) struct Group {
    /// As it was said, by which it may be sorted.
    input: String,
    /// The columns of the reply: one, or id and name.
    pub(super) columns: Vec<String>,
    /// The keys of the query: as many as columns, or the parts of a period.
    pub(super) keys: Vec<Key>,
    /// The period, where a date is grouped by one longer than a day.
    pub(super) period: Option<Period>,
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

    /// Whether it is meant by this name.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.columns.iter().chain([&self.input]).any(|known| known.eq_ignore_ascii_case(name.trim()))
            || self.field().as_str().eq_ignore_ascii_case(name.trim())
    }

    /// Whether this field is what it groups by.
    pub(super) fn is_by(&self, path: &FieldPath) -> bool {
        self.keys.iter().any(|key| field_of(key) == path)
    }

    fn field(&self) -> &FieldPath {
        // There is at least one key.
        field_of(&self.keys[0])
    }

    /// The JSON texts of its columns in a record, of which the first key is the one of this number.
    pub(super) fn cells(&self, fields: &Fields<'_>, first: usize, values: &mut Values, cells: &mut Vec<String>) {
        let alias = |index: usize| format!("g{}", first + index);
        let Some(period) = self.period else {
            for index in 0..self.keys.len() {
                cells.push(values.copy(fields.get(&alias(index))));
            }
            return;
        };
        let part = |index: usize| fields.get(&alias(index)).map(|value| value.get().trim_matches('"'));
        let Some(year) = part(0) else {
            cells.push("null".to_owned());
            return;
        };
        cells.push(quoted(&match (period, part(1)) {
            (Period::Month, Some(month)) => format!("{year}-{month:0>2}"),
            (Period::Quarter, Some(quarter)) => format!("{year}-Q{quarter}"),
            (Period::FiscalMonth, Some(month)) => format!("FY{year}-M{month:0>2}"),
            (Period::FiscalQuarter, Some(quarter)) => format!("FY{year}-Q{quarter}"),
            (Period::FiscalYear, _) => format!("FY{year}"),
            _ => year.to_owned(),
        }));
    }
}

fn field_of(key: &Key) -> &FieldPath {
    match key {
        Key::Field(field) | Key::Part { field, .. } => field,
    }
}

/// The groupings of a known.
pub(super) fn all(known: &Known, object: &ObjectName, input: &[wit::Grouping]) -> Result<Vec<Group>, PlanError> {
    if input.len() > MAX_GROUPINGS {
        return Err(Error::argument("group_by", format!("group by at most {MAX_GROUPINGS} fields")).into());
    }
    let mut groups: Vec<Group> = Vec::new();
    for grouping in input {
        let group = one(known, object, grouping)?;
        if groups.iter().any(|known| known.keys.iter().any(|key| group.keys.contains(key))) {
            return Err(Error::argument(
                &grouping.field,
                format!("{} is grouped by twice; once is enough", group.columns.join(", ")),
            )
            .into());
        }
        groups.push(group);
    }
    Ok(groups)
}

fn one(known: &Known, object: &ObjectName, input: &wit::Grouping) -> Result<Group, PlanError> {
    let named = names::field(known, object, &input.field)?;
    let field_type = named.field.field_type;
    let group = |columns, keys, period, values| Group {
        input: input.field.trim().to_owned(),
        columns,
        keys,
        period,
        field_type,
        values,
    };
    if matches!(field_type, FieldType::Date | FieldType::DateTime) {
        let (column, keys, period) = dates(&named, input.by);
        return Ok(group(vec![column], keys, period, Vec::new()));
    }
    if input.by.is_some() {
        let message = format!("only dates have periods; {} is a {}", named.path, field_type.name());
        return Err(Error::argument(&input.field, message).allowing(fields(known, object, &is_date)?).into());
    }
    if !named.field.groupable {
        let message = format!("Salesforce can't group by {} (a {})", named.path, field_type.name());
        let groupable = fields(known, object, &|field| field.groupable && field_type_groups_well(field.field_type))?;
        return Err(Error::argument(&input.field, message).allowing(groupable).into());
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

/// The column, the keys and the period of a date.
fn dates(named: &Named, by: Option<Period>) -> (String, Vec<Key>, Option<Period>) {
    let zoned = named.field.field_type == FieldType::DateTime;
    let parts = |parts: &[DatePart]| {
        let mut keys = Vec::new();
        for part in parts {
            keys.push(Key::Part { part: *part, field: named.path.clone(), zoned });
        }
        keys
    };
    use DatePart::{FiscalMonth, FiscalQuarter, FiscalYear, Month, Quarter, Year};
    let (name, keys) = match by {
        // No two moments are the same, so a datetime is grouped by its day.
        None | Some(Period::Day) if zoned => return (format!("{} by day", named.path), parts(&[DatePart::Day]), None),
        None | Some(Period::Day) => return (named.path.to_string(), vec![Key::Field(named.path.clone())], None),
        Some(Period::Month) => ("month", parts(&[Year, Month])),
        Some(Period::Quarter) => ("quarter", parts(&[Year, Quarter])),
        Some(Period::Year) => ("year", parts(&[Year])),
        Some(Period::FiscalMonth) => ("fiscal_month", parts(&[FiscalYear, FiscalMonth])),
        Some(Period::FiscalQuarter) => ("fiscal_quarter", parts(&[FiscalYear, FiscalQuarter])),
        Some(Period::FiscalYear) => ("fiscal_year", parts(&[FiscalYear])),
    };
    (format!("{} by {name}", named.path), keys, by)
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
    for field in &schema.fields {
        if names.len() < MAX_NAMED && field.name != "IsDeleted" && fits(field) {
            names.push(field.name.clone());
        }
    }
    Ok(names)
}
