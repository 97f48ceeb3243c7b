//! `log_activity`: a call, e-mail, meeting, note or task, with its follow-up, all or nothing. One composite request finds
//! the person and the record; a second writes and reads back: `POST sobjects/Task`, `Event` or `ContentNote` and
//! `ContentDocumentLink`, and `GET` of what they made. With an empty cache, `GET userinfo` before. An e-mail is an
//! `EmailMessage`; where the org refuses one, which proves that nothing was written, a third request makes the task that
//! stands for it.

mod new;
mod write;

use self::new::records;
use self::write::write;
use crate::call::Call;
use crate::error::Error;
use crate::id::{RecordId, standard_object};
use crate::known::{Known, PlanError};
use crate::policy::Effect;
use crate::resolve::lookup::{self, Found, Wanted};
use crate::resolve::matching::{self, NameMatch};
use crate::resolve::names;
use crate::resolve::record::{self, By};
use crate::schema::well_known::{EMAIL, EVENT, NOTE, PEOPLE, TASK};
use crate::soql::ObjectName;
use crate::time::clock::{self, Clock, Placed, When};
use crate::wit::{ActivityKind, FollowUp, FollowUpKind, LogActivityArgs, LogActivityReply};
use crate::write::references;

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
    let is_kept = keeps_emails(call, &args);
    call.known().allow_object(object(args.kind, is_kept), Effect::Additive)?;
    if let Some(next) = &args.follow_up {
        call.known().allow_object(object(kind_of(next), false), Effect::Additive)?;
    }
    // What can be refused without a request comes before the first one.
    let mut planned = call.plan(&args, wanted)?;
    let mut notices = Vec::new();
    let clock = call.clock(&mut notices)?;
    let (when, next) = times(&args, when, next, &clock, &mut notices)?;
    let found = loop {
        match find(call, &args, &mut planned) {
            Ok(found) => break found,
            Err(error) => call.learn_from(error)?,
        }
        planned = call.plan(&args, wanted)?;
    };
    notices.extend(found.iter().filter_map(|found| found.notice.clone()));
    let mut kept = when.filter(|_| is_kept).map(|when| kept_at(&clock, when, &mut notices));
    let (new, created) = loop {
        let new = records(&args, &clock, (when, kept), next, &found);
        if let Some(created) = write(call, &clock, &new, &found, &mut notices)? {
            break (new, created);
        }
        // The org keeps no e-mails, or lets the user add none: nothing was written.
        call.cache_put(NO_EMAILS, b"");
        call.known().allow_object(&TASK, Effect::Additive)?;
        kept = None;
    };
    if kept.is_none() && args.kind == ActivityKind::Email && matches!(when, Some(Placed::Moment(_))) {
        notices.push(DAY_ONLY.to_owned());
    }
    if new.iter().any(|new| new.altered) {
        notices.push("a space was put into \"@{\" of the text, which Salesforce would take for a reference".to_owned());
    }
    notices.extend(not_sent(&args, kept.is_some()).map(str::to_owned));
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
fn not_sent(args: &LogActivityArgs, is_kept: bool) -> Option<&'static str> {
    let meets = args.kind == ActivityKind::Meeting
        || args.follow_up.as_ref().is_some_and(|next| kind_of(next) == ActivityKind::Meeting);
    match args.kind {
        ActivityKind::Email if is_kept => Some("no e-mail was sent: this is the record of one, kept as an e-mail"),
        ActivityKind::Email => Some("no e-mail was sent: this is the record of one, kept as a task"),
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

fn object(kind: ActivityKind, is_kept: bool) -> &'static ObjectName {
    match kind {
        ActivityKind::Email if is_kept => &EMAIL,
        ActivityKind::Note => &NOTE,
        ActivityKind::Meeting => &EVENT,
        ActivityKind::Call | ActivityKind::Email | ActivityKind::Task => &TASK,
    }
}

/// What is remembered of an org that keeps no e-mails; no object is called so.
const NO_EMAILS: &str = "EmailMessage/";
/// How an org refuses to keep an e-mail: it has no such object, or not all of it, or not for this user.
const KEEPS_NONE: [&str; 10] = [
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
    "INVALID_TYPE",
    "INVALID_TYPE_FOR_OPERATION",
    "INVALID_FIELD",
    "INVALID_FIELD_FOR_INSERT_UPDATE",
    "NOT_FOUND",
    "METHOD_NOT_ALLOWED",
    "FUNCTIONALITY_NOT_ENABLED",
    "INSUFFICIENT_ACCESS",
    "INSUFFICIENT_ACCESS_OR_READONLY",
];
const DAY_ONLY: &str = "of calls and e-mails Salesforce keeps the day, not the time";

/// Whether an e-mail is kept as one, as far as is known without a request.
fn keeps_emails(call: &Call<'_>, args: &LogActivityArgs) -> bool {
    args.kind == ActivityKind::Email
        && call.known().allow_object(&EMAIL, Effect::Additive).is_ok()
        && call.recall(&EMAIL)
        && call.known().schema(&EMAIL).is_ok_and(|schema| schema.createable)
        && call.cache_get(NO_EMAILS).is_none()
}

/// When an e-mail is kept to be: it has a time, even if only its day was said.
fn kept_at(clock: &Clock, when: Placed, notices: &mut Vec<String>) -> i64 {
    match when {
        Placed::Moment(moment) => moment,
        Placed::Day(day) if day == clock.today() => clock.now,
        Placed::Day(day) => {
            notices.push("the time of the e-mail was not said, so it is kept as of noon".to_owned());
            clock.start(day) + clock::DAY / 2
        }
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
        when = Some(placed);
        if args.kind == ActivityKind::Call {
            if placed != Placed::Day(day) {
                notices.push(DAY_ONLY.to_owned());
            }
            when = Some(Placed::Day(day));
        }
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

fn invalid(argument: &str, message: &str) -> Error {
    Error::argument(argument, message)
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
        wanted.push(lookup::about(known, [WHAT, "what_object", WHO], what, args.what_object.as_deref())?);
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
