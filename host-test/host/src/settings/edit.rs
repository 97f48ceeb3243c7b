//! Changes to the text of a settings file that leave everything else in it, comments too, as the person wrote it.

use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use super::{OTHERS, Others, Settings, SettingsError, ToolNames};

/// What a person wants to be different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// These tools on, those off. Short names.
    Tools {
        /// To switch on.
        enable: Vec<String>,
        /// To switch off.
        disable: Vec<String>,
    },
    /// All tools, none, or those that are on by default.
    Everything(Others),
    /// Whether only tools that change nothing are on.
    ReadOnly(bool),
    /// What the person is asked before: of `append`, `edit` and `delete`.
    Confirm(Vec<String>),
    /// The objects of a tier, `read`, `append` or `edit`; absent: whatever the user may use.
    Objects {
        /// The tier.
        tier: &'static str,
        /// API names.
        names: Option<Vec<String>>,
    },
    /// The person's words to the model; blank: none.
    Instructions(String),
    /// Every word with what it means, as the file says it: `Account.Industry`, or `Opportunity`.
    Vocabulary(Vec<(String, String)>),
}

/// The text of a settings file with changes in it.
pub fn edited(text: &str, changes: &[Change], tools: &ToolNames) -> Result<String, SettingsError> {
    // What is wrong already is for the person to put right first.
    Settings::parse(text, tools)?;
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| SettingsError {
        line: super::line(text, error.span()),
        key: String::new(),
        problem: error.message().to_owned(),
    })?;
    for change in changes {
        apply(&mut document, change, tools);
    }
    let edited = whole(text, document.to_string());
    // What a change says may have no meaning either, such as an object's name with a space.
    Settings::parse(&edited, tools)?;
    Ok(edited)
}

/// A server that runs takes a file that is blank, or only the beginning of what it was, for one that was cut, and lets
/// no tool run: a comment at the end says that this is all of it.
fn whole(before: &str, mut after: String) -> String {
    let is_blank = after.trim().is_empty() && !before.trim().is_empty();
    if is_blank || (after.len() < before.len() && before.starts_with(&after)) {
        if !after.is_empty() && !after.ends_with('\n') {
            after.push('\n');
        }
        after.push_str("# complete\n");
    }
    after
}

fn apply(document: &mut DocumentMut, change: &Change, tools: &ToolNames) {
    match change {
        Change::Tools { enable, disable } => {
            let Some(section) = section(document, "tools") else { return };
            for (names, on) in [(enable, true), (disable, false)] {
                for name in names {
                    let key = written(&*section, name, tools);
                    put(section, &key, on.into());
                }
            }
        }
        Change::Everything(others) => {
            let Some(section) = section(document, "tools") else { return };
            everything(section, *others);
        }
        Change::ReadOnly(on) => {
            put_or_leave(document, "read_only", (*on).then(|| true.into()), (!*on).then(|| false.into()))
        }
        Change::Confirm(words) => {
            put_or_leave(document, "confirm", (!words.is_empty()).then(|| list(words)), Some(list(words)));
        }
        Change::Objects { tier, names: Some(names) } => {
            if let Some(section) = section(document, "objects") {
                put(section, tier, list(names));
            }
        }
        Change::Objects { tier, names: None } => {
            if let Some(section) = document.get_mut("objects").and_then(Item::as_table_like_mut) {
                section.remove(tier);
            }
        }
        Change::Instructions(text) if text.trim().is_empty() => drop(document.remove("instructions")),
        Change::Instructions(text) => put(document.as_table_mut(), "instructions", text.trim().into()),
        Change::Vocabulary(words) => vocabulary(document, words),
    }
}

/// A table of the file, which gets one where there is none.
fn section<'d>(document: &'d mut DocumentMut, name: &str) -> Option<&'d mut dyn TableLike> {
    document.entry(name).or_insert(Item::Table(Table::new())).as_table_like_mut()
}

fn everything(section: &mut dyn TableLike, others: Others) {
    let stays = |on: bool| match others {
        Others::Default => false,
        Others::All => on,
        Others::None => !on,
    };
    let contrary: Vec<String> = section
        .iter()
        .filter(|(_, item)| item.as_bool().is_some_and(|on| !stays(on)))
        .map(|(name, _)| name.to_owned())
        .collect();
    contrary.iter().for_each(|name| drop(section.remove(name)));
    put(section, OTHERS, others.to_string().into());
}

/// Puts a value at the top; where there is nothing to say, only in the place of another.
fn put_or_leave(document: &mut DocumentMut, key: &str, said: Option<Value>, unsaid: Option<Value>) {
    let is_there = document.contains_key(key);
    if let Some(value) = said.or(unsaid.filter(|_| is_there)) {
        put(document.as_table_mut(), key, value);
    }
}

/// Every word that is not among those goes, and the others stay where they are.
fn vocabulary(document: &mut DocumentMut, words: &[(String, String)]) {
    if words.is_empty() && !document.contains_key("vocabulary") {
        return;
    }
    let Some(section) = section(document, "vocabulary") else { return };
    let gone: Vec<String> =
        section.iter().map(|(key, _)| key.to_owned()).filter(|key| words.iter().all(|(word, _)| word != key)).collect();
    gone.iter().for_each(|key| drop(section.remove(key)));
    for (word, meaning) in words {
        // What stays as it was keeps its spelling too.
        if section.get(word).and_then(Item::as_str) != Some(meaning) {
            put(section, word, meaning.as_str().into());
        }
    }
}

fn list(words: &[String]) -> Value {
    Value::Array(words.iter().map(String::as_str).collect())
}

/// The key a tool has in the file already, however it is spelt there, or its short name.
fn written(section: &dyn TableLike, name: &str, tools: &ToolNames) -> String {
    let same = section.iter().map(|(key, _)| key).find(|key| tools.find(key).is_ok_and(|found| found == name));
    same.unwrap_or(name).to_owned()
}

/// Puts a value in the place of another, with the comments that stand around it.
fn put(section: &mut dyn TableLike, key: &str, mut value: Value) {
    if let Some(old) = section.get(key).and_then(Item::as_value) {
        *value.decor_mut() = old.decor().clone();
    }
    match section.get_mut(key) {
        Some(item) => *item = Item::Value(value),
        None => drop(section.insert(key, Item::Value(value))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::names;
    use super::*;

    #[track_caller]
    fn check(before: &str, change: &Change, after: &str) {
        let text = edited(before, std::slice::from_ref(change), &names()).unwrap();
        assert_eq!(text, after);
        Settings::parse(&text, &names()).unwrap();
    }

    fn tools(enable: &[&str], disable: &[&str]) -> Change {
        let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect();
        Change::Tools { enable: names(enable), disable: names(disable) }
    }

    #[test]
    fn comments_order_and_spelling_stay() {
        check(
            "# mine\nread_only = false # for now\n\n[tools] # careful\nsalesforce_update = false # since May\nget=true\n",
            &tools(&["update", "delete"], &["find"]),
            "# mine\nread_only = false # for now\n\n[tools] # careful\nsalesforce_update = true # since May\nget=true\n\
             delete = true\nfind = false\n",
        );
    }

    #[test]
    fn a_file_without_tools_gets_them() {
        check("", &tools(&["delete"], &[]), "[tools]\ndelete = true\n");
        check(
            "read_only = true\n\n[objects]\nedit = []\n",
            &tools(&[], &["update"]),
            "read_only = true\n\n[objects]\nedit = []\n\n[tools]\nupdate = false\n",
        );
        check("tools = { get = true }\n", &tools(&[], &["get"]), "tools = { get = false }\n");
    }

    #[test]
    fn all_none_and_default_undo_what_contradicts_them() {
        let before = "[tools]\nupdate = false\ndelete = true\n";
        check(before, &Change::Everything(Others::All), "[tools]\ndelete = true\nothers = \"all\"\n");
        check(before, &Change::Everything(Others::None), "[tools]\nupdate = false\nothers = \"none\"\n");
        check(before, &Change::Everything(Others::Default), "[tools]\nothers = \"default\"\n");
    }

    #[test]
    fn a_file_with_a_mistake_is_not_touched() {
        let error = edited("[tools]\nupdat = true\n", &[tools(&["get"], &[])], &names()).unwrap_err();
        assert_eq!((error.line, error.key.as_str()), (2, "tools.updat"));
    }

    #[test]
    fn a_change_that_has_no_meaning_is_refused() {
        let spaced = Change::Objects { tier: "read", names: Some(vec!["Big Deal".to_owned()]) };
        assert!(edited("", &[spaced], &names()).unwrap_err().problem.contains("no API name"));
        let wrong = Change::Vocabulary(vec![("deal".to_owned(), "Big Deal".to_owned())]);
        assert_eq!(edited("", &[wrong], &names()).unwrap_err().key, "vocabulary.deal");
    }

    #[test]
    fn every_choice_is_written_where_the_person_has_it_with_the_comments_around_it() {
        let before = "# mine\nread_only = true # for now\nconfirm = [\"edit\"] # ask\ninstructions = \"Old.\"\n\n\
                      [objects] # careful\nread = [\"Account\"] # only these\nedit = []\n\n\
                      [vocabulary] # ours\nheadcount = \"Account.NumberOfEmployees\" # people\ndeal = \"Opportunity\"\n";
        let owned = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        check(before, &Change::ReadOnly(false), &before.replace("read_only = true", "read_only = false"));
        check(
            before,
            &Change::Confirm(owned(&["append", "delete"])),
            &before.replace("[\"edit\"]", "[\"append\", \"delete\"]"),
        );
        check(before, &Change::Confirm(Vec::new()), &before.replace("[\"edit\"]", "[]"));
        check(before, &Change::Instructions(" New.\n".to_owned()), &before.replace("Old.", "New."));
        check(before, &Change::Instructions(" \n".to_owned()), &before.replace("instructions = \"Old.\"\n", ""));
        let objects = Change::Objects { tier: "read", names: Some(owned(&["Lead"])) };
        check(before, &objects, &before.replace("[\"Account\"]", "[\"Lead\"]"));
        check(before, &Change::Objects { tier: "edit", names: None }, &before.replace("edit = []\n", ""));
        let words = [("headcount", "Account.NumberOfEmployees"), ("client", "Account")];
        let words = words.map(|(word, meaning)| (word.to_owned(), meaning.to_owned())).to_vec();
        check(before, &Change::Vocabulary(words), &before.replace("deal = \"Opportunity\"", "client = \"Account\""));
    }

    #[test]
    fn nothing_is_written_where_nothing_is_said() {
        for change in [
            Change::ReadOnly(false),
            Change::Confirm(Vec::new()),
            Change::Objects { tier: "read", names: None },
            Change::Instructions(String::new()),
            Change::Vocabulary(Vec::new()),
        ] {
            check("", &change, "");
            check("# mine\n", &change, "# mine\n");
        }
    }

    #[test]
    fn a_file_that_becomes_its_own_beginning_says_that_it_is_whole() {
        let before = "read_only = true\n[objects]\nread = []\nedit = []\n";
        let change = Change::Objects { tier: "edit", names: None };
        check(before, &change, "read_only = true\n[objects]\nread = []\n# complete\n");
        check("instructions = \"Old.\"\n", &Change::Instructions(String::new()), "# complete\n");
    }
}
