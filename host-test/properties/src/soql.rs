//! A person writes a query. The input is the query; the second reader is the demo org's, written from Salesforce's grammar
//! without a look at the plugin's.

use demo_org::soql::{self as org, Condition, Expression, Query, SelectItem};
use salesforce_plugin::soql::Statement;

/// What is read of a query is what the org reads: every object, every field, and nothing that does more than read. With
/// a LIMIT it is the same query with a LIMIT.
pub fn what_is_read_is_what_the_org_reads(input: &[u8]) {
    let text = crate::text(input);
    let Ok(statement) = Statement::parse(&text) else { return };
    let limited = statement.limited(Some(7));
    let again = Statement::parse(&limited).unwrap_or_else(|error| panic!("{error}: {limited}"));
    assert_eq!(again.limit, Some(statement.limit.unwrap_or(7)), "{limited}");
    assert_eq!(again.has_offset(), statement.has_offset(), "{limited}");

    let Ok(query) = org::parse(&text) else { return };
    let mut seen = Seen::default();
    seen.query(&query);
    assert!(!seen.does_more, "{text}");
    seen.objects.sort_unstable();
    let mut objects: Vec<_> = statement.scopes.iter().map(|scope| scope.from.to_owned()).collect();
    objects.sort_unstable();
    assert_eq!(objects, seen.objects, "{text}");
    for field in seen.fields.iter().filter(|field| !seen.aliases.contains(field)) {
        let is_known = statement.mentions.iter().any(|mention| mention.path == field);
        assert!(is_known, "{field} goes unseen: {text}");
    }
    if let Ok(limited) = org::parse(&limited) {
        assert_eq!(limited, Query { limit: Some(query.limit.unwrap_or(7)), ..query }, "{text}");
    }
}

/// What the org finds in a query.
#[derive(Default)]
struct Seen {
    objects: Vec<String>,
    fields: Vec<String>,
    aliases: Vec<String>,
    does_more: bool,
}

impl Seen {
    fn query(&mut self, query: &Query) {
        self.objects.push(query.from.parts.join("."));
        self.does_more |= query.for_view || query.for_reference;
        for item in &query.select {
            match item {
                SelectItem::Expression { expression, alias } => {
                    self.expression(expression);
                    self.aliases.extend(alias.clone());
                }
                SelectItem::Fields(..) => {}
                SelectItem::Children(children) => self.query(children),
            }
        }
        query.condition.iter().chain(&query.having).for_each(|condition| self.condition(condition));
        query.group_by.iter().for_each(|key| self.expression(key));
        query.order_by.iter().for_each(|order| self.expression(&order.expression));
    }

    fn condition(&mut self, condition: &Condition) {
        match condition {
            Condition::All(all) | Condition::Any(all) => all.iter().for_each(|one| self.condition(one)),
            Condition::Not(one) => self.condition(one),
            Condition::Compare { left, .. } | Condition::Like { left, .. } | Condition::In { left, .. } => {
                self.expression(left);
            }
            Condition::InQuery { left, query, .. } => {
                self.fields.push(left.parts.join("."));
                self.query(query);
            }
            Condition::Includes { left, .. } => self.fields.push(left.parts.join(".")),
        }
    }

    fn expression(&mut self, expression: &Expression) {
        match expression {
            Expression::Field(path) | Expression::ToLabel(path) => self.fields.push(path.parts.join(".")),
            Expression::CountRows(_) => {}
            Expression::Aggregate { field, .. } | Expression::Date { field, .. } => {
                self.fields.push(field.parts.join("."));
            }
            Expression::Format(inner) => self.expression(inner),
        }
    }
}
