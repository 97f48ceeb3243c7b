//! `activities`: a timeline. One composite request of queries; one `query` before it where the record is given by name.
//! With an empty cache, `GET userinfo` before.

use crate::call::Call;
use crate::error::Error;
use crate::id::RecordId;
use crate::known::{Known, PlanError};
use crate::policy::Effect;
use crate::record::{Fields, Record};
use crate::reply::Values;
use crate::resolve::archive::{self, MIN_ARCHIVED_DAYS};
use crate::resolve::names;
use crate::resolve::record::{self, By, Target};
use crate::resolve::related;
use crate::resolve::shown::ALL_DAY;
use crate::rest::Page;
use crate::rich_text;
use crate::schema::well_known::{EVENT, ID, IS_DELETED, NOTE, NOTE_LINK, PEOPLE, TASK};
use crate::soql::{
    Comparison, Condition, Date, DateTime, Direction, FieldList, FieldPath, ObjectName, Select, Selection, Text,
};
use crate::sort::by_rank;
use crate::time::clock::{self, Clock, DAY, Placed, When};
use crate::time::zone;
use crate::wit::{ActivitiesArgs, ActivitiesReply, Activity, ActivityKind, Candidate, Changed, Timeframe};

static EMAIL: ObjectName = ObjectName::from_static("EmailMessage");

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
    if let By::Name(_) = target.by {
        let records = call.run(&target, record::select, |select| Ok(call.query(&select, usize::MAX)?.records))?;
        target.by = By::Id(names::id_of(&record::choose(call.known(), &target, records)?)?);
    }
    let By::Id(id) = target.by else { return Err(Error::input("no record")) };
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
                    let children = Page::of(children.get()).ok_or_else(|| {
                        Error::unreadable("a related list has another shape than documented", Changed::No)
                    })?;
                    list.add_page(&children, asked.looked_at(), List::activity);
                }
            }
            (Source::Email, Some(page)) => list.add_page(&page, asked.limit + 1, List::email),
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
    Note,
    Task,
    Event,
}

impl Source {
    fn plural(self) -> &'static str {
        match self {
            Self::Email => "e-mail messages",
            Self::Note => "notes",
            Self::Record | Self::Task | Self::Event => "activities",
        }
    }
}

type Plan = Vec<(Source, Select)>;

/// The record with its activities, its e-mails and its notes. The lists of activities hold those of an account's contacts
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
    if lists.contains(&related::PAST) && known.schema(&target.object)?.field(IS_DELETED.as_str()).is_some() {
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
    // A person's e-mails are among the activities.
    let people = PEOPLE.contains(&target.object.as_str());
    if !people && known.allow_object(&EMAIL, Effect::ReadOnly).is_ok() {
        let parent = if target.object.as_str() == "Case" { "ParentId" } else { "RelatedToId" };
        let mut conditions = vec![
            Condition::compare(FieldPath::from_static(parent), Comparison::Eq, id),
            // A draft.
            Condition::compare(FieldPath::from_static("Status"), Comparison::Ne, text("5")?),
        ];
        conditions.extend(within("MessageDate", asked, clock)?);
        plan.push((Source::Email, query(&EMAIL, &EMAIL_COLUMNS, conditions, "MessageDate", true, asked.limit)?));
    }
    if known.allow_object(&NOTE, Effect::ReadOnly).is_ok() {
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

fn moment(field: &'static str, op: Comparison, moment: i64) -> Result<Condition, Error> {
    let moment = DateTime::parse(&clock::utc(moment))?;
    Ok(Condition::compare(FieldPath::from_static(field), op, moment))
}

fn day(op: Comparison, day: i64) -> Result<Condition, Error> {
    let day = Date::parse(&zone::date(day))?;
    Ok(Condition::compare(FieldPath::from_static("ActivityDate"), op, day))
}

fn is(field: &'static str, value: bool) -> Condition {
    Condition::compare(FieldPath::from_static(field), Comparison::Eq, value)
}

fn query(
    object: &ObjectName,
    columns: &[&'static str],
    conditions: Vec<Condition>,
    order: &str,
    newest: bool,
    limit: u32,
) -> Result<Select, Error> {
    let fields = columns.iter().map(|column| FieldPath::from_static(column));
    let mut select = Select::new(FieldList::of(ID, fields), object.clone());
    select.condition = Condition::all(conditions);
    let direction = if newest { Direction::Descending } else { Direction::Ascending };
    select.order_by = vec![related::order(order, direction)?];
    select.limit = Some(limit + 1);
    Ok(select)
}

/// What a source answered; nothing where the user may not see it.
type Answer = (Source, Option<Page>);

fn read(call: &Call<'_>, plan: &Plan) -> Result<Vec<Answer>, Error> {
    let selects: Vec<_> = plan.iter().map(|(_, select)| select).collect();
    let mut answers = Vec::new();
    for ((source, _), page) in plan.iter().zip(call.query_all(&selects)?) {
        let page = match page {
            Ok(page) => Some(page),
            Err(error) if error.names_unknown() && matches!(source, Source::Email | Source::Note) => None,
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
        for record in &page.records {
            if record.fields().get("TextBody").is_none() {
                ids.push(names::id_of(record)?);
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
        if let (Some(id), Some(html)) = (fields.text("Id"), fields.text("HtmlBody")) {
            texts.push((id, rich_text::to_text(&html)));
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
    if let (true, None, Some(day)) = (reply.items.is_empty() && range.from == range.to, asked.timeframe, range.to) {
        let limit = MAX_NEXT.min(asked.limit);
        let after = Asked { from: Some(day + 1), to: Some(day + FAR), timeframe: Some(Timeframe::Upcoming), limit };
        reply.items = own_days(call, &clock, &after)?.items;
        let next = if reply.items.is_empty() { "nothing is planned after it" } else { "these come next" };
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
    let events = own_events(range, clock)?;
    let mut plan = vec![
        (Source::Task, query(&TASK, &TASK_COLUMNS, tasks, "ActivityDate", newest, range.limit)?),
        (Source::Event, query(&EVENT, &EVENT_COLUMNS, events, "StartDateTime", newest, range.limit)?),
    ];
    if range.from.is_some_and(|from| from < today - MIN_ARCHIVED_DAYS) {
        for (_, select) in &mut plan {
            archive::include(select);
        }
    }
    let answers = read(call, &plan)?;
    let mut list = List::new(clock, range, newest);
    list.overdue_too = with_overdue;
    for (source, page) in &answers {
        let Some(page) = page else { continue };
        let read = if *source == Source::Task { List::task } else { List::event };
        list.add_page(page, range.limit + 1, read);
    }
    Ok(list.reply(None, Vec::new()))
}

fn mine(clock: &Clock) -> Condition {
    Condition::compare(FieldPath::from_static("OwnerId"), Comparison::Eq, clock.user)
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

/// Events that reach into the days: by the clock, or by the calendar where they take the whole day.
fn own_events(asked: &Asked, clock: &Clock) -> Result<Vec<Condition>, Error> {
    let mut all = vec![mine(clock)];
    if let (Some(from), Some(to)) = (asked.from, asked.to) {
        let mut either = Vec::new();
        either.extend(Condition::all(vec![
            is("IsAllDayEvent", false),
            moment("StartDateTime", Comparison::Lt, clock.start(to + 1))?,
            moment("EndDateTime", Comparison::Ge, clock.start(from))?,
        ]));
        // All-day events are kept at midnight UTC.
        either.extend(Condition::all(vec![
            is("IsAllDayEvent", true),
            day(Comparison::Le, to)?,
            moment("EndDateTime", Comparison::Ge, from * DAY)?,
        ]));
        all.extend(Condition::any(either));
    }
    Ok(all)
}

// ---- the timeline ----

/// An entry, and when it is.
type Item = (Option<Placed>, Activity);

/// Entries as they are put together.
struct List<'a> {
    clock: &'a Clock,
    asked: &'a Asked,
    newest: bool,
    /// Open tasks of before are wanted as well.
    overdue_too: bool,
    /// The texts of e-mails that have no plain one, by their ids.
    html: Vec<(String, String)>,
    values: Values,
    items: Vec<Item>,
    complete: bool,
}

impl<'a> List<'a> {
    fn new(clock: &'a Clock, asked: &'a Asked, newest: bool) -> Self {
        let values = Values::cut_after(MAX_TEXT_CHARS);
        Self { clock, asked, newest, overdue_too: false, html: Vec::new(), values, items: Vec::new(), complete: true }
    }

    /// Adds a page of at most `limit` records.
    fn add_page(&mut self, page: &Page, limit: u32, read: fn(&mut Self, &Fields<'_>) -> Option<Item>) {
        self.complete &= page.done && page.records.len() < limit as usize;
        for record in page.records.iter().map(Record::fields) {
            if let Some(item) = read(self, &record).filter(|(when, item)| self.is_asked_for(*when, item)) {
                self.items.push(item);
            }
        }
    }

    fn is_asked_for(&self, when: Option<Placed>, item: &Activity) -> bool {
        let (from, to) = (self.asked.from, self.asked.to);
        if from.or(to).is_none() || (self.overdue_too && item.overdue) {
            return true;
        }
        let Some(when) = when else { return false };
        let first = self.clock.day_of(when);
        // How far it reaches: whole days, or minutes of which the last is not its own.
        let minutes = i64::from(item.minutes.unwrap_or(0));
        let last = match when {
            Placed::Day(day) if item.kind == ActivityKind::Meeting => day + (minutes / (24 * 60) - 1).max(0),
            Placed::Moment(moment) if item.kind == ActivityKind::Meeting => {
                self.clock.day(moment + (minutes * 60 - 1).max(0))
            }
            _ => first,
        };
        from.is_none_or(|from| last >= from) && to.is_none_or(|to| first <= to)
    }

    /// A row of a record's activities.
    fn activity(&mut self, fields: &Fields<'_>) -> Option<Item> {
        self.task_or_event(fields, flag(fields, "IsTask"))
    }

    fn task(&mut self, fields: &Fields<'_>) -> Option<Item> {
        self.task_or_event(fields, true)
    }

    fn event(&mut self, fields: &Fields<'_>) -> Option<Item> {
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
            _ if !is_task => ActivityKind::Meeting,
            Some("Call") => ActivityKind::Call,
            Some("Email" | "ListEmail") => ActivityKind::Email,
            _ => ActivityKind::Task,
        };
        let minutes =
            number(fields, "DurationInMinutes").or_else(|| Some(number(fields, "CallDurationInSeconds")? / 60));
        let is_past = when.is_some_and(|when| self.clock.day_of(when) < self.clock.today());
        let mut shown = when.map(|when| self.clock.shown(when));
        if let (false, Some(Placed::Day(_)), Some(day)) = (is_task, when, &mut shown) {
            day.push_str(ALL_DAY);
        }
        let item = Activity {
            kind,
            id: fields.text("Id")?,
            when: shown,
            subject: fields.text("Subject"),
            status: fields.text("Status").filter(|status| !status.is_empty()),
            overdue: is_task && is_past && !flag(fields, "IsClosed"),
            who: fields.text("Who.Name"),
            who_id: fields.text("WhoId"),
            what: fields.text("What.Name"),
            what_id: fields.text("WhatId"),
            owner: fields.text("Owner.Name"),
            minutes,
            text: self.text(fields, "Description"),
        };
        Some((when, item))
    }

    fn email(&mut self, fields: &Fields<'_>) -> Option<Item> {
        // Where e-mails are activities too, the list has them already.
        if fields.text("ActivityId").is_some_and(|id| self.items.iter().any(|(_, item)| item.id == id)) {
            return None;
        }
        let when = fields.text("MessageDate").as_deref().and_then(clock::stamp).map(Placed::Moment);
        let other = if flag(fields, "Incoming") { "FromAddress" } else { "ToAddress" };
        let item = Activity {
            subject: fields.text("Subject"),
            who: fields.text(other),
            text: self.text(fields, "TextBody").or_else(|| {
                let id = fields.text("Id")?;
                let (_, text) = self.html.iter().find(|(of, _)| *of == id)?;
                Some(self.values.text(text.clone()))
            }),
            ..self.item(ActivityKind::Email, fields.text("Id")?, when)
        };
        Some((when, item))
    }

    fn note(&mut self, fields: &Fields<'_>) -> Option<Item> {
        let when = fields.text("ContentDocument.CreatedDate").as_deref().and_then(clock::stamp).map(Placed::Moment);
        let item = Activity {
            subject: fields.text("ContentDocument.Title"),
            owner: fields.text("ContentDocument.Owner.Name"),
            text: self.text(fields, "ContentDocument.LatestPublishedVersion.TextPreview"),
            ..self.item(ActivityKind::Note, fields.text("ContentDocumentId")?, when)
        };
        Some((when, item))
    }

    fn item(&self, kind: ActivityKind, id: String, when: Option<Placed>) -> Activity {
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
            text: None,
        }
    }

    fn text(&mut self, fields: &Fields<'_>, field: &str) -> Option<String> {
        fields.text(field).map(|text| self.values.text(text))
    }

    /// The entries in order, as many as asked for.
    fn reply(mut self, record: Option<Candidate>, mut notices: Vec<String>) -> ActivitiesReply {
        let (clock, newest) = (self.clock, self.newest);
        let rank = |when: Option<Placed>| {
            let local = match when {
                // What has no day comes last.
                None => return u32::MAX,
                Some(Placed::Day(day)) => day * DAY,
                Some(Placed::Moment(moment)) => clock.local(moment),
            };
            let minute = u32::try_from(local / 60).unwrap_or_default();
            if newest { u32::MAX - 1 - minute } else { minute }
        };
        let mut items: Vec<_> = by_rank(self.items.into_iter().map(|(when, item)| (rank(when), item)));
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
