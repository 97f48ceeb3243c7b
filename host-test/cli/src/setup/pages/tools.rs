//! What an agent may do: the tools by what they do, what it asks first, and the objects.

use http::StatusCode;
use salesforce_host::settings::{Change, FileError, Others, Settings, fingerprint};
use salesforce_host::types::{Effect, ObjectGrants, Tool, WhoAmIReply};

use super::connect::capital;
use super::{Answer, Asked, Html, Known, Page, Shared, Step, bad, field, filled, form, good, hidden, tag, tick};
use crate::failure::Failure;
use crate::setup::form::Form;
use crate::setup::texts::Texts;
use crate::summary;

/// The tiers of objects, as the settings call them.
const TIERS: [&str; 3] = ["read", "append", "edit"];
/// What can be asked about, as the settings call it.
const CONFIRMED: [&str; 3] = ["append", "edit", "delete"];

/// What is to be said on top.
pub(super) enum Word {
    /// Somebody else has changed the file: what was chosen here is not saved yet.
    Changed,
    /// The choice has no meaning.
    Wrong(String),
}

/// What the form shows: what the file says, or what was chosen and could not be saved.
struct Shown {
    on: Vec<String>,
    read_only: bool,
    confirm: Vec<String>,
    objects: [Option<Vec<String>>; 3],
}

impl Shared {
    /// The form.
    pub(super) fn choose_tools(&self, asked: &Asked, known: &Known, word: Option<Word>) -> Result<Answer, Failure> {
        let texts = asked.language.texts();
        let page = Page::new(self, asked, texts.tools_title).at(Step::Tools, Some(&known.name));
        let (text, settings) = match self.settings(known) {
            Ok(read) => read,
            Err(error) => return Ok(page.add(settings_problem(texts, &error)).answer(StatusCode::CONFLICT)),
        };
        let shown = match word {
            Some(_) => self.chosen(&asked.form),
            None => self.in_file(&settings),
        };
        // Which objects there are, the org says where it can be asked.
        let found = self.session(known).ok().and_then(|session| summary::ask(&session).ok());
        let groups = tag("div").set("class", "groups").all(self.groups(&shown, texts));
        let switches = tag("p")
            .set("class", "actions")
            .add(tag("button").set("name", "set").set("value", "all").add(texts.tools_all))
            .add(tag("button").set("name", "set").set("value", "none").add(texts.tools_none))
            .add(tag("button").set("name", "set").set("value", "default").add(texts.tools_default));
        let ask = form(&known.url(self, "tools"))
            // The first button of a form is the one that Enter presses.
            .add(tag("button").set("class", "unseen").set("tabindex", "-1").set("aria-hidden", "true").add(texts.save))
            .add(hidden("seen", &fingerprint(&text)))
            .add(switches)
            .add(groups)
            .add(asking(&shown, texts))
            .add(objects(&shown, found.as_ref(), texts))
            .add(
                tag("p").set("class", "actions save").add(tag("button").set("class", "main").add(texts.save_and_go_on)),
            );
        let saved = (asked.query.has("saved") && word.is_none()).then(|| good(texts.saved));
        let status = if word.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
        let word = word.map(|word| match word {
            Word::Changed => bad(texts.settings_changed),
            Word::Wrong(problem) => bad(tag("span").set("lang", "en").add(problem)),
        });
        Ok(page.add(saved).add(word).add(tag("p").add(texts.tools_intro)).add(ask).answer(status))
    }

    /// Saves what was chosen.
    pub(super) fn take_tools(&self, asked: &Asked, known: &Known) -> Result<Answer, Failure> {
        let texts = asked.language.texts();
        let settings = match self.settings(known) {
            Ok((_, settings)) => settings,
            Err(error) => {
                let page = Page::new(self, asked, texts.tools_title).at(Step::Tools, Some(&known.name));
                return Ok(page.add(settings_problem(texts, &error)).answer(StatusCode::CONFLICT));
            }
        };
        let everything = match asked.form.get("set") {
            "all" => Some(Others::All),
            "none" => Some(Others::None),
            "default" => Some(Others::Default),
            _ => None,
        };
        let changes = match everything {
            Some(others) => vec![Change::Everything(others)],
            None => self.changes(&asked.form, &self.in_file(&settings)),
        };
        match known.settings.change_from(asked.form.get("seen"), &changes, &self.names) {
            Ok(()) if everything.is_some() => Ok(Answer::Redirect(format!("/c/{}/tools?saved", known.name))),
            Ok(()) => Ok(Answer::Redirect(format!("/c/{}/instructions?saved", known.name))),
            Err(FileError::Changed(_)) => self.choose_tools(asked, known, Some(Word::Changed)),
            Err(FileError::Meaning { error, .. }) => {
                self.choose_tools(asked, known, Some(Word::Wrong(capital(&error.problem))))
            }
            Err(error) => Err(Failure::Host(error.to_string())),
        }
    }

    /// The text of the settings and what it means.
    pub(super) fn settings(&self, known: &Known) -> Result<(String, Settings), FileError> {
        let text = known.settings.text()?;
        let settings = known.settings.parse(&text, &self.names)?;
        Ok((text, settings))
    }

    fn in_file(&self, settings: &Settings) -> Shown {
        let chosen = settings.connection_settings(&self.names);
        let ObjectGrants { read, append, edit } = chosen.objects;
        Shown {
            on: chosen.tools.unwrap_or_else(|| self.usual()),
            read_only: chosen.read_only,
            confirm: settings.confirm().words().into_iter().map(ToOwned::to_owned).collect(),
            objects: [read, append, edit],
        }
    }

    /// The tools that are on unless somebody says otherwise.
    fn usual(&self) -> Vec<String> {
        let parsed = Settings::parse("[tools]\nothers = \"default\"\ndelete = false\n", &self.names);
        let chosen = parsed.map(|settings| settings.connection_settings(&self.names)).ok();
        chosen.and_then(|chosen| chosen.tools).unwrap_or_default()
    }

    fn chosen(&self, form: &Form) -> Shown {
        let known = |words: &[&str], name: &str| {
            let said: Vec<&str> = form.all(name).collect();
            words.iter().filter(|word| said.contains(word)).map(|word| (*word).to_owned()).collect::<Vec<_>>()
        };
        let all: Vec<&str> = self.tools.iter().map(|tool| short(&tool.name)).collect();
        Shown {
            on: known(&all, "tool"),
            read_only: form.has("read_only"),
            confirm: known(&CONFIRMED, "confirm"),
            objects: TIERS.map(|tier| {
                let some = form.get(&format!("which-{tier}")) == "some";
                some.then(|| named(form.all(&format!("object-{tier}")).chain([form.get(&format!("more-{tier}"))])))
            }),
        }
    }

    /// What is chosen and not in the file yet.
    fn changes(&self, form: &Form, before: &Shown) -> Vec<Change> {
        let after = self.chosen(form);
        let differs = |one: &[String], other: &[String]| -> Vec<String> {
            one.iter().filter(|name| !other.contains(name)).cloned().collect()
        };
        let (enable, disable) = (differs(&after.on, &before.on), differs(&before.on, &after.on));
        let mut changes = Vec::new();
        if !enable.is_empty() || !disable.is_empty() {
            changes.push(Change::Tools { enable, disable });
        }
        if after.read_only != before.read_only {
            changes.push(Change::ReadOnly(after.read_only));
        }
        if after.confirm != before.confirm {
            changes.push(Change::Confirm(after.confirm));
        }
        for (tier, (after, before)) in TIERS.into_iter().zip(after.objects.into_iter().zip(&before.objects)) {
            if after != *before {
                changes.push(Change::Objects { tier, names: after });
            }
        }
        changes
    }

    fn groups(&self, shown: &Shown, texts: &Texts) -> Vec<Html> {
        let usual = self.usual();
        let is_usual = |tool: &Tool| usual.iter().any(|name| name == short(&tool.name));
        let group = |title: &str, class: &str, of: &dyn Fn(&Tool) -> bool| {
            let boxes = self.tools.iter().filter(|tool| of(tool)).map(|tool| {
                let name = short(&tool.name);
                let sentence = match texts.tool(name) {
                    Some(text) => tag("small").add(text),
                    None => tag("small").set("lang", "en").add(first_sentence(&tool.description)),
                };
                let label =
                    Html::from(tag("b").add(texts.tool_title(name).unwrap_or(&tool.annotations.title))).add(sentence);
                tick("tool", name, shown.on.iter().any(|on| on == name), label)
            });
            tag("fieldset").set("class", class).add(tag("legend").add(title)).all(boxes).into()
        };
        vec![
            group(texts.group_reads, "reads", &|tool| is_usual(tool) && tool.effect == Effect::ReadOnly),
            group(texts.group_adds, "adds", &|tool| is_usual(tool) && tool.effect == Effect::Additive),
            group(texts.group_overwrites, "overwrites", &|tool| is_usual(tool) && tool.effect == Effect::Overwrites),
            group(texts.group_off, "off", &|tool| !is_usual(tool)),
        ]
    }
}

/// Whether writes are wanted, and what is asked first.
fn asking(shown: &Shown, texts: &Texts) -> Html {
    let confirm =
        |word: &str, label: &str| tick("confirm", word, shown.confirm.iter().any(|known| known == word), label);
    Html::from(tag("fieldset").add(tag("legend").add(texts.read_only_legend)).add(tick(
        "read_only",
        "yes",
        shown.read_only,
        texts.read_only,
    )))
    .add(
        tag("fieldset")
            .add(tag("legend").add(texts.confirm_legend))
            .add(confirm("append", texts.confirm_append))
            .add(confirm("edit", texts.confirm_edit))
            .add(confirm("delete", texts.confirm_delete))
            .add(tag("p").set("class", "soft").add(texts.confirm_help)),
    )
}

/// The objects of each tier: all that the user may use, or those that are ticked and typed.
fn objects(shown: &Shown, found: Option<&WhoAmIReply>, texts: &Texts) -> Html {
    let there: [&[String]; 3] = match found {
        Some(found) => [&found.readable, &found.creatable, &found.editable],
        None => [&[], &[], &[]],
    };
    let restricted = shown.objects.iter().any(Option::is_some);
    let titles = [texts.objects_read, texts.objects_create, texts.objects_change];
    let tiers =
        TIERS.into_iter().zip(titles).zip(shown.objects.iter().zip(there)).map(|((tier, title), (named, there))| {
            let choice = |value: &str, on: bool, label: &str| {
                let radio = tag("input").set("type", "radio").set("name", format!("which-{tier}")).set("value", value);
                tag("label").set("class", "tick").add(radio.flag("checked", on)).add(tag("span").add(label))
            };
            let names = named.as_deref().unwrap_or_default();
            let boxes = there.iter().map(|object| {
                let on = names.iter().any(|name| name.eq_ignore_ascii_case(object));
                let input =
                    tag("input").set("type", "checkbox").set("name", format!("object-{tier}")).set("value", object);
                tag("label").set("class", "tick").add(input.flag("checked", on)).add(tag("span").add(object))
            });
            let others: Vec<&str> = names
                .iter()
                .filter(|name| !there.iter().any(|object| object.eq_ignore_ascii_case(name)))
                .map(String::as_str)
                .collect();
            let more = tag("input")
                .set("name", format!("more-{tier}"))
                .set("value", others.join(", "))
                .set("placeholder", "Invoice__c")
                .set("autocomplete", "off")
                .set("spellcheck", "false");
            tag("fieldset")
                .set("class", "tier")
                .add(tag("legend").add(title))
                .add(choice("all", named.is_none(), texts.objects_all))
                .add(choice("some", named.is_some(), texts.objects_some))
                .add(
                    tag("div")
                        .set("class", "some")
                        .add(tag("div").set("class", "boxes").all(boxes))
                        .add(field(texts.objects_more, more)),
                )
        });
    tag("details")
        .flag("open", restricted)
        .add(tag("summary").add(texts.objects_summary))
        .add(tag("p").set("class", "soft").add(texts.objects_help))
        .add(tag("div").set("class", "tiers").all(tiers))
        .into()
}

/// Names that are ticked, and typed with commas or spaces between them.
fn named<'f>(values: impl Iterator<Item = &'f str>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in
        values.flat_map(|value| value.split([',', ';', ' ', '\n'])).map(str::trim).filter(|name| !name.is_empty())
    {
        if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(name.to_owned());
        }
    }
    names
}

/// What to do about settings that can't be read: the page can't know what was meant.
pub(super) fn settings_problem(texts: &Texts, error: &FileError) -> Html {
    let exact = tag("code").set("lang", "en").add(error.to_string());
    bad(filled(texts.settings_wrong, [("problem", exact.into())])).into()
}

fn short(name: &str) -> &str {
    name.strip_prefix("salesforce_").unwrap_or(name)
}

fn first_sentence(text: &str) -> &str {
    text.split_once(". ").map_or(text, |(first, _)| first)
}
