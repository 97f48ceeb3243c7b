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

use std::collections::BTreeMap;
use std::hint::black_box;

use salesforce_plugin::sign_in;
use salesforce_plugin::wit::{Alias, ConnectionSettings, Error, ObjectGrants};
use serde::Deserialize;

use crate::failure::not_set_up;

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
    let text = str::from_utf8(&slot[SLOT_MARK.len()..]).ok()?.trim();
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
    pub fn read(json: Option<&str>, missing: &str) -> Result<Self, Error> {
        let settings = json.ok_or_else(|| missing.to_owned()).and_then(Settings::read);
        let Settings { origin, connection } = settings.map_err(|why| not_set_up(&why))?;
        let origin = origin.ok_or_else(|| not_set_up("they name no domain"))?;
        Ok(Self { origin, connection })
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    domain: Option<String>,
    tools: Option<Vec<String>>,
    read_only: bool,
    objects: Grants,
    instructions: Option<String>,
    vocabulary: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Grants {
    read: Option<Vec<String>>,
    append: Option<Vec<String>>,
    edit: Option<Vec<String>>,
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
    /// A sentence that names what is wrong and where, for whoever set it up.
    pub fn read(json: &str) -> Result<Self, String> {
        // A list would be read as the members in their order.
        if !json.trim_start().starts_with('{') {
            return Err("they are no object".to_owned());
        }
        let written: Written = serde_json::from_str(json).map_err(|error| error.to_string())?;
        let origin = written.domain.as_deref().map(origin).transpose()?;
        let characters = written.instructions.as_deref().unwrap_or_default().chars().count();
        if characters > MAX_INSTRUCTIONS_CHARS {
            return Err(format!("the instructions have {characters} characters of at most {MAX_INSTRUCTIONS_CHARS}"));
        }
        let connection = ConnectionSettings {
            tools: written.tools,
            read_only: written.read_only,
            objects: ObjectGrants {
                read: written.objects.read,
                append: written.objects.append,
                edit: written.objects.edit,
            },
            instructions: written.instructions,
            vocabulary: written.vocabulary.into_iter().map(alias).collect(),
            ..none()
        };
        Ok(Self { origin, connection })
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
fn alias((term, target): (String, String)) -> Alias {
    match target.split_once('.') {
        Some((object, field)) => Alias { term, object: Some(object.to_owned()), name: field.to_owned() },
        None => Alias { term, object: None, name: target },
    }
}
