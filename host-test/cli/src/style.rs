//! What a terminal shows and a file does not: colours, and a line about what takes long.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long something may take before a line speaks of it.
const PATIENCE: Duration = Duration::from_millis(400);
/// How often the line changes.
const TICK: Duration = Duration::from_millis(200);

/// A colour for a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colour {
    Green,
    Yellow,
    Red,
}

/// Whether a stream shows colours: <https://no-color.org>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Colours(bool);

impl Colours {
    /// Those of standard output.
    pub(crate) fn of_stdout() -> Self {
        Self::of(io::stdout().is_terminal(), |name| std::env::var(name).ok())
    }

    fn of(is_terminal: bool, variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_unwanted = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self(is_terminal && !is_unwanted && obeys(variable("TERM").as_deref()))
    }

    /// A word in a colour, where colours are shown.
    pub(crate) fn paint(self, colour: Colour, word: &str) -> impl fmt::Display {
        let code = match colour {
            Colour::Green => 32,
            Colour::Yellow => 33,
            Colour::Red => 31,
        };
        if self.0 { format!("\x1b[{code}m{word}\x1b[0m") } else { word.to_owned() }
    }
}

/// Whether a terminal obeys commands at all.
fn obeys(term: Option<&str>) -> bool {
    cfg!(windows) || term.is_some_and(|term| !term.is_empty() && term != "dumb")
}

/// A line on standard error that says what takes long, and is gone when this is dropped.
pub(crate) struct Progress(Option<(Sender<String>, JoinHandle<()>)>);

impl Progress {
    /// Says what is being done, where somebody looks on.
    pub(crate) fn start(what: &str) -> Self {
        let shown = io::stderr().is_terminal() && obeys(std::env::var("TERM").ok().as_deref());
        Self::on(io::stderr(), what, shown)
    }

    fn on(out: impl Write + Send + 'static, what: &str, shown: bool) -> Self {
        if !shown {
            return Self(None);
        }
        let (say, said) = mpsc::channel();
        let what = what.to_owned();
        Self(Some((say, thread::spawn(move || line(out, what, &said)))))
    }

    /// Says something else from now on.
    pub(crate) fn say(&self, what: impl Into<String>) {
        if let Some((say, _)) = &self.0 {
            // The line lives as long as this does.
            let _ = say.send(what.into());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((say, line)) = self.0.take() {
            drop(say);
            drop(line.join());
        }
    }
}

/// Writes the line again and again, until nobody has anything to say any more.
fn line(mut out: impl Write, mut what: String, said: &mpsc::Receiver<String>) {
    let (started, mut is_there) = (Instant::now(), false);
    loop {
        match said.recv_timeout(if is_there { TICK } else { PATIENCE }) {
            Ok(next) => what = next,
            Err(RecvTimeoutError::Timeout) => {
                let seconds = started.elapsed().as_secs();
                let spent = if seconds > 0 { format!(" ({seconds} s)") } else { String::new() };
                // Whoever can't write to the terminal has no line.
                let _ = write!(out, "\r\x1b[K{what}\u{2026}{spent}").and_then(|()| out.flush());
                is_there = true;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    if is_there {
        let _ = out.write_all(b"\r\x1b[K").and_then(|()| out.flush());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn colours_are_for_terminals_of_people_who_want_them() {
        let of = |is_terminal, no_color: Option<&str>, term: &str| {
            Colours::of(
                is_terminal,
                |name| if name == "TERM" { Some(term.to_owned()) } else { no_color.map(str::to_owned) },
            )
        };
        let word = |colours: Colours| colours.paint(Colour::Red, "no").to_string();
        assert_eq!(word(of(true, None, "xterm")), "\x1b[31mno\x1b[0m");
        assert_eq!(word(of(true, Some(""), "xterm")), "\x1b[31mno\x1b[0m");
        for plain in
            [of(false, None, "xterm"), of(true, Some("1"), "xterm"), of(true, None, "dumb"), of(true, None, "")]
        {
            assert_eq!(word(plain), if cfg!(windows) { word(plain) } else { "no".to_owned() });
        }
    }

    #[derive(Clone, Default)]
    struct Screen(Arc<Mutex<Vec<u8>>>);

    impl Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Screen {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    #[test]
    fn a_line_speaks_of_what_takes_long_and_vanishes() {
        let screen = Screen::default();
        let progress = Progress::on(screen.clone(), "asking", true);
        while !screen.text().contains("asking\u{2026}") {
            thread::yield_now();
        }
        progress.say("reading");
        while !screen.text().contains("\r\x1b[Kreading\u{2026}") {
            thread::yield_now();
        }
        drop(progress);
        assert!(screen.text().ends_with("\r\x1b[K"), "{:?}", screen.text());
        // What is over at once leaves nothing, and where nobody looks on there is nothing.
        let screen = Screen::default();
        drop(Progress::on(screen.clone(), "asking", true));
        drop(Progress::on(screen.clone(), "asking", false));
        assert_eq!(screen.text(), "");
    }
}
