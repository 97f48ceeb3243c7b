//! One sign-in at a time, beside the pages: begun by one of them, watched by all, and stopped by the next.

use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use salesforce_host::Origin;
use salesforce_host::cancel::CancelHandle;
use salesforce_host::config_dir::ConnectionName;
use salesforce_host::profile::{Profile, Site};
use salesforce_host::sign_in::{self, Client, Ending, Listener, SignInError};
use salesforce_host::wire::Https;

use super::Shared;
use super::texts::Language;
use crate::app::{Config, Embedded};
use crate::failure::Failure;

/// How long a sign-in that was stopped may hold its port.
const PORT_TIMEOUT: Duration = Duration::from_secs(2);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// What a sign-in is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) name: ConnectionName,
    pub(super) site: Site,
    pub(super) key: String,
}

/// A sign-in under way, or at its end.
pub(super) struct Signing {
    pub(super) number: u64,
    pub(super) wanted: Wanted,
    /// Where the browser has to go.
    pub(super) url: String,
    /// The address to register with the app.
    pub(super) callback: String,
    /// The org that is asked.
    pub(super) origin: Origin,
    stop: CancelHandle,
    end: Arc<Mutex<Option<Result<(), SignInError>>>>,
    /// The embedded org is served for as long as the sign-in is looked at.
    _embedded: Option<Arc<Embedded>>,
}

/// How far a sign-in is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    Waiting,
    Done,
    Failed,
}

impl Progress {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

impl Signing {
    /// Begins a sign-in, in place of any other.
    pub(super) fn begin(shared: &Arc<Shared>, wanted: Wanted, language: Language) -> Result<(), Failure> {
        let before = shared.state().signing.take();
        let is_replaced = before.is_some();
        before.into_iter().for_each(Self::stop);
        let embedded = match &wanted.site {
            Site::Embedded => Some(Arc::new(Embedded::serve(Arc::clone(&shared.options.org))?)),
            Site::At(_) => None,
        };
        let origin = match (&wanted.site, &embedded) {
            (Site::At(origin), _) => origin.clone(),
            (Site::Embedded, Some(embedded)) => embedded.origin.clone(),
            (Site::Embedded, None) => return Err(Failure::Host("the demo org is not served".to_owned())),
        };
        let port = Config::read(&shared.options.config_dir)?.port(None, Some(&origin));
        let stop = CancelHandle::default();
        let listener = bound(port, is_replaced)?.cancelled_by(&stop);
        let callback = listener.redirect();
        let client = Client::new(&shared.options.host, &origin, &wanted.key, Https::new())?;
        let end = Arc::new(Mutex::new(None));
        let (shown, url) = mpsc::channel();
        let work = Work { shared: Arc::clone(shared), wanted: wanted.clone(), client, listener, language };
        let ended = Arc::clone(&end);
        thread::spawn(move || {
            let result = work.run(&shown);
            *ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        });
        // Where nothing is shown, the end says why.
        let url = url.recv().unwrap_or_default();
        let mut state = shared.state();
        state.attempts += 1;
        let number = state.attempts;
        state.signing = Some(Self { number, wanted, url, callback, origin, stop, end, _embedded: embedded });
        Ok(())
    }

    /// Waits for the browser no longer.
    pub(super) fn stop(self) {
        self.stop.cancel();
    }

    pub(super) fn progress(&self) -> Progress {
        match self.end.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            None => Progress::Waiting,
            Some(Ok(())) => Progress::Done,
            Some(Err(_)) => Progress::Failed,
        }
    }

    /// Looks at why it failed, if it did.
    pub(super) fn failure<R>(&self, look: impl FnOnce(&SignInError) -> R) -> Option<R> {
        match self.end.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            Some(Err(error)) => Some(look(error)),
            _ => None,
        }
    }
}

/// The port of the way back, which the sign-in before may still be giving up.
fn bound(port: u16, is_replaced: bool) -> Result<Listener, SignInError> {
    let until = Instant::now() + PORT_TIMEOUT;
    loop {
        match Listener::bind(port) {
            Err(SignInError::Port { .. }) if is_replaced && Instant::now() < until => thread::sleep(POLL_INTERVAL),
            bound => return bound,
        }
    }
}

/// What the thread of a sign-in has.
struct Work {
    shared: Arc<Shared>,
    wanted: Wanted,
    client: Client,
    listener: Listener,
    language: Language,
}

impl Work {
    fn run(&self, shown: &mpsc::Sender<String>) -> Result<(), SignInError> {
        let Wanted { name, site, key } = &self.wanted;
        let config_dir = &self.shared.options.config_dir;
        let signed_in = sign_in::sign_in_ending(
            &self.client,
            &self.listener,
            // Whoever began has gone.
            |url| drop(shown.send(url.to_owned())),
            |signed_in| {
                let site = match site {
                    Site::Embedded => Site::Embedded,
                    Site::At(_) => Site::At(signed_in.grant.origin.clone()),
                };
                let profile = Profile::new(site, key, signed_in);
                profile.keep(&self.client, config_dir, name, &signed_in.grant.tokens)
            },
            |result| self.ending(result.is_ok()),
        )?;
        // Of an embedded org nothing is kept: its pages ask it as its user.
        drop(signed_in);
        self.shared.state().sessions.remove(name);
        Ok(())
    }

    /// What the other window says: how it goes on, it goes on in the set-up page.
    fn ending(&self, well: bool) -> Ending {
        let texts = self.language.texts();
        let (title, text) = if well {
            (texts.window_connected, texts.window_go_back)
        } else {
            (texts.window_refused, texts.window_go_back_to_read)
        };
        Ending {
            lang: self.language.code(),
            trouble: !well,
            title: title.to_owned(),
            paragraphs: vec![text.to_owned()],
        }
    }
}
