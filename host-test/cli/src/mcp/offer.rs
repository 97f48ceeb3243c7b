//! What is on offer just now: the tools and instructions under the settings in force.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use rmcp::model::{JsonObject, Tool as Listed, ToolAnnotations};

use super::StartError;
use salesforce_host::settings::{Confirm, Settings, SettingsFile, ToolNames};
use salesforce_host::types::{ConnectionSettings, Tool};
use salesforce_host::{HostError, Session};

/// The offer, renewed whenever the settings file says something else.
pub(super) struct Offers {
    session: Session,
    settings: Option<(SettingsFile, ToolNames)>,
    restrict: Box<dyn Fn(&mut ConnectionSettings) + Send + Sync>,
    /// The text the offer was made from; absent when the file could not be read.
    seen: Mutex<Option<String>>,
    current: RwLock<Arc<Offer>>,
}

/// What a client is offered.
#[derive(Clone)]
pub(super) struct Offer {
    tools: Vec<Tool>,
    /// The same, as the protocol lists them.
    pub(super) listed: Vec<Listed>,
    pub(super) instructions: String,
    pub(super) confirm: Confirm,
    /// Why no tool runs, though they are on offer.
    pub(super) fault: Option<String>,
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
    /// A tool by its name, or its short name.
    pub(super) fn tool(&self, name: &str) -> Option<&Tool> {
        self.tools.iter().find(|tool| tool.name == name || tool.name.strip_prefix("salesforce_") == Some(name))
    }
}

impl Offers {
    pub(super) fn new(
        session: Session,
        file: Option<SettingsFile>,
        restrict: Box<dyn Fn(&mut ConnectionSettings) + Send + Sync>,
    ) -> Result<Self, StartError> {
        let settings = match file {
            Some(file) => Some((file, ToolNames::of(session.host())?)),
            None => None,
        };
        let (text, parsed) = match &settings {
            Some((file, names)) => {
                let text = file.text()?;
                let parsed = file.parse(&text, names)?;
                (Some(text), parsed)
            }
            None => (None, Settings::default()),
        };
        let offer = offer(&session, settings.as_ref().map(|(_, names)| names), &parsed, &restrict)?;
        Ok(Self { session, settings, restrict, seen: Mutex::new(text), current: RwLock::new(Arc::new(offer)) })
    }

    pub(super) fn current(&self) -> Arc<Offer> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the settings again if they are others. Waits for the disk.
    pub(super) fn refresh(&self) -> Refreshed {
        let Some((file, names)) = &self.settings else { return Refreshed::default() };
        // Whoever comes meanwhile waits for the new offer.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let text = file.text();
        if text.as_ref().ok().is_some_and(|text| seen.as_ref() == Some(text)) {
            return Refreshed::default();
        }
        let before = self.current();
        let renewed = text.map_err(StartError::from).and_then(|text| {
            let settings = file.parse(&text, names)?;
            Ok((offer(&self.session, Some(names), &settings, &self.restrict)?, text))
        });
        let (after, word) = match renewed {
            Ok((offer, text)) => {
                *seen = Some(text);
                (offer, "the settings have changed".to_owned())
            }
            // Nobody knows what the person wants, so nothing happens until they say so.
            Err(error) => {
                *seen = None;
                let fault = format!("no tool runs until the settings are put right: {error}");
                (Offer { fault: Some(fault.clone()), ..(*before).clone() }, fault)
            }
        };
        if after.fault.is_some() && after.fault == before.fault {
            return Refreshed::default();
        }
        let changed = after.listed != before.listed;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(after);
        Refreshed { changed, word: Some(word) }
    }
}

/// Puts settings in force, and asks the component what is on offer under them.
fn offer(
    session: &Session,
    names: Option<&ToolNames>,
    settings: &Settings,
    restrict: &dyn Fn(&mut ConnectionSettings),
) -> Result<Offer, HostError> {
    let mut connection_settings = match names {
        Some(names) => settings.connection_settings(names),
        None => session.connection().settings(),
    };
    restrict(&mut connection_settings);
    session.connection().set_settings(connection_settings);
    let tools = session.tools()?;
    Ok(Offer {
        listed: tools.iter().map(listed).collect::<Result<_, _>>()?,
        instructions: session.instructions()?,
        confirm: settings.confirm(),
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
