//! Taking rows out of the recycle bin, with what went there with them.
//! <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_undelete.htm>

use super::{Transaction, derive, no_access, rules};
use crate::{id::Id, journal::WriteKind, refusal::Refusal, store::Row, value::Value};

/// The row with which another was deleted: no field of the object, so nothing shows it.
pub(super) const DELETED_WITH: &str = "#DeletedWith";

impl Transaction<'_> {
    /// Restores a row that was deleted itself, and not with another.
    ///
    /// # Errors
    /// `UNDELETE_FAILED` for a row that is not in the recycle bin, and for one that went there with its parent;
    /// `INSUFFICIENT_ACCESS_OR_READONLY` for one the user could not delete; `INVALID_CROSS_REFERENCE_KEY` for one that
    /// is not there; `DUPLICATE_VALUE` where its unique values are taken by now.
    pub(crate) fn undelete(&mut self, id: &Id) -> Result<(), Refusal> {
        let missing = || Refusal::save("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", &[]);
        let row = self.store.find(id.as_str()).filter(|row| self.access.sees(row)).cloned().ok_or_else(missing)?;
        let object = self.access.object(self.schema, &row.object).cloned().ok_or_else(missing)?;
        if !self.access.on(&object).delete || !self.access.edits(&object, &row) {
            return Err(no_access());
        }
        let with_another = row.get(DELETED_WITH).as_str().is_some_and(|root| root != id.as_str());
        if !row.is_deleted() || with_another {
            return Err(Refusal::save("UNDELETE_FAILED", "Entity is not in the recycle bin", &[]));
        }
        rules::check_unique(&object, self.store, &row)?;
        self.take_lock(id)?;
        let with = |other: &&Row| other.id == *id || other.get(DELETED_WITH).as_str() == Some(id.as_str());
        let rows: Vec<Row> =
            self.schema.objects().flat_map(|object| self.store.rows(&object.name)).filter(with).cloned().collect();
        for mut row in rows {
            row.fields.remove(DELETED_WITH);
            row.set("IsDeleted", false);
            row.set("SystemModstamp", Value::from(self.context.now));
            self.store.put(row.clone());
            self.wrote(WriteKind::Updated, &row, vec!["IsDeleted".to_owned()]);
            match row.object.as_str() {
                "Task" | "Event" => derive::touch_parents(self.schema, self.store, &row, self.context.now),
                "OpportunityLineItem" => self.sum_up(&row),
                _ => {}
            }
        }
        Ok(())
    }
}
