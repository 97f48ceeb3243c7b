//! What the org was asked, and what it changed: tests assert on it that nothing else was written.

use crate::id::Id;

/// One request, as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The method.
    pub method: http::Method,
    /// The path with its query, as sent.
    pub path: String,
    /// The body, as text; without the session that a SOAP envelope holds.
    pub body: String,
    /// The key of the user whose token or session it carried, where it was valid.
    pub user: Option<String>,
    /// The status it was answered with; `None` where the answer never left.
    pub status: Option<u16>,
    /// The rows it changed, in order. Rolled back changes are not here.
    pub writes: Vec<Write>,
}

/// A row that was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// What happened to it.
    pub kind: WriteKind,
    /// Its object.
    pub object: String,
    /// Its id.
    pub id: Id,
    /// The fields the caller set, by API name; empty for a delete, and for a row the org made by itself.
    pub fields: Vec<String>,
}

/// What happened to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum WriteKind {
    Created,
    Updated,
    Deleted,
}
