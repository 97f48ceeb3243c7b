//! Filters as people give them, as conditions of a query: the operator, the field's type and the value made to fit.

use serde_json::value::RawValue;

use super::names::{self, Named};
use super::value::{self, Compared};
use crate::catalog::Effect;
use crate::error::Error;
use crate::json::Shape;
use crate::schema::{FieldType, picklist};
use crate::session::{Session, Stuck};
use crate::soql::{
    Comparison, Condition, Excerpt, FieldName, FieldPath, List, Literal, ObjectName, Operand, Pattern, SemiJoin, Text,
};
use crate::vocabulary::{ChildFilter, Filter, Operator};

/// Semi-joins of one query.
/// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_comparisonoperators.htm>
const MOST_CHILDREN: usize = 2;

/// Objects that Salesforce joins with no other, by the same page.
const UNJOINED: [&str; 8] =
    ["ActivityHistory", "Attachment", "Event", "EventAttendee", "EventRelation", "Note", "OpenActivity", "Task"];

/// What all of an argument's filters, alternatives and child filters say together.
pub(super) fn condition(
    session: &Session<'_>,
    object: &ObjectName,
    filters: &[Filter],
    any_of: &[Vec<Filter>],
    children: &[ChildFilter],
) -> Result<Option<Condition>, Stuck> {
    let mut all = each(session, object, filters)?;
    for (index, group) in any_of.iter().enumerate() {
        let any = Condition::any(each(session, object, group)?);
        all.push(any.ok_or_else(|| {
            Error::field(&format!("any_of[{index}]"), "a group of any_of needs at least one condition", Vec::new())
        })?);
    }
    if children.len() > MOST_CHILDREN {
        let message = format!("Salesforce takes at most {MOST_CHILDREN} conditions on children");
        return Err(Error::field("children", message, Vec::new()).into());
    }
    for child in children {
        all.push(children_match(session, object, child)?);
    }
    Ok(Condition::all(all))
}

fn each(session: &Session<'_>, object: &ObjectName, filters: &[Filter]) -> Result<Vec<Condition>, Stuck> {
    filters.iter().map(|filter| one(session, object, filter)).collect()
}

/// One filter.
fn one(session: &Session<'_>, object: &ObjectName, filter: &Filter) -> Result<Condition, Stuck> {
    let named = names::field(session, object, &filter.field)?;
    if !named.field.filterable {
        return Err(Error::field(
            &filter.field,
            format!(
                "Salesforce can't filter by {} (a {}); list without it and read the values",
                named.path,
                named.field.field_type.name()
            ),
            Vec::new(),
        )
        .into());
    }
    let value = filter.value.as_deref().map(str::trim).filter(|value| *value != "null");
    let is_list = value.is_some_and(|value| value.starts_with('['));
    let op = filter.op.unwrap_or(if is_list { Operator::In } else { Operator::Eq });
    let condition = match (op, value) {
        (Operator::Empty, _) | (Operator::Eq, None) => Condition::compare(named.path, Comparison::Eq, Literal::Null),
        (Operator::NotEmpty, _) | (Operator::Ne, None) => Condition::compare(named.path, Comparison::Ne, Literal::Null),
        (_, None) => {
            return Err(Error::field(
                &filter.field,
                format!("the condition on {} needs a value", named.path),
                Vec::new(),
            )
            .into());
        }
        (Operator::Eq, Some(value)) => compare(&named, Comparison::Eq, value)?,
        (Operator::Ne, Some(value)) => compare(&named, Comparison::Ne, value)?,
        (Operator::Lt, Some(value)) => compare(&named, Comparison::Lt, value)?,
        (Operator::Lte, Some(value)) => compare(&named, Comparison::Le, value)?,
        (Operator::Gt, Some(value)) => compare(&named, Comparison::Gt, value)?,
        (Operator::Gte, Some(value)) => compare(&named, Comparison::Ge, value)?,
        (Operator::In, Some(value)) => in_list(&named, false, value)?,
        (Operator::NotIn, Some(value)) => in_list(&named, true, value)?,
        (Operator::Includes, Some(value)) => Condition::Includes { values: texts(&named, value)?, field: named.path },
        (Operator::Excludes, Some(value)) => Condition::Excludes { values: texts(&named, value)?, field: named.path },
        (Operator::Contains, Some(value)) => like(&named, value, Pattern::contains)?,
        (Operator::NotContains, Some(value)) => !like(&named, value, Pattern::contains)?,
        (Operator::StartsWith, Some(value)) => like(&named, value, Pattern::starts_with)?,
        (Operator::EndsWith, Some(value)) => like(&named, value, Pattern::ends_with)?,
        (Operator::Like, Some(value)) => like(&named, value, Pattern::parse)?,
        (Operator::NotLike, Some(value)) => !like(&named, value, Pattern::parse)?,
    };
    Ok(condition)
}

/// Says so if a filter's value is none of its picklist's. Not an error: records may hold values that are out of use.
pub(super) fn doubt(session: &Session<'_>, object: &ObjectName, filter: &Filter) -> Result<Option<String>, Stuck> {
    let named = names::field(session, object, &filter.field)?;
    let is_picklist = matches!(named.field.field_type, FieldType::Picklist | FieldType::MultiPicklist);
    let (true, None, Some(value)) = (is_picklist, named.path.parent(), &filter.value) else { return Ok(None) };
    let schema = session.described(object)?;
    let values = schema.field(named.path.as_str()).and_then(|field| field.picklist.as_deref()).unwrap_or_default();
    let unknown = items(&named, value)?.into_iter().filter_map(|item| text(&named, item.get()).ok()).find_map(|said| {
        match picklist::resolve(values, &said) {
            picklist::Value::Unknown { nearest } => Some((said, nearest)),
            _ => None,
        }
    });
    Ok(unknown.map(|(said, nearest)| {
        format!(
            "{}: {} is none of its values; nearest: {}",
            named.path,
            Excerpt::of(&said),
            nearest.iter().map(|value| Excerpt::of(value).to_string()).collect::<Vec<_>>().join(", ")
        )
    }))
}

fn compare(named: &Named, op: Comparison, value: &str) -> Result<Condition, Error> {
    let (operand, literal) = operand(named, value)?;
    let ordered = !matches!(op, Comparison::Eq | Comparison::Ne);
    if ordered && matches!(literal, Literal::Null | Literal::Boolean(_)) {
        return Err(Error::field(
            named.path.as_str(),
            format!("{} can only be compared with eq and ne", named.path),
            vec!["eq".to_owned(), "ne".to_owned()],
        ));
    }
    Ok(Condition::Compare { operand, op, value: literal })
}

fn operand(named: &Named, value: &str) -> Result<(Operand, Literal), Error> {
    Ok(match value::literal(&named.field, value)? {
        Compared::Literal(literal) => (Operand::Field(named.path.clone()), literal),
        Compared::Day(day) => (Operand::Day(named.path.clone()), Literal::Date(day)),
    })
}

/// `in` and `not_in`. Days of a datetime field need a comparison each, for a day there is no single instant.
fn in_list(named: &Named, negated: bool, value: &str) -> Result<Condition, Error> {
    let compared = items(named, value)?.iter().map(|item| operand(named, item.get())).collect::<Result<Vec<_>, _>>()?;
    let plain = compared.iter().all(|(operand, literal)| {
        matches!(operand, Operand::Field(_)) && !matches!(literal, Literal::DateLiteral(_) | Literal::Null)
    });
    let empty = || empty_list(named);
    if plain {
        let values = List::new(compared.into_iter().map(|(_, literal)| literal)).ok_or_else(empty)?;
        return Ok(Condition::In { field: named.path.clone(), negated, values });
    }
    let op = if negated { Comparison::Ne } else { Comparison::Eq };
    let each = compared.into_iter().map(|(operand, value)| Condition::Compare { operand, op, value });
    if negated { Condition::all(each) } else { Condition::any(each) }.ok_or_else(empty)
}

/// The texts of `includes` and `excludes`.
fn texts(named: &Named, value: &str) -> Result<List<Text>, Error> {
    if named.field.field_type != FieldType::MultiPicklist {
        return Err(Error::field(
            named.path.as_str(),
            format!(
                "{} is a {} and no multi-select picklist; use in or not_in",
                named.path,
                named.field.field_type.name()
            ),
            vec!["in".to_owned(), "not_in".to_owned()],
        ));
    }
    let texts = items(named, value)?.iter().map(|item| text(named, item.get())).collect::<Result<Vec<_>, _>>()?;
    let texts = texts
        .into_iter()
        .map(|text| Text::new(text).map_err(|reason| Error::field(named.path.as_str(), reason.to_string(), Vec::new())))
        .collect::<Result<Vec<_>, _>>()?;
    List::new(texts).ok_or_else(|| empty_list(named))
}

/// The items of a list; one value counts as a list of one.
fn items<'a>(named: &Named, value: &'a str) -> Result<Vec<&'a RawValue>, Error> {
    let parsed = if value.starts_with('[') {
        serde_json::from_str(value)
    } else {
        serde_json::from_str(value).map(|item| vec![item])
    };
    parsed
        .map_err(|_| Error::field(named.path.as_str(), format!("the value for {} is not JSON", named.path), Vec::new()))
}

fn empty_list(named: &Named) -> Error {
    Error::field(
        named.path.as_str(),
        format!("the list of values for {} is empty, so nothing can match", named.path),
        Vec::new(),
    )
}

fn like<E: std::fmt::Display>(
    named: &Named,
    value: &str,
    pattern: impl Fn(&str) -> Result<Pattern, E>,
) -> Result<Condition, Error> {
    // A picklist's value is a text to LIKE.
    if !(named.field.field_type.is_text() || named.field.field_type.has_values()) {
        return Err(Error::field(
            named.path.as_str(),
            format!("{} is a {} and has no text to match", named.path, named.field.field_type.name()),
            Vec::new(),
        ));
    }
    let pattern = pattern(&text(named, value)?)
        .map_err(|reason| Error::field(named.path.as_str(), reason.to_string(), Vec::new()))?;
    Ok(Condition::Like { field: named.path.clone(), pattern })
}

/// A text, or a number as people may write a number that is a text to Salesforce.
fn text(named: &Named, value: &str) -> Result<String, Error> {
    match Shape::of(value) {
        Some(Shape::Text(text)) => Ok(text),
        Some(Shape::Number(number)) => Ok(number.to_owned()),
        _ => Err(Error::field(named.path.as_str(), format!("the value for {} must be a text", named.path), Vec::new())),
    }
}

/// Records that have matching children, or have none.
fn children_match(session: &Session<'_>, object: &ObjectName, filter: &ChildFilter) -> Result<Condition, Stuck> {
    let child = names::object(session, &filter.object)?;
    session.allow_object(&child, Effect::ReadOnly)?;
    if UNJOINED.contains(&child.as_str()) {
        let message = format!(
            "Salesforce can't look through {child} records here; for activities filter by LastActivityDate instead"
        );
        return Err(Error::field("children", message, vec!["LastActivityDate".to_owned()]).into());
    }
    let via = lookup(session, object, &child, filter.via.as_deref())?;
    let exists = filter.exists.unwrap_or(true);
    let mut conditions = each(session, &child, &filter.filters)?;
    if !exists {
        // A null in the list would make NOT IN match nothing.
        conditions.push(Condition::compare(FieldPath::from(via.clone()), Comparison::Ne, Literal::Null));
    }
    let query = SemiJoin { select: via, from: child, condition: Condition::all(conditions) };
    Ok(Condition::InSelect { field: FieldName::from_static("Id"), negated: !exists, query: Box::new(query) })
}

/// The child's lookup field to its parent: the one named, or the only one there is.
fn lookup(
    session: &Session<'_>,
    parent: &ObjectName,
    child: &ObjectName,
    via: Option<&str>,
) -> Result<FieldName, Stuck> {
    if let Some(via) = via {
        let field = names::own_field(session, child, via)?;
        if field.references.iter().any(|object| object.eq_ignore_ascii_case(parent.as_str())) {
            return Ok(names::field_name(&field.name)?);
        }
    }
    let schema = session.schema(child)?;
    let lookups: Vec<_> = schema
        .fields
        .iter()
        .filter(|field| field.references.iter().any(|object| object.eq_ignore_ascii_case(parent.as_str())))
        // The record that one was merged into is no parent of it.
        .filter(|field| field.name != "MasterRecordId")
        .map(|field| field.name.clone())
        .collect();
    // Salesforce's own main lookup is called like the object: AccountId of an opportunity or a case.
    let main = lookups.iter().find(|name| name.eq_ignore_ascii_case(&format!("{parent}Id")));
    match (via, main, lookups.as_slice()) {
        (None, Some(name), _) | (None, None, [name]) => Ok(names::field_name(name)?),
        _ if !session.is_exhaustive(child) => Err(Stuck::needs(child)),
        _ => Err(Error::Input {
            message: if lookups.is_empty() {
                format!("no field of {child} points to {parent}")
            } else {
                format!("say in `via` which field of {child} points to {parent}")
            },
            fields: vec!["via".to_owned()],
            allowed: lookups,
        }
        .into()),
    }
}
