//! What a deployment is set up with: the org, and what the tools may do in it, as JSON.
//!
//! ```json
//! {
//!   "domain": "acme.my.salesforce.com",
//!   "tools": ["default"],
//!   "read_only": false,
//!   "objects": { "read": ["Account", "Contact"], "append": [], "edit": [] },
//!   "instructions": "Amounts are in euros.",
//!   "vocabulary": { "headcount": "Account.NumberOfEmployees", "deal": "Opportunity" }
//! }
//! ```
//!
//! Everything but the domain may be left out. A member nobody declared is refused by name, and so is a domain that is
//! not Salesforce's.

use std::borrow::Cow;
use std::hint::black_box;

use salesforce_plugin::json::Json;
use salesforce_plugin::sign_in;
use salesforce_plugin::wit::{Alias, ConnectionSettings, ObjectGrants};

use crate::failure::{Failure, not_set_up};

/// Most characters of the user's own instructions, as in the reference host.
pub const MAX_INSTRUCTIONS_CHARS: usize = 10_000;

/// Bytes of the place that [`packaged`] reads: the mark, and the settings filled up with spaces.
pub const SLOT_BYTES: usize = 4096;
/// What the place begins with, so that whoever makes a package finds it. It must be in an artefact once.
pub const SLOT_MARK: &str = "salesforce-plugin settings:";

/// A mark is followed by nothing until a package puts settings there.
static SLOT: [u8; SLOT_BYTES] = empty_slot();

const fn empty_slot() -> [u8; SLOT_BYTES] {
    let mut slot = [b' '; SLOT_BYTES];
    let mark = SLOT_MARK.as_bytes();
    let mut at = 0;
    while at < mark.len() {
        slot[at] = mark[at];
        at += 1;
    }
    slot
}

/// The settings that whoever made the package put into the artefact; none if nobody did.
pub fn packaged() -> Option<&'static str> {
    // The compiler sees an empty place, and must not conclude that it stays so.
    let slot: &'static [u8; SLOT_BYTES] = black_box(&SLOT);
    let mut text = &slot[SLOT_MARK.len()..];
    // Most of it is spaces, which cost fuel one by one.
    while let Some(rest) = text.strip_suffix(&[b' '; 64]) {
        text = rest;
    }
    let text = str::from_utf8(text).ok()?.trim();
    (!text.is_empty()).then_some(text)
}

/// A deployment's org, if the settings name one, and what the tools may do in it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `https://acme.my.salesforce.com`, where every request goes; none where the host says it otherwise.
    pub origin: Option<String>,
    /// What the core asks for.
    pub connection: ConnectionSettings,
}

/// The org of a deployment, and what the tools may do in it.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// `https://acme.my.salesforce.com`, where every request goes.
    pub origin: String,
    /// What the core asks for.
    pub connection: ConnectionSettings,
}

impl Deployment {
    /// Reads settings that have to name an org. `missing` says where to put them, for where there are none.
    ///
    /// # Errors
    /// The refusal of every call, since settings that can't be used let no tool run.
    pub fn read(json: Option<&str>, missing: &str) -> Result<Self, Failure> {
        let settings = json.ok_or_else(|| missing.to_owned()).and_then(Settings::read);
        let Settings { origin, connection } = settings.map_err(|why| not_set_up(&why))?;
        let origin = origin.ok_or_else(|| not_set_up("they name no domain"))?;
        Ok(Self { origin, connection })
    }
}

/// Settings that restrict nothing, for a platform that puts the credential in the header alone.
pub fn none() -> ConnectionSettings {
    ConnectionSettings {
        tools: None,
        read_only: false,
        objects: ObjectGrants { read: None, append: None, edit: None },
        instructions: None,
        vocabulary: Vec::new(),
        soap_session: false,
    }
}

impl Settings {
    /// Reads the JSON.
    ///
    /// # Errors
    /// A sentence that names what is wrong, for whoever set it up.
    pub fn read(json: &str) -> Result<Self, String> {
        let settings = Json::parse(json).map_err(|error| format!("they are no object of JSON: {error}"))?;
        let (mut domain, mut connection) = (None, none());
        for &(ref name, value) in &members(settings, "they are")? {
            match &**name {
                "domain" => domain = text(value, name)?,
                "tools" => connection.tools = texts(value, name)?,
                "read_only" => connection.read_only = flag(value, name)?,
                "objects" => grant(&mut connection.objects, value)?,
                "instructions" => connection.instructions = text(value, name)?,
                "vocabulary" => {
                    for &(ref term, target) in &members(value, "`vocabulary` is")? {
                        let target = text(target, term)?.ok_or_else(|| format!("`{term}` means nothing"))?;
                        connection.vocabulary.push(alias((**term).to_owned(), &target));
                    }
                }
                _ => return Err(unknown(name, "domain, tools, read_only, objects, instructions and vocabulary")),
            }
        }
        let characters = connection.instructions.as_deref().unwrap_or_default().chars().count();
        if characters > MAX_INSTRUCTIONS_CHARS {
            return Err(format!("the instructions have {characters} characters of at most {MAX_INSTRUCTIONS_CHARS}"));
        }
        Ok(Self { origin: domain.as_deref().map(origin).transpose()?, connection })
    }
}

fn grant(objects: &mut ObjectGrants, value: Json<'_>) -> Result<(), String> {
    for &(ref name, value) in &members(value, "`objects` is")? {
        let grant = match &**name {
            "read" => &mut objects.read,
            "append" => &mut objects.append,
            "edit" => &mut objects.edit,
            _ => return Err(unknown(name, "read, append and edit")),
        };
        *grant = texts(value, name)?;
    }
    Ok(())
}

/// The members of an object, of which none may be there twice: which of them holds, nobody could tell.
fn members<'a>(value: Json<'a>, it_is: &str) -> Result<Vec<(Cow<'a, str>, Json<'a>)>, String> {
    if !value.get().starts_with('{') {
        return Err(format!("{it_is} no object"));
    }
    let members: Vec<_> = value.members().collect();
    let is_twice = |(at, (name, _)): (usize, &(Cow<'_, str>, _))| members[..at].iter().any(|(other, _)| other == name);
    match members.iter().enumerate().find(|member| is_twice(*member)) {
        Some((_, (name, _))) => Err(format!("`{name}` is there twice")),
        None => Ok(members),
    }
}

fn unknown(name: &str, known: &str) -> String {
    format!("`{name}` is no setting: there are {known}")
}

/// A text; none where the value is null.
fn text(value: Json<'_>, name: &str) -> Result<Option<String>, String> {
    match value.text() {
        Some(text) => Ok(Some(text.into_owned())),
        None if value.get() == "null" => Ok(None),
        None => Err(format!("`{name}` is no text")),
    }
}

/// A list of texts; none where the value is null.
fn texts(value: Json<'_>, name: &str) -> Result<Option<Vec<String>>, String> {
    if value.get() == "null" {
        return Ok(None);
    }
    let texts = value.items().map(|item| Some(item.text()?.into_owned())).collect();
    let texts: Option<Vec<_>> = if value.get().starts_with('[') { texts } else { None };
    texts.map(Some).ok_or_else(|| format!("`{name}` is no list of texts"))
}

fn flag(value: Json<'_>, name: &str) -> Result<bool, String> {
    match value.get() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(format!("`{name}` is neither true nor false")),
    }
}

/// The origin of an org, of its domain as people write it.
///
/// # Errors
/// A sentence, where the domain is not one org's of Salesforce.
pub fn origin(domain: &str) -> Result<String, String> {
    sign_in::origin(domain).map_err(|refusal| format!("the domain {domain:?} can't be used: {}", refusal.message))
}

/// "Account.NumberOfEmployees" is a field, "Opportunity" an object.
fn alias(term: String, target: &str) -> Alias {
    match target.split_once('.') {
        Some((object, field)) => Alias { term, object: Some(object.to_owned()), name: field.to_owned() },
        None => Alias { term, object: None, name: target.to_owned() },
    }
}
