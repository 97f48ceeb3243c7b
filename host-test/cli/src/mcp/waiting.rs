//! How a server that was started without a connection comes to one, while its clients are already served.

use salesforce_host::Session;
use salesforce_host::settings::SettingsFile;
use salesforce_host::types::ErrorKind;

use super::StartError;
use super::offer::{Fault, Offers, Restrict};

/// What the instructions end with where nothing is connected: a client keeps them for as long as it is connected.
pub(super) const NOTHING_CONNECTED: &str = "When this session began, no org was connected. Until the user has connected one, \
                                            every tool says what the user has to do for it.";

/// Before the user's own instructions, with the first reply once there are any.
pub(super) const OWN_INSTRUCTIONS: &str = "Instructions of the user, which were not known when this session began: ";

/// How a server comes to an org: by looking, again and again, whether the person has connected one.
pub struct Waiting {
    hint: String,
    find: Box<dyn Fn() -> Result<Option<Connected>, String> + Send>,
    remind: Box<dyn FnMut() + Send>,
}

/// A session of an org, with its settings, if it has any.
pub type Connected = (Session, Option<SettingsFile>);

impl Waiting {
    /// `hint` says what the person has to do, and is what every call comes to until then. `find` looks for a
    /// connection, or says why the one there is can't be used.
    pub fn new(hint: impl Into<String>, find: impl Fn() -> Result<Option<Connected>, String> + Send + 'static) -> Self {
        Self { hint: hint.into(), find: Box::new(find), remind: Box::new(|| ()) }
    }

    /// What to do when a tool is called all the same: whoever wants one wants to connect.
    pub fn reminding(self, remind: impl FnMut() + Send + 'static) -> Self {
        Self { remind: Box::new(remind), ..self }
    }

    pub(super) fn remind(&mut self) {
        (self.remind)();
    }

    /// Why no tool runs as yet.
    pub(super) fn fault(&self) -> Fault {
        Fault { kind: ErrorKind::SignIn, text: self.hint.clone() }
    }

    /// The org with what is on offer of it, or why there is none.
    pub(super) fn look(&self, restrict: &Restrict) -> Result<(Session, Offers), Fault> {
        match (self.find)() {
            Ok(None) => Err(self.fault()),
            Err(text) => Err(Fault { kind: ErrorKind::SignIn, text }),
            Ok(Some((session, settings))) => {
                let offers = Offers::new(session.clone(), settings, restrict.clone());
                offers.map(|offers| (session, offers)).map_err(|error: StartError| Fault::from(error))
            }
        }
    }
}
