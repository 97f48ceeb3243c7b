//! Filters as people give them, as conditions of a query: the operator, the field's type and the value made to fit.

use crate::details::Details;
use crate::error::Error;
use crate::excerpt::Excerpt;
use crate::json::{Json, Shape};
use crate::known::{self, Known, PlanError};
use crate::policy::Effect;
use crate::resolve::lookup;
use crate::resolve::names::{self, Named};
use crate::resolve::value::{self, Compared};
use crate::schema::{FieldType, picklist, standard};
use crate::soql::{
    Comparison, Condition, FieldName, FieldPath, List, Literal, LiteralError, ObjectName, Operand, Pattern, SemiJoin,
    Text,
};
use crate::wit::{ChildFilter, Filter, Operator};

/// Semi-joins of one query.
/// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_comparisonoperators.htm>
const MAX_CHILDREN: usize = 2;

/// Objects that Salesforce joins with no other, by the same page.
pub(crate) const UNJOINED: [&str; 8] =
    ["ActivityHistory", "Attachment", "Event", "EventAttendee", "EventRelation", "Note", "OpenActivity", "Task"];

/// The conditions of a call: all filters hold, one of each group's, and what is said of children.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Criteria<'a> {
    pub(crate) filters: &'a [Filter],
    pub(crate) any_of: &'a [Vec<Filter>],
    pub(crate) children: &'a [ChildFilter],
}

/// What all of an argument's filters, alternatives and child filters say together.
pub(crate) fn condition(
    known: &Known,
    object: &ObjectName,
    Criteria { filters, any_of, children }: Criteria<'_>,
) -> Result<Option<Condition>, PlanError> {
    if children.len() > MAX_CHILDREN {
        let message = format!("Salesforce takes at most {MAX_CHILDREN} conditions on children");
        return Err(Error::argument("children", message).into());
    }
    let groups = any_of.iter().enumerate().map(|(index, group)| {
        Condition::any(each(known, object, group)?).ok_or_else(|| {
            let message = "a group of any_of needs at least one condition";
            Error::argument(&format!("any_of[{index}]"), message).into()
        })
    });
    let children = children.iter().map(|child| children_match(known, object, child));
    let (mut all, rest) = known::both(each(known, object, filters), known::all(groups.chain(children)))?;
    all.extend(rest);
    Ok(Condition::all(all))
}

fn each(known: &Known, object: &ObjectName, filters: &[Filter]) -> Result<Vec<Condition>, PlanError> {
    known::all(filters.iter().map(|filter| one(known, object, filter)))
}

/// One filter.
pub(crate) fn one(known: &Known, object: &ObjectName, filter: &Filter) -> Result<Condition, PlanError> {
    let mut named = names::field(known, object, &filter.field)?;
    if !named.field.filterable {
        return Err(Error::argument(
            &filter.field,
            format!(
                "Salesforce can't filter by {} (a {}); list without it and read the values",
                named.path,
                named.field.field_type.name()
            ),
        )
        .into());
    }
    let value = filter.value.as_deref().map(str::trim).filter(|value| *value != "null");
    let is_list = value.is_some_and(|value| value.starts_with('['));
    let op = filter.op.unwrap_or(if is_list { Operator::In } else { Operator::Eq });
    use Operator::{
        Empty, EndsWith, Eq, Excludes, Gt, Gte, In, Includes, Like, Lt, Lte, Ne, NotContains, NotEmpty, NotIn, NotLike,
        StartsWith,
    };
    let value = match (op, value) {
        (Empty, _) | (Eq, None) => return Ok(Condition::compare(named.path, Comparison::Eq, Literal::Null)),
        (NotEmpty, _) | (Ne, None) => return Ok(Condition::compare(named.path, Comparison::Ne, Literal::Null)),
        (_, None) => {
            let message = format!("the condition on {} needs a value", named.path);
            return Err(Error::argument(&filter.field, message).into());
        }
        (_, Some(value)) => value,
    };
    let negated = matches!(op, Ne | NotIn | NotContains | NotLike);
    let comparison = match op {
        Eq | In => Comparison::Eq,
        Lt => Comparison::Lt,
        Lte => Comparison::Le,
        Gt => Comparison::Gt,
        Gte => Comparison::Ge,
        _ => Comparison::Ne,
    };
    if (matches!(op, Eq | Ne) && !is_list) || matches!(op, In | NotIn) {
        let by_record = by_record(known, object, &named, comparison, value)?;
        if let Some(condition) = by_record {
            return Ok(condition);
        }
    }
    Ok(match op {
        Eq | Ne | Lt | Lte | Gt | Gte => compare(&named, comparison, value)?,
        In | NotIn => in_list(&named, negated, value)?,
        Includes => Condition::Includes { values: texts(&named, value)?, field: named.path },
        Excludes => Condition::Excludes { values: texts(&named, value)?, field: named.path },
        _ => {
            if is_lookup(&named) {
                named = called(known, object, &named)?;
            }
            let like = like(
                &named,
                value,
                match op {
                    StartsWith => Pattern::starts_with,
                    EndsWith => Pattern::ends_with,
                    Like | NotLike => Pattern::parse,
                    _ => Pattern::contains,
                },
            )?;
            if negated { !like } else { like }
        }
    })
}

/// Whether a field points to a record that is called something.
fn is_lookup(named: &Named) -> bool {
    named.field.field_type == FieldType::Reference && named.field.relationship.is_some()
}

/// What the record is called that a lookup points to.
fn called(known: &Known, object: &ObjectName, lookup: &Named) -> Result<Named, PlanError> {
    let relationship = lookup.field.relationship.as_deref().unwrap_or_default();
    let path = names::name_of_parent(known, lookup, relationship)?;
    names::field(known, object, path.as_str())
}

/// A comparison with records in other words than their ids: their names, and "me" for the user; none where the value is
/// nothing of the kind.
fn by_record(
    known: &Known,
    object: &ObjectName,
    named: &Named,
    op: Comparison,
    value: &str,
) -> Result<Option<Condition>, PlanError> {
    // The field may itself be what a record is called.
    let is_name = !is_lookup(named);
    let lookup = match &named.lookup {
        _ if !is_name => named.clone(),
        Some(lookup) if named.field.name_field => names::field(known, object, lookup.as_str())?,
        _ => return Ok(None),
    };
    let mut each = Vec::new();
    let mut is_special = false;
    for item in items(named, value)? {
        let json = item.get();
        each.push(if lookup::is_me(&lookup.field, json) {
            is_special = true;
            Condition::compare(lookup.path.clone(), op, known.user()?.id)
        } else if !is_name && lookup::name(&lookup.field, json).is_some() {
            is_special = true;
            compare(&called(known, object, named)?, op, json)?
        } else {
            compare(named, op, json)?
        });
    }
    let condition = if op == Comparison::Ne { Condition::all(each) } else { Condition::any(each) };
    Ok(condition.filter(|_| is_special))
}

/// What is to be said of the picklist values in filters.
#[derive(Debug, Default)]
pub(crate) struct Remarks {
    /// In words.
    pub(crate) notices: Vec<String>,
    /// The values that those speak of.
    pub(crate) details: Details,
    /// Whether a value is taken for another.
    pub(crate) is_taken: bool,
}

impl Remarks {
    /// Says which picklist values of filters are taken for another; and where `nothing` was found, which are none.
    /// Not an error: records may hold values that are out of use. Only then picklists that are unknown are looked up.
    pub(crate) fn of(
        known: &Known,
        &(object, Criteria { filters, any_of, children }, nothing): &(&ObjectName, Criteria<'_>, bool),
    ) -> Result<Self, PlanError> {
        let mut remarks = Self::default();
        remarks.add(known, object, filters, nothing)?;
        for group in any_of {
            remarks.add(known, object, group, nothing)?;
        }
        for child in children {
            // The query was planned, so all names are known.
            if let Ok(object) = names::object(known, &child.object) {
                remarks.add(known, &object, &child.filters, nothing)?;
            }
        }
        Ok(remarks)
    }

    fn add(&mut self, known: &Known, object: &ObjectName, filters: &[Filter], nothing: bool) -> Result<(), PlanError> {
        use Operator::{Eq, Excludes, In, Includes, Ne, NotIn};
        for filter in filters {
            let (Ok(named), Some(value)) = (names::field(known, object, &filter.field), &filter.value) else {
                continue;
            };
            if nothing && is_lookup(&named) && matches!(filter.op, None | Some(Eq | In)) {
                let is_part = |item: &&Json<'_>| {
                    !lookup::is_me(&named.field, item.get()) && lookup::name(&named.field, item.get()).is_some()
                };
                self.notices.extend(items(&named, value)?.iter().find(is_part).map(|input| {
                    let input = input.get();
                    format!("{}: {input} was compared with whole names; `contains` finds a part of one", named.path)
                }));
            }
            let is_picklist = matches!(named.field.field_type, FieldType::Picklist | FieldType::MultiPicklist);
            let is_value = filter.op.is_none_or(|op| matches!(op, Eq | Ne | In | NotIn | Includes | Excludes));
            if !is_picklist || !is_value {
                continue;
            }
            // What a lookup with several targets points to can't be described.
            if named.field.picklist.is_none() && nothing && named.object.as_str() != standard::NAME {
                known.description(&named.object)?;
            }
            let Some(values) = named.field.picklist.as_deref() else { continue };
            for item in items(&named, value.trim())? {
                let Ok(input) = text(&named, item.get()) else { continue };
                for input in value::parts(&named.field, &input) {
                    match picklist::resolve(values, input) {
                        // Salesforce compares without regard to case.
                        picklist::Value::Repaired { value, .. } if !value.eq_ignore_ascii_case(input) => {
                            self.is_taken = true;
                            self.notices.push(value::repaired_notice(named.path.as_str(), input, "`details`"));
                            self.details.add(named.path.as_str(), &value);
                        }
                        picklist::Value::Unknown { nearest } if nothing => {
                            self.notices.push(format!(
                                "{}: {} is none of its values; `details` shows the nearest",
                                named.path,
                                Excerpt::of(input)
                            ));
                            nearest.iter().for_each(|value| self.details.add(named.path.as_str(), value));
                        }
                        _ => {}
                    }
                }
            }
        }
        Ok(())
    }
}

fn compare(named: &Named, op: Comparison, value: &str) -> Result<Condition, Error> {
    let (operand, literal) = operand(named, value)?;
    let ordered = !matches!(op, Comparison::Eq | Comparison::Ne);
    if ordered && matches!(literal, Literal::Null | Literal::Boolean(_)) {
        return Err(Error::argument(
            named.path.as_str(),
            format!("{} can only be compared with eq and ne", named.path),
        )
        .allowing(vec!["eq".to_owned(), "ne".to_owned()]));
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
        return Err(Error::argument(
            named.path.as_str(),
            format!(
                "{} is a {} and no multi-select picklist; use in or not_in",
                named.path,
                named.field.field_type.name()
            ),
        )
        .allowing(vec!["in".to_owned(), "not_in".to_owned()]));
    }
    let mut texts = Vec::new();
    for item in items(named, value)? {
        let input = text(named, item.get())?;
        let known = value::known_value(&named.field, &input).unwrap_or(input);
        let text = Text::new(known);
        texts.push(text.map_err(|reason| Error::argument(named.path.as_str(), reason.to_string()))?);
    }
    List::new(texts).ok_or_else(|| empty_list(named))
}

/// The items of a list; one value counts as a list of one.
fn items<'a>(named: &Named, value: &'a str) -> Result<Vec<Json<'a>>, Error> {
    let value = Json::parse(value)
        .map_err(|_| Error::argument(named.path.as_str(), format!("the value for {} is not JSON", named.path)))?;
    Ok(if value.get().starts_with('[') { value.items().collect() } else { vec![value] })
}

fn empty_list(named: &Named) -> Error {
    Error::argument(
        named.path.as_str(),
        format!("the list of values for {} is empty, so nothing can match", named.path),
    )
}

fn like(named: &Named, value: &str, pattern: fn(&str) -> Result<Pattern, LiteralError>) -> Result<Condition, Error> {
    // A picklist's value is a text to LIKE.
    if !(named.field.field_type.is_text() || named.field.field_type.has_values()) {
        return Err(Error::argument(
            named.path.as_str(),
            format!("{} is a {} and has no text to match", named.path, named.field.field_type.name()),
        ));
    }
    let pattern =
        pattern(&text(named, value)?).map_err(|reason| Error::argument(named.path.as_str(), reason.to_string()))?;
    Ok(Condition::Like { field: named.path.clone(), pattern })
}

/// A text, or a number as people may write a number that is a text to Salesforce.
fn text(named: &Named, value: &str) -> Result<String, Error> {
    match Shape::of(value) {
        Some(Shape::Text(text)) => Ok(text),
        Some(Shape::Number(number)) => Ok(number.to_owned()),
        _ => Err(Error::argument(named.path.as_str(), format!("the value for {} must be a text", named.path))),
    }
}

/// Records that have matching children, or have none.
fn children_match(known: &Known, object: &ObjectName, filter: &ChildFilter) -> Result<Condition, PlanError> {
    let child = names::object(known, &filter.object)?;
    known.allow_object(&child, Effect::ReadOnly)?;
    if UNJOINED.contains(&child.as_str()) {
        let message = format!(
            "Salesforce can't look through {child} records here; for activities filter by LastActivityDate instead"
        );
        return Err(Error::argument("children", message).allowing(vec!["LastActivityDate".to_owned()]).into());
    }
    let via = lookup(known, object, &child, filter.via.as_deref())?;
    let exists = filter.exists.unwrap_or(true);
    let mut conditions = each(known, &child, &filter.filters)?;
    if !exists {
        // A null in the list would make NOT IN match nothing.
        conditions.push(Condition::compare(FieldPath::from(via.clone()), Comparison::Ne, Literal::Null));
    }
    let query = SemiJoin { select: via, from: child, condition: Condition::all(conditions) };
    Ok(Condition::InSelect { field: FieldName::from_static("Id"), negated: !exists, query: Box::new(query) })
}

/// The child's lookup field to its parent: the one named, or the only one there is.
fn lookup(known: &Known, parent: &ObjectName, child: &ObjectName, via: Option<&str>) -> Result<FieldName, PlanError> {
    if let Some(via) = via {
        let field = names::own_field(known, child, via)?;
        if field.references.iter().any(|object| object.eq_ignore_ascii_case(parent.as_str())) {
            return Ok(names::field_name(&field.name)?);
        }
    }
    let schema = known.schema(child)?;
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
        _ if !known.is_fresh(child) => Err(PlanError::needs_description(child)),
        _ => {
            let message = if lookups.is_empty() {
                format!("no field of {child} points to {parent}")
            } else {
                format!("say in `via` which field of {child} points to {parent}")
            };
            Err(Error::argument("via", message).allowing(lookups).into())
        }
    }
}
