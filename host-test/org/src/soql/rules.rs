//! What the grammar allows and Salesforce refuses all the same, as far as it shows without knowing any object.

use super::ast::{Condition, Expression, FieldSet, Path, Query, SelectItem, Value};
use super::error::Fault;

/// <https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_soslsoql.htm>
pub(crate) const MAX_QUERY_CHARACTERS: usize = 100_000;
const MAX_WHERE_STRING: usize = 4_000;
const MAX_OFFSET: u64 = 2_000;
const MAX_FIELDS_LIMIT: u64 = 200;
const MAX_CHILD_QUERIES: usize = 20;
const MAX_LEVELS: usize = 5;
const MAX_SEMI_JOINS: usize = 2;

/// Objects that cannot be the inner object of a semi-join.
/// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_comparisonoperators.htm>
const NO_SEMI_JOIN: [&str; 8] =
    ["ActivityHistory", "Attachment", "Event", "EventAttendee", "EventRelation", "Note", "OpenActivity", "Task"];

pub(crate) fn check(query: &Query) -> Result<(), Fault> {
    selectable(query)?;
    aggregation(query)?;
    root_or_child(query)?;
    children(query, 1)
}

/// What a query allows and `RETURNING` does not.
pub(crate) fn check_returning(query: &Query) -> Result<(), Fault> {
    let has_children = query.select.iter().any(|item| matches!(item, SelectItem::Children(_)));
    if has_children || is_aggregate(query) || query.for_view || query.for_reference {
        return Err(Fault::rule("RETURNING takes fields only: no aggregates, subqueries or FOR"));
    }
    Ok(())
}

/// The checks that a root query and a child subquery share.
fn root_or_child(query: &Query) -> Result<(), Fault> {
    let needs_limit = query.select.iter().find_map(|item| match item {
        SelectItem::Fields(FieldSet::All | FieldSet::Custom, at) => Some(at.0),
        _ => None,
    });
    if let Some(at) = needs_limit
        && query.limit.is_none_or(|limit| limit > MAX_FIELDS_LIMIT)
    {
        let detail = "The SOQL FIELDS function must have a LIMIT of at most 200";
        return Err(Fault::malformed(at, detail));
    }
    if query.offset.is_some_and(|offset| offset > MAX_OFFSET) {
        return Err(Fault::out_of_range("Maximum SOQL offset allowed is 2000"));
    }
    query.condition.as_ref().map_or(Ok(()), check_condition)
}

fn check_condition(condition: &Condition) -> Result<(), Fault> {
    strings(condition)?;
    semi_joins(condition)
}

/// Nothing is selected twice, and only aggregate queries rename what they select.
fn selectable(query: &Query) -> Result<(), Fault> {
    let aggregate = is_aggregate(query);
    let mut names: Vec<String> = Vec::new();
    let mut aliases: Vec<String> = Vec::new();
    for item in &query.select {
        match item {
            SelectItem::Expression { expression, alias } => {
                if let Some(alias) = alias {
                    if !aggregate && matches!(expression, Expression::Field(_)) {
                        let detail = "only aggregate expressions use field aliasing";
                        return Err(Fault::malformed(expression.at().0, detail));
                    }
                    let lower = alias.to_ascii_lowercase();
                    if aliases.contains(&lower) {
                        let detail = format!("duplicate alias: {alias}");
                        return Err(Fault::malformed(expression.at().0, detail));
                    }
                    aliases.push(lower);
                } else if let Expression::Field(path) | Expression::ToLabel(path) = expression {
                    let key = key(query, path);
                    if names.contains(&key) {
                        let detail = format!("duplicate field selected: {}", path.last());
                        return Err(Fault::malformed(path.at.0, detail));
                    }
                    names.push(key);
                }
            }
            SelectItem::Fields(_, at) if aggregate => {
                let detail = "FIELDS is not allowed in an aggregate query";
                return Err(Fault::malformed(at.0, detail));
            }
            SelectItem::Children(child) if aggregate => {
                let detail = "an aggregate query has no subqueries";
                return Err(Fault::malformed(child.from.at.0, detail));
            }
            SelectItem::Fields(..) => {}
            SelectItem::Children(child) => {
                let key = format!("({})", child.from.to_string().to_ascii_lowercase());
                if names.contains(&key) {
                    let detail = format!("duplicate subquery: {}", child.from);
                    return Err(Fault::malformed(child.from.at.0, detail));
                }
                names.push(key);
            }
        }
    }
    Ok(())
}

/// A path as it compares: lower case, without the object's own name or alias in front.
pub(crate) fn key(query: &Query, path: &Path) -> String {
    let own = |first: &str| {
        query.alias.as_deref().is_some_and(|alias| alias.eq_ignore_ascii_case(first))
            || query.from.last().eq_ignore_ascii_case(first)
    };
    let text = path.to_string().to_ascii_lowercase();
    match text.split_once('.') {
        Some((first, rest)) if own(first) => rest.to_owned(),
        _ => text,
    }
}

pub(crate) fn is_aggregate(query: &Query) -> bool {
    !query.group_by.is_empty()
        || query
            .select
            .iter()
            .any(|item| matches!(item, SelectItem::Expression { expression, .. } if expression.is_aggregate()))
}

fn aggregation(query: &Query) -> Result<(), Fault> {
    let count_rows = query.select.iter().find_map(|item| match item {
        SelectItem::Expression { expression: Expression::CountRows(at), alias } => Some((at.0, alias.is_some())),
        _ => None,
    });
    if let Some((at, aliased)) = count_rows
        && (aliased || query.select.len() > 1 || !query.group_by.is_empty() || !query.order_by.is_empty())
    {
        let detail = "COUNT() stands alone, without an alias, GROUP BY or ORDER BY; use COUNT(Id)";
        return Err(Fault::malformed(at, detail));
    }
    if !is_aggregate(query) {
        for order in &query.order_by {
            if order.expression.is_aggregate() {
                let detail = "only aggregate queries can be ordered by an aggregate";
                return Err(Fault::malformed(order.expression.at().0, detail));
            }
        }
        for item in &query.select {
            if let SelectItem::Expression { expression, .. } = item
                && let Expression::Date { field, .. } = expression
            {
                return Err(not_grouped(field));
            }
        }
        return Ok(());
    }
    for item in &query.select {
        if let SelectItem::Expression { expression, .. } = item {
            grouped(query, expression, "Field must be grouped or aggregated")?;
        }
    }
    for order in &query.order_by {
        grouped(query, &order.expression, "Ordered field must be grouped or aggregated")?;
    }
    if let Some(having) = &query.having {
        for left in left_sides(having) {
            grouped(query, left, "Grouped field expected")?;
        }
    }
    if query.group_by.is_empty() && count_rows.is_none() && (query.limit.is_some() || query.offset.is_some()) {
        let detail = "Non-grouped query that uses overall aggregate functions cannot also use LIMIT";
        return Err(Fault::rule(detail));
    }
    Ok(())
}

fn not_grouped(field: &Path) -> Fault {
    let detail = format!("Field must be grouped or aggregated: {field}");
    Fault::malformed(field.at.0, detail)
}

fn grouped(query: &Query, expression: &Expression, complaint: &str) -> Result<(), Fault> {
    let same = |key: &Expression| same_expression(query, key, expression);
    if expression.is_aggregate() || query.group_by.iter().any(same) {
        return Ok(());
    }
    let field = match expression {
        Expression::Field(field) | Expression::Date { field, .. } => field,
        // `toLabel(f)` and `FORMAT(f)` show a field that is grouped as itself.
        Expression::ToLabel(field) => {
            return grouped(query, &Expression::Field(field.clone()), complaint);
        }
        Expression::Format(inner) => return grouped(query, inner, complaint),
        Expression::CountRows(_) | Expression::Aggregate { .. } => return Ok(()),
    };
    Err(Fault::malformed(field.at.0, format!("{complaint}: {field}")))
}

/// Whether two expressions mean the same, whatever the case of their names.
pub(crate) fn same_expression(query: &Query, a: &Expression, b: &Expression) -> bool {
    match (a, b) {
        (Expression::Field(a), Expression::Field(b)) | (Expression::ToLabel(a), Expression::ToLabel(b)) => {
            key(query, a) == key(query, b)
        }
        (
            Expression::Date { function: f, field: a, convert_timezone: x },
            Expression::Date { function: g, field: b, convert_timezone: y },
        ) => f == g && x == y && key(query, a) == key(query, b),
        (Expression::Aggregate { function: f, field: a }, Expression::Aggregate { function: g, field: b }) => {
            f == g && key(query, a) == key(query, b)
        }
        (Expression::Format(a), Expression::Format(b)) => same_expression(query, a, b),
        _ => a == b,
    }
}

fn left_sides(condition: &Condition) -> Vec<&Expression> {
    match condition {
        Condition::All(all) | Condition::Any(all) => all.iter().flat_map(left_sides).collect(),
        Condition::Not(inner) => left_sides(inner),
        Condition::Compare { left, .. } | Condition::Like { left, .. } | Condition::In { left, .. } => vec![left],
        Condition::InQuery { .. } | Condition::Includes { .. } => Vec::new(),
    }
}

fn children(parent: &Query, level: usize) -> Result<(), Fault> {
    let queries = parent.select.iter().filter_map(|item| match item {
        SelectItem::Children(child) => Some(child),
        _ => None,
    });
    if queries.clone().count() > MAX_CHILD_QUERIES {
        return Err(Fault::rule("a query can have at most 20 subqueries"));
    }
    for child in queries {
        let at = child.from.at.0;
        if level + 1 > MAX_LEVELS {
            return Err(Fault::malformed(at, "subqueries can nest five levels at most"));
        }
        if is_aggregate(child) {
            let detail = "only root queries support aggregate expressions";
            return Err(Fault::malformed(at, detail));
        }
        if child.offset.is_some() && parent.limit != Some(1) {
            let detail = "OFFSET in a subquery needs LIMIT 1 in the outer query";
            return Err(Fault::malformed(at, detail));
        }
        if child.for_view || child.for_reference || child.scope.is_some() {
            let detail = "FOR and USING SCOPE belong to the outer query";
            return Err(Fault::malformed(at, detail));
        }
        selectable(child)?;
        aggregation(child)?;
        root_or_child(child)?;
        children(child, level + 1)?;
    }
    Ok(())
}

fn too_long(text: &str) -> bool {
    text.chars().count() > MAX_WHERE_STRING
}

fn strings(condition: &Condition) -> Result<(), Fault> {
    let refused = || Fault::rule("a string in the WHERE clause is longer than 4,000 characters");
    let long = |value: &Value| matches!(value, Value::Text(text) if too_long(text));
    let ok = match condition {
        Condition::All(all) | Condition::Any(all) => {
            all.iter().try_for_each(strings)?;
            true
        }
        Condition::Not(inner) => {
            strings(inner)?;
            true
        }
        Condition::Compare { value, .. } => !long(value),
        Condition::Like { pattern, .. } => !too_long(&pattern.to_string()),
        Condition::In { values, .. } => !values.iter().any(long),
        Condition::Includes { values, .. } => !values.iter().flatten().any(|text| too_long(text)),
        Condition::InQuery { query, .. } => {
            query.condition.as_ref().map_or(Ok(()), strings)?;
            true
        }
    };
    if ok { Ok(()) } else { Err(refused()) }
}

fn all_semi_joins(condition: &Condition) -> Vec<&Query> {
    match condition {
        Condition::All(all) | Condition::Any(all) => all.iter().flat_map(all_semi_joins).collect(),
        Condition::Not(inner) => all_semi_joins(inner),
        Condition::InQuery { query, .. } => vec![query],
        _ => Vec::new(),
    }
}

fn semi_joins(condition: &Condition) -> Result<(), Fault> {
    let joins = all_semi_joins(condition);
    if joins.len() > MAX_SEMI_JOINS {
        return Err(Fault::rule("Maximum 2 semi join sub-selects are allowed"));
    }
    let top = |condition: &Condition| usize::from(matches!(condition, Condition::InQuery { .. }));
    let at_top = match condition {
        Condition::All(all) => all.iter().map(top).sum(),
        other => top(other),
    };
    if at_top < joins.len() {
        let detail = "Semi join sub-selects are only allowed at the top level WHERE expressions \
                      and not in nested WHERE expressions.";
        return Err(Fault::rule(detail));
    }
    joins.into_iter().try_for_each(semi_join)
}

fn semi_join(query: &Query) -> Result<(), Fault> {
    let at = query.from.at.0;
    let object = query.from.to_string();
    if NO_SEMI_JOIN.iter().any(|name| name.eq_ignore_ascii_case(&object)) {
        let detail = format!("Entity '{object}' is not supported for semi join inner selects");
        return Err(Fault::malformed(at, detail));
    }
    let [SelectItem::Expression { expression: Expression::Field(_), alias: None }] = query.select.as_slice() else {
        let detail = "The inner select of a semi join must have exactly one field";
        return Err(Fault::malformed(at, detail));
    };
    let clauses = [
        (!query.order_by.is_empty(), "ORDER BY"),
        (query.limit.is_some(), "LIMIT"),
        (query.offset.is_some(), "OFFSET"),
        (!query.group_by.is_empty(), "GROUP BY"),
        (query.scope.is_some(), "USING SCOPE"),
        (query.for_view || query.for_reference, "FOR"),
    ];
    for (present, clause) in clauses {
        if present {
            let detail = format!("unexpected token: '{clause}' (not allowed in a semi join)");
            return Err(Fault::malformed(at, detail));
        }
    }
    if let Some(inner) = &query.condition
        && !all_semi_joins(inner).is_empty()
    {
        let detail = "Nesting of semi join sub-selects is not supported";
        return Err(Fault::malformed(at, detail));
    }
    Ok(())
}
