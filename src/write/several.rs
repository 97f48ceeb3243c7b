//! Several records of one call: how many there may be, and what is said of one of them and of all.

use crate::error::Error;
use crate::json::quoted;
use crate::rest::Composite;

/// The most records of a call: a composite request has 25 parts, of which one may read what came of the others.
/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite.htm>
pub(crate) const MAX_RECORDS: usize = 24;

/// Refuses more records than one call writes: to go on in parts is for the person to say.
pub(crate) fn check(count: usize, first: &str, done: &str) -> Result<(), Error> {
    if count <= MAX_RECORDS {
        return Ok(());
    }
    let message = format!(
        "{count} records are more than the {MAX_RECORDS} that one call {done}, of which {first} is the first: ask the person whether to go on in several calls, each of which is taken back by itself"
    );
    Err(Error::argument("records", message))
}

/// Refuses values that a composite request would misread.
pub(crate) fn check_values(values: &str, done: &str) -> Result<(), Error> {
    if Composite::would_misread(values) {
        let message = format!("a text with @{{ is not written among several records: {done} that record alone");
        return Err(Error::argument("records", message));
    }
    Ok(())
}

/// An error about one record of several.
pub(crate) fn one_of(count: usize, called: &str, done: &str, error: Error) -> Error {
    if count == 1 {
        return error;
    }
    let outcome = if error.outcome_unknown() { String::new() } else { [", and none was ", done].concat() };
    error.with_context(format!("of the {count} records this is about {called}{outcome}"))
}

/// What is to be said: of all records once, and of one with what it is called.
pub(crate) fn notices(records: &[(&str, &[String])]) -> Vec<String> {
    let mut notices: Vec<String> = Vec::new();
    for (called, own) in records {
        for notice in *own {
            let is_of_all = records.iter().all(|(_, other)| other.contains(notice));
            let said = if is_of_all { notice.clone() } else { [called, ": ", notice].concat() };
            if !notices.contains(&said) {
                notices.push(said);
            }
        }
    }
    notices
}

/// How a record that is not there yet is called: by its place and its name, if it is given one.
pub(crate) fn by_place(place: usize, name: Option<&str>) -> String {
    let name = name.map(|name| [" (", &quoted(name), ")"].concat()).unwrap_or_default();
    format!("number {}{name}", place + 1)
}
