//! Matches that the org's duplicate rules found: why a write was refused, and who may do what about it.

use super::target;
use crate::error::Error;
use crate::rest::Refusal;
use crate::session::Session;

/// Why a write failed: for matches of a duplicate rule, or for anything else. `overruled` says how the caller saves
/// all the same, where the rule only warns.
pub(super) fn refused(session: &Session<'_>, error: Error, overruled: &str) -> Error {
    match error {
        Error::Refused { refusal, .. } if refusal.is("DUPLICATES_DETECTED") => duplicate(session, *refusal, overruled),
        error => error,
    }
}

fn duplicate(session: &Session<'_>, refusal: Refusal, overruled: &str) -> Error {
    let rule = refusal.duplicates.as_ref();
    let candidates: Vec<_> = rule
        .map(|rule| rule.records.iter().filter_map(|record| target::candidate(session, record)).collect())
        .unwrap_or_default();
    let next = match rule.map(|rule| rule.allow_save) {
        Some(true) => overruled,
        Some(false) => "the org's rule does not let the user save a duplicate",
        None => "the org does not say which or whether its rule only warns",
    };
    let held = match candidates.len() {
        0 => "a matching record that the user may not see: ask the person".to_owned(),
        1 => "a matching record: ask the person whether to use it".to_owned(),
        count => format!("{count} matching records: ask the person whether to use one of them"),
    };
    Error::Duplicate {
        message: format!("nothing was written: the org holds {held}; {next}"),
        candidates,
        org_message: refusal.message,
    }
}
