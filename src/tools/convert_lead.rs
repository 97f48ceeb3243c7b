//! `convert_lead`: a lead into an account, a contact and an opportunity. One composite request reads the lead and whatever
//! is named; where the account or the contact is not, a second looks for those that may be the lead's; then one call of
//! SOAP, and one `query` of what came of it. With an empty cache, a `query` for the statuses of converted leads before.
//!
//! No tool takes it back, so what is already there is found first and never guessed.

use crate::call::Call;
use crate::error::Error;
use crate::id::{RecordId, standard_object};
use crate::json::Shape;
use crate::known::{Known, PlanError};
use crate::lower::lower;
use crate::policy::Effect;
use crate::record::{Fields, Record};
use crate::reply::{MAX_TEXT_CHARS, Values};
use crate::resolve::lookup::{self, Found, Wanted};
use crate::resolve::matching::NameMatch;
use crate::resolve::names;
use crate::resolve::person;
use crate::resolve::record::{self, By};
use crate::rest::{ConvertLead, Converted, Deal};
use crate::schema::person::IS_PERSON;
use crate::schema::well_known::ID;
use crate::soql::{Comparison, Condition, FieldList, FieldPath, ObjectName, Select, Text};
use crate::wit::{Candidate, ConvertLeadArgs, ConvertLeadReply, ConvertedRecord, Undo};
use crate::write::conversion;
use crate::write::duplicates;
use crate::write::references;

const LEAD: ObjectName = ObjectName::from_static("Lead");
const ACCOUNT: ObjectName = ObjectName::from_static("Account");
const CONTACT: ObjectName = ObjectName::from_static("Contact");
const OPPORTUNITY: ObjectName = ObjectName::from_static("Opportunity");
const USER: ObjectName = ObjectName::from_static("User");

/// What is read of a lead, to find what it may become.
const COMPANY: FieldPath = FieldPath::from_static("Company");
const EMAIL: FieldPath = FieldPath::from_static("Email");
const IS_CONVERTED: FieldPath = FieldPath::from_static("IsConverted");
const OWNER: FieldPath = FieldPath::from_static("OwnerId");
/// Whose a contact is.
const ACCOUNT_ID: FieldPath = FieldPath::from_static("AccountId");

/// What people say for a record that is to be made, and for one that is not.
const NEW: &str = "new";
const NONE: &str = "none";

/// Characters of a new opportunity's name: fewer than its field takes.
/// <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_convertlead.htm>
const MAX_NAME_CHARS: usize = 80;

/// The most contacts that are looked at for the lead's.
const MAX_CONTACTS: u32 = 20;

/// How a rule that only warns is overruled.
const OVERRULED: &str = "to merge into one, give its id in `account` or `contact`; if they want a new record all the same, call again with allow_duplicate";

/// Converts a lead.
pub(super) fn convert_lead(call: &Call<'_>, args: ConvertLeadArgs) -> Result<ConvertLeadReply, Error> {
    check(call.known(), &args)?;
    let find = || call.run(&args, wanted, |mut wanted| references::find(call, &mut wanted));
    let mut found = find()?;
    if found.iter().filter_map(|found| found.record.as_ref()).any(|record| person::is_open(call.known(), record)) {
        call.plan(&(), person::describe)?;
        found = find()?;
    }
    let of = |argument: &str| found.iter().find(|found| found.argument == argument);
    let lead = Lead::of(of("record"))?;
    let mut notices: Vec<String> = found.iter().filter_map(|found| found.notice.clone()).collect();
    let status = status(call, &args)?;
    let owner = match (of("owner"), args.owner.as_deref()) {
        (Some(owner), _) => Some(owner.id),
        (None, Some(_)) => Some(call.user()?.id),
        (None, None) if lead.is_queues => {
            notices.push("a queue owns the lead, so what it became is the user's own".to_owned());
            Some(call.user()?.id)
        }
        (None, None) => None,
    };
    let mut into = Existing { account: of("account").map(|found| found.id), contact: None, is_person: false };
    into.is_person =
        of("account").and_then(|found| found.record.as_ref()).is_some_and(|it| person::is_person(&it.fields()));
    if let Some(contact) = of("contact") {
        into.take_contact(contact)?;
    }
    look_for_what_is_there(call, &args, &lead, &mut into, &mut notices)?;
    if into.is_person {
        // The account is the contact as well, and Salesforce takes no other.
        into.contact = None;
        notices.push("account: it is a person account, so the lead was merged into that one person".to_owned());
    }
    allow(call, &args, &into)?;
    let deal = match (of("opportunity"), args.opportunity.as_deref().map(str::trim)) {
        (Some(opportunity), _) => Deal::Of(opportunity.id),
        (None, Some(text)) if is(text, NONE) => Deal::None,
        (None, Some(name)) => Deal::Named(name),
        (None, None) => Deal::New,
    };
    let convert = ConvertLead {
        lead: &lead.id,
        account: into.account,
        contact: into.contact,
        opportunity: deal,
        owner,
        status: &status,
        allow_duplicate: args.allow_duplicate == Some(true),
    };
    let mut outcome = call.write(&convert);
    // The manual says ApiName in one place and MasterLabel in another; the refusal proves that nothing was written.
    if outcome.as_ref().is_err_and(|error| error.is_refused_with("INVALID_STATUS"))
        && let Some(label) = conversion::label(call, &status).filter(|label| *label != status)
    {
        outcome = call.write(&ConvertLead { status: &label, ..convert.clone() });
    }
    let (converted, held) = match outcome {
        Ok(converted) => (converted, read_back(call, &lead.id).unwrap_or_default()),
        Err(cause) if cause.outcome_unknown() => {
            let (converted, held) = recover(call, &lead, cause)?;
            notices.push("Salesforce did not answer, so the lead was looked at: it is converted".to_owned());
            (converted, Some(held))
        }
        Err(error) => return Err(duplicates::refused(call, error, convert.allow_duplicate, OVERRULED)),
    };
    if held.is_none() {
        notices.push(
            "the lead was converted, but could not be read back: the user may not be allowed to see it".to_owned(),
        );
    }
    let is_person = into.is_person || into.account.is_some() && held.as_ref().is_some_and(|held| is_one(call, held));
    let records = receipt(call, &lead, &convert, converted, is_person, held.as_ref());
    let instructions =
        "nothing turns them back into a lead: a person can delete what was made, and enter the lead anew";
    let undo = Undo { tool: None, arguments: None, instructions: Some(instructions.to_owned()) };
    Ok(ConvertLeadReply { records, undo, notices })
}

/// Refuses what can't be meant, and what the settings keep from being read or changed.
fn check(known: &Known, args: &ConvertLeadArgs) -> Result<(), Error> {
    for effect in [Effect::Overwrites, Effect::ReadOnly] {
        known.allow_object(&LEAD, effect)?;
    }
    let is_new = |argument: &Option<String>| argument.as_deref().is_some_and(|text| is(text, NEW));
    if is_new(&args.account) && args.contact.is_some() && !is_new(&args.contact) {
        let message =
            "a contact that is there belongs to an account that is there: leave `account` out or give the contact's";
        return Err(Error::argument("contact", message));
    }
    let length = args.opportunity.as_deref().map(|name| name.trim().chars().count());
    if length.is_some_and(|length| !(1..=MAX_NAME_CHARS).contains(&length)) {
        let message = format!(
            "a new opportunity's name has 1 to {MAX_NAME_CHARS} characters here; \"{NONE}\" makes no opportunity"
        );
        return Err(Error::argument("opportunity", message));
    }
    Ok(())
}

fn is(text: &str, word: &str) -> bool {
    text.trim().eq_ignore_ascii_case(word)
}

/// The lead, and what else is named.
fn wanted(known: &Known, args: &ConvertLeadArgs) -> Result<Vec<Wanted>, PlanError> {
    let mut lead = lookup::named(known, "record", &args.record, LEAD)?;
    lead.read(known, &[COMPANY, EMAIL, IS_CONVERTED, OWNER])?;
    let mut wanted = vec![lead];
    for (argument, text, object) in [("account", &args.account, ACCOUNT), ("contact", &args.contact, CONTACT)] {
        if let Some(text) = text.as_deref().filter(|text| !is(text, NEW)) {
            let mut one = lookup::named(known, argument, text, object)?;
            if argument == "contact" {
                one.read(known, &[ACCOUNT_ID])?;
            }
            wanted.push(one);
        }
    }
    // A name is what a new one is called.
    if let Some(text) = args.opportunity.as_deref().filter(|text| !is(text, NONE))
        && record::id("opportunity", text.trim())?.is_some()
    {
        wanted.push(lookup::named(known, "opportunity", text, OPPORTUNITY)?);
    }
    if let Some(owner) = args.owner.as_deref().filter(|owner| !is(owner, "me")) {
        wanted.push(lookup::named(known, "owner", owner, USER)?);
    }
    Ok(wanted)
}

/// The lead as it is.
struct Lead {
    id: RecordId,
    name: Option<String>,
    company: Option<String>,
    email: Option<String>,
    /// Whether a queue owns it: what it becomes belongs to a user.
    is_queues: bool,
}

impl Lead {
    fn of(found: Option<&Found>) -> Result<Self, Error> {
        let (found, record) = found
            .and_then(|found| Some((found, found.record.as_ref()?)))
            .ok_or_else(|| Error::not_found("there is no such lead, or the user may not see it"))?;
        let fields = record.fields();
        if fields.get(IS_CONVERTED.as_str()).is_some_and(|is| is.get() == "true") {
            let message = "nothing was written: the lead was converted before; its fields ConvertedAccountId, ConvertedContactId and ConvertedOpportunityId say into what";
            return Err(Error::conflict(message, None).about(vec!["record".to_owned()]));
        }
        let owner = fields.text(OWNER.as_str()).and_then(|owner| RecordId::parse(&owner).ok());
        Ok(Self {
            id: found.id,
            name: found.candidate.name.clone(),
            company: fields.text(COMPANY.as_str()),
            email: fields.text(EMAIL.as_str()),
            is_queues: owner.is_some_and(|owner| standard_object(owner.prefix()) == Some("Group")),
        })
    }
}

/// The status the lead gets: the one that was said, or the first of those the org has for converted leads.
fn status(call: &Call<'_>, args: &ConvertLeadArgs) -> Result<String, Error> {
    let mut known = Vec::new();
    for json in conversion::statuses(call)? {
        if let Some(Shape::Text(text)) = Shape::of(&json) {
            known.push(text);
        }
    }
    let wrong = |message: &str| Error::argument("status", message);
    match args.status.as_deref().map(str::trim) {
        Some(said) => match known.iter().find(|status| is(status, said)) {
            Some(status) => Ok(status.clone()),
            None if known.is_empty() => Ok(said.to_owned()),
            None => Err(wrong("nothing was written: this is no status of converted leads").allowing(known)),
        },
        None => known.into_iter().next().ok_or_else(|| {
            wrong("nothing was written: the user may not see which statuses converted leads have; ask for one")
        }),
    }
}

/// The records that the lead is merged into; new ones otherwise.
struct Existing {
    account: Option<RecordId>,
    contact: Option<RecordId>,
    /// Whether the account is a person, and so the contact as well.
    is_person: bool,
}

impl Existing {
    /// Takes a contact, which comes with its account.
    fn take_contact(&mut self, contact: &Found) -> Result<(), Error> {
        let account = contact.record.as_ref().and_then(account_of);
        let account = account.ok_or_else(|| {
            let message = "nothing was written: the contact has no account that the user may see, and a lead is merged only into a contact of an account: ask the person";
            Error::argument("contact", message)
        })?;
        if self.account.is_some_and(|said| said != account) {
            let message = "nothing was written: the contact belongs to another account than the one that was given; ask the person which is meant";
            return Err(Error::argument("contact", message).with_candidates(vec![contact.candidate.clone()]));
        }
        (self.account, self.contact) = (Some(account), Some(contact.id));
        self.is_person |= contact.record.as_ref().and_then(person::account_of).is_some();
        Ok(())
    }
}

fn account_of(contact: &Record) -> Option<RecordId> {
    RecordId::parse(&contact.fields().text(ACCOUNT_ID.as_str())?).ok()
}

/// Where nobody said which account or which contact, looks whether the lead's are there.
fn look_for_what_is_there(
    call: &Call<'_>,
    args: &ConvertLeadArgs,
    lead: &Lead,
    into: &mut Existing,
    notices: &mut Vec<String>,
) -> Result<(), Error> {
    let known = call.known();
    let looks_for = |argument: &Option<String>, object: &ObjectName| {
        argument.is_none() && lead.company.is_some() && known.may_read(object)
    };
    let looks_for_account = looks_for(&args.account, &ACCOUNT) && into.account.is_none();
    let asked = (lead, looks_for_account, looks_for(&args.contact, &CONTACT) && !into.is_person);
    let look = || {
        call.run(&asked, matches, |(wanted, contacts)| {
            let selects: Vec<&Select> = lookup::selects(&wanted).chain(&contacts).collect();
            let answers = if selects.is_empty() { Vec::new() } else { call.records_of_all(&selects)? };
            Ok((wanted, answers))
        })
    };
    let (mut wanted, mut answers) = look()?;
    if answers.iter().flatten().flatten().any(|record| person::is_open(known, record)) {
        call.plan(&(), person::describe)?;
        (wanted, answers) = look()?;
    }
    let contacts =
        if answers.len() > wanted.len() { answers.pop().transpose()?.unwrap_or_default() } else { Vec::new() };
    match lookup::choose(known, &wanted, answers) {
        Ok(found) => {
            for found in found {
                if !found.is_exact() {
                    return Err(unclear("account", vec![found.candidate]));
                }
                let id = found.id;
                notices.push(merged("account", &id, " is called like the lead's company"));
                into.account = Some(id);
                into.is_person = found.record.is_some_and(|it| person::is_person(&it.fields()));
            }
        }
        Err(error) if error.found_nothing_for("account") => {}
        Err(error) if error.refusal().is_some() => return Err(error),
        // What the error says names the company, which is the org's word and not the caller's.
        Err(error) => return Err(unclear("account", error.into_candidates())),
    }
    let same_email = |record: &&Record| {
        let email = record.fields().text(EMAIL.as_str());
        email.zip(lead.email.as_deref()).is_some_and(|(email, own)| lower(&email) == lower(own))
    };
    let is_of_account = |record: &&Record| into.account.is_some() && account_of(record) == into.account;
    // Another's of the same name is somebody else.
    let fit: Vec<&Record> = contacts.iter().filter(|one| same_email(one) || is_of_account(one)).collect();
    match fit.as_slice() {
        [] => {}
        [one] if same_email(one) && is_of_account(one) => {
            let id = names::id_of(one)?;
            notices.push(merged("contact", &id, " has the lead's e-mail address"));
            into.contact = Some(id);
        }
        several => {
            let candidates = several.iter().filter_map(|record| record::candidate(known, record)).collect();
            return Err(unclear("contact", candidates));
        }
    }
    Ok(())
}

/// That the lead was merged into what nobody named.
fn merged(argument: &str, id: &RecordId, why: &str) -> String {
    [argument, ": ", id.as_str(), why, ", so the lead was merged into it"].concat()
}

/// What finds the account that is called like the lead's company, and the contacts with its e-mail address or its name.
fn matches(
    known: &Known,
    (lead, looks_for_account, looks_for_contact): &(&Lead, bool, bool),
) -> Result<(Vec<Wanted>, Option<Select>), PlanError> {
    let mut wanted = Vec::new();
    if let Some(company) = lead.company.as_ref().filter(|_| *looks_for_account) {
        let company = By::Name(company.clone());
        wanted.push(lookup::among(known, "account", company, vec![ACCOUNT], NameMatch::SameWords)?);
    }
    let mut any = Vec::new();
    for (field, text) in [(EMAIL, &lead.email), (FieldPath::from_static("Name"), &lead.name)] {
        if let Some(text) = text.as_deref().filter(|_| *looks_for_contact) {
            any.push(Condition::compare(field, Comparison::Eq, Text::new(text).map_err(Error::from)?));
        }
    }
    let Some(any) = Condition::any(any) else { return Ok((wanted, None)) };
    let mut select = record::candidate_query(known, &CONTACT, (any, MAX_CONTACTS))?;
    [EMAIL, ACCOUNT_ID].into_iter().for_each(|field| select.add(field));
    Ok((wanted, Some(select)))
}

/// What may be the lead's account or contact is for the person to say.
fn unclear(argument: &str, mut candidates: Vec<Candidate>) -> Error {
    candidates.iter_mut().for_each(|candidate| candidate.field = Some(argument.to_owned()));
    let message = [
        "nothing was written: what may be the lead's ",
        argument,
        " is there; ask the person, then call again with its id",
    ];
    let message = message.concat();
    let error = Error::ambiguous(message).about(vec![argument.to_owned()]).with_candidates(candidates);
    error.with_context("or with \"new\" if they want a new one")
}

/// Asks the settings for what is made, and for what is merged into.
fn allow(call: &Call<'_>, args: &ConvertLeadArgs, into: &Existing) -> Result<(), Error> {
    let is_there = |id: bool| if id { Effect::Overwrites } else { Effect::Additive };
    call.known().allow_object(&ACCOUNT, is_there(into.account.is_some()))?;
    call.known().allow_object(&CONTACT, is_there(into.contact.is_some()))?;
    match args.opportunity.as_deref() {
        Some(text) if is(text, NONE) => Ok(()),
        text => {
            let is_id = text.is_some_and(|text| RecordId::from_text(text).is_ok());
            call.known().allow_object(&OPPORTUNITY, is_there(is_id))
        }
    }
}

/// What a lead became, by the lookup that leads to it, and what is read of it besides its name.
const BECAME: [(ObjectName, &str, &[&str]); 3] = [
    (ACCOUNT, "ConvertedAccount", &[]),
    (CONTACT, "ConvertedContact", &[]),
    (OPPORTUNITY, "ConvertedOpportunity", &["StageName", "CloseDate", "Amount"]),
];

/// The lead as the org holds it now; none if it is not converted.
fn read_back(call: &Call<'_>, lead: &RecordId) -> Result<Option<Record>, Error> {
    let mut fields = FieldList::of(ID, [IS_CONVERTED, FieldPath::from_static(conversion::STATUS)]);
    for (object, lookup, own) in BECAME {
        fields.add(names::path(&[lookup, "Id"].concat())?);
        if call.known().may_read(&object) {
            for name in ["Name"].iter().chain(own) {
                fields.add(names::path(&[lookup, ".", name].concat())?);
            }
        }
    }
    let mut select = Select::new(fields, LEAD);
    select.condition = Some(record::is(lead));
    let record = call.query(&select, 1)?.records.into_iter().next();
    Ok(record.filter(|record| record.fields().get(IS_CONVERTED.as_str()).is_some_and(|is| is.get() == "true")))
}

/// After a conversion without an answer: what became of the lead, if anything did.
fn recover(call: &Call<'_>, lead: &Lead, cause: Error) -> Result<(Converted, Record), Error> {
    let found = match read_back(call, &lead.id) {
        Ok(Some(held)) => {
            let id = |field| held.fields().text(field).and_then(|id| RecordId::parse(&id).ok());
            if let Some(account) = id("ConvertedAccountId") {
                let (contact, opportunity) = (id("ConvertedContactId"), id("ConvertedOpportunityId"));
                return Ok((Converted { account, contact, opportunity }, held));
            }
            "the lead was looked at: it is converted, and does not say into what"
        }
        Ok(None) => "the lead was looked at and is not converted so far",
        Err(_) => "looking at the lead failed as well",
    };
    Err(cause.with_context(found))
}

/// Whether the account that a lead was merged into is the contact as well, by what the two are called.
fn is_one(call: &Call<'_>, held: &Record) -> bool {
    let fields = held.fields();
    let name = fields.text("ConvertedContact.Name");
    name.is_some()
        && name == fields.text("ConvertedAccount.Name")
        && call.plan(&(), person::describe).is_ok()
        && call.known().schema(&CONTACT).is_ok_and(|schema| schema.has_field(IS_PERSON))
}

/// The lead and what it became.
fn receipt(
    call: &Call<'_>,
    lead: &Lead,
    convert: &ConvertLead<'_>,
    converted: Converted,
    is_person: bool,
    held: Option<&Record>,
) -> Vec<ConvertedRecord> {
    let held = held.map(Record::fields).unwrap_or_default();
    let mut values = Values::cut_after(MAX_TEXT_CHARS);
    let mut told = |object: ObjectName, id: &RecordId, name, created, fields: &Fields<'_>, own: &[&'static str]| {
        let fields = values.object(own.iter().map(|name| (*name, fields.get(name))));
        ConvertedRecord {
            object: object.to_string(),
            id: id.to_string(),
            link: call.link(id.as_str()),
            name,
            created,
            fields,
        }
    };
    let mut records = vec![told(LEAD, &lead.id, lead.name.clone(), false, &held, &[conversion::STATUS])];
    let made = [
        (Some(converted.account), convert.account.is_none()),
        (converted.contact, convert.contact.is_none() && !is_person),
        (converted.opportunity, !matches!(convert.opportunity, Deal::Of(_))),
    ];
    for ((object, lookup, own), (id, created)) in BECAME.into_iter().zip(made) {
        let Some(id) = id else { continue };
        let fields = held.get(lookup).map(Fields::of).unwrap_or_default();
        records.push(told(object, &id, fields.text("Name"), created, &fields, own));
    }
    records
}
