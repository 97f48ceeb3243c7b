//! JSON values as text: how the alias `json` of the WIT crosses the JSON face, unparsed and uncopied in meaning. They are
//! cut by `salesforce-json`, and built here.

mod build;
mod write;

use std::str::Utf8Error;

pub(crate) use salesforce_json::{
    Before, Cursor, Line, Lines, Member, NO_PLACE, Seen, Shape, Walk, byte, end_of_ascii, end_of_plain, escaped,
    holds_any, lower_ascii, may_hold, place_of, place_of_character, place_of_pair, place_of_text, push_all, word_at,
};
pub use salesforce_json::{Items, Json, Members, NotJson};

pub use build::portable;
pub(crate) use build::{List, Object};
pub use write::quoted;
pub(crate) use write::{ObjectWriter, Raw, ToJson};

/// Reads a response in one go. That it is JSON shows only at its end; what was read of anything else is dropped.
pub(crate) fn read<'a, T>(body: &'a [u8], take: impl FnOnce(&mut Walk<'a>) -> T) -> Result<T, NotJson> {
    let text = simdutf8::basic::from_utf8(body).or_else(|_| {
        let at = |error: Utf8Error| NotJson { line: 1, column: error.valid_up_to() + 1, is_end: false };
        std::str::from_utf8(body).map_err(at)
    })?;
    let mut from = Walk::of(text);
    let taken = take(&mut from);
    from.finish().map(|()| taken)
}
