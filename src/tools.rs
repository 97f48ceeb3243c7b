//! The tools. Each is a function from arguments to a reply or an error; this file calls them by name.

mod activities;
mod aggregate;
mod conversion;
mod create;
mod describe;
mod duplicate;
mod filter;
mod find;
mod get;
mod list;
mod log_activity;
mod names;
mod nicknames;
mod note;
mod people;
mod probe;
mod reference;
mod related;
mod reply;
mod target;
mod update;
mod value;
mod when;

pub use activities::activities;
pub use aggregate::aggregate;
pub use create::create;
pub use describe::describe;
pub use find::find;
pub use get::get;
pub use list::list;
pub use log_activity::log_activity;
pub use update::update;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::catalog;
use crate::error::Error;
use crate::json;
use crate::session::Session;
use crate::vocabulary::Changed;

/// Calls a tool by its name, or its short name, with a JSON object of arguments.
pub fn call(session: &Session<'_>, name: &str, arguments: &str) -> Result<String, Error> {
    match catalog::short_name(name) {
        "find" => run(session, arguments, find),
        "get" => run(session, arguments, get),
        "list" => run(session, arguments, list),
        "aggregate" => run(session, arguments, aggregate),
        "describe" => run(session, arguments, describe),
        "activities" => run(session, arguments, activities),
        "create" => run(session, arguments, create),
        "log_activity" => run(session, arguments, log_activity),
        "update" => run(session, arguments, update),
        _ => Err(Error::Input {
            message: format!("there is no tool {name:?}"),
            fields: Vec::new(),
            allowed: catalog::names(session.preferences()),
        }),
    }
}

fn run<A: DeserializeOwned, R: Serialize>(
    session: &Session<'_>,
    arguments: &str,
    tool: fn(&Session<'_>, A) -> Result<R, Error>,
) -> Result<String, Error> {
    let arguments = if arguments.trim().is_empty() { "{}" } else { arguments };
    if !arguments.trim_start().starts_with('{') {
        return Err(Error::input("the arguments are not a JSON object"));
    }
    let arguments = serde_json::from_str(arguments).map_err(|error| {
        let path = json::path_at(arguments, error.line(), error.column());
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        let place = match path.as_str() {
            _ if error.is_syntax() || error.is_eof() => "the arguments are not JSON".to_owned(),
            "" => "the arguments".to_owned(),
            path => format!("the argument {path}"),
        };
        Error::Input {
            message: format!("{place}: {message}"),
            fields: Some(path).filter(|path| !path.is_empty()).into_iter().collect(),
            allowed: Vec::new(),
        }
    })?;
    let reply = tool(session, arguments)?;
    serde_json::to_string(&reply)
        .map_err(|_| Error::Unreadable { what: "the reply is no JSON".to_owned(), changed: Changed::Unknown })
}

/// A number argument within its bounds.
fn bounded(argument: &str, given: Option<u32>, usual: u32, most: u32) -> Result<u32, Error> {
    match given {
        None => Ok(usual),
        Some(number) if (1..=most).contains(&number) => Ok(number),
        Some(number) => {
            Err(Error::field(argument, format!("{argument} is {number}; it must be 1 to {most}"), Vec::new()))
        }
    }
}
