//! Names of a query → objects and fields, as the running user sees them: what is hidden looks nonexistent.

use jiff::tz::TimeZone;

use super::{
    ast::{Aggregate, DateFunction, Expression, Path},
    dates::{self, Part},
    error::located,
    format,
};
use crate::{
    context::View,
    exact,
    refusal::Refusal,
    schema::{Field, FieldType, Object},
    sharing,
    store::Row,
    value::Value,
};

const ASK_DESCRIBE: &str = "Please reference your WSDL or the describe call for the appropriate names.";

/// Where names are looked up: one object of one query.
#[derive(Clone, Copy)]
pub(crate) struct Names<'a> {
    pub(crate) view: View<'a>,
    /// The whole query text, for messages.
    pub(crate) text: &'a str,
    pub(crate) object: &'a Object,
    pub(crate) alias: Option<&'a str>,
    /// Whether deleted parents can be read, as in `queryAll`.
    pub(crate) deleted: bool,
}

/// A field of the object or of a parent.
#[derive(Clone)]
pub(crate) struct Column<'a> {
    /// The references to follow before the field is read.
    pub(crate) steps: Vec<Step<'a>>,
    leaf: Leaf<'a>,
}

/// One reference of a path.
#[derive(Clone)]
pub(crate) struct Step<'a> {
    field: &'a Field,
    /// The relationship's name.
    pub(crate) name: &'a str,
    /// The object it leads to; `None` where it may be one of several, which look like the object `Name` then.
    target: Option<&'a Object>,
}

impl Step<'_> {
    pub(crate) fn is_polymorphic(&self) -> bool {
        self.target.is_none()
    }
}

#[derive(Clone)]
enum Leaf<'a> {
    Field(&'a Object, &'a Field),
    /// A field of the object `Name`, which stands for whatever a polymorphic reference leads to.
    Name(&'static str, FieldType),
}

/// The fields of `Name`.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_name.htm>
const NAME_FIELDS: [(&str, FieldType); 13] = [
    ("Id", FieldType::Id),
    ("Name", FieldType::String),
    ("Type", FieldType::String),
    ("FirstName", FieldType::String),
    ("LastName", FieldType::String),
    ("Alias", FieldType::String),
    ("Email", FieldType::Email),
    ("Phone", FieldType::Phone),
    ("Title", FieldType::String),
    ("Username", FieldType::String),
    ("IsActive", FieldType::Boolean),
    ("ProfileId", FieldType::Reference),
    ("UserRoleId", FieldType::Reference),
];

/// What an expression reads or computes.
#[derive(Clone)]
pub(crate) enum Operand<'a> {
    Column(Column<'a>),
    Date { function: DateFunction, column: Column<'a>, convert_timezone: bool },
    Label(Column<'a>),
    Format(Box<Operand<'a>>),
    CountRows,
    Aggregate { function: Aggregate, column: Column<'a> },
}

impl<'a> Names<'a> {
    /// A refusal with the excerpt and the caret.
    pub(crate) fn refuse(&self, code: &'static str, at: usize, detail: &str) -> Refusal {
        Refusal::new(400, code, located(self.text, at, detail))
    }

    /// The names after the object's own name or alias, which may stand in front.
    fn own_parts<'p>(&self, path: &'p Path) -> &'p [String] {
        match path.parts.as_slice() {
            [first, rest @ ..] if !rest.is_empty() => {
                let alias = self.alias.is_some_and(|alias| alias.eq_ignore_ascii_case(first));
                let own =
                    self.object.name.eq_ignore_ascii_case(first) && self.object.parent_relationship(first).is_none();
                if alias || own { rest } else { &path.parts }
            }
            parts => parts,
        }
    }

    /// The field at the end of a path.
    pub(crate) fn column(&self, path: &Path) -> Result<Column<'a>, Refusal> {
        let at = path.at.0;
        let parts = self.own_parts(path);
        let Some((last, relationships)) = parts.split_last() else {
            return Err(self.refuse("MALFORMED_QUERY", at, "a path without a field"));
        };
        // Five levels up is as far as a path goes.
        if relationships.len() > 5 {
            let detail = format!("the path '{path}' has more than five relationships");
            return Err(self.refuse("MALFORMED_QUERY", at, &detail));
        }
        let View { schema, access, .. } = self.view;
        let mut object = Some(self.object);
        let mut steps = Vec::new();
        for relationship in relationships {
            let unknown = || {
                let detail = format!(
                    "Didn't understand relationship '{relationship}' in field path. If you are attempting to use a \
                     custom relationship, be sure to append the '__r' after the custom relationship name. {ASK_DESCRIBE}"
                );
                self.refuse("INVALID_FIELD", at, &detail)
            };
            let field = object
                .and_then(|object| {
                    let field = object.parent_relationship(relationship)?;
                    access.field(object, &field.name)
                })
                .ok_or_else(unknown)?;
            let target = match field.reference_to.as_slice() {
                [only] => Some(access.object(schema, only).ok_or_else(unknown)?),
                _ => None,
            };
            steps.push(Step { field, name: field.relationship_name.as_deref().unwrap_or(&field.name), target });
            object = target;
        }
        let leaf = match object {
            Some(object) => access.field(object, last).map(|field| Leaf::Field(object, field)),
            None => NAME_FIELDS
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(last))
                .map(|(name, kind)| Leaf::Name(name, *kind)),
        };
        let leaf = leaf.ok_or_else(|| {
            let entity = object.map_or("Name", |object| object.name.as_str());
            let detail = format!(
                "No such column '{last}' on entity '{entity}'. If you are attempting to use a custom field, be sure \
                 to append the '__c' after the custom field name. {ASK_DESCRIBE}"
            );
            self.refuse("INVALID_FIELD", at, &detail)
        })?;
        Ok(Column { steps, leaf })
    }

    /// An expression of the select list, a filter, a grouping or an order.
    pub(crate) fn operand(&self, expression: &Expression) -> Result<Operand<'a>, Refusal> {
        match expression {
            Expression::Field(path) => Ok(Operand::Column(self.column(path)?)),
            Expression::CountRows(_) => Ok(Operand::CountRows),
            Expression::ToLabel(path) => {
                let column = self.column(path)?;
                if !matches!(column.kind(), FieldType::Picklist | FieldType::Multipicklist | FieldType::Combobox) {
                    let what = "toLabel on a field that is no picklist";
                    return Err(self.unsupported(path.at.0, what));
                }
                Ok(Operand::Label(column))
            }
            Expression::Format(inner) => {
                let operand = self.operand(inner)?;
                if !format::takes(operand.kind()) {
                    let what = "FORMAT() of what is no number, date or time";
                    return Err(self.unsupported(expression.at().0, what));
                }
                Ok(Operand::Format(Box::new(operand)))
            }
            Expression::Date { function, field, convert_timezone } => {
                let column = self.column(field)?;
                let needs_time =
                    *convert_timezone || matches!(function, DateFunction::HourInDay | DateFunction::DayOnly);
                let fits = match column.kind() {
                    FieldType::Datetime => true,
                    FieldType::Date => !needs_time,
                    _ => false,
                };
                if !fits {
                    let detail = format!("field {field} does not support date function {function}");
                    return Err(self.refuse("MALFORMED_QUERY", field.at.0, &detail));
                }
                Ok(Operand::Date { function: *function, column, convert_timezone: *convert_timezone })
            }
            Expression::Aggregate { function, field } => {
                let column = self.column(field)?;
                if !column.aggregates(*function) {
                    let detail = format!("field {field} does not support aggregate operator {function}");
                    return Err(self.refuse("MALFORMED_QUERY", field.at.0, &detail));
                }
                Ok(Operand::Aggregate { function: *function, column })
            }
        }
    }

    pub(crate) fn unsupported(&self, at: usize, what: &str) -> Refusal {
        let detail = format!("the demo org does not support {what}");
        Refusal::new(501, "DEMO_ORG_UNSUPPORTED", located(self.text, at, &detail))
    }
}

impl<'a> Column<'a> {
    pub(crate) fn of(object: &'a Object, field: &'a Field) -> Self {
        Self { steps: Vec::new(), leaf: Leaf::Field(object, field) }
    }

    /// The field's name as describe writes it.
    pub(crate) fn name(&self) -> &'a str {
        match self.leaf {
            Leaf::Field(_, field) => &field.name,
            Leaf::Name(name, _) => name,
        }
    }

    pub(crate) fn field(&self) -> Option<&'a Field> {
        match self.leaf {
            Leaf::Field(_, field) => Some(field),
            Leaf::Name(..) => None,
        }
    }

    pub(crate) fn kind(&self) -> FieldType {
        match self.leaf {
            Leaf::Field(_, field) => field.kind,
            Leaf::Name(_, kind) => kind,
        }
    }

    pub(crate) fn is_filterable(&self) -> bool {
        self.field().is_none_or(|field| field.filterable)
    }

    pub(crate) fn is_sortable(&self) -> bool {
        self.field().is_none_or(|field| field.sortable)
    }

    pub(crate) fn is_groupable(&self) -> bool {
        self.field().is_none_or(|field| field.groupable)
    }

    /// The objects whose ids the field holds; empty for any other field.
    pub(crate) fn targets(&self) -> Vec<&'a str> {
        match self.leaf {
            Leaf::Field(object, field) if field.kind == FieldType::Id => vec![&object.name],
            Leaf::Field(_, field) => field.reference_to.iter().map(String::as_str).collect(),
            Leaf::Name("Id", _) => self
                .steps
                .last()
                .map_or(Vec::new(), |step| step.field.reference_to.iter().map(String::as_str).collect()),
            Leaf::Name(..) => Vec::new(),
        }
    }

    /// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_agg_functions_field_types.htm>
    fn aggregates(&self, function: Aggregate) -> bool {
        match self.kind() {
            FieldType::Currency | FieldType::Double | FieldType::Percent | FieldType::Int => true,
            FieldType::Boolean
            | FieldType::Multipicklist
            | FieldType::Time
            | FieldType::Address
            | FieldType::Location
            | FieldType::AnyType
            | FieldType::Base64 => false,
            _ => self.is_filterable() && !matches!(function, Aggregate::Sum | Aggregate::Avg),
        }
    }

    /// The row the field is read from, if every reference on the way is set and visible.
    pub(crate) fn holder<'r>(&self, names: &Names<'a>, row: &'r Row, depth: usize) -> Option<&'r Row>
    where
        'a: 'r,
    {
        let View { schema, store, access, .. } = names.view;
        let mut row = row;
        for step in self.steps.iter().take(depth) {
            let id = row.get(&step.field.name).as_str()?;
            let parent = match step.target {
                Some(object) => store.get(&object.name, id),
                None => store.find(id).filter(|row| access.object(schema, &row.object).is_some()),
            }?;
            if !sharing::sees(store, access, parent) || (parent.is_deleted() && !names.deleted) {
                return None;
            }
            row = parent;
        }
        Some(row)
    }

    pub(crate) fn value(&self, names: &Names<'a>, row: &Row) -> Value {
        let Some(row) = self.holder(names, row, self.steps.len()) else {
            return Value::Null;
        };
        match self.leaf {
            Leaf::Field(_, field) => row.get(&field.name).clone(),
            Leaf::Name("Id", _) => Value::from(&row.id),
            Leaf::Name("Type", _) => Value::text(type_of(row)),
            Leaf::Name(name, _) => {
                let View { schema, access, .. } = names.view;
                let field = access.object(schema, &row.object).and_then(|object| match name {
                    "Name" => object.name_field().filter(|field| access.field(object, &field.name).is_some()),
                    _ => access.field(object, name),
                });
                field.map_or(Value::Null, |field| row.get(&field.name).clone())
            }
        }
    }

    /// The label of a picklist value, in English or as it is.
    fn label(&self, value: Value) -> Value {
        let (Some(field), Some(text)) = (self.field(), value.as_str()) else {
            return value;
        };
        let one = |text: &str| {
            let known = field.picklist.iter().find(|entry| entry.value == text);
            known.map_or_else(|| text.to_owned(), |entry| entry.label.clone())
        };
        if field.kind == FieldType::Multipicklist {
            let labels: Vec<String> = text.split(';').map(one).collect();
            return Value::text(labels.join(";"));
        }
        Value::text(one(text))
    }

    /// Where a picklist value stands in its list, by which picklists are sorted.
    pub(crate) fn picklist_place(&self, value: &Value) -> Option<usize> {
        let field = self.field().filter(|field| field.kind == FieldType::Picklist)?;
        let text = value.as_str()?;
        field.picklist.iter().position(|entry| entry.value == text)
    }
}

impl<'a> Operand<'a> {
    /// The type of what it gives.
    pub(crate) fn kind(&self) -> FieldType {
        match self {
            Self::Column(column) => column.kind(),
            Self::Date { function: DateFunction::DayOnly, .. } => FieldType::Date,
            Self::Date { .. } | Self::CountRows => FieldType::Int,
            Self::Label(_) | Self::Format(_) => FieldType::String,
            Self::Aggregate { function, column } => match function {
                Aggregate::Count | Aggregate::CountDistinct => FieldType::Int,
                Aggregate::Avg => FieldType::Double,
                Aggregate::Sum | Aggregate::Min | Aggregate::Max => column.kind(),
            },
        }
    }

    pub(crate) fn column(&self) -> Option<&Column<'a>> {
        match self {
            Self::Column(column) | Self::Label(column) | Self::Date { column, .. } | Self::Aggregate { column, .. } => {
                Some(column)
            }
            Self::Format(inner) => inner.column(),
            Self::CountRows => None,
        }
    }

    /// The value over a group of rows; outside an aggregate query a group is one row.
    pub(crate) fn value(&self, names: &Names<'a>, rows: &[&Row]) -> Value {
        let first = |column: &Column<'a>| rows.first().map_or(Value::Null, |row| column.value(names, row));
        match self {
            Self::Column(column) => first(column),
            Self::Label(column) => column.label(first(column)),
            Self::Format(inner) => {
                let field = inner.column().and_then(Column::field);
                // The average of amounts is an amount.
                let kind = field.map(|field| field.kind).filter(|kind| *kind == FieldType::Currency);
                let scale = match inner.kind() {
                    FieldType::Int => 0,
                    _ => field.map_or(0, |field| field.scale),
                };
                let kind = if inner.kind() == FieldType::Int { FieldType::Int } else { kind.unwrap_or(inner.kind()) };
                format::text(&inner.value(names, rows), kind, scale, names.view.context)
            }
            Self::Date { function, column, convert_timezone } => {
                let context = names.view.context;
                let zone = if *convert_timezone { context.zone.clone() } else { TimeZone::UTC };
                let (day, hour) = match first(column) {
                    Value::Date(day) => (day, 0),
                    Value::DateTime(instant) => {
                        let zoned = instant.to_zoned(zone);
                        (zoned.date(), zoned.hour())
                    }
                    _ => return Value::Null,
                };
                match dates::part(*function, day, hour, context) {
                    Part::Number(number) => Value::Integer(number),
                    Part::Day(day) => Value::Date(day),
                }
            }
            Self::CountRows => Value::Integer(i64::try_from(rows.len()).unwrap_or(i64::MAX)),
            Self::Aggregate { function, column } => {
                let values = rows.iter().map(|row| column.value(names, row)).filter(|value| !value.is_null());
                aggregate(*function, column, values.collect())
            }
        }
    }
}

/// What kind of owner or parent a row is: its object, and of a group that owns records that it is a queue.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_name.htm>
fn type_of(row: &Row) -> &str {
    let queue = row.object == "Group" && row.get("Type").as_str() == Some("Queue");
    if queue { "Queue" } else { &row.object }
}

fn count(n: usize) -> Value {
    Value::Integer(i64::try_from(n).unwrap_or(i64::MAX))
}

fn aggregate(function: Aggregate, column: &Column<'_>, mut values: Vec<Value>) -> Value {
    let sum = || values.iter().filter_map(Value::as_f64).sum::<f64>();
    match function {
        Aggregate::Count => count(values.len()),
        Aggregate::CountDistinct => {
            values.sort_by(|a, b| compare(column, a, b));
            values.dedup_by(|a, b| compare(column, a, b).is_eq());
            count(values.len())
        }
        Aggregate::Sum | Aggregate::Avg if values.is_empty() => Value::Null,
        Aggregate::Sum if column.kind() == FieldType::Int => values
            .iter()
            .try_fold(0_i64, |sum, value| match value {
                Value::Integer(number) => sum.checked_add(*number),
                _ => None,
            })
            .map_or_else(|| Value::Number(sum()), Value::Integer),
        Aggregate::Sum => Value::Number(sum()),
        Aggregate::Avg => {
            // No org of this kind has 2^53 rows.
            #[allow(clippy::cast_precision_loss)]
            let rows = values.len() as f64;
            Value::Number(sum() / rows)
        }
        Aggregate::Min => values.into_iter().min_by(|a, b| compare(column, a, b)).unwrap_or_default(),
        Aggregate::Max => values.into_iter().max_by(|a, b| compare(column, a, b)).unwrap_or_default(),
    }
}

/// The order of two values of one column; null comes first.
pub(crate) fn compare(column: &Column<'_>, a: &Value, b: &Value) -> std::cmp::Ordering {
    if let (Some(a), Some(b)) = (column.picklist_place(a), column.picklist_place(b)) {
        return a.cmp(&b);
    }
    // Ids are the one text in which case matters.
    match (column.kind(), a, b) {
        (FieldType::Id | FieldType::Reference, Value::Text(a), Value::Text(b)) => a.cmp(b),
        _ => order(a, b),
    }
}

/// The order of two values of one type: text without case, null first.
pub(crate) fn order(a: &Value, b: &Value) -> std::cmp::Ordering {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => a.to_lowercase().cmp(&b.to_lowercase()),
        (Value::Boolean(a), Value::Boolean(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::DateTime(a), Value::DateTime(b)) => a.cmp(b),
        (Value::Time(a), Value::Time(b)) => a.cmp(b),
        (Value::Decimal(_), _) | (_, Value::Decimal(_)) => match (a.digits(), b.digits()) {
            (Some(a), Some(b)) => exact::compare(&a, &b),
            (a, b) => a.is_some().cmp(&b.is_some()),
        },
        _ => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => b.is_null().cmp(&a.is_null()),
        },
    }
}
