//! A statement's names and values as the org has them. Its conditions pass through the filters one by one, so that
//! labels, picklist values, names of records, "me" and days mean there what they mean everywhere.

use crate::error::Error;
use crate::json::{Json, List, quoted};
use crate::known::{self, Known, PlanError};
use crate::policy::Effect;
use crate::resolve::filter::{self, UNJOINED};
use crate::resolve::names;
use crate::schema::well_known::ID;
use crate::schema::{Field, FieldType};
use crate::soql::{
    ChildSelect, Comparison, Condition, Date, FieldList, FieldPath, Literal, Nulls, Number, ObjectName, Operand, Order,
    SemiJoin,
};
use crate::sql::{self, Column, Expression, Match, Value};
use crate::wit::{Filter, Operator};

/// What the caller gives for the names after colons: a JSON object. They are values, and never text of the query.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parameters<'a>(Option<Json<'a>>);

impl<'a> Parameters<'a> {
    /// Reads the argument.
    pub(crate) fn read(text: Option<&'a str>) -> Result<Self, Error> {
        let wrong = || Error::argument("params", "params is an object: values by the names that follow colons");
        let json = text.map(|text| Json::parse(text).map_err(|_| wrong())).transpose()?;
        if json.is_none_or(Json::is_object) { Ok(Self(json)) } else { Err(wrong()) }
    }

    /// The JSON of one.
    fn get(self, name: &str) -> Result<&'a str, Error> {
        let mut members = self.0.into_iter().flat_map(Json::members);
        members.find(|(known, _)| known == name).map(|(_, value)| value.get()).ok_or_else(|| {
            let names = self.0.into_iter().flat_map(Json::members).map(|(name, _)| name.into_owned()).collect();
            Error::argument("params", format!("params has no {name:?}, which the query names")).allowing(names)
        })
    }
}

/// The condition on an object's records.
pub(crate) fn condition(
    known: &Known,
    object: &ObjectName,
    condition: &sql::Condition,
    parameters: Parameters<'_>,
) -> Result<Condition, PlanError> {
    let each = |parts: &[sql::Condition]| {
        known::all(parts.iter().map(|part| self::condition(known, object, part, parameters)))
    };
    let empty = || PlanError::from(Error::argument("soql", "a condition has no parts"));
    match condition {
        sql::Condition::All(parts) => Condition::all(each(parts)?).ok_or_else(empty),
        sql::Condition::Any(parts) => Condition::any(each(parts)?).ok_or_else(empty),
        sql::Condition::Not(inner) => Ok(!self::condition(known, object, inner, parameters)?),
        sql::Condition::InSelect { field, negated, query } => {
            semi_join(known, object, (field, *negated, query), parameters)
        }
        sql::Condition::Compare { left: Expression::Date { part, field, .. }, op, value }
            if *part != sql::DatePart::DayOnly =>
        {
            part_of_date(known, object, (*part, field), *op, value, parameters)
        }
        leaf => match filter(leaf, parameters)? {
            Some(mut filter) => {
                let kind = names::field(known, object, &filter.field)?.field.field_type;
                whole_day(&mut filter, kind);
                filter::one(known, object, &filter)
            }
            None => Err(unsaid("this condition")),
        },
    }
}

/// A date is compared with the day of a moment.
fn whole_day(filter: &mut Filter, kind: FieldType) {
    let Some(value) = filter.value.as_mut().filter(|_| kind == FieldType::Date) else { return };
    let day = value.get(1..11).filter(|day| value.as_bytes().get(11) == Some(&b'T') && Date::parse(day).is_ok());
    if let Some(day) = day.map(quoted) {
        *value = day;
    }
}

/// The conditions one by one, for remarks on their values.
pub(crate) fn filters(condition: &sql::Condition, parameters: Parameters<'_>, filters: &mut Vec<Filter>) {
    match condition {
        sql::Condition::All(parts) | sql::Condition::Any(parts) => {
            parts.iter().for_each(|part| self::filters(part, parameters, filters));
        }
        sql::Condition::Not(inner) => self::filters(inner, parameters, filters),
        sql::Condition::InSelect { .. } => {}
        leaf => filters.extend(filter(leaf, parameters).ok().flatten()),
    }
}

/// One condition as a filter, if it is about a field as it is.
fn filter(condition: &sql::Condition, parameters: Parameters<'_>) -> Result<Option<Filter>, Error> {
    let (field, op, value) = match condition {
        sql::Condition::Compare { left, op, value } => {
            let op = match op {
                Comparison::Eq => Operator::Eq,
                Comparison::Ne => Operator::Ne,
                Comparison::Lt => Operator::Lt,
                Comparison::Le => Operator::Lte,
                Comparison::Gt => Operator::Gt,
                Comparison::Ge => Operator::Gte,
            };
            (plain(left), op, json(value, parameters)?)
        }
        sql::Condition::Like { left, pattern } => {
            let value = match pattern {
                Match::Pattern(pattern, _) => quoted(pattern.as_str()),
                Match::Parameter(name, _) => parameters.get(name)?.to_owned(),
            };
            (plain(left), Operator::Like, value)
        }
        sql::Condition::In { left, negated, values } => {
            let op = if *negated { Operator::NotIn } else { Operator::In };
            (plain(left), op, json_list(values, parameters)?)
        }
        sql::Condition::Includes { field, negated, values } => {
            let op = if *negated { Operator::Excludes } else { Operator::Includes };
            (Some(field), op, json_list(values, parameters)?)
        }
        _ => return Ok(None),
    };
    Ok(field.map(|field| Filter { field: field.to_string(), op: Some(op), value: Some(value) }))
}

/// The field of an expression that filters read as that field: a picklist's label is repaired in any case, and a day
/// means the whole day.
fn plain(expression: &Expression) -> Option<&sql::Path> {
    match expression {
        Expression::Field(field)
        | Expression::Label(field)
        | Expression::Date { part: sql::DatePart::DayOnly, field, .. } => Some(field),
        _ => None,
    }
}

/// A value as a filter takes it.
fn json(literal: &sql::Literal, parameters: Parameters<'_>) -> Result<String, Error> {
    Ok(match &literal.value {
        Value::Null => "null".to_owned(),
        Value::Boolean(value) => value.to_string(),
        Value::Number(number) => number.as_str().to_owned(),
        Value::Text(text) => quoted(text),
        Value::Date(date) => quoted(&date.to_string()),
        Value::DateTime(moment) => quoted(&moment.to_string()),
        Value::Range(range) => quoted(&range.to_string()),
        Value::Parameter(name) => parameters.get(name)?.to_owned(),
        Value::Currency { code, amount } => {
            let message = format!("compare with the plain amount {}, without {code}", amount.as_str());
            return Err(Error::argument("soql", message));
        }
        // They were settled by the user's clock before.
        Value::Day(_) | Value::Moment(_) => return Err(Error::argument("soql", "this day is not known")),
    })
}

/// Values as a list; a parameter may hold several.
fn json_list(values: &[sql::Literal], parameters: Parameters<'_>) -> Result<String, Error> {
    let mut list = List::default();
    for value in values {
        let json = json(value, parameters)?;
        let value = Json::trusted(&json);
        if json.starts_with('[') {
            value.items().for_each(|item| list.item(item));
        } else {
            list.item(value);
        }
    }
    Ok(list.finish())
}

fn part_of_date(
    known: &Known,
    object: &ObjectName,
    (part, field): (sql::DatePart, &sql::Path),
    op: Comparison,
    value: &sql::Literal,
    parameters: Parameters<'_>,
) -> Result<Condition, PlanError> {
    let named = names::field(known, object, &field.to_string())?;
    let zoned = match named.field.field_type {
        FieldType::Date => false,
        FieldType::DateTime => true,
        other => {
            let message = format!("only dates have parts; {} is a {}", named.path, other.name());
            return Err(Error::argument(named.path.as_str(), message).into());
        }
    };
    let number = Number::parse(json(value, parameters)?.trim_matches('"'));
    let number =
        number.map_err(|_| Error::argument(named.path.as_str(), "a part of a date is compared with a number"))?;
    let operand = Operand::Part { part: date_part(part), field: named.path, zoned };
    Ok(Condition::Compare { operand, op, value: Literal::Number(number) })
}

/// The same part in SOQL's words.
pub(crate) fn date_part(part: sql::DatePart) -> crate::soql::DatePart {
    use crate::soql::DatePart as Soql;
    match part {
        sql::DatePart::CalendarMonth => Soql::Month,
        sql::DatePart::CalendarQuarter => Soql::Quarter,
        sql::DatePart::CalendarYear => Soql::Year,
        sql::DatePart::DayInMonth => Soql::DayInMonth,
        sql::DatePart::DayInWeek => Soql::DayInWeek,
        sql::DatePart::DayInYear => Soql::DayInYear,
        sql::DatePart::DayOnly => Soql::Day,
        sql::DatePart::FiscalMonth => Soql::FiscalMonth,
        sql::DatePart::FiscalQuarter => Soql::FiscalQuarter,
        sql::DatePart::FiscalYear => Soql::FiscalYear,
        sql::DatePart::HourInDay => Soql::HourInDay,
        sql::DatePart::WeekInMonth => Soql::WeekInMonth,
        sql::DatePart::WeekInYear => Soql::WeekInYear,
    }
}

fn semi_join(
    known: &Known,
    object: &ObjectName,
    (field, negated, query): (&sql::Path, bool, &sql::SemiJoin),
    parameters: Parameters<'_>,
) -> Result<Condition, PlanError> {
    let other = names::object(known, &query.from.to_string())?;
    known.allow_object(&other, Effect::ReadOnly)?;
    if UNJOINED.contains(&other.as_str()) {
        let message = format!(
            "Salesforce can't look through {other} records in a subquery; for activities compare LastActivityDate instead"
        );
        return Err(Error::argument("soql", message).allowing(vec!["LastActivityDate".to_owned()]).into());
    }
    let ends = known::both(id_field(known, object, field), id_field(known, &other, &query.select))?;
    let (field, select) = (names::field_name(&ends.0.name)?, names::field_name(&ends.1.name)?);
    let inner = query.condition.iter().map(|inner| condition(known, &other, inner, parameters));
    let mut conditions = known::all(inner)?;
    // A null in the list would make NOT IN match nothing.
    if negated && select.as_str() != "Id" {
        let guard = Condition::compare(FieldPath::from(select.clone()), Comparison::Ne, Literal::Null);
        let said = Condition::all(conditions.clone());
        let is_said = said.is_some_and(|said| match said {
            Condition::And(parts) => parts.as_slice().contains(&guard),
            other => other == guard,
        });
        conditions.extend((!is_said).then_some(guard));
    }
    let query = SemiJoin { select, from: other, condition: Condition::all(conditions) };
    Ok(Condition::InSelect { field, negated, query: Box::new(query) })
}

/// A field of the object itself that holds an id.
fn id_field(known: &Known, object: &ObjectName, path: &sql::Path) -> Result<Field, PlanError> {
    let name = path.to_string();
    let Some(own) = path.single() else {
        let message = format!("{name} is a field of a parent; a subquery is compared with Id or a lookup of {object}");
        return Err(Error::argument(&name, message).into());
    };
    let field = names::own_field(known, object, &own.text)?;
    match field.field_type {
        FieldType::Id | FieldType::Reference => Ok(field),
        other => {
            let message = format!("{name} is a {} and holds no id", other.name());
            Err(Error::argument(&name, message).into())
        }
    }
}

/// The columns of a select list: fields, and child records by their relationships.
pub(crate) struct Columns {
    pub(crate) fields: FieldList,
    pub(crate) children: Vec<ChildSelect>,
}

pub(crate) fn columns(
    known: &Known,
    object: &ObjectName,
    select: &[Column],
    parameters: Parameters<'_>,
) -> Result<Columns, PlanError> {
    let mut inputs = Vec::new();
    let mut usual = false;
    let mut every = Vec::new();
    let mut children = Vec::new();
    for column in select {
        match column {
            Column::Usual(_) => usual = true,
            Column::Fields(set, _) => {
                let is_custom = |field: &FieldPath| field.as_str().ends_with("__c");
                every.extend(names::every_field(known, object)?.into_iter().filter(|field| match set {
                    sql::FieldSet::All => true,
                    sql::FieldSet::Custom => is_custom(field),
                    sql::FieldSet::Standard => !is_custom(field),
                }));
            }
            Column::Expression { expression, .. } => match shown(expression) {
                Some(field) => inputs.push(field.to_string()),
                None => return Err(unsaid("this column")),
            },
            Column::Children(query) => children.push(child(known, object, query, parameters)?),
            Column::TypeOf { .. } => return Err(unsaid("TYPEOF")),
        }
    }
    let mut fields = if usual || (inputs.is_empty() && every.is_empty() && children.is_empty()) {
        names::columns(known, object, &[])?
    } else {
        FieldList::from(ID)
    };
    every.into_iter().for_each(|field| fields.add(field));
    if !inputs.is_empty() {
        names::columns(known, object, &inputs)?.as_slice().iter().cloned().for_each(|field| fields.add(field));
    }
    Ok(Columns { fields, children })
}

/// The field whose value a column shows.
fn shown(expression: &Expression) -> Option<&sql::Path> {
    match expression {
        Expression::Field(field) | Expression::Label(field) => Some(field),
        Expression::Formatted(inner) => shown(inner),
        _ => None,
    }
}

fn child(
    known: &Known,
    parent: &ObjectName,
    query: &sql::Query,
    parameters: Parameters<'_>,
) -> Result<ChildSelect, PlanError> {
    let input = query.from.to_string();
    let schema = known.schema(parent)?;
    let found = schema.child(&input);
    let Some(found) = found else {
        if !known.is_fresh(parent) {
            return Err(PlanError::needs_description(parent));
        }
        let message = format!("{parent} has no child relationship {input:?} that is visible to the user");
        let children = schema.children_of(&input).chain(&schema.children);
        let allowed = children.filter_map(|child| child.relationship.clone()).take(20).collect();
        return Err(Error::argument("soql", message).allowing(allowed).into());
    };
    let object = ObjectName::parse(&found.object)?;
    known.allow_object(&object, Effect::ReadOnly)?;
    let relationship = names::field_name(found.relationship.as_deref().unwrap_or(&input))?;
    let Columns { fields, children } = columns(known, &object, &query.select, parameters)?;
    if !children.is_empty() {
        return Err(unsaid("child records of child records"));
    }
    let condition = query.condition.as_ref().map(|inner| condition(known, &object, inner, parameters)).transpose()?;
    let order_by = order(known, &object, &query.order_by)?;
    Ok(ChildSelect { relationship, fields, condition, order_by, limit: query.limit })
}

/// Sort keys. What has no value comes last, unless the statement says otherwise: nobody asks for the top five to see
/// those without a number.
pub(crate) fn order(known: &Known, object: &ObjectName, keys: &[sql::Order]) -> Result<Vec<Order>, PlanError> {
    known::all(keys.iter().map(|key| {
        let Some(field) = shown(&key.by) else { return Err(unsaid("this sort key")) };
        let input = field.to_string();
        let named = names::field(known, object, &input)?;
        if !named.field.sortable {
            return Err(Error::argument(&input, format!("Salesforce can't sort by {}", named.path)).into());
        }
        Ok(Order { field: named.path, direction: key.direction, nulls: key.nulls.unwrap_or(Nulls::Last) })
    }))
}

fn unsaid(what: &str) -> PlanError {
    Error::argument("soql", format!("{what} can't be read by this tool yet; leave it out")).into()
}
