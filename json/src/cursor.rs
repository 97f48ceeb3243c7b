//! Walking through a text that is known to be JSON, of which only what is asked for is looked at.

use std::borrow::Cow;

use crate::{Json, grammar, scan, unescaped};

/// The items of a list, each cut out.
#[derive(Debug, Clone)]
pub struct Items<'a>(Cursor<'a>);

impl<'a> Items<'a> {
    /// Those of the list a cursor stands before.
    #[inline]
    pub(crate) fn of(mut list: Cursor<'a>) -> Self {
        list.enter_list();
        Self(list)
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = Json<'a>;

    fn next(&mut self) -> Option<Json<'a>> {
        self.0.next_item().then(|| self.0.value())
    }
}

/// The members of an object, each cut out.
#[derive(Debug, Clone)]
pub struct Members<'a>(Cursor<'a>);

impl<'a> Members<'a> {
    /// Those of the object a cursor stands before.
    #[inline]
    pub(crate) fn of(mut object: Cursor<'a>) -> Self {
        object.enter_object();
        Self(object)
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = (Cow<'a, str>, Json<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        Some((self.0.next_name()?, self.0.value()))
    }
}

/// A place in a JSON text that is known to be valid: before a value, or within a list or an object.
#[derive(Debug, Clone)]
pub struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    /// At the beginning of a text that is known to be JSON.
    #[inline]
    pub(crate) fn of(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Goes into the list it stands before, to be left by [`Self::next_item`]; or behind what is none.
    pub fn enter_list(&mut self) -> bool {
        self.enter(b'[')
    }

    /// Goes into the object it stands before, to be left by [`Self::next_name`]; or behind what is none.
    pub fn enter_object(&mut self) -> bool {
        self.enter(b'{')
    }

    /// Goes to the next item, which has to be consumed then, or out of the list.
    pub fn next_item(&mut self) -> bool {
        self.next(b']')
    }

    /// Goes to the value of the next member, which has to be consumed then, or out of the object.
    pub fn next_name(&mut self) -> Option<Cow<'a, str>> {
        if !self.next(b'}') {
            return None;
        }
        let start = self.at + 1;
        let is_plain = self.skip_string();
        let name = self.text.get(start..self.at - 1).unwrap_or_default();
        if self.byte() == b':' {
            self.at += 1;
        }
        Some(if is_plain { Cow::Borrowed(name) } else { unescaped(name) })
    }

    fn enter(&mut self, opening: u8) -> bool {
        let is_there = self.byte() == opening;
        if is_there {
            self.at += 1;
        } else {
            self.skip();
        }
        is_there
    }

    fn next(&mut self, closing: u8) -> bool {
        let byte = self.byte();
        self.at += usize::from(byte == closing || byte == b',');
        if byte == b',' {
            self.byte();
        }
        byte != closing && byte != 0
    }

    /// Cuts out the value it stands before.
    pub fn value(&mut self) -> Json<'a> {
        self.byte();
        let start = self.at;
        self.skip();
        Json(self.text.get(start..self.at).unwrap_or_default())
    }

    /// Goes behind the value it stands before. Instructions count here: most of what Salesforce sends is skipped.
    pub fn skip(&mut self) {
        match self.byte() {
            opening @ (b'"' | b'{' | b'[') => self.at = scan::behind(self.text.as_bytes(), self.at, opening),
            b't' | b'n' => self.at += 4,
            b'f' => self.at += 5,
            0 => {}
            _ => self.skip_number(),
        }
    }

    /// Goes behind the text it stands before; true if nothing in it is escaped.
    fn skip_string(&mut self) -> bool {
        let bytes = self.text.as_bytes();
        let mut is_plain = true;
        let mut at = self.at + 1;
        loop {
            at = scan::end_of_plain_within(bytes, at);
            if scan::byte(bytes, at) != b'\\' {
                break;
            }
            is_plain = false;
            at += 2;
        }
        self.at = at + 1;
        is_plain
    }

    /// Goes behind a number.
    fn skip_number(&mut self) {
        self.at = scan::end_of_number(self.text.as_bytes(), self.at);
    }

    /// The byte it stands before, behind any space; 0 at the end. Nearly always there is none.
    #[inline(always)]
    pub fn byte(&mut self) -> u8 {
        let bytes = self.text.as_bytes();
        match bytes.get(self.at) {
            Some(byte) if *byte > b' ' => *byte,
            _ => {
                self.at = grammar::behind_space(bytes, self.at);
                scan::byte(bytes, self.at)
            }
        }
    }
}
