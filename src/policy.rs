//! What the settings of a connection allow: which tools are on, and which objects a tool may read, create or change.
//!
//! Knows no tool: whoever asks hands in the tool's row, or the table of all.

use crate::error::Error;
use crate::wit::ConnectionSettings;
use crate::within::trimmed;

/// What every tool's name begins with, since a model sees many plugins' tools at once.
pub(crate) const PREFIX: &str = "salesforce_";

/// Words that stand for several tools in the settings.
const ALL: &str = "all";
const DEFAULT: &str = "default";
const NONE: &str = "none";

/// What a call of a tool can do: the interface of the WIT its function is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Changes nothing (`read`).
    ReadOnly,
    /// Adds records (`append`).
    Additive,
    /// Overwrites what is there (`edit`).
    Overwrites,
}

/// A tool, as far as the settings choose by it.
#[derive(Debug)]
pub(crate) struct Row {
    /// Its short name.
    pub(crate) name: &'static str,
    /// What a call can do.
    pub(crate) effect: Effect,
    /// Whether it is on unless the settings say which are.
    pub(crate) is_default: bool,
    /// Whether it needs a platform that puts the credential in the session of SOAP.
    pub(crate) is_soap: bool,
}

/// Refuses a tool that is switched off.
pub(crate) fn allow_tool(settings: &ConnectionSettings, tool: &Row, table: &[Row]) -> Result<(), Error> {
    if is_on(settings, tool) {
        return Ok(());
    }
    if tool.is_soap && !settings.soap_session {
        let what = [
            PREFIX,
            tool.name,
            " works on no platform that keeps the user's session from Salesforce's SOAP API, as this one does; a person can do it in Salesforce",
        ];
        return Err(Error::unavailable_here(&what.concat()));
    }
    Err(Error::switched_off(&format!("the tool {PREFIX}{}", tool.name), unknown(settings, table)))
}

/// Refuses an object that the settings keep from this tier.
pub(crate) fn allow_object(settings: &ConnectionSettings, object: &str, effect: Effect) -> Result<(), Error> {
    if is_granted(settings, object, effect) {
        return Ok(());
    }
    let doing = match effect {
        Effect::ReadOnly => "reading",
        Effect::Additive => "creating",
        Effect::Overwrites => "changing",
    };
    Err(Error::switched_off(&format!("{doing} {object} records"), None))
}

/// Whether the settings let a tool of this tier touch an object.
pub(crate) fn is_granted(settings: &ConnectionSettings, object: &str, effect: Effect) -> bool {
    let granted = match effect {
        Effect::ReadOnly => &settings.objects.read,
        Effect::Additive => &settings.objects.append,
        Effect::Overwrites => &settings.objects.edit,
    };
    granted.as_ref().is_none_or(|names| names.iter().any(|name| name.eq_ignore_ascii_case(object)))
}

/// Whether the settings leave a tool on.
pub(crate) fn is_on(settings: &ConnectionSettings, tool: &Row) -> bool {
    is_chosen(settings.tools.as_deref(), tool)
        && !(settings.read_only && tool.effect != Effect::ReadOnly)
        && (settings.soap_session || !tool.is_soap)
}

/// Whether the list of the settings names a tool, or a word for several; without a list, the default holds.
fn is_chosen(list: Option<&[String]>, tool: &Row) -> bool {
    let Some(list) = list else { return tool.is_default };
    !list.iter().any(|name| is(name, NONE))
        && list.iter().any(|name| {
            is(name, ALL) || (tool.is_default && is(name, DEFAULT)) || is(short_name(trimmed(name)), tool.name)
        })
}

/// Whether a name in the settings is this one. WIT writes `log-activity`, JSON `log_activity`.
fn is(name: &str, this: &str) -> bool {
    let name = trimmed(name);
    let is_same = |(one, other): (u8, u8)| one.eq_ignore_ascii_case(&other) || (one == b'-' && other == b'_');
    name.len() == this.len() && name.bytes().zip(this.bytes()).all(is_same)
}

/// `find` for `salesforce_find`.
pub(crate) fn short_name(name: &str) -> &str {
    name.strip_prefix(PREFIX).unwrap_or(name)
}

/// A word about the tools that the settings name and that do not exist, if there are any.
pub(crate) fn unknown(settings: &ConnectionSettings, table: &[Row]) -> Option<String> {
    let known = |name: &str| {
        [ALL, DEFAULT, NONE].iter().any(|word| is(name, word))
            || table.iter().any(|tool| is(short_name(name.trim()), tool.name))
    };
    let mut unknown = settings.tools.iter().flatten().filter(|name| !known(name)).peekable();
    unknown.peek()?;
    let mut text = "the settings of this connection name tools that do not exist and so switch nothing on:".to_owned();
    for name in unknown {
        text.push_str(&format!(" {name:?}"));
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With these names in the settings: whether a tool that is on by default is on, and one that is not.
    #[track_caller]
    fn check(list: Option<&[&str]>, usual: bool, unusual: bool) {
        let list: Option<Vec<String>> = list.map(|list| list.iter().map(|name| (*name).to_owned()).collect());
        let on = |name, is_default| {
            is_chosen(list.as_deref(), &Row { name, effect: Effect::ReadOnly, is_default, is_soap: false })
        };
        assert_eq!((on("usual_one", true), on("unusual_one", false)), (usual, unusual), "{list:?}");
    }

    #[test]
    fn a_tool_that_is_off_by_default_is_on_only_where_the_settings_say_so() {
        check(None, true, false);
        check(Some(&["default"]), true, false);
        check(Some(&["default", "unusual_one"]), true, true);
        check(Some(&["unusual_one"]), false, true);
        check(Some(&["all"]), true, true);
        check(Some(&["unusual_one", "ALL"]), true, true);
        check(Some(&[]), false, false);
        check(Some(&["none"]), false, false);
    }

    #[test]
    fn none_wins_over_everything_else_in_the_list() {
        check(Some(&["none", "usual_one", "all"]), false, false);
        check(Some(&["default", "None"]), false, false);
    }

    #[test]
    fn a_tool_is_named_as_json_or_as_wit_names_it() {
        for name in ["unusual_one", "salesforce_unusual_one", "unusual-one", "salesforce_unusual-one", " Unusual_One "]
        {
            check(Some(&[name]), false, true);
        }
        for name in ["unusual", "unusual_ones", "", "salesforce_", "allow", "defaults"] {
            check(Some(&[name]), false, false);
        }
    }
}
