//! A page of Markdown, as far as the tests of the documentation read it: fences, code spans, links, headings and tables.

use std::fs;
use std::path::{Path, PathBuf};

/// A page, by its path below the project's root.
pub(super) struct Page {
    pub(super) path: String,
    pub(super) text: String,
}

/// A fenced block.
pub(super) struct Fence {
    /// Its page and line, for messages.
    pub(super) place: String,
    pub(super) language: String,
    pub(super) text: String,
}

/// Something in a line of a page.
pub(super) struct Found {
    /// Its page and line, for messages.
    pub(super) place: String,
    pub(super) text: String,
}

/// The top of the project.
pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A file's text, by its path below the root.
#[track_caller]
pub(super) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every page people read: those at the top, `docs/`, and the forms of `.github/`.
pub(super) fn pages() -> Vec<Page> {
    let mut paths = Vec::new();
    for folder in ["", "docs/", ".github/", ".github/ISSUE_TEMPLATE/"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".md") || (name.ends_with(".yml") && folder.starts_with(".github")) {
                paths.push(format!("{folder}{name}"));
            }
        }
    }
    paths.sort();
    paths.iter().map(|path| Page::at(path)).collect()
}

impl Page {
    #[track_caller]
    pub(super) fn at(path: &str) -> Self {
        Self { path: path.to_owned(), text: read(path) }
    }

    fn place(&self, line: usize) -> String {
        format!("{}:{line}", self.path)
    }

    /// The fenced blocks, without the indentation of the fence.
    pub(super) fn fences(&self) -> Vec<Fence> {
        let mut fences = Vec::new();
        let mut open: Option<(Fence, usize)> = None;
        for (number, line) in (1..).zip(self.text.lines()) {
            let mark = line.trim_start().strip_prefix("```");
            open = match (open, mark) {
                (None, Some(language)) => {
                    let indent = line.len() - line.trim_start().len();
                    let fence = Fence { place: self.place(number), language: language.to_owned(), text: String::new() };
                    Some((fence, indent))
                }
                (None, None) => None,
                (Some((fence, _)), Some(_)) => {
                    fences.push(fence);
                    None
                }
                (Some((mut fence, indent)), None) => {
                    fence.text.push_str(line.get(indent..).unwrap_or_default());
                    fence.text.push('\n');
                    Some((fence, indent))
                }
            };
        }
        assert!(open.is_none(), "{}: a fence is not closed", self.path);
        fences
    }

    /// The lines outside fences, with their numbers.
    pub(super) fn prose(&self) -> Vec<(usize, &str)> {
        let mut fenced = false;
        let outside = |(_, line): &(usize, &str)| {
            let mark = line.trim_start().starts_with("```");
            fenced ^= mark;
            !fenced && !mark
        };
        (1..).zip(self.text.lines()).filter(outside).collect()
    }

    /// What stands in backticks, outside fences.
    pub(super) fn spans(&self) -> Vec<Found> {
        let prose = self.prose();
        prose.iter().flat_map(|(number, line)| spans_of(line).map(|text| self.found(*number, text))).collect()
    }

    /// Where links lead, outside fences.
    pub(super) fn links(&self) -> Vec<Found> {
        let mut links = Vec::new();
        for (number, line) in self.prose() {
            for after in line.split("](").skip(1) {
                let target = after.split(')').next().unwrap_or_default();
                links.push(self.found(number, target));
            }
        }
        links
    }

    /// The anchors of the headings, as GitHub makes them.
    pub(super) fn anchors(&self) -> Vec<String> {
        let headings = self.prose().into_iter().filter_map(|(_, line)| line.strip_prefix('#'));
        headings.map(|heading| anchor(heading.trim_start_matches('#'))).collect()
    }

    /// The rows of all tables, as cells, without heads.
    pub(super) fn rows(&self) -> Vec<(String, Vec<&str>)> {
        let prose = self.prose();
        let row = |line: &'_ str| line.starts_with('|');
        let mut rows = Vec::new();
        for (at, (number, line)) in prose.iter().enumerate() {
            let head = prose.get(at + 1).is_some_and(|(_, next)| next.starts_with("| ---"));
            if row(line) && !head && !line.starts_with("| ---") {
                let cells = line.trim_matches('|').split(" | ").map(str::trim).collect();
                rows.push((self.place(*number), cells));
            }
        }
        rows
    }

    fn found(&self, line: usize, text: &str) -> Found {
        Found { place: self.place(line), text: text.to_owned() }
    }
}

/// What stands in backticks in a line.
pub(super) fn spans_of(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// `What remains` becomes `what-remains`.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|char| char.is_alphanumeric() || matches!(char, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}
