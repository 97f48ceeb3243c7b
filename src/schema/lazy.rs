//! Lists that are read as they are asked for: an object has hundreds of fields, a call needs a few of them, and hosts count
//! instructions.

use std::cell::OnceCell;
use std::rc::Rc;

use super::{Field, FieldType, Source};
use crate::json::byte;

/// What is read out of lines as [`stored`](super::stored) writes them.
pub trait Item: Sized {
    /// Reads the item that lines begin with, behind its mark; nothing if they begin with none.
    fn read(lines: &str, source: Source) -> Option<Self>;
}

/// Items of an object in their order, each read out of its lines when it is first asked for.
#[derive(Debug, Clone)]
pub struct LazyList<T> {
    lines: Rc<str>,
    source: Source,
    items: Vec<Lazy<T>>,
}

/// Where an item begins, and the item once it was read.
#[derive(Debug, Clone)]
struct Lazy<T> {
    at: usize,
    item: OnceCell<Option<Box<T>>>,
}

impl<T: Item> LazyList<T> {
    /// A list of nothing yet, of items that stand in these lines.
    pub(super) fn of(lines: Rc<str>, source: Source) -> Self {
        Self { lines, source, items: Vec::new() }
    }

    /// Adds an item that is there already.
    pub(crate) fn push(&mut self, item: T) {
        self.items.push(Lazy { at: 0, item: OnceCell::from(Some(Box::new(item))) });
    }

    /// Adds the item that begins at a place of the lines.
    pub(super) fn add(&mut self, at: usize) {
        self.items.push(Lazy { at, item: OnceCell::new() });
    }

    /// All of them, each read on the way.
    pub fn iter(&self) -> impl Iterator<Item = &T> + Clone {
        self.items.iter().filter_map(|lazy| self.read(lazy))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    #[inline(never)]
    fn read<'l>(&'l self, lazy: &'l Lazy<T>) -> Option<&'l T> {
        lazy.item.get_or_init(|| T::read(self.behind(lazy.at), self.source).map(Box::new)).as_deref()
    }

    fn behind(&self, at: usize) -> &str {
        self.lines.get(at..).unwrap_or_default()
    }
}

impl LazyList<Field> {
    /// The field of this API name, in any case, which alone is read.
    pub(super) fn named(&self, name: &str) -> Option<&Field> {
        self.read(self.find(name)?)
    }

    /// Whether there is a field of this API name, in any case. None is read for it.
    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The name and the type of each, of which no more is read.
    pub(super) fn kinds(&self) -> impl Iterator<Item = (&str, FieldType)> {
        self.items.iter().map(|lazy| match lazy.item.get() {
            Some(Some(field)) => (field.name.as_str(), field.field_type),
            _ => Field::name_and_type(self.behind(lazy.at)),
        })
    }

    fn find(&self, name: &str) -> Option<&Lazy<Field>> {
        self.items.iter().find(|lazy| match lazy.item.get() {
            Some(Some(field)) => field.name.eq_ignore_ascii_case(name),
            _ => is_of(self.lines.as_bytes(), lazy.at, name),
        })
    }
}

/// A list of nothing.
impl<T> Default for LazyList<T> {
    fn default() -> Self {
        Self { lines: Rc::default(), source: Source::Described, items: Vec::new() }
    }
}

impl<T: Item> Extend<T> for LazyList<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        items.into_iter().for_each(|item| self.push(item));
    }
}

impl<T: Item + PartialEq> PartialEq for LazyList<T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<T: Item + Eq> Eq for LazyList<T> {}

/// Whether the line at a place begins with this API name, in any case.
pub(super) fn is_of(lines: &[u8], at: usize, name: &str) -> bool {
    // What ends a column is less than any letter, and so is the end of all. Few names are as long and begin so.
    byte(lines, at + name.len()) < b' '
        && byte(lines, at) | 0x20 == byte(name.as_bytes(), 0) | 0x20
        && lines
            .get(at..at + name.len())
            .is_some_and(|own| own == name.as_bytes() || own.eq_ignore_ascii_case(name.as_bytes()))
}
