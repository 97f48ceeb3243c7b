//! What a message or a notice speaks of in the org's own words, beside the sentence and never a part of it: names of
//! values, by the field they are of.

use crate::json::{Json, List, Object, quoted};

/// Words of the org, each with what a sentence calls it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Details(Vec<(String, String)>);

impl Details {
    /// Adds a word, once.
    pub(crate) fn add(&mut self, of: &str, word: &str) {
        if !self.0.iter().any(|(known, held)| known == of && held == word) {
            self.0.push((of.to_owned(), word.to_owned()));
        }
    }

    /// Adds all words of others.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// As a JSON object of lists; absent where there is nothing.
    pub(crate) fn finish(&self) -> Option<String> {
        let mut object = Object::default();
        for (at, (of, _)) in self.0.iter().enumerate() {
            if self.0[..at].iter().any(|(known, _)| known == of) {
                continue;
            }
            let mut list = List::default();
            for (_, word) in self.0.iter().filter(|(known, _)| known == of) {
                list.item(Json::trusted(&quoted(word)));
            }
            object.member(of, Json::trusted(&list.finish()));
        }
        (!object.is_empty()).then(|| object.finish())
    }
}

/// What is to be told beside a result.
#[derive(Debug, Default)]
pub(crate) struct Remarks {
    /// In our own words.
    pub(crate) notices: Vec<String>,
    /// What those speak of.
    pub(crate) details: Details,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_once_and_in_the_order_they_came() {
        let mut details = Details::default();
        assert_eq!(details.finish(), None);
        for (of, word) in [("Rating", "Hot"), ("Type", "a \"b\""), ("Rating", "Cold"), ("Rating", "Hot")] {
            details.add(of, word);
        }
        assert_eq!(details.finish().as_deref(), Some(r#"{"Rating":["Hot","Cold"],"Type":["a \"b\""]}"#));
    }
}
