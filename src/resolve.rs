//! What people say, as what Salesforce has: plans that see what is known, and can't send.
//!
//! Objects, fields, records, values, conditions and related lists: a text goes in, and a name, a literal, a query or the
//! choice among what a query found comes out, or what has to be known first.

pub(crate) mod approvals;
pub(crate) mod archive;
pub(crate) mod filter;
pub(crate) mod lookup;
pub(crate) mod matching;
pub(crate) mod names;
mod nicknames;
pub(crate) mod parameters;
pub(crate) mod person;
pub(crate) mod phone;
pub(crate) mod price_book;
pub(crate) mod reach;
pub(crate) mod record;
pub(crate) mod related;
pub(crate) mod saved;
pub(crate) mod shown;
pub(crate) mod statement;
pub(crate) mod value;
pub(crate) mod why;
pub(crate) mod word_forms;
