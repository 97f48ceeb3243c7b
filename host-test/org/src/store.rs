//! The rows of the org, by object and id. Pure memory: no clock, no rules, no rights.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use crate::{id::Id, value::Value};

/// One record. Everything a query can read is stored here, derived fields too (`Name` of a person, addresses,
/// `IsClosed`, …): rules run when a row is saved, never when it is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The object's API name.
    pub object: String,
    /// The record's id, also in `fields` as `Id`.
    pub id: Id,
    /// Values by API name. An absent key is null.
    pub fields: BTreeMap<String, Value>,
}

impl Row {
    /// The value of a field, by its exact API name.
    pub fn get(&self, field: &str) -> &Value {
        static NULL: Value = Value::Null;
        self.fields.get(field).unwrap_or(&NULL)
    }

    /// Sets a field by its exact API name.
    pub fn set(&mut self, field: &str, value: impl Into<Value>) {
        self.fields.insert(field.to_owned(), value.into());
    }

    /// Whether the row is in the recycle bin: `query` skips it, `queryAll` does not.
    pub fn is_deleted(&self) -> bool {
        self.get("IsDeleted").is_true()
    }

    /// Whether the row is an activity of long ago, which `query` skips and `queryAll` does not.
    pub fn is_archived(&self) -> bool {
        let activity = matches!(self.object.as_str(), "Task" | "Event" | "ActivityHistory" | "OpenActivity");
        activity && self.get("IsArchived").is_true()
    }

    /// Whether `query` reads the row.
    pub fn is_live(&self) -> bool {
        !self.is_deleted() && !self.is_archived()
    }
}

/// All rows. A copy shares them, and copies for itself what is written to: every org begins as a copy, and whatever is
/// all or nothing keeps one.
#[derive(Clone, Debug, Default)]
pub struct Store {
    objects: BTreeMap<String, Arc<BTreeMap<Id, Arc<Row>>>>,
    /// The last number given: to an id, by key prefix; to an auto-number field, by object.
    sequence: BTreeMap<String, u64>,
}

impl Store {
    /// The next unused id of the object with this key prefix.
    pub fn next_id(&mut self, key_prefix: &str) -> Id {
        let number = self.sequence.entry(key_prefix.to_owned()).or_default();
        *number += 1;
        Id::numbered(key_prefix, *number)
    }

    /// The next number of an object's auto-number field.
    pub fn next_number(&mut self, object: &str) -> u64 {
        let number = self.sequence.entry(object.to_owned()).or_default();
        *number += 1;
        *number
    }

    /// Puts a row in, replacing the row of the same id.
    pub fn put(&mut self, row: Row) {
        let rows = self.objects.entry(row.object.clone()).or_default();
        Arc::make_mut(rows).insert(row.id.clone(), Arc::new(row));
    }

    /// Takes a row out altogether, without the recycle bin.
    pub fn purge(&mut self, object: &str, id: &Id) -> Option<Row> {
        Arc::make_mut(self.objects.get_mut(object)?).remove(id).map(Arc::unwrap_or_clone)
    }

    /// Every row of an object by exact API name, in the order of ids, deleted ones too.
    pub fn rows(&self, object: &str) -> impl Iterator<Item = &Row> {
        self.objects.get(object).into_iter().flat_map(|rows| rows.values()).map(Arc::as_ref)
    }

    /// The row of this id, deleted or not.
    pub fn get(&self, object: &str, id: &str) -> Option<&Row> {
        self.objects.get(object)?.get(id).map(Arc::as_ref)
    }

    /// The row of this id, whatever its object.
    pub fn find(&self, id: &str) -> Option<&Row> {
        self.objects.values().find_map(|rows| rows.get(id)).map(Arc::as_ref)
    }

    /// The live rows whose `field` refers to `parent`. `ActivityHistory` and `OpenActivity` have no rows of
    /// their own: they are made here from Tasks and Events, newest first for history, soonest first for open. So are
    /// the lists of a record's files and of its approvals' steps.
    /// `now` tells past events from coming ones.
    pub fn children(&self, object: &str, field: &str, parent: &Id, now: Timestamp) -> Vec<Cow<'_, Row>> {
        match object {
            "ActivityHistory" => self.activities(field, parent, now, true),
            "OpenActivity" => self.activities(field, parent, now, false),
            "AttachedContentDocument" => {
                self.documents(parent, object, |row| row.get("FileType").as_str() != Some("SNOTE"))
            }
            "ProcessInstanceHistory" => self.approval_steps(field, parent),
            "CombinedAttachment" => {
                let mut all = self.documents(parent, object, |_| true);
                all.extend(self.attachments(parent));
                all
            }
            _ => self
                .rows(object)
                .filter(|row| !row.is_deleted())
                .filter(|row| row.get(field).as_str() == Some(parent.as_str()))
                .map(Cow::Borrowed)
                .collect(),
        }
    }

    /// The files of a record, as rows of an object that lists them.
    fn documents(&self, parent: &Id, object: &str, wanted: impl Fn(&Row) -> bool) -> Vec<Cow<'_, Row>> {
        let links = self
            .rows("ContentDocumentLink")
            .filter(|link| !link.is_deleted() && link.get("LinkedEntityId").as_str() == Some(parent.as_str()));
        let documents = links.filter_map(|link| self.get("ContentDocument", link.get("ContentDocumentId").as_str()?));
        documents
            .filter(|row| !row.is_deleted() && wanted(row))
            .map(|document| {
                let mut row = Row { object: object.to_owned(), ..document.clone() };
                row.set("LinkedEntityId", Value::from(parent));
                row.set("ParentId", Value::from(parent));
                row.set("ContentDocumentId", Value::from(&document.id));
                let note = document.get("FileType").as_str() == Some("SNOTE");
                row.set("RecordType", if note { "ContentNote" } else { "File" });
                Cow::Owned(row)
            })
            .collect()
    }

    /// The steps of approvals and what they wait for, of a record or of one approval.
    fn approval_steps(&self, field: &str, parent: &Id) -> Vec<Cow<'_, Row>> {
        let of_parent = |instance: &&Row| match field {
            "TargetObjectId" => instance.get(field).as_str() == Some(parent.as_str()),
            _ => instance.id == *parent,
        };
        let instances: Vec<&Row> = self.rows("ProcessInstance").filter(of_parent).collect();
        let rows = ["ProcessInstanceStep", "ProcessInstanceWorkitem"].into_iter().flat_map(|object| self.rows(object));
        rows.filter_map(|row| {
            let id = row.get("ProcessInstanceId").as_str()?;
            let instance = instances.iter().find(|instance| instance.id.as_str() == id)?;
            let mut step = Row { object: "ProcessInstanceHistory".to_owned(), ..row.clone() };
            let pending = row.object == "ProcessInstanceWorkitem";
            step.set("IsPending", pending);
            if pending {
                step.set("StepStatus", "Pending");
            }
            step.set("TargetObjectId", instance.get("TargetObjectId").clone());
            Some(Cow::Owned(step))
        })
        .collect()
    }

    /// The notes and attachments of the old kind.
    fn attachments(&self, parent: &Id) -> impl Iterator<Item = Cow<'_, Row>> {
        let rows = ["Note", "Attachment"].into_iter().flat_map(|object| self.rows(object));
        let of_parent = rows.filter(|row| !row.is_deleted() && row.get("ParentId").as_str() == Some(parent.as_str()));
        of_parent.map(|attachment| {
            let name = if attachment.object == "Note" { "Title" } else { "Name" };
            let mut row = Row { object: "CombinedAttachment".to_owned(), ..attachment.clone() };
            row.set("Title", attachment.get(name).clone());
            row.set("RecordType", attachment.object.as_str());
            row.set("ContentSize", attachment.get("BodyLength").clone());
            Cow::Owned(row)
        })
    }

    fn activities(&self, field: &str, parent: &Id, now: Timestamp, closed: bool) -> Vec<Cow<'_, Row>> {
        let mut rows: Vec<Row> = ["Task", "Event"]
            .into_iter()
            .flat_map(|object| self.rows(object))
            .filter(|row| !row.is_deleted() && is_over(row, now) == closed)
            .filter(|row| row.get(field).as_str() == Some(parent.as_str()))
            .map(|row| {
                let mut activity = row.clone();
                activity.object = if closed { "ActivityHistory" } else { "OpenActivity" }.to_owned();
                activity.set("IsTask", row.object == "Task");
                activity.set(
                    "ActivityType",
                    match (row.object.as_str(), row.get("TaskSubtype").as_str()) {
                        ("Event", _) => "Event",
                        (_, Some(subtype)) => subtype,
                        (_, None) => "Task",
                    },
                );
                let subtype = if row.object == "Event" { "EventSubtype" } else { "TaskSubtype" };
                activity.set("ActivitySubtype", row.get(subtype).clone());
                if row.object == "Event" {
                    activity.set("Status", "");
                }
                activity
            })
            .collect();
        rows.sort_by_key(|row| (row.get("ActivityDate").as_date(), row.id.clone()));
        if closed {
            rows.reverse();
        }
        rows.into_iter().map(Cow::Owned).collect()
    }
}

/// Whether a task is closed or an event past: whether the activity is history.
fn is_over(row: &Row, now: Timestamp) -> bool {
    row.get("IsClosed").is_true() || row.get("EndDateTime").as_timestamp().is_some_and(|end| end < now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u64, name: &str) -> Row {
        let mut row =
            Row { object: "Account".to_owned(), id: Id::numbered("001", number), fields: BTreeMap::default() };
        row.set("Name", name);
        row
    }

    fn names(store: &Store) -> Vec<&str> {
        store.rows("Account").filter_map(|row| row.get("Name").as_str()).collect()
    }

    #[test]
    fn of_a_copy_neither_sees_what_the_other_writes() {
        let mut store = Store::default();
        store.put(row(1, "Acme"));
        store.put(row(2, "Globex"));
        let mut copy = store.clone();
        copy.put(row(1, "Initech"));
        assert_eq!(copy.purge("Account", &Id::numbered("001", 2)), Some(row(2, "Globex")));
        store.put(row(3, "Hooli"));
        assert_eq!((names(&store), names(&copy)), (vec!["Acme", "Globex", "Hooli"], vec!["Initech"]));
    }

    #[test]
    fn a_copy_shares_the_rows_that_nobody_writes_to() {
        let mut store = Store::default();
        store.put(row(1, "Acme"));
        store.put(row(2, "Globex"));
        let mut copy = store.clone();
        copy.put(row(2, "Initech"));
        let is_shared = |number| {
            let id = Id::numbered("001", number);
            let [one, other] = [&store, &copy].map(|store| store.get("Account", id.as_str()).unwrap());
            std::ptr::eq(one, other)
        };
        assert_eq!([1, 2].map(is_shared), [true, false]);
    }
}
