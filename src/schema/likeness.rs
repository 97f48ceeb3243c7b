//! How near names are to what somebody typed: what is offered where nothing is called so.

use super::words::{MAX_WORD_BYTES, each_word, local_name, may_begin_in, tokens};
use crate::sort::by_rank;

/// What was typed, prepared for comparing with many names.
pub(super) struct Typed {
    tokens: Vec<Vec<u8>>,
    letters: Vec<u8>,
}

impl Typed {
    pub(super) fn new(text: &str) -> Self {
        // Of "Plans__c" only "Plans" says anything.
        let mut tokens = tokens(local_name(text));
        let letters = tokens.concat();
        // Every lookup has "ID" in its label.
        if tokens.len() > 1 {
            tokens.retain(|token| token != b"id");
        }
        Self { letters, tokens }
    }

    /// How near a name is, 0 to 100; below 40 nobody would call it near.
    pub(super) fn likeness(&self, name: &str) -> u32 {
        if !self.may_be_like(name) {
            return 0;
        }
        let mut theirs = [0; 2 * MAX_WORD_BYTES];
        let (mut length, mut words) = (0, 0);
        let mut best = vec![0; self.tokens.len()];
        each_word(name, &mut |word| {
            words += 1;
            for (token, best) in self.tokens.iter().zip(&mut best) {
                *best = affinity(token, word).max(*best);
            }
            let kept = word.len().min(theirs.len() - length);
            theirs[length..length + kept].copy_from_slice(&word[..kept]);
            length += kept;
        });
        let (ours, most) = (self.tokens.len().max(1) as u32, self.tokens.len().max(words).max(1) as u32);
        let shared: u32 = best.iter().sum();
        // A word of ours that is missing counts more than one of theirs: "employees" is near "Number Of Employees".
        let by_words = (shared / ours * 2 + shared / most) / 3;
        by_words.max(self.spelling(&theirs[..length]))
    }

    /// Whether it is worth taking a name apart: some of its words may begin as ours do, or its letters be nearly ours.
    fn may_be_like(&self, name: &str) -> bool {
        if !name.is_ascii() || self.tokens.iter().any(|token| may_begin_in(name, token)) {
            return true;
        }
        let bit = |byte: &u8| 1_u32 << (byte & 31);
        let ours = self.letters.iter().fold(0, |letters, byte| letters | bit(byte));
        let (mut theirs, mut length) = (0, 0);
        for byte in name.as_bytes() {
            theirs |= bit(byte);
            length += usize::from(byte.is_ascii_alphanumeric());
        }
        // The singular of a word has at least three letters of five. A letter that is nowhere in the name is one that was
        // dropped or replaced.
        let is_shorter = self.letters.len() * 25 < length * 9;
        !is_shorter && (ours & !theirs).count_ones() as usize <= most_of(self.letters.len().max(length))
    }

    /// Nearly the same letters.
    fn spelling(&self, theirs: &[u8]) -> u32 {
        let longest = self.letters.len().max(theirs.len());
        let most = most_of(longest);
        if longest == 0 || longest > 2 * MAX_WORD_BYTES || least_distance(&self.letters, theirs) > most {
            return 0;
        }
        let distance = distance(&self.letters, theirs);
        if distance > most { 0 } else { ((longest - distance) * 100 / longest) as u32 }
    }
}

/// The letters that may differ of so many. Short words share half of theirs by chance.
fn most_of(letters: usize) -> usize {
    letters * 2 / 5
}

/// How near two words are: the same, the beginning of the other, or nothing.
fn affinity(ours: &[u8], theirs: &[u8]) -> u32 {
    if ours == theirs {
        return 100;
    }
    let (short, long) = if ours.len() < theirs.len() { (ours, theirs) } else { (theirs, ours) };
    if short.len() >= 3 && long.starts_with(short) { 70 } else { 0 }
}

/// What the distance can't be below, by the letters that only one of the two has; it spares most comparisons.
fn least_distance(a: &[u8], b: &[u8]) -> usize {
    let mut surplus = [0_i8; 32];
    a.iter().for_each(|byte| surplus[usize::from(byte & 31)] += 1);
    b.iter().for_each(|byte| surplus[usize::from(byte & 31)] -= 1);
    let (mut more, mut less) = (0, 0);
    for count in surplus {
        if count > 0 { more += count as usize } else { less += usize::from(count.unsigned_abs()) }
    }
    more.max(less)
}

/// Letters to insert, drop, replace or swap with their neighbour (optimal string alignment). Both at most
/// `2 * MAX_WORD_BYTES` long.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut rows = [[0_u8; 2 * MAX_WORD_BYTES + 1]; 3];
    let [before, last, row] = &mut rows;
    let (mut before, mut last, mut row) = (before, last, row);
    (0..=b.len()).for_each(|j| last[j] = j as u8);
    for (i, x) in a.iter().enumerate() {
        row[0] = i as u8 + 1;
        for (j, y) in b.iter().enumerate() {
            let mut cost = (last[j] + u8::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                cost = cost.min(before[j - 1] + 1);
            }
            row[j + 1] = cost;
        }
        (before, last, row) = (last, row, before);
    }
    usize::from(last[b.len()])
}

/// The five nearest of some names, nearest first; among equals the first stays first.
pub(super) fn nearest<T>(candidates: impl Iterator<Item = (u32, T)>) -> Vec<T> {
    let near = candidates.filter(|(likeness, _)| *likeness >= 40);
    let mut near = by_rank(near.map(|(likeness, name)| (100 - likeness.min(100), name)));
    near.truncate(5);
    near
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_distance_counts_inserted_dropped_replaced_and_swapped_letters() {
        let distance = |a: &str, b: &str| {
            let distance = distance(a.as_bytes(), b.as_bytes());
            assert!(least_distance(a.as_bytes(), b.as_bytes()) <= distance);
            distance
        };
        assert_eq!(distance("industry", "industry"), 0);
        assert_eq!(distance("indsutry", "industry"), 1);
        assert_eq!(distance("industy", "industry"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn a_shared_word_makes_names_near() {
        assert!(Typed::new("employees").likeness("Number Of Employees") >= 40);
        assert!(Typed::new("headcount").likeness("Number Of Employees") < 40);
        assert!(Typed::new("Indutry").likeness("Industry") > 80);
    }

    proptest! {
        #[test]
        fn no_name_is_passed_over_that_is_near(typed in "[A-Ca-c ]{0,12}", name in "[A-Da-d0 _]{0,16}") {
            let typed = Typed::new(&typed);
            if !typed.may_be_like(&name) {
                let mut letters = Vec::new();
                each_word(&name, &mut |word| {
                    assert!(typed.tokens.iter().all(|token| affinity(token, word) == 0), "{name}");
                    letters.extend_from_slice(word);
                });
                prop_assert_eq!(typed.spelling(&letters), 0, "{}", name);
            }
        }
    }
}
