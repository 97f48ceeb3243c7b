//! Fields and objects that fit some words, best first: what `describe` with `search` answers.

use super::{Field, GlobalDescribe, ObjectSchema, ObjectSummary, standard, words};
use crate::sort::by_rank;
use crate::wit::Alias;

/// The fields that fit, best first; among equals Salesforce's order.
pub fn fields<'s>(schema: &'s ObjectSchema, query: &str, vocabulary: &[Alias]) -> Vec<&'s Field> {
    let query = Query::new(query);
    let meant: Vec<&str> = vocabulary
        .iter()
        .filter(|alias| alias.object.as_deref().is_some_and(|object| object.eq_ignore_ascii_case(&schema.name)))
        .filter(|alias| query.is(&alias.term))
        .map(|alias| alias.name.as_str())
        .chain(standard::field_of_word(&schema.name, &query.text))
        .collect();
    query.best(schema.fields.iter(), |field, scores| {
        scores.text(&field.label(), 10, 6);
        scores.text(&field.name, 8, 5);
        for object in &field.references {
            scores.text(object, 4, 2);
        }
        if let Some(help) = &field.help {
            scores.text(help, 3, 2);
        }
        for value in field.picklist.iter().flatten() {
            scores.text(&value.value, 3, 1);
            if let Some(label) = &value.label {
                scores.text(label, 3, 1);
            }
        }
        if meant.iter().any(|name| name.eq_ignore_ascii_case(&field.name)) {
            scores.all(20);
        }
    })
}

/// The objects that fit, best first.
pub fn objects<'g>(global: &'g GlobalDescribe, query: &str, vocabulary: &[Alias]) -> Vec<ObjectSummary<'g>> {
    let query = Query::new(query);
    let meant: Vec<&str> = vocabulary
        .iter()
        .filter(|alias| alias.object.is_none() && query.is(&alias.term))
        .map(|alias| alias.name.as_str())
        .chain(standard::object_of_word(&query.text))
        .collect();
    query.best(global.objects(), |object, scores| {
        // Where there is no other label it is the words of the name.
        scores.text(&object.own_label().unwrap_or(words::local_name(object.name()).into()), 10, 6);
        object.own_plural().inspect(|plural| scores.text(plural, 10, 6));
        scores.text(object.name(), 8, 5);
        if meant.iter().any(|name| name.eq_ignore_ascii_case(object.name())) {
            scores.all(20);
        }
    })
}

/// What somebody searches.
struct Query {
    text: String,
    tokens: Vec<Vec<u8>>,
}

impl Query {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), tokens: words::tokens(text) }
    }

    fn is(&self, term: &str) -> bool {
        words::tokens(term) == self.tokens
    }

    /// More of the words found comes before any better find of fewer.
    fn best<T: Copy>(&self, things: impl Iterator<Item = T>, score: impl Fn(T, &mut Scores<'_>)) -> Vec<T> {
        let mut found: Vec<(u32, T)> = Vec::new();
        for thing in things {
            let mut scores = Scores { tokens: &self.tokens, best: vec![0; self.tokens.len()] };
            score(thing, &mut scores);
            let words = scores.best.iter().filter(|score| **score > 0).count();
            if words > 0 {
                // A word's score is less than 2^16, and nobody searches for as many words.
                let better: u32 = ((words as u32) << 24) + scores.best.iter().sum::<u32>();
                found.push((u32::MAX - better, thing));
            }
        }
        by_rank(found)
    }
}

/// The best find of each word so far.
struct Scores<'q> {
    tokens: &'q [Vec<u8>],
    best: Vec<u32>,
}

impl Scores<'_> {
    fn text(&mut self, text: &str, whole: u32, prefix: u32) {
        if !self.tokens.iter().any(|token| words::may_begin_in(text, token)) {
            return;
        }
        words::each_word(text, &mut |word| {
            for (token, best) in self.tokens.iter().zip(&mut self.best) {
                let score = if word == token {
                    whole
                } else if token.len() >= 3 && word.starts_with(token) {
                    prefix
                } else {
                    continue;
                };
                *best = score.max(*best);
            }
        });
    }

    fn all(&mut self, score: u32) {
        self.best.iter_mut().for_each(|best| *best = (*best).max(score));
    }
}
