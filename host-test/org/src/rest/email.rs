//! `actions/standard/emailSimple`: what it takes, and sending an e-mail.
//! <https://developer.salesforce.com/docs/atlas.en-us.262.0.api_action.meta/api_action/actions_obj_email_simple.htm>

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::{Answer, Call, Desk, unsupported};
use crate::{
    id::Id,
    outbox::SentEmail,
    refusal::Refusal,
    save::{Letter, is_email},
    sharing,
    store::Row,
};

/// How an input is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    LongText,
    Flag,
    Reference,
    /// Addresses with commas between them.
    List,
    /// An array of addresses.
    Collection,
    /// Either of the two.
    Addresses,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Text | Self::List | Self::Collection | Self::Addresses => "STRING",
            Self::LongText => "TEXTAREA",
            Self::Flag => "BOOLEAN",
            Self::Reference => "REFERENCE",
        }
    }
}

/// An input, and the first and the last version that has it.
type Input = (&'static str, Kind, u32, u32);

const LATEST: u32 = u32::MAX;

/// The inputs that the manual names. That of version 64 gives 62 for the list of blind copies; that of the other
/// copies is taken to be as old. Those of all versions were there before the oldest that this org speaks.
const INPUTS: [Input; 23] = [
    ("emailAddresses", Kind::List, 0, 64),
    ("emailAddressesArray", Kind::Collection, 0, 64),
    ("ccRecipientAddressList", Kind::List, 62, 64),
    ("ccRecipientAddressCollection", Kind::Collection, 64, 64),
    ("bccRecipientAddressList", Kind::List, 62, 64),
    ("bccRecipientAddressCollection", Kind::Collection, 64, 64),
    ("recipientAddresses", Kind::Addresses, 65, LATEST),
    ("ccAddresses", Kind::Addresses, 65, LATEST),
    ("bccAddresses", Kind::Addresses, 65, LATEST),
    ("emailSubject", Kind::Text, 0, LATEST),
    ("emailBody", Kind::LongText, 0, LATEST),
    ("senderType", Kind::Text, 0, LATEST),
    ("senderAddress", Kind::Text, 0, LATEST),
    ("sendRichBody", Kind::Flag, 0, LATEST),
    ("useLineBreaks", Kind::Flag, 0, LATEST),
    ("recipientId", Kind::Reference, 58, LATEST),
    ("relatedRecordId", Kind::Text, 58, LATEST),
    ("logEmailOnSend", Kind::Flag, 58, LATEST),
    ("emailTemplateId", Kind::Reference, 58, LATEST),
    ("addThreadingTokenToBody", Kind::Flag, 58, LATEST),
    ("addThreadingTokenToSubject", Kind::Flag, 58, LATEST),
    ("attachmentId", Kind::Text, 63, LATEST),
    ("attachmentIdCollection", Kind::Collection, 64, LATEST),
];

/// What the manual has and this org does not do, if it is asked to.
const LACKING: [&str; 5] = [
    "emailTemplateId",
    "addThreadingTokenToBody",
    "addThreadingTokenToSubject",
    "attachmentId",
    "attachmentIdCollection",
];

/// The most bytes of an input with addresses.
const LONGEST_LIST: usize = 4_000;

fn version(call: &Call) -> u32 {
    call.version.trim_start_matches('v').split('.').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

fn inputs(version: u32) -> impl Iterator<Item = &'static Input> {
    INPUTS.iter().filter(move |(_, _, first, last)| (*first..=*last).contains(&version))
}

/// `GET actions/standard/emailSimple`: what it takes in this version.
pub(super) fn describe(call: &Call) -> Answer {
    let inputs: Vec<Json> = inputs(version(call))
        .map(|(name, kind, ..)| {
            json!({
                "byteLength": 0,
                "description": null,
                "label": name,
                "maxOccurs": if *kind == Kind::Collection { 2_000 } else { 1 },
                "name": name,
                "picklistValues": null,
                "required": false,
                "sobjectType": null,
                "type": kind.name(),
            })
        })
        .collect();
    let body = json!({
        "description": "Send an email where you specify the subject, body, and recipients.",
        "inputs": inputs,
        "label": "Send Email",
        "name": "emailSimple",
        "outputs": [],
        "standard": true,
        "targetEntityName": null,
        "type": "EMAILSIMPLE",
    });
    Answer::json(200, body)
}

/// `POST actions/standard/emailSimple`, for one input: sends an e-mail, and logs it if asked to. Nothing is sent unless
/// all is in order.
///
/// Whether a contact or lead has opted out of e-mail is no matter: the manual of this action says nothing of it.
///
/// # Errors
/// The manual has none for this action. Here they are `INVALID_INPUT` for an input that this version lacks, that has
/// the wrong type or a value that is none, `REQUIRED_FIELD_MISSING`, `INVALID_EMAIL_ADDRESS`, `STRING_TOO_LONG`,
/// `LIMIT_EXCEEDED` for too many recipients, `INVALID_ID_FIELD` for an id of the wrong kind,
/// `INVALID_CROSS_REFERENCE_KEY` for a record that is not there, and what [`crate::outbox`] has.
pub(super) fn send(desk: &mut Desk<'_>, call: &Call, input: &Json) -> Result<(), Refusal> {
    let version = version(call);
    let input = input.as_object().ok_or_else(|| wrong("an input is an object"))?;
    check_names(input, version)?;
    let mut letter = Letter {
        to: addresses(input, &["emailAddresses", "emailAddressesArray", "recipientAddresses"])?,
        cc: addresses(input, &["ccRecipientAddressList", "ccRecipientAddressCollection", "ccAddresses"])?,
        bcc: addresses(input, &["bccRecipientAddressList", "bccRecipientAddressCollection", "bccAddresses"])?,
        subject: required(input, "emailSubject")?,
        body: required(input, "emailBody")?,
        is_rich: flag(input, "sendRichBody"),
        ..Letter::default()
    };
    let logs = flag(input, "logEmailOnSend");
    if let Some(person) = text(input, "recipientId") {
        let (id, address) = recipient(desk, person)?;
        letter.to.push(address);
        letter.who = Some(id);
    }
    if let Some(record) = text(input, "relatedRecordId") {
        letter.what = Some(related(desk, record, logs)?);
    }
    let count = letter.to.len() + letter.cc.len() + letter.bcc.len();
    // Before blind copies came, the manual had five.
    let most = if version >= 62 { 150 } else { 5 };
    if count == 0 {
        return Err(Refusal::save("REQUIRED_FIELD_MISSING", "Add a recipient to send an email.", &[]));
    }
    if count > most {
        let message = format!("The combined number of recipients must be {most} or fewer.");
        return Err(Refusal::save("LIMIT_EXCEEDED", message, &[]));
    }
    if logs {
        check_log(&letter)?;
    }
    let sender = sender(desk, input)?;
    let address = |field: &str| sender.get(field).as_str().unwrap_or_default().to_owned();
    (letter.from, letter.from_name) = (address("Email"), address("Name"));
    desk.outbox.reserve(outside(desk, &letter))?;
    let logged = if logs { desk.transaction().log_letter(&letter, &sender) } else { None };
    desk.outbox.sent.push(SentEmail {
        user: desk.context.user.clone(),
        from: letter.from,
        to: letter.to,
        cc: letter.cc,
        bcc: letter.bcc,
        subject: letter.subject,
        body: letter.body,
        is_rich: letter.is_rich,
        recipient: letter.who,
        related: letter.what,
        logged,
    });
    Ok(())
}

/// Every input is one of this version, and of its type.
fn check_names(input: &Map<String, Json>, version: u32) -> Result<(), Refusal> {
    for (name, json) in input {
        let known = inputs(version).find(|(known, ..)| known == name);
        let (_, kind, ..) =
            known.ok_or_else(|| wrong(&format!("emailSimple has no input {name} in version {version}.0")))?;
        let texts = |json: &Json| json.as_array().is_some_and(|items| items.iter().all(Json::is_string));
        let fits = match kind {
            Kind::Text | Kind::LongText | Kind::Reference | Kind::List => json.is_string(),
            Kind::Flag => json.is_boolean(),
            Kind::Collection => texts(json),
            Kind::Addresses => json.is_string() || texts(json),
        };
        if !fits && !json.is_null() {
            return Err(wrong(&format!("{name} is not of the type {}", kind.name())));
        }
        let asked = match json {
            Json::Null | Json::Bool(false) => false,
            Json::String(text) => !text.is_empty(),
            _ => true,
        };
        if LACKING.contains(&name.as_str()) && asked {
            return Err(unsupported(&format!("{name} of emailSimple")));
        }
    }
    Ok(())
}

fn text<'a>(input: &'a Map<String, Json>, name: &str) -> Option<&'a str> {
    input.get(name).and_then(Json::as_str).filter(|text| !text.trim().is_empty())
}

fn flag(input: &Map<String, Json>, name: &str) -> bool {
    input.get(name) == Some(&Json::Bool(true))
}

fn required(input: &Map<String, Json>, name: &str) -> Result<String, Refusal> {
    let message = || format!("Missing required input parameter: {name}");
    let text = text(input, name).map(str::to_owned);
    text.ok_or_else(|| Refusal::save("REQUIRED_FIELD_MISSING", message(), &[]))
}

/// The addresses that these inputs hold.
fn addresses(input: &Map<String, Json>, names: &[&str]) -> Result<Vec<String>, Refusal> {
    let mut found = Vec::new();
    for name in names {
        let texts: Vec<&str> = match input.get(*name) {
            Some(Json::String(text)) => text.split(',').map(str::trim).filter(|text| !text.is_empty()).collect(),
            Some(Json::Array(items)) => items.iter().filter_map(Json::as_str).map(str::trim).collect(),
            _ => Vec::new(),
        };
        if texts.iter().map(|text| text.len() + 1).sum::<usize>() > LONGEST_LIST + 1 {
            let message = format!("{name}: data value too large (max length={LONGEST_LIST})");
            return Err(Refusal::save("STRING_TOO_LONG", message, &[]));
        }
        if let Some(bad) = texts.iter().find(|text| !is_email(text)) {
            let message = format!("{name}: invalid email address: {bad}");
            return Err(Refusal::save("INVALID_EMAIL_ADDRESS", message, &[]));
        }
        found.extend(texts.into_iter().map(str::to_owned));
    }
    Ok(found)
}

/// The record that an input names, if the user sees it.
fn record<'a>(desk: &'a Desk<'_>, name: &str, text: &str) -> Result<&'a Row, Refusal> {
    let id = Id::parse(text.trim()).ok_or_else(|| wrong_kind(name, text))?;
    let row = desk.store.find(id.as_str()).filter(|row| !row.is_deleted());
    let seen = row.filter(|row| {
        desk.access.object(desk.schema, &row.object).is_some() && sharing::sees(desk.store, desk.access, row)
    });
    seen.ok_or_else(|| Refusal::save("INVALID_CROSS_REFERENCE_KEY", format!("{name}: invalid cross reference id"), &[]))
}

/// The lead or contact that the e-mail goes to, with the address.
fn recipient(desk: &Desk<'_>, text: &str) -> Result<(Id, String), Refusal> {
    let row = record(desk, "recipientId", text)?;
    if !matches!(row.object.as_str(), "Contact" | "Lead") {
        return Err(wrong_kind("recipientId", text));
    }
    let message = "recipientId: the recipient has no email address";
    let address = row.get("Email").as_str();
    let address = address.ok_or_else(|| Refusal::save("REQUIRED_FIELD_MISSING", message, &[]))?;
    Ok((row.id.clone(), address.to_owned()))
}

/// The record that the e-mail is about, which is no person; one to log it to can have e-mails.
fn related(desk: &Desk<'_>, text: &str, logs: bool) -> Result<Id, Refusal> {
    let row = record(desk, "relatedRecordId", text)?;
    let email = desk.schema.object("EmailMessage").and_then(|object| object.field("RelatedToId"));
    let takes = email.is_some_and(|field| field.reference_to.contains(&row.object));
    if matches!(row.object.as_str(), "Contact" | "Lead" | "User") || (logs && !takes) {
        return Err(wrong_kind("relatedRecordId", text));
    }
    Ok(row.id.clone())
}

/// Logging needs somebody or something to log to, and a lead stands alone.
fn check_log(letter: &Letter) -> Result<(), Refusal> {
    let lead = letter.who.as_ref().is_some_and(|id| id.key_prefix() == "00Q");
    match (&letter.who, &letter.what) {
        (None, None) => {
            let message = "To log an email, specify a value in recipientId or relatedRecordId.";
            Err(Refusal::save("REQUIRED_FIELD_MISSING", message, &[]))
        }
        (_, Some(_)) if lead => {
            let message = "relatedRecordId can't be used to log an email if recipientId is a lead record.";
            Err(Refusal::save("INVALID_ID_FIELD", message, &[]))
        }
        _ => Ok(()),
    }
}

/// The user whose address the e-mail comes from. This org has no organization-wide addresses; its administrator is the
/// default workflow user.
fn sender(desk: &Desk<'_>, input: &Map<String, Json>) -> Result<Row, Refusal> {
    let named = |username: &str| desk.store.rows("User").find(|row| row.get("Username").as_str() == Some(username));
    let user = match text(input, "senderType") {
        None | Some("CurrentUser") => desk.store.get("User", desk.context.user.as_str()),
        Some("DefaultWorkflowUser") => named("ada@demo.example"),
        Some("OrgWideEmailAddress") => match text(input, "senderAddress") {
            Some(address) => {
                return Err(wrong(&format!("senderAddress: {address} is not an organization-wide email address")));
            }
            None => return Err(wrong("senderAddress is required if senderType is OrgWideEmailAddress")),
        },
        Some(other) => return Err(wrong(&format!("{other} is no valid value of senderType"))),
    };
    user.cloned().ok_or_else(|| wrong("the sender does not exist"))
}

/// How many addresses count against the limit: those that are no user's.
fn outside(desk: &Desk<'_>, letter: &Letter) -> u32 {
    let users: BTreeSet<String> =
        desk.store.rows("User").filter_map(|row| row.get("Email").as_str()).map(str::to_lowercase).collect();
    let all = letter.to.iter().chain(&letter.cc).chain(&letter.bcc).map(|address| address.to_lowercase());
    let outside: BTreeSet<String> = all.filter(|address| !users.contains(address)).collect();
    u32::try_from(outside.len()).unwrap_or(u32::MAX)
}

fn wrong(message: &str) -> Refusal {
    Refusal::save("INVALID_INPUT", message, &[])
}

fn wrong_kind(name: &str, text: &str) -> Refusal {
    Refusal::save("INVALID_ID_FIELD", format!("{name}: id value of incorrect type: {text}"), &[])
}
