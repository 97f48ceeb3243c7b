//! Texts: queries, messages of errors, lists of names and prose, word by word.

use std::iter;

use super::shapes::{is_alias, is_date, is_decimal, is_number, is_word, words};
use super::{HOST, Mask};
use crate::recording::words::{DATE_LITERALS, MESSAGE_WORDS, SOQL_WORDS, SUFFIXES};

impl Mask {
    /// Masks what stands in quotes, and outside of them every name that is not known.
    pub(super) fn soql(&mut self, query: &str) -> String {
        let mut masked = String::new();
        let mut rest = query;
        while let Some((before, literal)) = rest.split_once('\'') {
            let mut escaped = false;
            let end = literal.find(|character| {
                let ends = character == '\'' && !escaped;
                escaped = character == '\\' && !escaped;
                ends
            });
            let (inside, after) = literal.split_at(end.unwrap_or(literal.len()));
            masked.push_str(&self.statement(before));
            masked.push('\'');
            masked.push_str(&self.literal(inside));
            masked.push('\'');
            rest = after.strip_prefix('\'').unwrap_or(after);
        }
        masked.push_str(&self.statement(rest));
        masked
    }

    /// What stands outside of quotes: words of the language, names, numbers and dates.
    pub(super) fn statement(&mut self, text: &str) -> String {
        if self.key.is_none() {
            return text.to_owned();
        }
        let mut masked = String::new();
        let is_of_number = |one: char| one.is_ascii_alphanumeric() || "-:.+".contains(one);
        let numbers_whole = |rest: &str| match rest.starts_with(|first: char| first.is_ascii_digit()) {
            true => rest.find(|one: char| !is_of_number(one)).unwrap_or(rest.len()),
            false => run(rest, is_of_name),
        };
        for token in pieces(text, numbers_whole) {
            if token.starts_with(|first: char| first.is_ascii_digit()) && (is_decimal(token) || is_date(token)) {
                masked.push_str(&self.keep(token));
            } else if token.starts_with(is_of_name) {
                let lower = token.to_lowercase();
                let stays = SOQL_WORDS.contains(lower.as_str())
                    || DATE_LITERALS.contains(lower.as_str())
                    || self.is_name(token)
                    || is_alias(token);
                masked.push_str(&if stays { token.to_owned() } else { self.text(token) });
            } else {
                masked.push_str(token);
            }
        }
        masked
    }

    /// A literal's inside: an escape is no letter of a word.
    pub(super) fn literal(&mut self, inside: &str) -> String {
        if self.plain.contains(&inside.to_lowercase()) || self.is_name(inside) {
            return inside.to_owned();
        }
        let mut masked = String::new();
        let mut rest = inside;
        while let Some((before, after)) = rest.split_once('\\') {
            let length = if after.starts_with('u') { 5 } else { after.chars().next().map_or(0, char::len_utf8) };
            let (escape, after) = after.split_at_checked(length).unwrap_or((after, ""));
            masked.push_str(&self.text(before));
            masked.push('\\');
            masked.push_str(escape);
            rest = after;
        }
        masked.push_str(&self.text(rest));
        masked
    }

    /// An error's message: Salesforce's own words stay, the names and codes that are known, and where in a query it is.
    pub(super) fn message(&mut self, text: &str) -> String {
        if self.key.is_none() {
            return text.to_owned();
        }
        let mut masked = String::new();
        for token in pieces(text, |rest| run(rest, is_of_name)) {
            let lower = token.to_lowercase();
            let is_place = is_number(token) && (masked.ends_with("Row:") || masked.ends_with("Column:"));
            if is_place {
                masked.push_str(&self.keep(token));
            } else if !token.starts_with(is_of_name)
                || MESSAGE_WORDS.contains(lower.as_str())
                || self.is_name(token)
                || self.codes.contains(&lower)
            {
                masked.push_str(token);
            } else {
                masked.push_str(&self.text(token));
            }
        }
        masked
    }

    /// API names in a list, with their dots; one that is not known is masked.
    pub(super) fn names_in(&mut self, list: &str) -> String {
        let is_part = |one: char| one == ',' || one == '.' || one == ' ';
        list.split_inclusive(is_part)
            .map(|piece| {
                let name = piece.trim_end_matches(is_part);
                let end = piece.get(name.len()..).unwrap_or_default();
                let masked = if self.is_name(name) { name.to_owned() } else { self.text(name) };
                masked + end
            })
            .collect()
    }

    /// A zone of the tz database.
    pub(super) fn zone(&mut self, text: &str) -> String {
        let is_zone = text.split('/').count() <= 3
            && text.starts_with(|first: char| first.is_ascii_uppercase())
            && text.chars().all(|one| one.is_ascii_alphanumeric() || "/_+-".contains(one))
            && (text.contains('/') || ["GMT", "UTC"].contains(&text));
        if is_zone { self.keep(text) } else { self.text(text) }
    }

    /// `en_US`, `zh_Hans_CN`.
    pub(super) fn locale(&mut self, text: &str) -> String {
        let is_locale = text.len() <= 20
            && text.split(['_', '-']).enumerate().all(|(at, part)| {
                let sized = if at == 0 { matches!(part.len(), 2 | 3) } else { matches!(part.len(), 2..=4) };
                sized && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
            });
        if is_locale { self.keep(text) } else { self.text(text) }
    }

    /// Lets stay what has the form that belongs where it stands.
    pub(super) fn keep(&mut self, text: &str) -> String {
        if self.key.is_some() {
            self.kept.extend(words(text).map(str::to_lowercase));
        }
        text.to_owned()
    }

    /// Changes each word, and the host wherever it stands; what is between words stays.
    pub(super) fn each(&mut self, text: &str, mut change: impl FnMut(&mut Self, &str) -> String) -> String {
        if self.key.is_none() {
            return text.to_owned();
        }
        let host = self.host.clone();
        let mut masked = String::new();
        let mut rest = text;
        loop {
            let found = if host.is_empty() { None } else { rest.find(host.as_str()) };
            let (part, after) = rest.split_at(found.unwrap_or(rest.len()));
            for token in pieces(part, |left| run(left, is_word)) {
                // `__c` and its like say what kind of name it is.
                let is_suffix = masked.ends_with("__") && SUFFIXES.contains(&token);
                let changes = token.starts_with(is_word) && !is_suffix;
                masked.push_str(&if changes { change(self, token) } else { token.to_owned() });
            }
            match after.strip_prefix(host.as_str()) {
                Some(after) if found.is_some() => {
                    masked.push_str(HOST);
                    rest = after;
                }
                _ => return masked,
            }
        }
    }
}

/// A text in pieces, in order and without loss; `length` says in how many bytes, at least one character, the first
/// piece of what is left ends.
fn pieces(text: &str, length: impl Fn(&str) -> usize) -> impl Iterator<Item = &str> {
    let mut rest = text;
    iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, after) = rest.split_at(length(rest));
        rest = after;
        Some(piece)
    })
}

/// The bytes of the characters a text begins with that are of a kind, or else of those that are not.
fn run(text: &str, is_of_kind: impl Fn(char) -> bool) -> usize {
    let begins = text.starts_with(&is_of_kind);
    text.find(|one| is_of_kind(one) != begins).unwrap_or(text.len())
}

fn is_of_name(one: char) -> bool {
    is_word(one) || one == '_'
}
