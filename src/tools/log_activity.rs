//! `log_activity`: a call, e-mail, meeting, note or task, with its follow-up, all or nothing. One composite request finds
//! the person and the record; a second writes and reads back: `POST sobjects/Task`, `Event` or `ContentNote` and
//! `ContentDocumentLink`, and `GET` of what they made. With an empty cache, `GET userinfo` before.

use super::people::Person;
use super::reply::Values;
use super::target::{self, By, MOST_CANDIDATES, Said, Target};
use super::when::{self, Clock, Placed, When};
use super::{names, note};
use crate::catalog::Effect;
use crate::error::Error;
use crate::id::RecordId;
use crate::json::quoted;
use crate::rank::by_rank;
use crate::record::{Fields, Record};
use crate::rest::{Composite, Create, Part, Query, ReadError, Retrieve, Which};
use crate::session::{PART_NAMES, Session, Stuck, read_error, unsendable};
use crate::soql::{
    Comparison, Condition, Direction, FieldList, FieldName, FieldPath, Nulls, ObjectName, Order, Select,
};
use crate::vocabulary::{ActivityKind, CallDirection, LogActivityArgs, LogActivityReply, LoggedActivity};
use crate::zone;

static TASK: ObjectName = ObjectName::from_static("Task");
static EVENT: ObjectName = ObjectName::from_static("Event");
static NOTE: ObjectName = ObjectName::from_static("ContentNote");
static LINK: ObjectName = ObjectName::from_static("ContentDocumentLink");
/// What people log activities about when they name no object.
const USUAL_OBJECTS: [ObjectName; 3] =
    [ObjectName::from_static("Account"), ObjectName::from_static("Opportunity"), ObjectName::from_static("Case")];

/// Characters of a subject, a title or a call's result.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_task.htm>
const LONGEST_SUBJECT: usize = 255;
/// Characters of `Description`.
const LONGEST_TEXT: usize = 32_000;
/// Characters of a subject made of the text.
const USUAL_SUBJECT: usize = 80;
/// Minutes of a meeting when nobody says how long it takes.
const USUAL_MINUTES: u32 = 60;
/// An event lasts at most 14 days.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_event.htm>
const MOST_MINUTES: u32 = 14 * 24 * 60;
/// Characters of a text that is read back.
const LONGEST_SHOWN: usize = 120;

/// Logs an activity.
pub fn log_activity(session: &Session<'_>, args: LogActivityArgs) -> Result<LogActivityReply, Error> {
    session.allow_tool("log_activity", Effect::Additive)?;
    let mut notices = Vec::new();
    let asked = Asked::read(session, args, &mut notices)?;
    let clock = Clock::of(session, &mut notices)?;
    let (when, next) = asked.times(&clock, &mut notices)?;
    let found = find(session, &asked, &mut notices)?;
    let mut new = vec![asked.activity(&clock, when, &found)];
    if let (Some(next), Some(when)) = (&asked.next, next) {
        new.push(next.activity(&clock, when, &found));
    }
    let created = write(session, &clock, &new, &found, &mut notices)?;
    let candidate = |record: &Option<Record>| record.as_ref().and_then(|record| target::candidate(session, record));
    Ok(LogActivityReply {
        created,
        who: candidate(&found.who),
        what: candidate(&found.what),
        zone: clock.zone(),
        notices,
    })
}

// ---- what is asked ----

/// The arguments, checked as far as they can be without a request.
struct Asked {
    kind: ActivityKind,
    who: Option<Person>,
    /// The record it is about: one by id, or one of those a name may mean.
    what: Vec<Target>,
    subject: String,
    text: Option<String>,
    when: Option<When>,
    minutes: u32,
    outcome: Option<String>,
    direction: Option<CallDirection>,
    next: Option<Next>,
}

/// The follow-up.
struct Next {
    meeting: bool,
    when: When,
    subject: String,
}

impl Asked {
    fn read(session: &Session<'_>, args: LogActivityArgs, notices: &mut Vec<String>) -> Result<Self, Error> {
        let kind = args.kind;
        let who = args.who.as_deref().map(Person::read).transpose()?;
        let what = match args.what.as_deref() {
            None => Vec::new(),
            Some(what) => session.plan(|| targets(session, what, args.what_object.as_deref()))?,
        };
        let said = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let text = said(args.text).map(|text| plain(text, notices));
        let outcome = said(args.outcome).map(|text| plain(text, notices));
        let subject = match (said(args.subject), kind, &text) {
            (Some(subject), ..) => plain(subject, notices),
            (None, ActivityKind::Call, _) => "Call".to_owned(),
            (None, ActivityKind::Email, _) => "Email".to_owned(),
            (None, ActivityKind::Meeting, _) => "Meeting".to_owned(),
            (None, _, Some(text)) => beginning(text),
            (None, ..) => return Err(wrong("text", "say in `text` what the note says or what is to be done")),
        };
        if kind == ActivityKind::Note && text.is_none() {
            return Err(wrong("text", "say in `text` what the note says"));
        }
        if who.is_none() && what.is_empty() && !matches!(kind, ActivityKind::Task | ActivityKind::Meeting) {
            return Err(wrong("who", "say in `who` with whom, or in `what` about which record; ask the person"));
        }
        let when = args.when.as_deref().map(|when| When::read("when", when)).transpose()?;
        let next = match args.follow_up {
            None => None,
            Some(next) => Some(Next {
                meeting: next.meeting == Some(true),
                when: When::read("follow_up.when", &next.when)?,
                subject: said(next.subject).map_or_else(|| "Follow up".to_owned(), |text| plain(text, notices)),
            }),
        };
        match (kind, when) {
            (ActivityKind::Meeting, None) => return Err(wrong("when", "say when the meeting is; ask the person")),
            (ActivityKind::Meeting, Some(When::Day(_))) if args.minutes.is_some() => {
                return Err(wrong("when", "a meeting of some minutes needs its time, not only its day"));
            }
            (ActivityKind::Note, Some(_)) => {
                return Err(wrong("when", "a note has no time; it carries the time it is written"));
            }
            _ => {}
        }
        if args.minutes.is_some() && !matches!(kind, ActivityKind::Call | ActivityKind::Meeting) {
            return Err(wrong("minutes", "only calls and meetings have `minutes`; put it into `text`"));
        }
        if args.direction.is_some() && kind != ActivityKind::Call {
            return Err(wrong("direction", "only calls have a `direction`; put it into `text`"));
        }
        // <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_task.htm>,
        // `WhoId`: a lead stands alone.
        let is_task = kind != ActivityKind::Note || next.is_some();
        if is_task && !what.is_empty() && who.as_ref().is_some_and(Person::is_lead) {
            return Err(lead_with_record());
        }
        shorter("subject", &subject, LONGEST_SUBJECT)?;
        if let Some(next) = &next {
            shorter("follow_up.subject", &next.subject, LONGEST_SUBJECT)?;
        }
        if let Some(outcome) = &outcome {
            shorter("outcome", outcome, LONGEST_SUBJECT)?;
        }
        if let Some(text) = &text {
            // The outcome may be added to it.
            shorter("text", text, LONGEST_TEXT - LONGEST_SUBJECT - 20)?;
        }
        let asked = Self {
            minutes: super::bounded("minutes", args.minutes, 0, MOST_MINUTES)?,
            direction: args.direction,
            kind,
            who,
            what,
            subject,
            text,
            when,
            outcome,
            next,
        };
        session.allow_object(asked.object(), Effect::Additive)?;
        if let Some(next) = &asked.next {
            session.allow_object(next.object(), Effect::Additive)?;
        }
        Ok(asked)
    }

    /// When the activity and the follow-up are.
    fn times(&self, clock: &Clock, notices: &mut Vec<String>) -> Result<(Option<Placed>, Option<Placed>), Error> {
        let mut when = self.when.map(|when| clock.place("when", when)).transpose()?;
        if matches!(self.kind, ActivityKind::Call | ActivityKind::Email) {
            let day = when.map_or_else(|| clock.today(), |when| clock.day_of(when));
            if day > clock.today() {
                let message = format!(
                    "nothing was written: {} is still to come; what is planned is a task or a meeting",
                    clock.shown(when.unwrap_or(Placed::Day(day)))
                );
                return Err(wrong("when", &message));
            }
            if matches!(when, Some(Placed::Moment(_))) {
                notices.push("of calls and e-mails Salesforce keeps the day, not the time".to_owned());
            }
            when = Some(Placed::Day(day));
        }
        let next = self.next.as_ref().map(|next| clock.place("follow_up.when", next.when)).transpose()?;
        if let Some(next) = next.filter(|next| clock.day_of(*next) < clock.today()) {
            let message = format!("nothing was written: {} is past; ask the person", clock.shown(next));
            return Err(wrong("follow_up.when", &message));
        }
        Ok((when, next))
    }

    fn object(&self) -> &'static ObjectName {
        match self.kind {
            ActivityKind::Note => &NOTE,
            ActivityKind::Meeting => &EVENT,
            _ => &TASK,
        }
    }

    /// The record to write.
    fn activity(&self, clock: &Clock, when: Option<Placed>, found: &Found) -> New {
        let mut new = New { kind: self.kind, object: self.object(), values: Vec::new(), when };
        let call = self.kind == ActivityKind::Call;
        // Only calls have a field for it.
        let text = match (&self.text, self.outcome.as_ref().filter(|_| !call)) {
            (Some(text), Some(outcome)) => Some(format!("{text}\n\nOutcome: {outcome}")),
            (text, outcome) => text.clone().or(outcome.map(|outcome| format!("Outcome: {outcome}"))),
        };
        if self.kind == ActivityKind::Note {
            new.text("Title", &self.subject);
            new.text("Content", &note::content(&text.unwrap_or_default()));
            return new;
        }
        new.text("Subject", &self.subject);
        new.relate(found);
        if let Some(text) = &text {
            new.text("Description", text);
        }
        match self.kind {
            ActivityKind::Meeting => new.meet(when, if self.minutes == 0 { USUAL_MINUTES } else { self.minutes }),
            ActivityKind::Task => new.remind(when, clock),
            _ => {
                new.text("Status", CLOSED_STATUS);
                new.text("TaskSubtype", if call { "Call" } else { "Email" });
                new.remind(when, clock);
            }
        }
        if call {
            if self.minutes > 0 {
                new.values.push(("CallDurationInSeconds", (self.minutes * 60).to_string()));
            }
            if let Some(outcome) = &self.outcome {
                new.text("CallDisposition", outcome);
            }
            if let Some(direction) = self.direction {
                new.text(
                    "CallType",
                    match direction {
                        CallDirection::Inbound => "Inbound",
                        CallDirection::Outbound => "Outbound",
                        CallDirection::Internal => "Internal",
                    },
                );
            }
        }
        new
    }
}

impl Next {
    fn object(&self) -> &'static ObjectName {
        if self.meeting { &EVENT } else { &TASK }
    }

    fn activity(&self, clock: &Clock, when: Placed, found: &Found) -> New {
        let kind = if self.meeting { ActivityKind::Meeting } else { ActivityKind::Task };
        let mut new = New { kind, object: self.object(), values: Vec::new(), when: Some(when) };
        new.text("Subject", &self.subject);
        new.relate(found);
        if self.meeting {
            new.meet(Some(when), USUAL_MINUTES);
        } else {
            new.remind(Some(when), clock);
        }
        new
    }
}

fn wrong(argument: &str, message: &str) -> Error {
    Error::field(argument, message, Vec::new())
}

fn shorter(argument: &str, text: &str, longest: usize) -> Result<(), Error> {
    let length = text.chars().count();
    if length <= longest {
        return Ok(());
    }
    Err(wrong(argument, &format!("{argument} has {length} characters, and at most {longest} fit; shorten it")))
}

/// A text without what a composite request would take for a reference to another part's result. The manual knows no
/// way to escape one.
/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite_post.htm>
fn plain(text: String, notices: &mut Vec<String>) -> String {
    if !text.contains("@{") {
        return text;
    }
    notices.push("a space was put into each \"@{\" of the text, which Salesforce would take for a command".to_owned());
    text.replace("@{", "@ {")
}

/// The first line of a text, as a subject.
fn beginning(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(USUAL_SUBJECT) {
        None => line.to_owned(),
        Some((end, _)) => format!("{}…", &line[..end]),
    }
}

fn lead_with_record() -> Error {
    wrong(
        "what",
        "nothing was written: Salesforce relates an activity with a lead to no other record; leave `what` out, or write a note",
    )
}

// ---- who and what ----

/// The records that are meant.
struct Found {
    who: Option<Record>,
    what: Option<Record>,
}

/// The records a name may mean, or the one an id is.
fn targets(session: &Session<'_>, what: &str, object: Option<&str>) -> Result<Vec<Target>, Stuck> {
    let is_id = RecordId::from_text(what).is_ok();
    // A name without an object is read as an account's, to refuse a broken id or link as everywhere.
    let object = object.or(if is_id { None } else { Some("Account") });
    let usual = object == Some("Account") && !is_id;
    let target = target::read(session, what, object).map_err(renamed)?;
    if ["Contact", "Lead"].contains(&target.object.as_str()) {
        return Err(wrong("what", "people go in `who`; `what` is the record it is about").into());
    }
    let By::Name(_) = &target.by else {
        session.allow_object(&target.object, Effect::ReadOnly)?;
        return Ok(vec![target]);
    };
    if !usual {
        session.allow_object(&target.object, Effect::ReadOnly)?;
        return Ok(vec![target]);
    }
    let allowed = |object: &ObjectName| session.allow_object(object, Effect::ReadOnly);
    if USUAL_OBJECTS.iter().all(|object| allowed(object).is_err()) {
        allowed(&USUAL_OBJECTS[0])?;
    }
    let usual = USUAL_OBJECTS.into_iter().filter(|object| allowed(object).is_ok());
    Ok(usual.map(|object| Target { object, by: target.by.clone() }).collect())
}

/// An error about `record` and `object`, as this tool calls them.
fn renamed(stuck: Stuck) -> Stuck {
    match stuck {
        Stuck::Failed(Error::Input { message, fields, allowed }) => {
            let fields = fields.into_iter().map(|field| match field.as_str() {
                "record" => "what".to_owned(),
                "object" => "what_object".to_owned(),
                _ => field,
            });
            Stuck::Failed(Error::Input { message, fields: fields.collect(), allowed })
        }
        stuck => stuck,
    }
}

/// Finds the person and the record, in one request.
fn find(session: &Session<'_>, asked: &Asked, notices: &mut Vec<String>) -> Result<Found, Error> {
    if asked.who.is_none() && asked.what.is_empty() {
        return Ok(Found { who: None, what: None });
    }
    let (people, records) = session.planned(|| queries(session, asked), |queries| search(session, queries))?;
    let who = asked.who.as_ref().map(|who| who.choose(session, &people, notices).cloned()).transpose()?;
    let what = choose(session, &asked.what, &records, notices)?;
    let is_lead = who.as_ref().and_then(|who| who.fields().object()).is_some_and(|object| object == "Lead");
    if is_lead && what.is_some() && (asked.kind != ActivityKind::Note || asked.next.is_some()) {
        return Err(lead_with_record());
    }
    Ok(Found { who, what })
}

/// Queries for the person, and for the record.
type Queries = (Vec<Select>, Vec<Select>);

fn queries(session: &Session<'_>, asked: &Asked) -> Result<Queries, Stuck> {
    let who = asked.who.as_ref().map_or_else(|| Ok(Vec::new()), |who| who.queries(session))?;
    let what = asked.what.iter().map(|target| meant(session, target).map_err(renamed));
    Ok((who, what.collect::<Result<_, _>>()?))
}

fn meant(session: &Session<'_>, target: &Target) -> Result<Select, Stuck> {
    target::telling(session, &target.object, target::condition(session, target)?)
}

/// What the queries find. One that the user may not make finds nothing, unless none finds anything.
fn search(session: &Session<'_>, (who, what): &Queries) -> Result<(Vec<Record>, Vec<Record>), Error> {
    let mut composite = Composite::default();
    let mut parts = Vec::new();
    for (select, name) in who.iter().chain(what).zip(PART_NAMES) {
        let query = Query::new(select);
        parts.push((composite.add(name, &query).map_err(unsendable)?, query));
    }
    let answer = session.call_all(&composite)?;
    let (mut people, mut records) = (Vec::new(), Vec::new());
    let mut refused = None;
    for (index, (part, query)) in parts.iter().enumerate() {
        match answer.read(*part, query) {
            Ok(page) if index < who.len() => people.extend(page.records),
            Ok(page) => records.extend(page.records),
            Err(ReadError::Refused(refusal)) if refusal.names_unknown() => refused = Some(ReadError::Refused(refusal)),
            Err(error) => return Err(read_error(error, false)),
        }
    }
    match refused {
        Some(error) if (!who.is_empty() && people.is_empty()) || (!what.is_empty() && records.is_empty()) => {
            Err(read_error(error, false))
        }
        _ => Ok((people, records)),
    }
}

/// The one record that is meant, of whichever object.
fn choose(
    session: &Session<'_>,
    targets: &[Target],
    records: &[Record],
    notices: &mut Vec<String>,
) -> Result<Option<Record>, Error> {
    let (said, only) = match targets {
        [] => return Ok(None),
        [target] => return target::choose(session, target, records, notices).cloned().map(Some),
        [Target { by: By::Name(name), .. }, ..] => (name.as_str(), targets),
        _ => return Err(Error::input("an id is of one object")),
    };
    let ranked = by_rank(records.iter().filter_map(|record| {
        let fields = record.fields();
        let name = fields.text("Name").or_else(|| fields.text("CaseNumber"));
        let fit = Said::of(said, name.as_deref()).min(Said::of(said, fields.text("Subject").as_deref()));
        Some((fit as u32, (fit, target::candidate(session, record)?, record)))
    }));
    let exact = ranked.iter().filter(|(fit, ..)| *fit == Said::Whole).count();
    match ranked.as_slice() {
        [] => {
            let objects: Vec<_> = only.iter().map(|target| target.object.as_str()).collect();
            let message = format!(
                "nothing was written: none of {} has a name like the one in `what`; say its object in `what_object`, or try salesforce_find",
                objects.join(", ")
            );
            Err(Error::NotFound { message })
        }
        [(_, _, record)] => Ok(Some((*record).clone())),
        [(_, _, record), others @ ..] if exact == 1 => {
            notices.push(format!(
                "{} other record{} that name as a part of theirs; the one called just so was taken",
                others.len(),
                if others.len() == 1 { " has" } else { "s have" }
            ));
            Ok(Some((*record).clone()))
        }
        all => {
            let message = format!(
                "nothing was written: {} records fit `what`; ask the person which is meant, then call again with its id",
                all.len()
            );
            let candidates = ranked.into_iter().map(|(_, candidate, _)| candidate).take(MOST_CANDIDATES).collect();
            Err(Error::Ambiguous { message, candidates })
        }
    }
}

// ---- what is written ----

/// A record to write.
struct New {
    kind: ActivityKind,
    object: &'static ObjectName,
    /// Its fields, as JSON.
    values: Vec<(&'static str, String)>,
    when: Option<Placed>,
}

/// The org's status for what is done, out of the part that asks for it.
const CLOSED_STATUS: &str = "@{status.records[0].ApiName}";

impl New {
    fn text(&mut self, field: &'static str, text: &str) {
        self.values.push((field, quoted(text)));
    }

    fn relate(&mut self, found: &Found) {
        for (field, record) in [("WhoId", &found.who), ("WhatId", &found.what)] {
            if let Some(id) = record.as_ref().and_then(id_of) {
                self.text(field, id.as_str());
            }
        }
    }

    /// The times of an event: a day is all of it.
    fn meet(&mut self, when: Option<Placed>, minutes: u32) {
        match when {
            Some(Placed::Moment(moment)) => {
                self.text("StartDateTime", &when::utc(moment));
                self.values.push(("DurationInMinutes", minutes.to_string()));
            }
            Some(Placed::Day(day)) => {
                self.values.push(("IsAllDayEvent", "true".to_owned()));
                self.text("ActivityDate", &zone::date(day));
            }
            None => {}
        }
    }

    /// The day of a task; a task has no time but that of its reminder.
    fn remind(&mut self, when: Option<Placed>, clock: &Clock) {
        if let Some(when) = when {
            self.text("ActivityDate", &zone::date(clock.day_of(when)));
        }
        if let Some(Placed::Moment(moment)) = when {
            self.values.push(("IsReminderSet", "true".to_owned()));
            self.text("ReminderDateTime", &when::utc(moment));
        }
    }

    fn json(&self) -> String {
        object(&self.values)
    }

    /// What is read back.
    fn fields(&self) -> Result<Vec<FieldName>, Error> {
        let written = self.values.iter().map(|(field, _)| *field).filter(|field| *field != "Content");
        let status =
            (*self.object == TASK && !self.values.iter().any(|(field, _)| *field == "Status")).then_some("Status");
        written.chain(status).map(names::field_name).collect()
    }

    /// When the org holds it to be.
    fn held(&self, fields: &Fields<'_>) -> Option<Placed> {
        let moment = |field| fields.text(field).as_deref().and_then(when::stamp).map(Placed::Moment);
        let day = || Some(Placed::Day(when::day(&fields.text("ActivityDate")?)?));
        moment("StartDateTime").or_else(|| moment("ReminderDateTime")).or_else(day)
    }
}

fn object(values: &[(&str, String)]) -> String {
    let members: Vec<_> = values.iter().map(|(field, json)| format!("{}:{json}", quoted(field))).collect();
    format!("{{{}}}", members.join(","))
}

fn id_of(record: &Record) -> Option<RecordId> {
    names::id_of(record).ok()
}

/// The closed status that is the org's own choice, or its first.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_taskstatus.htm>
fn closed_status() -> Result<Query, Error> {
    const FIELD: [FieldPath; 3] =
        [FieldPath::from_static("ApiName"), FieldPath::from_static("IsDefault"), FieldPath::from_static("SortOrder")];
    let [name, default, order] = FIELD;
    let fields = FieldList::new([name]).ok_or_else(|| Error::input("no field to read"))?;
    let mut select = Select::new(fields, ObjectName::from_static("TaskStatus"));
    select.condition = Some(Condition::compare(FieldPath::from_static("IsClosed"), Comparison::Eq, true));
    select.order_by = vec![
        Order { field: default, direction: Direction::Descending, nulls: Nulls::Last },
        Order { field: order, direction: Direction::Ascending, nulls: Nulls::Last },
    ];
    select.limit = Some(1);
    Ok(Query::new(&select))
}

/// Writes all of it or nothing, and reads it back.
fn write(
    session: &Session<'_>,
    clock: &Clock,
    new: &[New],
    found: &Found,
    notices: &mut Vec<String>,
) -> Result<Vec<LoggedActivity>, Error> {
    let mut composite = Composite::all_or_none();
    let status = quoted(CLOSED_STATUS);
    if new.iter().any(|new| new.values.iter().any(|(_, json)| *json == status)) {
        composite.add("status", &closed_status()?).map_err(unsendable)?;
    }
    let fields = new.iter().map(New::fields).collect::<Result<Vec<_>, _>>()?;
    let mut parts: Vec<(&New, Create<'_>, Part, Retrieve<'_>, Part)> = Vec::new();
    for ((new, fields), [name, read]) in new.iter().zip(&fields).zip([["activity", "held"], ["next", "next_held"]]) {
        let create = Create { object: new.object, values: new.json(), allow_duplicate: false, assign: None };
        let created = composite.add(name, &create).map_err(unsendable)?;
        if new.kind == ActivityKind::Note {
            link(&mut composite, found)?;
        }
        let retrieve = Retrieve { object: new.object, record: Which::CreatedBy(name), fields };
        let held = composite.add(read, &retrieve).map_err(unsendable)?;
        parts.push((new, create, created, retrieve, held));
    }
    let answer = session.call_all(&composite)?;
    let mut logged = Vec::new();
    for (new, create, created, retrieve, held) in &parts {
        let id = answer.read(*created, create).map_err(|error| read_error(error, true))?;
        let record = answer.read(*held, retrieve).map_err(|error| read_error(error, true))?;
        let fields = record.fields();
        let when = new.held(&fields);
        if when != new.when {
            notices.push("the org changed a time; tell the person what `when` says".to_owned());
        }
        let mut values = Values::cut_after(LONGEST_SHOWN);
        let times = ["StartDateTime", "ReminderDateTime", "ActivityDate"];
        let shown = retrieve.fields.iter().map(FieldName::as_str).filter(|field| !times.contains(field));
        logged.push(LoggedActivity {
            kind: new.kind,
            link: session.link(id.as_str()),
            id: id.to_string(),
            when: when.map(|when| clock.shown(when)),
            fields: values.object(shown.map(|field| (field, fields.get(field)))),
        });
    }
    Ok(logged)
}

/// Relates the note to its records.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_contentdocumentlink.htm>
fn link(composite: &mut Composite, found: &Found) -> Result<(), Error> {
    for (record, name) in [&found.who, &found.what].into_iter().zip(["who_link", "what_link"]) {
        let Some(id) = record.as_ref().and_then(id_of) else { continue };
        let values = [
            ("ContentDocumentId", quoted("@{activity.id}")),
            ("LinkedEntityId", quoted(id.as_str())),
            ("ShareType", quoted("V")),
        ];
        let create = Create { object: &LINK, values: object(&values), allow_duplicate: false, assign: None };
        composite.add(name, &create).map_err(unsendable)?;
    }
    Ok(())
}
