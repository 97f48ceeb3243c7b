//! What surrounds a write: what is checked before it, and what is found out after it.

pub(crate) mod conversion;
pub(crate) mod duplicates;
pub(crate) mod lost_response;
pub(crate) mod picklists;
pub(crate) mod references;
pub(crate) mod undo;
pub(crate) mod values;
