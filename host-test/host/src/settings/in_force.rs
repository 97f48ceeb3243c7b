//! The settings in force while a server runs: what tightens holds at once, what loosens waits for a second look.
//!
//! A file that is being written, was moved away, emptied or cut is no word of the person's: it must not lift what they
//! restricted. So a file that is gone, blank, or only the beginning of what it was, is a fault, under which no tool runs.
//! Whatever else allows more than before counts once the file has said the same for [`SETTLE`]; until then the stricter
//! of both holds in every respect.

use std::time::{Duration, Instant};

use super::{FileError, Settings, SettingsFile, ToolNames};

/// How long a file must say the same before it may allow more. Nobody writes a file of this size for longer.
pub const SETTLE: Duration = Duration::from_secs(2);

/// Reads the text; absent when there is no file.
type Reader = Box<dyn Fn() -> Result<Option<String>, FileError> + Send>;
type Clock = Box<dyn Fn() -> Instant + Send>;

/// The settings of a file, looked at again and again.
pub struct InForce {
    file: SettingsFile,
    read: Reader,
    now: Clock,
    tools: ToolNames,
    settings: Settings,
    /// The last text that had a meaning, with that meaning; absent as long as there was no file.
    last: Option<(String, Settings)>,
    /// Since when the last text has stood there without being in force.
    waiting: Option<Instant>,
}

/// What a look at the file came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// The settings in force are those of before.
    Same,
    /// Other settings are in force.
    Changed,
    /// The file allows more than is in force, which it has to say for longer. What it restricts is in force.
    Waiting,
}

impl InForce {
    /// The settings of a file as it is now; a connection without a file has no restrictions.
    pub fn of(file: SettingsFile, tools: ToolNames) -> Result<Self, FileError> {
        let again = file.clone();
        Self::with(file, tools, move || again.read(), Instant::now)
    }

    /// The same, with another way to read the file and another clock.
    pub fn with(
        file: SettingsFile,
        tools: ToolNames,
        read: impl Fn() -> Result<Option<String>, FileError> + Send + 'static,
        now: impl Fn() -> Instant + Send + 'static,
    ) -> Result<Self, FileError> {
        let last = match read()? {
            Some(text) => {
                let settings = file.parse(&text, &tools)?;
                Some((text, settings))
            }
            None => None,
        };
        let settings = last.as_ref().map(|(_, settings)| settings.clone()).unwrap_or_default();
        Ok(Self { file, read: Box::new(read), now: Box::new(now), tools, settings, last, waiting: None })
    }

    /// What is in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The tools the settings speak of.
    pub fn tools(&self) -> &ToolNames {
        &self.tools
    }

    /// Looks at the file. After an error nothing may run until a later look finds none; what is in force stays so, and
    /// is what that look is compared with.
    pub fn look(&mut self) -> Result<Look, FileError> {
        let found = self.found();
        if found.is_err() {
            self.waiting = None;
        }
        let Some((text, found)) = found? else { return Ok(Look::Same) };
        let now = (self.now)();
        let seen_before = self.last.as_ref().is_some_and(|(last, _)| *last == text);
        self.last = Some((text, found.clone()));
        let next = if !found.is_looser_than(&self.settings, &self.tools) {
            self.waiting = None;
            found
        } else {
            let since = *self.waiting.get_or_insert(now);
            if !seen_before {
                self.waiting = Some(now);
            }
            if seen_before && now.saturating_duration_since(since) >= SETTLE {
                self.waiting = None;
                found
            } else {
                self.settings.stricter_of(&found, &self.tools)
            }
        };
        let changed = next != self.settings;
        self.settings = next;
        Ok(match (self.waiting, changed) {
            (Some(since), _) if since == now && !seen_before => Look::Waiting,
            (_, true) => Look::Changed,
            (_, false) => Look::Same,
        })
    }

    /// The text and its meaning; absent when there never was a file.
    fn found(&self) -> Result<Option<(String, Settings)>, FileError> {
        let Some(text) = (self.read)()? else {
            return if self.last.is_some() { Err(self.lost("it is gone")) } else { Ok(None) };
        };
        let Some((last, meant)) = &self.last else {
            return Ok(Some((text.clone(), self.file.parse(&text, &self.tools)?)));
        };
        if text.trim().is_empty() && !last.trim().is_empty() {
            return Err(self.lost("it is empty; to restrict nothing, put a comment such as \"# nothing\" in it"));
        }
        let settings = self.file.parse(&text, &self.tools)?;
        let is_cut = text.len() < last.len() && last.starts_with(&text);
        if is_cut && settings.is_looser_than(meant, &self.tools) {
            return Err(self.lost(
                "it has been cut short: it is only the beginning of what it was, and allows more. If that is meant, put a \
                 comment such as \"# complete\" at its end",
            ));
        }
        Ok(Some((text, settings)))
    }

    fn lost(&self, what: &'static str) -> FileError {
        FileError::Lost { path: self.file.path().to_owned(), what }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::{Arc, Mutex};

    use super::super::tests::names;
    use super::*;

    /// A file in memory and a clock that stands still.
    struct Bench {
        text: Arc<Mutex<Option<String>>>,
        now: Arc<Mutex<Instant>>,
        in_force: InForce,
    }

    impl Bench {
        fn new(text: Option<&str>) -> Self {
            let text = Arc::new(Mutex::new(text.map(str::to_owned)));
            let now = Arc::new(Mutex::new(Instant::now()));
            let (read, clock) = (Arc::clone(&text), Arc::clone(&now));
            let in_force = InForce::with(
                SettingsFile::of(Path::new("/folder")),
                names(),
                move || Ok(read.lock().unwrap().clone()),
                move || *clock.lock().unwrap(),
            )
            .unwrap();
            Self { text, now, in_force }
        }

        fn look(&mut self, text: Option<&str>) -> Result<Look, String> {
            *self.text.lock().unwrap() = text.map(str::to_owned);
            self.in_force.look().map_err(|error| error.to_string())
        }

        fn pass(&self, time: Duration) {
            *self.now.lock().unwrap() += time;
        }

        #[track_caller]
        fn holds(&self, text: &str) {
            let expected = Settings::parse(text, &names()).unwrap();
            assert!(!self.in_force.settings().is_looser_than(&expected, &names()), "looser than {text}");
            assert!(!expected.is_looser_than(self.in_force.settings(), &names()), "stricter than {text}");
        }
    }

    const STRICT: &str = "confirm = [\"edit\"]\nread_only = true\n\n[tools]\nupdate = false\nothers = \"default\"\n\n\
                          [objects]\nread = [\"Account\", \"Contact\"]\nedit = []\n";

    #[test]
    fn a_file_that_is_gone_or_blank_is_a_fault_however_often_one_looks() {
        for lost in [None, Some(""), Some("\n"), Some(" \t\r\n")] {
            let mut bench = Bench::new(Some(STRICT));
            for _ in 0..3 {
                let error = bench.look(lost).unwrap_err();
                assert!(error.contains("settings.toml: it is "), "{error}");
                bench.pass(SETTLE * 2);
            }
            bench.holds(STRICT);
            assert_eq!(bench.look(Some(STRICT)), Ok(Look::Same));
        }
    }

    #[test]
    fn where_there_never_was_a_file_nothing_is_lost() {
        let mut bench = Bench::new(None);
        assert_eq!(bench.look(None), Ok(Look::Same));
        assert_eq!(bench.look(Some("read_only = true")), Ok(Look::Changed));
        assert!(bench.look(None).is_err());
        let mut bench = Bench::new(Some(""));
        assert_eq!(bench.look(Some("")), Ok(Look::Same));
    }

    #[test]
    fn tightening_holds_at_once_and_loosening_after_two_looks_that_agree() {
        let mut bench = Bench::new(Some("# free\n"));
        assert_eq!(bench.look(Some(STRICT)), Ok(Look::Changed));
        bench.holds(STRICT);
        assert_eq!(bench.look(Some("# free\n")), Ok(Look::Waiting));
        bench.holds(STRICT);
        bench.pass(SETTLE / 2);
        assert_eq!(bench.look(Some("# free\n")), Ok(Look::Same));
        bench.holds(STRICT);
        bench.pass(SETTLE / 2);
        assert_eq!(bench.look(Some("# free\n")), Ok(Look::Changed));
        bench.holds("");
    }

    #[test]
    fn two_looks_that_do_not_agree_begin_to_count_anew() {
        let mut bench = Bench::new(Some(STRICT));
        for text in ["confirm = []\n", "# still being written\n", "confirm = [ ]\n"] {
            assert_eq!(bench.look(Some(text)), Ok(Look::Waiting));
            bench.pass(SETTLE - Duration::from_millis(1));
        }
        bench.holds(STRICT);
        // A fault between two looks that agree is no agreement.
        assert!(bench.look(Some("confirm = [")).is_err());
        bench.pass(SETTLE);
        assert_eq!(bench.look(Some("confirm = [ ]\n")), Ok(Look::Same));
        bench.holds(STRICT);
        bench.pass(SETTLE);
        assert_eq!(bench.look(Some("confirm = [ ]\n")), Ok(Look::Changed));
        bench.holds("");
    }

    #[test]
    fn of_a_change_in_both_directions_the_stricter_half_holds_at_once() {
        let mut bench = Bench::new(Some("read_only = true\n[objects]\nedit = [\"Account\", \"Contact\"]\n"));
        let both = "confirm = [\"edit\"]\n[objects]\nedit = [\"contact\", \"Lead\"]\nread = [\"Lead\"]\n";
        assert_eq!(bench.look(Some(both)), Ok(Look::Waiting));
        bench.holds("read_only = true\nconfirm = [\"edit\"]\n[objects]\nedit = [\"Contact\"]\nread = [\"Lead\"]\n");
        bench.pass(SETTLE);
        assert_eq!(bench.look(Some(both)), Ok(Look::Changed));
        bench.holds(both);
    }

    #[test]
    fn a_file_cut_anywhere_is_never_looser_than_the_whole() {
        let long = format!("# {}\n{STRICT}", "ä".repeat(40));
        for whole in
            [STRICT, &long, "[tools]\nothers = \"all\"\ndelete = false\ncreate = false", "confirm = [\"delete\"]"]
        {
            // As it was in force, and as it had only just been written over something else.
            for before in [whole, "[tools]\nothers = \"none\"\n", "# free\n", STRICT] {
                for at in 0..whole.len() {
                    let Some(cut) = whole.get(..at) else { continue };
                    let mut bench = Bench::new(Some(before));
                    drop(bench.look(Some(whole)));
                    for _ in 0..4 {
                        let looked = bench.look(Some(cut));
                        let meant = Settings::parse(whole, &names()).unwrap();
                        let looser = bench.in_force.settings().is_looser_than(&meant, &names());
                        assert!(looked.is_err() || !looser, "{cut:?} of {whole:?} after {before:?}");
                        bench.pass(SETTLE);
                    }
                }
            }
        }
    }

    #[test]
    fn an_end_that_is_taken_away_on_purpose_can_be_said() {
        let mut bench = Bench::new(Some("read_only = true\nconfirm = [\"edit\"]\n"));
        let error = bench.look(Some("read_only = true\n")).unwrap_err();
        assert!(error.contains("cut short") && error.contains("# complete"), "{error}");
        let meant = "read_only = true\n# complete\n";
        assert_eq!(bench.look(Some(meant)), Ok(Look::Waiting));
        bench.pass(SETTLE);
        assert_eq!(bench.look(Some(meant)), Ok(Look::Changed));
        bench.holds("read_only = true");
    }

    #[test]
    fn other_words_for_the_same_are_no_change() {
        let mut bench = Bench::new(Some("confirm = [\"edit\"]\n[objects]\nread = [\"Account\"]\n"));
        let same = "confirm = [\"delete\", \"edit\"]\n[objects]\nread = [\"account\"]\n";
        assert!(matches!(bench.look(Some(same)), Ok(Look::Same | Look::Changed)));
        bench.holds(same);
    }
}
