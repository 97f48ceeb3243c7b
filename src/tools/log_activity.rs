//! `log_activity`: a call, e-mail, meeting, note or task, with its follow-up, all or nothing. One composite request finds
//! the person and the record; a second writes and reads back: `POST sobjects/Task`, `Event` or `ContentNote` and
//! `ContentDocumentLink`, and `GET` of what they made. With an empty cache, `GET userinfo` before.

use crate::call::{Call, read_error, unsendable};
use crate::error::Error;
use crate::id::{RecordId, standard_object};
use crate::json::{Json, Object, quoted};
use crate::known::{Known, PlanError};
use crate::policy::Effect;
use crate::record::{Fields, Record};
use crate::reply::Values;
use crate::resolve::lookup::{self, Found, Wanted};
use crate::resolve::matching::{self, NameMatch};
use crate::resolve::names;
use crate::resolve::record::{self, By};
use crate::rest::content_note;
use crate::rest::{Composite, Create, Part, Query, Retrieve, Which};
use crate::schema::well_known::{BUSINESS, EVENT, NOTE, NOTE_LINK, PEOPLE, TASK};
use crate::soql::{
    Comparison, Condition, Direction, FieldList, FieldName, FieldPath, Nulls, ObjectName, Order, Select,
};
use crate::time::clock::{self, Clock, Placed, When};
use crate::time::zone;
use crate::wit::{
    ActivityKind, CallDirection, Changed, FollowUp, FollowUpKind, LogActivityArgs, LogActivityReply, LoggedActivity,
};
use crate::write::lost_response::{self, Recovery};
use crate::write::references;
use crate::write::undo;

/// The arguments that say who and what it is about.
const WHO: &str = "who";
const WHAT: &str = "what";
const OWNER: &str = "owner";
/// Whose a task can be: a user's, or a queue's, which is a group.
const OWNERS: [&str; 2] = ["User", "Group"];
/// What to do where several people are named.
const ONE_PERSON: &str = "`who` takes one person; log it with one and name the others in `text`, or call once for each";

/// Characters of a subject, a title or a call's result.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_task.htm>
const MAX_SUBJECT_CHARS: usize = 255;
/// Characters of `Description`.
const MAX_TEXT_CHARS: usize = 32_000;
/// Characters of a subject made of the text.
const DEFAULT_SUBJECT_CHARS: usize = 80;
/// Minutes of a meeting when nobody says how long it takes.
const DEFAULT_MINUTES: u32 = 60;
/// An event lasts at most 14 days.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_event.htm>
const MAX_MINUTES: u32 = 14 * 24 * 60;
/// Characters of a text that is read back.
const MAX_SHOWN: usize = 120;

/// Logs an activity.
pub(super) fn log_activity(call: &Call<'_>, args: LogActivityArgs) -> Result<LogActivityReply, Error> {
    let when = args.when.as_deref().map(|when| When::read("when", when)).transpose()?;
    let next = args.follow_up.as_ref().map(|next| When::read("follow_up.when", &next.when)).transpose()?;
    check(&args, when)?;
    call.known().allow_object(object(args.kind), Effect::Additive)?;
    if let Some(next) = &args.follow_up {
        call.known().allow_object(object(kind_of(next)), Effect::Additive)?;
    }
    // What can be refused without a request comes before the first one.
    call.plan(&args, wanted)?;
    let mut notices = Vec::new();
    let clock = call.clock(&mut notices)?;
    let (when, next) = times(&args, when, next, &clock, &mut notices)?;
    let found = call.run(&args, wanted, |mut wanted| find(call, &args, &mut wanted))?;
    notices.extend(found.iter().filter_map(|found| found.notice.clone()));
    let new = records(&args, &clock, when, next, &found);
    let created = write(call, &clock, &new, &found, &mut notices)?;
    if new.iter().any(|new| new.altered) {
        notices.push("a space was put into \"@{\" of the text, which Salesforce would take for a reference".to_owned());
    }
    notices.extend(not_sent(&args).map(str::to_owned));
    let mut reply = LogActivityReply { created, who: None, what: None, zone: clock.zone(), notices };
    for found in found {
        match found.argument.as_str() {
            WHO => reply.who = Some(found.candidate),
            WHAT => reply.what = Some(found.candidate),
            _ => {}
        }
    }
    Ok(reply)
}

/// What people may take for done that no tool does.
fn not_sent(args: &LogActivityArgs) -> Option<&'static str> {
    let meets = args.kind == ActivityKind::Meeting
        || args.follow_up.as_ref().is_some_and(|next| kind_of(next) == ActivityKind::Meeting);
    match args.kind {
        ActivityKind::Email => Some("no e-mail was sent: this is the record of one"),
        _ if meets && args.who.is_some() => Some("no invitation was sent"),
        _ => None,
    }
}

/// Refuses what can't be meant.
fn check(args: &LogActivityArgs, when: Option<When>) -> Result<(), Error> {
    use ActivityKind::{Call, Email, Meeting, Note, Task};
    let kind = args.kind;
    let has = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
    let (about, text) = (args.who.is_some() || args.what.is_some(), has(&args.text));
    let is_day = matches!(when, Some(When::Day(_)));
    let next = args.follow_up.as_ref();
    let has_task = kind == Task || next.is_some_and(|next| kind_of(next) == Task);
    let is_next_task = next.is_some_and(|next| next.minutes.is_some() && kind_of(next) == Task);
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
        (args.owner.is_some() && !has_task, OWNER, "only a task is given to somebody else"),
        (args.priority.is_some() && !has_task, "priority", "only a task has a priority"),
        (is_next_task, "follow_up.minutes", "only a meeting that follows has minutes"),
    ];
    if let Some((_, argument, message)) = wrongs.into_iter().find(|(is_wrong, ..)| *is_wrong) {
        return Err(invalid(argument, message));
    }
    for (argument, text, longest) in [
        ("subject", args.subject.as_ref(), MAX_SUBJECT_CHARS),
        // The outcome may be added to it.
        ("text", args.text.as_ref(), MAX_TEXT_CHARS - MAX_SUBJECT_CHARS - 20),
        ("outcome", args.outcome.as_ref(), MAX_SUBJECT_CHARS),
        ("follow_up.subject", next.and_then(|next| next.subject.as_ref()), MAX_SUBJECT_CHARS),
        ("follow_up.text", next.and_then(|next| next.text.as_ref()), MAX_TEXT_CHARS),
    ] {
        let length = text.map_or(0, |text| text.trim().chars().count());
        if length > longest {
            let message = format!("{argument} has {length} characters, and at most {longest} fit; shorten it");
            return Err(invalid(argument, &message));
        }
    }
    crate::reply::bounded("minutes", args.minutes, 1, MAX_MINUTES)?;
    crate::reply::bounded("follow_up.minutes", next.and_then(|next| next.minutes), 1, MAX_MINUTES)?;
    Ok(())
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

/// When the activity and the follow-up are.
fn times(
    args: &LogActivityArgs,
    when: Option<When>,
    next: Option<When>,
    clock: &Clock,
    notices: &mut Vec<String>,
) -> Result<(Option<Placed>, Option<Placed>), Error> {
    let mut when = when.map(|when| clock.interpret("when", when)).transpose()?;
    if matches!(args.kind, ActivityKind::Call | ActivityKind::Email) {
        let placed = when.unwrap_or(Placed::Day(clock.today()));
        let day = clock.day_of(placed);
        if day > clock.today() {
            let shown = clock.shown(placed);
            let message =
                format!("nothing was written: {shown} is still to come; what is planned is a task or a meeting");
            return Err(invalid("when", &message));
        }
        if placed != Placed::Day(day) {
            notices.push("of calls and e-mails Salesforce keeps the day, not the time".to_owned());
        }
        when = Some(Placed::Day(day));
    }
    let next = next.map(|next| clock.interpret("follow_up.when", next)).transpose()?;
    match next {
        Some(next) if clock.day_of(next) < clock.today() => {
            let message = format!("nothing was written: {} is past; ask the person", clock.shown(next));
            Err(invalid("follow_up.when", &message))
        }
        next => Ok((when, next)),
    }
}

/// The records to write.
fn records(
    args: &LogActivityArgs,
    clock: &Clock,
    when: Option<Placed>,
    next: Option<Placed>,
    found: &[Found],
) -> Vec<New> {
    let mut new = New { kind: args.kind, values: Vec::new(), when, altered: false };
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
    } else {
        new.plan(&subject, found, clock, args.minutes);
        new.say("Description", text);
        new.assign(args, found);
    }
    if is_done {
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
        let mut new = New { kind: kind_of(asked), values: Vec::new(), when: next, altered: false };
        new.plan(asked.subject.as_deref().unwrap_or("Follow up").trim(), found, clock, asked.minutes);
        new.say("Description", asked.text.as_deref().unwrap_or_default().trim());
        new.assign(args, found);
        records.push(new);
    }
    records
}

fn invalid(argument: &str, message: &str) -> Error {
    Error::argument(argument, message)
}

/// The first line of a text, as a subject.
fn beginning(text: &str) -> String {
    Values::cut_after(DEFAULT_SUBJECT_CHARS).text(text.lines().next().unwrap_or_default().to_owned())
}

/// The person and the record that are meant.
fn wanted(known: &Known, args: &LogActivityArgs) -> Result<Vec<Wanted>, PlanError> {
    let mut wanted = Vec::new();
    if let Some(who) = &args.who {
        let objects = PEOPLE.map(ObjectName::from_static).to_vec();
        let id = record::id(WHO, who.trim())?;
        let account = id.filter(|id| standard_object(id.prefix()) == Some("Account"));
        let person = account.map(|account| lookup::person_of(known, WHO, account)).transpose()?.flatten();
        let (by, objects) = match id {
            None if matching::is_of_several(who.trim()) == Some(true) => {
                return Err(invalid(WHO, &format!("nothing was written: {ONE_PERSON}")).into());
            }
            None => (By::Name(who.trim().to_owned()), objects),
            // An account that is a person is found as the contact it is.
            Some(id) if person.is_some() => (By::Id(id), Vec::new()),
            Some(id) => {
                let object = names::object_of(known, &id)?;
                if !objects.contains(&object) {
                    return Err(no_person(&id).into());
                }
                if object.as_str() == "Lead" {
                    lead_alone(args)?;
                }
                (By::Id(id), vec![object])
            }
        };
        // Whoever is called so comes before one by nickname.
        wanted.push(match person {
            Some(person) => person,
            None => lookup::among(known, WHO, by, objects, NameMatch::SomeWords)?,
        });
    }
    if let Some(what) = &args.what {
        let is_any = args.what_object.is_none() && record::id(WHAT, what.trim())?.is_none();
        // A name without an object is read as an account's.
        let object = if is_any { Some(BUSINESS[0]) } else { args.what_object.as_deref() };
        let target = record::read(known, what, object).map_err(as_what)?;
        if PEOPLE.contains(&target.object.as_str()) {
            return Err(invalid(WHAT, "people go in `who`; `what` is the record it is about").into());
        }
        let objects = if is_any { BUSINESS.map(ObjectName::from_static).to_vec() } else { vec![target.object] };
        wanted.push(lookup::among(known, WHAT, target.by, objects, NameMatch::SameWords)?);
    }
    if let Some(owner) = args.owner.as_deref().map(str::trim).filter(|owner| !owner.eq_ignore_ascii_case("me")) {
        let (by, object) = match record::id(OWNER, owner)? {
            Some(id) => (By::Id(id), names::object_of(known, &id)?),
            None => (By::Name(owner.to_owned()), ObjectName::from_static("User")),
        };
        if !OWNERS.contains(&object.as_str()) {
            return Err(
                invalid(OWNER, &format!("a task is a user's or a queue's, and never a record's of {object}")).into()
            );
        }
        wanted.push(lookup::among(known, OWNER, by, vec![object], NameMatch::SameWords)?);
    }
    Ok(wanted)
}

fn no_person(id: &RecordId) -> Error {
    invalid(WHO, &format!("the id {id} is neither a contact's nor a lead's; other records go in `what`"))
}

/// An error about `record` and `object`, as this tool calls them.
fn as_what(mut error: PlanError) -> PlanError {
    if let PlanError::Failed(error) = &mut error {
        error.rename_argument("record", WHAT);
        error.rename_argument("object", "what_object");
    }
    error
}

fn find(call: &Call<'_>, args: &LogActivityArgs, wanted: &mut [Wanted]) -> Result<Vec<Found>, Error> {
    let found = if wanted.is_empty() { Ok(Vec::new()) } else { references::find(call, wanted) };
    let found = found.map_err(|mut error| {
        let id = args.who.as_deref().and_then(|who| RecordId::from_text(who).ok());
        if let Some(id) =
            id.filter(|id| error.found_nothing_for(WHO) && standard_object(id.prefix()) == Some("Account"))
        {
            return no_person(&id);
        }
        if error.found_nothing_for(WHO) && args.who.as_deref().is_some_and(|who| matching::is_of_several(who).is_some())
        {
            error.add_context(ONE_PERSON);
        }
        error
    })?;
    if found.iter().any(|found| found.argument == WHO && found.candidate.object == "Lead") {
        lead_alone(args)?;
    }
    Ok(found)
}

/// Salesforce relates a task or an event with a lead to no other record: `WhoId` in
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_task.htm>.
fn lead_alone(args: &LogActivityArgs) -> Result<(), Error> {
    if args.what.is_none() || (args.kind == ActivityKind::Note && args.follow_up.is_none()) {
        return Ok(());
    }
    let message = "nothing was written: Salesforce relates an activity with a lead to no other record; leave `what` out, or write a note";
    Err(invalid(WHAT, message))
}

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
        self.altered |= text.contains(REFERENCE);
        self.text(field, &text.replace(REFERENCE, "@ {"));
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
                self.value("DurationInMinutes", minutes.unwrap_or(DEFAULT_MINUTES).to_string());
                return;
            }
            (true, Placed::Day(_)) => self.value("IsAllDayEvent", "true".to_owned()),
            (false, Placed::Moment(moment)) => {
                self.text("ReminderDateTime", &clock::utc(moment));
                self.value("IsReminderSet", "true".to_owned());
            }
            (false, Placed::Day(_)) => {}
        }
        self.text("ActivityDate", &day);
    }

    /// Of a task, whose it is and how it ranks.
    fn assign(&mut self, args: &LogActivityArgs, found: &[Found]) {
        if self.kind != ActivityKind::Task {
            return;
        }
        if let Some(owner) = found.iter().find(|found| found.argument == OWNER) {
            self.text("OwnerId", owner.id.as_str());
        }
        self.text("Priority", args.priority.as_deref().unwrap_or_default().trim());
    }

    /// What is sent.
    fn json(&self) -> String {
        members(&self.values)
    }

    /// What is read back: of what may not be read, nothing but the id.
    fn fields(&self, known: &Known) -> Result<Vec<FieldName>, Error> {
        let mut fields = vec![FieldName::from_static("Id")];
        if !known.may_read(object(self.kind)) {
            return Ok(fields);
        }
        let mut is_read = |field| -> Result<(), Error> {
            if field != "Content" && !fields.iter().any(|known| known.as_str() == field) {
                fields.push(names::field_name(field)?);
            }
            Ok(())
        };
        self.values.iter().try_for_each(|(field, _)| is_read(field))?;
        if *object(self.kind) == TASK {
            is_read("Status")?;
        }
        Ok(fields)
    }

    /// When the org holds it to be.
    fn held(&self, fields: &Fields<'_>) -> Option<Placed> {
        let moment = |field| fields.text(field).as_deref().and_then(clock::stamp).map(Placed::Moment);
        let day = || Some(Placed::Day(clock::day(&fields.text("ActivityDate")?)?));
        moment("StartDateTime").or_else(|| moment("ReminderDateTime")).or_else(day)
    }
}

fn create(
    composite: &mut Composite,
    name: &'static str,
    object: &ObjectName,
    values: &[(&str, String)],
) -> Result<(), Error> {
    let create = Create { object, values: members(values), allow_duplicate: false, assign: None };
    composite.add(name, &create).map(drop).map_err(unsendable)
}

fn members(values: &[(&str, String)]) -> String {
    let mut members = Object::default();
    for (field, value) in values {
        members.member(field, Json::trusted(value));
    }
    members.finish()
}

/// The closed status that is the org's own choice, or its first.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_taskstatus.htm>
fn closed_status() -> Result<Query, Error> {
    const FIELD: [FieldPath; 3] =
        [FieldPath::from_static("ApiName"), FieldPath::from_static("IsDefault"), FieldPath::from_static("SortOrder")];
    let [name, default, order] = FIELD;
    let mut select = Select::new(FieldList::from(name), ObjectName::from_static("TaskStatus"));
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
    call: &Call<'_>,
    clock: &Clock,
    new: &[New],
    found: &[Found],
    notices: &mut Vec<String>,
) -> Result<Vec<LoggedActivity>, Error> {
    let mut composite = Composite::all_or_none();
    let status = quoted(CLOSED_STATUS);
    if new.iter().any(|new| new.values.iter().any(|(_, json)| *json == status)) {
        composite.add("status", &closed_status()?).map_err(unsendable)?;
    }
    let fields = new.iter().map(|new| new.fields(call.known())).collect::<Result<Vec<_>, _>>()?;
    let mut parts: Vec<(&New, Retrieve<'_>, Part)> = Vec::new();
    for ((new, fields), [name, read]) in new.iter().zip(&fields).zip([["activity", "held"], ["next", "next_held"]]) {
        create(&mut composite, name, object(new.kind), &new.values)?;
        if new.kind == ActivityKind::Note {
            link(&mut composite, found)?;
        }
        let retrieve = Retrieve { object: object(new.kind), record: Which::CreatedBy(name), fields };
        let held = composite.add(read, &retrieve).map_err(unsendable)?;
        parts.push((new, retrieve, held));
    }
    let began = call.now();
    let answer = call.send_all(&composite);
    // Where something else was refused, a record was halted and says why.
    let held = answer.and_then(|answer| {
        let read =
            |(_, retrieve, held): &(_, _, _)| answer.read(*held, retrieve).map_err(|error| read_error(error, true));
        parts.iter().map(read).collect::<Result<Vec<_>, _>>()
    });
    let held = match held {
        Err(cause) if cause.outcome_unknown() => {
            notices.push("Salesforce did not answer, so what was to be written was looked for and found".to_owned());
            recover(call, &parts, began, cause)?
        }
        held => held?,
    };
    let owner = found.iter().find(|found| found.argument == OWNER).and_then(|owner| owner.candidate.name.as_deref());
    let owner = owner.map(quoted);
    let logged = parts
        .iter()
        .zip(&held)
        .map(|((new, retrieve, _), record)| logged(call, clock, (new, retrieve), record, owner.as_deref(), notices));
    logged.collect()
}

/// What the org holds of an activity that was written.
fn logged(
    call: &Call<'_>,
    clock: &Clock,
    (new, retrieve): (&New, &Retrieve<'_>),
    record: &Record,
    owner: Option<&str>,
    notices: &mut Vec<String>,
) -> Result<LoggedActivity, Error> {
    let fields = record.fields();
    let id = fields.text("Id").and_then(|id| RecordId::parse(&id).ok());
    let id = id.ok_or_else(|| Error::unreadable("the activity came without its id", Changed::Unknown))?;
    let is_told = call.known().may_read(retrieve.object);
    let sent;
    let (fields, when) = if is_told {
        let held = new.held(&fields);
        if held != new.when {
            notices.push("the org changed a time; tell the person what `when` says".to_owned());
        }
        (fields, held)
    } else {
        let notice = Known::untold(retrieve.object);
        if !notices.contains(&notice) {
            notices.push(notice);
        }
        sent = new.json();
        (Fields::of(Json::trusted(&sent)), new.when)
    };
    let mut values = Values::cut_after(MAX_SHOWN);
    let hidden = ["Id", "StartDateTime", "ReminderDateTime", "ActivityDate", "Content"];
    let names: Vec<&str> = match is_told {
        true => retrieve.fields.iter().map(FieldName::as_str).collect(),
        // What the org looks up for itself is not what the call said.
        false => new.values.iter().filter(|(_, json)| *json != quoted(CLOSED_STATUS)).map(|(name, _)| *name).collect(),
    };
    let shown = names.into_iter().filter(|field| !hidden.contains(field));
    let name = fields.text("Subject").or_else(|| fields.text("Title"));
    // Whose it is reads better by name.
    let owner = owner.filter(|_| new.values.iter().any(|(field, _)| *field == "OwnerId"));
    let shown = shown.filter(|field| *field != "OwnerId" || owner.is_none());
    let owner = owner.map(|owner| ("Owner.Name", Some(Json::trusted(owner))));
    let fields = values.object(shown.map(|field| (field, fields.get(field))).chain(owner));
    if let Some(notice) = values.notice().filter(|notice| !notices.contains(notice)) {
        notices.push(notice);
    }
    let undo = super::is_on(call, "delete").then(|| undo::deletion(call.known(), retrieve.object, &[(id, name)]));
    Ok(LoggedActivity {
        kind: new.kind,
        link: call.link(id.as_str()),
        id: id.to_string(),
        when: when.map(|when| clock.shown(when)),
        undo: undo.flatten(),
        fields,
    })
}

/// After a write that may have happened: what it wrote, if all of it is there.
fn recover(
    call: &Call<'_>,
    parts: &[(&New, Retrieve<'_>, Part)],
    began: i64,
    cause: Error,
) -> Result<Vec<Record>, Error> {
    let mut records = Vec::new();
    for (new, retrieve, _) in parts {
        let Ok(schema) = call.plan(retrieve.object, Known::schema) else { return Err(cause) };
        let values: Vec<_> =
            new.values.iter().filter_map(|(name, json)| Some((schema.field(name)?, json.as_str()))).collect();
        let read: Vec<FieldPath> = retrieve.fields.iter().cloned().map(FieldPath::from).collect();
        match lost_response::find_created(call, retrieve.object, &values, &read, began) {
            Recovery::One(_, record, _) => records.push(record),
            Recovery::Unsettled(found, candidates) => {
                return Err(cause.with_context(found).with_candidates(candidates));
            }
        }
    }
    Ok(records)
}

/// Relates the note to its records.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_contentdocumentlink.htm>
fn link(composite: &mut Composite, found: &[Found]) -> Result<(), Error> {
    for found in found.iter().filter(|found| found.argument != OWNER) {
        let values = [
            ("ContentDocumentId", quoted("@{activity.id}")),
            ("LinkedEntityId", quoted(found.id.as_str())),
            ("ShareType", quoted("V")),
        ];
        create(composite, if found.argument == WHO { "who_link" } else { "what_link" }, &NOTE_LINK, &values)?;
    }
    Ok(())
}
