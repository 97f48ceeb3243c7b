//! `log_activity`: a call, e-mail, meeting, note or task, with its follow-up, all or nothing. One composite request finds
//! the person and the record; a second writes and reads back: `POST sobjects/Task`, `Event` or `ContentNote` and
//! `ContentDocumentLink`, and `GET` of what they made. With an empty cache, `GET userinfo` before.

use super::people::Person;
use super::reply::Values;
use super::target::{self, By, MOST_CANDIDATES, Said, Target};
use super::when::{self, Clock, Placed, When};
use super::{delete, names, note};
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
use crate::vocabulary::{
    ActivityKind, CallDirection, FollowUp, FollowUpKind, LogActivityArgs, LogActivityReply, LoggedActivity,
};
use crate::zone;

static TASK: ObjectName = ObjectName::from_static("Task");
static EVENT: ObjectName = ObjectName::from_static("Event");
static NOTE: ObjectName = ObjectName::from_static("ContentNote");
static LINK: ObjectName = ObjectName::from_static("ContentDocumentLink");
/// What people log activities about when they name no object.
const USUAL_OBJECTS: [&str; 3] = ["Account", "Opportunity", "Case"];

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
pub(super) fn log_activity(session: &Session<'_>, args: LogActivityArgs) -> Result<LogActivityReply, Error> {
    let asked = read(session, &args)?;
    let mut notices = Vec::new();
    let clock = Clock::of(session, &mut notices)?;
    let (when, next) = asked.times(&clock, &mut notices)?;
    let found = find(session, &asked, &mut notices)?;
    let new = asked.records(&clock, when, next, &found);
    let created = write(session, &clock, &new, &found, &mut notices)?;
    if new.iter().any(|new| new.altered) {
        notices.push("a space was put into \"@{\" of the text, which Salesforce would take for a reference".to_owned());
    }
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
struct Asked<'a> {
    args: &'a LogActivityArgs,
    who: Option<Person>,
    /// The record it is about: one by id, or one of those a name may mean.
    what: Vec<Target>,
    when: Option<When>,
    next: Option<When>,
}

fn read<'a>(session: &Session<'_>, args: &'a LogActivityArgs) -> Result<Asked<'a>, Error> {
    let when = args.when.as_deref().map(|when| When::read("when", when)).transpose()?;
    let next = args.follow_up.as_ref().map(|next| When::read("follow_up.when", &next.when)).transpose()?;
    check(args, when)?;
    super::bounded("minutes", args.minutes, 1, MOST_MINUTES)?;
    session.allow_object(object(args.kind), Effect::Additive)?;
    if let Some(next) = &args.follow_up {
        session.allow_object(object(kind_of(next)), Effect::Additive)?;
    }
    let who = args.who.as_deref().map(Person::read).transpose()?;
    let what = match args.what.as_deref() {
        None => Vec::new(),
        Some(what) => session.plan(|| targets(session, what, args.what_object.as_deref()))?,
    };
    let asked = Asked { args, who, what, when, next };
    if asked.is_related_task() && !asked.what.is_empty() && asked.who.as_ref().is_some_and(Person::is_lead) {
        return Err(lead_with_record());
    }
    Ok(asked)
}

/// Refuses what can't be meant.
fn check(args: &LogActivityArgs, when: Option<When>) -> Result<(), Error> {
    use ActivityKind::{Call, Email, Meeting, Note, Task};
    let kind = args.kind;
    let has = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
    let (about, text) = (args.who.is_some() || args.what.is_some(), has(&args.text));
    let is_day = matches!(when, Some(When::Day(_)));
    let wrongs = [
        (
            !about && matches!(kind, Call | Email | Note),
            "who",
            "say in `who` with whom, or in `what` about which record",
        ),
        (!text && kind == Note, "text", "say in `text` what the note says"),
        (!text && kind == Task && !has(&args.subject), "text", "say in `text` what is to be done"),
        (when.is_none() && kind == Meeting, "when", "say when the meeting is"),
        (is_day && args.minutes.is_some(), "when", "what takes some minutes needs its time, not only its day"),
        (when.is_some() && kind == Note, "when", "a note has no time; it carries the time it is written"),
        (args.minutes.is_some() && !matches!(kind, Call | Meeting), "minutes", "only calls and meetings have minutes"),
        (args.direction.is_some() && kind != Call, "direction", "only calls have a direction"),
    ];
    if let Some((_, argument, message)) = wrongs.into_iter().find(|(is_wrong, ..)| *is_wrong) {
        return Err(wrong(argument, message));
    }
    for (argument, text, longest) in said(args) {
        let length = text.chars().count();
        if length > longest {
            let message = format!("{argument} has {length} characters, and at most {longest} fit; shorten it");
            return Err(wrong(argument, &message));
        }
    }
    Ok(())
}

/// The person's own texts, with how long they may be.
fn said(args: &LogActivityArgs) -> Vec<(&'static str, &str, usize)> {
    let next = args.follow_up.as_ref().and_then(|next| next.subject.as_deref());
    let texts = [
        ("subject", args.subject.as_deref(), LONGEST_SUBJECT),
        // The outcome may be added to it.
        ("text", args.text.as_deref(), LONGEST_TEXT - LONGEST_SUBJECT - 20),
        ("outcome", args.outcome.as_deref(), LONGEST_SUBJECT),
        ("follow_up.subject", next, LONGEST_SUBJECT),
    ];
    texts.into_iter().filter_map(|(argument, text, longest)| Some((argument, text?.trim(), longest))).collect()
}

fn object(kind: ActivityKind) -> &'static ObjectName {
    match kind {
        ActivityKind::Note => &NOTE,
        ActivityKind::Meeting => &EVENT,
        ActivityKind::Call | ActivityKind::Email | ActivityKind::Task => &TASK,
    }
}

fn kind_of(next: &FollowUp) -> ActivityKind {
    match next.kind {
        Some(FollowUpKind::Meeting) => ActivityKind::Meeting,
        Some(FollowUpKind::Task) | None => ActivityKind::Task,
    }
}

impl Asked<'_> {
    /// Whether something is written that Salesforce relates to a lead alone, or to a contact and a record.
    fn is_related_task(&self) -> bool {
        self.args.kind != ActivityKind::Note || self.next.is_some()
    }

    /// When the activity and the follow-up are.
    fn times(&self, clock: &Clock, notices: &mut Vec<String>) -> Result<(Option<Placed>, Option<Placed>), Error> {
        let mut when = self.when.map(|when| clock.place("when", when)).transpose()?;
        if matches!(self.args.kind, ActivityKind::Call | ActivityKind::Email) {
            let placed = when.unwrap_or(Placed::Day(clock.today()));
            let day = clock.day_of(placed);
            if day > clock.today() {
                let shown = clock.shown(placed);
                let message =
                    format!("nothing was written: {shown} is still to come; what is planned is a task or a meeting");
                return Err(wrong("when", &message));
            }
            if placed != Placed::Day(day) {
                notices.push("of calls and e-mails Salesforce keeps the day, not the time".to_owned());
            }
            when = Some(Placed::Day(day));
        }
        let next = self.next.map(|next| clock.place("follow_up.when", next)).transpose()?;
        match next {
            Some(next) if clock.day_of(next) < clock.today() => {
                let message = format!("nothing was written: {} is past; ask the person", clock.shown(next));
                Err(wrong("follow_up.when", &message))
            }
            next => Ok((when, next)),
        }
    }

    /// The records to write.
    fn records(&self, clock: &Clock, when: Option<Placed>, next: Option<Placed>, found: &Found) -> Vec<New> {
        let args = self.args;
        let mut new = New { kind: args.kind, values: Vec::new(), when, altered: false };
        let is_call = args.kind == ActivityKind::Call;
        let mut text = args.text.clone().unwrap_or_default().trim().to_owned();
        if let Some(outcome) = args.outcome.as_deref().filter(|_| !is_call) {
            // Only calls have a field for it.
            text.push_str("\n\nOutcome: ");
            text.push_str(outcome);
        }
        let subject = match (args.subject.as_deref(), args.kind) {
            (Some(subject), _) => subject.trim().to_owned(),
            (None, ActivityKind::Call) => "Call".to_owned(),
            (None, ActivityKind::Email) => "Email".to_owned(),
            (None, ActivityKind::Meeting) => "Meeting".to_owned(),
            (None, ActivityKind::Note | ActivityKind::Task) => beginning(&text),
        };
        if args.kind == ActivityKind::Note {
            new.say("Title", &subject);
            new.text("Content", &note::content(&text));
        } else {
            new.plan(&subject, found, clock, args.minutes);
            if !text.is_empty() {
                new.say("Description", text.trim());
            }
        }
        if matches!(args.kind, ActivityKind::Call | ActivityKind::Email) {
            new.text("Status", CLOSED_STATUS);
            new.text("TaskSubtype", if is_call { "Call" } else { "Email" });
        }
        if let Some(minutes) = args.minutes.filter(|_| is_call) {
            new.values.push(("CallDurationInSeconds", (minutes * 60).to_string()));
        }
        if let Some(outcome) = args.outcome.as_deref().filter(|_| is_call) {
            new.say("CallDisposition", outcome.trim());
        }
        match args.direction {
            None => {}
            Some(CallDirection::Inbound) => new.text("CallType", "Inbound"),
            Some(CallDirection::Outbound) => new.text("CallType", "Outbound"),
            Some(CallDirection::Internal) => new.text("CallType", "Internal"),
        }
        let mut records = vec![new];
        if let (Some(asked), Some(_)) = (&args.follow_up, next) {
            let mut new = New { kind: kind_of(asked), values: Vec::new(), when: next, altered: false };
            new.plan(asked.subject.as_deref().unwrap_or("Follow up").trim(), found, clock, None);
            records.push(new);
        }
        records
    }
}

fn wrong(argument: &str, message: &str) -> Error {
    Error::field(argument, message, Vec::new())
}

/// A lead stands alone: `WhoId` in
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_task.htm>.
fn lead_with_record() -> Error {
    wrong(
        "what",
        "nothing was written: Salesforce relates an activity with a lead to no other record; leave `what` out, or write a note",
    )
}

/// The first line of a text, as a subject.
fn beginning(text: &str) -> String {
    Values::cut_after(USUAL_SUBJECT).text(text.lines().next().unwrap_or_default().to_owned())
}

// ---- who and what ----

/// The records that are meant.
struct Found {
    who: Option<Record>,
    what: Option<Record>,
}

/// The records a name may mean, or the one an id is.
fn targets(session: &Session<'_>, what: &str, object: Option<&str>) -> Result<Vec<Target>, Stuck> {
    let any = object.is_none() && RecordId::from_text(what).is_err();
    // A name without an object is read as an account's, to refuse a broken id or link as everywhere.
    let target = target::read(session, what, if any { Some("Account") } else { object }).map_err(renamed)?;
    if ["Contact", "Lead"].contains(&target.object.as_str()) {
        return Err(wrong("what", "people go in `who`; `what` is the record it is about").into());
    }
    let mut targets = vec![target];
    if any {
        let usual = USUAL_OBJECTS.map(ObjectName::from_static).into_iter();
        let by = targets[0].by.clone();
        targets = usual.map(|object| Target { object, by: by.clone() }).collect();
        // Objects nobody named are left out in silence where the settings keep them away.
        let may_be_read = |target: &Target| session.allow_object(&target.object, Effect::ReadOnly).is_ok();
        if targets.iter().any(may_be_read) {
            targets.retain(may_be_read);
        }
    }
    session.allow_object(&targets[0].object, Effect::ReadOnly)?;
    Ok(targets)
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
fn find(session: &Session<'_>, asked: &Asked<'_>, notices: &mut Vec<String>) -> Result<Found, Error> {
    if asked.who.is_none() && asked.what.is_empty() {
        return Ok(Found { who: None, what: None });
    }
    let (people, records) = session.planned(|| queries(session, asked), |queries| search(session, queries))?;
    let who = asked.who.as_ref().map(|who| who.choose(session, &people, notices).cloned()).transpose()?;
    let what = choose(session, &asked.what, &records, notices)?;
    let is_lead = who.as_ref().and_then(|who| who.fields().object()).is_some_and(|object| object == "Lead");
    if is_lead && what.is_some() && asked.is_related_task() {
        return Err(lead_with_record());
    }
    Ok(Found { who, what })
}

/// Queries for the person, and for the record.
type Queries = (Vec<Select>, Vec<Select>);

fn queries(session: &Session<'_>, asked: &Asked<'_>) -> Result<Queries, Stuck> {
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
    /// Its fields, as JSON.
    values: Vec<(&'static str, String)>,
    when: Option<Placed>,
    /// Whether a text is not quite what was said.
    altered: bool,
}

/// What a composite request takes for a reference to another part's result. The manual knows no way to escape it.
/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite_post.htm>
const REFERENCE: &str = "@{";

/// The org's status for what is done, out of the part that asks for it.
const CLOSED_STATUS: &str = "@{status.records[0].ApiName}";

impl New {
    fn text(&mut self, field: &'static str, text: &str) {
        self.values.push((field, quoted(text)));
    }

    /// A text that somebody said.
    fn say(&mut self, field: &'static str, text: &str) {
        self.altered |= text.contains(REFERENCE);
        self.text(field, &text.replace(REFERENCE, "@ {"));
    }

    /// Everything of a task or event that its kind does not add. A task has no time but that of its reminder; an event
    /// of a day is all of it.
    fn plan(&mut self, subject: &str, found: &Found, clock: &Clock, minutes: Option<u32>) {
        self.say("Subject", subject);
        for (field, record) in [("WhoId", &found.who), ("WhatId", &found.what)] {
            if let Some(id) = record.as_ref().and_then(id_of) {
                self.text(field, id.as_str());
            }
        }
        let Some(when) = self.when else { return };
        let is_event = self.kind == ActivityKind::Meeting;
        if let Placed::Moment(moment) = when {
            self.text(if is_event { "StartDateTime" } else { "ReminderDateTime" }, &when::utc(moment));
            let (field, value) = match is_event {
                true => ("DurationInMinutes", minutes.unwrap_or(USUAL_MINUTES).to_string()),
                false => ("IsReminderSet", "true".to_owned()),
            };
            self.values.push((field, value));
        } else if is_event {
            self.values.push(("IsAllDayEvent", "true".to_owned()));
        }
        if !(is_event && matches!(when, Placed::Moment(_))) {
            self.text("ActivityDate", &zone::date(clock.day_of(when)));
        }
    }

    /// What is read back.
    fn fields(&self) -> Result<Vec<FieldName>, Error> {
        let written = self.values.iter().map(|(field, _)| *field).filter(|field| *field != "Content");
        let status = (*object(self.kind) == TASK && !self.values.iter().any(|(field, _)| *field == "Status"))
            .then_some("Status");
        written.chain(status).map(names::field_name).collect()
    }

    /// When the org holds it to be.
    fn held(&self, fields: &Fields<'_>) -> Option<Placed> {
        let moment = |field| fields.text(field).as_deref().and_then(when::stamp).map(Placed::Moment);
        let day = || Some(Placed::Day(when::day(&fields.text("ActivityDate")?)?));
        moment("StartDateTime").or_else(|| moment("ReminderDateTime")).or_else(day)
    }
}

fn json(values: &[(&str, String)]) -> String {
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
        let create =
            Create { object: object(new.kind), values: json(&new.values), allow_duplicate: false, assign: None };
        let created = composite.add(name, &create).map_err(unsendable)?;
        if new.kind == ActivityKind::Note {
            link(&mut composite, found)?;
        }
        let retrieve = Retrieve { object: object(new.kind), record: Which::CreatedBy(name), fields };
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
            undo: delete::undo(session, retrieve.object, &id, fields.text("Subject").or_else(|| fields.text("Title"))),
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
        let create = Create { object: &LINK, values: json(&values), allow_duplicate: false, assign: None };
        composite.add(name, &create).map_err(unsendable)?;
    }
    Ok(())
}
