//! One object in the list of all, found without reading the others: the list of an org is a megabyte and more, and where
//! nothing is kept between calls the rest of it is of no use.

use std::rc::Rc;

use super::global::GlobalDescribe;
use super::project::Unreadable;
use super::words;
use crate::json::{Walk, byte, end_of_plain, place_of, place_of_text};
use crate::within::holds;

/// Which object is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// One of this API name, label or plural.
    Called(String),
    /// The one whose ids begin so.
    Prefix(String),
}

/// What became of the search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The API names of those that are called so, or have such ids.
    Names(Vec<String>),
    /// The list in which it has to be looked for.
    Among(Rc<GlobalDescribe>),
}

/// Bytes in which the first object of a list has its label.
const START: usize = 4_096;

/// The longest list that is read for what is like the object that is not there, in bytes. Reading takes a dozen
/// instructions a byte, and some hosts give ten million a call.
const MAX_READ: usize = 400_000;

impl Sought {
    /// Looks for the object in the response to `GET sobjects`.
    pub fn find_in(&self, response: &[u8]) -> Result<Found, Unreadable> {
        Ok(match self.names_in(response) {
            Some(names) if !names.is_empty() || response.len() > MAX_READ => {
                Found::Names(names.into_iter().map(str::to_owned).collect())
            }
            _ => Found::Among(Rc::new(GlobalDescribe::from_json(response)?)),
        })
    }

    /// What it is called, if that is the API name of a standard object by its form: in several words without a space, as in
    /// `CaseComment` or `Product2`. Labels are not written so.
    pub fn api_name(&self) -> Option<&str> {
        let Self::Called(name) = self else { return None };
        let name = name.trim();
        let is_name = name.starts_with(|first: char| first.is_ascii_uppercase())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && name
                .as_bytes()
                .windows(2)
                .any(|pair| pair[0].is_ascii_lowercase() && (pair[1].is_ascii_uppercase() || pair[1].is_ascii_digit()));
        is_name.then_some(name)
    }

    /// The API names of the objects in a list, as Salesforce writes it; nothing where only reading all of it could tell.
    fn names_in<'a>(&self, list: &'a [u8]) -> Option<Vec<&'a str>> {
        let (Self::Called(text) | Self::Prefix(text)) = self;
        let text = text.trim();
        let folded = words::fold(text);
        let first = byte(folded.as_bytes(), 0);
        // Of other letters a byte does not tell where a text begins, and with space about its colons it is another list.
        let start = String::from_utf8_lossy(list.get(..START).unwrap_or(list));
        if !first.is_ascii_alphanumeric() || !holds(&start, "\"label\":\"") {
            return None;
        }
        let mut names = Vec::new();
        let mut at = 0;
        while let Some((before, value, behind)) = text_from(list, at, first) {
            at = list.len() - behind.len();
            let is_value_of = |member: &str| before.ends_with(member.as_bytes());
            let is_meant = match self {
                Self::Prefix(_) => value == text && is_value_of("\"keyPrefix\":"),
                Self::Called(_) if !words::folds_to(value, &folded) => false,
                // A name comes before any label.
                Self::Called(_) if is_value_of("\"name\":") && value.eq_ignore_ascii_case(text) => {
                    return Some(vec![value]);
                }
                Self::Called(_) => is_value_of("\"label\":") || is_value_of("\"labelPlural\":"),
            };
            if is_meant {
                let name = name_in(behind)?;
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        Some(names)
    }
}

/// The next text from a place on that begins with a letter, in any case: what stands before it, the text, and what stands
/// behind it.
fn text_from(list: &[u8], at: usize, first: u8) -> Option<(&[u8], &str, &[u8])> {
    let quote = place_of_text(list, at, first);
    let end = end_of_plain(list, quote + 1);
    // A text that cannot be read is none that is looked for.
    let value = std::str::from_utf8(list.get(quote + 1..end)?).unwrap_or_default();
    Some((list.get(..quote)?, value, list.get(end + 1..)?))
}

/// The API name of an object, from what stands behind the value of a member that comes before its name.
fn name_in(behind: &[u8]) -> Option<&str> {
    // Before the name there is no object within the object.
    let behind = behind.get(..=place_of(behind, 0, b'}'))?;
    let mut walk = Walk::of(std::str::from_utf8(behind).ok()?);
    while walk.goes_on(b'}') {
        let is_name = walk.name() == "name";
        let value = walk.value();
        if is_name {
            return value.word();
        }
    }
    None
}
