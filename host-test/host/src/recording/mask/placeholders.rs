//! What stands in place of a word or an id: of the same shape, made with the recording's own key, and given out once.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::Mask;
use super::shapes::{checksum, is_id};

/// How often a placeholder of one length is looked for before a longer one is.
const MAX_ATTEMPTS: u64 = 100;

impl Mask {
    /// A word's placeholder, with capitals and digits where the word has them.
    pub(super) fn word(&mut self, word: &str) -> String {
        if is_id(word) {
            return self.id(word);
        }
        let plain = word.to_lowercase();
        if PLAIN_WORDS.contains(&plain.as_str()) {
            return word.to_owned();
        }
        let placeholder = match self.words.get(&plain) {
            Some(placeholder) => placeholder.clone(),
            None => {
                let placeholder =
                    self.free(
                        &plain,
                        |random, character| {
                            if character.is_numeric() { digit(random) } else { letter(random) }
                        },
                    );
                self.words.insert(plain, placeholder.clone());
                placeholder
            }
        };
        let mut shape = word.chars();
        placeholder
            .chars()
            .map(|character| match shape.next() {
                Some(original) if original.is_uppercase() => character.to_ascii_uppercase(),
                _ => character,
            })
            .collect()
    }

    /// An id's placeholder: of the same object, of the same length, and with a checksum that fits.
    pub(super) fn id(&mut self, id: &str) -> String {
        let (short, _) = id.split_at(15);
        let (prefix, rest) = short.split_at(3);
        // The ids of what is nobody's, such as the master record type, are the same everywhere.
        if rest.bytes().all(|byte| byte == b'0') {
            return id.to_owned();
        }
        let placeholder = match self.ids.get(short) {
            Some(placeholder) => placeholder.clone(),
            None => {
                let free = self.free(rest, |random, character| match character {
                    '0'..='9' => digit(random),
                    'A'..='Z' => letter(random).to_ascii_uppercase(),
                    _ => letter(random),
                });
                let placeholder = format!("{prefix}{free}");
                self.ids.insert(short.to_owned(), placeholder.clone());
                placeholder
            }
        };
        if id.len() == 15 { placeholder } else { format!("{placeholder}{}", checksum(&placeholder)) }
    }

    /// A placeholder that nothing else has, made character by character.
    pub(super) fn free(&mut self, plain: &str, make: impl Fn(u64, char) -> char) -> String {
        let kind = (plain.chars().count(), plain.chars().all(char::is_numeric));
        // Where the shorter ones have run out they are not tried again for every word.
        let mut longer = self.longer.get(&kind).copied().unwrap_or_default();
        for attempt in 1_u64.. {
            let mut hasher = DefaultHasher::new();
            (self.key, plain, attempt).hash(&mut hasher);
            let placeholder: String = plain
                .chars()
                .chain(std::iter::repeat_n('x', longer))
                .map(|character| {
                    character.hash(&mut hasher);
                    make(hasher.finish(), character)
                })
                .collect();
            if placeholder != plain && self.taken.insert(placeholder.clone()) {
                return placeholder;
            }
            if attempt % MAX_ATTEMPTS == 0 {
                longer += 1;
                self.longer.insert(kind, longer);
            }
        }
        // There are more numbers than anybody counts to.
        plain.to_owned()
    }
}

fn letter(random: u64) -> char {
    char::from(b"abcdefghijklmnopqrstuvwxyz"[(random % 26) as usize])
}

fn digit(random: u64) -> char {
    char::from(b"0123456789"[(random % 10) as usize])
}

/// Words that say nothing of anybody, wherever they stand.
pub(super) const PLAIN_WORDS: [&str; 2] = ["http", "https"];
