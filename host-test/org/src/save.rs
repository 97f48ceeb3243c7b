//! Saving rows: every check Salesforce makes before it writes, and what follows from the write.

mod accept;
mod address;
pub(crate) mod approve;
mod campaign;
mod convert;
pub(crate) mod derive;
mod duplicates;
mod email;
mod event;
mod files;
mod letter;
mod person;
pub(crate) mod products;
mod review;
mod rich_text;
mod rules;
mod track;
mod undelete;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

pub(crate) use self::{
    accept::is_email,
    approve::{Approval, Processed},
    convert::{Conversion, Converted},
    duplicates::DuplicateHeader,
    letter::Letter,
    review::{Recall, Review},
};
use self::{
    accept::{accept, required_missing, wrong_id},
    derive::Moment,
};
use crate::{
    access::Access,
    context::Context,
    id::Id,
    journal::{Write, WriteKind},
    refusal::Refusal,
    schema::{Field, Object, Schema},
    store::{Row, Store},
    value::Value,
};

/// The org while one call writes to it.
pub(crate) struct Transaction<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) store: &'a mut Store,
    pub(crate) access: &'a Access,
    pub(crate) context: &'a Context,
    /// Rows that something else holds, with the number of tries they will still refuse.
    pub(crate) locks: &'a mut BTreeMap<Id, u32>,
    pub(crate) writes: &'a mut Vec<Write>,
}

/// The fields a caller set, in the schema's spelling.
type Given = BTreeMap<String, Value>;

impl Transaction<'_> {
    fn moment(&self) -> Moment {
        Moment {
            user: self.context.user.clone(),
            now: self.context.now,
            fiscal_year_start_month: self.context.fiscal_year_start_month,
        }
    }

    /// Creates a row.
    pub(crate) fn create(
        &mut self,
        object: &Object,
        body: &Map<String, Json>,
        header: &DuplicateHeader,
    ) -> Result<Id, Refusal> {
        if !self.access.on(object).create {
            return Err(Refusal::new(
                400,
                "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
                format!("entity type cannot be inserted: {}", object.label),
            ));
        }
        if body.keys().any(|key| key.eq_ignore_ascii_case("Id")) {
            return Err(Refusal::save(
                "INVALID_FIELD_FOR_INSERT_UPDATE",
                "cannot specify Id in an insert call",
                &["Id"],
            ));
        }
        let (body, people) = self.take_people(object, body)?;
        let given = self.read_body(object, &body, None)?;
        let id = self.store.next_id(object.key_prefix.as_deref().unwrap_or("000"));
        let mut row = Row { object: object.name.clone(), id: id.clone(), fields: given.clone() };
        row.set("Id", Value::from(&id));
        let moment = self.moment();
        derive::defaults(object, self.store, &mut row, &moment);
        derive::stamp(object, &mut row, &moment);
        person::check(object, &given, &row)?;
        self.finish(object, row, None, &given, header)?;
        self.add_people(&id, &people);
        Ok(id)
    }

    /// Updates a row.
    pub(crate) fn update(
        &mut self,
        object: &Object,
        id: &Id,
        body: &Map<String, Json>,
        header: &DuplicateHeader,
    ) -> Result<(), Refusal> {
        let old = self.writable_row(object, id)?;
        if !self.access.on(object).edit || !self.access.edits(object, &old) {
            return Err(no_access());
        }
        self.check_lock(id)?;
        if body.keys().any(|key| key.eq_ignore_ascii_case("Id")) {
            return Err(Refusal::new(
                400,
                "INVALID_FIELD",
                "The Id field should not be specified in the sobject data.",
            ));
        }
        if old.get("IsConverted").is_true() {
            return Err(Refusal::save("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", &[]));
        }
        let mut given = self.read_body(object, body, Some(&old))?;
        if object.name == "Opportunity" {
            products::keep_sums(&mut given, &old)?;
        }
        if object.name == "EmailMessage" && !email::may_still_change(&old, &given) {
            return Err(no_access());
        }
        if person::is_half(object, &old) {
            return Err(no_access());
        }
        person::check(object, &given, &old)?;
        person::check_kind(object, &given, &old)?;
        let mut row = old.clone();
        if object.name == "Event" {
            event::forget(&mut row, &given);
        }
        row.fields.extend(given.clone());
        derive::stamp(object, &mut row, &self.moment());
        self.finish(object, row, Some(&old), &given, header)
    }

    /// Puts a row into the recycle bin, with what belongs to it.
    pub(crate) fn delete(&mut self, object: &Object, id: &Id) -> Result<(), Refusal> {
        let row = self.writable_row(object, id)?;
        if !self.access.on(object).delete || !self.access.edits(object, &row) {
            return Err(no_access());
        }
        if person::is_half(object, &row) {
            return Err(Refusal::save("INVALID_CROSS_REFERENCE_KEY", "cannot reference person contact", &[]));
        }
        self.check_lock(id)?;
        self.take_lock(id)?;
        for child in object.child_relationships.iter().filter(|child| child.restricted_delete) {
            let children = self.store.children(&child.child_object, &child.field, id, self.context.now);
            if children.is_empty() {
                continue;
            }
            let described = self.schema.object(&child.child_object);
            let name_field = described.and_then(Object::name_field).map_or("Id", |field| &field.name);
            let names: Vec<&str> = children.iter().filter_map(|child| child.get(name_field).as_str()).collect();
            return Err(Refusal::save(
                "DELETE_FAILED",
                format!(
                    "Your attempt to delete {} could not be completed because it is associated with the following {}.: {}\n",
                    row.get("Name").as_str().unwrap_or_default(),
                    described.map(|object| object.plural.to_lowercase()).unwrap_or_default(),
                    names.join(", ")
                ),
                &[],
            ));
        }
        self.bury(row, id);
        Ok(())
    }

    /// Deletes a row that goes because `root` does, which may be itself.
    fn bury(&mut self, mut row: Row, root: &Id) {
        let object = row.object.clone();
        let id = row.id.clone();
        row.set("IsDeleted", true);
        row.set(undelete::DELETED_WITH, Value::from(root));
        row.set("SystemModstamp", self.context.now);
        self.store.put(row.clone());
        self.wrote(WriteKind::Deleted, &row, Vec::new());
        if matches!(object.as_str(), "Task" | "Event") {
            derive::touch_parents(self.schema, self.store, &row, self.context.now);
        }
        if object == "OpportunityLineItem" {
            self.sum_up(&row);
        }
        // A note and its document are one thing, with one id.
        if object == "ContentNote"
            && let Some(document) = self.store.get("ContentDocument", id.as_str()).cloned()
        {
            self.bury(document, root);
        }
        let Some(described) = self.schema.object(&object) else {
            return;
        };
        for child in described.child_relationships.iter().filter(|child| child.cascade_delete) {
            // Activity histories are no rows of their own; their tasks and events go.
            if self.schema.object(&child.child_object).is_none_or(|object| object.key_prefix.is_none()) {
                continue;
            }
            let rows: Vec<Row> = self
                .store
                .children(&child.child_object, &child.field, &id, self.context.now)
                .into_iter()
                .map(std::borrow::Cow::into_owned)
                .collect();
            for row in rows {
                self.bury(row, root);
            }
        }
    }

    /// The live row that a write names.
    fn writable_row(&self, object: &Object, id: &Id) -> Result<Row, Refusal> {
        if object.key_prefix.as_deref() != Some(id.key_prefix()) {
            return Err(Refusal::save(
                "MALFORMED_ID",
                format!("{} ID: id value of incorrect type: {id}", object.label),
                &["Id"],
            ));
        }
        match self.store.get(&object.name, id.as_str()) {
            Some(row) if row.is_deleted() => {
                Err(Refusal { status: 404, ..Refusal::save("ENTITY_IS_DELETED", "entity is deleted", &[]) })
            }
            Some(row) if self.access.sees(row) => Ok(row.clone()),
            _ => Err(Refusal {
                status: 404,
                ..Refusal::save("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", &[])
            }),
        }
    }

    fn take_lock(&mut self, id: &Id) -> Result<(), Refusal> {
        match self.locks.get_mut(id) {
            Some(tries) if *tries > 0 => {
                *tries -= 1;
                Err(Refusal::save(
                    "UNABLE_TO_LOCK_ROW",
                    format!("unable to obtain exclusive access to this record or 1 records: {id}"),
                    &[],
                ))
            }
            _ => Ok(()),
        }
    }

    /// Checks every name and value of a body.
    fn read_body(&self, object: &Object, body: &Map<String, Json>, old: Option<&Row>) -> Result<Given, Refusal> {
        let mut given = Given::new();
        let mut forbidden: Vec<&str> = Vec::new();
        for (key, json) in body {
            if key == "attributes" {
                continue;
            }
            let field = match self.access.field(object, key) {
                Some(field) => field,
                None => {
                    let (field, id) = self.by_external_id(object, key, json)?;
                    given.insert(field.name.clone(), id);
                    continue;
                }
            };
            let allowed = match old {
                None => self.access.createable(object, field),
                Some(_) => self.access.updateable(object, field),
            };
            if allowed {
                let value = accept(field, json)?;
                // A create fills in what is null; an update cannot take away what must be there.
                if old.is_some() && value.is_null() && !field.nillable {
                    return Err(required_missing(&[&field.name]));
                }
                given.insert(field.name.clone(), value);
            } else {
                forbidden.push(&field.name);
            }
        }
        if !forbidden.is_empty() {
            return Err(Refusal::save(
                "INVALID_FIELD_FOR_INSERT_UPDATE",
                format!(
                    "Unable to create/update fields: {}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.",
                    forbidden.join(", ")
                ),
                &forbidden,
            ));
        }
        if old.is_none() {
            let person = object.name == "Account" && given.get("LastName").is_some_and(|name| !name.is_null());
            let missing: Vec<&str> = object
                .fields
                .iter()
                .filter(|field| field.is_required() && !(person && field.name == "Name"))
                .filter(|field| given.get(&field.name).is_none_or(Value::is_null))
                .map(|field| field.name.as_str())
                .collect();
            if !missing.is_empty() {
                return Err(required_missing(&missing));
            }
        }
        for (name, value) in &given {
            if let (Some(field), Some(id)) = (object.field(name), value.as_str()) {
                self.check_reference(object, field, id)?;
            }
        }
        Ok(given)
    }

    /// `"Account__r": {"External_Key__c": "E-1"}`: a reference by the parent's external id.
    fn by_external_id<'o>(&self, object: &'o Object, key: &str, json: &Json) -> Result<(&'o Field, Value), Refusal> {
        let unknown = || no_such_column(object, key);
        let field = object.parent_relationship(key).ok_or_else(unknown)?;
        let parent =
            field.reference_to.first().and_then(|name| self.access.object(self.schema, name)).ok_or_else(unknown)?;
        let (name, value) =
            json.as_object().into_iter().flatten().find(|(name, _)| *name != "attributes").ok_or_else(unknown)?;
        let external = self
            .access
            .field(parent, name)
            .filter(|field| field.id_lookup)
            .ok_or_else(|| no_such_column(parent, name))?;
        let wanted = value.as_str().unwrap_or_default();
        let found = self.store.rows(&parent.name).find(|row| {
            !row.is_deleted() && row.get(&external.name).as_str().is_some_and(|text| text.eq_ignore_ascii_case(wanted))
        });
        match found {
            Some(row) => Ok((field, Value::from(&row.id))),
            None => Err(Refusal::save(
                "INVALID_FIELD",
                format!(
                    "Foreign key external ID: {wanted} not found for field {} in entity {}",
                    external.name, parent.name
                ),
                &[],
            )),
        }
    }

    fn check_reference(&self, object: &Object, field: &Field, id: &str) -> Result<(), Refusal> {
        if field.reference_to.is_empty() {
            return Ok(());
        }
        let prefix = id.get(..3).unwrap_or_default();
        let target = field
            .reference_to
            .iter()
            .filter_map(|name| self.schema.object(name))
            .find(|target| target.key_prefix.as_deref() == Some(prefix));
        let Some(target) = target else {
            return Err(wrong_id(field, id));
        };
        if target.name == "RecordType" && !object.record_types.iter().any(|kind| kind.id.as_str() == id) {
            return Err(Refusal::save(
                "INVALID_CROSS_REFERENCE_KEY",
                format!("Record Type ID: this ID value isn't valid for the user: {id}"),
                &[&field.name],
            ));
        }
        match self.store.get(&target.name, id) {
            None => Err(Refusal::save("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", &[])),
            Some(row) if row.is_deleted() => Err(Refusal::save("ENTITY_IS_DELETED", "entity is deleted", &[])),
            Some(row) if !self.access.sees(row) || self.access.object(self.schema, &target.name).is_none() => {
                Err(Refusal::save(
                    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
                    format!("insufficient access rights on cross-reference id: {id}"),
                    &[],
                ))
            }
            Some(row) if field.name == "OwnerId" && row.object == "User" && !row.get("IsActive").is_true() => {
                Err(Refusal::save(
                    "INACTIVE_OWNER_OR_USER",
                    format!("operation performed with inactive user [{id}] as owner of {}", object.name.to_lowercase()),
                    &[&field.name],
                ))
            }
            Some(row)
                if field.name == "OwnerId" && row.object == "Group" && row.get("Type").as_str() != Some("Queue") =>
            {
                Err(Refusal::save(
                    "INVALID_CROSS_REFERENCE_KEY",
                    "Owner ID: a group that is no queue cannot own records",
                    &[&field.name],
                ))
            }
            Some(_) => Ok(()),
        }
    }

    /// Rules, then the write, then what follows from it.
    fn finish(
        &mut self,
        object: &Object,
        mut row: Row,
        old: Option<&Row>,
        given: &Given,
        header: &DuplicateHeader,
    ) -> Result<(), Refusal> {
        self.narrowed_by_record_type(object, &row, given)?;
        if matches!(object.name.as_str(), "Task" | "Event") {
            who_and_what(&row)?;
        }
        let moment = self.moment();
        derive::derive(object, self.store, &mut row, old, &moment)?;
        rules::validate(&row, old)?;
        duplicates::check_duplicates(object, self.store, self.access, &row, old, header)?;
        rules::check_unique(object, self.store, &row)?;
        if object.name == "ContentVersion" {
            files::check(given, old)?;
        }
        self.take_lock(&row.id)?;
        let kind = if old.is_some() { WriteKind::Updated } else { WriteKind::Created };
        self.wrote(kind, &row, given.keys().cloned().collect());
        // An event is sent and never kept.
        if !object.is_event() {
            self.store.put(row.clone());
        }
        self.track(&row, old);
        self.follow(&row, old);
        Ok(())
    }

    /// What the org writes by itself because of this write.
    fn follow(&mut self, row: &Row, old: Option<&Row>) {
        let now = self.context.now;
        match (row.object.as_str(), old) {
            ("Task" | "Event", _) => {
                if let Some(old) = old {
                    derive::touch_parents(self.schema, self.store, old, now);
                }
                derive::touch_parents(self.schema, self.store, row, now);
            }
            ("OpportunityLineItem", _) => self.sum_up(row),
            ("ContentNote", _) => self.publish_note(row),
            ("ContentVersion", None) => self.publish_version(row),
            ("EmailMessage", None) => self.log_email(row, None),
            ("Account", _) => self.sync_person(row),
            ("Campaign", None) => self.add_statuses(row),
            ("OpportunityContactRole", _) => self.one_primary(row),
            ("CampaignMember", None) => {
                if let Some(mut campaign) =
                    row.get("CampaignId").as_str().and_then(|id| self.store.get("Campaign", id)).cloned()
                {
                    let leads = campaign.get("NumberOfLeads").as_f64().unwrap_or_default();
                    let more = if row.get("LeadId").is_null() { 0.0 } else { 1.0 };
                    #[allow(clippy::cast_possible_truncation)] // A count of members.
                    campaign.set("NumberOfLeads", (leads + more) as i64);
                    self.store.put(campaign);
                }
            }
            _ => {}
        }
    }

    /// A deal has one primary contact: a new one takes the place of the old one.
    fn one_primary(&mut self, role: &Row) {
        if !role.get("IsPrimary").is_true() {
            return;
        }
        let rows = self.store.rows("OpportunityContactRole");
        let other = |row: &&Row| row.id != role.id && row.get("OpportunityId") == role.get("OpportunityId");
        let others: Vec<Row> = rows.filter(other).filter(|row| row.get("IsPrimary").is_true()).cloned().collect();
        for mut row in others {
            row.set("IsPrimary", false);
            self.store.put(row);
        }
    }

    /// Brings an opportunity in step with its lines.
    fn sum_up(&mut self, line: &Row) {
        let deal =
            |store: &Store| line.get("OpportunityId").as_str().and_then(|id| store.get("Opportunity", id)).cloned();
        let before = deal(self.store);
        products::sum_up(self.store, line);
        if let (Some(before), Some(after)) = (before, deal(self.store)) {
            self.track(&after, Some(&before));
        }
    }

    fn wrote(&mut self, kind: WriteKind, row: &Row, fields: Vec<String>) {
        self.writes.push(Write { kind, object: row.object.clone(), id: row.id.clone(), fields });
    }

    /// Makes a row of the org's own, with defaults and dates.
    fn make(&mut self, object: &str, fields: &[(&str, Value)]) -> Option<Row> {
        let object = self.schema.object(object)?;
        let id = self.store.next_id(object.key_prefix.as_deref()?);
        let mut row = Row {
            object: object.name.clone(),
            id: id.clone(),
            fields: fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        };
        row.set("Id", Value::from(&id));
        let moment = self.moment();
        derive::defaults(object, self.store, &mut row, &moment);
        derive::stamp(object, &mut row, &moment);
        derive::derive(object, self.store, &mut row, None, &moment).ok()?;
        self.store.put(row.clone());
        self.wrote(WriteKind::Created, &row, Vec::new());
        Some(row)
    }

    /// A record type narrows the restricted picklists it names. (Unrestricted ones take anything, here too.)
    fn narrowed_by_record_type(&self, object: &Object, row: &Row, given: &Given) -> Result<(), Refusal> {
        let kind = object.record_types.iter().find(|kind| row.get("RecordTypeId").as_str() == Some(kind.id.as_str()));
        for (name, allowed) in kind.into_iter().flat_map(|kind| &kind.picklists) {
            let Some(field) = object.field(name).filter(|field| field.restricted) else {
                continue;
            };
            if let Some(value) = given.get(name).and_then(Value::as_str)
                && !allowed.iter().any(|one| one == value)
            {
                return Err(accept::bad_picklist_value(field, value));
            }
        }
        Ok(())
    }
}

/// A field that is absent, or hidden from the user, which looks the same.
pub(crate) fn no_such_column(object: &Object, name: &str) -> Refusal {
    Refusal::new(400, "INVALID_FIELD", format!("No such column '{name}' on sobject of type {}", object.name))
}

fn no_access() -> Refusal {
    Refusal::new(403, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
}

/// A lead stands alone: an activity with it cannot be about something else as well.
fn who_and_what(row: &Row) -> Result<(), Refusal> {
    let lead = row.get("WhoId").as_str().is_some_and(|id| id.starts_with("00Q"));
    if lead && !row.get("WhatId").is_null() {
        return Err(Refusal::save(
            "FIELD_INTEGRITY_EXCEPTION",
            "A lead cannot be associated with a related-to record: you can only relate a task or event to another record if its name is a contact.",
            &["WhatId"],
        ));
    }
    Ok(())
}
