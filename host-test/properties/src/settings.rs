//! A settings file changes while a server runs. The parts of the input are the file as it was, as it becomes, and as it
//! becomes after that.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use salesforce_host::settings::{InForce, SETTLE, Settings, SettingsFile, ToolNames};

/// A longer file is cut at no more places, for each costs some parsing.
const MAX_LENGTH: usize = 400;

/// A file cut anywhere is never looser than the whole, however often one looks; and what allows more than before never
/// holds at the first look.
pub fn a_file_cut_anywhere_is_never_looser(input: &[u8]) {
    let parts: Vec<_> = crate::parts(input).map(crate::text).collect();
    let [before, whole, rest @ ..] = &parts[..] else { return };
    if whole.len() > MAX_LENGTH || Settings::parse(before, &names()).is_err() {
        return;
    }
    let next = rest.first().map_or("", |next| next);
    let mut watched = Watched::new(before);
    for text in [&**whole, next] {
        let held = watched.in_force.settings().clone();
        let looked = watched.look(text);
        let looser = watched.in_force.settings().is_looser_than(&held, &names());
        assert!(!looser, "{text:?} after {before:?}: {looked:?}");
    }
    let Ok(meant) = Settings::parse(whole, &names()) else { return };
    for at in 0..whole.len() {
        let Some(cut) = whole.get(..at) else { continue };
        let mut watched = Watched::new(before);
        watched.look(whole);
        for _ in 0..3 {
            let may_run = watched.look(cut);
            let looser = watched.in_force.settings().is_looser_than(&meant, &names());
            assert!(!(may_run && looser), "{cut:?} of {whole:?} after {before:?}");
            *watched.now.lock().unwrap() += SETTLE;
        }
    }
}

fn names() -> ToolNames {
    let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect();
    ToolNames::new(names(&["find", "get", "create", "update"]), names(&["find", "get", "create", "update", "delete"]))
}

/// A file in memory, and a clock that stands still.
struct Watched {
    text: Arc<Mutex<String>>,
    now: Arc<Mutex<Instant>>,
    in_force: InForce,
}

impl Watched {
    fn new(text: &str) -> Self {
        let text = Arc::new(Mutex::new(text.to_owned()));
        let now = Arc::new(Mutex::new(Instant::now()));
        let (read, clock) = (Arc::clone(&text), Arc::clone(&now));
        let in_force = InForce::with(
            SettingsFile::of(Path::new("folder")),
            names(),
            move || Ok(Some(read.lock().unwrap().clone())),
            move || *clock.lock().unwrap(),
        )
        .expect("the first text has a meaning");
        Self { text, now, in_force }
    }

    /// Whether any tool may run now.
    fn look(&mut self, text: &str) -> bool {
        text.clone_into(&mut self.text.lock().unwrap());
        self.in_force.look().is_ok()
    }
}
