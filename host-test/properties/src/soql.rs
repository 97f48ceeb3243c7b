//! A model writes a statement. The input is the statement; the second reader is the demo org's, written from Salesforce's
//! grammar without a look at the plugin's.

use demo_org::soql::{self as org, Condition, Expression, Query, SelectItem};
use salesforce_plugin::sql::{self, Statement};

/// What is read of a query is what the org reads: every object, every field, and nothing that does more than read.
pub fn what_is_read_is_what_the_org_reads(input: &[u8]) {
    let text = crate::text(input);
    let Ok(statement) = Statement::parse(&text) else { return };
    let Ok(query) = org::parse(&text) else { return };
    let mut seen = Seen::default();
    seen.query(&query);
    assert!(!seen.does_more, "{text}");
    let mut read = Read::default();
    read.query(&statement.query);
    for objects in [&mut seen.objects, &mut read.objects] {
        objects.iter_mut().for_each(|object| object.make_ascii_lowercase());
        objects.sort_unstable();
    }
    assert_eq!(read.objects, seen.objects, "{text}");
    for field in seen.fields.iter().filter(|field| !seen.aliases.contains(field)) {
        let field = field.to_ascii_lowercase();
        // Without what only says at which object a path begins.
        let is_read = read.fields.iter().any(|read| {
            let read = read.to_ascii_lowercase();
            field == read || field.strip_suffix(&read).is_some_and(|before| before.ends_with('.'))
        });
        assert!(is_read, "{field} goes unseen: {text}");
    }
}

/// What the plugin finds in a statement.
#[derive(Default)]
struct Read {
    objects: Vec<String>,
    fields: Vec<String>,
}

impl Read {
    fn query(&mut self, query: &sql::Query) {
        self.objects.push(query.from.to_string());
        for column in &query.select {
            match column {
                sql::Column::Expression { expression, .. } => self.expression(expression),
                sql::Column::Children(children) => self.query(children),
                _ => {}
            }
        }
        query.condition.iter().chain(&query.having).for_each(|condition| self.condition(condition));
        let keys = query.group_by.iter().flat_map(|group_by| &group_by.keys);
        keys.chain(query.order_by.iter().map(|order| &order.by)).for_each(|key| self.expression(key));
    }

    fn condition(&mut self, condition: &sql::Condition) {
        match condition {
            sql::Condition::All(all) | sql::Condition::Any(all) => all.iter().for_each(|one| self.condition(one)),
            sql::Condition::Not(one) => self.condition(one),
            sql::Condition::Compare { left, .. }
            | sql::Condition::Like { left, .. }
            | sql::Condition::In { left, .. } => self.expression(left),
            sql::Condition::Includes { field, .. } => self.fields.push(field.to_string()),
            sql::Condition::InSelect { field, query, .. } => {
                self.fields.push(field.to_string());
                self.objects.push(query.from.to_string());
                self.fields.push(query.select.to_string());
                query.condition.iter().for_each(|condition| self.condition(condition));
            }
        }
    }

    fn expression(&mut self, expression: &sql::Expression) {
        self.fields.extend(expression.field().map(ToString::to_string));
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
        // One row has no order, which is left out.
        let computes = |item: &SelectItem| {
            matches!(
                item,
                SelectItem::Expression { expression: Expression::Aggregate { .. } | Expression::CountRows(_), .. }
            )
        };
        if !query.group_by.is_empty() || !query.select.iter().any(computes) {
            query.order_by.iter().for_each(|order| self.expression(&order.expression));
        }
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
