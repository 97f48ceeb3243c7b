//! `send_email`: an e-mail of the user's to people of the org, or to addresses. One composite request finds the people and
//! the record it is about, one looks who of them has opted out, then `POST actions/standard/emailSimple`.
//!
//! What is sent can't be called back, so nobody is guessed, and an e-mail without an answer is never sent again.

use crate::call::Call;
use crate::error::Error;
use crate::json::{Json, Object};
use crate::known::{Known, PlanError};
use crate::policy::Effect;
use crate::resolve::lookup::{self, Found, Wanted};
use crate::resolve::matching::NameMatch;
use crate::resolve::names;
use crate::resolve::record::{self, By, MAX_CANDIDATES};
use crate::resolve::related::query;
use crate::rest::Action;
use crate::schema::well_known::{EMAIL, PEOPLE, PEOPLE_AND_USERS};
use crate::soql::{Comparison, Condition, FieldPath, List, Literal, ObjectName, Text};
use crate::wit::{EmailRecipient, ErrorKind, SendEmailArgs, SendEmailReply};
use crate::write::references;

const TO: &str = "to";
const CC: &str = "cc";
const ABOUT: &str = "about";
/// How the ids of those begin with whom an e-mail is kept.
const CONTACT: &str = "003";
const LEAD: &str = "00Q";
/// What is read of a person.
const ADDRESS: FieldPath = FieldPath::from_static("Email");
const OPTED_OUT: FieldPath = FieldPath::from_static("HasOptedOutOfEmail");

/// Recipients of one e-mail, copies included.
/// <https://developer.salesforce.com/docs/atlas.en-us.262.0.api_action.meta/api_action/actions_obj_email_simple.htm>
const MAX_RECIPIENTS: usize = 150;
/// Recipients that are looked for: each takes up to three queries.
const MAX_NAMED: usize = 25;
/// Characters of a subject and of a text; more can be kept, and nobody reads it.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_emailmessage.htm>
const MAX_SUBJECT_CHARS: usize = 1000;
const MAX_BODY_CHARS: usize = 32_000;

/// Sends an e-mail.
pub(super) fn send_email(call: &Call<'_>, args: SendEmailArgs) -> Result<SendEmailReply, Error> {
    check(&args)?;
    let known = call.known();
    let keeps = match known.allow_object(&EMAIL, Effect::Additive) {
        Err(error) if args.about.is_some() => return Err(error),
        keeps => keeps.is_ok(),
    };
    let found = call.run(&args, wanted, |mut wanted| references::find(call, &mut wanted))?;
    let mut notices: Vec<String> = found.iter().filter_map(|found| found.notice.clone()).collect();
    let mut found = found.into_iter();
    let mut recipients: Vec<EmailRecipient> = Vec::new();
    for (argument, text) in texts(&args) {
        let one = match is_for_address(text) {
            true => EmailRecipient { address: text.to_owned(), id: None, name: None, copy: argument == CC },
            false => recipient(known, argument, found.next())?,
        };
        if !recipients.iter().any(|other| other.address.eq_ignore_ascii_case(&one.address)) {
            recipients.push(one);
        }
    }
    let (about_id, about) = match found.next() {
        Some(about) => (Some(about.candidate.id), about.candidate.name),
        None => (None, None),
    };
    ask_opted_out(call, &recipients)?;
    let (action, logged) = action(&args, &recipients, about_id.as_deref(), keeps, &mut notices);
    call.send(&action).map_err(|cause| if cause.outcome_unknown() { cause.with_context(LOST) } else { cause })?;
    notices.push("what was sent can't be called back".to_owned());
    Ok(SendEmailReply { recipients, subject: args.subject, logged, about_id, about, notices })
}

const LOST: &str = "nobody can say here whether it was sent: do not send it again before the person has asked the recipient, or found no trace of it in Salesforce";

/// Every recipient as the call says it, with the argument.
fn texts(args: &SendEmailArgs) -> Vec<(&'static str, &str)> {
    let mut texts = Vec::new();
    for (argument, items) in [(TO, &args.to), (CC, &args.cc)] {
        for text in items {
            texts.push((argument, text.trim()));
        }
    }
    texts
}

/// Whether a recipient is given by an address, and not by a name or an id.
fn is_for_address(text: &str) -> bool {
    text.contains('@')
}

/// Whether a text is one address and nothing besides: the org knows better what it takes.
fn is_address(text: &str) -> bool {
    let has_domain = |(name, domain): (&str, &str)| !name.is_empty() && domain.contains('.') && !domain.contains('@');
    text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\(),:;<>[]".contains(&byte))
        && text.split_once('@').is_some_and(has_domain)
}

/// Refuses what can't be meant.
fn check(args: &SendEmailArgs) -> Result<(), Error> {
    let wrong = |argument, message: &str| Err(Error::argument(argument, message));
    if args.to.is_empty() {
        return wrong(TO, "say in `to` who gets it: names, ids or e-mail addresses");
    }
    if args.to.len() + args.cc.len() > MAX_RECIPIENTS {
        return wrong(TO, "an e-mail goes to at most 150 recipients, copies included");
    }
    if texts(args).iter().filter(|(_, text)| !is_for_address(text)).count() > MAX_NAMED {
        return wrong(TO, "at most 25 recipients can be given by name or id; give the others by address");
    }
    for (argument, text) in texts(args).into_iter().filter(|(_, text)| is_for_address(text)) {
        if !is_address(text) {
            return wrong(argument, "give the e-mail address alone, as in bob@acme.com: one in each item");
        }
    }
    let length = |text: &str, most| (1..=most).contains(&text.trim().chars().count());
    if !length(&args.subject, MAX_SUBJECT_CHARS) || args.subject.bytes().any(|byte| byte < b' ') {
        return wrong("subject", "a subject is one line of 1 to 1,000 characters");
    }
    if !length(&args.body, MAX_BODY_CHARS) {
        return wrong("body", "a text has 1 to 32,000 characters");
    }
    Ok(())
}

/// The people that are given by name or id, and the record it is about.
fn wanted(known: &Known, args: &SendEmailArgs) -> Result<Vec<Wanted>, PlanError> {
    let mut wanted = Vec::new();
    for (argument, text) in texts(args).into_iter().filter(|(_, text)| !is_for_address(text)) {
        let id = if text.eq_ignore_ascii_case("me") { Some(known.user()?.id) } else { record::id(argument, text)? };
        let (by, objects) = match id {
            None => (By::Name(text.to_owned()), PEOPLE_AND_USERS.map(ObjectName::from_static).to_vec()),
            Some(id) => {
                let object = names::object_of(known, &id)?;
                if !PEOPLE_AND_USERS.contains(&object.as_str()) {
                    let message =
                        "this id is neither a contact's, a lead's nor a user's: only those have an address here";
                    return Err(Error::argument(argument, message).into());
                }
                known.allow_object(&object, Effect::ReadOnly)?;
                (By::Id(id), vec![object])
            }
        };
        let mut one = lookup::among(known, argument, by, objects, NameMatch::SameWords)?;
        one.read(known, &[ADDRESS])?;
        wanted.push(one);
    }
    if let Some(about) = &args.about {
        wanted.push(lookup::about(known, [ABOUT, "about_object", TO], about, args.about_object.as_deref())?);
    }
    Ok(wanted)
}

/// A person that was found, as who gets it.
fn recipient(known: &Known, argument: &str, found: Option<Found>) -> Result<EmailRecipient, Error> {
    let found = found.ok_or_else(|| Error::input("nobody"))?;
    let address = found.record.as_ref().and_then(|record| record.fields().text(ADDRESS.as_str()));
    let Some(address) = address else {
        known.allow_object(&ObjectName::parse(&found.candidate.object)?, Effect::ReadOnly)?;
        let message =
            "nothing was written: Salesforce has no e-mail address of this person that the user may see: ask for one";
        return Err(Error::argument(argument, "")
            .explained(ErrorKind::Rejected, message)
            .with_candidates(vec![found.candidate]));
    };
    Ok(EmailRecipient { address, id: Some(found.candidate.id), name: found.candidate.name, copy: argument == CC })
}

/// Refuses to write to whom Salesforce knows that they want no e-mail, whether they were given by name or by address. Where
/// the user may not see who has opted out, the org refuses the question, and nobody can know it here.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_contact.htm>
fn ask_opted_out(call: &Call<'_>, recipients: &[EmailRecipient]) -> Result<(), Error> {
    let mut addresses = Vec::new();
    for recipient in recipients {
        addresses.push(Literal::from(Text::new(recipient.address.as_str())?));
    }
    let mut selects = Vec::new();
    for object in PEOPLE.map(ObjectName::from_static) {
        let Some(values) = List::new(addresses.clone()).filter(|_| call.known().may_read(&object)) else { continue };
        let is_one = Condition::In { field: ADDRESS, negated: false, values };
        let conditions = vec![Condition::compare(OPTED_OUT, Comparison::Eq, true), is_one];
        selects.push(query(&object, &["Name"], conditions, "Name", false, MAX_CANDIDATES as u32)?);
    }
    let mut candidates = Vec::new();
    for records in call.records_of_all(&selects.iter().collect::<Vec<_>>())? {
        match records {
            Err(error) if error.names_unknown() => {}
            records => {
                for record in records? {
                    call.recall(&ObjectName::parse(&record.fields().object().unwrap_or_default())?);
                    candidates.extend(record::candidate(call.known(), &record));
                }
            }
        }
    }
    if candidates.is_empty() {
        return Ok(());
    }
    let message = "nothing was written: the candidates have opted out of e-mail, so nothing was sent to anybody: tell the person, and ask whether it goes to the others alone";
    Err(Error::argument(TO, "").explained(ErrorKind::Rejected, message).with_candidates(candidates))
}

/// What is sent, and whether Salesforce keeps it: with the first contact or lead, and with what it is about.
fn action(
    args: &SendEmailArgs,
    recipients: &[EmailRecipient],
    about: Option<&str>,
    keeps: bool,
    notices: &mut Vec<String>,
) -> (Action, bool) {
    let mut input = Object::default();
    let (mut person, mut is_one) = (None, true);
    for (name, is_copy) in [("recipientAddresses", false), ("ccAddresses", true)] {
        let mut addresses = String::new();
        for one in recipients.iter().filter(|one| one.copy == is_copy) {
            let id = one.id.as_deref().filter(|id| !is_copy && [CONTACT, LEAD].iter().any(|of| id.starts_with(of)));
            // With a record besides, Salesforce keeps no e-mail to a lead.
            let can_be_kept = id.is_some_and(|id| keeps && !(about.is_some() && id.starts_with(LEAD)));
            if can_be_kept && person.is_none() {
                // Gets it for that.
                person = id;
                continue;
            }
            is_one &= id.is_none();
            addresses.extend([if addresses.is_empty() { "" } else { "," }, &one.address]);
        }
        if !addresses.is_empty() {
            input.text(name, &addresses);
        }
    }
    input.text("emailSubject", args.subject.trim());
    input.text("emailBody", &args.body);
    input.text("senderType", "CurrentUser");
    for (name, id) in [("recipientId", person), ("relatedRecordId", about)] {
        if let Some(id) = id {
            input.text(name, id);
        }
    }
    let is_kept = person.or(about).is_some();
    if is_kept {
        input.member("logEmailOnSend", Json::trusted("true"));
    }
    let notice = match (is_kept, is_one) {
        (true, true) => None,
        (false, _) => Some("Salesforce does not keep it: nothing says with which record"),
        _ => Some("Salesforce keeps it with one person at most, and with a lead only alone: not with all of them"),
    };
    notices.extend(notice.map(str::to_owned));
    (Action::email(&input.finish()), is_kept)
}
