//! Objects in a list, each read with what was seen of the one before it.

use std::borrow::Cow;

use super::Walk;
use crate::scan::{self, byte};
use crate::{grammar, unescaped};

/// A name of a member that is looked for has this place or another; any other name has this.
pub const NO_PLACE: usize = usize::MAX;

/// A value that was asked for, and what was seen of it on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen<'a> {
    /// As it is written; of a text what stands between the quotes.
    text: &'a str,
    /// What it begins with, or [`WORD`].
    mark: u8,
}

/// What marks a text of nothing but ASCII letters, digits and underscores, of which there is at least one.
const WORD: u8 = b'w';

impl<'a> Seen<'a> {
    /// Nothing, which is as good as `null`.
    pub(super) const NONE: Self = Self { text: "", mark: 0 };

    /// The value as it is written; of a text what stands between the quotes.
    pub fn get(self) -> &'a str {
        self.text
    }

    /// Whether it is `true`.
    pub fn is_true(self) -> bool {
        self.mark == b't'
    }

    /// Whether it is `false`.
    pub fn is_false(self) -> bool {
        self.mark == b'f'
    }

    /// The text, if it is a word of ASCII letters, digits and underscores, written without escapes.
    #[inline(always)]
    pub fn word(self) -> Option<&'a str> {
        if self.mark == WORD { Some(self.text) } else { None }
    }

    /// The text as it is written between its quotes; none if it is another value.
    pub fn written(self) -> Option<&'a str> {
        if self.mark == WORD || self.mark == b'"' { Some(self.text) } else { None }
    }

    /// The text, unescaped; none if it is another value.
    pub fn text(self) -> Option<Cow<'a, str>> {
        self.written().map(unescaped)
    }
}

/// A member of the object before.
#[derive(Debug, Clone, Copy)]
struct Earlier {
    /// Bytes up to its value.
    name: usize,
    /// Bytes with its value and what parts it from the next.
    length: usize,
    /// How many bytes have to be the same for nothing of it to be read: all of them, and more than there can be where its
    /// value was taken apart, and has to be again.
    enough: usize,
    place: usize,
}

/// What the object before in a list was. Objects in a list have the same names in the same order, and mostly the same
/// values: what is written as it was there needs no reading.
#[derive(Debug)]
pub struct Before<'a> {
    members: Vec<Earlier>,
    values: [Seen<'a>; MOST_VALUES],
    /// Where its first member begins, and where it ends.
    start: usize,
    end: usize,
}

/// As many values as are asked for of an object at most.
const MOST_VALUES: usize = 25;

impl Default for Before<'_> {
    #[inline(never)]
    fn default() -> Self {
        Self { members: Vec::new(), values: [Seen::NONE; MOST_VALUES], start: 0, end: 0 }
    }
}

impl<'a> Before<'a> {
    /// The values of the members that were asked for, each at its place; of more than there can be it does not compile.
    pub fn values<const COUNT: usize>(&self) -> &[Seen<'a>; COUNT] {
        const { assert!(COUNT <= MOST_VALUES) };
        self.values.first_chunk().unwrap_or(&[Seen::NONE; COUNT])
    }

    /// Forgets the members from one on, with their values.
    #[inline(never)]
    fn forget(&mut self, count: usize) {
        for member in self.members.get(count..).unwrap_or_default() {
            if let Some(value) = self.values.get_mut(member.place) {
                *value = Seen::NONE;
            }
        }
        self.members.truncate(count);
    }
}

impl<'a> Walk<'a> {
    /// Goes behind the object it stands before, or what is none. Of the members that `place_of` knows, so many values come
    /// to their places in `before`; those whose place is behind all values are left to `apart`, which consumes them.
    pub fn members(
        &mut self,
        before: &mut Before<'a>,
        values: usize,
        place_of: &dyn Fn(&str) -> usize,
        apart: &mut dyn FnMut(&mut Self, usize),
    ) {
        if !self.enter(b'{') {
            before.forget(0);
            return;
        }
        let bytes = self.text.as_bytes();
        let first = self.at;
        // Where the member stands in the object before, as long as this one has the same names in the same order.
        let mut there = before.start;
        let mut count = 0;
        loop {
            let mut start = self.at;
            let mut named = None;
            if let Some(rest @ [_, ..]) = before.members.get(count..) {
                // Bytes from here on that are those of the object before. No further is compared than to its end, or the
                // same many times would be compared many times.
                let all = scan::same(bytes, there, start, before.end);
                let mut same = all;
                for known in rest {
                    if known.enough > same {
                        named = Some(known).filter(|known| same >= known.name);
                        break;
                    }
                    same -= known.enough;
                    count += 1;
                }
                there += all - same;
                start += all - same;
                self.at = start;
                if count == before.members.len() {
                    break;
                }
            }
            let place = match named {
                Some(known) => {
                    self.at += known.name;
                    known.place
                }
                None => {
                    before.forget(count);
                    // Behind what was the same there may be more space than there was.
                    self.byte();
                    place_of(&self.name())
                }
            };
            let from = self.at;
            let mut enough = 0;
            if place < values
                && let Some(value) = before.values.get_mut(place)
            {
                *value = self.seen();
            } else if place == NO_PLACE {
                self.skip();
            } else {
                apart(self, place);
                // Nothing is kept of an empty list. Of two bytes are other values too, as ` 1` is.
                let is_empty = self.at == from + 2 && byte(bytes, from) == b'[';
                enough = if is_empty { 0 } else { usize::MAX };
            }
            // Nearly always there is no space.
            let at = self.at;
            let is_next = byte(bytes, at) == b',' && byte(bytes, at + 1) > b' ';
            self.at = at + usize::from(is_next);
            let goes_on = is_next || self.goes_on(b'}');
            let length = self.at - start;
            enough = enough.max(length);
            match before.members.get_mut(count) {
                Some(known) => {
                    there += known.length;
                    (known.length, known.enough) = (length, enough);
                }
                None => before.members.push(Earlier { name: from - start, length, enough, place }),
            }
            count += 1;
            if !goes_on {
                break;
            }
        }
        before.forget(count);
        before.start = first;
        before.end = self.at;
    }

    /// Goes behind the value it stands before, and says what was seen of it.
    #[inline(always)]
    fn seen(&mut self) -> Seen<'a> {
        let bytes = self.text.as_bytes();
        let mut mark = self.byte();
        let mut start = self.at;
        let mut end;
        if mark == b'"' {
            start += 1;
            let is_word;
            (end, is_word) = scan::end_of_word(bytes, start);
            self.at = end + 1;
            if byte(bytes, end) != b'"' {
                self.at = grammar::behind_string(bytes, start - 1);
                end = self.at - 1;
            } else if is_word {
                mark = WORD;
            }
        } else {
            self.skip();
            end = self.at;
        }
        Seen { text: self.text.get(start..end).unwrap_or_default(), mark }
    }
}
