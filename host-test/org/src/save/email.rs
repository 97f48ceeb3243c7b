//! E-mails: what they are about, who they are from and to, and what may still be changed of them.
//! <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_emailmessage.htm>

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

use super::{Given, Transaction, derive};
use crate::{id::Id, refusal::Refusal, schema::Object, store::Row, value::Value};

/// Keys of a create that are no fields: the people become rows of `EmailMessageRelation`.
const PEOPLE: [(&str, &str); 4] =
    [("FromId", "FromAddress"), ("ToIds", "ToAddress"), ("CcIds", "CcAddress"), ("BccIds", "BccAddress")];

/// People of an e-mail, with the relation that each has to it.
pub(super) type People = Vec<(&'static str, Row)>;

/// The case of an e-mail and what it is about are one, where it is about a case.
///
/// # Errors
/// `FIELD_INTEGRITY_EXCEPTION`, in this org's own words, where they are two, and for an activity of an e-mail that is
/// about no case.
pub(super) fn derive(row: &mut Row, old: Option<&Row>) -> Result<(), Refusal> {
    let broken = |message: &str, field: &str| Err(Refusal::save("FIELD_INTEGRITY_EXCEPTION", message, &[field]));
    let is_case = |value: &Value| value.as_str().is_some_and(|id| id.starts_with("500"));
    let (parent, related) = (row.get("ParentId").clone(), row.get("RelatedToId").clone());
    match (parent.is_null(), related.is_null()) {
        (false, true) => row.set("RelatedToId", parent),
        (true, false) if is_case(&related) => row.set("ParentId", related),
        (false, false) if parent != related => {
            return broken("Related To ID has to be the case of the e-mail", "RelatedToId");
        }
        _ => {}
    }
    if old.is_none() && row.get("ParentId").is_null() && !row.get("ActivityId").is_null() {
        return broken("ActivityId can only be specified for e-mails of cases", "ActivityId");
    }
    Ok(())
}

impl Transaction<'_> {
    /// Takes the people out of a new e-mail.
    ///
    /// # Errors
    /// `JSON_PARSER_ERROR` for what is no list of ids, `INVALID_CROSS_REFERENCE_KEY` for who is no contact, lead or
    /// user.
    pub(super) fn take_people<'b>(
        &self,
        object: &Object,
        body: &'b Map<String, Json>,
    ) -> Result<(Cow<'b, Map<String, Json>>, People), Refusal> {
        if object.name != "EmailMessage" {
            return Ok((Cow::Borrowed(body), People::new()));
        }
        let mut people = People::new();
        let mut rest = Map::new();
        for (key, json) in body {
            let Some((name, relation)) = PEOPLE.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)) else {
                rest.insert(key.clone(), json.clone());
                continue;
            };
            let ids = match json {
                Json::Null => Vec::new(),
                Json::String(id) if *name == "FromId" => vec![id.as_str()],
                Json::Array(ids) if *name != "FromId" => ids.iter().filter_map(Json::as_str).collect(),
                _ => {
                    let message = format!("Value not of required type: {json}");
                    return Err(Refusal::new(400, "JSON_PARSER_ERROR", message));
                }
            };
            for id in ids {
                people.push((*relation, self.person(id)?));
            }
        }
        Ok((Cow::Owned(rest), people))
    }

    fn person(&self, text: &str) -> Result<Row, Refusal> {
        let row = Id::parse(text).and_then(|id| self.store.find(id.as_str()));
        let known = row.filter(|row| !row.is_deleted() && self.access.sees(row));
        let person = known.filter(|row| matches!(row.object.as_str(), "Contact" | "Lead" | "User"));
        person.cloned().ok_or_else(|| Refusal::save("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", &[]))
    }

    /// Relates the people to the new e-mail, and one contact to its activity.
    pub(super) fn add_people(&mut self, email: &Id, people: &People) {
        for (relation, person) in people {
            let fields = [
                ("EmailMessageId", Value::from(email)),
                ("RelationId", Value::from(&person.id)),
                ("RelationType", Value::from(*relation)),
                ("RelationAddress", person.get("Email").clone()),
                ("RelationObjectType", Value::from(person.object.as_str())),
            ];
            self.make("EmailMessageRelation", &fields);
        }
        // Who wrote it, if that was a contact, or else the first who got it.
        let contact = PEOPLE.iter().find_map(|(_, wanted)| {
            people.iter().find(|(relation, person)| relation == wanted && person.object == "Contact")
        });
        let activity = self.store.get("EmailMessage", email.as_str()).map(|row| row.get("ActivityId").clone());
        let task = activity.as_ref().and_then(Value::as_str).and_then(|id| self.store.get("Task", id)).cloned();
        if let (Some((_, contact)), Some(mut task)) = (contact, task) {
            task.set("WhoId", Value::from(&contact.id));
            self.store.put(task.clone());
            derive::touch_parents(self.schema, self.store, &task, self.context.now);
        }
    }

    /// With Enhanced Email, a message that is related to something, or logged to somebody, also stands in their
    /// activities.
    pub(super) fn log_email(&mut self, email: &Row, who: Option<&Id>) {
        let what = match email.get("RelatedToId") {
            Value::Null => email.get("ParentId").clone(),
            related => related.clone(),
        };
        let who = who.map(Value::from).unwrap_or_default();
        if (what.is_null() && who.is_null()) || email.get("Status").as_str() == Some("5") {
            return;
        }
        let subject = format!("Email: {}", email.get("Subject").as_str().unwrap_or_default());
        let date = email
            .get("MessageDate")
            .as_timestamp()
            .unwrap_or(self.context.now)
            .to_zoned(self.context.zone.clone())
            .date();
        let task = self.make(
            "Task",
            &[
                ("Subject", Value::from(subject)),
                ("Description", email.get("TextBody").clone()),
                ("Status", Value::from("Completed")),
                ("TaskSubtype", Value::from("Email")),
                ("ActivityDate", Value::from(date)),
                ("WhatId", what),
                ("WhoId", who),
            ],
        );
        if let Some(task) = task {
            derive::touch_parents(self.schema, self.store, &task, self.context.now);
            let mut email = email.clone();
            email.set("ActivityId", Value::from(&task.id));
            self.store.put(email);
        }
    }
}

/// An e-mail that is no draft is a record of what was said: only who may see it changes, what administrators added,
/// that a new one was read, and, where a client manages it, what it is about.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_emailmessage.htm>
pub(super) fn may_still_change(old: &Row, given: &Given) -> bool {
    let status = old.get("Status").as_str();
    let (new, read) = ("0", "1");
    status == Some("5")
        || given.iter().all(|(name, value)| match name.as_str() {
            "IsExternallyVisible" => true,
            "Status" => status == Some(new) && value.as_str() == Some(read),
            "RelatedToId" => old.get("IsClientManaged").is_true(),
            name => name.ends_with("__c"),
        })
}
