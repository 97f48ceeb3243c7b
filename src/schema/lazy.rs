//! Lists that are read as they are asked for: an object has hundreds of fields, a call needs a few of them, and hosts count
//! instructions.

use std::cell::OnceCell;
use std::rc::Rc;

use super::{Field, FieldType, Source};
use crate::json::{byte, end_of_plain, place_of};
use crate::packed::unpacked;

/// What is read out of lines as [`stored`](super::stored) writes them.
pub trait Item: Sized {
    /// Reads the item that lines begin with, behind its mark; nothing if they begin with none.
    fn read(lines: &str, source: Source) -> Option<Self>;

    /// Whether a line with this mark begins one.
    fn is_marked(mark: u8) -> bool;

    /// What it is found by.
    fn name(&self) -> &str;
}

/// What a field is at first sight.
pub(super) struct Head<'a> {
    pub(super) name: &'a str,
    /// What its type is called; empty if it is text.
    pub(super) type_name: &'a str,
    pub(super) name_field: bool,
    pub(super) required: bool,
    /// Whether another controls its values.
    pub(super) dependent: bool,
    /// Whether it may be set or changed.
    pub(super) writable: bool,
}

impl<'a> Head<'a> {
    fn of(field: &'a Field) -> Self {
        Self {
            name: &field.name,
            type_name: field.field_type.name(),
            name_field: field.name_field,
            required: field.required,
            dependent: field.controller.is_some(),
            writable: field.createable || field.updateable,
        }
    }
}

/// What is shown of a field to somebody who asks what an object has.
#[derive(Debug)]
pub struct Shown<'s> {
    /// API name.
    pub name: &'s str,
    /// Label.
    pub label: String,
    /// Type.
    pub field_type: FieldType,
    /// Whether its text is HTML.
    pub html: bool,
    /// Whether a new record needs a value.
    pub required: bool,
    /// Whether it may be set on a new record.
    pub createable: bool,
    /// Whether it may be changed.
    pub updateable: bool,
    /// Longest text, for text.
    pub length: Option<u32>,
    /// Objects it points to, parted by spaces.
    pub(super) references: &'s str,
    /// The admin's help text.
    pub help: Option<String>,
    /// The lines that begin with those of its values.
    pub(super) values: &'s str,
}

/// Items of an object in their order, each read out of its lines when it is first asked for.
#[derive(Debug, Clone)]
pub struct LazyList<T> {
    text: Rc<Text>,
    source: Source,
    /// Found when one is first asked for, unless they are known.
    items: OnceCell<Vec<Lazy<T>>>,
}

/// Lines of an object, unpacked when they are first read: for many calls the heading is enough.
#[derive(Debug, Default)]
pub(super) struct Text {
    lines: OnceCell<Box<str>>,
    packed: &'static [u8],
}

/// Where an item begins, and the item once it was read.
#[derive(Debug, Clone)]
struct Lazy<T> {
    at: usize,
    /// What its name has in common with few others.
    key: u8,
    item: OnceCell<Option<Box<T>>>,
}

impl Text {
    /// Lines that are at hand.
    pub(super) fn of(lines: &str) -> Self {
        Self { lines: OnceCell::from(Box::from(lines)), packed: &[] }
    }

    /// Lines that the build script packed.
    pub(super) fn packed(packed: &'static [u8]) -> Self {
        Self { lines: OnceCell::new(), packed }
    }

    pub(super) fn lines(&self) -> &str {
        self.lines.get_or_init(|| {
            let text = unpacked(self.packed);
            simdutf8::basic::from_utf8(&text).map(Box::from).unwrap_or_default()
        })
    }
}

impl<T: Item> LazyList<T> {
    /// A list of nothing yet, of items that stand in these lines.
    pub(super) fn of(text: Rc<Text>, source: Source) -> Self {
        Self { text, source, items: OnceCell::from(Vec::new()) }
    }

    /// All items that stand in these lines.
    pub(super) fn all(text: Rc<Text>, source: Source) -> Self {
        Self { text, source, items: OnceCell::new() }
    }

    /// The lines its items stand in, with all else they hold.
    pub(super) fn lines(&self) -> &str {
        self.text.lines()
    }

    /// Adds an item that is there already.
    pub(crate) fn push(&mut self, item: T) {
        let key = key(item.name().as_bytes());
        self.items();
        self.hold(Lazy { at: 0, key, item: OnceCell::from(Some(Box::new(item))) });
    }

    /// Adds the item that begins at a place of the lines, with its key.
    pub(super) fn add(&mut self, at: usize, key: u8) {
        self.hold(Lazy { at, key, item: OnceCell::new() });
    }

    fn hold(&mut self, lazy: Lazy<T>) {
        if let Some(items) = self.items.get_mut() {
            items.push(lazy);
        }
    }

    fn items(&self) -> &[Lazy<T>] {
        self.items.get_or_init(|| {
            let lines = self.lines();
            let (mut items, mut end) = (Vec::new(), 0);
            while let Some((mark, at)) = line_behind(lines, end) {
                end = at;
                if T::is_marked(mark) {
                    items.push(Lazy { at, key: key_at(lines, at), item: OnceCell::new() });
                }
            }
            items
        })
    }

    /// All of them, each read on the way.
    pub fn iter(&self) -> impl Iterator<Item = &T> + Clone {
        self.items().iter().filter_map(|lazy| self.read(lazy))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.items().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items().is_empty()
    }

    #[inline(never)]
    fn read<'l>(&'l self, lazy: &'l Lazy<T>) -> Option<&'l T> {
        lazy.item.get_or_init(|| T::read(self.behind(lazy.at), self.source).map(Box::new)).as_deref()
    }

    fn behind(&self, at: usize) -> &str {
        self.lines().get(at..).unwrap_or_default()
    }
}

impl LazyList<Field> {
    /// The field of this API name, in any case, which alone is read.
    pub(super) fn named(&self, name: &str) -> Option<&Field> {
        self.get(self.place(name)?)
    }

    /// Whether there is a field of this API name, in any case. None is read for it.
    pub(super) fn has(&self, name: &str) -> bool {
        self.place(name).is_some()
    }

    /// What each is at first sight, in their order; no more is read of them.
    pub(super) fn heads(&self) -> impl Iterator<Item = Head<'_>> {
        self.items().iter().map(|lazy| self.head(lazy))
    }

    /// Those that are meant at first sight, which alone are read.
    pub(super) fn which(&self, is_meant: impl Fn(Head<'_>) -> bool) -> impl Iterator<Item = &Field> {
        self.items().iter().filter(move |lazy| is_meant(self.head(lazy))).filter_map(|lazy| self.read(lazy))
    }

    /// The field of a place among them.
    pub(crate) fn get(&self, place: usize) -> Option<&Field> {
        self.read(self.items().get(place)?)
    }

    /// What is shown of the field of a place among them, of which no more is read; nothing of one that was added.
    pub(super) fn shown(&self, place: usize) -> Option<Shown<'_>> {
        Shown::read(self.behind(self.items().get(place)?.at))
    }

    fn head<'l>(&'l self, lazy: &'l Lazy<Field>) -> Head<'l> {
        match lazy.item.get() {
            Some(Some(field)) => Head::of(field),
            _ => Field::head_in(self.behind(lazy.at)),
        }
    }

    /// The place of the field of this API name, in any case.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        let key = key(name.as_bytes());
        let is_called_so = |lazy: &Lazy<Field>| match lazy.item.get() {
            Some(Some(field)) => field.name.eq_ignore_ascii_case(name),
            _ => is_of(self.lines().as_bytes(), lazy.at, name),
        };
        self.items().iter().position(|lazy| lazy.key == key && is_called_so(lazy))
    }
}

/// A list of nothing.
impl<T> Default for LazyList<T> {
    fn default() -> Self {
        Self { text: Rc::default(), source: Source::Described, items: OnceCell::from(Vec::new()) }
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

/// The same for names that differ in case alone, and seldom for others: of letters at the end and in the middle, and the
/// length.
pub(super) fn key(name: &[u8]) -> u8 {
    let [end, middle] = [name.len().wrapping_sub(1), name.len() / 2].map(|at| byte(name, at) | 0x20);
    end.wrapping_mul(13) ^ middle.wrapping_mul(29) ^ name.len() as u8
}

/// The key of the name that a line begins with.
pub(super) fn key_at(lines: &str, at: usize) -> u8 {
    let lines = lines.as_bytes();
    key(lines.get(at..end_of_plain(lines, at)).unwrap_or_default())
}

/// The mark of the next line that is not empty, from a place on, and where it begins behind that: with the mark itself
/// where that is a letter, with which a name begins. Nothing behind the last line.
pub(super) fn line_behind(lines: &str, mut at: usize) -> Option<(u8, usize)> {
    let lines = lines.as_bytes();
    loop {
        at = place_of(lines, at, b'\n') + 1;
        match byte(lines, at) {
            b'\n' => {}
            0 if at >= lines.len() => return None,
            name if name.is_ascii_alphabetic() => return Some((name, at)),
            mark => return Some((mark, at + 1)),
        }
    }
}

/// Whether the line at a place begins with this API name, in any case.
pub(super) fn is_of(lines: &[u8], at: usize, name: &str) -> bool {
    // What ends a column is less than any letter, and so is the end of all. Few names are as long and begin so.
    byte(lines, at + name.len()) < b' '
        && byte(lines, at) | 0x20 == byte(name.as_bytes(), 0) | 0x20
        && lines
            .get(at..at + name.len())
            .is_some_and(|own| own == name.as_bytes() || own.eq_ignore_ascii_case(name.as_bytes()))
}
