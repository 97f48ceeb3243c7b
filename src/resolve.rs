//! What people say, as what Salesforce has: objects, fields, records, values and conditions.

pub(crate) mod filter;
pub(crate) mod lookup;
pub(crate) mod matching;
pub(crate) mod names;
mod nicknames;
pub(crate) mod record;
pub(crate) mod related;
pub(crate) mod value;
