//! What is to be written of an activity and its follow-up: the values of each record, and what of it is read back.

use super::{DEFAULT_MINUTES, DEFAULT_SUBJECT_CHARS, OWNER, WHAT, WHO, kind_of};
use crate::calendar::Span;
use crate::error::Error;
use crate::json::{Json, Object, quoted};
use crate::known::Known;
use crate::record::Fields;
use crate::reply::Values;
use crate::resolve::lookup::Found;
use crate::resolve::names;
use crate::rest::content_note;
use crate::schema::well_known::{EMAIL, TASK};
use crate::soql::{FieldName, ObjectName};
use crate::time::clock::{self, Clock, Placed};
use crate::time::zone;
use crate::wit::{ActivityKind, CallDirection, LogActivityArgs};
use crate::within::{holds, replaced};

/// The records to write.
pub(super) fn records(
    args: &LogActivityArgs,
    clock: &Clock,
    (when, kept): (Option<Placed>, Option<i64>),
    next: Option<Placed>,
    found: &[Found],
) -> Vec<New> {
    let when = match args.kind {
        ActivityKind::Email => kept.map(Placed::Moment).or(when.map(|when| Placed::Day(clock.day_of(when)))),
        _ => when,
    };
    let object = super::object(args.kind, kept.is_some());
    let mut new = New { kind: args.kind, object, values: Vec::new(), when, takes: None, altered: false };
    let (usual, is_done) = match args.kind {
        ActivityKind::Call => ("Call", true),
        ActivityKind::Email => ("Email", true),
        ActivityKind::Meeting => ("Meeting", false),
        ActivityKind::Note | ActivityKind::Task => ("", false),
    };
    let mut text = args.text.as_deref().unwrap_or_default().trim().to_owned();
    let mut outcome = args.outcome.as_deref().unwrap_or_default().trim();
    // Only calls have a field for it.
    if args.kind != ActivityKind::Call && !outcome.is_empty() {
        text.push_str("\n\nOutcome: ");
        text.push_str(outcome);
        outcome = "";
    }
    let text = text.trim();
    let subject = match args.subject.as_deref().map(str::trim).filter(|subject| !subject.is_empty()) {
        Some(subject) => subject.to_owned(),
        None if usual.is_empty() => beginning(text),
        None => usual.to_owned(),
    };
    if args.kind == ActivityKind::Note {
        new.say("Title", &subject);
        new.text("Content", &content_note::content(text));
    } else if let Some(moment) = kept {
        new.email(&subject, text, found, clock, moment);
    } else {
        new.plan(&subject, found, clock, args.minutes);
        new.say("Description", text);
        new.assign(args, found);
    }
    if is_done && kept.is_none() {
        new.text("Status", CLOSED_STATUS);
        new.text("TaskSubtype", usual);
    }
    if let (ActivityKind::Call, Some(minutes)) = (args.kind, args.minutes) {
        new.value("CallDurationInSeconds", (minutes * 60).to_string());
    }
    new.say("CallDisposition", outcome);
    let direction = match args.direction {
        None => "",
        Some(CallDirection::Inbound) => "Inbound",
        Some(CallDirection::Outbound) => "Outbound",
        Some(CallDirection::Internal) => "Internal",
    };
    new.text("CallType", direction);
    let mut records = vec![new];
    if let Some(asked) = &args.follow_up {
        let kind = kind_of(asked);
        let mut new = New {
            kind,
            object: super::object(kind, false),
            values: Vec::new(),
            when: next,
            takes: None,
            altered: false,
        };
        new.plan(asked.subject.as_deref().unwrap_or("Follow up").trim(), found, clock, asked.minutes);
        new.say("Description", asked.text.as_deref().unwrap_or_default().trim());
        new.assign(args, found);
        records.push(new);
    }
    records
}

/// The first line of a text, as a subject.
fn beginning(text: &str) -> String {
    Values::cut_after(DEFAULT_SUBJECT_CHARS).text(text.lines().next().unwrap_or_default().to_owned())
}

/// A record to write.
pub(super) struct New {
    pub(super) kind: ActivityKind,
    pub(super) object: &'static ObjectName,
    /// Its fields, as JSON.
    pub(super) values: Vec<(&'static str, String)>,
    pub(super) when: Option<Placed>,
    /// What of the user's own time it takes; a reminder takes its minute.
    pub(super) takes: Option<Span>,
    /// Whether a text is not quite what was said.
    pub(super) altered: bool,
}

/// What a composite request takes for a reference to another part's result. The manual knows no way to escape it.
/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite_post.htm>
const REFERENCE: &str = "@{";

/// Fields that are written and not read: a note's text, and the people of an e-mail, who are records of their own.
pub(super) const UNREAD: [&str; 3] = ["Content", "FromId", "ToIds"];

/// The org's status for what is done, out of the part that asks for it.
pub(super) const CLOSED_STATUS: &str = "@{status.records[0].ApiName}";

impl New {
    /// A value as JSON.
    fn value(&mut self, field: &'static str, json: String) {
        self.values.push((field, json));
    }

    /// A text, if there is any.
    fn text(&mut self, field: &'static str, text: &str) {
        if !text.is_empty() {
            self.value(field, quoted(text));
        }
    }

    /// A text that somebody said.
    fn say(&mut self, field: &'static str, text: &str) {
        self.altered |= holds(text, REFERENCE);
        self.text(field, &replaced(text, REFERENCE, "@ {"));
    }

    /// Everything of a task or event that its kind does not add. A task has no time but that of its reminder; an event
    /// of a day is all of it.
    fn plan(&mut self, subject: &str, found: &[Found], clock: &Clock, minutes: Option<u32>) {
        self.say("Subject", subject);
        for (argument, field) in [(WHO, "WhoId"), (WHAT, "WhatId")] {
            if let Some(found) = found.iter().find(|found| found.argument == argument) {
                self.text(field, found.id.as_str());
            }
        }
        let Some(when) = self.when else { return };
        let day = zone::date(clock.day_of(when));
        match (self.kind == ActivityKind::Meeting, when) {
            (true, Placed::Moment(moment)) => {
                self.text("StartDateTime", &clock::utc(moment));
                let minutes = minutes.unwrap_or(DEFAULT_MINUTES);
                self.value("DurationInMinutes", minutes.to_string());
                self.takes = Some((moment, moment + i64::from(minutes) * 60));
                return;
            }
            (true, Placed::Day(day)) => {
                self.value("IsAllDayEvent", "true".to_owned());
                self.takes = Some((clock.start(day), clock.start(day + 1)));
            }
            (false, Placed::Moment(moment)) => {
                self.text("ReminderDateTime", &clock::utc(moment));
                self.value("IsReminderSet", "true".to_owned());
                self.takes = Some((moment, moment + 60));
            }
            (false, Placed::Day(_)) => {}
        }
        self.text("ActivityDate", &day);
    }

    /// Everything of an e-mail that was sent. What it is about can be changed later because a client manages it; the
    /// activity is Salesforce's to make.
    /// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_emailmessage.htm>
    fn email(&mut self, subject: &str, text: &str, found: &[Found], clock: &Clock, moment: i64) {
        self.say("Subject", subject);
        self.say("TextBody", text);
        self.text("Status", "3");
        self.value("IsClientManaged", "true".to_owned());
        self.text("MessageDate", &clock::utc(moment));
        self.text("FromId", clock.user.as_str());
        for found in found {
            match found.argument.as_str() {
                WHO => self.value("ToIds", ["[", &quoted(found.id.as_str()), "]"].concat()),
                WHAT => {
                    self.text("RelatedToId", found.id.as_str());
                    if found.candidate.object == "Case" {
                        self.text("ParentId", found.id.as_str());
                    }
                }
                _ => {}
            }
        }
    }

    /// Of a task, whose it is and how it ranks.
    fn assign(&mut self, args: &LogActivityArgs, found: &[Found]) {
        if self.kind != ActivityKind::Task {
            return;
        }
        if let Some(owner) = found.iter().find(|found| found.argument == OWNER) {
            self.text("OwnerId", owner.id.as_str());
            self.takes = None;
        }
        self.text("Priority", args.priority.as_deref().unwrap_or_default().trim());
    }

    /// What is sent.
    pub(super) fn json(&self) -> String {
        members(&self.values)
    }

    /// What is read back: of what may not be read, nothing but the id.
    pub(super) fn fields(&self, known: &Known) -> Result<Vec<FieldName>, Error> {
        let mut fields = vec![FieldName::from_static("Id")];
        if !known.may_read(self.object) {
            return Ok(fields);
        }
        let mut is_read = |field| -> Result<(), Error> {
            if !UNREAD.contains(&field) && !fields.iter().any(|known| known.as_str() == field) {
                fields.push(names::field_name(field)?);
            }
            Ok(())
        };
        self.values.iter().try_for_each(|(field, _)| is_read(field))?;
        if *self.object == TASK {
            is_read("Status")?;
        } else if *self.object == EMAIL {
            is_read("ActivityId")?;
        }
        Ok(fields)
    }

    /// When the org holds it to be.
    pub(super) fn held(&self, fields: &Fields<'_>) -> Option<Placed> {
        let moment = |field| fields.text(field).as_deref().and_then(clock::stamp).map(Placed::Moment);
        let day = || Some(Placed::Day(clock::day(&fields.text("ActivityDate")?)?));
        moment("MessageDate").or_else(|| moment("StartDateTime")).or_else(|| moment("ReminderDateTime")).or_else(day)
    }
}

pub(super) fn members(values: &[(&str, String)]) -> String {
    let mut members = Object::default();
    for (field, value) in values {
        members.member(field, Json::trusted(value));
    }
    members.finish()
}
