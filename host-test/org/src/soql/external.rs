//! What queries of external objects cannot say.
//! <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_limits.htm>

use super::{
    ast::{Condition, Expression, Query, SelectItem},
    rules,
};
use crate::{refusal::Refusal, schema::Object};

/// # Errors
/// `EXTERNAL_OBJECT_UNSUPPORTED_EXCEPTION` for all that the other system is not asked.
pub(super) fn check(object: &Object, query: &Query) -> Result<(), Refusal> {
    let labels = |item: &SelectItem| {
        matches!(item, SelectItem::Expression { expression: Expression::ToLabel(_) | Expression::Format(_), .. })
    };
    // `COUNT()` is the one aggregate.
    let counts =
        matches!(query.select.as_slice(), [SelectItem::Expression { expression: Expression::CountRows(_), .. }]);
    let unsupported = (rules::is_aggregate(query) && !counts)
        || query.having.is_some()
        || query.for_view
        || query.for_reference
        || query.select.iter().any(labels)
        || query.condition.as_ref().is_some_and(is_unsupported);
    if object.is_external() && unsupported {
        let message = format!("This query is not supported on the {} object.", object.name);
        return Err(Refusal::new(400, "EXTERNAL_OBJECT_UNSUPPORTED_EXCEPTION", message));
    }
    Ok(())
}

fn is_unsupported(condition: &Condition) -> bool {
    let label = |left: &Expression| matches!(left, Expression::ToLabel(_));
    match condition {
        Condition::All(all) | Condition::Any(all) => all.iter().any(is_unsupported),
        Condition::Not(inner) => is_unsupported(inner),
        Condition::Like { .. } | Condition::Includes { .. } => true,
        Condition::Compare { left, .. } | Condition::In { left, .. } => label(left),
        Condition::InQuery { .. } => false,
    }
}
