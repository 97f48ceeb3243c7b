//! What surrounds a write, whichever tool writes: what is checked before it, and what is found out after it.
//!
//! `values`, `fit`, `amendment`, `compare`, `event`, `places`, `picklists`, `several` and `undo` plan; `references`,
//! `conversion`, `duplicates`, `refused` and `lost_response` send.

pub(crate) mod amendment;
pub(crate) mod compare;
pub(crate) mod conversion;
pub(crate) mod duplicates;
pub(crate) mod event;
pub(crate) mod fit;
pub(crate) mod lost_response;
pub(crate) mod person;
pub(crate) mod picklists;
pub(crate) mod places;
pub(crate) mod references;
pub(crate) mod refused;
pub(crate) mod several;
pub(crate) mod undo;
pub(crate) mod values;
