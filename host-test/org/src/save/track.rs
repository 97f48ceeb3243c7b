//! What a save leaves in the history of a record: field history, and the stages of an opportunity.

use std::collections::BTreeMap;

use super::{Transaction, derive};
use crate::{
    history::{self, Change},
    store::Row,
    value::Value,
};

/// What a change of which adds a row to the stages of an opportunity.
const STAGE_FIELDS: [&str; 4] = ["Amount", "CloseDate", "Probability", "StageName"];

impl Transaction<'_> {
    /// Writes down what was changed. Such rows are the org's own bookkeeping, and in no journal.
    pub(super) fn track(&mut self, row: &Row, old: Option<&Row>) {
        let Some(tracked) = history::on(&row.object) else {
            return;
        };
        let changes = match (old, self.schema.object(&row.object)) {
            (None, _) => vec![Change::event("created")],
            (Some(old), Some(object)) => tracked.changes(object, self.store, old, row),
            _ => Vec::new(),
        };
        for change in changes {
            self.write_history(row, &change);
        }
        let staged = old.is_none_or(|old| STAGE_FIELDS.iter().any(|field| old.get(field) != row.get(field)));
        if row.object == "Opportunity" && staged {
            self.write_stage(row, old);
        }
    }

    pub(super) fn write_history(&mut self, row: &Row, change: &Change) {
        if let Some(tracked) = history::on(&row.object) {
            let fields = [
                (tracked.parent, Value::from(&row.id)),
                ("Field", Value::from(change.field.as_str())),
                ("DataType", Value::from(change.kind)),
                ("OldValue", change.from.clone()),
                ("NewValue", change.to.clone()),
            ];
            self.write_down(tracked.history, &fields);
        }
    }

    fn write_stage(&mut self, row: &Row, old: Option<&Row>) {
        let copied = ["StageName", "Amount", "ExpectedRevenue", "CloseDate", "Probability", "ForecastCategory"];
        let mut fields: Vec<(&str, Value)> = copied.iter().map(|name| (*name, row.get(name).clone())).collect();
        fields.push(("OpportunityId", Value::from(&row.id)));
        for (field, source) in [("PrevAmount", "Amount"), ("PrevCloseDate", "CloseDate")] {
            fields.push((field, old.map(|old| old.get(source).clone()).unwrap_or_default()));
        }
        self.write_down("OpportunityHistory", &fields);
    }

    /// Makes a row, if the org has the object.
    pub(super) fn write_down(&mut self, object: &str, fields: &[(&str, Value)]) {
        let Some(object) = self.schema.object(object) else {
            return;
        };
        let id = self.store.next_id(object.key_prefix.as_deref().unwrap_or_default());
        let fields: BTreeMap<String, Value> =
            fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let mut row = Row { object: object.name.clone(), id: id.clone(), fields };
        row.set("Id", Value::from(&id));
        let moment = self.moment();
        derive::defaults(object, self.store, &mut row, &moment);
        derive::stamp(object, &mut row, &moment);
        self.store.put(row);
    }
}
