//! Matches that the org's duplicate rules found: why a write was refused, and who may do what about it.

use crate::call::Call;
use crate::error::Error;
use crate::known::{Known, PlanError};
use crate::record::Record;
use crate::resolve::names;
use crate::resolve::record;
use crate::rest::Refusal;
use crate::soql::{Condition, ObjectName, Select};
use crate::wit::Candidate;

/// The most matches of one object that are read, to tell them apart.
const MAX_MATCHES: u32 = 100;

/// Why a write failed: for matches of a duplicate rule, or for anything else. `overruled` says how the caller saves
/// all the same, where the rule only warns, and `allowed` that the call did so.
pub(crate) fn refused(call: &Call<'_>, error: Error, allowed: bool, overruled: &str) -> Error {
    match error.refusal() {
        Some(refusal) if refusal.is("DUPLICATES_DETECTED") => duplicate(call, refusal, allowed, overruled),
        _ => error,
    }
}

fn duplicate(call: &Call<'_>, refusal: &Refusal, allowed: bool, overruled: &str) -> Error {
    let rule = refusal.duplicates.as_ref();
    let candidates = rule.map(|rule| candidates(call, &rule.records, !allowed)).unwrap_or_default();
    let matches = rule.map_or(0, |rule| rule.records.len());
    let next = match rule.map(|rule| rule.allow_save) {
        Some(true) => overruled,
        Some(false) => "the org's rule does not let the user save a duplicate",
        None => "the org does not say which or whether its rule only warns",
    };
    let mut held = match candidates.len() {
        0 if matches > 0 => "a matching record, which may not be read: ask the person".to_owned(),
        0 => "a matching record that the user may not see: ask the person".to_owned(),
        1 => "a matching record: ask the person whether to use it".to_owned(),
        count => format!("{count} matching records: ask the person whether to use one of them"),
    };
    if (1..matches).contains(&candidates.len()) {
        held.push_str(" (others may not be read)");
    }
    let message = format!("nothing was written: the org holds {held}; {next}");
    Error::duplicate(message, refusal.message.clone()).with_candidates(candidates)
}

/// The matches with what tells them apart: who owns them and when anybody last did something about them, which the rule
/// does not say. One request more, unless the person has seen them and said to save all the same.
fn candidates(call: &Call<'_>, matches: &[Record], ask: bool) -> Vec<Candidate> {
    let mut told = Vec::new();
    let may_read = |record: &&Record| object(record).is_some_and(|object| call.known().may_read(&object));
    let matches: Vec<Record> = matches.iter().filter(may_read).cloned().collect();
    let matches = matches.as_slice();
    // What is known of their objects without a request has to do where there is none.
    for object in matches.iter().filter_map(object) {
        call.recall(&object);
    }
    if ask {
        let selects = call.plan(matches, selects);
        let pages = selects.and_then(|selects| call.query_all(&selects.iter().collect::<Vec<_>>()));
        for page in pages.into_iter().flatten().flatten() {
            told.extend(page.records);
        }
    }
    let mut candidates = Vec::new();
    for record in matches {
        let id = record.fields().text("Id");
        let known = told.iter().find(|told| told.fields().text("Id") == id).unwrap_or(record);
        candidates.extend(record::candidate(call.known(), known));
    }
    candidates
}

fn object(record: &Record) -> Option<ObjectName> {
    ObjectName::parse(&record.fields().object()?).ok()
}

/// A query for the matches of each object.
fn selects(known: &Known, matches: &[Record]) -> Result<Vec<Select>, PlanError> {
    let mut by_object: Vec<(ObjectName, Vec<Condition>)> = Vec::new();
    for record in matches {
        let (Some(object), Ok(id)) = (object(record), names::id_of(record)) else { continue };
        match by_object.iter_mut().find(|(name, _)| *name == object) {
            Some((_, ids)) => ids.push(record::is(&id)),
            None => by_object.push((object, vec![record::is(&id)])),
        }
    }
    let mut selects = Vec::new();
    for (object, ids) in by_object {
        if let Some(condition) = Condition::any(ids) {
            selects.push(record::candidate_query(known, &object, (condition, MAX_MATCHES))?);
        }
    }
    Ok(selects)
}
