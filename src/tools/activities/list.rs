//! The entries of a timeline, as they are put together: what is read of each kind, and in which order they are told.

use super::{Asked, MAX_TEXT_CHARS};
use crate::record::{Fields, Record};
use crate::reply::Values;
use crate::resolve::related;
use crate::resolve::shown::ALL_DAY;
use crate::rest::Page;
use crate::sort::by_rank;
use crate::time::clock::{self, Clock, DAY, Placed};
use crate::wit::{ActivitiesReply, Activity, Candidate, EntryKind};

/// An entry, and when it is.
pub(super) type Item = (Option<Placed>, Activity);

/// Entries as they are put together.
pub(super) struct List<'a> {
    clock: &'a Clock,
    asked: &'a Asked,
    newest: bool,
    /// Open tasks of before are wanted as well.
    pub(super) overdue_too: bool,
    /// The texts of e-mails that have no plain one, by their ids.
    pub(super) html: Vec<(String, String)>,
    values: Values,
    items: Vec<Item>,
    complete: bool,
}

impl<'a> List<'a> {
    pub(super) fn new(clock: &'a Clock, asked: &'a Asked, newest: bool) -> Self {
        let values = Values::cut_after(MAX_TEXT_CHARS);
        Self { clock, asked, newest, overdue_too: false, html: Vec::new(), values, items: Vec::new(), complete: true }
    }

    /// Adds a page of at most `limit` records.
    pub(super) fn add_page(&mut self, page: &Page, limit: u32, read: fn(&mut Self, &Fields<'_>) -> Option<Item>) {
        self.complete &= page.done && page.records.len() < limit as usize;
        for record in page.records.iter().map(Record::fields) {
            if let Some((when, item)) = read(self, &record)
                && self.is_asked_for(when, item.kind, item.minutes, item.overdue)
            {
                self.items.push((when, item));
            }
        }
    }

    fn is_asked_for(&self, when: Option<Placed>, kind: EntryKind, minutes: Option<u32>, overdue: bool) -> bool {
        let (from, to) = (self.asked.from, self.asked.to);
        if from.or(to).is_none() || (self.overdue_too && overdue) || kind == EntryKind::Approval {
            return true;
        }
        let Some(when) = when else { return false };
        let first = self.clock.day_of(when);
        // How far it reaches: whole days, or minutes of which the last is not its own.
        let minutes = i64::from(minutes.unwrap_or(0));
        let last = match when {
            Placed::Day(day) if kind == EntryKind::Meeting => day + (minutes / (24 * 60) - 1).max(0),
            Placed::Moment(moment) if kind == EntryKind::Meeting => self.clock.day(moment + (minutes * 60 - 1).max(0)),
            _ => first,
        };
        from.is_none_or(|from| last >= from) && to.is_none_or(|to| first <= to)
    }

    /// A row of a record's activities.
    pub(super) fn activity(&mut self, fields: &Fields<'_>) -> Option<Item> {
        self.task_or_event(fields, flag(fields, "IsTask"))
    }

    pub(super) fn task(&mut self, fields: &Fields<'_>) -> Option<Item> {
        self.task_or_event(fields, true)
    }

    pub(super) fn event(&mut self, fields: &Fields<'_>) -> Option<Item> {
        self.task_or_event(fields, false)
    }

    fn task_or_event(&mut self, fields: &Fields<'_>, is_task: bool) -> Option<Item> {
        if related::is_deleted(fields) {
            return None;
        }
        let day = fields.text("ActivityDate").as_deref().and_then(clock::day).map(Placed::Day);
        let start = fields.text("StartDateTime").as_deref().and_then(clock::stamp).map(Placed::Moment);
        let when = if is_task || flag(fields, "IsAllDayEvent") { day } else { start.or(day) };
        let subtype =
            ["TaskSubtype", "ActivitySubtype", "ActivityType"].into_iter().find_map(|field| fields.text(field));
        let kind = match subtype.as_deref() {
            _ if !is_task => EntryKind::Meeting,
            Some("Call") => EntryKind::Call,
            Some("Email" | "ListEmail") => EntryKind::Email,
            _ => EntryKind::Task,
        };
        let minutes =
            number(fields, "DurationInMinutes").or_else(|| Some(number(fields, "CallDurationInSeconds")? / 60));
        let is_past = when.is_some_and(|when| self.clock.day_of(when) < self.clock.today());
        let overdue = is_task && is_past && !flag(fields, "IsClosed");
        // Of a record's activities many are of other days, and nothing else of them is read.
        if !self.is_asked_for(when, kind, minutes, overdue) {
            return None;
        }
        let mut shown = when.map(|when| self.clock.shown(when));
        if let (false, Some(Placed::Day(_)), Some(day)) = (is_task, when, &mut shown) {
            day.push_str(ALL_DAY);
        }
        let item = Activity {
            when: shown,
            subject: fields.text("Subject"),
            status: fields.text("Status").filter(|status| !status.is_empty()),
            overdue,
            who: fields.text("Who.Name"),
            who_id: fields.text("WhoId"),
            what: fields.text("What.Name"),
            what_id: fields.text("WhatId"),
            owner: fields.text("Owner.Name"),
            minutes,
            text: self.text(fields, "Description"),
            ..self.item(kind, fields.text("Id")?, when)
        };
        Some((when, item))
    }

    pub(super) fn email(&mut self, fields: &Fields<'_>) -> Option<Item> {
        let fields = &of_relation(fields);
        let id = fields.text("Id")?;
        // Who sent it to themselves is related to it twice.
        if self.items.iter().any(|(_, item)| item.id == id) {
            return None;
        }
        let when = fields.text("MessageDate").as_deref().and_then(clock::stamp).map(Placed::Moment);
        let incoming = flag(fields, "Incoming");
        let (from, to) = (fields.text("FromAddress"), fields.text("ToAddress"));
        // Where e-mails are activities too, the list has it already, and knows less of it.
        let activity = fields.text("ActivityId");
        let listed = self.items.iter().position(|(_, item)| activity.as_ref() == Some(&item.id));
        let listed = listed.map(|at| self.items.remove(at).1);
        let text = self.text(fields, "TextBody").or_else(|| {
            let (_, text) = self.html.iter().find(|(of, _)| *of == id)?;
            Some(self.values.text(text.clone()))
        });
        let mut item = self.item(EntryKind::Email, id, when);
        if let Some(listed) = listed {
            item = Activity { kind: item.kind, id: item.id, when: item.when, ..listed };
        }
        let other = if incoming { &from } else { &to };
        item.who = item.who.or_else(|| other.clone());
        let item = Activity { subject: fields.text("Subject"), incoming: Some(incoming), from, to, text, ..item };
        Some((when, item))
    }

    pub(super) fn approval(&mut self, fields: &Fields<'_>) -> Option<Item> {
        let when = fields.text("CreatedDate").as_deref().and_then(clock::stamp).map(Placed::Moment);
        let either = |classic: &str, flow: &str| fields.text(classic).or_else(|| fields.text(flow));
        let is_queues = fields.text("ActorId").is_some_and(|actor| actor != self.clock.user.as_str());
        let item = Activity {
            who: either("ProcessInstance.SubmittedBy.Name", "ApprovalSubmission.SubmittedBy.Name"),
            who_id: either("ProcessInstance.SubmittedById", "ApprovalSubmission.SubmittedById"),
            what: either("ProcessInstance.TargetObject.Name", "RelatedRecord.Name"),
            what_id: either("ProcessInstance.TargetObjectId", "RelatedRecordId"),
            owner: fields.text("Actor.Name").filter(|_| is_queues),
            ..self.item(EntryKind::Approval, fields.text("Id")?, when)
        };
        Some((when, item))
    }

    pub(super) fn comment(&mut self, fields: &Fields<'_>) -> Option<Item> {
        let when = fields.text("CreatedDate").as_deref().and_then(clock::stamp).map(Placed::Moment);
        let status = if flag(fields, "IsPublished") { "public" } else { "internal" };
        let item = Activity {
            status: Some(status.to_owned()),
            owner: fields.text("CreatedBy.Name"),
            text: self.text(fields, "CommentBody"),
            ..self.item(EntryKind::Comment, fields.text("Id")?, when)
        };
        Some((when, item))
    }

    pub(super) fn note(&mut self, fields: &Fields<'_>) -> Option<Item> {
        let when = fields.text("ContentDocument.CreatedDate").as_deref().and_then(clock::stamp).map(Placed::Moment);
        let item = Activity {
            subject: fields.text("ContentDocument.Title"),
            owner: fields.text("ContentDocument.Owner.Name"),
            text: self.text(fields, "ContentDocument.LatestPublishedVersion.TextPreview"),
            ..self.item(EntryKind::Note, fields.text("ContentDocumentId")?, when)
        };
        Some((when, item))
    }

    fn item(&self, kind: EntryKind, id: String, when: Option<Placed>) -> Activity {
        Activity {
            kind,
            id,
            when: when.map(|when| self.clock.shown(when)),
            subject: None,
            status: None,
            overdue: false,
            who: None,
            who_id: None,
            what: None,
            what_id: None,
            owner: None,
            minutes: None,
            incoming: None,
            from: None,
            to: None,
            text: None,
        }
    }

    fn text(&mut self, fields: &Fields<'_>, field: &str) -> Option<String> {
        self.values.text_of(fields.get(field)?, |text, _| text.to_owned())
    }

    /// The entries in order, as many as asked for.
    pub(super) fn reply(mut self, record: Option<Candidate>, mut notices: Vec<String>) -> ActivitiesReply {
        let (clock, newest) = (self.clock, self.newest);
        let rank = |when: Option<Placed>, kind: EntryKind| {
            let local = match when {
                // What has no day comes last.
                None => return u32::MAX,
                Some(Placed::Day(day)) => day * DAY,
                Some(Placed::Moment(moment)) => clock.local(moment),
            };
            let minute = u32::try_from(local / 60).unwrap_or_default();
            // The day itself comes before what waits.
            if kind == EntryKind::Approval {
                return minute | 1 << 31;
            }
            if newest { u32::MAX - 1 - minute } else { minute }
        };
        let mut items: Vec<_> = by_rank(self.items.into_iter().map(|(when, item)| (rank(when, item.kind), item)));
        let limit = self.asked.limit as usize;
        if items.len() > limit {
            self.complete = false;
            items.truncate(limit);
        }
        notices.extend(self.values.notice());
        ActivitiesReply {
            record,
            zone: clock.zone(),
            now: clock.shown(Placed::Moment(clock.now)),
            items,
            complete: self.complete,
            notices,
        }
    }
}

fn flag(fields: &Fields<'_>, field: &str) -> bool {
    fields.get(field).is_some_and(|value| value.get() == "true")
}

fn number(fields: &Fields<'_>, field: &str) -> Option<u32> {
    fields.get(field)?.get().parse().ok()
}

/// An e-mail, or that of a relation to it.
pub(super) fn of_relation<'a>(fields: &Fields<'a>) -> Fields<'a> {
    fields.get("EmailMessage").map_or_else(|| fields.clone(), Fields::of)
}
