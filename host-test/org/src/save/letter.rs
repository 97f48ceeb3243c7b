//! Logging an e-mail that the org has sent: the message, its people, and its activity.
//! <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_emailmessage.htm>

use super::Transaction;
use crate::{id::Id, store::Row, value::Value};

/// An e-mail on its way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Letter {
    pub(crate) from: String,
    pub(crate) from_name: String,
    pub(crate) to: Vec<String>,
    pub(crate) cc: Vec<String>,
    pub(crate) bcc: Vec<String>,
    pub(crate) subject: String,
    pub(crate) body: String,
    /// Whether the body is HTML.
    pub(crate) is_rich: bool,
    /// The contact or lead it goes to.
    pub(crate) who: Option<Id>,
    /// The record it is about.
    pub(crate) what: Option<Id>,
}

impl Transaction<'_> {
    /// Logs an e-mail that `sender` sends, to the person and the record it names and to nobody by address alone.
    /// <https://help.salesforce.com/s/articleView?id=platform.flow_ref_elements_actions_sendemail.htm&type=5>
    pub(crate) fn log_letter(&mut self, letter: &Letter, sender: &Row) -> Option<Id> {
        let sent = "3";
        let body = if letter.is_rich { "HtmlBody" } else { "TextBody" };
        let list = |addresses: &[String]| Value::text(addresses.join("; "));
        let fields = [
            ("Status", Value::from(sent)),
            ("FromAddress", Value::text(letter.from.as_str())),
            ("FromName", Value::text(letter.from_name.as_str())),
            ("ToAddress", list(&letter.to)),
            ("CcAddress", list(&letter.cc)),
            ("BccAddress", list(&letter.bcc)),
            ("Subject", Value::text(letter.subject.as_str())),
            (body, Value::text(letter.body.as_str())),
            ("MessageDate", Value::from(self.context.now)),
            ("RelatedToId", letter.what.as_ref().map(Value::from).unwrap_or_default()),
        ];
        let email = self.make("EmailMessage", &fields)?;
        self.log_email(&email, letter.who.as_ref());
        let person = letter.who.as_ref().and_then(|id| self.store.find(id.as_str())).cloned();
        let people: Vec<(&str, Row)> = [("FromAddress", Some(sender.clone())), ("ToAddress", person)]
            .into_iter()
            .filter_map(|(relation, person)| Some((relation, person?)))
            .collect();
        self.add_people(&email.id, &people);
        Some(email.id)
    }
}
