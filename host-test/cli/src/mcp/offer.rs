//! What is on offer just now: the tools and instructions under the settings in force.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use rmcp::model::{JsonObject, Tool as Listed, ToolAnnotations};

use super::StartError;
use salesforce_host::settings::{Confirm, InForce, Look, Replies, SettingsFile, ToolNames};
use salesforce_host::types::{ConnectionSettings, ErrorKind, Tool};
use salesforce_host::{HostError, Session};

/// The offer, renewed whenever the settings file says something else.
pub(super) struct Offers {
    session: Session,
    settings: Option<Mutex<InForce>>,
    restrict: Restrict,
    current: RwLock<Arc<Offer>>,
}

/// What was said of the settings when the program was started.
pub(super) type Restrict = Arc<dyn Fn(&mut ConnectionSettings) + Send + Sync>;

/// What a client is offered.
#[derive(Clone)]
pub(super) struct Offer {
    tools: Vec<Tool>,
    /// The same, as the protocol lists them, with their output schemas.
    listed: Vec<Listed>,
    pub(super) instructions: String,
    pub(super) confirm: Confirm,
    /// The form of replies, as the settings want it.
    pub(super) replies: Replies,
    /// Why no tool runs, though they are on offer.
    pub(super) fault: Option<Fault>,
}

/// Why no tool runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) kind: ErrorKind,
    pub(super) text: String,
}

impl From<StartError> for Fault {
    fn from(error: StartError) -> Self {
        match &error {
            StartError::Settings(file) if file.is_shortage() => Self {
                kind: ErrorKind::Unavailable,
                text: format!("this program has no file handle left to read the settings with: try again ({error})"),
            },
            _ => Self {
                kind: ErrorKind::SwitchedOff,
                text: format!("no tool runs until the settings are put right: {error}"),
            },
        }
    }
}

/// What came of a look at the settings.
#[derive(Default)]
pub(super) struct Refreshed {
    /// Whether other tools are on offer than before.
    pub(super) changed: bool,
    /// A line for the log.
    pub(super) word: Option<String>,
}

impl Offer {
    /// The tools as the protocol lists them. An output schema is a promise that replies are structures.
    pub(super) fn listed(&self, replies: Replies) -> Vec<Listed> {
        let mut listed = self.listed.clone();
        if replies == Replies::Text {
            listed.iter_mut().for_each(|tool| tool.output_schema = None);
        }
        listed
    }

    /// A tool by its name, or its short name.
    pub(super) fn tool(&self, name: &str) -> Option<&Tool> {
        self.tools.iter().find(|tool| tool.name == name || tool.name.strip_prefix("salesforce_") == Some(name))
    }
}

impl Offers {
    pub(super) fn new(session: Session, file: Option<SettingsFile>, restrict: Restrict) -> Result<Self, StartError> {
        let settings = match file {
            Some(file) => Some(InForce::of(file, ToolNames::of(session.host())?)?),
            None => None,
        };
        let offer = offer(&session, settings.as_ref(), &*restrict)?;
        Ok(Self { session, settings: settings.map(Mutex::new), restrict, current: RwLock::new(Arc::new(offer)) })
    }

    /// Lets no tool run, though they stay on offer; false where that was why already.
    pub(super) fn refuse(&self, fault: Fault) -> bool {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let is_new = current.fault.as_ref() != Some(&fault);
        if is_new {
            *current = Arc::new(Offer { fault: Some(fault), ..(**current).clone() });
        }
        is_new
    }

    pub(super) fn current(&self) -> Arc<Offer> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks at the settings again. Waits for the disk.
    pub(super) fn refresh(&self) -> Refreshed {
        let Some(settings) = &self.settings else { return Refreshed::default() };
        // Whoever comes meanwhile waits for the new offer.
        let mut settings = settings.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.current();
        let word = match settings.look() {
            Ok(Look::Same) if before.fault.is_none() => return Refreshed::default(),
            Ok(Look::Waiting) => Ok(LOOSENED_LATER),
            Ok(_) => Ok("the settings have changed"),
            Err(error) => Err(StartError::from(error)),
        };
        let renewed =
            word.and_then(|word| Ok((offer(&self.session, Some(&settings), &*self.restrict)?, word.to_owned())));
        // Nobody knows what the person wants, so nothing happens until they say so.
        let (after, word) = renewed.unwrap_or_else(|error| {
            let fault = Fault::from(error);
            (Offer { fault: Some(fault.clone()), ..(*before).clone() }, fault.text)
        });
        if after.fault.is_some() && after.fault == before.fault {
            return Refreshed::default();
        }
        let changed = after.listed != before.listed || after.replies != before.replies;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(after);
        Refreshed { changed, word: Some(word) }
    }
}

/// What the log says of settings that allow more than those of before.
const LOOSENED_LATER: &str = "the settings have changed: what they restrict holds now, what they allow more holds once the file has \
                       said so for 2 s";

/// Puts settings in force, and asks the component what is on offer under them.
fn offer(
    session: &Session,
    settings: Option<&InForce>,
    restrict: &dyn Fn(&mut ConnectionSettings),
) -> Result<Offer, HostError> {
    let mut connection_settings = match settings {
        Some(settings) => settings.settings().connection_settings(settings.tools()),
        None => session.connection().settings(),
    };
    restrict(&mut connection_settings);
    session.connection().set_settings(connection_settings);
    let tools = session.tools()?;
    Ok(Offer {
        listed: tools.iter().map(listed).collect::<Result<_, _>>()?,
        instructions: session.instructions()?,
        confirm: settings.map(|settings| settings.settings().confirm()).unwrap_or_default(),
        replies: settings.map(|settings| settings.settings().replies()).unwrap_or_default(),
        fault: None,
        tools,
    })
}

/// A tool as the protocol lists it.
fn listed(tool: &Tool) -> Result<Listed, HostError> {
    let schema = |text: &str| {
        serde_json::from_str::<JsonObject>(text)
            .map(Arc::new)
            .map_err(|_| HostError::Load(format!("a schema of {} is no JSON object", tool.name)))
    };
    let annotations = &tool.annotations;
    Ok(Listed::new(tool.name.clone(), tool.description.clone(), schema(&tool.input_schema)?)
        .with_title(annotations.title.clone())
        .with_raw_output_schema(schema(&tool.output_schema)?)
        .with_annotations(ToolAnnotations::from_raw(
            Some(annotations.title.clone()),
            Some(annotations.read_only_hint),
            Some(annotations.destructive_hint),
            Some(annotations.idempotent_hint),
            Some(annotations.open_world_hint),
        )))
}
