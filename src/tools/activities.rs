//! `activities`: a timeline. One composite request of queries; one `query` before it where the record is given by name.
//! With an empty cache, `GET userinfo` before.

mod list;

use self::list::{List, of_relation};
use crate::calendar::{self, day, mine, moment};
use crate::call::Call;
use crate::error::Error;
use crate::id::RecordId;
use crate::known::{Known, PlanError};
use crate::policy::Effect;
use crate::record::Record;
use crate::reply::beginning;
use crate::resolve::approvals;
use crate::resolve::archive::{self, MIN_ARCHIVED_DAYS};
use crate::resolve::names;
use crate::resolve::record::{self, By, Target};
use crate::resolve::related::{self, query};
use crate::rest::Page;
use crate::rich_text;
use crate::schema::well_known::{EMAIL, EVENT, ID, IS_DELETED, NOTE, NOTE_LINK, PEOPLE, TASK};
use crate::soql::{
    Comparison, Condition, FieldList, FieldName, FieldPath, ObjectName, Select, Selection, SemiJoin, Text,
};
use crate::time::clock::{Clock, When};
use crate::wit::{ActivitiesArgs, ActivitiesReply, Changed, EntryKind, Timeframe};
use crate::write::references;

/// Who an e-mail is from and to.
static EMAIL_RELATION: ObjectName = ObjectName::from_static("EmailMessageRelation");
/// What is written on a case: to the customer, or among colleagues.
static COMMENT: ObjectName = ObjectName::from_static("CaseComment");

/// Entries when the call gives no limit.
const DEFAULT_ITEMS: u32 = 20;
/// The highest limit a call may give.
const MAX_ITEMS: u32 = 100;
/// Activities of a record that are looked at for a range of days, for which Salesforce can't filter them.
const MAX_RECORDS_READ: u32 = 200;
/// Days of "what lies ahead" and "what was" of the user's own.
const DEFAULT_DAYS: i64 = 14;
/// Days that stand for any number of them, to where nothing says an end.
const FAR: i64 = 36_525;
/// What is told of the days after one that is empty.
const MAX_NEXT: u32 = 3;
/// The most characters of an entry's text; `get` reads it whole.
const MAX_TEXT_CHARS: usize = 300;

/// Columns of a record's activities.
const COLUMNS: [&str; 18] = [
    "Id",
    "Subject",
    "ActivityDate",
    "ActivityType",
    "ActivitySubtype",
    "Status",
    "IsTask",
    "IsClosed",
    "IsAllDayEvent",
    "StartDateTime",
    "DurationInMinutes",
    "CallDurationInSeconds",
    "WhoId",
    "Who.Name",
    "WhatId",
    "What.Name",
    "Owner.Name",
    "Description",
];
const TASK_COLUMNS: [&str; 12] = [
    "Id",
    "Subject",
    "ActivityDate",
    "TaskSubtype",
    "Status",
    "IsClosed",
    "CallDurationInSeconds",
    "WhoId",
    "Who.Name",
    "WhatId",
    "What.Name",
    "Description",
];
const EVENT_COLUMNS: [&str; 11] = [
    "Id",
    "Subject",
    "ActivityDate",
    "IsAllDayEvent",
    "StartDateTime",
    "DurationInMinutes",
    "WhoId",
    "Who.Name",
    "WhatId",
    "What.Name",
    "Description",
];
const EMAIL_COLUMNS: [&str; 8] =
    ["Id", "ActivityId", "Subject", "FromAddress", "ToAddress", "Incoming", "MessageDate", "TextBody"];
const COMMENT_COLUMNS: [&str; 5] = ["Id", "CommentBody", "CreatedDate", "CreatedBy.Name", "IsPublished"];
const RELATION_COLUMNS: [&str; 8] = [
    "EmailMessage.Id",
    "EmailMessage.ActivityId",
    "EmailMessage.Subject",
    "EmailMessage.FromAddress",
    "EmailMessage.ToAddress",
    "EmailMessage.Incoming",
    "EmailMessage.MessageDate",
    "EmailMessage.TextBody",
];
const NOTE_COLUMNS: [&str; 5] = [
    "ContentDocumentId",
    "ContentDocument.Title",
    "ContentDocument.CreatedDate",
    "ContentDocument.Owner.Name",
    "ContentDocument.LatestPublishedVersion.TextPreview",
];

/// Lists activities.
pub(super) fn activities(call: &Call<'_>, args: ActivitiesArgs) -> Result<ActivitiesReply, Error> {
    let limit = crate::reply::bounded("limit", args.limit, DEFAULT_ITEMS, MAX_ITEMS)?;
    let days = [("first_day", &args.first_day), ("last_day", &args.last_day)]
        .map(|(name, day)| read_day(name, day.as_deref()));
    let [from, to] = days;
    let (from, to) = (from?, to?);
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(Error::argument("first_day", "`first_day` is after `last_day`"));
    }
    for object in [&TASK, &EVENT] {
        call.known().allow_object(object, Effect::ReadOnly)?;
    }
    let asked = Asked { from, to, timeframe: args.timeframe, limit };
    let Some(record) = &args.record else {
        if args.object.is_some() {
            return Err(Error::argument("record", "say which record in `record`, or leave `object` out"));
        }
        return own(call, &asked);
    };
    let target = call.plan(&(record, args.object.as_deref()), |known, (record, object)| {
        let target = record::read(known, record, *object)?;
        known.allow_object(&target.object, Effect::ReadOnly)?;
        names::check_queryable(known, &target.object)?;
        Ok(target)
    })?;
    of_record(call, &asked, target)
}

/// Which entries.
struct Asked {
    from: Option<i64>,
    to: Option<i64>,
    timeframe: Option<Timeframe>,
    limit: u32,
}

fn read_day(argument: &str, text: Option<&str>) -> Result<Option<i64>, Error> {
    match text.map(|text| When::read(argument, text)).transpose()? {
        None => Ok(None),
        Some(When::Day(day)) => Ok(Some(day)),
        Some(_) => Err(Error::argument(argument, format!("{argument} is a day, \"2026-05-12\""))),
    }
}

fn of_record(call: &Call<'_>, asked: &Asked, mut target: Target) -> Result<ActivitiesReply, Error> {
    let mut notices = Vec::new();
    let clock = call.clock(&mut notices)?;
    // Salesforce lists activities of one record only, so the record has to be known first.
    let id = references::id_of(call, target.clone())?;
    target.by = By::Id(id);
    let answers = call.run(&(asked, &clock, &target, id), timeline, |plan| read(call, &plan))?;
    let mut list = List::new(&clock, asked, asked.timeframe != Some(Timeframe::Upcoming));
    list.html = html_bodies(call, &answers)?;
    let mut record = None;
    for (source, page) in answers {
        match (source, page) {
            (Source::Record, Some(page)) => {
                let parent = record::choose(call.known(), &target, page.records)?;
                record = record::candidate(call.known(), &parent);
                for relationship in [related::PAST, related::OPEN] {
                    let Some(children) = parent.fields().get(relationship) else { continue };
                    let children = Page::nested(children).ok_or_else(|| {
                        Error::unreadable("a related list has another shape than documented", Changed::No)
                    })?;
                    list.add_page(&children, asked.looked_at(), List::activity);
                }
            }
            (Source::Email, Some(page)) => list.add_page(&page, asked.limit + 1, List::email),
            (Source::Comment, Some(page)) => list.add_page(&page, asked.limit + 1, List::comment),
            (Source::Note, Some(page)) => list.add_page(&page, asked.limit + 1, List::note),
            (_, Some(_)) => {}
            (source, None) => notices.push(format!("{} are not visible to the user", source.plural())),
        }
    }
    Ok(list.reply(record, notices))
}

impl Asked {
    /// Activities of a record to look at.
    fn looked_at(&self) -> u32 {
        if self.from.or(self.to).is_some() { MAX_RECORDS_READ } else { self.limit + 1 }
    }
}

/// Where entries come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Record,
    Email,
    Comment,
    Note,
    Task,
    Event,
    Approval,
    FlowApproval,
}

impl Source {
    fn plural(self) -> &'static str {
        match self {
            Self::Email => "e-mail messages",
            Self::Comment => "case comments",
            Self::Note => "notes",
            Self::Approval | Self::FlowApproval => "approvals",
            Self::Record | Self::Task | Self::Event => "activities",
        }
    }
}

impl Source {
    fn is_approval(self) -> bool {
        matches!(self, Self::Approval | Self::FlowApproval)
    }
}

type Plan = Vec<(Source, Select)>;

/// The record with its activities, its e-mails, its comments and its notes. The lists of activities hold those of an account's contacts
/// and opportunities too.
fn timeline(
    known: &Known,
    &(asked, clock, target, id): &(&Asked, &Clock, &Target, RecordId),
) -> Result<Plan, PlanError> {
    let mut parent = record::candidate_query(known, &target.object, (record::is(&id), 1))?;
    let ranged = asked.from.or(asked.to).is_some();
    let lists = match asked.timeframe {
        Some(Timeframe::Upcoming) => &[related::OPEN][..],
        None if ranged => &[related::PAST, related::OPEN],
        _ => &[related::PAST],
    };
    // Archived ones are past, and deleted ones come along with them.
    if lists.contains(&related::PAST) && known.schema(&target.object)?.has_field(IS_DELETED.as_str()) {
        archive::include(&mut parent);
    }
    let columns = COLUMNS.map(FieldPath::from_static);
    if let Selection::Records { children, .. } = &mut parent.selection {
        for relationship in lists {
            children.push(related::activity_list(relationship, &columns, asked.looked_at())?);
        }
    }
    let mut plan = vec![(Source::Record, parent)];
    if asked.timeframe == Some(Timeframe::Upcoming) {
        return Ok(plan);
    }
    let is_case = target.object.as_str() == "Case";
    // A person is related to e-mails as who sent or got them.
    let is_person = PEOPLE.contains(&target.object.as_str());
    let may_read = |object| known.allow_object(object, Effect::ReadOnly).is_ok();
    if may_read(&EMAIL) && (!is_person || may_read(&EMAIL_RELATION)) {
        let (object, columns, parent, status, date) = match is_person {
            true => {
                (&EMAIL_RELATION, RELATION_COLUMNS, "RelationId", "EmailMessage.Status", "EmailMessage.MessageDate")
            }
            false => (&EMAIL, EMAIL_COLUMNS, if is_case { "ParentId" } else { "RelatedToId" }, "Status", "MessageDate"),
        };
        let mut conditions = vec![
            Condition::compare(FieldPath::from_static(parent), Comparison::Eq, id),
            // A draft.
            Condition::compare(FieldPath::from_static(status), Comparison::Ne, text("5")?),
        ];
        conditions.extend(within(date, asked, clock)?);
        plan.push((Source::Email, query(object, &columns, conditions, date, true, asked.limit)?));
    }
    if is_case && may_read(&COMMENT) {
        let mut conditions = vec![Condition::compare(FieldPath::from_static("ParentId"), Comparison::Eq, id)];
        conditions.extend(within("CreatedDate", asked, clock)?);
        plan.push((Source::Comment, query(&COMMENT, &COMMENT_COLUMNS, conditions, "CreatedDate", true, asked.limit)?));
    }
    if may_read(&NOTE) {
        let mut conditions = vec![
            Condition::compare(FieldPath::from_static("LinkedEntityId"), Comparison::Eq, id),
            Condition::compare(FieldPath::from_static("ContentDocument.FileType"), Comparison::Eq, text("SNOTE")?),
        ];
        conditions.extend(within("ContentDocument.CreatedDate", asked, clock)?);
        let latest = "ContentDocument.CreatedDate";
        plan.push((Source::Note, query(&NOTE_LINK, &NOTE_COLUMNS, conditions, latest, true, asked.limit)?));
    }
    Ok(plan)
}

fn text(text: &str) -> Result<Text, Error> {
    Ok(Text::new(text)?)
}

/// The moments of the days asked for.
fn within(field: &'static str, asked: &Asked, clock: &Clock) -> Result<Vec<Condition>, Error> {
    let mut conditions = Vec::new();
    if let Some(from) = asked.from {
        conditions.push(moment(field, Comparison::Ge, clock.start(from))?);
    }
    if let Some(to) = asked.to {
        conditions.push(moment(field, Comparison::Lt, clock.start(to + 1))?);
    }
    Ok(conditions)
}

fn is(field: &'static str, value: bool) -> Condition {
    Condition::compare(FieldPath::from_static(field), Comparison::Eq, value)
}

/// What a source answered; nothing where the user may not see it.
type Answer = (Source, Option<Page>);

fn read(call: &Call<'_>, plan: &Plan) -> Result<Vec<Answer>, Error> {
    let selects: Vec<_> = plan.iter().map(|(_, select)| select).collect();
    let mut answers = Vec::new();
    for ((source, _), page) in plan.iter().zip(call.query_all(&selects)?) {
        let page = match page {
            Ok(page) => Some(page),
            // The org has no such approvals, or the user nothing to do with them.
            Err(error) if source.is_approval() && error.is_refused_with("INVALID_TYPE") => continue,
            Err(error) if source.is_approval() && error.refusal().is_some() => None,
            Err(error) if error.names_unknown() && matches!(source, Source::Email | Source::Comment | Source::Note) => {
                None
            }
            Err(error) => return Err(error),
        };
        answers.push((*source, page));
    }
    Ok(answers)
}

/// The texts of e-mails that only have HTML: bodies are long, so they are read where there is nothing else.
fn html_bodies(call: &Call<'_>, answers: &[Answer]) -> Result<Vec<(String, String)>, Error> {
    let mut ids = Vec::new();
    for answer in answers {
        let (Source::Email, Some(page)) = answer else { continue };
        for record in page.records.iter().map(Record::fields) {
            let email = of_relation(&record);
            if email.get("TextBody").is_none() {
                ids.extend(email.text("Id").and_then(|id| RecordId::parse(&id).ok()));
            }
        }
    }
    let Some(condition) = record::is_any(ids) else { return Ok(Vec::new()) };
    let mut select = Select::new(FieldList::from(ID), EMAIL.clone());
    select.add(FieldPath::from_static("HtmlBody"));
    select.condition = Some(condition);
    let mut texts = Vec::new();
    for record in call.query(&select, usize::MAX)?.records {
        let fields = record.fields();
        let html = fields.get("HtmlBody").and_then(|html| beginning(html, MAX_TEXT_CHARS, rich_text::beginning));
        if let (Some(id), Some(text)) = (fields.text("Id"), html) {
            texts.push((id, text));
        }
    }
    Ok(texts)
}

/// The user's own: of a day that is empty, what comes next.
fn own(call: &Call<'_>, asked: &Asked) -> Result<ActivitiesReply, Error> {
    let mut notices = Vec::new();
    let clock = call.clock(&mut notices)?;
    let range = asked.range(clock.today())?;
    let mut reply = own_days(call, &clock, &range)?;
    // What waits for the user is not of this day.
    let is_empty = reply.items.iter().all(|item| item.kind == EntryKind::Approval);
    if let (true, None, Some(day)) = (is_empty && range.from == range.to, asked.timeframe, range.to) {
        let limit = MAX_NEXT.min(asked.limit);
        let after = Asked { from: Some(day + 1), to: Some(day + FAR), timeframe: Some(Timeframe::Upcoming), limit };
        let next = own_days(call, &clock, &after)?.items;
        let is_empty = next.is_empty();
        reply.items.extend(next);
        let next = if is_empty { "nothing is planned after it" } else { "these come next" };
        notices.push(["nothing on this day; ", next].concat());
    }
    notices.append(&mut reply.notices);
    Ok(ActivitiesReply { notices, ..reply })
}

impl Asked {
    /// The first and the last of the user's own days that are meant.
    fn range(&self, today: i64) -> Result<Self, Error> {
        let (from, to) = match (self.timeframe, self.from, self.to) {
            (_, Some(from), Some(to)) => (from, to),
            (None, None, None) => (today, today),
            // One bound alone is open at the other end.
            (None, from, to) => (from.unwrap_or(today - FAR), to.unwrap_or(today + FAR)),
            (Some(Timeframe::Upcoming), from, to) => {
                let from = from.unwrap_or(today);
                (from, to.unwrap_or(from + DEFAULT_DAYS))
            }
            (Some(Timeframe::Past), from, to) => {
                let to = to.unwrap_or(today);
                (from.unwrap_or(to - DEFAULT_DAYS), to)
            }
        };
        if from > to {
            return Err(Error::argument("first_day", "`first_day` is after `last_day`"));
        }
        // What reaches back without end begins with the latest.
        let is_past = self.timeframe.is_none() && self.from.is_none() && self.to.is_some();
        let timeframe = if is_past { Some(Timeframe::Past) } else { self.timeframe };
        Ok(Self { from: Some(from), to: Some(to), timeframe, limit: self.limit })
    }
}

/// The user's own of some days; of today, what is overdue as well.
fn own_days(call: &Call<'_>, clock: &Clock, range: &Asked) -> Result<ActivitiesReply, Error> {
    let today = clock.today();
    let newest = range.timeframe == Some(Timeframe::Past);
    let with_overdue = range.timeframe.is_none() && (range.from, range.to) == (Some(today), Some(today));
    let tasks = own_tasks(range, clock, with_overdue)?;
    let times = range.from.zip(range.to).map(|(from, to)| (clock.start(from), clock.start(to + 1)));
    let events = calendar::events(clock, times.as_slice())?;
    let mut plan = vec![
        (Source::Task, query(&TASK, &TASK_COLUMNS, tasks, "ActivityDate", newest, range.limit)?),
        (Source::Event, query(&EVENT, &EVENT_COLUMNS, events, "StartDateTime", newest, range.limit)?),
    ];
    if range.from.is_some_and(|from| from < today - MIN_ARCHIVED_DAYS) {
        for (_, select) in &mut plan {
            archive::include(select);
        }
    }
    if !newest && range.from.is_some_and(|from| from <= today) && range.to.is_some_and(|to| to >= today) {
        plan_approvals(call.known(), range, clock, &mut plan)?;
    }
    let answers = read(call, &plan)?;
    let mut list = List::new(clock, range, newest);
    list.overdue_too = with_overdue;
    let mut notices = Vec::new();
    for (source, page) in &answers {
        let read = match source {
            Source::Task => List::task,
            Source::Event => List::event,
            _ => List::approval,
        };
        let notice = match page {
            Some(page) => {
                list.add_page(page, range.limit + 1, read);
                // A composite request takes no sixth query.
                if *source != Source::FlowApproval {
                    continue;
                }
                "approvals of flows are here that wait for the user, and not those that wait for a queue"
            }
            None => "some approvals that wait for the user could not be read",
        };
        if !notices.iter().any(|known| known == notice) {
            notices.push(notice.to_owned());
        }
    }
    Ok(list.reply(None, notices))
}

/// What waits for the user's approval, or for a queue of theirs: at most three queries, for the two of the day are in the
/// same composite request.
fn plan_approvals(known: &Known, range: &Asked, clock: &Clock, plan: &mut Plan) -> Result<(), Error> {
    let of_user = |field| Condition::compare(FieldPath::from_static(field), Comparison::Eq, clock.user);
    if approvals::may_read(known, false) {
        let mut waits_for = vec![of_user("ActorId")];
        if known.may_read_named("GroupMember") {
            let queues = SemiJoin {
                select: FieldName::from_static("GroupId"),
                from: ObjectName::from_static("GroupMember"),
                condition: Some(of_user("UserOrGroupId")),
            };
            let field = FieldName::from_static("ActorId");
            waits_for.push(Condition::InSelect { field, negated: false, query: Box::new(queues) });
        }
        for condition in waits_for {
            plan.push((Source::Approval, approvals::items(false, vec![condition], false, range.limit)?));
        }
    }
    if approvals::may_read(known, true) {
        let status = Condition::compare(FieldPath::from_static("Status"), Comparison::Eq, text(approvals::WAITS)?);
        let waiting = vec![status, of_user("AssignedToId")];
        plan.push((Source::FlowApproval, approvals::items(true, waiting, false, range.limit)?));
    }
    Ok(())
}

fn own_tasks(asked: &Asked, clock: &Clock, with_overdue: bool) -> Result<Vec<Condition>, Error> {
    let mut all = vec![mine(clock)];
    let mut dated = Vec::new();
    if let (Some(from), Some(to)) = (asked.from, asked.to) {
        dated.extend(Condition::all(vec![day(Comparison::Ge, from)?, day(Comparison::Le, to)?]));
    }
    if with_overdue {
        dated.extend(Condition::all(vec![is("IsClosed", false), day(Comparison::Lt, clock.today())?]));
    }
    all.extend(Condition::any(dated));
    if asked.timeframe == Some(Timeframe::Upcoming) {
        all.push(is("IsClosed", false));
    }
    Ok(all)
}
