//! JSON values as text: how the alias `json` of the WIT crosses the JSON face, unparsed and uncopied in meaning. They are
//! cut by `salesforce-json`, and built here.

mod build;
mod write;

pub(crate) use salesforce_json::{
    Before, Cursor, Line, Lines, Member, NO_PLACE, Seen, Shape, Walk, byte, end_of_plain, escaped, may_hold, place_of,
    place_of_pair, push_all,
};
pub use salesforce_json::{Items, Json, Members, NotJson};

pub use build::portable;
pub(crate) use build::{List, Object};
pub use write::quoted;
pub(crate) use write::{ObjectWriter, Raw, ToJson};
