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
}

/// The text of a settings file with a change in it.
pub fn edited(text: &str, change: &Change, tools: &ToolNames) -> Result<String, SettingsError> {
    // What is wrong already is for the person to put right first.
    Settings::parse(text, tools)?;
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| SettingsError {
        line: super::line(text, error.span()),
        key: String::new(),
        problem: error.message().to_owned(),
    })?;
    let section = document.entry("tools").or_insert(Item::Table(Table::new()));
    if let Some(section) = section.as_table_like_mut() {
        match change {
            Change::Tools { enable, disable } => {
                for (names, on) in [(enable, true), (disable, false)] {
                    for name in names {
                        let key = written(&*section, name, tools);
                        put(section, &key, on.into());
                    }
                }
            }
            Change::Everything(others) => {
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
        }
    }
    Ok(document.to_string())
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
        let text = edited(before, change, &names()).unwrap();
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
        let error = edited("[tools]\nupdat = true\n", &tools(&["get"], &[]), &names()).unwrap_err();
        assert_eq!((error.line, error.key.as_str()), (2, "tools.updat"));
    }
}
