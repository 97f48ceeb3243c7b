//! `settings.toml`: what the person behind a connection lets the tools do.
//!
//! ```toml
//! read_only = false
//! confirm = ["edit", "delete"]
//! instructions = "Amounts are in euros."
//!
//! [tools]
//! others = "default"
//! update = false
//!
//! [objects]
//! edit = ["Account", "Contact"]
//!
//! [vocabulary]
//! headcount = "Account.NumberOfEmployees"
//! ```
//!
//! A file that does not say exactly what it means is refused whole, with the line, the key and what is allowed: half of
//! somebody's restrictions would be worse than none.

mod edit;
mod file;
mod in_force;

use std::collections::HashSet;
use std::fmt;
use std::ops::Range;

use toml_edit::{Document, Item, TableLike, Value};

use crate::connection::{Connection, unrestricted};
use crate::engine::host::Host;
use crate::error::HostError;
use crate::types::{Alias, ConnectionSettings, ObjectGrants};
use crate::types::{Effect, Tool};

pub use edit::{Change, edited};
pub use file::{FileError, SettingsFile, fingerprint, is_shortage};
pub use in_force::{InForce, Look, SETTLE};

/// Every key at the top.
const KEYS: [&str; 7] = ["read_only", "confirm", "instructions", "replies", "tools", "objects", "vocabulary"];
/// The key of `[tools]` that speaks of the tools not named there.
const OTHERS: &str = "others";
/// What the model reads with every conversation should be short.
pub const MAX_INSTRUCTIONS_LENGTH: usize = 10_000;

/// What the person behind a connection has chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    tools: ToolChoice,
    read_only: bool,
    objects: Grants,
    instructions: Option<String>,
    vocabulary: Vec<Alias>,
    confirm: Confirm,
    replies: Replies,
}

/// The form of what a tool replies to a client that can take either, such as one of the Model Context Protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Replies {
    /// A text, for a model.
    #[default]
    Text,
    /// The JSON that the output schema describes, for a program.
    Structure,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct ToolChoice {
    others: Others,
    /// Short names, with whether the tool is on.
    named: Vec<(String, bool)>,
}

/// The tools that are not named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Others {
    /// Those that are on unless somebody says otherwise.
    #[default]
    Default,
    /// Every one, those too that are off unless somebody asks for them.
    All,
    /// None.
    None,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Grants {
    read: Option<Vec<String>>,
    append: Option<Vec<String>>,
    edit: Option<Vec<String>>,
}

/// Before which tools the person is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Confirm {
    append: bool,
    edit: bool,
    delete: bool,
}

impl Confirm {
    /// Whether the person is to be asked before a call of this tool. What overwrites includes what deletes.
    pub fn covers(self, tool: &Tool) -> bool {
        match tool.effect {
            Effect::ReadOnly => false,
            Effect::Additive => self.append,
            // What was sent can't be called back, so it is always asked about.
            Effect::Overwrites => match short(&tool.name) {
                "send_email" => true,
                "delete" => self.edit || self.delete,
                _ => self.edit,
            },
        }
    }

    /// What is confirmed, in the words of the file.
    pub fn words(self) -> Vec<&'static str> {
        let words = [(self.append, "append"), (self.edit, "edit"), (self.delete, "delete")];
        words.into_iter().filter_map(|(asks, word)| asks.then_some(word)).collect()
    }

    /// Whether the person is not asked about something that the other asks about.
    fn asks_less_than(self, other: Self) -> bool {
        let deletes = |confirm: Self| confirm.edit || confirm.delete;
        (other.append && !self.append) || (other.edit && !self.edit) || (deletes(other) && !deletes(self))
    }
}

/// The names of the component's tools, without their prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolNames {
    usual: Vec<String>,
    all: Vec<String>,
}

impl ToolNames {
    /// The short names of the tools that are on unless the settings say otherwise, and of all there are.
    pub fn new(usual: Vec<String>, all: Vec<String>) -> Self {
        Self { usual, all }
    }

    /// Asks the component, which alone knows its tools.
    pub fn of(host: &Host) -> Result<Self, HostError> {
        let names = |tools: Option<Vec<String>>| {
            let nowhere = Connection::none();
            nowhere.set_settings(ConnectionSettings { tools, ..unrestricted() });
            let tools = host.session(nowhere).tools()?;
            Ok::<_, HostError>(tools.iter().map(|tool| short(&tool.name).to_owned()).collect::<Vec<_>>())
        };
        let usual = names(None)?;
        let mut all = names(Some(vec!["all".to_owned()]))?;
        all.extend(usual.iter().filter(|name| !all.contains(name)).cloned().collect::<Vec<_>>());
        Ok(Self::new(usual, all))
    }

    /// The short name of a tool a person means, or a sentence about what there is.
    pub fn find(&self, said: &str) -> Result<&str, String> {
        let name = short(said.trim()).replace('-', "_").to_ascii_lowercase();
        let found = self.all.iter().find(|known| **known == name);
        found.map(String::as_str).ok_or_else(|| format!("there is no such tool{}", hint(&name, &self.all)))
    }
}

/// `find` for `salesforce_find`.
fn short(name: &str) -> &str {
    name.strip_prefix("salesforce_").unwrap_or(name)
}

/// Where a settings file says something that has no meaning.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}{}{key}: {problem}", if key.is_empty() { "" } else { ", " })]
pub struct SettingsError {
    /// The line, from 1.
    pub line: usize,
    /// The key with the tables it is in, `tools.update`; empty where the text is not TOML at all.
    pub key: String,
    /// What is wrong, and what is allowed.
    pub problem: String,
}

impl Settings {
    /// Reads the text of a settings file.
    pub fn parse(text: &str, tools: &ToolNames) -> Result<Self, SettingsError> {
        let document = Document::parse(text).map_err(|error| SettingsError {
            line: line(text, error.span()),
            key: String::new(),
            problem: error.message().replace('\n', ": "),
        })?;
        let mut settings = Self::default();
        let top = Section { text, path: "", table: document.as_table() };
        for entry in top.entries() {
            match entry.key {
                "read_only" => settings.read_only = entry.truth()?,
                "confirm" => settings.confirm = confirm(&entry)?,
                "instructions" => settings.instructions = Some(instructions(&entry)?),
                "replies" => {
                    settings.replies = match entry.word(&["text", "structure"])? {
                        "structure" => Replies::Structure,
                        _ => Replies::Text,
                    };
                }
                "tools" => settings.tools = tool_choice(&entry.section()?, tools)?,
                "objects" => settings.objects = grants(&entry.section()?)?,
                "vocabulary" => settings.vocabulary = vocabulary(&entry.section()?)?,
                unknown => {
                    let problem = format!("there is no such setting{}", hint(unknown, &KEYS));
                    return Err(entry.wrong_key(problem));
                }
            }
        }
        Ok(settings)
    }

    /// The choices as the component takes them.
    pub fn connection_settings(&self, tools: &ToolNames) -> ConnectionSettings {
        ConnectionSettings {
            tools: self.tools.list(tools),
            read_only: self.read_only,
            objects: ObjectGrants {
                read: self.objects.read.clone(),
                append: self.objects.append.clone(),
                edit: self.objects.edit.clone(),
            },
            instructions: self.instructions.clone(),
            vocabulary: self.vocabulary.clone(),
            soap_session: true,
        }
    }

    /// Before which tools the person is asked.
    pub fn confirm(&self) -> Confirm {
        self.confirm
    }

    /// In which form replies are wanted.
    pub fn replies(&self) -> Replies {
        self.replies
    }

    /// Whether these allow anything that others do not. Instructions, vocabulary and the form of replies allow nothing.
    pub fn is_looser_than(&self, other: &Self, tools: &ToolNames) -> bool {
        let others = other.tools.on(tools);
        let wider = |(ours, theirs): (&Option<Vec<String>>, &Option<Vec<String>>)| match (ours, theirs) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(ours), Some(theirs)) => {
                let theirs = Granted::of(theirs);
                ours.iter().any(|object| !theirs.names(object))
            }
        };
        (other.read_only && !self.read_only)
            || self.tools.on(tools).iter().any(|tool| !others.contains(tool))
            || self.objects.tiers().into_iter().zip(other.objects.tiers()).any(wider)
            || self.confirm.asks_less_than(other.confirm)
    }

    /// What both allow, with the other's instructions, vocabulary and form of replies.
    pub fn stricter_of(&self, other: &Self, tools: &ToolNames) -> Self {
        let (ours, theirs) = (self.tools.on(tools), other.tools.on(tools));
        let both: Vec<String> = ours.iter().filter(|tool| theirs.contains(tool)).cloned().collect();
        let choice = if both == ours {
            self.tools.clone()
        } else {
            ToolChoice { others: Others::None, named: both.into_iter().map(|tool| (tool, true)).collect() }
        };
        let narrower = |ours: &Option<Vec<String>>, theirs: &Option<Vec<String>>| match (ours, theirs) {
            (Some(ours), Some(theirs)) => {
                let theirs = Granted::of(theirs);
                Some(ours.iter().filter(|object| theirs.names(object)).cloned().collect())
            }
            (one, None) => one.clone(),
            (None, other) => other.clone(),
        };
        Self {
            tools: choice,
            read_only: self.read_only || other.read_only,
            objects: Grants {
                read: narrower(&self.objects.read, &other.objects.read),
                append: narrower(&self.objects.append, &other.objects.append),
                edit: narrower(&self.objects.edit, &other.objects.edit),
            },
            confirm: Confirm {
                append: self.confirm.append || other.confirm.append,
                edit: self.confirm.edit || other.confirm.edit,
                delete: self.confirm.delete || other.confirm.delete,
            },
            instructions: other.instructions.clone(),
            vocabulary: other.vocabulary.clone(),
            replies: other.replies,
        }
    }
}

impl Grants {
    fn tiers(&self) -> [&Option<Vec<String>>; 3] {
        [&self.read, &self.append, &self.edit]
    }
}

/// The objects a grant names. The component does not tell capitals apart either.
struct Granted(HashSet<String>);

impl Granted {
    fn of(names: &[String]) -> Self {
        Self(names.iter().map(|name| name.to_ascii_lowercase()).collect())
    }

    fn names(&self, object: &str) -> bool {
        self.0.contains(&object.to_ascii_lowercase())
    }
}

impl ToolChoice {
    /// The names that are on; absent when nothing was chosen.
    fn list(&self, tools: &ToolNames) -> Option<Vec<String>> {
        if self.others == Others::Default && self.named.is_empty() { None } else { Some(self.on(tools)) }
    }

    /// The names that are on, in the order of all.
    fn on(&self, tools: &ToolNames) -> Vec<String> {
        let on = |tool: &String| match self.named.iter().find(|(name, _)| name == tool) {
            Some((_, on)) => *on,
            None => match self.others {
                Others::Default => tools.usual.contains(tool),
                Others::All => true,
                Others::None => false,
            },
        };
        tools.all.iter().filter(|tool| on(tool)).cloned().collect()
    }
}

fn tool_choice(section: &Section<'_>, tools: &ToolNames) -> Result<ToolChoice, SettingsError> {
    let mut choice = ToolChoice::default();
    for entry in section.entries() {
        if entry.key == OTHERS {
            choice.others = match entry.word(&["default", "all", "none"])? {
                "all" => Others::All,
                "none" => Others::None,
                _ => Others::Default,
            };
            continue;
        }
        let tool = tools.find(entry.key).map_err(|problem| entry.wrong_key(problem))?;
        if choice.named.iter().any(|(name, _)| name == tool) {
            return Err(entry.wrong_key(format!("the tool {tool} is named twice")));
        }
        choice.named.push((tool.to_owned(), entry.truth()?));
    }
    Ok(choice)
}

fn grants(section: &Section<'_>) -> Result<Grants, SettingsError> {
    const TIERS: [&str; 3] = ["read", "append", "edit"];
    let mut grants = Grants::default();
    for entry in section.entries() {
        let tier = match entry.key {
            "read" => &mut grants.read,
            "append" => &mut grants.append,
            "edit" => &mut grants.edit,
            unknown => return Err(entry.wrong_key(format!("there is no such tier{}", hint(unknown, &TIERS)))),
        };
        let mut names = Vec::new();
        for (name, span) in entry.texts()? {
            if !is_api_name(name) {
                return Err(entry.wrong_at(span, format!("{name:?} is no API name of an object, such as \"Account\"")));
            }
            names.push(name.to_owned());
        }
        *tier = Some(names);
    }
    Ok(grants)
}

fn vocabulary(section: &Section<'_>) -> Result<Vec<Alias>, SettingsError> {
    let mut vocabulary = Vec::new();
    for entry in section.entries() {
        let meaning = entry.string()?;
        let (object, name) = match meaning.split_once('.') {
            Some((object, field)) => (Some(object.to_owned()), field),
            None => (None, meaning),
        };
        if !object.iter().all(|object| is_api_name(object)) || !is_api_name(name) || entry.key.trim().is_empty() {
            let allowed = "a word means an object or a field, by API name: \"Opportunity\" or \"Account.Industry\"";
            return Err(entry.wrong(allowed.to_owned()));
        }
        vocabulary.push(Alias { term: entry.key.to_owned(), object, name: name.to_owned() });
    }
    Ok(vocabulary)
}

fn confirm(entry: &Entry<'_>) -> Result<Confirm, SettingsError> {
    const WORDS: [&str; 3] = ["append", "edit", "delete"];
    let mut confirm = Confirm::default();
    for (word, span) in entry.texts()? {
        match word {
            "append" => confirm.append = true,
            "edit" => confirm.edit = true,
            "delete" => confirm.delete = true,
            unknown => {
                let problem = format!("{unknown:?} is nothing to confirm{}", hint(unknown, &WORDS));
                return Err(entry.wrong_at(span, problem));
            }
        }
    }
    Ok(confirm)
}

fn instructions(entry: &Entry<'_>) -> Result<String, SettingsError> {
    let text = entry.string()?.trim();
    let length = text.chars().count();
    if length > MAX_INSTRUCTIONS_LENGTH {
        let allowed = format!("{length} characters are too many: at most {MAX_INSTRUCTIONS_LENGTH}");
        return Err(entry.wrong(allowed));
    }
    Ok(text.to_owned())
}

/// `[A-Za-z][A-Za-z0-9_]*`: an object or a field.
fn is_api_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// `; did you mean "update"? There are: …`
fn hint(said: &str, known: &[impl AsRef<str>]) -> String {
    let near = |name: &str| strsim::normalized_damerau_levenshtein(said, name);
    let nearest = known
        .iter()
        .map(AsRef::as_ref)
        .filter(|name| near(name) >= 0.5)
        .max_by(|one, other| near(one).total_cmp(&near(other)))
        .map(|name| format!("; did you mean \"{name}\"?"));
    let list: Vec<&str> = known.iter().map(AsRef::as_ref).collect();
    let list = list.join(", ");
    match nearest {
        Some(nearest) => format!("{nearest} There are: {list}"),
        None => format!("; there are: {list}"),
    }
}

/// Where something stands in the text, as far as that is known.
type Span = Option<Range<usize>>;

/// A table, and where it is.
struct Section<'t> {
    text: &'t str,
    /// The name of the table with a dot; empty at the top.
    path: &'t str,
    table: &'t dyn TableLike,
}

impl<'t> Section<'t> {
    fn entries(&self) -> impl Iterator<Item = Entry<'t>> {
        let Self { text, path, table } = *self;
        table.iter().map(move |(key, item)| {
            let key_span = table.key(key).and_then(toml_edit::Key::span);
            Entry { text, path, key, key_span, item }
        })
    }
}

/// One key with its value.
struct Entry<'t> {
    text: &'t str,
    path: &'t str,
    key: &'t str,
    key_span: Span,
    item: &'t Item,
}

impl<'t> Entry<'t> {
    fn truth(&self) -> Result<bool, SettingsError> {
        self.item.as_bool().ok_or_else(|| self.wrong(format!("{} is not true or false", self.found())))
    }

    fn string(&self) -> Result<&'t str, SettingsError> {
        self.item.as_str().ok_or_else(|| self.wrong(format!("{} is no text in quotes", self.found())))
    }

    fn word(&self, allowed: &[&str]) -> Result<&'t str, SettingsError> {
        let word = self.string()?;
        if allowed.contains(&word) {
            Ok(word)
        } else {
            Err(self.wrong(format!("{word:?} is no such word{}", hint(word, allowed))))
        }
    }

    fn texts(&self) -> Result<Vec<(&'t str, Span)>, SettingsError> {
        let problem = || "a list of texts is wanted, such as [\"one\", \"two\"]".to_owned();
        let array = self.item.as_array().ok_or_else(|| self.wrong(format!("{}: {}", self.found(), problem())))?;
        let text = |value: &'t Value| match value.as_str() {
            Some(text) => Ok((text, value.span())),
            None => Err(self.wrong_at(value.span(), problem())),
        };
        array.iter().map(text).collect()
    }

    fn section(&self) -> Result<Section<'t>, SettingsError> {
        match self.item.as_table_like() {
            Some(table) => Ok(Section { text: self.text, path: self.key, table }),
            None => Err(self.wrong(format!("{}: a table is wanted, [{}]", self.found(), self.key))),
        }
    }

    /// What stands there, for a message.
    fn found(&self) -> String {
        format!("{} {}", article(self.item.type_name()), self.item.type_name())
    }

    fn wrong(&self, problem: String) -> SettingsError {
        self.wrong_at(self.item.span(), problem)
    }

    fn wrong_key(&self, problem: String) -> SettingsError {
        self.wrong_at(None, problem)
    }

    fn wrong_at(&self, span: Span, problem: String) -> SettingsError {
        let dot = if self.path.is_empty() { "" } else { "." };
        let span = span.or_else(|| self.key_span.clone()).or_else(|| self.item.span());
        SettingsError { line: line(self.text, span), key: format!("{}{dot}{}", self.path, self.key), problem }
    }
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// The line a span begins on, from 1.
fn line(text: &str, span: Span) -> usize {
    let before = span.and_then(|span| text.get(..span.start)).unwrap_or_default();
    before.bytes().filter(|byte| *byte == b'\n').count() + 1
}

impl fmt::Display for Others {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Default => "default",
            Self::All => "all",
            Self::None => "none",
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn names() -> ToolNames {
        let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect();
        ToolNames::new(
            names(&["find", "get", "create", "update"]),
            names(&["find", "get", "create", "update", "delete"]),
        )
    }

    fn connection_settings(text: &str) -> ConnectionSettings {
        Settings::parse(text, &names()).unwrap().connection_settings(&names())
    }

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        assert_eq!(Settings::parse(text, &names()).unwrap_err().to_string(), expected);
    }

    #[test]
    fn an_empty_file_restricts_nothing() {
        assert_eq!(connection_settings(""), unrestricted());
        assert_eq!(connection_settings("# nothing yet\n[tools]\n"), unrestricted());
    }

    #[test]
    fn every_setting_reaches_the_component() {
        let all = connection_settings(
            "read_only = true\ninstructions = \"\"\"\nAmounts are in euros.\n\"\"\"\n\
             [objects]\nread = [\"Account\", \"Invoice__c\"]\nedit = []\n\
             [vocabulary]\nheadcount = \"Account.NumberOfEmployees\"\n\"big deal\" = \"Opportunity\"\n",
        );
        assert!(all.read_only);
        assert_eq!(all.instructions.as_deref(), Some("Amounts are in euros."));
        assert_eq!(all.objects.read, Some(vec!["Account".to_owned(), "Invoice__c".to_owned()]));
        assert_eq!((all.objects.append, all.objects.edit), (None, Some(Vec::new())));
        let words: Vec<_> = all
            .vocabulary
            .iter()
            .map(|alias| (alias.term.as_str(), alias.object.as_deref(), alias.name.as_str()))
            .collect();
        assert_eq!(words, [("headcount", Some("Account"), "NumberOfEmployees"), ("big deal", None, "Opportunity")]);
    }

    #[test]
    fn replies_are_texts_unless_structures_are_asked_for() {
        let replies = |text: &str| Settings::parse(text, &names()).unwrap().replies();
        assert_eq!(["", "replies = \"text\""].map(replies), [Replies::Text; 2]);
        let asked = Settings::parse("replies = \"structure\"", &names()).unwrap();
        let unasked = Settings::default();
        assert_eq!(asked.replies(), Replies::Structure);
        // It allows nothing, so it holds at once.
        assert!(!asked.is_looser_than(&unasked, &names()) && !unasked.is_looser_than(&asked, &names()));
        assert_eq!(unasked.stricter_of(&asked, &names()).replies(), Replies::Structure);
    }

    #[test]
    fn tools_are_on_as_others_and_their_own_word_say() {
        let tools = |text: &str| connection_settings(text).tools.unwrap().join(" ");
        assert_eq!(tools("[tools]\nupdate = false"), "find get create");
        assert_eq!(tools("[tools]\ndelete = true"), "find get create update delete");
        assert_eq!(tools("[tools]\nothers = \"all\"\ncreate = false"), "find get update delete");
        assert_eq!(tools("[tools]\nothers = \"none\"\nsalesforce_get = true"), "get");
        assert_eq!(tools("tools = { others = \"none\" }"), "");
    }

    #[test]
    fn an_error_names_the_line_the_key_and_what_is_allowed() {
        refused(
            "\nread_onyl = true",
            "line 2, read_onyl: there is no such setting; did you mean \"read_only\"? There are: read_only, confirm, \
             instructions, replies, tools, objects, vocabulary",
        );
        refused(
            "# first\n[tools]\nget = true\nupdat = false\n",
            "line 4, tools.updat: there is no such tool; did you mean \"update\"? There are: find, get, create, update, \
             delete",
        );
        refused("replies = \"json\"", "line 1, replies: \"json\" is no such word; there are: text, structure");
        refused(
            "[tools]\nothers = \"some\"",
            "line 2, tools.others: \"some\" is no such word; did you mean \"none\"? There are: default, all, none",
        );
        refused("[tools]\nget = \"yes\"", "line 2, tools.get: a string is not true or false");
        refused(
            "[tools]\nget = true\nsalesforce_get = true",
            "line 3, tools.salesforce_get: the tool get is named twice",
        );
        refused("tools = [\"get\"]", "line 1, tools: an array: a table is wanted, [tools]");
        refused(
            "confirm = [\n  \"edit\",\n  \"remove\",\n]",
            "line 3, confirm: \"remove\" is nothing to confirm; there are: append, edit, delete",
        );
        refused(
            "confirm = \"edit\"",
            "line 1, confirm: a string: a list of texts is wanted, such as [\"one\", \"two\"]",
        );
        refused(
            "[objects]\nedit = [\"My Object\"]",
            "line 2, objects.edit: \"My Object\" is no API name of an object, such as \"Account\"",
        );
        refused("[objects]\nwrite = []", "line 2, objects.write: there is no such tier; there are: read, append, edit");
        refused(
            "[vocabulary]\ndeal = \"the deal\"",
            "line 2, vocabulary.deal: a word means an object or a field, by API name: \"Opportunity\" or \"Account.Industry\"",
        );
        let long = format!("\n\ninstructions = \"{}\"", "a".repeat(MAX_INSTRUCTIONS_LENGTH + 1));
        refused(&long, "line 3, instructions: 10001 characters are too many: at most 10000");
    }

    #[test]
    fn what_is_no_toml_is_refused_with_its_line() {
        let error = Settings::parse("read_only = true\nread_only = false", &names()).unwrap_err();
        assert_eq!((error.line, error.key.as_str()), (2, ""));
        assert_eq!(Settings::parse("confirm = [\"edit\"\n\n[tools", &names()).unwrap_err().key, "");
    }
}
