//! Why a text is not a query, and where: the messages of the `MALFORMED_QUERY` family.

/// What kind of refusal a [`SyntaxError`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// The text is not SOQL: a real org refuses it too.
    Malformed,
    /// A number is beyond what Salesforce takes, such as `OFFSET 2001`.
    OutOfRange,
    /// A real org may accept this, but the demo org does not know it.
    Unsupported,
}

/// A refused query text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// Whether Salesforce refuses it or only this engine.
    pub kind: SyntaxErrorKind,
    /// The byte offset in the query text at which it went wrong, if there is one place.
    pub position: Option<usize>,
    /// The whole message as the API would give it, with the excerpt and the caret.
    pub message: String,
}

impl SyntaxError {
    /// An error about the text as a whole.
    pub(crate) fn whole(message: impl Into<String>) -> Self {
        Self { kind: SyntaxErrorKind::Malformed, position: None, message: message.into() }
    }

    /// The API's `errorCode` for this refusal.
    pub fn error_code(&self) -> &'static str {
        match self.kind {
            SyntaxErrorKind::Malformed => "MALFORMED_QUERY",
            SyntaxErrorKind::OutOfRange => "NUMBER_OUTSIDE_VALID_RANGE",
            SyntaxErrorKind::Unsupported => "DEMO_ORG_UNSUPPORTED",
        }
    }

    /// The HTTP status this refusal travels with.
    pub fn status(&self) -> u16 {
        match self.kind {
            SyntaxErrorKind::Malformed | SyntaxErrorKind::OutOfRange => 400,
            SyntaxErrorKind::Unsupported => 501,
        }
    }
}

/// An error before it met the text it is about: the parser and the rules work on positions only.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    kind: SyntaxErrorKind,
    at: Option<usize>,
    detail: String,
}

impl Fault {
    pub(crate) fn malformed(at: usize, detail: impl Into<String>) -> Self {
        Self { kind: SyntaxErrorKind::Malformed, at: Some(at), detail: detail.into() }
    }

    /// A broken rule that Salesforce reports without a place.
    pub(crate) fn rule(detail: impl Into<String>) -> Self {
        Self { kind: SyntaxErrorKind::Malformed, at: None, detail: detail.into() }
    }

    pub(crate) fn out_of_range(detail: impl Into<String>) -> Self {
        Self { kind: SyntaxErrorKind::OutOfRange, at: None, detail: detail.into() }
    }

    pub(crate) fn unsupported(at: usize, what: impl std::fmt::Display) -> Self {
        Self {
            kind: SyntaxErrorKind::Unsupported,
            at: Some(at),
            detail: format!("the demo org does not support {what}"),
        }
    }

    pub(crate) fn explain(self, text: &str) -> SyntaxError {
        SyntaxError {
            kind: self.kind,
            position: self.at,
            message: match self.at {
                Some(at) => located(text, at, &self.detail),
                None => self.detail,
            },
        }
    }
}

/// How much of a long line is shown on either side of the caret.
const CONTEXT: usize = 40;

/// A message in the API's layout: the line, a caret under the place, the row and column, and the detail.
pub(crate) fn located(text: &str, at: usize, detail: &str) -> String {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let (before, after) = text.split_at(at);
    let row = before.matches('\n').count() + 1;
    let line_start = before.rsplit('\n').next().unwrap_or(before);
    let column = line_start.chars().count() + 1;
    let line_end = after.split('\n').next().unwrap_or(after);
    let shown = window_before(line_start);
    let rest: String = line_end.chars().take(CONTEXT).collect();
    let caret = " ".repeat(shown.chars().count());
    format!("\n{shown}{rest}\n{caret}^\nERROR at Row:{row}:Column:{column}\n{detail}")
}

/// The end of `line` that fits in the excerpt, from the start of a word.
fn window_before(line: &str) -> &str {
    let count = line.chars().count();
    if count <= CONTEXT {
        return line;
    }
    let cut = line.char_indices().nth(count - CONTEXT).map_or(0, |(index, _)| index);
    let tail = line.get(cut..).unwrap_or(line);
    match tail.find(' ') {
        Some(space) => tail.get(space + 1..).unwrap_or(tail),
        None => tail,
    }
}
